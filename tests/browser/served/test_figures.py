"""Obligations for a calendar, figures and gaps, and what they can be saved as."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sized
from datetime import datetime
from typing import TYPE_CHECKING, Final
from zipfile import ZipFile

from pan2kg.tables.table import TABLES
from tests.browser.chromium import visible

if TYPE_CHECKING:
    from tests.browser.served.conftest import Visit

FIGURE: Final = """() => [
    document.querySelectorAll('main table tbody tr').length,
    [...document.querySelectorAll('main .downloads a')].map(one => one.href),
]"""
"""How many rows a page has, and what it can be saved as."""
FIGURES = [name for name, kind in TABLES.items() if not kind.alone]


def events(text: str) -> list[dict[str, str]]:
    """The events of a calendar (RFC 5545), after its lines are unfolded."""
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    found: list[dict[str, str]] = []
    for line in text.replace("\r\n ", "").split("\r\n"):
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found:
            found[-1][name.partition(";")[0]] = value
    return found


def test_obligations_go_into_a_calendar(visit: Visit) -> None:
    page = visit("/fr/obligations.html").page
    with page.expect_download() as download:
        page.locator('a[href$=".ics"]').click()
    text = download.value.path().read_bytes().decode()
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert text.endswith("END:VCALENDAR\r\n")
    listed = page.locator("main").inner_text()
    found = events(text)
    assert found
    assert len({event["UID"] for event in found}) == len(found)
    for event in found:
        day = datetime.strptime(event["DTSTART"], "%Y%m%d")  # noqa: DTZ007  # a day has no time zone
        assert str(day.year) in listed
        assert {"DTSTAMP", "SUMMARY", "DTEND"} <= set(event)


def test_every_figure_has_its_numbers_as_table_and_as_files(visit: Visit) -> None:
    """The page of questions leads to each; one page after the other is opened in one window."""
    page = visit("/en/questions.html").page
    led_to = page.locator('a[href^="figure/"]').evaluate_all("links => links.map(one => one.href)")
    listed = {address.rpartition("/")[2].removesuffix(".html"): address for address in led_to}
    assert not set(FIGURES) - listed.keys(), led_to
    for name in FIGURES:
        page.goto(listed[name])
        assert visible(page, "h1") == [1], name
        rows, addresses = page.evaluate(FIGURE)
        formats = [re.findall(r"\.(\w+)(?:\?|$)", address)[0] for address in addresses]
        assert formats == ["csv", "json", "csv", "xlsx"], name
        for address, kind in zip(addresses, formats, strict=True):
            reply = page.request.get(address)
            assert reply.status == 200, address
            held = READ[kind](reply.body())
            assert held or not rows, address
            assert kind == "json" or len(held) >= rows, address


def sheet_rows(workbook: bytes) -> list[str]:
    """The rows of the first sheet of a workbook."""
    with ZipFile(io.BytesIO(workbook)) as parts:
        return re.findall("<row ", parts.read("xl/worksheets/sheet1.xml").decode())


READ: Final[Mapping[str, Callable[[bytes], Sized]]] = {
    "csv": lambda body: list(csv.DictReader(io.StringIO(body.decode()))),
    "json": json.loads,
    "xlsx": sheet_rows,
}


def test_every_gap_that_is_counted_is_listed(visit: Visit) -> None:
    page = visit("/en/gaps.html").page
    counted = page.locator('main table tbody tr:has(th a[href^="gap/"])').evaluate_all(
        "rows => rows.map(row => [row.querySelector('th a').href, row.querySelector('td').innerText])"
    )
    assert len(counted) >= 3
    for address, number in counted:
        page.goto(address)
        assert visible(page, "h1") == [1], address
        if number[0].isdigit():
            assert f"{page.evaluate(FIGURE)[0]:,}" == number, address
