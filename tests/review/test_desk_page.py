"""Deciding on candidates on the page « to review »: with keys, without JavaScript, and with a fault at its field."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import Watch, faults_of_access
from tests.copies import FEW, copy
from tests.review.conftest import TOKEN
from tests.review.desk import PLAN, SHA, document, prepare
from tests.review.test_served import Visitor

PDF = "https://example.org/plan.PDF"
FILE = f"graph/plans/{PLAN}/reviewed.ttl"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with candidates, over which the service of this module runs."""
    root = prepare(copy(tmp_path_factory.mktemp("desk") / "copy", FEW))
    keep_where_it_was_read(root)
    speak_twice(root / "work" / PLAN / "candidates.jsonl")
    return root


def keep_where_it_was_read(root: Path) -> None:
    """Say that the document was read as a PDF."""
    file = next(path for path in sorted((root / "graph" / "sources").glob("*.ttl")) if SHA in path.read_text("utf-8"))
    said = file.read_text(encoding="utf-8")
    file.write_text(said.replace(f'pan:sha256 "{SHA}" ;', f'pan:sha256 "{SHA}" ;\n    pan:readAt <{PDF}> ;'), "utf-8")


def speak_twice(path: Path) -> None:
    """Give the second candidate a second passage, that of the third action."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    text, words = document().text, "Principes directeurs"
    start = text.index(words, text.index("4.3."))
    lines[1]["passages"].append({**lines[1]["passages"][0], "start": start, "end": start + len(words)})
    path.write_text("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines), encoding="utf-8")


def say_alike(path: Path) -> None:
    """Add a fifth candidate that says of the third action what the second says."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    again = {**lines[1], "key": "c4-9", "action_or_plan": lines[2]["action_or_plan"]}
    again["passages"] = lines[1]["passages"][1:]
    path.write_text("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in [*lines, again]), "utf-8")


def sign_in(page: Page) -> None:
    page.fill("#token", TOKEN)
    page.click("main form button")
    expect(page.locator("#token")).to_have_count(0)


def test_candidates_are_decided_without_javascript_and_a_fault_stands_at_its_field(
    window: Watch, port: int, folder: Path
) -> None:
    watched = window(f"http://127.0.0.1:{port}/en/review.html", java_script_enabled=False)
    page = watched.page
    expect(page.locator("#candidate")).to_have_count(0)
    sign_in(page)
    expect(page.locator("#candidate mark")).to_have_text("premier Plan d’action national")
    expect(page.locator("#candidate .count")).to_contain_text("accepted: 0, rejected: 0")
    expect(page.get_by_role("link", name="page 12")).to_have_attribute("href", f"{PDF}#page=14")
    page.locator("#candidate summary[data-key=e]").click()
    page.fill("#c-words", "premier plan de paix")
    page.click("#candidate [value=accept]")
    watched.forgive("answer 422")
    expect(page.locator("#c-reviewer-fault")).to_contain_text("Your name")
    expect(page.locator("#c-words")).to_have_value("premier plan de paix")
    page.fill("#c-reviewer", "A. Weber")
    page.click("#candidate [value=accept]")
    expect(page.locator("#c-words-fault")).to_contain_text("does not have these words")
    watched.forgive("answer 422")
    expect(page.locator("#c-words")).to_have_attribute("aria-invalid", "true")
    page.fill("#c-words", "dans la ligne du premier Plan d’action national")
    page.click("#candidate [value=accept]")
    expect(page.locator("p[role=status]")).to_contain_text(FILE)
    expect(page.locator("#candidate .count")).to_contain_text("accepted: 1, rejected: 0")
    expect(page.locator("#candidate mark")).to_have_text("Principes directeurs")
    expect(page.locator("#c-reviewer")).to_have_value("A. Weber")
    written = (folder / FILE).read_text(encoding="utf-8")
    assert 'pan:quote "dans la ligne du premier Plan d’action national"@fr' in written
    page.click("#candidate [value=undo]")
    expect(page.locator("p[role=status]")).to_contain_text("undone")
    expect(page.locator("#candidate mark")).to_have_text("premier Plan d’action national")  # what waits again is shown
    assert "    pan:withdraws link:" in (folder / FILE).read_text(encoding="utf-8")


def test_keys_decide_and_lead_from_one_to_the_next(window: Watch, port: int, folder: Path) -> None:
    page = window(f"http://127.0.0.1:{port}/en/review.html").page
    sign_in(page)
    page.fill("#c-reviewer", "B. Muller")
    page.keyboard.press("a")  # in a field a key is a letter
    expect(page.locator("#c-reviewer")).to_have_value("B. Mullera")
    page.fill("#c-reviewer", "B. Muller")
    page.locator("h1").click()
    page.keyboard.press("r")
    page.keyboard.press("2")
    expect(page.locator("p[role=status]")).to_contain_text(FILE)
    assert "rejectionreason:wrong-edition" in (folder / FILE).read_text(encoding="utf-8")
    shown = page.locator("#candidate .statement").inner_text()
    page.keyboard.press("j")
    expect(page.locator("#candidate .statement")).not_to_have_text(shown)
    page.keyboard.press("k")
    expect(page.locator("#candidate .statement")).to_have_text(shown)
    page.keyboard.press("s")
    expect(page.locator("#candidate .statement")).not_to_have_text(shown)
    page.keyboard.press("k")
    expect(page.locator("#candidate .statement")).to_have_text(shown)  # what was put off comes last
    page.keyboard.press("?")
    expect(page.get_by_text("This list")).to_be_visible()
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#candidate mark'))")
    page.keyboard.press("e")
    expect(page.locator("#c-to")).to_be_visible()
    expect(page.locator("#c-words")).to_have_value(page.locator("#candidate mark").inner_text())
    page.locator("h1").click()
    page.keyboard.press("u")
    expect(page.locator("p[role=status]")).to_contain_text("undone")


def test_another_passage_is_shown_and_a_decision_rests_on_it(window: Watch, port: int, folder: Path) -> None:
    watched = window(f"http://127.0.0.1:{port}/en/review.html", java_script_enabled=False)
    page = watched.page
    sign_in(page)
    page.goto(f"http://127.0.0.1:{port}/en/review.html?candidate=c4-2")
    passage = page.locator("#candidate .passage")
    expect(passage).to_contain_text("4.2. Suivi des Principes directeurs")
    page.locator("#candidate [data-key=p]").click()
    expect(page.locator("#candidate [aria-current]")).to_have_text("2")
    page.click("#candidate [value=reject]")  # the passage stays when something is missing
    watched.forgive("answer 422")
    expect(page.locator("#candidate [aria-current]")).to_have_text("2")
    page.fill("#c-reviewer", "C. Klein")
    page.click("#candidate [value=accept]")
    expect(page.locator("p[role=status]")).to_contain_text(FILE)
    start = document().text.index("Principes directeurs", document().text.index("4.3."))
    assert f"pan:start {start} ;" in (folder / FILE).read_text(encoding="utf-8")
    page.click("#candidate [value=undo]")
    expect(page.locator("p[role=status]")).to_contain_text("undone")


@pytest.mark.parametrize("asked", ["passage=9", "passage=-1", "passage=%C2%B2", f"passage={'9' * 5000}", "later=%3Cx"])
def test_a_made_up_address_shows_the_first_candidate(port: int, asked: str) -> None:
    visitor = Visitor(port)
    visitor.sign_in()
    reply = visitor.get(f"/fr/review.html?{asked}")
    assert (reply.status, "<mark>premier Plan" in reply.text, "<x" in reply.text) == (200, True, False)


@pytest.mark.parametrize("width", [1280, 360])
def test_everyone_can_use_the_form(window: Watch, port: int, width: int) -> None:
    page = window(f"http://127.0.0.1:{port}/fr/review.html", width=width).page
    sign_in(page)
    page.goto(f"http://127.0.0.1:{port}/fr/review.html?candidate=c4-2")
    for summary in page.locator("#candidate summary").all():
        summary.click()
    assert faults_of_access(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_says_the_same_is_previewed_decided_and_undone_at_once(window: Watch, port: int, folder: Path) -> None:
    candidates = folder / "work" / PLAN / "candidates.jsonl"
    before = candidates.read_text(encoding="utf-8")
    say_alike(candidates)
    page = window(f"http://127.0.0.1:{port}/en/review.html", java_script_enabled=False).page
    sign_in(page)
    page.goto(f"http://127.0.0.1:{port}/en/review.html?candidate=c4-2")
    page.locator("#candidate summary[data-key=b]").click()
    box = page.locator("[name='with:c4-9']")
    expect(box).not_to_be_checked()
    box.check()
    page.fill("#c-reviewer", "D. Schmit")
    page.click("#candidate [value=preview]")
    expect(page.locator("#candidate pre")).to_contain_text("pan:decidedWith link:")
    expect(box).to_be_checked()
    shown = page.locator("#candidate pre").inner_text()
    written = folder / FILE
    assert not written.exists() or shown not in written.read_text(encoding="utf-8")
    page.click("#candidate [value=accept]")
    expect(page.locator("p[role=status]")).to_contain_text("those that were ticked are accepted")
    assert shown in written.read_text(encoding="utf-8")
    page.click("#candidate [value=undo]")
    expect(page.locator("p[role=status]")).to_contain_text("undone")
    assert written.read_text(encoding="utf-8").rstrip().count("pan:withdraws") >= 2
    page.goto(f"http://127.0.0.1:{port}/en/review.html?candidate=c4-9")
    expect(page.locator("#candidate .statement")).to_contain_text("4.3")
    candidates.write_text(before, encoding="utf-8")


def test_a_second_reader_sees_no_decision_and_how_far_both_agree_is_shown(window: Watch, port: int) -> None:
    page = window(f"http://127.0.0.1:{port}/en/review.html", java_script_enabled=False).page
    sign_in(page)
    page.goto(f"http://127.0.0.1:{port}/en/review.html?candidate=c4-3")
    page.fill("#c-reviewer", "First Reader")
    page.click("#candidate [value=accept]")
    expect(page.locator("p[role=status]")).to_contain_text(FILE)
    page.get_by_text("Order, controls and second reading").click()
    expect(page.get_by_text("A tenth of what others decided")).to_be_visible()
    page.fill("#m-reader", "Second Reader")
    page.check("[name=second]")
    page.get_by_role("button", name="Review this way").click()
    expect(page.locator("#candidate-title")).to_have_text("Second reading")
    expect(page.get_by_text("First Reader")).to_have_count(0)
    expect(page.locator("#c-reviewer")).to_have_value("Second Reader")
    page.locator("[name=rejection]").first.check()
    page.click("#candidate [value=reject]")
    expect(page.locator("p[role=status]")).to_contain_text("journal.jsonl")
    page.goto(f"http://127.0.0.1:{port}/en/review.html")
    told = page.locator("section:has(#agreement-title)")
    expect(told).to_contain_text("1 was decided by two readers")
    expect(told).to_contain_text("First Reader: accepted · Second Reader: rejected")
    page.goto(f"http://127.0.0.1:{port}/en/review.html?reader=First+Reader&second=on")
    expect(page.locator("#candidate")).to_contain_text("what you decided yourself is not part of it")


def test_who_finds_what_the_search_did_not_types_it_and_decides(window: Watch, port: int, folder: Path) -> None:
    watched = window(f"http://127.0.0.1:{port}/en/review.html", java_script_enabled=False)
    page = watched.page
    sign_in(page)
    page.locator("summary[data-key=n]").click()
    typed = {"from": "lu-bhr-2-4-1", "relation": "implements", "to": "ungp", "words": "no such words"}
    for name, value in typed.items():
        page.fill(f"[name=hand_{name}]", value)
    page.click("[value=propose]")
    watched.forgive("answer 422")
    expect(page.locator("[role=alert]")).to_contain_text("does not have these words")
    expect(page.locator("[name=hand_words]")).to_have_value("no such words")
    page.fill("[name=hand_words]", "Étude de la législation")
    page.click("[value=propose]")
    expect(page.locator("p[role=status]")).to_contain_text("by-hand.jsonl")
    expect(page.locator("#candidate mark")).to_have_text("Étude de la législation")
    expect(page.locator("#candidate")).to_contain_text("Typed by a person.")
    page.fill("#c-reviewer", "E. Thill")
    page.click("#candidate [value=accept]")
    expect(page.locator("p[role=status]")).to_contain_text(FILE)
    assert 'pan:quote "Étude de la législation"@fr' in (folder / FILE).read_text(encoding="utf-8")
