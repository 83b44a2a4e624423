"""When a mediator works: weekly hours, dated exceptions, leave, holidays and make-up days; and the grid of cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, Protocol, Self

from chalicelib.appointments.booking.rules import BookingRules
from chalicelib.shared.clock import SHANGHAI

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONDAY: Final = 0
_SATURDAY: Final = 5

Hours = tuple[tuple[str, str], ...]
"""Spans of a day, as `("09:00", "12:00")`, local time, in order, not touching."""


class Calendar(Protocol):
    """Knows statutory working days."""

    def is_working_day(self, day: date) -> bool:
        """Tell whether the day is worked."""
        ...

    def is_published(self, year: int) -> bool:
        """Tell whether the year's calendar is published."""
        ...


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

    def hours_on(self, day: date, calendar: Calendar) -> Hours:
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

    def cells_on(self, day: date, calendar: Calendar, grid_minutes: int) -> frozenset[str]:
        """Return the names of the cells that lie wholly within the day's hours."""
        return frozenset(
            cell for first, last in self.hours_on(day, calendar) for cell in _cells_between(first, last, grid_minutes)
        )

    def to_item(self) -> dict[str, Any]:
        """Return the attributes of its item, without keys."""
        return {
            "mediator": self.mediator,
            "organisation": self.organisation,
            "version": self.version,
            "weekly": {day: _lists(spans) for day, spans in self.weekly.items()},
            "exceptions": {day: _lists(spans) for day, spans in self.exceptions.items()},
            "leave": _lists(self.leave),
            "modes": list(self.modes),
            "daily_cap": self.daily_cap,
            "buffer_minutes": self.buffer_minutes,
            "feed_number": self.feed_number,
        }

    @classmethod
    def from_item(cls, item: Mapping[str, Any]) -> Self:
        """Return the availability that an item holds."""
        return cls(
            item["mediator"],
            item["organisation"],
            item["version"],
            {day: _tuples(spans) for day, spans in item["weekly"].items()},
            {day: _tuples(spans) for day, spans in item["exceptions"].items()},
            _tuples(item["leave"]),
            tuple(item["modes"]),
            item["daily_cap"],
            item["buffer_minutes"],
            item.get("feed_number", 0),
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


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:5])


def _lists(spans: Sequence[tuple[str, str]]) -> list[list[str]]:
    return [list(span) for span in spans]


def _tuples(spans: Sequence[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((span[0], span[1]) for span in spans)
