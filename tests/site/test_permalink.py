"""A link fixes a question, its parameters, its day and its release; it reads back as itself and answers the same."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pan2kg
from pan2kg.errors import QueryError
from pan2kg.i18n.catalogue import LANGUAGES
from pan2kg.project import Project
from pan2kg.site.page import SiteContext
from pan2kg.site.permalink import Permalink, fix, notice, permalink, read_permalink
from pan2kg.site.registry import Site
from pan2kg.store.queries import fill, find_query, read_queries
from tests.site.conftest import DAY

names = st.from_regex(r"[a-z]+(_[a-z]+)?", fullmatch=True).filter(
    lambda name: name not in ("as_of", "release", "language")
)
values = st.dictionaries(names, st.text(max_size=20).filter(lambda text: text.isprintable()), max_size=3)
links = st.builds(
    Permalink,
    st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)?", fullmatch=True),
    values,
    st.from_regex(r"[0-9]\.[0-9]\.[0-9](-rc\+1)?", fullmatch=True),
    st.one_of(st.none(), st.dates()),
    st.sampled_from(LANGUAGES),
)


@given(links)
def test_a_link_reads_back_as_what_it_was_made_from(link: Permalink) -> None:
    assert read_permalink(str(link)) == link
    assert read_permalink(f"https://e.lu/x/{link}") == link


def test_what_was_asked_in_a_page_counts_before_the_link_to_it_and_how_it_is_shown_not_at_all() -> None:
    link = read_permalink("fr/question/q.html?body=maee&release=0.1.0&view=chart")
    assert link == Permalink("q", {"body": "maee"}, "0.1.0")
    link = read_permalink("file:///x/fr/question/q.html?body=maee&release=0.1.0#only_plan=p&release=0.2.0")
    assert link == Permalink("q", {"only_plan": "p"}, "0.2.0")


@given(links)
def test_the_order_of_parameters_does_not_matter(link: Permalink) -> None:
    turned = Permalink(link.query, dict(reversed(list(link.values.items()))), link.release, link.day, link.language)
    assert str(turned) == str(link)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("fr/plans.html?release=0.1.0", "no link to a question"),
        ("xx/question/plans.html?release=0.1.0", "no link to a question"),
        ("fr/question/plans.html", "fixes no release"),
        ("fr/question/plans.html?release=0.1.0&as-of=yesterday", "is no day"),
        ("fr/question/plans.html?release=0.1.0&release=0.2.0", "twice"),
    ],
)
def test_what_is_no_such_link_is_refused(address: str, said: str) -> None:
    with pytest.raises(QueryError, match=said):
        read_permalink(address)


def test_no_parameter_bears_the_name_of_what_a_link_fixes(project: Project) -> None:
    with pytest.raises(QueryError, match="cannot be linked to"):
        permalink("q", {"as_of": "x"}, "0.1.0")
    for query in read_queries(project).values():
        assert permalink(query.name, {parameter.name: "x" for parameter in query.parameters}, "0.1.0")


def test_a_link_writes_out_defaults_and_things_by_one_name(project: Project, graph: pan2kg.Graph) -> None:
    query = find_query(project, "who-should-talk")
    for given_values in ({}, {"body": "meco"}, {"body": "https://w3id.org/pan2kg/id/body/meco"}):
        assert fix(query, given_values, store=graph.store, project=project) == {
            "body": "body:meco",
            "least_level": "official",
        }


def test_what_a_link_fixes_asks_the_same_question(project: Project, graph: pan2kg.Graph) -> None:
    for query in read_queries(project).values():
        fixed = fix(query, {}, store=graph.store, project=project)
        link = read_permalink(permalink(query.name, fixed, "0.1.0", date(2021, 6, 30)))
        filled = fill(query, link.values, store=graph.store, project=project)
        assert filled == fill(query, fixed, store=graph.store, project=project)


def test_another_release_is_said_in_one_sentence(graph: pan2kg.Graph) -> None:
    link = Permalink("plans", {}, "0.0.9")
    for language in LANGUAGES:
        said = notice(link, graph.release, language)
        assert said.count(".") - said.count("0.0.9") * 2 - said.count(graph.release) * 2 == 1
    assert not notice(Permalink("plans", {}, graph.release), graph.release, "fr")


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


def test_another_release_is_said_even_where_nothing_can_be_answered_and_a_day_that_is_none(served: Site) -> None:
    assert "version 0.0.9" in page(served, "plans", release="0.0.9")
    assert "version 0.0.9" not in page(served, "plans", release=served.site_context.graph.release)
    refused = page(served, "who-should-talk", body="nobody", release="0.0.9")
    assert 'role="alert"' in refused
    assert "version 0.0.9" in refused
    assert "«\u00a0demain\u00a0» n’est pas un jour" in page(served, "plans", as_of="demain")
