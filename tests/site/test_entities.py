"""The page of a thing: a dossier with numbers of the register, then everything said of it, and on what it rests."""

import re
from pathlib import Path

import pan2kg
from pan2kg.graph.graph import Graph
from pan2kg.i18n import Messages
from pan2kg.project import Project
from pan2kg.publish.document_places import document_of
from pan2kg.site.entity import find_entity_values
from pan2kg.site.notes import rule_text
from pan2kg.site.page import PageContext, Request, SiteContext
from pan2kg.site.registry import Site
from pan2kg.turtle.vocabulary import ID, PAN
from tests.charts.test_gallery import leads, rests, store_of
from tests.site.conftest import DAY, Parsed, Reader, site_of, small, words

HOSTILE = Path(__file__).parents[1] / "data" / "hostile-plan.ttl"
PLAIN = Request("fr/thing/x.html", "fr")
READ = "reading:1 a pan:Reading ; pan:readsWork plan:p ; pan:aspect aspect:texts ; pan:extent readingextent:full ."


def figure(page: str, words: str) -> str:
    match = re.search(rf"<(?:strong|small)>([^<]*)</(?:strong|small)> {words}", page)
    assert match, words
    return match[1]


def test_a_body_counts_what_it_leads_apart_and_a_text_plans_by_how_they_rest_on_it() -> None:
    pages = small(
        leads("m", "action:p-1")
        + leads("m", "action:p-2", "editors")
        + 'body:m skos:prefLabel "M"@en .'
    )
    page = pages["en/body/m.html"]
    only = "what only the editors concluded stands on no figure of the headline"
    assert figure(page, "actions? or plans? it leads") == "1", only
    assert figure(page, "other actions? or plans? it has") == "not seen"
    page = small(rests("plan:r", "law"))["en/instrument/law.html"]
    assert figure(page, "plans? rests? on it") == "3"
    assert "3 to carry it out, 0 to serve it, 0 only name it" in page
    # what was not read is to be read first, and never missing
    page = small()["en/action/p-2.html"]
    assert figure(page, "texts? it rests on") == "not seen"
    assert "First read" in page
    part = small(READ)["en/action/p-2.html"].split("No text seen")[1].split("</dl>")[0]
    assert ("First read" in part, "read in full" in part) == (False, True)


def test_a_text_leads_to_where_it_is_published_and_tells_its_duties_past_their_date(
    reader: Reader,
) -> None:
    late = next(row for row in reader.graph.margins().rows if row.overdue)
    entry = reader.graph.labels.entry(late.obligation.instrument)
    assert entry
    page = (
        reader[f"fr/{entry.address}"].split('<h2 id="attention">')[1].split('<h2 id="proofs">')[0]
    )
    assert "échue, sans réponse connue" in page
    assert reader.graph.spoken("fr").label(late.obligation.holder) in page
    page = reader["fr/instrument/reg-2017-821.html"]
    assert 'rel="external" href="http://data.europa.eu/eli/reg/2017/821/oj"' in page
    assert "https://eur-lex.europa.eu/legal-content/FR/TXT/?uri=CELEX:32017R0821" in page
    beside = re.search(
        r"<strong>([^<]*)</strong> bod(?:y|ies) of its kind ([^<]*)<", reader["en/body/meco.html"]
    )
    assert beside
    assert not re.search("France|Belgium|Ireland", beside[2]), (
        "who else works on its texts, in its country alone"
    )


def test_an_action_says_who_when_and_on_what_it_rests_with_notes_and_quotations(
    reader: Reader,
) -> None:
    page = reader["fr/action/lu-bhr-2-4-3.html"]
    read = words(page).casefold()
    for expected in (
        "autorité compétente",
        "ministère des affaires étrangères",
        "entrée en vigueur",
        "2017/821",
        "déduit par une règle",
    ):
        assert expected in read
    marks = set(re.findall(r'href="#(basis-\d+)"', page))
    assert marks
    assert marks <= set(re.findall(r'id="(basis-\d+)"', page))
    assert "graph/plans/lu-bhr-2.ttl" in page
    assert '<td class="provenance"></td>' not in page
    quoted = r'<blockquote class="quote" lang="en">[^<]*</blockquote>\s*<p class="provenance"><a href="\.\./sources'
    assert re.search(quoted, page)


def test_a_page_of_a_release_leads_to_the_document_that_tells_the_statements(
    reader: Reader,
) -> None:
    site = Reader(Site(SiteContext(reader.graph, document_place=document_of)))
    page = site["en/action/lu-bhr-2-4-3.html"]
    assert 'href="../../doc/action/lu-b.html?en#lu-bhr-2-4-3">Data and sources: ' in page
    assert 'href="../../doc/link/8.html?en#80002e2dca65c523">stated' in page
    for name in (
        "action/lu-bhr-2-4-3",
        "plan/lu-bhr-2",
        "body/maee",
        "instrument/reg-2017-821",
        "topic/due-diligence",
    ):
        page = site[f"en/{name}.html"]
        assert set(re.findall(r' href="#([^"]+)"', page)) <= set(
            re.findall(r' id="([^"]+)"', page)
        ), name
        assert 'table class="rows statements"' not in page
        assert re.search(r'<h2 id="(who|rests|what)">', page), "what people look for stays"


def test_words_for_rules_are_those_of_the_rules_and_of_one_somebody_changed_its_own(
    graph: pan2kg.Graph,
) -> None:
    rules = {name: words for name, words in graph.rules.items() if name not in graph.link_kinds}
    assert rules == Messages("page").group("rule-", "en"), (
        "copy the words of queries/rules to catalogues"
    )
    site_context = SiteContext(Graph(graph.project, graph.store, language="fr", as_of=DAY))
    site_context.graph.once(Graph.rules, lambda: {"cites": "Who names whom."})
    assert rule_text(PageContext(site_context, PLAIN), "cites") == ("Who names whom.", "en")


def test_fallback_languages_unverified_statements_former_names_and_positions_are_shown(
    reader: Reader,
) -> None:
    elements = Parsed(reader["de/action/lu-bhr-2-4-3.html"]).elements
    tags = {
        attributes["lang"]
        for _, attributes in elements
        if attributes.get("class") == "label fallback"
    }
    assert tags
    assert "de" not in tags
    page = reader["fr/action/lu-bhr-2-4-4.html"]
    assert 'class="badge unverified basis"' in page
    assert "graph/plans/lu-bhr-2-unverified.ttl" in page
    assert {"mddi", "mecb"} <= set(re.findall(r"([a-z]+)\.html", reader["fr/body/mecdd.html"]))
    page = reader["fr/conflict/month-of-adoption-of-lu-bhr-2.html"]
    columns = page.split('class="columns positions"')[1].split("</ul>")[0]
    assert {"11 novembre 2019", "11 décembre 2019"} <= set(
        re.findall(r"11 (?:novembre|décembre) 2019", columns)
    )


def test_anything_the_graph_speaks_of_can_be_shown_and_nothing_else(reader: Reader) -> None:
    context = PageContext(reader.site.site_context, PLAIN)
    for iri in (
        f"{ID}document/mae-gouvernement-lu-fr-pan-2",
        f"{ID}linktype/shared-topic",
        f"{ID}certainty/stated",
        f"{ID}timeline/lu-bhr-2-3-3",
        f"{PAN}Plan",
        "https://w3id.org/pan2kg/graph/plans/lu-bhr-2",
        "http://eurovoc.europa.eu/5891",
    ):
        page = find_entity_values(context, iri)
        assert page is not None and page["title"] and page["parts"], iri  # noqa: PT018
    assert find_entity_values(context, f"{ID}plan/nowhere") is None
    assert reader.site.page("fr/action/nowhere.html") is None
    assert reader.site.page("fr/pair/lu-bhr-2--lu-bhr-1.html") is None


def test_a_pair_shows_the_level_that_is_chosen_similar_titles_and_citations_to_expect(
    served: Reader,
) -> None:
    path = "fr/pair/lu-bhr-1--lu-bhr-2.html"
    plan = served.asked(path, evidence="plan")
    concluded = '<span class="badge level inferred">'
    assert concluded in served[path]
    assert concluded not in plan
    assert '<span class="badge level declared">dit par le plan</span>' in plan


def test_beside_each_action_stand_those_of_the_other_plan_with_similar_titles(
    served: Reader,
) -> None:
    rows = (
        served["en/pair/lu-bhr-1--lu-bhr-2.html"]
        .split('id="beside"')[1]
        .split("</table>")[0]
        .split("<tr>")[2:]
    )
    actions = [re.findall(r'href="../action/([^"]*)\.html"', row) for row in rows]
    assert all(
        len(others) == 3 and {one[:8] for one in others} == {"lu-bhr-2"} for _, *others in actions
    )
    alike = next(row for row in rows if "conflict minerals" in row.partition("</th>")[0])
    assert "conflict minerals" in alike.partition("<td")[2].partition("</li>")[0]
    # of two plans that share a body at most, nothing is to be looked for; of those that meet, both
    # ways are told
    apart, met = (
        served[f"fr/pair/{key}.html"].split('<h2 id="citing">')[1].split("<h2")[0]
        for key in (
            "lu-bhr-2--lu-circular-economy-2021",
            "lu-disability-2--lu-open-government-2019",
        )
    )
    assert "attendu" not in apart
    assert "attendu, à vérifier" in met
    assert "impossible (antérieur)" in met


def test_no_text_of_the_graph_becomes_markup_and_a_retired_thing_says_what_replaces_it() -> None:
    evil = site_of(pan2kg.Graph(Project.packaged(), store_of(HOSTILE.read_text("utf-8"))))
    for name in ("plan/xx-evil-1", "action/xx-evil-1-1", "plans", "pairs", "unlinked", "sources"):
        page = evil[f"en/{name}.html"]
        for raw in ("<script>alert", "<img", "<svg onload", "<b>1", "<i>evil"):
            assert raw not in page, name
        assert not [link for link in Parsed(page).links if link.startswith("javascript")], name
    page = evil["en/action/xx-evil-1-1.html"]
    assert 'class="notice"' in page
    notices = [notice.split("</p>")[0] for notice in page.split('class="notice"')[1:]]
    assert [notice for notice in notices if "xx-evil-1-2.html" in notice]
