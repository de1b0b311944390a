"""When things are in force: intervals as precise as their source states them, in days, months or years.

A source that says “2020 to 2022” is not read as 1 January 2020: an interval keeps the precision given, and every day of
a month or year that is named counts as within it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

import pyoxigraph as ox

from pan2kg.store.store import LocalStore, is_derived, is_unverified
from pan2kg.turtle.vocabulary import ID, PAN, RDF, RDFS

_DATE: Final = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?(?=$|Z|T|[+-]\d{2}:\d{2})")


class Standing(StrEnum):
    """Where a day lies."""

    NOT_YET = "not yet"
    IN_FORCE = "in force"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Interval:
    """From and to, each a day, a month or a year, or empty where it is not known.

    >>> Interval("2020", "2022").standing(date(2022, 12, 31)), Interval("2020", "2022").standing(date(2023, 1, 1))
    (<Standing.IN_FORCE: 'in force'>, <Standing.OVER: 'over'>)
    """

    since: str = ""
    until: str = ""

    @property
    def is_dated(self) -> bool:
        """Whether one of the two is known."""
        return bool(self.since or self.until)

    def standing(self, day: date) -> Standing:
        """Where a day lies; any day of a year or a month that is named counts as within."""
        today = day.isoformat()
        if self.since and today[: len(self.since)] < self.since:
            return Standing.NOT_YET
        if self.until and today[: len(self.until)] > self.until:
            return Standing.OVER
        return Standing.IN_FORCE


def a_date(text: str) -> str:
    """The day, month or year a literal names, without a zone; empty where it names none.

    >>> a_date("2021-12-17"), a_date("2021-12+01:00"), a_date("as soon as possible"), a_date("2021-12-17T10:00:00Z")
    ('2021-12-17', '2021-12', '', '2021-12-17')
    """
    found = _DATE.match(text)
    return found[0] if found else ""


def earliest(dates: Iterable[str]) -> str:
    """The first of some dates of any precision, empty where there is none.

    >>> earliest(["2020", "2019-12-11", ""]), earliest([])
    ('2019-12-11', '')
    """
    return min(filter(None, dates), default="")


def latest(dates: Iterable[str]) -> str:
    """The last of some dates of any precision, empty where there is none.

    >>> latest(["2020", "2019-12-11", ""])
    '2020'
    """
    return max(filter(None, dates), default="")


Node = ox.NamedNode | ox.BlankNode
Intervals = dict[Node, Interval]
Values = Mapping[Node, list[Node | ox.Literal]]

ORG: Final = "http://www.w3.org/ns/org#"
ELI: Final = "http://data.europa.eu/eli/ontology#"
INSTRUMENTS: Final = ("LegalAct", "Treaty", "SoftLaw", "Commitment", "Bill", "OtherInstrument", "Instrument")

_TYPE: Final = ID + "milestonetype/"
IN_FORCE: Final = frozenset({_TYPE + "entry-into-force"})
MADE: Final = frozenset(
    _TYPE + name
    for name in ("adoption", "adoption-by-chamber", "document", "publication", "launch", "endorsement", "submission")
)
FORESEEN: Final = frozenset(
    _TYPE + name
    for name in (
        "application",
        "application-partial",
        "application-previous",
        "repeal",
        "transposition-deadline",
        "transposition-deadline-original",
        "transposition-deadline-partial",
        "transposition-deadline-previous",
        "competent-authority-designation-deadline",
    )
)
"""Milestones that an instrument sets in advance."""

_DAY: Final = re.compile(r"https?://[^ ]+?/eli/(?:[^ /]+/)+(\d{4})/(\d{2})/(\d{2})/")
"""A European Legislation Identifier that holds a day, as those of many gazettes do."""
_UNION: Final = re.compile(r"http://data\.europa\.eu/eli/\w+/(\d{4})/")


def read_intervals(store: LocalStore) -> dict[str, Intervals]:
    """For each kind of thing those of it, with when each is in force as far as stated.

    Facts nobody has verified, and what rules derived, are not asked.

    >>> store = LocalStore(ox.Store())
    >>> plan, years = ox.NamedNode("http://e/p"), ox.Literal("2020", datatype=ox.NamedNode("http://e/gYear"))
    >>> store.add("http://e/g", [ox.Triple(plan, ox.NamedNode(RDF + "type"), ox.NamedNode(PAN + "Plan"))])
    >>> store.add("http://e/g", [ox.Triple(plan, ox.NamedNode(PAN + "periodStart"), years)])
    >>> read_intervals(store)["plan"][plan]
    Interval(since='2020', until='')
    """
    return {
        "plan": _plans(store),
        "action": _actions(store),
        "instrument": _instruments(store),
        "review": _reviews(store),
        "body": _bodies(store),
        "involvement": _own_periods(store, PAN + "Involvement"),
        "membership": _own_periods(store, ORG + "Membership"),
        "event": {one: Interval(earliest(on)) for one, on in _dated(store, PAN + "Implementation", "date").items()},
        "milestone": _milestones(store),
        "deadline": {one: Interval(earliest(on)) for one, on in _dated(store, PAN + "Deadline", "validFrom").items()},
    }


def pairs(store: LocalStore, predicate: str) -> Iterator[tuple[Node, Node | ox.Literal]]:
    """Subjects and objects of a property, from what is stated and verified."""
    for quad in store.inner.quads_for_pattern(None, ox.NamedNode(predicate), None, None):
        graph = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
        if not (is_derived(graph) or is_unverified(graph)) and isinstance(quad.subject, Node):
            yield quad.subject, quad.object  # type: ignore[misc]  # no quoted triples: RDF 1.1


def values(store: LocalStore, predicate: str) -> Values:
    """The objects of a property by subject."""
    found: dict[Node, list[Node | ox.Literal]] = defaultdict(list)
    for subject, value in pairs(store, predicate):
        found[subject].append(value)
    return found


def instances(store: LocalStore, kind: str) -> list[Node]:
    """What is said to be of a class; in unverified graphs, too, since it has to go with its kind."""
    found = store.inner.quads_for_pattern(None, ox.NamedNode(RDF + "type"), ox.NamedNode(kind), None)
    return list(dict.fromkeys(quad.subject for quad in found if not isinstance(quad.subject, ox.Triple)))


def _dates(store: LocalStore, *predicates: str) -> Mapping[Node, list[str]]:
    found: dict[Node, list[str]] = defaultdict(list)
    for predicate in predicates:
        for subject, value in pairs(store, predicate):
            if isinstance(value, ox.Literal) and a_date(value.value):
                found[subject].append(a_date(value.value))
    return found


def _dated(store: LocalStore, kind: str, predicate: str) -> Mapping[Node, list[str]]:
    dates = _dates(store, PAN + predicate)
    return {one: dates.get(one, []) for one in instances(store, kind)}


def _plans(store: LocalStore) -> Intervals:
    start, end = _dates(store, PAN + "periodStart"), _dates(store, PAN + "periodEnd")
    return {
        plan: Interval(latest((earliest(on), earliest(start.get(plan, ())))), latest(end.get(plan, ())))
        for plan, on in _dated(store, PAN + "Plan", "adoptedOn").items()
    }


def _reviews(store: LocalStore) -> Intervals:
    start = _dates(store, PAN + "periodStart")
    found = _dated(store, PAN + "Review", "adoptedOn")
    return {review: Interval(earliest(on) or earliest(start.get(review, ()))) for review, on in found.items()}


def _actions(store: LocalStore) -> Intervals:
    start, end = _dates(store, PAN + "startDate"), _dates(store, PAN + "endDate")
    timelines = values(store, PAN + "hasTimeline")
    found: Intervals = {}
    for action in instances(store, PAN + "Action"):
        begun = [start.get(one, []) for one in timelines.get(action, ()) if isinstance(one, Node)]
        ended = [end.get(one, []) for one in timelines.get(action, ()) if isinstance(one, Node)]
        since = earliest(map(earliest, begun)) if begun and all(begun) else ""
        found[action] = Interval(since, latest(map(latest, ended)) if since and all(ended) else "")
    return found


def _own_periods(store: LocalStore, kind: str) -> Intervals:
    since = _dates(store, PAN + "periodStart", PAN + "startDate")
    until = _dates(store, PAN + "periodEnd", PAN + "endDate")
    return {one: Interval(earliest(since.get(one, ())), latest(until.get(one, ()))) for one in instances(store, kind)}


def _instruments(store: LocalStore) -> Intervals:
    force, made = _milestone_dates(store, IN_FORCE), _milestone_dates(store, MADE)
    stated = _dates(store, ELI + "first_date_entry_in_force")
    over = _dates(store, ELI + "date_no_longer_in_force")
    found: Intervals = {}
    for one in (one for kind in _instrument_classes(store) for one in instances(store, kind)):
        since = earliest([*stated.get(one, ()), *force.get(one, ())]) or earliest(made.get(one, ()))
        found[one] = Interval(since or _named_date(one), latest(over.get(one, ())))
    return found


def _instrument_classes(store: LocalStore) -> list[str]:
    narrower = store.inner.quads_for_pattern(
        None, ox.NamedNode(RDFS + "subClassOf"), ox.NamedNode(PAN + "Instrument"), None
    )
    named = [quad.subject.value for quad in narrower if isinstance(quad.subject, ox.NamedNode)]
    return list(dict.fromkeys([*(PAN + name for name in INSTRUMENTS), *named]))


def _named_date(instrument: Node) -> str:
    """The day or year an official identifier holds.

    >>> _named_date(ox.NamedNode("http://data.legilux.public.lu/eli/etat/leg/loi/2018/04/08/a243"))
    '2018-04-08'
    >>> _named_date(ox.NamedNode("http://data.europa.eu/eli/reg/2017/821/oj")), _named_date(ox.NamedNode("http://e/x"))
    ('2017', '')
    """
    found = _DAY.match(instrument.value) or _UNION.match(instrument.value)
    return "-".join(found.groups()) if found else ""


def _milestone_dates(store: LocalStore, types: frozenset[str]) -> Mapping[Node, list[str]]:
    kinds, dates = values(store, PAN + "milestoneType"), _dates(store, PAN + "date")
    found: dict[Node, list[str]] = defaultdict(list)
    for milestone, instrument in pairs(store, PAN + "milestoneOf"):
        fitting = any(kind.value in types for kind in kinds.get(milestone, ()))
        if fitting and not isinstance(instrument, ox.Literal):
            found[instrument] += dates.get(milestone, [])
    return found


def _milestones(store: LocalStore) -> Intervals:
    """Milestones that are only there once they have happened."""
    kinds = values(store, PAN + "milestoneType")
    return {
        one: Interval(earliest(on))
        for one, on in _dated(store, PAN + "Milestone", "date").items()
        if not any(kind.value in FORESEEN for kind in kinds.get(one, ()))
    }


def _bodies(store: LocalStore) -> Intervals:
    before, after = values(store, ORG + "originalOrganization"), values(store, ORG + "resultingOrganization")
    bodies = [*instances(store, PAN + "PublicBody"), *instances(store, PAN + "Organisation")]
    since: dict[Node, list[str]] = defaultdict(list)
    until: dict[Node, list[str]] = defaultdict(list)
    for change, on in _dates(store, PAN + "date").items():
        old, new = before.get(change, []), after.get(change, [])
        for body in (body for body in new if isinstance(body, Node) and body not in old):
            since[body] += on
        for body in (body for body in old if isinstance(body, Node) and body not in new):
            until[body] += on
    return {body: Interval(earliest(since.get(body, ())), latest(until.get(body, ()))) for body in bodies}
