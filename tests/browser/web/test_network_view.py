"""The network: looked at, read, filtered, walked through by keyboard, saved."""

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import Watch
from tests.browser.web.conftest import Site, embedded

SVG: Final = "{http://www.w3.org/2000/svg}"


def thing(name: str, x: float, y: float, plan: str = "", **more: object) -> dict[str, object]:
    node = {
        "id": name,
        "label": f"Thing {name}",
        "lang": "en",
        "type": "action",
        "href": "x.html",
        "x": x,
        "y": y,
    }
    return node | ({"plan": plan, "planLabel": f"Plan {plan[-1].upper()}"} if plan else {}) | more


def link(source: str, target: str, **more: str) -> dict[str, object]:
    edge = {
        "id": f"{source}-{target}",
        "source": source,
        "target": target,
        "type": "cites",
        "typeLabel": "cites",
    }
    return {**edge, "evidence": "declared", **more}


def view(network: dict[str, object]) -> str:
    return f"<network-view>{embedded('network', network)}<ul><li>fallback</li></ul></network-view>"


def drawn(page: Page) -> Page:
    expect(page.locator("network-view[data-drawn=yes]")).to_have_count(1)
    return page


NODES: Final = [
    thing("a", 0, 0, "p"),
    thing("b", 1, 0, "p"),
    thing("c", 2, 0, "q", type="instrument"),
    thing("d", 0, 1, "q"),
]
NETWORK: Final[dict[str, object]] = {
    "nodes": NODES,
    "edges": [
        link(
            "a",
            "b",
            quote="comme le dit le plan B",
            quoteLang="fr",
            document="Plan P, p. 3",
            certainty="stated",
        ),
        link("b", "c", evidence="inferred"),
        link("c", "d", type="rests", typeLabel="rests on"),
    ],
}
BODY: Final = view(NETWORK)
PLACES: Final = "JSON.stringify(document.querySelector('network-view').canvas.positions().get('a'))"
FITS: Final = """() => {
    const { cy } = document.querySelector('network-view').canvas;
    const { x1, y1, x2, y2 } = cy.elements().not('.off').renderedBoundingBox();
    return x1 >= 0 && y1 >= 0 && x2 <= cy.width() && y2 <= cy.height();
}"""


@pytest.mark.parametrize("place", ["served", "disk"])
def test_the_list_beside_shows_what_the_picture_shows(
    site: Site, window: Watch, place: str
) -> None:
    page = drawn(window(site.at(place, site.page("network", BODY))).page)
    things = page.locator("[data-thing]")
    links = page.locator("[data-link]")
    expect(things).to_have_count(4)
    expect(page.get_by_text("fallback")).to_be_hidden()
    before = page.evaluate(PLACES)
    page.get_by_label("inferred").uncheck()
    expect(links).to_have_count(2)
    # what a filter leaves is laid out anew and fits
    assert page.evaluate(PLACES) != before
    assert page.evaluate(FITS)
    page.get_by_label("rests on (1)").uncheck()
    expect(links).to_have_count(1)
    expect(things).to_have_count(2)
    page.get_by_role("button", name="Show everything again").click()
    expect(links).to_have_count(3)
    # a plan chosen leaves its things and those they touch
    page.get_by_label("Plan", exact=True).select_option("Plan P")
    expect(things).to_have_count(3)


def test_keys_move_and_open_the_why_a_way_is_told_and_what_is_hidden_brought_back(
    site: Site, window: Watch
) -> None:
    page = drawn(window(site.page("network-keys", BODY)).page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as SVG").click()
    drawing = ET.fromstring(download.value.path().read_bytes())
    assert len(drawing.findall(f".//{SVG}line")) == 3
    assert [text.text for text in drawing.iter(f"{SVG}text")] == [
        f"Thing {name}" for name in "abcd"
    ]
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as PNG").click()
    assert download.value.path().read_bytes().startswith(b"\x89PNG")
    # arrow keys move, Enter opens the why
    picture = page.get_by_role("application")
    status = page.locator("network-view .status")
    for name in ("a", "b"):
        picture.press("ArrowRight")
        expect(page.locator("network-view")).to_have_attribute("data-chosen", name)
    expect(page.locator("[data-thing=b]")).to_have_attribute("aria-current", "true")
    picture.press("Enter")
    expect(page.locator(".network-panel .panel-head")).to_be_focused()
    expect(page.locator(".network-panel blockquote")).to_have_text("comme le dit le plan B")
    expect(page.locator(".network-panel blockquote")).to_have_attribute("lang", "fr")
    page.keyboard.press("Escape")
    expect(picture).to_be_focused()
    page.get_by_text("Shortest way").click()
    page.get_by_label("From").select_option("Thing a")
    page.get_by_label("To").select_option("Thing d")
    page.get_by_role("button", name="Find the way").click()
    expect(status).to_have_text("3 steps: Thing a → Thing b → Thing c → Thing d")
    page.get_by_label("inferred").uncheck()
    page.get_by_role("button", name="Find the way").click()
    expect(status).to_contain_text("No way leads")
    page.get_by_role("button", name="Show everything again").click()
    # what is found is hidden, and brought back by its neighbour
    page.get_by_label("Find", exact=True).fill("thing c")
    expect(page.locator("[data-thing]")).to_have_count(1)
    page.get_by_label("Find", exact=True).press("Enter")
    page.get_by_role("button", name="Hide it").click()
    page.get_by_label("Find", exact=True).fill("")
    expect(page.locator("[data-thing]")).to_have_count(3)
    page.locator("[data-thing=b]").click()
    page.get_by_role("button", name="Show its neighbours").click()
    expect(status).to_contain_text("Thing b")
    expect(page.locator("[data-thing]")).to_have_count(4)


def test_what_waits_comes_with_its_neighbour(site: Site, window: Watch) -> None:
    waiting = {"nodes": [{**node, "hidden": node["id"] == "d"} for node in NODES], "focus": "a"}
    page = drawn(window(site.page("network-waits", view({**NETWORK, **waiting}))).page)
    expect(page.locator("[data-thing]")).to_have_count(3)
    page.locator("[data-thing=c]").click()
    page.get_by_role("button", name="Show its neighbours").click()
    expect(page.locator("network-view .status")).to_contain_text("Thing c")
    expect(page.locator("[data-thing]")).to_have_count(4)


def test_the_address_holds_the_view_and_colours_say_what_is_chosen(
    site: Site, window: Watch
) -> None:
    health = {"field": "Health", "colour": "#0072b2", "group": 0}
    work = {"field": "Work", "colour": "#e69f00", "group": 1}
    nodes = [
        thing("id/a", 0, 0, "id/p", **health),
        thing("id/b", 1, 0, "id/p", **health),
        thing("id/c", 2, 0, "id/q", **work),
        thing("id/d", 0, 1, "id/q", **work),
    ]
    edges = [
        link("id/a", "id/b"),
        link("id/b", "id/c", evidence="inferred"),
        link("id/c", "id/d", type="rests"),
    ]
    page = drawn(window(site.page("network-tinted", view({"nodes": nodes, "edges": edges}))).page)
    legend = page.get_by_role("list", name="Legend")
    page.get_by_label("Colours say").select_option("the field of policy")
    expect(legend).to_contain_text("Health")
    page.get_by_label("inferred").uncheck()
    page.get_by_label("Plan", exact=True).select_option("Plan P")
    page.locator("[data-thing='id/b']").click()
    assert page.url.endswith("#b?plan=p&without=inferred&colour=field")
    page.evaluate("localStorage.clear()")
    page = drawn(window(page.url).page)
    expect(page.locator("[data-thing]")).to_have_count(2)
    expect(page.locator("network-view")).to_have_attribute("data-chosen", "id/b")
    expect(page.get_by_label("inferred")).not_to_be_checked()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as SVG").click()
    assert Path(saved.value.path()).read_text().count('fill="#0072b2"') == 2
    page.get_by_label("Colours say").select_option("the community of what is linked")
    expect(legend).to_contain_text("around Thing id/b")
    page.get_by_role("button", name="Show everything again").click()
    assert page.url.endswith("#b?colour=group")
