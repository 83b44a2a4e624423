"""Before a court or a commission: the joint application, the examination, the ruling, and what follows each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.cases.lifecycle.deadlines import find_deadline
from chalicelib.cases.lifecycle.model import Case, Duty
from chalicelib.cases.lifecycle.refusals import AlreadyDone, AlreadyRefused, CourtDiffers, EnquiryOpen, WindowClosed
from chalicelib.cases.lifecycle.transition import IllegalTransition
from chalicelib.shared.clock import format_instant, parse_instant
from chalicelib.shared.errors import InvalidRequest
from chalicelib.shared.texts import Text
from tests.unit.lifecycle.cases import (
    INSTANT,
    apply_all,
    at,
    by_all,
    case_in,
    clocks,
    confirming,
    do,
    examined,
    last_day,
    later,
    offered,
    parties_that,
    signed,
)

COURT: dict[str, Any] = {"court_id": "court-1", "court_kind": "court", "declarations": ("a", "b"), "chosen_court": None}


def test_the_court_is_asked_by_all_together() -> None:
    case = signed()
    for person in ("a", "r1"):
        outcome = do(case, "apply_confirmation", person, **COURT)
        case = outcome.case
        assert (outcome.event, case.status, case.before_court) == ("confirmation_requested", "signed", False)
        assert "apply_confirmation" not in offered(case, "applicant", person)
    assert outcome.data == {"party": "p2", "court": "court-1", "declarations": ["a", "b"]}
    outcome = do(case, "apply_confirmation", "r2", **COURT)
    assert (outcome.event, outcome.case.status, outcome.case.court) == ("confirmation_applied", "confirming", "court-1")
    assert outcome.case.before_court
    assert (clocks(outcome.case), last_day(outcome.case, "court_accept")) == ({"court_accept"}, at(11, 6).date())


def test_all_apply_to_the_same_court() -> None:
    first = do(signed(), "apply_confirmation", **COURT).case
    with pytest.raises(CourtDiffers) as caught:
        do(first, "apply_confirmation", "r1", **{**COURT, "court_id": "court-2", "chosen_court": Text("某法院", "X")})
    assert caught.value.detail == Text("某法院", "X")
    with pytest.raises(AlreadyDone):
        do(first, "apply_confirmation", **COURT)


def test_the_court_is_asked_within_its_window_to_the_last_second() -> None:
    case = signed()
    window = find_deadline(case, "confirmation_window")
    assert window is not None
    end = parse_instant(window.at)
    last = end + timedelta(milliseconds=999)
    assert do(case, "apply_confirmation", at=last, **COURT).event == "confirmation_requested"
    assert "apply_confirmation" in offered(case, "applicant", "a", last)
    late = end + timedelta(seconds=1)
    for refused, moment in ((case, late), (replace(case, deadlines=()), late)):
        with pytest.raises(WindowClosed):
            do(refused, "apply_confirmation", at=moment, **COURT)
        assert "apply_confirmation" not in offered(refused, "applicant", "a", moment)


def test_a_commission_has_a_window_of_its_own_and_no_clock_of_the_courts() -> None:
    commission = {**COURT, "court_kind": "arbitration"}
    with pytest.raises(WindowClosed):
        do(signed(), "apply_confirmation", **commission)  # no labour dispute: there is no such window
    labour = signed(dispute_type="labour_wages", organisation_kind="labour")
    applied = by_all(labour, "apply_confirmation", at=at(11, 18), **commission).case
    assert (applied.status, clocks(applied)) == ("confirming", set())
    assert clocks(do(applied, "receive", "x", "court", at=at(11, 18)).case) == set()
    with pytest.raises(WindowClosed):
        do(labour, "apply_confirmation", at=at(11, 19), **commission)
    assert do(labour, "apply_confirmation", at=at(11, 19), **COURT).event == "confirmation_requested"


def test_the_rulings_clock_counts_from_acceptance() -> None:
    """法释〔2011〕5号 art. 5: applied for and accepted on 29 September 2026, due on 14 October."""
    case = replace(confirming(), deadlines=())
    outcome = do(case, "receive", "x", "court", at=at(9, 29))
    assert (outcome.event, outcome.case.received_at) == ("received", format_instant(at(9, 29)))
    assert (clocks(outcome.case), last_day(outcome.case, "court_decide")) == ({"court_decide"}, at(10, 14).date())
    with pytest.raises(AlreadyDone):
        do(outcome.case, "receive", "x", "court")
    assert "receive" not in offered(outcome.case, "court")


def test_where_the_court_says_nothing_the_ruling_is_counted_from_its_last_day_to_accept() -> None:
    outcome = do(confirming(), "accept_over", at=at(11, 7))
    assert (outcome.event, clocks(outcome.case)) == ("court_silent", {"court_decide"})
    assert last_day(outcome.case, "court_decide") == at(11, 23).date()  # 6 November and 15 days: Saturday the 21st
    received = do(outcome.case, "receive", "x", "court", at=at(11, 10)).case
    assert last_day(received, "court_decide") == at(11, 25).date()


def test_the_court_confirms_what_it_accepted_and_asked_everybody_about() -> None:
    case = confirming()
    papers: dict[str, Any] = {"what": "w", "until": at(11, 20).date()}
    for action, details in (("ask", {}), ("supplement", papers)):
        assert action not in offered(case, "court")
        with pytest.raises(IllegalTransition):
            do(case, action, "x", "court", **details)
    case = do(case, "receive", "x", "court").case
    answer: dict[str, Any] = {"voluntary": True, "understood": True, "accepted": False}
    with pytest.raises(IllegalTransition):
        do(case, "answer_enquiry", **answer)
    case = do(case, "ask", "x", "court").case
    with pytest.raises(AlreadyDone):
        do(case, "ask", "x", "court")
    first = do(case, "answer_enquiry", **answer)
    assert first.data == {"party": "p1", **answer, "all_answered": False}
    with pytest.raises(AlreadyDone):
        do(first.case, "answer_enquiry", **answer)
    for unfinished in (confirming(), case, first.case):
        assert "confirm" not in offered(unfinished, "court")
        with pytest.raises(EnquiryOpen):
            do(unfinished, "confirm", "x", "court", document_no="1")
    answered = by_all(case, "answer_enquiry", **answer)
    assert answered.data["all_answered"]
    assert "ask" in offered(answered.case, "court")  # again, if the answers leave something open
    confirmed = do(answered.case, "confirm", "x", "court", document_no="No. 1")
    assert (confirmed.case.status, confirmed.case.document_no) == ("confirmed", "No. 1")
    assert confirmed.data == {"document_no": "No. 1"}


def test_a_confirmed_agreement_can_be_enforced_for_two_years_after_its_last_duty() -> None:
    """民事诉讼法 art. 250; an objection within fifteen days, 民诉法解释 art. 372."""
    duties = (Duty(1, "p2", "p1", 1, "2026-12-01"), Duty(2, "p2", "p1", 1, "2027-03-01"))
    case = do(examined(*duties), "confirm", "x", "court", at=at(11, 4), document_no="1").case
    assert last_day(case, "enforcement") == at(3, 1, year=2029).date()
    assert last_day(case, "confirmation_objection") == at(11, 19).date()
    assert last_day(case, "conclude") == at(4, 30, year=2027).date()
    without = do(examined(), "confirm", "x", "court", at=at(11, 4), document_no="1").case
    assert last_day(without, "enforcement") == at(11, 6, year=2028).date()  # the 4th is a Saturday


def test_the_rulings_clock_stands_while_further_papers_are_awaited() -> None:
    case = do(confirming(), "receive", "x", "court").case  # 3 November, so 18 November
    outcome = do(case, "supplement", "x", "court", at=at(11, 5), what="w", until=at(11, 12).date())
    assert (outcome.event, outcome.free_text, clocks(outcome.case)) == ("supplement_asked", "w", {"court_supplement"})
    assert last_day(outcome.case, "court_supplement") == at(11, 12).date()
    with pytest.raises(AlreadyDone):
        do(outcome.case, "supplement", "x", "court", what="w", until=at(11, 12).date())
    case = outcome.case
    for person in ("a", "r1"):
        answered = do(case, "answer_supplement", person, at=at(11, 9), text="t", evidence_ids=["e"])
        case = answered.case
        assert clocks(case) == {"court_supplement"}
    assert (answered.data, answered.free_text) == ({"party": "p2", "evidence": ["e"]}, "t")
    with pytest.raises(AlreadyDone):
        do(case, "answer_supplement", "r1", text="t", evidence_ids=[])
    last = do(case, "answer_supplement", "r2", at=at(11, 9), text=None, evidence_ids=[]).case
    assert (clocks(last), last_day(last, "court_decide")) == ({"court_decide"}, at(11, 23).date())  # the 22nd: a Sunday
    with pytest.raises(IllegalTransition):
        do(last, "answer_supplement", "r1", text="t", evidence_ids=[])
    assert "supplement" in offered(last, "court")


def test_the_clock_goes_on_at_the_end_of_the_days_for_papers_and_not_when_that_is_noticed() -> None:
    case = do(confirming(), "receive", "x", "court").case
    case = do(case, "supplement", "x", "court", at=at(11, 5), what="w", until=at(11, 10).date()).case
    outcome = do(case, "supplement_over", at=at(11, 16))
    assert (outcome.event, last_day(outcome.case, "court_decide")) == ("supplement_over", at(11, 23).date())


@pytest.mark.parametrize("until", [at(11, 2).date(), at(1, 3, year=2027).date()])
def test_further_papers_are_asked_for_within_sixty_days(until: object) -> None:
    case = do(confirming(), "receive", "x", "court").case
    with pytest.raises(InvalidRequest) as caught:
        do(case, "supplement", "x", "court", what="w", until=until)
    assert caught.value.violations[0].pointer == "/until"


def test_a_ruling_can_take_ten_days_longer_once() -> None:
    with pytest.raises(IllegalTransition):
        do(confirming(), "extend_ruling", "x", "court", reason="w")
    case = do(confirming(), "receive", "x", "court").case
    outcome = do(case, "extend_ruling", "x", "court", reason="w")
    assert (outcome.event, last_day(outcome.case, "court_decide")) == ("ruling_extended", at(11, 30).date())
    with pytest.raises(AlreadyDone):
        do(outcome.case, "extend_ruling", "x", "court", reason="w")


def test_a_court_that_does_not_accept_leaves_the_way_to_another_open() -> None:
    outcome = do(confirming(), "dismiss", "x", "court", at=at(11, 5), reason="w")
    after = outcome.case
    assert (after.status, after.court, after.before_court, outcome.free_text) == ("signed", None, False, "w")
    assert outcome.data == {"received": False}
    assert parties_that(after, "applied_at") == []
    assert last_day(after, "confirmation_window") == at(12, 3).date()
    assert "conclude" in clocks(after)
    assert apply_all(after, "court-2", at=at(11, 6)).case.court == "court-2"


def test_an_agreement_that_a_court_has_examined_and_refused_is_not_put_forward_again() -> None:
    after = do(examined(), "dismiss", "x", "court", reason="w").case
    assert (after.status, after.refused_sha256, after.received_at, after.asked_at) == ("signed", "ab", None, None)
    assert parties_that(after, "enquiry") == []
    with pytest.raises(AlreadyRefused):
        do(after, "apply_confirmation", **COURT)
    shown = offered(after, "applicant", "a")
    assert "apply_confirmation" not in shown
    assert {"resume_mediation", "fulfil"} <= {*shown}


def test_an_application_can_be_withdrawn_before_the_ruling_and_made_again() -> None:
    outcome = do(examined(), "withdraw_application", "r1")
    after = outcome.case
    assert (outcome.event, after.status, after.court, after.before_court) == (
        "application_withdrawn",
        "signed",
        None,
        False,
    )
    assert "resume_mediation" not in offered(after, "applicant", "a")  # no court has refused
    assert apply_all(after, at=later(2)).case.status == "confirming"


def test_who_applied_first_can_take_it_back_and_choose_another_court() -> None:
    assert "withdraw_application" not in offered(signed(), "applicant", "a")
    first = do(signed(), "apply_confirmation", **COURT).case
    with pytest.raises(IllegalTransition):
        do(first, "withdraw_application", "r1")
    taken = do(first, "withdraw_application")
    assert (taken.event, taken.case.status, taken.case.court) == ("application_withdrawn", "signed", None)
    assert clocks(taken.case) == clocks(first)
    other = do(taken.case, "apply_confirmation", "r1", **{**COURT, "court_id": "court-2"}).case
    assert (other.court, parties_that(other, "applied_at")) == ("court-2", ["p2"])
    both = do(other, "apply_confirmation", **{**COURT, "court_id": "court-2"}).case
    assert do(both, "withdraw_application").case.court == "court-2"  # the other one's stands


def test_nobody_applies_about_what_is_not_in_force() -> None:
    never: Case = case_in("signed", agreement_sha256="ab")
    with pytest.raises(WindowClosed):
        do(never, "apply_confirmation", **COURT)
    assert INSTANT
