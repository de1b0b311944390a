"""The bridge: two plans side by side, in the middle the texts and bodies they share, and who cites whom.

The page of a pair shows it. Only the strongest of what is shared is drawn; the table has all of it.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pan2kg.charts import (
    choice as ch,
    drawing as dw,
    frame as fr,
    lettering as lt,
    subject as sj,
    time_map as tm,
)
from pan2kg.charts.drawing import Box, Group, Label, Line, Mark, Pen
from pan2kg.charts.frame import Caption, Picture, PictureSize, Sign
from pan2kg.charts.lettering import Font
from pan2kg.charts.subject import Cell, Names, Subject
from pan2kg.charts.ties import STEP, STRONG, WORDS, CitationEnds, name_in
from pan2kg.coherence.citations import PlanStatement
from pan2kg.errors import QueryError
from pan2kg.graph.labels import Name
from pan2kg.tables.figure_words import bits_words
from pan2kg.turtle.vocabulary import key

COLUMNS = ("from", "from_label", "to", "to_label", "basis", "bits", "drawn")
# sizes, here as in all pictures, are pixels
SIDE = 330.0  # how wide the column of a plan is
GAP = 110.0  # between the columns, where lines pass
MIDDLE = 280.0  # how wide the column of what both share is
WIDE = 2 * SIDE + 2 * GAP + MIDDLE
HEAD = 74.0  # how high the heads of the columns are
HIGH = 36.0  # how high a box is
NUMBER_ROOM = 48.0  # for the number of an action, to the left of its name
TITLES = Font(13, bold=True)
EDGE = Pen(fr.GREY, 0.8)
TEXT = Pen(fr.VERMILION, 1.1)
PART = Pen(fr.GREEN, 1.3, (1.5, 3))
CITATION = Pen(fr.BLUE, 2.0)


@dataclass(frozen=True, slots=True)
class Pillar:
    """A text or a body that both plans have, with the works of the left and of the right one it is tied to.

    ``bits`` weighs a text; for a body it is 0.
    """

    iri: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    bits: float = 0.0
    is_text: bool = True

    @property
    def works(self) -> tuple[str, ...]:
        """Those of the left plan, then those of the right one."""
        return (*self.left, *self.right)


class BridgeTies(NamedTuple):
    """Two plans and all they share, with what of it is drawn; and by whom one is cited in the other.

    ``citations`` are pairs of works or plans; ``citing`` says it in statements.
    """

    plan_left: str
    plan_right: str
    every: tuple[Pillar, ...]
    pillars: tuple[Pillar, ...]
    citing: list[PlanStatement]
    citations: list[CitationEnds]


class BridgeLayout(NamedTuple):
    """How far below the heads the middle of each box stands, in pixels, and how high all of it is."""

    left: Mapping[str, float]
    right: Mapping[str, float]
    middle: Mapping[str, float]
    high: float


def draw_bridge(subject: Subject, *, plan: str = "", other: str = "", top: object = 12) -> Picture:
    """Two plans with the ``top`` strongest of what they share between them, and their citations.

    Without an ``other`` it is the plan that shares most with the first, one of its country if any.

    Raises:
        QueryError: an unknown plan, twice the same one, one that meets no other, or no whole number.
    """
    ties = _ties(subject, plan, other, ch.whole(top, "top"))
    works = {work for pillar in ties.every for work in pillar.works}
    works |= {end for pair in ties.citations for end in pair}
    plans = (ties.plan_left, ties.plan_right)
    names = subject.names({*plans, *works, *(pillar.iri for pillar in ties.every)})

    layout = _layout(subject, ties)
    below: list[Mark] = [
        *_lines_to_pillars(subject, ties, names, layout),
        *_lines_of_citations(subject, ties, names, layout),
        *_work_boxes(subject, ties.plan_left, names, 0.0, layout.left),
        *_work_boxes(subject, ties.plan_right, names, WIDE - SIDE, layout.right),
        *_pillar_boxes(subject, ties, names, layout),
    ]
    marks: list[Mark] = [
        *_plan_heads(subject, ties, names),
        *_ways(subject, ties),
        Group(tuple(below), shift=(0, HEAD)),
    ]

    left_name, right_name = (names[iri] for iri in plans)
    title = subject.say("bridge-title", one=left_name.text, two=right_name.text, n=len(ties.every))
    caption = Caption(
        title,
        subject.say("bridge-lead"),
        tuple(_signs(subject, ties)),
        tuple(_notes(subject, ties)),
        ch.plans_named(subject, (left_name, right_name)),
    )
    return Picture(
        subject,
        "bridge",
        caption,
        PictureSize(WIDE, HEAD + layout.high),
        marks,
        COLUMNS,
        lambda: _rows(ties, names),
        tells=bool(works),
    )


# What is shared, and who cites whom


def _ties(subject: Subject, plan: str, other: str, most: int) -> BridgeTies:
    plan_left = ch.focus_of(subject, plan)
    plan_right = ch.find(subject.graph, other) if other else _nearest(subject, plan_left)
    if plan_left == plan_right:
        raise QueryError("one-plan-alone", remedy="add-another-plan")
    every = (
        *_shared_texts(subject, plan_left, plan_right),
        *_shared_bodies(subject, plan_left, plan_right),
    )
    statements = subject.known.between(plan_left, plan_right)
    citing = [statement for statement in statements if statement.is_citation]
    citations = sorted({CitationEnds(cites.source, cites.target) for cites in citing})
    return BridgeTies(plan_left, plan_right, every, every[:most], citing, citations)


def _nearest(subject: Subject, plan: str) -> str:
    country_of = subject.graph.country_of
    ranks = {}
    for partner in subject.known.partners.get(plan, ()):
        is_abroad = country_of.get(partner) != country_of.get(plan)
        bits = subject.known.shared.get((min(plan, partner), max(plan, partner)), 0.0)
        ranks[partner] = (is_abroad, -bits, partner)
    if not ranks:
        others = len(subject.known.tables.works.plans) - 1
        raise QueryError(
            "bridge-meets-none", remedy="name-both-plans", plan=key(plan), total=others
        )
    return min(ranks, key=ranks.__getitem__)


def _shared_texts(subject: Subject, plan_left: str, plan_right: str) -> Iterator[Pillar]:
    known = subject.known
    of_left = known.brought(plan_left, plan_right)
    of_right = known.brought(plan_right, plan_left)
    contributions = known.weight(plan_left, plan_right).contributions
    for shared in sorted(contributions, key=lambda shared: (-shared.bits, shared.text)):
        if shared.bits > 0 and not shared.is_broad:
            left = sorted(work for work, texts in of_left.items() if shared.text in texts)
            right = sorted(work for work, texts in of_right.items() if shared.text in texts)
            yield Pillar(shared.text, tuple(left), tuple(right), shared.bits)


def _shared_bodies(subject: Subject, plan_left: str, plan_right: str) -> list[Pillar]:
    """The bodies with a part in both plans, those with a part in most works first."""
    left = _works_by_body(subject, plan_left)
    right = _works_by_body(subject, plan_right)
    pillars = []
    for body in left.keys() & right.keys():
        works = (tuple(sorted(left[body])), tuple(sorted(right[body])))
        pillars.append(Pillar(body, *works, is_text=False))
    return sorted(pillars, key=lambda pillar: (-len(pillar.works), pillar.iri))


def _works_by_body(subject: Subject, plan: str) -> Mapping[str, set[str]]:
    works: dict[str, set[str]] = {}
    for involvement in subject.involved.get(plan, ()):
        works.setdefault(involvement.body, set()).add(involvement.work)
    return works


# Where they stand


def _layout(subject: Subject, ties: BridgeTies) -> BridgeLayout:
    pillars = [pillar.iri for pillar in ties.pillars]
    left = _by_average(subject, ties, ties.plan_left, [pillar.left for pillar in ties.pillars])
    right = _by_average(subject, ties, ties.plan_right, [pillar.right for pillar in ties.pillars])
    high = STEP * max(len(pillars), len(left), len(right), 1)
    return BridgeLayout(_spread(left, high), _spread(right, high), _spread(pillars, high), high)


def _by_average(
    subject: Subject, ties: BridgeTies, plan: str, works_of: Sequence[Sequence[str]]
) -> list[str]:
    """The works of a side as what they share stands on the average, the plan itself first."""
    homes = subject.graph.homes
    rows_of: dict[str, list[int]] = {}
    for pair in ties.citations:
        for end in pair:
            if homes.get(end, end) == plan:
                rows_of[end] = []
    for row, works in enumerate(works_of):
        for work in works:
            rows_of.setdefault(work, []).append(row)
    ranks = {}
    for work, rows in rows_of.items():
        ranks[work] = (work != plan, sum(rows) / max(len(rows), 1), work)
    return sorted(ranks, key=ranks.__getitem__)


def _spread(iris: Sequence[str], high: float) -> dict[str, float]:
    step = high / max(len(iris), 1)
    return {iri: step * (row + 0.5) for row, iri in enumerate(iris)}


# Marks


def _lines_to_pillars(
    subject: Subject, ties: BridgeTies, names: Names, layout: BridgeLayout
) -> Iterator[Mark]:
    greatest = max((pillar.bits for pillar in ties.pillars), default=0.0)
    for pillar in ties.pillars:
        kind = "text" if pillar.is_text else "body"
        pen = fr.thick(TEXT, pillar.bits, greatest) if pillar.is_text else PART
        y = layout.middle[pillar.iri]
        lines = {}
        for work in pillar.left:
            lines[work] = fr.bow((SIDE, layout.left[work]), (SIDE + GAP, y), pen)
        for work in pillar.right:
            end = (WIDE - SIDE - GAP, y)
            lines[work] = fr.bow((WIDE - SIDE, layout.right[work]), end, pen)
        for work, line in lines.items():
            title = f"{fr.called(names[work])} – {names[pillar.iri].text}"
            tags = sj.tags(subject, (work, pillar.iri), kind=kind)
            yield Group((line,), title, tags=tags)


def _lines_of_citations(
    subject: Subject, ties: BridgeTies, names: Names, layout: BridgeLayout
) -> Iterator[Mark]:
    points = {work: (SIDE, y) for work, y in layout.left.items()}
    points |= {work: (WIDE - SIDE, y) for work, y in layout.right.items()}
    for pair in ties.citations:
        start = points[pair.citing]
        end = points[pair.cited]
        angle = 0.0 if end[0] > start[0] else math.pi
        links = (
            statement.link
            for statement in ties.citing
            if (statement.source, statement.target) == pair
        )
        words = subject.say(
            "time-map-cites-pair", one=names[pair.citing].text, two=names[pair.cited].text
        )
        words += sj.quoted(subject, links)
        edge = (fr.bow(start, end, CITATION), Line.arrow(end, angle, fr.BLUE, 9))
        tags = sj.tags(subject, pair, kind="citation")
        yield Group(edge, words, subject.leads(*pair), tags=tags)


def _work_boxes(
    subject: Subject, plan: str, names: Names, x: float, middles: Mapping[str, float]
) -> Iterator[Mark]:
    for work, y in middles.items():
        name = names[work]
        box = Box(x, y - HIGH / 2, SIDE, HIGH, fr.PAPER, EDGE)
        if work == plan:
            lines = lt.wrap(subject.say("plans-of-whole"), SIDE - 20, WORDS, 2)
            labels = dw.centred(box, lines, WORDS, anchor="start", pad=10)
        else:
            number = lt.shorten(name.short, NUMBER_ROOM - 4, STRONG)
            beside = box._replace(x=x + NUMBER_ROOM, width=SIDE - NUMBER_ROOM - 4)
            labels = [Label(x + 8, y + 3.6, number, STRONG)]
            labels += name_in(beside, name, SIDE - 60, pad=4)
        tags = sj.tags(subject, (work,))
        yield Group((box, *labels), name.full, subject.leads(work), tags=tags)


def _pillar_boxes(
    subject: Subject, ties: BridgeTies, names: Names, layout: BridgeLayout
) -> Iterator[Mark]:
    for pillar in ties.pillars:
        name = names[pillar.iri]
        pen = Pen(fr.VERMILION if pillar.is_text else fr.GREEN, 1.2)
        y = layout.middle[pillar.iri]
        box = Box(SIDE + GAP, y - HIGH / 2, MIDDLE, HIGH, fr.SHADE, pen)
        labels = _pillar_words(subject, pillar, name, box)
        tags = sj.tags(subject, (pillar.iri,))
        yield Group((box, *labels), name.full, subject.leads(pillar.iri), tags=tags)


def _pillar_words(subject: Subject, pillar: Pillar, name: Name, box: Box) -> list[Label]:
    """A text on one line with its bits below, a body on two lines."""
    if not pillar.is_text:
        return fr.spoken(name, dw.centred(box, lt.wrap(name.text, MIDDLE - 16, WORDS, 2), WORDS))
    lines = lt.wrap(name.text, MIDDLE - 16, WORDS, 1)
    *upper, bits = dw.centred(box, (*lines, bits_words(pillar.bits, subject.language)), WORDS)
    return [*fr.spoken(name, upper), bits._replace(font=fr.FINE)]


def _plan_heads(subject: Subject, ties: BridgeTies, names: Names) -> Iterator[Mark]:
    for iri, x in ((ties.plan_left, 0.0), (ties.plan_right, WIDE - SIDE)):
        name = names[iri]
        box = Box(x, 0, SIDE, 46, fr.SHADE, EDGE)
        labels = dw.centred(box, lt.wrap(name.text, SIDE - 16, TITLES, 2), TITLES)
        yield Group((box, *fr.spoken(name, labels)), name.full, subject.leads(iri))


def _ways(subject: Subject, ties: BridgeTies) -> Iterator[Mark]:
    """Between the heads, whether the left plan cites the right one, and below the other way round."""
    left = SIDE + 8
    right = WIDE - SIDE - 8
    yield from _way(subject, (ties.plan_left, ties.plan_right), (left, right), 11.0)
    yield from _way(subject, (ties.plan_right, ties.plan_left), (right, left), 35.0)


def _way(
    subject: Subject, plans: tuple[str, str], ends: tuple[float, float], y: float
) -> Iterator[Mark]:
    occasion = subject.known.way(*plans)
    state = tm.state_of(occasion)
    pen = tm.PENS[state]
    start, end = ends
    yield Line(((start, y), (end, y)), pen)
    if state in tm.TOLD:
        yield Line.arrow((end, y), 0.0 if end > start else math.pi, pen.colour, 9)
    words = tm.words_of(subject, occasion)
    wide = lt.measure(words, STRONG) + 12
    yield Box(WIDE / 2 - wide / 2, y - 8, wide, 16, fr.PAPER)
    yield Label(WIDE / 2, y + 3.6, words, STRONG, "middle")


# Legend, notes and table


def _signs(subject: Subject, ties: BridgeTies) -> Iterator[Sign]:
    # what is drawn, and nothing else
    say = subject.say
    if any(pillar.is_text for pillar in ties.pillars):
        yield fr.sign(Pen(fr.VERMILION, 2.5), say("sign-rests"))
    if any(not pillar.is_text for pillar in ties.pillars):
        yield fr.sign(PART, say("sign-part"))
    ways = ((ties.plan_left, ties.plan_right), (ties.plan_right, ties.plan_left))
    states = {tm.state_of(subject.known.way(*plans)) for plans in ways}
    for state, pen in tm.PENS.items():
        if state in states:
            yield fr.sign(pen, say(f"kind-{state.value}"))


def _notes(subject: Subject, ties: BridgeTies) -> Iterator[str]:
    if not ties.every:
        yield subject.say("bridge-none")
    elif undrawn := len(ties.every) - len(ties.pillars):
        yield subject.say("bridge-left-out", n=undrawn)


def _rows(ties: BridgeTies, names: Names) -> Iterator[tuple[Cell, ...]]:
    for pillar in ties.every:
        basis = "text" if pillar.is_text else "body"
        bits = pillar.bits if pillar.is_text else None
        is_drawn = "true" if pillar in ties.pillars else "false"
        name = names[pillar.iri].text
        for work in pillar.works:
            yield work, names[work].text, pillar.iri, name, basis, bits, is_drawn
    for citing, cited in ties.citations:
        ends = (citing, names[citing].text, cited, names[cited].text)
        yield (*ends, "citation", None, "true")
