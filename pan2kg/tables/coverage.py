"""Target groups, what other countries cover, and how far the figures can be trusted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.bodies import ActionFate, Compared, Fate, compare, fates, retention, suggested
from pan2kg.coherence.citations import Channel
from pan2kg.coherence.evidence import FIGURED, Aspect, Basis, Extent, Level, coverage, firmest, listed
from pan2kg.coherence.figures import FIGURES, FORMER, Figure, Scalar, Taken, Unit
from pan2kg.coherence.known import Known, basis_line
from pan2kg.coherence.reading import read_successions
from pan2kg.coherence.weight import unsaid
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.i18n.catalogue import LANGUAGES, Messages, Text, format_of
from pan2kg.store.queries import program_query
from pan2kg.tables.figure_words import according_to
from pan2kg.tables.registry import (
    DEFAULT,
    EVERYWHERE,
    TableChoice,
    code,
    column,
    keys,
    level_cells,
    make,
    note,
    number,
    plan_order,
    thing,
    things,
)
from pan2kg.tables.table import Row, Table
from pan2kg.turtle.vocabulary import key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pan2kg.i18n.catalogue import Text
    from pan2kg.tables.table import Value

GROUPS = ("group", "aim", "actions_number", "plans")


def own_plans(graph: Graph, country: str = "") -> frozenset[str]:
    # Of the project's own country where none is named: what a plan of another country does is done in that country.
    if country == EVERYWHERE:
        return frozenset()
    of = {plan: graph.country_of[plan] for plan in graph.tables.works.plans if plan in graph.country_of}
    ours = _ours(country, dict.fromkeys(of.values(), 1)) if country else graph.profile.country
    return frozenset(plan for plan, place in of.items() if place == ours)


def target_groups(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    plans_named = frozenset(graph.plans(choice.plans)) or own_plans(graph, choice.country)
    aimed: dict[str, set[str]] = {group: set() for (group,) in graph.read(program_query("tables/groups"))}
    for work, group in graph.read(program_query("tables/group-uses")):
        if not plans_named or graph.home_of.get(work, work) in plans_named:
            aimed.setdefault(group, set()).add(work)
    rows = [_group(graph, group, works) for group, works in aimed.items()]
    order = ("forgotten", "several", "one")
    rows.sort(key=lambda row: (order.index(str(row["aim"])), -int(str(row["actions_number"])), str(row["group"])))
    actions_looked_at = {action for action, plan in graph.home_of.items() if not plans_named or plan in plans_named}
    with_group = {profile.work for profile in graph.profiles if profile.groups and profile.work in actions_looked_at}
    notes = [note("groups-known", n=len(with_group), of=len(actions_looked_at)), note("forgotten-means")]
    basis = looked_at(graph, choice, graph.uses.basis)
    return make(graph, "target-groups", GROUPS, rows, notes, "tables/group-uses", basis=basis)


def looked_at(graph: Graph, choice: TableChoice, basis: Basis) -> Basis:
    if choice.plans:
        return basis.also("plans", keys(sorted(graph.plans(choice.plans))))
    own_plan = min(own_plans(graph, choice.country), default="")
    country = key(graph.country_of[own_plan]) if own_plan else choice.country
    return basis.also("country", country) if country else basis


def _group(graph: Graph, group: str, works: set[str]) -> Row:
    plans = sorted(set(filter(None, map(graph.plan_of, works))))
    aim = "several" if len(plans) > 1 else "one" if plans else "forgotten"
    number_of = sum(work in graph.home_of and graph.plan_of(work) is not None for work in works)
    return {
        **thing(graph, "group", group),
        **code(graph, "aim", aim),
        "actions_number": number_of,
        **things(graph, "plans", plans),
    }


ABROAD = ("topic", "countries", "plans")


def other_countries(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # Topics plans of other countries cover and ours do not; part is the key of our country.
    # Without it, our country is that of the profile, else the one with most plans. Of one country alone a note says
    # so.
    country_of = {row[0]: row[1] for row in graph.read(program_query("tables/countries"))}
    counted: dict[str, int] = {}
    for country in country_of.values():
        counted[country] = counted.get(country, 0) + 1
    own_country = graph.profile.country
    ours = own_country if own_country in counted and not choice.part else _ours(choice.part, counted)
    ours_topics, foreign = set[str](), dict[str, set[str]]()
    for plan, topic in _topics(graph):
        if country_of.get(plan) == ours:
            ours_topics.add(topic)
        elif plan in country_of:
            foreign.setdefault(topic, set()).add(plan)
    rows = [_abroad(graph, country_of, topic, foreign[topic]) for topic in sorted(foreign.keys() - ours_topics)]
    label = graph.label(ours) if ours else "–"
    several = len(counted) > 1
    notes = [
        note("countries", n=len(counted)) if several else note("one-country", country=label, plans=len(country_of))
    ]
    basis = graph.uses.basis.also("country", key(ours) if ours else "–")
    return make(graph, "other-countries", ABROAD, rows, notes, "tables/countries", basis=basis)


def _ours(country_given: str, counted: Mapping[str, int]) -> str:
    if not country_given:
        return min(counted, key=lambda country: (-counted[country], country), default="")
    matches = [country for country in counted if key(country).lower() == country_given.lower()]
    if not matches:
        countries = ", ".join(sorted(map(key, counted))) or "none"
        raise QueryError("no-plan-of-country", remedy="there-are", given=country_given, names=countries)
    return matches[0]


def _topics(graph: Graph) -> Iterator[tuple[str, str]]:
    for profile in graph.profiles:
        plan = graph.home_of.get(profile.work, profile.work)
        yield from ((plan, topic) for topic in profile.topics)


def _abroad(graph: Graph, country_of: Mapping[str, str], topic: str, plans: set[str]) -> Row:
    return {
        **thing(graph, "topic", topic),
        **things(graph, "countries", sorted({country_of[plan] for plan in plans})),
        **things(graph, "plans", sorted(plans)),
    }


TRUST = (
    "plan", "in_graph", "published", "listed", "list", "texts_full", "texts_part", "texts_none", "bodies_full",
    "bodies_part", "bodies_none", "references", "web_page", "with_text", "with_body", "with_topic", "with_group",
    "with_fields",
)  # fmt: skip


def trust(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # Coverage is told part by part, and never multiplied or averaged into one score.
    plans_named = frozenset(graph.plans(choice.plans))
    evidence = graph.known(choice.evidence)
    works = evidence.tables.works
    recorded = _recorded(graph, evidence)
    rows = [_trust(graph, evidence, plan, recorded) for plan in works.plans if not plans_named or plan in plans_named]
    rows.sort(key=lambda row: (-int(str(row["with_text"])), -int(str(row["in_graph"])), str(row["plan"])))
    line = basis_line(evidence)
    texts = line.texts
    notes = [
        note("texts-read", full=texts.full, part=texts.part, none=texts.none),
        note("plans-without-actions", n=sum(not row["in_graph"] for row in rows), of=len(rows)),
        note("low-share"),
        *_prompts(graph, plans_named),
    ]
    return make(graph, "trust", TRUST, rows, notes, line=line)


def _prompts(graph: Graph, plans_named: frozenset[str]) -> list[Text]:
    def label(iri: str) -> Text:
        return Text(tuple((language, graph.label(iri, language)) for language in LANGUAGES))

    silences = unsaid(graph.known(Level.EDITORS).potential)
    return [
        note("unsaid", n=many, of=of, plan=label(plan), text=label(text))
        for plan, text, many, of in silences if not plans_named or plan in plans_named
    ]  # fmt: skip


def _recorded(graph: Graph, evidence: Known) -> Mapping[str, set[str]]:
    profiles = graph.profiles_at(evidence.level)
    return {
        "with_text": {use.work for use in evidence.uses},
        "with_body": {profile.work for profile in profiles if profile.bodies or profile.leads},
        "with_topic": {profile.work for profile in profiles if profile.topics},
        "with_group": {profile.work for profile in profiles if profile.groups},
        "with_fields": {action for action, _, _ in graph.fields},
    }


def _trust(graph: Graph, evidence: Known, plan: str, recorded: Mapping[str, set[str]]) -> Row:
    tables = evidence.tables
    members = {action for action, home in tables.works.home.items() if home == plan}
    texts = coverage(tables.readings, tables.works, Aspect.TEXTS, {plan})
    bodies = coverage(tables.readings, tables.works, Aspect.BODIES, {plan})
    return {
        **thing(graph, "plan", plan),
        "in_graph": len(members),
        "published": tables.published.get(plan),
        "listed": number(listed(tables.works, tables.published, plan)),
        **code(graph, "list", tables.lists.get(plan, "unknown")),
        "texts_full": texts.full,
        "texts_part": texts.part,
        "texts_none": texts.none,
        "bodies_full": bodies.full,
        "bodies_part": bodies.part,
        "bodies_none": bodies.none,
        **code(graph, "references", tables.readings.extent(plan, Aspect.REFERENCES).value),
        **code(graph, "web_page", tables.readings.extent(plan, Aspect.WEB_PAGE).value),
        **{name: len(members & works) for name, works in recorded.items()},
    }


COMPARE = (
    "part", "plan", "low_base", "low_new", "difference_bits", "high_base", "high_new", "instruments_added",
    "instruments_removed", "cites_base", "cites_new", "level", "action", "change", "counterparts",
    "ground", "similar",
)  # fmt: skip


def compared(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # A cell that does not belong to the kind of its line is empty.
    if len(choice.plans) != 2:
        raise QueryError("two-editions", remedy="name-two-plans")
    base, later = map(graph.plan, choice.plans)
    evidence = graph.known(choice.evidence)
    editions, texts_known = compare(evidence, base, later)
    actions = aligned(graph, evidence, base, later)
    order = plan_order(graph)
    related = [row for row in editions if row.is_linked or _cites(evidence, base, later, row.other)]
    related.sort(key=lambda row: order(later, row.other))
    lines_of = {
        "plan": [_plan(graph, evidence, (base, later), row) for row in related],
        "action": [_action(graph, row) for row in actions],
    }
    if choice.part and choice.part not in lines_of:
        raise QueryError("no-part", remedy="there-are", part=choice.part, names=", ".join(lines_of))
    rows = [_line(graph, name, row) for name, part in lines_of.items() if choice.part in ("", name) for row in part]
    notes = _notes(texts_known, [row for row in lines_of["plan"] if row["change"] != "same"], actions)
    return make(
        graph, "compare", COMPARE, rows, notes, "coherence/text-uses", evidence,
        basis=graph.uses.basis.also("plans", keys([base, later])),
    )  # fmt: skip


def _cites(evidence: Known, base: str, later: str, cited: str) -> bool:
    return any((min(plan, cited), max(plan, cited)) in evidence.linked for plan in (base, later))


def aligned(graph: Graph, evidence: Known, base: str, later: str) -> tuple[ActionFate, ...]:
    # An action is dropped, or new, only where both lists are complete and the later edition was read to its end.
    readings, home = evidence.tables.readings, evidence.tables.works.home
    is_read = readings.extent(later, Aspect.REFERENCES) is Extent.FULL and {base, later} <= readings.complete
    rows = fates(home, base, later, read_successions(graph.store), is_read=is_read)
    texts = [
        {
            action: entry.texts
            for action, plan in home.items()
            if plan == edition and (entry := graph.labels.entry(action))
        }
        for edition in (base, later)
    ]
    # titles are compared in the language most actions of both have
    tags = sorted({tag for text in texts for by_language in text.values() for tag in by_language})
    tag = min(
        tags,
        key=lambda tag: (-min(sum(tag in by_language for by_language in text.values()) for text in texts), tag),
        default="",
    )
    return suggested(
        rows,
        *({action: by_language[tag] for action, by_language in text.items() if tag in by_language} for text in texts),
    )


def _notes(texts_known: tuple[int, int], changed: list[Row], actions: Iterable[ActionFate]) -> list[Text]:
    counted, rows = Counter(str(row["change"]) for row in changed), tuple(actions)
    fate, share_retained = {row.fate for row in rows}, retention(rows)
    leading_note = note("not-read-through" if Fate.NOT_SEEN in fate else "no-succession")
    leading_note = leading_note if share_retained is None else note("retention", share=round(100 * share_retained))
    counts_note = note("plans-changed", **{change: counted[change] for change in ("added", "removed", "more", "less")})
    per = note("texts-known", base=texts_known[0], new=texts_known[1])
    similar = [note("similar-titles")] if any(row.similar for row in rows) else []
    return [leading_note, *similar, counts_note, per, note("same-weights")]


def _line(graph: Graph, part: str, row: Row) -> Row:
    return {
        **dict.fromkeys((part.key for name in COMPARE for part in column("compare", name)), ""),
        **code(graph, "part", part),
        **row,
    }


def _plan(graph: Graph, evidence: Known, editions: tuple[str, str], row: Compared) -> Row:
    base, later = editions
    return {
        **thing(graph, "plan", row.other),
        "low_base": number(row.base.low),
        "low_new": number(row.new.low),
        "difference_bits": number(row.new.low - row.base.low),
        "high_base": number(row.base.high),
        "high_new": number(row.new.high),
        **things(graph, "instruments_added", row.added),
        **things(graph, "instruments_removed", row.removed),
        **code(graph, "cites_base", evidence.place(base, row.other, Channel.TEXT).value),
        **code(graph, "cites_new", evidence.place(later, row.other, Channel.TEXT).value),
        **level_cells(graph, firmest(evidence.link_level(plan, row.other) for plan in editions)),
        **code(graph, "change", _change(row)),
    }


def _change(row: Compared) -> str:
    before, after = row.base.low, row.new.low
    if abs(after - before) <= 1e-9:
        return "same"
    if not before:
        return "added"
    if not after:
        return "removed"
    return "more" if after > before else "less"


def _action(graph: Graph, row: ActionFate) -> Row:
    return {
        **thing(graph, "action", row.action),
        **thing(graph, "plan", graph.plan_of(row.action)),
        **code(graph, "change", row.fate.value),
        **things(graph, "counterparts", row.others),
        **code(graph, "ground", row.ground),
        **things(graph, "similar", [row.similar] if row.similar else []),
    }


MOMENT = ("kind", "what", "of_what", "since", "until", "state")


def moment(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # A period is given by years, so a plan runs from the first to the last day of them.
    plans_named = frozenset(graph.plans(choice.plans))
    rows = [*_running(graph, plans_named), *(() if plans_named else _due(graph)), *_happened(graph, plans_named)]
    unknown = sum(row["state"] == "unknown" for row in rows)
    # today the links are what the graph says they are; of another day nobody knows
    past = [note("no-validity", day=graph.as_of.isoformat())] if graph.asked else []
    notes = [*past, note("periods-unknown", n=unknown)]
    return make(graph, "as-of", MOMENT, rows, notes, "tables/periods", is_dated=True)


def _running(graph: Graph, plans_named: frozenset[str]) -> Iterator[Row]:
    today = graph.as_of.isoformat()
    for plan, (on, since, until) in sorted(graph.periods.items()):
        if not plans_named or plan in plans_named:
            start = since or on
            yield {
                **code(graph, "kind", "plan"),
                **thing(graph, "what", plan),
                **thing(graph, "of_what", None),
                "since": start or None,
                "until": until or None,
                **code(graph, "state", _state(start, until, today)),
            }


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


def _due(graph: Graph) -> Iterator[Row]:
    for row in graph.margins():
        yield {
            **code(graph, "kind", "obligation"),
            **thing(graph, "what", row.obligation.iri),
            **thing(graph, "of_what", row.obligation.instrument),
            "since": None,
            "until": row.obligation.due.isoformat() if row.obligation.due else None,
            **code(graph, "state", row.standing.value.replace(" ", "-")),
        }


def _happened(graph: Graph, plans_named: frozenset[str]) -> Iterator[Row]:
    today = graph.as_of.isoformat()
    for event, of, on in graph.read(program_query("tables/events")):
        passed = _passed(on, today)
        if passed is not False and (not plans_named or graph.home_of.get(of, of) in plans_named):
            yield {
                **code(graph, "kind", "event"),
                **thing(graph, "what", event),
                **thing(graph, "of_what", of),
                "since": on,
                "until": None,
                **code(graph, "state", "done" if passed else "unknown"),
            }


def _passed(on: str, today: str) -> bool | None:
    """Whether a day, month or year lies behind a day; None within a month or year of which no day is known.

    >>> _passed("2020-01-01", "2020-01-01"), _passed("2020", "2020-06-01"), _passed("2020", "2021-01-01")
    (True, None, True)
    """
    if today[: len(on)] == on:
        return True if len(on) == len(today) else None
    return today > on


_FIGURES: Final = Messages("figure")
REGISTER: Final = ("figure", "told", *(f"at_{one.key}" for one in FIGURED), "population", "command")
_CODES: Final[Mapping[str, str]] = {
    "verdict": "expectation", "verdict_back": "expectation_back", "cites_at": "level", "cited_at": "level_back",
    "state": "citation", "level": "level", "list": "list", "channel": "channel",
}  # fmt: skip
"""Columns of lists that hold codes, as tables name them."""
_THINGS: Final = frozenset(("plan", "other_plan", "action", "other_action"))
_TRUTHS: Final = frozenset(("in_statement", "sharing", "text", "web"))


def register(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    # With plans named, only the lines of a list that name one of them.
    if choice.part:
        return _listed(graph, choice)
    figures_taken = graph.figures(choice.evidence)
    rows = [row for figure in figures_taken for row in _values(figure, graph)]
    line = basis_line(graph.known(choice.evidence))
    notes = [note("nested", level=according_to(choice.evidence).say(graph.language)), note("figure-list")]
    return make(graph, "figures", REGISTER, rows, notes, line=line)


def _values(figure_taken: Taken, graph: Graph) -> Iterator[Row]:
    figure = figure_taken.figure
    labels_of_parts = figure.parts or (("low", "high") if len(figure_taken.value) == 2 else ("whole",))
    for at, part in enumerate(labels_of_parts):
        messages = _FIGURES if figure.parts else Messages("table")
        key = part if figure.parts else f"value.told.{part}"
        yield {
            "figure": figure.id,
            "figure_label": figure.name(graph.asked_by).say(graph.language),
            "told": part,
            "told_label": messages.say(key, graph.language),
            **{
                f"at_{level.key}": _number(value[at], figure.unit)
                for level, value in zip(FIGURED, figure_taken.nested, strict=True)
            },
            "population": figure_taken.population,
            "command": f"pan2kg coherence figures --figure {figure.id}",
        }


def _number(value: float | None, unit: Unit) -> int | float | None:
    return round(value) if value is not None and unit is Unit.COUNT else number(value)


def _listed(graph: Graph, choice: TableChoice) -> Table:
    figure = find_figure(choice.part)
    plans_named = frozenset(graph.plans(choice.plans))
    evidence = graph.known(choice.evidence)
    home = evidence.tables.works.home
    rows = [
        _row(graph, figure.columns, cells)
        for cells in figure.rows(evidence)
        if not plans_named or plans_named & {home.get(str(cell), str(cell)) for cell in cells}
    ]
    columns = tuple(_CODES.get(code, code) for code in figure.columns)
    basis = graph.uses.basis.also("figure", figure.id)
    if plans_named:
        basis = basis.also("plans", keys(sorted(plans_named)))
    words = {"name": figure.name(graph.asked_by).say(graph.language)}
    words["meaning"] = figure.message("meaning").say(graph.language)
    notes = [note("figure-means", **words), note("figure-among", among=figure.message("among").say(graph.language))]
    return make(graph, "figures", columns, rows, notes, sparql=_query(figure), evidence=evidence, basis=basis)


def find_figure(name: str) -> Figure:
    match = next((figure for figure in FIGURES if figure.id == FORMER.get(name, name)), None)
    if match is None:
        raise QueryError("no-part", remedy="there-are", part=name, names=", ".join(figure.id for figure in FIGURES))
    return match


def _query(figure: Figure) -> str:
    by_text = {"sharing-plan-pairs", "broad-plan-pairs", "linked-action-pairs", "broad-action-pairs", "texts-read"}
    by_text |= {"plans-with-texts"}
    if figure.id in {"lists", "measures"}:
        return program_query("coherence/plans")
    return program_query("coherence/text-uses" if figure.id in by_text else "coherence/plan-statements")


def _row(graph: Graph, columns: tuple[str, ...], cells: tuple[Scalar, ...]) -> Row:
    row: dict[str, Value] = {}
    for name, cell in zip(columns, cells, strict=True):
        if name in _THINGS:
            row |= thing(graph, name, str(cell))
        elif name in _CODES:
            row |= code(graph, _CODES[name], str(cell))
        elif name in _TRUTHS:
            row[name] = bool(cell)
        elif name == "ways":
            row |= _ways(graph, str(cell))
        elif isinstance(cell, float):
            row[name] = number(cell) if name.endswith("bits") else round(cell)
        else:
            row[name] = cell
    return row


def _ways(graph: Graph, ways: str) -> Row:
    words = format_of("semicolon", graph.language).join(
        _FIGURES.say(f"way.{citing_way}", graph.language) for citing_way in ways.split()
    )
    return {"ways": ways or None, "ways_label": words or None}
