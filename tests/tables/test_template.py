"""What Jinja makes of a template is made once, and anew where the template was changed or what was kept is damaged."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pytest

from pan2kg.tables import template


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """A room with one template, whose modules Python keeps compiled."""
    for name in ("templates", "__pycache__"):
        (tmp_path / name).mkdir()
    (tmp_path / "templates" / "a.html").write_text("a {{ b }}", "utf-8")
    return tmp_path


def drawn(room: Path, environment: type[jinja2.Environment] = jinja2.Environment) -> str:
    """What another process would draw."""
    loader = jinja2.FileSystemLoader(room / "templates")
    return environment(loader=loader, bytecode_cache=template._kept()).get_template("a.html").render(b=1)


class Knowing(jinja2.Environment):
    """Reads what is kept and makes nothing."""

    compile = None  # type: ignore[assignment]


def kept(room: Path) -> Path:
    (file,) = (room / "__pycache__").iterdir()
    return file


def test_what_was_made_of_a_template_is_kept_beside_the_modules_of_its_room(room: Path) -> None:
    assert [drawn(room), drawn(room, Knowing)] == ["a 1", "a 1"]
    assert kept(room).name.startswith("a.html.")


def test_a_template_that_was_changed_is_read_again(room: Path) -> None:
    drawn(room)
    (room / "templates" / "a.html").write_text("c {{ b }}", "utf-8")
    assert [drawn(room), drawn(room, Knowing)] == ["c 1", "c 1"]


def test_what_is_damaged_is_never_run_and_made_anew(room: Path) -> None:
    drawn(room)
    whole = kept(room).read_bytes()
    for spoilt in (b"", whole[:20], whole[:60], whole[:-1], whole[:-9] + b"x" * 9, whole + b"x"):
        kept(room).write_bytes(spoilt)
        assert drawn(room) == "a 1"
        assert kept(room).read_bytes() == whole


def test_where_nothing_may_be_kept_pages_are_drawn_all_the_same(room: Path) -> None:
    (room / "__pycache__").rmdir()
    assert drawn(room) == "a 1"
    assert [path.name for path in room.iterdir()] == ["templates"]
