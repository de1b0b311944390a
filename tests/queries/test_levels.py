"""The rules and the fast engine are two implementations of one thing, and questions a third: they agree at every level.
The rules make an act, its provisions and its national transposition one text; the engine has them
as a tree and climbs it. So they agree on the roots of that tree, on the shipped graph and on small
random ones. The same holds for whose part is in what, and who should talk, which a question says
too."""

from collections.abc import Mapping
from itertools import combinations, pairwise

import pyoxigraph as ox
import pytest
from hypothesis import given, settings, strategies as st

import pan2kg
from pan2kg.coherence.bodies import meeting, who_should_talk
from pan2kg.coherence.citations import returns
from pan2kg.coherence.evidence import FIGURED, Level, level
from pan2kg.coherence.standing import Standing
from pan2kg.project import Project
from pan2kg.store import program_query
from pan2kg.store.project_files import load
from pan2kg.store.rules import derive
from pan2kg.store.store import LocalStore, Store, text_rows
from pan2kg.turtle.writer import read_prefixes
from tests.lots import TIMES

PROJECT = Project.packaged()
PAN = "PREFIX pan: <https://w3id.org/pan2kg/ontology#>"
HEAD = (
    "".join(f"@prefix {name}: <{space}> .\n" for name, space in read_prefixes(PROJECT).items())
    + """
@prefix e: <http://e/> .
e:a a pan:Action ; pan:inPlan e:p . e:b a pan:Action ; pan:inPlan e:q . e:c a pan:Action ; pan:inPlan e:r .
e:press pan:authorKind authorkind:other . e:law pan:authorKind authorkind:public-authority .
e:own pan:speaksFor e:p , e:q , e:r , e:s .
relation:implements pan:useClass 1.0 . relation:references pan:useClass 0.25 . relation:related-to pan:useClass 0.0 .
"""
)


def graph_of(lines: list[str]) -> pan2kg.Graph:
    inner = ox.Store()
    inner.load(
        HEAD + "\n".join(lines), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("http://e/g")
    )
    scheme = PROJECT.ontology / "schemes" / "linktype.ttl"
    load(inner, scheme, "http://e/scheme")
    store = LocalStore(inner)
    derive(store, PROJECT)
    return pan2kg.Graph(PROJECT, store)


def on_the_word(document: str, certainty: str) -> str:
    return f"pan:certainty certainty:{certainty}{f' ; dcterms:source e:{document}' if document else ''} ."


def using(name: object, work: str, text: str, relation: str, word: tuple[str, str]) -> str:
    return (
        f"e:l{name} pan:linkType linktype:uses-instrument ; pan:relation relation:{relation} ; pan:from e:{work} ;"
        f" pan:to e:{text} ; pan:status linkstatus:accepted ; {on_the_word(*word)}"
    )


WORD = st.tuples(
    st.sampled_from(("own", "law", "press", "")),
    st.sampled_from(("stated", "derived", "unverified")),
)
Use = tuple[str, str, str, tuple[str, str]]


# Who rests on which text, and what two share

TEXTS = """
e:p a pan:Plan . e:q a pan:Plan . e:r a pan:Plan .
e:C a pan:LegalAct . e:N a pan:LegalAct . e:D a pan:LegalAct . e:E a pan:LegalAct .
e:K a pan:Treaty ; dcterms:identifier "k" ; owl:sameAs e:L .
e:D1 eli:is_part_of e:D . e:K1 eli:is_part_of e:K .
"""
USES = st.tuples(
    st.sampled_from("pqrabc"),
    st.sampled_from(("N", "C", "D", "D1", "E", "K", "K1", "L")),
    st.sampled_from(("implements", "references", "related-to")),
    WORD,
)


def of_engine(graph: pan2kg.Graph) -> dict[tuple[str, str], Level]:
    """The firmest level at which each work reaches each root of the tree of texts."""
    made = graph.known("editors").potential
    works = [(plan, made.own.row(row)) for row, plan in enumerate(made.works.plans)]
    works += [(action, made.actions.row(row)) for row, action in enumerate(made.names)]
    return {
        (work, made.weights.texts[text]): firm
        for work, texts in works
        for text, (_, firm) in texts.items()
        if made.weights.above[text] < 0
    }


def of_rules(store: Store) -> dict[tuple[str, str], Level]:
    """The same from the plain triples for each level."""
    found: dict[tuple[str, str], Level] = {}
    for at in reversed(FIGURED):
        query = f"{PAN} SELECT DISTINCT ?w ?t {{ ?w pan:restsOnAt{at.key.title()} ?t }}"
        for work, root in text_rows(store, query):
            found[work, root] = at
    return found


def links_by_rules(store: Store) -> dict[frozenset[str], Level]:
    """The level of each derived link through texts that has one."""
    text = f"""{PAN} PREFIX linktype: <https://w3id.org/pan2kg/id/linktype/>
        SELECT DISTINCT ?one ?two ?level {{
            ?link pan:linkType linktype:shared-instrument ; pan:between ?one , ?two ; pan:evidenceLevel ?level .
            FILTER(STR(?one) < STR(?two)) }}"""
    found = {frozenset((one, two)): level(said) for one, two, said in text_rows(store, text)}
    return {pair: at for pair, at in found.items() if at is not None}


def links_of(
    rests: Mapping[tuple[str, str], Level], home: Mapping[str, str]
) -> dict[frozenset[str], Level]:
    """What follows for works of two plans: through one text the weaker side, through several the firmest text."""
    found: dict[frozenset[str], Level] = {}
    for one, text in rests:
        for two, other in rests:
            if text == other and one < two and home.get(one, one) != home.get(two, two):
                pair = frozenset((one, two))
                weaker = max(rests[one, text], rests[two, text])
                found[pair] = min(weaker, found.get(pair, weaker))
    return found


def _one_address(
    graph: pan2kg.Graph, found: Mapping[tuple[str, str], Level]
) -> dict[tuple[str, str], Level]:
    """Works and texts where a text of several addresses is called by the first of them."""
    same: dict[str, set[str]] = {}
    for one, other in text_rows(graph.store, program_query("coherence/text-addresses")):
        joined = same.get(one, {one}) | same.get(other, {other})
        same |= dict.fromkeys(joined, joined)
    return {(work, min(same.get(text, {text}))): at for (work, text), at in found.items()}


def test_rules_and_engine_agree_on_the_shipped_graph(graph: pan2kg.Graph) -> None:
    works = {*graph.tables.works.plans, *graph.tables.works.home}
    ruled = {pair: at for pair, at in of_rules(graph.store).items() if pair[0] in works}
    assert _one_address(graph, ruled) == _one_address(graph, of_engine(graph))
    links = {pair: at for pair, at in links_by_rules(graph.store).items() if pair <= works}
    assert links == links_of(ruled, graph.tables.works.home)


STEPS = (("N", "D"), ("D", "E"), ("N", "C"), ("N", "E"))
"""N can stand below three acts, one of them above D too: two or three steps up from one node."""


def acts_of(uses: list[Use], steps: tuple[str, ...]) -> pan2kg.Graph:
    """Each of the steps on the word of a document, or without one, and not there at all where that is empty."""
    lines = [
        f"e:s{low}{high} pan:linkType linktype:instrument-relation ; pan:relation relation:implements ;"
        f" pan:from e:{low} ; pan:to e:{high} ; pan:status linkstatus:accepted ;"
        f" {on_the_word(step.replace('nobody', ''), 'stated')}"
        for (low, high), step in zip(STEPS, steps, strict=True)
        if step
    ]
    lines += [using(at, *use) for at, use in enumerate(uses)]
    return graph_of([TEXTS, *lines])


@settings(max_examples=30 * TIMES)
@given(
    st.lists(USES, min_size=1, max_size=9),
    st.tuples(*[st.sampled_from(("", "nobody", "law", "press"))] * len(STEPS)),
)
def test_rules_and_engine_agree_on_small_random_graphs(
    uses: list[Use], steps: tuple[str, ...]
) -> None:
    graph = acts_of(uses, steps)
    ruled = of_rules(graph.store)
    assert _one_address(graph, ruled) == _one_address(graph, of_engine(graph))
    assert links_by_rules(graph.store) == links_of(ruled, graph.tables.works.home)


def test_of_several_acts_above_the_firmest_known_counts_then_the_first_by_address() -> None:
    used: list[Use] = [
        ("a", "N", "implements", ("own", "stated")),
        ("b", "D", "implements", ("own", "stated")),
    ]
    by_step = {
        ("law", "", "press", ""): "D",
        ("press", "", "law", ""): "C",
        ("law", "law", "law", "law"): "C",
        ("law", "press", "press", ""): "E",
        ("law", "", "nobody", ""): "D",
    }
    for steps, root in by_step.items():
        graph = acts_of(used, steps)
        for found in (of_rules(graph.store), of_engine(graph)):
            assert [text for work, text in found if work == "http://e/a"] == [f"http://e/{root}"], (
                steps
            )


# Whose part is in what, and who should talk

PARTS_OF = """
e:p a pan:Plan ; dcterms:spatial e:one . e:q a pan:Plan ; dcterms:spatial e:one .
e:r a pan:Plan ; dcterms:spatial e:two . e:s a pan:Plan . e:d a pan:Action ; pan:inPlan e:s .
e:part a pan:PlanPart ; pan:partLevel e:axis ; pan:inPlan e:p .
e:K a pan:Treaty . e:L a pan:Treaty . e:G a pan:OtherInstrument ; pan:isGeneral true .
e:x a pan:PublicBody . e:y a pan:PublicBody . e:z a pan:PublicBody . e:w a pan:PublicBody ; pan:precededBy e:z .
e:some a pan:UnnamedGroup .
"""
WORKS = ("p", "q", "r", "a", "b", "c", "d")
PARTS = st.tuples(
    st.sampled_from((*WORKS, "part")),
    st.sampled_from(("x", "y", "z", "w", "some")),
    st.sampled_from(("lead", "partner")),
    WORD,
)
NAMED = st.tuples(
    st.sampled_from(WORKS),
    st.sampled_from(("K", "L", "G")),
    st.sampled_from(("implements", "references")),
    WORD,
)


def bodies_of(parts: list[Use], uses: list[Use]) -> pan2kg.Graph:
    lines = [
        f"e:i{at} pan:involvedIn e:{work} ; pan:involves e:{body} ; pan:role role:{role} ; {on_the_word(*word)}"
        for at, (work, body, role, word) in enumerate(parts)
    ]
    return graph_of([PARTS_OF, *lines, *(using(at, *use) for at, use in enumerate(uses))])


def parts_agree(graph: pan2kg.Graph, at: Level) -> bool:
    """Whether the plain triples and the levels of the statements have the same bodies in the same works."""
    query = f"{PAN} SELECT DISTINCT ?w ?b {{ ?w pan:involvesBodyAt{at.key.title()} ?b }}"
    ruled = {(work, body) for work, body in text_rows(graph.store, query)}
    return ruled == {
        (profile.work, body) for profile in graph.profiles_at(at) for body in profile.bodies
    }


def told(graph: pan2kg.Graph, at: Level) -> dict[frozenset[str], int]:
    """By the engine, for each two bodies that should talk over how many texts."""
    met = {*graph.earlier_bodies, *meeting(graph.profiles)}
    found = who_should_talk(
        graph.uses_at(at), graph.profiles_at(at), graph.bits, met, country=graph.country_of
    )
    return {frozenset(row.bodies): len(row.instruments) for row in found}


@pytest.mark.parametrize("at", FIGURED)
def test_parts_and_ways_back_are_the_same_by_rules_question_and_engine(
    graph: pan2kg.Graph, at: Level
) -> None:
    assert parts_agree(graph, at)
    said = {Standing.STATED: "yes", Standing.ABSENT: "no", Standing.UNREAD: "unread"}
    known = graph.known(at)
    back = returns(known.chronology, known.tables.readings, at=at)
    wanted = {(way.target, way.source): (said[way.state], way.verdict.value) for way in back}
    rows = graph.ask("plan-citations", least_level=at.key).rows
    asked = {
        (row["citing_plan"], row["cited_plan"]): (row["returned"], row["verdict"]) for row in rows
    }
    assert asked == wanted
    assert next(
        figure for figure in graph.figures(at) if figure.figure.id == "citing-pairs"
    ).value == (len(asked),)


@settings(max_examples=20 * TIMES)
@given(st.lists(PARTS, max_size=9), st.lists(NAMED, min_size=1, max_size=7))
def test_rules_question_and_engine_agree_on_small_random_graphs(
    parts: list[Use], uses: list[Use]
) -> None:
    graph = bodies_of(parts, uses)
    found = []
    for at in FIGURED:
        assert parts_agree(graph, at)
        found.append(told(graph, at))
        assert found[-1] == {
            frozenset((f"http://e/{body}", row["other_body"])): int(row["shared_instruments"])
            for body in "xyzw"
            for row in graph.ask("who-should-talk", body=f"http://e/{body}", least_level=at.key)
        }
    assert all(firm.keys() <= weak.keys() for firm, weak in pairwise(found))


def test_a_part_without_a_document_is_in_no_figure_and_works_of_two_countries_join_nobody() -> None:
    uses = [(work, "K", "implements", ("own", "stated")) for work in "abcd"]
    parts = [
        (work, body, "lead", ("own", "stated"))
        for work, body in (("a", "x"), ("b", "y"), ("c", "z"))
    ]
    assert told(bodies_of(parts, uses), Level.PLAN).keys() == {
        frozenset(("http://e/x", "http://e/y"))
    }
    unread = [*parts[:1], ("b", "y", "lead", ("", "stated"))]
    assert [told(bodies_of(unread, uses), at) for at in FIGURED] == [{}] * 4
    met = told(bodies_of([*parts, ("d", "w", "lead", ("own", "stated"))], uses), Level.PLAN).keys()
    assert met == {
        frozenset((f"http://e/{one}", f"http://e/{two}")) for one, two in combinations("xyw", 2)
    }


def test_a_general_text_joins_nobody_and_a_work_in_common_on_a_weaker_word_does_not_have_to_be_told() -> (
    None
):
    parts = [(work, body, "lead", ("own", "stated")) for work, body in (("a", "x"), ("b", "y"))]
    assert (
        told(
            bodies_of(parts, [(work, "G", "implements", ("own", "stated")) for work in "ab"]),
            Level.EDITORS,
        )
        == {}
    )
    uses = [(work, "K", "implements", ("press", "stated")) for work in "ab"]
    assert [len(told(bodies_of(parts, uses), at)) for at in FIGURED] == [0, 0, 1, 1]
    common = ("a", "y", "partner", ("own", "derived"))
    assert [len(told(bodies_of([*parts, common], uses), at)) for at in FIGURED] == [0] * 4
