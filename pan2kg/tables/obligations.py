"""Obligations and what answers them, deadlines that depend on each other, and recommendations."""

from __future__ import annotations

from dataclasses import replace

from pan2kg.coherence.evidence import HEADLINE, Level, counts, level
from pan2kg.coherence.known import basis_line
from pan2kg.coherence.obligations import Margin, Obligation, Standing
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.store.queries import program_query
from pan2kg.store.store import is_true
from pan2kg.tables.making import DEFAULT, Choice, code, codes, day, level_cells, make, note, thing, things, undated
from pan2kg.tables.table import Row, Table
from pan2kg.turtle.vocabulary import ID, key

RECURRING = ("every", "last_due", "next_due")
DUTIES = (
    "obligation", "obligation_kind", "force", "instrument", "provision", "holder", "holder_basis", "national", "due",
    *RECURRING, "standing", "met", "margin", "overdue", "answer",
    "answered_on", "signed_on", "is_act", "level", "answers", "touching", "needs_ratification", "ratified",
)  # fmt: skip
DETAILS = frozenset({
    "force", "provision", "holder_basis", "national", "signed_on", "is_act", "answers", "touching",
    "needs_ratification", "ratified",
})  # fmt: skip
"""The columns of the files alone: a page says them of each obligation on its own page."""


def duties(graph: Graph, choice: Choice = DEFAULT) -> Table:
    """Each obligation with its due date, what answers it, and by how many days it is early or late.

    One that recurs has ``every`` so many months, and the days it was due last and is due next; ``due`` is the one the
    row speaks of. Only what is said at the level of evidence chosen answers. With plans named, only obligations one of
    their actions answers; ``part`` restricts to one standing.

    Raises:
        QueryError: an unknown plan, with the nearest names; an unknown standing.
    """
    named = frozenset(graph.plans(choice.plans))
    if choice.part and choice.part not in codes("standing"):
        known = ", ".join(codes("standing"))
        raise QueryError("no-standing", remedy="there-are-known", part=choice.part, known=known)
    found = graph.margins(choice.evidence)
    rows = [row for row in found if not named or named & {graph.home_of.get(r.work, "") for r in row.responses}]
    rows = [row for row in rows if choice.part in ("", _standing(row))]
    notes = [note("obligations-known", n=len(found)), note("answers-means"), note("not-overdue-before")]
    if any(row.obligation.every for row in rows):
        notes.append(note("recurs-means"))
    if any(not row.obligation.is_recorded for row in rows):
        notes.append(note("unrecorded-means"))
    if any(row.standing is Standing.UNCOVERED for row in rows):
        notes.append(note("uncovered-means", n=found.basis.annotated, of=found.basis.n))
    made = (_duty(graph, row) for row in rows)
    line = basis_line(graph.known(choice.evidence))
    sparql = program_query("coherence/obligations")
    return make("obligations", found.basis, DUTIES, made, notes=notes, sparql=sparql, line=line)


def for_pages(figures: Table) -> Table:
    """The table with the columns a page has room for; those of what recurs are left out where nothing does."""
    left_out = DETAILS if any(row["every"] for row in figures.rows) else DETAILS | {*RECURRING}
    return replace(figures, columns=tuple(one for one in figures.columns if one.key not in left_out))


def _standing(row: Margin) -> str:
    return row.standing.value.replace(" ", "-")


def _concept(scheme: str, concept: str) -> str | None:
    return f"{ID}{scheme}/{concept}" if concept else None


def _holder_basis(one: Obligation) -> str:
    """Whether a country recorded who has to meet it, or it follows from who is a member or a party, or nobody knows."""
    if one.is_recorded:
        return "recorded"
    return "derived" if one.holder else "none"


def _duty(graph: Graph, row: Margin) -> Row:
    one, answer = row.obligation, row.response
    return {
        **thing(graph, "obligation", one.iri),
        **thing(graph, "obligation_kind", _concept("obligationkind", one.terms.kind)),
        **thing(graph, "force", _concept("force", one.terms.force)),
        **thing(graph, "instrument", one.instrument),
        **thing(graph, "provision", one.terms.provision),
        **thing(graph, "holder", one.holder),
        **code(graph, "holder_basis", _holder_basis(one)),
        **thing(graph, "national", one.terms.national),
        "due": day(one.due),
        "every": one.every or None,
        "last_due": day(row.last),
        "next_due": day(row.coming),
        **code(graph, "standing", _standing(row)),
        **code(graph, "met", row.met.value),
        "margin": row.margin,
        "overdue": row.overdue,
        **thing(graph, "answer", answer.work if answer else None),
        "answered_on": day(answer.day) if answer else None,
        "signed_on": day(answer.signed) if answer else None,
        "is_act": answer.is_act if answer else None,
        **level_cells(graph, answer.level if answer else None),
        **things(graph, "answers", sorted({response.work for response in row.responses})),
        **things(graph, "touching", [response.work for response in row.touching]),
        "needs_ratification": one.needs_ratification,
        "ratified": day(one.ratified),
    }


DEPENDS = ("later", "earlier", "dependency", "later_ends", "earlier_ends", "order", "level")


def dependencies(graph: Graph, choice: Choice = DEFAULT) -> Table:
    """What builds on something else, or follows it, and whether that ends no later; unknown where a date is missing.

    A work ends when its own dated timeline does, else when its plan's period does; compared as far as both are exact.

    Raises:
        QueryError: an unknown plan, with the nearest names.
    """
    named = frozenset(graph.plans(choice.plans))
    rows = [row for row in depending(graph, choice.evidence) if not named or named & _plans(graph, row)]
    unknown = sum(row["order"] == "unknown" for row in rows)
    notes = [note("order-unknown", n=unknown, of=len(rows)) if rows else note("no-dependencies"), note("stated-only")]
    made = make(
        "dependencies", graph.uses.basis, DEPENDS, rows, notes=notes, sparql=program_query("tables/dependencies"),
        line=basis_line(graph.known(choice.evidence)),
    )  # fmt: skip
    return undated(made, graph)


def _plans(graph: Graph, row: Row) -> set[str]:
    ends = (str(row["later"]), str(row["earlier"]))
    return {graph.home_of.get(end, end) for end in ends}


def depending(graph: Graph, at: Level = HEADLINE) -> list[Row]:
    """The rows of dependencies that are said at a level of evidence, those out of order first."""
    own: dict[str, str] = {}
    for action, end in graph.read(program_query("coherence/ends")):
        own[action] = max(own.get(action, ""), end)
    said: dict[tuple[str, str, str], Level] = {}
    for later, earlier, kind, name in graph.read(program_query("tables/dependencies")):
        found = level(name)
        if found is not None and counts(found, at):
            said[later, earlier, key(kind)] = min(found, said.get((later, earlier, key(kind)), found))
    rows = [
        {**_dependency(graph, own, (later, earlier), kind), **level_cells(graph, firm)}
        for (later, earlier, kind), firm in said.items()
    ]
    order = ("out-of-order", "in-order", "unknown")
    return sorted(rows, key=lambda row: (order.index(str(row["order"])), str(row["later"]), str(row["earlier"])))


def _dependency(graph: Graph, own: dict[str, str], ends: tuple[str, str], kind: str) -> Row:
    later, earlier = (own.get(work) or graph.ends(work) for work in ends)
    return {
        **thing(graph, "later", ends[0]),
        **thing(graph, "earlier", ends[1]),
        **code(graph, "dependency", kind),
        "later_ends": later or None,
        "earlier_ends": earlier or None,
        **code(graph, "order", in_order(later, earlier)),
    }


def in_order(later: str, earlier: str) -> str:
    """Whether what comes first ends no later, by day, month or year, as far as both say.

    >>> in_order("2022", "2022-06-30"), in_order("2020", "2022"), in_order("2022", "")
    ('in-order', 'out-of-order', 'unknown')
    """
    if not later or not earlier:
        return "unknown"
    exact = min(len(later), len(earlier))
    return "in-order" if earlier[:exact] <= later[:exact] else "out-of-order"


ADVICE = ("recommendation", "review", "reply", "actions", "plans")


def recommendations(graph: Graph, choice: Choice = DEFAULT) -> Table:
    """Each recommendation: answered by a plan's own text, put beside an action or plan, or neither.

    Raises:
        QueryError: an unknown plan, with the nearest names.
    """
    named = frozenset(graph.plans(choice.plans))
    found = graph.read(program_query("tables/recommendations"))
    replies: dict[str, list[tuple[str, str]]] = {}
    for one, work, answers in graph.read(program_query("tables/replies")):
        replies.setdefault(one, []).append((work, answers))
    rows = [_advice(graph, one, review, replies.get(one, [])) for one, review in found]
    if named:
        rows = [row for row in rows if named & set(str(row["plans"]).split())]
    order = ("none", "beside", "answered")
    rows.sort(key=lambda row: (order.index(str(row["reply"])), str(row["recommendation"])))
    notes = [note("recommendations-read", n=len(found)) if found else note("no-recommendations"), note("beside-means")]
    made = make("recommendations", graph.uses.basis, ADVICE, rows, notes=notes, sparql=program_query("tables/replies"))
    return undated(made, graph)


def _advice(graph: Graph, one: str, review: str, works: list[tuple[str, str]]) -> Row:
    reply = "answered" if any(is_true(answers) for _, answers in works) else "beside" if works else "none"
    actions = sorted({work for work, _ in works if work in graph.home_of})
    plans = sorted({graph.home_of.get(work, work) for work, _ in works})
    return {
        **thing(graph, "recommendation", one),
        **thing(graph, "review", review),
        **code(graph, "reply", reply),
        **things(graph, "actions", actions),
        **things(graph, "plans", plans),
    }
