"""Sessions that are over and that nobody reports: the mediator is asked once, then they are closed by rule.

The rule is `session_report` (rules/deadlines.json), counted from the session's end. Until it has run out, mediator and
parties can still say what became of the session; then its status is `unreported`, which claims nothing: neither that
it was held, nor that somebody stayed away. Nobody is invited to rate it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from chalicelib.appointments.booking.cases import Decided, outcome_of
from chalicelib.appointments.booking.model import Appointment
from chalicelib.cases.public import Seen
from chalicelib.shared.clock import format_instant, parse_instant
from chalicelib.shared.deadlines import DueDates

_RULE: Final = "session_report"
_PROVISIONAL_WAIT: Final = timedelta(days=14)
"""Nothing final happens on a provisional date: the longest run of rest days that a calendar can bring fits in."""


class SessionReports:
    """What happens after a session's end when nobody says what became of it."""

    def __init__(self, due_dates: DueDates) -> None:
        self._due_dates = due_dates

    def decide(self, seen: Seen, one: Appointment) -> Decided | None:
        """Return what is due for an appointment now: the question to the mediator, the closing, or nothing.

        Where the period is over before anybody was asked (the job did not run), nobody is asked to be in time.
        """
        if one.status != "confirmed" or seen.now < one.ends:
            return None
        if one.report_by is None:
            due = self._due_dates.due(_RULE, one.ends, seen.case.scope)
            until, provisional = (due.at + _PROVISIONAL_WAIT if due.provisional else due.at), due.provisional
        else:  # what the mediator was told holds, whatever the calendar says by now
            until, provisional = parse_instant(one.report_by), one.report_provisional
        if self._due_dates.is_past(until, seen.now):
            after = one.changed(seen.now, status="unreported")
            return Decided(after, outcome_of(seen, after, "session_unreported", more={"rule": _RULE}), before=one)
        if one.report_by is not None:
            return None
        after = one.changed(seen.now, report_by=format_instant(until), report_provisional=provisional)
        more = {"for": one.mediator_person, "rule": _RULE, "due_at": format_instant(until)}
        return Decided(after, outcome_of(seen, after, "session_report_asked", more=more), before=one)
