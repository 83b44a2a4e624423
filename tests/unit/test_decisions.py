"""What each action does to a case: its status, clocks, parties, event, and whose words are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.cases.lifecycle.confirmation import NotConfirmable
from chalicelib.cases.lifecycle.decisions import (
    MAX_EXTENSION_DAYS,
    Command,
    Outcome,
    decide,
    start_deadlines,
)
from chalicelib.cases.lifecycle.model import Case, Deadline, Party
from chalicelib.cases.lifecycle.policies import actions_of, can_appeal
from chalicelib.cases.lifecycle.refusals import AgreementChanged, AlreadyDone, ConsentMissing, WindowClosed
from chalicelib.cases.lifecycle.transitions import END_GROUNDS, TRANSITIONS, IllegalTransition
from chalicelib.shared.calendar import work_calendar
from chalicelib.shared.clock import SHANGHAI, format_instant, parse_instant
from chalicelib.shared.deadlines import DeadlineRules, DueDates
from chalicelib.shared.errors import InvalidRequest

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
INSTANT = format_instant(NOW)
COUNTING = DueDates(DeadlineRules.load(), work_calendar())


def case_in(status: str, **changes: Any) -> Case:
    parties = (
        Party("p1", "applicant", "person", person="a", consented_at="t"),
        Party("p2", "respondent", "person", person="r1", consented_at="t"),
        Party("p3", "respondent", "person", person="r2", consented_at="t"),
    )
    case = Case("C", status, 1, "neighbour", "210202", "o", parties, (), {status: "t"}, "t", "t", "t", "h")
    return replace(case, **changes)


def do(
    case: Case, action: str, person: str = "a", relation: str = "", *, at: datetime = NOW, **details: Any
) -> Outcome:
    return decide(case, Command(action, details, person, relation, at), COUNTING)


def clocks(case: Case) -> set[str]:
    return {one.rule for one in case.deadlines}


def parties_that(case: Case, attribute: str) -> list[str]:
    return [party.id for party in case.parties if getattr(party, attribute) is not None]


# The whole table of 2-domain once more: action, from, to, event, clocks that start, details.
ALONE: list[tuple[str, str, str, str, set[str], dict[str, Any]]] = [
    ("accept", "submitted", "accepted", "accepted", {"invite"}, {}),
    ("refuse", "submitted", "not_accepted", "refused", {"appeal_window"}, {"reason": "w"}),
    ("decline", "accepted", "failed", "declined", {"appeal_window"}, {"reason": "w"}),
    ("decline", "mediating", "failed", "declined", {"appeal_window"}, {"reason": "w"}),
    ("assign", "accepted", "assigned", "assigned", {"mediator_reply"}, {"mediator_id": "m", "mediator_person": "pm"}),
    ("take", "assigned", "mediating", "taken", {"contact_party", "mediation_period"}, {}),
    ("pass", "assigned", "accepted", "passed", {"match"}, {"code": "busy", "reason": "w"}),
    ("lapse", "assigned", "accepted", "lapsed", {"match"}, {}),
    ("draft_agreement", "mediating", "agreed", "agreement_drafted", set(), {"sha256": "ab"}),
    ("refuse_to_sign", "agreed", "mediating", "refused_to_sign", set(), {"reason": "w"}),
    ("end", "mediating", "failed", "ended", {"appeal_window"}, {"ground": "other", "note": "w"}),
    ("end", "agreed", "failed", "ended", {"appeal_window"}, {"ground": "other", "note": "w"}),
    ("withdraw", "assigned", "withdrawn", "withdrawn", {"appeal_window"}, {"reason": "w"}),
    ("confirm", "confirming", "confirmed", "confirmed", set(), {"document_no": "1"}),
    ("dismiss", "confirming", "signed", "dismissed", set(), {"reason": "w"}),
    ("close", "signed", "settled", "window_ended", set(), {}),
    ("reopen", "failed", "accepted", "reopened", {"invite"}, {"reason": "w"}),
    ("reopen", "not_accepted", "accepted", "reopened", {"invite"}, {"reason": "w"}),
]


@pytest.mark.parametrize("row", ALONE, ids=lambda row: f"{row[0]} {row[1]}")
def test_what_one_person_decides(row: tuple[str, str, str, str, set[str], dict[str, Any]]) -> None:
    action, source, target, event, starts, details = row
    outcome = do(case_in(source, mediator="m", mediator_person="pm"), action, **details)
    assert (outcome.case.status, outcome.event, clocks(outcome.case)) == (target, event, starts)
    assert outcome.case.since == INSTANT
    assert outcome.free_text == ("w" if "w" in details.values() else None)


@pytest.mark.parametrize(
    ("action", "ground"), [("decline", "party_declined"), ("refuse", "not_accepted"), ("withdraw", "withdrawn")]
)
def test_an_end_says_why(action: str, ground: str) -> None:
    outcome = do(case_in("submitted" if action == "refuse" else "accepted"), action, "r1")
    assert (outcome.case.end_reason, outcome.data, outcome.free_text) == (ground, {"ground": ground}, None)


def test_the_mediators_end_says_which_ground() -> None:
    outcome = do(case_in("mediating"), "end", ground="party_unwilling")
    assert (outcome.case.end_reason, outcome.data) == ("party_unwilling", {"ground": "party_unwilling"})


def test_an_unreachable_respondent_ends_it_with_the_record_of_attempts() -> None:
    outcome = do(case_in("accepted"), "mark_unreachable", attempts=[1, 2], record="called twice")
    assert (outcome.case.status, outcome.case.end_reason) == ("failed", "party_unreachable")
    assert (outcome.data, outcome.free_text) == ({"attempts": 2}, "called twice")
    assert clocks(outcome.case) == {"appeal_window"}


def test_an_accepted_case_has_invitations_for_respondents_only() -> None:
    case = do(case_in("submitted"), "accept").case
    expires = format_instant(COUNTING.due("invite_code_expiry", NOW).at)
    assert [party.invite_expires_at for party in case.parties] == [None, expires, expires]


def test_consent_is_complete_with_the_last_respondent() -> None:
    case = case_in("accepted").with_all_parties(consented_at=None)
    case = start_deadlines(case, ("invite",), NOW, COUNTING)
    first = do(case, "consent", "r1", terms_version="7")
    assert (first.event, first.data, clocks(first.case)) == ("consented", {"party": "p2"}, {"invite"})
    consented = first.case.party_of("r1")
    assert consented is not None
    assert (consented.consented_at, consented.terms_version) == (INSTANT, "7")
    with pytest.raises(AlreadyDone):
        do(first.case, "consent", "r1", terms_version="7")
    last = do(first.case, "consent", "r2", terms_version="7")
    assert (last.event, last.case.status, clocks(last.case)) == ("all_consented", "accepted", {"match"})


def test_nobody_acts_as_a_party_who_is_none() -> None:
    for action, status in (("consent", "accepted"), ("extend", "mediating"), ("fulfil", "signed")):
        with pytest.raises(IllegalTransition):
            do(case_in(status), action, "stranger", terms_version="7", until=date(2027, 1, 1))


def test_an_action_is_refused_in_every_other_status() -> None:
    for row in TRANSITIONS.values():
        for status in {"submitted", "accepted", "assigned", "mediating", "agreed", "signed", "settled"} - row.sources:
            with pytest.raises(IllegalTransition):
                do(case_in(status), row.action)


def test_a_mediator_is_assigned_when_all_have_agreed() -> None:
    waiting = case_in("accepted")
    waiting = waiting.with_party(replace(waiting.parties[2], consented_at=None))
    with pytest.raises(ConsentMissing):
        do(waiting, "assign", mediator_id="m", mediator_person="pm")
    assert "assign" not in actions_of("clerk", "staff", waiting, NOW)
    assert "assign" in actions_of("clerk", "staff", case_in("accepted"), NOW)
    outcome = do(case_in("accepted"), "assign", mediator_id="m", mediator_person="pm")
    assert (outcome.case.mediator, outcome.case.mediator_person) == ("m", "pm")
    assert outcome.data == {"mediator": "m"}


def test_who_passed_is_excluded_once_and_the_case_is_without_a_mediator() -> None:
    passed = do(case_in("assigned", mediator="m", mediator_person="pm"), "pass", code="busy")
    assert (passed.case.mediator, passed.case.mediator_person, passed.case.excluded_mediators) == (None, None, ("m",))
    assert passed.data == {"mediator": "m", "code": "busy"}
    again = do(replace(passed.case, status="assigned", mediator="m"), "lapse")
    assert (again.case.excluded_mediators, again.data["code"]) == (("m",), "other")
    other = do(replace(passed.case, status="assigned", mediator="n"), "lapse")
    assert other.case.excluded_mediators == ("m", "n")
    none = do(case_in("failed"), "reopen")
    assert none.case.excluded_mediators == ()


def test_a_draft_takes_back_signatures() -> None:
    case = case_in("mediating", agreement_no=1, effective_at="t").with_all_parties(signed_at="t", applied_at="t")
    outcome = do(case, "draft_agreement", sha256="ab")
    assert (outcome.case.agreement_no, outcome.case.agreement_sha256, outcome.case.effective_at) == (2, "ab", None)
    assert (parties_that(outcome.case, "signed_at"), parties_that(outcome.case, "applied_at")) == ([], [])
    assert outcome.data == {"agreement_no": 2, "agreement_sha256": "ab"}


def test_an_agreement_takes_effect_with_the_last_signature_over_its_hash() -> None:
    case = case_in("agreed", agreement_sha256="ab")
    with pytest.raises(AgreementChanged):
        do(case, "sign", "a", agreement_sha256="cd")
    for person in ("a", "r1"):
        outcome = do(case, "sign", person, agreement_sha256="AB")
        case = outcome.case
        assert (outcome.event, case.status, case.effective_at, clocks(case)) == ("signed", "agreed", None, set())
    assert outcome.data == {"party": "p2", "agreement_sha256": "ab"}
    outcome = do(case, "sign", "r2", agreement_sha256="ab")
    assert (outcome.event, outcome.case.status, outcome.case.effective_at) == ("agreement_effective", "signed", INSTANT)
    assert clocks(outcome.case) == {"confirmation_window"}


def signed(**changes: Any) -> Case:
    case = case_in("signed", agreement_sha256="ab", **changes).with_all_parties(signed_at="t")
    return start_deadlines(case, ("confirmation_window",), NOW, COUNTING)


def test_the_court_is_asked_by_all_together() -> None:
    case = signed()
    for person in ("a", "r1"):
        outcome = do(case, "apply_confirmation", person)
        case = outcome.case
        assert (outcome.event, case.status, case.before_court) == ("confirmation_requested", "signed", False)
    outcome = do(case, "apply_confirmation", "r2")
    assert (outcome.event, outcome.case.status, outcome.case.before_court) == (
        "confirmation_applied",
        "confirming",
        True,
    )
    due = {one.rule: one.at for one in outcome.case.deadlines}
    accepts = COUNTING.due("court_accept", NOW).at
    assert due["court_accept"] == format_instant(accepts)
    assert due["court_decide"] == format_instant(COUNTING.due("court_decide", accepts).at)


def test_the_court_is_asked_within_its_window_to_the_last_second() -> None:
    case = signed()
    end = parse_instant(case.deadlines[0].at)
    last = end + timedelta(milliseconds=999)
    assert do(case, "apply_confirmation", at=last).event == "confirmation_requested"
    assert "apply_confirmation" in actions_of("applicant", "a", case, last)
    late = end + timedelta(seconds=1)
    for refused, moment in ((case, late), (replace(case, deadlines=()), NOW)):
        with pytest.raises(WindowClosed):
            do(refused, "apply_confirmation", at=moment)
        assert "apply_confirmation" not in actions_of("applicant", "a", refused, moment)


def test_what_the_court_says_is_kept() -> None:
    confirmed = do(case_in("confirming", before_court=True), "confirm", document_no="No. 1")
    assert (confirmed.case.document_no, confirmed.data) == ("No. 1", {"document_no": "No. 1"})
    dismissed = do(case_in("confirming").with_all_parties(applied_at="t"), "dismiss", reason="w")
    assert (dismissed.case.before_court, parties_that(dismissed.case, "applied_at")) == (True, [])
    assert (dismissed.data, dismissed.free_text) == ({}, "w")


@pytest.mark.parametrize(("status", "after"), [("signed", "settled"), ("confirmed", "confirmed")])
def test_what_was_agreed_is_carried_out_when_all_say_so(status: str, after: str) -> None:
    case = case_in(status)
    for person in ("a", "r1"):
        outcome = do(case, "fulfil", person)
        case = outcome.case
        assert (outcome.event, case.status) == ("fulfilment_stated", status)
        assert "fulfil" not in actions_of("applicant", person, case, NOW)
    assert "fulfil" in actions_of("respondent", "r2", case, NOW)
    outcome = do(case, "fulfil", "r2")
    assert (outcome.event, outcome.case.status) == ("fulfilled", after)


def mediating(*, escalated: bool = False) -> Case:
    other = Deadline("contact_party", "2026-12-01T15:59:59.000Z", provisional=False, started_at=INSTANT)
    case = start_deadlines(case_in("mediating", deadlines=(other,)), ("mediation_period",), NOW, COUNTING)
    return replace(case, deadlines=tuple(replace(one, escalated=escalated) for one in case.deadlines))


def last_day(case: Case) -> date:
    return parse_instant(case.deadlines[-1].at).astimezone(SHANGHAI).date()


def test_a_longer_period_holds_when_all_name_the_same_day() -> None:
    case = mediating(escalated=True)
    case = replace(case, deadlines=tuple(replace(one, provisional=True) for one in case.deadlines))
    until = last_day(case) + timedelta(days=10)
    for person in ("a", "r1"):
        outcome = do(case, "extend", person, until=until)
        case = outcome.case
        assert (outcome.event, last_day(case)) == ("extension_agreed", until - timedelta(days=10))
    assert outcome.data == {"party": "p2", "until": until.isoformat()}
    with pytest.raises(AlreadyDone):
        do(case, "extend", "r1", until=until)
    other = do(case, "extend", "r2", until=until + timedelta(days=1))
    assert (other.event, last_day(other.case)) == ("extension_agreed", until - timedelta(days=10))
    outcome = do(case, "extend", "r2", until=until)
    assert (outcome.event, last_day(outcome.case)) == ("extended", until)
    assert parties_that(outcome.case, "extend_until") == []
    assert {one.rule: one.escalated for one in outcome.case.deadlines} == {
        "contact_party": True,
        "mediation_period": False,
    }
    assert not outcome.case.deadlines[-1].provisional


def test_a_longer_period_is_later_than_the_present_one_and_not_too_far() -> None:
    case = mediating()
    furthest = (NOW.astimezone(SHANGHAI) + timedelta(days=MAX_EXTENSION_DAYS)).date()
    assert MAX_EXTENSION_DAYS == 180
    for refused in (last_day(case), last_day(case) - timedelta(days=1), furthest + timedelta(days=1)):
        with pytest.raises(InvalidRequest) as caught:
            do(case, "extend", until=refused)
        (violation,) = caught.value.violations
        assert (violation.pointer, violation.code) == ("/until", "out_of_range")
    for allowed in (last_day(case) + timedelta(days=1), furthest):
        assert do(case, "extend", until=allowed).event == "extension_agreed"
    with pytest.raises(InvalidRequest):
        do(replace(case, deadlines=()), "extend", until=furthest)
    assert "extend" not in actions_of("applicant", "a", replace(case, deadlines=()), NOW)


def test_a_longer_period_is_offered_as_long_as_its_first_day_is_near_enough() -> None:
    case = mediating()
    far = replace(case, deadlines=(replace(case.deadlines[-1], at=format_instant(NOW + timedelta(days=180))),))
    assert "extend" not in actions_of("applicant", "a", far, NOW)
    assert "extend" in actions_of("applicant", "a", far, NOW + timedelta(seconds=1))


def test_a_reopened_case_begins_anew() -> None:
    case = case_in("settled", mediator="m", mediator_person="pm", agreement_sha256="ab", effective_at="t")
    case = replace(case, end_reason="x", before_court=True)
    case = case.with_all_parties(signed_at="t", applied_at="t", fulfilled_at="t", extend_until="t", terms_version="1")
    after = do(case, "reopen", reason="w").case
    for attribute in ("consented_at", "signed_at", "applied_at", "fulfilled_at", "extend_until"):
        assert parties_that(after, attribute) == [], attribute
    assert (after.agreement_sha256, after.effective_at, after.end_reason, after.before_court) == (None,) * 3 + (False,)
    assert (after.mediator, after.excluded_mediators, clocks(after)) == (None, ("m",), {"invite"})
    assert parties_that(after, "invite_expires_at") == ["p2", "p3"]


def test_a_clock_takes_the_place_of_one_of_its_rule_alone() -> None:
    old = Deadline("match", "t", provisional=True, started_at="t", escalated=True)
    other = Deadline("invite", "t", provisional=False, started_at="t")
    case = start_deadlines(case_in("accepted", deadlines=(old, other)), ("match",), NOW, COUNTING)
    due = COUNTING.due("match", NOW)
    assert case.deadlines == (other, Deadline.of(due, NOW))


def test_who_acts_by_the_clock_is_nobody_and_steps_that_effect_nothing_say_nothing() -> None:
    assert {row.action for row in TRANSITIONS.values() if row.by_clock} == {"lapse", "close", "reopen"}
    assert all(bool(row.relations) != row.by_clock for row in TRANSITIONS.values())
    assert do(case_in("assigned"), "take").data == {}


def test_an_appeal_is_a_partys_within_its_window() -> None:
    case = start_deadlines(case_in("failed"), ("appeal_window",), NOW, COUNTING)
    end = parse_instant(case.deadlines[0].at)
    assert can_appeal("a", case, end)
    assert not can_appeal("a", case, end + timedelta(seconds=1))
    assert not can_appeal("stranger", case, NOW)
    assert not can_appeal("a", replace(case, deadlines=()), NOW)


def test_what_courts_do_not_confirm_is_neither_offered_nor_applied_for() -> None:
    case = replace(signed(), dispute_type="marriage_family_divorce")
    assert "apply_confirmation" not in actions_of("applicant", "a", case, NOW)
    with pytest.raises(NotConfirmable):
        do(case, "apply_confirmation")
    assert actions_of("applicant", "a", case, NOW) == ["fulfil"]


def test_whoever_is_no_party_is_offered_nothing_that_parties_do_once() -> None:
    assert actions_of("applicant", "x", signed(), NOW) == []


def test_all_that_is_offered_to_whom() -> None:
    """In the table's order, in a case in which nobody has done anything yet."""
    case = start_deadlines(case_in("accepted").with_all_parties(consented_at=None), ("invite",), NOW, COUNTING)
    assert actions_of("respondent", "r1", case, NOW) == ["consent", "decline"]
    assert actions_of("clerk", "s", case, NOW) == ["mark_unreachable"]
    assert actions_of("applicant", "a", case, NOW) == ["withdraw"]
    assert actions_of("applicant", "a", mediating(), NOW) == ["extend", "withdraw"]
    assert actions_of("mediator", "s", mediating(), NOW) == ["draft_agreement", "end"]
    assert actions_of("court", "s", case_in("confirming"), NOW) == ["confirm", "dismiss"]
    assert actions_of("applicant", "a", case_in("agreed"), NOW) == ["sign", "refuse_to_sign"]
    done = {"consent": "consented_at", "sign": "signed_at", "extend": "extend_until", "fulfil": "fulfilled_at"}
    for action, status in (("consent", "accepted"), ("sign", "agreed"), ("extend", "mediating"), ("fulfil", "signed")):
        undone = replace(mediating(), status=status).with_all_parties(consented_at=None)
        assert action in actions_of("respondent", "r1", undone, NOW), action
        party = undone.party_of("r1")
        assert party is not None
        once = undone.with_party(replace(party, **{done[action]: "t"}))
        assert action not in actions_of("respondent", "r1", once, NOW), action
    asked = signed()
    asked = asked.with_party(replace(asked.parties[0], applied_at="t"))
    assert "apply_confirmation" not in actions_of("applicant", "a", asked, NOW)
    assert "apply_confirmation" in actions_of("respondent", "r1", asked, NOW)


def test_the_grounds_for_ending_are_the_eight_of_the_rules() -> None:
    assert END_GROUNDS == (
        "agreement_reached",
        "settled_privately",
        "party_unreachable",
        "party_unwilling",
        "positions_too_far",
        "period_expired",
        "refused_to_sign",
        "other",
    )
