"""Who waits, for what, and in which place: every bound from both sides."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.appointments.waitlist.model import Line, Offer, Spot, Waiting, find_wish
from chalicelib.shared.clock import SHANGHAI, format_instant
from chalicelib.shared.records import from_item, to_item

NOW = "2026-11-24T02:00:00.000Z"
WISH = Waiting("C1", "o", "m", "2026-11-25", "2026-11-26", ("video",), 60, NOW, case_seq=4)


def at(day: int, hour: int = 9, minute: int = 0) -> str:
    return format_instant(datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI))


@pytest.mark.parametrize(
    ("start", "minutes", "mode", "suits"),
    [
        (at(25, 0), 60, "video", True),  # the first minute of the first day, in Dalian
        (at(24, 23, 59), 60, "video", False),
        (at(26, 23, 59), 60, "video", True),
        (at(27, 0), 60, "video", False),
        (at(25), 59, "video", False),
        (at(25), 90, "video", True),
        (at(25), 60, "onsite", False),
    ],
)
def test_a_slot_suits_that_was_wished_for(start: str, minutes: int, mode: str, suits: bool) -> None:
    assert WISH.suits(start, minutes, mode, NOW) is suits


def test_what_was_offered_before_is_not_offered_again_but_another_slot_is() -> None:
    wish = replace(WISH, offered=(at(25),))
    assert not wish.suits(at(25), 60, "video", NOW)
    assert wish.suits(at(25, 10), 60, "video", NOW)


def test_whoever_has_an_offer_is_passed_over_until_it_is_over() -> None:
    wish = replace(WISH, kept_until=NOW)
    assert wish.suits(at(25), 60, "video", NOW)
    assert not replace(WISH, kept_until="2026-11-24T02:00:00.001Z").suits(at(25), 60, "video", NOW)


def test_a_wish_ends_with_its_last_day_in_dalian() -> None:
    assert WISH.ends_at == datetime(2026, 11, 27, tzinfo=SHANGHAI)


@pytest.mark.parametrize(("seq", "older"), [(4, False), (5, True), (3, False)])
def test_a_wish_is_older_than_the_events_after_it(seq: int, older: bool) -> None:
    """By the case's numbers: an event that comes late must not end a wish that was made after it."""
    assert WISH.spot.is_older_than(seq, "2030") is older
    assert WISH.spot == Spot("C1", "o", "m", NOW, 4)


@pytest.mark.parametrize(("event", "older"), [("2026-11-24T01:59:59.999Z", False), (NOW, False), (at(25), True)])
def test_wishes_from_before_numbers_were_noted_go_by_instants(event: str, older: bool) -> None:
    assert Spot("C1", "o", "m", NOW).is_older_than(99, event) is older


def test_places_are_counted_from_one_and_only_those_who_still_wait_count() -> None:
    def wish(code: str, second: int, last: str = "2026-11-26") -> Waiting:
        return replace(WISH, case_code=code, created_at=f"2026-11-24T02:00:{second:02d}.000Z", last_day=last)

    over, first, same, mine, later = wish("A", 0, "2026-11-23"), wish("B", 1), wish("C", 2), wish("D", 2), wish("E", 3)
    line = Line([over, first, same, mine, later], ())
    now = datetime(2026, 11, 24, 10, tzinfo=SHANGHAI)
    assert [line.position(one, now) for one in (first, mine, later)] == [1, 2, 4]
    assert line.position(later, first.ends_at - timedelta(seconds=1)) == 4
    assert line.position(later, first.ends_at) == 1
    assert line.of("D") == mine
    assert line.of("Z") is None


def test_a_wish_and_an_offer_come_back_as_they_were_stored() -> None:
    whole = replace(WISH, offered=(at(25),), kept_until=at(26))
    item: dict[str, Any] = to_item(whole)
    assert (item["modes"], item["offered"]) == (["video"], [at(25)])
    assert find_wish({**item, "pk": "p", "sk": "s"}) == whole
    assert find_wish(to_item(WISH)) == WISH
    assert "kept_until" not in to_item(WISH)
    offer = Offer("OFFER-1", "C1", "o", "m", at(25), 60, "video", at(24), NOW)
    assert "room" not in to_item(offer)
    assert from_item(Offer, {**to_item(offer), "pk": "p"}) == offer
    assert from_item(Offer, {**to_item(replace(offer, room="1"))}).room == "1"
    assert offer.in_case() == {"id": "OFFER-1", "start": at(25), "minutes": 60, "mode": "video", "expires_at": at(24)}


def test_wishes_that_were_stored_before_numbers_were_noted_have_none() -> None:
    item = {name: value for name, value in to_item(WISH).items() if name not in {"case_seq", "offered"}}
    wish = find_wish(item)
    assert wish is not None
    assert (wish.case_seq, wish.offered, wish.spot.case_seq) == (0, (), 0)


@pytest.mark.parametrize("broken", [{"first_day": "soon"}, {"last_day": "never"}, {"modes": None}, {"offered": 3}])
def test_a_row_that_holds_no_wish_is_none(broken: dict[str, Any]) -> None:
    assert find_wish({**to_item(WISH), **broken}) is None
    assert find_wish({"offered": []}) is None


def test_days_are_whole_dates() -> None:
    assert WISH.ends_at.date() - date.fromisoformat(WISH.last_day) == timedelta(days=1)
