"""What the processes of a run do once: a check of the shipped graph, and first steps."""

import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, LOCK_UN, flock
from functools import cache
from pathlib import Path
from tempfile import gettempdir
from typing import Final, TypeVar

from pan2kg.project import Project
from pan2kg.validation.check import check
from pan2kg.validation.report import Report

SHIPPED: Final = Project.at(Path(__file__).resolve().parent.parent)
RUN: Final = "PAN2KG_TEST_RUN"
"""The variable that tells the processes of a run which run it is."""


Made = TypeVar("Made")


@cache
def checked(project: Project) -> Report:
    if project != SHIPPED or not os.environ.get(RUN):
        return check(project)
    return _made("report", lambda: check(project))


def _made(name: str, make: Callable[[], Made]) -> Made:
    with _file(name).open("a+b") as file:
        flock(file, LOCK_EX)
        file.seek(0)
        if data := file.read():
            kept: Made = pickle.loads(data)
            return kept
        made = make()
        file.write(pickle.dumps(made))
    return made


@contextmanager
def first(what: str) -> Iterator[None]:
    """Do something that costs less once somebody in the run has done it: one begins, all others wait for its end. They
    then go on beside each other; if the one is ended before it is done, they do not wait any
    longer."""
    with _file(what).open("a") as turn:
        try:
            flock(turn, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            flock(turn, LOCK_SH)
            flock(turn, LOCK_UN)
        yield


def forget() -> None:
    if os.environ.get(RUN):
        for left in Path(gettempdir()).glob(_file("*").name):
            left.unlink(missing_ok=True)


def _file(what: str) -> Path:
    return Path(gettempdir()) / f"pan2kg-{what}-{os.environ[RUN]}"
