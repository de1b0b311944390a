"""What the lines of files say: each rule has a line that breaks it, and lines that look alike and do not."""

from __future__ import annotations

from typing import Final

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
    return read_turtle_file(HEAD + " ;\n    ".join(("plan:a a pan:Plan", *lines)) + " .\n", "graph/x.ttl")


def link(key: str, *more: str, kind: str = "builds-on") -> TurtleFile:
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
    return list(check_wording([file], {"link": "https://w3id.org/pan2kg/id/link/"}))


def test_a_fault_is_named_with_its_line_and_what_is_meant() -> None:
    assert set(FAULTY) == set(text_rules()) - {"text-syntax"}, "Give each rule of words one case in FAULTY."
    expected = {
        "text-link-key": f"link:{RIGHT}", "text-term": "http://www.w3.org/2004/02/skos/core#prefLabel",
        "text-language": "en",
    }  # fmt: skip
    for rule, file in FAULTY.items():
        (finding,) = told(file)
        assert finding.rule.key == rule
        assert finding.place
        assert finding.place.line == (12 if rule == "text-link-key" else 13)
        assert rule not in expected or finding.expected.say("en") == expected[rule]
    for rule_of_text in text_rules().values():
        assert len({rule_of_text.message.say(one) for one in ("fr", "en", "de")}) == 3, rule_of_text.key
        assert len({rule_of_text.remedy.say(one) for one in ("fr", "en", "de")}) == 3, rule_of_text.key


def test_what_only_looks_like_a_fault_passes() -> None:
    assert [(number, one.rule.key) for number, file in enumerate(SOUND) for one in told(file)] == []


def test_a_link_that_was_decided_on_may_bear_its_reviewer() -> None:
    by = ('pan:reviewedBy "A. Weber"', "pan:status linkstatus:accepted")
    for assessor in ("|A. Weber", "|A. Weber|2"):
        assert not list(misnamed([link(link_iri("builds-on", ONE, TWO, assessor=assessor).rsplit("/", 1)[-1], *by)]))
    ((*_, other),) = misnamed([link(link_iri("builds-on", ONE, TWO, assessor="|B. Klein").rsplit("/", 1)[-1], *by)])
    assert other.endswith(RIGHT)

    ((*_, rejected),) = misnamed([link("0", 'pan:reviewedBy "A. Weber"', "pan:status linkstatus:rejected")])
    assert rejected == link_iri("builds-on", ONE, TWO, assessor="|A. Weber")
    # one without one of its ends is left to its shape
    assert not list(misnamed([link("0", "pan:to plan:c")]))


def test_a_date_that_is_none_is_refused() -> None:
    for value, datatype in {
        "2020-1-1": "date", "20200101": "date", "2020-13": "gYearMonth", "20": "gYear", "1200": "gYear", "x": "dateTime"
    }.items():  # fmt: skip
        assert not is_date(value, datatype), value


def test_the_language_of_a_text_is_doubted_only_by_a_wide_margin() -> None:
    assert language_of("Plan zur Anpassung an die Folgen der Erwärmung", "fr") == "de"
    assert language_of("Plan of action", "fr") == ""
    assert language_of("Pacte de la forêt", "xx") == ""
