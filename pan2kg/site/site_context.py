"""What all pages of a site share: the graph, the front end's files, how pages are read, and what was computed once.

It holds which properties are recorded of each thing and which are missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeVar, cast

from pan2kg.charts.subject import Address, Subject
from pan2kg.coherence.bodies import completeness
from pan2kg.coherence.evidence import HEADLINE
from pan2kg.site.choice import Facts, read_facts
from pan2kg.tables.gaps import KINDS, Scope
from pan2kg.tables.registry import TABLES
from pan2kg.tables.table import DEFAULT, Choice, FigureTable

if TYPE_CHECKING:
    from pathlib import Path

    from markupsafe import Markup

    from pan2kg.graph.graph import Graph
    from pan2kg.i18n.catalogue import Language, Text
    from pan2kg.site.bundle import Bundle
    from pan2kg.store.store import Store
    from pan2kg.tables.cells import Row


@dataclass(frozen=True, slots=True)
class Lack:
    """A gap a thing has a part in: its kind, what else has a part in it, and in which respect."""

    kind: str
    other: str
    detail: Text | None


def read_lacks(graph: Graph) -> Mapping[str, tuple[Lack, ...]]:
    """The gaps of all kinds, by each thing that has a part in one: the same that the pages of gaps list."""
    found: dict[str, list[Lack]] = {}
    for kind, find in KINDS.items():
        for gap in find(graph, Scope()).gaps:
            found.setdefault(gap.subject, []).append(Lack(kind, gap.other, gap.detail))
            if gap.other:
                found.setdefault(gap.other, []).append(Lack(kind, gap.subject, gap.detail))
    return {iri: tuple(lacks) for iri, lacks in found.items()}


def read_recorded(graph: Graph) -> frozenset[str]:
    """The actions of which any of the five fields, a text, a body or a target group was recorded.

    Topics do not count: editors gave them from the title alone.
    """
    rows = completeness(graph.home_of, graph.fields)
    texts = {graph.uses.actions[at] for at in graph.uses.table.rows.tolist()}
    tagged = {p.work for p in graph.profiles if p.bodies or p.leads or p.groups}
    return frozenset(texts | tagged | {row.action for row in rows if row.annotated})


def read_drawable(graph: Graph) -> frozenset[str]:
    """The actions a picture can be drawn around: those that rest on a text, cite or are cited."""
    texts = {graph.uses.actions[at] for at in graph.uses.table.rows.tolist()}
    cited = {end for citation in graph.citations for end in (citation.source, citation.target)}
    return frozenset(texts | (cited & graph.home_of.keys()))


Mode = Literal["served", "static"]
Made = TypeVar("Made")


@dataclass(eq=False)
class SiteContext:
    """The graph pages show, the front end's files, and how the pages will be read.

    In mode ``served`` there is an endpoint behind the pages, in mode ``static`` the browser holds the graph itself.
    ``writable`` says whether reviews can be written down; ``catalogue`` is that of the release the pages belong to, and
    ``kept`` the folder where reports of checks are kept, None where they are not.
    """

    graph: Graph
    mode: Mode = "static"
    bundle: Bundle | None = None
    writable: bool = False
    catalogue: Store | None = None
    kept: Path | None = None
    tables: dict[tuple[str, str, Choice], FigureTable] = field(default_factory=dict, repr=False)
    made: dict[str, object] = field(default_factory=dict, repr=False)
    labels: dict[tuple[str, str, str], Markup] = field(default_factory=dict, repr=False)
    names: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)
    having: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict, repr=False)
    pairs: dict[tuple[str, str], Mapping[frozenset[str], tuple[Row, ...]]] = field(default_factory=dict, repr=False)
    links: dict[tuple[str, str, str], object] = field(default_factory=dict, repr=False)

    @cached_property
    def lacks(self) -> Mapping[str, tuple[Lack, ...]]:
        """The gaps each thing has a part in."""
        return read_lacks(self.graph) if self.graph.has_actions else {}

    @cached_property
    def recorded(self) -> frozenset[str]:
        """The actions of which more than the title was recorded."""
        return read_recorded(self.graph)

    @cached_property
    def drawable(self) -> frozenset[str]:
        """The actions a picture can be drawn around."""
        return read_drawable(self.graph)

    @cached_property
    def facts(self) -> Mapping[str, Facts]:
        """What each plan can be chosen by."""
        return read_facts(self.graph)

    @cached_property
    def linked(self) -> frozenset[str]:
        """The actions linked to another plan at the headline level."""
        return frozenset(action for action, level in self.graph.linked_actions.items() if level <= HEADLINE)

    @cached_property
    def divergences(self) -> int:
        """How many pairs of actions somebody scored as opposed."""
        return len(self.figures("opposed", "fr").rows)

    @cached_property
    def told_pairs(self) -> frozenset[tuple[str, str]]:
        """The pairs of plans that are linked, at whatever level: those an export has a page of."""
        return frozenset(met.plans for met in self.graph.meetings)

    def figures(self, name: str, language: Language, choice: Choice = DEFAULT) -> FigureTable:
        """A table of figures; computed once a language where nothing in particular is chosen.

        Raises:
            QueryError: the choice names a plan the graph does not have.
        """
        key = (name, language, choice)
        if key not in self.tables:
            made = TABLES[name].make(self.graph.spoken(language), choice)
            if choice.plans:
                return made
            self.tables[key] = made
        return self.tables[key]

    def subject(self, language: Language, address: Address) -> Subject:
        """What pictures are drawn from, with the addresses their marks lead to."""
        return Subject(self.graph.spoken(language), address)

    def once(self, name: str, make: Callable[[], Made]) -> Made:
        """What is made of the graph for several pages, made when it is first asked for."""
        if name not in self.made:
            self.made[name] = make()
        return cast("Made", self.made[name])

    def asset(self, name: str) -> str:
        """The file name of a part of the front end, as built; empty where it was not built."""
        return self.bundle.name(name) if self.bundle else ""
