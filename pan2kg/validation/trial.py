"""What a check would say of files that are not written yet: asked before a command of the program writes them.

Only what the new or changed blocks bring about is looked at, so it costs a fraction of a check: their words, their
shapes, and what quality queries find at them or at what they refer to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pyoxigraph as ox

from pan2kg.project import Project, read_text
from pan2kg.store.store import LocalStore
from pan2kg.store.withdrawal import withdraw
from pan2kg.turtle.blocks import Block, TurtleFile, read_turtle_file
from pan2kg.turtle.writer import read_prefixes
from pan2kg.validation.compilation import compile_shapes
from pan2kg.validation.evaluation import FocusCounts, evaluate
from pan2kg.validation.quality import findings_of_quality
from pan2kg.validation.report import Finding, Names, Severity, Use, fingerprint, in_order
from pan2kg.validation.shapes import read_rules, read_shapes
from pan2kg.validation.wording import check_wording


def objections(project: Project, store: LocalStore, texts: Mapping[Path, str]) -> tuple[Finding, ...]:
    """The violations and warnings that new texts of files would bring about, worst first; the texts are Turtle.

    ``store`` holds what the project states now, and is left with the new texts in place of the old ones.

    Raises:
        ProjectError: a file cannot be read.
        QueryError: a shape or a quality query cannot be asked.
    """
    names = Names(read_prefixes(project))
    before = {path: _read(project, path, read_text(path) if path.exists() else "") for path in texts}
    after = {path: _read(project, path, text) for path, text in texts.items()}
    changed = {iri: block for path in texts for iri, block in _changed(before[path], after[path])}
    said = [one for one in check_wording(list(after.values()), names.prefixes) if one.focus in changed]
    touched = changed.keys() | set(_objects(after.values(), changed))
    _replace(project, store, texts)
    found = [*said, *_asked(project, store, names, changed, touched)]
    if found:  # a fault that was there before is not ours
        _replace(project, store, {path: read_text(path) if path.exists() else "" for path in texts})
        known = {fingerprint(one, names) for one in _asked(project, store, names, changed, touched)}
        known |= {fingerprint(one, names) for one in check_wording(list(before.values()), names.prefixes)}
        _replace(project, store, texts)
        found = [one for one in found if fingerprint(one, names) not in known]
    return in_order(one for one in found if one.severity.reaches(Severity.WARNING) and one.rule.use is Use.EDIT)


def _read(project: Project, path: Path, text: str) -> TurtleFile:
    return read_turtle_file(text, project.name_of(path))


def _changed(before: TurtleFile, after: TurtleFile) -> Iterator[tuple[str, Block]]:
    """The blocks of a file that are new, or say something else, by the IRI of their subject."""
    old = {block.subject: _said(block) for block in before.blocks}
    for block in after.blocks:
        if old.get(block.subject) != _said(block):
            yield after.expand(block.subject), block


def _said(block: Block) -> list[tuple[str, str]]:
    return [(one.predicate, one.object) for one in block.statements]


def _objects(files: Iterable[TurtleFile], changed: Mapping[str, Block]) -> Iterator[str]:
    """What the changed blocks refer to."""
    for file in files:
        for block in file.blocks:
            if file.expand(block.subject) in changed:
                yield from (file.expand(one.object) for one in block.statements if not one.object.startswith('"'))


def _replace(project: Project, store: LocalStore, texts: Mapping[Path, str]) -> None:
    """Put texts of files in the place of what a store holds of them."""
    for path, text in texts.items():
        graph = ox.NamedNode(project.graph_iri(path))
        store.inner.remove_graph(graph)
        if text.strip():
            store.inner.load(text.encode(), format=ox.RdfFormat.TURTLE, to_graph=graph)
    withdraw(store.inner)


def _asked(
    project: Project, store: LocalStore, names: Names, changed: Mapping[str, Block], touched: Iterable[str]
) -> Iterator[Finding]:
    """What shapes find at the changed things, and quality queries at these and at those they refer to."""
    shapes = read_shapes(project.shape_files())
    queries = compile_shapes(shapes).queries
    yield from evaluate(queries, read_rules(shapes, names), FocusCounts(store, sorted(changed)))
    near = set(touched)
    for finding in findings_of_quality(project, store, names, least=Severity.WARNING).findings:
        if finding.focus in near or finding.value.removeprefix("<").removesuffix(">") in changed:
            yield finding
