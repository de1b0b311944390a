"""Obligations: margins, and everything that must not be called late or uncovered."""

from __future__ import annotations

import re
from datetime import date

import pytest

from pan2kg.coherence.bodies import Uses, uses_of
from pan2kg.coherence.obligations import (
    ANSWERING,
    DutyStanding,
    Margin,
    Met,
    Obligation,
    Response,
    margins,
    whole_day,
)
from pan2kg.project import Project
from pan2kg.store.queries import find_query

DUE = date(2021, 12, 17)
DUTY = Obligation("o", "D", DUE)
TODAY = date(2026, 1, 1)


def uses(*pairs: tuple[str, str]) -> Uses:
    return uses_of(pairs or [("a", "other")], {"a": "P", "b": "P"})


def margin(duty: Obligation, *known: Response, of: Uses | None = None, as_of: date = TODAY) -> Margin:
    (row,) = margins(of or uses(), [duty], known, as_of=as_of)
    return row


def act(day: date | None, name: str = "law") -> Response:
    return Response(name, "D", day, is_act=True)


def test_the_worked_margin_is_515_days_late() -> None:
    row = margin(DUTY, act(date(2023, 5, 16)))
    assert (row.standing, row.margin, row.overdue) == (DutyStanding.LATE, 515, 0)


def test_an_act_answers_from_its_own_day_on_though_that_is_the_due_day_and_today() -> None:
    row = margin(DUTY, act(DUE), as_of=DUE)
    assert (row.standing, row.margin, row.overdue) == (DutyStanding.ON_TIME, 0, 0)
    before = margin(DUTY, act(DUE), as_of=date(2021, 12, 16))
    assert (before.standing, before.overdue) == (DutyStanding.UNCOVERED, 0)


def test_overdue_before_ratification_never() -> None:
    treaty = Obligation("o", "P29", date(2020, 1, 1), needs_ratification=True)
    ratified = Obligation("o", "P29", date(2020, 1, 1), needs_ratification=True, ratified=date(2021, 3, 18))
    for duty, as_of in ((treaty, TODAY), (ratified, date(2021, 3, 17))):
        row = margin(duty, as_of=as_of)
        assert (row.standing, row.overdue, row.margin) == (DutyStanding.DUE_UNKNOWN, 0, None)
    assert margin(ratified, as_of=date(2021, 3, 18)).standing is DutyStanding.UNCOVERED


@pytest.mark.parametrize("text", ["2021", "2021-12", "dès que possible", "as soon as possible", "2021-13-01", ""])
def test_a_vague_date_is_not_taken_for_a_date(text: str) -> None:
    assert whole_day(text) is None
    late_if_dated = Response("a", "D", whole_day(text), is_act=False)
    row = margin(DUTY, late_if_dated, of=uses(("a", "D")))
    assert (row.standing, row.margin) == (DutyStanding.VAGUE, None)
    assert margin(Obligation("o", "D", whole_day(text))).standing is DutyStanding.DUE_UNKNOWN


def test_uncovered_is_not_said_where_nothing_was_annotated() -> None:
    bare = uses_of([], {"a": "P"})
    assert margin(DUTY, of=bare).standing is DutyStanding.NOT_ASSESSED
    assert margin(DUTY).standing is DutyStanding.UNCOVERED


def action(relation: str, name: str = "a", day: date | None = None) -> Response:
    return Response(name, "D", day, is_act=False, relation=relation)


@pytest.mark.parametrize("relation", ["monitors", "references", "promotes", "concerns", ""])
def test_an_action_that_only_watches_or_names_the_instrument_does_not_answer(relation: str) -> None:
    row = margin(DUTY, action(relation), of=uses(("a", "D")))
    assert (row.standing, row.response, [one.work for one in row.touching]) == (DutyStanding.UNCOVERED, None, ["a"])


def test_the_question_knows_the_same_answering_relations() -> None:
    query = find_query(Project.packaged(), "obligations-without-action")
    assert set(re.findall(r"^ +relation:([\w-]+)$", query.text, re.MULTILINE)) == ANSWERING


def test_an_act_answers_before_an_action_and_ties_go_by_iri() -> None:
    action = Response("a", "D", date(2020, 1, 1), is_act=False)
    first, second = act(date(2022, 1, 1), "law-1"), act(date(2022, 1, 1), "law-2")
    assert margin(DUTY, action, second, first).response == first
    assert margin(DUTY, action).standing is DutyStanding.ON_TIME


def law(signed: date, in_force: date | None) -> Response:
    return Response("law", "D", in_force or signed, is_act=True, signed=signed)


@pytest.mark.parametrize(
    ("in_force", "as_of", "met"),
    [
        (None, date(2021, 12, 16), Met.PENDING),
        (None, DUE, Met.PENDING),
        (None, date(2021, 12, 18), Met.OPEN),
        (DUE, date(2021, 12, 16), Met.PENDING),
        (DUE, DUE, Met.IN_TIME),
        (DUE, date(2030, 1, 1), Met.IN_TIME),
        (date(2021, 12, 18), DUE, Met.PENDING),
        (date(2021, 12, 18), date(2021, 12, 18), Met.LATE),
        (date(2023, 5, 21), date(2023, 5, 20), Met.OPEN),
        (date(2023, 5, 21), date(2023, 5, 21), Met.LATE),
    ],
)
def test_whether_an_obligation_is_met_on_each_day_around_its_due_date(
    in_force: date | None, as_of: date, met: Met
) -> None:
    known = [law(date(2021, 11, 1), in_force)] if in_force else []
    assert margin(DUTY, *known, as_of=as_of).met is met


def test_the_day_an_act_came_into_force_is_compared_and_the_day_it_bears_is_kept() -> None:
    row = margin(DUTY, law(date(2021, 12, 1), date(2022, 1, 1)))
    assert (row.standing, row.margin, row.response and row.response.signed) == (
        DutyStanding.LATE,
        15,
        date(2021, 12, 1),
    )


def test_an_action_intends_to_meet_and_does_not_meet() -> None:
    planned = Response("a", "D", date(2020, 1, 1), is_act=False)
    row = margin(DUTY, planned)
    assert (row.standing, row.met) == (DutyStanding.ON_TIME, Met.OPEN)


def test_an_instrument_requires_nothing_before_its_own_day() -> None:
    young = Obligation("o", "D", DUE, since=date(2019, 10, 23))
    found = [len(margins(uses(), [young], [], as_of=day)) for day in (date(2019, 10, 22), date(2019, 10, 23))]
    assert found == [0, 1]


def test_what_does_not_recur_is_due_once_and_what_has_no_day_never() -> None:
    assert DUTY.around(DUE) == (None, DUE)
    assert DUTY.around(date(2021, 12, 18)) == (DUE, None)
    assert Obligation("o", "D", None, every=12).around(TODAY) == (None, None)
    assert margin(Obligation("o", "D", None, every=12)).met is Met.UNKNOWN


def test_days_end_with_the_calendar() -> None:
    late = Obligation("o", "D", date(9998, 6, 1), every=12)
    assert late.around(date(9999, 12, 31)) == (date(9999, 6, 1), None)
    kept = [act(date(year, 5, 1), f"law-{year}") for year in (9998, 9999)]
    row = margin(late, *kept, as_of=date(9999, 12, 31))
    assert (row.obligation.due, row.met, row.coming) == (date(9999, 6, 1), Met.IN_TIME, None)


YEARLY = Obligation("o", "D", date(2021, 3, 1), every=12)
FIRST, SECOND, THIRD = date(2021, 3, 1), date(2022, 3, 1), date(2023, 3, 1)


@pytest.mark.parametrize(
    ("acts", "as_of", "due", "met", "overdue"),
    [
        # Nothing answers: each occurrence is open from the day after it was due until the next one is.
        ([], date(2021, 2, 28), FIRST, Met.PENDING, 0),
        ([], FIRST, FIRST, Met.PENDING, 0),
        ([], date(2021, 3, 2), FIRST, Met.OPEN, 1),
        ([], SECOND, FIRST, Met.OPEN, 365),
        ([], date(2022, 3, 2), SECOND, Met.OPEN, 1),
        # Met on the due day: from the day after, the next one is pending.
        ([FIRST], FIRST, FIRST, Met.IN_TIME, 0),
        ([FIRST], date(2021, 3, 2), SECOND, Met.PENDING, 0),
        ([FIRST], SECOND, SECOND, Met.PENDING, 0),
        ([FIRST], date(2022, 3, 2), SECOND, Met.OPEN, 1),
        # Met a day late: so it stays until the next one was due, which that act does not meet as well.
        ([date(2021, 3, 2)], FIRST, FIRST, Met.PENDING, 0),
        ([date(2021, 3, 2)], date(2021, 3, 2), FIRST, Met.LATE, 0),
        ([date(2021, 3, 2)], SECOND, FIRST, Met.LATE, 0),
        ([date(2021, 3, 2)], date(2022, 3, 2), SECOND, Met.OPEN, 1),
        # An occurrence that passed unmet is not caught up once the next was due.
        ([date(2022, 3, 2)], date(2022, 3, 2), SECOND, Met.LATE, 0),
        ([date(2022, 3, 2)], date(2023, 3, 2), THIRD, Met.OPEN, 1),
        # One act for each.
        ([date(2021, 1, 1), date(2022, 1, 1)], date(2022, 3, 1), SECOND, Met.IN_TIME, 0),
        ([date(2021, 1, 1), date(2022, 1, 1)], date(2022, 3, 2), THIRD, Met.PENDING, 0),
        ([date(2021, 1, 1), date(2021, 2, 1)], date(2021, 3, 2), SECOND, Met.PENDING, 0),
        ([date(2021, 3, 2), date(2022, 2, 1)], SECOND, FIRST, Met.LATE, 0),
        ([date(2021, 3, 2), date(2022, 2, 1)], date(2022, 3, 2), THIRD, Met.PENDING, 0),
    ],
)
def test_what_recurs_is_judged_on_each_day_around_its_due_dates(
    acts: list[date], as_of: date, due: date, met: Met, overdue: int
) -> None:
    row = margin(YEARLY, *(act(day, f"law-{day}") for day in acts), as_of=as_of)
    assert (row.obligation.due, row.met, row.overdue) == (due, met, overdue)
    assert (row.last, row.coming) == YEARLY.around(as_of)


def test_what_no_country_recorded_is_neither_met_nor_unmet() -> None:
    unrecorded = DUTY._replace(is_recorded=False)
    row = margin(unrecorded, as_of=TODAY)
    assert (row.met, row.overdue) == (Met.UNRECORDED, 0)
    assert (margin(DUTY, as_of=TODAY).met, margin(DUTY, as_of=TODAY).overdue > 0) == (Met.OPEN, True)
    assert margin(unrecorded, act(date(2021, 1, 1))).met is Met.IN_TIME


def test_an_act_that_carries_out_the_whole_text_answers_no_duty_to_report() -> None:
    report = DUTY._replace(kind="report", by_law=False)
    row = margin(report, act(date(2021, 1, 1)))
    assert (row.response, [one.work for one in row.touching]) == (None, ["law"])
    assert row.met is not Met.IN_TIME


def test_an_act_or_a_plan_of_another_country_answers_no_duty() -> None:
    duty = Obligation("o", "dir", date(2020, 1, 1), country="LU")
    abroad = Response("be-law", "dir", date(2019, 1, 1), is_act=True, country="BE")
    action = Response("be-action", "dir", date(2019, 6, 1), is_act=False, country="BE")
    own = Response("lu-law", "dir", date(2021, 1, 1), is_act=True, country="LU")
    uses = uses_of([("a", "dir")], {"a": "p"})
    (row,) = margins(uses, [duty], [abroad, action, own], as_of=date(2022, 1, 1)).rows
    assert (row.response, row.standing, row.touching) == (own, DutyStanding.LATE, ())
    (row,) = margins(uses, [duty], [abroad, action], as_of=date(2022, 1, 1)).rows
    assert (row.response, row.standing, row.responses) == (None, DutyStanding.UNCOVERED, ())
