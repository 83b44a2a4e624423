"""What happens to appointments by itself: holds lapse, reminders go out, reports are asked for, slots are freed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from chalicelib.appointments.booking.cases import outcome_of
from chalicelib.appointments.booking.model import Appointment
from chalicelib.appointments.booking.ports import Store
from chalicelib.appointments.booking.reports import Counting, SessionReports
from chalicelib.appointments.booking.rules import BookingRules
from chalicelib.appointments.booking.sessions import AppointmentService
from chalicelib.appointments.booking.upkeep import Upkeep
from chalicelib.cases.public import Outcome, Seen
from chalicelib.shared.clock import Clock, format_instant
from chalicelib.shared.errors import Conflict
from chalicelib.shared.events import Event
from chalicelib.shared.jobs import Job, Part
from chalicelib.shared.transactions import Write

_MAX_DECISIONS: Final = 8
_WITHOUT_MEDIATOR: Final = frozenset(
    {"passed", "lapsed", "recused", "replaced", "challenge_granted", "transferred", "reopened"}
)


class AppointmentClock:
    """The appointments' part of the scheduled job `deadlines`, and what they do when their case ends."""

    def __init__(  # noqa: PLR0917
        self,
        appointments: AppointmentService,
        upkeep: Upkeep,
        store: Store,
        rules: BookingRules,
        clock: Clock,
        counting: Counting,
    ) -> None:
        self._appointments = appointments
        self._upkeep = upkeep
        self._store = store
        self._rules = rules
        self._clock = clock
        self._reports = SessionReports(counting)

    def run(self) -> dict[str, int]:
        """Act on everything that is due; return how many of what. Running it twice changes nothing more."""
        return Job("deadlines", self.parts, self._clock).run()

    @property
    def parts(self) -> tuple[Part, Part]:
        """What the job `deadlines` does here. Reports fall due by days; holds and reminders do not wait behind them."""
        return (
            Part("appointments", self._store.due, self._act, urgent=True),
            Part("session_reports", self._store.due_reports, self._act, patience=timedelta(seconds=1)),
        )

    def on_case_event(self, event: Event) -> int:
        """Cancel what was booked before a case ended, or lost its mediator; return how many that was.

        One session that cannot be cancelled does not stop the others; the first fault is raised after them.
        """
        if not event.data.get("closed") and event.name not in _WITHOUT_MEDIATOR:
            return 0
        cancelled, faults = 0, []
        seen = self._upkeep.cases.find_state(event.aggregate)
        for live in () if seen is None else seen.case.appointments:
            try:
                cancelled += self._cancel(str(live["id"]), event)
            except Exception as fault:  # noqa: BLE001 - whatever it is, it is raised below
                faults.append(fault)
        if faults:
            raise faults[0]
        return cancelled

    def _act(self, appointment_id: str) -> Iterator[str]:
        """Do the one thing that is due for an appointment, and yield its event."""
        for _ in range(_MAX_DECISIONS):
            one = self._store.find(appointment_id)
            if one is None:
                return
            seen = self._upkeep.cases.find_state(one.case_code)
            if seen is None:
                raise LookupError("an appointment without its case")
            decided = self._decide(seen, one)
            if decided is None:
                return
            after, outcome, writes = decided
            if self._upkeep.try_commit(seen, outcome, after, one, writes, None) is not None:
                yield outcome.event
                return
        raise Conflict

    def _decide(self, seen: Seen, one: Appointment) -> tuple[Appointment, Outcome, Sequence[Write]] | None:
        now = seen.now
        if one.hold_is_over(now):
            after = one.changed(now, status="expired")
            freed = {"start": one.start, "minutes": one.minutes, "mode": one.mode}
            outcome = outcome_of(seen, after, "appointment_expired", more={"freed": freed})
            return after, outcome, self._store.sheet_writes(self._upkeep.leftovers(one, format_instant(now)))
        hours = self._reminder(one, now)
        if hours is None:
            reported = self._reports.decide(seen, one)
            return None if reported is None else (*reported, [])
        passed = [each for each in self._rules.reminder_hours if each >= hours]
        after = one.changed(now, reminded=tuple(sorted({*one.reminded, *passed})))
        return after, outcome_of(seen, after, "appointment_reminder", more={"hours": hours}), []

    def _reminder(self, one: Appointment, now: datetime) -> int | None:
        """Return the reminder that is due: the nearest one, if several are."""
        if one.status != "confirmed" or now >= one.starts:
            return None
        due = [
            hours
            for hours in self._rules.reminder_hours
            if hours not in one.reminded and now >= one.starts - timedelta(hours=hours)
        ]
        return min(due) if due else None

    def _cancel(self, appointment_id: str, event: Event) -> int:
        for _ in range(_MAX_DECISIONS):
            one = self._store.find(appointment_id)
            seen = None if one is None else self._upkeep.cases.find_state(one.case_code)
            if one is None or seen is None or not one.is_ended_by(event.seq, event.at) or one.ends <= seen.now:
                return 0  # what is over is not undone: its mediator is asked what became of it
            decided = self._appointments.cancelled(seen, one, None)
            changes = decided.changes
            if one.hold_is_over(seen.now):
                changes = self._upkeep.leftovers(one, format_instant(seen.now))
            writes = self._store.sheet_writes(changes)
            if self._upkeep.try_commit(seen, decided.outcome, decided.after, one, writes, None) is not None:
                return 1
        raise Conflict  # the event comes again
