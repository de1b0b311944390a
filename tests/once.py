"""What the processes of a run do once: a check of the shipped graph, and first steps."""

import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, LOCK_UN, flock
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir
from typing import Final, TypeVar

from pan2kg.coherence.texts import Floats
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


Tried = Callable[
    [list[frozenset[int]], list[tuple[int, ...]], Floats, int, int], tuple[Floats, Floats, Floats]
]
MANY: Final = 50
"""From so many plans on, dealing takes a second of a test that is about something else."""


def tried_once(anew: Tried) -> Tried:
    def tried(
        rows: list[frozenset[int]], up: list[tuple[int, ...]], gains: Floats, seed: int, draws: int
    ) -> tuple[Floats, Floats, Floats]:
        if len(rows) < MANY or not os.environ.get(RUN):
            return anew(rows, up, gains, seed, draws)
        asked = repr((list(map(sorted, rows)), up, gains.tolist(), seed, draws))
        return _made(
            f"tried-{sha256(asked.encode()).hexdigest()}",
            lambda: anew(rows, up, gains, seed, draws),
        )

    return tried


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
