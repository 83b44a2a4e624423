"""A session's own rules: who can do what in it and when, to the instant; what ends it; how it is stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.appointments.booking.model import (
    ACTIONS,
    Appointment,
    actions_of,
    can_check_in,
    check_can,
    check_version,
    is_past_cutoff,
    may_answer,
)
from chalicelib.appointments.booking.refusals import HoldExpired, NotNow
from chalicelib.appointments.rules import BookingRules
from chalicelib.shared.clock import format_instant
from chalicelib.shared.errors import NotAllowed, Stale
from chalicelib.shared.records import from_item, to_item

RULES = replace(
    BookingRules.load(),
    cancel_cutoff_hours=24,
    check_in_minutes=15,
    no_show_grace_minutes=10,
    max_answers_per_party=2,
)
START = datetime(2026, 11, 25, 1, tzinfo=UTC)
END = START + timedelta(minutes=90)
TICK = timedelta(milliseconds=1)
ONE = Appointment(
    id="A",
    case_code="C",
    organisation="o",
    mediator="m",
    mediator_person="pm",
    status="confirmed",
    start=format_instant(START),
    end=format_instant(END),
    mode="video",
    persons={"p1": "a", "p2": "r"},
    accepted={"p1": True, "p2": None},
    version=3,
    created_at="2026-11-20T00:00:00.000Z",
    updated_at="2026-11-20T00:00:00.000Z",
    case_seq=5,
)
ASKED = replace(ONE, status="requested", hold_expires_at=format_instant(START - timedelta(hours=30)))
EARLY = START - timedelta(hours=40)
PARTY = {"accept", "object", "reschedule", "cancel", "check_in", "no_show"}
MEDIATOR = {"confirm", "decline", "reschedule", "cancel", "check_in", "complete", "no_show"}


def offered(one: Appointment, relation: str, now: datetime, person: str = "a") -> set[str]:
    return set(actions_of(one, relation, person, now, RULES))


def test_what_it_says_of_itself() -> None:
    assert (ONE.starts, ONE.ends, ONE.minutes, ONE.day) == (START, END, 90, date(2026, 11, 25))
    assert replace(ONE, start="2026-11-25T16:00:00.000Z").day == date(2026, 11, 26)


def test_a_hold_is_over_at_its_instant_and_only_of_what_is_asked_for() -> None:
    over = START - timedelta(hours=30)
    assert (ASKED.status_at(over - TICK), ASKED.status_at(over)) == ("requested", "expired")
    assert ONE.status_at(END) == "confirmed"
    assert not replace(ASKED, hold_expires_at=None).hold_is_over(END)
    assert not replace(ASKED, status="confirmed").hold_is_over(END)


@pytest.mark.parametrize(
    ("changes", "seq", "at", "ended"),
    [
        ({}, 6, START - TICK, True),
        ({}, 5, START - TICK, False),  # the event that booked it
        ({}, 4, START - TICK, False),  # an earlier one, which came late
        ({}, 6, START, False),  # it had begun
        ({"status": "requested"}, 6, START - TICK, True),
        ({"status": "cancelled"}, 6, START - TICK, False),
        ({"case_seq": 0}, 1, datetime(2026, 11, 20, tzinfo=UTC) + TICK, True),
        ({"case_seq": 0}, 99, datetime(2026, 11, 20, tzinfo=UTC), False),
    ],
)
def test_what_ends_a_cases_sessions_ends_those_booked_before_it(
    changes: dict[str, Any], seq: int, at: datetime, ended: bool
) -> None:
    assert replace(ONE, **changes).is_ended_by(seq, format_instant(at)) is ended


def test_who_somebody_is_in_a_session() -> None:
    assert [ONE.relation_of(*who) for who in (("a", "applicant"), ("r", "respondent"), ("x", "clerk"))] == [
        "p1",
        "p2",
        None,
    ]
    assert ONE.relation_of("a", "mediator") == "mediator"


def test_a_change_is_the_next_version() -> None:
    changed = ONE.changed(START, status="completed")
    assert (changed.version, changed.updated_at, changed.status) == (4, format_instant(START), "completed")


def test_it_comes_back_as_it_was_stored() -> None:
    whole = replace(ONE, absent=("p1",), reminded=(24,), answers={"p1": 1}, checked_in={"p1": "t"}, room="1")
    item = to_item(whole)
    assert (item["absent"], item["reminded"]) == (["p1"], [24])
    assert "hold_expires_at" not in item
    assert from_item(Appointment, {**item, "pk": "x", "sk": "y"}) == whole
    added = {"absent", "reminded", "case_seq", "buffer_cells", "sequence", "answers", "checked_in"}
    old = from_item(Appointment, {name: value for name, value in to_item(ONE).items() if name not in added})
    assert (old.absent, old.reminded, old.case_seq, old.buffer_cells, old.sequence) == ((), (), 0, 0, 0)


def test_the_table_of_actions() -> None:
    """Written down again on purpose."""
    live, confirmed = {"requested", "confirmed"}, {"confirmed"}
    expected = {
        "confirm": ({"requested"}, {"mediator"}),
        "decline": ({"requested"}, {"mediator"}),
        "accept": (live, {"applicant", "respondent"}),
        "object": (live, {"applicant", "respondent"}),
        "reschedule": (live, {"applicant", "respondent", "mediator"}),
        "cancel": (live, {"applicant", "respondent", "mediator"}),
        "check_in": (confirmed, {"applicant", "respondent", "mediator"}),
        "complete": (confirmed, {"mediator"}),
        "no_show": (confirmed, {"applicant", "respondent", "mediator"}),
    }
    assert {action: (set(statuses), set(who)) for action, (statuses, who) in ACTIONS.items()} == expected
    for action, (statuses, who) in expected.items():
        for relation in ("applicant", "respondent", "mediator", "clerk", "supervisor"):
            for status in ("requested", "confirmed", "cancelled", "completed", "expired"):
                one = replace(ONE, status=status)
                if relation not in who:
                    with pytest.raises(NotAllowed):
                        check_can(action, one, relation, EARLY)
                elif status == "expired":
                    with pytest.raises(HoldExpired):
                        check_can(action, one, relation, EARLY)
                elif status not in statuses:
                    with pytest.raises(NotNow):
                        check_can(action, one, relation, EARLY)
                else:
                    check_can(action, one, relation, EARLY)


def test_a_hold_that_is_over_allows_and_offers_nothing() -> None:
    over = START - timedelta(hours=30)
    check_can("confirm", ASKED, "mediator", over - TICK)
    assert offered(ASKED, "mediator", over - TICK) == {"confirm", "decline", "reschedule", "cancel"}
    with pytest.raises(HoldExpired):
        check_can("confirm", ASKED, "mediator", over)
    assert offered(ASKED, "mediator", over) == set()


def test_a_version_that_is_not_the_last_is_stale() -> None:
    check_version(ONE, None)
    check_version(ONE, 3)
    for other in (2, 4):
        with pytest.raises(Stale):
            check_version(ONE, other)


def test_who_is_no_part_of_it_is_offered_nothing() -> None:
    assert offered(ONE, "supervisor", EARLY, "x") == set()
    assert offered(ONE, "applicant", EARLY, "x") == set()


def test_what_is_offered_along_the_way() -> None:
    cutoff, opens = START - timedelta(hours=24), START - timedelta(minutes=15)
    late = START + timedelta(minutes=10)
    steps = [
        (EARLY, {"object", "reschedule", "cancel"}, {"reschedule", "cancel"}),
        (cutoff, {"object", "reschedule", "cancel"}, {"reschedule", "cancel"}),
        (cutoff + TICK, {"object"}, {"reschedule", "cancel"}),
        (opens - TICK, {"object"}, {"reschedule", "cancel"}),
        (opens, {"object", "check_in"}, {"reschedule", "cancel", "check_in"}),
        (START - TICK, {"object", "check_in"}, {"reschedule", "cancel", "check_in"}),
        (START, {"check_in"}, {"check_in", "complete"}),
        (late - TICK, {"check_in"}, {"check_in", "complete"}),
        (late, {"check_in", "no_show"}, {"check_in", "complete", "no_show"}),
        (END, {"check_in", "no_show"}, {"check_in", "complete", "no_show"}),
        (END + TICK, {"no_show"}, {"complete", "no_show"}),
    ]
    for now, of_party, of_mediator in steps:
        assert offered(ONE, "applicant", now) == of_party, now
        assert offered(ONE, "mediator", now) == of_mediator, now


def test_what_is_asked_for_can_be_moved_by_parties_until_it_begins() -> None:
    one = replace(ASKED, hold_expires_at=None)
    assert offered(one, "applicant", START - TICK) == {"object", "reschedule", "cancel"}
    assert offered(one, "mediator", START - TICK) == {"confirm", "decline", "reschedule", "cancel"}
    assert offered(one, "mediator", START) == set()
    assert offered(one, "applicant", START) == set()


def test_an_answer_is_offered_that_was_not_given_and_not_too_often() -> None:
    assert offered(ONE, "respondent", EARLY, "r") >= {"accept", "object"}
    objected = replace(ONE, accepted={"p1": True, "p2": False})
    assert offered(objected, "respondent", EARLY, "r") & {"accept", "object"} == {"accept"}
    for given, more in ((1, True), (2, False), (3, False)):
        one = replace(ONE, answers={"p1": given})
        assert may_answer(one, "p1", RULES) is more
        assert may_answer(one, "p2", RULES)
        assert ("object" in offered(one, "applicant", EARLY)) is more
    assert may_answer(ONE, "p1", replace(RULES, max_answers_per_party=1))


def test_who_has_come_in_need_not_come_again() -> None:
    one = replace(ONE, checked_in={"p1": "t"})
    assert "check_in" not in offered(one, "applicant", START)
    assert "check_in" in offered(one, "respondent", START, "r")
    assert "check_in" in offered(one, "mediator", START)


def test_doors_open_before_the_start_and_close_at_the_end() -> None:
    opens = START - timedelta(minutes=15)
    assert [can_check_in(ONE, now, RULES) for now in (opens - TICK, opens, END, END + TICK)] == [
        False,
        True,
        True,
        False,
    ]


def test_the_cutoff_is_of_confirmed_sessions() -> None:
    cutoff = START - timedelta(hours=24)
    assert [is_past_cutoff(ONE, now, RULES) for now in (cutoff, cutoff + TICK)] == [False, True]
    assert not is_past_cutoff(replace(ONE, status="requested"), START, RULES)
