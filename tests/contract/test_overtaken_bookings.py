"""Bookings that are overtaken: hours changed elsewhere are read anew, and storms end in an answer, not in a loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.appointments.booking.service import BookingRequest, BookingService, MoveRequest
from chalicelib.appointments.slots.refusals import OutsideHours
from chalicelib.shared.aws import Clients
from chalicelib.shared.clock import format_instant
from chalicelib.shared.deciding import MAX_DECISIONS, decide_anew
from chalicelib.shared.dynamo import Pauses
from chalicelib.shared.errors import Conflict, Unavailable
from chalicelib.shared.transactions import MAX_ATTEMPTS
from tests.contract.test_appointments import TOMORROW, Bookings


@pytest.fixture
def world(clients: Clients) -> Bookings:
    return Bookings(clients)


def another_container(world: Bookings, pauses: Pauses | None = None) -> BookingService:
    made = world.compose_anew()
    if pauses is not None:
        made.case_appointments._pauses = pauses
    return made.booking


def set_hours(world: Bookings, **changes: Any) -> None:
    """Change the mediator's hours as another container does: this one's cache is not told."""
    found = world.slot_store.read_availability("org-1").get("m-1")
    hours = found or world.hours.availability_of("org-1", "m-1", world.clock.now())
    world.slot_store.put_availability(hours.next_version(**changes))


def count_calls(world: Bookings) -> list[str]:
    calls: list[str] = []
    world.clients.dynamodb.meta.events.register("before-call.dynamodb", lambda model, **_: calls.append(model.name))
    return calls


def test_hours_that_proved_stale_are_read_anew_once(world: Bookings) -> None:
    code, applicant, _ = world.mediating()
    other = another_container(world)
    world.hours.availability_of("org-1", "m-1", world.clock.now())
    wanted = BookingRequest(code, TOMORROW, 60, "video")
    first = other.book(applicant, wanted, world.key()).appointment  # remembers the hours
    world.do(applicant, first, "cancel", reason="r")
    set_hours(world, daily_cap=5)
    calls = count_calls(world)
    assert other.book(applicant, wanted, world.key()).appointment.status == "requested"
    assert calls.count("TransactWriteItems") == 2  # the one that proved it, and the one that booked
    world.check_cells()


def test_nobody_is_refused_because_of_hours_that_were_remembered(world: Bookings) -> None:
    code, applicant, _ = world.mediating()
    other = another_container(world)
    set_hours(world, weekly={})
    wanted = BookingRequest(code, TOMORROW, 60, "video")
    with pytest.raises(OutsideHours):
        other.book(applicant, wanted, world.key())
    set_hours(world, weekly=world.rules.weekly_hours)
    assert other.book(applicant, wanted, world.key()).appointment.start == format_instant(TOMORROW)


def test_hours_that_end_while_somebody_books_are_held_to(world: Bookings) -> None:
    code, applicant, _ = world.mediating()
    other = another_container(world)
    wanted = BookingRequest(code, TOMORROW, 60, "video")
    world.do(applicant, other.book(applicant, wanted, world.key()).appointment, "cancel", reason="r")
    set_hours(world, weekly={})
    with pytest.raises(OutsideHours):
        other.book(applicant, wanted, world.key())
    world.check_cells()


def test_a_move_reads_stale_hours_anew_too(world: Bookings) -> None:
    code, applicant, _ = world.mediating()
    other = another_container(world)
    one = other.book(applicant, BookingRequest(code, TOMORROW, 30, "video"), world.key()).appointment
    set_hours(world, daily_cap=5)
    later = other.move(applicant, MoveRequest(one.id, TOMORROW.replace(hour=2)), world.key()).appointment
    assert (later.sequence, later.starts.hour) == (1, 2)
    world.check_cells()


def test_hours_that_change_without_end_end_in_a_conflict(world: Bookings) -> None:
    code, applicant, _ = world.mediating()
    slept: list[float] = []
    other = another_container(world, Pauses(sleep=slept.append, jitter=lambda: 1.0))
    before_each_transaction(world, lambda: set_hours(world, daily_cap=5))
    calls = count_calls(world)
    with pytest.raises(Conflict) as refused:
        other.book(applicant, BookingRequest(code, TOMORROW, 60, "video"), world.key())
    assert refused.value.status == 409
    assert len(slept) == MAX_DECISIONS - 1
    assert calls.count("TransactWriteItems") == 2 * MAX_DECISIONS  # the hours', and the booking's
    world.check_cells()


def test_a_table_that_conflicts_without_end_ends_in_unavailable(world: Bookings) -> None:
    code, applicant, _ = world.mediating()
    sent = 0

    def refuse(**_: Any) -> Any:
        nonlocal sent
        sent += 1
        reply: Any = {
            "Error": {"Code": "TransactionCanceledException", "Message": ""},
            "CancellationReasons": [{"Code": "TransactionConflict"}],
        }
        raise world.clients.dynamodb.exceptions.TransactionCanceledException(reply, "TransactWriteItems")

    world.clients.dynamodb.transact_write_items = refuse  # type: ignore[method-assign]
    world.committer._pauses = Pauses(sleep=lambda _: None)
    with pytest.raises(Unavailable):
        world.book(applicant, code)
    assert sent == MAX_ATTEMPTS
    assert issubclass(world.clients.dynamodb.exceptions.TransactionCanceledException, ClientError)


def before_each_transaction(world: Bookings, act: Callable[[], object]) -> None:
    client = world.clients.dynamodb
    made = client.transact_write_items

    def wait(**request: Any) -> Any:
        client.transact_write_items = made  # type: ignore[method-assign]
        act()
        client.transact_write_items = wait  # type: ignore[method-assign]
        return made(**request)

    client.transact_write_items = wait  # type: ignore[method-assign]


def test_pauses_between_decisions_are_random_and_bounded() -> None:
    slept: list[float] = []
    with pytest.raises(Conflict):
        decide_anew(lambda: None, Pauses(sleep=slept.append, jitter=lambda: 0.5))
    assert slept == sorted(slept)
    assert (len(slept), max(slept)) == (MAX_DECISIONS - 1, 0.2)
    turns = iter([None, None, 7])
    assert decide_anew(lambda: next(turns), Pauses(sleep=slept.append)) == 7
