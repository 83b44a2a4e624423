"""Life after the agreement: its duties, default, mediation resumed, the quiet end, and a case that is reopened."""
# ruff: noqa: ARG001 - what an action does has one signature, and not every one needs all of it

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any, Final

from chalicelib.cases.lifecycle.deadlines import find_deadline, start_deadlines, with_deadline, without
from chalicelib.cases.lifecycle.model import Case, Deadline, Duty
from chalicelib.cases.lifecycle.refusals import AlreadyDone, DutyNotDue
from chalicelib.cases.lifecycle.stages.intake import begin_mediation
from chalicelib.cases.lifecycle.stages.mediators import release
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
from chalicelib.shared.clock import SHANGHAI, format_instant, parse_instant
from chalicelib.shared.deadlines import DueDates
from chalicelib.shared.errors import NotAllowed, NotFound

_IN_FORCE: Final = "signed confirming confirmed defaulted"
_NOTICES: Final = ("duty_reminder", "duty_due")


def in_force(case: Case, now: datetime, due_dates: DueDates) -> Case:
    """Return the case with the clocks of an agreement that binds: its windows, its duties, the quiet end.

    `arbitration_review` is labour's alone: the rule says so.
    """
    effective = parse_instant(case.effective_at or case.since)
    windows = ("confirmation_window", "arbitration_review")
    case = start_deadlines(case, windows, now, due_dates, counted_from=effective)
    case = start_deadlines(case, ("conclude",), now, due_dates, counted_from=performance_ends(case))
    return with_duty_notices(case, now, due_dates)


def performance_ends(case: Case) -> datetime:
    """Return the end of the period for performance: the last duty's day, or else the agreement's effect."""
    days = [duty.due_on for duty in case.duties if duty.due_on is not None]
    return _end_of(max(days)) if days else parse_instant(case.effective_at or case.since)


def _end_of(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(23, 59, 59), tzinfo=SHANGHAI)


def with_duty_notices(case: Case, now: datetime, due_dates: DueDates) -> Case:
    """Return the case with the dates on which those whom a duty concerns are told: before its day, and after it."""
    case = without(case, *_NOTICES)
    days = sorted({duty.due_on for duty in case.duties if duty.due_on is not None and duty.state == "open"})
    for rule in _NOTICES:
        for day in days:
            end = _end_of(day)
            before = due_dates.before(rule, end, case.scope) if rule == "duty_reminder" else None
            at = end if before is None else before.at
            if at > now:
                running = Deadline(rule, format_instant(at), provisional=False, started_at=format_instant(now))
                case = with_deadline(case, replace(running, about=day))
                break
    return case


def _tell_of_duty(rule: str) -> Take:
    def tell(case: Case, command: Command, due_dates: DueDates) -> Effect:
        told = find_deadline(case, rule)
        day = None if told is None else told.about
        numbers = [duty.n for duty in case.duties if duty.due_on == day and duty.state == "open"]
        return Effect(with_duty_notices(case, command.now, due_dates), {"duties": numbers, "due_on": day})

    return tell


def _standing(case: Case) -> str:
    """Return the status of an agreement in force by what became of its duties."""
    if any(duty.defaulted_at is not None and duty.state != "acknowledged" for duty in case.duties):
        return "defaulted"
    if case.duties and all(duty.state == "acknowledged" for duty in case.duties):
        return "settled"
    return "signed" if case.document_no is None else "confirmed"


def _at(case: Case, target: str) -> Case:
    return replace(case, end_reason="performed") if target == "settled" else case


def back_in_force(
    case: Case, command: Command, due_dates: DueDates, data: dict[str, Any], free_text: str | None
) -> Effect:
    """Return the effect of leaving the court without a confirmation: the agreement's own clocks run as before."""
    target = _standing(case)
    case = in_force(case, command.now, due_dates)
    return Effect(_at(case, target), data, free_text, target=target)


def ruled(case: Case, command: Command, due_dates: DueDates, data: dict[str, Any]) -> Effect:
    """Return the effect of a confirmation: by then duties may be done, or a default reported."""
    target = _standing(case)
    return Effect(_at(case, target), data, target=target)


def enforceable(case: Case, command: Command, due_dates: DueDates) -> Case:
    """Return a confirmed case with its clocks: enforcement within two years (民事诉讼法 art. 250), the quiet end."""
    ends = max(performance_ends(case), command.now) if _has_no_day(case) else performance_ends(case)
    case = start_deadlines(case, ("enforcement", "conclude"), command.now, due_dates, counted_from=ends)
    return start_deadlines(case, ("confirmation_objection",), command.now, due_dates)


def _has_no_day(case: Case) -> bool:
    return all(duty.due_on is None for duty in case.duties)


def _check_fulfil(case: Case, command: Command) -> None:
    if case.duties:
        raise IllegalTransition  # duty by duty
    if acting_party(case, command).fulfilled_at is not None:
        raise AlreadyDone


def _fulfil(case: Case, command: Command, due_dates: DueDates) -> Effect:
    party = acting_party(case, command)
    case = case.with_party(replace(party, fulfilled_at=format_instant(command.now)))
    done = all(one.fulfilled_at for one in case.parties)
    return Effect(_at(case, "settled") if done else case, {"party": party.id}, complete=done)


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
    if command.action == "report_default" and duty.due_on is not None and command.now <= _end_of(duty.due_on):
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
        target = case.status if case.status == "confirming" else _standing(case)
        data = {"n": number, "party": acting_party(case, command).id}
        return Effect(_at(case, target), data, command.details.get("note"), target=target)

    return check, take


_check_duty, _report_performed = _duty("reported")
_, _acknowledge = _duty("acknowledged")
_, _report_default = _duty("defaulted")


def _check_resume(case: Case, command: Command) -> None:
    if case.status == "signed" and case.dismissed_at is None:
        raise IllegalTransition
    if acting_party(case, command).resumes_at is not None:
        raise AlreadyDone


def _resume_mediation(case: Case, command: Command, due_dates: DueDates) -> Effect:
    party = acting_party(case, command)
    case = case.with_party(replace(party, resumes_at=format_instant(command.now)))
    data, reason = {"party": party.id, "opened": False}, command.details["reason"]
    if not all(one.resumes_at for one in case.parties):
        return Effect(case, data, reason, complete=False)
    case = case.with_all_parties(resumes_at=None, applied_at=None, extend_until=None)
    case = replace(case, dismissed_at=None, before_court=False, court=None, received_at=None)
    return Effect(case, data, reason, starts=("mediation_period",))


def _conclude(case: Case, command: Command, due_dates: DueDates) -> Effect:
    reason = "unconfirmed" if case.document_no is None else "confirmed"
    return Effect(replace(case, end_reason=reason), {"ground": reason})


def _reopen(case: Case, command: Command, due_dates: DueDates) -> Effect:
    released, data = release(case, command)
    released = released.with_all_parties(
        consented_at=None, signed_at=None, applied_at=None, fulfilled_at=None, extend_until=None, resumes_at=None
    )
    anew = replace(
        released,
        agreement_sha256=None,
        effective_at=None,
        end_reason=None,
        before_court=False,
        court=None,
        received_at=None,
        dismissed_at=None,
        document_no=None,
        countersigned_at=None,
        sealed_at=None,
        duties=(),
        deadlines=(),
    )
    anew = begin_mediation(anew, command, due_dates, received_at=format_instant(command.now))
    return Effect(anew, data, command.details.get("reason"))


ROWS: Final[tuple[Transition, ...]] = (
    row(
        "resume_mediation",
        "signed defaulted",
        "mediating",
        PARTIES,
        "mediation_resumed",
        "重新调解",
        "Resume the mediation",
        collective="resumption_agreed",
        take=_resume_mediation,
        check=_check_resume,
    ),
    row(
        "fulfil",
        "signed confirmed",
        "settled",
        PARTIES,
        "fulfilled",
        "确认已履行",
        "Confirm it was carried out",
        collective="fulfilment_stated",
        take=_fulfil,
        check=_check_fulfil,
    ),
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
    row(
        "conclude",
        "signed confirmed",
        "concluded",
        "",
        "concluded",
        "期满办结",
        "Close, no default reported",
        take=_conclude,
    ),
    row(
        "reopen",
        "failed settled concluded withdrawn not_accepted",
        "accepted",
        "",
        "reopened",
        "重新受理",
        "Reopen",
        take=_reopen,
    ),
)
