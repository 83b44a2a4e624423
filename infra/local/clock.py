"""A clock that the developer console can move."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta


class AdjustableClock:
    """The machine's clock plus an offset. Time goes on from wherever it was moved to."""

    def __init__(self) -> None:
        self._offset = timedelta()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.now(UTC) + self._offset

    def move_to(self, instant: datetime) -> None:
        """Make it `instant` now."""
        with self._lock:
            self._offset = instant - datetime.now(UTC)

    def advance(self, by: timedelta) -> None:
        """Move on by `by`; back, if it is negative."""
        with self._lock:
            self._offset += by

    def reset(self) -> None:
        """Tell the machine's time again."""
        with self._lock:
            self._offset = timedelta()
