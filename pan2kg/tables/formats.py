"""Heads and rows of cells as text, CSV, TSV, Markdown or JSON, how a value is said, what each markup escapes.

Which heads and cells a table has for a program, a spreadsheet or a reader is laid out in
:mod:`pan2kg.tables.writers`, which picks a writer by the name of a format.
"""

import csv
import io
import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from textwrap import wrap

from pan2kg.i18n import Language, Messages, format_days_in, format_number, format_of
from pan2kg.tables.table import Value
from pan2kg.templates import xml_fit as xml_fit, xml_text as xml_text, xml_value as xml_value

_MARKS = re.compile(r"([\\`*_\[\]|#~])")
"""What Markdown takes for a sign in running text or in the cell of a table; HTML is escaped beside it."""
_IN_MARKDOWN = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
"""What is markup in XML and HTML; :mod:`xml.sax.saxutils` has it too, and loads a client for HTTP with it."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes spreadsheet programs run a cell (OWASP, CSV injection)."""
_NARROW = 18
"""How wide a column of text is at least, where its text is long."""
_LINES = 4
"""Up to how many lines a cell takes in a column narrower than that."""
_GAP = "  "
"""What stands between two columns of text."""
PRINTING = Messages("printing")
DECIMALS = 3
"""To how many decimals figures are rounded for a reader; data formats hold them whole."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_BEFORE_MARK = re.compile(r"(?<=«) | (?=[»;:?!%](?:\s|[).,]|$)|\d{1,2}\))")
"""The spaces French sets before and inside its marks."""
_BREAK = re.compile(r"[\t\n\r]")
_SPACES = re.compile(r"[\t\n\r ]+")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What steers a terminal, or no page can hold."""
say = PRINTING.say


@dataclass(frozen=True, slots=True)
class Grid:
    """Heads and, below them, rows of as many cells."""

    columns: Sequence[str]
    rows: Iterable[Sequence[Value]]


def field(value: Value) -> str:
    """A value as data has it: nothing for what is not known, booleans in lower case, numbers whole.

    >>> field(None), field(True), field(2.5)
    ('', 'true', '2.5')
    """
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def write_csv(grid: Grid) -> str:
    """CSV (RFC 4180); nothing is put before a cell that begins with « = »: this is data.

    >>> write_csv(Grid(("a", "b"), ((1, None), (True, "x,y"))))
    'a,b\\r\\n1,\\r\\ntrue,"x,y"\\r\\n'
    """
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(grid.columns)
    for row in grid.rows:
        has_truth = bool in map(type, row)
        # all but booleans the writer of CSV says as data do
        writer.writerow([field(value) for value in row] if has_truth else row)
    return target.getvalue()


def write_local_csv(grid: Grid, language: Language) -> str:
    """CSV as the spreadsheet programs of a language open it, with its decimal sign.

    A cell that would be run as a formula has an apostrophe before it, by which those programs keep
    it a text.
    """
    sign = format_of("decimal", language)
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=";")
    writer.writerow(grid.columns)
    for row in grid.rows:
        writer.writerow([_local_field(value, sign) for value in row])
    return f"\ufeff{target.getvalue()}"


def _local_field(value: Value, sign: str) -> str:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    if isinstance(value, float):
        return field(value).replace(".", sign)
    return field(value)


def write_tsv(grid: Grid) -> str:
    """Cells separated by tabs, a row a line; a tab or a new line within a cell is a space.

    >>> write_tsv(Grid(("a", "b"), (("x\\ty", 2),)))
    'a\\tb\\nx y\\t2\\n'
    """
    lines = []
    for row in (grid.columns, *grid.rows):
        cells = [re.sub(r"[\t\r\n]+", " ", field(value)) for value in row]
        lines.append("\t".join(cells) + "\n")
    return "".join(lines)


def write_json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def write_markdown(grid: Grid, numbers: Collection[int] = (), *, is_escaped: bool = False) -> str:
    """The table as Markdown (GitHub's), columns of figures to the right; what is not escaped already is.

    >>> print(write_markdown(Grid(("plan", "bits"), (("a|b", 1),)), (1,)), end="")
    | plan | bits |
    | --- | ---: |
    | a\\|b | 1 |
    """
    lines = [[md_escape(name) for name in grid.columns]]
    lines.append(["---:" if at in numbers else "---" for at in range(len(grid.columns))])
    for row in grid.rows:
        cells = [field(value) for value in row]
        lines.append(cells if is_escaped else [md_escape(cell) for cell in cells])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def md_escape(words: str) -> str:
    """Words for Markdown: what would be read as markup is escaped, HTML too.

    >>> md_escape("<b> *x* a|b")
    '&lt;b&gt; \\\\*x\\\\* a\\\\|b'
    """
    return _MARKS.sub(r"\\\1", words.translate(_IN_MARKDOWN))


def write_text(grid: Grid, width: int = 0) -> str:
    """The table in columns; a first cell that repeats the one above is left empty.

    ``width`` is how wide a line may be, 0 for any. Cells are wrapped, and rows stand one below the
    other where so many columns do not fit side by side.

    >>> print(write_text(Grid(["plan", "linked"], [["PAN 1", 0], ["PAN 1", 12]])))
    plan   linked
    -----  ------
    PAN 1  0
           12
    """
    heads = list(grid.columns)
    rows = [[field(value) for value in row] for row in grid.rows]
    columns = list(zip(heads, *rows, strict=True))
    wanted = [max(1, *map(len, column)) for column in columns]
    if not width:
        return _side_by_side(heads, rows, wanted)
    least = [min(_narrowest(column), _NARROW) for column in columns]
    room = width - len(_GAP) * (len(heads) - 1)
    if sum(least) > room:
        return _cards(heads, rows, width)
    return _side_by_side(heads, rows, _widths(wanted, least, room))


def _narrowest(column: Sequence[str]) -> int:
    """How wide a column is at least: for its longest word, and a long text in so many lines."""
    width = 1
    for text in column:
        width = max(width, len(text) // _LINES, *map(len, text.split()))
    return width


def _widths(wanted: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """How wide each column is: what room there is goes to those that want more, a bit to each."""
    widths = [min(pair) for pair in zip(wanted, least, strict=True)]
    spare = room - sum(widths)
    while spare > 0:
        growing = [place for place, width in enumerate(widths) if width < wanted[place]]
        if not growing:
            break
        for place in growing[:spare]:
            widths[place] += 1
        spare -= len(growing[:spare])
    return widths


def _cards(heads: list[str], rows: list[list[str]], width: int) -> str:
    """A card a row, a line a column: heads to the left, cells to the right."""
    margin = min(max(map(len, heads)), max(_NARROW, width // 3))
    sides = [margin, max(_NARROW, width - margin - len(_GAP))]
    cards = []
    for row in rows:
        lines = []
        for pair in zip(heads, row, strict=True):
            lines += _line(list(pair), sides)
        cards.append("\n".join(lines))
    return "\n\n".join(cards)


def _side_by_side(heads: list[str], rows: list[list[str]], widths: list[int]) -> str:
    lines = [*_line(heads, widths), _GAP.join("-" * width for width in widths)]
    above: list[str] = []
    for row in rows:
        repeated = _repeated(above, row)
        lines += _line([""] * repeated + row[repeated:], widths)
        above = row
    return "\n".join(lines)


def _repeated(above: list[str], row: list[str]) -> int:
    """How many first cells repeat those of the row above; 0 where all do, so that no row is empty."""
    for place, cell in enumerate(row):
        if above[place : place + 1] != [cell]:
            return place
    return 0


def _line(cells: list[str], widths: list[int]) -> list[str]:
    """The lines of text a row takes, each cell wrapped to the width of its column."""
    wrapped = [wrap(cell, width) or [""] for cell, width in zip(cells, widths, strict=True)]
    lines = []
    for pieces in zip_longest(*wrapped, fillvalue=""):
        padded = [f"{piece:{width}}" for piece, width in zip(pieces, widths, strict=True)]
        lines.append(_GAP.join(padded).rstrip())
    return lines


# How a value is said


def shown(value: Value, language: Language) -> str:
    """A value for a reader: nothing known is a dash, never 0; decimals are rounded; days are written as usual.

    Numbers are quantities, whose thousands are set apart; a year or an identifier stands in a table
    as text.

    A figure that is not 0 is never rounded to 0.

    >>> shown(None, "fr"), shown(0, "fr"), shown(0.642057, "fr"), shown(0.0001, "en"), shown("2021-12-17", "fr")
    ('–', '0', '0,642', '< 0.001', '17/12/2021')
    >>> shown(4407, "en"), shown(-4407.5, "de"), shown("2021", "fr")
    ('4,407', '−4.407,500', '2021')
    """
    if value is None:
        return "–"
    if isinstance(value, bool):
        return say("yes" if value else "no", language)
    if isinstance(value, float):
        return format_number(_rounded(value), language)
    if isinstance(value, int):
        return format_number(value, language)
    return format_days_in(value, language) if _DAY.fullmatch(value) else clean(value)


def _rounded(number: float) -> str:
    sign = "−" if number < 0 else ""
    size = round(abs(number), DECIMALS)
    if size or not number:
        return f"{sign}{size:.{DECIMALS}f}"
    side = ">" if number < 0 else "<"
    return f"{side} {sign}{10**-DECIMALS:.{DECIMALS}f}"


def clean(text: str) -> str:
    """A text on one line, without characters that steer a terminal or that no page can hold.

    Spaces French sets before and inside its marks do not break.

    >>> clean("a\\n b\\x1b[1m"), clean("« loi » ;")
    ('a b�[1m', '«\\xa0loi\\xa0»\\xa0;')
    """
    line = _CONTROL.sub("\ufffd", _BREAK.sub(" ", text))
    line = _SPACES.sub(" ", line).strip(" ")
    return _BEFORE_MARK.sub("\u00a0", line)


def harmless(text: str) -> str:
    """A text on one line without what steers a terminal; spaces are those of a keyboard.

    >>> harmless("a\\n\\n b\\x1b[1m")
    'a b\ufffd[1m'
    """
    return " ".join(_CONTROL.sub("\ufffd", re.sub(r"\s", " ", text)).split())
