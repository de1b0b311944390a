"""The brief of a plan: what it claims, on whose word, and how it is followed from one release to the next."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from pan2kg.coherence.standing import Standing
from pan2kg.errors import FormatError, QueryError
from pan2kg.findings.brief import MOST, Brief, introduced, write_brief
from pan2kg.findings.wording import until
from pan2kg.i18n import LANGUAGES, Language
from pan2kg.site.brief_files import brief_bytes
from pan2kg.tables.formats import clean
from pan2kg.turtle import ID
from tests.charts.test_order import cites, rests, world

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph

DAY = date(2024, 1, 1)
DATES = "".join(
    f'plan:{plan} pan:adoptedOn "{day}"^^<http://www.w3.org/2001/XMLSchema#date> .\n'
    for plan, day in (("p", "2015-05-01"), ("q", "2020-05-01"))
)
LAW = rests("p-1", "law") + rests("q-1", "law")


@pytest.fixture(scope="module")
def brief(graph: Graph) -> Brief:
    return write_brief(graph.spoken("fr"))


def test_its_findings_say_what_to_write_and_its_numbers_and_quotations_are_those_of_the_graph(
    graph: Graph, brief: Brief
) -> None:
    assert 3 <= len({one.key for one in brief.findings}) == len(brief.findings) <= MOST
    assert all(one.words and one.proposal and one.addressee and one.until for one in brief.findings)
    said = {
        row[0]
        for row in graph.read("SELECT ?q WHERE { ?p <https://w3id.org/pan2kg/ontology#quote> ?q }")
    }
    assert set() < {words for one in brief.findings for words, _ in one.quotations} <= said
    for plan in (
        "lu-cancer-2",
        "be-bhr-1",
        "lu-bhr-2",
    ):  # no duty of a text that its plan does not name
        assert "duty:dir-2022-2464-art-5-1-transposition" not in {
            one.key for one in write_brief(graph, plan).findings
        }
    home = graph.own_plan()
    assert home is not None
    reach = graph.known().reach(home)
    assert re.findall(r"\d+", brief.lead.partition("rejoint")[2]) == [
        str(number) for number in (reach.linked, reach.cites, reach.cited)
    ]


def test_who_is_addressed_is_named_in_full_the_first_time(graph: Graph, brief: Brief) -> None:
    spoken = graph.spoken("fr")
    maee = next(one.iri for one in spoken.labels.of_kind("body") if one.key == "maee")
    known = replace(brief.findings[0], bodies=(maee,))
    unknown = replace(brief.findings[0], bodies=(), addressee="?")
    full = "Ministère des Affaires étrangères et européennes"
    assert [one.addressee for one in introduced(spoken, (known, unknown, known))] == [
        f"{full} (MAEE)",
        "?",
        "MAEE",
    ]
    assert [one.addressee for one in introduced(spoken, (known,))] == [full]


def test_only_what_could_be_cited_is_asked_for() -> None:
    keys = {one.key for plan in "pq" for one in write_brief(world(LAW, DATES), plan).findings}
    assert "citation:q:p" in keys
    assert "citation:p:q" not in keys, "an older plan cannot cite a later one"
    seen = write_brief(world(LAW, DATES, cites("c", "plan:q", "plan:p")), "q")
    assert not [one for one in seen.findings if one.key.startswith("citation:")]


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("2019", ("terminée en 2019", "ended in 2019", "endete 2019")),
        ("2023-12-31", ("terminée en 2023", "ended in 2023", "endete 2023")),
        ("2024-01-01", ("avant la fin", "before the period", "vor dem Ende")),
        ("2024", ("avant la fin", "before the period", "vor dem Ende")),
        ("", ("prochaine édition", "next edition", "nächsten Ausgabe")),
    ],
)
def test_a_plan_that_has_ended_is_said_to_have_ended(end: str, expected: tuple[str, ...]) -> None:
    # the day of this graph is 2024-01-01
    graph = world(LAW, DATES, f'plan:p pan:periodEnd "{end}" .\n' if end else "")
    for language, words in zip(LANGUAGES, expected, strict=True):
        assert words in until(graph.spoken(language), f"{ID}plan/p")


DUTY = (
    "obligation:o a pan:Obligation ; pan:underInstrument instrument:law ; "
    'pan:dueDate "2020-01-01"^^<http://www.w3.org/2001/XMLSchema#date> .\n'
    "obligation:n a pan:NationalObligation ; pan:ofObligation obligation:o ; pan:obligationHolder body:s .\n"
)
BELOW = "instrument:part <http://data.europa.eu/eli/ontology#is_part_of> instrument:law .\n"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ("", []),
        (rests("q-1", "law"), []),
        (rests("p-1", "other"), []),
        (rests("p-1", "law"), ["duty:o"]),
        (rests("p", "law").replace("action:p ", "plan:p "), ["duty:o"]),
        ("mandate:m pan:mandates plan:p ; pan:underInstrument instrument:law .\n", ["duty:o"]),
        ("mandate:m pan:mandates plan:q ; pan:underInstrument instrument:law .\n", []),
        (rests("p-1", "part") + BELOW, ["duty:o"]),
    ],
)
def test_duties_are_those_of_texts_the_plan_an_action_or_its_mandate_names(
    facts: str, expected: list[str]
) -> None:
    spaces = "".join(
        f"@prefix {kind}: <https://w3id.org/pan2kg/id/{kind}/> .\n"
        for kind in ("obligation", "mandate")
    )
    # a text that is named is not yet carried out
    graph = world(
        spaces,
        DUTY,
        "relation:names pan:useClass 1 .\n",
        facts.replace("relation:implements", "relation:names"),
    )
    assert [
        one.key for one in write_brief(graph, "p").findings if one.key.startswith("duty:")
    ] == expected


CONFLICT = """
@prefix e: <http://e/> .
e:c pan:concerns plan:p ; pan:hasPosition e:one, e:two .
e:one pan:text "15 mai 2015"@fr, "2015-05-15"@en .
e:two pan:text "1er mai 2015 (Conseil)"@fr, "2015-05-01 (council)"@en .
e:other pan:concerns plan:p ; pan:hasPosition e:three .
e:three pan:text "12 mesures"@fr, "12 measures"@en .
"""


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "; les sources divergent : « 15 mai 2015 »)"),
        ("en", "; sources differ: “2015-05-15”)"),
        ("de", "; die Quellen weichen voneinander ab: „2015-05-15“)"),
    ],
)
def test_beside_a_date_stands_what_sources_say_differently(language: Language, words: str) -> None:
    told = (
        write_brief(world(LAW, DATES, CONFLICT).spoken(language), "q")
        .findings[0]
        .words.replace("\xa0", " ")
    )
    assert words in told
    assert "12" not in told, "another conflict is not about the date"
    assert "(" in write_brief(world(LAW, DATES), "q").findings[0].words
    assert "divergent" not in write_brief(world(LAW, DATES), "q").findings[0].words


def test_what_nobody_read_is_not_said_to_be_absent() -> None:
    graph = world(LAW, DATES)
    found = next(one for one in write_brief(graph, "q").findings if one.key.startswith("citation:"))
    assert graph.known().way(graph.plan("q"), graph.plan("p")).state is Standing.UNREAD
    assert "n’a pas été lu en entier" in found.words
    assert found.proposal.startswith("Au préalable, lire")


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_short_and_in_one_language(graph: Graph, language: str) -> None:
    page = brief_bytes(write_brief(graph.spoken(language)), ".html", DAY).decode()
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL)
    assert f'<html lang="{language}">' in page
    assert len(text.split()) < 900, "two pages"
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")


def test_the_word_document_says_what_the_page_says(brief: Brief) -> None:
    docx = pytest.importorskip("docx")
    made = brief_bytes(brief, ".docx", DAY)
    said = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(made)).paragraphs)
    for one in brief.findings:
        assert clean(one.title) in said
        assert clean(one.proposal) in said
        assert all(words.split()[0] in said for words, _ in one.quotations)
    assert docx.Document(io.BytesIO(made)).core_properties.title == brief.title


def test_a_finding_is_followed_from_one_brief_to_the_next(brief: Brief) -> None:
    made = json.loads(brief.as_json())
    made["findings"][1]["done"] = True
    gone = {**made["findings"][0], "key": "citation:a:b", "title": "Jadis"}
    earlier = json.dumps({**made, "findings": [*made["findings"][:2], gone]})
    now = brief.followed(earlier, "note.json")
    assert [one.state for one in now.findings] == ["open", "done", "new"]
    assert now.solved == ("Jadis",)
    kept = json.loads(now.as_json())["findings"]
    assert [one["done"] for one in kept] == [False, True, False], "what was ticked off stays so"


def test_another_file_is_refused_in_one_sentence_and_hostile_words_stay_words(
    brief: Brief, graph: Graph
) -> None:
    for text in ("", "[]", "{}", '{"findings": [{}]}', '{"findings": 3}', "\x00"):
        with pytest.raises(FormatError, match=r"note\.json.*no brief"):
            brief.followed(text, "note.json")
    with pytest.raises(FormatError, match=r"\.docx, \.html, \.json"):
        brief_bytes(brief, ".odt", DAY)
    with pytest.raises(QueryError, match="no plan"):
        write_brief(graph, "lu-nothing-9")
    hostile = "<script>alert(1)</script>\x07 {braces}"
    made = replace(brief, findings=(replace(brief.findings[0], title=hostile, words=hostile),))
    assert "<script>alert" not in brief_bytes(made, ".html", DAY).decode()
    assert brief_bytes(made, ".docx", DAY)[:2] == b"PK"
