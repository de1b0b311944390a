"""Where quoted words stand in the text of their document: exactly, or not at all.

A passage is found by its words in canonical form, apostrophes, hyphens and spaces being alike, and where they stand
several times by what stands before and after, or by the page. There is no search for what is merely similar: that
lands silently on words that look alike. What is not found is an orphan, shown with the nearest text for a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Final

from pan2kg.errors import Place, ProjectError
from pan2kg.extract.document import AROUND, READER, Document, canonical
from pan2kg.project import PACKAGE, Project, read_text
from pan2kg.review.files import with_prefixes
from pan2kg.review.readings import Addition
from pan2kg.turtle.blocks import Block, Edit, TurtleFile, edited, read_turtle_file, unescaped
from pan2kg.turtle.writer import read_prefixes, string
from pan2kg.validation.rights import is_long

_LEFT_OUT: Final = re.compile(r"\s*(?:\[…\]|\(…\)|…|\[\.\.\.\]|\.\.\.)\s*")
_ALIKE: Final = str.maketrans("’‘ʼ‐‑", "'''--")
_WORD: Final = re.compile(r"\w{3,}")
_BEFORE: Final = (
    "skos:notation", "dcterms:identifier", "rdfs:label", "skos:prefLabel", "skos:altLabel", "pan:shortName",
    "dcterms:date", "pan:publisherName", "pan:speaksFor", "pan:sourceKind",
)  # fmt: skip
_MEDIA: Final = {"pdf": "application/pdf", "html": "text/html", "txt": "text/plain", "md": "text/markdown"}


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a passage stands: from ``start`` up to ``end`` in the canonical text, and what is before and after.

    ``page`` is that of the file, counted from 1, None where it has none.
    """

    start: int
    end: int
    prefix: str
    suffix: str
    page: int | None
    digest: str


@dataclass(frozen=True, slots=True)
class Quotation:
    """A passage of a document as it stands in a file: its words, the page as printed, what stood around it before."""

    subject: str
    place: Place
    words: str
    page: str = ""
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Orphan:
    """A passage that was not found, or ``times`` times, and the text of the document that shares most words with it."""

    quotation: Quotation
    times: int
    nearest: str


@dataclass(frozen=True, slots=True)
class Anchoring:
    """What came of anchoring a document: files that change, anchors by subject, orphans, lengths of quotations."""

    files: tuple[Addition, ...]
    anchors: Mapping[str, Anchor]
    orphans: tuple[Orphan, ...]
    long: tuple[Quotation, ...]
    share: float


@dataclass(frozen=True, slots=True)
class Folded:
    """The canonical text of a document with what may differ made alike, and its places in the canonical text."""

    document: Document
    text: str
    places: tuple[int, ...]


def fold(document: Document) -> Folded:
    """The text in which words are looked for: runs of space are one, apostrophes and hyphens are of one kind.

    >>> from pan2kg.extract.document import Block, laid
    >>> fold(Document("x", "", "txt", None, laid([Block(None, None, "paragraph", "l’été"), Block(None, None,
    ...     "paragraph", "dit")]))).text
    "l'été dit"
    """
    kept, places = list[str](), list[int]()
    for place, character in enumerate(document.text):
        if not character.isspace():
            kept.append(character)
            places.append(place)
        elif kept and kept[-1] != " ":
            kept.append(" ")
            places.append(place)
    return Folded(document, "".join(kept).translate(_ALIKE), tuple(places))


def folded_words(words: str) -> str:
    """Quoted words as they are looked for.

    >>> folded_words("l’été  dit")
    "l'été dit"
    """
    return canonical(words).translate(_ALIKE)


def find(within: Folded, quotation: Quotation) -> Anchor | int:
    """Where quoted words stand; else how many places there are between which nothing decides, 0 for none.

    Words that were left out are marked by « … »: the passage reaches from the first words to the last.
    """
    pieces = [piece for one in _LEFT_OUT.split(quotation.words) if (piece := folded_words(one))]
    found = list(_spans(within.text, pieces)) if pieces else []
    if len(found) > 1:
        found = _told_apart(within, found, quotation)
    if len(found) != 1:
        return len(found)
    start, end = within.places[found[0][0]], within.places[found[0][1] - 1] + 1
    text = within.document.text
    block = within.document.block_at(start)
    return Anchor(
        start,
        end,
        text[max(0, start - AROUND) : start],
        text[end : end + AROUND],
        block.page if block else None,
        sha256(text[start:end].encode()).hexdigest(),
    )


def _spans(text: str, pieces: Sequence[str]) -> Iterator[tuple[int, int]]:
    """From each place of the first piece to the next one of each further piece behind it."""
    at = _next(text, pieces[0], 0)
    while at >= 0:
        end = at + len(pieces[0])
        for piece in pieces[1:]:
            following = _next(text, piece, end)
            if following < 0:
                return
            end = following + len(piece)
        yield at, end
        at = _next(text, pieces[0], at + 1)


def _next(text: str, piece: str, start: int) -> int:
    """The next place of words that neither begin nor end within a word; −1 where there is none."""
    at = text.find(piece, start)
    while at >= 0:
        before, behind = text[at - 1 : at] if at else "", text[at + len(piece) : at + len(piece) + 1]
        if not (before + piece[0]).isalnum() * len(before) and not (piece[-1] + behind).isalnum() * len(behind):
            return at
        at = text.find(piece, at + 1)
    return -1


def _told_apart(within: Folded, found: Sequence[tuple[int, int]], quotation: Quotation) -> list[tuple[int, int]]:
    """Those of several places that fit what is known: the words around, else the page as printed."""
    before, behind = folded_words(quotation.prefix), folded_words(quotation.suffix)
    if before or behind:
        return [
            (start, end)
            for start, end in found
            if within.text[:start].rstrip().endswith(before) and within.text[end:].lstrip().startswith(behind)
        ]
    if not quotation.page:
        return list(found)
    blocks = ((one, within.document.block_at(within.places[one[0]])) for one in found)
    return [one for one, block in blocks if block and quotation.page in (block.label, str(block.page))] or list(found)


def nearest(document: Document, words: str) -> str:
    """The block that shares most words with a quotation, empty where none shares any."""
    wanted = set(_WORD.findall(words.casefold()))
    shared = (
        (len(wanted & set(_WORD.findall(block.text.casefold()))), -len(block.text), block.text)
        for block in document.blocks
    )
    number, _, text = max(shared, default=(0, 0, ""))
    return " ".join(text.split()) if number else ""


def anchor(project: Project, document: Document, name: str, day: date) -> Anchoring:
    """Anchor every passage of a project that is taken from a document, by its IRI.

    Raises:
        ProjectError: there are no files to write to.
        TurtleError: a block that changes is not laid out as the house does.
    """
    if project.data or project.root == PACKAGE / "data":
        raise ProjectError("nothing-to-write-to", remedy="write-in-project")
    prefixes, within = read_prefixes(project), fold(document)
    texts = {path: read_text(path) for path in project.graph_files()}
    key = name.rpartition("/")[2]
    files = {path: read_turtle_file(text, project.name_of(path)) for path, text in texts.items() if key in text}
    anchors, orphans, quoted = dict[str, Anchor](), list[Orphan](), list[Quotation]()
    edits: dict[Path, list[Edit]] = {}
    for path, file in files.items():
        for block in file.blocks:
            quotation = _quotation(file, block, name)
            if quotation:
                quoted.append(quotation)
                found = find(within, quotation)
                if isinstance(found, Anchor):
                    anchors[quotation.subject] = found
                    edits.setdefault(path, []).extend(_edits(block, _said(found)))
                else:
                    orphans.append(Orphan(quotation, found, nearest(document, quotation.words)))
            elif file.expand(block.subject) == name and block.statements[0].predicate == "a":
                edits.setdefault(path, []).extend(_edits(block, _said_of(document, day)))
    # words that stand nowhere in a file say that it is another one; where none are quoted the user's word is enough
    if quoted and not anchors and not any(orphan.times for orphan in orphans):
        edits = {}
    changed = tuple(_addition(project, path, texts[path], made, prefixes) for path, made in edits.items() if made)
    long = tuple(one for one in quoted if is_long(one.words))
    size = sum({one.words: len(one.words) for one in quoted}.values())
    share = size / len(document.text) if document.text else 0.0
    return Anchoring(changed, anchors, tuple(orphans), long, min(share, 1.0))


def _quotation(file: TurtleFile, block: Block, document: str) -> Quotation | None:
    """A block as a passage of the document, None where it is none or has no words."""
    said = {one.predicate: one.object for one in block.statements}
    if said.get("a") != "pan:Passage" or file.expand(said.get("pan:inDocument", "")) != document:
        return None
    if "pan:quote" not in said:
        return None

    def plain(name: str) -> str:
        value = said.get(name, '""')
        return unescaped(value[1 : value.rindex('"')]) if value.startswith('"') else ""

    around = {name: plain(f"pan:{name}") for name in ("page", "prefix", "suffix")}
    return Quotation(file.expand(block.subject), Place(file.name, block.line), plain("pan:quote"), **around)


def _said(anchor: Anchor) -> dict[str, str]:
    """What a passage says of its place, as it is written; empty for what it does not say."""
    return {
        "pan:pageIndex": str(anchor.page) if anchor.page else "",
        "pan:prefix": string(anchor.prefix) if anchor.prefix else "",
        "pan:suffix": string(anchor.suffix) if anchor.suffix else "",
        "pan:start": str(anchor.start),
        "pan:end": str(anchor.end),
        "pan:readerVersion": string(READER),
        "pan:quoteHash": string(anchor.digest),
    }


def _said_of(document: Document, day: date) -> dict[str, str]:
    """What a document says of the file that was read; the day stays where the file is the same."""
    media = _MEDIA.get(document.format)
    return {
        "pan:sha256": string(document.sha256),
        "dcterms:format": string(media) if media else "",
        "pan:pages": str(document.pages) if document.pages else "",
        "pan:characters": str(len(document.text)),
        "pan:readOn": f'"{day.isoformat()}"^^xsd:date',
    }


def _edits(block: Block, said: Mapping[str, str]) -> Iterator[Edit]:
    """What has to change in a block so that it says this."""
    old = {name: tuple(one.object for one in block.statements if one.predicate == name) for name in said}
    if "pan:sha256" in said and said["pan:sha256"] in old["pan:sha256"]:
        return
    # whatever else a draft may say: keys and labels stand before it in house style
    after = [*_BEFORE, "pan:quote", "pan:page", "pan:readAt"]
    for name, value in said.items():
        # An earlier file of a document keeps its hash: passages may have been located in it.
        new = (*old[name], value) if name == "pan:sha256" else (value,) if value else ()
        if old[name] != new:
            yield Edit(block.subject, name, old[name], new, tuple(after))
        after.append(name)


def _addition(project: Project, path: Path, old: str, edits: Sequence[Edit], prefixes: Mapping[str, str]) -> Addition:
    name = project.name_of(path)
    used = sorted({one.predicate.partition(":")[0] for one in edits} | ({"xsd"} if "xsd:" in str(edits) else set()))
    return Addition(path, name, old, with_prefixes(edited(old, name, edits), used, prefixes, name))
