"""Pages of the last release that stand in the next as they are, since nothing changed of what they were made from.

The same program made them. What they are about is described and measured as it was, and they name
nothing that is described otherwise. Where that cannot be told they are made anew.
"""

import gzip
import hashlib
import json
import platform
import re
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from pan2kg.charts.subject import SEPARATOR
from pan2kg.coherence import evidence, obligations
from pan2kg.findings import brief
from pan2kg.graph import graph as graphs, labels
from pan2kg.i18n import LANGUAGES
from pan2kg.project import PACKAGE, Project
from pan2kg.publish import edition as editions, folder
from pan2kg.site.page import SiteContext, find_bundle
from pan2kg.turtle.vocabulary import DCTERMS, GRAPH, SKOS, kind_and_key

_WORD: Final = re.compile(rb"[\w-]+", re.ASCII)
_NAMED: Final = re.compile(r"https?://[^'\"]+")
_OWL: Final = "http://www.w3.org/2002/07/owl#"
_OF_RELEASE: Final = frozenset(
    [_OWL + name for name in ("versionInfo", "versionIRI")]
    + [DCTERMS + name for name in ("bibliographicCitation", "issued", "modified")]
)
"""What every release says otherwise of the ontology and the dataset."""
Changes = tuple[set[str], set[str]]
"""The keys of what is described otherwise than before, and the addresses of that and of what it points to."""


def program(edition: editions.Edition) -> str:
    """A digest of what makes pages beside the graph, and of what all of them take from the graph as a whole."""
    graph = edition.graph
    digest = hashlib.sha256()
    bundle = find_bundle()
    heads = list[str]()
    sources = [
        path
        for path in PACKAGE.rglob("*")
        if not path.is_relative_to(PACKAGE / "data") and path.is_file()
    ]
    queries = [
        path
        for project in (edition.project, Project.packaged())
        for path in project.queries.rglob("*.rq")
    ]
    # but what was compiled of them, templates too
    for path in sorted(
        {path for path in (*sources, *queries) if path.parent.name != "__pycache__"}
    ):
        digest.update(f"{path.name} {path.stat().st_size}\n".encode() + path.read_bytes())
    for tag in LANGUAGES if graph.has_actions else ():
        names = (graph.labels.brief(plan, tag).text for plan in graph.tables.works.plans)
        heads += [
            head
            for head, n in Counter(name.partition(SEPARATOR)[0] for name in names).items()
            if n > 1
        ]
    # the year, since periods end with one, and the beginnings that short names of several plans
    # share
    words = [
        edition.issue.addresses,
        graph.as_of.year,
        sorted(heads),
        bundle and sorted(bundle.names.values()),
    ]
    words += [
        platform.python_version(),
        *map(version, ("jinja2", "markupsafe", "numpy", "pyoxigraph")),
    ]
    return hashlib.sha256(f"{digest.hexdigest()} {words}".encode()).hexdigest()


def figures(graph: graphs.Graph) -> dict[str, str]:
    """By the address of a thing a digest of what is measured of it at any level, and of what stands behind that."""
    if not graph.has_actions:
        return {}
    tables = graph.tables
    known = graph.known()
    home = graph.tables.works.home
    weakest = graph.known(evidence.Level.EDITORS)
    weights = known.potential.weights

    def standing(margin: obligations.Margin) -> object:
        # without the day itself, of which matters only what has passed by then
        return (
            margin._replace(as_of=date.min),
            margin.met,
            bool(margin.coming and margin.coming >= graph.as_of),
        )

    columns = [weights.d, weights.ic, weights.gain, weights.general, weights.above]
    weighed = dict(
        zip(weights.texts, zip(*(column.tolist() for column in columns), strict=True), strict=True)
    )
    rows: list[Iterable[object]] = [
        graph.meetings,
        tables.readings.asserted,
        tables.readings.noted,
        map(standing, graph.margins().rows),
        (
            (at.level, at.way(*met.plans), at.way(*met.plans[::-1]))
            for at in graph.levels.values()
            for met in graph.meetings
        ),
        # a text counts for those it is part of
        (
            (use, text, weights.n, weighed.get(text))
            for use in weakest.uses
            for text in weights.reached(use.text, weakest.level)
        ),
        known.actions.named(known.potential.names),
        ((thing, sorted(map(repr, gaps))) for thing, gaps in SiteContext(graph).lacks.items()),
    ]
    for plan in tables.works.plans:
        series = (plan, *sorted(known.chronology.later.get(plan, ())))
        duties = list(map(standing, brief.duties(graph, known.level, plan)))
        rows += [
            [(series, known.chronology.line.get(plan), [*map(tables.dates.get, series)], duties)]
        ]
    # beside a body its page tells of those of its country whose works name the same texts
    by_country: dict[str | None, list[str]] = {}
    parts = [
        (part.work, (part.body, sorted(part.roles), part.level)) for part in graph.involvements
    ]
    for work, row in [*parts, *((use.work, use) for use in known.uses)]:
        by_country.setdefault(graph.country_of.get(work), []).append(repr((work, row)))
    digests = {country: _digest(texts) for country, texts in by_country.items()}
    rows += [((part.body, digests[graph.country_of.get(part.work)]) for part in graph.involvements)]
    told: dict[str, set[str]] = {}
    for text in map(repr, chain.from_iterable(rows)):
        things = {*_NAMED.findall(text)}
        for thing in things | {home[thing] for thing in things & home.keys()}:
            told.setdefault(thing, set()).add(text)
    entries = ((graph.labels.entry(thing), texts) for thing, texts in sorted(told.items()))
    return {entry.address: _digest(texts) for entry, texts in entries if entry and entry.has_page}


def _digest(texts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(texts)).encode()).hexdigest()[:12]


class LastPages:
    """The pages of the release before, where the same program made them; of those asked for, ``found`` can stand."""

    def __init__(self, edition: editions.Edition) -> None:
        self.folder = edition.previous or Path()
        self.program = program(edition)
        self.found = set[str]()
        self.sums = dict[str, str]()
        self.changed = set[str]()
        self.words = set[bytes]()
        self.figures = dict[str, str]()
        self.figures_before = dict[str, str]()
        with suppress(OSError, ValueError, AttributeError, KeyError):
            mark = json.loads((self.folder / folder.MARK).read_text(encoding="utf-8"))["pages"]
            if edition.previous and mark["program"] == self.program:
                self.figures_before, self.sums = (
                    mark["figures"],
                    dict(folder.read_checksums(self.folder)),
                )

    def compare(self, edition: editions.Edition, lines: Iterable[bytes]) -> Changes | None:
        # None where anything may be told otherwise, also where nothing can be compared
        graph = edition.graph
        places = edition.issue.addresses
        if not self.sums:
            return None
        with gzip.open(self.folder / folder.QUADS) as file:
            gone, added = folder.differing(file, lines)
        before = ox.Store()
        after = graph.held.inner
        root = places.root.encode()
        home = places.home.encode()
        sides = (
            b"".join(folder.rebase(line, home, root) for line in side) for side in (gone, added)
        )
        removed, come = (list(ox.parse(side, format=ox.RdfFormat.N_QUADS)) for side in sides)
        before.extend(removed)
        pending = [
            quad.subject
            for quad in (*removed, *come)
            if quad.predicate.value not in _OF_RELEASE or kind_and_key(quad.subject.value)[0]
        ]
        keys = set[str]()
        described = set[object]()
        beside = {str(quad.object) for quad in (*removed, *come)}
        while pending:
            thing = pending.pop()
            if thing in described:
                continue
            described.add(thing)
            (kind, key) = kind_and_key(thing.value)
            entry = graph.labels.entry(thing.value)
            kind, key = (entry.kind, entry.key) if entry and entry.kind else (kind, key)
            is_graph = thing.value.startswith(GRAPH)
            if not (kind or is_graph) or (
                entry and entry.type == f"{SKOS}Concept" and not entry.has_page
            ):
                return None
            keys.add(key)
            about = chain(*(side.quads_for_pattern(thing, None, None) for side in (before, after)))
            beside.update((str(thing), *(str(quad.object) for quad in about)))
            # what stands in a file that is described otherwise, or tells what has no page, such as
            # a passage
            around = (None, None, None, thing) if is_graph else (None, None, thing)
            if is_graph or kind not in (*labels.KINDS, "document"):
                pending += [
                    quad.subject
                    for side in (before, after)
                    for quad in side.quads_for_pattern(*around)
                ]
        return keys, {entry.address for term in beside if (entry := graph.labels.entry(term[1:-1]))}

    def judge(self, graph: graphs.Graph, changed: Changes | None) -> None:
        self.figures, before, (keys, addresses) = (
            figures(graph),
            self.figures_before,
            changed or (set(), set()),
        )
        # of a key its longest word
        self.words = {max(_WORD.findall(key.encode()), key=len, default=b"") for key in keys}
        is_other = {
            address for address, digest in self.figures.items() if before.get(address) != digest
        }
        self.changed = is_other.union(addresses, before.keys() - self.figures.keys())
        self.sums = self.sums if changed else {}

    def find(self, path: str) -> bytes | None:
        kind, _, key = path.partition("/")[2].rpartition(".")[0].partition("/")
        addresses = (
            [f"plan/{name}.html" for name in key.split("--")]
            if kind == "pair"
            else [f"{kind}/{key}.html"]
        )
        if (
            key
            and kind in (*labels.KINDS, "pair")
            and path in self.sums
            and self.changed.isdisjoint(addresses)
        ):
            with suppress(OSError):
                body = (self.folder / path).read_bytes()
                is_whole = hashlib.sha256(body).hexdigest() == self.sums[path]
                if is_whole and self.words.isdisjoint(_WORD.findall(body)):
                    self.found.add(path)
                    return body
        return None
