"""Attempts to reach a respondent, and the links by which they answer."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Self

from chalicelib.cases.lifecycle.model import Case, Party
from chalicelib.shared.clock import SHANGHAI, format_instant, parse_instant
from chalicelib.shared.codes import ALPHABET

PURPOSE: Final = "service_of_notice"
"""Why the system uses the contact details of somebody who has no account: the purpose of `GET /v1/terms`."""

CHANNELS: Final = ("text", "phone", "visit", "letter")

STATES: Final = ("queued", "sent", "failed", "delivered", "opened")
"""States of an attempt, in their order: a later one takes the place of an earlier one, never the other way round."""

ANSWERED: Final = frozenset({"reached", "answered", "spoken_to"})
"""Outcomes of an attempt that did reach the person: they do not count towards being unreachable."""

_TOKEN_LENGTH: Final = 20  # 100 bits
_BITS: Final = 5
_READ_AS: Final = str.maketrans("OIL", "011", "-")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to reach a party. `at`: when it was made; `by`: `system` or `clerk`; `digest`: of the link's token.

    `words`: outcome, note and (of a text to another number) `phone`, as sealed JSON under the party's key.
    """

    id: str
    party: str
    channel: str
    at: str
    state: str
    by: str
    digest: str | None = None
    expires_at: str | None = None
    words: bytes | None = None
    sent_at: str | None = None
    delivered_at: str | None = None
    failed_at: str | None = None
    opened_at: str | None = None

    def becomes(self, state: str, at: datetime) -> Self:
        """Return the attempt in another state, reached at an instant."""
        reached: dict[str, Any] = {"state": state, f"{state}_at": format_instant(at)}
        return replace(self, **reached)

    def is_before(self, state: str) -> bool:
        """Tell whether `state` comes after the attempt's own."""
        return STATES.index(self.state) < STATES.index(state)


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom a link invites to which case. `attempt`: the text that it left by; None for a letter's."""

    digest: str
    code: str
    party: str
    expires_at: str
    attempt: str | None = None
    opened_at: str | None = None


class Tokens:
    """Links' tokens, each following from a name and a secret: who sends the same text again sends the same link."""

    def __init__(self, secret: Callable[[], bytes]) -> None:
        self._secret = secret

    def of(self, *name: str) -> str:
        """Return the token of a name: 100 bits that nobody can guess without the secret."""
        key = hmac.digest(self._secret(), b"yima invitations", hashlib.sha256)
        number = int.from_bytes(hmac.digest(key, "\n".join(name).encode(), hashlib.sha256))
        return "".join(ALPHABET[(number >> _BITS * place) % len(ALPHABET)] for place in range(_TOKEN_LENGTH))


def digest_of_token(token: str) -> str:
    """Return what is stored of a token; `O`, `I`, `L` are read as the digits they look like, in any case."""
    return hashlib.sha256(token.upper().translate(_READ_AS).encode()).hexdigest()


def attempt_id(at: str, name: str) -> str:
    """Return the id of an attempt: it sorts by when it was recorded."""
    return f"{''.join(one for one in at if one.isdigit())}-{name}"


def day_of(at: datetime | str) -> str:
    """Return the day of an instant in Asia/Shanghai."""
    instant = parse_instant(at) if isinstance(at, str) else at
    return instant.astimezone(SHANGHAI).date().isoformat()


def accepted_at(case: Case) -> str:
    """Return when the case was accepted, by its organisation or on appeal: since then attempts count.

    As long as a respondent has not agreed, the case is where its acceptance brought it.
    """
    return case.since


def find_party(case: Case, party_id: str) -> Party | None:
    """Return a respondent of the case, or None."""
    return next((one for one in case.parties if one.id == party_id and one.role == "respondent"), None)


def after_attempt(case: Case, attempt: Attempt, *, answered: bool = False) -> Case:
    """Return the case as an attempt leaves it: what was tried in vain counts towards being unreachable."""
    party = find_party(case, attempt.party)
    if party is None or case.status != "accepted" or attempt.at < accepted_at(case):
        return case
    if attempt.channel == "text":
        reached = attempt.delivered_at or attempt.opened_at
        if reached is not None and party.delivered_on is None:
            return case.with_party(replace(party, delivered_on=day_of(reached)))
        return case
    if answered:
        return case
    days = sorted({*party.contacted_on, day_of(attempt.at)})
    return case.with_party(replace(party, contacted_on=tuple(days)))
