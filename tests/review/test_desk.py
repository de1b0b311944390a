"""Deciding on candidates: a key a decision, written at once, undone whenever one likes, and never asked again."""

from __future__ import annotations

import os
import pty
import select
import sys
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pan2kg
from pan2kg.errors import ProjectError
from pan2kg.extract.document import Quotation
from pan2kg.graph.graph import Graph
from pan2kg.project import Project
from pan2kg.review.decision import Candidate
from pan2kg.review.desk import Desk, Wanted, open_desk, press, suggestion
from pan2kg.review.record import for_second_reader, with_controls
from pan2kg.review.work import Material, read_material
from pan2kg.store.rules import derive
from pan2kg.store.store import open_store
from pan2kg.turtle.blocks import misnamed, read_turtle_file
from pan2kg.turtle.vocabulary import thing
from pan2kg.turtle.writer import read_prefixes
from pan2kg.validation.lines import check_style
from tests.conftest import BARE, PATIENCE, ROOT, Cli
from tests.copies import FEW, copy
from tests.review.conftest import EVIDENCE, WritableProject
from tests.review.desk import PLAN, prepare

DAY = date(2026, 5, 4)
FILE = f"graph/plans/{PLAN}/reviewed.ttl"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return prepare(copy(tmp_path / "copy", FEW))


@pytest.fixture
def material(root: Path, few: pan2kg.Graph) -> Material:
    """The candidates, over a graph in which the document of the text is known."""
    project = Project.at(root)
    found = read_material(Graph(project, few.store, language="fr", as_of=DAY), project)
    found.__dict__["documents"] = dict.fromkeys(found.plans, f"https://w3id.org/pan2kg/id/document/{DOCUMENT}")
    return found


DOCUMENT = "mae-gouvernement-lu-fr-pan-2"
OF_THE_FIRST = "globalnaps-org-country-issue-luxembourg-policy-coherence"
"""A document that carries the words of PAN 1 alone."""


def desk_of(material: Material, reviewer: str = "A. Weber", **wanted: bool | str) -> Desk:
    assert material.graph.project
    return open_desk(material, Project.at(material.graph.project.root), reviewer, DAY, Wanted(**wanted))  # type: ignore[arg-type]


def keys(desk: Desk) -> list[str]:
    return [one.key for one in desk.waiting]


def body(text: str) -> str:
    """What stands in a file behind its prefixes, of which an addition may need more."""
    return text[text.index("\n\n") :]


def pressed(desk: Desk, *typed: str) -> list[str]:
    return [press(desk, one).key for one in typed]


def test_candidates_come_in_the_order_of_the_text_with_their_surroundings(material: Material) -> None:
    desk = desk_of(material)
    assert keys(desk) == ["c4-1", "c4-2", "c4-3", "c4-4"]
    plan, listed = next(iter(material.plans.items()))
    surer = Material(material.graph, {plan: (*listed[:3], replace(listed[3], rank=0.99))}, material.texts)
    assert keys(desk_of(surer, order="rank"))[0] == "c4-4"
    card = desk.card("en")
    assert card
    assert card.statement.startswith("4.1 Studying the possibility")
    assert " — implements — " in card.statement
    assert (card.passage.words, card.passage.label) == ("premier Plan d’action national", "12")
    assert card.passage.prefix.endswith("dans la ligne du ")
    assert card.passage.path == ("Catégorie 4 – Démarches législatives",)
    assert len(card.others) > 5


def test_decisions_are_undone_one_after_the_other_also_another_day(material: Material, root: Path) -> None:
    first = desk_of(material)
    before = keys(first)
    pressed(first, "a", "r3")
    written = (root / FILE).read_text(encoding="utf-8")
    assert pressed(desk_of(material, "B. Muller"), "u") == ["outcome.nothing-to-undo"], "it is somebody else's"
    assert keys(desk_of(material, "B. Muller")) == before[2:]
    again = desk_of(material)
    assert pressed(again, "u", "u", "u") == ["said.undone", "said.undone", "outcome.nothing-to-undo"]
    assert sorted(keys(again)) == before == keys(desk_of(material))
    text = (root / FILE).read_text(encoding="utf-8")
    assert body(written) in text, "to undo adds and changes no line"
    assert (text.count(" a pan:Link "), text.count("    pan:withdraws link:")) == (2, 2)
    assert pressed(desk_of(material), "a") == ["said.accepted"]
    assert not list(misnamed([read_turtle_file((root / FILE).read_text(encoding="utf-8"), FILE)]))


def test_a_rejected_pair_comes_back_only_with_words_nobody_has_looked_at(material: Material) -> None:
    pressed(desk_of(material), "r1")
    again = desk_of(material)
    assert "c4-1" not in keys(again)
    plan, found = next(iter(material.plans.items()))
    one = found[0]
    fresh = replace(one, quotations=(later(one.quotations[0], 8),))
    material = Material(material.graph, {plan: (fresh, *found[1:])}, material.texts)
    material.__dict__["documents"] = {plan: f"https://w3id.org/pan2kg/id/document/{DOCUMENT}"}
    assert keys(desk_of(material))[0] == "c4-1"
    assert pressed(desk_of(material), "r1") == ["said.rejected"]
    assert "c4-1" not in keys(desk_of(material))


def later(found: Quotation, by: int) -> Quotation:
    """Words of which the first are left out."""
    return replace(found, start=found.start + by, words=found.words[by:])


def test_what_the_graph_does_not_have_is_not_accepted_until_another_end_is_named(material: Material) -> None:
    desk = desk_of(material)
    desk.move(-1)
    assert "nothing called ilo:C122" in press(desk, "a").say("en")
    assert "Nothing in the graph" in press(desk, "e to no such thing").say("en")
    assert pressed(desk, "e to lu-climate-pact-2012", "e relation references", "a") == [
        "said.edited", "said.edited", "said.accepted",
    ]  # fmt: skip


def test_words_are_cut_anew_only_where_they_stand_in_the_text(material: Material, root: Path) -> None:
    desk = desk_of(material)
    assert "does not have these words" in press(desk, "e quote premier plan de paix").say("en")
    assert pressed(desk, "e quote dans la ligne du premier Plan d'action national", "a")[0] == "said.edited"
    text = (root / FILE).read_text(encoding="utf-8")
    assert 'pan:quote "dans la ligne du premier Plan d’action national"@fr' in text


@pytest.mark.parametrize(
    ("typed", "said"),
    [("r", "said.which-reason"), ("r9", "said.which-reason"), ("e", "edit-what"), ("x", "help"), ("", "help"),
     ("ab", "help"), ("e relation nothing", "verbatim")],
)  # fmt: skip
def test_a_wrong_key_changes_nothing(material: Material, root: Path, typed: str, said: str) -> None:
    desk = desk_of(material)
    assert pressed(desk, typed) == [said]
    assert (keys(desk)[0], (root / FILE).exists()) == ("c4-1", False)


def test_who_skips_goes_on_counting_and_what_was_decided_before_counts(material: Material) -> None:
    desk = desk_of(material)
    counted = [desk.progress["number"]]
    for typed in ("j", "j", "a", "k", "s", "j"):
        press(desk, typed)
        counted.append(desk.progress["number"])
    assert counted == [1, 2, 3, 4, 3, 3, 4]
    pressed(desk_of(material, "B. Muller"), "r1")
    again = desk_of(material)
    assert list(again.progress.values()) == [3, 4, 1, 1]
    pressed(again, "u")
    assert list(again.progress.values()) == [2, 4, 0, 1]
    pressed(again, "a", "a", "r1")
    assert (again.current, again.progress["number"], again.progress["total"]) == (again.waiting[0], 4, 4)


@settings(max_examples=30)
@given(st.lists(st.sampled_from(["j", "k", "s", "p"]), max_size=12))
def test_moving_about_loses_no_candidate(typed: list[str]) -> None:
    proposals = [Candidate(str(n), "p", ("a", f"t{n}")) for n in range(4)]
    desk = Desk(Material(None), Project(ROOT), "A", DAY, list(proposals))  # type: ignore[arg-type]
    pressed(desk, *typed)
    assert sorted(keys(desk)) == ["0", "1", "2", "3"]
    assert desk.current in proposals


def many_of(material: Material) -> list[Candidate]:
    """A hundred candidates of the same few ends."""
    listed = next(iter(material.plans.values()))
    return [replace(listed[n % len(listed)], key=f"k{n}") for n in range(100)]


def test_controls_are_wrong_counted_and_never_written(material: Material, root: Path) -> None:
    many = many_of(material)
    shown = with_controls(many, many, ())
    planted = [one for one in shown if one.is_control]
    assert len(planted) == len(shown) - len(many) == 5
    assert not {one.ends for one in planted} & {one.ends for one in many}
    assert planted == [one for one in with_controls(many, many, ()) if one.is_control], "the same whenever one looks"
    assert not any(one.is_control for one in with_controls(many, many, {one.key for one in planted}))
    assert not any("control" in one.key for one in planted), "a key tells nobody"
    desk = desk_of(material, control=True)
    desk.waiting = [replace(one, key=f"c{n}") for n, one in enumerate(planted[:2])]
    assert pressed(desk, "a", "r1") == ["outcome.control-missed", "outcome.control-noticed"]
    assert (desk.controls, desk.decided, (root / FILE).exists()) == (
        {"met": 2, "recognised": 1}, {"accepted": 0, "rejected": 0}, False,
    )  # fmt: skip
    assert desk_of(material, control=True).controls == {"met": 2, "recognised": 1}
    assert desk_of(material, "B. Muller").controls == {"met": 0, "recognised": 0}


def test_a_second_reader_decides_blind_and_both_decisions_are_kept(material: Material, root: Path) -> None:
    pressed(desk_of(material), "a", "a", "a")
    text = (root / FILE).read_bytes()
    assert keys(desk_of(material, "A. Weber", second=True)) == [], "nobody reads his own decisions a second time"
    second = desk_of(material, "B. Muller", second=True)
    assert "c4-3" in keys(second)  # derived: always
    second.waiting = [one for one in second.material.plans[second.waiting[0].plan] if one.key in ("c4-2", "c4-3")]
    pressed(second, "a", "r1")
    found = second.compare()
    assert (found.both, [one[0].key for one in found.apart]) == (2, ["c4-3"])
    assert found.apart[0][1] == ("A. Weber", "accepted")
    assert found.apart[0][2] == ("B. Muller", "rejected")
    assert found.alpha is not None
    assert found.alpha < 1
    assert (root / FILE).read_bytes() == text
    again = desk_of(material, "B. Muller", second=True)
    assert not {"c4-2", "c4-3"} & set(keys(again))
    assert pressed(again, "u") == ["said.undone"]
    assert "c4-3" in keys(desk_of(material, "B. Muller", second=True))
    assert again.compare().both == 1


def test_a_tenth_and_all_that_is_derived_is_read_a_second_time() -> None:
    remarks = [("derived",) if n % 25 == 0 else () for n in range(100)]
    proposals = [Candidate(str(n), "p", ("a", "t"), remarks=one) for n, one in enumerate(remarks)]
    chosen = for_second_reader(proposals)
    assert {one for one in proposals if one.is_derived} <= set(chosen)
    assert 10 <= len(chosen) <= 14
    assert chosen == for_second_reader(proposals), "all who read a second time read the same"


def alike(material: Material, target: str = "") -> Material:
    """The same with three candidates that say the same of the same text, or of what is named."""
    plan, (first, second, *rest) = next(iter(material.plans.items()))
    second = replace(second, ends=(second.ends[0], target or second.ends[1]))
    others = [
        replace(second, key=f"d{n}", ends=(rest[n].ends[0], second.ends[1]), quotations=rest[n].quotations)
        for n in range(2)
    ]  # fmt: skip
    changed = Material(material.graph, {plan: (first, second, *others)}, material.texts)
    changed.__dict__["documents"] = material.documents
    return changed


def test_what_says_the_same_of_a_text_is_decided_at_once_and_undone_at_once(material: Material, root: Path) -> None:
    material = alike(material)
    desk = desk_of(material)
    desk.move(1)
    assert [one.key for one in desk.alike()] == ["d0", "d1"]
    assert pressed(desk, "b 1", "k", "j") == ["said.ticked", "said.moved", "said.moved"]
    assert not desk.ticked, "only for what is shown"
    assert pressed(desk, "b 3", "b x", "b 1-2") == ["said.which-together", "said.which-together", "said.ticked"]
    planned = press(desk, "w").say("en")
    assert (planned.count(" a pan:Link ;"), (root / FILE).exists()) == (3, False)
    assert press(desk, "a").say("en") == "3 accepted and written."
    written = (root / FILE).read_text(encoding="utf-8")
    assert planned in written
    assert written.count("    pan:decidedWith link:") == 2
    assert not list(check_style([read_turtle_file(written, FILE)], read_prefixes(Project.at(root))))
    assert (keys(desk), desk.progress["accepted"]) == (["c4-1"], 3)
    assert pressed(desk_of(material), "u", "u") == ["said.undone", "outcome.nothing-to-undo"]
    text = (root / FILE).read_text(encoding="utf-8")
    assert (body(written) in text, text.count("    pan:withdraws link:")) == (True, 3)
    assert len(desk_of(material).waiting) == 4


def test_how_the_same_words_were_decided_on_is_said_but_not_to_a_second_reader(material: Material) -> None:
    plan, (first, *rest) = next(iter(material.plans.items()))
    other = replace(first, key="o", ends=(first.ends[0], rest[0].ends[1]))
    material = Material(material.graph, {plan: (first, other, *rest)}, material.texts)
    material.__dict__["documents"] = {plan: f"https://w3id.org/pan2kg/id/document/{DOCUMENT}"}
    pressed(desk_of(material), "r1")
    card = desk_of(material).card("en")
    assert card
    assert "rejected by A. Weber on 2026-05-04" in card.previous[0]
    blind = desk_of(material, "B. Muller", second=True)
    blind.waiting = [other]
    shown = blind.card("en")
    assert shown
    assert not shown.previous


def test_how_long_a_decision_takes_is_measured(material: Material) -> None:
    desk = desk_of(material)
    assert desk.pace is None
    for seconds in (10.0, 20.0, 9999.0):
        desk.seconds = seconds
        press(desk, "r1")
    assert desk_of(material).pace == 15.0


def test_a_line_of_the_journal_that_is_none_is_said(material: Material, root: Path) -> None:
    (root / "work" / PLAN / "journal.jsonl").write_text("{}\n", "utf-8")
    with pytest.raises(ProjectError, match=r"journal\.jsonl:1"):
        desk_of(material)


def test_a_pipe_is_read_line_by_line(root: Path, cli: Cli) -> None:
    done = cli("review", "--by", "A. Weber", "--language", "en", cwd=root, stdin="a\nj\nr4\nu\nr4\nq\n")
    assert (done.returncode, done.stderr) == (0, "Accepted: 1, rejected: 1; left: 2.\n")
    assert "dans la ligne du [[premier Plan d’action national]]." in done.stdout
    assert "Undone: it waits again.\n" in done.stdout
    graph = Graph(Project.at(root), open_store(Project.at(root), partial(derive, only=["evidence-level"])))
    levels = graph.read(
        "PREFIX pan: <https://w3id.org/pan2kg/ontology#> SELECT ?level WHERE { ?link pan:reviewedBy 'A. Weber' ;"
        " pan:status <https://w3id.org/pan2kg/id/linkstatus/accepted> ; pan:evidenceLevel ?level }"
    )
    assert levels == [["https://w3id.org/pan2kg/id/evidencelevel/plan"]]


def test_a_terminal_is_read_key_by_key_and_put_back(root: Path) -> None:
    command = [sys.executable, "-m", "pan2kg.cli.main", "review", "--by", "A. Weber", "--language", "en"]
    child, handle = pty.fork()
    if not child:
        os.chdir(root)
        os.execve(sys.executable, command, {**BARE, "TERM": "xterm"})
    shown = until(handle, "q end")
    assert "\x1b[7m" in shown
    os.write(handle, b"a")
    assert "2 of 4 · accepted: 1" in until(handle, "q end")
    os.write(handle, b"r2")
    assert "3 of 4 · accepted: 1, rejected: 1" in until(handle, "q end")
    os.write(handle, b"e")
    until(handle, "quote WORDS:")
    os.write(handle, b"to lu-climate-pact-2012\n")
    assert "Changed; a accepts it so." in until(handle, "q end")
    os.write(handle, b"q")
    assert "Accepted: 1, rejected: 1; left: 2." in until(handle, "left: 2.")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    os.close(handle)
    assert (root / FILE).read_text(encoding="utf-8").count(" a pan:Link ") == 2


def until(handle: int, words: str) -> str:
    """What a terminal shows until these words."""
    shown = b""
    while words not in shown.decode("utf-8", "replace"):
        ready, _, _ = select.select([handle], [], [], PATIENCE)
        assert ready, shown.decode("utf-8", "replace")
        shown += os.read(handle, 4096)
    return shown.decode("utf-8", "replace")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda work: (work / "candidates.jsonl").write_text('{"key": 1}\n'), "This line is no candidate"),
        (lambda work: (work / "candidates.jsonl").unlink(), "There are no candidates in work/lu-bhr-2/"),
        (lambda work: (work / "document.json").write_text("{}"), "This is no document"),
    ],
    ids=["line", "none", "document"],
)
def test_what_cannot_be_reviewed_is_said_in_one_sentence(root: Path, cli: Cli, change: object, said: str) -> None:
    assert callable(change)
    change(root / "work" / PLAN)
    done = cli("review", "--plan", PLAN, "--by", "A", "--language", "en", cwd=root)
    assert (done.returncode, done.stdout, said in done.stderr, done.stderr.count("\n")) == (2, "", True, 1)


ACCEPT = "a {type} | {direction} | {channel} | {document} | {page} | {quote}".format(**EVIDENCE)


def suggested(writable: WritableProject, **wanted: bool | str) -> Desk:
    """A desk with nothing of documents, over a graph that is asked for."""
    graph = Graph(writable.project, writable.store, language="fr", as_of=DAY)
    return open_desk(Material(graph), writable.project, "A. Weber", DAY, Wanted(**wanted), lambda: graph)  # type: ignore[arg-type]


def test_nothing_is_suggested_before_somebody_asks_for_it(writable: WritableProject) -> None:
    desk = suggested(writable)
    assert (desk.current, desk.progress["total"]) == (None, 0)
    assert pressed(desk, "j", "g") == ["said.moved", "said.suggested"]
    first, *_, last = desk.waiting
    assert (desk.current, [one.key for one in desk.waiting]) == (first, [one.key for one in writable.queue])
    assert (desk.progress["number"], desk.progress["total"]) == (1, len(writable.queue))
    shown = "\n".join(suggestion(desk, "en"))
    assert "texts in common: " in shown
    assert "lu-bhr-1" in shown
    assert "edition" in shown
    pressed(desk, "k")
    assert desk.current == last
    pressed(desk, "j", "s")
    assert (desk.waiting[-1], desk.current != first, len({*keys(desk)})) == (first, True, len(writable.queue))
    wishes: tuple[dict[str, bool | str], ...] = (
        {"plan": thing("plan", "lu-climate-pact-2012")}, {"kind": "plan"}, {"second": True},
    )  # fmt: skip
    for wanted in wishes:
        desk = suggested(writable, **wanted)
        assert (pressed(desk, "g"), desk.waiting) == (["said.suggested"], [])


def test_what_is_suggested_is_decided_as_on_the_page_and_undone(writable: WritableProject) -> None:
    desk = suggested(writable)
    pressed(desk, "g")
    first, many = desk.current, len(desk.waiting)
    assert pressed(desk, ACCEPT, "r Deux publics différents.") == ["said.accepted", "said.rejected"]
    text = writable.file(FILE).read_text(encoding="utf-8")
    assert 'pan:quote "l’action 2.2 du PAN 1"@fr ;\n    pan:page "12" ;' in text
    rejected = next(one for one in writable.project.graph.glob("plans/*/reviewed.ttl") if "publics" in one.read_text())
    assert (len(desk.waiting), desk.decided) == (many - 2, {"accepted": 1, "rejected": 1})
    assert pressed(desk, "u", "u") == ["said.undone", "said.undone"]
    assert (len(desk.waiting), desk.current, desk.decided) == (many, first, {"accepted": 0, "rejected": 0})
    assert "pan:withdraws" in rejected.read_text(encoding="utf-8")
    assert pressed(desk, ACCEPT) == ["said.accepted"], "what was undone is decided anew"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("a", "suggested-which"),
        ("a cross-reference | back", "suggested-which"),
        ("r", "why"),
        ("e to lu-bhr-2", "help-suggested"),
        ("?", "help-suggested"),
        (ACCEPT.replace("| back |", "| up |"), "verbatim"),
        (ACCEPT.replace(EVIDENCE["document"], "no-such"), "verbatim"),
    ],
)
def test_what_is_wrong_with_a_suggestion_is_said_and_nothing_written(
    writable: WritableProject, typed: str, said: str
) -> None:
    desk = suggested(writable)
    pressed(desk, "g")
    before = writable.state()
    assert pressed(desk, typed) == [said]
    assert (writable.state(), desk.at) == (before, 0)


def test_a_candidate_of_the_graph_with_a_passage_needs_no_words(with_candidate: WritableProject) -> None:
    desk = suggested(with_candidate)
    pressed(desk, "g")
    desk.show("00000000000000ca")
    assert "confidence 0.80" in suggestion(desk, "en")
    assert pressed(desk, "a", "u", "a") == ["said.accepted", "said.undone", "said.accepted"]
    assert "dcterms:replaces link:00000000000000ca ;" in with_candidate.file(FILE).read_text(encoding="utf-8")


def test_a_project_without_documents_is_reviewed_by_what_its_graph_suggests(tmp_path: Path, cli: Cli) -> None:
    root = copy(tmp_path / "copy", FEW)
    done = cli(
        "review", "--suggested", "--by", "A. Weber", "--language", "en", cwd=root, stdin=f"{ACCEPT}\nr No.\nu\nq\n"
    )
    assert done.returncode == 0
    assert "Accepted: 1, rejected: 0; left: 0." in done.stderr
    assert "Suggested by the graph" in done.stdout
    assert done.stdout.count("Undone: it waits again.") == 1
    assert (root / FILE).is_file()
