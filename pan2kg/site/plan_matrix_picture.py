"""The matrix of chosen plans as a picture: its first plans, with a legend, and the choice in words.

The home page and the page of the matrix lead to it. Its cells are those of ``plan_matrix``; a server
makes two more of its forms.
"""

from collections.abc import Sequence
from functools import partial

from pan2kg.charts import drawing, frame as sheet, lettering, registry
from pan2kg.graph import labels
from pan2kg.site.page import SVG, File, PageContext
from pan2kg.site.plan_choice import PlanFilter, plan_sets, requested_filter
from pan2kg.site.plan_matrix import (
    COLUMNS,
    FIRST_PLANS,
    LINKED_SIGN,
    MatrixCell,
    MeetingsByPlans,
    chosen_plans,
    matrix_cell,
    pair_row,
)

# lengths in pixels
_CELL_WIDTH = 56.0
"""How wide a cell is."""
_ROW_HEIGHT = 46.0
"""How high a row is."""
_HEAD_WIDTH = 340.0
"""How wide the head of a row is."""
_LONGEST_TITLE = 330
"""How long the title of a column is before it is cut short."""
_DECLARED_COLOUR = "#e6f0fa"
_INFERRED_COLOUR = "#fdf1e2"
_DASHED_PEN = drawing.Pen("#8a4300", 1.0, (4.0, 3.0))
_SMALL_FONT = lettering.Font(12.0, colour="#8a4300")


def _picture(context: PageContext, suffix: str) -> bytes | None:
    """The matrix of the first plans as a picture; None where there are not two of them to draw."""
    choice = requested_filter(context)
    among = chosen_plans(context.site_context, choice)
    order = among.linked[:FIRST_PLANS]
    if len(order) < 2:
        return None
    drawn = {pair: meeting for pair, meeting in among.met.items() if set(order).issuperset(pair)}
    caption = _caption(context, choice, len(among.plans) - len(order))
    names = context.subject.names(order)
    rows = [names[plan] for plan in order]
    titles = [f"{number} · {labels.shortened(name.text)}" for number, name in enumerate(rows, 1)]
    heads, up, out = sheet.tilted(titles, _HEAD_WIDTH, _CELL_WIDTH, longest=_LONGEST_TITLE)
    marks: list[drawing.Mark] = [drawing.Group(tuple(heads)), *_marks(context, rows, drawn)]
    size = sheet.PictureSize(
        _HEAD_WIDTH + _CELL_WIDTH * len(rows) + out, up + _ROW_HEIGHT * len(rows), up
    )
    listed = [tuple(pair_row(context, meeting)) for meeting in drawn.values()]
    picture = sheet.Picture(
        context.subject, "matrix", caption, size, marks, COLUMNS, lambda: listed
    )
    return registry.picture_bytes(picture, suffix)


def _caption(context: PageContext, choice: PlanFilter, more: int) -> sheet.Caption:
    """The legend, what the picture leaves out and rests on, and what was chosen; ``more`` plans are not drawn."""
    t = context.t
    swatch = drawing.Box(0, 0, *sheet.SWATCH)
    signs = (
        sheet.Sign(tuple(_cell_marks(swatch, "→", "")), t("legend-declared")),
        sheet.Sign(tuple(_cell_marks(swatch, "", "n")), t("legend-inferred")),
        sheet.sign("", t("legend-none")),
    )
    sets = plan_sets(context.site_context)
    notes = []
    if more:
        notes.append(t("sheet-others", n=more))
    if sets.partly_known:
        notes.append(t("matrix-partly", n=sets.partly_known, of=len(sets.every)))
    notes.append(context.basis_words(context.known))
    choices = {"filter-evidence": context.level_caption(choice.level)}
    if choice.topic:
        choices["kind-topic"] = context.name(choice.topic)
    if choice.body:
        choices["kind-body"] = context.name(choice.body)
    if choice.year:
        choices["filter-year"] = str(choice.year)
    filters = [f"{t(name)}{t('colon')} {words}" for name, words in choices.items()]
    return sheet.Caption(t("sheet-title"), t("sheet-lead"), signs, tuple(notes), tuple(filters))


def _marks(
    context: PageContext, rows: Sequence[labels.Name], drawn: MeetingsByPlans
) -> list[drawing.Mark]:
    """The head of each row, then its cells."""
    marks: list[drawing.Mark] = []
    for line, name in enumerate(rows):
        number = str(line + 1)
        head = drawing.Box(0, line * _ROW_HEIGHT, _HEAD_WIDTH, _ROW_HEIGHT)
        marks.append(sheet.row_head(head, number, name, context.extent_words(name.iri)))
        for column, partner in enumerate(rows):
            box = drawing.Box(
                _HEAD_WIDTH + column * _CELL_WIDTH, line * _ROW_HEIGHT, _CELL_WIDTH, _ROW_HEIGHT
            )
            if line == column:
                shade = sheet.filled(box, sheet.SHADE, (number,))
                address = context.picture_address((name.iri,))
                marks.append(drawing.Group(tuple(shade), name.full, address))
            else:
                cell = matrix_cell(context, drawn, (name.iri, partner.iri))
                title = f"{name.full} – {partner.full}\n{cell.words}"
                marks.append(_drawn_cell(context, box, cell, title, (name.iri, partner.iri)))
    return marks


def _drawn_cell(
    context: PageContext,
    box: drawing.Box,
    cell: MatrixCell,
    title: str,
    plans: tuple[str, str],
) -> drawing.Group:
    if not cell.href:
        return drawing.Group(tuple(sheet.hatched(box)), title)
    shade = _cell_marks(box, cell.arrow, cell.bits)
    return drawing.Group(tuple(shade), title, context.picture_address(plans))


def _cell_marks(box: drawing.Box, arrow: str, bits: str) -> list[drawing.Mark]:
    if arrow:
        return sheet.filled(box, _DECLARED_COLOUR, (arrow, bits) if bits else (arrow,), size=13)
    inside = drawing.Box(
        box.x + 2, box.y + 2, box.width - 4, box.height - 4, _INFERRED_COLOUR, _DASHED_PEN
    )
    return [inside, *drawing.centred(inside, (bits or LINKED_SIGN,), _SMALL_FONT)]


FILES = (
    File("matrix", "svg", SVG, partial(_picture, suffix=".svg")),
    File("matrix", "png", "image/png", partial(_picture, suffix=".png"), exported=False),
    File("matrix", "pdf", "application/pdf", partial(_picture, suffix=".pdf"), exported=False),
)
