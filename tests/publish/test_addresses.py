"""Every address of an earlier release is still answered: by a file, by a rule that leads to one, or at its place."""

import gzip
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import pan2kg
from pan2kg.i18n import LANGUAGES
from pan2kg.publish.csv_tables import GROUP, TABLES, csv_path
from pan2kg.publish.described import Described
from pan2kg.publish.document_places import DOCUMENTS, graph_place
from pan2kg.publish.documents import Documents
from pan2kg.publish.dumps import DUMPS, read_content
from pan2kg.publish.edition import Addresses, Edition, Issue, read_facts
from pan2kg.publish.host_rules import GONE, MOVED, version_rules, w3id_rules
from pan2kg.publish.products import PRODUCTS
from pan2kg.publish.release_parts import SITE
from pan2kg.publish.thing_tables import table_definitions
from pan2kg.publish.version_folders import OWN
from pan2kg.publish.weights import weigh_links
from pan2kg.site.page import SiteContext
from pan2kg.store.rules import rule_files
from pan2kg.turtle.vocabulary import ROOT

LISTED = Path(__file__).parents[1] / "data"
OF_BUILDS = re.compile(r"assets/|version/[^/]+/assets/")
"""Names that follow from the content of a script or style: they are nobody's to cite."""


@pytest.fixture(scope="module")
def shipped() -> Edition:
    graph = pan2kg.open_graph(language="fr")
    weigh_links(graph)
    return Edition(
        graph, read_facts(graph.held), Issue("0.1.0", date(2026, 11, 25), date(2026, 11, 25))
    )


@pytest.fixture(scope="module")
def described(shipped: Edition) -> Described:
    return Described(shipped, map(bytes.decode, read_content(shipped.store, Addresses())[1].quads))


def test_below_another_root_the_same_is_told_of_links(
    shipped: Edition, described: Described
) -> None:
    places = Addresses(root="https://d.example/")
    day = date(2026, 11, 25)
    lines = map(bytes.decode, read_content(shipped.store, places)[1].quads)
    moved = Described(replace(shipped, issue=Issue("0.1.0", day, day, places)), lines)
    told_in = Documents(described).places.items()
    assert {places.own(iri): place for iri, place in told_in} == Documents(moved).places
    for iri, ends in ((iri, described.joined(iri)) for iri in described.stated):
        assert len(moved.of(places.own(iri))) == len(described.of(iri))
        assert moved.joined(places.own(iri)) == {
            name: sorted(map(places.own, ends[name])) for name in ends
        }


@pytest.fixture(scope="module")
def places(shipped: Edition, described: Described) -> set[str]:
    """The files of a release of the shipped graph, and the places in its documents, without making any."""
    return set(_places(shipped, described))


def _places(edition: Edition, described: Described) -> Iterator[str]:
    documents = Documents(described)
    for iri, place in documents.places.items():
        for ending in ("html", "ttl", "jsonld"):
            yield f"{place}.{ending}"
            yield f"{place}.{ending}#{documents.keys[iri]}"
    context = SiteContext(edition.graph)
    rows = (
        sorted(filter(None, map(edition.graph.labels.entry, pair)), key=lambda plan: plan.key)
        for pair in context.pairs
    )
    yield from (f"{tag}/pairs.html#{one.key}--{two.key}" for one, two in rows for tag in LANGUAGES)
    yield from (path for part in SITE for _, path in part.paths(edition))
    yield from (*DUMPS, f"{DOCUMENTS}/.htaccess")
    for quad in edition.store.inner.named_graphs():
        yield f"{graph_place(str(quad)[1:-1].removeprefix(ROOT))}.ttl.gz"
    for definition in (*(table.name for table in table_definitions()), "weights", "figures"):
        yield from (csv_path(TABLES, definition), f"{TABLES}/{definition}.csv-metadata.json")
    yield GROUP
    for product in PRODUCTS:
        yield from (f"data/{product}.{end}" for end in ("csv-metadata.json", "parquet", "xlsx"))
        yield csv_path("data", product)
    for folder in ("ontology", "queries"):
        for file in (edition.project.root / folder).rglob("*"):
            yield f"{folder}/{file.relative_to(edition.project.root / folder).as_posix()}"
    yield from (f"queries/rules/{file.name}" for file in rule_files(edition.project).values())


@pytest.mark.parametrize(
    "listed", sorted(LISTED.glob("addresses-*.txt.gz")), ids=lambda path: path.name
)
def test_every_address_of_a_release_is_answered_by_the_next(listed: Path, places: set[str]) -> None:
    things = {"ttl": "text/turtle", "html": "text/html", "jsonld": "application/ld+json"}
    lost = []
    addresses = gzip.decompress(listed.read_bytes()).decode().splitlines()
    assert len(addresses) > 30_000
    version = listed.name.removeprefix("addresses-").removesuffix(".txt.gz")
    present = [*MOVED, *version_rules(version, [])]
    earlier = [*MOVED, *version_rules("9", [version])]
    for address in addresses:
        path = address.removeprefix(ROOT).partition("#")[0]  # what follows a server never sees
        if path.startswith(("id/", f"{DOCUMENTS}/", "graph/")) and address.startswith(ROOT):
            for media in things.values():
                led = next(filter(None, (rule.leads(path, media) for rule in w3id_rules())), path)
                if led not in places and not (
                    path.startswith(f"{DOCUMENTS}/") and led.partition("#")[0] in places
                ):
                    lost.append(f"{address} → {led}")
        elif path.startswith((f"{DOCUMENTS}/", "fr/", "en/", "de/", "queries/")):
            led = next(filter(None, (rule.leads(path) for rule in MOVED)), path)
            # of two plans that are linked no longer the list of all pairs opens
            instead = [lead for rule in GONE if (lead := rule.leads(led))]
            lists = {lead.partition("#")[0] for lead in instead if "/pairs.html" in lead}
            if not places & {led, *instead, *lists}:
                lost.append(f"{path} → {led}")
        elif path.startswith(
            ("data/", "tables/", f"version/{version}/data/", f"version/{version}/tables/")
        ):
            # what a version had leads to the release while it is the present one, then to its own
            # packed tables
            for rules in (present, earlier) if path.startswith("version/") else (MOVED,):
                led = next(filter(None, (rule.leads(path) for rule in rules)), path)
                led = next(filter(None, (rule.leads(led) for rule in MOVED)), led).removeprefix(
                    f"version/{version}/"
                )
                if led and led not in places | OWN and led.removesuffix(".gz") not in places:
                    lost.append(f"{path} → {led}")
    assert lost == [], f"{len(lost)}: {lost[:40]}"
