"""Nobody is in two places: a mediator of two organisations, a mediator who is a party, one sheet a person and day."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from chalicelib.appointments.booking.service import MoveRequest
from chalicelib.appointments.hours.service import HoursService, NewHours
from chalicelib.appointments.slots.refusals import OutsideHours, PartyBusy, SlotTaken
from chalicelib.appointments.slots.service import Wanted
from chalicelib.shared.aws import Clients
from chalicelib.shared.errors import NotFound, YimaError
from chalicelib.shared.viewer import Viewer
from tests.contract.conftest import local_clients
from tests.contract.test_appointments import TOMORROW, Bookings
from tests.contract.world import MEDIATOR

FIRST_CLERK, SECOND_CLERK = (Viewer(f"c-{one}", frozenset({"clerk"}), one, None) for one in ("org-1", "org-2"))
NO_HOURS = NewHours({}, {}, (), ("video",), 8, 0)


@pytest.fixture
def world(clients: Clients) -> Bookings:
    return Bookings(clients)


def hours_of(world: Bookings) -> HoursService:
    return world.appointments.hours


def test_a_mediator_of_two_organisations_has_one_day(world: Bookings) -> None:
    first, one, _ = world.mediating(1, "m-1", "org-1")
    second, two, _ = world.mediating(2, "m-1", "org-2")
    booked = world.book(one, first)
    assert TOMORROW not in {slot.start for slot in world.slots(two, second)}
    with pytest.raises(SlotTaken):
        world.book(two, second)
    later = world.book(two, second, TOMORROW + timedelta(hours=1))
    with pytest.raises(SlotTaken):
        world.booking.move(two, MoveRequest(later.id, TOMORROW), world.key())
    world.check_cells()
    world.do(one, booked, "cancel", reason="r")
    assert world.book(two, second).organisation == "org-2"
    world.check_cells()


def test_an_organisations_slots_leave_out_what_its_mediators_do_elsewhere(world: Bookings) -> None:
    code, applicant, _ = world.mediating(1, "m-1", "org-2")
    world.book(applicant, code)
    day = TOMORROW.date()
    wanted = Wanted("org-1", None, day, day, 60, "video")
    free = {
        slot.mediator_id
        for slot in world.appointments.slots.list_free(wanted, world.clock.now())
        if slot.start == TOMORROW
    }
    assert free == {"m-2"}


def test_the_days_cap_counts_the_sessions_of_both_organisations(clients: Clients) -> None:
    world = Bookings(clients, daily_cap=2)
    first, one, _ = world.mediating(1, "m-1", "org-1")
    second, two, _ = world.mediating(2, "m-1", "org-2")
    world.book(one, first)
    world.book(two, second, TOMORROW + timedelta(hours=1))
    with pytest.raises(SlotTaken):
        world.book(one, first, TOMORROW + timedelta(hours=2))
    assert world.slots(two, second) == []


def test_a_mediator_who_is_a_party_elsewhere_is_in_one_place(world: Bookings) -> None:
    own, _, _ = world.mediating(1, "m-2", "org-2", applicant=MEDIATOR)
    handled, applicant, _ = world.mediating(2, "m-1")
    party = Viewer("m-1", frozenset(), None, None)
    world.book(party, own)
    assert TOMORROW not in {slot.start for slot in world.slots(applicant, handled)}
    with pytest.raises(SlotTaken):
        world.book(applicant, handled)
    later = TOMORROW + timedelta(hours=1)
    one = world.book(applicant, handled, later)
    with pytest.raises(PartyBusy):
        world.book(party, own, later)
    world.check_cells()
    world.do(MEDIATOR, one, "confirm")
    world.do(applicant, one, "cancel", reason="r")
    assert world.book(party, own, later).status == "requested"
    world.check_cells()


def test_a_partys_sessions_do_not_count_for_the_mediators_day(clients: Clients) -> None:
    world = Bookings(clients, daily_cap=1)
    own, _, _ = world.mediating(1, "m-2", applicant=MEDIATOR)
    handled, applicant, _ = world.mediating(2, "m-1")
    world.book(MEDIATOR, own)
    assert world.book(applicant, handled, TOMORROW + timedelta(hours=1)).mediator == "m-1"
    world.check_cells()


def test_a_lapsed_hold_gives_back_what_is_left_of_a_mediators_day_as_party(world: Bookings) -> None:
    own, _, _ = world.mediating(1, "m-2", applicant=MEDIATOR)
    handled, applicant, _ = world.mediating(2, "m-1")
    start = TOMORROW + timedelta(days=2)
    world.book(MEDIATOR, own, start)
    world.clock.at += timedelta(hours=25)
    taken = world.book(applicant, handled, start)  # over the hold that ran out
    assert world.run_due() == {"appointment_expired": 1}
    world.check_cells()
    assert world.do(MEDIATOR, taken, "confirm").status == "confirmed"
    world.check_cells()


def test_racing_bookers_of_two_organisations_have_one_winner(dynamodb_local_url: str) -> None:
    world = Bookings(local_clients(dynamodb_local_url), max_open_per_case=1000, max_daily_per_person=10_000)
    own, _, _ = world.mediating(1, "m-2", applicant=MEDIATOR)
    cases = [(own, Viewer("m-1", frozenset(), None, None))]
    cases += [world.mediating(number, "m-1", f"org-{number % 2 + 1}")[:2] for number in range(2, 9)]

    def attempt(case: tuple[str, Viewer], minute: int) -> str:
        try:
            return world.book(case[1], case[0], TOMORROW + timedelta(minutes=minute)).id
        except YimaError as refused:
            return refused.slug

    with ThreadPoolExecutor(8) as pool:
        for minute in (0, 60, 120):
            got = list(pool.map(attempt, cases, [minute] * len(cases)))
            assert sum(1 for one in got if one not in {"slot-taken", "party-busy"}) == 1, got
    world.check_cells()


def test_hours_are_each_organisations_own(world: Bookings) -> None:
    hours = hours_of(world)
    first, one, _ = world.mediating(1, "m-1", "org-1")
    second, two, _ = world.mediating(2, "m-1", "org-2")
    booked = [world.book(one, first), world.book(two, second, TOMORROW + timedelta(hours=1))]
    shown = hours.set_hours(SECOND_CLERK, "m-1", NO_HOURS, expected_version=0)
    assert [conflict.id for conflict in shown.conflicts] == [booked[1].id]  # the other is the other organisation's
    assert shown.secret is None
    assert world.slots(two, second) == []
    assert world.slots(one, first) != []
    with pytest.raises(OutsideHours):
        world.book(two, second, TOMORROW + timedelta(hours=2))
    assert hours.get_hours(FIRST_CLERK, "m-1").hours.version == 0
    alone = Viewer("m-1", frozenset({"mediator"}), None, None)
    assert [hours.get_hours(alone, "m-1", org).hours.version for org in (None, "org-1", "org-2")] == [0, 0, 1]
    at_second = Viewer("m-1", frozenset({"mediator"}), "org-2", None)
    assert hours.get_hours(at_second, "m-1").hours.organisation == "org-2"
    for viewer, organisation in ((FIRST_CLERK, "org-2"), (alone, "org-3"), (one, None)):
        with pytest.raises(NotFound):
            hours.get_hours(viewer, "m-1", organisation)


def test_a_renewed_calendar_closes_the_addresses_at_both_organisations(world: Bookings) -> None:
    hours = hours_of(world)
    before = [str(hours.get_hours(MEDIATOR, "m-1", one).secret) for one in ("org-1", "org-2")]
    assert [hours.get_feed(secret).mediator.id for secret in before] == ["m-1", "m-1"]
    renewed = str(hours.renew_feed(MEDIATOR, "m-1").secret)
    for secret in before:
        with pytest.raises(NotFound):
            hours.get_feed(secret)
    assert hours.get_feed(renewed).mediator.id == "m-1"
