"""An agreement that binds: its windows, the dates of its duties, and where the case stands by what became of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any, Final

from chalicelib.cases.lifecycle.deadlines import start_deadlines, with_deadline, without
from chalicelib.cases.lifecycle.model import Case, Deadline
from chalicelib.cases.lifecycle.transition import Command, Effect
from chalicelib.shared.clock import SHANGHAI, format_instant, parse_instant
from chalicelib.shared.deadlines import DueDates

_NOTICES: Final = ("duty_reminder", "duty_due")


def in_force(case: Case, now: datetime, due_dates: DueDates) -> Case:
    """Return the case with the clocks of an agreement that binds: its windows, its duties, the quiet end.

    `arbitration_review` is labour's alone: the rule says so. An oral agreement has neither window: it would have to be
    written down first (民诉法解释 art. 354).
    """
    effective = parse_instant(case.effective_at or case.since)
    windows = () if case.recorded_at is not None else ("confirmation_window", "arbitration_review")
    case = start_deadlines(case, windows, now, due_dates, counted_from=effective)
    case = start_deadlines(case, ("conclude",), now, due_dates, counted_from=performance_ends(case))
    return with_duty_notices(case, now, due_dates)


def made_good(case: Case, now: datetime, due_dates: DueDates) -> Case:
    """Return a case whose last default was acknowledged with its quiet end, which a default had stopped.

    It counts from now if the period for performance is over: who may still report a default keeps the days for it.
    """
    ends = max(performance_ends(case), now)
    return start_deadlines(case, ("conclude",), now, due_dates, counted_from=ends)


def performance_ends(case: Case) -> datetime:
    """Return the end of the period for performance: the last duty's day, or else the agreement's effect."""
    days = [duty.due_on for duty in case.duties if duty.due_on is not None]
    return end_of(max(days)) if days else parse_instant(case.effective_at or case.since)


def end_of(day: str) -> datetime:
    """Return the last second of a day in Asia/Shanghai."""
    return datetime.combine(date.fromisoformat(day), time(23, 59, 59), tzinfo=SHANGHAI)


def with_duty_notices(case: Case, now: datetime, due_dates: DueDates) -> Case:
    """Return the case with the dates on which those whom a duty concerns are told: before its day, and after it."""
    case = without(case, *_NOTICES)
    days = sorted({duty.due_on for duty in case.duties if duty.due_on is not None and duty.state == "open"})
    for rule in _NOTICES:
        for day in days:
            end = end_of(day)
            before = due_dates.before(rule, end, case.scope) if rule == "duty_reminder" else None
            at = end if before is None else before.at
            if at > now:
                running = Deadline(rule, format_instant(at), provisional=False, started_at=format_instant(now))
                case = with_deadline(case, replace(running, about=day))
                break
    return case


def standing_of(case: Case) -> str:
    """Return the status of an agreement in force by what became of its duties."""
    if any(duty.defaulted_at is not None and duty.state != "acknowledged" for duty in case.duties):
        return "defaulted"
    if case.duties and all(duty.state == "acknowledged" for duty in case.duties):
        return "settled"
    return "signed" if case.document_no is None else "confirmed"


def with_reason(case: Case, target: str) -> Case:
    """Return the case with why it is settled, if that is where it goes."""
    return replace(case, end_reason="performed") if target == "settled" else case


def back_in_force(
    case: Case, command: Command, due_dates: DueDates, data: dict[str, Any], free_text: str | None
) -> Effect:
    """Return the effect of leaving the court without a confirmation: the agreement's own clocks run as before."""
    target = standing_of(case)
    case = in_force(case, command.now, due_dates)
    return Effect(with_reason(case, target), data, free_text, target=target)


def ruled(case: Case, data: dict[str, Any]) -> Effect:
    """Return the effect of a confirmation: by then duties may be done, or a default reported."""
    target = standing_of(case)
    return Effect(with_reason(case, target), data, target=target)


def enforceable(case: Case, command: Command, due_dates: DueDates) -> Case:
    """Return a confirmed case with its clocks: enforcement within two years (民事诉讼法 art. 250), the quiet end."""
    now, ends = command.now, performance_ends(case)
    from_ruling = max(ends, now)
    enforced_from = from_ruling if _has_no_day(case) else ends
    case = start_deadlines(case, ("enforcement",), now, due_dates, counted_from=enforced_from)
    case = start_deadlines(case, ("conclude",), now, due_dates, counted_from=from_ruling)
    return start_deadlines(case, ("confirmation_objection",), now, due_dates)


def _has_no_day(case: Case) -> bool:
    return all(duty.due_on is None for duty in case.duties)
