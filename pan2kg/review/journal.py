"""What happened at the desk and is no statement: when something was decided, how fast, controls, second readings.

It stands in ``work/<plan>/``, one line each, is only ever added to, and is neither tracked nor published.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Final

from pan2kg.coherence.uses import key
from pan2kg.errors import Place, ProjectError
from pan2kg.project import Project, read_text, reason, write_atomically
from pan2kg.review.proposals import WORK

FILE: Final = "journal.jsonl"
LONGEST: Final = 600.0
"""Seconds after which somebody was away and not deciding; such times are not kept."""
DECISION, CONTROL, SECOND, UNDONE = "decision", "control", "second", "second-undone"
"""What a line is about: a decision that was written, a planted candidate, a second reading, one that was taken back."""


@dataclass(frozen=True, slots=True)
class Noted:
    """One line: what was decided by whom and how, when, and after how many seconds, None where nobody knows.

    ``at`` is the time in seconds since 1970, ``made`` are the IRIs that were written.
    """

    kind: str
    key: str
    reviewer: str
    status: str
    at: float
    seconds: float | None = None
    made: tuple[str, ...] = ()


def now() -> float:
    """The time in seconds since 1970."""
    return datetime.now(UTC).timestamp()


def journal_name(plan: str) -> str:
    """The name of the journal of a plan, given by IRI, as the project names its files."""
    return f"{WORK}/{key(plan)}/{FILE}"


def note(project: Project, plan: str, noted: Noted) -> None:
    """Add a line to the journal of a plan, given by IRI.

    Raises:
        ProjectError: it cannot be written.
    """
    path = project.root / journal_name(plan)
    old = read_text(path) if path.is_file() else ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ProjectError("cannot-write-there", place=Place(str(path)), reason=reason(error)) from None
    write_atomically(path, f"{old}{json.dumps(asdict(noted), ensure_ascii=False)}\n")


def read_journal(project: Project, plans: Iterable[str]) -> list[Noted]:
    """All lines of the journals of these plans.

    Raises:
        ProjectError: a line is none.
    """
    found = []
    for path in (project.root / journal_name(plan) for plan in plans):
        for number, line in enumerate(read_text(path).splitlines() if path.is_file() else (), start=1):
            try:
                told = json.loads(line)
                found.append(Noted(**{**told, "at": float(told["at"]), "made": tuple(told["made"])}))
            except (ValueError, TypeError, KeyError):
                place = Place(project.name_of(path), number)
                raise ProjectError("no-journal", place=place, remedy="take-line-away") from None
    return found


def times(journal: Iterable[Noted]) -> Mapping[str, float]:
    """When each thing was written, by IRI."""
    return {made: one.at for one in journal if one.kind == DECISION for made in one.made}


def pace(journal: Iterable[Noted], reviewer: str) -> float | None:
    """The median of the seconds somebody takes for a decision; None where none was measured.

    >>> pace([Noted(DECISION, "k", "A", "accepted", 0, 12.0), Noted(DECISION, "l", "A", "rejected", 0, 18.0)], "A")
    15.0
    """
    taken = [one.seconds for one in journal if one.reviewer == reviewer and one.seconds is not None]
    return median(taken) if taken else None


def controls_of(journal: Iterable[Noted], reviewer: str) -> Mapping[str, str]:
    """How somebody decided on planted candidates, by their keys."""
    return {one.key: one.status for one in journal if one.kind == CONTROL and one.reviewer == reviewer}


def second_readings(journal: Iterable[Noted]) -> Mapping[tuple[str, str], str]:
    """How second readers decided, by the key of the candidate and their name; what was taken back is not there."""
    found: dict[tuple[str, str], str] = {}
    for one in journal:
        if one.kind == SECOND:
            found[one.key, one.reviewer] = one.status
        elif one.kind == UNDONE:
            found.pop((one.key, one.reviewer), None)
    return found
