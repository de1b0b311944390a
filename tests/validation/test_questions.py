"""The rules for stored questions: one fault a file, and exactly that finding."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pyoxigraph as ox
import pytest

from pan2kg.project import Project
from pan2kg.store.queries import Parameter, read_queries
from pan2kg.store.store import LocalStore
from pan2kg.validation.check import check
from pan2kg.validation.lines import check_questions, question_rules
from pan2kg.validation.report import Kind

GOOD: Final = """\
#+ question: Which actions has a plan?
#+ question_fr: Quelles actions comporte un plan ?
#+ summary: Each action.
#+ summary_fr: Chaque action.
#+ tags: overview
#+ view: table
#+ needs:
#+ parameter_plan_kind: plan
#+ parameter_plan_fr: le plan
#+ parameter_of_kind: plan action
#+ parameter_of_fr: un plan ou une action
#+ parameter_all_kind: boolean
#+ parameter_all_fr: s’il faut tout montrer

SELECT ?action ?action_label ?read_at
WHERE {
    BIND(<http://e/plan> AS ?plan)  # parameter: the plan
    BIND(<http://e/plan> AS ?of)  # parameter: a plan or an action
    BIND(true AS ?all)  # parameter: whether everything is shown
    VALUES (?action ?action_label ?read_at) { (<http://e/a> "A" <http://e/here>) }
}
ORDER BY ?action
"""
FAULTS: Final = {
    "no SPARQL": (("read_at\nWHERE", "read_at\nWHRE"), "question-sparql", 16, "expected WHERE"),
    "an update": (("ORDER BY ?action", "} INSERT DATA {"), "question-sparql", 22, "INSERT"),
    "a service": (("VALUES (?action", "SERVICE <http://e/> {} VALUES (?action"), "question-sparql", 20, "SERVICE"),
    "no question": (("question: Which actions has a plan?", "question: "), "question-field", 1, "question"),
    "an empty summary": (("summary: Each action.", "summary: "), "question-field", 3, "summary"),
    "a word of another header": (("tags: overview", "severity: info"), "question-key", 5, "severity"),
    "a word spelt wrongly": (("view: table", "wiev: table"), "question-key", 6, "wiev"),
    "a line without a space": (("#+ tags: overview", "#+tags: overview"), "question-key", 5, "#+tags: overview"),
    "a parameter that is not there": (("tags: overview", "parameter_x_fr: x"), "question-key", 5, "parameter_x_fr"),
    "no French question": (("#+ question_fr: Quelles actions comporte un plan ?\n", ""), "", 0, ""),
    "no French summary": (("#+ summary_fr: Chaque action.\n", ""), "question-language", 3, "summary_fr"),
    "a parameter in English only": (
        ("#+ parameter_plan_fr: le plan\n", ""), "question-language", 16, "parameter_plan_fr",
    ),
    "a parameter without a word": (("# parameter: the plan", "# parameter: "), "question-explanation", 17, "plan"),
    "a parameter without a kind": (("#+ parameter_plan_kind: plan\n", ""), "question-kind", 16, "plan"),
    "a kind that is none": (("parameter_plan_kind: plan", "parameter_plan_kind: plane"), "question-kind", 17, "plan"),
    "a thing and a value at once": (("kind: plan action", "kind: plan text"), "question-kind", 18, "of"),
    "no order": (("ORDER BY ?action\n", "# ORDER BY ?action\n"), "question-order", 15, ""),
    "bare addresses": (("?action ?action_label ?read_at\nW", "?action ?read_at\nW"), "question-label", 15, "action"),
}  # fmt: skip


@pytest.fixture
def mine(tmp_path: Path) -> Project:
    for folder in ("ontology", "graph", "queries/mine", "queries/program/mine", "queries/rules"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "queries/mine/other.rq").write_text(GOOD, encoding="utf-8")
    return Project.at(tmp_path)


def findings(project: Project) -> list[tuple[str, str, int, str]]:
    found, _ = check_questions(project, lambda: LocalStore(ox.Store()))
    return [(one.rule.key, one.place.file, one.place.line or 0, one.value.strip('"')) for one in found if one.place]


def test_one_fault_gives_that_finding_and_no_other(mine: Project) -> None:
    assert findings(mine) == []
    assert {rule for _, rule, _, _ in FAULTS.values()} - {""} == question_rules().keys()
    file = mine.queries / "mine" / "asked.rq"
    for name, ((old, new), rule, line, value) in FAULTS.items():
        assert GOOD.count(old) == 1
        file.write_text(GOOD.replace(old, new), encoding="utf-8")
        if not rule:
            assert [one[0] for one in findings(mine)] == ["question-language"]
            continue
        found = [one for one in findings(mine) if one[1].endswith("asked.rq") or one[0] != "question-language"]
        assert [one[:3] for one in found] == [(rule, "queries/mine/asked.rq", line)], name
        assert value in found[0][3]
    for one in question_rules().values():
        assert len([*filter(None, one.message.by_language().values())]) == 3, one.key
        assert len([*filter(None, one.remedy.by_language().values())]) == 3, one.key


def test_a_project_without_another_language_lacks_none(mine: Project) -> None:
    english = "".join(line for line in GOOD.splitlines(keepends=True) if "_fr:" not in line)
    (mine.queries / "mine" / "other.rq").write_text(english, encoding="utf-8")
    assert findings(mine) == []


def test_french_is_shown_with_spaces_that_do_not_break_though_the_file_has_plain_ones(mine: Project) -> None:
    (mine.queries / "mine" / "asked.rq").write_text(GOOD.replace("comporte un plan ?", "a « un plan » ?"), "utf-8")
    query = read_queries(mine)["asked"]
    assert query.question("fr") == "Quelles actions a «\u00a0un plan\u00a0»\u00a0?"
    assert query.question("en") == "Which actions has a plan?"
    parameter = Parameter("x", "1", "why: x", {"fr": "pourquoi : x"})
    assert (parameter.meaning_in("fr"), parameter.meaning_in("de")) == ("pourquoi\u00a0: x", "why: x")


def test_what_the_program_asks_for_itself_is_not_looked_at(mine: Project) -> None:
    (mine.queries / "program" / "mine" / "x.rq").write_text("no SPARQL", encoding="utf-8")
    assert findings(mine) == []


def test_a_question_of_the_program_is_asked_only_where_it_was_changed(mine: Project) -> None:
    name = "coverage/plans.rq"
    text = (Project.packaged().queries / name).read_text("utf-8")
    (mine.queries / "mine" / "other.rq").unlink()
    (mine.queries / name).parent.mkdir()
    (mine.queries / name).write_text(text, encoding="utf-8")
    asked = list[str]()

    def derived() -> LocalStore:
        asked.append("asked")
        return LocalStore(ox.Store())

    found, looked_at = check_questions(mine, derived)
    assert (found, looked_at["question-sparql"], asked) == ([], 1, [])
    (mine.queries / name).write_text(text.replace("SELECT", "SELEKT"), encoding="utf-8")
    found, _ = check_questions(mine, derived)
    assert ([one.rule.key for one in found], asked) == (["question-sparql"], ["asked"])


def test_a_project_whose_question_is_no_sparql_does_not_conform(mine: Project) -> None:
    (mine.root / "ontology" / "prefixes.ttl").write_text("", encoding="utf-8")
    (mine.queries / "mine" / "asked.rq").write_text(GOOD.replace("WHERE", "WHRE"), encoding="utf-8")
    report = check(mine, kinds=[Kind.STYLE])
    assert not report.conforms
    assert [str(one.place) for one in report.findings if one.rule.key == "question-sparql"] == [
        "queries/mine/asked.rq:16"
    ]
