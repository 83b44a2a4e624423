"""The waitlist: who waits for a slot with a mediator, in which order, and what ends a wish."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from chalicelib.appointments.slots.policies import BOOKABLE, PARTIES, check_bookable
from chalicelib.appointments.waitlist.model import PlaceInLine, Waiting
from chalicelib.appointments.waitlist.offers import OfferService
from chalicelib.appointments.waitlist.policies import still_waits
from chalicelib.appointments.waitlist.races import WishChanged
from chalicelib.cases.public import CaseService, Seen
from chalicelib.shared.clock import SHANGHAI, format_instant
from chalicelib.shared.deciding import Pauses, decide_anew
from chalicelib.shared.errors import InvalidRequest, NotAllowed, NotFound, Violation
from chalicelib.shared.events import Event
from chalicelib.shared.idempotency import Idempotency
from chalicelib.shared.texts import Text
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from chalicelib.appointments.waitlist.store import WaitlistStore

_BOOKED: Final = frozenset({"appointment_requested", "appointment_confirmed"})
_LOST_MEDIATOR: Final = ("passed", "lapsed", "recused", "replaced", "challenge_granted", "transferred", "reopened")
_OTHER_MEDIATOR: Final = frozenset({*_LOST_MEDIATOR, "assigned", "mediator_chosen"})
"""Events after which a case may wait in the line of a mediator who is not its own any more."""


@dataclass(frozen=True, slots=True)
class NewWish:
    """What a case is to wait for: days (Asia/Shanghai, both counted), modes, minutes."""

    first_day: date
    last_day: date
    modes: tuple[str, ...]
    minutes: int


class WaitlistService:
    """The line of each mediator's slots."""

    def __init__(
        self, store: WaitlistStore, cases: CaseService, offers: OfferService, *, pauses: Pauses | None = None
    ) -> None:
        self._store = store
        self._cases = cases
        self._offers = offers
        self._pauses = pauses or Pauses()

    def join(self, viewer: Viewer, code: str, wish: NewWish, idempotency: Idempotency) -> PlaceInLine:
        """Put the case into its mediator's line; a new wish takes the place of the former one.

        Raises `NotFound`, `NotAllowed`, `NotBookable`; `InvalidRequest` for days that are over.
        """
        return decide_anew(lambda: self._try_join(viewer, code, wish, idempotency), self._pauses)

    def get_place(self, viewer: Viewer, code: str) -> PlaceInLine:
        """Return the case's place in the line; raise `NotFound` if it waits for nothing."""
        seen = self._get_as_party(viewer, code)
        spot = self._store.find_spot(seen.case.code)
        if spot is None or not still_waits(seen.case, spot):
            raise NotFound
        line = self._store.list_line(spot.organisation, spot.mediator)
        waiting = line.of(seen.case.code)
        if waiting is None or seen.now >= waiting.ends_at:
            raise NotFound
        return PlaceInLine(waiting, line.position(waiting, seen.now), seen.case.offer)

    def leave(self, viewer: Viewer, code: str) -> None:
        """Take the case out of the line; raise `NotFound` if it waits for nothing."""
        decide_anew(lambda: self._store.end_wish(self.get_place(viewer, code).waiting.spot) or None, self._pauses)

    def on_case_event(self, event: Event) -> bool:
        """Offer what an event freed to the first in line; take a case out that has booked, ended, or moved on.

        A wish made after the booking stays, and what is taken or offered by now is not offered again.
        """
        left = self._end_wish_after(event)
        return self._offers.offer_freed(event) or left

    def _end_wish_after(self, event: Event) -> bool:
        """Take the event's case out of the line if it waits no longer; tell whether it went."""
        if event.name in _BOOKED:
            spot = self._store.find_spot(event.aggregate)
            return spot is not None and spot.is_older_than(event.seq, event.at) and self._store.end_wish(spot)
        if event.name not in _OTHER_MEDIATOR and event.status in BOOKABLE:
            return False
        spot = self._store.find_spot(event.aggregate)
        if spot is None:
            return False
        seen = self._cases.find_state(event.aggregate)
        return (seen is None or not still_waits(seen.case, spot)) and self._store.end_wish(spot)

    def _try_join(self, viewer: Viewer, code: str, wish: NewWish, idempotency: Idempotency) -> PlaceInLine | None:
        seen = self._get_as_party(viewer, code)
        mediator = check_bookable(seen.case)
        if wish.last_day < seen.now.astimezone(SHANGHAI).date():
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
            first_day=wish.first_day.isoformat(),
            last_day=wish.last_day.isoformat(),
            modes=wish.modes,
            minutes=wish.minutes,
            created_at=format_instant(seen.now) if former is None else former.created_at,
            offered=() if former is None else former.offered,
            case_seq=seen.case.version,
            kept_until=None if former is None else former.kept_until,
        )
        place = PlaceInLine(waiting, line.position(waiting, seen.now), seen.case.offer)
        try:
            self._store.join_line(waiting, spot, idempotency.showing(seen.loaded.shown()), place)
        except WishChanged:
            return None
        return place

    def _get_as_party(self, viewer: Viewer, code: str) -> Seen:
        seen = self._cases.get_state(viewer, code)
        if seen.relation not in PARTIES:
            raise NotAllowed
        return seen
