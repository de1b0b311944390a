"""Deciding on candidates: a key a decision, written at once, undone whenever one likes, and never asked again."""

import json
import os
import pty
import select
import shutil
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import pan2kg
from pan2kg.graph.graph import Graph
from pan2kg.project import Project
from pan2kg.review.cards import card_of, suggestion
from pan2kg.review.control import for_second_reader, with_controls
from pan2kg.review.decision import Candidate
from pan2kg.review.desk import Desk, Wanted, open_desk
from pan2kg.review.forms import submit
from pan2kg.review.keys import press
from pan2kg.review.outcomes import Outcome
from pan2kg.review.work import CANDIDATES, Material, read_material
from pan2kg.store.project_files import load_project
from pan2kg.store.rules import derive, open_store
from pan2kg.turtle.blocks import read_turtle_file
from pan2kg.turtle.link_keys import misnamed
from pan2kg.turtle.vocabulary import thing
from pan2kg.turtle.writer import read_prefixes
from pan2kg.validation.style import check_style
from tests.conftest import BARE, PATIENCE, Cli
from tests.copies import FEW, GRAPH, copy
from tests.review.conftest import DAY, EVIDENCE, FILE, PLAN, READ, WritableProject, prepare

OLD = Path(__file__).parents[1] / "data" / "review-0.1.0"
"""Made by release 0.1.0: links and parts of documents, of the graph and typed; decided on, undone, read twice."""
ACCEPT = "a {type} | {direction} | {channel} | {document} | {page} | {quote}".format(**EVIDENCE)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return prepare(copy(tmp_path / "copy", FEW))


def read_in(root: Path, few: pan2kg.Graph) -> Material:
    """The candidates, over a graph in which the document of the text is known."""
    project = Project.at(root)
    material = read_material(Graph(project, few.store, language="fr", as_of=DAY), project)
    material.__dict__["documents"] = dict.fromkeys(material.plans, thing("document", READ))
    return material


@pytest.fixture
def material(root: Path, few: pan2kg.Graph) -> Material:
    return read_in(root, few)


def desk_of(material: Material, reviewer: str = "A. Weber", **wanted: bool | str) -> Desk:
    assert material.graph.project
    return open_desk(
        material,
        Project.at(material.graph.project.root),
        reviewer,
        DAY,
        Wanted(**wanted),  # type: ignore[arg-type]
    )


def changed(material: Material, *candidates: Candidate) -> Material:
    """The same with other candidates of its text."""
    new = Material(material.graph, dict.fromkeys(material.plans, candidates), material.texts)
    new.__dict__["documents"] = material.documents
    return new


def keys(desk: Desk) -> list[str]:
    return [candidate.key for candidate in desk.waiting]


def pressed(desk: Desk, *typed: str) -> list[str]:
    return [press(desk, key).key for key in typed]


def body(text: str) -> str:
    """What stands in a file behind its prefixes, of which an addition may need more."""
    return text[text.index("\n\n") :]


def test_a_terminal_is_read_key_by_key_and_put_back(root: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "pan2kg.cli.main",
        "review",
        "--by",
        "A. Weber",
        "--language",
        "en",
    ]
    child, handle = pty.fork()
    if not child:
        os.chdir(root)
        os.execve(sys.executable, command, {**BARE, "TERM": "xterm"})

    def until(words: str) -> str:
        shown = b""
        while words not in shown.decode("utf-8", "replace"):
            ready, _, _ = select.select([handle], [], [], PATIENCE)
            assert ready, shown.decode("utf-8", "replace")
            shown += os.read(handle, 4096)
        return shown.decode("utf-8", "replace")

    assert "\x1b[7m" in until("q end")
    for typed, shown, end in (
        (b"a", "2 of 4 · accepted: 1", "q end"),
        (b"r2", "3 of 4 · accepted: 1, rejected: 1", "q end"),
        (b"e", "", "quote WORDS:"),
        (b"to lu-climate-pact-2012\n", "Changed; a accepts it so.", "q end"),
        (b"q", "Accepted: 1, rejected: 1; left: 2.", "left: 2."),
    ):
        os.write(handle, typed)
        assert shown in until(end)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    os.close(handle)
    assert (root / FILE).read_text(encoding="utf-8").count(" a pan:Link ") == 2


def test_names_cannot_steer_the_terminal_in_which_they_are_read(root: Path, cli: Cli) -> None:
    plan = root / "graph" / "plans" / f"{PLAN}.ttl"
    text = plan.read_text(encoding="utf-8")
    plan.write_text(text.replace('prefLabel "', 'prefLabel "\\u001B[2J'), encoding="utf-8")
    done = cli("review", "--by", "A. Weber", cwd=root, stdin="?\nq\n")
    assert "␛[2J" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr


def test_a_rejected_pair_comes_back_only_with_words_nobody_has_looked_at(
    material: Material,
) -> None:
    pressed(desk_of(material), "r1")
    assert "c4-1" not in keys(desk_of(material))
    (candidate, *others), *_ = material.plans.values()
    quotation = candidate.quotations[0]
    shorter = replace(quotation, start=quotation.start + 8, words=quotation.words[8:])
    material = changed(material, replace(candidate, quotations=(shorter,)), *others)
    assert keys(desk_of(material))[0] == "c4-1"
    assert pressed(desk_of(material), "r1") == ["said.rejected"]
    assert "c4-1" not in keys(desk_of(material))


def test_who_skips_goes_on_counting_and_what_was_decided_before_counts(material: Material) -> None:
    desk = desk_of(material)
    counted = [desk.progress["number"]]
    for seconds, typed in enumerate(("j", "j", "a", "k", "s", "j")):
        desk.seconds = seconds + 8.0
        press(desk, typed)
        counted.append(desk.progress["number"])
    assert counted == [1, 2, 3, 4, 3, 3, 4]
    other = desk_of(material, "B. Muller")
    other.seconds = 9999.0  # somebody went away
    pressed(other, "r1")
    again = desk_of(material)
    assert (list(again.progress.values()), again.measured()[1]) == ([3, 4, 1, 1], 10.0)
    pressed(again, "u")
    assert list(again.progress.values()) == [2, 4, 0, 1]
    pressed(again, "a", "a", "r1")
    assert (again.current, again.progress["number"], again.progress["total"]) == (
        again.waiting[0],
        4,
        4,
    )


def test_controls_are_wrong_counted_and_never_written(material: Material, root: Path) -> None:
    listed = next(iter(material.plans.values()))
    many = [replace(listed[n % len(listed)], key=f"k{n}") for n in range(100)]
    planted = [candidate for candidate in with_controls(many, many, ()) if candidate.is_control]
    assert len(planted) == 5
    assert not {candidate.ends for candidate in planted} & {candidate.ends for candidate in many}
    assert with_controls(many, many, ()) == with_controls(many, many, ()), (
        "the same whenever one looks"
    )
    assert with_controls(many, many, {candidate.key for candidate in planted}) == many
    assert not any("control" in candidate.key for candidate in planted), "a key tells nobody"
    desk = desk_of(material, control=True)
    desk.waiting = [replace(candidate, key=f"c{n}") for n, candidate in enumerate(planted[:2])]
    assert pressed(desk, "a", "r1") == ["outcome.control-missed", "outcome.control-noticed"]
    counted = {"met": 2, "recognised": 1}
    assert (desk.measured()[0], desk.progress["accepted"], (root / FILE).exists()) == (
        counted,
        0,
        False,
    )
    assert desk_of(material, control=True).measured()[0] == counted
    assert desk_of(material, "B. Muller").measured()[0] == {"met": 0, "recognised": 0}


def test_a_second_reader_decides_blind_and_both_decisions_are_kept(
    material: Material, root: Path
) -> None:
    """A tenth and all that is derived is read a second time, the same by all who do."""
    many = [
        Candidate(str(n), "p", ("a", "t"), remarks=() if n % 25 else ("derived",))
        for n in range(100)
    ]
    chosen = for_second_reader(many)
    assert (chosen, {item for item in many if item.is_derived} <= set(chosen)) == (
        for_second_reader(many),
        True,
    )
    assert 10 <= len(chosen) <= 14
    pressed(desk_of(material), "a", "a", "a")
    text = (root / FILE).read_bytes()
    assert keys(desk_of(material, "A. Weber", second=True)) == [], (
        "nobody reads his own decisions a second time"
    )
    second = desk_of(material, "B. Muller", second=True)
    assert "c4-3" in keys(second)  # derived: always
    second.waiting = [
        item
        for item in second.material.plans[second.waiting[0].plan]
        if item.key in ("c4-2", "c4-3")
    ]
    card = card_of(second, "en")
    assert card
    assert not card.previous, "how the same words were decided on is not said to a second reader"
    pressed(second, "a", "r1")
    *_, agreement = second.measured()
    ((candidate, *decisions),) = agreement.apart
    assert (agreement.both, candidate.key) == (2, "c4-3")
    assert decisions == [("A. Weber", "accepted"), ("B. Muller", "rejected")]
    assert agreement.alpha is not None
    assert agreement.alpha < 1
    assert (root / FILE).read_bytes() == text
    again = desk_of(material, "B. Muller", second=True)
    assert not {"c4-2", "c4-3"} & set(keys(again))
    assert pressed(again, "u") == ["said.undone"]
    assert "c4-3" in keys(desk_of(material, "B. Muller", second=True))


def test_what_says_the_same_of_a_text_is_decided_at_once_and_undone_at_once(
    material: Material, root: Path
) -> None:
    (first, second, *rest), *_ = material.plans.values()
    others = [
        replace(
            second,
            key=f"d{n}",
            ends=(candidate.ends[0], second.ends[1]),
            quotations=candidate.quotations,
        )
        for n, candidate in enumerate(rest)
    ]
    material = changed(material, first, second, *others)
    desk = desk_of(material)
    desk.move(1)
    assert [candidate.key for candidate in desk.alike()] == ["d0", "d1"]
    assert pressed(desk, "b 1", "k", "j") == ["said.ticked", "said.moved", "said.moved"]
    assert not desk.ticked, "only for what is shown"
    assert pressed(desk, "b 3", "b x", "b 1-2") == [
        "said.which-together",
        "said.which-together",
        "said.ticked",
    ]
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
    twice = replace(first, key="o", ends=(first.ends[0], second.ends[1]))
    pressed(desk_of(changed(material, first, twice, *rest)), "r1")
    card = card_of(desk_of(changed(material, first, twice, *rest)), "en")
    assert card
    assert "A. Weber: rejected, 2026-05-04" in card.previous[0], (
        "how the same words were decided on"
    )


def test_a_pipe_is_read_line_by_line_and_what_cannot_be_reviewed_is_said(
    root: Path, cli: Cli
) -> None:
    done = cli(
        "review", "--by", "A. Weber", "--language", "en", cwd=root, stdin="a\nj\nr4\nu\nr4\nq\n"
    )
    assert (done.returncode, done.stderr) == (0, "Accepted: 1, rejected: 1; left: 2.\n")
    assert "dans la ligne du [[premier Plan d’action national]]." in done.stdout
    assert "Undone: it waits again.\n" in done.stdout
    work = root / "work" / PLAN
    for name, text, said in (
        ("journal.jsonl", "{}\n", "journal.jsonl:1"),
        ("document.json", "{}", "This is no document"),
        ("candidates.jsonl", '{"key": 1}\n', "This line is no candidate"),
        ("candidates.jsonl", None, "There are no candidates in work/lu-bhr-2/"),
    ):
        (work / name).write_text(text, "utf-8") if text else (work / name).unlink()
        done = cli("review", "--plan", PLAN, "--by", "A", "--language", "en", cwd=root)
        assert (done.returncode, done.stdout, said in done.stderr, done.stderr.count("\n")) == (
            2,
            "",
            True,
            1,
        )


def suggested(writable: WritableProject, **wanted: bool | str) -> Desk:
    """A desk with nothing of documents, over a graph that is asked for."""
    graph = Graph(writable.project, writable.store, language="fr", as_of=DAY)
    return open_desk(
        Material(graph),
        writable.project,
        "A. Weber",
        DAY,
        Wanted(**wanted),  # type: ignore[arg-type]
        lambda: graph,
    )


def test_what_is_suggested_is_asked_for_decided_as_on_the_page_and_undone(
    with_candidate: WritableProject, cli: Cli
) -> None:
    writable = with_candidate
    desk = suggested(with_candidate)
    assert (desk.current, desk.progress["total"]) == (None, 0)
    assert pressed(desk, "j", "g") == ["said.moved", "said.suggested"]
    _, shown, *_, last = desk.waiting
    assert keys(desk) == [candidate.key for candidate in writable.queue]
    pressed(desk, "k")
    assert (desk.current, desk.progress["total"]) == (last, len(writable.queue))
    pressed(desk, "j", "j")
    lines = "\n".join(suggestion(desk, "en"))
    assert not [
        words for words in ("texts in common: ", "lu-bhr-1", "edition") if words not in lines
    ]
    wishes = (
        {"plan": thing("plan", "lu-cooperation-gender-2021")},
        {"kind": "text"},
        {"second": True},
    )
    for wanted in wishes:
        other = suggested(writable, **wanted)
        assert (pressed(other, "g"), other.waiting) == (["said.suggested"], [])
    before = writable.state()
    many = len(desk.waiting)
    wrong = {
        "a": "suggested-which",
        "a cross-reference | back": "suggested-which",
        "r": "why",
        "?": "help-suggested",
        "e to lu-bhr-2": "help-suggested",
        ACCEPT.replace("| back |", "| up |"): "verbatim",
        ACCEPT.replace(EVIDENCE["document"], "no-such"): "verbatim",
    }
    assert pressed(desk, *wrong) == list(wrong.values())
    assert (writable.state(), desk.current) == (before, shown)
    assert pressed(desk, ACCEPT, "r Deux publics différents.") == ["said.accepted", "said.rejected"]
    rejected = next(
        path
        for path in writable.project.graph.glob("plans/*-reviewed.ttl")
        if "publics" in path.read_text()
    )
    assert (len(desk.waiting), desk.progress["accepted"], desk.progress["rejected"]) == (
        many - 2,
        1,
        1,
    )
    assert pressed(desk, "u", "u") == ["said.undone", "said.undone"]
    assert (len(desk.waiting), desk.current, desk.progress["accepted"]) == (many, shown, 0)
    assert "pan:withdraws" in rejected.read_text(encoding="utf-8")
    assert pressed(desk, ACCEPT) == ["said.accepted"], "what was undone is decided anew"
    desk.show("00000000000000ca")  # a candidate link with a passage needs no words
    assert "confidence 0.80" in suggestion(desk, "en")
    assert pressed(desk, "a", "u", "a") == ["said.accepted", "said.undone", "said.accepted"]
    command = ("review", "--suggested", "--by", "A. Weber", "--language", "en")
    done = cli(*command, cwd=writable.project.root, stdin="r No.\nu\nq\n")
    assert (done.returncode, "Suggested by the graph" in done.stdout) == (0, True)
    assert done.stdout.count("Undone: it waits again.") == 1


def test_candidates_come_in_the_order_of_the_text_and_a_wrong_key_changes_nothing(
    material: Material, root: Path
) -> None:
    desk = desk_of(material)
    assert keys(desk) == ["c4-1", "c4-2", "c4-3", "c4-4"]
    *others, fourth = next(iter(material.plans.values()))
    assert (
        keys(desk_of(changed(material, *others, replace(fourth, rank=0.99)), order="rank"))[0]
        == "c4-4"
    )
    card = card_of(desk, "en")
    assert card
    assert (card.passage.words, card.passage.label) == ("premier Plan d’action national", "12")
    assert card.passage.prefix.endswith("dans la ligne du ")
    assert card.passage.path == ("Catégorie 4 – Démarches législatives",)
    wrong = {
        "r": "said.which-reason",
        "r9": "said.which-reason",
        "e": "edit-what",
        "x": "help",
        "": "help",
        "ab": "help",
        "e relation nothing": "verbatim",
        "e to no such thing": "joined",
    }
    assert pressed(desk, *wrong) == list(wrong.values())
    assert (keys(desk)[0], (root / FILE).exists()) == ("c4-1", False)
    desk.move(-1)
    assert pressed(desk, "a") == ["joined"], "the graph has nothing of the kind"
    assert (
        pressed(desk, "e to lu-climate-pact-2012", "e relation references", "a")[-1]
        == "said.accepted"
    )
    pressed(desk, "j", "r3")
    written = (root / FILE).read_text(encoding="utf-8")
    assert pressed(desk_of(material, "B. Muller"), "u") == ["outcome.nothing-to-undo"], (
        "it is somebody else's"
    )
    again = desk_of(material)
    assert pressed(again, "u", "u", "u") == [
        "said.undone",
        "said.undone",
        "outcome.nothing-to-undo",
    ]
    assert sorted(keys(again)) == ["c4-1", "c4-2", "c4-3", "c4-4"] == keys(desk_of(material))
    text = (root / FILE).read_text(encoding="utf-8")
    assert body(written) in text, "to undo adds and changes no line"
    assert (text.count(" a pan:Link "), text.count("    pan:withdraws link:")) == (2, 2)
    assert not list(misnamed([read_turtle_file(text, FILE)]))


def test_a_page_proposes_previews_decides_several_and_reads_a_second_time(root: Path) -> None:
    project = Project.at(root)
    store = load_project(project)
    derive(store, project, ["main-label"])

    def send(item: str, verdict: str, **form: str) -> Outcome:
        fields = {"form": "candidate", "item": item, "verdict": verdict, "reviewer": "A. Weber"}
        return submit(Project.at(root), store, fields | form, DAY, language="fr")

    work = root / "work" / PLAN / CANDIDATES
    lines = [json.loads(line) for line in work.read_text("utf-8").splitlines()]
    lines.append({**lines[1], "key": "c4-9", "action_or_plan": lines[2]["action_or_plan"]})
    start = lines[1]["passages"][0]["start"] + len("Principes ")
    lines[1]["passages"].append({**lines[1]["passages"][0], "start": start, "quote": "directeurs"})
    work.write_text("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines), "utf-8")
    several = {"with:c4-9": "on"}
    planned = str(send("c4-2", "preview", **several).values["preview"])
    assert ("pan:decidedWith link:" in planned, (root / FILE).exists()) == (True, False)
    assert send("c4-2", "accept", **several).code == "accepted-many"
    assert planned in (root / FILE).read_text("utf-8")
    assert send("", "undo").values["candidate"] == "c4-2"
    assert send("c4-2", "accept", passage="1").is_done
    assert f"pan:start {start} ;" in (root / FILE).read_text("utf-8")
    assert send("c4-3", "accept").is_done  # of what is derived all is read a second time
    assert send("c4-3", "accept", reviewer="B. Muller", second="on").code == "second-noted"
    typed = {"hand_from": "lu-bhr-2-4-1", "hand_relation": "implements", "hand_to": "ungp"}
    assert send("", "propose", **typed, hand_words="no such words").code == "not-taken"
    proposed = send("", "propose", **typed, hand_words="Étude de la législation")
    assert (proposed.is_done, proposed.files[0].endswith("by-hand.jsonl")) == (True, True)
    assert send(str(proposed.values["candidate"]), "accept", words="Étude").is_done
    assert 'pan:quote "Étude"@fr' in (root / FILE).read_text("utf-8"), "words are cut anew"
    assert send("c4-1", "accept", words="premier plan de paix").values["field"] == "words"


def test_a_review_goes_on_where_release_0_1_0_left_it(root: Path, few: pan2kg.Graph) -> None:
    reviewed = root / FILE
    shutil.copyfile(OLD / "reviewed.ttl", reviewed)
    for path in OLD.glob("*.json*"):
        shutil.copyfile(path, root / "work" / PLAN / path.name)
    material = read_in(root, few)
    desk = desk_of(material)
    assert keys(desk) == ["lu-bhr-2-4-1-ccdh-partner", "c4-2", "c4-4"]
    assert desk.progress == {"number": 8, "total": 10, "accepted": 5, "rejected": 2}
    assert [desk_of(material, name).measured()[0]["met"] for name in ("A. Weber", "C. Klein")] == [
        0,
        1,
    ]
    *_, agreement = desk.measured()
    assert (agreement.both, [candidate.key for candidate, _, _ in agreement.apart]) == (2, ["c4-3"])
    assert desk_of(material, "B. Muller", second=True).waiting == []
    before = reviewed.read_text("utf-8")
    assert pressed(desk, *"uuuuuuu") == ["said.undone"] * 6 + ["outcome.nothing-to-undo"]
    assert pressed(desk_of(material, "C. Klein"), "u") == ["said.undone"]
    assert reviewed.read_text("utf-8").startswith(before)
    assert pressed(desk, "a") == ["said.accepted"]


def test_equal_decisions_write_the_same_bytes_as_release_0_1_0(root: Path) -> None:
    """Links and parts accepted, rejected and undone, of a document, typed and of the graph, by two people."""
    for name in ("organisations/advisory-bodies.ttl", "names/bodies.ttl"):
        shutil.copyfile(GRAPH / name, root / "graph" / name)
    links = root / "graph" / "plans" / f"{PLAN}.ttl"
    work = root / "work" / PLAN
    links.write_text(
        links.read_text("utf-8") + "\n" + (OLD / "candidate-links.ttl").read_text("utf-8"), "utf-8"
    )
    shutil.copyfile(OLD / CANDIDATES, work / CANDIDATES)
    project = Project.at(root)
    day = date(2026, 11, 29)
    graph = Graph(project, open_store(project), language="fr", as_of=day)
    sessions = {
        "A. Weber": (
            "a",
            "r4",
            "u",
            "n lu-bhr-2-4-1 | references | ungp | Principes directeurs et de l’Agenda",
            "a",
            "n lu-bhr-2-4-2 | lead | ccdh | l’Agenda 2030",
            "r2",
            "b 1",
            "a",
            "g",
            ACCEPT,
            "r Deux publics différents.",
            "u",
            "a of the first",
        ),
        "C. Klein": ("j", "j", "j", "r1"),
    }
    for reviewer, typed in sessions.items():
        material = read_material(graph, project)
        desk = open_desk(
            material, project, reviewer, day, Wanted(plan=thing("plan", PLAN)), lambda: graph
        )
        for key in typed:
            if key.endswith("of the first"):
                desk = open_desk(material, project, reviewer, day)
                desk.show("e1")
            press(desk, key.partition(" of ")[0])
    assert (root / FILE).read_text("utf-8") == (OLD / "reviewed.ttl").read_text("utf-8")
    before, now = (
        [json.loads(line) for line in (folder / "by-hand.jsonl").read_text("utf-8").splitlines()]
        for folder in (OLD, work)
    )
    assert [passage.pop("label") for line in now for passage in line["passages"]] == ["12"] * len(
        now
    )
    assert now == before
