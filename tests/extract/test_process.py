"""Reading in a process of its own: what it reads, what ends it, and what is said then."""

from __future__ import annotations

from pathlib import Path

import pytest

from pan2kg.errors import OutlineError
from pan2kg.extract.process import Limits, Options, read_bytes, read_document
from tests.conftest import Cli
from tests.extract.test_formats import word

DOCUMENTS = Path(__file__).parents[1] / "data" / "documents"


def test_a_document_read_apart_is_the_same_and_its_faults_are_too(tmp_path: Path) -> None:
    file = DOCUMENTS / "plan.docx"
    assert read_document(file) == read_bytes(file.read_bytes(), str(file))
    bad = tmp_path / "a.pdf"
    bad.write_bytes(b"%PDF-1.7\n")
    with pytest.raises(OutlineError) as caught:
        read_document(bad)
    assert str(caught.value) == f"{bad}: The file is damaged. Open it in the program it comes from and save it again."


def test_a_reading_that_costs_too_much_is_ended_and_said_to_be(tmp_path: Path) -> None:
    file = tmp_path / "a.docx"
    file.write_bytes(word("<w:p/>" * 1_000_000))
    with pytest.raises(OutlineError, match="more than 100 MB of memory"):
        read_document(file, Options(limits=Limits(memory=100)))


@pytest.mark.parametrize(("name", "reason"), [("none.pdf", "no such file"), (".", "is a directory")])
def test_what_is_no_file_is_said(name: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(OutlineError, match=reason):
        read_document(tmp_path / name)


def test_the_command_says_what_was_read_keeps_it_and_knows_it_again(cli: Cli, tmp_path: Path) -> None:
    kept = tmp_path / "document.json"
    first = cli("read", str(DOCUMENTS / "plan.docx"), "-o", str(kept), "--language", "en")
    assert first.returncode == 0
    assert first.stdout.splitlines()[0].startswith("plan.docx: docx, pages: –, characters: ")
    written = kept.read_bytes()
    again = cli("read", str(DOCUMENTS / "plan.docx"), "-o", str(kept), "--language", "en")
    assert "Already read: " in again.stdout
    assert kept.read_bytes() == written


def test_of_a_newer_file_the_passages_that_are_gone_are_listed(cli: Cli, tmp_path: Path) -> None:
    kept, file = tmp_path / "document.json", tmp_path / "plan.txt"
    file.write_text("1. Former les juges\n2. Lier\n")
    cli("read", str(file), "-o", str(kept))
    file.write_text("1. Former les avocats\n2. Lier\n")
    told = cli("read", str(file), "-o", str(kept), "--language", "en").stdout.splitlines()
    assert told[-2:] == [
        "1 passages of the former file (plan.txt) no longer stand in this one word for word:",
        "  “1. Former les juges”",
    ]


def test_a_locked_document_is_read_with_the_password_in_a_file(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("geheim\n")
    locked = str(DOCUMENTS / "locked.pdf")
    assert cli("read", locked, "--password-file", str(tmp_path / "password")).returncode == 0
    refused = cli("read", locked, "-o", str(tmp_path / "x.json"))
    assert refused.returncode == 2
    assert "--password-file" in refused.stderr
    assert not (tmp_path / "x.json").exists()
