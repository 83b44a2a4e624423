"""The process dies, or the reply is lost, right after the commit: the retry gets the first answer, and nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.appointments.booking.service import BookingRequest
from chalicelib.cases.appeals.service import AppealService
from chalicelib.cases.lifecycle.lists import CaseFilter
from chalicelib.cases.lifecycle.service import Asked
from chalicelib.cases.messages.service import MessageService
from chalicelib.shared.calendar import work_calendar
from chalicelib.shared.deadlines import DeadlineRules, DueDates
from chalicelib.shared.errors import Unavailable, YimaError
from chalicelib.shared.idempotency import Idempotency, Replayed
from tests.contract.conftest import local_clients
from tests.contract.test_appointments import TOMORROW, Bookings
from tests.contract.world import CLERK, FILING, LI, MEDIATOR, WANG

Command = Callable[[Bookings, str, Idempotency], Any]


def act(viewer: Any, action: str, **details: Any) -> Command:
    return lambda world, code, key: world.cases.act(viewer, code, Asked(action, details), key)


def to_accepted(world: Bookings) -> str:
    return world.joined()


def to_accepted_by_all(world: Bookings) -> str:
    code = world.joined()
    world.act(LI, code, "consent", terms_version="2026-01")
    return code


def to_consented(world: Bookings) -> str:
    code = to_accepted_by_all(world)
    world.leave_choice(code, WANG, LI)
    return code


def to_assigned(world: Bookings) -> str:
    code = to_consented(world)
    world.act(CLERK, code, "assign", mediator_id="m-1")
    return code


def to_mediating(world: Bookings) -> str:
    code = to_assigned(world)
    world.act(MEDIATOR, code, "take")
    return code


def to_agreed(world: Bookings) -> str:
    return world.agreed()[0]


def to_withdrawn(world: Bookings) -> str:
    code = world.joined()
    world.act(WANG, code, "withdraw")
    return code


def sign(world: Bookings, code: str, key: Idempotency) -> Any:
    case = world.store.find_case(code)
    assert case is not None
    return world.cases.act(WANG, code, Asked("sign", {"agreement_sha256": case.agreement_sha256}), key)


def speak(world: Bookings, code: str, key: Idempotency) -> Any:
    talk = MessageService(world.cases, world.store)
    return talk.send(WANG, code, "t", "all", for_settlement=False, idempotency=key)


def appeal(world: Bookings, code: str, key: Idempotency) -> Any:
    due = DueDates(DeadlineRules.load(), work_calendar())
    return AppealService(world.cases, world.store, due).file(WANG, code, "process", "t", key)


def book(world: Bookings, code: str, key: Idempotency) -> Any:
    return world.booking.book(WANG, BookingRequest(code, TOMORROW, 60, "video"), key)


COMMANDS: dict[str, tuple[Callable[[Bookings], str], Command]] = {
    "consent": (to_accepted, act(LI, "consent", terms_version="2026-01")),
    "decline": (to_accepted, act(LI, "decline")),
    "choose_mediator": (to_accepted_by_all, act(WANG, "choose_mediator", mediator_id="m-1")),
    "assign": (to_consented, act(CLERK, "assign", mediator_id="m-1")),
    "take": (to_assigned, act(MEDIATOR, "take")),
    "pass": (to_assigned, act(MEDIATOR, "pass", reason="other")),
    "recuse": (to_mediating, act(MEDIATOR, "recuse", reason="r")),
    "draft_agreement": (to_mediating, act(MEDIATOR, "draft_agreement", text="t", terms=[])),
    "end": (to_mediating, act(MEDIATOR, "end", ground="other")),
    "withdraw": (to_mediating, act(WANG, "withdraw")),
    "sign": (to_agreed, sign),
    "refuse_to_sign": (to_agreed, act(WANG, "refuse_to_sign")),
    "message": (to_mediating, speak),
    "appeal": (to_withdrawn, appeal),
    "book": (to_mediating, book),
}


@pytest.fixture
def world(dynamodb_local_url: str) -> Bookings:
    return Bookings(local_clients(dynamodb_local_url))


@contextmanager
def lost_reply(world: Bookings) -> Iterator[None]:
    """Lose the reply to the next transaction, after it was made."""
    client = world.clients.dynamodb
    made = client.transact_write_items

    def lose(**request: Any) -> Any:
        made(**request)
        raise EndpointConnectionError(endpoint_url="lost")

    client.transact_write_items = lose  # type: ignore[method-assign]
    try:
        yield
    finally:
        client.transact_write_items = made  # type: ignore[method-assign]


def written(world: Bookings, code: str) -> tuple[int, int, int]:
    messages = list(world.store.every_item(code, "MESSAGE#"))
    return len(list(world.store.list_events(code))), len(messages), len(world.items())


@pytest.mark.parametrize("name", list(COMMANDS))
def test_a_retry_after_a_lost_reply_gets_the_first_answer_and_acts_once(world: Bookings, name: str) -> None:
    prepare, command = COMMANDS[name]
    code = prepare(world)
    before = written(world, code)
    key = world.key(f"lost-{name}")
    with lost_reply(world), pytest.raises(Unavailable):
        command(world, code, key)
    once = written(world, code)
    assert once != before
    try:
        command(world, code, key)
    except Replayed as replayed:
        answer = replayed.answer
    except YimaError:  # it sees its own effect; the endpoint then looks for the first answer
        found = world.committer.find_answer(key)
        assert found is not None
        answer = found
    assert answer.status == 200
    assert written(world, code) == once
    assert world.fault(code) is None


def test_a_filing_whose_reply_was_lost_is_one_case(world: Bookings) -> None:
    key = world.key("lost-filing")
    with lost_reply(world), pytest.raises(Unavailable):
        world.cases.file(WANG, FILING, key)
    with pytest.raises(Replayed):
        world.cases.file(WANG, FILING, key)
    found = world.lists.list_cases(WANG, CaseFilter("party", None), None, 10).page
    assert len(found.items) == 1
