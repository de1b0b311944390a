"""Links between plans, on whose word they rest, and parts of plans; what a person types finds what is meant, first."""

import random
from collections.abc import Sequence
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, strategies as st

from pan2kg.coherence.evidence import Level
from pan2kg.errors import QueryError
from pan2kg.graph.graph import Graph
from pan2kg.graph.labels import Entry
from pan2kg.graph.links import GraphTies, Tie, read_ties
from pan2kg.graph.plan_parts import ACTIONS, LevelCount
from pan2kg.graph.search import Search, findable, is_near
from pan2kg.graph.statements import read_statements
from pan2kg.project import Project
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import ID, PAN, thing
from tests.coherence import worlds
from tests.pages import SEARCHED

HEAD = """
@prefix e: <http://e/> .
e:p a pan:Plan . e:q a pan:Plan . e:r a pan:Plan .
e:a a pan:Action ; pan:inPlan e:p . e:b a pan:Action ; pan:inPlan e:q . e:c a pan:Action ; pan:inPlan e:r .
e:own pan:speaksFor e:p ; pan:authorKind authorkind:public-authority .
e:leaflet pan:speaksFor e:p ; pan:authorKind authorkind:other .
e:law pan:authorKind authorkind:public-authority .
e:un pan:authorKind authorkind:international .
e:press pan:authorKind authorkind:other .
e:unknown a pan:Document .
"""


def store_of(*turtle: str, rules: Sequence[str] | None = None) -> LocalStore:
    return worlds.store_of(HEAD + "\n".join(turtle), rules=rules)


def link(
    name: str = "l", kind: str = "cross-reference", start: str = "a", end: str = "q", **more: str
) -> str:
    said = {"status": "accepted", "certainty": "stated", "relation": "references"} | more
    documents = "".join(
        f" ; dcterms:source e:{document}" for document in said.get("documents", "press").split()
    )
    return (
        f"e:{name} pan:linkType linktype:{kind} ; pan:status linkstatus:{said['status']} ; pan:from e:{start} ;"
        f" pan:to e:{end} ; pan:relation relation:{said['relation']} ;"
        f" pan:certainty certainty:{said['certainty']}{documents} ."
    )


def test_a_link_is_as_firm_as_the_firmest_of_its_documents_or_as_who_proposed_it() -> None:
    part = "e:article eli:is_part_of e:p ."
    third = "external-statement"
    without_direction = link(documents="own").replace(
        "pan:from e:a ; pan:to e:q", "pan:between e:q ; pan:between e:a"
    )
    passage = "e:l pan:evidence e:words . e:words pan:inDocument e:own ."
    level: Level | None
    for level, cases in {
        Level.PLAN: (
            link(documents="own"),
            link(documents="leaflet"),
            link(documents="press law own"),
            link(start="p", documents="own"),
            part + link(start="article", documents="own"),
            without_direction,
            link(documents="press") + passage,
        ),
        Level.OFFICIAL: (
            link(documents="law"),
            link(documents="un"),
            link(documents="press law"),
            link(start="b", end="p", documents="own"),
            link(kind=third, documents="own"),
        ),
        Level.OTHER: (
            link(documents="press"),
            link(documents="unknown"),
            link(start="b", end="p", documents="leaflet"),
            link(kind=third, documents="leaflet"),
        ),
    }.items():
        assert [read_statements(store_of(case)).level("http://e/l") for case in cases] == [
            level
        ] * len(cases)
    for status, certainty, level in (
        ("accepted", "derived", Level.EDITORS),
        ("candidate", "derived", Level.MACHINE),
        ("candidate", "stated", Level.MACHINE),
        ("accepted", "unverified", None),
        ("rejected", "stated", None),
        ("rejected", "derived", None),
        ("superseded", "stated", None),
    ):
        stated = link(status=status, certainty=certainty, documents="own")
        assert read_statements(store_of(stated)).level("http://e/l") is level
    for said, level in (
        ("stated ; dcterms:source e:own", Level.PLAN),
        ("stated ; dcterms:source e:law", Level.OFFICIAL),
        ("derived ; dcterms:source e:own", Level.EDITORS),
        ("unverified ; dcterms:source e:own", None),
        ("stated", None),
        ("derived", None),
    ):
        part = f"e:i pan:involvedIn e:a ; pan:involves e:body ; pan:role role:lead ; pan:certainty certainty:{said} ."
        (found,) = Graph(Project(Path("/nowhere")), store_of(part)).involvements
        assert (found.work, found.body, found.roles) == (
            "http://e/a",
            "http://e/body",
            frozenset({"lead"}),
        )
        assert found.level is level


def test_a_text_two_plans_share_links_them_as_firmly_as_the_weaker_side_or_step_says_so() -> None:
    uses = "uses-instrument"
    text = "e:t a pan:SoftLaw ."
    acts = "e:act a pan:LegalAct . e:directive a pan:LegalAct ."
    firm, weak = (
        link(name, uses, "a", "t", documents=of) for name, of in (("1", "own"), ("2", "press"))
    )
    other = link("3", uses, "b", "t", documents="law")
    both = (
        tie
        for tie in read_ties(store_of(text, firm, weak, other)).every
        if tie.kind == "shared-instrument"
    )
    assert [tie.level for tie in both] == [Level.OFFICIAL]
    assert [tie.level for tie in read_ties(store_of(text, weak, other)).every] == [Level.OTHER]
    ends = (
        link("1", uses, "a", "act", documents="own"),
        link("2", uses, "b", "directive", documents="law"),
    )
    for of, level in (("law", Level.OFFICIAL), ("press", Level.OTHER)):
        step = link(
            "s", "instrument-relation", "act", "directive", relation="transposes", documents=of
        )
        assert [tie.level for tie in read_ties(store_of(acts, *ends, step)).every] == [level]
    (tie,) = read_ties(store_of("e:a pan:hasTopic e:t . e:b pan:hasTopic e:t .")).every
    assert (tie.kind, tie.level) == ("shared-topic", Level.EDITORS), (
        "what editors assigned links on their word"
    )


def test_plain_triples_of_links_are_nested_by_level() -> None:
    names = ["linkedToAtPlan", "linkedTo", "linkedToAtOther", "linkedToAtEditors"]
    for place, of in enumerate(("own", "law", "press")):
        quads = store_of(link(documents=of)).inner.quads_for_pattern(
            ox.NamedNode("http://e/q"), None, None, None
        )
        predicates = {quad.predicate.value.rpartition("#")[2] for quad in quads}
        assert [name for name in names if name in predicates] == names[place:]


def ties_of(*turtle: str) -> GraphTies:
    return read_ties(store_of(*turtle, rules=()))


def between(name: str, kind: str, *ends: str, said: str = "linkstatus:derived") -> str:
    joined = "".join(f" ; pan:between e:{end}" for end in ends)
    return f"e:{name} pan:linkType linktype:{kind} ; pan:status {said}{joined} ."


def ends(ties: GraphTies) -> list[str]:
    return ["-".join(end.removeprefix("http://e/") for end in tie.ends) for tie in ties.every]


def test_pairs_come_by_plan_and_address_whatever_their_links_and_ends_are_called() -> None:
    actions = "".join(
        f"e:{plan}{at} a pan:Action ; pan:inPlan e:{plan} .\n" for plan in "pq" for at in (1, 2, 3)
    )
    mixed = ["q1", "p3", "q2", "p1", "p2", "q3"]
    random.Random(5).shuffle(mixed)
    found = ties_of(actions, between("x", "shared-topic", *mixed))
    assert ends(found) == [f"p{one}-q{two}" for one in (1, 2, 3) for two in (1, 2, 3)]
    swapped = ties_of(
        "e:z a pan:Action ; pan:inPlan e:p .", between("x", "shared-topic", "b", "z")
    ).every
    assert swapped == (
        Tie(
            "http://e/x", "shared-topic", ("http://e/z", "http://e/b"), ("http://e/p", "http://e/q")
        ),
    )


def test_which_links_join_plans_and_which_say_what_others_say() -> None:
    whole = between("w", "shared-instrument", "p", "q")
    finer = between("f", "shared-instrument", "a", "b")
    elsewhere = between("o", "shared-instrument", "p", "r")
    assert ends(ties_of(whole, elsewhere)) == ["p-r", "p-q"]
    assert ends(ties_of(whole, elsewhere, finer)) == ["a-b", "p-r"], (
        "not beside pairs of their actions"
    )
    assert "p-q" in ends(ties_of(between("t", "shared-topic", "p", "q"), finer)), (
        "another kind says something else"
    )
    for status in ("candidate", "rejected"):
        assert (
            ties_of(between("2", "cross-reference", "a", "c", said=f"linkstatus:{status}")).every
            == ()
        )
    within = "e:d a pan:Action ; pan:inPlan e:p ."
    assert (
        ties_of(within, between("1", "cross-reference", "a", "d", said="linkstatus:accepted")).every
        == ()
    )
    for more, kind in ((" ; pan:certainty certainty:stated", "builds-on"), ("", "comparison")):
        (tie,) = ties_of(
            between("x", "builds-on", "a", "b", said=f"linkstatus:accepted{more}")
        ).every
        assert tie.kind == kind


def test_the_words_a_link_quotes_are_those_of_its_first_passage(few: Graph) -> None:
    said = few.statements
    links = {one.thing for one in said.every if one.predicate == f"{PAN}linkType"}
    first = {
        link: [said.values(one, f"{PAN}quote") for one in said.values(link, f"{PAN}evidence")]
        for link in links
    }
    wanted = {
        link: words
        for link, found in first.items()
        if (words := next((w for of in found for w in of), ""))
    }
    assert few.quotes == wanted != {}


LU = thing("plan", "lu-two-1")
BE = thing("plan", "be-two-1")
DRAFT = thing("plan", "be-two-2")
AXIS = thing("part", "be-two-1-axis-1")
OTHER_AXIS = thing("part", "be-two-1-axis-2")
TITLE = "http://data.europa.eu/eli/ontology#title"
HIDDEN = "http://www.w3.org/2004/02/skos/core#hiddenLabel"
PACT = thing("instrument", "two-pact")
CHARTER = thing("instrument", "two-charter")


def test_an_outline_has_actions_under_their_parts_which_count_as_no_actions(
    two_countries: Graph,
) -> None:
    outline = two_countries.parts.outline(BE)
    assert [(one.part.iri, one.number) for one in outline] == [(AXIS, 1), (OTHER_AXIS, 0)]
    (objective,) = outline[0].below
    assert objective.actions == (thing("action", "be-two-1-13"),)
    levels = two_countries.parts.levels(BE, published=33)
    assert {
        LevelCount(f"{ID}partlevel/axis", 2, (3,)),
        LevelCount(f"{ID}partlevel/objective", 1),
    } <= {*levels}
    assert levels[-1] == LevelCount(ACTIONS, 1, (33,))
    assert two_countries.uses.actions == (
        thing("action", "be-two-1-13"),
        thing("action", "lu-two-1-1"),
    )


def test_what_a_part_says_counts_for_its_plan_and_being_in_line_with_a_plan_is_a_citation(
    two_countries: Graph,
) -> None:
    assert PACT in two_countries.known(Level.PLAN).texts_of(BE)
    assert two_countries.weight("lu-two-1", "be-two-1").low > 0
    assert AXIS not in two_countries.statements.pointing(PACT, f"{PAN}usesInstrument")
    assert two_countries.known().chronology.seen(LU, BE, Level.PLAN)
    assert [(one.source, one.target) for one in two_countries.citations] == [(LU, BE)]


def test_a_draft_is_marked_a_short_name_says_it_in_full_and_names_become_titles(
    two_countries: Graph,
) -> None:
    assert two_countries.label(DRAFT, "fr") == "Plan belge des entreprises, suite (projet)"
    assert two_countries.label(DRAFT, "en").endswith("(draft)")
    found = two_countries.labels.brief(LU, "fr")
    assert (found.text, found.full) == ("Plan LU", "Plan luxembourgeois des entreprises (lu-two-1)")
    assert two_countries.labels.brief(LU, "de").text == "Plan luxembourgeois des entreprises"
    values = [two_countries.statements.values(CHARTER, name) for name in (TITLE, HIDDEN)]
    assert values == [
        ["Charte des achats publics responsables du 1er mars 2020"],
        ["charte d’Anvers"],
    ]


@pytest.mark.parametrize("name", ["be-two-1-m9", thing("action", "be-two-1-m9")])
def test_who_names_a_retired_identifier_is_told_what_took_its_place(
    two_countries: Graph, name: str
) -> None:
    said = r"« action/be-two-1-m9 » was retired: « part/be-two-1-axis-2 » has taken its place"
    for ask in (
        lambda: two_countries.action(name),
        lambda: two_countries.weight(name, "lu-two-1-1"),
        lambda: two_countries.ask("affected-by-instrument", instrument=name),
    ):
        with pytest.raises(QueryError, match=said):
            ask()


@pytest.mark.parametrize(("words", "key"), SEARCHED.items())
def test_what_is_meant_comes_first(graph: Graph, words: str, key: str) -> None:
    assert [graph.labels.entries[iri].key for iri in graph.search.find(words)][:1] == [key]


def test_words_of_a_name_or_a_whole_key_are_enough_and_nothing_finds_nothing(graph: Graph) -> None:
    words = (
        ("minerais", "reg-2017-821"),
        ("lanceurs d'alerte", "dir-2019-1937"),
        ("minerias", "reg-2017-821"),
    )
    for typed, key in words:
        assert key in [graph.labels.entries[iri].key for iri in graph.search.find(typed)][:3]
    entries = [graph.labels.entries[thing.iri] for thing in graph.search.things[::17]]
    assert not [entry.key for entry in entries if entry.iri not in graph.search.find(entry.key)]
    assert not any(graph.search.find(typed) for typed in ("", " · – / ", "zzzzzzz"))


def test_a_typing_error_is_forgiven_only_where_nothing_is_right() -> None:
    names = ("Public procurement", "Public procurment of 2009", "Pact 2011")
    entries = (Entry(name, "plan", f"k{at}", "", "", {"en": name}) for at, name in enumerate(names))
    search = Search(tuple(findable(entry, ()) for entry in entries))
    assert search.find("procurment") == ["Public procurment of 2009"]
    assert search.find("procurememt") == ["Public procurement"]
    assert search.find("prokurment") == ["Public procurment of 2009"]
    assert not search.find("pakt 2012"), "a number is not one typing error away from another"


@given(
    word=st.text("abcde", min_size=4, max_size=9),
    at=st.integers(0, 8),
    letter=st.sampled_from("abcdex"),
)
def test_one_edit_is_near(word: str, at: int, letter: str) -> None:
    at = min(at, len(word) - 1)
    changed = word[:at] + letter + word[at + 1 :]
    longer = word[:at] + letter + word[at:]
    shorter = word[:at] + word[at + 1 :]
    turned = word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]
    assert all(
        is_near(word, other) and is_near(other, word)
        for other in (changed, longer, shorter, turned)
    )
    assert not is_near(word, f"{word}xx")
    assert not is_near(word, f"yz{word[2:]}")
