"""What happens to appointments by itself.

Holds lapse, reminders go out and reports are asked for when they fall due, by the scheduled job `deadlines`. Sessions
of a case that ended, or lost its mediator, are cancelled after the case's event.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.appointments.booking.case_appointments import CaseAppointments, Shown
from chalicelib.appointments.booking.cases import Decided, freed_by, outcome_of
from chalicelib.appointments.booking.decisions import AppointmentDecisions
from chalicelib.appointments.booking.model import Appointment
from chalicelib.appointments.booking.reports import SessionReports
from chalicelib.cases.public import Seen
from chalicelib.shared.clock import format_instant
from chalicelib.shared.events import Event
from chalicelib.shared.jobs import Part

if TYPE_CHECKING:
    from chalicelib.appointments.booking.store import AppointmentStore

_WITHOUT_MEDIATOR: Final = frozenset(
    {"passed", "lapsed", "recused", "replaced", "challenge_granted", "transferred", "reopened"}
)


class DueAppointments:
    """The appointments' part of the scheduled job `deadlines`, and what they do when their case ends."""

    def __init__(
        self,
        appointments: CaseAppointments,
        store: AppointmentStore,
        decisions: AppointmentDecisions,
        reports: SessionReports,
    ) -> None:
        self._appointments = appointments
        self._store = store
        self._decisions = decisions
        self._reports = reports
        self._rules = appointments.rules

    @property
    def parts(self) -> tuple[Part, Part]:
        """What the job `deadlines` does here. Reports fall due by days; holds and reminders do not wait behind them."""
        return (
            Part("appointments", self._store.due, self.act_on, urgent=True),
            Part("session_reports", self._store.due_reports, self.act_on, patience=timedelta(seconds=1)),
        )

    def act_on(self, appointment_id: str) -> Iterator[str]:
        """Do the one thing that is due for an appointment, and yield its event. Once more changes nothing."""
        yield from self._appointments.decide(lambda: self._try_act(appointment_id))

    def on_case_event(self, event: Event) -> int:
        """Cancel what was booked before a case ended, or lost its mediator; return how many that was.

        One session that cannot be cancelled does not stop the others; the first fault is raised after them.
        """
        if not event.data.get("closed") and event.name not in _WITHOUT_MEDIATOR:
            return 0
        cancelled, faults = 0, []
        seen = self._appointments.cases.find_state(event.aggregate)
        for live in () if seen is None else seen.case.appointments:
            try:
                cancelled += self._cancel(str(live["id"]), event)
            except Exception as fault:  # noqa: BLE001 - whatever it is, it is raised below
                faults.append(fault)
        if faults:
            raise faults[0]
        return cancelled

    def _try_act(self, appointment_id: str) -> tuple[str, ...] | None:
        """Return the events of what was due; None if it has to be decided anew."""
        shown = self._appointments.find_appointment(appointment_id)
        decided = None if shown is None else self._decide(shown.seen, shown.appointment)
        if shown is None or decided is None:
            return ()
        done = self._appointments.try_commit(shown.seen, decided, None)
        return None if done is None else (decided.outcome.event,)

    def _decide(self, seen: Seen, one: Appointment) -> Decided | None:
        now = seen.now
        if one.hold_is_over(now):
            after = one.changed(now, status="expired")
            outcome = outcome_of(seen, after, "appointment_expired", more={"freed": freed_by(one)})
            return Decided(after, outcome, self._appointments.leftovers(one, format_instant(now)), one)
        hours = self._find_reminder(one, now)
        if hours is None:
            return self._reports.decide(seen, one)
        passed = [each for each in self._rules.reminder_hours if each >= hours]
        after = one.changed(now, reminded=tuple(sorted({*one.reminded, *passed})))
        return Decided(after, outcome_of(seen, after, "appointment_reminder", more={"hours": hours}), before=one)

    def _find_reminder(self, one: Appointment, now: datetime) -> int | None:
        """Return how many hours before the start the reminder is that is due: the nearest one, if several are."""
        if one.status != "confirmed" or now >= one.starts:
            return None
        due = [
            hours
            for hours in self._rules.reminder_hours
            if hours not in one.reminded and now >= one.starts - timedelta(hours=hours)
        ]
        return min(due) if due else None

    def _cancel(self, appointment_id: str, event: Event) -> int:
        return self._appointments.decide(lambda: self._try_cancel(appointment_id, event))

    def _try_cancel(self, appointment_id: str, event: Event) -> int | None:
        """Return how many sessions were cancelled, one or none; None if it has to be decided anew."""
        shown = self._appointments.find_appointment(appointment_id)
        if shown is None or not _is_ended(shown, event):
            return 0
        seen, one = shown.seen, shown.appointment
        decided = self._decisions.cancelled(seen, one, None)
        if one.hold_is_over(seen.now):
            leftovers = self._appointments.leftovers(one, format_instant(seen.now))
            decided = Decided(decided.after, decided.outcome, leftovers, one)
        return None if self._appointments.try_commit(seen, decided, None) is None else 1


def _is_ended(shown: Shown, event: Event) -> bool:
    """Tell whether the event ends a session. What is over is not undone: its mediator is asked what became of it."""
    one = shown.appointment
    return one.is_ended_by(event.seq, event.at) and one.ends > shown.seen.now
