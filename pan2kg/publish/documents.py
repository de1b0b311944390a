"""A document for each thing, as Turtle, JSON-LD and HTML: what any host can give where an address of ours leads.

A document holds what is said of a thing, what points to it, the links and involvements that join it to others whole,
and the names of what is mentioned. A thing that has pages has a document that leads to them; one that was retired has
one that says so, its tombstone. A named graph is its own document, in Turtle. Where documents stand is the same as in
the service (:mod:`pan2kg.server.documents`): ``doc/plan/lu-bhr-2`` for ``id/plan/lu-bhr-2``.

Links are as many as all else together, and a rule makes most of them. Those whose keys begin with the same two
characters are told in one document, each at its key: ``doc/link/6e#6e97963c99814ce4``. A key says nothing of what it
joins, so that the documents stay of one size, and one rule of a server leads to all of them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

import pyoxigraph as ox

from pan2kg.graph.labels import Entry
from pan2kg.i18n.catalogue import LANGUAGES, Language, Messages, format_of
from pan2kg.publish.catalogue.terms import FOAF, OWL, TYPE, node, write
from pan2kg.publish.dump import Content
from pan2kg.publish.edition import Edition, File
from pan2kg.tables.template import macro, markup, render
from pan2kg.turtle.vocabulary import DCTERMS, PAN, RDFS, ROOT, SKOS

if TYPE_CHECKING:
    from markupsafe import Markup

DOCUMENTS: Final = "doc"
GRAPHS: Final = "graph"
LINKS: Final = f"{DOCUMENTS}/link"
"""Where the documents stand that tell several links each."""
SHARED: Final = 2
"""So many characters the keys of links begin with alike that are told in one document."""
_WORDS: Final = Messages("publication")
_NAMES: Final = (SKOS + "prefLabel", RDFS + "label", DCTERMS + "title", FOAF + "name")
_JOINING: Final = re.compile("/id/(?:link|involvement)/")
"""What joins two things is told whole in the documents of both."""
_MOST_POINTING: Final = 200
"""So many statements that point to a thing are told of it; what more points to, a level of evidence, is in the dump."""
_PLAIN: Final = re.compile(r"[\w.~-]+(?:/[\w.~-]+)*", re.ASCII)


class Statement(NamedTuple):
    """A statement: its subject and predicate, the thing it points to or else its value, its line and its triple."""

    subject: str
    predicate: str
    target: str
    value: ox.Literal | None
    line: bytes
    triple: ox.Triple

    @property
    def object(self) -> str:
        """The address of what it points to, or the words of its value."""
        return self.value.value if self.value else self.target


_NAMED: Final = 3
"""So many of its parts, the first, are addresses."""
Said = Mapping[str, Sequence[Statement]]


@dataclass(frozen=True)
class Described:
    """All statements of a release by what they are of and what they point to."""

    edition: Edition
    statements: Sequence[Statement]

    @cached_property
    def of(self) -> Said:
        """The statements on each thing."""
        return _grouped((one.subject, one) for one in self.statements)

    @cached_property
    def pointing(self) -> Said:
        """The statements that point to each thing."""
        return _grouped((one.target, one) for one in self.statements if one.target)

    @cached_property
    def own_places(self) -> Mapping[str, str]:
        """The path a document of each thing has, or would have if links had each its own, without an ending."""
        found = {iri: place for iri in self.of if (place := self._place(iri))}
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
    def places(self) -> Mapping[str, str]:
        """The path of the document in which each thing is told, without an ending."""
        return {iri: shared_place(place) for iri, place in self.own_places.items()}

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """What the labels of the graph know of things."""
        own = self.edition.issue.addresses.own
        return {own(iri): entry for iri, entry in self.edition.graph.labels.entries.items()}

    def address(self, iri: str) -> str:
        """Where a thing is told, as a path with an ending, and in a document of several at its key; empty for none."""
        place = self.places.get(iri, "")
        key = f"#{iri.rpartition('/')[2]}" if place != self.own_places.get(iri, "") else ""
        return f"{place}.html{key}" if place else ""

    def is_retired(self, iri: str) -> bool:
        """Whether a thing is said to be deprecated."""
        return iri in self._deprecated

    @cached_property
    def _deprecated(self) -> frozenset[str]:
        said = (one for one in self.statements if one.predicate == OWL + "deprecated")
        return frozenset(one.subject for one in said if one.object in ("true", "1"))

    def successors(self, iri: str) -> list[str]:
        """What has taken the place of a thing."""
        return sorted(
            one.target for one in self.of.get(iri, ())
            if one.predicate == DCTERMS + "isReplacedBy" and one.target
        )  # fmt: skip

    @cached_property
    def retired(self) -> Sequence[str]:
        """The things that were retired, in order of their addresses."""
        return [iri for iri in sorted(self.places) if self.is_retired(iri)]

    def about(self, iri: str) -> Collection[Statement]:
        """What the document of a thing says: the thing first, then the rest in order."""
        said = _by_line(self.of[iri])
        for one in self.towards(iri):
            if _JOINING.search(one.subject):
                said |= _by_line(self.of[one.subject])
            else:
                said[one.line] = one
        return (said | self._names_in(said.values(), {iri})).values()

    def about_all(self, things: Sequence[str]) -> Collection[Statement]:
        """What a document of several things says: each of them, what points to it, and the names of all mentioned."""
        said = _by_line(one for iri in things for one in (*self.of[iri], *self.towards(iri)))
        return (said | self._names_in(said.values(), set())).values()

    def towards(self, iri: str) -> Sequence[Statement]:
        """The statements that point to a thing, where they are few enough to be told of it."""
        found = self.pointing.get(iri, ())
        return found if len(found) <= _MOST_POINTING else ()

    def _names_in(self, said: Iterable[Statement], but: set[str]) -> dict[bytes, Statement]:
        mentioned = {name for one in said for name in one[:_NAMED] if name in self.naming}
        return _by_line(name for other in sorted(mentioned - but) for name in self.naming[other])

    @cached_property
    def naming(self) -> Said:
        """The statements that name each thing."""
        return _grouped((one.subject, one) for one in self.statements if one.predicate in _NAMES)

    def colophon(self, place: str, things: Sequence[str]) -> Iterator[ox.Triple]:
        """What is said of a document itself."""
        issue, facts = self.edition.issue, self.edition.facts
        document = node(issue.addresses.root + place)
        topic = node(FOAF + ("primaryTopic" if len(things) == 1 else "topic"))
        yield ox.Triple(document, TYPE, node(FOAF + "Document"))
        yield from (ox.Triple(document, topic, node(thing)) for thing in things)
        yield ox.Triple(document, node("http://rdfs.org/ns/void#inDataset"), node(issue.dataset))
        for licence in facts.of(facts.dataset, DCTERMS + "license"):
            yield ox.Triple(document, node(DCTERMS + "license"), node(licence.value))

    @cached_property
    def names(self) -> Mapping[str, Mapping[str, str]]:
        """How each thing is called, by language."""
        found: dict[str, dict[str, str]] = {}
        for iri, naming in self.naming.items():
            named = found[iri] = dict[str, str]()
            for one in sorted(naming, key=lambda one: -_NAMES.index(one.predicate)):
                if one.value:
                    named[one.value.language or ""] = one.value.value
        return found

    def name(self, iri: str, language: Language) -> str:
        """What a thing is called, best in a language, or what it joins or quotes; else its own last part."""
        if (found := self._called.get((iri, language))) is None:
            names = self.names.get(iri, {})
            found = next((names[tag] for tag in (language, *LANGUAGES, "") if tag in names), "")
            found = self._called[iri, language] = found or self._made_of(iri, language)
        return found

    @cached_property
    def _called(self) -> dict[tuple[str, Language], str]:
        return {}

    @cached_property
    def shown(self) -> dict[tuple[str, ...], Markup]:
        """What documents show again and again as it is written there: properties, and things by their names."""
        return {}

    def _made_of(self, iri: str, language: Language) -> str:
        said = {one.predicate: one.object for one in self.of.get(iri, ())}
        if quote := said.get(PAN + "quote"):
            return f"« {quote} »"
        ends = [said[PAN + name] for name in ("involves", "from", "involvedIn", "to") if PAN + name in said]
        return " → ".join(self.name(end, language) for end in ends) or _tail(iri)


def shared_place(place: str) -> str:
    """The path of the document that tells what has a place of its own: that of several links, else the place.

    >>> shared_place("doc/link/6e97963c99814ce4"), shared_place("doc/plan/lu-bhr-2")
    ('doc/link/6e', 'doc/plan/lu-bhr-2')
    """
    folder, _, key = place.rpartition("/")
    return f"{LINKS}/{key[:SHARED]}" if folder == LINKS else place


def _by_line(statements: Iterable[Statement]) -> dict[bytes, Statement]:
    """Each statement once, in order: a line says all of it, and is quicker told from others than its parts."""
    return {one.line: one for one in statements}


def _grouped(pairs: Iterator[tuple[str, Statement]]) -> Said:
    found: dict[str, list[Statement]] = defaultdict(list)
    for key, one in pairs:
        found[key].append(one)
    return found


def _tail(iri: str) -> str:
    return re.split(r"[/#]", iri.rstrip("/#"))[-1] or iri


def read_described(edition: Edition, whole: Content) -> Described:
    """The statements of a release, parsed; none has a blank node (:func:`pan2kg.publish.dump.read_content`)."""
    read = ox.parse(b"".join(whole.triples), format=ox.RdfFormat.N_TRIPLES)
    statements = (_statement(quad, line) for quad, line in zip(read, whole.triples, strict=True))
    return Described(edition, list(statements))


def _statement(quad: ox.Quad, line: bytes) -> Statement:
    subject, value = line[1 : line.index(b">")].decode(), quad.object
    if isinstance(value, ox.Literal):
        return Statement(subject, quad.predicate.value, "", value, line, quad.triple)
    return Statement(subject, quad.predicate.value, str(value)[1:-1], None, line, quad.triple)


def document_files(described: Described, pages: Collection[str]) -> Iterator[File]:
    """The documents of all things; ``pages`` are the paths of the pages of the release."""
    prefixes = described.edition.prefixes()
    told = sorted(described.places.items(), key=lambda pair: (pair[1], pair[0]))
    for place, group in groupby(told, key=lambda pair: pair[1]):
        things = [iri for iri, _ in group]
        has_several = place.startswith(f"{LINKS}/")
        about = described.about_all(things) if has_several else described.about(things[0])
        triples, used = [*(one.triple for one in about), *described.colophon(place, things)], _used(about, prefixes)
        for ending, form in _DATA.items():
            yield f"{place}.{ending}", (ox.serialize(triples, format=form, prefixes=used) or b"").rstrip() + b"\n"
        if has_several:
            yield f"{place}.html", render("links.html", _links_page(described, things, place)).encode()
        else:
            yield f"{place}.html", render("document.html", _page(described, things[0], place, pages)).encode()


_DATA: Final = {"ttl": ox.RdfFormat.TURTLE, "jsonld": ox.RdfFormat.JSON_LD}


def _used(about: Iterable[Statement], prefixes: Mapping[str, str]) -> dict[str, str]:
    """Those of the prefixes that a document needs."""
    iris = {iri for one in about for iri in one[:_NAMED]}
    iris |= {one.value.datatype.value for one in about if one.value}
    spaces = {space for iri in iris for space in _spaces(iri)}
    return {name: space for name, space in prefixes.items() if space in spaces}


@cache
def _spaces(iri: str) -> tuple[str, ...]:
    """What the namespace of an IRI may be: what stands before and after its last separator."""
    return tuple(iri[: place + 1] for mark in "#/" if (place := iri.rfind(mark)) >= 0)


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
        "following": [_leading(described, one, root) for one in described.successors(iri)],
        "rows": markup("") if shown and not is_retired else markup("").join(_rows(described, iri, root)),
        "say": _WORDS.say,
    }


def _rows(described: Described, iri: str, root: str) -> Iterator[Markup]:
    """The properties of a thing with their values, and those by which others point to it."""
    for name, said in groupby(sorted(described.of[iri], key=_predicate), key=_predicate):
        yield _property(described, name, "")
        for one in said:
            yield _written(described, one, root, _VALUE)
    for name, said in groupby(sorted(described.towards(iri), key=_predicate), key=_predicate):
        yield _property(described, name, "←")
        for one in said:
            yield _written_thing(described, one.subject, root, _VALUE)


_VALUE: Final = "value"
_INLINE: Final = "inline"


def _property(described: Described, name: str, sign: str) -> Markup:
    """A property in each language, as the head of its values; the sign says that they have it."""
    if (found := described.shown.get((name, sign))) is None:
        found = described.shown[name, sign] = macro("_told.html", "property")(_called(described, name), sign)
    return found


def _written(described: Described, one: Statement, root: str, form: str) -> Markup:
    """What a statement says, by the macro of that name."""
    if one.value:
        return macro("_told.html", form)(Told(one.value.value, one.value.language or ""))
    return _written_thing(described, one.target, root, form)


def _written_thing(described: Described, iri: str, root: str, form: str) -> Markup:
    if (found := described.shown.get((iri, root, form))) is None:
        found = described.shown[iri, root, form] = macro("_told.html", form)(_leading(described, iri, root))
    return found


def _predicate(one: Statement) -> str:
    return one.predicate


Names = tuple[tuple[Language, str], ...]


def _called(described: Described, name: str) -> Names:
    key = f"property.{name}"
    change = Messages("change")
    return tuple((tag, change.say(key, tag) if change.has(key) else described.name(name, tag)) for tag in LANGUAGES)


def _leading(described: Described, iri: str, root: str) -> Told:
    """A thing by its name, with the way to where it is told."""
    address = described.address(iri)
    leads = iri.startswith(("http://", "https://"))
    named = described.names.get(iri, {})
    language = next((tag for tag in (*LANGUAGES, "") if tag in named), "")
    return Told(
        described.name(iri, LANGUAGES[0]) if address or named or iri.startswith(PAN) else iri,
        language,
        f"{root}{address}" if address else iri if leads else "",
    )


_ENDS: Final = (PAN + "from", PAN + "between", PAN + "to")
_TOLD: Final = tuple(PAN + name for name in ("linkType", "relation", "via", "evidenceLevel", "status", "evidence"))
"""What a page of links tells of each, beside what it joins; all there is said stands in the data."""


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link as it is shown: its key, what it joins, and the values of each column; one that was retired says so."""

    key: str
    ends: Markup
    cells: tuple[Markup, ...]
    retired: bool


def _links_page(described: Described, things: Sequence[str], place: str) -> dict[str, object]:
    root = "../" * place.count("/")
    rows = [_link_row(described, iri, root) for iri in things]
    return {
        "root": root,
        "name": place.rpartition("/")[2],
        "language": LANGUAGES[0],
        "languages": LANGUAGES,
        "heads": [_called(described, name) for name in _TOLD],
        "rows": rows,
        "say": _WORDS.say,
    }


def _link_row(described: Described, iri: str, root: str) -> LinkRow:
    found: dict[str, list[Markup]] = defaultdict(list)
    for one in described.of[iri]:
        if one.predicate in _ENDS or one.predicate in _TOLD:
            found[one.predicate].append(_written(described, one, root, _INLINE))
    ends = markup(" – ").join(told for name in _ENDS for told in found[name])
    cells = tuple(markup("<br>").join(found[name]) for name in _TOLD)
    return LinkRow(iri.rpartition("/")[2], ends, cells, described.is_retired(iri))
