"""Plan × plan: below the diagonal what two plans share, above it who cites whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pan2kg.charts.drawing import Box, Font, Group, Label, Line, Mark, centred
from pan2kg.charts.frame import PAPER, SHADE, SWATCH, Body, Caption, Picture, Sign, frame, on
from pan2kg.charts.grid import (
    EDGE,
    FINE,
    bits_signs,
    choose,
    filled,
    filters,
    hatch_sign,
    hatched,
    heads_of,
    known_words,
    level_mark,
    level_signs,
    notes,
    row_head,
    shade,
    tilted,
)
from pan2kg.charts.subject import Cell, Subject, table
from pan2kg.coherence.citations import Channel, State, verdict
from pan2kg.coherence.evidence import Cell as Reads
from pan2kg.coherence.figures import Unit
from pan2kg.coherence.weight import Weight
from pan2kg.graph.labels import Name
from pan2kg.store.store import Table
from pan2kg.tables.figure_words import amount, bits_words, named

CELL: Final = (62.0, 50.0)
HEAD: Final = 300.0
CITED: Final = "#fff3d1"

COLUMNS: Final = (
    "plan_one", "plan_one_label", "plan_two", "plan_two_label", "shares", "weight", "weight_high", "weight_open",
    "weight_broad", "shared_texts", "evidence_level", "citation_one_to_two", "channels_one_to_two",
    "verdict_one_to_two", "citation_two_to_one", "channels_two_to_one", "verdict_two_to_one",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Way:
    """Whether one plan cites another, where, and whether it could be expected to."""

    state: State
    channels: tuple[Channel, ...]
    verdict: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair of plans as it is drawn, by its rows; what is not known is hatched."""

    one: int
    two: int
    weight: Weight
    shares: Reads
    there: Way
    back: Way

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts that give the weight."""
        return tuple(part.text for part in self.weight.contributions if not part.is_broad and part.bits > 0)


def draw_plan_matrix(subject: Subject, *, plan: str = "", plans: str | Sequence[str] = (), top: object = 10) -> Picture:
    """The coherence matrix of the plans named, or of ``plan`` and those most linked to it.

    What two plans share stands below the diagonal, darker the more it is of the greatest weight shown. A citation is
    drawn where one is recorded; what nobody has read in full is hatched.

    Raises:
        QueryError: as for :func:`pan2kg.charts.grid.choose`.
    """
    choice = choose(subject, plan=plan, plans=plans, top=top)
    names = subject.names(choice.plans)
    rows = [names[iri] for iri in choice.plans]
    pairs = _pairs(subject, choice.plans)
    greatest = max((pair.weight.low for pair in pairs), default=0.0)
    caption = Caption(
        subject.say("plan-matrix-title"),
        subject.say("plan-matrix-lead"),
        _signs(subject, greatest),
        (_summary(subject, pairs), *notes(subject, choice)),
        filters(subject, choice, rows),
    )
    drawing = frame(subject, caption, _body(subject, rows, pairs, greatest))
    return Picture("plan-matrix", subject.language, drawing, _table(rows, pairs))


def _pairs(subject: Subject, plans: Sequence[str]) -> tuple[Pair, ...]:
    known = subject.known
    return tuple(
        Pair(one, two, weight, known.meets(weight), _way(subject, first, second), _way(subject, second, first))
        for two, second in enumerate(plans)
        for one, first in enumerate(plans[:two])
        for weight in [known.weight(first, second)]
    )


def _way(subject: Subject, x: str, y: str) -> Way:
    known = subject.known
    return Way(known.cites(x, y), known.channels(x, y), verdict(known.chronology, x, y).value)


def _body(subject: Subject, rows: Sequence[Name], pairs: Sequence[Pair], greatest: float) -> Body:
    wide, high = CELL
    heads, up, out = tilted(heads_of(rows), HEAD, wide)
    marks: list[Mark] = []
    for at, name in enumerate(rows):
        detail = f"{name.key} · {known_words(subject, name.iri)}"
        marks.append(row_head(Box(0, at * high, HEAD, high), str(at + 1), name, detail))
        own = Box(HEAD + at * wide, at * high, wide, high)
        marks.append(Group(tuple(filled(own, SHADE, (str(at + 1),))), title=name.full, address=subject.leads(name.iri)))
    for pair in pairs:
        marks += _cells(subject, rows, pair, greatest)
    every = (Group(tuple(heads)), *marks)
    return Body(HEAD + wide * len(rows) + out, up + high * len(rows), (Group(every, shift=(0, up)),))


def _cells(subject: Subject, rows: Sequence[Name], pair: Pair, greatest: float) -> Iterator[Mark]:
    wide, high = CELL
    one, two = rows[pair.one], rows[pair.two]
    leads = subject.leads(one.iri, two.iri)
    below = Box(HEAD + pair.one * wide, pair.two * high, wide, high)
    title = f"{one.full} – {two.full}\n{_shared_words(subject, pair)}"
    yield Group(tuple(_shared(subject, pair, below, greatest)), title, leads)
    upper = Box(HEAD + pair.two * wide, pair.one * high, wide, high / 2)
    lower = replace(upper, y=upper.y + high / 2)
    for box, sign, way, (citing, cited) in (
        (upper, "→", pair.there, (one, two)), (lower, "←", pair.back, (two, one))
    ):  # fmt: skip
        said = f"{subject.say('cites', citing=citing.full, cited=cited.full)}{_way_words(subject, way)}"
        yield Group(tuple(_citation(subject, box, sign, way)), said, leads)


def _shared(subject: Subject, pair: Pair, box: Box, greatest: float) -> list[Mark]:
    """What two plans share, in bits and texts; hatched where not all of at least one was read."""
    found = pair.weight
    if pair.shares is Reads.NO:
        return filled(box, PAPER, ("–",))
    if pair.shares is Reads.UNREAD:
        broad = replace(box, y=box.y + box.height / 2, height=box.height / 2)
        marks = hatched(box)
        if found.broad > 0:
            marks += [replace(broad, fill=PAPER, pen=EDGE), *centred(broad, (subject.say("broad-short"),), FINE)]
        return marks
    fill = shade(found.low, greatest)
    number = amount(found.low, Unit.BITS, subject.language)
    marks = filled(box, fill, (number, subject.say("texts", n=len(pair.texts))), size=13)
    if found.level is not None:
        marks += level_mark(box.x + box.width - 7, box.y + 7, found.level, on(fill))
    return marks


def _citation(subject: Subject, box: Box, sign: str, way: Way) -> list[Mark]:
    """A citation with its channels, none, one that could not be, or what nobody has read."""
    if way.state is State.SEEN:
        where = way.channels[0].value if len(way.channels) == 1 else "both"
        return [
            Box(box.x, box.y, box.width, box.height, CITED, EDGE),
            *centred(box, (f"{sign} {subject.say(f'cited-{where}')}",), Font(10.5, bold=True)),
        ]
    if way.state is State.ABSENT:
        return filled(box, PAPER, (f"{sign} –",))
    if way.state is State.IMPOSSIBLE:
        return filled(box, SHADE, ("×",))
    return hatched(box)


def _shared_words(subject: Subject, pair: Pair) -> str:
    found = pair.weight
    low, high = (bits_words(bits, subject.language) for bits in (found.low, found.high))
    lines = [subject.say("weight-open" if found.is_open else "weight-to", low=low, high=high)]
    if pair.shares is Reads.UNREAD:
        lines = [subject.say("texts-unknown"), *lines]
    if found.level is not None:
        lines.append(named(found.level).say(subject.language))
    if found.broad > 0:
        lines.append(subject.say("weight-broad", bits=bits_words(found.broad, subject.language)))
    return "\n".join((*lines, *(f"– {name.text}" for name in subject.names(pair.texts).values())))


def _way_words(subject: Subject, way: Way) -> str:
    if way.state is State.SEEN:
        return ", ".join(subject.say(f"channel-{channel}") for channel in way.channels)
    return subject.say(f"citation-{way.state}")


def _signs(subject: Subject, greatest: float) -> tuple[Sign, ...]:
    def sign(marks: Sequence[Mark], key: str) -> Sign:
        return Sign(tuple(marks), subject.say(key))

    swatch = Box(0, 0, *SWATCH)
    cite: list[Mark] = [replace(swatch, fill=CITED, pen=EDGE), Label(15, 13, "→", Font(11, bold=True), "middle")]
    split: list[Mark] = [replace(swatch, fill=SHADE, pen=EDGE), Line(((0, 0), SWATCH), EDGE)]
    return (
        *bits_signs(subject, greatest),
        *level_signs(subject),
        sign(cite, "sign-citation"),
        sign(filled(swatch, SHADE, ("×",)), "sign-impossible"),
        sign(filled(swatch, PAPER, ("–",)), "sign-none"),
        hatch_sign(subject.say("sign-hatch")),
        sign(split, "sign-diagonal"),
    )


def _summary(subject: Subject, pairs: Sequence[Pair]) -> str:
    sharing = sum(pair.shares is Reads.YES for pair in pairs)
    ways = [way.state for pair in pairs for way in (pair.there, pair.back)]
    return subject.say(
        "plan-matrix-summary", pairs=len(pairs), sharing=sharing, cited=ways.count(State.SEEN), ways=len(ways),
        impossible=ways.count(State.IMPOSSIBLE),
    )  # fmt: skip


def _table(rows: Sequence[Name], pairs: Sequence[Pair]) -> Table:
    return table(COLUMNS, (_row(rows, pair) for pair in pairs))


def _row(rows: Sequence[Name], pair: Pair) -> tuple[Cell, ...]:
    one, two, found = rows[pair.one], rows[pair.two], pair.weight
    read = pair.shares is not Reads.UNREAD
    shared: tuple[Cell, ...] = (
        pair.shares.value, found.low if read else None, found.high, "true" if found.is_open else "false",
        found.broad or None, len(pair.texts) if read else None, found.level.key if found.level else None,
    )  # fmt: skip
    ways: tuple[Cell, ...] = tuple(
        cell for way in (pair.there, pair.back)
        for cell in (way.state.value, " ".join(way.channels) or None, way.verdict)
    )  # fmt: skip
    return (one.iri, one.text, two.iri, two.text, *shared, *ways)
