"""What the lines of files say: each rule has a line that breaks it, and lines that look alike and do not."""

from __future__ import annotations

from typing import Final

import pytest

from pan2kg.turtle.blocks import TurtleFile, misnamed, read_turtle_file
from pan2kg.turtle.vocabulary import PAN, link_iri
from pan2kg.validation.lines import check_wording, is_date, language_of, text_rules
from pan2kg.validation.report import Finding

HEAD: Final = (
    "@prefix action: <https://w3id.org/pan2kg/id/action/> .\n"
    "@prefix dcterms: <http://purl.org/dc/terms/> .\n"
    "@prefix eli: <http://data.europa.eu/eli/ontology#> .\n"
    "@prefix link: <https://w3id.org/pan2kg/id/link/> .\n"
    "@prefix linkstatus: <https://w3id.org/pan2kg/id/linkstatus/> .\n"
    "@prefix linktype: <https://w3id.org/pan2kg/id/linktype/> .\n"
    f"@prefix pan: <{PAN}> .\n"
    "@prefix plan: <https://w3id.org/pan2kg/id/plan/> .\n"
    "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
    "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n\n"
)
ONE, TWO = (f"https://w3id.org/pan2kg/id/plan/{key}" for key in "ab")
RIGHT: Final = link_iri("builds-on", ONE, TWO).rsplit("/", 1)[-1]


def plan(*lines: str) -> TurtleFile:
    """A file with a block of a plan."""
    return read_turtle_file(HEAD + " ;\n    ".join(("plan:a a pan:Plan", *lines)) + " .\n", "graph/x.ttl")


def link(key: str, *more: str, kind: str = "builds-on") -> TurtleFile:
    """A file with the block of a link from one plan to another."""
    said = (f"pan:linkType linktype:{kind}", "pan:from plan:a", "pan:to plan:b", *more)
    return read_turtle_file(HEAD + " ;\n    ".join((f"link:{key} a pan:Link", *said)) + " .\n", "graph/x.ttl")


FAULTY: Final = {
    "text-link-key": link("0123456789abcdef"),
    "text-date": plan('pan:adoptedOn "2021-02-29"^^xsd:date'),
    "text-empty": plan('skos:prefLabel " "@fr'),
    "text-characters": plan('skos:prefLabel "Plan d&eacute;chets"@fr'),
    "text-repeated": plan('skos:prefLabel "Plan climat Plan climat"@fr'),
    "text-language": plan('skos:prefLabel "A plan for the protection of nature"@fr'),
    "text-language-tag": plan('skos:prefLabel "Plan"@fre'),
    "text-term": plan('skos:prefLable "Plan"@fr'),
}
SOUND: Final = (
    plan(
        'pan:adoptedOn "2020-02-29"^^xsd:date',
        'pan:periodStart "1868"^^xsd:gYear',
        'pan:date "2020-12"^^xsd:gYearMonth',
    ),
    plan('pan:at "2020-01-31T12:00:00Z"^^xsd:dateTime', 'skos:notation "2119"'),
    plan('skos:prefLabel "R&D ; Q&A ; AT&T"@en', 'skos:altLabel "Bundesministerium für Klima"@de-AT'),
    plan('skos:prefLabel "Baden Baden"@de', 'skos:prefLabel "Programme « The Future of Work »"@fr'),
    plan('skos:prefLabel "Le Monde"@en', 'skos:prefLabel "Klimapakt 2.0"@lb', 'pan:quote "the word of a text"@fr'),
    plan("eli:is_part_off plan:b", "rdf:_1 plan:b", "dcterms:isReplacedBy plan:b"),
    link(RIGHT),
)


def told(file: TurtleFile) -> list[Finding]:
    """What is found in a file."""
    return list(check_wording([file], {"link": "https://w3id.org/pan2kg/id/link/"}))


@pytest.mark.parametrize("rule", FAULTY)
def test_a_fault_is_named_with_its_line(rule: str) -> None:
    (finding,) = told(FAULTY[rule])
    assert finding.rule.key == rule
    assert finding.place
    assert finding.place.line == (12 if rule == "text-link-key" else 13)


def test_every_rule_has_a_case_but_that_of_files_that_cannot_be_read() -> None:
    assert set(FAULTY) == set(text_rules()) - {"text-syntax"}, "Give each rule of wording.py one case in FAULTY."


@pytest.mark.parametrize("number", range(len(SOUND)))
def test_what_only_looks_like_a_fault_passes(number: int) -> None:
    assert [one.rule.key for one in told(SOUND[number])] == []


def test_every_rule_says_what_is_wrong_and_what_mends_it_in_three_languages() -> None:
    for rule in text_rules().values():
        assert len({rule.message.say(one) for one in ("fr", "en", "de")}) == 3, rule.key
        assert len({rule.remedy.say(one) for one in ("fr", "en", "de")}) == 3, rule.key


def test_a_finding_names_what_is_meant() -> None:
    expected = {
        rule: told(FAULTY[rule])[0].expected.say("en") for rule in ("text-link-key", "text-term", "text-language")
    }
    assert expected == {
        "text-link-key": f"link:{RIGHT}",
        "text-term": "http://www.w3.org/2004/02/skos/core#prefLabel",
        "text-language": "en",
    }


def test_a_link_that_was_decided_on_may_bear_its_reviewer() -> None:
    by = ('pan:reviewedBy "A. Weber"', "pan:status linkstatus:accepted")
    for assessor in ("|A. Weber", "|A. Weber|2"):
        assert not list(misnamed([link(link_iri("builds-on", ONE, TWO, assessor=assessor).rsplit("/", 1)[-1], *by)]))
    (other,) = misnamed([link(link_iri("builds-on", ONE, TWO, assessor="|B. Klein").rsplit("/", 1)[-1], *by)])
    assert other.right.endswith(RIGHT)


def test_a_rejected_link_is_never_given_the_key_of_what_is_so() -> None:
    (one,) = misnamed([link("0", 'pan:reviewedBy "A. Weber"', "pan:status linkstatus:rejected")])
    assert one.right == link_iri("builds-on", ONE, TWO, assessor="|A. Weber")


def test_a_link_without_one_of_its_ends_is_left_to_its_shape() -> None:
    assert not list(misnamed([link("0", "pan:to plan:c")]))


@pytest.mark.parametrize(
    ("value", "datatype"),
    [
        ("2020-1-1", "date"),
        ("20200101", "date"),
        ("2020-13", "gYearMonth"),
        ("20", "gYear"),
        ("1200", "gYear"),
        ("x", "dateTime"),
    ],
)
def test_a_date_that_is_none_is_refused(value: str, datatype: str) -> None:
    assert not is_date(value, datatype)


def test_the_language_of_a_text_is_doubted_only_by_a_wide_margin() -> None:
    assert language_of("Plan zur Anpassung an die Folgen der Erwärmung", "fr") == "de"
    assert language_of("Plan of action", "fr") == ""
    assert language_of("Pacte de la forêt", "xx") == ""
