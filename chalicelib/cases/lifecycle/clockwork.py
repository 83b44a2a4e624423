"""What happens to cases because time passes: lapses, closings, escalations, and due dates counted anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from chalicelib.cases.lifecycle.deciding import decide_until_kept
from chalicelib.cases.lifecycle.decisions import Command, Outcome, decide
from chalicelib.cases.lifecycle.escalating import Escalation
from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.records import VersionConflict
from chalicelib.cases.lifecycle.service import CaseService, Seen
from chalicelib.shared.clock import Clock, parse_instant
from chalicelib.shared.deadlines import DueDates
from chalicelib.shared.deciding import Pauses
from chalicelib.shared.jobs import Job, Part

if TYPE_CHECKING:
    from chalicelib.cases.lifecycle.store import CaseStore

_CLOCK: Final = "clock"
BY_RULE: Final = {
    "choose_mediator": "choice_over",
    "mediator_reply": "lapse",
    "invite_notice": "invite_reminder",
    "period_notice": "period_ending",
    "mediation_period": "period_ended",
    "expiry_grace": "expire",
    "court_accept": "accept_over",
    "court_supplement": "supplement_over",
    "duty_reminder": "duty_reminder",
    "duty_due": "duty_due",
    "conclude": "conclude",
}
"""Rules whose deadline, once over, makes a transition; the others are escalated: see `escalating.py`."""

_IRREVERSIBLE: Final = frozenset({"lapse", "expire", "conclude"})
"""What the clock never does on a provisional date."""

_SILENT: Final = {
    "appeal_window": "window_closed",
    "confirmation_window": "confirmation_window_closed",
    "arbitration_review": "review_window_closed",
    "confirmation_objection": "objection_window_closed",
    "enforcement": "enforcement_closed",
}
"""Windows that simply close, and the event that says so."""

_MAX_STEPS: Final = 12
"""What one run does to one case, at most; a case has fewer deadlines. The next run goes on."""


class CaseClock:
    """The cases' part of the scheduled job `deadlines`."""

    def __init__(
        self,
        cases: CaseService,
        store: CaseStore,
        due_dates: DueDates,
        escalation: Escalation,
        clock: Clock,
        *,
        pauses: Pauses | None = None,
    ) -> None:
        self._cases = cases
        self._escalation = escalation
        self._store = store
        self._due_dates = due_dates
        self._clock = clock
        self._pauses = pauses or Pauses()

    def run(self) -> dict[str, int]:
        """Act on every due date that is over; return how many of what. Running it twice changes nothing more."""
        return Job("deadlines", [self.part], self._clock).run()

    @property
    def part(self) -> Part:
        """What the job `deadlines` does here: a due date's last second is in time as a whole."""
        return Part("cases", self._store.due, self._act, patience=timedelta(seconds=1))

    def _act(self, code: str) -> Iterator[str]:
        """Do what is due in a case, and yield the event of each thing done. One read, and a transaction each.

        No text is needed for it, and so no key: a case whose keys are lost still moves.
        """
        seen = self._cases.find_state(code)
        for _ in range(_MAX_STEPS):
            seen, event = self._step(code, seen)
            if event is None:
                return
            yield event

    def _step(self, code: str, seen: Seen | None) -> tuple[Seen | None, str | None]:
        """Do the first thing that is due; return the case after it and the event, or no event if nothing is due."""

        def attempt() -> tuple[Seen | None, str | None]:
            nonlocal seen
            outcome = None if seen is None else self._decide(seen.case, seen.now)
            if seen is None or outcome is None:
                return seen, None
            try:
                return self._cases.commit(seen, outcome, None, role=_CLOCK), outcome.event
            except VersionConflict:
                seen = self._cases.find_state(code)
                raise

        return decide_until_kept(attempt, self._pauses)

    def _decide(self, case: Case, now: datetime) -> Outcome | None:
        for deadline in case.deadlines:
            acts_at = deadline.acts_at
            if acts_at is None or not self._due_dates.is_past(parse_instant(acts_at), now):
                continue
            action = None if deadline.escalated else BY_RULE.get(deadline.rule)
            if deadline.provisional and action in _IRREVERSIBLE:
                action = None  # by a guess nobody loses a case: who must act is reminded of it, and keeps it
            if action is not None:
                command = Command(action, {}, _CLOCK, _CLOCK, now)
                return decide(case, command, self._due_dates)
            if deadline.rule in _SILENT:
                rest = tuple(one for one in case.deadlines if one is not deadline)
                data: dict[str, Any] = {"rule": deadline.rule, "due_at": deadline.at}
                return Outcome(replace(case, deadlines=rest), _SILENT[deadline.rule], data)
            outcome = self._escalation.step(case, deadline, now)
            if outcome is not None:
                return outcome
        return None
