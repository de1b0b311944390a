"""Who is tied to what: lanes from texts over actions to plans, a bridge between two plans, what is around an action.

Every place follows from the order of the things; nothing is thrown or pushed about.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pan2kg.charts import frame as fr
from pan2kg.charts.drawing import (
    Box,
    Dot,
    Font,
    Group,
    Label,
    Line,
    Mark,
    Pen,
    Point,
    arrow,
    centred,
    height_of,
    measure,
    paragraph,
    shorten,
    wrap,
)
from pan2kg.charts.frame import BLUE, GREEN, GREY, PAPER, RULE, SHADE, VERMILION, Body, Caption, Picture, Sign, spoken
from pan2kg.charts.matrices import members_of
from pan2kg.charts.subject import (
    Cell,
    Names,
    Subject,
    Tie,
    find,
    focus_of,
    plan_ties,
    plans_named,
    quoted,
    table,
    tags,
    text_ties,
    whole,
)
from pan2kg.charts.time_map import PENS, TOLD, state_of, words_of
from pan2kg.coherence.citations import State
from pan2kg.coherence.evidence import Aspect, Extent, counts
from pan2kg.errors import QueryError
from pan2kg.graph.labels import Name
from pan2kg.tables.figure_words import bits_words
from pan2kg.turtle.vocabulary import key

STEP: Final = 42.0
WORDS: Final = Font(10.5)
STRONG: Final = Font(10.5, bold=True)
FINE: Final = Font(9.5, colour=GREY)
INFERRED: Final = Pen(VERMILION, 1.2, (5, 4))

LANE_COLUMNS: Final = ("from", "from_label", "to", "to_label", "basis", "direction", "number", "weight",
                       "evidence_level")  # fmt: skip
BRIDGE_COLUMNS: Final = ("from", "from_label", "to", "to_label", "basis", "bits", "drawn")
EGO_COLUMNS: Final = ("thing", "thing_label", "kind", "basis", "weight", "evidence_level", "via", "drawn")


def cites_sign(subject: Subject, pen: Pen) -> Sign:
    return Sign((Line(((0, 9), (26, 9)), pen), arrow((30, 9), 0.0, BLUE)), subject.say("sign-cites"))


def written(name: Name, box: Box, width: float, lines: int = 2, **where: object) -> list[Label]:
    """A name in a box, in its language."""
    return spoken(name, centred(box, wrap(name.text, width, WORDS, lines), WORDS, anchor="start", **where))  # type: ignore[arg-type]


# Lanes: from the texts to the actions of a plan that rest on them, and on to the other plans these lead to.

WIDTHS: Final = (280.0, 320.0, 280.0)
LANE_GAP: Final = 120.0
HIGH: Final = 34.0
LINES: Final = 120
"""How many lines to other plans can still be told from each other."""
EXTRA: Final = 14.0
"""How much higher the box of another plan is, for the line that counts its ties."""
TOP: Final = 34.0
HEADING: Final = Font(12.5, bold=True)
LANE_DECLARED: Final = Pen(BLUE, 1.5)
UNLINKED: Final = Pen(GREY, 1.2, (3, 3))
EDGE: Final = Pen(GREY, 1.0)


@dataclass(frozen=True, slots=True)
class Lane:
    """Boxes below each other, spread over a height; ``tops`` by the IRIs of what they stand for."""

    tops: Mapping[str, float]
    left: float
    width: float
    high: float

    @staticmethod
    def spread(iris: Sequence[str], at: int, high: float, room: float) -> Lane:
        step = room / max(len(iris), 1)
        tops = {iri: TOP + step * (row + 0.5) - high / 2 for row, iri in enumerate(iris)}
        return Lane(tops, sum(WIDTHS[:at]) + at * LANE_GAP, WIDTHS[at], high)

    def box(self, iri: str, fill: str = SHADE, pen: Pen = EDGE) -> Box:
        return Box(self.left, self.tops[iri], self.width, self.high, fill, pen)

    def middle(self, iri: str) -> float:
        return self.tops[iri] + self.high / 2


def draw_lanes(
    subject: Subject, *, plan: str = "", texts: object = 30, top: object = 12, actions: object = 60
) -> Picture:
    """The texts, actions and other plans of a plan: at most ``texts`` texts, ``top`` other plans, ``actions`` actions.

    Those with most ties are drawn; of the rest it is said how many there are, and the table has them.
    """
    home = focus_of(subject, plan)
    every = list(members_of(subject, home))
    to_texts, to_plans = text_ties(subject, [home, *every]), plan_ties(subject, home)
    ties_of = Counter(tie.work for tie in (*to_texts, *to_plans))
    busiest = set(sorted(every, key=lambda work: -ties_of[work])[: whole(actions, "actions")])
    works = ([home] if ties_of[home] else []) + [work for work in every if work in busiest]
    drawn = _most(to_texts, works, whole(texts, "texts")), _most(to_plans, works, whole(top, "top"))
    names = subject.names([home, *every, *(tie.other for tie in (*to_texts, *to_plans))])
    unlinked = [work for work in every if not ties_of[work]]
    thin = thinned(drawn[1])
    notes = [subject.say("lanes-summary", n=len(every), unlinked=len(unlinked))]
    for word, number in (
        ("texts-left-out", len({tie.other for tie in to_texts} - {tie.other for tie in drawn[0]})),
        ("other-plans-left-out", len({tie.other for tie in to_plans} - {tie.other for tie in drawn[1]})),
        ("actions-left-out", len(every) - len(busiest)),
        ("lines-left-out", len(drawn[1]) - len(thin)),
    ):
        notes += [subject.say(word, n=number)] if number else []
    caption = Caption(
        subject.say("lanes-title", plan=names[home].text),
        subject.say("lanes-lead"),
        (
            fr.line_sign(LANE_DECLARED, subject.say("sign-declared")),
            fr.line_sign(INFERRED, subject.say("sign-inferred")),
            cites_sign(subject, LANE_DECLARED),
            Sign((Box(1, 2, 28, 14, PAPER, UNLINKED),), subject.say("sign-unlinked")),
        ),
        tuple(notes),
        plans_named(subject, [names[home]]),
    )

    # Texts and plans stand where the works they are tied to stand on the average.
    order, sides = {work: at for at, work in enumerate(works)}, []
    for ties in drawn:
        places: dict[str, list[int]] = {}
        for tie in ties:
            places.setdefault(tie.other, []).append(order[tie.work])
        sides.append([iri for _, iri in sorted((sum(rows) / len(rows), iri) for iri, rows in places.items())])
    high = max(STEP * len(works), STEP * len(sides[0]), (STEP + EXTRA) * len(sides[1]))
    texts_lane = Lane.spread(sides[0], 0, HIGH, high)
    centre = Lane.spread(works, 1, HIGH, high)
    right = Lane.spread(sides[1], 2, HIGH + EXTRA, high)
    marks: list[Mark] = [
        Label(lane.left, 16, subject.say(word), HEADING)
        for lane, word in ((texts_lane, "lane-texts"), (centre, "lane-actions"), (right, "lane-plans"))
    ]
    for tie in drawn[0]:
        ends = (
            (texts_lane.left + texts_lane.width, texts_lane.middle(tie.other)),
            (centre.left, centre.middle(tie.work)),
        )
        title = f"{names[tie.other].text} → {names[tie.work].short} {names[tie.work].text}"
        marks.append(Group((fr.bow(*ends, LANE_DECLARED if tie.declared else INFERRED),), title))
    greatest = max((tie.bits for tie in drawn[1]), default=0.0)
    marks += [_plan_edge(subject, names, (centre, right), tie, greatest) for tie in thin]
    for iri in texts_lane.tops:
        box = texts_lane.box(iri)
        marks.append(Group((box, *written(names[iri], box, box.width - 14)), names[iri].full, subject.leads(iri)))
    for iri in works:
        name, alone = names[iri], iri in unlinked
        box = centre.box(iri, PAPER, UNLINKED) if alone else centre.box(iri)
        short = shorten(name.short, 42, STRONG) if "/action/" in iri else ""
        inner = replace(box, x=box.x + 50, width=box.width - 50) if short else box
        words = written(name, inner, inner.width - 14)
        words += centred(replace(box, width=50.0), (short,), STRONG) if short else []
        title = f"{name.full}\n{subject.say('unlinked')}" if alone else name.full
        marks.append(Group((box, *words), title, subject.leads(iri)))
    marks += [_plan_box(subject, home, names[iri], right.box(iri), drawn[1]) for iri in right.tops]
    body = Body(right.left + right.width, TOP + high, tuple(marks))

    rows: list[tuple[Cell, ...]] = []
    for to, every_tie in (("texts", to_texts), ("plans", to_plans)):
        for tie in every_tie:
            source, target = (tie.other, tie.work) if to == "texts" or tie.incoming else (tie.work, tie.other)
            direction = ("cited by" if tie.incoming else "cites") if to == "plans" and tie.declared else None
            basis = "declared" if tie.declared else "inferred"
            labels = (source, names[source].text, target, names[target].text)
            rows.append((*labels, basis, direction, tie.number, tie.bits or None, tie.level_key))
    rows += [(work, names[work].text, None, None, "unlinked", None, None, None, None) for work in unlinked]
    return Picture("lanes", subject.language, fr.frame(subject, caption, body), table(LANE_COLUMNS, rows))


def _most(ties: Sequence[Tie], works: Sequence[str], number: int) -> list[Tie]:
    """The ties of these works to the others that have most of them, those declared first among equals."""
    among, every, declared = set(works), Counter[str](), Counter[str]()
    for tie in ties:
        if tie.work in among:
            every[tie.other] += tie.number
            declared[tie.other] += tie.number if tie.declared else 0
    most = set(sorted(every, key=lambda iri: (-every[iri], -declared[iri], iri))[:number])
    return [tie for tie in ties if tie.other in most and tie.work in among]


def thinned(ties: Sequence[Tie]) -> list[Tie]:
    """Of more lines than can be told apart those declared, and of each work the strongest that is inferred."""
    if len(ties) <= LINES:
        return list(ties)
    best: dict[str, Tie] = {}
    for tie in sorted(ties, key=lambda tie: (-tie.bits, -tie.number, tie.other)):
        if not tie.declared:
            best.setdefault(tie.work, tie)
    return [tie for tie in ties if tie.declared or best[tie.work] is tie]


def _plan_box(subject: Subject, home: str, name: Name, box: Box, ties: Sequence[Tie]) -> Group:
    own_ties = [tie for tie in ties if tie.other == name.iri]
    cites = sum(tie.number for tie in own_ties if tie.declared and not tie.incoming)
    cited = sum(tie.number for tie in own_ties if tie.incoming)
    texts = {text for tie in own_ties for text in tie.texts}
    bits = subject.known.shared.get((min(home, name.iri), max(home, name.iri)), 0.0) if texts else 0.0
    words = [f"{sign} {number}" for sign, number in (("→", cites), ("←", cited)) if number]
    words += [subject.say("texts", n=len(texts))] if texts else []
    words += [bits_words(bits, subject.language)] if bits else []
    text = " · ".join(words)
    labels = written(name, replace(box, height=HIGH), box.width - 14)
    lower = replace(box, y=box.y + HIGH - 4, height=EXTRA)
    labels += centred(lower, (shorten(text, box.width - 14, FINE),), FINE, anchor="start")
    return Group((box, *labels), f"{name.full}\n{text}", subject.leads(name.iri))


def _plan_edge(subject: Subject, names: Names, lanes: tuple[Lane, Lane], tie: Tie, greatest: float) -> Group:
    works, plans = lanes
    shift = 0.0 if not tie.declared else (-6.0 if tie.incoming else 6.0)
    start = works.left + works.width, works.middle(tie.work) + shift
    end = plans.left, plans.middle(tie.other) + shift
    marks: list[Mark] = [fr.bow(start, end, LANE_DECLARED if tie.declared else fr.thick(INFERRED, tie.bits, greatest))]
    if tie.declared:
        marks.append(arrow(start, math.pi, BLUE) if tie.incoming else arrow(end, 0.0, BLUE))
    kind = ("tie-cited" if tie.incoming else "tie-cites") if tie.declared else "tie-shared"
    words = subject.say(kind, n=tie.number, bits=bits_words(tie.bits, subject.language))
    return Group(tuple(marks), f"{names[tie.work].short} {names[tie.work].text} – {names[tie.other].full}\n{words}")


# The bridge: two plans side by side, in the middle the texts and bodies they share, and who cites whom.

SIDE: Final = 330.0
GAP: Final = 110.0
MIDDLE: Final = 280.0
WIDE: Final = 2 * SIDE + 2 * GAP + MIDDLE
HEAD: Final = 74.0
TITLES: Final = Font(13, bold=True)
PART: Final = Pen(GREEN, 1.3, (1.5, 3))


@dataclass(frozen=True, slots=True)
class Pillar:
    """A text or body both plans have: with the works of either side, and for a text what it brings in bits."""

    iri: str
    works: tuple[tuple[str, ...], tuple[str, ...]]
    bits: float = 0.0
    is_text: bool = True


def draw_bridge(subject: Subject, *, plan: str = "", other: str = "", top: object = 12) -> Picture:
    """What two plans share and who cites whom; without ``other`` the plan that shares most with ``plan``.

    ``top`` is how many texts and bodies are drawn, texts first, by what they bring.
    """
    most = whole(top, "top")
    plan_a = focus_of(subject, plan)
    plan_b = find(subject.graph, other) if other else _nearest(subject, plan_a)
    if plan_a == plan_b:
        raise QueryError("one-plan-alone", remedy="add-another-plan")
    homes, measured = subject.graph.homes, subject.known
    every = (*_shared_texts(subject, plan_a, plan_b), *_shared_bodies(subject, plan_a, plan_b))
    pillars = every[:most]
    citations = [
        (x, y) for x, y in sorted({(s.source, s.target) for s in measured.statements if s.is_citation})
        if {homes.get(x, x), homes.get(y, y)} == {plan_a, plan_b}
    ]  # fmt: skip
    works = {work for pillar in every for side in pillar.works for work in side}
    works |= {end for pair in citations for end in pair}
    names = subject.names({plan_a, plan_b, *works, *(pillar.iri for pillar in every)})
    notes = [subject.say("bridge-left-out", n=len(every) - len(pillars))] if len(every) > len(pillars) else []
    notes += [] if every else [subject.say("bridge-none")]
    states = (State.SEEN, State.ABSENT, State.OPEN, State.UNDATED, State.IMPOSSIBLE)
    caption = Caption(
        subject.say("bridge-title", one=names[plan_a].text, two=names[plan_b].text, n=len(every)),
        subject.say("bridge-lead"),
        (
            fr.line_sign(Pen(VERMILION, 2.5), subject.say("sign-rests")),
            fr.line_sign(PART, subject.say("sign-part")),
            *(fr.line_sign(PENS[state], subject.say(f"sign-citation-{state.value}")) for state in states),
        ),
        tuple(notes),
        plans_named(subject, [names[plan_a], names[plan_b]]),
    )

    # The works of a side stand where what they share stands on the average, the plan itself first.
    sides = []
    for at, home in enumerate((plan_a, plan_b)):
        places: dict[str, list[int]] = {end: [] for pair in citations for end in pair if homes.get(end, end) == home}
        for row, pillar in enumerate(pillars):
            for work in pillar.works[at]:
                places.setdefault(work, []).append(row)
        ranks = ((work != home, sum(rows) / max(len(rows), 1), work) for work, rows in places.items())
        sides.append([work for *_, work in sorted(ranks)])
    high = STEP * max(len(pillars), *map(len, sides), 1)

    def column(iris: Sequence[str]) -> dict[str, float]:
        return {iri: high / max(len(iris), 1) * (at + 0.5) for at, iri in enumerate(iris)}

    heights = column([pillar.iri for pillar in pillars])
    left_side, right = map(column, sides)
    marks: list[Mark] = []
    greatest = max((pillar.bits for pillar in pillars), default=0.0)
    for pillar in pillars:
        pen = fr.thick(Pen(VERMILION, 1.1), pillar.bits, greatest) if pillar.is_text else PART
        y = heights[pillar.iri]
        ways = [((SIDE, left_side[work]), (SIDE + GAP, y), work) for work in pillar.works[0] if work in left_side]
        ways += [
            ((WIDE - SIDE, right[work]), (WIDE - SIDE - GAP, y), work) for work in pillar.works[1] if work in right
        ]
        for start, end, work in ways:
            title = f"{names[work].text} – {names[pillar.iri].text}"
            about = tags(subject, (work, pillar.iri), kind="text" if pillar.is_text else "body")
            marks.append(Group((fr.bow(start, end, pen),), title=title, tags=about))
    points = {work: (SIDE, y) for work, y in left_side.items()} | {work: (WIDE - SIDE, y) for work, y in right.items()}
    for pair in citations:
        start, end = points[pair[0]], points[pair[1]]
        head = arrow(end, 0.0 if end[0] > start[0] else math.pi, BLUE, 9)
        words = subject.say("time-map-cites-pair", one=names[pair[0]].text, two=names[pair[1]].text)
        links = (row.link for row in measured.statements if row.is_citation and (row.source, row.target) == pair)
        words += next((quotation for link in links if (quotation := quoted(subject, link))), "")
        line, about = fr.bow(start, end, Pen(BLUE, 2.0)), tags(subject, pair, kind="citation")
        marks.append(Group((line, head), words, subject.leads(*pair), tags=about))
    for home, x, side in ((plan_a, 0.0, left_side), (plan_b, WIDE - SIDE, right)):
        for work, y in side.items():
            name, box = names[work], Box(x, y - 18, SIDE, 36, PAPER, Pen(GREY, 0.8))
            if work == home:
                lines = wrap(subject.say("bridge-whole"), SIDE - 20, WORDS, 2)
                labels = centred(box, lines, WORDS, anchor="start", pad=10)
            else:
                labels = [Label(x + 8, y + 3.6, shorten(name.short, 44, STRONG), STRONG)]
                labels += written(name, replace(box, x=x + 48, width=SIDE - 52), SIDE - 60, pad=4)
            marks.append(Group((box, *labels), name.full, subject.leads(work), tags=tags(subject, (work,))))
    for pillar in pillars:
        name, y = names[pillar.iri], heights[pillar.iri]
        box = Box(SIDE + GAP, y - 18, MIDDLE, 36, SHADE, Pen(VERMILION if pillar.is_text else GREEN, 1.2))
        lines = wrap(name.text, MIDDLE - 16, WORDS, 1 if pillar.is_text else 2)
        bits = (bits_words(pillar.bits, subject.language),) if pillar.is_text else ()
        labels = centred(box, (*lines, *bits), WORDS)
        labels = spoken(name, labels[: len(lines)]) + [replace(label, font=FINE) for label in labels[len(lines) :]]
        about = tags(subject, (pillar.iri,))
        marks.append(Group((box, *labels), name.full, subject.leads(pillar.iri), tags=about))
    heads = tuple(_bridge_heads(subject, names, plan_a, plan_b))
    body = Body(WIDE, HEAD + high, (*heads, Group(tuple(marks), shift=(0, HEAD))))

    cells: list[tuple[Cell, ...]] = []
    for pillar in every:
        basis, bits_or_none = ("text", pillar.bits) if pillar.is_text else ("body", None)
        for work in (*pillar.works[0], *pillar.works[1]):
            ends = work, names[work].text, pillar.iri, names[pillar.iri].text
            cells.append((*ends, basis, bits_or_none, "true" if pillar in pillars else "false"))
    cells += [(x, names[x].text, y, names[y].text, "citation", None, "true") for x, y in citations]
    return Picture("bridge", subject.language, fr.frame(subject, caption, body), table(BRIDGE_COLUMNS, cells))


def _nearest(subject: Subject, plan: str) -> str:
    measured, country_of = subject.known, subject.graph.country_of
    near = {pair[pair[0] == plan]: measured.shared.get(pair, 0.0) for pair in measured.linked if plan in pair}
    if not near:
        raise QueryError("bridge-meets-none", remedy="name-both-plans", plan=plan.rpartition("/")[2])
    return min(
        near, key=lambda neighbour: (country_of.get(neighbour) != country_of.get(plan), -near[neighbour], neighbour)
    )


def _shared_texts(subject: Subject, plan_a: str, plan_b: str) -> Iterator[Pillar]:
    measured = subject.known
    sides = measured.brought(plan_a, plan_b), measured.brought(plan_b, plan_a)
    contributions = [
        contribution
        for contribution in measured.weight(plan_a, plan_b).contributions
        if contribution.bits > 0 and not contribution.is_broad
    ]
    for contribution in sorted(contributions, key=lambda contribution: (-contribution.bits, contribution.text)):
        works_a, right = (
            tuple(sorted(work for work, texts in side.items() if contribution.text in texts)) for side in sides
        )
        yield Pillar(contribution.text, (works_a, right), contribution.bits)


def _shared_bodies(subject: Subject, plan_a: str, plan_b: str) -> Iterator[Pillar]:
    works: dict[str, tuple[set[str], set[str]]] = {}
    homes = subject.graph.homes
    for row in subject.graph.involvements:
        home = homes.get(row.work, row.work)
        if home in (plan_a, plan_b) and counts(row.level, subject.level):
            works.setdefault(row.body, (set(), set()))[home == plan_b].add(row.work)
    both = {body: sides for body, sides in works.items() if all(sides)}
    for body in sorted(both, key=lambda body: (-sum(map(len, both[body])), body)):
        works_a, right = map(sorted, both[body])
        yield Pillar(body, (tuple(works_a), tuple(right)), is_text=False)


def _bridge_heads(subject: Subject, names: Names, plan_a: str, plan_b: str) -> Iterator[Mark]:
    for plan, x in ((plan_a, 0.0), (plan_b, WIDE - SIDE)):
        name, box = names[plan], Box(x, 0, SIDE, 46, SHADE, Pen(GREY, 0.8))
        labels = spoken(name, centred(box, wrap(name.text, SIDE - 16, TITLES, 2), TITLES))
        yield Group((box, *labels), name.full, subject.leads(plan))
    for y, citing, cited in ((11.0, plan_a, plan_b), (35.0, plan_b, plan_a)):
        citation = subject.known.way(citing, cited)
        state = state_of(citation)
        start, end = (SIDE + 8, WIDE - SIDE - 8) if citing == plan_a else (WIDE - SIDE - 8, SIDE + 8)
        yield Line(((start, y), (end, y)), PENS[state])
        if state in TOLD:
            yield arrow((end, y), 0.0 if citing == plan_a else math.pi, PENS[state].colour, 9)
        words = words_of(subject, citation)
        wide = measure(words, STRONG) + 12
        yield Box(WIDE / 2 - wide / 2, y - 8, wide, 16, PAPER)
        yield Label(WIDE / 2, y + 3.6, words, STRONG, "middle")


# An action and what is around it: its bodies on the left, its texts on the right, and beyond them other actions.

CENTRE: Final = 470.0
CORE: Final = (190.0, 92.0)
RINGS: Final = (200.0, 235.0, 600.0)
"""How far bodies, texts and other actions are from the middle, at its height."""
LEAST: Final = 230.0
LIFT: Final = 34.0
"""How low the picture may be, and how much room citations take that pass above the texts."""
TEXTS: Final = (230.0, 36.0)
STEPS: Final = (34.0, 46.0, 38.0)
LABELS: Final = (250.0, 310.0)
DECLARED: Final = Pen(BLUE, 1.6)


def draw_ego(subject: Subject, *, action: str = "", plan: str = "", top: object = 16) -> Picture:
    """What is around ``action``, else around the action of ``plan`` that has most neighbours.

    ``top`` is how many other actions and plans are drawn, those cited first, then the most strongly linked.
    """
    focus = subject.graph.action(action) if action else _central(subject, focus_of(subject, plan))
    involvements = [row for row in subject.graph.involvements if row.work == focus and counts(row.level, subject.level)]
    leads = {row.body for row in involvements if "lead" in row.roles}
    bodies = sorted({row.body for row in involvements}, key=lambda body: (body not in leads, body))
    texts, neighbours = text_ties(subject, [focus]), _neighbours(subject, focus)
    drawn_ties = neighbours[: whole(top, "top")]
    home = subject.graph.homes.get(focus, focus)
    names = subject.names([focus, home, *bodies, *(tie.other for tie in (*texts, *neighbours))])
    numbers = (("texts", len(texts)), ("bodies", len(bodies)), ("others", len(neighbours)))
    notes = [", ".join(subject.say(word, n=number) for word, number in numbers) + "."]
    notes += (
        [subject.say("neighbours-left-out", n=len(neighbours) - len(drawn_ties))]
        if len(neighbours) > len(drawn_ties)
        else []
    )
    caption = Caption(
        subject.say("ego-title", number=names[focus].short, label=names[focus].text),
        subject.say("ego-lead", plan=names[home].text),
        (
            fr.line_sign(DECLARED, subject.say("sign-declared")),
            fr.line_sign(INFERRED, subject.say("sign-inferred")),
            cites_sign(subject, DECLARED),
            Sign((Line(((4, 9), (30, 9)), Pen(GREEN, 1.0)), Dot(6, 9, 5, GREEN)), subject.say("sign-body")),
            fr.hatch_sign(subject.say("sign-hatch-text-action")),
        ),
        tuple(notes),
        (subject.say("chosen-action", action=names[focus].key),),
    )

    numbered = len(bodies), max(len(texts), 1), len(drawn_ties)
    high = max(LEAST, *(step * number for step, number in zip(STEPS, numbered, strict=True)))
    middle = high / 2
    at_bodies, at_texts, at_others = (
        _arc(number, high, radius) for number, radius in zip(numbered, (-RINGS[0], RINGS[1], RINGS[2]), strict=True)
    )
    places = {tie.other: place for tie, place in zip(texts, at_texts, strict=False)}
    marks: list[Mark] = [
        Line(tuple(_arc(25, high, radius)), Pen(RULE, 0.8)) for radius in (-RINGS[0], RINGS[1], RINGS[2])
    ]
    greatest = max((tie.bits for tie in drawn_ties), default=0.0)
    for tie, place in zip(drawn_ties, at_others, strict=True):
        # Over each shared text, the thicker the more is shared, and where one cites the other.
        pen = fr.thick(INFERRED, tie.bits, greatest)
        for text in (text for text in tie.texts if text in places):
            start = places[text][0] + TEXTS[0], places[text][1]
            marks.append(Group((fr.bow(start, place, pen),), title=names[text].text))
        if tie.declared:
            marks += _citation_line(tie, place, middle - CORE[1] / 2)
    for tie in texts:
        pen = DECLARED if tie.declared else INFERRED
        marks.append(Line(((CENTRE + CORE[0] / 2, middle), places[tie.other]), pen))
    for body, place in zip(bodies, at_bodies, strict=True):
        marks.append(Line(((CENTRE - CORE[0] / 2, middle), place), Pen(GREEN, 2.4 if body in leads else 1.0)))
    for body, (x, y) in zip(bodies, at_bodies, strict=True):
        name, font = names[body], STRONG if body in leads else WORDS
        text = f"{name.text} ({subject.say('leads')})" if body in leads else name.text
        lines = wrap(text, LABELS[0], font, 2)
        labels = paragraph(x, y - height_of(len(lines), font) / 2, lines, font)
        marks.append(
            Group((Dot(x, y, 5, GREEN), *spoken(name, labels, x=x - 10, anchor="end")), name.full, subject.leads(body))
        )
    for tie in texts:
        name, (x, y) = names[tie.other], places[tie.other]
        box = Box(x, y - TEXTS[1] / 2, *TEXTS, fill=SHADE, pen=EDGE)
        marks.append(Group((box, *written(name, box, TEXTS[0] - 14)), name.full, subject.leads(name.iri)))
    readings, plan_of = subject.known.tables.readings, subject.known.tables.works.home.get(focus)
    if not texts and readings.extent(focus, Aspect.TEXTS, plan_of) is not Extent.FULL:
        x, y = at_texts[0]
        unread = fr.hatched(Box(x, y - TEXTS[1] / 2, *TEXTS))
        marks.append(Group(tuple(unread), title=subject.say("no-text-known")))
    marks += [
        _neighbour(subject, names[tie.other], tie, place) for tie, place in zip(drawn_ties, at_others, strict=True)
    ]
    name, box = names[focus], Box(CENTRE - CORE[0] / 2, middle - CORE[1] / 2, *CORE, fill=PAPER, pen=Pen(BLUE, 2.4))
    number = Label(CENTRE, box.y + 17, shorten(name.short, CORE[0] - 16, STRONG), STRONG, "middle")
    room = replace(box, y=box.y + 18, height=CORE[1] - 20)
    words = spoken(name, centred(room, wrap(name.text, CORE[0] - 16, WORDS, 4), WORDS))
    marks.append(Group((box, number, *words), title=name.full))
    lift = LIFT if any(tie.declared for tie in drawn_ties) else 0.0
    body_of = Body(CENTRE + RINGS[2] + LABELS[1] + 12, high + lift, (Group(tuple(marks), shift=(0, lift)),))

    rows: list[tuple[Cell, ...]] = [
        (body, names[body].text, "body", "leads" if body in leads else "involved", None, None, None, "true")
        for body in bodies
    ]
    for tie in texts:
        basis = "declared" if tie.declared else "inferred"
        rows.append((tie.other, names[tie.other].text, "text", basis, None, tie.level_key, None, "true"))
    for at, tie in enumerate(neighbours):
        basis = ("cited by" if tie.incoming else "cites") if tie.declared else "inferred"
        via, drawn = " ".join(key(text) for text in tie.texts), "true" if at < len(drawn_ties) else "false"
        ends = tie.other, names[tie.other].text
        rows.append((*ends, "other", basis, tie.bits or None, tie.level_key, via, drawn))
    return Picture("ego", subject.language, fr.frame(subject, caption, body_of), table(EGO_COLUMNS, rows))


def _central(subject: Subject, plan: str) -> str:
    """The action of a plan with most neighbours in other plans, then with most texts, the first of equals."""
    names, pairs = subject.known.potential.names, subject.known.actions
    ends = zip(pairs.one.tolist(), pairs.two.tolist(), pairs.low.tolist(), strict=True)
    degree = Counter(names[at] for *pair, low in ends if low > 0 for at in pair)
    texts = Counter(use.work for use in subject.known.uses)
    return min(members_of(subject, plan), key=lambda action: (-degree[action], -texts[action]))


def _neighbours(subject: Subject, action: str) -> tuple[Tie, ...]:
    """What an action cites and what cites it, then the actions of other plans it shares a specific text with."""
    measured, near = subject.known, []
    names, pairs = measured.potential.names, measured.actions
    for a, b, low in zip(pairs.one.tolist(), pairs.two.tolist(), pairs.low.tolist(), strict=True):
        if low > 0 and action in (names[a], names[b]):
            neighbour = names[b] if action == names[a] else names[a]
            weight = measured.weight(action, neighbour)
            texts = tuple(
                contribution.text
                for contribution in weight.contributions
                if not contribution.is_broad and contribution.bits > 0
            )
            near.append(
                Tie(action, neighbour, declared=False, number=len(texts), bits=low, level=weight.level, texts=texts)
            )
    near.sort(key=lambda tie: (-tie.bits, tie.other))
    sharing, cited = {tie.other: tie for tie in near}, dict[str, Tie]()
    for row in measured.statements:
        if row.is_citation and action in (row.source, row.target):
            neighbour = row.target if row.source == action else row.source
            tie = sharing.get(neighbour, Tie(action, neighbour, declared=True))
            incoming = row.target == action
            cited.setdefault(neighbour, replace(tie, declared=True, incoming=incoming, level=row.level))
    return (*(cited[neighbour] for neighbour in sorted(cited)), *(tie for tie in near if tie.other not in cited))


def _arc(number: int, high: float, radius: float) -> list[Point]:
    """Places on one side of an ellipse, as far apart from each other in height as there is room for."""
    step = high / max(number, 1)
    rises = [step * (at + 0.5) - high / 2 for at in range(number)]
    return [(CENTRE + radius * math.sqrt(1 - (rise / (high * 0.9)) ** 2), rise + high / 2) for rise in rises]


def _citation_line(tie: Tie, place: Point, top: float) -> list[Mark]:
    """A line that leaves the action upwards and passes above the texts, so that it does not seem to come from one."""
    x, y = place
    lift, bend, second = -LIFT / 2, CENTRE + 150, CENTRE + RINGS[1] + TEXTS[0] - 60
    turn = second + 0.6 * (x - second)
    course = (
        (CENTRE, top), (CENTRE, lift), (CENTRE + 40, lift), (bend, lift), (bend + 60, lift), (second - 60, lift),
        (second, lift), (turn, lift), (turn, y), (x - 6, y),
    )  # fmt: skip
    head = arrow((CENTRE, top), math.pi / 2, BLUE, 9) if tie.incoming else arrow((x - 5, y), 0.0, BLUE, 9)
    return [Line(course, DECLARED, curved=True), head]


def _neighbour(subject: Subject, name: Name, tie: Tie, place: Point) -> Group:
    x, y = place
    words = f" · {bits_words(tie.bits, subject.language)}" if tie.bits else ""
    words += f" · {subject.say('cites-this' if tie.incoming else 'cited')}" if tie.declared else ""
    labels = (
        Label(x + 10, y - 2, shorten(name.text, LABELS[1] - 10, WORDS), WORDS, language=name.language),
        Label(x + 10, y + 11, shorten(f"{name.key}{words}", LABELS[1] - 10, FINE), FINE),
    )
    dot = Dot(x, y, 5, BLUE if tie.declared else VERMILION)
    return Group((dot, *labels), f"{name.full}{words}", subject.leads(name.iri))
