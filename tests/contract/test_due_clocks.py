"""Cases stand in the index of due dates by their next clock, and not by one that was acted on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.cases.lifecycle.clockwork import CaseClock
from chalicelib.shared.aws import Clients
from chalicelib.shared.calendar import work_calendar
from chalicelib.shared.clock import format_instant
from chalicelib.shared.deadlines import DeadlineRules, DueDates
from chalicelib.shared.due import SHARDS
from tests.contract.world import CLERK, FILING, WANG, World


@pytest.fixture
def world(clients: Clients) -> World:
    return World(clients)


def due_at(world: World) -> list[str]:
    """Return the instants at which something is due, ever."""
    entries = [entry for shard in range(SHARDS) for entry in world.store.due.list_due(shard, "9999", None)[0]]
    return [entry.gsi1sk.partition("#")[0] for entry in entries]


def run(world: World) -> dict[str, int]:
    due = DueDates(DeadlineRules.load(), work_calendar())
    return CaseClock(world.cases, world.store, due, world.container.cases.escalation, world.clock).run()


def test_a_clock_that_was_escalated_is_not_looked_at_again(world: World) -> None:
    code = world.cases.file(WANG, FILING, world.key()).case.code
    (at,) = due_at(world)
    world.clock.at += timedelta(days=9)
    assert run(world) == {"escalated": 1}
    case = world.store.find_case(code)
    assert case is not None
    assert [(one.rule, one.at, one.escalated) for one in case.deadlines] == [("acceptance", at, True)]
    assert due_at(world) == []
    assert run(world) == {}


def test_the_next_clock_is_the_earliest_that_was_not_escalated(world: World) -> None:
    code = world.cases.file(WANG, FILING, world.key()).case.code
    world.clock.at += timedelta(days=9)
    run(world)
    world.act(CLERK, code, "accept")
    case = world.store.find_case(code)
    assert case is not None
    assert due_at(world) == [min(one.at for one in case.deadlines if not one.escalated)]
    assert due_at(world)[0] > format_instant(world.clock.at)
