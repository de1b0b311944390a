"""The network: looked at, read, filtered, walked through by keyboard, saved."""

from __future__ import annotations

import json
import math
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import faults_of_looks
from tests.browser.web.conftest import embedded

if TYPE_CHECKING:
    from tests.browser.chromium import Watch
    from tests.browser.web.conftest import Site

SVG: Final = "{http://www.w3.org/2000/svg}"


def thing(name: str, x: float, y: float, **more: object) -> dict[str, object]:
    return {
        "id": name,
        "label": f"Thing {name}",
        "lang": "en",
        "type": "action",
        "href": "x.html",
        "x": x,
        "y": y,
        **more,
    }


def link(source: str, target: str, **more: str) -> dict[str, object]:
    return {
        "id": f"{source}-{target}",
        "source": source,
        "target": target,
        "type": "cites",
        "typeLabel": "cites",
        "evidence": "declared",
        **more,
    }


NETWORK: Final = {
    "nodes": [
        thing("a", 0, 0, plan="p", planLabel="Plan P"),
        thing("b", 1, 0, plan="p", planLabel="Plan P"),
        thing("c", 2, 0, plan="q", planLabel="Plan Q", type="instrument"),
        thing("d", 0, 1, plan="q", planLabel="Plan Q"),
    ],
    "edges": [
        link("a", "b", quote="comme le dit le plan B", quoteLang="fr", document="Plan P, p. 3", certainty="stated"),
        link("b", "c", evidence="inferred"),
        link("c", "d", type="rests", typeLabel="rests on"),
    ],
}
BODY: Final = f"<network-view>{embedded('network', NETWORK)}<ul><li>fallback</li></ul></network-view>"


def drawn(page: Page) -> Page:
    expect(page.locator("network-view[data-drawn=yes]")).to_have_count(1)
    return page


@pytest.mark.parametrize("place", ["served", "disk"])
def test_the_list_beside_shows_what_the_picture_shows(site: Site, window: Watch, place: str) -> None:
    address = site.page("network", BODY)
    page = drawn(window(address if place == "served" else site.on_disk(address)).page)
    expect(page.locator("[data-thing]")).to_have_count(4)
    expect(page.get_by_text("fallback")).to_be_hidden()
    page.get_by_label("inferred").uncheck()
    expect(page.locator("[data-link]")).to_have_count(2)
    page.get_by_label("rests on (1)").uncheck()
    expect(page.locator("[data-link]")).to_have_count(1)
    expect(page.locator("[data-thing]")).to_have_count(2)
    page.get_by_role("button", name="Show everything again").click()
    expect(page.locator("[data-link]")).to_have_count(3)


def test_a_plan_chosen_leaves_its_things_and_those_they_touch(site: Site, window: Watch) -> None:
    page = drawn(window(site.page("network-plan", BODY)).page)
    page.get_by_label("Plan", exact=True).select_option("Plan P")
    expect(page.locator("[data-thing]")).to_have_count(3)


TINTED: Final = {
    "nodes": [
        thing("id/a", 0, 0, plan="id/p", planLabel="Plan P", field="Health", colour="#0072b2", group=0),
        thing("id/b", 1, 0, plan="id/p", planLabel="Plan P", field="Health", colour="#0072b2", group=0),
        thing("id/c", 2, 0, plan="id/q", planLabel="Plan Q", field="Work", colour="#e69f00", group=1),
        thing("id/d", 0, 1, plan="id/q", planLabel="Plan Q", field="Work", colour="#e69f00", group=1),
    ],
    "edges": [link("id/a", "id/b"), link("id/b", "id/c", evidence="inferred"), link("id/c", "id/d", type="rests")],
}


def test_the_address_holds_the_view_and_colours_say_what_is_chosen(site: Site, window: Watch, watch: Watch) -> None:
    body = f"<network-view>{embedded('network', TINTED)}<ul><li>fallback</li></ul></network-view>"
    page = drawn(window(site.page("network-tinted", body)).page)
    page.get_by_label("Colours say").select_option("the field of policy")
    expect(page.get_by_role("list", name="Legend")).to_contain_text("Health")
    page.get_by_label("inferred").uncheck()
    page.get_by_label("Plan", exact=True).select_option("Plan P")
    page.locator("[data-thing='id/b']").click()
    assert page.url.endswith("#b?plan=p&without=inferred&colour=field")
    again = drawn(watch(page.url).page)
    expect(again.locator("[data-thing]")).to_have_count(2)
    expect(again.locator("network-view")).to_have_attribute("data-chosen", "id/b")
    expect(again.get_by_label("inferred")).not_to_be_checked()
    with again.expect_download() as saved:
        again.get_by_role("button", name="Save as SVG").click()
    assert Path(saved.value.path()).read_text().count('fill="#0072b2"') == 2
    again.get_by_label("Colours say").select_option("the community of what is linked")
    expect(again.get_by_role("list", name="Legend")).to_contain_text("around Thing id/b")
    again.get_by_role("button", name="Show everything again").click()
    assert again.url.endswith("#b?colour=group")


def test_what_a_filter_leaves_is_laid_out_anew_and_fits(site: Site, window: Watch) -> None:
    page = drawn(window(site.page("network-anew", BODY)).page)
    places = (
        "JSON.stringify([...document.querySelectorAll('network-view')].map(one => one.canvas.positions().get('a')))"
    )
    before = page.evaluate(places)
    page.get_by_label("inferred").uncheck()
    assert page.evaluate(places) != before
    boxes = page.evaluate(
        """() => { const { cy } = document.querySelector('network-view').canvas;
        const { x1, y1, x2, y2 } = cy.elements().not('.off').renderedBoundingBox();
        return [x1 >= 0, y1 >= 0, x2 <= cy.width(), y2 <= cy.height()]; }"""
    )
    assert boxes == [True] * 4


def test_arrow_keys_move_and_enter_opens_the_why(site: Site, window: Watch) -> None:
    page = drawn(window(site.page("network-keys", BODY)).page)
    picture = page.get_by_role("application")
    picture.press("ArrowRight")
    expect(page.locator("network-view")).to_have_attribute("data-chosen", "a")
    picture.press("ArrowRight")
    expect(page.locator("network-view")).to_have_attribute("data-chosen", "b")
    expect(page.locator("[data-thing=b]")).to_have_attribute("aria-current", "true")
    picture.press("Enter")
    expect(page.locator(".network-panel .panel-head")).to_be_focused()
    expect(page.locator(".network-panel blockquote")).to_have_text("comme le dit le plan B")
    expect(page.locator(".network-panel blockquote")).to_have_attribute("lang", "fr")
    page.keyboard.press("Escape")
    expect(picture).to_be_focused()


def test_the_shortest_way_is_told_in_words(site: Site, window: Watch) -> None:
    page = drawn(window(site.page("network-way", BODY)).page)
    page.get_by_text("Shortest way").click()
    page.get_by_label("From").select_option("Thing a")
    page.get_by_label("To").select_option("Thing d")
    page.get_by_role("button", name="Find the way").click()
    expect(page.locator("network-view .status")).to_have_text("3 steps: Thing a → Thing b → Thing c → Thing d")
    page.get_by_label("inferred").uncheck()
    page.get_by_role("button", name="Find the way").click()
    expect(page.locator("network-view .status")).to_contain_text("No way leads")


def test_a_thing_is_found_hidden_and_brought_back_by_its_neighbour(site: Site, window: Watch) -> None:
    page = drawn(window(site.page("network-hide", BODY)).page)
    page.get_by_label("Find", exact=True).fill("thing c")
    expect(page.locator("[data-thing]")).to_have_count(1)
    page.get_by_label("Find", exact=True).press("Enter")
    page.get_by_role("button", name="Hide it").click()
    page.get_by_label("Find", exact=True).fill("")
    expect(page.locator("[data-thing]")).to_have_count(3)
    page.locator("[data-thing=b]").click()
    page.get_by_role("button", name="Show its neighbours").click()
    expect(page.locator("network-view .status")).to_contain_text("Thing b")
    expect(page.locator("[data-thing]")).to_have_count(4)


def test_neighbours_are_fetched_from_the_address_the_page_gives(site: Site, window: Watch) -> None:
    more = {"nodes": [thing("new", 0, 0, type="body")], "edges": [link("a", "new")]}
    (site.folder / "en" / "more-a.json").write_text(json.dumps(more), encoding="utf-8")
    body = f"<network-view>{embedded('network', {**NETWORK, 'more': 'more-{id}.json'})}</network-view>"
    page = drawn(window(site.page("network-more", body, mode="served")).page)
    page.locator("[data-thing=a]").click()
    page.get_by_role("button", name="Show its neighbours").click()
    expect(page.locator("[data-thing]")).to_have_count(5)


def test_the_picture_is_saved_as_svg_and_png(site: Site, window: Watch) -> None:
    page = drawn(window(site.page("network-save", BODY)).page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as SVG").click()
    drawing = ET.fromstring(download.value.path().read_bytes())
    assert len(drawing.findall(f".//{SVG}line")) == 3
    assert [text.text for text in drawing.iter(f"{SVG}text")] == [f"Thing {name}" for name in "abcd"]
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as PNG").click()
    assert download.value.path().read_bytes().startswith(b"\x89PNG")


def test_what_waits_comes_with_its_neighbour(site: Site, window: Watch) -> None:
    nodes = [{**node, "hidden": node["id"] == "d"} for node in NETWORK["nodes"]]
    data = {**NETWORK, "nodes": nodes, "focus": "a"}
    page = drawn(window(site.page("network-waits", f"<network-view>{embedded('network', data)}</network-view>")).page)
    expect(page.locator("[data-thing]")).to_have_count(3)
    page.locator("[data-thing=c]").click()
    page.get_by_role("button", name="Show its neighbours").click()
    expect(page.locator("network-view .status")).to_contain_text("Thing c")
    expect(page.locator("[data-thing]")).to_have_count(4)


def test_five_hundred_things_are_filtered_and_named(site: Site, window: Watch) -> None:
    n = 480
    nodes = [
        thing(str(i), math.cos(i) * i, math.sin(i) * i, plan=f"p{i % 9}", planLabel=f"Plan {i % 9}") for i in range(n)
    ]
    edges = [{**link(str(i % n), str((i * 7 + 3) % n)), "id": f"e{i}"} for i in range(1200)]
    body = f"<network-view>{embedded('network', {'nodes': nodes, 'edges': edges})}</network-view>"
    page = drawn(window(site.page("network-large", body)).page)
    expect(page.locator("[data-thing]")).to_have_count(n)
    page.get_by_label("Plan", exact=True).select_option("Plan 1")
    near = {end for i in range(1200) for end in (i % n, (i * 7 + 3) % n) if 1 in (i % n % 9, (i * 7 + 3) % n % 9)}
    expect(page.locator("[data-thing]")).to_have_count(len(near))
    page.locator("[data-thing='1']").click()
    expect(page.locator(".network-panel .panel-head")).to_have_text("Thing 1")
    page.evaluate("new Promise(requestAnimationFrame)")
    assert not faults_of_looks(page, (1280, 360))
