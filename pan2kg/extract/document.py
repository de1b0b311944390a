"""A published document as it was read: blocks in one canonical text, with page, place and language.

The canonical text is what passages and mentions are counted in. Two renderings of one document – the PDF and the Word
file – have the same words in it, so it is freed of what belongs to the rendering alone: ligatures, hyphens at the end
of a line, runs of space. Apostrophes, quotation marks and dashes stay as they are printed.
"""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, get_args

from pan2kg.errors import OutlineError, Place
from pan2kg.i18n.message import Message, pack, unpack
from pan2kg.project import read_text

# the version of the readers: positions in the canonical text hold for it. It changes when their text does
READER: Final = "1"
AROUND: Final = 32  # how many characters before and after a passage are kept at most
SOFT_HYPHEN: Final = "\u00ad"

BlockKind = Literal["heading", "paragraph", "item", "table", "note"]

BETWEEN_BLOCKS: Final = "\n\n"
BETWEEN_ROWS: Final = "\n"
BETWEEN_CELLS: Final = "\t"

_LIGATURES: Final = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_LEFT_OUT = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffe\uffff\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]"
)
# letters of Hebrew and Arabic as they are printed at the beginning, in the middle or at the end of a word
_FORMS: Final = re.compile("[\ufb1d-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc]+")


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
        key = "on-pages" if len(self.pages) > 1 else "on-page"
        return noted(key, pages=runs_of(self.pages, dash="–"), message=self.message)


def noted(key: str, /, **values: object) -> Message:
    return Message("draft", key, values)


@dataclass(frozen=True, slots=True)
class DocumentBlock:
    """A heading, a paragraph, an item of a list, a table or a note.

    ``page`` counts from 1, ``label`` is the number printed on it where the file knows it; both are None where the
    format has no pages. ``text`` is canonical; of a table it is the cells, a tabulator between them and a line a row.
    ``level`` is that of a heading or item, 1 the outermost, 0 none. ``marker`` is the number or bullet as printed: a
    number stands in the text too, a bullet does not. ``start`` is the place in the canonical text of the document,
    ``path`` the headings above, ``language`` a code where the words tell it, ``lead`` how many characters at the
    beginning are set in bold, 0 where all or none are. ``turns`` are the later pages of a block that ends on another
    page than it begins: where in its text each begins, and its number.
    """

    page: int | None
    label: str | None
    kind: BlockKind
    text: str
    level: int = 0
    marker: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    start: int = 0
    path: tuple[str, ...] = ()
    language: str | None = None
    lead: int = 0
    turns: tuple[tuple[int, int], ...] = ()

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    def cell_start(self, row: int, column: int) -> int:
        above = sum(len(BETWEEN_CELLS.join(cells)) + len(BETWEEN_ROWS) for cells in self.rows[:row])
        return self.start + above + sum(len(cell) + len(BETWEEN_CELLS) for cell in self.rows[row][:column])


@dataclass(frozen=True, slots=True)
class Document:
    """A document as read: the name of its file, the hash of its bytes, its blocks and what is to be said of them.

    ``pages`` is how many pages the file has, None where the format has none.

    >>> heading = DocumentBlock(1, "i", "heading", "Axe 1", level=1)
    >>> blocks = [heading, DocumentBlock(1, "i", "paragraph", "Former les juges.")]
    >>> document = Document("plan.pdf", "", "pdf", 1, laid(blocks))
    >>> document.text
    'Axe 1\\n\\nFormer les juges.'
    >>> document.blocks[1].path, document.text[document.blocks[1].start :]
    (('Axe 1',), 'Former les juges.')
    >>> from_json(to_json(document)) == document
    True
    """

    source: str
    sha256: str
    format: str
    pages: int | None
    blocks: tuple[DocumentBlock, ...]
    remarks: tuple[Remark, ...] = ()

    @property
    def text(self) -> str:
        return BETWEEN_BLOCKS.join(block.text for block in self.blocks)

    def block_at(self, position: int) -> DocumentBlock | None:
        return next((block for block in self.blocks if block.start <= position < block.end), None)

    def page_at(self, position: int) -> int | None:
        block = self.block_at(position)
        if block is None:
            return None
        later = [page for offset, page in block.turns if block.start + offset <= position]
        return later[-1] if later else block.page


def canonical(printed: str) -> str:
    """A text as it stands in the canonical one: composed letters, no ligatures and soft hyphens, single spaces.

    >>> canonical("l’e\\u0301tude  de\\u00a0la « ﬁn »\\n")
    'l’étude de la « fin »'
    """
    bare = _FORMS.sub(lambda form: unicodedata.normalize("NFKC", form[0]), printed.translate(_LIGATURES))
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", _LEFT_OUT.sub("", bare))).strip()


def folded(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(char for char in letters if not unicodedata.combining(char)).split())


def runs_of(numbers: Iterable[int], *, dash: str = "-") -> str:
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}{dash}{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def table_block(rows: Iterable[Sequence[str]], page: int | None = None, label: str | None = None) -> DocumentBlock:
    listed = list(rows)
    width = max(map(len, listed), default=0)
    filled = tuple((*row, *[""] * (width - len(row))) for row in listed)
    return DocumentBlock(page, label, "table", BETWEEN_ROWS.join(map(BETWEEN_CELLS.join, filled)), rows=filled)


def laid(blocks: Iterable[DocumentBlock]) -> tuple[DocumentBlock, ...]:
    start = 0
    above: list[DocumentBlock] = []
    placed: list[DocumentBlock] = []
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


_EMPTY: Final[dict[str, object]] = {
    "page": None, "label": None, "kind": "", "text": "", "level": 0, "marker": "", "rows": (), "start": 0,
    "path": (), "language": None, "lead": 0, "turns": (),
}  # fmt: skip


def to_json(document: Document) -> str:
    blocks = [
        {
            name: getattr(block, name)
            for name, empty in _EMPTY.items()
            if getattr(block, name) != empty or name in ("kind", "text", "start")
        }
        for block in document.blocks
    ]
    whole = {
        "reader": READER,
        "source": document.source,
        "sha256": document.sha256,
        "format": document.format,
        "pages": document.pages,
        "remarks": [{"message": pack(remark.message), "pages": remark.pages} for remark in document.remarks],
        "blocks": blocks,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def from_json(text: str, *, source: str = "") -> Document:
    def block(values: dict[str, Any]) -> DocumentBlock:
        if values["kind"] not in get_args(BlockKind):
            raise ValueError(values["kind"])
        nested = {name: tuple(map(tuple, values.get(name, ()))) for name in ("rows", "turns")}
        return DocumentBlock(**{"page": None, "label": None, **values, "path": tuple(values.get("path", ())), **nested})

    try:
        whole = json.loads(text)
        if whole["reader"] != READER:
            raise OutlineError("document-of-other-reader", place=Place(source), remedy="read-document-again")
        return Document(
            str(whole["source"]),
            str(whole["sha256"]),
            str(whole["format"]),
            None if whole["pages"] is None else int(whole["pages"]),
            tuple(map(block, whole["blocks"])),
            tuple(Remark(unpack(row["message"]), tuple(map(int, row["pages"]))) for row in whole["remarks"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise OutlineError("no-document-json", place=Place(source), remedy="read-document-again") from None


def load_document(path: Path) -> Document:
    return from_json(read_text(path), source=str(path))


def decode_text(data: bytes, *, source: str) -> tuple[str, tuple[Remark, ...]]:
    # before the search for null bytes: UTF-16 text is full of them
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    if encoding == "utf-8-sig" and b"\0" in data:
        raise binary_file(source, data.count(b"\n", 0, data.index(b"\0")) + 1)
    remarks: tuple[Remark, ...] = ()
    try:
        try:
            return data.decode(encoding), ()
        except UnicodeDecodeError as error:
            if encoding == "utf-16":
                raise
            # Windows programs save French text so by default; in Latin-1 the dashes and quotation marks would be lost
            line = data.count(b"\n", 0, error.start) + 1
            remarks = (Remark(noted("in-line", lines=str(line), message=noted("not-utf8"))),)
            return data.decode("cp1252"), remarks
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise OutlineError("neither-encoding", place=Place(source, line), remedy="save-as-text") from None


def binary_file(source: str, line: int) -> OutlineError:
    return OutlineError("binary-file", place=Place(source, line), remedy="save-as-text")


def joined(before: str, after: str, *, text: str = "") -> str:
    if before.endswith(SOFT_HYPHEN):
        return before.rstrip(SOFT_HYPHEN) + after
    half = re.search(r"[^\W\d_]+-$", before[-60:]) if before.endswith("-") else None
    rest = re.match(r"[^\W\d_]+", after)
    if not half or not rest or rest[0].casefold() in {"und", "oder", "bzw", "et", "ou", "and", "or", "e", "o", "y"}:
        return f"{before} {after}".strip()
    return (before if rest[0][0].isupper() or half[0] + rest[0] in text else before[:-1]) + after


@cache
def _small_words() -> Mapping[str, frozenset[str]]:
    with (Path(__file__).parent / "languages.toml").open("rb") as file:
        return {language: frozenset(table["small"].split()) for language, table in tomllib.load(file).items()}


def block_language(text: str) -> str | None:
    """The language most of the small words of a text belong to; None where few do or two languages are as likely.

    >>> block_language("Le Gouvernement forme les juges et les avocats dans le pays.")
    'fr'
    >>> block_language("D'Regierung an d'Kommissioun si mat der Aarbecht vun de Leit averstan.")
    'lb'
    >>> block_language("PAN 2")
    """
    counted = Counter(word.casefold() for word in re.findall(r"[^\W\d_]+", text[:5000]))
    best, second = sorted(
        ((sum(counted[word] for word in small), language) for language, small in _small_words().items()), reverse=True
    )[:2]
    # fewer than three small words tell nothing
    return best[1] if best[0] > max(2, second[0]) else None
