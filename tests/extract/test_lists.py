"""Plain texts that are lists of actions: sample plans, conventions of numbers, wrapped titles, and any text at all."""

import json
import re
import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from pan2kg.errors import OutlineError
from pan2kg.extract.draft import LIST, read_plan
from pan2kg.extract.hypotheses import hypotheses
from pan2kg.extract.numbering import readings, resolve
from pan2kg.extract.outline import DraftPlan, plan_of
from pan2kg.extract.process import read_bytes

CASES = tomllib.loads(Path(__file__).with_name("cases.toml").read_text(encoding="utf-8"))
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

    def rows(items: list[dict[str, Any]], depth: int = 0) -> list[tuple[object, ...]]:
        listed: list[tuple[object, ...]] = []
        for item in items:
            below = rows(item.get("children", []), depth + 1)
            if item["kind"] == "action" or below:
                listed.append(
                    (depth, *(item[name] for name in ("kind", "label", "number", "title")))
                )
                listed += below if item["kind"] == "category" else ()
        return listed

    plan, _ = read_plan(path, level=LIST)
    assert plan is not None
    assert (plan.title, plan.language) == (wanted["title"], wanted["language"])
    assert rows([asdict(item) for item in plan.items]) == rows(wanted["items"])


@pytest.mark.parametrize("text", CASES["conventions"])
def test_every_convention_gives_two_actions_and_a_line_that_only_looks_numbered_is_no_item(
    text: str,
) -> None:
    assert titles(text) == ["Former", "Informer"]
    for line in CASES["no_items"] if text == "1. Former\n2. Informer" else ():
        assert titles(f"1. Former\n\n{line}\n\n2. Informer\n") == ["Former", "Informer"], line


def test_titles_end_where_they_end_and_a_line_is_read_as_its_neighbours_bear_out() -> None:
    for text, wanted in CASES["titles"]:
        assert titles(text) == wanted, text
    for lines, wanted in CASES["readings"]:
        resolved = resolve({at: readings(line) for at, line in enumerate(lines)}).values()
        numbers = [
            f"{marker.number or marker.style.form} {marker.style.kinds}".strip()
            for marker in resolved
        ]
        assert numbers == wanted, lines


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_encoding_is_read_and_an_assumed_one_is_said(encoding: str) -> None:
    document = read_bytes(
        "Plan d’exemple\r\n\r\n1. Créer un « label »\r\n".encode(encoding), "plan.txt"
    )
    assert document.text == "Plan d’exemple\n\n1. Créer un « label »"
    assert [str(remark)[:6] for remark in document.remarks] == (
        ["line 1"] if encoding == "cp1252" else []
    )


def test_what_is_no_text_is_an_error_with_its_line() -> None:
    for data, line, words in (
        (b" \n\n\f\n", None, "no text"),
        (b"1. Former\n2. In\x00former\n", 2, "binary"),
        (b"1. Former\n2. \xc3\x28\x81\n", 2, "neither UTF-8 nor Windows-1252"),
    ):
        with pytest.raises(OutlineError, match=words) as caught:
            read_bytes(data, "plan.txt")
        assert caught.value.place
        assert caught.value.place.line == line


# Any list, however it is printed


# of one language each: a list half of whose titles are in another might be two versions of one
WORDS = (
    "former informer les juges des entreprises pour une diligence raisonnable dans la chaîne état œuvre",
    "train judges and companies remedy for victims", "Richter schulen und Leitfaden erarbeiten über Straße",
    "formare personale della perché imprese", "difundir los principios entre empresas niño",
)  # fmt: skip
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
    "{n}.{i} –",
    "Action {i} :",
    "Mesure n° {i} –",
    "Maßnahme {i}:",
    "Medida {n}.{i}.",
)
LEADERS = (" {dots} {page}", "{dots}{page}", "\t{page}", "      {page}", "")


def printed(
    groups: list[list[str]],
    styles: tuple[str, str],
    leader: str,
    noise: str,
    wrap: int,
    *,
    gap: bool,
) -> str:
    lines: list[str] = []
    for n, titles in enumerate(groups, 1):
        for i, title in enumerate(titles):
            values = {
                "n": n,
                "i": i,
                "r": ("I", "II", "III", "IV", "V", "VI")[n - 1],
                "l": "ABCDEF"[n - 1],
            }
            words = title.split(" ")
            own = [f"{styles[i > 0].format(**values)} {title}"]
            if len(words) > wrap and words[wrap][0].islower():
                own = [own[0][: -len(" ".join(words[wrap:]))], " ".join(words[wrap:])]
            own[-1] += leader.format(dots="." * 20, page=7 + len(words))
            lines += [f"{line.rstrip()}{noise}" for line in own] + [""] * gap
    return "\n".join(lines)


@st.composite
def printed_plans(draw: st.DrawFn) -> tuple[list[list[str]], str]:
    sizes = draw(st.lists(st.integers(2, 4), min_size=2, max_size=5))
    words = st.lists(
        st.sampled_from(draw(st.sampled_from(WORDS)).split()), min_size=2, max_size=8
    ).map(" ".join)
    title = words.map(lambda text: text[0].upper() + text[1:])
    needed = sum(sizes) + len(sizes)
    drawn = draw(st.lists(title, min_size=needed, max_size=needed, unique_by=str.casefold))
    groups = [[drawn.pop() for _ in range(size + 1)] for size in sizes]
    styles = draw(st.tuples(st.sampled_from(CATEGORY_STYLES), st.sampled_from(ACTION_STYLES)))
    leader = draw(st.sampled_from(LEADERS))
    noise = draw(st.sampled_from(("", "  ", " \u00a0 \u00a0", "\t")))
    return groups, printed(
        groups, styles, leader, noise, draw(st.integers(1, 4)), gap=draw(st.booleans())
    )


@given(printed_plans(), st.text(alphabet="\u200b\ufeff\u00ad", max_size=3))
def test_a_printed_plan_is_read_back_to_the_same_tree(
    plan: tuple[list[list[str]], str], invisible: str
) -> None:
    groups, text = plan
    document = read_bytes(re.sub(r"e(?=\w)", f"e{invisible}", text).encode(), "plan.txt")
    trees = [
        [
            [item.title, *(action.title for action in item.children)]
            for item in plan_of(document, hypothesis).items
        ]
        for hypothesis in hypotheses(document)
    ]
    assert groups in trees


@given(
    st.text(max_size=400)
    | st.text(alphabet="1.)aAIVX -–•:\n\t«e", max_size=200)
    | st.binary(max_size=300)
)
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


@pytest.mark.parametrize(
    "piece", ["a", ".", "1", "1.", "I", "x ", "«", "- ", "Action ", "A.", "….", "_"]
)
def test_a_very_long_line_takes_no_time_worth_naming(piece: str) -> None:
    assert listed("1. Former\n" + piece * 20_000 + "\n2. Informer\n").actions
