"""PDF files, by PDFium: characters, ruling lines and bullets of every page, and what of a damaged file is left.

PDFium reads a page whose content cannot be unpacked as an empty one, and says nothing; it opens no file whose end is
missing. Here the objects of a file are looked up in its bytes, as ISO 32000-1 §7.3 and §7.5 lay them out.

What the characters make – lines, columns, tables, paragraphs – is found by :mod:`lines`, :mod:`grid` and :mod:`flow`.
This is the only module that knows the library, which is C++ and not made for threads: it runs in a process of its own.
"""

from __future__ import annotations

import ctypes
import math
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pan2kg.errors import OutlineError, Place
from pan2kg.extract.document import Remark
from pan2kg.extract.layout import noted
from pan2kg.extract.reading.flow import paragraphs_of
from pan2kg.extract.reading.lines import Char, Page, Rule, Shape
from pan2kg.extract.reading.options import Options
from pan2kg.extract.reading.paragraphs import Paragraph

_OBJECT: Final = re.compile(rb"(?<!\d)(\d{1,10})\s+\d{1,5}\s+obj\b")
_REFERENCE: Final = re.compile(rb"(\d{1,10})\s+\d{1,5}\s+R\b")
_STREAM: Final = re.compile(rb"\bstream\r?\n")
_ROOT: Final = re.compile(rb"/Root\s+(\d{1,10})\s+\d{1,5}\s+R")
_LEAF: Final = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")
_TREE: Final = re.compile(rb"/Type\s*/Pages(?![a-zA-Z])")
_COUNT: Final = re.compile(rb"/Count\s+(\d{1,6})")
_FLATE: Final = re.compile(rb"/Filter\s*(?:/FlateDecode|\[\s*/FlateDecode\s*\])")
_PACKED: Final = re.compile(rb"/Type\s*/ObjStm")
_BEHIND: Final = 16
"""Bytes that may stand behind what is packed: the sum of four, and the end of the line."""
_MOST: Final = 64 << 20
"""Bytes that the objects packed into one stream may unpack to."""


@dataclass(frozen=True, slots=True)
class _Thing:
    """An object: what stands in it before its stream, and the bytes of that; ``is_packed`` where it lay in another."""

    head: bytes
    stream: bytes | None = None
    is_packed: bool = False


def broken_pages(data: bytes) -> frozenset[int]:
    """The pages, from 1, whose content cannot be unpacked; none of a file that is encrypted or differently packed."""
    if b"/Encrypt" in data:
        return frozenset()
    things = _things(data)
    return frozenset(
        number
        for number, page in enumerate(_pages(data, things), 1)
        if any(_is_broken(things.get(one)) for one in _contents(page, things))
    )


def mended(data: bytes) -> tuple[bytes, int]:
    """A file with all pages that are left in it, in the order they stand in, and how many it had as far as it says."""
    things = _things(data)
    leaves = [number for number, one in things.items() if _LEAF.search(one.head) and b"/Contents" in one.head]
    root = max(things, default=0) + 1
    kids = b" ".join(b"%d 0 R" % number for number in leaves)
    plain = [b"%d 0 obj\n%s\nendobj" % (number, one.head) for number, one in things.items() if one.is_packed]
    plain += [
        b"%d 0 obj\n<< /Type /Pages /Kids [%s] /Count %d >>\nendobj" % (root, kids, len(leaves)),
        b"%d 0 obj\n<< /Type /Catalog /Pages %d 0 R >>\nendobj" % (root + 1, root),
        b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n0\n%%%%EOF\n" % (root + 2, root + 1),
    ]
    trees = [one.head for one in things.values() if _TREE.search(one.head)]
    counts = [int(found[1]) for one in trees if (found := _COUNT.search(one))]
    return data + b"\n" + b"\n".join(plain), max([len(leaves), *counts])


def _things(data: bytes) -> Mapping[int, _Thing]:
    """The objects of a file by number, the last of each; those packed into streams too."""
    found: dict[int, _Thing] = {}
    places = [(int(one[1]), one.end()) for one in _OBJECT.finditer(data)]
    ends = [*(place for _, place in places[1:]), len(data)]
    for (number, start), end in zip(places, ends, strict=False):  # without any object there is an end, and no place
        body = data[start:end]
        stream = _STREAM.search(body)
        until = body.rfind(b"endobj")
        head = body[: stream.start()] if stream else body[: until if until >= 0 else len(body)]
        tail = body.rfind(b"endstream") if stream else -1
        content = body[stream.end() : tail if tail >= 0 else len(body)] if stream else None
        found[number] = _Thing(head, content)
    for one in list(found.values()):
        if one.stream is not None and _PACKED.search(one.head):
            found |= {number: thing for number, thing in _packed(one) if number not in found}
    return found


def _packed(one: _Thing) -> Iterator[tuple[int, _Thing]]:
    first = re.search(rb"/First\s+(\d+)", one.head)
    try:
        text = zlib.decompressobj().decompress(one.stream or b"", _MOST)
    except zlib.error:
        return
    at = int(first[1]) if first else 0
    numbers = [int(word) for word in text[:at].split() if word.isdigit()]
    pairs = list(zip(numbers[::2], numbers[1::2], strict=False))
    ends = [*(place for _, place in pairs[1:]), len(text) - at]
    for (number, start), end in zip(pairs, ends, strict=True):
        yield number, _Thing(text[at + start : at + end], is_packed=True)


def _pages(data: bytes, things: Mapping[int, _Thing]) -> Iterator[_Thing]:
    """The pages in their order, from the last root the file names; nothing where the tree is not whole."""
    roots = _ROOT.findall(data)
    tree = re.search(rb"/Pages\s+(\d+)", things.get(int(roots[-1]), _Thing(b"")).head) if roots else None
    waiting, seen = [int(tree[1])] if tree else [], set[int]()
    while waiting:
        number = waiting.pop()
        one = things.get(number)
        if one is None or number in seen:
            return
        seen.add(number)
        kids = re.search(rb"/Kids\s*\[(.*?)\]", one.head, re.DOTALL)
        if kids:
            waiting += [int(kid) for kid in reversed(_REFERENCE.findall(kids[1]))]
        else:
            yield one


def _contents(page: _Thing, things: Mapping[int, _Thing]) -> list[int]:
    """The numbers of the streams that draw a page."""
    found = re.search(rb"/Contents\s*(?:\[(.*?)\]|(\d+)\s+\d+\s+R)", page.head, re.DOTALL)
    if not found:
        return []
    if found[1] is not None:
        return [int(one) for one in _REFERENCE.findall(found[1])]
    named = things.get(int(found[2]))
    is_list = named is not None and named.stream is None
    return [int(one) for one in _REFERENCE.findall(named.head)] if named and is_list else [int(found[2])]


def _is_broken(one: _Thing | None) -> bool:
    if one is None or one.stream is None or not _FLATE.search(one.head):
        return False
    # the two bytes before it and the sum behind it are left alone: producers get the sum wrong, or leave it out
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        unpacking.decompress(one.stream[2:], _MOST)
    except zlib.error:
        return True
    ended_early = len(unpacking.unused_data) > _BEHIND
    return ended_early or not (unpacking.eof or unpacking.unconsumed_tail)


_BOLD: Final = re.compile(r"bold|black|heavy|semib|demi|,b|-bd|\bbd\b", re.IGNORECASE)
_SCANNED: Final = 30
"""A page with fewer characters than these and an image on it is a picture of a page."""
_THIN: Final = 2.5
"""Points: a filled rectangle not wider than this is a line."""
_RIGHT_TO_LEFT: Final = re.compile("[\u0590-\u08ff]")


def read_pdf(data: bytes, source: str, options: Options) -> tuple[list[Paragraph], int, tuple[Remark, ...]]:
    """The paragraphs of a file, how many pages it has, and what was dropped or could not be read.

    Raises:
        OutlineError: the library is missing; the file is locked, damaged, scanned, or has too many pages.
    """
    try:
        import pypdfium2
    except ImportError:
        raise OutlineError(
            "needs-documents-extra", place=Place(source), remedy="install-documents", library="pypdfium2"
        ) from None
    try:
        file = pypdfium2.PdfDocument(data, password=options.password or None)
        number = len(file)
    except pypdfium2.PdfiumError as error:
        raise _unopened(error, data, source, options) from None
    last = min(options.last or number, number)
    if options.first > number:
        raise OutlineError("no-such-page", place=Place(source), remedy="pages-form", pages=number)
    if last - options.first + 1 > options.limits.pages:
        raise OutlineError(
            "too-many-pages", place=Place(source), remedy="name-pages", pages=number, limit=options.limits.pages
        )
    pages, unread = [], broken_pages(data)
    for index in range(options.first - 1, last):
        try:
            pages.append(_page(file, index, pypdfium2.raw))
        except pypdfium2.PdfiumError:
            unread |= {index + 1}
    whole = [page.number for page in pages if page.number not in unread]
    if len(whole) <= last - options.first:
        raise _damaged(whole, number, source, "save-again-or-pages")
    scanned = tuple(page.number for page in pages if page.has_image and _letters(page) < _SCANNED)
    if len(scanned) == len(pages) or not any(_letters(page) for page in pages):
        raise OutlineError("document-scanned", place=Place(source), remedy="recognise-text")
    paragraphs, remarks = paragraphs_of(pages)
    return paragraphs, number, (*_on_pages(pages, scanned), *remarks)


def _unopened(error: Exception, data: bytes, source: str, options: Options) -> OutlineError:
    if "password" in str(error).lower():
        key = "password-wrong" if options.password else "password-needed"
        return OutlineError(key, place=Place(source), remedy="give-password-file")
    import pypdfium2

    rest, number = mended(data)
    whole: list[int] = []
    try:
        file = pypdfium2.PdfDocument(rest)
        whole = [at + 1 for at in range(len(file)) if _letters(_page(file, at, pypdfium2.raw))]
    except pypdfium2.PdfiumError:
        pass
    return _damaged(whole, max(number, len(whole)), source, "save-again")


def _damaged(whole: Sequence[int], number: int, source: str, remedy: str) -> OutlineError:
    """What is said of a damaged file: which of its pages can be read."""
    if not whole:
        return OutlineError("damaged-document", place=Place(source), remedy="save-again")
    return OutlineError(
        "cut-off" if remedy == "save-again" else "damaged-pages", place=Place(source), remedy=remedy,
        read=len(whole), pages=number, listed=", ".join(_runs(whole)), example=max(_runs(whole), key=_length),
    )  # fmt: skip


def _runs(numbers: Sequence[int]) -> list[str]:
    """Numbers of pages as one writes them.

    >>> _runs([1, 2, 3, 5])
    ['1-3', '5']
    """
    runs: list[list[int]] = []
    for one in numbers:
        if runs and one == runs[-1][-1] + 1:
            runs[-1].append(one)
        else:
            runs.append([one])
    return [str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]


def _length(run: str) -> int:
    first, _, last = run.partition("-")
    return int(last or first) - int(first)


def _letters(page: Page) -> int:
    return sum(not char.text.isspace() for char in page.chars)


def _on_pages(pages: list[Page], scanned: tuple[int, ...]) -> Iterator[Remark]:
    """What pages were not read surely."""
    reversed_script = tuple(
        page.number
        for page in pages
        if 10 * sum(bool(_RIGHT_TO_LEFT.match(char.text)) for char in page.chars) > len(page.chars) > 0
    )
    turned = tuple(page.number for page in pages if page.turned)
    unmapped = tuple(page.number for page in pages if 20 * page.unmapped > len(page.chars) + page.unmapped)
    found = (
        ("scanned-pages", scanned),
        ("turned-text", turned),
        ("right-to-left", reversed_script),
        ("unmapped-characters", unmapped),
    )
    return (Remark(noted(key), numbers) for key, numbers in found if numbers)


def _page(file: Any, index: int, raw: Any) -> Page:  # noqa: ANN401 - the library has no types
    page = file[index]
    width, height = page.get_size()
    turn = page.get_rotation()
    box = page.get_mediabox()
    place = _Turn(turn, width, height, box[0], box[1])
    text = page.get_textpage()
    found = Page(index + 1, file.get_page_label(index) or None, width, height)
    _read_chars(text, raw, place, found)
    for thing in page.get_objects(max_depth=1):
        if thing.type == raw.FPDF_PAGEOBJ_IMAGE:
            found.has_image = True
        elif thing.type == raw.FPDF_PAGEOBJ_PATH:
            _read_path(thing, raw, place, found)
    text.close()
    page.close()
    return found


class _Turn:
    """Places on a page as it is shown: of a page that is turned, and from its corner."""

    def __init__(self, degrees: int, width: float, height: float, left: float, bottom: float) -> None:
        self.degrees, self.width, self.height = degrees, width, height
        self.left, self.bottom = left, bottom

    def point(self, x: float, y: float) -> tuple[float, float]:
        x, y = x - self.left, y - self.bottom
        if self.degrees == 90:
            return y, self.height - x
        if self.degrees == 180:
            return self.width - x, self.height - y
        return (self.width - y, x) if self.degrees == 270 else (x, y)

    def direction(self, across: float, up: float) -> tuple[float, float]:
        return {90: (up, -across), 180: (-across, -up), 270: (-up, across)}.get(self.degrees, (across, up))


def _read_chars(text: Any, raw: Any, place: _Turn, page: Page) -> None:  # noqa: ANN401
    """Read every character with its size and weight, which are asked for once for those drawn together."""
    handle = text.raw
    x, y = ctypes.c_double(), ctypes.c_double()
    box, matrix = raw.FS_RECTF(), raw.FS_MATRIX()
    last, size, bold, upright = 0, 0.0, False, True
    for at in range(raw.FPDFText_CountChars(handle)):
        code = raw.FPDFText_GetUnicode(handle, at)
        if raw.FPDFText_IsGenerated(handle, at) == 1:
            if code == 32 and page.chars:
                page.chars.append(page.chars[-1].space())
            continue
        drawn = raw.FPDFText_GetTextObject(handle, at)
        address = ctypes.addressof(drawn.contents) if drawn else 0
        if address != last or not address:
            last = address
            raw.FPDFText_GetMatrix(handle, at, matrix)
            size = raw.FPDFText_GetFontSize(handle, at) * math.hypot(matrix.c, matrix.d)
            bold = bool(_BOLD.search(_font_name(handle, at, raw)))
            across, up = place.direction(matrix.a, matrix.b)
            upright = across > 0 and abs(up) < 0.1 * across
        if code == 0 or raw.FPDFText_HasUnicodeMapError(handle, at) == 1:
            page.unmapped += 1
            continue
        if not upright:
            page.turned += code != 32
            continue
        raw.FPDFText_GetCharOrigin(handle, at, x, y)
        raw.FPDFText_GetLooseCharBox(handle, at, box)
        base = place.point(x.value, y.value)[1]
        # of a ligature each letter has the origin of the whole, but a box of its own
        left, right = sorted((place.point(box.left, box.bottom)[0], place.point(box.right, box.top)[0]))
        # so the library marks a hyphen at the end of a line, the author's or the printer's
        printed = "-" if code in (0x2, 0xFFFE) else chr(code)
        page.chars.append(Char(printed, left, right, base, round(size, 1), bold))


def _font_name(handle: Any, at: int, raw: Any) -> str:  # noqa: ANN401
    name, flags = ctypes.create_string_buffer(200), ctypes.c_int()
    length = raw.FPDFText_GetFontInfo(handle, at, name, 200, flags)
    return name.raw[: max(min(length, 200) - 1, 0)].decode("utf-8", "replace")


def _read_path(thing: Any, raw: Any, place: _Turn, page: Page) -> None:  # noqa: ANN401
    """Keep the straight lines of a path, thin rectangles among them, and the small shapes that may be bullets."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(thing.raw, fill, stroke)
    if not fill.value and not stroke.value:
        return
    matrix = thing.get_matrix()
    pieces = [[place.point(*matrix.on_point(*point)) for point in piece] for piece in _pieces(thing.raw, raw)]
    for points in pieces:
        left, right = min(p[0] for p in points), max(p[0] for p in points)
        low, high = min(p[1] for p in points), max(p[1] for p in points)
        if 1.5 <= right - left <= 8 and 1.5 <= high - low <= 8 and 0.6 < (right - left) / (high - low) < 1.7:
            page.shapes.append(Shape(left, right, low, high))
        elif min(right - left, high - low) <= _THIN and max(right - left, high - low) > _THIN:
            page.rules.append(Rule(left, right, low, high))
        elif stroke.value:
            page.rules += [
                Rule(min(a[0], b[0]), max(a[0], b[0]), min(a[1], b[1]), max(a[1], b[1]))
                for a, b in zip(points, [*points[1:], points[0]], strict=True)
                if (abs(a[0] - b[0]) < 1) != (abs(a[1] - b[1]) < 1)
            ]


def _pieces(handle: Any, raw: Any) -> list[list[tuple[float, float]]]:  # noqa: ANN401
    """The points of each piece of a path."""
    x, y = ctypes.c_float(), ctypes.c_float()
    found: list[list[tuple[float, float]]] = []
    for at in range(raw.FPDFPath_CountSegments(handle)):
        segment = raw.FPDFPath_GetPathSegment(handle, at)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        if raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_MOVETO or not found:
            found.append([])
        found[-1].append((x.value, y.value))
    return [piece for piece in found if len(piece) > 1]
