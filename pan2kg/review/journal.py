"""The journal of a review, ``work/<plan>/journal.jsonl``: who decided what, when, and after how many seconds.

A decision holds without it: what is decided stands in the graph. The journal alone knows how a
reviewer judged a control, how a second reader decided, and which decision was the last of a day.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pan2kg.errors import Place, ProjectError
from pan2kg.project import Project, read_text
from pan2kg.review.decision import Held
from pan2kg.review.work import WORK, add_line
from pan2kg.turtle.vocabulary import key

JOURNAL = "journal.jsonl"
LONGEST = 600.0
"""Seconds after which somebody was away and not deciding; such times are not kept."""
DECISION = "decision"
CONTROL = "control"
SECOND = "second"
UNDONE = "second-undone"
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


def journal_name(plan: str) -> str:
    """The name of the journal of a plan, by IRI, within the project."""
    return f"{WORK}/{key(plan)}/{JOURNAL}"


def note(project: Project, plan: str, noted: Noted) -> None:
    """Add a line to the journal of a plan, by IRI; a ``ProjectError`` where it cannot be written."""
    line = json.dumps(asdict(noted), ensure_ascii=False)
    add_line(project.root / journal_name(plan), line)


def read_journal(project: Project, plans: Iterable[str]) -> list[Noted]:
    """The lines of the journals of plans, by IRI; a ``ProjectError`` that names the place of what is none."""
    journal = []
    for plan in plans:
        path = project.root / journal_name(plan)
        if path.is_file():
            journal += _lines_of(path, project)
    return journal


def _lines_of(path: Path, project: Project) -> list[Noted]:
    journal = []
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        try:
            fields = json.loads(line)
            typed = {"at": float(fields["at"]), "made": tuple(fields["made"])}
            journal.append(Noted(**{**fields, **typed}))
        except (ValueError, TypeError, KeyError):
            place = Place(project.name_of(path), number)
            raise ProjectError("no-journal", place=place, remedy="take-it-away") from None
    return journal


Readings = dict[tuple[str, str], str]
"""How second readers decided, by key of the candidate and name of the reader."""


def controls_of(journal: Iterable[Noted], reviewer: str) -> Mapping[str, str]:
    """How a reviewer decided on the controls that were met, ``accepted`` or ``rejected``, by key."""
    controls = {}
    for noted in journal:
        if noted.kind == CONTROL and noted.reviewer == reviewer:
            controls[noted.key] = noted.status
    return controls


def second_readings(journal: Iterable[Noted]) -> Readings:
    """What second readers decided and did not take back, by key of the candidate and name of the reader."""
    readings = {}
    for noted in journal:
        if noted.kind == SECOND:
            readings[noted.key, noted.reviewer] = noted.status
        elif noted.kind == UNDONE:
            readings.pop((noted.key, noted.reviewer), None)
    return readings


def last_of(decisions: Sequence[Held], reviewer: str, journal: Iterable[Noted]) -> list[Held]:
    """What a reviewer decided last, with all that was decided at once with it; of nothing, nothing.

    The day decides, then the journal, where it knows when something was written, then the place in
    the file.
    """
    times = dict[str, float]()
    for noted in journal:
        if noted.kind == DECISION:
            times |= dict.fromkeys(noted.made, noted.at)

    def moment(verdict: Held) -> tuple[str, float, int]:
        return verdict.filed.one("reviewedOn"), times.get(verdict.filed.iri, 0.0), verdict.place

    mine = [verdict for verdict in decisions if verdict.reviewer == reviewer and verdict.place]
    if not mine:
        return []
    latest = max(mine, key=moment)
    return [verdict for verdict in mine if verdict.group == latest.group]
