"""What stands in the tables of appointments is read, old rows too, and is written as it always was."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.appointments.booking.model import Appointment
from chalicelib.appointments.slots.model import Availability
from chalicelib.appointments.waitlist.model import Offer, Spot, Waiting, find_wish
from chalicelib.shared.records import from_item, to_item

KEYS = {"pk": "P", "sk": "S", "gsi1pk": "G", "gsi1sk": "H", "ttl": 1}
APPOINTMENT: dict[str, Any] = {
    "id": "A",
    "case_code": "C",
    "organisation": "o",
    "mediator": "m",
    "mediator_person": "pm",
    "status": "requested",
    "start": "2026-11-25T01:00:00.000Z",
    "end": "2026-11-25T02:00:00.000Z",
    "mode": "onsite",
    "persons": {"p1": "a", "p2": "r"},
    "accepted": {"p1": True, "p2": None},
    "version": 2,
    "created_at": "2026-11-24T02:00:00.000Z",
    "updated_at": "2026-11-24T03:00:00.000Z",
    "room": "1",
    "hold_expires_at": "2026-11-25T00:00:00.000Z",
    "buffer_cells": 1,
    "sequence": 1,
    "checked_in": {"p1": "2026-11-25T00:55:00.000Z"},
    "absent": ["p2"],
    "reminded": [24, 2],
    "held_minutes": 50,
    "report_by": "2026-12-01T15:59:59.000Z",
    "answers": {"p1": 1},
    "case_seq": 7,
    "report_provisional": True,
}
AVAILABILITY: dict[str, Any] = {
    "mediator": "m",
    "organisation": "o",
    "version": 3,
    "weekly": {"mon": [["09:00", "12:00"], ["14:00", "17:00"]], "tue": []},
    "exceptions": {"2026-12-01": [], "2026-12-02": [["10:00", "11:00"]]},
    "leave": [["2026-12-24", "2026-12-26"]],
    "modes": ["video", "phone"],
    "daily_cap": 4,
    "buffer_minutes": 15,
    "feed_number": 2,
}
SPOT: dict[str, Any] = {
    "case_code": "C",
    "organisation": "o",
    "mediator": "m",
    "created_at": "2026-11-24T02:00:00.000Z",
    "case_seq": 7,
}
WAITING: dict[str, Any] = {
    **SPOT,
    "first_day": "2026-11-25",
    "last_day": "2026-11-27",
    "modes": ["video", "onsite"],
    "minutes": 60,
    "offered": ["2026-11-25T01:00:00.000Z"],
    "kept_until": "2026-11-24T06:00:00.000Z",
}
OFFER: dict[str, Any] = {
    "id": "OFFER-1",
    "case_code": "C",
    "organisation": "o",
    "mediator": "m",
    "start": "2026-11-25T01:00:00.000Z",
    "minutes": 60,
    "mode": "onsite",
    "expires_at": "2026-11-24T06:00:00.000Z",
    "wished_at": "2026-11-24T02:00:00.000Z",
    "room": "1",
}


@pytest.mark.parametrize(
    ("kind", "stored", "later"),
    [
        (
            Appointment,
            APPOINTMENT,
            (
                "room",
                "hold_expires_at",
                "held_minutes",
                "report_by",
                "absent",
                "reminded",
                "answers",
                "case_seq",
                "report_provisional",
            ),
        ),
        (Availability, AVAILABILITY, ("feed_number",)),
        (Spot, SPOT, ("case_seq",)),
        (Waiting, WAITING, ("offered", "case_seq", "kept_until")),
        (Offer, OFFER, ("room",)),
    ],
)
def test_what_is_stored_is_read_and_written_as_it_was(
    kind: Any, stored: dict[str, Any], later: tuple[str, ...]
) -> None:
    """`later`: attributes that old rows do not have."""
    assert to_item(from_item(kind, {**KEYS, **stored})) == stored
    old = from_item(kind, {name: value for name, value in stored.items() if name not in later})
    assert {name: value for name, value in to_item(old).items() if name not in later} == {
        name: value for name, value in stored.items() if name not in later
    }
    assert all(not getattr(old, name) for name in later)


def test_lists_are_tuples_again_so_that_what_was_read_equals_what_was_made() -> None:
    hours = from_item(Availability, AVAILABILITY)
    assert hours.weekly == {"mon": (("09:00", "12:00"), ("14:00", "17:00")), "tue": ()}
    assert hours.exceptions == {"2026-12-01": (), "2026-12-02": (("10:00", "11:00"),)}
    assert (hours.leave, hours.modes) == ((("2026-12-24", "2026-12-26"),), ("video", "phone"))
    one = from_item(Appointment, APPOINTMENT)
    assert (one.absent, one.reminded, one.accepted) == (("p2",), (24, 2), {"p1": True, "p2": None})
    wish = find_wish({**KEYS, **WAITING})
    assert wish is not None
    assert (wish.modes, wish.offered) == (("video", "onsite"), ("2026-11-25T01:00:00.000Z",))
