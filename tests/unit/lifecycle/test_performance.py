"""Life after the agreement: duties, default, mediation resumed, the quiet end, a case reopened."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.cases.lifecycle.model import Case, Duty
from chalicelib.cases.lifecycle.policies import duty_actions_of
from chalicelib.cases.lifecycle.refusals import AlreadyDone, DutyNotDue
from chalicelib.cases.lifecycle.transition import IllegalTransition, Outcome
from chalicelib.cases.routes.grounds import grounds_of
from chalicelib.shared.errors import NotAllowed, NotFound
from tests.unit.lifecycle.cases import (
    INSTANT,
    NOW,
    at,
    by_all,
    case_in,
    clocks,
    confirming,
    do,
    examined,
    last_day,
    mediating,
    offered,
    parties_that,
    signed,
)

RENT = Duty(1, "p2", "p1", 500_000, "2026-11-20")
KEYS = Duty(2, "p1", "p2", None, None)
AFTER = at(11, 21)


def say(case: Case, action: str, person: str, number: int = 1, **details: Any) -> Outcome:
    return do(case, action, person, "", at=details.pop("at", NOW), n=number, **details)


def test_duties_are_done_one_by_one_and_then_the_dispute_is_settled() -> None:
    reported = say(signed(RENT, KEYS), "report_performed", "r1", note="转账")
    assert (reported.event, reported.case.status, reported.free_text) == ("performance_reported", "signed", "转账")
    assert (reported.data, reported.case.duties[0].state) == ({"n": 1, "party": "p2"}, "reported")
    first = say(reported.case, "acknowledge", "a")
    assert (first.event, first.case.status) == ("performance_acknowledged", "signed")
    last = say(first.case, "acknowledge", "r1", 2)
    assert (last.case.status, last.case.end_reason) == ("settled", "performed")
    assert clocks(last.case) == {"appeal_window"}


def test_each_side_says_what_is_its_own_to_say() -> None:
    case = signed(RENT)
    for action, person in (
        ("report_performed", "a"),
        ("acknowledge", "r1"),
        ("report_default", "r1"),
        ("acknowledge", "r2"),
    ):
        with pytest.raises(NotAllowed):
            say(case, action, person, at=AFTER)
    with pytest.raises(NotFound):
        say(case, "acknowledge", "a", 3)
    with pytest.raises(IllegalTransition):
        say(signed(), "acknowledge", "a")
    done = say(case, "report_performed", "r1").case
    with pytest.raises(AlreadyDone):
        say(done, "report_performed", "r1")


def test_a_default_is_reported_when_the_day_is_over() -> None:
    with pytest.raises(DutyNotDue):
        say(signed(RENT), "report_default", "a", at=at(11, 20, 23))
    outcome = say(signed(RENT), "report_default", "a", at=AFTER)
    assert (outcome.event, outcome.case.status) == ("default_reported", "defaulted")
    assert outcome.case.duties[0].state == "defaulted"
    assert say(signed(KEYS), "report_default", "r1", 2).case.status == "defaulted"  # without a day: at any time


def test_the_debtors_word_does_not_undo_a_default_and_the_creditors_does() -> None:
    case = say(signed(RENT, KEYS), "report_default", "a", at=AFTER).case
    reported = say(case, "report_performed", "r1", at=AFTER).case
    assert (reported.status, reported.duties[0].state) == ("defaulted", "reported")
    again = say(reported, "report_default", "a", at=AFTER).case
    assert again.duties[0].state == "defaulted"
    good = say(reported, "acknowledge", "a", at=AFTER).case
    assert good.status == "signed"
    assert say(good, "acknowledge", "r1", 2, at=AFTER).case.status == "settled"


def test_what_can_be_said_of_duties_is_offered_to_whom_it_concerns() -> None:
    case = signed(RENT, KEYS)

    def shown(person: str, *, case: Case = case, relation: str = "applicant") -> list[tuple[int, str]]:
        return list(duty_actions_of(relation, person, case, AFTER))

    assert shown("a") == [(1, "acknowledge"), (1, "report_default"), (2, "report_performed")]
    assert shown("r1") == [(1, "report_performed"), (2, "acknowledge"), (2, "report_default")]
    assert shown("r2") == shown("staff", relation="clerk") == []
    assert shown("a", case=mediating(duties=(RENT,))) == []


def test_while_the_court_examines_what_is_said_waits_for_its_ruling() -> None:
    defaulted = say(examined(RENT), "report_default", "a", at=AFTER).case
    assert defaulted.status == "confirming"
    confirmed = do(defaulted, "confirm", "x", "court", at=AFTER, document_no="1").case
    assert (confirmed.status, confirmed.document_no) == ("defaulted", "1")
    assert "enforcement" in clocks(confirmed)
    done = say(examined(RENT), "acknowledge", "a").case
    assert done.status == "confirming"
    after = do(done, "confirm", "x", "court", document_no="1").case
    assert (after.status, after.end_reason) == ("settled", "performed")
    assert do(say(confirming(RENT), "acknowledge", "a").case, "dismiss", "x", reason="w").case.status == "settled"
    back = do(confirmed, "acknowledge", "a", at=AFTER, n=1).case
    assert back.status == "settled"


def test_whom_a_duty_concerns_is_told_before_its_day_and_after_it() -> None:
    case = signed(RENT, Duty(2, "p1", "p2", None, "2026-12-10"))
    assert (last_day(case, "duty_reminder"), last_day(case, "duty_due")) == (at(11, 17).date(), at(11, 20).date())
    told = do(case, "duty_reminder", at=at(11, 18))
    assert (told.event, told.data) == ("duty_reminded", {"duties": [1], "due_on": "2026-11-20"})
    assert last_day(told.case, "duty_reminder") == at(12, 7).date()
    over = do(told.case, "duty_due", at=AFTER)
    assert (over.event, over.data["duties"], last_day(over.case, "duty_due")) == (
        "duty_due_passed",
        [1],
        at(12, 10).date(),
    )
    performed = say(case, "report_performed", "r1").case
    assert last_day(performed, "duty_reminder") == at(12, 7).date()
    assert not {"duty_reminder", "duty_due"} & clocks(signed())


def test_without_duties_all_say_that_it_was_carried_out() -> None:
    for case in (signed(), do(examined(), "confirm", "x", "court", document_no="1").case):
        outcome = do(case, "fulfil", "a")
        assert (outcome.event, outcome.case.status) == ("fulfilment_stated", case.status)
        assert "fulfil" not in offered(outcome.case, "applicant", "a")
        outcome = by_all(case, "fulfil")
        assert (outcome.event, outcome.case.status, outcome.case.end_reason) == ("fulfilled", "settled", "performed")
    with pytest.raises(IllegalTransition):
        do(signed(RENT), "fulfil", "a")
    assert "fulfil" not in offered(signed(RENT), "applicant", "a")


def test_the_clock_closes_quietly_and_claims_nothing() -> None:
    case = signed(RENT)
    assert last_day(case, "conclude") == at(1, 19, year=2027).date()
    outcome = do(case, "conclude", at=at(1, 20, year=2027))
    assert (outcome.case.status, outcome.case.end_reason, outcome.event) == ("concluded", "unconfirmed", "concluded")
    assert clocks(outcome.case) == {"appeal_window"}
    confirmed = do(examined(), "confirm", "x", "court", document_no="1").case
    assert do(confirmed, "conclude").case.end_reason == "confirmed"
    assert "conclude" not in clocks(say(case, "report_default", "a", at=AFTER).case)


def test_mediation_is_resumed_by_all_with_a_new_period_after_a_default_or_a_dismissal() -> None:
    for case in (
        say(signed(RENT), "report_default", "a", at=AFTER).case,
        do(examined(RENT), "dismiss", "x", "court", reason="w").case,
    ):
        first = do(case, "resume_mediation", at=AFTER, reason="w")
        assert (first.event, first.case.status, first.free_text) == ("resumption_agreed", case.status, "w")
        with pytest.raises(AlreadyDone):
            do(first.case, "resume_mediation", at=AFTER, reason="w")
        outcome = by_all(case, "resume_mediation", at=AFTER, reason="w")
        after = outcome.case
        assert (outcome.event, after.status, after.mediator) == ("mediation_resumed", "mediating", "m")
        assert (parties_that(after, "consented_at"), parties_that(after, "resumes_at")) == (["p1", "p2", "p3"], [])
        assert last_day(after, "mediation_period") == at(12, 21).date()
        drafted = do(after, "draft_agreement", "pm", sha256="cd", duties=[]).case
        assert (drafted.duties, drafted.effective_at) == ((), None)
    with pytest.raises(IllegalTransition):
        do(signed(), "resume_mediation", reason="w")


def test_a_confirmed_agreement_still_binds_when_mediating_again_fails() -> None:
    case = do(examined(RENT), "confirm", "x", "court", document_no="1").case
    case = say(case, "report_default", "a", at=AFTER).case
    resumed = by_all(case, "resume_mediation", at=AFTER, reason="w").case
    assert resumed.earlier is not None
    assert (resumed.earlier["document_no"], last_day(resumed, "enforcement")) == ("1", at(11, 20, year=2028).date())
    drafted = do(resumed, "draft_agreement", "pm", sha256="cd", duties=[]).case
    failed = do(drafted, "end", "pm", "mediator", at=AFTER, ground="positions_too_far").case
    assert clocks(failed) == {"appeal_window", "enforcement"}
    assert grounds_of(failed) == ["defaulted:confirmed", "failed:positions_too_far"]
    signed_anew = by_all(drafted, "sign", agreement_sha256="cd", acts=("sign",)).case
    assert (signed_anew.earlier, "enforcement" in clocks(signed_anew)) == (None, False)


def test_a_late_ruling_does_not_close_a_case_at_once() -> None:
    case = do(examined(RENT), "confirm", "x", "court", at=at(3, 1, year=2027), document_no="1").case
    assert last_day(case, "conclude") == at(4, 30, year=2027).date()
    assert last_day(case, "enforcement") == at(11, 20, year=2028).date()


def test_a_reopened_case_begins_anew() -> None:
    case = case_in("settled", agreement_sha256="ab", effective_at="t", duties=(RENT,), document_no="1", court="c")
    case = replace(case, mediator="m", mediator_person="pm", end_reason="x", before_court=True, dismissed_at="t")
    case = case.with_all_parties(
        signed_at="t", applied_at="t", fulfilled_at="t", extend_until="t", terms_version="2026-01"
    )
    case = case.with_party(replace(case.parties[2], person=None))
    after = do(case, "reopen", reason="w").case
    for attribute in ("consented_at", "signed_at", "applied_at", "fulfilled_at", "extend_until"):
        assert parties_that(after, attribute) == [], attribute
    assert (after.agreement_sha256, after.effective_at, after.end_reason, after.document_no, after.court) == (None,) * 5
    assert (after.before_court, after.dismissed_at, after.duties) == (False, None, ())
    assert (after.mediator, after.excluded_mediators) == (None, ("m",))
    assert clocks(after) == {"invite", "invite_notice", "mediation_period", "period_notice"}
    assert parties_that(after, "invite_expires_at") == ["p3"]  # who has joined is in it already
    assert after.since == INSTANT
