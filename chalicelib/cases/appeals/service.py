"""Appeals against how a case was handled or how it ended: decided by somebody who had no part in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from chalicelib.cases.appeals.refusals import AlreadyDecided, NotAppealable
from chalicelib.cases.lifecycle.decisions import Command, Outcome, decide
from chalicelib.cases.lifecycle.model import Deadline
from chalicelib.cases.lifecycle.policies import can_appeal
from chalicelib.cases.lifecycle.records import VersionConflict, place_of
from chalicelib.cases.lifecycle.service import MAX_DECISIONS, CaseService, Seen
from chalicelib.cases.lifecycle.transitions import TRANSITIONS
from chalicelib.shared.clock import format_instant
from chalicelib.shared.codes import new_id
from chalicelib.shared.deadlines import DueDates
from chalicelib.shared.errors import Conflict, NotAllowed, NotFound
from chalicelib.shared.idempotency import Idempotency
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from chalicelib.cases.lifecycle.store import CaseStore

_READERS: Final = frozenset({"applicant", "respondent", "reviewer", "supervisor", "clerk"})


@dataclass(frozen=True, slots=True)
class Appeal:
    """An appeal. `upheld` is None until it is decided; texts are in plain only in front of who may read them.

    `text`, and the `reason` of its decision, are the appellant's: None once they were erased.
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


class AppealService:
    """File, read and decide appeals."""

    def __init__(self, cases: CaseService, store: CaseStore, due_dates: DueDates) -> None:
        self._cases = cases
        self._store = store
        self._due_dates = due_dates

    def file(self, viewer: Viewer, code: str, kind: str, text: str, idempotency: Idempotency) -> Appeal:
        """File an appeal within the window; raise `NotAppealable`."""
        for _ in range(MAX_DECISIONS):
            seen = self._cases.get(viewer, code)
            party = seen.case.party_of(seen.person)
            if party is None:
                raise NotAllowed
            if not seen.loaded.keys.holds(party.id):
                raise NotAppealable  # who had their data erased has nothing left that could be decided
            if not can_appeal(seen.person, seen.case, seen.now):
                raise NotAppealable
            due = self._due_dates.due("appeal_reply", seen.now)
            appeal = Appeal(new_id(), kind, party.id, format_instant(seen.now), format_instant(due.at), text)
            clocks = Deadline("appeal_reply", appeal.due_at, due.provisional, appeal.at)
            noted = {"id": appeal.id, "decided": False}
            case = replace(seen.case, appeal=noted, deadlines=(clocks,))
            outcome = Outcome(case, "appealed", {"appeal": appeal.id, "kind": kind, "party": party.id})
            try:
                self._commit(seen, outcome, appeal, idempotency)
            except VersionConflict:
                continue
            return appeal
        raise Conflict

    def list_appeals(self, viewer: Viewer, code: str) -> list[Appeal]:
        """Return the case's appeals, oldest first."""
        seen = self._cases.get(viewer, code)
        if seen.relation not in _READERS:
            raise NotAllowed
        items = self._store.every_item(seen.case.code, "APPEAL#")
        return sorted((_open(item, seen) for item in items), key=lambda appeal: appeal.at)

    def decide(
        self, viewer: Viewer, code: str, appeal_id: str, reason: str, idempotency: Idempotency, *, upheld: bool
    ) -> Appeal:
        """Decide an appeal. Upheld, the case is reopened for another mediator. The mediator does not decide."""
        for _ in range(MAX_DECISIONS):
            seen = self._cases.get(viewer, code)
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
            decided = replace(filed, upheld=upheld, reason=reason, decided_at=format_instant(seen.now))
            try:
                self._commit(seen, self._outcome(seen, decided), decided, idempotency)
            except VersionConflict:
                continue
            return decided
        raise Conflict

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
        values = asdict(appeal)
        sk = f"APPEAL#{appeal.id}"
        for name in ("text", "reason"):
            if values[name] is not None:
                values[name] = seen.loaded.keys.seal(appeal.by_party, place_of(sk, name), values[name])
        stored = {name: value for name, value in values.items() if value is not None}
        self._cases.commit(
            seen, outcome, idempotency, items={sk: stored}, result=lambda _: appeal, shows=(appeal.by_party,)
        )


def _open(item: Mapping[str, Any], seen: Seen) -> Appeal:
    values = {name: item[name] for name in Appeal.__dataclass_fields__ if name in item}
    for name in ("text", "reason"):
        if name in values:
            values[name] = seen.loaded.unsealed(place_of(item["sk"], name), values[name], item["by_party"])
    return Appeal(**values)
