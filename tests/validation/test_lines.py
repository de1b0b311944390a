"""What the lines of files say: how statements are written, what stands in them, and stored questions. Each rule has a
line that breaks it alone, and lines that look alike and do not."""

from pathlib import Path
from typing import Final

import pyoxigraph as ox
import pytest

from pan2kg.i18n import LANGUAGES
from pan2kg.project import Project
from pan2kg.store.queries import Parameter, read_queries
from pan2kg.store.store import LocalStore
from pan2kg.turtle.blocks import TurtleFile, read_turtle_file
from pan2kg.turtle.link_keys import misnamed
from pan2kg.turtle.vocabulary import PAN, link_iri
from pan2kg.validation import questions, style, wording
from pan2kg.validation.check import check
from pan2kg.validation.report import Finding, Kind, Rule, Severity

PREFIXES: Final = {
    "e": "http://e/",
    "pan": "http://pan/",
    "skos": "http://skos/",
    "xsd": "http://xsd#",
}
HEAD: Final = (
    "@prefix e: <http://e/> .\n@prefix pan: <http://pan/> .\n@prefix skos: <http://skos/> .\n"
)
TYPED: Final = HEAD + "@prefix xsd: <http://xsd#> .\n"
GOOD: Final = (
    '# Un titre\n\ne:a a pan:Plan ;\n    skos:notation "1" ;\n    skos:prefLabel "Un; deux, [trois] # (quatre)"@fr ;\n'
    '    skos:prefLabel "One"@en ;\n    pan:count 20 ;\n    pan:part e:b .\n\n'
    'e:b a pan:Plan ;\n    skos:notation "2" .\n'
)
PLAIN: Final = "e:a a pan:Plan"
LABEL: Final = 'skos:prefLabel "A"@fr'

FAULTS: Final = {
    "style-prefix-first": (3, f"# Plans\n\n@prefix e: <http://e/> .\n@prefix pan: <http://pan/> .\n\n{PLAIN} .\n"),
    "style-prefix-order": (2, "@prefix pan: <http://pan/> .\n@prefix e: <http://e/> .\n\n" + f"{PLAIN} .\n"),
    "style-prefix-unused": (3, f"{HEAD}\n{PLAIN} .\n"),
    "style-prefix-spelling": (2, f"@prefix e: <http://e/> .\n@prefix pan: <http://other/> .\n\n{PLAIN} .\n"),
    "style-margin": (5, f"{HEAD}\n {PLAIN} ;\n    {LABEL} .\n"),
    "style-type-first": (5, f"{HEAD}\ne:a {LABEL} ;\n    pan:part e:a .\n"),
    "style-one-block": (8, f"{HEAD}\n{PLAIN} ;\n    {LABEL} .\n\ne:a a pan:Other .\n"),
    "style-blank-line": (6, f"{HEAD}\n{PLAIN} ;\n\n    {LABEL} .\n"),
    "style-indent": (6, f"{HEAD}\n{PLAIN} ;\n  {LABEL} .\n"),
    "style-one-statement": (6, f"{HEAD}\n{PLAIN} ;\n    {LABEL} ; pan:part e:a .\n"),
    "style-comma": (6, f'{HEAD}\n{PLAIN} ;\n    {LABEL}, "B"@en .\n'),
    "style-spacing": (6, f"{HEAD}\n{PLAIN} ;\n    {LABEL}.\n"),
    "style-blank-node": (7, f"{HEAD}\n{PLAIN} ;\n    {LABEL} ;\n    pan:part [ a pan:Plan ] .\n"),
    "style-list": (7, f"{HEAD}\n{PLAIN} ;\n    {LABEL} ;\n    pan:part ( e:b e:c ) .\n"),
    "style-long-string": (6, f'{HEAD}\n{PLAIN} ;\n    skos:prefLabel """A, b;\n  c."""@fr .\n'),
    "style-comment": (6, f"{HEAD}\n{PLAIN} ;\n    {LABEL} . # really\n"),
    "style-order": (7, f'{HEAD}\n{PLAIN} ;\n    {LABEL} ;\n    skos:notation "1" .\n'),
    "style-language": (6, f'{HEAD}\n{PLAIN} ;\n    skos:prefLabel "A" .\n'),
    "style-date": (7, f'{HEAD}\n{PLAIN} ;\n    {LABEL} ;\n    pan:date "2020-01-31" .\n'),
    "style-canonical": (8, f'{TYPED}\n{PLAIN} ;\n    {LABEL} ;\n    pan:count "007"^^xsd:integer .\n'),
    "style-line-end": (5, f"{HEAD}\n{PLAIN} ;\r\n    {LABEL} .\n"),
    "style-byte-order-mark": (1, f"\ufeff{HEAD}\n{PLAIN} ;\n    {LABEL} .\n"),
    "style-final-newline": (6, f"{HEAD}\n{PLAIN} ;\n    {LABEL} ."),
    "style-trailing-space": (5, f"{HEAD}\n{PLAIN} ; \n    {LABEL} .\n"),
    "style-tab": (6, f"{HEAD}\n{PLAIN} ;\n\t{LABEL} .\n"),
}  # fmt: skip


def faults(*files: TurtleFile) -> list[tuple[str, int | None]]:
    return [
        (f.rule.key, f.place.line if f.place else None) for f in style.check_style(files, PREFIXES)
    ]


def test_a_fault_of_style_is_named_with_its_line_and_a_well_kept_file_passes() -> None:
    assert faults(read_turtle_file(HEAD + "\n" + GOOD, "graph/x.ttl")) == []
    assert set(FAULTS) == set(style.STYLE_RULES), "Give each rule of style one case in FAULTS."
    for rule, (line, text) in FAULTS.items():
        assert faults(read_turtle_file(text, "graph/x.ttl")) == [(rule, line)]
    for text, fault in (
        (
            f'{HEAD}\n{PLAIN} ;\n    skos:prefLabel """A\n\nb."""@fr ;\n  pan:part e:b .\n',
            ("style-indent", 9),
        ),
        (f"{HEAD};\n    {LABEL} ;\n{GOOD}", ("style-spacing", 4)),
    ):
        assert fault in faults(read_turtle_file(text, "graph/x.ttl"))


def test_a_subject_has_its_block_in_one_file_but_an_unverified_file_may_add_to_it_without_its_type() -> (
    None
):
    files = [
        read_turtle_file(f"{HEAD}\n{PLAIN} ;\n    {LABEL} .\n", f"graph/{name}.ttl")
        for name in "xy"
    ]
    (found,) = style.check_style(files, PREFIXES)
    assert (found.rule.key, str(found.place), found.value) == (
        "style-one-block",
        "graph/y.ttl:5",
        '"graph/x.ttl:5"',
    )
    added = "@prefix e: <http://e/> .\n@prefix pan: <http://pan/> .\n\ne:a pan:part e:b .\n"
    assert faults(read_turtle_file(added, "graph/unverified.ttl"), files[0]) == []


def test_lists_and_nameless_nodes_are_allowed_in_the_ontology() -> None:
    more = "pan:part ( e:a\n        [ pan:x e:b ] ) ;\n    pan:x [ a pan:Plan ] .\n"
    text = f"{HEAD}\n{PLAIN} ;\n    {LABEL} ;\n    {more}"
    assert faults(read_turtle_file(text, "ontology/shapes/x.ttl", nested=True)) == []


def test_the_fault_of_a_block_is_about_its_subject_and_that_of_a_file_about_its_graph() -> None:
    (found,) = style.check_style(
        [read_turtle_file(FAULTS["style-comma"][1], "graph/x.ttl")], PREFIXES
    )
    assert (found.focus, found.severity) == ("http://e/a", Severity.VIOLATION)
    (found,) = style.check_style(
        [read_turtle_file(FAULTS["style-prefix-order"][1], "graph/plans/x.ttl")], PREFIXES
    )
    assert found.focus == "https://w3id.org/pan2kg/graph/plans/x"
    looked = style.looked_at([read_turtle_file(HEAD + "\n" + GOOD, "graph/x.ttl")])
    assert (looked["style-tab"], looked["style-order"], looked["style-comma"]) == (1, 2, 8)


@pytest.mark.parametrize("rules", [style.STYLE_RULES, wording.TEXT_RULES, questions.QUESTION_RULES])
def test_a_rule_has_its_words_in_each_language(rules: dict[str, Rule]) -> None:
    for rule in rules.values():
        for text in filter(None, (rule.message, rule.remedy)):
            assert len({text.by_language()[language] for language in LANGUAGES} - {""}) == 3, (
                rule.key
            )


# Words


WORDS: Final = (
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
    return read_turtle_file(
        WORDS + " ;\n    ".join(("plan:a a pan:Plan", *lines)) + " .\n", "graph/x.ttl"
    )


def link(key: str, *more: str, kind: str = "builds-on") -> TurtleFile:
    said = (f"pan:linkType linktype:{kind}", "pan:from plan:a", "pan:to plan:b", *more)
    return read_turtle_file(
        WORDS + " ;\n    ".join((f"link:{key} a pan:Link", *said)) + " .\n", "graph/x.ttl"
    )


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
        'pan:at "1868"^^xsd:gYear',
        'pan:date "2020-12"^^xsd:gYearMonth',
    ),
    plan('pan:at "2020-01-31T12:00:00Z"^^xsd:dateTime', 'skos:notation "2119"'),
    plan(
        'skos:prefLabel "R&D ; Q&A ; AT&T"@en', 'skos:altLabel "Bundesministerium für Klima"@de-AT'
    ),
    plan('skos:prefLabel "Baden Baden"@de', 'skos:prefLabel "Programme « The Future of Work »"@fr'),
    plan(
        'skos:prefLabel "Le Monde"@en',
        'skos:prefLabel "Klimapakt 2.0"@lb',
        'pan:quote "the word of a text"@fr',
    ),
    plan("eli:is_part_off plan:b", "rdf:_1 plan:b", "dcterms:isReplacedBy plan:b"),
    link(RIGHT),
)


def told(file: TurtleFile) -> list[Finding]:
    return list(wording.check_wording([file], {"link": "https://w3id.org/pan2kg/id/link/"}))


def test_a_fault_of_words_is_named_with_its_line_and_what_is_meant_and_what_looks_like_one_passes() -> (
    None
):
    assert set(FAULTY) == set(wording.TEXT_RULES) - {"text-syntax"}, (
        "Give each rule of words one case in FAULTY."
    )
    expected = {
        "text-link-key": f"link:{RIGHT}",
        "text-term": "http://www.w3.org/2004/02/skos/core#prefLabel",
        "text-language": "en",
    }
    for rule, file in FAULTY.items():
        (finding,) = told(file)
        assert (finding.rule.key, finding.place and finding.place.line) == (
            rule,
            12 + (rule != "text-link-key"),
        )
        assert rule not in expected or finding.expected.say("en") == expected[rule]
    assert [(number, one.rule.key) for number, file in enumerate(SOUND) for one in told(file)] == []


def test_a_link_that_was_decided_on_may_bear_its_reviewer() -> None:
    by = ('pan:reviewedBy "A. Weber"', "pan:status linkstatus:accepted")
    for assessor in ("|A. Weber", "|A. Weber|2"):
        assert not list(
            misnamed(
                [link(link_iri("builds-on", ONE, TWO, assessor=assessor).rsplit("/", 1)[-1], *by)]
            )
        )
    ((*_, other),) = misnamed(
        [link(link_iri("builds-on", ONE, TWO, assessor="|B. Klein").rsplit("/", 1)[-1], *by)]
    )
    assert other.endswith(RIGHT)
    ((*_, rejected),) = misnamed(
        [link("0", 'pan:reviewedBy "A. Weber"', "pan:status linkstatus:rejected")]
    )
    assert rejected == link_iri("builds-on", ONE, TWO, assessor="|A. Weber")
    # one without one of its ends is left to its shape
    assert not list(misnamed([link("0", "pan:to plan:c")]))


def test_a_date_that_is_none_is_refused_and_a_language_is_doubted_only_by_a_wide_margin() -> None:
    for value, datatype in {
        "2020-1-1": "date",
        "20200101": "date",
        "2020-13": "gYearMonth",
        "20": "gYear",
        "1200": "gYear",
        "x": "dateTime",
    }.items():
        assert not wording.is_date(value, datatype), value
    assert wording.language_of("Plan zur Anpassung an die Folgen der Erwärmung", "fr") == "de"
    assert (
        wording.language_of("Plan of action", "fr")
        == wording.language_of("Pacte de la forêt", "xx")
        == ""
    )


# Stored questions


QUESTION: Final = """\
#+ question: Which actions has a plan?
#+ question_fr: Quelles actions comporte un plan ?
#+ summary: Each action.
#+ summary_fr: Chaque action.
#+ tags: overview
#+ view: table
#+ links: no
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
OF_QUESTIONS: Final = {
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
        ("#+ parameter_of_fr: un plan ou une action\n", ""), "question-language", 17, "parameter_of_fr",
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
    (tmp_path / "queries/mine/other.rq").write_text(QUESTION, encoding="utf-8")
    return Project.at(tmp_path)


def findings(project: Project) -> list[tuple[str, str, int, str]]:
    found = questions.check_questions(project, lambda: LocalStore(ox.Store())).findings
    return [
        (one.rule.key, one.place.file, one.place.line or 0, one.value.strip('"'))
        for one in found
        if one.place
    ]


def test_one_fault_gives_that_finding_and_no_other(mine: Project) -> None:
    assert findings(mine) == []
    assert {rule for _, rule, _, _ in OF_QUESTIONS.values()} - {
        ""
    } == questions.QUESTION_RULES.keys()
    file = mine.queries / "mine" / "asked.rq"
    for name, ((old, new), rule, line, value) in OF_QUESTIONS.items():
        assert QUESTION.count(old) == 1
        file.write_text(QUESTION.replace(old, new), encoding="utf-8")
        if not rule:
            assert [one[0] for one in findings(mine)] == ["question-language"]
            continue
        found = [
            one
            for one in findings(mine)
            if one[1].endswith("asked.rq") or one[0] != "question-language"
        ]
        assert [one[:3] for one in found] == [(rule, "queries/mine/asked.rq", line)], name
        assert value in found[0][3]


def test_a_project_without_another_language_lacks_none_and_its_program_queries_are_not_looked_at(
    mine: Project,
) -> None:
    english = "".join(line for line in QUESTION.splitlines(keepends=True) if "_fr:" not in line)
    (mine.queries / "mine" / "other.rq").write_text(english, encoding="utf-8")
    (mine.queries / "program" / "mine" / "x.rq").write_text("no SPARQL", encoding="utf-8")
    assert findings(mine) == []


def test_french_is_shown_with_spaces_that_do_not_break_though_the_file_has_plain_ones(
    mine: Project,
) -> None:
    (mine.queries / "mine" / "asked.rq").write_text(
        QUESTION.replace("comporte un plan ?", "a « un plan » ?"), "utf-8"
    )
    query = read_queries(mine)["asked"]
    assert query.question("fr") == "Quelles actions a «\u00a0un plan\u00a0»\u00a0?"
    assert query.question("en") == "Which actions has a plan?"
    parameter = Parameter("x", "1", "why: x", {"fr": "pourquoi\u00a0: x"})
    assert (parameter.meaning_in("fr"), parameter.meaning_in("de")) == (
        "pourquoi\u00a0: x",
        "why: x",
    )


def test_a_question_of_the_program_is_asked_only_where_it_was_changed(mine: Project) -> None:
    name = "coverage/plans.rq"
    text = (Project.packaged().queries / name).read_text("utf-8")
    (mine.queries / "mine" / "other.rq").unlink()
    (mine.queries / name).parent.mkdir()
    asked = list[str]()

    def derived() -> LocalStore:
        asked.append("asked")
        return LocalStore(ox.Store())

    for words, keys, times in (
        (text, [], 0),
        (text.replace("SELECT", "SELEKT"), ["question-sparql"], 1),
    ):
        (mine.queries / name).write_text(words, encoding="utf-8")
        report = questions.check_questions(mine, derived)
        assert (
            [one.rule.key for one in report.findings],
            report.looked_at["question-sparql"],
            len(asked),
        ) == (
            keys,
            1,
            times,
        )
    (mine.root / "ontology" / "prefixes.ttl").write_text("", encoding="utf-8")
    report = check(mine, kinds=[Kind.STYLE])  # one that is no SPARQL does not conform
    assert (report.conforms, [one.rule.key for one in report.findings]) == (
        False,
        ["question-sparql"],
    )
