"""What a reader is told of a change: counts first, then thing by thing, in three languages and several formats."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET

import pyoxigraph as ox
import pytest

from pan2kg.errors import FormatError
from pan2kg.i18n.catalogue import LANGUAGES
from pan2kg.publish.changes import (
    ATOM,
    Change,
    ChangeReport,
    Side,
    Status,
    change_list,
    day_of,
    read_report,
    side_of,
    write_csv,
    write_feed,
    write_json,
    write_markdown,
    write_text,
)

HEAD = """
@prefix pan: <https://w3id.org/pan2kg/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix plan: <https://w3id.org/pan2kg/id/plan/> .
@prefix action: <https://w3id.org/pan2kg/id/action/> .
@prefix passage: <https://w3id.org/pan2kg/id/passage/> .
@prefix link: <https://w3id.org/pan2kg/id/link/> .
@prefix graph: <https://w3id.org/pan2kg/graph/> .
"""
PLAN = 'plan:p a pan:Plan ; skos:prefLabel "Plan P"@fr .'
ACTION = 'action:a a pan:Action ; skos:notation "4.3" ; skos:prefLabel "Former les juristes"@fr ; pan:inPlan plan:p .'
WHEN = datetime(2026, 11, 25, tzinfo=UTC)


def side(*turtle: str, graph: str = "graph:plan", name: str = "x") -> Side:
    lines = "\n".join(turtle)
    text = HEAD + f"{graph} {{ {lines} }}"
    return side_of(ox.parse(text, format=ox.RdfFormat.TRIG), name)


def sides(*parts: Side) -> Side:
    return side_of((quad for part in parts for quad in part.quads), "x")


def report(old: Side, new: Side) -> ChangeReport:
    return read_report(change_list(old, new))


def statuses(told: ChangeReport) -> dict[str, Status]:
    return {thing.iri.rpartition("/id/")[2]: thing.status for thing in told.things}


def test_things_are_added_removed_changed_renamed_and_retired() -> None:
    old = side(
        PLAN,
        'action:gone a pan:Action ; pan:inPlan plan:p . action:old a pan:Action . action:n skos:prefLabel "A"@fr .',
        'action:c pan:rationale "x"@fr .',
    )
    new = side(
        PLAN,
        "action:come a pan:Action ; pan:inPlan plan:p . action:old a pan:Action ; owl:deprecated true ;",
        'dcterms:isReplacedBy action:come . action:n skos:prefLabel "B"@fr . action:c pan:rationale "y"@fr .',
    )
    assert statuses(report(old, new)) == {
        "action/gone": Status.REMOVED,
        "action/come": Status.ADDED,
        "action/old": Status.RETIRED,
        "action/n": Status.RENAMED,
        "action/c": Status.CHANGED,
    }
    assert "Retired: action old, replaced by action:come" in write_text(report(old, new), "en").replace(
        "action:old", "old"
    )


def test_counts_come_first_and_things_stand_below_their_plan() -> None:
    lines = write_text(report(side(PLAN), side(PLAN, ACTION)), "fr").splitlines()
    assert lines[2:4] == ["1 élément ajouté", "  Énoncés\u00a0: 4 de plus, 0 de moins"]
    assert lines[5:] == ["Plan P (p)", "  Ajout\u00a0: action 4.3 Former les juristes (a)"]


def test_a_value_is_told_as_old_and_new_by_the_name_of_its_property() -> None:
    changed = ACTION.replace("juristes", "magistrats")
    told = {language: write_text(report(side(PLAN, ACTION), side(PLAN, changed)), language) for language in LANGUAGES}
    assert "    nom (fr)\u00a0: «\u00a0Former les juristes\u00a0» → «\u00a0Former les magistrats\u00a0»" in told["fr"]
    assert "    name (fr): «\u00a0Former les juristes\u00a0» → «\u00a0Former les magistrats\u00a0»" in told["en"]
    assert "    Name (fr): «\u00a0Former les juristes\u00a0» → «\u00a0Former les magistrats\u00a0»" in told["de"]


def test_of_long_texts_the_difference_is_shown() -> None:
    long = "mot " * 100
    old, new = (side(f'passage:x pan:quote "{long}{end}"@fr .') for end in ("avant", "après"))
    told = write_text(report(old, new), "fr")
    assert "avant" in told
    assert "après" in told
    assert max(map(len, told.splitlines())) < 250


def test_parts_of_what_was_added_whole_are_counted_not_listed() -> None:
    cited = ACTION.removesuffix(".") + "; pan:evidence passage:one, passage:two ."
    quoted = 'passage:one a pan:Passage ; pan:quote "x"@fr . passage:two a pan:Passage ; pan:quote "y"@fr .'
    told = write_text(report(side(PLAN), side(PLAN, cited, quoted)), "en")
    assert "Added: action 4.3 Former les juristes (a), with 2 parts of it" in told
    assert "passage" not in told


def test_a_file_that_moved_is_one_move() -> None:
    head = 'graph:{0} a pan:SourceGraph ; rdfs:label "Actions"@fr .'
    facts = [f"action:a{at} a pan:Action ; pan:inPlan plan:p ." for at in range(200)]
    old, new = (side(head.format(name), *facts, graph=f"graph:{name}") for name in ("old", "new"))
    change = change_list(old, new)
    base = "https://w3id.org/pan2kg/graph/"
    assert change.moves == ((base + "old", base + "new"),)
    assert (change.added, change.removed) == ((), ())
    assert "File moved: old → new" in write_text(read_report(change), "en")


def test_a_file_that_moved_and_changed_is_a_move_and_a_change() -> None:
    facts = [f"action:a{at} a pan:Action ; pan:inPlan plan:p ." for at in range(20)]
    old, new = side(*facts, graph="graph:old"), side(*facts, ACTION, graph="graph:new")
    told = report(old, new)
    assert len(told.change.moves) == 1
    assert statuses(told) == {"action/a": Status.ADDED}


def test_two_files_with_little_in_common_are_no_move() -> None:
    old, new = side(PLAN, ACTION, graph="graph:old"), side(PLAN, "action:b a pan:Action .", graph="graph:new")
    assert change_list(old, new).moves == ()


def test_a_statement_in_another_file_is_a_shift_not_a_change() -> None:
    old = sides(side(PLAN, ACTION, graph="graph:a-unverified"), side("action:z a pan:Action .", graph="graph:a"))
    new = sides(side(PLAN, graph="graph:a-unverified"), side("action:z a pan:Action .", ACTION, graph="graph:a"))
    told = report(old, new)
    base = "https://w3id.org/pan2kg/graph/"
    assert told.change.shifts == ((base + "a-unverified", base + "a", 4),)
    assert told.things == ()
    assert "4 statements move from a-unverified to a." in write_text(told, "en")


def test_a_statement_that_stands_in_one_file_less_is_not_removed() -> None:
    old = sides(side(PLAN, graph="graph:a"), side(PLAN, ACTION, graph="graph:b"))
    new = sides(side(PLAN, graph="graph:a"), side(ACTION, graph="graph:b"))
    assert change_list(old, new).removed == ()
    assert "2 statements move from b to no file." in write_text(report(old, new), "en")


def test_what_rules_derive_is_counted_by_rule() -> None:
    derived = side("action:a pan:linkedTo action:b .", graph="<https://w3id.org/pan2kg/graph/derived/linked-to>")
    told = report(side(PLAN), sides(side(PLAN), derived))
    assert told.things == ()
    assert "Statements derived by the rule linked-to: 1 more, 0 fewer." in write_text(told, "en")


def test_the_order_of_a_change_is_the_same_whatever_the_order_of_the_data() -> None:
    facts = [f'action:a{at} a pan:Action ; skos:prefLabel "A{at}"@fr ; pan:inPlan plan:p .' for at in range(30)]
    one, two = (write_text(report(side(PLAN), side(PLAN, *order)), "fr") for order in (facts, reversed(facts)))
    assert one == two


def test_csv_has_a_row_a_value() -> None:
    changed = ACTION.replace("juristes", 'magistrats, \\"sic\\"')
    rows = list(csv.DictReader(io.StringIO(write_csv(report(side(PLAN, ACTION), side(PLAN, changed)), "en"))))
    assert [(row["status"], row["property_label"], row["old"], row["new"]) for row in rows] == [
        ("renamed", "name", "Former les juristes", 'Former les magistrats, "sic"')
    ]


def test_json_holds_the_terms_whole() -> None:
    content = json.loads(write_json(report(side(PLAN), side(PLAN, ACTION)), "de"))
    (thing,) = content["things"]
    assert (content["statements_added"], thing["status"], thing["root"]) == (
        4,
        "added",
        "https://w3id.org/pan2kg/id/plan/p",
    )
    assert '"Former les juristes"@fr' in {edit["new"] for edit in thing["edits"]}


def test_markdown_keeps_hostile_text_from_becoming_markup() -> None:
    hostile = 'action:a skos:prefLabel "<script>*[x](y)"@fr .'
    told = write_markdown(report(side(PLAN), side(PLAN, hostile)), "fr")
    assert "&lt;script&gt;\\*\\[x\\](y)" in told


def entries(feed: str) -> list[ET.Element]:
    return ET.fromstring(feed).findall(f"{{{ATOM}}}entry")


def needed(parent: ET.Element, names: Iterable[str]) -> bool:
    return all(len(parent.findall(f"{{{ATOM}}}{name}")) == 1 for name in names)


def test_a_feed_has_what_atom_requires() -> None:
    told = report(side(PLAN), side(PLAN, ACTION))
    root = ET.fromstring(write_feed(told, "fr", WHEN, address="https://e/changes.atom"))
    assert root.tag == f"{{{ATOM}}}feed"
    assert needed(root, ("id", "title", "updated", "author"))
    assert all(needed(entry, ("id", "title", "updated", "summary")) for entry in root.findall(f"{{{ATOM}}}entry"))
    assert root.findtext(f"{{{ATOM}}}updated") == "2026-11-25T00:00:00Z"
    links = [link.attrib["rel"] for link in root.findall(f"{{{ATOM}}}link")]
    assert links == ["self"]


def test_ids_of_entries_are_the_same_in_every_language_and_each_once() -> None:
    told = report(side(PLAN), side(PLAN, ACTION, ACTION.replace("action:a", "action:b")))
    ids = [[entry.findtext(f"{{{ATOM}}}id") for entry in entries(write_feed(told, one, WHEN))] for one in LANGUAGES]
    assert ids[0] == ids[1] == ids[2]
    assert len(set(ids[0])) == 2


def test_a_feed_holds_whatever_a_text_holds() -> None:
    hostile = 'action:a skos:prefLabel "<b>&amp;\\u0001\\u000B]]>"@fr .'
    (entry,) = entries(write_feed(report(side(PLAN), side(PLAN, hostile)), "fr", WHEN))
    assert "<b>&amp;\ufffd" in str(entry.findtext(f"{{{ATOM}}}title"))


def dated(*days: str) -> Change:
    said = " ".join(f'graph:g dcterms:modified "{day}"^^xsd:date .' for day in days)
    return change_list(side(PLAN), side(PLAN, said))


def test_the_day_is_given_or_from_the_environment_or_from_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    change = dated("2026-01-02", "2026-03-04", "soon")
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert day_of(change) == datetime(2026, 3, 4, tzinfo=UTC)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert day_of(change) == datetime(1970, 1, 2, tzinfo=UTC)
    assert day_of(change, date(2020, 5, 6)) == datetime(2020, 5, 6, tzinfo=UTC)


@pytest.mark.parametrize("epoch", ["", "yesterday"])
def test_a_feed_without_a_day_is_refused(epoch: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    with pytest.raises(FormatError):
        day_of(dated())
