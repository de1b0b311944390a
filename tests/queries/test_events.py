"""What became of PAN 2: each event has the words of a source, and what is only announced is told apart."""

from pan2kg.graph.graph import Graph
from pan2kg.store.store import select
from pan2kg.turtle.vocabulary import ID, PAN

EVENTS = f"""PREFIX pan: <{PAN}>
SELECT ?event (SAMPLE(?kind) AS ?kind) (SAMPLE(?day) AS ?day) (COUNT(DISTINCT ?quote) AS ?quotes)
WHERE {{
    ?event a pan:Implementation ; pan:eventType ?kind .
    OPTIONAL {{ ?event pan:evidence/pan:quote ?quote }}
    OPTIONAL {{ ?event pan:date ?day }}
}}
GROUP BY ?event"""


def test_every_event_has_the_words_of_a_source_and_most_have_a_day(graph: Graph) -> None:
    table = select(graph.store, EVENTS)
    assert len(table.rows) == 96
    assert "0" not in table.values("quotes"), "an event without words"
    assert len(table.values("day")) >= 80


def test_each_action_but_one_has_an_event_and_what_is_announced_is_no_output(graph: Graph) -> None:
    asked = f"SELECT DISTINCT ?of {{ ?event <{PAN}implements> ?of }}"
    told = {iri.rpartition("/")[2] for iri in select(graph.store, asked).values("of")}
    actions = {iri.rpartition("/")[2] for iri in graph.uses.actions if "/action/lu-bhr-2-" in iri}
    assert actions - told == {"lu-bhr-2-5-3"}
    of_kind = f"SELECT ?event {{ ?event <{PAN}eventType> <{ID}eventtype/announcement> }}"
    announced = {iri.rpartition("/")[2] for iri in select(graph.store, of_kind).values("event")}
    assert {"lu-bhr-2-6-3-wb-office", "lu-bhr-2-2-2-first-courses"} <= announced
