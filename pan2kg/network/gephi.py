"""Elements of XML with everything escaped, whitespace in attributes kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pan2kg.network.columns import Cell

_TEXT: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_VALUE: Final = str.maketrans(_TEXT | {'"': "&quot;", "\t": "&#9;", "\n": "&#10;"})
_CONTENT: Final = str.maketrans(_TEXT)

KINDS: Final = {str: "string", float: "double", int: "integer", bool: "boolean"}
"""The names GEXF has for the kinds of value; GraphML says ``int``."""

HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'


def shown(cell: Cell) -> str:
    """A value as text: numbers as short as they can be read back, booleans in lower case.

    >>> shown(0.1), shown(True), shown(3), shown("x")
    ('0.1', 'true', '3', 'x')
    """
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def start(name: str, attributes: Iterable[tuple[str, Cell]] = (), *, empty: bool = False) -> str:
    """A start tag, or the tag of an element without content.

    >>> start("node", [("id", 'a "b" <c>'), ("label", "1\\n2")], empty=True)
    '<node id="a &quot;b&quot; &lt;c&gt;" label="1&#10;2"/>'
    """
    written = "".join(f' {key}="{shown(value).translate(_VALUE)}"' for key, value in attributes)
    return f"<{name}{written}{'/' if empty else ''}>"


def element(name: str, attributes: Iterable[tuple[str, Cell]], content: Cell) -> str:
    """An element with text in it.

    >>> element("data", [("key", "k")], "a & b")
    '<data key="k">a &amp; b</data>'
    """
    return f"{start(name, attributes)}{shown(content).translate(_CONTENT)}</{name}>"
