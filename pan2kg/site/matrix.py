"""The matrix of a page as a picture: the same plans in the same order, the same numbers, for the same choice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from pan2kg.charts.canvas import Box, Group, Mark, Pen, centred
from pan2kg.charts.frame import SHADE
from pan2kg.charts.frame_frame import SWATCH, Body, Caption, Picture, Sign, frame
from pan2kg.charts.grid_grid import filled, hatch_sign, hatched, row_head, tilted
from pan2kg.charts.ground import table
from pan2kg.charts.text_width import Font
from pan2kg.graph.labels import shortened
from pan2kg.turtle.vocabulary import PAN

if TYPE_CHECKING:
    from pan2kg.charts.names import Name
    from pan2kg.site.speaker import Speaker

Met = Mapping[tuple[str, str], tuple[int, int]]
"""How many declared and how many inferred links two plans have, the pairs sorted."""

CELL: Final = (56.0, 46.0)
HEAD: Final = 340.0
DECLARED: Final = "#e6f0fa"
INFERRED: Final = "#fdf1e2"
DASHED: Final = Pen("#8a4300", 1.0, (4.0, 3.0))
FINE: Final = Font(12.0, colour="#8a4300")
COLUMNS: Final = ("plan_one", "plan_one_label", "plan_two", "plan_two_label", "declared", "inferred")


def draw_sheet(
    speaker: Speaker, plans: Sequence[str], *, met: Met, notes: Sequence[str], chosen: Sequence[str]
) -> Picture:
    """The matrix of these plans, with what to bear in mind below it and what was chosen."""
    ground = speaker.library.ground(speaker.request.language, speaker.picture_address)
    names = ground.names(plans)
    rows = [names[iri] for iri in plans]
    signs = (
        Sign(tuple(_filled(Box(0, 0, *SWATCH), 1, 0, "n")), speaker.t("legend-declared")),
        Sign(tuple(_filled(Box(0, 0, *SWATCH), 0, 1, "n")), speaker.t("legend-inferred")),
        hatch_sign(speaker.t("legend-none")),
    )
    caption = Caption(speaker.t("sheet-title"), speaker.t("sheet-lead"), signs, tuple(notes), tuple(chosen))
    heads, up, out = tilted(
        [f"{at} · {shortened(name.label)}" for at, name in enumerate(rows, 1)], HEAD, CELL[0], longest=330
    )
    marks = (Group(tuple(heads)), *_rows(speaker, rows, met))
    body = Body(HEAD + CELL[0] * len(rows) + out, up + CELL[1] * len(rows), (Group(marks, shift=(0, up)),))
    listed = ((one, speaker.name(one), two, speaker.name(two), *numbers) for (one, two), numbers in met.items())
    return Picture("matrix", ground.language, frame(ground, caption, body), table(COLUMNS, listed))


def _rows(speaker: Speaker, rows: Sequence[Name], met: Met) -> Iterator[Mark]:
    wide, high = CELL
    for at, name in enumerate(rows):
        yield row_head(Box(0, at * high, HEAD, high), str(at + 1), name, _known(speaker, name.iri))
        for to, other in enumerate(rows):
            box = Box(HEAD + to * wide, at * high, wide, high)
            if at == to:
                address = speaker.picture_address((name.iri,))
                yield Group(tuple(filled(box, SHADE, (str(at + 1),))), name.full, address)
            else:
                yield _cell(speaker, box, name, other, met)


def _cell(speaker: Speaker, box: Box, one: Name, two: Name, met: Met) -> Group:
    declared, inferred = met.get((min(one.iri, two.iri), max(one.iri, two.iri)), (0, 0))
    words = speaker.t("cell", declared=declared, inferred=inferred)
    title = f"{one.full} – {two.full}\n{words}"
    if not declared and not inferred:
        return Group(tuple(hatched(box)), title)
    return Group(tuple(_filled(box, declared, inferred)), title, speaker.picture_address((one.iri, two.iri)))


def _filled(box: Box, declared: int, inferred: int, words: str = "") -> list[Mark]:
    """Declared links bold; inferred ones after a plus, in a frame of dashes where there are no others."""
    if declared:
        return filled(box, DECLARED, (words or str(declared), *([f"+{inferred}"] if inferred else [])), size=13)
    inside = Box(box.x + 2, box.y + 2, box.width - 4, box.height - 4, INFERRED, DASHED)
    return [inside, *centred(inside, (f"+{words or inferred}",), FINE)]


def _known(speaker: Speaker, plan: str) -> str:
    """How many actions of a plan are in the graph, and of how many."""
    statements = speaker.library.statements
    number, of = len(statements.pointing(plan, PAN + "inPlan")), statements.one(plan, PAN + "measureCount")
    return speaker.t("plan-known-of", n=number, of=of) if of else speaker.t("plan-known", n=number)
