"""The nine criteria by which the portal's software scores a catalogue entry, computed before it is published.

As udata does in ``Dataset.compute_quality``: each criterion counts one ninth. Title, keywords and contact count
nothing there. Three criteria look at resources, which a graph without its release does not have; they are unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from pan2kg.store.queries import program_query
from pan2kg.store.store import Store, plain, select

CRITERIA: Final = (
    "license", "temporal-coverage", "spatial", "update-frequency", "update-in-time", "description", "open-format",
    "available", "documentation",
)  # fmt: skip

LONG_ENOUGH: Final = 100
"""A description counts when it has more characters than this (``QUALITY_DESCRIPTION_LENGTH``)."""

CLOSED: Final = frozenset(("pdf", "doc", "docx", "word", "xls", "excel", "xlsx"))
"""Formats that are not open to the portal (``CLOSED_FORMATS``)."""

DAYS: Final[Mapping[str, int]] = {
    "HOURLY": 1, "CONT": 1, "DAILY_2": 1, "DAILY": 1, "WEEKLY_5": 7, "WEEKLY_3": 7, "WEEKLY_2": 7, "WEEKLY": 7,
    "BIWEEKLY": 14, "MONTHLY_3": 31, "MONTHLY_2": 31, "MONTHLY": 31, "BIMONTHLY": 62, "QUARTERLY": 91,
    "ANNUAL_3": 365, "ANNUAL_2": 365, "ANNUAL": 365, "BIENNIAL": 730, "TRIENNIAL": 1095, "QUINQUENNIAL": 1825,
    "DECENNIAL": 3650,
}  # fmt: skip
"""Within how many days an entry of each frequency of the EU authority table is to be updated."""

TIMELESS: Final = frozenset(("IRREG", "AS_NEEDED", "UPDATE_CONT"))
"""Frequencies whose updates nobody can be late with."""

_SLACK: Final = 1
"""The portal allows one day, for harvesting."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A distribution as the portal sees it: its format in lower case, whether it is described, its address."""

    format: str
    described: bool
    address: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A catalogue entry: values by property, the last day of change, and its resources, None where unknown."""

    values: Mapping[str, str]
    modified: date | None = None
    resources: tuple[Resource, ...] | None = None
    unreachable: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion, whether it is met (None: to be judged on the release), and what was found."""

    key: str
    met: bool | None
    found: str = ""


def read_entry(store: Store) -> Entry | None:
    """The catalogue entry in a store, None where there is none; its French description counts, as on the portal.

    A release takes the time it covers from the periods of the plans, so a store with plans has it too.

    Raises:
        QueryError: the store refuses the query.
    """
    values: dict[str, str] = {}
    for _, name, value in select(store, program_query("site/catalogue-entry")).rows:
        values.setdefault(plain(name).replace("#", "/").rpartition("/")[2], plain(value))
    if not values:
        return None
    since, until = (plain(term)[:4] for term in select(store, program_query("site/years-of-plans")).rows[0])
    if since and until:
        values.setdefault("temporal", f"{since}–{until}")
    return Entry(values, _day(values.get("modified") or values.get("issued", "")), read_resources(store))


def read_resources(store: Store) -> tuple[Resource, ...] | None:
    """The resources of the catalogue entry in a store, None where it has none.

    Raises:
        QueryError: the store refuses the query.
    """
    described = select(store, program_query("site/catalogue-resources")).rows
    found = tuple(
        Resource(plain(kind).rpartition("/")[2].lower(), bool(said), plain(url)) for _, said, kind, url in described
    )
    return found or None


def judge(entry: Entry, today: date) -> tuple[Criterion, ...]:
    """The nine criteria of a catalogue entry as of a day.

    >>> found = judge(Entry({"license": "https://creativecommons.org/licenses/by/4.0/"}), date(2026, 12, 1))
    >>> [criterion.key for criterion in found if criterion.met]
    ['license']
    """
    values, changed = entry.values, entry.modified
    frequency = values.get("accrualPeriodicity", "").rpartition("/")[2].upper()
    text = values.get("description", "")
    judged = {
        "license": (bool(values.get("license")), values.get("license", "")),
        "temporal-coverage": (bool(values.get("temporal")), values.get("temporal", "")),
        "spatial": (bool(values.get("spatial")), values.get("spatial", "")),
        "update-frequency": (bool(frequency) and frequency != "UNKNOWN", frequency),
        "update-in-time": (_in_time(frequency, changed, today), changed.isoformat() if changed else ""),
        "description": (len(text) > LONG_ENOUGH, str(len(text))),
        **_of_resources(entry),
    }
    return tuple(Criterion(key, *judged[key]) for key in CRITERIA)


def score(criteria: Iterable[Criterion]) -> float:
    """The portal's score in [0,1]; what is unknown counts as unmet, as there.

    >>> score([Criterion("license", True), Criterion("spatial", None)]) == 1 / 9
    True
    """
    return sum(criterion.met is True for criterion in criteria) / len(CRITERIA)


def _of_resources(entry: Entry) -> dict[str, tuple[bool | None, str]]:
    resources = entry.resources
    if resources is None:
        return dict.fromkeys(("open-format", "available", "documentation"), (None, ""))
    opened = [r for r in resources if r.format and r.format not in CLOSED]
    lost = [r for r in resources if r.address in entry.unreachable]
    said = [r for r in resources if r.described]
    return {
        "open-format": (bool(opened), f"{len(opened)}/{len(resources)}"),
        "available": (not lost, f"{len(resources) - len(lost)}/{len(resources)}"),
        "documentation": (bool(said), f"{len(said)}/{len(resources)}"),
    }


def _in_time(frequency: str, modified: date | None, today: date) -> bool:
    if frequency in TIMELESS:
        return True
    if frequency not in DAYS or modified is None:
        return False
    return (today - modified).days <= DAYS[frequency] + _SLACK


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
