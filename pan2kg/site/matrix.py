"""The matrix of plans for a choice: as a table of a page, as CSV, and as a picture.

All three show the same plans in the same order with the same numbers, as they are made from one reading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from pan2kg.charts.drawing import Box, Group, Mark, Pen, centred
from pan2kg.charts.frame import SHADE, SWATCH, Body, Caption, Picture, Sign, frame
from pan2kg.charts.grid import filled, hatch_sign, hatched, row_head, tilted
from pan2kg.charts.raster import picture_bytes
from pan2kg.charts.subject import table
from pan2kg.charts.text_width import Font
from pan2kg.graph.labels import pair_key, shortened
from pan2kg.graph.links import DECLARED
from pan2kg.site.choice import ASKED, EVIDENCE, Choice
from pan2kg.site.filtering import chosen, every_plan, filtering, is_whole, known, shown_plans
from pan2kg.site.page import CSV, SVG, File
from pan2kg.tables.formats import Grid, Value, write_csv
from pan2kg.turtle.vocabulary import PAN

if TYPE_CHECKING:
    from pan2kg.charts.frame import Picture
    from pan2kg.graph.labels import Name
    from pan2kg.site.page import Values
    from pan2kg.site.page_context import PageContext
    from pan2kg.site.site_context import SiteContext


Met = Mapping[tuple[str, str], tuple[int, int]]
"""How many declared and how many inferred links two plans have, the pairs sorted."""

CELL: Final = (56.0, 46.0)
HEAD: Final = 340.0
MATRIX_DECLARED: Final = "#e6f0fa"
INFERRED: Final = "#fdf1e2"
DASHED: Final = Pen("#8a4300", 1.0, (4.0, 3.0))
FINE: Final = Font(12.0, colour="#8a4300")
COLUMNS: Final = ("plan_one", "plan_one_label", "plan_two", "plan_two_label", "declared", "inferred")


def draw_links_matrix(
    context: PageContext, plans: Sequence[str], *, met: Met, notes: Sequence[str], chosen: Sequence[str]
) -> Picture:
    """The matrix of these plans, with what to bear in mind below it and what was chosen."""
    subject = context.site_context.subject(context.request.language, context.picture_address)
    names = subject.names(plans)
    rows = [names[iri] for iri in plans]
    signs = (
        Sign(tuple(_filled(Box(0, 0, *SWATCH), 1, 0, "n")), context.t("legend-declared")),
        Sign(tuple(_filled(Box(0, 0, *SWATCH), 0, 1, "n")), context.t("legend-inferred")),
        hatch_sign(context.t("legend-none")),
    )
    caption = Caption(context.t("sheet-title"), context.t("sheet-lead"), signs, tuple(notes), tuple(chosen))
    heads, up, out = tilted(
        [f"{at} · {shortened(name.text)}" for at, name in enumerate(rows, 1)], HEAD, CELL[0], longest=330
    )
    marks = (Group(tuple(heads)), *_rows(context, rows, met))
    body = Body(HEAD + CELL[0] * len(rows) + out, up + CELL[1] * len(rows), (Group(marks, shift=(0, up)),))
    listed = ((one, context.name(one), two, context.name(two), *numbers) for (one, two), numbers in met.items())
    return Picture("matrix", subject.language, frame(subject, caption, body), table(COLUMNS, listed))


def _rows(context: PageContext, rows: Sequence[Name], met: Met) -> Iterator[Mark]:
    wide, high = CELL
    for at, name in enumerate(rows):
        yield row_head(Box(0, at * high, HEAD, high), str(at + 1), name, _known(context, name.iri))
        for to, other in enumerate(rows):
            box = Box(HEAD + to * wide, at * high, wide, high)
            if at == to:
                address = context.picture_address((name.iri,))
                yield Group(tuple(filled(box, SHADE, (str(at + 1),))), name.full, address)
            else:
                yield _cell(context, box, name, other, met)


def _cell(context: PageContext, box: Box, one: Name, two: Name, met: Met) -> Group:
    declared, inferred = met.get((min(one.iri, two.iri), max(one.iri, two.iri)), (0, 0))
    words = context.t("cell", declared=declared, inferred=inferred)
    title = f"{one.full} – {two.full}\n{words}"
    if not declared and not inferred:
        return Group(tuple(hatched(box)), title)
    return Group(tuple(_filled(box, declared, inferred)), title, context.picture_address((one.iri, two.iri)))


def _filled(box: Box, declared: int, inferred: int, words: str = "") -> list[Mark]:
    """Declared links bold; inferred ones after a plus, in a frame of dashes where there are no others."""
    if declared:
        return filled(box, MATRIX_DECLARED, (words or str(declared), *([f"+{inferred}"] if inferred else [])), size=13)
    inside = Box(box.x + 2, box.y + 2, box.width - 4, box.height - 4, INFERRED, DASHED)
    return [inside, *centred(inside, (f"+{words or inferred}",), FINE)]


def _known(context: PageContext, plan: str) -> str:
    """How many actions of a plan are in the graph, and of how many."""
    statements = context.graph.statements
    number, of = len(statements.pointing(plan, PAN + "inPlan")), statements.one(plan, PAN + "measureCount")
    return context.t("plan-known-of", n=number, of=of) if of else context.t("plan-known", n=number)


Counts = Mapping[tuple[str, str], Counter[str]]

FIRST: Final = 20
"""How many plans the matrix on the home page has: those with most links."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Where two plans meet: how many declared and how many inferred links, and the page that lists them."""

    declared: int
    inferred: int
    href: str

    @property
    def kind(self) -> str:
        """The class of the cell: what the strongest evidence is."""
        return "declared" if self.declared else "inferred" if self.inferred else "none"


def matrix(context: PageContext, *, limit: int | None) -> Values:
    """The matrix for the choice in the address, of the ``limit`` plans with most links, and the form to choose."""
    site_context, request = context.site_context, context.request
    choice = chosen(context)
    plans, counts, linked = _order(site_context, choice)
    order = linked[:limit]
    return {
        "choice": choice,
        "evidence": request.arguments.get("evidence", ""),
        "order": order,
        "rows": [(plan, [_matrix_cell(context, counts, plan, other) for other in order]) for plan in order],
        "more": len(linked) - len(order),
        "absent": [plan for plan in plans if plan not in linked],
        "partly": _partly(site_context),
        "topics": _options(context, known(site_context, "topic")),
        "bodies": _options(context, known(site_context, "body")),
        "years": _years(site_context),
        "downloads": _downloads(context, len(order)),
        "filtering": filtering(context, limit) if site_context.mode == "static" else "",
    }


def _order(site_context: SiteContext, choice: Choice) -> tuple[list[str], Counts, list[str]]:
    """The plans a choice leaves, the links of each pair of them, and those with a link, the most linked first."""
    plans = shown_plans(site_context, choice)
    shown = set(plans)
    counts = {pair: c for pair, c in site_context.graph.ties.counts(choice.kinds).items() if set(pair) <= shown}
    sums: Counter[str] = Counter()
    for pair, counter in counts.items():
        sums.update(dict.fromkeys(pair, counter.total()))
    return plans, counts, sorted(sums, key=lambda plan: (-sums[plan], plan))


def _partly(site_context: SiteContext) -> tuple[int, int]:
    """Of how many plans the list of actions was not read to its end, and of how many in all."""
    plans = every_plan(site_context)
    return sum(not is_whole(site_context, plan) for plan in plans), len(plans)


def _matrix_cell(context: PageContext, counts: Counts, one: str, two: str) -> Cell | None:
    if one == two:
        return None
    counter = counts.get((min(one, two), max(one, two)), Counter())
    return Cell(*_numbers(counter), _pair(context, one, two) if counter else "")


def _numbers(counter: Counter[str]) -> tuple[int, int]:
    """How many links are declared, and how many inferred."""
    declared = sum(number for kind, number in counter.items() if kind in DECLARED)
    return declared, counter.total() - declared


def _pair(context: PageContext, one: str, two: str) -> str:
    """The page of a pair, with the evidence chosen here where that page can be told it."""
    only = context.request.arguments.get("evidence", "")
    asked = {"evidence": only} if only in ("declared", "inferred") else {}
    return context.href(f"pair/{pair_key(context.key(one), context.key(two))}.html", **asked)


def _options(context: PageContext, iris: Iterable[str]) -> list[tuple[str, str]]:
    return sorted(((context.key(iri), context.name(iri)) for iri in iris), key=lambda pair: pair[1].casefold())


def _years(site_context: SiteContext) -> list[int]:
    found = {year for facts in site_context.facts.values() for year in (facts.since, facts.until) if year}
    return list(range(min(found), max(found) + 1)) if found else []


def _downloads(context: PageContext, number: int) -> list[tuple[str, str]]:
    """The table as CSV, and as pictures where there are plans enough to draw and, for two of them, a server."""
    raster = context.site_context.mode == "served" and find_spec("matplotlib") is not None
    endings = ["csv", *(["svg", *(["png", "pdf"] if raster else [])] if number > 1 else [])]
    return [(context.href(f"matrix.{ending}", **context.chosen(*ASKED)), ending.upper()) for ending in endings]


def csv(context: PageContext) -> str:
    """The matrix for the choice in the address, one row for each pair of plans with a link."""
    choice = chosen(context)
    _, counts, _ = _order(context.site_context, choice)
    rows: list[list[Value]] = [
        [one, context.name(one), two, context.name(two), *_numbers(counter), *(counter[kind] for kind in choice.kinds)]
        for (one, two), counter in counts.items()
    ]
    return write_csv(Grid(("one", "one_label", "two", "two_label", "declared", "inferred", *choice.kinds), rows))


def _picture(context: PageContext) -> Picture | None:
    """The picture of the plans the matrix shows first, for the choice in the address; None where there are too few."""
    choice = chosen(context)
    plans, counts, linked = _order(context.site_context, choice)
    order = linked[:FIRST]
    if len(order) < 2:
        return None
    met = {pair: _numbers(counter) for pair, counter in counts.items() if set(pair) <= set(order)}
    others, (partly, of) = len(plans) - len(order), _partly(context.site_context)
    notes = [context.t("sheet-others", n=others)] if others else []
    notes += [context.t("matrix-partly", n=partly, of=of)] if partly else []
    return draw_links_matrix(context, order, met=met, notes=notes, chosen=_told(context, choice))


def _told(context: PageContext, choice: Choice) -> list[str]:
    """What was chosen, in words."""
    evidence = next(word for word, kinds in EVIDENCE.items() if kinds == choice.kinds) or "usual"
    parts = [("evidence", context.t(f"evidence-{evidence}"))]
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
