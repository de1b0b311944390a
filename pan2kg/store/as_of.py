"""The store as of a day: what was in force then, and what was left out, counted and in words.

Leaving a thing out takes others along: what is part of it, what is about it, and what nothing else refers to any more.
So a link never remains without one of its ends, and no passage remains that no statement cites.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

import pyoxigraph as ox

from pan2kg.errors import QueryError
from pan2kg.i18n.catalogue import Language, Messages
from pan2kg.i18n.days import in_words
from pan2kg.i18n.message import told
from pan2kg.project import Project
from pan2kg.store.dates import ELI, ORG, Intervals, Node, Standing, instances, pairs, read_intervals
from pan2kg.store.rules import derive, rule_files
from pan2kg.store.store import LocalStore, is_derived
from pan2kg.turtle.vocabulary import PAN

_WORDS: Final = Messages("as-of")

NEEDS: Final = (
    PAN + "inPlan",
    PAN + "inReview",
    PAN + "involvedIn",
    PAN + "involves",
    PAN + "from",
    PAN + "to",
    PAN + "between",
    PAN + "implements",
    PAN + "milestoneOf",
    PAN + "underInstrument",
    PAN + "ofObligation",
    PAN + "deadlineOf",
    PAN + "countIn",
    PAN + "nameOf",
    ELI + "is_part_of",
    ORG + "member",
    ORG + "organization",
    ORG + "resultingOrganization",
)
"""Properties without whose object the subject is not there: a link without an end, a provision without its act."""

OWNS: Final = (
    PAN + "hasTimeline",
    PAN + "hasIndicator",
    PAN + "hasExpectedResult",
    PAN + "hasVerificationSource",
    PAN + "hasPosition",
    PAN + "inCategory",
    PAN + "evidence",
    "http://www.w3.org/ns/adms#identifier",
)
"""Properties whose object goes with the last of its subjects: a passage nobody cites any more."""

ABOUT: Final = (PAN + "concerns",)
"""Properties whose subject goes with the last of its objects: a conflict about things that are all gone."""

Ties = dict[Node, list[Node]]


def follow(store: LocalStore, gone: Iterable[Node], later: Mapping[Node, Node] = MappingProxyType({})) -> set[Node]:
    """All that is gone once some things are: these, and what cannot be without them.

    Bodies are taken under their ``later`` names, so that what names them does not go with the name.

    >>> link, end = ox.NamedNode("http://e/link"), ox.NamedNode("http://e/end")
    >>> store = LocalStore(ox.Store())
    >>> store.add("http://e/graph", [ox.Triple(link, ox.NamedNode(PAN + "from"), end)])
    >>> sorted(node.value for node in follow(store, [end]))
    ['http://e/end', 'http://e/link']
    """
    needing = _turned(_ties(store, NEEDS, later))
    owns, about = _ties(store, OWNS, later), _ties(store, ABOUT, later)
    weak = [(owns, _turned(owns)), (_turned(about), about)]
    found = set(gone)
    left = list(found)
    while left:
        one = left.pop()
        also = [*needing.get(one, ()), *(other for ties, held in weak for other in _unheld(one, ties, held, found))]
        new = [other for other in also if other not in found]
        found.update(new)
        left += new
    return found


def _unheld(one: Node, ties: Ties, held: Ties, gone: set[Node]) -> list[Node]:
    """What hung on ``one`` and has nothing else left that holds it."""
    return [other for other in ties.get(one, ()) if all(holder in gone for holder in held[other])]


def _ties(store: LocalStore, predicates: Iterable[str], later: Mapping[Node, Node]) -> Ties:
    found: Ties = defaultdict(list)
    for predicate in predicates:
        speaks = predicate in _SPEAKS_OF
        for quad in store.inner.quads_for_pattern(None, ox.NamedNode(predicate), None, None):
            one, two = quad.subject, quad.object
            if isinstance(one, Node) and isinstance(two, Node):
                found[one].append(later.get(two, two) if speaks else two)
    return found


def _turned(ties: Ties) -> Ties:
    found: Ties = defaultdict(list)
    for one, others in ties.items():
        for two in others:
            found[two].append(one)
    return found


_ALONG: Final = {
    "link": PAN + "Link",
    "obligation": PAN + "Obligation",
    "provision": PAN + "Provision",
    "recommendation": PAN + "Recommendation",
}
_SPEAKS_OF: Final = frozenset(
    (PAN + "involves", PAN + "obligationHolder", ORG + "member", ORG + "organization", ORG + "subOrganizationOf")
)
"""Where a body may be named by the name it had when the source was written."""
_WAS: Final = {
    Standing.NOT_YET: "was-not-yet",
    Standing.OVER: "was-over",
    Standing.IN_FORCE: "was-in-force",
}


@dataclass(frozen=True, slots=True)
class Count:
    """Of one kind of thing: how many are not there yet, no longer, or went along; how many are kept without a date."""

    kind: str
    not_yet: int
    over: int
    along: int
    undated: int

    @property
    def left_out(self) -> int:
        """How many are not in the view."""
        return self.not_yet + self.over + self.along


@dataclass(frozen=True, slots=True)
class DatedGraph:
    """A store as of a day.

    ``gone`` says of what is left out whether it was not there yet, over, or (« in force ») went along with
    what it belongs to; ``open_ended`` counts the plans in force whose end is not known, ``renamed`` the
    statements in which a body stands under a later name than the one in the source.
    """

    day: date
    store: LocalStore
    counts: tuple[Count, ...]
    gone: Mapping[str, Standing]
    open_ended: int = 0
    renamed: int = 0

    def notes(self, language: Language) -> tuple[str, ...]:
        """What was left out and what was kept for want of a date, each one sentence."""
        left = [_left_out(count, language) for count in self.counts if count.left_out]
        when = in_words(self.day, language)
        first = _WORDS.say("left-out", language, day=when, things=", ".join(left)) if left else ""
        kept = [_WORDS.say(f"thing.{one.kind}", language, n=one.undated) for one in self.counts if one.undated]
        return (
            first or _WORDS.say("nothing", language, day=when),
            *([_WORDS.say("undated", language, things=", ".join(kept))] if kept else []),
            *([_WORDS.say("open", language, n=self.open_ended)] if self.open_ended else []),
            *([_WORDS.say("renamed", language, n=self.renamed)] if self.renamed else []),
        )

    def refuse(self, names: Iterable[str]) -> None:
        """Refuse to answer on something that was not in force on the day.

        Raises:
            QueryError: one of the names is the key or IRI of something left out.
        """
        by_key = {iri.rpartition("/")[2]: standing for iri, standing in self.gone.items()} | dict(self.gone)
        for name in names:
            standing = by_key.get(name) or by_key.get(name.strip("<>")) or by_key.get(name.rpartition(":")[2])
            if standing:
                raise QueryError(
                    "was-on-day",
                    remedy="choose-another-day",
                    name=name,
                    was=told(_WAS[standing]),
                    day=self.day.isoformat(),
                )


def _left_out(count: Count, language: Language) -> str:
    parts = (("not-yet", count.not_yet), ("over", count.over), ("along", count.along))
    said = _WORDS.say(f"thing.{count.kind}", language, n=count.left_out)
    if count.along == count.left_out:
        return said
    return f"{said} ({', '.join(_WORDS.say(key, language, n=n) for key, n in parts if n)})"


def as_of(store: LocalStore, day: date, project: Project, *, rules: Iterable[str] | None = None) -> DatedGraph:
    """What was in force on a day, as a store of its own, with what the rules derive from it.

    The rules are laid down in this module. The store that is given stays as it is. With ``rules``, only
    these are run and those they build on.

    Raises:
        QueryError: a rule cannot be run, or there are none.

    >>> from pan2kg.store.store import load_project
    >>> shipped = Project.packaged()
    >>> dated = as_of(load_project(shipped), date(2021, 6, 30), shipped, rules=[])
    >>> dated.gone["https://w3id.org/pan2kg/id/plan/lu-bhr-1"].value
    'over'
    """
    if not rule_files(project):
        raise QueryError("no-rules-of-day", remedy="put-rules")
    known = read_intervals(store)
    standing = {one: when.standing(day) for dates in known.values() for one, when in dates.items()}
    later = _later_names(store, known["body"], day)
    own = {one for one, where in standing.items() if where is not Standing.IN_FORCE}
    gone = follow(store, own, later)
    view = LocalStore(ox.Store())
    view.inner.extend(_left(store, gone, later))
    derive(view, project, only=rules)
    return DatedGraph(
        day,
        view,
        tuple(_counts(store, known, standing, gone)),
        {one.value: standing.get(one, Standing.IN_FORCE) for one in gone},
        sum(standing[plan] is Standing.IN_FORCE and not when.until for plan, when in known["plan"].items()),
        sum(1 for quad in _speaking(store, later) if quad.subject not in gone),
    )


def _later_names(store: LocalStore, bodies: Intervals, day: date) -> dict[Node, Node]:
    """For each body whose name was another by the day, the body under that name."""
    successor = {old: new for new, old in pairs(store, PAN + "precededBy") if isinstance(old, Node)}
    found: dict[Node, Node] = {}
    for body, when in bodies.items():
        seen, at = {body}, body
        while at in bodies and bodies[at].standing(day) is Standing.OVER and successor.get(at, at) not in seen:
            at = successor[at]
            seen.add(at)
        if when.standing(day) is Standing.OVER and at in bodies and bodies[at].standing(day) is Standing.IN_FORCE:
            found[body] = at
    return found


def _speaking(store: LocalStore, bodies: Iterable[Node]) -> Iterator[ox.Quad]:
    for body in bodies:
        for quad in store.inner.quads_for_pattern(None, None, body, None):
            if quad.predicate.value in _SPEAKS_OF:
                yield quad


def _left(store: LocalStore, gone: set[Node], later: Mapping[Node, Node]) -> Iterator[ox.Quad]:
    """What is stated and not gone, graph by graph, with bodies under their later names."""
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
    store: LocalStore, known: Mapping[str, Intervals], standing: Mapping[Node, Standing], gone: set[Node]
) -> Iterator[Count]:
    for kind in _WORDS.keys("thing."):
        if kind in known:
            yield _count(kind, known[kind], standing, gone)
        else:
            stated = [one for one in _stated(store, _ALONG[kind]) if one in gone]
            yield Count(kind, 0, 0, len(stated), 0)


def _count(kind: str, dates: Intervals, standing: Mapping[Node, Standing], gone: set[Node]) -> Count:
    found = Counter(standing[one] for one in dates)
    along = sum(1 for one in dates if one in gone and standing[one] is Standing.IN_FORCE)
    undated = sum(1 for one, when in dates.items() if not when.is_dated and one not in gone)
    return Count(kind, found[Standing.NOT_YET], found[Standing.OVER], along, 0 if kind == "action" else undated)


def _stated(store: LocalStore, kind: str) -> list[Node]:
    """What is of a class without having been derived."""
    of_kind = set(instances(store, kind))
    return [one for one in of_kind if not _is_derived_only(store, one)]


def _is_derived_only(store: LocalStore, one: Node) -> bool:
    graphs = [quad.graph_name for quad in store.inner.quads_for_pattern(one, None, None, None)]
    return all(isinstance(graph, ox.NamedNode) and is_derived(graph.value) for graph in graphs)
