"""The house style: a well-kept file passes, and each fault is named once with its line."""

from __future__ import annotations

from typing import Final

from pan2kg.turtle.blocks import TurtleFile, read_turtle_file
from pan2kg.validation.lines import check_style, count_looked_at, style_rules
from pan2kg.validation.report import Severity

PREFIXES: Final = {"e": "http://e/", "pan": "http://pan/", "skos": "http://skos/", "xsd": "http://xsd#"}
HEAD: Final = "@prefix e: <http://e/> .\n@prefix pan: <http://pan/> .\n@prefix skos: <http://skos/> .\n"
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
    return [(f.rule.key, f.place.line if f.place else None) for f in check_style(files, PREFIXES)]


def test_a_well_kept_file_passes() -> None:
    assert faults(read_turtle_file(HEAD + "\n" + GOOD, "graph/x.ttl")) == []


def test_a_fault_is_named_with_its_line() -> None:
    assert set(FAULTS) == set(style_rules()), "Give each rule of style one case in FAULTS."
    for rule, (line, text) in FAULTS.items():
        assert faults(read_turtle_file(text, "graph/x.ttl")) == [(rule, line)]
    for one in style_rules().values():
        assert all(text.say(tag) for text in (one.message, one.remedy) for tag in ("fr", "en")), one.key


def test_a_subject_has_its_block_in_one_file() -> None:
    files = [read_turtle_file(f"{HEAD}\n{PLAIN} ;\n    {LABEL} .\n", f"graph/{name}.ttl") for name in "xy"]
    (found,) = check_style(files, PREFIXES)
    assert (found.rule.key, str(found.place), found.value) == ("style-one-block", "graph/y.ttl:5", '"graph/x.ttl:5"')


def test_an_unverified_file_may_add_to_a_subject_without_its_type() -> None:
    main = read_turtle_file(f"{HEAD}\n{PLAIN} ;\n    {LABEL} .\n", "graph/x.ttl")
    added = read_turtle_file(
        "@prefix e: <http://e/> .\n@prefix pan: <http://pan/> .\n\ne:a pan:part e:b .\n", "graph/unverified.ttl"
    )
    assert faults(added, main) == []


def test_lists_and_nameless_nodes_are_allowed_in_the_ontology() -> None:
    text = (
        f"{HEAD}\n{PLAIN} ;\n    {LABEL} ;\n    pan:part ( e:a\n        [ pan:x e:b ] ) ;\n    pan:x [ a pan:Plan ] .\n"
    )
    assert faults(read_turtle_file(text, "ontology/shapes/x.ttl", nested=True)) == []


def test_a_fault_after_a_long_string_keeps_its_line() -> None:
    text = f'{HEAD}\n{PLAIN} ;\n    skos:prefLabel """A\n\nb."""@fr ;\n  pan:part e:b .\n'
    assert ("style-indent", 9) in faults(read_turtle_file(text, "graph/x.ttl"))


def test_a_statement_of_nothing_is_no_plain_line() -> None:
    read = read_turtle_file(f"{HEAD};\n    {LABEL} ;\n{GOOD}", "graph/x.ttl")
    assert read.blocks[-1].subject == "e:b"
    assert [fault.line for fault in read.faults][:2] == [4, 5]


def test_the_fault_of_a_block_is_about_its_subject_and_that_of_a_file_about_its_graph() -> None:
    (found,) = check_style([read_turtle_file(FAULTS["style-comma"][1], "graph/x.ttl")], PREFIXES)
    assert (found.focus, found.severity) == ("http://e/a", Severity.VIOLATION)
    (found,) = check_style([read_turtle_file(FAULTS["style-prefix-order"][1], "graph/plans/x.ttl")], PREFIXES)
    assert found.focus == "https://w3id.org/pan2kg/graph/plans/x"


def test_rules_say_how_much_they_looked_at() -> None:
    looked = count_looked_at([read_turtle_file(HEAD + "\n" + GOOD, "graph/x.ttl")])
    assert (looked["style-tab"], looked["style-order"], looked["style-comma"]) == (1, 2, 8)
