"""No country stands in the program, in what can be asked, or in what the words mean: a project's profile says it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyoxigraph as ox

import pan2kg
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import ROOT as BASE
from pan2kg.turtle.writer import tokens

ROOT: Final = Path(__file__).resolve().parents[1]
FOLDERS: Final = ("pan2kg", "queries", "ontology")
ENDINGS: Final = {".py", ".po", ".html", ".css", ".toml", ".rq", ".ttl", ".jsonld"}
COUNTRY: Final = re.compile(
    r"luxemb|legilux|\blu-[a-z][a-z-]*-\d|\bLUX\b|\bPAN [12]\b|\b(action|Maßnahme)(\]\])? 3\.3\b|-3-3\b",
    re.IGNORECASE,
)
ALLOWED: Final = {
    "pan2kg/turtle/countries.toml": "a row for each country",
    "pan2kg/coherence/figures.py": "the names figures had in the release before",
    "pan2kg/i18n/catalogues": "the name of the language",
    "ontology/schemes/milestonetype.ttl": "two retired concepts, whose addresses stay",
}
"""Where a country may be named, and why."""
LANGUAGE: Final = re.compile(r'^msgid "(lb|language\.lb)"\nmsgstr .*$', re.MULTILINE)


def words(path: Path) -> str:
    text = path.read_text("utf-8")
    if path.suffix == ".po":
        return LANGUAGE.sub("", text)
    if path.suffix != ".py" or not COUNTRY.search(
        text
    ):  # few modules have such an example: only these are parsed
        return text
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            lines[node.lineno - 1 : node.end_lineno] = [""] * (
                (node.end_lineno or node.lineno) - node.lineno + 1
            )
    return "\n".join(lines)


def test_no_country_is_named_in_program_questions_and_ontology() -> None:
    paths = [
        path
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in ENDINGS
    ]
    assert len(paths) > 500
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:90]}"
        for path in paths
        if path.relative_to(ROOT).as_posix() not in ALLOWED
        for number, line in enumerate(words(path).splitlines(), 1)
        if COUNTRY.search(line)
    ]
    assert not found, f"let graph/profile.ttl say these: {found}"


INDIVIDUALS: Final = {
    f"{BASE}dataset": "the dataset, which every project has",
    f"{BASE}ontology": "the ontology itself",
    f"{BASE}id/scheme/celex": "the scheme of the numbers whose form a rule checks",
}
"""What of the graph a query may name, and why."""


def named_in(text: str) -> Iterator[str]:
    """The IRIs a query names, but those that only stand where a parameter is put in."""
    prefixes = dict(re.findall(r"^PREFIX ([\w-]*): <([^>]*)>$", text, re.MULTILINE))
    body = "\n".join(
        line
        for line in text.splitlines()
        if not line.startswith(("#+", "PREFIX")) and "# parameter:" not in line
    )
    for token in tokens(body):
        space, colon, name = token.text.partition(":")
        if token.text.startswith("<") and "://" in token.text:
            yield token.text.strip("<>")
        elif colon and space in prefixes:
            yield prefixes[space] + name


def test_no_rule_and_no_query_names_a_thing_of_the_graph(graph: pan2kg.Graph) -> None:
    """So that a project of another country, with another framework, can use them: they name classes, properties and
    concepts of the ontology alone."""
    files = sorted((ROOT / "queries").rglob("*.rq"))
    assert len(files) > 100
    assert isinstance(graph.store, LocalStore)
    store = graph.store.inner

    def is_individual(iri: str) -> bool:
        stated = store.quads_for_pattern(ox.NamedNode(iri), None, None, None)
        folders = {
            str(quad.graph_name).strip("<>").removeprefix(f"{BASE}graph/").split("/")[0]
            for quad in stated
        }
        return not folders <= {"ontology", "derived"}

    assert is_individual(f"{BASE}id/instrument/ungp"), "let this test look better"
    found = {
        f"{path.relative_to(ROOT)}: {iri}"
        for path in files
        for iri in named_in(path.read_text("utf-8"))
        if iri not in INDIVIDUALS and is_individual(iri)
    }
    assert not found, f"let a property of the graph say these: {sorted(found)}"
