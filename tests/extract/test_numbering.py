"""Which lines are items of a list, told by the other lines; and how two halves of a line are put together."""

from __future__ import annotations

import pytest

from pan2kg.extract.layout import joined, read_lines
from pan2kg.extract.numbering import group_of, readings, resolve


def items(*lines: str) -> list[str]:
    """What is read as number and form of the lines that are items."""
    found = resolve({at: readings(line) for at, line in enumerate(lines)})
    return [f"{marker.number or marker.style.form} {marker.style.kinds}".strip() for marker in found.values()]


def test_a_letter_o_is_a_bullet_only_where_it_begins_several_lines() -> None:
    assert items("1. Medida", "o bien otra cosa") == ["1 d"]
    assert items("1. Medida", "o una cosa", "o otra cosa") == ["1 d", "o", "o"]


def test_a_letter_that_may_be_a_roman_numeral_is_read_as_its_neighbours_are() -> None:
    assert items(*(f"{letter}. Titre" for letter in "ABCD")) == ["A L", "B L", "C L", "D L"]
    assert items(*(f"{numeral}. Titre" for numeral in ("I", "II", "III", "IV", "V"))) == [
        "I R", "II R", "III R", "IV R", "V R",
    ]  # fmt: skip


def test_a_number_below_a_letter_is_read_as_that_letter_was() -> None:
    letters = [f"{letter}. Titre" for letter in "ABCDEFGHI"]
    assert items(*letters, "I.1 Former", "I.2 Informer")[-3:] == ["I L", "I.1 Ld", "I.2 Ld"]
    assert items("I. Titre", "I.1 Former", "I.2 Informer", "II. Titre") == ["I R", "I.1 Rd", "I.2 Rd", "II R"]


@pytest.mark.parametrize("text", ["25 % des entreprises", "10 € par personne", "20 °C en été", "5 ‰ du budget"])
def test_a_quantity_at_the_start_of_a_line_is_no_number_of_an_item(text: str) -> None:
    assert readings(text) == ()


def test_the_word_that_leads_says_what_a_number_counts() -> None:
    assert [group_of(label) for label in ("Champ d’action", "Objectif de mesure", "Priority action")] == [
        "category", "category", "action",
    ]  # fmt: skip


def test_a_hyphen_the_text_writes_elsewhere_is_the_authors() -> None:
    assert joined("des sous-", "traitants", text="Les sous-traitants") == ("des sous-traitants", "")
    assert joined("des sous-", "traitants") == ("des soustraitants", "soustraitants")


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("Former les juges .... 12", "Former les juges"),
        ("Former les juges ....", "Former les juges"),
        ("Former les juges ...", "Former les juges ..."),
        ("Numéro ... 20201", "Numéro ... 20201"),
        ("Loi du 10 mai 2020", "Loi du 10 mai 2020"),
    ],
)
def test_only_a_leader_and_the_number_of_a_page_are_taken_off(line: str, text: str) -> None:
    assert [one.text for one in read_lines(line)[0]] == [text]
