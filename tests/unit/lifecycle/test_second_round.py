"""What is left of the first round in the second: a default made good, a mediation resumed, a case reopened."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.cases.lifecycle.model import Case, Duty
from chalicelib.cases.lifecycle.refusals import EnquiryOpen
from tests.unit.lifecycle.cases import (
    SEALED,
    apply_all,
    at,
    by_all,
    case_in,
    clocks,
    do,
    examined,
    last_day,
    mediating,
    parties_that,
    signed,
)

RENT = Duty(1, "p2", "p1", 500_000, "2026-11-20")
KEYS = Duty(2, "p1", "p2", None, None)
LATE = at(2, 10, year=2027)


def defaulted(case: Case) -> Case:
    return do(case, "report_default", "a", at=at(11, 21), n=1).case


def signed_anew(case: Case, *duties: Duty) -> Case:
    """Let everybody agree to mediate a defaulted case again, and sign, countersign and seal another agreement."""
    case = by_all(case, "resume_mediation", reason="再谈").case
    case = do(case, "draft_agreement", "pm", "mediator", sha256="cd", duties=duties).case
    case = by_all(case, "sign", agreement_sha256="cd", acts=SEALED).case
    case = do(case, "countersign", "pm", "mediator", agreement_sha256="cd", acts=SEALED).case
    return do(case, "seal", "clerk", "clerk", agreement_sha256="cd", acts=SEALED).case


@pytest.mark.parametrize("status", ["signed", "confirmed"])
def test_a_default_made_good_ends_quietly_some_day(status: str) -> None:
    case = signed(RENT, KEYS) if status == "signed" else do(examined(RENT, KEYS), "confirm", document_no="1").case
    early = do(defaulted(case), "acknowledge", at=at(11, 25), n=1).case
    assert early.status == status
    assert last_day(early, "conclude") == at(1, 25, year=2027).date()  # 60 days after it was made good, a Sunday
    late = do(defaulted(case), "acknowledge", at=LATE, n=1).case
    assert last_day(late, "conclude") > LATE.date()
    again = do(defaulted(case), "report_performed", "r1", at=at(11, 25), n=1).case
    assert (again.status, "conclude" in clocks(again)) == ("defaulted", False)


def test_a_court_asks_anew_about_another_agreement() -> None:
    ruled = do(examined(RENT), "confirm", document_no="1").case
    case = do(apply_all(signed_anew(defaulted(ruled))).case, "receive", "judge", "court").case
    assert (case.asked_at, case.court_kind, parties_that(case, "enquiry")) == (None, "court", [])
    with pytest.raises(EnquiryOpen):
        do(case, "confirm", "judge", "court", document_no="2")


def test_an_earlier_ruling_is_not_one_of_another_agreement() -> None:
    ruled = do(examined(RENT), "confirm", document_no="1").case
    resumed = by_all(defaulted(ruled), "resume_mediation", reason="再谈").case
    assert resumed.document_no == "1"  # as long as the agreement that it confirmed is the last
    case = signed_anew(defaulted(ruled), RENT, KEYS)
    assert (case.status, case.document_no) == ("signed", None)
    assert do(case, "report_performed", "r1", n=1).case.status == "signed"


def test_nothing_of_the_court_is_left_in_a_reopened_case() -> None:
    ruled = do(examined(), "confirm", document_no="1").case
    settled = by_all(replace(ruled, ruling_extended=True), "fulfil").case
    anew = do(settled, "reopen", "reviewer", "reviewer", reason="复核").case
    assert (anew.asked_at, anew.received_at, anew.supplement, anew.ruling_extended) == (None, None, None, False)
    assert (anew.court, anew.before_court, anew.document_no) == (None, False, None)
    assert parties_that(anew, "enquiry") == parties_that(anew, "applied_at") == []


def test_in_a_new_period_the_organisation_proposes_anew_as_well() -> None:
    proposed = {"organisation_extend_until": "2026-12-20"}
    resumed = by_all(defaulted(signed(RENT, **proposed)), "resume_mediation", reason="再谈").case
    ended = do(mediating(**proposed), "end", "pm", "mediator", ground="other").case
    reopened = do(ended, "reopen", "reviewer", "reviewer", reason="复核").case
    assert (resumed.organisation_extend_until, reopened.organisation_extend_until) == (None, None)


def test_who_would_mediate_again_and_then_asks_a_court_is_asked_again_after_its_ruling() -> None:
    case = do(case_in("signed", dismissed_at="t"), "resume_mediation", reason="再谈").case
    asked = apply_all(replace(case, deadlines=signed().deadlines)).case
    assert (asked.status, parties_that(asked, "resumes_at")) == ("confirming", [])
