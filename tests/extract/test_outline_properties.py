"""Any list of actions, however it is printed, is read back to the same tree; nothing is lost, nothing crashes."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from pan2kg.errors import OutlineError
from pan2kg.extract.layout import decode_text
from pan2kg.extract.outline import Outline, read_outline

WORDS = (
    "former",
    "informer",
    "les",
    "juges",
    "des",
    "entreprises",
    "pour",
    "une",
    "diligence",
    "raisonnable",
    "dans",
    "la",
    "chaîne",
    "train",
    "judges",
    "and",
    "companies",
    "on",
    "remedy",
    "for",
    "victims",
    "Richter",
    "schulen",
    "und",
    "Leitfaden",
    "erarbeiten",
    "über",
    "formare",
    "il",
    "personale",
    "della",
    "difundir",
    "los",
    "principios",
    "entre",
    "empresas",
    "état",
    "œuvre",
    "Straße",
    "niño",
    "perché",
)
CATEGORY_STYLES = (
    "Catégorie {n} :",
    "Axe {r} –",
    "{r}.",
    "{r} –",
    "{l}.",
    "{n}.",
    "Handlungsfeld {n}:",
    "Obiettivo strategico {n} -",
)
ACTION_STYLES = (
    "{n}.{i}",
    "{n}.{i}.",
    "{n}.{i} –",
    "Action {i} :",
    "Mesure n° {i} –",
    "Maßnahme {i}:",
    "Medida {n}.{i}.",
)
LEADERS = (" {dots} {page}", "{dots}{page}", "\t{page}", "      {page}", "")
ROMAN = ("I", "II", "III", "IV", "V", "VI")


@dataclass(frozen=True)
class Printed:
    """A plan, and one way in which it may be printed."""

    titles: list[list[str]]
    category_style: str
    action_style: str
    leader: str
    gap: str
    noise: str
    line_end: str
    wrap: int
    running: bool

    @property
    def tree(self) -> list[tuple[str, list[str]]]:
        """The titles as they must be read back."""
        return [(category, actions) for category, *actions in self.titles]

    def text(self, *, leader: str | None = None, wrap: int | None = None) -> str:
        """The plan as printed."""
        lines: list[str] = []
        count = 0
        for n, (category, *actions) in enumerate(self.titles, 1):
            lines += self._item(_number(self.category_style, n, n), category, leader, wrap)
            for i, action in enumerate(actions, 1):
                count += 1
                number = _number(self.action_style, n, count if self.running and "{n}" not in self.action_style else i)
                lines += self._item(number, action, leader, wrap)
        return "".join(line + self.line_end for line in lines)

    def _item(self, number: str, title: str, leader: str | None, wrap: int | None) -> list[str]:
        lines = [f"{number} {title}"]
        words = title.split(" ")
        at = self.wrap if wrap is None else wrap
        if len(words) > at and words[at][0].islower():
            lines = [f"{number} {' '.join(words[:at])}", " ".join(words[at:])]
        end = (self.leader if leader is None else leader).format(dots="." * 20, page=7 + len(words))
        lines[-1] += end
        return [line + self.noise for line in lines] + ([""] if self.gap else [])


def _number(style: str, n: int, i: int) -> str:
    return style.format(n=n, i=i, r=ROMAN[(n - 1) % 6], l="ABCDEF"[(n - 1) % 6])


def _title(words: list[str]) -> str:
    text = " ".join(words)
    return text[0].upper() + text[1:]


@st.composite
def printed_plans(draw: st.DrawFn) -> Printed:
    """Plans of two to five categories with one to four actions each, all titles different."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=2, max_size=5))
    needed = sum(sizes) + len(sizes)
    title = st.lists(st.sampled_from(WORDS), min_size=2, max_size=8).map(_title)
    titles = draw(st.lists(title, min_size=needed, max_size=needed, unique_by=str.casefold))
    groups = [[titles.pop() for _ in range(size + 1)] for size in sizes]
    return Printed(
        titles=groups,
        category_style=draw(st.sampled_from(CATEGORY_STYLES)),
        action_style=draw(st.sampled_from(ACTION_STYLES)),
        leader=draw(st.sampled_from(LEADERS)),
        gap=draw(st.sampled_from(("", "\n"))),
        noise=draw(st.sampled_from(("", "  ", " \u00a0 \u00a0", "\t"))),
        line_end=draw(st.sampled_from(("\n", "\r\n"))),
        wrap=draw(st.integers(1, 4)),
        running=draw(st.booleans()),
    )


def _tree(outline: Outline) -> list[tuple[str, list[str]]]:
    return [(category.title, [action.title for action in category.children]) for category in outline.items]


@given(printed_plans())
def test_a_printed_plan_is_read_back_to_the_same_tree(plan: Printed) -> None:
    outline = read_outline(plan.text())
    assert _tree(outline) == plan.tree
    assert len(outline.categories) == len(plan.tree)


@given(printed_plans())
def test_contents_before_the_text_change_nothing(plan: Printed) -> None:
    contents = plan.text(leader=" .......... {page}", wrap=99)
    text = f"{contents}\n\n{plan.text(leader='')}"
    assert _tree(read_outline(text)) == plan.tree


@given(printed_plans(), st.text(alphabet="\u200b\ufeff\u00ad", max_size=3))
def test_invisible_characters_change_nothing(plan: Printed, invisible: str) -> None:
    text = re.sub(r"e(?=\w)", f"e{invisible}", plan.text())
    assert _tree(read_outline(text)) == plan.tree


@given(printed_plans())
def test_reading_is_the_same_with_byte_order_mark_and_in_windows_1252(plan: Printed) -> None:
    text = plan.text()
    utf8, _ = decode_text(text.encode("utf-8-sig"))
    windows, remarks = decode_text(text.encode("cp1252"))
    assert utf8 == windows == text
    assert bool(remarks) == (not text.isascii())


LINES = st.one_of(
    st.builds("{}. {}".format, st.integers(1, 12), st.sampled_from(("Former", "Informer les juges", "Créer un label"))),
    st.builds("{}.{} {}".format, st.integers(1, 5), st.integers(1, 5), st.sampled_from(("Former", "Guide", "Étude"))),
    st.builds("{}) {}".format, st.sampled_from("abcde"), st.sampled_from(("contexte", "Résultat"))),
    st.builds(
        "{} {} : {}".format,
        st.sampled_from(("Axe", "Mesure", "Tableau", "Annexe")),
        st.integers(1, 9),
        st.just("Emploi"),
    ),
    st.sampled_from(
        ("", "Le plan est adopté.", "et la suite", "- point", "• puce", "12", "Responsable : ministère", "\f")
    ),
    st.sampled_from(("Sommaire", "Sensibilisation", "1. Former ........ 4", "2 ans plus tard", "PAN 2", "II. Emploi")),
)


@given(st.lists(LINES, min_size=1, max_size=25))
def test_every_line_is_part_of_a_title_or_of_a_remark(lines: list[str]) -> None:
    try:
        outline = read_outline("\n".join(lines))
    except OutlineError:
        reject()
    items = {item.line for item in outline.walk()}
    said = {number for remark in outline.remarks for number in remark.lines}
    titles = " ".join([outline.title, *(item.title for item in outline.walk())])
    for number, line in enumerate(lines, 1):
        assert not line.strip() or number in items | said or line.strip() in titles, line


def _is_read_or_refused(text: str) -> bool:
    try:
        return bool(read_outline(text).items)
    except OutlineError as error:
        return error.place is not None and bool(error.remedy)


@given(st.text(max_size=400))
def test_any_text_is_read_or_refused(text: str) -> None:
    assert _is_read_or_refused(text)


@given(st.text(alphabet="1.)aAIVX -–•:\n\t«e", max_size=200))
def test_any_mixture_of_marks_is_read_or_refused(text: str) -> None:
    assert _is_read_or_refused(text)


@given(st.binary(max_size=300))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    try:
        text, remarks = decode_text(data)
    except OutlineError as error:
        text, remarks = str(error), ()
    assert _is_read_or_refused(text)
    assert all(remark.line for remark in remarks)


@pytest.mark.parametrize(
    "piece", ["a", ".", " ", "1", "1.", "I", "x ", "«", "\u00a0", "- ", "Action ", "A.", "….", "_"]
)
def test_a_very_long_line_takes_no_time_worth_naming(piece: str) -> None:
    text = "1. Former\n" + piece * 20_000 + "\n2. Informer\n"
    assert read_outline(text).items
