"""What is refused of a decision, the same whether it is of a document, of the graph or stated by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

import pan2kg
from pan2kg.graph.graph import Graph
from pan2kg.project import Project
from pan2kg.review.decision import Candidate
from pan2kg.review.desk import Desk, open_desk, press
from pan2kg.review.work import Material, read_material
from pan2kg.turtle.vocabulary import thing
from tests.conftest import Cli
from tests.review.conftest import DAY, WritableProject
from tests.review.desk import PLAN, prepare

KEPT = "mae-gouvernement-lu-fr-pan-2"
OF_THE_FIRST = "globalnaps-org-country-issue-luxembourg-policy-coherence"
"""A document that carries the words of PAN 1 alone."""
INVENTED = "de ne citer aucun autre plan"
WORK = thing("action", f"{PLAN}-4-1")
YOUNGER = "lu-cooperation-gender-2021"
LOOP = """
link:00000000000000cc a pan:Link ;
    pan:linkType linktype:builds-on ;
    pan:from {0} ;
    pan:to plan:lu-climate-pact-2012 ;
    pan:status linkstatus:accepted .

link:00000000000000cd a pan:Link ;
    pan:linkType linktype:builds-on ;
    pan:from plan:lu-climate-pact-2012 ;
    pan:to {1} ;
    pan:status linkstatus:accepted .
"""
DECIDED = """
link:00000000000000ce a pan:Link ;
    pan:linkType linktype:{2} ;
    pan:relation relation:references ;
    pan:from {1} ;
    pan:to {0} ;
    pan:status linkstatus:accepted ;
    pan:certainty certainty:stated .
"""


@dataclass(frozen=True)
class Room:
    """A copy to be written to, and the three ways to write a link into it."""

    writable: WritableProject
    cli: Cli
    few: pan2kg.Graph

    def add_link(self, links: str, *ends: str) -> None:
        self.writable.add(f"graph/plans/{PLAN}/links.ttl", links.format(*ends))

    def desk(self, document: str = KEPT, **change: object) -> Desk:
        """A desk with one candidate of a document, from an action of PAN 2 to PAN 1 where nothing else is said."""
        root = self.writable.project.root
        project = Project.at(root if (root / "work").exists() else prepare(root))
        read = read_material(Graph(project, self.few.store, language="fr", as_of=DAY), project)
        plan, (first, *_) = next(iter(read.plans.items()))
        candidate = replace(first, **{"relation": "references"} | change)  # type: ignore[arg-type]
        material = Material(read.graph, {plan: (candidate,)}, read.texts)
        material.__dict__["documents"] = {plan: thing("document", document)}
        return open_desk(material, project, "A. Weber", DAY)

    def by_document(self, document: str = KEPT, **change: object) -> str:
        return press(self.desk(document, **change), "a").say("en")

    def by_graph(self, **form: str) -> str:
        return self.writable.decide(self.first, **form).said.say("fr")

    def by_hand(self, end: str, document: str = KEPT, quote: str = "Principes directeurs", *more: str) -> str:
        words = ("--document", document, "--quote", quote, "--language", "en", *more)
        done = self.cli("add", "link", f"{PLAN}-4-1", end, *words, cwd=self.writable.project.root)
        assert (done.returncode == 0) == (not done.stderr.startswith("pan2kg: "))
        return done.stderr

    @property
    def first(self) -> Candidate:
        return self.writable.queue[0]

    @property
    def ends(self) -> tuple[str, str]:
        """The ends of the first suggestion as files name them."""
        one, two = (end.rpartition("/")[2] for end in self.first.ends)
        return f"action:{one}", f"action:{two}"


@pytest.fixture
def room(writable: WritableProject, cli: Cli, few: pan2kg.Graph) -> Room:
    return Room(writable, cli, few)


BUILDS = {"linked_as": "builds-on"}
FIELDS = {
    "direction": {"direction": "forth"}, "document": {"document": OF_THE_FIRST},
    "quote": {"document": KEPT, "quote": INVENTED},
}  # fmt: skip
REFUSED: dict[str, tuple[Callable[[Room], str], str]] = {
    "younger, document": (lambda room: room.by_document(ends=(WORK, thing("plan", YOUNGER))), "is of 20"),
    "younger, graph": (lambda room: room.by_graph(direction="forth"), "date du 20"),
    "younger, hand": (lambda room: room.by_hand(YOUNGER), "is of 20"),
    "side, document": (lambda room: room.by_document(OF_THE_FIRST), "carries the words of lu-bhr-1"),
    "side, graph": (lambda room: room.by_graph(document=OF_THE_FIRST), "porte les termes de lu-bhr-1"),
    "side, hand": (lambda room: room.by_hand("lu-bhr-1", OF_THE_FIRST), "carries the words of lu-bhr-1"),
    "invented, graph": (lambda room: room.by_graph(document=KEPT, quote=INVENTED), INVENTED),
    "invented, hand": (lambda room: room.by_hand("lu-climate-pact-2012", quote=INVENTED), INVENTED),
    "not in graph, document": (
        lambda room: room.by_document(ends=(WORK, "ilo:C122")), "nothing called ilo:C122",
    ),
}  # fmt: skip


def test_what_cannot_be_is_refused_and_no_file_changes(room: Room) -> None:
    desk = room.desk()  # puts the text that was read into the project
    moved = replace(desk.quotation, start=desk.quotation.start + 1)
    desk.waiting = [replace(desk.waiting[0], quotations=(moved,))]
    before = room.writable.state()
    assert "read anew since" in press(desk, "a").say("en")
    for case, (ask, said) in REFUSED.items():
        assert said in ask(room), case
        assert room.writable.state() == before, case
    for field, change in FIELDS.items():
        outcome = room.writable.decide(room.first, **change)
        assert (outcome.code, outcome.values["field"]) == ("not-taken", field), "where a form went wrong"


@pytest.mark.parametrize("way", ["document", "graph", "hand"])
@pytest.mark.parametrize("what", ["loop", "decided"])
def test_what_stands_in_files_refuses_a_decision(room: Room, way: str, what: str) -> None:
    """A loop of what builds on what may go by way of others; what somebody decided elsewhere, or wrote, counts too."""
    ends = room.ends if way == "graph" else ("plan:lu-bhr-1", f"action:{PLAN}-4-1")
    desk = room.desk(**BUILDS) if what == "loop" else room.desk()
    room.add_link(LOOP if what == "loop" else DECIDED, *ends, "builds-on" if way == "graph" else "cross-reference")
    before = room.writable.state()
    if way == "document":
        said = press(desk, "a").say("en")
    elif way == "graph":
        said = room.by_graph(type="builds-on", channel="") if what == "loop" else room.by_graph()
    else:
        more = ("--type", "builds-on") if what == "loop" else ("--relation", "references")
        said = room.by_hand("lu-bhr-1", KEPT, "Principes directeurs", *more)
    told = {
        "loop": {"document": "close a loop", "graph": "fermerait une boucle", "hand": "close a loop"},
        "decided": {"document": "meanwhile", "graph": "entre-temps", "hand": "duplicate-link"},
    }
    assert told[what][way] in said
    assert room.writable.state() == before


def test_what_is_refused_of_a_link_may_be_rejected_announced_or_said_by_others(room: Room) -> None:
    desk = room.desk(OF_THE_FIRST)
    assert press(desk, "r2").key == "said.rejected", "to reject needs no words of anybody"
    desk = room.desk(ends=(WORK, thing("plan", YOUNGER)), relation="announces")
    assert press(desk, "a").key == "said.accepted"
    assert room.writable.decide(room.first, type="external-statement", direction="forth").code == "accepted"


def test_none_of_several_is_written_where_one_cannot_be(room: Room) -> None:
    desk = room.desk(ends=(WORK, thing("plan", YOUNGER)))
    first = desk.waiting[0]
    other = replace(first, key="other", ends=(thing("action", f"{PLAN}-4-2"), first.ends[1]))
    desk.waiting = [first, other]
    before = room.writable.state()
    assert press(desk, "b 1").key == "said.ticked"
    assert "2021-05" in press(desk, "a").say("en")
    assert room.writable.state() == before
    assert press(desk, "r2").key == "said.rejected-many"
