"""Texts to the other side, by event and after the commit: when a case is accepted, when staff ask, as a reminder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from chalicelib.cases.lifecycle.deadlines import find_deadline
from chalicelib.cases.lifecycle.model import Party
from chalicelib.cases.lifecycle.records import VersionConflict, place_of
from chalicelib.cases.lifecycle.service import CaseService, Seen
from chalicelib.cases.lifecycle.stages.serving import unjoined
from chalicelib.cases.service.model import (
    PURPOSE,
    Attempt,
    Invitation,
    Tokens,
    accepted_at,
    attempt_id,
    digest_of_token,
)
from chalicelib.cases.service.recording import SYSTEM, AttemptRecording
from chalicelib.cases.service.words import REMINDER_TEXT, REMINDER_TITLE, TEXT, TITLE, Describe
from chalicelib.shared.clock import format_instant
from chalicelib.shared.events import Event
from chalicelib.shared.phones import read_phone, takes_texts

if TYPE_CHECKING:
    from chalicelib.cases.service.store import ServiceStore

_INVITING: Final = frozenset({"accepted", "reopened", "invite_reminded"})
_LANGUAGE: Final = "zh"
"""Nobody knows yet which language the other side reads; the page behind the link has both."""

Send = Callable[[Mapping[str, Any], str], None]
"""Publishes a message for one channel."""


class InvitationTexts:
    """Writes to every respondent who has a mobile and has not joined."""

    def __init__(
        self,
        cases: CaseService,
        store: ServiceStore,
        recording: AttemptRecording,
        *,
        describe: Describe,
        tokens: Tokens,
        send: Send,
        public_url: str,
    ) -> None:
        self._cases = cases
        self._store = store
        self._recording = recording
        self._describe = describe
        self._tokens = tokens
        self._send = send
        self._public_url = public_url.rstrip("/")

    def on_case_event(self, event: Event) -> int:
        """Write to whom the event concerns, once, however often it comes; return how many texts left now.

        What is no longer so is not told: a case that has moved on, a party who has joined. One text that cannot leave
        does not hold up the others; the first fault is raised after them, and the event comes again.
        """
        if event.name not in _INVITING and event.name != "text_ordered":
            return 0
        seen = self._cases.find_with_texts(event.aggregate)
        if seen is None or seen.case.status != "accepted" or event.at < accepted_at(seen.case):
            return 0
        known = {one.id: one for one in self._store.every_attempt(seen.case.code)}
        done, faults = 0, []
        for party, attempt in list(self._wanted(event, seen, known)):
            try:
                seen, left = self._serve(event, seen, party, attempt)
                done += left
            except Exception as fault:  # noqa: BLE001 - whatever it is, it is raised below
                faults.append(fault)
        if faults:
            raise faults[0]
        return done

    def link_of(self, token: str) -> str:
        """Return the address that a token stands in."""
        return f"{self._public_url}/i/{token}"

    def _wanted(self, event: Event, seen: Seen, known: Mapping[str, Attempt]) -> Iterator[tuple[Party, Attempt | None]]:
        """Yield the parties to write to, each with its attempt, if it is on record already."""
        waiting = {party.id: party for party in unjoined(seen.case)}
        if event.name == "text_ordered":
            party, attempt = waiting.get(event.data["party"]), known.get(event.data["attempt"])
            if party is not None and attempt is not None:
                yield party, attempt
            return
        if event.name == "invite_reminded":
            invite = find_deadline(seen.case, "invite")
            if invite is None or invite.is_over(seen.now):
                return
        for party in waiting.values():
            yield party, known.get(_id_of(event, party))

    def _serve(self, event: Event, seen: Seen, party: Party, attempt: Attempt | None) -> tuple[Seen, int]:
        """Write to one party; return the case after it, and how many effects were new."""
        number = self._number_of(seen, party, attempt)
        if attempt is None:
            if number is None:
                # A reminder says nothing new to the staff, who were told at acceptance that no text can be sent.
                return (seen, 0) if event.name == "invite_reminded" else (self._note_no_mobile(event, seen, party), 1)
            attempt = self._begin(event, seen, party)
        if attempt.state != "queued" or number is None:
            return seen, 0
        self._send(self._message(event, seen, party, attempt, number), "sms")
        return self._recording.note_now(seen, attempt, "sent"), 1

    def _number_of(self, seen: Seen, party: Party, attempt: Attempt | None) -> str | None:
        """Return the mobile to write to (E.164): the one that staff gave for this text, or the one that was filed."""
        words = {} if attempt is None else words_of(seen, attempt)
        number = words.get("phone") or seen.loaded.text_of(party.id).get("phone")
        read = None if number is None else read_phone(number)
        return read if read is not None and takes_texts(read) else None

    def _begin(self, event: Event, seen: Seen, party: Party) -> Attempt:
        """Put a text on record, with its link, before it leaves."""
        attempt = new_text(self._tokens, seen, party, at=event.at, identity=_id_of(event, party), by=SYSTEM)
        try:
            self._store.add(seen.case.code, attempt, invitation_of(seen, attempt))
        except VersionConflict:  # put on record by another delivery of the event
            return self._store.find_attempt(seen.case.code, attempt.id) or attempt
        return attempt

    def _note_no_mobile(self, event: Event, seen: Seen, party: Party) -> Seen:
        attempt = Attempt(_id_of(event, party), party.id, "text", event.at, "queued", SYSTEM)
        return self._recording.note_unsent(seen, attempt)

    def _message(self, event: Event, seen: Seen, party: Party, attempt: Attempt, number: str) -> dict[str, Any]:
        code, reminds = seen.case.code, event.name == "invite_reminded"
        link = self.link_of(self._tokens.of(code, attempt.id))
        said = self._describe.of(seen.loaded, party, seen.now)
        text = said.fill(REMINDER_TEXT if reminds else TEXT, link=link)
        return {
            "id": message_id(code, attempt.id),
            "event": PURPOSE,
            "purpose": PURPOSE,
            "to": number,
            "language": _LANGUAGE,
            "title": (REMINDER_TITLE if reminds else TITLE).text(_LANGUAGE),
            "text": text.text(_LANGUAGE),
            "link": link,
            "at": format_instant(seen.now),
        }


def new_text(tokens: Tokens, seen: Seen, party: Party, *, at: str, identity: str, by: str) -> Attempt:
    """Return a text that is to leave, with the digest of its link's token."""
    digest = digest_of_token(tokens.of(seen.case.code, identity))
    expires = party.invite_expires_at or seen.case.since
    return Attempt(identity, party.id, "text", at, "queued", by, digest=digest, expires_at=expires)


def invitation_of(seen: Seen, attempt: Attempt) -> Invitation:
    """Return the link that a text leaves with."""
    return Invitation(
        attempt.digest or "", seen.case.code, attempt.party, attempt.expires_at or seen.case.since, attempt.id
    )


def words_of(seen: Seen, attempt: Attempt) -> dict[str, Any]:
    """Return outcome, note and number of an attempt; empty without them, and once the party was erased."""
    import json

    if attempt.words is None:
        return {}
    opened = seen.loaded.unsealed(place_of(f"SERVICE#{attempt.id}", "words"), attempt.words, attempt.party)
    return {} if opened is None else dict(json.loads(opened))


def message_id(code: str, attempt: str) -> str:
    """Return the id by which gateways know a text, and report what became of it."""
    return f"service-{code}-{attempt}"


def read_message_id(text: str) -> tuple[str, str] | None:
    """Return the case and the attempt that a message's id names; None for an id of another kind."""
    kind, _, rest = text.partition("-")
    code, _, attempt = rest.partition("-")
    return (code, attempt) if kind == "service" and code and attempt else None


def _id_of(event: Event, party: Party) -> str:
    return attempt_id(event.at, f"{event.seq:06d}{party.id}")
