"""What tests and doctests share: the shipped graph, opened once a worker, and this clone for processes they start."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

import pan2kg
from pan2kg.graph import graph as interface

ROOT = Path(__file__).resolve().parent
opened = cache(pan2kg.open_graph)

# A process that a test starts runs the modules that are tested here, not a package that was installed some time ago.
os.environ["PYTHONPATH"] = str(ROOT)


@pytest.fixture(scope="session")
def graph() -> pan2kg.Graph:
    """The shipped graph with everything its rules derive."""
    return opened()


@pytest.fixture(autouse=True)
def _opened_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """An example opens the shipped graph as a reader would, and gets the one that is open already."""
    if isinstance(request.node, pytest.DoctestItem) and request.node.dtest:
        known = request.node.dtest.globs
        if "open_graph" in known:
            monkeypatch.setitem(known, "open_graph", opened)
        monkeypatch.setattr(pan2kg, "open_graph", opened)
        monkeypatch.setattr(interface, "open_graph", opened)
