"""A document: its canonical text, the places of its blocks, and its file."""

import json
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from pan2kg.errors import OutlineError
from pan2kg.extract.document import (
    Document,
    DocumentBlock,
    canonical,
    from_json,
    laid,
    load_document,
    to_json,
)
from pan2kg.extract.process import read_bytes, read_document

BLOCKS = st.builds(
    DocumentBlock,
    st.none() | st.integers(1, 9),
    st.none() | st.text(max_size=3),
    st.sampled_from(["heading", "paragraph", "item", "table", "note"]),
    st.text(max_size=30).map(canonical),
    st.integers(0, 6),
    st.text(max_size=3),
)


@given(st.lists(BLOCKS))
def test_every_block_stands_at_its_place_and_a_kept_document_comes_back(
    blocks: list[DocumentBlock],
) -> None:
    document = Document("a.txt", "", "txt", None, laid(blocks))
    assert [document.text[one.start : one.end] for one in document.blocks] == [
        one.text for one in document.blocks
    ]
    assert [one.text for one in document.blocks] == [one.text for one in blocks if one.text]
    assert all(document.block_at(one.start) is one for one in document.blocks)
    written = to_json(document)
    assert from_json(written) == document
    assert to_json(from_json(written)) == written


@given(st.text())
def test_canonical_text_is_its_own_canonical_text(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)
    printed = "« l’État – l'État » “or” 3-1"
    assert canonical(printed) == printed, "apostrophes, quotes and dashes stay"


def test_what_is_no_document_or_one_of_other_readers_is_refused(tmp_path: Path) -> None:
    for text in ("", "[]", "{}", '{"reader": "1"}', "null"):
        with pytest.raises(OutlineError, match="no document"):
            from_json(text)
    whole = json.loads(to_json(Document("a.txt", "", "txt", None, ()))) | {"reader": "0"}
    (tmp_path / "document.json").write_text(json.dumps(whole))
    with pytest.raises(OutlineError, match="this version"):
        load_document(tmp_path / "document.json")


def test_a_text_file_is_read_the_same_each_time(tmp_path: Path) -> None:
    file = tmp_path / "plan.md"
    file.write_text(
        "# Plan\n\n## Axe 1 : Emploi\n\n1. Former les\njuges\n2. **Lier**\n\n"
        "| Qui | Quand |\n|---|---|\n| Justice | 2026 |\n"
    )
    document = read_document(file)
    assert [(one.kind, one.marker, one.text) for one in document.blocks] == [
        ("heading", "", "Plan"),
        ("heading", "1", "Axe 1 : Emploi"),
        ("item", "1", "1. Former les juges"),
        ("item", "2", "2. Lier"),
        ("table", "", "Qui\tQuand\nJustice\t2026"),
    ]
    assert document.blocks[2].path == ("Plan", "Axe 1 : Emploi")
    assert to_json(document) == to_json(read_document(file))


@pytest.mark.parametrize("separator", ["\f", "\v", "\u0085", "\u2028", "\u2029"])
def test_what_parts_no_lines_moves_no_headings_and_tables_of_markdown(separator: str) -> None:
    text = f"Une page{separator}et sa suite\n\n# Plan\n\n1. Former\n\n| Qui | Quand |\n\n## Suivi\n"
    blocks = read_bytes(text.encode(), "plan.md").blocks
    assert [(block.kind, block.text) for block in blocks[1:]] == [
        ("heading", "Plan"),
        ("item", "1. Former"),
        ("table", "Qui\tQuand"),
        ("heading", "Suivi"),
    ]
