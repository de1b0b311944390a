"""Scores as links of the graph: whole matrices stored in a file, and the blocks of Turtle every score is written in."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph, bare
from pan2kg.graph.scores import SCALE, Scale, Scores, plain
from pan2kg.i18n import Messages, Text, error_message, one_of
from pan2kg.project import write_atomically
from pan2kg.scores.matrix import ScoredLink, scored_links
from pan2kg.scores.tables import matrices
from pan2kg.store import program_query
from pan2kg.store.names import ambiguous
from pan2kg.tables import TableChoice
from pan2kg.turtle import Block, TurtleLine, iri, read_prefixes, string, text, vocabulary
from pan2kg.turtle.writer import Prefixes, write_turtle

_DATA = Messages("data")


class _Matrix(NamedTuple):
    """A matrix that is stored, its assessor a body of the graph, with the file it came from."""

    file: Path
    scores: Scores

    @property
    def document(self) -> str:
        return f"document:interaction-{_slug(self.file.stem)}"


def write_ledger(graph: Graph, choice: TableChoice, path: Path) -> None:
    """Write the matrices chosen as links, whole or not at all; each names its assessor, a body of the graph.

    Raises:
        QueryError: there is no file, no project, no body of that name, or more than one; a cell has
            no reason, is of something unknown, or of an action on itself.
    """
    if not choice.files:
        raise QueryError("no-matrix-to-store", remedy="csv-before-write")
    if graph.project is None:
        raise QueryError("scores-need-project", remedy="name-project-option")
    stored = [
        _Matrix(file, replace(scores, assessor=_body(graph, scores.assessor)))
        for file, scores in zip(choice.files, matrices(graph, choice), strict=True)
    ]
    for matrix in stored:
        _refuse_unstored(graph, matrix.scores)
    prefixes = read_prefixes(graph.project)
    blocks = _blocks(graph, path, stored, prefixes)
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
    raise QueryError(
        "no-body-assessor", remedy=remedy, name=name, names=one_of(near), total=len(bodies)
    )


def _refuse_unstored(graph: Graph, scores: Scores) -> None:
    known = set(graph.uses.actions)
    if scores.own:
        raise QueryError("self-not-stored", remedy="leave-out-self")
    for source, target, score in scores.cells():
        row = vocabulary.key(source)
        where = error_message("row-and-column", row=row, column=vocabulary.key(target))
        if not {source, target} <= known:
            raise QueryError("cell-unknown-action", remedy="add-it-first", where=where)
        if not scores.rationale.get((source, target)):
            signed = plain(score, signed=True)
            raise QueryError(
                "cell-no-reason", remedy="reason-after-colon", where=where, score=signed
            )


def _blocks(
    graph: Graph, path: Path, stored: Sequence[_Matrix], prefixes: Prefixes
) -> Iterator[Block]:
    """The file, the scales no other file declares, and each matrix: its document, scores and reasons."""
    graph_iri = _graph(graph, path)
    yield file_block(graph_iri, _DATA.text("scores"), [matrix.document for matrix in stored])
    elsewhere = graph.read(program_query("tables/scale-graphs"))
    declared = {SCALE, *(vocabulary.key(scale) for scale, file in elsewhere if file != graph_iri)}
    for matrix in stored:
        scale = matrix.scores.scale
        if scale.name not in declared:
            declared.add(scale.name)
            yield scale_block(scale, matrix.document)
    for matrix in stored:
        yield from _matrix_blocks(graph, matrix, prefixes)


def _matrix_blocks(graph: Graph, matrix: _Matrix, prefixes: Prefixes) -> Iterator[Block]:
    document = matrix.document
    assessor = graph.label(matrix.scores.assessor)
    names = (assessor, iri(matrix.scores.assessor, prefixes))
    address = matrix.file.name.replace(" ", "%20")
    heading = _DATA.say("matrix-of", graph.language, assessor=assessor)
    yield document_block(document, names, address, heading=heading)
    for link in scored_links(matrix.scores):
        key = vocabulary.key(link.iri)
        passage = f"passage:interaction-{key}"
        of_project = link._replace(iri=vocabulary.thing("link", key, graph.profile.space))
        on_scale = scale_statement(link.scale, prefixes, is_declared=link.scale != SCALE)
        yield score_block(of_project, (document, passage), on_scale, graph.language, prefixes)
        yield passage_block(passage, document, link.rationale, graph.language)


def _graph(graph: Graph, path: Path) -> str:
    full = path.resolve()
    project = graph.project
    if project and full.is_relative_to(project.graph):
        return project.graph_iri(full)
    return vocabulary.graph_of(_slug(path.stem), graph.profile.space)


def _slug(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-") or "matrix"


# The blocks a score is written in


_CERTAIN = ("pan:certainty", "certainty:stated")


def _block(
    subject: str,
    kind: str,
    *lines: tuple[str, str] | TurtleLine,
    label: Text | None = None,
    by: str = "skos:prefLabel",
    heading: str = "",
) -> Block:
    """A thing of a kind, what it is called in each language, and what else is said of it."""
    names = label.by_language() if label else {}
    labels = [(by, text(words, tag)) for tag, words in names.items()]
    statements = [TurtleLine(*line) for line in (("a", kind), *labels, *lines)]
    return Block(subject, tuple(statements), heading=heading)


def file_block(graph: str, label: Text, documents: Sequence[str]) -> Block:
    """The graph of a file of scores, with the documents they come from.

    >>> block = file_block("http://e/g", Text.of({"en": "Scores"}), ["document:a"])
    >>> [line.predicate for line in block.statements]
    ['a', 'rdfs:label', 'dcterms:source', 'pan:certainty']
    """
    sources = [("dcterms:source", document) for document in documents]
    return _block(f"<{graph}>", "pan:SourceGraph", *sources, _CERTAIN, label=label, by="rdfs:label")


def scale_block(scale: Scale, document: str) -> Block:
    """A scale as the graph declares it, with the bounds and the step it has.

    >>> block = scale_block(Scale(0, 1, None, "0-to-1-decimal"), "document:a")
    >>> [line.predicate for line in block.statements if line.predicate.startswith("pan:")]
    ['pan:minimum', 'pan:maximum', 'pan:certainty']
    """
    kind = "scale-count" if scale.lowest is None or scale.highest is None else "scale-bounded"
    label = _DATA.text(
        kind if scale.is_whole else f"{kind}-decimal",
        lowest=plain(scale.lowest or 0, signed=True),
        highest=plain(scale.highest or 0, signed=True),
    )
    bounds = {"pan:minimum": scale.lowest, "pan:maximum": scale.highest, "pan:step": scale.step}
    ends = [(name, plain(value)) for name, value in bounds.items() if value is not None]
    source = ("dcterms:source", document)
    return _block(f"scale:{scale.name}", "pan:Scale", *ends, source, _CERTAIN, label=label)


def scale_statement(name: str, prefixes: Prefixes, *, is_declared: bool) -> TurtleLine:
    """On which scale a score is: as a thing where the graph declares it, else by its name alone.

    >>> scale_statement("count", {}, is_declared=False)[:2]
    ('pan:scale', '"count"')
    """
    if is_declared:
        return TurtleLine("pan:onScale", iri(vocabulary.thing("scale", name), prefixes))
    return TurtleLine("pan:scale", string(name))


def document_block(
    document: str, assessor: tuple[str, str], address: str, *, of: str = "", heading: str = ""
) -> Block:
    """A matrix as a document; ``assessor`` is what the body is called, and how it is written in Turtle."""
    name, body = assessor
    return _block(
        document,
        "pan:Document",
        ("pan:publisherName", string(name)),
        ("pan:speaksFor", body),
        ("pan:sourceKind", "sourcekind:secondary-page"),
        ("pan:readAt", f"{string(address)}^^xsd:anyURI"),
        _CERTAIN,
        label=_DATA.text("matrix", name=f"{name} – {of}" if of else name),
        heading=heading,
    )


def passage_block(passage: str, document: str, rationale: str, language: str) -> Block:
    """The reason of a score as a passage of its document."""
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
    prefixes: Prefixes,
    *,
    review: Sequence[TurtleLine] = (),
) -> Block:
    """A score as a link between two actions; ``names`` are those of its document and passage."""
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
