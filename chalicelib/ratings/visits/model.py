"""Visits, and how a number becomes a reference that names nobody."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from chalicelib.ratings.rating.model import Invitation

_NOT_ALNUM: Final = re.compile(r"[^0-9A-Za-z]")
_PREFIX_86: Final = re.compile(r"^(?:0086|86)(?=1\d{10}$)")


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit as staff record it."""

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


class References:
    """Blind indexes of phone and identity numbers: HMAC under a key of their own, for exact lookup only."""

    def __init__(self, root_secret: Callable[[], bytes]) -> None:
        self._root_secret = root_secret

    def of(self, number: str) -> str:
        """Return the blind index of a number, however it is written."""
        plain = _PREFIX_86.sub("", plain_number(number)).upper()
        key = hmac.digest(self._root_secret(), b"yima references", hashlib.sha256)
        return hmac.digest(key, plain.encode(), hashlib.sha256).hex()


def plain_number(number: str) -> str:
    """Return the letters and digits of a number, without what stands between them."""
    return _NOT_ALNUM.sub("", number)
