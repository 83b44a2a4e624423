"""Who is offered a slot that became free, on which terms, and what becomes of an offer that is not taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.appointments.slots.races import AvailabilityChanged, SheetChanged
from chalicelib.appointments.slots.sheets import Cell, Sheet, SheetKey
from chalicelib.appointments.waitlist.model import Offer
from chalicelib.appointments.waitlist.races import WishChanged
from chalicelib.cases.lifecycle.records import VersionConflict
from chalicelib.shared.clock import format_instant
from chalicelib.shared.due import DueEntry
from chalicelib.shared.jobs import Job
from tests.unit.line import FREED, NOW, START, Town, case_of


@pytest.fixture
def town() -> Town:
    return Town()


def test_a_freed_slot_is_offered_to_the_first_in_line(town: Town) -> None:
    first = town.waits("A")
    town.waits("B", at=1)
    town.cases["A"] = case_of("A", no_shows={"p1": 1})
    assert town.free()
    (made,) = town.commits
    expires = format_instant(NOW + timedelta(hours=4))
    ((offer, spot),) = [rest for kind, *rest in made.also if kind == "offer"]
    assert offer == Offer(offer.id, "A", "org-1", "m-1", FREED["start"], 60, "video", expires, first.created_at, None)
    assert offer.id.startswith("OFFER-")
    assert spot == first.spot
    assert (made.event, made.role, made.case) == (
        "slot_offered",
        "clock",
        case_of("A", no_shows={"p1": 1}, offer=offer.in_case()),
    )
    assert made.data == {**offer.in_case(), "mediator": "m-1", "organisation": "org-1"}
    assert ("sheet", SheetKey.of_person("pm-1", "2026-11-26"), expires) in made.also
    assert ("hours", 0) in made.also
    assert len(made.also) == 3


def test_a_case_is_offered_what_it_asked_for_and_not_more(town: Town) -> None:
    town.waits("A", minutes=30, modes=("onsite", "phone"))
    assert town.free(mode="onsite")
    ((offer, _),) = [rest for kind, *rest in town.commits[0].also if kind == "offer"]
    assert (offer.minutes, offer.mode, offer.room) == (30, "onsite", "1")
    assert {key for kind, key, *_ in town.commits[0].also if kind == "sheet"} == {
        SheetKey.of_person("pm-1", "2026-11-26"),
        SheetKey.of_room("org-1", "2026-11-26", "1"),
    }


def test_an_offer_ends_before_it_is_too_late_to_book(town: Town) -> None:
    town.waits("A")
    town.now = START - timedelta(hours=5)
    assert town.free()
    assert town.commits[0].data["expires_at"] == format_instant(START - timedelta(hours=4))


@pytest.mark.parametrize(("before", "offered"), [(timedelta(hours=4), True), (timedelta(hours=3, minutes=59), False)])
def test_a_slot_that_is_too_near_is_offered_to_nobody(town: Town, before: timedelta, offered: bool) -> None:
    town.waits("A")
    town.now = START - before
    assert town.free() is offered
    assert town.offered() == (["A"] if offered else [])


def test_who_freed_it_or_does_not_want_it_is_passed_over(town: Town) -> None:
    town.waits("F")
    town.waits("B", at=1, modes=("onsite",))
    town.waits("A", at=2)
    assert town.free()
    assert town.offered() == ["A"]


def test_an_event_that_frees_nothing_offers_nothing(town: Town) -> None:
    town.waits("A")
    assert not town.event(organisation="org-1", mediator="m-1")
    assert town.offered() == []


@pytest.mark.parametrize(
    ("changes", "leaves"),
    [
        ({"status": "signed"}, True),
        ({"mediator": "m-2"}, True),
        ({"organisation": "org-2"}, True),
        ({"offer": {"expires_at": format_instant(NOW + timedelta(seconds=1))}}, False),
        ({"appointments": ({"status": "confirmed", "end": "9"}, {"status": "confirmed", "end": "9"})}, False),
    ],
)
def test_who_cannot_have_it_is_passed_over_and_leaves_if_they_wait_no_more(
    town: Town, changes: dict[str, Any], leaves: bool
) -> None:
    town.waits("A")
    town.waits("B", at=1)
    town.cases["A"] = case_of("A", **changes)
    assert town.free()
    assert town.offered() == ["B"]
    assert ("A" not in town.rows.spots) is leaves


@pytest.mark.parametrize(
    "changes",
    [
        {"offer": {"expires_at": format_instant(NOW)}},
        {"appointments": ({"status": "confirmed", "end": "9"},)},
    ],
)
def test_an_offer_that_is_over_or_one_session_is_in_nobodys_way(town: Town, changes: dict[str, Any]) -> None:
    town.waits("A")
    town.cases["A"] = case_of("A", **changes)
    assert town.free()
    assert town.offered() == ["A"]


def test_a_case_that_is_gone_leaves_the_line(town: Town) -> None:
    town.waits("A")
    del town.cases["A"]
    assert not town.free()
    assert "A" not in town.rows.spots


def test_a_slot_that_is_taken_by_now_is_offered_to_nobody(town: Town) -> None:
    town.waits("A")
    key = SheetKey.of_person("pm-1", "2026-11-26")
    town.rows.sheets[key] = Sheet(key, {"t0900": Cell("X", None)}, {}, lists_live=True)
    assert not town.free()


def test_a_party_who_is_busy_is_passed_over(town: Town) -> None:
    town.waits("A")
    town.waits("B", at=1)
    key = SheetKey.of_person("A-r", "2026-11-26")
    town.rows.sheets[key] = Sheet(key, {"t0945": Cell("X", None)})
    assert town.free()
    assert town.offered() == ["B"]


def test_so_many_cases_are_looked_at_and_no_more(town: Town) -> None:
    for number in range(3):
        town.waits(f"S{number}", at=number)
        town.cases[f"S{number}"] = case_of(f"S{number}", offer={"expires_at": "9999"})
    town.waits("A", at=9)
    assert not town.free()
    town.cases["S2"] = case_of("S2")
    assert town.free()
    assert town.offered() == ["S2"]


def test_a_broken_line_is_mended_and_a_whole_one_is_not_touched(town: Town) -> None:
    town.waits("A")
    town.free()
    assert town.rows.mended == 0
    town.rows.broken = (("pk", "sk"),)
    town.free()
    assert town.rows.mended == 1


@pytest.mark.parametrize("fault", [VersionConflict(), SheetChanged(), AvailabilityChanged()])
def test_an_offer_that_is_overtaken_is_decided_anew(town: Town, fault: Exception) -> None:
    town.waits("A")
    town.faults = [fault]
    known = town.hours.availability_of("org-1", "m-1", NOW)
    town.rows.hours = {"m-1": replace(known, version=3)}
    assert town.free()
    assert town.offered() == ["A"]
    assert ("hours", 3 if isinstance(fault, AvailabilityChanged) else 0) in town.commits[0].also


def test_who_left_meanwhile_is_passed_over(town: Town) -> None:
    town.waits("A")
    town.waits("B", at=1)
    town.faults = [WishChanged()]
    assert town.free()
    assert town.offered() == ["B"]


def lapse(town: Town, offer_id: str) -> list[str]:
    return list(town.offers.act_on(offer_id))


def offered(town: Town) -> Offer:
    town.waits("A")
    town.free()
    (offer,) = town.rows.offers.values()
    town.commits.clear()
    return offer


def test_an_offer_that_was_not_taken_lapses_and_frees_its_slot(town: Town) -> None:
    offer = offered(town)
    assert lapse(town, offer.id) == ["offer_lapsed"]
    (made,) = town.commits
    assert (made.event, made.role, made.case) == ("offer_lapsed", "clock", case_of("A"))
    where = {"start": FREED["start"], "mediator": "m-1", "organisation": "org-1"}
    assert made.data == {**where, "freed": FREED}
    assert made.also == [("end", offer, town.rows.spots["A"])]


@pytest.mark.parametrize("changes", [{"offer": None}, {"offer": {"id": "another"}}])
def test_an_offer_that_the_case_has_no_more_is_forgotten(town: Town, changes: dict[str, Any]) -> None:
    offer = offered(town)
    town.cases["A"] = case_of("A", **changes)
    assert lapse(town, offer.id) == []
    assert (town.rows.offers, town.commits) == ({}, [])
    assert lapse(town, offer.id) == []


def test_an_offer_of_a_case_that_is_gone_is_forgotten(town: Town) -> None:
    offer = offered(town)
    town.cases.clear()
    assert lapse(town, offer.id) == []
    assert town.rows.offers == {}


def test_a_lapse_that_is_overtaken_is_decided_anew(town: Town) -> None:
    offer = offered(town)
    town.faults = [VersionConflict()]
    assert lapse(town, offer.id) == ["offer_lapsed"]


def test_a_wish_that_changed_while_its_offer_lapsed_goes(town: Town) -> None:
    offer = offered(town)
    town.faults = [WishChanged()]
    assert lapse(town, offer.id) == ["offer_lapsed"]
    assert town.rows.spots == {}
    assert town.commits[0].also == [("end", offer, None)]


def test_offers_that_ran_out_lapse_by_a_job_that_says_so(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    offer = offered(town)
    found = [[DueEntry(offer.id, "META", "DUE#0", f"{offer.expires_at}#{offer.id}")]]
    town.rows.due_offers = SimpleNamespace(list_due=lambda *_: (found.pop() if found else [], None))
    town.now += timedelta(hours=4)
    assert Job("deadlines", [town.offers.part], SimpleNamespace(now=lambda: town.now)).run() == {"offer_lapsed": 1}
    assert '"job":"deadlines"' in capsys.readouterr().out


def test_the_lapse_of_offers_is_an_urgent_part_of_the_deadlines(town: Town) -> None:
    part = town.offers.part
    assert (part.name, part.urgent) == ("offers", True)
