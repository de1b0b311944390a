"""The page on the quality of the data: each figure with what would improve it.

It shows the findings of the check, what is annotated, what lacks a label in which language, how the entry in the
catalogue scores, and what links rest on: rules or sources, with or without evidence.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from multiprocessing import get_context
from threading import Lock
from typing import TYPE_CHECKING, Final

from pan2kg.errors import Pan2kgError, ProjectError
from pan2kg.graph.labels import short
from pan2kg.i18n.catalogue import LANGUAGES, Language, Messages, Text, format_of
from pan2kg.site.catalogue_score import Criterion, judge, read_entry, read_resources, score
from pan2kg.site.ontology import TaggedText
from pan2kg.site.page import Values, View
from pan2kg.store.queries import program_query
from pan2kg.store.remote import RemoteStore
from pan2kg.store.store import Store, fingerprint, is_true, plain, select
from pan2kg.tables.coverage import trust
from pan2kg.turtle.vocabulary import ID, PAN, SKOS
from pan2kg.validation.check import check
from pan2kg.validation.kept import find_kept, kept_report

if TYPE_CHECKING:
    from pathlib import Path

    from pan2kg.graph.graph import Graph
    from pan2kg.project import Project
    from pan2kg.site.page_context import PageContext
    from pan2kg.site.site_context import SiteContext
    from pan2kg.store.link_view import LinkView
    from pan2kg.tables.table import FigureTable
    from pan2kg.validation.report import Report, Rule

_PAGE: Final = Messages("page")

_ONTOLOGY: Final = Messages("ontology")


@dataclass(frozen=True, slots=True)
class Balance:
    """Links of a type: ``derived`` by rules, ``concluded`` by editors and ``declared`` by a source, and the rest.

    ``evident`` counts the declared ones with a passage. ``unverified`` ones are not among the declared, nor are
    ``candidates``, which no measure counts. Rejected and superseded links are in the total only.
    """

    type: str
    total: int = 0
    derived: int = 0
    concluded: int = 0
    declared: int = 0
    evident: int = 0
    unverified: int = 0
    candidates: int = 0


def balances(store: Store, view: LinkView | None = None) -> tuple[Balance, ...]:
    """The links of each type, by type; the derived ones are counted in their view."""
    found: dict[str, Balance] = {}
    rows = [[*map(plain, row)] for row in select(store, program_query("site/links-by-evidence")).rows]
    if view:
        kinds = Counter(link.kind for link in view.links.values())
        own = {f"{ID}linktype/{kind}": str(number) for kind, number in kinds.items()}
        rows = [row for row in rows if row[0] not in own]
        rows += ([kind, f"{ID}linkstatus/derived", f"{ID}certainty/derived", "false", n] for kind, n in own.items())
    for name, status, certainty, evident, number in rows:
        so_far = found.get(name, Balance(name))
        state, n = status.removeprefix(f"{ID}linkstatus/"), int(number)
        is_unverified = certainty == f"{ID}certainty/unverified"
        accepted = n if state == "accepted" and not is_unverified else 0
        declared = accepted if certainty == f"{ID}certainty/stated" else 0
        found[name] = Balance(
            name,
            so_far.total + n,
            so_far.derived + (n if state == "derived" else 0),
            so_far.concluded + accepted - declared,
            so_far.declared + declared,
            so_far.evident + (declared if is_true(evident) else 0),
            so_far.unverified + (n if is_unverified else 0),
            so_far.candidates + (n if state == "candidate" else 0),
        )
    return tuple(found[name] for name in sorted(found))


def total(rows: Iterable[Balance]) -> Balance:
    """All types together.

    >>> total([Balance("a", total=1, derived=1), Balance("b", total=2, declared=2)]).total
    3
    """
    found = tuple(rows)
    numbers = (
        sum(getattr(row, name) for row in found)
        for name in ("total", "derived", "concluded", "declared", "evident", "unverified", "candidates")
    )
    return Balance("", *numbers)


_LEFT_OUT: Final = frozenset((PAN + "Document", PAN + "SourceGraph"))
"""The title of a document stays in its language; files are not shown to readers."""


@dataclass(frozen=True, slots=True)
class Untranslated:
    """A class with how many labelled things it has, and by language those without a label in it, as IRIs."""

    kind: str
    total: int
    missing: Mapping[str, tuple[str, ...]]

    def share(self, language: str) -> float:
        """The share of things that have a label in a language, in [0,1]; 0/0 = 1.

        >>> Untranslated("http://c", 4, {"de": ("http://a",)}).share("de")
        0.75
        """
        return 1 - len(self.missing.get(language, ())) / self.total if self.total else 1.0


def untranslated(store: Store) -> tuple[Untranslated, ...]:
    """For each class of things with labels what lacks one in which language, by class.

    A class every thing of which is labelled in every language is listed too: its total is the basis.
    """
    known: dict[str, dict[str, frozenset[str]]] = {}
    for kind, thing, tags in select(store, program_query("site/label-languages")).rows:
        known.setdefault(plain(kind), {})[plain(thing)] = frozenset(plain(tags).split())
    return tuple(
        Untranslated(
            kind,
            len(things),
            {tag: tuple(thing for thing, has in things.items() if tag not in has) for tag in LANGUAGES},
        )
        for kind, things in sorted(known.items())
        if kind not in _LEFT_OUT
    )


@dataclass(frozen=True, slots=True)
class Failing:
    """A rule that something fails: on how many things, and how many it looked at."""

    rule: Rule
    failing: int
    looked_at: int


@dataclass(frozen=True, slots=True)
class Checked:
    """A validation report in short: how many rules, how many had nothing to look at, and those that are failed."""

    rules: int
    idle: int
    violations: int
    failing: tuple[Failing, ...]

    @property
    def passing(self) -> int:
        """How many rules are kept everywhere."""
        return self.rules - len(self.failing)


@dataclass(frozen=True, slots=True)
class Quality:
    """What the quality page shows.

    ``annotated`` is None where the graph holds no action, ``criteria`` are empty where it holds no catalogue entry.
    """

    annotated: FigureTable | None
    translations: tuple[Untranslated, ...]
    criteria: tuple[Criterion, ...]
    links: tuple[Balance, ...]


def read_quality(graph: Graph, *, catalogue: Store | None = None) -> Quality:
    """Measure the graph in the graph's store, as of its day.

    ``catalogue`` is a store with the catalogue of a release, whose resources are judged instead of the graph's.

    >>> from pan2kg.graph.graph import open_graph
    >>> quality = read_quality(open_graph())
    >>> len(quality.criteria)
    9
    """
    entry = read_entry(graph.store)
    if entry and catalogue:
        entry = replace(entry, resources=read_resources(catalogue))
    return Quality(
        _annotated(graph),
        untranslated(graph.store),
        judge(entry, graph.as_of) if entry else (),
        balances(graph.store, graph.links),
    )


def summarise(report: Report) -> Checked:
    """A report in short, the weightiest rules first."""
    failing = (Failing(rule, report.failing(rule), report.looked_at.get(rule.key, 0)) for rule in report.rules)
    found = sorted((f for f in failing if f.failing), key=lambda f: (f.rule.severity.rank, -f.failing, f.rule.key))
    violations = next(iter(report.counts.values()))
    return Checked(len(report.rules), len(report.idle), violations, tuple(found))


def _annotated(graph: Graph) -> FigureTable | None:
    try:
        return trust(graph)
    except ProjectError:
        return None


_CHECKING: Final = Lock()
"""A check takes seconds: who asks at the same time waits for one."""
_BEHIND: Final = ThreadPoolExecutor(1, "check")
"""Where a service waits for a check while it answers readers."""
_PATIENCE: Final = 0.3
"""For so many seconds a reader waits for one that was kept, or that is of a small project."""


class _Running(Enum):
    """That a check goes on."""

    YES = "yes"


_RUNNING: Final = _Running.YES

_STANDARD: Final = ("http://www.w3.org/2002/07/owl#", SKOS)
"""What the ontology itself is written in."""
_COUNTED: Final = ("in_graph", "texts_none", "with_text", "with_body", "with_topic", "with_group", "with_fields")
"""What is counted of each plan, by columns of the table on how far plans were read."""


def values(context: PageContext) -> Values:
    """What the page shows; the check of the project is made once and kept, and on a service goes on behind it."""
    site_context, language = context.site_context, context.request.language
    checked = _checked_of(site_context)
    quality = read_quality(site_context.graph.spoken(language), catalogue=site_context.catalogue)
    columns = quality.annotated.columns if quality.annotated else ()
    return {
        "title": _ONTOLOGY.say("quality.title", language),
        "w": lambda group, key, **filled: _ONTOLOGY.say(f"{group}.{key}", language, **filled),
        "quality": quality,
        "checked": None if checked is _RUNNING else checked,
        "is_passing": checked is _RUNNING,
        "class_label": lambda iri: _class_of(iri, language) or context.label(iri),
        "class_name": lambda iri: _class_of(iri, language) or context.name(iri),
        "words_of": lambda text: said(text, language),
        "message_of": message_of,
        "counted": [(one.key, one.heading.say(language)) for one in columns if one.key in _COUNTED],
        "tags": LANGUAGES,
        "language_name": lambda tag: _language_name(tag, language),
        "format_of": lambda key: format_of(key, language),
        "sum": total(quality.links),
        "rows": [*quality.links, total(quality.links)],
        **_portal(quality, language),
    }


def _language_name(tag: Language, language: Language) -> str:
    """What a language is called in another; one the catalogues have no word for yet by what it calls itself."""
    key = f"language.{tag}"
    return _ONTOLOGY.say(key, language) if _ONTOLOGY.has(key) else format_of("name", tag)


def _class_of(iri: str, language: Language) -> str:
    """What a class of the vocabularies ontologies are written in is called; empty for others, which have a label."""
    return _PAGE.group("class-", language).get(short(iri), "") if iri.startswith(_STANDARD) else ""


def _portal(quality: Quality, language: Language) -> Values:
    met = sum(criterion.met is True for criterion in quality.criteria)
    unknown = sum(criterion.met is None for criterion in quality.criteria)
    percent = round(100 * score(quality.criteria))
    return {
        "portal_lead": _ONTOLOGY.say("portal.lead", language, met=met, percent=percent),
        "portal_unknown": _ONTOLOGY.say("portal.unknown-lead", language, n=unknown) if unknown else "",
    }


def said(text: Text, language: Language) -> TaggedText:
    """Words of a report with the language they are in."""
    return TaggedText(text.say(language), text.spoken(language))


def message_of(failing: Failing) -> tuple[Text, Text]:
    """What a rule asks, and what mends it where it says so apart."""
    return failing.rule.message, failing.rule.remedy


def _checked_of(site_context: SiteContext) -> Checked | _Running | None:
    """The check of the project behind the pages; a store behind an endpoint has no files here.

    An export waits for it. A reader of a service is told that it is running.

    Raises:
        ProjectError: its process was ended; who asks again begins another.
    """
    if isinstance(site_context.graph.store, RemoteStore):
        return None
    project = site_context.graph.project
    state = project, fingerprint(project), site_context.kept
    with _CHECKING:
        if site_context.mode == "static":
            return _checked(*state)
        begun = _begun(*state)
    try:
        return begun.result(_PATIENCE)
    except TimeoutError:
        return _RUNNING
    except ProjectError:
        _begun.cache_clear()
        raise


@lru_cache(maxsize=4)
def _begun(project: Project, state: str, kept: Path | None) -> Future[Checked | None]:
    """The check of a state of a project, which goes on behind whoever asked for it."""
    return _BEHIND.submit(_checked, project, state, kept)


@lru_cache(maxsize=4)
def _checked(project: Project, _: str, kept: Path | None) -> Checked | None:
    """The check of a state of a project, None where its rules cannot be used; that of before, where it was kept.

    It is made in a process of its own, so that readers of other pages do not wait for it.

    Raises:
        ProjectError: that process was ended.
    """
    if kept and (found := find_kept(project, kept)):
        return summarise(found)
    ignoring = (signal.SIGINT, signal.SIG_IGN)
    with ProcessPoolExecutor(1, get_context("spawn"), initializer=signal.signal, initargs=ignoring) as apart:
        try:
            return apart.submit(_check, project, kept).result()
        except BrokenProcessPool:
            raise ProjectError("check-broken-off", remedy="ask-again") from None


def _check(project: Project, kept: Path | None) -> Checked | None:
    try:
        return summarise(kept_report(project, kept, lambda: check(project)))
    except Pan2kgError:
        return None


PAGES: Final = (View("quality", values, section="data", below=2),)
