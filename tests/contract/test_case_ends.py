"""Cases that are over, and what is offered of sessions and appeals, against what the services do; on both engines."""

from __future__ import annotations

import pytest

from chalicelib.appointments.booking.service import BookingRequest
from chalicelib.appointments.public import can_book
from chalicelib.cases.appeals.service import AppealService
from chalicelib.cases.lifecycle.policies import can_appeal
from chalicelib.cases.lifecycle.refusals import CaseEnded, InviteExpired
from chalicelib.shared.aws import Clients
from chalicelib.shared.calendar import work_calendar
from chalicelib.shared.deadlines import DeadlineRules, DueDates
from chalicelib.shared.errors import YimaError
from chalicelib.shared.viewer import Viewer
from tests.contract.test_appointments import TOMORROW, Bookings
from tests.contract.world import CLERK, FILING, LI, MEDIATOR, WANG, World


@pytest.fixture
def world(clients: Clients) -> Bookings:
    return Bookings(clients)


def filed(world: World) -> tuple[str, str]:
    code = world.cases.file(WANG, FILING, world.key()).case.code
    return code, str(world.cases.get_case(WANG, code).loaded.text_of("p2")["invite_code"])


@pytest.mark.parametrize("end", ["withdraw", "mark_unreachable"])
def test_an_ended_case_is_not_joined(world: Bookings, end: str) -> None:
    code, invite = filed(world)
    with pytest.raises(InviteExpired):
        world.cases.join(LI, code, invite, world.key())
    world.act(CLERK, code, "accept")
    if end == "withdraw":
        world.act(WANG, code, "withdraw")
    else:
        world.tried(code)
        world.act(CLERK, code, "mark_unreachable")
    before = world.store.find_case(code)
    with pytest.raises(CaseEnded):
        world.cases.join(LI, code, invite, world.key())
    assert world.store.find_case(code) == before


def test_a_case_that_was_not_accepted_is_not_joined(world: Bookings) -> None:
    code, invite = filed(world)
    world.act(CLERK, code, "refuse", reason="other")
    with pytest.raises(CaseEnded):
        world.cases.join(LI, code, invite, world.key())


def check_offers(world: Bookings, code: str) -> None:
    """Hold what is offered of sessions and appeals to what happens: refused where it is not offered."""
    appeals = AppealService(world.cases, world.store, DueDates(DeadlineRules.load(), work_calendar()))
    for viewer in (WANG, LI, MEDIATOR, CLERK, Viewer("boss", frozenset({"supervisor"}), None, None)):
        try:
            seen = world.cases.get_case(viewer, code)
        except YimaError:
            continue
        if not can_book(seen, world.rules.max_open_per_case):
            with pytest.raises(YimaError):
                world.booking.book(viewer, BookingRequest(code, TOMORROW, 60, "video"), world.key())
        if not can_appeal(seen.person, seen.case, seen.now):
            with pytest.raises(YimaError):
                appeals.file(viewer, code, "process", "t", world.key())


def offers(world: Bookings, viewer: Viewer, code: str) -> tuple[bool, bool]:
    seen = world.cases.get_case(viewer, code)
    return can_book(seen, world.rules.max_open_per_case), can_appeal(seen.person, seen.case, seen.now)


def test_sessions_and_appeals_are_offered_when_they_can_be_had(world: Bookings) -> None:
    code, invite = filed(world)
    check_offers(world, code)
    world.act(CLERK, code, "accept")
    world.cases.join(LI, code, invite, world.key())
    check_offers(world, code)
    world.act(LI, code, "consent", terms_version="2026-01")
    world.leave_choice(code, WANG, LI)
    world.act(CLERK, code, "assign", mediator_id="m-1")
    assert offers(world, WANG, code) == offers(world, MEDIATOR, code) == (True, False)
    assert offers(world, CLERK, code) == (False, False)
    check_offers(world, code)
    world.act(MEDIATOR, code, "take")
    days = range(world.rules.max_open_per_case)
    for number in days:
        assert offers(world, LI, code)[0]
        world.book((WANG, LI)[number % 2], code, TOMORROW.replace(hour=1 + 2 * number))
    assert offers(world, LI, code) == (False, False)
    check_offers(world, code)
    world.act(MEDIATOR, code, "end", ground="other")
    assert offers(world, WANG, code) == offers(world, LI, code) == (False, True)
    assert offers(world, MEDIATOR, code) == (False, False)
    check_offers(world, code)
    appeals = AppealService(world.cases, world.store, DueDates(DeadlineRules.load(), work_calendar()))
    appeals.file(WANG, code, "process", "t", world.key())
    assert offers(world, LI, code) == (False, False)
    check_offers(world, code)
