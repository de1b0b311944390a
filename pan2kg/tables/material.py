"""What exhibits are made from: a store, each part of it read once, and what was chosen of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from pan2kg.coherence.chance import Chance, chance
from pan2kg.coherence.links import Links, project
from pan2kg.coherence.reading import (
    read_citations,
    read_declared,
    read_fields,
    read_matrices,
    read_obligations,
    read_profiles,
    read_responses,
    read_uses,
    rows,
)
from pan2kg.coherence.strength import Foundation, PlanLink, hoist, plan_links
from pan2kg.coherence.uses import key
from pan2kg.errors import QueryError
from pan2kg.tables import queries as texts
from pan2kg.turtle.writer import string

if TYPE_CHECKING:
    from pan2kg.coherence.basis import Basis, Measured
    from pan2kg.coherence.bodies import Profile
    from pan2kg.coherence.citations import Citation
    from pan2kg.coherence.obligations import Obligation, Response
    from pan2kg.coherence.participation import Field
    from pan2kg.coherence.scores import Scores
    from pan2kg.coherence.uses import Uses
    from pan2kg.i18n.catalogue import Language
    from pan2kg.project import Project
    from pan2kg.store.store import Store

HOME = "lu-bhr-2"
"""The plan whose action 3.3 asks for coherence: looked at where no plan is named and the graph has it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What an exhibit is told: plans, actions and files by name, a part of it, and whether to show empty rows too.

    ``assessors`` name who filled in the matrices in ``files``, in their order; else the file names do.
    """

    plans: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    assessors: tuple[str, ...] = ()
    part: str = ""
    least: float | None = None
    everything: bool = False


DEFAULT = Choice()
"""Nothing in particular: all plans, no files."""


@dataclass(frozen=True)
class Material:
    """A store and what was read of it, in one language, as of one day.

    ``asked`` says that the day was asked for, so that an exhibit of undated statements says so.
    """

    store: Store
    language: Language
    as_of: date
    asked: bool = False
    project: Project | None = None
    rows: dict[str, list[list[str]]] = field(default_factory=dict, repr=False, compare=False)

    def spoken(self, language: Language) -> Material:
        """The same in another language; what was read already and is in no language is not read again."""
        other = replace(self, language=language)
        kept = {name: value for name, value in vars(self).items() if name not in vars(other) and name != "_labels"}
        vars(other).update(kept)
        return other

    @cached_property
    def uses(self) -> Uses:
        """Actions × instruments, as stated.

        Raises:
            ProjectError: the store holds no action.
        """
        return read_uses(self.store, release=self.release, as_of=self.as_of)

    @cached_property
    def release(self) -> str:
        """The version the graph gives itself, else that of the package."""
        found = rows(self.store, texts.VERSION)
        if found:
            return found[0][0]
        try:
            return version("pan2kg")
        except PackageNotFoundError:
            return ""

    @cached_property
    def _hoisting(self) -> tuple[Uses, tuple[Foundation, ...]]:
        return hoist(self.uses)

    @property
    def linking(self) -> Uses:
        """The same without what whole plans are founded on: what links actions."""
        return self._hoisting[0]

    @cached_property
    def founded(self) -> tuple[PlanLink, ...]:
        """The links between plans of which one is founded on what the other uses; both are plans."""
        links = plan_links(self.uses, self._hoisting[1])
        return tuple(link for link in links if {link.one, link.two} <= self._planned)

    @cached_property
    def links(self) -> Links:
        """All linked pairs of actions."""
        return project(self.linking)

    @property
    def basis(self) -> Basis:
        """What figures about links rest on."""
        return self.links.basis

    @cached_property
    def citations(self) -> tuple[Citation, ...]:
        """Who cites whom."""
        return read_citations(self.store)

    @cached_property
    def declared(self) -> tuple[tuple[str, str], ...]:
        """What somebody put side by side."""
        return read_declared(self.store)

    @cached_property
    def profiles(self) -> tuple[Profile, ...]:
        """Topics, target groups, leads and bodies."""
        return read_profiles(self.store)

    @cached_property
    def by_chance(self) -> Measured[Chance]:
        """Which pairs of plans share more than chance would have it."""
        return chance(self.uses)

    @cached_property
    def obligations(self) -> tuple[Obligation, ...]:
        """What instruments require."""
        return read_obligations(self.store)

    @cached_property
    def responses(self) -> tuple[Response, ...]:
        """What answers obligations."""
        return read_responses(self.store, self.uses)

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """What was recorded of the five fields of actions."""
        return read_fields(self.store)

    @cached_property
    def matrices(self) -> tuple[Scores, ...]:
        """The interaction scores the graph holds."""
        return read_matrices(self.store)

    @cached_property
    def periods(self) -> Mapping[str, tuple[str, str, str]]:
        """For each plan when it was adopted, starts and ends, as far as known."""
        return {plan: (on, since, until) for plan, on, since, until in self.read(texts.PERIODS)}

    @cached_property
    def _labels(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for query in (texts.LABELS % string(self.language), texts.MAIN_LABELS):
            for thing, label in self.read(query):
                found.setdefault(thing, " ".join(label.split()))
        return found

    @cached_property
    def _notations(self) -> Mapping[str, str]:
        return {row[0]: row[1] for row in self.read(texts.NOTATIONS)}

    @cached_property
    def home_of(self) -> Mapping[str, str]:
        """The plan of each action."""
        pairs = zip(self.uses.actions, self.uses.plan_of, strict=True)
        return {action: self.uses.plans[int(at)].iri for action, at in pairs}

    @cached_property
    def _planned(self) -> frozenset[str]:
        return frozenset(plan.iri for plan in self.uses.plans if plan.is_plan)

    def plan_of(self, work: str) -> str | None:
        """The plan of an action, or the plan itself; None for an action without one, and for other works."""
        home = self.home_of.get(work, work)
        return home if home in self._planned else None

    def read(self, query: str) -> list[list[str]]:
        """The rows of a query as plain text, asked once."""
        if query not in self.rows:
            self.rows[query] = rows(self.store, query)
        return self.rows[query]

    def label(self, iri: str) -> str:
        """What a thing is called in the language of the exhibit, else its key; an action with its number."""
        named, number = self._labels.get(iri) or key(iri) or iri, self._notations.get(iri, "")
        return f"{number} {named}" if number else named

    def keys(self, iris: Iterable[str]) -> str:
        """The keys of things, as filters name them."""
        return ", ".join(map(key, iris))

    def ends(self, work: str) -> str:
        """When a plan's period, or the plan of an action, ends; empty where that is not known."""
        return self.periods.get(self.home_of.get(work, work), ("", "", ""))[2]

    def plan(self, name: str) -> str:
        """The IRI of a plan by IRI, prefixed name or key.

        Raises:
            QueryError: there is no such plan; with the nearest names.
        """
        found = self.uses.plans[self.uses.find_plan(bare(name))]
        if not found.is_plan:
            raise QueryError("action-without-plan", remedy="name-a-plan", name=name)
        return found.iri

    def plans(self, names: Iterable[str]) -> tuple[str, ...]:
        """The IRIs of plans, each once, in the order given."""
        return tuple(dict.fromkeys(map(self.plan, names)))

    def action(self, name: str) -> str:
        """The IRI of an action by IRI, prefixed name or key.

        Raises:
            QueryError: there is no such action; with the nearest names.
        """
        return self.uses.actions[self.uses.find_action(bare(name))]

    def own_plan(self) -> str | None:
        """The plan to start from where none is named; None where the graph does not have it."""
        found = [plan.iri for plan in self.uses.plans if key(plan.iri) == HOME]
        return found[0] if found else None


def bare(name: str) -> str:
    """A name without angle brackets, and the key where it is a prefixed name.

    >>> bare("<http://e/a>"), bare("plan:lu-bhr-2"), bare("lu-bhr-2")
    ('http://e/a', 'lu-bhr-2', 'lu-bhr-2')
    """
    address = name.strip().strip("<>")
    return address if "//" in address else address.rpartition(":")[2]
