"""A number on a page is what the page it opens lists."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from itertools import islice

import pan2kg
from pan2kg.coherence.citations import State
from pan2kg.coherence.evidence import HEADLINE
from pan2kg.turtle.vocabulary import ID, PAN
from tests.site.conftest import Reader, listed


def value(figure: str) -> int:
    """A figure as French writes it; nothing is 0."""
    return int(figure.replace("\N{NARROW NO-BREAK SPACE}", "") or 0)


def number(page: str, target: str) -> int:
    """The number that leads to a place."""
    found = re.search(rf'<a (?:class="number" )?href="{re.escape(target)}"><strong[^>]*>([\d\u202f]+)', page)
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


def test_fields_of_policy_tell_every_linked_pair_of_the_country_once(reader: Reader, graph: pan2kg.Graph) -> None:
    table = reader["fr/index.html"].split('<table class="rows of-fields">', 1)[1].split("</table>")[0]
    lines = [re.findall(r"<td .*?</td>", row) for row in table.split("<tr>")[2:]]
    assert len(lines) == len(lines[0]) == len(set(graph.policy_fields.values()))
    linked = [[value((re.search(r"<strong>([\d\u202f]+)", cell) or ["", ""])[1]) for cell in line] for line in lines]
    assert linked == [list(column) for column in zip(*linked, strict=True)], "a pair of fields is the same either way"
    told = sum(linked[at][to] for at in range(len(lines)) for to in range(at + 1))
    home, country = graph.policy_fields, graph.profile.country
    ours = {plan for plan in home if graph.tables.dates[plan].country in {"", country}}
    assert told == sum({one, two} <= ours for one, two in graph.known(HEADLINE).linked) > 0
    assert all("non vu" in cell or "<strong>" in cell for line in lines for cell in line), "nothing seen is no zero"


def test_the_data_page_offers_search_engines_what_is_there(reader: Reader) -> None:
    page = reader["fr/data.html"]
    told = json.loads(page.split('<script type="application/ld+json">', 1)[1].split("</script>")[0])
    assert (told["@type"], told["spatialCoverage"]["name"]) == ("Dataset", "Luxembourg")
    assert re.fullmatch(r"(19|20)\d\d/20\d\d", told["temporalCoverage"])
    offered = [one["contentUrl"].removeprefix("../") for one in told["distribution"]]
    assert len(offered) == 3
    assert all(reader.site.page(path) for path in offered if not path.endswith(".gz"))
    assert '<link rel="alternate" type="text/turtle" href="../data/ontology.ttl">' in reader["fr/ontology.html"]


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
    graph, page = reader.site.site_context.graph, html.unescape(reader["fr/unlinked.html"])
    unread = sum(map(int, re.findall(r"non lues?\xa0: (\d+)", page)))
    linked = {action for action, level in graph.linked_actions.items() if level <= HEADLINE}
    with_text = {use.work for use in graph.known("editors").uses}
    assert unread == len(graph.tables.works.home.keys() - linked - with_text)


def test_the_numbers_at_home_are_the_registers(reader: Reader) -> None:
    home = reader["en/index.html"]
    value_of = {one.figure.id: one for one in reader.site.site_context.graph.figures()}
    linked, actions = value_of["linked-plan-pairs"], value_of["linked-actions"]
    pairs, ours = (int(one.value[0] or 0) for one in (linked, actions))
    assert f'data-number="linked">{pairs}<' in home
    assert f'data-number="apart">{(linked.population or 0) - pairs:,}<' in home
    assert f'data-number="unlinked">{(actions.population or 0) - ours}<' in home
    assert "read in full on both sides: 0" in home


def test_a_cell_of_the_matrix_says_what_is_known_of_its_pair(reader: Reader) -> None:
    known, labels = reader.site.site_context.graph.known(), reader.site.site_context.graph.labels
    cell = r'<a href="pair/([^"]*)--([^"]*)\.html" title="[^"]*">(?:<b>(.)</b>)?(?:<i>([^<]*)</i>)?</a>'
    cells = re.findall(cell, reader["fr/index.html"])
    assert len(cells) > 30
    for one, two, arrow, bits in cells:
        found = [labels.find("plan", name) for name in (one, two)]
        plans = [entry.iri for entry in found if entry]
        pair = (min(plans), max(plans))
        cited = [known.chronology.seen(*way, known.level) for way in (pair, pair[::-1])]
        assert bool(arrow) == any(cited), pair
        assert (arrow == "↔") == all(cited), pair
        assert (bits not in {"", "·"}) == (known.shared.get(pair, 0) > 0), pair
        assert pair in known.linked


def test_what_nobody_read_is_hatched_and_never_a_number(reader: Reader) -> None:
    made = reader["fr/index.html"].split('class="matrix"')[1].split("</table>")[0]
    unread = re.findall(r'<td class="none"><span class="nothing">([^<]*)</span>', made)
    assert len(unread) > 100
    assert set(unread) == {"non lu"}
    assert "<td>0" not in made
    assert 'class="no"' not in made


def test_a_plan_lists_every_plan_it_is_linked_with(reader: Reader) -> None:
    graph = reader.site.site_context.graph
    page = reader["fr/plan/lu-bhr-2.html"]
    own = graph.plan("lu-bhr-2")
    met = [one for one in graph.meetings if own in one.plans]
    assert len(rows(page, "meets")) == len(met) > 5
    assert number(page, "#meets") == sum(own in pair for pair in graph.known().linked)


def test_the_citations_to_look_for_stand_at_home_in_their_order(reader: Reader) -> None:
    graph, home = reader.site.site_context.graph, reader["en/index.html"]
    listed_pairs = re.findall(r'<li><p><a href="pair/([^"]*)\.html">', home.split('<ol class="wanted">')[1])
    wanted = [one for one in graph.occasions() if one.is_expected and one.state is not State.SEEN]
    keys = ["--".join(sorted(iri.rpartition("/")[2] for iri in (one.source, one.target))) for one in wanted]
    assert listed_pairs == keys[:12]
    assert len(listed_pairs) > 4


def test_a_plan_lists_as_many_actions_as_the_list_of_plans_says(reader: Reader) -> None:
    found = rows(reader["fr/plans.html"], "plans")
    assert len(found) == len(reader.of("plan"))
    for row in islice(found, 0, None, 4):
        address = re.search(r'href="(plan/[^"#]*)"', row)
        assert address
        page = reader[f"fr/{address[1]}"]
        assert figures(row)[0] == page.count('<td data-name="Liens">'), address[1]
        assert not figures(row)[0] or f"<summary>{figures(row)[0]} action" in page, address[1]


def test_a_plan_counts_the_plans_it_cites_and_that_cite_it_as_the_register_does(
    reader: Reader, graph: pan2kg.Graph
) -> None:
    reach = graph.known().reach(f"{ID}plan/lu-bhr-2")
    page = reader["fr/plan/lu-bhr-2.html"]
    cites, cited = page.split('<h2 id="cites">')[1].split('<h2 id="meets">')[0].split('<h2 id="cited">')
    for name, part in (("cites", cites), ("cited", cited)):
        plans, others = part.split(f'<h3 id="{name}-others">')
        number_of = getattr(reach, name)
        assert len(set(re.findall(r'href="(?:\.\./plan/)?([a-z0-9-]+)\.html"', plans))) >= number_of
        assert re.search(rf'href="#{name}"><strong[^>]*>{number_of or "non vu"}</strong>', page)
        said = re.search(rf', (\d+) [^<]*</summary>\s*<section aria-labelledby="{name}">', page)
        assert said
        assert int(said[1]) == others.count('<li class="link ') > 0
    assert number(page, "#cites") > 0


def test_reviews_and_positions_that_cite_a_plan_are_no_plans(reader: Reader) -> None:
    page = reader["fr/plan/lu-bhr-2.html"]
    assert re.search(r'href="#cited"><strong[^>]*>non vu</strong>', page)
    others = page.split('<h3 id="cited-others">')[1].split("<h2")[0]
    assert len(re.findall(r'<li class="link [^>]*>\s*<a href="\.\./(?:review|recommendation|instrument)/', others)) == 6


def test_the_same_words_about_the_same_plan_are_listed_once(reader: Reader) -> None:
    part = reader["fr/plan/lu-bhr-2.html"].split('<h2 id="cites">')[1].split('<h2 id="meets">')[0]
    found = re.findall(r'<li class="link .*?</li>\n(?=<li class="link|</ul>)', part, re.DOTALL)
    assert len(found) == len(set(found)) > 10


def test_headings_of_links_count_their_list(reader: Reader) -> None:
    page = html.unescape(reader["fr/plan/lu-bhr-1.html"])
    said: Counter[str] = Counter()
    for kind, n in re.findall(r'<h3 id="links-([a-z-]+)">.*?\((\d+)\)', page):
        said[kind] += int(n)
    assert said == listed(page)


def test_links_of_a_pair_are_counted_as_the_graph_has_them_and_told_by_what_is_shared(reader: Reader) -> None:
    """What is listed under a shared thing is what the links by it join, and all of it."""
    graph = reader.site.site_context.graph
    one, two = (f"{ID}plan/{key}" for key in ("lu-bhr-1", "lu-bhr-2"))
    page = html.unescape(reader["fr/pair/lu-bhr-1--lu-bhr-2.html"])
    ties = graph.ties.by_pair[one, two]
    said = {kind: int(n) for kind, n in re.findall(r'<h3 id="links-(shared-[a-z-]+)">.*?\((\d+)\)', page)}
    assert said == Counter(tie.kind for tie in ties if tie.kind.startswith("shared-"))
    joined: dict[tuple[str, str], set[str]] = {}
    for tie in ties:
        for thing in graph.statements.values(tie.iri, PAN + "via") if tie.kind.startswith("shared-") else ():
            joined.setdefault((tie.kind, thing), set()).update(end.removeprefix(ID) for end in tie.ends)
    told = [
        (kind, sorted(re.findall(r'<li><a[^>]* href="\.\./([a-z]+/[^"#]+)\.html"', meeting)))
        for kind, part in re.findall(r'<h3 id="links-(shared-[a-z-]+)">(.*?)(?=<h[23]|</section>)', page, re.DOTALL)
        for meeting in part.split("<li>\n<p><strong>")[1:]
    ]
    assert sorted(told) == sorted((kind, sorted(ends)) for (kind, _), ends in joined.items())
