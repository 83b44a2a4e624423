"""Faults that were mended, put back on purpose: so that it is seen that the simulator finds them.

Each is named by its number in the issue that listed them, or by what was wrong, and is as small as the mistake was.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from unittest.mock import patch

from chalicelib.appointments.booking.actions import AppointmentActions, Asked
from chalicelib.appointments.booking.case_appointments import Shown
from chalicelib.appointments.booking.model import LIVE, Appointment
from chalicelib.appointments.slots.held_slots import HeldSlot, SlotFinder, Sought
from chalicelib.appointments.slots.sheets import SheetChange
from chalicelib.appointments.waitlist.model import Line, Offer, Spot
from chalicelib.appointments.waitlist.store import WaitlistStore
from chalicelib.cases.lifecycle import policies
from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.stages import duties
from chalicelib.desk.model import DeskItem
from chalicelib.desk.store import DeskStore
from chalicelib.organisations.store import OrganisationStore
from chalicelib.ratings.rating.model import Invitation
from chalicelib.ratings.rating.service import RatingService
from chalicelib.ratings.rating.store import RatingStore
from chalicelib.shared.errors import Unavailable, YimaError
from chalicelib.shared.events import Event
from chalicelib.shared.idempotency import Idempotency, Replayed, StoredAnswer
from chalicelib.shared.idempotency import Shown as Answered
from chalicelib.shared.transactions import Write
from chalicelib.shared.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Fault:
    """A mistake. `invariants`: those that do not hold with it; `patch`: makes it meanwhile."""

    invariants: frozenset[str]
    patch: Callable[[], AbstractContextManager[Any]]


@contextmanager
def put_back(name: str) -> Iterator[None]:
    """Have a known fault be in the code meanwhile."""
    with FAULTS[name].patch():
        yield


def _redelivered_events_cancel() -> AbstractContextManager[Any]:
    """Let an event end whatever is booked when it comes, though it may have come before."""

    def is_ended_by(one: Appointment, seq: int, at: str) -> bool:  # noqa: ARG001
        return one.status in LIVE

    return patch.object(Appointment, "is_ended_by", is_ended_by)


@contextmanager
def _offers_make_rows() -> Iterator[None]:
    """Write what an offer notes in the line there, though the case may have left it."""
    end_writes, writes = WaitlistStore.offer_end_writes, WaitlistStore.offer_writes

    def unconditional(found: list[Write]) -> list[Write]:
        return [
            replace(
                one,
                parameters={name: value for name, value in one.parameters.items() if "Condition" not in name},
                refusal=None,
            )
            if one.kind == "Update"
            else one
            for one in found
        ]

    def offer_writes(store: WaitlistStore, offer: Offer, spot: Spot) -> list[Write]:
        return unconditional(writes(store, offer, spot))

    def offer_end_writes(store: WaitlistStore, offer: Offer, spot: Spot | None) -> list[Write]:
        wished = spot or Spot(offer.case_code, offer.organisation, offer.mediator, offer.wished_at)
        return unconditional(end_writes(store, offer, wished))

    def mend_line(store: WaitlistStore, line: Line) -> None:
        """Leave it as it is."""

    with ExitStack() as stack:
        for made in (offer_writes, offer_end_writes, mend_line):
            stack.enter_context(patch.object(WaitlistStore, made.__name__, made))
        yield


def _confirming_has_no_key() -> AbstractContextManager[Any]:
    """Confirm requests anew whenever a request comes, whatever its key."""

    def confirm_many(
        actions: AppointmentActions,
        viewer: Viewer,
        ids: Sequence[str],
        whole: Idempotency,
        render: Callable[[Shown], StoredAnswer],
    ) -> StoredAnswer:
        def confirm(one: str) -> StoredAnswer | YimaError:
            own = whole.part(f"{one}{whole.received_at}", render)
            try:
                return own.render(actions.act(viewer, Asked(one, "confirm", {}), own))
            except (Unavailable, Replayed):
                raise
            except YimaError as refused:
                return refused

        return whole.render([(one, confirm(one)) for one in ids])

    return patch.object(AppointmentActions, "confirm_many", confirm_many)


@contextmanager
def _sheets_by_organisation() -> Iterator[None]:
    """Give a mediator a sheet for each organisation, and another one as a party."""
    get_slot, releases = SlotFinder.get_slot, Appointment.releases

    def get_by_organisation(finder: SlotFinder, sought: Sought, now: datetime) -> HeldSlot:
        return get_slot(finder, replace(sought, mediator_person=f"{sought.organisation}-{sought.mediator_person}"), now)

    def releases_by_organisation(one: Appointment, now: str, grid_minutes: int) -> list[SheetChange]:
        own = replace(one, mediator_person=f"{one.organisation}-{one.mediator_person}")
        return releases(own, now, grid_minutes)

    with (
        patch.object(SlotFinder, "get_slot", get_by_organisation),
        patch.object(Appointment, "releases", releases_by_organisation),
    ):
        yield


def _answers_under_the_service_key() -> AbstractContextManager[Any]:
    """Seal a stored answer under the service's key alone, and give it again to whoever has its key."""

    def showing(claim: Idempotency, shown: Answered) -> Idempotency:  # noqa: ARG001
        return claim

    return patch.object(Idempotency, "showing", showing)


@contextmanager
def _every_end_earns() -> Iterator[None]:
    """Let every case that ends earn an invitation, accepted or not, and as often as it ends."""
    on_case_event, invite = RatingService.on_case_event, RatingStore.invite

    def on_any_end(service: RatingService, event: Event) -> int:
        if event.data.get("closed"):
            event = replace(event, data={"organisation": "org-a", **event.data, "mediation_ended": True})
        return on_case_event(service, event)

    def invite_again(store: RatingStore, invitation: Invitation, occasion: str) -> bool:
        return invite(store, invitation, f"{occasion}#{invitation.id}")

    with (
        patch.object(RatingService, "on_case_event", on_any_end),
        patch.object(RatingStore, "invite", invite_again),
    ):
        yield


def _every_court_is_asked() -> AbstractContextManager[Any]:
    """Let every court see, and decide on, whatever is before one of them."""
    find = policies.find_relation

    def find_relation(viewer: Viewer, person: str, case: Case) -> str | None:
        before_any = "court" in viewer.roles and case.before_court and case.party_of(person) is None
        return "court" if before_any else find(viewer, person, case)

    return patch.object(policies, "find_relation", find_relation)


def _defaults_stop_the_end() -> AbstractContextManager[Any]:
    """Leave a case whose default was made good without a date on which it ends quietly."""
    return patch.object(duties, "made_good", lambda case, *_: case)


def _checks_look_away() -> AbstractContextManager[Any]:
    """Offer what the case's state refuses."""
    return patch.object(policies, "_is_open", lambda *_: True)


def _redelivered_events_count() -> AbstractContextManager[Any]:
    """Count an event as often as it comes."""
    count, numbers = OrganisationStore.count, itertools.count()

    def count_again(store: OrganisationStore, event_id: str, organisation: str, change: int) -> bool:
        return count(store, f"{event_id}#{next(numbers)}", organisation, change)

    return patch.object(OrganisationStore, "count", count_again)


def _what_is_done_stays_on_desks() -> AbstractContextManager[Any]:
    """Put things on desks, and never take them away."""
    writes = DeskStore.writes

    def only_puts(store: DeskStore, before: Sequence[DeskItem], after: Sequence[DeskItem], at: str) -> list[Write]:
        return [write for write in writes(store, before, after, at) if write.kind == "Put"]

    return patch.object(DeskStore, "writes", only_puts)


FAULTS: Final[dict[str, Fault]] = {
    "3": Fault(frozenset({"cancelled-without-cause"}), _redelivered_events_cancel),
    "5": Fault(frozenset({"broken-wish"}), _offers_make_rows),
    "9": Fault(frozenset({"effect-twice", "replay-differs", "key-reused"}), _confirming_has_no_key),
    "10": Fault(frozenset({"two-places"}), _sheets_by_organisation),
    "17": Fault(frozenset({"erased-readable", "erased-shown", "stranger-shown"}), _answers_under_the_service_key),
    "20": Fault(frozenset({"rating-unearned", "rated-twice"}), _every_end_earns),
    "court": Fault(frozenset({"acted-without-part"}), _every_court_is_asked),
    "quiet-end": Fault(frozenset({"no-quiet-end"}), _defaults_stop_the_end),
    "offers": Fault(frozenset({"offered-but-refused"}), _checks_look_away),
    "desk": Fault(frozenset({"waits-for-nobody"}), _what_is_done_stays_on_desks),
    "count": Fault(frozenset({"open-miscounted"}), _redelivered_events_count),
}
