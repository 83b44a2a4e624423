"""`actions` against what really happens: in every state that can be reached, for everybody, at every moment."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import pytest

from chalicelib.cases.lifecycle.decisions import Command, Outcome, decide, start_deadlines
from chalicelib.cases.lifecycle.model import Case, Party
from chalicelib.cases.lifecycle.policies import actions_of, can_appeal, check_can_act, find_relation
from chalicelib.cases.lifecycle.refusals import AlreadyDone
from chalicelib.cases.lifecycle.transition import IllegalTransition
from chalicelib.cases.lifecycle.transitions import TRANSITIONS
from chalicelib.shared.calendar import work_calendar
from chalicelib.shared.clock import SHANGHAI, format_instant, parse_instant
from chalicelib.shared.deadlines import DeadlineRules, DueDates
from chalicelib.shared.errors import NotAllowed, YimaError
from chalicelib.shared.viewer import Viewer

START = datetime(2026, 11, 24, 2, tzinfo=UTC)
COUNTING = DueDates(DeadlineRules.load(), work_calendar())
ROLES = ("mediator", "clerk", "court", "reviewer", "supervisor")
JUMPS = (timedelta(days=40), timedelta(days=160))
"""Over the windows, and so near to their end that no longer period can be agreed on."""


class Moment(NamedTuple):
    """A state, when, and how often time has jumped."""

    case: Case
    now: datetime
    jumps: int

    @property
    def key(self) -> tuple[Any, ...]:
        """What tells states apart; instants do not."""
        parties = tuple(
            tuple(value is not None for name, value in vars_of(party).items() if name not in {"id", "role", "kind"})
            for party in self.case.parties
        )
        clocks = tuple(sorted((one.rule, parse_instant(one.at) < self.now) for one in self.case.deadlines))
        case = self.case
        appeal = None if case.appeal is None else case.appeal["decided"]
        return (case.status, parties, clocks, case.mediator is None, case.before_court, appeal, self.jumps)


def vars_of(party: Party) -> dict[str, Any]:
    return {name: getattr(party, name) for name in Party.__dataclass_fields__}


def filed(dispute_type: str) -> Case:
    parties = (
        Party("p1", "applicant", "person", person="p1", consented_at="t"),
        Party("p2", "respondent", "person", invite_digest="d2"),
        Party("p3", "respondent", "person", invite_digest="d3"),
    )
    instant = format_instant(START)
    case = Case("C", "submitted", 1, dispute_type, "210202", "o", parties, (), {}, instant, instant, instant, "h")
    return start_deadlines(case, ("acceptance",), START, COUNTING)


def viewers(case: Case) -> Iterator[tuple[str, str]]:
    """Yield the person and relation of everybody who sees the case."""
    people = [Viewer(name, frozenset(), None, None) for name in ("p1", "p2", "p3", "stranger")]
    people += [
        Viewer(case.mediator or "m-1" if role == "mediator" else role, frozenset({role}), "o", None) for role in ROLES
    ]
    for viewer in people:
        relation = find_relation(viewer, viewer.subject, case)
        if relation is not None:
            yield viewer.subject, relation


def body_of(action: str, case: Case) -> dict[str, Any]:
    """Return a body that says nothing wrong."""
    period = next((one for one in case.deadlines if one.rule == "mediation_period"), None)
    end = START if period is None else parse_instant(period.at)
    return {
        "until": end.astimezone(SHANGHAI).date() + timedelta(days=1),
        "agreement_sha256": case.agreement_sha256 or "",
        "mediator_id": "m-1",
        "mediator_person": "m-1",
        "sha256": "ab",
        "attempts": [1, 2],
        "record": "r",
        "terms_version": "2026-01",
        "ground": "other",
        "document_no": "1",
        "reason": "r",
    }


def attempt(moment: Moment, person: str, relation: str, action: str) -> Outcome | None:
    """Take the action as the service does; None if it is refused."""
    try:
        check_can_act(relation, action, moment.case)
        return decide(
            moment.case, Command(action, body_of(action, moment.case), person, relation, moment.now), COUNTING
        )
    except YimaError:
        return None


def steps(moment: Moment) -> Iterator[Moment]:
    """Yield what may come next: an action, a join, the clock, an appeal and its decision, time."""
    case, now, jumps = moment
    for person, relation in viewers(case):
        for action in TRANSITIONS:
            outcome = attempt(moment, person, relation, action)
            if outcome is not None:
                yield Moment(outcome.case, now, jumps)
        if can_appeal(person, case, now):
            clock = start_deadlines(replace(case, deadlines=()), ("appeal_reply",), now, COUNTING)
            yield Moment(replace(clock, appeal={"id": "a", "decided": False}), now, jumps)
    for party in case.parties:
        if party.person is None and party.invite_expires_at is not None and not case.state.ended:
            yield Moment(case.with_party(replace(party, person=party.id)), now, jumps)
    for action in ("lapse", "close"):
        if case.status in TRANSITIONS[action].sources:
            yield Moment(decide(case, Command(action, {}, "clock", "clock", now), COUNTING).case, now, jumps)
    if case.appeal is not None and not case.appeal["decided"] and case.status in TRANSITIONS["reopen"].sources:
        reopened = decide(case, Command("reopen", {}, "reviewer", "reviewer", now), COUNTING).case
        yield Moment(replace(reopened, appeal={"id": "a", "decided": True}), now, jumps)
    if jumps < len(JUMPS):
        yield Moment(case, now + JUMPS[jumps], jumps + 1)


@cache
def reachable(dispute_type: str) -> tuple[Moment, ...]:
    start = Moment(filed(dispute_type), START, 0)
    found = {start.key: start}
    open_ends = deque([start])
    while open_ends:
        for after in steps(open_ends.popleft()):
            if after.key not in found:
                found[after.key] = after
                open_ends.append(after)
    return tuple(found.values())


@pytest.mark.parametrize("dispute_type", ["neighbour", "marriage_family_divorce"])
def test_what_is_offered_is_accepted_and_nothing_else(dispute_type: str) -> None:
    states = reachable(dispute_type)
    assert {moment.case.status for moment in states} >= {"signed", "settled", "failed", "withdrawn", "not_accepted"}
    wrong = []
    for moment in states:
        for person, relation in viewers(moment.case):
            offered = set(actions_of(relation, person, moment.case, moment.now))
            taken = {action for action in TRANSITIONS if attempt(moment, person, relation, action) is not None}
            if offered != taken:
                wrong.append((moment.case.status, relation, sorted(offered - taken), sorted(taken - offered)))
    assert wrong == []


def test_a_party_takes_a_step_of_the_table_once_until_the_case_has_moved() -> None:
    """No party can write event after event by repeating itself."""
    for moment in reachable("neighbour"):
        for person, relation in viewers(moment.case):
            for action in TRANSITIONS:
                outcome = attempt(moment, person, relation, action)
                if (
                    outcome is None
                    or outcome.case.status != moment.case.status
                    or relation not in {"applicant", "respondent"}
                ):
                    continue
                again = attempt(Moment(outcome.case, moment.now, 0), person, relation, action)
                moved = outcome.case.deadlines != moment.case.deadlines
                assert again is None or moved, (moment.case.status, relation, action)


def test_a_dismissed_application_is_offered_no_more() -> None:
    dismissed = [
        moment for moment in reachable("neighbour") if moment.case.status == "signed" and moment.case.before_court
    ]
    assert dismissed
    for moment in dismissed:
        for person, relation in viewers(moment.case):
            assert "apply_confirmation" not in actions_of(relation, person, moment.case, moment.now)


def mediating() -> Case:
    parties = tuple(replace(one, person=one.id, consented_at="t") for one in filed("neighbour").parties)
    case = replace(filed("neighbour"), status="mediating", parties=parties, mediator="m-1", mediator_person="m-1")
    return start_deadlines(case, ("mediation_period",), START, COUNTING)


def test_a_longer_period_is_proposed_once_a_party_and_period() -> None:
    case = mediating()
    extend = Command("extend", body_of("extend", case), "p1", "applicant", START)
    proposed = decide(case, extend, COUNTING)
    assert proposed.event == "extension_agreed"
    with pytest.raises(AlreadyDone):
        decide(proposed.case, extend, COUNTING)
    later = {**extend.details, "until": extend.details["until"] + timedelta(days=1)}
    with pytest.raises(AlreadyDone):
        decide(proposed.case, replace(extend, details=later), COUNTING)
    case = proposed.case
    for person in ("p2", "p3"):
        outcome = decide(case, replace(extend, person=person, relation="respondent"), COUNTING)
        case = outcome.case
    assert outcome.event == "extended"
    assert "extend" in actions_of("applicant", "p1", case, START), "the longer period is a period of its own"


def test_staff_are_offered_nothing_of_the_parties() -> None:
    with pytest.raises(NotAllowed):
        check_can_act("clerk", "extend", mediating())
    with pytest.raises(IllegalTransition):
        check_can_act("applicant", "sign", mediating())
