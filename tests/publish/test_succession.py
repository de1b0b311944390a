"""A release knows the one before: its version is never used twice, and what leads to it can be applied."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import feedparser
import pyoxigraph as ox
import pytest

from pan2kg.errors import ProjectError
from pan2kg.i18n.catalogue import LANGUAGES
from pan2kg.publish.dump import write_update
from pan2kg.publish.folder import versions_in
from pan2kg.publish.release import change_part, propose
from tests.publish.conftest import BASE, Publish, numbered

ATOM = "{http://www.w3.org/2005/Atom}"
AUTHORS = {"fr": "Contributeurs de pan2kg", "en": "pan2kg contributors", "de": "Mitwirkende an pan2kg"}


def add_keyword(project: Path, word: str = "coherence studies") -> None:
    facts = project / "graph" / "catalogue.ttl"
    text = facts.read_text("utf-8")
    line = '    dcat:keyword "knowledge graph"@en ;\n'
    assert line in text
    facts.write_text(text.replace(line, f'{line}    dcat:keyword "{word}"@en ;\n'), "utf-8")


def quads(folder: Path) -> set[ox.Quad]:
    read = ox.parse(gzip.decompress((folder / "data/pan2kg.nq.gz").read_bytes()), format=ox.RdfFormat.N_QUADS)
    return set(read)


def test_a_version_is_not_used_for_something_else(command: Publish, small: Path, released: Path) -> None:
    add_keyword(small)
    with pytest.raises(ProjectError, match=r"0\.1\.0 is published already.*--version 0\.\d\.\d") as raised:
        command("-o", str(released))
    assert "0.1.1" in str(raised.value), "a word more on the dataset adds no thing"
    command("-o", str(released), "--version", "0.1.1")
    mark = json.loads((released / "release.json").read_text("utf-8"))
    assert (mark["version"], mark["previous"]) == ("0.1.1", "0.1.0")


def test_the_same_content_may_be_written_again_and_is_not_its_own_predecessor(command: Publish, released: Path) -> None:
    command("-o", str(released), "--contact", "data@host.example")
    assert json.loads((released / "release.json").read_text("utf-8"))["previous"] == ""
    assert b"previousVersion" not in (released / "catalogue.ttl").read_bytes()


def test_a_version_never_goes_back(command: Publish, released: Path, tmp_path: Path) -> None:
    numbered(released, "0.10.0")
    with pytest.raises(ProjectError, match=r"0\.9\.0 is lower than 0\.10\.0"):
        command("-o", str(tmp_path / "two"), "--version", "0.9.0", "--previous", str(released))
    assert not (tmp_path / "two").exists()


def test_older_versions_keep_their_own_files(command: Publish, small: Path, released: Path) -> None:
    before = quads(released)
    add_keyword(small)
    command("-o", str(released), "--version", "0.2.0")
    assert versions_in(released) == ["0.2.0", "0.1.0"]
    assert quads(released / "version" / "0.1.0") == before
    assert quads(released / "version" / "0.2.0") == quads(released) != before
    assert 'href="version/0.1.0/index.html"' in (released / "index.html").read_text("utf-8")


def test_the_update_applied_to_the_old_dump_gives_the_new(command: Publish, small: Path, released: Path) -> None:
    store = ox.Store()
    store.bulk_extend(quads(released))
    add_keyword(small, r"a \"quoted\" word\nand a line")
    command("-o", str(released), "--version", "0.2.0", parts=[change_part])
    update = (released / "changes" / "changes.ru").read_text("utf-8")
    assert "quoted" in update
    store.update(update)
    assert set(store) == quads(released)


def test_one_feed_tells_of_all_versions(command: Publish, small: Path, tmp_path: Path) -> None:
    command("-o", str(tmp_path / "r"), parts=[change_part])
    add_keyword(small)
    command("-o", str(tmp_path / "r"), "--version", "0.2.0", parts=[change_part])
    add_keyword(small, "another word")
    command("-o", str(tmp_path / "r"), "--version", "0.3.0", parts=[change_part])
    feed = ET.parse(tmp_path / "r" / "changes" / "feed.de.atom").getroot()
    ids = [entry.findtext(f"{ATOM}id", "") for entry in feed.iter(f"{ATOM}entry")]
    assert len(ids) == len(set(ids))
    versions = [one.rpartition("/")[2] for one in ids if "/dataset/" in one]
    assert versions == ["0.3.0", "0.2.0", "0.1.0"]
    assert len(ids) > len(versions)
    for entry in feed.iter(f"{ATOM}entry"):
        assert all(entry.findtext(f"{ATOM}{name}") for name in ("id", "title", "updated"))
    assert feed.findtext(f"{ATOM}id")
    assert feed.findtext(f"{ATOM}updated")


def test_a_reader_of_feeds_finds_nothing_to_mend(few_folder: Path) -> None:
    for language in LANGUAGES:
        read = feedparser.parse((few_folder / f"changes/feed.{language}.atom").read_bytes())
        assert (read.bozo, read.version) == (False, "atom10"), read.get("bozo_exception")
        assert (read.feed.language, read.feed.author) == (language, AUTHORS[language])
        assert [link.href for link in read.feed.links if link.rel == "self"] == [f"{BASE}changes/feed.{language}.atom"]
        for entry in read.entries:
            assert all(entry.get(name) for name in ("id", "title", "link", "updated_parsed", "summary"))
        assert read.entries[0].id.endswith("/dataset/0.1.0")


@pytest.mark.parametrize(("version", "following"), [("0.1.0", "0.2.0"), ("1.2.3", "1.3.0"), ("1.0.0-rc.1", "1.1.0")])
def test_a_version_is_proposed(version: str, following: str) -> None:
    assert propose(version, None) == following


def test_nothing_changed_is_an_empty_update() -> None:
    assert "".join(write_update([b"<a:a> <b:b> <c:c> <d:d> ."], [b"<a:a> <b:b> <c:c> <d:d> .\n"])) == ""
