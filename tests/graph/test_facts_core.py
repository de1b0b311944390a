"""Every row of the facts of the core is in the graph, or in the list of what was left out, with the reason."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from pan2kg.project import Project
from pan2kg.store.store import LocalStore, load_project
from pan2kg.turtle.vocabulary import ID, PAN

ROOT = Path(__file__).resolve().parents[2]
FACTS = ROOT.parent / "shared" / "facts" / "core"
LEFT_OUT = ROOT / "tests" / "data" / "facts-left-out.csv"
SKOS = "http://www.w3.org/2004/02/skos/core#"
KINDS = {
    "official title": "official-title",
    "official title (short form)": "short-title",
    "title as cited in EU law": "title-as-cited",
    "short title in the act": "short-title",
    "popular name": "popular-name",
}

pytestmark = pytest.mark.skipif(
    not FACTS.is_dir(), reason="the facts lie beside the project, in ../shared, and are not there"
)


def rows(name: str) -> list[dict[str, str]]:
    with (FACTS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def store() -> LocalStore:
    return load_project(Project.packaged())


@cache
def said() -> dict[tuple[str, str], frozenset[str]]:
    """The values of each property of each thing, from every file, as plain text."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for quad in store().inner:
        if isinstance(quad.subject, ox.NamedNode) and not isinstance(quad.object, ox.Triple):
            found[quad.subject.value, quad.predicate.value].add(quad.object.value)
    return {name: frozenset(values) for name, values in found.items()}


def one(thing: str, name: str) -> frozenset[str]:
    return said().get((thing, name if ":" in name else PAN + name), frozenset())


@cache
def keys() -> dict[str, str]:
    """The IRI of each thing by its key."""
    found = {}
    for (thing, name), values in said().items():
        if name == "http://purl.org/dc/terms/identifier":
            found.update(dict.fromkeys(values, thing))
    return found


@cache
def left_out(name: str) -> frozenset[str]:
    with LEFT_OUT.open(encoding="utf-8", newline="") as file:
        listed = [row for row in csv.DictReader(file) if row["file"] == f"core/{name}.csv"]
    assert all(row["reason"] for row in listed)
    return frozenset(row["row"] for row in listed)


@cache
def things_with(name: str) -> dict[str, list[str]]:
    """The things that have a property, by its value."""
    found: dict[str, list[str]] = defaultdict(list)
    for (thing, predicate), values in said().items():
        if predicate == PAN + name:
            for value in values:
                found[value].append(thing)
    return dict(found)


def with_property(name: str, value: str) -> list[str]:
    return things_with(name).get(value, [])


def missing(name: str, found: Iterable[tuple[str, bool]]) -> list[str]:
    return [row for row, there in found if not there and row not in left_out(name)]


def test_every_obligation_is_there_with_its_words_and_day() -> None:
    def there(row: dict[str, str]) -> bool:
        duty = f"{ID}obligation/{row['id']}"
        quotes = {quote for passage in one(duty, "evidence") for quote in one(passage, "quote")}
        days = {day for deadline in with_property("deadlineOf", duty) for day in one(deadline, "date")}
        return (
            keys()[row["instrument"]] in one(duty, "underInstrument")
            and f"{ID}obligationkind/{row['kind']}" in one(duty, "obligationKind")
            and {row["quote"], row["quote_2"]} - {""} <= quotes
            and (not row["due_date"] or row["due_date"] in days)
            and (not row["due_rule"] or row["due_rule"] in one(duty, "dueRule"))
        )

    listed = rows("obligations")
    assert len(listed) == 128
    assert not missing("obligations", ((row["id"], there(row)) for row in listed))


def test_what_is_unverified_of_an_obligation_is_in_no_verified_file() -> None:
    for row in rows("obligations"):
        if row["due_date"] and row["due_certainty"] == "unverified":
            deadline = ox.NamedNode(f"{ID}deadline/{row['id']}-{row['due_date']}")
            graphs = {quad.graph_name.value for quad in store().inner.quads_for_pattern(deadline, None, None, None)}  # type: ignore[union-attr]  # every file is a named graph
            assert graphs
            assert all(graph.endswith("unverified") for graph in graphs), row["id"]


def test_every_title_is_a_name() -> None:
    forms = {
        (thing, form, kind.rpartition("/")[2])
        for (name, predicate), things in said().items()
        if predicate == PAN + "nameOf"
        for thing in things
        for form in said()[name, "http://www.w3.org/2008/05/skos-xl#literalForm"]
        for kind in one(name, "nameKind")
    }
    listed = rows("titles")
    assert len(listed) == 206
    found = ((row["text"], (keys()[row["instrument"]], row["text"], KINDS[row["kind"]]) in forms) for row in listed)
    assert not missing("titles", found)


def test_every_date_is_a_milestone_with_labels() -> None:
    dated = {
        (of, day, label)
        for (milestone, predicate), things in said().items()
        if predicate == PAN + "milestoneOf"
        for of in things
        for day in one(milestone, "date")
        for label in said().get((milestone, f"{SKOS}prefLabel"), ())
    }
    listed = rows("dates")
    assert len(listed) == 110
    found = (
        (
            f"{row['instrument']} {row['event']} {row['date']}",
            all((keys()[row["instrument"]], row["date"], row[f"label_{tag}"]) in dated for tag in ("en", "fr", "de")),
        )
        for row in listed
    )
    assert not missing("dates", found)


def test_every_relation_between_acts_is_a_link() -> None:
    links = {
        (start, end, relation.rpartition("/")[2])
        for (link, predicate), starts in said().items()
        if predicate == PAN + "from"
        for start in starts
        for end in one(link, "to")
        for relation in one(link, "relation")
    }
    listed = rows("relations")
    assert len(listed) == 18
    found = (
        (
            f"{row['subject']} {row['relation']} {row['object']}",
            (keys()[row["subject"]], keys()[row["object"]], row["relation"]) in links,
        )
        for row in listed
    )
    assert not missing("relations", found)


def addressees(row: dict[str, str]) -> set[str]:
    named = row["addressee"].lower().replace("both", "state business")
    return {word for word in ("state", "business") if word in named}


def test_every_guiding_principle_is_there_with_the_sentences_read() -> None:
    def there(row: dict[str, str]) -> bool:
        principle = f"{ID}provision/ungp-{row['number']}"
        quotes = {quote for passage in one(principle, "evidence") for quote in one(passage, "quote")}
        sentences = {row[f"first_sentence_{tag}"] for tag in ("en", "fr", "de")} - {""}
        return sentences <= quotes and bool(
            addressees(row) & {to.rpartition("/")[2] for to in one(principle, "addressedTo")}
        )

    listed = rows("ungp")
    assert len(listed) == 31
    assert not missing("ungp", ((row["id"], there(row)) for row in listed))


def test_every_goal_has_its_titles_and_every_target_a_name_of_ours_and_not_the_official_wording() -> None:
    listed = rows("sdg")
    assert [sum(row["level"] == level for row in listed) for level in ("goal", "target")] == [17, 169]
    names = {form for (_, name), forms in said().items() if name.endswith("skos-xl#literalForm") for form in forms}
    every = {value for values in said().values() for value in values}
    for row in listed:
        labels = one(row["un_uri"], f"{SKOS}prefLabel")
        assert len(labels) >= 3 - (row["level"] == "target"), row["id"]
        titles = {row[f"title_{tag}"] for tag in ("en", "fr", "de")}
        if row["level"] == "goal":
            assert titles | {row[f"short_{tag}"] for tag in ("en", "fr", "de")} <= names, row["id"]
        else:
            assert not titles & every, f"the official wording of {row['id']} stays at its address"
            assert {"fr", "en", "de"} == one(row["un_uri"], "unofficialLabelLanguage")


def test_every_text_that_asks_for_a_plan_says_which() -> None:
    def there(row: dict[str, str]) -> bool:
        return any(
            row["plan_en"] in said()[mandate, f"{SKOS}prefLabel"]
            and {f"{ID}plan/{plan}" for plan in row["known_plan_keys"].split()} <= one(mandate, "mandates")
            for mandate in with_property("underInstrument", keys()[row["instrument"]])
            if "/mandate/" in mandate
        )

    listed = rows("eu-plans")
    assert len(listed) == 28
    assert not missing("eu-plans", ((f"{row['instrument']} {row['provision']}", there(row)) for row in listed))


def test_every_new_text_is_described() -> None:
    listed = rows("new-instruments")
    assert len(listed) == 20
    assert not missing("new-instruments", ((row["id"], row["id"] in keys()) for row in listed))


def test_the_values_that_were_wrong_are_right_now() -> None:
    days = {
        (of, kind.rpartition("/")[2], day)
        for (milestone, predicate), things in said().items()
        if predicate == PAN + "milestoneOf"
        for of in things
        for kind in one(milestone, "milestoneType")
        for day in one(milestone, "date")
    }
    listed = rows("corrections")
    assert len(listed) == 11
    wrong = []
    for row in listed:
        name = f"{row['instrument']} {row['what']}"
        kind = row["what"].replace("_", "-")
        right = re.findall(r"\d{4}-\d{2}-\d{2}", row["should_be"])
        if name in left_out("corrections"):
            continue
        if right and not all(any(of == keys()[row["instrument"]] and at == day for of, _, at in days) for day in right):
            wrong.append(name)
        old = re.findall(r"\d{4}-\d{2}-\d{2}", row["in_the_graph"])
        wrong += [name for day in old if day not in right and (keys()[row["instrument"]], kind, day) in days]
    assert not wrong
