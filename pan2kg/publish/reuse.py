"""Pages of the last release that stand in the next as they are, since nothing changed of what they were made from.

The same program made them. What they are about is described and measured as it was, and they name nothing that is
described otherwise. Where that cannot be told they are made anew.
"""

import gzip
import hashlib
import json
import platform
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from pan2kg.charts.subject import SEPARATOR
from pan2kg.coherence import evidence, obligations
from pan2kg.graph import labels
from pan2kg.graph.graph import Graph
from pan2kg.i18n import LANGUAGES
from pan2kg.project import PACKAGE, Project
from pan2kg.publish import folder
from pan2kg.publish.edition import Edition
from pan2kg.report import brief
from pan2kg.site.page import SiteContext, find_bundle
from pan2kg.store import LocalStore
from pan2kg.turtle.vocabulary import DCTERMS, GRAPH, SKOS, kind_and_key

KINDS: Final = (*labels.KINDS, "pair")
_WORD: Final = re.compile(rb"[\w-]+", re.ASCII)
_NAMED: Final = re.compile(r"https?://[^'\"]+")
_OWL: Final = "http://www.w3.org/2002/07/owl#"
_OF_RELEASE: Final = frozenset((f"{_OWL}versionInfo", f"{_OWL}versionIRI", f"{DCTERMS}issued", f"{DCTERMS}modified"))
"""What every release says otherwise of the ontology and the dataset."""
Changes = tuple[set[str], set[str]]
"""The keys of what is described otherwise than before, and the addresses of that and of what it points to."""


def program(edition: Edition) -> str:
    """A digest of what makes pages beside the graph, and of what all of them take from the graph as a whole."""
    graph, digest = edition.graph, hashlib.sha256()
    sources = [path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    sources = [path for path in sources if PACKAGE / "data" not in path.parents]
    queries = {path for project in (edition.project, Project.packaged()) for path in project.queries.rglob("*.rq")}
    for path in sorted({*sources, *queries}):
        digest.update(f"{path.name} {path.stat().st_size}\n".encode() + path.read_bytes())
    bundle, heads = find_bundle(), list[str]()
    for tag in LANGUAGES if graph.has_actions else ():
        names = (graph.labels.brief(plan, tag).text for plan in graph.tables.works.plans)
        heads += [head for head, n in Counter(name.partition(SEPARATOR)[0] for name in names).items() if n > 1]
    libraries = [f"{name} {version(name)}" for name in ("jinja2", "markupsafe", "numpy", "pyoxigraph")]
    # the year, since periods end with one, and the beginnings that short names of several plans share
    words = (edition.issue.addresses, platform.python_version(), libraries, bundle and sorted(bundle.names.values()),
             graph.as_of.year, sorted(heads))  # fmt: skip
    return hashlib.sha256(f"{digest.hexdigest()} {words}".encode()).hexdigest()


def figures(graph: Graph) -> dict[str, str]:
    """By IRI a digest of what is measured of a thing, at any level of evidence, and of what stands behind that."""
    if not graph.has_actions:
        return {}
    tables, known, levels = graph.tables, graph.known(), graph.levels
    weakest, weights, home = levels[evidence.Level.EDITORS], known.potential.weights, tables.works.home

    def standing(margin: obligations.Margin) -> object:
        # without the day itself, of which matters only what has passed by then
        return margin._replace(as_of=date.min), margin.met, bool(margin.coming and margin.coming >= graph.as_of)

    columns = [weights.d, weights.ic, weights.gain, weights.general, weights.above]
    weighed = dict(zip(weights.texts, zip(*(column.tolist() for column in columns), strict=True), strict=True))
    rows: list[Iterable[object]] = [graph.meetings, tables.readings.asserted, tables.readings.noted]
    for level, at in levels.items():
        rows += [((level, *pair) for pair in at.plans.named(tables.works.plans))]
        rows += [((level, at.way(*met.plans), at.way(*met.plans[::-1])) for met in graph.meetings)]
        rows += [((level, occasion) for occasion in at.occasions)]
    # a text counts for those it is part of
    rows += [((use, text, weights.n, weighed.get(text)) for use in weakest.uses
              for text in weights.reached(use.text, weakest.level))]  # fmt: skip
    rows += [known.actions.named(known.potential.names), map(standing, graph.margins().rows)]
    rows += [((thing, sorted(map(repr, gaps))) for thing, gaps in SiteContext(graph).lacks.items())]
    for plan in tables.works.plans:
        editions = (plan, *sorted(known.chronology.later.get(plan, ())))
        dates = [tables.dates.get(edition) for edition in editions]
        duties = list(map(standing, brief.duties(graph, known.level, plan)))
        rows += [[(plan, editions, known.chronology.line.get(plan), dates, duties)]]
    # beside a body its page tells of those of its country whose works name the same texts
    by_country: dict[str | None, list[str]] = {}
    parts = [(part.work, (part.body, sorted(part.roles), part.level)) for part in graph.involvements]
    for work, row in [*parts, *((use.work, use) for use in known.uses)]:
        by_country.setdefault(graph.country_of.get(work), []).append(repr((work, row)))
    digests = {country: _digest(texts) for country, texts in by_country.items()}
    rows += [((part.body, digests[graph.country_of.get(part.work)]) for part in graph.involvements)]
    told: dict[str, set[str]] = {}
    for told_row in chain.from_iterable(rows):
        things = {*_NAMED.findall(text := repr(told_row))}
        for thing in things | {home[thing] for thing in things & home.keys()}:
            told.setdefault(thing, set()).add(text)
    entries = ((graph.labels.entry(thing), texts) for thing, texts in sorted(told.items()))
    return {entry.address: _digest(texts) for entry, texts in entries if entry and entry.has_page}


def _digest(texts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(texts)).encode()).hexdigest()[:12]


def changes(graph: Graph, gone: Iterable[ox.Quad], added: Iterable[ox.Quad]) -> Changes | None:
    # None where anything may be told otherwise; what has no page, such as a link, is told with what points to it
    entry_of, store, before = graph.labels.entry, graph.held.inner, LocalStore(ox.Store())
    before.inner.extend(gone)
    quads = [*before.inner, *added]
    pending = [quad.subject for quad in quads
               if quad.predicate.value not in _OF_RELEASE or kind_and_key(quad.subject.value)[0]]  # fmt: skip
    keys, described, beside = set[str](), set[ox.NamedNode](), {quad.object for quad in quads}
    while pending:
        thing = pending.pop()
        if thing in described:
            continue
        described.add(thing)
        (kind, key), entry = kind_and_key(thing.value), entry_of(thing.value)
        if entry and entry.kind:
            kind, key = entry.kind, entry.key
        is_graph = thing.value.startswith(GRAPH)
        if not (kind or is_graph) or (entry and entry.type == f"{SKOS}Concept" and not entry.has_page):
            return None
        keys.add(key)
        around = [quad for side in (store, before.inner) for quad in side.quads_for_pattern(thing, None, None)]
        beside.update(quad.object for quad in around)
        # what stands in a file that is described otherwise, or is told where this is
        pattern = (None, None, None, thing) if is_graph else (None, None, thing)
        if is_graph or kind not in (*labels.KINDS, "document"):
            pending += [quad.subject for side in (store, before.inner) for quad in side.quads_for_pattern(*pattern)]
    entries = (entry_of(term.value) for term in described | beside if isinstance(term, ox.NamedNode))
    return keys, {entry.address for entry in entries if entry}


class LastPages:
    """The pages of the release before, where the same program made them; ``mark`` is what the next one asks for.

    ``found`` are the paths of those that stand as they are.
    """

    def __init__(self, edition: Edition) -> None:
        self.folder, self.program, self.found = edition.previous or Path(), program(edition), set[str]()
        self.sums, self.changed, self.words = dict[str, str](), set[str](), set[bytes]()
        self.figures, self.figures_before = dict[str, str](), dict[str, str]()
        with suppress(OSError, ValueError, AttributeError):
            mark = json.loads((self.folder / folder.MARK).read_text(encoding="utf-8")).get("pages", {})
            if edition.previous and mark.get("program") == self.program:
                self.figures_before, self.sums = mark["figures"], dict(folder.read_checksums(self.folder))

    @property
    def mark(self) -> Mapping[str, object]:
        return {"program": self.program, "figures": self.figures}

    def compare(self, edition: Edition, lines: Iterable[bytes]) -> Changes | None:
        """What changed since that release, of which the graph of the next is given as lines of N-Quads."""
        if not self.sums:
            return None
        gone, added, places = list[bytes](), set(lines), edition.issue.addresses
        with gzip.open(self.folder / folder.QUADS) as file:
            for line in file:
                if line in added:
                    added.discard(line)
                else:
                    gone.append(line)
        root, home = places.home.encode(), places.root.encode()
        sides = (b"".join(folder.rebase(line, root, home) for line in side) for side in (gone, added))
        return changes(edition.graph, *(ox.parse(side, format=ox.RdfFormat.N_QUADS) for side in sides))

    def judge(self, graph: Graph, changes_of_last: Changes | None) -> None:
        self.figures, before = figures(graph), self.figures_before
        keys, addresses = changes_of_last or ((), ())
        # of a key its longest word
        self.words = {max(_WORD.findall(key.encode()), key=len, default=b"") for key in keys}
        is_other = {address for address, digest in self.figures.items() if before.get(address) != digest}
        self.changed = is_other.union(addresses, before.keys() - self.figures.keys())
        self.sums = {} if changes_of_last is None else self.sums

    def find(self, path: str) -> bytes | None:
        kind, _, key = path.partition("/")[2].rpartition(".")[0].partition("/")
        addresses = [f"plan/{name}.html" for name in key.split("--")] if kind == "pair" else [f"{kind}/{key}.html"]
        if kind not in KINDS or path not in self.sums or not self.changed.isdisjoint(addresses):
            return None
        with suppress(OSError):
            body = (self.folder / path).read_bytes()
            is_whole = hashlib.sha256(body).hexdigest() == self.sums[path]
            if is_whole and self.words.isdisjoint(_WORD.findall(body)):
                self.found.add(path)
                return body
        return None
