"""The home pages kept between starts: found again where nothing has changed, done without where they are damaged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import pan2kg
from pan2kg.i18n.catalogue import FOLDER_VARIABLE
from pan2kg.server.first_pages import FirstPage, FirstPages
from pan2kg.server.pages import Pages
from pan2kg.server.settings import HOMES, Release

MEDIA = "text/html; charset=utf-8"
DRAWN = {path: FirstPage(MEDIA, f"<p>{path} · “é”</p>".encode()) for path in HOMES}


@pytest.fixture
def first(few: pan2kg.Graph, tmp_path: Path) -> FirstPages:
    return FirstPages.of(few.project, tmp_path)


def no_site() -> object:
    raise AssertionError("nothing is drawn here")


def new_pages() -> Pages:
    return Pages(no_site, Release("x"))  # type: ignore[arg-type]


def test_what_was_drawn_is_found_again_and_nothing_of_an_earlier_state_stays(first: FirstPages) -> None:
    first.path.parent.mkdir()
    earlier = first.path.with_name("home-0.json")
    earlier.touch()
    first.write(DRAWN)
    assert first.read() == DRAWN
    assert [path.name for path in first.path.parent.iterdir()] == [first.path.name]


def test_pages_begin_with_them_and_give_what_they_draw_to_be_kept(first: FirstPages) -> None:
    pages = new_pages()
    first.hand_to(pages)
    pages.drawn({path: page for path, page in DRAWN.items() if path != HOMES[0]})
    assert first.read() == {}, "a home page is missing"
    pages.drawn(DRAWN)
    assert first.read() == DRAWN


def test_where_a_file_was_changed_meanwhile_nothing_is_taken_and_nothing_kept(first: FirstPages) -> None:
    changed = replace(first, name="0")
    changed.write(DRAWN)
    assert changed.read() == {}
    pages = new_pages()
    changed.hand_to(pages)
    pages.drawn(DRAWN)
    assert list(first.path.parent.parent.iterdir()) == []


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"{}", b'{"digest": 1}'])
def test_a_damaged_file_is_done_without(first: FirstPages, damage: bytes) -> None:
    first.write(DRAWN)
    first.path.write_bytes(damage)
    assert first.read() == {}


def test_a_page_that_is_not_as_it_was_written_is_not_believed(first: FirstPages) -> None:
    first.write(DRAWN)
    first.path.write_bytes(first.path.read_bytes().replace(b"<p>fr/", b"<p>en/"))
    assert first.read() == {}


def test_nothing_is_kept_without_a_folder_or_with_catalogues_of_somebodys_own(
    few: pan2kg.Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    FirstPages.of(few.project, None).write(DRAWN)
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    tried = FirstPages.of(few.project, tmp_path)
    tried.write(DRAWN)
    assert (tried.read(), list(tmp_path.iterdir())) == ({}, [])


def test_a_folder_that_cannot_be_written_is_done_without(few: pan2kg.Graph, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    first = FirstPages.of(few.project, tmp_path / "file")
    first.write(DRAWN)
    assert first.read() == {}
