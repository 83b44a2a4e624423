"""Links into video rooms: a room nobody can guess, and a token that opens it in time (Jitsi's JWT scheme)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from chalicelib.appointments.booking.model import Appointment, can_check_in
from chalicelib.appointments.rules import BookingRules

_GRACE: Final = timedelta(minutes=30)


class VideoRooms:
    """Rooms of one provider, at `base_url`."""

    def __init__(self, base_url: str, root_secret: Callable[[], bytes], rules: BookingRules) -> None:
        self._base_url = base_url.rstrip("/")
        self._root_secret = root_secret
        self._rules = rules

    def find_link(self, one: Appointment, now: datetime) -> str | None:
        """Return the link for a participant, from 15 minutes before until the end of a confirmed video session."""
        if one.mode != "video" or one.status != "confirmed" or not can_check_in(one, now, self._rules):
            return None
        import jwt

        key = hmac.digest(self._root_secret(), b"yima video", hashlib.sha256)
        room = "yima-" + hmac.digest(key, one.id.encode(), hashlib.sha256).hex()[:24]
        opens = one.starts - timedelta(minutes=self._rules.check_in_minutes)
        claims = {
            "iss": "yima",
            "aud": "jitsi",
            "sub": "*",
            "room": room,
            "nbf": int(opens.timestamp()),
            "exp": int((one.ends + _GRACE).timestamp()),
        }
        return f"{self._base_url}/{room}?jwt={jwt.encode(claims, key, algorithm='HS256')}"
