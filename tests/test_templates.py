"""What Jinja makes of a template is made once, and anew where the template was changed or what was kept is damaged;
what Jinja documents is all that is used of it."""

import ast
from pathlib import Path

import jinja2
import pytest

from pan2kg import templates


def drawn(room: Path, *, anew: bool = True) -> str:
    """What another process would draw, ``anew`` or of what is kept alone."""
    reading = type("Reading", (jinja2.Environment,), {} if anew else {"compile": None})
    loader = jinja2.FileSystemLoader(room / "templates")
    environment: jinja2.Environment = reading(
        loader=loader, bytecode_cache=templates.compiled_templates()
    )
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


def test_nothing_of_jinja_is_used_that_it_does_not_document() -> None:
    """Its compiler, its nodes and its runtime may change with any version, as what begins with ``_``."""
    tree = ast.parse(Path(templates.__file__).read_text(encoding="utf-8"))
    imported = set()
    ours: set[str] = set()
    used: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Attribute):
            used.add(node.attr)
        elif isinstance(node, ast.Name):
            (ours if isinstance(node.ctx, ast.Store) else used).add(node.id)
    of_jinja = {name.partition(".")[2] for name in imported if name.partition(".")[0] == "jinja2"}
    assert of_jinja == {"", "bccache", "Environment", "FileSystemLoader", "StrictUndefined"}
    private = {name for name in used - ours if name.startswith("_") and not name.endswith("__")}
    assert not private, "use what Jinja documents"


def test_a_value_that_is_missing_is_an_error_and_what_is_no_markup_is_escaped() -> None:
    template = templates.environment().from_string("{{ row.words }}")
    assert template.render(row={"words": "<b>"}) == "&lt;b&gt;"
    assert template.render(row={"words": templates.markup("<b>")}) == "<b>"
    with pytest.raises(jinja2.UndefinedError, match="words"):
        template.render(row={})
