"""How good the graph is: its check, what is annotated, what is untranslated, its catalogue entry, its links."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pan2kg.errors import ProjectError
from pan2kg.site.catalogue_score import Criterion, judge, read_entry, read_resources
from pan2kg.site.quality import Balance, balances
from pan2kg.site.translation import Untranslated, untranslated
from pan2kg.tables.coverage import trust

if TYPE_CHECKING:
    from pan2kg.store.store import Store
    from pan2kg.tables.material import Material
    from pan2kg.tables.table import Exhibit
    from pan2kg.validation.report import Report, Rule


@dataclass(frozen=True, slots=True)
class Failing:
    """A rule that something fails: on how many things, and how many it looked at."""

    rule: Rule
    failing: int
    looked_at: int


@dataclass(frozen=True, slots=True)
class Checked:
    """A validation report in short: how many rules, how many had nothing to look at, and those that are failed."""

    rules: int
    idle: int
    violations: int
    failing: tuple[Failing, ...]

    @property
    def passing(self) -> int:
        """How many rules are kept everywhere."""
        return self.rules - len(self.failing)


@dataclass(frozen=True, slots=True)
class Quality:
    """What the quality page shows.

    ``checked`` is None where no check was run, ``annotated`` where the graph holds no action, ``criteria`` are
    empty where it holds no catalogue entry.
    """

    checked: Checked | None
    annotated: Exhibit | None
    translations: tuple[Untranslated, ...]
    criteria: tuple[Criterion, ...]
    links: tuple[Balance, ...]


def read_quality(material: Material, *, report: Report | None = None, catalogue: Store | None = None) -> Quality:
    """Measure the graph in the material's store, as of its day.

    ``report`` is what :func:`pan2kg.validation.check.check` found, which takes seconds and is therefore handed in;
    ``catalogue`` a store with the catalogue of a release, whose resources are judged instead of the graph's.

    >>> from datetime import date
    >>> from pan2kg.tables.material import Material
    >>> from pan2kg.graph.graph import open_graph
    >>> quality = read_quality(Material(open_graph().store, "en", date(2026, 12, 1)))
    >>> quality.checked is None, len(quality.criteria)
    (True, 9)
    """
    entry = read_entry(material.store)
    if entry and catalogue:
        entry = replace(entry, resources=read_resources(catalogue))
    return Quality(
        None if report is None else summarise(report),
        _annotated(material),
        untranslated(material.store),
        judge(entry, material.as_of) if entry else (),
        balances(material.store),
    )


def summarise(report: Report) -> Checked:
    """A report in short, the weightiest rules first."""
    failing = (Failing(rule, report.failing(rule), report.looked_at.get(rule.key, 0)) for rule in report.rules)
    found = sorted((f for f in failing if f.failing), key=lambda f: (f.rule.severity.rank, -f.failing, f.rule.key))
    violations = next(iter(report.counts.values()))
    return Checked(len(report.rules), len(report.idle), violations, tuple(found))


def _annotated(material: Material) -> Exhibit | None:
    try:
        return trust(material)
    except ProjectError:
        return None
