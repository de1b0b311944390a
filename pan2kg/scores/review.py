"""Interaction scores as they are entered in a matrix and written to the graph.

A score is never overwritten: a later one is a link of its own that replaces the earlier, and only
the last counts. So it stays visible who judged what, and when.
"""

import re
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import NamedTuple

from pan2kg.graph.graph import Graph
from pan2kg.graph.scores import SCALE, Scale, plain, whole
from pan2kg.i18n import Messages
from pan2kg.review import files as written_files, filing
from pan2kg.review.fields import TONGUES, Form, read_choice, read_field
from pan2kg.review.outcomes import Outcome, RefusedError
from pan2kg.review.standing import REPLACES, Filed, ProjectFiles
from pan2kg.scores.ledger import (
    document_block,
    file_block,
    passage_block,
    scale_statement,
    score_block,
)
from pan2kg.scores.matrix import ScoredLink
from pan2kg.store import program_query
from pan2kg.turtle import TurtleLine, iri, key, link_iri, read_prefixes

PART = "scores"
MOST = 15
"""How many actions a matrix may have."""
STEPS = 21
"""Up to how many scores are offered in a list; of more, of decimals or without bounds they are typed."""

_SCALE = re.compile(r"[a-z0-9][a-z0-9.-]*")
_SCORE = re.compile(r"-?\d{1,9}(?:\.\d{1,6})?")
_DATA = Messages("data")

Cell = tuple[str, str]
"""What acts, and on what, by IRI."""


def cell_name(source: str, target: str) -> str:
    """The name of the field a score is typed into.

    >>> cell_name("http://e/action/a", "http://e/action/b")
    'score:a:b'
    """
    return f"score:{key(source)}:{key(target)}"


def scale_named(graph: Graph, name: str) -> Scale:
    """The scale of a name that the graph declares, else one from −3 to +3 of that name."""
    declared = (scale for scale in graph.scales.values() if scale.name == name)
    return next(declared, Scale(name=name or SCALE))


def steps(scale: Scale) -> tuple[int, ...]:
    """The scores of a scale where they can be offered in a list, from the lowest; none where they must be typed.

    >>> steps(Scale()), steps(Scale(None, None))
    ((-3, -2, -1, 0, 1, 2, 3), ())
    """
    if scale.step != 1 or scale.lowest is None or scale.highest is None:
        return ()
    if scale.highest - scale.lowest >= STEPS:
        return ()
    return tuple(range(int(scale.lowest), int(scale.highest) + 1))


def known_scores(graph: Graph, assessor: str, scale: str = SCALE) -> dict[Cell, float]:
    """The scores an assessor has on a scale, by what acts and on what."""
    known = {}
    for matrix in graph.scores:
        if (matrix.assessor, matrix.scale.name) == (assessor, scale):
            for source, target, score in matrix.cells():
                known[source, target] = score
    return known


class _Entry(NamedTuple):
    """What a form says of all its scores: who judged, on which scale, who typed it, when, and why."""

    assessor: str
    scale: str
    reviewer: str
    today: date
    rationale: str
    language: str


def enter(graph: Graph, form: Form, today: date) -> Outcome:
    """Write the scores of a form that are new or differ, each in the file of the plan of what acts.

    Raises:
        RefusedError: a field is missing or unknown, nothing differs, or somebody scored meanwhile.
    """
    bodies = {key(row[0]): row[0] for row in graph.read(program_query("tables/bodies"))}
    assessor = bodies[read_choice(form, "assessor", bodies)]
    scale = read_field(form, "scale", needed=False) or SCALE
    if not _SCALE.fullmatch(scale):
        raise RefusedError("unknown", field="scale")
    reviewer = read_field(form, "reviewer")
    before = known_scores(graph, assessor, scale)
    entered = _cells(graph, form, scale_named(graph, scale))
    cells = {cell: score for cell, score in entered.items() if before.get(cell) != score}
    if not cells:
        raise RefusedError("unchanged")
    rationale = read_field(form, "rationale")
    language = read_choice(form, "language", TONGUES, default=graph.language)
    entry = _Entry(assessor, scale, reviewer, today, rationale, language)
    by_plan: dict[str, dict[Cell, float]] = {}
    for cell in sorted(cells):
        by_plan.setdefault(filing.plan_of(graph, cell), {})[cell] = cells[cell]
    written = {}
    with written_files.alone(graph.project):
        files = ProjectFiles(graph.project)
        prefixes = read_prefixes(graph.project)
        for plan, of_plan in by_plan.items():
            path = graph.project.plan_file(key(plan), PART)
            written[path] = _file_text(graph, files, entry, path, key(plan), of_plan, before)
        written_files.write(graph.project, written, prefixes)
    names = tuple(map(graph.project.name_of, written))
    return Outcome("scored", {"files": ", ".join(names)}, names)


def _file_text(
    graph: Graph,
    files: ProjectFiles,
    entry: _Entry,
    path: Path,
    plan: str,
    cells: Mapping[Cell, float],
    before: Mapping[Cell, float],
) -> str:
    """The file of a plan with the scores added: their document and reasons where these are new, and the scores."""
    project = graph.project
    prefixes = read_prefixes(project)
    name = project.name_of(path)
    source = f"interaction-{plan}-{key(entry.assessor)}"
    document = f"document:{source}"
    reasons = f"{entry.today}|{entry.reviewer}|{entry.rationale}"
    passage = f"passage:{source}-{sha256(reasons.encode()).hexdigest()[:16]}"
    blocks = []
    if not _stands(files, document):
        body = (graph.label(entry.assessor), iri(entry.assessor, prefixes))
        blocks.append(document_block(document, body, project.graph_iri(path), of=plan))
    if not _stands(files, passage):
        blocks.append(passage_block(passage, document, entry.rationale, entry.language))
    is_declared = any(scale.name == entry.scale for scale in graph.scales.values())
    on_scale = scale_statement(entry.scale, prefixes, is_declared=is_declared)
    for cell, score in cells.items():
        place = _place(files, cell, entry, before.get(cell))
        review = [*filing.signed(entry.reviewer, entry.today)]
        if place.replaced:
            review.append(TurtleLine("dcterms:replaces", iri(place.replaced, prefixes)))
        link = ScoredLink(place.iri, *cell, score, entry.scale, entry.assessor, entry.rationale)
        names = (document, passage)
        blocks.append(score_block(link, names, on_scale, entry.language, prefixes, review=review))
    header = file_block(project.graph_iri(path), _DATA.text("scored", name=plan), [document])
    return written_files.append(files.texts.get(name, ""), [header], blocks, prefixes, name)


def _stands(files: ProjectFiles, name: str) -> bool:
    """Whether something is described in one of the files."""
    return any(f"\n{name} a " in text for text in files.texts.values())


def _cells(graph: Graph, form: Form, scale: Scale) -> dict[Cell, float]:
    actions = {key(action): action for action in graph.uses.actions}
    cells = {}
    for name, typed in form.items():
        prefix, _, ends = name.partition(":")
        if prefix != "score" or not typed.strip():
            continue
        start, _, end = ends.partition(":")
        if start == end or not {start, end} <= actions.keys():
            raise RefusedError("unknown", field="actions")
        score = float(typed) if _SCORE.fullmatch(typed.strip()) else None
        if score is None or scale.fault(score):
            raise RefusedError("unknown", field="score")
        cells[actions[start], actions[end]] = whole(score)
    if len({end for cell in cells for end in cell}) > MOST:
        raise RefusedError("too-many-actions", most=MOST)
    return cells


class _Place(NamedTuple):
    """The IRI of a score, and that of the one it replaces, empty for the first."""

    iri: str
    replaced: str = ""


def _place(files: ProjectFiles, cell: Cell, entry: _Entry, known: float | None) -> _Place:
    """Where a score is put; refused where that in the files is not ``known``, from which the form was filled in."""
    earlier = [link for link in files.of_kind("link", *cell) if _is_score(link, cell, entry)]
    replaced = set()
    for link in earlier:
        replaced.update(link.values(REPLACES))
    latest = next((link for link in earlier if link.iri not in replaced), None)
    if latest is not None and (known is None or latest.one("score") != plain(known)):
        raise RefusedError("scored-meanwhile", file=latest.file)
    for number in count(len(earlier)):
        by = f"{entry.assessor}|{number + 1}" if number else entry.assessor
        subject = link_iri(
            "interaction", *cell, scale=entry.scale, assessor=by, space=files.project.space
        )
        if not files.mentions(subject):
            break
    return _Place(subject, latest.iri if latest else "")


def _is_score(link: Filed, cell: Cell, entry: _Entry) -> bool:
    """Whether a link is a score of this cell, by this assessor, on this scale."""
    return (
        (link.one("from"), link.one("to")) == cell
        and (link.type, link.status) == ("interaction", "accepted")
        and link.one("assessor") == entry.assessor
        and entry.scale in (link.one("scale"), key(link.one("onScale")))
    )
