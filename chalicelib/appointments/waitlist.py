"""The waitlist: a slot that becomes free is kept for the first in line for a while, then for the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final, Protocol

from chalicelib.appointments.availability import cell_names
from chalicelib.appointments.cases import BOOKABLE, check_bookable, live_in, persons_of
from chalicelib.appointments.desk import Desk
from chalicelib.appointments.model import PARTIES
from chalicelib.appointments.ports import Store
from chalicelib.appointments.races import SheetChanged
from chalicelib.appointments.sheets import Sheet, SheetChange, SheetKey
from chalicelib.appointments.upkeep import Upkeep
from chalicelib.appointments.waiting import Offer, Waiting
from chalicelib.cases.service import Case, Outcome, Seen, VersionConflict
from chalicelib.shared.clock import SHANGHAI, Clock, format_instant, parse_instant
from chalicelib.shared.codes import new_id
from chalicelib.shared.errors import Conflict, NotAllowed, NotFound
from chalicelib.shared.events import Event
from chalicelib.shared.idempotency import Idempotency
from chalicelib.shared.transactions import Write
from chalicelib.shared.viewer import Viewer

_MAX_DECISIONS: Final = 8
_BOOKED: Final = frozenset({"appointment_requested", "appointment_confirmed"})


class OfferStore(Store, Protocol):
    """Where offers are kept, beside appointments."""

    def offer_writes(self, offer: Offer) -> list[Write]:
        """Return the writes that keep an offer until it runs out."""
        ...

    def offer_end_writes(self, offer: Offer, waiting: Waiting | None) -> list[Write]:
        """Return the writes that end an offer, and note in the line that it was made."""
        ...

    def list_due_offers(self, until: str) -> list[Offer]:
        """Return offers that have run out."""
        ...

    def end_offer(self, offer: Offer) -> None:
        """Forget an offer that was taken."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """A case's place in the line, counted from 1, and what is offered to it now."""

    waiting: Waiting
    position: int
    offer: Mapping[str, Any] | None


class WaitlistService:
    """The line of each mediator's slots."""

    def __init__(self, store: OfferStore, upkeep: Upkeep, desk: Desk, clock: Clock) -> None:
        self._store = store
        self._upkeep = upkeep
        self._desk = desk
        self._clock = clock

    def join(  # noqa: PLR0917
        self,
        viewer: Viewer,
        code: str,
        first: date,
        last: date,
        modes: tuple[str, ...],
        minutes: int,
        idempotency: Idempotency,
    ) -> Place:
        """Put the case into its mediator's line; a new wish takes the place of the former one."""
        seen = self._party(viewer, code)
        mediator = check_bookable(seen.case)
        line = self._store.list_line(seen.case.organisation, mediator)
        former = next((one for one in line if one.case_code == seen.case.code), None)
        waiting = Waiting(
            case_code=seen.case.code,
            organisation=seen.case.organisation,
            mediator=mediator,
            first_day=first.isoformat(),
            last_day=last.isoformat(),
            modes=modes,
            minutes=minutes,
            created_at=format_instant(seen.now) if former is None else former.created_at,
            offered=() if former is None else former.offered,
            case_seq=seen.case.version,
        )
        place = Place(waiting, _position(line, waiting), seen.case.offer)
        self._store.join_line(waiting, idempotency, place)
        return place

    def get(self, viewer: Viewer, code: str) -> Place:
        """Return the case's place in the line; raise `NotFound` if it waits for nothing."""
        seen = self._party(viewer, code)
        line = self._store.list_line(seen.case.organisation, str(seen.case.mediator))
        waiting = next((one for one in line if one.case_code == seen.case.code), None)
        if waiting is None:
            raise NotFound
        return Place(waiting, _position(line, waiting), seen.case.offer)

    def leave(self, viewer: Viewer, code: str) -> None:
        """Take the case out of the line; raise `NotFound` if it waits for nothing."""
        self._store.leave_line(self.get(viewer, code).waiting)

    def on_case_event(self, event: Event) -> bool:
        """Offer what an event freed to the first in line; take a case that has booked out of it.

        A wish made after the booking stays, and what is taken or offered by now is not offered again.
        """
        data, left = event.data, False
        if event.name in _BOOKED:
            for one in self._store.list_line(data["organisation"], data["mediator"]):
                if one.case_code == event.aggregate and one.is_older_than(event.seq, event.at):
                    left |= self._store.end_wish(one)
        freed = data.get("freed")
        if freed is None or parse_instant(freed["start"]) < self._clock.now() + self._desk.rules.lead:
            return left
        return self._offer(data["organisation"], data["mediator"], freed, without=event.aggregate) or left

    def run(self) -> dict[str, int]:
        """Let offers that were not taken lapse: their slot goes to the next in line."""
        done: dict[str, int] = {}
        for offer in self._store.list_due_offers(format_instant(self._clock.now())):
            if self._lapse(offer):
                done["offer_lapsed"] = done.get("offer_lapsed", 0) + 1
        return done

    def _party(self, viewer: Viewer, code: str) -> Seen:
        seen = self._upkeep.cases.look(viewer, code)
        if seen.relation not in PARTIES:
            raise NotAllowed
        return seen

    def _offer(self, organisation: str, mediator: str, freed: Mapping[str, Any], *, without: str) -> bool:
        start = parse_instant(freed["start"])
        day = start.astimezone(SHANGHAI).date().isoformat()
        for waiting in self._store.list_line(organisation, mediator):
            if waiting.case_code == without or not waiting.suits(freed["start"], freed["minutes"], freed["mode"]):
                continue
            for _ in range(_MAX_DECISIONS):
                seen = self._upkeep.cases.watch(waiting.case_code)
                if seen is None or not self._may_have(seen.case, mediator, waiting, start, seen.now):
                    break
                sheets = self._store.read_day(organisation, day)
                offer = self._made(seen, waiting, freed, sheets)
                if offer is None:
                    return False  # somebody has it already
                try:
                    self._commit(seen, offer, sheets, day)
                except (VersionConflict, SheetChanged):
                    continue
                except Conflict:
                    return False
                return True
        return False

    def _may_have(self, case: Case, mediator: str, waiting: Waiting, start: datetime, now: datetime) -> bool:
        instant = format_instant(now)
        if case.status not in BOOKABLE or case.mediator != mediator:
            return False
        if case.offer is not None and str(case.offer["expires_at"]) > instant:
            return False
        if len(live_in(case, instant)) >= self._desk.rules.max_open_per_case:
            return False
        day = start.astimezone(SHANGHAI).date().isoformat()
        grid = self._desk.rules.grid_minutes
        cells = cell_names(start, waiting.minutes // grid, grid)
        keys = [SheetKey.of_person(person, day) for person in persons_of(case).values()]
        return all(sheet.is_free(cells, instant) for sheet in self._store.read_sheets(keys).values())

    def _made(self, seen: Seen, waiting: Waiting, freed: Mapping[str, Any], sheets: dict[str, Sheet]) -> Offer | None:
        now, grid = format_instant(seen.now), self._desk.rules.grid_minutes
        start = parse_instant(freed["start"])
        cells = cell_names(start, waiting.minutes // grid, grid)
        sheet = sheets.get(f"MEDIATOR#{waiting.mediator}")
        if sheet is not None and not sheet.is_free(cells, now):
            return None
        room = None
        if freed["mode"] == "onsite":
            organisation = self._desk.directory.get(waiting.organisation)
            room = self._desk.free_room(organisation, sheets, cells, now, frozenset())
            if room is None:
                return None
        expires = min(seen.now + timedelta(hours=self._desk.rules.offer_hours), start - self._desk.rules.lead)
        return Offer(
            f"OFFER-{new_id()}",
            waiting.case_code,
            waiting.organisation,
            waiting.mediator,
            freed["start"],
            waiting.minutes,
            freed["mode"],
            format_instant(expires),
            waiting.created_at,
            room,
        )

    def _commit(self, seen: Seen, offer: Offer, sheets: dict[str, Sheet], day: str) -> None:
        now, grid = format_instant(seen.now), self._desk.rules.grid_minutes
        cells = tuple(cell_names(parse_instant(offer.start), offer.minutes // grid, grid))
        key = SheetKey.of_mediator(offer.organisation, day, offer.mediator)
        sheet = sheets.get(key.sk, Sheet(key))
        changes = [
            SheetChange(
                key,
                offer.id,
                now,
                take=cells,
                until=offer.expires_at,
                lapsed=tuple(sheet.lapsed(now)),
                new=not sheet.exists,
            )
        ]
        if offer.room is not None:
            room = SheetKey.of_room(offer.organisation, day, offer.room)
            changes.append(SheetChange(room, offer.id, now, take=cells, until=offer.expires_at))
        case = replace(seen.case, offer=offer.in_case())
        outcome = Outcome(
            case, "slot_offered", {**offer.in_case(), "mediator": offer.mediator, "organisation": offer.organisation}
        )
        also = [*self._store.sheet_writes(changes), *self._store.offer_writes(offer)]
        self._upkeep.cases.commit(seen, outcome, None, role="clock", also=also)

    def _lapse(self, offer: Offer) -> bool:
        for _ in range(_MAX_DECISIONS):
            seen = self._upkeep.cases.watch(offer.case_code)
            if seen is None or seen.case.offer is None or seen.case.offer["id"] != offer.id:
                self._store.end_offer(offer)
                return False
            line = self._store.list_line(offer.organisation, offer.mediator)
            waiting = next((one for one in line if one.case_code == offer.case_code), None)
            freed = {"start": offer.start, "minutes": offer.minutes, "mode": offer.mode}
            data = {
                "start": offer.start,
                "mediator": offer.mediator,
                "organisation": offer.organisation,
                "freed": freed,
            }
            outcome = Outcome(replace(seen.case, offer=None), "offer_lapsed", data)
            also = self._store.offer_end_writes(offer, waiting)
            try:
                self._upkeep.cases.commit(seen, outcome, None, role="clock", also=also)
            except VersionConflict:
                continue
            return True
        return False


def _position(line: list[Waiting], waiting: Waiting) -> int:
    return 1 + sum(1 for one in line if one.created_at < waiting.created_at)
