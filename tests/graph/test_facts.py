"""Every row of the collected facts stands in the graph, or is left out for a reason that is written down."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

import pan2kg
from pan2kg.project import Project
from pan2kg.store.store import LocalStore, load_project
from pan2kg.turtle.vocabulary import ID, PAN

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


def has_link(known: Known, row: Row) -> bool:
    """A use of a text, or a link between any two things."""
    kind, *ends = ("link", "subject", "object") if "subject" in row else (
        "instrument", "measure_or_plan", "instrument_id_or_name",
    )  # fmt: skip
    nodes = known.links[known.iri(row[ends[0]]), known.iri(row[ends[1]])]
    return known.quoted(known.meant(kind, row["relation"], nodes, known.relations), row)


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


def has_conflict(known: Known, row: Row) -> bool:
    wanted = {plain(row["value_a"]), plain(row["value_b"])}
    return any(wanted <= values for values in known.positions.values())


FINDERS: dict[str, Callable[[Known, Row], bool]] = {
    "measures": has_measure,
    "bodies": has_body,
    "instruments": has_link,
    "links": has_link,
    "plans": has_plan,
    "ungp": lambda known, row: known.quoted(known.links[known.iri(row["action"]), known.iri(row["principle"])], row),
    "new-plans": lambda known, row: known.named(row["id"], row["title_fr"], row["title_en"]),
    "new-instruments": has_instrument,
    "new-organisations": lambda known, row: known.named(
        row["id"], row.get("name_original", ""), row["name_fr"], row["name_en"]
    ),
    "conflicts": has_conflict,
    "corrections": lambda known, row: any(
        plain(row["new_value"]) in value for value in known.statements[known.iri(row["id"])]
    ),
}
"""How a row is found, by the kind of its file."""


FILES = [path for folder in FOLDERS for path in sorted((FACTS / folder).glob("*.csv"))]


@cache
def left_out() -> dict[tuple[str, str], str]:
    return {(row["file"], row["row"]): row["reason"] for row in table(DATA / "facts-left-out.csv")}


@pytest.mark.parametrize("path", [pytest.param(path, id=f"{path.parent.name}/{path.stem}") for path in FILES])
def test_every_row_stands_in_the_graph_or_is_left_out_for_a_reason(known: Known, path: Path) -> None:
    find, name = FINDERS[path.stem.partition("-")[2]], f"{path.parent.name}/{path.name}"
    missing = []
    for number, row in enumerate(table(path), 2):
        if reason := left_out().get((name, str(number))):
            assert not find(known, row), f"{name} row {number} is in the graph, so it is not left out as {reason}"
        elif not find(known, row):
            missing.append(f"row {number}: {list(row.values())[:3]}")
    assert not missing, f"{name}: take these rows in, or give the reason in facts-left-out.csv: {missing}"


def test_no_key_names_two_things_and_every_one_is_described(known: Known) -> None:
    assert sum(len(table(path)) for path in FILES) > 1_000
    lost = [f"{fact} → {iri}" for fact, iri in known.keys.items() if iri not in known.described]
    assert not lost, f"mend facts-keys.csv: {lost}"


# The facts of the core

SKOS, FORM = "http://www.w3.org/2004/02/skos/core#", "http://www.w3.org/2008/05/skos-xl#literalForm"
KINDS = {
    "official title": "official-title", "official title (short form)": "short-title", "popular name": "popular-name",
    "title as cited in EU law": "title-as-cited", "short title in the act": "short-title",
}  # fmt: skip
TAGS = ("en", "fr", "de")


class Core:
    """What every file says, as plain text: the values of a property of a thing, and the things with a value."""

    def __init__(self) -> None:
        self.store: LocalStore = load_project(Project.packaged())
        self.said: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.with_value: dict[tuple[str, str], set[str]] = defaultdict(set)
        for quad in self.store.inner:
            if isinstance(quad.subject, ox.NamedNode) and not isinstance(quad.object, ox.Triple):
                self.said[quad.subject.value, quad.predicate.value].add(quad.object.value)
                self.with_value[quad.predicate.value, quad.object.value].add(quad.subject.value)

    def of(self, thing: str, *names: str) -> set[str]:
        """What one comes to from a thing by some properties, one after the other."""
        found = {thing}
        for name in names:
            predicate = name if ":" in name else PAN + name
            found = {value for at in found for value in self.said.get((at, predicate), ())}
        return found

    def to(self, name: str, value: str) -> set[str]:
        return self.with_value.get((PAN + name, value), set())

    def iri(self, key: str) -> str:
        return min(self.with_value["http://purl.org/dc/terms/identifier", key], default="")


@pytest.fixture(scope="module")
def core() -> Core:
    return Core()


def has_obligation(core: Core, row: Row) -> bool:
    duty = f"{ID}obligation/{row['id']}"
    days = {day for deadline in core.to("deadlineOf", duty) for day in core.of(deadline, "date")}
    if row["due_date"] and row["due_certainty"] == "unverified":
        deadline = ox.NamedNode(f"{ID}deadline/{row['id']}-{row['due_date']}")
        graphs = {str(quad.graph_name) for quad in core.store.inner.quads_for_pattern(deadline, None, None, None)}
        assert graphs
        assert all(graph.endswith("unverified>") for graph in graphs), row["id"]
    return (
        core.iri(row["instrument"]) in core.of(duty, "underInstrument")
        and f"{ID}obligationkind/{row['kind']}" in core.of(duty, "obligationKind")
        and {row["quote"], row["quote_2"]} - {""} <= core.of(duty, "evidence", "quote")
        and (not row["due_date"] or row["due_date"] in days)
        and (not row["due_rule"] or row["due_rule"] in core.of(duty, "dueRule"))
    )


def has_title(core: Core, row: Row) -> bool:
    names = core.to("nameOf", core.iri(row["instrument"]))
    kind = f"{ID}namekind/{KINDS[row['kind']]}"
    return any(row["text"] in core.of(name, FORM) and kind in core.of(name, "nameKind") for name in names)


def has_date(core: Core, row: Row) -> bool:
    dated = [of for of in core.to("milestoneOf", core.iri(row["instrument"])) if row["date"] in core.of(of, "date")]
    labels = {label for milestone in dated for label in core.of(milestone, f"{SKOS}prefLabel")}
    return {row[f"label_{tag}"] for tag in TAGS} <= labels


def has_relation(core: Core, row: Row) -> bool:
    links = core.to("from", core.iri(row["subject"])) & core.to("to", core.iri(row["object"]))
    return any(row["relation"] in {to.rpartition("/")[2] for to in core.of(link, "relation")} for link in links)


def has_guiding_principle(core: Core, row: Row) -> bool:
    principle = f"{ID}provision/ungp-{row['number']}"
    named = row["addressee"].lower().replace("both", "state business")
    addressees = {word for word in ("state", "business") if word in named}
    return {row[f"first_sentence_{tag}"] for tag in TAGS} - {""} <= core.of(principle, "evidence", "quote") and bool(
        addressees & {to.rpartition("/")[2] for to in core.of(principle, "addressedTo")}
    )


def has_mandate(core: Core, row: Row) -> bool:
    plans = {f"{ID}plan/{plan}" for plan in row["known_plan_keys"].split()}
    return any(
        row["plan_en"] in core.of(mandate, f"{SKOS}prefLabel") and plans <= core.of(mandate, "mandates")
        for mandate in core.to("underInstrument", core.iri(row["instrument"])) if "/mandate/" in mandate
    )  # fmt: skip


def has_right_value(core: Core, row: Row) -> bool:
    """The days that are right are there, and the one that was wrong stands under its kind no more."""
    milestones = core.to("milestoneOf", core.iri(row["instrument"]))
    right, wrong = (re.findall(r"\d{4}-\d{2}-\d{2}", row[name]) for name in ("should_be", "in_the_graph"))
    kind = row["what"].replace("_", "-")
    of_kind = [one for one in milestones if kind in {at.rpartition("/")[2] for at in core.of(one, "milestoneType")}]
    return {*right} <= {day for at in milestones for day in core.of(at, "date")} and not (
        {*wrong} - {*right} & {day for at in of_kind for day in core.of(at, "date")}
    )


CORE: dict[str, tuple[int, str, Callable[[Core, Row], bool]]] = {
    "obligations": (128, "{id}", has_obligation),
    "titles": (206, "{text}", has_title),
    "dates": (110, "{instrument} {event} {date}", has_date),
    "relations": (18, "{subject} {relation} {object}", has_relation),
    "ungp": (31, "{id}", has_guiding_principle),
    "eu-plans": (28, "{instrument} {provision}", has_mandate),
    "new-instruments": (20, "{id}", lambda core, row: bool(core.iri(row["id"]))),
    "corrections": (11, "{instrument} {what}", has_right_value),
}
"""For each file of the core how many rows it has, what a row is called where it is left out, and how it is found."""


@pytest.mark.parametrize("name", CORE)
def test_every_row_of_the_core_stands_in_the_graph(name: str, core: Core) -> None:
    number, called, find = CORE[name]
    listed = table(FACTS / "core" / f"{name}.csv")
    assert len(listed) == number
    rows = {called.format(**row): row for row in listed}
    assert not [
        row for row, said in rows.items() if (f"core/{name}.csv", row) not in left_out() and not find(core, said)
    ]


def test_every_goal_has_its_titles_and_every_target_a_name_of_ours_and_not_the_official_wording(core: Core) -> None:
    listed = table(FACTS / "core" / "sdg.csv")
    assert [sum(row["level"] == level for row in listed) for level in ("goal", "target")] == [17, 169]
    values = {value for _, value in core.with_value}
    for row in listed:
        titles = {row[f"title_{tag}"] for tag in TAGS}
        assert len(core.of(row["un_uri"], f"{SKOS}prefLabel")) >= 3 - (row["level"] == "target"), row["id"]
        if row["level"] == "goal":
            forms = titles | {row[f"short_{tag}"] for tag in TAGS}
            assert all((FORM, form) in core.with_value for form in forms), row["id"]
        else:
            assert not titles & values, f"the official wording of {row['id']} stays at its address"
            assert {*TAGS} == core.of(row["un_uri"], "unofficialLabelLanguage")
