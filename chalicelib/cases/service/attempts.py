"""The use cases of staff: see how the other side was told, record an attempt, have another text sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.cases.lifecycle.deciding import decide_until_kept
from chalicelib.cases.lifecycle.decisions import Outcome
from chalicelib.cases.lifecycle.digests import to_json
from chalicelib.cases.lifecycle.model import Party
from chalicelib.cases.lifecycle.records import place_of
from chalicelib.cases.lifecycle.refusals import PartyJoined
from chalicelib.cases.lifecycle.service import CaseService, Seen
from chalicelib.cases.lifecycle.transition import IllegalTransition
from chalicelib.cases.service.model import (
    ANSWERED,
    Attempt,
    Tokens,
    accepted_at,
    after_attempt,
    attempt_id,
    day_of,
    find_party,
)
from chalicelib.cases.service.sending import invitation_of, new_text, words_of
from chalicelib.shared.clock import SHANGHAI, format_instant
from chalicelib.shared.codes import new_id
from chalicelib.shared.crypto import Erased
from chalicelib.shared.deciding import Pauses
from chalicelib.shared.errors import InvalidRequest, NotAllowed, NotFound, TooManyRequests, Violation
from chalicelib.shared.idempotency import Idempotency
from chalicelib.shared.paging import Position, Slice
from chalicelib.shared.phones import read_phone, takes_texts
from chalicelib.shared.rule_files import read_rules
from chalicelib.shared.transactions import Write
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from chalicelib.cases.service.store import ServiceStore

_READERS: Final = frozenset({"clerk", "mediator"})
_ARRIVED: Final = ANSWERED | {"delivered", "signed_for"}
_RETURNED: Final = frozenset({"returned", "refused_delivery"})


@dataclass(frozen=True, slots=True)
class NewAttempt:
    """An attempt as staff report it, or (channel `text`) ask for it. `phone`: another number than the one filed."""

    party_id: str
    channel: str
    at: datetime | None
    outcome: str | None
    note: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """An attempt with its words, as staff of the case see it."""

    attempt: Attempt
    outcome: str | None
    note: str | None


class AttemptService:
    """The record of how respondents were told."""

    def __init__(
        self, cases: CaseService, store: ServiceStore, tokens: Tokens, *, pauses: Pauses | None = None
    ) -> None:
        self._cases = cases
        self._store = store
        self._tokens = tokens
        self._pauses = pauses or Pauses()

    def list_attempts(self, viewer: Viewer, code: str, after: Position | None, limit: int) -> Slice[Shown]:
        """Return a page of the attempts in a case, as they were recorded, to its clerk or mediator."""
        seen = self._cases.get_case(viewer, code, what="service")
        if seen.relation not in _READERS:
            raise NotAllowed
        return self._store.list_attempts(seen.case.code, after, limit).map(lambda one: _shown(seen, one))

    def record(self, viewer: Viewer, code: str, new: NewAttempt, idempotency: Idempotency) -> Shown:
        """Put an attempt on record, or have another text sent after the commit; return it.

        Raises `NotAllowed`, `IllegalTransition` unless the case waits for an answer, `PartyJoined`, `InvalidRequest`,
        and `TooManyRequests` for more texts to one party on one day than the rules allow.
        """
        return decide_until_kept(lambda: self._try_to_record(viewer, code, new, idempotency), self._pauses)

    def find_waiting(self, viewer: Viewer, code: str, party_id: str, *, what: str) -> tuple[Seen, Party]:
        """Return a case that waits for an answer, and the respondent who has not joined it, to its clerk."""
        seen = self._cases.get_case(viewer, code, what=what)
        if seen.relation != "clerk":
            raise NotAllowed
        party = find_party(seen.case, party_id)
        if party is None:
            raise NotFound
        if seen.case.status != "accepted":
            raise IllegalTransition
        if party.person is not None:
            raise PartyJoined
        return seen, party

    def _try_to_record(self, viewer: Viewer, code: str, new: NewAttempt, idempotency: Idempotency) -> Shown:
        try:
            seen, party = self.find_waiting(viewer, code, new.party_id, what="action:record_service")
        except NotFound:
            if self._is_seen(viewer, code):
                raise _invalid("/party_id", "unknown", "没有这一被申请人 / no such respondent") from None
            raise
        attempt, also = self._text(seen, party, new) if new.channel == "text" else (_recorded(seen, party, new), [])
        shown = Shown(attempt, new.outcome, new.note)
        data = {"party": party.id, "channel": new.channel, "attempt": attempt.id}
        event = "text_ordered" if new.channel == "text" else "service_recorded"
        case = after_attempt(seen.case, attempt, answered=new.outcome in ANSWERED)
        self._cases.commit(
            seen,
            Outcome(case, event, data),
            idempotency,
            also=[self._store.attempt_write(seen.case.code, attempt), *also],
            result=lambda _: shown,
            shows=(party.id,),
        )
        return shown

    def _is_seen(self, viewer: Viewer, code: str) -> bool:
        try:
            self._cases.get_state(viewer, code)
        except NotFound:
            return False
        return True

    def _text(self, seen: Seen, party: Party, new: NewAttempt) -> tuple[Attempt, list[Write]]:
        """Return a text that is to leave, and the write of its link."""
        number = new.phone or seen.loaded.text_of(party.id).get("phone")
        read = None if number is None else read_phone(number)
        if read is None or not takes_texts(read):
            said = "没有可接收短信的手机号 / there is no mobile to send a text to"
            raise _invalid("/phone", "mobile", said)
        most, today = read_rules("service")["texts_per_party_and_day"], day_of(seen.now)
        texts = [one for one in self._store.every_attempt(seen.case.code) if one.channel == "text" and one.digest]
        if sum(one.party == party.id and day_of(one.at) == today for one in texts) >= most:
            midnight = datetime.combine(seen.now.astimezone(SHANGHAI).date() + timedelta(days=1), time(), SHANGHAI)
            raise TooManyRequests.until((midnight - seen.now).total_seconds())
        at = format_instant(seen.now)
        identity = attempt_id(at, f"{party.id}{new_id(6)}")
        attempt = new_text(self._tokens, seen, party, at=at, identity=identity, by=seen.relation)
        attempt = replace(attempt, words=_sealed(seen, attempt, new))
        return attempt, [self._store.invitation_write(invitation_of(seen, attempt))]


def _recorded(seen: Seen, party: Party, new: NewAttempt) -> Attempt:
    """Return an attempt that staff made themselves; raise `InvalidRequest` for one before acceptance, or to come."""
    if new.at is None or new.outcome is None:
        missing = "/at" if new.at is None else "/outcome"
        raise _invalid(missing, "missing", "请填写此项 / this is needed")
    at = format_instant(new.at)
    if not accepted_at(seen.case) <= at <= format_instant(seen.now):
        raise _invalid("/at", "out_of_range", "应在受理之后、现在之前 / between acceptance and now")
    identity = attempt_id(format_instant(seen.now), f"{party.id}{new_id(6)}")
    attempt = Attempt(identity, party.id, new.channel, at, _state_of(new), seen.relation)
    return replace(attempt, words=_sealed(seen, attempt, new))


def _state_of(new: NewAttempt) -> str:
    if new.outcome in _ARRIVED:
        return "delivered"
    return "sent" if new.channel == "letter" and new.outcome not in _RETURNED else "failed"


def _sealed(seen: Seen, attempt: Attempt, new: NewAttempt) -> bytes | None:
    """Return what was said of an attempt, sealed under the key of whom it is about; raise `NotFound` if erased."""
    words = {name: getattr(new, name) for name in ("outcome", "note", "phone") if getattr(new, name) is not None}
    if not words:
        return None
    try:
        return seen.loaded.keys.seal(attempt.party, place_of(f"SERVICE#{attempt.id}", "words"), to_json(words))
    except Erased as gone:
        raise NotFound from gone


def _shown(seen: Seen, attempt: Attempt) -> Shown:
    words = words_of(seen, attempt)
    return Shown(attempt, words.get("outcome"), words.get("note"))


def _invalid(pointer: str, code: str, said: str) -> InvalidRequest:
    return InvalidRequest(violations=(Violation(pointer, code, said),))
