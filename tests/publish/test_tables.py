"""Tables at both widths: equal to the graph, valid as CSV on the Web, named in words for people; and published weights,
which are read back, since two releases are compared on those of the earlier."""

import csv
import gzip
import io
import json
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
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
from pan2kg.coherence.known import basis_line, known
from pan2kg.errors import ProjectError
from pan2kg.i18n import LANGUAGES, format_of
from pan2kg.project import Project
from pan2kg.publish import change_files, changes, states
from pan2kg.publish.dumps import QUADS, read_content
from pan2kg.publish.edition import Addresses, Edition
from pan2kg.publish.ntriples import things_in
from pan2kg.publish.products import PRODUCTS
from pan2kg.publish.thing_tables import Source, TableDefinition, read_table, table_definitions
from pan2kg.publish.weights import published_weights, read_weights
from pan2kg.store.project_files import read_quads
from pan2kg.store.store import LocalStore
from pan2kg.tables.figure_words import basis_words
from pan2kg.turtle.vocabulary import PAN, RDF, ROOT, SKOS, XSD
from pan2kg.turtle.writer import read_prefixes

STATED = [definition.name for definition in table_definitions()]
NAMES = [*STATED, "weights", "figures"]
SKOSXL = "http://www.w3.org/2008/05/skos-xl#"
LARGE = 130_000
"""Bytes that the slow validator of CSVW reads in a moment."""
Metadata = dict[str, dict[str, list[dict[str, str]]]]


class Quiet(SimpleHTTPRequestHandler):
    """Answers, and tells nobody."""

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder; the server ends with the context."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
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
    read: Metadata = json.loads(
        (folder / "tables" / f"{name}.csv-metadata.json").read_text(encoding="utf-8")
    )
    return read


def rows(folder: Path, name: str, below: str = "tables") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(read(folder, name, below).decode("utf-8"), newline="")))


def read(folder: Path, name: str, below: str = "tables") -> bytes:
    path = folder / below / f"{name}.csv"
    return path.read_bytes() if path.is_file() else gzip.decompress(Path(f"{path}.gz").read_bytes())


def triples(folder: Path, name: str) -> Iterator[ox.Triple]:
    """What the table says, by the rules of CSV on the Web as far as these tables use them."""
    schema = metadata(folder, name)["tableSchema"]
    for row in rows(folder, name):
        for column in schema["columns"]:
            cell = row[column["name"]]
            separator = column.get("separator")
            if "propertyUrl" in column and cell:
                subject = row[column.get("aboutUrl", str(schema["aboutUrl"]))[2:-1]]
                for value in cell.split(separator) if separator else [cell]:
                    yield ox.Triple(
                        ox.NamedNode(subject),
                        ox.NamedNode(column["propertyUrl"]),
                        _term(column, value),
                    )


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
def held(few_edition: Edition) -> frozenset[ox.Triple]:
    """All statements of the graph that is published."""
    return frozenset(quad.triple for quad in few_edition.store.inner)


@pytest.mark.parametrize("definition", table_definitions(), ids=lambda definition: definition.name)
def test_a_table_says_what_the_graph_says_no_more_and_no_less(
    few_folder: Path, few_edition: Edition, held: frozenset[ox.Triple], definition: TableDefinition
) -> None:
    said = set(triples(few_folder, definition.name))
    assert said or (
        definition.name == "names"
        and not any(str(one.object) == f"<{SKOSXL}Label>" for one in held)
    )
    assert said <= held
    lines = gzip.decompress((few_folder / QUADS).read_bytes()).decode().splitlines(keepends=True)
    source = Source(dict(things_in(lines)), read_prefixes(few_edition.project), Addresses())
    if definition.pairs:
        predicate = ox.NamedNode(source.expand(definition.pairs))
        assert {one for one in said if one.predicate == predicate} == {
            one for one in held if one.predicate == predicate
        }
        return
    members = {ox.NamedNode(row[0]) for row in read_table(source, definition).rows}
    kinds = {ox.NamedNode(source.expand(name)) for name in definition.classes}
    typed = {
        one.subject for one in held if one.predicate.value == f"{RDF}type" and one.object in kinds
    }
    assert members == (typed & members if definition.having else typed)
    properties = {ox.NamedNode(source.expand(of)) for _, of, _, _ in definition.columns}
    stated = {one for one in held if one.predicate in properties and one.subject in members}
    assert stated
    assert stated <= said


def test_the_weights_are_those_the_figures_are_computed_with(
    few_folder: Path, few_edition: Edition, held: frozenset[ox.Triple]
) -> None:
    assert set(triples(few_folder, "weights")) <= held
    given = {row["iri"]: row for row in rows(few_folder, "weights")}
    weights = few_edition.graph.known().potential.weights
    assert set(given) == set(weights.texts)
    for at, text in enumerate(weights.texts):
        row = given[text]
        above = int(weights.above[at])
        assert (int(row["plans"]), int(row["plans_with_texts"])) == (weights.d[at], weights.n)
        content = -log2((weights.d[at] + 1) / (weights.n + 2))
        assert float(row["information_content"]) == pytest.approx(content, abs=1e-6)
        assert float(row["gain"]) == pytest.approx(weights.gain[at], abs=1e-6)
        assert row["above"] == (weights.texts[above] if above >= 0 else "")


def test_the_register_of_figures_stands_in_the_release_at_four_levels(
    few_folder: Path, few_edition: Edition
) -> None:
    held = rows(few_folder, "figures")
    for taken in few_edition.graph.figures():
        for level, value in zip(FIGURED, taken.nested, strict=True):
            told = [
                row
                for row in held
                if (row["figure"], row["evidence_level"]) == (taken.figure.id, level.key)
            ]
            numbers = [float(row[end]) for row in told for end in ("value", "upper") if row[end]]
            assert numbers == pytest.approx([one for one in value if one is not None], abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_a_table_is_sound(few_folder: Path, name: str) -> None:
    """As RFC 4180 has it, told by its key, no column empty, a list said to be one, every column named in words."""
    content = read(few_folder, name)
    assert not content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")
    lines = list(csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))
    assert {len(row) for row in lines} == {len(lines[0])}
    schema = metadata(few_folder, name)["tableSchema"]
    held = rows(few_folder, name)
    columns = schema["columns"]
    assert lines[0] == [column["name"] for column in columns]
    key = schema["primaryKey"]
    values = [
        tuple(row[str(column)] for column in ([key] if isinstance(key, str) else key))
        for row in held
    ]
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
        if labels in lines[0] and "separator" in column:
            for row in held:
                lists = [
                    row[one].split(column["separator"])
                    for one in (column["name"], labels)
                    if row[one]
                ]
                assert len({len(one) for one in lists}) <= 1, "a label for each"


def test_a_separator_occurs_in_none_of_the_values() -> None:
    store = ox.Store()
    thing = ox.NamedNode("http://e/a")
    label = ox.NamedNode(SKOS + "altLabel")
    for text in ("a|b", "c"):
        store.add(ox.Quad(thing, label, ox.Literal(text, language="fr"), thing))
    body = ox.NamedNode(ROOT + "ontology#PublicBody")
    store.add(ox.Quad(thing, ox.NamedNode(RDF + "type"), body, thing))
    lines = read_content(LocalStore(store), Addresses())[1].quads
    source = Source(
        dict(things_in(map(bytes.decode, lines))), read_prefixes(Project.packaged()), Addresses()
    )
    table = read_table(source, next(one for one in table_definitions() if one.name == "bodies"))
    at = [column.name for column in table.fields].index("alternative_label_fr")
    assert (table.fields[at].separator, table.rows[0][at]) == ("¦", "a|b¦c")


def test_another_validator_finds_the_tables_valid_with_what_they_refer_to(
    few_folder: Path, tmp_path: Path
) -> None:
    tables = few_folder / "tables"
    group = json.loads((few_folder / "tables" / "csv-metadata.json").read_text("utf-8"))
    group["tables"] = [
        table for table in group["tables"] if (tables / table["url"]).stat().st_size < LARGE
    ]
    names = {table["url"] for table in group["tables"]}
    assert len(names) > 10
    (tmp_path / "each").mkdir()
    for table in group["tables"]:
        shutil.copy(tables / table["url"], tmp_path)
        keys = table["tableSchema"].get("foreignKeys", [])
        table["tableSchema"]["foreignKeys"] = [
            key for key in keys if key["reference"]["resource"] in names
        ]
    assert any(table["tableSchema"]["foreignKeys"] for table in group["tables"])
    (tmp_path / "csv-metadata.json").write_text(json.dumps(group), encoding="utf-8")
    # the metadata of each by itself, with the first rows of its table
    described = sorted(f"{path.name}-metadata.json" for path in tables.glob("*.csv"))
    for name in described:
        shutil.copy(tables / name, tmp_path / "each")
        with (tables / name.removesuffix("-metadata.json")).open("rb") as lines:
            (tmp_path / "each" / name.removesuffix("-metadata.json")).write_bytes(
                b"".join(islice(lines, 20))
            )
    with served(tmp_path) as address:
        assert complaints(address + "csv-metadata.json") == []
        assert {
            name: said for name in described if (said := complaints(f"{address}each/{name}"))
        } == {}
    with served(few_folder / "data") as address:
        assert complaints(f"{address}bodies.csv-metadata.json") == []


@pytest.mark.parametrize("name", list(PRODUCTS))
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
    assert table.to_pylist() == [
        {column: value or None for column, value in row.items()} for row in read
    ]
    book = openpyxl.load_workbook(few_folder / "data" / f"{name}.xlsx", read_only=True)
    assert book.sheetnames == [format_of("name", tag) for tag in LANGUAGES]
    assert {sum(1 for _ in sheet.iter_rows()) for sheet in book} == {len(read) + 1}


def test_actions_say_who_which_text_and_in_whose_words_and_links_join_two(few_folder: Path) -> None:
    actions = [
        row
        for row in rows(few_folder, "actions", "data")
        if row["action_iri"].endswith("/lu-bhr-2-4-3")
    ]
    assert {row["plan_iri"] for row in actions} == {f"{ROOT}id/plan/lu-bhr-2"}
    uses = [
        row for row in actions if row["what_iri"] == "http://data.europa.eu/eli/reg/2017/821/oj"
    ]
    assert uses[0]["quote"].startswith("Préparation de la mise en œuvre")
    assert uses[0]["aspect_de"]
    assert uses[0]["source_iri"] == f"{ROOT}id/document/mae-gouvernement-lu-fr-pan-2"
    for row in rows(few_folder, "links", "data"):
        assert all(row[f"{name}_iri"] for name in ("from", "to", "type"))
        assert not row["shared_iri"] or row["type_iri"].rpartition("/")[2].startswith("shared-")


def test_what_holds_no_weights_is_refused_and_a_release_on_its_own_weights_has_its_figures(
    few_folder: Path, few_edition: Edition, tmp_path: Path
) -> None:
    with pytest.raises(ProjectError, match="no published weights here"):
        read_weights(tmp_path)
    with pytest.raises(ProjectError, match=r"plans\.csv:2: This is no line of weights"):
        read_weights(few_folder / "tables" / "plans.csv")
    assert published_weights(tmp_path) is None
    graph = few_edition.graph
    again = few_edition.graph.weighed_as(read_weights(few_folder))
    for level in ("plan", "editors"):
        mine = graph.known(level)
        theirs = again.known(level)
        assert theirs.shared == pytest.approx(mine.shared, abs=1e-4)
        pairs = [
            [(one.source, one.target) for one in known_of.occasions] for known_of in (mine, theirs)
        ]
        assert pairs[0] == pairs[1]
    line = basis_line(again.known())
    assert (line.weights, line.fresh, basis_line(graph.known()).weights) == ("0.1.0", 0, "")
    assert basis_words(line, "en").endswith("; weights of texts as release 0.1.0 published them.")


def test_every_weight_is_that_of_the_earlier_release_but_of_a_text_it_does_not_know(
    few_folder: Path, few_edition: Edition, tmp_path: Path
) -> None:
    (tmp_path / "tables").mkdir()
    shutil.copy(few_folder / "release.json", tmp_path)
    mine = few_edition.graph.known()
    weights = rows(few_folder, "weights")
    with (tmp_path / "tables" / "weights.csv").open("w", encoding="utf-8", newline="") as file:
        written = csv.DictWriter(file, weights[0])
        written.writeheader()
        written.writerows(
            row | {"gain": str(2 * float(row["gain"]))}
            for row in weights
            if row["iri"] != mine.potential.weights.texts[0]
        )
    theirs = few_edition.graph.weighed_as(read_weights(tmp_path)).known()
    own, kept = (made.potential.weights.gain for made in (mine, theirs))
    assert kept[0] == own[0]
    assert kept[1:] == pytest.approx(2 * own[1:], abs=1e-4)
    assert "1 text it does not know has the weight of this graph." in basis_words(
        basis_line(theirs), "en"
    )


def test_each_derived_link_by_a_shared_text_says_what_it_weighs_at_its_level(
    few_folder: Path, few_edition: Edition
) -> None:
    links = rows(few_folder, "computed-links")
    stated = {row["iri"]: row for row in links if row["type"].endswith("/shared-instrument")}
    said = {
        (quad.subject.value, quad.predicate.value.rpartition("#")[2]): float(quad.object.value)
        for quad in read_quads(few_folder / "data" / "pan2kg.nq.gz")
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal)
        if quad.predicate.value.startswith(f"{PAN}weight")
    }
    assert len(said) == 3 * len(stated) > 0
    for link, row in stated.items():
        one, two = row["between"].split("|")
        weight = few_edition.graph.known(row["evidence_level"].rpartition("/")[2]).weight(one, two)
        wanted = (weight.low, weight.high, weight.broad)
        assert [
            said[link, name] for name in ("weight", "weightHigh", "weightBroad")
        ] == pytest.approx(wanted, abs=1e-6)
        assert float(row["weight"]) == said[link, "weight"]
        assert weight.low + weight.broad > 0, (
            "a derived link rests on a text both share at its level"
        )


YOUTH = "https://w3id.org/pan2kg/id/link/4fe5cbc62f0f48db"
"""By it the first youth plan names the act on youth: its only text, which the third names too."""


def test_a_change_tells_figures_on_the_weights_of_the_earlier_so_that_a_text_grown_rare_changes_no_sum(
    few_folder: Path, few_edition: Edition
) -> None:
    store = few_edition.store.inner
    old = states.Side(store, "0.1.0")
    new = states.Side((quad for quad in store if quad.subject != ox.NamedNode(YOUTH)), "later")
    told = change_files.write_text(changes.Change(old, new), "en")
    found = re.search(r"Pairs sharing a text: (\d+) → (\d+)", told)
    assert found, told
    assert int(found[1]) - int(found[2]) == 1, "the pair of the first and the third youth plan"
    assert "weights of texts as release 0.2.0 published them." in told
    for weights in (published_weights(few_folder), None):
        figures = changes.Change(old, new, weights=weights).figures
        assert figures is not None
        ids = {later.figure.id for _, later in figures[1]}
        assert ids >= {"sharing-plan-pairs", "plans-with-texts"}
        assert "debt" not in ids
    # on its own weights the later state would owe less, though none of the plans concerned changed
    tables = few_edition.graph.tables
    later = replace(tables, uses=tuple(use for use in tables.uses if use.link != YOUTH))
    owed, then = (
        sum(one.bits for one in known(made).occasions if one.is_expected)
        for made in (tables, later)
    )
    assert then < owed - 0.01
    stated = [
        states.Side(ox.parse(b"".join(side.stated), format=ox.RdfFormat.N_QUADS), "x")
        for side in (old, new)
    ]
    assert changes.Change(*stated).figures is None, (
        "without levels of evidence there are no figures"
    )
