"""What Jinja makes of a template is made once, and anew where the template was changed or what was kept is damaged."""

from __future__ import annotations

from pathlib import Path

import jinja2

from pan2kg.tables import template


class Knowing(jinja2.Environment):
    """Reads what is kept and makes nothing."""

    compile = None  # type: ignore[assignment]


def drawn(room: Path, environment: type[jinja2.Environment] = jinja2.Environment) -> str:
    """What another process would draw."""
    loader = jinja2.FileSystemLoader(room / "templates")
    return environment(loader=loader, bytecode_cache=template._kept()).get_template("a.html").render(b=1)


def test_a_template_is_compiled_once_kept_beside_its_room_and_never_run_where_damaged(tmp_path: Path) -> None:
    for name in ("templates", "__pycache__"):
        (tmp_path / name).mkdir()
    (tmp_path / "templates" / "a.html").write_text("a {{ b }}", "utf-8")
    assert [drawn(tmp_path), drawn(tmp_path, Knowing)] == ["a 1", "a 1"]
    (kept,) = (tmp_path / "__pycache__").iterdir()
    assert kept.name.startswith("a.html.")
    whole = kept.read_bytes()
    for spoilt in (b"", whole[:20], whole[:60], whole[:-1], whole[:-9] + b"x" * 9, whole + b"x"):
        kept.write_bytes(spoilt)
        assert (drawn(tmp_path), kept.read_bytes()) == ("a 1", whole)
    (tmp_path / "templates" / "a.html").write_text("c {{ b }}", "utf-8")
    assert [drawn(tmp_path), drawn(tmp_path, Knowing)] == ["c 1", "c 1"]
    kept.unlink()
    (tmp_path / "__pycache__").rmdir()
    assert drawn(tmp_path) == "c 1", "where nothing may be kept, pages are drawn all the same"
