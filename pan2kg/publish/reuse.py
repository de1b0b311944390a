"""Pages of the last release that stand in the next as they are, since nothing changed of what they were made from.

The same program made them. What they are about is described and measured as it was, and they name
nothing that is described otherwise. Where that cannot be told they are made anew. A release reads
the last one, compares its statements with it, and asks for each page whether it can stand.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from pan2kg.graph import labels
from pan2kg.publish.dumps import QUADS
from pan2kg.publish.edition import Edition
from pan2kg.publish.folder import MARK, read_checksums
from pan2kg.publish.quad_lines import differing, rebase
from pan2kg.turtle.vocabulary import DCTERMS, GRAPH, SKOS, kind_and_key

_WORD = re.compile(rb"[\w-]+", re.ASCII)
_OWL = "http://www.w3.org/2002/07/owl#"
_OF_RELEASE = frozenset(
    [_OWL + name for name in ("versionInfo", "versionIRI")]
    + [DCTERMS + name for name in ("bibliographicCitation", "issued", "modified")]
)
"""What every release says otherwise of the ontology and the dataset."""


_Node = ox.NamedNode | ox.BlankNode


class LastRelease(NamedTuple):
    """A release the same program made: its folder, the checksums of its files, and the digests of its figures."""

    folder: Path
    sums: Mapping[str, str]
    figures: Mapping[str, str]


class Changes(NamedTuple):
    """What is described otherwise than before: its keys, and the addresses of that and of what it points to."""

    keys: set[str]
    addresses: set[str]


def read_last(folder: Path | None, program: str) -> LastRelease | None:
    """The release in a folder; None where there is none, or another program made it than the one of this digest."""
    if folder is None:
        return None
    with suppress(OSError, ValueError, AttributeError, KeyError):
        pages = json.loads((folder / MARK).read_text(encoding="utf-8"))["pages"]
        if pages["program"] == program:
            sums = {listed.path: listed.sha256 for listed in read_checksums(folder)}
            return LastRelease(folder, sums, pages["figures"])
    return None


def compare(edition: Edition, last: LastRelease, lines: Iterable[bytes]) -> Changes | None:
    """What the sorted lines of a release describe otherwise than those of the last release.

    None where anything may be told otherwise.
    """
    with gzip.open(last.folder / QUADS) as file:
        difference = differing(file, lines)
    removed = _as_in_graph(edition, difference.gone)
    before = ox.Store()
    before.extend(removed)
    states = (before, edition.graph.held.inner)
    added = _as_in_graph(edition, difference.come)
    return _changes(edition.graph.labels, states, [*removed, *added])


class StandingPages:
    """The pages of the last release that can stand, by what changed and by the digests of figures now.

    ``found`` are the paths of those that were asked for.
    """

    def __init__(self, last: LastRelease, changes: Changes, figures: Mapping[str, str]) -> None:
        self.last = last
        self.found = set[str]()
        measured_otherwise = {address for address, _ in figures.items() ^ last.figures.items()}
        self.changed = changes.addresses | measured_otherwise
        # a page that names a key has the longest word of it
        self.words = {
            max(_WORD.findall(key.encode()), key=len, default=b"") for key in changes.keys
        }

    def find(self, path: str) -> bytes | None:
        """The page of the last release, where nothing it tells has changed and it is whole."""
        things = _things_of_page(path)
        if path not in self.last.sums or not things or not self.changed.isdisjoint(things):
            return None
        with suppress(OSError):
            body = (self.last.folder / path).read_bytes()
            is_whole = hashlib.sha256(body).hexdigest() == self.last.sums[path]
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


def _as_in_graph(edition: Edition, lines: Iterable[bytes]) -> list[ox.Quad]:
    """Lines of a release with the IRIs the graph has."""
    places = edition.issue.addresses
    root = places.root.encode()
    home = places.home.encode()
    text = b"".join(rebase(line, home, root) for line in lines)
    return list(ox.parse(text, format=ox.RdfFormat.N_QUADS))
