"""Interaction scores as they are entered in a matrix and written to the graph.

A score is never overwritten: a later one is a link of its own that replaces the earlier, and only the last counts. So
it stays visible who judged what, and when.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pan2kg.graph.graph import Graph
from pan2kg.i18n.catalogue import Messages
from pan2kg.review.decision import plan_file, plan_of
from pan2kg.review.entry import TONGUES, Form, Outcome, RefusedError, read_choice, read_text
from pan2kg.review.files import REPLACES, Filed, ProjectFiles, alone, append, write
from pan2kg.scores.matrix import ScoredLink
from pan2kg.scores.scale import SCALE, Scale, plain, whole
from pan2kg.store.queries import program_query
from pan2kg.tables.scores import document_block, file_block, passage_block, scale_statement, score_block
from pan2kg.turtle.vocabulary import graph_of, key, link_iri
from pan2kg.turtle.writer import Block, TurtleLine, iri, read_prefixes, string

if TYPE_CHECKING:
    from pan2kg.project import Project


FILE: Final = "scores.ttl"
MOST: Final = 15
"""How many actions a matrix may have."""
STEPS: Final = 21
"""Up to how many scores are offered in a list; on a scale of more, of decimals or without bounds they are typed."""

_SCALE: Final = re.compile(r"[a-z0-9][a-z0-9.-]*")
_SCORE: Final = re.compile(r"-?\d{1,9}(?:\.\d{1,6})?")
_DATA: Final = Messages("data")

Cell = tuple[str, str]
"""What acts, and on what, by IRI."""


@dataclass(frozen=True, slots=True)
class Assessment:
    cells: Mapping[Cell, float]
    assessor: str
    scale: Scale
    rationale: str
    language: str
    reviewer: str
    day: date


def cell_name(one: str, two: str) -> str:
    return f"score:{key(one)}:{key(two)}"


def bodies(graph: Graph) -> list[str]:
    return [row[0] for row in graph.read(program_query("tables/bodies"))]


def scale_named(graph: Graph, name: str) -> Scale:
    return next((scale for scale in graph.scales.values() if scale.name == name), Scale(name=name or SCALE))


def steps(scale: Scale) -> tuple[int, ...]:
    """The scores of a scale where they can be offered in a list, from the lowest; none where they must be typed.

    >>> steps(Scale()), steps(Scale(None, None))
    ((-3, -2, -1, 0, 1, 2, 3), ())
    """
    if scale.step != 1 or scale.lowest is None or scale.highest is None or scale.highest - scale.lowest >= STEPS:
        return ()
    return tuple(range(int(scale.lowest), int(scale.highest) + 1))


def known_scores(graph: Graph, assessor: str, scale: str = SCALE) -> dict[Cell, float]:
    matrices = (start for start in graph.scores if (start.assessor, start.scale.name) == (assessor, scale))
    return {(start, end): score for matrix in matrices for start, end, score in matrix.cells()}


def enter(graph: Graph, form: Form, today: date) -> Outcome:
    project = graph.project
    if project is None:
        raise RefusedError("read-only")
    assessment = read_assessment(graph, form, today)
    with alone(project):
        project_files, prefixes = ProjectFiles(project), read_prefixes(project)
        written: dict[Path, str] = {}
        for plan, cells in _by_plan(graph, assessment).items():
            path = plan_file(graph, plan, FILE)
            file = project.name_of(path)
            filed = _Filing(graph, project, project_files, assessment, plan)
            old = project_files.texts.get(file, "")
            written[path] = append(old, [filed.header(path)], list(filed.blocks(cells, prefixes)), prefixes, file)
        write(project, written, prefixes)
    files = tuple(map(project.name_of, written))
    return Outcome("scored", {"files": ", ".join(files)}, files)


def read_assessment(graph: Graph, form: Form, today: date) -> Assessment:
    existing = {key(body): body for body in bodies(graph)}
    assessor = existing[read_choice(form, "assessor", existing)]
    name = read_text(form, "scale", needed=False) or SCALE
    if not _SCALE.fullmatch(name):
        raise RefusedError("unknown", field="scale")
    reviewer, scale = read_text(form, "reviewer"), scale_named(graph, name)
    cells = _cells(graph, form, scale)
    before = known_scores(graph, assessor, name)
    changed = {cell: score for cell, score in cells.items() if before.get(cell) != score}
    if not changed:
        raise RefusedError("unchanged")
    rationale = read_text(form, "rationale")
    language = read_choice(form, "language", TONGUES, default=graph.language)
    return Assessment(changed, assessor, scale, rationale, language, reviewer, today)


def _cells(graph: Graph, form: Form, scale: Scale) -> dict[Cell, float]:
    actions = {key(action): action for action in graph.uses.actions}
    cells: dict[Cell, float] = {}
    for name, assessment in form.items():
        prefix, _, ends = name.partition(":")
        if prefix != "score" or not assessment.strip():
            continue
        start, _, two = ends.partition(":")
        if start == two or not {start, two} <= actions.keys():
            raise RefusedError("unknown", field="actions")
        score = float(assessment) if _SCORE.fullmatch(assessment.strip()) else None
        if score is None or not scale.holds(score) or not scale.has_step(score):
            raise RefusedError("unknown", field="score")
        cells[actions[start], actions[two]] = whole(score)
    if len({end for cell in cells for end in cell}) > MOST:
        raise RefusedError("too-many-actions", most=MOST)
    return cells


def _by_plan(graph: Graph, assessment: Assessment) -> dict[str, list[Cell]]:
    cells: dict[str, list[Cell]] = {}
    for cell in sorted(assessment.cells):
        cells.setdefault(plan_of(graph, cell), []).append(cell)
    return cells


@dataclass(frozen=True, slots=True)
class _Filing:
    graph: Graph
    project: Project
    project_files: ProjectFiles
    assessment: Assessment
    plan: str

    @property
    def _document(self) -> str:
        return f"interaction-{key(self.plan)}-{key(self.assessment.assessor)}"

    @property
    def _passage(self) -> str:
        said = f"{self.assessment.day}|{self.assessment.reviewer}|{self.assessment.rationale}"
        return f"{self._document}-{sha256(said.encode()).hexdigest()[:16]}"

    def header(self, path: Path) -> Block:
        label = _DATA.text("scored", name=key(self.plan))
        return file_block(self.project.graph_iri(path), label, [f"document:{self._document}"])

    def blocks(self, cells: list[Cell], prefixes: Mapping[str, str]) -> Iterator[Block]:
        if not self._stands(f"document:{self._document}"):
            plan, body = key(self.plan), self.assessment.assessor
            assessor = (self.graph.label(body), iri(body, prefixes))
            address = graph_of(f"plans/{plan}/{FILE}", self.project.space)
            yield document_block(f"document:{self._document}", assessor, address, of=plan)
        if not self._stands(f"passage:{self._passage}"):
            assessment = self.assessment
            yield passage_block(
                f"passage:{self._passage}", f"document:{self._document}", assessment.rationale, assessment.language
            )
        for cell in cells:
            yield self._link(cell, prefixes)

    def _stands(self, subject: str) -> bool:
        return any(f"\n{subject} a " in content for content in self.project_files.texts.values())

    def _link(self, cell: Cell, prefixes: Mapping[str, str]) -> Block:
        assessment = self.assessment
        made, before = self._place(cell)
        scale = assessment.scale.name
        link = ScoredLink(made, *cell, assessment.cells[cell], scale, assessment.assessor, assessment.rationale)
        review = (
            TurtleLine("pan:reviewedBy", string(assessment.reviewer)),
            TurtleLine("pan:reviewedOn", f'"{assessment.day.isoformat()}"^^xsd:date'),
            *([TurtleLine("dcterms:replaces", iri(before, prefixes))] if before else ()),
        )
        names = (f"document:{self._document}", f"passage:{self._passage}")
        is_declared = scale in {start.name for start in self.graph.scales.values()}
        on = scale_statement(scale, prefixes, is_declared=is_declared)
        return score_block(link, names, on, assessment.language, prefixes, review=review)

    def _place(self, cell: Cell) -> tuple[str, str]:
        assessment, earlier = self.assessment, self._earlier(cell)
        replaced = {value for link in earlier for value in link.values(REPLACES)}
        latest = next((link for link in earlier if link.iri not in replaced), None)
        scale = assessment.scale.name
        existing = known_scores(self.graph, assessment.assessor, scale).get(cell)
        if latest is not None and (existing is None or latest.one("score") != plain(existing)):
            raise RefusedError("scored-meanwhile", file=latest.file)
        number, made = len(earlier), ""
        while not made or self.project_files.mentions(made):
            who = f"{assessment.assessor}|{number + 1}" if number else assessment.assessor
            made = link_iri("interaction", *cell, scale=scale, assessor=who, space=self.project.space)
            number += 1
        return made, latest.iri if latest else ""

    def _earlier(self, cell: Cell) -> list[Filed]:
        assessment = self.assessment
        return [
            link
            for link in self.project_files.links(*cell)
            if (link.one("from"), link.one("to")) == cell
            and (link.type, link.status) == ("interaction", "accepted")
            and link.one("assessor") == assessment.assessor
            and assessment.scale.name in (link.one("scale"), key(link.one("onScale")))
        ]
