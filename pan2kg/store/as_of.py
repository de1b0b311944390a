"""The store as of a day: what was in force then, and what was left out, counted and in words.

When things are in force says :mod:`pan2kg.store.intervals`. Leaving a thing out takes others along:
what is part of it, what is about it, and what nothing else refers to any more. So a link never
remains without one of its ends, and no passage that no statement cites.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import pyoxigraph as ox

from pan2kg.errors import QueryError
from pan2kg.i18n import Language, Messages, error_message, format_day
from pan2kg.project import Project
from pan2kg.store.intervals import (
    ELI,
    ORG,
    DayStanding,
    Intervals,
    Node,
    Validity,
    instances,
    pairs,
    read_intervals,
)
from pan2kg.store.rules import derive, rule_files
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import PAN, is_derived

_WORDS = Messages("as-of")
NEEDS = (
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
OWNS = (
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
ABOUT = (PAN + "concerns",)
"""Properties whose subject goes with the last of its objects: a conflict about things that are all gone."""
_SPEAKS_OF = frozenset(
    (
        PAN + "involves",
        PAN + "obligationHolder",
        ORG + "member",
        ORG + "organization",
        ORG + "subOrganizationOf",
    )
)
"""Where a body may be named by the name it had when the source was written."""


class KindCount(NamedTuple):
    """How many things of a kind are left out, and why, and how many are kept although nothing dates them.

    Those that are left out are not there yet, are over, or went ``along`` with what they belong to.
    """

    not_yet: int
    over: int
    along: int
    undated: int

    @property
    def left_out(self) -> int:
        return self.not_yet + self.over + self.along


@dataclass(frozen=True, slots=True)
class DatedGraph:
    """A store as of a day.

    ``gone`` says of what is left out whether it was not there yet, over, or (« in force ») went
    along with what it belongs to. ``counts`` has the numbers by kind of thing; ``open_ended`` counts
    the plans in force without a known end, ``renamed`` statements with a later name.
    """

    day: date
    store: LocalStore
    counts: Mapping[str, KindCount]
    gone: Mapping[str, DayStanding]
    open_ended: int = 0
    renamed: int = 0

    def notes(self, language: Language) -> tuple[str, ...]:
        """What was left out and why, what was kept without a date, in sentences of a language."""
        left_out = []
        kept = []
        for kind, count in self.counts.items():
            if count.left_out:
                words = _WORDS.say(f"thing.{kind}", language, n=count.left_out)
                shares = (("not-yet", count.not_yet), ("over", count.over), ("along", count.along))
                why = ", ".join(_WORDS.say(key, language, n=n) for key, n in shares if n)
                left_out.append(words if count.along == count.left_out else f"{words} ({why})")
            if count.undated:
                kept.append(_WORDS.say(f"thing.{kind}", language, n=count.undated))
        day = format_day(self.day, language)
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
        standing_of = {iri.rpartition("/")[2]: standing for iri, standing in self.gone.items()}
        standing_of |= self.gone
        for name in names:
            for spelling in (name, name.strip("<>"), name.rpartition(":")[2]):
                if spelling in standing_of:
                    was = error_message(f"was-{standing_of[spelling].replace(' ', '-')}")
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
    standing = {}
    for dates in intervals.values():
        for node, validity in dates.items():
            standing[node] = validity.standing(day)
    later = _later_names(store, intervals["body"], standing)
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


def _later_names(
    store: LocalStore, bodies: Intervals, standing: Mapping[Node, DayStanding]
) -> dict[Node, Node]:
    """Of bodies that are over the one in force that took over from them, perhaps in several steps."""
    successor = {
        before: after
        for after, before in pairs(store, PAN + "precededBy")
        if isinstance(before, Node)
    }
    later = {}
    for body in bodies:
        passed = {body}
        following = body
        while (
            standing.get(following) is DayStanding.OVER
            and successor.get(following, following) not in passed
        ):
            following = successor[following]
            passed.add(following)
        if len(passed) > 1 and standing.get(following) is DayStanding.IN_FORCE:
            later[body] = following
    return later


class _Ties(NamedTuple):
    """What some properties tie together: the objects of each subject, and the subjects of each object."""

    objects: dict[Node, list[Node]]
    subjects: dict[Node, list[Node]]


def _ties(store: LocalStore, predicates: Iterable[str], later: Mapping[Node, Node]) -> _Ties:
    ties = _Ties(defaultdict(list), defaultdict(list))
    for predicate in predicates:
        for quad in store.inner.quads_for_pattern(None, ox.NamedNode(predicate), None, None):
            end = quad.object
            if isinstance(quad.subject, Node) and isinstance(end, Node):
                if predicate in _SPEAKS_OF:
                    end = later.get(end, end)
                ties.objects[quad.subject].append(end)
                ties.subjects[end].append(quad.subject)
    return ties


def follow(store: LocalStore, gone: Iterable[Node], later: Mapping[Node, Node]) -> set[Node]:
    """All that is gone once some things are; bodies are taken under their ``later`` names, which stay."""
    needing = _ties(store, NEEDS, later).subjects
    owned = _ties(store, OWNS, later)
    about = _ties(store, ABOUT, later)
    # what hangs on a thing, and all that it hangs on
    hanging = ((owned.objects, owned.subjects), (about.subjects, about.objects))
    all_gone = set(gone)
    waiting = list(all_gone)
    while waiting:
        node = waiting.pop()
        following = [*needing.get(node, ())]
        for ends_of, holders_of in hanging:
            for end in ends_of.get(node, ()):
                if all_gone.issuperset(holders_of[end]):
                    following.append(end)
        for end in following:
            if end not in all_gone:
                all_gone.add(end)
                waiting.append(end)
    return all_gone


def _remaining(store: LocalStore, gone: set[Node], later: Mapping[Node, Node]) -> Iterator[ox.Quad]:
    """What is stated of what is not gone, bodies under their later names."""
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
) -> dict[str, KindCount]:
    """The numbers of every kind that has a name: of those with intervals, and of those that only go along."""
    counts = {}
    for kind in _WORDS.keys("thing."):
        if kind not in intervals:
            along = _stated(store, gone.intersection(instances(store, PAN + kind.capitalize())))
            counts[kind] = KindCount(0, 0, along, 0)
            continue
        dates = intervals[kind]
        places = Counter(standing[node] for node in dates)
        along = 0
        undated = 0
        for node, validity in dates.items():
            along += node in gone and standing[node] is DayStanding.IN_FORCE
            # most actions have no dates, and are there as long as their plan is
            if kind != "action" and validity == Validity() and node not in gone:
                undated += 1
        counts[kind] = KindCount(
            places[DayStanding.NOT_YET], places[DayStanding.OVER], along, undated
        )
    return counts


def _stated(store: LocalStore, nodes: Iterable[Node]) -> int:
    """How many things are stated: what was derived alone is counted by what it was derived from."""
    number = 0
    for node in nodes:
        for quad in store.inner.quads_for_pattern(node, None, None, None):
            graph = quad.graph_name
            if not isinstance(graph, ox.NamedNode) or not is_derived(graph.value):
                number += 1
                break
    return number
