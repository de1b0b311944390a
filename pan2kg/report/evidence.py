"""The statements behind the figures of a report: who states what, in which words, and where it was read.

Also the pairs of actions one by one, with why they are linked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.figures import Unit
from pan2kg.coherence.known import Known, basis_line
from pan2kg.coherence.occasions import Occasion, State
from pan2kg.coherence.reading import homes
from pan2kg.coherence.uses import key
from pan2kg.graph.graph import Graph
from pan2kg.i18n.catalogue import Messages, Text
from pan2kg.report.blocks import Fold, Prose, Row, Section, Shown, name, named, one_way, without
from pan2kg.store.queries import program_query
from pan2kg.tables.citations import explanation
from pan2kg.tables.figure_words import amount
from pan2kg.tables.table import (
    Choice,
    Column,
    FigureTable,
    action_bits,
    action_order,
    code,
    level_cells,
    note,
    number,
    shown,
    thing,
    things,
)
from pan2kg.tables.table import column as known_column

if TYPE_CHECKING:
    from pan2kg.coherence.evidence import Basis, Level
    from pan2kg.coherence.feasible import Statement
    from pan2kg.coherence.weight import Contribution

_WORDS: Final = Messages("report")


def statements(graph: Graph, actions: Iterable[str]) -> FigureTable:
    """What each action rests on, by its own statements; the first row of an action is called after it."""
    wanted = sorted(set(actions), key=lambda one: (_place(graph, one), one))
    query = program_query("tables/words", work=wanted)
    found: dict[str, list[Row]] = {one: [] for one in wanted}
    for _, work, instrument, relation, quote, document, page, address in graph.read(query):
        if key(relation) in _BESIDE:
            continue
        found[work].append(
            {
                **thing(graph, "action", work),
                **thing(graph, "instrument", instrument),
                **thing(graph, "relation", relation or None),
                "quote": quote or None,
                **thing(graph, "document", document or None),
                "page": page or None,
                "address": address or None,
            }
        )
    empty = {one: [_silent(graph, one)] for one, rows in found.items() if not rows}
    rows = [row for one in wanted for row in found[one] or empty[one]]
    columns = ("action", "instrument", "relation", "quote", "document", "page")
    made = _make("statements", graph.uses.basis, columns, rows, query)
    return named(made, lambda row: name("action", str(row["action"])), "action")


def _silent(graph: Graph, action: str) -> Row:
    nothing = {**thing(graph, "instrument", None), **thing(graph, "relation", None)}
    return {**thing(graph, "action", action), **nothing, "quote": None, **thing(graph, "document", None)} | {
        "page": None
    }


def _place(graph: Graph, action: str) -> tuple[str, list[tuple[int, str]]]:
    """The order of a printed plan: 2.10 after 2.9."""
    parts = (part for part in key(action).split("-"))
    return graph.home_of.get(action, ""), [(int(part), "") if part.isdigit() else (-1, part) for part in parts]


def citations(graph: Graph, plans: frozenset[str]) -> FigureTable:
    """Who cites whom, of and with the plans given; the first row of a pair of plans is called after it, one way."""
    home, query = homes(graph.uses), program_query("report/citations")
    rows = [
        {
            **thing(graph, "citing", source),
            **thing(graph, "cited", target),
            **thing(graph, "channel", channel),
            "quote": quote or None,
            **thing(graph, "document", document or None),
            "address": address or None,
            "ends": one_way("cites", home[source], home[target]),
        }
        for source, target, channel, quote, document, address, _ in graph.read(query)
        if {source, target} <= home.keys() and home[source] != home[target] and {home[source], home[target]} & plans
    ]
    columns = ("citing", "cited", "channel", "quote", "document")
    made = _make("citations", graph.uses.basis, columns, sorted(rows, key=lambda row: str(row["ends"])), query)
    return named(made, lambda row: str(row["ends"]))


def fields(graph: Graph, plan: str) -> FigureTable:
    """What a plan says of the five fields of its actions; the first row of an action is called after it."""
    query = program_query("report/fields", plan=plan)
    rows = [
        {
            **thing(graph, "action", action),
            "field": known_column("completeness", field).heading.say(graph.language),
            "words": words,
            **thing(graph, "document", document or None),
            "address": address or None,
        }
        for action, field, words, document, address in sorted(
            graph.read(query), key=lambda row: (_place(graph, row[0]), row[1:])
        )
    ]
    made = _make("fields", graph.uses.basis, ("action", "field", "words", "document"), rows, query)
    return named(made, lambda row: name("field", str(row["action"])))


def duties(graph: Graph) -> FigureTable:
    """Where each obligation was read; the first row of one is called after it."""
    query = program_query("report/obligations")
    rows = [
        {
            **thing(graph, "obligation", obligation),
            **thing(graph, "instrument", instrument),
            "due": due or None,
            **thing(graph, "document", document or None),
            "address": address or None,
        }
        for obligation, instrument, due, document, address in graph.read(query)
    ]
    made = _make("duties", graph.uses.basis, ("obligation", "instrument", "due", "document"), rows, query)
    return named(made, lambda row: name("duty", str(row["obligation"])))


def annotated(graph: Graph) -> FigureTable:
    """Each action of each plan and what was recorded of it; the first row of a plan is called after it."""
    uses = graph.uses
    resting = {uses.actions[at] for at in uses.table.rows.tolist()}
    known = {profile.work: profile for profile in graph.profiles}
    recorded = {field.action for field in graph.fields}
    rows = []
    for action in sorted(uses.actions, key=lambda one: _place(graph, one)):
        profile = known.get(action)
        rows.append(
            {
                **thing(graph, "plan", graph.home_of[action]),
                **thing(graph, "action", action),
                # what was not recorded may not have been read: it is unknown, and « no » would say it is not there
                "with_instrument": action in resting or None,
                "with_body": bool(profile and (profile.bodies or profile.leads)) or None,
                "with_topic": bool(profile and profile.topics) or None,
                "with_group": bool(profile and profile.groups) or None,
                "with_fields": action in recorded or None,
            }
        )
    columns = ("plan", "action", "with_instrument", "with_body", "with_topic", "with_group", "with_fields")
    made = _make("annotated", uses.basis, columns, rows, "")
    return named(made, lambda row: name("actions", str(row["plan"])))


def tongues(graph: Graph) -> dict[str, str]:
    """The language of each name and quotation that is not in the language of the graph."""
    query = program_query("report/other-languages", language=graph.language)
    return {row[0]: row[1] for row in graph.read(query)}


WANTED: Final = ("citing", "cited", "citation", "low", "instruments", "reason", "quote", "document", "level")
_MAY_LACK: Final = frozenset({"instruments", "quote", "document"})
"""The columns that are left out where no row has anything in them."""


def wanted(graph: Graph, plan: str, level: Level) -> FigureTable:
    """The expected citations of and to a plan that were not seen, a row for each statement that brings both together.

    What both name stands in the same row; where only that brings them together, the row has no words.
    """
    known = graph.known(level)
    found = [
        one for one in known.occasions
        if one.is_expected and one.state is not State.SEEN and plan in (one.source, one.target)
    ]  # fmt: skip
    said = {one: known.between(one.source, one.target)[:REASONS] for one in found}
    query = program_query("report/meeting", link=sorted({each.link for every in said.values() for each in every}))
    words: dict[str, list[str]] = {}
    for row in graph.read(query) if any(said.values()) else ():
        words.setdefault(row[0], row[1:])
    rows = [
        {
            **thing(graph, "citing", one.source),
            **thing(graph, "cited", one.target),
            **code(graph, "citation", one.state.value),
            "low": number(one.bits),
            **things(graph, "instruments", [part.text for part in _specific(known, one)]),
            "reason": _WORDS.say(f"reason.{_reason(each)}", graph.language),
            **_words(graph, words[each.link] if each else ["", "", ""]),
            **level_cells(graph, each.level if each else known.link_level(one.source, one.target)),
        }
        for one in found
        for each in said[one] or (None,)
    ]  # fmt: skip
    columns = tuple(
        Column(one, _WORDS.text("column.reason")) if one == "reason" else known_column("debt", one)
        for one in WANTED
        if one not in _MAY_LACK or any(row[one] for row in rows)
    )
    title, notes = _WORDS.text("section.wanted"), (note("not-returned"),)
    asked, line = shown(query) if rows else "", basis_line(known)
    return FigureTable("wanted", title, Text(), graph.uses.basis, columns, tuple(rows), notes, asked, line)


def _specific(known: Known, one: Occasion) -> list[Contribution]:
    weight = known.weight(one.source, one.target)
    return [part for part in weight.contributions if part.bits > 0 and not part.is_broad]


def _reason(said: Statement | None) -> str:
    return "text" if said is None else "cited" if said.is_citation else "together"


def _words(graph: Graph, cells: list[str]) -> Row:
    quote, document, address = cells
    return {"quote": quote or None, **thing(graph, "document", document or None), "address": address or None}


REASONS: Final = 2
"""How many statements that bring two plans together are told of one citation to look for."""


def sources(graph: Graph, tables: Iterable[FigureTable]) -> FigureTable:
    """The documents that statements of some tables were read in, and how many of their rows rest on each."""
    counted: dict[str, int] = {}
    for row in (row for figures in tables for row in figures.rows):
        document = str(row.get("document") or "")
        counted[document] = counted.get(document, 0) + 1
    counted.pop("", None)
    query = program_query("report/documents", document=sorted(counted))
    rows = [
        {
            **thing(graph, "document", document),
            **thing(graph, "source_kind", of or None),
            "dated": dated or None,
            "address": address or None,
            "rests": counted[document],
        }
        for document, of, dated, address in (graph.read(query) if counted else ())
    ]
    rows.sort(key=lambda row: (str(row["document_label"]), str(row["document"]), str(row["address"])))
    dated = ["dated"] if any(row["dated"] for row in rows) else []
    columns = ("document", "source_kind", *dated, "address", "rests")
    return _make("sources", graph.uses.basis, columns, rows, query)


def _make(called: str, basis: Basis, columns: Iterable[str], rows: Iterable[Row], query: str) -> FigureTable:
    return FigureTable(
        name=called,
        title=_WORDS.text(f"title.{called}"),
        summary=_WORDS.text(f"summary.{called}") if _WORDS.has(f"summary.{called}") else Text(),
        basis=basis,
        columns=tuple(column(called, one) for one in columns),
        rows=tuple(rows),
        sparql=shown(query),
    )


def column(figures: str, one: str) -> Column:
    """A column of the report's own, else one that tables know.

    >>> column("citations", "channel").thing
    True
    """
    if not _WORDS.has(f"column.{one}"):
        return known_column(figures, one)
    return Column(one, _WORDS.text(f"column.{one}"), thing=one in _THINGS)


_BESIDE: Final = frozenset({"related-to", "named-together-with"})
"""Relations that put a text beside an action without the action resting on it; they count in no figure."""

_THINGS: Final = frozenset({"channel", "cited", "citing", "source_kind"})


MOST: Final = 300
"""How many pairs of actions of two plans are explained one by one, strongest first; the others are counted."""

Shared = tuple[str, str, float]
"""Two actions and what they share, in bits."""

Pairs = Mapping[tuple[str, str], list[Shared]]


def linked_pairs(graph: Graph, plans: frozenset[str], level: Level) -> Pairs:
    """The pairs of actions of two plans linked by a specific text, one plan among those given, most bits first."""
    found: dict[tuple[str, str], list[Shared]] = {}
    order, known = action_order(graph), graph.known(level)
    home = known.tables.works.home
    linked = {pair: low for pair, (low, _) in action_bits(known).items() if low > 0}
    for one, two in sorted(linked, key=lambda pair: order(*pair)):
        ends = sorted((home[one], home[two]))
        if plans & set(ends):
            found.setdefault((ends[0], ends[1]), []).append((one, two, linked[one, two]))
    return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))


def annex(graph: Graph, plans: frozenset[str], plan: str, level: Level) -> Section:
    """Everything the figures are drawn from."""
    language = graph.language
    pairs = linked_pairs(graph, plans, level)
    linked = {action for rows in pairs.values() for row in rows for action in row[:2]}
    own = {action for action, home in graph.home_of.items() if home == plan}
    tables = (
        ("statements", statements(graph, linked | own)),
        ("citations", citations(graph, plans)),
        ("fields", fields(graph, plan)),
        ("duty-sources", duties(graph)),
        ("annotated", annotated(graph)),
    )
    between = tuple(
        _pair_of_plans(graph, Choice(plans=(plan,), evidence=level), ends, rows) for ends, rows in pairs.items()
    )
    first = () if pairs else (Prose(_WORDS.say("prose.no-pairs", language)),)
    parts = [Section("pairs", _WORDS.say("section.all-pairs", language), first, between)]
    parts += [
        Section(key, _WORDS.say(f"section.{key}", language), (Shown(table, key, folded=key == "annotated"),))
        for key, table in tables
    ]
    blocks = (Prose(_WORDS.say("prose.evidence", language)),)
    return Section("evidence", _WORDS.say("section.evidence", language), blocks, tuple(parts))


def tables_of(section: Section) -> Iterator[FigureTable]:
    """The tables of a section and of its parts."""
    for block in section.blocks:
        shown = block.shown if isinstance(block, Fold) else block
        if isinstance(shown, Shown):
            yield shown.figures
    for part in section.parts:
        yield from tables_of(part)


def _pair_of_plans(graph: Graph, choice: Choice, ends: tuple[str, str], rows: list[Shared]) -> Section:
    language = graph.language
    title = _WORDS.say("section.pairs", language, one=graph.label(ends[0]), two=graph.label(ends[1]))
    counted = [Prose(_WORDS.say("prose.pairs", language, n=len(rows)))]
    if len(rows) > MOST:
        counted.append(Prose(_WORDS.say("prose.pairs-left-out", language, n=len(rows) - MOST)))
    return Section(name("pairs", *ends), title, (*counted, *(_pair(graph, choice, row) for row in rows[:MOST])))


def _pair(graph: Graph, choice: Choice, row: Shared) -> Fold:
    called = name("pair", row[0], row[1])
    ends = sorted(row[:2], key=lambda action: (graph.home_of[action] not in choice.plans, action))
    made = explanation(graph, Choice(actions=tuple(ends), evidence=choice.evidence))
    things = tuple((action, graph.label(action)) for action in ends)
    notes = tuple(note.say(graph.language) for note in made.notes)
    shown = Shown(without(made, "place", "address", "path"), f"table-{called}")
    return Fold(called, amount(row[2], Unit.BITS, graph.language), things, shown, notes)
