"""The diagram of the ontology: a box for each topmost class, a line for the properties between two.

``ontology_page`` shows it. The names of properties stand to the right of the box where their line
begins. Inside a box stand the classes below it (▸), the properties that lead to a concept (→) and
those that lead back (↺).
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
from pan2kg.i18n import Language, Messages, format_number
from pan2kg.site.layers import Edge, EdgePath, layer_graph
from pan2kg.site.ontology import ANY, Ontology, Term, anchor
from pan2kg.site.turtle_statements import pick_text
from pan2kg.turtle import PAN, SKOS

_ONTOLOGY = Messages("ontology")
_CONCEPTS = (SKOS + "Concept", SKOS + "ConceptScheme")
_TITLE = Font(12.5, bold=True)
_NAME = Font(10.5, colour=frame.GREY)
_ROW = Font(10.5)
_SOLID = Pen("#5a6b7b", 1.2)
_DASHED = Pen("#5a6b7b", 1.2, (5.0, 3.0))

# lengths in pixels
_LINE_HEIGHT = 15.0
"""How far below each other lines of text stand."""
_BOX_WIDTH = 192.0
"""How wide a box is."""
_BOX_GAP = 22.0
"""Between boxes of a column."""
_CURVE_WIDTH = 64.0
"""The room between columns beside the names, in which lines bend."""
_PADDING = 9.0
_MARGIN = 16.0
_WAYPOINT_HEIGHT = 6.0
"""How high the place is where a line passes through a column."""
_NAME_MARGIN = 14.0
"""How much longer than the name that stands on it a line is."""
_TITLE_LINES = 2
"""How many lines the title of a box has at most."""


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


class _BoxText(NamedTuple):
    # what stands in a box: the title, whole and in lines, the term and how often it is used, and
    # a line for what joins no other box
    title: str
    title_lines: Sequence[str]
    subtitle: str
    rows: Sequence[str]


class _Content(NamedTuple):
    # what joins and fills the boxes: the names of properties lane by lane, the lines in each box
    lanes: Mapping[ClassLane, Sequence[str]]
    rows: Mapping[str, Sequence[str]]


class _Layout(NamedTuple):
    # where boxes and waypoints stand, which of these each edge passes, which edges lead back, and
    # the names of properties beside each box, from top to bottom
    boxes: Mapping[str, Box]
    courses: Mapping[Edge, EdgePath]
    turned: Collection[Edge]
    beside: Mapping[str, Sequence[LaneName]]


def draw_ontology(ontology: Ontology, language: Language, address: str = "") -> Drawing:
    """The classes of the ontology and what joins them; ``address`` is that of the page of the terms."""
    tops = ontology.tops()
    content = _content(ontology, tops, language)
    texts = _box_texts(ontology, tops, content, language)
    layout = _lay_out(content.lanes, texts)
    marks: list[Mark] = []
    for lane in content.lanes:
        marks += _lane_marks(lane, layout)
    for name, text in texts.items():
        leads = f"{address}#{anchor(name)}" if name.startswith(PAN) else ""
        box_marks = _box_marks(layout.boxes[name], text, is_any=name == ANY)
        marks.append(Group(tuple(box_marks), title=text.title, address=leads))
    right = max((box.x + box.width for box in layout.boxes.values()), default=0.0)
    bottom = max((box.y + box.height for box in layout.boxes.values()), default=_MARGIN)
    return Drawing(
        right + _MARGIN,
        bottom + _MARGIN,
        _ONTOLOGY.say("diagram.title", language),
        _ONTOLOGY.say("diagram.description", language),
        language,
        tuple(marks),
    )


# What joins classes, and what stands inside their boxes


def _content(ontology: Ontology, tops: Mapping[str, str], language: Language) -> _Content:
    labels = {term.iri: term.labels for term in ontology.terms}
    lanes = defaultdict[ClassLane, list[str]](list)
    rows = defaultdict[str, list[str]](list)
    for iri, top in sorted(tops.items()):
        if iri != top:
            rows[top].append(f"▸ {pick_text(labels[iri], language).words}")
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


def _box_texts(
    ontology: Ontology, tops: Mapping[str, str], content: _Content, language: Language
) -> Mapping[str, _BoxText]:
    """What stands in the box of each topmost class, and in that for any thing where a lane leads there."""
    terms = {term.iri: term for term in ontology.terms}
    names = {*tops.values()}
    for lane in content.lanes:
        names.update(lane.edge)
    texts = {}
    for name in sorted(names):
        if name == ANY:
            title = _ONTOLOGY.say("diagram.any", language)
            subtitle = ""
        else:
            title = pick_text(terms[name].labels, language).words
            subtitle = _subtitle(terms[name], language)
        lines = wrap(title, _BOX_WIDTH - 2 * _PADDING, _TITLE, _TITLE_LINES)
        texts[name] = _BoxText(title, lines, subtitle, content.rows.get(name, ()))
    return texts


def _subtitle(term: Term, language: Language) -> str:
    name = f"pan:{anchor(term.iri)}"
    return f"{name} · {format_number(term.number, language)}" if term.number else name


# Where things stand


def _lay_out(lanes: Mapping[ClassLane, Sequence[str]], texts: Mapping[str, _BoxText]) -> _Layout:
    columns, courses, turned = layer_graph(texts, [lane.edge for lane in lanes])
    beside = _names_beside(lanes, columns, courses)
    heights = {}
    for name, text in texts.items():
        lines_number = 1 + len(text.title_lines) + len(text.rows)
        names_number = len(beside.get(name, ()))
        heights[name] = 2 * _PADDING + max(
            2 + lines_number * _LINE_HEIGHT, names_number * _LINE_HEIGHT
        )
    return _Layout(_boxes(columns, heights, beside), courses, turned, beside)


def _names_beside(
    lanes: Mapping[ClassLane, Sequence[str]],
    columns: Iterable[Sequence[str]],
    courses: Mapping[Edge, EdgePath],
) -> Mapping[str, Sequence[LaneName]]:
    """Beside each box on the right the names of its lanes, in the order of what these lead to."""
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
) -> dict[str, Box]:
    """Where boxes and waypoints stand, columns beside each other, each centred on the tallest."""
    column_heights = []
    for column in columns:
        column_heights.append(
            sum(heights.get(name, _WAYPOINT_HEIGHT) + _BOX_GAP for name in column) - _BOX_GAP
        )
    tallest = max(column_heights, default=0.0)
    boxes = {}
    x = _MARGIN
    for column, height in zip(columns, column_heights, strict=True):
        y = _MARGIN + (tallest - height) / 2
        widest = 0.0
        for name in column:
            boxes[name] = Box(x, y, _BOX_WIDTH, heights.get(name, _WAYPOINT_HEIGHT))
            y += boxes[name].height + _BOX_GAP
            widest = max(widest, _names_width(beside.get(name, ())))
        x += _BOX_WIDTH + widest + _CURVE_WIDTH
    return boxes


def _names_width(names: Iterable[LaneName]) -> float:
    return max((measure(row.name, _ROW) + _NAME_MARGIN for row in names), default=0.0)


# Marks


def _lane_marks(lane: ClassLane, layout: _Layout) -> Iterator[Mark]:
    """The names of a lane, a stroke under each, these joined, and from there a curve to the end."""
    pen = _DASHED if lane.is_derived else _SOLID
    course = layout.courses[lane.edge]
    box = layout.boxes[course[0]]
    names = layout.beside[course[0]]
    top = box.y + (box.height - len(names) * _LINE_HEIGHT) / 2
    left = box.x + box.width
    right = left + _names_width(names)
    places = [place for place, beside in enumerate(names) if beside.lane == lane]
    # the curve begins at the stroke in the middle
    level = top + (places[len(places) // 2] + 1) * _LINE_HEIGHT
    for place in places:
        yield Label(left + 9, top + place * _LINE_HEIGHT + 12, names[place].name, _ROW)
    for place in places:
        y = top + (place + 1) * _LINE_HEIGHT
        yield Line(((left, y), (right, y)), pen)
        if y != level:
            yield Line(((right, y), (right, level)), pen)
    points = [(right, level), *_points_on_way(course, layout)]
    yield Line(_smooth(points), pen, curved=True)
    if lane.edge in layout.turned:
        yield Line.arrow((left, level), math.pi, pen.colour)
    else:
        yield Line.arrow(points[-1], 0.0, pen.colour)


def _points_on_way(course: EdgePath, layout: _Layout) -> Iterator[tuple[float, float]]:
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


def _box_marks(box: Box, text: _BoxText, *, is_any: bool) -> Iterator[Mark]:
    fill = frame.SHADE if is_any else frame.PAPER
    pen = Pen(frame.GREY, 1.0, (3.0, 3.0)) if is_any else Pen(frame.INK, 1.2)
    yield Box(box.x, box.y, box.width, box.height, fill, pen)
    x = box.x + _PADDING
    y = box.y + _PADDING + 12
    room = box.width - 2 * _PADDING
    for place, line in enumerate(text.title_lines):
        yield Label(x, y + place * _LINE_HEIGHT, line, _TITLE)
    y += (len(text.title_lines) - 1) * _LINE_HEIGHT
    if text.subtitle:
        yield Label(x, y + _LINE_HEIGHT, shorten(text.subtitle, room, _NAME), _NAME)
    if text.rows:
        rule = y + _LINE_HEIGHT + 6
        yield Line(((box.x, rule), (box.x + box.width, rule)), Pen(frame.RULE))
    for place, row in enumerate(text.rows, start=2):
        yield Label(x, y + 4 + place * _LINE_HEIGHT, shorten(row, room, _ROW), _ROW)
