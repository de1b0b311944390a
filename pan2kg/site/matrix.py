"""The matrix of plans for a choice: as a table of a page, as CSV, and as a picture.

All three show the same plans in the same order with the same numbers, as they are made from one reading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from pan2kg.charts.drawing import Box, Font, Group, Mark, Pen, centred
from pan2kg.charts.frame import (
    SHADE,
    SWATCH,
    Body,
    Caption,
    Picture,
    Sign,
    filled,
    frame,
    hatch_sign,
    hatched,
    row_head,
    tilted,
)
from pan2kg.charts.raster import picture_bytes
from pan2kg.charts.subject import table
from pan2kg.coherence.evidence import Level, counts
from pan2kg.coherence.figures import Unit
from pan2kg.graph.labels import Name, pair_key, shortened
from pan2kg.site.basis import basis, handed, options
from pan2kg.site.choice import ASKED, Choice
from pan2kg.site.filtering import chosen, every_plan, filtering, is_foreign, is_whole, known, read, shown_plans
from pan2kg.site.page import CSV, SVG, File, Values
from pan2kg.tables.figure_words import according_to, amount, bits_words
from pan2kg.tables.formats import Grid, Value, write_csv
from pan2kg.turtle.vocabulary import PAN

if TYPE_CHECKING:
    from pan2kg.coherence.figures import Meeting
    from pan2kg.site.page_context import PageContext
    from pan2kg.site.site_context import SiteContext


Met = Mapping[tuple[str, str], "Meeting"]
"""The linked pairs that are shown, by their IRIs in order."""

CELL: Final = (56.0, 46.0)
HEAD: Final = 340.0
MATRIX_DECLARED: Final = "#e6f0fa"
INFERRED: Final = "#fdf1e2"
DASHED: Final = Pen("#8a4300", 1.0, (4.0, 3.0))
FINE: Final = Font(12.0, colour="#8a4300")
COLUMNS: Final = (
    "one", "one_label", "two", "two_label", "one_cites_two", "two_cites_one", "bits", "level",
)  # fmt: skip


def draw_links_matrix(
    context: PageContext, plans: Sequence[str], *, met: Met, notes: Sequence[str], choice: Choice
) -> Picture:
    """The matrix of these plans, with what to bear in mind below it and what was chosen."""
    subject = context.site_context.subject(context.request.language, context.picture_address)
    names = subject.names(plans)
    rows = [names[iri] for iri in plans]
    signs = (
        Sign(tuple(_filled(Box(0, 0, *SWATCH), "→", "")), context.t("legend-declared")),
        Sign(tuple(_filled(Box(0, 0, *SWATCH), "", "n")), context.t("legend-inferred")),
        hatch_sign(context.t("legend-none")),
    )
    told = tuple(_told(context, choice))
    caption = Caption(context.t("sheet-title"), context.t("sheet-lead"), signs, tuple(notes), told)
    heads, up, out = tilted(
        [f"{at} · {shortened(name.text)}" for at, name in enumerate(rows, 1)], HEAD, CELL[0], longest=330
    )
    marks = (Group(tuple(heads)), *_rows(context, rows, met, choice.level))
    body = Body(HEAD + CELL[0] * len(rows) + out, up + CELL[1] * len(rows), (Group(marks, shift=(0, up)),))
    listed = (tuple(_listed(context, one, choice.level)) for one in met.values())
    return Picture("matrix", subject.language, frame(subject, caption, body), table(COLUMNS, listed))


def _listed(context: PageContext, met: Meeting, at: Level) -> list[Value]:
    """A linked pair as a row of data: who cites whom at which level, what both share, since which level."""
    one, two = met.plans
    cites, cited = (found.key if found and counts(found, at) else "" for found in (met.cites, met.cited))
    low = round(met.low(at), 6)
    bits = int(low) if low == int(low) else low
    return [one, context.called(one), two, context.called(two), cites, cited, bits, met.level.key]


def _rows(context: PageContext, rows: Sequence[Name], met: Met, at_level: Level) -> Iterator[Mark]:
    wide, high = CELL
    for at, name in enumerate(rows):
        yield row_head(Box(0, at * high, HEAD, high), str(at + 1), name, _known(context, name.iri))
        for to, other in enumerate(rows):
            box = Box(HEAD + to * wide, at * high, wide, high)
            if at == to:
                address = context.picture_address((name.iri,))
                yield Group(tuple(filled(box, SHADE, (str(at + 1),))), name.full, address)
            else:
                yield _drawn_cell(context, box, (name, other), (met, at_level))


def _drawn_cell(context: PageContext, box: Box, names: tuple[Name, Name], shown: tuple[Met, Level]) -> Group:
    one, two = names
    met, at = shown
    found = _cell(context, met.get((min(one.iri, two.iri), max(one.iri, two.iri))), (one.iri, two.iri), at)
    title = f"{one.full} – {two.full}\n{found.words}"
    if not found.href:
        return Group(tuple(hatched(box)), title)
    return Group(tuple(_filled(box, found.arrow, found.bits)), title, context.picture_address((one.iri, two.iri)))


def _filled(box: Box, arrow: str, bits: str) -> list[Mark]:
    """A citation as an arrow with what is shared below it; what is linked without one in a frame of dashes."""
    if arrow:
        return filled(box, MATRIX_DECLARED, (arrow, *([bits] if bits else [])), size=13)
    inside = Box(box.x + 2, box.y + 2, box.width - 4, box.height - 4, INFERRED, DASHED)
    return [inside, *centred(inside, (bits or TOGETHER,), FINE)]


def _known(context: PageContext, plan: str) -> str:
    """How many actions of a plan are in the graph, and of how many."""
    number = len(context.graph.parts.actions.get(plan, ()))
    of = context.graph.statements.one(plan, PAN + "measureCount")
    return context.t("plan-known-of", n=number, of=of) if of else context.t("plan-known", n=number)


FIRST: Final = 15
"""How many plans the matrix on the home page has: of the own country first, those linked with most others."""
TOGETHER: Final = "·"
"""What stands in the cell of two plans that only a document puts together."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Where two plans meet: who cites whom as an arrow, what they share in bits, and the page of the two.

    ``href`` is empty where no link was seen; ``is_read`` says that both were read in full, so that there is none.
    """

    arrow: str
    bits: str
    words: str
    href: str
    is_read: bool = False

    @property
    def kind(self) -> str:
        """The class of the cell: a citation, another link, none seen, none."""
        if self.href:
            return "declared" if self.arrow else "inferred"
        return "no" if self.is_read else "none"

    @property
    def shown(self) -> str:
        """What stands in the cell beside the arrow."""
        return self.bits or ("" if self.arrow else TOGETHER)


def matrix(context: PageContext, *, limit: int | None) -> Values:
    """The matrix for the choice in the address, of the ``limit`` plans with most links, and the form to choose."""
    site_context = context.site_context
    choice = chosen(context)
    plans, met, linked = _order(site_context, choice)
    order = linked[:limit]
    return {
        "choice": choice,
        "evidence": handed(context).get("evidence", ""),
        "level_options": options(context),
        "order": order,
        "rows": [(plan, [_table_cell(context, (met, choice.level), plan, other) for other in order]) for plan in order],
        "basis": basis(context, site_context.graph.known(choice.level)),
        "more": len(linked) - len(order),
        "absent": [plan for plan in plans if plan not in linked],
        "partly": _partly(site_context),
        "topics": _options(context, known(site_context, "topic")),
        "bodies": _options(context, known(site_context, "body")),
        "years": _years(site_context),
        "downloads": _downloads(context, len(order)),
        "filtering": filtering(context, limit) if site_context.mode == "static" else "",
    }


def _order(site_context: SiteContext, choice: Choice) -> tuple[list[str], Met, list[str]]:
    """The plans a choice leaves, their linked pairs, and those with a link: own country, then most linked."""
    plans = shown_plans(site_context, choice)
    shown = set(plans)
    met = {
        one.plans: one for one in site_context.graph.meetings if one.level <= choice.level and set(one.plans) <= shown
    }
    others = Counter(plan for pair in met for plan in pair)
    return plans, met, sorted(others, key=lambda plan: (is_foreign(site_context, plan), -others[plan], plan))


def _partly(site_context: SiteContext) -> tuple[int, int]:
    """Of how many plans the list of actions was not read to its end, and of how many in all."""
    plans = every_plan(site_context)
    return sum(not is_whole(site_context, plan) for plan in plans), len(plans)


def _table_cell(context: PageContext, shown: tuple[Met, Level], one: str, two: str) -> Cell | None:
    met, at = shown
    return None if one == two else _cell(context, met.get((min(one, two), max(one, two))), (one, two), at)


def _cell(context: PageContext, met: Meeting | None, ends: tuple[str, str], at: Level) -> Cell:
    """The cell of a row and a column: where no link was seen it says whether anybody could have."""
    one, two = ends
    if met is None:
        is_read = {one, two} <= read(context.site_context)
        return Cell("", "", context.t("cell-no" if is_read else "cell-none"), "", is_read)
    _, cites, cited = met.seen_from(one)
    ways = counts(cites, at), counts(cited, at)
    arrow = {(True, True): "↔", (True, False): "→", (False, True): "←"}.get(ways, "")
    bits = amount(met.low(at), Unit.BITS, context.request.language) if met.low(at) > 0 else ""
    said = [context.t(f"cell-{_ARROWS[arrow]}")] if arrow else []
    said += [context.t("cell-shares", bits=bits_words(met.low(at), context.request.language))] if bits else []
    return Cell(arrow, bits, " · ".join(said) or context.t("cell-together"), _pair(context, one, two))


_ARROWS: Final = {"→": "cites", "←": "cited", "↔": "both"}
"""What the arrows of cells say, by the key of their words."""


def _pair(context: PageContext, one: str, two: str) -> str:
    """The page of a pair, with the level chosen here."""
    return context.href(f"pair/{pair_key(context.key(one), context.key(two))}.html", **handed(context))


def _options(context: PageContext, iris: Iterable[str]) -> list[tuple[str, str]]:
    return sorted(((context.key(iri), context.name(iri)) for iri in iris), key=lambda pair: (pair[1].casefold(), pair))


def _years(site_context: SiteContext) -> list[int]:
    found = {year for facts in site_context.facts.values() for year in (facts.since, facts.until) if year}
    return list(range(min(found), max(found) + 1)) if found else []


def _downloads(context: PageContext, number: int) -> list[tuple[str, str]]:
    """The table as CSV, and as pictures where there are plans enough to draw and, for two of them, a server."""
    raster = context.site_context.mode == "served" and find_spec("matplotlib") is not None
    endings = ["csv", *(["svg", *(["png", "pdf"] if raster else [])] if number > 1 else [])]
    return [(context.href(f"matrix.{ending}", **context.chosen(*ASKED)), ending.upper()) for ending in endings]


def csv(context: PageContext) -> str:
    """The matrix for the choice in the address, one row for each linked pair of plans."""
    choice = chosen(context)
    _, met, _ = _order(context.site_context, choice)
    return write_csv(Grid(COLUMNS, [_listed(context, met[pair], choice.level) for pair in sorted(met)]))


def _picture(context: PageContext) -> Picture | None:
    """The picture of the plans the matrix shows first, for the choice in the address; None where there are too few."""
    choice = chosen(context)
    plans, met, linked = _order(context.site_context, choice)
    order = linked[:FIRST]
    if len(order) < 2:
        return None
    drawn = {pair: one for pair, one in met.items() if set(pair) <= set(order)}
    others, (partly, of) = len(plans) - len(order), _partly(context.site_context)
    notes = [context.t("sheet-others", n=others)] if others else []
    notes += [context.t("matrix-partly", n=partly, of=of)] if partly else []
    notes.append(basis(context, context.graph.known(choice.level)))
    return draw_links_matrix(context, order, met=drawn, notes=notes, choice=choice)


def _told(context: PageContext, choice: Choice) -> list[str]:
    """What was chosen, in words."""
    parts = [("evidence", according_to(choice.level).say(context.request.language))]
    parts += [(name, context.name(iri)) for name, iri in (("topic", choice.topic), ("body", choice.body)) if iri]
    parts += [("year", str(choice.year))] if choice.year else []
    return [f"{context.t(f'filter-{name}')}{context.t('colon')} {words}" for name, words in parts]


def svg(context: PageContext) -> bytes | None:
    """The picture as SVG."""
    return _drawn(context, ".svg")


def png(context: PageContext) -> bytes | None:
    """The picture as PNG."""
    return _drawn(context, ".png")


def pdf(context: PageContext) -> bytes | None:
    """The picture as PDF."""
    return _drawn(context, ".pdf")


def _drawn(context: PageContext, suffix: str) -> bytes | None:
    picture = _picture(context)
    return picture_bytes(picture, suffix) if picture else None


FILES: Final = (
    File("matrix", "csv", CSV, csv),
    File("matrix", "svg", SVG, svg),
    File("matrix", "png", "image/png", png, exported=False),
    File("matrix", "pdf", "application/pdf", pdf, exported=False),
)
