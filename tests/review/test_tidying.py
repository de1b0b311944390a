"""One plan, one file: what `pan2kg tidy` makes of a project of the earlier layout, and where what is added stands."""

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from pan2kg.project import Project
from pan2kg.review import files, tidying
from pan2kg.review.outcomes import RefusedError
from pan2kg.store import load_project, select
from pan2kg.turtle import Block
from pan2kg.turtle.sections import FiledBlock, SectionTree, in_order, read_filed_blocks
from tests.conftest import Cli

HEAD = """@prefix action: <https://data.example/id/action/> .
@prefix body: <https://data.example/id/body/> .
@prefix category: <https://data.example/id/category/> .
@prefix certainty: <https://w3id.org/pan2kg/id/certainty/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix document: <https://data.example/id/document/> .
@prefix involvement: <https://data.example/id/involvement/> .
@prefix link: <https://data.example/id/link/> .
@prefix pan: <https://w3id.org/pan2kg/ontology#> .
@prefix passage: <https://data.example/id/passage/> .
@prefix plan: <https://data.example/id/plan/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

<https://data.example/graph/{graph}> a pan:SourceGraph ;
    rdfs:label "{graph}"@fr ;
    dcterms:source document:{source} ;
    pan:certainty certainty:{certainty} .
"""
FILES = {
    ("plan", "one", "stated"): """
plan:xx-a a pan:Plan ;
    skos:prefLabel "Plan A"@fr .
""",
    ("actions", "two", "derived"): """
# Catégorie 1 – Former

category:xx-a-1 a pan:Category ;
    skos:prefLabel "Former"@fr ;
    pan:inPlan plan:xx-a .

# à revoir avec le ministère

action:xx-a-1 a pan:Action ;
    skos:prefLabel "Former les juges"@fr ;
    pan:inCategory category:xx-a-1 ;
    pan:inPlan plan:xx-a .

action:xx-a-2 a pan:Action ;
    skos:prefLabel "Former les greffiers"@fr ;
    pan:inCategory category:xx-a-1 ;
    pan:inPlan plan:xx-a .
""",
    ("involvements", "one", "stated"): """
# 1. Former les juges

involvement:xx-a-1 a pan:Involvement ;
    pan:involvedIn action:xx-a-1 ;
    pan:involves body:justice ;
    pan:evidence passage:xx-a-1 .

passage:xx-a-1 a pan:Passage ;
    pan:quote "le ministre forme"@fr ;
    pan:inDocument document:one .
""",
    ("unverified", "three", "unverified"): """
link:1 a pan:Link ;
    pan:from action:xx-a-2 ;
    pan:to plan:xx-b .
""",
    ("reviewed", "one", "stated"): """
link:2 a pan:Link ;
    pan:from action:xx-a-1 ;
    pan:to plan:xx-b .
""",
}


@pytest.fixture
def earlier(own_project: Path) -> Project:
    """A project with a plan in the layout of earlier versions."""
    folder = own_project / "graph" / "plans" / "xx-a"
    folder.mkdir()
    for (part, source, certainty), text in FILES.items():
        head = HEAD.format(graph=f"plans/xx-a/{part}", source=source, certainty=certainty)
        used = {
            name.split(":")[0] for name in (head.split("\n\n")[1] + text).split() if ":" in name
        }
        lines = [line for line in head.splitlines(keepends=True) if _is_kept(line, used)]
        (folder / f"{part}.ttl").write_text("".join(lines) + text, encoding="utf-8")
    return Project.at(own_project)


def _is_kept(line: str, used: set[str]) -> bool:
    return not line.startswith("@prefix") or line.split()[1].rstrip(":") in used


def _triples(project: Project) -> Iterator[tuple[str, str, str]]:
    for path in project.graph_files():
        for quad in ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE):
            if "/graph/" not in str(quad.subject):
                yield str(quad.subject), str(quad.predicate), str(quad.object)


def test_a_plan_of_several_files_becomes_one_and_says_the_same(earlier: Project) -> None:
    before = {*_triples(earlier)}
    made = tidying.tidy(earlier)
    plans = earlier.graph / "plans"
    assert sorted(path.name for path in plans.iterdir() if path.name.startswith("xx-a")) == [
        "xx-a-reviewed.ttl",
        "xx-a-unverified.ttl",
        "xx-a.ttl",
    ]
    after = {*_triples(earlier)}
    assert before <= after
    sources = {(predicate, thing) for _, predicate, thing in after - before}
    assert sources == {
        ("<http://purl.org/dc/terms/source>", "<https://data.example/id/document/one>"),
        ("<http://purl.org/dc/terms/source>", "<https://data.example/id/document/two>"),
        (
            "<https://w3id.org/pan2kg/ontology#certainty>",
            "<https://w3id.org/pan2kg/id/certainty/stated>",
        ),
        (
            "<https://w3id.org/pan2kg/ontology#certainty>",
            "<https://w3id.org/pan2kg/id/certainty/derived>",
        ),
    }, "only the sources and the certainty that the old graphs said of their blocks"
    assert made.retired == 5
    again = tidying.tidied(earlier)
    assert (dict(again.texts), again.removed) == ({}, ())


def test_below_an_action_stands_what_is_said_of_it_and_comments_go_where_they_belong(
    earlier: Project,
) -> None:
    tidying.tidy(earlier)
    text = earlier.plan_file("xx-a").read_text("utf-8")
    places = [
        text.index(words)
        for words in (
            "/graph/plans/xx-a> a pan:SourceGraph",
            "plan:xx-a a pan:Plan",
            "# Catégorie 1 – Former",
            "category:xx-a-1 a",
            "# à revoir avec le ministère\n# 1. Former les juges",
            "action:xx-a-1 a",
            "involvement:xx-a-1 a",
            "passage:xx-a-1 a",
            "action:xx-a-2 a",
        )
    ]
    assert places == sorted(places)
    header = text[places[0] : places[1]]
    assert "pan:certainty" not in header, "its blocks are not equally certain"
    assert header.count("dcterms:source") == 2


def test_the_names_of_old_graphs_lead_to_the_new_ones(earlier: Project) -> None:
    tidying.tidy(earlier)
    store = load_project(earlier)
    space = f"{earlier.space}graph/plans/xx-a"
    for part, heir in (("actions", space), ("reviewed", f"{space}-reviewed")):
        asked = f"SELECT ?n {{ GRAPH ?g {{ <{space}/{part}> <http://purl.org/dc/terms/isReplacedBy> ?n }} }}"
        (row,) = select(store, asked).rows
        assert row[0] == ox.NamedNode(heir)


def test_a_prefix_of_two_namespaces_is_refused_and_nothing_is_lost(earlier: Project) -> None:
    path = earlier.graph / "plans" / "xx-a" / "involvements.ttl"
    content = path.read_text("utf-8").replace("example/id/document/", "example/id/paper/")
    path.write_text(content, encoding="utf-8")
    before = {path: path.read_bytes() for path in earlier.graph_files()}
    with pytest.raises(RefusedError, match="document"):
        tidying.tidy(earlier)
    assert before == {path: path.read_bytes() for path in earlier.graph_files()}


def test_what_was_interrupted_is_ended_and_nothing_stands_twice(
    earlier: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(tidying, "remove", lambda _: None)
        tidying.tidy(earlier)
    assert (earlier.graph / "plans" / "xx-a" / "actions.ttl").is_file()
    text = earlier.graph / "plans" / "xx-a.ttl"
    whole = text.read_text("utf-8")
    tidying.tidy(earlier)
    assert text.read_text("utf-8").count("action:xx-a-1 a ") == whole.count("action:xx-a-1 a ") == 1
    assert not (earlier.graph / "plans" / "xx-a").exists()


def test_the_command_shows_first_and_both_layouts_are_read(earlier: Project, cli: Cli) -> None:
    shown = cli("tidy", "--dry-run", "--language", "en", cwd=earlier.root)
    assert (shown.returncode, "5 files" in shown.stderr) == (0, True)
    assert (earlier.graph / "plans" / "xx-a" / "actions.ttl").is_file()
    parts = ("ask", "actions", "--plan", "xx-a", "--format", "csv")
    former = cli(*parts, cwd=earlier.root).stdout
    written = cli("tidy", "--language", "en", cwd=earlier.root)
    assert (written.returncode, "lead to the new ones" in written.stderr) == (0, True)
    assert cli(*parts, cwd=earlier.root).stdout == former
    once_more = cli("tidy", "--language", "en", cwd=earlier.root)
    assert once_more.stderr == "Each plan has its one file already.\n"


def test_the_shipped_graph_has_a_file_a_plan_in_the_order_of_the_document(
    project: Project,
) -> None:
    paths = project.graph_files()
    assert len(paths) <= 660
    assert not [path for path in paths if path.parent.parent.name == "plans"]
    path = project.plan_file("lu-bhr-2")
    filed = read_filed_blocks(path, path.name, path.read_text("utf-8"))
    tree = SectionTree.of(filed)
    assert [*in_order(filed, tree)] == filed
    said_of = [block for block in filed if "action:lu-bhr-2-4-3" in map(_subject, tree.line(block))]
    kinds = {block.classes[0] for block in said_of}
    assert {"pan:Timeline", "pan:Involvement", "pan:Link", "pan:Implementation"} <= kinds
    assert said_of[-1].end - said_of[0].block.line < 250, "they stand together"


def _subject(filed: FiledBlock) -> str:
    return filed.block.subject


def test_what_is_added_stands_below_what_it_speaks_of(project: Project) -> None:
    path = project.plan_file("lu-bhr-2")
    block = Block.of("link:x", ("a", "pan:Link"), ("pan:from", "action:lu-bhr-2-4-3"))
    change = files.addition(project, path, [block], label="links", about="lu-bhr-2")
    added = change.new.index("link:x a pan:Link")
    assert change.new.index("action:lu-bhr-2-4-3 a pan:Action") < added
    assert added < change.new.index("action:lu-bhr-2-4-4 a pan:Action")
    lines = "link:x a pan:Link ;\n    pan:from action:lu-bhr-2-4-3 .\n\n"
    assert change.new.replace(lines, "") == change.old
