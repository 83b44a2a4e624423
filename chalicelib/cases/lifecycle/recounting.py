"""Running due dates of cases, counted anew when a year's calendar arrives or is corrected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import TYPE_CHECKING, Any, Final

from chalicelib.cases.lifecycle.clockwork import BY_RULE
from chalicelib.cases.lifecycle.deadlines import find_deadline, with_invite_notice, with_period_notice
from chalicelib.cases.lifecycle.deciding import decide_until_kept
from chalicelib.cases.lifecycle.decisions import Outcome
from chalicelib.cases.lifecycle.model import Case, Deadline
from chalicelib.cases.lifecycle.records import VersionConflict
from chalicelib.cases.lifecycle.service import CaseService, Seen
from chalicelib.shared.clock import SHANGHAI, format_instant, parse_instant
from chalicelib.shared.deadlines import DueDates, is_past
from chalicelib.shared.deciding import Pauses
from chalicelib.shared.editions import OutdatedIndex
from chalicelib.shared.jobs import Part
from chalicelib.shared.transactions import Write

if TYPE_CHECKING:
    from chalicelib.cases.lifecycle.store import CaseStore

_MAX_STEPS: Final = 12
"""What one run does to one case, at most; a case has fewer deadlines. The next run goes on."""


class CaseRecount:
    """The cases' part of the job that counts anew."""

    def __init__(
        self,
        cases: CaseService,
        store: CaseStore,
        due_dates: DueDates,
        outdated: OutdatedIndex,
        *,
        pauses: Pauses | None = None,
    ) -> None:
        self._cases = cases
        self._store = store
        self._due_dates = due_dates
        self._outdated = outdated
        self._pauses = pauses or Pauses()

    @property
    def part(self) -> Part:
        """What the job `deadlines` does here."""
        return Part("cases.recount", self._outdated, self._act)

    def _act(self, code: str) -> Iterator[str]:
        """Count a case's running dates anew, and yield the event of each that moved. One read, a transaction each."""
        seen = self._cases.find_state(code)
        for _ in range(_MAX_STEPS):
            seen, event = self._step(code, seen)
            if event is None:
                return
            yield event

    def _step(self, code: str, seen: Seen | None) -> tuple[Seen | None, str | None]:
        def attempt() -> tuple[Seen | None, str | None]:
            nonlocal seen
            outcome = None if seen is None else recount(seen.case, self._due_dates, seen.now)
            if seen is None or outcome is None:
                return seen, None
            try:
                also = self._appeal_writes(seen.case, outcome.case)
                return self._cases.commit(seen, outcome, None, also=also, role="clock"), outcome.event
            except VersionConflict:
                seen = self._cases.find_state(code)
                raise

        return decide_until_kept(attempt, self._pauses)

    def _appeal_writes(self, before: Case, after: Case) -> Sequence[Write]:
        """Return the write that gives an open appeal the new date of its reply."""
        reply = next((one for one in after.deadlines if one.rule == "appeal_reply"), None)
        if reply is None or reply in before.deadlines or after.appeal is None:
            return ()
        write = self._store.appeal_due_write(after.code, after.appeal["id"], reply.at, provisional=reply.provisional)
        return (write,)


def recount(case: Case, due_dates: DueDates, now: datetime) -> Outcome | None:
    """Return what counting anew changes: the first date that moves, or else all that are now certain; None: nothing.

    A date that the parties agreed on does not move.
    """
    counted = [_recounted(one, due_dates, now) for one in case.deadlines]
    for old, new in zip(case.deadlines, counted, strict=True):
        if new.at != old.at:
            rest = tuple(new if one is old else one for one in case.deadlines)
            data: dict[str, Any] = {"rule": old.rule, "old_due_at": old.at, "due_at": new.at}
            moved = replace(case, deadlines=rest)
            if old.rule == "mediation_period":
                moved = with_period_notice(moved, due_dates)
            if old.rule == "invite" and find_deadline(case, "invite_notice") is not None:
                moved = with_invite_notice(moved, due_dates)  # not once more to who was reminded
            return Outcome(moved, "deadline_moved", data)
    if tuple(counted) == case.deadlines:
        return None
    rules = [old.rule for old, new in zip(case.deadlines, counted, strict=True) if new != old]
    return Outcome(replace(case, deadlines=tuple(counted)), "deadlines_confirmed", {"rules": rules})


def _recounted(deadline: Deadline, due_dates: DueDates, now: datetime) -> Deadline:
    if deadline.kept is None or deadline.agreed:
        return deadline
    due = due_dates.count(
        deadline.kept, parse_instant(deadline.counted_from or deadline.started_at), more=deadline.added
    )
    if due.editions == deadline.editions:
        return deadline
    at, old = due.at, parse_instant(deadline.at)
    if at < old and not is_past(old, now):
        # Nobody loses today a day that they were promised until yesterday: what would be over ends with this day.
        at = min(old, max(at, _end_of_day(now)))
    counted = replace(deadline, at=format_instant(at), provisional=due.provisional, editions=due.editions)
    if not due.provisional and deadline.rule in BY_RULE:  # what a guess only called to mind happens now
        return replace(counted, escalated=False, escalated_to={}, escalates_at=None)
    return counted.renewed(now)


def _end_of_day(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(SHANGHAI).date(), time(23, 59, 59), tzinfo=SHANGHAI)
