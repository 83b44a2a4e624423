"""The waitlist and events: a booking ends the wishes made before it, a freed slot goes to one case, once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.appointments.booking.model import Appointment
from chalicelib.appointments.booking.service import MoveRequest
from chalicelib.appointments.waitlist.service import NewWish
from chalicelib.shared.errors import NotFound
from chalicelib.shared.viewer import Viewer
from tests.contract.test_appointments import TOMORROW
from tests.events.town import LATER, M1, Town, changes_nothing


def join(town: Town, viewer: Viewer, code: str) -> None:
    town.clock.at += timedelta(seconds=1)
    first, last = TOMORROW.date(), TOMORROW.date() + timedelta(days=7)
    town.waitlist.join(viewer, code, NewWish(first, last, ("video",), 60), town.key())


def waits(town: Town, viewer: Viewer, code: str) -> bool:
    try:
        town.waitlist.get_place(viewer, code)
    except NotFound:
        return False
    return True


@pytest.mark.parametrize("booked_by", ["party", "mediator"])
def test_a_booking_takes_the_case_out_of_the_line_and_a_repetition_nothing(town: Town, booked_by: str) -> None:
    code, applicant, _ = town.assigned()
    join(town, applicant, code)
    town.book(applicant if booked_by == "party" else M1, code)
    event = town.events(code)[-1]
    assert event.name == {"party": "appointment_requested", "mediator": "appointment_confirmed"}[booked_by]
    assert town.waitlist.on_case_event(event) == 1
    assert not waits(town, applicant, code)
    changes_nothing(town, town.waitlist.on_case_event, [event])


def test_a_wish_made_after_the_booking_stays_however_late_the_event_comes(town: Town) -> None:
    code, applicant, _ = town.assigned()
    join(town, applicant, code)
    town.book(applicant, code)
    event = town.events(code)[-1]
    town.waitlist.on_case_event(event)
    join(town, applicant, code)
    changes_nothing(town, town.waitlist.on_case_event, [event])
    assert waits(town, applicant, code)


def test_a_wish_made_anew_in_the_same_place_in_line_stays(town: Town) -> None:
    code, applicant, _ = town.assigned()
    join(town, applicant, code)
    town.book(applicant, code)
    join(town, applicant, code)  # the event has not come yet: the case keeps its place in the line
    changes_nothing(town, town.waitlist.on_case_event, [town.events(code)[-1]])
    assert waits(town, applicant, code)


def test_a_wish_made_anew_while_the_event_is_handled_stays(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    code, applicant, _ = town.assigned()
    join(town, applicant, code)
    town.book(applicant, code)
    original = town.waitlist_store.find_spot

    def overtaken(case_code: str) -> Any:
        spot = original(case_code)
        monkeypatch.undo()
        join(town, applicant, code)
        return spot

    monkeypatch.setattr(town.waitlist_store, "find_spot", overtaken)
    assert town.waitlist.on_case_event(town.events(code)[-1]) == 0
    assert waits(town, applicant, code)


def freed(town: Town, how: str) -> tuple[str, Viewer, Appointment]:
    """Free a slot: by cancelling, declining, moving away, or letting the hold run out."""
    code, applicant, _ = town.assigned(1)
    town.act(M1, code, "take")
    one = town.book(applicant, code, LATER)
    town.clock.at += timedelta(seconds=1)
    if how == "expired":
        town.clock.at = one.starts - timedelta(hours=20)
        assert town.run_due() == {"appointment_expired": 1}
    elif how == "moved":
        town.booking.move(applicant, MoveRequest(one.id, LATER + timedelta(hours=1)), town.key())
    else:
        town.do(applicant if how == "cancel" else M1, one, how, reason="r")
    return code, applicant, one


WAYS = {
    "cancel": "appointment_cancelled",
    "decline": "appointment_declined",
    "moved": "appointment_moved",
}


@pytest.mark.parametrize("how", WAYS)
def test_a_freed_slot_is_offered_once_to_the_first_however_often_the_event_comes(town: Town, how: str) -> None:
    waiting = [town.assigned(number) for number in (2, 3)]
    for code, applicant, _ in waiting:
        join(town, applicant, code)
    code, _, _ = freed(town, how)
    event = town.last(code, WAYS[how])
    assert town.waitlist.on_case_event(event) == 1
    (first, one, _), (second, two, _) = waiting
    assert town.waitlist.get_place(one, first).offer is not None
    assert town.waitlist.get_place(two, second).offer is None
    changes_nothing(town, town.waitlist.on_case_event, [event])


def test_a_slot_that_somebody_took_meanwhile_is_offered_to_nobody(town: Town) -> None:
    waiting, other = town.assigned(2), town.assigned(3)
    join(town, waiting[1], waiting[0])
    code, _, _ = freed(town, "cancel")
    town.book(other[1], other[0], LATER)
    changes_nothing(town, town.waitlist.on_case_event, [town.last(code, "appointment_cancelled")])
    town.check_cells()


def test_a_slot_whose_time_is_near_or_over_is_offered_to_nobody(town: Town) -> None:
    waiting = town.assigned(2)
    join(town, waiting[1], waiting[0])
    code, _, _ = freed(town, "cancel")
    town.clock.at = LATER - timedelta(minutes=1)
    changes_nothing(town, town.waitlist.on_case_event, [town.last(code, "appointment_cancelled")])


def test_an_offer_that_lapsed_goes_to_the_next_though_the_first_event_comes_again(town: Town) -> None:
    waiting = [town.assigned(number) for number in (2, 3)]
    for code, applicant, _ in waiting:
        join(town, applicant, code)
    code, _, _ = freed(town, "cancel")
    event = town.last(code, "appointment_cancelled")
    town.waitlist.on_case_event(event)
    town.clock.at += timedelta(hours=5)
    assert town.run_offers() == {"offer_lapsed": 1}
    (first, one, _), (second, two, _) = waiting
    town.waitlist.on_case_event(event)
    lapsed = town.last(first, "offer_lapsed")
    for _ in range(2):
        town.waitlist.on_case_event(lapsed)
    assert town.waitlist.get_place(one, first).offer is None
    assert town.waitlist.get_place(two, second).offer is not None


def test_in_any_order_the_line_ends_as_the_state_says(town: Town) -> None:
    waiting, other = town.assigned(2), town.assigned(3)
    join(town, waiting[1], waiting[0])
    join(town, other[1], other[0])
    code, _, _ = freed(town, "cancel")
    town.book(waiting[1], waiting[0], TOMORROW)
    events = [*town.events(code), *town.events(waiting[0])]
    for event in [*reversed(events), *events]:
        town.waitlist.on_case_event(event)
    assert not waits(town, waiting[1], waiting[0])
    assert town.waitlist.get_place(other[1], other[0]).offer is not None


def test_other_events_change_nothing(town: Town) -> None:
    code, applicant, _ = town.assigned()
    join(town, applicant, code)
    changes_nothing(town, town.waitlist.on_case_event, town.events(code))
