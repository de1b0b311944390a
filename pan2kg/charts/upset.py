"""UpSet: which plans share which texts, each combination of plans a column.

After Lex, A. et al. (2014). UpSet: Visualization of Intersecting Sets. IEEE TVCG 20(12),
1983–1992.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from pan2kg.charts import drawing as dw, frame as fr, subject as sj
from pan2kg.charts.subject import Cell, Names, Subject
from pan2kg.graph.labels import Name

COLUMNS: Final = (
    "combination",
    "plans",
    "instrument",
    "instrument_label",
    "shared_by",
    "bits",
    "drawn",
)
HEAD: Final = 310.0
SIZES: Final = 130.0
LEFT: Final = HEAD + SIZES  # where the columns begin
ROW: Final = 46.0
COLUMN: Final = 34.0
BARS: Final = 150.0
NUMBER: Final = dw.Font(11.5, bold=True)


class Combination(NamedTuple):
    """Plans, by their rows, with the texts that all of them and none of the others name."""

    rows: tuple[int, ...]
    texts: list[str]

    @property
    def is_shared(self) -> bool:
        """Whether several plans name these texts."""
        return len(self.rows) > 1


def draw_upset(
    subject: Subject,
    *,
    plan: str = "",
    plans: str | Sequence[str] = (),
    top: object = 8,
    columns: object = 24,
) -> fr.Picture:
    """The texts of some ``plans``, or of the ``top`` around a plan, by which of them name each.

    At most so many ``columns`` are drawn: combinations of several plans first, the larger the
    earlier.

    Raises:
        QueryError: an unknown plan, fewer than two or more than 24, or a limit that is no number.
    """
    choice = sj.choose(subject, plan=plan, plans=plans, top=top)
    every = _combinations(subject, choice.plans)
    drawn = every[: sj.whole(columns, "columns")]
    texts = (text for combination in every for text in combination.texts)
    names = subject.names([*choice.plans, *texts])
    rows = [names[iri] for iri in choice.plans]

    marks = [*_row_marks(subject, rows, every, len(drawn)), *_columns(subject, names, rows, drawn)]
    notes, filters = choice.words(subject, rows)
    caption = fr.Caption(
        subject.say("upset-title"),
        subject.say("upset-lead"),
        _signs(subject),
        (*_summary(subject, every, len(drawn)), *notes),
        filters,
    )
    size = (LEFT + COLUMN * len(drawn) + 12, BARS + ROW * len(rows), BARS)
    return fr.Picture(
        subject,
        "upset",
        caption,
        size,
        marks,
        lambda: sj.table(COLUMNS, _table_rows(subject, names, rows, every, len(drawn))),
    )


def _combinations(subject: Subject, plans: Sequence[str]) -> list[Combination]:
    # general texts link nobody and are left out; what a plan names counts for what stands above it
    rows_of: dict[str, list[int]] = {}
    for row, iri in enumerate(plans):
        for text in frozenset(subject.known.texts_of(iri)) - subject.known.tables.general:
            rows_of.setdefault(text, []).append(row)
    texts_of: dict[tuple[int, ...], list[str]] = {}
    for text in sorted(rows_of):
        texts_of.setdefault(tuple(rows_of[text]), []).append(text)
    combinations = [Combination(rows, texts) for rows, texts in texts_of.items()]
    return sorted(
        combinations,
        key=lambda each: (not each.is_shared, -len(each.texts), -len(each.rows), each.rows),
    )


# Marks


def _row_marks(
    subject: Subject, rows: Sequence[Name], every: Sequence[Combination], columns: int
) -> Iterator[dw.Mark]:
    # a stripe, the name of the plan, and how many texts it names
    numbers = [
        sum(len(each.texts) for each in every if row in each.rows) for row in range(len(rows))
    ]
    end = LEFT - 12
    for row, (name, number) in enumerate(zip(rows, numbers, strict=True)):
        y = ROW * row
        words = subject.say("texts", n=number) if number else subject.say("no-text-known")
        detail = f"{name.key} · {words}"
        fill = fr.SHADE if row % 2 == 0 else fr.PAPER
        yield dw.Box(0, y, LEFT + COLUMN * columns, ROW, fill)
        yield fr.row_head(dw.Box(0, y, HEAD - 10, ROW), "", name, detail)
        if number:
            long = (SIZES - 50) * number / max(numbers)
            count = dw.Label(end - long - 5, y + ROW / 2 + 4, str(number), NUMBER, "end")
            yield dw.Group((dw.Box(end - long, y + ROW / 2 - 8, long, 16, fr.GREY), count), detail)
        else:
            unknown = fr.hatched(dw.Box(end - 40, y + ROW / 2 - 8, 40, 16))
            yield dw.Group(tuple(unknown), title=words)


def _columns(
    subject: Subject, names: Names, rows: Sequence[Name], drawn: Sequence[Combination]
) -> Iterator[dw.Mark]:
    most = max((len(each.texts) for each in drawn), default=1)
    for at, each in enumerate(drawn):
        x = LEFT + COLUMN * (at + 0.5)
        high = (BARS - 30) * len(each.texts) / most
        listed = (f"– {names[iri].text}" for iri in each.texts)
        count = subject.say("texts", n=len(each.texts))
        title = "\n".join((_keys(rows, each), count, *listed))
        plans = (rows[row].iri for row in each.rows)
        marks = tuple(_column(each, len(rows), x, high))
        yield dw.Group(marks, title, subject.leads(*plans))


def _column(each: Combination, rows: int, x: float, high: float) -> Iterator[dw.Mark]:
    # a bar with its number, and below it a dot a plan, those of the combination joined
    colour = fr.BLUE if each.is_shared else fr.ORANGE
    yield dw.Box(x - 11, -8 - high, 22, high, colour)
    yield dw.Label(x, -12 - high, str(len(each.texts)), NUMBER, "middle")
    for row in range(rows):
        if row not in each.rows:
            yield dw.Dot(x, ROW * (row + 0.5), 4, fr.RULE)
    if each.is_shared:
        top = ROW * (each.rows[0] + 0.5)
        bottom = ROW * (each.rows[-1] + 0.5)
        yield dw.Line(((x, top), (x, bottom)), dw.Pen(colour, 3))
    for row in each.rows:
        yield dw.Dot(x, ROW * (row + 0.5), 8, colour)


def _keys(rows: Sequence[Name], each: Combination) -> str:
    return " + ".join(rows[row].key for row in each.rows)


# Legend, notes and table


def _signs(subject: Subject) -> tuple[fr.Sign, ...]:
    say = subject.say
    common = (dw.Box(0, 2, 8, 14, fr.BLUE), dw.Dot(21, 9, 7, fr.BLUE))
    alone = (dw.Box(0, 2, 8, 14, fr.ORANGE), dw.Dot(21, 9, 7, fr.ORANGE))
    return (
        fr.Sign(common, say("sign-common")),
        fr.Sign(alone, say("sign-alone")),
        fr.Sign((dw.Box(0, 3, fr.SWATCH[0], 12, fr.GREY),), say("sign-size")),
        fr.sign("", say("sign-hatch-text")),
    )


def _summary(subject: Subject, every: Sequence[Combination], drawn: int) -> Iterator[str]:
    texts = sum(len(each.texts) for each in every)
    common = sum(len(each.texts) for each in every if each.is_shared)
    yield subject.say("upset-summary", n=texts, common=common)
    if undrawn := len(every) - drawn:
        yield subject.say("combinations-left-out", n=undrawn)


def _table_rows(
    subject: Subject, names: Names, rows: Sequence[Name], every: Sequence[Combination], drawn: int
) -> Iterator[tuple[Cell, ...]]:
    weights = subject.known.potential.weights
    bits_of = dict(zip(weights.texts, weights.gain.tolist(), strict=True))
    for number, each in enumerate(every, 1):
        is_drawn = "true" if number <= drawn else "false"
        plans = _keys(rows, each)
        for iri in each.texts:
            yield number, plans, iri, names[iri].text, len(each.rows), bits_of[iri], is_drawn
