"""What Turtle files state, by subject and predicate, in an order that stays the same.

The store does not tell the ontology apart from the graph it describes; who documents the ontology
and its shapes reads their files.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from pan2kg.errors import Place, TurtleError
from pan2kg.i18n import LANGUAGES, SOURCE_LANGUAGE
from pan2kg.store import Term as Node, plain
from pan2kg.turtle import RDF

Texts = Mapping[str, str]
"""A text by its language."""
Objects = tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class TurtleStatements:
    """Objects by subject and predicate; blank nodes stand under their own names."""

    by_subject: Mapping[str, Mapping[str, Objects]]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_subject)

    def of(self, subject: str) -> Mapping[str, Objects]:
        """The objects of a subject by predicate; empty where nothing is said of it."""
        return self.by_subject.get(subject, {})

    def objects(self, subject: str, predicate: str) -> Objects:
        """The objects of a subject by a predicate."""
        return self.of(subject).get(predicate, ())

    def iris(self, subject: str, *predicates: str) -> tuple[str, ...]:
        """The things a subject is joined to by any of the predicates, each once."""
        properties = self.of(subject)
        iris: dict[str, None] = {}
        for predicate in predicates:
            for term in properties.get(predicate, ()):
                if isinstance(term, ox.NamedNode):
                    iris[term.value] = None
        return tuple(iris)

    def types(self, subject: str) -> tuple[str, ...]:
        """The classes a subject is said to be of."""
        return self.iris(subject, RDF + "type")

    def texts(self, subject: str, predicate: str) -> dict[str, str]:
        """The texts of a subject by language; of several in a language the first."""
        by_language: dict[str, str] = {}
        for literal in self.objects(subject, predicate):
            if isinstance(literal, ox.Literal):
                by_language.setdefault(literal.language or "", literal.value)
        return dict(sorted(by_language.items()))


def read_statements(paths: Iterable[Path]) -> TurtleStatements:
    """What files state together, sorted; what quotes a triple is left out.

    Raises:
        TurtleError: a file is no Turtle, with its line.
    """
    stated: dict[str, dict[str, list[Node]]] = {}
    for path in paths:
        for quad in _read_quads(path):
            if isinstance(quad.object, ox.Triple) or isinstance(quad.subject, ox.Triple):
                continue
            properties = stated.setdefault(plain(quad.subject), {})
            values = properties.setdefault(quad.predicate.value, [])
            if quad.object not in values:
                values.append(quad.object)
    by_subject = {}
    for subject, properties in sorted(stated.items()):
        by_subject[subject] = {
            predicate: _in_order(values) for predicate, values in sorted(properties.items())
        }
    return TurtleStatements(by_subject)


def _read_quads(path: Path) -> list[ox.Quad]:
    try:
        return list(ox.parse(path=path, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True))
    except SyntaxError as error:
        place = Place(str(path), error.lineno)
        raise TurtleError("no-turtle", place=place, remedy="mend-line", value=error.msg) from None


def _in_order(values: list[Node]) -> Objects:
    # most are one, which need not be written to be put in order
    return tuple(sorted(values, key=str) if len(values) > 1 else values)


class PickedText(NamedTuple):
    """A text in one of its languages; both are empty where there is none."""

    words: str
    language: str


def pick_text(texts: Texts, language: str) -> PickedText:
    """A text in the language asked for, else in that of the source, else in any.

    >>> pick_text({"fr": "loi", "en": "law"}, "de")
    PickedText(words='law', language='en')
    """
    for tag in (language, SOURCE_LANGUAGE, *LANGUAGES, *sorted(texts)):
        if tag in texts:
            return PickedText(texts[tag], tag)
    return PickedText("", "")
