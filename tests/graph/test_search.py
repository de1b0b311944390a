"""What a person types finds what is meant, first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pan2kg.graph.graph import Graph
from pan2kg.graph.labels import Entry
from pan2kg.graph.search import Search, findable, is_near
from tests.pages import SEARCHED


@pytest.mark.parametrize(("words", "key"), SEARCHED.items())
def test_what_is_meant_comes_first(graph: Graph, words: str, key: str) -> None:
    assert [graph.labels.entries[iri].key for iri in graph.search.find(words)][:1] == [key]


def test_words_of_a_name_or_a_whole_key_are_enough_and_nothing_finds_nothing(graph: Graph) -> None:
    words = (("minerais", "reg-2017-821"), ("lanceurs d'alerte", "dir-2019-1937"), ("minerias", "reg-2017-821"))
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


@given(word=st.text("abcde", min_size=4, max_size=9), at=st.integers(0, 8), letter=st.sampled_from("abcdex"))
def test_one_edit_is_near(word: str, at: int, letter: str) -> None:
    at = min(at, len(word) - 1)
    changed = word[:at] + letter + word[at + 1 :]
    longer, shorter = word[:at] + letter + word[at:], word[:at] + word[at + 1 :]
    turned = word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]
    assert all(is_near(word, other) and is_near(other, word) for other in (changed, longer, shorter, turned))
    assert not is_near(word, f"{word}xx")
    assert not is_near(word, f"yz{word[2:]}")
