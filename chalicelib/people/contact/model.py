"""A number that was proved, a code on its way, and how both are kept without being readable."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from chalicelib.shared.clock import format_instant
from chalicelib.shared.texts import Text

How = Literal["code", "claim"]
"""How a number was proved: by a one-time code that left by text, or by the sign-in service's claim."""

HOW_NAMES: Final[dict[str, Text]] = {
    "code": Text("短信验证码", "a code sent by text"),
    "claim": Text("登录服务已核验", "verified by the sign-in service"),
}

CODE_TITLE: Final = Text("验证码", "Your code")
CODE_TEXT: Final = Text(
    "您的一码验证码是 {code}，{minutes} 分钟内有效。如不是您本人在操作，请不必理会，也不要告诉任何人。",
    "Your Yima code is {code}. It holds for {minutes} minutes. If you did not ask for it, ignore it, and tell nobody.",
)

CODE_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Proved:
    """A number that a person has proved. `number`: its blind index."""

    number: str
    how: How
    proved_at: str


@dataclass(frozen=True, slots=True)
class CodeOnItsWay:
    """A one-time code that left. `digest`: see `NumberDigests.of_code`; `tries`: how often it was tried.

    `used_at`: when it proved the number; it proves nothing again.
    """

    digest: str
    salt: str
    expires_at: str
    ttl: int
    tries: int = 0
    used_at: str | None = None

    def holds(self, now: datetime) -> bool:
        """Tell whether it has not run out."""
        return format_instant(now) < self.expires_at


@dataclass(frozen=True, slots=True)
class Texts:
    """When texts with codes left, for one person or to one number. `writes`: how often that was written down."""

    sent: tuple[str, ...] = ()
    writes: int = 0
    ttl: int = 0


class NumberDigests:
    """Blind indexes of numbers, and digests of codes: HMAC-SHA-256 under keys of their own, for comparison only."""

    def __init__(self, root_secret: Callable[[], bytes]) -> None:
        self._root_secret = root_secret

    def of_number(self, phone: str) -> str:
        """Return the blind index of a number (E.164)."""
        return self._digest(b"yima proved numbers", phone)

    def of_code(self, person: str, number: str, salt: str, code: str) -> str:
        """Return the digest of a code, bound to who asked for it, for which number, and when (`salt`)."""
        return self._digest(b"yima one-time codes", json.dumps([person, number, salt, code]))

    def _digest(self, purpose: bytes, text: str) -> str:
        key = hmac.digest(self._root_secret(), purpose, hashlib.sha256)
        return hmac.digest(key, text.encode(), hashlib.sha256).hex()


def draw_code() -> str:
    """Return six random digits."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


@dataclass(frozen=True, slots=True)
class Announced:
    """What somebody who asked for a code is told, whatever became of it: until when a code sent now holds."""

    expires_at: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Contact:
    """A number as its owner just proved it. `phone`: E.164; it is shown back masked, and not kept."""

    phone: str = field(repr=False)
    how: How
    proved_at: str
