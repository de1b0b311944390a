"""One plan as LibreOffice wrote it – plan.fodt, and from it docx, odt and pdf – and small files of every format."""

import io
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from pan2kg.errors import OutlineError
from pan2kg.extract.document import Document
from pan2kg.extract.process import Options, ReaderLimits, read_bytes

CASES = tomllib.loads(Path(__file__).with_name("cases.toml").read_text(encoding="utf-8"))
DOCUMENTS = Path(__file__).parents[1] / "data" / "documents"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def read(name: str, **options: object) -> Document:
    return read_bytes((DOCUMENTS / name).read_bytes(), name, Options(**options))  # type: ignore[arg-type]


def archive(**parts: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name.replace("__", "/").replace("_", "."), text)
    return held.getvalue()


def word(body: str, numbering: str = "", styles: str = "") -> bytes:
    inside = f'xmlns:w="{WORD}"'
    return archive(
        word__document_xml=f"<w:document {inside}><w:body>{body}</w:body></w:document>",
        word__numbering_xml=f"<w:numbering {inside}>{numbering}</w:numbering>",
        word__styles_xml=f"<w:styles {inside}>{styles}</w:styles>",
    )


ODF = "urn:oasis:names:tc:opendocument:xmlns:"
SPACES = {
    "text": "text:1.0",
    "table": "table:1.0",
    "style": "style:1.0",
    "fo": "xsl-fo-compatible:1.0",
    "office": "office:1.0",
}


def opendocument(body: str, styles: str = "") -> bytes:
    inside = " ".join(f'xmlns:{prefix}="{ODF}{name}"' for prefix, name in SPACES.items())
    return archive(
        mimetype="application/vnd.oasis.opendocument.text",
        content_xml=f"<office:document-content {inside}><office:body><office:text>{body}"
        "</office:text></office:body></office:document-content>",
        styles_xml=f"<office:document-styles {inside}>{styles}</office:document-styles>",
    )


def test_every_rendering_of_a_plan_has_the_same_text_headings_numbers_lists_tables_and_notes() -> (
    None
):
    documents = [read(name) for name in ("plan.docx", "plan.odt", "plan.pdf")]
    assert len({document.text for document in documents}) == 1
    for blocks in (document.blocks for document in documents):
        assert {(block.kind, block.text) for block in blocks} >= {*map(tuple, CASES["blocks"])}
        listed = {(block.kind, block.marker, block.text) for block in blocks}
        assert {("item", "•", "avocats et notaires"), ("item", "b", "b) deuxièmement")} <= listed
        assert [
            sum(kind == block.kind for block in blocks) for kind in ("heading", "table", "note")
        ] == [10, 1, 1]
        assert {block.lead for block in blocks if block.text.startswith("Responsable :")} == {13}


def test_pages_are_those_of_the_pdf_also_within_a_paragraph_and_heads_are_dropped() -> None:
    document = read("plan.pdf")
    assert document.pages == 3
    pages = {block.text: block.page for block in document.blocks}
    assert [
        pages[title] for title in ("1. Sensibilisation", "2. Démarches législatives", "3. Suivi")
    ] == [1, 2, 3]
    assert {block.page for block in read("plan.odt").blocks + read("plan.docx").blocks} == {None}
    (block,) = (one for one in document.blocks if one.turns)
    ((offset, page),) = block.turns
    assert (block.page, page) == (2, 3)
    places = (block.start + offset - 1, block.start + offset, block.end)
    assert [document.page_at(place) for place in places] == [2, 3, None]
    assert "Plan d’essai – entreprises" not in document.text
    assert " sur 3" not in document.text
    assert [str(one) for one in document.remarks] == [
        "6 lines of running heads and feet, left out (“Plan d’essai – entreprises et droits de l’homme”)"
    ]


def test_only_the_pages_that_were_asked_for_are_read_and_too_many_are_refused() -> None:
    assert {block.page for block in read("plan.pdf", first=3).blocks} == {3}
    for options, words in (
        ({"first": 4}, "has 3 pages"),
        ({"limits": ReaderLimits(pages=2)}, "has 3 pages; at most 2"),
    ):
        with pytest.raises(OutlineError, match=words):
            read("plan.pdf", **options)


def test_word_numbers_go_on_start_anew_and_count_the_levels_above_and_what_was_deleted_is_no_text() -> (
    None
):
    numbering = (
        '<w:abstractNum w:abstractNumId="0">'
        '<w:lvl w:ilvl="0"><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1."/></w:lvl>'
        '<w:lvl w:ilvl="1"><w:numFmt w:val="decimal"/><w:lvlText w:val="Mesure %1.%2 :"/><w:isLgl/></w:lvl>'
        "</w:abstractNum>"
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="0"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride></w:num>'
    )

    def item(number: int, level: int, text: str) -> str:
        listed = f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr></w:pPr>'
        return f"<w:p>{listed}<w:r><w:t>{text}</w:t></w:r></w:p>"

    rows = [(1, 0, "Un"), (1, 1, "Former"), (1, 1, "Lier"), (1, 0, "Deux")]
    rows += [(1, 1, "Voir"), (2, 0, "Sept"), (1, 0, "Huit")]
    # what was deleted or is hidden is no text
    changed = (
        "<w:p><w:r><w:t>Former</w:t></w:r><w:del><w:r><w:delText> jamais</w:delText></w:r></w:del><w:ins><w:r><w:t> les"
        " juges</w:t></w:r></w:ins><w:r><w:rPr><w:vanish/></w:rPr><w:t> secret</w:t></w:r></w:p>"
    )
    document = read_bytes(word(changed + "".join(item(*row) for row in rows), numbering), "a.docx")
    assert [block.text for block in document.blocks] == [
        "Former les juges",
        "I. Un",
        "Mesure 1.1 : Former",
        "Mesure 1.2 : Lier",
        "II. Deux",
        "Mesure 2.1 : Voir",
        "VII. Sept",
        "VIII. Huit",
    ]


def test_a_page_of_the_web_is_read_without_its_menus() -> None:
    page = (
        "<!doctype html><html><head><title>x</title><script>var a = '<p>no</p>'</script></head><body><nav>Menu</nav>"
        "<h1>Plan</h1><ol start=3><li>Former<li><p>Lier<ul><li>les juges</ul></ol>"
        "<table><tr><th>Qui<th>Quand<tr><td rowspan=2>Justice<td>2026<tr><td>2027</table><footer>Contact</footer>"
    )
    document = read_bytes(page.encode(), "a.html")
    assert [(block.kind, block.marker, block.text) for block in document.blocks] == [
        ("heading", "", "Plan"),
        ("item", "3", "3. Former"),
        ("item", "4", "4. Lier"),
        ("item", "•", "les juges"),
        ("table", "", "Qui\tQuand\nJustice\t2026\n\t2027"),
    ]
    assert str(document.remarks[0]).startswith("2 words of menus")


PARAGRAPH = "<w:p><w:r><w:t>Former</w:t></w:r></w:p>"
ITEM = "<text:list-item><text:p>Former</text:p></text:list-item>"


@pytest.mark.parametrize("number", ["un", "9" * 5000, "1e400"])
@pytest.mark.parametrize(
    "document",
    [
        lambda n: word(
            f'<w:p><w:r><w:rPr><w:sz w:val="{n}"/></w:rPr><w:t>Former</w:t></w:r></w:p>'
        ),
        lambda n: word(
            f'<w:p><w:pPr><w:outlineLvl w:val="{n}"/></w:pPr><w:r><w:t>a</w:t></w:r></w:p>'
        ),
        lambda n: word(f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{n}"/></w:numPr></w:pPr></w:p>'),
        lambda n: word(
            f'<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="{n}"/></w:tcPr>{PARAGRAPH}</w:tc></w:tr></w:tbl>'
        ),
        lambda n: word(PARAGRAPH, f'<w:abstractNum><w:lvl w:ilvl="{n}"/></w:abstractNum>'),
        lambda n: word(
            PARAGRAPH, f'<w:abstractNum><w:lvl><w:start w:val="{n}"/></w:lvl></w:abstractNum>'
        ),
        lambda n: word(
            PARAGRAPH,
            f'<w:num><w:lvlOverride w:ilvl="0"><w:startOverride w:val="{n}"/></w:lvlOverride></w:num>',
        ),
        lambda n: word(
            PARAGRAPH,
            styles=f'<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="{n}"/></w:rPr></w:rPrDefault></w:docDefaults>',
        ),
        lambda n: word(
            PARAGRAPH,
            styles=f'<w:style w:styleId="a"><w:pPr><w:outlineLvl w:val="{n}"/></w:pPr></w:style>',
        ),
        lambda n: opendocument(f'<text:h text:outline-level="{n}">Former</text:h>'),
        lambda n: opendocument(
            f'<table:table><table:table-row><table:table-cell table:number-columns-repeated="{n}"/>'
            "</table:table-row></table:table>"
        ),
        *(
            lambda n, name=name: opendocument(
                ITEM,
                f'<text:list-style><text:list-level-style-number text:{name}="{n}"/></text:list-style>',
            )
            for name in ("level", "display-levels", "start-value")
        ),
        *(
            lambda n, unit=unit: opendocument(
                ITEM,
                '<style:style style:name="a"><style:text-properties '
                f'fo:font-size="{n}{unit}"/></style:style>',
            )
            for unit in ("pt", "%")
        ),
    ],
)
def test_an_office_file_with_an_attribute_that_is_no_number_is_damaged(
    document: Callable[[str], bytes], number: str
) -> None:
    data = document(number)
    name = "a.odt" if b"opendocument" in data[:200] else "a.docx"
    with pytest.raises(OutlineError, match="damaged"):
        read_bytes(data, name)


def test_the_deepest_headings_and_lists_of_an_office_are_read() -> None:
    styles = (
        '<text:outline-style><text:outline-level-style text:level="10" style:num-format="1"/>'
        "</text:outline-style>"
    )
    heading = '<text:h text:outline-level="{}">Former</text:h>'
    deep = '<text:list-item text:start-value="3"><text:p>Lier</text:p></text:list-item>'
    for _ in range(14):
        deep = f"<text:list-item><text:list>{deep}</text:list></text:list-item>"
    body = heading.format(10) + heading.format(11) + f"<text:list>{deep}</text:list>"
    document = read_bytes(opendocument(body, styles), "a.odt")
    assert [block.text for block in document.blocks] == ["1 Former", "Former", "Lier"]
    wide = f'<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="{10**12}"/></w:tcPr>{PARAGRAPH}</w:tc></w:tr></w:tbl>'
    assert read_bytes(word(wide), "a.docx").text.strip() == "Former"


@pytest.mark.parametrize("number", ["--3", "9" * 5000, "x", ""])
def test_a_number_of_a_page_that_is_none_is_passed_over(number: str) -> None:
    page = (
        f"<html><body><ol start='{number}'><li>Former<li value='{number}'>Lier</ol>"
        f"<table><tr><td colspan='{number}'>Qui<td rowspan='{number}'>Quand</table>"
    )
    document = read_bytes(page.encode(), "a.html")
    assert [block.text for block in document.blocks] == ["1. Former", "2. Lier", "Qui\tQuand"]


def test_sheets_and_separated_values_are_tables() -> None:
    book = Workbook()
    first = book.active
    second = book.create_sheet("Axe 2")
    assert first is not None
    first.title = "Axe 1"
    first.append(["N°", "Action", None])
    first.append([1.0, "Former", None])
    second.append(["2.1", "Lier"])
    held = io.BytesIO()
    book.save(held)
    assert [block.text for block in read_bytes(held.getvalue(), "a.xlsx").blocks] == [
        "Axe 1",
        "N°\tAction\n1\tFormer",
        "Axe 2",
        "2.1\tLier",
    ]
    assert (
        read_bytes('N°;Action\n1.10;"Former ; lier"\n'.encode(), "a.csv").text
        == "N°\tAction\n1.10\tFormer ; lier"
    )


ENTITY = '<!DOCTYPE w [<!ENTITY a "aaaa">]><w:document xmlns:w="x"/>'
PDF = (DOCUMENTS / "plan.pdf").read_bytes()


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", "a.pdf", "no text"),
        (b" \n", "a.txt", "no text"),
        (b"hello", "a.pdf", "no pdf"),
        (PDF[:400], "a.pdf", "damaged"),
        (b"PK\x03\x04 rest", "a.docx", "no docx"),
        (word("<w:p/>")[:-40], "a.docx", "damaged"),
        (word("<w:p>"), "a.docx", "damaged"),
        (archive(word__document_xml=ENTITY), "a.docx", "document type"),
        (
            archive(mimetype="application/vnd.oasis.opendocument.text", content_xml=ENTITY),
            "a.odt",
            "document type",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 rest", "a.doc", "no format"),
        (b"GIF89a", "a.gif", "no format"),
        ("1. Créer\n2. Évaluer\n".encode("mac-roman"), "a.txt", "Windows-1252"),
        (word("<w:p/>"), "a.docx", "no text"),
        (b"1. Former\0", "a.txt", "binary"),
    ],
)
def test_what_is_no_document_is_one_sentence_with_a_remedy(
    data: bytes, name: str, sentence: str
) -> None:
    with pytest.raises(OutlineError, match=sentence) as caught:
        read_bytes(data, name)
    assert caught.value.remedy
    assert caught.value.place
    assert "\n" not in str(caught.value)
