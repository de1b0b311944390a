"""What a picture is drawn from: a graph in a language, at a level of evidence, and where the marks of the picture lead.

Every picture begins here: its :class:`Subject` comes in, ``choice`` says which plans and actions it
is about. What marks stand for (:func:`tags`) and the rows behind a picture (:func:`table`) go out.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property

import pyoxigraph as ox

from pan2kg.coherence import HEADLINE, Level, bodies, citations, counts
from pan2kg.coherence.known import Known
from pan2kg.graph.graph import Graph
from pan2kg.graph.labels import Name
from pan2kg.i18n import Messages
from pan2kg.store.store import Solutions
from pan2kg.turtle.vocabulary import XSD, key

_WORDS = Messages("chart")

# where a mark leads that stands for some things, given their IRIs; empty for nowhere
Address = Callable[[tuple[str, ...]], str]

Names = Mapping[str, Name]
Cell = str | int | float | date | None
Tags = tuple[tuple[str, str], ...]

SEPARATOR = " · "  # what stands between the parts of a short name


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
        heads = self.graph.once(f"heads of plans {self.language}", self._heads_of_plans)
        name = self.names([plan])[plan].text
        head = name.partition(SEPARATOR)[0]
        return head if heads[head] <= 1 else name

    def _heads_of_plans(self) -> Counter[str]:
        plans = self.known.tables.works.plans
        names = [self.graph.labels.brief(plan, self.language).text for plan in plans]
        return Counter(name.partition(SEPARATOR)[0] for name in names)

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
