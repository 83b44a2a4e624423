"""Who mediates: chosen, assigned, answering or not, stepping down, challenged, replaced."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.cases.lifecycle.deadlines import start_deadlines
from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.refusals import AlreadyDone, ChallengeDecided, ChoiceOpen, ConsentMissing
from chalicelib.cases.lifecycle.transition import IllegalTransition
from tests.unit.lifecycle.cases import COUNTING, NOW, case_in, clocks, do, later, offered, parties_that


def choosing() -> Case:
    return start_deadlines(case_in("accepted"), ("choose_mediator",), NOW, COUNTING)


def choose(case: Case, person: str, mediator: str | None = "m") -> Case:
    return do(case, "choose_mediator", person, mediator_id=mediator, mediator_person=mediator and "pm").case


def test_the_same_choice_by_all_assigns() -> None:
    case = choose(choose(choosing(), "a"), "r1")
    assert (case.status, case.mediator, clocks(case)) == ("accepted", None, {"choose_mediator"})
    outcome = do(case, "choose_mediator", "r2", mediator_id="m", mediator_person="pm")
    assert (outcome.event, outcome.case.status) == ("mediator_chosen", "assigned")
    assert (outcome.case.mediator, outcome.case.mediator_person) == ("m", "pm")
    assert outcome.data == {"party": "p3", "left": False, "mediator": "m"}
    assert clocks(outcome.case) == {"mediator_reply"}


def test_different_choices_assign_nobody_and_can_be_changed() -> None:
    case = choose(choose(choosing(), "a", "m"), "r1", "n")
    outcome = do(case, "choose_mediator", "r2", mediator_id="n", mediator_person="pn")
    assert (outcome.event, outcome.case.status) == ("choice_made", "accepted")
    with pytest.raises(AlreadyDone):
        choose(outcome.case, "r2", "n")
    assert choose(outcome.case, "a", "n").status == "assigned"


def test_left_to_the_organisation_by_all_its_clock_runs_at_once() -> None:
    case = choose(choose(choosing(), "a", None), "r1", None)
    with pytest.raises(ChoiceOpen):
        do(case, "assign", "c", "clerk", mediator_id="m", mediator_person="pm")
    assert "assign" not in offered(case, "clerk")
    case = choose(case, "r2", None)
    assert (case.status, clocks(case)) == ("accepted", {"match"})
    assert "assign" in offered(case, "clerk")
    assigned = do(case, "assign", "c", "clerk", mediator_id="m", mediator_person="pm")
    assert (assigned.event, assigned.data, clocks(assigned.case)) == ("assigned", {"mediator": "m"}, {"mediator_reply"})


def test_when_their_days_are_over_the_organisation_assigns_and_they_may_still_choose() -> None:
    outcome = do(choosing(), "choice_over", at=later(5))
    assert (outcome.event, clocks(outcome.case)) == ("choice_over", {"match"})
    assert "assign" in offered(outcome.case, "clerk", at=later(5))
    case = choose(choose(choose(outcome.case, "a"), "r1"), "r2")
    assert (case.status, clocks(case)) == ("assigned", {"mediator_reply"})


def test_a_mediator_is_assigned_when_all_have_agreed() -> None:
    waiting = case_in("accepted")
    waiting = waiting.with_party(replace(waiting.parties[2], consented_at=None))
    for action in ("assign", "choose_mediator"):
        with pytest.raises(ConsentMissing):
            do(waiting, action, mediator_id="m", mediator_person="pm")
    assert "assign" not in offered(waiting, "clerk")
    assert "choose_mediator" not in offered(waiting, "applicant", "a")


def test_who_takes_a_case_says_what_ties_they_have() -> None:
    outcome = do(case_in("assigned"), "take", "pm", "mediator", disclosure="同一小区")
    assert (outcome.case.status, outcome.event, outcome.free_text) == ("mediating", "taken", "同一小区")
    assert clocks(outcome.case) == {"contact_party"}
    assert do(case_in("assigned"), "take", "pm", "mediator", disclosure=None).free_text is None


@pytest.mark.parametrize(
    ("action", "status", "event"),
    [
        ("pass", "assigned", "passed"),
        ("lapse", "assigned", "lapsed"),
        ("recuse", "mediating", "recused"),
        ("recuse", "agreed", "recused"),
        ("replace", "assigned", "replaced"),
        ("replace", "mediating", "replaced"),
        ("replace", "agreed", "replaced"),
    ],
)
def test_a_case_without_its_mediator_waits_for_another(action: str, status: str, event: str) -> None:
    case = case_in(status, agreement_sha256="ab").with_all_parties(choice="m", signed_at="t")
    outcome = do(case, action, reason="conflict", note="w")
    after = outcome.case
    assert (after.status, outcome.event, clocks(after)) == ("accepted", event, {"match"})
    assert (after.mediator, after.mediator_person, after.excluded_mediators) == (None, None, ("m",))
    assert (parties_that(after, "choice"), parties_that(after, "consented_at")) == ([], ["p1", "p2", "p3"])
    if status == "agreed":
        assert (after.agreement_sha256, parties_that(after, "signed_at")) == (None, [])
    assert "assign" in offered(after, "clerk")


def test_who_passed_is_excluded_once_and_says_why() -> None:
    passed = do(case_in("assigned"), "pass", "pm", "mediator", reason="load", note="w")
    assert (passed.data, passed.free_text) == ({"mediator": "m", "code": "load"}, "w")
    again = do(replace(passed.case, status="assigned", mediator="m"), "lapse")
    assert again.case.excluded_mediators == ("m",)
    other = do(replace(passed.case, status="assigned", mediator="n"), "lapse")
    assert other.case.excluded_mediators == ("m", "n")


def test_a_challenge_is_answered_by_the_clerk_then_by_the_reviewer_then_no_more() -> None:
    case = do(case_in("mediating"), "challenge", reason="w").case
    assert clocks(case) == {"challenge_reply"}
    assert "challenge" not in offered(case, "respondent", "r1")
    with pytest.raises(AlreadyDone):
        do(case, "challenge", "r1", reason="w")
    assert "answer_challenge" in offered(case, "clerk")
    assert "answer_challenge" not in offered(case, "reviewer")
    refused = do(case, "answer_challenge", "c", "clerk", granted=False, reason="no ties")
    assert (refused.event, refused.case.status, clocks(refused.case)) == ("challenge_refused", "mediating", set())
    assert refused.free_text == "no ties"
    again = do(refused.case, "challenge", reason="w")
    assert again.data == {"party": "p1", "mediator": "m", "with_reviewer": True}
    assert "answer_challenge" in offered(again.case, "reviewer")
    assert "answer_challenge" not in offered(again.case, "clerk")
    final = do(again.case, "answer_challenge", "rev", "reviewer", granted=False, reason="no").case
    with pytest.raises(ChallengeDecided):
        do(final, "challenge", reason="w")
    assert do(final, "challenge", "r1", reason="w").data["with_reviewer"] is False  # another party's is its own


@pytest.mark.parametrize("relation", ["clerk", "reviewer"])
def test_a_challenge_that_is_granted_brings_another_mediator(relation: str) -> None:
    case = do(case_in("agreed", agreement_sha256="ab"), "challenge", reason="w").case
    if relation == "reviewer":
        case = do(
            do(case, "answer_challenge", "c", "clerk", granted=False, reason="no").case, "challenge", reason="w"
        ).case
    outcome = do(case, "answer_challenge", "x", relation, granted=True, reason="ties")
    after = outcome.case
    assert (outcome.event, after.status, after.mediator, after.challenge) == (
        "challenge_granted",
        "accepted",
        None,
        None,
    )
    assert (after.excluded_mediators, clocks(after)) == (("m",), {"match"})


def test_a_challenge_falls_with_the_mediator() -> None:
    case = do(case_in("mediating"), "challenge", reason="w").case
    after = do(case, "replace", "c", "clerk", reason="ill").case
    assert (after.challenge, clocks(after)) == (None, {"match"})
    with pytest.raises(IllegalTransition):
        do(replace(after, status="mediating"), "answer_challenge", "c", "clerk", granted=True, reason="w")
