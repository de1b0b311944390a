"""What a release checks of itself before it takes its place.

Dumps are read back and compared, checksums and links are followed, and the catalogue is held to
rules of our own. Among these are three the portal's software made necessary: it takes the first
literal for the title, skips a dataset without an identifier, and merges distributions with the same
address. ``verification`` asks a server for the same.
"""

import gzip
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import date
from html import unescape
from pathlib import Path
from posixpath import normpath
from urllib.parse import unquote

import pyoxigraph as ox

from pan2kg.i18n import LANGUAGES, say
from pan2kg.publish import document_places, dumps, folder
from pan2kg.publish.edition import Addresses, Issue
from pan2kg.publish.vocabulary import DCAT, FOAF, FORMATS, PREFIXES, SPDX, TYPE, VCARD, Term
from pan2kg.turtle.vocabulary import DCTERMS, RDFS, SKOS

Properties = Mapping[str, list[Term]]
"""What is said of a thing, by predicate."""
_NEEDED = {
    "Catalog": "dcterms:title dcterms:description dcterms:publisher dcterms:language dcterms:issued dcterms:modified "
               "dcterms:license dcterms:spatial dcat:themeTaxonomy foaf:homepage dcat:dataset",
    "Dataset": "dcterms:title dcterms:description dcterms:identifier dcterms:publisher dcterms:spatial dcat:keyword "
               "dcat:theme dcat:distribution dcat:version",
    "Distribution": "dcterms:title dcterms:description dcat:accessURL dcterms:format dcat:mediaType dcterms:license "
                    "dcterms:rights dcatap:availability adms:status",
    "DataService": "dcterms:title dcat:endpointURL dcterms:conformsTo dcat:servesDataset dcat:endpointDescription",
}  # fmt: skip
"""What each thing of a catalogue must say, by its class."""
_LABELS = (
    RDFS + "label",
    DCTERMS + "title",
    SKOS + "prefLabel",
    FOAF + "name",
    VCARD + "fn",
)
_PLACES = frozenset(
    (
        *(DCAT + name for name in ("accessURL", "downloadURL", "endpointURL", "previousVersion")),
        TYPE.value,
        "http://www.w3.org/2002/07/owl#versionIRI",
        VCARD + "hasEmail",
        VCARD + "hasURL",
    )
)
"""Properties whose value is an address rather than a thing the catalogue describes."""
_LEAST_SIGNS = {"dcat:keyword": 3, "dcterms:description": 100}
"""A portal scores keywords and descriptions down that have fewer signs."""
_LINK = re.compile(rb"""<[^<>]*? (?:href|src)=["']?([^"'<>\s]*)""")
_LIKE_LINKS = [re.compile(rb""" %s=["']?([^"'<>\s]*)""" % name) for name in (b"href", b"src")]
"""What reads as a link, in texts too: found in a third of the time."""
_ADDRESS = re.compile(rb"""<loc>([^<]+)|[<"](https?://[^<>"\s]+)[>"]""")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:|/|#", re.IGNORECASE)
_DESCRIPTIONS = frozenset(
    (
        "catalogue.ttl",
        "void.ttl",
        "dataset.jsonld",
        "service.ttl",
        "queries.ttl",
        "tables/csv-metadata.json",
    )
)


def _fault(key: str, /, **values: object) -> str:
    return say("inspection", key, **values)


def faults(by_subject: Mapping[str, Properties], today: date) -> Iterator[str]:
    """What a portal could not read of a catalogue, in sentences: DCAT-AP's needs, and how udata reads it."""
    kinds = defaultdict(list)
    for subject, properties in by_subject.items():
        for value in properties.get(TYPE.value, ()):
            kinds[value.value.removeprefix(DCAT)].append(subject)
    for kind, needed in _NEEDED.items():
        predicates = list(map(_expanded, needed.split()))
        for subject in kinds[kind]:
            for predicate in predicates:
                if not by_subject[subject].get(predicate):
                    yield _fault("lacks", subject=subject, name=predicate)
    for subject, properties in by_subject.items():
        yield from _value_faults(subject, properties, by_subject)
        yield from _day_faults(subject, properties, today)
        if properties.get(DCTERMS + "hasPart"):
            yield _fault("has-part", subject=subject)  # a portal makes a nameless resource of it
    for subject in kinds["Dataset"]:
        yield from _dataset_faults(subject, by_subject[subject])
    yield from _distribution_faults([by_subject[subject] for subject in kinds["Distribution"]])


def _expanded(name: str) -> str:
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


def _dataset_faults(subject: str, properties: Properties) -> Iterator[str]:
    for name, least in _LEAST_SIGNS.items():
        if any(len(text.value) < least for text in properties.get(_expanded(name), [])):
            yield _fault("short-keyword", subject=subject, name=name, least=least)
    identifiers = [value.value for value in properties.get(DCTERMS + "identifier", [])]
    if identifiers != [subject.strip("<>")]:
        yield _fault("other-identifier", subject=subject)


def _distribution_faults(distributions: Sequence[Properties]) -> Iterator[str]:
    addresses = Counter[str]()
    for properties in distributions:
        addresses.update(map(str, properties.get(DCAT + "accessURL", [])))
    for address, number in addresses.items():
        if number > 1:  # a portal merges them
            yield _fault("shared-address", address=address, number=number)
    for properties in distributions:
        downloads = properties.get(DCAT + "downloadURL")
        is_measured = properties.get(DCAT + "byteSize") and properties.get(SPDX + "checksum")
        if downloads and not is_measured:
            yield _fault("no-size", address=downloads[0])


def _value_faults(
    subject: str, properties: Properties, by_subject: Mapping[str, Properties]
) -> Iterator[str]:
    """Things that nothing describes, and texts of which the first is in another language."""
    for predicate, values in properties.items():
        for value in values if predicate not in _PLACES else ():
            if isinstance(value, ox.NamedNode) and not _is_described(by_subject, value):
                yield _fault("undescribed", subject=subject, value=value)
        if not _is_french_first(values):
            yield _fault("not-french-first", subject=subject, predicate=predicate)


def _day_faults(subject: str, properties: Properties, today: date) -> Iterator[str]:
    for name in ("issued", "modified"):
        for value in properties.get(DCTERMS + name, []):
            day = value.value[:10]
            if day > today.isoformat():
                yield _fault("in-future", subject=subject, name=name, day=day)


def _is_described(by_subject: Mapping[str, Properties], thing: ox.NamedNode) -> bool:
    """Whether a catalogue gives the class of a thing and a label."""
    known = by_subject.get(str(thing), {})
    return bool(known.get(TYPE.value)) and any(known.get(name) for name in _LABELS)


def _is_french_first(values: Iterable[Term]) -> bool:
    """Whether the first of several texts is in our first language, if any is."""
    tags = []
    for value in values:
        if isinstance(value, ox.Literal) and value.language:
            tags.append(value.language)
    return LANGUAGES[0] not in tags or tags[0] == LANGUAGES[0]


def by_subject(triples: Sequence[ox.Triple]) -> Mapping[str, Properties]:
    """Statements by what they are about, then by predicate."""
    statements: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for triple in triples:
        if not isinstance(triple.object, ox.Triple):
            statements[str(triple.subject)][triple.predicate.value].append(triple.object)
    return statements


def inspect(root: Path, issue: Issue, today: date, triples: int) -> Iterator[str]:
    """What is wrong with a release that was written, in sentences; ``triples`` is how many it says it has."""
    yield from _catalogue_faults(root, issue, today)
    counted = _count_triples(root)
    if counted != triples:
        yield _fault("counts-differ", said=str(triples), found=str(counted))
    yield from _link_faults(root, issue.addresses)
    listed = folder.read_checksums(root)
    for name in folder.walk(root):
        if name != folder.LIST and next(listed, ("", ""))[0] != name:
            yield _fault("list-wrong", list=folder.LIST, path=name)


def _catalogue_faults(root: Path, issue: Issue, today: date) -> Iterator[str]:
    """Where its forms differ, a portal could not read it, or a file it offers is not as it says."""
    if len({_canonical(root / f"catalogue.{ending}") for ending in ("ttl", "rdf", "jsonld")}) > 1:
        yield _fault("catalogues-differ")
    quads = ox.parse(path=root / "catalogue.ttl", format=ox.RdfFormat.TURTLE)
    statements = by_subject([quad.triple for quad in quads])
    yield from faults(statements, today)
    for properties in statements.values():
        for value in properties.get(DCAT + "downloadURL", ()):
            path = root / unquote(value.value.removeprefix(issue.addresses.base))
            if not path.is_file():
                yield _fault("points-nowhere", path="catalogue.ttl", target=value.value)
            elif _measures_said(properties, statements) != list(map(str, folder.measure(path))):
                yield _fault("other-size", name=path.name)


def _canonical(path: Path) -> frozenset[ox.Quad]:
    """What a file states, whatever its blank nodes are called."""
    dataset = ox.Dataset(ox.parse(path=path, format=FORMATS[path.suffix[1:]]))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return frozenset(dataset)


def _measures_said(properties: Properties, statements: Mapping[str, Properties]) -> list[str]:
    """The size and the checksum a catalogue states of a file."""
    texts = [*properties.get(DCAT + "byteSize", ())]
    for summed in properties.get(SPDX + "checksum", ()):
        texts += statements.get(str(summed), {}).get(SPDX + "checksumValue", ())
    return [text.value for text in texts]


def _count_triples(root: Path) -> int:
    # a triple that stands in several graphs follows itself, since lines are sorted
    counted = 0
    previous = b""
    with gzip.open(root / dumps.QUADS) as file:
        for line in file:
            triple = line[: line.rindex(b" <")]
            counted += triple != previous
            previous = triple
    return counted


def _link_faults(root: Path, addresses: Addresses) -> Iterator[str]:
    """What pages and descriptions lead to that is not in the release.

    Documents point to each other by the list of their own places, so that looking again would find
    nothing.
    """
    paths = list(folder.walk(root))
    places = {".", *paths}
    for path in paths:
        places.update(path[: sign.start()] for sign in re.finditer("/", path))
    around = ""
    sound = set[bytes]()
    for path in paths:
        if path.endswith(".html") and not path.startswith(f"{document_places.DOCUMENTS}/"):
            # pages of one folder point to the same files
            if path.rpartition("/")[0] != around:
                around = path.rpartition("/")[0]
                sound.clear()
            body = (root / path).read_bytes()
            for address in _lost_links(body, around, places, sound):
                yield _fault("points-nowhere", path=path, target=address)
        elif path in _DESCRIPTIONS or path.startswith("sitemap"):
            body = (root / path).read_bytes()
            for target in _lost_addresses(body, addresses, places):
                yield _fault("points-nowhere", path=path, target=target)


def _lost_links(body: bytes, around: str, places: Set[str], sound: set[bytes]) -> Iterator[str]:
    """The links of a page in the folder ``around`` that lead nowhere; ``sound`` are those that do not, and grow."""
    candidates = set()
    for pattern in _LIKE_LINKS:
        candidates.update(pattern.findall(body))
    for link in sorted(candidates - sound):
        address = unescape(link.decode())
        target = unquote(re.split(r"[?#]", address, maxsplit=1)[0])
        is_elsewhere = not target or _SCHEME.match(address)
        if is_elsewhere or normpath(f"{around or '.'}/{target}") in places:
            sound.add(link)
        elif link in _LINK.findall(body):
            yield address


def _lost_addresses(body: bytes, addresses: Addresses, places: Set[str]) -> Iterator[str]:
    """The paths below the base of a release that a description names and the release has not.

    Our own IRIs and the endpoint are no files, though they may stand below the same address.
    """
    base = addresses.base.encode()
    not_files = addresses.root.encode()
    links = {location or address for location, address in _ADDRESS.findall(body)}
    for link in sorted(links - {addresses.endpoint.encode()}):
        if link.startswith(base) and not link.startswith(not_files):
            target = unquote(unescape(link.removeprefix(base).decode()))
            if normpath(target or ".") not in places:
                yield target
