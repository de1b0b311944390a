"""The page about quality: what the check found, what was read of plans, names, the catalogue, and links.

A check takes seconds to minutes. It runs in a process of its own, and is kept: an export waits for
it, a reader is told that it is running.
"""

import signal
from collections import Counter
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache, partial
from multiprocessing import get_context
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from pan2kg.errors import Pan2kgError, ProjectError
from pan2kg.i18n import LANGUAGES, Language, Messages, Text, format_of
from pan2kg.project import Project
from pan2kg.site.page import PageContext, SiteContext, Values, View
from pan2kg.site.quality_measures import LINK_COUNTS, Quality, met_share, read_quality
from pan2kg.store import program_query, remote
from pan2kg.store.project_files import fingerprint
from pan2kg.turtle import SKOS
from pan2kg.validation import check, kept, report

_STANDARD_NAMESPACES = ("http://www.w3.org/2002/07/owl#", SKOS)
_SHOWN_COLUMNS = (
    "in_graph",
    "texts_none",
    "with_text",
    "with_body",
    "with_topic",
    "with_group",
    "with_fields",
)
"""The columns of the table of what was read that the page shows."""
_CHECK_LOCK = Lock()
"""A check takes seconds: who asks at the same time waits for one."""
_BACKGROUND = ThreadPoolExecutor(1, "check")
_WAIT_SECONDS = 0.3
"""So many seconds a served page waits for a check that was begun."""
_PAGE = Messages("page")
_ONTOLOGY = Messages("ontology")


# The check


class FailingRule(NamedTuple):
    """A rule that is broken: how often, and at how many things it looked."""

    rule: report.Rule
    number: int
    looked_at: int


@dataclass(frozen=True, slots=True)
class CheckSummary:
    """A report in short: how many rules there are, were ``idle``, are broken gravely, and pass."""

    rules: int
    idle: int
    violations: int
    failing: list[FailingRule]
    passing: int


def summarise(outcome: report.Report) -> CheckSummary:
    """A report in short, the gravest rule that fails first, then the one that fails most often."""
    failing = []
    for rule in outcome.rules:
        number = outcome.failing(rule)
        if number:
            failing.append(FailingRule(rule, number, outcome.looked_at.get(rule.key, 0)))
    gravity = list(report.Severity)
    failing.sort(key=lambda row: (gravity.index(row.rule.severity), -row.number, row.rule.key))
    return CheckSummary(
        rules=len(outcome.rules),
        idle=len(outcome.idle),
        violations=outcome.counts[report.Severity.VIOLATION],
        failing=failing,
        passing=len(outcome.rules) - len(failing),
    )


class CheckState(NamedTuple):
    """What the check of a project found, None as long as nothing is known, and whether it is still running."""

    checked: CheckSummary | None
    is_running: bool


def _check_state(site_context: SiteContext) -> CheckState:
    """The check as far as it is: an export waits for its end, a served page only for a moment."""
    if isinstance(site_context.graph.store, remote.RemoteStore):
        # a store behind an endpoint has no files here
        return CheckState(None, is_running=False)
    project = site_context.graph.project
    state = fingerprint(project)
    folder = site_context.reports_folder
    if site_context.mode != "served":
        with _CHECK_LOCK:
            return CheckState(_run_check(project, state, folder), is_running=False)
    with _CHECK_LOCK:
        begun = _start_check(project, state, folder)
    try:
        return CheckState(begun.result(_WAIT_SECONDS), is_running=False)
    except TimeoutError:
        return CheckState(None, is_running=True)
    except ProjectError:
        # its process was ended: who asks again begins another
        _start_check.cache_clear()
        raise


# what was begun or found is kept as long as the files of the project are in the same state
@lru_cache(maxsize=4)
def _start_check(project: Project, state: str, folder: Path | None) -> Future[CheckSummary | None]:
    return _BACKGROUND.submit(_run_check, project, state, folder)


@lru_cache(maxsize=4)
def _run_check(project: Project, _state: str, folder: Path | None) -> CheckSummary | None:
    if folder:
        outcome = kept.find_kept(project, folder)
        if outcome:
            return summarise(outcome)
    ignoring = (signal.SIGINT, signal.SIG_IGN)
    with ProcessPoolExecutor(
        1, get_context("spawn"), initializer=signal.signal, initargs=ignoring
    ) as apart:
        try:
            return apart.submit(check_in_process, project, folder).result()
        except BrokenProcessPool:
            raise ProjectError("check-broken-off", remedy="ask-later") from None


def check_in_process(project: Project, folder: Path | None) -> CheckSummary | None:
    """The check of a project in short, in a process of its own; None where its files cannot be read."""
    try:
        return summarise(kept.kept_report(project, folder, lambda: check.check(project)))
    except Pan2kgError:
        return None


# The page


def _quality_values(context: PageContext) -> Values:
    site_context = context.site_context
    language = context.language
    checked, is_running = _check_state(site_context)
    # what is shown of it is the same in every language
    reading = partial(read_quality, site_context.graph, catalogue=site_context.catalogue)
    quality: Quality = site_context.cached("quality", reading)
    all_links = sum(quality.links.values(), Counter[str]())
    standard_names = _standard_names(language)

    def class_label(iri: str) -> object:
        return standard_names.get(iri) or context.label(iri)

    def class_name(iri: str) -> object:
        return standard_names.get(iri) or context.name(iri)

    def words_of(text: Text) -> dict[str, str]:
        return {"words": text.say(language), "language": text.language_for(language)}

    def word(group: str, key: str, **values: object) -> str:
        return _ONTOLOGY.say(f"{group}.{key}", language, **values)

    return {
        "title": _ONTOLOGY.say("quality.title", language),
        "w": word,
        "words_of": words_of,
        "format_of": lambda key: format_of(key, language),
        "quality": quality,
        "checked": checked,
        "is_passing": is_running,
        "counted": _columns_shown(quality, language),
        "class_label": class_label,
        "class_name": class_name,
        "of_labels": program_query("site/label-languages"),
        "tags": LANGUAGES,
        "language_name": partial(_language_name, language),
        "sum": all_links,
        "rows": [*quality.links.items(), ("", all_links)],
        "balanced": LINK_COUNTS,
        **_portal_words(quality, language),
    }


def _standard_names(language: Language) -> dict[str, str]:
    # what the ontology itself is written in is called by words of the page
    names = {}
    for name, words in _PAGE.group("class-", language).items():
        for space in _STANDARD_NAMESPACES:
            names[space + name] = words
    return names


def _language_name(language: Language, tag: Language) -> str:
    key = f"language.{tag}"
    return _ONTOLOGY.say(key, language) if _ONTOLOGY.has(key) else format_of("name", tag)


def _columns_shown(quality: Quality, language: Language) -> list[tuple[str, str]]:
    if quality.annotated is None:
        return []
    columns = [column for column in quality.annotated.columns if column.key in _SHOWN_COLUMNS]
    return [(column.key, column.heading.say(language)) for column in columns]


def _portal_words(quality: Quality, language: Language) -> Values:
    states = Counter(criterion.is_met for criterion in quality.criteria)
    percent = round(100 * met_share(quality.criteria))
    lead = _ONTOLOGY.say("portal.lead", language, met=states[True], percent=percent)
    unknown = ""
    if states[None]:
        unknown = _ONTOLOGY.say("portal.unknown-lead", language, n=states[None])
    return {"portal_lead": lead, "portal_unknown": unknown}


PAGES = (View("quality", _quality_values, section="data", below=2),)
