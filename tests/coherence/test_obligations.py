"""Obligations: margins, and everything that must not be called late or uncovered."""

import re
from datetime import date
from itertools import islice

import pytest

from pan2kg.coherence.obligations import (
    ANSWERING,
    Margin,
    Obligation,
    Response,
    margins,
    unanswered,
    whole_day,
    whole_months,
)
from pan2kg.coherence.standing import Standing
from pan2kg.coherence.use_matrix import Uses, uses_of
from pan2kg.project import Project
from pan2kg.store.queries import find_query

DUE = date(2021, 12, 17)
TODAY = date(2026, 1, 1)
DUTY = Obligation("o", "D", DUE)
ANNOTATED = uses_of([("a", "other")], {"a": "P", "b": "P"})
BARE = uses_of([], {"a": "P"})


def margin(
    duty: Obligation, *answers: Response, of: Uses = ANNOTATED, as_of: date = TODAY
) -> Margin:
    (row,) = margins(of, [duty], answers, as_of=as_of)
    return row


def act(day: date | None, name: str = "law") -> Response:
    return Response(name, "D", day, is_act=True)


def action(relation: str, name: str = "a", day: date | None = None) -> Response:
    return Response(name, "D", day, is_act=False, relation=relation)


TREATY = Obligation("o", "P29", date(2020, 1, 1), needs_ratification=True)
RATIFIED = TREATY._replace(ratified=date(2021, 3, 18))
REPORT = DUTY._replace(kind="report", by_law=False)


@pytest.mark.parametrize(
    ("duty", "answers", "as_of", "expected"),
    [
        (DUTY, [act(date(2023, 5, 16))], TODAY, (Standing.LATE, 515, 0)),
        (DUTY, [act(DUE)], DUE, (Standing.IN_TIME, 0, 0)),
        (DUTY, [act(DUE)], date(2021, 12, 16), (Standing.NOT_YET_DUE, None, 0)),
        (TREATY, [], TODAY, (Standing.DAY_UNKNOWN, None, 0)),
        (RATIFIED, [], date(2021, 3, 17), (Standing.DAY_UNKNOWN, None, 0)),
        (RATIFIED, [], date(2021, 3, 18), (Standing.OVERDUE, None, 442)),
        *(
            (DUTY, [action(relation)], DUE, (Standing.VAGUE, None, 0))
            for relation in sorted(ANSWERING)
        ),
        *(
            (DUTY, [action(relation)], DUE, (Standing.NOT_YET_DUE, None, 0))
            for relation in ("monitors", "references", "")
        ),
        (DUTY, [action("implements", day=date(2020, 1, 1))], TODAY, (Standing.IN_TIME, -716, 0)),
        (DUTY._replace(due=None), [act(DUE)], TODAY, (Standing.DAY_UNKNOWN, None, 0)),
        (REPORT, [act(date(2021, 1, 1))], DUE, (Standing.NOT_YET_DUE, None, 0)),
    ],
)
def test_how_an_obligation_stands(
    duty: Obligation,
    answers: list[Response],
    as_of: date,
    expected: tuple[Standing, int | None, int],
) -> None:
    row = margin(duty, *answers, as_of=as_of)
    standing, days, overdue = expected
    # nothing is late by 0 days: it is late, or that is not said
    assert (row.standing, row.margin, row.overdue) == (standing, days, overdue or None)
    assert {response.work for response in (*row.responses, *row.touching)} >= {
        r.work for r in answers if not r.is_act
    }


def test_a_vague_date_is_no_date_and_a_duration_of_years_and_months_is_whole_months() -> None:
    assert not any(map(whole_day, ("2021", "2021-12", "dès que possible", "2021-13-01", "")))
    assert [whole_months(text) for text in ("P3Y", "P1Y6M", "P6M", "P30D", "P", "")] == [
        36,
        18,
        6,
        0,
        0,
        0,
    ]
    assert margin(DUTY, of=BARE).standing is Standing.UNREAD, (
        "overdue is said where something was annotated"
    )


def test_a_duty_ahead_is_not_yet_due_and_the_count_is_of_those_looked_for() -> None:
    ahead = DUTY._replace(due=date(2028, 7, 26))
    unrecorded = DUTY._replace(is_recorded=False)
    for duty in (ahead, ahead._replace(is_recorded=False)):
        row = margin(duty)
        assert (row.standing, row.met, row.overdue) == (Standing.NOT_YET_DUE,) * 2 + (None,)
    assert margin(ahead, of=BARE).standing is Standing.NOT_YET_DUE
    rows = [margin(duty) for duty in (DUTY, ahead, unrecorded)]
    rows.append(margin(DUTY, action("implements")))  # a promise without a day
    assert unanswered(rows) == (1, 3)


def test_the_question_knows_the_same_answering_relations() -> None:
    query = find_query(Project.packaged(), "obligations-without-action")
    assert set(re.findall(r"^ +relation:([\w-]+)$", query.text, re.MULTILINE)) == ANSWERING


def test_an_act_answers_before_an_action_and_ties_go_by_iri() -> None:
    acts = [act(date(2022, 1, 1), "law-1"), act(date(2022, 1, 1), "law-2")]
    assert margin(DUTY, action("implements", day=date(2020, 1, 1)), *acts[::-1]).response == acts[0]
    law = Response("law", "D", date(2022, 1, 1), is_act=True, signed=date(2021, 12, 1))
    row = margin(DUTY, law)
    assert (row.margin, row.response) == (15, law), (
        "the day it came into force is compared, the day it bears is kept"
    )


@pytest.mark.parametrize(
    ("in_force", "as_of", "met"),
    [
        (None, date(2021, 12, 16), Standing.NOT_YET_DUE),
        (None, DUE, Standing.NOT_YET_DUE),
        (None, date(2021, 12, 18), Standing.OVERDUE),
        (DUE, date(2021, 12, 16), Standing.NOT_YET_DUE),
        (DUE, DUE, Standing.IN_TIME),
        (DUE, date(2030, 1, 1), Standing.IN_TIME),
        (date(2021, 12, 18), DUE, Standing.NOT_YET_DUE),
        (date(2021, 12, 18), date(2021, 12, 18), Standing.LATE),
        (date(2023, 5, 21), date(2023, 5, 20), Standing.OVERDUE),
        (date(2023, 5, 21), date(2023, 5, 21), Standing.LATE),
    ],
)
def test_whether_an_obligation_is_met_on_each_day_around_its_due_date(
    in_force: date | None, as_of: date, met: Standing
) -> None:
    assert margin(DUTY, *([act(in_force)] if in_force else []), as_of=as_of).met is met


YEARLY = Obligation("o", "D", date(2021, 3, 1), every=12)
FIRST = date(2021, 3, 1)
SECOND = date(2022, 3, 1)
THIRD = date(2023, 3, 1)
AFTER = date(2021, 3, 2)
LATER = date(2022, 3, 2)


def test_what_recurs_falls_due_on_the_last_day_of_a_shorter_month_and_ends_with_the_calendar() -> (
    None
):
    leap = Obligation("o", "k", date(2020, 2, 29), every=12)
    assert [day.day for day in islice(leap.occurrences(), 5)] == [29, 28, 28, 28, 29]
    assert [day.year for day in Obligation("o", "k", date(9998, 6, 1), every=12).occurrences()] == [
        9998,
        9999,
    ]


@pytest.mark.parametrize(
    ("acts", "as_of", "due", "met", "overdue"),
    [
        # Nothing answers: each occurrence is open from the day after it was due until the next one
        # is.
        ([], date(2021, 2, 28), FIRST, Standing.NOT_YET_DUE, 0),
        ([], FIRST, FIRST, Standing.NOT_YET_DUE, 0),
        ([], AFTER, FIRST, Standing.OVERDUE, 1),
        ([], SECOND, FIRST, Standing.OVERDUE, 365),
        ([], LATER, SECOND, Standing.OVERDUE, 1),
        # Met on the due day: from the day after, the next one is pending.
        ([FIRST], FIRST, FIRST, Standing.IN_TIME, 0),
        ([FIRST], AFTER, SECOND, Standing.NOT_YET_DUE, 0),
        ([FIRST], SECOND, SECOND, Standing.NOT_YET_DUE, 0),
        ([FIRST], LATER, SECOND, Standing.OVERDUE, 1),
        # Met a day late: so it stays until the next one was due, which that act does not meet as
        # well.
        ([AFTER], FIRST, FIRST, Standing.NOT_YET_DUE, 0),
        ([AFTER], AFTER, FIRST, Standing.LATE, 0),
        ([AFTER], SECOND, FIRST, Standing.LATE, 0),
        ([AFTER], LATER, SECOND, Standing.OVERDUE, 1),
        # An occurrence that passed unmet is not caught up once the next was due.
        ([LATER], LATER, SECOND, Standing.LATE, 0),
        ([LATER], date(2023, 3, 2), THIRD, Standing.OVERDUE, 1),
        # One act for each.
        ([date(2021, 1, 1), date(2022, 1, 1)], SECOND, SECOND, Standing.IN_TIME, 0),
        ([date(2021, 1, 1), date(2022, 1, 1)], LATER, THIRD, Standing.NOT_YET_DUE, 0),
        ([date(2021, 1, 1), date(2021, 2, 1)], AFTER, SECOND, Standing.NOT_YET_DUE, 0),
        ([AFTER, date(2022, 2, 1)], SECOND, FIRST, Standing.LATE, 0),
        ([AFTER, date(2022, 2, 1)], LATER, THIRD, Standing.NOT_YET_DUE, 0),
    ],
)
def test_what_recurs_is_judged_on_each_day_around_its_due_dates(
    acts: list[date], as_of: date, due: date, met: Standing, overdue: int
) -> None:
    row = margin(YEARLY, *(act(day, f"law-{day}") for day in acts), as_of=as_of)
    assert (row.obligation.due, row.met, row.overdue) == (due, met, overdue or None)
    assert (row.last, row.coming) == YEARLY.around(as_of)


def test_what_no_country_recorded_is_neither_met_nor_unmet() -> None:
    unrecorded = DUTY._replace(is_recorded=False)
    assert (margin(unrecorded).met, margin(unrecorded).overdue) == (Standing.UNREAD, None)
    assert (margin(DUTY).met, bool(margin(DUTY).overdue)) == (Standing.OVERDUE, True)
    assert margin(unrecorded, act(date(2021, 1, 1))).met is Standing.IN_TIME


def test_an_act_or_a_plan_of_another_country_answers_no_duty() -> None:
    duty = Obligation("o", "D", date(2020, 1, 1), country="LU")
    abroad = [
        act(date(2019, 1, 1))._replace(country="BE"),
        action("implements", "b")._replace(country="BE"),
    ]
    own = act(date(2021, 1, 1))._replace(country="LU")
    row = margin(duty, *abroad, own, as_of=date(2022, 1, 1))
    assert (row.response, row.standing.value, row.touching) == (own, "late", ())
    assert margin(duty, *abroad, as_of=date(2022, 1, 1)).responses == ()
