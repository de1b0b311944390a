"""Ten things a reader comes for, walked from the home page: every click and every word typed is counted."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.served.conftest import Visit, follow


class Walk:
    """A reader on a page of the site: what is clicked and typed is counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.steps = 0

    def open(self, link: Locator) -> None:
        self.steps += 1
        follow(link)

    def unfold(self, link: Locator) -> None:
        self.steps += 1
        link.click()

    def find(self, words: str) -> None:
        """Type words into the search and take the first thing it suggests."""
        self.steps += 2
        self.page.locator("label-search input[name=q]").fill(words)
        first = self.page.get_by_role("listbox").get_by_role("option").first
        expect(first).to_be_visible()
        follow(first)

    def sees(self, words: str | re.Pattern[str]) -> None:
        """The answer stands on the page, where a reader sees it."""
        expect(self.page.locator("main").get_by_text(words).filter(visible=True).first).to_be_visible()


def whom_the_plan_cites(walk: Walk) -> None:
    walk.open(walk.page.locator(".findings a", has=walk.page.locator("[data-finding=reach]")))
    walk.unfold(walk.page.locator(".findings a[href='#cites']"))
    walk.sees("During the first phase of implementation of NAP 1")


def who_could_cite_the_plan_and_who_is_to_write_it(walk: Walk) -> None:
    walk.open(walk.page.locator(".findings a", has=walk.page.locator("[data-finding=reach]")))
    walk.sees(re.compile("Aucun plan du pays ne pouvait"))
    walk.sees("lequel des deux plans, PAN 2 ou PAN 1, en rend compte")
    walk.sees("Destinataire")


def what_two_plans_share_action_by_action(walk: Walk) -> None:
    walk.open(walk.page.locator("svg a[data-kind][href*='pair/lu-bhr-1--lu-bhr-2'] path").last)
    walk.sees("textes précis nommés des deux côtés")


def who_leads_an_action(walk: Walk) -> None:
    walk.find("minerais de conflit")
    walk.find("Préparation de la mise en œuvre à Luxembourg du règlement européen sur les minerais")
    walk.sees("Chef de file")
    walk.sees("non connu")


def what_a_regulation_asks_and_by_when(walk: Walk) -> None:
    walk.find("2017/821")
    walk.sees("La prochaine échéance qu’il fixe est le 1er janvier 2029.")


def where_a_ministry_takes_part(walk: Walk) -> None:
    walk.find("MAEE")
    walk.sees(re.compile(r"actions ou plans dont il est chef de file, dans \d+ plans"))


def what_changed_between_two_editions(walk: Walk) -> None:
    walk.find("PAN 2")
    walk.open(walk.page.locator("main a[href*='changes/lu-bhr-1--lu-bhr-2']").first)
    walk.sees(re.compile("PAN 1"))


def what_is_overdue(walk: Walk) -> None:
    walk.open(walk.page.locator(".findings a", has=walk.page.locator("[data-finding=overdue]")))
    walk.sees(re.compile("échue"))


def the_brief_as_a_document(walk: Walk) -> None:
    walk.open(walk.page.locator(".opening a[href*='brief/']"))
    with walk.page.expect_download() as download:
        walk.unfold(walk.page.locator("main a[href$='.docx']").first)
    assert download.value.suggested_filename.endswith(".docx")


def an_answer_for_a_spreadsheet(walk: Walk) -> None:
    walk.open(walk.page.locator(".menu a[href$='questions.html']:visible"))
    walk.open(walk.page.locator("main a[href$='question/shared-instruments.html']").first)
    with walk.page.expect_download() as download:
        walk.unfold(walk.page.locator("main a[href*='.xlsx']").first)
    assert download.value.suggested_filename.endswith(".xlsx")


TASKS: Final[dict[Callable[[Walk], None], int]] = {
    whom_the_plan_cites: 2,
    who_could_cite_the_plan_and_who_is_to_write_it: 1,
    what_two_plans_share_action_by_action: 1,
    who_leads_an_action: 4,
    what_a_regulation_asks_and_by_when: 2,
    where_a_ministry_takes_part: 2,
    what_changed_between_two_editions: 3,
    what_is_overdue: 1,
    the_brief_as_a_document: 2,
    an_answer_for_a_spreadsheet: 3,
}
"""How many steps each takes; ``benchmarks/README.md`` has the table."""


@pytest.mark.parametrize("task", TASKS)
def test_a_reader_gets_there_in_so_many_steps(visit: Visit, all_served: str, task: Callable[[Walk], None]) -> None:
    walk = Walk(visit(f"{all_served}/fr/index.html").page)
    task(walk)
    assert walk.steps == TASKS[task]
