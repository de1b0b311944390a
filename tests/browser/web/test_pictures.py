"""A picture of the server in a browser: pointed at, chosen from, shared by its address, saved as a sheet of 16:9."""

import json
import struct
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from pan2kg.charts.drawing import Box, Group, Label, Line, Pen
from pan2kg.charts.svg import Drawing
from pan2kg.site.script_words import script_words
from tests.browser.chromium import Watch
from tests.browser.web.conftest import Site

SVG: Final = "{http://www.w3.org/2000/svg}"
MIDDLE: Final = """() => {
    const line = document.querySelector("a[href='c--b.html'] path"), half = line.getTotalLength() / 2;
    const point = line.getPointAtLength(half).matrixTransform(line.getScreenCTM());
    return [point.x + 3, point.y];
}"""


def plan(name: str, y: float, year: int, field: str) -> Group:
    years = (("from", str(year)), ("to", str(year + 2)))
    tags = (("of", name), *years, ("field", field))
    bar = (Box(20, y, 60, 12, "#0072b2"), Label(90, y + 10, name))
    return Group(bar, f"the whole name\nof {name}", f"{name}.html", tags=tags)


def cites(later: str, earlier: str, ys: tuple[float, float], kind: str) -> Group:
    line = Line(((20, ys[0]), (0, ys[0]), (0, ys[1]), (20, ys[1])), Pen("#000000", 1), curved=True)
    tags = (("of", f"{later} {earlier}"), ("kind", kind))
    return Group(
        (line,), f"{later} cites {earlier}: “so it says”", f"{later}--{earlier}.html", tags=tags
    )


MARKS: Final = (
    plan("a", 20, 2010, "x"),
    plan("b", 80, 2015, "x"),
    plan("c", 140, 2020, "y"),
    cites("b", "a", (86, 26), "seen"),
    cites("c", "b", (146, 86), "absent"),
)
DRAWING: Final = Drawing(300, 200, "", "", "en", MARKS).inner("three")
SIGN: Final = Drawing(30, 18, "", "", "", (Box(0, 0, 30, 18, "#0072b2"),)).inner()
BODY: Final = f"""<h2 id="three">Three plans</h2>
<figure class="pictured"><figcaption>Two cite <p>Who cites whom</p></figcaption><div class="lanes">{DRAWING}</div>
<ul class="signs"><li>{SIGN}a period</li></ul><div class="picture-room" hidden></div></figure>"""
LABELS: Final = {
    "kind-seen": "Kind seen",
    "kind-absent": "Kind absent",
    "field-x": "Field x",
    "field-y": "Field y",
}
WORDS: Final = json.dumps(
    {"picture": {**script_words("en", "picture"), **LABELS, "source": "Source: a graph"}}
)


def pale(page: Page) -> list[str]:
    marks: list[str] = page.locator("svg [opacity]").evaluate_all(
        "all => all.map(one => one.getAttribute('href'))"
    )
    return [mark.removesuffix(".html").replace("--", " ") for mark in marks]


def test_a_line_says_what_it_rests_on_and_what_is_chosen_stands_in_the_address(
    site: Site, window: Watch
) -> None:
    page = window(site.page("picture", BODY, words=WORDS)).page
    status = page.get_by_role("status")
    expect(status).to_contain_text("Point at a line")
    page.locator("svg a[href='b--a.html']").focus()
    expect(status).to_have_text("b cites a: “so it says”")
    assert pale(page) == ["c", "c b"]
    page.mouse.move(*page.evaluate(MIDDLE))
    expect(status).to_have_text("c cites b: “so it says”")
    page.locator("svg a[href='a.html']").focus()
    expect(status).to_have_text("the whole name of a")
    page.keyboard.press("Tab")
    expect(status).to_have_text("the whole name of b")
    page.mouse.move(0, 0)
    page.get_by_text("Choose what is shown").click()
    page.get_by_label("Field of policy").select_option("Field y")
    assert pale(page) == ["a", "b", "b a", "c b"], "a line is shown where both its plans are"
    page.get_by_role("button", name="Show all").click()
    assert pale(page) == []
    page.get_by_label("Link").select_option("Kind absent")
    assert pale(page) == ["a", "b a"]
    page.get_by_label("To the year").fill("2018")
    assert pale(page) == ["a", "b", "c", "b a", "c b"], (
        "no line is left, nor what only such lines join"
    )
    page.get_by_label("Link").select_option("all")
    assert pale(page) == ["c", "c b"]
    page.evaluate("localStorage.clear()")
    page = window(page.url).page
    expect(page.get_by_label("To the year")).to_have_value("2018")
    assert pale(page) == ["c", "c b"]
    page.evaluate("location.hash = '#picture-1?kind=seen&from=x&field=none'")
    expect(page.get_by_label("Link")).to_have_value("seen")


def test_a_picture_is_saved_as_a_sheet_with_what_is_shown(site: Site, window: Watch) -> None:
    page = window(site.page("picture", BODY, words=WORDS)).page
    page.get_by_text("Choose what is shown").click()
    page.get_by_label("Link").select_option("Kind seen")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as SVG").click()
    sheet = ET.parse(saved.value.path()).getroot()
    x, y, width, height = map(float, sheet.attrib["viewBox"].split())
    paper = {
        name: float(value)
        for name, value in next(sheet.iter(f"{SVG}rect")).attrib.items()
        if name != "fill"
    }
    assert width / height == pytest.approx(16 / 9)
    assert paper == pytest.approx({"x": x, "y": y, "width": width, "height": height})
    assert [text.text for text in sheet.findall(f"{SVG}text")] == [
        "Two cite",
        "Who cites whom",
        "a period",
        "Source: a graph",
    ]
    assert all(link.attrib["href"].startswith("http://127.0.0.1") for link in sheet.iter(f"{SVG}a"))
    dimmed = [
        mark.attrib["href"].rpartition("/")[2] for mark in sheet.iter() if "opacity" in mark.attrib
    ]
    assert dimmed == ["c.html", "c--b.html"]
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as PNG").click()
    assert saved.value.suggested_filename.endswith(".png")
    assert struct.unpack(">II", Path(saved.value.path()).read_bytes()[16:24]) == (1920, 1080)
