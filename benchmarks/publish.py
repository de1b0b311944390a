"""Measures what `pan2kg publish` uses, and prints a table: target, measured, met or not.

    python benchmarks/publish.py                       everything, some minutes
    python benchmarks/publish.py shipped pages         single parts: shipped, large, pages
    python benchmarks/publish.py large --quads 100000

`large` publishes an invented graph without what the rules derive, against a script that loads the
same files with pyoxigraph and dumps them in the same six formats, and nothing else. `pages`
publishes the shipped graph with ever more invented pages, and looks whether memory grows. Each
figure is of a process of its own. It is never a test.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
BASE = "https://host.example/pan2kg/"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table; ``met`` is ``None`` where there is no target."""

    what: str
    target: str
    measured: str
    met: bool | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process and those it forked used: CPU seconds, and peak memory of all at once in KB, sampled."""

    cpu: float
    memory: float


def measure_shipped() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as work:
        target = Path(work) / "publish"
        whole = job("publish", HERE.parent, target)
        (number, size) = _files(target)
        day, version = (job(name, HERE.parent, target) for name in ("next-day", "next-version"))
        bare = job("without-site", HERE.parent, Path(work) / "bare")
    yield Row("files of a release with pages", "≤ 12,000", f"{number:,}", number <= 12_000)
    yield Row(
        "its bytes, what is linked counted once",
        "≤ 120 MB",
        f"{size / 1e6:.1f} MB",
        size <= 120_000_000,
    )
    yield Row("its CPU, check included", "≤ 60 s", f"{whole.cpu:.1f} s", whole.cpu <= 60)
    yield Row(
        "its CPU on the next day with the pages of the last", "", f"{day.cpu / whole.cpu:.2f} ×"
    )
    least = [f"{cost.memory / 1e6:.2f}" for cost in (whole, version)]
    what = "its peak memory, all processes; where a release of another version stands"
    yield Row(
        what, "≤ 0.4 GB", f"{'; '.join(least)} GB", max(whole.memory, version.memory) <= 400_000
    )
    what = "`--without-site`: CPU; peak memory"
    yield Row(
        what, "≤ 15 s; ≤ 0.4 GB", f"{bare.cpu:.1f} s; {bare.memory / 1e6:.2f} GB", bare.cpu <= 15
    )


def _files(folder: Path) -> tuple[int, int]:
    """How many files are in it, and how many bytes: what is linked twice counts once."""
    sizes = {(entry.st_dev, entry.st_ino): entry.st_size for entry in _entries(folder)}
    return sum(1 for _ in _entries(folder)), sum(sizes.values())


def _entries(folder: Path) -> Iterator[os.stat_result]:
    return (path.stat() for path in folder.rglob("*") if path.is_file())


def measure_large(quads: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "synthetic"
        subprocess.run(
            [sys.executable, HERE / "generate.py", folder, "--quads", str(quads)],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        facts = HERE.parent / "graph" / "catalogue.ttl"
        (folder / "graph" / facts.name).write_bytes(facts.read_bytes())
        bare, whole = (job(name, folder, Path(work) / name) for name in ("bare", "stated"))
    yield Row(
        f"{quads:,} quads loaded and dumped in six formats by pyoxigraph alone, CPU",
        "",
        f"{bare.cpu:.1f} s",
    )
    ratio = whole.cpu / bare.cpu
    what = "`publish` of the same: dumps, catalogue, VoID, tables, checksums and self-check, CPU"
    yield Row(what, "≤ 4 ×", f"{whole.cpu:.1f} s, {ratio:.2f} ×", ratio <= 4)
    yield Row(
        "its peak memory, against pyoxigraph’s",
        "",
        f"{whole.memory / 1e6:.2f} GB, {bare.memory / 1e6:.2f} GB",
    )


def measure_pages() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as work:
        few, many = (
            job("pages", HERE.parent, Path(work) / str(n), n).memory / 1e6 for n in (1_000, 20_000)
        )
    yield Row(
        "peak memory with 20,000 pages of 20 KB, against 1,000",
        "flat",
        f"{few:.3f} → {many:.3f} GB",
        many <= 1.1 * few,
    )


def job(name: str, project: Path, target: Path, pages: int = 0) -> Cost:
    """Do one thing in a process of its own."""
    command = [sys.executable, __file__, "--job", name, str(project), str(target), str(pages)]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        memory = 0
        while (waited := os.wait4(process.pid, os.WNOHANG))[0] == 0:
            memory = max(memory, _held(process.pid))
            time.sleep(0.3)
        _, status, usage = waited
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        if process.returncode:
            raise SystemExit(f"{name} failed:\n{errors.read().decode()}")
    return Cost(usage.ru_utime + usage.ru_stime, max(memory, 0 if memory else usage.ru_maxrss))


def _held(pid: int) -> int:
    """The memory of a process and of those below it in KB, what they share counted once; 0 where no /proc says it."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) + sum(
        map(_held, map(int, below))
    )


def _bare(folder: Path, target: Path, _: int) -> None:
    import pyoxigraph as ox

    from pan2kg.project import Project
    from pan2kg.publish.vocabulary import FORMATS
    from pan2kg.turtle.vocabulary import graph_of
    from pan2kg.turtle.writer import read_prefixes

    project = Project.at(folder)
    store = ox.Store()
    prefixes = read_prefixes(project)
    for path in [*project.ontology_files(), *project.graph_files()]:
        store.load(
            path=path,
            format=ox.RdfFormat.TURTLE,
            to_graph=ox.NamedNode(graph_of(project.graph_path(path))),
        )
    target.mkdir()
    for ending, form in FORMATS.items():
        dump = str(target / f"graph.{ending}")
        if ending in ("trig", "nq"):
            store.dump(dump, form, prefixes=prefixes)
        else:
            ox.serialize(
                (quad.triple for quad in store), output=dump, format=form, prefixes=prefixes
            )


def _publish(folder: Path, target: Path, _: int, *more: str) -> None:
    """What the command line does, to the last option."""
    from pan2kg.cli.main import main

    code = main(["publish", "--project", str(folder), "-o", str(target), "--base", BASE, *more])
    if code:
        raise SystemExit(code)


def _first(folder: Path, target: Path, _: int) -> None:
    _publish(folder, target, 0, "--date", "2026-07-01")


def _next_day(folder: Path, target: Path, _: int) -> None:
    _publish(folder, target, 0, "--date", "2026-07-02")


def _next_version(folder: Path, target: Path, _: int) -> None:
    _publish(folder, target, 0, "--date", "2026-07-02", "--version", "1000.0.0")


def _without_site(folder: Path, target: Path, _: int) -> None:
    _publish(folder, target, 0, "--without-site")


def _stated(folder: Path, target: Path, _: int) -> None:
    _release(folder, target, "--without-derived")


def _pages(folder: Path, target: Path, number: int) -> None:
    _release(folder, target, pages=number)


def _release(folder: Path, target: Path, *more: str, pages: int = 0) -> None:
    from pan2kg.cli import arguments
    from pan2kg.cli.publish import PUBLISH, release
    from pan2kg.publish.edition import Edition, File

    def part(_: Edition) -> Iterator[File]:
        for page in range(pages):
            yield (
                f"fr/page/{page}.html",
                f"<!doctype html><title>{page}</title>".encode() + b" " * 20_000,
            )

    parser = argparse.ArgumentParser()
    parser.add_argument("--project", action="append")
    arguments.add_options(parser, "publish", PUBLISH)
    given = ["-o", str(target), "--base", BASE, "--project", str(folder), *more]
    release(parser.parse_args(given), [part])


JOBS: dict[str, Callable[[Path, Path, int], None]] = {
    "bare": _bare,
    "publish": _first,
    "next-day": _next_day,
    "next-version": _next_version,
    "without-site": _without_site,
    "stated": _stated,
    "pages": _pages,
}


def table(rows: list[Row]) -> str:
    """The rows as a Markdown table."""
    words = {True: "yes", False: "**no**", None: ""}
    lines = [f"| {row.what} | {row.target} | {row.measured} | {words[row.met]} |" for row in rows]
    return "\n".join(["| what | target | measured | met |", "|---|---|---|---|", *lines])


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what publish uses.")
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help="shipped, large, pages (default: all of them)"
    )
    parser.add_argument(
        "--quads",
        type=int,
        default=1_000_000,
        help="size of the invented graph (default: 1,000,000)",
    )
    parser.add_argument(
        "--job", nargs=4, metavar=("NAME", "DIR", "DIR", "NUMBER"), help=argparse.SUPPRESS
    )
    options = parser.parse_args()
    if options.job:
        name, project, target, pages = options.job
        return JOBS[name](Path(project), Path(target), int(pages))
    parts: dict[str, Callable[[], Iterator[Row]]] = {
        "shipped": measure_shipped,
        "large": lambda: measure_large(options.quads),
        "pages": measure_pages,
    }
    if unknown := set(options.parts) - parts.keys():
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    print(table([row for name in options.parts or parts for row in parts[name]()]))
    return None


if __name__ == "__main__":
    main()
