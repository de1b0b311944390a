"""Reading in a process of its own: what it reads, what ends it, and what is said then."""

from __future__ import annotations

from pathlib import Path

import pytest

from pan2kg.errors import OutlineError
from pan2kg.extract.process import Options, ReaderLimits, read_bytes, read_document
from tests.conftest import Cli
from tests.extract.test_damage import SECOND, spoilt
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
        read_document(file, Options(limits=ReaderLimits(memory=100)))


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
    assert cli("read", str(DOCUMENTS / "locked.pdf"), "--password-file", str(tmp_path / "password")).returncode == 0


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        (
            "locked.pdf",
            (DOCUMENTS / "locked.pdf").read_bytes(),
            "Write it into a file and name that: --password-file F.",
        ),
        ("damaged.pdf", spoilt(SECOND), "2 of its 3 pages could be read (1, 3), the others not. Open it"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "Save it as docx, odt or xlsx."),
        ("bomb.docx", word(" " * (210 << 20)), "unpacks to 220 MB; at most 200 MB are read. Give the part"),
    ],
    ids=["locked", "damaged", "old", "bomb"],
)
def test_bad_input_is_one_sentence_and_nothing_is_written(
    cli: Cli, tmp_path: Path, name: str, data: bytes, sentence: str
) -> None:
    (tmp_path / name).write_bytes(data)
    refused = cli("read", str(tmp_path / name), "-o", str(tmp_path / "out.json"), "--language", "en")
    assert (refused.returncode, refused.stdout, len(refused.stderr.splitlines())) == (2, "", 1)
    assert sentence in refused.stderr
    assert not (tmp_path / "out.json").exists()
    assert cli("read", "none.pdf", "--pages", "0").returncode == 2


def test_several_languages_are_said() -> None:
    page = """<html><p>Le Gouvernement prendra les mesures suivantes pour la mise en œuvre du plan et de son suivi.</p>
    <p>Die Regierung wird dem Parlament im Laufe des Jahres über den Fortschritt dieser Maßnahmen berichten.</p>"""
    (remark,) = read_bytes(page.encode(), "plan.html").remarks
    assert str(remark) == "several languages (de, fr); the language stands with each block"
