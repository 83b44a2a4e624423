"""Who mediates: chosen by the parties or the organisation, answering, stepping down, challenged, replaced."""
# ruff: noqa: ARG001 - what an action does has one signature, and not every one needs all of it

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from chalicelib.cases.lifecycle.deadlines import is_running, start_deadlines, without
from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.refusals import AlreadyDone, ChallengeDecided, ChoiceOpen, ConsentMissing
from chalicelib.cases.lifecycle.transition import (
    PARTIES,
    Command,
    Effect,
    IllegalTransition,
    Transition,
    acting_party,
    row,
)
from chalicelib.shared.clock import format_instant
from chalicelib.shared.deadlines import DueDates

LEFT_TO_ORGANISATION: Final = ""
"""The choice of a party who leaves it to the organisation who mediates."""


def _check_all_consented(case: Case, command: Command) -> None:
    if not case.all_consented:
        raise ConsentMissing


def _choose(case: Case, command: Command, due_dates: DueDates) -> Effect:
    party = acting_party(case, command)
    chosen = command.details["mediator_id"]
    choice = LEFT_TO_ORGANISATION if chosen is None else chosen
    if party.choice == choice:
        raise AlreadyDone
    case = case.with_party(replace(party, choice=choice))
    data: dict[str, Any] = {"party": party.id, "left": chosen is None}
    choices = {one.choice for one in case.parties}
    if choices == {LEFT_TO_ORGANISATION} and is_running(case, "choose_mediator", command.now):
        case = start_deadlines(without(case, "choose_mediator"), ("match",), command.now, due_dates)
    if len(choices) > 1 or chosen is None:
        return Effect(case, data, complete=False)
    assigned = replace(
        without(case, "choose_mediator", "match"),
        mediator=chosen,
        mediator_person=command.details["mediator_person"],
    )
    return Effect(assigned, {**data, "mediator": chosen})


def _choice_over(case: Case, command: Command, due_dates: DueDates) -> Effect:
    return Effect(without(case, "choose_mediator"))


def _check_assign(case: Case, command: Command) -> None:
    _check_all_consented(case, command)
    if is_running(case, "choose_mediator", command.now):
        raise ChoiceOpen


def _assign(case: Case, command: Command, due_dates: DueDates) -> Effect:
    mediator = command.details["mediator_id"]
    assigned = replace(case, mediator=mediator, mediator_person=command.details["mediator_person"])
    return Effect(assigned, {"mediator": mediator})


def _take(case: Case, command: Command, due_dates: DueDates) -> Effect:
    return Effect(case, {}, command.details.get("disclosure"))


def release(case: Case, command: Command) -> tuple[Case, dict[str, Any]]:
    """Return the case without its mediator, who does not come back, and what the event says of it.

    What the parties chose, and what was drafted and not yet in force, falls.
    """
    excluded = case.excluded_mediators
    if case.mediator is not None and case.mediator not in excluded:
        excluded = (*excluded, case.mediator)
    released = replace(
        case.with_all_parties(choice=None), mediator=None, mediator_person=None, excluded_mediators=excluded
    )
    if case.status == "agreed" or case.awaits_confirmation_of_record:
        released = without_draft(released)
    return released, {"mediator": case.mediator}


def without_draft(case: Case) -> Case:
    """Return the case without the agreement that was put to the parties, and without signatures."""
    unsigned = case.with_all_parties(signed_at=None)
    return replace(
        unsigned,
        agreement_sha256=None,
        duties=(),
        countersigned_at=None,
        countersigned_by=None,
        sealed_at=None,
        seal=None,
        recorded_at=None,
    )


def _pass(case: Case, command: Command, due_dates: DueDates) -> Effect:
    released, data = release(case, command)
    return Effect(released, {**data, "code": command.details["reason"]}, command.details.get("note"))


def _release(case: Case, command: Command, due_dates: DueDates) -> Effect:
    released, data = release(case, command)
    return Effect(released, data, command.details.get("reason"))


def _check_challenge(case: Case, command: Command) -> None:
    challenge = case.challenge
    if challenge is None:
        return
    if challenge["state"] in {"open", "with_reviewer"}:
        raise AlreadyDone
    if challenge["party"] == acting_party(case, command).id and challenge["state"] == "refused_by_reviewer":
        raise ChallengeDecided


def _challenge(case: Case, command: Command, due_dates: DueDates) -> Effect:
    party, before = acting_party(case, command), case.challenge
    again = before is not None and before["party"] == party.id and before["state"] == "refused"
    challenge = {
        "party": party.id,
        "mediator": case.mediator,
        "at": format_instant(command.now),
        "state": "with_reviewer" if again else "open",
    }
    data = {"party": party.id, "mediator": case.mediator, "with_reviewer": again}
    return Effect(replace(case, challenge=challenge), data, command.details["reason"])


def _check_answer(case: Case, command: Command) -> None:
    state = None if case.challenge is None else case.challenge["state"]
    if state != {"clerk": "open", "reviewer": "with_reviewer"}[command.relation]:
        raise IllegalTransition


def _answer_challenge(case: Case, command: Command, due_dates: DueDates) -> Effect:
    challenge = dict(case.challenge or {})
    reason, data = command.details["reason"], {"party": challenge["party"], "granted": command.details["granted"]}
    case = without(case, "challenge_reply")
    if not command.details["granted"]:
        state = "refused" if command.relation == "clerk" else "refused_by_reviewer"
        return Effect(replace(case, challenge={**challenge, "state": state}), data, reason, event="challenge_refused")
    released, more = release(replace(case, challenge=None), command)
    return Effect(released, {**data, **more}, reason, target="accepted", starts=("match",))


ROWS: Final[tuple[Transition, ...]] = (
    row(
        "choose_mediator",
        "accepted",
        "assigned",
        PARTIES,
        "mediator_chosen",
        "选择调解员",
        "Choose a mediator",
        starts="mediator_reply",
        collective="choice_made",
        take=_choose,
        check=_check_all_consented,
    ),
    row(
        "choice_over",
        "accepted",
        None,
        "",
        "choice_over",
        "选择期满",
        "The parties' days to choose are over",
        starts="match",
        take=_choice_over,
    ),
    row(
        "assign",
        "accepted",
        "assigned",
        "clerk",
        "assigned",
        "指派调解员",
        "Assign a mediator",
        starts="mediator_reply",
        take=_assign,
        check=_check_assign,
    ),
    row(
        "take",
        "assigned",
        "mediating",
        "mediator",
        "taken",
        "承办",
        "Take the case",
        starts="contact_party",
        take=_take,
    ),
    row("pass", "assigned", "accepted", "mediator", "passed", "退回", "Pass the case on", starts="match", take=_pass),
    row("lapse", "assigned", "accepted", "", "lapsed", "逾期未确认", "Lapse", starts="match", take=_release),
    row(
        "recuse",
        "mediating agreed",
        "accepted",
        "mediator",
        "recused",
        "回避",
        "Step down as mediator",
        starts="match",
        take=_release,
    ),
    row(
        "replace",
        "assigned mediating agreed",
        "accepted",
        "clerk",
        "replaced",
        "更换调解员",
        "Replace the mediator",
        starts="match",
        take=_release,
    ),
    row(
        "challenge",
        "assigned mediating agreed",
        None,
        PARTIES,
        "challenged",
        "申请更换调解员",
        "Ask for another mediator",
        starts="challenge_reply",
        take=_challenge,
        check=_check_challenge,
    ),
    row(
        "answer_challenge",
        "assigned mediating agreed",
        None,
        "clerk reviewer",
        "challenge_granted",
        "答复更换申请",
        "Answer the request for another mediator",
        take=_answer_challenge,
        check=_check_answer,
    ),
)
