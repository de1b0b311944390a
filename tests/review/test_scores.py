"""Scores and the pages of reviews: stored by cell, superseded by later ones; nothing typed is ever markup."""

import pytest

import pan2kg
from pan2kg.i18n import LANGUAGES
from pan2kg.review.suggested import graph_candidates
from pan2kg.scores.review import MOST, cell_name
from pan2kg.site.entry_form import FAULT, SESSION_SEAL
from pan2kg.site.page import Mode, SiteContext
from pan2kg.site.registry import Site
from pan2kg.tables.kinds import DEFAULT, table_kinds
from pan2kg.turtle.blocks import read_turtle_file
from pan2kg.turtle.writer import read_prefixes
from pan2kg.validation.style import check_style
from tests.review.conftest import Refused, WritableProject, cases

ONE = "lu-bhr-2-1-1"
TWO = "lu-bhr-2-2-2"
THREE = "lu-bhr-1-m3"
GIVEN = {
    "form": "scores", "assessor": "gt-edh", "reviewer": "A. Weber",
    "rationale": "Les mêmes entreprises sont visées deux fois.", "language": "fr",
}  # fmt: skip
CHOSEN = {"plan": "lu-bhr-2", "other": "lu-bhr-1", "assessor": "gt-edh"}
FILES = ("graph/plans/lu-bhr-1-scores.ttl", "graph/plans/lu-bhr-2-scores.ttl")
SCALE_FILE = "graph/scales.ttl"
SCALE_HEAD = "".join(
    f"@prefix {name}: <{space}> .\n"
    for name, space in {
        "pan": "https://w3id.org/pan2kg/ontology#",
        "scale": "https://w3id.org/pan2kg/id/scale/",
        "skos": "http://www.w3.org/2004/02/skos/core#",
    }.items()
)
SCALE = """
scale:{name} a pan:Scale ;
    skos:prefLabel "échelle"@fr ;
    pan:minimum 0 ;
    pan:maximum {highest} ;
    pan:step {step} .
"""
HOSTILE = "\"'><script>alert(1)</script>"


def cell(one: str, two: str, score: str) -> dict[str, str]:
    return {cell_name(f"/{one}", f"/{two}"): score}


def cells_of(project: WritableProject) -> dict[tuple[str, str], float]:
    (matrix,) = project.reopened().material.scores
    return {
        (start.rpartition("/")[2], end.rpartition("/")[2]): score
        for start, end, score in matrix.cells()
    }


def test_scores_stand_in_the_file_of_the_plan_of_what_acts_and_a_later_supersedes(
    writable: WritableProject,
) -> None:
    outcome = writable.send(
        **GIVEN, **cell(ONE, THREE, "-2"), **cell(THREE, ONE, "3"), **cell(ONE, TWO, "")
    )
    assert (outcome.code, sorted(outcome.files)) == ("scored", list(FILES))
    for name in FILES:
        text = writable.file(name).read_text(encoding="utf-8")
        assert (
            list(check_style([read_turtle_file(text, name)], read_prefixes(writable.project))) == []
        )
    first = writable.file(FILES[1]).read_text(encoding="utf-8")
    assert [
        first.count(words)
        for words in ("a pan:Link ;", "pan:score -2 ;", "pan:assessor body:gt-edh ;")
    ] == [1] * 3
    later = writable.reopened()
    rows = table_kinds()["interaction"].make(later.material, DEFAULT).rows
    assert {str(row["action"]).rpartition("/")[2] for row in rows} == {ONE, THREE}
    (opposed,) = table_kinds()["opposed"].make(later.material, DEFAULT).rows
    assert (opposed["score"], opposed["rationale"]) == (-2, GIVEN["rationale"])
    changed = GIVEN | {"rationale": "Après entretien."}
    assert (
        later.send(**changed, **cell(ONE, THREE, "2"), **cell(THREE, ONE, "3")).files == FILES[1:]
    )
    text = writable.file(FILES[1]).read_text(encoding="utf-8")
    assert (first.partition("\n\n")[2] in text, text.count("dcterms:replaces")) == (True, 1)
    assert later.reopened().send(**changed, **cell(ONE, THREE, "0")).code == "scored"
    assert cells_of(later) == {(ONE, THREE): 0, (THREE, ONE): 3}


def test_what_was_scored_meanwhile_is_not_overruled_unseen(writable: WritableProject) -> None:
    writable.send(**GIVEN, **cell(ONE, THREE, "-2"))
    before = writable.state()
    outcome = writable.send(**GIVEN, **cell(ONE, THREE, "3"))
    assert (outcome.code, outcome.values["file"], writable.state()) == (
        "scored-meanwhile",
        FILES[1],
        before,
    )
    assert writable.reopened().send(**GIVEN, **cell(ONE, THREE, "-2")).code == "unchanged"
    assert writable.send(**GIVEN | {"assessor": "maee"}, **cell(ONE, THREE, "1")).code == "scored"
    matrices = writable.reopened().material.scores
    assert sorted(matrix.assessor.rpartition("/")[2] for matrix in matrices) == ["gt-edh", "maee"]


def test_a_declared_scale_is_taken_by_its_bounds_and_the_form_offers_what_it_allows(
    writable: WritableProject,
) -> None:
    scales = {"own": (5, 1), "long": (100, 1), "shares": (1, 0.05)}
    blocks = [
        SCALE.format(name=name, highest=highest, step=step)
        for name, (highest, step) in scales.items()
    ]
    writable.file(SCALE_FILE).write_text(SCALE_HEAD + "".join(blocks), encoding="utf-8")
    given = GIVEN | {"scale": "shares"}
    ready = writable.reopened()
    site = Site(SiteContext(ready.material, mode="served", is_writable=True))
    form = {**CHOSEN, SESSION_SEAL: "secret", f"on:{ONE}": "1", f"on:{THREE}": "1"}
    fields = {
        "own": '<option value="5">+5</option>',
        "long": 'type="number"',
        "shares": 'step="0.05"',
    }
    for name, field in fields.items():
        page = site.page("fr/scores.html", form | {"scale": name})
        assert page
        assert field in page.body.decode()
        assert "indissociable" not in page.body.decode().partition('class="matrix"')[2]
    assert ready.send(**given, **cell(ONE, THREE, "1.5")).code == "unknown"
    assert ready.send(**given, **cell(ONE, THREE, "0.25")).code == "scored"
    text = writable.file(FILES[1]).read_text(encoding="utf-8")
    assert (
        "pan:score 0.25 ;\n" in text,
        "pan:onScale scale:shares ;" in text,
        "pan:scale " in text,
    ) == (
        True,
        True,
        False,
    )
    later = writable.reopened()
    assert [matrix.scale.name for matrix in later.material.scores] == ["shares"]
    assert later.send(**given, **cell(ONE, THREE, "0.75")).code == "scored"
    assert cells_of(writable) == {(ONE, THREE): 0.75}


def test_what_is_no_score_is_refused(writable: WritableProject, refused: Refused) -> None:
    for case in cases("refused-scores"):
        refused(case["code"], **GIVEN | cell(ONE, THREE, "1") | case["change"])
    first, *others = (
        action.rpartition("/")[2] for action in writable.material.uses.actions[: MOST + 1]
    )
    refused(
        "too-many-actions",
        **GIVEN,
        **{cell_name(f"/{first}", f"/{other}"): "1" for other in others},
    )
    writable.file(FILES[1]).mkdir()
    refused("not-written", **GIVEN, **cell(THREE, ONE, "1"), **cell(ONE, THREE, "1"))


def page(
    dated: pan2kg.Graph,
    path: str,
    arguments: dict[str, str],
    *,
    mode: Mode = "served",
    writable: bool = True,
) -> str:
    found = Site(SiteContext(dated, mode=mode, is_writable=writable)).page(path, arguments)
    assert found
    return found.body.decode()


@pytest.mark.parametrize("name", ["review", "scores"])
def test_what_cannot_be_written_to_has_no_form_and_secrets_stand_in_forms_alone(
    dated: pan2kg.Graph, name: str
) -> None:
    modes: tuple[Mode, ...] = ("static", "served")
    for mode, language in zip(modes, LANGUAGES[1:], strict=True):
        text = page(
            dated,
            f"{language}/{name}.html",
            {SESSION_SEAL: "x", FAULT: HOSTILE},
            mode=mode,
            writable=False,
        )
        assert "pan2kg serve --writable" in text
        assert not [words for words in ('method="post"', "alert(1)") if words in text]
    text = page(
        dated, f"de/{name}.html", {**CHOSEN, SESSION_SEAL: "secret", "reviewer": "A. Weber"}
    )
    sent = [form.split("</form>")[0] for form in text.split('method="post"')[1:]]
    assert sent
    assert text.count("secret") == sum(form.count("secret") for form in sent)
    assert all("reviewer=" not in link for link in text.split('href="')[1:])


def test_what_was_typed_comes_back_as_text(dated: pan2kg.Graph) -> None:
    typed = dict.fromkeys(
        ("quote", "reason", "reviewer", "page", "document", "channel", "type", "language"), HOSTILE
    )
    given = {
        **typed,
        SESSION_SEAL: HOSTILE,
        FAULT: HOSTILE,
        "item": graph_candidates(dated)[0].key,
    }
    text = page(dated, "en/review.html", given)
    assert "<script>alert" not in text
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 6
    given |= {
        **CHOSEN,
        "scale": HOSTILE,
        "rationale": HOSTILE,
        f"on:{ONE}": HOSTILE,
        f"on:{THREE}": HOSTILE,
    }
    text = page(dated, "en/scores.html", given | cell(THREE, ONE, HOSTILE))
    assert "<script>alert" not in text
    assert text.count('name="score:') == 2
