"""Finding things by what a person types: by name, number, abbreviation or key.

Case, accents and punctuation make no difference. What was typed whole stands first: « PAN2 » is PAN
2, « 32017R0821 » and « 2017/821 » the regulation on conflict minerals, « ODD 8 » a goal. Then come
the things whose names have all the words, the last perhaps unfinished; then those that have them
inside words; and where there is none, those within one typing error of each word.
``web/src/search.ts`` finds the same without a server: a test holds the two together.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from pan2kg.graph.labels import KINDS, Entry, Labels
from pan2kg.store import ReadRows, gathered, program_query
from pan2kg.store.names import folded, parts_of, whole as whole_name

MOST = 100
"""How many things are found at most."""
_LONGEST = 24
"""How many characters a name that is meant where it is typed whole may have, without the spaces."""
_CELEX = re.compile(r"3(?P<year>\d{4})[A-Z]0*(?P<number>\d+)")
"""The number of an act of the Union, as 32017R0821, which is act 2017/821."""
_KINDS = tuple(
    dict.fromkeys(("plan", "instrument", "body", "provision", "topic", "action", *KINDS))
)
"""The order of kinds: what is one of a few comes before the many parts of it."""
_WORDS = 12
"""How many words of a question are read."""
_TYPED = 4
"""How many letters a word has in which a typing error is forgiven: among shorter ones too many are alike."""


class Match(IntEnum):
    """How well a thing fits what was typed; the best stand first."""

    WHOLE = 0
    """It is called so."""
    WORDS = 1
    """Its names have words that begin with all those typed."""
    INSIDE = 2
    """Its names have all that was typed, within words too."""


class FindableRank(NamedTuple):
    """The place of a thing among equals: by its kind, then what others name most often, then its label."""

    kind: int
    minus_times_named: int
    label: str
    iri: str


@dataclass(frozen=True, slots=True)
class Findable:
    """A thing that can be found.

    ``names`` are what it is called; ``words`` are all of them, folded, with a space before and
    after; ``whole`` are those that are meant where they are typed whole, folded and without spaces.
    """

    iri: str
    names: tuple[str, ...]
    words: str
    whole: frozenset[str]
    rank: FindableRank

    def match(self, terms: list[str], whole: str) -> Match | None:
        """How well it fits the words that were typed, and these as one name; None where it does not."""
        if whole in self.whole:
            return Match.WHOLE
        if all(f" {word}" in self.words for word in terms):
            return Match.WORDS
        if all(word in self.words for word in terms):
            return Match.INSIDE
        return None


@dataclass(frozen=True)
class Search:
    """Everything that can be found, in the order of ranks."""

    things: tuple[Findable, ...]

    @cached_property
    def vocabulary(self) -> tuple[str, ...]:
        """All words of names, folded, each once."""
        return tuple(sorted({word for thing in self.things for word in thing.words.split()}))

    def find(self, words: str, *, limit: int = MOST) -> list[str]:
        """The things found by words, best first.

        >>> Search(()).find("PAN 2")
        []
        """
        terms = folded(words).split()[:_WORDS]
        if not terms:
            return []
        whole = whole_name("".join(terms))
        by_match: dict[Match, list[str]] = {match: [] for match in Match}
        for candidate in self.things:
            match = candidate.match(terms, whole)
            if match is not None:
                by_match[match].append(candidate.iri)
        found = list(chain.from_iterable(by_match.values()))
        return (found or self._misspelt(terms))[:limit]

    def _misspelt(self, terms: Sequence[str]) -> list[str]:
        """The things that have, of each word, it or one that is a typing error away."""
        spellings = []
        for word in terms:
            forms = [f" {word}"]
            if len(word) >= _TYPED and not word.isdigit():
                forms += [f" {near} " for near in self.vocabulary if is_near(word, near)]
            spellings.append(forms)
        found = []
        for candidate in self.things:
            words = candidate.words
            if all(any(form in words for form in forms) for forms in spellings):
                found.append(candidate.iri)
        return found


def is_near(word: str, candidate: str) -> bool:
    """Whether a letter too many, too few, wrong or exchanged with its neighbour makes the one word the other."""
    if abs(len(word) - len(candidate)) > 1:
        return False
    short, long = sorted((word, candidate), key=len)
    at = 0
    while at < len(short) and short[at] == long[at]:
        at += 1
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    is_one_wrong = short[at + 1 :] == long[at + 1 :]
    exchanged = long[at + 1 : at + 2] + long[at : at + 1] + long[at + 2 :]
    return is_one_wrong or short[at:] == exchanged


def read_search(labels: Labels, read: ReadRows) -> Search:
    """What can be found in a graph: all that has a page and is not retired."""
    names_of = gathered((iri, words) for iri, words in read(program_query("names/others")))
    times_of = {iri: int(number) for iri, number in read(program_query("names/named"))}
    things = []
    for entry in labels.entries.values():
        if entry.has_page and not entry.is_retired:
            other_names = names_of.get(entry.iri, ())
            things.append(findable(entry, other_names, times_of.get(entry.iri, 0)))
    return Search(tuple(sorted(things, key=lambda thing: thing.rank)))


def findable(entry: Entry, other_names: Iterable[str], times: int = 0) -> Findable:
    """A thing as it is found: by its labels, other names, numbers and key; others name it so many ``times``."""
    names = list(dict.fromkeys((*entry.brief.values(), *entry.texts.values(), *other_names)))
    for celex in filter(None, map(_CELEX.fullmatch, names.copy())):
        names.append(f"{celex['year']}/{celex['number']}")
    names += (entry.notation, entry.key, entry.identifier)
    names = [name for name in names if name]
    words = dict.fromkeys(filter(None, map(folded, names)))
    label = next(iter((entry.brief or entry.texts).values()), entry.key)
    rank = FindableRank(_KINDS.index(entry.kind), -times, label, entry.iri)
    whole = frozenset(whole_names(names))
    return Findable(entry.iri, tuple(names), f" {' '.join(words)} ", whole, rank)


def whole_names(names: Iterable[str]) -> list[str]:
    """The names, and the parts of names told by themselves, that are short enough to be typed whole.

    >>> whole_names(["PAN 1 · Entreprises", "Ministère des Affaires étrangères et européennes (MAEE)"])
    ['pan1entreprises', 'pan1', 'maee']
    """
    wholes = []
    for name in names:
        for candidate in (name, *parts_of(name)):
            whole = whole_name(candidate)
            if whole and len(whole) <= _LONGEST:
                wholes.append(whole)
    return list(dict.fromkeys(wholes))
