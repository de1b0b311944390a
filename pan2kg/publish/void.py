"""What is in the graph, counted in one pass over its triples: for VoID, for the rewrite rules, for the self-check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from pan2kg.publish.dump import Content
from pan2kg.turtle.vocabulary import RDF

TARGETS: Final = {
    "eli": "http://data.europa.eu/eli/",
    "legilux": "http://data.legilux.public.lu/",
    "sdg": "http://metadata.un.org/sdg/",
    "eurovoc": "http://eurovoc.europa.eu/",
    "eu-authority": "http://publications.europa.eu/resource/authority/",
}
"""Data sets of others that things here are linked to, by the beginning of their IRIs."""

_ANGLE: Final = ord("<")
_TYPE: Final = f"<{RDF}type>".encode()


@dataclass(frozen=True, slots=True)
class Statistics:
    """Triples, subjects and objects; triples by property, things by class, links by target and property."""

    triples: int
    subjects: int
    objects: int
    properties: Counter[str]
    classes: Counter[str]
    links: Counter[tuple[str, str]] = field(default_factory=Counter)
    own: frozenset[str] = frozenset()
    """The first two steps of the paths our own IRIs have: ``id/plan``, ``graph/plans``, ``ontology``."""


def count(stated: Content, derived: Content, root: str) -> Statistics:
    """Count the triples of both dumps together, one that stands in both once."""
    both = set(derived.triples).intersection(stated.triples)
    tally = _Tally(root.encode())
    total = tally.take(chain(stated.triples, (line for line in derived.triples if line not in both)))
    return Statistics(
        total,
        len(tally.subjects),
        len(tally.objects),
        Counter({_bare(name): number for name, number in tally.properties.items()}),
        Counter({_bare(name): number for name, number in tally.classes.items()}),
        Counter({(target, _bare(name)): number for (target, name), number in tally.links.items()}),
        frozenset(path.decode() for path in tally.own),
    )


def _bare(term: bytes) -> str:
    return term.strip(b"<>").decode()


class _Tally:
    def __init__(self, root: bytes) -> None:
        self.root = b"<" + root
        self.starts = [(name, b"<" + start.encode()) for name, start in TARGETS.items()]
        self.subjects: set[bytes] = set()
        self.objects: set[bytes] = set()
        self.properties: Counter[bytes] = Counter()
        self.classes: Counter[bytes] = Counter()
        self.links: Counter[tuple[str, bytes]] = Counter()
        self.own: set[bytes] = set()

    def take(self, lines: Iterable[bytes]) -> int:
        total, pairs = 0, Counter[tuple[bytes, bytes]]()
        last, is_ours = b"", False
        for line in lines:
            subject, predicate, rest = line.split(b" ", 2)
            value = rest[:-3]
            if subject != last:
                self.subjects.add(subject)
                last, is_ours = subject, subject.startswith(self.root)
            self.objects.add(value)
            self.properties[predicate] += 1
            if predicate == _TYPE:
                self.classes[value] += 1
            elif is_ours and value[0] == _ANGLE and not value.startswith(self.root):
                pairs[predicate, value] += 1
            total += 1
        for (predicate, value), number in pairs.items():
            for name, start in self.starts:
                if value.startswith(start):
                    self.links[name, predicate] += number
        self._note_own()
        return total

    def _note_own(self) -> None:
        size = len(self.root)
        for term in chain(self.subjects, self.objects, self.properties, self.classes):
            if term.startswith(self.root):
                path = term[size:-1].partition(b"#")[0]
                self.own.add(b"/".join(path.split(b"/", 2)[:2]) if path.startswith((b"id/", b"graph/")) else path)
