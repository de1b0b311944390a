"""A portal to push to, and a small release to push."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.publish.portal.portal_server import Portal


from pan2kg.publish.portal.client import Access, Client, Pace
from pan2kg.publish.portal.push import Offer, PushOutcome, SearchScope, make_offer, push

HEAD = """\
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix spdx: <http://spdx.org/rdf/terms#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<https://example.org/catalogue> a dcat:Catalog ; dcat:dataset <https://example.org/dataset> .

<https://example.org/dataset> a dcat:Dataset ;
    dct:identifier "https://example.org/dataset" ;
    dct:title "Graph of the plans"@en ;
    dct:title "Graphe des plans"@fr ;
    dct:description "What the plans say."@en ;
    dct:description "Ce que disent les plans d’action nationaux."@fr ;
    dcat:keyword "human rights"@en ;
    dcat:keyword "droits de l’homme"@fr ;
    dcat:keyword "UN"@en ;
    dcat:version "1.0.0" ;
    dct:license <http://publications.europa.eu/resource/authority/licence/CC0> ;
    dct:accrualPeriodicity <http://publications.europa.eu/resource/authority/frequency/IRREG> ;
    dct:temporal [ a dct:PeriodOfTime ; dcat:startDate "2014-01-01"^^xsd:date ; dcat:endDate "2027-12-31"^^xsd:date ] ;
    dct:spatial <http://publications.europa.eu/resource/authority/country/LUX> ;
    dcat:distribution %s .

<http://publications.europa.eu/resource/authority/licence/CC0> a dct:LicenseDocument ; rdfs:label "cc-zero" .

<http://publications.europa.eu/resource/authority/country/LUX> a dct:Location ;
    dcat:bbox "POLYGON((5.7 49.4, 6.5 49.4, 6.5 50.2, 5.7 50.2, 5.7 49.4))" .

<https://example.org/dataset#sparql> a dcat:Distribution ;
    dct:title "SPARQL endpoint"@en ;
    dcat:accessURL <https://example.org/sparql> .
"""

PART = """
<https://example.org/dataset#{number}> a dcat:Distribution ;
    dct:title "{name}"@en ;
    dct:description "The file {name}."@en ;
    dcat:accessURL <https://example.org/> ;
    dcat:downloadURL <https://example.org/releases/1/{name}> ;
    dcat:mediaType <https://www.iana.org/assignments/media-types/{media}> ;
    dcat:byteSize "{size}"^^xsd:nonNegativeInteger ;
    spdx:checksum [ spdx:algorithm spdx:checksumAlgorithm_sha512 ; spdx:checksumValue "{sha}" ] .
"""

MEDIA = {"ttl": "text/turtle", "csv": "text/csv", "jsonld": "application/ld+json", "nq": "application/n-quads",
         "zip": "application/zip", "gz": "application/gzip"}  # fmt: skip

FILES = {
    "dumps/graph.ttl": "<https://example.org/a> a <https://example.org/B> .\n",
    "dumps/graph.jsonld": "{}",
    "dumps/graph.nq": "<https://example.org/a> <https://example.org/b> <https://example.org/c> .\n",
    "tables/plans.csv": "iri,plan\r\nhttps://example.org/a,é\r\n",
}


@dataclass
class SampleRelease:
    """A release folder that can be written again with other files or words."""

    path: Path
    files: dict[str, str] = field(default_factory=lambda: dict(FILES))

    def write(self) -> SampleRelease:
        """Write the files and the catalogue of them."""
        for name, content in self.files.items():
            (self.path / name).parent.mkdir(parents=True, exist_ok=True)
            (self.path / name).write_bytes(content.encode())
        links = [f"<https://example.org/dataset#{number}>" for number in range(len(self.files))]
        links.append("<https://example.org/dataset#sparql>")
        text = HEAD % " , ".join(links)
        for number, name in enumerate(self.files):
            data = (self.path / name).read_bytes()
            text += PART.format(
                number=number,
                name=name,
                media=MEDIA[name.rpartition(".")[2]],
                size=len(data),
                sha=hashlib.sha512(data).hexdigest(),
            )
        (self.path / "catalogue.ttl").write_text(text, encoding="utf-8")
        return self

    def edit(self, old: str, new: str) -> None:
        """Replace a text in the catalogue."""
        path = self.path / "catalogue.ttl"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


@dataclass
class Ticker:
    """A clock that goes on only when somebody sleeps."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@dataclass
class Pusher:
    """Pushes the release folder to the portal, with a clock of its own."""

    portal: Portal
    folder: SampleRelease
    scratch: Path
    key: str
    ticker: Ticker = field(default_factory=Ticker)
    said: list[str] = field(default_factory=list)
    timeout: float = 60.0
    linked: bool = False

    def client(self) -> Client:
        return Client(
            Access(self.portal.url, self.key), Pace(self.ticker.clock, self.ticker.sleep), timeout=self.timeout
        )

    def offer(self) -> Offer:
        return make_offer(self.folder.path, self.scratch, linked=self.linked)

    def push(self, scope: SearchScope | None = None, *, prune: bool = False) -> PushOutcome:
        return push(self.client(), self.offer(), scope or SearchScope(), self.said.append, prune=prune)


def _load() -> ModuleType:
    """The portal's module, found by its path: the tests are no package that could be imported from."""
    name = "pan2kg_portal_server"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("portal_server.py"))
        assert spec
        assert spec.loader
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture
def folder(tmp_path: Path) -> SampleRelease:
    """A release of four files and an endpoint."""
    return SampleRelease(tmp_path / "release").write()


@pytest.fixture
def portal() -> Iterator[Portal]:
    """A portal with nothing on it."""
    with _load().serve() as served:
        yield served


@pytest.fixture
def pusher(portal: Portal, folder: SampleRelease, tmp_path: Path) -> Pusher:
    """Somebody who pushes the release to the portal with the right key."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return Pusher(portal, folder, scratch, _load().KEY)


@pytest.fixture
def another_portal() -> Iterator[Portal]:
    """A second portal, to compare with the first."""
    with _load().serve() as served:
        yield served
