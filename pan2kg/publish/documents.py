"""Documents on things, as Turtle, JSON-LD and HTML: what any host can give where an address of ours leads.

A document tells the things of one kind whose keys begin alike, each at its key: ``doc/plan/lu-bhr#lu-bhr-2`` for
``id/plan/lu-bhr-2``. One pattern says where, so that no server needs a list of things. What is told is what is said of
a thing, what points to it, the links and involvements sources state of it whole, and the names of what is mentioned. A
thing that has pages leads to them; one that was retired says so. A named graph is its own document, in Turtle.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain, groupby
from typing import Final, NamedTuple

import pyoxigraph as ox
from markupsafe import Markup

from pan2kg.graph.labels import Entry
from pan2kg.i18n.catalogue import LANGUAGES, Language, Messages, format_of
from pan2kg.publish.dump import Content, graph_name
from pan2kg.publish.edition import Edition, File
from pan2kg.publish.vocabulary import FOAF, OWL, TYPE, node, write
from pan2kg.tables.template import macro, markup, render
from pan2kg.turtle.vocabulary import DCTERMS, PAN, RDFS, ROOT, SKOS

DOCUMENTS: Final = "doc"
GRAPHS: Final = "graph"
SHARED: Final = r"[a-z][a-z]-[^/.-]{3}|[a-z][a-z]-[^/.-]{1,2}(?![^/.-])|(?![a-z][a-z]-[^/.-])[^/.]"
"""How the keys begin that are told in one document: with a country and three signs more, else with one sign.

Apache, nginx and a script in a page read it alike, and it matches a key in one way only. Keys of links a rule made are
hexadecimal: sixteen documents tell them all.
"""
_WORDS: Final = Messages("publication")
_CHANGE: Final = Messages("change")
_NAMES: Final = (SKOS + "prefLabel", RDFS + "label", DCTERMS + "title", FOAF + "name")
_JOINING: Final = re.compile("/id/(?:link|involvement)/(?![0-9a-f]{16}$)")
"""What joins two things and is stated is told whole in the documents of both."""
_MOST_POINTING: Final = 200
"""So many statements that point to a thing are told of it; what more points to, a level of evidence, is in the dump."""
_PLAIN: Final = re.compile(r"[\w.~-]+(?:/[\w.~-]+)*", re.ASCII)
_ENDS: Final = (PAN + "from", PAN + "between", PAN + "to")
_OF_LINKS: Final = tuple(PAN + name for name in ("linkType", "relation", "via", "evidenceLevel", "status", "evidence"))
"""What a page tells of each link, beside what it joins; all there is said stands in the data."""


class Statement(NamedTuple):
    """A statement: its subject and predicate, the thing it points to or else its value, and its line."""

    subject: str
    predicate: str
    target: str
    value: ox.Literal | None
    line: bytes

    @property
    def object(self) -> str:
        return self.value.value if self.value else self.target


def shared_place(place: str) -> str:
    """The path of the document that tells what has this place of its own.

    >>> shared_place("doc/link/6e97963c99814ce4"), shared_place("doc/plan/lu-bhr-2"), shared_place("doc/dataset")
    ('doc/link/6', 'doc/plan/lu-bhr', 'doc/dataset')
    """
    match = re.fullmatch(rf"({DOCUMENTS}/[^/]+)/({SHARED})[^/]*", place)
    return f"{match[1]}/{match[2]}" if match else place


@dataclass(frozen=True)
class Described:
    """All statements of a release by what they are of and what they point to."""

    edition: Edition
    statements: Sequence[Statement]

    @cached_property
    def of(self) -> Mapping[str, Sequence[Statement]]:
        return _grouped((statement.subject, statement) for statement in self.statements)

    @cached_property
    def pointing(self) -> Mapping[str, Sequence[Statement]]:
        return _grouped((statement.target, statement) for statement in self.statements if statement.target)

    @cached_property
    def own_places(self) -> Mapping[str, str]:
        """The path a document of each thing would have if it told nothing else, without an ending."""
        addresses = self.edition.issue.addresses
        places = {}
        for iri in self.of:
            start = next((space for space in (addresses.root, ROOT) if iri.startswith(space)), "")
            key_part = iri.removeprefix(start)
            is_apart = key_part.startswith((f"{GRAPHS}/", "ontology", "query/"))
            if start and not is_apart and _PLAIN.fullmatch(key_part):
                places[iri] = f"{DOCUMENTS}/{key_part.removeprefix('id/')}"
        entries: Iterable[Entry] = self.edition.graph.labels.entries.values()
        for entry in entries:
            iri = addresses.own(entry.iri)
            if entry.kind and iri in self.of and iri not in places and _PLAIN.fullmatch(entry.key):
                places[iri] = f"{DOCUMENTS}/{entry.kind}/{entry.key}"
        return places

    @cached_property
    def places(self) -> Mapping[str, str]:
        """The path of the document in which each thing is told, without an ending."""
        return {iri: shared_place(place) for iri, place in self.own_places.items()}

    def address(self, iri: str) -> str:
        """Where a thing is told, as a path with an ending, at its key; empty for none."""
        place = self.places.get(iri, "")
        return f"{place}.html#{self.key(iri)}" if place else ""

    def key(self, iri: str) -> str:
        return self.own_places[iri].rpartition("/")[2]

    @cached_property
    def _deprecated(self) -> frozenset[str]:
        deprecated = (statement for statement in self.statements if statement.predicate == OWL + "deprecated")
        return frozenset(statement.subject for statement in deprecated if statement.object in ("true", "1"))

    def is_retired(self, iri: str) -> bool:
        return iri in self._deprecated

    def successors(self, iri: str) -> list[str]:
        following = (one for one in self.of.get(iri, ()) if one.predicate == DCTERMS + "isReplacedBy")
        return sorted(statement.target for statement in following if statement.target)

    @cached_property
    def retired(self) -> Sequence[str]:
        return [iri for iri in sorted(self.places) if self.is_retired(iri)]

    def towards(self, iri: str) -> Sequence[Statement]:
        """The statements that point to a thing, where they are few enough to be told of it."""
        statements = self.pointing.get(iri, ())
        return statements if len(statements) <= _MOST_POINTING else ()

    def about(self, iris: Sequence[str]) -> Collection[Statement]:
        """What a document of several things says: each of them, what points to it, and the names of all mentioned."""
        # each statement once, in order: a line says all of it, and is quicker told from others than its parts
        by_line: dict[bytes, Statement] = {}
        for iri in iris:
            for statement in chain(self.of[iri], self.towards(iri)):
                by_line[statement.line] = statement
                if statement.target == iri and _JOINING.search(statement.subject):
                    by_line.update((one.line, one) for one in self.of[statement.subject])
        mentioned = {iri for statement in by_line.values() for iri in statement[:3]} & self.naming.keys()
        for iri in sorted(mentioned.difference(iris)):
            by_line.update((statement.line, statement) for statement in self.naming[iri])
        return by_line.values()

    def colophon(self, place: str, iris: Sequence[str]) -> Iterator[ox.Triple]:
        issue, document = self.edition.issue, node(self.edition.issue.addresses.root + place)
        topic = node(FOAF + ("primaryTopic" if len(iris) == 1 else "topic"))
        yield ox.Triple(document, TYPE, node(FOAF + "Document"))
        yield from (ox.Triple(document, topic, node(iri)) for iri in iris)
        yield ox.Triple(document, node("http://rdfs.org/ns/void#inDataset"), node(issue.dataset))
        for licence in self.edition.facts.about("license"):
            yield ox.Triple(document, node(DCTERMS + "license"), node(licence.value))

    @cached_property
    def naming(self) -> Mapping[str, Sequence[Statement]]:
        return _grouped(
            (statement.subject, statement) for statement in self.statements if statement.predicate in _NAMES
        )

    @cached_property
    def names(self) -> Mapping[str, Mapping[str, str]]:
        names: dict[str, dict[str, str]] = {}
        for iri, naming in self.naming.items():
            by_language = names[iri] = dict[str, str]()
            for statement in sorted(naming, key=lambda statement_named: -_NAMES.index(statement_named.predicate)):
                if statement.value:
                    by_language[statement.value.language or ""] = statement.value.value
        return names

    @cached_property
    def _called(self) -> dict[tuple[str, Language], str]:
        return {}

    def name(self, iri: str, language: Language) -> str:
        """What a thing is called, best in a language, or what it joins or quotes; else its own last part."""
        if (name := self._called.get((iri, language))) is None:
            names = self.names.get(iri, {})
            name = next((names[tag] for tag in (language, *LANGUAGES, "") if tag in names), "")
            if not name:
                values = {statement.predicate: statement.object for statement in self.of.get(iri, ())}
                ends = [values[PAN + end] for end in ("involves", "from", "involvedIn", "to") if PAN + end in values]
                quote = values.get(PAN + "quote")
                name = f"« {quote} »" if quote else " → ".join(self.name(end, language) for end in ends)
            name = self._called[iri, language] = name or re.split(r"[/#]", iri.rstrip("/#"))[-1] or iri
        return name

    def own_name(self, iri: str, language: Language) -> str:
        """What a thing is called in just this language; one without a name by its key, in the first of them."""
        names = self.names.get(iri)
        if not names:
            return self.name(iri, language) if language == LANGUAGES[0] else ""
        return names.get(language, "")

    @cached_property
    def written(self) -> dict[tuple[str, str], Markup]:
        """What documents show again and again, things by their names, as it is written there."""
        return {}


def _grouped(pairs: Iterable[tuple[str, Statement]]) -> Mapping[str, Sequence[Statement]]:
    groups: dict[str, list[Statement]] = defaultdict(list)
    for key, statement in pairs:
        groups[key].append(statement)
    return groups


def read_described(edition: Edition, whole: Content) -> Described:
    """The statements of a release, parsed; none has a blank node (:func:`pan2kg.publish.dump.read_content`)."""
    quads = ox.parse(b"".join(whole.triples), format=ox.RdfFormat.N_TRIPLES)
    statements, iris = [], dict[str, str]()
    for quad, line in zip(quads, whole.triples, strict=True):
        is_value = isinstance(quad.object, ox.Literal)
        # each address is one string, however many statements have it
        subject, predicate, target = (
            iris.setdefault(iri, iri)
            for iri in (str(quad.subject)[1:-1], quad.predicate.value, "" if is_value else str(quad.object)[1:-1])
        )
        value = quad.object if isinstance(quad.object, ox.Literal) else None
        statements.append(Statement(subject, predicate, target, value, line))
    return Described(edition, statements)


def document_files(described: Described, pages: Collection[str]) -> Iterator[File]:
    """The documents of all things; ``pages`` are the paths of the pages of the release."""
    prefixes = described.edition.prefixes()
    ordered = sorted(described.places.items(), key=lambda pair: (pair[1], pair[0]))
    for place, group in groupby(ordered, key=lambda pair: pair[1]):
        things = [iri for iri, _ in group]
        about = described.about(things)
        lines = b"".join(statement.line for statement in about)
        triples = [quad.triple for quad in ox.parse(lines, format=ox.RdfFormat.N_TRIPLES)]
        triples += described.colophon(place, things)
        iris = {iri for statement in about for iri in statement[:3]}
        iris |= {statement.value.datatype.value for statement in about if statement.value}
        spaces = {space for iri in iris for space in _spaces(iri)}
        used = {name: space for name, space in prefixes.items() if space in spaces}
        for ending in ("ttl", "jsonld"):
            yield f"{place}.{ending}", write(triples, ending, used, terms=True)
        yield f"{place}.html", render("document.html", _page(described, things, place, pages)).encode()


@cache
def _spaces(iri: str) -> tuple[str, ...]:
    """What the namespace of an IRI may be: what stands before and after its last separator."""
    return tuple(iri[: place + 1] for mark in "#/" if (place := iri.rfind(mark)) >= 0)


def graph_files(edition: Edition, whole: Content) -> Iterator[File]:
    places, prefixes = edition.issue.addresses, dict(edition.prefixes())
    for name, lines in groupby(sorted(whole.quads, key=graph_name), key=graph_name):
        iri = name.decode().strip()[1:-3].rstrip("> .")
        path = next((iri.removeprefix(start) for start in (places.root, ROOT) if iri.startswith(start)), "")
        if path.startswith(f"{GRAPHS}/") and _PLAIN.fullmatch(path):
            quads = ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS)
            yield f"{path}.ttl", write((quad.triple for quad in quads), "ttl", prefixes)


def _page(described: Described, iris: Sequence[str], place: str, pages: Collection[str]) -> dict[str, object]:
    """A row a thing: its name, where its pages are, and a cell for each property; where it has pages, those tell it."""
    root = "../" * place.count("/")
    of_links = place.startswith(f"{DOCUMENTS}/link/")
    cells: dict[str, dict[tuple[str, str], list[Markup]]] = {}
    rows = []
    for iri in iris:
        key, inside = described.key(iri), described.own_places[iri].removeprefix(f"{DOCUMENTS}/")
        is_retired = described.is_retired(iri)
        ways = [(tag, format_of("name", tag), f"{root}{tag}/{inside}.html") for tag in LANGUAGES
                if f"{tag}/{inside}.html" in pages and not is_retired]  # fmt: skip
        values = cells[iri] = defaultdict(list)
        ends: list[Markup] = []
        if not ways:
            for statement in described.of[iri]:
                shown = _shown(described, statement.target, root, statement.value)
                if of_links and statement.predicate in _ENDS:
                    ends.append(shown)
                elif not of_links or statement.predicate in _OF_LINKS:
                    values["", statement.predicate].append(shown)
            for statement in () if of_links else described.towards(iri):
                values["←", statement.predicate].append(_shown(described, statement.subject, root))
        name = markup(" – ").join(ends) if ends else _titled(described, iri)
        following = [_shown(described, heir, root) for heir in described.successors(iri)]
        rows.append({"key": key, "iri": iri, "name": name, "pages": ways, "retired": is_retired, "heirs": following})
    heads = sorted({head for values in cells.values() for head in values})
    for iri, row in zip(iris, rows, strict=True):
        row["cells"] = [markup("<br>").join(cells[iri].get(head, ())) for head in heads]
    return {
        "root": root, "name": place.rpartition("/")[2], "kind": place.split("/")[1], "languages": LANGUAGES,
        "heads": [(sign, [(tag, _property(described, iri, tag)) for tag in LANGUAGES]) for sign, iri in heads],
        "rows": rows, "say": _WORDS.say,
    }  # fmt: skip


def _property(described: Described, iri: str, language: Language) -> str:
    key = f"property.{iri}"
    return _CHANGE.say(key, language) if _CHANGE.has(key) else described.name(iri, language)


def _titled(described: Described, iri: str) -> Markup:
    return macro("_told.html", "told")(described.name(iri, LANGUAGES[0]), _language(described, iri), "")


def _language(described: Described, iri: str) -> str:
    names = described.names.get(iri, {})
    return next((tag for tag in (*LANGUAGES, "") if tag in names), "")


def _shown(described: Described, iri: str, root: str, value: ox.Literal | None = None) -> Markup:
    """A value, or a thing by its name with the way to where it is told."""
    if value:
        return macro("_told.html", "told")(value.value, value.language or "", "")
    if (markup := described.written.get((iri, root))) is None:
        address, named = described.address(iri), iri in described.names
        leads = f"{root}{address}" if address else iri if iri.startswith(("http://", "https://")) else ""
        name = described.name(iri, LANGUAGES[0]) if address or named or iri.startswith(PAN) else iri
        markup = described.written[iri, root] = macro("_told.html", "told")(name, _language(described, iri), leads)
    return markup
