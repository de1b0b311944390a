"""When things are in force: from when until when each plan, action, act, body and the like is there, as far as stated.

:func:`read_intervals` reads it for :mod:`pan2kg.store.as_of`, which leaves out what was not in force
on a day. An interval keeps the precision its source gives: every day of a month or year that is named
counts as within it. What is derived or unverified says nothing of time.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import pyoxigraph as ox

from pan2kg.store.links import gathered
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import ID, PAN, RDF, RDFS, is_derived, is_unverified

ORG = "http://www.w3.org/ns/org#"
ELI = "http://data.europa.eu/eli/ontology#"
Node = ox.NamedNode | ox.BlankNode
Values = Mapping[Node, list[Node | ox.Literal]]
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?(?=$|Z|T|[+-]\d{2}:\d{2})")
"""A year, a month or a day, perhaps with a time or a time zone behind it."""
INSTRUMENTS = (
    "LegalAct",
    "Treaty",
    "SoftLaw",
    "Commitment",
    "Bill",
    "OtherInstrument",
    "Instrument",
)
_TYPE = ID + "milestonetype/"
IN_FORCE = frozenset({_TYPE + "entry-into-force"})
MADE = frozenset(
    _TYPE + name
    for name in (
        "adoption",
        "adoption-by-chamber",
        "document",
        "publication",
        "launch",
        "endorsement",
        "submission",
    )
)
FORESEEN = frozenset(
    (
        *(_TYPE + f"application{kind}" for kind in ("", "-partial", "-previous")),
        *(
            _TYPE + f"transposition-deadline{kind}"
            for kind in ("", "-original", "-partial", "-previous")
        ),
        _TYPE + "repeal",
        _TYPE + "competent-authority-designation-deadline",
    )
)
"""Milestones that an instrument sets in advance."""
_ELI_DAY = re.compile(r"https?://[^ ]+?/eli/(?:[^ /]+/)+(\d{4})/(\d{2})/(\d{2})/")
"""A European Legislation Identifier that holds a day, as those of many gazettes do."""
_ELI_YEAR = re.compile(r"http://data\.europa\.eu/eli/\w+/(\d{4})/")
"""One of the Union, which holds a year."""


class DayStanding(StrEnum):
    """Where a day lies in the validity of a statement.

    It says nothing of what is known, as :class:`~pan2kg.coherence.Standing` does: a statement
    that is over was known, and without days it counts as in force.
    """

    NOT_YET = "not yet"
    IN_FORCE = "in force"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Validity:
    """From when until when something is there: a day, a month or a year each, empty where nothing is known."""

    since: str = ""
    until: str = ""

    def standing(self, day: date) -> DayStanding:
        """Where a day lies; each day of a month or year that is named counts as within.

        >>> validity = Validity("2020", "2021-06")
        >>> [str(validity.standing(date(year, 6, 30))) for year in (2019, 2021, 2022)]
        ['not yet', 'in force', 'over']
        """
        today = day.isoformat()
        if self.since and today[: len(self.since)] < self.since:
            return DayStanding.NOT_YET
        if self.until and today[: len(self.until)] > self.until:
            return DayStanding.OVER
        return DayStanding.IN_FORCE


Intervals = dict[Node, Validity]


def pairs(store: LocalStore, predicate: str) -> Iterator[tuple[Node, Node | ox.Literal]]:
    """The stated subjects and objects of a predicate; what is derived or unverified is left out."""
    for quad in store.inner.quads_for_pattern(None, ox.NamedNode(predicate), None, None):
        graph = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
        if not (is_derived(graph) or is_unverified(graph)) and isinstance(quad.subject, Node):
            yield quad.subject, quad.object  # type: ignore[misc]  # no quoted triples: RDF 1.1


def instances(store: LocalStore, kind: str) -> list[Node]:
    """The things of a class, each once."""
    quads = store.inner.quads_for_pattern(
        None, ox.NamedNode(RDF + "type"), ox.NamedNode(kind), None
    )
    subjects = (quad.subject for quad in quads if not isinstance(quad.subject, ox.Triple))
    return list(dict.fromkeys(subjects))


class StatedDays:
    """Days, months and years that are stated of things by some properties."""

    def __init__(self, store: LocalStore, *predicates: str) -> None:
        self.by_thing: dict[Node, list[str]] = defaultdict(list)
        for predicate in predicates:
            for subject, value in pairs(store, predicate):
                match = _DATE.match(value.value)
                if isinstance(value, ox.Literal) and match:
                    self.by_thing[subject].append(match[0])

    def first(self, node: Node) -> str:
        """The first of a thing; empty where nothing is stated."""
        return min(self.by_thing.get(node, ()), default="")

    def last(self, node: Node) -> str:
        """The last of a thing; empty where nothing is stated."""
        return max(self.by_thing.get(node, ()), default="")


def _never(_: Node) -> str:
    return ""


def read_intervals(store: LocalStore) -> dict[str, Intervals]:
    """From when until when things are there, by kind, and by their IRIs; open where nothing is known."""
    start = StatedDays(store, PAN + "periodStart")
    begun = StatedDays(store, PAN + "periodStart", PAN + "startDate")
    ended = StatedDays(store, PAN + "periodEnd", PAN + "endDate")
    adopted = StatedDays(store, PAN + "adoptedOn")
    dated = StatedDays(store, PAN + "date")
    kinds: Values = gathered(pairs(store, PAN + "milestoneType"))

    def of(
        kind: str, since: Callable[[Node], str], until: Callable[[Node], str] = _never
    ) -> Intervals:
        return {node: Validity(since(node), until(node)) for node in instances(store, kind)}

    def is_foreseen(milestone: Node) -> bool:
        return any(kind.value in FORESEEN for kind in kinds.get(milestone, ()))

    milestones = of(PAN + "Milestone", dated.first).items()
    return {
        "plan": of(
            PAN + "Plan",
            lambda plan: max(adopted.first(plan), start.first(plan)),
            StatedDays(store, PAN + "periodEnd").last,
        ),
        "action": _actions(store),
        "instrument": _instruments(store, kinds, dated),
        "review": of(PAN + "Review", lambda review: adopted.first(review) or start.first(review)),
        "body": _bodies(store, dated),
        "involvement": of(PAN + "Involvement", begun.first, ended.last),
        "membership": of(ORG + "Membership", begun.first, ended.last),
        "event": of(PAN + "Implementation", dated.first),
        # what an instrument sets in advance is there before its day comes
        "milestone": {node: when for node, when in milestones if not is_foreseen(node)},
        "deadline": of(PAN + "Deadline", StatedDays(store, PAN + "validFrom").first),
    }


def _actions(store: LocalStore) -> Intervals:
    """An action is dated by its timelines, if all of them are; it ends with the last, if all of them end."""
    starts = StatedDays(store, PAN + "startDate")
    ends = StatedDays(store, PAN + "endDate")
    timelines = gathered(pairs(store, PAN + "hasTimeline"))
    actions = {}
    for action in instances(store, PAN + "Action"):
        nodes = [node for node in timelines.get(action, ()) if isinstance(node, Node)]
        since = min(map(starts.first, nodes), default="")
        last_days = [ends.last(node) for node in nodes]
        until = max(last_days) if since and all(last_days) else ""
        actions[action] = Validity(since, until)
    return actions


def _instruments(store: LocalStore, kinds: Values, dated: StatedDays) -> Intervals:
    """An instrument is there once it is in force, else once it is made, else from the day its address holds."""
    force = StatedDays(store, ELI + "first_date_entry_in_force")
    made = StatedDays(store)
    for milestone, instrument in pairs(store, PAN + "milestoneOf"):
        day = dated.first(milestone)
        if not day or isinstance(instrument, ox.Literal):
            continue
        types = {kind.value for kind in kinds.get(milestone, ())}
        if types & IN_FORCE:
            force.by_thing[instrument].append(day)
        if types & MADE:
            made.by_thing[instrument].append(day)
    over = StatedDays(store, ELI + "date_no_longer_in_force")
    subclass = ox.NamedNode(RDFS + "subClassOf")
    instrument_class = ox.NamedNode(PAN + "Instrument")
    narrower = store.inner.quads_for_pattern(None, subclass, instrument_class, None)
    of_project = [quad.subject.value for quad in narrower if isinstance(quad.subject, ox.NamedNode)]
    intervals = {}
    for kind in dict.fromkeys([*(PAN + name for name in INSTRUMENTS), *of_project]):
        for node in instances(store, kind):
            since = force.first(node) or made.first(node) or _day_of_address(node.value)
            intervals[node] = Validity(since, over.last(node))
    return intervals


def _day_of_address(iri: str) -> str:
    """The day or year an official identifier holds; empty for others."""
    match = _ELI_DAY.match(iri) or _ELI_YEAR.match(iri)
    return "-".join(match.groups()) if match else ""


def _bodies(store: LocalStore, dated: StatedDays) -> Intervals:
    """A body is there from the change it results from, until the change it does not outlive."""
    before = gathered(pairs(store, ORG + "originalOrganization"))
    after = gathered(pairs(store, ORG + "resultingOrganization"))
    since: dict[Node, str] = {}
    until: dict[Node, str] = {}
    for change in dated.by_thing:
        originals = before.get(change, [])
        results = after.get(change, [])
        first = dated.first(change)
        for body in results:
            if isinstance(body, Node) and body not in originals:
                since[body] = min(first, since.get(body, first))
        for body in originals:
            if isinstance(body, Node) and body not in results:
                until[body] = max(dated.last(change), until.get(body, ""))
    nodes = [*instances(store, PAN + "PublicBody"), *instances(store, PAN + "Organisation")]
    return {body: Validity(since.get(body, ""), until.get(body, "")) for body in nodes}
