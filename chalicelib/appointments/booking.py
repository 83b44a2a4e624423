"""Booking and moving: one transaction of day sheets, appointment, case event and stored answer, or nothing at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from chalicelib.appointments.availability import Availability, cell_names, is_on_grid
from chalicelib.appointments.cases import check_bookable, live_in, outcome_of, persons_of, without_clock
from chalicelib.appointments.desk import Desk, Slot, Wanted
from chalicelib.appointments.model import PARTIES, Appointment, check_can, is_past_cutoff
from chalicelib.appointments.ports import Organisation, Store
from chalicelib.appointments.refusals import DailyLimit, OutsideHours, SlotTaken, TooFar, TooLate, TooSoon
from chalicelib.appointments.sheets import Sheet, SheetChange, SheetKey
from chalicelib.appointments.upkeep import Shown, Upkeep
from chalicelib.cases.service import Seen
from chalicelib.organisations.service import MediatorNotAssignable
from chalicelib.shared.clock import SHANGHAI, format_instant
from chalicelib.shared.codes import new_id
from chalicelib.shared.errors import Conflict, InvalidRequest, NotAllowed, Violation
from chalicelib.shared.idempotency import Idempotency
from chalicelib.shared.texts import Text
from chalicelib.shared.viewer import Viewer

MAX_DECISIONS: Final = 12
"""How often a booking is decided anew because somebody else's came first."""


@dataclass(frozen=True, slots=True)
class Request:
    """A session as asked for. `start`: aware; `mediator`: only the case's own, or None."""

    case_code: str
    start: datetime
    minutes: int
    mode: str
    mediator: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a session would stand: the cells of mediator and room, as the sheets were read."""

    organisation: Organisation
    hours: Availability
    sheet: Sheet
    room: str | None
    cells: tuple[str, ...]
    kept: tuple[str, ...]
    buffer_cells: int
    day: str


class BookingService:
    """Slots, booking, moving."""

    def __init__(self, store: Store, desk: Desk, upkeep: Upkeep) -> None:
        self._store = store
        self._desk = desk
        self._upkeep = upkeep
        self._rules = desk.rules

    def list_slots(self, viewer: Viewer, wanted: Wanted, case_code: str | None, now: datetime) -> list[Slot]:
        """Return what can really be booked: for a case, its mediator, a room and every party are free."""
        if (wanted.last - wanted.first).days >= self._rules.max_range_days:
            most = Text(f"最多查询 {self._rules.max_range_days} 天。", f"At most {self._rules.max_range_days} days.")
            raise InvalidRequest(violations=(Violation("to", "out_of_range", most.zh),))
        if case_code is None:
            return self._desk.list_slots(wanted, now)
        seen = self._upkeep.cases.look(viewer, case_code)
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
        for _ in range(MAX_DECISIONS):
            seen = self._upkeep.cases.look(viewer, request.case_code)
            if seen.relation not in PARTIES | {"mediator"}:
                raise NotAllowed
            mediator = check_bookable(seen.case)
            self._check_mediator(seen, mediator, request.mediator)
            now = format_instant(seen.now)
            if len(live_in(seen.case, now)) >= self._rules.max_open_per_case:
                raise DailyLimit
            own = frozenset() if seen.case.offer is None else frozenset({str(seen.case.offer["id"])})
            place = self._find_place(seen, mediator, request.start, request.minutes, request.mode, own)
            one = self._new(seen, request, place)
            changes = self._claims(one, place, seen.case.offer, now, own)
            persons = [] if seen.relation == "mediator" else [seen.person]
            writes = [
                *self._store.sheet_writes(changes),
                self._store.check_availability(place.hours),
                *self._store.count_writes(persons, _today(seen.now), self._rules.max_daily_per_person),
            ]
            firm = one.status == "confirmed"
            clocks = without_clock(seen.case, "contact_party") if firm else seen.case.deadlines
            outcome = outcome_of(
                seen, one, "appointment_confirmed" if firm else "appointment_requested", offer=None, deadlines=clocks
            )
            shown = self._upkeep.try_commit(seen, outcome, one, None, writes, idempotency)
            if shown is not None:
                return shown
        raise Conflict

    def move(
        self, viewer: Viewer, appointment_id: str, start: datetime, mediator: str | None, idempotency: Idempotency
    ) -> Shown:
        """Move a session; the old slot is kept if the new one cannot be had.

        Moved by a party, it is a request again; moved by the mediator, it stays confirmed, and the parties answer anew.
        """
        for _ in range(MAX_DECISIONS):
            seen, before = self._upkeep.look(viewer, appointment_id)
            check_can("reschedule", before, seen.relation, seen.now)
            if seen.now >= before.starts or (
                seen.relation != "mediator" and is_past_cutoff(before, seen.now, self._rules)
            ):
                raise TooLate
            self._check_mediator(seen, before.mediator, mediator)
            own = frozenset({before.id})
            place = self._find_place(seen, before.mediator, start, before.minutes, before.mode, own)
            moved = self._moved(seen, before, place, start)
            changes = self._moves(before, moved, place, format_instant(seen.now), own)
            writes = [*self._store.sheet_writes(changes), self._store.check_availability(place.hours)]
            freed = {"freed": {"start": before.start, "minutes": before.minutes, "mode": before.mode}}
            outcome = outcome_of(seen, moved, "appointment_moved", more={"was": before.start, **freed})
            shown = self._upkeep.try_commit(seen, outcome, moved, before, writes, idempotency)
            if shown is not None:
                return shown
        raise Conflict

    def _check_mediator(self, seen: Seen, mediator: str, asked: str | None) -> None:
        if asked not in {None, mediator}:
            raise MediatorNotAssignable(Text("本案由已指派的调解员办理。", "This case has another mediator."))
        person = self._desk.directory.get(seen.case.organisation).find_mediator(mediator)
        if person is None or person.obstacles(seen.now.astimezone(SHANGHAI).date()):
            raise MediatorNotAssignable

    def _find_place(  # noqa: PLR0917
        self,
        seen: Seen,
        mediator: str,
        start: datetime,
        minutes: int,
        mode: str,
        own: frozenset[str],
    ) -> Place:
        """Return the place, checked in the order in which a person would want to know; one query."""
        if start < seen.now + self._rules.lead:
            raise TooSoon
        if start > seen.now + self._rules.horizon:
            raise TooFar
        if not is_on_grid(start, self._rules.grid_minutes):
            raise OutsideHours
        local = start.astimezone(SHANGHAI)
        organisation = self._desk.directory.get(seen.case.organisation)
        hours = self._desk.availability_of(organisation.id, mediator, seen.now)
        person = organisation.find_mediator(mediator)
        count = minutes // self._rules.grid_minutes
        cells = cell_names(start, count, self._rules.grid_minutes)
        worked = hours.cells_on(local.date(), self._desk.calendar, self._rules.grid_minutes)
        ends = local + timedelta(minutes=minutes)
        if (
            mode not in hours.modes
            or not worked.issuperset(cells)
            or (ends - timedelta(seconds=1)).date() != local.date()
        ):
            raise OutsideHours
        if person is None or person.obstacles(local.date()):
            raise OutsideHours
        day, now = local.date().isoformat(), format_instant(seen.now)
        sheets = self._store.read_day(organisation.id, day)
        sheet = sheets.get(f"MEDIATOR#{mediator}", Sheet(SheetKey.of_mediator(organisation.id, day, mediator)))
        buffer = self._desk.buffer_cells(hours)
        kept = cell_names(start, count + buffer, self._rules.grid_minutes)
        if not sheet.is_free(kept, now, own=own) or sheet.count(now, without=own) >= hours.daily_cap:
            raise SlotTaken
        room = self._desk.free_room(organisation, sheets, cells, now, own) if mode == "onsite" else None
        if mode == "onsite" and room is None:
            raise SlotTaken
        return Place(organisation, hours, sheet, room, tuple(cells), tuple(kept), buffer, day)

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
            status="confirmed" if firm else "requested",
            accepted={party: True if party == who else None for party in before.persons},
            hold_expires_at=None if firm else self._hold_until(seen.now, start),
        )

    def _hold_until(self, now: datetime, start: datetime) -> str:
        return format_instant(min(now + timedelta(hours=self._rules.hold_hours), start))

    def _claims(self, one: Appointment, place: Place, offer: Any, now: str, own: frozenset[str]) -> list[SheetChange]:
        until = one.hold_expires_at
        over = own if offer is not None and offer["start"] == one.start else frozenset[str]()
        changes = [_mediator_change(one.id, place, until, now, over)]
        if place.room is not None:
            key = SheetKey.of_room(place.organisation.id, place.day, place.room)
            changes.append(SheetChange(key, one.id, now, take=place.cells, until=until, over=over))
        for person in sorted(set(one.persons.values())):
            key = SheetKey.of_person(person, place.day)
            changes.append(SheetChange(key, one.id, now, take=place.cells, until=until))
        return changes

    def _moves(
        self, before: Appointment, moved: Appointment, place: Place, now: str, own: frozenset[str]
    ) -> list[SheetChange]:
        """Return what is taken and given back, one change for each sheet: no item twice in a transaction."""
        changes = {change.key: change for change in self._claims(moved, place, None, now, own)}
        for given in self._upkeep.releases(before, now):
            taken = changes.get(given.key)
            changes[given.key] = (
                given
                if taken is None
                else SheetChange(
                    given.key,
                    moved.id,
                    now,
                    take=taken.take,
                    give=given.give,
                    until=taken.until,
                    over=taken.over,
                    cap=taken.cap,
                    lapsed=taken.lapsed,
                    new=False,
                )
            )
        return list(changes.values())


def _mediator_change(by: str, place: Place, until: str | None, now: str, over: frozenset[str]) -> SheetChange:
    known = bool(place.sheet.live) or place.sheet.exists
    lapsed = tuple(who for who in place.sheet.lapsed(now) if who != by)
    here = by in place.sheet.live
    return SheetChange(
        place.sheet.key,
        by,
        now,
        take=place.kept,
        until=until,
        over=over & frozenset(place.sheet.live),
        cap=place.hours.daily_cap + (1 if here else 0),
        lapsed=lapsed,
        new=not known,
    )


def _today(now: datetime) -> str:
    return now.astimezone(SHANGHAI).date().isoformat()
