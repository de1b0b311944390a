"""Reviewing in a real browser, with and without JavaScript: keys, faults at their field, and whether everyone can."""

from collections.abc import Callable, Collection
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import Watch, faults_of_access, faults_of_places
from tests.copies import FEW, copy
from tests.lots import by_lot
from tests.review.conftest import EVIDENCE, FILE, SHA, TOKEN, prepare
from tests.review.test_scores import FILES, ONE, THREE

PDF = "https://example.org/plan.PDF"
ITEM = "lu-bhr-1-m6--lu-bhr-2-3-2"
OTHER = "lu-bhr-1-m6--lu-bhr-2-5-2"
MATRIX = f"scores.html?plan=lu-bhr-2&other=lu-bhr-1&assessor=gt-edh&on:{ONE}=1&on:{THREE}=1"
Plain = Callable[[str], tuple[Page, Callable[[str], None]]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with candidates of a document that was read as a PDF."""
    root = prepare(copy(tmp_path_factory.mktemp("desk") / "copy", FEW))
    file = next(
        path
        for path in sorted((root / "graph" / "sources").glob("*.ttl"))
        if SHA in path.read_text("utf-8")
    )
    sha = f'pan:sha256 "{SHA}" ;'
    file.write_text(
        file.read_text("utf-8").replace(sha, f"{sha}\n    pan:readAt <{PDF}> ;"), "utf-8"
    )
    return root


def sign_in(page: Page) -> None:
    page.fill("#token", TOKEN)
    page.click("main form button")
    expect(page.locator("#token")).to_have_count(0)
    page.wait_for_load_state()  # what is pressed is heard once the scripts of the page have run


@pytest.fixture
def plain(window: Watch, port: int) -> Plain:
    """A page without JavaScript at which somebody has signed in, and how to pass over an answer."""

    def open_page(path: str) -> tuple[Page, Callable[[str], None]]:
        watched = window(
            f"http://127.0.0.1:{port}/{path[:2]}/review.html", java_script_enabled=False
        )
        sign_in(watched.page)
        watched.page.goto(f"http://127.0.0.1:{port}/{path}")
        return watched.page, watched.forgive

    return open_page


def test_candidates_are_decided_without_javascript_and_a_fault_stands_at_its_field(
    plain: Plain, folder: Path
) -> None:
    page, forgive = plain("en/review.html")
    status = page.locator("p[role=status]")
    words = page.locator("#c-words")
    marked = page.locator("#candidate mark")
    expect(marked).to_have_text("premier Plan d’action national")
    expect(page.get_by_role("link", name="page 12")).to_have_attribute("href", f"{PDF}#page=14")
    page.locator("#candidate summary[data-key=e]").click()
    words.fill("premier plan de paix")
    for name, fault in (("reviewer", "Your name"), ("words", "does not have these words")):
        page.click("#candidate [value=accept]")
        forgive("answer 422")
        expect(page.locator(f"#c-{name}-fault")).to_contain_text(fault)
        expect(words).to_have_value("premier plan de paix")
        page.fill("#c-reviewer", "A. Weber")
    expect(words).to_have_attribute("aria-invalid", "true")
    words.fill("dans la ligne du premier Plan d’action national")
    page.click("#candidate [value=accept]")
    expect(status).to_contain_text(FILE)
    expect(page.locator("#candidate .count")).to_contain_text("accepted: 1, rejected: 0")
    expect(marked).to_have_text("Principes directeurs")
    expect(page.locator("#c-reviewer")).to_have_value("A. Weber")
    written = (folder / FILE).read_text(encoding="utf-8")
    assert 'pan:quote "dans la ligne du premier Plan d’action national"@fr' in written
    page.click("#candidate [value=undo]")
    expect(status).to_contain_text("undone")
    expect(marked).to_have_text("premier Plan d’action national")  # what waits again is shown
    assert "    pan:withdraws link:" in (folder / FILE).read_text(encoding="utf-8")


def test_keys_decide_and_lead_from_one_to_the_next(window: Watch, port: int, folder: Path) -> None:
    page = window(f"http://127.0.0.1:{port}/en/review.html").page
    sign_in(page)
    page.fill("#c-reviewer", "B. Muller")
    page.keyboard.press("a")  # in a field a key is a letter
    expect(page.locator("#c-reviewer")).to_have_value("B. Mullera")
    page.fill("#c-reviewer", "B. Muller")
    page.locator("h1").click()
    page.keyboard.type("r2")
    expect(page.locator("p[role=status]")).to_contain_text(FILE)
    assert "rejectionreason:wrong-edition" in (folder / FILE).read_text(encoding="utf-8")
    statement = page.locator("#candidate .statement").inner_text()
    for away, back in ("jk", "sk"):  # what was put off comes last
        page.wait_for_load_state()
        page.keyboard.press(away)
        expect(page.locator("#candidate .statement")).not_to_have_text(statement)
        page.wait_for_load_state()
        page.keyboard.press(back)
        expect(page.locator("#candidate .statement")).to_have_text(statement)
    page.wait_for_load_state()
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
    looked_at = {"fr", *by_lot(("en", "de"), 1)}
    listed = []
    for language in ("fr", "en", "de"):
        address = f"http://127.0.0.1:{port}/{language}/"
        page = window(f"{address}review.html").page
        listed += faults(page, language, looked_at)  # nobody is signed in yet
        sign_in(page)
        paths = (
            "review.html?candidate=c4-2",
            f"review.html?candidate={OTHER}",
            MATRIX.partition("&on:")[0],
            MATRIX,
        )
        for path in paths:
            page.goto(f"{address}{path}")
            for summary in page.locator("main summary").all():
                summary.click()
            listed += faults(page, language, looked_at)
        page.context.clear_cookies()
    assert not listed, "\n".join(listed)


def test_a_link_is_accepted_and_scored_without_javascript(plain: Plain, port: int) -> None:
    page, forgive = plain(f"fr/review.html?candidate={ITEM}")
    card = page.locator("#candidate form:has([name=quote])")
    card.locator("[name=reviewer]").fill("B. Schmit")
    accept = card.locator("button[value=accept]")
    faults = {
        "#c-type-fault": "Type de lien",
        "#c-direction-fault": "Sens",
        "[role=alert]": "Passage cité",
    }
    for (where, fault), name in zip(faults.items(), ("type", "direction", "channel"), strict=True):
        accept.click()
        expect(page.locator(where)).to_contain_text(fault)
        forgive("answer 422")
        card.locator(f"[name={name}]").select_option(EVIDENCE[name])
    expect(card.locator("[name=type]")).to_have_value("cross-reference")
    expect(card.locator("[name=reviewer]")).to_have_value("B. Schmit")
    for name in ("quote", "document"):
        card.locator(f"[name={name}]").fill(EVIDENCE[name])
    accept.click()
    expect(page.locator("p[role=status]")).to_contain_text("accepté")
    page.goto(f"http://127.0.0.1:{port}/fr/{MATRIX}")
    page.select_option(f'[name="score:{ONE}:{THREE}"]', "-2")
    page.fill("[name=rationale]", "Les mêmes entreprises.")
    page.fill("[name=reviewer]", "B. Schmit")
    page.click("form:has([name=rationale]) button")
    expect(page.locator("p[role=status]")).to_contain_text(FILES[1])
    expect(page.locator(f'[name="score:{ONE}:{THREE}"]')).to_have_value("-2")
