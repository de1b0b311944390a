"""What a text names: each form finds what it is, spans are exact, and what only looks like a name is none."""

from __future__ import annotations

import sys
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pan2kg.extract.mentions import find_mentions, names_of
from pan2kg.extract.names import Mention, NamesInTexts, Thing
from pan2kg.graph.graph import Graph
from tests.conftest import ROOT, lack

sys.path.append(str(ROOT / "benchmarks"))
from mentions import read_sentences, scores  # type: ignore[import-not-found]

SENTENCES: Final = Path(__file__).with_name("sentences.jsonl")
OTHERS: Final = ROOT.parent / "shared" / "mentions-dev.jsonl"
ELI: Final = "http://data.europa.eu/eli/"
THINGS: Final = (
    Thing(ELI + "dir/2014/24/oj", "dir-2014-24", "instrument", "eu-directive", identifiers=("celex:32014L0024",)),
    Thing("i:csddd", "dir-2024-1760", "instrument", "eu-directive"),
    Thing("i:ungp", "ungp", "instrument", "guidelines"),
    Thing("i:oecd", "oecd-mne-guidelines", "instrument", "guidelines"),
    Thing("i:crc", "un-crc", "instrument", "un-treaty"), Thing("i:law-a", "xx-loi-a", "instrument", "law", "lu"),
    Thing("i:law-b", "xx-loi-b", "instrument", "law", "lu"),
    Thing("p:1", "lu-bhr-1", "plan", country="lu", start=date(2018, 6, 22)),
    Thing("p:2", "lu-bhr-2", "plan", country="lu", start=date(2019, 12, 11)),
    Thing("p:de", "de-bhr-1", "plan", country="de", start=date(2016, 12, 16)),
    Thing("b:old", "mega-2014", "body", country="lu", end=date(2018, 12, 28)),
    Thing("b:new", "mega-2018", "body", country="lu", start=date(2018, 1, 1)),
)  # fmt: skip
LABELS: Final = (
    ("i:csddd", "Corporate Sustainability Due Diligence Directive (CSDDD)"),
    ("i:ungp", "Guiding Principles"), ("i:ungp", "Principes directeurs"),
    ("i:oecd", "Principes directeurs de l’OCDE"),
    ("i:crc", "Convention on the Rights of the Child"), ("i:crc", "CRC"),
    ("i:law-a", "Loi du 8 avril 2018 sur les marchés publics"),
    ("i:law-b", "Loi du 8 avril 2018 relative à la nationalité"),
    ("p:1", "National Action Plan on Business and Human Rights 2018-2019 (PAN 1)"),
    ("p:2", "National Action Plan on Business and Human Rights 2020-2022 (PAN 2)"),
    ("p:de", "National Action Plan on Business and Human Rights"),
    ("b:old", "Ministère de l’Égalité des chances"), ("b:new", "Ministère de l’Égalité entre les femmes et les hommes"),
)  # fmt: skip
NAMES: Final = names_of(THINGS, LABELS, ["Guiding Principles on Internal Displacement"])


def found(text: str, **told: object) -> list[tuple[str, str]]:
    country = str(told.get("country", "lu"))
    day = told.get("date")
    mentions = find_mentions(text, NAMES, country=country, date=day if isinstance(day, date) else None)
    return [(one.surface, one.target.removeprefix(ELI)) for one in mentions]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("la directive 2014/24/UE", [("directive 2014/24/UE", "dir/2014/24/oj")]),
        ("RÈGLEMENT (CE) N° 1907/2006", [("RÈGLEMENT (CE) N° 1907/2006", "reg/2006/1907/oj")]),
        ("directive 92/43/CEE", [("directive 92/43/CEE", "dir/1992/43/oj")]),
        ("Regulation (EC) No 1987/2006", [("Regulation (EC) No 1987/2006", "reg/2006/1987/oj")]),
        ("règlement délégué (UE) 2020/1588", [("règlement délégué (UE) 2020/1588", "reg_del/2020/1588/oj")]),
        ("the 2014/95/EU Directive", [("2014/95/EU Directive", "dir/2014/95/oj")]),
        ("CELEX 32014L0024", [("CELEX 32014L0024", "dir/2014/24/oj")]),
        ("conventions n° 87 et 98 de l’OIT", [("87", "ilo:C087"), ("98 de l’OIT", "ilo:C098")]),
        ("le protocole relatif à la convention n° 29", [("protocole relatif à la convention n° 29", "ilo:P029")]),
        ("résolution 1325 du Conseil de sécurité", [("résolution 1325 du Conseil de sécurité", "un:SCR-1325")]),
        ("projet de loi n° 8426", [("projet de loi n° 8426", "lu:pl:8426")]),
        ("règlement grand-ducal du 3 août 2009", [("règlement grand-ducal du 3 août 2009", "lu:rgd:2009-08-03")]),
    ],
)  # fmt: skip
def test_each_form_of_a_number_or_a_date_finds_its_text(text: str, wanted: list[tuple[str, str]]) -> None:
    assert found(text) == wanted


def test_what_only_looks_like_a_name_is_none() -> None:
    for text in (
        "2018/2019 dossiers et 14/24 demandes", "la directive du ministre du 3 mars 2019", "la directive 2018/2019",
        "le règlement intérieur 2014/2", "la décision n° 5/2019 du conseil communal", "une convention n° 29",
        "la convention compte 29 articles", "loi du 31 juin 2018", "ODD 18", "la somme de contrôle CRC", "CRC errors",
        "un accord a été trouvé à Paris", "12/05/2019/EU", "Guiding Principles on Internal Displacement",
        "OECD Guiding Principles", "Germany’s National Action Plan on Business and Human Rights",
    ):  # fmt: skip
        assert found(text) == [], text
    assert find_mentions("PAN 2", NAMES, country="lu", plan="p:2") == (), "its own name is none"


def test_acts_of_one_day_are_told_apart_by_the_words_behind_or_are_a_choice() -> None:
    assert found("la loi du 8 avril 2018 relative à la nationalité") == [("loi du 8 avril 2018", "i:law-b")]
    (one,) = find_mentions("la loi du 8 avril 2018", NAMES, country="lu")
    assert (one.target, one.note, one.choices) == ("", "several", ("i:law-a", "i:law-b"))
    assert len(find_mentions("la loi du 8 avril 2018 ; cette dernière", NAMES, country="lu")) == 1, "it names neither"


def test_a_plan_is_the_edition_beside_its_name_or_the_latest_before_the_document() -> None:
    name = "National Action Plan on Business and Human Rights"
    assert found(f"the {name}", date=date(2019, 1, 1)) == [(name, "p:1")]
    (one,) = find_mentions(name, NAMES, country="lu", date=date(2024, 1, 1))
    assert (one.target, one.note, one.choices) == ("p:2", "latest-edition", ("p:1",))
    assert found(name, country="de") == [(name, "p:de")]
    assert found("PAN 1 et NAP 2") == [("PAN 1", "p:1"), ("NAP 2", "p:2")]
    assert found(f"the second {name}")[0][1] == "p:2"


def test_names_with_quotation_marks_of_another_day_or_in_short() -> None:
    names = names_of([Thing("i", "pact", "instrument")], [("i", "Pacte « Droits »"), ("i", "Pacte Droits")])
    for name in ("Pacte « Droits »", "Pacte Droits"):
        assert [one.surface for one in find_mentions(f"le {name} engage", names)] == [name]
    body, day = "Ministère de l’Égalité entre les femmes et les hommes", date(2015, 1, 1)
    early = find_mentions(body, NAMES, country="lu", date=day)
    assert [one.note for one in early] == ["name-of-another-day"]
    text = "the Convention on the Rights of the Child; see CRC"
    assert [target for _, target in found(text)] == ["i:crc", "i:crc"]
    assert found("les Principes directeurs de l’OCDE") == [("Principes directeurs de l’OCDE", "i:oecd")]


def test_a_name_a_text_defines_holds_for_the_rest_of_it() -> None:
    text = "la directive 2014/24/UE (ci-après « la directive Marchés ») … La directive Marchés s’applique."
    assert [surface for surface, _ in found(text)] == ["directive 2014/24/UE", "directive Marchés"]


def test_a_short_form_refers_to_nothing_behind_a_reference_nobody_could_resolve() -> None:
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
    mentions: tuple[Mention, ...] = find_mentions(text, NAMES, country="lu")
    assert all(text[one.start : one.end] == one.surface != "" for one in mentions)
    assert all(one.end <= other.start for one, other in pairwise(mentions))
    assert all(one.target or one.choices for one in mentions)


def test_hostile_text_takes_no_longer_than_it_is_long() -> None:
    for part in ("(" * 20, "Convention " * 20, "et 1, 2 " * 20, "directive du Conseil " * 20, "« X » (ci-après « "):
        assert find_mentions(part * 200, NAMES, country="lu") is not None


def test_a_graph_knows_the_names_of_its_things(graph: Graph) -> None:
    names: NamesInTexts = graph.names
    thing = names.identified("celex:32017R0821")
    assert thing is not None
    assert thing.iri == ELI + "reg/2017/821/oj"
    act = names.identified("lu-loi-2018-04-08")
    assert act is not None
    assert (act.country, act.type) == ("lu", "law")
    assert {one.country for one in names.things.values() if one.key.startswith("ilo-")} == {""}


# Labelled sentences


def test_the_labelled_sentences_are_found_as_well_as_promised(graph: Graph) -> None:
    sentences = read_sentences(SENTENCES)
    figures, misses = scores(sentences, graph.names)
    assert (len(sentences) >= 150, figures["empty"].labels) == (True, 0)
    assert figures["empty"].mentions == 0, misses
    for group, precision, recall in (("numbered", 0.99, 0.97), ("all", 0.97, 0.90)):
        assert (figures[group].precision >= precision, figures[group].recall >= recall) == (True, True), misses


def test_sentences_name_only_what_is_labelled_with_known_ids_and_are_quotations_of_the_graph(graph: Graph) -> None:
    families = {thing.family for thing in graph.names.things.values()}
    sentences = read_sentences(SENTENCES)
    ids = {label["id"] for sentence in sentences for label in sentence["mentions"]}
    assert not [name for name in ids if ":" not in name and name not in families and not graph.names.identified(name)]
    query = "PREFIX pan: <https://w3id.org/pan2kg/ontology#> SELECT ?quote WHERE { ?passage pan:quote ?quote }"
    quotations = {row["quote"] for row in graph.sparql(query).rows}
    assert not [line["id"] for line in sentences if line["source"] != "invented" and line["text"] not in quotations]


def test_numbers_in_sentences_others_labelled_are_found(graph: Graph) -> None:
    if not OTHERS.exists():
        lack("the sentences others labelled are not beside the clone")
    sentences = [line for line in read_sentences(OTHERS)
                 if all(label["id"].startswith(("celex:", "lu:")) for label in line["mentions"])]  # fmt: skip
    figures, misses = scores(sentences, graph.names, country="lu")
    assert (figures["eu-act"].precision >= 0.99, figures["eu-act"].recall >= 0.97) == (True, True), misses
