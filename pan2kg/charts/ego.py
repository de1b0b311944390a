"""An action and what is around it: its bodies on the left, its texts on the right, beyond them other actions."""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from pan2kg.charts import choice as ch, drawing as dw, frame as fr, lettering as lt
from pan2kg.charts.drawing import Box, Dot, Group, Label, Line, Mark, Pen, Point
from pan2kg.charts.frame import Caption, Picture, PictureSize, Sign
from pan2kg.charts.subject import Cell, Names, Subject
from pan2kg.charts.ties import CITES, INFERRED, STRONG, WORDS, DrawnTie, name_in, text_ties
from pan2kg.coherence import evidence
from pan2kg.tables.figure_words import bits_words
from pan2kg.turtle.vocabulary import key

COLUMNS = (
    "thing",
    "thing_label",
    "kind",
    "basis",
    "weight",
    "evidence_level",
    "via",
    "drawn",
)
# sizes in pixels
CENTRE = 470.0  # how far to the right the middle of the picture is
# how wide and high the box of the action in the middle is, and that of a text
CORE_WIDE = 190.0
CORE_HIGH = 92.0
TEXT_WIDE = 230.0
TEXT_HIGH = 36.0
# how far bodies, texts and other actions are from the middle, at its height
TO_BODIES = 200.0
TO_TEXTS = 235.0
TO_ACTIONS = 600.0
# how far they are apart, from one to the next below it
BODY_STEP = 34.0
TEXT_STEP = 46.0
ACTION_STEP = 38.0
# how wide the names of bodies and of other actions may be
BODY_NAME = 250.0
ACTION_NAME = 310.0
LEAST = 230.0  # how low the picture may be
LIFT = 34.0  # how much room citations take that pass above the texts
DECLARED = Pen(fr.BLUE, 1.6)
EDGE = Pen(fr.GREY, 1.0)


class Surroundings(NamedTuple):
    """An action with the bodies that have a part in it, its texts, and the actions it meets.

    ``bodies`` begin with the ``leads``, ``neighbours`` with those cited or citing, then the
    strongest; the first of them are ``drawn``. ``is_unread``: no text is known of the action, and
    nobody read it to its end.
    """

    action: str
    bodies: list[str]
    leads: set[str]
    texts: tuple[DrawnTie, ...]
    neighbours: tuple[DrawnTie, ...]
    drawn: tuple[DrawnTie, ...]
    is_unread: bool


class EgoDrawing:
    """What is around an action, by its names, and where it stands: each kind on an arc around the middle.

    ``high`` is the height of it all and ``middle`` half of it, in pixels; the places of bodies,
    texts and drawn actions follow each other as in :class:`Surroundings`.
    """

    def __init__(self, subject: Subject, around: Surroundings) -> None:
        self.subject = subject
        self.around = around
        self.home = subject.graph.homes.get(around.action, around.action)
        ends = (tie.end for tie in (*around.texts, *around.neighbours))
        self.names = subject.names([around.action, self.home, *around.bodies, *ends])
        bodies = len(around.bodies)
        # without a text there is room for a box that says so
        texts = max(len(around.texts), 1)
        actions = len(around.drawn)
        self.high = max(LEAST, BODY_STEP * bodies, TEXT_STEP * texts, ACTION_STEP * actions)
        self.middle = self.high / 2
        self.bodies = self.arc(bodies, -TO_BODIES)
        self.texts = self.arc(texts, TO_TEXTS)
        self.actions = self.arc(actions, TO_ACTIONS)

    def arc(self, number: int, radius: float) -> list[Point]:
        """So many places from top to bottom, ``radius`` from the centre where they are in the middle."""
        places = []
        for at in range(number):
            rise = self.high / number * (at + 0.5) - self.middle
            across = radius * math.sqrt(1 - (rise / (self.high * 0.9)) ** 2)
            places.append((CENTRE + across, rise + self.middle))
        return places


def draw_ego(subject: Subject, *, action: str = "", plan: str = "", top: object = 16) -> Picture:
    """An action with its bodies, its texts and the ``top`` actions it has most to do with.

    Without an ``action`` it is the one of the plan that shares texts with most others.

    Raises:
        QueryError: an unknown action or plan, a plan without actions, or no whole number from 1.
    """
    focus = subject.graph.action(action) if action else _most_linked(subject, plan)
    around = _surroundings(subject, focus, top)
    drawing = EgoDrawing(subject, around)
    marks: list[Mark] = [
        *_rings(drawing),
        *_lines_to_actions(drawing),
        *_lines_from_core(drawing),
        *_bodies(drawing),
        *_texts(drawing),
        *_actions(drawing),
        _core(drawing),
    ]

    name = drawing.names[focus]
    caption = Caption(
        subject.say("ego-title", number=name.short, label=name.text),
        subject.say("ego-lead", plan=drawing.names[drawing.home].text),
        tuple(_signs(subject, around)),
        tuple(_notes(subject, around)),
        (subject.say("chosen-action", action=name.key),),
    )
    raised = LIFT if any(tie.declared for tie in around.drawn) else 0.0
    size = PictureSize(CENTRE + TO_ACTIONS + ACTION_NAME + 12, drawing.high + raised, raised)
    things = len(around.bodies) + len(around.texts) + len(around.neighbours)
    return Picture(
        subject,
        "ego",
        caption,
        size,
        marks,
        COLUMNS,
        lambda: _rows(around, drawing.names),
        tells=things > 1,
    )


# What is around it


def _most_linked(subject: Subject, plan: str) -> str:
    known = subject.known
    number_of = subject.graph.once(
        f"meets of actions {subject.level.key}", lambda: _numbers_of_meetings(subject)
    )
    actions = ch.actions_of(subject, ch.focus_of(subject, plan))
    return min(actions, key=lambda action: (-number_of[action], -len(known.used.get(action, ()))))


def _numbers_of_meetings(subject: Subject) -> Counter[str]:
    # with how many actions each shares a text that weighs anything
    known = subject.known
    pairs = known.actions
    number_of = Counter[str]()
    for side in (pairs.one, pairs.two):
        number_of.update(known.potential.names[at] for at in side[pairs.low > 0].tolist())
    return number_of


def _surroundings(subject: Subject, action: str, top: object) -> Surroundings:
    involvements = subject.involved.get(action, [])
    leads = {involvement.body for involvement in involvements if "lead" in involvement.roles}
    bodies = {involvement.body for involvement in involvements}
    texts = text_ties(subject, [action])
    neighbours = subject.graph.once(
        f"neighbours-of-{subject.level.key}-{action}", lambda: _neighbours(subject, action)
    )
    return Surroundings(
        action,
        sorted(bodies, key=lambda body: (body not in leads, body)),
        leads,
        texts,
        neighbours,
        neighbours[: ch.whole(top, "top")],
        is_unread=not texts and not _is_read(subject, action),
    )


def _is_read(subject: Subject, action: str) -> bool:
    tables = subject.known.tables
    plan = tables.works.home.get(action)
    extent = tables.readings.extent(action, evidence.Aspect.TEXTS, plan)
    return extent is evidence.Extent.FULL


def _neighbours(subject: Subject, action: str) -> tuple[DrawnTie, ...]:
    # those cited or citing by IRI, then those that only share texts, the strongest first
    sharing = {tie.end: tie for tie in _sharing(subject, action)}
    citing = {}
    for statement in subject.known.statements:
        if not statement.is_citation or action not in (statement.source, statement.target):
            continue
        incoming = statement.target == action
        neighbour = statement.target if statement.source == action else statement.source
        if neighbour not in citing:
            tie = sharing.pop(neighbour, DrawnTie(action, neighbour, declared=True))
            citing[neighbour] = replace(
                tie, declared=True, incoming=incoming, level=statement.level
            )
    return (*(citing[neighbour] for neighbour in sorted(citing)), *sharing.values())


def _sharing(subject: Subject, action: str) -> list[DrawnTie]:
    known = subject.known
    names = known.potential.names
    ties = []
    pairs = zip(
        known.actions.one.tolist(),
        known.actions.two.tolist(),
        known.actions.low.tolist(),
        strict=True,
    )
    for first, second, bits in pairs:
        if bits <= 0 or action not in (names[first], names[second]):
            continue
        neighbour = names[second] if names[first] == action else names[first]
        weight = known.weight(action, neighbour)
        tie = DrawnTie(
            action,
            neighbour,
            declared=False,
            number=len(weight.texts),
            bits=bits,
            level=weight.level,
            texts=weight.texts,
        )
        ties.append(tie)
    return sorted(ties, key=lambda tie: (-tie.bits, tie.end))


# Marks


def _rings(drawing: EgoDrawing) -> Iterator[Mark]:
    # the part of an ellipse of the heights ±0.9 between the heights ±0.48, as a curve nobody can
    # tell from it
    for radius in (-TO_BODIES, TO_TEXTS, TO_ACTIONS):
        arc = drawing.arc(25, radius)
        x, top = arc[0]
        bottom = arc[-1][1]
        out = x + 0.20546 * radius
        lean = 0.29329 * drawing.high
        points = ((x, top), (out, top + lean), (out, bottom - lean), (x, bottom))
        yield Line(points, Pen(fr.RULE, 0.8), curved=True)


def _lines_to_actions(drawing: EgoDrawing) -> Iterator[Mark]:
    # over each shared text, the thicker the more is shared, and where one cites the other
    around = drawing.around
    # an action that names no text has a place for the box that says so
    place_of = {tie.end: place for tie, place in zip(around.texts, drawing.texts, strict=False)}
    greatest = max((tie.bits for tie in around.drawn), default=0.0)
    for tie, place in zip(around.drawn, drawing.actions, strict=True):
        pen = fr.thick(INFERRED, tie.bits, greatest)
        for text in tie.texts:
            if text in place_of:
                x, y = place_of[text]
                line = fr.bow((x + TEXT_WIDE, y), place, pen)
                yield Group((line,), title=drawing.names[text].text)
        if tie.declared:
            yield from _citation(tie, place, drawing.middle - CORE_HIGH / 2)


def _citation(tie: DrawnTie, place: Point, core_top: float) -> Iterator[Mark]:
    # up from the core, along above the texts, and down to the action
    x, y = place
    top = (CENTRE, core_top)
    lift = -LIFT / 2
    first_bend = CENTRE + 150
    second_bend = CENTRE + TO_TEXTS + TEXT_WIDE - 60
    turn = second_bend + 0.6 * (x - second_bend)
    course = (
        top,
        (CENTRE, lift),
        (CENTRE + 40, lift),
        (first_bend, lift),
        (first_bend + 60, lift),
        (second_bend - 60, lift),
        (second_bend, lift),
        (turn, lift),
        (turn, y),
        (x - 6, y),
    )
    yield Line(course, DECLARED, curved=True)
    if tie.incoming:
        yield Line.arrow(top, math.pi / 2, fr.BLUE, 9)
    else:
        yield Line.arrow((x - 5, y), 0.0, fr.BLUE, 9)


def _lines_from_core(drawing: EgoDrawing) -> Iterator[Mark]:
    around = drawing.around
    right = (CENTRE + CORE_WIDE / 2, drawing.middle)
    left = (CENTRE - CORE_WIDE / 2, drawing.middle)
    for tie, place in zip(around.texts, drawing.texts, strict=False):
        yield Line((right, place), DECLARED if tie.declared else INFERRED)
    for body, place in zip(around.bodies, drawing.bodies, strict=True):
        pen = Pen(fr.GREEN, 2.4 if body in around.leads else 1.0)
        yield Line((left, place), pen)


def _bodies(drawing: EgoDrawing) -> Iterator[Mark]:
    subject = drawing.subject
    for body, (x, y) in zip(drawing.around.bodies, drawing.bodies, strict=True):
        name = drawing.names[body]
        font = WORDS
        words = name.text
        if body in drawing.around.leads:
            font = STRONG
            words += f" ({subject.say('leads')})"
        lines = lt.wrap(words, BODY_NAME, font, 2)
        top = y - lt.height_of(len(lines), font) / 2
        label = Label(x - 10, top + font.size, "\n".join(lines), font, "end")
        dot = Dot(x, y, 5, fr.GREEN)
        yield Group((dot, *fr.spoken(name, [label])), name.full, subject.leads(body))


def _texts(drawing: EgoDrawing) -> Iterator[Mark]:
    subject = drawing.subject
    for tie, place in zip(drawing.around.texts, drawing.texts, strict=False):
        name = drawing.names[tie.end]
        box = _text_box(place)
        labels = name_in(box, name, TEXT_WIDE - 14)
        yield Group((box, *labels), name.full, subject.leads(name.iri))
    if drawing.around.is_unread:
        unread = fr.hatched(_text_box(drawing.texts[0]))
        yield Group(tuple(unread), title=subject.say("no-text-known"))


def _text_box(place: Point) -> Box:
    x, y = place
    return Box(x, y - TEXT_HIGH / 2, TEXT_WIDE, TEXT_HIGH, fr.SHADE, EDGE)


def _actions(drawing: EgoDrawing) -> Iterator[Mark]:
    subject = drawing.subject
    wide = ACTION_NAME - 10
    for tie, (x, y) in zip(drawing.around.drawn, drawing.actions, strict=True):
        name = drawing.names[tie.end]
        words = _tied_by(subject, tie)
        upper = lt.shorten(name.text, wide, WORDS)
        lower = lt.shorten(f"{name.key}{words}", wide, fr.FINE)
        labels = (
            Label(x + 10, y - 2, upper, WORDS, language=name.language),
            Label(x + 10, y + 11, lower, fr.FINE),
        )
        dot = Dot(x, y, 5, fr.BLUE if tie.declared else fr.VERMILION)
        yield Group((dot, *labels), f"{name.full}{words}", subject.leads(name.iri))


def _tied_by(subject: Subject, tie: DrawnTie) -> str:
    words = f" · {bits_words(tie.bits, subject.language)}" if tie.bits else ""
    if tie.declared:
        words += f" · {subject.say('cites-this' if tie.incoming else 'cited')}"
    return words


def _core(drawing: EgoDrawing) -> Group:
    name = drawing.names[drawing.around.action]
    top = drawing.middle - CORE_HIGH / 2
    pen = Pen(fr.BLUE, 2.4)
    box = Box(CENTRE - CORE_WIDE / 2, top, CORE_WIDE, CORE_HIGH, fr.PAPER, pen)
    room = CORE_WIDE - 16
    short = lt.shorten(name.short, room, STRONG)
    number = Label(CENTRE, top + 17, short, STRONG, "middle")
    below = box._replace(y=top + 18, height=CORE_HIGH - 20)
    title = dw.centred(below, lt.wrap(name.text, room, WORDS, 4), WORDS)
    return Group((box, number, *fr.spoken(name, title)), title=name.full)


# Legend, notes and table


def _signs(subject: Subject, around: Surroundings) -> Iterator[Sign]:
    # what is drawn, and nothing else
    say = subject.say
    ties = (*around.texts, *around.drawn)
    if any(tie.declared for tie in around.texts):
        yield fr.sign(DECLARED, say("sign-declared"))
    if any(tie.texts or not tie.declared for tie in ties):
        yield fr.sign(INFERRED, say("sign-inferred"))
    if any(tie.declared for tie in around.drawn):
        line, arrow = CITES
        yield Sign((line._replace(pen=DECLARED), arrow), say("sign-cites"))
    if around.bodies:
        line = Line(((4, 9), (30, 9)), Pen(fr.GREEN, 1.0))
        yield Sign((line, Dot(6, 9, 5, fr.GREEN)), say("sign-body"))
    if around.is_unread:
        yield fr.sign("", say("sign-hatch-text"))


def _notes(subject: Subject, around: Surroundings) -> Iterator[str]:
    say = subject.say
    texts = say("texts", n=len(around.texts))
    bodies = say("bodies", n=len(around.bodies))
    actions = say("others", n=len(around.neighbours))
    yield f"{texts}, {bodies}, {actions}."
    if undrawn := len(around.neighbours) - len(around.drawn):
        yield say("left-out", what=say("others", n=undrawn))


def _rows(around: Surroundings, names: Names) -> Iterator[tuple[Cell, ...]]:
    for body in around.bodies:
        role = "leads" if body in around.leads else "involved"
        yield body, names[body].text, "body", role, None, None, None, "true"
    for tie in around.texts:
        name = names[tie.end].text
        yield tie.end, name, "text", tie.basis, None, tie.level_key, None, "true"
    for row, tie in enumerate(around.neighbours):
        name = names[tie.end].text
        basis = tie.direction if tie.declared else tie.basis
        via = " ".join(key(text) for text in tie.texts)
        is_drawn = "true" if row < len(around.drawn) else "false"
        yield tie.end, name, "other", basis, tie.weight, tie.level_key, via, is_drawn
