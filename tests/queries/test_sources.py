"""Documents as things: a title that somebody saw or none, a publisher, a language and a kind of each."""

from pan2kg.graph.graph import Graph
from pan2kg.store.store import select
from pan2kg.turtle.vocabulary import ID, PAN

PREFIXES = f"""PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX pan: <{PAN}>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
NO_PUBLISHER = 16
"""Packages and pages whose publisher nobody has seen, and what is remembered."""


def count(graph: Graph, pattern: str) -> int:
    asked = f"SELECT DISTINCT ?document {{ ?document a pan:Document . {pattern} }}"
    return len(select(graph.store, PREFIXES + asked).rows)


def test_documents_have_publisher_language_and_kind(graph: Graph) -> None:
    documents = count(graph, "")
    assert documents >= 896
    assert count(graph, "?document skos:prefLabel ?title") >= 600
    assert count(graph, "?document pan:publisherName ?name") >= documents - NO_PUBLISHER
    assert count(graph, "?document dcterms:language ?language") >= documents - 11
    assert count(graph, "?document dcterms:type ?kind") >= documents - 2
    assert count(graph, "?document dcterms:date ?day") >= 440
    assert count(graph, "?document pan:copyOf ?words") >= 110


def test_no_title_is_made_from_an_address(graph: Graph) -> None:
    """An address says nothing that its page did not: no host, no parameter, no file."""
    in_title = (
        '?document skos:prefLabel ?title FILTER(REGEX(STR(?title), "[?](p|id|uri)=|[.]html?$"))'
    )
    assert not count(graph, in_title)
    host = 'REPLACE(STR(?address), "^https?://(www[.])?([^/]+).*$", "$2")'
    begins = f"?document skos:prefLabel ?title ; pan:readAt ?address FILTER(STRSTARTS(LCASE(STR(?title)), {host}))"
    data = f"FILTER NOT EXISTS {{ ?document dcterms:type <{ID}documentkind/data> }}"
    assert not count(graph, begins + data)


def test_no_title_of_a_document_is_unverified_and_what_a_rule_derives_says_so(graph: Graph) -> None:
    asked = f"""{PREFIXES}SELECT DISTINCT ?graph ?certainty {{
        GRAPH ?graph {{ ?document skos:prefLabel|pan:publisherName|dcterms:language ?said }}
        ?document a pan:Document .
        ?graph pan:certainty ?certainty
    }}"""
    table = select(graph.store, asked)
    certainty_of = dict(zip(table.values("graph"), table.values("certainty"), strict=True))
    assert not [name for name in certainty_of if name.endswith("unverified")]
    derived = [name for name in certainty_of if name.endswith("/by-rule")]
    assert len(derived) == 2
    assert {certainty_of[name] for name in derived} == {f"{ID}certainty/derived"}


def test_a_document_without_a_title_is_called_by_its_publisher_and_address(graph: Graph) -> None:
    name = graph.labels.label(f"{ID}document/lequotidien-lu-p-338520", "en")
    assert name.text == "Le Quotidien – [lequotidien.lu/?p=338520]"
    assert not name.language, "it is no title in a language"
