"""Experts' scores: sums, second order, ranks, groups, ripples, opposition, and how far assessors agree."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path
from typing import Final

from pan2kg.errors import Place, ProjectError, QueryError
from pan2kg.graph.graph import Graph, bare
from pan2kg.i18n import LANGUAGES, Messages, Text, either, numeral, told
from pan2kg.project import read_text, write_atomically
from pan2kg.scores import measures, measures as influences
from pan2kg.scores.matrix import (
    SCALE,
    Scale,
    ScoredLink,
    Scores,
    declaration,
    parse_scores,
    plain,
    scored_links,
    whole,
)
from pan2kg.store.names import ambiguous
from pan2kg.store.queries import program_query
from pan2kg.tables import DEFAULT, Table, TableChoice, make, note, table as layout
from pan2kg.turtle import Block, TurtleLine, iri, read_prefixes, string, text, vocabulary
from pan2kg.turtle.writer import write_turtle

FREE = "free"
"""The part of a choice that lets matrices name what is not in the graph."""
Rows = list[tuple[object, ...]]


def matrices(graph: Graph, choice: TableChoice) -> tuple[Scores, ...]:
    # The matrices in the files chosen, else those the graph holds; labels are IRIs where the graph
    # knows them, so that it can be stored and shown by name.
    if not choice.files:
        return graph.scores
    names = choice.assessors or tuple(file.stem for file in choice.files)
    scoring = choice.scoring
    if len(names) != len(choice.files):
        files = len(choice.files)
        assessors = len(names)
        raise QueryError(
            "counts-differ", remedy="one-assessor-a-file", files=files, assessors=assessors
        )
    if len(set(names)) < len(names):
        raise QueryError("same-assessor", remedy="one-matrix-an-assessor")
    iris = {vocabulary.key(action): action for action in graph.uses.actions}
    known = None if choice.part == FREE else {*iris, *iris.values()}
    matrices = []
    for file, name in zip(choice.files, names, strict=True):
        scores = parse_scores(
            read_text(file),
            assessor=name,
            known=known,
            scale=scoring.scale,
            keep_diagonal=scoring.keep_diagonal,
            name=str(file),
        )
        labels = tuple(iris.get(label, label) for label in scores.labels)
        if len(set(labels)) < len(labels):
            raise QueryError("action-named-twice", remedy="name-each-action-once")
        reasons = {
            (iris.get(a, a), iris.get(b, b)): why for (a, b), why in scores.rationale.items()
        }
        graph_iri = {iris.get(label, label): score for label, score in scores.own.items()}
        matrices.append(replace(scores, labels=labels, rationale=reasons, own=graph_iri))
    return tuple(matrices)


def scored(
    graph: Graph,
    name: str,
    matrices: Sequence[Scores],
    columns: Sequence[str],
    rows: Rows,
    *notes: Text,
) -> Table:
    basis = graph.uses.basis
    known = list[Text]()
    if matrices:
        scales = sorted(
            {f"{scores.scale.name}: {declaration(scores.scale, shown=True)}" for scores in matrices}
        )
        basis = basis.also("scale", ", ".join(scales)).also("assessors", len(matrices))
    else:
        known = [note("no-scores")]
    for scores in matrices:
        n = len(scores.labels)
        share = round(100 * (measures.coverage(scores) or 0))
        assessor = named(graph, scores.assessor)
        assessed = len(list(scores.cells()))
        known.append(
            note("coverage", assessor=assessor, cells=assessed, of=n * (n - 1), share=share)
        )
    known += [_agreed(matrices)] if matrices else []
    return make(graph, name, columns, rows, [*known, *notes], "coherence/scores", basis=basis)


def _agreed(matrices: Sequence[Scores]) -> Text:
    alpha = None
    if len(matrices) > 1 and len({scores.scale.name for scores in matrices}) == 1:
        alpha = measures.agreement(matrices)
    if alpha is None:
        return note("no-alpha")
    sign = measures.agreement(matrices, measures.ScaleLevel.SIGN)
    return note("alpha", alpha=alpha, sign="–" if sign is None else sign, n=len(matrices))


def named(graph: Graph, assessor: str) -> str:
    return graph.label(assessor) if "/" in assessor else assessor


def shown(graph: Graph, score: float) -> str:
    return numeral(plain(score, signed=True), graph.language)


INTERACTION = (
    "assessor", "action", "given_positive", "given_negative", "given_net", "given_scored", "taken_positive",
    "taken_negative", "taken_net", "taken_scored", "contested", "itself", "direct", "second", "second_without", "rank",
    "best", "worst", "double_negatives",
)  # fmt: skip


def interaction(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    matrices_of = matrices(graph, choice)
    rows = Rows()
    for scores in matrices_of:
        orders = measures.second_order(scores)
        places = {rank.label: rank for rank in measures.ranks(scores)}
        for (label, *sides), order in zip(measures.sums(scores), orders, strict=True):
            place = places[label]
            is_contested = any(side.positive > 0 > side.negative for side in sides)
            rows.append(
                (
                    named(graph, scores.assessor),
                    label,
                    *sides[0],
                    *sides[1],
                    is_contested,
                    scores.own.get(label),
                    order.direct,
                    order.total,
                    order.without_return,
                    place.place,
                    place.best,
                    place.worst,
                    _paths(graph, order),
                )
            )
    notes = [note("null-is-not-0"), note("second-order")] if matrices_of else []
    return scored(graph, "interaction", matrices_of, INTERACTION, rows, *notes)


def _paths(graph: Graph, order: measures.SecondOrder) -> str:
    lines = []
    for *ends, score, further in order.double_negatives:
        over = " → ".join(map(vocabulary.key, ends))
        leading, second, product = (
            shown(graph, number) for number in (score, further, score * further)
        )
        lines.append(f"{over} ({leading} × {second} = {product})")
    return "; ".join(lines)


RIPPLE = ("action", "plan", "assessor", "direct", "second", "second_without", "double_negatives")


def ripple(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    matrices_of = matrices(graph, choice)
    rows: Rows = [
        (
            order.label,
            graph.plan_of(order.label),
            named(graph, scores.assessor),
            order.direct,
            order.total,
            order.without_return,
            _paths(graph, order),
        )
        for scores in matrices_of
        for order in measures.second_order(scores)
    ]
    rows.sort(key=lambda row: (-(layout.number(row[4]) or 0.0), row[0], row[2]))  # type: ignore[arg-type]
    return scored(
        graph, "ripple", matrices_of, RIPPLE, rows, *([note("second-order")] if matrices_of else [])
    )


OPPOSED = ("action", "plan", "other_action", "other_plan", "score", "assessor", "rationale")


def opposed(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    matrices_of = matrices(graph, choice)
    cells = [(scores, *cell) for scores in matrices_of for cell in scores.cells() if cell[2] < 0]
    cells.sort(key=lambda cell: (cell[3], cell[1], cell[2], cell[0].assessor))
    rows: Rows = [
        (
            source,
            graph.plan_of(source),
            target,
            graph.plan_of(target),
            {"score": score},
            named(graph, scores.assessor),
            scores.rationale.get((source, target)),
        )
        for scores, source, target, score in cells
    ]
    return scored(graph, "opposed", matrices_of, OPPOSED, rows)


GROUPS = ("assessor", "group", "other_group", "positive", "negative", "net", "scored", "cells")


def groups(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    matrices_of = matrices(graph, choice)
    rows = Rows()
    for scores in matrices_of:
        for group, counterpart, sums, cells in measures.grouped(
            scores, _homes(graph, scores, choice.scoring.groups)
        ):
            totals = (sums.positive, sums.negative, sums.net) if sums.scored else (None, None, None)
            rows.append(
                (named(graph, scores.assessor), group, counterpart, *totals, sums.scored, cells)
            )
    return scored(graph, "groups", matrices_of, GROUPS, rows)


def _homes(graph: Graph, scores: Scores, file: Path | None) -> Mapping[str, str]:
    # The group of each label: what a file says, else the plan of an action; a label without one is
    # its own.
    if file is None:
        return {label: graph.plan_of(label) or label for label in scores.labels}
    content = read_text(file).removeprefix("\ufeff")
    group_of = dict[str, str]()
    delimiter = max(",;\t", key=content.partition("\n")[0].count)
    for line, cells in enumerate(csv.reader(io.StringIO(content), delimiter=delimiter), 1):
        if not any(cell.strip() for cell in cells):
            continue
        label, group, *more = (cell.strip() for cell in (*cells, ""))
        if not label or not group or any(more) or label in group_of:
            raise ProjectError("group-line", place=Place(str(file), line), remedy="group-form")
        group_of[label] = group
    home = {
        label: group_of.get(label) or group_of.get(vocabulary.key(label), "")
        for label in scores.labels
    }
    if lacking := next((label for label, group in home.items() if not group), None):
        raise ProjectError(
            "group-missing", place=Place(str(file)), remedy="add-group", label=lacking
        )
    return home


DISAGREEMENT = (
    "action",
    "other_action",
    "mean_score",
    "lowest",
    "highest",
    "spread",
    "assessors",
    "opinions",
)


def disagreement(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # Coverage and alpha stand in the notes. Scores of different scales stand in rows of their own,
    # never in one mean.
    matrices_of = matrices(graph, choice)
    rows = Rows()
    for scale in dict.fromkeys(scores.scale.name for scores in matrices_of):
        for source, target, opinion in measures.opinions(
            s for s in matrices_of if s.scale.name == scale
        ):
            if len(opinion) >= (1 if choice.everything else 2):
                scores = sorted((named(graph, assessor), score) for assessor, score in opinion)
                numbers = [score for _, score in opinion]
                least = min(numbers)
                greatest = max(numbers)
                mean = sum(numbers) / len(numbers)
                words = "; ".join(f"{assessor} {shown(graph, score)}" for assessor, score in scores)
                spread = whole(layout.number(greatest - least) or 0)
                exact = {"lowest": least}, {"highest": greatest}, {"spread": spread}
                rows.append((source, target, mean, *exact, len(opinion), words))
    rows.sort(key=lambda row: (-row[5]["spread"], row[0], row[1]))  # type: ignore[index]
    return scored(graph, "disagreement", matrices_of, DISAGREEMENT, rows)


AGREEMENT = ("difference", "alpha", "units", "values", "assessors")


def agreed(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    matrices_of = matrices(graph, choice)
    rows = Rows()
    is_signed = any(score < 0 for scores in matrices_of for _, _, score in scores.cells())
    if len(matrices_of) > 1 and len({scores.scale.name for scores in matrices_of}) == 1:
        shared = [opinion for _, _, opinion in measures.opinions(matrices_of) if len(opinion) > 1]
        ratings = [
            [dict(opinion).get(scores.assessor) for opinion in shared] for scores in matrices_of
        ]
        for level in measures.ScaleLevel:
            alpha = (
                None
                if level is measures.ScaleLevel.RATIO and is_signed
                else measures.alpha(ratings, level)
            )
            rows.append((level, alpha, len(shared), sum(map(len, shared)), len(matrices_of)))
    return scored(
        graph, "agreement", matrices_of, AGREEMENT, rows, *([note("alpha-levels")] if rows else [])
    )


DEMATEL = (
    "assessor", "action", "given_positive", "given_negative", "taken_positive", "taken_negative", "prominence",
    "cause", "coverage",
)  # fmt: skip


def influence(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    matrices_of = matrices(graph, choice)
    rows = Rows()
    notes = [note("dematel")]
    for scores in matrices_of:
        assessor = named(graph, scores.assessor)
        try:
            vectors = influences.dematel(scores)
        except QueryError as error:
            if choice.files:
                raise
            notes.append(Text.of({language: error.say(language) for language in LANGUAGES}))
            continue
        notes.append(note("divisor", assessor=assessor, divisor=_exact(vectors.divisor)))
        share = round(100 * (measures.coverage(scores) or 0))
        notes += (
            [] if vectors.coverage == 1 else [note("incomplete", assessor=assessor, share=share)]
        )
        notes += [note("no-prominence", assessor=assessor)] if vectors.prominence is None else []
        columns = (
            vectors.given_positive,
            vectors.given_negative,
            vectors.taken_positive,
            vectors.taken_negative,
            vectors.prominence,
            vectors.relation,
        )
        for at, label in enumerate(vectors.labels):
            values = (None if column is None else float(column[at]) for column in columns)
            rows.append((assessor, label, *values, vectors.coverage))
    return scored(graph, "dematel", matrices_of, DEMATEL, rows, *(notes if matrices_of else []))


def _exact(value: float) -> Text:
    return Text.of({language: numeral(plain(value), language) for language in LANGUAGES})


CHAINS = ("assessor", "action", "other_action", "score", "chained", "chains", "greatest")


def chained(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    matrices_of = matrices(graph, choice)
    rows = Rows()
    notes = [note("chains")]
    cut = influences.CUT if choice.scoring.cut is None else choice.scoring.cut
    for scores in matrices_of:
        assessor = named(graph, scores.assessor)
        of_matrix = Rows()
        try:
            effects = influences.chains(scores, cut=cut)
        except QueryError as error:
            if choice.files:
                raise
            notes.append(Text.of({language: error.say(language) for language in LANGUAGES}))
            continue
        unit = _exact(effects.unit)
        notes.append(
            note("chain-count", assessor=assessor, n=effects.number, cut=_exact(cut), unit=unit)
        )
        share = measures.coverage(scores)
        notes += (
            [note("incomplete", assessor=assessor, share=round(100 * (share or 0)))]
            if share != 1
            else []
        )
        place = {label: at for at, label in enumerate(effects.labels)}
        direct = {(source, target): score for source, target, score in scores.cells()}
        for (source, target), greatest in sorted(effects.greatest.items()):
            at = (place[source], place[target])
            lines = []
            # a chain with its scores, so that two hindrances that make a help are seen: a → b → c
            # (−1 × −2: +0.22)
            for members, value in greatest:
                steps = " × ".join(shown(graph, direct[step]) for step in pairwise(members))
                lines.append(
                    f"{' → '.join(map(vocabulary.key, members))} ({steps}: {shown(graph, round(value, 3))})"
                )
            total = float(effects.total[at])
            score = {"score": direct.get((source, target))}
            of_matrix.append(
                (assessor, source, target, score, total, int(effects.counts[at]), "; ".join(lines))
            )
        rows += sorted(of_matrix, key=lambda row: -abs(layout.number(row[4]) or 0.0))  # type: ignore[arg-type]
    return scored(graph, "chains", matrices_of, CHAINS, rows, *(notes if matrices_of else []))


_DATA: Final = Messages("data")


def write_ledger(graph: Graph, choice: TableChoice, path: Path) -> None:
    # Write the matrices chosen as links, whole or not at all; each names its assessor, a body of
    # the graph.
    if not choice.files:
        raise QueryError("no-matrix-to-store", remedy="csv-before-write")
    if graph.project is None:
        raise QueryError("scores-need-project", remedy="name-project-option")
    given = matrices(graph, choice)
    bodies = [_body(graph, scores.assessor) for scores in given]
    named = [replace(scores, assessor=body) for scores, body in zip(given, bodies, strict=True)]
    for scores in named:
        known = set(graph.uses.actions)
        if scores.own:
            raise QueryError("self-not-stored", remedy="leave-out-self")
        for entry, two, score in scores.cells():
            where = told("row-and-column", row=vocabulary.key(entry), column=vocabulary.key(two))
            if not {entry, two} <= known:
                raise QueryError("cell-unknown-action", remedy="add-it-first", where=where)
            if not scores.rationale.get((entry, two)):
                signed = plain(score, signed=True)
                raise QueryError(
                    "cell-no-reason", remedy="reason-after-colon", where=where, score=signed
                )
    prefixes = read_prefixes(graph.project)
    blocks = _blocks(graph, path, list(zip(choice.files, named, strict=True)), prefixes)
    write_atomically(path, write_turtle(blocks, prefixes))


def _body(graph: Graph, name: str) -> str:
    bodies = [row[0] for row in graph.read(program_query("tables/bodies"))]
    matches = [body for body in bodies if bare(name) in (body, vocabulary.key(body))]
    if not matches:
        matches = [candidate.iri for candidate in graph.called.candidates(name, bodies)]
    if len(matches) > 1:
        raise ambiguous(name, graph.store, matches)
    if matches:
        return matches[0]
    near = get_close_matches(bare(name), [vocabulary.key(body) for body in bodies], n=3, cutoff=0.4)
    remedy = "did-you-mean-assessor" if near else "name-assessor"
    raise QueryError("no-body-assessor", remedy=remedy, name=name, names=either(near))


def _blocks(
    graph: Graph, path: Path, given: Sequence[tuple[Path, Scores]], prefixes: Mapping[str, str]
) -> Iterator[Block]:
    documents = [f"document:{f'interaction-{_slug(file.stem)}'}" for file, _ in given]
    graph_iri = _graph(graph, path)
    yield file_block(graph_iri, _DATA.text("scores"), documents)
    scales = graph.read(program_query("tables/scale-graphs"))
    declared = {SCALE, *(vocabulary.key(scale) for scale, file in scales if file != graph_iri)}
    for document, (_, scores) in zip(documents, given, strict=True):
        if scores.scale.name not in declared:
            declared.add(scores.scale.name)
            yield scale_block(scores.scale, document)
    for document, (file, scores) in zip(documents, given, strict=True):
        assessor = graph.label(scores.assessor)
        heading = _DATA.say("matrix-of", graph.language, assessor=assessor)
        names = (assessor, iri(scores.assessor, prefixes))
        yield document_block(document, names, file.name.replace(" ", "%20"), heading=heading)
        for link in scored_links(scores):
            passage = f"passage:interaction-{vocabulary.key(link.iri)}"
            named = link._replace(
                iri=vocabulary.thing("link", vocabulary.key(link.iri), graph.profile.space)
            )
            on = scale_statement(link.scale, prefixes, is_declared=link.scale != SCALE)
            yield score_block(named, (document, passage), on, graph.language, prefixes)
            yield passage_block(passage, document, link.rationale, graph.language)


def _block(
    subject: str,
    kind: str,
    *lines: tuple[str, str] | TurtleLine,
    named: Text = layout.SILENT,
    by: str = "skos:prefLabel",
    heading: str = "",
) -> Block:
    # a thing of a kind, what it is called in each language, and what else is said of it, which is
    # certain
    names = [TurtleLine(by, text(words, tag)) for tag, words in named.by_language().items()]
    statements = (TurtleLine("a", kind), *names, *(TurtleLine(*line) for line in lines))
    return Block(subject, statements, heading=heading)


_CERTAIN: Final = ("pan:certainty", "certainty:stated")


def file_block(graph: str, label: Text, documents: Sequence[str]) -> Block:
    sources = [("dcterms:source", document) for document in documents]
    return _block(f"<{graph}>", "pan:SourceGraph", *sources, _CERTAIN, named=label, by="rdfs:label")


def scale_block(scale: Scale, document: str) -> Block:
    kind = "scale-count" if scale.lowest is None or scale.highest is None else "scale-bounded"
    bounds = {
        "lowest": plain(scale.lowest or 0, signed=True),
        "highest": plain(scale.highest or 0, signed=True),
    }
    label = _DATA.text(kind if scale.is_whole else f"{kind}-decimal", **bounds)
    numbers = (
        ("pan:minimum", scale.lowest),
        ("pan:maximum", scale.highest),
        ("pan:step", scale.step),
    )
    ends = [(name, plain(value)) for name, value in numbers if value is not None]
    return _block(
        f"scale:{scale.name}",
        "pan:Scale",
        *ends,
        ("dcterms:source", document),
        _CERTAIN,
        named=label,
    )


def scale_statement(name: str, prefixes: Mapping[str, str], *, is_declared: bool) -> TurtleLine:
    if is_declared:
        return TurtleLine("pan:onScale", iri(vocabulary.thing("scale", name), prefixes))
    return TurtleLine("pan:scale", string(name))


def document_block(
    document: str, assessor: tuple[str, str], address: str, *, of: str = "", heading: str = ""
) -> Block:
    # assessor is what the body is called, and how it is written: the document carries its words.
    named, body = assessor
    return _block(
        document,
        "pan:Document",
        ("pan:publisherName", string(named)),
        ("pan:speaksFor", body),
        ("pan:sourceKind", "sourcekind:secondary-page"),
        ("pan:readAt", f"{string(address)}^^xsd:anyURI"),
        _CERTAIN,
        named=_DATA.text("matrix", name=f"{named} – {of}" if of else named),
        heading=heading,
    )


def passage_block(passage: str, document: str, rationale: str, language: str) -> Block:
    return _block(
        passage,
        "pan:Passage",
        ("pan:quote", text(rationale, language)),
        ("pan:inDocument", document),
    )


def score_block(
    link: ScoredLink,
    names: tuple[str, str],
    scale: TurtleLine,
    language: str,
    prefixes: Mapping[str, str],
    *,
    review: Sequence[TurtleLine] = (),
) -> Block:
    document, passage = names
    return _block(
        iri(link.iri, prefixes),
        "pan:Link",
        ("pan:linkType", "linktype:interaction"),
        ("pan:from", iri(link.source, prefixes)),
        ("pan:to", iri(link.target, prefixes)),
        ("pan:score", plain(link.score)),
        scale,
        ("pan:assessor", iri(link.assessor, prefixes)),
        ("pan:rationale", text(link.rationale, language)),
        ("pan:status", "linkstatus:accepted"),
        *review,
        ("pan:evidence", passage),
        ("dcterms:source", document),
        _CERTAIN,
    )


def _graph(graph: Graph, path: Path) -> str:
    full = path.resolve()
    project = graph.project
    if project and full.is_relative_to(project.graph):
        return project.graph_iri(full)
    return vocabulary.graph_of(_slug(path.stem), graph.profile.space)


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "matrix"
