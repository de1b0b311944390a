"""A drawing as SVG: no script, no style sheet, nothing fetched, every text escaped."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Final

from pan2kg.charts.canvas import Box, Dot, Drawing, Group, Hatch, Label, Line, Mark, Pen
from pan2kg.tables.formats import xml_text, xml_value

FAMILY: Final = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"

_ADDRESS = re.compile(r"(?:https?://|[#/.]|[\w-]+[./?#]|[\w-]+$)", re.IGNORECASE)


def write_svg(drawing: Drawing) -> str:
    """The drawing as an SVG document: the same text for the same drawing, always.

    >>> svg = write_svg(Drawing(40, 20, "<b>", "d", "fr", (Label(1, 10, "a & b"),)))
    >>> "<title" in svg, "&lt;b&gt;" in svg, "a &amp; b" in svg, "<b>" in svg
    (True, True, True, False)
    """
    body = "".join(part for mark in drawing.marks for part in _mark(mark))
    digest = hashlib.sha256(f"{drawing.title}\n{drawing.description}\n{body}".encode("utf-8", "replace"))
    name = f"picture-{digest.hexdigest()[:10]}"
    width, height = number(drawing.width), number(drawing.height)
    role = "group" if "<a " in body else "img"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="{role}" aria-labelledby="{name}-title {name}-desc" lang="{drawing.language}" '
        f'xml:lang="{drawing.language}" font-family="{FAMILY}">\n'
        f'<title id="{name}-title">{xml_text(drawing.title)}</title>\n'
        f'<desc id="{name}-desc">{xml_text(drawing.description)}</desc>\n'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>\n{body}</svg>\n'
    )


def number(value: float) -> str:
    """A number with at most two decimals and no needless zeros.

    >>> number(1.0), number(-0.001), number(2.345)
    ('1', '0', '2.35')
    """
    text = f"{value + 0.0:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _mark(mark: Mark) -> Iterator[str]:
    if isinstance(mark, Group):
        yield from _group(mark)
    elif isinstance(mark, Box):
        places = zip(("x", "y", "width", "height"), (mark.x, mark.y, mark.width, mark.height), strict=True)
        yield f"<rect{_numbers(places)}{_fill(mark.fill)}{_pen(mark.pen)}/>\n"
    elif isinstance(mark, Dot):
        places = zip(("cx", "cy", "r"), (mark.x, mark.y, mark.radius), strict=True)
        yield f"<circle{_numbers(places)}{_fill(mark.fill)}{_pen(mark.pen)}/>\n"
    elif isinstance(mark, Line):
        yield f'<path d="{_course(mark)}"{_fill(mark.fill)}{_pen(mark.pen)}/>\n'
    elif isinstance(mark, Hatch):
        course = "".join(f"M{number(a)} {number(b)}L{number(c)} {number(d)}" for (a, b), (c, d) in mark.strokes())
        yield f'<path d="{course}"{_fill("")}{_pen(mark.pen)}/>\n' if course else ""
    else:
        yield _label(mark)


def _group(mark: Group) -> Iterator[str]:
    x, y = mark.shift
    moved = f' transform="translate({number(x)} {number(y)})"' if x or y else ""
    leads = bool(mark.address) and bool(_ADDRESS.match(mark.address))
    tag = "a" if leads else "g"
    yield f"<{tag}{moved}{f' href={chr(34)}{xml_value(mark.address)}{chr(34)}' if leads else ''}>\n"
    if mark.title:
        yield f"<title>{xml_text(mark.title)}</title>\n"
    for part in mark.marks:
        yield from _mark(part)
    yield f"</{tag}>\n"


def _label(mark: Label) -> str:
    anchor = "" if mark.anchor == "start" else f' text-anchor="{mark.anchor}"'
    bold = ' font-weight="bold"' if mark.font.bold else ""
    turn = f' transform="rotate({number(mark.turn)} {number(mark.x)} {number(mark.y)})"' if mark.turn else ""
    spoken = f' lang="{xml_value(mark.language)}" xml:lang="{xml_value(mark.language)}"' if mark.language else ""
    places = zip(("x", "y", "font-size"), (mark.x, mark.y, mark.font.size), strict=True)
    look = f"{_numbers(places)}{anchor}{bold}{_fill(mark.font.colour)}{turn}{spoken}"
    return f"<text{look}>{xml_text(mark.text)}</text>\n"


def _course(mark: Line) -> str:
    points = [f"{number(x)} {number(y)}" for x, y in mark.points]
    closed = "Z" if mark.points[0] == mark.points[-1] and len(points) > 2 else ""
    rest = points[1:-1] if closed else points[1:]
    return f"M{points[0]}{'C' if mark.curved else 'L'}{' '.join(rest)}{closed}"


def _numbers(places: zip[tuple[str, float]]) -> str:
    return "".join(f' {name}="{number(value)}"' for name, value in places)


def _fill(fill: str) -> str:
    return f' fill="{fill or "none"}"'


def _pen(pen: Pen | None) -> str:
    if pen is None:
        return ""
    dash = f' stroke-dasharray="{" ".join(map(number, pen.dash))}"' if pen.dash else ""
    return f' stroke="{pen.colour}" stroke-width="{number(pen.width)}"{dash}'
