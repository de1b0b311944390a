"""Pages of the last release that stand in the next as they are, since nothing changed of what they were made from.

The same program made them. What they are about is described and measured as it was, and they name
nothing that is described otherwise. Where that cannot be told they are made anew.
"""

import gzip
import hashlib
import json
import platform
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from pan2kg.charts.subject import SEPARATOR
from pan2kg.coherence import evidence, obligations
from pan2kg.findings import brief
from pan2kg.graph import graph as graphs, labels
from pan2kg.i18n import LANGUAGES
from pan2kg.project import PACKAGE, Project
from pan2kg.publish import dumps, edition as editions, folder, quad_lines
from pan2kg.site.front_end import find_bundle
from pan2kg.site.page import SiteContext
from pan2kg.turtle.vocabulary import DCTERMS, GRAPH, SKOS, kind_and_key

_WORD = re.compile(rb"[\w-]+", re.ASCII)
_NAMED = re.compile(r"https?://[^'\"]+")
_OWL = "http://www.w3.org/2002/07/owl#"
_OF_RELEASE = frozenset(
    [_OWL + name for name in ("versionInfo", "versionIRI")]
    + [DCTERMS + name for name in ("bibliographicCitation", "issued", "modified")]
)
"""What every release says otherwise of the ontology and the dataset."""


_Node = ox.NamedNode | ox.BlankNode


class Changes(NamedTuple):
    """What is described otherwise than before: its keys, and the addresses of that and of what it points to."""

    keys: set[str]
    addresses: set[str]


def program(edition: editions.Edition) -> str:
    """A digest of what makes pages beside the graph, and of what all of them take from the graph as a whole."""
    graph = edition.graph
    digest = hashlib.sha256()
    for path in sorted(_sources(edition)):
        digest.update(f"{path.name} {path.stat().st_size}\n".encode() + path.read_bytes())
    # the beginnings that short names of several plans share
    heads = list[str]()
    for tag in LANGUAGES if graph.has_actions else ():
        names = (graph.labels.brief(plan, tag).text for plan in graph.tables.works.plans)
        counted = Counter(name.partition(SEPARATOR)[0] for name in names)
        heads += (head for head, number in counted.items() if number > 1)
    bundle = find_bundle()
    words = [
        edition.issue.addresses,
        graph.as_of.year,  # periods end with one
        sorted(heads),
        bundle and sorted(bundle.names.values()),
        platform.python_version(),
        *map(version, ("jinja2", "markupsafe", "numpy", "pyoxigraph")),
    ]
    return hashlib.sha256(f"{digest.hexdigest()} {words}".encode()).hexdigest()


def _sources(edition: editions.Edition) -> set[Path]:
    """The files of the program and all queries, but what was compiled of them, templates too."""
    paths = set()
    for path in PACKAGE.rglob("*"):
        if path.is_file() and not path.is_relative_to(PACKAGE / "data"):
            paths.add(path)
    for project in (edition.project, Project.packaged()):
        paths.update(project.queries.rglob("*.rq"))
    return {path for path in paths if path.parent.name != "__pycache__"}


def figures(graph: graphs.Graph) -> dict[str, str]:
    """By the address of a thing a digest of what is measured of it at any level, and of what stands behind that."""
    if not graph.has_actions:
        return {}
    home = graph.tables.works.home
    by_thing: dict[str, set[str]] = {}
    for text in map(repr, chain.from_iterable(_measured(graph))):
        things = {*_NAMED.findall(text)}
        for thing in things | {home[thing] for thing in things & home.keys()}:
            by_thing.setdefault(thing, set()).add(text)
    digests = {}
    for thing, texts in sorted(by_thing.items()):
        entry = graph.labels.entry(thing)
        if entry and entry.has_page:
            digests[entry.address] = _digest(texts)
    return digests


def _measured(graph: graphs.Graph) -> Iterator[Iterable[object]]:
    """What pages tell of figures, in rows that name the things they are about."""
    known = graph.known()
    yield graph.meetings
    yield graph.tables.readings.asserted
    yield graph.tables.readings.noted
    yield (_passed(margin, graph) for margin in graph.margins().rows)
    yield _meetings_by_level(graph)
    yield _weighed_uses(graph)
    yield known.actions.named(known.potential.names)
    yield ((thing, sorted(map(repr, gaps))) for thing, gaps in SiteContext(graph).lacks.items())
    yield _plan_rows(graph)
    yield _body_rows(graph)


def _passed(margin: obligations.Margin, graph: graphs.Graph) -> object:
    """A margin without the day itself, of which matters only what has passed by then."""
    is_coming = bool(margin.coming and margin.coming >= graph.as_of)
    return margin._replace(as_of=date.min), margin.met, is_coming


def _meetings_by_level(graph: graphs.Graph) -> Iterator[object]:
    for known in graph.levels.values():
        for meeting in graph.meetings:
            forth = known.way(*meeting.plans)
            back = known.way(*meeting.plans[::-1])
            yield known.level, forth, back


def _weighed_uses(graph: graphs.Graph) -> Iterator[object]:
    """The uses of texts with the weights of these; a text counts for those it is part of."""
    weights = graph.known().potential.weights
    columns = [weights.d, weights.ic, weights.gain, weights.general, weights.above]
    rows = zip(*(column.tolist() for column in columns), strict=True)
    by_text = dict(zip(weights.texts, rows, strict=True))
    weakest = graph.known(evidence.Level.EDITORS)
    for use in weakest.uses:
        for text in weights.reached(use.text, weakest.level):
            yield use, text, weights.n, by_text.get(text)


def _plan_rows(graph: graphs.Graph) -> Iterator[object]:
    """Of each plan those that follow it, with their dates, and the duties it stands under."""
    known = graph.known()
    tables = graph.tables
    for plan in tables.works.plans:
        series = (plan, *sorted(known.chronology.later.get(plan, ())))
        duties = [_passed(duty, graph) for duty in brief.duties(graph, known.level, plan)]
        dates = list(map(tables.dates.get, series))
        yield series, known.chronology.line.get(plan), dates, duties


def _body_rows(graph: graphs.Graph) -> Iterator[object]:
    """Bodies with what their country does: beside a body its page tells of those whose works name the same texts."""
    country_of = graph.country_of
    by_country = defaultdict[str | None, list[str]](list)
    for part in graph.involvements:
        row = (part.body, sorted(part.roles), part.level)
        by_country[country_of.get(part.work)].append(repr((part.work, row)))
    for use in graph.known().uses:
        by_country[country_of.get(use.work)].append(repr((use.work, use)))
    digests = {country: _digest(texts) for country, texts in by_country.items()}
    for part in graph.involvements:
        yield part.body, digests[country_of.get(part.work)]


def _digest(texts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(texts)).encode()).hexdigest()[:12]


class LastPages:
    """The pages of the release before, where the same program made them; of those asked for, ``found`` can stand.

    Ask ``compare`` first, then ``judge``, then for each page ``find``.
    """

    def __init__(self, edition: editions.Edition) -> None:
        self.folder = edition.previous or Path()
        self.program = program(edition)
        self.found = set[str]()
        self.sums = dict[str, str]()
        self.figures = dict[str, str]()
        self.figures_before = dict[str, str]()
        self.changed = set[str]()
        self.words = set[bytes]()
        if edition.previous:
            self._read_mark()

    def _read_mark(self) -> None:
        """Read the checksums and figures of the release before; none where another program made it."""
        with suppress(OSError, ValueError, AttributeError, KeyError):
            mark = json.loads((self.folder / folder.MARK).read_text(encoding="utf-8"))["pages"]
            if mark["program"] == self.program:
                self.figures_before = mark["figures"]
                self.sums = dict(folder.read_checksums(self.folder))

    def compare(self, edition: editions.Edition, lines: Iterable[bytes]) -> Changes | None:
        """What the sorted lines of a release describe otherwise than those of the release before.

        None where anything may be told otherwise, also where nothing can be compared.
        """
        if not self.sums:
            return None
        with gzip.open(self.folder / dumps.QUADS) as file:
            gone, added = quad_lines.differing(file, lines)
        removed = _as_in_graph(edition, gone)
        before = ox.Store()
        before.extend(removed)
        states = (before, edition.graph.held.inner)
        return _changes(edition.graph.labels, states, [*removed, *_as_in_graph(edition, added)])

    def judge(self, graph: graphs.Graph, changed: Changes | None) -> None:
        """Decide which pages can stand, by what changed and by the figures of each thing."""
        self.figures = figures(graph)
        if changed is None:
            self.sums = {}
            return
        # a page that names a key has the longest word of it
        self.words = {
            max(_WORD.findall(key.encode()), key=len, default=b"") for key in changed.keys
        }
        self.changed |= changed.addresses
        for address in self.figures.keys() | self.figures_before.keys():
            if self.figures.get(address) != self.figures_before.get(address):
                self.changed.add(address)

    def find(self, path: str) -> bytes | None:
        """The page of the release before, where nothing it tells has changed and it is whole."""
        if path not in self.sums:
            return None
        things = _things_of_page(path)
        if not things or not self.changed.isdisjoint(things):
            return None
        with suppress(OSError):
            body = (self.folder / path).read_bytes()
            is_whole = hashlib.sha256(body).hexdigest() == self.sums[path]
            if is_whole and self.words.isdisjoint(_WORD.findall(body)):
                self.found.add(path)
                return body
        return None


def _things_of_page(path: str) -> list[str]:
    """The addresses of what a page is about; none where it is about no thing or pair of plans.

    >>> _things_of_page("fr/pair/lu-bhr-1--lu-bhr-2.html"), _things_of_page("fr/plans.html")
    (['plan/lu-bhr-1.html', 'plan/lu-bhr-2.html'], [])
    """
    kind, _, key = path.partition("/")[2].rpartition(".")[0].partition("/")
    if key and kind == "pair":
        return [f"plan/{plan}.html" for plan in key.split("--")]
    return [f"{kind}/{key}.html"] if key and kind in labels.KINDS else []


def _changes(
    index: labels.Labels, states: Sequence[ox.Store], differing: Sequence[ox.Quad]
) -> Changes | None:
    """What the quads that differ say of which things, and what is told with these in the two ``states``.

    None where one is told on pages that do not name it: a concept, or what is no thing of ours.
    """
    pending = []
    for thing, predicate in _subjects(differing):
        if predicate not in _OF_RELEASE or kind_and_key(thing.value)[0]:
            pending.append(thing)
    terms = {str(quad.object) for quad in differing}
    keys = set()
    described = set()
    while pending:
        thing = pending.pop()
        if thing in described:
            continue
        described.add(thing)
        kind, key = kind_and_key(thing.value)
        entry = index.entry(thing.value)
        if entry and entry.kind:
            kind = entry.kind
            key = entry.key
        if entry and entry.type == f"{SKOS}Concept" and not entry.has_page:
            return None
        if not kind and not thing.value.startswith(GRAPH):
            return None
        keys.add(key)
        terms.add(str(thing))
        for state in states:
            about = state.quads_for_pattern(thing, None, None)
            terms.update(str(quad.object) for quad in about)
        pending += _told_with(states, thing, kind)
    entries = filter(None, (index.entry(term[1:-1]) for term in terms))
    return Changes(keys, {entry.address for entry in entries})


def _subjects(quads: Iterable[ox.Quad]) -> Iterator[tuple[_Node, str]]:
    """What statements are about, and by which predicate; but those on statements."""
    for quad in quads:
        if not isinstance(quad.subject, ox.Triple):
            yield quad.subject, quad.predicate.value


def _told_with(states: Sequence[ox.Store], thing: _Node, kind: str) -> Iterator[_Node]:
    """What stands in a file that is described otherwise, or tells what has no page, such as a passage."""
    for state in states:
        if thing.value.startswith(GRAPH):
            quads = state.quads_for_pattern(None, None, None, thing)
        elif kind not in (*labels.KINDS, "document"):
            quads = state.quads_for_pattern(None, None, thing)
        else:
            return
        for subject, _ in _subjects(quads):
            yield subject


def _as_in_graph(edition: editions.Edition, lines: Iterable[bytes]) -> list[ox.Quad]:
    """Lines of a release with the IRIs the graph has."""
    places = edition.issue.addresses
    root = places.root.encode()
    home = places.home.encode()
    text = b"".join(quad_lines.rebase(line, home, root) for line in lines)
    return list(ox.parse(text, format=ox.RdfFormat.N_QUADS))
