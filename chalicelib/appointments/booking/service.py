"""Booking and moving: one transaction of day sheets, appointment, case event and stored answer, or nothing at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.appointments.booking.cases import (
    check_bookable,
    check_goes_on,
    live_in,
    outcome_of,
    persons_of,
    without_clock,
)
from chalicelib.appointments.booking.model import PARTIES, Appointment, check_can, check_version, is_past_cutoff
from chalicelib.appointments.booking.places import Place, Places, Sought, moved
from chalicelib.appointments.booking.ports import Store
from chalicelib.appointments.booking.races import AvailabilityChanged
from chalicelib.appointments.booking.refusals import DailyLimit, TooLate
from chalicelib.appointments.booking.upkeep import Shown, Upkeep
from chalicelib.appointments.slots.service import Desk, Slot, Wanted
from chalicelib.cases.public import Outcome, Seen
from chalicelib.organisations.public import MediatorNotAssignable
from chalicelib.shared.clock import SHANGHAI, format_instant
from chalicelib.shared.codes import new_id
from chalicelib.shared.errors import InvalidRequest, NotAllowed, Violation
from chalicelib.shared.idempotency import Idempotency
from chalicelib.shared.texts import Text
from chalicelib.shared.transactions import Write
from chalicelib.shared.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Request:
    """A session as asked for. `start`: aware; `mediator`: only the case's own, or None."""

    case_code: str
    start: datetime
    minutes: int
    mode: str
    mediator: str | None = None


class BookingService:
    """Slots, booking, moving."""

    def __init__(self, store: Store, desk: Desk, upkeep: Upkeep) -> None:
        self._store = store
        self._desk = desk
        self._upkeep = upkeep
        self._places = Places(store, desk)
        self._rules = desk.rules

    def list_slots(self, viewer: Viewer, wanted: Wanted, case_code: str | None, now: datetime) -> list[Slot]:
        """Return what can really be booked: for a case, its mediator, a room and every party are free."""
        if (wanted.last - wanted.first).days >= self._rules.max_range_days:
            most = Text(f"最多查询 {self._rules.max_range_days} 天。", f"At most {self._rules.max_range_days} days.")
            raise InvalidRequest(violations=(Violation("to", "out_of_range", most.zh),))
        if case_code is None:
            return self._desk.list_slots(wanted, now)
        seen = self._upkeep.cases.get_state(viewer, case_code)
        mediator = check_bookable(seen.case)
        if wanted.mediators not in {None, (mediator,)}:
            return []
        own = frozenset() if seen.case.offer is None else frozenset({str(seen.case.offer["id"])})
        mine = Wanted(
            seen.case.organisation,
            (mediator,),
            wanted.first,
            wanted.last,
            wanted.minutes,
            wanted.mode,
            tuple(persons_of(seen.case).values()),
            own,
        )
        return self._desk.list_slots(mine, now)

    def book(self, viewer: Viewer, request: Request, idempotency: Idempotency) -> Shown:
        """Ask for a session; a mediator's own booking is firm at once.

        Raises `OutsideHours`, `TooSoon`, `TooFar`, `SlotTaken`, `PartyBusy`, `DailyLimit`, `NotBookable`,
        `MediatorNotAssignable`. Two reads and one transaction.
        """
        return self._upkeep.decide(lambda: self._book(viewer, request, idempotency))

    def move(  # noqa: PLR0917
        self,
        viewer: Viewer,
        appointment_id: str,
        start: datetime,
        mediator: str | None,
        idempotency: Idempotency,
        expected_version: int | None = None,
    ) -> Shown:
        """Move a session; the old slot is kept if the new one cannot be had.

        Moved by a party, it is a request again; moved by the mediator, it stays confirmed, and the parties answer anew.
        Raises `Stale` if the session is no longer at `expected_version`.
        """
        return self._upkeep.decide(
            lambda: self._move(viewer, appointment_id, start, mediator, idempotency, expected_version)
        )

    def is_too_late(self, seen: Seen, one: Appointment) -> bool:
        """Tell whether a session can no longer be moved: it has begun, or a party is past the cut-off."""
        return seen.now >= one.starts or (seen.relation != "mediator" and is_past_cutoff(one, seen.now, self._rules))

    def _book(self, viewer: Viewer, request: Request, idempotency: Idempotency) -> Shown | None:
        seen = self._upkeep.cases.get_state(viewer, request.case_code)
        if seen.relation not in PARTIES | {"mediator"}:
            raise NotAllowed
        mediator = check_bookable(seen.case)
        self._check_mediator(seen, mediator, request.mediator)
        now = format_instant(seen.now)
        if len(live_in(seen.case, now)) >= self._rules.max_open_per_case:
            raise DailyLimit
        offer = seen.case.offer
        own = frozenset() if offer is None else frozenset({str(offer["id"])})
        sought = _sought(seen, request.start, request.minutes, request.mode, own)
        place = self._places.find(sought, seen.now)
        one = self._new(seen, request, place)
        over = own if offer is not None and offer["start"] == one.start else frozenset[str]()
        changes = place.claims(one.id, one.persons.values(), now, until=one.hold_expires_at, over=over)
        persons = [] if seen.relation == "mediator" else [seen.person]
        writes = [
            *self._store.sheet_writes(changes),
            self._store.check_availability(place.hours),
            *self._store.count_writes(persons, _today(seen.now), self._rules.max_daily_per_person),
        ]
        firm = one.status == "confirmed"
        clocks = without_clock(seen.case, "contact_party") if firm else seen.case.deadlines
        event = "appointment_confirmed" if firm else "appointment_requested"
        outcome = outcome_of(seen, one, event, offer=None, deadlines=clocks)
        return self._try_commit(seen, outcome, one, None, writes, idempotency)

    def _move(  # noqa: PLR0917
        self,
        viewer: Viewer,
        appointment_id: str,
        start: datetime,
        mediator: str | None,
        idempotency: Idempotency,
        expected_version: int | None,
    ) -> Shown | None:
        seen, before = self._upkeep.look(viewer, appointment_id)
        check_version(before, expected_version)
        check_can("reschedule", before, seen.relation, seen.now)
        check_goes_on("reschedule", before, seen.case)
        if self.is_too_late(seen, before):
            raise TooLate
        self._check_mediator(seen, before.mediator, mediator)
        now = format_instant(seen.now)
        sought = _sought(seen, start, before.minutes, before.mode, frozenset({before.id}))
        place = self._places.find(sought, seen.now)
        after = self._moved(seen, before, place, start)
        taken = place.claims(after.id, after.persons.values(), now, until=after.hold_expires_at)
        changes = moved(taken, self._upkeep.releases(before, now))
        writes = [*self._store.sheet_writes(changes), self._store.check_availability(place.hours)]
        freed = {"freed": {"start": before.start, "minutes": before.minutes, "mode": before.mode}}
        outcome = outcome_of(seen, after, "appointment_moved", more={"was": before.start, **freed})
        return self._try_commit(seen, outcome, after, before, writes, idempotency)

    def _try_commit(  # noqa: PLR0917
        self,
        seen: Seen,
        outcome: Outcome,
        after: Appointment,
        before: Appointment | None,
        writes: Sequence[Write],
        idempotency: Idempotency,
    ) -> Shown | None:
        """Commit; return None if it has to be decided anew. Hours that proved stale are forgotten first."""
        try:
            return self._upkeep.try_commit(seen, outcome, after, before, writes, idempotency)
        except AvailabilityChanged:
            self._desk.forget(after.organisation)
            return None

    def _check_mediator(self, seen: Seen, mediator: str, asked: str | None) -> None:
        if asked not in {None, mediator}:
            raise MediatorNotAssignable(Text("本案由已指派的调解员办理。", "This case has another mediator."))
        person = self._desk.directory.get(seen.case.organisation).find_mediator(mediator)
        if person is None or person.obstacles(seen.now.astimezone(SHANGHAI).date()):
            raise MediatorNotAssignable

    def _new(self, seen: Seen, request: Request, place: Place) -> Appointment:
        now = format_instant(seen.now)
        persons = persons_of(seen.case)
        firm = seen.relation == "mediator"
        party = seen.case.party_of(seen.person)
        return Appointment(
            id=new_id(),
            case_code=seen.case.code,
            organisation=seen.case.organisation,
            mediator=place.hours.mediator,
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
            room=place.room,
            buffer_cells=place.buffer_cells,
            hold_expires_at=None if firm else self._hold_until(seen.now, request.start),
            case_seq=seen.case.version + 1,
        )

    def _moved(self, seen: Seen, before: Appointment, place: Place, start: datetime) -> Appointment:
        firm = seen.relation == "mediator"
        who = before.relation_of(seen.person, seen.relation)
        return before.changed(
            seen.now,
            start=format_instant(start),
            end=format_instant(start + timedelta(minutes=before.minutes)),
            room=place.room,
            buffer_cells=place.buffer_cells,
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


def _sought(seen: Seen, start: datetime, minutes: int, mode: str, own: frozenset[str]) -> Sought:
    case = seen.case
    return Sought(case.organisation, str(case.mediator), str(case.mediator_person), start, minutes, mode, own)


def _today(now: datetime) -> str:
    return now.astimezone(SHANGHAI).date().isoformat()
