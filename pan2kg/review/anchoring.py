"""Every passage of a project that is taken from a document, located in its text: exactly, or not at all.

What is not found is an orphan, shown with the nearest text for a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from pan2kg.errors import Place
from pan2kg.extract.document import Document, Folded, Quotation, find, nearest
from pan2kg.project import Project, read_text
from pan2kg.review.files import Addition, own, with_prefixes
from pan2kg.turtle.blocks import (
    SourceBlock as Block,
)
from pan2kg.turtle.blocks import (
    StatementEdit as Edit,
)
from pan2kg.turtle.blocks import (
    TurtleFile,
    edited,
    read_turtle_file,
    unescaped,
)
from pan2kg.turtle.writer import read_prefixes, string
from pan2kg.validation.quotations import is_long

_BEFORE: Final = (
    "skos:notation", "dcterms:identifier", "rdfs:label", "skos:prefLabel", "skos:altLabel", "pan:shortName",
    "dcterms:date", "pan:publisherName", "pan:speaksFor", "pan:sourceKind", "pan:quote", "pan:page", "pan:readAt",
)  # fmt: skip
"""Whatever else a block may say, a draft's too, that stands before the place in house style."""
_MEDIA: Final = {"pdf": "application/pdf", "html": "text/html", "txt": "text/plain", "md": "text/markdown"}


class Orphan(NamedTuple):
    """A passage that was not found, or ``times`` times, and the text of the document that shares most words with it."""

    subject: str
    place: Place
    quotation: Quotation
    times: int
    nearest: str


class Anchoring(NamedTuple):
    """What came of anchoring a document: files that change, places by subject, orphans, and what is quoted at length.

    ``share`` is how much of the document is quoted, in [0, 1].
    """

    files: tuple[Addition, ...]
    anchors: Mapping[str, Quotation]
    orphans: tuple[Orphan, ...]
    long: tuple[tuple[Place, Quotation], ...]
    share: float


def anchor(project: Project, document: Document, name: str, day: date) -> Anchoring:
    own(project)
    prefixes, within, text = read_prefixes(project), Folded(document), document.text
    media = _MEDIA.get(document.format)
    of_file = {
        "pan:sha256": string(document.sha256),
        "dcterms:format": string(media) if media else "",
        "pan:pages": str(document.pages) if document.pages else "",
        "pan:characters": str(len(text)),
        "pan:readOn": f'"{day.isoformat()}"^^xsd:date',
    }
    anchors, orphans, quoted = dict[str, Quotation](), list[Orphan](), list[tuple[Place, Quotation]]()
    contents = {path: read_text(path) for path in project.graph_files()}
    edits: dict[Path, list[Edit]] = {}
    for path, content in contents.items():
        if name.rpartition("/")[2] not in content:
            continue
        file = read_turtle_file(content, project.name_of(path))
        for block in file.blocks:
            if quotation := _quotation(file, block, name):
                subject, place = file.expand(block.subject), Place(file.name, block.line)
                quoted.append((place, quotation))
                located = find(within, quotation)
                if isinstance(located, Quotation):
                    anchors[subject] = located
                    edits.setdefault(path, []).extend(_edits(block, located.placed()))
                else:
                    orphans.append(Orphan(subject, place, quotation, located, nearest(document, quotation.words)))
            elif file.expand(block.subject) == name and block.statements[0].predicate == "a":
                edits.setdefault(path, []).extend(_edits(block, of_file))
    # words that stand nowhere in a file say that it is another one; where none are quoted the user's word is enough
    if quoted and not anchors and not any(orphan.times for orphan in orphans):
        edits = {}
    changed = []
    for path, changes in edits.items():
        if changes:
            former, file_name = contents[path], project.name_of(path)
            used = {edit.predicate.partition(":")[0] for edit in changes} | (
                {"xsd"} if "xsd:" in str(changes) else set()
            )
            revised = with_prefixes(edited(former, file_name, changes), sorted(used), prefixes, file_name)
            changed.append(Addition(path, file_name, former, revised))
    size = sum(len(words) for words in {quotation.words for _, quotation in quoted})
    long = tuple((place, quotation) for place, quotation in quoted if is_long(quotation.words))
    share = min(size / len(text), 1.0) if text else 0.0
    return Anchoring(tuple(changed), anchors, tuple(orphans), long, share)


def _quotation(file: TurtleFile, block: Block, document: str) -> Quotation | None:
    lines = {statement.predicate: statement.object for statement in block.statements}
    is_of_it = lines.get("a") == "pan:Passage" and file.expand(lines.get("pan:inDocument", "")) == document
    if not is_of_it or "pan:quote" not in lines:
        return None
    words, page, prefix, suffix = (
        unescaped(value[1 : value.rindex('"')]) if value.startswith('"') else ""
        for value in (lines.get(f"pan:{name}", '""') for name in ("quote", "page", "prefix", "suffix"))
    )
    return Quotation(words, document, label=page, prefix=prefix, suffix=suffix)


def _edits(block: Block, lines: Mapping[str, str]) -> Iterator[Edit]:
    """What has to change in a block so that it says this; of a document the day stays where the file is the same."""
    former = {name: tuple(line.object for line in block.statements if line.predicate == name) for name in lines}
    if "pan:sha256" in lines and lines["pan:sha256"] in former["pan:sha256"]:
        return
    before = list(_BEFORE)
    for name, value in lines.items():
        # An earlier file of a document keeps its hash: passages may have been located in it.
        revised = (*former[name], value) if name == "pan:sha256" else (value,) if value else ()
        if former[name] != revised:
            yield Edit(block.subject, name, former[name], revised, tuple(before))
        before.append(name)
