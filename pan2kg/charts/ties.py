"""What joins a work to texts and to other plans, stated by somebody or inferred, and how such a tie is drawn.

What lanes, the bridge and the surroundings of an action have in common stands here too: their
letters, the line of what is inferred, and a name in a box.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from pan2kg.charts import drawing as dw, frame as fr, lettering as lt
from pan2kg.charts.drawing import Box, Label, Line, Pen
from pan2kg.charts.lettering import Font
from pan2kg.charts.subject import Subject
from pan2kg.coherence.evidence import Level, firmest
from pan2kg.graph.labels import Name

STEP = 42.0
WORDS = Font(10.5)
STRONG = Font(10.5, bold=True)
INFERRED = Pen(fr.VERMILION, 1.2, (5, 4))
CITES = (
    Line(((0, 9), (26, 9)), Pen(fr.BLUE, 1.5)),
    Line.arrow((30, 9), 0.0, fr.BLUE),
)


@dataclass(frozen=True, slots=True)
class DrawnTie:
    """A work and the text, plan or action at the other end, on whose word they are tied.

    ``declared`` where somebody states it, else inferred from shared texts. ``number`` counts
    citations or shared texts, ``bits`` ≥ 0 weighs what is shared. ``incoming``: the other end cites
    the work.

    >>> tie = DrawnTie("action", "plan", declared=False, number=2, bits=1.5)
    >>> tie.basis, tie.weight, tie.level_key
    ('inferred', 1.5, None)
    """

    work: str
    end: str
    declared: bool
    number: int = 1
    bits: float = 0.0
    incoming: bool = False
    level: Level | None = None
    texts: tuple[str, ...] = ()

    @property
    def basis(self) -> str:
        """How a table says whether it is stated."""
        return "declared" if self.declared else "inferred"

    @property
    def direction(self) -> str:
        """How a table says which end of a citation cites the other."""
        return "cited by" if self.incoming else "cites"

    @property
    def weight(self) -> float | None:
        """The bits where there are any."""
        return self.bits or None

    @property
    def level_key(self) -> str | None:
        """On whose word, as a table says it."""
        return self.level.key if self.level else None


class CitationEnds(NamedTuple):
    """Two plans or works of which the first cites the second."""

    citing: str
    cited: str


def text_ties(subject: Subject, works: Iterable[str]) -> tuple[DrawnTie, ...]:
    """The texts that works name themselves, on the firmest word, by work and text.

    What only the editors concluded counts as inferred.
    """
    levels_of: dict[tuple[str, str], list[Level | None]] = defaultdict(list)
    for work in works:
        for use, _ in subject.known.used.get(work, ()):
            if use.work == work:
                levels_of[work, use.text].append(use.level)
    ties = []
    for (work, text), levels in sorted(levels_of.items()):
        level = firmest(levels)
        ties.append(DrawnTie(work, text, declared=level is not Level.EDITORS, level=level))
    return tuple(ties)


def plan_ties(subject: Subject, plan: str) -> tuple[DrawnTie, ...]:
    """What ties a plan to other plans: citations either way, then shared texts, each by work.

    The work of a citation is the action named at the plan's end, or the plan itself; that of
    shared texts each work of the plan that names one, with what these texts weigh.
    """
    sharing = sorted(_sharing(subject, plan), key=lambda tie: (tie.work, tie.end))
    return (*_citing(subject, plan), *sharing)


class CitationSide(NamedTuple):
    """The work at the plan's end of some citations, the plan at their other end, and whether that cites."""

    work: str
    neighbour: str
    incoming: bool


def _citing(subject: Subject, plan: str) -> Iterator[DrawnTie]:
    home = subject.known.tables.works.home
    levels_of: dict[CitationSide, dict[tuple[str, str], Level | None]] = defaultdict(dict)
    for statement in subject.known.statements:
        pair = (statement.source, statement.target)
        citing = home.get(statement.source, statement.source)
        cited = home.get(statement.target, statement.target)
        if not statement.is_citation or plan not in (citing, cited):
            continue
        if cited == plan:
            side = CitationSide(statement.target, citing, incoming=True)
        else:
            side = CitationSide(statement.source, cited, incoming=False)
        levels = levels_of[side]
        levels[pair] = firmest((statement.level, levels.get(pair)))
    for side, levels in sorted(levels_of.items()):
        yield DrawnTie(
            side.work,
            side.neighbour,
            declared=True,
            number=len(levels),
            incoming=side.incoming,
            level=firmest(levels.values()),
        )


def _sharing(subject: Subject, plan: str) -> Iterator[DrawnTie]:
    for neighbour in subject.known.partners.get(plan, ()):
        for work, bits_of in subject.known.brought(plan, neighbour).items():
            yield DrawnTie(
                work,
                neighbour,
                declared=False,
                number=len(bits_of),
                bits=sum(bits_of.values()),
                texts=tuple(sorted(bits_of)),
            )


def name_in(box: Box, name: Name, width: float, pad: float = 6.0) -> list[Label]:
    """A name on at most two lines of ``width`` pixels, from ``pad`` pixels right of the box's edge."""
    lines = lt.wrap(name.text, width, WORDS, 2)
    return fr.spoken(name, dw.centred(box, lines, WORDS, anchor="start", pad=pad))
