"""The duties of an agreement: reported as performed, acknowledged, reported as not performed, and called to mind."""
# ruff: noqa: ARG001 - what an action does has one signature, and not every one needs all of it

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from chalicelib.cases.lifecycle.deadlines import find_deadline
from chalicelib.cases.lifecycle.model import Case, Duty
from chalicelib.cases.lifecycle.refusals import AlreadyDone, DutyNotDue
from chalicelib.cases.lifecycle.stages.in_force import (
    end_of,
    made_good,
    standing_of,
    with_duty_notices,
    with_reason,
)
from chalicelib.cases.lifecycle.transition import (
    PARTIES,
    Check,
    Command,
    Effect,
    IllegalTransition,
    Take,
    Transition,
    acting_party,
    row,
)
from chalicelib.shared.clock import format_instant
from chalicelib.shared.deadlines import DueDates
from chalicelib.shared.errors import NotAllowed, NotFound

_IN_FORCE: Final = "signed confirming confirmed defaulted"

DUTY_ACTIONS: Final[Mapping[str, tuple[str, frozenset[str]]]] = {
    "report_performed": ("payer", frozenset({"open", "defaulted"})),
    "acknowledge": ("payee", frozenset({"open", "reported", "defaulted"})),
    "report_default": ("payee", frozenset({"open", "reported"})),
}
"""What is said of a duty: by whom, and in which of its states."""


def check_duty(case: Case, duty: Duty, command: Command) -> None:
    """Raise the refusal if this party cannot say this of a duty now: `NotAllowed`, `AlreadyDone`, `DutyNotDue`."""
    side, states = DUTY_ACTIONS[command.action]
    if getattr(duty, side) != acting_party(case, command).id:
        raise NotAllowed
    if duty.state not in states:
        raise AlreadyDone
    if command.action == "report_default" and duty.due_on is not None and command.now <= end_of(duty.due_on):
        raise DutyNotDue


def _duty(state: str) -> tuple[Check, Take]:
    def check(case: Case, command: Command) -> None:
        if not case.duties:
            raise IllegalTransition

    def take(case: Case, command: Command, due_dates: DueDates) -> Effect:
        number = command.details["n"]
        duty = next((one for one in case.duties if one.n == number), None)
        if duty is None:
            raise NotFound
        check_duty(case, duty, command)
        instant = format_instant(command.now)
        after = replace(duty, state=state, defaulted_at=instant if state == "defaulted" else duty.defaulted_at)
        case = replace(case, duties=tuple(after if one is duty else one for one in case.duties))
        case = with_duty_notices(case, command.now, due_dates)
        target = case.status if case.status == "confirming" else standing_of(case)
        if case.status == "defaulted" and target != "defaulted":
            case = made_good(case, command.now, due_dates)
        data = {"n": number, "party": acting_party(case, command).id}
        return Effect(with_reason(case, target), data, command.details.get("note"), target=target)

    return check, take


_check_duty, _report_performed = _duty("reported")
_, _acknowledge = _duty("acknowledged")
_, _report_default = _duty("defaulted")


def _tell_of_duty(rule: str) -> Take:
    def tell(case: Case, command: Command, due_dates: DueDates) -> Effect:
        told = find_deadline(case, rule)
        day = None if told is None else told.about
        numbers = [duty.n for duty in case.duties if duty.due_on == day and duty.state == "open"]
        return Effect(with_duty_notices(case, command.now, due_dates), {"duties": numbers, "due_on": day})

    return tell


ROWS: Final[tuple[Transition, ...]] = (
    row(
        "report_performed",
        _IN_FORCE,
        None,
        PARTIES,
        "performance_reported",
        "报告已履行",
        "Report a duty as performed",
        take=_report_performed,
        check=_check_duty,
    ),
    row(
        "acknowledge",
        _IN_FORCE,
        None,
        PARTIES,
        "performance_acknowledged",
        "确认已收到",
        "Acknowledge that a duty was performed",
        take=_acknowledge,
        check=_check_duty,
    ),
    row(
        "report_default",
        _IN_FORCE,
        None,
        PARTIES,
        "default_reported",
        "报告未履行",
        "Report that a duty was not performed",
        take=_report_default,
        check=_check_duty,
    ),
    row(
        "duty_reminder",
        _IN_FORCE,
        None,
        "",
        "duty_reminded",
        "履行提醒",
        "A duty falls due soon",
        take=_tell_of_duty("duty_reminder"),
    ),
    row(
        "duty_due",
        _IN_FORCE,
        None,
        "",
        "duty_due_passed",
        "履行期限已过",
        "A duty's day is over",
        take=_tell_of_duty("duty_due"),
    ),
)
