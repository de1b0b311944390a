"""Where a rule on numbers and names begins and ends: the year, the number or the word on each side of it."""

from datetime import date

import pytest

from pan2kg.extract.mentions import find_mentions, names_of
from pan2kg.extract.names import (
    Mention,
    NamesInTexts,
    Spelling,
    Thing,
    find_short_forms,
    variants,
)

NONE = NamesInTexts()
ELI = "http://data.europa.eu/eli/"


def targets(text: str, names: NamesInTexts = NONE, country: str = "lu") -> list[str]:
    mentions = find_mentions(text, names, country=country)
    return [mention.target.removeprefix(ELI) for mention in mentions]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        # a year of two digits needs the community behind it
        ("la directive 93/104/CE", ["dir/1993/104/oj"]),
        ("la directive 93/104", []),
        # of two years the first, but of a period none
        ("la directive 2014/2014", ["dir/2014/2014/oj"]),
        ("la directive 2014/2015", []),
        ("le règlement (UE) 2019/2014", ["reg/2019/2014/oj"]),
        # since 2015 no regulation is numbered before its year
        ("le règlement n° 5/2014", ["reg/2014/5/oj"]),
        ("le règlement n° 5/2015", []),
        ("la directive 2014/0", []),
        ("la convention n° 191 de l’OIT", ["ilo:C191"]),
        ("la convention n° 192 de l’OIT", []),
        ("Guiding Principles 25 to 31", ["un:UNGP-25"]),
        ("Guiding Principles 31 to 25", []),
        ("Guiding Principle 0", []),
        ("GP 5 is one of a doctor", []),
    ],
)
def test_a_number_is_one_of_its_kind_within_the_bounds_of_its_rule(
    text: str, wanted: list[str]
) -> None:
    assert targets(text) == wanted


@pytest.mark.parametrize(
    "label", ["Directive 2014/24/UE", "La directive 2014/24/UE sur les marchés"]
)
def test_a_label_that_cites_its_thing_is_no_name(label: str) -> None:
    assert names_of([Thing("i", "dir-2014-24", "instrument")], [("i", label)]).spellings == ()


def test_a_convention_without_the_organisation_needs_two_words_of_its_title() -> None:
    title = "Worst Forms of Child Labour Convention"
    names = names_of([Thing("i:c182", "ilo-c182", "instrument")], [("i:c182", title)])
    assert targets("Convention 182 on the worst forms of child labour", names) == ["i:c182"]
    assert targets("Convention 182 on labour statistics", names) == []


def test_a_title_before_a_number_begins_before_its_brackets() -> None:
    text = "The ILO adopted the Weekly Rest (Industry) Convention (No. 14)"
    surfaces = [mention.surface for mention in find_mentions(text, NONE)]
    assert surfaces == ["Weekly Rest (Industry) Convention (No. 14)"]


def test_an_act_is_known_by_a_date_within_its_label_and_by_a_word_of_five_letters() -> None:
    things = [
        Thing(f"i:{name}", f"lu-{name}", "instrument", "law", "lu") for name in ("a", "b", "c")
    ]
    labels = [
        ("i:a", "Texte coordonné de la loi du 3 mai 2018"),
        ("i:b", "loi du 4 mai 2018 sur l’impôt"),
        ("i:c", "loi du 4 mai 2018 sur le sport"),
    ]
    names = names_of(things, labels)
    assert targets("la loi du 3 mai 2018", names) == ["i:a"]
    assert targets("la loi du 4 mai 2018 sur l’impôt", names) == ["i:b"]


def test_a_thing_is_valid_from_its_first_day_on_and_only_plans_have_editions() -> None:
    day = date(2019, 12, 11)
    assert Thing("b", "mega", "body", start=day).is_valid(day)
    assert Thing("i", "dir-2014-24", "instrument").family == "dir-2014-24"
    plans = [Thing(f"p:{key}", f"lu-bhr-{key}", "plan") for key in ("1", "2", "unspecified")]
    names = NamesInTexts({plan.iri: plan for plan in plans})
    assert [plan.iri for plan in names.editions["lu-bhr"]] == ["p:1", "p:2"]


@pytest.mark.parametrize(
    ("name", "text", "is_named"),
    [
        ("Plan très durable", "LE PLAN TRÈS DURABLE", True),
        ("Plan OCDE durable", "LE PLAN OCDE DURABLE", False),
        ("Plan A national", "LE PLAN A NATIONAL", True),
        ("Charte sociale", "la Charte sociale", True),
        ("Charte sociale", "une charte sociale", False),
        ("charte Sociale", "la Charte Sociale", True),
    ],
)
def test_capitals_tell_a_name_from_words(name: str, text: str, *, is_named: bool) -> None:
    assert bool(NamesInTexts(spellings=(Spelling(name, "i"),)).find(text)) is is_named


def test_a_name_of_four_words_is_known_abroad() -> None:
    things = [
        Thing("b:3", "lu-x", "body", country="lu"),
        Thing("b:4", "lu-y", "body", country="lu"),
    ]
    labels = [("b:3", "Office du Travail"), ("b:4", "Office national du Travail")]
    names = names_of(things, labels)
    text = "l’Office du Travail et l’Office national du Travail"
    assert targets(text, names, country="lu") == ["b:3", "b:4"]
    assert targets(text, names, country="fr") == ["b:4"]


def test_the_latest_edition_is_one_of_the_day_itself_and_a_name_without_number_tells_none() -> None:
    plans = [
        Thing("p:1", "lu-eg-1", "plan", country="lu", start=date(2015, 1, 1)),
        Thing("p:2", "lu-eg-2", "plan", country="lu", start=date(2020, 1, 1)),
    ]
    names = names_of(plans, [("p:1", "Plan pour l’Égalité"), ("p:2", "Plan suivant d’Égalité")])
    text = "le Plan pour l’Égalité"
    for day, wanted in ((date(2019, 12, 31), "p:1"), (date(2020, 1, 1), "p:2")):
        (mention,) = find_mentions(text, names, country="lu", date=day)
        assert (mention.target, mention.note) == (wanted, "latest-edition")


def test_what_a_text_defines_anew_means_the_latter_and_two_letters_are_a_name() -> None:
    text = (
        "La directive 2014/24/UE (ci-après « DM »), puis la directive 2014/25/UE (ci-après « DM »)."
        " La DM oblige."
    )
    assert targets(text)[-1] == "dir/2014/25/oj"
    assert targets(text).count("dir/2014/25/oj") == 2


def test_a_short_form_refers_over_one_paragraph_and_over_a_list_of_numbers() -> None:
    act = "La directive 2014/24/UE oblige."
    short = "Ladite directive s’applique."
    assert targets(f"{act}\n\n{short}") == ["dir/2014/24/oj"] * 2
    assert targets(f"{act}\n\nAutre chose.\n\n{short}") == ["dir/2014/24/oj"]
    assert targets(f"{act} Les directives 3 suivent. {short}") == ["dir/2014/24/oj"] * 2
    paris = Mention(0, 15, "Accord de Paris", "i:paris", "instrument", "name")
    assert [*find_short_forms("Accord de Paris. Ladite convention oblige.", [paris])] == []


def test_what_many_plans_are_called_is_no_name_and_two_words_need_capitals() -> None:
    assert list(variants("PAN 2")) == ["PAN 2"]
    assert list(variants("PNE 2")) == ["PNE 2", "PNE"]
    assert list(variants("Charte sociale (CSX)")) == ["CSX"]
    assert list(variants("Charte Sociale (CSX)")) == ["CSX", "Charte Sociale"]
