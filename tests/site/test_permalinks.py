"""A link to a question fixes its parameters, its day and its release, and answers the same."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qsl

import pytest

import pan2kg
from pan2kg.site.page import SiteContext
from pan2kg.site.registry import Site
from tests.site.conftest import DAY


@pytest.fixture(scope="module")
def served(few: pan2kg.Graph) -> Site:
    """Of a few plans: those of another day are read and derived anew."""
    return Site(SiteContext(pan2kg.Graph(few.project, few.store, language="fr", as_of=DAY), mode="served"))


def page(site: Site, name: str, **arguments: str) -> str:
    found = site.page(f"fr/question/{name}.html", {key.replace("_", "-"): value for key, value in arguments.items()})
    assert found
    return found.body.decode()


def rows(text: str) -> list[str]:
    return re.findall(r"<tr><td>.*?</tr>", text)


def test_the_permanent_link_gives_the_same_rows(served: Site) -> None:
    asked = page(served, "who-should-talk", body="mj", as_of="2021-06-30")
    link = re.search(r'<a href="who-should-talk\.html\?([^"]*)" rel="bookmark"', asked)
    assert link
    fixed = dict(parse_qsl(unescape(link[1])))
    wanted = {"as-of": "2021-06-30", "body": "body:mj", "least-level": "official"}
    assert fixed == {**wanted, "release": served.site_context.graph.release}
    again = served.page("fr/question/who-should-talk.html", fixed)
    assert again
    assert rows(again.body.decode()) == rows(asked) != []


def test_an_answer_as_of_a_day_says_what_it_leaves_out(served: Site) -> None:
    today, then = page(served, "plans"), page(served, "plans", as_of="2015-01-01")
    assert len(rows(then)) < len(rows(today))
    assert "1er\xa0janvier 2015" in then


def test_a_download_is_as_of_the_same_day(served: Site) -> None:
    then = page(served, "plans", as_of="2015-01-01")
    link = re.search(r'href="\.\./question/plans\.csv\?([^"]*)"', then)
    assert link
    file = served.page("fr/question/plans.csv", dict(parse_qsl(unescape(link[1]))))
    assert file
    assert len(file.body.decode().splitlines()) == len(rows(then)) + 1


def test_a_link_of_another_release_says_so(served: Site) -> None:
    assert "version 0.0.9" in page(served, "plans", release="0.0.9")
    assert "version 0.0.9" not in page(served, "plans", release=served.site_context.graph.release)


def test_a_link_of_another_release_says_so_where_it_cannot_be_answered(served: Site) -> None:
    told = page(served, "who-should-talk", body="nobody", release="0.0.9")
    assert 'role="alert"' in told
    assert "version 0.0.9" in told


def test_a_day_that_is_none_is_told(served: Site) -> None:
    assert "«\u00a0demain\u00a0» n’est pas un jour" in page(served, "plans", as_of="demain")
