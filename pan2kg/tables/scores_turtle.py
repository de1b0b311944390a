"""Interaction scores as links in Turtle of the house style: the blocks of any file of scores, and matrices stored."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph, bare
from pan2kg.i18n.catalogue import Messages, Text
from pan2kg.i18n.message import either, told
from pan2kg.project import write_atomically
from pan2kg.scores.matrix import ScoredLink, Scores, scored_links
from pan2kg.scores.scale import SCALE, Scale, plain, signed
from pan2kg.store.queries import program_query
from pan2kg.tables.scores import matrices
from pan2kg.turtle.vocabulary import graph_of, key, thing
from pan2kg.turtle.writer import Block, Statement, iri, read_prefixes, string, text, write_turtle

if TYPE_CHECKING:
    from pan2kg.tables.making import Choice

_DATA: Final = Messages("data")


def write_ledger(graph: Graph, choice: Choice, path: Path) -> None:
    """Write the matrices chosen as links, whole or not at all; each names its assessor, a body of the graph.

    Raises:
        QueryError: no matrix is given, an assessor is no body of the graph, a score has no reason, or an end is no
            action of the graph.
        ProjectError: a matrix cannot be read, or the file cannot be written.
    """
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
    graph: Graph, path: Path, given: Sequence[tuple[Path, Scores]], prefixes: Mapping[str, str]
) -> Iterator[Block]:
    documents = [f"document:{_document(file)}" for file, _ in given]
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
            named = link._replace(iri=thing("link", key(link.iri), graph.profile.space))
            on = scale_statement(link.scale, prefixes, is_declared=link.scale != SCALE)
            yield score_block(named, (document, passage), on, graph.language, prefixes)
            yield passage_block(passage, document, link.rationale, graph.language)


def file_block(graph: str, label: Text, documents: Sequence[str]) -> Block:
    """What a file of scores says of itself first."""
    return Block(
        f"<{graph}>",
        (
            Statement("a", "pan:SourceGraph"),
            *(Statement("rdfs:label", text(said, tag)) for tag, said in label.by_language().items()),
            *(Statement("dcterms:source", document) for document in documents),
            Statement("pan:certainty", "certainty:stated"),
        ),
    )


def scale_block(scale: Scale, document: str) -> Block:
    """A scale as it is declared, by the first document that uses it."""
    kind = "scale-count" if scale.lowest is None or scale.highest is None else "scale-bounded"
    bounds = {"lowest": signed(scale.lowest or 0), "highest": signed(scale.highest or 0)}
    label = _DATA.text(kind if scale.is_whole else f"{kind}-decimal", **bounds)
    numbers = (("pan:minimum", scale.lowest), ("pan:maximum", scale.highest), ("pan:step", scale.step))
    return Block(
        f"scale:{scale.name}",
        (
            Statement("a", "pan:Scale"),
            *(Statement("skos:prefLabel", text(said, tag)) for tag, said in label.by_language().items()),
            *(Statement(name, plain(value)) for name, value in numbers if value is not None),
            Statement("dcterms:source", document),
            Statement("pan:certainty", "certainty:stated"),
        ),
    )


def scale_statement(name: str, prefixes: Mapping[str, str], *, is_declared: bool) -> Statement:
    """On what scale a link is scored: a declared one by its IRI, that from −3 to +3 by any name."""
    if is_declared:
        return Statement("pan:onScale", iri(thing("scale", name), prefixes))
    return Statement("pan:scale", string(name))


def document_block(document: str, assessor: tuple[str, str], address: str, *, of: str = "", heading: str = "") -> Block:
    """A matrix as a document: who filled it in, ``of`` what it is where that is said, and where it can be read.

    ``assessor`` is what the body is called, and how it is written: the document carries its words.
    """
    named, body = assessor
    title = _DATA.text("matrix", name=f"{named} – {of}" if of else named)
    return Block(
        document,
        (
            Statement("a", "pan:Document"),
            *(Statement("skos:prefLabel", text(said, tag)) for tag, said in title.by_language().items()),
            Statement("pan:publisherName", string(named)),
            Statement("pan:speaksFor", body),
            Statement("pan:sourceKind", "sourcekind:secondary-page"),
            Statement("pan:readAt", f"{string(address)}^^xsd:anyURI"),
            Statement("pan:certainty", "certainty:stated"),
        ),
        heading=heading,
    )


def passage_block(passage: str, document: str, rationale: str, language: str) -> Block:
    """What scores rest on: a reason, word for word, in the document of its matrix."""
    return Block(
        passage,
        (
            Statement("a", "pan:Passage"),
            Statement("pan:quote", text(rationale, language)),
            Statement("pan:inDocument", document),
        ),
    )


def score_block(
    link: ScoredLink,
    names: tuple[str, str],
    scale: Statement,
    language: str,
    prefixes: Mapping[str, str],
    *,
    review: Sequence[Statement] = (),
) -> Block:
    """A score as a link; ``names`` are the document and the passage it rests on, ``review`` who entered it and when."""
    document, passage = names
    return Block(
        iri(link.iri, prefixes),
        (
            Statement("a", "pan:Link"),
            Statement("pan:linkType", "linktype:interaction"),
            Statement("pan:from", iri(link.source, prefixes)),
            Statement("pan:to", iri(link.target, prefixes)),
            Statement("pan:score", plain(link.score)),
            scale,
            Statement("pan:assessor", iri(link.assessor, prefixes)),
            Statement("pan:rationale", text(link.rationale, language)),
            Statement("pan:status", "linkstatus:accepted"),
            *review,
            Statement("pan:evidence", passage),
            Statement("dcterms:source", document),
            Statement("pan:certainty", "certainty:stated"),
        ),
    )


def _graph(graph: Graph, path: Path) -> str:
    full, project = path.resolve(), graph.project
    if project and full.is_relative_to(project.graph):
        return project.graph_iri(full)
    return graph_of(_slug(path.stem), graph.profile.space)


def _document(file: Path) -> str:
    return f"interaction-{_slug(file.stem)}"


def _slug(name: str) -> str:
    """A name as a key: lower case, digits and hyphens.

    >>> _slug("Évaluation 2024_b")
    'evaluation-2024-b'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "matrix"
