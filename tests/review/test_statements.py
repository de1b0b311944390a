"""Blocks the program writes for people: whatever is quoted, they are Turtle in house style under the right key."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pan2kg
from pan2kg.review.basis import Basis, slug
from pan2kg.review.statements import Stated, _with_evidence, link_addition, read_stated
from pan2kg.turtle.blocks import misnamed, read_turtle_file
from pan2kg.turtle.vocabulary import PAN, thing
from pan2kg.turtle.writer import read_prefixes
from pan2kg.validation.style import check_style

DOCUMENT = thing("document", "mae-gouvernement-lu-fr-pan-2")
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=60)


@pytest.fixture(scope="module")
def stated(few: pan2kg.Graph) -> Stated:
    """What one action says of a text, a link that is not there yet."""
    assert few.project
    return read_stated(few.store, few.project, ("lu-bhr-2-1-1", "ungp"), relation="promotes")


@given(quote=WORDS, note=WORDS | st.just(""), page=st.sampled_from(["", "14", "3–4"]))
@settings(max_examples=10)
def test_whatever_is_quoted_the_blocks_are_turtle_in_house_style_under_the_right_key(
    few: pan2kg.Graph, stated: Stated, quote: str, note: str, page: str
) -> None:
    assert few.project
    made = link_addition(few.project, stated, Basis(DOCUMENT, quote=quote, language="fr", page=page, note=note))
    quads = list(ox.parse(made.new, format=ox.RdfFormat.TURTLE))
    assert {q.object.value for q in quads if q.predicate.value == f"{PAN}quote"} >= {quote}
    file = read_turtle_file(made.new, made.name)
    assert [one.rule.key for one in check_style([file], read_prefixes(few.project))] == []
    assert list(misnamed([file])) == []
    assert made.new.startswith(made.old[:200]), "what stands there stays"


def test_evidence_is_added_where_the_house_style_has_it() -> None:
    head = "@prefix e: <http://e/> .\n\n"
    for body in ("e:a a e:B ;\n    pan:certainty e:c .\n", "e:a a e:B .\n", "e:a a e:B ;\n    e:p e:o .\n"):
        block = read_turtle_file(head + body, "x.ttl").blocks[0]
        new = read_turtle_file(_with_evidence(head + body, block, "e:passage"), "x.ttl")
        assert not [fault for fault in new.faults if fault.rule != "style-final-newline"], body
        assert ("pan:evidence", "e:passage") in {(one.predicate, one.object) for one in new.blocks[0].statements}


@given(st.text(max_size=30))
def test_a_key_made_of_words_can_stand_in_an_address(words: str) -> None:
    made = slug(words)
    assert not made or made.replace("-", "").isalnum()
    assert made == slug(made)
