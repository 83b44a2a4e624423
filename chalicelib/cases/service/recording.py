"""What becomes of a text: written with its event in one transaction, whoever reports it, however often."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from chalicelib.cases.lifecycle.deciding import decide_until_kept
from chalicelib.cases.lifecycle.decisions import Outcome
from chalicelib.cases.lifecycle.records import VersionConflict
from chalicelib.cases.lifecycle.service import CaseService, Seen
from chalicelib.cases.service.model import Attempt, after_attempt
from chalicelib.shared.deciding import Pauses

if TYPE_CHECKING:
    from chalicelib.cases.service.store import ServiceStore

SYSTEM: Final = "system"
"""As whom the system acts by itself."""

Result = Literal["applied", "repeated", "late", "unknown"]

EVENT_OF: Final = {
    "sent": "served",
    "delivered": "service_delivered",
    "failed": "service_failed",
    "opened": "service_opened",
}
"""The event that says that a text came to a state."""


class AttemptRecording:
    """Brings attempts to their next state."""

    def __init__(self, cases: CaseService, store: ServiceStore, *, pauses: Pauses | None = None) -> None:
        self._cases = cases
        self._store = store
        self._pauses = pauses or Pauses()

    def note(self, code: str, attempt_id: str, state: str, at: datetime) -> Result:
        """Note that a text came to a state; a state that came before, or is over by now, changes nothing."""
        return decide_until_kept(lambda: self._try_to_note(code, attempt_id, state, at), self._pauses)

    def note_now(self, seen: Seen, attempt: Attempt, state: str) -> Seen:
        """Note that a text that was just read came to a state; return the case after it."""
        after = attempt.becomes(state, seen.now)
        try:
            return self._commit(seen, after)
        except VersionConflict:  # somebody acted meanwhile: from what is there now
            self.note(seen.case.code, attempt.id, state, seen.now)
            return self._cases.find_with_texts(seen.case.code) or seen

    def note_unsent(self, seen: Seen, attempt: Attempt) -> Seen:
        """Note that a text cannot be sent at all, unless that is on record; return the case after it."""
        after = attempt.becomes("failed", seen.now)
        code = seen.case.code

        def attempted() -> Seen:
            now = self._cases.find_with_texts(code) or seen
            return now if self._store.find_attempt(code, attempt.id) is not None else self._commit(now, after)

        return decide_until_kept(attempted, self._pauses)

    def _try_to_note(self, code: str, attempt_id: str, state: str, at: datetime) -> Result:
        seen, attempt = self._cases.find_state(code), self._store.find_attempt(code, attempt_id)
        if seen is None or attempt is None or attempt.channel != "text":
            return "unknown"
        if attempt.state == state:
            return "repeated"
        if not attempt.is_before(state):
            return "late"
        self._commit(seen, attempt.becomes(state, min(at, seen.now)))
        return "applied"

    def _commit(self, seen: Seen, after: Attempt) -> Seen:
        data = {"party": after.party, "channel": after.channel, "attempt": after.id}
        if after.state == "failed":
            data["because"] = "not_delivered" if after.digest else "no_mobile"
        outcome = Outcome(after_attempt(seen.case, after), EVENT_OF[after.state], data)
        write = self._store.attempt_write(seen.case.code, after)
        return self._cases.commit(seen, outcome, None, also=[write], role=SYSTEM)
