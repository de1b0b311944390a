"""What of a release is pushed, and how: one private dataset first, nothing the second time, in place after a change.

A dry run sends nothing and prints exactly what a push sends.
"""

from __future__ import annotations

import argparse
import gzip
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pan2kg.cli.arguments import Parser
from pan2kg.cli.portal import add_portal, run_portal
from pan2kg.errors import Pan2kgError, Place, ProjectError, TurtleError
from pan2kg.publish.portal import push
from pan2kg.publish.portal.client import Access, Client, Pace, PortalError
from pan2kg.publish.portal.push import SearchScope, make_offer, pack, upload_name

if TYPE_CHECKING:
    from tests.publish.portal.conftest import Pusher, SampleRelease
    from tests.publish.portal.portal_server import Json, Portal

Typed = Callable[..., int]
MORE = "https://example.org/b,b\r\n"


def only(portal: Portal) -> Json:
    assert len(portal.datasets) == 1
    return next(iter(portal.datasets.values()))


def resource(portal: Portal, title: str) -> Json:
    (match,) = (one for one in only(portal)["resources"] if one["title"] == title)
    return dict(match)


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
        ('licence/CC0> a dct:LicenseDocument ; rdfs:label "cc-zero"', "licence/X> a dct:LicenseDocument", ""),
        ("frequency/IRREG", "frequency/SOMETIMES", "no frequency for"),
    ],
)
def test_what_the_catalogue_lacks_is_named(folder: SampleRelease, old: str, new: str, message: str) -> None:
    folder.edit(old, new)
    if not message:
        folder.edit("licence/CC0>", "licence/OTHER>")
    with pytest.raises(ProjectError, match=message or "no licence for") as caught:
        make_offer(folder.path, folder.path)
    assert caught.value.place
    assert caught.value.remedy


def test_a_folder_that_is_no_sound_release_is_refused(folder: SampleRelease, tmp_path: Path) -> None:
    path = folder.path / "tables/plans.csv"
    content = path.read_bytes()
    path.write_bytes(content + b"x")
    with pytest.raises(ProjectError, match=r"plans\.csv has \d+ bytes, the catalogue says"):
        make_offer(folder.path, folder.path)
    path.write_bytes(content[:-1] + b"x")
    with pytest.raises(ProjectError, match=r"plans\.csv does not have the checksum"):
        make_offer(folder.path, folder.path)
    folder.edit("a dcat:Catalog ;", "a dcat:Catalog ; ;; (")
    with pytest.raises(TurtleError, match=r"catalogue\.ttl:\d+:\d+: The catalogue is not Turtle"):
        make_offer(folder.path, folder.path)
    for place in (tmp_path, tmp_path / "none"):
        with pytest.raises(ProjectError, match="pan2kg publish"):
            make_offer(place, folder.path)


def test_a_file_is_found_by_the_longest_end_of_its_address(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for name in ("x.ttl", "a/x.ttl"):
        (tmp_path / name).touch()
    (tmp_path.parent / "outside.ttl").touch()
    assert push.find_file(tmp_path, "https://example.org/releases/a/x.ttl") == tmp_path / "a/x.ttl"
    assert push.find_file(tmp_path, "https://example.org/b/x.ttl") == tmp_path / "x.ttl"
    assert push.find_file(tmp_path, "https://example.org/%2E%2E/outside.ttl") is None


def test_a_name_is_one_the_portal_takes() -> None:
    for name in ("page.html", "graph.nt", "graph.nq", "graph.trig", "net.graphml", "notes", "a.js"):
        assert upload_name(name) == (f"{name}.gz", True)
    for ending in ("ttl", "rdf", "owl", "n3", "xml", "json", "csv", "zip", "gz", "svg", "pdf"):
        assert upload_name(f"data.{ending}") == (f"data.{ending}", False)
    assert upload_name("dumps/PAN2KG_graph.jsonld") == ("pan2kg-graph.json", False)
    for name in ('a"b\r\nX: 1.csv', "é.csv", "..csv", ".csv", "a b.ttl", "日本.csv"):
        assert upload_name(name)[0].replace(".", "").replace("-", "").isalnum(), "it needs no quoting in a form"


def test_files_of_one_name_get_their_folders_in_it(folder: SampleRelease, tmp_path: Path) -> None:
    folder.files = {"a/graph.ttl": "", "b/graph.ttl": "", "c/graph.jsonld": "{}"}
    offer = make_offer(folder.write().path, tmp_path)
    names = [part.file.name for part in offer.parts if part.file]
    assert names == ["a-graph-ttl.ttl", "b-graph-ttl.ttl", "graph.json"]


def test_what_the_release_has_compressed_already_is_sent_once(folder: SampleRelease, tmp_path: Path) -> None:
    folder.files = {"graph.nq": "", "graph.nq.gz": "as it is"}
    parts = make_offer(folder.write().path, tmp_path).parts
    assert [part.file.path for part in parts if part.file] == [folder.path / "graph.nq.gz"]


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


def test_words_take_the_form_udata_gives_them() -> None:
    words = ["Mise en œuvre", "Groß", "ab", "  ", "droits de l'homme", "Droits de l’Homme", "x" * 200]
    assert list(push.tags(words)) == ["mise-en-oeuvre", "gross", "droits-de-l-homme", "x" * 96]
    for iri, licence in push.LICENCES.items():
        assert {push.licence_id(f"{scheme}://{iri}", [], Place("")) for scheme in ("http", "https")} == {licence}
    assert push.licence_id("https://example.org/licence", ["Attribution", "cc-by"], Place("")) == "cc-by"
    assert push.FREQUENCIES["IRREG"] == "irregular"
    assert len(push.FREQUENCIES) == 23


def test_the_first_push_makes_one_private_dataset_with_its_resources(pusher: Pusher, portal: Portal) -> None:
    assert not pusher.push().remaining
    dataset = only(portal)
    assert dataset["private"] is True
    assert dataset["title"] == "Graphe des plans"
    assert dataset["description"] == "Ce que disent les plans d’action nationaux."
    assert (dataset["license"], dataset["frequency"]) == ("cc-zero", "irregular")
    assert dataset["tags"] == ["droits-de-l-homme", "human-rights"]
    assert dataset["temporal_coverage"] == {"start": "2014-01-01", "end": "2027-12-31"}
    assert dataset["spatial"]["geom"]["type"] == "MultiPolygon"
    assert dataset["extras"]["pan2kg:dataset"] == "https://example.org/dataset"
    assert [one["title"] for one in dataset["resources"]] == [*pusher.folder.files, "SPARQL endpoint"], "in order"


def test_files_arrive_byte_for_byte_and_what_has_none_becomes_a_link(pusher: Pusher, portal: Portal) -> None:
    pusher.push()
    table = resource(portal, "tables/plans.csv")
    assert portal.files[table["id"]] == pusher.folder.files["tables/plans.csv"].encode()
    assert table["checksum"]["type"] == "sha256"
    assert table["filesize"] == len(portal.files[table["id"]])
    assert (table["type"], table["format"], table["mime"]) == ("main", "csv", "text/csv")
    assert table["url"].endswith("/plans.csv")
    linked, quads = resource(portal, "dumps/graph.jsonld"), resource(portal, "dumps/graph.nq")
    assert linked["url"].endswith("/graph.json"), "what the portal refuses goes under another name"
    assert linked["format"] == "jsonld"
    assert quads["url"].endswith("/graph.nq.gz"), "or compressed"
    assert gzip.decompress(portal.files[quads["id"]]) == pusher.folder.files["dumps/graph.nq"].encode()
    endpoint = resource(portal, "SPARQL endpoint")
    assert (endpoint["filetype"], endpoint["type"]) == ("remote", "api")
    assert endpoint["url"] == "https://example.org/sparql"


@pytest.mark.parametrize("keeps", [False, True])
def test_the_second_push_changes_nothing(pusher: Pusher, portal: Portal, keeps: bool) -> None:  # noqa: FBT001
    portal.keeps_computed = keeps
    pusher.push()
    assert resource(portal, "tables/plans.csv")["checksum"]["type"] == ("sha1" if keeps else "sha256")
    before = portal.state()
    portal.forget()
    outcome = pusher.push()
    assert (outcome.sent, outcome.remaining) == (0, ())
    assert portal.calls == ["GET /api/1/me/org_datasets/", f"GET /api/1/datasets/{outcome.remote.id}/"]
    assert portal.state() == before


def test_what_changed_is_replaced_in_place(pusher: Pusher, portal: Portal) -> None:
    pusher.push()
    (identifier,), before = portal.datasets, resource(portal, "tables/plans.csv")
    pusher.folder.files["tables/plans.csv"] += MORE
    pusher.folder.write()
    portal.forget()
    pusher.push()
    after = resource(portal, "tables/plans.csv")
    assert after["id"] == before["id"]
    assert portal.files[after["id"]].endswith(b"/b,b\r\n")
    assert len(portal.writes()) == 2
    assert len(portal.calls) <= 5, "two looks, the file, what it is, and a look"
    pusher.folder.edit('"Graphe des plans"', '"Graphe de cohérence"')
    pusher.folder.edit('"The file dumps/graph.ttl."', '"All of it."')
    outcome = pusher.push()
    assert (outcome.sent, outcome.remaining) == (2, ())
    assert (only(portal)["id"], only(portal)["title"]) == (identifier, "Graphe de cohérence")
    assert resource(portal, "dumps/graph.ttl")["description"] == "All of it."


def test_a_label_that_changes_every_file_costs_a_linked_dataset_nothing(pusher: Pusher, portal: Portal) -> None:
    pusher.linked = True
    pusher.push()
    table = resource(portal, "tables/plans.csv")
    assert (table["filetype"], table["url"]) == ("remote", "https://example.org/releases/1/tables/plans.csv")
    assert not portal.files
    for name in pusher.folder.files:
        pusher.folder.files[name] += "\n"
    pusher.folder.write().edit('"1.0.0"', '"1.0.1"')
    portal.forget()
    assert not pusher.push().remaining
    assert [call.split()[0] for call in portal.calls] == ["GET", "GET", "PUT", "GET"], "the version of the dataset"


def test_an_update_leaves_what_people_set_on_the_portal(pusher: Pusher, portal: Portal) -> None:
    pusher.push()
    dataset = only(portal)
    dataset |= {"private": False, "acronym": "PAN", "organization": {"id": "org1", "name": "Ministry"}}
    dataset["extras"]["seen-by"] = "somebody"
    portal.has_org_datasets = False
    pusher.folder.edit('"Graphe des plans"', '"Graphe de cohérence"')
    pusher.push()
    assert (dataset["private"], dataset["acronym"], dataset["organization"]["id"]) == (False, "PAN", "org1")
    assert dataset["extras"]["seen-by"] == "somebody"


def test_the_same_part_of_a_new_version_keeps_its_address(pusher: Pusher, portal: Portal) -> None:
    identifiers = []
    for version, thing in (("1.0.0", "a"), ("1.1.0", "b")):
        pusher.folder.files = {f"graph-{version}.ttl": f"<https://example.org/{thing}> a <https://example.org/B> .\n"}
        pusher.folder.write()
        if version != "1.0.0":
            pusher.folder.edit('"1.0.0"', f'"{version}"')
        pusher.push()
        identifiers.append(resource(portal, f"graph-{version}.ttl")["id"])
    assert len(set(identifiers)) == 1


def test_what_is_gone_is_reported_and_pruned_when_asked_but_not_what_others_put_there(
    pusher: Pusher, portal: Portal
) -> None:
    pusher.push()
    foreign = {"id": "x", "title": "Notes", "filetype": "remote", "url": "https://example.org/notes", "extras": {}}
    only(portal)["resources"].append(foreign)
    del pusher.folder.files["tables/plans.csv"]
    pusher.folder.write()
    portal.forget()
    outcome = pusher.push()
    leftovers = push.leftovers(pusher.offer(), outcome.remote)
    assert [push.key_of(one) for one in leftovers] == ["tables/plans.csv", ""]
    assert not portal.writes()
    assert pusher.push(prune=True).sent == 1
    assert foreign in only(portal)["resources"]
    assert len(only(portal)["resources"]) == 5


def test_a_dataset_of_an_organization_is_found_on_any_page_of_its_list(pusher: Pusher, portal: Portal) -> None:
    scope = SearchScope("org1")
    pusher.push(scope)
    ours = portal.datasets.pop(*portal.datasets)
    for number in range(5):
        portal.datasets[f"d{number}"] = ours | {"id": f"d{number}", "extras": {"pan2kg:dataset": f"https://x/{number}"}}
    portal.datasets[ours["id"]] = ours
    portal.forget()
    assert not pusher.push(scope).sent
    assert sum("/organizations/" in call for call in portal.calls) == 3
    assert not any("elsewhere" in call for call in portal.calls)


def test_datasets_that_are_not_the_one_are_told_from_it(pusher: Pusher, portal: Portal) -> None:
    portal.has_org_datasets = False
    first = pusher.push().remote.id
    assert not pusher.push().sent, "an older portal is asked for the owner's datasets"
    portal.datasets[first]["extras"]["pan2kg:dataset"] = "https://example.org/other"
    with pytest.raises(PortalError, match="holds another release"):
        pusher.push(SearchScope(dataset=first))
    portal.datasets[first] |= {"extras": {}, "title": "By hand", "resources": []}
    assert not pusher.push(SearchScope(dataset=first)).remaining, "one made by hand is taken over when it is named"
    assert list(portal.datasets) == [first]
    portal.datasets["twin"] = only(portal) | {"id": "twin"}
    with pytest.raises(PortalError, match=r"2 datasets on the portal have the IRI .* name one with --dataset"):
        pusher.push()
    del portal.datasets["twin"]
    portal.datasets[first]["deleted"] = "2026-11-01T00:00:00"
    with pytest.raises(PortalError, match="deleted on the portal"):
        pusher.push(SearchScope(dataset=first))
    assert pusher.push().remote.id != first


def test_a_portal_that_drops_the_marks_is_given_nothing_twice(
    pusher: Pusher, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.drops_extras = True
    with pytest.raises(PortalError, match="From now on name it: --dataset"):
        pusher.push()
    assert len(portal.datasets) == 1
    portal.datasets.clear()
    portal.drops_extras, describe = False, portal._describe
    monkeypatch.setattr(portal, "_describe", lambda path, given: describe(path, given | {"extras": {}}))
    with pytest.raises(PortalError, match="does not keep the extra pan2kg:part"):
        pusher.push()
    assert len(only(portal)["resources"]) == 2


def test_a_difference_that_stays_is_told(pusher: Pusher, portal: Portal) -> None:
    pusher.push()
    only(portal)["resources"][0]["checksum"] = None
    portal.files.clear()
    remote = push.observe(pusher.client(), pusher.offer(), SearchScope())
    assert [step.method for step in push.steps(pusher.offer(), remote, SearchScope())] == ["POST", "PUT"]


def test_the_key_goes_with_every_call_and_nowhere_else_and_at_most_one_a_second(pusher: Pusher, portal: Portal) -> None:
    pusher.push()
    assert pusher.ticker.now == len(portal.calls) - 1
    assert set(pusher.ticker.slept) == {1.0}
    assert set(portal.keys) == {pusher.key}
    assert pusher.key not in repr(pusher.client())
    assert pusher.key not in repr(portal.state())


def parse(*words: str) -> argparse.Namespace:
    parser = Parser(prog="pan2kg portal", allow_abbrev=False)
    add_portal(parser)
    return parser.parse_args(words)


@pytest.fixture
def typed(pusher: Pusher, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Run the command with the right key, and the small release for DIR."""
    monkeypatch.setenv("PAN2KG_PORTAL_KEY", pusher.key)

    def type_in(*words: str) -> int:
        options = [str(pusher.folder.path) if word == "DIR" else word for word in words]
        parsed = parse(*options, "--portal", pusher.portal.url)
        return run_portal(parsed, clock=pusher.ticker.clock, sleep=pusher.ticker.sleep)

    return type_in


@pytest.mark.parametrize("words", [("DIR",), ("plan", "DIR"), ("push", "DIR"), ("push", "--prune", "DIR")])
def test_nothing_is_sent_without_the_flag(
    words: tuple[str, ...], typed: Typed, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PAN2KG_PORTAL_KEY")
    assert typed(*words) == 0
    assert not portal.calls


@pytest.mark.parametrize("words", [("push", "DIR", "--send"), ("push", "--send", "DIR")])
def test_a_push_with_the_flag_sends_once(
    words: tuple[str, ...], typed: Typed, portal: Portal, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(*words) == 0
    assert len(portal.datasets) == 1
    assert "10 requests changed it; read back, it is what the release holds." in capsys.readouterr().out
    assert typed(*words) == 0
    out = capsys.readouterr().out
    assert "it already holds the release; nothing was changed." in out
    assert "It is private" in out


def test_the_dry_run_prints_exactly_the_requests_of_the_push(
    typed: Typed, pusher: Pusher, portal: Portal, capsys: pytest.CaptureFixture[str]
) -> None:
    def unnamed(call: str) -> str:
        call = re.sub(r"/datasets/[0-9a-f]{24}/", "/datasets/{dataset}/", call.replace(portal.url, ""))
        return re.sub(r"/resources/[0-9a-f-]{36}/", "/resources/{resource}/", call)

    def printed() -> list[str]:
        return re.findall(r"^(?:GET|POST|PUT|DELETE) \S+$", capsys.readouterr().out, re.MULTILINE)

    typed("plan", "DIR")
    planned = printed()
    typed("push", "DIR", "--send")
    assert [unnamed(call) for call in planned] == [unnamed(call) for call in portal.calls]
    pusher.folder.files["tables/plans.csv"] += MORE
    del pusher.folder.files["dumps/graph.nq"]
    pusher.folder.write()
    printed()
    portal.forget()
    typed("plan", "DIR", "--look", "--prune")
    assert not portal.writes()
    planned = printed()
    portal.forget()
    typed("push", "DIR", "--send", "--prune")
    assert [call.replace(portal.url, "") for call in planned] == portal.calls


def test_the_dry_run_shows_bodies_and_never_the_key(
    typed: Typed, pusher: Pusher, capsys: pytest.CaptureFixture[str]
) -> None:
    typed("plan", "DIR")
    out = capsys.readouterr().out
    assert '"title": "Graphe des plans"' in out
    assert re.search(r"file: plans\.csv, text/csv, \d+ bytes, sha256 [0-9a-f]{64}", out)
    assert "X-API-KEY: (from PAN2KG_PORTAL_KEY)" in out
    assert pusher.key not in out
    typed("plan", "DIR", "--dataset", "abc")
    out = capsys.readouterr().out
    assert "PUT " in out
    assert "/datasets/abc/upload/" in out
    assert not re.search(r"^POST \S+/api/1/datasets/$", out, re.MULTILINE)


def test_the_status_says_how_far_the_portal_has_it(
    typed: Typed, pusher: Pusher, portal: Portal, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed("status", "DIR") == 1
    assert capsys.readouterr().out == "The dataset is not on the portal.\n"
    typed("push", "DIR", "--send")
    assert typed("status", "DIR") == 0
    pusher.folder.edit('"Graphe des plans"', '"Graphe de cohérence"')
    capsys.readouterr()
    portal.forget()
    assert typed("status", "DIR") == 1
    assert "changed on the dataset: title" in capsys.readouterr().out
    assert not portal.writes()
    typed("push", "DIR", "--send")
    del pusher.folder.files["tables/plans.csv"]
    pusher.folder.write().edit('"Graphe des plans"', '"Graphe de cohérence"')
    capsys.readouterr()
    assert typed("status", "DIR") == 0
    assert "no longer in the release: tables/plans.csv" in capsys.readouterr().out


def test_a_portal_that_keeps_something_else_is_a_finding(
    typed: Typed, portal: Portal, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    describe = portal._describe
    monkeypatch.setattr(portal, "_describe", lambda path, given: describe(path, given | {"description": "…"}))
    assert typed("push", "DIR", "--send") == 1
    assert "read back, and the portal differs from the release; 4 requests would mend it:" in capsys.readouterr().out


def test_a_push_that_is_interrupted_says_that_it_can_go_on(
    typed: Typed, pusher: Pusher, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    sleep = pusher.ticker.sleep

    def interrupt(seconds: float) -> None:
        sleep(seconds)
        if len(portal.calls) == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(pusher.ticker, "sleep", interrupt)
    with pytest.raises(PortalError, match=r"^The push was interrupted\. Push again: it goes on where it stopped\.$"):
        typed("push", "DIR", "--send")
    monkeypatch.undo()
    monkeypatch.setenv("PAN2KG_PORTAL_KEY", pusher.key)
    assert typed("push", "DIR", "--send") == 0
    assert len(portal.datasets) == 1


def test_wrong_use_is_a_sentence_and_sends_nothing(
    typed: Typed, pusher: Pusher, portal: Portal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words: tuple[str, ...]
    for words in (("DIR",), ("plan", "DIR"), ("status", "DIR")):
        with pytest.raises(PortalError, match=r"^--send: Only a push sends\. Write `pan2kg portal push DIR --send`\.$"):
            typed(*words, "--send")
    wrong: list[tuple[str, ...]] = [(), ("push",), ("push", "a", "b"), ("plan", "a", "--unknown")]
    for words in wrong:
        with pytest.raises(SystemExit, match="2"):
            parse(*words)
        assert capsys.readouterr().err.count("\n") == 1
    for words in (("--help",), ("push", "--help")):
        with pytest.raises(SystemExit, match="0"):
            parse(*words)
        out = capsys.readouterr().out
        assert "PAN2KG_PORTAL_KEY" in out
        assert "--send" in out
    monkeypatch.delenv("PAN2KG_PORTAL_KEY")
    for words in (("push", "DIR", "--send"), ("status", "DIR"), ("plan", "DIR", "--look")):
        with pytest.raises(PortalError, match="PAN2KG_PORTAL_KEY is not set"):
            typed(*words)
    (pusher.folder.path / "catalogue.ttl").unlink()
    with pytest.raises(ProjectError, match=r"no release: it has no catalogue\.ttl\. Make a release"):
        typed("plan", "DIR")
    assert not portal.calls


def test_the_dry_run_says_what_only_an_answer_tells(
    typed: Typed, portal: Portal, capsys: pytest.CaptureFixture[str]
) -> None:
    typed("plan", "DIR")
    assert capsys.readouterr().out.startswith("# Only the portal's answers will tell: {dataset}, {resource}, {url}\n")
    typed("push", "DIR", "--send")
    capsys.readouterr()
    typed("plan", "DIR", "--look")
    assert "{" not in capsys.readouterr().out.replace(portal.url, "")
