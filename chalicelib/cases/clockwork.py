"""What happens to cases because time passes: lapses, closings, escalations, and due dates counted anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, Protocol

from chalicelib.cases.decisions import Command, Counting, Outcome, decide
from chalicelib.cases.model import Case
from chalicelib.cases.records import Loaded, VersionConflict
from chalicelib.cases.service import CaseService, Seen
from chalicelib.shared.clock import Clock, format_instant

_CLOCK: Final = "clock"
_BY_RULE: Final = {"mediator_reply": "lapse", "confirmation_window": "close"}
"""Clocks whose end is a transition; the others are escalated to who must act."""

_SILENT: Final = frozenset({"appeal_window"})
"""Windows that simply close."""


class DueStore(Protocol):
    """Where due dates are found."""

    def list_due(self, until: str) -> Iterator[str]:
        """Yield codes of cases with a due date until then."""
        ...

    def load(self, code: str) -> Loaded | None:
        """Return a case with its texts and keys."""
        ...


class CaseClock:
    """The scheduled job `deadlines`."""

    def __init__(self, cases: CaseService, store: DueStore, counting: Counting, clock: Clock) -> None:
        self._cases = cases
        self._store = store
        self._counting = counting
        self._clock = clock

    def run(self) -> dict[str, int]:
        """Act on every due date that is over; return how many of what. Running it twice changes nothing more."""
        now = self._clock.now()
        done: dict[str, int] = {}
        for code in list(self._store.list_due(format_instant(now))):
            while (event := self._step(code, now)) is not None:
                done[event] = done.get(event, 0) + 1
        return done

    def _step(self, code: str, now: datetime) -> str | None:
        loaded = self._store.load(code)
        if loaded is None:
            return None
        seen = Seen(loaded, _CLOCK, _CLOCK, now)
        outcome = self._decide(loaded.case, now)
        if outcome is None:
            return None
        try:
            self._cases.commit(seen, outcome, None, role=_CLOCK)
        except VersionConflict:
            return self._step(code, now)
        return outcome.event

    def _decide(self, case: Case, now: datetime) -> Outcome | None:
        for deadline in case.deadlines:
            if deadline.escalated or not self._counting.is_past(datetime.fromisoformat(deadline.at), now):
                continue
            action = _BY_RULE.get(deadline.rule)
            if action is not None:
                command = Command(action, {"code": "no_answer"}, _CLOCK, _CLOCK, now)
                return decide(case, command, self._counting)
            marked = replace(deadline, escalated=True)
            rest = tuple(marked if one is deadline else one for one in case.deadlines)
            if deadline.rule in _SILENT:
                rest = tuple(one for one in case.deadlines if one is not deadline)
            data: dict[str, Any] = {"rule": deadline.rule, "due_at": deadline.at}
            return Outcome(
                replace(case, deadlines=rest), "window_closed" if deadline.rule in _SILENT else "escalated", data
            )
        return None
