"""Days are counted as the law counts them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.shared.calendar import PublishedYear, WorkCalendar, work_calendar
from chalicelib.shared.clock import SHANGHAI
from chalicelib.shared.deadlines import DeadlineRules, DueDates, is_past

DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
DUE = DueDates(DeadlineRules.load(), work_calendar())


@pytest.mark.parametrize(
    ("start", "count", "last"),
    [
        (date(2026, 11, 24), 3, date(2026, 11, 27)),
        (date(2026, 11, 26), 3, date(2026, 12, 1)),  # over a weekend
        (date(2025, 9, 30), 1, date(2025, 10, 9)),  # over the National Day holiday
        (date(2025, 9, 26), 1, date(2025, 9, 28)),  # 28 September 2025, a Sunday, was a make-up workday
        (date(2025, 1, 24), 1, date(2025, 1, 26)),  # a Sunday worked for the Spring Festival
        (date(2025, 1, 27), 1, date(2025, 2, 5)),
    ],
)
def test_working_days_are_the_state_councils(start: date, count: int, last: date) -> None:
    assert work_calendar().add_working_days(start, count) == (last, False)


@pytest.mark.parametrize(
    ("start", "count", "last", "provisional"),
    [
        (date(2026, 11, 24), 30, date(2026, 12, 24), False),
        (date(2025, 9, 1), 30, date(2025, 10, 9), False),  # 1 October: a rest day until the 8th
        (date(2026, 12, 2), 30, date(2027, 1, 4), True),  # 1 January is off by law; not published yet
    ],
)
def test_a_period_that_ends_on_a_rest_day_ends_after_it(start: date, count: int, last: date, provisional: bool) -> None:
    assert work_calendar().add_natural_days(start, count) == (last, provisional)


@given(DAYS, st.integers(1, 40))
def test_exactly_so_many_working_days_are_counted(start: date, count: int) -> None:
    calendar = work_calendar()
    last = calendar.add_working_days(start, count).last_day
    between = [start + timedelta(days=n) for n in range(1, (last - start).days + 1)]
    assert sum(map(calendar.is_working_day, between)) == count
    assert calendar.is_working_day(last)


@given(DAYS, st.integers(1, 90))
def test_natural_days_never_end_on_a_rest_day_nor_early(start: date, count: int) -> None:
    counted = work_calendar().add_natural_days(start, count)
    assert counted.last_day >= start + timedelta(days=count)
    assert work_calendar().is_working_day(counted.last_day)
    assert counted.provisional or work_calendar().is_published(counted.last_day.year)


@given(st.integers(0, 86_399))
def test_the_time_of_day_does_not_matter_but_the_day_in_shanghai_does(second: int) -> None:
    start = datetime(2026, 11, 24, tzinfo=SHANGHAI) + timedelta(seconds=second)
    due = DUE.due("acceptance", start.astimezone(UTC))
    assert due.at == datetime(2026, 11, 27, 15, 59, 59, tzinfo=UTC)
    assert not due.provisional


def test_the_last_second_is_in_time() -> None:
    at = datetime(2026, 11, 27, 15, 59, 59, tzinfo=UTC)
    assert not is_past(at, at + timedelta(milliseconds=999))
    assert is_past(at, at + timedelta(seconds=1))


def test_an_imported_year_wins() -> None:
    year = PublishedYear(frozenset({date(2027, 1, 1)}), frozenset({date(2027, 1, 2)}))
    calendar = WorkCalendar({2027: year})
    assert calendar.add_natural_days(date(2026, 12, 2), 30) == (date(2027, 1, 2), False)


def test_every_rule_is_whole() -> None:
    rules = DeadlineRules.load().all()
    assert len(rules) >= 17
    for rule in rules:
        assert rule.value > 0 or rule.id == "duty_due"
        assert rule.title.zh
        assert rule.title.en
        assert rule.source.zh
        assert rule.source.en
