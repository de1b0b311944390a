"""The page for SPARQL: an editor with examples, and the terms it completes.

A server answers on the page itself; in an export a script does.
"""

from functools import partial
from typing import NamedTuple
from urllib.parse import urlencode

from pan2kg.errors import Pan2kgError
from pan2kg.site import ontology, questions
from pan2kg.site.answer_grid import result_grid
from pan2kg.site.page import PageContext, SiteContext, Values, View, embedded
from pan2kg.store import program_query, select
from pan2kg.tables import answers
from pan2kg.turtle import writer
from pan2kg.turtle.vocabulary import PAN


class Example(NamedTuple):
    """A query one can try: what it is called, and how many things it gives if that is known."""

    words: str
    text: str
    number: int = 0

    @property
    def address(self) -> str:
        """What asks it in the address of the page."""
        return urlencode({"query": self.text})


class CompletedTerm(NamedTuple):
    """A term the editor completes: its prefixed name, what it is called, and whether it is a class or a property."""

    name: str
    label: str
    kind: str


def _editor_values(context: PageContext) -> Values:
    language = context.language
    graph = context.graph
    site_context = context.site_context
    asked = context.arguments.get("query", "")
    table = None
    fault = ""
    hints = []
    if asked and context.is_served:
        try:
            table = result_grid(graph.store.query(asked), context)
            hints = [hint.say(language) for hint in graph.known_terms.hints(asked)]
        except Pan2kgError as error:
            fault = error.say(language)
    examples = []
    for name in sorted(questions.question_names(site_context)):
        query = graph.queries[name]
        examples.append(Example(query.question(language), questions.displayed_text(query.text)))
    foreign = site_context.cached("terms of others", partial(_foreign_terms, site_context))
    completion = {
        "prefixes": graph.prefixes,
        "terms": [term._asdict() for term in (*_own_terms(context), *foreign)],
        "ids": f"{graph.project.space}id/",
    }
    words = {column: answers.words_of(column, language) for column in answers.WORDED}
    return {
        "query": asked or program_query("site/first-query"),
        "table": table,
        "fault": fault,
        "hints": hints,
        "examples": examples,
        "classes": _class_examples(context),
        "completion": embedded(completion),
        "words": embedded({"words": words}),
    }


def _class_examples(context: PageContext) -> list[Example]:
    """Our classes that have instances, those with most first, each with the query for its things."""
    of_class = program_query("site/of-class")
    examples = []
    for kind in ontology.count_terms(context.graph.store, "counts/classes"):
        if kind.iri.startswith(PAN):
            text = of_class.replace("pan:Plan", f"pan:{kind.iri.removeprefix(PAN)}")
            examples.append(Example(context.name(kind.iri), text, kind.number))
    return sorted(examples, key=lambda example: (-example.number, example.words))


def _own_terms(context: PageContext) -> list[CompletedTerm]:
    """Our own terms with their names, for completion."""
    terms = []
    for iri, entry in context.graph.labels.entries.items():
        if iri.startswith(PAN):
            name = f"pan:{iri.removeprefix(PAN)}"
            kind = "class" if entry.type.endswith("#Class") else "property"
            terms.append(CompletedTerm(name, context.name(iri), kind))
    return terms


def _foreign_terms(site_context: SiteContext) -> list[CompletedTerm]:
    """The terms of others that the graph uses and that have a prefix."""
    graph = site_context.graph
    prefixes = writer.read_prefixes(graph.project)
    terms = []
    for kind, query in (("class", "ontology/classes"), ("property", "ontology/properties")):
        foreign = set()
        for iri in select(graph.store, program_query(query)).values("term"):
            if not iri.startswith(PAN):
                foreign.add(writer.iri(iri, prefixes))
        for name in sorted(foreign):
            if not name.startswith("<"):
                terms.append(CompletedTerm(name, "", kind))
    return terms


PAGES = (View("sparql", _editor_values, title="menu-sparql", section="questions", below=2),)
