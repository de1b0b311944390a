"""The pages about the data: what can be taken along and its files, its sources, what this is, and its quality.

The entry in the catalogue is scored by the nine criteria of the portal's software (udata,
``Dataset.compute_quality``), each one ninth. Three look at resources, which a graph without its
release does not have; they are unknown.
"""

import base64
import gzip
import signal
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import date
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from threading import Lock
from typing import Any, Final
from urllib.parse import urlsplit

import pyoxigraph as ox

from pan2kg.errors import Pan2kgError, ProjectError
from pan2kg.graph.graph import Graph
from pan2kg.i18n import LANGUAGES, Messages, format_of, in_words
from pan2kg.project import Project
from pan2kg.site.page import (
    JAVASCRIPT,
    TURTLE,
    CommonFile,
    PageContext,
    SiteContext,
    Values,
    View,
    embedded,
)
from pan2kg.store import queries, remote
from pan2kg.store.store import LocalStore, Store, dump, fingerprint, is_true, load, plain, select
from pan2kg.tables.coverage import trust
from pan2kg.turtle import DCTERMS, ID, PAN, SKOS, writer
from pan2kg.validation import check, report

CRITERIA: Final = (
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
_STATED: Final = {"license": "license", "temporal-coverage": "temporal", "spatial": "spatial"}
LONG_ENOUGH: Final = 100
"""A description counts when it has more characters than this (``QUALITY_DESCRIPTION_LENGTH``)."""
CLOSED: Final = frozenset(("pdf", "doc", "docx", "word", "xls", "excel", "xlsx"))
DAYS: Final[Mapping[str, int]] = {
    "HOURLY": 1, "CONT": 1, "DAILY_2": 1, "DAILY": 1, "WEEKLY_5": 7, "WEEKLY_3": 7, "WEEKLY_2": 7, "WEEKLY": 7,
    "BIWEEKLY": 14, "MONTHLY_3": 31, "MONTHLY_2": 31, "MONTHLY": 31, "BIMONTHLY": 62, "QUARTERLY": 91,
    "ANNUAL_3": 365, "ANNUAL_2": 365, "ANNUAL": 365, "BIENNIAL": 730, "TRIENNIAL": 1095, "QUINQUENNIAL": 1825,
    "DECENNIAL": 3650,
}  # fmt: skip
"""Within how many days an entry of each frequency of the EU authority table is to be updated."""
TIMELESS: Final = frozenset(("IRREG", "AS_NEEDED", "UPDATE_CONT"))
BALANCED: Final = (
    "total",
    "derived",
    "concluded",
    "declared",
    "evident",
    "unverified",
    "candidates",
)
"""What is counted of links; unverified ones are not among the declared, rejected ones are in the total only."""
_SLACK: Final = 1
_LEFT_OUT: Final = frozenset((PAN + "Document", PAN + "SourceGraph"))
"""The title of a document stays in its language; files are not shown to readers."""
_STANDARD: Final = ("http://www.w3.org/2002/07/owl#", SKOS)
_COUNTED: Final = (
    "in_graph",
    "texts_none",
    "with_text",
    "with_body",
    "with_topic",
    "with_group",
    "with_fields",
)
_CHECKING: Final = Lock()
"""A check takes seconds: who asks at the same time waits for one."""
_BEHIND: Final = ThreadPoolExecutor(1, "check")
_PATIENCE: Final = 0.3
_PAGE: Final = Messages("page")
_ONTOLOGY: Final = Messages("ontology")


CatalogueEntry = tuple[Mapping[str, str], date | None, tuple[tuple[str, bool], ...]]
"""Values by property, the day of the last change, and of each resource its format and whether it is described."""
Criterion = tuple[str, bool | None, str]
"""A criterion, whether it is met (None: to be judged on the release), and what was found."""
Checked = dict[str, Any]
"""A report in short: how many ``rules``, how many were ``idle``, ``violations``, what is ``failing``, how many pass."""


def read_entry(store: Store, catalogue: Store | None = None) -> CatalogueEntry | None:
    values: dict[str, str] = {}
    for _, name, value in select(store, queries.program_query("site/catalogue-entry")).rows:
        values.setdefault(plain(name).replace("#", "/").rpartition("/")[2], plain(value))
    if not values:
        return None
    since, until = (
        plain(term)[:4]
        for term in select(store, queries.program_query("site/years-of-plans")).rows[0]
    )
    if since and until:
        values.setdefault("temporal", f"{since}–{until}")
    try:
        modified = date.fromisoformat((values.get("modified") or values.get("issued", ""))[:10])
    except ValueError:
        modified = None
    rows = select(catalogue or store, queries.program_query("site/catalogue-resources")).rows
    resources = (
        (plain(kind).rpartition("/")[2].lower(), bool(words)) for _, words, kind, _ in rows
    )
    return values, modified, tuple(resources)


def judge(entry: CatalogueEntry, today: date) -> tuple[Criterion, ...]:
    values, changed, resources = entry
    frequency = values.get("accrualPeriodicity", "").rpartition("/")[2].upper()
    text = values.get("description", "")
    due = (
        changed is not None
        and frequency in DAYS
        and (today - changed).days <= DAYS[frequency] + _SLACK
    )
    judged: dict[str, tuple[bool | None, str]] = {
        **{key: (bool(values.get(name)), values.get(name, "")) for key, name in _STATED.items()},
        "update-frequency": (bool(frequency) and frequency != "UNKNOWN", frequency),
        "update-in-time": (frequency in TIMELESS or due, changed.isoformat() if changed else ""),
        "description": (len(text) > LONG_ENOUGH, str(len(text))),
    }
    if resources:
        opened = sum(bool(form) and form not in CLOSED for form, _ in resources)
        described = sum(is_described for _, is_described in resources)
        n = len(resources)
        counted = {"open-format": opened, "available": n, "documentation": described}
        judged |= {key: (bool(number), f"{number}/{n}") for key, number in counted.items()}
    return tuple((key, *judged.get(key, (None, ""))) for key in CRITERIA)


def score(criteria: Iterable[Criterion]) -> float:
    return sum(is_met is True for _, is_met, _ in criteria) / len(CRITERIA)


def balances(store: Store) -> dict[str, Counter[str]]:
    rows = [
        [*map(plain, row)]
        for row in select(store, queries.program_query("site/links-by-evidence")).rows
    ]
    numbers: dict[str, Counter[str]] = {}
    for name, status, certainty, evident, number in rows:
        state = status.removeprefix(f"{ID}linkstatus/")
        n = int(number)
        is_unverified = certainty == f"{ID}certainty/unverified"
        is_accepted = state == "accepted" and not is_unverified
        is_declared = is_accepted and certainty == f"{ID}certainty/stated"
        numbers.setdefault(name, Counter()).update(
            {
                "total": n,
                "derived": n * (state == "derived"),
                "concluded": n * (is_accepted and not is_declared),
                "declared": n * is_declared,
                "evident": n * (is_declared and is_true(evident)),
                "unverified": n * is_unverified,
                "candidates": n * (state == "candidate"),
            }
        )
    return dict(sorted(numbers.items()))


def untranslated(store: Store) -> list[tuple[str, int, dict[str, list[str]]]]:
    things: dict[str, dict[str, set[str]]] = {}
    for kind, thing, tags in select(store, queries.program_query("site/label-languages")).rows:
        things.setdefault(plain(kind), {})[plain(thing)] = set(plain(tags).split())
    return [
        (
            kind,
            len(tags),
            {tag: [thing for thing, has in tags.items() if tag not in has] for tag in LANGUAGES},
        )
        for kind, tags in sorted(things.items())
        if kind not in _LEFT_OUT
    ]


def read_quality(graph: Graph, *, catalogue: Store | None = None) -> dict[str, Any]:
    entry = read_entry(graph.store, catalogue)
    try:
        annotated = trust(graph)
    except ProjectError:
        annotated = None
    return {
        "annotated": annotated,
        "translations": untranslated(graph.store),
        "criteria": judge(entry, graph.as_of) if entry else (),
        "links": balances(graph.store),
    }


def summarise(outcome: report.Report) -> Checked:
    counted = ((rule, outcome.failing(rule)) for rule in outcome.rules)
    failing = [
        (rule, number, outcome.looked_at.get(rule.key, 0)) for rule, number in counted if number
    ]
    return {
        "rules": len(outcome.rules),
        "idle": len(outcome.idle),
        "violations": next(iter(outcome.counts.values())),
        "failing": sorted(
            failing,
            key=lambda row: (list(report.Severity).index(row[0].severity), -row[1], row[0].key),
        ),
        "passing": len(outcome.rules) - len(failing),
    }


def _values(context: PageContext) -> Values:
    site_context = context.site_context
    language = context.request.language
    checked = None
    # a store behind an endpoint has no files here; an export waits for the check, a reader is told
    # that it is running
    is_running = False
    if not isinstance(site_context.graph.store, remote.RemoteStore):
        project = site_context.graph.project
        state = project, fingerprint(project), site_context.kept
        with _CHECKING:
            begun = _begun(*state) if site_context.mode == "served" else None
            checked = None if begun else _checked(*state)
        try:
            checked = begun.result(_PATIENCE) if begun else checked
        except TimeoutError:
            is_running = True
        except ProjectError:
            # its process was ended: who asks again begins another
            _begun.cache_clear()
            raise
    # what is shown of it is the same in every language
    quality = site_context.once(
        "quality", lambda: read_quality(site_context.graph, catalogue=site_context.catalogue)
    )
    annotated = quality["annotated"]
    criteria = quality["criteria"]
    links = quality["links"]
    counted = [
        (column.key, column.heading.say(language))
        for column in (annotated.columns if annotated else ())
        if column.key in _COUNTED
    ]
    total = sum(links.values(), Counter[str]())
    met, unknown = (sum(is_met is state for _, is_met, _ in criteria) for state in (True, None))
    # what the ontology itself is written in is called by words of the page
    standard = _PAGE.group("class-", language)
    standard_names = {
        space + name: words for space in _STANDARD for name, words in standard.items()
    }
    say = _ONTOLOGY.say
    has = _ONTOLOGY.has
    tongues = {
        tag: say(f"language.{tag}", language) if has(f"language.{tag}") else format_of("name", tag)
        for tag in LANGUAGES
    }
    return {
        "title": _ONTOLOGY.say("quality.title", language),
        "w": lambda group, key, **values: _ONTOLOGY.say(f"{group}.{key}", language, **values),
        "quality": quality,
        "checked": checked,
        "is_passing": is_running,
        "class_label": lambda iri: standard_names.get(iri) or context.label(iri),
        "class_name": lambda iri: standard_names.get(iri) or context.name(iri),
        "words_of": lambda text: {"words": text.say(language), "language": text.spoken(language)},
        "counted": counted,
        "of_labels": queries.program_query("site/label-languages"),
        "tags": LANGUAGES,
        "language_name": tongues.__getitem__,
        "format_of": lambda key: format_of(key, language),
        "sum": total,
        "rows": [*links.items(), ("", total)],
        "balanced": BALANCED,
        "portal_lead": _ONTOLOGY.say(
            "portal.lead", language, met=met, percent=round(100 * score(criteria))
        ),
        "portal_unknown": _ONTOLOGY.say("portal.unknown-lead", language, n=unknown)
        if unknown
        else "",
    }


@lru_cache(maxsize=4)
def _begun(project: Project, state: str, folder: Path | None) -> Future[Checked | None]:
    return _BEHIND.submit(_checked, project, state, folder)


@lru_cache(maxsize=4)
def _checked(project: Project, _: str, folder: Path | None) -> Checked | None:
    if folder and (outcome := report.find_kept(project, folder)[1]):
        return summarise(outcome)
    ignoring = (signal.SIGINT, signal.SIG_IGN)
    with ProcessPoolExecutor(
        1, get_context("spawn"), initializer=signal.signal, initargs=ignoring
    ) as apart:
        try:
            return apart.submit(check_apart, project, folder).result()
        except BrokenProcessPool:
            raise ProjectError("check-broken-off", remedy="ask-later") from None


def check_apart(project: Project, folder: Path | None) -> Checked | None:
    try:
        return summarise(report.kept_report(project, folder, lambda: check.check(project)))
    except Pan2kgError:
        return None


MEMORY: Final = f"{ID}sourcekind/memory"
"""The kind of what is no document: somebody knew it and it still has to be verified."""
_DOWNLOADS: Final = (
    ("data/pan2kg.nq.gz", "application/n-quads", "N-Quads (gzip)", "data-graph"),
    ("data/ontology.ttl", "text/turtle", "Turtle", "data-ontology"),
    ("data/shapes.ttl", "text/turtle", "Turtle", "data-shapes"),
)
"""What a site has of the whole: where, its media type and what people call that, and the key of what it is."""


def packed(site_context: SiteContext) -> bytes:
    def make() -> bytes:
        store = site_context.graph.store
        if isinstance(store, LocalStore):
            return gzip.compress(dump(store, "nquads", {}), mtime=0)
        rows = select(store, queries.program_query("graphs/quads")).rows
        lines = sorted(
            f"{subject} {predicate} {value} {graph} .\n"
            for graph, subject, predicate, value in rows
        )
        return gzip.compress("".join(lines).encode(), mtime=0)

    return site_context.once("packed", make)


def scripted(site_context: SiteContext, _: object) -> bytes:
    # a page opened from disk may not fetch, but may load a script; graph by graph and by prefixes
    # it takes least room
    store: Store = site_context.graph.store
    quads: Iterable[ox.Quad]
    if isinstance(store, LocalStore):
        inner = store.inner
        graphs = [ox.DefaultGraph(), *sorted(inner.named_graphs(), key=str)]
        quads = (
            quad
            for graph in graphs
            for quad in sorted(inner.quads_for_pattern(None, None, None, graph), key=str)
        )
    else:
        quads = ox.parse(gzip.decompress(packed(site_context)), format=ox.RdfFormat.N_QUADS)
    text = ox.serialize(
        quads, format=ox.RdfFormat.TRIG, prefixes=writer.read_prefixes(site_context.graph.project)
    )
    return b'pan2kgGraph("' + base64.b64encode(gzip.compress(text or b"", mtime=0)) + b'");\n'


def joined(project: Project, files: Callable[[Project], Iterable[Path]]) -> bytes:
    store = ox.Store()
    for path in files(project):
        load(store, path, "urn:x", name=project.name_of(path))
    dataset = ox.Dataset(ox.Quad(*quad.triple) for quad in store)
    dataset.canonicalize(
        ox.CanonicalizationAlgorithm.RDFC_1_0
    )  # else blank nodes are named anew each time
    triples = sorted((quad.triple for quad in dataset), key=str)
    return (
        ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=writer.read_prefixes(project))
        or b""
    )


def _data(context: PageContext) -> Values:
    graph = context.graph
    language = context.request.language
    notice = context.graph.notice
    changed = date.fromisoformat(notice.modified) if notice.modified else None
    counts = (
        len(graph.labels.of_kind("plan")),
        len(graph.uses.actions),
        len(graph.labels.of_kind("instrument")),
    )

    # the dataset as schema.org says it, for search engines: what the graph states, in the language
    # of the page
    stated = {key: notice.texts(key, language) for key in notice.stated if key != "notes"}
    dataset: dict[str, object] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": graph.dataset_iri,
        "identifier": graph.dataset_iri,
        "url": graph.profile.space,
        "version": graph.release,
        "isAccessibleForFree": True,
    }
    dataset |= {
        key: texts if key in ("keywords", "license") else texts[0]
        for key, texts in stated.items()
        if texts
    }
    if "creator" in stated:
        dataset["creator"] = [{"@type": "Organization", "name": name} for name in stated["creator"]]
    dataset["distribution"] = [
        {
            "@type": "DataDownload",
            "contentUrl": context.out(path),
            "encodingFormat": media,
            "name": context.t(key),
        }
        for path, media, _, key in _DOWNLOADS
    ]
    if country := graph.profile.country:
        dataset["spatialCoverage"] = {"@type": "Place", "name": context.name(country)}
    years = select(graph.store, queries.program_query("site/years-of-plans")).rows[0]
    since, until = (plain(term)[:4] for term in years)
    if since and until:
        dataset["temporalCoverage"] = f"{since}/{until}"
    return {
        "title": context.t("menu-data"),
        "files": [(context.out(path), form, context.t(key)) for path, _, form, key in _DOWNLOADS],
        "counts": counts,
        "creators": ", ".join(notice.texts("creator", language)),
        "name": next(iter(notice.texts("name", language)), ""),
        "year": (changed or graph.as_of).year,
        "iri": graph.dataset_iri,
        "changed": in_words(changed, language) if changed else "",
        "notes": notice.texts("notes", language),
        "dataset": embedded(dataset),
    }


def _about(context: PageContext) -> Values:
    graph = context.graph
    profile = context.graph.profile
    action = graph.labels.label(profile.coherence_action, context.request.language)
    plan = context.name(graph.plan_of(profile.coherence_action) or "") if action.notation else ""
    return {
        "title": context.t("about-title"),
        "asking": action if action.notation else None,
        "asking_plan": plan,
    }


def _sources(context: PageContext) -> Values:
    statements = context.graph.statements
    documents = []
    for entry in context.graph.labels.of_kind("document"):
        publishers = [
            text
            for name in (PAN + "publisherName", DCTERMS + "publisher")
            for text in statements.values(entry.iri, name)
        ]
        addresses = []
        for text in statements.values(entry.iri, PAN + "readAt"):
            is_address = text.startswith(("http://", "https://"))
            addresses.append((text, urlsplit(text).hostname or text) if is_address else ("", text))
        documents.append(
            {
                "iri": entry.iri,
                "key": entry.key,
                "day": statements.one(entry.iri, DCTERMS + "date"),
                "publishers": [
                    context.name(text) if text.startswith("http") else text for text in publishers
                ],
                "kind": statements.one(entry.iri, PAN + "sourceKind"),
                "addresses": addresses,
                "statements": context.graph.resting[entry.iri],
                "passages": len(statements.pointing(entry.iri, PAN + "inDocument")),
            }
        )
    sources = [document for document in documents if document["kind"] != MEMORY]
    return {
        "title": context.t("sources-title"),
        "sources": sorted(
            sources, key=lambda row: (context.name(str(row["iri"])).casefold(), str(row["key"]))
        ),
        "remembered": [document for document in documents if document["kind"] == MEMORY],
        "dated": any(document["day"] for document in sources),
        "published": any(document["publishers"] for document in sources),
    }


PAGES: Final = (
    View("quality", _values, section="data", below=2),
    View("sources", _sources, section="data", below=3),
    View("data", _data, section="data", menu=6),
    View("about", _about, section="data", below=4),
    # what was tested, and what is not yet as it should be
    View("accessibility", lambda context: {"title": context.t("accessibility")}),
    View("404", lambda context: {"title": context.t("missing-title")}),
)
FILES: Final = (
    CommonFile("data/graph.js", JAVASCRIPT, scripted),
    CommonFile("data/pan2kg.nq.gz", "application/gzip", lambda site, _: packed(site)),
    CommonFile(
        "data/ontology.ttl",
        TURTLE,
        lambda site, _: joined(site.graph.project, Project.ontology_files),
    ),
    CommonFile(
        "data/shapes.ttl", TURTLE, lambda site, _: joined(site.graph.project, Project.shape_files)
    ),
)
