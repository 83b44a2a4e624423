"""On whose desk a case, a session and a bad rating stand, in every status; and the ladders of what is overdue."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from chalicelib.cases.lifecycle.clockwork import BY_RULE
from chalicelib.cases.lifecycle.deadlines import find_deadline, start_deadlines, with_deadline
from chalicelib.cases.lifecycle.desks import actor_of, desk_items, desk_of, waits_of
from chalicelib.cases.lifecycle.escalating import Escalation
from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.statuses import STATUSES, WAITING_FOR
from chalicelib.desk.escalation import BrokenLadders, Ladders
from chalicelib.desk.model import KINDS
from chalicelib.desk.told import on_desk
from chalicelib.desk.words import KIND_NAMES
from chalicelib.shared.clock import parse_instant
from chalicelib.shared.rule_files import read_rules
from tests.unit.lifecycle.cases import COUNTING, INSTANT, NOW, at, case_in, confirming, do, later

LADDERS = Ladders.load()
ESCALATION = Escalation(LADDERS, COUNTING, lambda code: f"<{code}>")
SIGNED: dict[str, Any] = {"signed_at": "t"}


def running(status: str, *rules: str, **changes: Any) -> Case:
    return start_deadlines(case_in(status, **changes), rules, NOW, COUNTING)


def stands(case: Case) -> list[tuple[str, str, str | None]]:
    return [(one.kind, one.desk, one.rule) for one in desk_items(case)]


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (running("submitted", "acceptance"), ("case", "ORGANISATION#o", "acceptance")),
        (running("accepted", "choose_mediator"), None),  # the parties choose first
        (running("accepted", "match"), ("case", "ORGANISATION#o", "match")),
        (running("assigned", "mediator_reply"), ("case", "MEDIATOR#pm", "mediator_reply")),
        (running("mediating", "contact_party", "mediation_period"), ("case", "MEDIATOR#pm", "contact_party")),
        (running("mediating", "mediation_period"), ("case", "MEDIATOR#pm", "mediation_period")),
        (running("mediating", "mediation_period", "expiry_grace"), ("case", "MEDIATOR#pm", "expiry_grace")),
        (running("agreed", "mediation_period"), None),
        (running("agreed", "mediation_period", "expiry_grace"), ("case", "MEDIATOR#pm", "expiry_grace")),
        (case_in("agreed").with_all_parties(**SIGNED), ("case", "MEDIATOR#pm", None)),
        (case_in("agreed", countersigned_at="t").with_all_parties(**SIGNED), ("case", "ORGANISATION#o", None)),
        (case_in("signed"), None),
        (confirming(), ("case", "COURT#court-1", "court_accept")),
        (replace(confirming(), supplement={"what": "w"}), None),
        (case_in("confirmed"), None),
        (case_in("defaulted"), None),
        (running("failed", "appeal_window"), None),
    ],
    ids=lambda one: one.status if isinstance(one, Case) else "",
)
def test_a_case_stands_on_the_desk_of_who_acts_next(case: Case, expected: tuple[str, str, str | None] | None) -> None:
    assert stands(case) == ([] if expected is None else [expected])


def test_while_a_respondent_has_not_answered_nobody_at_work_is_waited_for() -> None:
    case = running("accepted", "invite", "match")
    first, second, third = case.parties
    assert stands(replace(case, parties=(first, second, replace(third, consented_at=None)))) == []


def test_in_every_status_that_is_not_final_waits_say_a_function_that_has_a_desk() -> None:
    for status in STATUSES:
        waits = waits_of(case_in(status, court="court-1"))
        assert waits is None or desk_of(case_in(status, court="court-1"), waits.function) is not None, status


@pytest.mark.parametrize(
    ("state", "desk"),
    [("open", "ORGANISATION#o"), ("with_reviewer", "REVIEWER#ALL"), ("refused", None), ("refused_by_reviewer", None)],
)
def test_a_challenge_stands_on_the_desk_of_who_answers_it(state: str, desk: str | None) -> None:
    challenge = {"party": "p1", "mediator": "m", "at": INSTANT, "state": state}
    case = running("mediating", "challenge_reply", challenge=challenge)
    found = [one.desk for one in desk_items(case) if one.kind == "challenge"]
    assert found == ([] if desk is None else [desk])


def test_an_appeal_is_the_reviewers_until_it_is_decided() -> None:
    case = running("failed", "appeal_reply", appeal={"id": "A", "decided": False})
    assert stands(case) == [("appeal", "REVIEWER#ALL", "appeal_reply")]
    assert stands(replace(case, appeal={"id": "A", "decided": True}, deadlines=())) == []


def test_no_two_things_of_a_case_have_one_name() -> None:
    challenge = {"party": "p1", "mediator": "m", "at": INSTANT, "state": "open"}
    case = running("mediating", "challenge_reply", "contact_party", challenge=challenge)
    for one in case.deadlines:
        case = overdue(case, one.rule, at(12, 20))
    keys = [one.key for one in desk_items(case)]
    assert len(keys) == len(set(keys)) > 4


# ---- escalation


def overdue(case: Case, rule: str, now: datetime) -> Case:
    deadline = find_deadline(case, rule)
    assert deadline is not None
    outcome = ESCALATION.step(case, deadline, now)
    return case if outcome is None else outcome.case


def told(case: Case, rule: str, now: datetime) -> Any:
    deadline = find_deadline(case, rule)
    assert deadline is not None
    outcome = ESCALATION.step(case, deadline, now)
    return None if outcome is None else outcome.data["to"]


def test_an_overdue_duty_climbs_from_the_mediator_to_the_organisation_to_the_supervisors() -> None:
    case = running("mediating", "contact_party")
    contact = find_deadline(case, "contact_party")
    assert contact is not None
    at_once = parse_instant(contact.at)
    assert told(case, "contact_party", at_once) is None  # the last second is in time
    case = overdue(case, "contact_party", at(11, 9))
    held = find_deadline(case, "contact_party")
    assert held is not None
    assert list(held.escalated_to) == ["mediator"]
    assert ("escalation", "MEDIATOR#pm", "contact_party") in stands(case)
    assert held.escalates_at is not None
    moment = parse_instant(held.escalates_at)
    assert told(case, "contact_party", moment) is None
    assert held.acts_at == held.escalates_at
    case = overdue(case, "contact_party", at(11, 12))
    assert told(case, "contact_party", at(11, 12)) is None
    case = overdue(case, "contact_party", at(11, 20))
    last = find_deadline(case, "contact_party")
    assert last is not None
    assert list(last.escalated_to) == ["mediator", "organisation", "supervisor"]
    assert last.acts_at is None
    assert told(case, "contact_party", at(12, 20)) is None
    desks = [one.desk for one in desk_items(case) if one.kind == "escalation"]
    assert desks == ["MEDIATOR#pm", "ORGANISATION#o", "SUPERVISOR#ALL"]


def test_steps_that_nobody_took_in_time_are_taken_together_and_the_last_is_named() -> None:
    case = running("submitted", "acceptance")
    assert told(case, "acceptance", at(11, 9)) == {"desk": "organisation", "own": True, "id": "o", "name": "<o>"}
    assert told(case, "acceptance", at(12, 9)) == {"desk": "supervisor", "own": False}
    assert [one.desk for one in desk_items(overdue(case, "acceptance", at(12, 9)))][1:] == [
        "ORGANISATION#o",
        "SUPERVISOR#ALL",
    ]


def test_an_escalation_goes_when_the_duty_is_done() -> None:
    case = overdue(running("submitted", "acceptance"), "acceptance", at(12, 9))
    accepted = do(case, "accept", "clerk", "clerk", at=at(12, 9)).case
    assert [one for one in desk_items(accepted) if one.kind == "escalation"] == []


def test_what_is_before_nobody_with_a_desk_is_for_the_organisation() -> None:
    case = running("accepted", "invite", mediator=None)
    assert actor_of(case, "invite") == "organisation"
    assert told(case, "invite", at(11, 9))["desk"] == "organisation"


def test_a_second_challenge_is_overdue_on_the_reviewers_desk() -> None:
    challenge = {"party": "p1", "mediator": "m", "at": INSTANT, "state": "with_reviewer"}
    assert told(running("mediating", "challenge_reply", challenge=challenge), "challenge_reply", at(11, 6)) == {
        "desk": "reviewer",
        "own": True,
    }


def test_every_rule_that_is_escalated_finds_a_desk_and_words() -> None:
    """No desk, no sentence; and for each desk that can hold it, a sentence in both languages."""
    for rule in sorted(set(WAITING_FOR) - set(BY_RULE)):
        case = running("mediating", rule, court="court-1")
        if find_deadline(case, rule) is None:
            case = with_deadline(case, replace(case_deadline(), rule=rule))
        to = told(case, rule, at(12, 30, year=2030))
        assert to is not None, rule
        words = on_desk(to)
        assert words is not None, to
        assert words.zh, to
        first = on_desk(told(case, rule, parse_instant(find_at(case, rule)).replace(microsecond=0) + SECOND))
        assert first is not None, rule
        assert "{" not in first.zh + first.en


def case_deadline() -> Any:
    found = find_deadline(running("submitted", "acceptance"), "acceptance")
    assert found is not None
    return found


def find_at(case: Case, rule: str) -> str:
    found = find_deadline(case, rule)
    assert found is not None
    return found.at


SECOND = later(0).replace(second=1) - later(0).replace(second=0)


def test_nothing_is_said_of_a_desk_that_does_not_hold_it() -> None:
    assert on_desk(None) is None
    assert on_desk({"desk": "parties", "own": True}) is None


@pytest.mark.parametrize(
    "ladder",
    [
        {"rules": [], "steps": [{"to": "actor", "after": 0}, {"to": "supervisor", "after": 1}]},
        {"rules": ["x"], "steps": []},
        {"rules": ["x"], "steps": [{"to": "mayor", "after": 0}, {"to": "supervisor", "after": 1}]},
        {"rules": ["x"], "steps": [{"to": "actor", "after": 1}, {"to": "supervisor", "after": 2}]},
        {"rules": ["x"], "steps": [{"to": "actor", "after": 0}, {"to": "supervisor", "after": 0}]},
        {"rules": ["x"], "steps": [{"to": "actor", "after": 0}, {"to": "organisation", "after": 1}]},
        {"rules": ["x", "x"], "steps": [{"to": "actor", "after": 0}, {"to": "supervisor", "after": 1}]},
    ],
    ids=str,
)
def test_a_ladder_that_leads_nowhere_is_refused(ladder: dict[str, Any]) -> None:
    document = read_rules("escalation")
    with pytest.raises(BrokenLadders):
        Ladders.of({**document, "ladders": [*document["ladders"], ladder]})
    with pytest.raises(BrokenLadders, match=r"\*"):
        Ladders.of({**document, "ladders": document["ladders"][:1]})


def test_ladders_are_of_rules_that_there_are() -> None:
    known = {one["id"] for one in read_rules("deadlines")["rules"]}
    assert set(LADDERS.by_rule) - {"*"} <= known


def test_every_kind_has_a_name() -> None:
    assert set(KIND_NAMES) == KINDS
