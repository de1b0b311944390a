"""What reaches the measures from a store, and what must not; rules and tables give the same links on any graph."""

from datetime import date
from itertools import combinations

import pyoxigraph as ox
import pytest
from hypothesis import given, settings, strategies as st

import pan2kg
from pan2kg.coherence import reading
from pan2kg.coherence.evidence import Level
from pan2kg.coherence.obligations import margins
from pan2kg.coherence.reading import read_uses
from pan2kg.coherence.standing import Standing
from pan2kg.coherence.use_matrix import Uses
from pan2kg.errors import ProjectError
from pan2kg.graph.statements import read_statements
from pan2kg.project import Project
from pan2kg.store import program_query
from pan2kg.store.store import LocalStore, Store, select, text_rows
from pan2kg.turtle.vocabulary import ID, PAN, key, link_iri
from pan2kg.turtle.writer import read_prefixes
from tests.coherence.worlds import store_of
from tests.lots import TIMES

PLANS = """
plan:p a pan:Plan ; pan:measureCount 9 ; pan:listCompleteness completeness:partial .
plan:q a pan:Plan .
action:a a pan:Action ; pan:inPlan plan:p .
action:b a pan:Action ; pan:inPlan plan:q .
action:c a pan:Action ; pan:inPlan plan:q .
instrument:dir a pan:LegalAct . instrument:law a pan:LegalAct . instrument:sdg a pan:SoftLaw .
"""


def store(*files: tuple[str, str]) -> LocalStore:
    return store_of(("plans", PLANS), *files)


def use(
    action: str,
    instrument: str,
    status: str = "accepted",
    certainty: str = "stated",
    relation: str = "references",
) -> str:
    name = f"link:{action}-{instrument}-{status}-{certainty}".replace(":", "-").replace(
        "link-", "link:", 1
    )
    return (
        f"{name} a pan:Link ; pan:linkType linktype:uses-instrument ; pan:from action:{action} ;"
        f" pan:to {instrument} ; pan:relation relation:{relation} ; pan:status linkstatus:{status} ;"
        f" pan:certainty certainty:{certainty} .\n"
    )


def used(made: LocalStore) -> dict[str, list[str]]:
    uses = reading.read_uses(made)
    return {
        key(action): [key(uses.instruments[i]) for i in uses.table.row(at)]
        for at, action in enumerate(uses.actions)
    }


TRANSPOSES = """
link:t a pan:Link ; pan:linkType linktype:instrument-relation ; pan:relation relation:transposes ;
    pan:from instrument:law ; pan:to instrument:dir ; pan:status linkstatus:accepted ; pan:certainty certainty:stated ;
    dcterms:source document:gazette .
"""


def test_a_vague_timeline_with_a_date_is_no_date() -> None:
    facts = """
    obligation:o a pan:Obligation ; pan:underInstrument instrument:dir ; pan:dueDate "2020-01-01"^^xsd:date .
    obligation:n pan:ofObligation obligation:o ; pan:obligationHolder body:s .
    action:a pan:hasTimeline timeline:a .
    timeline:a pan:timelineClass timelineclass:vague ; pan:endDate "2019-01-01"^^xsd:date .
    """
    made = store(("uses", use("a", "instrument:dir", relation="implements") + facts))
    uses = reading.read_uses(made)
    known = reading.read_obligations(made), reading.read_responses(made, uses)
    (row,) = margins(uses, *known, as_of=date(2021, 1, 1))
    assert (row.standing, row.overdue) == (Standing.VAGUE, 366)


def test_a_bill_is_no_act() -> None:
    bill = TRANSPOSES + "instrument:law a pan:Bill ."
    uses = reading.read_uses(store(("uses", bill)))
    assert not [one for one in reading.read_responses(store(("uses", bill)), uses) if one.is_act]
    assert [one for one in reading.read_responses(store(("uses", TRANSPOSES)), uses) if one.is_act]


def test_the_shipped_graph_gives_the_worked_margin(graph: pan2kg.Graph) -> None:
    uses = reading.read_uses(graph.store)
    known = reading.read_obligations(graph.store), reading.read_responses(graph.store, uses)
    rows = {key(row.obligation.iri): row for row in margins(uses, *known, as_of=date(2026, 11, 25))}
    late = rows["dir-2019-1937-art-26-1-transposition"]
    assert (late.standing, late.margin) == (Standing.LATE, 520)
    assert key(late.obligation.national) == "luxembourg-dir-2019-1937-transposition"
    assert all(
        row.met is Standing.DAY_UNKNOWN
        for row in rows.values()
        if "p029" in key(row.obligation.instrument)
    )


def test_means_by_an_unnamed_group_are_vague() -> None:
    facts = """
    body:g a pan:UnnamedGroup . body:m a pan:PublicBody .
    involvement:i pan:involvedIn action:a ; pan:involves body:g ; pan:role role:means-of-implementation .
    involvement:j pan:involvedIn action:b ; pan:involves body:m ; pan:role role:means-of-implementation .
    action:a pan:hasIndicator indicator:x . indicator:x pan:presence presence:absent .
    """
    found = {
        (key(action), name): presence
        for action, name, presence in reading.read_fields(store(("bodies", facts)))
    }
    assert found == {
        ("a", "means"): Standing.VAGUE,
        ("b", "means"): Standing.STATED,
        ("a", "indicator"): Standing.ABSENT,
    }


def test_an_empty_graph_is_one_sentence() -> None:
    with pytest.raises(ProjectError, match=r"^The graph holds no action to measure\."):
        reading.read_uses(LocalStore(ox.Store()))


ALIAS = "instrument:dir owl:sameAs instrument:alias ."


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        *(
            (use("a", "instrument:dir") + use("b", "instrument:dir", *how), {"a": ["dir"]})
            for how in (
                ("candidate",),
                ("rejected",),
                ("superseded", "derived"),
                ("accepted", "unverified"),
            )
        ),
        *(
            (
                f"relation:{tie} pan:useClass 0.0 ."
                + use("a", "instrument:dir")
                + use("b", "instrument:dir", relation=tie),
                {"a": ["dir"]},
            )
            for tie in ("related-to", "named-together-with")
        ),
        (
            use("a", "instrument:dir")
            + use("a", "instrument:law")
            + use("b", "instrument:law")
            + TRANSPOSES,
            {"a": ["dir"], "b": ["dir"]},
        ),
        (
            use("a", "instrument:dir")
            + use("b", "instrument:law")
            + TRANSPOSES.replace("dcterms:source document:gazette", "pan:channel channel:web"),
            {"a": ["dir"], "b": ["law"]},
        ),
        *(
            (
                use("a", "instrument:dir") + use("b", "instrument:alias") + ends,
                {"a": ["alias"], "b": ["alias"]},
            )
            for ends in (ALIAS, "instrument:alias skos:exactMatch instrument:dir .")
        ),
        (
            use("a", "instrument:alias") + use("b", "instrument:law") + TRANSPOSES + ALIAS,
            {"a": ["alias"], "b": ["alias"]},
        ),
        (
            use("a", "instrument:dir")
            + use("b", "instrument:law")
            + "instrument:dir skos:closeMatch instrument:law .",
            {"a": ["dir"], "b": ["law"]},
        ),
        (
            use("a", "provision:art")
            + use("b", "instrument:dir")
            + TRANSPOSES
            + "provision:art a pan:Provision ; eli:is_part_of instrument:law .",
            {"a": ["dir"], "b": ["dir"]},
        ),
        (
            use("a", "provision:paragraph")
            + use("b", "instrument:dir")
            + TRANSPOSES
            + "provision:paragraph a pan:Provision ; eli:is_part_of provision:art ."
            + "provision:art a pan:Provision ; eli:is_part_of instrument:law .",
            {"a": ["dir"], "b": ["dir"]},
        ),
    ],
)
def test_what_actions_rest_on_is_one_instrument_each_and_nothing_nobody_accepted(
    facts: str, expected: dict[str, list[str]]
) -> None:
    assert used(store(("uses", facts))) == {"b": [], "c": [], **expected}


THREE_LEVELS = """
provision:art-1 a pan:Provision ; eli:is_part_of instrument:dir .
provision:art-1-2 a pan:Provision ; eli:is_part_of provision:art-1 .
document:d pan:speaksFor plan:p , plan:q . document:gazette pan:speaksFor instrument:dir .
"""


def test_a_paragraph_of_an_article_counts_for_its_act_in_every_rule_as_in_the_matrix() -> None:
    stated = use("a", "provision:art-1-2") + use("b", "instrument:dir", relation="implements")
    evidence = "link:a-provision-art-1-2-accepted-stated dcterms:source document:d ."
    store_ = store(("uses", stated + THREE_LEVELS + evidence))
    assert used(store_) == {"a": ["dir"], "b": ["dir"], "c": []}
    agree(store_, reading.read_uses(store_))
    for asked in (
        "action:a pan:usesInstrument instrument:dir",
        "action:a pan:restsOn instrument:dir",
        "action:a pan:restsOnAtPlan instrument:dir",
        "?link pan:linkType linktype:shared-instrument ; prov:wasDerivedFrom link:a-provision-art-1-2-accepted-stated",
    ):
        head = "".join(
            f"PREFIX {name}: <{space}> "
            for name, space in read_prefixes(Project.packaged()).items()
        )
        assert select(store_, f"{head} SELECT * {{ {asked} }}").rows, asked
    whole = f"{ID}instrument/dir"
    rows = select(store_, program_query("coherence/relations")).rows
    assert [str(row[1]).strip("<>") for row in rows] == [whole, whole]
    statements = select(store_, program_query("links/statements"))
    assert set(statements.values("shared")) == {whole}


def test_a_document_of_an_act_speaks_for_a_paragraph_of_its_article() -> None:
    relation = """
    link:r a pan:Link ; pan:linkType linktype:instrument-relation ; pan:relation relation:amends ;
        pan:from provision:art-1-2 ; pan:to instrument:law ; pan:status linkstatus:accepted ;
        pan:certainty certainty:stated ; dcterms:source document:gazette .
    """
    links = read_statements(store(("uses", THREE_LEVELS + relation)))
    assert links.level(f"{ID}link/r") is Level.PLAN


def test_unverified_files_leak_into_no_figure() -> None:
    unverified = """
    action:a pan:hasTopic topic:t . instrument:dir skos:exactMatch instrument:law .
    action:z a pan:Action ; pan:inPlan plan:p ; pan:certainty certainty:unverified .
    """
    made = store(
        ("uses", use("a", "instrument:dir") + use("b", "instrument:law")),
        ("x/unverified", unverified),
    )
    assert reading.read_profiles(made) == ()
    assert used(made) == {"a": ["dir"], "b": ["law"], "c": []}


LINKS = f"""PREFIX pan: <{PAN}> SELECT DISTINCT ?link ?one ?two ?via WHERE {{
    ?link pan:linkType <{ID}linktype/shared-instrument> ; pan:between ?one , ?two ; pan:via ?via .
    FILTER(STR(?one) < STR(?two))
}}"""
CITES = f"PREFIX pan: <{PAN}> SELECT DISTINCT ?one ?two {{ ?one pan:cites ?two . ?one a pan:Plan . ?two a pan:Plan }}"


def agree(store: Store, uses: Uses) -> set[tuple[str, ...]]:
    """The links by shared texts, by rule, which are any two works of different plans that rest on the same text."""
    home = uses.homes
    users = dict[str, list[str]]()
    for work, text in uses.stated:
        users.setdefault(text, []).append(work)
    by_rule = {tuple(row) for row in text_rows(store, LINKS)}
    assert by_rule == {
        (link_iri("shared-instrument", one, two), one, two, text)
        for text, works in users.items()
        for one, two in combinations(works, 2)
        if home.get(one, one) != home.get(two, two)
    }
    return by_rule


def test_rules_and_tables_give_the_same_on_the_shipped_graph(graph: pan2kg.Graph) -> None:
    home = graph.uses.homes
    assert len(agree(graph.store, graph.uses)) > 50
    ends = {(home.get(one.source, ""), home.get(one.target, "")) for one in graph.citations}
    plans = set(home) - set(graph.uses.actions)
    by_rule = {(one, two) for one, two in text_rows(graph.store, CITES) if {one, two} <= plans}
    assert {
        (citing, cited) for citing, cited in ends if citing and cited and citing != cited
    } == by_rule


names = st.integers(0, 4)
statuses = st.sampled_from(["accepted", "accepted", "accepted", "candidate", "rejected"])
certainties = st.sampled_from(["stated", "stated", "derived", "unverified"])
uses_links = st.builds(
    "link:u-{}-{} pan:linkType linktype:uses-instrument ; pan:from {}:{} ; pan:to {}:{} ; pan:status linkstatus:{} ;"
    " pan:certainty certainty:{} ; pan:relation relation:{} .".format,
    names,
    names,
    st.sampled_from(["action", "plan"]),
    names,
    st.sampled_from(["instrument", "provision"]),
    names,
    statuses,
    certainties,
    st.sampled_from(["references", "promotes", "related-to"]),
)
relations = st.builds(
    "link:r-{0}-{1} pan:linkType linktype:instrument-relation ; pan:from instrument:{0} ; pan:to instrument:{1} ;"
    " pan:status linkstatus:accepted ; pan:certainty certainty:stated ; pan:relation relation:{2} .".format,
    st.integers(0, 1),
    st.integers(2, 4),
    st.sampled_from(["transposes", "implements", "amends"]),
)
homes = st.lists(st.none() | st.integers(0, 2), min_size=5, max_size=5)


@settings(max_examples=50 * TIMES, deadline=None)
@given(
    homes,
    st.lists(names, min_size=5, max_size=5),
    st.lists(uses_links, max_size=14),
    st.lists(relations),
)
def test_rules_and_tables_give_the_same_links_on_random_graphs(
    plan_of: list[int | None], wholes: list[int], uses: list[str], related: list[str]
) -> None:
    lines = [f"plan:{at} a pan:Plan . action:{at} a pan:Action ." for at in range(5)]
    lines += [
        f"action:{at} pan:inPlan plan:{plan} ."
        for at, plan in enumerate(plan_of)
        if plan is not None
    ]
    # the last two are paragraphs of the first three, which are articles
    lines += [
        f"provision:{at} eli:is_part_of {f'instrument:{whole}' if at < 3 else f'provision:{whole % 3}'} ."
        for at, whole in enumerate(wholes)
    ]
    store = store_of("\n".join([*lines, *uses, *related]))
    agree(store, read_uses(store))
