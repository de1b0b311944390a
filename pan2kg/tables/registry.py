"""Every table that is computed: what it answers, what it can be told, and the function that makes it.

All that is said of a table beside its own words stands here once: the command line, README's table of questions and
the site read it. A function is imported when its table is made, since ``pan2kg coherence --help`` names them all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final, Literal

from pan2kg.i18n.message import Message

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph
    from pan2kg.tables.making import Choice
    from pan2kg.tables.table import Table

Option = Literal[
    "plans", "all", "least", "evidence", "two works", "any action", "two plans", "matrices", "write", "cut", "groups",
    "kind", "day", "country",
]  # fmt: skip
"""What tables can be told, as :mod:`pan2kg.cli.coherence` reads it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of table.

    ``function`` names a module of this room and the function there that makes it; ``part`` is an option of its own by
    which it shows a part. ``number`` is that of the thirty questions it answers, and ``example`` what README lets a
    reader type, with a mark of its footnote. ``whole`` is a table made from the whole graph whatever the day, and
    ``alone`` one that must be told what to look at, so that it has no page of its own.
    """

    name: str
    function: str
    options: tuple[Option, ...] = ()
    part: tuple[str, str] | None = None
    number: int | None = None
    example: str = ""
    whole: bool = False
    alone: bool = False

    @property
    def summary(self) -> str:
        """The key of what it shows in a few words, in the context « help »."""
        return f"table.{self.name}"

    @property
    def question(self) -> Message:
        """The question it answers."""
        return Message("help", f"question.{self.name}")

    def make(self, graph: Graph, choice: Choice) -> Table:
        """The table, made from what the graph holds and what was chosen of it."""
        module, _, name = self.function.partition(".")
        found: Callable[[Graph, Choice], Table] = getattr(import_module(f"pan2kg.tables.{module}"), name)
        return found(graph, choice)


_KINDS: Final = (
    Kind("figures", "figures.register", ("plans", "evidence"), part=("--figure", "part.figure")),
    Kind("matrix", "plans.matrix", ("plans", "all", "evidence")),
    Kind("debt", "citations.debt", ("plans", "evidence")),
    Kind("unacknowledged", "citations.unacknowledged", ("plans", "least", "evidence"), number=4),
    Kind("gaps", "gaps.gaps", ("kind", "plans", "country", "evidence")),
    Kind("index", "plans.coherence_index", ("plans", "all", "evidence"), number=3),
    Kind("explain", "citations.explanation", ("two works", "evidence"), number=18, example="… …", alone=True),
    Kind("bodies", "actions.bodies", ("evidence",), part=("--finding", "part.finding")),
    Kind("obligations", "obligations.duties", ("plans", "evidence"), part=("--standing", "part.standing"), whole=True),
    Kind(
        "compare",
        "editions.compared",
        ("two plans", "evidence"),
        part=("--part", "part.part"),
        number=17,
        example="… … ²",
        whole=True,
        alone=True,
    ),
    Kind("interaction", "scores.interaction", ("matrices", "write"), example="scores.csv ¹", whole=True),
    Kind("participation", "actions.bridges", ("plans", "evidence"), number=15),
    Kind("loss", "actions.lost", ("any action", "plans", "evidence"), number=16, example="…"),
    Kind("completeness", "actions.complete", ("plans", "all")),
    Kind("parts", "plans.parts", ("plans",)),
    Kind("target-groups", "coverage.target_groups", ("plans", "country"), number=24),
    Kind("dependencies", "obligations.dependencies", ("plans", "evidence"), number=23),
    Kind("recommendations", "obligations.recommendations", ("plans",), number=12),
    Kind("ripple", "scores.ripple", ("matrices",), number=25, example="¹", whole=True),
    Kind("chance", "plans.by_chance", ("plans", "all", "evidence"), number=27),
    Kind("trust", "coverage.trust", ("plans", "evidence"), number=30),
    Kind("as-of", "editions.moment", ("day", "plans"), number=28, example="31/12/2021 ²", whole=True),
    Kind("other-countries", "coverage.other_countries", part=("--country", "part.country"), number=29, example="³"),
    Kind("dematel", "influence.influence", ("matrices",), example="¹", whole=True),
    Kind("chains", "influence.chained", ("matrices", "cut"), example="¹", whole=True),
    Kind("groups", "scores.groups", ("matrices", "groups"), example="¹", whole=True),
    Kind("agreement", "scores.agreed", ("matrices",), example="¹", whole=True),
    Kind("disagreement", "scores.disagreement", ("matrices", "all"), number=26, example="¹", whole=True),
    Kind("opposed", "scores.opposed", ("matrices",), number=14, example="¹"),
)

TABLES: Final[Mapping[str, Kind]] = {kind.name: kind for kind in _KINDS}
"""The tables by name, in the order in which they are listed.

Whole are, of those made as of a day: ``as-of``, which tells of each plan whether it runs; ``obligations``, since what
answers one still does when a plan has ended; ``compare``, since an edition and the next never run on one day; and
experts' scores of actions, which hold whether or not a plan is still running.
"""
