"""Interaction scores: stored by cell, superseded by later ones, and shown where scores are shown."""

from __future__ import annotations

from pan2kg.review.scores import MOST, cell_name
from pan2kg.site.page import SiteContext
from pan2kg.site.registry import Site
from pan2kg.site.review import SEAL
from pan2kg.tables.table import DEFAULT, TABLES
from pan2kg.turtle.blocks import read_turtle_file
from pan2kg.turtle.writer import read_prefixes
from pan2kg.validation.lines import check_style
from tests.review.conftest import Refused, WritableProject

ONE, TWO, THREE = "lu-bhr-2-1-1", "lu-bhr-2-2-2", "lu-bhr-1-m3"
GIVEN = {
    "form": "scores", "assessor": "gt-edh", "reviewer": "A. Weber",
    "rationale": "Les mêmes entreprises sont visées deux fois.", "language": "fr",
}  # fmt: skip
FILES = ("graph/plans/lu-bhr-1/scores.ttl", "graph/plans/lu-bhr-2/scores.ttl")


def cell(one: str, two: str, score: str) -> dict[str, str]:
    return {cell_name(f"/{one}", f"/{two}"): score}


def test_scores_stand_in_the_file_of_the_plan_of_what_acts(writable: WritableProject) -> None:
    outcome = writable.send(**GIVEN, **cell(ONE, THREE, "-2"), **cell(THREE, ONE, "3"), **cell(ONE, TWO, ""))
    assert outcome.code == "scored"
    assert sorted(outcome.files) == list(FILES)
    for name in FILES:
        text = writable.file(name).read_text(encoding="utf-8")
        assert list(check_style([read_turtle_file(text, name)], read_prefixes(writable.project))) == []
    text = writable.file(FILES[1]).read_text(encoding="utf-8")
    assert text.count("a pan:Link ;") == 1
    assert "pan:score -2 ;" in text
    assert "pan:assessor body:gt-edh ;" in text
    rows = TABLES["interaction"].make(writable.reopened().material, DEFAULT).rows
    assert {str(row["action"]).rpartition("/")[2] for row in rows} == {ONE, THREE}
    (opposed,) = TABLES["opposed"].make(writable.reopened().material, DEFAULT).rows
    assert (opposed["score"], opposed["rationale"]) == (-2, GIVEN["rationale"])


def test_a_later_score_supersedes_and_the_earlier_stays(writable: WritableProject) -> None:
    writable.send(**GIVEN, **cell(ONE, THREE, "-2"), **cell(ONE, TWO, "1"))
    first = writable.file(FILES[1]).read_text(encoding="utf-8")
    later = writable.reopened()
    changed = GIVEN | {"rationale": "Après entretien."}
    assert later.send(**changed, **cell(ONE, THREE, "2"), **cell(ONE, TWO, "1")).code == "scored"
    text = writable.file(FILES[1]).read_text(encoding="utf-8")
    assert text.startswith(first.partition("\n\n")[2][:50]) or first.partition("\n\n")[2] in text
    assert text.count("dcterms:replaces") == 1
    latest = later.reopened()
    assert latest.send(**changed, **cell(ONE, THREE, "0")).code == "scored"
    (matrix,) = latest.reopened().material.scores
    assert {(a.rpartition("/")[2], b.rpartition("/")[2]): s for a, b, s in matrix.cells()} == {
        (ONE, THREE): 0,
        (ONE, TWO): 1,
    }
    assert TABLES["opposed"].make(latest.reopened().material, DEFAULT).rows == ()


def test_what_was_scored_meanwhile_is_not_overruled_unseen(writable: WritableProject) -> None:
    writable.send(**GIVEN, **cell(ONE, THREE, "-2"))
    before = writable.state()
    outcome = writable.send(**GIVEN, **cell(ONE, THREE, "3"))
    assert outcome.code == "scored-meanwhile"
    assert outcome.values["file"] == FILES[1]
    assert writable.state() == before
    assert writable.reopened().send(**GIVEN, **cell(ONE, THREE, "-2")).code == "unchanged"
    assert writable.send(**GIVEN | {"assessor": "maee"}, **cell(ONE, THREE, "1")).code == "scored"
    matrices = writable.reopened().material.scores
    assert sorted(matrix.assessor.rpartition("/")[2] for matrix in matrices) == ["gt-edh", "maee"]


SCALE_FILE = "graph/scales.ttl"
SCALES = """@prefix pan: <https://w3id.org/pan2kg/ontology#> .
@prefix scale: <https://w3id.org/pan2kg/id/scale/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

scale:{name} a pan:Scale ;
    skos:prefLabel "échelle"@fr ;
    pan:minimum 0 ;
    pan:maximum {highest} ;
    pan:step {step} .
"""


def test_scores_on_a_declared_scale_are_taken_by_its_bounds(writable: WritableProject) -> None:
    writable.file(SCALE_FILE).write_text(SCALES.format(name="shares", highest=1, step=0.05), encoding="utf-8")
    given = GIVEN | {"scale": "shares"}
    ready = writable.reopened()
    assert ready.send(**given, **cell(ONE, THREE, "1.5")).code == "unknown"
    assert ready.send(**given, **cell(ONE, THREE, "0.25")).code == "scored"
    text = writable.file(FILES[1]).read_text(encoding="utf-8")
    assert "pan:score 0.25 ;" in text
    assert "pan:onScale scale:shares ;" in text
    assert "pan:scale " not in text
    later = writable.reopened()
    (matrix,) = later.material.scores
    assert (matrix.scale.name, [score for _, _, score in matrix.cells()]) == ("shares", [0.25])
    assert later.send(**given, **cell(ONE, THREE, "0.75")).code == "scored"
    (matrix,) = writable.reopened().material.scores
    assert [score for _, _, score in matrix.cells()] == [0.75]


def test_what_is_no_score_is_refused(writable: WritableProject, refused: Refused) -> None:
    cases = [
        *[("unknown", cell(ONE, THREE, score)) for score in ("4", "+1", "1 ; pan:x 2")],
        ("unknown", cell(ONE, ONE, "1")), ("unknown", cell(ONE, "nowhere", "1")), ("unknown", {"score:a": "1"}),
        ("unknown", {"assessor": "nobody"}), ("unknown", {"scale": 'x" ; pan:x "y'}), ("missing", {"rationale": "\n"}),
        ("missing", {"reviewer": ""}), ("missing", {"assessor": ""}), ("too-long", {"rationale": "x" * 2001}),
        ("unchanged", cell(ONE, THREE, "")),
    ]  # fmt: skip
    for code, change in cases:
        refused(code, **GIVEN | cell(ONE, THREE, "1") | change)
    actions = [action.rpartition("/")[2] for action in writable.material.uses.actions[: MOST + 1]]
    cells: dict[str, str] = {}
    for other in actions[1:]:
        cells |= cell(actions[0], other, "1")
    refused("too-many-actions", **GIVEN, **cells)
    writable.file(FILES[1]).mkdir()
    refused("not-written", **GIVEN, **cell(THREE, ONE, "1"), **cell(ONE, THREE, "1"))


def test_the_form_offers_what_a_declared_scale_allows(writable: WritableProject) -> None:
    form = {"plan": "lu-bhr-2", "other": "lu-bhr-1", "assessor": "gt-edh", SEAL: "secret"}
    form |= {f"on:{ONE}": "1", f"on:{THREE}": "1"}
    scales = {"own": (5, 1), "long": (100, 1), "shares": (1, 0.05)}
    fields = {"own": '<option value="5">+5</option>', "long": 'type="number"', "shares": 'step="0.05"'}
    texts = [SCALES.format(name=name, highest=highest, step=step) for name, (highest, step) in scales.items()]
    head = texts[0].partition("\n\n")[0]
    blocks = [text.partition("\n\n")[2] for text in texts]
    writable.file(SCALE_FILE).write_text("\n\n".join([head, *blocks]), encoding="utf-8")
    site = Site(SiteContext(writable.reopened().material, mode="served", writable=True))
    for name, field in fields.items():
        page = site.page("fr/scores.html", form | {"scale": name})
        assert page
        assert field in page.body.decode()
        assert "indissociable" not in page.body.decode().partition('class="matrix"')[2]
