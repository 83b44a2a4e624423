"""Proving a number: a code leaves by text, and comes back; or the sign-in service has verified it already."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from chalicelib.people.contact.model import (
    CODE_TEXT,
    CODE_TITLE,
    Announced,
    CodeOnItsWay,
    Contact,
    NumberDigests,
    Proved,
    Texts,
    draw_code,
)
from chalicelib.people.contact.refusals import ContactChanged, OneTimeCodeOver, WrongOneTimeCode
from chalicelib.people.contact.rules import ContactRules
from chalicelib.shared.clock import Clock, format_instant
from chalicelib.shared.codes import new_id
from chalicelib.shared.crypto import Pseudonyms
from chalicelib.shared.deciding import decide_anew
from chalicelib.shared.errors import InvalidRequest, TooManyRequests, Unavailable, Violation
from chalicelib.shared.idempotency import Idempotency, Replayed
from chalicelib.shared.texts import Language
from chalicelib.shared.transactions import Committer, Refusal, Transaction, Write
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from chalicelib.people.contact.store import ContactStore

Send = Callable[[Mapping[str, Any], str], None]
"""Publishes a message for one channel."""

_KEPT: Final = timedelta(days=1)
"""For how long a code that has run out lies about before TTL takes it; every read compares its expiry itself."""


class ContactService:
    """The numbers that people have proved."""

    def __init__(
        self,
        store: ContactStore,
        digests: NumberDigests,
        rules: ContactRules,
        send: Send,
        answers: Committer,
        *,
        pseudonyms: Callable[[], Pseudonyms],
        clock: Clock,
    ) -> None:
        self._store = store
        self._digests = digests
        self._rules = rules
        self._send = send
        self._answers = answers
        self._pseudonyms = pseudonyms
        self._clock = clock

    def challenge(self, viewer: Viewer, phone: str, language: Language, idempotency: Idempotency) -> Announced:
        """Send a one-time code by text to a number (E.164), for the viewer to prove that it is theirs.

        The answer is the same whoever else has the number, and when too many texts went to it: then none leaves, and
        an earlier code goes on holding. Raises `TooManyRequests` to a person who asked too often; `Unavailable` if the
        text could not leave: then nothing was counted, and the code does not hold.
        """
        first = self._answers.find_answer(idempotency)
        if first is not None:
            raise Replayed(first)
        now = self._clock.now()
        person, number = self._person(viewer), self._digests.of_number(phone)
        decide_anew(lambda: self._try_to_send(person, number, phone, language, now))
        announced = Announced(format_instant(now + self._rules.code_span), self._rules.code_minutes)
        self._answers.remember(idempotency, announced)
        return announced

    def prove(self, viewer: Viewer, phone: str, one_time_code: str | None) -> Contact:
        """Have the viewer be found by a number (E.164) that they prove; it takes the place of the one before.

        A number that the sign-in service has verified needs no code. Raises `WrongOneTimeCode`, `OneTimeCodeOver`.
        """
        now = format_instant(self._clock.now())
        if phone == viewer.phone:
            self.note_claim(viewer)
            return Contact(phone, "claim", now)
        if one_time_code is None:
            said = "请填写短信中的六位验证码 / give the six digits from the text"
            raise InvalidRequest(violations=(Violation("/one_time_code", "missing", said),))
        person, number = self._person(viewer), self._digests.of_number(phone)
        code = self._check(person, number, one_time_code)
        kept = self._keep(person, Proved(number, "code", now), code)
        return Contact(phone, "code", kept.proved_at)

    def note_claim(self, viewer: Viewer) -> None:
        """Keep the number that the sign-in service has verified, if it has: it counts without a code."""
        decide_anew(lambda: self._try_to_note(viewer))

    def claim_writes(self, viewer: Viewer, refusal: Refusal) -> list[Write]:
        """Return what `note_claim` writes, to be part of a transaction; nothing if there is nothing new to keep.

        `refusal`: what it means that the number that was kept before is another by now.
        """
        if viewer.phone is None:
            return []
        person, number = self._person(viewer), self._digests.of_number(viewer.phone)
        seen = self._store.find_proved(person, "claim")
        if seen is not None and seen.number == number:
            return []
        proved = Proved(number, "claim", format_instant(self._clock.now()))
        return self._store.keep_writes(person, proved, seen, refusal)

    def find_people(self, phone: str) -> list[str]:
        """Return who has proved a number (E.164), as pseudonyms: two of them, if they are more."""
        return self._store.list_people(self._digests.of_number(phone))

    def export(self, viewer: Viewer) -> list[dict[str, Any]]:
        """Return what is kept: how and when numbers were proved. They themselves are not kept in readable form."""
        proved = self._store.list_proved(self._person(viewer))
        return [{"proved_by": one.how, "proved_at": one.proved_at} for one in proved]

    def erase(self, viewer: Viewer) -> int:
        """Have the viewer be found by no number any more; return how many they were. Others' stay."""
        person = self._person(viewer)
        erased = decide_anew(lambda: self._try_to_forget(person))
        self._store.forget_codes(person)
        return len(erased)

    def _try_to_forget(self, person: str) -> list[Proved] | None:
        proved = self._store.list_proved(person)
        try:
            for one in proved:
                self._store.forget_proved(person, one)
        except ContactChanged:
            return None
        return proved

    def _try_to_note(self, viewer: Viewer) -> bool | None:
        try:
            self._answers.commit(Transaction(self.claim_writes(viewer, lambda _: ContactChanged())))
        except ContactChanged:
            return None
        return True

    def _try_to_send(self, person: str, number: str, phone: str, language: Language, now: datetime) -> bool | None:
        """Send a code unless too many left; None if somebody else's text came between, and it is to be decided anew."""
        for_person, to_number = self._store.find_texts_for(person), self._store.find_texts_to(number)
        wait = self._rules.per_person.wait_seconds(for_person.sent, now)
        if wait is not None:
            raise TooManyRequests.until(wait)
        counted = self._counted(for_person, now), self._counted(to_number, now)
        try:
            if self._rules.per_number.wait_seconds(to_number.sent, now) is not None:
                self._store.count_for(person, counted[0])
                return False
            digits, salt, expires = draw_code(), new_id(), now + self._rules.code_span
            digest = self._digests.of_code(person, number, salt, digits)
            code = CodeOnItsWay(digest, salt, format_instant(expires), int((expires + _KEPT).timestamp()))
            self._store.send_off(person, number, code, *counted)
        except ContactChanged:
            return None
        try:
            self._send(self._message(phone, digits, language, now), "sms")
        except Unavailable:
            before = [replace(one, sent=one.sent[:-1], writes=one.writes + 1) for one in counted]
            with suppress(ContactChanged):  # a text that left meanwhile stays counted, and its code holds
                self._store.take_back(person, number, code, *before)
            raise
        return True

    def _counted(self, texts: Texts, now: datetime) -> Texts:
        span = max(self._rules.per_person.span, self._rules.per_number.span)
        since = format_instant(now - span)
        sent = tuple(one for one in texts.sent if one > since)
        return Texts((*sent, format_instant(now)), texts.writes + 1, int((now + span + _KEPT).timestamp()))

    def _message(self, phone: str, digits: str, language: Language, now: datetime) -> dict[str, Any]:
        return {
            "id": f"code-{new_id()}",
            "event": "contact_code",
            "to": phone,
            "language": language,
            "title": CODE_TITLE.text(language),
            "text": CODE_TEXT.format(code=digits, minutes=self._rules.code_minutes).text(language),
            "at": format_instant(now),
        }

    def _check(self, person: str, number: str, given: str) -> CodeOnItsWay | None:
        """Return the code that `given` is right for; None if it was used for the number that the person has now."""
        code = self._store.find_code(person, number)
        # Counted before it is compared: a thousand guesses side by side are five.
        if code is None or not code.holds(self._clock.now()):
            raise OneTimeCodeOver
        if not self._store.count_try(person, number, code, self._rules.tries):
            raise OneTimeCodeOver
        if not hmac.compare_digest(self._digests.of_code(person, number, code.salt, given), code.digest):
            raise WrongOneTimeCode.with_left(self._rules.tries - code.tries - 1)
        if code.used_at is None:
            return code
        # A request that is repeated because its answer was lost: it is answered, and changes nothing.
        now_proved = self._store.find_proved(person, "code")
        if now_proved is None or now_proved.number != number:
            raise OneTimeCodeOver
        return None

    def _keep(self, person: str, proved: Proved, code: CodeOnItsWay | None) -> Proved:
        """Keep a number that a code has proved; return it as it is kept. Without the code: it was kept before."""

        def attempt() -> Proved | None:
            seen = self._store.find_proved(person, proved.how)
            if code is None and seen is not None:
                return seen
            try:
                self._store.keep(person, proved, seen, code)
            except ContactChanged:
                return None
            return proved

        return decide_anew(attempt)

    def _person(self, viewer: Viewer) -> str:
        return self._pseudonyms().of(viewer.subject)
