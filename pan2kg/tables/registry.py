"""Every table that is computed: what it answers, what it can be told, and the function that makes it.

All that is said of a table beside its own words stands here once: the command line, README's table of questions and
the site read it. A function is imported when its table is made, since ``pan2kg coherence --help`` names them all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from pan2kg.tables.material import Choice, Material
    from pan2kg.tables.table import Exhibit

Option = Literal["plans", "all", "least", "two actions", "any action", "two plans", "matrices", "write", "kind", "day"]
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
    summary: str
    question: str
    options: tuple[Option, ...] = ()
    part: tuple[str, str] | None = None
    number: int | None = None
    example: str = ""
    whole: bool = False
    alone: bool = False

    def make(self, material: Material, choice: Choice) -> Exhibit:
        """The table, made from what the graph holds and what was chosen of it."""
        module, _, name = self.function.partition(".")
        found: Callable[[Material, Choice], Exhibit] = getattr(import_module(f"pan2kg.tables.{module}"), name)
        return found(material, choice)


_KINDS: Final = (
    Kind(
        "matrix",
        "plans.matrix",
        "where plans meet: a vector for each pair of plans",
        "Where do plans meet?",
        ("plans", "all"),
    ),
    Kind(
        "debt",
        "citations.debt",
        "what plans owe each other in citations",
        "What do plans owe each other in citations?",
        ("plans",),
    ),
    Kind(
        "unacknowledged",
        "citations.unacknowledged",
        "strongly linked actions that do not cite each other",
        "Which strongly linked actions do not cite each other?",
        ("plans", "least"),
        number=4,
    ),
    Kind(
        "gaps",
        "gaps.gaps",
        "what is missing, one list a kind, and what cannot be told",
        "What is missing, and what cannot be told?",
        ("kind", "plans"),
    ),
    Kind(
        "index",
        "plans.three_three",
        "action 3.3, pair by pair",
        "How far is action 3.3, pair by pair?",
        ("plans", "all"),
        number=3,
    ),
    Kind(
        "explain",
        "links.explanation",
        "why two actions are linked, with the words",
        "… and how strongly, from which texts?",
        ("two actions",),
        number=18,
        example="… …",
        alone=True,
    ),
    Kind(
        "bodies",
        "actions.bodies",
        "who should coordinate and who should talk",
        "Which bodies should coordinate or talk?",
        part=("--finding", "only this kind of finding"),
    ),
    Kind(
        "obligations",
        "obligations.duties",
        "due dates, what answers them and how late",
        "What is due, what answers it, how late?",
        ("plans",),
        part=("--standing", "only this standing"),
    ),
    Kind(
        "compare",
        "editions.compared",
        "one edition and the next",
        "What changed from PAN 1 to PAN 2?",
        ("two plans",),
        part=("--part", "only plan, link or action"),
        number=17,
        example="lu-bhr-1 lu-bhr-2 ²",
        whole=True,
        alone=True,
    ),
    Kind(
        "interaction",
        "scores.interaction",
        "experts' scores: sums, second order, ranks, agreement",
        "What do experts’ scores say?",
        ("matrices", "write"),
        example="scores.csv ¹",
        whole=True,
    ),
    Kind(
        "participation",
        "actions.bridges",
        "which actions bridge plans",
        "Which actions bridge plans?",
        ("plans",),
        number=15,
    ),
    Kind(
        "loss",
        "actions.lost",
        "what would be lost without an action",
        "What would be lost without an action, duties included?",
        ("any action", "plans"),
        number=16,
        example="…",
    ),
    Kind(
        "completeness",
        "actions.complete",
        "the five fields of each action: present, vague or absent",
        "How complete is each action?",
        ("plans", "all"),
    ),
    Kind(
        "target-groups",
        "coverage.target_groups",
        "which target groups are forgotten, or aimed at by several plans",
        "Which target groups are forgotten, or aimed at by several plans?",
        ("plans",),
        number=24,
    ),
    Kind(
        "dependencies",
        "obligations.dependencies",
        "whether deadlines keep the order of dependencies",
        "Do deadlines keep the order of dependencies?",
        ("plans",),
        number=23,
    ),
    Kind(
        "recommendations",
        "obligations.recommendations",
        "which recommendations have no answer",
        "Which recommendations have no answer?",
        ("plans",),
        number=12,
    ),
    Kind(
        "ripple",
        "scores.ripple",
        "which action has most knock-on effect",
        "Which action has most knock-on effect?",
        ("matrices",),
        number=25,
        example="¹",
        whole=True,
    ),
    Kind(
        "chance",
        "plans.by_chance",
        "whether two plans share more than chance would have it",
        "Does a link between two plans go beyond chance?",
        ("plans", "all"),
        number=27,
    ),
    Kind(
        "trust",
        "coverage.trust",
        "how far the figures can be trusted",
        "Can the figures be trusted?",
        ("plans",),
        number=30,
    ),
    Kind(
        "as-of",
        "editions.moment",
        "what can be said of one day",
        "What was the situation on a given day?",
        ("day", "plans"),
        number=28,
        example="31/12/2021 ²",
        whole=True,
    ),
    Kind(
        "other-countries",
        "coverage.other_countries",
        "what other countries cover and we do not",
        "What do other countries cover that we do not?",
        part=("--country", "our country, as in LUX"),
        number=29,
        example="³",
    ),
    Kind(
        "disagreement",
        "scores.disagreement",
        "whether assessors agree, and how much was assessed",
        "Do assessors agree, and how much was assessed?",
        ("matrices",),
        number=26,
        example="¹",
        whole=True,
    ),
    Kind(
        "opposed",
        "scores.opposed",
        "which actions are opposed, and who says so",
        "Which actions are opposed, and who says so?",
        ("matrices",),
        number=14,
        example="¹",
    ),
)

TABLES: Final[Mapping[str, Kind]] = {kind.name: kind for kind in _KINDS}
"""The tables by name, in the order in which they are listed.

Whole are, of those made as of a day: ``as-of``, which tells of each plan whether it runs; ``compare``, since an edition
and the next never run on one day; and experts' scores of actions, which hold whether or not a plan is still running.
"""
