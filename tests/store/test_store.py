"""Stores: what they answer, what they refuse, and what they say of a fault."""

import random
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import example, given, strategies as st

from pan2kg.errors import QueryError, TurtleError
from pan2kg.graph.graph import open_graph
from pan2kg.project import Project, write_atomically
from pan2kg.store import query_text
from pan2kg.store.exports import dump
from pan2kg.store.project_files import fingerprint, load
from pan2kg.store.rules import derive
from pan2kg.store.store import LocalStore, construct, select
from pan2kg.turtle.vocabulary import DERIVED
from pan2kg.turtle.writer import calls, tokens
from tests.copies import FEW, copy


@pytest.fixture
def store() -> LocalStore:
    inner = ox.Store()
    inner.load(
        b"<http://e/a> <http://e/p> 1 , 2 .",
        format=ox.RdfFormat.TURTLE,
        to_graph=ox.NamedNode("http://e/g"),
    )
    return LocalStore(inner)


def test_what_a_query_fills_a_graph_with_is_what_it_constructs(store: LocalStore) -> None:
    store.inner.load(
        b"""_:a <http://e/p> "_:b"@en , 'two "lines"\\n' , <http://e/\xc3\xa9> , _:c , 1.50 .""",
        format=ox.RdfFormat.TURTLE,
    )
    for text in (
        "CONSTRUCT { ?s <http://e/q> ?o } WHERE { ?s ?p ?o }",
        "CONSTRUCT {} WHERE { FILTER(false) }",
    ):
        made = set(construct(store, text))
        store.fill("http://e/made", text)
        graph = store.inner.quads_for_pattern(None, None, None, ox.NamedNode("http://e/made"))
        assert {quad.triple for quad in graph} == made
        store.inner.remove_graph(ox.NamedNode("http://e/made"))
    with pytest.raises(QueryError, match="does not construct"):
        store.fill("http://e/made", "ASK {}")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { service silent <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "LOAD <http://127.0.0.1:9/>",
        "INSERT DATA { <http://e/a> <http://e/p> 3 }",
        "DELETE WHERE { ?s ?p ?o }",
        "CLEAR ALL",
    ],
)
def test_fetching_and_updates_are_refused(store: LocalStore, text: str) -> None:
    with pytest.raises(QueryError, match="is refused"):
        store.query(text)
    assert len(store.inner) == 2


PIECES = ["a", "_", "1", "é", "ſ", ":", "?", "$", "@", ".", "-", "·", " ", "<", ">"]
PIECES += ['"', "'", "#", "\n", "\\", "%4", "{", "}", "\u0301", "^^"]


AROUND = st.lists(st.sampled_from(PIECES), max_size=4).map("".join)
WORDS = st.sampled_from(["MOVE", "add", "From", "Service"])


@given(st.tuples(AROUND, WORDS, AROUND).map("".join))
@example("1MOVE")
@example("?FROM ?a")
def test_what_is_looked_for_first_leaves_no_word_out_that_is_looked_for(text: str) -> None:
    words = {token.text.upper() for token in tokens(text) if token.kind == "word"}
    assert query_text._MAY_BE_REFUSED.search(text) or not (
        words & {*query_text.UPDATES} or [*calls(text, "SERVICE")]
    )
    assert query_text._FROM.search(text) or "FROM" not in words


def test_from_touches_neither_network_nor_disk_and_in_a_string_comment_or_name_it_names_no_graph(
    store: LocalStore,
) -> None:
    for address in ("http://127.0.0.1:9/x.ttl", "file:///etc/hostname"):
        assert select(store, f"SELECT * FROM <{address}> WHERE {{ ?s ?p ?o }}").rows == ()
    for said in ('FILTER(?o != "from")', "# from\n", "OPTIONAL { ?s <http://e/from> ?from }"):
        assert len(select(store, f"SELECT * WHERE {{ ?s ?p ?o {said} }}").rows) == 2


def test_a_file_that_is_not_turtle_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "x.ttl"
    file.write_text("<http://e/a> <http://e/p> 1 .\n<http://e/a> <http://e/p>\n")
    with pytest.raises(TurtleError) as caught:
        load(ox.Store(), file, "http://e/g")
    assert caught.value.place is not None
    assert caught.value.place.line in (2, 3)


def test_a_cache_is_made_anew_after_a_changed_rule_and_a_renamed_file_but_not_after_a_question(
    own_project: Path,
) -> None:
    project = Project.at(own_project)
    states = list[str]()
    file = own_project / "graph" / "x.ttl"
    rule = next((own_project / "queries" / "rules").glob("*.rq"))
    write_atomically(file, "<http://e/a> <http://e/p> 1 .\n")
    states.append(fingerprint(project))
    file.rename(file.with_name("y.ttl"))
    states.append(fingerprint(project))
    rule.write_text(rule.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    states.append(fingerprint(project))
    write_atomically(own_project / "queries" / "q.rq", "SELECT * { ?s ?p ?o }")
    states.append(fingerprint(project))
    assert len(set(states)) == 3
    assert states[2] == states[3]


def test_a_dump_is_sorted_whatever_the_order_statements_came_in() -> None:
    lines = [
        f"<http://e/{name}> <http://e/p> <http://e/o> <http://e/g> .\n".encode()
        for name in "mzbkxa"
    ]
    for order in (lines, lines[::-1]):
        inner = ox.Store()
        for line in order:
            inner.load(line, format=ox.RdfFormat.N_QUADS)
        assert dump(LocalStore(inner), "nquads", {}).splitlines(keepends=True) == sorted(lines)


STEPS = 12


@pytest.fixture
def chain(own_project: Path) -> Project:
    folder = own_project / "queries" / "rules"
    for path in folder.glob("*.rq"):
        path.unlink()
    numbers = list(range(1, STEPS + 1))
    random.Random(7).shuffle(
        numbers
    )  # a folder lists its files in any order, often in that of their writing
    for at in numbers:
        step = f"CONSTRUCT {{ <http://e/{at}> a <http://e/Done> }} WHERE {{ <http://e/{at - 1}> a <http://e/Done> }}"
        (folder / f"{at:02}-step-{chr(96 + at)}.rq").write_text(step)
    return Project.at(own_project)


def begun() -> LocalStore:
    store = ox.Store()
    store.load(
        "<http://e/0> a <http://e/Done> .",
        format=ox.RdfFormat.TURTLE,
        to_graph=ox.NamedNode("http://e/g"),
    )
    return LocalStore(store)


def reached(store: LocalStore) -> set[str]:
    return {
        quad.subject.value.removeprefix("http://e/")
        for quad in store.inner
        if isinstance(quad.subject, ox.NamedNode)
    }


def test_a_rule_builds_on_what_those_of_lower_numbers_derived_and_some_are_run_alone(
    chain: Project,
) -> None:
    store = begun()
    of_one = begun()
    derive(store, chain)
    assert reached(store) == {str(at) for at in range(STEPS + 1)}
    ends = store.inner.quads_for_pattern(ox.NamedNode(f"http://e/{STEPS}"), None, None, None)
    assert [str(quad.graph_name) for quad in ends] == [f"<{DERIVED}step-l>"]
    derive(of_one, chain, only=["step-a", "step-b", "step-d"])
    assert reached(of_one) == {"0", "1", "2"}
    with pytest.raises(QueryError, match=r"step-z.*step-a, step-b"):
        derive(begun(), chain, only=["step-z"])
    (chain.queries / "rules" / "05-step-e.rq").write_text("SELECT * {}")
    with pytest.raises(QueryError, match=r"05-step-e\.rq"):
        derive(begun(), chain)


ACTION = "https://w3id.org/pan2kg/id/action/lu-bhr-2-4-3"
HEIR = "https://w3id.org/pan2kg/id/action/lu-bhr-2-4-2"


def test_what_is_deprecated_is_a_tombstone_in_tables_counts_and_questions(tmp_path: Path) -> None:
    copied = copy(tmp_path / "copy", FEW)
    actions = copied / "graph" / "plans" / "lu-bhr-2.ttl"
    text = actions.read_text("utf-8")
    head = "action:lu-bhr-2-4-3 a pan:Action ;\n"
    assert head in text
    gone = f"{head}    owl:deprecated true ;\n    dcterms:isReplacedBy action:lu-bhr-2-4-2 ;\n"
    prefix = "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
    actions.write_text(prefix + text.replace(head, gone), "utf-8")
    graph = open_graph(copied)
    assert ACTION not in graph.uses.actions
    assert ACTION not in {entry.iri for entry in graph.labels.of_kind("action")}
    rows = graph.ask("actions-of-plan", plan="lu-bhr-2").rows
    assert ACTION not in {str(cell).strip("<>") for row in rows for cell in row}
    assert graph.retired[ACTION] == (HEIR,)
    assert not [one for one in graph.involvements if one.work == ACTION]
