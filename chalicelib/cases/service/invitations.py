"""The other side's link: what it shows to somebody who is not known yet, and joining by it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chalicelib.cases.lifecycle.deciding import decide_until_kept
from chalicelib.cases.lifecycle.decisions import Outcome
from chalicelib.cases.lifecycle.model import Party
from chalicelib.cases.lifecycle.refusals import InviteExpired
from chalicelib.cases.lifecycle.service import CaseService, Seen
from chalicelib.cases.service.model import Invitation, after_attempt, digest_of_token, find_party
from chalicelib.cases.service.recording import EVENT_OF, SYSTEM
from chalicelib.cases.service.words import Describe, Particulars
from chalicelib.shared.clock import format_instant, parse_instant
from chalicelib.shared.deadlines import is_past
from chalicelib.shared.deciding import Pauses
from chalicelib.shared.errors import Conflict, NotFound, Unavailable
from chalicelib.shared.idempotency import Idempotency
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from chalicelib.cases.service.store import ServiceStore


@dataclass(frozen=True, slots=True)
class _Found:
    invitation: Invitation
    seen: Seen
    party: Party


class InvitationService:
    """Invitations by their token."""

    def __init__(
        self, cases: CaseService, store: ServiceStore, describe: Describe, *, pauses: Pauses | None = None
    ) -> None:
        self._cases = cases
        self._store = store
        self._describe = describe
        self._pauses = pauses or Pauses()

    def open(self, token: str) -> Particulars:
        """Return what an invitation says, names masked, and note that it was opened.

        Raises `NotFound` for a token that never was, is used or has run out, or of a case that is over.
        """
        found = self._find(token)
        if found is None or found.party.person is not None or found.seen.case.state.ended or self._is_over(found):
            raise NotFound
        said = self._describe.of(found.seen.loaded, found.party, found.seen.now)
        with suppress(Unavailable, Conflict):  # the page is worth more than its record
            decide_until_kept(lambda: self._note_opening(token), self._pauses)
        return said

    def join(self, viewer: Viewer, token: str, idempotency: Idempotency) -> Seen:
        """Bind the caller's account to the respondent whom the link invites.

        Raises `NotFound` for a token that never was, `InviteUsed`, `InviteExpired`, `AlreadyParty`, `CaseEnded`.
        """
        found = self._find(token)
        if found is None:
            raise NotFound
        if found.party.person is None and not found.seen.case.state.ended and self._is_over(found):
            raise InviteExpired
        return self._cases.join_as(viewer, found.seen.case.code, lambda one: one.id == found.party.id, idempotency)

    def _find(self, token: str) -> _Found | None:
        invitation = self._store.find_invitation(digest_of_token(token))
        seen = None if invitation is None else self._cases.find_with_texts(invitation.code)
        if invitation is None or seen is None:
            return None
        party = find_party(seen.case, invitation.party)
        return None if party is None else _Found(invitation, seen, party)

    def _is_over(self, found: _Found) -> bool:
        now, invitation = found.seen.now, found.invitation
        if invitation.expires_at == found.party.invite_expires_at:
            return self._cases.is_invite_over(found.party, now)
        return is_past(parse_instant(invitation.expires_at), now)  # of an acceptance before this one

    def _note_opening(self, token: str) -> bool:
        """Note the first opening of a link; return whether it was this one."""
        found = self._find(token)
        if found is None or found.invitation.opened_at is not None:
            return False
        invitation, seen = found.invitation, found.seen
        attempt = None if invitation.attempt is None else self._store.find_attempt(invitation.code, invitation.attempt)
        case, also = seen.case, [self._store.invitation_write(replace(invitation, opened_at=format_instant(seen.now)))]
        channel = "letter"
        if attempt is not None and attempt.is_before("opened"):
            after = attempt.becomes("opened", seen.now)
            case, channel = after_attempt(case, after), attempt.channel
            also.append(self._store.attempt_write(invitation.code, after))
        data = {"party": invitation.party, "channel": channel}
        self._cases.commit(seen, Outcome(case, EVENT_OF["opened"], data), None, also=also, role=SYSTEM)
        return True
