"""Finding things by what a person types or a text says: by name, number, abbreviation or key.

Case, accents and punctuation make no difference. What was typed whole stands first: « PAN2 » is PAN
2, « 32017R0821 » and « 2017/821 » the regulation on conflict minerals, « ODD 8 » a goal. Then come
the things whose names have all the words, the last perhaps unfinished; then those that have them
inside words; and where there is none, those within one typing error of each word.
``web/src/search.ts`` finds the same without a server: a test holds the two together.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

from pan2kg.extract.mentions import names_of
from pan2kg.extract.names import NamesInTexts, Thing
from pan2kg.graph.labels import KINDS, Entry, Labels
from pan2kg.store.names import folded, parts_of, whole as whole_name
from pan2kg.store.queries import program_query
from pan2kg.turtle.countries import countries
from pan2kg.turtle.vocabulary import PAN, kind_and_key, path_of

MOST: Final = 100
"""How many things are found at most."""
_LONGEST: Final = 24
"""How many characters such a part may have, without the spaces."""
_CELEX: Final = re.compile(r"3(\d{4})[A-Z]0*(\d+)")
_KINDS: Final = tuple(
    dict.fromkeys(("plan", "instrument", "body", "provision", "topic", "action", *KINDS))
)
"""The order of kinds: what is one of a few comes before the many parts of it."""
_WORDS: Final = 12
"""How many words of a question are read."""
_TYPED: Final = 4
"""How many letters a word has in which a typing error is forgiven: among shorter ones too many are alike."""


@dataclass(frozen=True, slots=True)
class Findable:
    """A thing that can be found.

    ``names`` are what it is called; ``words`` are all of them, folded, with a space before and
    after; ``whole`` are those that are meant where they are typed whole, folded and without spaces;
    ``rank`` is its place among equals: by its kind, then what others name most often, then its
    label.
    """

    iri: str
    names: tuple[str, ...]
    words: str
    whole: frozenset[str]
    rank: tuple[int, int, str, str]

    def tier(self, terms: list[str], whole: str) -> int | None:
        """Where it stands: 0 typed whole, 1 with all the words, 2 with them inside words; else None."""
        if whole in self.whole:
            return 0
        if all(f" {word}" in self.words for word in terms):
            return 1
        return 2 if all(word in self.words for word in terms) else None


@dataclass(frozen=True)
class Search:
    things: tuple[Findable, ...]

    @cached_property
    def vocabulary(self) -> tuple[str, ...]:
        """All words of names, folded, each once."""
        return tuple(sorted({word for entry in self.things for word in entry.words.split()}))

    def find(self, words: str, *, limit: int = MOST) -> list[str]:
        """The things found by words, best first.

        >>> Search(()).find("PAN 2")
        []
        """
        terms = folded(words).split()[:_WORDS]
        if not terms:
            return []
        whole = whole_name("".join(terms))
        tiers: list[list[str]] = [[], [], []]
        for entry in self.things:
            tier = entry.tier(terms, whole)
            if tier is not None:
                tiers[tier].append(entry.iri)
        found = [iri for tier in tiers for iri in tier]
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
        for entry in self.things:
            if all(any(form in entry.words for form in forms) for forms in spellings):
                found.append(entry.iri)
        return found


def is_near(word: str, candidate: str) -> bool:
    """Whether a letter too many, too few, wrong or exchanged with its neighbour makes the one word the other."""
    if abs(len(word) - len(candidate)) > 1:
        return False
    short, long = sorted((word, candidate), key=len)
    at = next(
        (at for at, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short)
    )
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    return (
        short[at + 1 :] == long[at + 1 :]
        or short[at:] == long[at + 1 : at + 2] + long[at : at + 1] + long[at + 2 :]
    )


Read = Callable[[str], list[list[str]]]
"""Gives the rows of a query as plain text."""


def read_search(labels: Labels, read: Read) -> Search:
    """What can be found in a graph: all that has a page and is not retired."""
    called: dict[str, list[str]] = {}
    for iri, words in read(program_query("names/others")):
        called.setdefault(iri, []).append(words)
    times = {iri: int(number) for iri, number in read(program_query("names/named"))}
    entries = [
        entry for entry in labels.entries.values() if entry.has_page and not entry.is_retired
    ]
    findables = [
        findable(entry, called.get(entry.iri, ()), times.get(entry.iri, 0)) for entry in entries
    ]
    return Search(tuple(sorted(findables, key=lambda entry: entry.rank)))


def findable(entry: Entry, other_names: Iterable[str], times: int = 0) -> Findable:
    titles = dict.fromkeys((*entry.brief.values(), *entry.texts.values(), *other_names))
    numbers = [f"{celex[1]}/{celex[2]}" for name in titles if (celex := _CELEX.fullmatch(name))]
    names = [
        name for name in (*titles, *numbers, entry.notation, entry.key, entry.identifier) if name
    ]
    words = f" {' '.join(dict.fromkeys(filter(None, map(folded, names))))} "
    label = next(iter((entry.brief or entry.texts).values()), entry.key)
    rank = (_KINDS.index(entry.kind), -times, label, entry.iri)
    return Findable(entry.iri, tuple(names), words, frozenset(whole_names(names)), rank)


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


_SHORT: Final = PAN + "shortName"
_ABBREVIATION: Final = re.compile(r"[A-Z][A-Za-z]*[A-Z]\w* ?\d$")
_CLASSES: Final = {
    "Plan": "plan",
    "PublicBody": "body",
    "Organisation": "body",
    "Provision": "provision",
}


def read_names(read: Read, own_country: str) -> NamesInTexts:
    """What a text can name, with the country its file or key says."""
    codes = {country.iri: country.code for country in countries().values()}
    identifiers: dict[str, list[str]] = {}
    for iri, scheme, notation in read(program_query("names/identifiers")):
        identifiers.setdefault(iri, []).append(f"{kind_and_key(scheme)[1]}:{notation}")
    named: dict[str, Thing] = {}
    for iri, class_, key, type_, country, start, end, file in read(program_query("names/things")):
        if iri in named:
            continue
        name = key or kind_and_key(iri)[1] or iri.rpartition("/")[2]
        named[iri] = Thing(
            iri,
            name,
            _CLASSES.get(class_.removeprefix(PAN), "instrument"),
            kind_and_key(type_)[1],
            codes.get(country) or _country(name, file, codes.get(own_country, "")),
            day_of(start),
            day_of(end, last=True),
            tuple(identifiers.get(iri, ())),
        )
    labels = (
        (iri, label)
        for iri, label, property_ in read(program_query("names/labels"))
        if property_ != _SHORT
        or (entry := named.get(iri)) is None
        or entry.kind != "plan"
        or not entry.country
        or _ABBREVIATION.match(label)
    )
    return names_of(
        named.values(), labels, (row[0] for row in read(program_query("names/not-mentions")))
    )


def _country(key: str, file: str, own_country: str) -> str:
    code = key[:2] if key[2:3] == "-" else ""
    if code in countries():
        return code
    path = path_of(file)
    shared = path.startswith("core/") or path.split("/")[:2] in (
        ["instruments", folder] for folder in _SHARED
    )
    return "" if shared or not path else own_country


_SHARED: Final = ("council-of-europe", "eu", "ilo", "international", "un", "oecd")
"""The folders of texts that are of no country."""


def day_of(stated: str, *, last: bool = False) -> date | None:
    """A day as it is stated, the first day of a year or a month, or its last one.

    >>> day_of("2018"), day_of("2018-05"), day_of("2018-05-03"), day_of("soon")
    (datetime.date(2018, 1, 1), datetime.date(2018, 5, 1), datetime.date(2018, 5, 3), None)
    """
    numbers = stated.split("-")
    if not all(digits.isdigit() for digits in numbers) or len(numbers[0]) != 4:
        return None
    ending = ["12", "28"] if last else ["01", "01"]
    year, month, day = [*numbers, *ending[len(numbers) - 1 :]][:3]
    return date(int(year), int(month), int(day))
