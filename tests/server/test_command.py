"""The command: what it says, how it ends, what it asks for."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
import pytest

import pan2kg
from pan2kg.server.engine import Limits
from pan2kg.server.pages import HOMES, CachedPage, HomePages
from pan2kg.server.protocol import Operation, RefusalError
from pan2kg.server.sparql import Relay
from pan2kg.server.web import Settings
from tests.conftest import Cli
from tests.server.conftest import PATIENCE, SLOW, awaited, children

PROGRAM = """
import argparse, sys
from pan2kg.errors import Pan2kgError
from pan2kg.cli import serve as command
parser = argparse.ArgumentParser()
parser.add_argument("--project", action="append")
command.add_serve(parser)
try:
    sys.exit(command.run_serve(parser.parse_args()))
except Pan2kgError as error:
    sys.stderr.write(f"{error}\\n")
    sys.exit(2)
"""
ENDED = "The service is being ended; ask again when it is back.\n"
Serve = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def serve(two_countries: pan2kg.Graph) -> Iterator[Serve]:
    """Start the command over a small project: how it starts and ends does not depend on how much is in it."""
    running: list[subprocess.Popen[str]] = []

    def begin(*options: str, **environment: str) -> subprocess.Popen[str]:
        running.append(
            subprocess.Popen(
                [sys.executable, "-c", PROGRAM, "--project", str(two_countries.project.root), "--no-browser", *options],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env={**os.environ, **environment},
            )
        )
        return running[-1]

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def address(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def get(url: str, accept: str = "text/csv") -> str:
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": accept}), timeout=PATIENCE) as reply:
        return str(reply.read().decode())


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_is_answers_and_ends_cleanly(
    serve: Serve, two_countries: pan2kg.Graph, tmp_path: Path, how: signal.Signals
) -> None:
    kept = {path: CachedPage("text/html", f"<html>kept {path}".encode()) for path in HOMES}
    if how == signal.SIGINT:
        HomePages(two_countries.project, tmp_path).write(kept)
    process = serve("--port", "0", PAN2KG_CACHE=str(tmp_path))
    url = address(process)
    assert url.startswith("http://127.0.0.1:")
    assert get(f"{url}sparql?query=ASK%7B%3Fs%20%3Fp%20%3Fo%7D") == "true"
    home = get(f"{url}fr/index.html", "text/html")
    assert "<html" in home
    assert ("kept fr/index.html" in home) is (how == signal.SIGINT), "kept home pages are sent, where there are any"
    process.send_signal(how)
    _, error = process.communicate(timeout=PATIENCE)
    assert (process.returncode, error) == (0, "")


def test_a_hangup_opens_the_log_again_and_loads_the_files_anew(
    serve: Serve, tmp_path: Path, until: Callable[..., None]
) -> None:
    log, moved = tmp_path / "access.log", tmp_path / "access.log.1"
    process = serve("--port", "0", "--access-log", str(log), "--watch")
    url = address(process)
    before = get(f"{url}metrics")
    until(lambda: "metrics" in log.read_text(encoding="utf-8"))  # the line is written once the answer is sent
    log.rename(moved)
    process.send_signal(signal.SIGHUP)
    until(lambda: "pan2kg_data_version 1.0" in get(f"{url}metrics"))
    assert "pan2kg_data_version 0.0" in before
    assert log.is_file()
    assert "metrics" in moved.read_text(encoding="utf-8")
    process.terminate()
    _, error = process.communicate(timeout=PATIENCE)
    assert (process.returncode, error) == (0, "The files were loaded anew.\n")


def test_who_still_waits_when_it_ends_is_told(serve: Serve, until: Callable[..., None]) -> None:
    process, replies = serve("--port", "0", "--timeout", "600"), []
    url = address(process)

    def ask() -> None:
        with pytest.raises(urllib.error.HTTPError) as refused:
            get(f"{url}sparql?query={quote(SLOW)}")
        replies.append((refused.value.code, refused.value.read().decode()))

    reader = threading.Thread(target=ask)
    reader.start()
    until(lambda: "pan2kg_workers_busy 1.0" in get(f"{url}metrics"))
    process.terminate()
    _, error = process.communicate(timeout=PATIENCE)
    assert (process.returncode, error) == (0, "")
    reader.join(PATIENCE)
    assert replies == [(503, ENDED)]


def holder_of(service: subprocess.Popen[str]) -> int:
    """The child of the supervisor, which is the child of the main process."""
    (supervisor,) = children(service.pid)
    (holder,) = children(supervisor)
    return holder


def test_nothing_is_left_when_it_is_killed(serve: Serve, until: Callable[..., None]) -> None:
    process = serve("--port", "0")
    url = address(process)
    get(f"{url}sparql?query=ASK%7B%7D")
    holder = holder_of(process)
    process.kill()
    until(lambda: not _lives(holder))


def _lives(process: int) -> bool:
    status = Path(f"/proc/{process}/stat")
    if status.exists():
        return status.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    return subprocess.run(["ps", "-p", str(process)], capture_output=True, check=False).returncode == 0


def test_a_port_in_use_is_one_sentence(cli: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = cli("serve", "--no-browser", "--port", str(taken.getsockname()[1]))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "address already in use" in done.stderr
    assert "--port" in done.stderr


def test_a_service_for_reviews_needs_a_token_and_takes_no_updates(serve: Serve, cli: Cli, tmp_path: Path) -> None:
    done = cli("serve", "--no-browser", "--port", "0", "--writable")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "token" in done.stderr
    secret = tmp_path / "token"
    secret.write_text("secret\n", encoding="utf-8")
    url = address(serve("--port", "0", "--writable", "--token-file", str(secret)))
    request = urllib.request.Request(f"{url}sparql", b"CLEAR ALL", method="POST")
    request.add_header("Content-Type", "application/sparql-update")
    request.add_header("Authorization", "Bearer secret")
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request, timeout=PATIENCE)


JOURNAL = [
    ["update", "INSERT DATA { GRAPH <http://e/g> { <http://e/1> <http://e/p> 1, 2 } }", "", "", []],
    ["put", "", "http://e/", "http://e/h", [["turtle", "<a> <p> 3, 4 ."]]],
    ["patch", "DELETE { ?s ?p 4 } INSERT { ?s ?p 5 } WHERE { ?s ?p 4 }", "", "http://e/h", []],
    ["update", "DELETE DATA { GRAPH <http://e/g> { <http://e/1> <http://e/p> 2 } }", "", "", []],
]


def test_a_journal_that_holds_changes_keeps_a_service_from_starting_until_they_are_written_out(
    cli: Cli, two_countries: pan2kg.Graph, tmp_path: Path
) -> None:
    journal, patch, project = tmp_path / "journal", tmp_path / "changes.ru", str(two_countries.project.root)
    journal.write_text("".join(f"{json.dumps(line)}\n" for line in JOURNAL), encoding="utf-8")
    done = cli("serve", "--no-browser", "--port", "0", "--project", project, "--journal", str(journal))
    assert (done.returncode, "pan2kg journal" in done.stderr, done.stderr.count("\n")) == (2, True, 1)
    done = cli("journal", str(journal), "--project", project, "-o", str(patch))
    assert (done.returncode, done.stderr) == (0, "")
    store = ox.Store()
    store.update(patch.read_text(encoding="utf-8"))
    assert sorted(quad.object.value for quad in store) == ["1", "3", "5"]
    journal.write_text('["delete", "", "", "http://e/gone", []]\n[1]\n', encoding="utf-8")
    done = cli("journal", str(journal), "--project", project, "-o", str(patch))
    assert (done.returncode, f"{journal}:2" in done.stderr) == (2, True)


def test_systemd_is_told_when_the_service_is_ready_and_when_it_ends(serve: Serve, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(tmp_path / "notify"))
        line.settimeout(PATIENCE)
        process = serve("--port", "0", NOTIFY_SOCKET=str(tmp_path / "notify"))
        assert line.recv(100) == b"READY=1"
        process.terminate()
        assert line.recv(100) == b"STOPPING=1"


def test_a_remote_store_is_asked_in_its_stead(serve: Serve, endpoint: str) -> None:
    url = address(serve("--port", "0", "--endpoint", endpoint))
    asked = f"{url}sparql?query=SELECT%20(COUNT(*)%20AS%20%3Fn)%20WHERE%20%7B%3Fs%20a%20%3Ft%7D"
    assert int(get(asked).split()[1]) > 1000
    service = "ERVICE%3Chttp://e/%3E%7B%7D%7D"
    for query, status in (("SELECT%20%7B", "400"), (f"ASK%7BS{service}", "403"), (f"ASK%7B%5Cu0053{service}", "403")):
        with pytest.raises(urllib.error.HTTPError, match=status):
            get(f"{url}sparql?query={query}")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        get(f"{url}store?default")
    assert "ASK { }" in get(f"{url}sparql?query=ASK%20%7B%20%7D", "text/html"), "a person is shown the editor"


class Wavering(BaseHTTPRequestHandler):
    """An endpoint that is one for its first answer only: then it sends a page, half an answer, a fault, nothing."""

    answers: Iterator[tuple[int, str, int, bytes]]

    def do_POST(self) -> None:  # the library's own name
        self.rfile.read(int(self.headers["Content-Length"]))
        status, media, length, body = next(self.answers, (0, "", 0, b""))
        if status:
            self.send_response(status)
            self.send_header("Content-Type", media)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def wavering() -> Iterator[str]:
    said = b'{"head": {}, "boolean": true}'
    results, page = "application/sparql-results+json", b"<script>alert(1)</script>"
    answers = [(200, results, len(said), said), (200, "text/html", len(page), page)]
    answers += [(200, results, 1000, said), (500, "text/html", len(page), page)]
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Wavering,), {"answers": iter(answers)})) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/sparql"
        server.shutdown()


def test_an_endpoint_that_answers_nonsense_is_told_in_sentences(wavering: str) -> None:
    relay = Relay(wavering, Settings(Limits(seconds=5)))

    def ask() -> tuple[str, bytes]:
        return awaited(lambda: relay.ask(Operation("ASK {}"), "*/*"))

    assert ask() == ("application/sparql-results+json", b'{"head": {}, "boolean": true}')
    for sentence in ("no SPARQL result", "broke off", "HTTP 500", "broke off"):
        with pytest.raises(RefusalError, match=sentence) as caught:
            ask()
        assert (caught.value.status, "script" in caught.value.sentence) == (502, False)


@pytest.mark.parametrize(
    "url", ["nonsense", "", "ftp://e/sparql", "http://[::1/sparql", "http://e/é", "http://127.0.0.1:9/sparql"]
)
def test_an_endpoint_that_is_not_there_is_one_sentence(cli: Cli, url: str) -> None:
    done = cli("serve", "--no-browser", "--port", "0", "--endpoint", url)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "address" in done.stderr


@pytest.mark.parametrize(
    "options", [("--port", "80000"), ("--max-rows", "0"), ("--memory", "-5"), ("--workers", "0"), ("--timeout", "nan")]
)
def test_a_number_that_makes_no_sense_is_refused(cli: Cli, options: tuple[str, str]) -> None:
    done = cli("serve", "--no-browser", "--port", "0", *options)
    assert done.returncode == 2
    assert f"argument {options[0]}" in done.stderr


def checks(parent: int) -> list[Path]:
    """The processes in which a service checks its graph."""
    found = [path for path in Path("/proc").glob("[0-9]*") if (path / "cmdline").exists()]
    return [
        path for path in found if told(path, "cmdline", "spawn_main") and told(path, "status", f"PPid:\t{parent}\n")
    ]


def told(process: Path, name: str, words: str) -> bool:
    try:
        return words in (process / name).read_text(encoding="utf-8")
    except OSError:
        return False


def test_the_check_of_the_quality_page_ends_with_the_service(serve: Serve, until: Callable[..., None]) -> None:
    process = serve("--port", "0")
    page = get(f"{address(process)}fr/quality.html", "text/html")
    assert '<meta http-equiv="refresh"' in page
    until(lambda: checks(process.pid))
    running = checks(process.pid)
    process.terminate()
    assert process.wait(PATIENCE) == 0
    until(lambda: not [one for one in running if one.exists()])
