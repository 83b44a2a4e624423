"""The mediation itself: its period, extensions, pauses, and its ends without an agreement signed here."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.cases.lifecycle.deadlines import MAX_EXTENSION_DAYS, find_deadline
from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.refusals import AlreadyDone
from chalicelib.cases.lifecycle.stages.mediation import END_GROUNDS
from chalicelib.cases.lifecycle.transition import IllegalTransition
from chalicelib.shared.clock import SHANGHAI, format_instant
from chalicelib.shared.errors import InvalidRequest
from tests.unit.lifecycle.cases import (
    INSTANT,
    NOW,
    at,
    by_all,
    case_in,
    clocks,
    do,
    last_day,
    later,
    mediating,
    offered,
    parties_that,
)


@pytest.mark.parametrize("ground", END_GROUNDS)
@pytest.mark.parametrize(
    ("relation", "status"), [("mediator", "mediating"), ("clerk", "agreed"), ("clerk", "accepted")]
)
def test_an_end_says_on_which_of_the_eight_grounds(ground: str, relation: str, status: str) -> None:
    outcome = do(case_in(status), "end", "x", relation, ground=ground, note="w")
    settles = ground in {"agreement_reached", "settled_privately"}
    assert outcome.case.status == ("settled" if settles else "failed")
    assert (outcome.event, outcome.case.end_reason, outcome.data) == ("ended", ground, {"ground": ground})
    assert (outcome.free_text, clocks(outcome.case)) == ("w", {"appeal_window"})


def test_a_mediator_ends_what_they_have_and_a_clerk_what_waits_for_one() -> None:
    assert "end" in offered(case_in("accepted"), "clerk")
    assert "end" not in offered(case_in("accepted"), "mediator")
    with pytest.raises(IllegalTransition):
        do(case_in("accepted"), "end", "x", "mediator", ground="other")


def test_the_parties_are_told_three_working_days_before_the_period_ends() -> None:
    case = mediating()  # 人民调解工作若干规定 art. 33: a month, from Tuesday 3 November
    assert last_day(case, "mediation_period") == at(12, 3).date()
    assert last_day(case, "period_notice") == at(11, 30).date()
    outcome = do(case, "period_ending", at=later(28))
    period = find_deadline(case, "mediation_period")
    assert period is not None
    assert (outcome.event, outcome.data) == ("period_ending", {"rule": "mediation_period", "due_at": period.at})
    assert clocks(outcome.case) == {"mediation_period"}


def test_after_the_period_there_are_days_to_close_or_extend_it_then_the_clock_does() -> None:
    ended = do(do(mediating(), "period_ending").case, "period_ended", at=at(12, 4))
    assert (ended.event, ended.case.status) == ("period_ended", "mediating")
    assert last_day(ended.case, "expiry_grace") == at(12, 10).date()
    assert "extend" in offered(ended.case, "applicant", "a", at(12, 4))
    outcome = do(ended.case, "expire", at=at(12, 11))
    assert (outcome.case.status, outcome.case.end_reason, outcome.event) == ("failed", "period_expired", "expired")
    assert (outcome.data, clocks(outcome.case)) == ({"ground": "period_expired"}, {"appeal_window"})


def test_a_longer_period_holds_when_all_name_the_same_day() -> None:
    case = do(mediating(), "period_ended", at=at(12, 4)).case
    until = at(12, 18).date()
    for person in ("a", "r1"):
        outcome = do(case, "extend", person, at=at(12, 4), until=until)
        case = outcome.case
        assert (outcome.event, last_day(case, "mediation_period")) == ("extension_agreed", at(12, 3).date())
    assert outcome.data == {"party": "p2", "until": until.isoformat()}
    with pytest.raises(AlreadyDone):
        do(case, "extend", "r1", at=at(12, 4), until=until)
    assert "extend" not in offered(case, "respondent", "r1", at(12, 4))
    other = do(case, "extend", "r2", at=at(12, 4), until=until + timedelta(days=1))
    assert (other.event, last_day(other.case, "mediation_period")) == ("extension_agreed", at(12, 3).date())
    outcome = do(case, "extend", "r2", at=at(12, 4), until=until)
    assert (outcome.event, last_day(outcome.case, "mediation_period")) == ("extended", until)
    assert (parties_that(outcome.case, "extend_until"), clocks(outcome.case)) == (
        [],
        {"mediation_period", "period_notice"},
    )
    period = find_deadline(outcome.case, "mediation_period")
    assert period is not None
    assert (period.escalated, period.agreed, period.provisional) == (False, True, False)


def test_in_a_medical_dispute_the_committee_agrees_too() -> None:
    """医疗纠纷预防和处理条例 art. 38: the committee and both sides."""
    case = mediating(extended_by_organisation=True)
    until = at(12, 20).date()
    outcome = by_all(case, "extend", until=until)
    assert outcome.event == "extension_agreed"
    assert "extend" in offered(outcome.case, "clerk")
    assert do(outcome.case, "extend", "c", "clerk", until=until).event == "extended"
    assert "extend" not in offered(mediating(), "clerk")
    with pytest.raises(IllegalTransition):
        do(mediating(), "extend", "c", "clerk", until=until)


def test_a_longer_period_is_later_than_the_present_one_and_not_too_far() -> None:
    case = mediating()
    furthest = (NOW.astimezone(SHANGHAI) + timedelta(days=MAX_EXTENSION_DAYS)).date()
    last = last_day(case, "mediation_period")
    for refused in (last, last - timedelta(days=1), furthest + timedelta(days=1)):
        with pytest.raises(InvalidRequest) as caught:
            do(case, "extend", until=refused)
        (violation,) = caught.value.violations
        assert (violation.pointer, violation.code) == ("/until", "out_of_range")
    for allowed in (last + timedelta(days=1), furthest):
        assert do(case, "extend", until=allowed).event == "extension_agreed"
    late = at(12, 20)  # a day that is over by now makes no period longer
    with pytest.raises(InvalidRequest):
        do(do(case, "period_ended", at=late).case, "extend", at=late, until=at(12, 18).date())


def test_a_longer_period_is_offered_as_long_as_its_first_day_is_near_enough() -> None:
    case = mediating()
    period = find_deadline(case, "mediation_period")
    assert period is not None
    far = replace(case, deadlines=(replace(period, at=format_instant(NOW + timedelta(days=180))),))
    assert "extend" not in offered(far, "applicant", "a")
    assert "extend" in offered(far, "applicant", "a", NOW + timedelta(seconds=1))
    without = replace(case, deadlines=())
    assert "extend" not in offered(without, "applicant", "a")
    with pytest.raises(IllegalTransition):
        do(without, "extend", until=at(12, 20).date())


def test_the_time_of_an_appraisal_does_not_count() -> None:
    """法释〔2021〕23号 art. 26."""
    paused = do(mediating(), "pause", "pm", "mediator", at=at(11, 10), reason="鉴定")
    assert (paused.event, paused.free_text, clocks(paused.case)) == ("paused", "鉴定", set())
    assert paused.case.suspended_at == format_instant(at(11, 10))
    assert "pause" not in offered(paused.case, "mediator")
    with pytest.raises(AlreadyDone):
        do(paused.case, "pause", "pm", "mediator", reason="w")
    resumed = do(paused.case, "resume", "pm", "mediator", at=at(11, 17))
    assert resumed.case.suspended_at is None
    assert last_day(resumed.case, "mediation_period") == at(12, 10).date()  # 3 December and seven days
    assert last_day(resumed.case, "period_notice") == at(12, 7).date()
    with pytest.raises(IllegalTransition):
        do(resumed.case, "resume", "pm", "mediator")
    assert "resume" not in offered(resumed.case, "mediator")
    again = do(do(resumed.case, "pause", "pm", at=at(11, 20), reason="w").case, "resume", at=at(11, 23)).case
    assert last_day(again, "mediation_period") == at(12, 14).date()  # ten days more: Sunday the 13th, so Monday


def test_a_day_that_the_parties_agreed_moves_by_the_days_of_a_pause() -> None:
    case = by_all(mediating(), "extend", until=at(12, 14).date()).case
    case = do(case, "pause", "pm", at=at(11, 10), reason="w").case
    assert last_day(do(case, "resume", at=at(11, 12)).case, "mediation_period") == at(12, 16).date()


def test_in_a_labour_dispute_the_fifteen_days_go_on() -> None:
    """劳动争议调解仲裁法 art. 14 ¶3 leaves no time out: who waits for an appraisal may go to arbitration all the same."""
    case = mediating(appraisal_excluded=False)
    outcome = do(case, "pause", "pm", "mediator", reason="w")
    assert (outcome.data, clocks(outcome.case)) == ({"counts": True}, clocks(case))


@pytest.mark.parametrize("action", ["recuse", "replace"])
def test_a_pause_ends_when_the_mediator_goes(action: str) -> None:
    case = do(mediating(), "pause", "pm", "mediator", at=at(11, 10), reason="w").case
    after: Case = do(case, action, at=at(11, 12), reason="ill").case
    assert (after.status, after.suspended_at) == ("accepted", None)
    assert last_day(after, "mediation_period") == at(12, 7).date()  # the 5th is a Saturday
    assert do(case, "end", "pm", "mediator", ground="other").case.suspended == ()


def test_taking_a_case_says_since_when() -> None:
    assert do(case_in("assigned"), "take").case.since == INSTANT
