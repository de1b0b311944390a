"""Who is tied to what: lanes from texts over actions to plans, a bridge between two plans, what is around an action.

Every place follows from the order of the things; nothing is thrown or pushed about.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pan2kg.charts import (
    Cell,
    DrawnTie,
    Names,
    Subject,
    drawing as dw,
    frame as fr,
    subject as sj,
    time_map as tm,
)
from pan2kg.charts.matrices import members_of
from pan2kg.coherence import evidence
from pan2kg.errors import QueryError
from pan2kg.graph.labels import Name
from pan2kg.tables.figure_words import bits_words
from pan2kg.turtle.vocabulary import key

STEP: Final = 42.0
WORDS: Final = dw.Font(10.5)
STRONG: Final = dw.Font(10.5, bold=True)
FINE: Final = dw.Font(9.5, colour=fr.GREY)
INFERRED: Final = dw.Pen(fr.VERMILION, 1.2, (5, 4))
CITES: Final = (
    dw.Line(((0, 9), (26, 9)), dw.Pen(fr.BLUE, 1.5)),
    dw.Line.arrow((30, 9), 0.0, fr.BLUE),
)

LANE_COLUMNS: Final = (
    "from",
    "from_label",
    "to",
    "to_label",
    "basis",
    "direction",
    "number",
    "weight",
    "evidence_level",
)
BRIDGE_COLUMNS: Final = ("from", "from_label", "to", "to_label", "basis", "bits", "drawn")
EGO_COLUMNS: Final = (
    "thing",
    "thing_label",
    "kind",
    "basis",
    "weight",
    "evidence_level",
    "via",
    "drawn",
)


def written(
    name: Name, box: dw.Box, width: float, lines: int = 2, **where: object
) -> list[dw.Label]:
    return fr.spoken(
        name,
        dw.centred(box, dw.wrap(name.text, width, WORDS, lines), WORDS, anchor="start", **where),  # type: ignore[arg-type]
    )


# Lanes: from the texts to the actions of a plan that rest on them, and on to the other plans these
# lead to.

WIDTHS: Final = (280.0, 320.0, 280.0)
LANE_GAP: Final = 120.0
HIGH: Final = 34.0
LINES: Final = 120  # how many lines to other plans can still be told from each other
EXTRA: Final = 14.0  # how much higher the box of another plan is, for the line that counts its ties
TOP: Final = 34.0
HEADING: Final = dw.Font(12.5, bold=True)
LANE_DECLARED: Final = dw.Pen(fr.BLUE, 1.5)
UNLINKED: Final = dw.Pen(fr.GREY, 1.2, (3, 3))
EDGE: Final = dw.Pen(fr.GREY, 1.0)


class Lane:
    def __init__(self, iris: Sequence[str], at: int, high: float, room: float) -> None:
        step = room / max(len(iris), 1)
        self.tops = {iri: TOP + step * (row + 0.5) - high / 2 for row, iri in enumerate(iris)}
        self.left = sum(WIDTHS[:at]) + at * LANE_GAP
        self.width = WIDTHS[at]
        self.high = high
        self.middles = {iri: top + high / 2 for iri, top in self.tops.items()}


def draw_lanes(
    subject: Subject, *, plan: str = "", texts: object = 30, top: object = 12, actions: object = 60
) -> fr.Picture:
    # Those with most ties are drawn; of the rest it is said how many there are, and the table has
    # them.
    say = subject.say
    home = sj.focus_of(subject, plan)
    every = members_of(subject, home)
    to_texts = sj.text_ties(subject, [home, *every])
    to_plans = sj.plan_ties(subject, home)
    ties_of = Counter(tie.work for tie in (*to_texts, *to_plans))
    busiest = set(sorted(every, key=lambda work: -ties_of[work])[: sj.whole(actions, "actions")])
    works = ([home] if ties_of[home] else []) + [work for work in every if work in busiest]
    drawn = (
        _most(to_texts, works, sj.whole(texts, "texts")),
        _most(to_plans, works, sj.whole(top, "top")),
    )
    names = subject.names([home, *every, *(tie.other for tie in (*to_texts, *to_plans))])
    unlinked = [work for work in every if not ties_of[work]]
    thin = drawn[1]
    if len(thin) > LINES:
        # of more lines than can be told apart those declared, and of each work the strongest that
        # is inferred
        best: dict[str, DrawnTie] = {}
        for tie in sorted(thin, key=lambda tie: (-tie.bits, -tie.number, tie.other)):
            if not tie.declared:
                best.setdefault(tie.work, tie)
        thin = [tie for tie in thin if tie.declared or best[tie.work] is tie]

    # Texts and plans stand where the works they are tied to stand on the average.
    order = {work: at for at, work in enumerate(works)}
    sides = []
    for ties in drawn:
        places: dict[str, list[int]] = {}
        for tie in ties:
            places.setdefault(tie.other, []).append(order[tie.work])
        sides.append(
            [iri for _, iri in sorted((sum(rows) / len(rows), iri) for iri, rows in places.items())]
        )
    high = max(STEP * len(works), STEP * len(sides[0]), (STEP + EXTRA) * len(sides[1]))
    left = Lane(sides[0], 0, HIGH, high)
    centre = Lane(works, 1, HIGH, high)
    right = Lane(sides[1], 2, HIGH + EXTRA, high)
    lanes = (left, "lane-texts"), (centre, "lane-actions"), (right, "lane-plans")
    marks: list[dw.Mark] = [dw.Label(lane.left, 16, say(word), HEADING) for lane, word in lanes]
    for tie in drawn[0]:
        start = (left.left + left.width, left.middles[tie.other])
        end = (centre.left, centre.middles[tie.work])
        title = f"{names[tie.other].text} → {fr.called(names[tie.work])}"
        marks.append(
            dw.Group((fr.bow(start, end, LANE_DECLARED if tie.declared else INFERRED),), title)
        )
    greatest = max((tie.bits for tie in drawn[1]), default=0.0)
    for tie in thin:
        shift = 0.0 if not tie.declared else (-6.0 if tie.incoming else 6.0)
        start = centre.left + centre.width, centre.middles[tie.work] + shift
        end = right.left, right.middles[tie.other] + shift
        pen = LANE_DECLARED if tie.declared else fr.thick(INFERRED, tie.bits, greatest)
        edge: list[dw.Mark] = [fr.bow(start, end, pen)]
        if tie.declared:
            tip, angle = (start, math.pi) if tie.incoming else (end, 0.0)
            edge.append(dw.Line.arrow(tip, angle, fr.BLUE))
        kind = ("tie-cited" if tie.incoming else "tie-cites") if tie.declared else "tie-shared"
        words = say(kind, n=tie.number, bits=bits_words(tie.bits, subject.language))
        title = f"{fr.called(names[tie.work])} – {names[tie.other].text}\n{words}"
        marks.append(dw.Group(tuple(edge), title))
    for lane in (left, centre):
        for iri, y in lane.tops.items():
            name = names[iri]
            is_alone = lane is centre and iri in unlinked
            fill, pen = (fr.SHADE, EDGE) if lane is left or not is_alone else (fr.PAPER, UNLINKED)
            box = dw.Box(lane.left, y, lane.width, lane.high, fill, pen)
            short = (
                dw.shorten(name.short, 42, STRONG) if lane is centre and "/action/" in iri else ""
            )
            inner = box._replace(x=box.x + 50, width=box.width - 50) if short else box
            labels = written(name, inner, inner.width - 14)
            labels += dw.centred(box._replace(width=50.0), (short,), STRONG) if short else []
            title = f"{fr.called(name)}\n{say('unlinked')}" if is_alone else name.full
            marks.append(dw.Group((box, *labels), title, subject.leads(iri)))
    for iri, y in right.tops.items():
        box = dw.Box(right.left, y, right.width, right.high, fr.SHADE, EDGE)
        marks.append(
            _plan_box(subject, home, names[iri], box, [tie for tie in drawn[1] if tie.other == iri])
        )

    rows: list[tuple[Cell, ...]] = []
    for to, every_tie in (("texts", to_texts), ("plans", to_plans)):
        for tie in every_tie:
            source, target = (
                (tie.other, tie.work) if to == "texts" or tie.incoming else (tie.work, tie.other)
            )
            direction = (
                ("cited by" if tie.incoming else "cites")
                if to == "plans" and tie.declared
                else None
            )
            ends = source, names[source].text, target, names[target].text
            basis, *told = tie.cells
            rows.append((*ends, basis, direction, *told))
    rows += [
        (work, names[work].text, None, None, "unlinked", None, None, None, None)
        for work in unlinked
    ]
    notes = [say("lanes-summary", n=len(every), unlinked=len(unlinked))]
    undrawn = list[int]()
    for every_tie, ties in ((to_texts, drawn[0]), (to_plans, drawn[1])):
        undrawn.append(len({tie.other for tie in every_tie} - {tie.other for tie in ties}))
    undrawn += [len(every) - len(busiest), len(drawn[1]) - len(thin)]
    counted = zip(("texts", "field-plans"), undrawn, strict=False)
    notes += [say("left-out", what=say(word, n=number)) for word, number in counted if number]
    limited = zip(("actions-left-out", "lines-left-out"), undrawn[2:], strict=True)
    notes += [say(word, n=number) for word, number in limited if number]
    signs = (
        fr.sign(LANE_DECLARED, say("sign-declared")),
        fr.sign(INFERRED, say("sign-inferred")),
        fr.Sign(CITES, say("sign-cites")),
        fr.Sign((dw.Box(1, 2, 28, 14, fr.PAPER, UNLINKED),), say("sign-unlinked")),
    )
    title = say("lanes-title", plan=names[home].text)
    lead = say("lanes-lead")
    caption = fr.Caption(title, lead, signs, tuple(notes), sj.plans_named(subject, [names[home]]))
    size = right.left + right.width, TOP + high, 0.0
    return fr.Picture(
        subject,
        "lanes",
        caption,
        size,
        marks,
        lambda: sj.table(LANE_COLUMNS, rows),
        tells=any(drawn),
    )


def _most(ties: Sequence[DrawnTie], works: Sequence[str], number: int) -> list[DrawnTie]:
    among = set(works)
    every = Counter[str]()
    declared = Counter[str]()
    for tie in ties:
        if tie.work in among:
            every[tie.other] += tie.number
            declared[tie.other] += tie.number if tie.declared else 0
    most = set(sorted(every, key=lambda iri: (-every[iri], -declared[iri], iri))[:number])
    return [tie for tie in ties if tie.other in most and tie.work in among]


def _plan_box(
    subject: Subject, home: str, name: Name, box: dw.Box, ties: Sequence[DrawnTie]
) -> dw.Group:
    cites = sum(tie.number for tie in ties if tie.declared and not tie.incoming)
    cited = sum(tie.number for tie in ties if tie.incoming)
    texts = {text for tie in ties for text in tie.texts}
    bits = (
        subject.known.shared.get((min(home, name.iri), max(home, name.iri)), 0.0) if texts else 0.0
    )
    words = [f"{sign} {number}" for sign, number in (("→", cites), ("←", cited)) if number]
    words += [subject.say("texts", n=len(texts))] if texts else []
    words += [bits_words(bits, subject.language)] if bits else []
    text = " · ".join(words)
    labels = written(name, box._replace(height=HIGH), box.width - 14)
    lower = box._replace(y=box.y + HIGH - 4, height=EXTRA)
    labels += dw.centred(lower, (dw.shorten(text, box.width - 14, FINE),), FINE, anchor="start")
    return dw.Group((box, *labels), f"{name.full}\n{text}", subject.leads(name.iri))


# The bridge: two plans side by side, in the middle the texts and bodies they share, and who cites
# whom.

SIDE: Final = 330.0
GAP: Final = 110.0
MIDDLE: Final = 280.0
WIDE: Final = 2 * SIDE + 2 * GAP + MIDDLE
HEAD: Final = 74.0
TITLES: Final = dw.Font(13, bold=True)
PART: Final = dw.Pen(fr.GREEN, 1.3, (1.5, 3))


@dataclass(frozen=True, slots=True)
class Pillar:
    iri: str
    works: tuple[tuple[str, ...], tuple[str, ...]]
    bits: float = 0.0
    is_text: bool = True

    @classmethod
    def between(cls, subject: Subject, plan_a: str, plan_b: str) -> "Iterator[Pillar]":
        measured = subject.known
        sides = measured.brought(plan_a, plan_b), measured.brought(plan_b, plan_a)
        for shared in sorted(
            measured.weight(plan_a, plan_b).contributions, key=lambda row: (-row.bits, row.text)
        ):
            if shared.bits > 0 and not shared.is_broad:
                users = (
                    sorted(work for work, texts in side.items() if shared.text in texts)
                    for side in sides
                )
                left, right = map(tuple, users)
                yield cls(shared.text, (left, right), shared.bits)
        works: dict[str, tuple[set[str], set[str]]] = {}
        for plan in (plan_a, plan_b):
            for row in subject.involved.get(plan, ()):
                works.setdefault(row.body, (set(), set()))[plan == plan_b].add(row.work)
        both = {body: ends for body, ends in works.items() if all(ends)}
        for body in sorted(both, key=lambda body: (-sum(map(len, both[body])), body)):
            yield cls(
                body, (tuple(sorted(both[body][0])), tuple(sorted(both[body][1]))), is_text=False
            )


def draw_bridge(
    subject: Subject, *, plan: str = "", other: str = "", top: object = 12
) -> fr.Picture:
    say = subject.say
    most = sj.whole(top, "top")
    plan_a = sj.focus_of(subject, plan)
    homes = subject.graph.homes
    measured = subject.known
    plan_b = sj.find(subject.graph, other) if other else _nearest(subject, plan_a)
    if plan_a == plan_b:
        raise QueryError("one-plan-alone", remedy="add-another-plan")
    every = tuple(Pillar.between(subject, plan_a, plan_b))
    pillars = every[:most]
    citing = [row for row in measured.between(plan_a, plan_b) if row.is_citation]
    citations = sorted({(row.source, row.target) for row in citing})
    works = {work for pillar in every for side in pillar.works for work in side}
    works |= {end for pair in citations for end in pair}
    names = subject.names({plan_a, plan_b, *works, *(pillar.iri for pillar in every)})

    # The works of a side stand where what they share stands on the average, the plan itself first.
    sides = []
    for at, home in enumerate((plan_a, plan_b)):
        places: dict[str, list[int]] = {
            end: [] for pair in citations for end in pair if homes.get(end, end) == home
        }
        for row, pillar in enumerate(pillars):
            for work in pillar.works[at]:
                places.setdefault(work, []).append(row)
        ranks = (
            (work != home, sum(rows) / max(len(rows), 1), work) for work, rows in places.items()
        )
        sides.append([work for *_, work in sorted(ranks)])
    high = STEP * max(len(pillars), *map(len, sides), 1)
    lanes = (
        (iris, high / max(len(iris), 1)) for iris in ([pillar.iri for pillar in pillars], *sides)
    )
    heights, left, right = (
        {iri: step * (at + 0.5) for at, iri in enumerate(iris)} for iris, step in lanes
    )
    marks: list[dw.Mark] = []
    greatest = max((pillar.bits for pillar in pillars), default=0.0)
    for pillar in pillars:
        pen = fr.thick(dw.Pen(fr.VERMILION, 1.1), pillar.bits, greatest) if pillar.is_text else PART
        ends = ((left, SIDE, SIDE + GAP), (right, WIDE - SIDE, WIDE - SIDE - GAP))
        for (side, from_x, to_x), users in zip(ends, pillar.works, strict=True):
            for work in users:
                if work in side:
                    line = fr.bow((from_x, side[work]), (to_x, heights[pillar.iri]), pen)
                    about = sj.tags(
                        subject, (work, pillar.iri), kind="text" if pillar.is_text else "body"
                    )
                    marks.append(
                        dw.Group(
                            (line,),
                            f"{fr.called(names[work])} – {names[pillar.iri].text}",
                            tags=about,
                        )
                    )
    points = {work: (SIDE, y) for work, y in left.items()} | {
        work: (WIDE - SIDE, y) for work, y in right.items()
    }
    for pair in citations:
        start = points[pair[0]]
        end = points[pair[1]]
        head = dw.Line.arrow(end, 0.0 if end[0] > start[0] else math.pi, fr.BLUE, 9)
        words = say("time-map-cites-pair", one=names[pair[0]].text, two=names[pair[1]].text)
        words += sj.quoted(
            subject, (row.link for row in citing if (row.source, row.target) == pair)
        )
        line = fr.bow(start, end, dw.Pen(fr.BLUE, 2.0))
        about = sj.tags(subject, pair, kind="citation")
        marks.append(dw.Group((line, head), words, subject.leads(*pair), tags=about))
    for home, x, side in ((plan_a, 0.0, left), (plan_b, WIDE - SIDE, right)):
        for work, y in side.items():
            name = names[work]
            box = dw.Box(x, y - 18, SIDE, 36, fr.PAPER, dw.Pen(fr.GREY, 0.8))
            if work == home:
                lines = dw.wrap(say("plans-of-whole"), SIDE - 20, WORDS, 2)
                labels = dw.centred(box, lines, WORDS, anchor="start", pad=10)
            else:
                labels = [dw.Label(x + 8, y + 3.6, dw.shorten(name.short, 44, STRONG), STRONG)]
                labels += written(name, box._replace(x=x + 48, width=SIDE - 52), SIDE - 60, pad=4)
            marks.append(
                dw.Group(
                    (box, *labels), name.full, subject.leads(work), tags=sj.tags(subject, (work,))
                )
            )
    for pillar in pillars:
        name = names[pillar.iri]
        colour = fr.VERMILION if pillar.is_text else fr.GREEN
        box = dw.Box(
            SIDE + GAP, heights[pillar.iri] - 18, MIDDLE, 36, fr.SHADE, dw.Pen(colour, 1.2)
        )
        lines = dw.wrap(name.text, MIDDLE - 16, WORDS, 1 if pillar.is_text else 2)
        bits = (bits_words(pillar.bits, subject.language),) if pillar.is_text else ()
        labels = dw.centred(box, (*lines, *bits), WORDS)
        labels = fr.spoken(name, labels[: len(lines)]) + [
            label._replace(font=FINE) for label in labels[len(lines) :]
        ]
        about = sj.tags(subject, (pillar.iri,))
        marks.append(dw.Group((box, *labels), name.full, subject.leads(pillar.iri), tags=about))
    marks = [
        *_bridge_heads(subject, names, plan_a, plan_b),
        dw.Group(tuple(marks), shift=(0, HEAD)),
    ]

    cells: list[tuple[Cell, ...]] = []
    for pillar in every:
        basis, bits_or_none = ("text", pillar.bits) if pillar.is_text else ("body", None)
        for work in (*pillar.works[0], *pillar.works[1]):
            pair_cells = work, names[work].text, pillar.iri, names[pillar.iri].text
            cells.append(
                (*pair_cells, basis, bits_or_none, "true" if pillar in pillars else "false")
            )
    cells += [(x, names[x].text, y, names[y].text, "citation", None, "true") for x, y in citations]
    undrawn = (
        [say("bridge-left-out", n=len(every) - len(pillars))] if len(every) > len(pillars) else []
    )
    notes = undrawn if every else [say("bridge-none")]
    # the legend tells what is drawn, and nothing else
    shared = {pillar.is_text for pillar in pillars}
    ways = ((plan_a, plan_b), (plan_b, plan_a))
    pens = ((dw.Pen(fr.VERMILION, 2.5), "sign-rests", True), (PART, "sign-part", False))
    signs = [fr.sign(pen, say(word)) for pen, word, is_text in pens if is_text in shared]
    states = {tm.state_of(measured.way(*ends)) for ends in ways}
    signs += [
        fr.sign(pen, say(f"kind-{state.value}"))
        for state, pen in tm.PENS.items()
        if state in states
    ]
    plans = names[plan_a], names[plan_b]
    title = say("bridge-title", one=plans[0].text, two=plans[1].text, n=len(every))
    filters = sj.plans_named(subject, plans)
    caption = fr.Caption(title, say("bridge-lead"), tuple(signs), tuple(notes), filters)
    size = (WIDE, HEAD + high, 0.0)
    ties = len(cells)
    return fr.Picture(
        subject,
        "bridge",
        caption,
        size,
        marks,
        lambda: sj.table(BRIDGE_COLUMNS, cells),
        tells=ties > 0,
    )


def _nearest(subject: Subject, plan: str) -> str:
    shared = subject.known.shared
    country_of = subject.graph.country_of
    partners = subject.known.partners.get(plan, ())
    near = {
        partner: shared.get((min(plan, partner), max(plan, partner)), 0.0) for partner in partners
    }
    if not near:
        raise QueryError("bridge-meets-none", remedy="name-both-plans", plan=key(plan))
    return min(near, key=lambda iri: (country_of.get(iri) != country_of.get(plan), -near[iri], iri))


def _bridge_heads(subject: Subject, names: Names, plan_a: str, plan_b: str) -> Iterator[dw.Mark]:
    for iri, x in ((plan_a, 0.0), (plan_b, WIDE - SIDE)):
        name = names[iri]
        box = dw.Box(x, 0, SIDE, 46, fr.SHADE, dw.Pen(fr.GREY, 0.8))
        labels = fr.spoken(name, dw.centred(box, dw.wrap(name.text, SIDE - 16, TITLES, 2), TITLES))
        yield dw.Group((box, *labels), name.full, subject.leads(iri))
    for y, citing, cited in ((11.0, plan_a, plan_b), (35.0, plan_b, plan_a)):
        citation = subject.known.way(citing, cited)
        state = tm.state_of(citation)
        pen = tm.PENS[tm.state_of(citation)]
        from_x, to_x = (
            (SIDE + 8, WIDE - SIDE - 8) if citing == plan_a else (WIDE - SIDE - 8, SIDE + 8)
        )
        yield dw.Line(((from_x, y), (to_x, y)), pen)
        if state in tm.TOLD:
            yield dw.Line.arrow((to_x, y), 0.0 if citing == plan_a else math.pi, pen.colour, 9)
        words = tm.words_of(subject, citation)
        wide = dw.measure(words, STRONG) + 12
        yield dw.Box(WIDE / 2 - wide / 2, y - 8, wide, 16, fr.PAPER)
        yield dw.Label(WIDE / 2, y + 3.6, words, STRONG, "middle")


# An action and what is around it: its bodies on the left, its texts on the right, and beyond them
# other actions.

CENTRE: Final = 470.0
CORE: Final = (190.0, 92.0)
RINGS: Final = (
    200.0,
    235.0,
    600.0,
)  # how far bodies, texts and other actions are from the middle, at its height
LEAST: Final = 230.0
LIFT: Final = (
    34.0  # how low the picture may be, and how much room citations take that pass above the texts
)
TEXTS: Final = (230.0, 36.0)
STEPS: Final = (34.0, 46.0, 38.0)
LABELS: Final = (250.0, 310.0)
DECLARED: Final = dw.Pen(fr.BLUE, 1.6)


def draw_ego(subject: Subject, *, action: str = "", plan: str = "", top: object = 16) -> fr.Picture:
    say = subject.say
    measured = subject.known
    graph = subject.graph
    if action:
        focus = graph.action(action)
    else:
        pairs = measured.actions
        used = measured.used
        degree = graph.once(
            f"meets of actions {subject.level.key}",
            lambda: Counter(
                [
                    measured.potential.names[at]
                    for side in (pairs.one, pairs.two)
                    for at in side[pairs.low > 0].tolist()
                ]
            ),
        )
        among = members_of(subject, sj.focus_of(subject, plan))
        focus = min(among, key=lambda work: (-degree[work], -len(used.get(work, ()))))
    involvements = subject.involved.get(focus, [])
    leads = {row.body for row in involvements if "lead" in row.roles}
    bodies = sorted({row.body for row in involvements}, key=lambda body: (body not in leads, body))
    key_of = f"neighbours-of-{subject.level.key}-{focus}"
    texts = sj.text_ties(subject, [focus])
    neighbours = graph.once(key_of, lambda: _neighbours(subject, focus))
    drawn = neighbours[: sj.whole(top, "top")]
    home = graph.homes.get(focus, focus)
    names = subject.names([focus, home, *bodies, *(tie.other for tie in (*texts, *neighbours))])

    numbered = len(bodies), max(len(texts), 1), len(drawn)
    high = max(LEAST, *(step * number for step, number in zip(STEPS, numbered, strict=True)))
    middle = high / 2

    def arc(number: int, radius: float) -> list[dw.Point]:
        rises = [high / max(number, 1) * (at + 0.5) - high / 2 for at in range(number)]
        return [
            (CENTRE + radius * math.sqrt(1 - (rise / (high * 0.9)) ** 2), rise + high / 2)
            for rise in rises
        ]

    radii = -RINGS[0], RINGS[1], RINGS[2]
    at_bodies, at_texts, at_others = (
        arc(number, radius) for number, radius in zip(numbered, radii, strict=True)
    )
    places = {tie.other: place for tie, place in zip(texts, at_texts, strict=False)}
    marks: list[dw.Mark] = []
    for radius in radii:
        # the part of an ellipse of the heights ±0.9 between the heights ±0.48, as a curve nobody
        # can tell from it
        (x, y), (_, low) = arc(25, radius)[::24]
        out = x + 0.20546 * radius
        lean = 0.29329 * high
        marks.append(
            dw.Line(
                ((x, y), (out, y + lean), (out, low - lean), (x, low)),
                dw.Pen(fr.RULE, 0.8),
                curved=True,
            )
        )
    greatest = max((tie.bits for tie in drawn), default=0.0)
    for tie, (x, y) in zip(drawn, at_others, strict=True):
        # Over each shared text, the thicker the more is shared, and where one cites the other.
        pen = fr.thick(INFERRED, tie.bits, greatest)
        for text in (text for text in tie.texts if text in places):
            start = places[text][0] + TEXTS[0], places[text][1]
            marks.append(dw.Group((fr.bow(start, (x, y), pen),), title=names[text].text))
        if tie.declared:
            core_top = middle - CORE[1] / 2
            lift = -LIFT / 2
            bend = CENTRE + 150
            second = CENTRE + RINGS[1] + TEXTS[0] - 60
            turn = second + 0.6 * (x - second)
            course = (
                (CENTRE, core_top),
                (CENTRE, lift),
                (CENTRE + 40, lift),
                (bend, lift),
                (bend + 60, lift),
                (second - 60, lift),
                (second, lift),
                (turn, lift),
                (turn, y),
                (x - 6, y),
            )
            tip, angle = ((CENTRE, core_top), math.pi / 2) if tie.incoming else ((x - 5, y), 0.0)
            marks += [dw.Line(course, DECLARED, curved=True), dw.Line.arrow(tip, angle, fr.BLUE, 9)]
    for tie in texts:
        pen = DECLARED if tie.declared else INFERRED
        marks.append(dw.Line(((CENTRE + CORE[0] / 2, middle), places[tie.other]), pen))
    for body, place in zip(bodies, at_bodies, strict=True):
        pen = dw.Pen(fr.GREEN, 2.4 if body in leads else 1.0)
        marks.append(dw.Line(((CENTRE - CORE[0] / 2, middle), place), pen))
    for body, (x, y) in zip(bodies, at_bodies, strict=True):
        name = names[body]
        font = STRONG if body in leads else WORDS
        lines = dw.wrap(
            f"{name.text} ({say('leads')})" if body in leads else name.text, LABELS[0], font, 2
        )
        top = y - dw.height_of(len(lines), font) / 2
        beside = fr.spoken(name, [dw.Label(x - 10, top + font.size, "\n".join(lines), font, "end")])
        marks.append(dw.Group((dw.Dot(x, y, 5, fr.GREEN), *beside), name.full, subject.leads(body)))
    for tie in texts:
        name = names[tie.other]
        (x, y) = places[tie.other]
        box = dw.Box(x, y - TEXTS[1] / 2, *TEXTS, fill=fr.SHADE, pen=EDGE)
        marks.append(
            dw.Group((box, *written(name, box, TEXTS[0] - 14)), name.full, subject.leads(name.iri))
        )
    readings = measured.tables.readings
    plan_of = measured.tables.works.home.get(focus)
    is_unread = (
        not texts
        and readings.extent(focus, evidence.Aspect.TEXTS, plan_of) is not evidence.Extent.FULL
    )
    if is_unread:
        x, y = at_texts[0]
        unread = fr.hatched(dw.Box(x, y - TEXTS[1] / 2, *TEXTS))
        marks.append(dw.Group(tuple(unread), title=say("no-text-known")))
    for tie, (x, y) in zip(drawn, at_others, strict=True):
        name = names[tie.other]
        wide = LABELS[1] - 10
        words = f" · {bits_words(tie.bits, subject.language)}" if tie.bits else ""
        words += f" · {say('cites-this' if tie.incoming else 'cited')}" if tie.declared else ""
        upper = dw.Label(
            x + 10, y - 2, dw.shorten(name.text, wide, WORDS), WORDS, language=name.language
        )
        lower = dw.Label(x + 10, y + 11, dw.shorten(f"{name.key}{words}", wide, FINE), FINE)
        dot = dw.Dot(x, y, 5, fr.BLUE if tie.declared else fr.VERMILION)
        marks.append(dw.Group((dot, upper, lower), f"{name.full}{words}", subject.leads(name.iri)))
    name = names[focus]
    box = dw.Box(
        CENTRE - CORE[0] / 2, middle - CORE[1] / 2, *CORE, fill=fr.PAPER, pen=dw.Pen(fr.BLUE, 2.4)
    )
    number = dw.Label(
        CENTRE, box.y + 17, dw.shorten(name.short, CORE[0] - 16, STRONG), STRONG, "middle"
    )
    room = box._replace(y=box.y + 18, height=CORE[1] - 20)
    title = fr.spoken(name, dw.centred(room, dw.wrap(name.text, CORE[0] - 16, WORDS, 4), WORDS))
    marks.append(dw.Group((box, number, *title), title=name.full))
    raised = LIFT if any(tie.declared for tie in drawn) else 0.0

    parts = ((body, "leads" if body in leads else "involved") for body in bodies)
    rows: list[tuple[Cell, ...]] = [
        (body, names[body].text, "body", role, *3 * [None], "true") for body, role in parts
    ]
    for tie in texts:
        basis, _, _, level = tie.cells
        rows.append((tie.other, names[tie.other].text, "text", basis, None, level, None, "true"))
    for at, tie in enumerate(neighbours):
        basis, _, bits, level = tie.cells
        basis = basis if not tie.declared else "cited by" if tie.incoming else "cites"
        via = " ".join(key(text) for text in tie.texts)
        is_drawn = "true" if at < len(drawn) else "false"
        rows.append((tie.other, names[tie.other].text, "other", basis, bits, level, via, is_drawn))
    counted = (("texts", len(texts)), ("bodies", len(bodies)), ("others", len(neighbours)))
    notes = [", ".join(say(word, n=number) for word, number in counted) + "."]
    if len(neighbours) > len(drawn):
        notes.append(say("left-out", what=say("others", n=len(neighbours) - len(drawn))))
    green = dw.Line(((4, 9), (30, 9)), dw.Pen(fr.GREEN, 1.0)), dw.Dot(6, 9, 5, fr.GREEN)
    cites = CITES[0]._replace(pen=DECLARED), CITES[1]
    signs = [
        sign
        for sign, is_drawn in (
            (fr.sign(DECLARED, say("sign-declared")), any(tie.declared for tie in texts)),
            (
                fr.sign(INFERRED, say("sign-inferred")),
                any(tie.texts or not tie.declared for tie in (*texts, *drawn)),
            ),
            (fr.Sign(cites, say("sign-cites")), any(tie.declared for tie in drawn)),
            (fr.Sign(green, say("sign-body")), bodies),
            (fr.sign("", say("sign-hatch-text")), is_unread),
        )
        if is_drawn
    ]
    caption = fr.Caption(
        say("ego-title", number=name.short, label=name.text),
        say("ego-lead", plan=names[home].text),
        tuple(signs),
        tuple(notes),
        (say("chosen-action", action=name.key),),
    )
    size = CENTRE + RINGS[2] + LABELS[1] + 12, high + raised, raised
    return fr.Picture(
        subject,
        "ego",
        caption,
        size,
        marks,
        lambda: sj.table(EGO_COLUMNS, rows),
        tells=len(rows) > 1,
    )


def _neighbours(subject: Subject, action: str) -> tuple[DrawnTie, ...]:
    measured = subject.known
    near = []
    names = measured.potential.names
    pairs = measured.actions
    for a, b, low in zip(pairs.one.tolist(), pairs.two.tolist(), pairs.low.tolist(), strict=True):
        if low > 0 and action in (names[a], names[b]):
            neighbour = names[b] if action == names[a] else names[a]
            weight = measured.weight(action, neighbour)
            number = len(weight.texts)
            texts = weight.texts
            near.append(
                DrawnTie(
                    action,
                    neighbour,
                    declared=False,
                    number=number,
                    bits=low,
                    level=weight.level,
                    texts=texts,
                )
            )
    near.sort(key=lambda tie: (-tie.bits, tie.other))
    sharing = {tie.other: tie for tie in near}
    cited = dict[str, DrawnTie]()
    for row in measured.statements:
        if row.is_citation and action in (row.source, row.target):
            neighbour = row.target if row.source == action else row.source
            tie = sharing.get(neighbour, DrawnTie(action, neighbour, declared=True))
            incoming = row.target == action
            cited.setdefault(
                neighbour, replace(tie, declared=True, incoming=incoming, level=row.level)
            )
    return (
        *(cited[neighbour] for neighbour in sorted(cited)),
        *(tie for tie in near if tie.other not in cited),
    )
