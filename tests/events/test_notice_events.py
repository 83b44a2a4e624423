"""Notices and events: everybody is told once, and no message leaves that is no longer true."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.appointments.booking.service import MoveRequest
from chalicelib.shared.errors import Unavailable
from chalicelib.shared.viewer import Viewer
from tests.contract.test_appointments import TOMORROW
from tests.contract.world import CLERK
from tests.events.test_waitlist_events import freed, join
from tests.events.town import LATER, M1, M2, PERSONS, Town, changes_nothing


def inbox(town: Town, viewer: Viewer) -> list[tuple[str, str]]:
    """Return event and state of each notice, oldest first."""
    notices = town.notices.list_notices(viewer, None, 100).items
    return [(one.event, one.sent) for one in reversed(notices)]


def test_a_whole_story_is_told_once_however_often_and_in_whatever_order_it_comes(town: Town) -> None:
    code, applicant, respondent = town.assigned()
    town.act(M1, code, "take")
    town.confirmed_with(M1, applicant, code, TOMORROW)
    town.act(M1, code, "end", ground="other")
    town.appeal_upheld(code, applicant)
    town.given_to_m2(code, respondent)
    events = town.events(code)
    for event in reversed(events):
        town.notices.on_case_event(event)
    notices = [item for key, item in town.snapshot().items() if " NOTICE#" in key]
    assert len(town.told()) == sum(one["sent"] == "sent" for one in notices) > 20
    assert {one["sent"] for one in notices} == {"sent", "overtaken"}  # the session was asked for, then confirmed
    changes_nothing(town, town.notices.on_case_event, events)
    order = [event.name for event in events]
    told = [order.index(name) for name, _ in inbox(town, respondent) if order.count(name) == 1]
    assert told == sorted(told)  # the inbox is by when it happened


def requested(town: Town, code: str, applicant: Viewer) -> tuple[str, Callable[[], Any]]:
    one = town.book(applicant, code, LATER)
    return "appointment_requested", lambda: town.do(M1, one, "confirm")


def confirmed(town: Town, code: str, applicant: Viewer) -> tuple[str, Callable[[], Any]]:
    one = town.confirmed_with(M1, applicant, code, LATER + timedelta(days=1))
    return "appointment_confirmed", lambda: town.do(M1, one, "cancel", reason="r")


def moved(town: Town, code: str, applicant: Viewer) -> tuple[str, Callable[[], Any]]:
    one = town.confirmed_with(M1, applicant, code, LATER + timedelta(days=1))
    town.booking.move(M1, MoveRequest(one.id, LATER + timedelta(days=6)), town.key())
    return "appointment_moved", lambda: town.booking.move(
        M1, MoveRequest(one.id, LATER + timedelta(days=7)), town.key()
    )


def reminded(town: Town, code: str, applicant: Viewer) -> tuple[str, Callable[[], Any]]:
    one = town.confirmed_with(M1, applicant, code, LATER)
    town.clock.at = LATER - timedelta(hours=23)
    assert town.run_due() == {"appointment_reminder": 1}
    return "appointment_reminder", lambda: town.do(M1, one, "cancel", reason="r")


def begun(town: Town, code: str, applicant: Viewer) -> tuple[str, Callable[[], Any]]:
    name, _ = reminded(town, code, applicant)
    return name, lambda: setattr(town.clock, "at", LATER)


ANNOUNCED = [requested, confirmed, moved, reminded, begun]


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("announced", ANNOUNCED, ids=lambda one: one.__name__)
def test_what_announces_a_session_leaves_in_time_and_not_when_it_is_no_longer_so(
    town: Town, announced: Callable[..., Any], late: bool
) -> None:
    code, applicant, respondent = town.assigned()
    town.act(M1, code, "take")
    name, overtake = announced(town, code, applicant)
    event = town.last(code, name)
    if late:
        overtake()
    assert town.notices.on_case_event(event) > 0
    assert bool(town.told(name)) is not late
    assert dict(inbox(town, respondent))[name] == ("overtaken" if late else "sent")
    town.clock.at += timedelta(days=14)
    changes_nothing(town, town.notices.on_case_event, [event])


@pytest.mark.parametrize("late", [False, True])
def test_an_offer_is_told_while_it_stands(town: Town, late: bool) -> None:
    waiting, applicant, _ = town.assigned(2)
    join(town, applicant, waiting)
    code, _, _ = freed(town, "cancel")
    town.waitlist.on_case_event(town.last(code, "appointment_cancelled"))
    event = town.last(waiting, "slot_offered")
    if late:
        town.clock.at += timedelta(hours=5)
    town.notices.on_case_event(event)
    assert bool(town.told("slot_offered")) is not late


def test_what_is_past_is_told_late_too(town: Town) -> None:
    code, _, _ = town.assigned()
    town.act(M1, code, "pass", reason="other")
    town.act(CLERK, code, "assign", mediator_id="m-2")
    town.act(M2, code, "take")
    town.clock.at += timedelta(days=3)
    for name in ("accepted", "passed", "taken"):
        town.notices.on_case_event(town.last(code, name))
    assert {said.partition(" to ")[0] for said in town.told()} == {"accepted", "passed", "taken"}


def test_one_person_who_cannot_be_told_does_not_keep_it_from_the_others(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, applicant, respondent = town.assigned()
    original = town.notice_store.find_preferences

    def down(person: str) -> Any:
        if person == PERSONS.of(applicant.subject):
            raise Unavailable
        return original(person)

    monkeypatch.setattr(town.notice_store, "find_preferences", down)
    event = town.last(code, "assigned")
    with pytest.raises(Unavailable):
        town.notices.on_case_event(event)
    assert town.told() == [f"assigned to {respondent.subject}", "assigned to m-1"]
    monkeypatch.undo()
    assert town.notices.on_case_event(event) == 1
    assert town.told()[2:] == [f"assigned to {applicant.subject}"]


def test_nobody_is_told_who_was_erased_and_nothing_after_its_time(town: Town) -> None:
    code, applicant, respondent = town.assigned()
    person = PERSONS.of(respondent.subject)
    town.people.forget(person, town.people.find_uses(person), [])
    event = town.last(code, "assigned")
    town.notices.on_case_event(event)
    assert town.told() == [f"assigned to {applicant.subject}", "assigned to m-1"]
    assert inbox(town, respondent) == []
    town.clock.at += timedelta(days=731)
    changes_nothing(town, town.notices.on_case_event, [town.last(code, "accepted")])
