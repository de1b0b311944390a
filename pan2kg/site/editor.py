"""The page for SPARQL of one's own: its editor, examples to run, and the terms it completes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from pan2kg.errors import Pan2kgError
from pan2kg.site.ontology import counted
from pan2kg.site.page import Values, View, embedded
from pan2kg.site.questions import AnswerGrid, grid, names
from pan2kg.store.links import DERIVED_FROM
from pan2kg.store.queries import program_query
from pan2kg.store.store import select
from pan2kg.tables.answers import every_word
from pan2kg.turtle.vocabulary import PAN
from pan2kg.turtle.writer import iri, read_prefixes

if TYPE_CHECKING:
    from pan2kg.site.page import PageContext, SiteContext


@dataclass(frozen=True, slots=True)
class EditorExample:
    """A query to run at one click: what it asks, in words, and its text; ``number`` counts the things of a class."""

    words: str
    text: str
    number: int = 0

    @property
    def address(self) -> str:
        """What an address says after its ``?`` or ``#`` for this query."""
        return urlencode({"query": self.text})


def editor(context: PageContext) -> Values:
    """What the page shows; with a query in the address, and a server behind it, its answer too."""
    site_context, language = context.site_context, context.request.language
    queries = site_context.graph.queries
    asked = context.request.arguments.get("query", "")
    table: AnswerGrid | None = None
    fault = ""
    if asked and site_context.mode == "served":
        try:
            table = grid(site_context.graph.store.query(asked), context)
        except Pan2kgError as error:
            fault = error.say(context.request.language)
    return {
        "title": context.t("menu-sparql"),
        "query": asked or program_query("site/first-query"),
        "table": table,
        "fault": fault,
        "examples": [
            EditorExample(queries[name].question(language), queries[name].text) for name in sorted(names(site_context))
        ],
        "classes": _classes(context),
        "completion": embedded(
            {"prefixes": context.graph.prefixes, "terms": _terms(context), "ids": f"{context.graph.project.space}id/"}
        ),
        "words": embedded({"words": every_word(context.request.language)}),
    }  # fmt: skip


def _classes(context: PageContext) -> list[EditorExample]:
    """Our classes that have instances, those with most first, each with the query for its things."""
    text, graph = program_query("site/of-class"), context.graph
    numbers = counted(graph.store, graph.links, lambda counts: counts.tallied("counts/classes"))
    found = [
        EditorExample(context.name(term), text.replace("pan:Plan", f"pan:{term.removeprefix(PAN)}"), number)
        for (term,), number in numbers.items()
        if term.startswith(PAN)
    ]
    return sorted(found, key=lambda one: (-one.number, one.words))


def _terms(context: PageContext) -> list[dict[str, str]]:
    """Our own terms with their names, then the classes and properties of others that the graph uses, for completion."""
    own = [
        {
            "name": f"pan:{term.removeprefix(PAN)}",
            "label": context.name(term),
            "kind": "class" if entry.type.endswith("#Class") else "property",
        }
        for term, entry in context.graph.labels.entries.items()
        if term.startswith(PAN)
    ]
    return own + context.site_context.once("terms of others", lambda: _others(context.site_context))


def _others(site_context: SiteContext) -> list[dict[str, str]]:
    """The classes and properties that are not ours, by the prefixes of the project."""
    prefixes, found = read_prefixes(site_context.graph.project), []
    for kind, query in (("class", "ontology/classes"), ("property", "ontology/properties")):
        terms = select(site_context.graph.store, program_query(query)).values("term")
        if site_context.graph.links and kind == "property":
            terms = [*terms, DERIVED_FROM]
        names = {iri(term, prefixes) for term in terms if not term.startswith(PAN)}
        found += [{"name": name, "label": "", "kind": kind} for name in sorted(names) if not name.startswith("<")]
    return found


PAGES: Final = (View("sparql", editor, section="questions", below=2),)
