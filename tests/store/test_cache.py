"""The kept graph is the one that would be made, whatever happened to its files, or while they were made."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pan2kg.project import Project
from pan2kg.store import cache
from pan2kg.store.rules import open_store
from pan2kg.store.store import LocalStore

STATED = """<http://e/{0}> <http://www.w3.org/2004/02/skos/core#prefLabel> 'a'@fr .
<http://e/p> a <{1}Plan> ; <{1}hasTopic> <http://e/t> . <http://e/q> a <{1}Plan> ; <{1}hasTopic> <http://e/t> .
"""
PAN = "https://w3id.org/pan2kg/ontology#"


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    for part in ("graph", "ontology"):
        (tmp_path / "bare" / part).mkdir(parents=True)
    shipped = Project.packaged()
    shutil.copytree(shipped.queries / "rules", tmp_path / "bare" / "queries" / "rules")
    kinds = "schemes/linktype.ttl"
    (tmp_path / "bare" / "ontology" / "schemes").mkdir()
    shutil.copy(shipped.ontology / kinds, tmp_path / "bare" / "ontology" / kinds)
    return tmp_path / "bare"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    calls: list[str] = []

    def counting(project: Project, *, links: bool = True) -> LocalStore:
        calls.append(str(project.root))
        return open_store(project, links=links)

    monkeypatch.setattr(cache, "open_store", counting)
    return calls


def write(project: Path, name: str) -> Project:
    (project / "graph" / "x.ttl").write_text(STATED.format(name, PAN), encoding="utf-8")
    return Project.at(project)


def states(folder: Path) -> list[Path]:
    return sorted(
        path.parent
        for path in folder.glob("*/*/made.json")
        if not path.parent.name.startswith("building-")
    )


def quads(store: LocalStore) -> set[str]:
    return set(map(str, store.inner))


def end_reading(but: int = 0) -> None:
    """As where the processes end that read states, but the first ones."""
    while len(cache._read) > but:
        os.close(cache._read.pop()[1])


def keep(project: Project, folder: Path) -> None:
    for _ in range(2):
        cache.open_kept(project, folder, read_only=True)
    assert states(folder)


def test_a_graph_is_kept_when_it_is_met_again_and_is_the_same_afterwards(
    bare: Path, folder: Path, made: list[str]
) -> None:
    project = write(bare, "a")
    wanted = quads(open_store(project))
    assert any("derived/shared-topic>" in quad for quad in wanted)
    assert [
        quads(cache.open_kept(project, folder, read_only=True)) == wanted for _ in range(4)
    ] == [True] * 4
    assert len(made) == 2, "once to answer, once to keep it"
    assert len(states(folder)) == 1


def test_who_changes_nothing_reads_the_disk_and_others_get_a_store_of_their_own(
    bare: Path, folder: Path
) -> None:
    project = write(bare, "a")
    without = quads(cache.open_kept(project, folder, links=False, read_only=True))
    keep(project, folder)
    read = cache.open_kept(project, folder, links=False, read_only=True)
    with pytest.raises(RuntimeError, match="read-write"):
        read.inner.clear()
    assert quads(read) == quads(open_store(project))
    assert without == {quad for quad in quads(read) if "linkstatus/derived" not in quad} - {
        quad
        for quad in quads(read)
        if re.search("derived/(shared-topic|derived-level|linked-to[a-z-]*)>", quad)
    }
    own = cache.open_kept(project, folder)
    own.inner.clear()
    assert not quads(own)
    assert quads(read), "and stays as it is"


def test_a_change_is_seen_and_the_two_last_states_are_kept(bare: Path, folder: Path) -> None:
    for name in ("a", "b", "a", "c", "a"):
        project = write(bare, name)
        for _ in range(2):
            assert any(
                f"<http://e/{name}>" in quad
                for quad in quads(cache.open_kept(project, folder, read_only=True))
            )
        end_reading()
    assert len(states(folder)) == cache.STATES


def test_a_change_that_looks_like_none_is_seen(bare: Path, folder: Path) -> None:
    project = write(bare, "a")
    file = bare / "graph" / "x.ttl"
    old = file.stat()
    keep(project, folder)
    write(bare, "b")  # as long as before
    os.utime(file, ns=(old.st_atime_ns, old.st_mtime_ns))
    assert any(
        "<http://e/b>" in quad for quad in quads(cache.open_kept(project, folder, read_only=True))
    )


@pytest.mark.parametrize(
    "damage", [lambda content: content[:-1], lambda content: content[::-1], None]
)
@pytest.mark.parametrize("part", ["disk/*.sst", "disk/CURRENT", "made.json"])
def test_a_damaged_state_is_made_anew(
    bare: Path, folder: Path, damage: Callable[[bytes], bytes] | None, part: str
) -> None:
    project = write(bare, "a")
    keep(project, folder)
    wanted = quads(open_store(project))
    path = next(states(folder)[0].glob(part))
    path.write_bytes(damage(path.read_bytes())) if damage else path.unlink()
    for _ in range(3):
        assert quads(cache.open_kept(project, folder, read_only=True)) == wanted
    assert len(states(folder)) == 1, "and mended"


def test_a_cache_that_cannot_be_written_is_done_without(
    bare: Path, folder: Path, made: list[str]
) -> None:
    folder.write_text("no folder", encoding="utf-8")
    project = write(bare, "a")
    for _ in range(2):
        assert quads(cache.open_kept(project, folder, read_only=True)) == quads(open_store(project))
    assert len(made) == 2
    assert folder.read_text(encoding="utf-8") == "no folder"


def test_a_state_that_is_read_is_not_removed(bare: Path, folder: Path) -> None:
    project = write(bare, "a")
    keep(project, folder)
    end_reading()
    read = cache.open_kept(project, folder, read_only=True)
    for name in ("b", "c", "d"):
        keep(write(bare, name), folder)
        end_reading(but=1)
    assert len(states(folder)) == cache.STATES + 1
    assert read.query("ASK { <http://e/a> ?p ?o }")


CHILD = """
import os, resource, signal, sys
from pathlib import Path
from pan2kg.project import Project
from pan2kg.store import cache
project, folder = Project.at(sys.argv[1]), Path(sys.argv[2])
{}
for _ in range(2):
    print(len(cache.open_kept(project, folder, read_only=True).inner))
"""


def child(how: str, project: Path, folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CHILD.format(how), str(project), str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_what_a_killed_command_left_is_removed_by_the_next(bare: Path, folder: Path) -> None:
    project = write(bare, "a")
    killed = child("cache._written = lambda _: os.kill(os.getpid(), signal.SIGKILL)", bare, folder)
    killed.communicate()
    assert killed.returncode == -9
    assert list(folder.glob("*/building-*/disk"))
    assert not states(folder)
    keep(project, folder)
    assert not list(folder.glob("*/building-*"))


def test_on_a_full_disk_the_answer_is_the_same_and_the_old_state_stays(
    bare: Path, folder: Path
) -> None:
    keep(write(bare, "a"), folder)
    number = str(len(quads(open_store(project := write(bare, "b")))))
    full = child("resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))", bare, folder)
    said, faults = full.communicate()
    assert (said.split(), faults, full.returncode) == ([number] * 2, "", 0)
    assert (len(states(folder)), list(folder.glob("*/building-*"))) == (1, [])
    keep(project, folder)
    assert len(states(folder)) == 2


def test_two_commands_at_once_make_one_state(bare: Path, folder: Path) -> None:
    project = write(bare, "a")
    cache.open_kept(project, folder, read_only=True)
    number = str(len(quads(open_store(project))))
    for one in [child("", bare, folder) for _ in range(2)]:
        said, faults = one.communicate()
        assert (said.split(), faults, one.returncode) == ([number] * 2, "", 0)
    assert (len(states(folder)), list(folder.glob("*/building-*"))) == (1, [])
