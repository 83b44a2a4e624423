"""Counting days as the law counts them (民事诉讼法 (2023) art. 85): working days, make-up days, rest days.

The calendar is the State Council's, published a year ahead at most. Where a year is not published yet, Monday to
Friday are counted without the holidays that the law itself fixes (全国年节及纪念日放假办法): neither make-up workdays
nor days off in place of a weekend are guessed. The result says that it is provisional.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, Final, NamedTuple, Self

from chalicelib.shared.rule_files import RULES

_SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)
SHIPPED: Final = RULES / "calendar"
"""Years that the library does not have yet, one file each: `{year, source, holidays, workdays}`."""

UNPUBLISHED: Final = "0"
PUBLISHED: Final = "1"
"""What a year's edition is called before it is imported: editions sort by how new they are."""


class Counted(NamedTuple):
    """The last day of a period, and whether a year that decided it is not published yet."""

    last_day: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class PublishedYear:
    """A year's statutory days off, and the weekend days that are worked in return. `edition`: when it was imported."""

    holidays: frozenset[date]
    workdays: frozenset[date]
    edition: str = PUBLISHED

    @classmethod
    def of(cls, document: Mapping[str, Any], edition: str = PUBLISHED) -> Self:
        """Return the year of a document `{year, source, holidays, workdays}`."""
        holidays, workdays = (frozenset(map(date.fromisoformat, document[name])) for name in ("holidays", "workdays"))
        return cls(holidays, workdays, edition)


class WorkCalendar:
    """Working days. `years`: published years, which win over the library's."""

    def __init__(self, years: Mapping[int, PublishedYear] | None = None) -> None:
        self._years = dict(years or {})

    @property
    def years(self) -> Mapping[int, PublishedYear]:
        """Published years that win over the library's."""
        return self._years

    def edition_of(self, year: int) -> str:
        """Return which edition of a year is known here; a newer one sorts after it."""
        own = self.years.get(year)
        if own is not None:
            return own.edition
        return PUBLISHED if year in _library_years() else UNPUBLISHED

    def is_published(self, year: int) -> bool:
        """Tell whether the State Council's arrangement for the year is known here."""
        return year in self.years or year in _library_years()

    def is_working_day(self, day: date) -> bool:
        """Tell whether the day is worked; in a year that is not published, Monday to Friday but for holidays by law."""
        year = self.years.get(day.year)
        if year is not None:
            return day in year.workdays or (day not in year.holidays and day.weekday() < _SATURDAY)
        if day.year in _library_years():
            import chinese_calendar

            return bool(chinese_calendar.is_workday(day))
        return day.weekday() < _SATURDAY and day not in _holidays_by_law(day.year)

    def is_rest_day(self, day: date) -> bool:
        """Tell whether the day is a weekend or statutory rest day."""
        return not self.is_working_day(day)

    def add_working_days(self, start: date, count: int) -> Counted:
        """Return the last of `count` working days after `start`, which is not counted itself."""
        day, provisional = start, False
        left = count
        while left > 0:
            day += _DAY
            provisional = provisional or not self.is_published(day.year)
            left -= self.is_working_day(day)
        return Counted(day, provisional)

    def first_working_day(self, day: date) -> Counted:
        """Return the day itself, or if it is a rest day, the first working day after it."""
        provisional = not self.is_published(day.year)
        while self.is_rest_day(day):
            day += _DAY
            provisional = provisional or not self.is_published(day.year)
        return Counted(day, provisional)

    def add_natural_days(self, start: date, count: int) -> Counted:
        """Return the last of `count` days after `start`; if that is a rest day, the first working day after it."""
        return self.first_working_day(start + count * _DAY)


@cache
def work_calendar() -> WorkCalendar:
    """Return the calendar that ships: the library's years, and those that stand in files beside the rules."""
    return WorkCalendar(shipped_years())


@cache
def shipped_years() -> dict[int, PublishedYear]:
    """Return the years that ship in files; read once a process."""
    years = {}
    for path in sorted(SHIPPED.glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        years[int(document["year"])] = PublishedYear.of(document)
    return years


@cache
def _library_years() -> range:
    # Imported when the first day is counted: many routes count none.
    from chinese_calendar.constants import holidays

    years = {day.year for day in holidays}
    return range(min(years), max(years) + 1)


@cache
def _holidays_by_law(year: int) -> frozenset[date]:
    """Return the holidays that the law fixes for a year: no days observed in their place, no days off substituted."""
    # Imported when the first such day is counted: it is slow, and most requests count none.
    from holidays.countries.china import China

    fixed: Any = China(observed=False)  # type: ignore[no-untyped-call]
    fixed.special_public_holidays = {}  # arrangements of single years
    return frozenset(fixed[date(year, 1, 1) : date(year, 12, 31)])
