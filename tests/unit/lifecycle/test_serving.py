"""Nobody is unreachable but by a record of attempts since acceptance; who has not answered is reminded once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.refusals import NotUnreachable
from chalicelib.cases.service.model import Attempt, after_attempt
from chalicelib.shared.clock import format_instant
from chalicelib.shared.errors import InvalidRequest
from tests.unit.lifecycle.cases import NOW, at, case_in, clocks, do, last_day, offered

SECOND = "2026-11-04"
DAYS_OVER = at(11, 7)
"""After the three working days to answer an invitation of 3 November."""


def accepted(**theirs: Any) -> Case:
    """Return an accepted case whose third party has not joined; `theirs`: what is on record of them since."""
    case = case_in("submitted")
    case = do(case.with_party(replace(case.parties[2], person=None, consented_at=None)), "accept").case
    return case.with_party(replace(case.parties[2], **theirs))


@pytest.mark.parametrize(
    ("theirs", "when", "enough"),
    [
        ({}, DAYS_OVER, False),
        ({"contacted_on": ("2026-11-03",)}, DAYS_OVER, False),
        ({"contacted_on": ("2026-11-03", SECOND)}, at(11, 4), True),
        ({"contacted_on": (SECOND,), "delivered_on": "2026-11-03"}, at(11, 4), False),  # they may still answer
        ({"contacted_on": (SECOND,), "delivered_on": "2026-11-03"}, DAYS_OVER, True),
        ({"contacted_on": (SECOND,), "delivered_on": SECOND}, DAYS_OVER, False),  # one day
        ({"delivered_on": "2026-11-03"}, DAYS_OVER, False),
    ],
)
def test_it_takes_attempts_on_two_days(theirs: dict[str, Any], when: datetime, enough: bool) -> None:
    case = accepted(**theirs)
    assert ("mark_unreachable" in offered(case, "clerk", at=when)) is enough
    for named in (None, "p3"):
        if enough:
            outcome = do(case, "mark_unreachable", at=when, party_id=named)
            assert (outcome.case.status, outcome.case.end_reason) == ("failed", "party_unreachable")
            assert (outcome.data["party"], len(outcome.data["days"])) == ("p3", 2)
        else:
            with pytest.raises(NotUnreachable) as refused:
                do(case, "mark_unreachable", at=when, party_id=named)
            assert refused.value.detail is not None
            assert "p3" in refused.value.detail.en


def test_the_days_to_answer_are_not_over_by_a_guess() -> None:
    case = accepted(contacted_on=(SECOND,), delivered_on="2026-11-03")
    guessed = tuple(replace(one, provisional=one.rule == "invite") for one in case.deadlines)
    with pytest.raises(NotUnreachable):
        do(replace(case, deadlines=guessed), "mark_unreachable", at=DAYS_OVER)


def test_who_has_joined_is_reachable() -> None:
    case = accepted(contacted_on=("2026-11-03", SECOND))
    with pytest.raises(NotUnreachable):
        do(case, "mark_unreachable", at=DAYS_OVER, party_id="p2")
    joined = case.with_party(replace(case.parties[2], person="r2"))
    with pytest.raises(NotUnreachable):
        do(joined, "mark_unreachable", at=DAYS_OVER)
    for nobody in ("p1", "p9"):
        with pytest.raises(InvalidRequest):
            do(case, "mark_unreachable", at=DAYS_OVER, party_id=nobody)


@pytest.mark.parametrize("days", [(), ("2026-11-03", SECOND)])
def test_ending_it_for_that_ground_takes_the_same_record(days: tuple[str, ...]) -> None:
    case = accepted(contacted_on=days)
    if days:
        assert do(case, "end", relation="clerk", at=DAYS_OVER, ground="party_unreachable").case.status == "failed"
        return
    with pytest.raises(NotUnreachable):
        do(case, "end", relation="clerk", at=DAYS_OVER, ground="party_unreachable")
    assert do(case, "end", relation="clerk", at=DAYS_OVER, ground="party_unwilling").case.status == "failed"


def test_attempts_count_from_the_acceptance_on_and_not_those_that_reached_somebody() -> None:
    case = accepted()
    early = Attempt("1", "p3", "phone", format_instant(NOW - timedelta(minutes=1)), "failed", "clerk")
    assert after_attempt(case, early) == case
    late = datetime(2026, 11, 3, 16, 30, tzinfo=UTC)  # half past midnight in Shanghai
    tried = replace(early, at=format_instant(late))
    assert after_attempt(case, tried).parties[2].contacted_on == (SECOND,)
    assert after_attempt(after_attempt(case, tried), tried).parties[2].contacted_on == (SECOND,)
    assert after_attempt(case, tried, answered=True) == case
    assert after_attempt(replace(case, status="failed"), tried).parties == case.parties
    again = do(replace(after_attempt(case, tried), status="submitted"), "accept", at=at(11, 20)).case
    assert (again.parties[2].contacted_on, again.parties[2].delivered_on) == ((), None)


def test_a_text_counts_from_the_day_it_was_delivered() -> None:
    case = accepted()
    text = Attempt("1", "p3", "text", format_instant(NOW), "queued", "system")
    for state in ("sent", "failed"):
        assert after_attempt(case, text.becomes(state, NOW)) == case
    for state in ("delivered", "opened"):
        after = after_attempt(case, text.becomes(state, at(11, 4)))
        assert after.parties[2].delivered_on == SECOND
        assert after_attempt(after, text.becomes(state, at(11, 5))) == after


def test_the_reminder_comes_a_working_day_before_and_once() -> None:
    case = accepted()
    assert (last_day(case, "invite_notice"), last_day(case, "invite")) == (at(11, 5).date(), at(11, 6).date())
    outcome = do(case, "invite_reminder", at=at(11, 6))
    assert (outcome.event, outcome.case.status) == ("invite_reminded", "accepted")
    assert "invite_notice" not in clocks(outcome.case)
    assert "invite" in clocks(outcome.case)
