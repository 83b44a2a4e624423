"""The mediation itself: its period, pauses for appraisals, and how it ends without an agreement signed here."""
# ruff: noqa: ARG001 - what an action does has one signature, and not every one needs all of it

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from chalicelib.cases.lifecycle.deadlines import (
    MAX_EXTENSION_DAYS,
    can_extend,
    find_deadline,
    resume,
    start_deadlines,
    suspend,
    with_deadline,
    with_period_notice,
    without,
)
from chalicelib.cases.lifecycle.model import Case, Deadline
from chalicelib.cases.lifecycle.refusals import AlreadyDone
from chalicelib.cases.lifecycle.stages.serving import check_unreachable, unjoined
from chalicelib.cases.lifecycle.transition import (
    PARTIES,
    Command,
    Effect,
    IllegalTransition,
    Transition,
    acting_party,
    row,
)
from chalicelib.shared.clock import parse_instant
from chalicelib.shared.deadlines import Due, DueDates
from chalicelib.shared.errors import InvalidRequest, Violation
from chalicelib.shared.texts import Text

END_GROUNDS: Final = (
    "agreement_reached",
    "settled_privately",
    "party_unreachable",
    "party_unwilling",
    "positions_too_far",
    "period_expired",
    "refused_to_sign",
    "other",
)
"""The eight grounds for ending a mediation (人民法院在线调解规则, 法释〔2021〕23号, art. 25)."""

SETTLING: Final = frozenset({"agreement_reached", "settled_privately"})
"""The grounds after which the dispute is made up, as the parties say."""

_OPEN: Final = "accepted assigned mediating agreed"
_PERIOD: Final = ("mediation_period", "expiry_grace", "period_notice")


def _check_end(case: Case, command: Command) -> None:
    if case.status == "accepted" and command.relation != "clerk":
        raise IllegalTransition


def _end(case: Case, command: Command, due_dates: DueDates) -> Effect:
    ground = command.details["ground"]
    if ground == "party_unreachable" and case.status == "accepted" and any(unjoined(case)):
        check_unreachable(case, command)
    target = "settled" if ground in SETTLING else "failed"
    return Effect(replace(case, end_reason=ground), {"ground": ground}, command.details.get("note"), target=target)


def _expire(case: Case, command: Command, due_dates: DueDates) -> Effect:
    return Effect(replace(case, end_reason="period_expired"), {"ground": "period_expired"})


def _period_ended(case: Case, command: Command, due_dates: DueDates) -> Effect:
    period = find_deadline(case, "mediation_period")
    if period is None:
        raise IllegalTransition
    case = with_deadline(case, replace(period, escalated=True))
    case = start_deadlines(case, ("expiry_grace",), command.now, due_dates, counted_from=parse_instant(period.at))
    return Effect(case, {"rule": period.rule, "due_at": period.at})


def _period_ending(case: Case, command: Command, due_dates: DueDates) -> Effect:
    period = find_deadline(case, "mediation_period")
    data = {} if period is None else {"rule": period.rule, "due_at": period.at}
    return Effect(without(case, "period_notice"), data)


def _check_extend(case: Case, command: Command) -> None:
    if command.relation == "clerk":
        if not case.extended_by_organisation:
            raise IllegalTransition
        if case.organisation_extend_until is not None:
            raise AlreadyDone
    elif acting_party(case, command).extend_until is not None:
        raise AlreadyDone
    if not can_extend(case, command.now):
        raise IllegalTransition


def _extend(case: Case, command: Command, due_dates: DueDates) -> Effect:
    until: date = command.details["until"]
    period = find_deadline(case, "mediation_period")
    due = due_dates.until(due_dates.rules.describe("mediation_period", None if period is None else period.kept), until)
    if period is None or not _is_longer(period, due, command.now):
        late = Text("须晚于现有期限，且不超过 180 天。", "It must be later than the present date, by 180 days at most.")
        raise InvalidRequest(violations=(Violation("/until", "out_of_range", late.zh),))
    data: dict[str, Any] = {"until": until.isoformat()}
    if command.relation == "clerk":
        case = replace(case, organisation_extend_until=until.isoformat())
    else:
        party = acting_party(case, command)
        case = case.with_party(replace(party, extend_until=until.isoformat()))
        data["party"] = party.id
    if not _all_extend(case, until.isoformat()):
        return Effect(case, data, complete=False)
    # A new period: each may propose once in it.
    case = replace(case.with_all_parties(extend_until=None), organisation_extend_until=None)
    running = period.moved(due, escalated=False, escalated_to={}, escalates_at=None, agreed=True, editions={})
    return Effect(with_period_notice(with_deadline(without(case, "expiry_grace"), running), due_dates), data)


def _is_longer(period: Deadline, due: Due, now: datetime) -> bool:
    return due.at > parse_instant(period.at) and (due.at - now).days <= MAX_EXTENSION_DAYS and due.at > now


def _all_extend(case: Case, until: str) -> bool:
    agreed = {party.extend_until for party in case.parties}
    if case.extended_by_organisation:
        agreed.add(case.organisation_extend_until)
    return agreed == {until}


def _check_running(case: Case, command: Command) -> None:
    if case.suspended_at is not None:
        raise AlreadyDone


def _pause(case: Case, command: Command, due_dates: DueDates) -> Effect:
    rules = _PERIOD if case.appraisal_excluded else ()
    return Effect(suspend(case, rules, command.now), {"counts": not rules}, command.details["reason"])


def _check_paused(case: Case, command: Command) -> None:
    if case.suspended_at is None:
        raise IllegalTransition


def _resume(case: Case, command: Command, due_dates: DueDates) -> Effect:
    return Effect(resume(case, command.now, due_dates), {})


ROWS: Final[tuple[Transition, ...]] = (
    row(
        "end",
        _OPEN,
        None,
        "mediator clerk",
        "ended",
        "终结调解",
        "End the mediation",
        take=_end,
        check=_check_end,
    ),
    row("expire", _OPEN, "failed", "", "expired", "期满终结", "The period is over", take=_expire),
    row(
        "period_ending",
        _OPEN,
        None,
        "",
        "period_ending",
        "期限将满",
        "The period ends soon",
        take=_period_ending,
    ),
    row("period_ended", _OPEN, None, "", "period_ended", "期限届满", "The period has ended", take=_period_ended),
    row(
        "extend",
        "mediating",
        None,
        f"{PARTIES} clerk",
        "extended",
        "同意延长期限",
        "Agree to a longer period",
        collective="extension_agreed",
        take=_extend,
        check=_check_extend,
    ),
    row(
        "pause",
        "mediating",
        None,
        "mediator",
        "paused",
        "中止（鉴定评估）",
        "Pause for an appraisal",
        take=_pause,
        check=_check_running,
    ),
    row(
        "resume",
        "mediating",
        None,
        "mediator",
        "resumed",
        "恢复调解",
        "Go on after a pause",
        take=_resume,
        check=_check_paused,
    ),
)
