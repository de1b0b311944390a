"""The kept graph is the one that would be made, whatever happened to the files of the cache."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pan2kg.project import Project
from pan2kg.store import cache
from pan2kg.store.rules import derive
from pan2kg.store.store import LocalStore, open_store

STATED = "<http://e/{}> <http://www.w3.org/2004/02/skos/core#prefLabel> 'a'@fr .\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows by one whenever rules derive."""
    calls: list[str] = []

    def counting(store: LocalStore, project: Project) -> None:
        calls.append(str(project.root))
        derive(store, project)

    monkeypatch.setattr(cache, "derive", counting)
    return calls


def write(project: Path, name: str) -> Project:
    (project / "graph" / "x.ttl").write_text(STATED.format(name), encoding="utf-8")
    return Project.at(project)


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/*"))


def quads(store: LocalStore) -> set[str]:
    return set(map(str, store.inner))


def test_a_graph_is_derived_once_and_the_same_afterwards(own_project: Path, folder: Path, made: list[str]) -> None:
    project = write(own_project, "a")
    wanted = quads(open_store(project, derive))
    assert [quads(cache.open_kept(project)) == wanted for _ in range(3)] == [True] * 3
    assert len(made) == 1
    assert len(files(folder)) == 1


def test_a_change_is_seen_and_the_two_last_states_are_kept(own_project: Path, folder: Path, made: list[str]) -> None:
    for name in ("a", "b", "a", "c", "a"):
        store = cache.open_kept(write(own_project, name))
        assert any(f"<http://e/{name}>" in quad for quad in quads(store))
    assert len(made) == 3, "a was used again each time before b and c displaced each other"
    assert len(files(folder)) == cache.STATES


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole.replace(b"http://e/a", b"http://e/b"),
        lambda whole: whole.partition(b"\n")[2],
        lambda whole: whole[:0],
    ],
)
def test_a_damaged_file_is_made_anew(
    own_project: Path, folder: Path, made: list[str], damage: Callable[[bytes], bytes]
) -> None:
    project = write(own_project, "a")
    wanted = quads(cache.open_kept(project))
    [file] = files(folder)
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    assert quads(cache.open_kept(project)) == wanted
    assert len(made) == 2
    assert quads(cache.open_kept(project)) == wanted
    assert len(made) == 2, "and mended"


def test_a_cache_that_cannot_be_written_is_done_without(own_project: Path, folder: Path, made: list[str]) -> None:
    folder.write_text("no folder", encoding="utf-8")
    project = write(own_project, "a")
    assert quads(cache.open_kept(project)) == quads(open_store(project, derive))
    assert len(made) == 1
    assert folder.read_text(encoding="utf-8") == "no folder"


def test_with_an_empty_variable_nothing_is_kept(
    own_project: Path, folder: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(cache.VARIABLE, "")
    project = write(own_project, "a")
    for _ in range(2):
        cache.open_kept(project)
    assert len(made) == 2
    assert not folder.exists()


def test_two_projects_do_not_displace_each_other(
    own_project: Path, tmp_path: Path, folder: Path, made: list[str]
) -> None:
    other = tmp_path / "other"
    for part in ("graph", "ontology", "queries"):
        (other / part).mkdir(parents=True, exist_ok=True)
    for name in ("a", "b"):
        cache.open_kept(write(own_project, name))
        cache.open_kept(write(other, name))
    assert len(files(folder)) == 4
    assert len(made) == 4


def test_another_version_of_the_program_makes_it_anew(
    own_project: Path, folder: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = write(own_project, "a")
    cache.open_kept(project)
    monkeypatch.setattr("importlib.metadata.version", lambda _: "99")
    cache.open_kept(project)
    assert len(made) == 2
    assert len(files(folder)) == 2
