"""All pictures by name, one function that draws any of them, and how a picture is written to a file.

A file is SVG, PNG, PDF or the table as CSV. This is the one door to matplotlib: nothing of the
system is used, neither fonts nor a graphics library, so that one version of it gives the same bytes
for the same drawing everywhere.
"""

import inspect
import math
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

from pan2kg.charts import (
    bridge,
    ego,
    lanes,
    matrices,
    ministries,
    plans_of,
    time_map,
    timeline,
)
from pan2kg.charts.drawing import Box, Dot, Group, Hatch, Label, Line, Mark, Pen, Point
from pan2kg.charts.frame import Picture
from pan2kg.charts.lettering import measure
from pan2kg.charts.subject import Address, Subject
from pan2kg.charts.svg import Drawing
from pan2kg.coherence.evidence import Level
from pan2kg.errors import FormatError, Place, QueryError
from pan2kg.graph.graph import Graph
from pan2kg.i18n import one_of
from pan2kg.project import write_atomically
from pan2kg.store.store import plain
from pan2kg.tables.formats import Grid, write_csv

# the pictures by name, in the order in which one would look at them
PICTURES: Mapping[str, Callable[..., Picture]] = {
    "time-map": time_map.draw_time_map, "bridge": bridge.draw_bridge, "plans-of": plans_of.draw_plans_of,
    "plan-matrix": matrices.draw_plan_matrix, "action-matrix": matrices.draw_action_matrix,
    "lanes": lanes.draw_lanes, "timeline": timeline.draw_timeline,
    "ministries": ministries.draw_ministries, "ego": ego.draw_ego,
}  # fmt: skip


def draw(
    name: str,
    graph: Graph,
    *,
    address: Address | None = None,
    evidence: Level | str = "",
    **parameters: object,
) -> Picture:
    """The picture of that name, drawn from a graph in its language, at a level of ``evidence``.

    The level is that of the headline where none is given; what rests on a weaker word is not drawn.
    Numbers among ``parameters`` may be given as text. The graph's release and day stand in the
    source line; ``address`` gives, for the IRIs a mark stands for, where it leads. The same
    arguments and data give the same bytes.

    Raises:
        QueryError: an unknown picture, parameter, level, plan or action, with the nearest names.
        ProjectError: the graph holds no action.

    >>> from pan2kg.graph.graph import open_graph
    >>> picture = draw("plan-matrix", open_graph(), top=4)
    >>> picture.title, len(picture.table.rows), picture.svg.startswith("<svg ")
    ('Where plans meet, and where they cite each other', 6, True)
    """
    function = find_picture(name)
    takes = [
        parameter for parameter in inspect.signature(function).parameters if parameter != "subject"
    ]
    unknown = [key for key in parameters if key not in takes]
    if unknown:
        listed = ", ".join(takes)
        raise QueryError(
            "picture-parameter", remedy="it-takes", name=name, parameter=unknown[0], takes=listed
        )
    return function(Subject(graph, address, graph.known(evidence).level), **parameters)


def find_picture(name: str) -> Callable[..., Picture]:
    """The function that draws the picture of that name.

    Raises:
        QueryError: there is none, with the nearest names.
    """
    if name in PICTURES:
        return PICTURES[name]
    near = get_close_matches(name, PICTURES, n=2, cutoff=0.5) or list(PICTURES)
    raise QueryError("no-picture", remedy="did-you-mean", name=name, names=one_of(near))


# Files

SUFFIXES = (".svg", ".png", ".pdf", ".csv")
DOTS = 192.0  # per inch of a PNG: two for each pixel of the drawing
_POINTS = 0.75  # per pixel


def write_picture(picture: Picture, path: str | Path) -> None:
    """Write a picture in the format its file's suffix names: .svg, .png, .pdf, or .csv for the table.

    >>> write_picture(None, "matrix.gif")
    Traceback (most recent call last):
    pan2kg.errors.FormatError: matrix.gif: A picture cannot be written as « .gif ». Use .svg, .png, .pdf or .csv.
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in SUFFIXES:
        place = Place(str(path))
        name = suffix or target.name
        raise FormatError(
            "no-form", place=place, remedy="use-names", form=name, names=", ".join(SUFFIXES)
        )
    write_atomically(target, picture_bytes(picture, suffix))


def picture_bytes(picture: Picture, suffix: str) -> bytes:
    """A picture in the format of a suffix of :data:`SUFFIXES`; ``.csv`` is its table."""
    if suffix in (".png", ".pdf"):
        return render(picture.drawing, "png" if suffix == ".png" else "pdf")
    table = picture.table
    rows = ([plain(term) for term in row] for row in table.rows)
    text = picture.svg if suffix == ".svg" else write_csv(Grid(table.columns, rows))
    return text.encode("utf-8", "replace")


def render(drawing: Drawing, form: Literal["png", "pdf"]) -> bytes:
    """A drawing as PNG or PDF, by matplotlib alone.

    Raises:
        FormatError: matplotlib is not installed.
    """
    try:
        import matplotlib as mpl
        from matplotlib.artist import Artist
        from matplotlib.figure import Figure
    except ImportError:
        raise FormatError("needs-extra", remedy="install-extra", extra="figures") from None

    class DrawingArtist(Artist):
        def draw(self, renderer: Any) -> None:  # noqa: ANN401 - matplotlib's own types are partial
            for mark, shift in Group(drawing.marks).flat():
                _Brush(renderer, drawing.height, shift).draw(mark)

    settings: Any = {
        "pdf.fonttype": 42,
        "pdf.compression": 6,
        "font.family": ["DejaVu Sans"],
        "svg.hashsalt": "pan2kg",
    }
    title = _printable(drawing.title)
    description = _printable(drawing.description)
    metadata: dict[str, str | None] = {"Title": title, "Subject": description, "CreationDate": None}
    if form == "png":
        metadata = {"Title": title, "Description": description, "Software": None}
    with mpl.rc_context(settings):
        figure: Any = Figure(
            figsize=(drawing.width / 96, drawing.height / 96), dpi=72, facecolor="white"
        )
        figure.add_artist(DrawingArtist())
        out = BytesIO()
        figure.savefig(out, format=form, dpi=DOTS if form == "png" else 72, metadata=metadata)
    return out.getvalue()


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)


class _Brush:
    """Draws marks by a renderer of matplotlib, whose places begin below, moved by ``shift`` pixels.

    ``height`` is that of the drawing in pixels, ``scale`` how many places of the renderer a pixel
    is.
    """

    def __init__(self, renderer: Any, height: float, shift: Point) -> None:  # noqa: ANN401
        self.renderer = renderer
        self.height = height
        self.shift = shift
        self.scale = renderer.points_to_pixels(_POINTS)

    def draw(self, mark: Mark) -> None:
        if isinstance(mark, Label):
            self.text(mark)
        elif isinstance(mark, Box):
            self.draw(mark.edge())
        elif isinstance(mark, Dot):
            # four cubic curves make a circle, their control points so far from its axes
            x = mark.x
            y = mark.y
            r = mark.radius
            k = r * 0.5522847498
            points = (
                (x + r, y),
                (x + r, y + k),
                (x + k, y + r),
                (x, y + r),
                (x - k, y + r),
                (x - r, y + k),
                (x - r, y),
                (x - r, y - k),
                (x - k, y - r),
                (x, y - r),
                (x + k, y - r),
                (x + r, y - k),
                (x + r, y),
            )
            self.course(points, mark.fill, mark.pen, curved=True)
        elif isinstance(mark, Hatch):
            for stroke in mark.strokes():
                self.draw(stroke)
        elif isinstance(mark, Line):
            self.course(mark.points, mark.fill, mark.pen, curved=mark.curved)

    def course(
        self, points: tuple[Point, ...], fill: str, pen: Pen | None, *, curved: bool = False
    ) -> None:
        from matplotlib import path, transforms

        step = path.Path.CURVE4 if curved else path.Path.LINETO
        codes = [path.Path.MOVETO, *[step] * (len(points) - 1)]
        context = self.renderer.new_gc()
        if pen is None:
            context.set_linewidth(0.0)
        else:
            context.set_foreground(pen.colour)
            context.set_linewidth(pen.width * _POINTS)
            context.set_capstyle("butt")
            if pen.dash:
                context.set_dashes(0.0, [dash * _POINTS for dash in pen.dash])
        colour = None
        if fill:
            colour = tuple(int(fill[at : at + 2], 16) / 255 for at in (1, 3, 5))
        right, down = self.shift
        places = [
            ((x + right) * self.scale, (self.height - y - down) * self.scale) for x, y in points
        ]
        course = path.Path(places, codes)
        self.renderer.draw_path(context, course, transforms.IdentityTransform(), colour)
        context.restore()

    def text(self, mark: Label) -> None:
        from matplotlib.font_manager import FontProperties

        if not mark.text.strip():
            return
        weight = "bold" if mark.font.bold else "normal"
        font = FontProperties(family="DejaVu Sans", size=mark.font.size * _POINTS, weight=weight)
        words = _printable(mark.text)
        wide, _, _ = self.renderer.get_text_width_height_descent(words, font, ismath=False)
        wide = min(wide / self.scale, measure(words, mark.font) * 1.02)
        back = {"start": 0.0, "middle": wide / 2, "end": wide}[mark.anchor]
        turn = math.radians(mark.turn)
        x = (mark.x - back * math.cos(turn) + self.shift[0]) * self.scale
        y = (self.height - (mark.y - back * math.sin(turn)) - self.shift[1]) * self.scale
        context = self.renderer.new_gc()
        context.set_foreground(mark.font.colour)
        flipped = self.height * self.scale - y if self.renderer.flipy() else y
        self.renderer.draw_text(context, x, flipped, words, font, -mark.turn, ismath=False)
        context.restore()
