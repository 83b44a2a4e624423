"""What an action does to a case: one pure function, decided by the transitions table."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from chalicelib.cases.lifecycle.deadlines import resume, start_deadlines
from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.transition import Command, IllegalTransition, Outcome
from chalicelib.cases.lifecycle.transitions import TRANSITIONS
from chalicelib.shared.deadlines import DueDates

__all__ = ["Command", "Outcome", "decide", "start_deadlines"]

_WITH_MEDIATOR: Final = frozenset({"assigned", "mediating", "agreed"})


def decide(case: Case, command: Command, due_dates: DueDates) -> Outcome:
    """Return what the action does; raise the refusal if the case's state does not allow it. Changes nothing."""
    row = TRANSITIONS[command.action]
    if case.status not in row.sources:
        raise IllegalTransition
    row.check(case, command)
    effect = row.take(case, command, due_dates)
    if not effect.complete:
        return Outcome(effect.case, row.collective or row.event, effect.data, effect.free_text)
    target = effect.target or row.target
    changed = effect.case
    if target is not None and target != case.status:
        changed = _enter(changed, target, command.now, due_dates)
    changed = start_deadlines(changed, (*row.starts, *effect.starts), command.now, due_dates)
    return Outcome(changed, effect.event or row.event, effect.data, effect.free_text)


def _enter(case: Case, target: str, now: datetime, due_dates: DueDates) -> Case:
    """Return the case in another status. What was suspended counts again there; every end can be appealed."""
    case = resume(case, now, due_dates).moved(target, now)
    if target not in _WITH_MEDIATOR:
        case = replace(case, challenge=None)
    return start_deadlines(case, ("appeal_window",), now, due_dates) if case.state.ended else case
