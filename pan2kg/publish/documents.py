"""Where documents tell the things of a dump: what any host can give where an address of ours leads.

A document tells the things of one kind, each at its key: ``doc/topic/all#health`` for
``id/topic/health``; of kinds with many things, those whose keys begin alike:
``doc/plan/lu-b#lu-bhr-2``. Patterns say where, so that no server needs a list of things. What is
told is what is said of a thing, and what few others say of it; what rules derived of it, and is the
same of all links they made, stands in the dump alone. A thing that has a page leads to it, and
leaves its links to it; one that was retired says so. The named graphs of a folder are one document,
in Turtle; those of rules stand in the dump that names them.

``document_page`` writes the documents of things, ``graph_files`` those of named graphs.
"""

import gzip
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache

from markupsafe import Markup, escape

from pan2kg.graph import labels
from pan2kg.i18n import LANGUAGES
from pan2kg.publish.compact_writer import CompactWriter
from pan2kg.publish.described import Described
from pan2kg.publish.document_places import (
    DOCUMENTS,
    GRAPHS,
    PLAIN_PATH,
    graph_place,
    shared_place,
)
from pan2kg.publish.dumps import Content
from pan2kg.publish.edition import Edition, File
from pan2kg.publish.ntriples import StatementRow, things_in
from pan2kg.templates import macro, markup
from pan2kg.turtle.vocabulary import PAN, ROOT

_PLAIN_ADDRESS = re.compile(r"[\w./:#~-]*\w", re.ASCII)
"""An address that needs no quotation marks in HTML."""
NOWHERE = "-"
"""The root of what is shown as words alone."""


class Documents:
    """Which document tells a thing, and how a thing is shown that leads there.

    By the IRIs of things, ``own_places`` are the paths documents would have if they told one thing,
    ``places`` those in which they are told, both without an ending; ``keys`` are the anchors there.
    """

    def __init__(self, described: Described) -> None:
        self.described = described
        self.own_places = self._find_places()
        self.places = {iri: shared_place(place) for iri, place in self.own_places.items()}
        self.keys = {iri: place.rpartition("/")[2] for iri, place in self.own_places.items()}
        # documents show things again and again
        self._shown = cache(self._show)

    def _find_places(self) -> dict[str, str]:
        """Places by IRI, of what lies below a root of ours, and of what has an entry with a kind."""
        places = {}
        root = self.described.edition.issue.addresses.root
        for iri in sorted(self.described.stated):
            path = _below(iri, (root, ROOT))
            is_apart = path.startswith((f"{GRAPHS}/", "ontology", "query/"))
            if PLAIN_PATH.fullmatch(path) and not is_apart:
                places[iri] = f"{DOCUMENTS}/{path.removeprefix('id/')}"
        for entry in self.described.edition.graph.labels.entries.values():
            iri = self.described.own(entry.iri)
            is_told = entry.kind and iri in self.described.stated and iri not in places
            if is_told and PLAIN_PATH.fullmatch(entry.key):
                places[iri] = f"{DOCUMENTS}/{entry.kind}/{entry.key}"
        return places

    def shown(self, iri: str, root: str, *, words: str = "") -> Markup:
        """A thing by its name, or by these words, leading to where it is told below ``root``.

        Below ``NOWHERE`` it leads nowhere and is always told by its name in full.
        """
        return self._shown(iri, root, words)

    def _show(self, iri: str, root: str, words: str) -> Markup:
        address = "" if root == NOWHERE else _attribute(self._leads(iri, root))
        language = ""
        if not words:
            words, language = self._shown_name(iri, is_whole=root == NOWHERE)
        return macro("_told.html", "told")(words, language, markup(address))

    def _shown_name(self, iri: str, *, is_whole: bool) -> tuple[str, str]:
        """The name of a thing, in full or not, and its language where that is not the first."""
        names = self.described.names.get(iri, {})
        language = ""
        if iri in self.places or names or iri.startswith(PAN) or is_whole:
            name = self.described.name(iri, LANGUAGES[0])
            language = next((tag for tag in (*LANGUAGES, "") if tag in names), "")
        else:
            name = iri
        if not is_whole:
            brief = self.described.edition.graph.labels.brief(
                self.described.home(iri), LANGUAGES[0]
            )
            if brief.whole:
                return brief.text, ""
            name = labels.shortened(name)
        return name, unless_first(language)

    def _leads(self, iri: str, root: str) -> str:
        if place := self.places.get(iri):
            path = place.partition("/")[2]
            return f"{root.removesuffix('../')}{path}.html#{self.keys[iri]}"
        return iri if iri.startswith(("http://", "https://")) else ""


def _below(iri: str, roots: Iterable[str]) -> str:
    """The path of an IRI below the first of the roots it begins with; empty where it begins with none."""
    for root in roots:
        if iri.startswith(root):
            return iri.removeprefix(root)
    return ""


def unless_first(language: str) -> str:
    """A language that a document has to say: the first one needs not be said."""
    return "" if language == LANGUAGES[0] else language


def _attribute(address: str) -> str:
    """An address without marks where HTML needs none: documents hold a hundred thousand of them."""
    if not address or _PLAIN_ADDRESS.fullmatch(address):
        return address
    return f'"{escape(address)}"'


def retired_places(documents: Documents) -> dict[str, str]:
    """The places of what was given up, each with that of the one thing which took its place, or empty."""
    places = {}
    described = documents.described
    for iri in sorted(described.retired & documents.places.keys()):
        heirs = [heir for heir in described.heirs.get(iri, ()) if heir not in described.retired]
        target = ""
        if len(heirs) == 1 and heirs[0] in documents.places:
            target = f"{documents.places[heirs[0]]}#{documents.keys[heirs[0]]}"
        places[documents.own_places[iri].removeprefix(f"{DOCUMENTS}/")] = target
    return places


def graph_files(edition: Edition, stated: Content) -> Iterator[File]:
    """The named graphs of sources as packed Turtle, those of a folder as one file."""
    roots = (edition.issue.addresses.root, ROOT)
    place_of = cache(lambda end: _place_of_graph(end, roots))
    by_place = defaultdict(list)
    for line in stated.quads:
        by_place[place_of(line[line.rindex(b" <") :])].append(line)
    for path in sorted(filter(None, by_place)):
        things = things_in(line.decode() for line in by_place.pop(path))
        # what several graphs of a folder say is written once
        rows = dict.fromkeys(
            StatementRow(iri, predicate, term)
            for iri, stated in things
            for predicate, term, _ in stated
        )
        content = CompactWriter(dict(edition.prefixes)).turtle(rows)
        yield f"{path}.ttl.gz", gzip.compress(content, mtime=0)


def _place_of_graph(end: bytes, roots: Iterable[str]) -> str:
    """The document that tells the graph a line ends with, as in ``" <http://e/g> ."``; none of graphs of rules."""
    iri = end.decode().strip()[1:-3].rstrip("> .")
    path = _below(iri, roots)
    is_of_sources = path.startswith(f"{GRAPHS}/") and not path.startswith(f"{GRAPHS}/derived/")
    return graph_place(path) if is_of_sources and PLAIN_PATH.fullmatch(path) else ""
