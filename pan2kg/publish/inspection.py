"""What a release checks of itself before it takes its place, and whether a server gives what a release holds.

Dumps are read back and compared, checksums and links are followed, and the catalogue is held to
rules of our own. Among these are three the portal's software made necessary: it takes the first
literal for the title, skips a dataset without an identifier, and merges distributions with the same
address.

The same questions are put to Apache, nginx, plain files, or the service: the front page, the
catalogue with all it offers, what stands for the dataset, its versions and the ontology, a thing of
every kind in every form, what is not there, and what was retired. What only a server that
negotiates can do (303, q-values, 410) is asked of one that does.
"""

import gzip
import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from datetime import date
from html import unescape
from pathlib import Path
from posixpath import normpath
from typing import Final
from urllib.parse import quote, unquote, urlsplit

import httpx
import pyoxigraph as ox

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n import LANGUAGES, Messages, say, spoken
from pan2kg.project import reason
from pan2kg.publish import documents, folder
from pan2kg.publish.edition import Addresses, Issue
from pan2kg.publish.vocabulary import DCAT, FOAF, FORMATS, PREFIXES, SPDX, TYPE, VCARD, Term
from pan2kg.turtle.vocabulary import DCTERMS, RDFS, SKOS

Properties = Mapping[str, list[Term]]
_NEEDED: Final = {
    "Catalog": "dcterms:title dcterms:description dcterms:publisher dcterms:language dcterms:issued dcterms:modified "
               "dcterms:license dcterms:spatial dcat:themeTaxonomy foaf:homepage dcat:dataset",
    "Dataset": "dcterms:title dcterms:description dcterms:identifier dcterms:publisher dcterms:spatial dcat:keyword "
               "dcat:theme dcat:distribution dcat:version",
    "Distribution": "dcterms:title dcterms:description dcat:accessURL dcterms:format dcat:mediaType dcterms:license "
                    "dcterms:rights dcatap:availability adms:status",
    "DataService": "dcterms:title dcat:endpointURL dcterms:conformsTo dcat:servesDataset dcat:endpointDescription",
}  # fmt: skip
"""What each thing of a catalogue must say, by its class."""
_LABELS: Final = (
    RDFS + "label",
    DCTERMS + "title",
    SKOS + "prefLabel",
    FOAF + "name",
    VCARD + "fn",
)
_PLACES: Final = frozenset(
    (
        *(DCAT + name for name in ("accessURL", "downloadURL", "endpointURL", "previousVersion")),
        TYPE.value,
        "http://www.w3.org/2002/07/owl#versionIRI",
        VCARD + "hasEmail",
        VCARD + "hasURL",
    )
)
"""Properties whose value is an address rather than a thing the catalogue describes."""
_SHORT: Final = (
    ("dcat:keyword", DCAT + "keyword", 3),
    ("dcterms:description", DCTERMS + "description", 100),
)
"""A portal scores keywords and descriptions below these lengths down."""
_LINK: Final = re.compile(rb"""<[^<>]*? (?:href|src)=["']?([^"'<>\s]*)""")
_LIKE_LINKS: Final = [
    re.compile(rb""" %s=["']?([^"'<>\s]*)""" % name) for name in (b"href", b"src")
]
"""What reads as a link, in texts too: found in a third of the time."""
_ADDRESS: Final = re.compile(rb"""<loc>([^<]+)|[<"](https?://[^<>"\s]+)[>"]""")
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:|/|#", re.IGNORECASE)
_DESCRIPTIONS: Final = frozenset(
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
    kinds: dict[str, list[str]] = {kind: [] for kind in _NEEDED}
    for subject, properties in by_subject.items():
        for value in properties.get(TYPE.value, ()):
            kinds.get(value.value.removeprefix(DCAT), []).append(subject)
    for kind, needed in _NEEDED.items():
        predicates = list(map(_expanded, needed.split()))
        for subject in kinds[kind]:
            for predicate in predicates:
                if not by_subject[subject].get(predicate):
                    yield _fault("lacks", subject=subject, name=predicate)
    yield from _values(by_subject, today)
    for subject in kinds["Dataset"]:
        yield from _dataset_faults(subject, by_subject[subject])
    yield from _distribution_faults([by_subject[subject] for subject in kinds["Distribution"]])


def _expanded(name: str) -> str:
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


def _dataset_faults(subject: str, properties: Properties) -> Iterator[str]:
    for name, predicate, least in _SHORT:
        if any(len(text.value) < least for text in properties.get(predicate, [])):
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


def _values(by_subject: Mapping[str, Properties], today: date) -> Iterator[str]:
    for subject, properties in by_subject.items():
        for predicate, values in properties.items():
            if predicate not in _PLACES:
                for value in values:
                    if isinstance(value, ox.NamedNode) and not _is_described(by_subject, value):
                        yield _fault("undescribed", subject=subject, value=value)
            if not _is_french_first(values):
                yield _fault("not-french-first", subject=subject, predicate=predicate)
        for name in ("issued", "modified"):
            for value in properties.get(DCTERMS + name, []):
                day = value.value[:10]
                if day > today.isoformat():
                    yield _fault("in-future", subject=subject, name=name, day=day)
        if properties.get(DCTERMS + "hasPart"):
            yield _fault("has-part", subject=subject)  # a portal makes a nameless resource of it


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
    """What is wrong with a release that was written, in sentences."""
    files = {
        ending: (root / f"catalogue.{ending}").read_bytes() for ending in ("ttl", "rdf", "jsonld")
    }
    forms = set()
    for ending, content in files.items():
        dataset = ox.Dataset(ox.parse(content, format=FORMATS[ending]))
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        forms.add(frozenset(dataset))
    if len(forms) != 1:
        yield _fault("catalogues-differ")
    statements = by_subject(
        [quad.triple for quad in ox.parse(files["ttl"], format=ox.RdfFormat.TURTLE)]
    )
    yield from faults(statements, today)
    for properties in statements.values():
        for value in properties.get(DCAT + "downloadURL", ()):
            path = root / unquote(value.value.removeprefix(issue.addresses.base))
            if not path.is_file():
                yield _fault("points-nowhere", path="catalogue.ttl", target=value.value)
                continue
            size, sha512 = folder.measure(path)
            sums = [
                statements.get(str(summed), {}) for summed in properties.get(SPDX + "checksum", ())
            ]
            told = [text.value for text in properties.get(DCAT + "byteSize", ())]
            told += [
                text.value for summed in sums for text in summed.get(SPDX + "checksumValue", ())
            ]
            if told != [str(size), sha512]:
                yield _fault("other-size", name=path.name)
    with gzip.open(root / folder.QUADS) as file:
        # a triple that stands in several graphs follows itself, since lines are sorted
        counted = 0
        previous = b""
        for line in file:
            triple = line[: line.rindex(b" <")]
            counted = counted + (triple != previous)
            previous = triple
    if counted != triples:
        yield _fault("counts-differ", said=str(triples), found=str(counted))
    yield from _inspect_links(root, issue.addresses)
    listed = folder.read_checksums(root)
    for name in folder.walk(root):
        if name != folder.LIST and next(listed, ("", ""))[0] != name:
            yield _fault("list-wrong", list=folder.LIST, path=name)


def _inspect_links(root: Path, addresses: Addresses) -> Iterator[str]:
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
        if path.endswith(".html") and not path.startswith(f"{documents.DOCUMENTS}/"):
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
    candidates = set[bytes]()
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


_WORDS: Final = Messages("publication")
_SECONDS: Final = 30
_NOWHERE: Final = ("doc/plan/no-such-plan.txt", "doc/nothing.ttl", "no/such/file")
_MOST_TURNS: Final = 3
_RELAXED: Final = frozenset(("md", "atom", "rq", "ru", "nt", "rdf", "nq", "csv", "ttl", "jsonld"))
"""Texts whose media type a host of plain files may not know."""
_WISHES: Final = (
    ("text/html", "html"), ("text/turtle", "ttl"), ("application/ld+json", "jsonld"),
    ("text/html;q=0.4, text/turtle;q=0.8", "ttl"), ("text/turtle;q=0.3, text/html", "html"),
    ("text/turtle;q=0.2, application/ld+json;q=0.9", "jsonld"),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"), ("*/*", "html"),
)  # fmt: skip
"""What is asked for in a header, and the ending of what should come."""


class Verification:
    """Asks a server for what a release holds, and notes what it does not give."""

    def __init__(self, root: Path, base: str, client: httpx.Client) -> None:
        self.base = base if base.endswith("/") else f"{base}/"
        self.client = client
        self.sums = dict(folder.read_checksums(root))
        self.mark = json.loads((root / folder.MARK).read_text(encoding="utf-8"))
        self.retired: dict[str, str] = self.mark.get("retired", {})
        self.faults: list[str] = []
        self.asked = 0
        self.things = dict(self._things(root))
        self.negotiates = (
            self.get(next(iter(self.things.values()), documents.DOCUMENTS), "text/turtle")[1]
            == documents.MEDIA["ttl"]
        )

    def _things(self, root: Path) -> Iterator[tuple[str, str]]:
        start = f"<{self.mark.get('root', '')}id/"
        kinds = set[str]()
        for path in sorted(self.sums):
            match = re.fullmatch(rf"({documents.DOCUMENTS}/([^/]+)/[^/]+)\.html", path)
            if match and match[2] not in kinds:
                quads = ox.parse(path=root / f"{match[1]}.ttl", format=ox.RdfFormat.TURTLE)
                iris = sorted(
                    {str(quad.subject) for quad in quads if str(quad.subject).startswith(start)}
                )
                names = [iri.removeprefix(start).rstrip(">") for iri in iris]
                fits = (
                    name
                    for name in names
                    if documents.shared_place(f"{documents.DOCUMENTS}/{name}") == match[1]
                )
                if name := next((name for name in fits if name not in self.retired), ""):
                    kinds.add(match[2])
                    yield name, match[1]

    def run(self) -> None:
        """Ask for the front page, every file, things by their IRIs, and what must not be there."""
        front = self._expect("", "text/html", 200)
        for language in LANGUAGES:
            if f'lang="{language}"'.encode() not in front.content:
                self._complain("language", "", language=language)
        for path in self._files():
            self._file(path)
        for path in _NOWHERE:
            self._expect(path, "*/*", 404)
        for iri in self.things:
            # whether the rules for the permanent identifier lead a thing to data on this server
            # that speak of it
            targets = (
                rule.leads(f"id/{iri}", documents.MEDIA["ttl"]) for rule in documents.w3id_rules()
            )
            self._speaks(next(filter(None, targets)).partition("#")[0], iri)
        if self.negotiates:
            self._negotiation()
        else:
            # what was retired says so where the server cannot: in its document
            for place in self.retired:
                path = documents.shared_place(f"{documents.DOCUMENTS}/{place}") + ".html"
                answer = self._expect(path, "text/html", 200, 410) if path in self.sums else None
                if (
                    answer
                    and answer.status_code == 200
                    and b'class="retired"' not in answer.content
                ):
                    self._complain("tombstone", path)

    def get(self, path: str, accept: str = "*/*") -> tuple[httpx.Response, str]:
        """Ask for a path; the answer with its media type.

        Raises:
            ProjectError: nothing answers.
        """
        self.asked += 1
        try:
            try:
                answer = self.client.get(f"{self.base}{quote(path)}", headers={"Accept": accept})
            except (
                httpx.RemoteProtocolError,
                httpx.ReadError,
            ):  # closed after the answer before: no answer to this
                answer = self.client.get(f"{self.base}{quote(path)}", headers={"Accept": accept})
        except httpx.HTTPError as error:
            values = {"address": self.base + path, "reason": str(error)}
            raise ProjectError("nothing-answers", place=Place(self.base), **values) from None
        return answer, answer.headers.get("content-type", "").partition(";")[0].strip()

    def _complain(self, key: str, path: str, **values: object) -> None:
        self.faults.append(_WORDS.say(f"verify.{key}", spoken(), path=path or "/", **values))

    def _expect(self, path: str, accept: str, *statuses: int) -> httpx.Response:
        answer, _ = self.get(path, accept)
        if answer.status_code not in statuses:
            wanted = ", ".join(map(str, statuses))
            self._complain(
                "status", path, accept=accept, found=str(answer.status_code), wanted=wanted
            )
        return answer

    def _speaks(self, path: str, iri: str) -> None:
        answer = self._expect(path, documents.MEDIA["ttl"], 200)
        subjects = set[object]()
        if answer.status_code == 200:
            with suppress(SyntaxError):
                subjects = {
                    quad.subject for quad in ox.parse(answer.content, format=ox.RdfFormat.TURTLE)
                }
            if ox.NamedNode(f"{self.mark.get('root', '')}id/{iri}") not in subjects:
                self._complain("silent", path, thing=f"id/{iri}")

    def _files(self) -> Iterator[str]:
        kinds: set[tuple[str, ...]] = set()
        for path in sorted(self.sums):
            parent, _, name = path.rpartition("/")
            is_kept = path.startswith(f"{folder.VERSIONS}/")
            kind = (parent, name.rpartition(".")[2]) if is_kept else tuple(path.split("/")[:2])
            is_data = "/" not in path or path.startswith(
                ("data/", "tables/", "changes/", "ontology/")
            )
            if "/." not in f"/{path}" and (is_data or kind not in kinds):
                kinds.add(kind)
                yield path
        for place in self.things.values():
            yield from (f"{place}.{ending}" for ending in ("html", "ttl", "jsonld"))

    def _file(self, path: str) -> None:
        answer = self._expect(path, "*/*", 200)
        if answer.status_code != 200:
            return
        if hashlib.sha256(answer.content).hexdigest() != self.sums[path]:
            self._complain("bytes", path)
        ending = path.rpartition(".")[2]
        named = answer.headers.get("content-type", "")
        media = named.partition(";")[0].strip()
        if (
            ending == "html" or (self.negotiates and ending in documents.MEDIA)
        ) and media != documents.MEDIA[ending]:
            self._complain("media", path, accept="*/*", found=media, wanted=documents.MEDIA[ending])
        if self.negotiates and ending in _RELAXED and "charset=utf-8" not in named.lower():
            self._complain(
                "media",
                path,
                accept="*/*",
                found=named,
                wanted=f"{documents.MEDIA[ending]}; charset=utf-8",
            )

    def _negotiation(self) -> None:
        for iri, place in self.things.items():
            # a thing is led, once or twice, to data that speak of it
            answer = self._expect(f"id/{iri}", documents.MEDIA["ttl"], 301, 303)
            path = f"id/{iri}"
            for _ in range(_MOST_TURNS):
                if answer.status_code in (301, 303):
                    path = self._inside(answer)
                    answer = self._expect(path, documents.MEDIA["ttl"], 200, 303)
            if answer.status_code == 200:
                self._speaks(path, iri)
            for accept, ending in _WISHES:
                answer = self._expect(place, accept, 200)
                media = answer.headers.get("content-type", "").partition(";")[0]
                if answer.status_code == 200 and media != documents.MEDIA[ending]:
                    self._complain(
                        "media", place, accept=accept, found=media, wanted=documents.MEDIA[ending]
                    )
                if "accept" not in answer.headers.get("vary", "").lower():
                    self._complain("vary", place)
        self._negotiate_wholes()
        self._expect("dataset/99.99", "text/turtle", 303, 404)
        for place, heir in self.retired.items():
            self._expect(f"id/{place}", "text/html", 301 if heir else 410)
            self._expect(f"{documents.DOCUMENTS}/{place}.ttl", "*/*", 301 if heir else 410)

    def _negotiate_wholes(self) -> None:
        """What stands for the dataset, its versions, the ontology, a question and a named graph leads to files."""
        versions = set[str]()
        graphs = list[str]()
        for path in sorted(self.sums):
            if path.startswith(f"{folder.VERSIONS}/"):
                versions.add(path.split("/")[1])
            elif path.startswith("graph/"):
                graphs.append(path.removesuffix(".ttl.gz"))
        names = [f"dataset/{version}" for version in sorted(versions)]
        names += ["dataset", "ontology", "catalogue", "query/plans", *graphs[:1]]
        for path in names:
            answer = self._expect(path, "text/turtle", 200, 301, 303)
            if answer.status_code != 200:
                self._expect(self._inside(answer), "text/turtle", 200)

    def _inside(self, answer: httpx.Response) -> str:
        return urlsplit(str(answer.headers.get("location", ""))).path.removeprefix(
            urlsplit(self.base).path
        )


def verify(root: Path, base: str) -> Verification:
    """Ask a server for what a release in a folder holds; what it does not give are the faults."""
    try:
        with httpx.Client(timeout=_SECONDS, follow_redirects=False) as client:
            verification = Verification(root, base, client)
            verification.run()
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else folder.MARK
        raise ProjectError("holds-no-release-to-serve", place=Place(str(root)), error=why) from None
    return verification


def tell(verification: Verification) -> str:
    """A verification in sentences, a line each."""
    lines = [
        *verification.faults,
        *([] if verification.negotiates else [_WORDS.say("verify.plain", spoken())]),
    ]
    lines.append(
        _WORDS.say(
            "verify.done", spoken(), n=verification.asked, faults=str(len(verification.faults))
        )
    )
    return "".join(f"{line}\n" for line in lines)
