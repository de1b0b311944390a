"""Pictures as SVG without script, each with its table.

:func:`draw` draws any of :data:`PICTURES` from a graph in its language, at a level of evidence;
:func:`write_picture` writes it as SVG, PNG or PDF, or its table as CSV. Each picture is a module
and goes one way: what is tied to what, where it stands, marks, legend and notes, rows of its table.
Who draws something else takes a :class:`Drawing` of marks in pixels, and :func:`measure`,
:func:`wrap` and :func:`shorten` for the room that text takes.
"""

from pan2kg.charts.drawing import Box, Dot, Group, Label, Line, Mark, Pen
from pan2kg.charts.frame import Picture
from pan2kg.charts.lettering import Font, measure, shorten, wrap
from pan2kg.charts.registry import PICTURES, draw, picture_bytes, write_picture
from pan2kg.charts.subject import Address, Subject
from pan2kg.charts.svg import Drawing

__all__ = [
    "PICTURES",
    "Address",
    "Box",
    "Dot",
    "Drawing",
    "Font",
    "Group",
    "Label",
    "Line",
    "Mark",
    "Pen",
    "Picture",
    "Subject",
    "draw",
    "measure",
    "picture_bytes",
    "shorten",
    "wrap",
    "write_picture",
]
