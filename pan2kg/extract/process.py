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
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePath
from typing import Final

from pan2kg.errors import OutlineError, Place
from pan2kg.extract import (
    Document,
    DocumentBlock,
    Remark,
    document as doc,
    markup,
    noted,
    office,
    pdf,
)
from pan2kg.extract.markup import Paragraph
from pan2kg.i18n.message import pack, unpack
from pan2kg.project import reason

_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP: Final = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b",
    re.IGNORECASE | re.DOTALL,
)
_MAC_ACCENTS: Final = re.compile(rb"[a-z]\x8e|\x8e[a-z]")
_ENDINGS: Final = {"markdown": "md", "htm": "html", "xhtml": "html", "tsv": "csv", "text": "txt"}
_FORMATS: Final = ("pdf", "docx", "odt", "html", "txt", "md", "xlsx", "csv")
# formats whose readers are our own and go through a file once: no process is started for them
_HERE: Final = (".txt", ".md", ".markdown")


@dataclass(frozen=True, slots=True)
class ReaderLimits:
    seconds: int = 60
    memory: int = 1000
    pages: int = 2000
    unpacked: int = 200


@dataclass(frozen=True, slots=True)
class Options:
    first: int = 1
    last: int | None = None
    password: str = ""
    limits: ReaderLimits = field(default_factory=ReaderLimits)


def page_range(text: str) -> tuple[int, int | None]:
    first, dash, last = text.strip().partition("-")
    if first.isdecimal() and (not last or last.isdecimal()):
        numbers = int(first), int(last) if last else None if dash else int(first)
        if 0 < numbers[0] <= (numbers[1] or numbers[0]):
            return numbers
    raise OutlineError("no-pages", remedy="pages-form", text=text)


def _filled(rows: Iterable[Iterable[object]]) -> tuple[tuple[str, ...], ...]:
    def shown(value: object) -> str:
        if isinstance(value, dt.datetime) and not (value.hour or value.minute or value.second):
            return value.date().isoformat()
        if isinstance(value, dt.date):
            return value.isoformat()
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        return "" if value is None else doc.canonical(str(value))

    texts = [row for row in ([shown(value) for value in row] for row in rows) if any(row)]
    width = max((at + 1 for row in texts for at, value in enumerate(row) if value), default=0)
    return tuple(tuple([*row, *[""] * width][:width]) for row in texts)


def format_of(data: bytes, name: str) -> str:
    place = Place(name)
    if not data.strip():
        raise OutlineError("document-empty", place=place, remedy="give-document")
    # a locked docx lies in a container as old office programs have it
    if data.startswith(_OLD_OFFICE) and b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e" in data:
        raise OutlineError("password-needed", place=place, remedy="save-without-password")
    ending = PurePath(name).suffix.lower().lstrip(".")
    ending = _ENDINGS.get(ending, ending)
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        signatures = {
            "docx": b"word/document.xml",
            "xlsx": b"xl/workbook.xml",
            "odt": b"content.xml",
        }
        if form := next((form for form, signature in signatures.items() if signature in data), ""):
            return form
    elif _MARKUP.match(data[:4096]):
        return "html"
    if ending in ("pdf", "docx", "odt", "xlsx") and not data.startswith(_OLD_OFFICE):
        raise OutlineError("not-its-format", place=place, remedy="save-again", format=ending)
    if ending in _FORMATS and not data.startswith(_OLD_OFFICE):
        return ending
    raise OutlineError(
        "format-not-read",
        place=place,
        remedy="formats-read",
        name=name,
        formats=", ".join(_FORMATS),
    )


def read_bytes(data: bytes, name: str, options: Options | None = None) -> Document:
    options = options or Options()
    form = format_of(data, name)
    if len(data) > options.limits.unpacked * office.MEGABYTE:
        raise office.too_large(name, len(data), options.limits.unpacked)
    if form in ("txt", "md", "csv", "html") and _MAC_ACCENTS.search(data) and b"\xe9" not in data:
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            raise OutlineError(
                "neither-encoding", place=Place(name), remedy="save-as-utf8"
            ) from None
    pages: int | None = None
    paragraphs: list[Paragraph] = []
    remarks: tuple[Remark, ...] = ()
    plain: tuple[DocumentBlock, ...] = ()
    contents = 0
    if form == "pdf":
        paragraphs, pages, remarks = pdf.read_pdf(
            data,
            name,
            first=options.first,
            last=options.last,
            password=options.password,
            most=options.limits.pages,
        )
    elif form == "docx":
        paragraphs, pages, contents = office.read_word(
            office.Package(data, name, options.limits.unpacked)
        )
    elif form == "odt":
        paragraphs, contents = office.read_opendocument(
            office.Package(data, name, options.limits.unpacked)
        )
    elif form == "html":
        paragraphs, remarks = markup.read_html(data, name)
    elif form == "xlsx":
        office.Package(
            data, name, options.limits.unpacked
        )  # what it unpacks to is held to the limits first
        try:
            from openpyxl import load_workbook
            from openpyxl.utils.exceptions import InvalidFileException
        except ImportError:
            raise OutlineError(
                "needs-extra", place=Place(name), remedy="install-extra", extra="documents"
            ) from None
        try:
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            sheets = [
                (sheet.title, _filled(sheet.iter_rows(values_only=True)))
                for sheet in book.worksheets
            ]
        except (InvalidFileException, KeyError, ValueError, TypeError, SyntaxError, AttributeError):
            raise office.damaged(name) from None
        sheets = [(title, rows) for title, rows in sheets if rows]
        for title, rows in sheets:
            paragraphs += [Paragraph(title, outline=1)] * (len(sheets) > 1 and bool(title))
            paragraphs.append(Paragraph("", kind="table", rows=rows))
    elif form == "csv":
        text, remarks = doc.decode_text(data, source=name)
        separator = max(";\t,|", key=text.lstrip().partition("\n")[0].count)
        try:
            rows = _filled(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
        except csv.Error:
            raise office.damaged(name) from None
        paragraphs = [Paragraph("", kind="table", rows=rows)]
    else:
        text, remarks = doc.decode_text(data, source=name)
        plain = tuple(markup.read_plain(text, source=name, markdown=form == "md"))
    if form in ("docx", "odt", "html"):
        # texts without pages of their own
        paragraphs, entries = markup.without_contents(paragraphs)
        left = filter(None, (contents, entries))
        remarks += tuple(Remark(noted("contents-left", lines=str(number))) for number in left)
    last = options.last or 10**9
    on_pages = [
        block
        for block in plain or markup.blocks_of(paragraphs)
        if block.page is None or options.first <= block.page <= last
    ]
    blocks = tuple(
        replace(block, language=doc.block_language(block.text)) for block in doc.laid(on_pages)
    )
    if not blocks:
        raise OutlineError("document-empty", place=Place(name), remedy="give-document")
    sha256 = hashlib.sha256(data).hexdigest()
    return Document(
        PurePath(name).name, sha256, form, pages, blocks, (*remarks, *_on_words(blocks))
    )


def _on_words(blocks: Iterable[DocumentBlock]) -> Iterator[Remark]:
    spoken: Counter[str] = Counter()
    letters: list[str] = []
    for block in blocks:
        letters += filter(str.isalpha, block.text)
        if block.language:
            spoken[block.language] += len(block.text)
    languages = [
        language for language, number in spoken.most_common() if 4 * number >= max(spoken.values())
    ]
    if len(languages) > 1:
        yield Remark(noted("several-languages", languages=", ".join(languages)))
    foreign = sum(
        not unicodedata.name(char, "").startswith("LATIN") for char in letters if char > "\u024f"
    )
    if 2 * foreign > len(letters):
        yield Remark(noted("other-script"))


def read_document(path: Path, options: Options | None = None) -> Document:
    options = options or Options()
    if not path.is_file():  # a pipe would be waited for
        code = errno.EISDIR if path.exists() else errno.ENOENT
        raise OutlineError(
            "cannot-read-file", place=Place(str(path)), reason=os.strerror(code).lower()
        )
    if path.suffix.lower() in _HERE:
        return read_bytes(_bytes(path), str(path), options)
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, [*sys.path, os.environ.get("PYTHONPATH")])),
    }
    order = json.dumps({"path": str(path), **asdict(options)})
    done = subprocess.run(
        [sys.executable, "-m", "pan2kg.extract.process"],
        input=order.encode(),
        capture_output=True,
        env=environment,
        check=False,
    )
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        limits = options.limits
        ended = getattr(signal, "SIGXCPU", signal.SIGKILL)
        key = "reading-took-too-long" if done.returncode == -ended else "reading-took-too-much"
        raise OutlineError(
            key,
            place=Place(str(path)),
            remedy="fewer-pages-or-more-limit",
            seconds=limits.seconds,
            megabytes=limits.memory,
        ) from None
    if "document" in answer:
        return doc.from_json(answer["document"])
    remedy = unpack(answer["remedy"]) if answer["remedy"] else None
    raise OutlineError(
        unpack(answer["error"]), place=Place(str(path), answer["line"]), remedy=remedy
    )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise OutlineError(
            "cannot-read-file", place=Place(str(path)), reason=reason(error)
        ) from None


def main() -> None:
    order = json.loads(sys.stdin.buffer.read())
    path = Path(order.pop("path"))
    limits = ReaderLimits(**order.pop("limits"))
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds + 1))
        resource.setrlimit(
            resource.RLIMIT_AS, (limits.memory * office.MEGABYTE, limits.memory * office.MEGABYTE)
        )
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except ImportError:
        pass  # the system knows no such limits
    answer: dict[str, object]
    try:
        answer = {
            "document": doc.to_json(
                read_bytes(_bytes(path), str(path), Options(**order, limits=limits))
            )
        }
    except OutlineError as error:
        line = error.place.line if error.place else None
        answer = {
            "error": pack(error.message),
            "remedy": error.remedy and pack(error.remedy),
            "line": line,
        }
    sys.stdout.buffer.write(json.dumps(answer).encode())


if __name__ == "__main__":
    main()
