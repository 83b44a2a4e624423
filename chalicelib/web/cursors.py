"""Cursors that serve only the caller, the list and the filter they were issued for."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable

from chalicelib.shared.errors import BadCursor
from chalicelib.shared.paging import Position
from chalicelib.shared.sealing import AesGcmSealer


class Page:
    """Where in a list the caller is: at most `limit` entries, after `position` (None: from the start)."""

    def __init__(self, limit: int, cursor: str | None, context: bytes, sealer: Callable[[], AesGcmSealer]) -> None:
        self.limit = limit
        self._context = context
        self._sealer = sealer
        self.position: Position | None = None if cursor is None else self._open(cursor)

    def cursor_after(self, position: Position | None) -> str | None:
        """Return the sealed cursor for the page after `position`; None after the last page."""
        if position is None:
            return None
        plain = json.dumps(position, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._sealer().seal(plain, self._context)).decode().rstrip("=")

    def _open(self, cursor: str) -> Position:
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            sealed = base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
            position = json.loads(self._sealer().unseal(sealed, self._context))
        except (ValueError, binascii.Error, UnicodeEncodeError) as broken:
            raise BadCursor from broken
        if not isinstance(position, dict):
            raise BadCursor
        return position
