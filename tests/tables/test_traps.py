"""What figures must not be fooled by, on graphs of a few actions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest

from pan2kg.coherence.evidence import Level
from pan2kg.errors import ProjectError, QueryError
from pan2kg.graph.graph import Graph
from pan2kg.i18n.catalogue import Language
from pan2kg.project import Project
from pan2kg.store.rules import derive
from pan2kg.store.store import LocalStore
from pan2kg.tables.figure_words import basis_words
from pan2kg.tables.registry import TABLES, TableChoice
from pan2kg.tables.table import Table, Value
from pan2kg.turtle.vocabulary import graph_of
from pan2kg.turtle.writer import read_prefixes

Row = Mapping[str, Value]
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
STATED = "pan:certainty certainty:stated ; dcterms:source document:d"
"""Said by the plan it starts from."""


def use(name: str, work: str, instrument: str, *more: str) -> str:
    """A statement of use; ``more`` replaces its status or adds a certainty."""
    said = " ; ".join(more or ("pan:status linkstatus:accepted", STATED))
    return (
        f"link:{name} a pan:Link ; pan:linkType linktype:uses-instrument ; pan:relation relation:implements ; "
        f"pan:from {work} ; pan:to {instrument} ; {said} .\n"
    )


def cite(name: str, source: str, target: str, channel: str = "text") -> str:
    """A citation."""
    return (
        f"link:{name} a pan:Link ; pan:linkType linktype:cross-reference ; pan:relation relation:references ; "
        f"pan:from {source} ; pan:to {target} ; pan:channel channel:{channel} ; pan:status linkstatus:accepted ; "
        f"{STATED} .\n"
    )


def score(name: str, source: str, target: str, value: int, assessor: str = "body:x") -> str:
    """An interaction score."""
    return (
        f"link:{name} a pan:Link ; pan:linkType linktype:interaction ; pan:from {source} ; pan:to {target} ; "
        f'pan:score {value} ; pan:scale "nilsson-2016" ; pan:assessor {assessor} ; pan:rationale "Motif"@fr ; '
        "pan:status linkstatus:accepted .\n"
    )


def material(*turtle: str, language: Language = "fr", as_of: date = DAY, asked: bool = False) -> Graph:
    """What tables are made from, of the given Turtle without its prefixes."""
    prefixes = "".join(f"@prefix {name}: <{space}> .\n" for name, space in read_prefixes(PROJECT).items())
    store = ox.Store()
    graph = ox.NamedNode(graph_of("plans/small.ttl"))
    store.load((prefixes + "".join(turtle)).encode(), format=ox.RdfFormat.TURTLE, to_graph=graph)
    local = LocalStore(store)
    derive(local, PROJECT)
    return Graph(Project.packaged(), local, language=language, as_of=as_of, asked=asked)


def make(name: str, given: Graph, choice: TableChoice | None = None) -> Table:
    return TABLES[name].make(given, choice or TableChoice())


def only(figures: Table) -> Row:
    assert len(figures.rows) == 1
    return figures.rows[0]


BOTH = (
    use("1", "action:a", "instrument:k") + use("2", "action:b", "instrument:k") + use("3", "action:c", "instrument:l")
)


def test_a_pair_nobody_scored_is_not_assessed_and_not_0() -> None:
    row = only(make("matrix", material(PLANS, BOTH)))
    assert (row["positive"], row["negative"], row["scored"], row["co_led"]) == (None, None, None, None)
    assert (row["text_there"], row["level"]) == ("undated", "plan")
    assert row["settled"] == pytest.approx(0.415037 / 1.415037, abs=1e-6)


def test_an_action_without_an_iri_is_refused_in_a_sentence() -> None:
    nameless = '[] a pan:Action ; pan:inPlan plan:p ; skos:prefLabel "X"@fr .\n'
    with pytest.raises(ProjectError, match=r"An action of p has no IRI, so that nothing can name it. Give it one"):
        make("matrix", material(PLANS, BOTH, nameless))


def test_a_score_of_0_is_assessed() -> None:
    row = only(make("matrix", material(PLANS, BOTH, score("s", "action:a", "action:b", 0))))
    assert (row["positive"], row["negative"], row["scored"]) == (0.0, 0.0, 1)


def test_a_net_of_0_does_not_hide_what_is_on_both_sides() -> None:
    given = material(PLANS, score("s", "action:a", "action:b", 3), score("t", "action:a", "action:c", -3))
    row = make("interaction", given).rows[0]
    assert (row["given_net"], row["given_positive"], row["given_negative"], row["contested"]) == (0.0, 3.0, -3.0, True)


def test_two_negatives_are_listed_as_a_path() -> None:
    given = material(PLANS, score("s", "action:a", "action:b", -1), score("t", "action:b", "action:c", -2))
    assert make("interaction", given).rows[0]["double_negatives"] == "a → b → c (−1 × −2 = +2)"


def test_rows_act_on_columns() -> None:
    given = material(PLANS, score("s", "action:a", "action:b", -2))
    row = only(make("opposed", given))
    assert (row["action_label"], row["other_action_label"], row["score"]) == ("Action A", "Action B", -2)
    assert (row["assessor"], row["rationale"]) == ("Ministère X", "Motif")


@pytest.mark.parametrize(
    "said",
    ["pan:status linkstatus:candidate ; pan:confidence 0.9", "pan:status linkstatus:rejected",
     "pan:status linkstatus:accepted ; pan:certainty certainty:unverified"],
)  # fmt: skip
def test_what_is_only_proposed_or_unverified_leaks_into_no_figure(said: str) -> None:
    given = material(PLANS, use("1", "action:a", "instrument:k"), use("2", "action:b", "instrument:k", said))
    assert not make("matrix", given).rows
    assert not make("debt", given).rows
    assert not make("unacknowledged", given, TableChoice(least=0.0)).rows
    assert not make("explain", given, TableChoice(actions=("a", "b"))).rows


def test_a_candidate_older_than_90_days_waits_too_long() -> None:
    old = 'pan:status linkstatus:candidate ; dcterms:created "2025-09-01"^^xsd:date'
    new = 'pan:status linkstatus:candidate ; dcterms:created "2025-12-01"^^xsd:date'
    given = material(PLANS, use("1", "action:a", "instrument:k", old), use("2", "action:b", "instrument:k", new))
    figures = make("gaps", given, TableChoice(part="candidate-waiting"))
    assert only(figures)["detail"] == "2025-09-01"
    assert "2" in figures.notes[0].say("en")


DUTY = """
obligation:o a pan:Obligation ; pan:underInstrument instrument:k ; pan:dueDate "2021-12-17"^^xsd:date .
obligation:n a pan:NationalObligation ; pan:ofObligation obligation:o ; pan:obligationHolder body:s .
"""


def test_nothing_is_uncovered_where_nothing_was_annotated() -> None:
    row = only(make("obligations", material(PLANS, DUTY)))
    assert (row["standing"], row["overdue"] is not None) == ("not-assessed", True)
    gaps = {row["gap"]: row for row in make("gaps", material(PLANS, DUTY)).rows}
    assert gaps["obligation-uncovered"]["gaps_number"] is None


def test_an_obligation_nothing_answers_is_uncovered_where_something_was_annotated() -> None:
    given = material(PLANS, DUTY, use("1", "action:a", "instrument:l"))
    row = only(make("obligations", given))
    assert (row["standing"], row["margin"]) == ("uncovered", None)


@pytest.mark.parametrize(
    ("day", "due", "last", "coming", "overdue"),
    [
        (date(2021, 12, 17), "2021-12-17", None, "2021-12-17", 0),
        (date(2021, 12, 18), "2021-12-17", "2021-12-17", "2024-12-17", 1),
        (date(2024, 12, 17), "2021-12-17", "2021-12-17", "2024-12-17", 1096),
        (date(2024, 12, 18), "2024-12-17", "2024-12-17", "2027-12-17", 1),
    ],
)
def test_an_obligation_that_recurs_says_when_it_was_due_last_and_is_due_next(
    day: date, due: str, last: str | None, coming: str | None, overdue: int
) -> None:
    every = 'obligation:o pan:recursEvery "P3Y"^^xsd:duration .\n'
    figures = make("obligations", material(PLANS, DUTY, every, as_of=day))
    row = only(figures)
    assert [row[name] for name in ("due", "every", "last_due", "next_due", "overdue")] == [
        due, 36, last, coming, overdue,
    ]  # fmt: skip
    assert "meets one due date only" in " ".join(note.say("en") for note in figures.notes)
    once = make("obligations", material(PLANS, DUTY, as_of=day))
    assert [only(once)[name] for name in ("every", "last_due", "next_due")] == [None, None, None]
    assert "recurs" not in " ".join(note.say("en") for note in once.notes)


def test_a_vague_time_limit_is_no_date() -> None:
    vague = """
timeline:t a pan:Timeline ; pan:timelineClass timelineclass:vague ; pan:text "dès que possible"@fr ;
    pan:endDate "2020-01-01"^^xsd:date .
action:a pan:hasTimeline timeline:t .
"""
    given = material(PLANS, DUTY, use("1", "action:a", "instrument:k"), vague)
    assert (only(make("obligations", given))["standing"], only(make("completeness", given))["timeline"]) == (
        "vague",
        "vague",
    )


def test_fields_are_listed_plan_by_plan_whatever_actions_are_called() -> None:
    other = "action:z a pan:Action ; pan:inPlan plan:p .\n"
    figures = make("completeness", material(PLANS, other), TableChoice(everything=True))
    assert [(row["plan_label"], row["action_label"]) for row in figures.rows] == [
        ("Plan P", "Action A"), ("Plan P", "z"), ("Plan Q", "Action B"), ("Plan Q", "Action C"),
    ]  # fmt: skip


def test_an_action_that_monitors_a_text_does_not_answer_its_obligation() -> None:
    watching = use("1", "action:a", "instrument:k").replace("relation:implements", "relation:monitors")
    figures = make("obligations", material(PLANS, DUTY, watching))
    assert (only(figures)["standing"], only(figures)["touching_label"]) == ("uncovered", "Action A")
    assert "to monitor, name or promote the text is no answer" in " ".join(note.say("en") for note in figures.notes)
    assert not only(make("loss", material(PLANS, DUTY, watching), TableChoice(actions=("a",))))["obligations"]


def test_a_text_half_of_a_plan_names_is_asked_of_the_plan_and_one_it_carries_out_is_not() -> None:
    more = "action:d a pan:Action ; pan:inPlan plan:q .\n"
    named = "".join(use(f"{of}{on}", f"action:{of}", f"instrument:{on}") for of, on in ("bk", "ck", "dl"))
    own = use("5", "plan:q", "instrument:k")
    found = [make("trust", material(PLANS, more, named, *said)) for said in ((), (own,))]
    asked = [[one.say("en") for one in table.notes if one.say("en").endswith("?")] for table in found]
    assert asked == [["2 of the 3 actions read of “Plan Q” name “Texte K”: does the plan say so of itself?"], []]
    assert [row["listed"] for row in found[0].rows] == [None, None]
    counted = make("trust", material(PLANS, more, "plan:q pan:measureCount 6 .\n"))
    assert {row["plan_label"]: row["listed"] for row in counted.rows} == {"Plan Q": 0.5, "Plan P": None}


def test_actions_of_two_editions_are_no_overlap() -> None:
    lead = "".join(
        f"involvement:{of} pan:involvedIn action:{of} ; pan:involves body:{body} ; pan:role role:lead ; {STATED} .\n"
        for of, body in (("a", "x"), ("b", "y"))
    )
    same = "".join(f"action:{of} pan:hasTopic topic:t ; pan:hasTargetGroup group:g .\n" for of in "ab")
    after = (
        "link:s a pan:Link ; pan:linkType linktype:succession ; pan:relation relation:follows ; pan:from plan:q ; "
        f"pan:to plan:p ; pan:status linkstatus:accepted ; {STATED} .\n"
    )
    found = [material(PLANS, lead, same, *more) for more in ((), (after,))]
    told = [[row["finding"] for row in make("bodies", one).rows if row["topics"] and row["groups"]] for one in found]
    assert told == [["overlap"], ["edition"]]
    assert [len(make("gaps", one, TableChoice(part="overlap")).rows) for one in found] == [1, 0]


def test_bodies_are_missed_only_in_plans_where_they_were_looked_for() -> None:
    lead = """
involvement:i a pan:Involvement ; pan:involvedIn action:b ; pan:involves body:x ; pan:role role:lead ;
    dcterms:source document:d ; pan:certainty certainty:stated .
"""
    figures = make("gaps", material(PLANS, lead), TableChoice(part="action-without-body"))
    assert [row["subject_label"] for row in figures.rows] == ["Action C"]
    assert "1 gap of 2" in figures.notes[0].say("en")
    gaps = {row["gap"]: row for row in make("gaps", material(PLANS)).rows}
    assert gaps["action-without-body"]["gaps_of"] is None


def test_nothing_is_overdue_before_ratification() -> None:
    treaty = DUTY.replace("instrument:k", "instrument:t") + "instrument:t a pan:Treaty .\n"
    row = only(make("obligations", material(PLANS, treaty, BOTH)))
    assert (row["standing"], row["overdue"], row["needs_ratification"]) == ("due-unknown", 0, True)


DATES = (
    'plan:p pan:adoptedOn "2018-05-02"^^xsd:date ; pan:periodStart "2018"^^xsd:gYear .'
    'plan:q pan:adoptedOn "2020-05-02"^^xsd:date ; pan:periodStart "2020"^^xsd:gYear .'
)


def test_a_plan_that_was_older_is_not_expected_to_cite() -> None:
    rows = {row["citing_label"]: row for row in make("debt", material(PLANS, BOTH, DATES)).rows}
    assert [rows[plan]["expectation"] for plan in ("Plan P", "Plan Q")] == ["impossible", "expected"]
    assert (rows["Plan P"]["debt"], rows["Plan P"]["citation"]) == (None, None), "listed apart, in no sum"
    assert (rows["Plan Q"]["citation"], rows["Plan Q"]["debt"]) == ("open", rows["Plan Q"]["low"])


READ = (
    "reading:r a pan:Reading ; pan:readsWork plan:q ; pan:aspect aspect:references ; pan:extent readingextent:full ; "
    'pan:inDocument document:d ; dcterms:created "2025-01-01"^^xsd:date .\n'
)


def test_absent_is_only_said_of_a_plan_that_was_read_in_full() -> None:
    for more, state, kinds in (("", "open", (0, 1)), (READ, "absent", (1, 0))):
        given = material(PLANS, BOTH, DATES, more)
        (row,) = (row for row in make("debt", given).rows if row["expectation"] == "expected")
        assert row["citation"] == state
        found = tuple(
            len(make("gaps", given, TableChoice(part=kind)).rows) for kind in ("citation-absent", "citation-unseen")
        )
        assert found == kinds


def test_a_return_is_only_missed_where_it_could_be() -> None:
    said = cite("c", "plan:p", "plan:q")
    gaps = {row["gap"]: row for row in make("gaps", material(PLANS, DATES, said)).rows}
    assert [gaps[kind]["gaps_number"] for kind in ("citation-unreturned", "return-unseen")] == [0, 1]
    back = cite("c", "plan:q", "plan:p")
    gaps = {row["gap"]: row for row in make("gaps", material(PLANS, DATES, back)).rows}
    assert [gaps[kind]["gaps_of"] for kind in ("citation-unreturned", "return-unseen")] == [None, None]


def test_what_the_editors_concluded_is_shown_when_asked_for() -> None:
    tie = use("2", "action:b", "instrument:k", "pan:status linkstatus:accepted", "pan:certainty certainty:derived")
    given = material(PLANS, use("1", "action:a", "instrument:k"), tie)
    assert not make("unacknowledged", given).rows
    row = only(make("unacknowledged", given, TableChoice(evidence=Level.EDITORS)))
    assert (row["level"], row["plan_label"]) == ("editors", "Plan P")
    line = make("unacknowledged", given, TableChoice(evidence=Level.EDITORS)).line
    assert line is not None
    assert "rédacteurs" in basis_words(line, "fr")


def test_the_finest_reference_that_was_read_is_named_each_way() -> None:
    for said, there in ((cite("c", "action:a", "action:b"), "action"), (cite("c", "action:a", "plan:q"), "mixed")):
        rows = make("unacknowledged", material(PLANS, BOTH, said)).rows
        assert [row["acknowledged_there"] for row in rows] == ([] if there == "action" else [there])
    lifted = make("unacknowledged", material(PLANS, BOTH, cite("c", "plan:p", "plan:q"))).rows
    assert [(row["acknowledged_there"], row["acknowledged_back"]) for row in lifted] == [("plan", "none")]


def test_a_citation_on_the_page_alone_is_one_place_of_four() -> None:
    row = only(make("index", material(PLANS, BOTH, DATES, cite("c", "plan:p", "plan:q", "web"))))
    places = [row[place] for place in ("text_there", "text_back", "web_there", "web_back")]
    assert places == ["impossible", "open", "seen", "undated"]
    assert (row["index_low"], row["index_high"], row["places"]) == (0.5, 1.0, 2)


def test_a_list_of_the_register_is_as_long_as_its_figure() -> None:
    given = material(PLANS, BOTH, DATES, cite("c", "plan:q", "plan:p"))
    rows = [row for row in make("figures", given).rows if row["told"] == "whole"]
    assert len(rows) > 10
    counted = {row["figure"]: row["at_official"] for row in rows if row["figure"] != "measures"}
    listed = {name: len(make("figures", given, TableChoice(part=str(name))).rows) for name in counted}
    assert listed == counted


def test_a_terminal_is_shown_a_matrix() -> None:
    given = material(PLANS, BOTH, DATES, cite("c", "plan:q", "plan:p"))
    cross = make("matrix", given).cross
    assert cross is not None
    assert (cross.heads, cross.cells) == (("Plan P", "Plan Q"), (("", "#"), ("#>", "")))
    assert make("matrix", given, TableChoice(plans=("p",))).cross is None, "one plan named gives its pairs"


def test_a_dependency_without_a_date_is_unknown_and_one_in_disorder_is_found() -> None:
    on = (
        "link:d a pan:Link ; pan:linkType linktype:builds-on ; pan:from plan:p ; pan:to plan:q ; "
        f"pan:status linkstatus:accepted ; {STATED} .\n"
    )
    assert only(make("dependencies", material(PLANS, on)))["order"] == "unknown"
    dates = 'plan:p pan:periodEnd "2020"^^xsd:gYear . plan:q pan:periodEnd "2022"^^xsd:gYear .'
    given = material(PLANS, on, dates)
    assert only(make("dependencies", given))["order"] == "out-of-order"
    assert only(make("gaps", given, TableChoice(part="dependency-out-of-order")))["subject_label"] == "Plan P"


def test_what_depends_or_answers_by_weaker_evidence_is_shown_when_asked_for() -> None:
    concluded = "pan:status linkstatus:accepted ; pan:certainty certainty:derived"
    on = f"link:d pan:linkType linktype:builds-on ; pan:from plan:p ; pan:to plan:q ; {concluded} .\n"
    duty = 'obligation:o a pan:Obligation ; pan:underInstrument instrument:k ; pan:dueDate "2027-01-01"^^xsd:date .\n'
    duty += "obligation:n pan:ofObligation obligation:o ; pan:obligationHolder body:s .\n"
    uses = use("1", "action:a", "instrument:k", concluded), use("2", "action:b", "instrument:l")
    given = material(PLANS, on, duty, *uses)
    weak = TableChoice(evidence=Level.EDITORS)
    assert make("dependencies", given).rows == ()
    assert only(make("dependencies", given, weak))["level"] == "editors"
    assert [only(make("obligations", given, one))["standing"] for one in (TableChoice(), weak)] == [
        "uncovered",
        "vague",
    ]
    assert [only(make("obligations", given, one))["level"] for one in (TableChoice(), weak)] == [None, "editors"]
    lost = [make("loss", given, replace(one, actions=("a",))) for one in (TableChoice(), weak)]
    assert [only(one)["level"] for one in lost] == [None, "editors"]
    assert [only(one)["obligations"] for one in lost] == ["", "https://w3id.org/pan2kg/id/obligation/o"]
    late = [make("gaps", given, replace(one, part="obligation-uncovered")) for one in (TableChoice(), weak)]
    assert [len(one.rows) for one in late] == [1, 0]


def test_a_recommendation_put_beside_an_action_by_a_third_party_is_not_answered() -> None:
    advice = "recommendation:r a pan:Recommendation ; pan:inReview review:v .\n"
    beside = (
        "link:e a pan:Link ; pan:linkType linktype:external-statement ; pan:from recommendation:r ; pan:to action:a ; "
        "pan:status linkstatus:accepted .\n"
    )
    answer = cite("f", "plan:q", "recommendation:r")
    replies = [
        only(make("recommendations", material(PLANS, advice, *more)))["reply"] for more in ((), (beside,), (answer,))
    ]
    assert replies == ["none", "beside", "answered"]


def test_no_recommendation_and_no_dependency_is_said_plainly() -> None:
    given = material(PLANS)
    assert "aucune recommandation" in make("recommendations", given).notes[0].say("fr")
    assert "aucun lien de prolongement" in make("dependencies", given).notes[0].say("fr")


def test_other_countries_are_compared_where_the_graph_has_them() -> None:
    abroad = """
plan:p dcterms:spatial country:LUX . plan:q dcterms:spatial country:FRA .
country:LUX skos:prefLabel "Luxembourg"@fr . country:FRA skos:prefLabel "France"@fr .
plan:q pan:hasTopic topic:t . topic:t skos:prefLabel "Sujet T"@fr .
"""
    country = "http://publications.europa.eu/resource/authority/country/"
    given = material(PLANS, abroad.replace("country:LUX", f"<{country}LUX>").replace("country:FRA", f"<{country}FRA>"))
    row = only(make("other-countries", given, TableChoice(part="lux")))
    assert (row["topic_label"], row["countries_label"]) == ("Sujet T", "France")
    with pytest.raises(QueryError, match="country « DEU »"):
        make("other-countries", given, TableChoice(part="DEU"))


def test_two_assessors_agree_or_do_not() -> None:
    one = score("s", "action:a", "action:b", 2) + score("t", "action:b", "action:a", -1)
    two = score("u", "action:a", "action:b", 2, "body:y") + score("v", "action:b", "action:a", 3, "body:y")
    figures = make("disagreement", material(PLANS, one, two))
    assert [(row["action_label"], row["spread"]) for row in figures.rows] == [("Action B", 4), ("Action A", 0)]
    assert any("alpha" in note.say("en") for note in figures.notes)
    assert "cannot be measured" in make("disagreement", material(PLANS, one)).notes[-1].say("en")


def test_the_worked_matrix_has_its_second_order() -> None:
    cells = [("a", "b", 2), ("a", "c", -1), ("b", "a", 1), ("b", "c", 3), ("c", "a", 0), ("c", "b", -2)]
    given = material(PLANS, *(score(f"n{at}", f"action:{a}", f"action:{b}", v) for at, (a, b, v) in enumerate(cells)))
    rows = make("ripple", given).rows
    found = {row["action_label"]: (row["direct"], row["second"], row["second_without"]) for row in rows}
    assert found == {"Action A": (1, 6, 5), "Action B": (4, 1.5, 3.5), "Action C": (-2, -6, -3)}
    assert [row["action_label"] for row in rows] == ["Action A", "Action B", "Action C"]


def test_an_empty_graph_holds_no_action() -> None:
    for name in TABLES:
        if name not in ("explain", "compare"):
            with pytest.raises(ProjectError, match="no action to measure"):
                make(name, material(""))


@pytest.mark.parametrize(
    ("name", "choice", "message"),
    [
        ("matrix", TableChoice(plans=("z",)), "no plan « z »"),
        ("loss", TableChoice(actions=("z",)), "no action « z »"),
        ("explain", TableChoice(actions=("a", "z")), "« z » is neither a plan nor an action"),
        ("explain", TableChoice(actions=("a",)), "Two actions"),
        ("explain", TableChoice(actions=("a", "a")), "given twice"),
        ("compare", TableChoice(plans=("p",)), "Two editions"),
        ("compare", TableChoice(plans=("p", "p")), "same plan"),
        ("compare", TableChoice(plans=("p", "q"), part="z"), "no part « z »"),
        ("figures", TableChoice(part="z"), "no figure « z »"),
        ("gaps", TableChoice(part="z"), "no kind of gap « z »"),
        ("bodies", TableChoice(part="z"), "no finding « z »"),
        ("index", TableChoice(plans=("p", "q")), "from one plan"),
        ("obligations", TableChoice(part="z"), "no standing « z »"),
    ],
)
def test_what_is_not_there_is_one_sentence(name: str, choice: TableChoice, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        make(name, material(PLANS, BOTH), choice)


@pytest.mark.parametrize(
    ("name", "choice"), [("debt", TableChoice(plans=("d",))), ("explain", TableChoice(actions=("a", "d")))]
)
def test_an_action_without_a_plan_is_no_plan_and_is_not_explained(name: str, choice: TableChoice) -> None:
    with pytest.raises(QueryError, match="« d » is an action without a plan"):
        make(name, material(PLANS, "action:d a pan:Action .\n"), choice)


def test_a_day_within_a_year_says_nothing_of_an_event_of_that_year() -> None:
    event = 'implementation:i a pan:Implementation ; pan:implements plan:p ; pan:date "2020"^^xsd:gYear .\n'
    states = []
    for day in (date(2019, 12, 31), date(2020, 6, 1), date(2021, 1, 1)):
        rows = make("as-of", material(PLANS, event, as_of=day)).rows
        states.append([row["state"] for row in rows if row["kind"] == "event"])
    assert states == [[], ["unknown"], ["done"]]
