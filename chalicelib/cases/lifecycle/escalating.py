"""What is overdue in a case, brought to those who can do something about it: a step of the rule's ladder at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.cases.lifecycle.desks import actor_of, desk_of
from chalicelib.cases.lifecycle.model import Case, Deadline
from chalicelib.cases.lifecycle.transition import Outcome
from chalicelib.desk.public import Ladders
from chalicelib.shared.clock import format_instant
from chalicelib.shared.deadlines import DueDates

NameOf = Callable[[str], str | None]
"""Returns what an organisation or a court is called, by its id, or None if it is not in the directory."""


class Escalation:
    """Steps of ladders, as outcomes of cases."""

    def __init__(self, ladders: Ladders, due_dates: DueDates, name_of: NameOf) -> None:
        self._ladders = ladders
        self._due_dates = due_dates
        self._name_of = name_of

    def step(self, case: Case, deadline: Deadline, now: datetime) -> Outcome | None:
        """Return the case with an overdue date on the next desk, and the event that says on whose.

        Where several steps are due at once, the event says who is the last to hear. None if no desk is left: then
        nobody is told that one has it.
        """
        raised = self._ladders.raised(
            deadline.rule,
            deadline.at,
            tuple(deadline.escalated_to),
            lambda target: self._function(case, deadline, target),
            self._due_dates,
            now,
        )
        if raised is None:
            return None
        heard = {**deadline.escalated_to, **dict.fromkeys(raised.functions, format_instant(now))}
        marked = replace(deadline, escalated=True, escalated_to=heard, escalates_at=raised.next_at)
        rest = tuple(marked if one is deadline else one for one in case.deadlines)
        data: dict[str, Any] = {
            "rule": deadline.rule,
            "due_at": deadline.at,
            "to": self._told(case, raised.functions[-1], own=len(heard) == 1),
        }
        return Outcome(replace(case, deadlines=rest), "escalated", data)

    def _function(self, case: Case, deadline: Deadline, target: str) -> str | None:
        function = actor_of(case, deadline.rule) if target == "actor" else target
        return None if desk_of(case, function) is None else function

    def _told(self, case: Case, function: str, *, own: bool) -> dict[str, Any]:
        """Return what the event says of the desk: its function, and of an organisation or a court also its name.

        `own`: it is the desk of who must act; otherwise somebody above them hears of it.
        """
        told: dict[str, Any] = {"desk": function, "own": own}
        owner = {"organisation": case.organisation, "court": case.court}.get(function)
        if owner is not None:
            told |= {"id": owner, "name": self._name_of(owner)}
        return told
