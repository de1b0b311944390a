"""Tables at both widths: equal to the graph, valid as CSV on the Web, and named in words for people."""

from __future__ import annotations

import csv
import io
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from math import log2
from pathlib import Path

import csvw
import openpyxl
import pyoxigraph as ox
import pytest
from pyarrow import parquet

from pan2kg.coherence.evidence import FIGURED
from pan2kg.i18n.catalogue import LANGUAGES, format_of
from pan2kg.project import Project
from pan2kg.publish.edition import Edition
from pan2kg.publish.tables import PRODUCTS, Source, TableDefinition, read_table, table_definitions
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import DERIVED, RDF, ROOT, SKOS, XSD
from pan2kg.turtle.writer import read_prefixes

STATED = [definition.name for definition in table_definitions()]
NAMES = [*STATED, "weights", "figures"]
SKOSXL = "http://www.w3.org/2008/05/skos-xl#"
LARGE = 130_000
"""Bytes that the slow validator of CSVW reads in a moment."""
HEAD = '"@language": "fr"'
Metadata = dict[str, dict[str, list[dict[str, str]]]]


class Quiet(SimpleHTTPRequestHandler):
    """Answers, and tells nobody."""

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder: Path, handler: type[Quiet] = Quiet) -> Iterator[str]:
    """The address of a folder; the server ends with the context."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


def complaints(address: str) -> list[str]:
    """What another validator says against metadata and their tables; a refusal to read them included."""
    try:
        read = csvw.CSVW(address, validate=True)
        return [] if read.is_valid else [str(one.message) for one in read.warnings]
    except ValueError as error:
        return [str(error)]


@cache
def metadata(folder: Path, name: str) -> Metadata:
    read: Metadata = json.loads((folder / "tables" / f"{name}.csv-metadata.json").read_text(encoding="utf-8"))
    return read


def rows(folder: Path, name: str, below: str = "tables") -> list[dict[str, str]]:
    text = (folder / below / f"{name}.csv").read_bytes().decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def triples(folder: Path, name: str) -> Iterator[ox.Triple]:
    """What the table says, by the rules of CSV on the Web as far as these tables use them."""
    schema = metadata(folder, name)["tableSchema"]
    for row in rows(folder, name):
        for column in schema["columns"]:
            cell, separator = row[column["name"]], column.get("separator")
            if "propertyUrl" in column and cell:
                subject = row[column.get("aboutUrl", str(schema["aboutUrl"]))[2:-1]]
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


@pytest.mark.parametrize("definition", table_definitions(), ids=lambda definition: definition.name)
def test_a_table_says_what_the_graph_says_no_more_and_no_less(
    folder: Path, edition: Edition, held: frozenset[ox.Triple], definition: TableDefinition
) -> None:
    said = set(triples(folder, definition.name))
    assert said or (definition.name == "names" and not any(str(one.object) == f"<{SKOSXL}Label>" for one in held))
    assert said <= held
    source = Source(edition.store, read_prefixes(edition.project))
    if definition.pairs:
        predicate = ox.NamedNode(source.expand(definition.pairs))
        assert {one for one in said if one.predicate == predicate} == {
            one for one in held if one.predicate == predicate
        }
        return
    members = {ox.NamedNode(row[0]) for row in read_table(source, definition).rows}
    kinds = {ox.NamedNode(source.expand(name)) for name in definition.classes}
    typed = {one.subject for one in held if one.predicate.value == f"{RDF}type" and one.object in kinds}
    assert members == (typed & members if definition.having else typed)
    properties = {ox.NamedNode(source.expand(of)) for _, of, _, _ in definition.columns}
    stated = {one for one in held if one.predicate in properties and one.subject in members}
    assert stated
    assert stated <= said


def test_the_links_are_in_two_tables_by_who_made_them_and_say_on_whose_word_they_rest(
    folder: Path, edition: Edition
) -> None:
    """A link that a rule made stands in the graph of that rule, and one that a source states in a file."""
    made: dict[bool, set[str]] = {True: set(), False: set()}
    kind, link = ox.NamedNode(RDF + "type"), ox.NamedNode(f"{ROOT}ontology#Link")
    for quad in edition.store.inner.quads_for_pattern(None, kind, link):
        made[str(quad.graph_name).startswith(f"<{DERIVED}")].add(str(quad.subject)[1:-1])
    stated, computed = ({row["iri"] for row in rows(folder, name)} for name in ("links", "computed-links"))
    assert (stated, computed) == (made[False], made[True])
    assert min(len(stated), len(computed)) > 100
    assert not stated & computed
    level = ox.NamedNode(f"{ROOT}ontology#evidenceLevel")
    levels = {
        str(q.subject)[1:-1]: str(q.object)[1:-1] for q in edition.store.inner.quads_for_pattern(None, level, None)
    }
    for name in ("links", "computed-links", "involvements"):
        assert all(row["evidence_level"] == levels.get(row["iri"], "") for row in rows(folder, name))


def test_the_weights_are_those_the_figures_are_computed_with(
    folder: Path, edition: Edition, held: frozenset[ox.Triple]
) -> None:
    assert set(triples(folder, "weights")) <= held
    given = {row["iri"]: row for row in rows(folder, "weights")}
    weights = edition.graph.known().potential.weights
    assert set(given) == set(weights.texts)
    for at, text in enumerate(weights.texts):
        row, above = given[text], int(weights.above[at])
        assert (int(row["plans"]), int(row["plans_with_texts"])) == (weights.d[at], weights.n)
        content = -log2((weights.d[at] + 1) / (weights.n + 2))
        assert float(row["information_content"]) == pytest.approx(content, abs=1e-6)
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
def test_a_table_is_sound(folder: Path, name: str) -> None:
    """As RFC 4180 has it, told by its key, no column empty, a list said to be one, every column named in words."""
    content = (folder / "tables" / f"{name}.csv").read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")
    read = list(csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))
    assert {len(row) for row in read} == {len(read[0])}
    schema, held = metadata(folder, name)["tableSchema"], rows(folder, name)
    columns = schema["columns"]
    assert read[0] == [column["name"] for column in columns]
    key = schema["primaryKey"]
    values = [tuple(row[str(column)] for column in ([key] if isinstance(key, str) else key)) for row in held]
    assert len(set(values)) == len(values)
    assert all(part for value in values for part in value)
    for at, column in enumerate(columns):
        titles: dict[str, str] = column["titles"]  # type: ignore[assignment]
        assert titles["fr"]
        assert titles["en"]
        assert titles["und"] == column["name"], "so that the header is known again"
        cells = [row[column["name"]] for row in held]
        assert any(cells) or at < 2 or not cells, f"{column['name']} is always empty"
        if column["datatype"] == "anyURI" and "separator" not in column:
            assert not any("|" in cell or " " in cell for cell in cells)
        labels = f"{column['name']}_label_fr"
        if labels in read[0] and "separator" in column:
            for row in held:
                lists = [row[one].split(column["separator"]) for one in (column["name"], labels) if row[one]]
                assert len({len(one) for one in lists}) <= 1, "a label for each"


def test_references_between_tables_hold(folder: Path) -> None:
    group = json.loads((folder / "tables" / "csv-metadata.json").read_text(encoding="utf-8"))
    keys = {name: {row.get("iri", "") for row in rows(folder, name)} for name in NAMES}
    counted = 0
    for table in group["tables"]:
        for reference in table["tableSchema"].get("foreignKeys", []):
            target = reference["reference"]["resource"].removesuffix(".csv")
            values = {row[reference["columnReference"]] for row in rows(folder, table["url"].removesuffix(".csv"))}
            assert values - {""} <= keys[target], f"{table['url']}.{reference['columnReference']}"
            counted += 1
    assert len(group["tables"]) == len(NAMES)
    assert counted > 40


def test_what_has_a_name_is_named_beside_its_address(folder: Path, edition: Edition) -> None:
    [row] = [row for row in rows(folder, "actions") if row["key"] == "lu-bhr-2-4-3"]
    assert row["plan"] == ROOT + "id/plan/lu-bhr-2"
    assert "PAN 2" in row["plan_label_fr"]
    assert row["label_en"].startswith("Preparing the implementation")
    assert {row["class_label_de"] for row in rows(folder, "bodies")} >= {"öffentliche Stelle"}
    source = Source(edition.store, read_prefixes(edition.project))
    named = {**source.labels, **source.terms}
    for name in STATED:
        described = metadata(folder, name)["tableSchema"]["columns"]
        columns = {column["name"] for column in described}
        for column in described:
            if {"valueUrl", "dc:type"} & column.keys():
                cells = (row[column["name"]] for row in rows(folder, name))
                values = {value for cell in cells for value in cell.split(column.get("separator"))}
                assert (
                    not (values & named.keys()) or {f"{column['name']}_label_{tag}" for tag in ("fr", "en")} & columns
                )


def test_a_separator_occurs_in_none_of_the_values() -> None:
    store = ox.Store()
    thing, label = ox.NamedNode("http://e/a"), ox.NamedNode(SKOS + "altLabel")
    for text in ("a|b", "c"):
        store.add(ox.Quad(thing, label, ox.Literal(text, language="fr"), ox.DefaultGraph()))
    body = ox.NamedNode(ROOT + "ontology#PublicBody")
    store.add(ox.Quad(thing, ox.NamedNode(RDF + "type"), body, ox.DefaultGraph()))
    source = Source(LocalStore(store), read_prefixes(Project.packaged()))
    table = read_table(source, next(one for one in table_definitions() if one.name == "bodies"))
    at = [column.name for column in table.fields].index("alternative_label_fr")
    assert (table.fields[at].separator, table.rows[0][at]) == ("¦", "a|b¦c")


def test_another_validator_finds_the_tables_valid_with_what_they_refer_to(folder: Path, tmp_path: Path) -> None:
    """The smaller tables as one group; and the metadata of each by itself, with the first rows of its table."""
    group = json.loads((folder / "tables" / "csv-metadata.json").read_text(encoding="utf-8"))
    group["tables"] = [table for table in group["tables"] if (folder / "tables" / table["url"]).stat().st_size < LARGE]
    names = {table["url"] for table in group["tables"]}
    assert len(names) > 10
    (tmp_path / "each").mkdir()
    for table in group["tables"]:
        (tmp_path / table["url"]).write_bytes((folder / "tables" / table["url"]).read_bytes())
        keys = table["tableSchema"].get("foreignKeys", [])
        table["tableSchema"]["foreignKeys"] = [key for key in keys if key["reference"]["resource"] in names]
    assert any(table["tableSchema"]["foreignKeys"] for table in group["tables"])
    (tmp_path / "csv-metadata.json").write_text(json.dumps(group), encoding="utf-8")
    described = sorted(path.name for path in (folder / "tables").glob("*.csv-metadata.json"))
    assert len(described) > 20
    for name in described:
        table_name = name.removesuffix("-metadata.json")
        (tmp_path / "each" / name).write_bytes((folder / "tables" / name).read_bytes())
        with (folder / "tables" / table_name).open("rb") as lines:
            (tmp_path / "each" / table_name).write_bytes(b"".join(islice(lines, 20)))
    with served(tmp_path) as address:
        assert complaints(address + "csv-metadata.json") == []
        assert {name: said for name in described if (said := complaints(f"{address}each/{name}"))} == {}


@pytest.mark.parametrize("fault", ["language", "key"])
def test_the_validator_sees_what_is_wrong(folder: Path, tmp_path: Path, fault: str) -> None:
    table, described = ((folder / "tables" / f"reviews.csv{end}").read_text("utf-8") for end in ("", "-metadata.json"))
    if fault == "language":
        assert HEAD in described
        described = described.replace(HEAD, HEAD.replace("@", ""))
    else:
        table += table.splitlines(keepends=True)[-1]
    (tmp_path / "reviews.csv").write_text(table, encoding="utf-8", newline="")
    (tmp_path / "reviews.csv-metadata.json").write_text(described, encoding="utf-8")
    with served(tmp_path) as address:
        assert complaints(address + "reviews.csv-metadata.json")


@pytest.mark.parametrize("name", [one.name for one in PRODUCTS])
def test_a_table_for_people_is_tidy_and_the_same_in_every_form(few_folder: Path, name: str) -> None:
    read = rows(few_folder, name, "data")
    assert len({tuple(row.values()) for row in read}) == len(read) > 0
    for column in read[0]:
        assert any(row[column] for row in read), f"{column} is always empty"
        for row in read if column.endswith("_iri") else ():
            assert not re.search("[ |]", row[column]), row[column]
            told = [row.get(f"{column.removesuffix('_iri')}_{tag}") for tag in LANGUAGES]
            assert not row[column] or any(told), f"{row[column]} has no name beside it"
    table = parquet.read_table(few_folder / "data" / f"{name}.parquet")
    assert table.to_pylist() == [{column: value or None for column, value in row.items()} for row in read]
    book = openpyxl.load_workbook(few_folder / "data" / f"{name}.xlsx", read_only=True)
    assert book.sheetnames == [format_of("name", tag) for tag in LANGUAGES]
    assert {sum(1 for _ in sheet.iter_rows()) for sheet in book} == {len(read) + 1}


def test_actions_say_who_which_text_and_in_whose_words_and_links_join_two(few_folder: Path) -> None:
    actions = [row for row in rows(few_folder, "actions", "data") if row["action_iri"].endswith("/lu-bhr-2-4-3")]
    assert {row["plan_iri"] for row in actions} == {f"{ROOT}id/plan/lu-bhr-2"}
    uses = [row for row in actions if row["what_iri"] == "http://data.europa.eu/eli/reg/2017/821/oj"]
    assert uses[0]["quote"].startswith("Préparation de la mise en œuvre")
    assert uses[0]["aspect_de"]
    assert uses[0]["source_iri"] == f"{ROOT}id/document/mae-gouvernement-lu-fr-pan-2"
    for row in rows(few_folder, "links", "data"):
        assert all(row[f"{name}_iri"] for name in ("from", "to", "type"))
        assert not row["shared_iri"] or row["type_iri"].rpartition("/")[2].startswith("shared-")
    with served(few_folder / "data") as address:
        assert complaints(f"{address}bodies.csv-metadata.json") == []
