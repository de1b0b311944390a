"""Finding a thing from the command line, with the place of everything said of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest

from pan2kg.turtle.blocks import read_turtle_files, written_about
from pan2kg.turtle.vocabulary import ID, ROOT

if TYPE_CHECKING:
    from subprocess import CompletedProcess

    import pan2kg
    from tests.conftest import Cli

ONTOLOGY: Final = f"{ROOT}ontology#"


@pytest.fixture
def find(cli: Cli, few: pan2kg.Graph) -> Cli:
    """Find something of a few plans."""

    def run(*words: str) -> CompletedProcess[str]:
        return cli("find", *words, "--project", str(few.project.root))

    return run


def test_every_line_about_a_thing_is_where_it_is_said_to_be(find: Cli, few: pan2kg.Graph) -> None:
    lines = json.loads(find("32017R0821", "--format", "json").stdout)
    assert {line["predicate"] for line in lines} >= {"dcterms:identifier", "pan:to", "pan:shortName"}
    for line in lines[::9]:
        written = (few.project.root / line["file"]).read_text(encoding="utf-8").splitlines()[line["line"] - 1]
        assert line["predicate"] in written
        assert line["object"] in written


@pytest.mark.parametrize("iri", [f"{ID}action/lu-bhr-2-4-3", f"{ID}body/maee", f"{ONTOLOGY}Plan"])
def test_no_file_that_names_a_thing_is_passed_over(few: pan2kg.Graph, iri: str) -> None:
    read, needed = (read_turtle_files(few.project, naming) for naming in ("", iri))
    whole, found = (
        [(file.name, block.subject, one.line) for file, block, one in written_about(files, iri)]
        for files in (read, needed)
    )
    assert found == whole != []
    assert len(needed) < len(read)


def test_a_person_reads_what_it_is_and_what_else_it_could_be(find: Cli) -> None:
    done = find("MAEE", "--language", "fr")
    assert done.stdout.startswith("Ministère des Affaires étrangères et européennes")
    assert "\ngraph/" in done.stdout
    assert "S’appellent aussi ainsi" in done.stdout
    assert "maee-coop" in done.stdout.partition("S’appellent")[2]


def test_columns_and_rows_are_chosen(find: Cli) -> None:
    done = find("lu-bhr-2-4-3", "--format", "tsv", "--columns", "line,file", "--sort=-line", "--limit", "2")
    head, *rows = (row.split("\t") for row in done.stdout.splitlines())
    assert head == ["line", "file"]
    assert len(rows) == 2
    assert int(rows[0][0]) >= int(rows[1][0])
