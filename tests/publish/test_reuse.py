"""A page of the last release stands in the next where it would be made with the same bytes, and nowhere else."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import pan2kg
from pan2kg.project import Project
from pan2kg.publish import dumps, edition as editions, folder, page_digests, reuse
from pan2kg.publish.published import ReleaseOptions
from pan2kg.publish.release import publish
from pan2kg.publish.release_parts import SitePart, SitePath
from pan2kg.store import derive, load_project
from tests.copies import FEW, copy
from tests.publish.conftest import TODAY, YOUTH, edition_of

# what is said otherwise in a later release: thing, property and value
EDITS = {
    "day": 'ontology> dcterms:bibliographicCitation "0.2.1"@en',
    "concept": 'id/relation/implements> skos:prefLabel "autre"@fr', "citation": "id/link/dd069241d5843ffd> ?p ?o",
    "plan": 'id/plan/lu-youth-1> skos:prefLabel "Autre"@fr',
    "date": 'id/plan/lu-youth-2> pan:adoptedOn "2010-02-02"^^xsd:date',
    "text": "id/link/613b6ea9fd12c3f1> pan:to <https://w3id.org/pan2kg/id/instrument/lu-pacte-national>",
}  # fmt: skip
_PREFIXES = """PREFIX pan: <https://w3id.org/pan2kg/ontology#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
    PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> """


class Things(SitePart):
    def paths(self, edition: editions.Edition) -> Iterator[SitePath]:
        kinds = ("plan", "action", "topic", "pair")
        for place in super().paths(edition):
            if place.kind in kinds and place.path[:2] == "fr":
                yield place


def state(project: Project, name: str) -> editions.Edition:
    store = load_project(project)
    if EDITS.get(name):
        thing, verb, value = f"<https://w3id.org/pan2kg/{EDITS[name]}".split(" ", 2)
        after, before = (f"{{ GRAPH ?g {{ {thing} {verb} {term} }} }}" for term in (value, "?o"))
        insert = "" if value == "?o" else f"INSERT {after}"
        store.inner.update(f"{_PREFIXES} DELETE {before} {insert} WHERE {before}")
    derive(store, project)
    edition = edition_of(pan2kg.Graph(project, store, language="fr"))
    if name:
        day = date(2026, 12, 24)
        edition.graph = pan2kg.Graph(project, edition.store, language="fr", as_of=day)
        edition.issue = replace(edition.issue, version="0.2.0", modified=day)
    return edition


def test_pages_stand_where_nothing_changed_and_only_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # its pages lead to others, which are not made here
    monkeypatch.setattr("pan2kg.publish.inspection.inspect", lambda *_: [])
    last = tmp_path / "last"
    options = ReleaseOptions(TODAY, has_base=True)
    project = Project(copy(tmp_path / "project", (*FEW, *YOUTH)))
    first = state(project, "")
    assert publish(first, last, options, parts=[Things()]).kept[0] == 0
    program = page_digests.program_digest(first)
    assert json.loads((last / folder.MARK).read_text("utf-8"))["pages"]["program"] == program
    release_before = reuse.read_last(last, program)
    assert release_before
    assert reuse.read_last(last, "another program") is None
    for name in EDITS:
        edition = replace(state(project, name), previous=last)
        lines = dumps.read_content(edition.store, edition.issue.addresses).whole.quads
        changes = reuse.compare(edition, release_before, lines)
        made = dict(Things()(edition))
        found = {}
        if changes:
            figures = page_digests.figure_digests(edition.graph)
            pages = reuse.StandingPages(release_before, changes, figures)
            found = {path: body for path in made if (body := pages.find(path))}
        assert found == {path: made[path] for path in found}, name
        assert name == "day" or any(
            body != (last / path).read_bytes() for path, body in made.items()
        ), name
        assert (found == {}) if name == "concept" else len(found) > len(made) / 2, name
    # of the last of them, but for what is not as it was written
    for path, content in (("fr/topic/cancer.html", b""), ("fr/topic/crime.html", b"other")):
        assert found.pop(path)
        (last / path).write_bytes(content)
    kept, whole = publish(edition, tmp_path / "next", options, parts=[Things()]).kept
    assert (kept, whole) == tuple(
        sum(path.endswith(".html") for path in paths) for paths in (found, made)
    )
    for path, body in made.items():
        assert (tmp_path / "next" / path).read_bytes() == body, path
        assert (tmp_path / "next" / path).samefile(last / path) is (path in found), path
