"""Lanes: from the texts to the actions of a plan that rest on them, and on to the plans these lead to.

Every place follows from the order of the things; nothing is thrown or pushed about.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pan2kg.charts import choice as ch, drawing as dw, frame as fr, lettering as lt
from pan2kg.charts.drawing import Box, Group, Label, Line, Mark, Pen, Point
from pan2kg.charts.frame import Caption, Picture, PictureSize, Sign
from pan2kg.charts.lettering import Font
from pan2kg.charts.subject import Cell, Names, Subject
from pan2kg.charts.ties import (
    CITES,
    INFERRED,
    STEP,
    STRONG,
    DrawnTie,
    name_in,
    plan_ties,
    text_ties,
)
from pan2kg.graph.labels import Name
from pan2kg.tables.figure_words import bits_words

COLUMNS = (
    "from",
    "from_label",
    "to",
    "to_label",
    "basis",
    "direction",
    "number",
    "weight",
    "evidence_level",
)
# sizes in pixels
WIDTHS = (280.0, 320.0, 280.0)  # of the lanes of texts, of actions, of other plans
GAP = 120.0  # between the lanes, where lines pass
HIGH = 34.0  # how high a box is
EXTRA = 14.0  # how much higher the box of another plan is, for the line that counts its ties
TOP = 34.0  # how high the headings of the lanes are
NUMBER_ROOM = 50.0  # for the number of an action, to the left of its name
PAD = 14.0  # what a name leaves free of the width of its box
APART = 6.0  # how far what cites passes below, and what is cited above, the middle of a box
LINES = 120  # how many lines to other plans can still be told from each other
HEADING = Font(12.5, bold=True)
DECLARED = Pen(fr.BLUE, 1.5)
UNLINKED = Pen(fr.GREY, 1.2, (3, 3))
EDGE = Pen(fr.GREY, 1.0)


class LaneTies(NamedTuple):
    """What ties a plan to texts and to other plans, and which of it is drawn.

    ``works`` are those drawn, the plan itself first where anything ties it; ``unlinked`` are the
    actions that nothing ties. Of ties there are ``every…`` and those between things that are drawn;
    ``lines`` are those of ``to_plans`` that get a line.
    """

    actions: tuple[str, ...]
    works: list[str]
    unlinked: list[str]
    every_to_texts: tuple[DrawnTie, ...]
    every_to_plans: tuple[DrawnTie, ...]
    to_texts: list[DrawnTie]
    to_plans: list[DrawnTie]
    lines: list[DrawnTie]


class Lane:
    """A column of boxes of one width and height, evenly over the height there is, in pixels."""

    def __init__(self, iris: Sequence[str], at: int, high: float, room: float) -> None:
        step = room / max(len(iris), 1)
        self.left = sum(WIDTHS[:at]) + at * GAP
        self.width = WIDTHS[at]
        self.right = self.left + self.width
        self.high = high
        self.bottom = TOP + room
        self.tops = {iri: TOP + step * (row + 0.5) - high / 2 for row, iri in enumerate(iris)}
        self.middles = {iri: top + high / 2 for iri, top in self.tops.items()}

    def box(self, iri: str, fill: str, pen: Pen) -> Box:
        """The box of a thing of this lane."""
        return Box(self.left, self.tops[iri], self.width, self.high, fill, pen)


def draw_lanes(
    subject: Subject, *, plan: str = "", texts: object = 30, top: object = 12, actions: object = 60
) -> Picture:
    """The texts that the actions of a plan rest on, the actions, and the plans they lead to.

    At most so many ``texts``, ``top`` plans and ``actions`` are drawn, those with most ties; of the
    others it is said how many there are, and the table has them.

    Raises:
        QueryError: an unknown plan, one without actions, or a limit that is no whole number from 1.
    """
    home = ch.focus_of(subject, plan)
    ties = _ties(subject, home, texts=texts, top=top, actions=actions)
    ends = (tie.end for tie in (*ties.every_to_texts, *ties.every_to_plans))
    names = subject.names([home, *ties.actions, *ends])

    lanes = _lanes(ties)
    left, centre, right = lanes
    marks: list[Mark] = []
    for lane, word in zip(lanes, ("lane-texts", "lane-actions", "lane-plans"), strict=True):
        marks.append(Label(lane.left, 16, subject.say(word), HEADING))
    marks += _lines_to_texts(ties, names, left, centre)
    marks += _lines_to_plans(subject, ties, names, centre, right)
    marks += _text_boxes(subject, names, left)
    marks += _work_boxes(subject, ties, names, centre)
    marks += _plan_boxes(subject, home, ties, names, right)

    caption = Caption(
        subject.say("lanes-title", plan=names[home].text),
        subject.say("lanes-lead"),
        _signs(subject),
        tuple(_notes(subject, ties)),
        ch.plans_named(subject, [names[home]]),
    )
    size = PictureSize(right.right, right.bottom)
    return Picture(
        subject,
        "lanes",
        caption,
        size,
        marks,
        COLUMNS,
        lambda: _rows(ties, names),
        tells=bool(ties.to_texts or ties.to_plans),
    )


# Which ties are drawn


def _ties(subject: Subject, home: str, *, texts: object, top: object, actions: object) -> LaneTies:
    every = ch.actions_of(subject, home)
    every_to_texts = text_ties(subject, [home, *every])
    every_to_plans = plan_ties(subject, home)
    number_of = Counter(tie.work for tie in (*every_to_texts, *every_to_plans))
    most = ch.whole(actions, "actions")
    busiest = set(sorted(every, key=lambda work: -number_of[work])[:most])
    works = [work for work in every if work in busiest]
    if number_of[home]:
        works.insert(0, home)
    to_texts = _most_tied(every_to_texts, works, ch.whole(texts, "texts"))
    to_plans = _most_tied(every_to_plans, works, ch.whole(top, "top"))
    return LaneTies(
        actions=every,
        works=works,
        unlinked=[work for work in every if not number_of[work]],
        every_to_texts=every_to_texts,
        every_to_plans=every_to_plans,
        to_texts=to_texts,
        to_plans=to_plans,
        lines=_told_apart(to_plans),
    )


def _most_tied(ties: Iterable[DrawnTie], works: Iterable[str], most: int) -> list[DrawnTie]:
    # those of these works to the ends with most ties; of ends tied alike, to those declared most
    among = set(works)
    of_works = [tie for tie in ties if tie.work in among]
    number_of = Counter[str]()
    declared = Counter[str]()
    for tie in of_works:
        number_of[tie.end] += tie.number
        if tie.declared:
            declared[tie.end] += tie.number
    ranked = sorted(number_of, key=lambda iri: (-number_of[iri], -declared[iri], iri))
    drawn = set(ranked[:most])
    return [tie for tie in of_works if tie.end in drawn]


def _told_apart(ties: list[DrawnTie]) -> list[DrawnTie]:
    # of more lines than can be told apart those declared, and of each work the strongest inferred
    if len(ties) <= LINES:
        return ties
    strongest: dict[str, DrawnTie] = {}
    for tie in sorted(ties, key=lambda tie: (-tie.bits, -tie.number, tie.end)):
        if not tie.declared:
            strongest.setdefault(tie.work, tie)
    return [tie for tie in ties if tie.declared or strongest[tie.work] is tie]


# Where they stand


def _lanes(ties: LaneTies) -> tuple[Lane, Lane, Lane]:
    texts = _by_average(ties.to_texts, ties.works)
    plans = _by_average(ties.to_plans, ties.works)
    high = max(STEP * len(ties.works), STEP * len(texts), (STEP + EXTRA) * len(plans))
    return (
        Lane(texts, 0, HIGH, high),
        Lane(ties.works, 1, HIGH, high),
        Lane(plans, 2, HIGH + EXTRA, high),
    )


def _by_average(ties: Iterable[DrawnTie], works: Sequence[str]) -> list[str]:
    # texts and plans stand where the works they are tied to stand on the average
    row_of = {work: row for row, work in enumerate(works)}
    rows_of: dict[str, list[int]] = {}
    for tie in ties:
        rows_of.setdefault(tie.end, []).append(row_of[tie.work])
    return sorted(rows_of, key=lambda iri: (sum(rows_of[iri]) / len(rows_of[iri]), iri))


# Marks


def _lines_to_texts(ties: LaneTies, names: Names, left: Lane, centre: Lane) -> Iterator[Mark]:
    for tie in ties.to_texts:
        start = (left.right, left.middles[tie.end])
        end = (centre.left, centre.middles[tie.work])
        line = fr.bow(start, end, DECLARED if tie.declared else INFERRED)
        yield Group((line,), f"{names[tie.end].text} → {fr.called(names[tie.work])}")


def _lines_to_plans(
    subject: Subject, ties: LaneTies, names: Names, centre: Lane, right: Lane
) -> Iterator[Mark]:
    greatest = max((tie.bits for tie in ties.to_plans), default=0.0)
    for tie in ties.lines:
        start = (centre.right, centre.middles[tie.work])
        end = (right.left, right.middles[tie.end])
        if not tie.declared:
            kind = "tie-shared"
            line = fr.bow(start, end, fr.thick(INFERRED, tie.bits, greatest))
            edge: tuple[Mark, ...] = (line,)
        elif tie.incoming:
            kind = "tie-cited"
            edge = _citation(start, end, -APART, incoming=True)
        else:
            kind = "tie-cites"
            edge = _citation(start, end, APART, incoming=False)
        words = subject.say(kind, n=tie.number, bits=bits_words(tie.bits, subject.language))
        title = f"{fr.called(names[tie.work])} – {names[tie.end].text}\n{words}"
        yield Group(edge, title)


def _citation(work: Point, plan: Point, shift: float, *, incoming: bool) -> tuple[Mark, ...]:
    start = (work[0], work[1] + shift)
    end = (plan[0], plan[1] + shift)
    if incoming:
        arrow = Line.arrow(start, math.pi, fr.BLUE)
    else:
        arrow = Line.arrow(end, 0.0, fr.BLUE)
    return fr.bow(start, end, DECLARED), arrow


def _text_boxes(subject: Subject, names: Names, left: Lane) -> Iterator[Mark]:
    for iri in left.tops:
        name = names[iri]
        box = left.box(iri, fr.SHADE, EDGE)
        labels = name_in(box, name, box.width - PAD)
        yield Group((box, *labels), name.full, subject.leads(iri))


def _work_boxes(subject: Subject, ties: LaneTies, names: Names, centre: Lane) -> Iterator[Mark]:
    unlinked = set(ties.unlinked)
    for iri in centre.tops:
        name = names[iri]
        if iri in unlinked:
            box = centre.box(iri, fr.PAPER, UNLINKED)
            title = f"{fr.called(name)}\n{subject.say('unlinked')}"
        else:
            box = centre.box(iri, fr.SHADE, EDGE)
            title = name.full
        labels = _numbered(box, name) if "/action/" in iri else []
        if not labels:
            labels = name_in(box, name, box.width - PAD)
        yield Group((box, *labels), title, subject.leads(iri))


def _numbered(box: Box, name: Name) -> list[Label]:
    # the name of an action with its number before it, if it has one
    number = lt.shorten(name.short, NUMBER_ROOM - 8, STRONG)
    if not number:
        return []
    beside = box._replace(x=box.x + NUMBER_ROOM, width=box.width - NUMBER_ROOM)
    labels = name_in(beside, name, beside.width - PAD)
    return labels + dw.centred(box._replace(width=NUMBER_ROOM), (number,), STRONG)


def _plan_boxes(
    subject: Subject, home: str, ties: LaneTies, names: Names, right: Lane
) -> Iterator[Mark]:
    for iri in right.tops:
        name = names[iri]
        box = right.box(iri, fr.SHADE, EDGE)
        words = _tied_by(subject, home, iri, [tie for tie in ties.to_plans if tie.end == iri])
        lower = box._replace(y=box.y + HIGH - 4, height=EXTRA)
        short = lt.shorten(words, box.width - PAD, fr.FINE)
        labels = name_in(box._replace(height=HIGH), name, box.width - PAD)
        labels += dw.centred(lower, (short,), fr.FINE, anchor="start")
        yield Group((box, *labels), f"{name.full}\n{words}", subject.leads(iri))


def _tied_by(subject: Subject, home: str, plan: str, ties: Sequence[DrawnTie]) -> str:
    # how often the plan is cited and cites, how many texts it shares, and what these weigh
    words = []
    if cited := sum(tie.number for tie in ties if tie.declared and not tie.incoming):
        words.append(f"→ {cited}")
    if citing := sum(tie.number for tie in ties if tie.incoming):
        words.append(f"← {citing}")
    if texts := {text for tie in ties for text in tie.texts}:
        words.append(subject.say("texts", n=len(texts)))
        if bits := subject.known.shared.get((min(home, plan), max(home, plan)), 0.0):
            words.append(bits_words(bits, subject.language))
    return " · ".join(words)


# Legend, notes and table


def _signs(subject: Subject) -> tuple[Sign, ...]:
    say = subject.say
    return (
        fr.sign(DECLARED, say("sign-declared")),
        fr.sign(INFERRED, say("sign-inferred")),
        Sign(CITES, say("sign-cites")),
        Sign((Box(1, 2, 28, 14, fr.PAPER, UNLINKED),), say("sign-unlinked")),
    )


def _notes(subject: Subject, ties: LaneTies) -> Iterator[str]:
    say = subject.say
    yield say("lanes-summary", n=len(ties.actions), unlinked=len(ties.unlinked))
    if texts := _ends_left_out(ties.every_to_texts, ties.to_texts):
        yield say("left-out", what=say("texts", n=texts))
    if plans := _ends_left_out(ties.every_to_plans, ties.to_plans):
        yield say("left-out", what=say("field-plans", n=plans))
    if actions := len(set(ties.actions) - set(ties.works)):
        yield say("actions-left-out", n=actions)
    if lines := len(ties.to_plans) - len(ties.lines):
        yield say("lines-left-out", n=lines)


def _ends_left_out(every: Iterable[DrawnTie], drawn: Iterable[DrawnTie]) -> int:
    return len({tie.end for tie in every} - {tie.end for tie in drawn})


def _rows(ties: LaneTies, names: Names) -> Iterator[tuple[Cell, ...]]:
    for tie in ties.every_to_texts:
        yield _row(names, tie.end, tie.work, None, tie)
    for tie in ties.every_to_plans:
        direction = tie.direction if tie.declared else None
        if tie.incoming:
            yield _row(names, tie.end, tie.work, direction, tie)
        else:
            yield _row(names, tie.work, tie.end, direction, tie)
    for work in ties.unlinked:
        yield work, names[work].text, None, None, "unlinked", None, None, None, None


def _row(
    names: Names, source: str, target: str, direction: str | None, tie: DrawnTie
) -> tuple[Cell, ...]:
    ends = (source, names[source].text, target, names[target].text)
    return (*ends, tie.basis, direction, tie.number, tie.weight, tie.level_key)
