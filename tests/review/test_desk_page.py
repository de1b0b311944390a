"""Deciding on candidates on the page « to review »: with keys, without JavaScript, and with a fault at its field."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import Watch, faults_of_access
from tests.copies import FEW, copy
from tests.review.conftest import TOKEN
from tests.review.desk import PLAN, prepare

FILE = f"graph/plans/{PLAN}/reviewed.ttl"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with candidates, over which the service of this module runs."""
    return prepare(copy(tmp_path_factory.mktemp("desk") / "copy", FEW))


def sign_in(page: Page) -> None:
    page.fill("#token", TOKEN)
    page.click("main form button")
    expect(page.locator("#token")).to_have_count(0)


def test_candidates_are_decided_without_javascript_and_a_fault_stands_at_its_field(
    watch: Watch, port: int, folder: Path
) -> None:
    watched = watch(f"http://127.0.0.1:{port}/en/review.html", java_script_enabled=False)
    page = watched.page
    expect(page.locator("#candidate")).to_have_count(0)
    sign_in(page)
    expect(page.locator("#candidate mark")).to_have_text("premier Plan d’action national")
    expect(page.locator("#candidate .count")).to_have_text("1 of 4 that wait")
    page.locator("#candidate summary").click()
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
    expect(page.locator("#candidate mark")).to_have_text("Principes directeurs")
    expect(page.locator("#c-reviewer")).to_have_value("A. Weber")
    written = (folder / FILE).read_text(encoding="utf-8")
    assert 'pan:quote "dans la ligne du premier Plan d’action national"@fr' in written
    page.click("#candidate [value=undo]")
    expect(page.locator("p[role=status]")).to_contain_text("undone")
    assert "linkstatus:superseded" in (folder / FILE).read_text(encoding="utf-8")


def test_keys_decide_and_lead_from_one_to_the_next(watch: Watch, port: int, folder: Path) -> None:
    page = watch(f"http://127.0.0.1:{port}/en/review.html").page
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
    page.keyboard.press("e")
    expect(page.locator("#c-to")).to_be_visible()
    page.keyboard.press("u")
    expect(page.locator("p[role=status]")).to_contain_text("undone")


@pytest.mark.parametrize("width", [1280, 360])
def test_everyone_can_use_the_form(watch: Watch, port: int, width: int) -> None:
    page = watch(f"http://127.0.0.1:{port}/fr/review.html", width=width).page
    sign_in(page)
    page.locator("#candidate summary").click()
    assert faults_of_access(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
