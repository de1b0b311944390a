"""What a picture is drawn from: a graph in a language, at a level of evidence, and where the marks of the picture lead.

Every picture begins here: its :class:`Subject` comes in, and :func:`choose`, :func:`focus_of`,
:func:`find` and :func:`actions_of` say which plans and actions it is about. What marks stand for
(:func:`tags`) and the rows behind a picture (:func:`table`) go out.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import pyoxigraph as ox

from pan2kg.coherence import HEADLINE, Level, bodies, citations, counts
from pan2kg.coherence.known import Known
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.graph.labels import Name
from pan2kg.i18n.catalogue import Messages
from pan2kg.store.store import Solutions
from pan2kg.turtle.vocabulary import XSD, key

_WORDS = Messages("chart")

# where a mark leads that stands for some things, given their IRIs; empty for nowhere
Address = Callable[[tuple[str, ...]], str]

Names = Mapping[str, Name]
Cell = str | int | float | date | None
Tags = tuple[tuple[str, str], ...]

SEPARATOR = " · "  # what stands between the parts of a short name
MOST = 24  # how many plans a picture of plans can hold


class Subject:
    """A graph in its language at a level of evidence, and where marks lead by ``address``.

    What ``is_of_page`` is drawn for a page, which does not change from day to day: it shows no day.
    """

    def __init__(
        self,
        graph: Graph,
        address: Address | None = None,
        level: Level = HEADLINE,
        *,
        is_of_page: bool = False,
    ) -> None:
        self.graph = graph
        self.today = None if is_of_page else graph.as_of
        self.address = address
        self.level = level
        self.language = graph.language

    @cached_property
    def known(self) -> Known:
        """What is known of texts and citations at the level."""
        return self.graph.known(self.level)

    @cached_property
    def involved(self) -> Mapping[str, list[bodies.Involvement]]:
        """Who takes part in each action, and in each plan and its actions, at the level, by IRI."""

        # the same in each language
        def gather() -> Mapping[str, list[bodies.Involvement]]:
            rows: dict[str, list[bodies.Involvement]] = {}
            for row in self.graph.involvements:
                for work in {row.work, self.graph.homes.get(row.work, row.work)}:
                    if counts(row.level, self.level):
                        rows.setdefault(work, []).append(row)
            return rows

        return self.graph.once(f"who takes part {self.level.key}", gather)

    def say(self, key: str, **values: object) -> str:
        """A message about pictures, in the language."""
        return _WORDS.say(key, self.language, **values)

    def names(self, iris: Iterable[str]) -> Names:
        """Names in the language of the picture, short where there are some; each says its language if it differs."""
        called: dict[str, Name] = self.graph.once(f"names in pictures {self.language}", dict)
        names = {}
        for iri in iris:
            if iri not in called:
                called[iri] = self.graph.labels.brief(iri, self.language, is_drawn=True)
            names[iri] = called[iri]
        return names

    def brief(self, plan: str) -> str:
        """A plan by the first part of its short name, where no other plan has the same."""
        labels = self.graph.labels
        plans = self.known.tables.works.plans
        name = self.names([plan])[plan].text
        heads_of = (labels.brief(iri, self.language).text.partition(SEPARATOR)[0] for iri in plans)
        heads = self.graph.once(f"heads of plans {self.language}", lambda: Counter(heads_of))
        head = name.partition(SEPARATOR)[0]
        return head if heads[head] <= 1 else name

    def leads(self, *iris: str) -> str:
        """Where a mark leads that stands for these things; empty for nowhere."""
        return self.address(iris) if self.address else ""


def tags(
    subject: Subject,
    iris: Sequence[str],
    *,
    kind: str = "",
    level: Level | None = None,
    life: "Life | None" = None,
) -> Tags:
    """What a mark stands for, as names with values that a page's script reads.

    ``of`` names the keys of its things. A line has its ``kind``, which is one of the legend, and its
    ``level``. A plan whose ``life`` is given has its ``field`` of policy and its years ``from`` and
    ``to``, as far as they are known.
    """
    pairs = [("of", " ".join(key(iri) for iri in iris))]
    if kind:
        pairs.append(("kind", kind))
    if level:
        pairs.append(("level", str(int(level))))
    if life:
        if policy_field := subject.graph.policy_fields.get(iris[0], ""):
            pairs.append(("field", key(policy_field)))
        if life.first:
            pairs.append(("from", str(life.first.year)))
        if life.end:
            pairs.append(("to", str(life.end.year)))
    return tuple(pairs)


def quoted(subject: Subject, links: Iterable[str]) -> str:
    """The words of the first of some links that quotes any, after a space; empty where none does."""
    for link in links:
        if link in subject.graph.quotes:
            return f" {subject.say('quoted', words=subject.graph.quotes[link])}"
    return ""


class Life:
    """When a plan was issued, and from when to when it is in force; what is not known is None.

    ``first`` is the first day known of it; it ``is_open`` where of beginning and end one is known.

    >>> life = Life(start=date(2020, 1, 1))
    >>> life.first, life.is_drawn, life.is_open
    (datetime.date(2020, 1, 1), True, True)
    """

    def __init__(
        self,
        issued: citations.Span | None = None,
        start: date | None = None,
        end: date | None = None,
    ) -> None:
        self.issued = issued
        self.start = start
        self.end = end
        self.first = start or (issued.first if issued else None)
        self.is_drawn = bool(issued or start or end)
        self.is_open = bool(self.first) != bool(end)

    @property
    def cells(self) -> tuple[date | None, ...]:
        """What a table says: the first and the last day it may have been issued, its beginning and its end."""
        if self.issued:
            return self.issued.first, self.issued.last, self.start, self.end
        return None, None, self.start, self.end


def table(columns: tuple[str, ...], rows: Iterable[tuple[Cell, ...]]) -> Solutions:
    """Rows as terms: an address is an IRI, an empty text is left out, decimals have six places at most.

    >>> [term and term.value for term in table(("a", "b", "c"), [(1.5, "", 2)]).rows[0]]
    ['1.5', None, '2']
    """
    return Solutions(columns, tuple(tuple(map(_term, row)) for row in rows))


def _term(cell: Cell) -> ox.NamedNode | ox.Literal | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, date):
        return ox.Literal(cell.isoformat(), datatype=ox.NamedNode(f"{XSD}date"))
    if isinstance(cell, float):
        decimal = f"{cell:.6f}".rstrip("0").rstrip(".")
        return ox.Literal(decimal, datatype=ox.NamedNode(f"{XSD}decimal"))
    if isinstance(cell, int):
        return ox.Literal(cell)
    is_iri = cell.startswith(("http://", "https://")) and " " not in cell
    return ox.NamedNode(cell) if is_iri else ox.Literal(cell)


def whole(value: object, name: str, *, least: int = 1) -> int:
    """A limit, which may be given as text.

    Raises:
        QueryError: it is no whole number, or less than ``least``.

    >>> whole(" 12 ", "top")
    12
    """
    text = str(value).strip()
    if not text.isascii() or not text.isdecimal() or int(text) < least:
        raise QueryError(
            "no-value-for", remedy="whole-number-from", value=value, name=name, least=least
        )
    return int(text)


@dataclass(frozen=True, slots=True)
class PlanChoice:
    """The plans a picture shows, how many it leaves out, and the one they were chosen around, if any."""

    plans: tuple[str, ...]
    left_out: int
    focus: str | None

    def words(
        self, subject: Subject, names: Sequence[Name]
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The notes below a picture, and what the source line says was chosen."""
        notes = (subject.say("plans-left-out", n=self.left_out),) if self.left_out else ()
        if self.focus is None:
            return notes, plans_named(subject, names)
        return notes, (subject.say("chosen-by", plan=names[0].key),)


def plans_named(subject: Subject, names: Sequence[Name]) -> tuple[str, ...]:
    """What the source line says of plans that were chosen by name."""
    return (subject.say("chosen-plans", n=len(names), plans=", ".join(name.key for name in names)),)


def choose(
    subject: Subject, *, plan: str = "", plans: str | Sequence[str] = (), top: object = 10
) -> PlanChoice:
    """The ``plans`` named, as text with commas or a list; or else a plan with the ``top`` - 1 nearest to it.

    Raises:
        QueryError: an unknown plan, fewer than two or more than :data:`MOST`, or no whole number.
    """
    if isinstance(plans, str):
        plans = plans.split(",")
    every = subject.known.tables.works.plans
    names = [name.strip() for name in plans if name.strip()]
    chosen = tuple(dict.fromkeys(find(subject.graph, name) for name in names))
    number = len(chosen) if names else whole(top, "top", least=2)
    if not 2 <= number <= MOST:
        raise QueryError("too-many-plans", remedy="name-fewer", most=MOST, number=number)
    focus = None
    if not names:
        focus = focus_of(subject, plan)
        chosen = (focus, *_nearest(subject, focus)[: number - 1])
        if len(chosen) < 2:
            raise QueryError("one-plan-alone", remedy="add-another-plan")
    return PlanChoice(chosen, len(every) - len(chosen), focus)


def _nearest(subject: Subject, focus: str) -> list[str]:
    # first come plans that share most with it at the level of the picture, then with what the
    # editors concluded; then those linked without a shared text; then those that are linked with
    # most others; ties go to the first IRI
    known = subject.known
    weak = subject.graph.known(Level.EDITORS)
    degree = Counter(end for pair in known.linked for end in pair)
    ranks = {}
    for plan in known.tables.works.plans:
        pair = (min(plan, focus), max(plan, focus))
        shared = known.shared.get(pair, 0.0)
        weakly_shared = weak.shared.get(pair, 0.0)
        ranks[plan] = (-shared, -weakly_shared, pair not in known.linked, -degree[plan], plan)
    ranks.pop(focus, None)
    return sorted(ranks, key=ranks.__getitem__)


def focus_of(subject: Subject, plan: str) -> str:
    """The plan of that name, or else the project's own, or else the one with most works that name a text.

    Raises:
        QueryError: an unknown plan, or no plan at all.
    """
    if plan:
        return find(subject.graph, plan)
    if home := subject.graph.own_plan():
        return home
    works = subject.known.tables.works
    if not works.plans:
        raise QueryError("no-plan-to-draw", remedy="add-plan")
    counts = Counter(
        works.home[work] for work in {use.work for use in subject.known.uses} & works.home.keys()
    )
    return min(works.plans, key=lambda iri: (-counts[iri], iri))


def find(graph: Graph, plan: str) -> str:
    """The IRI of a plan by key, IRI or name.

    Raises:
        QueryError: it is unknown, or an action whose plan is.
    """
    if graph.homes.get(plan) == plan:
        return plan
    return graph.once(f"plan named {plan}", lambda: graph.plan(plan))


def actions_of(subject: Subject, plan: str) -> tuple[str, ...]:
    """The actions of a plan in the order of their keys, in which digits count as numbers.

    Raises:
        QueryError: the plan has no action.
    """
    actions = subject.known.members.get(plan, ())
    if not actions:
        total = sum(map(len, subject.known.members.values()))
        raise QueryError(
            "no-action-of-plan", remedy="name-plan-with-actions", key=key(plan), total=total
        )
    return tuple(sorted(actions, key=_by_number))


def _by_number(action: str) -> list[tuple[int, str]]:
    pieces = re.split(r"(\d+)", action)
    return [(int(piece), "") if piece.isdecimal() else (-1, piece) for piece in pieces]
