"""What a dump says of things, and where documents tell it: what any host can give where an address of ours leads.

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
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from markupsafe import Markup, escape

from pan2kg.graph import labels, statements
from pan2kg.i18n.catalogue import LANGUAGES, Language
from pan2kg.publish.compact_writer import CompactWriter
from pan2kg.publish.document_places import (
    DOCUMENTS,
    GRAPHS,
    PLAIN_PATH,
    graph_place,
    shared_place,
)
from pan2kg.publish.dumps import Content
from pan2kg.publish.edition import Edition, File
from pan2kg.publish.ntriples import Stated, StatementRow, things_in, value_of
from pan2kg.publish.vocabulary import FOAF, OWL
from pan2kg.templates import macro, markup
from pan2kg.turtle.vocabulary import DCTERMS, PAN, RDFS, ROOT, SKOS, rule_of

ENDS = tuple(PAN + name for name in ("from", "between", "to", "involves", "involvedIn"))
"""By what links and involvements join things."""
LINK_TYPE = PAN + "linkType"
LEVEL = PAN + "evidenceLevel"
VIA = PAN + "via"
RELATION = PAN + "relation"
ROLE = PAN + "role"
_JOINING = (*ENDS, LINK_TYPE, LEVEL, VIA, RELATION, ROLE)
_NAMES = (SKOS + "prefLabel", RDFS + "label", DCTERMS + "title", FOAF + "name")
"""The kinds of names; of two in a language the first of these counts."""
_DERIVED_BY = PAN + "derivedBy"
_HEIR = DCTERMS + "isReplacedBy"
_RETIRED = OWL + "deprecated"
_READ_AT_ONCE = frozenset({*_NAMES, _HEIR, _RETIRED, _DERIVED_BY})
"""What is read of all things before any is told."""
_OF_RULES = frozenset({statements.CERTAINTY, PAN + "status"})
"""What is the same of all links that rules made, and stands in the dump."""
_TOLD_AT_LINKS = frozenset({*ENDS, VIA, "http://www.w3.org/ns/prov#wasDerivedFrom"})
"""What rules say of links, and is told at these."""
_AT_LEVEL = re.compile(
    re.escape(PAN) + r"(?:linkedTo\w*|(?:involvesBody|restsOn|usesInstrument)\w*|mainLabel)"
)
"""What is said again of the links of a thing, at each level of evidence, and of its names."""
_PLAIN_ADDRESS = re.compile(r"[\w./:#~-]*\w", re.ASCII)
"""An address that needs no quotation marks in HTML."""
NOWHERE = "-"
"""The root of what is shown as words alone."""


class Pointing(NamedTuple):
    """A thing that says something of another, and by which predicate."""

    subject: str
    predicate: str


class Described:
    """What a dump says of things, and where documents tell it.

    ``stated`` has the statements on each thing by predicates as the graph has them, ``names`` its
    names by language. ``own_places`` are the paths documents would have if they told one thing,
    ``places`` those in which they are told, both without an ending; ``keys`` are the anchors there.
    ``heirs`` are what took the place of a thing. ``shared`` counts what things share that rules
    joined, by the type of the link.
    """

    def __init__(self, edition: Edition, lines: Iterable[str]) -> None:
        self.edition = edition
        addresses = edition.issue.addresses
        # there are hundreds of thousands of addresses: where none is moved they are what they are
        self.own: Callable[[str], str] = addresses.own if addresses.root != addresses.home else str
        self.is_rules = cache(lambda graph: bool(rule_of(graph)))
        self.name = cache(self._name)
        self._shown = cache(self._show)
        self.stated = dict(things_in(lines, self._predicate))
        self.names = dict[str, dict[str, str]]()
        self.retired = set[str]()
        self.heirs = dict[str, list[str]]()
        self.shared = dict[str, dict[str, Counter[str]]]()
        # by term subject and predicate in turn, since there are hundreds of thousands of pairs
        self._pointing = defaultdict[str, list[str]](list)
        for iri, stated in self.stated.items():
            self._read(iri, stated)
        self.own_places = self._find_places()
        self.places = {iri: shared_place(place) for iri, place in self.own_places.items()}
        self.keys = {iri: place.rpartition("/")[2] for iri, place in self.own_places.items()}

    def _predicate(self, iri: str) -> str:
        """A predicate as the graph has it; none where it says again what links say, at a level."""
        name = self.home(iri)
        return "" if _AT_LEVEL.fullmatch(name) else name

    def _read(self, iri: str, stated: Sequence[Stated]) -> None:
        terms = defaultdict[str, list[str]](list)
        for predicate, term, graph in stated:
            if term[0] == "<" and not (predicate in _TOLD_AT_LINKS and self.is_rules(graph)):
                self._pointing[term] += iri, predicate
            if predicate in _READ_AT_ONCE:
                terms[predicate].append(term)
        names = {}
        for kind in reversed(_NAMES):
            for term in sorted(terms.get(kind, ())):
                if term[0] != "<":
                    name = value_of(term)
                    names[name.language] = name.text
        if names:
            self.names[iri] = names
        if any(term.startswith(('"true"', '"1"')) for term in terms.get(_RETIRED, ())):
            self.retired.add(iri)
        if _HEIR in terms:
            self.heirs[iri] = [term[1:-1] for term in terms[_HEIR]]
        if _DERIVED_BY in terms:
            self._read_shared(iri)

    def _read_shared(self, link: str) -> None:
        joined = self.joined(link)
        link_type = "".join(joined.get(LINK_TYPE, [])[:1])
        for end in self.ends(link):
            by_type = self.shared.setdefault(end, {})
            by_type.setdefault(link_type, Counter()).update(joined.get(VIA, ()))

    def _find_places(self) -> dict[str, str]:
        """Places by IRI, of what lies below a root of ours, and of what has an entry with a kind."""
        places = {}
        root = self.edition.issue.addresses.root
        for iri in sorted(self.stated):
            path = _below(iri, (root, ROOT))
            is_apart = path.startswith((f"{GRAPHS}/", "ontology", "query/"))
            if PLAIN_PATH.fullmatch(path) and not is_apart:
                places[iri] = f"{DOCUMENTS}/{path.removeprefix('id/')}"
        for entry in self.edition.graph.labels.entries.values():
            iri = self.own(entry.iri)
            is_told = entry.kind and iri in self.stated and iri not in places
            if is_told and PLAIN_PATH.fullmatch(entry.key):
                places[iri] = f"{DOCUMENTS}/{entry.kind}/{entry.key}"
        return places

    def home(self, iri: str) -> str:
        """The IRI the graph has for one of the release."""
        places = self.edition.issue.addresses
        return places.home + iri[len(places.root) :] if iri.startswith(places.root) else iri

    def of(self, iri: str) -> list[Stated]:
        """What is said of a thing, in order and each once; of several graphs that say it the first no rule made."""
        graphs = dict[tuple[str, str], str]()
        for predicate, term, graph in self.stated.get(iri, ()):
            if predicate in _OF_RULES and self.is_rules(graph):
                continue
            before = graphs.setdefault((predicate, term), graph)
            if graph != before:
                # where none is a rule's, the first by its name
                candidates = [(self.is_rules(name), name) for name in (graph, before)]
                graphs[predicate, term] = min(candidates)[1]
        return [
            Stated(predicate, term, graphs[predicate, term]) for predicate, term in sorted(graphs)
        ]

    def pointing(self, iri: str) -> list[Pointing]:
        """What points to a thing, in order; of what several graphs say each once."""
        pairs = self._pointing.get(f"<{iri}>", [])
        return sorted(set(map(Pointing, pairs[::2], pairs[1::2])))

    def joined(self, iri: str) -> dict[str, list[str]]:
        """What a link or an involvement joins, and how, by predicate; of other things nothing."""
        things = dict[str, list[str]]()
        if not iri.rpartition("/")[0].endswith(("/id/link", "/id/involvement")):
            return things
        for predicate, term, _ in self.stated.get(iri, ()):
            if predicate in _JOINING:
                things.setdefault(predicate, []).append(term[1:-1])
        return {
            predicate: sorted({*things[predicate]}) for predicate in _JOINING if predicate in things
        }

    def ends(self, iri: str) -> list[str]:
        """The things a link or an involvement joins; of other things nothing."""
        joined = self.joined(iri)
        return [end for predicate in ENDS for end in joined.get(predicate, ())]

    def grounds(self, iri: str, graph: str) -> statements.Grounds:
        """On what it rests that a graph speaks of a thing: what its block says, else what the file says of all.

        As pages of a service say it, but from the dump.
        """
        if self.is_rules(graph):
            return statements.Grounds(graph, "rule", ())
        certainties = self._said_in(graph, iri, statements.CERTAINTY)
        sources = self._said_in(graph, iri, statements.SOURCE)
        if graph.endswith("unverified"):
            certainty = "unverified"
        else:
            certainty = "".join(certainties[:1]).rpartition("/")[2]
        return statements.Grounds(graph, certainty, tuple(sources))

    def _said_in(self, graph: str, iri: str, name: str) -> list[str]:
        """What a graph says of a thing by a predicate, else of itself."""
        terms = set()
        for predicate, term, block in self.stated[iri]:
            if predicate == name and block == graph:
                terms.add(term)
        if not terms:
            terms.update(
                term for predicate, term, _ in self.stated.get(graph, ()) if predicate == name
            )
        return sorted(term[1:-1] for term in terms)

    def _name(self, iri: str, language: Language) -> str:
        """What a thing is called: its name in a language or another, what it joins or quotes, or the end of its IRI."""
        names = self.names.get(iri, {})
        for tag in (language, *LANGUAGES, ""):
            if names.get(tag):
                return names[tag]
        ends = self.ends(iri)
        if ends:
            return " → ".join(self.name(end, language) for end in ends)
        terms = {predicate: term for predicate, term, _ in self.of(iri)}
        quote = value_of(terms.get(PAN + "quote", '""')).text
        if quote:
            return f"« {quote} »"
        text = value_of(terms.get(PAN + "text", '""')).text
        return text or re.split(r"[/#]", iri.rstrip("/#"))[-1] or iri

    def own_name(self, iri: str, language: Language) -> str:
        """The name in that language alone; of a thing without a name, what it is called in the first."""
        names = self.names.get(iri)
        if not names:
            return self.name(iri, language) if language == LANGUAGES[0] else ""
        return names.get(language, "")

    def shown(self, iri: str, root: str, *, words: str = "") -> Markup:
        """A thing by its name, or by these words, leading to where it is told below ``root``.

        Below ``NOWHERE`` it leads nowhere and is always told by its name in full.
        """
        # documents show things again and again
        return self._shown(iri, root, words)

    def _show(self, iri: str, root: str, words: str) -> Markup:
        address = "" if root == NOWHERE else _attribute(self._leads(iri, root))
        language = ""
        if not words:
            words, language = self._shown_name(iri, is_whole=root == NOWHERE)
        return macro("_told.html", "told")(words, language, markup(address))

    def _shown_name(self, iri: str, *, is_whole: bool) -> tuple[str, str]:
        """The name of a thing, in full or not, and its language where that is not the first."""
        names = self.names.get(iri, {})
        language = ""
        if iri in self.places or names or iri.startswith(PAN) or is_whole:
            name = self.name(iri, LANGUAGES[0])
            language = next((tag for tag in (*LANGUAGES, "") if tag in names), "")
        else:
            name = iri
        if not is_whole:
            brief = self.edition.graph.labels.brief(self.home(iri), LANGUAGES[0])
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


def retired_places(described: Described) -> dict[str, str]:
    """The places of what was given up, each with that of the one thing which took its place, or empty."""
    places = {}
    for iri in sorted(described.retired & described.places.keys()):
        heirs = [heir for heir in described.heirs.get(iri, ()) if heir not in described.retired]
        target = ""
        if len(heirs) == 1 and heirs[0] in described.places:
            target = f"{described.places[heirs[0]]}#{described.keys[heirs[0]]}"
        places[described.own_places[iri].removeprefix(f"{DOCUMENTS}/")] = target
    return places


def graph_files(edition: Edition, stated: Content) -> Iterator[File]:
    """The named graphs of sources as packed Turtle, those of a folder as one file."""
    roots = (edition.issue.addresses.root, ROOT)
    place_of = cache(lambda end: _place_of_graph(end, roots))
    by_place: dict[str, list[bytes]] = defaultdict(list)
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
