"""Measures what this project promises about CPU time and memory, and prints a table: target, measured, met or not.

    python benchmarks/measure.py                  everything python benchmarks/measure.py start ask
    single parts: start, ask, check, load, kept, growth python benchmarks/measure.py load --quads
    100000

Every figure is taken in a process of its own that loaded nothing before. CPU time is user plus
system time, the least of several runs, since whatever else a machine does only adds to it. Ratios
are between runs of the same call and hold on another machine; milliseconds do not. It is never a
test.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

HERE = Path(__file__).resolve().parent
HEAVY = ("networkx", "pandas", "pyshacl", "rdflib", "scipy")
CLI = ("-m", "pan2kg.cli.main")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table; ``met`` is ``None`` where there is no target."""

    what: str
    target: str
    measured: str
    met: bool | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process used: CPU seconds, its exit code, and what it wrote."""

    cpu: float
    code: int
    output: str


@dataclass(frozen=True, slots=True)
class Load:
    """What a load used: quads, CPU seconds, and the growth of peak memory in KB."""

    quads: int
    cpu: float
    memory: float


def run(*arguments: str) -> Cost:
    """Run Python with these arguments in the clone and wait for it."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        command = [sys.executable, *arguments]
        process = subprocess.Popen(
            command, cwd=HERE.parent, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        return Cost(usage.ru_utime + usage.ru_stime, process.returncode, output.read())


def least(times: int, *arguments: str) -> Cost:
    """Run several times; the run that took least."""
    return min((run(*arguments) for _ in range(times)), key=lambda cost: cost.cpu)


def measure_start() -> Iterator[Row]:
    empty = least(11, "-c", "pass")
    started = least(11, *CLI, "--help")
    yield Row("an empty interpreter, CPU", "", milliseconds(empty.cpu))
    yield Row("`pan2kg --help`, CPU", "", milliseconds(started.cpu))
    found = run("-c", _LOADED.format(heavy=HEAVY)).output.split()
    yield Row(
        f"`pan2kg --help` imports {', '.join(HEAVY)}", "none", ", ".join(found) or "none", not found
    )


_LOADED = """
import contextlib, os, sys
from pan2kg.cli.main import main
with contextlib.suppress(SystemExit), open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
    main(["--help"])
print(*[name for name in {heavy!r} if name in sys.modules])
"""


def measure_ask() -> Iterator[Row]:
    cost = least(7, *CLI, "ask", "shared-instruments")
    if cost.code:
        raise SystemExit(f"ask failed:\n{cost.output}")
    what = "`ask shared-instruments` on the shipped graph, cold, CPU"
    yield Row(what, "≤ 200 ms", milliseconds(cost.cpu), cost.cpu <= 0.2)


def measure_check() -> Iterator[Row]:
    compiled, reference = (
        least(3, *CLI, "check", "--engine", engine) for engine in ("sparql", "pyshacl")
    )
    for cost in (compiled, reference):
        if cost.code not in (0, 1) or "Traceback" in cost.output:
            raise SystemExit(f"check failed:\n{cost.output}")
    if compiled.output != reference.output:
        raise SystemExit("the engines report differently: tests/validation says where")
    yield Row(
        "`check` on the shipped graph, CPU", "≤ 10 s", f"{compiled.cpu:.2f} s", compiled.cpu <= 10
    )
    yield Row("the same with `--engine pyshacl`, the same report", "", f"{reference.cpu:.2f} s")
    costs = [
        float(run("-c", _SHAPES.format(engine=engine)).output) for engine in ("SPARQL", "PYSHACL")
    ]
    less = costs[1] / costs[0]
    yield Row(
        "the shapes alone: compiled to SPARQL, by pySHACL, CPU",
        "",
        f"{costs[0]:.2f} s, {costs[1]:.2f} s",
    )
    yield Row("ratio pySHACL : compiled", "≥ 5 ×", f"{less:.1f} ×", less >= 5)


_SHAPES = """
import time
from pan2kg.project import Project
from pan2kg.store.project_files import load_project
from pan2kg.validation.evaluation import Engine, findings_of_shapes
from pan2kg.validation.report import Names
project = Project.at(".")
store = load_project(project)
findings_of_shapes(project, store, Names(), Engine.{engine})  # once before: what is imported is not counted
start = time.process_time()
findings_of_shapes(project, store, Names(), Engine.{engine})
print(time.process_time() - start)
"""


def measure_load(quads: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as work:
        folder = str(Path(work) / "synthetic")
        made = run(str(HERE / "generate.py"), folder, "--quads", str(quads))
        if made.code:
            raise SystemExit(f"generate failed:\n{made.output}")
        ours, bare, peer = (
            loads(times, how, folder) for how, times in (("ours", 3), ("bare", 3), ("rdflib", 1))
        )
    yield Row("quads loaded", "", f"{ours.quads:,}")
    yield Row("`load_project`, CPU", "", f"{ours.cpu:.2f} s")
    ratio = ours.cpu / bare.cpu
    yield Row(
        "its CPU, against pyoxigraph alone on the same files",
        "≤ 1.3 ×",
        f"{ratio:.2f} ×",
        ratio <= 1.3,
    )
    less = peer.cpu / ours.cpu
    yield Row(
        "its CPU, against rdflib on the same files", "≥ 10 × less", f"{less:.1f} × less", less >= 10
    )
    size = ours.memory / ours.quads
    yield Row("its peak memory a quad", "≤ 0.7 KB", f"{size:.2f} KB", size <= 0.7)


def loads(times: int, how: str, folder: str) -> Load:
    """Load several times; the load that took least."""
    return min((load(how, folder) for _ in range(times)), key=lambda one: one.cpu)


def load(how: str, folder: str) -> Load:
    """Load a project in a process of its own: see :data:`LOADERS`."""
    cost = run(str(HERE / "measure.py"), "--load", how, folder)
    if cost.code:
        raise SystemExit(f"load failed:\n{cost.output}")
    return Load(**json.loads(cost.output))


def load_here(how: str, folder: Path) -> None:
    """Load a project in this process and print what it used."""
    import resource
    import time

    def peak() -> int:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    loading = LOADERS[how](folder)
    memory = peak()
    start = time.process_time()
    quads = loading()
    cpu = time.process_time() - start
    print(json.dumps({"quads": quads, "cpu": cpu, "memory": peak() - memory}))


def _ours(folder: Path) -> Callable[[], int]:
    from pan2kg.project import Project
    from pan2kg.store.project_files import load_project

    project = Project.at(folder)
    return lambda: len(load_project(project))


def _bare(folder: Path) -> Callable[[], int]:
    import pyoxigraph as ox

    files = _files(folder)

    def loading() -> int:
        store = ox.Store()
        for path, graph in files:
            store.load(path=path, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(graph))
        return len(store)

    return loading


def _rdflib(folder: Path) -> Callable[[], int]:
    import rdflib

    files = _files(folder)

    def loading() -> int:
        dataset = rdflib.Dataset()
        for path, graph in files:
            dataset.graph(rdflib.URIRef(graph)).parse(path, format="turtle")
        return sum(len(graph) for graph in dataset.graphs())

    return loading


def _files(folder: Path) -> list[tuple[Path, str]]:
    from pan2kg.project import Project
    from pan2kg.turtle.vocabulary import graph_of

    project = Project.at(folder)
    return [
        (path, graph_of(project.graph_path(path)))
        for path in [*project.ontology_files(), *project.graph_files()]
    ]


LOADERS: dict[str, Callable[[Path], Callable[[], int]]] = {
    "ours": _ours,
    "bare": _bare,
    "rdflib": _rdflib,
}
"""What is imported and listed first, without being counted, and then the loading that is."""


FIGURES = """
import json, resource, sys, time
from pan2kg.project import Project
from pan2kg.store.cache import open_kept
from pan2kg.turtle.vocabulary import is_derived
from pan2kg.graph.graph import Graph
from pan2kg.coherence import known, known_tables
project = Project.at(sys.argv[1])
start = time.process_time()
store = open_kept(project, None, links=False)
Graph(project, store).known()
cpu, peak = time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
derived = sum(is_derived(quad.graph_name.value) for quad in store.inner)
print(json.dumps({"cpu": cpu, "peak": peak * 1024, "derived": derived, "stated": len(store) - derived}))
"""


@dataclass(frozen=True, slots=True)
class Size:
    """What was measured of an invented graph: quads, CPU seconds of a bare load, of the figures, of a check; memory."""

    quads: int
    bare: float
    figures: float
    peak: float
    held: float
    check: float


def measure_size(quads: int, work: Path) -> Size:
    """Generate a graph and measure it."""
    folder = str(work / str(quads))
    succeeded(run(str(HERE / "generate.py"), folder, "--quads", str(quads)))
    bare = min((load("bare", folder) for _ in range(3)), key=lambda one: one.cpu)
    made = min(
        (json.loads(succeeded(run("-c", FIGURES, folder)).output) for _ in range(2)),
        key=lambda one: one["cpu"],
    )
    checked = run(*CLI, "check", "--project", folder)
    return Size(
        bare.quads,
        bare.cpu,
        made["cpu"],
        made["peak"] / 1e9,
        made["derived"] / made["stated"],
        checked.cpu,
    )


def succeeded(cost: Cost) -> Cost:
    """What a process used that went well.

    Raises:
        SystemExit: it did not.
    """
    if cost.code:
        raise SystemExit(cost.output)
    return cost


def rows_of(size: Size) -> Iterator[Row]:
    name = f"{size.quads:,} quads"
    yield Row(f"{name}: bare load", "", f"{size.bare:.2f} s")
    if size.quads > 500_000:
        target = "≤ 10 s, 0.5 GB"
        met = size.figures <= 10 and size.peak <= 0.5
    else:
        target = "≤ 1.5 × a bare load"
        met = size.figures <= 1.5 * size.bare
    yield Row(f"{name}: the figures of the matrix, all included", target, matrix(size), met)
    yield Row(
        f"{name}: derived quads held for them, of those stated",
        "≤ 0.3",
        f"{size.held:.2f}",
        size.held <= 0.3,
    )
    yield Row(
        f"{name}: `check`",
        "≤ 4 s" if 50_000 < size.quads < 500_000 else "",
        f"{size.check:.1f} s",
        size.check <= 4 if 50_000 < size.quads < 500_000 else None,
    )


def matrix(size: Size) -> str:
    return f"{size.figures:.2f} s, {size.figures / size.bare:.1f} ×, {size.peak:.2f} GB"


def growth(one: Size, two: Size) -> Iterator[Row]:
    span = math.log(two.quads / one.quads)
    for what, a, b in (
        ("the figures of the matrix", one.figures, two.figures),
        ("`check`", one.check, two.check),
    ):
        power = math.log(b / a) / span
        name = f"{what} grow with, from {one.quads:,} to {two.quads:,} quads"
        yield Row(name, "≤ size^1.1", f"size^{power:.2f}", power <= 1.1)


def measure_growth(sizes: Sequence[int]) -> Iterator[Row]:
    """How cost grows with the graph. The figures of the matrix are measured without its rows, one a pair of plans."""
    with tempfile.TemporaryDirectory() as work:
        measured = [measure_size(size, Path(work)) for size in sorted(sizes)]
    for size in measured:
        yield from rows_of(size)
    for one, two in pairwise(measured):
        yield from growth(one, two)


def measure_kept() -> Iterator[Row]:
    """The same commands on the shipped graph without and with a kept state."""
    for words in (("ask", "plans"), ("ask", "shared-instruments"), ("coherence", "debt")):
        for _ in range(3):
            succeeded(run(*CLI, *words))
        plain, kept = (succeeded(least(5, *CLI, *words, *more)) for more in (("--no-cache",), ()))
        ratio = kept.cpu / plain.cpu
        yield Row(
            f"`{' '.join(words)}` with a kept state, against `--no-cache` now",
            "",
            f"{kept.cpu:.2f} s, {plain.cpu:.2f} s: {ratio:.2f} ×",
        )


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    words = {True: "yes", False: "**no**", None: ""}
    lines = [f"| {row.what} | {row.target} | {row.measured} | {words[row.met]} |" for row in rows]
    return "\n".join(["| what | target | measured | met |", "|---|---|---|---|", *lines])


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Measure what this project promises about CPU time and memory."
    )
    parser.add_argument(
        "parts",
        nargs="*",
        metavar="PART",
        help="start, ask, check, load, kept, growth (default: all)",
    )
    parser.add_argument(
        "--quads",
        type=int,
        default=1_000_000,
        help="size of the invented graph (default: 1,000,000)",
    )
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[16_000, 106_000], help="sizes of graphs for growth"
    )
    parser.add_argument("--load", nargs=2, metavar=("HOW", "DIR"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.load:
        return load_here(options.load[0], Path(options.load[1]))
    parts: dict[str, Callable[[], Iterator[Row]]] = {
        "start": measure_start,
        "ask": measure_ask,
        "check": measure_check,
        "load": lambda: measure_load(options.quads),
        "kept": measure_kept,
        "growth": lambda: measure_growth(options.sizes),
    }
    if unknown := set(options.parts) - parts.keys():
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    print(table([row for name in options.parts or parts for row in parts[name]()]))
    return None


if __name__ == "__main__":
    main()
