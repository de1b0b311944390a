"""A number on a page is what the page it opens lists; each figure of the register has its page; the meaning is told."""

import csv
import html
import io
import json
import re
from collections import Counter
from itertools import islice

import pytest

from pan2kg.coherence.citations import Verdict, verdict
from pan2kg.coherence.evidence import FIGURED, HEADLINE
from pan2kg.coherence.figures import FIGURES
from pan2kg.coherence.standing import Standing
from pan2kg.i18n import LANGUAGES, Language, Messages, format_number
from pan2kg.site.meaning import example_pair
from pan2kg.site.page import MOST_ROWS
from pan2kg.tables.figure_words import basis_words, value_words
from pan2kg.turtle.vocabulary import ID, PAN
from tests.site.conftest import Parsed, Reader, rows, words

NARROW = "\N{NARROW NO-BREAK SPACE}"


def number(page: str, target: str) -> int:
    match = re.search(
        rf'<a (?:class="number" )?href="{re.escape(target)}"><strong[^>]*>([\d\u202f]+)', page
    )
    assert match, target
    return int(match[1].replace(NARROW, ""))


def figures(row: str) -> list[int]:
    cells = re.findall(r'<td class="figure"[^>]*>(?:<a [^>]*>)?([\d\u202f]*)', row)
    return [int(cell.replace(NARROW, "") or 0) for cell in cells]


def test_pairs_and_actions_without_a_link_counted_at_home_are_listed(reader: Reader) -> None:
    home = reader["fr/index.html"]
    pairs = reader["fr/pairs.html"]
    graph = reader.graph
    assert number(home, "pairs.html") == len(rows(pairs, "linked"))
    apart = number(home, "pairs.html#unlinked")
    assert f'<h2 id="unlinked">{format_number(apart, "fr")}' in pairs
    assert 2 * apart == sum(figures(row)[0] for row in rows(pairs, "unlinked"))
    page = reader["fr/unlinked.html"].split("<main", 1)[1]
    assert number(home, "unlinked.html") == page.count('<li><a href="action/')
    unread = sum(map(int, re.findall(r"non lues?\xa0: (\d+)", html.unescape(page))))
    linked = {action for action, level in graph.linked_actions.items() if level <= HEADLINE}
    assert unread == len(
        graph.tables.works.home.keys() - linked - {use.work for use in graph.known("editors").uses}
    )
    # the numbers are the register's, with thousands set apart
    register = {row.figure.id: row for row in graph.figures()}
    number_linked, actions = (register[name] for name in ("linked-plan-pairs", "linked-actions"))
    met, ours = (int(row.value[0] or 0) for row in (number_linked, actions))
    for language in LANGUAGES:
        home = reader[f"{language}/index.html"]
        count = format_number((number_linked.population or 0) - met, language)
        assert f'data-number="linked">{met}<' in home
        assert f'data-number="apart">{count}<' in home
        assert f'data-number="unlinked">{(actions.population or 0) - ours}<' in home
    lines = rows(reader["fr/plans.html"], "plans")
    assert len(lines) == len(reader.paths("plan/"))
    for row in islice(lines, 0, None, 8):
        address = re.search(r'href="(plan/[^"#]*)"', row)
        assert address
        listed = reader[f"fr/{address[1]}"].count('<tr><th scope="row"><a href="../action/')
        assert figures(row)[0] == listed, address[1]


def test_fields_of_policy_tell_every_linked_pair_of_the_country_once(reader: Reader) -> None:
    graph = reader.graph
    table = (
        reader["fr/index.html"].split('<table class="rows of-fields">', 1)[1].split("</table>")[0]
    )
    lines = [re.findall(r"<td .*?</td>", row) for row in table.split("<tr>")[2:]]
    numbers = [
        [int((re.search(r"<strong>([\d\u202f]+)", cell) or ["", "0"])[1]) for cell in line]
        for line in lines
    ]
    assert numbers == [list(column) for column in zip(*numbers, strict=True)], (
        "a pair is the same either way"
    )
    home = {"", graph.profile.country}
    ours = {plan for plan in graph.policy_fields if graph.tables.dates[plan].country in home}
    total = sum(numbers[at][to] for at in range(len(lines)) for to in range(at + 1))
    assert total == sum({*pair} <= ours for pair in graph.known(HEADLINE).linked) > 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_data_page_offers_search_engines_what_is_there(
    reader: Reader, language: Language
) -> None:
    page = reader[f"{language}/data.html"]
    dataset = json.loads(
        page.split('<script type="application/ld+json">', 1)[1].split("</script>")[0]
    )
    assert (dataset["@type"], dataset["@id"]) == ("Dataset", "https://w3id.org/pan2kg/dataset")
    assert dataset["license"] == ["https://creativecommons.org/licenses/by/4.0/"]
    assert 50 < len(dataset["description"]) < 5000, "what search engines take"
    assert re.fullmatch(r"(19|20)\d\d/20\d\d", dataset["temporalCoverage"])
    offered = [file["contentUrl"].removeprefix("../") for file in dataset["distribution"]]
    assert len(offered) == 3
    assert all(reader.site.page(path) for path in offered if not path.endswith(".gz"))
    assert (
        '<link rel="alternate" type="text/turtle" href="../data/ontology.ttl">'
        in reader["fr/ontology.html"]
    )


def test_a_cell_of_the_matrix_says_what_is_known_of_its_pair_and_unread_is_no_number(
    reader: Reader,
) -> None:
    knowledge = reader.graph.known()
    labels = reader.graph.labels
    home = reader["fr/index.html"]
    cell = r'<a href="pair/([^"]*)--([^"]*)\.html" title="[^"]*">(?:<b>(.)</b>)?(?:<i>([^<]*)</i>)?</a>'
    cells = re.findall(cell, home)
    for *keys, arrow, bits in cells:
        plans = sorted(entry.iri for key in keys if (entry := labels.find("plan", key)))
        pair = plans[0], plans[1]
        cited = [knowledge.chronology.seen(*way, knowledge.level) for way in (pair, pair[::-1])]
        assert (bool(arrow), arrow == "↔") == (any(cited), all(cited)), pair
        assert (bits not in {"", "·"}) == (knowledge.shared.get(pair, 0) > 0), pair
        assert pair in knowledge.linked
    table = home.split('class="matrix"')[1].split("</table>")[0]
    assert set(re.findall(r'<td class="none"><span class="nothing">([^<]*)</span>', table)) == {
        "non lu"
    }
    assert not [wrong for wrong in ("<td>0", 'class="no"') if wrong in table]


def test_a_plan_counts_and_lists_what_it_meets_cites_and_is_cited_by(reader: Reader) -> None:
    graph = reader.graph
    page = reader["fr/plan/lu-bhr-2.html"]
    plan = f"{ID}plan/lu-bhr-2"
    reach = graph.known().reach(plan)
    assert len(rows(page, "meets")) == sum(plan in met.plans for met in graph.meetings) > 5
    assert number(page, "#meets") == sum(plan in pair for pair in graph.known().linked)
    cites, cited = (
        page.split('<h2 id="cites">')[1].split('<h2 id="meets">')[0].split('<h2 id="cited">')
    )
    for name, part in (("cites", cites), ("cited", cited)):
        plans, others = part.split(f'<h3 id="{name}-others">')
        count = getattr(reach, name)
        assert len(set(re.findall(r'href="(?:\.\./plan/)?([a-z0-9-]+)\.html"', plans))) >= count
        assert re.search(rf'href="#{name}"><(?:strong|small)>{count or "non vu"}<', page)
        named = others.count('<li class="link ')
        assert f", {named} " in page.split(f'<h2 id="{name}">')[0][-200:]
        items = re.findall(r'<li class="link .*?</li>\n(?=<li class="link|</ul>)', part, re.DOTALL)
        assert len(items) == len(set(items)) > 0, "the same words about the same plan stand once"
    wanted = [
        row for row in graph.occasions() if row.is_expected and row.state is not Standing.STATED
    ]
    keys = [
        "--".join(sorted(iri.rpartition("/")[2] for iri in (row.source, row.target)))
        for row in wanted
    ]
    wanted_list = reader["en/index.html"].split('<ol class="wanted">')[1]
    listed = re.findall(r'<li><p><a href="(?:pair/|pairs\.html#)([^".]*)(?:\.html)?">', wanted_list)
    assert listed == keys[:12] != [], "the citations to look for stand at home in their order"


def test_links_of_a_pair_are_counted_as_the_graph_has_them_and_told_by_what_is_shared(
    reader: Reader,
) -> None:
    graph = reader.graph
    page = html.unescape(reader["fr/pair/lu-bhr-1--lu-bhr-2.html"])
    ties = [
        tie
        for tie in graph.ties.by_pair[f"{ID}plan/lu-bhr-1", f"{ID}plan/lu-bhr-2"]
        if tie.kind[:7] == "shared-"
    ]
    headings = {
        kind: int(n)
        for kind, n in re.findall(r'<h3 id="links-(shared-[a-z-]+)">.*?\((\d+)\)', page)
    }
    assert headings == Counter(tie.kind for tie in ties)
    joined: dict[tuple[str, str], set[str]] = {}
    for tie in ties:
        for thing in graph.statements.values(tie.iri, PAN + "via"):
            joined.setdefault((tie.kind, thing), set()).add(tie.iri)
    for (kind, thing), links in joined.items():
        of = graph.labels.entry(thing)
        link = f'<a href="{f"../{of.address}" if of and of.has_page else thing}"'
        part = page.split(f'<h3 id="links-{kind}">')[1].split("<h3")[0]
        # a text stands once with what either plan says of it, what else is shared with a number
        is_text = kind == "shared-instrument"
        texts = re.findall(rf'<h3 id="text-\d+">{re.escape(link)}', page)
        assert len(texts) == 1 if is_text else f"({len(links)})" in part.split(link)[1], thing
    quotes = re.findall(
        r'<(?:blockquote|q) class="quote"[^>]*>([^<]*)</', page.split('id="declared"')[0]
    )
    assert len(quotes) == len(set(quotes)) > 9, "words are quoted once"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_of_the_register_has_a_page_with_its_four_values_and_its_basis(
    reader: Reader, served: Reader, language: Language
) -> None:
    basis = basis_words(next(iter(reader.graph.figures())).basis, language)
    for path in (
        "definitions",
        "reconciled",
        "meaning",
        "definition/occasions",
        "definition/lists",
    ):
        page = reader[f"{language}/{path}.html"]
        assert basis in html.unescape(page)
        assert (Parsed(page).open, Parsed(page).headings[0]) == ([], 1)
    for asked, level in (("plan", "plan"), ("declared", "other")):
        page = served.asked(f"{language}/definition/occasions.html", evidence=asked)
        assert len(rows(page, "list")) == sum(
            row.is_expected for row in served.graph.known(level).occasions
        )
        assert Messages("figure").say(f"at.{level}", language) in page.split("</dl>")[0]
    for row in reader.graph.figures():
        page = reader[f"{language}/definition/{row.figure.id}.html"]
        lines = [re.sub(r"<[^>]+>", "", line) for line in rows(page, "levels")]
        assert len(lines) == len(FIGURED)
        for line, value in zip(lines, row.nested, strict=True):
            assert html.escape(value_words(value, row, language), quote=False) in line, (
                row.figure.id
            )
        assert row.figure.message("meaning").say(language) in html.unescape(page)


def test_lists_say_yes_of_what_was_seen() -> None:
    page = Messages("page")
    for language in LANGUAGES:
        assert page.say("list-seen", language) == page.say("yes", language).lower()


def test_the_register_lists_every_figure_once_and_its_list_is_the_registers(reader: Reader) -> None:
    listed = re.findall(
        r'<th scope="row"><a href="definition/([^"]*)\.html"', reader["fr/definitions.html"]
    )
    assert listed == [figure.id for figure in FIGURES]
    for figure in FIGURES:
        lines = figure.rows(reader.graph.known())
        page = reader[f"fr/definition/{figure.id}.html"]
        assert len(rows(page, "list") if lines else []) == min(len(lines), MOST_ROWS)
        assert f"({format_number(len(lines), 'fr')})" in page
        written = list(
            csv.reader(io.StringIO(reader[f"fr/definition/{figure.id}.csv"].removeprefix("\ufeff")))
        )
        assert (len(written), written[0][0]) == (len(lines) + 1, figure.columns[0])
    # « debt » is a table and a figure: both keep a page of their own
    assert reader["fr/figure/debt.html"] != reader["fr/definition/debt.html"]
    assert reader.site.page("fr/definition/nothing.html") is None


def test_the_meaning_is_told_by_an_example_with_the_numbers_of_the_graph(reader: Reader) -> None:
    knowledge = reader.graph.known()
    pair = example_pair(knowledge)
    assert pair is not None
    assert verdict(knowledge.chronology, *pair) not in {Verdict.EDITION, Verdict.FRAMEWORK}
    weight = knowledge.weight(*pair)
    text = words(reader["en/meaning.html"])
    first = next(contribution for contribution in weight.contributions if not contribution.is_broad)
    at = knowledge.potential.weights.texts.index(first.text)
    d = int(knowledge.potential.weights.d[at])
    n = knowledge.potential.weights.n
    for expected in (
        f"{d} of the {n} plans",
        f"({d} + 1) / ({n} + 2) = {(d + 1) / (n + 2):.3f}",
        f"{weight.high:.2f} bits",
        f"Established by documents: {weight.low:.2f} bits",
    ):
        assert expected in text
    assert reader["en/meaning.html"].count('<q class="quote"') >= 2
