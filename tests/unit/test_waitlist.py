"""Joining the line of a mediator's slots, leaving it, and what ends a wish."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from chalicelib.appointments.slots.refusals import NotBookable
from chalicelib.appointments.waitlist.model import Waiting
from chalicelib.shared.clock import SHANGHAI, format_instant
from chalicelib.shared.errors import InvalidRequest, NotAllowed, NotFound
from chalicelib.shared.idempotency import Shown
from tests.unit.line import FREED, NOW, VIEWER, Town, case_of


@pytest.fixture
def town() -> Town:
    return Town()


def test_a_party_joins_the_line_of_their_cases_mediator(town: Town) -> None:
    town.waits("A")
    town.cases["C"] = case_of("C", offer={"id": "O"})
    place = town.join()
    ((waiting, former, claim, result),) = town.rows.joined
    expected = Waiting("C", "org-1", "m-1", "2026-11-24", "2026-12-01", ("video",), 60, format_instant(NOW), case_seq=7)
    assert (waiting, former, result) == (expected, None, place)
    assert (place.waiting, place.position, place.offer) == (expected, 2, {"id": "O"})
    assert claim.shown == Shown("case", "C")


def test_who_joins_again_keeps_their_place_and_what_was_offered(town: Town) -> None:
    first = town.waits("C", offered=("x",), kept_until="y")
    town.waits("B", at=1)
    place = town.join(modes=("onsite",))
    again = place.waiting
    assert (again.created_at, again.offered, again.kept_until) == (first.created_at, ("x",), "y")
    assert (again.modes, again.case_seq, place.position) == (("onsite",), 7, 1)
    assert town.rows.joined[0][1] == first.spot


def test_who_joins_again_after_their_days_are_over_begins_anew(town: Town) -> None:
    town.waits("C", last_day="2026-11-23", offered=("x",))
    town.now = datetime(2026, 11, 24, 0, 0, tzinfo=SHANGHAI)
    again = town.join().waiting
    assert (again.created_at, again.offered) == (format_instant(town.now), ())
    town.waits("D", last_day="2026-11-23", offered=("x",))
    town.now -= timedelta(seconds=1)
    assert town.join("D").waiting.offered == ("x",)


def test_days_that_are_over_are_refused_and_today_in_dalian_is_not(town: Town) -> None:
    town.cases["C"] = case_of("C")
    town.now = datetime(2026, 11, 24, 23, 59, tzinfo=SHANGHAI)
    with pytest.raises(InvalidRequest) as caught:
        town.join(days=(date(2026, 11, 20), date(2026, 11, 23)))
    (violation,) = caught.value.violations
    assert (violation.pointer, violation.code) == ("/to", "out_of_range")
    assert town.rows.joined == []
    assert town.join(days=(date(2026, 11, 20), date(2026, 11, 24)))


def test_a_leave_that_is_overtaken_is_decided_anew(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.waits("C")
    answers = [False, True]
    monkeypatch.setattr(town.rows, "end_wish", lambda spot: answers.pop(0))
    town.line.leave(VIEWER, "C")
    assert answers == []


def test_only_parties_of_cases_in_mediation_join_look_or_leave(town: Town) -> None:
    town.waits("C")
    for relation in ("mediator", "clerk", "supervisor"):
        town.relation = relation
        for refused in (town.join, lambda: town.line.get_place(VIEWER, "C"), lambda: town.line.leave(VIEWER, "C")):
            with pytest.raises(NotAllowed):
                refused()
    town.relation = "respondent"
    assert town.line.get_place(VIEWER, "C").position == 1
    town.cases["C"] = case_of("C", status="submitted")
    with pytest.raises(NotBookable):
        town.join()
    with pytest.raises(NotFound):
        town.join("none")


def test_a_join_that_is_overtaken_is_decided_anew(town: Town) -> None:
    town.cases["C"] = case_of("C")
    town.rows.before_join = [lambda: town.waits("C", at=5)]
    place = town.join()
    assert len(town.rows.joined) == 1
    assert place.waiting.created_at == format_instant(NOW - timedelta(hours=1) + timedelta(seconds=5))


def test_a_place_is_shown_as_long_as_the_case_waits(town: Town) -> None:
    town.waits("A")
    wish = town.waits("C", at=1)
    town.cases["C"] = case_of("C", offer={"id": "O"})
    place = town.line.get_place(VIEWER, "C")
    assert (place.waiting, place.position, place.offer) == (wish, 2, {"id": "O"})
    for changed in ({"status": "submitted"}, {"mediator": "m-2"}, {"organisation": "org-2"}):
        town.cases["C"] = case_of("C", **changed)
        with pytest.raises(NotFound):
            town.line.get_place(VIEWER, "C")
    town.cases["C"] = case_of("C")
    town.now = wish.ends_at - timedelta(seconds=1)
    assert town.line.get_place(VIEWER, "C").position == 2
    town.now = wish.ends_at
    with pytest.raises(NotFound):
        town.line.get_place(VIEWER, "C")


def test_a_spot_without_its_wish_is_no_place(town: Town) -> None:
    town.waits("C")
    town.rows.lines.clear()
    with pytest.raises(NotFound):
        town.line.get_place(VIEWER, "C")
    town.rows.spots.clear()
    with pytest.raises(NotFound):
        town.line.get_place(VIEWER, "C")


def test_who_leaves_is_out_and_cannot_leave_twice(town: Town) -> None:
    town.waits("C")
    town.line.leave(VIEWER, "C")
    assert (town.rows.spots, town.rows.lines) == ({}, {("org-1", "m-1"): []})
    with pytest.raises(NotFound):
        town.line.leave(VIEWER, "C")


@pytest.mark.parametrize("name", ["appointment_requested", "appointment_confirmed"])
@pytest.mark.parametrize(("seq", "left"), [(3, False), (4, False), (5, True)])
def test_who_booked_after_the_wish_leaves_and_a_late_event_ends_no_later_wish(
    town: Town, name: str, seq: int, left: bool
) -> None:
    town.waits("C")
    assert town.event(name, "C", seq=seq) is left
    assert ("C" not in town.rows.spots) is left


def test_events_of_cases_that_wait_for_nothing_end_nothing(town: Town) -> None:
    town.cases["C"] = case_of("C")
    for name in ("appointment_confirmed", "passed", "filed"):
        assert not town.event(name, "C")
    assert not town.event("ended", "C", status="failed")


OTHERS = ("passed", "lapsed", "recused", "replaced", "transferred", "reopened", "assigned")


@pytest.mark.parametrize("name", OTHERS)
def test_who_has_another_mediator_now_leaves_and_who_has_the_same_stays(town: Town, name: str) -> None:
    town.waits("C")
    assert not town.event(name, "C")
    assert "C" in town.rows.spots
    town.cases["C"] = case_of("C", mediator="m-2")
    assert town.event(name, "C")
    assert town.rows.spots == {}
    assert not town.event(name, "C")


def test_a_case_that_is_over_leaves_whatever_the_event_is_called(town: Town) -> None:
    town.waits("C")
    town.cases["C"] = case_of("C", status="failed")
    assert not town.event("ended", "C")
    assert town.event("ended", "C", status="failed")
    town.waits("D")
    del town.cases["D"]
    assert town.event("ended", "D", status="failed")
    assert town.rows.spots == {}


def test_an_event_that_both_ends_a_wish_and_frees_a_slot_does_both(town: Town) -> None:
    town.waits("C")
    town.cases["C"] = case_of("C", status="failed")
    assert town.event("ended", "C", status="failed", organisation="org-1", mediator="m-1", freed=FREED)
    assert town.rows.spots == {}
    town.waits("A")
    town.waits("C")
    assert town.event("ended", "C", status="failed", organisation="org-1", mediator="m-1", freed=FREED)
    assert town.offered() == ["A"]
