"""What a thing is called is decided once: tables, pictures, pages, exports and stored questions say the same."""

from __future__ import annotations

from typing import Final

import pytest

import pan2kg
from pan2kg.charts.subject import Subject
from pan2kg.graph.labels import Name, best, plain_words, read_labels
from pan2kg.i18n.catalogue import LANGUAGES, Language
from pan2kg.project import Project
from pan2kg.site.page import PageContext, Request, SiteContext
from pan2kg.store.queries import read_queries
from pan2kg.tables.registry import DEFAULT, TABLES, thing
from tests.lots import by_lot

TOLD_ALONE: Final = {
    *("explain", "compare", "interaction", "ripple", "dematel", "chains", "groups"),
    *("agreement", "disagreement", "as-of"),
}
"""Tables that must be told what to look at, or look at something else than the graph's things."""


@pytest.fixture(params=["first", "drawn"])
def language(request: pytest.FixtureRequest) -> Language:
    """The first language, and one of the others that is drawn by lot."""
    return LANGUAGES[0] if request.param == "first" else by_lot(LANGUAGES[1:], 1)[0]


def called(graph: pan2kg.Graph, language: Language) -> dict[str, str]:
    """What everything with a name is called, in plain words."""
    known = graph.labels
    return {iri: plain_words(known.label(iri, language).text) for iri, one in known.entries.items() if one.texts}


def unlike(expected: dict[str, str], said: dict[str, str]) -> list[str]:
    """What a door calls otherwise; a number before the words is no other name."""
    assert said, "the door says nothing at all"
    return [
        f"{iri}: {words!r}, not {expected[iri]!r}"
        for iri, words in said.items()
        if iri in expected and not plain_words(words).endswith(expected[iri])
    ]


def test_tables_pictures_pages_and_exports_call_everything_the_same(dated: pan2kg.Graph, language: Language) -> None:
    expected, spoken = called(dated, language), dated.spoken(language)
    context = PageContext(SiteContext(dated), Request(f"{language}/index.html", language))
    pictured = Subject(spoken).names(expected)
    assert len(expected) > 2000
    assert not unlike(expected, {iri: str(thing(spoken, "x", iri)["x_label"]) for iri in expected})
    brief = {iri: plain_words(dated.labels.brief(iri, language).text) for iri in expected}
    assert not unlike(brief, {iri: name.text for iri, name in pictured.items()})
    assert sum(brief[iri] != words for iri, words in expected.items()) > 400, "pictures show short names"
    assert not unlike(expected, {iri: context.name(iri) for iri in expected})
    assert not unlike(expected, dict(dated.network(language).nodes(data="label")))


def test_stored_questions_call_things_as_pages_do(dated: pan2kg.Graph, language: Language) -> None:
    """Every question in one language, and six drawn by lot in another one."""
    expected, looked_at = called(dated, language), 0
    queries = read_queries(dated.project).items()
    named = [name for name, query in queries if any(parameter.name == "language" for parameter in query.parameters)]
    for name in named if language == LANGUAGES[0] else by_lot(named, 6):
        answer = dated.ask(name, language=language)
        pairs = [column for column in answer.columns if f"{column}_label" in answer.columns]
        said = {row[column]: row[f"{column}_label"] for row in answer for column in pairs if row[column] in expected}
        assert not [iri for iri, words in said.items() if words != expected[iri]], name
        looked_at += len(said)
    assert looked_at > (100 if language == LANGUAGES[0] else 0)


def test_every_table_calls_things_as_pages_do(dated: pan2kg.Graph, language: Language) -> None:
    """Every table in one language, and six drawn by lot in another one."""
    expected, said = called(dated, language), dict[str, str]()
    named = sorted(TABLES.keys() - TOLD_ALONE)
    for name in named if language == LANGUAGES[0] else by_lot(named, 6):
        for row in TABLES[name].make(dated.spoken(language), DEFAULT).rows:
            said |= {str(row[key.removesuffix("_label")]): str(words) for key, words in row.items() if "_label" in key}
    assert not unlike(expected, said)


def test_a_name_falls_back_to_french_then_english_then_any_other() -> None:
    assert best({"en": "Act", "fr": "Loi", "lb": "Gesetz"}, "de").text == "Loi"
    assert best({"en": "Act", "lb": "Gesetz"}, "de").text == "Act"
    assert best({"pt": "Lei", "lb": "Gesetz"}, "de").text == "Gesetz"


def test_what_has_no_name_is_called_by_its_number_or_key(own_project_with_nameless: pan2kg.Graph) -> None:
    graph = own_project_with_nameless
    assert graph.label("http://e/action/x-1") == "7"
    assert graph.label("http://e/nothing/at-all") == "at-all"


@pytest.fixture
def own_project_with_nameless(project: Project) -> pan2kg.Graph:
    """A graph of one action that has a number and no name."""
    import pyoxigraph as ox

    from pan2kg.store.store import LocalStore

    store = ox.Store()
    turtle = """
        @prefix pan: <https://w3id.org/pan2kg/ontology#> .
        @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        <http://e/action/x-1> a pan:Action ; skos:notation "7" .
    """
    store.load(turtle, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("http://e/g"))
    return pan2kg.Graph(project, LocalStore(store))


def test_a_graph_in_another_language_is_read_once(graph: pan2kg.Graph) -> None:
    other = graph.spoken("de")
    assert (other.language, graph.spoken(graph.language)) == ("de", graph)
    assert other.labels is graph.labels
    assert other.uses is graph.uses
    assert other.label("https://w3id.org/pan2kg/id/certainty/stated") != graph.label(
        "https://w3id.org/pan2kg/id/certainty/stated", "en"
    )


def test_two_threads_make_a_reading_once(project: Project, graph: pan2kg.Graph) -> None:
    from concurrent.futures import ThreadPoolExecutor

    made = pan2kg.Graph(project, graph.store)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: made.labels, range(8)))
    assert all(one is found[0] for one in found)


def test_names_come_with_language_number_key_and_a_short_form(graph: pan2kg.Graph) -> None:
    name = graph.labels.label("https://w3id.org/pan2kg/id/action/lu-bhr-2-4-3", "de")
    assert (name.language, name.notation, name.short, name.key) == ("fr", "4.3", "4.3", "lu-bhr-2-4-3")
    assert isinstance(name, Name)
    assert read_labels(graph.store).label(name.iri, "de") == name
