"""The page for one's own SPARQL: editor, examples, and without JavaScript the answer as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pan2kg.errors import Pan2kgError
from pan2kg.site.answers import Grid, grid
from pan2kg.site.frame import embedded
from pan2kg.site.questions import names
from pan2kg.turtle.vocabulary import PAN
from pan2kg.turtle.writer import iri, read_prefixes

if TYPE_CHECKING:
    from pan2kg.site.library import Library
    from pan2kg.site.speaker import Speaker
    from pan2kg.site.view import Values

FIRST: Final = """\
PREFIX pan: <https://w3id.org/pan2kg/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT ?plan ?plan_label (COUNT(?action) AS ?actions) WHERE {
    ?action pan:inPlan ?plan .
    ?plan pan:mainLabel ?plan_label .
} GROUP BY ?plan ?plan_label ORDER BY DESC(?actions) ?plan
"""
"""What stands in the editor at first."""
_CLASSES: Final = "SELECT DISTINCT ?term WHERE { ?thing a ?term FILTER(ISIRI(?term)) }"
_PROPERTIES: Final = "SELECT DISTINCT ?term WHERE { ?thing ?term ?value }"


def values(speaker: Speaker) -> Values:
    """What the page shows; with a query in the address, and a server behind it, its answer too."""
    library = speaker.library
    asked = speaker.request.arguments.get("query", "")
    table: Grid | None = None
    fault = ""
    if asked and library.mode == "served":
        try:
            table = grid(library.graph.store.query(asked), speaker)
        except Pan2kgError as error:
            fault = str(error)
    return {
        "title": speaker.t("sparql-title"),
        "query": asked or FIRST,
        "table": table,
        "fault": fault,
        "examples": [(library.graph.queries[name].question(speaker.request.language), library.graph.queries[name].text)
                     for name in sorted(names(library))],
        "completion": embedded({"prefixes": read_prefixes(library.graph.project), "terms": _terms(speaker)}),
    }  # fmt: skip


def _terms(speaker: Speaker) -> list[dict[str, str]]:
    """Our own terms with their names, then the classes and properties of others that the graph uses, for completion."""
    own = [
        {
            "name": f"pan:{term.removeprefix(PAN)}",
            "label": speaker.name(term),
            "kind": "class" if entry.type.endswith("#Class") else "property",
        }
        for term, entry in speaker.graph.labels.entries.items()
        if term.startswith(PAN)
    ]
    return own + speaker.library.once("terms of others", lambda: _others(speaker.library))


def _others(library: Library) -> list[dict[str, str]]:
    """The classes and properties that are not ours, by the prefixes of the project."""
    graph, found = library.graph, []
    prefixes = read_prefixes(graph.project)
    for kind, query in (("class", _CLASSES), ("property", _PROPERTIES)):
        names = {iri(term, prefixes) for (term,) in graph.read(query) if not term.startswith(PAN)}
        found += [{"name": name, "label": "", "kind": kind} for name in sorted(names) if not name.startswith("<")]
    return found
