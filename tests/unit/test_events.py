"""Whoever touches an event breaks the chain, and audit says where."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.shared.events import GENESIS, Event
from infra.audit.commands import find_fault

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def chain(length: int) -> list[Event]:
    events: list[Event] = []
    for seq in range(1, length + 1):
        head = events[-1].hash if events else GENESIS
        events.append(
            Event.happened(
                "C",
                seq,
                NOW,
                "accepted",
                actor="a",
                actor_role="clerk",
                status="accepted",
                data={"n": seq},
                prev_hash=head,
                audience=[{"person": "p", "relation": "applicant"}],
                sealed=b"x" if seq == 2 else None,
            )
        )
    return events


def test_a_whole_chain_has_no_fault_also_after_storage() -> None:
    events = [Event.from_item(event.to_item()) for event in chain(5)]
    assert find_fault(events, 5, events[-1].hash) is None


@pytest.mark.parametrize(
    "change",
    [
        {"at": "2026-11-23T00:00:00.000Z"},
        {"actor": "b"},
        {"data": {"n": 9}},
        {"status": "failed"},
        {"sealed": b"y"},
        {"audience": ()},
        {"prev_hash": "1" * 64},
    ],
)
def test_a_touched_event_is_named(change: dict[str, Any]) -> None:
    events = chain(5)
    events[1] = replace(events[1], **change)
    assert "event 2" in str(find_fault(events, 5, events[-1].hash))


def test_missing_and_cut_off_events_are_noticed() -> None:
    events = chain(5)
    assert find_fault(events[:2] + events[3:], 5, events[-1].hash)
    assert find_fault(events[:4], 5, events[-1].hash)
    assert find_fault([], 5, events[-1].hash)
