"""What whoever runs the service sees and does: health, metrics, log, reloading, limits, the files to deploy."""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from pan2kg.cli.serve import add_serve
from tests.conftest import lack
from tests.server.conftest import SLOW, Service, Start

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@pytest.fixture(scope="module")
def watched(start_session: Start, tmp_path_factory: pytest.TempPathFactory) -> tuple[Service, Path, Path]:
    """A service that writes a log and looks at its file of data; the service, the log, the data."""
    folder = tmp_path_factory.mktemp("watched")
    log, data = folder / "access.log", folder / "data.nq"
    data.write_text('<http://e/a> <http://e/p> "0" .\n', encoding="utf-8")
    return start_session(log=str(log), data=str(data), watch=0.05, pages=True), log, data


def write(path: Path, text: str) -> None:
    """Write a file at once: on a busy machine its half may stay as it is for longer than two looks."""
    path.with_suffix(".new").write_text(text, encoding="utf-8")
    path.with_suffix(".new").replace(path)


def lines(log: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def test_health_and_readiness_are_told_and_kept_by_nobody(service: Service) -> None:
    for path in ("/health", "/ready"):
        reply = service.send("GET", path)
        assert (reply.status, json.loads(reply.body)) == (200, {"status": "pass"})
        assert reply.headers["cache-control"] == "no-store"
        assert service.send("POST", path, b"").status == 405


def test_a_service_that_has_lost_its_graph_lives_and_is_not_ready(
    start: Start, tmp_path: Path, until: Callable[..., None]
) -> None:
    service = start(once=str(tmp_path / "loaded"))
    os.kill(service.holder, signal.SIGKILL)
    until(lambda: service.send("GET", "/ready").status == 503)
    assert service.send("GET", "/health").status == 200


def test_the_metrics_are_read_by_prometheus_own_parser(service: Service, until: Callable[..., None]) -> None:
    assert service.ask("ASK {}").status == 200
    until(lambda: 'kind="sparql"' in service.send("GET", "/metrics").text)  # it is counted once the answer is sent
    reply = service.send("GET", "/metrics")
    families = {family.name: family for family in text_string_to_metric_families(reply.text)}
    counted = families["pan2kg_requests"].samples
    assert any(one.labels == {"kind": "sparql", "status": "200"} and one.value >= 1 for one in counted)
    assert families["pan2kg_fork_server_up"].samples[0].value == 1
    assert {"pan2kg_request_seconds", "pan2kg_queries_waiting", "process_open_fds"} <= set(families)


def test_each_request_has_an_id_in_its_answer_and_a_line_in_the_log(
    watched: tuple[Service, Path, Path], until: Callable[..., None]
) -> None:
    service, log, _ = watched
    told = service.ask(COUNT, **{"X-Request-Id": "balancer-0001"})
    own = service.ask(COUNT).headers["x-request-id"]
    assert told.headers["x-request-id"] == "balancer-0001"
    assert re.fullmatch("[0-9a-f]{16}", own)
    until(lambda: own in log.read_text(encoding="utf-8"))  # it is written once the answer is sent
    first, second = (one for one in lines(log) if one["id"] in ("balancer-0001", own))
    assert (first["method"], first["path"], first["status"]) == ("GET", "/sparql", 200)
    assert first["bytes"] == len(told.body)
    assert first["query"] == second["query"]
    assert first["client"] == "127.0.0.1"
    assert "SELECT" not in log.read_text(encoding="utf-8"), "what is asked may be private: the log has its digest only"


@pytest.mark.parametrize("said", ['a", "status": 500', "x" * 65, "short", "é" * 8, "a b c d e f"])
def test_an_id_that_is_no_plain_word_is_replaced(service: Service, said: str) -> None:
    headers = {"X-Request-Id": said.encode("latin-1", "replace").decode("latin-1")}
    assert re.fullmatch("[0-9a-f]{16}", service.send("GET", "/health", headers=headers).headers["x-request-id"])


def test_changed_data_and_a_hangup_are_taken_in_without_a_request_that_fails(
    watched: tuple[Service, Path, Path], until: Callable[..., None]
) -> None:
    service, _, data = watched
    seen: list[tuple[int, str]] = [(200, "")]
    enough = threading.Event()

    def ask() -> None:
        while not enough.is_set():
            reply = service.ask(COUNT, "text/csv")
            seen.append((reply.status, reply.text))

    asking = [threading.Thread(target=ask) for _ in range(3)]
    for one in asking:
        one.start()
    try:
        for number in (2, 3):
            before = service.ask(COUNT, "text/csv").headers["etag"]
            write(data, "".join(f'<http://e/a> <http://e/p> "{n}" .\n' for n in range(number)))
            until(lambda wanted=number: seen[-1][1] == f"n\r\n{wanted}\r\n")
            assert service.ask(COUNT, "text/csv").headers["etag"] != before
        before = service.ask(COUNT, "text/csv").headers["etag"]
        service.process.send_signal(signal.SIGHUP)
        until(lambda: service.ask(COUNT, "text/csv").headers["etag"] != before)
    finally:
        enough.set()
        for one in asking:
            one.join()
    assert [one for one in seen if one[0] != 200] == []


def test_files_that_cannot_be_loaded_leave_the_service_as_it_is(
    watched: tuple[Service, Path, Path], until: Callable[..., None]
) -> None:
    service, _, data = watched
    whole = data.read_text(encoding="utf-8")
    known = service.ask(COUNT, "text/csv").text
    write(data, "<http://e/a> <http://e/p>\n")
    service.process.send_signal(signal.SIGHUP)
    assert service.ask(COUNT, "text/csv").text == known
    write(data, f'{whole}<http://e/a> <http://e/p> "7" .\n')
    until(lambda: service.ask(COUNT, "text/csv").text != known)


def test_two_replicas_over_the_same_files_answer_with_the_same_tags(service: Service, start: Start) -> None:
    assert service.ask(COUNT).headers["etag"] == start().ask(COUNT).headers["etag"]


def test_so_many_connections_may_be_open_and_no_more(start: Start) -> None:
    service = start(connections=3)
    kept = [service.line() for _ in range(4)]
    request, answers = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n", []
    for line in kept:
        line.sendall(request)
        answers.append(line.recv(1000)[:12])
        if b"200" not in answers[-1]:
            break
    assert answers[-1] == b"HTTP/1.1 503"
    for line in kept:
        line.close()


def served(words: list[str]) -> argparse.Namespace:
    """The options of a command line that is to start the service."""
    parser = argparse.ArgumentParser()
    add_serve(parser)
    assert words[0] == "serve"
    return parser.parse_args(words[1:])


def test_the_container_starts_what_there_is_and_copies_what_is_there() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    told = [line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")]
    given = dict(told)
    options = served(json.loads(given["CMD"]))
    assert (options.host, str(options.port)) == ("0.0.0.0", given["EXPOSE"])
    check = json.loads(given["HEALTHCHECK"].partition("CMD ")[2])
    compile(check[2], "check", "exec")
    assert "/health'" in check[2]


def test_the_container_is_built_of_what_the_package_is_made_of_and_of_nothing_else() -> None:
    root = DEPLOY.parent
    lines = (DEPLOY / "Containerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]
    assert patterns[0] == "*", "what is not named is left out"
    named = {line[1:] for line in patterns if line.startswith("!")}
    assert [name for name in named if not (root / name).exists()] == []
    told = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = told["tool"]["hatch"]["build"]["targets"]["wheel"]
    made_of = {
        *wheel["packages"],
        *wheel["force-include"],
        told["project"]["readme"],
        *told["project"]["license-files"],
    }
    assert named == made_of | {"web", "hatch_build.py", "pyproject.toml"}


def test_each_command_that_is_written_down_is_one_the_program_takes() -> None:
    """Of the files to deploy, the documentation and README: each ``pan2kg serve`` with all that follows it."""
    root = DEPLOY.parent
    files = [*DEPLOY.iterdir(), *sorted((root / "docs").glob("*.md")), root / "README.md"]
    texts = {path.name: path.read_text(encoding="utf-8") for path in files}
    found = [(name, line) for name, text in texts.items() for line in re.findall(r"pan2kg (serve\b[^`\n|]*)", text)]
    assert {name for name, _ in found} >= {"apache.conf", "nginx.conf", "pan2kg.service", "serving.md", "README.md"}
    for name, line in found:
        assert served(line.split()), f"{name}: {line}"


def test_the_compose_file_is_read_and_starts_replicas_behind_a_proxy_that_is_trusted() -> None:
    told = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    services, networks = told["services"], told["networks"]
    options = served(services["pan2kg"]["command"])
    assert options.proxy == [networks["inside"]["ipam"]["config"][0]["subnet"]]
    assert (DEPLOY / services["pan2kg"]["build"]["context"] / services["pan2kg"]["build"]["dockerfile"]).is_file()
    assert all((DEPLOY / one.partition(":")[0]).is_file() for one in services["nginx"]["volumes"])
    assert "127.0.0.1:8000" in (DEPLOY / "nginx.conf").read_text(encoding="utf-8"), "what the command replaces"


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    text = (DEPLOY / "pan2kg.service").read_text(encoding="utf-8")
    (command,) = re.findall("^ExecStart=(.*)$", text, re.MULTILINE)
    served([word.replace("%L", "/logs") for word in command.split()[1:]])
    program = shutil.which("systemd-analyze")
    if program is None:
        lack("this asks systemd-analyze, which is not installed")
    unit = tmp_path / "pan2kg.service"
    unit.write_text(text.replace("/opt/pan2kg/bin/pan2kg", sys.executable), encoding="utf-8")
    done = subprocess.run([program, "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_without_the_extra_for_speed_everything_is_answered_too(start: Start) -> None:
    service = start(slow_loop=True, pages=True)
    assert json.loads(service.ask(COUNT, "application/sparql-results+json").body)["results"]["bindings"]
    assert service.send("GET", "/index.html").status == 200
    rows = service.ask("SELECT ?a ?d { ?a ?b ?c . ?d ?e ?f } LIMIT 60000", "text/csv").text
    assert rows.count("\n") == 60001, "a long answer comes whole"
    assert service.ask(SLOW).status == 503


def test_podman_reads_the_health_check(tmp_path: Path) -> None:
    """What of the image no network is needed for: whether the health check is in it, which the format decides."""
    program = shutil.which("podman")
    if program is None:
        pytest.skip("this builds with podman, which is not installed")
    lines = (DEPLOY / "Containerfile").read_text(encoding="utf-8").splitlines()
    (built,) = [line for line in lines if line.startswith("#   podman build")]
    kept = [line for line in lines if line.startswith(("HEALTHCHECK", "EXPOSE", "STOPSIGNAL", "ENTRYPOINT", "CMD"))]
    (tmp_path / "Containerfile").write_text("\n".join(["FROM scratch", *kept]), encoding="utf-8")
    podman = [program, "--storage-driver", "vfs", "--root", f"{tmp_path}/root", "--runroot", f"{tmp_path}/run"]
    words = [*podman, *built.split()[2:5], "-t", "health", str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"podman cannot build here: {done.stderr.strip()[-200:]}")
    asked = [*podman, "inspect", "health", "--format", "{{.HealthCheck}}"]
    assert "/health" in subprocess.run(asked, capture_output=True, text=True, check=True).stdout
