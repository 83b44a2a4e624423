"""Cursors that serve only the caller, the list and the filter they were issued for."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from chalicelib.shared.errors import BadCursor


class Sealer(Protocol):
    """Authenticated encryption; `context` must be the same on both sides."""

    def seal(self, plain: bytes, context: bytes) -> bytes:
        """Return the sealed bytes."""
        ...

    def unseal(self, sealed: bytes, context: bytes) -> bytes:
        """Return the plain bytes; raise `ValueError` if they were not sealed here for `context`."""
        ...


class Page:
    """Where in a list the caller is: at most `limit` entries, after `position` (None: from the start)."""

    def __init__(self, limit: int, cursor: str | None, context: bytes, sealer: Callable[[], Sealer]) -> None:
        self.limit = limit
        self._context = context
        self._sealer = sealer
        self.position: Mapping[str, Any] | None = None if cursor is None else self._open(cursor)

    def cursor_after(self, position: Mapping[str, Any] | None) -> str | None:
        """Return the sealed cursor for the page after `position`; None after the last page."""
        if position is None:
            return None
        plain = json.dumps(position, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._sealer().seal(plain, self._context)).decode().rstrip("=")

    def _open(self, cursor: str) -> Mapping[str, Any]:
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            sealed = base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
            position = json.loads(self._sealer().unseal(sealed, self._context))
        except (ValueError, binascii.Error, UnicodeEncodeError) as broken:
            raise BadCursor from broken
        if not isinstance(position, dict):
            raise BadCursor
        return position
