"""What figures must not be fooled by, on graphs of a few actions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
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
from pan2kg.tables.gaps import WAIT
from pan2kg.tables.table import TABLES, Table, TableChoice, Value
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


def link(name: str, kind: str, source: str, target: str, *more: str) -> str:
    """A link; ``more`` replaces that it is accepted, and stated by the plan it starts from."""
    said = " ; ".join(more or ("pan:status linkstatus:accepted", STATED))
    return f"link:{name} a pan:Link ; pan:linkType linktype:{kind} ; pan:from {source} ; pan:to {target} ; {said} .\n"


def use(name: str, work: str, instrument: str, *more: str) -> str:
    said = link(name, "uses-instrument", work, instrument, *more)
    return said.replace("pan:from", "pan:relation relation:implements ; pan:from")


def cite(name: str, source: str, target: str, channel: str = "text") -> str:
    said = f"pan:relation relation:references ; pan:channel channel:{channel} ; pan:status linkstatus:accepted"
    return link(name, "cross-reference", source, target, said, STATED)


def score(name: str, source: str, target: str, value: int, assessor: str = "body:x") -> str:
    said = f'pan:score {value} ; pan:scale "nilsson-2016" ; pan:assessor {assessor} ; pan:rationale "Motif"@fr'
    return link(name, "interaction", source, target, said, "pan:status linkstatus:accepted")


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


DUTY = """
obligation:o a pan:Obligation ; pan:underInstrument instrument:k ; pan:dueDate "2021-12-17"^^xsd:date .
obligation:n a pan:NationalObligation ; pan:ofObligation obligation:o ; pan:obligationHolder body:s .
"""


def test_a_vague_time_limit_is_no_date() -> None:
    vague = """
timeline:t a pan:Timeline ; pan:timelineClass timelineclass:vague ; pan:text "dès que possible"@fr ;
    pan:endDate "2020-01-01"^^xsd:date .
action:a pan:hasTimeline timeline:t .
"""
    given = material(PLANS, DUTY, use("1", "action:a", "instrument:k"), vague)
    assert only(make("obligations", given))["standing"] == only(make("completeness", given))["timeline"] == "vague"


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
    after = link("s", "succession", "plan:q", "plan:p").replace("pan:to", "pan:relation relation:follows ; pan:to")
    found = [material(PLANS, lead, same, *more) for more in ((), (after,))]
    told = [[row["finding"] for row in make("bodies", one).rows if row["topics"] and row["groups"]] for one in found]
    assert told == [["overlap"], ["edition"]]
    assert [len(make("gaps", one, TableChoice(part="overlap")).rows) for one in found] == [1, 0]


def test_bodies_are_missed_only_in_plans_where_they_were_looked_for() -> None:
    lead = f"involvement:i pan:involvedIn action:b ; pan:involves body:x ; pan:role role:lead ; {STATED} .\n"
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
        for kind, number in zip(("citation-absent", "citation-unseen"), kinds, strict=True):
            assert len(make("gaps", given, TableChoice(part=kind)).rows) == number


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
    assert cross[:2] == (("Plan P", "Plan Q"), (("", "#"), ("#>", "")))
    assert make("matrix", given, TableChoice(plans=("p",))).cross is None, "one plan named gives its pairs"


def test_a_dependency_without_a_date_is_unknown_and_one_in_disorder_is_found() -> None:
    on = link("d", "builds-on", "plan:p", "plan:q")
    assert only(make("dependencies", material(PLANS, on)))["order"] == "unknown"
    dates = 'plan:p pan:periodEnd "2020"^^xsd:gYear . plan:q pan:periodEnd "2022"^^xsd:gYear .'
    given = material(PLANS, on, dates)
    assert only(make("dependencies", given))["order"] == "out-of-order"
    assert only(make("gaps", given, TableChoice(part="dependency-out-of-order")))["subject_label"] == "Plan P"


def test_a_recommendation_put_beside_an_action_by_a_third_party_is_not_answered() -> None:
    advice = "recommendation:r a pan:Recommendation ; pan:inReview review:v .\n"
    beside = link("e", "external-statement", "recommendation:r", "action:a", "pan:status linkstatus:accepted")
    answer = cite("f", "plan:q", "recommendation:r")
    cases = ((), (beside,), (answer,), (beside, answer))
    replies = [only(make("recommendations", material(PLANS, advice, *more)))["reply"] for more in cases]
    assert replies == ["none", "beside", "answered", "answered"]


def test_an_empty_graph_holds_no_action() -> None:
    for name in TABLES:
        if name not in ("explain", "compare"):
            with pytest.raises(ProjectError, match="no action to measure"):
                make(name, material(""))


def test_a_day_within_a_year_says_nothing_of_an_event_of_that_year() -> None:
    event = 'implementation:i a pan:Implementation ; pan:implements plan:p ; pan:date "2020"^^xsd:gYear .\n'
    states = []
    for day in (date(2019, 12, 31), date(2020, 6, 1), date(2021, 1, 1)):
        rows = make("as-of", material(PLANS, event, as_of=day)).rows
        states.append([row["state"] for row in rows if row["kind"] == "event"])
    assert states == [[], ["unknown"], ["done"]]


def test_nothing_is_uncovered_where_nothing_was_annotated() -> None:
    used = use("1", "action:a", "instrument:l")
    for more, standing, number in (("", "not-assessed", None), (used, "uncovered", 1)):
        given = material(PLANS, DUTY, more)
        gaps = {row["gap"]: row["gaps_number"] for row in make("gaps", given).rows}
        row = only(make("obligations", given))
        assert (row["standing"], row["margin"], gaps["obligation-uncovered"]) == (standing, None, number)


def test_an_obligation_that_recurs_says_when_it_was_due_last_and_is_due_next() -> None:
    every = 'obligation:o pan:recursEvery "P3Y"^^xsd:duration .\n'
    first, second = "2021-12-17", "2024-12-17"
    for day, dates in (
        (date(2021, 12, 17), (first, 36, None, first, 0)), (date(2021, 12, 18), (first, 36, first, second, 1)),
        (date(2024, 12, 18), (second, 36, second, "2027-12-17", 1)),
    ):  # fmt: skip
        table = make("obligations", material(PLANS, DUTY, every, as_of=day))
        row = only(table)
        assert tuple(row[name] for name in ("due", "every", "last_due", "next_due", "overdue")) == dates
        assert "meets one due date only" in " ".join(note.say("en") for note in table.notes)
    once = make("obligations", material(PLANS, DUTY))
    assert [only(once)[name] for name in ("every", "last_due", "next_due")] == [None, None, None]
    assert "recurs" not in " ".join(note.say("en") for note in once.notes)


def test_what_depends_or_answers_by_weaker_evidence_is_shown_when_asked_for() -> None:
    concluded = "pan:status linkstatus:accepted ; pan:certainty certainty:derived"
    on = link("d", "builds-on", "plan:p", "plan:q", concluded)
    duty = DUTY.replace("2021-12-17", "2027-01-01")
    uses = use("1", "action:a", "instrument:k", concluded), use("2", "action:b", "instrument:l")
    given = material(PLANS, on, duty, *uses)
    found = []
    for choice in (TableChoice(), TableChoice(evidence=Level.EDITORS)):
        duty_row = only(make("obligations", given, choice))
        lost = only(make("loss", given, replace(choice, actions=("a",))))
        gaps = len(make("gaps", given, replace(choice, part="obligation-uncovered")).rows)
        depending = [row["level"] for row in make("dependencies", given, choice).rows]
        found.append([depending, duty_row["standing"], duty_row["level"], lost["level"], lost["obligations"], gaps])
    duty_iri = "https://w3id.org/pan2kg/id/obligation/o"
    assert found == [[[], "uncovered", None, None, "", 1], [["editors"], "vague", "editors", "editors", duty_iri, 0]]


def test_what_is_not_there_is_one_sentence() -> None:
    given = material(PLANS, BOTH, "action:d a pan:Action .\n")
    for name, choice, message in (
        ("matrix", TableChoice(plans=("z",)), "no plan « z »"),
        ("loss", TableChoice(actions=("z",)), "no action « z »"),
        ("explain", TableChoice(actions=("a", "z")), "« z » is neither a plan nor an action"),
        ("explain", TableChoice(actions=("a",)), "Two actions"),
        ("explain", TableChoice(actions=("a", "a")), "given twice"),
        ("explain", TableChoice(actions=("a", "d")), "« d » is an action without a plan"),
        ("debt", TableChoice(plans=("d",)), "« d » is an action without a plan"),
        ("compare", TableChoice(plans=("p",)), "Two editions"),
        ("compare", TableChoice(plans=("p", "p")), "given twice"),
        ("compare", TableChoice(plans=("p", "q"), part="z"), "nothing called « z »"),
        ("figures", TableChoice(part="z"), "nothing called « z »"),
        ("gaps", TableChoice(part="z"), "nothing called « z »"),
        ("bodies", TableChoice(part="z"), "nothing called « z »"),
        ("index", TableChoice(plans=("p", "q")), "from one plan"),
        ("obligations", TableChoice(part="z"), "nothing called « z »"),
    ):
        with pytest.raises(QueryError, match=message):
            make(name, given, choice)


def test_parts_stand_in_the_order_of_their_plan_with_how_many_of_how_many(two_countries: Graph) -> None:
    rows = make("parts", two_countries).rows
    keys = ("chapter_label", "over_label", "position", "under_number", "of_known", "of_published")
    assert [tuple(row[key] for key in keys) for row in rows] == [
        ("Protection", None, 1, 1, 2, "3"), ("Buying without harm", "Protection", 1, 1, 1, None),
        ("Remedy", None, 2, 0, 2, "3"),
    ]  # fmt: skip


# On the boundary and among equals


def test_a_pair_that_shares_as_much_as_is_asked_for_is_listed() -> None:
    given = material(PLANS, BOTH)
    (bits,) = (row["bits"] for row in make("unacknowledged", given, TableChoice(least=0.0)).rows)
    assert isinstance(bits, float)
    assert len(make("unacknowledged", given, TableChoice(least=bits - 1e-6)).rows) == 1
    assert not make("unacknowledged", given, TableChoice(least=bits + 1e-6)).rows


def test_a_candidate_waits_too_long_from_the_day_after_the_last_allowed() -> None:
    for days, waits in ((WAIT, False), (WAIT + 1, True)):
        said = f'pan:status linkstatus:candidate ; dcterms:created "{DAY - timedelta(days=days)}"^^xsd:date'
        given = material(PLANS, use("1", "action:a", "instrument:k", said))
        assert bool(make("gaps", given, TableChoice(part="candidate-waiting")).rows) is waits


def test_a_citation_is_missed_elsewhere_where_it_could_stand_there() -> None:
    """A later plan could cite an earlier one in its text; of its page nobody recorded when it was seen."""
    kinds = ("citation-in-text-only", "citation-on-web-only")
    for channels, missed in ((("text",), []), (("annex",), []), (("web",), [kinds[1]]), (("annex", "web"), [])):
        said = (cite(f"c{at}", "plan:q", "plan:p", channel) for at, channel in enumerate(channels))
        given = material(PLANS, DATES, *said)
        assert [kind for kind in kinds if make("gaps", given, TableChoice(part=kind)).rows] == missed


def test_target_groups_nobody_annotated_are_not_forgotten() -> None:
    group = 'group:g{0} a skos:Concept ; skos:inScheme scheme:group ; skos:prefLabel "G{0}"@fr .\n'
    groups = "".join(map(group.format, "123"))
    used = "".join(f"action:{aim[0]} pan:hasTargetGroup group:g{aim[1]} .\n" for aim in ("a1", "b2", "c2"))
    for more, number in (("", (None, None)), (used, (1, 3))):
        gaps = {
            row["gap"]: (row["gaps_number"], row["gaps_of"]) for row in make("gaps", material(PLANS, groups, more)).rows
        }
        assert gaps["group-without-action"] == number
    rows = make("target-groups", material(PLANS, groups, used)).rows
    assert [(row["group_label"], row["actions_number"]) for row in rows] == [("G3", 0), ("G2", 2), ("G1", 1)]


def test_what_an_action_of_another_country_does_closes_no_gap_here() -> None:
    country = "http://publications.europa.eu/resource/authority/country/"
    ours = f"<https://w3id.org/pan2kg/profile> a pan:Profile ; pan:country <{country}LUX> .\n"
    where = "".join(f"plan:{one} dcterms:spatial <{country}{code}> .\n" for one, code in (("p", "LUX"), ("q", "BEL")))
    groups = "".join(f"group:g{at} a skos:Concept ; skos:inScheme scheme:group .\n" for at in "12")
    used = "action:a pan:hasTargetGroup group:g1 . action:b pan:hasTargetGroup group:g2 .\n"
    principles = "".join(
        f'instrument:gp-{at} a pan:Provision ; eli:is_part_of instrument:ungp ; skos:notation "{at}" ;'
        " pan:addressedTo addressee:state .\n"
        for at in "12"
    )
    named = use("g", "action:a", "instrument:gp-1") + use("h", "action:b", "instrument:gp-2")
    given = material(PLANS, ours, where, groups, used, principles, named)
    for kind in ("group-without-action", "principle-without-action"):
        for chosen, missing in (("", "2"), ("BEL", "1"), ("bel", "1"), ("all", "")):
            rows = make("gaps", given, TableChoice(part=kind, country=chosen)).rows
            assert [str(row["subject"])[-1] for row in rows] == list(missing), (kind, chosen)
        (row,) = make("gaps", given, TableChoice(part=kind, plans=("q",))).rows
        assert str(row["subject"])[-1] == "1"
    assert dict(make("target-groups", given).basis.filters)["country"] == "LUX"
    with pytest.raises(QueryError, match="country « DEU »"):
        make("gaps", given, TableChoice(country="DEU"))


def test_an_obligation_a_national_act_answers_is_not_lost_with_an_action() -> None:
    duty = "obligation:o a pan:Obligation ; pan:underInstrument instrument:k .\n"
    act = "instrument:act a pan:LegalAct ; eli:transposes instrument:k .\n"
    for more, is_lost in (("", True), (act, False)):
        given = material(PLANS, duty, more, use("1", "action:a", "instrument:k"))
        assert bool(only(make("loss", given, TableChoice(actions=("a",))))["obligations"]) is is_lost
