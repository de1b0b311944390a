"""When something is in force: the laws an interval keeps, whatever its precision."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from pan2kg.store.as_of import Interval, Standing, earliest, latest

days = st.dates(date(1900, 1, 1), date(2100, 12, 31))
dates = st.tuples(days, st.sampled_from([4, 7, 10])).map(lambda pair: pair[0].isoformat()[: pair[1]])


@given(days, days, days)
def test_between_two_whole_days_and_only_there_something_is_in_force(one: date, two: date, day: date) -> None:
    since, until = sorted((one, two))
    standing = Interval(since.isoformat(), until.isoformat()).standing(day)
    assert (standing is Standing.IN_FORCE) == (since <= day <= until)


@given(dates, days)
def test_a_coarser_date_never_takes_a_day_out(stated: str, day: date) -> None:
    for coarse in (stated[:7], stated[:4]):
        if Interval(stated).standing(day) is Standing.IN_FORCE:
            assert Interval(coarse).standing(day) is Standing.IN_FORCE
        if Interval("", stated).standing(day) is Standing.IN_FORCE:
            assert Interval("", coarse).standing(day) is Standing.IN_FORCE


@given(days)
def test_without_dates_something_is_always_in_force(day: date) -> None:
    assert Interval().standing(day) is Standing.IN_FORCE


@given(st.lists(dates, min_size=1))
def test_the_earliest_and_the_latest_are_of_the_dates_given(given_dates: list[str]) -> None:
    assert {earliest(given_dates), latest(given_dates)} <= set(given_dates)
    assert earliest(given_dates) <= latest(given_dates)
