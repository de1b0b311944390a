"""Experts' scores: sums, second order, ranks, groups, ripples, opposition, and how far assessors agree."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Final

from pan2kg.errors import Pan2kgError, Place, ProjectError, QueryError
from pan2kg.graph.graph import Graph, bare
from pan2kg.i18n.catalogue import LANGUAGES, Messages, Text, with_mark
from pan2kg.i18n.message import either, told
from pan2kg.project import read_text, write_atomically
from pan2kg.scores.influence import CUT, Chain, Chains, Dematel, chains, dematel
from pan2kg.scores.matrix import ScoredLink, Scores, read_scores, scored_links
from pan2kg.scores.measures import EffectPath as Path
from pan2kg.scores.measures import (
    Opinions,
    SecondOrder,
    Sums,
    agreement,
    alpha,
    coverage,
    grouped,
    opinions,
    ranks,
    second_order,
    sums,
)
from pan2kg.scores.measures import ScaleLevel as Level
from pan2kg.scores.scale import SCALE, Scale, plain, signed, whole
from pan2kg.store.queries import program_query
from pan2kg.tables.registry import DEFAULT, TableChoice, code, make, note, number, thing
from pan2kg.tables.table import Row, Table
from pan2kg.turtle.vocabulary import graph_of, key
from pan2kg.turtle.vocabulary import thing as iri_of
from pan2kg.turtle.writer import Block, TurtleLine, iri, read_prefixes, string, text, write_turtle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pan2kg.graph.graph import Graph
    from pan2kg.scores.matrix import Scores
    from pan2kg.tables.registry import TableChoice

FREE = "free"
"""The part of a choice that lets matrices name what is not in the graph."""

INTERACTION = (
    "assessor", "action", "given_positive", "given_negative", "given_net", "given_scored", "taken_positive",
    "taken_negative", "taken_net", "taken_scored", "contested", "itself", "direct", "second", "second_without", "rank",
    "best", "worst", "double_negatives",
)  # fmt: skip


def matrices(graph: Graph, choice: TableChoice) -> tuple[Scores, ...]:
    # The matrices in the files chosen, else those the graph holds; labels are IRIs where the graph knows them.
    if not choice.files:
        return graph.scores
    names = choice.assessors or tuple(file.stem for file in choice.files)
    if len(names) != len(choice.files):
        files, assessors = len(choice.files), len(names)
        raise QueryError("counts-differ", remedy="one-assessor-a-file", files=files, assessors=assessors)
    if len(set(names)) < len(names):
        raise QueryError("same-assessor", remedy="one-matrix-an-assessor")
    known, scoring = (
        None if choice.part == FREE else {label for action in graph.uses.actions for label in (action, key(action))},
        choice.scoring,
    )
    read = (
        read_scores(file, assessor=name, known=known, scale=scoring.scale, keep_diagonal=scoring.keep_diagonal)
        for file, name in zip(choice.files, names, strict=True)
    )
    return tuple(_by_iri(graph, scores) for scores in read)


def _by_iri(graph: Graph, scores: Scores) -> Scores:
    # The same matrix with IRIs for keys of actions, so that it can be stored and shown by name.
    iris = {key(action): action for action in graph.uses.actions}
    labels = tuple(iris.get(label, label) for label in scores.labels)
    if len(set(labels)) < len(labels):
        raise QueryError("action-named-twice", remedy="name-each-action-once")
    reasons = {(iris.get(a, a), iris.get(b, b)): why for (a, b), why in scores.rationale.items()}
    own = {iris.get(label, label): score for label, score in scores.own.items()}
    return replace(scores, labels=labels, rationale=reasons, own=own)


def interaction(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    given = matrices(graph, choice)
    rows = [row for scores in given for row in _effects(graph, scores)]
    notes = [*covered(graph, given), note("null-is-not-0"), note("second-order")] if given else [note("no-scores")]
    if any(scores.own for scores in given):
        notes.append(note("itself"))
    if any(scores.scale.lowest is None for scores in given):
        notes.append(note("no-interval"))
    return scored(graph, "interaction", given, INTERACTION, rows, notes)


def scored(
    graph: Graph, name: str, given: Sequence[Scores], columns: Sequence[str], rows: Sequence[Row], notes: Sequence[Text]
) -> Table:
    basis = graph.uses.basis
    if given:
        scales = sorted({f"{scores.scale.name}: {scores.scale.range}" for scores in given})
        basis = basis.also("scale", ", ".join(scales)).also("assessors", len(given))
    return make(graph, name, columns, rows, notes, "coherence/scores", basis=basis)


def covered(graph: Graph, given: Sequence[Scores]) -> Iterator[Text]:
    for scores in given:
        n, share = len(scores.labels), coverage(scores)
        counted = len(list(scores.cells()))
        yield note(
            "coverage", assessor=named(graph, scores.assessor), cells=counted, of=n * (n - 1),
            share=round(100 * (share or 0)),
        )  # fmt: skip
    yield _agreed(given)


def _agreed(given: Sequence[Scores]) -> Text:
    if len(given) < 2:
        return note("one-assessor")
    if len({scores.scale.name for scores in given}) > 1:
        return note("several-scales")
    found, sign = agreement(given), agreement(given, Level.SIGN)
    if found is None:
        return note("no-alpha")
    if sign is None:
        return note("alpha-one-sign", alpha=found, n=len(given))
    return note("alpha", alpha=found, sign=sign, n=len(given))


def named(graph: Graph, assessor: str) -> str:
    return graph.label(assessor) if "/" in assessor else assessor


def _effects(graph: Graph, scores: Scores) -> Iterator[Row]:
    orders, places = second_order(scores), {rank.label: rank for rank in ranks(scores)}
    for line, order in zip(sums(scores), orders, strict=True):
        place = places[line.label]
        yield {
            "assessor": named(graph, scores.assessor),
            **thing(graph, "action", line.label),
            **_sums("given", line.given),
            **_sums("taken", line.taken),
            "contested": line.given.is_contested or line.taken.is_contested,
            "itself": scores.own.get(line.label),
            "direct": number(order.direct),
            "second": number(order.total),
            "second_without": number(order.without_return),
            "rank": place.place,
            "best": place.best,
            "worst": place.worst,
            "double_negatives": _paths(graph, order),
        }


def _sums(side: str, totals: Sums) -> dict[str, float | int | None]:
    return {
        f"{side}_positive": number(totals.positive),
        f"{side}_negative": number(totals.negative),
        f"{side}_net": number(totals.net),
        f"{side}_scored": totals.scored,
    }


def _paths(graph: Graph, order: SecondOrder) -> str:
    return "; ".join(_path(graph, path) for path in order.double_negatives)


def _path(graph: Graph, path: Path) -> str:
    over = " → ".join(key(end) for end in (path.start, path.over, path.end))
    first, second, product = (shown(graph, score) for score in (path.first, path.second, path.product))
    return f"{over} ({first} × {second} = {product})"


def shown(graph: Graph, score: float) -> str:
    return with_mark(signed(score), graph.language)


RIPPLE = ("action", "plan", "assessor", "direct", "second", "second_without", "double_negatives")


def ripple(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    given = matrices(graph, choice)
    rows = [row for scores in given for row in _ripples(graph, scores)]
    rows.sort(key=lambda row: (-float(str(row["second"])), str(row["action"]), str(row["assessor"])))
    notes = [*covered(graph, given), note("second-order")] if given else [note("no-scores"), note("no-ripple")]
    return scored(graph, "ripple", given, RIPPLE, rows, notes)


def _ripples(graph: Graph, scores: Scores) -> Iterator[Row]:
    for order in second_order(scores):
        yield {
            **thing(graph, "action", order.label),
            **thing(graph, "plan", graph.plan_of(order.label)),
            "assessor": named(graph, scores.assessor),
            "direct": number(order.direct),
            "second": number(order.total),
            "second_without": number(order.without_return),
            "double_negatives": _paths(graph, order),
        }


OPPOSED = ("action", "plan", "other_action", "other_plan", "score", "assessor", "rationale")


def opposed(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    given = matrices(graph, choice)
    found = [(scores, *cell) for scores in given for cell in scores.cells() if cell[2] < 0]
    found.sort(key=lambda one: (one[3], one[1], one[2], one[0].assessor))
    rows = [
        {
            **thing(graph, "action", one),
            **thing(graph, "plan", graph.plan_of(one)),
            **thing(graph, "other_action", two),
            **thing(graph, "other_plan", graph.plan_of(two)),
            "score": score,
            "assessor": named(graph, scores.assessor),
            "rationale": scores.rationale.get((one, two)),
        }
        for scores, one, two, score in found
    ]
    notes = [*covered(graph, given)] if given else [note("no-scores"), note("no-opposition")]
    return scored(graph, "opposed", given, OPPOSED, rows, notes)


GROUPS = ("assessor", "group", "other_group", "positive", "negative", "net", "scored", "cells")


def groups(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    given = matrices(graph, choice)
    rows = []
    for scores in given:
        home = _homes(graph, scores, choice.scoring.groups)
        rows += [
            {
                "assessor": named(graph, scores.assessor),
                **thing(graph, "group", line.group),
                **thing(graph, "other_group", line.other),
                "positive": number(line.sums.positive) if line.sums.scored else None,
                "negative": number(line.sums.negative) if line.sums.scored else None,
                "net": number(line.sums.net) if line.sums.scored else None,
                "scored": line.sums.scored,
                "cells": line.cells,
            }
            for line in grouped(scores, home)
        ]
    notes = [*covered(graph, given), note("groups")] if given else [note("no-scores")]
    return scored(graph, "groups", given, GROUPS, rows, notes)


def _homes(graph: Graph, scores: Scores, file: FilePath | None) -> Mapping[str, str]:
    # The group of each label: what a file says, else the plan of an action; a label without one is its own.
    if file is None:
        return {label: graph.plan_of(label) or label for label in scores.labels}
    said = _read_groups(file)
    found = {label: said.get(label) or said.get(key(label)) for label in scores.labels}
    if lacking := next((label for label, group in found.items() if not group), None):
        raise ProjectError("group-missing", place=Place(str(file)), remedy="add-group", label=lacking)
    return {label: group for label, group in found.items() if group}


def _read_groups(file: FilePath) -> dict[str, str]:
    text = read_text(file).removeprefix("\ufeff")
    first = text.partition("\n")[0]
    found: dict[str, str] = {}
    for line, cells in enumerate(csv.reader(io.StringIO(text), delimiter=max(",;\t", key=first.count)), 1):
        if not any(cell.strip() for cell in cells):
            continue
        label, group, *more = (cell.strip() for cell in (*cells, ""))
        if not label or not group or any(more) or label in found:
            raise ProjectError("group-line", place=Place(str(file), line), remedy="group-form")
        found[label] = group
    return found


DISAGREEMENT = ("action", "other_action", "mean_score", "lowest", "highest", "spread", "assessors", "opinions")


def disagreement(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # Coverage and alpha stand in the notes. Scores of different scales stand in rows of their own, never in one mean.
    given = matrices(graph, choice)
    least = 1 if choice.everything else 2
    rows = [
        _row(graph, cell)
        for scale in dict.fromkeys(scores.scale.name for scores in given)
        for cell in opinions(scores for scores in given if scores.scale.name == scale)
        if len(cell.scores) >= least
    ]
    rows.sort(key=lambda row: (-float(str(row["spread"])), str(row["action"]), str(row["other_action"])))
    notes = [*covered(graph, given)] if given else [note("no-scores"), note("no-agreement")]
    return scored(graph, "disagreement", given, DISAGREEMENT, rows, notes)


def _row(graph: Graph, cell: Opinions) -> Row:
    said = sorted((named(graph, assessor), score) for assessor, score in cell.scores)
    return {
        **thing(graph, "action", cell.source),
        **thing(graph, "other_action", cell.target),
        "mean_score": number(cell.mean),
        "lowest": cell.least,
        "highest": cell.greatest,
        "spread": whole(number(cell.greatest - cell.least) or 0),
        "assessors": len(cell.scores),
        "opinions": "; ".join(f"{assessor} {shown(graph, score)}" for assessor, score in said),
    }


AGREEMENT = ("difference", "alpha", "units", "values", "assessors")


def agreed(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    given = matrices(graph, choice)
    notes: list[Text] = [*covered(graph, given)] if given else [note("no-scores"), note("no-agreement")]
    same_scale = len({scores.scale.name for scores in given}) == 1
    rows = list(_levels(graph, given)) if len(given) > 1 and same_scale else []
    if rows:
        notes.append(note("alpha-levels"))
    if any(row["difference"] == Level.RATIO and row["alpha"] is None for row in rows) and _is_signed(given):
        notes.append(note("no-ratio"))
    return scored(graph, "agreement", given, AGREEMENT, rows, notes)


def _is_signed(given: Sequence[Scores]) -> bool:
    return any(score < 0 for scores in given for _, _, score in scores.cells())


def _levels(graph: Graph, given: Sequence[Scores]) -> Iterator[Row]:
    shared = [cell for cell in opinions(given) if len(cell.scores) > 1]
    names = [scores.assessor for scores in given]
    ratings = [[dict(cell.scores).get(name) for cell in shared] for name in names]
    for level in Level:
        refused = level is Level.RATIO and _is_signed(given)
        yield {
            **code(graph, "difference", level),
            "alpha": None if refused else number(alpha(ratings, level)),
            "units": len(shared),
            "values": sum(len(cell.scores) for cell in shared),
            "assessors": len(given),
        }


DEMATEL = (
    "assessor", "action", "given_positive", "given_negative", "taken_positive", "taken_negative", "prominence",
    "cause", "coverage",
)  # fmt: skip


def influence(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    given, rows = matrices(graph, choice), list[Row]()
    notes = [*covered(graph, given), note("dematel")] if given else [note("no-scores")]
    for scores in given:
        try:
            vectors = dematel(scores)
        except QueryError as error:
            notes.append(_told(error, choice))
            continue
        notes.append(note("divisor", assessor=named(graph, scores.assessor), divisor=_exact(vectors.divisor)))
        if not vectors.is_complete:
            notes.append(_incomplete(graph, scores))
        if vectors.has_negatives:
            notes.append(note("no-prominence", assessor=named(graph, scores.assessor)))
        rows += _influences(graph, scores, vectors)
    return scored(graph, "dematel", given, DEMATEL, rows, notes)


def _told(error: Pan2kgError, choice: TableChoice) -> Text:
    if choice.files:
        raise error
    return Text.of({language: error.say(language) for language in LANGUAGES})


def _exact(value: float) -> Text:
    return Text.of({language: with_mark(plain(value), language) for language in LANGUAGES})


def _incomplete(graph: Graph, scores: Scores) -> Text:
    return note("incomplete", assessor=named(graph, scores.assessor), share=round(100 * (coverage(scores) or 0)))


def _influences(graph: Graph, scores: Scores, vectors: Dematel) -> Iterator[Row]:
    prominence, cause = vectors.prominence, vectors.relation
    for at, label in enumerate(vectors.labels):
        yield {
            "assessor": named(graph, scores.assessor),
            **thing(graph, "action", label),
            "given_positive": number(float(vectors.given_positive[at])),
            "given_negative": number(float(vectors.given_negative[at])),
            "taken_positive": number(float(vectors.taken_positive[at])),
            "taken_negative": number(float(vectors.taken_negative[at])),
            "prominence": None if prominence is None else number(float(prominence[at])),
            "cause": None if cause is None else number(float(cause[at])),
            "coverage": number(vectors.coverage),
        }


CHAINS = ("assessor", "action", "other_action", "score", "chained", "chains", "greatest")


def chained(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    given, rows = matrices(graph, choice), list[Row]()
    cut = CUT if choice.scoring.cut is None else choice.scoring.cut
    notes = [*covered(graph, given), note("chains")] if given else [note("no-scores")]
    for scores in given:
        try:
            effects = chains(scores, cut=cut)
        except QueryError as error:
            notes.append(_told(error, choice))
            continue
        who = named(graph, scores.assessor)
        notes.append(note("chain-count", assessor=who, n=effects.number, cut=_exact(cut), unit=_exact(effects.unit)))
        if coverage(scores) != 1:
            notes.append(_incomplete(graph, scores))
        rows += sorted(_cells(graph, scores, effects), key=lambda row: -abs(float(str(row["chained"]))))
    return scored(graph, "chains", given, CHAINS, rows, notes)


def _cells(graph: Graph, scores: Scores, effects: Chains) -> Iterator[Row]:
    place = {label: at for at, label in enumerate(effects.labels)}
    direct = {(one, two): score for one, two, score in scores.cells()}
    for (one, two), greatest in sorted(effects.greatest.items()):
        at = place[one], place[two]
        yield {
            "assessor": named(graph, scores.assessor),
            **thing(graph, "action", one),
            **thing(graph, "other_action", two),
            "score": direct.get((one, two)),
            "chained": number(float(effects.total[at])),
            "chains": int(effects.counts[at]),
            "greatest": "; ".join(_chain(graph, chain, direct) for chain in greatest),
        }


def _chain(graph: Graph, chain: Chain, direct: dict[tuple[str, str], float]) -> str:
    # A chain with its scores, so that two hindrances that make a help are seen: a → b → c (−1 × −2: +0.22).
    over = " → ".join(map(key, chain.members))
    scores = " × ".join(shown(graph, direct[step]) for step in pairwise(chain.members))
    return f"{over} ({scores}: {shown(graph, round(chain.value, 3))})"


_DATA: Final = Messages("data")


def write_ledger(graph: Graph, choice: TableChoice, path: FilePath) -> None:
    # Write the matrices chosen as links, whole or not at all; each names its assessor, a body of the graph.
    if not choice.files:
        raise QueryError("no-matrix-to-store", remedy="csv-before-write")
    if graph.project is None:
        raise QueryError("scores-need-project", remedy="name-project-option")
    given = matrices(graph, choice)
    bodies = [_body(graph, scores.assessor) for scores in given]
    named = [replace(scores, assessor=body) for scores, body in zip(given, bodies, strict=True)]
    for scores in named:
        _check(graph, scores)
    prefixes = read_prefixes(graph.project)
    blocks = _blocks(graph, path, list(zip(choice.files, named, strict=True)), prefixes)
    write_atomically(path, write_turtle(blocks, prefixes))


def _body(graph: Graph, name: str) -> str:
    bodies = [row[0] for row in graph.read(program_query("tables/bodies"))]
    found = [body for body in bodies if bare(name) in (body, key(body))]
    if found:
        return found[0]
    near = get_close_matches(bare(name), [key(body) for body in bodies], n=3, cutoff=0.4)
    remedy = "did-you-mean-assessor" if near else "name-assessor"
    raise QueryError("no-body-assessor", remedy=remedy, name=name, names=either(near))


def _check(graph: Graph, scores: Scores) -> None:
    known = set(graph.uses.actions)
    if scores.own:
        raise QueryError("self-not-stored", remedy="leave-out-self")
    for one, two, score in scores.cells():
        where = told("row-and-column", row=key(one), column=key(two))
        if not {one, two} <= known:
            raise QueryError("cell-unknown-action", remedy="add-it-first", where=where)
        if not scores.rationale.get((one, two)):
            raise QueryError("cell-no-reason", remedy="reason-after-colon", where=where, score=signed(score))


def _blocks(
    graph: Graph, path: FilePath, given: Sequence[tuple[FilePath, Scores]], prefixes: Mapping[str, str]
) -> Iterator[Block]:
    documents = [f"document:{f'interaction-{_slug(file.stem)}'}" for file, _ in given]
    own = _graph(graph, path)
    yield file_block(own, _DATA.text("scores"), documents)
    declared = {SCALE, *(key(scale) for scale, file in graph.read(program_query("tables/scale-graphs")) if file != own)}
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
            passage = f"passage:interaction-{key(link.iri)}"
            named = link._replace(iri=iri_of("link", key(link.iri), graph.profile.space))
            on = scale_statement(link.scale, prefixes, is_declared=link.scale != SCALE)
            yield score_block(named, (document, passage), on, graph.language, prefixes)
            yield passage_block(passage, document, link.rationale, graph.language)


def file_block(graph: str, label: Text, documents: Sequence[str]) -> Block:
    return Block(
        f"<{graph}>",
        (
            TurtleLine("a", "pan:SourceGraph"),
            *(TurtleLine("rdfs:label", text(said, tag)) for tag, said in label.by_language().items()),
            *(TurtleLine("dcterms:source", document) for document in documents),
            TurtleLine("pan:certainty", "certainty:stated"),
        ),
    )


def scale_block(scale: Scale, document: str) -> Block:
    kind = "scale-count" if scale.lowest is None or scale.highest is None else "scale-bounded"
    bounds = {"lowest": signed(scale.lowest or 0), "highest": signed(scale.highest or 0)}
    label = _DATA.text(kind if scale.is_whole else f"{kind}-decimal", **bounds)
    numbers = (("pan:minimum", scale.lowest), ("pan:maximum", scale.highest), ("pan:step", scale.step))
    return Block(
        f"scale:{scale.name}",
        (
            TurtleLine("a", "pan:Scale"),
            *(TurtleLine("skos:prefLabel", text(said, tag)) for tag, said in label.by_language().items()),
            *(TurtleLine(name, plain(value)) for name, value in numbers if value is not None),
            TurtleLine("dcterms:source", document),
            TurtleLine("pan:certainty", "certainty:stated"),
        ),
    )


def scale_statement(name: str, prefixes: Mapping[str, str], *, is_declared: bool) -> TurtleLine:
    if is_declared:
        return TurtleLine("pan:onScale", iri(iri_of("scale", name), prefixes))
    return TurtleLine("pan:scale", string(name))


def document_block(document: str, assessor: tuple[str, str], address: str, *, of: str = "", heading: str = "") -> Block:
    # assessor is what the body is called, and how it is written: the document carries its words.
    named, body = assessor
    title = _DATA.text("matrix", name=f"{named} – {of}" if of else named)
    return Block(
        document,
        (
            TurtleLine("a", "pan:Document"),
            *(TurtleLine("skos:prefLabel", text(said, tag)) for tag, said in title.by_language().items()),
            TurtleLine("pan:publisherName", string(named)),
            TurtleLine("pan:speaksFor", body),
            TurtleLine("pan:sourceKind", "sourcekind:secondary-page"),
            TurtleLine("pan:readAt", f"{string(address)}^^xsd:anyURI"),
            TurtleLine("pan:certainty", "certainty:stated"),
        ),
        heading=heading,
    )


def passage_block(passage: str, document: str, rationale: str, language: str) -> Block:
    return Block(
        passage,
        (
            TurtleLine("a", "pan:Passage"),
            TurtleLine("pan:quote", text(rationale, language)),
            TurtleLine("pan:inDocument", document),
        ),
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
    return Block(
        iri(link.iri, prefixes),
        (
            TurtleLine("a", "pan:Link"),
            TurtleLine("pan:linkType", "linktype:interaction"),
            TurtleLine("pan:from", iri(link.source, prefixes)),
            TurtleLine("pan:to", iri(link.target, prefixes)),
            TurtleLine("pan:score", plain(link.score)),
            scale,
            TurtleLine("pan:assessor", iri(link.assessor, prefixes)),
            TurtleLine("pan:rationale", text(link.rationale, language)),
            TurtleLine("pan:status", "linkstatus:accepted"),
            *review,
            TurtleLine("pan:evidence", passage),
            TurtleLine("dcterms:source", document),
            TurtleLine("pan:certainty", "certainty:stated"),
        ),
    )


def _graph(graph: Graph, path: FilePath) -> str:
    full, project = path.resolve(), graph.project
    if project and full.is_relative_to(project.graph):
        return project.graph_iri(full)
    return graph_of(_slug(path.stem), graph.profile.space)


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "matrix"
