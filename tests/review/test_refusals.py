"""What is refused of a decision, wherever it comes from: of a document, of the graph, or written by hand."""

from __future__ import annotations

from dataclasses import replace

import pan2kg
from pan2kg.graph.graph import Graph
from pan2kg.project import Project
from pan2kg.review.desk import open_desk, press
from pan2kg.review.work import Material, read_material
from pan2kg.turtle.vocabulary import thing
from tests.conftest import Cli
from tests.review.conftest import DAY, WritableProject
from tests.review.desk import prepare

KEPT = "mae-gouvernement-lu-fr-pan-2"
INVENTED = "de ne citer aucun autre plan"
LOOP = """
link:00000000000000cc a pan:Link ;
    pan:linkType linktype:builds-on ;
    pan:from plan:lu-bhr-1 ;
    pan:to plan:lu-bhr-2 ;
    pan:status linkstatus:accepted .
"""


def test_no_way_writes_words_that_the_kept_text_of_a_document_does_not_have(
    writable: WritableProject, cli: Cli
) -> None:
    before = writable.state()
    outcome = writable.decide(writable.queue[0], document=KEPT, quote=INVENTED)
    assert (outcome.code, outcome.values.get("field")) == ("not-taken", "quote")
    assert INVENTED in outcome.said.say("en")
    for kind in (["link", "lu-bhr-2-1-1", "ungp"], ["involvement", "lu-bhr-2-1-1", "maee", "--role", "support"]):
        done = cli("add", *kind, "--document", KEPT, "--quote", INVENTED, cwd=writable.project.root)
        assert (done.returncode, done.stdout, INVENTED in done.stderr) == (2, "", True)
    assert writable.state() == before


def test_no_way_closes_a_loop_of_what_builds_on_what(writable: WritableProject, cli: Cli, few: pan2kg.Graph) -> None:
    root = prepare(writable.project.root)
    writable.add("graph/plans/lu-bhr-1/links.ttl", LOOP)
    before = writable.state()
    project = Project.at(root)
    read = read_material(Graph(project, few.store, language="fr", as_of=DAY), project)
    plan, (first, *_) = next(iter(read.plans.items()))
    one = replace(first, ends=(plan, thing("plan", "lu-bhr-1")), relation="continues", linked_as="builds-on")
    material = Material(read.graph, {plan: (one,)}, read.texts)
    material.__dict__["documents"] = {plan: thing("document", KEPT)}
    assert "loop" in press(open_desk(material, project, "A. Weber", DAY), "a").say("en")
    done = cli(
        "add", "link", "lu-bhr-2", "lu-bhr-1", "--type", "builds-on", "--document", KEPT, "--quote",
        "Principes directeurs", "--language", "en", cwd=root,
    )  # fmt: skip
    assert (done.returncode, done.stdout, "loop" in done.stderr) == (2, "", True), done.stderr
    assert writable.state() == before
