"""The terms and concept schemes of the ontology, read from its Turtle files.

The files are read as a mapping from subject to predicate to values in a stable order, so that the documentation of
the same ontology has the same bytes. A term has everything its documentation says: labels, axioms, use, rules, an
example.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from pan2kg.errors import Place, TurtleError
from pan2kg.i18n.catalogue import LANGUAGES, SOURCE_LANGUAGE
from pan2kg.store.store import Term as RdfTerm
from pan2kg.store.store import plain
from pan2kg.turtle.vocabulary import PAN, RDF, SKOS
from pan2kg.validation.report import Severity

TermTriples = Mapping[str, Mapping[str, tuple[RdfTerm, ...]]]
"""Subject → predicate → objects; blank nodes under their own names."""


def read_triples(paths: Iterable[Path]) -> TermTriples:
    """What Turtle files state.

    Raises:
        TurtleError: a file is not Turtle.

    >>> read_triples([])
    {}
    """
    found: dict[str, dict[str, list[RdfTerm]]] = {}
    for path in paths:
        for quad in _quads(path):
            if isinstance(quad.object, ox.Triple) or isinstance(quad.subject, ox.Triple):
                continue
            said = found.setdefault(plain(quad.subject), {}).setdefault(quad.predicate.value, [])
            if quad.object not in said:
                said.append(quad.object)
    return {
        subject: {
            # most are one, which need not be written to be put in order
            predicate: tuple(sorted(objects, key=str) if len(objects) > 1 else objects)
            for predicate, objects in sorted(said.items())
        }
        for subject, said in sorted(found.items())
    }


def _quads(path: Path) -> list[ox.Quad]:
    try:
        return list(ox.parse(path=path, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True))
    except SyntaxError as error:
        raise TurtleError(
            "no-turtle-line", place=Place(str(path), error.lineno), remedy="mend-line", msg=error.msg
        ) from None


def iris(triples: TermTriples, subject: str, *predicates: str) -> tuple[str, ...]:
    """The IRIs a subject is joined to by some predicates."""
    said = triples.get(subject, {})
    found = [o.value for p in predicates for o in said.get(p, ()) if isinstance(o, ox.NamedNode)]
    return tuple(dict.fromkeys(found))


def texts(triples: TermTriples, subject: str, predicate: str) -> dict[str, str]:
    """The texts of a subject by language, the first of each; one without a language under an empty tag."""
    found: dict[str, str] = {}
    for said in triples.get(subject, {}).get(predicate, ()):
        if isinstance(said, ox.Literal):
            found.setdefault(said.language or "", said.value)
    return dict(sorted(found.items()))


Texts = Mapping[str, str]
"""The same text by language tag."""

_ORDER: Final = (SOURCE_LANGUAGE, *LANGUAGES)


class Kind(StrEnum):
    """What a term is."""

    CLASS = "class"
    OBJECT = "object-property"
    DATATYPE = "datatype-property"
    INDIVIDUAL = "individual"


@dataclass(frozen=True, slots=True)
class TaggedText:
    """Words and the language they are in."""

    words: str
    language: str


def pick(texts: Texts, language: str) -> TaggedText:
    """The text in a language, else in English, in French, or in any other.

    >>> pick({"en": "link", "fr": "lien"}, "de"), pick({}, "de")
    (TaggedText(words='link', language='en'), TaggedText(words='', language=''))
    """
    if not texts:
        return TaggedText("", "")
    tag = next((tag for tag in (language, *_ORDER) if tag in texts), min(texts))
    return TaggedText(texts[tag], tag)


def anchor(iri: str) -> str:
    """The fragment a term of ours is found at.

    >>> anchor("https://w3id.org/pan2kg/ontology#Action"), anchor("https://w3id.org/pan2kg/id/role/lead")
    ('Action', 'role-lead')
    """
    return iri.removeprefix(PAN) if iri.startswith(PAN) else "-".join(iri.rsplit("/", 2)[-2:])


@dataclass(frozen=True, slots=True)
class Alignment:
    """A term of another vocabulary and how ours relates to it, both as IRIs."""

    relation: str
    target: str


@dataclass(frozen=True, slots=True)
class Axioms:
    """What ontology and alignments state of a term, as IRIs; ``parents`` are superclasses or superproperties."""

    parents: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    ranges: tuple[str, ...] = ()
    inverses: tuple[str, ...] = ()
    alignments: tuple[Alignment, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """How often something was seen in the graph."""

    iri: str
    number: int


@dataclass(frozen=True, slots=True)
class Use:
    """How the graph uses a term.

    ``number`` counts the instances of a class and the statements of a property. ``subjects`` are the classes a
    property is used on and ``objects`` those it leads to; of a class, the properties it has and those leading to it.
    ``derived`` says that rules alone state it.
    """

    number: int = 0
    subjects: tuple[Tally, ...] = ()
    objects: tuple[Tally, ...] = ()
    derived: bool = False


@dataclass(frozen=True, slots=True)
class Constraint:
    """A SHACL shape that looks at a term: its IRI, how much it weighs, its message, what it targets."""

    iri: str
    severity: Severity
    messages: Texts
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """Turtle of a real thing: its IRI, and what the graph states of it."""

    thing: str
    turtle: str


@dataclass(frozen=True, slots=True)
class Term:
    """A term of ours."""

    iri: str
    kind: Kind
    labels: Texts
    definitions: Texts
    axioms: Axioms = field(default_factory=Axioms)
    use: Use = field(default_factory=Use)
    constraints: tuple[Constraint, ...] = ()
    example: Example | None = None

    @property
    def anchor(self) -> str:
        """The fragment of its IRI.

        >>> Term(PAN + "Action", Kind.CLASS, {}, {}).anchor
        'Action'
        """
        return anchor(self.iri)


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept of a scheme; ``parents`` are broader concepts."""

    iri: str
    labels: Texts
    definitions: Texts
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scheme:
    """A concept scheme of the ontology with its concepts, and the properties whose values come from it."""

    iri: str
    labels: Texts
    definitions: Texts
    concepts: tuple[Concept, ...]
    properties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Another vocabulary terms are borrowed from; ``terms`` with how many statements of the graph use each."""

    prefix: str
    namespace: str
    terms: tuple[Tally, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """What the ontology says of itself: texts, and single values by their prefixed name."""

    iri: str
    titles: Texts
    descriptions: Texts
    values: Mapping[str, str]

    def missing(self) -> tuple[str, ...]:
        """What a published ontology says of itself and this one does not."""
        needed = (*REQUIRED, *(name for name, texts in (("dcterms:title", self.titles),) if not texts))
        needed += () if self.descriptions else ("dcterms:description",)
        return tuple(name for name in needed if name not in self.values)


REQUIRED: Final = (
    "dcterms:bibliographicCitation", "dcterms:created", "dcterms:creator", "dcterms:license", "owl:versionIRI",
    "owl:versionInfo", "vann:preferredNamespacePrefix", "vann:preferredNamespaceUri",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ontology:
    """The whole documentation as data."""

    heading: Heading
    terms: tuple[Term, ...]
    schemes: tuple[Scheme, ...]
    vocabularies: tuple[Vocabulary, ...]
    constraints: tuple[Constraint, ...]
    prefixes: Mapping[str, str]

    def of_kind(self, *kinds: Kind) -> tuple[Term, ...]:
        """The terms of a kind, by name."""
        return tuple(term for term in self.terms if term.kind in kinds)

    def by_iri(self) -> Mapping[str, Term]:
        """Each term by its IRI."""
        return {term.iri: term for term in self.terms}


def read_schemes(triples: TermTriples, used: Mapping[tuple[str, ...], int]) -> tuple[Scheme, ...]:
    """Each scheme by IRI, with the properties the graph takes its concepts for, the most frequent first.

    ``used`` says how often: scheme and property, and a number.
    """
    taken: dict[str, list[str]] = {}
    for scheme, name in sorted(used, key=lambda at: (-used[at], at)):
        taken.setdefault(scheme, []).append(name)
    members: dict[str, list[str]] = {}
    for iri in triples:
        for scheme_iri in iris(triples, iri, SKOS + "inScheme"):
            members.setdefault(scheme_iri, []).append(iri)
    return tuple(
        Scheme(
            iri,
            texts(triples, iri, SKOS + "prefLabel"),
            texts(triples, iri, SKOS + "definition"),
            tuple(_concept(triples, concept) for concept in sorted(members.get(iri, ()))),
            tuple(taken.get(iri, ())),
        )
        for iri in triples
        if SKOS + "ConceptScheme" in iris(triples, iri, RDF + "type")
    )


def _concept(triples: TermTriples, iri: str) -> Concept:
    words = texts(triples, iri, SKOS + "prefLabel"), texts(triples, iri, SKOS + "definition")
    return Concept(iri, *words, iris(triples, iri, SKOS + "broader"))
