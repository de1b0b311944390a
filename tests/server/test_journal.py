"""The file of changes: what was answered is kept over a restart and over the death of any process."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from pan2kg.errors import ProjectError
from pan2kg.server.evaluation import Change, Journal
from tests.server.conftest import Reply, Service, Start

HEADERS = {"Authorization": "Bearer secret", "Content-Type": "application/sparql-update"}


def update(service: Service, text: str) -> Reply:
    return service.send("POST", "/sparql", text.encode(), HEADERS)


def put(service: Service, text: str) -> Reply:
    return service.send("PUT", "/store?graph=http://e/g", text.encode(), {**HEADERS, "Content-Type": "text/turtle"})


def rows(service: Service) -> list[str]:
    return sorted(service.ask("SELECT ?o { ?s <http://e/p> ?o }", "text/csv").text.split()[1:])


def test_changes_are_there_after_the_next_start_under_other_tags(start: Start, tmp_path: Path) -> None:
    options = {"token": "secret", "journal": str(tmp_path / "journal")}
    first = start(**options)
    untouched = first.ask("ASK {}").headers["etag"]
    written = update(first, "INSERT DATA { <http://e/1> <http://e/p> 1, 2 }")
    assert (written.status, "warning" in written.headers) == (204, False)
    assert put(first, "<http://e/1> <http://e/p> 3 .").status == 201
    assert update(first, "DELETE DATA { <http://e/1> <http://e/p> 2 }").status == 204
    before = rows(first), first.ask("ASK {}").headers["etag"]
    assert before[0] == ["1", "3"]
    first.process.terminate()
    first.process.wait()
    second = start(**options)
    assert rows(second) == ["1", "3"]
    assert second.ask("ASK {}").headers["etag"] not in (untouched, before[1])


def test_changes_are_there_when_the_fork_server_was_killed(
    start: Start, tmp_path: Path, until: Callable[..., None]
) -> None:
    service = start(token="secret", journal=str(tmp_path / "journal"))
    os.kill(service.fork_server, signal.SIGKILL)  # the first change begins over nothing but the files
    until(lambda: update(service, "INSERT DATA { <http://e/1> <http://e/p> 1 }").status == 204)
    assert rows(service) == ["1"]
    assert len((tmp_path / "journal").read_bytes().splitlines()) == 1


def test_what_could_not_be_made_again_is_refused(start: Start, tmp_path: Path) -> None:
    service = start(token="secret", journal=str(tmp_path / "journal"))
    reply = update(service, "INSERT { <http://e/1> <http://e/p> ?n } WHERE { BIND (Now() AS ?n) }")
    assert reply.status == 400
    assert "may not call Now" in reply.text
    assert update(service, "INSERT DATA {").status == 400
    assert (rows(service), (tmp_path / "journal").read_bytes()) == ([], b"")


def test_a_line_that_was_cut_off_goes_and_another_service_waits(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal.open(path)
    journal.append(Change("put", "", "http://e/", "http://e/g", [("turtle", "<a> <b> 1 .")]))
    with pytest.raises(ProjectError):
        Journal.open(path)
    os.close(journal.file)
    with path.open("ab") as file:
        file.write(b'["update", "INSERT')
    again = Journal.open(path)
    store = ox.Store()
    again.replay(store)
    os.close(again.file)
    assert (again.lines, len(store), path.read_bytes().count(b"\n")) == (1, 1, 1)


def test_a_change_that_cannot_be_made_again_is_told_and_what_is_no_journal_is_refused(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "journal"
    path.write_text('["delete", "", "", "http://e/gone", []]\n[1]\n', encoding="utf-8")
    with pytest.raises(ProjectError) as raised:
        Journal(path, 0, 2).replay(ox.Store())
    assert str(raised.value.place) == f"{path}:2"
    assert "line 1 of the journal" in caplog.text


def test_a_journal_that_cannot_be_written_changes_nothing(start: Start, tmp_path: Path) -> None:
    service = start(token="secret", journal=str(tmp_path / "journal"), file_size=50)
    reply = update(service, "INSERT DATA { <http://e/1> <http://e/p> 1 }")
    assert (reply.status, "nothing was changed" in reply.text) == (507, True)
    assert (rows(service), (tmp_path / "journal").read_bytes()) == ([], b"")
