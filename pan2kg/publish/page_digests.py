"""Of what the pages of a release are made beside statements: the program, and figures; as digests that are compared.

A release writes both into its mark. ``reuse`` takes a page of the last release only where the same
program made it, and where all is measured as it was of the things it is about.
"""

import hashlib
import platform
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from importlib.metadata import version
from itertools import chain
from pathlib import Path

from pan2kg.charts.subject import SEPARATOR
from pan2kg.coherence import evidence, obligations
from pan2kg.findings import brief
from pan2kg.graph.graph import Graph
from pan2kg.i18n import LANGUAGES
from pan2kg.project import PACKAGE, Project
from pan2kg.publish.edition import Edition
from pan2kg.site.front_end import find_bundle
from pan2kg.site.page import SiteContext

_ADDRESS = re.compile(r"https?://[^'\"]+")
"""An address in what ``repr`` gives of a row."""


def program_digest(edition: Edition) -> str:
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


def _sources(edition: Edition) -> set[Path]:
    """The files of the program and all queries, but what was compiled of them, templates too."""
    paths = set()
    for path in PACKAGE.rglob("*"):
        if path.is_file() and not path.is_relative_to(PACKAGE / "data"):
            paths.add(path)
    for project in (edition.project, Project.packaged()):
        paths.update(project.queries.rglob("*.rq"))
    return {path for path in paths if path.parent.name != "__pycache__"}


def figure_digests(graph: Graph) -> dict[str, str]:
    """By the address of a thing a digest of what is measured of it at any level, and of what stands behind that."""
    if not graph.has_actions:
        return {}
    home = graph.tables.works.home
    by_thing: dict[str, set[str]] = {}
    for text in map(repr, chain.from_iterable(_measured(graph))):
        things = {*_ADDRESS.findall(text)}
        for thing in things | {home[thing] for thing in things & home.keys()}:
            by_thing.setdefault(thing, set()).add(text)
    digests = {}
    for thing, texts in sorted(by_thing.items()):
        entry = graph.labels.entry(thing)
        if entry and entry.has_page:
            digests[entry.address] = _digest(texts)
    return digests


def _measured(graph: Graph) -> Iterator[Iterable[object]]:
    """What pages tell of figures, in rows that name the things they are about."""
    known = graph.known()
    yield graph.meetings
    yield graph.tables.readings.asserted
    yield graph.tables.readings.noted
    yield (_passed(margin, graph) for margin in graph.margins().rows)
    yield _meetings_by_level(graph)
    yield _weighed_uses(graph)
    yield known.actions.named(known.potential.names)
    yield (
        (thing, sorted(map(repr, gaps))) for thing, gaps in SiteContext(graph).gaps_by_thing.items()
    )
    yield _plan_rows(graph)
    yield _body_rows(graph)


def _passed(margin: obligations.Margin, graph: Graph) -> object:
    """A margin without the day itself, of which matters only what has passed by then."""
    is_coming = bool(margin.coming and margin.coming >= graph.as_of)
    return margin._replace(as_of=date.min), margin.met, is_coming


def _meetings_by_level(graph: Graph) -> Iterator[object]:
    for known in graph.levels.values():
        for meeting in graph.meetings:
            forth = known.way(*meeting.plans)
            back = known.way(*meeting.plans[::-1])
            yield known.level, forth, back


def _weighed_uses(graph: Graph) -> Iterator[object]:
    """The uses of texts with the weights of these; a text counts for those it is part of."""
    weights = graph.known().potential.weights
    columns = [weights.d, weights.ic, weights.gain, weights.general, weights.above]
    rows = zip(*(column.tolist() for column in columns), strict=True)
    by_text = dict(zip(weights.texts, rows, strict=True))
    weakest = graph.known(evidence.Level.EDITORS)
    for use in weakest.uses:
        for text in weights.reached(use.text, weakest.level):
            yield use, text, weights.n, by_text.get(text)


def _plan_rows(graph: Graph) -> Iterator[object]:
    """Of each plan those that follow it, with their dates, and the duties it stands under."""
    known = graph.known()
    tables = graph.tables
    for plan in tables.works.plans:
        series = (plan, *sorted(known.chronology.later.get(plan, ())))
        duties = [_passed(duty, graph) for duty in brief.duties(graph, known.level, plan)]
        dates = list(map(tables.dates.get, series))
        yield series, known.chronology.line.get(plan), dates, duties


def _body_rows(graph: Graph) -> Iterator[object]:
    """Bodies with what their country does: beside a body its page tells of those whose works name the same texts."""
    country_of = graph.country_of
    by_country = defaultdict(list)
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
