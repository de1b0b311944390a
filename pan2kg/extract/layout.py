"""How a published text lies on its pages: bytes, lines, leaders with page numbers, wrapped words.

Nothing here knows what a plan is. A line keeps its number as an editor shows it, so that whatever is
said about the text later can be looked up.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pan2kg.errors import OutlineError, Place
from pan2kg.i18n.message import Message

_BREAK = re.compile(r"\r\n|\n|\r")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_MARKDOWN = re.compile(r"^#{1,6}\s+|\*\*")
SOFT_HYPHEN = "\u00ad"
_LEADER = " \t\u00a0\u202f.…_·"
_PAGE_NUMBER = re.compile(
    r"(?:[-–—]\s*)?\d{1,4}(?:\s*[-–—])?|\d{1,4}\s*/\s*\d{1,4}"
    r"|(?:page|seite|pagina|página|p\.)\s*\d{1,4}(?:\s*(?:/|sur|of|von|di|de)\s*\d{1,4})?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something the reader was unsure of or left out, and the lines it concerns.

    >>> print(Remark(noted("running-text"), (3, 4, 5, 9)))
    lines 3–5, 9: running text, left out
    """

    message: Message
    lines: tuple[int, ...] = ()

    @property
    def line(self) -> int | None:
        """The first line concerned; none where the remark is about the whole text."""
        return self.lines[0] if self.lines else None

    def __str__(self) -> str:
        return str(self.told)

    @property
    def told(self) -> Message:
        """The remark with its lines."""
        if not self.lines:
            return self.message
        return noted("in-lines" if len(self.lines) > 1 else "in-line", lines=spans(self.lines), message=self.message)


def noted(key: str, /, **values: object) -> Message:
    """What the reader was unsure of, as a message of the catalogues."""
    return Message("draft", key, values)


@dataclass(frozen=True, slots=True)
class Line:
    """One line without what belongs to the page: indentation, leader dots, page number.

    ``text`` ends with a soft hyphen where the line broke inside a word; ``cell`` is what stands in it behind a wide
    gap, as in a table; ``width`` is that of the line as printed.
    """

    number: int
    text: str
    indent: int = 0
    width: int = 0
    paged: bool = False
    after_gap: bool = False
    cell: str = ""

    @property
    def is_page_number(self) -> bool:
        """Whether the line holds nothing but the number of a page."""
        return _PAGE_NUMBER.fullmatch(self.text) is not None


def decode_text(data: bytes, *, source: str = "") -> tuple[str, tuple[Remark, ...]]:
    """The text of a file: UTF-8, UTF-16 with its mark, else Windows-1252, and a remark where that is assumed.

    >>> decode_text("1. Former".encode("utf-8-sig"))
    ('1. Former', ())
    >>> text, remarks = decode_text("1. Créer".encode("cp1252"))
    >>> text, str(remarks[0])
    ('1. Créer', 'line 1: not UTF-8; read as Windows-1252, look at the accents')

    Raises:
        OutlineError: the file is a PDF or another binary file, or in no encoding known here.
    """
    if data.startswith(b"%PDF-"):
        raise OutlineError("pdf-file", place=_place(source, 1), remedy="extract-text")
    # before the search for null bytes: UTF-16 text is full of them
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decode(data, "utf-16", source), ()
    if b"\0" in data:
        raise _binary(source, data.count(b"\n", 0, data.index(b"\0")) + 1)
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    # Windows programs save French text so by default; in Latin-1 the dashes and quotation marks would be lost
    text = _decode(data, "cp1252", source)
    return text, (Remark(noted("not-utf8"), (line,)),)


def read_lines(text: str, *, source: str = "") -> tuple[list[Line], list[Remark]]:
    """The lines of a text that have something on them, each with its number, and what was odd about them.

    >>> [line.text for line in read_lines("1.1 Former ......... 12" + chr(10) * 2 + "1.2  Créer")[0]]
    ['1.1 Former', '1.2 Créer']

    Raises:
        OutlineError: the text holds a NUL or half a character: it is no text.
    """
    lines: list[Line] = []
    controls: list[int] = []
    directed: list[int] = []
    gap = True
    for number, raw in enumerate(_BREAK.split(text.removeprefix("\ufeff")), 1):
        if "\0" in raw or re.search("[\ud800-\udfff]", raw):
            raise _binary(source, number)
        if _CONTROL.search(raw):
            controls.append(number)
        if _DIRECTION.search(raw):
            directed.append(number)
        page_break = "\f" in raw
        line = _read_line(number, raw, after_gap=gap or page_break)
        if line.text or line.paged:
            lines.append(line)
        gap = not (line.text or line.paged)
    odd = (("controls", controls),
           ("directions", directed))  # fmt: skip
    return lines, [Remark(noted(key), tuple(numbers)) for key, numbers in odd if numbers]


def _read_line(number: int, raw: str, *, after_gap: bool) -> Line:
    clean = _CONTROL.sub("", _INVISIBLE.sub("", raw.replace("\f", "")))
    clean = unicodedata.normalize("NFC", re.sub("[\v\u0085\u2028\u2029]", " ", clean)).rstrip()
    body, paged = _without_leader(_MARKDOWN.sub("", clean.lstrip()))
    broken = SOFT_HYPHEN * body.endswith(SOFT_HYPHEN)
    cells = [_tidy(cell) + broken for cell in re.split(r" {4,}|\t+", body)]
    shown = clean.expandtabs(8)
    indent = len(shown) - len(shown.lstrip())
    return Line(number, _tidy(body) + broken, indent, len(shown), paged, after_gap, cells[-1] if len(cells) > 1 else "")


def _tidy(text: str) -> str:
    return re.sub(r"[ \t]{2,}|\t", " ", text.replace(SOFT_HYPHEN, "")).strip()


def _without_leader(text: str) -> tuple[str, bool]:
    """The text before a leader or a page number set off at the right, and whether there was one."""
    head = text.rstrip("0123456789")
    page = text[len(head) :]
    if not page and (roman := re.search(r"(?<=[.…_\s])[ivxl]{1,6}$", text)):
        head, page = text[: roman.start()], roman[0]
    core = head.rstrip(_LEADER)
    tail = head[len(core) :]
    dots = sum(3 if char == "…" else char in "._·" for char in tail)
    set_off = core and page.isdigit() and len(page) < 4 and ("\t" in tail or len(tail) - dots >= 3)
    if (page and len(page) < 5 and dots >= 3) or (not page and dots >= 4) or set_off:
        return core, True
    return text, False


def joined(before: str, after: str, *, text: str = "") -> tuple[str, str]:
    """Two halves of a wrapped title as one, and a word that was put together in doubt (else nothing).

    A hyphen at the end of a line is the printer's unless the hyphenated word stands elsewhere in the text;
    before “und”, “et” … it is the author's.

    >>> joined("Créer des", "formations")
    ('Créer des formations', '')
    >>> joined("Sensibili-", "sation des juges")
    ('Sensibilisation des juges', 'Sensibilisation')
    >>> joined("Wirtschafts-", "und Menschenrechtspolitik")
    ('Wirtschafts- und Menschenrechtspolitik', '')
    """
    if before.endswith(SOFT_HYPHEN):
        return before.rstrip(SOFT_HYPHEN) + after, ""
    half = re.search(r"[^\W\d_]+-$", before[-60:]) if before.endswith("-") else None
    rest = re.match(r"[^\W\d_]+", after)
    if not half or not rest or rest[0].casefold() in {"und", "oder", "bzw", "et", "ou", "and", "or", "e", "o", "y"}:
        return f"{before} {after}".strip(), ""
    if rest[0][0].isupper() or half[0] + rest[0] in text:
        return before + after, ""
    return before[:-1] + after, half[0][:-1] + rest[0]


def folded(text: str) -> str:
    """A text for comparison: no case, no accents, single spaces.

    >>> folded("MASSNAHME") == folded("Maßnahme"), folded("Catégorie")
    (True, 'categorie')
    """
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(char for char in letters if not unicodedata.combining(char)).split())


def spans(numbers: Iterable[int]) -> str:
    """Numbers in short.

    >>> spans([9, 3, 4, 5])
    '3–5, 9'
    """
    groups: list[list[int]] = []
    for number in sorted(set(numbers)):
        if groups and number == groups[-1][-1] + 1:
            groups[-1].append(number)
        else:
            groups.append([number])
    return ", ".join(f"{g[0]}–{g[-1]}" if len(g) > 1 else str(g[0]) for g in groups)


def page_width(lines: Sequence[Line]) -> int | None:
    """The width the text was set to, or none where no lines show one: few are full, or paragraphs are one line."""
    widths = [line.width for line in lines if not line.paged]
    widest = max(widths, default=0)
    full = sum(width > widest - 12 for width in widths)
    return widest if widest <= 120 and full > 2 else None


def _decode(data: bytes, encoding: str, source: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise OutlineError("neither-encoding", place=_place(source, line), remedy="save-as-text") from None


def _binary(source: str, line: int) -> OutlineError:
    return OutlineError("binary-file", place=_place(source, line), remedy="save-as-text")


def _place(source: str, line: int) -> Place:
    return Place(source or "plan", line)
