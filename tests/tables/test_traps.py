"""What figures must not be fooled by, on graphs of a few actions."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from pan2kg.coherence.evidence import Level
from pan2kg.errors import ProjectError, QueryError
from pan2kg.graph.graph import Graph
from pan2kg.project import Project
from pan2kg.store.rules import derive
from pan2kg.store.store import LocalStore
from pan2kg.tables import note, plans
from pan2kg.tables.gaps import LONGEST_WAIT
from pan2kg.tables.kinds import TableChoice, table_kinds
from pan2kg.tables.table import Table, Value
from pan2kg.turtle.vocabulary import graph_of
from pan2kg.turtle.writer import read_prefixes

PROJECT = Project.at(Path(__file__).resolve().parents[2])
DAY = date(2026, 1, 1)

PLANS = """
plan:p a pan:Plan ; skos:prefLabel "Plan P"@fr ; pan:listCompleteness completeness:complete .
plan:q a pan:Plan ; skos:prefLabel "Plan Q"@fr ; pan:listCompleteness completeness:complete .
action:a a pan:Action ; pan:inPlan plan:p ; skos:prefLabel "Action A"@fr .
action:b a pan:Action ; pan:inPlan plan:q ; skos:prefLabel "Action B"@fr .
action:c a pan:Action ; pan:inPlan plan:q ; skos:prefLabel "Action C"@fr .
instrument:k a pan:SoftLaw ; skos:prefLabel "Texte K"@fr .
instrument:l a pan:SoftLaw ; skos:prefLabel "Texte L"@fr .
body:x a pan:PublicBody ; skos:prefLabel "Ministère X"@fr .
body:y a pan:PublicBody ; skos:prefLabel "Ministère Y"@fr .
document:d pan:speaksFor plan:p , plan:q , plan:r .
relation:implements pan:useClass 1 .
"""
ACCEPTED = "pan:status linkstatus:accepted"
STATED = "pan:certainty certainty:stated ; dcterms:source document:d"  # by the plan it starts from
CONCLUDED = f"{ACCEPTED} ; pan:certainty certainty:derived"


def link(name: str, kind: str, source: str, target: str, *more: str) -> str:
    """A link; ``more`` replaces that it is accepted, and stated by the plan it starts from."""
    said = " ; ".join(more or (ACCEPTED, STATED))
    return f"link:{name} a pan:Link ; pan:linkType linktype:{kind} ; pan:from {source} ; pan:to {target} ; {said} .\n"


def use(of: str, on: str, *more: str, relation: str = "implements") -> str:
    said = link(f"{of}-{on}", "uses-instrument", f"action:{of}", f"instrument:{on}", *more)
    return said.replace("pan:from", f"pan:relation relation:{relation} ; pan:from")


def cite(source: str, target: str, channel: str = "text") -> str:
    said = f"pan:relation relation:references ; pan:channel channel:{channel} ; {ACCEPTED}"
    return link(f"c-{source[-1]}-{channel}", "cross-reference", source, target, said, STATED)


def score(name: str, source: str, target: str, value: int, assessor: str = "body:x") -> str:
    said = f'pan:score {value} ; pan:scale "nilsson-2016" ; pan:assessor {assessor} ; pan:rationale "Motif"@fr'
    return link(name, "interaction", source, target, said, ACCEPTED)


def material(*turtle: str, as_of: date = DAY) -> Graph:
    """What tables are made from, of the given Turtle without its prefixes."""
    prefixes = "".join(
        f"@prefix {name}: <{space}> .\n" for name, space in read_prefixes(PROJECT).items()
    )
    store = ox.Store()
    graph = ox.NamedNode(graph_of("plans/small.ttl"))
    store.load((prefixes + "".join(turtle)).encode(), format=ox.RdfFormat.TURTLE, to_graph=graph)
    local = LocalStore(store)
    derive(local, PROJECT)
    return Graph(Project.packaged(), local, language="fr", as_of=as_of)


def make(name: str, graph: Graph, **chosen: Any) -> Table:  # noqa: ANN401 - fields of a choice
    return table_kinds()[name].make(graph, TableChoice(**chosen))


def cells(table: Table, columns: str) -> list[tuple[Value, ...]]:
    return [tuple(row[key] for key in columns.split()) for row in table.rows]


def noted(table: Table) -> str:
    return " ".join(note.say("en") for note in table.notes)


BOTH = use("a", "k") + use("b", "k") + use("c", "l")
DATES = (
    'plan:p pan:adoptedOn "2018-05-02"^^xsd:date ; pan:periodStart "2018"^^xsd:gYear .'
    'plan:q pan:adoptedOn "2020-05-02"^^xsd:date ; pan:periodStart "2020"^^xsd:gYear .\n'
)
READ = (
    "reading:r a pan:Reading ; pan:readsWork plan:q ; pan:aspect aspect:references ; pan:extent readingextent:full ; "
    'pan:inDocument document:d ; dcterms:created "2025-01-01"^^xsd:date .\n'
)


def read_in_full(plan: str, aspect: str) -> str:
    return (
        f"reading:{plan}-{aspect} a pan:Reading ; pan:readsWork plan:{plan} ; pan:aspect aspect:{aspect} ; "
        "pan:extent readingextent:full ; pan:inDocument document:d ; "
        'dcterms:created "2025-01-01"^^xsd:date .\n'
    )


DUTY = """
obligation:o a pan:Obligation ; pan:underInstrument instrument:k ; pan:dueDate "2021-12-17"^^xsd:date .
obligation:n a pan:NationalObligation ; pan:ofObligation obligation:o ; pan:obligationHolder body:s .
"""
VAGUE = """
timeline:t a pan:Timeline ; pan:timelineClass timelineclass:vague ; pan:text "dès que possible"@fr ;
    pan:endDate "2020-01-01"^^xsd:date .
action:a pan:hasTimeline timeline:t .
"""
TREATY = DUTY.replace("instrument:k", "instrument:t") + "instrument:t a pan:Treaty .\n"
LEADS = "".join(
    f"involvement:{of} pan:involvedIn action:{of} ; pan:involves body:{body} ; pan:role role:lead ; {STATED} .\n"
    for of, body in ("ax", "by")
)
SAME = "".join(f"action:{of} pan:hasTopic topic:t ; pan:hasTargetGroup group:g .\n" for of in "ab")
AFTER = link("s", "succession", "plan:q", "plan:p").replace(
    "pan:to", "pan:relation relation:follows ; pan:to"
)
BUILDS = link("d", "builds-on", "plan:p", "plan:q")
ENDS = 'plan:p pan:periodEnd "2020"^^xsd:gYear . plan:q pan:periodEnd "2022"^^xsd:gYear .'
BESIDE_A = 'action:z a pan:Action ; pan:inPlan plan:p ; skos:prefLabel "Action Z"@fr .\n' + use(
    "z", "l"
)
ADVICE = "recommendation:r a pan:Recommendation ; pan:inReview review:v .\n"
BESIDE = link("e", "external-statement", "recommendation:r", "action:a", ACCEPTED)
GROUPS = "".join(
    f'group:g{at} a skos:Concept ; skos:inScheme scheme:group ; skos:prefLabel "G{at}"@fr .\n'
    for at in "123"
)
PRINCIPLE = (
    "instrument:gp pan:setsPrinciples true .\n"
    "instrument:gp-1 a pan:Provision ; eli:is_part_of instrument:gp ; skos:notation '1' ;"
    " pan:addressedTo addressee:state .\n"
)
TAKES_PART = LEADS.partition("\n")[2] + LEADS.partition("\n")[0].replace("ax", "cx").replace(
    "action:a", "action:c"
).replace("role:lead", "role:means-of-implementation")
INDICATED = (
    "action:a pan:hasIndicator indicator:i .\nindicator:i pan:presence presence:present .\n"
    "action:b pan:hasExpectedResult result:r .\nresult:r pan:presence presence:present .\n"
)
AIMED = "".join(f"action:{of} pan:hasTargetGroup group:g{at} .\n" for of, at in ("a1", "b2", "c2"))
OWED = "obligation:o a pan:Obligation ; pan:underInstrument instrument:k .\n"
ACT = "instrument:act a pan:LegalAct ; eli:transposes instrument:k .\n"
PLACES = "text_there text_back web_there web_back index_low index_high places"
COUNT = "gaps_number gaps_of"

CASES: list[tuple[str, str, dict[str, Any], str, list[tuple[Value, ...]]]] = [
    # a pair nobody scored is not assessed and not 0
    (
        BOTH,
        "matrix",
        {},
        "low positive negative scored co_led text_there level",
        [(0.415037, None, None, None, None, "undated", "plan")],
    ),
    # rows act on columns
    (
        score("s", "action:a", "action:b", -2),
        "opposed",
        {},
        "action_label other_action_label score assessor",
        [("Action A", "Action B", -2, "Ministère X")],
    ),
    # a vague time limit is no date
    (DUTY + use("a", "k") + VAGUE, "obligations", {}, "standing", [("vague",)]),
    (DUTY + use("a", "k") + VAGUE, "completeness", {}, "timeline", [("vague",)]),
    # an action that monitors a text does not answer its obligation
    (
        DUTY + use("a", "k", relation="monitors"),
        "obligations",
        {},
        "standing touching_label",
        [("uncovered", "Action A")],
    ),
    (
        DUTY + use("a", "k", relation="monitors"),
        "loss",
        {"actions": ("a",)},
        "obligations",
        [("",)],
    ),
    # an obligation a national act answers is not lost with an action
    (OWED + use("a", "k"), "loss", {"actions": ("a",)}, "obligations_label", [("o",)]),
    (OWED + ACT + use("a", "k"), "loss", {"actions": ("a",)}, "obligations_label", [("",)]),
    # nor one that an action answers which is itself the act: an act stays
    (
        OWED + use("a", "k") + "action:a a pan:LegalAct ; eli:transposes instrument:k .\n",
        "loss",
        {"actions": ("a",)},
        "obligations_label",
        [("",)],
    ),
    # where a plan is lost with an action, all it shares stands behind the loss, not the lost text alone
    (
        use("a", "k", CONCLUDED) + use("b", "k") + use("a", "l") + BESIDE_A,
        "loss",
        {"actions": ("a",), "evidence": Level.EDITORS},
        "instruments_label plans_label level",
        [("Texte K", "Plan Q", "plan")],
    ),
    # nothing is overdue before ratification, and not by 0 days either
    (
        TREATY + BOTH,
        "obligations",
        {},
        "standing overdue needs_ratification",
        [("due-unknown", None, True)],
    ),
    # nothing is uncovered where nothing was annotated
    (DUTY, "obligations", {}, "standing margin", [("not-assessed", None)]),
    (DUTY, "gaps obligation-uncovered", {}, "gaps_number", [(None,)]),
    (DUTY + use("a", "l"), "obligations", {}, "standing margin", [("uncovered", None)]),
    (DUTY + use("a", "l"), "gaps obligation-uncovered", {}, "gaps_number", [(1,)]),
    # actions of two editions are no overlap
    (LEADS + SAME, "gaps overlap", {}, "gaps_number", [(1,)]),
    (LEADS + SAME + AFTER, "gaps overlap", {}, "gaps_number", [(0,)]),
    # bodies are missed only in plans where they were looked for
    (
        LEADS.partition("\n")[2],
        "gaps",
        {"part": "action-without-body"},
        "subject_label",
        [("Action C",)],
    ),
    (LEADS.partition("\n")[2], "gaps action-without-body", {}, COUNT, [(1, 2)]),
    ("", "gaps action-without-body", {}, COUNT, [(None, None)]),
    # a plan that was older is not expected to cite
    (
        BOTH + DATES,
        "debt",
        {},
        "citing_label expectation citation debt",
        [("Plan Q", "expected", "open", 0.415037), ("Plan P", "impossible", None, None)],
    ),
    # absent is only said of a plan that was read in full
    (BOTH + DATES, "gaps citation-absent", {}, COUNT, [(None, None)]),
    (BOTH + DATES, "gaps citation-unseen", {}, "gaps_number", [(1,)]),
    (BOTH + DATES + READ, "gaps citation-absent", {}, "gaps_number", [(1,)]),
    (BOTH + DATES + READ, "gaps citation-unseen", {}, "gaps_number", [(0,)]),
    # a return is only missed where it could be
    (DATES + cite("plan:p", "plan:q"), "gaps citation-unreturned", {}, COUNT, [(None, None)]),
    (DATES + cite("plan:p", "plan:q"), "gaps return-unseen", {}, COUNT, [(1, 1)]),
    (DATES + cite("plan:q", "plan:p"), "gaps return-unseen", {}, COUNT, [(None, None)]),
    # a citation is missed elsewhere where it could stand there a later plan could cite an earlier
    # one in its text; of its page nobody recorded when it was seen
    (
        DATES + cite("plan:q", "plan:p", "web"),
        "gaps citation-on-web-only",
        {},
        "gaps_number",
        [(1,)],
    ),
    (
        DATES + cite("plan:q", "plan:p", "annex"),
        "gaps citation-in-text-only",
        {},
        COUNT,
        [(None, None)],
    ),
    (
        DATES + cite("plan:q", "plan:p", "annex") + cite("plan:q", "plan:p", "web"),
        "gaps citation-on-web-only",
        {},
        "gaps_number",
        [(0,)],
    ),
    # the finest reference that was read is named each way
    (BOTH + cite("action:a", "action:b"), "unacknowledged", {}, "acknowledged_there", []),
    (BOTH + cite("action:a", "plan:q"), "unacknowledged", {}, "acknowledged_there", [("mixed",)]),
    (
        BOTH + cite("plan:p", "plan:q"),
        "unacknowledged",
        {},
        "acknowledged_there acknowledged_back",
        [("plan", "none")],
    ),
    # a citation on the page alone is one place of four
    (
        BOTH + DATES + cite("plan:p", "plan:q", "web"),
        "index",
        {},
        PLACES,
        [("impossible", "open", "seen", "undated", 0.5, 1.0, 2)],
    ),
    # a dependency without a date is unknown and one in disorder is found
    (BUILDS, "dependencies", {}, "order", [("unknown",)]),
    (BUILDS + ENDS, "dependencies", {}, "order", [("out-of-order",)]),
    (BUILDS + ENDS, "gaps", {"part": "dependency-out-of-order"}, "subject_label", [("Plan P",)]),
    # a recommendation a third party puts beside an action is not answered
    (ADVICE, "recommendations", {}, "reply", [("none",)]),
    (ADVICE + BESIDE, "recommendations", {}, "reply", [("beside",)]),
    (
        ADVICE + BESIDE + cite("plan:q", "recommendation:r"),
        "recommendations",
        {},
        "reply",
        [("answered",)],
    ),
    # target groups are not forgotten by plans nobody read to their end
    (GROUPS, "gaps group-without-action", {}, COUNT, [(None, None)]),
    (GROUPS + AIMED, "gaps group-without-action", {}, COUNT, [(None, None)]),
    (
        GROUPS + AIMED + read_in_full("p", "measures"),
        "gaps group-without-action",
        {},
        COUNT,
        [(None, None)],
    ),
    (
        GROUPS + AIMED + read_in_full("p", "measures") + read_in_full("q", "measures"),
        "gaps group-without-action",
        {},
        COUNT,
        [(1, 3)],
    ),
    # neither is a principle, and a nought is said of what was read
    (PRINCIPLE, "gaps principle-without-action", {}, COUNT, [(None, None)]),
    (PRINCIPLE + use("a", "gp-1"), "gaps principle-without-action", {}, COUNT, [(None, None)]),
    (
        PRINCIPLE + read_in_full("p", "texts") + read_in_full("q", "texts"),
        "gaps principle-without-action",
        {},
        COUNT,
        [(1, 1)],
    ),
    (
        PRINCIPLE + use("a", "gp-1") + read_in_full("p", "texts") + read_in_full("q", "texts"),
        "gaps principle-without-action",
        {},
        COUNT,
        [(0, 1)],
    ),
    # a body with any part is a body
    (TAKES_PART, "gaps action-without-body", {}, COUNT, [(0, 2)]),
    # a field nobody recorded is not one that nothing lacks
    (INDICATED, "gaps action-without-indicator", {}, COUNT, [(None, None)]),
    (INDICATED, "gaps indicator-vague", {}, COUNT, [(None, None)]),
    (
        GROUPS + AIMED,
        "target-groups",
        {},
        "group_label actions_number",
        [("G3", 0), ("G2", 2), ("G1", 1)],
    ),
    # what the editors concluded is shown when asked for
    (use("a", "k") + use("b", "k", CONCLUDED), "unacknowledged", {}, "level", []),
    (
        use("a", "k") + use("b", "k", CONCLUDED),
        "unacknowledged",
        {"evidence": Level.EDITORS},
        "level plan_label",
        [("editors", "Plan P")],
    ),
    (link("d", "builds-on", "plan:p", "plan:q", CONCLUDED), "dependencies", {}, "level", []),
    (
        link("d", "builds-on", "plan:p", "plan:q", CONCLUDED),
        "dependencies",
        {"evidence": Level.EDITORS},
        "level",
        [("editors",)],
    ),
    (
        DUTY + use("a", "k", CONCLUDED) + use("b", "l"),
        "obligations",
        {},
        "standing level",
        [("uncovered", None)],
    ),
    (
        OWED + use("a", "k", CONCLUDED),
        "loss",
        {"actions": ("a",)},
        "obligations_label level",
        [("", None)],
    ),
    (
        OWED + use("a", "k", CONCLUDED),
        "loss",
        {"actions": ("a",), "evidence": Level.EDITORS},
        "obligations_label level",
        [("o", "editors")],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case[1] for case in CASES])
def test_no_figure_is_fooled(
    case: tuple[str, str, dict[str, Any], str, list[tuple[Value, ...]]],
) -> None:
    facts, named, choice, columns, rows = case
    name, _, kind = named.partition(" ")
    table = make(name, material(PLANS, facts), **choice)
    of_kind = [not kind or row["gap"] == kind for row in table.rows]
    assert [
        row for row, wanted in zip(cells(table, columns), of_kind, strict=True) if wanted
    ] == rows


@pytest.mark.parametrize(
    "said",
    [
        "pan:status linkstatus:candidate ; pan:confidence 0.9",
        "pan:status linkstatus:rejected",
        f"{ACCEPTED} ; pan:certainty certainty:unverified",
    ],
)
def test_what_is_only_proposed_or_unverified_leaks_into_no_figure(said: str) -> None:
    given = material(PLANS, use("a", "k"), use("b", "k", said))
    for name in ("matrix", "debt", "unacknowledged"):
        assert not make(name, given).rows, name
    assert not make("explain", given, actions=("a", "b")).rows


def test_a_text_half_of_a_plan_names_is_asked_of_the_plan_and_one_it_carries_out_is_not() -> None:
    more = (
        "action:d a pan:Action ; pan:inPlan plan:q .\n"
        + use("b", "k")
        + use("c", "k")
        + use("d", "l")
    )
    own = use("q", "k").replace("action:q", "plan:q")
    tables = [make("trust", material(PLANS, more, *said)) for said in ((), (own,))]
    asked = [
        [note.say("en") for note in table.notes if note.say("en").endswith("?")] for table in tables
    ]
    assert asked == [
        ["2 of the 3 actions read of “Plan Q” name “Texte K”: does the plan say so of itself?"],
        [],
    ]
    counted = make("trust", material(PLANS, more, "plan:q pan:measureCount 6 .\n"))
    assert cells(counted, "plan_label listed") == [("Plan Q", 0.5), ("Plan P", None)]


def test_a_list_of_the_register_is_as_long_as_its_figure_and_a_terminal_is_shown_a_matrix() -> None:
    given = material(PLANS, BOTH, DATES, cite("plan:q", "plan:p"))
    rows = [row for row in make("figures", given).rows if row["told"] == "whole"]
    assert len(rows) > 10
    counted = {row["figure"]: row["at_official"] for row in rows if row["figure"] != "measures"}
    assert {name: len(make("figures", given, part=str(name)).rows) for name in counted} == counted
    cross = make("matrix", given).cross
    assert cross is not None
    assert cross()[:2] == (("Plan P", "Plan Q"), (("", "#"), ("#>", "")))
    assert make("matrix", given, plans=("p",)).cross is None, "one plan named gives its pairs"


def test_all_pairs_are_all_and_what_is_left_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    many = "".join(f'plan:m{at} a pan:Plan ; skos:prefLabel "Plan {at}"@fr .\n' for at in range(4))
    monkeypatch.setattr(plans, "MOST", 1)
    whole = make("matrix", material(PLANS, many, BOTH), everything=True)
    assert len(whole.rows) == 6 * 5 / 2
    assert note("pairs-unlisted", n=14).say("en") not in noted(whole)


def test_of_a_plan_without_a_known_action_nothing_is_counted() -> None:
    """None of no actions is not 0: nobody has looked at any."""
    empty = 'plan:e a pan:Plan ; skos:prefLabel "Plan E"@fr .\n'
    table = make("trust", material(PLANS, empty))
    row = next(row for row in table.rows if str(row["plan"]).endswith("/e"))
    assert row["in_graph"] == 0
    columns = ("with_text", "with_body", "with_topic", "with_group", "with_fields")
    assert [row[column] for column in columns] == [None] * len(columns)


def test_a_day_within_a_year_says_nothing_of_an_event_of_that_year() -> None:
    event = 'implementation:i a pan:Implementation ; pan:implements plan:p ; pan:date "2020"^^xsd:gYear .\n'
    for day, states in (
        (date(2019, 12, 31), []),
        (date(2020, 6, 1), ["unknown"]),
        (date(2021, 1, 1), ["done"]),
    ):
        rows = make("as-of", material(PLANS, event, as_of=day)).rows
        assert [row["state"] for row in rows if row["kind"] == "event"] == states


def test_an_obligation_that_recurs_says_when_it_was_due_last_and_is_due_next() -> None:
    every = 'obligation:o pan:recursEvery "P3Y"^^xsd:duration .\n'
    columns = "due every last_due next_due overdue"
    first = "2021-12-17"
    second = "2024-12-17"
    for day, dates in (
        (date(2021, 12, 17), (first, 36, None, first, None)),
        (date(2021, 12, 18), (first, 36, first, second, 1)),
        (date(2024, 12, 18), (second, 36, second, "2027-12-17", 1)),
    ):
        table = make("obligations", material(PLANS, DUTY, every, as_of=day))
        assert cells(table, columns) == [dates]
        assert "meets one due date only" in noted(table)
    once = make("obligations", material(PLANS, DUTY))
    assert (cells(once, "every last_due next_due"), "recurs" in noted(once)) == (
        [(None, None, None)],
        False,
    )


def test_an_action_is_new_only_where_both_lists_are_complete_and_the_later_plan_was_read() -> None:
    taken_up = link("s", "succession", "action:b", "action:a")
    partial = PLANS.replace("completeness:complete", "completeness:partial", 1)

    def change(plans: str, *facts: str) -> dict[Value, Value]:
        table = make("compare", material(plans, taken_up, *facts), plans=("p", "q"), part="action")
        return {row["action_label"]: row["change"] for row in table.rows}

    assert change(PLANS, READ) == {"Action A": "retained", "Action C": "new"}
    assert change(PLANS)["Action C"] == "not-seen", "nobody read the later plan to its end"
    earlier_read = READ.replace("plan:q", "plan:p")
    assert change(PLANS, earlier_read)["Action C"] == "not-seen", "it is the later that counts"
    assert change(partial, READ)["Action C"] == "not-seen", "a list is not complete"


def test_what_continues_the_earlier_plan_as_a_whole_is_told_so_and_a_benchmark_continues_nothing() -> (
    None
):
    def rows(*relations: str) -> dict[Value, tuple[Value, ...]]:
        links = [
            link(name, "cross-reference", "action:c", "plan:p", f"pan:relation relation:{name}",
                 ACCEPTED, STATED)
            for name in relations
        ]  # fmt: skip
        taken_up = link("s", "succession", "action:b", "action:a")
        graph = material(PLANS, READ, taken_up, *links)
        table = make("compare", graph, plans=("p", "q"), part="action")
        assert "takes up: 100 %" in noted(table), "it retains no action"
        return {row["action_label"]: (row["change"], row["ground"]) for row in table.rows}

    for relation in ("continues", "extends", "updates", "follows"):
        assert rows(relation)["Action C"] == ("continuing-plan", "stated"), relation
    for relation in ("has-benchmark", "references"):
        assert rows(relation)["Action C"] == ("new", None), relation


def test_titles_are_compared_in_the_language_most_actions_of_both_editions_have() -> None:
    titles = {
        "p/one": {"fr": "Protéger la mer", "en": "Report on children"},
        "p/two": {"en": "Protect the sea"},
        "q/three": {"en": "Protect the seas"},
        "q/four": {"fr": "Protéger la mer", "en": "Train all judges"},
    }
    facts = ""
    for name, texts in titles.items():
        plan, action = name.split("/")
        labels = " , ".join(f'"{text}"@{language}' for language, text in texts.items())
        facts += (
            f"action:{action} a pan:Action ; pan:inPlan plan:{plan} ; skos:prefLabel {labels} .\n"
        )
    plans = "plan:p a pan:Plan . plan:q a pan:Plan .\n"
    table = make("compare", material(plans, facts), plans=("p", "q"), part="action")
    similar = {str(row["action"])[-3:]: str(row["similar"])[-5:] for row in table.rows}
    assert similar["two"] == "three", "in English, which two of each have; of each one has French"


def test_what_is_not_there_is_one_sentence() -> None:
    given = material(PLANS, BOTH, "action:d a pan:Action .\n")
    wrong: list[tuple[str, dict[str, Any], str]] = [
        ("matrix", {"plans": ("z",)}, "no plan « z »"),
        ("loss", {"actions": ("z",)}, "no action « z »"),
        ("explain", {"actions": ("a", "z")}, "« z » is neither a plan nor an action"),
        ("explain", {"actions": ("a",)}, "Two actions"),
        ("explain", {"actions": ("a", "a")}, "given twice"),
        ("explain", {"actions": ("a", "d")}, "« d » is an action without a plan"),
        ("debt", {"plans": ("d",)}, "« d » is an action without a plan"),
        ("compare", {"plans": ("p",)}, "Two editions"),
        ("compare", {"plans": ("p", "p")}, "given twice"),
        ("compare", {"plans": ("p", "q"), "part": "z"}, "nothing called « z »"),
        ("index", {"plans": ("p", "q")}, "from one plan"),
        *(
            (name, {"part": "z"}, "nothing called « z »")
            for name in ("figures", "gaps", "bodies", "obligations")
        ),
    ]
    for name, choice, message in wrong:
        with pytest.raises(QueryError, match=message):
            make(name, given, **choice)
    with pytest.raises(
        ProjectError, match=r"An action of p has no IRI, so that nothing can name it. Give it one"
    ):
        make(
            "matrix",
            material(PLANS, '[] a pan:Action ; pan:inPlan plan:p ; skos:prefLabel "X"@fr .\n'),
        )
    empty = material("")
    for name in table_kinds().keys() - {"explain", "compare"}:
        with pytest.raises(ProjectError, match="no action to measure"):
            make(name, empty)


def test_parts_stand_in_the_order_of_their_plan_with_how_many_of_how_many(
    two_countries: Graph,
) -> None:
    rows = cells(
        make("parts", two_countries),
        "chapter_label over_label position under_number of_known of_published",
    )
    assert rows == [
        ("Protection", None, 1, 1, 2, "3"),
        ("Buying without harm", "Protection", 1, 1, 1, None),
        ("Remedy", None, 2, 0, 2, "3"),
    ]


def test_on_the_boundary_a_pair_is_listed_and_a_candidate_does_not_wait_too_long() -> None:
    given = material(PLANS, BOTH)
    ((bits,),) = cells(make("unacknowledged", given, least=0.0), "bits")
    assert isinstance(bits, float)
    assert len(make("unacknowledged", given, least=bits - 1e-6).rows) == 1
    assert not make("unacknowledged", given, least=bits + 1e-6).rows
    for days, waits in ((LONGEST_WAIT.days, False), (LONGEST_WAIT.days + 1, True)):
        said = f'pan:status linkstatus:candidate ; dcterms:created "{DAY - timedelta(days=days)}"^^xsd:date'
        assert (
            bool(make("gaps", material(PLANS, use("a", "k", said)), part="candidate-waiting").rows)
            is waits
        )


def test_what_an_action_of_another_country_does_closes_no_gap_here() -> None:
    country = "http://publications.europa.eu/resource/authority/country/"
    facts = (
        f"<https://w3id.org/pan2kg/profile> a pan:Profile ; pan:country <{country}LUX> .\n"
        "instrument:gp pan:setsPrinciples true .\n"
        + AIMED
        + "".join(
            f'instrument:gp-{at} a pan:Provision ; eli:is_part_of instrument:gp ; skos:notation "{at}" ;'
            f" pan:addressedTo addressee:state .\n{use(of, f'gp-{at}')}"
            f"plan:{plan} dcterms:spatial <{country}{code}> .\n"
            for at, of, plan, code in (("1", "a", "p", "LUX"), ("2", "b", "q", "BEL"))
        )
        + "".join(read_in_full(plan, aspect) for plan in "pq" for aspect in ("measures", "texts"))
    )
    given = material(PLANS, GROUPS.partition("group:g3")[0], facts)
    for kind in ("group-without-action", "principle-without-action"):
        for chosen, missing in (("", "2"), ("BEL", "1"), ("bel", "1"), ("all", "")):
            rows = make("gaps", given, part=kind, country=chosen).rows
            assert [str(row["subject"])[-1] for row in rows] == list(missing), (kind, chosen)
        (row,) = make("gaps", given, part=kind, plans=("q",)).rows
        assert str(row["subject"])[-1] == "1"
    assert dict(make("target-groups", given).basis.filters)["country"] == "LUX"
    with pytest.raises(QueryError, match="country « DEU »"):
        make("gaps", given, country="DEU")
