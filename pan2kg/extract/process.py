"""Reads a file of any format, told by its bytes before its name, in a process of its own with limits.

What a published plan needs is little: who wants more names a limit.
"""

import csv
import datetime as dt
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
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from pan2kg.errors import OutlineError, Place
from pan2kg.extract import (
    document as documents,
    opendocument,
    package,
    pdf,
    plain_text,
    web_page,
    word,
)
from pan2kg.extract.document import Document, DocumentBlock, Remark, noted
from pan2kg.extract.paragraphs import Paragraph, ParagraphReading, blocks_of, without_contents
from pan2kg.i18n.message import pack_message, unpack_message
from pan2kg.project import reason

_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED = "EncryptedPackage".encode("utf-16-le")[:-1]
_MARKUP = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b",
    re.IGNORECASE | re.DOTALL,
)
_MAC_ACCENTS = re.compile(rb"[a-z]\x8e|\x8e[a-z]")
_ENDINGS = {"markdown": "md", "htm": "html", "xhtml": "html", "tsv": "csv", "text": "txt"}
_FORMATS = ("pdf", "docx", "odt", "html", "txt", "md", "xlsx", "csv")
_PACKED = {  # what stands in the bytes of a zip archive of each format
    "docx": b"word/document.xml",
    "xlsx": b"xl/workbook.xml",
    "odt": b"content.xml",
}
_HAS_SIGNATURE = ("pdf", "docx", "odt", "xlsx")  # told by their bytes alone
_IN_LETTERS = ("txt", "md", "csv", "html")
_SEPARATORS = ";\t,|"


@dataclass(frozen=True, slots=True)
class ReaderLimits:
    """How much reading may take: CPU seconds, memory and unpacked size in megabytes, and pages."""

    seconds: int = 60
    memory: int = 1000
    pages: int = 2000
    unpacked: int = 200


@dataclass(frozen=True, slots=True)
class Options:
    """Which pages are read, from 1 to ``last`` or the end, with which password, and at what cost."""

    first: int = 1
    last: int | None = None
    password: str = ""
    limits: ReaderLimits = field(default_factory=ReaderLimits)


class PageRange(NamedTuple):
    """The first and the last page of a range, None for the end of the document."""

    first: int
    last: int | None


def page_range(text: str) -> PageRange:
    """A range of pages as it is typed.

    >>> page_range("2-5"), page_range("3"), page_range("4-")
    (PageRange(first=2, last=5), PageRange(first=3, last=3), PageRange(first=4, last=None))

    Raises:
        OutlineError: it is no range of pages from 1 on.
    """
    first, dash, last = text.strip().partition("-")
    if first.isdecimal() and (not last or last.isdecimal()):
        start = int(first)
        end: int | None = start
        if dash:
            end = int(last) if last else None
        if start > 0 and (end is None or end >= start):
            return PageRange(start, end)
    raise OutlineError("no-pages", remedy="pages-form", text=text)


def format_of(data: bytes, name: str) -> str:
    """The format of a file, by its bytes and, where they do not tell, by the ending of its name.

    >>> format_of(b"%PDF-1.7", "plan.txt"), format_of(b"1. Former", "plan.markdown")
    ('pdf', 'md')

    Raises:
        OutlineError: the file is empty, locked, not what its name says, or of a format not read.
    """
    place = Place(name)
    if not data.strip():
        raise OutlineError("document-empty", place=place, remedy="give-document")
    is_old_office = data.startswith(_OLD_OFFICE)
    # a locked docx lies in a container as old office programs have it
    if is_old_office and _LOCKED in data:
        raise OutlineError("password-needed", place=place, remedy="save-without-password")
    if form := _form_by_bytes(data):
        return form
    ending = PurePath(name).suffix.lower().lstrip(".")
    ending = _ENDINGS.get(ending, ending)
    if ending in _HAS_SIGNATURE and not is_old_office:
        raise OutlineError("not-its-format", place=place, remedy="save-again", format=ending)
    if ending in _FORMATS and not is_old_office:
        return ending
    raise OutlineError(
        "format-not-read",
        place=place,
        remedy="formats-read",
        name=name,
        formats=", ".join(_FORMATS),
    )


def _form_by_bytes(data: bytes) -> str:
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        for packed, signature in _PACKED.items():
            if signature in data:
                return packed
    elif _MARKUP.match(data[:4096]):
        return "html"
    return ""


# The reader of each format


class _File(NamedTuple):
    data: bytes
    name: str
    options: Options

    def archive(self) -> package.Package:
        """The file as an archive; what it unpacks to is held to the limits."""
        return package.Package(self.data, self.name, self.options.limits.unpacked)


class _Reading(NamedTuple):
    """What a reader gives; ``pages`` is how many the file has, None where its format has none."""

    blocks: Sequence[DocumentBlock]
    pages: int | None = None
    remarks: documents.Remarks = ()


def _read_pdf(file: _File) -> _Reading:
    reading = pdf.read_pdf(
        file.data,
        file.name,
        first=file.options.first,
        last=file.options.last,
        password=file.options.password,
        most=file.options.limits.pages,
    )
    return _Reading(blocks_of(reading.paragraphs), reading.pages, reading.remarks)


def _read_word(file: _File) -> _Reading:
    return _without_contents(word.read_word(file.archive()))


def _read_opendocument(file: _File) -> _Reading:
    return _without_contents(opendocument.read_opendocument(file.archive()))


def _read_html(file: _File) -> _Reading:
    return _without_contents(web_page.read_html(file.data, file.name))


def _without_contents(reading: ParagraphReading) -> _Reading:
    """A text without its list of contents, and how many lines of it were left out, by its reader and here."""
    body = without_contents(reading.paragraphs)
    remarks = list(reading.remarks)
    for number in (reading.contents, len(reading.paragraphs) - len(body)):
        if number:
            remarks.append(Remark(noted("contents-left", lines=str(number))))
    return _Reading(blocks_of(body), reading.pages, tuple(remarks))


def _read_workbook(file: _File) -> _Reading:
    file.archive()  # before another reader unpacks it
    try:
        from openpyxl import load_workbook
        from openpyxl.utils.exceptions import InvalidFileException
    except ImportError:
        raise OutlineError(
            "needs-extra", place=Place(file.name), remedy="install-extra", extra="documents"
        ) from None
    sheets = []
    try:
        book = load_workbook(io.BytesIO(file.data), read_only=True, data_only=True)
        for sheet in book.worksheets:
            rows = _filled(sheet.iter_rows(values_only=True))
            if rows:
                sheets.append((sheet.title, rows))
    except (InvalidFileException, KeyError, ValueError, TypeError, SyntaxError, AttributeError):
        raise package.damaged(file.name) from None
    paragraphs = []
    for title, rows in sheets:
        if title and len(sheets) > 1:
            paragraphs.append(Paragraph(title, outline=1))
        paragraphs.append(Paragraph("", kind="table", rows=rows))
    return _Reading(blocks_of(paragraphs))


def _read_csv(file: _File) -> _Reading:
    decoded = documents.decode_text(file.data, source=file.name)
    text = decoded.text
    head = text.lstrip().partition("\n")[0]
    separator = max(_SEPARATORS, key=head.count)
    try:
        rows = _filled(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:
        raise package.damaged(file.name) from None
    return _Reading(blocks_of([Paragraph("", kind="table", rows=rows)]), remarks=decoded.remarks)


def _read_text(file: _File, *, markdown: bool = False) -> _Reading:
    decoded = documents.decode_text(file.data, source=file.name)
    blocks = plain_text.read_plain(decoded.text, source=file.name, markdown=markdown)
    return _Reading(list(blocks), remarks=decoded.remarks)


_READERS: dict[str, Callable[[_File], _Reading]] = {
    "pdf": _read_pdf,
    "docx": _read_word,
    "odt": _read_opendocument,
    "html": _read_html,
    "xlsx": _read_workbook,
    "csv": _read_csv,
    "txt": _read_text,
    "md": partial(_read_text, markdown=True),
}


def _filled(rows: Iterable[Iterable[object]]) -> documents.Rows:
    """The rows of a sheet as texts, without empty ones, all as wide as the last column that has a text."""
    texts = []
    width = 0
    for row in rows:
        cells = [_cell_text(value) for value in row]
        filled = [at for at, cell in enumerate(cells, 1) if cell]
        if filled:
            texts.append(cells)
            width = max(width, filled[-1])
    return tuple(tuple([*cells, *[""] * width][:width]) for cells in texts)


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime) and not (value.hour or value.minute or value.second):
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return documents.canonical(str(value))


# A document from bytes


def read_bytes(data: bytes, name: str, options: Options | None = None) -> Document:
    """The document in the bytes of a file, read in this process.

    >>> read_bytes(b"Rang;Mesure;Responsable", "plan.csv").blocks[0].rows
    (('Rang', 'Mesure', 'Responsable'),)

    Raises:
        OutlineError: the file is empty, damaged, locked, too large, or of a format that is not read.
    """
    options = options or Options()
    form = format_of(data, name)
    if len(data) > options.limits.unpacked * package.MEGABYTE:
        raise package.too_large(name, len(data), options.limits.unpacked)
    if form in _IN_LETTERS:
        _refuse_mac(data, name)
    reading = _READERS[form](_File(data, name, options))
    blocks = []
    for block in documents.laid(_on_pages(reading.blocks, options)):
        blocks.append(replace(block, language=documents.block_language(block.text)))
    if not blocks:
        raise OutlineError("document-empty", place=Place(name), remedy="give-document")
    return Document(
        PurePath(name).name,
        hashlib.sha256(data).hexdigest(),
        form,
        reading.pages,
        tuple(blocks),
        (*reading.remarks, *_on_words(blocks)),
    )


def _refuse_mac(data: bytes, name: str) -> None:
    """Refuses a text in the encoding old Macs had, which would be read as another one with wrong letters."""
    if not _MAC_ACCENTS.search(data) or b"\xe9" in data:
        return
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        raise OutlineError("neither-encoding", place=Place(name), remedy="save-as-utf8") from None


def _on_pages(blocks: Iterable[DocumentBlock], options: Options) -> Iterator[DocumentBlock]:
    for block in blocks:
        is_before = block.page is not None and block.page < options.first
        is_behind = block.page is not None and options.last and block.page > options.last
        if not is_before and not is_behind:
            yield block


def _on_words(blocks: Sequence[DocumentBlock]) -> Iterator[Remark]:
    """What is said of the words of a document: that they are in several languages, or in another script."""
    spoken: Counter[str] = Counter()
    for block in blocks:
        if block.language:
            spoken[block.language] += len(block.text)
    most = max(spoken.values(), default=0)
    languages = [language for language, number in spoken.most_common() if 4 * number >= most]
    if len(languages) > 1:
        yield Remark(noted("several-languages", languages=", ".join(languages)))
    letters = 0
    foreign = 0
    for block in blocks:
        for char in filter(str.isalpha, block.text):
            letters += 1
            foreign += char > "\u024f" and not unicodedata.name(char, "").startswith("LATIN")
    if 2 * foreign > letters:
        yield Remark(noted("other-script"))


# In a process of its own


def read_document(path: Path, options: Options | None = None) -> Document:
    """The document in a file, read in a process of its own that is ended where it takes more than the limits.

    Raises:
        OutlineError: the file cannot be opened or read, as :func:`read_bytes`, or takes too much.
    """
    options = options or Options()
    if not path.is_file():  # a pipe would be waited for
        code = errno.EISDIR if path.exists() else errno.ENOENT
        raise OutlineError(
            "cannot-read-file", place=Place(str(path)), reason=os.strerror(code).lower()
        )
    answer = _answer_apart(path, options)
    if "document" in answer:
        return documents.from_json(answer["document"])
    remedy = unpack_message(answer["remedy"]) if answer["remedy"] else None
    place = Place(str(path), answer["line"])
    raise OutlineError(unpack_message(answer["error"]), place=place, remedy=remedy)


def _answer_apart(path: Path, options: Options) -> dict[str, Any]:
    """What :func:`main` writes in a process of its own: the document, or the error with its line and remedy."""
    paths = [*sys.path, os.environ.get("PYTHONPATH")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    order = json.dumps({"path": str(path), **asdict(options)})
    done = subprocess.run(
        [sys.executable, "-m", "pan2kg.extract.process"],
        input=order.encode(),
        capture_output=True,
        env=environment,
        check=False,
    )
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        # it was ended before it wrote its answer
        ended = getattr(signal, "SIGXCPU", signal.SIGKILL)
        key = "reading-took-too-long" if done.returncode == -ended else "reading-took-too-much"
        raise OutlineError(
            key,
            place=Place(str(path)),
            remedy="fewer-pages-or-more-limit",
            seconds=options.limits.seconds,
            megabytes=options.limits.memory,
        ) from None
    return answer


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise OutlineError(
            "cannot-read-file", place=Place(str(path)), reason=reason(error)
        ) from None


def main() -> None:
    """Reads the file an order on standard input names, and answers on standard output, both in JSON."""
    order = json.loads(sys.stdin.buffer.read())
    path = Path(order.pop("path"))
    limits = ReaderLimits(**order.pop("limits"))
    _hold_to(limits)
    answer: dict[str, object]
    try:
        document = read_bytes(_bytes(path), str(path), Options(**order, limits=limits))
        answer = {"document": documents.to_json(document)}
    except OutlineError as error:
        answer = {
            "error": pack_message(error.message),
            "remedy": error.remedy and pack_message(error.remedy),
            "line": error.place.line if error.place else None,
        }
    sys.stdout.buffer.write(json.dumps(answer).encode())


def _hold_to(limits: ReaderLimits) -> None:
    try:
        import resource
    except ImportError:
        return  # the system knows no such limits
    memory = limits.memory * package.MEGABYTE
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
