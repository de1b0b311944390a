"""A published document as it was read: blocks in one canonical text, with page, place and language.

The canonical text is what passages and mentions are counted in. Two renderings of one document –
the PDF and the Word file – have the same words in it, so it is freed of what belongs to the
rendering alone: ligatures, hyphens at the end of a line, runs of space. Apostrophes, quotation
marks and dashes stay as they are printed.
"""

import json
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from pan2kg.errors import OutlineError, Place
from pan2kg.i18n import Message
from pan2kg.i18n.message import pack_message, unpack_message
from pan2kg.project import read_text
from pan2kg.turtle.writer import Block, Prefixes, iri, string, text, worded

# the version of the readers: positions in the canonical text hold for it. It changes when their
# text does
READER = "1"
AROUND = 32  # how many characters before and after a passage are kept at most
SOFT_HYPHEN = "\u00ad"

BlockKind = Literal["heading", "paragraph", "item", "table", "note"]
Rows = tuple[tuple[str, ...], ...]
"""The texts of the cells of a table, row by row."""


class PageTurn(NamedTuple):
    """A later page of a block: where in its text it begins, and its number."""

    offset: int
    page: int


Turns = tuple[PageTurn, ...]

Span = tuple[int, int]
"""Where something begins and ends in a text, in characters."""
BETWEEN_BLOCKS = "\n\n"
BETWEEN_ROWS = "\n"
BETWEEN_CELLS = "\t"

_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
)
_LEFT_OUT = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffe\uffff\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]"
)
# letters of Hebrew and Arabic as they are printed at the beginning, in the middle or at the end of
# a word
_FORMS = re.compile("[\ufb1d-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc]+")


@dataclass(frozen=True, slots=True)
class Remark:
    message: Message
    pages: tuple[int, ...] = ()

    def __str__(self) -> str:
        return str(self.told)

    @property
    def told(self) -> Message:
        if not self.pages:
            return self.message
        return noted(
            "on-pages", n=len(self.pages), pages=runs_of(self.pages, dash="–"), message=self.message
        )


Remarks = tuple[Remark, ...]
"""What is said of a document that was read: of what was left out, and of what is not sure."""


def noted(key: str, /, **values: object) -> Message:
    return Message("draft", key, values)


@dataclass(frozen=True, slots=True)
class DocumentBlock:
    """A heading, a paragraph, an item of a list, a table or a note, with canonical text.

    ``page`` counts from 1, ``label`` is the number printed on it; both are None where the format
    has no pages. ``level`` 1 is the outermost, 0 none. ``marker`` is the number or bullet as
    printed: a number stands in the text too, a bullet does not. ``lead`` is how many characters at
    the beginning are bold, 0 where all or none are. ``turns`` are the later pages of a block: where
    in its text each begins, and its number.
    """

    page: int | None
    label: str | None
    kind: BlockKind
    text: str
    level: int = 0
    marker: str = ""
    rows: Rows = ()
    start: int = 0
    path: tuple[str, ...] = ()
    language: str | None = None
    lead: int = 0
    turns: Turns = ()

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    def cell_start(self, row: int, column: int) -> int:
        """Where a cell of a table begins in the text of the document; both count from 0."""
        start = self.start
        for cells in self.rows[:row]:
            start += len(BETWEEN_CELLS.join(cells)) + len(BETWEEN_ROWS)
        for cell in self.rows[row][:column]:
            start += len(cell) + len(BETWEEN_CELLS)
        return start


Blocks = tuple[DocumentBlock, ...]
"""Blocks that follow each other."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document as read; ``pages`` is how many the file has, None where the format has none."""

    source: str
    sha256: str
    format: str
    pages: int | None
    blocks: Blocks
    remarks: Remarks = ()

    @property
    def text(self) -> str:
        return BETWEEN_BLOCKS.join(block.text for block in self.blocks)

    def block_at(self, position: int) -> DocumentBlock | None:
        return next((block for block in self.blocks if block.start <= position < block.end), None)

    def page_at(self, position: int) -> int | None:
        """The page of the file a place of the text is on, None where the format has none."""
        block = self.block_at(position)
        if block is None:
            return None
        page = block.page
        for turn in block.turns:
            if block.start + turn.offset <= position:
                page = turn.page
        return page


def canonical(printed: str) -> str:
    """A text as it stands in the canonical one: composed letters, no ligatures and soft hyphens, single spaces."""
    bare = _FORMS.sub(
        lambda form: unicodedata.normalize("NFKC", form[0]), printed.translate(_LIGATURES)
    )
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", _LEFT_OUT.sub("", bare))).strip()


def folded(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(char for char in letters if not unicodedata.combining(char)).split())


def runs_of(numbers: Iterable[int], *, dash: str = "-") -> str:
    """Numbers in their order, those that follow each other as one run.

    >>> runs_of([7, 3, 1, 2])
    '1-3, 7'
    """
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    printed = []
    for run in runs:
        last = f"{dash}{run[-1]}" if len(run) > 1 else ""
        printed.append(f"{run[0]}{last}")
    return ", ".join(printed)


def table_block(
    rows: Iterable[Sequence[str]], page: int | None = None, label: str | None = None
) -> DocumentBlock:
    listed = list(rows)
    width = max(map(len, listed), default=0)
    filled = tuple((*row, *[""] * (width - len(row))) for row in listed)
    return DocumentBlock(
        page, label, "table", BETWEEN_ROWS.join(map(BETWEEN_CELLS.join, filled)), rows=filled
    )


def laid(blocks: Iterable[DocumentBlock]) -> Blocks:
    start = 0
    above: list[DocumentBlock] = []
    placed = []
    for block in blocks:
        if not block.text.strip():
            continue
        if block.kind == "heading":
            above = [heading for heading in above if heading.level < block.level]
        placed.append(replace(block, start=start, path=tuple(heading.text for heading in above)))
        if block.kind == "heading":
            above.append(block)
        start += len(block.text) + len(BETWEEN_BLOCKS)
    return tuple(placed)


def to_json(document: Document) -> str:
    """A document as it is kept, in JSON, with the version of the readers its places hold for."""
    remarks = []
    for remark in document.remarks:
        remarks.append({"message": pack_message(remark.message), "pages": remark.pages})
    whole = {
        "reader": READER,
        "source": document.source,
        "sha256": document.sha256,
        "format": document.format,
        "pages": document.pages,
        "remarks": remarks,
        "blocks": list(map(_block_to_json, document.blocks)),
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


_EMPTY = asdict(DocumentBlock(None, None, "paragraph", ""))
_ALWAYS = ("kind", "text", "start")  # what is written of every block


def _block_to_json(block: DocumentBlock) -> dict[str, Any]:
    """What is not as in an empty block, and what is written of every one."""
    return {
        name: value
        for name, value in asdict(block).items()
        if name in _ALWAYS or value != _EMPTY[name]
    }


def from_json(text: str, *, source: str = "") -> Document:
    """The document that was kept so.

    Raises:
        OutlineError: it is none, or one of other readers, whose places hold no longer.
    """
    try:
        whole = json.loads(text)
        if whole["reader"] != READER:
            raise ValueError(whole["reader"])
        remarks = []
        for row in whole["remarks"]:
            remarks.append(Remark(unpack_message(row["message"]), tuple(map(int, row["pages"]))))
        return Document(
            str(whole["source"]),
            str(whole["sha256"]),
            str(whole["format"]),
            None if whole["pages"] is None else int(whole["pages"]),
            tuple(map(_block_from_json, whole["blocks"])),
            tuple(remarks),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise OutlineError(
            "no-document-json", place=Place(source), remedy="read-document-again"
        ) from None


def _block_from_json(values: Mapping[str, Any]) -> DocumentBlock:
    if values["kind"] not in get_args(BlockKind):
        raise ValueError(values["kind"])
    block = {"page": None, "label": None, **values}
    block["path"] = tuple(values.get("path", ()))
    block["rows"] = tuple(map(tuple, values.get("rows", ())))
    block["turns"] = tuple(PageTurn(*turn) for turn in values.get("turns", ()))
    return DocumentBlock(**block)


def load_document(path: Path) -> Document:
    return from_json(read_text(path), source=str(path))


class DecodedText(NamedTuple):
    text: str
    remarks: Remarks = ()


def decode_text(data: bytes, *, source: str) -> DecodedText:
    """The text in the bytes of a file: in UTF-8, or UTF-16 with its mark, else as Windows programs save it.

    >>> decoded = decode_text("à Genève".encode("cp1252"), source="plan.txt")
    >>> decoded.text, len(decoded.remarks)
    ('à Genève', 1)

    Raises:
        OutlineError: it is in none of these, or no text.
    """
    # before the search for null bytes: UTF-16 text is full of them
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return DecodedText(_decoded(data, "utf-16", source))
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise OutlineError("binary-file", place=Place(source, line), remedy="save-as-utf8")
    try:
        return DecodedText(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        # Windows programs save French text so by default; in Latin-1 the dashes and quotation
        # marks would be lost
        line = data.count(b"\n", 0, error.start) + 1
        message = noted("in-line", lines=str(line), message=noted("not-utf8"))
    return DecodedText(_decoded(data, "cp1252", source), (Remark(message),))


def _decoded(data: bytes, encoding: str, source: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise OutlineError(
            "neither-encoding", place=Place(source, line), remedy="save-as-utf8"
        ) from None


_AND = {"und", "oder", "bzw", "et", "ou", "and", "or", "e", "o", "y"}


def joined(before: str, after: str, *, text: str = "") -> str:
    """Two lines as one text; a hyphen at the end goes where it only parts a word, which ``text`` may tell.

    >>> joined("la sensibi-", "lisation"), joined("Nord-", "Süd"), joined("Natur-", "und Tierschutz")
    ('la sensibilisation', 'Nord-Süd', 'Natur- und Tierschutz')
    """
    if before.endswith(SOFT_HYPHEN):
        return before.rstrip(SOFT_HYPHEN) + after
    half = re.search(r"[^\W\d_]+-$", before[-60:]) if before.endswith("-") else None
    behind = re.match(r"[^\W\d_]+", after)
    if half is None or behind is None or behind[0].casefold() in _AND:
        return f"{before} {after}".strip()
    is_compound = behind[0][0].isupper() or half[0] + behind[0] in text
    return (before if is_compound else before[:-1]) + after


@cache
def table(name: str) -> dict[str, Any]:
    """A table of words beside this file: ``languages``, ``words``, ``signs``, ``mentions``, ``roles`` or acts."""
    tables = tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8"))
    if name == "languages":
        tables = {language: frozenset(row["small"].split()) for language, row in tables.items()}
    return tables


def block_language(text: str) -> str | None:
    """The language most of the small words of a text belong to; None where few do or two are as likely."""
    words = Counter(word.casefold() for word in re.findall(r"[^\W\d_]+", text[:5000]))
    numbers: Counter[str] = Counter()
    for language, small_words in table("languages").items():
        numbers[language] = sum(words[word] for word in small_words)
    (likeliest, number), (_, second) = numbers.most_common(2)
    # fewer than three small words tell nothing
    return likeliest if number > max(2, second) else None


_OMITTED = re.compile(r"\s*(?:\[…\]|\(…\)|…|\[\.\.\.\]|\.\.\.)\s*")
_ALIKE = str.maketrans("’‘ʼ‐‑", "'''--")
_WORD = re.compile(r"\w{3,}")


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words as they stand in a document, given by IRI.

    ``label`` is the page as printed, ``page`` that of the file, from 1. ``start`` and ``end`` are
    the place in the canonical text, in characters, -1 where it is not known; ``prefix`` and
    ``suffix`` stand around it, ``path`` above.
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
    def at(cls, document: Document, start: int, end: int, *, of: int | None = None) -> "Quotation":
        """The words of a document from one place to another; ``of`` is a place in the block they are of."""
        whole = document.text
        block = document.block_at(start if of is None else of)
        quotation = cls(
            whole[start:end],
            start=start,
            end=end,
            prefix=whole[max(0, start - AROUND) : start],
            suffix=whole[end : end + AROUND],
        )
        if block is None:
            return quotation
        return replace(
            quotation,
            language=block.language or "",
            label=block.label or "",
            page=block.page if of is None else document.page_at(of),
            path=block.path,
        )

    @classmethod
    def from_line(cls, line: Mapping[str, Any]) -> "Quotation":
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

    def key(self, sha: str) -> str:
        return sha256(f"{sha}|{self.start}|{self.end}".encode()).hexdigest()[:16]

    def around(self, document: Document | None, paragraphs: int = 2) -> "Quotation":
        """With so many paragraphs before and behind it in place of a few words, and the page as printed."""
        if document is None:
            return replace(self, label=str(self.page or ""))
        whole = document.text
        for at, block in enumerate(document.blocks):
            if block.start <= self.start < block.end:
                nearby = document.blocks[max(0, at - paragraphs) : at + paragraphs + 1]
                return replace(
                    self,
                    words=whole[self.start : self.end],
                    label=block.label or str(block.page or self.page or ""),
                    prefix=whole[nearby[0].start : self.start],
                    suffix=whole[self.end : max(nearby[-1].end, self.end)],
                    path=block.path,
                )
        return replace(self, label=str(self.page or ""))

    def placed(self) -> dict[str, str]:
        return {
            "pan:pageIndex": str(self.page) if self.page else "",
            "pan:prefix": worded(self.prefix),
            "pan:suffix": worded(self.suffix),
            "pan:start": str(self.start),
            "pan:end": str(self.end),
            "pan:readerVersion": string(READER),
            "pan:quoteHash": string(sha256(self.words.encode()).hexdigest()),
        }

    def block(self, name: str, prefixes: Prefixes) -> Block:
        is_placed = self.start >= 0
        words = " ".join(self.words.split()) if is_placed else self.words
        has_page = self.page or not is_placed
        return Block.of(
            name,
            ("a", "pan:Passage"),
            ("pan:quote", text(words, self.language)),
            ("pan:page", worded(self.label) if has_page else ""),
            *(self.placed().items() if is_placed else ()),
            ("pan:inDocument", iri(self.document, prefixes)),
        )


class Folded:
    """A text in which words are looked for, and where its characters stand in the canonical text of the document."""

    def __init__(self, document: Document) -> None:
        characters = list[str]()
        self.document = document
        self.places = list[int]()
        for place, character in enumerate(document.text):
            is_space = character.isspace()
            if not is_space or (characters and characters[-1] != " "):
                characters.append(" " if is_space else character)
                self.places.append(place)
        self.text = "".join(characters).translate(_ALIKE)

    def next(self, piece: str, start: int) -> int:
        """The next place of words that neither begin nor end within a word; −1 where there is none."""
        at = self.text.find(piece, start)
        while at >= 0 and (self._is_within_word(at) or self._is_within_word(at + len(piece))):
            at = self.text.find(piece, at + 1)
        return at

    def _is_within_word(self, at: int) -> bool:
        around = self.text[at - 1 : at + 1] if at else ""
        return len(around) == 2 and around.isalnum()

    def spans(self, pieces: Sequence[str]) -> Iterator[Span]:
        at = self.next(pieces[0], 0) if pieces else -1
        while at >= 0:
            end = at + len(pieces[0])
            for piece in pieces[1:]:
                following = self.next(piece, end)
                if following < 0:
                    return
                end = following + len(piece)
            yield at, end
            at = self.next(pieces[0], at + 1)


def find(within: Folded, quotation: Quotation) -> Quotation | int:
    """Where quoted words stand; else how many places there are between which nothing decides, 0 for none.

    Words that were left out are marked by « … »: the passage reaches from the first words to the
    last.
    """
    pieces = list(filter(None, map(_folded_words, _OMITTED.split(quotation.words))))
    spans = list(within.spans(pieces))
    if len(spans) > 1:
        spans = _told_apart(within, spans, quotation)
    if len(spans) != 1:
        return len(spans)
    start, end = spans[0]
    return Quotation.at(within.document, within.places[start], within.places[end - 1] + 1)


def _folded_words(words: str) -> str:
    return canonical(words).translate(_ALIKE)


def _told_apart(within: Folded, spans: Sequence[Span], quotation: Quotation) -> list[Span]:
    """Of several places those with the words around a quotation, else those on its page as printed, if any."""
    text = within.text
    before = _folded_words(quotation.prefix)
    behind = _folded_words(quotation.suffix)
    fitting = []
    if before or behind:
        for start, end in spans:
            is_behind = text[:start].rstrip().endswith(before)
            if is_behind and text[end:].lstrip().startswith(behind):
                fitting.append((start, end))
        return fitting
    if quotation.label:
        for start, end in spans:
            block = within.document.block_at(within.places[start])
            if block and quotation.label in (block.label, str(block.page)):
                fitting.append((start, end))
    return fitting or list(spans)


def quoted(document: Document, words: str) -> Quotation | None:
    place = find(Folded(document), Quotation(words))
    return place if isinstance(place, Quotation) else None


def nearest(document: Document, words: str) -> str:
    """The block that shares most words with some, the shortest of several; empty where none shares one."""
    wanted = set(_WORD.findall(words.casefold()))

    def shared(block: DocumentBlock) -> int:
        return len(wanted & set(_WORD.findall(block.text.casefold())))

    best = max(
        document.blocks,
        key=lambda block: (shared(block), -len(block.text), block.text),
        default=None,
    )
    return " ".join(best.text.split()) if best and shared(best) else ""
