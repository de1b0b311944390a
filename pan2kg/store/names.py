"""From what a person types to the thing that is meant: the one place that decides it, for all doors.

A thing is meant by its IRI, a prefixed name, its key, and by whatever it is called, whole: label in
any language, short name, abbreviation, CELEX number with or without the sector, number and year of
an act, European Legislation Identifier; an action also by its number and the name of its plan, as in
« 4.3 PAN 2 ». Case, accents and punctuation make no difference, but for keys. What is said first by
:data:`REASONS` decides; words that mean several things so are refused with these.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import NamedTuple

from pan2kg.errors import QueryError
from pan2kg.i18n import Message, did_you_mean, either, told
from pan2kg.project import Project
from pan2kg.store.queries import KINDS, program_query
from pan2kg.store.store import Store, select, text_rows
from pan2kg.turtle import PAN, read_prefixes

REASONS = (
    "iri",
    "key",
    "name",
    "other-name",
    "part-of-name",
    "number-in-plan",
    "number",
)
"""Why words mean a thing, the one that decides first: number in a plan is « 4.3 PAN 2 », number alone « 4.3 »."""
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ß": "ss", "ł": "l", "đ": "d"})
_APART = re.compile(r"[\W_]+")
_FILLED = re.compile(r"(?<=[a-z])0+(?=\d)")
_CELEX = re.compile(r"3(\d{4})([A-Z])0*(\d+)")
_ELI = re.compile(r"https?://[^/]+/(eli/.+?)(?:/oj)?/?")
_PARTS = re.compile(r"(?P<head>.+?) [·–] |.*\((?P<short>[^()]+)\)$")
"""The part of a name that is told by itself: « PAN 1 · … », « ODD 8 – … », « Ministère … (MAEE) »."""
_NUMBER_FIRST = re.compile(r"(?:\w+ )?(?P<number>\w?\d+(?:\.\d+)*)[ ,:·–-]+(?P<plan>.+)")
_NUMBER_LAST = re.compile(r"(?P<plan>.+?)[ ,:·–-]+(?P<number>\w?\d+(?:\.\d+)*)")
_NO_IRI = re.compile(r"""[<>"{}|^`\\\x00-\x20]""")
_MOST_NAMED = 3
"""How many things are named where words may mean several."""
_NEAR = 0.4
_ByName = Mapping[str, Mapping[str, set[str]]]
"""By each reason that is a name: what is called so, by the name as it is compared."""


class _Unmarked(dict[int, int | None]):
    """For ``str.translate``: what Unicode lets stand above or below a letter is left out."""

    def __missing__(self, char: int) -> int | None:
        base = self[char] = None if unicodedata.combining(chr(char)) else char
        return base


_UNMARKED = _Unmarked()


@lru_cache(maxsize=1 << 8)
def folded(text: str) -> str:
    """Words in lower case without accents, a space between them.

    >>> folded("Règl. 2017/821 · l’Égalité"), folded("ŒUVRE")
    ('regl 2017 821 l egalite', 'oeuvre')
    """
    lower = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    return _APART.sub(" ", unicodedata.normalize("NFKD", lower).translate(_UNMARKED)).strip()


def whole(text: str) -> str:
    """A name as it is compared whole: folded, without spaces and without zeros that fill up a number.

    >>> whole("PAN\u00a02"), whole("32017R0821"), whole("2017/821")
    ('pan2', '32017r821', '2017821')
    """
    return _FILLED.sub("", folded(text).replace(" ", ""))


def _as_number(text: str) -> str:
    # dots tell 1.1 from 11
    return text.strip().casefold()


def numbers_of(name: str) -> list[str]:
    """How else an act is called by its CELEX number: without the sector, by year and number, by number and year.

    >>> numbers_of("32009R0428"), numbers_of("PAN 2")
    (['2009R428', '2009/428', '428/2009'], [])
    """
    celex = _CELEX.fullmatch(name)
    if celex is None:
        return []
    year, kind, number = celex.groups()
    return [f"{year}{kind}{number}", f"{year}/{number}", f"{number}/{year}"]


def parts_of(name: str) -> list[str]:
    """The part of a name that is told by itself, as a list of one or none.

    >>> parts_of("PAN 1 · Entreprises"), parts_of("Ministère (MAEE)"), parts_of("PAN 1")
    (['PAN 1'], ['MAEE'], [])
    """
    match = _PARTS.match(name)
    return [match["head"] or match["short"]] if match else []


def eli_of(address: str) -> str:
    """The path of a European Legislation Identifier without the « /oj » of the official journal; empty for others.

    >>> eli_of("http://data.europa.eu/eli/reg/2017/821/oj"), eli_of("http://e/a")
    ('eli/reg/2017/821', '')
    """
    match = _ELI.fullmatch(address)
    return match[1] if match else ""


class NamedThing(NamedTuple):
    """A thing that words may mean, and by what of :data:`REASONS`."""

    iri: str
    reason: str


class ThingNames:
    """What the things of a store are called; ``candidates`` are what words mean.

    Reading all names of a graph of 300 plans takes a quarter of a second; an IRI or a key needs none.
    """

    def __init__(self, store: Store, prefixes: Mapping[str, str]) -> None:
        self.store = store
        self.prefixes = prefixes
        self._by_name: _ByName | None = None

    def candidates(self, words: str, among: Collection[str] | None = None) -> list[NamedThing]:
        """The things that words mean by the reason that decides, of those ``among`` which one is looked for.

        Raises:
            QueryError: an address with spaces or other characters that no IRI has.
        """
        for reason in REASONS:
            meant = self._meant(words, reason)
            if among is not None:
                meant = meant.intersection(among)
            if meant:
                return _candidates(meant, reason)
        return []

    def of_kinds(self, words: str, kinds: Collection[str]) -> list[NamedThing]:
        """The same of things of some :data:`~pan2kg.store.queries.KINDS`; where there is none, of any kind.

        An address is what it says, of whatever kind.
        """
        classes = set[str]()
        for kind in kinds:
            classes.update(f"{PAN}{name}" for name in KINDS.get(kind, ()))
        of_any_kind: list[NamedThing] = []
        for reason in REASONS:
            meant = self._meant(words, reason)
            fitting = meant if reason == "iri" else self._of_classes(meant, classes)
            if fitting:
                return _candidates(fitting, reason)
            of_any_kind = of_any_kind or _candidates(meant, reason)
        return of_any_kind

    def _of_classes(self, iris: set[str], classes: Collection[str]) -> set[str]:
        """Those of some classes; all where no class is asked for."""
        if not classes or not iris:
            return iris
        rows = text_rows(self.store, program_query("things/classes", thing=sorted(iris)))
        return {iri for iri, name in rows if name in classes}

    def _meant(self, words: str, reason: str) -> set[str]:
        """The things that words mean by one of :data:`REASONS`."""
        if reason == "iri":
            address = self._address(words)
            return {address} if address else set()
        if reason == "key":
            query = program_query("things/by-key", name=words.strip())
            return set(select(self.store, query).values("thing"))
        if reason == "number-in-plan":
            return self._numbered(words)
        name = _as_number(words) if reason == "number" else whole(words)
        return self._names[reason].get(name, set())

    def _address(self, words: str) -> str:
        """The IRI that words are, whole or with a prefix; empty where they are none."""
        words = words.strip()
        if words.startswith(("http://", "https://", "<")):
            address = words.strip("<>")
            if _NO_IRI.search(address) or ":" not in address:
                raise QueryError("value-no-iri", remedy="no-spaces-in-iri", value=words)
            return self._by_eli(address)
        prefix, colon, local = words.partition(":")
        if colon and prefix in self.prefixes and not _NO_IRI.search(local):
            return self.prefixes[prefix] + local
        return ""

    def _by_eli(self, address: str) -> str:
        # an act has one address here, and several are in use: with and without the language or /oj
        eli = eli_of(address)
        if not eli or select(self.store, program_query("things/classes", thing=address)).rows:
            return address
        known = self._names["other-name"].get(whole(eli), set())
        return next(iter(known)) if len(known) == 1 else address

    def _numbered(self, words: str) -> set[str]:
        """The actions that a number and the name of their plan mean, whichever comes first."""
        actions: set[str] = set()
        for pattern in (_NUMBER_FIRST, _NUMBER_LAST):
            match = pattern.fullmatch(words.strip())
            if match is None:
                continue
            plans = self._plans(match["plan"])
            of_number = self._names["number"].get(_as_number(match["number"]), set())
            if plans and of_number:
                query = program_query(
                    "things/in-plans", thing=sorted(of_number), plan=sorted(plans)
                )
                actions.update(select(self.store, query).values("thing"))
        return actions

    def _plans(self, words: str) -> set[str]:
        for reason in ("iri", "key", "name", "other-name", "part-of-name"):
            plans = self._of_classes(self._meant(words, reason), {f"{PAN}Plan"})
            if plans:
                return plans
        return set()

    @property
    def _names(self) -> _ByName:
        if self._by_name is None:
            self._by_name = _read(self.store)
        return self._by_name


def _candidates(iris: Iterable[str], reason: str) -> list[NamedThing]:
    return [NamedThing(iri, reason) for iri in sorted(iris)]


def _read(store: Store) -> _ByName:
    names: dict[str, dict[str, set[str]]] = {
        reason: defaultdict(set) for reason in ("name", "other-name", "part-of-name", "number")
    }
    for iri, name, reason in text_rows(store, program_query("things/names")):
        if reason == "number":
            names[reason][_as_number(name)].add(iri)
            continue
        names[reason][whole(name)].add(iri)
        for other in (*numbers_of(name), eli_of(iri)):
            names["other-name"][whole(other)].add(iri)
        for part in parts_of(name):
            names["part-of-name"][whole(part)].add(iri)
    for by_name in names.values():
        by_name.pop("", None)
    return names


def resolve(words: str, kinds: Iterable[str] = (), *, names: ThingNames) -> str:
    """The IRI of the thing that words mean; of several, the one that is of a kind looked for.

    An address is taken as it is, whether the graph knows it or not.

    Raises:
        QueryError: nothing is called so, with the nearest keys; or the words mean several things,
            with these.
    """
    candidates = names.of_kinds(words, tuple(kinds))
    if len(candidates) == 1:
        return candidates[0].iri
    if candidates:
        raise ambiguous(words, names.store, [candidate.iri for candidate in candidates])
    keys = select(names.store, program_query("things/keys")).values("key")
    raise QueryError("nothing-called", remedy=nearest(words, keys), value=words, total=len(keys))


def nearest(words: str, keys: Iterable[str]) -> Message:
    """A remedy: the keys that look like what was typed, else how things are named."""
    near = get_close_matches(words, sorted(keys), n=3, cutoff=_NEAR)
    return did_you_mean(near) if near else told("name-a-key")


def ambiguous(words: str, store: Store, iris: Iterable[str]) -> QueryError:
    """The fault that words mean several things: each by its key where that means it alone, else by its IRI."""
    iris = sorted(iris)
    rows = text_rows(store, program_query("things/keys-by-thing", thing=iris))
    keys = {row[0]: row[1] for row in reversed(rows)}
    times = Counter(keys.values())
    named = [keys[iri] if times[keys.get(iri, "")] == 1 else iri for iri in iris]
    return QueryError(
        "may-mean", remedy="give-the-iri", name=words, named=either(named[:_MOST_NAMED])
    )


def find_thing(words: str, store: Store, project: Project, kinds: Iterable[str] = ()) -> str:
    """What :func:`resolve` gives, where nobody holds the names of the store."""
    return resolve(words, kinds, names=ThingNames(store, read_prefixes(project)))
