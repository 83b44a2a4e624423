"""Sessions that are over and that nobody reports: the mediator is asked once, then they are closed by rule.

The rule is `session_report` (rules/deadlines.json), counted from the session's end. Until it has run out, mediator and
parties can still say what became of the session; then its status is `unreported`, which claims nothing: neither that
it was held, nor that somebody stayed away. Nobody is invited to rate it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Protocol

from chalicelib.appointments.booking.cases import outcome_of
from chalicelib.appointments.booking.model import Appointment
from chalicelib.cases.public import Outcome, Seen
from chalicelib.shared.clock import format_instant, parse_instant
from chalicelib.shared.deadline_rules import Scope

_RULE: Final = "session_report"
_PROVISIONAL_WAIT: Final = timedelta(days=14)
"""Nothing final happens on a provisional date: the longest run of rest days that a calendar can bring fits in."""


class DueRule(Protocol):
    """A due date as the calendar counts it."""

    @property
    def at(self) -> datetime:
        """The last second that is in time."""
        ...

    @property
    def provisional(self) -> bool:
        """Whether a year that decides is not published yet."""
        ...


class Counting(Protocol):
    """Counts periods."""

    def due(self, rule_id: str, start: datetime, scope: Scope) -> DueRule:
        """Return when a rule that starts at `start` is due in a case."""
        ...

    def is_past(self, at: datetime, now: datetime) -> bool:
        """Tell whether a due instant is over; its whole last second is in time."""
        ...


class SessionReports:
    """What happens after a session's end when nobody says what became of it."""

    def __init__(self, counting: Counting) -> None:
        self._counting = counting

    def decide(self, seen: Seen, one: Appointment) -> tuple[Appointment, Outcome] | None:
        """Return what is due for an appointment now: the question to the mediator, the closing, or nothing.

        Where the period is over before anybody was asked (the job did not run), nobody is asked to be in time.
        """
        if one.status != "confirmed" or seen.now < one.ends:
            return None
        if one.report_by is None:
            due = self._counting.due(_RULE, one.ends, seen.case.scope)
            until = due.at + _PROVISIONAL_WAIT if due.provisional else due.at
        else:  # what the mediator was told holds, whatever the calendar says by now
            until = parse_instant(one.report_by)
        if self._counting.is_past(until, seen.now):
            after = one.changed(seen.now, status="unreported")
            return after, outcome_of(seen, after, "session_unreported", more={"rule": _RULE})
        if one.report_by is not None:
            return None
        after = one.changed(seen.now, report_by=format_instant(until))
        more = {"for": one.mediator_person, "rule": _RULE, "due_at": format_instant(until)}
        return after, outcome_of(seen, after, "session_report_asked", more=more)
