"""What a text may name: things and the words they are called by; and a mention, a place that names some.

A name is found word by word: case, accents, apostrophes, hyphens and the endings of inflected words make no difference,
but a name of one or two words keeps its capitals (« Accord de Paris » is a treaty, « accord » is not), and a bracket, a
colon or the end of a sentence stands inside a name only where the name has one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import Final, Protocol

_WORD: Final = re.compile(r"[nN][°º]|[^\W_]+")
_BETWEEN: Final = re.compile(r"[ \n’'‘ʼ`´\-‐‑–—/,:&()«»\"“”„.;·]{0,5}")
_COMPOUND: Final = re.compile(r"[-‐‑][^\W\d_]")
_HARD: Final = frozenset("().;:")
_ENDINGS: Final = "esnrm"
_STEM: Final = 5
"""How many letters of a word stay where its ending is cut: « Internationaler » and « Internationalen » are one word."""
_LETTERS: Final = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "º": "o", "°": "o"})


@dataclass(frozen=True, slots=True)
class Thing:
    """What can be named: an instrument, plan, body or provision.

    ``type`` is the key of its type (``law``, ``eu-directive``), ``country`` the code of its country in lower case,
    empty where it is of none; ``start`` and ``end`` are the days it was set up or adopted, and given up, if known.
    ``identifiers`` are its other names for machines, such as ``celex:32014L0024``.
    """

    iri: str
    key: str
    kind: str
    type: str = ""
    country: str = ""
    start: date | None = None
    end: date | None = None
    identifiers: tuple[str, ...] = ()

    @property
    def family(self) -> str:
        """What the editions of a plan have in common: its key without the number.

        >>> Thing("i", "lu-bhr-2", "plan").family, Thing("i", "dir-2014-24", "instrument").family
        ('lu-bhr', 'dir-2014-24')
        """
        return re.sub(r"-(?:\d+|unspecified)$", "", self.key) if self.kind == "plan" else self.key

    @property
    def is_unknown(self) -> bool:
        """Whether it stands for an edition of which a source does not say which one it is."""
        return self.key.endswith("-unspecified")

    @property
    def edition(self) -> int:
        """The number of the edition a plan's key ends in; 0 where it has none."""
        found = re.search(r"-(\d{1,2})$", self.key) if self.kind == "plan" else None
        return int(found[1]) if found else 0

    @property
    def editions(self) -> tuple[str, ...]:
        """How texts tell the edition of a plan: its number, the year it begins in, the year its key ends in.

        >>> Thing("i", "lu-coalition-2018", "plan").editions
        ('2018',)
        """
        key = re.search(r"-(\d+)$", self.key)
        year = str(self.start.year) if self.start else ""
        return tuple(dict.fromkeys(one for one in (key[1] if key else "", year) if one))

    def is_valid(self, day: date | None) -> bool:
        """Whether it is there on a day, as far as anybody knows."""
        return day is None or ((self.start is None or self.start <= day) and (self.end is None or day <= self.end))


@dataclass(frozen=True, slots=True)
class Spelling:
    """Words that name a thing, as written; those of no thing say that what they name is something else."""

    words: str
    iri: str = ""


def _age(thing: Thing) -> tuple[str, int]:
    return thing.start.isoformat() if thing.start else "", thing.edition


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: where it stands, and what is compared of it."""

    start: int
    end: int
    folded: str


@dataclass(frozen=True, slots=True)
class Found:
    """Words of a text that are a name: their place, the things they may name, and how many words they are."""

    start: int
    end: int
    things: tuple[str, ...]
    length: int
    spelling: str


@dataclass(slots=True)
class _Node:
    """A place in the tree of names: the next words, and the names that end here, by what they name."""

    next: dict[str, _Node] = field(default_factory=dict)
    spellings: list[Spelling] = field(default_factory=list)


@dataclass(frozen=True)
class Names:
    """All that can be named, by IRI, and the words it is called by.

    >>> names = Names({"i": Thing("i", "paris", "instrument")}, (Spelling("Accord de Paris", "i"),))
    >>> [one.things for one in names.find("selon l’accord de Paris")], names.find("un accord à paris")
    ([('i',)], ())
    """

    things: Mapping[str, Thing] = field(default_factory=dict)
    spellings: tuple[Spelling, ...] = ()
    titles: tuple[Spelling, ...] = ()
    """Labels that cite their thing by its number or date: it is found by that, and the words behind tell it apart."""

    @cached_property
    def _root(self) -> _Node:
        root = _Node()
        for spelling in self.spellings:
            node = root
            for word in words_of(spelling.words):
                node = node.next.setdefault(word.folded, _Node())
            if node is not root:
                node.spellings.append(spelling)
        return root

    @cached_property
    def by_identifier(self) -> Mapping[str, str]:
        """The IRI of each thing by its identifiers, its key and its IRI itself."""
        found: dict[str, str] = {}
        for thing in self.things.values():
            for name in (thing.iri, thing.key, *thing.identifiers):
                found.setdefault(name.casefold(), thing.iri)
        return found

    @cached_property
    def editions(self) -> Mapping[str, tuple[Thing, ...]]:
        """The plans of each family, the oldest first, without what stands for an edition nobody knows."""
        found: dict[str, list[Thing]] = {}
        for thing in self.things.values():
            if thing.kind == "plan" and not thing.is_unknown:
                found.setdefault(thing.family, []).append(thing)
        return {family: tuple(sorted(plans, key=_age)) for family, plans in found.items()}

    def identified(self, *identifiers: str) -> Thing | None:
        """The thing one of these identifiers names, the first that is known."""
        found = (self.by_identifier.get(name.casefold()) for name in identifiers)
        return next((self.things[iri] for iri in found if iri), None)

    def find(self, text: str) -> tuple[Found, ...]:
        """The names in a text, at each place the longest; those of things come with those that name nothing."""
        words = list(words_of(text))
        found = (self._at(text, words, place) for place in range(len(words)))
        return tuple(one for one in found if one)

    def _at(self, text: str, words: list[Word], place: int) -> Found | None:
        """The longest name that begins with a word."""
        node = self._root.next.get(words[place].folded)
        best: Found | None = None
        last, length = place, 1
        while node is not None:
            if node.spellings and not _COMPOUND.match(text, words[last].end):
                start, end = words[place].start, words[last].end
                fitting = [one for one in node.spellings if _fits(one.words, text[start:end])]
                if fitting:
                    things = tuple(dict.fromkeys(one.iri for one in fitting if one.iri))
                    refused = any(not one.iri for one in fitting)
                    end += max(_closing(one.words, text, end) for one in fitting)
                    best = Found(start, end, () if refused else things, length, fitting[0].words)
            last += 1
            length += 1
            if last == len(words) or not _joined(text, words[last - 1].end, words[last].start):
                break
            node = node.next.get(words[last].folded)
        return best


def _closing(name: str, text: str, end: int) -> int:
    """How many characters of a text close a name: the quotation mark or bracket it ends in, with the space before."""
    mark = name[-1:]
    if mark.isalnum() or not mark:
        return 0
    tail = text[end : end + 2]
    return len(tail) - len(tail.lstrip()) + 1 if tail.lstrip()[:1] == mark else 0


def words_of(text: str) -> Iterator[Word]:
    """The words of a text with what is compared of them.

    >>> [word.folded for word in words_of("Internationalen Pakts, l’été n° 3")]
    ['international', 'pakt', 'l', 'ete', 'no', '3']
    """
    for found in _WORD.finditer(text):
        yield Word(found.start(), found.end(), folded_word(found[0]))


@lru_cache(maxsize=1 << 16)
def folded_word(word: str) -> str:
    """A word without case, accents and the endings of inflection."""
    letters = unicodedata.normalize("NFKD", word.casefold().translate(_LETTERS))
    plain = "".join(char for char in letters if not unicodedata.combining(char))
    if plain.isdigit():
        return plain
    return plain[:_STEM] + plain[_STEM:].rstrip(_ENDINGS) if len(plain) > _STEM else plain.removesuffix("s") or plain


def _joined(text: str, start: int, end: int) -> bool:
    """Whether what stands between two words may stand inside a name: a blank line may not."""
    between = text[start:end]
    return between in (" ", "’", "-", "'") or ("\n\n" not in between and _BETWEEN.fullmatch(between) is not None)


def _fits(name: str, printed: str) -> bool:
    """Whether words that are the same but for accents and endings are this name as it is written."""
    if not ({*printed} & _HARD) <= {*name} & _HARD:
        return False
    ours, theirs = _WORD.findall(name), _WORD.findall(printed)
    if any(_is_acronym(one) != _is_acronym(other) for one, other in zip(ours, theirs, strict=True) if len(one) > 1):
        return all(not _is_acronym(one) for one in ours) and printed == printed.upper() and len(ours) > 2
    if len(ours) > 2:
        return True
    keeping = list(zip(ours, theirs, strict=True))[1 if len(ours) > 1 and not ours[-1].islower() else 0 :]
    return all(not one[0].isupper() or other[0].isupper() for one, other in keeping)


def _is_acronym(word: str) -> bool:
    """Whether a word is written in capitals; an « s » at its end makes its plural.

    >>> [_is_acronym(word) for word in ("UNGPs", "CSRD", "Agenda", "I")]
    [True, True, False, False]
    """
    return len(word) > 1 and word.removesuffix("s").isupper() and len(word.removesuffix("s")) > 1


def is_short(name: str) -> bool:
    """Whether a name is an abbreviation of two or three letters, which is often something else too.

    >>> is_short("CRC"), is_short("CEDAW"), is_short("Paris")
    (True, False, False)
    """
    return len(name) <= 3 and name.isupper()


_TAIL: Final = re.compile(r"\s*\([^()]*\)\s*$")
_YEARS: Final = re.compile(
    r",?\s+\(?\d{4}(?:\s*[-–—/]\s*\d{2,4})?\)?$|\s+(?:pour|for|until|of|jusqu[’']en|à l[’']horizon)$"
)
_ABBREVIATION: Final = re.compile(r"\(([A-Z][A-Za-z]*[A-Z][A-Za-z]*s?(?: ?\d)?)\)\s*$")
_EDITION: Final = re.compile(r"([A-Z][A-Za-z]*[A-Z][A-Za-z]*) ?\d")
_ALIKE: Final = frozenset(("PAN", "NAP", "NAPs", "PAN RSE", "CBP", "PBC"))
"""Abbreviations that many plans have; with a number behind them they are an edition."""
_SEVERAL: Final = 3
_MARK: Final = " · "


def variants(label: str, *, dated: bool = True) -> Iterator[str]:
    """A label, and what is left of it without years and brackets at its end; and an abbreviation that stood there.

    What is left must be three words or more, or two with a capital: a bracket inside a label never cuts it. ``dated``
    says that years only tell the edition, as with plans; elsewhere they are part of the name.

    >>> list(variants("National Action Plan on Business (PAN 2) 2020-2022"))
    ['National Action Plan on Business (PAN 2) 2020-2022', 'PAN 2', 'National Action Plan on Business']
    >>> list(variants("PNDD 3"))
    ['PNDD 3', 'PNDD']
    """
    if _MARK in label:
        return  # a short name of ours for a list, whose second half is our word
    label = label.strip()
    if not label.endswith(")"):
        yield label
    if (found := _EDITION.fullmatch(label)) and found[1] not in _ALIKE:
        yield found[1]
    left = label
    for cut in (_YEARS, _TAIL, _YEARS, _TAIL, _YEARS, _YEARS) if dated else (_TAIL,):
        if cut is _TAIL and (found := _ABBREVIATION.search(left)) and found[1] not in _ALIKE:
            yield found[1]
        left = cut.sub("", left).strip(" ,–-")
    words = _WORD.findall(left)
    if left != label and (len(words) >= _SEVERAL or (len(words) > 1 and all(word[0].isupper() for word in words))):
        yield left


RULES: Final = "1"
"""The version of the rules: it changes with what they find."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Words of a text that name something; ``text[start:end]`` is ``surface``, and no two mentions overlap.

    ``target`` is the IRI of the graph where it has one, else an identifier of what is not in it yet (an ELI,
    ``ilo:C122``, ``lu:loi:2018-04-08``); empty where the words name one of several, which are ``choices`` then.
    ``others`` are further targets of the same words, as in « Guiding Principles 25 to 31 ». ``kind`` says what is named
    (``eu-act``, ``national-act``, ``ilo``, ``ungp``, ``sdg``, ``un``, ``bill``, ``instrument``, ``plan``, ``body``,
    ``short-form``), ``rule`` what found it, ``note`` is the key of what a reader should know.
    """

    start: int
    end: int
    surface: str
    target: str
    kind: str
    rule: str
    note: str = ""
    others: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()

    @property
    def targets(self) -> tuple[str, ...]:
        """Everything the words name."""
        return (self.target, *self.others) if self.target else ()


class Read(Protocol):
    """What was read of a document, as far as mentions are looked for in it: its canonical text."""

    @property
    def text(self) -> str:
        """The blocks, with a blank line between them."""


def without_overlaps(steps: Iterable[Iterable[Mention]]) -> list[Mention]:
    """The mentions of several steps in the order of the text: of those that overlap the longest, then the earlier step.

    >>> a, b = Mention(0, 4, "PAN ", "x", "plan", "a"), Mention(2, 9, "N 2 de ", "y", "plan", "b")
    >>> [one.target for one in without_overlaps([[a], [b]])]
    ['y']
    """
    ranked = [(one.start - one.end, step, one.start, one) for step, found in enumerate(steps) for one in found]
    taken: list[Mention] = []
    used = bytearray(max((one.end for *_, one in ranked), default=0))
    for *_, one in sorted(ranked, key=lambda row: row[:3]):
        if not any(used[one.start : one.end]):
            used[one.start : one.end] = b"\1" * (one.end - one.start)
            taken.append(one)
    return sorted(taken, key=lambda one: one.start)
