"""Items whose numbers stand twice: kept with what is below them, and remarked on where a number was used again."""

from __future__ import annotations

from pan2kg.extract.entries import Entry
from pan2kg.extract.numbering import readings
from pan2kg.extract.outline import read_outline
from pan2kg.extract.tree import ROOT, Tree, _without_repeats


def entry(text: str, line: int) -> Entry:
    marker = readings(text)[0]
    return Entry(marker, marker.rest, (line,))


def test_an_item_that_stands_twice_is_kept_where_something_is_below_it() -> None:
    entries = [entry(text, at) for at, text in enumerate(("1. Former", "1. Former", "1.1 Les juges", "1. Former"))]
    tree: Tree = {ROOT: [0, 1, 3], 1: [2]}
    (remark,) = _without_repeats(entries, tree)
    assert tree[ROOT] == [0, 1]
    assert remark.lines == (3,)


def test_a_number_with_a_suffix_follows_the_number_it_repeats() -> None:
    numbers = ("1", "2", "2bis", "3")
    outline = read_outline("Axe 1 – Former\n\n" + "".join(f"{number}. Titre {number}\n" for number in numbers))
    assert [item.number for item in outline.actions] == list(numbers)
    assert outline.remarks == ()
