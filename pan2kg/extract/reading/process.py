"""Reads a file of any format, told by its bytes before its name, in a process of its own with limits."""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path, PurePath
from typing import Final

from pan2kg.errors import OutlineError, Place
from pan2kg.extract.document import Block, Document, Remark, block_language, canonical, from_json, laid, to_json
from pan2kg.extract.layout import decode_text, noted
from pan2kg.extract.reading.markup import read_html, read_plain
from pan2kg.extract.reading.opendocument import read_opendocument
from pan2kg.extract.reading.options import MEGABYTE, Limits, Options, Package, damaged
from pan2kg.extract.reading.paragraphs import Paragraph, blocks_of, without_contents
from pan2kg.extract.reading.pdf import read_pdf
from pan2kg.extract.reading.word import read_word
from pan2kg.i18n.message import pack, unpack
from pan2kg.project import reason

_SEPARATORS = ";\t,|"


def read_xlsx(data: bytes, package: Package) -> list[Paragraph]:
    """The sheets of a spreadsheet, with the values that were last computed.

    Raises:
        OutlineError: the spreadsheet is damaged, or openpyxl is not installed.
    """
    try:
        from openpyxl import load_workbook
        from openpyxl.utils.exceptions import InvalidFileException
    except ImportError:
        raise OutlineError(
            "needs-documents-extra", place=Place(package.source), remedy="install-documents", library="openpyxl"
        ) from None
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheets = [(sheet.title, _filled(sheet.iter_rows(values_only=True))) for sheet in book.worksheets]
    except (InvalidFileException, KeyError, ValueError, TypeError, SyntaxError, AttributeError):
        raise damaged(package.source) from None
    return list(_sheets(sheets))


def _sheets(sheets: Iterable[tuple[str, tuple[tuple[str, ...], ...]]]) -> Iterator[Paragraph]:
    with_rows = [(title, rows) for title, rows in sheets if rows]
    for title, rows in with_rows:
        if len(with_rows) > 1:
            yield Paragraph(title, outline=1)
        yield Paragraph("", kind="table", rows=rows)


def _filled(rows: Iterable[Iterable[object]]) -> tuple[tuple[str, ...], ...]:
    """The rows with something in them, as wide as the widest, without columns that are empty throughout."""
    texts = [row for row in ([_shown(value) for value in row] for row in rows) if any(row)]
    width = max((at + 1 for row in texts for at, value in enumerate(row) if value), default=0)
    return tuple(tuple([*row, *[""] * width][:width]) for row in texts)


def _shown(value: object) -> str:
    """A value as it is shown: a day without the midnight it is kept with, a whole number without a fraction."""
    if value is None:
        return ""
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return canonical(str(value))


def read_csv(data: bytes, source: str) -> tuple[list[Paragraph], tuple[Remark, ...]]:
    """The table of a text file; what parts its columns is what the first line has most of.

    Raises:
        OutlineError: the file is no text, or a line of it has no end.
    """
    text, remarks = decode_text(data, source=source)
    first = text.lstrip().partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    try:
        rows = _filled(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:
        raise damaged(source) from None
    return [Paragraph("", kind="table", rows=rows)], tuple(Remark(one.told) for one in remarks)


_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP: Final = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL
)
_MAC_ACCENTS: Final = re.compile(rb"[a-z]\x8e|\x8e[a-z]")
_ENDINGS: Final = {"markdown": "md", "htm": "html", "xhtml": "html", "tsv": "csv", "text": "txt"}


@dataclass(frozen=True, slots=True)
class Found:
    """What a reader found in a file: its blocks, how many pages it has, and what is to be said of it."""

    blocks: tuple[Block, ...]
    pages: int | None = None
    remarks: tuple[Remark, ...] = ()


def _flowing(paragraphs: list[Paragraph], pages: int | None, remarks: tuple[Remark, ...]) -> Found:
    """The paragraphs of a text without pages of its own as blocks."""
    kept, contents = without_contents(paragraphs)
    said = (Remark(noted("contents-left", lines=str(contents))),) if contents else ()
    return Found(blocks_of(kept), pages, (*remarks, *said))


Reader = Callable[[bytes, str, Options], Found]


def _pdf(data: bytes, source: str, options: Options) -> Found:
    paragraphs, pages, remarks = read_pdf(data, source, options)
    return Found(blocks_of(paragraphs), pages, remarks)


def _docx(data: bytes, source: str, options: Options) -> Found:
    return _flowing(*read_word(Package(data, source, options.limits)))


def _odt(data: bytes, source: str, options: Options) -> Found:
    paragraphs, remarks = read_opendocument(Package(data, source, options.limits))
    return _flowing(paragraphs, None, remarks)


def _html(data: bytes, source: str, _options: Options) -> Found:
    paragraphs, remarks = read_html(data, source)
    return _flowing(paragraphs, None, remarks)


def _text(data: bytes, source: str, _options: Options) -> Found:
    text, remarks = decode_text(data, source=source)
    blocks = tuple(read_plain(text, source=source))
    return Found(blocks, remarks=tuple(Remark(one.told) for one in remarks))


def _markdown(data: bytes, source: str, _options: Options) -> Found:
    text, remarks = decode_text(data, source=source)
    blocks = tuple(read_plain(text, markdown=True, source=source))
    return Found(blocks, remarks=tuple(Remark(one.told) for one in remarks))


def _xlsx(data: bytes, source: str, options: Options) -> Found:
    return Found(blocks_of(read_xlsx(data, Package(data, source, options.limits))))


def _csv(data: bytes, source: str, _options: Options) -> Found:
    paragraphs, remarks = read_csv(data, source)
    return Found(blocks_of(paragraphs), remarks=remarks)


READERS: Final[Mapping[str, Reader]] = {
    "pdf": _pdf,
    "docx": _docx,
    "odt": _odt,
    "html": _html,
    "txt": _text,
    "md": _markdown,
    "xlsx": _xlsx,
    "csv": _csv,
}
"""The reader of each format, by the ending of its files."""


def format_of(data: bytes, name: str) -> str:
    """The format of a file.

    Raises:
        OutlineError: the file is empty, of a format that is not read, or not what its name says.
    """
    place = Place(name)
    if not data.strip():
        raise OutlineError("document-empty", place=place, remedy="give-document")
    ending = PurePath(name).suffix.lower().lstrip(".")
    ending = _ENDINGS.get(ending, ending)
    if data.startswith(_OLD_OFFICE):
        # a locked docx lies in such a container too
        key = "document-locked" if b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e" in data else "old-office-file"
        raise OutlineError(
            key, place=place, remedy="save-as-new-office" if key == "old-office-file" else "save-without-password"
        )
    found = _by_bytes(data)
    if not found and ending in ("pdf", "docx", "odt", "xlsx"):
        raise OutlineError("not-its-format", place=place, remedy="save-again", format=ending)
    if found or ending in READERS:
        return found or ending
    raise OutlineError("format-not-read", place=place, remedy="formats-read", name=name, formats=", ".join(READERS))


def _by_bytes(data: bytes) -> str:
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        parts = {"docx": b"word/document.xml", "xlsx": b"xl/workbook.xml", "odt": b"content.xml"}
        return next((form for form, name in parts.items() if name in data), "")
    return "html" if _MARKUP.match(data[:4096]) else ""


def read_bytes(data: bytes, name: str, options: Options | None = None) -> Document:
    """The document in the bytes of a file called ``name``; in this process, without limits of time and memory.

    Raises:
        OutlineError: the file is empty, locked, damaged, scanned, too large, or of a format that is not read.
    """
    options = options or Options()
    form = format_of(data, name)
    if len(data) > options.limits.unpacked * MEGABYTE:
        size = str(len(data) // MEGABYTE)
        raise OutlineError(
            "file-too-large", place=Place(name), remedy="give-smaller-file", megabytes=size,
            limit=options.limits.unpacked,
        )  # fmt: skip
    if form in ("txt", "md", "csv", "html") and _is_mac_roman(data):
        raise OutlineError("mac-roman", place=Place(name), remedy="save-as-utf8")
    found = READERS[form](data, name, options)
    blocks = tuple(_spoken(laid(_on_pages(found.blocks, options))))
    if not blocks:
        raise OutlineError("document-empty", place=Place(name), remedy="give-document")
    remarks = (*found.remarks, *_on_languages(blocks), *_on_script(blocks))
    return Document(PurePath(name).name, hashlib.sha256(data).hexdigest(), form, found.pages, blocks, remarks)


def _is_mac_roman(data: bytes) -> bool:
    """Whether a text has the é of old Macintosh files, which elsewhere is a capital letter inside words."""
    return bool(_MAC_ACCENTS.search(data)) and b"\xe9" not in data and not _is_utf8(data)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _on_pages(blocks: Iterable[Block], options: Options) -> Iterable[Block]:
    """The blocks of the pages that were asked for; those of no page stay."""
    last = options.last or 10**9
    return (block for block in blocks if block.page is None or options.first <= block.page <= last)


def _spoken(blocks: Iterable[Block]) -> Iterable[Block]:
    return (replace(block, language=block.language or block_language(block.text)) for block in blocks)


def _on_script(blocks: Iterable[Block]) -> tuple[Remark, ...]:
    """A remark where most letters are of a script of which no words are known."""
    letters = [char for block in blocks for char in block.text if char.isalpha()]
    others = sum(not unicodedata.name(char, "").startswith("LATIN") for char in letters if char > "\u024f")
    return (Remark(noted("other-script")),) if 2 * others > len(letters) else ()


def _on_languages(blocks: Iterable[Block]) -> tuple[Remark, ...]:
    """A remark where the text is in several languages, each at least a quarter as much as the first."""
    letters: Counter[str] = Counter()
    for block in blocks:
        if block.language:
            letters[block.language] += len(block.text)
    most = letters.most_common()
    named = [language for language, number in most if 4 * number >= most[0][1]]
    return (Remark(noted("several-languages", languages=", ".join(named))),) if len(named) > 1 else ()


_HERE: Final = (".txt", ".md", ".markdown")
"""Formats whose readers are our own and go through a file once: no process is started for them."""


def read_document(path: Path, options: Options | None = None) -> Document:
    """The document in a file.

    Raises:
        OutlineError: the file cannot be read, is empty, locked, damaged, scanned, of a format that is not read, or
            costs more than the limits.
    """
    options = options or Options()
    if not path.is_file():  # a pipe would be waited for
        code = errno.EISDIR if path.exists() else errno.ENOENT
        raise OutlineError("cannot-read-file", place=Place(str(path)), reason=os.strerror(code).lower())
    if path.suffix.lower() in _HERE:
        return read_bytes(_bytes(path), str(path), options)
    return _apart(path, options)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise OutlineError("cannot-read-file", place=Place(str(path)), reason=reason(error)) from None


def _apart(path: Path, options: Options) -> Document:
    """The document, read by a process of its own."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [*sys.path, os.environ.get("PYTHONPATH")]))}
    order = json.dumps({"path": str(path), **asdict(options)})
    done = subprocess.run(
        [sys.executable, "-m", "pan2kg.extract.reading.process"],
        input=order.encode(),
        capture_output=True,
        env=environment,
        check=False,
    )
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        raise _stopped(done.returncode, path, options.limits) from None
    if "document" in answer:
        return from_json(answer["document"])
    remedy = unpack(answer["remedy"]) if answer["remedy"] else None
    raise OutlineError(unpack(answer["error"]), place=Place(str(path), answer["line"]), remedy=remedy)


def _stopped(code: int, path: Path, limits: Limits) -> OutlineError:
    place = Place(str(path))
    if code == -getattr(signal, "SIGXCPU", signal.SIGKILL):
        return OutlineError(
            "reading-took-too-long", place=place, remedy="fewer-pages-or-more-limit", seconds=limits.seconds
        )
    return OutlineError(
        "reading-took-too-much", place=place, remedy="fewer-pages-or-more-limit", megabytes=limits.memory
    )


def main() -> None:
    """Read what standard input names, and write the document or what is wrong with it to standard output."""
    order = json.loads(sys.stdin.buffer.read())
    path = Path(order.pop("path"))
    options = Options(**{**order, "limits": Limits(**order["limits"])})
    _limit(options.limits)
    answer: dict[str, object]
    try:
        answer = {"document": to_json(read_bytes(_bytes(path), str(path), options))}
    except OutlineError as error:
        line = error.place.line if error.place else None
        answer = {"error": pack(error.message), "remedy": error.remedy and pack(error.remedy), "line": line}
    sys.stdout.buffer.write(json.dumps(answer).encode())


def _limit(limits: Limits) -> None:
    """Set the limits of this process, where the system knows such."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory * MEGABYTE, limits.memory * MEGABYTE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
