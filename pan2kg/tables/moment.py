"""What can be said of one day: which plans ran, what was due, what had happened; and what the graph cannot tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pan2kg.coherence.obligations import margins
from pan2kg.tables import queries as texts
from pan2kg.tables.case import Row, code, make, note, thing
from pan2kg.tables.material import DEFAULT, Choice, Material

if TYPE_CHECKING:
    from pan2kg.tables.table import Exhibit

MOMENT = ("kind", "what", "of_what", "since", "until", "state")


def moment(material: Material, choice: Choice = DEFAULT) -> Exhibit:
    """Plans with their period, obligations with their standing, and dated events up to the day.

    A period is given by years, so a plan runs from the first to the last day of them.

    Raises:
        QueryError: an unknown plan, with the nearest names.
    """
    named = frozenset(material.plans(choice.plans))
    rows = [*_running(material, named), *(() if named else _due(material)), *_happened(material, named)]
    unknown = sum(row["state"] == "unknown" for row in rows)
    # today the links are what the graph says they are; of another day nobody knows
    past = [note("no-validity", day=material.as_of.isoformat())] if material.asked else []
    notes = [*past, note("periods-unknown", n=unknown)]
    return make("as-of", material.uses.basis, MOMENT, rows, notes=notes, sparql=texts.PERIODS)


def _running(material: Material, named: frozenset[str]) -> Iterator[Row]:
    today = material.as_of.isoformat()
    for plan, (on, since, until) in sorted(material.periods.items()):
        if not named or plan in named:
            start = since or on
            yield {
                **code(material, "kind", "plan"),
                **thing(material, "what", plan),
                **thing(material, "of_what", None),
                "since": start or None,
                "until": until or None,
                **code(material, "state", _state(start, until, today)),
            }


def _state(since: str, until: str, today: str) -> str:
    """Where a day lies in a period whose ends are days, months or years.

    >>> _state("2020", "2022", "2022-12-31"), _state("2020", "2022", "2023-01-01"), _state("2020", "", "2023-01-01")
    ('running', 'over', 'unknown')
    """
    if since and today[: len(since)] < since:
        return "not-yet"
    if until and today[: len(until)] > until:
        return "over"
    return "running" if since and until else "unknown"


def _due(material: Material) -> Iterator[Row]:
    for row in margins(material.uses, material.obligations, material.responses, as_of=material.as_of):
        yield {
            **code(material, "kind", "obligation"),
            **thing(material, "what", row.obligation.iri),
            **thing(material, "of_what", row.obligation.instrument),
            "since": None,
            "until": row.obligation.due.isoformat() if row.obligation.due else None,
            **code(material, "state", row.standing.value.replace(" ", "-")),
        }


def _happened(material: Material, named: frozenset[str]) -> Iterator[Row]:
    today = material.as_of.isoformat()
    for event, of, on in material.read(texts.EVENTS):
        passed = _passed(on, today)
        if passed is not False and (not named or material.home_of.get(of, of) in named):
            yield {
                **code(material, "kind", "event"),
                **thing(material, "what", event),
                **thing(material, "of_what", of),
                "since": on,
                "until": None,
                **code(material, "state", "done" if passed else "unknown"),
            }


def _passed(on: str, today: str) -> bool | None:
    """Whether a day, month or year lies behind a day; None within a month or year of which no day is known.

    >>> _passed("2020-01-01", "2020-01-01"), _passed("2020", "2020-06-01"), _passed("2020", "2021-01-01")
    (True, None, True)
    """
    if today[: len(on)] == on:
        return True if len(on) == len(today) else None
    return today > on
