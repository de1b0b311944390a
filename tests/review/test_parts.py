"""Bodies a document names become parts in an action where their field or the words beside them say which one."""

from __future__ import annotations

import shutil
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

import pytest

import pan2kg
from pan2kg.extract.document import Document, DocumentBlock, laid
from pan2kg.graph.graph import Graph
from pan2kg.i18n.message import today
from pan2kg.project import Project
from pan2kg.review.candidates import search
from pan2kg.review.desk import Desk, decide_candidate, open_desk, press
from pan2kg.review.work import keep, read_material
from pan2kg.store.queries import program_query
from pan2kg.store.rules import derive
from pan2kg.store.store import open_store
from pan2kg.turtle.blocks import read_turtle_file
from pan2kg.turtle.writer import read_prefixes
from pan2kg.validation.lines import check_style
from tests.conftest import Cli
from tests.copies import FEW, GRAPH, copy
from tests.review.desk import SHA, prepare

ID: Final = "https://w3id.org/pan2kg/id/"
PLAN: Final = ID + "plan/lu-bhr-2"
ACTION: Final = ID + "action/lu-bhr-2-4-1"
BODY: Final = ID + "body/ccdh"
NAME: Final = "Commission consultative des Droits de l’Homme"
FILE: Final = "graph/plans/lu-bhr-2/reviewed.ttl"
DAY: Final = date(2026, 5, 4)


def of_few(folder: Path) -> Path:
    """A few plans with the bodies that advise, and the names of all bodies."""
    copy(folder, FEW)
    for name in ("organisations/advisory-bodies.ttl", "names/bodies.ttl"):
        shutil.copyfile(GRAPH / name, folder / "graph" / name)
    return folder


@pytest.fixture(scope="module")
def with_bodies(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """What is read of these files."""
    return pan2kg.open_graph(of_few(tmp_path_factory.mktemp("bodies") / "few"), language="fr")


def read_as(*texts: tuple[str, str]) -> Document:
    blocks = [DocumentBlock(7, "5", kind, text, 2 * (kind == "heading"), language="fr") for kind, text in texts]  # type: ignore[arg-type]
    return Document("plan.pdf", SHA, "pdf", 9, laid(blocks))


def in_action(graph: Graph, *texts: str) -> Document:
    return read_as(("heading", graph.label(ACTION, "fr")), *(("paragraph", text) for text in texts))


def test_one_candidate_a_role_has_all_passages(with_bodies: pan2kg.Graph) -> None:
    document = in_action(
        with_bodies, f"Partenaires : {NAME}", f"En partenariat avec la {NAME}, on étudie.", f"La {NAME} est citée."
    )
    made = search(with_bodies, document, PLAN)
    (one,) = [one for one in made.candidates if one.type == "involvement"]
    assert (*one.ends, one.relation, one.said) == (ACTION, BODY, "partner", "Partenaires")
    assert len(one.quotations) == 2
    assert made.skipped["body"] == 1
    assert "Partenaires" in getattr(one.reason, "say", str)("fr")


@pytest.fixture
def root(tmp_path: Path, with_bodies: pan2kg.Graph) -> Path:
    """A project in which the text of a plan was read, with one part to decide on."""
    folder = prepare(of_few(tmp_path / "copy"))
    document = in_action(with_bodies, f"Chef de file : {NAME}")
    made = search(with_bodies, document, PLAN)
    keep(Project.at(folder), "lu-bhr-2", document, made.mentions, made.candidates)
    return folder


def desk_of(root: Path, with_bodies: pan2kg.Graph, by: str = "A. Weber") -> Desk:
    project = Project.at(root)
    material = read_material(Graph(project, with_bodies.store, language="fr", as_of=DAY), project)
    material.__dict__["documents"] = {PLAN: f"{ID}document/mae-gouvernement-lu-fr-pan-2"}
    return open_desk(material, project, by, DAY)


def test_from_the_document_to_what_passes_check_and_back_by_the_page(root: Path, cli: Cli) -> None:
    for text in (root / "texts").glob("mae-gouvernement-lu-fr-pan-2.*"):
        text.unlink()  # the text that was read is another one
    done = cli("review", "--by", "A. Weber", "--language", "en", cwd=root, stdin="a\nq\n")
    assert (done.returncode, done.stderr) == (0, "Accepted: 1, rejected: 0; left: 0.\n")
    checked = cli("check", FILE, "--language", "en", cwd=root)
    assert checked.returncode == 0, checked.stdout
    store = open_store(Project.at(root), partial(derive, only=["evidence-level"]))
    graph = Graph(Project.at(root), store, language="fr")
    levels = graph.read(
        "PREFIX pan: <https://w3id.org/pan2kg/ontology#> SELECT ?level WHERE "
        "{ ?part a pan:Involvement ; pan:reviewedBy 'A. Weber' ; pan:evidenceLevel ?level }"
    )
    assert levels == [[f"{ID}evidencelevel/plan"]]
    form = {"form": "candidate", "reviewer": "A. Weber"}
    assert decide_candidate(graph, {**form, "verdict": "undo"}, today()).files == (FILE,)
    form["item"] = "lu-bhr-2-4-1-ccdh-lead"
    rejected = decide_candidate(graph, {**form, "verdict": "reject", "rejection": "too-vague"}, DAY)
    assert (rejected.code, rejected.files) == ("rejected", (FILE,))
    checked = cli("check", FILE, "--language", "en", cwd=root)
    assert checked.returncode == 0, checked.stdout


def opened(root: Path) -> Graph:
    """The graph as its files say it now."""
    project = Project.at(root)
    return Graph(project, open_store(project, partial(derive, only=["main-label"])), language="fr")


def test_a_rejected_part_stands_in_the_graph_as_no_involvement_and_does_not_return(
    root: Path, with_bodies: pan2kg.Graph
) -> None:
    assert press(desk_of(root, with_bodies), "r4").key == "said.rejected"
    text = (root / FILE).read_text("utf-8")
    assert ("pan:Involvement" in text, text.count(" a pan:Decision ;")) == (False, 1)
    assert not list(check_style([read_turtle_file(text, FILE)], read_prefixes(Project.at(root))))
    assert desk_of(root, with_bodies, "B. Muller").current is None
    for path in (root / "work").rglob("*.*"):
        path.unlink()  # as on another machine, which has the files of the graph alone
    graph = opened(root)
    assert graph.read(program_query("review/parts-of-plan", plan=PLAN)) == with_bodies.read(
        program_query("review/parts-of-plan", plan=PLAN)
    )
    again = search(graph, in_action(with_bodies, f"Chef de file : {NAME}"), PLAN)
    assert (again.candidates, again.skipped["rejected"]) == ((), 1)
    fresh = in_action(with_bodies, f"Chef de file : {NAME}", f"Le plan est piloté par la {NAME}.")
    (one,) = search(graph, fresh, PLAN).candidates
    assert [getattr(remark, "key", "") for remark in one.remarks] == ["rejected-before"]
