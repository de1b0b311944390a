"""The documentation of the ontology: as a page of the site, as files of their own, and as a diagram of the classes.

The diagram has a box for each class, a line for the properties between two. Boxes stand in columns
so that lines run from left to right and cross little, after Sugiyama, K., Tagawa, S. & Toda, M.
(1981), Methods for visual understanding of hierarchical system structures: cycles are broken,
columns are longest paths, long lines pass through waypoints, and columns are ordered by
barycentres. Nothing is random, so that the same ontology gives the same drawing.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

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
from pan2kg.i18n.catalogue import Language, Messages, format_of, numeral
from pan2kg.project import Project, read_text
from pan2kg.site.ontology import ANY, TERM_KINDS, Ontology, Row, anchor, pick, read_ontology
from pan2kg.site.page import SVG, File, Markup, PageContext, View, piece
from pan2kg.store.store import Store
from pan2kg.templates import escape, markup, render
from pan2kg.turtle import vocabulary, writer

PAGE: Final = "ontology.html"
DOCUMENTED: Final = tuple(Messages("release").text("ontology").by_language())
_ONTOLOGY: Final = Messages("ontology")
_CONCEPTS: Final = (vocabulary.SKOS + "Concept", vocabulary.SKOS + "ConceptScheme")
_SWEEPS: Final = 12
_TITLE: Final = Font(12.5, bold=True)
_NAME: Final = Font(10.5, colour=frame.GREY)
_ROW: Final = Font(10.5)
_LINE = 15.0
_WIDTH = 192.0
_GAP = 22.0
_CURVE = 64.0
_PAD = 9.0
_MARGIN = 16.0
_WAYPOINT: Final = 6.0
_SOLID: Final = Pen("#5a6b7b", 1.2)
_DASHED: Final = Pen("#5a6b7b", 1.2, (5.0, 3.0))

Edge = tuple[str, str]
Lane = tuple[str, str, bool]
"""The line of some properties: from which class to which, and whether rules alone state them."""


class OntologyWords:
    def __init__(
        self, language: Language, prefixes: Mapping[str, str], anchored: Iterable[str] = ()
    ) -> None:
        self.language = language
        self.prefixes = prefixes
        self.anchored = frozenset(anchored)
        # a page has each term some ten times
        self._links: dict[str, Markup] = {}

    def w(self, group: str, key: str, **values: object) -> str:
        return _ONTOLOGY.say(f"{group}.{key}", self.language, **values)

    def text(self, texts: Mapping[str, str]) -> Markup:
        words, language = pick(texts, self.language)
        return piece("spoken")(words, "" if language == self.language else language)

    def short(self, iri: str) -> str:
        return writer.iri(iri, self.prefixes)

    def link(self, iri: str) -> Markup:
        if iri == ANY:
            return markup(escape(self.w("diagram", "any")))
        if iri not in self._links:
            outside = iri if iri.startswith(("http://", "https://")) else ""
            self._links[iri] = piece("term")(
                f"#{anchor(iri)}" if iri in self.anchored else outside, self.short(iri)
            )
        return self._links[iri]

    def links(self, iris: Iterable[str]) -> Markup:
        return markup(", ".join(str(self.link(iri)) for iri in iris))

    def tallies(self, tallies: Iterable[tuple[str, int]]) -> Markup:
        return markup(
            ", ".join(
                f"{self.link(iri)} ({numeral(number, self.language)})" for iri, number in tallies
            )
        )


def ontology_values(ontology: Ontology, language: Language) -> dict[str, object]:
    terms = {term.iri: term for term in ontology.terms}
    tops = ontology.tops()
    anchored = [*terms, *(rule["iri"] for rule in ontology.constraints)]
    for scheme in ontology.schemes:
        anchored += [scheme["iri"], *(concept["iri"] for concept in scheme["concepts"])]
    wording = OntologyWords(language, ontology.prefixes, anchored)
    return {
        "title": _ONTOLOGY.say("page.ontology", language),
        "language": language,
        "wording": wording,
        "w": wording.w,
        "ontology": ontology,
        "anchor": anchor,
        "heading_keys": [
            key for key in _ONTOLOGY.keys("heading.") if key in ontology.heading["facts"]
        ],
        "sections": [(kind, ontology.of_kind(kind)) for kind in TERM_KINDS],
        # how many instances the classes below each have
        "below": {
            iri: sum(terms[below].number for below, top in tops.items() if top == iri != below)
            for iri in terms
        },
        "diagram": markup(draw_ontology(ontology, language).svg()),
        "relations": ontology.relations(),
        "said": [rule for rule in ontology.constraints if rule["messages"]],
        "silent": [rule for rule in ontology.constraints if not rule["messages"]],
    }


def documentation(project: Project, store: Store) -> Mapping[str, bytes]:
    # where a release has no pages, these stand where its pages would tell the ontology
    ontology = read_ontology(project, store)
    files = {"ontology/ontology.css": read_text(Path(__file__).with_name("ontology.css")).encode()}
    for language in DOCUMENTED:
        languages = [(tag, format_of("name", tag)) for tag in DOCUMENTED if tag != language]
        values = {**ontology_values(ontology, language), "others": languages}
        files[f"{language}/{PAGE}"] = render("ontology-alone.html", values).encode()
        files[f"{language}/classes.svg"] = draw_ontology(ontology, language, PAGE).svg().encode()
    return files


def layers(
    names: Iterable[str], edges: Iterable[Edge]
) -> tuple[list[list[str]], dict[Edge, Row], set[Edge]]:
    """Names in columns so that edges lead to the right, the course of each edge, and those turned round.

    An edge over several columns has a waypoint in each between, called « start>end@column ». Cycles
    are broken by turning the edges that lead back, as Sugiyama, Tagawa and Toda (1981) do.

    >>> layers("ab", [("a", "b"), ("b", "a")])
    ([['a'], ['b']], {('a', 'b'): ('a', 'b'), ('b', 'a'): ('a', 'b')}, {('b', 'a')})
    """
    nodes = sorted(names)
    lines = sorted({edge for edge in edges if edge[0] != edge[1]})
    turned = _leading_back(nodes, lines)
    ahead: dict[Edge, Edge] = {}
    for start, end in lines:
        ahead[start, end] = (end, start) if (start, end) in turned else (start, end)
    forward = sorted(set(ahead.values()))
    depth = _depths(nodes, forward)
    columns: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for name in nodes:
        columns[depth[name]].append(name)
    courses: dict[Edge, Row] = {}
    steps: list[Edge] = []
    for start, end in forward:
        course = [start]
        for column in range(depth[start] + 1, depth[end]):
            waypoint = f"{start}>{end}@{column}"
            columns[column].append(waypoint)
            course.append(waypoint)
        course.append(end)
        courses[start, end] = tuple(course)
        steps += pairwise(course)
    _order(columns, steps)
    return columns, {edge: courses[ahead[edge]] for edge in lines}, turned


def _leading_back(nodes: Iterable[str], lines: Sequence[Edge]) -> set[Edge]:
    # the lines by which a walk comes back to what it is still on; walks begin at what nothing
    # leads to
    after = defaultdict[str, list[str]](list)
    for start, end in lines:
        after[start].append(end)
    is_done: dict[str, bool] = {}
    back: set[Edge] = set()

    def walk(name: str) -> None:
        is_done[name] = False
        for end in after[name]:
            if end not in is_done:
                walk(end)
            elif not is_done[end]:
                back.add((name, end))
        is_done[name] = True

    ends = {end for _, end in lines}
    for name in sorted(nodes, key=lambda name: (name in ends, name)):
        if name not in is_done:
            walk(name)
    return back


def _depths(nodes: Sequence[str], forward: Sequence[Edge]) -> dict[str, int]:
    # each name one column behind the last that leads to it
    depth = dict.fromkeys(nodes, 0)
    for _ in nodes:
        for start, end in forward:
            depth[end] = max(depth[end], depth[start] + 1)
    # what no line leads to stands right before what it leads to
    after = defaultdict[str, list[str]](list)
    for start, end in forward:
        after[start].append(end)
    ends = {end for _, end in forward}
    for name in after:
        if name not in ends:
            depth[name] = min(depth[end] for end in after[name]) - 1
    return depth


def _order(columns: list[list[str]], steps: Sequence[Edge]) -> None:
    before = defaultdict[str, list[str]](list)
    after = defaultdict[str, list[str]](list)
    for start, end in steps:
        after[start].append(end)
        before[end].append(start)
    for column in columns:
        column.sort()
    for sweep in range(_SWEEPS):
        is_back, near = (True, after) if sweep % 2 == 1 else (False, before)
        for at in range(len(columns) - 2, -1, -1) if is_back else range(1, len(columns)):
            column = columns[at]
            beside = columns[at + 1 if is_back else at - 1]
            share = {name: (place + 0.5) / len(beside) for place, name in enumerate(beside)}
            middle: dict[str, tuple[float, str]] = {}
            for place, name in enumerate(column):
                places = [
                    share[neighbour] for neighbour in near.get(name, ()) if neighbour in share
                ]
                middle[name] = (
                    sum(places) / len(places) if places else (place + 0.5) / len(column),
                    name,
                )
            column.sort(key=middle.__getitem__)


def draw_ontology(ontology: Ontology, language: Language, address: str = "") -> Drawing:
    """The classes of the ontology and what joins them; ``address`` is that of the page of the terms."""
    terms = {term.iri: term for term in ontology.terms}
    tops = ontology.tops()
    lanes, rows = _lanes_and_rows(ontology, language)
    names = {*tops.values()}
    for start, end, _ in lanes:
        names |= {start, end}
    columns, courses, turned = layers(names, [lane[:2] for lane in lanes])
    beside = _names_beside(lanes, columns, courses)
    titles = {iri: pick(terms[iri].labels, language)[0] for iri in tops}
    titles[ANY] = _ONTOLOGY.say("diagram.any", language)
    lines = {name: wrap(titles[name], _WIDTH - 2 * _PAD, _TITLE, 2) for name in sorted(names)}
    heights = {}
    for name, title_lines in lines.items():
        inside = 1 + len(title_lines) + len(rows.get(name, ()))
        lanes_beside = len(beside.get(name, ()))
        heights[name] = 2 * _PAD + max(2 + inside * _LINE, lanes_beside * _LINE)
    boxes, tallest = _boxes(columns, heights, beside)

    marks: list[Mark] = []
    for lane in lanes:
        marks += _line(lane, courses, boxes, beside, is_turned=lane[:2] in turned)
    for name, title_lines in lines.items():
        subtitle = ""
        if name in tops:
            subtitle = f"pan:{anchor(name)}"
            if terms[name].number:
                subtitle += f" · {numeral(terms[name].number, language)}"
        leads = f"{address}#{anchor(name)}" if name.startswith(vocabulary.PAN) else ""
        box_marks = _box(boxes[name], title_lines, subtitle, rows.get(name, ()), is_any=name == ANY)
        marks.append(Group(tuple(box_marks), title=titles[name], address=leads))
    right = max((box.x + box.width for box in boxes.values()), default=0.0)
    return Drawing(
        right + _MARGIN,
        tallest + 2 * _MARGIN,
        _ONTOLOGY.say("diagram.title", language),
        _ONTOLOGY.say("diagram.description", language),
        language,
        tuple(marks),
    )


def _lanes_and_rows(
    ontology: Ontology, language: Language
) -> tuple[Mapping[Lane, list[str]], Mapping[str, list[str]]]:
    # properties that join two classes, lane by lane; what stands inside a box: classes below, and
    # properties that lead to a concept (→) or back (↺)
    labels = {term.iri: term.labels for term in ontology.terms}
    lanes = defaultdict[Lane, list[str]](list)
    rows = defaultdict[str, list[str]](list)
    for iri, top in sorted(ontology.tops().items()):
        if iri != top:
            rows[top].append(f"▸ {pick(labels[iri], language)[0]}")
    for start, name, end, is_derived in ontology.relations():
        if start in _CONCEPTS:
            continue  # what is said of any concept joins no two classes of ours
        if end in _CONCEPTS:
            rows[start].append(f"→ {anchor(name)}")
        elif start == end:
            rows[start].append(f"↺ {anchor(name)}")
        else:
            lanes[start, end, is_derived].append(anchor(name))
    return lanes, rows


def _names_beside(
    lanes: Mapping[Lane, Sequence[str]],
    columns: Iterable[Sequence[str]],
    courses: Mapping[Edge, Row],
) -> Mapping[str, list[tuple[Lane, str]]]:
    # beside each box on the right the names of its lanes, in the order of what these lead to
    order: dict[str, int] = {}
    for column in columns:
        order.update({name: place for place, name in enumerate(column)})
    beside: dict[str, list[tuple[Lane, str]]] = defaultdict(list)
    for lane in sorted(lanes, key=lambda lane: (order[courses[lane[:2]][1]], lane[:2])):
        start = courses[lane[:2]][0]
        beside[start] += [(lane, word) for word in lanes[lane]]
    return beside


def _boxes(
    columns: Sequence[Sequence[str]],
    heights: Mapping[str, float],
    beside: Mapping[str, Sequence[tuple[Lane, str]]],
) -> tuple[dict[str, Box], float]:
    # where each name stands, columns centred beside each other, and how high the tallest is
    column_heights = []
    for column in columns:
        column_heights.append(sum(heights.get(name, _WAYPOINT) + _GAP for name in column) - _GAP)
    tallest = max(column_heights, default=0.0)
    boxes: dict[str, Box] = {}
    x = _MARGIN
    for column, high in zip(columns, column_heights, strict=True):
        y = _MARGIN + (tallest - high) / 2
        widest = 0.0
        for name in column:
            boxes[name] = Box(x, y, _WIDTH, heights.get(name, _WAYPOINT))
            y += boxes[name].height + _GAP
            for _, word in beside.get(name, ()):
                widest = max(widest, measure(word, _ROW) + 14)
        x += _WIDTH + widest + _CURVE
    return boxes, tallest


def _line(
    lane: Lane,
    courses: Mapping[Edge, tuple[str, ...]],
    boxes: Mapping[str, Box],
    names: Mapping[str, Sequence[tuple[Lane, str]]],
    *,
    is_turned: bool,
) -> list[Mark]:
    course = courses[lane[:2]]
    pen = _DASHED if lane[2] else _SOLID
    start = boxes[course[0]]
    end = boxes[course[-1]]
    beside = names[course[0]]
    top = start.y + (start.height - len(beside) * _LINE) / 2
    edge = start.x + start.width
    rows = [at for at, (lane_beside, _) in enumerate(beside) if lane_beside == lane]
    out = edge + max(measure(word, _ROW) for _, word in beside) + 14
    level = top + (rows[len(rows) // 2] + 1) * _LINE
    marks: list[Mark] = [Label(edge + 9, top + at * _LINE + 12, beside[at][1], _ROW) for at in rows]
    for y in (top + (at + 1) * _LINE for at in rows):
        marks.append(Line(((edge, y), (out, y)), pen))
        if y != level:
            marks.append(Line(((out, y), (out, level)), pen))
    points = [(out, level)]
    for name in course[1:-1]:
        points += [
            (boxes[name].x, boxes[name].y + 3),
            (boxes[name].x + boxes[name].width, boxes[name].y + 3),
        ]
    # lines enter a box one below the other, in the order in which they come
    arriving = {other[-2:] for other in courses.values() if other[-1] == course[-1]}
    ordered = sorted(arriving, key=lambda pair: (boxes[pair[0]].y, pair[0]))
    points.append(
        (end.x, end.y + end.height * (ordered.index(course[-2:]) + 1) / (len(ordered) + 1))
    )
    smooth = [points[0]]
    for (x, y), (to_x, to_y) in pairwise(points):
        half = (to_x - x) / 2
        smooth += [(x + half, y), (to_x - half, to_y), (to_x, to_y)]
    marks.append(Line(tuple(smooth), pen, curved=True))
    tip, angle = ((edge, level), math.pi) if is_turned else (points[-1], 0.0)
    marks.append(Line.arrow(tip, angle, pen.colour))
    return marks


def _box(
    box: Box, lines: Sequence[str], name: str, rows: Sequence[str], *, is_any: bool
) -> list[Mark]:
    fill, pen = (
        (frame.SHADE, Pen(frame.GREY, 1.0, (3.0, 3.0)))
        if is_any
        else (frame.PAPER, Pen(frame.INK, 1.2))
    )
    x = box.x + _PAD
    y = box.y + _PAD + 12
    room = box.width - 2 * _PAD
    marks: list[Mark] = [Box(box.x, box.y, box.width, box.height, fill, pen)]
    marks += [Label(x, y + at * _LINE, line, _TITLE) for at, line in enumerate(lines)]
    y += (len(lines) - 1) * _LINE
    if name:
        marks.append(Label(x, y + _LINE, shorten(name, room, _NAME), _NAME))
    if rows:
        marks.append(
            Line(((box.x, y + _LINE + 6), (box.x + box.width, y + _LINE + 6)), Pen(frame.RULE))
        )
    return marks + [
        Label(x, y + 4 + (2 + at) * _LINE, shorten(row, room, _ROW), _ROW)
        for at, row in enumerate(rows)
    ]


def _ontology(context: PageContext) -> Ontology:
    graph = context.graph
    read = read_ontology
    return context.site_context.once("ontology", lambda: read(graph.project, graph.store))


PAGES: Final = (
    View(
        "ontology",
        lambda page: ontology_values(_ontology(page), page.request.language),
        section="data",
        below=1,
    ),
)
FILES: Final = (
    File(
        "classes",
        "svg",
        SVG,
        lambda page: draw_ontology(_ontology(page), page.request.language, PAGE).svg(),
    ),
)
