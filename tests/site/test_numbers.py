"""A number on a page is what the page it opens lists."""

from __future__ import annotations

import html
import re
from collections import Counter
from itertools import islice

from pan2kg.graph.links import DECLARED
from tests.site.conftest import Reader, listed


def value(figure: str) -> int:
    """A figure as French writes it; nothing is 0."""
    return int(figure.replace("\N{NARROW NO-BREAK SPACE}", "") or 0)


def number(page: str, target: str) -> int:
    """The number that leads to a place."""
    found = re.search(rf'<a class="number" href="{re.escape(target)}"><strong[^>]*>([\d\u202f]+)', page)
    assert found, target
    return value(found[1])


def rows(page: str, name: str) -> list[str]:
    """The rows of the table named by a heading, without its head."""
    table = page.split(f'aria-labelledby="{name}">\n<thead>', 1)[1].split("</table>")[0]
    return re.findall(r'<tr>(?=<th scope="row">).*?</tr>', table, re.DOTALL)


def figures(row: str) -> list[int]:
    """The figures of a row, nothing being 0."""
    return list(map(value, re.findall(r'<td class="figure"[^>]*>(?:<a [^>]*>)?([\d\u202f]*)', row)))


def test_the_pairs_counted_at_home_are_listed(reader: Reader) -> None:
    home, pairs = reader["fr/index.html"], reader["fr/pairs.html"]
    assert number(home, "pairs.html") == len(rows(pairs, "linked"))
    apart = number(home, "pairs.html#unlinked")
    assert apart == value(re.search(r'<h2 id="unlinked">([\d\u202f]+)', pairs)[1])  # type: ignore[index]
    assert 2 * apart == sum(figures(row)[0] for row in rows(pairs, "unlinked"))


def test_thousands_are_set_apart_as_each_language_does(reader: Reader) -> None:
    marks = {"fr": "\N{NARROW NO-BREAK SPACE}", "en": ",", "de": "."}
    for language, mark in marks.items():
        home = reader[f"{language}/index.html"]
        found = re.search(r'<strong data-number="apart">(\d{1,3})(\D)(\d{3})</strong>', home)
        assert found, language
        assert found[2] == mark
        assert f"{found[1]}{mark}{found[3]}" in reader[f"{language}/pairs.html"]
        assert 'value="2021"' in home


def test_the_actions_without_a_link_counted_at_home_are_listed(reader: Reader) -> None:
    page = reader["fr/unlinked.html"].split("<main", 1)[1]
    links = re.findall(r'<li><a href="action/', page)
    assert number(reader["fr/index.html"], "unlinked.html") == len(links)


def test_what_an_action_without_a_link_is_told_apart_by(reader: Reader) -> None:
    site_context = reader.site.site_context
    page = reader["fr/unlinked.html"]
    unread = sum(map(int, re.findall(r"rien de relevé encore\xa0: (\d+)", page)))
    home = site_context.graph.home_of
    assert unread == len(home.keys() - site_context.linked - site_context.recorded)


def test_a_cell_of_the_matrix_counts_the_links_of_its_pair(reader: Reader) -> None:
    cell = r'<a href="(pair/[^"]*)" title="[^"]*">(?:<b>(\d+)</b>)?(?:<i>\+(\d+)</i>)?</a>'
    cells = re.findall(cell, reader["fr/index.html"])
    assert len(cells) > 50
    for address, declared, inferred in cells:
        page = reader[f"fr/{address}"]
        assert int(declared or 0) == number(page, "#declared"), address
        assert int(inferred or 0) == number(page, "#same"), address
        assert sum(listed(page).values()) == sum(number(page, at) for at in ("#declared", "#same", "#weak")), address


def test_a_plan_counts_the_links_of_its_pairs(reader: Reader) -> None:
    page = reader["fr/plan/lu-bhr-2.html"]
    for row in rows(page, "meets"):
        address = re.search(r'href="(\.\./pair/[^"]*)"', row)
        assert address
        opened = reader[f"fr/{address[1].removeprefix('../')}"]
        assert figures(row) == [number(opened, at) for at in ("#declared", "#same", "#weak")]


def test_a_plan_counts_the_links_of_its_actions(reader: Reader) -> None:
    page = reader["fr/plan/lu-bhr-2.html"]
    link = r'<td class="figure" data-name="Liens"><a href="\.\./(action/[^"#]*)[^"]*">'
    cells = re.findall(rf"{link}<span[^>]*>(?:<b>(\d+)</b>)?(?:<i>\+(\d+)</i>)?", page)
    assert len(cells) == 20
    for address, declared, same in cells:
        found, stated = (listed(reader[f"fr/{address}"], badge) for badge in ("", "declared"))
        assert int(declared or 0) == sum(stated[kind] for kind in DECLARED), address
        concluded = sum(found[kind] - stated[kind] for kind in DECLARED)
        assert int(same or 0) == found["shared-instrument"] + concluded, address


def test_a_plan_lists_as_many_actions_as_the_list_of_plans_says(reader: Reader) -> None:
    found = rows(reader["fr/plans.html"], "plans")
    assert len(found) == len(reader.of("plan"))
    for row in islice(found, 0, None, 4):
        address = re.search(r'href="(plan/[^"#]*)"', row)
        assert address
        page = reader[f"fr/{address[1]}"]
        assert figures(row)[0] == page.count('<td class="figure" data-name="Liens"><a href="../action/'), address[1]
        assert number(page, "#actions") == figures(row)[0]


def test_a_plan_counts_what_it_cites_and_who_cites_it(reader: Reader) -> None:
    page = reader["fr/plan/lu-bhr-2.html"]
    cites, cited = page.split('<h2 id="cites">')[1].split('<h2 id="meets">')[0].split('<h2 id="cited">')
    for name, part in (("cites", cites), ("cited", cited)):
        plans, others = part.split(f'<h3 id="{name}-others">')
        assert number(page, f"#{name}") == plans.count('<li class="link ')
        said = re.search(rf'href="#{name}"><strong>\d+</strong> [^<]*, (\d+) [^<]*</a>', page)
        assert said
        assert int(said[1]) == others.count('<li class="link ') > 0
    assert number(page, "#cites") > 0


def test_reviews_and_positions_that_cite_a_plan_are_no_plans(reader: Reader) -> None:
    page = reader["fr/plan/lu-bhr-2.html"]
    assert number(page, "#cited") == 0
    others = page.split('<h3 id="cited-others">')[1].split("<h2")[0]
    assert len(re.findall(r'<li class="link [^>]*>\s*<a href="\.\./(?:review|recommendation|instrument)/', others)) == 6


def test_the_same_words_about_the_same_plan_are_listed_once(reader: Reader) -> None:
    part = reader["fr/plan/lu-bhr-2.html"].split('<h2 id="cites">')[1].split('<h2 id="meets">')[0]
    found = re.findall(r'<li class="link .*?</li>\n(?=<li class="link|</ul>)', part, re.DOTALL)
    assert len(found) == len(set(found)) > 10


def test_headings_of_links_count_their_list(reader: Reader) -> None:
    page = html.unescape(reader["fr/pair/lu-bhr-1--lu-bhr-2.html"])
    said: Counter[str] = Counter()
    for kind, n in re.findall(r'<h3 id="(?:compared-)?links-([a-z-]+)">.*?\((\d+)\)', page):
        said[kind] += int(n)
    assert said == listed(page)


def test_the_matrix_counts_linked_pairs_of_actions_as_the_table_of_figures_does(reader: Reader) -> None:
    """Where pairs of actions share a text; plans that share one only as wholes have no such pair."""
    site_context = reader.site.site_context
    rows = site_context.figures("matrix", "fr").rows
    linked = {tuple(sorted((str(row["one"]), str(row["two"])))): row["linked"] for row in rows if row["linked"]}
    counts = site_context.graph.ties.counts(["shared-instrument"])
    assert linked == {(one, two): counts[one, two]["shared-instrument"] for one, two in linked}
    assert len(linked) >= 2
