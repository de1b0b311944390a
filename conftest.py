"""What tests and doctests share: the shipped graph, opened once a worker, and this clone for processes they start."""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Generator, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from _pytest.doctest import DoctestModule
from _pytest.runner import runtestprotocol

import pan2kg
from pan2kg.graph import graph as interface
from pan2kg.project import Project
from pan2kg.site import quality
from pan2kg.store.cache import VARIABLE
from pan2kg.validation import check as validation
from pan2kg.validation.report import Report
from tests.browser.chromium import browser, watch, window, windows
from tests.lots import seed
from tests.once import RUN, SHIPPED, checked, first, forget
from tests.since import costly, touched, why_not

__all__ = ["browser", "watch", "window", "windows"]

ROOT = Path(__file__).resolve().parent
DAY = date(2026, 1, 1)
SELDOM = (50_000, 20, 20)
"""How much is made before Python looks for garbage in cycles: what tests share is large, and stays."""
NOTICED = 0.005
"""Seconds after which the preparation of a test is told of."""
anew = pan2kg.open_graph

gc.set_threshold(*SELDOM)

# A process that a test starts runs the modules that are tested here, not a package that was
# installed some time ago.
os.environ["PYTHONPATH"] = str(ROOT)
# What processes keep of a graph they keep for each other, apart from the cache of who runs the
# tests.
if "PYTEST_XDIST_WORKER" not in os.environ:
    KEPT = TemporaryDirectory(prefix="pan2kg-cache-")
    os.environ[VARIABLE] = KEPT.name
    os.environ[RUN] = uuid4().hex


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Let the examples of properties be those of the commit, unless somebody names a seed."""
    if config.getoption("hypothesis_seed", None) is None:
        config.option.hypothesis_seed = str(seed())


def pytest_xdist_auto_num_workers() -> int:
    """A worker for each core, three for two where tests wait for browsers, services and time limits.

    Each worker gathers all tests and reads the graph for itself, which takes some twenty seconds of a core.
    """
    cores = os.cpu_count() or 1
    waiting = any(touched(group.places) for group in costly() if group.waits)
    return (cores * 3 + 1) // 2 if waiting else cores


@cache
def opened(*projects: str | Path, as_of: date | None = None) -> pan2kg.Graph:
    """A graph as ``open_graph`` opens it; the shipped one is read once, for all days."""
    if projects:
        return anew(*projects, as_of=as_of)
    if as_of is None:
        return anew()
    return pan2kg.Graph(opened().project, opened().store, as_of=as_of)


@pytest.fixture(scope="session")
def graph() -> pan2kg.Graph:
    """The shipped graph with everything its rules derive."""
    return opened()


@pytest.fixture(scope="session")
def dated() -> pan2kg.Graph:
    """The same in French, looked back at from a day: what is read of it serves all sites, tables and documents."""
    return opened(as_of=DAY).spoken("fr")


@pytest.fixture(scope="session")
def report() -> Report:
    """What a check of the shipped project finds."""
    return checked(SHIPPED)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Let one worker gather the tests before the others, which then find compiled what they import."""
    with first("gathering"):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path,
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Look for examples in what holds one: to look at all a module's functions takes longer than to read it."""
    found = yield
    if (
        any(isinstance(one, DoctestModule) for one in found)
        and b">>>" not in file_path.read_bytes()
    ):
        return [one for one in found if not isinstance(one, DoctestModule)]
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what is costly and about places where nothing changed: see ``tests/since.py``."""
    for item in items:
        why = why_not(item.nodeid)
        if why:
            item.add_marker(pytest.mark.skip(reason=why))


def pytest_collection_finish() -> None:
    """Never look for garbage again in what was imported and gathered: there is none, and it is much."""
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Tell of a test in a worker that it passed, not that it begins, is made ready and cleared away, which is more.

    What took a while is told too, for ``--durations``.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return None
    for report in runtestprotocol(item, log=False, nextitem=nextitem):
        if report.when == "call" or not report.passed or report.duration > NOTICED:
            item.ihook.pytest_runtest_logreport(report=report)
    return True


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end what was not tried and why: a closing line that counts passes hides it."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(
        report.longrepr[2] if isinstance(report.longrepr, tuple) else "" for report in skipped
    )
    tried = sum(len(terminalreporter.stats.get(kind, [])) for kind in ("passed", "failed"))
    for reason, number in reasons.most_common():
        said = reason.removeprefix("Skipped: ")
        terminalreporter.write_line(f"NOT TRIED: {number} of {tried + len(skipped)} tests. {said}")


def pytest_sessionfinish() -> None:
    """Leave no report of a check behind; a worker that ends later has read it."""
    forget()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Look for garbage once at the end, not again: pytest did just now, for what warns only when it is freed."""
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def _checked_once() -> Iterator[None]:
    """Pages about quality, of whatever site, share one check of the shipped project, whose files no test changes.

    Another project is checked once in each of its states, here: a process beside this one would
    import all of the program to do so. A service that is started as a user starts it makes its own,
    in such a process.
    """
    anew = quality._run_check
    here = cache(lambda project, _: quality.check_in_process(project, None))

    def shared(project: Project, state: str, kept: Path | None) -> quality.CheckSummary | None:
        if project == SHIPPED:
            return quality.summarise(checked(project))
        return anew(project, state, kept) if kept else here(project, state)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quality, "_run_check", shared)
        yield


@pytest.fixture(autouse=True, scope="session")
def _unhurried_disk() -> Iterator[None]:
    """Do not wait until the disk has what is written, which only matters where the power fails: tests read it back."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", os.fstat)  # which looks at the file, too
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """An example opens or checks the shipped graph as a reader would, and gets what was opened or checked already."""
    if not isinstance(item, pytest.DoctestItem):
        return (yield)
    known = item.dtest.globs
    with pytest.MonkeyPatch.context() as patch:
        if known.get("check") is validation.check:
            patch.setitem(known, "check", checked)
        if "open_graph" in known:
            patch.setitem(known, "open_graph", opened)
        patch.setattr(pan2kg, "open_graph", opened)
        patch.setattr(interface, "open_graph", opened)
        return (yield)
