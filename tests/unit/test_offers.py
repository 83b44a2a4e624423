"""`actions` against what really happens, for everybody, along lives of cases that are drawn at random and stay the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any, NamedTuple

import pytest

from chalicelib.cases.lifecycle.clockwork import BY_RULE
from chalicelib.cases.lifecycle.decisions import Command, Outcome, decide, start_deadlines
from chalicelib.cases.lifecycle.model import Case, Duty, Party
from chalicelib.cases.lifecycle.policies import actions_of, can_appeal, check_can_act, duty_actions_of, find_relation
from chalicelib.cases.lifecycle.refusals import AlreadyDone
from chalicelib.cases.lifecycle.stages.duties import DUTY_ACTIONS
from chalicelib.cases.lifecycle.statuses import STATUSES
from chalicelib.cases.lifecycle.transition import IllegalTransition
from chalicelib.cases.lifecycle.transitions import TRANSITIONS
from chalicelib.shared.calendar import work_calendar
from chalicelib.shared.clock import SHANGHAI, format_instant, parse_instant
from chalicelib.shared.deadlines import DeadlineRules, DueDates
from chalicelib.shared.errors import NotAllowed, YimaError
from chalicelib.shared.viewer import Viewer

START = datetime(2026, 11, 24, 2, tzinfo=UTC)
COUNTING = DueDates(DeadlineRules.load(), work_calendar())
STAFF = ("mediator", "clerk", "court", "reviewer", "supervisor")
LIVES = 24
STEPS = 70
JUMPS = tuple(timedelta(days=days) for days in (1, 4, 20, 40, 160))


class Moment(NamedTuple):
    """A case, and when."""

    case: Case
    now: datetime


def filed(dispute_type: str) -> Case:
    parties = (
        Party("p1", "applicant", "person", person="p1", consented_at="t"),
        Party("p2", "respondent", "person", invite_digest="d2"),
    )
    instant = format_instant(START)
    case = Case("C", "submitted", 1, dispute_type, "210202", "o", parties, (), {}, instant, instant, instant, "h")
    return start_deadlines(replace(case, organisation_kind="commercial"), ("acceptance",), START, COUNTING)


def viewers(case: Case) -> Iterator[tuple[str, str]]:
    """Yield the person and relation of everybody who sees the case."""
    people = [Viewer(name, frozenset(), None, None) for name in ("p1", "p2", "stranger")]
    for role in STAFF:
        subject = case.mediator or "m-1" if role == "mediator" else role
        office = "court-1" if role == "court" else case.organisation
        people.append(Viewer(subject, frozenset({role}), office, None))
    for viewer in people:
        relation = find_relation(viewer, viewer.subject, case)
        if relation is not None:
            yield viewer.subject, relation


VARIANTS: dict[str, list[dict[str, Any]]] = {
    "choose_mediator": [
        {"mediator_id": None, "mediator_person": None},
        {"mediator_id": "m-1", "mediator_person": "m-1"},
    ],
    "answer_challenge": [{"granted": False}, {"granted": True}],
    "end": [{"ground": "other"}, {"ground": "settled_privately"}],
    "apply_confirmation": [{"court_kind": "court"}, {"court_kind": "arbitration"}],
    "draft_agreement": [{"duties": []}, {"duties": [Duty(1, "p2", "p1", 1, "2026-12-10")]}],
    "sign": [{"acts": ("sign", "countersign", "seal")}, {"acts": ("sign",)}],
}
"""Bodies that lead to different places."""


def bodies_of(action: str, moment: Moment) -> list[dict[str, Any]]:
    """Return bodies that say nothing wrong."""
    case = moment.case
    period = next((one for one in case.deadlines if one.rule == "mediation_period"), None)
    end = moment.now if period is None else max(parse_instant(period.at), moment.now)
    last = moment.now if action == "supplement" else end
    common: dict[str, Any] = {
        "until": last.astimezone(SHANGHAI).date() + timedelta(days=1),
        "agreement_sha256": case.agreement_sha256 or "",
        "acts": ("sign", "countersign", "seal"),
        "mediator_id": "m-1",
        "mediator_person": "m-1",
        "sha256": f"{case.agreement_no:04x}",
        "terms_version": "1",
        "document_no": "1",
        "reason": "r",
        "what": "w",
        "evidence_ids": [],
        "court_id": "court-1",
        "declarations": (),
        "chosen_court": None,
        "organisation_id": "o",
        "of_organisation": {"organisation_kind": "commercial", "court_invited": False},
        **dict.fromkeys(("voluntary", "understood", "accepted"), True),
    }
    return [{**common, **variant} for variant in VARIANTS.get(action, [{}])]


def attempts(moment: Moment, person: str, relation: str, action: str) -> list[Outcome]:
    """Take the action as the service does, with every body; return what was not refused."""
    found: list[Outcome] = []
    row = TRANSITIONS[action]
    if relation not in row.relations or moment.case.status not in row.sources:
        return found  # `check_can_act` refuses it: test_transitions
    for body in bodies_of(action, moment):
        try:
            found.append(decide(moment.case, Command(action, body, person, relation, moment.now), COUNTING))
        except YimaError:
            continue
    return found


ACTIONS = [action for action in TRANSITIONS if action not in DUTY_ACTIONS]
BY_CLOCK = [row.action for row in TRANSITIONS.values() if row.by_clock and row.action != "reopen"]


def steps(moment: Moment, draw: Random) -> list[tuple[str, Case]]:
    """Return what may come next: actions, a word on a duty, a join, the clock, an appeal and its decision."""
    case, now = moment
    found: list[tuple[str, Case]] = []
    for person, relation in viewers(case):
        for action in ACTIONS:
            found += [(action, outcome.case) for outcome in attempts(moment, person, relation, action)]
        for number, action in duty_actions_of(relation, person, case, now):
            said = Command(action, {"n": number}, person, relation, now)
            found.append((action, decide(case, said, COUNTING).case))
        if can_appeal(person, case, now):
            clock = start_deadlines(replace(case, deadlines=()), ("appeal_reply",), now, COUNTING)
            found.append(("appeal", replace(clock, appeal={"id": "a", "decided": False})))
    for party in case.parties:
        if party.person is None and party.invite_expires_at is not None and not case.state.ended:
            found.append(("join", case.with_party(replace(party, person=party.id))))
            if case.status == "accepted":
                days = (*party.contacted_on, now.astimezone(SHANGHAI).date().isoformat())
                found.append(("tried", case.with_party(replace(party, contacted_on=tuple(sorted({*days}))))))
    for action in draw.sample(BY_CLOCK, 3):
        rule = next((one for one, does in BY_RULE.items() if does == action), None)
        if case.status in TRANSITIONS[action].sources and any(one.rule == rule for one in case.deadlines):
            found.append((action, decide(case, Command(action, {}, "clock", "clock", now), COUNTING).case))
    if case.appeal is not None and not case.appeal["decided"] and case.status in TRANSITIONS["reopen"].sources:
        reopened = decide(case, Command("reopen", {}, "reviewer", "reviewer", now), COUNTING).case
        found.append(("reopen", replace(reopened, appeal={"id": "a", "decided": True})))
    return found


USUAL = [
    *(
        "accept",
        "join",
        "consent",
        "choose_mediator",
        "assign",
        "take",
        "draft_agreement",
        "sign",
        "countersign",
        "seal",
    ),
    *("apply_confirmation", "receive", "ask", "answer_enquiry", "confirm"),
]
"""The usual life of a case, in its order."""


def forward(following: list[tuple[str, Case]], draw: Random) -> Case:
    """Choose what comes next: mostly what usually does, so that whole lives are lived."""
    usual = sorted((USUAL.index(action), number) for number, (action, _) in enumerate(following) if action in USUAL)
    if usual and draw.random() < 0.6:
        return following[usual[-1][1]][1]
    return draw.choice(following)[1]


@cache
def lives(dispute_type: str) -> tuple[Moment, ...]:
    """Return the moments of many lives of a case; the same ones each time."""
    moments = []
    for number in range(LIVES):
        draw = Random(f"{dispute_type} {number}")  # noqa: S311 - no secret
        moment = Moment(filed(dispute_type), START)
        for _ in range(STEPS):
            moments.append(moment)
            following = steps(moment, draw)
            if not following or draw.random() < 0.08:
                moment = moment._replace(now=moment.now + draw.choice(JUMPS))
            else:
                moment = moment._replace(case=forward(following, draw))
    return tuple(moments)


TYPES = ["neighbour", "marriage_family_divorce", "labour_wages"]


def test_the_lives_lead_everywhere() -> None:
    assert {moment.case.status for kind in TYPES for moment in lives(kind)} == set(STATUSES)


@pytest.mark.parametrize("dispute_type", TYPES)
def test_what_is_offered_is_accepted_and_nothing_else(dispute_type: str) -> None:
    wrong = set()
    for moment in lives(dispute_type):
        for person, relation in viewers(moment.case):
            offered = set(actions_of(relation, person, moment.case, moment.now))
            taken = {action for action in ACTIONS if attempts(moment, person, relation, action)}
            if offered != taken:
                wrong.add((moment.case.status, relation, *sorted(offered - taken), "|", *sorted(taken - offered)))
    assert wrong == set()


def test_a_party_takes_a_step_of_the_table_once_until_the_case_has_moved() -> None:
    """No party can write event after event by repeating itself."""
    for moment in lives("neighbour"):
        for person, relation in viewers(moment.case):
            if relation not in {"applicant", "respondent"}:
                continue
            for action in ACTIONS:
                for outcome in attempts(moment, person, relation, action):
                    if outcome.case.status != moment.case.status or action == "choose_mediator":
                        continue  # a choice can be changed, to and fro; the same one again is refused
                    again = attempts(Moment(outcome.case, moment.now), person, relation, action)
                    moved = outcome.case.deadlines != moment.case.deadlines
                    assert not again or moved, (moment.case.status, relation, action)


def test_nobody_is_left_without_a_way_on() -> None:
    """In a status that is not final something is open to somebody, or a clock runs that will do something."""
    for moment in lives("neighbour"):
        if moment.case.state.ended:
            continue
        open_to = [person for person, relation in viewers(moment.case) if actions_of(relation, person, *moment)]
        assert open_to or moment.case.deadlines, moment.case.status


def mediating() -> Case:
    parties = tuple(replace(one, person=one.id, consented_at="t") for one in filed("neighbour").parties)
    case = replace(filed("neighbour"), status="mediating", parties=parties, mediator="m-1", mediator_person="m-1")
    return start_deadlines(case, ("mediation_period",), START, COUNTING)


def test_a_longer_period_is_proposed_once_a_party_and_period() -> None:
    case = mediating()
    extend = Command("extend", bodies_of("extend", Moment(case, START))[0], "p1", "applicant", START)
    proposed = decide(case, extend, COUNTING)
    assert proposed.event == "extension_agreed"
    with pytest.raises(AlreadyDone):
        decide(proposed.case, extend, COUNTING)
    later = {**extend.details, "until": extend.details["until"] + timedelta(days=1)}
    with pytest.raises(AlreadyDone):
        decide(proposed.case, replace(extend, details=later), COUNTING)
    case = proposed.case
    outcome = decide(case, replace(extend, person="p2", relation="respondent"), COUNTING)
    case = outcome.case
    assert outcome.event == "extended"
    assert "extend" in actions_of("applicant", "p1", case, START), "the longer period is a period of its own"


def test_staff_are_offered_nothing_of_the_parties() -> None:
    with pytest.raises(NotAllowed):
        check_can_act("clerk", "request_changes", mediating())
    with pytest.raises(IllegalTransition):
        check_can_act("applicant", "sign", mediating())
