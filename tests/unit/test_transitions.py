"""The full matrix: every status, action and relation; only the table's rows are allowed."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest

from chalicelib.cases.events import EVENTS
from chalicelib.cases.lifecycle.model import Case, Party
from chalicelib.cases.lifecycle.policies import actions_of, check_can_act
from chalicelib.cases.lifecycle.statuses import HAPPY_PATH, STATUSES, WAITING_FOR
from chalicelib.cases.lifecycle.transition import IllegalTransition
from chalicelib.cases.lifecycle.transitions import TRANSITIONS
from chalicelib.shared.errors import NotAllowed
from infra.states.commands import PATH, draw

RELATIONS = ("applicant", "respondent", "mediator", "clerk", "court", "reviewer", "supervisor")

# 2-domain, "Transitions", written down again on purpose: from, who.
OPEN = "accepted assigned mediating agreed"
PARTIES = "applicant respondent"
BOUND = "signed confirming confirmed defaulted"
EXPECTED = {
    "accept": ("submitted", "clerk"),
    "refuse": ("submitted", "clerk"),
    "transfer": ("submitted accepted", "clerk"),
    "consent": ("accepted", "respondent"),
    "decline": ("accepted assigned mediating", "respondent"),
    "mark_unreachable": ("accepted", "clerk"),
    "withdraw": ("submitted accepted assigned mediating", "applicant"),
    "choose_mediator": ("accepted", PARTIES),
    "assign": ("accepted", "clerk"),
    "take": ("assigned", "mediator"),
    "pass": ("assigned", "mediator"),
    "recuse": ("mediating agreed", "mediator"),
    "replace": ("assigned mediating agreed", "clerk"),
    "challenge": ("assigned mediating agreed", PARTIES),
    "answer_challenge": ("assigned mediating agreed", "clerk reviewer"),
    "end": (OPEN, "mediator clerk"),
    "extend": ("mediating", f"{PARTIES} clerk"),
    "pause": ("mediating", "mediator"),
    "resume": ("mediating", "mediator"),
    "draft_agreement": ("mediating", "mediator"),
    "record_oral_agreement": ("mediating", "mediator"),
    "confirm_record": ("mediating", PARTIES),
    "dispute_record": ("mediating", PARTIES),
    "sign": ("agreed", PARTIES),
    "countersign": ("agreed signed", "mediator"),
    "seal": ("agreed signed", "clerk"),
    "request_changes": ("agreed", PARTIES),
    "refuse_to_sign": ("agreed", PARTIES),
    "apply_confirmation": ("signed", PARTIES),
    "withdraw_application": ("signed confirming", PARTIES),
    "receive": ("confirming", "court"),
    "ask": ("confirming", "court"),
    "answer_enquiry": ("confirming", PARTIES),
    "supplement": ("confirming", "court"),
    "answer_supplement": ("confirming", PARTIES),
    "extend_ruling": ("confirming", "court"),
    "confirm": ("confirming", "court"),
    "dismiss": ("confirming", "court"),
    "resume_mediation": ("signed defaulted", PARTIES),
    "fulfil": ("signed confirmed", PARTIES),
    "report_performed": (BOUND, PARTIES),
    "acknowledge": (BOUND, PARTIES),
    "report_default": (BOUND, PARTIES),
    # By the clock, or by the decision of an appeal:
    "invite_reminder": ("accepted", ""),
    "choice_over": ("accepted", ""),
    "lapse": ("assigned", ""),
    "period_ending": (OPEN, ""),
    "period_ended": (OPEN, ""),
    "expire": (OPEN, ""),
    "accept_over": ("confirming", ""),
    "supplement_over": ("confirming", ""),
    "duty_reminder": (BOUND, ""),
    "duty_due": (BOUND, ""),
    "conclude": ("signed confirmed", ""),
    "reopen": ("failed settled concluded withdrawn not_accepted", ""),
}


def case_in(status: str) -> Case:
    parties = (Party("p1", "applicant", "person", person="a"), Party("p2", "respondent", "person", person="r"))
    return Case("C", status, 1, "neighbour", "210202", "o", parties, (), {}, "t", "t", "t", "h")


@pytest.mark.parametrize("action", TRANSITIONS)
def test_only_the_tables_rows_are_allowed(action: str) -> None:
    sources, relations = (text.split() for text in EXPECTED[action])
    for status, relation in itertools.product(STATUSES, RELATIONS):
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
        clocks = frozenset[str]().union(*(STATUSES[status].deadlines for status in statuses))
        assert set(row.starts) <= clocks, row.action


def test_it_is_said_for_whom_each_deadline_waits() -> None:
    assert {rule for status in STATUSES.values() for rule in status.deadlines} <= set(WAITING_FOR)


OPEN_STATUSES = [status.code for status in STATUSES.values() if not status.ended]


@pytest.mark.parametrize("status", OPEN_STATUSES)
@pytest.mark.parametrize("absent", ["mediator", "applicant", "respondent"])
def test_no_case_is_stranded_by_one_person_who_is_away(status: str, absent: str) -> None:
    """2-domain's invariant, over the table: whoever is ill or silent, somebody else can go on.

    A joint step needs every party, so it does not count where one of them is away.
    """
    others = [
        action
        for action, row in TRANSITIONS.items()
        if status in row.sources
        and row.relations - {absent}
        and not (row.collective and absent != "mediator" and row.relations == {*PARTIES.split()})
    ]
    assert others, f"{status} waits for the {absent} alone"


def test_every_end_can_be_appealed_and_reopened() -> None:
    ended = {status.code for status in STATUSES.values() if status.ended}
    assert ended == {"settled", "concluded", "failed", "withdrawn", "not_accepted"}
    assert TRANSITIONS["reopen"].sources == ended
    assert all("appeal_window" in STATUSES[status].deadlines for status in ended)


def test_percent_rises_along_the_happy_path() -> None:
    percents = [STATUSES[status].percent for status in HAPPY_PATH]
    assert percents == sorted(set(percents))
    assert percents[-1] == 100


def test_the_diagram_is_the_tables() -> None:
    assert PATH.read_text(encoding="utf-8") == draw(), "run `python -m infra states`"
