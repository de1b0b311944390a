"""Checking a project: what each kind of rule finds, where it says it is, and what makes a check impossible."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox
import pytest
import rdflib

import pan2kg
from pan2kg.errors import EndpointError, Place, ProjectError, QueryError, TurtleError
from pan2kg.i18n import Text
from pan2kg.project import Project
from pan2kg.store.project_files import load_project
from pan2kg.store.remote import fault
from pan2kg.turtle.vocabulary import GRAPH
from pan2kg.turtle.writer import read_prefixes
from pan2kg.validation.baseline import write_baseline
from pan2kg.validation.check import check, check_store, placed
from pan2kg.validation.evaluation import Engine, findings_of_quality
from pan2kg.validation.reference import to_graph
from pan2kg.validation.report import Finding, Kind, Names, Report, Rule, Severity
from tests.copies import ROOT
from tests.validation.test_planted_faults import FAULTS

if TYPE_CHECKING:
    from pan2kg.store.store import Result, Store

HERE: Final = Path(__file__).parent
SMALL: Final = HERE / "small"
PLANS, SHAPES, QUALITY = (
    (SMALL / name).read_text("utf-8")
    for name in (
        "graph/plans/a.ttl",
        "ontology/shapes/plan.ttl",
        "queries/quality/numbered-violation.rq",
    )
)
PREFIXES: Final = PLANS.partition("\n\n")[0] + "\n\n"
ELSEWHERE: Final = """
import sys
from pan2kg.project import Project
from pan2kg.validation.check import check
print(check(Project.at(sys.argv[1])).findings)
"""
NO_TURTLE: Final = "@prefix e: <http://e/> .\n\ne:a a e:b ;\n    e:c <not an iri> .\n"
ENGINES: Final = pytest.mark.parametrize("engine", [Engine.SPARQL, Engine.PYSHACL])


@pytest.fixture
def small(tmp_path: Path) -> Project:
    shutil.copytree(SMALL, tmp_path, dirs_exist_ok=True)
    shutil.copy(ROOT / "ontology" / "prefixes.ttl", tmp_path / "ontology")
    return Project.at(tmp_path)


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


def found(report: Report, key: str) -> list[Finding]:
    return [finding for finding in report.findings if finding.rule.key == key]


def test_a_finding_names_its_rule_its_place_and_what_was_expected(small: Project) -> None:
    ranked = PLANS.replace('B"@fr .', 'B"@fr ;\n    pan:rank 1 ;\n    pan:rank 12 .')
    write(small.root, "graph/plans/a.ttl", ranked)
    report = check(small)
    (finding,) = found(report, "pan:PlanShape-notation")
    assert (finding.severity, finding.part) == (Severity.WARNING, "a")
    assert str(finding.place) == "graph/plans/a.ttl:9"
    assert finding.message.say("fr") == "Un plan porte un numéro."
    assert finding.expected.say("en") == "at least 1 value"
    assert report.names.label("https://w3id.org/pan2kg/id/plan/b").say("en") == "Plan B"
    (finding,) = found(report, "pan:PlanShape-rank")
    assert (str(finding.place), finding.expected.say("en")) == (
        "graph/plans/a.ttl:12",
        "a value of at most 9",
    )
    # rules say how many things they looked at
    looked = {
        key: report.looked_at[key]
        for key in ("pan:PlanShape-notation", "pan:ReviewShape", "numbered-violation")
    }
    assert looked == {"pan:PlanShape-notation": 2, "pan:ReviewShape": 0, "numbered-violation": 2}
    assert [rule.key for rule in report.idle] == ["pan:ReviewShape"]
    (finding,) = found(report, "numbered-violation")
    assert (finding.focus, finding.value) == ("https://w3id.org/pan2kg/id/plan/a", '"1"')
    assert (finding.message.say("fr"), finding.remedy.say("en")) == (
        "Un plan se passe de numéro.",
        "Remove it.",
    )
    assert (str(finding.place), finding.rule.query) == ("graph/plans/a.ttl:6", QUALITY)
    # one about a whole file stands in that file
    rule = Rule("x-violation", Kind.QUALITY, Severity.INFO, Text())
    names = Names()
    faults = [Finding(rule, focus) for focus in (f"{GRAPH}plans/a", "http://e/x")]
    assert [fault.place for fault in placed(faults, {}, names)] == [
        Place("graph/plans/a.ttl"),
        None,
    ]


def test_the_reference_sees_literals_as_they_are_written_and_leaves_rdflib_as_it_was(
    small: Project,
) -> None:
    write(
        small.root, "graph/x.ttl", PLANS.replace("plan:a", "plan:c").replace('"1"', '"007"^^pan:x')
    )
    before = rdflib.NORMALIZE_LITERALS
    graph = to_graph(
        quad
        for path in small.graph_files()
        for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE)
    )
    values = {str(o) for o in graph.objects(None, rdflib.SKOS.notation)}
    check(small, kinds=[Kind.SHAPE], engine=Engine.PYSHACL)
    assert (values, rdflib.NORMALIZE_LITERALS) == ({"1", "007"}, before)


def test_a_rule_looks_at_things_of_narrower_classes_too(small: Project) -> None:
    narrower = "<http://e/Roadmap> <http://www.w3.org/2000/01/rdf-schema#subClassOf> pan:Plan .\n"
    write(
        small.root,
        "graph/x.ttl",
        PLANS.split("\n\n")[0] + f"\n\n{narrower}\n<http://e/r> a <http://e/Roadmap> .\n",
    )
    assert check(small, kinds=[Kind.QUALITY]).looked_at["numbered-violation"] == 3


def test_style_is_checked_in_every_folder_and_kinds_narrow_the_check(small: Project) -> None:
    write(small.root, "graph/x.ttl", PLANS.replace("\nplan:", "\nplan:x-") + "\n")
    (finding,) = check(small, kinds=[Kind.STYLE]).findings
    assert (finding.rule.key, str(finding.place)) == ("style-final-newline", "graph/x.ttl:11")
    assert {rule.kind for rule in check(small, kinds=[Kind.QUALITY]).rules} == {Kind.QUALITY}


def test_a_baseline_sets_apart_what_it_accepts_and_another_file_is_refused_and_not_overwritten(
    small: Project, tmp_path: Path
) -> None:
    path = tmp_path / "accepted.txt"
    write_baseline(check(small), path)
    report = check(small, fail_on=Severity.INFO, baseline=path)
    assert (report.findings, len(report.accepted), report.conforms) == ((), 2, True)
    for text in ("Dear colleague, this is a letter.\n", "{\n}\n", "pan:Gone-rule plan:a\n"):
        path.write_text(text)
        with pytest.raises(ProjectError, match=r"no list of accepted findings.*--write-baseline"):
            check(small, baseline=path)
        if not text.startswith("pan:"):
            with pytest.raises(ProjectError, match="names no rule"):
                write_baseline(Report(), path)
            assert path.read_text() == text


@ENGINES
def test_an_impossible_date_is_a_finding_and_no_warning(
    small: Project, caplog: pytest.LogCaptureFixture, engine: Engine
) -> None:
    write(
        small.ontology,
        "shapes/more.ttl",
        SHAPES.replace("xsd:integer", "xsd:date").replace("Plan", "Review"),
    )
    xsd = "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
    write(
        small.graph,
        "day.ttl",
        f'{xsd}{PREFIXES}plan:x a pan:Review ;\n    pan:rank "2021-02-30"^^xsd:date .\n',
    )
    assert [one.value for one in found(check(small, engine=engine), "pan:ReviewShape-rank")]
    assert not caplog.records


def test_two_checks_give_the_same_report(small: Project) -> None:
    report = check(small)
    assert report == check(small)
    environment = {"PYTHONHASHSEED": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", ELSEWHERE, str(small.root)]
    there = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert there == f"{report.findings}\n"


def test_each_file_that_is_no_turtle_is_a_finding_and_the_others_are_checked(
    small: Project,
) -> None:
    write(small.root, "graph/one.ttl", NO_TURTLE)
    write(small.root, "graph/two.ttl", f"# 2\n{NO_TURTLE}")
    report = check(small)
    places = [(one.place.file, one.place.line) for one in found(report, "text-syntax") if one.place]
    assert places == [("graph/one.ttl", 4), ("graph/two.ttl", 5)]
    assert found(report, "pan:PlanShape-notation")
    assert not report.conforms
    with pytest.raises(
        TurtleError, match=r"one\.ttl:4"
    ):  # the reference reads every file to its end
        check(small, engine=Engine.PYSHACL)
    write(small.root, "ontology/shapes/plan.ttl", NO_TURTLE)
    with pytest.raises(TurtleError, match=r"ontology/shapes/plan\.ttl:4"):
        check(small)


def test_what_an_unread_file_describes_is_not_said_to_be_missing_and_a_byte_order_mark_is_one_sentence(
    small: Project,
) -> None:
    shutil.copy(
        ROOT / "queries" / "quality" / "undescribed-thing-violation.rq",
        small.root / "queries" / "quality",
    )
    write(small.root, "graph/x.ttl", f"{PREFIXES}plan:c a pan:Plan ;\n    pan:part plan:d .\n")
    write(
        small.root, "graph/y.ttl", f"{PREFIXES}plan:d a pan:Plan ;\n    skos:prefLabel Plan D .\n"
    )
    report = check(small)
    assert len(found(report, "text-syntax")) == 1
    assert found(report, "undescribed-thing-violation") == []
    write(
        small.root, "graph/y.ttl", f'\ufeff{PREFIXES}plan:d a pan:Plan ;\n    skos:notation "3" .\n'
    )
    told = [
        one.rule.key
        for one in check(small).findings
        if one.place and one.place.file == "graph/y.ttl"
    ]
    assert told == ["style-byte-order-mark"]


OWN_QUERY: Final = 'a sh:SPARQLConstraint ;\n    sh:select "SELECT $this WHERE { $this x:y ?z }"'
MALFORMED: Final = {
    "no path": (
        "    sh:path pan:rank ;\n",
        "",
        "exactly one sh:path",
        "must include one `sh:path`",
    ),
    "a pattern that is none": (
        "sh:maxInclusive 9",
        'sh:pattern "("',
        r"expression “\(”",
        "unterminated subpattern",
    ),
    "a count that is none": (
        "sh:maxInclusive 9",
        'sh:minCount "x"',
        "sh:minCount is a whole number",
        "xsd:integer",
    ),
    "no query": ("sh:maxInclusive 9", "sh:sparql pan:Query", "exactly one sh:select", "sh:select"),
    "no SPARQL": (
        "sh:maxInclusive 9",
        f"sh:sparql pan:Q .\n\npan:Q {OWN_QUERY}",
        "prefix",
        "prefix",
    ),
}


@ENGINES
@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_shape_is_an_error_and_not_a_finding(
    small: Project, case: str, engine: Engine
) -> None:
    old, new, *messages = MALFORMED[case]
    write(small.root, "ontology/shapes/plan.ttl", SHAPES.replace(old, new))
    with pytest.raises(
        QueryError if case == "no SPARQL" else ProjectError,
        match=messages[engine is Engine.PYSHACL],
    ):
        check(small, engine=engine)


def test_what_cannot_be_asked_or_read_is_an_error_with_its_file(small: Project) -> None:
    cases = (
        ("severity: info", "severity: grave", "message"),
        ("#+ message: A plan needs no number.\n", "", "message"),
        ("?focus ?path", "?thing ?path", "focus"),
        ("ORDER BY", "ORDER", "not SPARQL"),
    )
    for old, new, message in cases:
        write(small.root, "queries/quality/numbered-violation.rq", QUALITY.replace(old, new))
        with pytest.raises(QueryError, match=message) as caught:
            check(small, kinds=[Kind.QUALITY])
        assert caught.value.place
        assert caught.value.place.file == "queries/quality/numbered-violation.rq"
    (small.ontology / "shapes" / "plan.ttl").unlink()
    with pytest.raises(ProjectError, match="ontology/shapes: There are no shapes"):
        check(small, kinds=[Kind.SHAPE])
    assert check(small, kinds=[Kind.STYLE]).rules
    os.mkfifo(small.graph / "pipe.ttl")  # which is not waited for
    with pytest.raises(ProjectError, match=r"pipe.ttl: This is no regular file"):
        check(small)


def test_the_shipped_files_keep_the_house_style_and_every_quality_query_looks_at_something(
    report: Report,
) -> None:
    rules = [rule for rule in report.rules if rule.kind is Kind.QUALITY]
    assert len(rules) == 33
    for rule in rules:
        assert all(text.say(tag) for text in (rule.message, rule.remedy) for tag in ("fr", "en")), (
            rule.key
        )
    assert [rule.key for rule in report.idle if rule.kind is Kind.QUALITY] == []
    faults = [finding for finding in report.findings if finding.rule.kind is Kind.STYLE]
    assert [f"{finding.place} {finding.rule.key}" for finding in faults] == []


def test_what_nobody_has_recorded_of_several_actions_is_told_once_a_plan(small: Project) -> None:
    shape = SHAPES.replace("PlanShape-notation", "PlanShape-notation-missing").replace(
        "pan:Plan ;", "pan:Action ;"
    )
    write(small.root, "ontology/shapes/plan.ttl", shape)
    actions = "".join(f"plan:{key} a pan:Action ;\n    pan:inPlan plan:a .\n\n" for key in "xyz")
    write(small.root, "graph/plans/x.ttl", PREFIXES + actions)
    report = check(small)
    (gap,) = found(report, "pan:PlanShape-notation-missing")
    assert (gap.focus.rsplit("/", 1)[-1], gap.times, str(gap.place)) == (
        "a",
        3,
        "graph/plans/a.ttl:5",
    )
    assert (report.gaps, report.counts[Severity.WARNING], report.failing(gap.rule)) == (1, 0, 3)


def test_a_quality_query_lets_pass_what_is_sound_and_finds_its_fault(small: Project) -> None:
    cases = re.split(
        r"^# (sound|faulty) (\S+)\n", (HERE / "quality.ttl").read_text("utf-8"), flags=re.MULTILINE
    )[1:]
    planted = {fault["rule"] for fault in FAULTS.values()} | {
        name for kind, name in zip(cases[::3], cases[1::3], strict=True) if kind == "faulty"
    }
    names = {path.stem for path in (ROOT / "queries" / "quality").glob("*.rq")}
    assert planted >= names, (
        "Give each query in queries/quality a faulty case in quality.ttl, or plant its fault."
    )
    shutil.copy(ROOT / "ontology" / "pan2kg.ttl", small.root / "ontology")
    prefixes = (ROOT / "ontology" / "prefixes.ttl").read_text("utf-8")
    for kind, name, text in zip(cases[::3], cases[1::3], cases[2::3], strict=True):
        shutil.rmtree(small.root / "queries" / "quality")
        (small.root / "queries" / "quality").mkdir()
        shutil.copy(ROOT / "queries" / "quality" / f"{name}.rq", small.root / "queries" / "quality")
        write(small.root, "graph/x.ttl", prefixes + text)
        report = check(small, kinds=[Kind.QUALITY])
        findings = found(report, name)
        if name == "wished-label-violation":  # what is only counted is no finding
            assert (findings, report.statistics, report.failing(report.rules[0])) == (
                [],
                {name: 3},
                3,
            )
        else:
            assert bool(findings) is (kind == "faulty"), (kind, name)
            assert all(finding.place or finding.focus.startswith("http") for finding in findings)


def test_no_shipped_quality_query_reads_what_is_derived(few: pan2kg.Graph) -> None:
    names = Names(read_prefixes(few.project))
    derived = findings_of_quality(few.project, few.store, names)
    stated = findings_of_quality(few.project, load_project(few.project), names)
    told = {
        (one.rule.key, one.value)
        for one in stated.findings
        if one.rule.key == "undescribed-thing-violation"
    }
    more = {(one.rule.key, one.value) for one in set(derived.findings) - set(stated.findings)}
    assert told
    assert set(stated.findings) <= set(derived.findings)
    assert more <= told, "say in its header which rules it needs"
    assert stated.statistics == derived.statistics


# A store that holds what is derived is checked as the files are; what it cannot be asked for is
# told, rule by rule


@dataclass(frozen=True)
class Choosy:
    inner: Store
    error: EndpointError

    def query(self, text: str) -> Result:
        if "ontology#speaksFor" in text:
            raise self.error
        return self.inner.query(text)

    def refuse(self, question: str) -> None:
        self.inner.refuse(question)


@pytest.fixture(scope="module")
def whole(few: pan2kg.Graph) -> Report:
    return check_store(few.project, few.store)


def test_the_shapes_and_quality_queries_find_in_a_store_what_they_find_over_the_files(
    few: pan2kg.Graph, whole: Report
) -> None:
    def told(findings: Iterable[Finding]) -> Counter[tuple[str, str, str, str]]:
        return Counter((one.rule.key, one.focus, one.path, one.value) for one in findings)

    here = check(few.project, kinds=(Kind.SHAPE, Kind.QUALITY))
    assert len({one.rule.key for one in here.findings}) > 3
    assert told(whole.findings) == told(here.findings)
    assert not any(one.place for one in whole.findings)


def test_a_rule_that_is_not_answered_is_a_violation_and_the_others_are_asked(
    few: pan2kg.Graph, whole: Report
) -> None:
    for error in (
        fault("http://e", "endpoint-slow", "allow-time", seconds="1"),
        fault("http://e", "endpoint-refuses", status="HTTP 500", words="Stack overflow"),
    ):
        report = check_store(few.project, Choosy(few.store, error))
        keys = {finding.rule.key for finding in report.findings}
        unanswered = {key for key in keys if key.startswith("not-asked:")}
        rules = {key.removeprefix("not-asked:") for key in unanswered}
        assert rules
        assert not report.conforms
        assert keys - unanswered == {finding.rule.key for finding in whole.findings} - rules
        said = next(finding for finding in report.findings if finding.rule.key in unanswered)
        assert error.message.say("fr") in said.message.say("fr")
    with pytest.raises(
        EndpointError, match="cannot be reached"
    ):  # one that is gone is not asked any further
        check_store(
            few.project,
            Choosy(few.store, fault("http://e", "endpoint-unreachable", reason="refused")),
        )
