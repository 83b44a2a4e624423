"""From filing to consent: accepted, refused, transferred, declined, not reached, withdrawn."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.cases.lifecycle.deadlines import start_deadlines
from chalicelib.cases.lifecycle.refusals import AlreadyDone
from chalicelib.cases.lifecycle.transition import IllegalTransition
from tests.unit.lifecycle.cases import COUNTING, INSTANT, NOW, at, case_in, clocks, do, last_day, offered, parties_that


def test_acceptance_begins_the_mediation_period_and_waits_for_the_respondents() -> None:
    outcome = do(case_in("submitted").with_all_parties(consented_at=None), "accept")
    assert (outcome.case.status, outcome.event) == ("accepted", "accepted")
    assert clocks(outcome.case) == {"invite", "invite_notice", "mediation_period", "period_notice"}
    assert outcome.case.since == INSTANT
    assert parties_that(outcome.case, "invite_expires_at") == []  # all of them have joined


def test_invitations_are_for_respondents_who_have_not_joined() -> None:
    case = case_in("submitted")
    case = case.with_party(replace(case.parties[2], person=None, consented_at=None))
    assert parties_that(do(case, "accept").case, "invite_expires_at") == ["p3"]


def test_a_labour_dispute_counts_from_the_receipt_of_the_application() -> None:
    """劳动争议调解仲裁法 art. 14 ¶3: fifteen days from the day on which the organisation received it."""
    case = case_in(
        "submitted", dispute_type="labour_wages", organisation_kind="labour", since="2026-09-01T02:00:00.000Z"
    )
    accepted = do(case, "accept", at=at(9, 3)).case
    assert last_day(accepted, "mediation_period") == at(9, 16).date()
    other = replace(case, dispute_type="neighbour", organisation_kind="commercial")
    assert last_day(do(other, "accept", at=at(11, 3)).case, "mediation_period") == at(12, 3).date()


@pytest.mark.parametrize(
    ("action", "status", "target", "event", "reason", "details"),
    [
        ("refuse", "submitted", "not_accepted", "refused", "not_civil", {"reason": "not_civil", "note": "w"}),
        ("decline", "accepted", "failed", "declined", "party_declined", {"reason": "w"}),
        ("decline", "mediating", "failed", "declined", "party_declined", {"reason": "w"}),
        ("withdraw", "assigned", "withdrawn", "withdrawn", "withdrawn", {"reason": "w"}),
    ],
)
def test_an_end_says_why_and_can_be_appealed(  # noqa: PLR0917
    action: str, status: str, target: str, event: str, reason: str, details: dict[str, Any]
) -> None:
    outcome = do(case_in(status), action, **details)
    assert (outcome.case.status, outcome.event, outcome.case.end_reason) == (target, event, reason)
    assert (outcome.data, outcome.free_text, clocks(outcome.case)) == ({"ground": reason}, "w", {"appeal_window"})
    assert outcome.case.ended_at == INSTANT


def test_consent_is_complete_with_the_last_respondent_and_begins_the_choice() -> None:
    case = case_in("accepted").with_all_parties(consented_at=None)
    case = start_deadlines(case, ("invite",), NOW, COUNTING)
    first = do(case, "consent", "r1", terms_version="7")
    assert (first.event, first.data, clocks(first.case)) == ("consented", {"party": "p2"}, {"invite", "invite_notice"})
    consented = first.case.party_of("r1")
    assert consented is not None
    assert (consented.consented_at, consented.terms_version) == (INSTANT, "7")
    with pytest.raises(AlreadyDone):
        do(first.case, "consent", "r1", terms_version="7")
    assert "consent" not in offered(first.case, "respondent", "r1")
    last = do(first.case, "consent", "r2", terms_version="7")
    assert (last.event, last.case.status, clocks(last.case)) == ("all_consented", "accepted", {"choose_mediator"})


@pytest.mark.parametrize("status", ["submitted", "accepted"])
def test_a_transferred_case_waits_for_the_other_organisation_with_its_own_clock(status: str) -> None:
    case = start_deadlines(case_in(status), ("acceptance",), NOW, COUNTING).with_all_parties(choice="m")
    later = at(11, 10)
    mark = {"organisation_kind": "commercial", "court_invited": True}
    outcome = do(case, "transfer", at=later, organisation_id="other", reason="w", of_organisation=mark)
    after = outcome.case
    assert (after.status, after.organisation, after.organisation_kind, after.court_invited) == (
        "submitted",
        "other",
        "commercial",
        True,
    )
    assert (clocks(after), last_day(after, "acceptance")) == ({"acceptance"}, at(11, 13).date())
    assert (outcome.data, outcome.free_text) == ({"organisation": "other", "left": "o"}, "w")
    assert (parties_that(after, "choice"), parties_that(after, "consented_at")) == ([], ["p1", "p2", "p3"])
    # Who has consented is not asked again: the parties choose a mediator next.
    assert "choose_mediator" in clocks(do(after, "accept", at=later).case)


def test_nobody_acts_as_a_party_who_is_none() -> None:
    for action, status in (("consent", "accepted"), ("fulfil", "signed"), ("request_changes", "agreed")):
        with pytest.raises(IllegalTransition):
            do(case_in(status), action, "stranger", terms_version="7", reason="w")
