"""The store as of a day: when things are in force, what was then, and what was left out, counted and in words.

An interval keeps the precision its source gives: every day of a month or year that is named counts
as within it. Leaving a thing out takes others along: what is part of it, what is about it, and what
nothing else refers to any more. So a link never remains without one of its ends, and no passage
that no statement cites.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

import pyoxigraph as ox

from pan2kg.errors import QueryError
from pan2kg.i18n import Language, Messages, in_words, told
from pan2kg.project import Project
from pan2kg.store import LocalStore, derive
from pan2kg.store.rules import rule_files
from pan2kg.store.store import is_derived, is_unverified
from pan2kg.turtle.vocabulary import ID, PAN, RDF, RDFS

ORG: Final = "http://www.w3.org/ns/org#"
ELI: Final = "http://data.europa.eu/eli/ontology#"
Node = ox.NamedNode | ox.BlankNode
Values = Mapping[Node, list[Node | ox.Literal]]
Ties = dict[Node, list[Node]]
_WORDS: Final = Messages("as-of")
_DATE: Final = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?(?=$|Z|T|[+-]\d{2}:\d{2})")


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


INSTRUMENTS: Final = (
    "LegalAct",
    "Treaty",
    "SoftLaw",
    "Commitment",
    "Bill",
    "OtherInstrument",
    "Instrument",
)
_TYPE: Final = ID + "milestonetype/"
IN_FORCE: Final = frozenset({_TYPE + "entry-into-force"})
MADE: Final = frozenset(
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
FORESEEN: Final = frozenset(
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
_DAY: Final = re.compile(r"https?://[^ ]+?/eli/(?:[^ /]+/)+(\d{4})/(\d{2})/(\d{2})/")
"""A European Legislation Identifier that holds a day, as those of many gazettes do."""
_UNION: Final = re.compile(r"http://data\.europa\.eu/eli/\w+/(\d{4})/")


def pairs(store: LocalStore, predicate: str) -> Iterator[tuple[Node, Node | ox.Literal]]:
    """The stated subjects and objects of a predicate; what is derived or unverified is left out."""
    for quad in store.inner.quads_for_pattern(None, ox.NamedNode(predicate), None, None):
        graph = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
        if not (is_derived(graph) or is_unverified(graph)) and isinstance(quad.subject, Node):
            yield quad.subject, quad.object  # type: ignore[misc]  # no quoted triples: RDF 1.1


def values(store: LocalStore, predicate: str) -> Values:
    """The stated objects of a predicate by their subjects."""
    objects: dict[Node, list[Node | ox.Literal]] = defaultdict(list)
    for subject, value in pairs(store, predicate):
        objects[subject].append(value)
    return objects


def instances(store: LocalStore, kind: str) -> list[Node]:
    """The things of a class, each once."""
    quads = store.inner.quads_for_pattern(
        None, ox.NamedNode(RDF + "type"), ox.NamedNode(kind), None
    )
    return list(
        dict.fromkeys(quad.subject for quad in quads if not isinstance(quad.subject, ox.Triple))
    )


def _limits(store: LocalStore, *predicates: str) -> tuple[dict[Node, str], dict[Node, str]]:
    firsts: dict[Node, str] = {}
    lasts: dict[Node, str] = {}
    for predicate in predicates:
        for subject, value in pairs(store, predicate):
            if isinstance(value, ox.Literal) and (match := _DATE.match(value.value)):
                firsts[subject] = min(match[0], firsts.get(subject, match[0]))
                lasts[subject] = max(match[0], lasts.get(subject, match[0]))
    return firsts, lasts


def read_intervals(store: LocalStore) -> dict[str, Intervals]:
    """From when until when things are there, by kind, and by their IRIs; open where nothing is known."""
    start = _limits(store, PAN + "periodStart")[0]
    end = _limits(store, PAN + "periodEnd")[1]
    begun = _limits(store, PAN + "periodStart", PAN + "startDate")[0]
    ended = _limits(store, PAN + "periodEnd", PAN + "endDate")[1]
    adopted = _limits(store, PAN + "adoptedOn")[0]
    dated = _limits(store, PAN + "date")
    kinds = values(store, PAN + "milestoneType")
    timelines = values(store, PAN + "hasTimeline")

    def of(
        kind: str, since: Mapping[Node, str], until: Mapping[Node, str] | None = None
    ) -> Intervals:
        return {
            node: Validity(since.get(node, ""), (until or {}).get(node, ""))
            for node in instances(store, kind)
        }

    # an action is dated by its timelines, if all of them are
    actions: Intervals = {}
    starts = _limits(store, PAN + "startDate")[0]
    ends = _limits(store, PAN + "endDate")[1]
    for action in instances(store, PAN + "Action"):
        nodes = [timeline for timeline in timelines.get(action, ()) if isinstance(timeline, Node)]
        since = min((starts.get(node, "") for node in nodes), default="")
        is_ended = bool(since) and all(node in ends for node in nodes)
        actions[action] = Validity(since, max(ends[node] for node in nodes) if is_ended else "")
    made = {plan: max(adopted.get(plan, ""), start.get(plan, "")) for plan in (*adopted, *start)}
    milestones = of(PAN + "Milestone", dated[0]).items()
    return {
        "plan": of(PAN + "Plan", made, end),
        "action": actions,
        "instrument": _instruments(store, kinds, dated[0]),
        "review": of(PAN + "Review", start | adopted),
        "body": _bodies(store, *dated),
        "involvement": of(PAN + "Involvement", begun, ended),
        "membership": of(ORG + "Membership", begun, ended),
        "event": of(PAN + "Implementation", dated[0]),
        # milestones that are only there once they have happened
        "milestone": {
            node: when
            for node, when in milestones
            if not any(kind.value in FORESEEN for kind in kinds.get(node, ()))
        },
        "deadline": of(PAN + "Deadline", _limits(store, PAN + "validFrom")[0]),
    }


def _instruments(store: LocalStore, kinds: Values, dated: Mapping[Node, str]) -> Intervals:
    force = _limits(store, ELI + "first_date_entry_in_force")[0]
    made = dict[Node, str]()
    for milestone, instrument in pairs(store, PAN + "milestoneOf"):
        for types, dates in ((IN_FORCE, force), (MADE, made)):
            is_fitting = milestone in dated and any(
                kind.value in types for kind in kinds.get(milestone, ())
            )
            if is_fitting and not isinstance(instrument, ox.Literal):
                dates[instrument] = min(dated[milestone], dates.get(instrument, dated[milestone]))
    over = _limits(store, ELI + "date_no_longer_in_force")[1]
    subclass = ox.NamedNode(RDFS + "subClassOf")
    instrument_class = ox.NamedNode(PAN + "Instrument")
    narrower = store.inner.quads_for_pattern(None, subclass, instrument_class, None)
    more = [quad.subject.value for quad in narrower if isinstance(quad.subject, ox.NamedNode)]
    intervals: Intervals = {}
    for kind in dict.fromkeys([*(PAN + name for name in INSTRUMENTS), *more]):
        for node in instances(store, kind):
            since = force.get(node) or made.get(node, "")
            if not since and (match := _DAY.match(node.value) or _UNION.match(node.value)):
                since = "-".join(match.groups())  # an official identifier holds a day or a year
            intervals[node] = Validity(since, over.get(node, ""))
    return intervals


def _bodies(store: LocalStore, firsts: Mapping[Node, str], lasts: Mapping[Node, str]) -> Intervals:
    before = values(store, ORG + "originalOrganization")
    after = values(store, ORG + "resultingOrganization")
    since: dict[Node, str] = {}
    until: dict[Node, str] = {}
    for change in firsts:
        originals = before.get(change, [])
        results = after.get(change, [])
        for body in results:
            if isinstance(body, Node) and body not in originals:
                since[body] = min(firsts[change], since.get(body, firsts[change]))
        for body in originals:
            if isinstance(body, Node) and body not in results:
                until[body] = max(lasts[change], until.get(body, ""))
    nodes = [*instances(store, PAN + "PublicBody"), *instances(store, PAN + "Organisation")]
    return {body: Validity(since.get(body, ""), until.get(body, "")) for body in nodes}


# --- what goes with what is gone

NEEDS: Final = (
    *(
        PAN + name
        for name in (
            "inPlan",
            "inReview",
            "involvedIn",
            "involves",
            "from",
            "to",
            "between",
            "implements",
            "milestoneOf",
            "underInstrument",
            "ofObligation",
            "deadlineOf",
            "countIn",
            "nameOf",
        )
    ),
    ELI + "is_part_of",
    *(ORG + name for name in ("member", "organization", "resultingOrganization")),
)
"""Properties without whose object the subject is not there: a link without an end, a provision without its act."""
OWNS: Final = (
    *(
        PAN + name
        for name in (
            "hasTimeline",
            "hasIndicator",
            "hasExpectedResult",
            "hasVerificationSource",
            "hasPosition",
            "inCategory",
            "evidence",
        )
    ),
    "http://www.w3.org/ns/adms#identifier",
)
"""Properties whose object goes with the last of its subjects: a passage nobody cites any more."""
ABOUT: Final = (PAN + "concerns",)
"""Properties whose subject goes with the last of its objects: a conflict about things that are all gone."""
_SPEAKS_OF: Final = frozenset(
    (
        PAN + "involves",
        PAN + "obligationHolder",
        ORG + "member",
        ORG + "organization",
        ORG + "subOrganizationOf",
    )
)
"""Where a body may be named by the name it had when the source was written."""


def follow(store: LocalStore, gone: Iterable[Node], later: Mapping[Node, Node]) -> set[Node]:
    """All that is gone once some things are; bodies are taken under their ``later`` names, which stay."""

    def ties(predicates: Iterable[str]) -> tuple[Ties, Ties]:
        forth: Ties = defaultdict(list)
        back: Ties = defaultdict(list)
        for predicate in predicates:
            for quad in store.inner.quads_for_pattern(None, ox.NamedNode(predicate), None, None):
                subject = quad.subject
                end = quad.object
                if isinstance(subject, Node) and isinstance(end, Node):
                    end = later.get(end, end) if predicate in _SPEAKS_OF else end
                    forth[subject].append(end)
                    back[end].append(subject)
        return forth, back

    needing = ties(NEEDS)[1]
    (owned, owners) = ties(OWNS)
    (about, talk) = ties(ABOUT)
    all_gone = set(gone)
    waiting = list(all_gone)
    while waiting:
        node = waiting.pop()
        also = [*needing.get(node, ())]
        # what hung on it, and has nothing else that holds it
        for hanging, holders in ((owned, owners), (talk, about)):
            also += [
                end
                for end in hanging.get(node, ())
                if all(holder in all_gone for holder in holders[end])
            ]
        also = [end for end in also if end not in all_gone]
        all_gone.update(also)
        waiting += also
    return all_gone


@dataclass(frozen=True, slots=True)
class DatedGraph:
    """A store as of a day.

    ``gone`` says of what is left out whether it was not there yet, over, or (« in force ») went
    along with what it belongs to. ``counts`` has by kind of thing how many are not there yet, over,
    went along, and are kept without a date; ``open_ended`` counts the plans in force without a
    known end, ``renamed`` statements with a later name.
    """

    day: date
    store: LocalStore
    counts: Mapping[str, tuple[int, int, int, int]]
    gone: Mapping[str, DayStanding]
    open_ended: int = 0
    renamed: int = 0

    def notes(self, language: Language) -> tuple[str, ...]:
        """What was left out and why, what was kept without a date, in sentences of a language."""
        left_out = []
        kept = []
        for kind, (not_yet, over, along, undated) in self.counts.items():
            total = not_yet + over + along
            if total:
                shares = (("not-yet", not_yet), ("over", over), ("along", along))
                why = ", ".join(_WORDS.say(key, language, n=n) for key, n in shares if n)
                words = _WORDS.say(f"thing.{kind}", language, n=total)
                left_out.append(words if along == total else f"{words} ({why})")
            if undated:
                kept.append(_WORDS.say(f"thing.{kind}", language, n=undated))
        day = in_words(self.day, language)
        if left_out:
            things = ", ".join(left_out)
            sentences = [_WORDS.say("left-out", language, day=day, things=things)]
        else:
            sentences = [_WORDS.say("nothing", language, day=day)]
        if kept:
            sentences.append(_WORDS.say("undated", language, things=", ".join(kept)))
        if self.open_ended:
            sentences.append(_WORDS.say("open", language, n=self.open_ended))
        if self.renamed:
            sentences.append(_WORDS.say("renamed", language, n=self.renamed))
        return tuple(sentences)

    def refuse(self, names: Iterable[str]) -> None:
        """Refuse names of things that were not in force on the day.

        Raises:
            QueryError: it was not there yet, or over.
        """
        by_key = {iri.rpartition("/")[2]: standing for iri, standing in self.gone.items()} | dict(
            self.gone
        )
        for name in names:
            standing = (
                by_key.get(name)
                or by_key.get(name.strip("<>"))
                or by_key.get(name.rpartition(":")[2])
            )
            if standing:
                was = told(f"was-{standing.replace(' ', '-')}")
                day = self.day.isoformat()
                raise QueryError(
                    "was-on-day", remedy="choose-another-day", name=name, was=was, day=day
                )


def as_of(store: LocalStore, day: date, project: Project, *, links: bool = True) -> DatedGraph:
    """What was in force on a day, as a store of its own, with what the rules derive; with or without ``links``.

    Raises:
        QueryError: the project has no rules.
    """
    if not rule_files(project):
        raise QueryError("no-rules-of-day")
    intervals = read_intervals(store)
    standing: dict[Node, DayStanding] = {}
    for dates in intervals.values():
        for node, validity in dates.items():
            standing[node] = validity.standing(day)
    later = _later_names(store, intervals["body"], day)
    out_of_force = {node for node, place in standing.items() if place is not DayStanding.IN_FORCE}
    gone = follow(store, out_of_force, later)
    view = LocalStore(ox.Store())
    view.inner.extend(_remaining(store, gone, later))
    derive(view, project, links=links)
    open_ended = 0
    for plan, validity in intervals["plan"].items():
        open_ended += standing[plan] is DayStanding.IN_FORCE and not validity.until
    renamed = 0
    for body in later:
        for quad in store.inner.quads_for_pattern(None, None, body, None):
            renamed += quad.predicate.value in _SPEAKS_OF and quad.subject not in gone
    return DatedGraph(
        day,
        view,
        _counts(store, intervals, standing, gone),
        {node.value: standing.get(node, DayStanding.IN_FORCE) for node in gone},
        open_ended,
        renamed,
    )


def _later_names(store: LocalStore, bodies: Intervals, day: date) -> dict[Node, Node]:
    successor = {
        before: after
        for after, before in pairs(store, PAN + "precededBy")
        if isinstance(before, Node)
    }
    standing = {body: when.standing(day) for body, when in bodies.items()}
    later: dict[Node, Node] = {}
    for body in bodies:
        passed = {body}
        at = body
        while standing.get(at) is DayStanding.OVER and successor.get(at, at) not in passed:
            at = successor[at]
            passed.add(at)
        if standing[body] is DayStanding.OVER and standing.get(at) is DayStanding.IN_FORCE:
            later[body] = at
    return later


def _remaining(store: LocalStore, gone: set[Node], later: Mapping[Node, Node]) -> Iterator[ox.Quad]:
    for graph in (*store.inner.named_graphs(), ox.DefaultGraph()):
        if isinstance(graph, ox.NamedNode) and is_derived(graph.value):
            continue
        for quad in store.inner.quads_for_pattern(None, None, None, graph):
            if quad.subject in gone:
                continue
            end = quad.object
            if isinstance(end, Node):  # no text is gone, and to look for one takes as long as it is
                if end in later and quad.predicate.value in _SPEAKS_OF:
                    end = later[end]
                    quad = ox.Quad(quad.subject, quad.predicate, end, graph)
                if end in gone:
                    continue
            yield quad


def _counts(
    store: LocalStore,
    intervals: Mapping[str, Intervals],
    standing: Mapping[Node, DayStanding],
    gone: set[Node],
) -> dict[str, tuple[int, int, int, int]]:
    counts = {}
    for kind in _WORDS.keys("thing."):
        dates = intervals.get(kind)
        if dates is not None:
            places = Counter(standing[node] for node in dates)
            along = sum(node in gone and standing[node] is DayStanding.IN_FORCE for node in dates)
            undated = sum(
                not (when.since or when.until) and node not in gone for node, when in dates.items()
            )
            undated = 0 if kind == "action" else undated
            counts[kind] = (places[DayStanding.NOT_YET], places[DayStanding.OVER], along, undated)
            continue
        along = 0
        for node in gone.intersection(instances(store, PAN + kind.capitalize())):
            graphs = [
                quad.graph_name for quad in store.inner.quads_for_pattern(node, None, None, None)
            ]
            # what was derived alone is counted by what it was derived from
            along += not all(
                isinstance(graph, ox.NamedNode) and is_derived(graph.value) for graph in graphs
            )
        counts[kind] = (0, 0, along, 0)
    return counts
