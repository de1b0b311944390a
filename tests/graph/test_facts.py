"""Every row of the collected facts stands in the graph, or is left out for a reason that is written down."""

import csv
import re
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from pan2kg.project import Project
from pan2kg.store.project_files import load_project
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import ID, PAN

ROOT = Path(__file__).resolve().parents[2]
FACTS = ROOT.parent / "shared" / "facts"
SKOS = "http://www.w3.org/2004/02/skos/core#"
FORM = "http://www.w3.org/2008/05/skos-xl#literalForm"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
SOURCE = "http://purl.org/dc/terms/source"
TAGS = ("en", "fr", "de")
Row = dict[str, str]

pytestmark = pytest.mark.skipif(
    not FACTS.is_dir(), reason="The collected facts do not lie beside the project."
)


def table(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            {key: (value or "").strip() for key, value in row.items()}
            for row in csv.DictReader(file)
        ]


def own(name: str) -> list[Row]:
    return table(ROOT / "tests" / "data" / f"facts-{name}.csv")


def plain(text: str) -> str:
    """Words without what typesetting changes: apostrophes, spaces, a last full stop."""
    return " ".join(
        text.replace("’", "'").replace("\u202f", " ").replace("\u00a0", " ").split()
    ).rstrip(".")


def is_said(words: str, quotes: set[str]) -> bool:
    """Whether one of the quotations has these words, the names of officials being cut out of it, each at “…”."""
    gap = ".{1,50}"
    return words in quotes or any(
        re.fullmatch(gap.join(map(re.escape, quote.split("…"))), words) for quote in quotes
    )


class Known:
    """What the files say: the values of a property of a thing, and the things with a value; keys of rows → IRIs."""

    def __init__(self) -> None:
        self.store: LocalStore = load_project(Project.packaged())
        self.values: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.with_value: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.literals: dict[str, set[str]] = defaultdict(set)
        for quad in self.store.inner:
            if isinstance(quad.subject, ox.NamedNode) and not isinstance(quad.object, ox.Triple):
                self.values[quad.subject.value, quad.predicate.value].add(quad.object.value)
                self.with_value[quad.predicate.value, quad.object.value].add(quad.subject.value)
                if isinstance(quad.object, ox.Literal):
                    self.literals[quad.subject.value].add(plain(quad.object.value))
        self.keys = defaultdict(str, ((row["fact"], row["iri"]) for row in own("keys")))
        self.words = {
            (row["kind"], row["wording"]): row["concepts"].split() for row in own("words")
        }

    def of(self, thing: str, *names: str) -> set[str]:
        """What one comes to from a thing by some properties, one after the other."""
        reached = {thing}
        for name in names:
            predicate = name if ":" in name else PAN + name
            reached = {value for at in reached for value in self.values.get((at, predicate), ())}
        return reached

    def words_of(self, thing: str, *names: str) -> set[str]:
        return {plain(text) for text in self.of(thing, *names)}

    def to(self, name: str, value: str) -> set[str]:
        return self.with_value.get((PAN + name, value), set())

    def iri(self, key: str) -> str:
        return min(self.with_value["http://purl.org/dc/terms/identifier", key], default="")

    def names(self, iri: str) -> set[str]:
        return set().union(
            *(self.words_of(iri, f"{SKOS}{name}Label") for name in ("pref", "alt", "hidden"))
        )

    def named(self, fact: str, *titles: str) -> bool:
        iri = self.keys[fact]
        return bool(self.of(iri, TYPE)) and {
            plain(title) for title in titles if title
        } <= self.names(iri)

    def between(self, names: tuple[str, str], start: str, end: str) -> set[str]:
        return self.to(names[0], self.keys[start]) & self.to(names[1], self.keys[end])

    def quoted(self, nodes: set[str], row: Row, kind: str = "", wording: str = "") -> bool:
        """Whether a statement carries the words of the row, or its address; of those that mean what its wording does.

        All of them where the wording has no concept.
        """
        name = "role" if kind == "role" else "relation"
        concepts = (
            {f"{ID}{concept.replace(':', '/')}" for concept in self.words[kind, wording]}
            if kind
            else set()
        )
        nodes = {node for node in nodes if not concepts or concepts & self.of(node, name)}
        if row["evidence"]:
            return any(
                is_said(plain(row["evidence"]), self.words_of(node, "evidence", "quote"))
                for node in nodes
            )
        return any(
            plain(row["source_url"]) in self.words_of(node, SOURCE, "readAt") for node in nodes
        )


@pytest.fixture(scope="module")
def known() -> Known:
    return Known()


LINK = ("from", "to")
PART = ("involvedIn", "involves")


def has_measure(known: Known, row: Row) -> bool:
    plans = known.of(known.keys[row["id"]], "inPlan") | known.of(known.keys[row["id"]], "inReview")
    return (
        known.named(row["id"], row["title_original"], row["title_en"])
        and known.keys[row["plan"]] in plans
    )


def has_link(known: Known, row: Row) -> bool:
    """A use of a text, a link between any two things, or the part of a body."""
    if "role" in row:
        nodes = known.between(PART, row["measure_or_plan"], row["organisation_id_or_name"])
        return known.quoted(nodes, row, "role", row["role"])
    kind, *ends = (
        ("link", "subject", "object")
        if "subject" in row
        else (
            "instrument",
            "measure_or_plan",
            "instrument_id_or_name",
        )
    )
    return known.quoted(known.between(LINK, row[ends[0]], row[ends[1]]), row, kind, row["relation"])


def has_instrument(known: Known, row: Row) -> bool:
    """An act is known by its official address; another text by its name, whole or without its date and place."""
    iri = known.keys[row["id"]]
    names = {name.casefold() for name in known.names(iri)}
    titles = [plain(row[key]).casefold() for key in ("title_fr", "title_en") if row[key]]
    return bool(known.of(iri, TYPE)) and (
        iri == row["eli"] or all(any(title.startswith(name) for name in names) for title in titles)
    )


def has_plan(known: Known, row: Row) -> bool:
    """A plan of a country: its titles, its bodies, and the number of its actions as the source gives it."""
    stated = row["actions_stated"].split(" ")[0]
    bodies = [body for body in (row["adopting_body"], *row["lead_bodies"].split("|")) if body]
    return (
        known.named(row["id"], row["title_original"], row["title_fr"], row["title_en"])
        and all(known.between(PART, row["id"], body) for body in bodies)
        and (not stated or stated in known.literals[known.keys[row["id"]]])
    )


def has_conflict(known: Known, row: Row) -> bool:
    wanted = {plain(row["value_a"]), plain(row["value_b"])}
    things = {thing for thing, name in known.values if name == f"{PAN}hasPosition"}
    return any(wanted <= known.words_of(thing, "hasPosition", "text") for thing in things)


FINDERS: dict[str, Callable[[Known, Row], bool]] = {
    "measures": has_measure,
    "bodies": has_link,
    "instruments": has_link,
    "links": has_link,
    "plans": has_plan,
    "ungp": lambda known, row: known.quoted(
        known.between(LINK, row["action"], row["principle"]), row
    ),
    "new-plans": lambda known, row: known.named(row["id"], row["title_fr"], row["title_en"]),
    "new-instruments": has_instrument,
    "new-organisations": lambda known, row: known.named(
        row["id"], row.get("name_original", ""), row["name_fr"], row["name_en"]
    ),
    "conflicts": has_conflict,
    "corrections": lambda known, row: any(
        plain(row["new_value"]) in text for text in known.literals[known.keys[row["id"]]]
    ),
}
"""How a row is found, by the kind of its file."""
FILES = [
    path for folder in ("more-lu", "countries") for path in sorted((FACTS / folder).glob("*.csv"))
]


@cache
def left_out() -> dict[tuple[str, str], str]:
    return {(row["file"], row["row"]): row["reason"] for row in own("left-out")}


@pytest.mark.parametrize(
    "path", [pytest.param(path, id=f"{path.parent.name}/{path.stem}") for path in FILES]
)
def test_every_row_stands_in_the_graph_or_is_left_out_for_a_reason(
    known: Known, path: Path
) -> None:
    find = FINDERS[path.stem.partition("-")[2]]
    name = f"{path.parent.name}/{path.name}"
    missing = []
    for number, row in enumerate(table(path), 2):
        if reason := left_out().get((name, str(number))):
            assert not find(known, row), (
                f"{name} row {number} is in the graph, so it is not left out as {reason}"
            )
        elif not find(known, row):
            missing.append(f"row {number}: {list(row.values())[:3]}")
    assert not missing, (
        f"{name}: take these rows in, or give the reason in facts-left-out.csv: {missing}"
    )


def test_no_key_names_two_things_and_every_one_is_described(known: Known) -> None:
    assert sum(len(table(path)) for path in FILES) > 1_000
    lost = [
        f"{row['fact']} → {row['iri']}" for row in own("keys") if not known.of(row["iri"], TYPE)
    ]
    assert not lost, f"mend facts-keys.csv: {lost}"


# The facts of the core

KINDS = {
    "official title": "official-title", "official title (short form)": "short-title", "popular name": "popular-name",
    "title as cited in EU law": "title-as-cited", "short title in the act": "short-title",
}  # fmt: skip


def has_obligation(known: Known, row: Row) -> bool:
    duty = f"{ID}obligation/{row['id']}"
    days = {day for deadline in known.to("deadlineOf", duty) for day in known.of(deadline, "date")}
    if row["due_date"] and row["due_certainty"] == "unverified":
        deadline = ox.NamedNode(f"{ID}deadline/{row['id']}-{row['due_date']}")
        graphs = {
            str(quad.graph_name)
            for quad in known.store.inner.quads_for_pattern(deadline, None, None, None)
        }
        assert graphs
        assert all(graph.endswith("unverified>") for graph in graphs), row["id"]
    return (
        known.iri(row["instrument"]) in known.of(duty, "underInstrument")
        and f"{ID}obligationkind/{row['kind']}" in known.of(duty, "obligationKind")
        and {row["quote"], row["quote_2"]} - {""} <= known.of(duty, "evidence", "quote")
        and (not row["due_date"] or row["due_date"] in days)
        and (not row["due_rule"] or row["due_rule"] in known.of(duty, "dueRule"))
    )


def has_title(known: Known, row: Row) -> bool:
    names = known.to("nameOf", known.iri(row["instrument"]))
    kind = f"{ID}namekind/{KINDS[row['kind']]}"
    return any(
        row["text"] in known.of(name, FORM) and kind in known.of(name, "nameKind") for name in names
    )


def has_date(known: Known, row: Row) -> bool:
    dated = [
        of
        for of in known.to("milestoneOf", known.iri(row["instrument"]))
        if row["date"] in known.of(of, "date")
    ]
    labels = {label for milestone in dated for label in known.of(milestone, f"{SKOS}prefLabel")}
    return {row[f"label_{tag}"] for tag in TAGS} <= labels


def has_relation(known: Known, row: Row) -> bool:
    links = known.to("from", known.iri(row["subject"])) & known.to("to", known.iri(row["object"]))
    return any(
        row["relation"] in {to.rpartition("/")[2] for to in known.of(link, "relation")}
        for link in links
    )


def has_guiding_principle(known: Known, row: Row) -> bool:
    principle = f"{ID}provision/ungp-{row['number']}"
    named = row["addressee"].lower().replace("both", "state business")
    addressees = {word for word in ("state", "business") if word in named}
    return {row[f"first_sentence_{tag}"] for tag in TAGS} - {""} <= known.of(
        principle, "evidence", "quote"
    ) and bool(addressees & {to.rpartition("/")[2] for to in known.of(principle, "addressedTo")})


def has_mandate(known: Known, row: Row) -> bool:
    plans = {f"{ID}plan/{plan}" for plan in row["known_plan_keys"].split()}
    return any(
        row["plan_en"] in known.of(mandate, f"{SKOS}prefLabel")
        and plans <= known.of(mandate, "mandates")
        for mandate in known.to("underInstrument", known.iri(row["instrument"]))
        if "/mandate/" in mandate
    )


def has_right_value(known: Known, row: Row) -> bool:
    """The days that are right are there, and the one that was wrong stands under its kind no more."""
    milestones = known.to("milestoneOf", known.iri(row["instrument"]))
    kind = row["what"].replace("_", "-")
    right, wrong = (
        {*re.findall(r"\d{4}-\d{2}-\d{2}", row[name])} for name in ("should_be", "in_the_graph")
    )
    of_kind = [
        of
        for of in milestones
        if kind in {at.rpartition("/")[2] for at in known.of(of, "milestoneType")}
    ]
    days, days_of_kind = (
        {day for at in of for day in known.of(at, "date")} for of in (milestones, of_kind)
    )
    return right <= days and not (wrong - right & days_of_kind)


CORE: dict[str, tuple[int, str, Callable[[Known, Row], bool]]] = {
    "obligations": (128, "{id}", has_obligation),
    "titles": (206, "{text}", has_title),
    "dates": (110, "{instrument} {event} {date}", has_date),
    "relations": (18, "{subject} {relation} {object}", has_relation),
    "ungp": (31, "{id}", has_guiding_principle),
    "eu-plans": (28, "{instrument} {provision}", has_mandate),
    "new-instruments": (20, "{id}", lambda known, row: bool(known.iri(row["id"]))),
    "corrections": (11, "{instrument} {what}", has_right_value),
}
"""For each file of the core how many rows it has, what a row is called where it is left out, and how it is found."""


@pytest.mark.parametrize("name", CORE)
def test_every_row_of_the_core_stands_in_the_graph(name: str, known: Known) -> None:
    number, called, find = CORE[name]
    rows = {called.format(**row): row for row in table(FACTS / "core" / f"{name}.csv")}
    assert len(table(FACTS / "core" / f"{name}.csv")) == number
    out = left_out()
    assert not [
        row
        for row, said in rows.items()
        if (f"core/{name}.csv", row) not in out and not find(known, said)
    ]


def test_every_goal_has_its_titles_and_every_target_a_name_of_ours_and_not_the_official_wording(
    known: Known,
) -> None:
    listed = table(FACTS / "core" / "sdg.csv")
    assert [sum(row["level"] == level for row in listed) for level in ("goal", "target")] == [
        17,
        169,
    ]
    values = {value for _, value in known.with_value}
    for row in listed:
        titles = {row[f"title_{tag}"] for tag in TAGS}
        assert len(known.of(row["un_uri"], f"{SKOS}prefLabel")) >= 3 - (row["level"] == "target"), (
            row["id"]
        )
        if row["level"] == "goal":
            forms = titles | {row[f"short_{tag}"] for tag in TAGS}
            assert all((FORM, form) in known.with_value for form in forms), row["id"]
        else:
            assert not titles & values, f"the official wording of {row['id']} stays at its address"
            assert {*TAGS} == known.of(row["un_uri"], "unofficialLabelLanguage")
