"""A document for each thing, as Turtle, JSON-LD and HTML: what any host can give where an address of ours leads.

A document holds what is said of a thing, what points to it, the links and involvements that join it to others whole,
and the names of what is mentioned. A thing that has pages has a document that leads to them; one that was retired has
one that says so, its tombstone. A named graph is its own document, in Turtle. Links that a rule made have none: they
are as many as all else together, and told in the documents of their ends; the service gives them one. Where documents
stand is the same as there (:mod:`pan2kg.server.addresses`): ``doc/plan/lu-bhr-2`` for ``id/plan/lu-bhr-2``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Final, TypeGuard

import pyoxigraph as ox

from pan2kg.graph.labels import Entry
from pan2kg.i18n.catalogue import LANGUAGES, Language, Messages, format_of
from pan2kg.publish.catalogue.terms import FOAF, OWL, TYPE, node, write
from pan2kg.publish.dump import Content
from pan2kg.publish.edition import Edition, File
from pan2kg.tables.template import render
from pan2kg.turtle.vocabulary import DCTERMS, PAN, RDFS, ROOT, SKOS

DOCUMENTS: Final = "doc"
GRAPHS: Final = "graph"
_WORDS: Final = Messages("publication")
_NAMES: Final = tuple(map(node, (SKOS + "prefLabel", RDFS + "label", DCTERMS + "title", FOAF + "name")))
_JOINING: Final = ("/id/link/", "/id/involvement/")
"""What joins two things is told whole in the documents of both."""
_MOST_POINTING: Final = 200
"""So many statements that point to a thing are told of it; what more points to, a level of evidence, is in the dump."""
_PLAIN: Final = re.compile(r"[\w.~-]+(?:/[\w.~-]+)*", re.ASCII)

Said = Mapping[str, Sequence[ox.Triple]]


@dataclass(frozen=True)
class Described:
    """All statements of a release by what they are of and what they point to; ``stated`` is what sources speak of."""

    edition: Edition
    triples: Sequence[ox.Triple]
    stated: Collection[str]

    @cached_property
    def of(self) -> Said:
        """The statements on each thing."""
        return _grouped((str(triple.subject)[1:-1], triple) for triple in self.triples)

    @cached_property
    def pointing(self) -> Said:
        """The statements that point to each thing."""
        return _grouped(
            (triple.object.value, triple) for triple in self.triples if isinstance(triple.object, ox.NamedNode)
        )

    @cached_property
    def places(self) -> Mapping[str, str]:
        """The path of the document of each thing, without an ending."""
        found = {iri: place for iri in self.of if iri in self.stated and (place := self._place(iri))}
        own = self.edition.issue.addresses.own
        for entry in self.entries.values():
            iri = own(entry.iri)
            if entry.kind and iri in self.of and iri not in found and _PLAIN.fullmatch(entry.key):
                found[iri] = f"{DOCUMENTS}/{entry.kind}/{entry.key}"
        return found

    def _place(self, iri: str) -> str:
        start = next((one for one in (self.edition.issue.addresses.root, ROOT) if iri.startswith(one)), "")
        rest = iri.removeprefix(start)
        apart = rest.startswith((f"{GRAPHS}/", "ontology", "query/"))
        return f"{DOCUMENTS}/{rest.removeprefix('id/')}" if start and not apart and _PLAIN.fullmatch(rest) else ""

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """What the labels of the graph know of things."""
        own = self.edition.issue.addresses.own
        return {own(iri): entry for iri, entry in self.edition.graph.labels.entries.items()}

    def is_retired(self, iri: str) -> bool:
        """Whether a thing is said to be deprecated."""
        return any(one.predicate.value == OWL + "deprecated" and str(one.object)[1:5] in ("true", "1\"^^")
                   for one in self.of.get(iri, ()))  # fmt: skip

    def successors(self, iri: str) -> list[str]:
        """What has taken the place of a thing."""
        return sorted(
            one.object.value for one in self.of.get(iri, ())
            if one.predicate.value == DCTERMS + "isReplacedBy" and isinstance(one.object, ox.NamedNode)
        )  # fmt: skip

    @cached_property
    def retired(self) -> Sequence[str]:
        """The things that were retired, in order of their addresses."""
        return [iri for iri in sorted(self.places) if self.is_retired(iri)]

    def about(self, iri: str) -> list[ox.Triple]:
        """What the document of a thing says: the thing first, then the rest in order."""
        said = dict.fromkeys(self.of[iri])
        pointing = self.pointing.get(iri, ())
        for triple in pointing if len(pointing) <= _MOST_POINTING else ():
            subject = str(triple.subject)[1:-1]
            said.update(dict.fromkeys(self.of[subject] if any(one in subject for one in _JOINING) else [triple]))
        mentioned = {term.value for one in said for term in (one.subject, one.object) if isinstance(term, ox.NamedNode)}
        names = (name for other in sorted(mentioned - {iri}) for name in self.names_of(other))
        return list(dict.fromkeys((*said, *names, *self._colophon(iri))))

    def names_of(self, iri: str) -> Iterator[ox.Triple]:
        """The statements that name a thing."""
        return (one for one in self.of.get(iri, ()) if one.predicate in _NAMES)

    def _colophon(self, iri: str) -> Iterator[ox.Triple]:
        issue, facts = self.edition.issue, self.edition.facts
        document = node(f"{issue.addresses.root}{self.places[iri]}")
        yield ox.Triple(document, TYPE, node(FOAF + "Document"))
        yield ox.Triple(document, node(FOAF + "primaryTopic"), node(iri))
        yield ox.Triple(document, node("http://rdfs.org/ns/void#inDataset"), node(issue.dataset))
        for licence in facts.of(facts.dataset, DCTERMS + "license"):
            yield ox.Triple(document, node(DCTERMS + "license"), licence)

    @cached_property
    def names(self) -> Mapping[str, Mapping[str, str]]:
        """How each thing is called, by language."""
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for predicate in reversed(_NAMES):
            for triple in (one for one in self.triples if one.predicate == predicate):
                if isinstance(triple.object, ox.Literal):
                    found[str(triple.subject)[1:-1]][triple.object.language or ""] = triple.object.value
        return found

    def name(self, iri: str, language: Language) -> str:
        """What a thing is called, best in a language, or what it joins or quotes; else its own last part."""
        names = self.names.get(iri, {})
        return next((names[tag] for tag in (language, *LANGUAGES, "") if tag in names), "") or self._made_of(
            iri, language
        )

    def _made_of(self, iri: str, language: Language) -> str:
        said = {one.predicate.value: one.object.value for one in self.of.get(iri, ()) if _is_plain(one.object)}
        if quote := said.get(PAN + "quote"):
            return f"« {quote} »"
        ends = [said[PAN + name] for name in ("involves", "from", "involvedIn", "to") if PAN + name in said]
        return " → ".join(self.name(end, language) for end in ends) or _tail(iri)


def _is_plain(term: object) -> TypeGuard[ox.NamedNode | ox.Literal]:
    return isinstance(term, ox.NamedNode | ox.Literal)


def _grouped(pairs: Iterator[tuple[str, ox.Triple]]) -> Said:
    found: dict[str, list[ox.Triple]] = defaultdict(list)
    for key, triple in pairs:
        found[key].append(triple)
    return found


def _tail(iri: str) -> str:
    return re.split(r"[/#]", iri.rstrip("/#"))[-1] or iri


def read_described(edition: Edition, stated: Content, whole: Content) -> Described:
    """The statements of a release, parsed."""
    read = ox.parse(b"".join(whole.triples), format=ox.RdfFormat.N_TRIPLES)
    spoken_of = {line[1 : line.index(b">")].decode() for line in stated.triples}
    return Described(edition, [quad.triple for quad in read], spoken_of)


def document_files(described: Described, pages: Collection[str]) -> Iterator[File]:
    """The documents of all things; ``pages`` are the paths of the pages of the release."""
    prefixes = dict(described.edition.prefixes())
    for iri, place in sorted(described.places.items(), key=lambda pair: pair[1]):
        about = described.about(iri)
        text = " ".join(map(str, about))
        used = {name: space for name, space in prefixes.items() if f"<{space}" in text}
        yield f"{place}.ttl", write(about, "ttl", used)
        yield f"{place}.jsonld", write(about, "jsonld", used)
        yield f"{place}.html", render("document.html", _page(described, iri, place, pages)).encode()


def graph_files(edition: Edition, whole: Content) -> Iterator[File]:
    """Each named graph as Turtle, at its own address."""
    places, prefixes = edition.issue.addresses, dict(edition.prefixes())
    for name, lines in groupby(sorted(whole.quads, key=_graph), key=_graph):
        iri = name.decode().strip()[1:-3].rstrip("> .")
        path = next((iri.removeprefix(start) for start in (places.root, ROOT) if iri.startswith(start)), "")
        if path.startswith(f"{GRAPHS}/") and _PLAIN.fullmatch(path):
            read = ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS)
            yield f"{path}.ttl", write((quad.triple for quad in read), "ttl", prefixes)


def _graph(line: bytes) -> bytes:
    return line[line.rindex(b" <") :]


@dataclass(frozen=True, slots=True)
class Told:
    """A value as it is shown: its words, their language, and where it leads."""

    words: str
    language: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A property in each language, and its values or, reversed, what has it."""

    names: tuple[tuple[Language, str], ...]
    values: tuple[Told, ...]
    is_reversed: bool = False


def _page(described: Described, iri: str, place: str, pages: Collection[str]) -> dict[str, object]:
    root = "../" * place.count("/")
    inside = place.removeprefix(f"{DOCUMENTS}/")
    shown = [(tag, format_of("name", tag), f"{root}{tag}/{inside}.html") for tag in LANGUAGES]
    shown = [one for one in shown if f"{one[0]}/{inside}.html" in pages]
    is_retired = described.is_retired(iri)
    return {
        "iri": iri,
        "root": root,
        "name": place.rpartition("/")[2],
        "title": described.name(iri, LANGUAGES[0]),
        "language": LANGUAGES[0],
        "languages": LANGUAGES,
        "pages": [] if is_retired else shown,
        "retired": is_retired,
        "following": [_told(described, node(one), root) for one in described.successors(iri)],
        "rows": [] if shown and not is_retired else list(_rows(described, iri, root)),
        "say": _WORDS.say,
    }


def _rows(described: Described, iri: str, root: str) -> Iterator[Row]:
    by_property = groupby(sorted(described.of[iri], key=_predicate), key=_predicate)
    for predicate, triples in by_property:
        yield Row(_called(described, predicate), tuple(_told(described, one.object, root) for one in triples))
    pointing = sorted(described.pointing.get(iri, ()), key=_predicate)
    for predicate, triples in groupby(pointing if len(pointing) <= _MOST_POINTING else (), key=_predicate):
        values = tuple(_told(described, one.subject, root) for one in triples)
        yield Row(_called(described, predicate), values, is_reversed=True)


def _predicate(triple: ox.Triple) -> str:
    return triple.predicate.value


def _called(described: Described, predicate: str) -> tuple[tuple[Language, str], ...]:
    key = f"property.{predicate}"
    change = Messages("change")
    return tuple(
        (tag, change.say(key, tag) if change.has(key) else described.name(predicate, tag)) for tag in LANGUAGES
    )


def _told(described: Described, term: object, root: str) -> Told:
    if isinstance(term, ox.Literal):
        return Told(term.value, term.language or "")
    if not isinstance(term, ox.NamedNode):
        return Told(str(term))
    place = described.places.get(term.value)
    leads = term.value.startswith(("http://", "https://"))
    named = described.names.get(term.value, {})
    language = next((tag for tag in (*LANGUAGES, "") if tag in named), "")
    return Told(
        described.name(term.value, LANGUAGES[0]) if place or named or term.value.startswith(PAN) else term.value,
        language,
        f"{root}{place}.html" if place else term.value if leads else "",
    )
