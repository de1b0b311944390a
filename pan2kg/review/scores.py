"""Interaction scores as they are entered in a matrix and written to the graph.

A score is never overwritten: a later one is a link of its own that replaces the earlier, and only
the last counts. So it stays visible who judged what, and when.
"""

import re
from datetime import date
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Final

from pan2kg.graph.graph import Graph
from pan2kg.i18n.catalogue import Messages
from pan2kg.review import decision, files as written_files
from pan2kg.review.files import Form, Outcome, ProjectFiles, RefusedError, read_choice, read_field
from pan2kg.scores.matrix import SCALE, Scale, ScoredLink, plain, whole
from pan2kg.store.queries import program_query
from pan2kg.tables.scores import (
    document_block,
    file_block,
    passage_block,
    scale_statement,
    score_block,
)
from pan2kg.turtle import Block, TurtleLine, iri, key, link_iri, read_prefixes

PART: Final = "scores"
MOST: Final = 15  # how many actions a matrix may have
# up to how many scores are offered in a list; of more, of decimals or without bounds they are typed
STEPS: Final = 21

_SCALE: Final = re.compile(r"[a-z0-9][a-z0-9.-]*")
_SCORE: Final = re.compile(r"-?\d{1,9}(?:\.\d{1,6})?")
_DATA: Final = Messages("data")

Cell = tuple[str, str]  # what acts, and on what, by IRI


def cell_name(one: str, two: str) -> str:
    return f"score:{key(one)}:{key(two)}"


def scale_named(graph: Graph, name: str) -> Scale:
    return next(
        (scale for scale in graph.scales.values() if scale.name == name), Scale(name=name or SCALE)
    )


def steps(scale: Scale) -> tuple[int, ...]:
    """The scores of a scale where they can be offered in a list, from the lowest; none where they must be typed.

    >>> steps(Scale()), steps(Scale(None, None))
    ((-3, -2, -1, 0, 1, 2, 3), ())
    """
    if (
        scale.step != 1
        or scale.lowest is None
        or scale.highest is None
        or scale.highest - scale.lowest >= STEPS
    ):
        return ()
    return tuple(range(int(scale.lowest), int(scale.highest) + 1))


def known_scores(graph: Graph, assessor: str, scale: str = SCALE) -> dict[Cell, float]:
    matrices = (
        start for start in graph.scores if (start.assessor, start.scale.name) == (assessor, scale)
    )
    return {(start, end): score for matrix in matrices for start, end, score in matrix.cells()}


def enter(graph: Graph, form: Form, today: date) -> Outcome:
    project = graph.project
    existing = {key(row[0]): row[0] for row in graph.read(program_query("tables/bodies"))}
    assessor = existing[read_choice(form, "assessor", existing)]
    name = read_field(form, "scale", needed=False) or SCALE
    if not _SCALE.fullmatch(name):
        raise RefusedError("unknown", field="scale")
    reviewer = read_field(form, "reviewer")
    scale = scale_named(graph, name)
    before = known_scores(graph, assessor, name)
    cells = {
        cell: score
        for cell, score in _cells(graph, form, scale).items()
        if before.get(cell) != score
    }
    if not cells:
        raise RefusedError("unchanged")
    rationale = read_field(form, "rationale")
    language = read_choice(form, "language", written_files.TONGUES, default=graph.language)
    by_plan: dict[str, list[Cell]] = {}
    for cell in sorted(cells):
        by_plan.setdefault(decision.plan_of(graph, cell), []).append(cell)
    with written_files.alone(project):
        files = ProjectFiles(project)
        prefixes = read_prefixes(project)
        written: dict[Path, str] = {}
        on = scale_statement(
            name, prefixes, is_declared=name in {known.name for known in graph.scales.values()}
        )
        review = tuple(decision.signed(reviewer, today))
        for plan, own_cells in by_plan.items():
            path = project.plan_file(key(plan), PART)
            file = project.name_of(path)
            source = f"interaction-{key(plan)}-{key(assessor)}"
            document = f"document:{source}"
            reasons = sha256(f"{today}|{reviewer}|{rationale}".encode()).hexdigest()[:16]
            passage = f"passage:{source}-{reasons}"
            blocks: list[Block] = []
            texts = files.texts.values()
            standing = [
                name
                for name in (document, passage)
                if any(f"\n{name} a " in text for text in texts)
            ]
            # the matrix as a document where it is new, the reasons as a passage where they are, and
            # the scores
            if document not in standing:
                address = project.graph_iri(project.plan_file(key(plan), PART))
                by = graph.label(assessor), iri(assessor, prefixes)
                blocks.append(document_block(document, by, address, of=key(plan)))
            if passage not in standing:
                blocks.append(passage_block(passage, document, rationale, language))
            for cell in own_cells:
                subject, earlier = _place(files, cell, name, assessor, before.get(cell))
                link = ScoredLink(subject, *cell, cells[cell], name, assessor, rationale)
                replaced = (
                    [TurtleLine("dcterms:replaces", iri(earlier, prefixes))] if earlier else []
                )
                more = (*review, *replaced)
                blocks.append(
                    score_block(link, (document, passage), on, language, prefixes, review=more)
                )
            header = file_block(
                project.graph_iri(path), _DATA.text("scored", name=key(plan)), [document]
            )
            written[path] = written_files.append(
                files.texts.get(file, ""), [header], blocks, prefixes, file
            )
        written_files.write(project, written, prefixes)
    names = tuple(map(project.name_of, written))
    return Outcome("scored", {"files": ", ".join(names)}, names)


def _cells(graph: Graph, form: Form, scale: Scale) -> dict[Cell, float]:
    actions = {key(action): action for action in graph.uses.actions}
    cells: dict[Cell, float] = {}
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


def _place(
    files: ProjectFiles, cell: Cell, scale: str, assessor: str, known: float | None
) -> tuple[str, str]:
    """The IRI of a score, and that of the one it replaces, empty for the first.

    It is refused where the score in the files is not the one the form was filled in from, which is
    ``known``.
    """
    earlier = [
        link
        for link in files.of_kind("link", *cell)
        if (link.one("from"), link.one("to")) == cell
        and (link.type, link.status) == ("interaction", "accepted")
        and link.one("assessor") == assessor
        and scale in (link.one("scale"), key(link.one("onScale")))
    ]
    replaced = {value for link in earlier for value in link.values(written_files.REPLACES)}
    latest = next((link for link in earlier if link.iri not in replaced), None)
    if latest is not None and (known is None or latest.one("score") != plain(known)):
        raise RefusedError("scored-meanwhile", file=latest.file)
    for number in count(len(earlier)):
        by = f"{assessor}|{number + 1}" if number else assessor
        subject = link_iri(
            "interaction", *cell, scale=scale, assessor=by, space=files.project.space
        )
        if not files.mentions(subject):
            break
    return subject, latest.iri if latest else ""
