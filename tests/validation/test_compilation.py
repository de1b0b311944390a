"""What is refused of shapes, how queries are shown, and what official shapes and the suite of the W3C come to."""

import re
import shutil
from pathlib import Path
from typing import Final

import pyoxigraph as ox
import pytest

from pan2kg.errors import ProjectError, QueryError
from pan2kg.project import Project
from pan2kg.turtle.vocabulary import RDF
from pan2kg.turtle.writer import read_prefixes
from pan2kg.validation.check import check
from pan2kg.validation.compilation import compile_near, compile_shapes
from pan2kg.validation.evaluation import Engine
from pan2kg.validation.explanation import explain
from pan2kg.validation.report import Kind, Names
from pan2kg.validation.shapes import gather, read_rules, read_shapes, written
from tests.conftest import Cli
from tests.engines import PREFIXES, SHARED, Engines, alike, parse
from tests.lots import by_lot

TOLD: Final = (Path(__file__).parent / "refused.ttl").read_text("utf-8")
REFUSED: Final = re.split(r"^# (.+): (.+)\n", TOLD, flags=re.MULTILINE)[1:]


def test_what_cannot_be_compiled_is_refused_by_name() -> None:
    assert len(REFUSED) == 3 * 36
    for case, message, text in zip(REFUSED[::3], REFUSED[1::3], REFUSED[2::3], strict=True):
        reasons = [str(why) for _, why in Engines.of(PREFIXES + text).compiled[1]]
        assert any(message in why for why in reasons), (case, reasons)


def test_shapes_that_look_at_something_are_compiled_as_with_all_others(project: Project) -> None:
    shapes = read_shapes(project.shape_files())
    queries, _ = compile_shapes(shapes)
    assert tuple(compile_near(shapes, len)) == queries
    some = [query for query in queries if "ontology#Plan>" in query.focus]
    assert len(some) > 20
    assert list(compile_near(shapes, lambda focus: focus.count("ontology#Plan>"))) == some


def test_whether_a_path_leads_anywhere_is_asked_step_by_step_with_the_same_answer() -> None:
    one = "e:a e:t 1 ; e:p e:x , e:y . e:x e:q e:b . e:b a e:C ; e:r 2 . e:d e:q e:x ; e:r 1 ."
    data = parse(f"{PREFIXES}{one} e:k e:t 1 ; e:p e:z . e:l e:t 2 ; e:p e:m . e:m e:q e:n .")
    for shape in (
        "sh:path ( e:p e:q ) ; sh:minCount 1 .",
        "sh:path ( e:p [ sh:inversePath e:q ] e:r ) ; sh:minCount 1 .",
        "sh:path ( e:p e:q ) ; sh:hasValue e:b .",
        "sh:not [ sh:path ( e:p e:q ) ; sh:class e:C ] .",
        "sh:node [ sh:property [ sh:path ( e:p e:q ) ; sh:in ( e:b ) ] ] .",
        "sh:node [ sh:property [ sh:path ( e:p e:q ) ; sh:property [ sh:path e:r ; sh:minCount 1 ] ] ] .",
    ):
        engines = Engines.of(f"{PREFIXES}e:S sh:targetSubjectsOf e:t ; {shape}")
        assert engines.agreed(data) or "sh:node" in shape
        assert "FILTER(EXISTS {" in engines.compiled[0][0].text
    engines = Engines.of(
        PREFIXES
        + "e:S sh:targetNode e:b ; sh:path [ sh:inversePath ( e:p e:q ) ] ; sh:maxCount 0 ."
    )
    data = parse(
        PREFIXES + "e:a e:p e:x . e:x e:q e:b ."
    )  # pySHACL does not go back from the end of two steps
    assert [one.path for one in engines.by_queries(data)] == ["^(<http://e/p>/<http://e/q>)"]
    assert engines.by_pyshacl(data) == []


def shaped(folder: Path, shapes: str) -> Project:
    for part in ("schemes", "shapes"):
        shutil.rmtree(folder / "ontology" / part)
    (folder / "ontology" / "shapes").mkdir()
    (folder / "ontology" / "shapes" / "plan.ttl").write_text(PREFIXES + shapes, encoding="utf-8")
    (folder / "graph" / "x.ttl").write_text(
        f"{PREFIXES}e:a a e:T ; e:p 1 . e:b a e:T .\n", encoding="utf-8"
    )
    return Project.at(folder)


def test_a_refusal_stands_where_the_shape_does_and_says_what_to_do(own_project: Path) -> None:
    mine = shaped(
        own_project,
        "e:S sh:targetClass e:T ;\n    sh:property [ sh:path e:p ; sh:dataType xsd:date ] .\n",
    )
    with pytest.raises(ProjectError) as caught:
        check(mine, kinds=[Kind.SHAPE])
    assert str(caught.value) == (
        "ontology/shapes/plan.ttl:7: The shape <http://e/S> <http://e/p> is not compiled to SPARQL: "
        "sh:dataType is not compiled. "
        "Mend the shape, or check with --engine pyshacl; nothing was checked."
    )
    assert not check(mine, kinds=[Kind.SHAPE], engine=Engine.PYSHACL).findings


def test_explain_shows_queries_that_find_what_the_rule_finds(own_project: Path, cli: Cli) -> None:
    mine = shaped(
        own_project, "e:S sh:targetClass e:T ; sh:path e:p ; sh:minCount 1 ; sh:maxCount 1 ."
    )
    shown = cli("check", "--explain", "http://e/S", cwd=mine.root)
    assert shown.returncode == 0
    assert [line for line in shown.stdout.splitlines() if line.startswith("#")] == [
        "# <http://e/S> sh:MinCountConstraintComponent",
        "# <http://e/S> sh:MaxCountConstraintComponent",
    ]
    asked = cli("sparql", shown.stdout.split("\n\n#")[0], cwd=mine.root)
    assert "http://e/b" in asked.stdout
    assert "http://e/a" not in asked.stdout


def test_every_query_of_the_shipped_shapes_is_shown_in_full_or_the_nearest_rule_is_named(
    project: Project,
) -> None:
    shapes = read_shapes(project.shape_files())
    rules = read_rules(shapes, Names(read_prefixes(project)))
    (queries, refusals) = compile_shapes(shapes)
    assert refusals == []
    keys = sorted({rules.rule(one.shape, one.constraint).key for one in queries})
    assert len(keys) > 200
    assert all(explain(project, key).startswith(f"# {key} sh:") for key in by_lot(keys, 3))
    assert explain(project, "stale-candidate-violation").startswith("#+ question")
    for rule, says in {
        "pan:PlanShape-tipe": "Did you mean pan:PlanShape-type",
        "style-tab": "asks by no query",
        "text-link-key": "asks by no query",
        "x": "no rule « x ». pan2kg check names the rule",
        "pan:DateForm": "within the queries of the shapes that refer to it",
    }.items():
        with pytest.raises(ProjectError, match=says):
            explain(project, rule)


# Official shapes and the suite of the W3C, where they lie beside the clone

W3C: Final = SHARED / "w3c" / "shacl"
MANIFEST: Final = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
SUITE: Final = "http://www.w3.org/ns/shacl-test#"
OFFICIAL: Final = {
    "dcat-ap/3.0.1/shacl/shapes.ttl": ("sh:shape is not compiled",),
    "dcat-ap/3.0.1/shacl/shapes_recommended.ttl": (),
    "dcat-ap/3.0.1/shacl/range.ttl": (),
    "dcat-ap/3.0.1/shacl/mdr-vocabularies.shape.ttl": (),
    "dcat-ap/3.0.1/shacl/deprecateduris.ttl": (),
    "dcat-ap/3.0.1/shacl/generated-dcat-ap-SHACL.ttl": (
        "exactly one sh:path",
        "sh:closed is not compiled",
    ),
    "dcat-ap-lu/dcat_ap_lu_CM_shapes.ttl": (),
    "vocab/cpov-ap-2.1.2-shacl.ttl": ("sh:closed is not compiled",),
}
"""What is refused of official shapes: a parameter of an early draft, property shapes without a path, sh:closed."""


@pytest.mark.skipif(
    not SHARED.is_dir(), reason="no official shapes lie beside the clone, in ../shared/standards"
)
def test_official_shapes_are_compiled_or_refused_by_name() -> None:
    for name, reasons in OFFICIAL.items():
        queries, refusals = compile_shapes(read_shapes([SHARED / name]))
        assert queries
        assert all(any(reason in str(why) for reason in reasons) for _, why in refusals), (
            name,
            refusals,
        )
        assert bool(refusals) is bool(reasons)


@pytest.mark.skipif(
    not W3C.is_dir(), reason="the W3C suite is not in ../shared/standards beside the clone"
)
def test_the_suite_of_the_w3c_is_passed_but_for_what_is_refused() -> None:
    outcomes = {
        path.relative_to(W3C).as_posix(): outcome(path)
        for path in sorted(W3C.rglob("*.ttl"))
        if is_case(path)
    }
    assert {
        name: said for name, said in outcomes.items() if said not in ("passed", "refused")
    } == {}
    refused = sorted(name for name, said in outcomes.items() if said == "refused")
    assert [name for name in refused if not W3C_REFUSED.search(name)] == []
    assert (len(outcomes), len(refused)) == (121, 24)


W3C_REFUSED: Final = re.compile(
    "component/|pre-binding/|closed-|equals-|Disjoint-|path-(complex|zeroOr)|complex/|node/qualified-001"
)
"""Components of one's own, what names the graph of shapes, a count without its shape, and what no shape here uses."""


def is_case(path: Path) -> bool:
    return "sht:Validate" in path.read_text(encoding="utf-8")


def outcome(path: Path) -> str:
    told = gather((path, quad) for quad in statements_of(path))
    (case,) = (
        node
        for node in told.said
        if ox.NamedNode(SUITE + "Validate") in told.values(node, RDF + "type")
    )
    action = told.value(case, MANIFEST + "action")
    result = told.value(case, MANIFEST + "result")
    assert action is not None
    assert result is not None
    given, asked = (told.value(action, SUITE + name) for name in ("dataGraph", "shapesGraph"))
    apart = isinstance(given, ox.NamedNode) and given.value != path.as_uri()
    data = (
        statements_of(Path(given.value.removeprefix("file://")))
        if apart and given
        else statements_of(path)
    )
    shapes = Path(asked.value.removeprefix("file://")) if apart and asked else path
    engines = Engines(
        gather((shapes, quad) for quad in (data if shapes == path else statements_of(shapes)))
    )
    try:
        if engines.compiled[1]:
            return "refused"
    except QueryError:
        return "refused"
    wanted = set()
    for one in told.values(result, "result"):
        said = [
            told.value(one, name)
            for name in ("focusNode", "resultPath", "value", "sourceConstraintComponent")
        ]
        focus, way, value, component = said
        where = (
            ""
            if focus is None
            else focus.value
            if isinstance(focus, ox.NamedNode)
            else written(focus)
        )
        steps = "" if way is None else told.path(way)
        wanted.add(
            (
                alike(where),
                steps,
                alike(written(value)) if value else "",
                component.value if component else "",
            )
        )
    found = {
        (alike(one.focus), one.path, alike(one.value), one.component)
        for one in engines.by_queries(data)
    }
    return "passed" if found == wanted else f"wanted {wanted - found}, found {found - wanted}"


def statements_of(path: Path) -> list[ox.Quad]:
    return parse(path.read_bytes(), path.as_uri())
