"""What the program asks for itself: ``queries/program/``, read by ``program_query``."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib.plugins.sparql import prepareQuery

from pan2kg.errors import ProjectError, QueryError
from pan2kg.project import Project
from pan2kg.store.queries import program_query, read_queries
from pan2kg.store.store import LocalStore
from pan2kg.turtle.writer import prefixes_used, read_prefixes
from tests.conftest import start
from tests.lots import by_lot

FOLDER = Project.at(Path(__file__).resolve().parents[2]).queries / "program"
FILES = sorted(FOLDER.rglob("*.rq"))


def test_every_query_of_the_program_is_read_by_both_engines() -> None:
    """By rdflib, which is slow to read, thirty of them that are drawn by lot."""
    store = LocalStore(ox.Store())
    for path in FILES:
        store.query(path.read_text(encoding="utf-8"))
    for path in by_lot(FILES, 30):
        prepareQuery(path.read_text(encoding="utf-8"))
    assert len(FILES) >= 3


def test_every_query_of_the_program_says_in_english_what_it_reads_and_for_whom() -> None:
    bare = [path.name for path in FILES if not re.match(r"#\+ summary: \w.+\.\n", path.read_text(encoding="utf-8"))]
    assert not bare, f"begin {bare} with `#+ summary: …`"


def test_every_query_of_the_program_declares_just_the_prefixes_it_uses(project: Project) -> None:
    known = read_prefixes(project)
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        declared = dict(re.findall(r"^PREFIX ([\w-]+): <([^>]*)>$", text, flags=re.MULTILINE))
        assert list(declared) == sorted(declared), path.name
        assert declared.keys() == prefixes_used(text), path.name
        assert all(known[prefix] == space for prefix, space in declared.items()), path.name


def test_no_query_of_the_program_is_a_question(project: Project) -> None:
    texts = {path.read_text(encoding="utf-8") for path in FILES}
    assert not [query.file for query in read_queries(project).values() if query.text in texts]


def test_a_project_that_is_started_has_no_copy_of_them(tmp_path: Path) -> None:
    start(tmp_path / "mine")
    folders = {path.name for path in (tmp_path / "mine" / "queries").iterdir()}
    assert {"coverage", "rules"} <= folders
    assert "program" not in folders


def test_values_take_the_place_of_defaults_and_nothing_of_the_header_remains() -> None:
    text = program_query("things/classes-and-plan", thing=["http://e/x", "http://e/y"])
    assert "VALUES ?thing { <http://e/x> <http://e/y> }" in text
    assert text.startswith("PREFIX ")
    assert "lu-bhr-2" not in text


def test_an_empty_list_of_values_asks_for_nothing() -> None:
    assert "VALUES ?thing {  }" in program_query("things/classes-and-plan", thing=[])


@pytest.mark.parametrize("hostile", ['x" } DROP ALL #', "x\\", "x\n} SELECT", "?name"])
def test_a_text_stays_a_text(hostile: str) -> None:
    text = program_query("things/by-name", name=hostile, label=hostile)
    assert list(LocalStore(ox.Store()).query(text)) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("hostile", ["http://e/x> ?p ?o . <http://e/y", "a b", "http://e/{x}", "x\\u003e"])
def test_no_iri_leaves_its_brackets(hostile: str) -> None:
    with pytest.raises(QueryError, match="is no IRI"):
        program_query("things/classes-and-plan", thing=hostile)


@pytest.mark.parametrize("given", [{}, {"thing": ["http://e/x"], "other": ["http://e/y"]}, {"other": ["http://e/y"]}])
def test_each_parameter_is_given_and_no_other(given: dict[str, list[str]]) -> None:
    with pytest.raises(QueryError, match="takes « thing », not"):
        program_query("things/classes-and-plan", **given)


def test_a_query_that_is_not_there_is_named() -> None:
    with pytest.raises(ProjectError, match=r"none\.rq"):
        program_query("things/none")


SPARQL = re.compile(r"\b(?:SELECT|CONSTRUCT|ASK|DESCRIBE)\b.*\{|\bWHERE\s*\{|\bPREFIX\s+[\w-]*:", re.DOTALL)

WORD = re.compile(r"\b(?:SELECT|CONSTRUCT|ASK|DESCRIBE|WHERE|PREFIX)\b")
"""What stands in every module with such a text; the others need not be read as Python."""


def strings(path: Path) -> list[str]:
    """The texts in a module that are no docstrings, those put together from parts as one."""
    nodes = [*ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    alone = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    joined = [node for node in nodes if isinstance(node, ast.JoinedStr)]
    parts = {id(part) for node in joined for part in node.values}
    whole = ["".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in n.values) for n in joined]
    left = (node for node in nodes if isinstance(node, ast.Constant) and id(node) not in alone | parts)
    return whole + [node.value for node in left if isinstance(node.value, str)]


def test_hardly_a_query_stands_in_python() -> None:
    files = (FOLDER.parents[1] / "pan2kg").rglob("*.py")
    modules = [path for path in files if WORD.search(path.read_text(encoding="utf-8"))]
    found = [f"{path.name}: {text.strip()[:60]}" for path in modules for text in strings(path) if SPARQL.search(text)]
    assert len(found) < 20, f"move these to queries/program: {found}"


def test_every_query_of_the_program_is_asked_by_a_module() -> None:
    modules = (FOLDER.parents[1] / "pan2kg").rglob("*.py")
    called = {name for path in modules for name in re.findall(r'"([a-z-]+/[a-z-]+)"', path.read_text(encoding="utf-8"))}
    unasked = {path.relative_to(FOLDER).with_suffix("").as_posix() for path in FILES} - called
    assert not unasked, "take these files away"
