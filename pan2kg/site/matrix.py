"""The matrix of a page as a picture: the same plans in the same order, the same numbers, for the same choice.

The matrix of plans for a choice: as a table, as CSV, as a picture.
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
    from pan2kg.site.library import Library
    from pan2kg.site.page import Values
    from pan2kg.site.speaker import Speaker


Met = Mapping[tuple[str, str], tuple[int, int]]
"""How many declared and how many inferred links two plans have, the pairs sorted."""

CELL: Final = (56.0, 46.0)
HEAD: Final = 340.0
MATRIX_DECLARED: Final = "#e6f0fa"
INFERRED: Final = "#fdf1e2"
DASHED: Final = Pen("#8a4300", 1.0, (4.0, 3.0))
FINE: Final = Font(12.0, colour="#8a4300")
COLUMNS: Final = ("plan_one", "plan_one_label", "plan_two", "plan_two_label", "declared", "inferred")


def draw_sheet(
    speaker: Speaker, plans: Sequence[str], *, met: Met, notes: Sequence[str], chosen: Sequence[str]
) -> Picture:
    """The matrix of these plans, with what to bear in mind below it and what was chosen."""
    subject = speaker.library.subject(speaker.request.language, speaker.picture_address)
    names = subject.names(plans)
    rows = [names[iri] for iri in plans]
    signs = (
        Sign(tuple(_filled(Box(0, 0, *SWATCH), 1, 0, "n")), speaker.t("legend-declared")),
        Sign(tuple(_filled(Box(0, 0, *SWATCH), 0, 1, "n")), speaker.t("legend-inferred")),
        hatch_sign(speaker.t("legend-none")),
    )
    caption = Caption(speaker.t("sheet-title"), speaker.t("sheet-lead"), signs, tuple(notes), tuple(chosen))
    heads, up, out = tilted(
        [f"{at} · {shortened(name.text)}" for at, name in enumerate(rows, 1)], HEAD, CELL[0], longest=330
    )
    marks = (Group(tuple(heads)), *_rows(speaker, rows, met))
    body = Body(HEAD + CELL[0] * len(rows) + out, up + CELL[1] * len(rows), (Group(marks, shift=(0, up)),))
    listed = ((one, speaker.name(one), two, speaker.name(two), *numbers) for (one, two), numbers in met.items())
    return Picture("matrix", subject.language, frame(subject, caption, body), table(COLUMNS, listed))


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
        return filled(box, MATRIX_DECLARED, (words or str(declared), *([f"+{inferred}"] if inferred else [])), size=13)
    inside = Box(box.x + 2, box.y + 2, box.width - 4, box.height - 4, INFERRED, DASHED)
    return [inside, *centred(inside, (f"+{words or inferred}",), FINE)]


def _known(speaker: Speaker, plan: str) -> str:
    """How many actions of a plan are in the graph, and of how many."""
    statements = speaker.graph.statements
    number, of = len(statements.pointing(plan, PAN + "inPlan")), statements.one(plan, PAN + "measureCount")
    return speaker.t("plan-known-of", n=number, of=of) if of else speaker.t("plan-known", n=number)


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


def matrix(speaker: Speaker, *, limit: int | None) -> Values:
    """The matrix for the choice in the address, of the ``limit`` plans with most links, and the form to choose."""
    library, request = speaker.library, speaker.request
    choice = chosen(speaker)
    plans, counts, linked = _order(library, choice)
    order = linked[:limit]
    return {
        "choice": choice,
        "evidence": request.arguments.get("evidence", ""),
        "order": order,
        "rows": [(plan, [_matrix_cell(speaker, counts, plan, other) for other in order]) for plan in order],
        "more": len(linked) - len(order),
        "absent": [plan for plan in plans if plan not in linked],
        "partly": _partly(library),
        "topics": _options(speaker, known(library, "topic")),
        "bodies": _options(speaker, known(library, "body")),
        "years": _years(library),
        "downloads": _downloads(speaker, len(order)),
        "filtering": filtering(speaker, limit) if library.mode == "static" else "",
    }


def _order(library: Library, choice: Choice) -> tuple[list[str], Counts, list[str]]:
    """The plans a choice leaves, the links of each pair of them, and those with a link, the most linked first."""
    plans = shown_plans(library, choice)
    shown = set(plans)
    counts = {pair: c for pair, c in library.graph.ties.counts(choice.kinds).items() if set(pair) <= shown}
    sums: Counter[str] = Counter()
    for pair, counter in counts.items():
        sums.update(dict.fromkeys(pair, counter.total()))
    return plans, counts, sorted(sums, key=lambda plan: (-sums[plan], plan))


def _partly(library: Library) -> tuple[int, int]:
    """Of how many plans the list of actions was not read to its end, and of how many in all."""
    plans = every_plan(library)
    return sum(not is_whole(library, plan) for plan in plans), len(plans)


def _matrix_cell(speaker: Speaker, counts: Counts, one: str, two: str) -> Cell | None:
    if one == two:
        return None
    counter = counts.get((min(one, two), max(one, two)), Counter())
    return Cell(*_numbers(counter), _pair(speaker, one, two) if counter else "")


def _numbers(counter: Counter[str]) -> tuple[int, int]:
    """How many links are declared, and how many inferred."""
    declared = sum(number for kind, number in counter.items() if kind in DECLARED)
    return declared, counter.total() - declared


def _pair(speaker: Speaker, one: str, two: str) -> str:
    """The page of a pair, with the evidence chosen here where that page can be told it."""
    only = speaker.request.arguments.get("evidence", "")
    asked = {"evidence": only} if only in ("declared", "inferred") else {}
    return speaker.href(f"pair/{pair_key(speaker.key(one), speaker.key(two))}.html", **asked)


def _options(speaker: Speaker, iris: Iterable[str]) -> list[tuple[str, str]]:
    return sorted(((speaker.key(iri), speaker.name(iri)) for iri in iris), key=lambda pair: pair[1].casefold())


def _years(library: Library) -> list[int]:
    found = {year for facts in library.facts.values() for year in (facts.since, facts.until) if year}
    return list(range(min(found), max(found) + 1)) if found else []


def _downloads(speaker: Speaker, number: int) -> list[tuple[str, str]]:
    """The table as CSV, and as pictures where there are plans enough to draw and, for two of them, a server."""
    raster = speaker.library.mode == "served" and find_spec("matplotlib") is not None
    endings = ["csv", *(["svg", *(["png", "pdf"] if raster else [])] if number > 1 else [])]
    return [(speaker.href(f"matrix.{ending}", **speaker.chosen(*ASKED)), ending.upper()) for ending in endings]


def csv(speaker: Speaker) -> str:
    """The matrix for the choice in the address, one row for each pair of plans with a link."""
    choice = chosen(speaker)
    _, counts, _ = _order(speaker.library, choice)
    rows: list[list[Value]] = [
        [one, speaker.name(one), two, speaker.name(two), *_numbers(counter), *(counter[kind] for kind in choice.kinds)]
        for (one, two), counter in counts.items()
    ]
    return write_csv(Grid(("one", "one_label", "two", "two_label", "declared", "inferred", *choice.kinds), rows))


def _picture(speaker: Speaker) -> Picture | None:
    """The picture of the plans the matrix shows first, for the choice in the address; None where there are too few."""
    choice = chosen(speaker)
    plans, counts, linked = _order(speaker.library, choice)
    order = linked[:FIRST]
    if len(order) < 2:
        return None
    met = {pair: _numbers(counter) for pair, counter in counts.items() if set(pair) <= set(order)}
    others, (partly, of) = len(plans) - len(order), _partly(speaker.library)
    notes = [speaker.t("sheet-others", n=others)] if others else []
    notes += [speaker.t("matrix-partly", n=partly, of=of)] if partly else []
    return draw_sheet(speaker, order, met=met, notes=notes, chosen=_told(speaker, choice))


def _told(speaker: Speaker, choice: Choice) -> list[str]:
    """What was chosen, in words."""
    evidence = next(word for word, kinds in EVIDENCE.items() if kinds == choice.kinds) or "usual"
    parts = [("evidence", speaker.t(f"evidence-{evidence}"))]
    parts += [(name, speaker.name(iri)) for name, iri in (("topic", choice.topic), ("body", choice.body)) if iri]
    parts += [("year", str(choice.year))] if choice.year else []
    return [f"{speaker.t(f'filter-{name}')}{speaker.t('colon')} {words}" for name, words in parts]


def svg(speaker: Speaker) -> bytes | None:
    """The picture as SVG."""
    return _drawn(speaker, ".svg")


def png(speaker: Speaker) -> bytes | None:
    """The picture as PNG."""
    return _drawn(speaker, ".png")


def pdf(speaker: Speaker) -> bytes | None:
    """The picture as PDF."""
    return _drawn(speaker, ".pdf")


def _drawn(speaker: Speaker, suffix: str) -> bytes | None:
    picture = _picture(speaker)
    return picture_bytes(picture, suffix) if picture else None


FILES: Final = (
    File("matrix", "csv", CSV, csv),
    File("matrix", "svg", SVG, svg),
    File("matrix", "png", "image/png", png, exported=False),
    File("matrix", "pdf", "application/pdf", pdf, exported=False),
)
