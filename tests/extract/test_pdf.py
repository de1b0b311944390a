"""What stands on the pages of a PDF, on pages drawn here: columns, bullets, heads, contents, notes, tables, faults."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from pan2kg.errors import OutlineError
from pan2kg.extract.document import Document
from pan2kg.extract.process import Options, read_bytes

CASES = tomllib.loads(Path(__file__).with_name("cases.toml").read_text(encoding="utf-8"))
LOCKED = Path(__file__).parents[1] / "data" / "documents" / "locked.pdf"
RIGHT_TO_LEFT = LOCKED.with_name("right-to-left.pdf")
PICTURE = "q 500 0 0 700 50 50 cm /I Do Q"


def pdf(*pages: str, turned: int = 0) -> bytes:
    kids = " ".join(f"{5 + 2 * at} 0 R" for at in range(len(pages)))
    picture = "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>"  # noqa: E501
    faces = {"F": "Helvetica", "B": "Helvetica-Bold"}
    fonts = " ".join(
        f"/{key} << /Type /Font /Subtype /Type1 /BaseFont /{face} >>" for key, face in faces.items()
    )
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        f"<< /Font << {fonts} >> /XObject << /I 4 0 R >> >>",
        f"{picture}\nstream\n0\nendstream",
    ]
    for at, drawn in enumerate(pages):
        box = "/MediaBox [0 0 595 842] /Resources 3 0 R"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R {box} /Rotate {turned} /Contents {6 + 2 * at} 0 R >>"
        )
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream")
    body = "%PDF-1.4\n"
    places = []
    for number, one in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{one}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF"
    return f"{body}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode(
        "latin-1"
    )


def line(text: str, x: float, y: float, size: float = 10, font: str = "F") -> str:
    return f"BT /{font} {size} Tf {x} {y} Td ({text}) Tj ET"


def column(x: float, top: float, texts: list[str], step: float = 12) -> str:
    return "\n".join(line(text, x, top - at * step) for at, text in enumerate(texts))


def read(*pages: str, turned: int = 0) -> Document:
    return read_bytes(pdf(*pages, turned=turned), "plan.pdf")


def told(document: Document) -> list[str]:
    return [str(one) for one in document.remarks]


WORDS = "The government will train judges and lawyers all over the country and"


def test_columns_are_read_one_after_the_other() -> None:
    left, right = (
        [f"{side} column has line {at} of its text and" for at in range(8)]
        for side in ("left", "right")
    )
    title = line("A title over both of the columns of this page", 50, 780, 16, "B")
    text = read(f"{title}\n{column(50, 740, left)}\n{column(310, 740, right)}").text
    assert (
        " ".join(text.split())
        == f"A title over both of the columns of this page {' '.join(left)} {' '.join(right)}"
    )
    # more lines are set in than begin at the edge of the column
    left_column = column(
        50,
        700,
        ["Left column of text", *["and so it goes on, line by line, in the left column"] * 9],
    )
    titles = "\n".join(
        line(f"Right column title {at} that is rather long", 310, 700 - 48 * at) for at in range(5)
    )
    within = "\n".join(
        column(340, 688 - 48 * at, ["set in below the title, and as long as it"] * 3)
        for at in range(5)
    )
    text = read(f"{left_column}\n{titles}\n{within}").text.replace("\n\n", " ")
    assert "Left column of text and so" in text
    assert "text Right" not in text
    # columns may begin far down on a page, and end soon on the next
    wide = [
        "A line of text that runs over the whole width of the page, and on to its right edge, where it ends"
    ]
    run = "column of running text, long enough"
    both = [column(x, 400, [f"{side} {run}"] * 9) for x, side in ((50, "Left"), (310, "Right"))]
    short = [column(x, 780, [f"{side} {run}"] * 3) for x, side in ((50, "Left"), (310, "Right"))]
    text = read("\n".join([column(50, 780, wide * 30), *both]), "\n".join(short)).text
    assert f"Right {run} Left" not in text
    assert text.count("long enough Left") > 1


def test_paragraphs_stay_apart_and_titles_are_whole() -> None:
    # a field with a bold label right below a bold title is none of it
    title = line("Action 1 Train judges and lawyers", 50, 700, 10, "B")
    field = f"{line('Indicator:', 50, 688, 10, 'B')}\n{line('number of judges that were trained', 105, 688)}"
    blocks = read(f"{title}\n{field}\n{column(50, 660, [WORDS] * 3)}").blocks
    assert [block.text for block in blocks[:2]] == [
        "Action 1 Train judges and lawyers",
        "Indicator: number of judges that were trained",
    ]
    # so are paragraphs of a line or two where they are most of the text
    own = [
        "The plan names the law on due diligence",
        "It was drawn up with the chamber of commerce",
    ] * 6
    wrapped = column(50, 780, [WORDS, "goes on with the sentence above"])
    end = [WORDS, "and on"] * 2
    assert len(read(f"{wrapped}\n{column(50, 740, own, 24)}\n{column(50, 440, end)}").blocks) == 14
    # a title goes on over pages and with brackets
    upper = f"{column(50, 700, [WORDS] * 3)}\n{line('Action 1 Link «Business and human rights»', 50, 60, 14, 'B')}"
    lower = f"{line('working group and contact point', 50, 780, 14, 'B')}\n{column(50, 740, [WORDS] * 3)}"
    assert "«Business and human rights» working group" in read(upper, lower).text
    titles = [
        line("Action 4 Ratify the Protocol", 50, 700, 14, "B"),
        line("(P29) to the Convention", 50, 683, 14, "B"),
    ]
    blocks = read("\n".join([*titles, column(50, 650, [WORDS] * 3)])).blocks
    assert blocks[0].text == "Action 4 Ratify the Protocol (P29) to the Convention"
    block = read(
        f"{column(50, 700, [WORDS] * 4)}\n{line('1 See the directive on due diligence.', 50, 60, 7)}"
    ).blocks[-1]
    assert (block.kind, block.marker, block.text) == (
        "note",
        "1",
        "See the directive on due diligence.",
    )


def test_bullets_below_bullets_are_told_by_how_far_they_are_set_in() -> None:
    items = [
        ("Train judges", 62),
        ("Justice", 80),
        ("Inform", 62),
        ("Economy", 80),
        ("Publish a report", 62),
    ]
    drawn = "\n".join(
        f"{line(words, x + 12, 700 - 20 * at)}\n{x} {702 - 20 * at} 3 3 re f"
        for at, (words, x) in enumerate(items)
    )
    blocks = read(f"{column(50, 780, [WORDS] * 4)}\n{drawn}").blocks
    levels = {words: 1 + (x > 62) for words, x in items}
    assert {block.text: block.level for block in blocks if block.kind == "item"} == levels


@pytest.mark.parametrize(
    ("lines", "whole", "never"),
    [
        (
            [f"{WORDS} sensi-", "bilise everybody who works there and wherever"] * 3
            + [f"{WORDS} cross-", "references to the public part; references that cross borders"],
            ["cross-references", "sensibilise"],
            "crossreferences",
        ),
        (
            [WORDS] * 60 + [f"{WORDS} public-", "private partnerships and others"],
            ["public-private"],
            "publicprivate",
        ),
        (
            [f"{WORDS} public-", "private partnerships and what they are good for"] * 3
            + ["Of public-private and of state-majority-", "owned companies"],
            ["state-majority-owned"],
            "publicprivate",
        ),
    ],
    ids=["two words", "plain", "narrow columns"],
)
def test_a_word_cut_at_the_end_of_a_line_is_whole_again(
    lines: list[str], whole: list[str], never: str
) -> None:
    text = read(column(50, 800, lines)).text
    assert all(word in text for word in whole)
    assert never not in text


def test_heads_and_page_numbers_are_dropped_and_titles_that_count_are_none() -> None:
    pages = [
        f"{line(f'Card {2 * at}', 50, 810, 14, 'B')}\n{column(50, 700, [f'{WORDS} {at}.'] * 3)}"
        f"\n{line(f'Page {at} of 6', 300, 30)}"
        for at in range(1, 7)
    ]
    text = read(*pages).text
    assert [f"Card {2 * at}" in text for at in range(1, 7)] == [True] * 6
    assert "Page" not in text
    pages = [
        f"{line(f'Chapter {at // 3}', 50, 810)}\n{column(50, 700, [f'{WORDS} {at}.'] * 3)}\n{line(str(at), 300, 30)}"
        for at in range(1, 7)
    ]
    document = read(*pages)
    assert "Chapter" not in document.text
    assert any(remark.startswith("12 lines of running heads and feet") for remark in told(document))


def test_lines_that_run_to_the_left_are_read_as_they_are_written() -> None:
    document = read_bytes(RIGHT_TO_LEFT.read_bytes(), "plan.pdf")
    assert [block.text for block in document.blocks] == CASES["right_to_left"]
    assert told(document)[0].startswith("page 1: text that runs from right to left")
    assert told(document)[1].startswith("a script of which no words are known")


def test_a_list_of_contents_is_dropped_and_a_column_of_years_is_not() -> None:
    entries = [f"{at}. Measure of this number {'.' * 40} {at}" for at in range(1, 7)]
    document = read(column(50, 700, ["Contents", *entries]), column(50, 700, [WORDS]))
    assert document.text == WORDS
    assert told(document) == ["page 1: a list of contents of 7 lines, left out"]
    # a number that stands below its dots belongs to it
    wrapped = [
        f"Measure 5 of a long title {'.' * 40}",
        "5",
        "Measure 6 whose title fills the line",
        f"{'.' * 40} 6",
    ]
    assert (
        read(column(50, 700, ["Contents", *entries[:4], *wrapped]), column(50, 700, [WORDS])).text
        == WORDS
    )
    years = column(
        50, 700, [f"Measure of this number, done in {year}" for year in range(2020, 2026)], 30
    )
    assert read(years).text.count("Measure") == 6


def ruled(rows: Sequence[tuple[str, ...]], top: float) -> str:
    cells = [
        line(cell, 55 + 150 * across, top - 15 - 20 * down)
        for down, row in enumerate(rows)
        for across, cell in enumerate(row)
    ]
    across = 50 + 150 * len(rows[0])
    bottom = top - 20 * len(rows)
    level = [f"50 {top - 20 * at} m {across} {top - 20 * at} l S" for at in range(len(rows) + 1)]
    return "\n".join(
        [*cells, *level, *(f"{x} {bottom} m {x} {top} l S" for x in range(50, across + 1, 150))]
    )


def test_a_head_that_comes_again_on_each_page_is_no_row_of_a_table_and_a_cut_row_is_whole_again() -> (
    None
):
    head = ("No.", "Action")
    rest = ("", "of the supreme court")
    pages: list[list[tuple[str, ...]]] = [
        [head, ("1", "Inform")],
        [head, ("2", "Consult")],
        [head, ("3", "Train judges")],
        [head, rest, ("4", "End")],
    ]
    document = read(*(ruled(rows, 720) for rows in pages))
    rows = [row for one in document.blocks for row in one.rows]
    assert rows == [
        head,
        ("1", "Inform"),
        ("2", "Consult"),
        ("3", "Train judges of the supreme court"),
        ("4", "End"),
    ]


def test_a_table_is_read_by_its_lines_and_one_without_is_said() -> None:
    cells = [
        ("Action", "Who", "When"),
        ("Train judges", "Justice", "2026"),
        ("Inform", "Economy", "2027"),
    ]
    assert [block.rows for block in read(ruled(cells, 720)).blocks] == [tuple(cells)]
    bare = read("\n".join(row for row in ruled(cells, 720).splitlines() if " l S" not in row))
    assert {block.kind for block in bare.blocks} <= {"paragraph", "heading"}
    assert told(bare) == [
        "page 1: a table without lines: its fields were not read; the Word file reads better"
    ]


def test_text_that_is_turned_or_scanned_is_said_and_a_turned_page_is_read() -> None:
    upright = column(50, 700, [WORDS])
    document = read(f"{upright}\nBT /F 10 Tf 0 1 -1 0 30 100 Tm (turned words) Tj ET")
    assert document.text == WORDS
    assert told(document) == [
        "page 1: text that is turned, runs downwards or has characters the file does not name, left out"
    ]
    assert read(f"BT /F 10 Tf 0 1 -1 0 300 100 Tm ({WORDS}) Tj ET", turned=90).text == WORDS
    assert told(read(PICTURE, upright)) == [
        "page 1: scanned, not read; recognise their text first (OCR)"
    ]
    with pytest.raises(OutlineError, match="OCRmyPDF"):
        read(PICTURE, PICTURE)


def test_a_locked_file_opens_with_its_password_alone() -> None:
    data = LOCKED.read_bytes()
    assert "Former les juges" in read_bytes(data, "locked.pdf", Options(password="geheim")).text
    with pytest.raises(OutlineError, match="--password-file"):
        read_bytes(data, "locked.pdf")
    with pytest.raises(OutlineError, match="does not open"):
        read_bytes(data, "locked.pdf", Options(password="falsch"))


def test_a_row_that_crosses_the_strip_between_columns_loses_no_words() -> None:
    both = [
        column(x, 700, [f"{side} column of running text, long enough"] * 9)
        for x, side in ((50, "Left"), (310, "Right"))
    ]
    crossing = [
        line(f"{side} {letter}", x, 560 - 12 * at)
        for at, letter in enumerate("abcde")
        for x, side in ((50, "No"), (200, "a cell that crosses the middle"), (450, "When"))
    ]
    text = read("\n".join([*both, *crossing])).text
    assert all(f"a cell that crosses the middle {letter}" in text for letter in "abcde")
