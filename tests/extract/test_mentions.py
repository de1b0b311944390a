"""What a text names: each form finds what it is, spans are exact, what only looks like one is none; roles."""

import sys
import tomllib
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, strategies as st

from pan2kg.extract.document import Document, DocumentBlock, laid
from pan2kg.extract.mentions import find_mentions, names_of
from pan2kg.extract.names import Mention, Thing
from pan2kg.extract.roles import keys, role_of
from pan2kg.graph.graph import Graph
from pan2kg.project import Project
from tests.conftest import ROOT, lack

sys.path.append(str(ROOT / "benchmarks"))
from mentions import read_sentences, scores  # type: ignore[import-not-found]

CASES: Final[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("cases.toml").read_text(encoding="utf-8")
)
SENTENCES: Final = Path(__file__).with_name("sentences.jsonl")
OTHERS: Final = ROOT.parent / "shared" / "mentions-dev.jsonl"
ELI: Final = "http://data.europa.eu/eli/"
THINGS: Final = [
    Thing(**{**row, "identifiers": tuple(row.get("identifiers", ()))}) for row in CASES["things"]
]
NAMES: Final = names_of(
    THINGS, map(tuple, CASES["labels"]), ["Guiding Principles on Internal Displacement"]
)


def found(text: str, *, country: str = "lu", day: date | None = None) -> list[tuple[str, str]]:
    mentions = find_mentions(text, NAMES, country=country, date=day)
    return [(mention.surface, mention.target.removeprefix(ELI)) for mention in mentions]


def test_each_form_of_a_number_or_a_date_finds_its_text_and_what_only_looks_like_a_name_is_none() -> (
    None
):
    for text, wanted in CASES["mentions"]:
        assert found(text) == [*map(tuple, wanted)], text
    for text in CASES["no_mentions"]:
        assert found(text) == [], text
    assert find_mentions("PAN 2", NAMES, country="lu", plan="p:2") == (), "its own name is none"


def test_acts_of_one_day_are_told_apart_by_the_words_behind_or_are_a_choice() -> None:
    assert found("la loi du 8 avril 2018 relative à la nationalité") == [
        ("loi du 8 avril 2018", "i:law-b")
    ]
    (mention,) = find_mentions("la loi du 8 avril 2018 ; cette dernière", NAMES, country="lu")
    assert (mention.target, mention.note, mention.choices) == (
        "",
        "several",
        ("i:law-a", "i:law-b"),
    )


def test_a_plan_is_the_edition_beside_its_name_or_the_latest_before_the_document() -> None:
    name = "National Action Plan on Business and Human Rights"
    assert found(f"the {name}", day=date(2019, 1, 1)) == [(name, "p:1")]
    (mention,) = find_mentions(name, NAMES, country="lu", date=date(2024, 1, 1))
    assert (mention.target, mention.note, mention.choices) == ("p:2", "latest-edition", ("p:1",))
    assert found(name, country="de") == [(name, "p:de")]
    assert found("PAN 1 et NAP 2") == [("PAN 1", "p:1"), ("NAP 2", "p:2")]
    assert found(f"the second {name}")[0][1] == "p:2"


def test_names_with_quotation_marks_of_another_day_in_short_or_defined_in_the_text() -> None:
    names = names_of(
        [Thing("i", "pact", "instrument")], [("i", "Pacte « Droits »"), ("i", "Pacte Droits")]
    )
    for name in ("Pacte « Droits »", "Pacte Droits"):
        assert [mention.surface for mention in find_mentions(f"le {name} engage", names)] == [name]
    body = "Ministère de l’Égalité entre les femmes et les hommes"
    day = date(2015, 1, 1)
    assert [mention.note for mention in find_mentions(body, NAMES, country="lu", date=day)] == [
        "name-of-another-day"
    ]
    text = "the Convention on the Rights of the Child; see CRC"
    assert [target for _, target in found(text)] == ["i:crc", "i:crc"]
    text = "la directive 2014/24/UE (ci-après « la directive Marchés ») … La directive Marchés s’applique."
    assert [surface for surface, _ in found(text)] == ["directive 2014/24/UE", "directive Marchés"]
    # a short form refers to nothing behind a reference nobody could resolve
    between = " et la directive du ministre"
    text = f"La directive 2014/24/UE{between}. Ladite directive s’applique."
    assert [surface for surface, _ in found(text)] == ["directive 2014/24/UE"]
    assert [surface for surface, _ in found(text.replace(between, ""))][-1] == "Ladite directive"


PARTS: Final = (
    "la directive 2014/24/UE", "(UE) 2017/821", "règlement", "n°", "29", "et 98 ", "OIT ", "convention", "ODD 8.7",
    "à 31", "Principes directeurs", " 25", "loi du 8 avril 2018", "CSDDD", "(ci-après « X »)", "X", "ladite directive",
    "PAN 2", "Guiding Principle 6", "National Action Plan on Business and Human Rights", "cette dernière", " ; ", ", ",
    "\n\n",
)  # fmt: skip


@given(st.lists(st.sampled_from(PARTS) | st.text(max_size=6), max_size=14))
def test_every_span_is_its_surface_and_no_two_overlap(parts: list[str]) -> None:
    text = " ".join(parts)
    mentions = find_mentions(text, NAMES, country="lu")
    assert all(text[mention.start : mention.end] == mention.surface != "" for mention in mentions)
    assert all(before.end <= after.start for before, after in pairwise(mentions))
    assert all(mention.target or mention.choices for mention in mentions)


def test_hostile_text_takes_no_longer_than_it_is_long() -> None:
    for part in (
        "(" * 20,
        "Convention " * 20,
        "et 1, 2 " * 20,
        "directive du Conseil " * 20,
        "« X » (ci-après « ",
    ):
        assert find_mentions(part * 200, NAMES, country="lu") is not None


def test_a_graph_knows_the_names_of_its_things_and_labelled_sentences_are_found_as_promised(
    graph: Graph,
) -> None:
    names = graph.names
    regulation = names.identified("celex:32017R0821")
    act = names.identified("lu-loi-2018-04-08")
    assert regulation
    assert act
    assert (regulation.iri, act.country, act.type) == (ELI + "reg/2017/821/oj", "lu", "law")
    assert {thing.country for thing in names.things.values() if thing.key.startswith("ilo-")} == {
        ""
    }
    sentences = read_sentences(SENTENCES)
    figures, misses = scores(sentences, names)
    assert (len(sentences) >= 150, figures["empty"].labels) == (True, 0)
    assert figures["empty"].mentions == 0, misses
    for group, precision, recall in (("numbered", 0.99, 0.97), ("all", 0.97, 0.90)):
        assert (figures[group].precision >= precision, figures[group].recall >= recall) == (
            True,
            True,
        ), misses
    # they name only what is known, and are quotations of the graph
    families = {thing.family for thing in names.things.values()}
    ids = {label["id"] for sentence in sentences for label in sentence["mentions"]}
    assert not [
        name
        for name in ids
        if ":" not in name and name not in families and not names.identified(name)
    ]
    query = "PREFIX pan: <https://w3id.org/pan2kg/ontology#> SELECT ?quote WHERE { ?passage pan:quote ?quote }"
    quotations = {row["quote"] for row in graph.sparql(query).rows}
    assert not [
        line["id"]
        for line in sentences
        if line["source"] != "invented" and line["text"] not in quotations
    ]


def test_numbers_in_sentences_others_labelled_are_found(graph: Graph) -> None:
    if not OTHERS.exists():
        lack("the sentences others labelled are not beside the clone")
    sentences = [
        line
        for line in read_sentences(OTHERS)
        if all(label["id"].startswith(("celex:", "lu:")) for label in line["mentions"])
    ]
    figures, misses = scores(sentences, graph.names, country="lu")
    assert (figures["eu-act"].precision >= 0.99, figures["eu-act"].recall >= 0.97) == (
        True,
        True,
    ), misses


# Roles


def role(text: str) -> str:
    """The role of the last X in a text whose paragraphs are parted by a blank line, and cells by tabulators."""
    blocks = [
        DocumentBlock(None, None, "table" if "\t" in piece else "paragraph", piece)
        for piece in text.split("\n\n")
    ]
    document = Document("plan.txt", "", "txt", None, laid(blocks))
    at = document.text.rindex("X")
    known = role_of(document, Mention(at, at + 1, "X", "i", "body", "name"))
    return known.key if known else ""


def test_a_label_the_head_of_a_column_or_the_words_beside_a_name_give_the_role() -> None:
    for text, wanted in CASES["roles"]:
        assert role(text) == wanted, text
    scheme = (Project.packaged().ontology / "schemes" / "role.ttl").read_text("utf-8")
    assert not [key for key in keys() if f"\nrole:{key} " not in scheme]


@pytest.mark.parametrize("frame", ["{} : X", "X, {}", "{} et X agissent", "{}\tX"])
def test_no_lead_is_proposed_without_words_that_say_so(frame: str) -> None:
    for words in (
        "Acteurs",
        "Contexte",
        "Ministère",
        "Suivi",
        "Bodies",
        "Stellen",
        "Responsible",
        "Qui",
    ):
        assert role(frame.format(words)) != "lead", words
