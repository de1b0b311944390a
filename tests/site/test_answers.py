"""Answers on pages: keys in words, downloads keep them; a link fixes question, parameters, day and release."""

import csv
import html
import io
import json
import re
from datetime import date
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, strategies as st

import pan2kg
from pan2kg.errors import QueryError
from pan2kg.i18n import LANGUAGES, Language
from pan2kg.project import Project
from pan2kg.site.page import embedded
from pan2kg.site.permalink import Permalink, fixed_values, read_permalink
from pan2kg.store.filling import fill
from pan2kg.store.queries import find_query, read_queries
from pan2kg.tables.answers import word_of, words_of
from pan2kg.tables.writers import write_answer
from pan2kg.turtle import PAN
from tests.site.conftest import Reader, site_of

KEYED = (
    ("plan-citations", "returned"), ("plan-citations", "verdict"), ("uncovered-principles", "covered"),
    ("sdg-coverage", "covered"), ("obligations-without-action", "answered"),
)  # fmt: skip
names = st.from_regex(r"[a-z]+(_[a-z]+)?", fullmatch=True).filter(
    lambda name: name not in ("as_of", "release", "language", "view")
)
values = st.dictionaries(
    names, st.text(max_size=20).filter(lambda text: text.isprintable()), max_size=3
)
links = st.builds(
    Permalink,
    st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)?", fullmatch=True),
    values,
    st.from_regex(r"[0-9]\.[0-9]\.[0-9](-rc\+1)?", fullmatch=True),
    st.one_of(st.none(), st.dates()),
    st.sampled_from(LANGUAGES),
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_says_the_keys_of_an_answer_in_words_and_files_keep_them(
    reader: Reader, language: Language
) -> None:
    for question, name in KEYED:
        address = f"{language}/question/{question}"
        answer = csv.DictReader(io.StringIO(reader[f"{address}.csv"].removeprefix("\ufeff")))
        keys = [row[name] for row in answer]
        columns = list(answer.fieldnames or ())
        body = (
            reader[f"{address}.html"]
            .split('class="answer', 1)[1]
            .split("<tbody>", 1)[1]
            .split("</tbody>", 1)[0]
        )
        at = [
            column
            for column in columns
            if column.removesuffix("_label") not in {*columns} - {column}
        ].index(name)
        rows = [
            re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in body.split("<tr>")[1:]
        ]
        shown = [html.unescape(re.sub(r"<[^>]+>", "", cells[at])).strip() for cells in rows]
        assert shown == [word_of(key, name, language) for key in keys]
        bindings = json.loads(reader[f"{address}.json"])["results"]["bindings"]
        assert [row[name]["value"] for row in bindings] == keys
    assert words_of("how", language).keys() == {"directly", "amended"}
    # what the browser needs to answer itself
    words = {name: words_of(name, language) for name in ("returned", "verdict")}
    assert f'"words":{embedded(words)}' in reader[f"{language}/question/plan-citations.html"]


def test_an_answer_asked_in_one_language_names_things_in_another_as_if_it_were_asked_in_that(
    reader: Reader,
) -> None:
    graph = reader.graph
    for path in re.findall(r"\bde/question/\S+\.csv\b", " ".join(reader.listed)):
        query = graph.queries[path.split("/")[2].removesuffix(".csv")]
        in_german = fill(query, {"language": "de"}, store=graph.store, resolve=graph.resolve)
        assert reader[path] == write_answer(graph.store.query(in_german), "csv"), path


def test_the_page_for_queries_names_beside_the_answer_what_the_graph_does_not_know(
    served: Reader,
) -> None:
    def page(language: str, query: str) -> str:
        file = served.site.page(
            f"{language}/sparql.html", {"query": f"PREFIX pan: <{PAN}> {query}"}
        )
        assert file
        return bytes(file.body).decode()

    for language, words in (
        ("en", "Did you mean pan:involvesBody?"),
        ("fr", "Vouliez-vous dire pan:involvesBody"),
        ("de", "Meinten Sie pan:involvesBody?"),
    ):
        mistyped = page(language, "SELECT ?body { ?action pan:involvsBody ?body }")
        assert words in mistyped.partition('id="answer"')[2]
    assert "Did you mean" not in page("en", "SELECT ?body { ?action pan:involvesBody ?body }")


def test_nothing_is_answered_for_a_thing_nobody_chose(reader: Reader, served: Reader) -> None:
    page = reader["fr/question/who-should-talk.html"]
    assert "Choisissez d’abord\u00a0: l’organisme de départ." in page
    assert "<tbody>" not in page
    assert re.search(r'<a href="[^"]*who-should-talk\.html\?body=\w+[^"]*">Un exemple</a>', page)
    chosen = reader["fr/question/actions-of-plan.html"]
    assert re.search(r'<option value="lu-bhr-2" data-iri="[^"]+" selected>PAN 2', chosen)
    assert "<tbody>" in chosen
    for ending in ("csv", "json", "ttl", "xlsx"):
        with pytest.raises(QueryError, match="Choose first"):
            served.site.page(f"en/question/who-should-talk.{ending}")
        file = served.site.page(f"en/question/who-should-talk.{ending}", {"body": "meco"})
        assert file
        assert file.body
    assert not [
        path
        for path in reader.listed
        if "/question/who-should-talk." in path and ".html" not in path
    ]


@given(links)
def test_a_link_reads_back_as_what_it_was_made_from_in_any_order(link: Permalink) -> None:
    assert read_permalink(str(link)) == link
    assert read_permalink(f"https://e.lu/x/{link}") == link
    turned = Permalink(
        link.query, dict(reversed(list(link.values.items()))), link.release, link.day, link.language
    )
    assert str(turned) == str(link)


def test_what_was_asked_in_a_page_counts_before_the_link_to_it_and_how_it_is_shown_not_at_all() -> (
    None
):
    link = read_permalink("fr/question/q.html?body=maee&release=0.1.0&view=chart")
    assert link == Permalink("q", {"body": "maee"}, "0.1.0")
    link = read_permalink(
        "file:///x/fr/question/q.html?body=maee&release=0.1.0#only_plan=p&release=0.2.0"
    )
    assert link == Permalink("q", {"only_plan": "p"}, "0.2.0")
    for address, reason in (
        ("fr/plans.html?release=0.1.0", "no link to a question"),
        ("xx/question/plans.html?release=0.1.0", "no link to a question"),
        ("fr/question/plans.html", "fixes no release"),
        ("fr/question/plans.html?release=0.1.0&as-of=yesterday", "is no day"),
        ("fr/question/plans.html?release=0.1.0&release=0.2.0", "twice"),
    ):
        with pytest.raises(QueryError, match=reason):
            read_permalink(address)


def test_what_a_link_fixes_asks_the_same_question(project: Project, graph: pan2kg.Graph) -> None:
    with pytest.raises(QueryError, match="cannot be linked to"):
        str(Permalink("q", {"as_of": "x"}, "0.1.0"))
    for query in read_queries(project).values():
        fixed = fixed_values(query, {}, store=graph.store, project=project)
        link = read_permalink(str(Permalink(query.name, fixed, "0.1.0", date(2021, 6, 30))))
        filled = fill(query, link.values, store=graph.store, resolve=graph.resolve)
        assert filled == fill(query, fixed, store=graph.store, resolve=graph.resolve)
    # defaults are written out, and things by one name
    query = find_query(project, "who-should-talk")
    for chosen in ({}, {"body": "meco"}, {"body": "https://w3id.org/pan2kg/id/body/meco"}):
        fixed = fixed_values(query, chosen, store=graph.store, project=project)
        assert fixed == {"body": "body:meco", "least_level": "official"}


@pytest.fixture(scope="module")
def asked(few: pan2kg.Graph) -> Reader:
    return site_of(few, "served")


def lines(page: str) -> list[str]:
    return re.findall(r"<tr><td>.*?</tr>", page)


def test_an_answer_and_its_files_as_of_a_day_say_what_they_leave_out(asked: Reader) -> None:
    today = asked["fr/question/plans.html"]
    then = asked.asked("fr/question/plans.html", as_of="2015-01-01")
    assert len(lines(then)) < len(lines(today))
    assert "1er\xa0janvier 2015" in then
    link = re.search(r'href="\.\./question/plans\.csv\?([^"]*)"', then)
    assert link
    file = asked.asked("fr/question/plans.csv", **dict(parse_qsl(html.unescape(link[1]))))
    assert len(file.splitlines()) == len(lines(then)) + 1


def test_another_release_is_said_even_where_nothing_can_be_answered_and_a_day_that_is_none(
    asked: Reader,
) -> None:
    assert "version 0.0.9" in asked.asked("fr/question/plans.html", release="0.0.9")
    assert "version 0.0.9" not in asked.asked("fr/question/plans.html", release=asked.graph.release)
    refused = asked.asked("fr/question/who-should-talk.html", body="nobody", release="0.0.9")
    assert 'role="alert"' in refused
    assert "version 0.0.9" in refused
    assert "«\u00a0demain\u00a0» n’est pas un jour" in asked.asked(
        "fr/question/plans.html", as_of="demain"
    )
