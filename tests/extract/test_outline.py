"""The outline reader on whole sample plans and on single conventions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pan2kg.errors import OutlineError
from pan2kg.extract.outline import Item, Outline, read_outline, read_outline_file

SAMPLES = sorted((Path(__file__).parent.parent / "data" / "outlines").glob("*.txt"))
SEED = next(path for path in SAMPLES if path.name == "lu-bhr-2.fr.txt")


def as_data(outline: Outline) -> dict[str, Any]:
    """An outline as it stands in the JSON file beside a sample."""

    def item(one: Item) -> dict[str, Any]:
        found: dict[str, Any] = {"kind": one.kind, "label": one.label, "number": one.number}
        found |= {"title": one.title, "line": one.line}
        return found | ({"children": [item(child) for child in one.children]} if one.children else {})

    return {
        "title": outline.title,
        "language": outline.language,
        "items": [item(one) for one in outline.items],
        "remarks": [str(remark) for remark in outline.remarks],
    }


def printed(text: str) -> list[tuple[str, str, str]]:
    """Kind, number and title of every item of a text."""
    return [(item.kind, item.number, item.title) for item in read_outline(text).walk()]


def remarks(text: str) -> list[str]:
    """The remarks on a text."""
    return [str(remark) for remark in read_outline(text).remarks]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_plan_is_read_as_written_beside_it(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert as_data(read_outline_file(path)) == expected


def test_there_are_all_samples() -> None:
    assert len(SAMPLES) == 16


def test_the_published_list_of_pan_2_has_6_categories_and_20_actions() -> None:
    outline = read_outline_file(SEED)
    assert outline.title == "PAN 2"
    assert [item.number for item in outline.categories] == list("123456")
    assert {item.label for item in outline.categories} == {"Catégorie"}
    counts = [len(item.children) for item in outline.categories]
    assert counts == [1, 5, 4, 4, 3, 3]
    assert [item.number for item in outline.actions][:4] == ["1.1", "2.1", "2.2", "2.3"]


def test_titles_of_pan_2_stand_in_its_text_character_for_character() -> None:
    text = SEED.read_text(encoding="utf-8")
    titles = [item.title for item in read_outline_file(SEED).walk()]
    assert all(title in text for title in titles)
    assert not [title for title in titles if title != title.strip()]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("1. Former", "2. Informer"),
        ("1) Former", "2) Informer"),
        ("(1) Former", "(2) Informer"),
        ("1 Former", "2 Informer"),
        ("1Former", "2Informer"),
        ("1.Former", "2.Informer"),
        ("1 – Former", "2 — Informer"),
        ("1° Former", "2° Informer"),
        ("I. Former", "II. Informer"),
        ("I Former", "II Informer"),
        ("i) Former", "ii) Informer"),
        ("A. Former", "B. Informer"),
        ("a) Former", "b) Informer"),
        ("A1 Former", "A2 Informer"),
        ("Action 1 Former", "Action 2 Informer"),
        ("ACTION 1 : Former", "Action 2 – Informer"),
        ("Proposition n° 1 – Former", "Proposition N°2 : Informer"),
        ("Measure No. 1: Former", "Measure no 2 Informer"),
        ("Maßnahme Nr. 1: Former", "Massnahme 2 – Informer"),
        ("Misura n. 1 – Former", "MISURA 2: Informer"),
        ("Azione 1: Former", "Azione 2: Informer"),
        ("Medida núm. 1. Former", "Medida n.º 2. Informer"),
        ("Acción 1: Former", "Accion 2: Informer"),
        ("• Former", "• Informer"),
        ("\uf0b7 Former", "\uf0b7 Informer"),
        ("- Former", "– Informer"),
        ("o   Former", "o   Informer"),
        ("Maatregel 1: Former", "Maatregel 2: Informer"),
    ],
)
def test_every_convention_gives_two_actions(first: str, second: str) -> None:
    found = read_outline(f"{first}\n{second}\n")
    assert [item.title for item in found.actions] == ["Former", "Informer"]


@pytest.mark.parametrize(
    "line",
    [
        "2019 a vu naître le plan",
        "50 % des entreprises",
        "1er janvier 2020",
        "12.06.2019 : adoption",
        "5 000 euros",
        "20 actions concrètes",
        "1.000 Euro",
        "Tableau 2 : Budget",
        "M. Dupont",
        "En 2 ans",
        "G20 Summit",
        "Page 3",
    ],
)
def test_a_line_that_only_looks_numbered_is_no_item(line: str) -> None:
    outline = read_outline(f"1. Former\n\n{line}\n\n2. Informer\n")
    assert [item.title for item in outline.walk()] == ["Former", "Informer"]
    assert 3 in {number for remark in outline.remarks for number in remark.lines}


def test_i_after_h_is_a_letter_and_before_ii_a_numeral() -> None:
    letters = read_outline("\n".join(f"{letter}. Titre" for letter in "ABCDEFGHI"))
    assert len(letters.actions) == 9
    numerals = read_outline("I. Titre\nA. Un\nB. Deux\nII. Titre\nA. Trois")
    assert [len(item.children) for item in numerals.categories] == [2, 1]


@pytest.mark.parametrize(
    "leader", [" ........ 12", "… 12", "……………… 12", " . . . . . . 12", "\t12", "      7", " ____ 3"]
)
def test_leaders_and_page_numbers_are_no_part_of_a_title(leader: str) -> None:
    assert printed(f"1. Former{leader}\n2. Informer{leader}\n") == [
        ("action", "1", "Former"),
        ("action", "2", "Informer"),
    ]


def test_a_year_at_the_end_of_a_title_stays() -> None:
    assert printed("1. Bilan 2020\n2. Agenda 2030\n")[1] == ("action", "2", "Agenda 2030")


def test_a_wrapped_leader_belongs_to_the_title_above() -> None:
    assert (
        printed("1. Former les juges et\nles avocats ....... 4\n2. Informer ..... 5")[0][2]
        == "Former les juges et les avocats"
    )


def test_no_break_spaces_stay_inside_and_go_at_the_end() -> None:
    assert printed("1. Droits\u00a0: «\u00a0tous\u00a0»\u00a0 \u00a0\n")[0][2] == "Droits\u00a0: «\u00a0tous\u00a0»"


def test_soft_hyphens_and_byte_order_mark_and_line_ends_leave_no_trace() -> None:
    text = "\ufeff1. Sensi\u00adbili\u00ad\r\nsation\r\n\f2. Former\r3. Informer\r\n"
    assert [item[2] for item in printed(text)] == ["Sensibilisation", "Former", "Informer"]
    assert [item.line for item in read_outline(text).walk()] == [1, 3, 4]


def test_a_hyphen_that_the_text_also_has_inside_a_line_stays() -> None:
    text = "1. Créer un fonds sous-\nrégional\n\nLe fonds sous-régional existe.\n"
    assert printed(text)[0][2] == "Créer un fonds sous-régional"


def test_a_title_may_stand_below_its_number() -> None:
    assert printed("Catégorie 1\n\nEmploi\n\n1.1.\nFormer\n") == [
        ("category", "1", "Emploi"),
        ("action", "1.1", "Former"),
    ]


def test_a_running_head_is_said_and_left_out() -> None:
    text = "Axe 1 : Emploi\nMesure 1 : Former\n\fAxe 1 : Emploi\nMesure 2 : Informer\nAxe 2 : Santé\nMesure 3 : Soigner"
    assert [len(item.children) for item in read_outline(text).categories] == [2, 1]
    assert remarks(text) == ["line 3: a heading printed again, left out"]


def test_contents_without_page_numbers_are_set_aside_too() -> None:
    body = "1. Emploi\n1.1 Former\n1.2 Informer\n2. Santé\n2.1 Soigner\n"
    outline = read_outline(f"Sommaire\n{body}\n{body}")
    assert [item.line for item in outline.actions] == [9, 10, 12]
    assert "lines 2–6: a table of contents" in str(outline.remarks[1])


def test_an_item_of_the_contents_that_the_text_lacks_is_said() -> None:
    contents = "1. Emploi ...... 2\n1.1 Former ..... 3\n1.2 Informer ..... 4\n"
    found = remarks(contents + "\n1. Emploi\n1.1 Former\n")
    assert any(remark.startswith("line 3: in the table of contents, but not found") for remark in found)


def test_numbers_that_leap_repeat_or_stand_astray_are_said() -> None:
    found = remarks("1. Emploi\n1.1 Former\n1.3 Informer\n1.3 Évaluer\n2. Santé\n3.4 Soigner\n2.1 Vacciner")
    assert "line 3: number 1.3 does not follow the one before it" in found
    assert "line 4: number 1.3 is used twice" in found
    assert "line 6: number 3.4 stands below number 2" in found


def test_an_announced_number_of_actions_is_compared() -> None:
    assert "the text announces 3 mesures, and 2 were read" in remarks("Les 3 mesures\n\n1. Former\n2. Informer")
    assert remarks("Les 2 mesures\n\n1. Former\n2. Informer") == []


def test_windows_1252_is_read_and_said(tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_bytes("Plan d’exemple\n\n1. Créer un « label »\n".encode("cp1252"))
    outline = read_outline_file(path)
    assert outline.actions[0].title == "Créer un « label »"
    assert str(outline.remarks[0]) == "line 1: not UTF-8; read as Windows-1252, look at the accents"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_with_or_without_mark_is_read(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_bytes("1. Créer\r\n2. Évaluer\r\n".encode(encoding))
    assert [item.title for item in read_outline_file(path).actions] == ["Créer", "Évaluer"]


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"", 1, "empty"),
        (b" \n\n\f\n", 1, "empty"),
        (b"1. Former\n2. In\x00former\n", 2, "binary"),
        (b"%PDF-1.7\n", 1, "PDF"),
        (b"1. Former\n2. \xc3\x28\x81\n", 2, "neither UTF-8 nor Windows-1252"),
        ("\n\nLe plan est une suite de phrases.\nIl n’a pas de liste.\n".encode(), 3, "running text"),
        (b"12\n13\n", 1, "running text"),
    ],
)
def test_what_is_no_plan_is_an_error_with_its_line(data: bytes, line: int, words: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_bytes(data)
    with pytest.raises(OutlineError) as caught:
        read_outline_file(path)
    assert words in str(caught.value.message)
    assert caught.value.place is not None
    assert caught.value.place.line == line
    assert caught.value.remedy


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OutlineError, match="no such file"):
        read_outline_file(tmp_path / "missing.txt")


@pytest.mark.parametrize("mark", ["ª", "º", "ª."])
def test_ordinals_number_what_has_a_word_before_them(mark: str) -> None:
    text = f"Eje 1. Derechos\nMedida 1{mark} Formar a los jueces\nMedida 2{mark} Formar a los abogados\n2ª edición"
    items = list(read_outline(text, language="es").walk())
    assert [(item.number, item.title) for item in items] == [
        ("1", "Derechos"), ("1", "Formar a los jueces"), ("2", "Formar a los abogados"),
    ]  # fmt: skip


@pytest.mark.parametrize("mark", ["\u200e", "\u202b", "\u2067"])
def test_marks_of_text_direction_are_left_out_and_said_to_be(mark: str) -> None:
    text = f"1. Former les{mark} juges\n2. Informer"
    assert read_outline(text).actions[0].title == "Former les juges"
    assert remarks(text) == ["line 1: marks of text direction were left out; look at the order of the words"]


def test_headings_without_number_are_seen_where_each_holds_one_action() -> None:
    found = printed("Emploi\n\n1. Former\n\nSanté\n\n1. Soigner\n")
    assert [item[2] for item in found] == ["Emploi", "Former", "Santé", "Soigner"]


def test_headings_without_number_are_seen_above_parts_of_one_running_list() -> None:
    text = "Plan\n\nEmploi\nAction 1 – Former\nAction 2 – Informer\n\nSanté\nAction 3 – Soigner\n"
    outline = read_outline(text)
    assert outline.title == "Plan"
    assert [(one.title, len(one.children)) for one in outline.categories] == [("Emploi", 2), ("Santé", 1)]
    assert "lines 3, 7: read as headings, though they have no number" in remarks(text)


def test_a_number_inside_a_sentence_is_said_to_be_part_of_the_title() -> None:
    text = "1. Former\n2. Créer une commission dans un délai de\n3 mois\n3. Informer\n"
    assert printed(text)[1][2] == "Créer une commission dans un délai de 3 mois"
    assert remarks(text) == ["line 3: taken as the end of the title above"]


def test_markdown_signs_are_no_part_of_the_text() -> None:
    text = "# Plan\n\n## 1. Emploi\n\n- **1.1** Former\n"
    assert read_outline(text).title == "Plan"
    assert printed(text) == [("category", "1", "Emploi"), ("action", "1.1", "Former")]


def test_what_may_be_another_column_is_said() -> None:
    found = remarks("1 Former les juges          Justice\n2 Informer\n")
    assert found == ["line 1: “Justice” stands apart, perhaps in another column; kept in the title"]


def test_fields_below_or_bulleted_are_no_actions() -> None:
    text = "1. Former\n• Responsable : Justice\n2. Informer\nResponsable : Économie\n"
    assert [item.title for item in read_outline(text).walk()] == ["Former", "Informer"]
    assert remarks(text) == ["lines 2, 4: fields such as “Responsable : …”, left out"]


def test_an_inner_list_that_starts_at_one_is_no_new_chapter() -> None:
    text = "1. Emploi\n1.1 Former\n1. choisir\n2. payer\n1.2 Informer\n2. Santé\n2.1 Soigner\n"
    assert [(item.kind, item.title) for item in read_outline(text).walk()] == [
        ("category", "Emploi"),
        ("action", "Former"),
        ("step", "choisir"),
        ("step", "payer"),
        ("action", "Informer"),
        ("category", "Santé"),
        ("action", "Soigner"),
    ]


def test_a_given_language_is_kept() -> None:
    assert read_outline("1. Former\n", language="lb").language == "lb"
