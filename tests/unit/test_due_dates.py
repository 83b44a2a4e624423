"""Due dates, and the index by which they are found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from moto import mock_aws

from chalicelib.shared import calendar as calendars
from chalicelib.shared.aws import Clients
from chalicelib.shared.calendar import PublishedYear, WorkCalendar, work_calendar
from chalicelib.shared.clock import SHANGHAI, format_instant
from chalicelib.shared.deadlines import DeadlineRule, DeadlineRules, Due, DueDates
from chalicelib.shared.due import SHARDS, DueEntry, DueIndex, due_keys
from chalicelib.shared.dynamo import Table
from chalicelib.shared.texts import Text
from tests.unit.tables import fresh_table

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)


def rule(calendar: Any, value: int) -> DeadlineRule:
    return DeadlineRule("r", value, calendar, "filed", Text("名", "name"), Text("源", "source"), "2026")


def counting(calendar: Any, value: int) -> DueDates:
    return DueDates(DeadlineRules("v", [rule(calendar, value)]), work_calendar())


@pytest.mark.parametrize(
    ("calendar", "value", "due"),
    [
        ("hours", 48, datetime(2026, 11, 26, 2, tzinfo=UTC)),
        ("hours", 5, datetime(2026, 11, 24, 7, tzinfo=UTC)),
        ("working_days", 5, datetime(2026, 12, 1, 15, 59, 59, tzinfo=UTC)),
        ("working_days", 0, datetime(2026, 11, 24, 15, 59, 59, tzinfo=UTC)),
        ("natural_days", 3, datetime(2026, 11, 27, 15, 59, 59, tzinfo=UTC)),
        ("natural_days", 4, datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC)),
    ],
)
def test_each_calendar_counts_in_its_own_way(calendar: str, value: int, due: datetime) -> None:
    found = counting(calendar, value).due("r", NOW)
    editions = {} if calendar == "hours" else {"2026": "1"}
    assert found == Due("r", due, provisional=False, kept=rule(calendar, value).kept("v"), editions=editions)


def test_hours_are_counted_from_any_zone_and_said_in_utc() -> None:
    due = counting("hours", 1).due("r", NOW.astimezone(SHANGHAI))
    assert due[:3] == ("r", NOW + timedelta(hours=1), False)
    assert due.at.utcoffset() == timedelta(0)


def test_days_begin_in_shanghai_and_due_instants_are_in_utc() -> None:
    late = counting("natural_days", 1).due("r", datetime(2026, 11, 24, 16, tzinfo=UTC))
    assert late.at == datetime(2026, 11, 26, 15, 59, 59, tzinfo=UTC)
    assert late.at.utcoffset() == timedelta(0)


def test_a_year_that_is_not_published_makes_it_provisional_and_an_agreed_day_does_not() -> None:
    assert counting("natural_days", 1).due("r", datetime(2030, 1, 1, tzinfo=UTC)).provisional
    assert counting("working_days", 1).due("r", datetime(2030, 1, 1, tzinfo=UTC)).provisional
    agreed = counting("natural_days", 1).until(rule("natural_days", 1).kept("v"), date(2030, 1, 5))
    assert agreed[:3] == ("r", datetime(2030, 1, 5, 15, 59, 59, tzinfo=UTC), False)


def test_an_instant_is_past_one_second_later() -> None:
    dates = counting("hours", 1)
    assert not dates.is_past(NOW, NOW + timedelta(milliseconds=999))
    assert dates.is_past(NOW, NOW + timedelta(seconds=1))


def test_rules_are_read_from_what_ships_found_by_id_and_listed_in_their_order() -> None:
    DeadlineRules.load.cache_clear()  # read by another test already
    rules = DeadlineRules.load()
    assert rules.version
    assert DeadlineRules.load() is rules
    assert rules.get("acceptance") == rules.all()[0]
    assert rules.get("acceptance").title.zh != rules.get("acceptance").source.zh
    with pytest.raises(KeyError):
        rules.get("none")


# Monday is 4 January 2027, a year that is not published here; 2 January is a Saturday.
ARRANGED = WorkCalendar({2027: PublishedYear(frozenset({date(2027, 1, 4)}), frozenset({date(2027, 1, 2)}))})


@pytest.mark.parametrize(
    ("day", "arranged", "plain"),
    [
        (date(2027, 1, 1), True, False),  # a Friday off by law, which this arrangement works
        (date(2027, 1, 2), True, False),  # a Saturday, worked in return
        (date(2027, 1, 3), False, False),
        (date(2027, 1, 4), False, True),  # a Monday off
        (date(2028, 1, 1), False, False),  # a Saturday of a year that nobody published
        (date(2028, 1, 3), True, True),  # no day off in place of that Saturday is guessed
        (date(2028, 1, 26), False, False),  # Spring Festival
        (date(2028, 10, 4), True, True),  # the holiday overlaps with Mid-Autumn: no day in its place either
    ],
)
def test_a_published_year_decides_its_own_days(day: date, arranged: bool, plain: bool) -> None:
    assert (ARRANGED.is_working_day(day), ARRANGED.is_rest_day(day)) == (arranged, not arranged)
    assert WorkCalendar().is_working_day(day) is plain


def test_which_years_are_published() -> None:
    calendars._library_years.cache_clear()  # counted by another test already
    assert [ARRANGED.is_published(year) for year in (2003, 2004, 2026, 2027, 2028)] == [False, True, True, True, False]
    assert not WorkCalendar().is_published(2027)


def test_no_days_are_no_days_and_a_period_over_a_new_year_is_provisional() -> None:
    assert work_calendar().add_working_days(date(2026, 11, 22), 0) == (date(2026, 11, 22), False)
    assert work_calendar().add_working_days(date(2026, 12, 30), 1) == (date(2026, 12, 31), False)
    assert work_calendar().add_working_days(date(2026, 12, 30), 2) == (date(2027, 1, 4), True)
    # Published is 2027 alone of the two: that the year before was not is remembered.
    known = WorkCalendar({2028: PublishedYear(frozenset(), frozenset())})
    assert known.add_working_days(date(2027, 12, 30), 2) == (date(2028, 1, 3), True)
    known = WorkCalendar({2028: PublishedYear(frozenset({date(2028, 1, 3)}), frozenset())})
    assert known.add_natural_days(date(2027, 12, 1), 31) == (date(2028, 1, 4), False)
    assert WorkCalendar({2027: PublishedYear(frozenset(), frozenset())}).add_natural_days(date(2027, 12, 1), 31) == (
        date(2028, 1, 3),
        True,
    )
    known = WorkCalendar({2034: PublishedYear(frozenset(), frozenset())})  # 31 December 2033 is a Saturday
    assert known.add_natural_days(date(2033, 12, 1), 30) == (date(2034, 1, 2), True)
    assert ARRANGED.add_natural_days(date(2026, 12, 31), 3) == (date(2027, 1, 5), False)
    closing = WorkCalendar({2027: PublishedYear(frozenset({date(2027, 12, 31)}), frozenset())})
    assert closing.add_natural_days(date(2027, 12, 30), 1) == (date(2028, 1, 3), True)


def test_years_ship_with_the_rules() -> None:
    assert calendars.SHIPPED.parts[-3:] == ("chalicelib", "rules", "calendar")


def test_years_are_read_from_files(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    text = '{"year": "2027", "source": "国", "holidays": ["2027-01-04"], "workdays": ["2027-01-02"]}'
    (tmp_path / "2027.json").write_text(text, encoding="utf-8")
    (tmp_path / "README").write_text("no year", encoding="utf-8")
    monkeypatch.setattr(calendars, "SHIPPED", tmp_path)
    work_calendar.cache_clear()
    calendars.shipped_years.cache_clear()
    try:
        read = work_calendar()
    finally:
        work_calendar.cache_clear()
        calendars.shipped_years.cache_clear()
    assert [read.is_working_day(date(2027, 1, day)) for day in (2, 4, 5)] == [True, False, True]
    assert read.is_published(2027)


@pytest.fixture(scope="module")
def clients() -> Iterator[Clients]:
    with mock_aws():
        yield Clients()


@pytest.fixture
def table(clients: Clients) -> Table:
    return Table(clients, fresh_table(clients, "CasesTable"))


def put(table: Table, name: str, at: str, kind: str = "DUE") -> None:
    keys = due_keys(name, at) if kind == "DUE" else due_keys(name, at, kind)
    table.put_many([{"pk": f"CASE#{name}", "sk": "META", **keys}])


def all_due(index: DueIndex, until: datetime) -> list[DueEntry]:
    return sorted(
        (entry for shard in range(SHARDS) for entry in index.list_due(shard, format_instant(until), None)[0]),
        key=lambda entry: entry.gsi1sk,
    )


def test_what_is_due_is_found_in_its_own_shard_in_order(table: Table) -> None:
    for number in range(99):
        put(table, f"C{number}", format_instant(NOW + timedelta(minutes=number % 4)))
    put(table, "other", format_instant(NOW), "HOLD")
    found = all_due(DueIndex(table), NOW + timedelta(minutes=2))
    assert sorted(one.id for one in found) == sorted(f"C{number}" for number in range(99) if number % 4 <= 2)
    assert {one.attempts for one in found} == {0}
    shards = {one.gsi1pk for one in found}
    assert len(shards) == SHARDS == 8
    assert shards == {f"DUE#{shard}" for shard in range(8)}
    assert [one.id for one in all_due(DueIndex(table, "HOLD"), NOW)] == ["other"]
    assert DueIndex(table, "HOLD").keys("other", "at") == due_keys("other", "at", "HOLD")
    one_shard, _ = DueIndex(table).list_due(0, format_instant(NOW + timedelta(minutes=9)), None)
    assert [one.gsi1sk for one in one_shard] == sorted(one.gsi1sk for one in one_shard)


def test_where_an_item_stands_in_the_index() -> None:
    keys = due_keys("A", "2026-11-24T02:00:00.000Z")
    assert keys["gsi1sk"] == "2026-11-24T02:00:00.000Z#A"
    assert keys["gsi1pk"] == due_keys("A", "later")["gsi1pk"]


def test_a_shard_is_read_page_by_page(table: Table) -> None:
    rows = [
        {"pk": f"CASE#{n:04d}", "sk": "META", "gsi1pk": "DUE#3", "gsi1sk": f"2026-01-01#{n:04d}"} for n in range(501)
    ]
    for start in range(0, 501, 25):
        table.put_many(rows[start : start + 25])
    first, after = DueIndex(table).list_due(3, "2026-01-02", None)
    second, end = DueIndex(table).list_due(3, "2026-01-02", after)
    assert (len(first), len(second), end) == (500, 1, None)
    assert second[0].id == "0500"


def test_the_id_is_the_key_without_its_kind() -> None:
    assert [DueEntry(pk, "", "", "t#x").id for pk in ("CASE#A#B", "OFFER-1")] == ["A#B", "OFFER-1"]
    assert [DueEntry("", "", "", sk).attempts for sk in ("t#A", "t#A#7")] == [0, 7]


def test_what_failed_comes_later_each_time_and_what_is_not_its_own_fault_does_not_count(table: Table) -> None:
    put(table, "A", format_instant(NOW))
    index = DueIndex(table)
    far = NOW + timedelta(days=9)
    waits = []
    for longer in (False, True, True, False, True, *([True] * 6)):
        (entry,) = all_due(index, far)
        assert index.postpone(entry, NOW, longer=longer)
        at, _, counted = all_due(index, far)[0].gsi1sk.partition("#A#")
        waits.append((datetime.fromisoformat(at) - NOW, int(counted)))
    minutes = [(int(wait.total_seconds() // 60), counted) for wait, counted in waits]
    assert minutes[:6] == [(10, 0), (10, 1), (20, 2), (10, 2), (40, 3), (80, 4)]
    assert minutes[-2:] == [(1280, 8), (1440, 9)]


def test_many_failures_do_not_overflow(table: Table) -> None:
    table.put_many([{"pk": "CASE#A", "sk": "META", "gsi1pk": "DUE#0", "gsi1sk": f"{format_instant(NOW)}#A#99999"}])
    entry = DueEntry("CASE#A", "META", "DUE#0", f"{format_instant(NOW)}#A#99999")
    assert DueIndex(table).postpone(entry, NOW, longer=True)
    assert all_due(DueIndex(table), NOW + timedelta(days=1))[0].attempts == 100_000


def test_what_was_written_meanwhile_is_not_moved(table: Table) -> None:
    put(table, "A", format_instant(NOW))
    index = DueIndex(table)
    (entry,) = all_due(index, NOW)
    put(table, "A", format_instant(NOW + timedelta(hours=1)))
    assert not index.postpone(entry, NOW, longer=True)
    assert all_due(index, NOW) == []
    assert all_due(index, NOW + timedelta(hours=1))[0].attempts == 0
