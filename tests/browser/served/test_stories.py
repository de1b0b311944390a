"""An analyst walks from the first page to the words a link rests on, and to the data behind them."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.served.conftest import Visit, follow

CHOICES = ("", "evidence=plan", "evidence=other&topic=human-rights&year=2020", "evidence=editors&body=maee&year=2021")


@pytest.fixture(scope="module")
def served(all_served: str) -> str:
    return all_served


def figures(text: str) -> list[int]:
    return [int(figure.replace(",", "")) for figure in re.findall(r"\d+(?:,\d{3})*", text)]


@pytest.mark.parametrize("choice", CHOICES)
def test_every_number_opens_what_it_counts(visit: Visit, choice: str) -> None:
    page = visit(f"/en/index.html?{choice}").page
    linked, apart, unlinked = (
        figures(page.locator(f'[data-number="{name}"]').inner_text())[0] for name in ("linked", "apart", "unlinked")
    )
    follow(page.locator("a.number", has=page.locator("[data-number=linked]")))
    assert dict(parse_qsl(urlsplit(page.url).query)) == dict(parse_qsl(choice))
    tables = page.locator('table[aria-labelledby="linked"] tbody tr')
    assert tables.count() == linked
    expect(page.locator("#unlinked")).to_contain_text(f"{apart:,}")
    page.go_back()
    follow(page.locator("a.number", has=page.locator("[data-number=unlinked]")))
    assert figures(page.locator("main").inner_text())[0] == unlinked


@pytest.mark.parametrize("choice", ["", "evidence=editors", "evidence=editors&body=maee&year=2021"])
def test_a_cell_opens_the_pair_it_tells_of(visit: Visit, choice: str) -> None:
    page = visit(f"/en/index.html?{choice}").page
    cell = page.locator("table.matrix td a").first
    arrow, said = cell.inner_text(), cell.get_attribute("title") or ""
    follow(cell)
    seen = page.locator("section[aria-labelledby=citing] .way .badge.declared").count()
    assert seen == (2 if "↔" in arrow else 1 if re.search("[→←]", arrow) else 0)
    shared = re.search(r"share (\S+\sbits?)", said)
    sentence = page.locator(".findings li", has=page.locator("[data-number=pair-texts]")).inner_text()
    assert (shared[1] if shared else "not seen") in sentence
