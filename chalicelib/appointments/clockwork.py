"""What happens to appointments by itself: holds lapse, reminders go out, and a case's end frees its slots."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from chalicelib.appointments.cases import outcome_of
from chalicelib.appointments.model import Appointment
from chalicelib.appointments.ports import Store
from chalicelib.appointments.rules import BookingRules
from chalicelib.appointments.service import AppointmentService
from chalicelib.appointments.upkeep import Upkeep
from chalicelib.shared.clock import Clock, format_instant
from chalicelib.shared.errors import Conflict
from chalicelib.shared.events import Event

_MAX_DECISIONS: Final = 8
_WITHOUT_MEDIATOR: Final = frozenset({"passed", "lapsed", "reopened"})


class AppointmentClock:
    """The appointments' part of the scheduled job `deadlines`, and what they do when their case ends."""

    def __init__(
        self, appointments: AppointmentService, upkeep: Upkeep, store: Store, rules: BookingRules, clock: Clock
    ) -> None:
        self._appointments = appointments
        self._upkeep = upkeep
        self._store = store
        self._rules = rules
        self._clock = clock

    def run(self) -> dict[str, int]:
        """Act on everything that is due; return how many of what. Running it twice changes nothing more."""
        now = self._clock.now()
        done: dict[str, int] = {}
        for appointment_id in list(self._store.list_due(format_instant(now))):
            event = self._step(appointment_id, now)
            if event is not None:
                done[event] = done.get(event, 0) + 1
        return done

    def on_case_event(self, event: Event) -> int:
        """Cancel what was booked before a case ended, or lost its mediator; return how many that was.

        One session that cannot be cancelled does not stop the others; the first fault is raised after them.
        """
        if not event.data.get("closed") and event.name not in _WITHOUT_MEDIATOR:
            return 0
        cancelled, faults = 0, []
        seen = self._upkeep.cases.watch(event.aggregate)
        for live in () if seen is None else seen.case.appointments:
            try:
                cancelled += self._cancel(str(live["id"]), event)
            except Exception as fault:  # noqa: BLE001 - whatever it is, it is raised below
                faults.append(fault)
        if faults:
            raise faults[0]
        return cancelled

    def _step(self, appointment_id: str, now: datetime) -> str | None:
        for _ in range(_MAX_DECISIONS):
            one = self._store.find(appointment_id)
            seen = None if one is None else self._upkeep.cases.watch(one.case_code)
            if one is None or seen is None:
                return None
            if one.hold_is_over(now):
                after = one.changed(now, status="expired")
                freed = {"start": one.start, "minutes": one.minutes, "mode": one.mode}
                outcome = outcome_of(seen, after, "appointment_expired", more={"freed": freed})
                writes = self._store.sheet_writes(self._upkeep.leftovers(one, format_instant(now)))
            else:
                hours = self._reminder(one, now)
                if hours is None:
                    return None
                passed = [each for each in self._rules.reminder_hours if each >= hours]
                after = one.changed(now, reminded=tuple(sorted({*one.reminded, *passed})))
                outcome = outcome_of(seen, after, "appointment_reminder", more={"hours": hours})
                writes = []
            if self._upkeep.try_commit(seen, outcome, after, one, writes, None) is not None:
                return outcome.event
        return None

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
            seen = None if one is None else self._upkeep.cases.watch(one.case_code)
            if one is None or seen is None or not one.is_ended_by(event.seq, event.at):
                return 0
            decided = self._appointments.cancelled(seen, one, None)
            changes = decided.changes
            if one.hold_is_over(seen.now):
                changes = self._upkeep.leftovers(one, format_instant(seen.now))
            writes = self._store.sheet_writes(changes)
            if self._upkeep.try_commit(seen, decided.outcome, decided.after, one, writes, None) is not None:
                return 1
        raise Conflict  # the event comes again
