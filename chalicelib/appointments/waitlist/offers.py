"""Offers: a slot that becomes free is kept for the first in line for a while, then for the next."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from chalicelib.appointments.slots.held_slots import HeldSlot, SlotFinder, Sought
from chalicelib.appointments.slots.policies import live_in, persons_of
from chalicelib.appointments.slots.races import AvailabilityChanged, SheetChanged
from chalicelib.appointments.waitlist.model import Offer, Waiting
from chalicelib.appointments.waitlist.policies import still_waits
from chalicelib.appointments.waitlist.races import WishChanged
from chalicelib.cases.public import Case, CaseService, Outcome, Seen, VersionConflict
from chalicelib.shared.clock import Clock, format_instant, parse_instant
from chalicelib.shared.codes import new_id
from chalicelib.shared.deciding import Pauses, decide_anew
from chalicelib.shared.errors import Conflict
from chalicelib.shared.events import Event
from chalicelib.shared.jobs import Part

if TYPE_CHECKING:
    from chalicelib.appointments.slots.store import SlotStore
    from chalicelib.appointments.waitlist.store import WaitlistStore


class OfferService:
    """Slots that are kept for those in line."""

    def __init__(
        self,
        store: WaitlistStore,
        slots: SlotStore,
        finder: SlotFinder,
        cases: CaseService,
        clock: Clock,
        *,
        pauses: Pauses | None = None,
    ) -> None:
        self._store = store
        self._slots = slots
        self._finder = finder
        self._rules = finder.rules
        self._cases = cases
        self._clock = clock
        self._pauses = pauses or Pauses()

    @property
    def part(self) -> Part:
        """What the job `deadlines` does here: somebody waits for the slot, so it is urgent."""
        return Part("offers", self._store.due_offers, self.act_on, urgent=True)

    def act_on(self, offer_id: str) -> Iterator[str]:
        """Let an offer lapse that has run out, and yield the event. Once more changes nothing."""
        offer = self._store.find_offer(offer_id)
        if offer is not None and decide_anew(lambda: self._try_lapse(offer), self._pauses):
            yield "offer_lapsed"

    def offer_freed(self, event: Event) -> bool:
        """Keep the slot that an event freed, if it did, for the first in line who can have it; tell whether one can.

        At most `max_offer_looks` cases are looked at; the event's own is none of them.
        """
        freed = event.data.get("freed")
        if freed is None or parse_instant(freed["start"]) < self._clock.now() + self._rules.lead:
            return False
        line = self._store.list_line(event.data["organisation"], event.data["mediator"])
        if line.broken:
            self._store.mend_line(line)
        now = format_instant(self._clock.now())
        suitable = (one for one in line.waiting if one.suits(freed["start"], freed["minutes"], freed["mode"], now))
        others = (one for one in suitable if one.case_code != event.aggregate)
        for waiting in itertools.islice(others, self._rules.max_offer_looks):
            try:
                if decide_anew(partial(self._try_offer, waiting, freed), self._pauses):
                    return True
            except Conflict:
                continue  # not this case; it may be free for another, shorter session
        return False

    def _try_offer(self, waiting: Waiting, freed: Mapping[str, Any]) -> bool | None:
        """Keep the slot for a case; tell whether it has it now, None if it has to be decided anew.

        Raises a conflict if the slot cannot be had, as a booking would.
        """
        seen = self._cases.find_state(waiting.case_code)
        if seen is None or not still_waits(seen.case, waiting.spot):
            self._store.end_wish(waiting.spot)
            return False
        case, now = seen.case, format_instant(seen.now)
        pending = case.offer is not None and str(case.offer["expires_at"]) > now
        if pending or len(live_in(case, now)) >= self._rules.max_open_per_case:
            return False
        held = self._finder.get_slot(_sought(case, waiting, freed), seen.now)
        offer = self._made(seen, waiting, freed, held)
        changes = held.claims(offer.id, (), now, until=offer.expires_at)
        data = {**offer.in_case(), "mediator": offer.mediator, "organisation": offer.organisation}
        outcome = Outcome(replace(case, offer=offer.in_case()), "slot_offered", data)
        also = [
            *self._slots.sheet_writes(changes),
            self._finder.check_write(held),
            *self._store.offer_writes(offer, waiting.spot),
        ]
        try:
            self._cases.commit(seen, outcome, None, role="clock", also=also)
        except (VersionConflict, SheetChanged):
            return None
        except AvailabilityChanged:
            self._finder.hours.forget(offer.organisation)
            return None
        except WishChanged:
            return False
        return True

    def _made(self, seen: Seen, waiting: Waiting, freed: Mapping[str, Any], held: HeldSlot) -> Offer:
        start = parse_instant(freed["start"])
        expires = min(seen.now + timedelta(hours=self._rules.offer_hours), start - self._rules.lead)
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
            held.room,
        )

    def _try_lapse(self, offer: Offer) -> bool | None:
        """Take the offer from its case; tell whether it was still there, None if it has to be decided anew."""
        seen = self._cases.find_state(offer.case_code)
        if seen is None or seen.case.offer is None or seen.case.offer["id"] != offer.id:
            self._store.end_offer(offer)
            return False
        freed = {"start": offer.start, "minutes": offer.minutes, "mode": offer.mode}
        data = {"start": offer.start, "mediator": offer.mediator, "organisation": offer.organisation, "freed": freed}
        outcome = Outcome(replace(seen.case, offer=None), "offer_lapsed", data)
        spot = self._store.find_spot(offer.case_code)
        also = self._store.offer_end_writes(offer, spot)
        try:
            self._cases.commit(seen, outcome, None, role="clock", also=also)
        except VersionConflict:
            return None
        except WishChanged:
            if spot is not None:
                self._store.end_wish(spot)  # left by now, or its row is broken: then nothing is to be kept of it
            return None
        return True


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
