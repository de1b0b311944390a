"""Quotations, titles and numbers against kept texts; and how much of a document is quoted."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, strategies as st

from pan2kg.errors import ProjectError
from pan2kg.project import Project
from pan2kg.turtle.blocks import read_turtle_file
from pan2kg.validation import quotations, rights
from pan2kg.validation.check import check
from pan2kg.validation.kept import kept_report
from pan2kg.validation.quotations import (
    Comparison,
    KeptText,
    hashes_of,
    judge,
    kept_texts,
    read_hashes,
)
from pan2kg.validation.report import Report
from pan2kg.validation.rights import LONGEST, WHOLE, is_long
from tests.copies import ROOT

if TYPE_CHECKING:
    from tests.conftest import Cli

KEY: Final = "mae-gouvernement-lu-fr-pan-2"
LIST: Final = (ROOT / "texts" / f"{KEY}.txt").read_text("utf-8")
TEXT: Final = KeptText(KEY, "texts/x.txt", LIST)
HASHES: Final = read_hashes(KEY, "texts/x.hashes", hashes_of(LIST, "0123456789abcdef" * 2))
HEAD: Final = f"""@prefix action: <https://w3id.org/pan2kg/id/action/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix document: <https://w3id.org/pan2kg/id/document/> .
@prefix instrument: <https://w3id.org/pan2kg/id/instrument/> .
@prefix pan: <https://w3id.org/pan2kg/ontology#> .
@prefix passage: <https://w3id.org/pan2kg/id/passage/> .
@prefix plan: <https://w3id.org/pan2kg/id/plan/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

document:{KEY} a pan:Document .

"""
SIZED: Final = HEAD.replace(" .\n\n", " ;\n    pan:characters 1000 .\n\n").replace(
    "> ;\n    pan:characters 1000", ">"
)
TEN: Final = "Dix mots font une phrase que personne ne lit jamais "


def quoted(words: str, name: str = "x") -> str:
    return f'passage:{name} a pan:Passage ;\n    pan:quote "{words}"@fr ;\n    pan:inDocument document:{KEY} .\n'


def action(number: str, title: str) -> str:
    return (
        f"action:x-{number.replace('.', '-')} a pan:Action ;\n"
        f'    skos:notation "{number}" ;\n    skos:prefLabel "{title}"@fr ;\n    skos:prefLabel "A title"@en ;\n'
        f"    pan:inPlan plan:x ;\n    dcterms:source document:{KEY} .\n\n"
    )


def checked(body: str, *kept: KeptText) -> Report:
    texts = {text.document: text for text in kept or (TEXT,)}
    return quotations.check_quotations([read_turtle_file(HEAD + body, "graph/x.ttl")], texts)


def keys(found: Report) -> list[tuple[str, str]]:
    return [(one.rule.key, str(one.place)) for one in found.findings]


def test_a_quotation_that_stands_there_is_let_pass() -> None:
    for words in (
        "Sensibilisation et formation des entreprises",
        "marchés publics […]",
        "la diligence  raisonnable",
        "Promotion des Principes directeurs … les relations internationales",
        "Sensibilisation […] « Entreprises et droits de l'Homme »",
    ):
        assert keys(checked(quoted(words))) == [], words


def test_a_quotation_that_does_not_is_found_at_its_line_with_the_nearest_words_or_where_it_stands() -> (
    None
):
    near = "Sensibilisation et formation des entreprises"
    other = KeptText("other", "texts/other.txt", "Il y est question de toute autre chose.")
    for words, expected in {
        "Sensibilisation et formation des ministères": near,
        "sensibilisation et Formation des entreprises": near,
        "les relations internationales … Promotion des Principes directeurs": "",
        "ensibilisation et formation": "",
        "": "",
        "…": "",
        "Wholly other words in another language": "",
        "toute autre chose": "document:other",
    }.items():
        found = checked(quoted(words), TEXT, other)
        assert keys(found) == [
            ("text-quote", "graph/x.ttl:13"),
            ("text-kept", "texts/other.txt"),
        ], words
        assert not expected or found.findings[0].expected.say("en") == expected


def test_the_nearest_words_are_as_many_the_first_of_those_most_alike_and_half_alike_or_none() -> (
    None
):
    for text, quote, nearest in (
        ("a b c d e f", "e f", "e f"),  # the last words are looked at
        ("a b c d e f", "f g", "e f"),  # and none behind them
        ("a x a y", "a z", "a x"),  # the first of two
        ("a x x a y", "q a", "x a"),  # the one in order before the one that is not
        ("a b c x y z", "a b c q r s", "a b c x y z"),  # half of the words is enough
        ("a b c x y z", "a b q r s", ""),  # less is not
        ("a b", "", ""),
        ("a", "a b", "a"),
    ):
        assert KeptText("x", "x", text).nearest(quote) == nearest, quote


def test_of_hashes_the_last_run_is_known_too() -> None:
    kept = read_hashes("x", "x", hashes_of("one two three four five", "0" * 32))
    assert (kept.holds("two three four five"), kept.holds("three four five six")) == (True, False)


LINES: Final = [quotations.folded(line) for line in LIST.splitlines() if len(line.split()) > 4]
WORD: Final = st.text(st.sampled_from("abcdefghijklmnop"), min_size=1, max_size=9)


@given(line=st.sampled_from(LINES), at=st.integers(0, 200), word=WORD)
def test_a_quotation_with_any_one_word_changed_is_found(line: str, at: int, word: str) -> None:
    words = line.split()
    wordly = [number for number, one in enumerate(words) if any(map(str.isalnum, one))]
    words[wordly[at % len(wordly)]] = f"zz{word}"
    for kept in (TEXT, HASHES):
        assert (kept.holds(line), kept.holds(" ".join(words))) == (True, False)


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_every_text_holds_itself_and_is_folded_once(text: str) -> None:
    folded = quotations.folded(text)
    pieces = quotations.pieces(text)
    assert quotations.folded(folded) == folded
    assert all(any(map(str.isalnum, piece)) for piece in pieces)
    kept = KeptText("x", "x", text)
    assert kept.holds(text.replace("…", " ").replace("...", " ")) is not None
    assert "…" in text or "..." in text or not pieces or kept.holds(text)


LISTED: Final = [
    ("1.1", "Communiquer et sensibiliser"),
    ("4.1", "Etude de la possibilité de légiférer sur un devoir de diligence"),
    (
        "3.4",
        "Renforcement des critères relatifs aux droits humains dans les labels de qualité existants",
    ),
]


def test_titles_and_numbers_are_those_of_the_list() -> None:
    def body(changed: dict[int, tuple[str, str]]) -> str:
        return (
            "".join(action(*changed.get(at, one)) for at, one in enumerate(LISTED)).rstrip("\n")
            + "\n"
        )

    found = checked(body({}))
    assert (keys(found), found.looked_at["text-title"]) == ([], 3)
    title = checked(
        body({1: ("4.1", "Étude de la possibilité de légiférer sur un devoir de diligence")})
    )
    assert keys(title) == [("text-title", "graph/x.ttl:21")]
    assert title.findings[0].expected.say("fr") == LISTED[1][1]
    assert keys(checked(body({2: ("3.5", LISTED[2][1])}))) == [("text-number", "graph/x.ttl:27")]
    assert keys(checked(body({1: ("1.1", LISTED[1][1])}))) == [("text-number", "graph/x.ttl:20")]
    assert keys(checked(body({2: ("3.5", LISTED[2][1])}), HASHES)) == [
        ("text-number", "graph/x.ttl:27")
    ]
    # a document that is no list of the plan says nothing about its titles
    found = checked(action("1", "Un titre") + action("2", "Un autre").rstrip("\n") + "\n")
    assert (keys(found), found.looked_at.get("text-title", 0)) == ([], 0)


def test_a_list_has_more_than_half_of_the_titles_and_numbers_them_where_half_of_the_numbers_are_right() -> (
    None
):
    words = ("alpha", "bravo", "carol", "delta", "ebony", "fiona")
    text = "".join(f"1.{at} Former {word}\n" for at, word in enumerate(words))
    kept = KeptText(KEY, "texts/x.txt", text)

    def plan(standing: int, numbered: int) -> Report:
        titles = [f"Former {word if at < standing else 'nul'}" for at, word in enumerate(words)]
        numbers = [f"1.{at}" if at < numbered else f"2.{at}" for at in range(len(words))]
        body = "".join(map(action, numbers, titles)).rstrip("\n") + "\n"
        return checked(body, kept)

    for standing, faults in ((3, []), (4, ["text-title"] * 2), (6, [])):
        assert [rule for rule, _ in keys(plan(standing, 6))] == faults, standing
    for numbered, faults in ((2, []), (3, ["text-number"] * 3), (6, [])):
        assert [rule for rule, _ in keys(plan(6, numbered))] == faults, numbered
    told = [rule.key for rule in plan(6, 6).rules]
    assert told == ["text-title", "text-number", "text-kept"]


def test_what_could_not_be_compared_is_counted() -> None:
    other = quoted("Un passage quelconque").replace(KEY, "other").replace("passage:x", "passage:y")
    found = checked(quoted("Cohérence des politiques") + "\n" + other)
    assert (keys(found), dict(found.statistics)) == ([], {"text-compared": 1, "text-uncompared": 1})
    short = checked(quoted("Cohérence des politiques"), HASHES)
    assert (keys(short), dict(short.statistics)) == ([], {"text-uncompared": 1})


def test_the_shipped_list_is_the_text_every_quotation_from_it_stands_in(project: Project) -> None:
    files = [
        read_turtle_file(path.read_text("utf-8"), project.name_of(path))
        for path in project.plan_files("lu-bhr-2")
    ]
    found = quotations.check_quotations(files, kept_texts(project))
    assert [one.rule.key for one in found.findings] == ["text-kept"], (
        "its document stands in another folder"
    )
    assert found.looked_at["text-title"] == found.looked_at["text-number"] == 26
    assert found.looked_at["text-quote"] > 15


def test_hashes_do_not_hold_the_words_and_a_damaged_file_is_one_sentence(tmp_path: Path) -> None:
    written = hashes_of(LIST, "f" * 32)
    assert not re.search("[g-z]{3}", written.removeprefix("salt "))
    for damaged in ("", written[:-3], written.replace("salt", "sel"), "a" + written):
        with pytest.raises(ProjectError, match=r"pan2kg keep FILE"):
            read_hashes("x", "texts/x.hashes", damaged)
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "x.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(ProjectError, match="UTF-8"):
        kept_texts(Project(tmp_path))


def test_a_text_is_kept_for_a_project_of_ones_own_and_its_quotations_are_compared(
    cli: Cli, tmp_path: Path
) -> None:
    assert cli("init", "mine", "--country", "be").returncode == 0
    plan = tmp_path / "mine/graph/plans/be-example-1.ttl"
    (words,) = set(
        re.findall(
            r'passage:\S+-ungp a pan:Passage ;\n    pan:quote "([^"]+)"', plan.read_text("utf-8")
        )
    )
    (ministry,) = set(
        re.findall(r'-ministry a pan:Passage ;\n    pan:quote "([^"]+)"', plan.read_text("utf-8"))
    )
    (tmp_path / "plan.txt").write_text(f"Plan\n\n{ministry}.\n{words}\n", "utf-8")
    keep = ("keep", "plan.txt", "--document", "be-example-1-text", "--project", "mine")
    done = cli(*keep)
    assert (done.returncode, done.stderr) == (
        0,
        "Kept as texts/be-example-1-text.txt; 2 of 2 quotations from it stand there.\n",
    )
    plan.write_text(plan.read_text("utf-8").replace(words, f"{words} partout"), "utf-8")
    check = ("check", "graph/plans/be-example-1.ttl", "--project", "mine", "--language", "fr")
    found = cli(*check)
    assert (found.returncode, "text-quote" in found.stdout) == (1, True)
    hashed = cli(*keep, "--hashes")
    assert hashed.returncode == 0, hashed.stderr
    assert [path.name for path in (tmp_path / "mine/texts").iterdir()] == [
        "be-example-1-text.hashes"
    ]
    assert "text-quote" in cli(*check).stdout
    assert cli("keep", "plan.txt", "--document", "nothing", "--project", "mine").returncode == 2
    (tmp_path / "empty.txt").write_text("", "utf-8")
    empty = cli("keep", "empty.txt", "--document", "be-example-1-text", "--project", "mine")
    assert (empty.returncode, empty.stderr.count("\n")) == (2, 1)


# How much is quoted


def of_rights(
    *passages: str, head: str = SIZED, kept: KeptText | None = None
) -> list[tuple[str, str]]:
    files = [read_turtle_file(head + "\n".join(passages), "graph/x.ttl")]
    report = rights.check_rights(files, {KEY: kept} if kept else {})
    assert all(finding.place and finding.place.line for finding in report.findings)
    assert ("text-length-unknown" in report.statistics) is (
        head == HEAD and kept is None and bool(report.findings)
    )
    return [(one.rule.key, one.value.strip('"')) for one in report.findings]


def test_a_twentieth_is_said_and_more_than_a_tenth_refused_of_all_that_is_different() -> None:
    for characters, said in {
        50: [],
        51: [("text-much", "5 %")],
        100: [("text-much", "10 %")],
        101: [("text-whole", "10 %")],
    }.items():
        assert of_rights(quoted("a" * characters)) == said
    assert of_rights(quoted("a" * 50), quoted("a" * 50, "b")) == []
    assert of_rights(quoted("a" * 50), quoted("b" * 50, "b")) == [("text-much", "10 %")]


def test_a_quotation_is_long_by_characters_and_words_and_a_text_where_it_is_ten_times_as_long() -> (
    None
):
    for words in (TEN * 7, TEN * 61):
        assert of_rights(quoted(words), head=HEAD) == [
            ("text-whole" if len(words) > 3000 else "text-long", str(len(words)))
        ]
    assert not is_long(TEN * 6)
    assert not is_long("a" * 301)


@pytest.mark.parametrize(
    "line",
    [
        "dcterms:license <https://creativecommons.org/licenses/by/4.0/>",
        'pan:rightsNote "Reproduction autorisée, moyennant mention de la source."@fr',
        'pan:readAt "https://eur-lex.europa.eu/legal-content/FR/TXT/?uri=CELEX:32018R1999"',
        "pan:speaksFor <http://data.europa.eu/eli/reg/2018/1999/oj>",
        "pan:speaksFor instrument:ungp",
    ],
)
def test_a_licence_a_word_of_the_publisher_and_an_official_act_let_more_be_quoted(
    line: str,
) -> None:
    assert (
        of_rights(
            quoted(TEN * 61),
            head=SIZED.replace("    pan:characters", f"    {line} ;\n    pan:characters"),
        )
        == []
    )
    assert of_rights(quoted(TEN * 61)) != []


def test_a_title_is_a_fact_and_no_quotation() -> None:
    title = 'action:x a pan:Action ;\n    skos:prefLabel "' + "a" * 200 + '"@fr .\n'
    for number, predicate, said in (
        (199, "prefLabel", []),
        (200, "prefLabel", []),
        (201, "prefLabel", [("text-whole", "20 %")]),
        (200, "editorialNote", [("text-whole", "20 %")]),
    ):
        assert of_rights(quoted("a" * number), title.replace("prefLabel", predicate)) == said


def test_a_kept_text_and_its_hashes_say_how_long_a_document_is() -> None:
    text = " ".join(f"mot{number}" for number in range(100))
    for kept in (KeptText(KEY, "x", text), read_hashes(KEY, "x", hashes_of(text, "0" * 32))):
        assert [
            key for key, _ in of_rights(quoted(text[: text.index(" mot20")]), head=HEAD, kept=kept)
        ] == ["text-whole"]


@given(st.text(st.sampled_from("ab \u00a0"), max_size=700))
def test_what_is_long_stays_so_when_more_is_added(words: str) -> None:
    assert not is_long(words) or (is_long(words + " ab") and len(words) > LONGEST[0])
    assert not is_long(words, WHOLE)


def test_what_a_release_would_take_over_whole_is_refused_with_its_place(
    own_project: Path, project: Project, tmp_path: Path
) -> None:
    for sound in (Project(own_project), project):
        rights.refuse_quotations(sound)
    (own_project / "graph" / "whole.ttl").write_text(
        HEAD + quoted(TEN * 61, "whole"), encoding="utf-8"
    )
    kept_report(Project(own_project), tmp_path, lambda: check(Project(own_project)))
    for folder in (None, tmp_path):
        with pytest.raises(
            ProjectError, match=r"graph/whole\.ttl:13: whole would be .* whole .*dcterms:license"
        ):
            rights.refuse_quotations(Project(own_project), folder)


def test_a_release_refuses_a_quotation_that_the_kept_text_does_not_hold(
    own_project: Path, tmp_path: Path
) -> None:
    passages = HEAD + quoted("Une phrase que la liste ne contient pas", "invented")
    (own_project / "graph" / "invented.ttl").write_text(passages, encoding="utf-8")
    rights.refuse_quotations(Project(own_project))  # nothing is kept of it
    (own_project / "texts").mkdir(exist_ok=True)
    (own_project / "texts" / f"{KEY}.txt").write_text(LIST, encoding="utf-8")
    kept_report(Project(own_project), tmp_path, lambda: check(Project(own_project)))
    for folder in (None, tmp_path):
        with pytest.raises(
            ProjectError,
            match=r"graph/invented\.ttl:13: The kept text .* words of invented.*nothing",
        ):
            rights.refuse_quotations(Project(own_project), folder)


def test_a_quotation_that_fits_its_own_hash_is_counted_apart_and_a_kept_text_goes_before_it() -> (
    None
):
    words = "Une phrase que la liste ne contient pas"
    fitting = hashlib.sha256(words.encode()).hexdigest()
    for own_hash, other, both in (
        (fitting, Comparison.OWN_HASH, Comparison.MISSING),
        ("0" * 64, Comparison.NOT_COMPARED, Comparison.MISSING),
    ):
        assert judge(words, ["other"], {KEY: TEXT}, own_hash) is other
        assert judge(words, ["other", KEY], {KEY: TEXT}, own_hash) is both
    body = quoted(words).replace(KEY, "other")
    hashed = body.replace(
        "    pan:inDocument", f'    pan:quoteHash "{fitting}" ;\n    pan:inDocument'
    )
    assert dict(checked(hashed).statistics) == {"text-own-hash": 1}
    assert dict(checked(body).statistics) == {"text-uncompared": 1}
