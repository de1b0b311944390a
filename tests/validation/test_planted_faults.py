"""Faults that editors make, planted in a copy of the project: each is found by its rule, at its thing.

One copy bears them all and is checked once, so a fault costs a line of the table and no check of its own. What a rule
lets pass stands in the tests of the rule.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest

from pan2kg.project import Project
from pan2kg.validation.check import Looked, findings_of_quality, foci_of_values, look
from pan2kg.validation.report import Kind, Report, Rule
from tests.copies import FEW, copy

PAN_1: Final = "graph/plans/lu-bhr-1/"
PAN_2: Final = "graph/plans/lu-bhr-2/"
GENDER: Final = "graph/plans/lu-cooperation-gender-2021/plan.ttl"
CLIMATE: Final = "graph/plans/lu-climate-pact-2012/"
ACTS: Final = "graph/core/instruments/eu/"
PLANTED: Final = "graph/planted.ttl"
ZERO_WIDTH: Final = "\u200b"


@dataclass(frozen=True, slots=True)
class Fault:
    file: str
    old: str
    new: str
    rule: str
    focus: str


def _block(*lines: str) -> str:
    return "\n" + " ;\n    ".join(lines) + " .\n"


def added(lines: tuple[str, ...], rule: str, focus: str = "", *, beside: tuple[str, ...] = ()) -> Fault:
    text = _block(*lines) + (_block(*beside) if beside else "")
    return Fault(PLANTED, "", text, rule, focus or lines[0].split()[0])


SAID: Final = ("dcterms:source document:mae-gouvernement-lu-fr-pan-2", "pan:certainty certainty:stated")


def involved(key: str, body: str, action: str, role: str, *more: str) -> tuple[str, ...]:
    thing = f"involvement:{key} a pan:Involvement"
    return (thing, f"pan:involves body:{body}", f"pan:involvedIn {action}", f"pan:role role:{role}", *more, *SAID)


def action(key: str, *lines: str, number: str = "") -> tuple[str, ...]:
    numbered = (f'skos:notation "{number}"',) if number else ()
    named = (
        *numbered,
        f'dcterms:identifier "{key}"',
        f'skos:prefLabel "Titre de {key}"@fr',
        f'skos:prefLabel "Title {key}"@en',
    )
    return (f"action:{key} a pan:Action", *named, "pan:inPlan plan:lu-bhr-2", *lines, *SAID)


FAULTS: Final = {
    # links
    "the end of a link is changed": Fault(
        PAN_2 + "links.ttl", "pan:to plan:lu-coalition-2018 ;", "pan:to plan:lu-bhr-1 ;",
        "text-link-key", "link:dd069241d5843ffd",
    ),
    "the relation of a link is changed": Fault(
        PAN_2 + "links.ttl", "pan:relation relation:complements ;", "pan:relation relation:extends ;",
        "text-link-key", "link:1d5596c59ff28c70",
    ),
    "the type of a link is changed": Fault(
        PAN_1 + "links.ttl", "pan:linkType linktype:cross-reference ;", "pan:linkType linktype:builds-on ;",
        "text-link-key", "link:8ebd0b6e78cfc9bf",
    ),
    # when
    "a year of three digits": Fault(
        PAN_1 + "plan.ttl", 'pan:periodStart "2018"', 'pan:periodStart "201"', "text-date", "plan:lu-bhr-1",
    ),
    "a day that no calendar has": Fault(
        PAN_2 + "implementations.ttl", '"2020-01-23"', '"2020-02-30"', "text-date", "implementation:lu-bhr-2-announce",
    ),
    "a plan adopted a century late": Fault(
        GENDER, 'pan:adoptedOn "2021-05"', 'pan:adoptedOn "2119-05"', "text-date", "plan:lu-cooperation-gender-2021",
    ),
    "an event of the years to come": Fault(
        PAN_2 + "implementations.ttl", '"2022-12-09"', '"2092-12-09"',
        "future-event-violation", "implementation:lu-bhr-2-unwg-visit",
    ),
    "due before the act existed": Fault(
        "graph/core/obligations/dir-2019-1937.ttl", 'pan:date "2021-12-17"', 'pan:date "2011-12-17"',
        "before-its-act-violation", "deadline:dir-2019-1937-art-26-1-transposition-2021-12-17",
    ),
    "in force before its own date": Fault(
        ACTS + "reg-2017-821.ttl", 'pan:date "2017-06-08"', 'pan:date "2016-06-08"',
        "before-its-act-violation", "milestone:reg-2017-821-entry-into-force",
    ),
    "a plan that starts twenty years before its title": Fault(
        PAN_2 + "plan.ttl", 'pan:periodStart "2020"', 'pan:periodStart "2000"',
        "plan-period-violation", "plan:lu-bhr-2",
    ),
    "a timeline of another year than its words": Fault(
        PAN_2 + "details.ttl", 'pan:endDate "2020-12-31"', 'pan:endDate "2021-12-31"',
        "timeline-words-violation", "timeline:lu-bhr-2-3-3",
    ),
    "a timeline of the other half of the year": Fault(
        PAN_2 + "details.ttl", 'pan:endDate "2020-06-30"', 'pan:endDate "2020-09-30"',
        "timeline-words-violation", "timeline:lu-bhr-2-3-1-phase-1",
    ),
    "a citation by a text older than what it cites": added(
        ("link:f886e9a4bc8ad7d4 a pan:Link", "pan:linkType linktype:cross-reference",
         "pan:relation relation:references",
         "pan:from plan:lu-bhr-1", "pan:to plan:lu-bhr-2", "pan:channel channel:text",
         "pan:status linkstatus:accepted", "pan:evidence passage:lu-bhr-1-lu-vnr-2017",
         "dcterms:source document:globalnaps-org-country-luxembourg", "pan:certainty certainty:stated"),
        "cites-later-violation",
    ),
    # who
    "two leads": added(
        involved("zz-lead", "mega", "action:lu-bhr-2-3-1", "lead"),
        "two-leads-violation", "action:lu-bhr-2-3-1",
    ),
    "a lead beside a coordination": added(
        involved("zz-first", "maee", "action:lu-bhr-2-2-5", "lead"), "two-leads-violation", "action:lu-bhr-2-2-5",
        beside=involved("zz-other", "mega", "action:lu-bhr-2-2-5", "coordination"),
    ),
    "a body that was renamed before": added(
        involved("zz-renamed", "mega-2014", "plan:lu-cooperation-gender-2021", "support"),
        "body-out-of-time-violation",
    ),
    "a body that did not exist yet": added(
        ("involvement:zz-early a pan:Involvement", "pan:involves body:lsfi", "pan:involvedIn plan:lu-bhr-1",
         "pan:role role:support", "dcterms:source document:globalnaps-org-country-luxembourg",
         "pan:certainty certainty:stated"),
        "body-out-of-time-violation",
    ),
    # identifiers and numbers
    "the CELEX number of another act": Fault(
        ACTS + "dir-2019-1937.ttl", '"32019L1937"', '"32019L1973"', "celex-violation", "identifier:dir-2019-1937-celex",
    ),
    "a malformed CELEX number": Fault(
        ACTS + "reg-2017-821.ttl", '"32017R0821"', '"2017R821"', "celex-violation", "identifier:reg-2017-821-celex",
    ),
    "an identifier other than the key": Fault(
        CLIMATE + "plan.ttl", 'dcterms:identifier "lu-climate-pact-2012"', 'dcterms:identifier "lu-climate-pact-2021"',
        "identifier-key-violation", "plan:lu-climate-pact-2012",
    ),
    "two actions of a plan with one number": added(
action("zz-number", "pan:inCategory category:lu-bhr-2-4", number="4.3"),
        "duplicate-number-violation", "action:lu-bhr-2-4-3",
    ),
    "an action in a category of another plan": added(
        action("zz-category", "pan:inCategory category:lu-bhr-1-part-iii-nap"),
        "part-of-other-plan-violation",
    ),
    "a topic of another scheme": added(
        action("zz-topic", "pan:hasTopic role:lead"), "topic-scheme-violation",
    ),
    "fewer actions than a complete list counts": Fault(
        PAN_2 + "plan.ttl", "pan:measureCount 20", "pan:measureCount 40", "incomplete-list-violation", "plan:lu-bhr-2",
    ),
    # words
    "an empty title": Fault(
        PAN_2 + "actions.ttl", '"Communicate and raise awareness"@en', '" "@en', "text-empty", "action:lu-bhr-2-1-1",
    ),
    "a title twice": Fault(
        PAN_2 + "categories.ttl", '"Formations, leçons apprises et transmission"@fr',
        '"Formations, leçons apprises et transmission Formations, leçons apprises et transmission"@fr',
        "text-repeated", "category:lu-bhr-2-2",
    ),
    "French and English exchanged": Fault(
        PAN_2 + "actions.ttl",
        '"Finalisation et mise en œuvre du Pacte national « Entreprises et droits de l’Homme »"@fr',
        '"Finalising and implementing the National Pact on Business and Human Rights in the country"@fr',
        "text-language", "action:lu-bhr-2-2-4",
    ),
    "a character of no width": Fault(
        PAN_2 + "actions.ttl", '"Communiquer et sensibiliser"@fr', f'"Communiquer et sensi{ZERO_WIDTH}biliser"@fr',
        "text-characters", "action:lu-bhr-2-1-1",
    ),
    "an entity of HTML": Fault(
        PAN_2 + "categories.ttl", '"Communication et sensibilisation"@fr', '"Communication &amp; sensibilisation"@fr',
        "text-characters", "category:lu-bhr-2-1",
    ),
    "a language that does not exist": Fault(
        CLIMATE + "plan.ttl", '"Climate Pact"@en', '"Climate Pact"@eng-uk', "text-language-tag", "",
    ),
    "a term of a vocabulary spelt wrongly": Fault(
        PAN_1 + "plan.ttl", "skos:editorialNote", "skos:editoralNote", "text-term", "plan:lu-bhr-1",
    ),
    "a class of a vocabulary spelt wrongly": added(
        ("scheme:zz a skos:ConceptSchem", 'skos:prefLabel "Schéma"@fr'), "text-term",
    ),
    # words of texts that are kept
    "a quotation with one word changed": Fault(
        PAN_2 + "instruments.ttl", 'pan:quote "Préparation de la mise en œuvre à Luxembourg du règlement',
        'pan:quote "Préparation de la mise en œuvre au Luxembourg du règlement',
        "text-quote", "passage:lu-bhr-2-4-3-reg-2017-821",
    ),
    "an empty quotation": added(("passage:zz-empty a pan:Passage", 'pan:quote " "@fr',
        "pan:inDocument document:mae-gouvernement-lu-fr-pan-2"), "text-quote",
    ),
    "a quotation from another document": added(("passage:zz-other a pan:Passage", 'pan:quote "Benchmark"@en',
        "pan:inDocument document:mae-gouvernement-lu-fr-pan-2"), "text-quote",
    ),
    "a title with one word changed": Fault(
        PAN_2 + "actions.ttl", '"Etude de la possibilité de légiférer', '"Etude de la nécessité de légiférer',
        "text-title", "action:lu-bhr-2-4-1",
    ),
    "a number other than the printed one": Fault(
        PAN_2 + "actions.ttl", 'skos:notation "6.2"', 'skos:notation "6.3"', "text-number", "action:lu-bhr-2-6-2",
    ),
    "a file of Windows": Fault(CLIMATE + "actions.ttl", "\n", "\r\n", "style-line-end", ""),
}  # fmt: skip


def plant(root: Path) -> Project:
    head = (root / "ontology" / "prefixes.ttl").read_text(encoding="utf-8")
    (root / PLANTED).write_text(head, encoding="utf-8")
    for name, fault in FAULTS.items():
        path = root / fault.file
        text = path.read_bytes().decode()
        assert fault.old in text, f"“{name}” cannot be planted: {fault.file} has no {fault.old!r}."
        text = text.replace(fault.old, fault.new, 1) if fault.old else text + fault.new
        path.write_bytes(text.encode())
    return Project.at(root)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return plant(copy(tmp_path_factory.mktemp("planted"), FEW, all_else=True))


@pytest.fixture(scope="module")
def looked(project: Project) -> Looked:
    return look(project)


@pytest.fixture(scope="module")
def planted(looked: Looked) -> Report:
    return looked.report(looked.findings)


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found_by_its_rule(planted: Report, name: str) -> None:
    fault = FAULTS[name]
    found = [one for one in planted.findings if one.rule.key == fault.rule]
    at_thing = [planted.names.short(one.focus) for one in found]
    at_file = [one.place.file for one in found if one.place]
    assert fault.focus in at_thing if fault.focus else fault.file in at_file, f"{fault.rule} has found {at_thing}"


def test_quality_queries_find_at_some_things_what_they_find_there_among_all(project: Project, looked: Looked) -> None:
    whole = [replace(one, place=None) for one in looked.findings if one.rule.kind is Kind.QUALITY]
    some = list({one.rule: one.focus for one in reversed(whole)}.values())
    found = findings_of_quality(project, looked.store, looked.names, only=some).findings
    assert {one for one in found if one.focus in some} == {one for one in whole if one.focus in some}
    values: dict[Rule, dict[str, str]] = {}
    for one in whole:
        if one.value.startswith("<"):
            values.setdefault(one.rule, {})[one.value[1:-1]] = one.focus
    assert len(values) > 7
    for foci in values.values():
        assert set(foci.values()) <= foci_of_values(project, looked.store, foci)


def test_the_table_of_faults_is_whole() -> None:
    assert len(FAULTS) == 38
