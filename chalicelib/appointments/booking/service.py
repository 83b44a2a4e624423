"""Booking and moving: one transaction of day sheets, appointment, case event and stored answer, or nothing at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.appointments.booking.case_appointments import CaseAppointments, Shown
from chalicelib.appointments.booking.cases import Decided, check_goes_on, freed_by, outcome_of, without_deadline
from chalicelib.appointments.booking.model import Appointment, check_can, check_version, is_past_cutoff
from chalicelib.appointments.booking.refusals import DailyLimit, TooLate
from chalicelib.appointments.slots.held_slots import HeldSlot, SlotFinder, Sought
from chalicelib.appointments.slots.policies import PARTIES, check_bookable, live_in, own_offer_of, persons_of
from chalicelib.appointments.slots.races import AvailabilityChanged
from chalicelib.appointments.slots.sheets import moved
from chalicelib.cases.public import Case, Seen
from chalicelib.organisations.public import MediatorNotAssignable
from chalicelib.shared.clock import SHANGHAI, format_instant
from chalicelib.shared.codes import new_id
from chalicelib.shared.errors import NotAllowed
from chalicelib.shared.idempotency import Idempotency
from chalicelib.shared.texts import Text
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from chalicelib.appointments.booking.store import AppointmentStore


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """A session as asked for. `start`: aware; `mediator`: only the case's own, or None."""

    case_code: str
    start: datetime
    minutes: int
    mode: str
    mediator: str | None = None


@dataclass(frozen=True, slots=True)
class MoveRequest:
    """Another time for a session. `start`, `mediator`: as in `BookingRequest`; `expected_version`: as in `Asked`."""

    appointment_id: str
    start: datetime
    mediator: str | None = None
    expected_version: int | None = None


class BookingService:
    """Booking and moving."""

    def __init__(self, finder: SlotFinder, appointments: CaseAppointments, store: AppointmentStore) -> None:
        self._finder = finder
        self._appointments = appointments
        self._store = store
        self._rules = finder.rules

    def book(self, viewer: Viewer, request: BookingRequest, idempotency: Idempotency) -> Shown:
        """Ask for a session; a mediator's own booking is firm at once.

        Raises `OutsideHours`, `TooSoon`, `TooFar`, `SlotTaken`, `PartyBusy`, `DailyLimit`, `NotBookable`,
        `MediatorNotAssignable`. Two reads and one transaction.
        """
        return self._appointments.decide(lambda: self._book(viewer, request, idempotency))

    def move(self, viewer: Viewer, request: MoveRequest, idempotency: Idempotency) -> Shown:
        """Move a session; the old slot is kept if the new one cannot be had.

        Moved by a party, it is a request again; moved by the mediator, it stays confirmed, and the parties answer anew.
        Raises what `book` raises, and `TooLate`; `Stale` if the session is no longer at the expected version.
        """
        return self._appointments.decide(lambda: self._move(viewer, request, idempotency))

    def is_too_late(self, seen: Seen, one: Appointment) -> bool:
        """Tell whether a session can no longer be moved: it has begun, or a party is past the cut-off."""
        return seen.now >= one.starts or (seen.relation != "mediator" and is_past_cutoff(one, seen.now, self._rules))

    def _book(self, viewer: Viewer, request: BookingRequest, idempotency: Idempotency) -> Shown | None:
        seen = self._appointments.cases.get_state(viewer, request.case_code)
        if seen.relation not in PARTIES | {"mediator"}:
            raise NotAllowed
        mediator = check_bookable(seen.case)
        self._check_mediator(seen, mediator, request.mediator)
        now = format_instant(seen.now)
        if len(live_in(seen.case, now)) >= self._rules.max_open_per_case:
            raise DailyLimit
        own = own_offer_of(seen.case)
        held = self._finder.get_slot(_sought(seen.case, request, own), seen.now)
        one = self._new(seen, request, held)
        offer = seen.case.offer
        over = own if offer is not None and offer["start"] == one.start else frozenset[str]()
        claims = held.claims(one.id, one.persons.values(), now, until=one.hold_expires_at, over=over)
        persons = [] if seen.relation == "mediator" else [seen.person]
        counts = self._store.count_writes(persons, _day_of(seen.now), self._rules.max_daily_per_person)
        firm = one.status == "confirmed"
        deadlines = without_deadline(seen.case, "contact_party") if firm else seen.case.deadlines
        event = "appointment_confirmed" if firm else "appointment_requested"
        outcome = outcome_of(seen, one, event, offer=None, deadlines=deadlines)
        decided = Decided(one, outcome, claims, also=[self._finder.check_write(held), *counts])
        return self._try_commit(seen, decided, idempotency)

    def _move(self, viewer: Viewer, request: MoveRequest, idempotency: Idempotency) -> Shown | None:
        shown = self._appointments.get_appointment(viewer, request.appointment_id)
        seen, before = shown.seen, shown.appointment
        check_version(before, request.expected_version)
        check_can("reschedule", before, seen.relation, seen.now)
        check_goes_on("reschedule", before, seen.case)
        if self.is_too_late(seen, before):
            raise TooLate
        self._check_mediator(seen, before.mediator, request.mediator)
        now = format_instant(seen.now)
        again = BookingRequest(before.case_code, request.start, before.minutes, before.mode)
        held = self._finder.get_slot(_sought(seen.case, again, frozenset({before.id})), seen.now)
        after = self._moved(seen, before, held, request.start)
        claims = held.claims(after.id, after.persons.values(), now, until=after.hold_expires_at)
        changes = moved(claims, before.releases(now, self._rules.grid_minutes))
        outcome = outcome_of(seen, after, "appointment_moved", more={"was": before.start, "freed": freed_by(before)})
        decided = Decided(after, outcome, changes, before, [self._finder.check_write(held)])
        return self._try_commit(seen, decided, idempotency)

    def _try_commit(self, seen: Seen, decided: Decided, idempotency: Idempotency) -> Shown | None:
        """Commit; return None if it has to be decided anew. Hours that proved stale are forgotten first."""
        try:
            return self._appointments.try_commit(seen, decided, idempotency)
        except AvailabilityChanged:
            self._finder.hours.forget(decided.after.organisation)
            return None

    def _check_mediator(self, seen: Seen, mediator: str, asked: str | None) -> None:
        if asked not in {None, mediator}:
            raise MediatorNotAssignable(Text("本案由已指派的调解员办理。", "This case has another mediator."))
        found = self._finder.hours.directory.get(seen.case.organisation).find_mediator(mediator)
        if found is None or found.obstacles(seen.now.astimezone(SHANGHAI).date()):
            raise MediatorNotAssignable

    def _new(self, seen: Seen, request: BookingRequest, held: HeldSlot) -> Appointment:
        now = format_instant(seen.now)
        persons = persons_of(seen.case)
        firm = seen.relation == "mediator"
        party = seen.case.party_of(seen.person)
        return Appointment(
            id=new_id(),
            case_code=seen.case.code,
            organisation=seen.case.organisation,
            mediator=held.hours.mediator,
            mediator_person=str(seen.case.mediator_person),
            status="confirmed" if firm else "requested",
            start=format_instant(request.start),
            end=format_instant(request.start + timedelta(minutes=request.minutes)),
            mode=request.mode,
            persons=persons,
            accepted={one: True if party is not None and one == party.id else None for one in persons},
            version=1,
            created_at=now,
            updated_at=now,
            room=held.room,
            buffer_cells=held.buffer_cells,
            hold_expires_at=None if firm else self._hold_until(seen.now, request.start),
            case_seq=seen.case.version + 1,
        )

    def _moved(self, seen: Seen, before: Appointment, held: HeldSlot, start: datetime) -> Appointment:
        firm = seen.relation == "mediator"
        who = before.relation_of(seen.person, seen.relation)
        return before.changed(
            seen.now,
            start=format_instant(start),
            end=format_instant(start + timedelta(minutes=before.minutes)),
            room=held.room,
            buffer_cells=held.buffer_cells,
            sequence=before.sequence + 1,
            checked_in={},
            reminded=(),
            answers={},  # another time is another question
            status="confirmed" if firm else "requested",
            accepted={party: True if party == who else None for party in before.persons},
            hold_expires_at=None if firm else self._hold_until(seen.now, start),
        )

    def _hold_until(self, now: datetime, start: datetime) -> str:
        return format_instant(min(now + timedelta(hours=self._rules.hold_hours), start))


def _sought(case: Case, request: BookingRequest, own: frozenset[str]) -> Sought:
    return Sought(
        case.organisation,
        str(case.mediator),
        str(case.mediator_person),
        request.start,
        request.minutes,
        request.mode,
        own,
    )


def _day_of(now: datetime) -> str:
    """Return the day in Asia/Shanghai."""
    return now.astimezone(SHANGHAI).date().isoformat()
