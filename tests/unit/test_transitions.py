"""The full matrix: every status, action and relation; only the table's rows are allowed."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest

from chalicelib.cases.events import EVENTS
from chalicelib.cases.lifecycle.model import Case, Party
from chalicelib.cases.lifecycle.policies import actions_of, check_can_act
from chalicelib.cases.lifecycle.statuses import HAPPY_PATH, STATUSES, WAITING_FOR
from chalicelib.cases.lifecycle.transitions import TRANSITIONS, IllegalTransition
from chalicelib.shared.errors import NotAllowed
from infra.states.commands import PATH, draw

RELATIONS = ("applicant", "respondent", "mediator", "clerk", "court", "reviewer", "supervisor")

# 2-domain, "Transitions", written down again on purpose: from, who.
EXPECTED = {
    "accept": ("submitted", "clerk"),
    "refuse": ("submitted", "clerk"),
    "consent": ("accepted", "respondent"),
    "decline": ("accepted assigned mediating", "respondent"),
    "mark_unreachable": ("accepted", "clerk"),
    "assign": ("accepted", "clerk"),
    "take": ("assigned", "mediator"),
    "pass": ("assigned", "mediator"),
    "draft_agreement": ("mediating", "mediator"),
    "sign": ("agreed", "applicant respondent"),
    "refuse_to_sign": ("agreed", "applicant respondent"),
    "end": ("mediating agreed", "mediator"),
    "extend": ("mediating", "applicant respondent"),
    "withdraw": ("submitted accepted assigned mediating", "applicant"),
    "apply_confirmation": ("signed", "applicant respondent"),
    "confirm": ("confirming", "court"),
    "dismiss": ("confirming", "court"),
    "fulfil": ("signed confirmed", "applicant respondent"),
    "lapse": ("assigned", ""),
    "close": ("signed", ""),
    "reopen": ("failed settled withdrawn not_accepted", ""),
}


def case_in(status: str) -> Case:
    parties = (Party("p1", "applicant", "person", person="a"), Party("p2", "respondent", "person", person="r"))
    return Case("C", status, 1, "neighbour", "210202", "o", parties, (), {}, "t", "t", "t", "h")


@pytest.mark.parametrize(("status", "action", "relation"), list(itertools.product(STATUSES, TRANSITIONS, RELATIONS)))
def test_only_the_tables_rows_are_allowed(status: str, action: str, relation: str) -> None:
    sources, relations = (text.split() for text in EXPECTED[action])
    if relation not in relations:
        with pytest.raises(NotAllowed):
            check_can_act(relation, action, case_in(status))
    elif status not in sources:
        with pytest.raises(IllegalTransition):
            check_can_act(relation, action, case_in(status))
    else:
        check_can_act(relation, action, case_in(status))


@pytest.mark.parametrize(("status", "relation"), list(itertools.product(STATUSES, RELATIONS)))
def test_what_is_offered_can_be_done(status: str, relation: str) -> None:
    case = case_in(status)
    person = {"applicant": "a", "respondent": "r"}.get(relation, "staff")
    for action in actions_of(relation, person, case, datetime(2026, 11, 24, tzinfo=UTC)):
        check_can_act(relation, action, case)


def test_the_table_is_consistent() -> None:
    for row in TRANSITIONS.values():
        assert row.sources <= set(STATUSES)
        assert row.target is None or row.target in STATUSES
        assert row.event in EVENTS
        assert row.collective is None or row.collective in EVENTS
        statuses = [row.target] if row.target else row.sources
        for status in statuses:
            assert set(row.starts) <= STATUSES[status].deadlines, row.action


def test_it_is_said_for_whom_each_deadline_waits() -> None:
    assert {rule for status in STATUSES.values() for rule in status.deadlines} <= set(WAITING_FOR)


def test_percent_rises_along_the_happy_path() -> None:
    percents = [STATUSES[status].percent for status in HAPPY_PATH]
    assert percents == sorted(set(percents))
    assert percents[-1] == 100


def test_the_diagram_is_the_tables() -> None:
    assert PATH.read_text(encoding="utf-8") == draw(), "run `python -m infra states`"
