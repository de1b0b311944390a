"""Tables on actions and bodies, target groups, editions, other countries, a day, and how far figures can be trusted."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from pan2kg.coherence import (
    bodies as coordination,
    citations,
    evidence,
    figures,
    known,
    obligations,
    reading,
    weight,
)
from pan2kg.coherence.evidence import Aspect, Basis, Extent, Level, firmest
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.i18n.catalogue import LANGUAGES, Messages, Text, format_of
from pan2kg.store.queries import program_query
from pan2kg.tables import DEFAULT, Table, TableChoice, make, note, table as layout
from pan2kg.tables.figure_words import according_to
from pan2kg.turtle.vocabulary import key

# Actions one by one: how they connect plans, what would be lost without them, how complete their
# data are

BRIDGES = ("action", "plan", "participation", "total", "reached", "level")


def bridges(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # How the links of each linked action spread over other plans; with plans named, of their
    # actions only.
    plans = frozenset(graph.plans(choice.plans))
    at = graph.known(choice.evidence)
    spread = coordination.participation(at.potential, at.actions)
    levels = dict[str, Level]()
    for pair, (low, _) in layout.action_bits(at).items():
        level = at.weight(*pair).level if low > 0 else None
        if level is not None:
            levels |= {action: min(level, levels.get(action, level)) for action in pair}
    rows = [(*row, levels.get(row[0])) for row in spread if not plans or row[1] in plans]
    notes = [note("linked-actions", n=len(spread), of=len(at.tables.works.actions))]
    return make(graph, "participation", BRIDGES, rows, notes, "coherence/text-uses", at)


LOSS = ("action", "plan", "instruments", "obligations", "plans", "level")


def lost(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # What only one action holds: for the actions named, else for every action that holds something.
    at = graph.known(choice.evidence)
    plans = graph.plans(choice.plans)
    works = dict[str, set[str]]()
    # an act stays whatever action is dropped, so that an obligation with one has no only answer to
    # lose
    for response in graph.responses:
        if response.relation in obligations.ANSWERING and evidence.counts(
            response.level, choice.evidence
        ):
            works.setdefault(response.instrument, set()).add(
                "" if response.is_act else response.work
            )
    duties = {
        duty.iri: works.get(duty.instrument, set()) if duty.by_law else set()
        for duty in graph.obligations
    }
    losses = coordination.losses(at.potential, at.uses, duties)
    if choice.actions:
        by_action = {row.action: row for row in losses}
        home = at.tables.works.home
        actions = [_of_a_plan(graph, name) for name in choice.actions]
        losses = tuple(
            by_action.get(action, coordination.Loss(action, home[action])) for action in actions
        )
    rows = []
    notes = []
    for row in losses:
        if not choice.actions and plans and row.plan not in plans:
            continue
        under = {duty.instrument for duty in graph.obligations if duty.iri in row.obligations}
        levels = [
            use.level
            for use in at.uses
            if use.work == row.action and (use.text in row.instruments or row.plans)
        ]
        levels += [
            item.level
            for item in graph.responses
            if item.work == row.action and item.instrument in under
        ]
        plan = graph.plan_of(row.action)
        rows.append(
            (row.action, plan, row.instruments, row.obligations, row.plans, firmest(levels))
        )
        notes += [] if row else [note("nothing-lost", action=graph.label(row.action))]
    return make(graph, "loss", LOSS, rows, notes or [note("lost-means")], "coherence/text-uses", at)


def _of_a_plan(graph: Graph, name: str) -> str:
    action = graph.action(name)
    if action not in graph.tables.works.home:
        raise QueryError("action-without-plan", remedy="name-a-plan", name=action)
    return action


COMPLETE = (
    "action",
    "plan",
    "body",
    "indicator",
    "verification_source",
    "expected_result",
    "timeline",
    "means",
    "share",
)


def complete(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # The body and the five fields of each action of which any field was recorded; the others are
    # counted in a note.
    plans = frozenset(graph.plans(choice.plans))
    every = fields_of(graph)
    involved = {profile.work for profile in graph.profiles if profile.bodies or profile.leads}
    chosen = [row for row in every if not plans or row.plan in plans]
    rows = []
    for row in chosen:
        if row.annotated or choice.everything:
            read = graph.tables.readings.extent(row.action, Aspect.BODIES, row.plan) is Extent.FULL
            body = "present" if row.action in involved else "absent" if read else "unread"
            fields = {name.replace(" ", "_"): presence for name, presence in row.fields}
            rows.append(
                (
                    row.action,
                    graph.plan_of(row.action),
                    body,
                    *map(fields.get, COMPLETE[3:-1]),
                    row.share,
                )
            )
    annotated = sum(row.annotated for row in every)
    basis = graph.uses.basis.also("fields", f"recorded for {annotated} of {len(every)} actions")
    basis = basis.also("plans", ", ".join(map(key, sorted(plans)))) if plans else basis
    notes = [
        note("absent-means"),
        note("fields-unread", n=sum(not row.annotated for row in chosen), of=len(chosen)),
    ]
    return make(graph, "completeness", COMPLETE, rows, notes, "coherence/fields", basis=basis)


def fields_of(graph: Graph) -> tuple[coordination.Completeness, ...]:
    home = graph.home_of
    extent = graph.tables.readings.extent
    full = {
        action
        for action, plan in home.items()
        if extent(action, Aspect.MEASURES, plan) is Extent.FULL
    }
    return graph.once(
        "fields of actions", lambda: coordination.completeness(home, graph.fields, full)
    )


# Bodies: topics with several leads, actions to coordinate, and ministries that should talk to each
# other

BODIES = (
    "finding",
    "topics",
    "bodies",
    "actions",
    "groups",
    "instruments",
    "value",
    "known",
    "of",
    "level",
)
_FINDINGS: Final = ("duplication", "edition", "fragmentation", "overlap", "talk")


def bodies(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # At a level of evidence; each finding with the firmest at which it is one. What two have in
    # common, a lead or a work, they have on whoever's word. Works of two countries are no matter of
    # coordination, and actions of two editions of one plan are told apart: the later may well take
    # up the earlier. part restricts it to one of these findings.
    if choice.part and choice.part not in _FINDINGS:
        raise QueryError(
            "no-part", remedy="there-are", part=choice.part, names=", ".join(_FINDINGS)
        )
    at = graph.known(choice.evidence)
    uses = graph.uses_at(at.level)
    levels = dict[tuple[str, ...], Level]()
    for level in evidence.FIGURED[: evidence.FIGURED.index(at.level) + 1]:
        for finding in _coordinated(graph, level):
            levels.setdefault(finding.place, level)
    rows = [
        (*finding[: BODIES.index("level")], levels[finding.place])
        for finding in _coordinated(graph, at.level)
        if choice.part in ("", finding.kind)
    ]
    actions = set(uses.actions)
    led = sum(
        bool(profile.leads) and profile.work in actions for profile in graph.profiles_at(at.level)
    )
    notes = [note("leads-known", n=led, of=len(uses.actions)), note("in-common-means")]
    basis = uses.basis.also("finding", choice.part) if choice.part else uses.basis
    if any(row[0] == "talk" for row in rows):
        basis = replace(basis, weights=evidence.BITS)
    return make(graph, "bodies", BODIES, rows, notes, "coherence/tags", at, basis=basis)


def _coordinated(graph: Graph, level: Level) -> tuple[coordination.Coordination, ...]:
    uses = graph.uses_at(level)
    profiles = graph.profiles_at(level)
    country = graph.country_of
    line = graph.known(level).chronology.line
    met = {*graph.earlier_bodies, *coordination.meeting(graph.profiles)}
    return (
        *coordination.fragmentation(uses, profiles, country),
        *coordination.overlaps(
            uses, profiles, graph.bits, line, said=graph.profiles, country=country
        ),
        *coordination.who_should_talk(
            uses, profiles, graph.bits, met, only=graph.ministries, country=country
        ),
    )


# Target groups, and what plans of other countries cover

GROUPS = ("group", "aim", "actions_number", "plans")


def own_plans(graph: Graph, country: str = "") -> frozenset[str]:
    # Of the project's own country where none is named: what a plan of another country does is done
    # in that country.
    if country == layout.EVERYWHERE:
        return frozenset()
    of = {
        plan: graph.country_of[plan]
        for plan in graph.tables.works.plans
        if plan in graph.country_of
    }
    ours = _ours(country, dict.fromkeys(of.values(), 1)) if country else graph.profile.country
    return frozenset(plan for plan, place in of.items() if place == ours)


def target_groups(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    plans = frozenset(graph.plans(choice.plans)) or own_plans(graph, choice.country)
    aimed: dict[str, set[str]] = {
        group: set() for (group,) in graph.read(program_query("tables/groups"))
    }
    for work, group in graph.read(program_query("tables/group-uses")):
        if not plans or graph.home_of.get(work, work) in plans:
            aimed.setdefault(group, set()).add(work)
    rows = []
    for group, works in aimed.items():
        of = sorted(set(filter(None, map(graph.plan_of, works))))
        aim = "several" if len(of) > 1 else "one" if of else "forgotten"
        rows.append(
            (
                group,
                aim,
                sum(work in graph.home_of and graph.plan_of(work) is not None for work in works),
                of,
            )
        )
    rows.sort(key=lambda row: (("forgotten", "several", "one").index(row[1]), -row[2], row[0]))
    looked_at = {action for action, plan in graph.home_of.items() if not plans or plan in plans}
    with_group = {
        profile.work for profile in graph.profiles if profile.groups and profile.work in looked_at
    }
    notes = [note("groups-known", n=len(with_group), of=len(looked_at)), note("forgotten-means")]
    return make(
        graph,
        "target-groups",
        GROUPS,
        rows,
        notes,
        "tables/group-uses",
        basis=looked_upon(graph, choice),
    )


def looked_upon(graph: Graph, choice: TableChoice) -> Basis:
    if choice.plans:
        return layout.among(graph, sorted(graph.plans(choice.plans)))
    own_plan = min(own_plans(graph, choice.country), default="")
    country = key(graph.country_of[own_plan]) if own_plan else choice.country
    return graph.uses.basis.also("country", country) if country else graph.uses.basis


ABROAD = ("topic", "countries", "plans")


def other_countries(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # Topics plans of other countries cover and ours do not; part is the key of our country. Without
    # it, our country is that of the profile, else the one with most plans. Of one country alone a
    # note says so.
    country_of = {row[0]: row[1] for row in graph.read(program_query("tables/countries"))}
    counted = Counter(country_of.values())
    home_country = graph.profile.country
    ours = (
        home_country if home_country in counted and not choice.part else _ours(choice.part, counted)
    )
    our_topics = set[str]()
    foreign = dict[str, set[str]]()
    for profile in graph.profiles:
        plan = graph.home_of.get(profile.work, profile.work)
        for topic in profile.topics:
            if country_of.get(plan) == ours:
                our_topics.add(topic)
            elif plan in country_of:
                foreign.setdefault(topic, set()).add(plan)
    rows = [
        (topic, sorted({country_of[plan] for plan in foreign[topic]}), sorted(foreign[topic]))
        for topic in sorted(foreign.keys() - our_topics)
    ]
    label = graph.label(ours) if ours else "–"
    notes = [] if len(counted) > 1 else [note("one-country", country=label, plans=len(country_of))]
    basis = graph.uses.basis.also("country", key(ours) if ours else "–")
    return make(graph, "other-countries", ABROAD, rows, notes, "tables/countries", basis=basis)


def _ours(name: str, counted: Mapping[str, int]) -> str:
    if not name:
        return min(counted, key=lambda country: (-counted[country], country), default="")
    matches = [country for country in counted if key(country).lower() == name.lower()]
    if not matches:
        countries = ", ".join(sorted(map(key, counted))) or "none"
        raise QueryError("no-plan-of-country", remedy="there-are", given=name, names=countries)
    return matches[0]


TRUST = (
    "plan", "in_graph", "published", "listed", "list", "texts_full", "texts_part", "texts_none", "bodies_full",
    "bodies_part", "bodies_none", "references", "web_page", "with_text", "with_body", "with_topic", "with_group",
    "with_fields",
)  # fmt: skip


def trust(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # Coverage is told part by part, and never multiplied or averaged into one score.
    named = frozenset(graph.plans(choice.plans))
    at = graph.known(choice.evidence)
    tables = at.tables
    profiles = graph.profiles_at(at.level)
    recorded = (
        {use.work for use in at.uses},
        {profile.work for profile in profiles if profile.bodies or profile.leads},
        {profile.work for profile in profiles if profile.topics},
        {profile.work for profile in profiles if profile.groups},
        {action for action, _, _ in graph.fields},
    )
    rows: list[tuple[Any, ...]] = []
    for plan in tables.works.plans:
        if named and plan not in named:
            continue
        members = {action for action, home in tables.works.home.items() if home == plan}
        texts, of_bodies, measures = (
            evidence.coverage(tables.readings, tables.works, aspect, {plan})
            for aspect in (Aspect.TEXTS, Aspect.BODIES, Aspect.MEASURES)
        )
        # none is only said where all were read for it; of topics and groups no reading tells
        rows.append(
            (
                plan,
                len(members),
                tables.published.get(plan),
                evidence.listed(tables.works, tables.published, plan),
                tables.lists.get(plan, "unknown"),
                texts.full,
                texts.part,
                texts.none,
                of_bodies.full,
                of_bodies.part,
                of_bodies.none,
                *(
                    tables.readings.extent(plan, aspect)
                    for aspect in (Aspect.REFERENCES, Aspect.WEB_PAGE)
                ),
                *(
                    len(members & works) or (0 if number == len(members) else None)
                    for works, number in zip(
                        recorded, (texts.full, of_bodies.full, 0, 0, measures.full), strict=True
                    )
                ),
            )
        )
    rows.sort(key=lambda row: (-(row[TRUST.index("with_text")] or 0), -row[1], row[0]))
    line = known.basis_line(at)
    notes = [
        note("texts-read", full=line.texts.full, part=line.texts.part, none=line.texts.none),
        note("plans-without-actions", n=sum(not row[1] for row in rows), of=len(rows)),
        note("low-share"),
    ]
    for plan, text, many, of in weight.unsaid(graph.known(Level.EDITORS).potential):
        if not named or plan in named:
            labels = [
                Text.of({tag: graph.label(iri, tag) for tag in LANGUAGES}) for iri in (plan, text)
            ]
            notes.append(note("unsaid", n=many, of=of, plan=labels[0], text=labels[1]))
    return make(graph, "trust", TRUST, rows, notes, line=line)


# Two editions of a plan, side by side

COMPARE = (
    "part", "plan", "low_base", "low_new", "difference_bits", "high_base", "high_new", "instruments_added",
    "instruments_removed", "cites_base", "cites_new", "level", "action", "change", "counterparts",
    "ground", "similar",
)  # fmt: skip
_OF_PLANS: Final = ("part", *COMPARE[1:12], "change")
_OF_ACTIONS: Final = ("part", "action", "plan", "change", "counterparts", "ground", "similar")


def compared(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # A cell that does not belong to the kind of its line is empty.
    if len(choice.plans) != 2:
        raise QueryError("two-editions", remedy="name-two-plans")
    base, later = map(graph.plan, choice.plans)
    at = graph.known(choice.evidence)
    (editions, texts_known) = coordination.compare(at, base, later)
    fates = aligned(graph, at, base, later)
    order = layout.plan_order(graph)
    if choice.part not in ("", "plan", "action"):
        raise QueryError("no-part", remedy="there-are", part=choice.part, names="plan, action")
    related = [
        row
        for row in editions
        if row.is_linked
        or any((min(plan, row.other), max(plan, row.other)) in at.linked for plan in (base, later))
    ]
    changes = Counter[str]()
    rows = []
    empty: dict[str, Any] = {
        piece.key: "" for name in COMPARE for piece in layout.column("compare", name)
    }
    for row in sorted(related, key=lambda row: order((later, row.other))):
        before = row.base.low
        after = row.new.low
        change = (
            "same"
            if abs(after - before) <= 1e-9
            else "added"
            if not before
            else "removed"
            if not after
            else ""
        )
        change = change or ("more" if after > before else "less")
        changes[change] += 1
        level = firmest(at.link_level(plan, row.other) for plan in (base, later))
        cited = (at.place(plan, row.other, citations.Channel.TEXT) for plan in (base, later))
        values = (
            before,
            after,
            layout.number(after - before),
            row.base.high,
            row.new.high,
            row.added,
            row.removed,
        )
        if choice.part != "action":
            rows.append(
                empty
                | {
                    **layout.cells(
                        graph, _OF_PLANS, ("plan", row.other, *values, *cited, level, change)
                    )
                }
            )
    for fate in fates if choice.part != "plan" else ():
        similar = [fate.similar] if fate.similar else []
        ends = (
            fate.action,
            graph.plan_of(fate.action),
            fate.fate,
            fate.others,
            fate.ground,
            similar,
        )
        rows.append(empty | {**layout.cells(graph, _OF_ACTIONS, ("action", *ends))})
    retained = coordination.retention(fates)
    unseen = any(fate.fate is coordination.Fate.NOT_SEEN for fate in fates)
    notes = [
        note("retention", share=round(100 * retained))
        if retained is not None
        else note("not-read-through" if unseen else "no-succession"),
        note(
            "plans-changed",
            **{change: changes[change] for change in ("added", "removed", "more", "less")},
        ),
        note("texts-known", base=texts_known[0], new=texts_known[1]),
    ]
    basis = layout.among(graph, (base, later))
    return make(graph, "compare", COMPARE, rows, notes, "coherence/text-uses", at, basis=basis)


def aligned(
    graph: Graph, at: known.Known, base: str, later: str
) -> tuple[coordination.ActionFate, ...]:
    # An action is dropped, or new, only where both lists are complete and the later edition was
    # read to its end.
    readings = at.tables.readings
    home = at.tables.works.home
    is_read = (
        readings.extent(later, Aspect.REFERENCES) is Extent.FULL
        and {base, later} <= readings.complete
    )
    successions = graph.once("successions", lambda: reading.read_successions(graph.store))
    fates = coordination.fates(home, base, later, successions, is_read=is_read)
    texts = [
        {
            action: entry.texts
            for action, plan in home.items()
            if plan == edition and (entry := graph.labels.entry(action))
        }
        for edition in (base, later)
    ]
    # titles are compared in the language most actions of both have
    tags = sorted({tag for titles in texts for by_tag in titles.values() for tag in by_tag})
    counted = {
        tag: min(sum(tag in by_tag for by_tag in titles.values()) for titles in texts)
        for tag in tags
    }
    tag = min(tags, key=lambda tag: (-counted[tag], tag), default="")
    titled = (
        {action: by_tag[tag] for action, by_tag in titles.items() if tag in by_tag}
        for titles in texts
    )
    return coordination.suggested(fates, *titled)


# A day: which plans run, what is due, what has happened

MOMENT = ("kind", "what", "of_what", "since", "until", "state")


def moment(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # A period is given by years, so a plan runs from the first to the last day of them.
    plans = frozenset(graph.plans(choice.plans))
    today = graph.as_of.isoformat()
    rows: list[tuple[object, ...]] = [
        ("plan", plan, None, since or on or None, until or None, _state(since or on, until, today))
        for plan, (on, since, until) in sorted(graph.periods.items())
        if not plans or plan in plans
    ]
    rows += [
        (
            "obligation",
            row.obligation.iri,
            row.obligation.instrument,
            None,
            row.obligation.due,
            row.standing.value.replace(" ", "-"),
        )
        for row in (() if plans else graph.margins())
    ]
    for event, of, on in graph.read(program_query("tables/events")):
        # of a month or year that is not over nobody knows whether its day has passed
        is_unknown = today.startswith(on) and len(on) < len(today)
        if (is_unknown or today >= on) and (not plans or graph.home_of.get(of, of) in plans):
            rows.append(("event", event, of, on, None, "unknown" if is_unknown else "done"))
    # today the links are what the graph says they are; of another day nobody knows
    past = [note("no-validity", day=graph.as_of.isoformat())] if graph.asked else []
    notes = [*past, note("periods-unknown", n=sum(row[-1] == "unknown" for row in rows))]
    return make(graph, "as-of", MOMENT, rows, notes, "tables/periods", is_dated=True)


def _state(since: str, until: str, today: str) -> str:
    """Where a day lies in a period whose ends are days, months or years.

    >>> _state("2020", "2022", "2022-12-31"), _state("2020", "2022", "2023-01-01"), _state("2020", "", "2023-01-01")
    ('running', 'over', 'unknown')
    """
    if since and today[: len(since)] < since:
        return "not-yet"
    if until and today[: len(until)] > until:
        return "over"
    return "running" if since and until else "unknown"


# The register of figures, and the list behind one of them

_FIGURES: Final = Messages("figure")
REGISTER: Final = (
    "figure",
    "told",
    *(f"at_{level.key}" for level in evidence.FIGURED),
    "population",
    "command",
)
_CODES: Final[Mapping[str, str]] = {
    "verdict": "expectation", "verdict_back": "expectation_back", "cites_at": "level", "cited_at": "level_back",
    "state": "citation", "level": "level", "list": "list", "channel": "channel",
}  # fmt: skip
"""Columns of lists that hold codes, as tables name them."""
_TRUTHS: Final = frozenset(("in_statement", "sharing", "text", "web"))
_SHOWN_BY: Final = {
    "lists": "plans",
    "measures": "plans",
    **dict.fromkeys(
        (
            "sharing-plan-pairs",
            "broad-plan-pairs",
            "linked-action-pairs",
            "broad-action-pairs",
            "texts-read",
            "plans-with-texts",
        ),
        "text-uses",
    ),
}


def register(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # With plans named, only the lines of a list that name one of them.
    if choice.part:
        name = figures.FORMER.get(choice.part, choice.part)
        figure = next((figure for figure in figures.FIGURES if figure.id == name), None)
        if figure is None:
            names = ", ".join(item.id for item in figures.FIGURES)
            raise QueryError("no-part", remedy="there-are", part=choice.part, names=names)
        plans = frozenset(graph.plans(choice.plans))
        at = graph.known(choice.evidence)
        home = at.tables.works.home
        columns = tuple(_CODES.get(name, name) for name in figure.columns)
        listed = [
            [_listed_cell(graph, *cell) for cell in zip(figure.columns, values, strict=True)]
            for values in figure.rows(at)
            if not plans or plans & {home.get(str(value), str(value)) for value in values}
        ]
        basis = graph.uses.basis.also("figure", figure.id)
        basis = basis.also("plans", ", ".join(map(key, sorted(plans)))) if plans else basis
        words = {"name": figure.name(graph.asked_by).say(graph.language)}
        words["meaning"] = figure.message("meaning").say(graph.language)
        notes = [note("figure-means", **words, among=figure.message("among").say(graph.language))]
        sparql = program_query(f"coherence/{_SHOWN_BY.get(figure.id, 'plan-statements')}")
        return make(
            graph, "figures", columns, listed, notes, sparql=sparql, evidence=at, basis=basis
        )
    rows = [row for taken in graph.figures(choice.evidence) for row in _values(taken, graph)]
    line = known.basis_line(graph.known(choice.evidence))
    notes = [note("nested", level=according_to(choice.evidence).say(graph.language))]
    return make(graph, "figures", REGISTER, rows, notes, line=line)


def _values(taken: figures.Taken, graph: Graph) -> Iterator[tuple[object, ...]]:
    figure = taken.figure
    label = taken.figure.name(graph.asked_by).say(graph.language)
    for at, piece in enumerate(
        figure.parts or (("low", "high") if len(taken.value) == 2 else ("whole",))
    ):
        words = _FIGURES.say(piece, graph.language) if figure.parts else None
        values = (value[at] for value in taken.nested)
        told_cells = (
            {"told": piece, "told_label": words}
            if words is not None
            else {
                "told": piece,
                "told_label": Messages("table").say(f"value.told.{piece}", graph.language),
            }
        )
        counts = figure.unit is figures.Unit.COUNT
        yield (
            {"figure": figure.id, "figure_label": label},
            told_cells,
            *(
                round(value) if value is not None and counts else layout.number(value)
                for value in values
            ),
            taken.population,
            f"pan2kg coherence figures --figure {figure.id}",
        )


def _listed_cell(graph: Graph, name: str, value: figures.Scalar) -> object:
    if name in _TRUTHS:
        return bool(value)
    if name == "ways":
        between = format_of("semicolon", graph.language)
        words = between.join(
            _FIGURES.say(f"way.{direction}", graph.language) for direction in str(value).split()
        )
        return {"ways": str(value) or None, "ways_label": words or None}
    if isinstance(value, float) and name not in _CODES:
        return value if name.endswith("bits") else round(value)
    return str(value) if name in _CODES else value
