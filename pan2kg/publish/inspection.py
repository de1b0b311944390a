"""What a release checks of itself before it takes its place: every fault found is a reason not to publish.

Dumps are read back and compared, checksums and links are followed, and the catalogue is held to rules of our own, so
that no external validator is needed. Among these are three the portal's software made necessary: it takes the first
literal for the title, skips a dataset without an identifier, and merges distributions with the same address.
"""

from __future__ import annotations

import gzip
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from html import unescape
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import pyoxigraph as ox

from pan2kg.i18n.catalogue import LANGUAGES
from pan2kg.i18n.message import say
from pan2kg.publish.catalogue.terms import ADMS, DCAT, DCATAP, FOAF, SPDX, TYPE, Term, canonical, node
from pan2kg.publish.dump import QUADS, Content, differs
from pan2kg.publish.edition import Addresses, Issue
from pan2kg.publish.folder import LIST, measure, read_checksums, walk
from pan2kg.turtle.vocabulary import DCTERMS, RDFS, SKOS

Values = Mapping[str, list[Term]]
NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    DCAT + "Catalog": (
        DCTERMS + "title", DCTERMS + "description", DCTERMS + "publisher", DCTERMS + "language", DCTERMS + "issued",
        DCTERMS + "modified", DCTERMS + "license", DCTERMS + "spatial", DCAT + "themeTaxonomy", FOAF + "homepage",
        DCAT + "dataset",
    ),
    DCAT + "Dataset": (
        DCTERMS + "title", DCTERMS + "description", DCTERMS + "identifier", DCTERMS + "publisher", DCTERMS + "spatial",
        DCAT + "keyword", DCAT + "theme", DCAT + "distribution", DCAT + "version",
    ),
    DCAT + "Distribution": (
        DCTERMS + "title", DCTERMS + "description", DCAT + "accessURL", DCTERMS + "format", DCAT + "mediaType",
        DCTERMS + "license", DCTERMS + "rights", DCATAP + "availability", ADMS + "status",
    ),
    DCAT + "DataService": (
        DCTERMS + "title", DCAT + "endpointURL", DCTERMS + "conformsTo", DCAT + "servesDataset",
        DCAT + "endpointDescription",
    ),
}  # fmt: skip
"""What each thing of a catalogue must say, by its class."""

_LABELS: Final = tuple(space + name for space, name in (
    (RDFS, "label"), (DCTERMS, "title"), (SKOS, "prefLabel"), (FOAF, "name"),
    ("http://www.w3.org/2006/vcard/ns#", "fn"),
))  # fmt: skip
_PLACES: Final = frozenset((
    DCAT + "accessURL", DCAT + "downloadURL", DCAT + "endpointURL", DCAT + "previousVersion", TYPE.value,
    "http://www.w3.org/2002/07/owl#versionIRI", "http://www.w3.org/2006/vcard/ns#hasEmail",
    "http://www.w3.org/2006/vcard/ns#hasURL",
))  # fmt: skip
"""Properties whose value is an address rather than a thing the catalogue describes."""


def faults(triples: Iterable[ox.Triple], today: date) -> list[str]:
    """What is wrong with a catalogue, one sentence each; none is the pass.

    >>> faults([], date(2026, 11, 25))
    ['The catalogue describes no dataset.']
    """
    by_subject: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for triple in triples:
        if not isinstance(triple.object, ox.Triple):
            by_subject[str(triple.subject)][triple.predicate.value].append(triple.object)
    if not any(DCAT + "Dataset" in _classes(properties) for properties in by_subject.values()):
        return [_fault("no-dataset")]
    rules: tuple[Callable[[Mapping[str, Values], date], Iterator[str]], ...] = (
        _missing, _undescribed, _not_french_first, _future, _shared, _thin,
    )  # fmt: skip
    return [fault for rule in rules for fault in rule(by_subject, today)]


def _fault(key: str, /, **values: object) -> str:
    return say("inspection", key, **values)


def _classes(properties: Values) -> set[str]:
    return {value.value for value in properties.get(TYPE.value, [])}


def _missing(by_subject: Mapping[str, Values], _: date) -> Iterator[str]:
    for subject, properties in by_subject.items():
        for kind in _classes(properties) & NEEDED.keys():
            yield from (
                _fault("lacks", subject=subject, name=name) for name in NEEDED[kind] if not properties.get(name)
            )


def _undescribed(by_subject: Mapping[str, Values], _: date) -> Iterator[str]:
    for subject, properties in by_subject.items():
        for predicate, values in properties.items():
            if predicate in _PLACES:
                continue
            for value in values:
                if isinstance(value, ox.NamedNode) and not _is_described(by_subject.get(str(value), {})):
                    yield _fault("undescribed", subject=subject, value=value)


def _is_described(properties: Values) -> bool:
    return bool(properties.get(TYPE.value)) and any(properties.get(name) for name in _LABELS)


def _not_french_first(by_subject: Mapping[str, Values], _: date) -> Iterator[str]:
    for subject, properties in by_subject.items():
        for predicate, values in properties.items():
            tags = [value.language for value in values if isinstance(value, ox.Literal) and value.language]
            if LANGUAGES[0] in tags and tags[0] != LANGUAGES[0]:
                yield _fault("not-french-first", subject=subject, predicate=predicate)


def _future(by_subject: Mapping[str, Values], today: date) -> Iterator[str]:
    for subject, properties in by_subject.items():
        for name in ("issued", "modified"):
            for value in properties.get(DCTERMS + name, []):
                if value.value[:10] > today.isoformat():
                    yield _fault("in-future", subject=subject, name=name, day=value.value[:10])


def _shared(by_subject: Mapping[str, Values], _: date) -> Iterator[str]:
    """A portal merges distributions of one address, and makes a nameless resource of dct:hasPart."""
    distributions = [properties for properties in by_subject.values() if DCAT + "Distribution" in _classes(properties)]
    counted = Counter(str(value) for properties in distributions for value in properties.get(DCAT + "accessURL", []))
    for address, number in counted.items():
        if number > 1:
            yield _fault("shared-address", address=address, number=number)
    for properties in distributions:
        if properties.get(DCAT + "downloadURL") and not (
            properties.get(DCAT + "byteSize") and properties.get(SPDX + "checksum")
        ):
            yield _fault("no-size", address=properties[DCAT + "downloadURL"][0])
    for subject, properties in by_subject.items():
        if properties.get(DCTERMS + "hasPart"):
            yield _fault("has-part", subject=subject)


def _thin(by_subject: Mapping[str, Values], _: date) -> Iterator[str]:
    """A portal scores keywords below three characters and descriptions below a hundred down."""
    for subject, properties in by_subject.items():
        if DCAT + "Dataset" not in _classes(properties):
            continue
        if any(len(word.value) < _SHORT_WORD for word in properties.get(DCAT + "keyword", [])):
            yield _fault("short-keyword", subject=subject, least=_SHORT_WORD)
        if any(len(text.value) < _SHORT_TEXT for text in properties.get(DCTERMS + "description", [])):
            yield _fault("short-description", subject=subject, least=_SHORT_TEXT)
        if [value.value for value in properties.get(DCTERMS + "identifier", [])] != [subject.strip("<>")]:
            yield _fault("other-identifier", subject=subject)


_SHORT_WORD: Final = 3
_SHORT_TEXT: Final = 100


_LINK: Final = re.compile(rb"""(?: href| src)=["']([^"']*)["']""")
_ADDRESS: Final = re.compile(rb"""<loc>([^<]+)|[<"](https?://[^<>"\s]+)[>"]""")
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:|/|#", re.IGNORECASE)


def inspect_dumps(folder: Path, dumps: Mapping[str, Content]) -> Iterator[str]:
    """Whether each dump, read back, is what it was written from."""
    for path, content in dumps.items():
        if differs(content, folder / path):
            yield _fault("other-graph", path=path)


def inspect_catalogue(folder: Path, issue: Issue, today: date) -> Iterator[str]:
    """Whether the three catalogues are one graph, sound, and true of the files they speak of."""
    files = {ending: (folder / f"catalogue.{ending}").read_bytes() for ending in ("ttl", "rdf", "jsonld")}
    if len({canonical(content, ending) for ending, content in files.items()}) != 1:
        yield _fault("catalogues-differ")
    triples = [quad.triple for quad in ox.parse(files["ttl"], format=ox.RdfFormat.TURTLE)]
    yield from faults(triples, today)
    said = {(triple.subject, triple.predicate.value): triple.object for triple in triples}
    for triple in triples:
        if triple.predicate == node(DCAT + "downloadURL") and isinstance(triple.object, ox.NamedNode):
            yield from _inspect_file(folder, issue, said, triple.subject, triple.object.value)


ValueLookup = Mapping[tuple[object, str], object]


def _inspect_file(folder: Path, issue: Issue, said: ValueLookup, about: object, address: str) -> Iterator[str]:
    path = folder / unquote(address.removeprefix(issue.addresses.base))
    if not path.is_file():
        yield _fault("no-such-file", address=address)
        return
    found = measure(path)
    if _value(said.get((about, DCAT + "byteSize"))) != str(found.size):
        yield _fault("other-size", name=path.name)
    checksum = said.get((about, SPDX + "checksum"))
    if _value(said.get((checksum, SPDX + "checksumValue"))) != found.sha512:
        yield _fault("other-checksum", name=path.name)


def _value(term: object) -> str:
    return term.value if isinstance(term, ox.Literal) else ""


def inspect_checksums(folder: Path) -> Iterator[str]:
    """Whether the list of checksums names every file, once, and nothing else."""
    listed = read_checksums(folder)
    for path in walk(folder):
        if path != LIST and next(listed, ("", ""))[0] != path:
            yield _fault("list-wrong", list=LIST, path=path)


def inspect_count(folder: Path, triples: int) -> Iterator[str]:
    """Whether the dump of everything holds as many triples as VoID says."""
    with gzip.open(folder / QUADS) as file:
        found = len({line[: line.rindex(b" <")] for line in file})
    if found != triples:
        yield _fault("counts-differ", said=str(triples), found=str(found))


def inspect_links(folder: Path, addresses: Addresses) -> Iterator[str]:
    """Whether what descriptions and pages point to inside the release is there.

    Our own IRIs and the endpoint are no files, though they may stand below the same address.
    """
    base, root = addresses.base.encode(), addresses.root.encode()
    pages = Pages(folder)
    for path in walk(folder):
        if path.endswith(".html") and not path.startswith(_BY_NAME):
            yield from pages.inspect(path)
        elif path in _DESCRIPTIONS or path.startswith("sitemap"):
            found = {one or other for one, other in _ADDRESS.findall((folder / path).read_bytes())}
            for address in sorted(found - {addresses.endpoint.encode()}):
                target = unquote(unescape(address.removeprefix(base).decode()))
                if address.startswith(base) and not address.startswith(root) and not (folder / target).exists():
                    yield _fault("points-nowhere", path=path, target=target)


_BY_NAME: Final = "doc/"
"""Documents point to each other by the list of their own places, so that looking again would find nothing."""
_DESCRIPTIONS: Final = frozenset(
    ("catalogue.ttl", "void.ttl", "dataset.jsonld", "service.ttl", "queries.ttl", "tables/csv-metadata.json")
)


@dataclass(slots=True)
class Pages:
    """Looks after what pages point to. Pages of one folder point to the same files: each is looked for once."""

    folder: Path
    parent: str = ""
    known: dict[bytes, bool] = field(default_factory=dict)

    def inspect(self, path: str) -> Iterator[str]:
        """What a page points to that is not there."""
        parent = path.rpartition("/")[0]
        if parent != self.parent:
            self.parent, self.known = parent, {}
        for one in sorted(set(_LINK.findall((self.folder / path).read_bytes()))):
            if one not in self.known:
                self.known[one] = self._leads(one)
            if not self.known[one]:
                yield _fault("points-nowhere", path=path, target=unescape(one.decode()))

    def _leads(self, link: bytes) -> bool:
        address = unescape(link.decode())
        target = unquote(re.split(r"[?#]", address, maxsplit=1)[0])
        return not target or bool(_SCHEME.match(address)) or (self.folder / self.parent / target).exists()
