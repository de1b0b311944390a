"""Every table of figures there is, what each can be told, and how it is found by its name.

All that is said of a table beside its own words stands here once: the command line, README's table
of questions and the site read it. The function of a table is imported when the table is made, since
``pan2kg coherence --help`` names them all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pan2kg.coherence.evidence import HEADLINE, Level
from pan2kg.graph import later_rooms

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph
    from pan2kg.graph.scores import Scale
    from pan2kg.tables.table import Table


@dataclass(frozen=True, slots=True)
class Scoring:
    """How matrices of scores are read: on which scale, with what an action scores of itself or without.

    ``cut`` is the size below which a chain of effects is not followed, ``groups`` a file that names
    the group of each action.
    """

    scale: Scale | None = None
    keep_diagonal: bool = False
    cut: float | None = None
    groups: Path | None = None


@dataclass(frozen=True, slots=True)
class TableChoice:
    """What a table is told: plans, actions and files by name, a part of it, and whether to show empty rows too.

    ``assessors`` name who filled in the matrices in ``files``, in their order; else the file names
    do. ``scoring`` says how these are read. ``evidence`` is the level links are shown at, that of
    the headline where nobody chose another. ``country`` is that whose plans are looked at, by the
    end of its IRI; :data:`EVERYWHERE` means all of them.
    """

    plans: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    assessors: tuple[str, ...] = ()
    part: str = ""
    least: float | None = None
    everything: bool = False
    scoring: Scoring = Scoring()
    evidence: Level = HEADLINE
    country: str = ""


EVERYWHERE = "all"
DEFAULT = TableChoice()


Option = Literal[
    "plans", "all", "least", "evidence", "two works", "any action", "two plans", "matrices", "write", "cut", "groups",
    "kind", "day", "country",
]  # fmt: skip
"""What tables can be told, as :mod:`pan2kg.cli.coherence` reads it."""


@dataclass(frozen=True, slots=True)
class TableKind:
    """A kind of table: ``function`` in a module of its room makes it, ``part`` is an option that shows a part of it.

    ``number`` is that of the thirty questions it answers, and ``example`` what the guide lets a
    reader type, with the mark of a footnote. ``whole`` is a table made from the whole graph
    whatever the day: ``as-of`` tells of each plan whether it runs, what answers an obligation still
    does when a plan has ended, and an edition and the next never run on one day. ``alone`` is one
    that must be told what to look at.
    """

    name: str
    function: str
    options: tuple[Option, ...] = ()
    part: tuple[str, str] | None = None
    number: int | None = None
    example: str = ""
    whole: bool = False
    alone: bool = False
    room: str = "tables"

    def make(self, graph: Graph, choice: TableChoice) -> Table:
        """The table, made of a graph as a choice says; what can go wrong is that of its function."""
        module, _, name = self.function.partition(".")
        function: Callable[[Graph, TableChoice], Table] = getattr(
            import_module(f"pan2kg.{self.room}.{module}"), name
        )
        return function(graph, choice)


_KINDS = (
    TableKind(
        "figures", "register.register", ("plans", "evidence"), part=("--figure", "part.figure")
    ),
    TableKind("matrix", "plans.matrix", ("plans", "all", "evidence")),
    TableKind("debt", "cross_references.debt", ("plans", "evidence")),
    TableKind("unacknowledged", "pairs.unacknowledged", ("plans", "least", "evidence"), number=4),
    TableKind("gaps", "gaps.gaps", ("kind", "plans", "country", "evidence")),
    TableKind("index", "cross_references.coherence_index", ("plans", "all", "evidence"), number=3),
    TableKind(
        "explain",
        "pairs.explanation",
        ("two works", "evidence"),
        number=18,
        example="… …",
        alone=True,
    ),
    TableKind("bodies", "bodies.bodies", ("evidence",), part=("--finding", "part.finding")),
    TableKind(
        "obligations",
        "duties.duties",
        ("plans", "evidence"),
        part=("--standing", "part.standing"),
        whole=True,
    ),
    TableKind(
        "compare",
        "editions.compared",
        ("two plans", "evidence"),
        part=("--part", "part.part"),
        number=17,
        example="… … ²",
        whole=True,
        alone=True,
    ),
    TableKind("participation", "actions.bridges", ("plans", "evidence"), number=15),
    TableKind("loss", "actions.lost", ("any action", "plans", "evidence"), number=16, example="…"),
    TableKind("completeness", "coverage.complete", ("plans", "all"), number=13),
    TableKind("parts", "plans.parts", ("plans",)),
    TableKind("target-groups", "bodies.target_groups", ("plans", "country"), number=24),
    TableKind("dependencies", "duties.dependencies", ("plans", "evidence"), number=23),
    TableKind("recommendations", "duties.recommendations", ("plans",), number=12),
    TableKind("trust", "coverage.trust", ("plans", "evidence"), number=30),
    TableKind(
        "as-of", "editions.moment", ("day", "plans"), number=28, example="31/12/2021 ²", whole=True
    ),
    TableKind(
        "other-countries",
        "bodies.other_countries",
        part=("--country", "part.country"),
        number=29,
        example="³",
    ),
)


@cache
def table_kinds() -> Mapping[str, TableKind]:
    """The tables by name, in the order in which they are listed: those of this room, then those beside the core.

    >>> table_kinds()["debt"].options
    ('plans', 'evidence')
    """
    beside = later_rooms.offered("table_kinds")()
    return {kind.name: kind for kind in (*_KINDS, *beside)}
