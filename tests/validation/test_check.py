"""Checking a project: what each kind of rule finds, where it says it is, and what makes a check impossible."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
import rdflib

import pan2kg
from pan2kg.errors import Place, ProjectError, QueryError, TurtleError
from pan2kg.i18n.catalogue import Text
from pan2kg.project import Project
from pan2kg.store.store import load_project
from pan2kg.turtle.vocabulary import GRAPH
from pan2kg.turtle.writer import read_prefixes
from pan2kg.validation.check import Engine, check, find_place, findings_of_quality
from pan2kg.validation.reference import read_graph
from pan2kg.validation.report import Finding, Kind, Names, Report, Rule, Severity, write_baseline
from tests.validation.test_planted_faults import FAULTS

ROOT: Final = Path(__file__).resolve().parents[2]
PAN: Final = "https://w3id.org/pan2kg/ontology#"
PREFIXES: Final = (
    "@prefix pan: <https://w3id.org/pan2kg/ontology#> .\n"
    "@prefix plan: <https://w3id.org/pan2kg/id/plan/> .\n"
    "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n\n"
)
PLANS: Final = (
    PREFIXES
    + 'plan:a a pan:Plan ;\n    skos:notation "1" ;\n    skos:prefLabel "Plan A"@fr .\n\n'
    + 'plan:b a pan:Plan ;\n    skos:prefLabel "Plan B"@fr .\n'
)
SHAPES: Final = """\
@prefix pan: <https://w3id.org/pan2kg/ontology#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

pan:PlanShape a sh:NodeShape ;
    sh:targetClass pan:Plan ;
    sh:property pan:PlanShape-notation ;
    sh:property pan:PlanShape-rank .

pan:PlanShape-notation a sh:PropertyShape ;
    sh:path skos:notation ;
    sh:message "Un plan porte un numéro."@fr ;
    sh:message "A plan has a number."@en ;
    sh:severity sh:Warning ;
    sh:minCount 1 .

pan:PlanShape-rank a sh:PropertyShape ;
    sh:path pan:rank ;
    sh:datatype xsd:integer ;
    sh:maxInclusive 9 .

pan:ReviewShape a sh:NodeShape ;
    sh:targetClass pan:Review ;
    sh:nodeKind sh:IRI .
"""
ELSEWHERE: Final = """
import sys
from pan2kg.project import Project
from pan2kg.validation.check import check
print(check(Project.at(sys.argv[1])).findings)
"""
QUALITY: Final = """\
#+ question: Which plans have a number?
#+ severity: info
#+ looks_at: pan:Plan
#+ message: A plan needs no number.
#+ message_fr: Un plan se passe de numéro.
#+ remedy: Remove it.
#+ remedy_fr: Le supprimer.

PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT ?focus ?path ?value
WHERE {
    BIND(skos:notation AS ?path)
    ?focus ?path ?value .
}
ORDER BY ?focus
"""


@pytest.fixture
def small(tmp_path: Path) -> Project:
    for folder in ("graph/plans/a", "ontology/shapes", "queries/quality"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(ROOT / "ontology" / "prefixes.ttl", tmp_path / "ontology")
    write(tmp_path, "graph/plans/a/plan.ttl", PLANS)
    write(tmp_path, "ontology/shapes/plan.ttl", SHAPES)
    write(tmp_path, "queries/quality/numbered-violation.rq", QUALITY)
    return Project.at(tmp_path)


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


def found(report: Report, key: str) -> list[Finding]:
    return [finding for finding in report.findings if finding.rule.key == key]


def test_a_shape_names_its_rule_place_and_what_it_expected(small: Project) -> None:
    ranked = PLANS.replace('B"@fr .', 'B"@fr ;\n    pan:rank 1 ;\n    pan:rank 12 .')
    write(small.root, "graph/plans/a/plan.ttl", ranked)
    report = check(small)
    (finding,) = found(report, "pan:PlanShape-notation")
    assert (finding.severity, finding.part) == (Severity.WARNING, "a")
    assert str(finding.place) == "graph/plans/a/plan.ttl:9"
    assert finding.message.say("fr") == "Un plan porte un numéro."
    assert finding.expected.say("en") == "at least 1 value"
    assert report.names.label("https://w3id.org/pan2kg/id/plan/b").say("en") == "Plan B"
    (finding,) = found(report, "pan:PlanShape-rank")
    assert (str(finding.place), finding.expected.say("en")) == ("graph/plans/a/plan.ttl:12", "a value of at most 9")
    # rules say how many things they looked at
    looked = {key: report.looked_at[key] for key in ("pan:PlanShape-notation", "pan:ReviewShape", "numbered-violation")}
    assert looked == {"pan:PlanShape-notation": 2, "pan:ReviewShape": 0, "numbered-violation": 2}
    assert [rule.key for rule in report.idle] == ["pan:ReviewShape"]


def test_shapes_see_literals_as_they_are_written(small: Project) -> None:
    write(small.root, "graph/x.ttl", PLANS.replace("plan:a", "plan:c").replace('"1"', '"007"^^pan:x'))
    values = {str(o) for o in read_graph(small.graph_files()).objects(None, rdflib.SKOS.notation)}
    assert values == {"1", "007"}


def test_checking_leaves_rdflib_as_it_was(small: Project) -> None:
    before = rdflib.NORMALIZE_LITERALS
    check(small, kinds=[Kind.SHAPE], engine=Engine.PYSHACL)
    assert before is rdflib.NORMALIZE_LITERALS


def test_a_finding_about_a_whole_file_stands_in_that_file() -> None:
    rule, names = Rule("x-violation", Kind.QUALITY, Severity.INFO, Text()), Names()
    places = [find_place(Finding(rule, focus), {}, names) for focus in (f"{GRAPH}plans/a/plan", "http://e/x")]
    assert places == [Place("graph/plans/a/plan.ttl"), None]


def test_a_rule_looks_at_things_of_narrower_classes_too(small: Project) -> None:
    narrower = "<http://e/Roadmap> <http://www.w3.org/2000/01/rdf-schema#subClassOf> pan:Plan .\n"
    write(small.root, "graph/x.ttl", PLANS.split("\n\n")[0] + f"\n\n{narrower}\n<http://e/r> a <http://e/Roadmap> .\n")
    assert check(small, kinds=[Kind.QUALITY]).looked_at["numbered-violation"] == 3


def test_a_quality_query_becomes_findings_with_its_words(small: Project) -> None:
    (finding,) = found(check(small), "numbered-violation")
    assert (finding.focus, finding.value) == ("https://w3id.org/pan2kg/id/plan/a", '"1"')
    assert (finding.message.say("fr"), finding.remedy.say("en")) == ("Un plan se passe de numéro.", "Remove it.")
    assert str(finding.place) == "graph/plans/a/plan.ttl:6"
    assert finding.rule.query == QUALITY


def test_style_is_checked_in_every_folder_and_kinds_narrow_the_check(small: Project) -> None:
    write(small.root, "graph/x.ttl", PLANS.replace("\nplan:", "\nplan:x-") + "\n")
    (finding,) = check(small, kinds=[Kind.STYLE]).findings
    assert (finding.rule.key, str(finding.place)) == ("style-final-newline", "graph/x.ttl:11")
    report = check(small, kinds=[Kind.QUALITY])
    assert {rule.kind for rule in report.rules} == {Kind.QUALITY}


def test_what_the_baseline_accepts_is_set_apart(small: Project, tmp_path: Path) -> None:
    path = tmp_path / "accepted.txt"
    write_baseline(check(small), path)
    report = check(small, fail_on=Severity.INFO, baseline=path)
    assert (report.findings, len(report.accepted), report.conforms) == ((), 2, True)


def test_a_file_that_is_no_baseline_is_refused_and_not_overwritten(small: Project, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    for text in ("Dear colleague, this is a letter.\n", "{\n}\n", "pan:Gone-rule plan:a\n"):
        other.write_text(text)
        with pytest.raises(ProjectError, match=r"no list of accepted findings.*--write-baseline"):
            check(small, baseline=other)
        if not text.startswith("pan:"):
            with pytest.raises(ProjectError, match="names no rule"):
                write_baseline(Report(), other)
            assert other.read_text() == text


def test_without_shapes_nothing_is_said_to_conform(small: Project) -> None:
    for path in small.shape_files():
        path.unlink()
    with pytest.raises(ProjectError, match="ontology/shapes: There are no shapes"):
        check(small)
    assert check(small, kinds=[Kind.STYLE]).rules


@pytest.mark.parametrize("engine", [Engine.SPARQL, Engine.PYSHACL])
def test_an_impossible_date_is_a_finding_and_no_warning(
    small: Project, caplog: pytest.LogCaptureFixture, engine: Engine
) -> None:
    write(small.ontology, "shapes/more.ttl", SHAPES.replace("xsd:integer", "xsd:date").replace("Plan", "Review"))
    xsd = "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
    write(small.graph, "day.ttl", f'{xsd}{PREFIXES}plan:x a pan:Review ;\n    pan:rank "2021-02-30"^^xsd:date .\n')
    assert [one.value for one in found(check(small, engine=engine), "pan:ReviewShape-rank")]
    assert not caplog.records


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_among_the_files_is_refused_and_not_waited_for(small: Project) -> None:
    os.mkfifo(small.graph / "pipe.ttl")
    with pytest.raises(ProjectError, match=r"pipe.ttl: This is no regular file"):
        check(small)


def test_two_checks_give_the_same_report(small: Project) -> None:
    report = check(small)
    assert report == check(small)
    environment = {"PYTHONHASHSEED": "1", "PYTHONPATH": str(ROOT)}
    asked = [sys.executable, "-c", ELSEWHERE, str(small.root)]
    there = subprocess.run(asked, env=environment, capture_output=True, text=True, check=True).stdout
    assert there == f"{report.findings}\n"


NO_TURTLE: Final = "@prefix e: <http://e/> .\n\ne:a a e:b ;\n    e:c <not an iri> .\n"


def test_each_file_that_is_no_turtle_is_a_finding_and_the_others_are_checked(small: Project) -> None:
    write(small.root, "graph/one.ttl", NO_TURTLE)
    write(small.root, "graph/two.ttl", f"# 2\n{NO_TURTLE}")
    report = check(small)
    places = [(one.place.file, one.place.line) for one in found(report, "text-syntax") if one.place]
    assert places == [("graph/one.ttl", 4), ("graph/two.ttl", 5)]
    assert found(report, "pan:PlanShape-notation")
    assert not report.conforms
    with pytest.raises(TurtleError, match=r"one\.ttl:4"):  # the reference reads every file to its end
        check(small, engine=Engine.PYSHACL)
    write(small.root, "ontology/shapes/plan.ttl", NO_TURTLE)
    with pytest.raises(TurtleError, match=r"ontology/shapes/plan\.ttl:4"):
        check(small)


def test_what_an_unread_file_describes_is_not_said_to_be_missing(small: Project) -> None:
    shutil.copy(ROOT / "queries" / "quality" / "undescribed-thing-violation.rq", small.root / "queries" / "quality")
    write(small.root, "graph/x.ttl", f"{PREFIXES}plan:c a pan:Plan ;\n    pan:part plan:d .\n")
    write(small.root, "graph/y.ttl", f"{PREFIXES}plan:d a pan:Plan ;\n    skos:prefLabel Plan D .\n")
    report = check(small)
    assert len(found(report, "text-syntax")) == 1
    assert found(report, "undescribed-thing-violation") == []


def test_a_byte_order_mark_is_one_sentence(small: Project) -> None:
    write(small.root, "graph/x.ttl", f'\ufeff{PREFIXES}plan:c a pan:Plan ;\n    skos:notation "3" .\n')
    told = [one for one in check(small).findings if one.place and one.place.file == "graph/x.ttl"]
    assert [one.rule.key for one in told] == ["style-byte-order-mark"]


MALFORMED: Final = {
    "no path": ("    sh:path pan:rank ;\n", "", "exactly one sh:path", "must include one `sh:path`"),
    "a pattern that is none": ("sh:maxInclusive 9", 'sh:pattern "("', r"expression “\(”", "unterminated subpattern"),
    "a count that is none": ("sh:maxInclusive 9", 'sh:minCount "x"', "sh:minCount is a whole number", "xsd:integer"),
    "no query": ("sh:maxInclusive 9", "sh:sparql pan:Query", "exactly one sh:select", "sh:select"),
}


@pytest.mark.parametrize("engine", [Engine.SPARQL, Engine.PYSHACL])
@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_shape_is_an_error_and_not_a_finding(small: Project, case: str, engine: Engine) -> None:
    old, new, *messages = MALFORMED[case]
    write(small.root, "ontology/shapes/plan.ttl", SHAPES.replace(old, new))
    with pytest.raises(ProjectError, match=messages[engine is Engine.PYSHACL]):
        check(small, engine=engine)


@pytest.mark.parametrize("engine", [Engine.SPARQL, Engine.PYSHACL])
def test_a_query_of_a_shape_that_is_no_sparql_is_an_error(small: Project, engine: Engine) -> None:
    shape = SHAPES.replace("sh:maxInclusive 9", "sh:sparql pan:PlanShape-query")
    query = '\npan:PlanShape-query a sh:SPARQLConstraint ;\n    sh:select "SELECT $this WHERE { $this x:y ?z }" .\n'
    write(small.root, "ontology/shapes/plan.ttl", shape + query)
    with pytest.raises(QueryError, match="prefix"):
        check(small, engine=engine)


def test_a_quality_query_that_cannot_be_used_is_an_error_with_its_file(small: Project) -> None:
    cases = (
        ("severity: info", "severity: grave", "message"), ("#+ message: A plan needs no number.\n", "", "message"),
        ("?focus ?path", "?thing ?path", "focus"), ("ORDER BY", "ORDER", "not SPARQL"),
    )  # fmt: skip
    for old, new, message in cases:
        write(small.root, "queries/quality/numbered-violation.rq", QUALITY.replace(old, new))
        with pytest.raises(QueryError, match=message) as caught:
            check(small, kinds=[Kind.QUALITY])
        assert caught.value.place
        assert caught.value.place.file == "queries/quality/numbered-violation.rq"


def test_the_shipped_files_keep_the_house_style_and_every_quality_query_looks_at_something(report: Report) -> None:
    rules = [rule for rule in report.rules if rule.kind is Kind.QUALITY]
    assert len(rules) == 31
    for rule in rules:
        assert all(text.say(tag) for text in (rule.message, rule.remedy) for tag in ("fr", "en")), rule.key
    assert [rule.key for rule in report.idle if rule.kind is Kind.QUALITY] == []
    faults = [finding for finding in report.findings if finding.rule.kind is Kind.STYLE]
    assert [f"{finding.place} {finding.rule.key}" for finding in faults] == []


LINK: Final = """
link:{key} a pan:Link ;
    pan:linkType linktype:{type} ;
    pan:from {start} ;
    pan:to {end} .
"""
DATED: Final = """
milestone:{key} a pan:Milestone ;
    pan:milestoneOf instrument:zz ;
    pan:milestoneType milestonetype:{type} ;
    pan:date "{date}"^^xsd:date .
"""
ADOPTED: Final = 'plan:{key} a pan:Plan ; pan:adoptedOn "{day}"^^xsd:date . '
INVOLVED: Final = """
involvement:{key} a pan:Involvement ;
    pan:involves body:{body} ;
    pan:involvedIn {work} ;
    pan:role role:{role} .
"""
PROFILE: Final = "<https://w3id.org/pan2kg/profile> a pan:Profile"
FAULTY: Final = {
    "duplicate-label-violation": 'plan:zz-1 a pan:Plan ; skos:prefLabel "Z"@fr . '
    'plan:zz-2 a pan:Plan ; skos:prefLabel "Z"@fr .',
    "duplicate-identifier-violation": 'plan:zz-1 a pan:Plan ; dcterms:identifier "z" . '
    'plan:zz-2 a pan:Plan ; dcterms:identifier "z" .',
    "duplicate-link-violation": LINK.format(key="a", type="builds-on", start="plan:x", end="plan:y")
    + LINK.format(key="b", type="builds-on", start="plan:x", end="plan:y"),
    "uncategorised-action-violation": "action:zz-1 a pan:Action ; pan:inPlan plan:zz ; pan:inCategory category:zz . "
    "action:zz-2 a pan:Action ; pan:inPlan plan:zz .",
    "undescribed-thing-violation": "plan:zz a pan:Plan ; pan:hasTopic topic:zz .",
    "undeclared-term-violation": "plan:zz a pan:Plann .",
    "succession-cycle-violation": LINK.format(key="a", type="succession", start="plan:x", end="plan:y")
    + LINK.format(key="b", type="succession", start="plan:y", end="plan:z")
    + LINK.format(key="c", type="succession", start="plan:z", end="plan:x"),
    "stale-candidate-violation": "link:a a pan:Link ; pan:status linkstatus:candidate ; "
    'dcterms:created "2020-01-31"^^xsd:date .',
    "misplaced-unverified-violation": "plan:zz a pan:Plan ; pan:certainty certainty:unverified .",
    "link-outside-plans-violation": "action:zz a pan:Action ."
    + LINK.format(key="a", type="cross-reference", start="action:zz", end="plan:zz"),
    "replaced-reference-violation": "plan:zz-1 a pan:Plan ; owl:deprecated true ; dcterms:isReplacedBy plan:zz-2 . "
    "action:zz a pan:Action ; pan:inPlan plan:zz-1 .",
    "unrecorded-conflict-violation": "milestone:a a pan:Milestone ; pan:milestoneOf instrument:zz ; "
    'pan:milestoneType milestonetype:adoption ; pan:date "2020-01-31"^^xsd:date . '
    "milestone:b a pan:Milestone ; pan:milestoneOf instrument:zz ; "
    'pan:milestoneType milestonetype:adoption ; pan:date "2020-02-01"^^xsd:date .',
    "missing-label-violation": f'{PROFILE} ; pan:labelLanguage "fr"^^xsd:language . plan:zz a pan:Plan .',
    "wished-label-violation": f'{PROFILE} ; pan:wishedLabelLanguage "lb"^^xsd:language . plan:zz a pan:Plan .',
    "outside-base-violation": "<https://elsewhere.example/id/plan/zz> a pan:Plan .",
    "example-left-violation": "plan:zz a pan:Plan ; pan:isExample true .",
    "duplicate-title-violation": 'action:zz-1 a pan:Action ; pan:inPlan plan:zz ; skos:prefLabel "Z"@fr . '
    'action:zz-2 a pan:Action ; pan:inPlan plan:zz ; skos:prefLabel "Z"@fr .',
    "involvement-without-passage-violation": INVOLVED.format(key="a", body="x", work="plan:zz", role="lead"),
}  # fmt: skip


def test_what_nobody_has_recorded_of_several_actions_is_told_once_a_plan(small: Project) -> None:
    shape = SHAPES.replace("PlanShape-notation", "PlanShape-notation-missing").replace("pan:Plan ;", "pan:Action ;")
    write(small.root, "ontology/shapes/plan.ttl", shape)
    actions = "".join(f"plan:{key} a pan:Action ;\n    pan:inPlan plan:a .\n\n" for key in "xyz")
    write(small.root, "graph/plans/a/actions.ttl", PREFIXES + actions)
    report = check(small)
    (gap,) = found(report, "pan:PlanShape-notation-missing")
    assert (gap.focus.rsplit("/", 1)[-1], gap.times, str(gap.place)) == ("a", 3, "graph/plans/a/plan.ttl:5")
    assert (report.gaps, report.counts[Severity.WARNING], report.failing(gap.rule)) == (1, 0, 3)


SOUND: Final = {
    "future-event-violation": DATED.format(key="a", type="application", date="2099-12-31"),
    "before-its-act-violation": DATED.format(key="a", type="adoption", date="2020-01-31")
    + DATED.format(key="b", type="submission", date="2019-12-31"),
    "timeline-words-violation": 'timeline:zz a pan:Timeline ; pan:text "3 actions, 2020-22; second half of 2024"@en ; '
    'pan:startDate "2021-01-01"^^xsd:date ; pan:endDate "2022-02-28"^^xsd:date . '
    'timeline:yy a pan:Timeline ; pan:text "zweites Halbjahr 2021"@de ; pan:endDate "2021-12-31"^^xsd:date .',
    "plan-period-violation": 'plan:zz a pan:Plan ; skos:prefLabel "Z 2018-2022 (prolongé)"@fr ; '
    'pan:periodStart "2018"^^xsd:gYear ; pan:periodEnd "2024"^^xsd:gYear .',
    "cites-later-violation": ADOPTED.format(key="x", day="2018-01-31")
    + ADOPTED.format(key="y", day="2020-01-31")
    + LINK.format(key="a", type="external-statement", start="plan:x", end="plan:y")
    + LINK.format(key="b", type="builds-on", start="plan:y", end="plan:x")
    + LINK.format(key="c", type="cross-reference", start="plan:x", end="plan:y")
    + "link:c pan:relation relation:announces .",
    "two-leads-violation": "action:zz a pan:Action . involvement:a pan:evidence passage:z . "
    "involvement:b pan:evidence passage:z . "
    + INVOLVED.format(key="a", body="x", work="action:zz", role="lead")
    + INVOLVED.format(key="b", body="y", work="action:zz", role="lead"),
    "body-out-of-time-violation": INVOLVED.format(key="a", body="x", work="plan:zz", role="lead")
    + 'plan:zz pan:periodStart "2018"^^xsd:gYear . '
    'change:zz a org:ChangeEvent ; pan:date "2018"^^xsd:gYear ; org:originalOrganization body:x .',
    "celex-violation": "<http://data.europa.eu/eli/reg_del/2020/1588/oj> adms:identifier identifier:zz . "
    'identifier:zz pan:identifierScheme scheme:celex ; skos:notation "32020R1588" .',
    "identifier-key-violation": '<http://data.europa.eu/eli/dir/2019/1937/oj> dcterms:identifier "dir-2019-1937" .',
    "duplicate-number-violation": "action:zz-1 a pan:Action ; pan:inPlan plan:zz ; pan:inPart part:x ; "
    'skos:notation "1" . action:zz-2 a pan:Action ; pan:inPlan plan:zz ; pan:inPart part:y ; skos:notation "1" .',
    "part-of-other-plan-violation": "action:zz a pan:Action ; pan:inPlan plan:x ; pan:inCategory category:zz . "
    "category:zz a pan:Category ; pan:inPlan plan:x .",
    "topic-scheme-violation": "plan:zz a pan:Plan ; pan:hasTopic topic:zz . topic:zz skos:inScheme scheme:topic .",
    "involvement-without-passage-violation": INVOLVED.format(key="a", body="x", work="plan:zz", role="lead")
    + 'involvement:a skos:editorialNote "Read aloud."@en .',
}  # fmt: skip
"""What looks like a fault and is none."""


def asked(small: Project, name: str, text: str) -> Report:
    shutil.rmtree(small.root / "queries" / "quality")
    (small.root / "queries" / "quality").mkdir()
    shutil.copy(ROOT / "queries" / "quality" / f"{name}.rq", small.root / "queries" / "quality")
    shutil.copy(ROOT / "ontology" / "pan2kg.ttl", small.root / "ontology")
    write(small.root, "graph/x.ttl", (ROOT / "ontology" / "prefixes.ttl").read_text(encoding="utf-8") + text)
    return check(small, kinds=[Kind.QUALITY])


def test_a_quality_query_lets_pass_what_is_sound_and_finds_its_fault(small: Project) -> None:
    names = {path.stem for path in (ROOT / "queries" / "quality").glob("*.rq")}
    planted = {fault.rule for fault in FAULTS.values()}
    assert set(FAULTY) | planted >= names, "Give each query in queries/quality one case in FAULTY, or plant its fault."
    for name, text in SOUND.items():
        assert found(asked(small, name, text), name) == [], name
    for name, text in FAULTY.items():
        report = asked(small, name, text)
        if name == "wished-label-violation":  # what is only counted is no finding
            assert (found(report, name), report.statistics) == ([], {name: 3})
            assert report.failing(report.rules[0]) == 3
            continue
        assert found(report, name), f"{name} does not see: {text}"
        assert all(finding.place or finding.focus.startswith("http") for finding in found(report, name))


def test_no_shipped_quality_query_reads_what_is_derived(few: pan2kg.Graph) -> None:
    assert few.project
    names = Names(read_prefixes(few.project))
    derived = findings_of_quality(few.project, few.store, names)
    stated = findings_of_quality(few.project, load_project(few.project), names)
    told = {(one.rule.key, one.value) for one in stated.findings if one.rule.key == "undescribed-thing-violation"}
    more = {(one.rule.key, one.value) for one in set(derived.findings) - set(stated.findings)}
    assert told
    assert set(stated.findings) <= set(derived.findings)
    assert more <= told, "say in its header which rules it needs"
    assert stated.statistics == derived.statistics
