"""Appointments and their cases, read and written together: what every use case of appointments does alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from chalicelib.appointments.booking.cases import Decided
from chalicelib.appointments.booking.model import Appointment
from chalicelib.appointments.booking.races import AppointmentChanged
from chalicelib.appointments.rules import BookingRules
from chalicelib.appointments.slots.races import SheetChanged
from chalicelib.appointments.slots.sheets import SheetChange
from chalicelib.cases.public import CaseService, Seen, VersionConflict
from chalicelib.shared.clock import format_instant
from chalicelib.shared.deciding import Pauses, decide_anew
from chalicelib.shared.errors import NotFound
from chalicelib.shared.idempotency import Idempotency
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from chalicelib.appointments.booking.store import AppointmentStore
    from chalicelib.appointments.slots.store import SlotStore

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shown:
    """An appointment in front of one person."""

    appointment: Appointment
    seen: Seen


class CaseAppointments:
    """Appointments, each with its case."""

    def __init__(
        self,
        cases: CaseService,
        store: AppointmentStore,
        slots: SlotStore,
        rules: BookingRules,
        *,
        pauses: Pauses | None = None,
    ) -> None:
        self.cases = cases
        self.rules = rules
        self._store = store
        self._slots = slots
        self._pauses = pauses or Pauses()

    def get_appointment(self, viewer: Viewer, appointment_id: str) -> Shown:
        """Return an appointment with its case, to somebody of the case; raise `NotFound`. Two reads."""
        found = self._get(appointment_id)
        return Shown(found, self.cases.get_state(viewer, found.case_code))

    def get_with_texts(self, viewer: Viewer, appointment_id: str) -> Shown:
        """Return an appointment with its case's texts and keys, for an act that brings text; raise `NotFound`."""
        found = self._get(appointment_id)
        return Shown(found, self.cases.get_case(viewer, found.case_code, what="appointment"))

    def find_appointment(self, appointment_id: str) -> Shown | None:
        """Return an appointment with its case in front of the clock, or None; raise `LookupError` without its case."""
        found = self._store.find(appointment_id)
        if found is None:
            return None
        seen = self.cases.find_state(found.case_code)
        if seen is None:
            raise LookupError("an appointment without its case")
        return Shown(found, seen)

    def decide(self, attempt: Callable[[], T | None]) -> T:
        """Return what `attempt` makes, decided anew as often as it is overtaken (None); raise `Conflict` in the end."""
        return decide_anew(attempt, self._pauses)

    def try_commit(self, seen: Seen, decided: Decided, idempotency: Idempotency | None) -> Shown | None:
        """Write appointment, sheets, case and event together; return None if it has to be decided anew.

        Raises `AvailabilityChanged` if hours are checked that are no longer those that were read.
        """
        after = decided.after
        also = [
            *self._slots.sheet_writes(decided.sheets),
            *decided.also,
            *self._store.appointment_writes(
                after, self._next_due(after, seen), decided.before, dispute_type=seen.case.dispute_type
            ),
        ]
        role = "clock" if seen.relation == "clock" else None
        try:
            committed = self.cases.commit(
                seen,
                decided.outcome,
                idempotency,
                also=also,
                role=role,
                result=lambda committed: Shown(after, committed),
            )
        except (VersionConflict, AppointmentChanged, SheetChanged):
            return None
        return Shown(after, committed)

    def leftovers(self, one: Appointment, now: str) -> list[SheetChange]:
        """Return the changes that give back what is left of a hold that ran out: others may have taken its cells."""
        changes = one.releases(now, self.rules.grid_minutes)
        sheets = self._slots.read_sheets([change.key for change in changes])
        left = []
        for change in changes:
            sheet = sheets.get(change.key)
            mine = () if sheet is None else tuple(sheet.cells_of(one.id))
            listed = change.mediates and sheet is not None and one.id in sheet.live
            if mine or listed:
                left.append(replace(change, give=mine))
        return left

    def _get(self, appointment_id: str) -> Appointment:
        found = self._store.find(appointment_id)
        if found is None:
            raise NotFound
        return found

    def _next_due(self, one: Appointment, seen: Seen) -> str | None:
        """Return when something happens by itself next: the end of a hold, a reminder, the question after the end."""
        if one.status == "requested":
            return one.hold_expires_at
        if one.status != "confirmed":
            return None
        ahead = [
            one.starts - timedelta(hours=hours) for hours in self.rules.reminder_hours if hours not in one.reminded
        ]
        if ahead and seen.now < one.starts:
            return format_instant(min(ahead))
        return one.report_by or one.end
