"""The diagram of the ontology: a box for each class, a line for the properties between two.

Boxes stand in columns so that lines run from left to right and cross little, after Sugiyama, K., Tagawa, S. & Toda,
M. (1981), Methods for visual understanding of hierarchical system structures: cycles are broken, columns are longest
paths, long lines pass through waypoints, and columns are ordered by barycentres. Nothing is random, so that the same
ontology gives the same drawing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from pan2kg.charts.drawing import Box, Drawing, Font, Group, Label, Line, Mark, Pen, measure, shorten, wrap
from pan2kg.charts.frame import GREY, INK, PAPER, RULE, SHADE
from pan2kg.i18n.catalogue import Language, Messages, grouped
from pan2kg.site.ontology import ANY, Ontology, Relation, TermKind, anchor, pick, relations, top_classes
from pan2kg.turtle.vocabulary import PAN

_ONTOLOGY: Final = Messages("ontology")

Edge = tuple[str, str]

_SWEEPS: Final = 12


@dataclass(frozen=True, slots=True)
class Layers:
    """Names in columns from left to right, and for each line the names it passes; turned lines run backwards.

    A waypoint is a name of its own, ``start>end@column``.
    """

    columns: tuple[tuple[str, ...], ...]
    ways: Mapping[Edge, tuple[str, ...]]
    turned: frozenset[Edge]


def layers(names: Iterable[str], edges: Iterable[Edge]) -> Layers:
    """Put names joined by lines into columns.

    >>> found = layers("abc", [("a", "b"), ("b", "c"), ("a", "c"), ("c", "a")])
    >>> found.columns
    (('a',), ('a>c@1', 'b'), ('c',))
    >>> found.turned
    frozenset({('c', 'a')})
    """
    nodes = sorted(names)
    lines = sorted({edge for edge in edges if edge[0] != edge[1]})
    turned = _back_edges(nodes, lines)
    forward = sorted({_turn(edge, turned) for edge in lines})
    depth = _depths(nodes, forward)
    ways = {edge: _way(edge, depth) for edge in forward}
    columns: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for name in nodes:
        columns[depth[name]].append(name)
    for edge, course in ways.items():
        for at, waypoint in enumerate(course[1:-1], start=depth[edge[0]] + 1):
            columns[at].append(waypoint)
    steps = [pair for course in ways.values() for pair in pairwise(course)]
    _order(columns, steps)
    return Layers(tuple(map(tuple, columns)), {edge: ways[_turn(edge, turned)] for edge in lines}, turned)


def _turn(edge: Edge, turned: frozenset[Edge]) -> Edge:
    return (edge[1], edge[0]) if edge in turned else edge


def _back_edges(nodes: Sequence[str], edges: Sequence[Edge]) -> frozenset[Edge]:
    after: dict[str, list[str]] = {name: [] for name in nodes}
    for start, end in edges:
        after[start].append(end)
    ends = {end for _, end in edges}
    state: dict[str, int] = {}
    back: set[Edge] = set()

    def walk(name: str) -> None:
        state[name] = 1
        for end in after[name]:
            if state.get(end) == 1:
                back.add((name, end))
            elif end not in state:
                walk(end)
        state[name] = 2

    for name in sorted(nodes, key=lambda name: (name in ends, name)):
        if name not in state:
            walk(name)
    return frozenset(back)


def _depths(nodes: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    depth = dict.fromkeys(nodes, 0)
    for _ in nodes:
        for start, end in edges:
            depth[end] = max(depth[end], depth[start] + 1)
    for _ in nodes:
        for name in nodes:
            following = [depth[end] for start, end in edges if start == name]
            if following and not any(end == name for _, end in edges):
                depth[name] = min(following) - 1
    return depth


def _way(edge: Edge, depth: Mapping[str, int]) -> tuple[str, ...]:
    start, end = edge
    between = range(depth[start] + 1, depth[end])
    return (start, *(f"{start}>{end}@{at}" for at in between), end)


def _order(columns: list[list[str]], steps: Sequence[Edge]) -> None:
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for start, end in steps:
        after.setdefault(start, []).append(end)
        before.setdefault(end, []).append(start)
    for column in columns:
        column.sort()
    for sweep in range(_SWEEPS):
        order = range(1, len(columns)) if sweep % 2 == 0 else range(len(columns) - 2, -1, -1)
        for at in order:
            beside, near = (columns[at - 1], before) if sweep % 2 == 0 else (columns[at + 1], after)
            _sort(columns[at], beside, near)


def _sort(column: list[str], beside: Sequence[str], near: Mapping[str, list[str]]) -> None:
    share = {name: (place + 0.5) / len(beside) for place, name in enumerate(beside)}
    own_place = {name: (place + 0.5) / len(column) for place, name in enumerate(column)}

    def middle(name: str) -> tuple[float, str]:
        places = [share[neighbour] for neighbour in near.get(name, ()) if neighbour in share]
        return (sum(places) / len(places) if places else own_place[name]), name

    column.sort(key=middle)


_TITLE: Final = Font(12.5, bold=True)
_NAME: Final = Font(10.5, colour=GREY)
_ROW: Final = Font(10.5)
_LINE: Final = 15.0
_WIDTH: Final = 192.0
_GAP: Final = 22.0
_CURVE: Final = 64.0
_PAD: Final = 9.0
_MARGIN: Final = 16.0
_SOLID: Final = Pen("#5a6b7b", 1.2)
_DASHED: Final = Pen("#5a6b7b", 1.2, (5.0, 3.0))


@dataclass(frozen=True, slots=True)
class ClassBox:
    iri: str
    title: str
    rows: tuple[str, ...]
    exits: int
    name: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        return wrap(self.title, _WIDTH - 2 * _PAD, _TITLE, 2)

    @property
    def height(self) -> float:
        return max(2 * _PAD + 2 + (1 + len(self.lines) + len(self.rows)) * _LINE, 2 * _PAD + self.exits * _LINE)


@dataclass(frozen=True, slots=True)
class DiagramLane:
    edge: Edge
    names: tuple[str, ...]
    derived: bool


def draw_ontology(ontology: Ontology, language: Language, address: str = "") -> Drawing:
    """Draw classes and the object properties between them; each box leads to its class below ``address``.

    The number beside the name of a class counts its instances, as stated or derived, those of its subclasses apart.
    Properties whose values are concepts stand in the box of their class, as do those that lead back to it.
    """
    joined = relations(ontology)
    lanes = _lanes(joined)
    names = sorted({*top_classes(ontology).values(), *(end for lane in lanes for end in lane.edge)})
    placed = layers(names, [lane.edge for lane in lanes])
    sides = _sides(lanes, placed)
    rows, titles = _rows(ontology, joined, language), _titles(ontology, language)
    called = _names(ontology, language)
    cells = {
        name: ClassBox(name, titles[name], tuple(rows.get(name, ())), len(sides.get(name, ())), called.get(name, ""))
        for name in names
    }
    spots, width, height = _spots(placed, cells, sides)
    marks: list[Mark] = []
    for lane in lanes:
        marks += _run(lane, placed, spots, sides)
    marks += [_drawn(cells[name], spots[name], address) for name in names]
    title, description = _ONTOLOGY.say("diagram.title", language), _ONTOLOGY.say("diagram.description", language)
    return Drawing(width, height, title, description, language, tuple(marks))


def _lanes(joined: Iterable[Relation]) -> list[DiagramLane]:
    found: dict[tuple[str, str, bool], list[str]] = {}
    for relation in joined:
        if not relation.to_concept and relation.start != relation.end:
            found.setdefault((relation.start, relation.end, relation.derived), []).append(relation.term)
    return [
        DiagramLane((start, end), tuple(map(anchor, terms)), derived) for (start, end, derived), terms in found.items()
    ]


Sides = Mapping[str, Sequence[tuple[DiagramLane, str]]]
"""For each box the names beside it on the right, in order: a lane and one of its names."""


def _sides(lanes: Iterable[DiagramLane], placed: Layers) -> Sides:
    order = {name: at for column in placed.columns for at, name in enumerate(column)}
    lanes_of: dict[str, list[tuple[int, DiagramLane]]] = {}
    for lane in lanes:
        course = placed.ways[lane.edge]
        lanes_of.setdefault(course[0], []).append((order[course[1]], lane))
    return {
        name: [(lane, word) for _, lane in sorted(pairs, key=_place) for word in lane.names]
        for name, pairs in lanes_of.items()
    }


def _place(pair: tuple[int, DiagramLane]) -> tuple[int, Edge]:
    return pair[0], pair[1].edge


def _rows(ontology: Ontology, joined: Iterable[Relation], language: Language) -> Mapping[str, Sequence[str]]:
    rows: dict[str, list[str]] = {}
    terms = ontology.by_iri()
    for iri, top in sorted(top_classes(ontology).items()):
        if iri != top:
            rows.setdefault(top, []).append(f"▸ {pick(terms[iri].labels, language).words}")
    for relation in joined:
        if relation.to_concept or relation.start == relation.end:
            sign = "→" if relation.to_concept else "↺"
            rows.setdefault(relation.start, []).append(f"{sign} {anchor(relation.term)}")
    return rows


def _titles(ontology: Ontology, language: Language) -> Mapping[str, str]:
    titles = {term.iri: pick(term.labels, language).words for term in ontology.of_kind(TermKind.CLASS)}
    return {**titles, ANY: _ONTOLOGY.say("diagram.any", language)}


def _names(ontology: Ontology, language: Language) -> Mapping[str, str]:
    terms = ontology.of_kind(TermKind.CLASS)
    counted = {term.iri: f" · {grouped(term.use.number, language)}" if term.use.number else "" for term in terms}
    return {iri: f"pan:{anchor(iri)}{number}" for iri, number in counted.items()}


def _spots(placed: Layers, cells: Mapping[str, ClassBox], sides: Sides) -> tuple[dict[str, Box], float, float]:
    heights = [sum(_height(name, cells) + _GAP for name in column) - _GAP for column in placed.columns]
    tallest, x = max(heights, default=0.0), _MARGIN
    boxes: dict[str, Box] = {}
    for column, high in zip(placed.columns, heights, strict=True):
        words = [word for name in column for _, word in sides.get(name, ())]
        y = _MARGIN + (tallest - high) / 2
        for name in column:
            boxes[name] = Box(x, y, _WIDTH, _height(name, cells))
            y += boxes[name].height + _GAP
        x += _WIDTH + max((measure(word, _ROW) + 14 for word in words), default=0.0) + _CURVE
    right_edge = max((box.x + box.width for box in boxes.values()), default=0.0)
    return boxes, right_edge + _MARGIN, tallest + 2 * _MARGIN


def _height(name: str, cells: Mapping[str, ClassBox]) -> float:
    return cells[name].height if name in cells else 6.0


def _run(lane: DiagramLane, placed: Layers, spots: Mapping[str, Box], sides: Sides) -> list[Mark]:
    course, pen = placed.ways[lane.edge], _DASHED if lane.derived else _SOLID
    start, end = spots[course[0]], spots[course[-1]]
    beside = sides[course[0]]
    top = start.y + (start.height - len(beside) * _LINE) / 2
    rows = [at for at, (beside_lane, _) in enumerate(beside) if beside_lane is lane]
    edge = start.x + start.width
    out = edge + max(measure(word, _ROW) for _, word in beside) + 14
    level = top + (rows[len(rows) // 2] + 1) * _LINE
    marks: list[Mark] = [Label(edge + 9, top + at * _LINE + 12, beside[at][1], _ROW) for at in rows]
    for y in (top + (at + 1) * _LINE for at in rows):
        marks.append(Line(((edge, y), (out, y)), pen))
        if y != level:
            marks.append(Line(((out, y), (out, level)), pen))
    points = [(out, level)]
    for name in course[1:-1]:
        box = spots[name]
        points += [(box.x, box.y + 3), (box.x + box.width, box.y + 3)]
    points.append((end.x, _entry(lane, placed, spots)))
    marks.append(Line(_smooth(points), pen, curved=True))
    turned = lane.edge in placed.turned
    tip, angle = ((edge, level), math.pi) if turned else (points[-1], 0.0)
    marks.append(Line.arrow(tip, angle, pen.colour))
    return marks


def _entry(lane: DiagramLane, placed: Layers, spots: Mapping[str, Box]) -> float:
    end = placed.ways[lane.edge][-1]
    arriving = {course[-2:] for course in placed.ways.values() if course[-1] == end}
    ordered = sorted(arriving, key=lambda pair: (spots[pair[0]].y, pair[0]))
    box = spots[end]
    at = ordered.index(placed.ways[lane.edge][-2:])
    return box.y + box.height * (at + 1) / (len(ordered) + 1)


def _smooth(points: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    course = [points[0]]
    for (x, y), (to_x, to_y) in pairwise(points):
        half = (to_x - x) / 2
        course += [(x + half, y), (to_x - half, to_y), (to_x, to_y)]
    return tuple(course)


def _drawn(cell: ClassBox, box: Box, address: str) -> Group:
    fill, pen = (SHADE, Pen(GREY, 1.0, (3.0, 3.0))) if cell.iri == ANY else (PAPER, Pen(INK, 1.2))
    marks: list[Mark] = [Box(box.x, box.y, box.width, box.height, fill, pen)]
    x, y, room = box.x + _PAD, box.y + _PAD + 12, box.width - 2 * _PAD
    marks += [Label(x, y + at * _LINE, line, _TITLE) for at, line in enumerate(cell.lines)]
    y += (len(cell.lines) - 1) * _LINE
    if cell.name:
        marks.append(Label(x, y + _LINE, shorten(cell.name, room, _NAME), _NAME))
    if cell.rows:
        line = y + _LINE + 6
        marks.append(Line(((box.x, line), (box.x + box.width, line)), Pen(RULE)))
    for at, row in enumerate(cell.rows):
        marks.append(Label(x, y + 4 + (2 + at) * _LINE, shorten(row, room, _ROW), _ROW))
    leads = f"{address}#{anchor(cell.iri)}" if cell.iri.startswith(PAN) else ""
    return Group(tuple(marks), title=cell.title, address=leads)
