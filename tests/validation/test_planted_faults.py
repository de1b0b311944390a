"""Faults that editors make, planted in a copy of the project: each is found by its rule, at its thing. One copy bears
all of `faults.toml` and is checked once. What a rule lets pass stands in the tests of the rule."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from pan2kg.project import Project
from pan2kg.validation.check import Looked, look
from pan2kg.validation.evaluation import findings_of_quality, foci_of_values
from pan2kg.validation.report import Kind, Report, Rule
from tests.copies import FEW, copy

PLANTED: Final = "graph/planted.ttl"
FAULTS: Final = tomllib.loads((Path(__file__).parent / "faults.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = copy(tmp_path_factory.mktemp("planted"), FEW, all_else=True)
    added = "".join(fault.get("added", "") for fault in FAULTS.values())
    (root / PLANTED).write_text(
        (root / "ontology" / "prefixes.ttl").read_text("utf-8") + added, encoding="utf-8"
    )
    for name, fault in FAULTS.items():
        if "added" not in fault:
            path = root / fault["file"]
            text = path.read_bytes().decode()
            assert fault["old"] in text, (
                f"“{name}” cannot be planted: {path} has no {fault['old']!r}."
            )
            path.write_bytes(text.replace(fault["old"], fault["new"], 1).encode())
    return Project.at(root)


@pytest.fixture(scope="module")
def looked(project: Project) -> Looked:
    return look(project)


@pytest.fixture(scope="module")
def planted(looked: Looked) -> Report:
    return looked.report(looked.findings)


def test_there_are_as_many_faults_as_were_collected() -> None:
    assert len(FAULTS) == 41


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found_by_its_rule(planted: Report, name: str) -> None:
    fault = FAULTS[name]
    findings = [finding for finding in planted.findings if finding.rule.key == fault["rule"]]
    at_thing = [planted.names.short(finding.focus) for finding in findings]
    at_file = [finding.place.file for finding in findings if finding.place]
    found = fault["focus"] in at_thing if "focus" in fault else fault["file"] in at_file
    assert found, f"{fault['rule']} has found {at_thing}"


def test_quality_queries_find_at_some_things_what_they_find_there_among_all(
    project: Project, looked: Looked
) -> None:
    whole = [replace(one, place=None) for one in looked.findings if one.rule.kind is Kind.QUALITY]
    some = list({one.rule: one.focus for one in reversed(whole)}.values())
    found = findings_of_quality(project, looked.store, looked.names, only=some).findings
    assert {one for one in found if one.focus in some} == {
        one for one in whole if one.focus in some
    }
    values: dict[Rule, dict[str, str]] = {}
    for one in whole:
        if one.value.startswith("<"):
            values.setdefault(one.rule, {})[one.value[1:-1]] = one.focus
    assert len(values) > 7
    for foci in values.values():
        assert set(foci.values()) <= foci_of_values(project, looked.store, foci)
