"""Where the passages of a document stand in its file: places and what is around the words, written beside them.

A passage that is not found, or more than once, is an orphan; its words stay, and whoever keeps the
graph decides. Words that stand nowhere at all say that the file is another one: then nothing of it
is written.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

from pan2kg.errors import Place
from pan2kg.extract.document import Document, Folded, Quotation, find, nearest
from pan2kg.project import Project, read_text
from pan2kg.review.files import Addition, own, with_prefixes
from pan2kg.turtle import read_prefixes, string
from pan2kg.turtle.blocks import SourceBlock, TurtleFile, read_turtle_file
from pan2kg.turtle.edits import StatementEdit, edited, unescaped
from pan2kg.turtle.writer import worded
from pan2kg.validation.rights import is_long

_BEFORE = (
    "skos:notation",
    "dcterms:identifier",
    "rdfs:label",
    "skos:prefLabel",
    "skos:altLabel",
    "pan:shortName",
    "dcterms:date",
    "pan:publisherName",
    "pan:speaksFor",
    "pan:sourceKind",
    "pan:quote",
    "pan:page",
    "pan:readAt",
)
"""What stands in the block of a document or a passage before what is said of its place or file."""
_MEDIA = {
    "pdf": "application/pdf",
    "html": "text/html",
    "txt": "text/plain",
    "md": "text/markdown",
}


class Orphan(NamedTuple):
    """A passage, by IRI, that was not found or so many ``times``, and the text that shares most words with it."""

    subject: str
    place: Place
    quotation: Quotation
    times: int
    nearest: str


class Anchoring(NamedTuple):
    """Files that change, places by subject, orphans, what is quoted at length, and the share quoted, in [0, 1]."""

    files: tuple[Addition, ...]
    anchors: Mapping[str, Quotation]
    orphans: tuple[Orphan, ...]
    long: tuple[tuple[Place, Quotation], ...]
    share: float


def anchor(project: Project, document: Document, name: str, day: date) -> Anchoring:
    """Locate all that the graph quotes from a document, by IRI, in its file, which was read on this day.

    Nothing is written. What is located already stays as it is; an earlier file of the document
    keeps its hash. A project that is not one's own is a ``ProjectError``.
    """
    own(project)
    passages = _PassagesOfDocument(document, name, day, Folded(document))
    contents = {path: read_text(path) for path in project.graph_files()}
    edits = {}
    for path, content in contents.items():
        if name.rpartition("/")[2] in content:
            file = read_turtle_file(content, project.name_of(path))
            edits[path] = list(passages.edits_in(file))
    if passages.are_of_another_file:
        edits = {}
    files = [
        _changed(project, path, contents[path], changes)
        for path, changes in edits.items()
        if changes
    ]
    quoted = passages.quoted
    words = {quotation.words for _, quotation in quoted}
    length = len(document.text)
    share = min(sum(map(len, words)) / length, 1.0) if length else 0.0
    long = tuple((place, quotation) for place, quotation in quoted if is_long(quotation.words))
    return Anchoring(tuple(files), passages.anchors, tuple(passages.orphans), long, share)


def _changed(
    project: Project, path: Path, content: str, edits: Sequence[StatementEdit]
) -> Addition:
    name = project.name_of(path)
    used = {edit.predicate.partition(":")[0] for edit in edits}
    if "xsd:" in str(edits):
        used.add("xsd")
    revised = edited(content, name, edits)
    revised = with_prefixes(revised, sorted(used), read_prefixes(project), name)
    return Addition(path, name, content, revised)


@dataclass
class _PassagesOfDocument:
    """The passages of a document, by IRI ``name``, looked for in its file: anchors, orphans, all that is quoted."""

    document: Document
    name: str
    day: date
    within: Folded
    anchors: dict[str, Quotation] = field(default_factory=dict)
    orphans: list[Orphan] = field(default_factory=list)
    quoted: list[tuple[Place, Quotation]] = field(default_factory=list)

    @property
    def are_of_another_file(self) -> bool:
        """Whether words are quoted and none stands in the file; where none are, the user's word is enough."""
        is_any_found = bool(self.anchors) or any(orphan.times for orphan in self.orphans)
        return bool(self.quoted) and not is_any_found

    def edits_in(self, file: TurtleFile) -> Iterator[StatementEdit]:
        """What changes in a file: places of passages, and what is known of the document's file."""
        for block in file.blocks:
            subject = file.expand(block.subject)
            quotation = _quotation(file, block, self.name)
            if quotation:
                yield from self._locate(block, subject, Place(file.name, block.line), quotation)
            elif subject == self.name and block.statements[0].predicate == "a":
                yield from _edits(block, self._said_of_file())

    def _locate(
        self, block: SourceBlock, subject: str, place: Place, quotation: Quotation
    ) -> Iterator[StatementEdit]:
        self.quoted.append((place, quotation))
        located = find(self.within, quotation)
        if isinstance(located, Quotation):
            self.anchors[subject] = located
            yield from _edits(block, located.placed())
        else:
            near = nearest(self.document, quotation.words)
            self.orphans.append(Orphan(subject, place, quotation, located, near))

    def _said_of_file(self) -> dict[str, str]:
        document = self.document
        return {
            "pan:sha256": string(document.sha256),
            "dcterms:format": worded(_MEDIA.get(document.format, "")),
            "pan:pages": str(document.pages) if document.pages else "",
            "pan:characters": str(len(document.text)),
            "pan:readOn": f'"{self.day.isoformat()}"^^xsd:date',
        }


def _quotation(file: TurtleFile, block: SourceBlock, document: str) -> Quotation | None:
    """The words of a block, where it is a passage of the document and quotes any."""
    lines = {statement.predicate: statement.object for statement in block.statements}
    if lines.get("a") != "pan:Passage" or "pan:quote" not in lines:
        return None
    if file.expand(lines.get("pan:inDocument", "")) != document:
        return None
    values = {}
    for name in ("quote", "page", "prefix", "suffix"):
        literal = lines.get(f"pan:{name}", "")
        is_text = literal.startswith('"')
        values[name] = unescaped(literal[1 : literal.rindex('"')]) if is_text else ""
    return Quotation(
        values["quote"],
        document,
        label=values["page"],
        prefix=values["prefix"],
        suffix=values["suffix"],
    )


def _edits(block: SourceBlock, lines: Mapping[str, str]) -> Iterator[StatementEdit]:
    """What makes a block say these values by their predicates, and none where a value is empty."""
    if lines.get("pan:sha256") in block.objects("pan:sha256"):
        return
    before = list(_BEFORE)
    for name, value in lines.items():
        former = block.objects(name)
        revised: tuple[str, ...] = (value,) if value else ()
        if name == "pan:sha256":
            # An earlier file of a document keeps its hash: passages may have been located in it.
            revised = (*former, value)
        if former != revised:
            yield StatementEdit(block.subject, name, former, revised, tuple(before))
        before.append(name)
