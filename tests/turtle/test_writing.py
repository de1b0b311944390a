"""Turtle as it is written and looked up: which prefix a name gets, and where the block of a subject is said to be."""

from pathlib import Path

import pytest

from pan2kg.project import Project
from pan2kg.turtle.blocks import index_blocks, may_name, read_turtle_file, written_about
from pan2kg.turtle.edits import StatementEdit, edited, without_unused
from pan2kg.turtle.link_keys import misnamed
from pan2kg.turtle.vocabulary import PAN
from pan2kg.turtle.writer import find_subjects, iri, line_of, subjects

NESTED = {"all": "http://e/", "plan": "http://e/plan/", "zoo": "http://e/z"}


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("http://e/plan/x", "plan:x"),
        ("http://e/zoo", "zoo:oo"),
        ("http://e/a", "all:a"),
        ("http://e/plan/a/b", "<http://e/plan/a/b>"),
        ("http://e/plan/", "<http://e/plan/>"),
        ("http://e/plan/a.", "<http://e/plan/a.>"),
    ],
)
def test_a_name_gets_the_longest_prefix_that_leaves_a_plain_end(address: str, written: str) -> None:
    assert iri(address, NESTED) == written


def test_the_block_of_a_subject_is_where_it_is_verified_if_it_is_anywhere(
    own_project: Path,
) -> None:
    head = "@prefix e: <http://e/> .\n\n"
    folder = own_project / "graph" / "plans" / "a"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "unverified.ttl").write_text(f"{head}e:both a e:B .\n\ne:doubtful a e:B .\n")
    (own_project / "graph" / "names").mkdir(exist_ok=True)
    (own_project / "graph" / "names" / "plans.ttl").write_text(f'{head}e:other e:short "B" .\n')
    (own_project / "graph" / "plans" / "b.ttl").write_text(
        f"{head}e:other a e:B .\n\ne:both a e:B .\n"
    )
    found = {
        name: str(place)
        for name, place in find_subjects(Project.at(own_project)).items()
        if "//e/" in name
    }
    assert found == {
        "http://e/both": "graph/plans/b.ttl:5",
        "http://e/other": "graph/plans/b.ttl:3",
        "http://e/doubtful": "graph/plans/a/unverified.ttl:5",
    }


def test_a_subject_with_an_escaped_end_is_known_by_its_address() -> None:
    text = "@prefix e: <http://e/> .\n\ne:a\\(1\\)\\/b a e:B .\n"
    assert list(subjects(text)) == [("http://e/a(1)/b", 3)]
    file = read_turtle_file(text, "x.ttl")
    assert [file.expand(block.subject) for block in file.blocks] == ["http://e/a(1)/b"]


def test_a_prefix_that_is_spelled_otherwise_is_a_fault_and_still_known() -> None:
    file = read_turtle_file("PREFIX e: <http://e/>\n\ne:a a e:B .\n", "x.ttl")
    assert file.faults[0].rule == "style-prefix-spelling"
    assert file.expand(file.blocks[0].subject) == "http://e/a"


def test_lines_and_columns_are_counted_from_1_at_either_end() -> None:
    assert [line_of("ab\ncd", at) for at in (0, 2, 3, 5)] == [(1, 1), (1, 3), (2, 1), (2, 3)]


def test_a_file_that_only_adds_to_a_thing_is_not_where_the_thing_stands() -> None:
    text = "@prefix e: <http://e/> .\n\ne:a a e:B .\n"
    files = [
        read_turtle_file(text, name)
        for name in (
            "graph/a/unverified.ttl",
            "graph/names/plans.ttl",
            "ontology/alignments.ttl",
            "graph/z.ttl",
        )
    ]
    found = index_blocks(files)["http://e/a"]
    assert [file.name for file, _ in found] == [
        *(
            "graph/z.ttl",
            "graph/a/unverified.ttl",
            "graph/names/plans.ttl",
            "ontology/alignments.ttl",
        )
    ]


def test_what_a_file_says_of_a_thing_is_found_and_changed_line_by_line() -> None:
    head = "@prefix e: <https://e/id/> .\n@prefix p: <https://e/id/plan-> .\n"
    plan = "https://e/id/plan-1"
    assert all(
        may_name(f"{head}{name} a e:B .", plan) for name in ("e:plan-1", "e:plan\\-1", "p:1")
    )
    assert not may_name(f"{head.splitlines()[0]}\ne:plan-2 a e:B .", plan)
    file = read_turtle_file("@prefix e: <http://e/> .\n\ne:a e:p e:b .\n\ne:b e:q 1 .\n", "x.ttl")
    about = [
        (block.subject, statement.line)
        for _, block, statement in written_about([file], "http://e/b")
    ]
    assert about == [("e:b", 5), ("e:a", 3)]
    old = '@prefix e: <http://e/> .\n@prefix f: <http://f/> .\n\ne:a a e:B ;\n    e:p "1" .\n'
    new = edited(old, "x.ttl", [StatementEdit("e:a", "e:p", ('"1"',), ('"2"', '"3"'))])
    assert new == old.replace('"1"', '"2" ;\n    e:p "3"')
    assert without_unused(new, old + "f:a a f:B .\n") == new.replace(
        "@prefix f: <http://f/> .\n", ""
    )
    head = f"@prefix e: <https://e/id/> .\n@prefix p: <{PAN}> .\n\n"
    link = "e:link/0 a p:Link ;\n    p:linkType e:linktype/part-of ;\n    p:from e:a/b ;\n    p:to e:a/c .\n"
    ((*_, right),) = misnamed([read_turtle_file(head + link, "x.ttl")])
    assert right == "https://e/id/link/f9ece78eed4269fb"
