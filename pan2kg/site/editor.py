"""The page for one's own SPARQL: editor, examples, and without JavaScript the answer as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pan2kg.errors import Pan2kgError
from pan2kg.site.answers import Grid, grid
from pan2kg.site.frame import embedded
from pan2kg.site.questions import names
from pan2kg.store.queries import program_query
from pan2kg.store.store import select
from pan2kg.turtle.vocabulary import PAN
from pan2kg.turtle.writer import iri, read_prefixes

if TYPE_CHECKING:
    from pan2kg.site.library import Library
    from pan2kg.site.speaker import Speaker
    from pan2kg.site.view import Values



def values(speaker: Speaker) -> Values:
    """What the page shows; with a query in the address, and a server behind it, its answer too."""
    library = speaker.library
    asked = speaker.request.arguments.get("query", "")
    table: Grid | None = None
    fault = ""
    if asked and library.mode == "served":
        try:
            table = grid(library.store.query(asked), speaker)
        except Pan2kgError as error:
            fault = str(error)
    return {
        "title": speaker.t("sparql-title"),
        "query": asked or program_query("site/first-query"),
        "table": table,
        "fault": fault,
        "examples": [(library.queries[name].question(speaker.request.language), library.queries[name].text)
                     for name in sorted(names(library))],
        "completion": embedded({"prefixes": read_prefixes(library.project), "terms": _terms(speaker)}),
    }  # fmt: skip


def _terms(speaker: Speaker) -> list[dict[str, str]]:
    """Our own terms with their names, then the classes and properties of others that the graph uses, for completion."""
    own = [
        {
            "name": f"pan:{term.removeprefix(PAN)}",
            "label": speaker.name(term),
            "kind": "class" if entry.type.endswith("#Class") else "property",
        }
        for term, entry in speaker.library.index.entries.items()
        if term.startswith(PAN)
    ]
    return own + speaker.library.once("terms of others", lambda: _others(speaker.library))


def _others(library: Library) -> list[dict[str, str]]:
    """The classes and properties that are not ours, by the prefixes of the project."""
    prefixes, found = read_prefixes(library.project), []
    for kind, query in (("class", "ontology/classes"), ("property", "ontology/properties")):
        terms = select(library.store, program_query(query)).values("term")
        names = {iri(term, prefixes) for term in terms if not term.startswith(PAN)}
        found += [{"name": name, "label": "", "kind": kind} for name in sorted(names) if not name.startswith("<")]
    return found
