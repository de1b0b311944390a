"""Adding to a Turtle file: whatever stands in it stays, and whatever is typed comes back as it was."""

from __future__ import annotations

from pathlib import Path
from unicodedata import category

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pan2kg.project import Project
from pan2kg.review.entry import LIMITS, RefusedError, read_text
from pan2kg.review.files import append, write
from pan2kg.turtle.writer import Block, TurtleLine, text

NAMES = {"a": "http://a/", "e": "http://e/", "m": "http://m/", "z": "http://z/"}
HEADS = [
    "", "@prefix e: <http://e/> .\n", "@prefix a: <http://a/> .\n@prefix m: <http://m/> .\n",
    "PREFIX m: <http://m/>\n",
]  # fmt: skip
COMMENT = st.text(st.characters(exclude_characters="\n\r", codec="utf-8"))
TYPED = st.text(st.characters(codec="utf-8"), min_size=1, max_size=80)


def literals(turtle: str) -> list[str]:
    found = (quad.object for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE))
    return [value.value for value in found if isinstance(value, ox.Literal)]


@given(typed=TYPED, head=st.sampled_from(HEADS), comment=COMMENT, ending=st.sampled_from(["", "\n", "\n\n", "\r\n"]))
def test_any_reason_comes_back_and_the_old_file_is_kept(typed: str, head: str, comment: str, ending: str) -> None:
    try:
        reason = read_text({"reason": typed}, "reason")
    except RefusedError:
        return
    assert all(category(character) not in ("Cc", "Cs") or character in "\n\t" for character in reason)
    old = f'{head}\n# {comment}\n\n<http://x/s> <http://x/p> "é" .{ending}'
    block = Block("z:s", (TurtleLine("m:p", text(reason, "fr")), TurtleLine("e:q", "a:o")))
    new = append(old, [], [block], NAMES, "x.ttl")
    assert reason in literals(new)
    assert "é" in literals(new)
    fresh = [f"@prefix {name}: <{space}> .\n" for name, space in NAMES.items() if f"{name}: <" not in head]
    kept = new
    for line in fresh:
        assert kept.count(line) == 1
        kept = kept.replace(line, "", 1)
    assert kept.lstrip("\n").startswith(old.lstrip("\n"))


@pytest.mark.parametrize("name", LIMITS)
def test_a_field_takes_so_much_and_no_more(name: str) -> None:
    assert read_text({name: "x" * LIMITS[name]}, name)
    with pytest.raises(RefusedError):
        read_text({name: "x" * (LIMITS[name] + 1)}, name)


def test_of_files_written_together_none_stays_where_one_cannot_be_written(own_project: Path) -> None:
    text = "@prefix e: <http://e/> .\n\ne:{} a e:B .\n"
    graph = own_project / "graph"
    (graph / "old.ttl").write_text(text.format("old"))
    (graph / "taken").write_text("a file in the place of a folder")
    texts = {path: text.format("new") for path in (graph / "old.ttl", graph / "fresh.ttl", graph / "taken" / "x.ttl")}
    with pytest.raises(RefusedError):
        write(Project.at(own_project), texts, {"e": "http://e/"})
    assert (graph / "old.ttl").read_text() == text.format("old")
    assert not (graph / "fresh.ttl").exists()
