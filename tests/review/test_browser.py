"""Reviewing in a real browser, with and without JavaScript: keys, faults at their field, and whether everyone can."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import Watch, faults_of_access, faults_of_places
from tests.copies import FEW, copy
from tests.lots import by_lot
from tests.review.conftest import EVIDENCE, TOKEN
from tests.review.desk import PLAN, SHA, prepare
from tests.review.test_scores import ONE, THREE

PDF = "https://example.org/plan.PDF"
FILE = f"graph/plans/{PLAN}/reviewed.ttl"
ITEM, OTHER = "lu-bhr-1-m6--lu-bhr-2-3-2", "lu-bhr-1-m6--lu-bhr-2-5-2"
MATRIX = f"scores.html?plan=lu-bhr-2&other=lu-bhr-1&assessor=gt-edh&on:{ONE}=1&on:{THREE}=1"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with candidates of a document that was read as a PDF."""
    root = prepare(copy(tmp_path_factory.mktemp("desk") / "copy", FEW))
    file = next(path for path in sorted((root / "graph" / "sources").glob("*.ttl")) if SHA in path.read_text("utf-8"))
    sha = f'pan:sha256 "{SHA}" ;'
    file.write_text(file.read_text("utf-8").replace(sha, f"{sha}\n    pan:readAt <{PDF}> ;"), "utf-8")
    return root


def sign_in(page: Page) -> None:
    page.fill("#token", TOKEN)
    page.click("main form button")
    expect(page.locator("#token")).to_have_count(0)


@pytest.fixture
def plain(window: Watch, port: int) -> Callable[[str], tuple[Page, Callable[[str], None]]]:
    """A page without JavaScript at which somebody has signed in, and how to pass over an answer."""

    def open_page(path: str) -> tuple[Page, Callable[[str], None]]:
        watched = window(f"http://127.0.0.1:{port}/{path[:2]}/review.html", java_script_enabled=False)
        sign_in(watched.page)
        watched.page.goto(f"http://127.0.0.1:{port}/{path}")
        return watched.page, watched.forgive

    return open_page


Plain = Callable[[str], tuple[Page, Callable[[str], None]]]


def test_candidates_are_decided_without_javascript_and_a_fault_stands_at_its_field(plain: Plain, folder: Path) -> None:
    page, forgive = plain("en/review.html")
    expect(page.locator("#candidate mark")).to_have_text("premier Plan d’action national")
    expect(page.locator("#candidate .count")).to_contain_text("accepted: 0, rejected: 0")
    expect(page.get_by_role("link", name="page 12")).to_have_attribute("href", f"{PDF}#page=14")
    page.locator("#candidate summary[data-key=e]").click()
    page.fill("#c-words", "premier plan de paix")
    page.click("#candidate [value=accept]")
    forgive("answer 422")
    expect(page.locator("#c-reviewer-fault")).to_contain_text("Your name")
    expect(page.locator("#c-words")).to_have_value("premier plan de paix")
    page.fill("#c-reviewer", "A. Weber")
    page.click("#candidate [value=accept]")
    expect(page.locator("#c-words-fault")).to_contain_text("does not have these words")
    forgive("answer 422")
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
    statement = page.locator("#candidate .statement").inner_text()
    for away, back in ("jk", "sk"):  # what was put off comes last
        page.keyboard.press(away)
        expect(page.locator("#candidate .statement")).not_to_have_text(statement)
        page.keyboard.press(back)
        expect(page.locator("#candidate .statement")).to_have_text(statement)
    page.keyboard.press("?")
    expect(page.get_by_text("This list")).to_be_visible()
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#candidate mark'))")
    page.keyboard.press("e")
    expect(page.locator("#c-to")).to_be_visible()
    expect(page.locator("#c-words")).to_have_value(page.locator("#candidate mark").inner_text())
    page.locator("h1").click()
    page.keyboard.press("u")
    expect(page.locator("p[role=status]")).to_contain_text("undone")


def faults(page: Page, language: str, looked_at: Collection[str]) -> list[str]:
    """What axe finds on a small screen, and in French of places on a wide one; neither scrolls sideways."""
    told = []
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            told.append("too wide")
        if width == 360 and language in looked_at:
            told += faults_of_access(page)
        elif width == 1280 and language == "fr":
            told += faults_of_places(page)
    return [f"{language} at {page.url}: {fault}" for fault in told]


def test_everyone_can_use_the_forms(window: Watch, port: int) -> None:
    """By axe in French, and in another language, drawn by lot; in none a page scrolls sideways."""
    looked_at, listed = {"fr", *by_lot(("en", "de"), 1)}, []
    for language in ("fr", "en", "de"):
        address = f"http://127.0.0.1:{port}/{language}/"
        page = window(f"{address}review.html").page
        assert page.locator("#token").count(), "nobody is signed in yet"
        listed += faults(page, language, looked_at)
        sign_in(page)
        paths = ("review.html?candidate=c4-2", f"review.html?candidate={OTHER}", MATRIX.partition("&on:")[0], MATRIX)
        for path in paths:
            page.goto(f"{address}{path}")
            for summary in page.locator("main summary").all():
                summary.click()
            listed += faults(page, language, looked_at)
        page.context.clear_cookies()
    assert not listed, "\n".join(listed)


def test_a_link_is_rejected_by_keyboard_alone(window: Watch, port: int, folder: Path) -> None:
    page = window(f"http://127.0.0.1:{port}/fr/review.html").page
    page.focus("#token")
    page.keyboard.type(TOKEN)
    page.keyboard.press("Enter")
    expect(page.locator("#token")).to_have_count(0)
    page.goto(f"http://127.0.0.1:{port}/fr/review.html?candidate={OTHER}")
    card = page.locator("#candidate form:has([name=type])")
    card.locator("[name=reason]").focus()
    page.keyboard.type("Deux publics différents.")
    card.locator("[name=reviewer]").focus()
    page.keyboard.type("A. Weber")
    card.locator("button[value=reject]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("p[role=status]")).to_contain_text("graph/plans/lu-bhr-1/reviewed.ttl")
    expect(page.locator(f'a[href*="candidate={OTHER}"]')).to_have_count(0)
    assert "Deux publics différents." in (folder / "graph/plans/lu-bhr-1/reviewed.ttl").read_text(encoding="utf-8")


def test_a_link_is_accepted_and_scored_without_javascript(plain: Plain, port: int) -> None:
    page, forgive = plain(f"fr/review.html?candidate={ITEM}")
    card = page.locator("#candidate form:has([name=quote])")
    card.locator("[name=reviewer]").fill("B. Schmit")
    accept = card.locator("button[value=accept]")
    accept.click()
    expect(page.locator("#c-type-fault")).to_contain_text("Type de lien")
    forgive("answer 422")
    card.locator("[name=type]").select_option("cross-reference")
    accept.click()
    expect(page.locator("#c-direction-fault")).to_contain_text("Sens")
    forgive("answer 422")
    card.locator("[name=direction]").select_option(EVIDENCE["direction"])
    accept.click()
    expect(page.locator("[role=alert]")).to_contain_text("Passage cité")
    forgive("answer 422")
    expect(card.locator("[name=type]")).to_have_value("cross-reference")
    expect(card.locator("[name=reviewer]")).to_have_value("B. Schmit")
    card.locator("[name=quote]").fill(EVIDENCE["quote"])
    card.locator("[name=document]").fill(EVIDENCE["document"])
    card.locator("[name=channel]").select_option("text")
    accept.click()
    expect(page.locator("p[role=status]")).to_contain_text("accepté")
    page.goto(f"http://127.0.0.1:{port}/fr/{MATRIX}")
    page.select_option(f'[name="score:{ONE}:{THREE}"]', "-2")
    page.fill("[name=rationale]", "Les mêmes entreprises.")
    page.fill("[name=reviewer]", "B. Schmit")
    page.click("form:has([name=rationale]) button")
    expect(page.locator("p[role=status]")).to_contain_text("graph/plans/lu-bhr-2/scores.ttl")
    expect(page.locator(f'[name="score:{ONE}:{THREE}"]')).to_have_value("-2")
