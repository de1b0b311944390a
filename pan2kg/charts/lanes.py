"""Lanes: from the texts to the actions of a plan that rest on them, and on to the other plans these lead to."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pan2kg.charts.action_matrix import members_of
from pan2kg.charts.drawing import Box, Font, Group, Label, Line, Mark, Pen, arrow, centred, shorten, wrap
from pan2kg.charts.frame import BLUE, GREY, PAPER, SHADE, VERMILION, Body, Caption, Picture, Sign, frame
from pan2kg.charts.grid import focus_of, named, thick
from pan2kg.charts.subject import Cell, Names, Subject, Tie, plan_ties, table, text_ties, whole
from pan2kg.graph.labels import Name
from pan2kg.tables.figure_words import bits_words

WIDTHS: Final = (280.0, 320.0, 280.0)
GAP: Final = 120.0
HIGH: Final = 34.0
STEP: Final = 42.0
LINES: Final = 120
"""How many lines to other plans can still be told from each other."""

EXTRA: Final = 14.0
"""How much higher the box of another plan is, for the line that counts its ties."""

TOP: Final = 34.0
TEXT: Final = Font(10.5)
HEADING: Final = Font(12.5, bold=True)
STRONG: Final = Font(10.5, bold=True)
FINE: Final = Font(9.5, colour=GREY)

DECLARED: Final = Pen(BLUE, 1.5)
INFERRED: Final = Pen(VERMILION, 1.2, (5, 4))
UNLINKED: Final = Pen(GREY, 1.2, (3, 3))
FRAME: Final = Pen(GREY, 1.0)

COLUMNS: Final = ("from", "from_label", "to", "to_label", "basis", "direction", "number", "weight",
                  "evidence_level")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lane:
    """The things of one lane from top to bottom, with where each begins."""

    things: tuple[str, ...]
    tops: Mapping[str, float]
    left: float
    width: float
    high: float

    def middle(self, thing: str) -> float:
        """The height of the middle of a box."""
        return self.tops[thing] + self.high / 2


def draw_lanes(
    subject: Subject, *, plan: str = "", texts: object = 30, top: object = 12, actions: object = 60
) -> Picture:
    """The texts, actions and other plans of a plan: at most ``texts`` texts, ``top`` other plans, ``actions`` actions.

    Those with most ties are drawn; of the rest it is said how many there are, and the table has them.

    Raises:
        QueryError: an unknown plan, with the nearest names; a number that is none.
    """
    own = focus_of(subject, plan)
    every = list(members_of(subject, own))
    ties = text_ties(subject, [own, *every]), plan_ties(subject, own)
    counts = Counter(tie.work for side in ties for tie in side)
    busiest = set(sorted(every, key=lambda work: -counts[work])[: whole(actions, "actions")])
    works = ([own] if counts[own] else []) + [work for work in every if work in busiest]
    shown = (_most(ties[0], works, whole(texts, "texts")), _most(ties[1], works, whole(top, "top")))
    names = subject.names([own, *every, *(tie.other for side in ties for tie in side)])
    unlinked = [work for work in every if not counts[work]]
    left_out = _left_out(ties[0], shown[0]), _left_out(ties[1], shown[1]), len(every) - len(busiest)
    caption = Caption(
        subject.say("lanes-title", plan=names[own].text),
        subject.say("lanes-lead"),
        _signs(subject),
        (*_notes(subject, len(every), len(unlinked), left_out), *_thinning(subject, shown[1])),
        named(subject, [names[own]]),
    )
    drawing = frame(subject, caption, _body(subject, names, own, works, shown, frozenset(unlinked)))
    rows = [*(_row(names, tie, text=True) for tie in ties[0]), *(_row(names, tie, text=False) for tie in ties[1])]
    alone = ((work, names[work].text, None, None, "unlinked", None, None, None, None) for work in unlinked)
    return Picture("lanes", subject.language, drawing, table(COLUMNS, [*rows, *alone]))


def _most(ties: Sequence[Tie], works: Sequence[str], number: int) -> list[Tie]:
    """The ties of some works to the others they are most tied to; of equals the declared come first, then by IRI."""
    drawn = set(works)
    weight: dict[str, list[int]] = {}
    for tie in (tie for tie in ties if tie.work in drawn):
        counted = weight.setdefault(tie.other, [0, 0])
        counted[0] += tie.number if tie.declared else 0
        counted[1] += tie.number
    ranked = sorted(weight, key=lambda other: (-weight[other][1], -weight[other][0], other))
    kept = frozenset(ranked[:number])
    return [tie for tie in ties if tie.other in kept and tie.work in drawn]


def _left_out(every: Iterable[Tie], shown: Iterable[Tie]) -> int:
    return len({tie.other for tie in every} - {tie.other for tie in shown})


Ties = tuple[Sequence[Tie], Sequence[Tie]]
"""What is drawn on the left of the actions, and on their right."""


def _body(
    subject: Subject, names: Names, own: str, works: Sequence[str], shown: Ties, unlinked: frozenset[str]
) -> Body:
    left = (0.0, WIDTHS[0] + GAP, WIDTHS[0] + WIDTHS[1] + 2 * GAP)
    order = {work: at for at, work in enumerate(works)}
    sides = [_sorted(ties, order) for ties in shown]
    high = max(STEP * len(works), STEP * len(sides[0]), (STEP + EXTRA) * len(sides[1]))
    texts, middle = _lane(sides[0], left[0], (WIDTHS[0], HIGH), high), _lane(works, left[1], (WIDTHS[1], HIGH), high)
    plans = _lane(sides[1], left[2], (WIDTHS[2], HIGH + EXTRA), high)
    marks: list[Mark] = [
        Label(lane.left, 16, subject.say(word), HEADING)
        for lane, word in ((texts, "lane-texts"), (middle, "lane-actions"), (plans, "lane-plans"))
    ]
    marks += [_text_edge(names, texts, middle, tie) for tie in shown[0]]
    greatest = max((tie.bits for tie in shown[1]), default=0.0)
    marks += [_plan_edge(subject, names, (middle, plans), tie, greatest) for tie in thinned(shown[1])]
    marks += [_text_box(subject, names[thing], texts) for thing in texts.things]
    marks += [_work_box(subject, names[thing], middle, alone=thing in unlinked) for thing in works]
    marks += [_plan_box(subject, own, names[thing], plans, shown[1]) for thing in plans.things]
    return Body(left[2] + WIDTHS[2], TOP + high, tuple(marks))


def _sorted(ties: Sequence[Tie], order: Mapping[str, int]) -> list[str]:
    """The others in the order of the mean place of the works they are tied to, so that few lines cross."""
    places: dict[str, list[int]] = {}
    for tie in ties:
        places.setdefault(tie.other, []).append(order[tie.work])
    return sorted(places, key=lambda other: (sum(places[other]) / len(places[other]), other))


def _lane(things: Sequence[str], left: float, size: tuple[float, float], high: float) -> Lane:
    """Boxes spread over the whole height, so that lanes of different length face each other."""
    each = high / max(len(things), 1)
    tops = {thing: TOP + each * (at + 0.5) - size[1] / 2 for at, thing in enumerate(things)}
    return Lane(tuple(things), tops, left, *size)


def _text_box(subject: Subject, name: Name, lane: Lane) -> Group:
    box = Box(lane.left, lane.tops[name.iri], lane.width, HIGH, SHADE, FRAME)
    return Group((box, *_words(name, box)), name.full, subject.leads(name.iri))


def _work_box(subject: Subject, name: Name, lane: Lane, *, alone: bool) -> Group:
    """An action with its number, or the plan itself."""
    look = (PAPER, UNLINKED) if alone else (SHADE, FRAME)
    box = Box(lane.left, lane.tops[name.iri], lane.width, HIGH, *look)
    number = shorten(name.short, 42, STRONG) if "/action/" in name.iri else ""
    left = replace(box, width=50.0)
    inner = replace(box, x=box.x + 50, width=box.width - 50) if number else box
    marks: list[Mark] = [box, *_words(name, inner)]
    if number:
        marks += centred(left, (number,), STRONG)
    title = f"{name.full}\n{subject.say('unlinked')}" if alone else name.full
    return Group(tuple(marks), title, subject.leads(name.iri))


def _plan_box(subject: Subject, own: str, name: Name, lane: Lane, ties: Iterable[Tie]) -> Group:
    """Another plan, how many citations lead to it, and how many texts it shares and what they weigh."""
    other = name.iri
    found = [tie for tie in ties if tie.other == other]
    cites = sum(tie.number for tie in found if tie.declared and not tie.incoming)
    cited = sum(tie.number for tie in found if tie.incoming)
    texts = {text for tie in found for text in tie.texts}
    bits = subject.known.shared.get((min(own, other), max(own, other)), 0.0) if texts else 0.0
    weight = bits_words(bits, subject.language)
    counts = ((cites, "→", cites), (cited, "←", cited), (len(texts), "", subject.say("texts", n=len(texts))))
    said = " · ".join([f"{sign} {words}".strip() for number, sign, words in counts if number] + [weight] * bool(bits))
    box = Box(lane.left, lane.tops[name.iri], lane.width, lane.high, SHADE, FRAME)
    upper, lower = replace(box, height=HIGH), replace(box, y=box.y + HIGH - 4, height=EXTRA)
    marks: list[Mark] = [box, *_words(name, upper)]
    marks += centred(lower, (shorten(said, lane.width - 14, FINE),), FINE, anchor="start")
    return Group(tuple(marks), f"{name.full}\n{said}", subject.leads(name.iri))


def _words(name: Name, box: Box) -> list[Label]:
    lines = wrap(name.text, box.width - 14, TEXT, 2)
    return [replace(label, language=name.language) for label in centred(box, lines, TEXT, anchor="start")]


def _text_edge(names: Names, texts: Lane, works: Lane, tie: Tie) -> Group:
    start = texts.left + texts.width, texts.middle(tie.other)
    end = works.left, works.middle(tie.work)
    line = _bow(start, end, DECLARED if tie.declared else INFERRED)
    return Group((line,), f"{names[tie.other].text} → {names[tie.work].short} {names[tie.work].text}")


def _plan_edge(subject: Subject, names: Names, lanes: tuple[Lane, Lane], tie: Tie, greatest: float) -> Group:
    """A citation with its direction, or what is shared: the more it weighs, the wider."""
    works, plans = lanes
    shift = 0.0 if not tie.declared else (-6.0 if tie.incoming else 6.0)
    start = works.left + works.width, works.middle(tie.work) + shift
    end = plans.left, plans.middle(tie.other) + shift
    pen = DECLARED if tie.declared else thick(INFERRED, tie.bits, greatest)
    marks: list[Mark] = [_bow(start, end, pen)]
    if tie.declared:
        marks.append(arrow(start, math.pi, BLUE) if tie.incoming else arrow(end, 0.0, BLUE))
    kind = ("tie-cited" if tie.incoming else "tie-cites") if tie.declared else "tie-shared"
    words = subject.say(kind, n=tie.number, bits=bits_words(tie.bits, subject.language))
    return Group(tuple(marks), f"{names[tie.work].short} {names[tie.work].text} – {names[tie.other].full}\n{words}")


def _bow(start: tuple[float, float], end: tuple[float, float], pen: Pen) -> Line:
    half = (end[0] - start[0]) / 2
    return Line((start, (start[0] + half, start[1]), (end[0] - half, end[1]), end), pen, curved=True)


def _signs(subject: Subject) -> tuple[Sign, ...]:
    return (
        Sign((Line(((0, 9), (30, 9)), DECLARED),), subject.say("sign-declared")),
        Sign((Line(((0, 9), (30, 9)), INFERRED),), subject.say("sign-inferred")),
        Sign((Line(((0, 9), (26, 9)), DECLARED), arrow((30, 9), 0.0, BLUE)), subject.say("sign-cites")),
        Sign((Box(1, 2, 28, 14, PAPER, UNLINKED),), subject.say("sign-unlinked")),
    )


def _notes(subject: Subject, actions: int, unlinked: int, left_out: tuple[int, int, int]) -> Iterator[str]:
    yield subject.say("lanes-summary", n=actions, unlinked=unlinked)
    for key, number in zip(("texts-left-out", "other-plans-left-out", "actions-left-out"), left_out, strict=True):
        if number:
            yield subject.say(key, n=number)


def thinned(ties: Sequence[Tie]) -> list[Tie]:
    """All ties where they are few enough to be followed, else the declared ones and the strongest of each action."""
    if len(ties) <= LINES:
        return list(ties)
    best: dict[str, Tie] = {}
    for tie in sorted(ties, key=lambda tie: (-tie.bits, -tie.number, tie.other)):
        if not tie.declared:
            best.setdefault(tie.work, tie)
    return [tie for tie in ties if tie.declared or best[tie.work] is tie]


def _thinning(subject: Subject, ties: Sequence[Tie]) -> tuple[str, ...]:
    rest = len(ties) - len(thinned(ties))
    return (subject.say("lines-left-out", n=rest),) if rest else ()


def _row(names: Names, tie: Tie, *, text: bool) -> tuple[Cell, ...]:
    ends = (tie.other, tie.work) if text or tie.incoming else (tie.work, tie.other)
    direction = None if text or not tie.declared else "cited by" if tie.incoming else "cites"
    basis = "declared" if tie.declared else "inferred"
    labels = (ends[0], names[ends[0]].text, ends[1], names[ends[1]].text)
    return (*labels, basis, direction, tie.number, tie.bits or None, tie.level.key if tie.level else None)
