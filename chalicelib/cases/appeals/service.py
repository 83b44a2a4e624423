"""Appeals against how a case was handled or how it ended: decided by somebody who had no part in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from chalicelib.cases.appeals.refusals import AlreadyDecided, NotAppealable
from chalicelib.cases.lifecycle.deciding import decide_until_kept
from chalicelib.cases.lifecycle.decisions import Command, Outcome, decide
from chalicelib.cases.lifecycle.model import Deadline
from chalicelib.cases.lifecycle.policies import can_appeal
from chalicelib.cases.lifecycle.records import place_of
from chalicelib.cases.lifecycle.service import CaseService, Seen
from chalicelib.cases.lifecycle.transitions import TRANSITIONS
from chalicelib.shared.clock import format_instant
from chalicelib.shared.codes import new_id
from chalicelib.shared.deadline_rules import KeptRule
from chalicelib.shared.deadlines import DueDates
from chalicelib.shared.deciding import Pauses
from chalicelib.shared.errors import NotAllowed, NotFound
from chalicelib.shared.idempotency import Idempotency
from chalicelib.shared.records import from_item, to_item
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from chalicelib.cases.lifecycle.store import CaseStore

_SEALED: Final = frozenset({"text", "reason"})  # under the appellant's key
_READERS: Final = frozenset({"applicant", "respondent", "reviewer", "supervisor", "clerk"})


@dataclass(frozen=True, slots=True)
class Appeal:
    """An appeal. `upheld` is None until it is decided; texts are in plain only in front of who may read them.

    `text`, and the `reason` of its decision, are the appellant's: None once they were erased. `provisional`, `kept`: of
    the due date, and the rule that it was counted by.
    """

    id: str
    kind: str
    by_party: str
    at: str
    due_at: str
    text: str | None
    upheld: bool | None = None
    reason: str | None = None
    decided_at: str | None = None
    provisional: bool = False
    kept: KeptRule | None = None


class AppealService:
    """File, read and decide appeals."""

    def __init__(
        self, cases: CaseService, store: CaseStore, due_dates: DueDates, *, pauses: Pauses | None = None
    ) -> None:
        self._cases = cases
        self._store = store
        self._due_dates = due_dates
        self._pauses = pauses or Pauses()

    def file(self, viewer: Viewer, code: str, kind: str, text: str, idempotency: Idempotency) -> Appeal:
        """File an appeal within the window; raise `NotAppealable`."""
        return decide_until_kept(lambda: self._file(viewer, code, kind, text, idempotency), self._pauses)

    def _file(self, viewer: Viewer, code: str, kind: str, text: str, idempotency: Idempotency) -> Appeal:
        seen = self._cases.get_case(viewer, code)
        party = seen.case.party_of(seen.person)
        if party is None:
            raise NotAllowed
        if not seen.loaded.keys.holds(party.id):
            raise NotAppealable  # their data was erased: nothing is left that could be decided
        if not can_appeal(seen.person, seen.case, seen.now):
            raise NotAppealable
        due = self._due_dates.due("appeal_reply", seen.now, seen.case.scope)
        appeal = Appeal(new_id(), kind, party.id, format_instant(seen.now), format_instant(due.at), text)
        appeal = replace(appeal, provisional=due.provisional, kept=due.kept)
        reply = Deadline.of(due, seen.now)
        case = replace(seen.case, appeal={"id": appeal.id, "decided": False}, deadlines=(reply,))
        outcome = Outcome(case, "appealed", {"appeal": appeal.id, "kind": kind, "party": party.id})
        self._commit(seen, outcome, appeal, idempotency)
        return appeal

    def list_appeals(self, viewer: Viewer, code: str) -> list[Appeal]:
        """Return the case's appeals, oldest first."""
        seen = self._cases.get_case(viewer, code)
        if seen.relation not in _READERS:
            raise NotAllowed
        items = self._store.every_item(seen.case.code, "APPEAL#")
        return sorted((_open(item, seen) for item in items), key=lambda appeal: appeal.at)

    def decide(
        self, viewer: Viewer, code: str, appeal_id: str, reason: str, idempotency: Idempotency, *, upheld: bool
    ) -> Appeal:
        """Decide an appeal. Upheld, the case is reopened for another mediator. The mediator does not decide."""

        def attempt() -> Appeal:
            seen, filed = self._get_undecided(viewer, code, appeal_id)
            decided = replace(filed, upheld=upheld, reason=reason, decided_at=format_instant(seen.now))
            self._commit(seen, self._outcome(seen, decided), decided, idempotency)
            return decided

        return decide_until_kept(attempt, self._pauses)

    def _get_undecided(self, viewer: Viewer, code: str, appeal_id: str) -> tuple[Seen, Appeal]:
        """Return an appeal that this reviewer may decide; raise `NotAllowed`, `NotFound`, `AlreadyDecided`."""
        seen = self._cases.get_case(viewer, code)
        item = self._store.find_item(seen.case.code, f"APPEAL#{appeal_id}")
        if seen.relation != "reviewer":
            raise NotAllowed
        if item is None:
            raise NotFound
        if viewer.subject in {*seen.case.excluded_mediators, seen.case.mediator}:
            raise NotAllowed
        filed = _open(item, seen)
        if filed.upheld is not None:
            raise AlreadyDecided
        return seen, filed

    def _outcome(self, seen: Seen, appeal: Appeal) -> Outcome:
        case = replace(seen.case, deadlines=(), appeal={"id": appeal.id, "decided": True})
        data = {"appeal": appeal.id, "upheld": appeal.upheld}
        if not appeal.upheld or case.status not in TRANSITIONS["reopen"].sources:
            event = "appeal_upheld" if appeal.upheld else "appeal_rejected"
            return Outcome(case, event, data, appeal.reason, words_of=appeal.by_party)
        command = Command("reopen", {"reason": appeal.reason}, seen.person, "reviewer", seen.now)
        outcome = decide(case, command, self._due_dates)
        more = {**data, "opened": True, "organisation": case.organisation}
        return replace(outcome, data={**outcome.data, **more}, words_of=appeal.by_party)

    def _commit(self, seen: Seen, outcome: Outcome, appeal: Appeal, idempotency: Idempotency) -> None:
        sk = f"APPEAL#{appeal.id}"
        stored = to_item(appeal)
        for name in _SEALED & stored.keys():
            stored[name] = seen.loaded.keys.seal(appeal.by_party, place_of(sk, name), stored[name])
        self._cases.commit(
            seen, outcome, idempotency, items={sk: stored}, result=lambda _: appeal, shows=(appeal.by_party,)
        )


def _open(item: Mapping[str, Any], seen: Seen) -> Appeal:
    opened = {
        name: seen.loaded.unsealed(place_of(item["sk"], name), item[name], item["by_party"])
        for name in _SEALED & item.keys()
    }
    return from_item(Appeal, {**item, **opened})
