"""Every row of the collected facts stands in the graph, or is left out for a reason that is written down."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import pan2kg

ROOT = Path(__file__).resolve().parents[2]
FACTS = ROOT.parent / "shared" / "facts"
DATA = ROOT / "tests" / "data"
FOLDERS = ("more-lu", "countries")
"""The folders whose rows are all taken in."""
PREFIXES = """
PREFIX pan: <https://w3id.org/pan2kg/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX dcterms: <http://purl.org/dc/terms/>
"""
Row = dict[str, str]

pytestmark = pytest.mark.skipif(not FACTS.is_dir(), reason="The collected facts do not lie beside the project.")


def table(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return [{key: (value or "").strip() for key, value in row.items()} for row in csv.DictReader(file)]


def plain(text: str) -> str:
    """Words without what typesetting changes: apostrophes, spaces, a last full stop."""
    return " ".join(text.replace("’", "'").replace("\u202f", " ").replace("\u00a0", " ").split()).rstrip(".")


class Known:
    """What the graph says, in the shape the rows ask for."""

    def __init__(self, graph: pan2kg.Graph) -> None:
        self.keys = {row["fact"]: row["iri"] for row in table(DATA / "facts-keys.csv")}
        self.words = {(row["kind"], row["wording"]): row["concepts"].split() for row in table(DATA / "facts-words.csv")}
        self.names = self._pairs(
            graph, "?a ?label ?b . FILTER(?label IN (skos:prefLabel, skos:altLabel, skos:hiddenLabel))"
        )
        self.within = self._pairs(graph, "?a pan:inPlan|pan:inReview ?b")
        self.described = self._pairs(graph, "?a a ?b")
        self.quotes = self._pairs(graph, "?a pan:evidence/pan:quote ?b")
        self.relations = self._pairs(graph, "?a pan:relation ?b")
        self.addresses = self._pairs(graph, "?a dcterms:source/pan:readAt ?b")
        self.roles = self._pairs(graph, "?a pan:role ?b")
        self.statements = self._pairs(graph, "?a ?any ?b FILTER(isLiteral(?b))")
        self.involvements = self._ends(graph, "?node pan:involvedIn ?a ; pan:involves ?b")
        self.links = self._ends(graph, "?node a pan:Link ; pan:from ?a ; pan:to ?b")
        self.positions = self._pairs(graph, "?a pan:hasPosition/pan:text ?b")

    @staticmethod
    def _pairs(graph: pan2kg.Graph, pattern: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for row in graph.sparql(f"{PREFIXES} SELECT DISTINCT ?a ?b WHERE {{ {pattern} }}"):
            found[row["a"]].add(plain(row["b"]))
        return found

    @staticmethod
    def _ends(graph: pan2kg.Graph, pattern: str) -> dict[tuple[str, str], set[str]]:
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for row in graph.sparql(f"{PREFIXES} SELECT DISTINCT ?node ?a ?b WHERE {{ {pattern} }}"):
            found[row["a"], row["b"]].add(row["node"])
        return found

    def iri(self, fact: str) -> str:
        return self.keys.get(fact, "")

    def meant(self, kind: str, wording: str, nodes: set[str], said: dict[str, set[str]]) -> set[str]:
        """Those of the statements that say what the wording of the row means; all of them where it has no concept."""
        concepts = {f"https://w3id.org/pan2kg/id/{name.replace(':', '/')}" for name in self.words[kind, wording]}
        return {node for node in nodes if not concepts or concepts & said[node]}

    def quoted(self, nodes: set[str], row: Row) -> bool:
        """Whether one of the statements carries the words of the row, or its address where it quotes nothing."""
        if row["evidence"]:
            return any(plain(row["evidence"]) in self.quotes[node] for node in nodes)
        return any(row["source_url"] in self.addresses[node] for node in nodes)

    def named(self, fact: str, *titles: str) -> bool:
        """Whether the thing is there under each title that the row gives."""
        iri = self.iri(fact)
        return iri in self.described and all(plain(title) in self.names[iri] for title in titles if title)


@pytest.fixture(scope="module")
def known(graph: pan2kg.Graph) -> Known:
    return Known(graph)


def has_measure(known: Known, row: Row) -> bool:
    return (
        known.named(row["id"], row["title_original"], row["title_en"])
        and known.iri(row["plan"]) in known.within[known.iri(row["id"])]
    )


def has_body(known: Known, row: Row) -> bool:
    nodes = known.involvements[known.iri(row["measure_or_plan"]), known.iri(row["organisation_id_or_name"])]
    return known.quoted(known.meant("role", row["role"], nodes, known.roles), row)


def has_use(known: Known, row: Row) -> bool:
    nodes = known.links[known.iri(row["measure_or_plan"]), known.iri(row["instrument_id_or_name"])]
    return known.quoted(known.meant("instrument", row["relation"], nodes, known.relations), row)


def has_link(known: Known, row: Row) -> bool:
    nodes = known.links[known.iri(row["subject"]), known.iri(row["object"])]
    return known.quoted(known.meant("link", row["relation"], nodes, known.relations), row)


def has_instrument(known: Known, row: Row) -> bool:
    """An act is known by its official address; another text by its name, whole or without its date and place."""
    iri = known.iri(row["id"])
    names = {name.casefold() for name in known.names[iri]}
    titles = [plain(row[key]).casefold() for key in ("title_fr", "title_en") if row[key]]
    return iri in known.described and (
        iri == row["eli"] or all(any(title.startswith(name) for name in names) for title in titles)
    )


def has_plan(known: Known, row: Row) -> bool:
    """A plan of a country: its titles, its adopting body, and the number of its actions as the source gives it."""
    iri = known.iri(row["id"])
    stated = row["actions_stated"].split(" ")[0]
    return (
        known.named(row["id"], row["title_original"], row["title_fr"], row["title_en"])
        and (not row["adopting_body"] or bool(known.involvements[iri, known.iri(row["adopting_body"])]))
        and all(known.involvements[iri, known.iri(body)] for body in row["lead_bodies"].split("|") if body)
        and (stated in known.statements[iri] or not stated)
    )


def has_principle(known: Known, row: Row) -> bool:
    return known.quoted(known.links[known.iri(row["action"]), known.iri(row["principle"])], row)


def has_organisation(known: Known, row: Row) -> bool:
    return known.named(row["id"], row.get("name_original", ""), row["name_fr"], row["name_en"])


def has_conflict(known: Known, row: Row) -> bool:
    wanted = {plain(row["value_a"]), plain(row["value_b"])}
    return any(wanted <= values for values in known.positions.values())


def has_correction(known: Known, row: Row) -> bool:
    return any(plain(row["new_value"]) in value for value in known.statements[known.iri(row["id"])])


FINDERS: dict[str, Callable[[Known, Row], bool]] = {
    "measures": has_measure,
    "bodies": has_body,
    "instruments": has_use,
    "links": has_link,
    "plans": has_plan,
    "ungp": has_principle,
    "new-plans": lambda known, row: known.named(row["id"], row["title_fr"], row["title_en"]),
    "new-instruments": has_instrument,
    "new-organisations": has_organisation,
    "conflicts": has_conflict,
    "corrections": has_correction,
}
"""How a row is found, by the kind of its file."""


def files() -> Iterator[Path]:
    for folder in FOLDERS:
        yield from sorted((FACTS / folder).glob("*.csv"))


def left_out() -> dict[tuple[str, str], str]:
    return {(row["file"], row["row"]): row["reason"] for row in table(DATA / "facts-left-out.csv")}


def test_every_kind_of_file_has_its_finder() -> None:
    kinds = {path.stem.partition("-")[2] for path in files()}
    assert kinds <= FINDERS.keys(), f"say in FINDERS how these rows are found: {sorted(kinds - FINDERS.keys())}"
    assert sum(len(table(path)) for path in files()) > 1_000


@pytest.mark.parametrize("path", [pytest.param(path, id=f"{path.parent.name}/{path.stem}") for path in files()])
def test_every_row_stands_in_the_graph(known: Known, path: Path) -> None:
    skipped = left_out()
    find = FINDERS[path.stem.partition("-")[2]]
    name = f"{path.parent.name}/{path.name}"
    missing = [
        f"row {number}: {list(row.values())[:3]}"
        for number, row in enumerate(table(path), 2)
        if (name, str(number)) not in skipped and not find(known, row)
    ]
    assert not missing, f"{name}: take these rows in, or give the reason in facts-left-out.csv: {missing}"


def test_what_is_left_out_has_a_reason_and_is_not_there(known: Known) -> None:
    for (name, number), reason in left_out().items():
        assert reason
        path = FACTS / name
        row = table(path)[int(number) - 2]
        assert not FINDERS[path.stem.partition("-")[2]](known, row), f"{name} row {number} is in the graph: take it off"


def test_no_key_names_two_things_and_every_one_is_described(known: Known) -> None:
    lost = [f"{fact} → {iri}" for fact, iri in known.keys.items() if iri not in known.described]
    assert not lost, f"mend facts-keys.csv: {lost}"
