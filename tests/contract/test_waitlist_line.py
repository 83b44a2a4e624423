"""The waitlist: what is offered can be booked, who left is offered nothing, and a broken row holds up nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.appointments.booking.model import Appointment
from chalicelib.appointments.waitlist.service import NewWish
from chalicelib.shared.aws import Clients
from chalicelib.shared.clock import format_instant
from chalicelib.shared.dynamo import Table
from chalicelib.shared.errors import InvalidRequest, NotFound
from chalicelib.shared.viewer import Viewer
from tests.contract.test_appointments import TOMORROW, Bookings
from tests.contract.world import CLERK, MEDIATOR

START = TOMORROW + timedelta(days=1)
Case = tuple[str, Viewer, Viewer]


@pytest.fixture
def world(clients: Clients) -> Bookings:
    return Bookings(clients, max_open_per_case=9)


def join(world: Bookings, case: Case, *, days: int = 7, modes: tuple[str, ...] = ("video",), minutes: int = 60) -> None:
    day = TOMORROW.date()
    world.waitlist.join(case[1], case[0], NewWish(day, day + timedelta(days=days), modes, minutes), world.key())
    world.clock.at += timedelta(seconds=1)


def offer_of(world: Bookings, case: Case) -> str | None:
    offer = world.waitlist.get_place(case[1], case[0]).offer
    return None if offer is None else str(offer["start"])


def rows(world: Bookings, kind: str) -> list[dict[str, Any]]:
    return [item for item in world.items() if item["pk"].startswith(f"{kind}#")]


def offers(world: Bookings) -> list[dict[str, Any]]:
    return [item for item in world.items() if item["pk"].startswith("OFFER-")]


def free(world: Bookings, case: Case, one: Appointment) -> None:
    world.do(case[1], one, "cancel", reason="r")
    world.relay(case[0])


def before_next_commit(world: Bookings, act: Callable[[], object]) -> None:
    """Let somebody go first: `act` runs before the next transaction."""
    client = world.clients.dynamodb
    made = client.transact_write_items

    def wait(**request: Any) -> Any:
        client.transact_write_items = made  # type: ignore[method-assign]
        act()
        return made(**request)

    client.transact_write_items = wait  # type: ignore[method-assign]


def test_who_left_while_their_offer_lapsed_leaves_nothing_behind(world: Bookings) -> None:
    holder, waiter, later = (world.mediating(number) for number in (1, 2, 3))
    one = world.book(holder[1], holder[0], START)
    join(world, waiter)
    free(world, holder, one)
    assert offer_of(world, waiter) == format_instant(START)
    world.clock.at += timedelta(hours=5)
    before_next_commit(world, lambda: world.waitlist.leave(waiter[1], waiter[0]))
    assert world.run_offers() == {"offer_lapsed": 1}
    assert (rows(world, "WAITLIST"), rows(world, "WAITING"), offers(world)) == ([], [], [])
    join(world, later)
    world.relay(waiter[0])
    assert offer_of(world, later) == format_instant(START)


def test_who_left_before_the_offer_was_made_is_offered_nothing_and_the_next_is(world: Bookings) -> None:
    holder, first, second = (world.mediating(number) for number in (1, 2, 3))
    one = world.book(holder[1], holder[0], START)
    join(world, first)
    join(world, second)
    world.do(holder[1], one, "cancel", reason="r")
    before_next_commit(world, lambda: world.waitlist.leave(first[1], first[0]))
    world.relay(holder[0])
    assert offer_of(world, second) == format_instant(START)
    case = world.store.find_case(first[0])
    assert case is not None
    assert case.offer is None
    assert len(rows(world, "WAITLIST")) == 1


@pytest.mark.parametrize(
    "broken", [{"offered": ["x"]}, {"case_code": "X", "modes": ["video"]}, {"first_day": "soon"}, {"modes": 7}]
)
def test_a_broken_row_holds_up_nobody_and_goes(world: Bookings, broken: dict[str, Any]) -> None:
    holder, waiter = world.mediating(1), world.mediating(2)
    one = world.book(holder[1], holder[0], START)
    key = {"pk": "WAITLIST#org-1#m-1", "sk": "2026-01-01#X"}
    join(world, waiter)
    (whole,) = rows(world, "WAITLIST")
    table = Table(world.clients, world.tables["AppointmentsTable"])
    rest = {} if "offered" in broken or "case_code" in broken else whole
    table.put_many([{**rest, **key, **broken}])
    assert world.waitlist.get_place(waiter[1], waiter[0]).position == 1
    join(world, waiter)
    free(world, holder, one)
    assert offer_of(world, waiter) == format_instant(START)
    assert [row["case_code"] for row in rows(world, "WAITLIST")] == [waiter[0]]


def off_hours(world: Bookings) -> None:
    _set_hours(world, weekly={})


def on_leave(world: Bookings) -> None:
    _set_hours(world, leave=((START.date().isoformat(),) * 2,))


def by_phone_only(world: Bookings) -> None:
    _set_hours(world, modes=("phone",))


def full_day(world: Bookings) -> None:
    _set_hours(world, daily_cap=1)
    other = world.mediating(9)
    world.book(other[1], other[0], START + timedelta(hours=1))


def too_close(world: Bookings) -> None:
    world.clock.at = START - timedelta(hours=3)


def elsewhere(world: Bookings) -> None:
    other = world.mediating(9, "m-1", "org-2")
    world.book(other[1], other[0], START)


def _set_hours(world: Bookings, **changes: Any) -> None:
    hours = world.hours.availability_of("org-1", "m-1", world.clock.now())
    world.slot_store.put_availability(hours.next_version(**changes))


@pytest.mark.parametrize("change", [off_hours, on_leave, by_phone_only, full_day, too_close, elsewhere])
def test_only_what_can_be_booked_is_offered(world: Bookings, change: Callable[[Bookings], None]) -> None:
    holder, waiter = world.mediating(1), world.mediating(2)
    one = world.book(holder[1], holder[0], START)
    join(world, waiter)
    world.do(MEDIATOR, one, "cancel", reason="r")
    change(world)
    world.relay(holder[0])
    assert offer_of(world, waiter) is None
    assert offers(world) == []


def test_an_offer_keeps_the_buffer_too_and_can_be_booked(world: Bookings) -> None:
    holder, waiter, other = (world.mediating(number) for number in (1, 2, 3))
    one = world.book(holder[1], holder[0], START)
    join(world, waiter)
    _set_hours(world, buffer_minutes=30)
    world.hours.forget("org-1")
    free(world, holder, one)
    assert offer_of(world, waiter) == format_instant(START)
    starts = {slot.start for slot in world.slots(other[1], other[0], START.date())}
    assert START + timedelta(hours=1) not in starts
    assert START + timedelta(minutes=90) in starts
    assert world.book(waiter[1], waiter[0], START).buffer_cells == 1
    world.relay(waiter[0])
    world.check_cells()


def end(world: Bookings, case: Case) -> None:
    world.act(case[1], case[0], "withdraw")


def settle(world: Bookings, case: Case) -> None:
    world.act(MEDIATOR, case[0], "end", ground="settled_privately")


def move_on(world: Bookings, case: Case) -> None:
    world.act(MEDIATOR, case[0], "pass", reason="other")
    world.act(CLERK, case[0], "assign", mediator_id="m-2")


def choose(world: Bookings, case: Case) -> None:
    world.act(MEDIATOR, case[0], "pass", reason="other")
    for party in case[1:]:
        world.act(party, case[0], "choose_mediator", mediator_id="m-2")


def challenge(world: Bookings, case: Case) -> None:
    world.act(case[1], case[0], "challenge", reason="r")
    world.act(CLERK, case[0], "answer_challenge", granted=True, reason="r")
    world.act(CLERK, case[0], "assign", mediator_id="m-2")


@pytest.mark.parametrize("leave", [end, settle])
def test_a_case_that_ends_leaves_the_line(world: Bookings, leave: Callable[[Bookings, Case], None]) -> None:
    waiter, next_one = world.mediating(1), world.mediating(2)
    join(world, waiter)
    join(world, next_one)
    leave(world, waiter)
    world.relay(waiter[0])
    world.relay(waiter[0])
    assert [row["case_code"] for row in rows(world, "WAITLIST")] == [next_one[0]]
    assert world.waitlist.get_place(next_one[1], next_one[0]).position == 1
    with pytest.raises(NotFound):
        world.waitlist.get_place(waiter[1], waiter[0])


@pytest.mark.parametrize("name", ["mediator_chosen", "assigned"])
def test_that_another_mediator_was_found_ends_the_old_wish_though_nothing_else_was_told(
    world: Bookings, name: str
) -> None:
    case = world.assigned(1)
    join(world, case)
    (choose if name == "mediator_chosen" else move_on)(world, case)
    (event,) = [one for one in list(world.store.list_events(case[0]))[-1:] if one.name == name]
    assert world.waitlist.on_case_event(event) is True
    assert rows(world, "WAITLIST") == []


@pytest.mark.parametrize("leave", [move_on, choose, challenge])
def test_a_case_with_another_mediator_leaves_the_old_line_and_may_join_the_new(
    world: Bookings, leave: Callable[[Bookings, Case], None]
) -> None:
    code, applicant, _ = case = world.assigned(1)
    join(world, case)
    leave(world, case)
    with pytest.raises(NotFound):
        world.waitlist.get_place(applicant, code)
    join(world, case)
    assert world.waitlist.get_place(applicant, code).waiting.mediator == "m-2"
    world.relay(code)  # what is told late of the first mediator does not end the new wish
    assert [row["mediator"] for row in rows(world, "WAITLIST")] == ["m-2"]


def test_one_freed_slot_costs_a_bounded_number_of_reads(world: Bookings) -> None:
    """Three hundred wishes that cannot be served: over, other modes, offered before, of cases that look open."""
    holder, waiter = world.mediating(1), world.mediating(2)
    one = world.book(holder[1], holder[0], START)
    join(world, waiter)
    (row,) = rows(world, "WAITLIST")
    table = Table(world.clients, world.tables["AppointmentsTable"])
    stale: list[dict[str, Any]] = [
        {"last_day": "2026-11-01", "first_day": "2026-11-01"},
        {"modes": ["onsite"]},
        {"minutes": 180},
        {"offered": [format_instant(START)]},
        {"kept_until": format_instant(START)},
    ]
    table.put_many(
        [{**row, **stale[n % 5], "sk": f"2026-01-01T00:00:00.{n:03d}Z#C{n}", "case_code": f"C{n}"} for n in range(300)]
    )
    calls: list[str] = []
    world.clients.dynamodb.meta.events.register(
        "before-call.dynamodb", lambda model, **_: calls.append(model.name) if "Write" not in model.name else None
    )
    world.do(holder[1], one, "cancel", reason="r")
    (event,) = [each for each in world.store.list_events(holder[0]) if each.name == "appointment_cancelled"]
    calls.clear()
    assert world.waitlist.on_case_event(event) is True
    assert len(calls) <= 6, calls
    assert offer_of(world, waiter) == format_instant(START)


def test_wishes_of_cases_that_are_gone_cost_a_bounded_number_of_looks_and_go(world: Bookings) -> None:
    holder, waiter = world.mediating(1), world.mediating(2)
    one = world.book(holder[1], holder[0], START)
    join(world, waiter)
    (row,) = rows(world, "WAITLIST")
    table = Table(world.clients, world.tables["AppointmentsTable"])
    since = [f"2026-01-01T00:00:00.{n:03d}Z" for n in range(15)]
    table.put_many([{**row, "sk": f"{at}#C{n}", "case_code": f"C{n}", "created_at": at} for n, at in enumerate(since)])
    world.do(holder[1], one, "cancel", reason="r")
    (event,) = [each for each in world.store.list_events(holder[0]) if each.name == "appointment_cancelled"]
    assert world.waitlist.on_case_event(event) is False
    assert len(rows(world, "WAITLIST")) == 6
    assert world.waitlist.on_case_event(event) is True
    assert [each["case_code"] for each in rows(world, "WAITLIST")] == [waiter[0]]


def test_a_wish_whose_days_are_over_waits_no_longer(world: Bookings) -> None:
    waiter, other = world.mediating(1), world.mediating(2)
    join(world, waiter, days=0)
    world.clock.at = TOMORROW + timedelta(days=1)
    with pytest.raises(NotFound):
        world.waitlist.get_place(waiter[1], waiter[0])
    with pytest.raises(InvalidRequest):
        join(world, other, days=0)
    join(world, other)
    join(world, waiter)  # begins anew, at the end of the line
    assert [world.waitlist.get_place(one[1], one[0]).position for one in (other, waiter)] == [1, 2]
    (row, _) = rows(world, "WAITLIST")
    assert row["ttl"] > world.clock.at.timestamp()


def test_one_freed_slot_is_one_cases_however_often_its_event_comes(world: Bookings) -> None:
    holder, first, second = (world.mediating(number) for number in (1, 2, 3))
    one = world.book(holder[1], holder[0], START)
    join(world, first)
    join(world, second)
    free(world, holder, one)
    world.relay(holder[0])
    assert (offer_of(world, first), offer_of(world, second)) == (format_instant(START), None)
    assert len(offers(world)) == 1
