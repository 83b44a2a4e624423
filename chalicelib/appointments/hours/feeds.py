"""The secret address of a mediator's calendar: whoever knows it may read the calendar, without signing in."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from typing import Final, NamedTuple

from chalicelib.shared.errors import NotFound
from chalicelib.shared.sealing import AesGcmSealer, Unsealable

_CONTEXT: Final = b"calendar feed"


class FeedKey(NamedTuple):
    """What a secret stands for. `number`: how often the mediator had it renewed; only the last one opens anything."""

    organisation: str
    mediator: str
    number: int


class FeedSecrets:
    """Makes and reads secrets of calendars."""

    def __init__(self, sealer: Callable[[], AesGcmSealer]) -> None:
        self._sealer = sealer

    def seal(self, key: FeedKey) -> str:
        """Return the secret, as it stands in an address."""
        sealed = self._sealer().seal(json.dumps(key._asdict()).encode(), _CONTEXT)
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def open(self, secret: str) -> FeedKey:
        """Return what a secret stands for; raise `NotFound` for what is none."""
        try:
            padded = secret + "=" * (-len(secret) % 4)
            sealed = base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
            return FeedKey(**json.loads(self._sealer().unseal(sealed, _CONTEXT)))
        except (ValueError, binascii.Error, UnicodeEncodeError, Unsealable) as broken:
            raise NotFound from broken
