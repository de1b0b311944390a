"""What Jinja makes of a template is made once, and anew where the template was changed or what was kept is damaged."""

from pathlib import Path

import jinja2

from pan2kg.tables import template


def drawn(room: Path, *, anew: bool = True) -> str:
    """What another process would draw, ``anew`` or of what is kept alone."""
    reading = type("Reading", (jinja2.Environment,), {} if anew else {"compile": None})
    loader = jinja2.FileSystemLoader(room / "templates")
    environment: jinja2.Environment = reading(loader=loader, bytecode_cache=template._kept())
    return environment.get_template("a.html").render(b=1)


def test_a_template_is_compiled_once_kept_beside_its_room_and_never_run_where_damaged(
    tmp_path: Path,
) -> None:
    for name in ("templates", "__pycache__"):
        (tmp_path / name).mkdir()
    for words in ("a", "c"):
        (tmp_path / "templates" / "a.html").write_text(f"{words} {{{{ b }}}}", "utf-8")
        assert [drawn(tmp_path), drawn(tmp_path, anew=False)] == [f"{words} 1"] * 2
    (kept,) = (tmp_path / "__pycache__").glob("a.html.*")
    whole = kept.read_bytes()
    for spoilt in (b"", whole[:20], whole[:60], whole[:-1], whole[:-9] + b"x" * 9, whole + b"x"):
        kept.write_bytes(spoilt)
        assert (drawn(tmp_path), kept.read_bytes()) == ("c 1", whole)
    kept.unlink()
    (tmp_path / "__pycache__").rmdir()
    assert drawn(tmp_path) == "c 1", "where nothing may be kept, pages are drawn all the same"
