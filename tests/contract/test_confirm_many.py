"""Several requests confirmed in one tap: exactly once, whatever happens in the middle; other ids are another request."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.appointments.booking.case_appointments import Shown
from chalicelib.shared.aws import Clients
from chalicelib.shared.errors import IdempotencyKeyReused, Unavailable, YimaError
from chalicelib.shared.idempotency import Idempotency, Replayed, StoredAnswer
from tests.contract.test_appointments import TOMORROW, Bookings
from tests.contract.world import MEDIATOR
from tests.world import NOW

Answers = Sequence[tuple[str, StoredAnswer | YimaError]]


@dataclass
class Tap:
    """A mediator's tap on some requests, as the route makes it; sent again with the same key."""

    world: Bookings
    ids: Sequence[str]
    key: str = "tap"

    def send(self) -> tuple[bytes, bool]:
        """Return the answer, and whether it was a replay."""
        whole = Idempotency(self.key, json.dumps(self.ids), NOW, _whole, MEDIATOR)
        try:
            return self.world.actions.confirm_many(MEDIATOR, self.ids, whole, _one).body, False
        except Replayed as replayed:
            return replayed.answer.body, True


def _one(shown: Shown) -> StoredAnswer:
    one = shown.appointment
    return StoredAnswer(200, {}, json.dumps({"status": one.status, "version": one.version}).encode())


def _whole(answers: Answers) -> StoredAnswer:
    said = [
        {"id": one, **({"status": "refused", "why": got.slug} if isinstance(got, YimaError) else json.loads(got.body))}
        for one, got in answers
    ]
    return StoredAnswer(200, {}, json.dumps(said).encode())


@pytest.fixture
def world(clients: Clients) -> Bookings:
    return Bookings(clients, max_open_per_case=9)


def requested(world: Bookings, count: int) -> list[str]:
    code, applicant, _ = world.mediating()
    return [world.book(applicant, code, TOMORROW + timedelta(minutes=60 * number)).id for number in range(count)]


def statuses(body: bytes) -> list[str]:
    return [each["status"] for each in json.loads(body)]


def events(world: Bookings, name: str) -> int:
    codes = {item["case_code"] for item in world.items() if item["sk"] == "META"}
    return sum(1 for code in codes for event in world.store.list_events(code) if event.name == name)


def test_the_same_tap_gets_the_first_answer_byte_for_byte(world: Bookings) -> None:
    ids = [*requested(world, 2), "nobody"]
    first, replayed = Tap(world, ids).send()
    assert (statuses(first), replayed) == (["confirmed", "confirmed", "refused"], False)
    found = world.appointment_store.find(ids[0])
    assert found is not None
    world.do(MEDIATOR, found, "cancel", reason="r")
    assert Tap(world, ids).send() == (first, True)
    assert events(world, "appointment_confirmed") == 2


def test_other_ids_under_the_same_key_are_refused_and_nothing_is_confirmed(world: Bookings) -> None:
    one, other = requested(world, 2)
    Tap(world, [one]).send()
    for ids in ([other], [other, one], [one, other]):
        with pytest.raises(IdempotencyKeyReused):
            Tap(world, ids).send()
    assert events(world, "appointment_confirmed") == 1


@pytest.mark.parametrize("cut_off_at", range(4))
@pytest.mark.parametrize("made", [True, False], ids=["reply-lost", "request-lost"])
def test_a_tap_that_was_cut_off_goes_on_and_says_what_it_confirmed(
    world: Bookings,
    cut_off_at: int,
    made: bool,
) -> None:
    ids = requested(world, 2)
    client = world.clients.dynamodb
    transact, count = client.transact_write_items, 0

    def cut_off(**request: Any) -> Any:
        nonlocal count
        count += 1
        if count == cut_off_at + 1:
            if made:
                transact(**request)
            raise EndpointConnectionError(endpoint_url="cut off")
        return transact(**request)

    client.transact_write_items = cut_off  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        Tap(world, ids).send()
    client.transact_write_items = transact  # type: ignore[method-assign]
    if made or cut_off_at:  # the key is bound to its ids from the first write on
        with pytest.raises(IdempotencyKeyReused):
            Tap(world, ids[:1]).send()
    again, replayed = Tap(world, ids).send()
    assert statuses(again) == ["confirmed", "confirmed"]
    assert replayed is (made and cut_off_at == 3)
    assert Tap(world, ids).send() == (again, True)
    assert events(world, "appointment_confirmed") == 2
    world.check_cells()


def test_two_taps_at_once_get_one_answer(world: Bookings) -> None:
    ids = requested(world, 2)
    client = world.clients.dynamodb
    transact = client.transact_write_items
    inside: list[tuple[bytes, bool]] = []

    def meanwhile(**request: Any) -> Any:
        client.transact_write_items = transact  # type: ignore[method-assign]
        inside.append(Tap(world, ids).send())
        return transact(**request)

    client.transact_write_items = meanwhile  # type: ignore[method-assign]
    outer = Tap(world, ids).send()
    assert outer == (inside[0][0], True)
    assert statuses(outer[0]) == ["confirmed", "confirmed"]
    assert events(world, "appointment_confirmed") == 2
