"""The diagram of the ontology: a box for each topmost class, a line for the properties between two.

The names of properties stand to the right of the box where their line begins. Inside a box stand
the classes below it (▸), the properties that lead to a concept (→) and those that lead back (↺).
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from pan2kg.charts import (
    Box,
    Drawing,
    Font,
    Group,
    Label,
    Line,
    Mark,
    Pen,
    frame,
    measure,
    shorten,
    wrap,
)
from pan2kg.i18n.catalogue import Language, Messages, numeral
from pan2kg.site.layers import Course, Edge, layers
from pan2kg.site.ontology import ANY, Ontology, Term, anchor
from pan2kg.site.turtle_statements import pick
from pan2kg.turtle import PAN, SKOS

_ONTOLOGY = Messages("ontology")
_CONCEPTS = (SKOS + "Concept", SKOS + "ConceptScheme")
_TITLE = Font(12.5, bold=True)
_NAME = Font(10.5, colour=frame.GREY)
_ROW = Font(10.5)
_SOLID = Pen("#5a6b7b", 1.2)
_DASHED = Pen("#5a6b7b", 1.2, (5.0, 3.0))

# in pixels
_LINE = 15.0
_WIDTH = 192.0
_GAP = 22.0
_CURVE = 64.0
_PAD = 9.0
_MARGIN = 16.0
_WAYPOINT = 6.0
_BESIDE_NAME = 14.0
"""How much longer than the name that stands on it a line is."""


class ClassLane(NamedTuple):
    """The line of some properties: from which class to which, and whether rules alone state them."""

    start: str
    end: str
    is_derived: bool

    @property
    def edge(self) -> Edge:
        """Its ends, as they are laid out."""
        return self.start, self.end


class LaneName(NamedTuple):
    """The name of a property, and the lane it stands on."""

    lane: ClassLane
    name: str


class _Content(NamedTuple):
    # what joins and fills the boxes: the names of properties lane by lane, the lines in each box
    lanes: Mapping[ClassLane, Sequence[str]]
    rows: Mapping[str, Sequence[str]]


class _Layout(NamedTuple):
    # where boxes and waypoints stand, which of these each edge passes, and the names of
    # properties beside each box, from top to bottom
    boxes: Mapping[str, Box]
    courses: Mapping[Edge, Course]
    beside: Mapping[str, Sequence[LaneName]]


def draw_ontology(ontology: Ontology, language: Language, address: str = "") -> Drawing:
    """The classes of the ontology and what joins them; ``address`` is that of the page of the terms."""
    terms = {term.iri: term for term in ontology.terms}
    tops = ontology.tops()
    content = _content(ontology, tops, language)
    names = {*tops.values()}
    for lane in content.lanes:
        names.update(lane.edge)
    titles = {iri: pick(terms[iri].labels, language)[0] for iri in tops}
    titles[ANY] = _ONTOLOGY.say("diagram.any", language)
    title_lines = {name: wrap(titles[name], _WIDTH - 2 * _PAD, _TITLE, 2) for name in sorted(names)}

    columns, courses, turned = layers(names, [lane.edge for lane in content.lanes])
    beside = _names_beside(content.lanes, columns, courses)
    heights = {}
    for name, lines in title_lines.items():
        inside = 1 + len(lines) + len(content.rows.get(name, ()))
        names_beside = len(beside.get(name, ()))
        heights[name] = 2 * _PAD + max(2 + inside * _LINE, names_beside * _LINE)
    boxes, tallest = _boxes(columns, heights, beside)
    layout = _Layout(boxes, courses, beside)

    marks: list[Mark] = []
    for lane in content.lanes:
        marks += _lane_marks(lane, layout, is_turned=lane.edge in turned)
    for name, lines in title_lines.items():
        subtitle = _subtitle(terms[name], language) if name in tops else ""
        rows = content.rows.get(name, ())
        box_marks = tuple(_box_marks(boxes[name], lines, subtitle, rows, is_any=name == ANY))
        leads = f"{address}#{anchor(name)}" if name.startswith(PAN) else ""
        marks.append(Group(box_marks, title=titles[name], address=leads))
    right = max((box.x + box.width for box in boxes.values()), default=0.0)
    return Drawing(
        right + _MARGIN,
        tallest + 2 * _MARGIN,
        _ONTOLOGY.say("diagram.title", language),
        _ONTOLOGY.say("diagram.description", language),
        language,
        tuple(marks),
    )


def _subtitle(term: Term, language: Language) -> str:
    name = f"pan:{anchor(term.iri)}"
    return f"{name} · {numeral(term.number, language)}" if term.number else name


# What joins classes, and what stands inside their boxes


def _content(ontology: Ontology, tops: Mapping[str, str], language: Language) -> _Content:
    labels = {term.iri: term.labels for term in ontology.terms}
    lanes = defaultdict[ClassLane, list[str]](list)
    rows = defaultdict[str, list[str]](list)
    for iri, top in sorted(tops.items()):
        if iri != top:
            rows[top].append(f"▸ {pick(labels[iri], language)[0]}")
    for relation in ontology.relations():
        name = anchor(relation.property)
        if relation.start in _CONCEPTS:
            continue  # what is said of any concept joins no two classes of ours
        if relation.end in _CONCEPTS:
            rows[relation.start].append(f"→ {name}")
        elif relation.start == relation.end:
            rows[relation.start].append(f"↺ {name}")
        else:
            lanes[ClassLane(relation.start, relation.end, relation.is_derived)].append(name)
    return _Content(lanes, rows)


# Where things stand


def _names_beside(
    lanes: Mapping[ClassLane, Sequence[str]],
    columns: Iterable[Sequence[str]],
    courses: Mapping[Edge, Course],
) -> Mapping[str, list[LaneName]]:
    # beside each box on the right the names of its lanes, in the order of what these lead to
    places = {}
    for column in columns:
        places.update({name: place for place, name in enumerate(column)})
    beside: dict[str, list[LaneName]] = defaultdict(list)
    for lane in sorted(lanes, key=lambda lane: (places[courses[lane.edge][1]], lane.edge)):
        start = courses[lane.edge][0]
        beside[start] += [LaneName(lane, name) for name in lanes[lane]]
    return beside


def _boxes(
    columns: Sequence[Sequence[str]],
    heights: Mapping[str, float],
    beside: Mapping[str, Sequence[LaneName]],
) -> tuple[dict[str, Box], float]:
    # where each name stands, columns centred beside each other, and how high the tallest is
    column_heights = []
    for column in columns:
        column_heights.append(sum(heights.get(name, _WAYPOINT) + _GAP for name in column) - _GAP)
    tallest = max(column_heights, default=0.0)
    boxes = {}
    x = _MARGIN
    for column, high in zip(columns, column_heights, strict=True):
        y = _MARGIN + (tallest - high) / 2
        widest = 0.0
        for name in column:
            boxes[name] = Box(x, y, _WIDTH, heights.get(name, _WAYPOINT))
            y += boxes[name].height + _GAP
            widest = max(widest, _room_beside(beside.get(name, ())))
        x += _WIDTH + widest + _CURVE
    return boxes, tallest


def _room_beside(names: Iterable[LaneName]) -> float:
    return max((measure(row.name, _ROW) + _BESIDE_NAME for row in names), default=0.0)


# Marks


def _lane_marks(lane: ClassLane, layout: _Layout, *, is_turned: bool) -> Iterator[Mark]:
    # the names of a lane, a stroke under each, these joined, and from there a curve to the end
    pen = _DASHED if lane.is_derived else _SOLID
    course = layout.courses[lane.edge]
    start = layout.boxes[course[0]]
    names = layout.beside[course[0]]
    top = start.y + (start.height - len(names) * _LINE) / 2
    left = start.x + start.width
    right = left + _room_beside(names)
    rows = [at for at, row in enumerate(names) if row.lane == lane]
    level = top + (rows[len(rows) // 2] + 1) * _LINE
    for at in rows:
        yield Label(left + 9, top + at * _LINE + 12, names[at].name, _ROW)
    for at in rows:
        y = top + (at + 1) * _LINE
        yield Line(((left, y), (right, y)), pen)
        if y != level:
            yield Line(((right, y), (right, level)), pen)
    points = [(right, level), *_points_passed(course, layout)]
    yield Line(_smooth(points), pen, curved=True)
    if is_turned:
        yield Line.arrow((left, level), math.pi, pen.colour)
    else:
        yield Line.arrow(points[-1], 0.0, pen.colour)


def _points_passed(course: Course, layout: _Layout) -> Iterator[tuple[float, float]]:
    for waypoint in course[1:-1]:
        passed = layout.boxes[waypoint]
        yield passed.x, passed.y + 3
        yield passed.x + passed.width, passed.y + 3
    # lines enter a box one below the other, in the order in which they come
    end = layout.boxes[course[-1]]
    arriving = {other[-2:] for other in layout.courses.values() if other[-1] == course[-1]}
    ordered = sorted(arriving, key=lambda step: (layout.boxes[step[0]].y, step[0]))
    place = ordered.index(course[-2:]) + 1
    yield end.x, end.y + end.height * place / (len(ordered) + 1)


def _smooth(points: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    # a cubic Bézier curve through the points that leaves and enters each of them level
    smooth = [points[0]]
    for (x, y), (to_x, to_y) in pairwise(points):
        half = (to_x - x) / 2
        smooth += [(x + half, y), (to_x - half, to_y), (to_x, to_y)]
    return tuple(smooth)


def _box_marks(
    box: Box, title_lines: Sequence[str], subtitle: str, rows: Sequence[str], *, is_any: bool
) -> Iterator[Mark]:
    fill = frame.SHADE if is_any else frame.PAPER
    pen = Pen(frame.GREY, 1.0, (3.0, 3.0)) if is_any else Pen(frame.INK, 1.2)
    yield Box(box.x, box.y, box.width, box.height, fill, pen)
    x = box.x + _PAD
    y = box.y + _PAD + 12
    room = box.width - 2 * _PAD
    for at, line in enumerate(title_lines):
        yield Label(x, y + at * _LINE, line, _TITLE)
    y += (len(title_lines) - 1) * _LINE
    if subtitle:
        yield Label(x, y + _LINE, shorten(subtitle, room, _NAME), _NAME)
    if rows:
        rule = y + _LINE + 6
        yield Line(((box.x, rule), (box.x + box.width, rule)), Pen(frame.RULE))
    for at, row in enumerate(rows):
        yield Label(x, y + 4 + (2 + at) * _LINE, shorten(row, room, _ROW), _ROW)
