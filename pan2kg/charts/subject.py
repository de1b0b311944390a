"""What a picture is drawn from: a graph in a language, and where the marks of the picture lead.

Also what joins the actions of a plan to texts and to other plans: declared in a source, or inferred from shared
texts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np
import pyoxigraph as ox

from pan2kg.coherence.reading import read_statements
from pan2kg.errors import QueryError
from pan2kg.graph.labels import Name
from pan2kg.i18n.catalogue import Language, Messages, format_of
from pan2kg.store.queries import program_query
from pan2kg.store.store import Table, Term
from pan2kg.turtle.vocabulary import XSD

if TYPE_CHECKING:
    from pan2kg.coherence.uses import Uses
    from pan2kg.graph.graph import Graph


_WORDS: Final = Messages("chart")

Address = Callable[[tuple[str, ...]], str]
"""Where a mark leads that stands for some things, given their IRIs; empty for nowhere."""

Names = Mapping[str, Name]
"""What things are called, by IRI."""

Cell = str | int | float | date | None


@dataclass(frozen=True, slots=True)
class Subject:
    """What a picture is drawn from: a graph in a language, and where the marks of the picture lead."""

    graph: Graph
    address: Address | None = None

    @property
    def language(self) -> Language:
        """The language of the picture."""
        return self.graph.language

    def say(self, key: str, **values: object) -> str:
        """Words in the language of the picture."""
        return _WORDS.say(key, self.language, **values)

    def listed(self, parts: Iterable[str]) -> str:
        """Things one after the other, with the semicolons of the language."""
        return format_of("semicolon", self.language).join(parts)

    def names(self, things: Iterable[str]) -> Names:
        """What things are called in the language of the picture; a name says its language where that is another."""
        return {iri: self.graph.labels.label(iri, self.language).drawn(self.language) for iri in things}

    def leads(self, *things: str) -> str:
        """Where a mark leads that stands for some things."""
        return self.address(things) if self.address else ""


def table(columns: tuple[str, ...], rows: Iterable[tuple[Cell, ...]]) -> Table:
    """Rows of plain values as a table of terms, as answers to questions are; None stays None.

    >>> table(("plan", "linked"), [("http://e/p", 3), ("-", None)]).values("linked")
    ['3', '']
    """
    return Table(columns, tuple(tuple(_term(cell) for cell in row) for row in rows))


def _term(cell: Cell) -> Term | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, date):
        return ox.Literal(cell.isoformat(), datatype=ox.NamedNode(f"{XSD}date"))
    if isinstance(cell, float):
        return ox.Literal(f"{cell:.6f}".rstrip("0").rstrip("."), datatype=ox.NamedNode(f"{XSD}decimal"))
    if isinstance(cell, int):
        return ox.Literal(cell)
    return ox.NamedNode(cell) if cell.startswith(("http://", "https://")) and " " not in cell else ox.Literal(cell)


def whole(value: object, name: str, *, least: int = 1) -> int:
    """A parameter that counts something, as a number or as text.

    Raises:
        QueryError: it is no whole number, or below ``least``.

    >>> whole("12", "top")
    12
    >>> whole("many", "top")
    Traceback (most recent call last):
    pan2kg.errors.QueryError: « many » is no value for « top ». Give a whole number from 1.
    """
    text = str(value).strip()
    if not text.isascii() or not text.isdecimal() or int(text) < least:
        raise QueryError("no-value-for", remedy="whole-number-from", value=value, name=name, least=least)
    return int(text)


@dataclass(frozen=True, slots=True)
class Tie:
    """A work and what it is tied to. ``declared`` in a source, else inferred; ``number`` of pairs or citations.

    ``incoming`` says that it is the other that cites the work.
    """

    work: str
    other: str
    declared: bool
    number: int = 1
    strength: float = 0.0
    incoming: bool = False


def text_ties(subject: Subject, works: Iterable[str]) -> tuple[Tie, ...]:
    """The instruments works rest on; declared where a source states at least one of the uses."""
    graph = subject.graph
    resting = graph.once("texts of works", lambda: _resting(graph.uses))
    declared = graph.once("stated texts of works", lambda: _declared(graph, resting))
    pairs = ((work, text) for work in sorted(set(works)) for text in resting.get(work, ()))
    return tuple(Tie(work, text, (work, text) in declared) for work, text in pairs)


def _resting(uses: Uses) -> Mapping[str, tuple[str, ...]]:
    """The instruments each work rests on, in their order."""
    names = ((uses.table, uses.actions), (uses.own, tuple(plan.iri for plan in uses.plans)))
    found: dict[str, set[str]] = {}
    for table, labels in names:
        for row, column in zip(table.rows.tolist(), table.columns.tolist(), strict=True):
            found.setdefault(labels[row], set()).add(uses.instruments[column])
    return {work: tuple(sorted(texts)) for work, texts in found.items()}


def _declared(graph: Graph, works: Iterable[str]) -> frozenset[tuple[str, str]]:
    """Works with an instrument a source states they rest on."""
    stated = {link for (link,) in graph.read(program_query("links/stated-uses"))}
    found = read_statements(graph.store, sorted(works))
    return frozenset((one.work, one.instrument) for one in found if one.link in stated)


def plan_ties(subject: Subject, plan: int) -> tuple[Tie, ...]:
    """The other plans a plan and its actions are tied to: by citations either way, and by shared texts.

    The work of a citation is the action named at the plan's end, or the plan itself.
    """
    return (*citation_ties(subject, plan), *shared_ties(subject, plan))


def citation_ties(subject: Subject, plan: int) -> tuple[Tie, ...]:
    """Citations between works of a plan and other plans, counted by work, plan and direction."""
    home, own = subject.graph.homes, subject.graph.uses.plans[plan].iri
    counted: dict[tuple[str, str, bool], int] = defaultdict(int)
    for _, source, target in sorted({(one.link, one.source, one.target) for one in subject.graph.citations}):
        ends = home.get(source, ""), home.get(target, "")
        if all(ends) and ends[0] != ends[1] and own in ends:
            incoming = ends[1] == own
            counted[target if incoming else source, ends[0] if incoming else ends[1], incoming] += 1
    return tuple(
        Tie(work, other, declared=True, number=number, incoming=incoming)
        for (work, other, incoming), number in sorted(counted.items())
    )


def shared_ties(subject: Subject, plan: int) -> tuple[Tie, ...]:
    """The linked pairs between actions of a plan and those of other plans, counted by action and plan."""
    uses = subject.graph.linking
    links = subject.graph.across
    counted: dict[tuple[str, str], list[float]] = defaultdict(list)
    for ends in ((links.one, links.two), (links.two, links.one)):
        for at in np.flatnonzero(uses.plan_of[ends[0]] == plan):
            other = uses.plans[int(uses.plan_of[ends[1][at]])]
            if other.is_plan:
                counted[uses.actions[int(ends[0][at])], other.iri].append(float(links.strength[at]))
    return tuple(
        Tie(work, other, declared=False, number=len(found), strength=max(found))
        for (work, other), found in sorted(counted.items())
    )


def neighbours(subject: Subject, action: int) -> tuple[Tie, ...]:
    """The actions of other plans an action is linked to, the strongest first, then by IRI."""
    uses = subject.graph.linking
    links = subject.graph.across
    found = (
        Tie(uses.actions[action], uses.actions[int(end[at])], declared=False, strength=float(links.strength[at]))
        for own, end in ((links.one, links.two), (links.two, links.one))
        for at in np.flatnonzero(own == action)
    )
    return tuple(sorted(found, key=lambda tie: (-tie.strength, tie.other)))
