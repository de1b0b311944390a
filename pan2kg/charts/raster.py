"""The one door to matplotlib, and how a picture is written to a file: as SVG, PNG, PDF, or its table as CSV.

Nothing of the system is used, neither fonts nor a graphics library: one version of matplotlib gives the same bytes
for the same drawing everywhere.
"""

from __future__ import annotations

import math
from io import BytesIO
from pathlib import Path
from typing import Any, Final, Literal

from pan2kg.charts.drawing import Box, Dot, Drawing, Hatch, Label, Line, Mark, Pen, Point, flat, measure
from pan2kg.charts.frame import Picture
from pan2kg.errors import FormatError, Place
from pan2kg.project import write_atomically
from pan2kg.store.store import Solutions, plain
from pan2kg.tables.formats import Grid, write_csv

DOTS = 192.0
"""Dots per inch of a PNG: two for each pixel of the drawing."""

_POINTS = 0.75
"""Points per pixel."""


def render(drawing: Drawing, form: Literal["png", "pdf"]) -> bytes:
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError:
        raise FormatError("extra-figures", remedy="install-figures", form=form.upper()) from None
    settings: Any = {"pdf.fonttype": 42, "pdf.compression": 6, "font.family": ["DejaVu Sans"], "svg.hashsalt": "pan2kg"}
    with mpl.rc_context(settings):
        figure: Any = Figure(figsize=(drawing.width / 96, drawing.height / 96), dpi=72, facecolor="white")
        figure.add_artist(_artist(drawing))
        out = BytesIO()
        figure.savefig(out, format=form, dpi=DOTS if form == "png" else 72, metadata=_metadata(drawing, form))
    return out.getvalue()


def _metadata(drawing: Drawing, form: str) -> dict[str, str | None]:
    if form == "png":
        return {"Title": _plain(drawing.title), "Description": _plain(drawing.description), "Software": None}
    return {"Title": _plain(drawing.title), "Subject": _plain(drawing.description), "CreationDate": None}


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)


def _artist(drawing: Drawing) -> Any:  # noqa: ANN401 - matplotlib's own types are partial
    from matplotlib.artist import Artist

    class DrawingArtist(Artist):
        def draw(self, renderer: Any) -> None:  # noqa: ANN401
            for mark, shift in flat(drawing.marks):
                _Brush(renderer, drawing.height, shift).draw(mark)

    return DrawingArtist()


class _Brush:
    __slots__ = ("height", "renderer", "scale", "shift")

    def __init__(self, renderer: Any, height: float, shift: Point) -> None:  # noqa: ANN401
        self.renderer, self.height, self.shift = renderer, height, shift
        self.scale = renderer.points_to_pixels(_POINTS)

    def at(self, x: float, y: float) -> Point:
        return (x + self.shift[0]) * self.scale, (self.height - y - self.shift[1]) * self.scale

    def draw(self, mark: Mark) -> None:
        if isinstance(mark, Label):
            self.text(mark)
        elif isinstance(mark, Box):
            x, y, right, low = mark.x, mark.y, mark.x + mark.width, mark.y + mark.height
            self.course(((x, y), (right, y), (right, low), (x, low), (x, y)), mark.fill, mark.pen)
        elif isinstance(mark, Dot):
            self.circle(mark)
        elif isinstance(mark, Hatch):
            for start, end in mark.strokes():
                self.course((start, end), "", mark.pen)
        elif isinstance(mark, Line):
            self.course(mark.points, mark.fill, mark.pen, curved=mark.curved)

    def circle(self, mark: Dot) -> None:
        x, y, r, k = mark.x, mark.y, mark.radius, mark.radius * 0.5522847498
        points = (
            (x + r, y), (x + r, y + k), (x + k, y + r), (x, y + r), (x - k, y + r), (x - r, y + k), (x - r, y),
            (x - r, y - k), (x - k, y - r), (x, y - r), (x + k, y - r), (x + r, y - k), (x + r, y),
        )  # fmt: skip
        self.course(points, mark.fill, mark.pen, curved=True)

    def course(self, points: tuple[Point, ...], fill: str, pen: Pen | None, *, curved: bool = False) -> None:
        from matplotlib.path import Path
        from matplotlib.transforms import IdentityTransform

        codes = [Path.MOVETO, *[Path.CURVE4 if curved else Path.LINETO] * (len(points) - 1)]
        context = self.renderer.new_gc()
        if pen is None:
            context.set_linewidth(0.0)
        else:
            context.set_foreground(pen.colour)
            context.set_linewidth(pen.width * _POINTS)
            context.set_capstyle("butt")
            if pen.dash:
                context.set_dashes(0.0, [dash * _POINTS for dash in pen.dash])
        path = Path([self.at(*point) for point in points], codes)
        self.renderer.draw_path(context, path, IdentityTransform(), _rgb(fill) if fill else None)
        context.restore()

    def text(self, mark: Label) -> None:
        from matplotlib.font_manager import FontProperties

        if not mark.text.strip():
            return
        weight = "bold" if mark.font.bold else "normal"
        font = FontProperties(family="DejaVu Sans", size=mark.font.size * _POINTS, weight=weight)
        words = _plain(mark.text)
        wide, _, _ = self.renderer.get_text_width_height_descent(words, font, ismath=False)
        wide = min(wide / self.scale, measure(words, mark.font) * 1.02)
        back = {"start": 0.0, "middle": wide / 2, "end": wide}[mark.anchor]
        turn = math.radians(mark.turn)
        x, y = self.at(mark.x - back * math.cos(turn), mark.y - back * math.sin(turn))
        context = self.renderer.new_gc()
        context.set_foreground(mark.font.colour)
        flipped = self.height * self.scale - y if self.renderer.flipy() else y
        self.renderer.draw_text(context, x, flipped, words, font, -mark.turn, ismath=False)
        context.restore()


def _rgb(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


SUFFIXES: Final = (".svg", ".png", ".pdf", ".csv")


def write_picture(picture: Picture, path: str | Path) -> None:
    """Write a picture in the format its file's suffix names: .svg, .png, .pdf, or .csv for the table.

    >>> write_picture(None, "matrix.gif")
    Traceback (most recent call last):
    pan2kg.errors.FormatError: matrix.gif: A picture cannot be written as « .gif ». Use .svg, .png, .pdf or .csv.
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in SUFFIXES:
        raise FormatError(
            "picture-form", place=Place(str(path)), remedy="use-picture-forms", name=suffix or target.name
        )
    write_atomically(target, picture_bytes(picture, suffix))


def picture_bytes(picture: Picture, suffix: str) -> bytes:
    if suffix == ".png":
        return render(picture.drawing, "png")
    if suffix == ".pdf":
        return render(picture.drawing, "pdf")
    return (picture.svg if suffix == ".svg" else _csv(picture.table)).encode("utf-8", "replace")


def _csv(table: Solutions) -> str:
    return write_csv(Grid(table.columns, ([plain(term) for term in row] for row in table.rows)))
