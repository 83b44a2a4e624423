"""Visits, and the one-time codes that citizens show at windows."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from chalicelib.ratings.rating.model import Invitation
from chalicelib.shared.codes import ALPHABET

_CODE_LENGTH: Final = 8
_BETWEEN: Final = re.compile(r"[\s-]")
_MISREAD: Final = str.maketrans("OIL", "011")


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit as staff record it. `citizen_ref`: a one-time code, or a phone number that the citizen has proved."""

    service_code: str
    citizen_ref: str
    channel: str
    staff_id: str
    completed: bool


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded visit with the invitations that it earned."""

    id: str
    at: str
    invitations: tuple[Invitation, ...]


class VisitCodes:
    """Digests of one-time codes that are shown at windows: HMAC under a key of their own, for exact lookup only."""

    def __init__(self, root_secret: Callable[[], bytes]) -> None:
        self._root_secret = root_secret

    def of(self, code: str) -> str:
        """Return the digest of a code as `read_visit_code` returns it."""
        key = hmac.digest(self._root_secret(), b"yima visit codes", hashlib.sha256)
        return hmac.digest(key, code.encode(), hashlib.sha256).hex()


def draw_visit_code() -> str:
    """Return a new code: it has a letter, so that nobody takes it for a number."""
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(_CODE_LENGTH))
        if not code.isdecimal():
            return code


def read_visit_code(text: str) -> str | None:
    """Return a one-time code however it is typed (case, spaces, hyphens, `O` for 0, `I` and `L` for 1), or None.

    Eight digits are no code: they are somebody's landline.
    """
    plain = _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper().translate(_MISREAD)
    fits = len(plain) == _CODE_LENGTH and not plain.isdecimal() and all(one in ALPHABET for one in plain)
    return plain if fits else None
