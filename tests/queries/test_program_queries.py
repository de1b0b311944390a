"""What the program asks for itself: ``queries/program/``, read by ``program_query``."""

import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib.plugins.sparql import prepareQuery

from pan2kg.errors import ProjectError, QueryError
from pan2kg.project import Project
from pan2kg.store import program_query
from pan2kg.store.queries import read_queries
from pan2kg.store.store import LocalStore
from pan2kg.turtle.writer import prefixes_used, read_prefixes
from tests.lots import by_lot

FOLDER = Project.at(Path(__file__).resolve().parents[2]).queries / "program"
FILES = sorted(FOLDER.rglob("*.rq"))


def test_every_query_of_the_program_says_what_it_reads_and_declares_just_the_prefixes_it_uses(
    project: Project,
) -> None:
    """Both engines read it: rdflib, which is slow to read, thirty of them that are drawn by lot."""
    known = read_prefixes(project)
    store = LocalStore(ox.Store())
    questions = {query.text for query in read_queries(project).values()}
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        store.query(text)
        assert re.match(r"#\+ summary: \w.+\.\n", text), f"begin {path.name} with `#+ summary: …`"
        declared = dict(re.findall(r"^PREFIX ([\w-]+): <([^>]*)>$", text, flags=re.MULTILINE))
        assert list(declared) == sorted(prefixes_used(text)), path.name
        assert all(known[prefix] == space for prefix, space in declared.items()), path.name
        assert text not in questions, f"{path.name} is no question"
    for path in by_lot(FILES, 30):
        prepareQuery(path.read_text(encoding="utf-8"))


def test_a_project_that_is_started_has_no_copy_of_them(own_project: Path) -> None:
    folders = {path.name for path in (own_project / "queries").iterdir()}
    assert ({"coverage", "rules"} <= folders, "program" in folders) == (True, False)


def test_values_take_the_place_of_defaults_and_none_leaves_its_place() -> None:
    text = program_query("things/classes-and-plan", thing=["http://e/x", "http://e/y"])
    assert "VALUES ?thing { <http://e/x> <http://e/y> }" in text
    assert (text[:7], "lu-bhr-2" in text) == ("PREFIX ", False), "nothing of the header remains"
    assert "VALUES ?thing {  }" in program_query("things/classes-and-plan", thing=[])
    for hostile in ('x" } DROP ALL #', "x\\", "x\n} SELECT", "?name"):
        text = program_query("things/with-key", key=hostile)
        assert list(LocalStore(ox.Store()).query(text)) == []  # type: ignore[arg-type]
    for hostile in ("http://e/x> ?p ?o . <http://e/y", "a b", "http://e/{x}", "x\\u003e"):
        with pytest.raises(QueryError, match="is no IRI"):
            program_query("things/classes-and-plan", thing=hostile)
    names: tuple[dict[str, list[str]], ...] = (
        {},
        {"thing": ["http://e/x"], "other": ["http://e/y"]},
        {"other": []},
    )
    for values in names:
        with pytest.raises(TypeError, match="thing ≠"):
            program_query("things/classes-and-plan", **values)
    with pytest.raises(ProjectError, match=r"none\.rq"):
        program_query("things/none")


def test_hardly_a_query_stands_in_python() -> None:
    query = re.compile(
        r"^[^#\n>]*(?:\b(?:SELECT|CONSTRUCT|ASK|DESCRIBE)\b.*\{|\bWHERE \{)", re.MULTILINE
    )
    files = (FOLDER.parents[1] / "pan2kg").rglob("*.py")
    found = [
        f"{path.name}: {text.strip()[:60]}"
        for path in files
        for text in query.findall(path.read_text("utf-8"))
    ]
    assert len(found) < 20, f"move these to queries/program: {found}"


def test_every_query_of_the_program_is_asked_by_a_module() -> None:
    texts = [
        path.read_text(encoding="utf-8") for path in (FOLDER.parents[1] / "pan2kg").rglob("*.py")
    ]
    called = {name for text in texts for name in re.findall(r'"([a-z-]+/[a-z-]+)"', text)}
    for text in texts:
        folders = re.findall(r'f"([a-z-]+)/\{', text)
        names = re.findall(r'"([a-z-]+)"', text)
        called |= {f"{folder}/{name}" for folder in folders for name in names}
    unasked = {path.relative_to(FOLDER).with_suffix("").as_posix() for path in FILES} - called
    assert not unasked, "take these files away"
