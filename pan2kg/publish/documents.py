"""Documents on things, as Turtle, JSON-LD and HTML: what any host can give where an address of ours leads.

A document tells the things of one kind, each at its key: ``doc/topic/all#health`` for ``id/topic/health``; of kinds
with many things, those whose keys begin alike: ``doc/plan/lu-b#lu-bhr-2``. Patterns say where, so that no server needs
a list of things. What is told is what is said of a thing, what points to it, the links and involvements sources state
of it whole, and the names of what is mentioned. A thing that has pages leads to them; one that was retired says so.
The named graphs of a folder are one document, in Turtle.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from itertools import chain, groupby
from typing import Final, NamedTuple

import pyoxigraph as ox
from markupsafe import Markup

from pan2kg.i18n.catalogue import LANGUAGES, Language, Messages, format_of
from pan2kg.publish.edition import Edition, File
from pan2kg.publish.folder import Content, graph_name
from pan2kg.publish.vocabulary import FOAF, OWL, TYPE, node, write
from pan2kg.tables.template import macro, markup, render
from pan2kg.turtle.vocabulary import DCTERMS, PAN, RDFS, ROOT, SKOS

DOCUMENTS: Final = "doc"
GRAPHS: Final = "graph"
SPLIT: Final = "action|body|document|instrument|involvement|link|passage|plan"
"""The kinds of which there are hundreds of things: several documents tell them, by how their keys begin."""
SHARED: Final = r"[a-z][a-z]-[^/.-]|(?![a-z][a-z]-[^/.-])[^/.]"
"""How keys of theirs begin that are told in one document: with a country and one sign more, else with one sign.

Apache, nginx and a script in a page read it alike, and it matches a key in one way only. Keys of links a rule made are
hexadecimal: sixteen documents tell them all.
"""
ALL: Final = "all"
"""What the document is called that tells all things of a kind."""
_WORDS: Final = Messages("publication")
_PROPERTY: Final = Messages("property")
_NAMES: Final = (SKOS + "prefLabel", RDFS + "label", DCTERMS + "title", FOAF + "name")
_JOINING: Final = re.compile("/id/(?:link|involvement)/(?![0-9a-f]{16}$)")
"""What joins two things and is stated is told whole in the documents of both."""
_MOST_POINTING: Final = 200
"""So many statements that point to a thing are told of it; what more points to, a level of evidence, is in the dump."""
_PLAIN: Final = re.compile(r"[\w.~-]+(?:/[\w.~-]+)*", re.ASCII)
_ENDS: Final = (PAN + "from", PAN + "between", PAN + "to")
_OF_LINKS: Final = tuple(PAN + name for name in ("linkType", "relation", "via", "evidenceLevel", "status", "evidence"))
"""What a page tells of each link, beside what it joins; all there is said stands in the data."""


class DocumentStatement(NamedTuple):
    subject: str
    predicate: str
    target: str
    object: str
    value: ox.Literal | None
    line: bytes


def shared_place(place: str) -> str:
    """The path of the document that tells what has this place of its own.

    >>> [shared_place(f"doc/{place}") for place in ("link/6e97963c99814c", "plan/lu-bhr-2", "topic/health", "dataset")]
    ['doc/link/6', 'doc/plan/lu-b', 'doc/topic/all', 'doc/dataset']
    """
    match = re.fullmatch(rf"({DOCUMENTS}/(?:{SPLIT})/(?:{SHARED}))[^/]*", place)
    if match:
        return match[1]
    return re.sub(rf"(?<=^{DOCUMENTS}/)(?!(?:{SPLIT})/)([^/]+)/[^/]+$", rf"\1/{ALL}", place)


def graph_place(place: str) -> str:
    """The path of the document of a named graph: that of its folder.

    >>> graph_place("graph/plans/lu-bhr-2/actions"), graph_place("graph/profile")
    ('graph/plans/lu-bhr-2', 'graph/profile')
    """
    return "/".join(place.split("/")[:3])


class Described:
    """All statements of a release by what they are ``of``, what they are ``pointing`` to, and what they are ``naming``.

    ``own_places`` are the paths documents of the things would have if they told nothing else, ``places`` those of the
    documents in which they are told, both without an ending. No statement has a blank node.
    """

    def __init__(self, edition: Edition, whole: Content) -> None:
        self.edition = edition
        of, pointing, naming = (defaultdict[str, list[DocumentStatement]](list) for _ in range(3))
        self.retired, self.heirs, iris = set[str](), defaultdict[str, list[str]](list), dict[str, str]()
        quads = ox.parse(b"".join(whole.triples), format=ox.RdfFormat.N_TRIPLES)
        for quad, line in zip(quads, whole.triples, strict=True):
            value = quad.object if isinstance(quad.object, ox.Literal) else None
            # each address is one string, however many statements have it
            subject, predicate, target = (
                iris.setdefault(iri, iri)
                for iri in (str(quad.subject)[1:-1], quad.predicate.value, "" if value else str(quad.object)[1:-1])
            )
            statement = DocumentStatement(subject, predicate, target, value.value if value else target, value, line)
            of[subject].append(statement)
            if target:
                pointing[target].append(statement)
            if predicate in _NAMES:
                naming[subject].append(statement)
            if predicate == OWL + "deprecated" and statement.object in ("true", "1"):
                self.retired.add(subject)
            if predicate == DCTERMS + "isReplacedBy" and target:
                self.heirs[subject].append(target)
        self.of, self.pointing, self.naming = of, pointing, naming
        self.names: dict[str, dict[str, str]] = {}
        for iri, statements in naming.items():
            values = [(_NAMES.index(row.predicate), row.value) for row in statements if row.value]
            ranked = sorted(values, key=lambda pair: -pair[0])
            self.names[iri] = {value.language or "": value.value for _, value in ranked}
        self.own_places: dict[str, str] = {}
        addresses = edition.issue.addresses
        for iri in of:
            start = next((space for space in (addresses.root, ROOT) if iri.startswith(space)), "")
            key_part = iri.removeprefix(start)
            is_apart = key_part.startswith((f"{GRAPHS}/", "ontology", "query/"))
            if start and not is_apart and _PLAIN.fullmatch(key_part):
                self.own_places[iri] = f"{DOCUMENTS}/{key_part.removeprefix('id/')}"
        for entry in edition.graph.labels.entries.values():
            iri = addresses.own(entry.iri)
            if entry.kind and iri in of and iri not in self.own_places and _PLAIN.fullmatch(entry.key):
                self.own_places[iri] = f"{DOCUMENTS}/{entry.kind}/{entry.key}"
        self.places = {iri: shared_place(place) for iri, place in self.own_places.items()}
        self.keys = {iri: place.rpartition("/")[2] for iri, place in self.own_places.items()}
        self._called: dict[tuple[str, Language], str] = {}
        self._written: dict[tuple[str, str], Markup] = {}

    def towards(self, iri: str) -> Sequence[DocumentStatement]:
        statements = self.pointing.get(iri, ())
        return statements if len(statements) <= _MOST_POINTING else ()

    def about(self, iris: Sequence[str]) -> Collection[DocumentStatement]:
        # each statement once, in order: a line says all of it, and is quicker told from others than its parts
        by_line: dict[bytes, DocumentStatement] = {}
        for iri in iris:
            for statement in chain(self.of[iri], self.towards(iri)):
                by_line[statement.line] = statement
                if statement.target == iri and _JOINING.search(statement.subject):
                    by_line.update((row.line, row) for row in self.of[statement.subject])
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

    def name(self, iri: str, language: Language) -> str:
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
        names = self.names.get(iri)
        if not names:
            return self.name(iri, language) if language == LANGUAGES[0] else ""
        return names.get(language, "")

    def shown(self, iri: str, root: str, value: ox.Literal | None = None) -> Markup:
        if value:
            return macro("_told.html", "told")(value.value, value.language or "", "")
        # documents show things again and again
        if (text := self._written.get((iri, root))) is None:
            place, names = self.places.get(iri, ""), self.names.get(iri, {})
            leads = f"{root}{place}.html#{self.keys[iri]}" if place else ""
            leads = leads or (iri if iri.startswith(("http://", "https://")) else "")
            # below no page, "-", a thing leads nowhere and is always told by its name
            is_named = place or names or iri.startswith(PAN) or root == "-"
            language = next((tag for tag in (*LANGUAGES, "") if tag in names), "") if is_named else ""
            words = self.name(iri, LANGUAGES[0]) if is_named else iri
            text = macro("_told.html", "told")(words, language, "" if root == "-" else leads)
            self._written[iri, root] = text
        return text


def document_files(described: Described, pages: Collection[str]) -> Iterator[File]:
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
    return tuple(iri[: place + 1] for mark in "#/" if (place := iri.rfind(mark)) >= 0)


def graph_files(edition: Edition, whole: Content) -> Iterator[File]:
    roots, prefixes = (edition.issue.addresses.root, ROOT), dict(edition.prefixes())

    @cache
    def place_of(graph: bytes) -> str:
        iri = graph.decode().strip()[1:-3].rstrip("> .")
        path = next((iri.removeprefix(root) for root in roots if iri.startswith(root)), "")
        return graph_place(path) if path.startswith(f"{GRAPHS}/") and _PLAIN.fullmatch(path) else ""

    by_place: dict[str, list[bytes]] = defaultdict(list)
    for line in whole.quads:
        by_place[place_of(graph_name(line))].append(line)
    for path in sorted(filter(None, by_place)):
        quads = ox.parse(b"".join(by_place[path]), format=ox.RdfFormat.N_QUADS)
        yield f"{path}.ttl", write(dict.fromkeys(quad.triple for quad in quads), "ttl", prefixes)


def _page(described: Described, iris: Sequence[str], place: str, pages: Collection[str]) -> dict[str, object]:
    root = "../" * place.count("/")
    of_links, prefixes = place.startswith(f"{DOCUMENTS}/link/"), described.edition.prefixes().items()
    cells: dict[str, dict[tuple[str, str], list[Markup]]] = {}
    rows = []
    for iri in iris:
        inside, is_retired = described.own_places[iri].removeprefix(f"{DOCUMENTS}/"), iri in described.retired
        ways = [(tag, format_of("name", tag), f"{root}{tag}/{inside}.html") for tag in LANGUAGES
                if f"{tag}/{inside}.html" in pages and not is_retired]  # fmt: skip
        values = cells[iri] = defaultdict(list)
        ends: list[Markup] = []
        if not ways:
            for statement in described.of[iri]:
                text = described.shown(statement.target, root, statement.value)
                if of_links and statement.predicate in _ENDS:
                    ends.append(text)
                elif not of_links or statement.predicate in _OF_LINKS:
                    values["", statement.predicate].append(text)
            for statement in () if of_links else described.towards(iri):
                values["←", statement.predicate].append(described.shown(statement.subject, root))
        rows.append({
            "key": described.keys[iri], "iri": iri, "pages": ways, "retired": is_retired,
            "name": markup(" – ").join(ends) if ends else described.shown(iri, "-"),
            "heirs": [described.shown(heir, root) for heir in sorted(described.heirs.get(iri, ()))],
        })  # fmt: skip
    heads = sorted({head for values in cells.values() for head in values})
    for iri, row in zip(iris, rows, strict=True):
        row["cells"] = [markup("<br>").join(cells[iri].get(head, ())) for head in heads]

    heads_told = []
    for sign, iri in heads:
        short = next((f"{name}:{iri.removeprefix(space)}" for name, space in prefixes if iri.startswith(space)), "")
        heads_told.append((sign, [(tag, _PROPERTY.say(short, tag) if _PROPERTY.has(short) else described.name(iri, tag))
                                  for tag in LANGUAGES]))  # fmt: skip
    return {
        "root": root, "name": place.rpartition("/")[2], "kind": place.split("/")[1], "languages": LANGUAGES,
        "heads": heads_told,
        "rows": rows, "say": _WORDS.say,
    }  # fmt: skip
