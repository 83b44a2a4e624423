"""Oral agreements: recorded by the mediator, confirmed by every party, in force from the day they agreed."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.cases.lifecycle.model import Case, Duty
from chalicelib.cases.lifecycle.refusals import AgreementChanged, AlreadyDone, OralAgreement, WritingNeeded
from chalicelib.cases.lifecycle.transition import IllegalTransition
from chalicelib.cases.lifecycle.view_parts import confirmation_view
from chalicelib.cases.progress.views import next_step
from chalicelib.shared.clock import parse_instant
from tests.unit.lifecycle.cases import INSTANT, at, by_all, clocks, do, mediating, offered, parties_that

DUTY = Duty(1, "p2", "p1", 500_000, "2026-12-01")


def recorded(**changes: Any) -> Case:
    return do(mediating(**changes), "record_oral_agreement", "pm", "mediator", sha256="ab", duties=[DUTY]).case


def test_a_record_alone_binds_nobody() -> None:
    """人民调解法 art. 28: the mediator records; whether that is what was agreed, the parties say."""
    case = recorded()
    assert (case.status, case.effective_at, case.recorded_at, case.agreement_sha256) == (
        "mediating",
        None,
        INSTANT,
        "ab",
    )
    assert case.awaits_confirmation_of_record
    assert "conclude" not in clocks(case)
    assert {"confirm_record", "dispute_record"} <= set(offered(case, "applicant", "a"))
    assert "核对" in next_step(case).zh
    for action in ("sign", "countersign", "seal"):
        with pytest.raises(IllegalTransition):
            do(case, action, "a", agreement_sha256="ab", acts=("sign",))


def test_confirmed_by_all_it_is_in_force_from_the_day_they_agreed() -> None:
    """art. 30; no signature of the mediator, no seal."""
    case = recorded()
    for person in ("a", "r1"):
        outcome = do(case, "confirm_record", person, at=at(11, 5), agreement_sha256="AB")
        case = outcome.case
        assert (outcome.event, case.status, case.effective_at) == ("record_confirmed", "mediating", None)
    with pytest.raises(AlreadyDone):
        do(case, "confirm_record", "a", agreement_sha256="ab")
    assert "confirm_record" not in offered(case, "applicant", "a")
    last = do(case, "confirm_record", "r2", at=at(11, 6), agreement_sha256="ab")
    after = last.case
    assert (last.event, after.status, after.effective_at) == ("oral_agreement_effective", "signed", INSTANT)
    assert (after.duties, after.reached["signed"]) == ((DUTY,), after.since)
    assert parse_instant(after.since) == at(11, 6)
    assert not {"countersign", "seal"} & {*offered(after, "mediator"), *offered(after, "clerk")}
    for action in ("countersign", "seal"):
        with pytest.raises(IllegalTransition):
            do(after, action, "x", agreement_sha256="ab", acts=("sign",))


def test_it_cannot_be_confirmed_before_it_is_written_down() -> None:
    """民诉法解释 art. 354: the court wants the agreement."""
    case = by_all(recorded(), "confirm_record", agreement_sha256="ab").case
    assert not {"confirmation_window", "arbitration_review"} & clocks(case)
    assert {"conclude", "duty_due"} <= clocks(case)
    assert "apply_confirmation" not in offered(case, "applicant", "a")
    with pytest.raises(OralAgreement):
        do(case, "apply_confirmation", "a", court_id="c", court_kind="court", declarations=(), chosen_court=None)
    shown = confirmation_view(case, [], "zh")
    assert not shown.eligible
    assert "第三百五十四条" in shown.reasons[0]
    assert "制作调解协议书" in next_step(case).zh
    resumed = by_all(case, "resume_mediation", reason="w").case
    assert resumed.status == "mediating"
    assert not resumed.awaits_confirmation_of_record
    assert "confirm_record" not in offered(resumed, "applicant", "a")
    written = do(resumed, "draft_agreement", "pm", "mediator", sha256="cd", duties=[]).case
    assert (written.status, written.recorded_at, written.effective_at) == ("agreed", None, None)


def test_who_says_that_it_was_not_agreed_takes_the_record_away() -> None:
    case = do(recorded(), "confirm_record", "a", agreement_sha256="ab").case
    outcome = do(case, "dispute_record", "r1", reason="金额不对")
    assert (outcome.event, outcome.case.status, outcome.free_text) == ("record_disputed", "mediating", "金额不对")
    after = outcome.case
    assert (after.recorded_at, after.agreement_sha256, after.duties, parties_that(after, "signed_at")) == (
        None,
        None,
        (),
        [],
    )
    for action in ("confirm_record", "dispute_record"):
        assert action not in offered(after, "applicant", "a")
        with pytest.raises(IllegalTransition):
            do(after, action, "a", agreement_sha256="ab", reason="w")


def test_another_record_takes_the_place_of_the_first_and_its_confirmations_fall() -> None:
    case = do(recorded(), "confirm_record", "a", agreement_sha256="ab").case
    again = do(case, "record_oral_agreement", "pm", "mediator", at=at(11, 4), sha256="cd", duties=[]).case
    assert (again.agreement_no, again.agreement_sha256, parties_that(again, "signed_at")) == (2, "cd", [])
    with pytest.raises(AgreementChanged):
        do(again, "confirm_record", "r1", agreement_sha256="ab")


@pytest.mark.parametrize("how", ["recuse", "replace"])
def test_a_record_falls_with_its_mediator(how: str) -> None:
    after = do(recorded(), how, "pm", "mediator", reason="w").case
    assert (after.status, after.recorded_at, after.agreement_sha256) == ("accepted", None, None)


@pytest.mark.parametrize(
    ("dispute_type", "kind", "invited"),
    [
        ("labour_wages", "peoples_mediation_committee", False),
        ("labour_wages", "labour", True),
        ("medical", "industry", False),
        ("consumer_goods", "consumer", False),
        ("land_forestry_transfer", "peoples_mediation_committee", False),
    ],
)
def test_where_the_law_asks_for_writing_it_is_refused_with_the_article(
    dispute_type: str, kind: str, *, invited: bool
) -> None:
    case = mediating(dispute_type=dispute_type, organisation_kind=kind, court_invited=invited)
    assert "record_oral_agreement" not in offered(case, "mediator")
    with pytest.raises(WritingNeeded) as refused:
        do(case, "record_oral_agreement", "pm", "mediator", sha256="ab", duties=[])
    assert refused.value.detail is not None
    assert "（《" in refused.value.detail.zh


@pytest.mark.parametrize("invited", [False, True])
def test_elsewhere_the_mediator_may_record_one(*, invited: bool) -> None:
    kind = "consumer" if invited else "industry"
    case = mediating(dispute_type="traffic_accident", organisation_kind=kind, court_invited=invited)
    assert "record_oral_agreement" in offered(case, "mediator")
