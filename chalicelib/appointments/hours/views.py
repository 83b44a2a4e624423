"""What goes out: a mediator's hours."""

from __future__ import annotations

from typing import Self

from chalicelib.appointments.hours.service import HoursShown
from chalicelib.shared.codes import show_code
from chalicelib.web.view import View


class ConflictView(View):
    """A session that is booked outside the hours."""

    appointment_id: str
    case_code: str
    start: str
    end: str
    mode: str


class DayHoursView(View):
    """The hours of one day."""

    date: str
    hours: list[list[str]]


class AvailabilityView(View):
    """A mediator's hours. `conflicts`: what stays booked although it lies outside; `calendar_url`: to them only."""

    mediator_id: str
    organisation: str
    weekly: dict[str, list[list[str]]]
    exceptions: list[DayHoursView]
    leave: list[dict[str, str]]
    buffer_minutes: int
    modes: list[str]
    daily_cap: int
    conflicts: list[ConflictView]
    calendar_url: str | None
    version: int

    @classmethod
    def of(cls, shown: HoursShown, public_url: str) -> Self:
        """Return the view of hours."""
        hours = shown.hours
        return cls(
            mediator_id=hours.mediator,
            organisation=hours.organisation,
            weekly={day: [list(span) for span in spans] for day, spans in hours.weekly.items()},
            exceptions=[
                DayHoursView(date=day, hours=[list(span) for span in spans])
                for day, spans in sorted(hours.exceptions.items())
            ],
            leave=[{"from": first, "to": last} for first, last in hours.leave],
            buffer_minutes=hours.buffer_minutes,
            modes=list(hours.modes),
            daily_cap=hours.daily_cap,
            conflicts=[
                ConflictView(
                    appointment_id=one.id,
                    case_code=show_code(one.case_code),
                    start=one.start,
                    end=one.end,
                    mode=one.mode,
                )
                for one in shown.conflicts
            ],
            calendar_url=None if shown.secret is None else f"{public_url}/v1/calendars/{shown.secret}",
            version=hours.version,
        )
