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
from pan2kg.extract.layout import spans
from pan2kg.i18n.message import Message, pack, unpack
from pan2kg.project import read_text

READER: Final = "1"
"""The version of the readers: positions in the canonical text hold for it. It changes when their text does."""

AROUND: Final = 32
"""How many characters before and after a passage are kept at most."""

BlockKind = Literal["heading", "paragraph", "item", "table", "note"]

BETWEEN_BLOCKS: Final = "\n\n"
BETWEEN_ROWS: Final = "\n"
BETWEEN_CELLS: Final = "\t"

_LIGATURES: Final = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_LEFT_OUT = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffe\uffff\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]"
)
_FORMS: Final = re.compile("[\ufb1d-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc]+")
"""Letters of Hebrew and Arabic as they are printed at the beginning, in the middle or at the end of a word."""
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something the reader was unsure of, left out or could not read, and the pages it concerns, counted from 1."""

    message: Message
    pages: tuple[int, ...] = ()

    def __str__(self) -> str:
        return str(self.told)

    @property
    def told(self) -> Message:
        """The remark with its pages."""
        if not self.pages:
            return self.message
        key = "on-pages" if len(self.pages) > 1 else "on-page"
        return Message("draft", key, {"pages": spans(self.pages), "message": self.message})


@dataclass(frozen=True, slots=True)
class Block:
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
        """Where the block ends in the canonical text."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Document:
    """A document as read: the name of its file, the hash of its bytes, its blocks and what is to be said of them.

    ``pages`` is how many pages the file has, None where the format has none.

    >>> blocks = [Block(1, "i", "heading", "Axe 1", level=1), Block(1, "i", "paragraph", "Former les juges.")]
    >>> document = Document("plan.pdf", "", "pdf", 1, laid(blocks))
    >>> document.text
    'Axe 1\\n\\nFormer les juges.'
    >>> [document.text[block.start : block.end] for block in document.blocks]
    ['Axe 1', 'Former les juges.']
    >>> document.blocks[1].path
    ('Axe 1',)
    >>> from_json(to_json(document)) == document
    True
    """

    source: str
    sha256: str
    format: str
    pages: int | None
    blocks: tuple[Block, ...]
    remarks: tuple[Remark, ...] = ()

    @property
    def text(self) -> str:
        """The canonical text: that of all blocks, a blank line between them."""
        return BETWEEN_BLOCKS.join(block.text for block in self.blocks)

    def block_at(self, position: int) -> Block | None:
        """The block in which a position of the canonical text lies; none between two and beyond the end."""
        return next((block for block in self.blocks if block.start <= position < block.end), None)

    def page_at(self, position: int) -> int | None:
        """The page on which a position of the canonical text is printed; None where that is not known."""
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
    plain = unicodedata.normalize("NFC", _LEFT_OUT.sub("", bare))
    return _SPACE.sub(" ", plain).strip()


def table_text(rows: Iterable[Sequence[str]]) -> str:
    """The text of a table.

    >>> table_text([("Action", "Qui"), ("Former", "Justice")])
    'Action\\tQui\\nFormer\\tJustice'
    """
    return BETWEEN_ROWS.join(BETWEEN_CELLS.join(row) for row in rows)


def laid(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The blocks with their places in the canonical text and the headings above them; those without words are left."""
    start = 0
    above: list[tuple[int, str]] = []
    found: list[Block] = []
    for block in blocks:
        if not block.text.strip():
            continue
        if block.kind == "heading":
            above = [one for one in above if one[0] < block.level]
        found.append(replace(block, start=start, path=tuple(text for _, text in above)))
        if block.kind == "heading":
            above.append((block.level, block.text))
        start += len(block.text) + len(BETWEEN_BLOCKS)
    return tuple(found)


def to_json(document: Document) -> str:
    """The document as text that is the same each time, to be kept beside what was found in it."""
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
        "remarks": [{"message": pack(one.message), "pages": one.pages} for one in document.remarks],
        "blocks": blocks,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


_EMPTY: Final[dict[str, object]] = {
    "page": None, "label": None, "kind": "", "text": "", "level": 0, "marker": "", "rows": (), "start": 0,
    "path": (), "language": None, "lead": 0, "turns": (),
}  # fmt: skip


def from_json(text: str, *, source: str = "") -> Document:
    """The document that :func:`to_json` wrote; ``source`` names the file in errors.

    Raises:
        OutlineError: the text is no document, or one of other readers, whose positions no longer hold.
    """
    try:
        whole = json.loads(text)
        if whole["reader"] != READER:
            raise OutlineError("document-of-other-reader", place=Place(source), remedy="read-document-again")
        return Document(
            str(whole["source"]),
            str(whole["sha256"]),
            str(whole["format"]),
            None if whole["pages"] is None else int(whole["pages"]),
            tuple(_block(one) for one in whole["blocks"]),
            tuple(Remark(unpack(one["message"]), tuple(map(int, one["pages"]))) for one in whole["remarks"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise OutlineError("no-document-json", place=Place(source), remedy="read-document-again") from None


def _block(one: dict[str, Any]) -> Block:
    if one["kind"] not in get_args(BlockKind):
        raise ValueError(one["kind"])
    given = {**one, "path": tuple(one.get("path", ()))}
    given |= {name: tuple(map(tuple, one.get(name, ()))) for name in ("rows", "turns")}
    return Block(**{"page": None, "label": None, **given})


def load_document(path: Path) -> Document:
    """The document kept in a file.

    Raises:
        ProjectError: the file cannot be read.
        OutlineError: it holds no document of these readers.
    """
    return from_json(read_text(path), source=str(path))


_WORD = re.compile(r"[^\W\d_]+")
_LEAST = 3
"""Fewer small words than these tell nothing."""


@cache
def small_words() -> Mapping[str, frozenset[str]]:
    """The commonest small words of each language, in lower case."""
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
    counted = Counter(word.casefold() for word in _WORD.findall(text[:5000]))
    scores = sorted(
        ((sum(counted[word] for word in small), language) for language, small in small_words().items()), reverse=True
    )
    best, second = scores[0], scores[1]
    return best[1] if best[0] >= _LEAST and best[0] > second[0] else None
