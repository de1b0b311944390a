"""Nodes as lines of text: a thing without a page of its own, such as a passage, is shown where it is referred to.

A line says what the node is in short, then its facts; nodes that these refer to are unfolded in it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import pyoxigraph as ox

from pan2kg.graph import labels
from pan2kg.graph.statements import CERTAINTY, SOURCE, TYPE, Grounds, Statement, grounds_of
from pan2kg.site.page import Markup, PageContext, piece
from pan2kg.site.property_names import ORG, property_label, property_place
from pan2kg.site.values import PASSAGE, Quote, quotes_of, value_html, with_french_spaces_in
from pan2kg.templates import markup
from pan2kg.turtle.vocabulary import DCTERMS, ID, PAN, RDFS, SKOS, kind_and_key

IN_NOTES = frozenset({CERTAINTY, SOURCE, PASSAGE})
"""The properties that say on what a thing rests: its note tells them."""
_NO_FACTS = IN_NOTES | {TYPE, DCTERMS + "identifier"}
"""What is not among the facts of a node: it stands in its note, or beside it as a quotation."""
_WORDS = (PAN + "text", SKOS + "prefLabel", RDFS + "label", SKOS + "notation", PAN + "quote")
"""A line begins with the first of these properties that the node has."""
_SUBJECTS = (
    PAN + "involves",
    PAN + "involvedIn",
    PAN + "answeredBy",
    PAN + "answerTo",
    f"{ORG}organization",
    f"{ORG}member",
)
"""The line of a node without words begins with the first of these that is not the thing it is shown on."""
_SHOWN_ELSEWHERE = frozenset({PAN + "Document", SKOS + "Concept", SKOS + "ConceptScheme"})
"""The classes of things that have no page, but a place on one."""
_COUNTING_STATUSES = frozenset({f"{ID}linkstatus/accepted", f"{ID}linkstatus/derived"})
"""The statuses of links that count: only the others are told."""
_MOST_ON_PATH = 3
"""How many things may lead to a node that is unfolded; one that is further away is only named."""


class NodeFact(NamedTuple):
    """A property of a node: its name, its values, and the grounds of the nodes unfolded in these."""

    heading: Markup
    contents: Sequence[Markup]
    grounds: Sequence[Grounds]


class NodeText(NamedTuple):
    """A node as a line: what it is in short, its facts, the words quoted for it, and on what it rests.

    ``basis`` is that of the node itself, None where nothing is said of it.
    """

    head: Markup
    facts: Sequence[NodeFact]
    quotes: Sequence[Quote]
    basis: Grounds | None

    def line(self, translate: Callable[..., str]) -> Markup:
        """The line as HTML."""
        return piece("node")(self.head, self.facts, self.quotes, translate)

    @property
    def grounds(self) -> list[Grounds]:
        """All grounds of the line in the order of notes: of the nodes unfolded in it, then of itself."""
        grounds: list[Grounds] = []
        for fact in self.facts:
            grounds += fact.grounds
        if self.basis:
            grounds.append(self.basis)
        return grounds


def is_node(context: PageContext, iri: str) -> bool:
    """Whether a thing is shown where it is referred to, since it has no page and stands on none."""
    if not (iri.startswith("_:") or kind_and_key(iri)[0]):
        return False
    entry = context.entry(iri)
    return entry is None or not (entry.has_page or entry.type in _SHOWN_ELSEWHERE)


def read_node(
    context: PageContext,
    iri: str,
    path: frozenset[str],
    without: frozenset[str] = frozenset(),
) -> NodeText:
    """The text of a node, but its properties in ``without`` and the things on the path that leads to it."""
    by_property = context.graph.statements.by_property(iri)
    head = _head_property(by_property, path | without)
    names = by_property.keys() - _NO_FACTS - without - {head}
    facts = []
    for name in sorted(names, key=lambda name: (property_place(name).place, name)):
        fact = _fact(context, name, by_property[name], path | {iri})
        if fact.contents:
            facts.append(fact)
    basis = None
    if by_property:
        first_statement = next(iter(by_property.values()))[0]
        basis = grounds_of(context.graph.statements, first_statement)
    passages = [statement.target for statement in by_property.get(PASSAGE, ())]
    return NodeText(
        head=_values(context, by_property.get(head, ())),
        facts=facts,
        quotes=quotes_of(context, passages),
        basis=basis,
    )


def _head_property(by_property: Mapping[str, Sequence[Statement]], hidden: frozenset[str]) -> str:
    """The property with which the line of a node begins; empty for none."""
    for name in _WORDS:
        if name in by_property:
            return name
    for name in _SUBJECTS:
        targets = [statement.target for statement in by_property.get(name, ())]
        if name not in hidden and not hidden.issuperset(targets):
            return name
    return ""


def _fact(
    context: PageContext, name: str, statements: Sequence[Statement], path: frozenset[str]
) -> NodeFact:
    """A property with its values, but those on the path and statuses that go without saying."""
    label = property_label(context.graph.labels, name, context.language)
    heading = piece("property")(label.words, label.language, context.t("colon"))
    if all(isinstance(statement.value, ox.Literal) for statement in statements):
        return NodeFact(heading, [_values(context, statements)], ())
    contents = []
    grounds: list[Grounds] = []
    for statement in statements:
        target = statement.target
        if target in path or target in _COUNTING_STATUSES:
            continue
        if target and len(path) <= _MOST_ON_PATH and is_node(context, target):
            node = read_node(context, target, path)
            contents.append(node.line(context.t))
            grounds += node.grounds
        else:
            contents.append(value_html(context, statement.value))
    return NodeFact(heading, contents, grounds)


def _values(context: PageContext, statements: Sequence[Statement]) -> Markup:
    """Where all values are texts in a language, the one that suits the page best; else all of them."""
    terms = [statement.value for statement in statements]
    texts = {}
    for term in terms:
        if isinstance(term, ox.Literal) and term.language:
            texts[term.language] = with_french_spaces_in(term.language, term.value)
    if texts and len(texts) == len(terms):
        return context.label_html(labels.best(texts, context.request.data))
    return markup("; ".join(str(value_html(context, term)) for term in terms))
