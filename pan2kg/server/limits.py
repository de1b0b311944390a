"""How much one request may take."""

from __future__ import annotations

import os
from dataclasses import dataclass

MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """Time in seconds, rows, bytes of the answer, and bytes of memory a worker may take beyond the graph."""

    seconds: float = 30.0
    rows: int = 1_000_000
    size: int = 256 * MEGABYTE
    memory: int = 1024 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many workers at most, how many requests may wait for one, for how many seconds.

    Only ``slots`` of them, one for each processor, are given to queries that may be short: more at once
    would only make all of them slower. A query that turns out to be long leaves its slot.

    Once a query has run for ``patience`` seconds and others have waited for ``turn`` seconds with
    every worker taken, the query that has run longest gives way. So short queries get through
    however many long ones are sent.
    """

    workers: int = 8
    slots: int = max(2, os.cpu_count() or 2)
    queue: int = 256
    wait: float = 10.0
    patience: float = 2.0
    turn: float = 0.25


def megabytes(size: int) -> str:
    """So many bytes in megabytes.

    >>> megabytes(256 * MEGABYTE), megabytes(3_000_000)
    ('256', '2.86')
    """
    return f"{round(size / MEGABYTE, 2):g}"
