"""The sections of a plan's report on plans, debt, coherence index, actions, bodies, obligations and editions.

Each picture is drawn twice, once with marks that lead to rows of the page and once without for Markdown, and has its
data as a table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from pan2kg.charts.registry import draw_on
from pan2kg.coherence.known import BasisLine, basis_line
from pan2kg.coherence.occasions import State
from pan2kg.coherence.reading_state import Cell
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.i18n.catalogue import Language, Messages, Text
from pan2kg.report.blocks import (
    Block,
    Drawn,
    Prose,
    Row,
    Section,
    Shown,
    keep,
    leading,
    name,
    named,
    one_way,
    only,
    turned,
    without,
)
from pan2kg.report.evidence import wanted
from pan2kg.store.store import Table, Term, plain
from pan2kg.tables.actions import bodies, bridges, complete, lost
from pan2kg.tables.citations import debt, unacknowledged
from pan2kg.tables.coverage import trust
from pan2kg.tables.editions import compared
from pan2kg.tables.formats import Value
from pan2kg.tables.obligations import dependencies, duties, for_pages, recommendations
from pan2kg.tables.plans import by_chance, coherence_index, matrix
from pan2kg.tables.table import Choice, Column, FigureTable, coded, codes
from pan2kg.turtle.vocabulary import XSD

if TYPE_CHECKING:
    from pan2kg.charts.frame import Picture
    from pan2kg.charts.subject import Address, Subject
    from pan2kg.coherence.evidence import Basis, Level

_WORDS: Final = Messages("report")


def picture(subject: Subject, kind: str, **parameters: object) -> Block:
    """A picture; a sentence where the graph does not have what it would show."""
    try:
        led = draw_on(subject, kind, **parameters)
        plain = draw_on(replace(subject, address=None), kind, **parameters)
    except QueryError:
        return Prose(_WORDS.say("page.no-picture", subject.language))
    line = basis_line(subject.known) if kind not in _WITHOUT_LEVEL else None
    data = read_data(led, subject.graph.uses.basis, subject.language, line=line)
    return Drawn(f"figure-{kind}", led.title, led.description, led.svg, plain.svg, data)


_WITHOUT_LEVEL: Final = frozenset({"timeline"})
"""The pictures that show no links, so that they have no level."""


def address(known: frozenset[str]) -> Address:
    """Where marks lead: two actions or plans to their pair, one to what is said of it; nowhere else."""

    def leads(things: tuple[str, ...]) -> str:
        kinds = ("pair", "pairs", "matrix") if len(things) == 2 else ("action", "plan")
        wanted = (name(kind, *things) for kind in kinds)
        return next((f"#{one}" for one in wanted if one in known), "")

    return leads


def read_data(drawn: Picture, basis: Basis, language: Language, *, line: BasisLine | None = None) -> FigureTable:
    """The data of a picture as a table; what is hatched because it was not assessed is left out."""
    columns = [one for one in drawn.table.columns if not one.endswith("_label") and one != "drawn"]
    return FigureTable(
        name=f"data-{drawn.name}",
        title=Text.same(drawn.title),
        summary=Text(),
        basis=basis,
        columns=tuple(
            Column(one, _WORDS.text(f"data.{one}"), thing=f"{one}_label" in drawn.table.columns) for one in columns
        ),
        rows=tuple(row for at, row in enumerate(_rows(drawn.table, language)) if not _hatched(drawn.table, at)),
        line=line,
    )


def _hatched(drawn: Table, at: int) -> bool:
    """Whether nothing is known of a row: nobody read it, and no citation was seen either way."""
    said = {name: plain(term) for name, term in zip(drawn.columns, drawn.rows[at], strict=True)}
    silent = said.get("shares") == Cell.UNREAD and not {said.get(way) for way in _WAYS} & {State.SEEN, State.ABSENT}
    return silent or said.get("assessed") in ("false", "0")


_WAYS = ("citation_one_to_two", "citation_two_to_one")


def _rows(table: Table, language: Language) -> list[dict[str, Value]]:
    return [
        {one: _value(term, one, language) for one, term in zip(table.columns, row, strict=True)} for row in table.rows
    ]


def _value(term: Term | None, column: str, language: Language) -> Value:
    if term is None:
        return None
    if not isinstance(term, ox.Literal):
        return str(term.value)
    if term.datatype.value == f"{XSD}integer":
        return int(term.value)
    if term.datatype.value == f"{XSD}decimal":
        return float(term.value)
    return _code(term.value, column, language)


def _code(value: str, column: str, language: Language) -> Value:
    if value in ("true", "false"):
        return value == "true"
    if column == "standing" and value.replace(" ", "-") in codes("standing"):
        return coded("standing", value.replace(" ", "-")).say(language)
    if column in _FIGURED and _FIGURE.has(f"{_FIGURED[column]}.{value}"):
        return _FIGURE.say(f"{_FIGURED[column]}.{value}", language)
    return _WORDS.say(f"code.{value}", language) if column in _CODED and _WORDS.has(f"code.{value}") else value


_CODED = frozenset({"basis", "direction", "kind"})
_FIGURE: Final = Messages("figure")
_FIGURED: Final = {
    "shares": "cell", "evidence_level": "level",
    **dict.fromkeys(_WAYS, "state"), **{f"verdict_{way.partition('_')[2]}": "verdict" for way in _WAYS},
}  # fmt: skip
"""The columns whose keys are words of figures, with the kind of word."""


@dataclass(frozen=True, slots=True)
class Case:
    """What the sections are written from: the graph, a plan of it, the edition before, and what pictures need."""

    graph: Graph
    subject: Subject
    plan: str
    before: str = ""

    @property
    def choice(self) -> Choice:
        """The plan, as tables are told it, and the level."""
        return Choice(plans=(self.plan,), evidence=self.subject.level)

    def say(self, key: str, **values: str | int) -> str:
        """A sentence of the report."""
        return _WORDS.say(f"prose.{key}", self.graph.language, **values)

    def section(self, key: str, *blocks: Block, parts: tuple[Section, ...] = ()) -> Section:
        """A section with its heading."""
        return Section(key, _WORDS.say(f"section.{key}", self.graph.language), blocks, parts)

    def draw(self, kind: str, **parameters: object) -> Block:
        """A picture about the plan; a sentence where plans are to be compared and the graph has one alone."""
        alone = sum(plan.is_plan for plan in self.graph.uses.plans) < 2
        if alone and kind in ("plan-matrix", "upset", "ministries"):
            return Prose(_WORDS.say("page.no-picture", self.graph.language))
        return picture(self.subject, kind, **parameters)

    @property
    def seen_from(self) -> Prose:
        """From which plan a table of pairs is told."""
        return Prose(self.say("seen-from"))

    @property
    def key(self) -> str:
        """The plan as pictures are told it."""
        return self.plan.rpartition("/")[2]


def plans(case: Case) -> Section:
    """Where plans meet: matrix, shared texts, chance."""
    whole = turned(matrix(case.graph, case.choice), lambda row: row["two"] == case.plan, _ENDS)
    table = named(whole, lambda row: name("matrix", str(row["one"]), str(row["two"])))
    table = leading(table, **dict.fromkeys(("low", "high", "general"), _pairs))
    table = leading(table, text_there=_there, web_there=_there, text_back=_back, web_back=_back)
    explicit = replace(_plainly(table), summary=Text(), notes=())
    chance = leading(by_chance(case.graph, case.choice), statistic=_pairs)
    return case.section(
        "plans",
        Prose(case.say("plans")),
        case.draw("plan-matrix", plan=case.key),
        parts=(
            case.section("matrix", Shown(only(table, *_POTENTIAL), "matrix-table")),
            case.section("explicit", case.seen_from, Shown(only(explicit, *_EXPLICIT), "explicit-table")),
            case.section("texts", case.draw("upset", plan=case.key)),
            case.section("chance", Prose(case.say("chance")), Shown(chance, "chance-table")),
        ),
    )


_ENDS = {
    "one": "two",
    "text_there": "text_back",
    "web_there": "web_back",
    "expectation": "expectation_back",
    "measures_one": "measures_two",
    "published_one": "published_two",
}
_POTENTIAL = (
    "two", "low", "high", "settled", "general", "level", "instruments", "co_led", "measures_two", "published_two",
)  # fmt: skip
_EXPLICIT = (
    "two", "text_there", "text_back", "web_there", "web_back", "expectation", "expectation_back", "level",
)  # fmt: skip


def _plainly(figures: FigureTable) -> FigureTable:
    """The table with rows that have no names of their own."""
    return replace(figures, rows=tuple({one: row[one] for one in row if one != "#"} for row in figures.rows))


def _pairs(row: Row) -> str:
    return name("pairs", str(row["one"]), str(row["two"]))


def _there(row: Row) -> str:
    return one_way("cites", str(row["one"]), str(row["two"]))


def _back(row: Row) -> str:
    return one_way("cites", str(row["two"]), str(row["one"]))


def looked_for(case: Case) -> Section:
    """The citations of and to the plan that could be expected and were not seen, and why the plans meet."""
    level = case.subject.level
    made = wanted(case.graph, case.plan, level)
    taken = next(one for one in case.graph.figures(level) if one.figure.id == "citations-made")
    _, absent, unseen = (int(part or 0) for part in taken.value)
    blocks: tuple[Block, ...] = (Prose(case.say("wanted")),)
    if made.rows:
        blocks += (Shown(leading(made, low=_owed), "wanted-table"),)
    else:
        blocks += (Prose(case.say("wanted-none")),)
    return case.section("wanted", *blocks, Prose(case.say("wanted-all", n=absent + unseen)))


def owed(case: Case) -> Section:
    """The coherence debt, and the pairs it is made of."""
    sums = leading(debt(case.graph, case.choice), **dict.fromkeys(_DEBTS, _owed))
    home = case.graph.home_of
    pairs = leading(
        turned(
            unacknowledged(case.graph, case.choice),
            lambda row: home[str(row["action"])] != case.plan,
            {
                "action": "other_action",
                "plan": "other_plan",
                "acknowledged_there": "acknowledged_back",
                "expectation": "expectation_back",
            },
        ),
        bits=lambda row: name("pair", str(row["action"]), str(row["other_action"])),
    )
    return case.section(
        "debt",
        Prose(case.say("debt")),
        parts=(
            case.section("owed", Shown(sums, "debt-table")),
            case.section("unacknowledged", case.seen_from, Shown(without(pairs, "plan"), "unacknowledged-table")),
        ),
    )


_DEBTS = ("low", "debt")


def _owed(row: Row) -> str:
    return name("pairs", str(row["citing"]), str(row["cited"]))


def index(case: Case) -> Section:
    """The coherence index, pair by pair, and what surrounds the action that asks for it, where it is this plan's."""
    made = turned(coherence_index(case.graph, case.choice), lambda row: row["two"] == case.plan, _ENDS)
    table = leading(made, low=_pairs, text_there=_there, web_there=_there, text_back=_back, web_back=_back)
    graph, language = case.graph, case.graph.language
    asking = graph.profile.coherence_action
    named = graph.labels.label(asking, language)
    if asking and graph.plan_of(asking) == case.plan:
        first = [Prose(case.say("index-own", number=named.notation, action=named.text))]
        central, around = {"action": named.key}, _WORDS.say("section.around", language, number=named.notation)
    else:
        first, central, around = [], {"plan": case.key}, _WORDS.say("section.around-other", language)
    return case.section(
        "index",
        *first,
        Prose(case.say("index")),
        parts=(
            case.section("pairwise", case.seen_from, Shown(_filled(without(table, "one")), "index-table")),
            Section("around", around, (case.draw("ego", **central),)),
        ),
    )


def actions(case: Case) -> Section:
    """The actions one by one: their links, what they carry, how complete they are."""
    bridging = leading(bridges(case.graph, case.choice), participation=_action, total=_action, reached=_action)
    fields = ("indicator", "verification_source", "expected_result", "timeline", "means", "share")
    filled = leading(complete(case.graph, case.choice), **dict.fromkeys(fields, _field))
    return case.section(
        "actions",
        parts=(
            case.section("within", case.draw("action-matrix", plan=case.key)),
            case.section("lanes", case.draw("lanes", plan=case.key)),
            case.section("bridges", Shown(without(bridging, "plan"), "bridges-table")),
            case.section("loss", Shown(without(lost(case.graph, case.choice), "plan"), "loss-table")),
            case.section("completeness", Shown(without(filled, "plan"), "completeness-table")),
        ),
    )


def _action(row: Row) -> str:
    return name("action", str(row["action"]))


def _field(row: Row) -> str:
    return name("field", str(row["action"]))


def responsible(case: Case) -> Section:
    """Who takes part in what, and who should coordinate."""
    found = bodies(case.graph, Choice(evidence=case.subject.level))
    return case.section(
        "bodies",
        Prose(case.say("bodies")),
        parts=(
            case.section("ministries", case.draw("ministries", plan=case.key)),
            case.section("coordinate", Shown(_filled(found), "bodies-table")),
        ),
    )


def due(case: Case) -> Section:
    """Obligations the country recorded or somebody answers, the order of deadlines, and recommendations."""
    every = duties(case.graph, Choice(evidence=case.subject.level))
    told = replace(every, rows=tuple(row for row in every.rows if row["national"] or row["answers"] or row["touching"]))
    table = named(for_pages(told), lambda row: name("obligation", str(row["obligation"])))
    table = leading(table, **dict.fromkeys(("due", "margin", "overdue"), _duty))
    aside = ["holder", "holder_basis", "national", "provision", "is_act"]
    aside += [] if any(row["needs_ratification"] for row in table.rows) else ["needs_ratification", "ratified"]
    return case.section(
        "obligations",
        Prose(case.say("obligations")),
        case.draw("timeline"),
        parts=(
            case.section("duties", Shown(without(table, *aside), "obligations-table")),
            case.section("dependencies", Shown(dependencies(case.graph, case.choice), "dependencies-table")),
            case.section("recommendations", Shown(recommendations(case.graph, case.choice), "recommendations-table")),
        ),
    )


def _duty(row: Row) -> str:
    return name("duty", str(row["obligation"]))


def editions(case: Case) -> Section:
    """This edition and the one before."""
    if not case.before:
        return case.section("editions", Prose(case.say("no-edition")))
    both = replace(case.choice, plans=(case.before, case.plan))
    labels = {"base": case.graph.label(case.before), "new": case.graph.label(case.plan)}
    parts = tuple(_edition(case, replace(both, part=part)) for part in ("plan", "action"))
    return case.section("editions", Prose(case.say("editions", **labels)), parts=parts)


def _edition(case: Case, choice: Choice) -> Section:
    made = compared(case.graph, choice)
    columns = [one.key for one in made.columns if one.key != "part" and any(row[one.key] != "" for row in made.rows)]
    table = replace(only(made, *(columns or ["plan"])), summary=Text())
    if choice.part != "plan":
        table = replace(table, notes=table.notes[:1])
    leads: dict[str, Callable[[Row], str]] = {
        **dict.fromkeys(("low_base", "high_base"), lambda row: name("pairs", case.before, str(row["plan"]))),
        **dict.fromkeys(("low_new", "high_new"), lambda row: name("pairs", case.plan, str(row["plan"]))),
    }
    shown = leading(table, **leads) if choice.part == "plan" else table
    return case.section(f"edition-{choice.part}", Shown(shown, f"edition-table-{choice.part}"))


def trusted(graph: Graph, plan: str, level: Level) -> Section:
    """How completely each plan is known, the plan itself first."""
    made = trust(graph, Choice(evidence=level))
    own = [row for row in made.rows if row["plan"] == plan]
    table = replace(made, rows=(*own, *(row for row in made.rows if row["plan"] != plan)))
    table = named(table, lambda row: name("plan", str(row["plan"])))
    counts = ("in_graph", "with_text", "with_body", "with_topic", "with_group", "with_fields")
    table = leading(table, **dict.fromkeys(counts, _annotated))
    # of what is not in the graph nothing was counted: 0 actions with a text would say more
    silent = only(keep(table, lambda row: not row["in_graph"]), *_SILENT)
    silent = replace(silent, notes=(), summary=Text())
    shown = [Shown(keep(table, lambda row: bool(row["in_graph"])), "trust-table")]
    shown += [Shown(silent, "trust-silent", folded=True)] if silent.rows else []
    known = Section("trust-plans", _WORDS.say("section.trust-plans", graph.language), tuple(shown))
    introduction = Prose(_WORDS.say("prose.trust", graph.language))
    return Section("trust", _WORDS.say("section.trust", graph.language), (introduction,), (known,))


_SILENT: Final = ("plan", "published", "list", "references", "web_page")
"""What can be said of a plan of which the graph has no measure."""


def _annotated(row: Row) -> str:
    return name("actions", str(row["plan"]))


def _filled(figures: FigureTable) -> FigureTable:
    """The table without columns in which nothing stands in any row."""
    empty = [one.key for one in figures.columns if not any(row.get(one.key) not in (None, "") for row in figures.rows)]
    return without(figures, *empty) if figures.rows else figures
