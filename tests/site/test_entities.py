"""The page of a thing says everything of it, on what it rests, and nothing by its bare address."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

import pan2kg
from pan2kg.graph.graph import Graph
from pan2kg.graph.statements import grounds_of
from pan2kg.i18n.catalogue import Messages
from pan2kg.site.entity import values_of
from pan2kg.site.page import PageContext, Request, SiteContext
from pan2kg.site.registry import Site
from pan2kg.site.values import rule_words
from pan2kg.turtle.vocabulary import ID, PAN
from tests.site.conftest import DAY, Parsed, Reader

_PAGE: Final = Messages("page")

PLAIN = Request("fr/thing/x.html", "fr")


def words(page: str) -> str:
    """What is read on a page."""
    main = page.split("<main", 1)[1].split("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


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


def test_our_words_for_rules_are_those_of_the_rules(reader: Reader) -> None:
    ours = _PAGE.group("rule-", "en")
    said = dict(reader.site.site_context.graph.rules)
    assert said == ours, "Copy the English words of queries/rules into the catalogues, and translate them."


def test_a_rule_somebody_changed_is_told_in_its_own_words(graph: pan2kg.Graph) -> None:
    site_context = SiteContext(Graph(graph.project, graph.store, language="fr", as_of=DAY))
    site_context.graph.once("rules", lambda: {"cites": "Who names whom."})
    assert rule_words(PageContext(site_context, PLAIN), "cites") == ("Who names whom.", "en")


def test_an_unverified_statement_is_marked_so(reader: Reader) -> None:
    page = reader["fr/action/lu-bhr-2-4-4.html"]
    assert 'class="badge unverified basis"' in page
    assert "graph/plans/lu-bhr-2/unverified.ttl" in page


def test_the_certainty_of_a_statement_comes_from_its_block_else_from_its_file(reader: Reader) -> None:
    statements = reader.site.site_context.graph.statements
    found = {grounds_of(statements, statement).certainty for statement in statements.every}
    assert found <= {"stated", "derived", "unverified", "rule", ""}
    nodes = {s.thing for s in statements.every if not grounds_of(statements, s).certainty}
    assert not [iri for iri in nodes if "/id/action/" in iri or "/id/plan/" in iri]


def test_a_fallback_language_is_marked(reader: Reader) -> None:
    parsed = Parsed(reader["de/action/lu-bhr-2-4-3.html"])
    fallbacks = [said for tag, said in parsed.elements if said.get("class") == "label fallback"]
    assert fallbacks
    assert all(said["lang"] != "de" for said in fallbacks)


def test_what_has_no_page_leads_to_its_place_on_one(reader: Reader) -> None:
    context = PageContext(reader.site.site_context, Request("fr/index.html", "fr"))
    document = f"{ID}document/mae-gouvernement-lu-fr-pan-2"
    for iri, expected in (
        (reader.site.site_context.graph.ties.every[0].iri, ""),
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


def test_gaps_of_an_action_stand_on_its_page(reader: Reader) -> None:
    material = reader.site.site_context.graph
    lacking = next(iri for iri, lacks in reader.site.site_context.lacks.items() if iri in material.home_of)
    entry = reader.site.site_context.graph.labels.entry(lacking)
    assert entry
    assert 'class="badge gap"' in reader[f"fr/{entry.address}"]


def test_with_a_server_a_page_offers_its_data(served: Reader, reader: Reader) -> None:
    page = served["fr/plan/lu-bhr-2.html"]
    assert '<link rel="alternate" type="text/turtle" href="../../doc/plan/lu-bhr-2.ttl">' in page
    assert re.search(r'href="\.\./sparql\.html\?query=[^"]+#query=', page)
    assert "doc/plan" not in reader["fr/plan/lu-bhr-2.html"]
    assert re.search(r'href="\.\./sparql\.html#query=', reader["fr/plan/lu-bhr-2.html"])


@pytest.mark.parametrize(
    "iri",
    [
        f"{ID}document/mae-gouvernement-lu-fr-pan-2",
        f"{ID}linktype/shared-topic",
        f"{ID}certainty/stated",
        f"{ID}timeline/lu-bhr-2-3-3",
        f"{PAN}Plan",
        "https://w3id.org/pan2kg/graph/plans/lu-bhr-2/actions",
        "http://eurovoc.europa.eu/5891",
    ],
)
def test_anything_the_graph_speaks_of_can_be_shown(reader: Reader, iri: str) -> None:
    found = values_of(PageContext(reader.site.site_context, PLAIN), iri)
    assert found is not None
    assert found["title"]
    assert found["parts"]


def test_what_the_graph_does_not_speak_of_has_no_page(reader: Reader) -> None:
    assert values_of(PageContext(reader.site.site_context, PLAIN), f"{ID}plan/nowhere") is None
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


def test_an_address_of_before_shows_at_least_what_it_did(served: Reader) -> None:
    path = "fr/pair/lu-bhr-1--lu-bhr-2.html"
    pages = [served.asked(path, evidence=level) for level in ("declared", "other")]
    assert "links-cross-reference" in pages[0]
    shown = [page.split("</form>")[-1].split("<footer")[0] for page in pages]
    assert shown[0] == shown[1]


def test_a_citation_is_called_expected_only_where_the_two_plans_meet(reader: Reader) -> None:
    """Of two plans that share a body at most, nothing is to be looked for; of those that meet, both ways are told."""
    apart = reader["fr/pair/lu-bhr-2--lu-circular-economy-2021.html"].split('<h2 id="citing">')[1].split("<h2")[0]
    assert "attendu" not in apart
    met = reader["fr/pair/lu-disability-2--lu-open-government-2019.html"].split('<h2 id="citing">')[1].split("<h2")[0]
    assert "attendu, à vérifier" in met
    assert "impossible (antérieur)" in met


EVIL = """\
@prefix action: <https://w3id.org/pan2kg/id/action/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix document: <https://w3id.org/pan2kg/id/document/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix pan: <https://w3id.org/pan2kg/ontology#> .
@prefix plan: <https://w3id.org/pan2kg/id/plan/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

plan:xx-evil-1 a pan:Plan ;
    dcterms:identifier "xx-evil-1" ;
    skos:prefLabel "<script>alert(1)</script>"@en ;
    skos:editorialNote "\\"><img onerror=alert(1)>"@en ;
    foaf:page <javascript:alert(1)> ;
    dcterms:source document:evil .

action:xx-evil-1-1 a pan:Action ;
    dcterms:identifier "xx-evil-1-1" ;
    skos:notation "<b>1</b>" ;
    skos:prefLabel "'><svg onload=alert(1)>"@en ;
    owl:deprecated true ;
    dcterms:isReplacedBy action:xx-evil-1-2 ;
    pan:inPlan plan:xx-evil-1 .

action:xx-evil-1-2 a pan:Action ;
    dcterms:identifier "xx-evil-1-2" ;
    skos:prefLabel "Two"@en ;
    pan:inPlan plan:xx-evil-1 .

document:evil a pan:Document ;
    skos:prefLabel "<i>evil</i>"@en ;
    pan:readAt "javascript:alert(1)" .
"""


@pytest.fixture
def evil(own_project: Path) -> Reader:
    """The site of a small graph whose texts try to become markup."""
    (own_project / "graph" / "plans" / "xx-evil-1.ttl").write_text(EVIL, encoding="utf-8")
    graph = pan2kg.open_graph(own_project)
    return Reader(Site(SiteContext(Graph(graph.project, graph.store, language="fr", as_of=DAY))))


def test_no_text_of_the_graph_becomes_markup(evil: Reader) -> None:
    for name in ("plan/xx-evil-1", "action/xx-evil-1-1", "plans", "pairs", "unlinked", "sources"):
        page = evil[f"en/{name}.html"]
        for raw in ("<script>alert", "<img", "<svg onload", "<b>1", "<i>evil"):
            assert raw not in page, name
        assert not [link for link in Parsed(page).links if link.startswith("javascript")], name


def test_a_retired_thing_says_what_replaces_it(evil: Reader) -> None:
    page = evil["en/action/xx-evil-1-1.html"]
    assert 'class="notice"' in page
    assert "xx-evil-1-2.html" in page.split('class="notice"')[1].split("</p>")[0]
