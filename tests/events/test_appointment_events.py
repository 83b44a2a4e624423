"""A case that ends, or loses its mediator, ends the sessions booked before that: never one booked since."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.appointments.booking.case_appointments import CaseAppointments
from chalicelib.appointments.booking.model import Appointment
from chalicelib.shared.dynamo import Pauses
from chalicelib.shared.errors import Conflict, Unavailable
from chalicelib.shared.events import Event
from chalicelib.shared.viewer import Viewer
from tests.contract.test_appointments import TOMORROW
from tests.contract.world import CLERK
from tests.events.town import LATER, M1, M2, Town, changes_nothing


@dataclass
class Story:
    """A session of the first mediator, the event that ends it, and, once `go_on` was called, one of the second."""

    code: str
    old: Appointment
    event: Event
    go_on: Callable[[], Appointment]


def passed(town: Town) -> Story:
    code, applicant, respondent = town.assigned()
    old = town.book(applicant, code)
    town.act(M1, code, "pass", reason="other")
    return Story(code, old, town.last(code, "passed"), lambda: taken_up(town, code, applicant, respondent))


def lapsed(town: Town) -> Story:
    code, applicant, respondent = town.assigned()
    old = town.confirmed_with(M1, applicant, code, TOMORROW + timedelta(days=8))
    town.clock.at += timedelta(days=6)
    assert town.case_clock.run() == {"lapsed": 1}
    return Story(
        code,
        old,
        town.last(code, "lapsed"),
        lambda: taken_up(town, code, applicant, respondent, days=9),
    )


def ended(town: Town, action: str = "end", event: str = "ended", **details: Any) -> Story:
    code, applicant, respondent = town.assigned()
    town.act(M1, code, "take")
    old = town.confirmed_with(M1, applicant, code, TOMORROW)
    actor = {"end": M1, "withdraw": applicant, "decline": respondent}[action]
    town.act(actor, code, action, **details)

    def go_on() -> Appointment:
        town.appeal_upheld(code, applicant)
        return taken_up(town, code, applicant, respondent)

    return Story(code, old, town.last(code, event), go_on)


def reopened(town: Town) -> Story:
    code, applicant, respondent = town.assigned()
    town.act(M1, code, "take")
    old = town.confirmed_with(M1, applicant, code, TOMORROW)
    town.act(M1, code, "end", ground="other")
    town.appeal_upheld(code, applicant)
    return Story(code, old, town.last(code, "reopened"), lambda: taken_up(town, code, applicant, respondent))


def left(town: Town, event: str, *, drafted: bool = False) -> Story:
    """A case whose mediator steps down, is replaced, or is challenged with success."""
    code, applicant, respondent = town.assigned()
    town.act(M1, code, "take")
    old = town.confirmed_with(M1, applicant, code, TOMORROW)
    if drafted:
        town.act(M1, code, "draft_agreement", text="t", terms=[])
    if event == "challenge_granted":
        town.act(applicant, code, "challenge", reason="r")
        town.act(CLERK, code, "answer_challenge", granted=True, reason="r")
    else:
        actor, action = {"recused": (M1, "recuse"), "replaced": (CLERK, "replace")}[event]
        town.act(actor, code, action, reason="r")
    return Story(code, old, town.last(code, event), lambda: taken_up(town, code, applicant, respondent))


def mediated_again(town: Town, code: str, applicant: Viewer, respondent: Viewer) -> None:
    """Have an agreement in force that is not carried out, and mediate again."""
    duty = {"text": "t", "payer": "p2", "payee": "p1", "amount_cents": None, "due_on": None}
    drafted = town.act(M1, code, "draft_agreement", text="t", terms=[duty])
    for party in (applicant, respondent):
        town.act(party, code, "sign", agreement_sha256=drafted.case.agreement_sha256)
    town.act(applicant, code, "report_default", n=1, note=None)
    for party in (applicant, respondent):
        town.act(party, code, "resume_mediation", reason="r")


def in_force(town: Town) -> Story:
    code, applicant, respondent = town.assigned()
    town.act(M1, code, "take")
    old = town.confirmed_with(M1, applicant, code, TOMORROW)
    mediated_again(town, code, applicant, respondent)
    event = town.last(code, "agreement_effective")
    return Story(code, old, event, lambda: town.confirmed_with(M1, applicant, code, LATER))


def taken_up(town: Town, code: str, applicant: Any, respondent: Any, days: int = 1) -> Appointment:
    town.given_to_m2(code, respondent)
    return town.confirmed_with(M2, applicant, code, TOMORROW + timedelta(days=days))


STORIES: dict[str, Callable[[Town], Story]] = {
    "passed": passed,
    "lapsed": lapsed,
    "ended": lambda town: ended(town, ground="other"),
    "withdrawn": lambda town: ended(town, "withdraw", "withdrawn"),
    "declined": lambda town: ended(town, "decline", "declined"),
    "reopened": reopened,
    "recused": lambda town: left(town, "recused"),
    "recused with a draft": lambda town: left(town, "recused", drafted=True),
    "replaced": lambda town: left(town, "replaced"),
    "challenge_granted": lambda town: left(town, "challenge_granted"),
    "agreement_effective": in_force,
}


@pytest.fixture(params=STORIES)
def story(request: pytest.FixtureRequest, town: Town) -> Story:
    return STORIES[request.param](town)


def test_in_time_it_ends_the_session_once(town: Town, story: Story) -> None:
    assert town.due_appointments.on_case_event(story.event) == 1
    assert town.status_of(story.old) == "cancelled"
    town.check_cells()
    changes_nothing(town, town.due_appointments.on_case_event, [story.event])


def test_again_after_the_next_mediator_confirmed_a_session_it_changes_nothing(town: Town, story: Story) -> None:
    town.due_appointments.on_case_event(story.event)
    new = story.go_on()
    changes_nothing(town, town.due_appointments.on_case_event, [story.event])
    assert town.status_of(new) == "confirmed"


def test_late_it_ends_what_was_booked_before_it_and_nothing_else(town: Town, story: Story) -> None:
    new = story.go_on()
    assert town.due_appointments.on_case_event(story.event) == 1
    assert (town.status_of(story.old), town.status_of(new)) == ("cancelled", "confirmed")
    town.check_cells()
    assert town.fault(story.code) is None


def test_in_any_order_the_new_session_stays(town: Town, story: Story) -> None:
    new = story.go_on()
    for event in [*reversed(town.events(story.code)), *town.events(story.code)]:
        town.due_appointments.on_case_event(event)
    assert (town.status_of(story.old), town.status_of(new)) == ("cancelled", "confirmed")


def test_a_session_that_had_begun_is_not_said_to_be_cancelled(town: Town) -> None:
    code, applicant, _ = town.assigned()
    town.act(M1, code, "take")
    begun = town.confirmed_with(M1, applicant, code, TOMORROW)
    ahead = town.confirmed_with(M1, applicant, code, LATER)
    town.clock.at = TOMORROW + timedelta(hours=1)
    town.act(M1, code, "end", ground="settled_privately")
    assert town.due_appointments.on_case_event(town.last(code, "ended")) == 1
    assert (town.status_of(begun), town.status_of(ahead)) == ("confirmed", "cancelled")


def test_a_session_of_a_second_mediation_can_be_reported_when_that_one_is_over(town: Town) -> None:
    code, applicant, respondent = town.assigned()
    town.act(M1, code, "take")
    mediated_again(town, code, applicant, respondent)
    held = town.confirmed_with(M1, applicant, code, TOMORROW)
    town.clock.at = TOMORROW + timedelta(hours=1)
    town.act(M1, code, "end", ground="other")
    assert town.do(M1, held, "complete", minutes=60).status == "held"


def test_other_events_end_nothing(town: Town) -> None:
    code, applicant, _ = town.assigned()
    one = town.confirmed_with(M1, applicant, code, TOMORROW)
    town.act(M1, code, "take")
    for event in town.events(code):
        assert town.due_appointments.on_case_event(event) == 0
    assert town.status_of(one) == "confirmed"


def test_a_session_stored_before_it_noted_its_number_is_judged_by_its_time(town: Town) -> None:
    one = passed(town)
    found = town.appointment_store.find(one.old.id)
    assert found is not None
    key = {"pk": {"S": f"APPOINTMENT#{found.id}"}, "sk": {"S": "META"}}
    town.clients.dynamodb.update_item(
        TableName=town.tables["AppointmentsTable"], Key=key, UpdateExpression="REMOVE case_seq"
    )
    assert town.due_appointments.on_case_event(one.event) == 1


def test_one_session_that_cannot_be_cancelled_does_not_stop_the_others(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, applicant, _ = town.assigned()
    first, second = (town.book(applicant, code, start) for start in (TOMORROW, LATER))
    town.act(M1, code, "pass", reason="other")
    event, original = town.last(code, "passed"), town.appointment_store.find

    def down(appointment_id: str) -> Appointment | None:
        if appointment_id == first.id:
            raise Unavailable
        return original(appointment_id)

    monkeypatch.setattr(town.appointment_store, "find", down)
    with pytest.raises(Unavailable):
        town.due_appointments.on_case_event(event)
    monkeypatch.undo()
    assert (town.status_of(first), town.status_of(second)) == ("requested", "cancelled")
    assert town.due_appointments.on_case_event(event) == 1
    assert town.status_of(first) == "cancelled"


def test_what_is_overtaken_every_time_is_not_taken_for_done(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    one = passed(town)
    monkeypatch.setattr(CaseAppointments, "try_commit", lambda *_: None)
    town.appointments.case_appointments._pauses = Pauses(sleep=lambda _: None)
    with pytest.raises(Conflict):
        town.due_appointments.on_case_event(one.event)
