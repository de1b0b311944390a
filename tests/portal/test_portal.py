"""What of a release is pushed to a portal, and how; what the command prints; every way a portal can fail. One private
dataset first, nothing the second time, in place after a change. A dry run sends nothing and prints
exactly what a push sends. A fault is one sentence with a remedy and never shows the key; a push
that broke off goes on."""

from __future__ import annotations

import argparse
import gzip
import hashlib
import os
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from pan2kg import portal as portals
from pan2kg.cli.parser import Parser
from pan2kg.cli.portal import add_portal, run_portal
from pan2kg.errors import Pan2kgError, ProjectError, TurtleError
from pan2kg.portal import (
    Client,
    Offer,
    PortalError,
    PushStep,
    Remote,
    client as requests,
    offer as offers,
    uploads,
)
from tests.portal.portal_server import KEY, Json, Portal, serve

HEAD = (Path(__file__).parents[1] / "data" / "portal-catalogue.ttl").read_text("utf-8")
PART = """
<https://example.org/dataset#{number}> a dcat:Distribution ;
    dct:title "{name}"@en ; dct:description "The file {name}."@en ; dcat:accessURL <https://example.org/> ;
    dcat:downloadURL <https://example.org/releases/1/{name}> ;
    dcat:mediaType <https://www.iana.org/assignments/media-types/{media}> ; dcat:byteSize {size} ;
    spdx:checksum [ spdx:algorithm spdx:checksumAlgorithm_sha512 ; spdx:checksumValue "{sha}" ] .
"""
MEDIA = {
    "ttl": "text/turtle",
    "csv": "text/csv",
    "jsonld": "application/ld+json",
    "nq": "application/n-quads",
    "gz": "application/gzip",
}
FILES = {
    "dumps/graph.ttl": "<https://example.org/a> a <https://example.org/B> .\n",
    "dumps/graph.jsonld": "{}",
    "dumps/graph.nq": "<https://example.org/a> <https://example.org/b> <https://example.org/c> .\n",
    "tables/plans.csv": "iri,plan\r\nhttps://example.org/a,é\r\n",
}
TABLE: Final = "tables/plans.csv"
TITLES: Final = ('"Graphe des plans"', '"Graphe de cohérence"')
CUTS: Final = ("drop-before", "drop-midway", "drop-after")


class Outcome(NamedTuple):
    remote: Remote
    sent: int
    remaining: tuple[PushStep, ...]


@dataclass
class Pusher:
    """A release folder that can be written again, and who pushes it by a clock that goes on only when he sleeps."""

    portal: Portal
    path: Path
    files: dict[str, str] = field(default_factory=lambda: dict(FILES))
    key: str = KEY
    now: float = 0.0
    slept: list[float] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    timeout: float = 60.0
    linked: bool = False

    def write(self, *edit: str) -> Pusher:
        links = ", ".join(
            f"<https://example.org/dataset#{at}>" for at in (*range(len(self.files)), "sparql")
        )
        text = f"{HEAD}<https://example.org/dataset> dcat:distribution {links} .\n"
        for number, (name, content) in enumerate(self.files.items()):
            data = content.encode()
            (self.path / name).parent.mkdir(parents=True, exist_ok=True)
            (self.path / name).write_bytes(data)
            media = MEDIA[name.rpartition(".")[2]]
            sha = hashlib.sha512(data).hexdigest()
            text += PART.format(number=number, name=name, media=media, size=len(data), sha=sha)
        (self.path / "catalogue.ttl").write_text(text, encoding="utf-8")
        if edit:
            self.edit(*edit)
        return self

    def edit(self, old: str, new: str) -> None:
        text = (self.path / "catalogue.ttl").read_text(encoding="utf-8")
        assert old in text
        (self.path / "catalogue.ttl").write_text(text.replace(old, new), encoding="utf-8")

    def alter(self) -> None:
        self.files[TABLE] += "https://example.org/b,b\r\n"
        self.files["dumps/graph.nq"] *= 2
        self.write(*TITLES)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def client(self) -> Client:
        return Client(self.portal.url, self.key, lambda: self.now, self.sleep, self.timeout)

    def offer(self, organization: str = "", dataset: str = "") -> Offer:
        (self.path.parent / "scratch").mkdir(exist_ok=True)
        whose = {"organization": organization, "dataset": dataset}
        return portals.make_offer(
            self.path, self.path.parent / "scratch", linked=self.linked, **whose
        )

    def push(self, *, prune: bool = False, **whose: str) -> Outcome:
        remote, sent, remaining = portals.push(
            self.client(), self.offer(**whose), self.said.append, prune=prune
        )
        assert remote
        return Outcome(remote, sent, remaining)

    def fails(self, message: str, **whose: str) -> PortalError:
        with pytest.raises(PortalError, match=message) as caught:
            self.push(prune=False, **whose)
        assert self.key not in str(caught.value)
        return caught.value

    def only(self) -> Json:
        (dataset,) = self.portal.datasets.values()
        return dataset

    def resource(self, title: str) -> Json:
        (match,) = (row for row in self.only()["resources"] if row["title"] == title)
        return dict(match)

    def ids(self) -> list[str]:
        rows = self.portal.datasets.values()
        return [
            *self.portal.datasets,
            *(row["id"] for dataset in rows for row in dataset["resources"]),
        ]


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Callable[[], Pusher]]:
    """Makes a portal with nothing on it, a release of four files and an endpoint, and somebody who pushes it."""
    with ExitStack() as stack:
        yield lambda: Pusher(
            stack.enter_context(serve()), tmp_path / str(len(list(tmp_path.iterdir()))) / "release"
        ).write()


@pytest.fixture
def pusher(fresh: Callable[[], Pusher]) -> Pusher:
    return fresh()


@pytest.fixture
def portal(pusher: Pusher) -> Portal:
    return pusher.portal


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("dct:title", "dct:alternative", "states no dcterms:title"),
        ("    dct:description", "    dct:abstract", "states no dcterms:description"),
        ("dct:license ", "dct:rights ", "states no dcterms:license"),
        ("dct:accrualPeriodicity", "dct:relation", "states no dcterms:accrualPeriodicity"),
        ("a dcat:Dataset", "a dcat:Resource", "has 0 datasets with distributions"),
        (
            "dcat:downloadURL <https://example.org/releases/1/tables/",
            "dcat:downloadURL <https://x.org/",
            "not in the",
        ),
        (
            "dcat:accessURL <https://example.org/sparql>",
            "dct:relation <https://example.org/>",
            "states no dcat:accessURL of",
        ),
        ("licence/CC0>", "licence/OTHER>", "no word for"),
        ("frequency/IRREG", "frequency/SOMETIMES", "no word for"),
        (
            "a dcat:Catalog ;",
            "a dcat:Catalog ; ;; (",
            r"catalogue\.ttl:\d+:\d+: The catalogue is not Turtle",
        ),
    ],
)
def test_what_the_catalogue_lacks_is_named(
    pusher: Pusher, old: str, new: str, message: str
) -> None:
    pusher.edit('; rdfs:label "cc-zero"', "")
    pusher.edit(old, new)
    with pytest.raises((ProjectError, TurtleError), match=message) as caught:
        pusher.offer()
    assert caught.value.place
    assert caught.value.remedy


def test_a_folder_that_is_no_sound_release_is_refused(pusher: Pusher, tmp_path: Path) -> None:
    path = pusher.path / TABLE
    content = (pusher.path / TABLE).read_bytes()
    for other in (content + b"x", content[:-1] + b"x"):
        path.write_bytes(other)
        with pytest.raises(ProjectError, match=r"plans\.csv has not the size or checksum"):
            pusher.offer()
    for place in (tmp_path, tmp_path / "none"):
        with pytest.raises(ProjectError, match="pan2kg publish"):
            portals.make_offer(place, tmp_path)


def test_files_are_found_by_the_end_of_their_address_and_go_by_names_the_portal_takes(
    pusher: Pusher, tmp_path: Path
) -> None:
    inner = tmp_path / "inner"
    (inner / "a").mkdir(parents=True)
    for name in ("x.ttl", "a/x.ttl", "../outside.ttl"):
        (inner / name).touch()
    wanted = {
        "r/a/x.ttl": inner / "a/x.ttl",
        "b/x.ttl": inner / "x.ttl",
        "%2E%2E/outside.ttl": None,
    }
    assert {path: uploads.find_file(inner, f"https://e.org/{path}") for path in wanted} == wanted
    for name in ("page.html", "graph.nt", "graph.trig", "notes", "a.js"):
        assert uploads.upload_name(name) == (f"{name}.gz", True)
    for ending in ("ttl", "rdf", "xml", "json", "csv", "zip", "gz", "svg", "pdf"):
        assert uploads.upload_name(f"data.{ending}") == (f"data.{ending}", False)
    assert uploads.upload_name("dumps/PAN2KG_graph.jsonld") == ("pan2kg-graph.json", False)
    for name in ('a"b\r\nX: 1.csv', "é.csv", "..csv", ".csv", "a b.ttl", "日本.csv"):
        assert uploads.upload_name(name)[0].replace(".", "").replace("-", "").isalnum(), (
            "it needs no quoting in a form"
        )
    pusher.files = {
        "a/graph.ttl": "",
        "b/graph.ttl": "",
        "c/graph.jsonld": "{}",
        "x.nq": "",
        "x.nq.gz": "as it is",
    }
    files = [file for _, file in pusher.write().offer().parts.values() if file]
    assert [file.name for file in files] == [
        "a-graph-ttl.ttl",
        "b-graph-ttl.ttl",
        "graph.json",
        "x.nq.gz",
    ]
    assert files[-1].path == pusher.path / "x.nq.gz", (
        "what the release has compressed already is sent once"
    )


def test_a_file_is_compressed_to_the_same_bytes_and_stops_the_push_where_it_changed(
    tmp_path: Path, portal: Portal
) -> None:
    source = tmp_path / "graph.nq"
    sums = set()
    source.write_bytes(b"<a> <b> <c> .\n" * 1000)
    for number in range(2):
        (tmp_path / f"packed-{number}").mkdir()
        os.utime(source, (number, number))
        sums.add(
            uploads.pack(source, "graph.nq.gz", "", folder=tmp_path / f"packed-{number}").sha256
        )
    assert len(sums) == 1
    source.write_bytes(b"12345")
    file = uploads.pack(source, "a.csv", "text/csv", folder=None)
    for size in (0, 3, 9):
        source.write_bytes(b"x" * size)
        with pytest.raises(Pan2kgError, match="changed while it was sent"):
            Client(portal.url, "key").ask("POST", "/datasets/1/upload/", file)
    assert not portal.calls


def test_words_take_the_form_udata_gives_them(pusher: Pusher) -> None:
    words = [
        "Mise en œuvre",
        "Groß",
        "ab",
        "  ",
        "droits de l'homme",
        "Droits de l’Homme",
        "x" * 200,
    ]
    assert list(offers.tags(words)) == ["mise-en-oeuvre", "gross", "droits-de-l-homme", "x" * 96]
    for iri, licence in offers.LICENCES.items():
        for scheme in ("http", "https"):
            pusher.write(
                "http://publications.europa.eu/resource/authority/licence/CC0> ;",
                f"{scheme}://{iri}> ;",
            )
            assert pusher.offer().description["license"] == licence
    pusher.write('rdfs:label "cc-zero"', 'rdfs:label "Attribution", "cc-by"')
    assert pusher.offer().description["license"] == "cc-by"


def test_the_first_push_makes_one_private_dataset_with_its_resources(
    pusher: Pusher, portal: Portal
) -> None:
    assert not pusher.push().remaining
    dataset = pusher.only()
    data = pusher.files[TABLE].encode()
    told = {
        name: dataset[name]
        for name in ("private", "title", "description", "license", "frequency", "tags")
    }
    assert told == {
        "private": True,
        "title": "Graphe des plans",
        "description": "Ce que disent les plans d’action nationaux.",
        "license": "cc-zero",
        "frequency": "irregular",
        "tags": ["droits-de-l-homme", "human-rights"],
    }
    assert dataset["temporal_coverage"] == {"start": "2014-01-01", "end": "2027-12-31"}
    assert dataset["spatial"]["geom"]["type"] == "MultiPolygon"
    assert dataset["extras"]["pan2kg:dataset"] == "https://example.org/dataset"
    assert [row["title"] for row in dataset["resources"]] == [*pusher.files, "SPARQL endpoint"], (
        "in order"
    )
    # files arrive byte for byte, under names the portal takes or compressed; what has none becomes
    # a link
    table, linked, quads = (
        pusher.resource(name) for name in (TABLE, "dumps/graph.jsonld", "dumps/graph.nq")
    )
    assert portal.files[table["id"]] == data
    assert (table["checksum"]["type"], table["filesize"]) == ("sha256", len(data))
    assert (table["type"], table["format"], table["mime"]) == ("main", "csv", "text/csv")
    assert (linked["url"].rpartition("/")[2], linked["format"]) == ("graph.json", "jsonld")
    assert quads["url"].endswith("/graph.nq.gz")
    assert gzip.decompress(portal.files[quads["id"]]) == pusher.files["dumps/graph.nq"].encode()
    endpoint = pusher.resource("SPARQL endpoint")
    assert [endpoint[name] for name in ("filetype", "type", "url")] == [
        "remote",
        "api",
        "https://example.org/sparql",
    ]
    # the key goes with every call and nowhere else, at most one call a second
    assert (pusher.now, set(pusher.slept)) == (len(portal.calls) - 1, {1.0})
    assert set(portal.keys) == {pusher.key}
    assert pusher.key not in repr(pusher.client()) + repr(portal.state())
    pusher.edit('    dct:title "Graphe des plans"@fr ;\n', "")
    assert pusher.offer().description["title"] == "Graph of the plans", "where there is no French"


@pytest.mark.parametrize("keeps", [False, True])
def test_the_second_push_changes_nothing_and_a_later_one_what_changed(
    pusher: Pusher,
    portal: Portal,
    keeps: bool,  # noqa: FBT001
) -> None:
    portal.keeps_computed = keeps
    pusher.push()
    before = portal.state()
    ids = pusher.ids()
    assert pusher.resource(TABLE)["checksum"]["type"] == ("sha1" if keeps else "sha256")
    portal.fail()
    outcome = pusher.push()
    assert (outcome.sent, outcome.remaining, portal.state()) == (0, (), before)
    assert portal.calls == [
        "GET /api/1/me/org_datasets/",
        f"GET /api/1/datasets/{outcome.remote.id}/",
    ]
    pusher.files[TABLE] += "https://example.org/b,b\r\n"
    pusher.write()
    portal.fail()
    pusher.push()
    assert portal.files[pusher.resource(TABLE)["id"]].endswith(b"/b,b\r\n")
    assert (len(portal.writes()), len(portal.calls)) == (2, 5), (
        "two looks, the file, what it is, and a look"
    )
    pusher.edit(*TITLES)
    pusher.edit('"The file dumps/graph.ttl."', '"All of it."')
    assert (pusher.push().sent, pusher.only()["title"], pusher.ids()) == (
        2,
        "Graphe de cohérence",
        ids,
    )
    assert pusher.resource("dumps/graph.ttl")["description"] == "All of it."


def test_a_label_that_changes_every_file_costs_a_linked_dataset_nothing(
    pusher: Pusher, portal: Portal
) -> None:
    pusher.linked = True
    pusher.push()
    table = pusher.resource(TABLE)
    assert (table["filetype"], table["url"]) == (
        "remote",
        f"https://example.org/releases/1/{TABLE}",
    )
    assert not portal.files
    pusher.files = {name: f"{content}\n" for name, content in pusher.files.items()}
    pusher.write('"1.0.0"', '"1.0.1"')
    portal.fail()
    assert not pusher.push().remaining
    assert [call.split()[0] for call in portal.calls] == ["GET", "GET", "PUT", "GET"], (
        "the version of the dataset"
    )


def test_an_update_leaves_what_people_set_and_a_part_of_a_new_version_keeps_its_address(
    pusher: Pusher, portal: Portal
) -> None:
    pusher.push()
    dataset = pusher.only()
    dataset |= {
        "private": False,
        "acronym": "PAN",
        "organization": {"id": "org1", "name": "Ministry"},
    }
    dataset["extras"]["seen-by"] = "somebody"
    portal.has_org_datasets = False
    pusher.edit(*TITLES)
    pusher.push()
    assert (dataset["private"], dataset["acronym"], dataset["organization"]["id"]) == (
        False,
        "PAN",
        "org1",
    )
    assert dataset["extras"]["seen-by"] == "somebody"
    identifiers = set()
    for version in ("1.0.0", "1.1.0"):
        pusher.files = {
            f"graph-{version}.ttl": f"<https://example.org/{version}> a <https://example.org/B> .\n"
        }
        pusher.write('"1.0.0"', f'"{version}"').push()
        identifiers.add(pusher.resource(f"graph-{version}.ttl")["id"])
    assert len(identifiers) == 1


def test_what_is_gone_is_reported_and_pruned_when_asked_but_not_what_others_put_there(
    pusher: Pusher, portal: Portal
) -> None:
    pusher.push()
    foreign = {
        "id": "x",
        "title": "Notes",
        "filetype": "remote",
        "url": "https://example.org/notes",
        "extras": {},
    }
    pusher.only()["resources"].append(foreign)
    del pusher.files[TABLE]
    pusher.write()
    portal.fail()
    remote = pusher.push().remote
    leftovers = portals.match(pusher.offer(), remote).leftovers
    assert [requests.dig(row, "extras", offers.PART_KEY) for row in leftovers] == [TABLE, ""]
    assert not portal.writes()
    assert pusher.push(prune=True).sent == 1
    assert foreign in pusher.only()["resources"]
    assert len(pusher.only()["resources"]) == 5
    pusher.only()["resources"][0]["checksum"] = None
    _, sent, todo = portals.push(pusher.client(), pusher.offer(), pusher.said.append, sends=False)
    assert (sent, [step.method for step in todo]) == (0, ["POST", "PUT"])


def test_datasets_that_are_not_the_one_are_told_from_it(pusher: Pusher, portal: Portal) -> None:
    datasets = portal.datasets
    pusher.push(organization="org1")
    ours = datasets.pop(*datasets)
    for number in range(5):
        datasets[f"d{number}"] = ours | {
            "id": f"d{number}",
            "extras": {"pan2kg:dataset": f"https://x/{number}"},
        }
    datasets[ours["id"]] = ours
    portal.fail()
    assert not pusher.push(organization="org1").sent, (
        "found on any page of the list of an organization"
    )
    assert sum("/organizations/" in call for call in portal.calls) == 3
    assert not any("elsewhere" in call for call in portal.calls)
    datasets.clear()
    portal.has_org_datasets = False
    identifier = pusher.push().remote.id
    assert not pusher.push().sent, "an older portal is asked for the owner's datasets"
    datasets[identifier]["extras"]["pan2kg:dataset"] = "https://example.org/other"
    pusher.fails("holds another release", dataset=identifier)
    datasets[identifier] |= {"extras": {}, "title": "By hand", "resources": []}
    assert not pusher.push(dataset=identifier).remaining, (
        "one made by hand is taken over when it is named"
    )
    assert list(datasets) == [identifier]
    datasets["twin"] = pusher.only() | {"id": "twin"}
    pusher.fails(r"2 datasets on the portal have the IRI .* name one with --dataset")
    del datasets["twin"]
    datasets[identifier]["deleted"] = "2026-11-01T00:00:00"
    pusher.fails("deleted on the portal", dataset=identifier)
    assert pusher.push().remote.id != identifier


def parse(*words: str) -> argparse.Namespace:
    parser = Parser(prog="pan2kg portal", allow_abbrev=False)
    add_portal(parser)
    return parser.parse_args(words)


Typed = Callable[[str], tuple[int, str]]


@pytest.fixture
def typed(
    pusher: Pusher, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Typed:
    """Run the command with the right key, and the small release for DIR; its code and what it printed."""
    monkeypatch.setenv("PAN2KG_PORTAL_KEY", pusher.key)

    def type_in(words: str) -> tuple[int, str]:
        options = parse(
            *words.replace("DIR", str(pusher.path)).split(), "--portal", pusher.portal.url
        )
        return run_portal(
            options, clock=lambda: pusher.now, sleep=lambda s: pusher.sleep(s)
        ), capsys.readouterr().out

    return type_in


def test_nothing_is_sent_without_the_flag_and_the_dry_run_prints_exactly_the_requests_of_the_push(
    typed: Typed, pusher: Pusher, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def calls(out: str) -> list[str]:
        return re.findall(
            r"^(?:GET|POST|PUT|DELETE) \S+$", out.replace(portal.url, ""), re.MULTILINE
        )

    def unnamed(listed: list[str]) -> list[str]:
        bare = re.sub(r"/datasets/[0-9a-f]{24}/", "/datasets/{dataset}/", "\n".join(listed))
        return re.sub(r"/resources/[0-9a-f-]{36}/", "/resources/{resource}/", bare).split("\n")

    with monkeypatch.context() as without:
        without.delenv("PAN2KG_PORTAL_KEY")
        for words in ("DIR", "plan DIR", "push DIR", "push --prune DIR"):
            assert typed(words)[0] == 0
        assert not portal.calls
    _, out = typed("plan DIR")
    assert out.startswith("# Only the portal's answers will tell: {dataset}, {resource}, {url}\n")
    assert '"title": "Graphe des plans"' in out
    assert re.search(r"file: plans\.csv, text/csv, \d+ bytes, sha256 [0-9a-f]{64}", out)
    assert "X-API-KEY: (from PAN2KG_PORTAL_KEY)" in out
    assert pusher.key not in out
    planned = calls(out)
    code, out = typed("push DIR --send")
    assert (code, len(portal.datasets), unnamed(planned)) == (0, 1, unnamed(portal.calls))
    assert "10 requests changed it; read back, it is what the release holds." in out
    code, out = typed("push --send DIR")
    assert (code, len(portal.datasets)) == (0, 1)
    assert "the portal holds the release." in out
    assert "It is private" in out
    pusher.files[TABLE] += "https://example.org/b,b\r\n"
    del pusher.files["dumps/graph.nq"]
    pusher.write()
    portal.fail()
    planned = calls(typed("plan DIR --look --prune")[1])
    assert not portal.writes()
    portal.fail()
    typed("push DIR --send --prune")
    assert planned == portal.calls
    assert "{" not in typed("plan DIR --look")[1].replace(portal.url, ""), "everything is known"
    _, out = typed("plan DIR --dataset abc")
    assert "/datasets/abc/upload/" in out
    assert not re.search(r"^POST \S+/api/1/datasets/$", out, re.MULTILINE)


def test_the_status_says_how_far_the_portal_has_it(
    typed: Typed, pusher: Pusher, portal: Portal
) -> None:
    assert typed("status DIR") == (1, "https://example.org/dataset is not on the portal yet\n")
    typed("push DIR --send")
    assert typed("status DIR")[0] == 0
    pusher.edit(*TITLES)
    portal.fail()
    code, out = typed("status DIR")
    assert (code, portal.writes()) == (1, [])
    assert "changed on https://example.org/dataset: title" in out
    typed("push DIR --send")
    del pusher.files[TABLE]
    pusher.write(*TITLES)
    code, out = typed("status DIR")
    assert code == 0
    assert f"no longer in the release: {TABLE}" in out
    portal.datasets.clear()
    portal.rewords = True
    code, out = typed("push DIR --send")
    assert code == 1
    assert "the portal differs from the release; 3 requests would mend it:" in out


def test_a_push_that_is_interrupted_says_that_it_can_go_on(
    typed: Typed, pusher: Pusher, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(seconds: float) -> None:
        pusher.now += seconds
        if len(portal.calls) == 4:
            raise KeyboardInterrupt

    with monkeypatch.context() as stopped:
        stopped.setattr(pusher, "sleep", interrupt)
        message = r"^Interrupted\. Push again: it goes on where it stopped\.$"
        with pytest.raises(PortalError, match=message):
            typed("push DIR --send")
    assert typed("push DIR --send")[0] == 0
    assert len(portal.datasets) == 1


def test_wrong_use_is_a_sentence_and_sends_nothing(
    typed: Typed,
    pusher: Pusher,
    portal: Portal,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for words in ("DIR", "plan DIR", "status DIR"):
        with pytest.raises(
            PortalError,
            match=r"^--send: Only a push sends\. Write `pan2kg portal push DIR --send`\.$",
        ):
            typed(f"{words} --send")
    for words, code in {
        "": 2,
        "push": 2,
        "push a b": 2,
        "plan a --unknown": 2,
        "--help": 0,
        "push --help": 0,
    }.items():
        with pytest.raises(SystemExit, match=str(code)):
            parse(*words.split())
        out, err = capsys.readouterr()
        assert (
            err.count("\n") == 1
            if code
            else {"PAN2KG_PORTAL_KEY", "--send"} <= set(re.findall(r"[\w-]+", out))
        )
    monkeypatch.delenv("PAN2KG_PORTAL_KEY")
    for words in ("push DIR --send", "status DIR", "plan DIR --look"):
        with pytest.raises(PortalError, match="PAN2KG_PORTAL_KEY is not set"):
            typed(words)
    (pusher.path / "catalogue.ttl").unlink()
    with pytest.raises(
        ProjectError, match=r"no release: it has no catalogue\.ttl\. Make a release"
    ):
        typed("plan DIR")
    assert not portal.calls


REMEDIES: Final = {
    400: "Mend the catalogue",
    401: "PAN2KG_PORTAL_KEY",
    403: "--organization",
    404: "Check --portal",
    410: "Restore it there",
    413: "raise its limit",
    415: "another serialisation",
    **dict.fromkeys((409, 423), "documentation of its API"),
    **dict.fromkeys((429, 500, 502, 503, 504), "it goes on where it stopped"),
}
FAULTS: Final[list[tuple[Json, Json, str, int]]] = [
    *(
        (
            {"has_org_datasets": False},
            {"kind": str(status)},
            rf"\({status}: as the test wants it\)\..*{remedy}",
            0,
        )
        for status, remedy in REMEDIES.items()
    ),
    ({}, {"kind": "broken-json"}, "not as udata's API does", 0),
    ({}, {"kind": "html"}, "not as udata's API does", 0),
    ({}, {"kind": "200", "body": b'"datasets"'}, "not as udata", 0),
    ({}, {"at": 2, "kind": "201", "body": b'{"id": "../../me"}'}, "not as udata", 0),
    (
        {},
        {"kind": "401", "body": b'{"message": "k3y-of-the-test \\u001b[31m no"}'},
        "the key .401: …[^\x1b]*no",
        0,
    ),
    ({}, {"kind": "redirect", "location": "/api/1/me/org_datasets/"}, "sends its readers on", 0),
    ({"drops_extras": True}, {}, "From now on name it: --dataset", 1),
    ({"drops_marks": True}, {}, "does not keep the extra pan2kg:part", 1),
]


@pytest.mark.parametrize(("settings", "fault", "message", "number"), FAULTS)
def test_each_fault_is_a_sentence_with_a_remedy_and_nothing_is_made_twice(
    pusher: Pusher, portal: Portal, settings: Json, fault: Json, message: str, number: int
) -> None:
    for name, value in settings.items():
        setattr(portal, name, value)
    portal.fail(
        *([fault["at"]] if "at" in fault else range(1, 9) if fault else []),
        **{name: value for name, value in fault.items() if name != "at"},
    )
    pusher.fails(message)
    assert len(portal.datasets) == number
    assert len(portal.calls) <= (20 if number else 4), (
        "a fault that lasts is tried four times, a circle ends"
    )


def test_what_the_portal_says_of_a_field_is_repeated(pusher: Pusher) -> None:
    pusher.edit("frequency/IRREG", "frequency/TRIENNIAL")
    pusher.fails(r'Validation error; frequency: \["Not a valid choice"\]')


def test_the_wait_the_portal_asks_for_is_kept_within_reason(pusher: Pusher, portal: Portal) -> None:
    now = datetime(2026, 11, 25, 8, tzinfo=UTC)
    seconds = {
        "Wed, 25 Nov 2026 08:01:00 GMT": 60,
        "Wed, 25 Nov 2026 07:59:00 GMT": 0,
        "120": 120,
        "soon": 0,
        "-1": 0,
        "Wed, 25 Nov 2026 08:01:00 -0000": 60,
        "Wed, 25 Nov 2026": 0,
        "": 0,
    }
    assert {text: requests.wait_of(text, now) for text in seconds} == seconds
    for text in ("3600", "Fri, 31 Dec 9999 23:59:59 GMT"):
        portal.fail(3, kind="429", after=text)
        pusher.fails("asks for fewer requests")
    assert max(pusher.slept) < 3600
    portal.fail(3, kind="429", after="30")
    assert not pusher.push().remaining
    assert 30.0 in pusher.slept
    portal.fail(*range(1, 9), kind="500")
    pusher.fails("a fault of its own")
    assert pusher.slept[-3:] == [2.0, 4.0, 8.0]


def test_a_file_too_large_a_late_answer_and_one_spoilt_on_the_way_are_told_and_make_no_second_dataset(
    fresh: Callable[[], Pusher],
) -> None:
    large, slow, late, spoilt = (fresh() for _ in range(4))
    large.files[TABLE] = "x" * 8_000_000
    large.write()
    large.portal.largest = 1_000_000
    assert "/upload/" in str(large.fails(r"larger than the portal takes \(413\)").place)
    slow.timeout = 0.2
    late.timeout = 2.0
    slow.portal.fail(*range(1, 9), kind="slow")
    slow.fails("does not answer in time")
    late.portal.fail(2, kind="slow")
    assert not late.push().remaining
    assert len(late.portal.datasets) == 1
    spoilt.portal.spoils = 2
    assert not spoilt.push().remaining
    assert {
        spoilt.portal.files[row["id"]] for row in spoilt.only()["resources"] if row["filesize"]
    } == {file.path.read_bytes() for _, file in spoilt.offer().parts.values() if file}
    assert any("did not arrive whole" in line for line in spoilt.said)


def test_the_key_is_not_sent_on_to_another_host_but_a_reader_follows_within_the_portal(
    fresh: Callable[[], Pusher],
) -> None:
    pusher = fresh()
    other = fresh().portal
    for number in (1, 2, 3):
        pusher.portal.datasets.clear()
        pusher.portal.fail(number, kind="redirect", location=f"{other.url}/api/1/me/datasets/")
        pusher.fails(r"sends its (readers|writers) on to http://127\.0\.0\.1")
    assert not other.calls
    pusher.portal.fail(1, kind="redirect", location="/api/1/me/datasets/")
    assert not pusher.push().remaining


def test_what_is_not_there_or_speaks_no_tls_is_a_sentence(pusher: Pusher, portal: Portal) -> None:
    for address, message in {
        "https://portal.invalid": r"portal\.invalid",
        portal.url.replace("http:", "https:"): "The connection broke",
    }.items():
        with pytest.raises(PortalError, match=message):
            Client(address, "s3cret", lambda: pusher.now, pusher.sleep).ask("GET", "/me/")
    # a port that is held but not listened to refuses, and nobody else can take it meanwhile
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        pusher.portal.url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        pusher.fails(r"The connection broke \(connection refused\)\. Check the connection")


def test_an_address_or_a_key_that_is_not_safe_is_refused_and_not_shown() -> None:
    refused = {
        "http://data.public.lu": "in the clear",
        "ftp://data.public.lu": "no address",
        "data.public.lu": "no address",
        "https://": "no address",
        "https://data.public.lu:port": "no address",
        "https://data.public.lu/\nX-Other: 1": "no address",
        "https://me:word@data.public.lu": "no address",
        "https://data.public.lu/?q=1": "no address",
    }
    for portal, message in refused.items():
        with pytest.raises(PortalError, match=message) as caught:
            portals.read_access(portal, {"PAN2KG_PORTAL_KEY": "s3cret"}, needs_key=True)
        assert "word" not in str(caught.value)
    for portal in ("http://localhost:8000", "http://127.0.0.1/", "http://[::1]:80/api/1"):
        assert re.fullmatch(r"http://[^/]+", portals.read_access(portal, {}, needs_key=False)[0])
    for faulty in ("", " ", "two words", "clé", "line\nX-Other: 1"):
        with pytest.raises(PortalError, match="PAN2KG_PORTAL_KEY") as caught:
            portals.read_access(
                "https://data.public.lu", {"PAN2KG_PORTAL_KEY": faulty}, needs_key=True
            )
        assert not faulty.strip() or faulty not in str(caught.value)


@pytest.mark.parametrize("is_update", [False, True])
def test_a_push_that_dies_at_any_call_is_completed_by_the_next(
    fresh: Callable[[], Pusher],
    is_update: bool,  # noqa: FBT001
) -> None:
    def begun() -> Pusher:
        pusher = fresh()
        if is_update:
            pusher.push()
            pusher.alter()
            pusher.portal.fail()
        return pusher

    model = begun()
    model.push()
    state = model.portal.state()
    calls = len(model.portal.calls)
    # the look-up, the dataset, a file and its description four times, a link, a look back
    assert calls == (8 if is_update else 12)
    for number in range(1, calls + 1):
        for cut in CUTS:
            pusher = begun()
            identifiers = pusher.ids()
            pusher.portal.dead_from = (number, cut)
            pusher.fails("push again: it goes on where it stopped")
            pusher.portal.fail()
            assert not pusher.push().remaining
            assert pusher.portal.state() == state, (number, cut)
            assert not is_update or pusher.ids() == identifiers
        for kind in () if is_update else (*CUTS, "500", "503", "429"):
            # a passing fault is got over within the push
            pusher = begun()
            pusher.portal.fail(number, kind=kind)
            assert not pusher.push().remaining
            assert pusher.portal.state() == state, (number, kind)
            assert 2.0 in pusher.slept
        if not is_update and number in range(2, calls):
            # a change of the release after a break is pushed too
            pusher = begun()
            pusher.portal.dead_from = (number, "drop-after")
            pusher.fails("broke")
            pusher.alter()
            pusher.portal.fail()
            assert not pusher.push().remaining
            assert len(pusher.only()["resources"]) == 5
            assert len(set(pusher.ids())) == 6
