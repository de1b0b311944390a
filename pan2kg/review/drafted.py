"""A draft beside what the graph says of its plan already: nothing is stated twice.

Everything said of a thing stands in one block. Where a plan is in the graph, its draft adds to that
block what it does not say, and brings categories and actions only.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pan2kg.project import Project, read_text
from pan2kg.review.files import FileTexts, append, with_prefixes
from pan2kg.turtle import PAN, Block, key, read_prefixes
from pan2kg.turtle.blocks import SourceBlock, TurtleFile, read_turtle_file
from pan2kg.turtle.edits import StatementEdit, edited
from pan2kg.turtle.vocabulary import precedence
from pan2kg.turtle.writer import Prefixes, expanded, prefixes_used, write_turtle

_COUNT = "pan:measureCount"
_COMPLETENESS = "pan:listCompleteness"
_UNKNOWN = "completeness:unknown"
# what a draft knows of a plan beside its name, in the order in which it is written
_ADDED = ("dcterms:type", "dcterms:spatial", _COUNT, _COMPLETENESS)
_BEFORE = ("dcterms:identifier", "skos:prefLabel", "skos:altLabel", "pan:shortName")


class DraftFiling(NamedTuple):
    """What becomes of a draft.

    ``text`` is that of its own file. ``stated_in`` is the file of the graph that states the plan
    already, None where none does. ``changes`` are the texts of all files to write, the draft's own
    among them, where one of the graph changes; else it is empty.
    """

    text: str
    stated_in: Path | None
    changes: FileTexts


class _Stated(NamedTuple):
    """A block of a file of the graph that says what a thing is."""

    path: Path
    content: str
    file: TurtleFile
    block: SourceBlock


def file_draft(
    project: Project, blocks: Sequence[Block], name: str, target: Path | None
) -> DraftFiling:
    """The blocks of a draft as they are to be written; ``name`` is that of its plan, ``plan:KEY``.

    ``target`` is the file named for it, None for standard output. The block of the plan that stands
    in the graph changes only where the target is a file of the graph too.
    """
    prefixes = read_prefixes(project)
    stated = _stated(project, name, prefixes)
    is_target = stated is not None and target is not None and _is_same(stated.path, target)
    if stated is None or (is_target and _has_actions(stated.file)):
        # an earlier draft of the same plan is compared with this one as a whole
        return DraftFiling(write_turtle(blocks, prefixes), None, {})
    remaining = []
    for block in blocks:
        is_of_plan = block.subject == name
        if not is_of_plan and not _stands_elsewhere(project, block, prefixes, target):
            remaining.append(block)
    drafted = next(block for block in blocks if block.subject == name)
    revised = _with_statements(stated, drafted, prefixes)
    if is_target:
        subjects = {block.subject for block in stated.file.blocks}
        further = [block for block in remaining if block.subject not in subjects]
        text = append(revised, [], further, prefixes, stated.file.name)
        return DraftFiling(text, stated.path, {stated.path: text})
    text = write_turtle(remaining, prefixes)
    changes = {}
    if target and target.resolve().is_relative_to(project.graph) and revised != stated.content:
        changes = {stated.path: revised, target.resolve(): text}
    return DraftFiling(text, stated.path, changes)


def _is_same(path: Path, target: Path) -> bool:
    return path.resolve() == target.resolve()


def _stated(project: Project, name: str, prefixes: Prefixes) -> _Stated | None:
    subject = expanded(name, prefixes)
    files = {project.name_of(path): path for path in project.graph_files()}
    for file_name in sorted(files, key=precedence):
        content = read_text(files[file_name])
        if key(subject) not in content:
            continue
        file = read_turtle_file(content, file_name)
        for block in file.blocks:
            if file.expand(block.subject) == subject and block.statements[0].predicate == "a":
                return _Stated(files[file_name], content, file, block)
    return None


def _stands_elsewhere(
    project: Project, block: Block, prefixes: Prefixes, target: Path | None
) -> bool:
    """Whether the document of a draft is one of another file already."""
    if not block.subject.startswith("document:"):
        return False
    stated = _stated(project, block.subject, prefixes)
    return stated is not None and (target is None or not _is_same(stated.path, target))


def _has_actions(file: TurtleFile) -> bool:
    for block in file.blocks:
        kind = block.statements[0].object if block.statements else ""
        if file.expand(kind) == f"{PAN}Action":
            return True
    return False


def _with_statements(stated: _Stated, drafted: Block, prefixes: Prefixes) -> str:
    """The text of the file with what its block of the plan does not say."""
    edits = list(_edits(stated.block, drafted))
    if not edits:
        return stated.content
    revised = edited(stated.content, stated.file.name, edits)
    return with_prefixes(revised, sorted(prefixes_used(revised)), prefixes, stated.file.name)


def _edits(block: SourceBlock, drafted: Block) -> Iterator[StatementEdit]:
    wanted = {line.predicate: line.object for line in drafted.statements}
    if block.objects(_COMPLETENESS) not in ((), (_UNKNOWN,), (wanted.get(_COMPLETENESS),)):
        # a person has said otherwise, and how many there are depends on it
        wanted.pop(_COUNT, None)
    before: tuple[str, ...] = _BEFORE
    for predicate in _ADDED:
        value = wanted.get(predicate)
        stated = block.objects(predicate)
        if value and value not in stated and stated in ((), (_UNKNOWN,)):
            yield StatementEdit(block.subject, predicate, stated, (value,), before)
        before = (*before, predicate)
