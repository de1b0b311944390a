"""Plain texts that are lists of actions: sample plans, conventions of numbers, wrapped titles, and any text at all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pan2kg.errors import OutlineError
from pan2kg.extract.draft import LIST, DraftPlan, Item, plan_of, read_plan
from pan2kg.extract.hypotheses import hypotheses
from pan2kg.extract.numbering import readings, resolve
from pan2kg.extract.process import read_bytes

SAMPLES = sorted((Path(__file__).parents[1] / "data" / "outlines").glob("*.txt"))


def listed(text: str) -> DraftPlan:
    document = read_bytes(text.encode("utf-8", "surrogatepass"), "plan.txt")
    ranked = hypotheses(document)
    assert ranked, text
    return plan_of(document, ranked[0])


def titles(text: str) -> list[str]:
    return [action.title for action in listed(text).actions]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_plan_is_read_as_written_beside_it(path: Path) -> None:
    wanted = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))

    def rows(items: list[dict[str, Any]], depth: int = 0) -> Iterator[tuple[object, ...]]:
        for item in items:
            below = list(rows(item.get("children", []), depth + 1))
            if item["kind"] == "action" or below:
                yield depth, item["kind"], item["label"], item["number"], item["title"]
                yield from below if item["kind"] == "category" else ()

    def items(plan: tuple[Item, ...], depth: int = 0) -> Iterator[tuple[object, ...]]:
        for item in plan:
            yield depth, item.kind, item.label, item.number, item.title
            yield from items(item.children, depth + 1)

    plan, _ = read_plan(path, level=LIST)
    assert plan is not None
    assert (plan.title, plan.language) == (wanted["title"], wanted["language"])
    assert list(items(plan.items)) == list(rows(wanted["items"]))
    assert len(SAMPLES) == 16


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("1. Former", "2. Informer"), ("(1) Former", "(2) Informer"), ("1Former", "2Informer"),
        ("1 – Former", "2 — Informer"), ("1° Former", "2° Informer"), ("I Former", "II Informer"),
        ("ii) Former", "iii) Informer"), ("a) Former", "b) Informer"), ("A1 Former", "A2 Informer"),
        ("ACTION 1 : Former", "Action 2 – Informer"), ("Proposition n° 1 – Former", "Proposition N°2 : Informer"),
        ("Maßnahme Nr. 1: Former", "Massnahme 2 – Informer"), ("Medida núm. 1. Former", "Medida n.º 2. Informer"),
        ("\uf0b7 Former", "\uf0b7 Informer"), ("- Former", "– Informer"), ("o   Former", "o   Informer"),
        ("Medida 1ª Former", "Medida 2ª Informer"), ("1.\nFormer", "2.\nInformer"),
        ("1. Former ........ 12", "2. Informer\t13"), ("\ufeff1. For\u00admer\r", "\f2. Informer\r"),
    ],
)  # fmt: skip
def test_every_convention_gives_two_actions(first: str, second: str) -> None:
    assert titles(f"{first}\n{second}\n") == ["Former", "Informer"]


def test_a_line_that_only_looks_numbered_is_no_item() -> None:
    for line in (
        "2019 a vu naître le plan", "50 % des entreprises", "1er janvier 2020", "12.06.2019 : adoption", "G20 Summit",
        "20 actions concrètes", "1.000 Euro", "Tableau 2 : Budget", "M. Dupont", "Page 3",
    ):  # fmt: skip
        assert titles(f"1. Former\n\n{line}\n\n2. Informer\n") == ["Former", "Informer"], line


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1. Bilan 2020\n2. Agenda 2030\n", ["Bilan 2020", "Agenda 2030"]),
        ("1. Former des juges et\ndes avocats ....... 4\n2. Voir ..... 5", ["Former des juges et des avocats", "Voir"]),
        ("1. Un fonds sous-\nrégional\n2. Voir\n\nUn fonds sous-régional.\n", ["Un fonds sous-régional", "Voir"]),
        ("1. Former\n2. Agir dans un délai de\n3 mois\n3. Voir\n", ["Former", "Agir dans un délai de 3 mois", "Voir"]),
        ("1. Former\n• Responsable : Justice\n2. Informer\n• Responsable : Économie\n", ["Former", "Informer"]),
        ("1. Eau ... 2\n1.1 Former ..... 3\n1.2 Voir ... 4\n\n1. Eau\n1.1 Former\n1.2 Voir\n", ["Former", "Voir"]),
    ],
    ids=["years", "leader", "hyphen", "number-inside", "fields", "contents"],
)  # fmt: skip
def test_titles_end_where_they_end(text: str, wanted: list[str]) -> None:
    assert titles(text) == wanted


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_encoding_is_read_and_an_assumed_one_is_said(encoding: str) -> None:
    document = read_bytes("Plan d’exemple\r\n\r\n1. Créer un « label »\r\n".encode(encoding), "plan.txt")
    assert document.text == "Plan d’exemple\n\n1. Créer un « label »"
    assert [str(remark)[:6] for remark in document.remarks] == (["line 1"] if encoding == "cp1252" else [])


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [(b"", None, "no text"), (b" \n\n\f\n", None, "no text"), (b"1. Former\n2. In\x00former\n", 2, "binary"),
     (b"1. Former\n2. \xc3\x28\x81\n", 2, "neither UTF-8 nor Windows-1252")],
)  # fmt: skip
def test_what_is_no_text_is_an_error_with_its_line(data: bytes, line: int | None, words: str) -> None:
    with pytest.raises(OutlineError, match=words) as caught:
        read_bytes(data, "plan.txt")
    assert caught.value.place
    assert caught.value.place.line == line
    assert caught.value.remedy


# Numbers


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (("1. Medida", "o una cosa", "o otra cosa"), ["1 d", "o", "o"]), (("1. Medida", "o bien"), ["1 d"]),
        (("G. Titre", "H. Titre", "I. Titre"), ["G L", "H L", "I L"]),
        (("I. Titre", "I.1 Former", "I.2 Lier", "II. Titre"), ["I R", "I.1 Rd", "I.2 Rd", "II R"]),
        (("25 % des entreprises", "10 € par personne", "20 °C en été", "5 ‰ du budget"), []),
    ],
)  # fmt: skip
def test_a_line_is_read_as_its_neighbours_bear_out(lines: tuple[str, ...], wanted: list[str]) -> None:
    resolved = resolve({at: readings(line) for at, line in enumerate(lines)})
    read = [f"{marker.number or marker.style.form} {marker.style.kinds}".strip() for marker in resolved.values()]
    assert read == wanted


# Any list, however it is printed


WORDS = """former informer les juges des entreprises pour une diligence raisonnable dans la chaîne train judges and
companies remedy for victims Richter schulen und Leitfaden erarbeiten über formare personale della difundir los
principios entre empresas état œuvre Straße niño perché"""
CATEGORY_STYLES = ("Catégorie {n} :", "Axe {r} –", "{r}.", "{r} –", "{l}.", "{n}.", "Handlungsfeld {n}:",
                   "Obiettivo strategico {n} -")  # fmt: skip
ACTION_STYLES = ("{n}.{i}", "{n}.{i} –", "Action {i} :", "Mesure n° {i} –", "Maßnahme {i}:", "Medida {n}.{i}.")
LEADERS = (" {dots} {page}", "{dots}{page}", "\t{page}", "      {page}", "")


@dataclass(frozen=True)
class Printed:
    groups: list[list[str]]
    styles: tuple[str, str]
    leader: str
    noise: str
    wrap: int
    gap: bool

    def text(self) -> str:
        lines: list[str] = []
        for n, (category, *actions) in enumerate(self.groups, 1):
            for i, title in enumerate([category, *actions]):
                values = {"n": n, "i": i, "r": ("I", "II", "III", "IV", "V", "VI")[n - 1], "l": "ABCDEF"[n - 1]}
                words = title.split(" ")
                own = [f"{self.styles[i > 0].format(**values)} {title}"]
                if len(words) > self.wrap and words[self.wrap][0].islower():
                    own = [own[0][: -len(" ".join(words[self.wrap :]))], " ".join(words[self.wrap :])]
                own[-1] += self.leader.format(dots="." * 20, page=7 + len(words))
                lines += [f"{line.rstrip()}{self.noise}" for line in own] + [""] * self.gap
        return "\n".join(lines)


@st.composite
def printed_plans(draw: st.DrawFn) -> Printed:
    sizes = draw(st.lists(st.integers(2, 4), min_size=2, max_size=5))
    title = st.lists(st.sampled_from(WORDS.split()), min_size=2, max_size=8).map(lambda words: " ".join(words)).map(
        lambda text: text[0].upper() + text[1:]
    )  # fmt: skip
    needed = sum(sizes) + len(sizes)
    drawn = draw(st.lists(title, min_size=needed, max_size=needed, unique_by=str.casefold))
    groups = [[drawn.pop() for _ in range(size + 1)] for size in sizes]
    styles = draw(st.tuples(st.sampled_from(CATEGORY_STYLES), st.sampled_from(ACTION_STYLES)))
    noise = draw(st.sampled_from(("", "  ", " \u00a0 \u00a0", "\t")))
    return Printed(groups, styles, draw(st.sampled_from(LEADERS)), noise, draw(st.integers(1, 4)), draw(st.booleans()))


@given(printed_plans(), st.text(alphabet="\u200b\ufeff\u00ad", max_size=3))
def test_a_printed_plan_is_read_back_to_the_same_tree(printed: Printed, invisible: str) -> None:
    text = re.sub(r"e(?=\w)", f"e{invisible}", printed.text())
    document = read_bytes(text.encode(), "plan.txt")
    wanted = [title for _, *actions in printed.groups for title in actions]
    plans = (plan_of(document, hypothesis) for hypothesis in hypotheses(document))
    plan = next((plan for plan in plans if [action.title for action in plan.actions] == wanted), None)
    assert plan is not None, [str(hypothesis.told) for hypothesis in hypotheses(document)]
    assert [[item.title, *(action.title for action in item.children)] for item in plan.items] == printed.groups


@given(st.text(max_size=400) | st.text(alphabet="1.)aAIVX -–•:\n\t«e", max_size=200) | st.binary(max_size=300))
def test_any_text_is_read_or_refused(text: str | bytes) -> None:
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    try:
        document = read_bytes(data, "plan.txt")
    except OutlineError as error:
        if not error.remedy:
            raise
    else:
        for hypothesis in hypotheses(document):
            for action in plan_of(document, hypothesis).actions:
                assert document.text[action.start : action.end] == action.title


@pytest.mark.parametrize("piece", ["a", ".", "1", "1.", "I", "x ", "«", "- ", "Action ", "A.", "….", "_"])
def test_a_very_long_line_takes_no_time_worth_naming(piece: str) -> None:
    assert listed("1. Former\n" + piece * 20_000 + "\n2. Informer\n").actions
