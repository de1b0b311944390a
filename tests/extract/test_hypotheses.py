"""Which series of a document is its actions: what wins, what is refused, and what is said of it."""

import tomllib
from html import escape
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from pan2kg.errors import OutlineError
from pan2kg.extract.document import Document
from pan2kg.extract.draft import read_plan
from pan2kg.extract.hypotheses import Hypothesis, chosen, hypotheses, in_language, languages_of
from pan2kg.extract.outline import DraftPlan, plan_of
from pan2kg.extract.process import read_bytes

TITLES = (
    "Former les juges et les avocats", "Publier un rapport annuel sur la vigilance",
    "Évaluer la loi sur les marchés publics", "Créer un point de contact national",
    "Soutenir les petites entreprises exportatrices", "Traduire les Principes directeurs",
)  # fmt: skip
TEXT = "<p>Le Gouvernement associe les partenaires sociaux à la mise en œuvre de ce plan.</p>"


def page(body: str) -> Document:
    return read_bytes(f"<html><body>{body}</body></html>".encode(), "plan.html")


def won(body: str) -> tuple[Document, Hypothesis]:
    document = page(body)
    choice = chosen(hypotheses(document))
    assert choice is not None, [str(one.told) for one in hypotheses(document)]
    return document, choice


def planned(body: str) -> DraftPlan:
    document, choice = won(body)
    return plan_of(document, choice)


def titles(plan: DraftPlan) -> list[tuple[str, str]]:
    return [(one.number, one.title) for one in plan.actions]


NUMBERED = [(str(at), title) for at, title in enumerate(TITLES, 1)]
BARE = [("", title) for title in TITLES]
POINTED = [(f"1.{number}", title) for number, title in NUMBERED]


CASES = tomllib.loads(Path(__file__).with_name("cases.toml").read_text(encoding="utf-8"))


def each(pattern: str) -> str:
    return "".join(
        pattern.format(at=at, title=title, text=TEXT[3:-4]) for at, title in enumerate(TITLES, 1)
    )


def labelled(label: str, *, tag: str = "h3") -> str:
    return each(f"<{tag}>{label} {{at}} : {{title}}</{tag}><p>{{text}}</p>")


ROWS = [f"<tr><td>{at}<td>{title}<td>Justice" for at, title in enumerate(TITLES, 1)]


@pytest.mark.parametrize("name", CASES["set"])
def test_the_actions_win_however_they_are_set(name: str) -> None:
    before, action, reading = CASES["set"][name]
    expected = {"numbered": NUMBERED, "bare": BARE, "pointed": POINTED}[reading]
    chapters = f"<h1>Plan</h1><h2>Introduction</h2>{TEXT}<h2>Contexte</h2>{TEXT}"
    assert (
        titles(planned(f"{chapters}{before}{each(action)}</ol></table><h2>Suivi</h2>{TEXT}"))
        == expected
    )


def test_chapters_are_never_taken_for_actions() -> None:
    chapters = (
        "Introduction",
        "Contexte",
        "Cadre légal",
        "Gouvernance",
        "Suivi et évaluation",
        "Annexe",
    )
    for body in (
        "".join(f"<h2>{at}. {title}</h2>{TEXT}" for at, title in enumerate(chapters, 1)),
        "".join(
            f"<h2>{title}</h2>{TEXT}<ul><li>Former les juges<li>Publier un rapport</ul>"
            for title in chapters
        ),
        "".join(f"<h2>Axe {at} : {title}</h2>{TEXT}" for at, title in enumerate(TITLES, 1)),
    ):
        found = hypotheses(page(body))
        assert chosen(found) is None, str(found[0].told)


NOUNS = (
    "aide aux prairies",
    "prime aux haies du pays",
    "soutien des sols nus",
    "veille des eaux",
    "haies",
)
BULLETED = f"<ul><li>{'<li>'.join(NOUNS)}</ul>"
PART = f"<p><b>{{0}}. Partie du plan</b></p>{TEXT}" + "".join(
    f"<p><b>{{0}}.{at} {title}</b></p>{TEXT}" for at, title in enumerate(TITLES[:3], 1)
)
NEAR = {
    "a bare heading announces": (
        f"<h1>Plan</h1>{TEXT}<h2>Mesures</h2>{BULLETED}",
        [("", title) for title in NOUNS],
    ),
    "bullets of a measure": (
        f"<h1>Plan</h1>{each(f'<h3>Mesure {{at}} : {{title}}</h3>{BULLETED}')}",
        NUMBERED,
    ),
    "below an announced bullet": (
        "<h1>Plan</h1><p>Le Gouvernement prendra les mesures suivantes :</p><ul>"
        + each("<li>{title}<ul><li>Inspection du travail</ul>")
        + "</ul>",
        BARE,
    ),
    "chapters set alike": (
        "".join(map(PART.format, "ABC")),
        [(f"{part}.{at}", title) for part in "ABC" for at, title in enumerate(TITLES[:3], 1)],
    ),
    "headings and paragraphs count together": (
        f"<h2>1. Partie</h2>{each('<h3>1.{at} {title}</h3><p>{text}</p>').replace('<h3>1.2', '<p>1.2')}",
        POINTED,
    ),
}


@pytest.mark.parametrize("name", NEAR)
def test_what_is_near_the_actions_is_no_rival_of_them(name: str) -> None:
    body, expected = NEAR[name]
    assert titles(planned(body)) == expected


def test_two_series_that_are_as_good_are_for_a_person_to_choose_from() -> None:
    other = each("<h4>Action {at} : Réexaminer {title}</h4><p>{text}</p>")
    document = page(f"<h2>Partie</h2>{labelled('Mesure')}<h2>Autre</h2>{other}")
    ranked = hypotheses(document)
    assert chosen(ranked) is None
    assert titles(plan_of(document, ranked[0]))[0][0] == "1"


def test_a_summary_table_and_a_count_are_evidence_and_no_doubt() -> None:
    rows = each("<tr><td>{at}<td>{title}")
    _, choice = won(f"{labelled('Mesure')}<h2>Annexe</h2><table><tr><th>N°<th>Mesure{rows}</table>")
    assert "listed-twice" in choice.reasons
    items = "".join(
        f"<p>{at}.1 {title}</p><p>{at}.2 Rapport {at}</p>" for at, title in enumerate(TITLES[:3], 1)
    )
    for count, sign in ((6, {"counted"}), (5, set())):
        found = hypotheses(
            page(f"<h1>Plan</h1><p>Les {count} actions concrètes du plan</p>{items}")
        )
        assert {*found[0].reasons} & {"counted"} == sign


def test_a_label_that_was_not_understood_is_refused_whatever_the_score() -> None:
    ranked = hypotheses(
        page(f"<h2>Mesures</h2>{each('<h3>Former – fiche {at} – {title}</h3><p>{text}</p>')}")
    )
    assert (ranked[0].refusal is not None, chosen(ranked)) == (True, None)


def test_a_table_with_unknown_heads_needs_its_columns_named() -> None:
    rows = each("<tr><td>{title}<td>Justice<td>2026")
    document = page(
        f"<h2>Introduction</h2>{TEXT}<table><tr><th>Alpha<th>Beta<th>Gamma{rows}</table>"
    )
    assert chosen(hypotheses(document)) is None
    plan = plan_of(document, hypotheses(document, {"title": 1, "responsible": 2})[0])
    assert titles(plan) == BARE
    assert {(field.kind, field.value) for field in plan.actions[-1].fields} >= {
        ("responsible", "Justice")
    }


def test_a_level_that_is_not_there_is_refused_with_those_there_are_and_a_leap_is_said(
    tmp_path: Path,
) -> None:
    file = tmp_path / "plan.html"
    file.write_text(f"<html>{labelled('Mesure').replace('Mesure 3 : ', 'Autre : ')}", "utf-8")
    with pytest.raises(OutlineError, match="There are: "):
        read_plan(file, level="nothing")
    plan, _ = read_plan(file, level="headings:3")
    assert plan
    assert "number 4 does not follow the one before it" in map(str, plan.remarks)


def test_a_row_of_one_cell_in_a_table_is_a_category_of_those_below() -> None:
    rows = ["<tr><td colspan=3>Justice", *ROWS[:2], "<tr><td colspan=3>Achats", *ROWS[2:]]
    plan = planned(f"<table><tr><th>N°<th>Mesure<th>Délai{''.join(rows)}</table>")
    assert [(item.title, len(item.children)) for item in plan.categories] == [
        ("Justice", 2),
        ("Achats", 4),
    ]


def test_a_table_goes_on_though_its_cells_have_known_words_and_a_label_nobody_knows_has_numbers() -> (
    None
):
    head = "<tr><th>No.<th>Title of the action<th>Lead</tr>"
    rows = each("<tr><td>1.{at}<td>{title}<td>Lead ministry of action {at}</tr>").replace(
        "<tr><td>1.4", "</table><table><tr><td>1.4"
    )
    assert titles(planned(f"<table>{head}{rows}</table>")) == POINTED
    _, choice = won(
        each("<h3>Chantier 1.{at}. {title}</h3><p>{text}</p><p><b>Responsable :</b> X</p>")
    )
    assert [(member.number, member.title) for member in choice.series.members] == POINTED
    assert choice.series.label == "Chantier"


@pytest.mark.parametrize("below", CASES["fields"].values(), ids=CASES["fields"])
def test_fields_come_with_their_kind_their_label_and_their_place(below: str) -> None:
    document, choice = won(each(f"<h3>Mesure {{at}} : {{title}}</h3><p>{{text}}</p>{below}"))
    for action in plan_of(document, choice).actions:
        assert [(field.kind, field.label, field.value) for field in action.fields] == [
            ("responsible", "Responsable", "Ministère"),
            ("indicator", "Indicateur", "Nombre de juges"),
        ]
        for field in action.fields:
            assert document.text[field.start : field.end] == field.value
            assert action.section[0] <= field.start < field.end <= action.section[1]


WORDS = st.lists(
    st.sampled_from(["former", "juges", "loi", "achats", "points", "été"]), min_size=3, max_size=8
)


@given(
    st.lists(WORDS.map(" ".join), min_size=5, max_size=12, unique=True),
    st.sampled_from(["h3", "p", "li"]),
)
def test_every_title_stands_where_it_is_said_to(given_titles: list[str], tag: str) -> None:
    body = "".join(
        f"<{tag}>Mesure {at} : {escape(title)}</{tag}>" for at, title in enumerate(given_titles, 1)
    )
    document = page(f"<h1>Plan</h1>{body}")
    for hypothesis in hypotheses(document):
        for action in plan_of(document, hypothesis).actions:
            assert document.text[action.start : action.end] == action.title


# Two languages

ENGLISH = (
    "Train the judges and the lawyers", "Publish a report on vigilance every year",
    "Evaluate the law on public procurement", "Establish a national contact point",
    "Support the small enterprises that export", "Translate the Guiding Principles",
)  # fmt: skip
SAID = "<p>The Government will work with the social partners on this and report on it to the Parliament.</p>"
PAIRS = list(enumerate(zip(TITLES, ENGLISH, strict=True), 1))
BOTH = "".join(f"<tr><td>{at}<td>{fr}<td>{en}<td>Justice" for at, (fr, en) in PAIRS)


def half(label: str, language: int, text: str) -> str:
    return "<h2>Plan</h2>" + "".join(
        f"<h3>{label} {at} : {pair[language]}</h3>{text}" for at, pair in PAIRS
    )


HALVES = {
    "labels": half("Mesure", 0, TEXT) + half("Measure", 1, SAID),
    "one label": half("Action", 0, TEXT) + half("Action", 1, SAID),
    "in turn": "".join(
        f"<h3>Action {at} : {fr}</h3>{TEXT}<h3>Action {at} : {en}</h3>{SAID}"
        for at, (fr, en) in PAIRS
    ),
    "columns": f"<table><tr><th>N°<th>Mesure<th>Measure<th>Responsable{BOTH}</table>",
}


@pytest.mark.parametrize("name", HALVES)
def test_the_series_is_that_of_the_language_asked_for(name: str) -> None:
    document = page(HALVES[name])
    ranked = hypotheses(document)
    assert set(languages_of(ranked)) == {"fr", "en"}, [str(one.told) for one in ranked]
    for at, language in enumerate(("fr", "en")):
        choice = chosen(in_language(ranked, language))
        assert choice is not None, [str(one.told) for one in in_language(ranked, language)]
        plan = plan_of(document, choice, language=language)
        assert titles(plan) == [(str(number), pair[at]) for number, pair in PAIRS]
        assert all(document.text[one.start : one.end] == one.title for one in plan.actions)


def test_a_plan_in_one_language_has_one_version_though_it_quotes_another() -> None:
    ranked = hypotheses(page(f"{half('Mesure', 0, TEXT)}<h2>Annexe</h2>{SAID * 4}"))
    assert (languages_of(ranked), in_language(ranked, "en")) == (("fr",), ranked)
    choice = chosen(ranked)
    assert choice
    assert len(choice.series.members) == len(TITLES)
