"""Writing pictures: SVG, PNG, PDF and CSV, the text that is measured, and the marks that are drawn."""

import csv
import io
import sys
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, strategies as st

from pan2kg.charts import lettering as lt
from pan2kg.charts.drawing import Box, Dot, Group, Hatch, Label, Line, Pen
from pan2kg.charts.frame import RAMP, Picture, on
from pan2kg.charts.lettering import Font
from pan2kg.charts.registry import draw, render, write_picture
from pan2kg.charts.svg import Drawing
from pan2kg.errors import FormatError
from pan2kg.graph.graph import Graph

SHEET = Drawing(
    200,
    100,
    "Titre $x$",
    "Ce que c’est",
    "fr",
    (
        Box(5, 5, 40, 20, "#deebf7", Pen("#1a1a1a")),
        Dot(70, 15, 8, "#0072b2"),
        Line(((90, 5), (100, 25), (110, 5), (90, 5)), fill="#d55e00"),
        Line(((120, 5), (130, 30), (150, 0), (160, 25)), Pen("#009e73", 2, (4, 2)), curved=True),
        Group((Hatch(0, 0, 60, 20), Label(5, 40, "$a_b$ « été » → ≥ €")), shift=(5, 40)),
        Label(150, 80, "droit", turn=-90),
    ),
)


@pytest.fixture(scope="module")
def picture(graph: Graph) -> Picture:
    return draw("plan-matrix", graph.spoken("fr"), top=4)


def test_the_suffix_names_the_format(picture: Picture, tmp_path: Path) -> None:
    starts = {".svg": b"<svg ", ".png": b"\x89PNG", ".pdf": b"%PDF-", ".csv": b"plan_one"}
    for suffix, start in starts.items():
        for name in ("one", "two"):
            write_picture(picture, tmp_path / f"{name}{suffix.upper()}")
        one, two = ((tmp_path / f"{name}{suffix.upper()}").read_bytes() for name in ("one", "two"))
        assert one.startswith(start)
        assert one == two, "the same picture must give the same bytes"
    rows = list(csv.reader(io.StringIO((tmp_path / "one.CSV").read_text(encoding="utf-8"))))
    assert (tuple(rows[0]), len(rows)) == (picture.table.columns, 1 + 6)


@pytest.mark.parametrize("form", ["png", "pdf"])
def test_every_mark_can_be_rendered_and_without_the_extra_a_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, form: Literal["png", "pdf"]
) -> None:
    assert render(SHEET, form) == render(SHEET, form)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(FormatError, match=r"pip install '\.\[figures\]'"):
        render(SHEET, form)


def test_a_hatched_field_stays_within_its_edges_and_text_that_xml_cannot_hold_is_replaced() -> None:
    strokes = [point for stroke in Hatch(10, 20, 33, 7).strokes() for point in stroke.points]
    assert all(10 <= x <= 43 and 20 <= y <= 27 for x, y in strokes)
    svg = Drawing(9, 9, "\x00\ufffe", "\x1b", "fr", (Label(1, 8, "a\x0bb"),)).svg()
    assert "\ufffd" in svg
    assert not {"\x00", "\x0b", "\x1b", "\ufffe"} & set(svg)


@given(st.text(max_size=200), st.floats(20, 400), st.booleans())
def test_shortened_and_wrapped_text_fits(text: str, width: float, bold: bool) -> None:  # noqa: FBT001
    font = Font(11, bold=bold)
    assert lt.measure(lt.shorten(text, width, font), font) <= width + 0.01
    lines = lt.wrap(text, width, font, 3)
    assert len(lines) <= 3
    assert all(lt.measure(line, font) <= width + 0.01 for line in lines)
    words = [word for word in text.split() if lt.measure(word, font) < width / 2]
    assert "".join("".join(lt.wrap(" ".join(words), width, font)).split()) == "".join(words)


def test_every_colour_can_be_read_on_and_the_ramp_reads_the_same_in_grey() -> None:
    light = {fill: luminance(fill) for fill in (*RAMP, *map(on, RAMP))}
    for fill in RAMP:
        low, high = sorted((light[fill], light[on(fill)]))
        assert (high + 0.05) / (low + 0.05) >= 4.5
    assert [light[fill] for fill in RAMP] == sorted((light[fill] for fill in RAMP), reverse=True)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
