"""When a mediator works: weekly hours, dated exceptions, leave, holidays and make-up days; and the grid of cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final, Self

from chalicelib.appointments.rules import BookingRules
from chalicelib.shared.clock import SHANGHAI

if TYPE_CHECKING:
    from chalicelib.shared.calendar import WorkCalendar

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONDAY: Final = 0
_SATURDAY: Final = 5

Hours = tuple[tuple[str, str], ...]
"""Spans of a day, as `("09:00", "12:00")`, local time, in order, not touching."""


@dataclass(frozen=True, slots=True)
class Availability:
    """A mediator's working time.

    `exceptions`: hours of single days, empty for a day off; `leave`: first and last day.
    """

    mediator: str
    organisation: str
    version: int
    weekly: Mapping[str, Hours]
    exceptions: Mapping[str, Hours]
    leave: tuple[tuple[str, str], ...]
    modes: tuple[str, ...]
    daily_cap: int
    buffer_minutes: int
    feed_number: int = 0

    @classmethod
    def default(cls, mediator: str, organisation: str, rules: BookingRules) -> Self:
        """Return the hours of a mediator who never said any."""
        weekly = {day: tuple((first, last) for first, last in spans) for day, spans in rules.weekly_hours.items()}
        return cls(mediator, organisation, 0, weekly, {}, (), rules.modes, rules.daily_cap, rules.buffer_minutes)

    def hours_on(self, day: date, calendar: WorkCalendar) -> Hours:
        """Return the hours of one day: an exception wins; then leave, then the statutory calendar.

        On a statutory day off nobody works; on a make-up day at the weekend, Monday's hours hold.
        """
        text = day.isoformat()
        if text in self.exceptions:
            return self.exceptions[text]
        if any(first <= text <= last for first, last in self.leave):
            return ()
        if not calendar.is_working_day(day):
            # A mediator who works at weekends does so on plain ones, not on statutory holidays.
            plain_weekend = day.weekday() >= _SATURDAY
            return self.weekly.get(DAYS[day.weekday()], ()) if plain_weekend else ()
        weekday = day.weekday() if day.weekday() < _SATURDAY else _MONDAY
        return self.weekly.get(DAYS[weekday], ())

    def cells_on(self, day: date, calendar: WorkCalendar, grid_minutes: int) -> frozenset[str]:
        """Return the names of the cells that lie wholly within the day's hours."""
        return frozenset(
            cell for first, last in self.hours_on(day, calendar) for cell in _cells_between(first, last, grid_minutes)
        )

    def next_version(self, **changes: Any) -> Self:
        """Return the availability with changes, one version on."""
        return replace(self, version=self.version + 1, **changes)


def cell_names(start: datetime, cells: int, grid_minutes: int) -> list[str]:
    """Return the names of so many cells from `start` on, which lies on the grid, all on one local day."""
    local = start.astimezone(SHANGHAI)
    return [f"t{local + timedelta(minutes=grid_minutes * n):%H%M}" for n in range(cells)]


def cell_start(day: date, cell: str) -> datetime:
    """Return the instant at which a cell begins, in UTC."""
    at = time(int(cell[1:3]), int(cell[3:5]))
    return datetime.combine(day, at, tzinfo=SHANGHAI).astimezone(UTC)


def is_on_grid(start: datetime, grid_minutes: int) -> bool:
    """Tell whether an instant is the beginning of a cell."""
    local = start.astimezone(SHANGHAI)
    return local.minute % grid_minutes == 0 and local.second == 0 and local.microsecond == 0


def _cells_between(first: str, last: str, grid_minutes: int) -> Iterator[str]:
    begin, end = _minutes(first), _minutes(last)
    begin += -begin % grid_minutes
    while begin + grid_minutes <= end:
        yield f"t{begin // 60:02d}{begin % 60:02d}"
        begin += grid_minutes


def _minutes(time_of_day: str) -> int:
    return int(time_of_day[:2]) * 60 + int(time_of_day[3:5])
