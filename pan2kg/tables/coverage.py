"""How far the data go: which fields of actions are recorded, and how far figures can be trusted."""

from collections.abc import Mapping, Set as AbstractSet
from typing import NamedTuple

from pan2kg.coherence import action_measures, evidence, known, weight
from pan2kg.coherence.evidence import Aspect, Extent, Level
from pan2kg.coherence.standing import Standing
from pan2kg.graph.graph import Graph
from pan2kg.i18n import LANGUAGES, Text
from pan2kg.tables import DEFAULT, Table, TableChoice, make, note
from pan2kg.turtle.vocabulary import key

FIELDS = ("indicator", "verification_source", "expected_result", "timeline", "means")
COMPLETE = ("action", "plan", "body", *FIELDS, "share")


def complete(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """The body and the five fields of each action of which any field was recorded.

    Each cell is a :class:`~pan2kg.coherence.Standing`, ``share`` in [0, 1]. Actions without
    a recorded field are counted in a note, and listed too with everything.
    """
    plans = graph.plans(choice.plans)
    every = fields_of(graph)
    chosen = [entry for entry in every if not plans or entry.plan in plans]
    with_body = graph.with_body(Level.EDITORS)
    rows = []
    for entry in chosen:
        if not entry.annotated and not choice.everything:
            continue
        fields = {name.replace(" ", "_"): presence for name, presence in entry.fields.items()}
        body = _body_of(graph, entry, with_body)
        presences = [fields.get(field) for field in FIELDS]
        rows.append((entry.action, graph.plan_of(entry.action), body, *presences, entry.share))
    annotated = sum(entry.annotated for entry in every)
    basis = graph.uses.basis.also("fields", f"recorded for {annotated} of {len(every)} actions")
    if plans:
        basis = basis.also("plans", ", ".join(map(key, sorted({*plans}))))
    unread = sum(not entry.annotated for entry in chosen)
    notes = [note("absent-means"), note("fields-unread", n=unread, of=len(chosen))]
    return make(graph, "completeness", COMPLETE, rows, notes, "coherence/fields", basis=basis)


def _body_of(
    graph: Graph, entry: action_measures.Completeness, with_body: frozenset[str]
) -> Standing:
    """Whether a body is recorded; it is absent only where the plan was read in full for bodies."""
    if entry.action in with_body:
        return Standing.STATED
    extent = graph.tables.readings.extent(entry.action, Aspect.BODIES, entry.plan)
    return Standing.ABSENT if extent is Extent.FULL else Standing.UNREAD


def fields_of(graph: Graph) -> tuple[action_measures.Completeness, ...]:
    """What is recorded of each action of a plan, field by field; counted once a graph."""
    home = graph.home_of
    readings = graph.tables.readings
    read_in_full = {
        action
        for action, plan in home.items()
        if readings.extent(action, Aspect.MEASURES, plan) is Extent.FULL
    }
    return graph.once(
        "fields of actions", lambda: action_measures.completeness(home, graph.fields, read_in_full)
    )


class TrustRow(NamedTuple):
    """How much of a plan is in the graph, was read and is annotated, in numbers of its actions.

    The columns of the table are the fields. ``published`` is how many measures the plan says it
    has, ``listed`` the share of these in the graph. None is said of what nobody read for.
    """

    plan: str
    in_graph: int
    published: int | None
    listed: float | None
    list: str
    texts_full: int
    texts_part: int
    texts_none: int
    bodies_full: int
    bodies_part: int
    bodies_none: int
    references: Extent
    web_page: Extent
    with_text: int | None
    with_body: int | None
    with_topic: int | None
    with_group: int | None
    with_fields: int | None


def trust(graph: Graph, choice: TableChoice = DEFAULT) -> Table:
    """How much of each plan is in the graph, was read, and is annotated, in numbers of actions.

    Coverage is told column by column, and never multiplied or averaged into one score. Plans of
    which most actions name a text come first.
    """
    plans = graph.plans(choice.plans)
    knowledge = graph.known(choice.evidence)
    recorded = _recorded(graph, knowledge)
    chosen = [plan for plan in knowledge.tables.works.plans if not plans or plan in plans]
    rows = [_covered(knowledge, plan, recorded) for plan in chosen]
    rows.sort(key=lambda row: (-(row.with_text or 0), -row.in_graph, row.plan))
    texts = known.basis_line(knowledge).texts
    without_actions = sum(not row.in_graph for row in rows)
    notes = [
        note("texts-read", full=texts.full, part=texts.part, none=texts.none),
        note("plans-without-actions", n=without_actions, of=len(rows)),
        note("low-share"),
    ]
    for unsaid in weight.unsaid(graph.known(Level.EDITORS).potential):
        if not plans or unsaid.plan in plans:
            labels = {
                "plan": _in_each_language(graph, unsaid.plan),
                "text": _in_each_language(graph, unsaid.text),
            }
            notes.append(note("unsaid", n=unsaid.naming, of=unsaid.annotated, **labels))
    return make(graph, "trust", TrustRow._fields, rows, notes, evidence=knowledge)


def _recorded(graph: Graph, knowledge: known.Known) -> dict[str, AbstractSet[str]]:
    """The works of which something is recorded, by the column that counts them."""
    with_topic = set()
    with_group = set()
    for profile in graph.profiles_at(knowledge.level):
        if profile.topics:
            with_topic.add(profile.work)
        if profile.groups:
            with_group.add(profile.work)
    return {
        "with_text": {use.work for use in knowledge.uses},
        "with_body": graph.with_body(knowledge.level),
        "with_topic": with_topic,
        "with_group": with_group,
        "with_fields": {field.action for field in graph.fields},
    }


def _covered(
    knowledge: known.Known, plan: str, recorded: Mapping[str, AbstractSet[str]]
) -> TrustRow:
    tables = knowledge.tables
    works = tables.works
    readings = tables.readings
    members = {action for action, home in works.home.items() if home == plan}
    texts = evidence.coverage(readings, works, Aspect.TEXTS, {plan})
    bodies = evidence.coverage(readings, works, Aspect.BODIES, {plan})
    measures = evidence.coverage(readings, works, Aspect.MEASURES, {plan})

    def counted(column: str, read: int = 0) -> int | None:
        """The actions something is recorded of; 0 is said only where all of them were read for it."""
        number = len(members & recorded[column])
        is_known = number > 0 or 0 < len(members) == read
        return number if is_known else None

    return TrustRow(
        plan,
        len(members),
        published=tables.published.get(plan),
        listed=evidence.listed(works, tables.published, plan),
        list=tables.lists.get(plan, "unknown"),
        texts_full=texts.full,
        texts_part=texts.part,
        texts_none=texts.none,
        bodies_full=bodies.full,
        bodies_part=bodies.part,
        bodies_none=bodies.none,
        references=readings.extent(plan, Aspect.REFERENCES),
        web_page=readings.extent(plan, Aspect.WEB_PAGE),
        with_text=counted("with_text", texts.full),
        with_body=counted("with_body", bodies.full),
        # of topics and groups no reading tells
        with_topic=counted("with_topic"),
        with_group=counted("with_group"),
        with_fields=counted("with_fields", measures.full),
    )


def _in_each_language(graph: Graph, iri: str) -> Text:
    return Text.of({language: graph.label(iri, language) for language in LANGUAGES})
