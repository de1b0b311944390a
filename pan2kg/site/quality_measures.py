"""What the quality page counts: criteria of the portal, names that are missing, what links rest on.

The entry in the catalogue is scored by the nine criteria of the portal's software (udata,
``Dataset.compute_quality``), each one ninth. Three look at resources, which a graph without its
release does not have; they are unknown.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from pan2kg.errors import ProjectError
from pan2kg.graph.graph import Graph
from pan2kg.i18n import LANGUAGES
from pan2kg.store import Store, is_true, plain, program_query, select
from pan2kg.tables.coverage import trust
from pan2kg.tables.table import Table
from pan2kg.turtle import ID, PAN

CRITERIA = (
    "license",
    "temporal-coverage",
    "spatial",
    "update-frequency",
    "update-in-time",
    "description",
    "open-format",
    "available",
    "documentation",
)
_STATED_CRITERIA = {"license": "license", "temporal-coverage": "temporal", "spatial": "spatial"}
"""The criteria that are met where the entry has a value of a property."""
DESCRIPTION_LENGTH = 100
"""A description counts when it has more characters than this (``QUALITY_DESCRIPTION_LENGTH``)."""
CLOSED_FORMATS = frozenset(("pdf", "doc", "docx", "word", "xls", "excel", "xlsx"))
DAYS_BY_FREQUENCY: Mapping[str, int] = {
    "HOURLY": 1, "CONT": 1, "DAILY_2": 1, "DAILY": 1, "WEEKLY_5": 7, "WEEKLY_3": 7, "WEEKLY_2": 7, "WEEKLY": 7,
    "BIWEEKLY": 14, "MONTHLY_3": 31, "MONTHLY_2": 31, "MONTHLY": 31, "BIMONTHLY": 62, "QUARTERLY": 91,
    "ANNUAL_3": 365, "ANNUAL_2": 365, "ANNUAL": 365, "BIENNIAL": 730, "TRIENNIAL": 1095, "QUINQUENNIAL": 1825,
    "DECENNIAL": 3650,
}  # fmt: skip
"""Within how many days an entry of each frequency of the EU authority table is to be updated."""
UNSCHEDULED = frozenset(("IRREG", "AS_NEEDED", "UPDATE_CONT"))
_DAYS_OF_GRACE = 1
"""So many days late an entry still counts as updated in time."""
LINK_COUNTS = (
    "total",
    "derived",
    "concluded",
    "declared",
    "evident",
    "unverified",
    "candidates",
)
"""What is counted of links; unverified ones are not among the declared, rejected ones are in the total only."""
_LEFT_OUT = frozenset((PAN + "Document", PAN + "SourceGraph"))
"""The title of a document stays in its language; files are not shown to readers."""


class CatalogueResource(NamedTuple):
    """A file of the entry: its format, in lower case, and whether it is described."""

    form: str
    is_described: bool


class CatalogueEntry(NamedTuple):
    """The entry of a catalogue: values by the name of their property, the day of its last change, its files."""

    values: Mapping[str, str]
    modified: date | None
    resources: tuple[CatalogueResource, ...]


class Criterion(NamedTuple):
    """A criterion, whether it is met (None: to be judged on the release), and by what."""

    key: str
    is_met: bool | None = None
    value: str = ""


class Untranslated(NamedTuple):
    """How many things of a class there are, and those without a name in each language."""

    kind: str
    number: int
    missing: Mapping[str, list[str]]


class Quality(NamedTuple):
    """All that is counted; ``annotated`` is the table of what was read of each plan, None without plans.

    ``criteria`` is empty where the graph has no entry in a catalogue; ``links`` has by their type
    the numbers of :data:`LINK_COUNTS`.
    """

    annotated: Table | None
    translations: list[Untranslated]
    criteria: tuple[Criterion, ...]
    links: dict[str, Counter[str]]


def read_quality(graph: Graph, *, catalogue: Store | None = None) -> Quality:
    """What is counted of a graph; ``catalogue`` is that of the release it belongs to."""
    entry = read_entry(graph.store, catalogue)
    try:
        annotated = trust(graph)
    except ProjectError:
        annotated = None
    return Quality(
        annotated,
        find_untranslated(graph.store),
        judge_entry(entry, graph.as_of) if entry else (),
        count_links(graph.store),
    )


# The entry in the catalogue


def read_entry(store: Store, catalogue: Store | None = None) -> CatalogueEntry | None:
    """The entry a graph states, with the files of a catalogue where one is given; None where it states none."""
    values: dict[str, str] = {}
    for _, name, value in select(store, program_query("site/catalogue-entry")).rows:
        values.setdefault(_last_part(plain(name)), plain(value))
    if not values:
        return None
    since, until = years_of_plans(store)
    if since and until:
        values.setdefault("temporal", f"{since}–{until}")
    stated = values.get("modified") or values.get("issued", "")
    try:
        modified = date.fromisoformat(stated[:10])
    except ValueError:
        modified = None
    resources = []
    rows = select(catalogue or store, program_query("site/catalogue-resources")).rows
    for _, description, form, _ in rows:
        resources.append(CatalogueResource(_last_part(plain(form)).lower(), bool(description)))
    return CatalogueEntry(values, modified, tuple(resources))


def _last_part(iri: str) -> str:
    return iri.replace("#", "/").rpartition("/")[2]


def years_of_plans(store: Store) -> tuple[str, str]:
    """The year in which the first plan begins, and that in which the last ends; empty where none is known."""
    since, until = select(store, program_query("site/years-of-plans")).rows[0]
    return plain(since)[:4], plain(until)[:4]


def judge_entry(entry: CatalogueEntry, today: date) -> tuple[Criterion, ...]:
    """The nine criteria as the portal would judge them on a day, in the order of :data:`CRITERIA`."""
    values = entry.values
    stated = []
    for key, name in _STATED_CRITERIA.items():
        value = values.get(name, "")
        stated.append(Criterion(key, bool(value), value))
    frequency = _last_part(values.get("accrualPeriodicity", "")).upper()
    day = entry.modified.isoformat() if entry.modified else ""
    is_in_time = frequency in UNSCHEDULED or _is_updated(entry.modified, frequency, today)
    length = len(values.get("description", ""))
    return (
        *stated,
        Criterion("update-frequency", frequency not in ("", "UNKNOWN"), frequency),
        Criterion("update-in-time", is_in_time, day),
        Criterion("description", length > DESCRIPTION_LENGTH, str(length)),
        *_resource_criteria(entry.resources),
    )


def _is_updated(modified: date | None, frequency: str, today: date) -> bool:
    if modified is None or frequency not in DAYS_BY_FREQUENCY:
        return False
    return (today - modified).days <= DAYS_BY_FREQUENCY[frequency] + _DAYS_OF_GRACE


def _resource_criteria(resources: tuple[CatalogueResource, ...]) -> Iterable[Criterion]:
    # one resource is enough for each; without any nothing is known
    opened = 0
    described = 0
    for resource in resources:
        opened += bool(resource.form) and resource.form not in CLOSED_FORMATS
        described += resource.is_described
    total = len(resources)
    counted = {"open-format": opened, "available": total, "documentation": described}
    for key, number in counted.items():
        yield Criterion(key, number > 0, f"{number}/{total}") if total else Criterion(key)


def met_share(criteria: Iterable[Criterion]) -> float:
    """Which share of the nine is met, in [0, 1]."""
    return sum(criterion.is_met is True for criterion in criteria) / len(CRITERIA)


# Links and names


def count_links(store: Store) -> dict[str, Counter[str]]:
    """How many links of each type there are, by what they rest on."""
    numbers: dict[str, Counter[str]] = {}
    rows = select(store, program_query("site/links-by-evidence")).rows
    for name, status, certainty, evident, number in rows:
        counted = _count_names(plain(status), plain(certainty), is_evident=is_true(plain(evident)))
        balance = numbers.setdefault(plain(name), Counter(dict.fromkeys(LINK_COUNTS, 0)))
        for key in counted:
            balance[key] += int(plain(number))
    return dict(sorted(numbers.items()))


def _count_names(status: str, certainty: str, *, is_evident: bool) -> list[str]:
    counted = ["total"]
    is_unverified = certainty == f"{ID}certainty/unverified"
    if is_unverified:
        counted.append("unverified")
    if status == f"{ID}linkstatus/derived":
        counted.append("derived")
    elif status == f"{ID}linkstatus/candidate":
        counted.append("candidates")
    elif status == f"{ID}linkstatus/accepted" and not is_unverified:
        if certainty != f"{ID}certainty/stated":
            counted.append("concluded")
        else:
            counted.append("declared")
            if is_evident:
                counted.append("evident")
    return counted


def find_untranslated(store: Store) -> list[Untranslated]:
    """The things of each class that lack a name in a language."""
    languages_of: dict[str, dict[str, list[str]]] = {}
    for kind, iri, tags in select(store, program_query("site/label-languages")).rows:
        languages_of.setdefault(plain(kind), {})[plain(iri)] = plain(tags).split()
    rows = []
    for name, of_kind in sorted(languages_of.items()):
        if name in _LEFT_OUT:
            continue
        missing: dict[str, list[str]] = {language: [] for language in LANGUAGES}
        for thing, languages in of_kind.items():
            for language in LANGUAGES:
                if language not in languages:
                    missing[language].append(thing)
        rows.append(Untranslated(name, len(of_kind), missing))
    return rows
