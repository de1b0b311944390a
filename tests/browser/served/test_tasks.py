"""Ten things a reader comes for, every click from the home page counted; and numbers that open what they count."""

import re
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.served.conftest import Visit, follow

REACH: Final = ".findings a:has([data-finding=reach])"
TASKS: Final[dict[str, tuple[int, tuple[tuple[str, str], ...]]]] = {
    "whom the plan cites": (2, (
        ("open", REACH), ("unfold", ".findings a[href='#cites']"),
        ("see", "During the first phase of implementation of NAP 1"),
    )),
    "who could cite the plan, and who is to write it": (1, (
        ("open", REACH), ("see", "autres plans de son pays sont venus plus tard"),
        ("see", "lequel des deux plans, PAN 2 ou PAN 1, en rend compte"), ("see", "Destinataire"),
    )),
    "what two plans share, action by action": (1, (
        ("open", "svg a[data-kind][href*='pair/lu-bhr-1--lu-bhr-2'] path"),
        ("see", "textes précis nommés des deux côtés"),
    )),
    "who leads an action": (4, (
        ("find", "minerais de conflit"),
        ("find", "Préparation de la mise en œuvre à Luxembourg du règlement européen sur les minerais"),
        ("see", "Chef de file"), ("see", "non connu"),
    )),
    "what a regulation asks, and by when": (2, (
        ("find", "2017/821"), ("see", "La prochaine échéance qu’il fixe est le 1er janvier 2029."),
    )),
    "where a ministry takes part": (2, (
        ("find", "MAEE"), ("see", r"actions ou plans dont il est chef de file, dans \d+ plans"),
    )),
    "what changed between two editions": (3, (
        ("find", "PAN 2"), ("open", "main a[href*='changes/lu-bhr-1--lu-bhr-2']"), ("see", "PAN 1"),
    )),
    "what is overdue": (1, (("open", ".findings a:has([data-finding=overdue])"), ("see", "échue"))),
    "the brief as a document": (2, (
        ("open", ".opening a[href*='brief/']"), ("save", "main a[href$='.docx']"),
    )),
    "an answer for a spreadsheet": (3, (
        ("open", ".menu a[href$='questions.html']:visible"),
        ("open", "main a[href$='question/shared-instruments.html']"), ("save", "main a[href*='.xlsx']"),
    )),
}  # fmt: skip
"""How many steps each takes, and which; ``benchmarks/README.md`` has the table."""


@pytest.mark.parametrize("task", TASKS)
def test_a_reader_gets_there_in_so_many_steps(visit: Visit, all_served: str, task: str) -> None:
    page = visit(f"{all_served}/fr/index.html").page
    steps = 0
    for way, to in TASKS[task][1]:
        steps += {"see": 0, "find": 2}.get(way, 1)
        link = page.locator(to) if way in {"open", "unfold", "save"} else page.locator("main")
        link = link.last if "path" in to else link.first
        if way == "open":
            follow(link)
        elif way == "unfold":
            link.click()
        elif way == "save":
            with page.expect_download() as download:
                link.click()
            assert download.value.suggested_filename.endswith((".docx", ".xlsx"))
        elif way == "find":
            # the first thing the search suggests
            page.locator("label-search input[name=q]").fill(to)
            suggestion = page.get_by_role("listbox").get_by_role("option").first
            expect(suggestion).to_be_visible()
            follow(suggestion)
        else:
            expect(
                link.get_by_text(re.compile(to) if "\\" in to else to).filter(visible=True).first
            ).to_be_visible()
    assert steps == TASKS[task][0]


CHOICES = (
    "",
    "evidence=plan",
    "evidence=other&topic=human-rights&year=2020",
    "evidence=editors&body=maee&year=2021",
)


@pytest.fixture(scope="module")
def served(all_served: str) -> str:
    return all_served


def figures(text: str) -> list[int]:
    return [int(figure.replace(",", "")) for figure in re.findall(r"\d+(?:,\d{3})*", text)]


@pytest.mark.parametrize("choice", CHOICES)
def test_every_number_opens_what_it_counts(visit: Visit, choice: str) -> None:
    page = visit(f"/en/index.html?{choice}").page
    linked, apart, unlinked = (
        figures(page.locator(f'[data-number="{name}"]').inner_text())[0]
        for name in ("linked", "apart", "unlinked")
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
    arrow = cell.inner_text()
    said = cell.get_attribute("title") or ""
    follow(cell)
    seen = page.locator(".way .badge.declared").count()
    assert seen == (2 if "↔" in arrow else 1 if re.search("[→←]", arrow) else 0)
    shared = re.search(r"share (\S+\sbits?)", said)
    sentence = page.locator(".findings li", has_text="that both name").inner_text()
    assert (shared[1] if shared else "not seen") in sentence
