"""The command: what it says, how it ends, what it asks for."""

import json
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyoxigraph as ox
import pytest

import pan2kg
from pan2kg.server.answering import Limits
from pan2kg.server.edge import Settings
from pan2kg.server.kept_pages import HOMES, CachedPage, HomePages
from pan2kg.server.protocol import Operation, RefusalError
from pan2kg.server.sparql import Relay
from tests.conftest import Cli
from tests.server.conftest import PATIENCE, Service, Until, awaited, children, command

Serve = Callable[..., Service]


@pytest.fixture
def serve(two_countries: pan2kg.Graph) -> Iterator[Serve]:
    """Start the command over a small project: how it starts and ends does not depend on how much is in it."""
    with ExitStack() as running:
        begin = partial(command, two_countries.project.root, stderr=subprocess.PIPE)
        yield lambda *options, **environment: running.enter_context(begin(*options, **environment))


def ended(service: Service, number: signal.Signals = signal.SIGTERM) -> tuple[int | None, str]:
    assert isinstance(service.process, subprocess.Popen)
    service.process.send_signal(number)
    said = service.process.communicate(timeout=PATIENCE)[1]
    return service.process.returncode, said


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_is_answers_and_ends_cleanly(
    serve: Serve, two_countries: pan2kg.Graph, tmp_path: Path, how: signal.Signals
) -> None:
    if how == signal.SIGINT:
        kept = {path: CachedPage("text/html", f"<html>kept {path}".encode()) for path in HOMES}
        HomePages(two_countries.project, tmp_path).write(kept)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(PATIENCE)
        service = serve(PAN2KG_CACHE=str(tmp_path), NOTIFY_SOCKET=str(tmp_path / "notify"))
        assert systemd.recv(100) == b"READY=1"
        assert service.ask("ASK { ?s ?p ?o }", "text/csv").text == "true"
        home = service.get("/fr/index.html", Accept="text/html").text
        assert ("<html" in home, "kept fr/index.html" in home) == (True, how == signal.SIGINT), (
            "kept pages are sent"
        )
        assert ended(service, how) == (0, "")
        assert systemd.recv(100) == b"STOPPING=1"


def test_a_hangup_opens_the_log_again_and_loads_the_files_anew(
    serve: Serve, tmp_path: Path, until: Until
) -> None:
    log = tmp_path / "access.log"
    moved = tmp_path / "access.log.1"
    service = serve("--access-log", str(log), "--watch")
    assert "pan2kg_data_version 0.0" in service.get("/metrics").text
    until(
        lambda: "metrics" in log.read_text(encoding="utf-8")
    )  # the line is written once the answer is sent
    log.rename(moved)
    service.process.send_signal(signal.SIGHUP)
    until(lambda: "pan2kg_data_version 1.0" in service.get("/metrics").text)
    assert log.is_file()
    assert "metrics" in moved.read_text(encoding="utf-8")
    assert ended(service) == (0, "The files were loaded anew.\n")


def test_what_makes_no_sense_is_one_sentence(cli: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        faults = {
            ("--port", port): "address already in use",
            ("--port", "0", "--writable"): "token",
        }
        for url in (
            "nonsense",
            "",
            "ftp://e/sparql",
            "http://[::1/sparql",
            "http://e/é",
            "http://127.0.0.1:9/sparql",
        ):
            faults["--port", "0", "--endpoint", url] = "address"
        for options, words in faults.items():
            done = cli("serve", "--no-browser", *options)
            assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), options
            assert words in done.stderr
            assert (port in options) is ("--port" in done.stderr)
    for name, value in {
        "port": "80000",
        "max-rows": "0",
        "memory": "-5",
        "workers": "0",
        "timeout": "nan",
    }.items():
        done = cli("serve", "--no-browser", "--port", "0", f"--{name}", value)
        assert (done.returncode, f"argument --{name}" in done.stderr) == (2, True)


JOURNAL = [
    ["update", "INSERT DATA { GRAPH <http://e/g> { <http://e/1> <http://e/p> 1, 2 } }", "", "", []],
    ["put", "", "http://e/", "http://e/h", [["turtle", "<a> <p> 3, 4 ."]]],
    ["patch", "DELETE { ?s ?p 4 } INSERT { ?s ?p 5 } WHERE { ?s ?p 4 }", "", "http://e/h", []],
    ["update", "DELETE DATA { GRAPH <http://e/g> { <http://e/1> <http://e/p> 2 } }", "", "", []],
]


def test_a_journal_that_holds_changes_keeps_a_service_from_starting_until_they_are_written_out(
    cli: Cli, two_countries: pan2kg.Graph, tmp_path: Path
) -> None:
    journal = tmp_path / "journal"
    patch = tmp_path / "changes.ru"
    project = str(two_countries.project.root)
    journal.write_text("".join(f"{json.dumps(line)}\n" for line in JOURNAL), encoding="utf-8")
    done = cli(
        "serve", "--no-browser", "--port", "0", "--project", project, "--journal", str(journal)
    )
    assert (done.returncode, "pan2kg journal" in done.stderr, done.stderr.count("\n")) == (
        2,
        True,
        1,
    )
    done = cli("journal", str(journal), "--project", project, "-o", str(patch))
    assert (done.returncode, done.stderr) == (0, "")
    store = ox.Store()
    store.update(patch.read_text(encoding="utf-8"))
    assert sorted(quad.object.value for quad in store) == ["1", "3", "5"]
    journal.write_text('["delete", "", "", "http://e/gone", []]\n[1]\n', encoding="utf-8")
    done = cli("journal", str(journal), "--project", project, "-o", str(patch))
    assert (done.returncode, f"{journal}:2" in done.stderr) == (2, True)


def test_a_remote_store_is_asked_in_its_stead(serve: Serve, endpoint: str) -> None:
    service = serve("--endpoint", endpoint)
    assert (
        int(service.ask("SELECT (COUNT(*) AS ?n) WHERE { ?s a ?t }", "text/csv").text.split()[1])
        > 1000
    )
    assert service.ask("SELECT {").status == 400
    assert {
        service.ask(f"ASK{{{word}<http://e/>{{}}}}").status for word in ("SERVICE", "\\u0053ERVICE")
    } == {403}
    assert service.get("/store?default").status == 404
    assert (
        service.ask("ASK { }", "text/html")
        .headers["location"]
        .endswith("/fr/sparql.html?query=ASK%20%7B%20%7D")
    )


class Wavering(BaseHTTPRequestHandler):
    """An endpoint that is one for its first answer only: then it sends a page, half an answer, a fault, nothing."""

    answers: Iterator[tuple[int, str, int, bytes]]
    log_message = staticmethod(lambda *_: None)  # type: ignore[assignment]

    def do_POST(self) -> None:  # the library's own name
        self.rfile.read(int(self.headers["Content-Length"]))
        status, media, length, body = next(self.answers, (0, "", 0, b""))
        if status:
            self.send_response(status)
            self.send_header("Content-Type", media)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(body)


def test_an_endpoint_that_answers_nonsense_is_told_in_sentences() -> None:
    results = "application/sparql-results+json"
    page = b"<script>alert(1)</script>"
    said = b'{"head": {}, "boolean": true}'
    answers = [(200, results, len(said), said), (200, "text/html", len(page), page)]
    answers += [(200, results, 1000, said), (500, "text/html", len(page), page)]
    with ThreadingHTTPServer(
        ("127.0.0.1", 0), type("Own", (Wavering,), {"answers": iter(answers)})
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        relay = Relay(f"http://127.0.0.1:{server.server_port}/sparql", Settings(Limits(seconds=5)))

        def ask() -> tuple[str, bytes]:
            return awaited(lambda: relay.ask(Operation("ASK {}"), "*/*"))

        assert ask() == (results, said)
        for sentence in ("no SPARQL result", "broke off", "HTTP 500", "broke off"):
            with pytest.raises(RefusalError, match=sentence) as caught:
                ask()
            assert (caught.value.status, "script" in caught.value.sentence) == (502, False)
        server.shutdown()


def test_the_check_of_the_quality_page_ends_with_the_service(serve: Serve, until: Until) -> None:
    service = serve()
    assert '<meta http-equiv="refresh"' in service.get("/fr/quality.html", Accept="text/html").text

    def checks() -> list[int]:
        commands = {
            process: Path(f"/proc/{process}/cmdline") for process in children(service.process.pid)
        }
        return [
            process
            for process, file in commands.items()
            if file.exists() and "spawn_main" in file.read_text()
        ]

    until(lambda: bool(checks()))
    running = checks()
    assert ended(service)[0] == 0
    until(lambda: not any(Path(f"/proc/{process}").exists() for process in running))
