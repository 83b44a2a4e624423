"""What can be done to a session follows its case, its version and what was said: `actions` offers just that."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from chalicelib.appointments.booking.actions import Asked
from chalicelib.appointments.booking.cases import goes_on
from chalicelib.appointments.booking.model import ACTIONS, Appointment, actions_of, check_can
from chalicelib.appointments.booking.refusals import NotNow
from chalicelib.appointments.booking.service import MoveRequest
from chalicelib.appointments.slots.policies import BOOKABLE
from chalicelib.appointments.slots.refusals import NotBookable
from chalicelib.cases.lifecycle.records import Loaded
from chalicelib.cases.lifecycle.statuses import STATUSES
from chalicelib.cases.public import Case, Seen
from chalicelib.shared.aws import Clients
from chalicelib.shared.clock import format_instant
from chalicelib.shared.crypto import Keyring
from chalicelib.shared.errors import Stale, YimaError
from chalicelib.shared.viewer import Viewer
from infra.local.moto_speed import cheap_transactions
from tests.contract.test_appointments import TOMORROW, Bookings
from tests.contract.world import MEDIATOR

DETAILS: dict[str, dict[str, Any]] = {
    "complete": {"minutes": 50},
    "cancel": {"reason": "r"},
    "decline": {"reason": "r"},
}


@pytest.fixture
def world(clients: Clients) -> Bookings:
    return Bookings(clients)


def versions(world: Bookings, code: str) -> int:
    case = world.store.find_case(code)
    assert case is not None
    return case.version


def test_a_session_of_a_withdrawn_case_does_not_go_on(world: Bookings) -> None:
    code, applicant, respondent = world.mediating()
    one = world.book(applicant, code)
    world.act(applicant, code, "withdraw")
    before = versions(world, code)
    for viewer, action in ((MEDIATOR, "confirm"), (respondent, "accept"), (applicant, "object")):
        with pytest.raises(NotBookable):
            world.do(viewer, one, action)
    with pytest.raises(NotBookable):
        world.booking.move(applicant, MoveRequest(one.id, TOMORROW + timedelta(hours=1)), world.key())
    assert versions(world, code) == before
    assert world.do(MEDIATOR, one, "cancel", reason="r").status == "cancelled"  # what is over can be called off
    world.check_cells()


def test_a_session_confirmed_while_the_case_is_withdrawn_is_one_or_the_other(world: Bookings) -> None:
    """The withdrawal comes between reading and writing: the confirmation is decided anew, and refused."""
    code, applicant, _ = world.mediating()
    one = world.book(applicant, code)
    client = world.clients.dynamodb
    made = client.transact_write_items

    def wait(**request: Any) -> Any:
        client.transact_write_items = made  # type: ignore[method-assign]
        world.act(applicant, code, "withdraw")
        return made(**request)

    client.transact_write_items = wait  # type: ignore[method-assign]
    with pytest.raises(NotBookable):
        world.do(MEDIATOR, one, "confirm")
    found = world.appointment_store.find(one.id)
    assert found is not None
    assert found.status == "requested"


def test_what_was_held_before_the_case_ended_can_still_be_reported(world: Bookings) -> None:
    code, applicant, _ = world.mediating()
    held = world.do(MEDIATOR, world.book(applicant, code), "confirm")
    ahead = world.do(MEDIATOR, world.book(applicant, code, TOMORROW + timedelta(days=1)), "confirm")
    world.clock.at = TOMORROW + timedelta(minutes=50)
    world.act(MEDIATOR, code, "end", ground="settled_privately")
    assert world.do(MEDIATOR, held, "complete", minutes=50).status == "held"
    world.clock.at = TOMORROW + timedelta(days=1, minutes=50)
    with pytest.raises(NotBookable):
        world.do(MEDIATOR, ahead, "complete", minutes=50)


def test_the_next_mediator_does_not_confirm_the_former_ones_session(world: Bookings) -> None:
    code, applicant, _ = world.assigned()
    one = world.book(applicant, code)
    world.act(MEDIATOR, code, "pass", reason="other")
    world.act(Viewer("clerk", frozenset({"clerk"}), "org-1", None), code, "assign", mediator_id="m-2")
    with pytest.raises(NotBookable):
        world.do(Viewer("m-2", frozenset({"mediator"}), "org-1", None), one, "confirm")


def test_an_old_version_changes_nothing(world: Bookings) -> None:
    code, applicant, respondent = world.mediating()
    one = world.book(applicant, code)
    world.do(respondent, one, "accept")
    before = versions(world, code)
    with pytest.raises(Stale):
        world.actions.act(MEDIATOR, Asked(one.id, "confirm", {}, 1), world.key())
    with pytest.raises(Stale):
        world.booking.move(
            applicant, MoveRequest(one.id, TOMORROW + timedelta(hours=1), expected_version=1), world.key()
        )
    assert versions(world, code) == before
    assert world.actions.act(MEDIATOR, Asked(one.id, "confirm", {}, 2), world.key()).appointment.version == 3


def test_an_answer_can_be_changed_three_times_a_session_and_party(world: Bookings) -> None:
    code, applicant, respondent = world.mediating()
    one = world.book(applicant, code)
    for action in ("accept", "object", "accept"):
        world.do(respondent, one, action)
        with pytest.raises(NotNow):
            world.do(respondent, one, action)  # what is done already
    before = versions(world, code)
    for _ in range(10):
        with pytest.raises(NotNow):
            world.do(respondent, one, "object")
    assert versions(world, code) == before
    found = world.appointment_store.find(one.id)
    assert found is not None
    shown = actions_of(found, "respondent", found.persons["p2"], world.clock.now(), world.rules)
    assert not {"accept", "object"} & set(shown)
    assert world.do(applicant, one, "object").accepted["p1"] is False  # each party has its own
    world.booking.move(MEDIATOR, MoveRequest(one.id, TOMORROW + timedelta(hours=1)), world.key())
    assert world.do(respondent, one, "accept").accepted["p2"] is True  # another time, another question


def cases_of(world: Bookings) -> tuple[Case, Appointment, dict[str, str]]:
    code, applicant, _ = world.mediating()
    one = world.book(applicant, code)
    case = world.store.find_case(code)
    assert case is not None
    people = {party.role: str(party.person) for party in case.parties} | {"mediator": str(case.mediator_person)}
    return case, one, people


MOMENTS = st.sampled_from(
    [
        TOMORROW + timedelta(minutes=minutes)
        for minutes in (-1440, -600, -300, -121, -120, -119, -16, -15, -1, 0, 1, 14, 15, 16, 59, 60, 61, 3000)
    ]
)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_actions_offers_what_would_be_done_and_nothing_that_would_be_refused(
    data: st.DataObject, drawn: tuple[Bookings, Case, Appointment, dict[str, str]]
) -> None:
    world, case, one, people = drawn
    draw = data.draw
    now: datetime = draw(MOMENTS)
    others = st.sampled_from(["held", "no_show", "cancelled", "declined", "expired"])
    status = draw(st.sampled_from(["requested", "confirmed"]) | others)
    holds = st.sampled_from([format_instant(now), format_instant(TOMORROW)])
    one = replace(
        one,
        status=status,
        hold_expires_at=draw(holds) if status == "requested" else None,
        accepted={party: draw(st.sampled_from([None, True, False])) for party in one.accepted},
        answers={party: draw(st.integers(0, 4)) for party in one.accepted},
        checked_in=dict.fromkeys(draw(st.sets(st.sampled_from(["p1", "p2", "mediator"]))), "t"),
    )
    case_status = draw(st.sampled_from(sorted(BOOKABLE)) | st.sampled_from(sorted(STATUSES)))
    since = format_instant(draw(MOMENTS))
    case = replace(
        case,
        status=case_status,
        since=since,
        ended_at=since if STATUSES[case_status].ended else None,
        mediator=draw(st.sampled_from(["m-1", "m-1", "m-1", "m-2"])),
    )
    others = st.sampled_from(["clerk", "supervisor"])
    relation = draw(st.sampled_from(["applicant", "respondent", "mediator"]) | others)
    person = people.get(relation, "somebody")
    seen = Seen(Loaded(case, {}, Keyring(case.code, {}, {})), relation, person, now)
    offered = {each for each in actions_of(one, relation, person, now, world.rules) if goes_on(each, one, case)}
    done = {each for each in ACTIONS if _is_done(world, seen, one, each, relation)}
    assert offered == done


def _is_done(world: Bookings, seen: Seen, one: Appointment, action: str, relation: str) -> bool:
    details = DETAILS.get(action, {})
    if action == "no_show":
        details = {"party_id": "p1"} if relation == "mediator" else {"mediator": True}
    try:
        if action == "reschedule":  # whether there is another place is for the sheets to say
            check_can(action, one, relation, seen.now)
            return goes_on(action, one, seen.case) and not world.booking.is_too_late(seen, one)
        world.appointments.decisions.decide(seen, one, action, details)
    except YimaError:
        return False
    return True


@pytest.fixture(scope="module")
def drawn() -> Any:
    with cheap_transactions(), mock_aws():
        world = Bookings(Clients())
        yield world, *cases_of(world)


def test_sessions_are_held_in_mediation_by_the_cases_mediator(drawn: Any) -> None:
    _, case, one, _ = drawn
    for status, mediator in itertools.product(STATUSES, ("m-1", "m-2")):
        moved = replace(case, status=status, since="2026-01-01T00:00:00.000Z", mediator=mediator)
        expected = status in BOOKABLE and mediator == "m-1"
        assert goes_on("confirm", one, moved) is expected, (status, mediator)
        assert goes_on("cancel", one, moved)
