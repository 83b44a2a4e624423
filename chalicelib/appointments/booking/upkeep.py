"""What every use case of appointments does alike: read with the case, write with the case, give cells back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

from chalicelib.appointments.booking.model import Appointment
from chalicelib.appointments.booking.ports import Store
from chalicelib.appointments.booking.races import AppointmentChanged, SheetChanged
from chalicelib.appointments.booking.rules import BookingRules
from chalicelib.appointments.booking.sheets import SheetChange, SheetKey
from chalicelib.appointments.slots.model import cell_names
from chalicelib.cases.public import CaseService, Outcome, Seen, VersionConflict
from chalicelib.shared.clock import format_instant
from chalicelib.shared.deciding import Pauses, decide_anew
from chalicelib.shared.errors import NotFound
from chalicelib.shared.idempotency import Idempotency
from chalicelib.shared.transactions import Write
from chalicelib.shared.viewer import Viewer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shown:
    """An appointment in front of one person."""

    appointment: Appointment
    seen: Seen


class Upkeep:
    """Appointments and their cases, read and written together."""

    def __init__(self, cases: CaseService, store: Store, rules: BookingRules, *, pauses: Pauses | None = None) -> None:
        self.cases = cases
        self._pauses = pauses or Pauses()
        self._store = store
        self._rules = rules

    def look(self, viewer: Viewer, appointment_id: str) -> tuple[Seen, Appointment]:
        """Return an appointment with its case, to somebody of the case; raise `NotFound`. Two reads."""
        found = self._store.find(appointment_id)
        if found is None:
            raise NotFound
        return self.cases.get_state(viewer, found.case_code), found

    def read(self, viewer: Viewer, appointment_id: str) -> tuple[Seen, Appointment]:
        """Return an appointment with its case's texts and keys, for an act that brings text."""
        found = self._store.find(appointment_id)
        if found is None:
            raise NotFound
        return self.cases.get_case(viewer, found.case_code, what="appointment"), found

    def decide(self, attempt: Callable[[], T | None]) -> T:
        """Return what `attempt` makes, decided anew as often as it is overtaken (None); raise `Conflict` in the end."""
        return decide_anew(attempt, self._pauses)

    def try_commit(  # noqa: PLR0917
        self,
        seen: Seen,
        outcome: Outcome,
        after: Appointment,
        before: Appointment | None,
        writes: Sequence[Write],
        idempotency: Idempotency | None,
    ) -> Shown | None:
        """Write appointment, sheets, case and event together; return None if it has to be decided anew.

        Raises `AvailabilityChanged` if `writes` check hours that are no longer those that were read.
        """
        due = self._next_due(after, seen)
        also = [*writes, *self._store.appointment_writes(after, due, before)]
        role = "clock" if seen.relation == "clock" else None
        try:
            committed = self.cases.commit(
                seen, outcome, idempotency, also=also, role=role, result=lambda committed: Shown(after, committed)
            )
        except (VersionConflict, AppointmentChanged, SheetChanged):
            return None
        return Shown(after, committed)

    def releases(self, one: Appointment, now: str) -> list[SheetChange]:
        """Return the changes that give all of an appointment's cells back; they are surely still its own."""
        count = one.minutes // self._rules.grid_minutes
        cells = tuple(cell_names(one.starts, count, self._rules.grid_minutes))
        kept = tuple(cell_names(one.starts, count + one.buffer_cells, self._rules.grid_minutes))
        day = one.day.isoformat()
        changes = [
            SheetChange(SheetKey.of_person(one.mediator_person, day), one.id, now, give=kept, mediates=True),
        ]
        if one.room is not None:
            changes.append(SheetChange(SheetKey.of_room(one.organisation, day, one.room), one.id, now, give=cells))
        persons = sorted({*one.persons.values()} - {one.mediator_person})  # no item twice in a transaction
        changes.extend(SheetChange(SheetKey.of_person(person, day), one.id, now, give=cells) for person in persons)
        return changes

    def leftovers(self, one: Appointment, now: str) -> list[SheetChange]:
        """Return the changes that give back what is left of a hold that ran out: others may have taken its cells."""
        changes = self.releases(one, now)
        sheets = self._store.read_sheets([change.key for change in changes])
        left = []
        for change in changes:
            sheet = sheets.get(change.key)
            mine = () if sheet is None else tuple(sheet.cells_of(one.id))
            listed = change.mediates and sheet is not None and one.id in sheet.live
            if mine or listed:
                left.append(replace(change, give=mine))
        return left

    def _next_due(self, one: Appointment, seen: Seen) -> str | None:
        """Return when something happens by itself next: the end of a hold, a reminder, the question after the end."""
        if one.status == "requested":
            return one.hold_expires_at
        if one.status != "confirmed":
            return None
        ahead = [
            one.starts - timedelta(hours=hours) for hours in self._rules.reminder_hours if hours not in one.reminded
        ]
        if ahead and seen.now < one.starts:
            return format_instant(min(ahead))
        return one.report_by or one.end
