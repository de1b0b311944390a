"""An action and what is around it: its bodies on the left, its texts on the right, and beyond them other actions.

Every place follows from the order of the things; nothing is thrown or pushed about.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pan2kg.charts.action_matrix import members_of
from pan2kg.charts.drawing import (
    Box,
    Dot,
    Font,
    Group,
    Label,
    Line,
    Mark,
    Pen,
    Point,
    arrow,
    centred,
    height_of,
    paragraph,
    shorten,
    wrap,
)
from pan2kg.charts.frame import BLUE, GREEN, GREY, PAPER, RULE, SHADE, VERMILION, Body, Caption, Picture, Sign, frame
from pan2kg.charts.grid import focus_of, hatch_sign, hatched, thick
from pan2kg.charts.subject import Cell, Names, Subject, Tie, neighbours, table, text_ties, whole
from pan2kg.coherence.evidence import Aspect, Extent, counts
from pan2kg.graph.labels import Name
from pan2kg.tables.figure_words import bits_words
from pan2kg.turtle.vocabulary import key

CENTRE: Final = 470.0
CORE: Final = (190.0, 92.0)
RINGS: Final = (200.0, 235.0, 600.0)
"""How far bodies, texts and other actions are from the middle, at its height."""

LEAST: Final = 230.0
LIFT: Final = 34.0
"""How low the picture may be, and how much room citations take that pass above the texts."""

TEXTS: Final = (230.0, 36.0)
STEPS: Final = (34.0, 46.0, 38.0)
LABELS: Final = (250.0, 310.0)
WORDS: Final = Font(10.5)
STRONG: Final = Font(10.5, bold=True)
FINE: Final = Font(9.5, colour=GREY)
DECLARED: Final = Pen(BLUE, 1.6)
INFERRED: Final = Pen(VERMILION, 1.2, (5, 4))

COLUMNS: Final = ("thing", "thing_label", "kind", "basis", "weight", "evidence_level", "via", "drawn")


@dataclass(frozen=True, slots=True)
class Around:
    """What is around an action. ``others`` are actions and plans, declared ones first, then by what they share.

    ``is_read``: its texts were read in full, so that having none is an answer.
    """

    action: str
    leads: frozenset[str]
    bodies: tuple[str, ...]
    texts: tuple[Tie, ...]
    others: tuple[Tie, ...]
    is_read: bool


def draw_ego(subject: Subject, *, action: str = "", plan: str = "", top: object = 16) -> Picture:
    """What is around ``action``, else around the action of ``plan`` that has most neighbours.

    ``top`` is how many other actions and plans are drawn, those cited first, then the most strongly linked.

    Raises:
        QueryError: an unknown action or plan, with the nearest names; a number that is none.
    """
    found = subject.graph.action(action) if action else _central(subject, focus_of(subject, plan))
    around = _around(subject, found)
    shown = around.others[: whole(top, "top")]
    own = subject.graph.homes.get(found, found)
    others = [tie.other for tie in around.others]
    names = subject.names([around.action, own, *around.bodies, *(tie.other for tie in around.texts), *others])
    name = names[around.action]
    rest = len(around.others) - len(shown)
    counts = (("texts", around.texts), ("bodies", around.bodies), ("others", around.others))
    notes = [", ".join(subject.say(key, n=len(found)) for key, found in counts) + "."]
    notes += [subject.say("neighbours-left-out", n=rest)] if rest else []
    caption = Caption(
        subject.say("ego-title", number=name.short, label=name.text),
        subject.say("ego-lead", plan=names[own].text),
        _signs(subject),
        tuple(notes),
        (subject.say("chosen-action", action=name.key),),
    )
    drawing = frame(subject, caption, _body(subject, names, around, shown))
    return Picture("ego", subject.language, drawing, table(COLUMNS, _rows(names, around, len(shown))))


def _central(subject: Subject, plan: str) -> str:
    """The action of a plan with most neighbours in other plans, then with most texts, the first of equals."""
    names, pairs = subject.known.potential.names, subject.known.actions
    ends = zip(pairs.one.tolist(), pairs.two.tolist(), pairs.low.tolist(), strict=True)
    counts = Counter(names[at] for *pair, low in ends if low > 0 for at in pair)
    texts = Counter(use.work for use in subject.known.uses)
    return min(members_of(subject, plan), key=lambda action: (-counts[action], -texts[action]))


def _around(subject: Subject, action: str) -> Around:
    found = [one for one in subject.graph.involvements if one.work == action and counts(one.level, subject.level)]
    leads = frozenset(one.body for one in found if "lead" in one.roles)
    bodies = sorted({one.body for one in found}, key=lambda body: (body not in leads, body))
    near = neighbours(subject, action)
    shared = {tie.other: tie for tie in near}
    cited = _cited(subject, action, shared)
    named = {tie.other for tie in cited}
    others = (*cited, *(tie for tie in near if tie.other not in named))
    readings, home = subject.known.tables.readings, subject.known.tables.works.home.get(action)
    is_read = readings.extent(action, Aspect.TEXTS, home) is Extent.FULL
    return Around(action, leads, tuple(bodies), text_ties(subject, [action]), others, is_read)


def _cited(subject: Subject, action: str, shared: Mapping[str, Tie]) -> list[Tie]:
    """What the action cites and what cites it, each once, by IRI."""
    found: dict[str, Tie] = {}
    for one in subject.known.statements:
        if one.is_citation and action in (one.source, one.target):
            other = one.target if one.source == action else one.source
            also = shared.get(other, Tie(action, other, declared=True))
            incoming = one.target == action
            found.setdefault(other, replace(also, declared=True, incoming=incoming, level=one.level))
    return [found[other] for other in sorted(found)]


def _body(subject: Subject, names: Names, around: Around, shown: Sequence[Tie]) -> Body:
    counts = (len(around.bodies), max(len(around.texts), 1), len(shown))
    high = max(LEAST, *(step * count for step, count in zip(STEPS, counts, strict=True)))
    middle = high / 2
    bodies = _arc(counts[0], high, -RINGS[0])
    texts = _arc(counts[1], high, RINGS[1])
    others = _arc(counts[2], high, RINGS[2])
    places = {tie.other: place for tie, place in zip(around.texts, texts, strict=False)}
    marks: list[Mark] = [*_rings(high)]
    greatest = max((tie.bits for tie in shown), default=0.0)
    for tie, place in zip(shown, others, strict=True):
        marks += _ways(names, tie, (place, places, middle), greatest)
    marks += [_way(tie, middle, places[tie.other]) for tie in around.texts]
    for body, place in zip(around.bodies, bodies, strict=True):
        marks.append(Line(((CENTRE - CORE[0] / 2, middle), place), Pen(GREEN, 2.4 if body in around.leads else 1.0)))
    for body, place in zip(around.bodies, bodies, strict=True):
        marks.append(_body_mark(subject, names[body], place, leads=body in around.leads))
    marks += [_text_mark(subject, names[tie.other], places[tie.other]) for tie in around.texts]
    if not around.texts and not around.is_read:
        marks.append(Group(tuple(hatched(_text_box(texts[0]))), title=subject.say("no-text-known")))
    marks += [_other_mark(subject, names, tie, place) for tie, place in zip(shown, others, strict=True)]
    marks.append(_core(names[around.action], middle))
    lift = LIFT if any(tie.declared for tie in shown) else 0.0
    return Body(CENTRE + RINGS[2] + LABELS[1] + 12, high + lift, (Group(tuple(marks), shift=(0, lift)),))


def _arc(number: int, high: float, radius: float) -> list[Point]:
    """Places on one side of an ellipse, as far apart from each other in height as there is room for."""
    step = high / max(number, 1)
    rises = [step * (at + 0.5) - high / 2 for at in range(number)]
    return [(CENTRE + radius * math.sqrt(1 - (rise / (high * 0.9)) ** 2), rise + high / 2) for rise in rises]


def _rings(high: float) -> list[Mark]:
    def ring(radius: float) -> Line:
        points = _arc(25, high, radius)
        return Line(tuple(points), Pen(RULE, 0.8))

    return [ring(-RINGS[0]), ring(RINGS[1]), ring(RINGS[2])]


def _way(tie: Tie, middle: float, place: Point) -> Line:
    return Line(((CENTRE + CORE[0] / 2, middle), (place[0], place[1])), DECLARED if tie.declared else INFERRED)


def _ways(names: Names, tie: Tie, where: tuple[Point, Mapping[str, Point], float], greatest: float) -> list[Mark]:
    """The lines to another action: over each shared text, the thicker the more is shared, and where one cites it."""
    place, texts, middle = where
    marks: list[Mark] = []
    pen = thick(INFERRED, tie.bits, greatest)
    for text in (text for text in tie.texts if text in texts):
        start = texts[text][0] + TEXTS[0], texts[text][1]
        half = (place[0] - start[0]) / 2
        line = Line(
            (start, (start[0] + half, start[1]), (place[0] - half, place[1]), place),
            pen,
            curved=True,
        )
        marks.append(Group((line,), title=names[text].text))
    if tie.declared:
        marks += _citation(tie, place, middle - CORE[1] / 2)
    return marks


def _citation(tie: Tie, place: Point, top: float) -> list[Mark]:
    """A line that leaves the action upwards and passes above the texts, so that it does not seem to come from one."""
    x, y = place
    lift, first, second = -LIFT / 2, CENTRE + 150, CENTRE + RINGS[1] + TEXTS[0] - 60
    turn = second + 0.6 * (x - second)
    course = (
        (CENTRE, top), (CENTRE, lift), (CENTRE + 40, lift), (first, lift), (first + 60, lift), (second - 60, lift),
        (second, lift), (turn, lift), (turn, y), (x - 6, y),
    )  # fmt: skip
    head = arrow((CENTRE, top), math.pi / 2, BLUE, 9) if tie.incoming else arrow((x - 5, y), 0.0, BLUE, 9)
    return [Line(course, DECLARED, curved=True), head]


def _core(name: Name, middle: float) -> Group:
    box = Box(CENTRE - CORE[0] / 2, middle - CORE[1] / 2, *CORE, fill=PAPER, pen=Pen(BLUE, 2.4))
    lines = wrap(name.text, CORE[0] - 16, WORDS, 4)
    number = Label(CENTRE, box.y + 17, shorten(name.short, CORE[0] - 16, STRONG), STRONG, "middle")
    room = replace(box, y=box.y + 18, height=CORE[1] - 20)
    words = [replace(label, language=name.language) for label in centred(room, lines, WORDS)]
    return Group((box, number, *words), title=name.full)


def _body_mark(subject: Subject, name: Name, place: Point, *, leads: bool) -> Group:
    x, y = place
    font = STRONG if leads else WORDS
    text = f"{name.text} ({subject.say('leads')})" if leads else name.text
    lines = wrap(text, LABELS[0], font, 2)
    top = y - height_of(len(lines), font) / 2
    labels = [replace(one, x=x - 10, anchor="end", language=name.language) for one in paragraph(x, top, lines, font)]
    return Group((Dot(x, y, 5, GREEN), *labels), name.full, subject.leads(name.iri))


def _text_box(place: Point) -> Box:
    return Box(place[0], place[1] - TEXTS[1] / 2, *TEXTS, fill=SHADE, pen=Pen(GREY, 1))


def _text_mark(subject: Subject, name: Name, place: Point) -> Group:
    box = _text_box(place)
    lines = wrap(name.text, TEXTS[0] - 14, WORDS, 2)
    words = [replace(one, language=name.language) for one in centred(box, lines, WORDS, anchor="start")]
    return Group((box, *words), name.full, subject.leads(name.iri))


def _other_mark(subject: Subject, names: Names, tie: Tie, place: Point) -> Group:
    name, (x, y) = names[tie.other], place
    said = f" · {bits_words(tie.bits, subject.language)}" if tie.bits else ""
    said += f" · {subject.say('cites-this' if tie.incoming else 'cited')}" if tie.declared else ""
    lines = (shorten(name.text, LABELS[1] - 10, WORDS), shorten(f"{name.key}{said}", LABELS[1] - 10, FINE))
    labels = [
        Label(x + 10, y - 2, lines[0], WORDS, language=name.language),
        Label(x + 10, y + 11, lines[1], FINE),
    ]
    dot = Dot(x, y, 5, BLUE if tie.declared else VERMILION)
    return Group((dot, *labels), f"{name.full}{said}", subject.leads(name.iri))


def _signs(subject: Subject) -> tuple[Sign, ...]:
    return (
        Sign((Line(((0, 9), (30, 9)), DECLARED),), subject.say("sign-declared")),
        Sign((Line(((0, 9), (30, 9)), INFERRED),), subject.say("sign-inferred")),
        Sign((Line(((0, 9), (26, 9)), DECLARED), arrow((30, 9), 0.0, BLUE)), subject.say("sign-cites")),
        Sign((Line(((4, 9), (30, 9)), Pen(GREEN, 1.0)), Dot(6, 9, 5, GREEN)), subject.say("sign-body")),
        hatch_sign(subject.say("sign-hatch-text-action")),
    )


def _rows(names: Names, around: Around, shown: int) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = [
        (body, names[body].text, "body", "leads" if body in around.leads else "involved", None, None, None, "true")
        for body in around.bodies
    ]
    rows += [
        (tie.other, names[tie.other].text, "text", "declared" if tie.declared else "inferred", None, _level(tie), None,
         "true")
        for tie in around.texts
    ]  # fmt: skip
    for at, tie in enumerate(around.others):
        basis = "cited by" if tie.declared and tie.incoming else "cites" if tie.declared else "inferred"
        via = " ".join(key(text) for text in tie.texts)
        drawn = "true" if at < shown else "false"
        rows.append((tie.other, names[tie.other].text, "other", basis, tie.bits or None, _level(tie), via, drawn))
    return rows


def _level(tie: Tie) -> str | None:
    return tie.level.key if tie.level else None
