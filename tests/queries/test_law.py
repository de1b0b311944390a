"""The law around the plan: what transposes what and when, which text names which and where, what Legilux asserts."""

import csv
from pathlib import Path

import pytest

from pan2kg.graph.graph import Graph
from pan2kg.store.store import text_rows
from pan2kg.turtle.vocabulary import ID, PAN

FACTS = Path(__file__).resolve().parents[3] / "shared" / "facts"
PREFIXES = f"""PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX eli: <http://data.europa.eu/eli/ontology#>
PREFIX pan: <{PAN}>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
ACT = "http://data.europa.eu/eli/dir"


def asked(graph: Graph, query: str) -> list[list[str]]:
    return text_rows(graph.store, PREFIXES + query)


def test_most_directives_show_the_act_that_transposes_them_and_its_day(graph: Graph) -> None:
    query = """SELECT DISTINCT ?directive ?act ?day WHERE {
        ?act eli:transposes ?directive .
        OPTIONAL { ?milestone pan:milestoneOf ?act ; pan:date ?day ;
            pan:milestoneType <https://w3id.org/pan2kg/id/milestonetype/entry-into-force> }
    }"""
    rows = asked(graph, query)
    directives = {directive for directive, _, _ in rows if directive.startswith(ACT)}
    assert len(directives) >= 34
    dated = {directive for directive, _, day in rows if day and directive.startswith(ACT)}
    assert len(dated) >= 33


def test_an_act_that_transposes_a_part_does_not_count_as_the_directive(graph: Graph) -> None:
    in_part = f"<{ID}relation/transposes-in-part>"
    nature = "http://data.legilux.public.lu/eli/etat/leg/loi/2018/07/18/a771"
    rows = asked(
        graph, f"SELECT ?to {{ ?link pan:relation {in_part} ; pan:from <{nature}> ; pan:to ?to }}"
    )
    assert {to.rpartition("eli/")[2] for [to] in rows} >= {"dir/1992/43/oj", "dir/2009/147/oj"}
    assert not asked(graph, f"SELECT ?above {{ <{nature}> pan:countsAs ?above }}")


def test_a_citation_says_where_it_stands_and_a_recital_is_no_article(graph: Graph) -> None:
    rows = asked(
        graph,
        """SELECT ?notation ?kind ?quote WHERE {
            ?link pan:fromProvision ?place ; pan:evidence/pan:quote ?quote .
            ?place skos:notation ?notation ; eli:type_subdivision ?kind
        }""",
    )
    assert len(rows) >= 120
    for notation, kind, _ in rows:
        expected = {"rec": "recital", "ann": "annex", "art": "article"}[notation[:3]]
        assert kind == f"{ID}subdivision/{expected}"


@pytest.mark.parametrize("name", ["transpositions", "obligations", "relations"])
def test_each_row_that_was_read_stands_in_the_graph(graph: Graph, name: str) -> None:
    table = FACTS / "law" / f"{name}.csv"
    if not table.exists():
        pytest.skip("the tables of facts are not beside the project")
    with table.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    quotes = {quote for [quote] in asked(graph, "SELECT DISTINCT ?quote { ?p pan:quote ?quote }")}
    of_law = {"transpositions": "quote", "obligations": "quote", "relations": "evidence"}
    column = of_law[name]
    lost = [
        row[column]
        for row in rows
        if row[column] not in quotes and not row["provision"].startswith("metadata")
    ]
    assert not lost


def test_what_legilux_itself_asserts_is_an_official_link(graph: Graph) -> None:
    rows = asked(
        graph,
        """SELECT DISTINCT ?link ?level WHERE {
            ?link skos:editorialNote ?note ; pan:evidenceLevel ?level
            FILTER(CONTAINS(?note, "asserted by Legilux itself"))
        }""",
    )
    assert len(rows) >= 30
    assert {level for _, level in rows} == {f"{ID}evidencelevel/official"}


def test_who_is_in_charge_today_is_known_for_acts_and_plans_under_the_present_name(
    graph: Graph,
) -> None:
    rows = asked(graph, "SELECT ?work ?body { ?work pan:competentToday ?body }")
    of_act: dict[str, set[str]] = {}
    for work, body in rows:
        of_act.setdefault(work, set()).add(body.removeprefix(f"{ID}body/"))
    union = "http://data.europa.eu/eli"
    assert of_act[f"{union}/dir/2019/1937/oj"] == {"mj"}
    assert of_act[f"{union}/reg/2017/821/oj"] == {"mae-2023"}
    assert of_act[f"{ID}plan/lu-ai-2"] == {"mdigi", "me", "meco", "mresr-2023"}
    assert f"{ID}plan/lu-lgbti-1" not in of_act
    assert f"{ID}plan/lu-trafficking-2016" not in of_act
    assert len(of_act) >= 90


def test_the_list_of_attributions_was_read_in_full_so_that_its_silence_can_be_said(
    graph: Graph,
) -> None:
    rows = asked(
        graph,
        f"""SELECT ?list ?day {{ ?reading pan:aspect <{ID}aspect/attributions> ;
            pan:extent <{ID}readingextent/full> ; pan:readsWork ?list ; pan:readOn ?day }}""",
    )
    assert [act.rpartition("eli/")[2] for act, _ in rows] == ["etat/leg/ri/2023/11/27/a779"]


@pytest.mark.parametrize("name", ["law-bodies"])
def test_each_competence_that_was_read_stands_in_the_graph(graph: Graph, name: str) -> None:
    table = FACTS / "law" / f"{name}.csv"
    if not table.exists():
        pytest.skip("the tables of facts are not beside the project")
    with table.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    quotes = [quote for [quote] in asked(graph, "SELECT DISTINCT ?quote { ?p pan:quote ?quote }")]
    lost = [
        row["role"]
        for row in rows
        if not any(
            quote.removesuffix(" …") in row["evidence"]
            for quote in quotes
            if quote[:20] == row["evidence"][:20]
        )
    ]
    # no place for it: members without a name, how many members, an act that is not in the graph
    assert len(lost) <= 6, lost


def test_a_recommendation_says_who_speaks_when_and_what_it_asks_for(graph: Graph) -> None:
    rows = asked(
        graph,
        """SELECT ?recommendation ?body ?day ?asked WHERE {
            ?recommendation a pan:Recommendation ; pan:saidBy ?body .
            OPTIONAL { ?recommendation pan:date ?day }
            OPTIONAL { ?recommendation pan:asksFor ?asked }
        }""",
    )
    said = {name.removeprefix(f"{ID}recommendation/"): rest for name, *rest in rows}
    assert len(said) >= 26
    assert said["greta-1-labour"] == [
        f"{ID}body/greta",
        "2014-01-15",
        f"{ID}plan/lu-trafficking-2016",
    ]
    assert said["un-bhr-working-group-2023-m3"][2].endswith("/loi/2023/05/16/a232")
    assert sum(1 for _, day, _ in said.values() if not day) <= 4


def test_where_no_answer_was_found_it_is_known_how_many_acts_were_searched_until_when(
    graph: Graph,
) -> None:
    rows = asked(
        graph,
        f"""SELECT ?work ?number ?until WHERE {{ ?reading pan:aspect <{ID}aspect/answer> ;
            pan:readsWork ?work ; pan:lookedAt ?number ; pan:lookedUntil ?until ;
            pan:searchGap ?gap FILTER(LANG(?gap) = "en") }}""",
    )
    assert {(number, until) for _, number, until in rows} == {("19775", "2026-08-20")}
    assert len(rows) >= 27
    answered = {work for [work] in asked(graph, "SELECT ?work { ?act eli:transposes ?work }")}
    assert not answered & {work for work, _, _ in rows}
