"""The clocks of a case: begun, stopped, suspended while time does not count, and begun again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.cases.lifecycle.model import Case, Deadline
from chalicelib.shared.clock import SHANGHAI, format_instant, parse_instant
from chalicelib.shared.deadlines import DueDates

MAX_EXTENSION_DAYS: Final = 180
"""How far ahead a longer period may end."""


def start_deadlines(
    case: Case, rules: Iterable[str], now: datetime, due_dates: DueDates, *, counted_from: datetime | None = None
) -> Case:
    """Return the case with the deadlines of these rules, each in place of an earlier one of the same rule.

    A rule that does not hold for the case starts none. `counted_from`: what they are counted from, if not from now.
    """
    for rule in rules:
        begins = counted_from or now
        due = due_dates.find(rule, begins, case.scope)
        if due is not None:
            case = with_deadline(case, Deadline.of(due, now, counted_from=begins))
        if rule == "mediation_period":
            case = with_period_notice(case, due_dates)
        if rule == "invite":
            case = with_invite_notice(case, due_dates)
    return case


def with_deadline(case: Case, deadline: Deadline) -> Case:
    """Return the case with this deadline, in place of the one of the same rule."""
    return replace(case, deadlines=(*without(case, deadline.rule).deadlines, deadline))


def without(case: Case, *rules: str) -> Case:
    """Return the case without the deadlines of these rules: what they waited for has happened."""
    return replace(case, deadlines=tuple(one for one in case.deadlines if one.rule not in rules))


def find_deadline(case: Case, rule: str) -> Deadline | None:
    """Return the running deadline of a rule, or None."""
    return next((one for one in case.deadlines if one.rule == rule), None)


def is_running(case: Case, rule: str, now: datetime) -> bool:
    """Tell whether a rule's deadline was begun and is not over."""
    deadline = find_deadline(case, rule)
    return deadline is not None and not deadline.is_over(now)


def with_period_notice(case: Case, due_dates: DueDates) -> Case:
    """Return the case with the date on which its parties are told that the mediation period ends soon."""
    period = find_deadline(case, "mediation_period")
    if period is None or period.escalated:
        return without(case, "period_notice")
    told = due_dates.before("period_notice", parse_instant(period.at), case.scope)
    if told is None:
        return case
    # Not counted anew by itself: it follows the period.
    return with_deadline(case, Deadline("period_notice", format_instant(told.at), told.provisional, period.started_at))


def with_invite_notice(case: Case, due_dates: DueDates) -> Case:
    """Return the case with the date on which whoever has not answered the invitation is reminded of it."""
    invite = find_deadline(case, "invite")
    if invite is None or invite.escalated:
        return without(case, "invite_notice")
    told = due_dates.before("invite_notice", parse_instant(invite.at), case.scope)
    if told is None:
        return case
    # Not counted anew by itself: it follows the days to answer.
    return with_deadline(case, Deadline("invite_notice", format_instant(told.at), told.provisional, invite.started_at))


def suspend(case: Case, rules: Iterable[str], now: datetime) -> Case:
    """Return the case with these deadlines stopped: the time from now on does not count for them."""
    names = frozenset(rules)
    stopped = tuple(one for one in case.deadlines if one.rule in names)
    return replace(without(case, *names), suspended=stopped, suspended_at=format_instant(now))


def resume(case: Case, now: datetime, due_dates: DueDates) -> Case:
    """Return the case with its suspended deadlines running again, later by the days that did not count."""
    if case.suspended_at is None:
        return case
    stopped = parse_instant(case.suspended_at).astimezone(SHANGHAI).date()
    resumed = now.astimezone(SHANGHAI).date()
    for one in case.suspended:
        rule = due_dates.rules.describe(one.rule, one.kept)
        if one.agreed:
            due = due_dates.shift(rule, parse_instant(one.at), resumed - stopped)
            case = with_deadline(case, one.moved(due, editions={}).renewed(now))
            continue
        added = one.added + due_dates.days_between(rule, stopped, resumed)
        due = due_dates.count(rule, parse_instant(one.counted_from or one.started_at), more=added)
        moved = replace(one, at=format_instant(due.at), provisional=due.provisional, added=added, editions=due.editions)
        case = with_deadline(case, moved.renewed(now))
    return with_period_notice(replace(case, suspended=(), suspended_at=None), due_dates)


def can_extend(case: Case, now: datetime) -> bool:
    """Tell whether the day after the period's end is near enough to be proposed as its new last day."""
    period = find_deadline(case, "mediation_period")
    return period is not None and parse_instant(period.at) - now < timedelta(days=MAX_EXTENSION_DAYS)
