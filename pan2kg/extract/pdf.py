"""PDF files, by PDFium: characters, ruling lines and bullets of every page, and what of a damaged file can be read.

PDFium reads a page whose content cannot be unpacked as an empty one, and says nothing; it opens no file whose end is
missing. Here the objects of a file are looked up in its bytes, as ISO 32000-1 §7.3 and §7.5 lay them out.

What the characters make – lines, columns, tables, paragraphs – is found by :mod:`lines` and :mod:`flow`. This is the
only module that knows the library, which is C++ and not made for threads: it runs in a process of its own.
"""

from __future__ import annotations

import ctypes
import math
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pan2kg.errors import OutlineError, Place
from pan2kg.extract.document import Remark, noted, runs_of
from pan2kg.extract.flow import paragraphs_of
from pan2kg.extract.lines import Char, Page, RuledLine
from pan2kg.extract.markup import Paragraph

_OBJECT: Final = re.compile(rb"(?<!\d)(\d{1,10})\s+\d{1,5}\s+obj\b")
_REFERENCE: Final = re.compile(rb"(\d{1,10})\s+\d{1,5}\s+R\b")
_STREAM: Final = re.compile(rb"\bstream\r?\n")
_ROOT: Final = re.compile(rb"/Root\s+(\d{1,10})\s+\d{1,5}\s+R")
_LEAF: Final = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")
_TREE: Final = re.compile(rb"/Type\s*/Pages(?![a-zA-Z])")
_COUNT: Final = re.compile(rb"/Count\s+(\d{1,6})")
_FLATE: Final = re.compile(rb"/Filter\s*(?:/FlateDecode|\[\s*/FlateDecode\s*\])")
_PACKED: Final = re.compile(rb"/Type\s*/ObjStm")
_BEHIND: Final = 16  # bytes that may stand behind what is packed: the sum of four, and the end of the line
_MOST: Final = 64 << 20  # bytes that the objects packed into one stream may unpack to
_BOLD: Final = re.compile(r"bold|black|heavy|semib|demi|,b|-bd|\bbd\b", re.IGNORECASE)
_SCANNED: Final = 30  # A page with fewer characters than these and an image on it is a picture of a page
_THIN: Final = 2.5  # points: a filled rectangle not wider than this is a line

# what stands in an object before its stream, the bytes of that, and whether it lay packed in another
_Object = tuple[bytes, bytes | None, bool]


def _objects(data: bytes) -> Mapping[int, _Object]:
    objects: dict[int, _Object] = {}
    places = [(int(match[1]), match.end()) for match in _OBJECT.finditer(data)]
    ends = [*(place for _, place in places[1:]), len(data)]
    for (number, start), end in zip(places, ends, strict=False):  # without any object there is an end, and no place
        body = data[start:end]
        stream = _STREAM.search(body)
        until = body.rfind(b"endobj")
        head = body[: stream.start()] if stream else body[: until if until >= 0 else len(body)]
        tail = body.rfind(b"endstream") if stream else -1
        objects[number] = head, body[stream.end() : tail if tail >= 0 else len(body)] if stream else None, False
    for head, content, _ in list(objects.values()):
        if content is None or not _PACKED.search(head):
            continue
        try:
            text = zlib.decompressobj().decompress(content, _MOST)
        except zlib.error:
            continue
        first = re.search(rb"/First\s+(\d+)", head)
        at = int(first[1]) if first else 0
        numbers = [int(word) for word in text[:at].split() if word.isdigit()]
        pairs = list(zip(numbers[::2], numbers[1::2], strict=False))
        ends = [*(place for _, place in pairs[1:]), len(text) - at]
        for (number, start), end in zip(pairs, ends, strict=True):
            objects.setdefault(number, (text[at + start : at + end], None, True))
    return objects


def broken_pages(data: bytes) -> frozenset[int]:
    if b"/Encrypt" in data:
        return frozenset()
    objects = _objects(data)
    return frozenset(
        number
        for number, page in enumerate(_page_heads(data, objects), 1)
        if any(_is_broken(objects.get(content)) for content in _contents(page, objects))
    )


def mended(data: bytes) -> tuple[bytes, int]:
    objects = _objects(data)
    leaves = [number for number, (head, *_) in objects.items() if _LEAF.search(head) and b"/Contents" in head]
    root = max(objects, default=0) + 1
    kids = b" ".join(b"%d 0 R" % number for number in leaves)
    plain = [b"%d 0 obj\n%s\nendobj" % (number, head) for number, (head, _, packed) in objects.items() if packed]
    plain += [
        b"%d 0 obj\n<< /Type /Pages /Kids [%s] /Count %d >>\nendobj" % (root, kids, len(leaves)),
        b"%d 0 obj\n<< /Type /Catalog /Pages %d 0 R >>\nendobj" % (root + 1, root),
        b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n0\n%%%%EOF\n" % (root + 2, root + 1),
    ]
    trees = [head for head, *_ in objects.values() if _TREE.search(head)]
    counts = [int(match[1]) for head in trees if (match := _COUNT.search(head))]
    return data + b"\n" + b"\n".join(plain), max([len(leaves), *counts])


def _page_heads(data: bytes, objects: Mapping[int, _Object]) -> Iterator[bytes]:
    roots = _ROOT.findall(data)
    tree = re.search(rb"/Pages\s+(\d+)", objects.get(int(roots[-1]), (b"",))[0]) if roots else None
    waiting, visited = [int(tree[1])] if tree else [], set[int]()
    while waiting:
        number = waiting.pop()
        if number not in objects or number in visited:
            return
        visited.add(number)
        head = objects[number][0]
        if kids := re.search(rb"/Kids\s*\[(.*?)\]", head, re.DOTALL):
            waiting += [int(kid) for kid in reversed(_REFERENCE.findall(kids[1]))]
        else:
            yield head


def _contents(page: bytes, objects: Mapping[int, _Object]) -> list[int]:
    match = re.search(rb"/Contents\s*(?:\[(.*?)\]|(\d+)\s+\d+\s+R)", page, re.DOTALL)
    if not match:
        return []
    listed = match[1]
    if listed is None:
        head, content, _ = objects.get(int(match[2]), (b"", b"", False))
        if content is not None:
            return [int(match[2])]
        listed = head
    return [int(number) for number in _REFERENCE.findall(listed)]


def _is_broken(drawn: _Object | None) -> bool:
    head, content, _ = drawn or (b"", None, False)
    if content is None or not _FLATE.search(head):
        return False
    # the two bytes before it and the sum behind it do not count: producers get the sum wrong, or leave it out
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        unpacking.decompress(content[2:], _MOST)
    except zlib.error:
        return True
    ended_early = len(unpacking.unused_data) > _BEHIND
    return ended_early or not (unpacking.eof or unpacking.unconsumed_tail)


def read_pdf(
    data: bytes, source: str, *, first: int, last: int | None, password: str, most: int
) -> tuple[list[Paragraph], int, tuple[Remark, ...]]:
    """The paragraphs of a file, how many pages it has, and what was dropped or could not be read.

    Pages ``first`` to ``last`` are read, at most ``most``.
    """
    place = Place(source)
    try:
        import pypdfium2
    except ImportError:
        raise OutlineError(
            "needs-documents-extra", place=place, remedy="install-documents", library="pypdfium2"
        ) from None
    try:
        file = pypdfium2.PdfDocument(data, password=password or None)
        number = len(file)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            key = "password-wrong" if password else "password-needed"
            raise OutlineError(key, place=place, remedy="give-password-file") from None
        raise _cut_off(data, source) from None
    if first > number:
        raise OutlineError("no-such-page", place=place, remedy="pages-form", pages=number)
    end = min(last or number, number)
    if end - first + 1 > most:
        raise OutlineError("too-many-pages", place=place, remedy="name-pages", pages=number, limit=most)
    pages, unread = list[Page](), broken_pages(data)
    for index in range(first - 1, end):
        try:
            pages.append(_page(file, index, pypdfium2.raw))
        except pypdfium2.PdfiumError:
            unread |= {index + 1}
    whole = [page.number for page in pages if page.number not in unread]
    if len(whole) <= end - first:
        raise _damaged("damaged-pages", whole, number, source, "save-again-or-pages")
    scanned = [page.number for page in pages if page.has_image and page.letters < _SCANNED]
    if len(scanned) == len(pages) or not any(page.letters for page in pages):
        raise OutlineError("document-scanned", place=place, remedy="recognise-text")
    paragraphs, remarks = paragraphs_of(pages)
    unsure = {
        "scanned-pages": scanned,
        "turned-text": [page.number for page in pages if page.turned],
        "right-to-left": [
            page.number for page in pages
            if 10 * sum("\u0590" <= char.text[0] <= "\u08ff" for char in page.chars) > len(page.chars) > 0
        ],
        "unmapped-characters": [
            page.number for page in pages if 20 * page.unmapped > len(page.chars) + page.unmapped
        ],
    }  # fmt: skip
    on_pages = (Remark(noted(key), tuple(numbers)) for key, numbers in unsure.items() if numbers)
    return paragraphs, number, (*on_pages, *remarks)


def _cut_off(data: bytes, source: str) -> OutlineError:
    import pypdfium2

    whole_file, number = mended(data)
    whole: list[int] = []
    try:
        file = pypdfium2.PdfDocument(whole_file)
        whole = [at + 1 for at in range(len(file)) if _page(file, at, pypdfium2.raw).letters]
    except pypdfium2.PdfiumError:
        pass
    return _damaged("cut-off", whole, max(number, len(whole)), source, "save-again")


def _damaged(key: str, whole: Sequence[int], number: int, source: str, remedy: str) -> OutlineError:
    if not whole:
        return OutlineError("damaged-document", place=Place(source), remedy="save-again")

    def length(run: str) -> int:
        begin, _, end = run.partition("-")
        return int(end or begin) - int(begin)

    listed = runs_of(whole)
    return OutlineError(
        key, place=Place(source), remedy=remedy, read=len(whole), pages=number, listed=listed,
        example=max(listed.split(", "), key=length),
    )  # fmt: skip


def _page(file: Any, index: int, raw: Any) -> Page:  # noqa: ANN401 - the library has no types
    drawn = file[index]
    width, height = drawn.get_size()
    box = drawn.get_mediabox()
    place = _Turn(drawn.get_rotation(), width, height, box[0], box[1])
    text = drawn.get_textpage()
    page = Page(index + 1, file.get_page_label(index) or None, width, height)
    _read_chars(text.raw, raw, place, page)
    for shape in drawn.get_objects(max_depth=1):
        if shape.type == raw.FPDF_PAGEOBJ_IMAGE:
            page.has_image = True
        elif shape.type == raw.FPDF_PAGEOBJ_PATH:
            _read_path(shape, raw, place, page)
    text.close()
    drawn.close()
    return page


class _Turn:
    def __init__(self, degrees: int, width: float, height: float, left: float, bottom: float) -> None:
        self.degrees, self.width, self.height = degrees, width, height
        self.left, self.bottom = left, bottom

    def point(self, x: float, y: float) -> tuple[float, float]:
        x, y = x - self.left, y - self.bottom
        turned = {90: (y, self.height - x), 180: (self.width - x, self.height - y), 270: (self.width - y, x)}
        return turned.get(self.degrees, (x, y))

    def direction(self, across: float, up: float) -> tuple[float, float]:
        return {90: (up, -across), 180: (-across, -up), 270: (-up, across)}.get(self.degrees, (across, up))


def _read_chars(handle: Any, raw: Any, place: _Turn, page: Page) -> None:  # noqa: ANN401
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
            name, flags = ctypes.create_string_buffer(200), ctypes.c_int()
            length = raw.FPDFText_GetFontInfo(handle, at, name, 200, flags)
            bold = bool(_BOLD.search(name.raw[: max(min(length, 200) - 1, 0)].decode("utf-8", "replace")))
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


def _read_path(path: Any, raw: Any, place: _Turn, page: Page) -> None:  # noqa: ANN401
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(path.raw, fill, stroke)
    if not fill.value and not stroke.value:
        return
    matrix = path.get_matrix()
    x, y = ctypes.c_float(), ctypes.c_float()
    pieces: list[list[tuple[float, float]]] = []
    for at in range(raw.FPDFPath_CountSegments(path.raw)):
        segment = raw.FPDFPath_GetPathSegment(path.raw, at)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        if raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_MOVETO or not pieces:
            pieces.append([])
        pieces[-1].append(place.point(*matrix.on_point(x.value, y.value)))
    for points in (points for points in pieces if len(points) > 1):
        left, right = min(p[0] for p in points), max(p[0] for p in points)
        low, high = min(p[1] for p in points), max(p[1] for p in points)
        wide, tall = right - left, high - low
        if 1.5 <= wide <= 8 and 1.5 <= tall <= 8 and 0.6 < wide / tall < 1.7:
            page.bullets.append((left, (low + high) / 2))
        elif min(wide, tall) <= _THIN < max(wide, tall):
            page.rules.append(RuledLine(left, right, low, high))
        elif stroke.value:
            page.rules += [
                RuledLine(min(a[0], b[0]), max(a[0], b[0]), min(a[1], b[1]), max(a[1], b[1]))
                for a, b in zip(points, [*points[1:], points[0]], strict=True)
                if (abs(a[0] - b[0]) < 1) != (abs(a[1] - b[1]) < 1)
            ]
