"""The command: what it reads, what it writes, and what it says of bad input."""

from __future__ import annotations

import argparse
import gzip
import re
import shutil
from pathlib import Path

import pytest

from pan2kg.cli.publish import add_diff, run_diff
from pan2kg.errors import Pan2kgError

LINE = "<http://e/{}> <http://e/p> <http://e/o> <http://e/g> .\n"


def diff(*arguments: str | Path) -> int:
    command = argparse.ArgumentParser()
    add_diff(command)
    return run_diff(command.parse_args([str(one) for one in arguments]))


def dump(path: Path, *names: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = "".join(LINE.format(name) for name in names)
    path.write_bytes(gzip.compress(content.encode()) if path.suffix == ".gz" else content.encode())
    return path


def test_two_projects_are_compared_as_they_would_be_dumped(
    own_project: Path, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(own_project, changed)
    file = changed / "ontology" / "pan2kg.ttl"
    file.write_text(file.read_text("utf-8").replace('"plan"@fr', '"programme"@fr'), "utf-8")
    assert diff(own_project, changed, "--language", "en") == 0
    told = capsysbinary.readouterr().out.decode()
    assert "«\u00a0plan\u00a0» → «\u00a0programme\u00a0»" in told


def test_a_patch_made_of_two_files_leads_from_one_to_the_other(tmp_path: Path) -> None:
    old, new = dump(tmp_path / "old.nq", "a", "b"), dump(tmp_path / "new.nq.gz", "b", "c")
    patch, made = tmp_path / "p.trig", tmp_path / "made.nq"
    assert diff(old, new, "--format", "rdf", "-o", patch) == 0
    assert diff("--apply", patch, old, "-o", made) == 0
    assert made.read_bytes() == gzip.decompress(new.read_bytes())


@pytest.mark.parametrize("place", ["data/pan2kg.nq", "dumps/pan2kg.nq.gz", "graph.trig"])
def test_a_release_folder_is_read_from_its_dump(
    place: str, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    dump(tmp_path / "release" / place.replace(".trig", ".nq"), "a")
    if place.endswith(".trig"):
        (tmp_path / "release" / "graph.nq").rename(tmp_path / "release" / place)
        (tmp_path / "release" / place).write_text("<http://e/g> { <http://e/a> <http://e/p> <http://e/o> }")
    diff(tmp_path / "release", dump(tmp_path / "same.nq", "a"), "--language", "en")
    assert b"Nothing has changed." in capsysbinary.readouterr().out


def test_a_release_is_what_is_stated_with_what_is_derived(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    for name, said in (("pan2kg", "a"), ("pan2kg-derived", "b")):
        dump(tmp_path / "r" / "data" / f"{name}.nq", said)
        dump(tmp_path / "r" / "data" / f"{name}.nq.gz", said)
    diff(tmp_path / "r", dump(tmp_path / "both.nq", "a", "b"), "--language", "de")
    assert "Keine Änderung." in capsysbinary.readouterr().out.decode()


@pytest.mark.parametrize("form", ["text", "md", "csv", "json", "atom"])
def test_every_format_is_written_the_same_twice(form: str, tmp_path: Path) -> None:
    old, new = dump(tmp_path / "old.nq", "a"), dump(tmp_path / "new.nq", "b")
    files = [tmp_path / "one", tmp_path / "two"]
    for file in files:
        diff(old, new, "--format", form, "--date", "2026-11-25", "-o", file)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert files[0].stat().st_size


def test_bad_input_is_refused_in_one_sentence(tmp_path: Path) -> None:
    good = dump(tmp_path / "good.nq", "a")
    (tmp_path / "bad.nq").write_text("<http://e/a> <http://e/p>\n")
    (tmp_path / "bad.nq.gz").write_bytes(b"no gzip")
    (tmp_path / "cut.nq.gz").write_bytes(gzip.compress(b"x" * 100)[:-9])
    (tmp_path / "bad.txt").write_text("x")
    (tmp_path / "empty").mkdir()
    dump(tmp_path / "two" / "a.nq", "a")
    dump(tmp_path / "two" / "b.nq", "a")
    faults = {
        "bad.nq": "bad.nq:2:1: This is not RDF as .nq says: line jumps",
        "bad.nq.gz": "not packed with gzip",
        "cut.nq.gz": "cut off",
        "bad.txt": "names no RDF format",
        "none.nq": "no such file",
        "none": "names no RDF format",
        "empty": "This is no project",
        "two": "several dumps: a.nq and b.nq",
    }
    for name, said in faults.items():
        with pytest.raises(Pan2kgError, match=re.escape(said)) as raised:
            diff(good, tmp_path / name)
        assert "\n" not in str(raised.value)


@pytest.mark.parametrize("arguments", [["a.nq"], ["a.nq", "b.nq", "c.nq"], ["--apply", "p.trig", "a.nq", "b.nq"]])
def test_a_wrong_number_of_states_is_refused(arguments: list[str]) -> None:
    with pytest.raises(Pan2kgError, match=r"takes [12] state"):
        diff(*arguments)


def test_a_patched_graph_is_written_as_quads_only(tmp_path: Path) -> None:
    with pytest.raises(Pan2kgError, match="written as N-Quads"):
        diff("--apply", "p.trig", dump(tmp_path / "a.nq", "a"), "-o", tmp_path / "new.ttl")
