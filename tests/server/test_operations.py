"""What whoever runs the service sees and does: health, metrics, log, reloading, limits, the files to deploy."""

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
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from pan2kg.cli import arguments, serve
from tests.conftest import ROOT, lack
from tests.server.conftest import SLOW, Service, Start, Until

DEPLOY = ROOT / "deploy"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
Watched = tuple[Service, Path, Path]


@pytest.fixture(scope="module")
def watched(start_session: Start, tmp_path_factory: pytest.TempPathFactory) -> Watched:
    folder = tmp_path_factory.mktemp("watched")
    log = folder / "access.log"
    data = folder / "data.nq"
    data.write_text('<http://e/a> <http://e/p> "0" .\n', encoding="utf-8")
    return start_session(log=str(log), data=str(data), watch=0.05, pages=True), log, data


def write(path: Path, text: str) -> None:
    path.with_suffix(".new").write_text(text, encoding="utf-8")
    path.with_suffix(".new").replace(path)


def test_health_readiness_and_metrics_are_told_and_kept_by_nobody(
    service: Service, start: Start, tmp_path: Path, until: Until
) -> None:
    for path in ("/health", "/ready"):
        reply = service.get(path)
        assert (reply.status, json.loads(reply.body)) == (200, {"status": "pass"})
        assert reply.headers["cache-control"] == "no-store"
        assert service.send("POST", path, b"").status == 405
    assert service.ask("ASK {}").status == 200
    until(
        lambda: 'kind="sparql"' in service.get("/metrics").text
    )  # it is counted once the answer is sent
    families = {
        family.name: family
        for family in text_string_to_metric_families(service.get("/metrics").text)
    }
    counted = families["pan2kg_requests"].samples
    assert any(
        sample.labels == {"kind": "sparql", "status": "200"} and sample.value >= 1
        for sample in counted
    )
    assert families["pan2kg_fork_server_up"].samples[0].value == 1
    assert {"pan2kg_request_seconds", "pan2kg_queries_waiting", "process_open_fds"} <= set(families)
    service = start(once=str(tmp_path / "loaded"))  # it cannot load its graph a second time
    os.kill(service.holder, signal.SIGKILL)
    until(lambda: service.get("/ready").status == 503)
    assert service.get("/health").status == 200


def test_each_request_has_an_id_in_its_answer_and_a_line_in_the_log(
    watched: Watched, until: Until
) -> None:
    service, log, _ = watched
    named = service.ask(COUNT, **{"X-Request-Id": "balancer-0001"})
    own = service.ask(COUNT).headers["x-request-id"]
    assert named.headers["x-request-id"] == "balancer-0001"
    until(lambda: own in log.read_text(encoding="utf-8"))  # it is written once the answer is sent
    lines = {
        line["id"]: line for line in map(json.loads, log.read_text(encoding="utf-8").splitlines())
    }
    line = lines["balancer-0001"]
    assert (line["method"], line["path"], line["status"], line["client"]) == (
        "GET",
        "/sparql",
        200,
        "127.0.0.1",
    )
    assert (line["bytes"], line["query"]) == (len(named.body), lines[own]["query"])
    assert "SELECT" not in log.read_text(encoding="utf-8"), (
        "what is asked may be private: the log has its digest only"
    )
    for name in (
        'a", "status": 500',
        "x" * 65,
        "short",
        "é" * 8,
        "a b c d e f",
    ):  # no plain word: it is replaced
        reply = service.get(
            "/health", X_Request_Id=name.encode("latin-1", "replace").decode("latin-1")
        )
        assert re.fullmatch("[0-9a-f]{16}", reply.headers["x-request-id"])


def test_changed_data_and_a_hangup_are_taken_in_without_a_request_that_fails(
    watched: Watched, until: Until
) -> None:
    service, _, data = watched
    seen: list[tuple[int, str]] = [(200, "")]
    enough = threading.Event()

    def ask() -> None:
        while not enough.is_set():
            reply = service.ask(COUNT, "text/csv")
            seen.append((reply.status, reply.text))

    def tag() -> str:
        return service.ask(COUNT, "text/csv").headers["etag"]

    with ThreadPoolExecutor(3) as threads:
        asking = [threads.submit(ask) for _ in range(3)]
        try:
            for number in (2, 3):
                before = tag()
                write(data, "".join(f'<http://e/a> <http://e/p> "{n}" .\n' for n in range(number)))
                until(lambda wanted=number: seen[-1][1] == f"n\r\n{wanted}\r\n")
                assert tag() != before
            before = tag()
            service.process.send_signal(signal.SIGHUP)
            until(lambda: tag() != before)
        finally:
            enough.set()
        assert [client.exception() for client in asking] == [None] * 3
    assert {status for status, _ in seen} == {200}
    # files that cannot be loaded leave the service as it is
    whole = data.read_text(encoding="utf-8")
    answer = service.ask(COUNT, "text/csv").text
    write(data, "<http://e/a> <http://e/p>\n")
    service.process.send_signal(signal.SIGHUP)
    assert service.ask(COUNT, "text/csv").text == answer
    write(data, f'{whole}<http://e/a> <http://e/p> "7" .\n')
    until(lambda: service.ask(COUNT, "text/csv").text != answer)


def served(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    arguments.add_options(parser, "serve", serve.SERVE)
    assert words[0] == "serve"
    return parser.parse_args(words[1:])


def test_the_container_starts_what_there_is_and_is_built_of_what_the_package_is_made_of() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    orders = dict(
        line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")
    )
    options = served(json.loads(orders["CMD"]))
    assert (options.host, str(options.port)) == ("0.0.0.0", orders["EXPOSE"])
    check = json.loads(orders["HEALTHCHECK"].partition("CMD ")[2])[2]
    assert compile(check, "check", "exec")
    assert "/health'" in check
    lines = (DEPLOY / "Containerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    first, *names = [line for line in lines if line and not line.startswith("#")]
    assert first == "*", "what is not named is left out"
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = pyproject["tool"]["hatch"]["build"]["targets"]["wheel"]
    project = pyproject["project"]
    made_of = {
        *wheel["packages"],
        *wheel["force-include"],
        project["readme"],
        *project["license-files"],
    }
    assert {line[1:] for line in names if line.startswith("!")} == made_of | {
        "web",
        "hatch_build.py",
        "pyproject.toml",
    }
    assert all((ROOT / name).exists() for name in made_of)


def test_each_command_that_is_written_down_is_one_the_program_takes() -> None:
    files = [*DEPLOY.iterdir(), *sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]
    texts = {path.name: path.read_text(encoding="utf-8") for path in files}
    lines = [
        (name, line)
        for name, text in texts.items()
        for line in re.findall(r"pan2kg (serve\b[^`\n|]*)", text)
    ]
    assert {name for name, _ in lines} >= {
        "apache.conf",
        "nginx.conf",
        "pan2kg.service",
        "serving.md",
        "README.md",
    }
    for name, line in lines:
        assert served(line.split()), f"{name}: {line}"
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    services = compose["services"]
    networks = compose["networks"]
    options = served(services["pan2kg"]["command"])
    assert options.proxy == [networks["inside"]["ipam"]["config"][0]["subnet"]]
    assert (
        DEPLOY / services["pan2kg"]["build"]["context"] / services["pan2kg"]["build"]["dockerfile"]
    ).is_file()
    assert all(
        (DEPLOY / volume.partition(":")[0]).is_file() for volume in services["nginx"]["volumes"]
    )
    assert "127.0.0.1:8000" in texts["nginx.conf"], "what the command replaces"


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    text = (DEPLOY / "pan2kg.service").read_text(encoding="utf-8")
    program = shutil.which("systemd-analyze")
    if program is None:
        lack("this asks systemd-analyze, which is not installed")
    unit = tmp_path / "pan2kg.service"
    unit.write_text(text.replace("/opt/pan2kg/bin/pan2kg", sys.executable), encoding="utf-8")
    done = subprocess.run(
        [program, "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_without_the_extra_for_speed_everything_is_answered_too_with_the_same_tags(
    service: Service, start: Start
) -> None:
    slow = start(slow_loop=True, pages=True)
    assert service.ask(COUNT).headers["etag"] == slow.ask(COUNT).headers["etag"]
    assert slow.get("/index.html").status == 200
    rows = slow.ask("SELECT ?a ?d { ?a ?b ?c . ?d ?e ?f } LIMIT 60000", "text/csv").text
    assert rows.count("\n") == 60001, "a long answer comes whole"
    assert slow.ask(SLOW).status == 503


def test_podman_reads_the_health_check(tmp_path: Path) -> None:
    program = shutil.which("podman")
    if program is None:
        pytest.skip("this builds with podman, which is not installed")
    lines = (DEPLOY / "Containerfile").read_text(encoding="utf-8").splitlines()
    (built,) = [line for line in lines if line.startswith("#   podman build")]
    kept = [
        line
        for line in lines
        if line.startswith(("HEALTHCHECK", "EXPOSE", "STOPSIGNAL", "ENTRYPOINT", "CMD"))
    ]
    (tmp_path / "Containerfile").write_text("\n".join(["FROM scratch", *kept]), encoding="utf-8")
    podman = [
        program,
        "--storage-driver",
        "vfs",
        "--root",
        f"{tmp_path}/root",
        "--runroot",
        f"{tmp_path}/run",
    ]
    words = [*podman, *built.split()[2:5], "-t", "health", str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"podman cannot build here: {done.stderr.strip()[-200:]}")
    asked = [*podman, "inspect", "health", "--format", "{{.HealthCheck}}"]
    assert "/health" in subprocess.run(asked, capture_output=True, text=True, check=True).stdout
