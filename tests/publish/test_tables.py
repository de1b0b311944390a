"""The tables are equal to the graph: read back by their metadata, they are its statements, no more and no fewer."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from functools import cache
from math import log2
from pathlib import Path

import pyoxigraph as ox
import pytest

from pan2kg.coherence.evidence import FIGURED
from pan2kg.publish.edition import Edition
from pan2kg.publish.tables import Source, TableDefinition, read_table, table_definitions
from pan2kg.turtle.vocabulary import DERIVED, RDF, ROOT, SKOS, XSD
from pan2kg.turtle.writer import read_prefixes

STATED = [definition.name for definition in table_definitions()]
NAMES = [*STATED, "weights", "figures"]
SKOSXL = "http://www.w3.org/2008/05/skos-xl#"
Metadata = dict[str, dict[str, list[dict[str, str]]]]


@cache
def metadata(folder: Path, name: str) -> Metadata:
    read: Metadata = json.loads((folder / "tables" / f"{name}.csv-metadata.json").read_text(encoding="utf-8"))
    return read


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    text = (folder / "tables" / f"{name}.csv").read_bytes().decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def triples(folder: Path, name: str) -> Iterator[ox.Triple]:
    """What the table says, by the rules of CSV on the Web as far as these tables use them."""
    schema = metadata(folder, name)["tableSchema"]
    about = str(schema["aboutUrl"])
    for row in rows(folder, name):
        for column in schema["columns"]:
            if "propertyUrl" not in column or not row[column["name"]]:
                continue
            subject = row[column.get("aboutUrl", about)[2:-1]]
            separator = column.get("separator")
            cell = row[column["name"]]
            for value in cell.split(separator) if separator else [cell]:
                yield ox.Triple(ox.NamedNode(subject), ox.NamedNode(column["propertyUrl"]), _term(column, value))


def _term(column: dict[str, str], value: str) -> ox.NamedNode | ox.Literal:
    if "valueUrl" in column or "dc:type" in column:
        return ox.NamedNode(value)
    if "lang" in column:
        return ox.Literal(value, language=column["lang"])
    kind = column["datatype"]
    if isinstance(kind, dict):
        assert re.fullmatch(kind["format"], value)
        kind = {4: "gYear", 7: "gYearMonth", 10: "date"}[len(value)]
    return ox.Literal(value, datatype=ox.NamedNode(XSD + kind))


@pytest.fixture(scope="module")
def held(edition: Edition) -> frozenset[ox.Triple]:
    """All statements of the graph that is published."""
    return frozenset(quad.triple for quad in edition.store.inner)


@pytest.mark.parametrize("name", [*STATED, "weights"])
def test_every_statement_of_a_table_is_in_the_graph(folder: Path, held: frozenset[ox.Triple], name: str) -> None:
    said = set(triples(folder, name))
    assert said or (name == "names" and not any(str(one.object) == f"<{SKOSXL}Label>" for one in held))
    assert said <= held


@pytest.mark.parametrize(
    "definition",
    [definition for definition in table_definitions() if not definition.pairs],
    ids=lambda definition: definition.name,
)
def test_a_table_has_every_thing_and_every_value_of_its_columns(
    folder: Path, edition: Edition, definition: TableDefinition
) -> None:
    source = Source(edition.store, read_prefixes(edition.project))
    csv_table = read_table(source, definition)
    members = {row[0] for row in csv_table.rows}
    properties = {source.expand(of) for _, of, _, _ in definition.columns}
    kinds = {source.expand(name) for name in definition.classes}
    typed = {
        quad.subject.value
        for kind in kinds
        for quad in edition.store.inner.quads_for_pattern(None, ox.NamedNode(RDF + "type"), ox.NamedNode(kind))
        if isinstance(quad.subject, ox.NamedNode)
    }
    assert members == (typed if not definition.having else typed & members)
    stated = {
        quad.triple
        for name in properties
        for quad in edition.store.inner.quads_for_pattern(None, ox.NamedNode(name), None)
        if isinstance(quad.subject, ox.NamedNode) and quad.subject.value in members
    }
    assert stated
    assert stated <= set(triples(folder, definition.name))


@pytest.mark.parametrize(
    "definition",
    [definition for definition in table_definitions() if definition.pairs],
    ids=lambda definition: definition.name,
)
def test_a_table_of_pairs_has_every_statement_of_its_property(
    folder: Path, edition: Edition, definition: TableDefinition
) -> None:
    source = Source(edition.store, read_prefixes(edition.project))
    predicate = ox.NamedNode(source.expand(definition.pairs))
    held = {quad.triple for quad in edition.store.inner.quads_for_pattern(None, predicate, None)}
    assert {triple for triple in triples(folder, definition.name) if triple.predicate == predicate} == held


def test_the_links_are_in_two_tables_by_who_made_them(folder: Path, edition: Edition) -> None:
    """A link that a rule made stands in the graph of that rule, and one that a source states in a file."""
    stated, computed = ({row["iri"] for row in rows(folder, name)} for name in ("links", "computed-links"))
    made: dict[bool, set[str]] = {True: set(), False: set()}
    kind = ox.NamedNode(RDF + "type")
    for quad in edition.store.inner.quads_for_pattern(None, kind, ox.NamedNode(f"{ROOT}ontology#Link")):
        assert isinstance(quad.subject, ox.NamedNode)
        assert isinstance(quad.graph_name, ox.NamedNode)
        made[quad.graph_name.value.startswith(DERIVED)].add(quad.subject.value)
    assert (stated, computed) == (made[False], made[True])
    assert min(len(stated), len(computed)) > 100
    assert not stated & computed


def test_links_say_on_whose_word_they_rest(folder: Path, edition: Edition) -> None:
    levels = {
        quad.subject.value: quad.object.value
        for quad in edition.store.inner.quads_for_pattern(None, ox.NamedNode(f"{ROOT}ontology#evidenceLevel"), None)
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode)
    }
    for name in ("links", "computed-links", "involvements"):
        assert {row["iri"]: row["evidence_level"] for row in rows(folder, name)} == {
            row["iri"]: levels.get(row["iri"], "") for row in rows(folder, name)
        }
    assert levels


def test_the_weights_are_those_the_figures_are_computed_with(folder: Path, edition: Edition) -> None:
    given = {row["iri"]: row for row in rows(folder, "weights")}
    weights = edition.graph.known().potential.weights
    assert set(given) == set(weights.texts)
    for at, text in enumerate(weights.texts):
        row, above = given[text], int(weights.above[at])
        assert (int(row["plans"]), int(row["plans_with_texts"])) == (weights.d[at], weights.n)
        assert float(row["information_content"]) == pytest.approx(
            -log2((weights.d[at] + 1) / (weights.n + 2)), abs=1e-6
        )
        assert float(row["gain"]) == pytest.approx(weights.gain[at], abs=1e-6)
        assert row["above"] == (weights.texts[above] if above >= 0 else "")


def test_the_register_of_figures_stands_in_the_release_at_four_levels(folder: Path, edition: Edition) -> None:
    given = {(row["figure"], row["evidence_level"], row["part"]): row for row in rows(folder, "figures")}
    for taken in edition.graph.figures():
        for level, value in zip(FIGURED, taken.nested, strict=True):
            told = [row for (figure, at, _), row in given.items() if (figure, at) == (taken.figure.id, level.key)]
            numbers = [row[end] for row in told for end in ("value", "upper") if row[end]]
            assert [float(one) for one in numbers] == pytest.approx([one for one in value if one is not None], abs=1e-6)
    assert given["linked-plan-pairs", "official", "all"]["name_en"] == "Linked pairs of plans"


@pytest.mark.parametrize("name", NAMES)
def test_tables_are_written_as_rfc_4180_has_it(folder: Path, name: str) -> None:
    content = (folder / "tables" / f"{name}.csv").read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")
    read = list(csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))
    assert {len(row) for row in read} == {len(read[0])}
    assert read[0] == [column["name"] for column in metadata(folder, name)["tableSchema"]["columns"]]


@pytest.mark.parametrize("name", NAMES)
def test_columns_are_named_in_french_and_english(folder: Path, name: str) -> None:
    for column in metadata(folder, name)["tableSchema"]["columns"]:
        titles: dict[str, str] = column["titles"]  # type: ignore[assignment]
        assert titles["fr"]
        assert titles["en"]
        assert titles["und"] == column["name"], "so that the header is known again"


@pytest.mark.parametrize("name", NAMES)
def test_a_row_is_told_by_its_key(folder: Path, name: str) -> None:
    key = metadata(folder, name)["tableSchema"]["primaryKey"]
    columns = [key] if isinstance(key, str) else key
    values = [tuple(row[str(column)] for column in columns) for row in rows(folder, name)]
    assert len(set(values)) == len(values)
    assert all(part for value in values for part in value)


def test_references_between_tables_hold(folder: Path) -> None:
    group = json.loads((folder / "tables" / "csv-metadata.json").read_text(encoding="utf-8"))
    keys = {name: {row.get("iri", "") for row in rows(folder, name)} for name in NAMES}
    held = 0
    for table in group["tables"]:
        for reference in table["tableSchema"].get("foreignKeys", []):
            target = reference["reference"]["resource"].removesuffix(".csv")
            name = table["url"].removesuffix(".csv")
            values = {row[reference["columnReference"]] for row in rows(folder, name)}
            assert values - {""} <= keys[target], f"{name}.{reference['columnReference']}"
            held += 1
    assert len(group["tables"]) == len(NAMES)
    assert held > 40


def test_a_thing_has_its_labels_beside_it(folder: Path) -> None:
    [row] = [row for row in rows(folder, "actions") if row["key"] == "lu-bhr-2-4-3"]
    assert row["plan"] == ROOT + "id/plan/lu-bhr-2"
    assert "PAN 2" in row["plan_label_fr"]
    assert row["label_en"].startswith("Preparing the implementation")


@pytest.mark.parametrize("name", NAMES)
def test_no_column_is_empty_and_a_list_is_said_to_be_one(folder: Path, name: str) -> None:
    """Values that look like several are several: who reads the metadata takes them apart."""
    columns = metadata(folder, name)["tableSchema"]["columns"]
    for at, column in enumerate(columns):
        cells = [row[column["name"]] for row in rows(folder, name)]
        assert any(cells) or at < 2 or not cells, f"{column['name']} is always empty"
        if column["datatype"] == "anyURI" and "separator" not in column:
            assert not any("|" in cell or " " in cell for cell in cells)
        labels = f"{column['name']}_label_fr"
        if labels in (other["name"] for other in columns) and "separator" in column:
            for row in rows(folder, name):
                lists = [row[one].split(column["separator"]) for one in (column["name"], labels) if row[one]]
                assert len({len(one) for one in lists}) <= 1, "a label for each"


def test_what_has_a_name_is_named_beside_its_address(folder: Path, edition: Edition) -> None:
    source = Source(edition.store, read_prefixes(edition.project))
    named = {**source.labels, **source.terms}
    assert {row["class_label_de"] for row in rows(folder, "bodies")} >= {"öffentliche Stelle"}
    for name in STATED:
        columns = {column["name"] for column in metadata(folder, name)["tableSchema"]["columns"]}
        for column in metadata(folder, name)["tableSchema"]["columns"]:
            if not {"valueUrl", "dc:type"} & column.keys():
                continue
            values = {one for row in rows(folder, name) for one in row[column["name"]].split(column.get("separator"))}
            assert not (values & named.keys()) or {f"{column['name']}_label_{tag}" for tag in ("fr", "en")} & columns


def test_a_separator_occurs_in_none_of_the_values() -> None:
    store = ox.Store()
    thing, label = ox.NamedNode("http://e/a"), ox.NamedNode(SKOS + "altLabel")
    for text in ("a|b", "c"):
        store.add(ox.Quad(thing, label, ox.Literal(text, language="fr"), ox.DefaultGraph()))
    body = ox.NamedNode(ROOT + "ontology#PublicBody")
    store.add(ox.Quad(thing, ox.NamedNode(RDF + "type"), body, ox.DefaultGraph()))
    from pan2kg.project import Project
    from pan2kg.store.store import LocalStore

    source = Source(LocalStore(store), read_prefixes(Project.packaged()))
    csv_table = read_table(
        source, next(definition for definition in table_definitions() if definition.name == "bodies")
    )
    at = [one.name for one in csv_table.fields].index("alternative_label_fr")
    assert (csv_table.fields[at].separator, csv_table.rows[0][at]) == ("¦", "a|b¦c")
