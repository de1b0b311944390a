"""The values of a thing as a page shows them: under which name, in which part of the page, in what order.

A node without a page of its own, such as a passage, is shown where it is referred to.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import pyoxigraph as ox

from pan2kg.coherence.obligations import whole_months
from pan2kg.graph.labels import Labels, short
from pan2kg.graph.statements import CERTAINTY, SOURCE, TYPE, Statement
from pan2kg.i18n.catalogue import Language, Messages, french
from pan2kg.i18n.days import in_words
from pan2kg.site.basis import NOTHING, Mark, Notes, Say
from pan2kg.site.page_context import PageContext, piece
from pan2kg.store.store import Term, plain
from pan2kg.tables.template import escape, markup
from pan2kg.turtle.vocabulary import DCTERMS, ID, PAN, RDF, RDFS, SKOS, XSD, kind_and_key

if TYPE_CHECKING:
    from markupsafe import Markup


_SPACES: Final[Mapping[str, str]] = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": DCTERMS,
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "pan": PAN,
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": RDF,
    "rdfs": RDFS,
    "skos": SKOS,
    "vann": "http://purl.org/vocab/vann/",
}
_BACK: Final = "from-"
_CALLED: Final = Messages("property")
_CALLED_BACK: Final = Messages("property-from")
LAST: Final = 10_000
"""The place of properties nothing is known of: after all others."""


@dataclass(frozen=True, slots=True)
class Property:
    """Which part of a page a property stands in, its place among others, and the key of what it is called."""

    part: str = "other"
    place: int = LAST
    key: str = ""


_UNKNOWN: Final = Property()


@cache
def _table() -> Mapping[tuple[str, bool], Property]:
    found: dict[tuple[str, bool], Property] = {}
    text = Path(__file__).with_name("properties.toml").read_text(encoding="utf-8")
    for part, rows in tomllib.loads(text).items():
        for name in rows:
            prefix, _, local = name.partition(":")
            at = _SPACES[prefix] + local, part.startswith(_BACK)
            found[at] = Property(part.removeprefix(_BACK), len(found), name)
    return found


def known(iri: str, *, back: bool = False) -> Property:
    """Where a property stands; ``back``: on the page of what it points to.

    >>> known(PAN + "hasTimeline").part, known(PAN + "involves", back=True).part, known("http://e/p").part
    ('when', 'who', 'other')
    """
    return _table().get((iri, back), _UNKNOWN)


def called(index: Labels, iri: str, language: Language, *, back: bool = False) -> tuple[str, str]:
    """What a property is called, and the language of these words where that is another one.

    Its own name in the ontology comes first; on the page of what it points to, the table's.
    """
    at = iri, language, back
    if at not in index.called:
        index.called[at] = _called(index, iri, language, back=back)
    return index.called[at]


def _called(index: Labels, iri: str, language: Language, *, back: bool) -> tuple[str, str]:
    key, words = known(iri, back=back).key, _CALLED_BACK if back else _CALLED
    ours = words.say(key, language) if words.has(key, language) else ""
    entry = index.entry(iri)
    own = entry.texts if entry and not back else {}
    if mine := own.get(language) or ours:
        return mine, ""
    label = index.label(iri, language)
    return (label.text, label.language if label.language != language else "") if label.text else (short(iri), "")


EVIDENCE: Final = PAN + "evidence"
_ORG: Final = "http://www.w3.org/ns/org#"
_HEADS: Final = (PAN + "text", SKOS + "prefLabel", RDFS + "label", SKOS + "notation", PAN + "quote")
"""What a node says in short: the first of these it has."""
_ENDS: Final = (PAN + "involves", PAN + "involvedIn", f"{_ORG}organization", f"{_ORG}member")
"""What a node without words of its own is about: the first of these that is not the thing it is shown on."""
_ASIDE: Final = frozenset({TYPE, SOURCE, CERTAINTY, EVIDENCE, DCTERMS + "identifier"})
"""What is not among the facts of a node: it stands in its note, or beside it as a quotation."""
_SHOWN_ELSEWHERE: Final = frozenset({PAN + "Document", SKOS + "Concept", SKOS + "ConceptScheme"})
_PLAIN: Final = frozenset({f"{ID}linkstatus/accepted", f"{ID}linkstatus/derived"})
"""Values that go without saying: what counts is not marked, what does not count is."""
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_DEEP: Final = 3
"""How many things lead to a node that is still unfolded: what is further away is named only."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Words quoted, their language where it is not the page's, the document, and its page."""

    words: str
    language: str
    document: Markup
    page: str

    def written(self, t: Say) -> Markup:
        """The quotation as a block of its own."""
        return piece("quotation")(self, t)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a node says: the name of the property, its language where it is not the page's, and the values."""

    name: str
    language: str
    values: tuple[Markup | Node, ...]

    def heading(self, t: Say) -> Markup:
        """The name of the property, with its colon."""
        return piece("property")(self.name, self.language, t("colon"))


@dataclass(frozen=True, slots=True)
class Node:
    """A node unfolded: what it says in short, the rest, the words quoted for it, and the mark of its note."""

    head: Markup
    facts: tuple[Fact, ...]
    quotes: tuple[Quote, ...]
    mark: Mark | None

    def written(self, t: Say) -> Markup:
        """The node as a line: what it says in short, its facts, and the words quoted for it."""
        facts = [(fact.heading(t), [content(one, t) for one in fact.values]) for fact in self.facts]
        return piece("node")(self.head, facts, self.quotes, t)

    def marked(self, t: Say) -> Markup:
        """The node with its mark."""
        return self.written(t) + (self.mark.written(t) if self.mark else NOTHING)


def content(it: Markup | Node, t: Say) -> Markup:
    """A value, or a node unfolded, as a page shows it."""
    return it.written(t) if isinstance(it, Node) else it


def is_node(context: PageContext, iri: str) -> bool:
    """Whether a thing has no page and no place of its own, so that it is unfolded where it is spoken of."""
    if not (iri.startswith("_:") or kind_and_key(iri)[0]):
        return False
    entry = context.graph.labels.entry(iri)
    return entry is None or not (entry.has_page or entry.type in _SHOWN_ELSEWHERE)


def value(context: PageContext, term: Term) -> Markup:
    """A value: a thing by its name, a text with its language, a date in words, an address by its host."""
    if not isinstance(term, ox.Literal):
        return context.link(plain(term))
    words, language = term.value, term.language or ""
    if language:
        strange = language if language != context.request.language else ""
        return piece("spoken")(french(words) if language == "fr" else words, strange)
    if words.startswith(("http://", "https://")) and " " not in words:
        return context.lead(words, urlsplit(words).hostname or context.t("outside"))
    if term.datatype.value == XSD + "duration":
        return markup(escape(lasting(context, words)))
    return markup(escape(dated(context, words)))


def dated(context: PageContext, words: str) -> str:
    """A date in words; anything else as it is."""
    if not _DAY.fullmatch(words):
        return words
    try:
        return in_words(date.fromisoformat(words), context.request.language)
    except ValueError:
        return words


def lasting(context: PageContext, words: str) -> str:
    """How often something recurs, in words, of a duration of years and months; anything else as it is."""
    months = whole_months(words)
    if not months:
        return words
    years, rest = divmod(months, 12)
    return context.t("every-months", n=months) if rest else context.t("every-years", n=years)


def unfold(notes: Notes, iri: str, seen: frozenset[str], *, without: frozenset[str] = frozenset()) -> Node:
    """A node with everything said of it, but for properties ``without``; what points back to ``seen`` is left out."""
    context = notes.context
    by_property = context.graph.statements.by_property(iri)
    head = next((name for name in _HEADS if name in by_property), "") or _about(by_property, seen | without)
    rest = sorted(by_property.keys() - _ASIDE - without - {head}, key=_place)
    inside = seen | {iri}
    facts = [_fact(notes, name, by_property[name], inside) for name in rest]
    first = next(iter(by_property.values()), (None,))[0]
    return Node(
        _told(context, by_property.get(head, ())),
        tuple([fact for fact in facts if fact.values]),
        quotes(context, [statement.target for statement in by_property.get(EVIDENCE, ())]),
        notes.mark(first) if first else None,
    )


def _about(by_property: Mapping[str, tuple[Statement, ...]], seen: frozenset[str]) -> str:
    """The property that says what a node is about."""
    for name in _ENDS:
        if name not in seen and any(statement.target not in seen for statement in by_property.get(name, ())):
            return name
    return ""


def _place(name: str) -> tuple[int, str]:
    return known(name).place, name


def _told(context: PageContext, statements: Iterable[Statement]) -> Markup:
    """Texts in the language of the page, or all of them where they are no translations of each other."""
    literals = [statement.value for statement in statements]
    texts = {
        term.language: french(term.value) if term.language == "fr" else term.value
        for term in literals
        if isinstance(term, ox.Literal) and term.language
    }
    if texts and len(texts) == len(literals):
        return context.text(texts)
    return markup("; ".join(str(value(context, term)) for term in literals))


def _fact(notes: Notes, name: str, statements: tuple[Statement, ...], seen: frozenset[str]) -> Fact:
    words, language = called(notes.context.graph.labels, name, notes.context.request.language)
    if all(isinstance(statement.value, ox.Literal) for statement in statements):
        return Fact(words, language, (_told(notes.context, statements),))
    left_out = seen | _PLAIN
    kept = [statement for statement in statements if statement.target not in left_out]
    return Fact(words, language, tuple([_inside(notes, statement, seen) for statement in kept]))


def _inside(notes: Notes, statement: Statement, seen: frozenset[str]) -> Markup | Node:
    target = statement.target
    if target and len(seen) <= _DEEP and is_node(notes.context, target):
        return unfold(notes, target, seen)
    return value(notes.context, statement.value)


def quotes(context: PageContext, passages: Iterable[str]) -> tuple[Quote, ...]:
    """Passages as quotations, with document and page."""
    return tuple(quote for passage in passages for quote in _quotes(context, passage))


def _quotes(context: PageContext, passage: str) -> Iterable[Quote]:
    found = context.graph.statements.by_property(passage)
    documents = markup(", ".join([value(context, said.value) for said in found.get(PAN + "inDocument", ())]))
    page = ", ".join([plain(said.value) for said in found.get(PAN + "page", ())])
    for said in found.get(PAN + "quote", ()):
        term = said.value
        language = getattr(term, "language", None) or ""
        words = french(plain(term)) if language == "fr" else plain(term)
        yield Quote(words, "" if language == context.request.language else language, documents, page)
