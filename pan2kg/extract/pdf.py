"""PDF files: the characters, ruling lines and bullets that are drawn on each page, and from them paragraphs."""

import ctypes
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from pan2kg.errors import OutlineError, Place
from pan2kg.extract.document import Remark, noted, runs_of
from pan2kg.extract.lines import Char, Page, Point, RuledLine
from pan2kg.extract.page_flow import paragraphs_of
from pan2kg.extract.paragraphs import ParagraphReading
from pan2kg.extract.pdf_objects import broken_pages

_BOLD = re.compile(r"bold|black|heavy|semib|demi|,b|-bd|\bbd\b", re.IGNORECASE)
_SCANNED = 30  # a page with fewer characters and an image on it is a picture of a page
_THIN = 2.5  # points; a filled rectangle not wider than this is a line
_LEAST_BULLET = 1.5  # points; a shape as high as it is wide is a bullet from this size
_LARGEST_BULLET = 8  # to this
_HYPHENS = (0x2, 0xFFFE)  # so the library marks one at the end of a line, whoever set it


class _Frame(NamedTuple):
    """How a page is turned, in degrees, its width and height, and its left and lower edge."""

    degrees: int
    width: float
    height: float
    left: float
    bottom: float

    def place(self, x: float, y: float) -> Point:
        """A place of the file as it is seen on the page."""
        x -= self.left
        y -= self.bottom
        if self.degrees == 90:
            return Point(y, self.height - x)
        if self.degrees == 180:
            return Point(self.width - x, self.height - y)
        if self.degrees == 270:
            return Point(self.width - y, x)
        return Point(x, y)


class _Look(NamedTuple):
    """How characters are set: their size, whether in bold, and whether they run level to the right."""

    size: float
    bold: bool
    level: bool


def read_pdf(
    data: bytes, source: str, *, first: int, last: int | None, password: str, most: int
) -> ParagraphReading:
    """The paragraphs of a file, how many pages it has, and what was dropped or could not be read.

    The pages from ``first`` to ``last`` or the end are read, which are ``most`` at most.

    Raises:
        OutlineError: the file is locked, damaged or scanned, or has no such pages, or too many.
    """
    place = Place(source)
    try:
        import pypdfium2
    except ImportError:
        raise OutlineError(
            "needs-extra", place=place, remedy="install-extra", extra="documents"
        ) from None
    try:
        file = pypdfium2.PdfDocument(data, password=password or None)
        number = len(file)
    except pypdfium2.PdfiumError as error:
        raise _not_opened(str(error), place, has_password=password != "") from None
    wanted = _wanted(number, first, last, most, place)
    pages = []
    unread = set(broken_pages(data))
    for page in wanted:
        try:
            pages.append(_page(file, page - 1, pypdfium2.raw))
        except pypdfium2.PdfiumError:
            unread.add(page)
    whole = [page.number for page in pages if page.number not in unread]
    if len(whole) < len(wanted):
        raise _damaged(whole, number, place)
    scanned = [page.number for page in pages if page.has_image and _letters(page) < _SCANNED]
    if len(scanned) == len(pages) or not any(map(_letters, pages)):
        raise OutlineError("document-scanned", place=place, remedy="recognise-text")
    reading = paragraphs_of(pages)
    remarks = (*_unsure(pages, scanned), *reading.remarks)
    return reading._replace(pages=number, remarks=remarks)


def _not_opened(error: str, place: Place, *, has_password: bool) -> OutlineError:
    if "password" not in error.lower():
        return OutlineError("damaged-document", place=place, remedy="save-again")
    key = "password-wrong" if has_password else "password-needed"
    return OutlineError(key, place=place, remedy="give-password-file")


def _wanted(number: int, first: int, last: int | None, most: int, place: Place) -> range:
    """The pages that are read of so many; raises where there are none, or too many."""
    if first > number:
        raise OutlineError("no-such-page", place=place, remedy="pages-form", pages=number)
    wanted = range(first, min(last or number, number) + 1)
    if len(wanted) > most:
        raise OutlineError(
            "too-many-pages", place=place, remedy="pages-form", pages=number, limit=most
        )
    return wanted


def _damaged(whole: Sequence[int], pages: int, place: Place) -> OutlineError:
    """What is said of a file of which only some pages are whole, with the most that follow each other."""
    if not whole:
        return OutlineError("damaged-document", place=place, remedy="save-again")
    runs = runs_of(whole).split(", ")
    return OutlineError(
        "damaged-pages",
        place=place,
        remedy="save-again-or-pages",
        read=len(whole),
        pages=pages,
        listed=", ".join(runs),
        example=max(runs, key=_run_length),
    )


def _run_length(run: str) -> int:
    first, _, end = run.partition("-")
    return int(end or first) - int(first)


def _letters(page: Page) -> int:
    return sum(not char.text.isspace() for char in page.chars)


def _unsure(pages: Sequence[Page], scanned: Sequence[int]) -> Iterator[Remark]:
    """What is said of pages whose text is not read, or may be read in a wrong order."""
    unread = []
    right_to_left = []
    for page in pages:
        if page.turned or 20 * page.unmapped > len(page.chars) + page.unmapped:
            unread.append(page.number)
        backward = sum("\u0590" <= char.text[0] <= "\u08ff" for char in page.chars)
        if 10 * backward > len(page.chars):
            right_to_left.append(page.number)
    remarks = {"scanned-pages": scanned, "unread-text": unread, "right-to-left": right_to_left}
    for key, numbers in remarks.items():
        if numbers:
            yield Remark(noted(key), tuple(numbers))


def _page(file: Any, index: int, raw: Any) -> Page:  # noqa: ANN401 - the library has no types
    drawn = file[index]
    width, height = drawn.get_size()
    box = drawn.get_mediabox()
    frame = _Frame(drawn.get_rotation(), width, height, box[0], box[1])
    text = drawn.get_textpage()
    page = Page(index + 1, file.get_page_label(index) or None, width, height)
    _PageText(text.raw, raw, frame).read(page)
    for shape in drawn.get_objects(max_depth=1):
        if shape.type == raw.FPDF_PAGEOBJ_IMAGE:
            page.has_image = True
        elif shape.type == raw.FPDF_PAGEOBJ_PATH:
            _read_path(shape, raw, frame, page)
    text.close()
    drawn.close()
    return page


class _PageText:
    """The characters of a page, read one by one into places of memory the library fills."""

    def __init__(self, handle: Any, raw: Any, frame: _Frame) -> None:  # noqa: ANN401
        self._handle = handle
        self._raw = raw
        self._frame = frame
        self._x = ctypes.c_double()
        self._y = ctypes.c_double()
        self._box = raw.FS_RECTF()
        self._matrix = raw.FS_MATRIX()

    def read(self, page: Page) -> None:
        """Adds the characters to a page, and counts those that are turned or have no text."""
        raw = self._raw
        handle = self._handle
        address = 0
        look = _Look(0.0, bold=False, level=True)
        for at in range(raw.FPDFText_CountChars(handle)):
            code = raw.FPDFText_GetUnicode(handle, at)
            if raw.FPDFText_IsGenerated(handle, at) == 1:
                if code == ord(" ") and page.chars:
                    page.chars.append(page.chars[-1].space())
                continue
            drawn = raw.FPDFText_GetTextObject(handle, at)
            before = address
            address = ctypes.addressof(drawn.contents) if drawn else 0
            # all characters of one object are set alike
            if address != before or not address:
                look = self._look(at)
            if code == 0 or raw.FPDFText_HasUnicodeMapError(handle, at) == 1:
                page.unmapped += 1
            elif look.level:
                page.chars.append(self._char(at, code, look))
            else:
                page.turned += code != ord(" ")

    def _look(self, at: int) -> _Look:
        """How the object a character belongs to is set."""
        raw = self._raw
        matrix = self._matrix
        raw.FPDFText_GetMatrix(self._handle, at, matrix)
        size = raw.FPDFText_GetFontSize(self._handle, at) * math.hypot(matrix.c, matrix.d)
        buffer = ctypes.create_string_buffer(200)
        flags = ctypes.c_int()
        length = raw.FPDFText_GetFontInfo(self._handle, at, buffer, 200, flags)
        # the length counts the zero behind the name, and may be greater than the buffer
        font = buffer.raw[: max(min(length, 200) - 1, 0)].decode("utf-8", "replace")
        turned = _Frame(self._frame.degrees, 0, 0, 0, 0)
        across, up = turned.place(matrix.a, matrix.b)
        is_level = across > 0 and abs(up) < 0.1 * across
        return _Look(size, _BOLD.search(font) is not None, is_level)

    def _char(self, at: int, code: int, look: _Look) -> Char:
        raw = self._raw
        box = self._box
        raw.FPDFText_GetCharOrigin(self._handle, at, self._x, self._y)
        raw.FPDFText_GetLooseCharBox(self._handle, at, box)
        base = self._frame.place(self._x.value, self._y.value).y
        # of a ligature each letter has the origin of the whole, but a box of its own
        corner = self._frame.place(box.left, box.bottom).x
        left, right = sorted((corner, self._frame.place(box.right, box.top).x))
        printed = "-" if code in _HYPHENS else chr(code)
        return Char(printed, left, right, base, round(look.size, 1), look.bold)


def _read_path(path: Any, raw: Any, frame: _Frame, page: Page) -> None:  # noqa: ANN401
    fill = ctypes.c_int()
    stroke = ctypes.c_int()
    raw.FPDFPath_GetDrawMode(path.raw, fill, stroke)
    if not fill.value and not stroke.value:
        return
    matrix = path.get_matrix()
    x = ctypes.c_float()
    y = ctypes.c_float()
    pieces: list[list[Point]] = []
    for at in range(raw.FPDFPath_CountSegments(path.raw)):
        segment = raw.FPDFPath_GetPathSegment(path.raw, at)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        if raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_MOVETO or not pieces:
            pieces.append([])
        pieces[-1].append(frame.place(*matrix.on_point(x.value, y.value)))
    for points in pieces:
        if len(points) > 1:
            _add_shape(page, points, has_stroke=bool(stroke.value))


def _add_shape(page: Page, points: Sequence[Point], *, has_stroke: bool) -> None:
    """What has its corners at some points: a bullet, a rule, or an outline whose straight sides are rules."""
    shape = _box(points)
    wide = shape.right - shape.left
    tall = shape.high - shape.low
    has_size = _LEAST_BULLET <= min(wide, tall) <= max(wide, tall) <= _LARGEST_BULLET
    if has_size and 0.6 < wide / tall < 1.7:
        page.bullets.append(Point(shape.left, (shape.low + shape.high) / 2))
    elif min(wide, tall) <= _THIN < max(wide, tall):
        page.rules.append(shape)
    elif has_stroke:
        for start, end in zip(points, [*points[1:], points[0]], strict=True):
            is_upright = abs(start.x - end.x) < 1
            is_level = abs(start.y - end.y) < 1
            if is_upright != is_level:
                page.rules.append(_box((start, end)))


def _box(points: Iterable[Point]) -> RuledLine:
    across, up = zip(*points, strict=True)
    return RuledLine(min(across), max(across), min(up), max(up))
