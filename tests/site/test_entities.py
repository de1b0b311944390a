"""The page of a thing: a dossier with numbers of the register, then everything said of it, and on what it rests."""

from __future__ import annotations

import re

import pytest

import pan2kg
from pan2kg.coherence.citations import State
from pan2kg.coherence.evidence import HEADLINE, counts
from pan2kg.graph.graph import Graph
from pan2kg.i18n.catalogue import LANGUAGES, Messages
from pan2kg.project import Project
from pan2kg.site.entity import values_of
from pan2kg.site.page import PageContext, Request, SiteContext
from pan2kg.site.values import rule_words
from pan2kg.turtle.vocabulary import ID, PAN
from tests.charts.test_gallery import leads, rests, store_of
from tests.pages import EXAMPLES
from tests.site.conftest import DAY, Parsed, Reader, site_of, small, words

PLAIN = Request("fr/thing/x.html", "fr")
READ = "reading:1 a pan:Reading ; pan:readsWork plan:p ; pan:aspect aspect:texts ; pan:extent readingextent:full ."


def figure(page: str, name: str) -> str:
    """The figure of a sentence, as it is shown."""
    match = re.search(rf'data-number="{name}">([^<]*)<', page)
    assert match, name
    return match[1]


@pytest.mark.parametrize("kind", ["plan", "action", "body", "instrument", "topic", "pair"])
def test_a_dossier_says_in_brief_before_it_shows_and_statements_stand_behind(reader: Reader, kind: str) -> None:
    for language in LANGUAGES:
        page = reader[f"{language}/{kind}/{EXAMPLES[kind]}.html"]
        parts = [page.index(f'<h2 id="{name}"') for name in ("brief", "attention", "proofs", "data", "basis")]
        assert parts == sorted(parts)
        assert page.index('<details class="tab">') < page.index('<h2 id="data"')
        assert 3 <= page.split('<ol class="findings">')[1].split("</ol>")[0].count("<li>") <= 7


def test_the_numbers_of_a_plan_are_the_registers(reader: Reader) -> None:
    graph, page, plan = reader.graph, reader["fr/plan/lu-bhr-2.html"], f"{ID}plan/lu-bhr-2"
    reach = graph.known().reach(plan)
    missing = [
        row for row in graph.known().occasions
        if plan in {row.source, row.target} and row.is_expected and row.state is not State.SEEN
    ]  # fmt: skip
    led = {row.work for row in graph.involvements if "lead" in row.roles and counts(row.level, HEADLINE)}
    own = {action for action, home in graph.home_of.items() if home == plan}
    numbers = [figure(page, f"plan-{name}") for name in ("reach", "cites", "missing", "led")]
    assert numbers == [str(reach.linked), str(reach.cites), str(len(missing)), str(len(led & own))]


def test_a_body_counts_what_it_leads_apart_and_a_text_plans_by_how_they_rest_on_it() -> None:
    pages = small(leads("m", "action:p-1") + leads("m", "action:p-2", "editors") + 'body:m skos:prefLabel "M"@en .')
    page = pages["en/body/m.html"]
    assert figure(page, "body-leads") == "1", "what only the editors concluded stands on no figure of the headline"
    assert figure(page, "body-parts") == "not seen"
    page = small(rests("plan:r", "law"))["en/instrument/law.html"]
    assert figure(page, "text-plans") == "3"
    assert "3 to carry it out, 0 to serve it, 0 only name it" in page


def test_what_was_not_read_is_to_be_read_first_and_never_missing() -> None:
    page = small()["en/action/p-2.html"]
    assert figure(page, "action-texts") == "not seen"
    assert "First read" in page
    assert "not read" in page.split('<h2 id="attention">')[1]
    part = small(READ)["en/action/p-2.html"].split("No text seen")[1].split("</dl>")[0]
    assert "First read" not in part
    assert "read in full" in part


def test_a_text_is_told_of_its_duties_past_their_date_with_the_one_who_holds_them(reader: Reader) -> None:
    late = next(row for row in reader.graph.margins().rows if row.overdue)
    entry = reader.graph.labels.entry(late.obligation.instrument)
    assert entry
    page = reader[f"fr/{entry.address}"].split('<h2 id="attention">')[1].split('<h2 id="proofs">')[0]
    assert "échue, sans réponse connue" in page
    assert reader.graph.spoken("fr").label(late.obligation.holder) in page


def test_a_thing_in_a_graph_without_actions_has_its_statements_alone() -> None:
    page = site_of(pan2kg.Graph(Project.packaged(), store_of('body:m a pan:PublicBody ; skos:prefLabel "M"@en .')))
    assert not [mark for mark in ('id="brief"', 'class="tab"') if mark in page["en/body/m.html"]]


def test_a_body_is_told_who_else_works_on_its_texts_in_its_country_alone(reader: Reader) -> None:
    match = re.search(r'data-number="body-beside">([^<]*)</strong> <span>([^<]*)<', reader["en/body/meco.html"])
    assert match
    assert not re.search("France|Belgium|Ireland", match[2])


def test_an_action_says_who_when_and_on_what_it_rests_with_notes_and_quotations(reader: Reader) -> None:
    page = reader["fr/action/lu-bhr-2-4-3.html"]
    read = words(page).casefold()
    for expected in (
        "autorité compétente", "ministère des affaires étrangères", "entrée en vigueur", "2017/821",
        "déduit par une règle",
        "un lien entre deux actions ou plans, de plans différents, qui reposent sur le même instrument.",
    ):  # fmt: skip
        assert expected in read
    marks = set(re.findall(r'href="#(basis-\d+)"', page))
    assert marks
    assert marks <= set(re.findall(r'id="(basis-\d+)"', page))
    assert "graph/plans/lu-bhr-2/actions.ttl" in page
    assert '<td class="provenance"></td>' not in page
    quoted = r'<blockquote class="quote" lang="en">[^<]*</blockquote>\s*<p class="provenance"><a href="\.\./sources'
    assert re.search(quoted, page)


def test_words_for_rules_are_those_of_the_rules_and_of_one_somebody_changed_its_own(graph: pan2kg.Graph) -> None:
    ours = Messages("page").group("rule-", "en")
    assert dict(graph.rules) == ours, "Copy the English words of queries/rules into the catalogues, and translate them."
    site_context = SiteContext(Graph(graph.project, graph.store, language="fr", as_of=DAY))
    site_context.graph.once("rules", lambda: {"cites": "Who names whom."})
    assert rule_words(PageContext(site_context, PLAIN), "cites") == ("Who names whom.", "en")


def test_a_fallback_language_and_an_unverified_statement_are_marked(reader: Reader) -> None:
    elements = Parsed(reader["de/action/lu-bhr-2-4-3.html"]).elements
    tags = {attributes["lang"] for _, attributes in elements if attributes.get("class") == "label fallback"}
    assert tags
    assert "de" not in tags
    page = reader["fr/action/lu-bhr-2-4-4.html"]
    assert 'class="badge unverified basis"' in page
    assert "graph/plans/lu-bhr-2/unverified.ttl" in page


def test_what_has_no_page_leads_to_its_place_on_one(reader: Reader) -> None:
    context = PageContext(reader.site.site_context, Request("fr/index.html", "fr"))
    document = f"{ID}document/mae-gouvernement-lu-fr-pan-2"
    for iri, expected in (
        (reader.graph.ties.every[0].iri, ""),
        (document, "sources.html#mae-gouvernement-lu-fr-pan-2"),
        (f"{ID}linktype/shared-topic", "ontology.html#linktype-shared-topic"),
        (f"{PAN}Plan", "ontology.html#Plan"),
    ):
        address, _, anchor = context.address(iri).partition("#")
        assert not expected or f"{address}#{anchor}" == expected
        assert f'id="{anchor}"' in reader[f"fr/{address}"]


def test_an_act_leads_to_where_it_is_published(reader: Reader) -> None:
    page = reader["fr/instrument/reg-2017-821.html"]
    assert 'rel="external" href="http://data.europa.eu/eli/reg/2017/821/oj"' in page
    assert "https://eur-lex.europa.eu/legal-content/FR/TXT/?uri=CELEX:32017R0821" in page


def test_a_renamed_body_names_what_it_was_and_positions_of_a_conflict_stand_side_by_side(reader: Reader) -> None:
    assert {"mddi", "mecb"} <= set(re.findall(r"([a-z]+)\.html", reader["fr/body/mecdd.html"]))
    page = reader["fr/conflict/month-of-adoption-of-lu-bhr-2.html"]
    columns = page.split('class="columns positions"')[1].split("</ul>")[0]
    assert {"11 novembre 2019", "11 décembre 2019"} <= set(re.findall(r"11 (?:novembre|décembre) 2019", columns))


def test_with_a_server_a_page_offers_its_data(served: Reader, reader: Reader) -> None:
    page = served["fr/plan/lu-bhr-2.html"]
    assert '<link rel="alternate" type="text/turtle" href="../../doc/plan/lu-bhr-2.ttl">' in page
    assert re.search(r'href="\.\./sparql\.html\?query=[^"]+#query=', page)
    assert "doc/plan" not in reader["fr/plan/lu-bhr-2.html"]
    assert re.search(r'href="\.\./sparql\.html#query=', reader["fr/plan/lu-bhr-2.html"])


def test_anything_the_graph_speaks_of_can_be_shown_and_nothing_else(reader: Reader) -> None:
    context = PageContext(reader.site.site_context, PLAIN)
    for iri in (
        f"{ID}document/mae-gouvernement-lu-fr-pan-2", f"{ID}linktype/shared-topic", f"{ID}certainty/stated",
        f"{ID}timeline/lu-bhr-2-3-3", f"{PAN}Plan", "https://w3id.org/pan2kg/graph/plans/lu-bhr-2/actions",
        "http://eurovoc.europa.eu/5891",
    ):  # fmt: skip
        page = values_of(context, iri)
        assert page is not None, iri
        assert page["title"], iri
        assert page["parts"], iri
    assert values_of(context, f"{ID}plan/nowhere") is None
    assert reader.site.page("fr/action/nowhere.html") is None
    assert reader.site.page("fr/pair/lu-bhr-2--lu-bhr-1.html") is None


def test_a_level_can_be_chosen_on_the_page_of_a_pair(served: Reader) -> None:
    path = "fr/pair/lu-bhr-1--lu-bhr-2.html"
    plan, concluded = served.asked(path, evidence="plan"), '<span class="badge level inferred">'
    assert concluded in served[path]
    assert concluded not in plan
    assert '<span class="badge level declared">dit par le plan</span>' in plan


def test_beside_each_action_stand_those_of_the_other_plan_with_similar_titles(served: Reader) -> None:
    page = served["en/pair/lu-bhr-1--lu-bhr-2.html"]
    rows = page.split('id="beside"')[1].split("</table>")[0].split("<tr>")[2:]
    actions = [re.findall(r'href="../action/([^"]*)\.html"', row) for row in rows]
    assert {one.rpartition("-")[0][:8] for one, *_ in actions} == {"lu-bhr-1"}
    assert all(len(others) == 3 and {one[:8] for one in others} == {"lu-bhr-2"} for _, *others in actions)
    alike = next(row for row in rows if "conflict minerals" in row.partition("</th>")[0])
    assert "conflict minerals" in alike.partition("<td")[2].partition("</li>")[0]


def test_a_citation_is_called_expected_only_where_the_two_plans_meet(reader: Reader) -> None:
    """Of two plans that share a body at most, nothing is to be looked for; of those that meet, both ways are told."""
    apart = reader["fr/pair/lu-bhr-2--lu-circular-economy-2021.html"].split('<h2 id="citing">')[1].split("<h2")[0]
    assert "attendu" not in apart
    met = reader["fr/pair/lu-disability-2--lu-open-government-2019.html"].split('<h2 id="citing">')[1].split("<h2")[0]
    assert "attendu, à vérifier" in met
    assert "impossible (antérieur)" in met


EVIL = """
@prefix document: <https://w3id.org/pan2kg/id/document/> .
plan:xx-evil-1 a pan:Plan ;
    dcterms:identifier "xx-evil-1" ;
    skos:prefLabel "<script>alert(1)</script>"@en ;
    skos:editorialNote "\\"><img onerror=alert(1)>"@en ;
    <http://xmlns.com/foaf/0.1/page> <javascript:alert(1)> ;
    dcterms:source document:evil .
action:xx-evil-1-1 a pan:Action ;
    skos:notation "<b>1</b>" ;
    skos:prefLabel "'><svg onload=alert(1)>"@en ;
    <http://www.w3.org/2002/07/owl#deprecated> true ;
    dcterms:isReplacedBy action:xx-evil-1-2 ;
    pan:inPlan plan:xx-evil-1 .
action:xx-evil-1-2 a pan:Action ; skos:prefLabel "Two"@en ; pan:inPlan plan:xx-evil-1 .
document:evil a pan:Document ; skos:prefLabel "<i>evil</i>"@en ; pan:readAt "javascript:alert(1)" .
"""


def test_no_text_of_the_graph_becomes_markup_and_a_retired_thing_says_what_replaces_it() -> None:
    evil = site_of(pan2kg.Graph(Project.packaged(), store_of(EVIL)))
    for name in ("plan/xx-evil-1", "action/xx-evil-1-1", "plans", "pairs", "unlinked", "sources"):
        page = evil[f"en/{name}.html"]
        for raw in ("<script>alert", "<img", "<svg onload", "<b>1", "<i>evil"):
            assert raw not in page, name
        assert not [link for link in Parsed(page).links if link.startswith("javascript")], name
    page = evil["en/action/xx-evil-1-1.html"]
    assert 'class="notice"' in page
    assert "xx-evil-1-2.html" in page.split('class="notice"')[1].split("</p>")[0]
