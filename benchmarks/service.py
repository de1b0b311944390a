"""Measures how many queries a second the service answers, against `oxigraph serve` and `rdflib-endpoint`.

    python benchmarks/service.py                            everything, some fifteen minutes python
    benchmarks/service.py lookup heavy --rounds 3    single classes: node, lookup, light, heavy,
    rows … python benchmarks/service.py --quads 0                  over the shipped graph, not an
    invented one python benchmarks/service.py --rdflib-endpoint PATH     its command, if it is
    installed already

All three hold the same graph in memory, their default graph being the union of all graphs, and stay
up together. They are asked in turn (ours, oxigraph, rdflib-endpoint, ours, …) and medians over the
rounds are compared, so that whatever else the machine does falls on all of them. Before anything is
measured, their answers are compared.

The clients are one process: a loop over connections that stay open, each with one query under way.
It sends bytes made beforehand and looks at an answer's status and length only, which takes some 20
µs a request. It shares the processors with the server, at the expense of the faster one. Queries
vary, so that no answer is asked for twice in a row. CPU is what the processes of a server used,
from /proc. A server that needs seconds for one answer is asked by one client only.

It ends with a table in Markdown. Cells say answers a second, latency at the median and at the 99th
percentile in ms, and CPU ms an answer; a refusal is no answer, and told; ratios are of answers a
second. It is never a test.

`oxigraph` is in the extra `test`; `rdflib-endpoint` is installed into an environment of its own,
which goes afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import selectors
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template
from urllib.parse import quote

HERE = Path(__file__).resolve().parent
OURS = "pan2kg"
OXIGRAPH = "oxigraph"
RDFLIB = "rdflib-endpoint"
RELEASE = "rdflib-endpoint==0.6.3"
CLIENTS = (1, 8, 64)
VARIANTS = 500
TICKS = os.sysconf("SC_CLK_TCK")

PREFIXES = """PREFIX pan: <https://w3id.org/pan2kg/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX topic: <https://w3id.org/pan2kg/id/topic/>
"""
NODE = "SELECT ?p ?o WHERE { <$action> ?p ?o } LIMIT $limit"
LOOKUP = """SELECT ?action ?notation ?label WHERE {
  ?action pan:inPlan <$plan> ; skos:notation ?notation ; skos:prefLabel ?label FILTER (LANG(?label) = "en")
} ORDER BY ?notation LIMIT $limit"""
LIGHT = """SELECT ?other (COUNT(DISTINCT ?i) AS ?shared) WHERE {
  ?a pan:inPlan <$plan> . ?l pan:from ?a ; pan:to ?i . ?m pan:to ?i ; pan:from ?b . ?b pan:inPlan ?other
} GROUP BY ?other ORDER BY DESC(?shared) ?other LIMIT $limit"""
HEAVY = """SELECT ?plan ?other (COUNT(DISTINCT ?i) AS ?shared) WHERE {
  VALUES ?topic { $topics } ?a pan:hasTopic ?topic ; pan:inPlan ?plan .
  ?l pan:from ?a ; pan:to ?i . ?m pan:to ?i ; pan:from ?b . ?b pan:inPlan ?other FILTER (STR(?plan) < STR(?other))
} GROUP BY ?plan ?other ORDER BY DESC(?shared) ?plan ?other LIMIT $limit"""
ACTIONS = """SELECT ?plan (COUNT(?a) AS ?n) WHERE { ?a a pan:Action ; pan:inPlan ?plan }
GROUP BY ?plan ORDER BY DESC(?n) ?plan LIMIT $limit"""
CITED = """SELECT ?i (COUNT(DISTINCT ?p) AS ?n) WHERE { ?a a pan:Action ; pan:inPlan ?p . ?l pan:from ?a ; pan:to ?i }
GROUP BY ?i ORDER BY DESC(?n) ?i LIMIT $limit"""
PAIRS = """SELECT ?plan ?other (COUNT(DISTINCT ?i) AS ?n) WHERE {
  ?a pan:inPlan ?plan . ?l pan:from ?a ; pan:to ?i . ?m pan:to ?i ; pan:from ?b . ?b pan:inPlan ?other
  FILTER (STR(?plan) < STR(?other)) } GROUP BY ?plan ?other ORDER BY DESC(?n) ?plan ?other LIMIT $limit"""
ROWS = """SELECT ?s ?p ?o WHERE { ?s a pan:$type ; ?p ?o } OFFSET $limit LIMIT 2000"""


@dataclass(frozen=True, slots=True)
class Kind:
    """A class of queries: what it asks, the engine's own time, how many times oxigraph's throughput is owed."""

    what: str
    text: str
    ratio: float | None = None


KINDS: Mapping[str, Kind] = {
    "node": Kind("what is said of an action, 0.03 ms", NODE, 0.4),
    "lookup": Kind("the actions of a plan, 0.1 ms", LOOKUP, 0.4),
    "light": Kind("plans sharing instruments with a plan, 1 ms", LIGHT, 1.0),
    "heavy": Kind("pairs of plans sharing instruments, 10 to 20 ms", HEAVY, 1.0),
    "rows": Kind("2,000 rows, 3 ms", ROWS),
    "actions": Kind("actions of each plan, 1 ms of the shipped graph", ACTIONS, 1.0),
    "cited": Kind("plans that cite each instrument, 4 ms of the shipped graph", CITED, 1.0),
    "pairs": Kind("all pairs of plans sharing instruments, 17 ms of the shipped graph", PAIRS, 1.0),
}


@dataclass(frozen=True, slots=True)
class Server:
    """A server that is up."""

    name: str
    port: int
    path: str
    process: int


@dataclass(frozen=True, slots=True)
class Run:
    """What was seen of one server in one round: answers a second, CPU ms an answer, latencies in ms, refusals."""

    throughput: float
    cpu: float
    latencies: Sequence[float]
    refused: int

    def quantile(self, share: float) -> float:
        """The time within which such a share of the answers came."""
        return sorted(self.latencies)[
            min(int(share * len(self.latencies)), len(self.latencies) - 1)
        ]


def queries(kind: Kind, plans: Sequence[str], topics: Sequence[str]) -> list[str]:
    """Variants of a query, the same in every run."""
    chance = random.Random(kind.what)
    made = []
    for number in range(VARIANTS):
        plan = plans[number % len(plans)]
        action = f"{plan.replace('/plan/', '/action/')}-{number % 5 + 1}-{number // 5 % 4 + 1}"
        fields = {
            "plan": plan,
            "action": action,
            "topics": " ".join(f"topic:{one}" for one in chance.sample(topics, 4)),
            "type": ("Link", "Involvement")[number % 2],
            "limit": 100 + number // 10,
        }
        made.append(PREFIXES + Template(kind.text).substitute(fields))
    return made


def request(server: Server, query: str) -> bytes:
    """A query as a server is sent it."""
    head = f"GET {server.path}?query={quote(query, safe='')} HTTP/1.1\r\nHost: localhost:{server.port}\r\n"
    return f"{head}Accept: application/sparql-results+json\r\n\r\n".encode()


class Line:
    """A connection with one query under way."""

    def __init__(self, server: Server, sent: Iterator[bytes]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", server.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)  # noqa: FBT003  # the library's own signature
        self._sent = sent
        self._seen: list[bytes] = []
        self._missing: int | None = None
        self.is_refused = False
        self.began = 0.0

    def ask(self) -> None:
        """Send the next query."""
        self._seen = []
        self._missing = None
        self.began = time.perf_counter()
        self.socket.send(next(self._sent))

    def is_answered(self) -> bool:
        """Take what came; whether the answer is whole."""
        piece = self.socket.recv(2**18)
        if not piece:
            raise SystemExit("A server hung up.")
        self._seen.append(piece)
        if len(self._seen) == 1:
            self._begin(piece)
        elif self._missing is not None:
            self._missing -= len(piece)
        if self._missing is not None:
            return self._missing <= 0
        return (piece if len(piece) > 6 else b"".join(self._seen[-2:])).endswith(b"\r\n0\r\n\r\n")

    def _begin(self, piece: bytes) -> None:
        head, _, body = piece.partition(b"\r\n\r\n")
        self.is_refused = b" 200 " not in head[:20]
        _, found, length = head.lower().partition(b"content-length:")
        if found:
            self._missing = int(length.partition(b"\r\n")[0]) - len(body)


def measure(server: Server, texts: Sequence[str], clients: int, seconds: float) -> Run:
    """Ask for so many seconds, then wait for what is under way."""
    sent = _endless([request(server, text) for text in texts])
    before = cpu_of(server.process)
    began = time.perf_counter()
    latencies: list[float] = []
    refused = 0
    with selectors.DefaultSelector() as selector:
        for _ in range(clients):
            line = Line(server, sent)
            selector.register(line.socket, selectors.EVENT_READ, line)
            line.ask()
        while selector.get_map():
            for key, _ in selector.select():
                if not key.data.is_answered():
                    continue
                now = time.perf_counter()
                refused += key.data.is_refused
                if not key.data.is_refused:
                    latencies.append(1000 * (now - key.data.began))
                if now - began < seconds:
                    key.data.ask()
                else:
                    selector.unregister(key.fileobj)
                    key.data.socket.close()
    took = time.perf_counter() - began
    if not latencies:
        raise SystemExit(f"{server.name} answered nothing.")
    return Run(
        len(latencies) / took,
        1000 * (cpu_of(server.process) - before) / len(latencies),
        latencies,
        refused,
    )


def _endless(requests: Sequence[bytes]) -> Iterator[bytes]:
    while True:
        yield from requests


def cpu_of(process: int) -> float:
    """CPU seconds of a process and of all that came from it."""
    used = 0
    waiting = [process]
    while waiting:
        one = waiting.pop()
        try:
            used += sum(
                map(
                    int,
                    Path(f"/proc/{one}/stat").read_text("utf-8").rpartition(")")[2].split()[11:15],
                )
            )
            for thread in Path(f"/proc/{one}/task").iterdir():
                waiting += map(int, (thread / "children").read_text("utf-8").split())
        except OSError:
            continue
    return used / TICKS


@contextmanager
def servers(options: argparse.Namespace) -> Iterator[tuple[list[Server], list[str], list[str]]]:
    """The servers, up and with the graph loaded; the plans and topics of the graph."""
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        data, plans, topics = _make(work, options.quads)
        commands: dict[str, tuple[str, list[str]]] = {
            OURS: ("/sparql", [sys.executable, __file__, "--serve", str(data), "--port", "{port}"]),
            OXIGRAPH: ("/query", _oxigraph()),
        }
        if RDFLIB not in options.without:
            program = options.rdflib_endpoint or _install(work / "environment")
            commands[RDFLIB] = (
                "/",
                [program, "serve", str(data), "--host", "127.0.0.1", "--port", "{port}"],
            )
        up = [stack.enter_context(_up(name, *told)) for name, told in commands.items()]
        for server in up:
            if server.name == OXIGRAPH:
                _fill(server, data)
        yield up, plans, topics


def _make(work: Path, quads: int) -> tuple[Path, list[str], list[str]]:
    import pyoxigraph as ox

    from pan2kg.project import Project
    from pan2kg.store.project_files import load_project

    folder = work / "synthetic"
    data = work / "data.nq"
    if quads:
        made = [sys.executable, str(HERE / "generate.py"), str(folder), "--quads", str(quads)]
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
    else:
        folder = HERE.parent
    project = Project.at(folder)
    load_project(project).inner.dump(str(data), ox.RdfFormat.N_QUADS)
    plans = sorted(
        f"https://w3id.org/pan2kg/id/plan/{one.name}"
        for one in (folder / "graph" / "plans").iterdir()
    )
    scheme = (folder / "ontology" / "schemes" / "topic.ttl").read_text("utf-8")
    topics = sorted(
        {line.split()[0][6:] for line in scheme.splitlines() if line.startswith("topic:")}
    )
    return data, plans, topics


def _oxigraph() -> list[str]:
    program = shutil.which(
        "oxigraph", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    )
    if not program:
        raise SystemExit("There is no oxigraph here; install the extra test.")
    return [program, "serve", "--union-default-graph", "--bind", "127.0.0.1:{port}"]


def _fill(server: Server, data: Path) -> None:
    media = {"Content-Type": "application/n-quads"}
    sent = urllib.request.Request(f"http://127.0.0.1:{server.port}/store", data.read_bytes(), media)
    urllib.request.urlopen(sent).close()


def _install(folder: Path) -> str:
    venv.create(folder, with_pip=True)
    subprocess.run([folder / "bin" / "pip", "install", "--quiet", RELEASE, "uvicorn"], check=True)
    return str(folder / "bin" / RDFLIB)


@contextmanager
def _up(name: str, path: str, command: Sequence[str]) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    told = [part.format(port=port) for part in command]
    process = subprocess.Popen(told, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server = Server(name, port, path, process.pid)
    try:
        deadline = time.monotonic() + 120
        while not _answers(server):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"{name} did not start.")
            time.sleep(0.1)
        yield server
    finally:
        process.terminate()
        process.wait()


def _answers(server: Server) -> bool:
    try:
        return ask(server, "ASK {}") == [[]]
    except OSError:
        return False


def ask(server: Server, query: str) -> list[list[str]]:
    """The rows of an answer, sorted."""
    address = f"http://127.0.0.1:{server.port}{server.path}?query={quote(query, safe='')}"
    asked = urllib.request.Request(address, headers={"Accept": "application/sparql-results+json"})
    with urllib.request.urlopen(asked) as reply:
        answer = json.loads(reply.read())
    if "boolean" in answer:
        return [[]]
    return sorted(
        [row[name]["value"] for name in answer["head"]["vars"] if name in row]
        for row in _rows(answer)
    )


def _rows(
    answer: dict[str, dict[str, list[dict[str, dict[str, str]]]]],
) -> list[dict[str, dict[str, str]]]:
    return answer["results"]["bindings"]


def compare(found: Sequence[Server], name: str, texts: Sequence[str]) -> None:
    """See that all servers answer alike; where rows are cut off without an order, in number."""
    for text in texts[:3]:
        answers = [ask(server, text) for server in found]
        same = [len(rows) for rows in answers] if name == "rows" else answers
        if any(one != same[0] for one in same):
            raise SystemExit(f"The servers do not answer alike:\n{text}")


Runs = dict[str, list[Run]]


def rounds(
    found: Sequence[Server], texts: Sequence[str], clients: int, options: argparse.Namespace
) -> Runs:
    """Every server in turn; one that is so slow that a round takes ten times its time is asked once only."""
    runs: Runs = {server.name: [] for server in found}
    for number in range(options.rounds):
        for server in found:
            began = time.monotonic()
            if number == 0 or len(runs[server.name]) == number:
                run = measure(server, texts, clients, options.seconds)
                if number == 0 or time.monotonic() - began < 10 * options.seconds:
                    runs[server.name].append(run)
    return runs


def is_slow(taken: Sequence[Run], options: argparse.Namespace) -> bool:
    """Whether a server is asked by no more clients: an answer takes two rounds, and they would wait for one another."""
    return any(run.quantile(0.5) > 2000 * float(options.seconds) for run in taken)


def row(kind: Kind, clients: int, names: Sequence[str], runs: Runs) -> str:
    """A line of the table: throughput, latencies and CPU of each server, then ours as multiples of the others'."""
    cells = [_seen(runs[name]) if name in runs else "–" for name in names]
    cells += [_against(name, kind, runs) if name in runs else "–" for name in names[1:]]
    return f"| {kind.what} | {clients} | {' | '.join(cells)} |"


def _seen(taken: Sequence[Run]) -> str:
    half, most = (statistics.median(run.quantile(share) for run in taken) for share in (0.5, 0.99))
    refused = sum(run.refused for run in taken)
    told = f" · {refused} refused" if refused else ""
    return f"{_short(_throughput(taken))}/s · {_short(half)} · {_short(most)} · {_short(_cpu(taken))}{told}"


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def _against(name: str, kind: Kind, runs: Runs) -> str:
    ratio = _throughput(runs[OURS]) / _throughput(runs[name])
    target = 10 if name == RDFLIB else kind.ratio
    met = "" if target is None else f", ≥ {target:g}: {'yes' if ratio >= target else '**no**'}"
    return f"{_short(ratio)} ×{met} · CPU {_cpu(runs[OURS]) / _cpu(runs[name]):.2f} ×"


def _throughput(taken: Sequence[Run]) -> float:
    return statistics.median(run.throughput for run in taken)


def _cpu(taken: Sequence[Run]) -> float:
    return statistics.median(run.cpu for run in taken) or 1e-9


def serve(data: Path, port: int) -> None:
    """The service as `pan2kg serve` sets it up, over the graph of a file, without pages."""
    import pyoxigraph as ox

    from pan2kg.server.answering import Evaluator
    from pan2kg.server.asking import Pool
    from pan2kg.server.edge import Settings, assemble
    from pan2kg.server.keeper import Keeper
    from pan2kg.server.listening import Server, listen
    from pan2kg.server.operations import Operations
    from pan2kg.server.protocol import ServedRelease
    from pan2kg.server.sparql import Endpoint

    settings = Settings()

    def load() -> Evaluator:
        store = ox.Store()
        store.load(path=str(data), format=ox.RdfFormat.N_QUADS)
        return Evaluator(store, settings.limits, {})

    with listen("127.0.0.1", port) as bound:
        keeper = Keeper(load, close=[bound])
        keeper.start()
        endpoint = Endpoint(
            Pool(keeper, settings.limits.seconds), settings, ServedRelease("benchmark")
        )
        Server(assemble(settings, Operations(), endpoint.answer), lambda: None).run(sockets=[bound])
        keeper.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what the service answers.")
    parser.add_argument(
        "kinds", nargs="*", metavar="CLASS", help=f"{', '.join(KINDS)} (default: all of them)"
    )
    parser.add_argument(
        "--quads",
        type=int,
        default=100_000,
        help="size of the graph (default: 100,000; 0: as shipped)",
    )
    parser.add_argument(
        "--rounds", type=int, default=5, help="how often each server is asked (default: 5)"
    )
    parser.add_argument(
        "--seconds", type=float, default=1.5, help="for how long each time (default: 1.5)"
    )
    parser.add_argument(
        "--clients", type=int, nargs="+", default=CLIENTS, help="how many at once (default: 1 8 64)"
    )
    parser.add_argument(
        "--without", action="append", default=[], choices=[RDFLIB], help="leave this server out"
    )
    parser.add_argument(
        "--rdflib-endpoint", metavar="PATH", help="its command (default: it is installed)"
    )
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        return serve(options.serve, options.port)
    if unknown := set(options.kinds) - KINDS.keys():
        parser.error(f"there is no class {', '.join(sorted(unknown))}")
    with servers(options) as (found, plans, topics):
        names = [server.name for server in found]
        print(
            f"| query | clients | {' | '.join(names)} | {' | '.join(f'against {name}' for name in names[1:])} |"
        )
        print("|---" * (1 + 2 * len(names)) + "|")
        for name in options.kinds or KINDS:
            texts = queries(KINDS[name], plans, topics)
            compare(found, name, texts)
            asked = found
            for clients in sorted(options.clients):
                runs = rounds(asked, texts, clients, options)
                print(row(KINDS[name], clients, names, runs), flush=True)
                asked = [server for server in asked if not is_slow(runs[server.name], options)]
    return None


if __name__ == "__main__":
    main()
