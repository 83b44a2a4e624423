"""The waitlist: a slot that becomes free is kept for the first in line for a while, then for the next."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Any, Final, Protocol

from chalicelib.appointments.booking.cases import BOOKABLE, check_bookable, live_in, persons_of
from chalicelib.appointments.booking.model import PARTIES
from chalicelib.appointments.booking.places import Place as Held
from chalicelib.appointments.booking.places import Places, Sought
from chalicelib.appointments.booking.ports import Store
from chalicelib.appointments.booking.races import AvailabilityChanged, SheetChanged, WishChanged
from chalicelib.appointments.booking.upkeep import Upkeep
from chalicelib.appointments.slots.service import Desk
from chalicelib.appointments.waitlist.model import Line, Offer, Spot, Waiting
from chalicelib.cases.public import Case, Outcome, Seen, VersionConflict
from chalicelib.shared.clock import SHANGHAI, Clock, format_instant, parse_instant
from chalicelib.shared.codes import new_id
from chalicelib.shared.due import DueIndex
from chalicelib.shared.errors import Conflict, InvalidRequest, NotAllowed, NotFound, Violation
from chalicelib.shared.events import Event
from chalicelib.shared.idempotency import Idempotency
from chalicelib.shared.jobs import Job, Part
from chalicelib.shared.texts import Text
from chalicelib.shared.transactions import Write
from chalicelib.shared.viewer import Viewer

_BOOKED: Final = frozenset({"appointment_requested", "appointment_confirmed"})
_OTHER_MEDIATOR: Final = frozenset({"passed", "lapsed", "recused", "replaced", "transferred", "reopened", "assigned"})
"""Events after which a case may wait in the line of a mediator who is not its own any more."""


class WaitlistStore(Store, Protocol):
    """Where wishes and offers are kept, beside appointments."""

    def list_line(self, organisation: str, mediator: str) -> Line:
        """Return who waits for a mediator's slots."""
        ...

    def mend_line(self, line: Line) -> None:
        """Remove the rows that hold no wish."""
        ...

    def find_spot(self, case_code: str) -> Spot | None:
        """Return where a case's wish stands."""
        ...

    def join_line(self, waiting: Waiting, former: Spot | None, idempotency: Idempotency, result: Any) -> None:
        """Put a case into the line; raise `WishChanged` if its former wish is another by now."""
        ...

    def end_wish(self, spot: Spot) -> bool:
        """Take a wish out of the line unless it was made anew since it was read; tell whether it went."""
        ...

    def offer_writes(self, offer: Offer, spot: Spot) -> list[Write]:
        """Return the writes that keep an offer until it runs out, if the case still waits."""
        ...

    def offer_end_writes(self, offer: Offer, spot: Spot | None) -> list[Write]:
        """Return the writes that end an offer, and note in the line that it was made."""
        ...

    @property
    def due_offers(self) -> DueIndex:
        """Where offers that have run out are found."""
        ...

    def find_offer(self, offer_id: str) -> Offer | None:
        """Return an offer."""
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

    def __init__(self, store: WaitlistStore, upkeep: Upkeep, desk: Desk, clock: Clock) -> None:
        self._store = store
        self._upkeep = upkeep
        self._desk = desk
        self._places = Places(store, desk)
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
        """Put the case into its mediator's line; a new wish takes the place of the former one.

        Raises `NotFound`, `NotAllowed`, `NotBookable`; `InvalidRequest` for days that are over.
        """

        def attempt() -> Place | None:
            seen = self._party(viewer, code)
            mediator = check_bookable(seen.case)
            if last < seen.now.astimezone(SHANGHAI).date():
                over = Text("所选日期已过。", "These days are over.")
                raise InvalidRequest(violations=(Violation("/to", "out_of_range", over.zh),))
            spot = self._store.find_spot(seen.case.code)
            line = self._store.list_line(seen.case.organisation, mediator)
            former = line.of(seen.case.code)
            if former is not None and seen.now >= former.ends_at:
                former = None
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
                kept_until=None if former is None else former.kept_until,
            )
            place = Place(waiting, line.position(waiting, seen.now), seen.case.offer)
            try:
                self._store.join_line(waiting, spot, idempotency.showing(seen.loaded.shown()), place)
            except WishChanged:
                return None
            return place

        return self._upkeep.decide(attempt)

    def get(self, viewer: Viewer, code: str) -> Place:
        """Return the case's place in the line; raise `NotFound` if it waits for nothing."""
        seen = self._party(viewer, code)
        spot = self._store.find_spot(seen.case.code)
        if spot is None or not _still_waits(seen.case, spot):
            raise NotFound
        line = self._store.list_line(spot.organisation, spot.mediator)
        waiting = line.of(seen.case.code)
        if waiting is None or seen.now >= waiting.ends_at:
            raise NotFound
        return Place(waiting, line.position(waiting, seen.now), seen.case.offer)

    def leave(self, viewer: Viewer, code: str) -> None:
        """Take the case out of the line; raise `NotFound` if it waits for nothing."""
        self._upkeep.decide(lambda: self._store.end_wish(self.get(viewer, code).waiting.spot) or None)

    def on_case_event(self, event: Event) -> bool:
        """Offer what an event freed to the first in line; take a case out that has booked, ended, or moved on.

        A wish made after the booking stays, and what is taken or offered by now is not offered again.
        """
        data, left = event.data, False
        spot = None
        if event.name in _BOOKED or event.name in _OTHER_MEDIATOR or event.status not in BOOKABLE:
            spot = self._store.find_spot(event.aggregate)
        if spot is not None and event.name in _BOOKED:
            left = spot.is_older_than(event.seq, event.at) and self._store.end_wish(spot)
        elif spot is not None:
            seen = self._upkeep.cases.find_state(event.aggregate)
            left = (seen is None or not _still_waits(seen.case, spot)) and self._store.end_wish(spot)
        freed = data.get("freed")
        if freed is None or parse_instant(freed["start"]) < self._clock.now() + self._desk.rules.lead:
            return left
        return self._offer(data["organisation"], data["mediator"], freed, without=event.aggregate) or left

    def run(self) -> dict[str, int]:
        """Let offers that were not taken lapse: their slot goes to the next in line."""
        return Job("deadlines", [self.part], self._clock).run()

    @property
    def part(self) -> Part:
        """What the job `deadlines` does here: somebody waits for the slot, so it is urgent."""
        return Part("offers", self._store.due_offers, self._act, urgent=True)

    def _act(self, offer_id: str) -> Iterator[str]:
        offer = self._store.find_offer(offer_id)
        if offer is not None and self._lapse(offer):
            yield "offer_lapsed"

    def _party(self, viewer: Viewer, code: str) -> Seen:
        seen = self._upkeep.cases.get_state(viewer, code)
        if seen.relation not in PARTIES:
            raise NotAllowed
        return seen

    def _offer(self, organisation: str, mediator: str, freed: Mapping[str, Any], *, without: str) -> bool:
        """Keep a slot for the first in line who can have it. At most `max_offer_looks` cases are looked at."""
        line = self._store.list_line(organisation, mediator)
        if line.broken:
            self._store.mend_line(line)
        now = format_instant(self._clock.now())
        suitable = (one for one in line.waiting if one.suits(freed["start"], freed["minutes"], freed["mode"], now))
        others = (one for one in suitable if one.case_code != without)
        for waiting in itertools.islice(others, self._desk.rules.max_offer_looks):
            try:
                if self._upkeep.decide(partial(self._offer_to, waiting, freed)):
                    return True
            except Conflict:
                continue  # not this case; it may be free for another, shorter session
        return False

    def _offer_to(self, waiting: Waiting, freed: Mapping[str, Any]) -> bool | None:
        """Keep the slot for a case; tell whether it has it now, None if it has to be decided anew.

        Raises a conflict if the slot cannot be had, as a booking would.
        """
        seen = self._upkeep.cases.find_state(waiting.case_code)
        if seen is None or not _still_waits(seen.case, waiting.spot):
            self._store.end_wish(waiting.spot)
            return False
        case, now = seen.case, format_instant(seen.now)
        pending = case.offer is not None and str(case.offer["expires_at"]) > now
        if pending or len(live_in(case, now)) >= self._desk.rules.max_open_per_case:
            return False
        place = self._places.find(_sought(case, waiting, freed), seen.now)
        offer = self._made(seen, waiting, freed, place)
        changes = place.claims(offer.id, (), now, until=offer.expires_at)
        data = {**offer.in_case(), "mediator": offer.mediator, "organisation": offer.organisation}
        outcome = Outcome(replace(case, offer=offer.in_case()), "slot_offered", data)
        also = [
            *self._store.sheet_writes(changes),
            self._store.check_availability(place.hours),
            *self._store.offer_writes(offer, waiting.spot),
        ]
        try:
            self._upkeep.cases.commit(seen, outcome, None, role="clock", also=also)
        except (VersionConflict, SheetChanged):
            return None
        except AvailabilityChanged:
            self._desk.forget(offer.organisation)
            return None
        except WishChanged:
            return False
        return True

    def _made(self, seen: Seen, waiting: Waiting, freed: Mapping[str, Any], place: Held) -> Offer:
        start = parse_instant(freed["start"])
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
            place.room,
        )

    def _lapse(self, offer: Offer) -> bool:
        return self._upkeep.decide(lambda: self._try_lapse(offer))

    def _try_lapse(self, offer: Offer) -> bool | None:
        seen = self._upkeep.cases.find_state(offer.case_code)
        if seen is None or seen.case.offer is None or seen.case.offer["id"] != offer.id:
            self._store.end_offer(offer)
            return False
        freed = {"start": offer.start, "minutes": offer.minutes, "mode": offer.mode}
        data = {"start": offer.start, "mediator": offer.mediator, "organisation": offer.organisation, "freed": freed}
        outcome = Outcome(replace(seen.case, offer=None), "offer_lapsed", data)
        spot = self._store.find_spot(offer.case_code)
        also = self._store.offer_end_writes(offer, spot)
        try:
            self._upkeep.cases.commit(seen, outcome, None, role="clock", also=also)
        except VersionConflict:
            return None
        except WishChanged:
            if spot is not None:
                self._store.end_wish(spot)  # left by now, or its row is broken: then nothing is to be kept of it
            return None
        return True


def _still_waits(case: Case, spot: Spot) -> bool:
    """Tell whether sessions can be booked in the case, with the mediator whose line it is."""
    return case.status in BOOKABLE and (case.organisation, case.mediator) == (spot.organisation, spot.mediator)


def _sought(case: Case, waiting: Waiting, freed: Mapping[str, Any]) -> Sought:
    return Sought(
        case.organisation,
        waiting.mediator,
        str(case.mediator_person),
        parse_instant(freed["start"]),
        waiting.minutes,
        freed["mode"],
        parties=tuple(persons_of(case).values()),
    )
