"""Costly tests are left out only where nothing they are about changed, and never without a word."""

import subprocess
from pathlib import Path

import pytest

from tests import since

ROOT = Path(__file__).resolve().parents[1]


def changing(monkeypatch: pytest.MonkeyPatch, files: str) -> None:
    monkeypatch.delenv(since.ALL, raising=False)
    monkeypatch.setenv(since.CHANGED, files)
    since.changed.cache_clear()


@pytest.fixture(autouse=True)
def _as_before() -> None:
    since.changed.cache_clear()


def test_what_is_named_is_there() -> None:
    for group in since.costly():
        for place in group.places:
            assert (ROOT / place).exists(), f"[{group.name}] names {place}"
        for test in group.tests:
            file, _, function = test.partition("::")
            assert (ROOT / file).exists(), f"[{group.name}] names {test}"
            assert f"def {function}" in (ROOT / file).read_text("utf-8") if function else True


@pytest.mark.parametrize(
    ("files", "tried"),
    [
        ("docs/data.md", "left out"),
        ("pan2kg/server/web.py\ndocs/data.md", "tried"),
        ("pan2kg/servers.py", "left out"),
        ("tests/server/test_adversary.py", "tried"),
        ("pyproject.toml", "tried"),
        (".ci/run", "tried"),
    ],
)
def test_a_costly_test_is_tried_where_its_places_changed(
    files: str, tried: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    changing(monkeypatch, files)
    why = since.why_not("tests/server/test_adversary.py::test_the_corpus[x]")
    assert (why == "") is (tried == "tried")
    assert since.why_not("tests/server/test_protocol.py::test_x") == ""
    since.changed.cache_clear()


def test_where_nobody_knows_what_changed_and_where_all_is_asked_for_all_is_tried(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    changing(monkeypatch, "")
    assert since.changed() == frozenset([""])
    monkeypatch.setenv(since.ALL, "1")
    since.changed.cache_clear()
    assert since.changed() is None
    monkeypatch.delenv(since.ALL)
    monkeypatch.delenv(since.CHANGED)
    monkeypatch.setattr(since, "ROOT", tmp_path)
    since.changed.cache_clear()
    assert since.changed() is None
    since.changed.cache_clear()


def test_a_branch_counts_from_where_it_left_main_and_main_from_the_commit_before(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def git(*words: str) -> None:
        by = ("-c", "user.name=x", "-c", "user.email=x@example.org")
        subprocess.run(["git", "-C", tmp_path, *by, *words], check=True, capture_output=True)

    def commit(name: str) -> None:
        (tmp_path / name).write_text(name)
        git("add", name)
        git("commit", "-m", name)

    monkeypatch.delenv(since.ALL, raising=False)
    monkeypatch.delenv(since.CHANGED, raising=False)
    monkeypatch.setattr(since, "ROOT", tmp_path)
    git("init", "--initial-branch=main")
    commit("a")
    assert since.changed() is None  # nothing was before it
    since.changed.cache_clear()
    commit("b")
    assert since.changed() == frozenset(["b"])
    since.changed.cache_clear()
    git("checkout", "-b", "branch")
    commit("c")
    commit("d")
    (tmp_path / "e").write_text("not committed")
    assert since.changed() == frozenset(["c", "d", "e"])
    since.changed.cache_clear()


def test_a_third_worker_runs_where_tests_wait_for_other_programs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting = {group.name for group in since.costly() if group.waits}
    assert {"servers", "pages"} <= waiting
    assert waiting.isdisjoint({"engines", "parsers"})
    changing(monkeypatch, "queries/sdg-coverage.rq")
    assert (
        since.why_not("tests/queries/test_queries.py::test_two_engines_give_the_same_rows[a]") == ""
    )
    changing(monkeypatch, "pan2kg/site/page.py")
    engines = "tests/queries/test_queries.py::test_two_engines_give_the_same_rows"
    assert "pan2kg/store" in since.why_not(f"{engines}[a]")
    assert "pan2kg/store" in since.why_not(f"{engines}_where_one_is_slow")
    assert since.why_not("tests/queries/test_queries.py::test_the_answer_is_the_golden_one") == ""
    since.changed.cache_clear()
