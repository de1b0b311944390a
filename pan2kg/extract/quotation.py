"""Words quoted from a document: where they stand in its text, exactly or not at all, and the passage that is written.

Words are found in canonical form, apostrophes, hyphens and spaces being alike, and where they stand several times by
what stands before and behind, or by the page. There is no search for what is merely similar: that lands silently on
words that look alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final

from pan2kg.extract.document import AROUND, READER, Document, canonical
from pan2kg.turtle.writer import Block, TurtleLine, iri, string, text

_LEFT_OUT: Final = re.compile(r"\s*(?:\[…\]|\(…\)|…|\[\.\.\.\]|\.\.\.)\s*")
_ALIKE: Final = str.maketrans("’‘ʼ‐‑", "'''--")
_WORD: Final = re.compile(r"\w{3,}")


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words as they stand in a document, given by IRI, with the language they are in.

    ``label`` is the page as printed, ``page`` that of the file, from 1. ``start`` and ``end`` are the place in the
    canonical text, in characters, -1 where it is not known; ``prefix`` and ``suffix`` stand around it, ``path`` are the
    headings above.
    """

    words: str
    document: str = ""
    language: str = ""
    label: str = ""
    page: int | None = None
    start: int = -1
    end: int = -1
    prefix: str = ""
    suffix: str = ""
    path: tuple[str, ...] = ()

    @classmethod
    def at(cls, document: Document, start: int, end: int, *, of: int | None = None) -> Quotation:
        whole, block = document.text, document.block_at(start if of is None else of)
        return cls(
            whole[start:end],
            language=(block.language or "") if block else "",
            label=(block.label or "") if block else "",
            page=document.page_at(of) if of is not None else block.page if block else None,
            start=start,
            end=end,
            prefix=whole[max(0, start - AROUND) : start],
            suffix=whole[end : end + AROUND],
            path=block.path if block else (),
        )

    @classmethod
    def from_line(cls, line: Mapping[str, Any]) -> Quotation:
        return cls(
            str(line["quote"]),
            label=str(line.get("label", "")),
            page=int(line["page"]) if line.get("page") else None,
            start=int(line["start"]),
            end=int(line["end"]),
            prefix=str(line.get("prefix", "")),
            suffix=str(line.get("suffix", "")),
            path=tuple(map(str, line.get("path", ()))),
        )

    def to_line(self) -> dict[str, object]:
        names = ("start", "end", "words", "page", "label", "prefix", "suffix", "path")
        return {"quote" if name == "words" else name: getattr(self, name) for name in names}

    def key(self, sha: str) -> str:
        return sha256(f"{sha}|{self.start}|{self.end}".encode()).hexdigest()[:16]

    def around(self, document: Document | None, paragraphs: int = 2) -> Quotation:
        blocks = document.blocks if document else ()
        at = next((number for number, block in enumerate(blocks) if block.start <= self.start < block.end), None)
        if document is None or at is None:
            return replace(self, label=str(self.page or ""))
        nearby, block, whole = blocks[max(0, at - paragraphs) : at + paragraphs + 1], blocks[at], document.text
        return replace(
            self,
            words=whole[self.start : self.end],
            label=block.label or str(block.page or self.page or ""),
            prefix=whole[nearby[0].start : self.start],
            suffix=whole[self.end : max(nearby[-1].end, self.end)],
            path=block.path,
        )

    def placed(self) -> dict[str, str]:
        return {
            "pan:pageIndex": str(self.page) if self.page else "",
            "pan:prefix": string(self.prefix) if self.prefix else "",
            "pan:suffix": string(self.suffix) if self.suffix else "",
            "pan:start": str(self.start),
            "pan:end": str(self.end),
            "pan:readerVersion": string(READER),
            "pan:quoteHash": string(sha256(self.words.encode()).hexdigest()),
        }

    def block(self, name: str, prefixes: Mapping[str, str]) -> Block:
        is_placed = self.start >= 0
        statements = [
            TurtleLine("a", "pan:Passage"),
            TurtleLine("pan:quote", text(" ".join(self.words.split()) if is_placed else self.words, self.language)),
        ]
        if self.label and (self.page or not is_placed):
            statements.append(TurtleLine("pan:page", string(self.label)))
        if is_placed:
            statements += [TurtleLine(name, value) for name, value in self.placed().items() if value]
        return Block(name, (*statements, TurtleLine("pan:inDocument", iri(self.document, prefixes))))


@dataclass(frozen=True, slots=True)
class Folded:
    document: Document
    text: str
    places: tuple[int, ...]


def fold(document: Document) -> Folded:
    characters, places = list[str](), list[int]()
    for place, character in enumerate(document.text):
        if not character.isspace():
            characters.append(character)
        elif characters and characters[-1] != " ":
            characters.append(" ")
        else:
            continue
        places.append(place)
    return Folded(document, "".join(characters).translate(_ALIKE), tuple(places))


def find(within: Folded, quotation: Quotation) -> Quotation | int:
    """Where quoted words stand; else how many places there are between which nothing decides, 0 for none.

    Words that were left out are marked by « … »: the passage reaches from the first words to the last.
    """
    pieces = [piece for words in _LEFT_OUT.split(quotation.words) if (piece := canonical(words).translate(_ALIKE))]
    spans = list(_spans(within.text, pieces)) if pieces else []
    if len(spans) > 1:
        # several places are told apart by the words around, else by the page as printed
        before, behind = (canonical(words).translate(_ALIKE) for words in (quotation.prefix, quotation.suffix))
        if before or behind:
            spans = [
                (start, end)
                for start, end in spans
                if within.text[:start].rstrip().endswith(before) and within.text[end:].lstrip().startswith(behind)
            ]
        elif quotation.label:
            blocks = ((span, within.document.block_at(within.places[span[0]])) for span in spans)
            fitting = [span for span, block in blocks if block and quotation.label in (block.label, str(block.page))]
            spans = fitting or spans
    if len(spans) != 1:
        return len(spans)
    return Quotation.at(within.document, within.places[spans[0][0]], within.places[spans[0][1] - 1] + 1)


def quoted(document: Document, words: str) -> Quotation | None:
    place = find(fold(document), Quotation(words))
    return place if isinstance(place, Quotation) else None


def _spans(text: str, pieces: Sequence[str]) -> Iterator[tuple[int, int]]:
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
    at = text.find(piece, start)
    while at >= 0:
        before, behind = text[at - 1 : at] if at else "", text[at + len(piece) : at + len(piece) + 1]
        if not (before + piece[0]).isalnum() * len(before) and not (piece[-1] + behind).isalnum() * len(behind):
            return at
        at = text.find(piece, at + 1)
    return -1


def nearest(document: Document, words: str) -> str:
    wanted = set(_WORD.findall(words.casefold()))
    shared = (
        (len(wanted & set(_WORD.findall(block.text.casefold()))), -len(block.text), block.text)
        for block in document.blocks
    )
    number, _, text = max(shared, default=(0, 0, ""))
    return " ".join(text.split()) if number else ""
