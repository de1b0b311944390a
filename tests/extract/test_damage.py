"""Damaged PDFs: which pages are told to be readable, that nothing is lost in silence, that whole files are whole."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pan2kg.errors import OutlineError
from pan2kg.extract.pdf import broken_pages, mended
from pan2kg.extract.process import Options, read_bytes
from tests.extract.test_pdf import column, pdf

DOCUMENTS = Path(__file__).parents[1] / "data" / "documents"
PLAN = (DOCUMENTS / "plan.pdf").read_bytes()
PACKED = [one.span(1) for one in re.finditer(rb"/FlateDecode>>\s*stream\r?\n(.*?)endstream", PLAN, re.DOTALL)]
FIRST, SECOND = PACKED[:2]
"""Where the content of the first two of its three pages lies."""


def spoilt(place: tuple[int, int], share: float = 0, byte: bytes = b"\xff") -> bytes:
    start, end = place
    at = start + int(share * (end - start))
    return PLAN[:at] + byte * (end - at) + PLAN[end:]


@pytest.mark.parametrize("share", [0, 0.5, 0.9])
@pytest.mark.parametrize("byte", [b"\xff", b"\0", b"A"])
def test_a_page_whose_content_is_spoilt_is_never_passed_over(share: float, byte: bytes) -> None:
    for number, place, whole, example in ((1, FIRST, "2-3", "2-3"), (2, SECOND, "1, 3", "1")):
        data = spoilt(place, share, byte)
        assert broken_pages(data) == {number}
        with pytest.raises(OutlineError) as caught:
            read_bytes(data, "plan.pdf")
        assert str(caught.value) == (
            f"plan.pdf: The file is damaged: 2 of its 3 pages could be read ({whole}), the others not. Open it in the "
            f"program it comes from and save it again, or read pages that are whole: --pages {example}."
        )
        assert read_bytes(data, "plan.pdf", Options(first=3, last=3)).text


def test_files_that_are_whole_are_not_called_damaged() -> None:
    for path in sorted(DOCUMENTS.glob("*.pdf")):
        assert not broken_pages(path.read_bytes()), path.name
    assert not broken_pages(pdf(column(50, 700, ["Former les juges"])))


def test_the_sum_behind_what_is_packed_may_be_wrong() -> None:
    end = PLAN.rindex(b"\n", *FIRST)
    assert not broken_pages(PLAN[: end - 4] + b"\0\0\0\0" + PLAN[end:])


def test_of_a_file_that_is_cut_off_the_pages_that_are_left_are_told() -> None:
    whole = pdf(*(column(50, 700, [f"Former les juges {at}"]) for at in range(4)))
    cut = whole[: whole.index(b"9 0 obj")]
    assert read_bytes(mended(whole)[0], "plan.pdf").pages == 4
    with pytest.raises(OutlineError, match=r"cut off; 2 of its 4 pages can still be read \(1-2\)\. Open it"):
        read_bytes(cut, "plan.pdf")
    with pytest.raises(OutlineError, match="is damaged"):
        read_bytes(whole[:300], "plan.pdf")


@settings(max_examples=10, deadline=None)
@given(st.integers(0, len(PLAN) - 1), st.binary(min_size=1, max_size=40))
def test_a_spoilt_file_is_read_or_refused_and_never_fails_otherwise(at: int, byte: bytes) -> None:
    with suppress(OutlineError):
        assert read_bytes(PLAN[:at] + byte + PLAN[at + len(byte) :], "plan.pdf").text
