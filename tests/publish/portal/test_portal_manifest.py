"""What a catalogue must say to be pushed, and what is found wrong before anything is sent."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pan2kg.errors import Pan2kgError, Place, ProjectError, TurtleError
from pan2kg.publish.portal.client import Access, Client, Pace
from pan2kg.publish.portal.push import FREQUENCIES, LICENCES, find_file, licence_id, make_offer, pack, tags, upload_name

if TYPE_CHECKING:
    from tests.publish.portal.conftest import SampleRelease
    from tests.publish.portal.portal_server import Portal


def test_french_is_read_first(folder: SampleRelease) -> None:
    offer = make_offer(folder.path, folder.path)
    assert offer.said["title"] == "Graphe des plans"
    assert offer.said["tags"] == ["droits-de-l-homme", "human-rights"]
    assert offer.iri == "https://example.org/dataset"
    assert [part.file is not None for part in offer.parts] == [True] * 4 + [False]
    folder.edit('    dct:title "Graphe des plans"@fr ;\n', "")
    assert make_offer(folder.path, folder.path).said["title"] == "Graph of the plans"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("dct:title", "dct:alternative", "states no title"),
        ("    dct:description", "    dct:abstract", "states no description"),
        ("dct:license ", "dct:rights ", "states no licence"),
        ("dct:accrualPeriodicity", "dct:relation", "states no frequency"),
        ("a dcat:Dataset", "a dcat:Resource", "no datasets with distributions"),
        ("dcat:downloadURL <https://example.org/releases/1/tables/", "dcat:downloadURL <https://x.org/", "not in the"),
        ("dcat:accessURL <https://example.org/sparql>", "dct:relation <https://example.org/>", "has no address"),
        ("licence/CC0>", "licence/OTHER>", "no licence for"),
        ("frequency/IRREG", "frequency/SOMETIMES", "no frequency for"),
    ],
)
def test_what_the_catalogue_lacks_is_named(folder: SampleRelease, old: str, new: str, message: str) -> None:
    folder.edit(old, new)
    if message == "no licence for":
        folder.edit('rdfs:label "cc-zero"', 'rdfs:label "something"')
    with pytest.raises(ProjectError, match=message) as caught:
        make_offer(folder.path, folder.path)
    assert caught.value.place
    assert caught.value.remedy


def test_a_catalogue_that_is_not_turtle_is_named_with_its_line(folder: SampleRelease) -> None:
    folder.edit("a dcat:Catalog ;", "a dcat:Catalog ; ;; (")
    with pytest.raises(TurtleError, match=r"catalogue\.ttl:\d+:\d+: The catalogue is not Turtle"):
        make_offer(folder.path, folder.path)


def test_a_file_that_changed_after_publishing_is_found(folder: SampleRelease) -> None:
    path = folder.path / "tables/plans.csv"
    content = path.read_bytes()
    path.write_bytes(content + b"x")
    with pytest.raises(ProjectError, match=r"plans\.csv has \d+ bytes, the catalogue says"):
        make_offer(folder.path, folder.path)
    path.write_bytes(content[:-1] + b"x")
    with pytest.raises(ProjectError, match=r"plans\.csv does not have the checksum"):
        make_offer(folder.path, folder.path)


def test_a_file_outside_the_folder_is_never_taken(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    (tmp_path / "secret.ttl").write_text("")
    (inside / "link.ttl").symlink_to(tmp_path / "secret.ttl")
    assert find_file(inside, "https://example.org/link.ttl") is None
    assert find_file(inside, "https://example.org/%2e%2e/secret.ttl") is None


def test_the_longest_end_of_an_address_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/x.ttl").write_text("")
    (tmp_path / "x.ttl").write_text("")
    assert find_file(tmp_path, "https://example.org/b/a/x.ttl") == tmp_path / "a/x.ttl"
    assert find_file(tmp_path, "https://example.org/b/x.ttl") == tmp_path / "x.ttl"


@pytest.mark.parametrize("name", ["page.html", "graph.nt", "graph.nq", "graph.trig", "net.graphml", "notes", "a.js"])
def test_what_the_portal_refuses_is_compressed(name: str) -> None:
    assert upload_name(name) == (f"{name}.gz", True)


@pytest.mark.parametrize("ending", ["ttl", "rdf", "owl", "n3", "xml", "json", "csv", "zip", "gz", "svg", "pdf"])
def test_what_the_portal_takes_goes_as_it_is(ending: str) -> None:
    assert upload_name(f"data.{ending}") == (f"data.{ending}", False)


@pytest.mark.parametrize("name", ['a"b\r\nX: 1.csv', "é.csv", "..csv", ".csv", "a b.ttl", "日本.csv"])
def test_a_name_needs_no_quoting_in_a_form(name: str) -> None:
    assert upload_name(name)[0].replace(".", "").replace("-", "").isalnum()


def test_files_of_one_name_get_their_folders_in_it(folder: SampleRelease, tmp_path: Path) -> None:
    folder.files = {"a/graph.ttl": "", "b/graph.ttl": "", "c/graph.jsonld": "{}"}
    offer = make_offer(folder.write().path, tmp_path)
    names = [part.file.name for part in offer.parts if part.file]
    assert names == ["a-graph-ttl.ttl", "b-graph-ttl.ttl", "graph.json"]


def test_what_the_release_has_compressed_already_is_sent_once(folder: SampleRelease, tmp_path: Path) -> None:
    folder.files = {"graph.nq": "", "graph.nq.gz": "as it is"}
    offer = make_offer(folder.write().path, tmp_path)
    parcels = [part.file for part in offer.parts if part.file]
    assert [(one.name, one.path.name, one.path.parent) for one in parcels] == [
        ("graph.nq.gz", "graph.nq.gz", folder.path)
    ]


def test_compressing_gives_the_same_bytes_every_time(tmp_path: Path) -> None:
    source = tmp_path / "graph.nq"
    source.write_bytes(b"<a> <b> <c> .\n" * 1000)
    sums = set()
    for number in range(2):
        (tmp_path / str(number)).mkdir()
        os.utime(source, (number, number))
        sums.add(pack(source, "graph.nq.gz", "", folder=tmp_path / str(number)).sha256)
    assert len(sums) == 1


@pytest.mark.parametrize("size", [0, 3, 9])
def test_a_file_that_changes_before_it_is_sent_stops_the_push(size: int, tmp_path: Path, portal: Portal) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"12345")
    file = pack(path, "a.csv", "text/csv", folder=None)
    path.write_bytes(b"x" * size)
    with pytest.raises(Pan2kgError, match="changed while it was sent"):
        Client(Access(portal.url, "key"), Pace()).send("POST", "/datasets/1/upload/", file)
    assert not portal.calls


def test_keywords_take_the_form_udata_gives_them() -> None:
    words = ("Mise en œuvre", "Groß", "ab", "  ", "droits de l'homme", "Droits de l’Homme", "x" * 200)
    assert list(tags([*words])) == ["mise-en-oeuvre", "gross", "droits-de-l-homme", "x" * 96]


@pytest.mark.parametrize("iri", LICENCES)
@pytest.mark.parametrize("scheme", ["http://", "https://"])
def test_each_licence_is_known_by_its_iri(scheme: str, iri: str) -> None:
    assert licence_id(f"{scheme}{iri}", [], Place("")) == LICENCES[iri]


def test_a_licence_is_known_by_its_label_first() -> None:
    assert licence_id("https://example.org/licence", ["Attribution", "cc-by"], Place("")) == "cc-by"


def test_every_frequency_has_udatas_identifier() -> None:
    assert FREQUENCIES["IRREG"] == "irregular"
    assert len(FREQUENCIES) == 23
