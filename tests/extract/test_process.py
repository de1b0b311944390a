"""Reading in a process of its own: what it reads, what ends it, what is said then; and files that are damaged."""

import re
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from pan2kg.errors import OutlineError
from pan2kg.extract.pdf_objects import broken_pages
from pan2kg.extract.process import Options, ReaderLimits, read_bytes, read_document
from tests.conftest import Cli
from tests.extract.test_formats import word
from tests.extract.test_pdf import column, pdf

DOCUMENTS = Path(__file__).parents[1] / "data" / "documents"
PLAN = (DOCUMENTS / "plan.pdf").read_bytes()
# where the content of the first two of its three pages lies
FIRST, SECOND, *_ = (
    page.span(1)
    for page in re.finditer(rb"/FlateDecode>>\s*stream\r?\n(.*?)endstream", PLAN, re.DOTALL)
)


def spoilt(place: tuple[int, int], share: float = 0, byte: bytes = b"\xff") -> bytes:
    start, end = place
    at = start + int(share * (end - start))
    return PLAN[:at] + byte * (end - at) + PLAN[end:]


def test_a_page_whose_content_is_spoilt_is_never_passed_over() -> None:
    for number, place, whole, example in ((1, FIRST, "2-3", "2-3"), (2, SECOND, "1, 3", "1")):
        for share, byte in ((0, b"\xff"), (0.5, b"\0"), (0.9, b"A"), (0.9, b"\xff")):
            data = spoilt(place, share, byte)
            assert broken_pages(data) == {number}
            with pytest.raises(OutlineError) as caught:
                read_bytes(data, "plan.pdf")
            assert str(caught.value) == (
                f"plan.pdf: The file is damaged: 2 of its 3 pages could be read ({whole}), the others not. Open it in "
                f"the program it comes from and save it again, or read pages that are whole: --pages {example}."
            )
            assert read_bytes(data, "plan.pdf", Options(first=3, last=3)).text


def test_files_that_are_whole_are_not_called_damaged() -> None:
    for path in sorted(DOCUMENTS.glob("*.pdf")):
        assert not broken_pages(path.read_bytes()), path.name
    assert not broken_pages(pdf(column(50, 700, ["Former les juges"])))
    end = PLAN.rindex(b"\n", *FIRST)
    assert not broken_pages(PLAN[: end - 4] + b"\0\0\0\0" + PLAN[end:]), (
        "the sum behind what is packed may be wrong"
    )


@settings(max_examples=10, deadline=None)
@given(st.integers(0, len(PLAN) - 1), st.binary(min_size=1, max_size=40))
def test_a_spoilt_file_is_read_or_refused_and_never_fails_otherwise(at: int, byte: bytes) -> None:
    with suppress(OutlineError):
        assert read_bytes(PLAN[:at] + byte + PLAN[at + len(byte) :], "plan.pdf").text


def test_a_document_read_apart_is_the_same_and_its_faults_are_too(tmp_path: Path) -> None:
    file = DOCUMENTS / "plan.docx"
    assert read_document(file) == read_bytes(file.read_bytes(), str(file))
    for name, reason in (("none.pdf", "no such file"), (".", "is a directory")):
        with pytest.raises(OutlineError, match=reason):
            read_document(tmp_path / name)
    bad = tmp_path / "a.pdf"
    bad.write_bytes(b"%PDF-1.7\n")
    with pytest.raises(OutlineError) as caught:
        read_document(bad)
    assert (
        str(caught.value)
        == f"{bad}: The file is damaged. Open it in the program it comes from and save it again."
    )


def test_a_reading_that_costs_too_much_is_ended_and_said_to_be(tmp_path: Path) -> None:
    file = tmp_path / "a.docx"
    file.write_bytes(word("<w:p/>" * 1_000_000))
    with pytest.raises(OutlineError, match="more than 100 MB of memory"):
        read_document(file, Options(limits=ReaderLimits(memory=100)))


@pytest.mark.parametrize("ending", ["txt", "md"])
def test_a_plain_text_is_read_within_the_limits_too(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"plan.{ending}"
    # whatever the machine: a minute of reading is no second, and the letters alone, as bytes and as text, are 216 MB
    short = Options(limits=ReaderLimits(seconds=1, memory=100_000))
    small = Options(limits=ReaderLimits(seconds=600, memory=200))
    file.write_text("1. Former les juges\n", "utf-8")
    assert read_document(file, small).text == "1. Former les juges"
    file.write_text("1. Former les juges du pays\n" * 4_000_000, "utf-8")
    with pytest.raises(OutlineError, match="more than 1 seconds"):
        read_document(file, short)
    with pytest.raises(OutlineError, match="more than 200 MB of memory"):
        read_document(file, small)


def test_the_command_says_what_was_read_keeps_it_and_lists_passages_that_are_gone(
    cli: Cli, tmp_path: Path
) -> None:
    kept = tmp_path / "document.json"
    file = tmp_path / "plan.txt"
    file.write_text("1. Former les juges\n2. Lier\n")
    order = ("read", str(file), "-o", str(kept), "--language", "en")
    assert cli(*order).stdout.splitlines()[0].startswith("plan.txt: txt, pages: –, characters: ")
    before = kept.read_bytes()
    assert "Already read: " in cli(*order).stdout
    assert kept.read_bytes() == before
    file.write_text("1. Former les avocats\n2. Lier\n")
    assert cli(*order).stdout.splitlines()[-2:] == [
        "1 passages of the former file (plan.txt) no longer stand in this one word for word:",
        "  “1. Former les juges”",
    ]


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        (
            "locked.pdf",
            (DOCUMENTS / "locked.pdf").read_bytes,
            "into a file and name that: --password-file F.",
        ),
        (
            "damaged.pdf",
            partial(spoilt, SECOND),
            "2 of its 3 pages could be read (1, 3), the others not. Open it",
        ),
        (
            "bomb.docx",
            lambda: word(" " * (210 << 20)),  # made where it is tried, not by each worker
            "has 220 MB unpacked; at most 200 MB are read. Give the part",
        ),
    ],
    ids=["locked", "damaged", "bomb"],
)
def test_bad_input_is_one_sentence_and_nothing_is_written(
    cli: Cli, tmp_path: Path, name: str, data: Callable[[], bytes], sentence: str
) -> None:
    (tmp_path / name).write_bytes(data())
    refused = cli(
        "read", str(tmp_path / name), "-o", str(tmp_path / "out.json"), "--language", "en"
    )
    assert (refused.returncode, refused.stdout, len(refused.stderr.splitlines())) == (2, "", 1)
    assert sentence in refused.stderr
    assert not (tmp_path / "out.json").exists()
    if name == "locked.pdf":
        (tmp_path / "password").write_text("geheim\n")
        assert (
            cli(
                "read", str(tmp_path / name), "--password-file", str(tmp_path / "password")
            ).returncode
            == 0
        )
    assert cli("read", "none.pdf", "--pages", "0").returncode == 2


def test_several_languages_are_said() -> None:
    page = """<html><p>Le Gouvernement prendra les mesures suivantes pour la mise en œuvre du plan et de son suivi.</p>
    <p>Die Regierung wird dem Parlament im Laufe des Jahres über den Fortschritt dieser Maßnahmen berichten.</p>"""
    (remark,) = read_bytes(page.encode(), "plan.html").remarks
    assert str(remark) == "several languages (de, fr); the language stands with each block"
