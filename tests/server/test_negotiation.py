"""Which format an Accept header gets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pan2kg.server.negotiation import GRAPHS, TABLES, choose, quality_of, read_accept

MEDIA = [media for form in (*TABLES, *GRAPHS) for media in form.media]
RANGES = st.sampled_from([*MEDIA, "*/*", "text/*", "application/*", "image/png"])
QUALITIES = st.sampled_from(["", ";q=1", ";q=0", ";q=0.5", ";q=0.001", "; q=0.25", ";charset=utf-8;q=0.7"])
HEADERS = st.lists(st.tuples(RANGES, QUALITIES).map("".join), min_size=1).map(", ".join)


@given(HEADERS)
def test_what_is_chosen_is_accepted_and_nothing_else_is_accepted_more(header: str) -> None:
    ranges = list(read_accept(header))
    choice = choose(header, TABLES)
    best = max(quality_of(media, ranges) for form in TABLES for media in form.media)
    if choice is None:
        assert best == 0
    else:
        assert quality_of(choice.media, ranges) == best > 0


@given(HEADERS, st.sampled_from(MEDIA))
def test_a_type_that_is_refused_by_name_is_never_chosen(header: str, media: str) -> None:
    choice = choose(f"{media};q=0", TABLES) or choose(f"{header.replace(media, 'image/gif')}, {media};q=0", TABLES)
    assert choice is None or choice.media != media


@given(st.text())
def test_any_text_at_all_is_read(header: str) -> None:
    assert all(0 <= one.quality <= 1 for one in read_accept(header))


@pytest.mark.parametrize(
    ("header", "media"),
    [
        ("", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("text/*;charset=utf-8, text/xml;q=0", "text/csv"),
        ("text/csv", "text/csv"),
        ("TEXT/CSV", "text/csv"),
        ("application/xml", "application/xml"),
        ("text/csv;q=0.5, application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/*, text/csv;q=0.1", "text/xml"),
        ("text/html, */*;q=0.1", "application/sparql-results+json"),
        ("text/csv;q=2, text/tab-separated-values", "text/tab-separated-values"),
    ],
)
def test_tables(header: str, media: str) -> None:
    choice = choose(header, TABLES)
    assert choice
    assert choice.media == media


@pytest.mark.parametrize("header", ["image/png", "text/csv;q=0", "*/*;q=0", "text/turtle"])
def test_what_there_is_not(header: str) -> None:
    assert choose(header, TABLES) is None
