"""On what a statement rests: its file or rule, its certainty, and the documents it was read in.

What was recorded of things and what was not, read once from what figures are made of.
What all pages are made from: a project, its store, and what was read of it once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Final, Literal, TypeVar, cast

from pan2kg.charts.ground import Address, Ground, read_ground
from pan2kg.coherence.citations import homes
from pan2kg.coherence.participation import completeness
from pan2kg.coherence.questions import ACTIONS
from pan2kg.coherence.reading import rows
from pan2kg.errors import QueryError
from pan2kg.graph.dataset import Notice, read_notice
from pan2kg.graph.labels import Index, read_index
from pan2kg.graph.links import USUAL, Ties, read_ties
from pan2kg.graph.network import build_network
from pan2kg.graph.statements import CERTAINTY, SOURCE, Grounds, Statements, read_rules, read_statements
from pan2kg.site.choice import Facts, read_facts
from pan2kg.site.search import Finder, build_finder
from pan2kg.store.as_of import Moment, as_of
from pan2kg.store.queries import Query, read_queries
from pan2kg.store.remote import RemoteStore
from pan2kg.store.store import Store, load_project
from pan2kg.tables.gaps import KINDS
from pan2kg.tables.material import DEFAULT, Choice, Material
from pan2kg.tables.registry import TABLES
from pan2kg.turtle.vocabulary import PAN

if TYPE_CHECKING:
    import networkx as nx
    from markupsafe import Markup

    from pan2kg.graph.statements import Statement, Statements
    from pan2kg.i18n.catalogue import Language, Text
    from pan2kg.project import Project
    from pan2kg.site.bundle import Bundle
    from pan2kg.tables.cells import Row
    from pan2kg.tables.material import Material
    from pan2kg.tables.table import Exhibit


ASIDE: Final = frozenset({SOURCE, CERTAINTY, PAN + "evidence"})
"""Statements about statements: where they were read and how certain they are."""


def grounds_of(statements: Statements, statement: Statement) -> Grounds:
    """What a statement rests on: what its own block says, else what the file says of all its statements."""
    at = statement.thing, statement.graph
    if at not in statements.grounds:
        found = _grounds(statements, statement)
        if not statements.about(statement.thing):
            return found
        statements.grounds[at] = found
    return statements.grounds[at]


def _grounds(statements: Statements, statement: Statement) -> Grounds:
    if statement.rule:
        return Grounds(statement.graph, "rule", ())
    own = statements.block(statement.thing, statement.graph)
    certainty = own.get(CERTAINTY) or statements.values(statement.graph, CERTAINTY)
    sources = own.get(SOURCE) or statements.values(statement.graph, SOURCE)
    kind = certainty[0].rpartition("/")[2] if certainty else ""
    return Grounds(statement.graph, "unverified" if statement.graph.endswith("unverified") else kind, tuple(sources))


def read_resting(statements: Statements) -> Counter[str]:
    """How many statements rest on each document, as the notes of pages say it; those on sources do not count."""
    counted: Counter[str] = Counter()
    for statement in statements.every:
        if statement.predicate not in ASIDE and not statement.rule:
            counted.update(grounds_of(statements, statement).sources)
    return counted


@dataclass(frozen=True, slots=True)
class Lack:
    """A gap a thing has a part in: its kind, what else has a part in it, and in which respect."""

    kind: str
    other: str
    detail: Text | None


def read_lacks(material: Material) -> Mapping[str, tuple[Lack, ...]]:
    """The gaps of all kinds, by each thing that has a part in one: the same that the pages of gaps list."""
    found: dict[str, list[Lack]] = {}
    for kind, find in KINDS.items():
        for gap in find(material, frozenset()).gaps:
            found.setdefault(gap.subject, []).append(Lack(kind, gap.other, gap.detail))
            if gap.other:
                found.setdefault(gap.other, []).append(Lack(kind, gap.subject, gap.detail))
    return {iri: tuple(lacks) for iri, lacks in found.items()}


def read_recorded(material: Material) -> frozenset[str]:
    """The actions of which any of the five fields, a text, a body or a target group was recorded.

    Topics do not count: editors gave them from the title alone.
    """
    rows = completeness(material.uses, material.fields)
    texts = {material.uses.actions[at] for at in material.uses.table.rows.tolist()}
    tagged = {p.work for p in material.profiles if p.bodies or p.leads or p.groups}
    return frozenset(texts | tagged | {row.action for row in rows if row.annotated})


def read_drawable(material: Material) -> frozenset[str]:
    """The actions a picture can be drawn around: those that rest on a text, cite or are cited."""
    texts = {material.uses.actions[at] for at in material.uses.table.rows.tolist()}
    cited = {end for citation in material.citations for end in (citation.source, citation.target)}
    return frozenset(texts | (cited & material.home_of.keys()))


DAYS = 4
"""How many days' states of the graph are kept."""

Mode = Literal["served", "static"]
Made = TypeVar("Made")


@dataclass(frozen=True)
class Library:
    """A project, its store, the front end's files, the day pages look back from, and how they will be read.

    In mode ``served`` there is an endpoint behind the pages, in mode ``static`` the browser holds the graph itself.
    ``writable`` says whether reviews can be written down; ``catalogue`` is that of the release the pages belong to.
    """

    project: Project
    store: Store
    as_of: date
    mode: Mode = "static"
    bundle: Bundle | None = None
    writable: bool = False
    catalogue: Store | None = None
    lock: Lock = field(default_factory=Lock, repr=False, compare=False)
    materials: dict[str, Material] = field(default_factory=dict, repr=False, compare=False)
    moments: dict[date, Moment] = field(default_factory=dict, repr=False, compare=False)
    networks: dict[str, nx.MultiDiGraph[str]] = field(default_factory=dict, repr=False, compare=False)
    exhibits: dict[tuple[str, str, Choice], Exhibit] = field(default_factory=dict, repr=False, compare=False)
    grounds: dict[str, Ground] = field(default_factory=dict, repr=False, compare=False)
    made: dict[str, object] = field(default_factory=dict, repr=False, compare=False)
    labels: dict[tuple[str, str, str], Markup] = field(default_factory=dict, repr=False, compare=False)
    names: dict[tuple[str, str], str] = field(default_factory=dict, repr=False, compare=False)
    having: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict, repr=False, compare=False)
    pairs: dict[tuple[str, str], Mapping[frozenset[str], tuple[Row, ...]]] = field(
        default_factory=dict, repr=False, compare=False
    )
    links: dict[tuple[str, str, str], object] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def notice(self) -> Notice:
        """What the graph says of itself as a dataset."""
        return read_notice(self.store)

    @cached_property
    def index(self) -> Index:
        """Names, keys and places of all things."""
        return read_index(self.store)

    @cached_property
    def finder(self) -> Finder:
        """The full-text index of names."""
        return build_finder(self.index)

    @cached_property
    def queries(self) -> Mapping[str, Query]:
        """The stored questions by name."""
        return read_queries(self.project)

    @cached_property
    def ties(self) -> Ties:
        """The links that join two plans."""
        return read_ties(self.store)

    @cached_property
    def statements(self) -> Statements:
        """Every statement with the file or rule it comes from."""
        return read_statements(self.store)

    @cached_property
    def resting(self) -> Counter[str]:
        """How many statements rest on each document."""
        return read_resting(self.statements)

    @cached_property
    def rules(self) -> Mapping[str, str]:
        """What each rule derives, in its own words."""
        return read_rules(self.project)

    @cached_property
    def has_actions(self) -> bool:
        """Whether there is an action to measure; without one the graph has no figures, and its things have pages."""
        return bool(rows(self.store, ACTIONS))

    @cached_property
    def lacks(self) -> Mapping[str, tuple[Lack, ...]]:
        """The gaps each thing has a part in."""
        return read_lacks(self.material("fr")) if self.has_actions else {}

    @cached_property
    def recorded(self) -> frozenset[str]:
        """The actions of which more than the title was recorded."""
        return read_recorded(self.material("fr"))

    @cached_property
    def drawable(self) -> frozenset[str]:
        """The actions a picture can be drawn around."""
        return read_drawable(self.material("fr"))

    @cached_property
    def facts(self) -> Mapping[str, Facts]:
        """What each plan can be chosen by."""
        return read_facts(self.material("fr"))

    @cached_property
    def homes(self) -> Mapping[str, str]:
        """The plan of each action, and of each plan itself."""
        return homes(self.material("fr").uses)

    @cached_property
    def linked(self) -> frozenset[str]:
        """The things with a link to another plan, of the kinds that are shown where nothing is chosen."""
        return self.ties.linked(USUAL)

    @cached_property
    def divergences(self) -> int:
        """How many pairs of actions somebody scored as opposed."""
        return len(self.exhibit("opposed", "fr").rows)

    @property
    def release(self) -> str:
        """The version of the graph."""
        return self.material("fr").release

    def material(self, language: Language) -> Material:
        """What figures are computed from, read once a language."""
        with self.lock:
            if language not in self.materials:
                known = next(iter(self.materials.values()), None)
                made = known.spoken(language) if known else None
                self.materials[language] = made or Material(self.store, language, self.as_of, project=self.project)
            return self.materials[language]

    def exhibit(self, name: str, language: Language, choice: Choice = DEFAULT) -> Exhibit:
        """A table of figures; computed once a language where nothing in particular is chosen.

        Raises:
            QueryError: the choice names a plan the graph does not have.
        """
        key = (name, language, choice)
        if key not in self.exhibits:
            made = TABLES[name].make(self.material(language), choice)
            if choice.plans:
                return made
            self.exhibits[key] = made
        return self.exhibits[key]

    def network(self, language: Language) -> nx.MultiDiGraph[str]:
        """The network of links, read once a language."""
        if language not in self.networks:
            read = self.material(language).read
            self.networks[language] = build_network(self.store, language=language, release=self.release, read=read)
        return self.networks[language]

    def moment(self, day: date) -> Moment:
        """What was in force on a day, with what the rules derive from it; the last days asked for are kept.

        Raises:
            QueryError: the graph is somewhere else.
        """
        if isinstance(self.store, RemoteStore):
            raise QueryError("remote-as-of", remedy="leave-out-day")
        with self.lock:
            if day not in self.moments:
                if len(self.moments) >= DAYS:
                    self.moments.pop(next(iter(self.moments)))
                self.moments[day] = as_of(load_project(self.project), day, self.project)
            return self.moments[day]

    def ground(self, language: Language, address: Address) -> Ground:
        """What pictures are drawn from, read once a language, with the addresses their marks lead to."""
        if language not in self.grounds:
            self.grounds[language] = read_ground(self.store, language, as_of=self.as_of)
        return replace(self.grounds[language], address=address)

    def once(self, name: str, make: Callable[[], Made]) -> Made:
        """What later modules make of the graph for several pages, made when it is first asked for."""
        if name not in self.made:
            self.made[name] = make()
        return cast("Made", self.made[name])

    def asset(self, name: str) -> str:
        """The file name of a part of the front end, as built; empty where it was not built."""
        return self.bundle.name(name) if self.bundle else ""
