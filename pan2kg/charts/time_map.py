"""Plans on an axis of years: a plan among those it meets, with who cites whom and who could, or a whole country."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from pan2kg.charts import (
    Cell,
    Names,
    Subject,
    drawing as dw,
    frame as fr,
    subject as sj,
    time_axis as ta,
)
from pan2kg.coherence.citations import Occasion, State, Verdict
from pan2kg.errors import ProjectError
from pan2kg.i18n.catalogue import format_of
from pan2kg.tables.figure_words import bits_words, named
from pan2kg.turtle.vocabulary import key

SAYS: Final = 310.0
TOP: Final = 24.0
HIGH: Final = 15.0
NAME: Final = dw.Font(12)
CHOSEN: Final = dw.Font(12, bold=True)
TAKE: Final = dw.Font(11.5, bold=True)
FINE: Final = dw.Font(11, colour=fr.GREY)
BAND: Final = "#f3dfc1"
# the line of a citation: solid where it was seen, dashed where it was not, dotted where the dates
# are not known
PENS: Final = {
    State.SEEN: dw.Pen(fr.BLUE, 2.0),
    State.ABSENT: dw.Pen(fr.VERMILION, 1.8, (6, 4)),
    State.OPEN: dw.Pen("#8a5a00", 1.5, (8, 3, 2, 3)),
    State.UNDATED: dw.Pen(fr.GREY, 1.3, (1.5, 3)),
    State.IMPOSSIBLE: dw.Pen("#9a9a9a", 1.0),
}
# what is told of a citation in words, what asks for something first
TOLD: Final = (State.ABSENT, State.OPEN, State.SEEN)

COLUMNS: Final = (
    "plan", "plan_label", "adopted_from", "adopted_to", "starts", "ends", "bits", "texts", "cited_by_chosen",
    "cites_chosen", "verdict_of_chosen", "verdict_of_plan", "drawn",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layout:
    """Where names and bars stand, in pixels: names in a column of ``head`` pixels or, where there is none, above bars.

    The axis begins at ``left`` and is ``span`` wide, curves pass to its right as far as ``right``,
    and words stand beside them; ``low`` is how far below the middle of its row a bar stands.
    """

    head: float
    left: float
    span: float
    right: float
    row: float
    low: float = 0.0


WIDE: Final = Layout(head=220.0, left=236.0, span=440.0, right=682.0, row=40.0)
# in a page: what stands to the left of the words beside is as wide as a screen of 360 pixels
# leaves, where the page shows nothing else, and no letter is smaller than 10 pixels
IN_PAGE: Final = Layout(head=0.0, left=13.0, span=259.0, right=314.0, row=34.0, low=8.0)


class Neighbour:
    def __init__(self, subject: Subject, chosen: str, plan: str) -> None:
        measured = subject.known
        self.plan = plan
        self.out = measured.way(chosen, plan)
        self.back = measured.way(plan, chosen)
        self.texts = len(measured.weight(chosen, plan).texts)
        self.bits = max(self.out.bits, self.back.bits)
        self.is_abroad = Verdict.ABROAD in {self.out.verdict, self.back.verdict}
        # Two plans that a document only names together are linked, and owe each other no citation.
        is_related = (chosen, plan) in measured.ways or (plan, chosen) in measured.ways
        self.ways = (self.out, self.back) if is_related else ()


def draw_time_map(subject: Subject, *, plan: str = "", top: object = 12) -> fr.Picture:
    # Plans of the same country come first, then those that share most; top of them are drawn.
    most = sj.whole(top, "top")
    return draw_plan_map(subject, plan, most, WIDE) if plan else draw_country(subject)


def draw_plan_map(subject: Subject, plan: str, most: int, layout: Layout) -> fr.Picture:
    chosen = sj.find(subject.graph, plan)
    say = subject.say
    met = subject.known.partners.get(chosen, ())
    # the same in each language and at each width
    key_of = f"met/{subject.level.key}/{chosen}"
    met_by = subject.graph.once(key_of, lambda: [Neighbour(subject, chosen, plan) for plan in met])
    every = sorted(met_by, key=lambda near: (near.is_abroad, -near.bits, near.plan))
    neighbours = every[:most]
    names = subject.names((chosen, *(near.plan for near in every)))
    life_of = ta.lives(subject, names)
    ranks = {}
    for plan in (chosen, *(near.plan for near in neighbours)):
        life = life_of[plan]
        begins = life.issued.first if life.issued else life.first or life.end or date.max
        ranks[plan] = life.first is None and not life.issued, begins, plan
    rows = sorted(ranks, key=ranks.__getitem__)
    axis = ta.axis_of(
        [life_of[plan] for plan in rows], subject.today, left=layout.left, width=layout.span
    )
    bottom = layout.row * len(rows)
    name = subject.brief(chosen)
    ends = dict[str, dw.Point]()
    for at, plan in enumerate(rows):
        ends[plan] = ta.place_of(axis, life_of[plan]), layout.row * (at + 0.5) + layout.low
    greatest = max((near.bits for near in neighbours), default=0.0)
    bands = list[dw.Mark]()
    bars = list[dw.Mark]()
    for near in neighbours:
        if near.bits > 0:
            pen = dw.Pen(BAND, 3 + 11 * near.bits / greatest)
            (from_x, from_y) = ends[chosen]
            (to_x, to_y) = ends[near.plan]
            out = min(max(from_x, to_x) + 26 + 0.16 * abs(from_y - to_y), layout.right)
            band = fr.bow(ends[chosen], ends[near.plan], pen, out)
            bands.append(dw.Group((band,), tags=sj.tags(subject, (near.plan,))))
    for plan in rows:
        y = ends[plan][1]
        life = life_of[plan]
        font = CHOSEN if plan == chosen else NAME
        if layout.head:
            lines = dw.wrap(names[plan].text, layout.head - 4, font, 2)
            top = y - dw.height_of(len(lines), font) / 2
            label = dw.Label(layout.head, top + font.size, "\n".join(lines), font, "end")
        else:
            label = dw.Label(
                0, y - layout.low - 4, dw.shorten(names[plan].text, layout.right, font), font
            )
        drawn: list[dw.Mark] = [*fr.spoken(names[plan], [label])]
        if life.is_drawn:
            drawn += ta.bar(axis, life, y, fr.BLUE if plan == chosen else ta.PALE, high=HIGH)
        else:
            drawn += fr.hatched(dw.Box(axis.left + 4, y - HIGH / 2, axis.width - 8, HIGH))
        title = names[plan].full
        about = sj.tags(subject, (plan,), life=life)
        bars.append(dw.Group(tuple(drawn), title=title, address=subject.leads(plan), tags=about))
    curves = [
        mark
        for near in neighbours
        for mark in _curves(subject, names, layout, (chosen, near), ends)
    ]
    beside = list[dw.Mark]()
    for near in neighbours:
        words = tuple(_beside(subject, name, near, (layout.right + 12, ends[near.plan][1])))
        beside.append(dw.Group(words, tags=sj.tags(subject, (near.plan,))))
    marks: list[dw.Mark] = axis.marks(bottom, subject.today)
    marks += [dw.Group(tuple(alike)) for alike in (bands, bars, curves)]
    marks.append(dw.Group(tuple(beside), tags=() if layout.head else (("beside", "1"),)))

    # how many it meets and cites, and how many of those that could cite it do
    expected = [near.back for near in every if near.ways and near.back.is_expected]
    home = sum(not near.is_abroad for near in every)
    cites = sum(near.out.state is State.SEEN for near in every)
    titles = [
        say("time-map-meets", plan=name, n=len(every), home=home),
        say("time-map-cites", n=cites),
    ]
    cited = sum(occasion.state is State.SEEN for occasion in expected)
    titles.append(
        say("time-map-cited", n=len(expected), seen=cited)
        if expected
        else say("time-map-none-could")
    )
    states = {State.ABSENT, *(state_of(occasion) for near in neighbours for occasion in near.ways)}
    signs = [fr.sign(dw.Pen(BAND, 10), say("sign-band"))] if greatest else []
    signs += [
        fr.sign(pen, say(f"kind-{state.value}")) for state, pen in PENS.items() if state in states
    ]
    signs += fr.weight_signs(subject, 0.0)
    signs += (
        [ta.open_end_sign(subject, ta.PALE)] if any(life_of[plan].is_open for plan in rows) else []
    )
    signs += [fr.sign(ta.TODAY, say("sign-as-of"), upright=True)] if subject.today else []
    signs += (
        [fr.sign("", say("sign-hatch-date"))]
        if any(not life_of[plan].is_drawn for plan in rows)
        else []
    )
    filters = (say("chosen-by", plan=names[chosen].key),)
    undrawn = len(every) - len(neighbours)
    notes = (say("left-out", what=say("field-plans", n=undrawn)),) if undrawn else ()
    caption = fr.Caption(" ".join(titles), say("time-map-lead"), tuple(signs), notes, filters)
    cells: list[tuple[Cell, ...]] = []
    for near in every:
        life = life_of[near.plan]
        issued = (life.issued.first, life.issued.last) if life.issued else (None, None)
        cells.append(
            (
                near.plan,
                names[near.plan].text or key(near.plan),
                *issued,
                life.start,
                life.end,
                near.bits,
                near.texts,
                near.out.state.value,
                near.back.state.value,
                near.out.verdict.value,
                near.back.verdict.value,
                "true" if near in neighbours else "false",
            )
        )
    size = layout.right + 10 + SAYS, TOP + bottom + layout.low, TOP
    return fr.Picture(subject, "time-map", caption, size, marks, lambda: sj.table(COLUMNS, cells))


def state_of(occasion: Occasion) -> State:
    if occasion.state is State.SEEN:
        return State.SEEN
    if occasion.is_expected:
        return State.ABSENT if occasion.state is State.ABSENT else State.OPEN
    return State.UNDATED if occasion.verdict is Verdict.UNDATED else State.IMPOSSIBLE


def words_of(subject: Subject, occasion: Occasion) -> str:
    if state_of(occasion) in TOLD:
        return subject.say(f"kind-{state_of(occasion).value}")
    return named(occasion.verdict).say(subject.language)


def _curves(
    subject: Subject,
    names: Names,
    layout: Layout,
    pair: tuple[str, Neighbour],
    ends: Mapping[str, dw.Point],
) -> Iterator[dw.Mark]:
    (chosen, near) = pair
    homes = subject.graph.homes
    ways = [(state_of(occasion), occasion) for occasion in near.ways]
    possible = [
        (state, occasion) for state, occasion in ways if state is not State.IMPOSSIBLE
    ] or ways[:1]
    for at, (state, occasion) in enumerate(possible):
        source = occasion.source
        target = occasion.target
        start = ends[source]
        end = ends[target]
        pen = PENS[state]
        # to the right of both ends, further out the further apart they are, but not beyond the
        # limit
        out = min(
            max(start[0], end[0]) + 26 + 0.16 * abs(start[1] - end[1]) + 6.0 * at, layout.right
        )
        marks: list[dw.Mark] = [fr.bow(start, end, pen, out)]
        if state in TOLD:
            marks.append(dw.Line.arrow((end[0] + 5, end[1]), math.pi, pen.colour, 8))
        one = names[source].text
        two = names[target].text
        words = subject.say("time-map-way", one=one, two=two, state=words_of(subject, occasion))
        level = subject.known.link_level(source, target)
        about = sj.tags(subject, (chosen, near.plan), kind=state.value, level=level)
        rows = subject.known.between(source, target) if state is State.SEEN else ()
        links = (
            row.link
            for row in rows
            if row.is_citation and homes.get(row.source, row.source) == source
        )
        words += sj.quoted(subject, links)
        yield dw.Group(
            tuple(marks), title=words, address=subject.leads(chosen, near.plan), tags=about
        )


def _beside(subject: Subject, chosen: str, near: Neighbour, at: dw.Point) -> Iterator[dw.Mark]:
    say = subject.say
    (x, y) = at
    back = state_of(near.back)
    out = state_of(near.out)
    key_of_back = near.back.verdict.value if back is State.IMPOSSIBLE else back.value
    is_told = back in TOLD or near.back.verdict in {Verdict.IMPOSSIBLE, Verdict.EXPECTED}
    words = [say(f"time-map-back-{key_of_back}", plan=chosen)] if is_told else []
    words = words or [named(near.back.verdict).say(subject.language)]
    if out in TOLD:
        words.append(say(f"time-map-out-{out.value}", plan=chosen))
    if back not in TOLD and dw.measure(" · ".join(words), TAKE) > SAYS - 20:
        words = words[1:]
    if not near.ways:
        words = [say("time-map-together")]
        back = State.IMPOSSIBLE
        out = State.IMPOSSIBLE
    worst = next((state for state in TOLD if state in {back, out}), None)
    font = TAKE._replace(colour=PENS[worst].colour if worst else fr.GREY)
    yield dw.Label(x, y - 2, dw.shorten(" · ".join(words), SAYS - 20, TAKE), font)
    level = subject.known.link_level(
        near.plan, near.out.source if near.out.source != near.plan else near.back.source
    )
    bits = bits_words(near.bits, subject.language)
    shared = (
        say("time-map-shared", n=near.texts, bits=bits) if near.texts else say("time-map-no-text")
    )
    if level:
        yield from fr.level_mark(x + 4, y + 8.5, level, fr.INK)
    yield dw.Label(x + 13, y + 12, dw.shorten(shared, SAYS - 30, FINE), FINE)


# All plans of the country, a lane a field of policy, with their citations.

COUNTRY_HEAD: Final = 150.0
COUNTRY_SPAN: Final = 1000.0
STEP: Final = 14.0
THIN: Final = 8.0
LONGEST: Final = 190.0
COUNTRY_NAME: Final = dw.Font(9)
HOME: Final = dw.Font(9, bold=True)
LANE: Final = dw.Font(11.5, bold=True)
SMALL: Final = dw.Font(9.5, colour=fr.GREY)
CITED: Final = dw.Pen("#7fb2d6", 1.1)
# A colour a field of policy, in the order of their keys; apart for colour-blind readers, and never
# alone
FIELD_COLOURS: Final = ("#56b4e9", "#999999", "#009e73", "#0072b2", "#cc79a7", "#e69f00")
COUNTRY_COLUMNS: Final = (
    "field",
    "field_label",
    "plan",
    "plan_label",
    "adopted_from",
    "adopted_to",
    "starts",
    "ends",
    "cites",
    "drawn",
)


def colour_of(subject: Subject, field: str) -> str:
    fields = sorted(set(subject.graph.policy_fields.values()))
    return FIELD_COLOURS[fields.index(field) % len(FIELD_COLOURS)] if field in fields else fr.PAPER


def draw_country(subject: Subject) -> fr.Picture:
    say = subject.say
    graph = subject.graph
    measured = subject.known
    country = graph.profile.country
    fields = graph.policy_fields
    home = graph.profile.home_plan
    plans = [
        plan
        for plan in measured.tables.works.plans
        if not country or graph.country_of.get(plan) == country
    ]
    if not plans:
        raise ProjectError("no-action-to-measure", remedy="add-plan")
    life_of = ta.lives(subject, plans)
    names = subject.names([*plans, *fields.values()])
    axis = ta.axis_of(life_of.values(), subject.today, left=COUNTRY_HEAD + 12, width=COUNTRY_SPAN)
    citations = [
        (x, y)
        for x, y in measured.chronology.cited
        if x in life_of and y in life_of and measured.chronology.seen(x, y, measured.level)
    ]
    cites = Counter(x for x, _ in citations)
    by_field = dict[str, list[str]]()
    for plan in plans:
        by_field.setdefault(fields.get(plan, ""), []).append(plan)
    home_field = fields.get(home, "")
    order = sorted(
        by_field, key=lambda field: (field == "", field != home_field, -len(by_field[field]), field)
    )

    wide = COUNTRY_HEAD + COUNTRY_SPAN + 12 + LONGEST
    back = list[dw.Mark]()
    front = list[dw.Mark]()
    places = dict[str, dw.Point]()
    y = 0.0
    cells: list[tuple[Cell, ...]] = []
    for at, field in enumerate(order):
        rows = _rows(axis, life_of, names, by_field[field])
        of_field = by_field[field]
        undated = [plan for plan in of_field if not life_of[plan].is_drawn]
        label = names[field].text if field else ""
        colour = colour_of(subject, field)
        high = max(STEP * (len(rows) + bool(undated)), 80.0) + 10
        back.append(dw.Box(0, y, wide, high, fr.SHADE if at % 2 == 0 else fr.PAPER))
        front.append(dw.Box(0, y, 5, high, colour))
        lines = dw.wrap(
            label[:1].upper() + label[1:] if field else say("no-field"), COUNTRY_HEAD - 24, LANE, 4
        )
        front += [dw.Label(12, y + 16 + 14 * row, line, LANE) for row, line in enumerate(lines)]
        words = [
            say("field-plans", n=len(of_field)),
            *([say("field-undated", n=len(undated))] if undated else []),
        ]
        below = y + 17 + 14 * len(lines)
        front += [dw.Label(12, below + 12 * row, line, SMALL) for row, line in enumerate(words)]
        for row, on_row in enumerate(rows):
            middle = y + 5 + STEP * (row + 0.5)
            for plan, right in on_row:
                life = life_of[plan]
                name = names[plan]
                font = HOME if plan == home else COUNTRY_NAME
                places[plan] = ta.place_of(axis, life), middle
                marks = ta.bar(axis, life, middle, fr.INK if plan == home else colour, high=THIN)
                text = dw.shorten(name.text, LONGEST, font)
                marks.append(dw.Label(right + 4, middle + 3.2, text, font, language=name.language))
                leads = subject.leads(plan)
                about = sj.tags(subject, (plan,), life=life)
                front.append(dw.Group(tuple(marks), title=name.full, address=leads, tags=about))
        if undated:
            listed = format_of("semicolon", subject.language).join(
                names[plan].text for plan in undated
            )
            text = say("field-undated-plans", plans=listed)
            foot = y + 5 + STEP * (len(rows) + 0.5) + 3.2
            front.append(
                dw.Label(axis.left, foot, dw.shorten(text, COUNTRY_SPAN + LONGEST, SMALL), SMALL)
            )
        for plan in (*(plan for on_row in rows for plan, _ in on_row), *undated):
            life = life_of[plan]
            issued = (life.issued.first, life.issued.last) if life.issued else (None, None)
            ends = (life.start, life.end, cites[plan], "true" if life.is_drawn else "false")
            cells.append((field or None, label or None, plan, names[plan].text, *issued, *ends))
        y += high
    ways: list[dw.Mark] = []
    for pair in citations:
        if pair[0] in places and pair[1] in places:
            (x1, y1) = places[pair[0]]
            (x2, y2) = places[pair[1]]
            out = max(x1, x2) + 14 + 0.08 * abs(y1 - y2)
            line = fr.bow((x1, y1), (x2, y2), CITED, out)
            title = say("time-map-cites-pair", one=names[pair[0]].text, two=names[pair[1]].text)
            about = sj.tags(subject, pair, kind="seen")
            ways.append(dw.Group((line,), title=title, address=subject.leads(*pair), tags=about))

    undrawn = sum(not life_of[plan].is_drawn for plan in plans)
    fill = colour_of(subject, order[0])
    life = sj.Life(start=date(2020, 1, 1), end=date(2022, 12, 31))
    period = ta.bar(ta.Axis(2020, 2022, 2, 26), life, 9, fill, high=10)
    signs = [
        fr.Sign(tuple(period), say("sign-period")),
        ta.open_end_sign(subject, fill),
        fr.sign(CITED, say("kind-seen")),
    ]
    signs += [fr.sign(ta.TODAY, say("sign-as-of"), upright=True)] if subject.today else []
    title = say("country-map-title", n=len(plans), cited=len(citations))
    notes = say("country-map-undated", n=undrawn)
    caption = fr.Caption(title, say("country-map-lead"), tuple(signs), (notes,) if undrawn else ())
    every = (*back, *axis.marks(y, subject.today), *ways, *front)
    size = (wide, TOP + y, TOP)
    return fr.Picture(
        subject, "time-map", caption, size, every, lambda: sj.table(COUNTRY_COLUMNS, cells)
    )


def _rows(
    axis: ta.Axis, life_of: Mapping[str, sj.Life], names: Names, plans: Sequence[str]
) -> list[list[tuple[str, float]]]:
    # the plans that have a place on the axis and where their bars end, on as few rows as keep names
    # and bars apart
    drawn = [plan for plan in plans if life_of[plan].is_drawn]
    rows = list[list[tuple[str, float]]]()
    ends = list[float]()
    for plan in sorted(drawn, key=lambda plan: (ta.place_of(axis, life_of[plan]), plan)):
        boxes = [
            mark
            for mark in ta.bar(axis, life_of[plan], 0, "", high=THIN)
            if isinstance(mark, dw.Box)
        ]
        dot = ta.place_of(axis, life_of[plan])
        edges = [edge for box in boxes for edge in (box.x, box.x + box.width)]
        start = min([dot - 4, *edges])
        right = max([dot + 4, *edges])
        row = next((at for at, end in enumerate(ends) if end + 8 <= start), len(rows))
        if row == len(rows):
            rows.append([])
            ends.append(0.0)
        rows[row].append((plan, right))
        ends[row] = right + 4 + min(dw.measure(names[plan].text, COUNTRY_NAME), LONGEST)
    return rows
