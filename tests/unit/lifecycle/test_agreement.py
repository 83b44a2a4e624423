"""The agreement: drafted, signed, countersigned, sealed, sent back, refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.cases.lifecycle.model import Case, Duty, Seal
from chalicelib.cases.lifecycle.refusals import AgreementChanged, AlreadyDone
from chalicelib.cases.lifecycle.transition import IllegalTransition
from tests.unit.lifecycle.cases import INSTANT, SEALED, at, by_all, case_in, clocks, do, last_day, offered, parties_that

BY_SIGNATURES = ("sign",)


def test_a_draft_takes_back_signatures_and_names_the_duties() -> None:
    case = case_in("mediating", agreement_no=1, effective_at="t", countersigned_at="t", sealed_at="t")
    case = replace(case, countersigned_by="m", seal=Seal("o", "key_signature", "t", "s", "k", "a"), recorded_at="t")
    case = case.with_all_parties(signed_at="t", applied_at="t")
    duty = Duty(1, "p2", "p1", 500_000, "2026-12-01")
    outcome = do(case, "draft_agreement", sha256="ab", duties=[duty])
    after = outcome.case
    assert (after.agreement_no, after.agreement_sha256, after.effective_at, after.duties) == (2, "ab", None, (duty,))
    assert (after.countersigned_at, after.countersigned_by, after.sealed_at, after.seal) == (None, None, None, None)
    assert after.recorded_at is None
    assert (parties_that(after, "signed_at"), parties_that(after, "applied_at")) == ([], [])
    assert outcome.data == {"agreement_no": 2, "agreement_sha256": "ab"}


def agreed() -> Case:
    return case_in("agreed", agreement_sha256="ab")


def test_a_signature_is_over_the_agreements_hash_and_given_once() -> None:
    with pytest.raises(AgreementChanged):
        do(agreed(), "sign", agreement_sha256="cd", acts=SEALED)
    case = do(agreed(), "sign", agreement_sha256="AB", acts=SEALED).case
    assert parties_that(case, "signed_at") == ["p1"]
    with pytest.raises(AlreadyDone):
        do(case, "sign", agreement_sha256="ab", acts=SEALED)
    assert "sign" not in offered(case, "applicant", "a")


def test_at_a_courts_invitation_it_is_in_force_with_the_last_partys_signature() -> None:
    """法释〔2021〕23号 art. 19 ¶2; the mediator's signature and the seal are still owed (¶1)."""
    case = agreed()
    for person in ("a", "r1"):
        outcome = do(case, "sign", person, agreement_sha256="ab", acts=BY_SIGNATURES)
        case = outcome.case
        assert (outcome.event, case.status, case.effective_at, clocks(case)) == ("signed", "agreed", None, set())
    assert outcome.data == {"party": "p2", "agreement_sha256": "ab"}
    outcome = do(case, "sign", "r2", agreement_sha256="ab", acts=BY_SIGNATURES)
    assert (outcome.event, outcome.case.status, outcome.case.effective_at) == ("agreement_effective", "signed", INSTANT)
    assert clocks(outcome.case) == {"confirmation_window", "conclude"}
    assert "countersign" in offered(outcome.case, "mediator")
    late = do(outcome.case, "seal", "c", "clerk", at=at(11, 9), agreement_sha256="ab", acts=BY_SIGNATURES)
    assert (late.event, late.case.status, late.case.effective_at) == ("sealed", "signed", INSTANT)
    assert late.case.sealed_at is not None


@pytest.mark.parametrize("order", [("countersign", "seal"), ("seal", "countersign")])
def test_elsewhere_it_is_in_force_when_mediator_and_organisation_have_done_their_part(order: tuple[str, str]) -> None:
    """人民调解法 art. 29, in either order."""
    for action, relation in (("countersign", "mediator"), ("seal", "clerk")):
        assert action not in offered(agreed(), relation)
        with pytest.raises(IllegalTransition):
            do(agreed(), action, "x", relation, agreement_sha256="ab", acts=SEALED)
    outcome = by_all(agreed(), "sign", agreement_sha256="ab", acts=SEALED)
    assert (outcome.event, outcome.case.status) == ("signed", "agreed")
    first = do(outcome.case, order[0], "x", "", at=at(11, 4), agreement_sha256="ab", acts=SEALED)
    assert (first.event, first.case.status) == ({"countersign": "countersigned", "seal": "sealed"}[order[0]], "agreed")
    with pytest.raises(AlreadyDone):
        do(first.case, order[0], "x", "", agreement_sha256="ab", acts=SEALED)
    with pytest.raises(AgreementChanged):
        do(first.case, order[1], "x", "", agreement_sha256="cd", acts=SEALED)
    last = do(first.case, order[1], "x", "", at=at(11, 5), agreement_sha256="ab", acts=SEALED)
    assert (last.event, last.case.status) == ("agreement_effective", "signed")
    # 民事诉讼法 art. 205: thirty days from its effect, not from the last party's signature.
    assert last_day(last.case, "confirmation_window") == at(12, 7).date()  # the 5th is a Saturday


def test_a_labour_agreement_has_the_window_of_the_commission_too() -> None:
    """劳动人事争议仲裁办案规则 art. 74: fifteen days."""
    case = case_in("agreed", agreement_sha256="ab", dispute_type="labour_wages", organisation_kind="labour")
    case = by_all(case, "sign", agreement_sha256="ab", acts=BY_SIGNATURES).case
    assert last_day(case, "arbitration_review") == at(11, 18).date()
    assert last_day(case, "confirmation_window") == at(12, 3).date()


def test_changes_can_be_asked_for_and_signatures_fall() -> None:
    case = do(agreed(), "sign", agreement_sha256="ab", acts=SEALED).case
    outcome = do(case, "request_changes", "r1", reason="w")
    assert (outcome.event, outcome.case.status, outcome.free_text) == ("changes_requested", "mediating", "w")
    assert (outcome.case.agreement_sha256, parties_that(outcome.case, "signed_at")) == (None, [])
    with pytest.raises(IllegalTransition):
        do(outcome.case, "sign", "r2", agreement_sha256="ab", acts=SEALED)


def test_who_refuses_to_sign_ends_the_mediation() -> None:
    """法释〔2021〕23号 art. 25 (7)."""
    outcome = do(agreed(), "refuse_to_sign", "r1", reason="w")
    assert (outcome.case.status, outcome.case.end_reason) == ("failed", "refused_to_sign")
    assert (outcome.event, outcome.free_text, clocks(outcome.case)) == ("refused_to_sign", "w", {"appeal_window"})
