"""A table of figures as it is printed in a terminal, wrapped to its width."""

from collections.abc import Iterator

from pan2kg.i18n import Language, format_of
from pan2kg.tables import Grid, clean, say
from pan2kg.tables.exhibit import items, remarks, rests_on
from pan2kg.tables.formats import write_text
from pan2kg.tables.table import Cross, Table

_USUAL_WIDTH = 120
"""How wide a matrix is where a line may be as long as it wants."""
_NARROWEST_NAME = 12


def write_terminal(table: Table, language: Language, width: int) -> str:
    """The table with its title, notes and basis; a line has at most so many characters, 0 for any."""
    return "\n\n".join(_paragraphs(table, language, width)) + "\n"


def _paragraphs(table: Table, language: Language, width: int) -> Iterator[str]:
    yield _wrapped(table.title.say(language), width)
    if table.summary:
        yield _wrapped(table.summary.say(language), width)
    if table.cross:
        yield _crossed(table.cross(), language, width).rstrip("\n")
    elif not table.rows:
        yield say("empty", language)
    else:
        yield write_text(_grid(table, language), width).rstrip("\n")
    notes = remarks(table, language)
    if notes:
        heading = f"{say('notes', language)}{format_of('colon', language)}".rstrip()
        lines = [_wrapped(note.say(language), width, first="- ") for note in notes]
        yield "\n".join([heading, *lines])
    yield _wrapped(rests_on(table, language), width)


def _grid(table: Table, language: Language) -> Grid:
    between = format_of("semicolon", language)
    heads = [clean(column.heading.say(language)) for column in table.shown]
    rows = []
    for row in table.rows:
        cells = []
        for column in table.shown:
            words = [item.words for item in items(row, column, language)]
            cells.append(between.join(words))
        rows.append(cells)
    return Grid(heads, rows)


def _wrapped(text: str, width: int, first: str = "") -> str:
    # loaded where something is printed: it is no part of what tables there are
    from textwrap import wrap

    words = clean(text)
    if not width:
        return first + words
    return "\n".join(wrap(words, width, initial_indent=first, subsequent_indent=" " * len(first)))


def _crossed(cross: Cross, language: Language, width: int) -> str:
    """The matrix, columns numbered as the rows are; in blocks where not all fit side by side."""
    heads, marks, legend = cross
    if not heads:
        return say("empty", language)
    numbers = [str(number) for number in range(1, len(heads) + 1)]
    longest_mark = max(len(cell) for row in marks for cell in row)
    cell_width = max(len(numbers[-1]), longest_mark) + 1
    room = width or _USUAL_WIDTH
    name_width = min(max(map(len, heads)), max(room // 3, _NARROWEST_NAME))
    columns_a_block = max((room - name_width - cell_width) // cell_width, 1)
    blocks = []
    for start in range(0, len(numbers), columns_a_block):
        shown = slice(start, start + columns_a_block)
        lines = [_cells(["", *numbers[shown]], cell_width)]
        for number, head, cells in zip(numbers, heads, marks, strict=True):
            row = _cells(cells[shown], cell_width)
            lines.append(f"{number:>{cell_width - 1}} {row}  {head[:name_width]}")
        blocks.append("\n".join(line.rstrip() for line in lines))
    legends = [_wrapped(words.say(language), width, first="  ") for words in legend]
    return "\n\n".join([*blocks, "\n".join(legends)])


def _cells(cells: list[str] | tuple[str, ...], width: int) -> str:
    return "".join(f"{cell:>{width}}" for cell in cells)
