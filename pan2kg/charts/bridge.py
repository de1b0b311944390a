"""Two plans side by side: their actions, in the middle the texts and bodies they share, and who cites whom."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pan2kg.charts.drawing import (
    Box,
    Font,
    Group,
    Label,
    Line,
    Mark,
    Pen,
    Point,
    arrow,
    centred,
    measure,
    shorten,
    wrap,
)
from pan2kg.charts.frame import BLUE, GREEN, GREY, PAPER, SHADE, VERMILION, Body, Caption, Picture, Sign, frame
from pan2kg.charts.grid import find, focus_of, thick
from pan2kg.charts.subject import Cell, Names, Subject, quoted, table, tags, whole
from pan2kg.charts.time_map import PENS, TOLD, state_of, words_of
from pan2kg.coherence.citations import Occasion, State
from pan2kg.coherence.evidence import counts
from pan2kg.errors import QueryError
from pan2kg.tables.figure_words import bits_words

SIDE: Final = 330.0
GAP: Final = 110.0
MIDDLE: Final = 280.0
WIDE: Final = 2 * SIDE + 2 * GAP + MIDDLE
HEAD: Final = 74.0
STEP: Final = 42.0
TOP: Final = Font(13, bold=True)
WORDS: Final = Font(10.5)
NUMBER: Final = Font(10.5, bold=True)
FINE: Final = Font(9.5, colour=GREY)
RESTS: Final = Pen(VERMILION, 1.1)
PART: Final = Pen(GREEN, 1.3, (1.5, 3))
CITES: Final = Pen(BLUE, 2.0)

COLUMNS: Final = ("from", "from_label", "to", "to_label", "basis", "bits", "drawn")


@dataclass(frozen=True, slots=True)
class Shared:
    """A text or body both plans have: with the works of either side, and for a text what it brings in bits."""

    thing: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    bits: float = 0.0
    is_text: bool = True


def draw_bridge(subject: Subject, *, plan: str = "", other: str = "", top: object = 12) -> Picture:
    """What two plans share and who cites whom; without ``other`` the plan that shares most with ``plan``.

    ``top`` is how many texts and bodies are drawn, texts first, by what they bring.

    Raises:
        QueryError: an unknown plan, with the nearest names; the same plan twice; a plan that shares nothing.
    """
    most = whole(top, "top")
    one = focus_of(subject, plan)
    two = find(subject.graph, other) if other else _nearest(subject, one)
    if one == two:
        raise QueryError("one-plan-alone", remedy="add-another-plan")
    every = (*_texts(subject, one, two), *_bodies(subject, one, two))
    shown = every[:most]
    said = [
        (x, y) for x, y in sorted({(s.source, s.target) for s in subject.known.statements if s.is_citation})
        if {subject.graph.homes.get(x, x), subject.graph.homes.get(y, y)} == {one, two}
    ]  # fmt: skip
    works = {work for thing in every for work in (*thing.left, *thing.right)} | {end for pair in said for end in pair}
    names = subject.names({one, two, *works, *(thing.thing for thing in every)})
    ways = (subject.known.way(one, two), subject.known.way(two, one))
    notes = [subject.say("bridge-left-out", n=len(every) - len(shown))] if len(every) > len(shown) else []
    notes += [subject.say("bridge-none")] if not every else []
    caption = Caption(
        subject.say("bridge-title", one=names[one].text, two=names[two].text, n=len(every)),
        subject.say("bridge-lead"), _signs(subject), tuple(notes),
        (subject.say("chosen-plans", n=2, plans=f"{names[one].key}, {names[two].key}"),),
    )  # fmt: skip
    drawing = frame(subject, caption, _body(subject, names, (one, two), shown, said, ways))
    drawn = {thing.thing for thing in shown}
    return Picture("bridge", subject.language, drawing, table(COLUMNS, _rows(names, every, said, drawn)))


def _nearest(subject: Subject, plan: str) -> str:
    """The plan of the same country that shares most bits with it, else any, else one that is linked."""
    known, of = subject.known, subject.graph.country_of
    linked = [pair for pair in known.linked if plan in pair]
    near = {pair[pair[0] == plan]: known.shared.get(pair, 0.0) for pair in linked}
    if not near:
        raise QueryError("bridge-meets-none", remedy="name-both-plans", plan=plan.rpartition("/")[2])
    return min(near, key=lambda one: (of.get(one) != of.get(plan), -near[one], one))


def _texts(subject: Subject, one: str, two: str) -> Iterator[Shared]:
    """The texts both name that are not general, those that bring most first."""
    known = subject.known
    sides = [known.brought(plan, other) for plan, other in ((one, two), (two, one))]
    parts = [part for part in known.weight(one, two).contributions if part.bits > 0 and not part.is_broad]
    for part in sorted(parts, key=lambda part: (-part.bits, part.text)):
        left, right = (tuple(sorted(work for work, texts in side.items() if part.text in texts)) for side in sides)
        yield Shared(part.text, left, right, part.bits)


def _bodies(subject: Subject, one: str, two: str) -> Iterator[Shared]:
    """The bodies that have a part in both, those with most works first."""
    held: dict[str, tuple[set[str], set[str]]] = {}
    homes = subject.graph.homes
    for part in subject.graph.involvements:
        home = homes.get(part.work, part.work)
        if home in (one, two) and counts(part.level, subject.level):
            held.setdefault(part.body, (set(), set()))[home == two].add(part.work)
    both = {body: sides for body, sides in held.items() if all(sides)}
    for body in sorted(both, key=lambda body: (-sum(map(len, both[body])), body)):
        left, right = both[body]
        yield Shared(body, tuple(sorted(left)), tuple(sorted(right)), is_text=False)


def _body(
    subject: Subject, names: Names, plans: tuple[str, str], shown: Sequence[Shared], said: Sequence[tuple[str, str]],
    ways: tuple[Occasion, Occasion],
) -> Body:  # fmt: skip
    homes = subject.graph.homes
    sides = [
        _order(plan, shown, [end for pair in said for end in pair if homes.get(end, end) == plan], is_right=at == 1)
        for at, plan in enumerate(plans)
    ]
    high = STEP * max(len(shown), *(len(side) for side in sides), 1)
    middle = _column([thing.thing for thing in shown], high)
    left, right = (_column(side, high) for side in sides)
    marks: list[Mark] = [*_heads(subject, names, plans, ways)]
    body: list[Mark] = []
    greatest = max((thing.bits for thing in shown), default=0.0)
    for thing in shown:
        body += _ties(subject, names, thing, (left, middle, right), greatest)
    ends = {**{work: (SIDE, y) for work, y in left.items()}, **{work: (WIDE - SIDE, y) for work, y in right.items()}}
    for x, y in said:
        body.append(_citation(subject, names, (x, y), (ends[x], ends[y])))
    body += [_work(subject, names, plans[0], work, (0.0, y)) for work, y in left.items()]
    body += [_work(subject, names, plans[1], work, (WIDE - SIDE, y)) for work, y in right.items()]
    body += [_thing(subject, names, thing, middle[thing.thing]) for thing in shown]
    return Body(WIDE, HEAD + high, (*marks, Group(tuple(body), shift=(0, HEAD))))


def _order(plan: str, shown: Sequence[Shared], cited: Sequence[str], *, is_right: bool) -> tuple[str, ...]:
    """The works of one side from top to bottom: by the middle of the things they share, so that few lines cross."""
    places: dict[str, list[int]] = {work: [] for work in cited}
    for at, thing in enumerate(shown):
        for work in thing.right if is_right else thing.left:
            places.setdefault(work, []).append(at)
    middle = {work: sum(found) / max(len(found), 1) for work, found in places.items()}
    return tuple(sorted(places, key=lambda work: (work != plan, middle[work], work)))


def _column(things: Sequence[str], high: float) -> dict[str, float]:
    step = high / max(len(things), 1)
    return {thing: step * (at + 0.5) for at, thing in enumerate(things)}


def _heads(subject: Subject, names: Names, plans: tuple[str, str], ways: tuple[Occasion, Occasion]) -> Iterator[Mark]:
    """The two plans, and between them an arrow each way with what is known of the citation."""
    for plan, x in zip(plans, (0.0, WIDE - SIDE), strict=True):
        name = names[plan]
        box = Box(x, 0, SIDE, 46, SHADE, Pen(GREY, 0.8))
        lines = wrap(name.text, SIDE - 16, TOP, 2)
        labels = [replace(one, language=name.language) for one in centred(box, lines, TOP)]
        yield Group((box, *labels), name.full, subject.leads(plan))
    for at, way in enumerate(ways):
        state, y = state_of(way), 11.0 + 24 * at
        start, end = (SIDE + 8, WIDE - SIDE - 8) if at == 0 else (WIDE - SIDE - 8, SIDE + 8)
        pen = PENS[state]
        yield Line(((start, y), (end, y)), pen)
        if state in TOLD:
            yield arrow((end, y), 0.0 if at == 0 else math.pi, pen.colour, 9)
        words = words_of(subject, way)
        yield from _on_line(words, WIDE / 2, y)


def _on_line(words: str, x: float, y: float) -> Iterator[Mark]:
    """Words that interrupt a line."""
    font = Font(10.5, bold=True)
    wide = measure(words, font) + 12
    yield Box(x - wide / 2, y - 8, wide, 16, PAPER)
    yield Label(x, y + 3.6, words, font, "middle")


def _ties(
    subject: Subject, names: Names, thing: Shared, columns: tuple[Mapping[str, float], ...], greatest: float
) -> Iterator[Mark]:
    left, middle, right = columns
    pen = thick(RESTS, thing.bits, greatest) if thing.is_text else PART
    y = middle[thing.thing]
    ways = [((SIDE, left[work]), (SIDE + GAP, y), work) for work in thing.left if work in left]
    ways += [((WIDE - SIDE, right[work]), (WIDE - SIDE - GAP, y), work) for work in thing.right if work in right]
    for start, end, work in ways:
        half = (start[0] + end[0]) / 2
        line = Line((start, (half, start[1]), (half, end[1]), end), pen, curved=True)
        told_of = tags(subject, (work, thing.thing), kind="text" if thing.is_text else "body")
        yield Group((line,), title=f"{names[work].text} – {names[thing.thing].text}", tags=told_of)


def _citation(subject: Subject, names: Names, pair: tuple[str, str], ends: tuple[Point, Point]) -> Group:
    start, end = ends
    half = (start[0] + end[0]) / 2
    line = Line((start, (half, start[1]), (half, end[1]), end), CITES, curved=True)
    head = arrow(end, 0.0 if end[0] > start[0] else math.pi, BLUE, 9)
    words = subject.say("time-map-cites-pair", one=names[pair[0]].text, two=names[pair[1]].text)
    cited = (one for one in subject.known.statements if one.is_citation and (one.source, one.target) == pair)
    words += next((said for one in cited if (said := quoted(subject, one.link))), "")
    return Group((line, head), words, subject.leads(*pair), tags=tags(subject, pair, kind="citation"))


def _work(subject: Subject, names: Names, plan: str, work: str, at: Point) -> Group:
    """An action with its number, or the plan as a whole."""
    name, (x, y) = names[work], at
    box = Box(x, y - 18, SIDE, 36, PAPER, Pen(GREY, 0.8))
    if work == plan:
        words = centred(box, wrap(subject.say("bridge-whole"), SIDE - 20, WORDS, 2), WORDS, anchor="start", pad=10)
        return Group((box, *words), name.full, subject.leads(work), tags=tags(subject, (work,)))
    number = Label(x + 8, y + 3.6, shorten(name.short, 44, NUMBER), NUMBER)
    room = replace(box, x=x + 48, width=SIDE - 52)
    lines = centred(room, wrap(name.text, SIDE - 60, WORDS, 2), WORDS, anchor="start", pad=4)
    labels = [replace(one, language=name.language) for one in lines]
    return Group((box, number, *labels), name.full, subject.leads(work), tags=tags(subject, (work,)))


def _thing(subject: Subject, names: Names, thing: Shared, y: float) -> Group:
    name = names[thing.thing]
    box = Box(SIDE + GAP, y - 18, MIDDLE, 36, SHADE, Pen(VERMILION if thing.is_text else GREEN, 1.2))
    lines = wrap(name.text, MIDDLE - 16, WORDS, 1 if thing.is_text else 2)
    said = (*lines, bits_words(thing.bits, subject.language)) if thing.is_text else lines
    labels = centred(box, said, WORDS)
    words = [replace(one, language=name.language) for one in labels[: len(lines)]]
    fine = [replace(one, font=FINE) for one in labels[len(lines) :]]
    return Group((box, *words, *fine), name.full, subject.leads(thing.thing), tags=tags(subject, (thing.thing,)))


def _signs(subject: Subject) -> tuple[Sign, ...]:
    return (
        Sign((Line(((0, 9), (30, 9)), Pen(VERMILION, 2.5)),), subject.say("sign-rests")),
        Sign((Line(((0, 9), (30, 9)), PART),), subject.say("sign-part")),
        *(Sign((Line(((0, 9), (30, 9)), PENS[state]),), subject.say(f"sign-citation-{state.value}"))
          for state in (State.SEEN, State.ABSENT, State.OPEN, State.UNDATED, State.IMPOSSIBLE)),
    )  # fmt: skip


def _rows(
    names: Names, every: Sequence[Shared], said: Sequence[tuple[str, str]], drawn: set[str]
) -> Iterator[tuple[Cell, ...]]:
    for thing in every:
        for work in (*thing.left, *thing.right):
            yield (
                work, names[work].text, thing.thing, names[thing.thing].text, "text" if thing.is_text else "body",
                thing.bits if thing.is_text else None, "true" if thing.thing in drawn else "false",
            )  # fmt: skip
    for one, two in said:
        yield one, names[one].text, two, names[two].text, "citation", None, "true"
