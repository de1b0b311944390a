"""From what a person types to the thing that is meant: the one place that decides it, for all doors.

A thing is meant by its IRI, a prefixed name, its key, and by whatever it is called, whole: label in
any language, short name, abbreviation, CELEX number with or without the sector, number and year of
an act, European Legislation Identifier; an action also by its number and the name of its plan, as in
« 4.3 PAN 2 ». Case, accents and punctuation make no difference, but for keys.

Whoever asks often keeps the :class:`ThingNames` of a store: its candidates are what words mean, by
the first :class:`Reason` that gives any. :func:`resolve` gives the one thing, or refuses words that
mean none or several; :func:`find_thing` does so once.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import NamedTuple

from pan2kg.errors import QueryError
from pan2kg.i18n import Message, did_you_mean, error_message, one_of
from pan2kg.project import Project
from pan2kg.store.program import NO_IRI, program_query
from pan2kg.store.queries import KINDS
from pan2kg.store.store import Store, select, text_rows
from pan2kg.turtle import PAN, read_prefixes


class Reason(StrEnum):
    """Why words mean a thing, the one that decides first."""

    IRI = "iri"
    KEY = "key"
    NAME = "name"
    OTHER_NAME = "other-name"
    PART_OF_NAME = "part-of-name"
    NUMBER_IN_PLAN = "number-in-plan"
    """« 4.3 PAN 2 »"""
    NUMBER = "number"
    """« 4.3 » alone"""


_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ß": "ss", "ł": "l", "đ": "d"})
_APART = re.compile(r"[\W_]+")
_FILLED = re.compile(r"(?<=[a-z])0+(?=\d)")
_CELEX = re.compile(r"3(\d{4})([A-Z])0*(\d+)")
_ELI = re.compile(r"https?://[^/]+/(eli/.+?)(?:/oj)?/?")
_PARTS = re.compile(r"(?P<head>.+?) [·–] |.*\((?P<short>[^()]+)\)$")
"""The part of a name that is told by itself: « PAN 1 · … », « ODD 8 – … », « Ministère … (MAEE) »."""
_NUMBER_FIRST = re.compile(r"(?:\w+ )?(?P<number>\w?\d+(?:\.\d+)*)[ ,:·–-]+(?P<plan>.+)")
_NUMBER_LAST = re.compile(r"(?P<plan>.+?)[ ,:·–-]+(?P<number>\w?\d+(?:\.\d+)*)")
_MOST_NAMED = 3
"""How many things are named where words may mean several."""
_NEAR = 0.4
"""How alike words and a key are, from 0 to 1, so that the key is offered."""
_FULL_NAMES = (Reason.NAME, Reason.OTHER_NAME, Reason.PART_OF_NAME)
_ByName = Mapping[Reason, Mapping[str, set[str]]]
"""By each reason that is a name or number: what is called so, by the name as it is compared."""


class _WithoutMarks(dict[int, int | None]):
    """A table for ``str.translate`` that leaves out what stands above or below a letter; filled as letters come."""

    def __missing__(self, code: int) -> int | None:
        is_mark = unicodedata.combining(chr(code)) > 0
        self[code] = None if is_mark else code
        return self[code]


_WITHOUT_MARKS = _WithoutMarks()


@lru_cache(maxsize=1 << 8)
def folded(text: str) -> str:
    """Words in lower case without accents, a space between them.

    >>> folded("Règl. 2017/821 · l’Égalité"), folded("ŒUVRE")
    ('regl 2017 821 l egalite', 'oeuvre')
    """
    lower = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    return _APART.sub(" ", unicodedata.normalize("NFKD", lower).translate(_WITHOUT_MARKS)).strip()


def whole(text: str) -> str:
    """A name as it is compared whole: folded, without spaces and without zeros that fill up a number.

    >>> whole("PAN\u00a02"), whole("32017R0821"), whole("2017/821")
    ('pan2', '32017r821', '2017821')
    """
    return _FILLED.sub("", folded(text).replace(" ", ""))


def _as_number(text: str) -> str:
    """A number as it is compared, with its dots: they tell 1.1 from 11."""
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
    """A thing that words may mean, and why."""

    iri: str
    reason: Reason


class ThingNames:
    """What the things of a store are called; ``candidates`` are what words mean.

    Reading all names of a graph of 300 plans takes a quarter of a second; an IRI or a key needs none.
    """

    def __init__(self, store: Store, prefixes: Mapping[str, str]) -> None:
        self.store = store
        self.prefixes = prefixes

    def candidates(self, words: str, among: Collection[str] | None = None) -> list[NamedThing]:
        """The things that words mean by the reason that decides, of those ``among`` which one is looked for.

        Raises:
            QueryError: an address with spaces or other characters that no IRI has.
        """
        for reason in Reason:
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
            classes.update(PAN + name for name in KINDS.get(kind, ()))
        of_any_kind: list[NamedThing] = []
        for reason in Reason:
            meant = self._meant(words, reason)
            fitting = meant if reason is Reason.IRI else self._of_classes(meant, classes)
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

    def _meant(self, words: str, reason: Reason) -> set[str]:
        """The things that words mean for a reason."""
        match reason:
            case Reason.IRI:
                address = self._address(words)
                return {address} if address else set()
            case Reason.KEY:
                query = program_query("things/by-key", name=words.strip())
                return set(select(self.store, query).values("thing"))
            case Reason.NUMBER_IN_PLAN:
                return self._numbered(words)
            case Reason.NUMBER:
                return self._called[reason].get(_as_number(words), set())
            case _:
                return self._called[reason].get(whole(words), set())

    def _address(self, words: str) -> str:
        """The IRI that words are, whole or with a prefix; empty where they are none."""
        words = words.strip()
        if words.startswith(("http://", "https://", "<")):
            address = words.strip("<>")
            if NO_IRI.search(address) or ":" not in address:
                raise QueryError("value-no-iri", remedy="no-spaces-in-iri", value=words)
            return self._by_eli(address)
        prefix, colon, local = words.partition(":")
        if colon and prefix in self.prefixes and not NO_IRI.search(local):
            return self.prefixes[prefix] + local
        return ""

    def _by_eli(self, address: str) -> str:
        """The address an act has here, of which several are in use: with and without the language or /oj."""
        eli = eli_of(address)
        if not eli or select(self.store, program_query("things/classes", thing=address)).rows:
            return address
        acts = sorted(self._called[Reason.OTHER_NAME].get(whole(eli), ()))
        return acts[0] if len(acts) == 1 else address

    def _numbered(self, words: str) -> set[str]:
        """The actions that a number and the name of their plan mean, whichever comes first."""
        actions: set[str] = set()
        for pattern in (_NUMBER_FIRST, _NUMBER_LAST):
            match = pattern.fullmatch(words.strip())
            if match is None:
                continue
            plans = self._plans(match["plan"])
            of_number = self._called[Reason.NUMBER].get(_as_number(match["number"]), set())
            if plans and of_number:
                query = program_query(
                    "things/in-plans", thing=sorted(of_number), plan=sorted(plans)
                )
                actions.update(select(self.store, query).values("thing"))
        return actions

    def _plans(self, words: str) -> set[str]:
        for reason in (Reason.IRI, Reason.KEY, *_FULL_NAMES):
            plans = self._of_classes(self._meant(words, reason), {f"{PAN}Plan"})
            if plans:
                return plans
        return set()

    @cached_property
    def _called(self) -> _ByName:
        return _read_names(self.store)


def _candidates(iris: Iterable[str], reason: Reason) -> list[NamedThing]:
    return [NamedThing(iri, reason) for iri in sorted(iris)]


def _read_names(store: Store) -> _ByName:
    called: dict[Reason, dict[str, set[str]]] = {
        reason: defaultdict(set) for reason in (*_FULL_NAMES, Reason.NUMBER)
    }
    for iri, name, reason in text_rows(store, program_query("things/names")):
        if reason == Reason.NUMBER:
            called[Reason.NUMBER][_as_number(name)].add(iri)
            continue
        called[Reason(reason)][whole(name)].add(iri)
        for further in (*numbers_of(name), eli_of(iri)):
            called[Reason.OTHER_NAME][whole(further)].add(iri)
        for part in parts_of(name):
            called[Reason.PART_OF_NAME][whole(part)].add(iri)
    for things in called.values():
        things.pop("", None)
    return called


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
    return did_you_mean(near) if near else error_message("name-a-key")


def ambiguous(words: str, store: Store, iris: Iterable[str]) -> QueryError:
    """The fault that words mean several things: each by its key where that means it alone, else by its IRI."""
    iris = sorted(iris)
    keys: dict[str, str] = {}
    for iri, key in text_rows(store, program_query("things/keys-by-thing", thing=iris)):
        keys.setdefault(iri, key)
    things_of = Counter(keys.values())
    names = []
    for iri in iris:
        has_own_key = iri in keys and things_of[keys[iri]] == 1
        names.append(keys[iri] if has_own_key else iri)
    return QueryError(
        "may-mean", remedy="give-the-iri", name=words, named=one_of(names[:_MOST_NAMED])
    )


def find_thing(words: str, store: Store, project: Project, kinds: Iterable[str] = ()) -> str:
    """What :func:`resolve` gives, where nobody holds the names of the store."""
    return resolve(words, kinds, names=ThingNames(store, read_prefixes(project)))
