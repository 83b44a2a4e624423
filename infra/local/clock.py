"""A clock that the developer console can move."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Final

EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)


class ClockOutOfRange(ValueError):
    """The clock was to go where dates would soon overflow, or calendars mean nothing."""

    def __init__(self) -> None:
        super().__init__(f"the clock goes from {EARLIEST.year} to {LATEST.year}")


class AdjustableClock:
    """The machine's clock plus an offset. Time goes on from wherever it was moved to."""

    def __init__(self) -> None:
        self._offset = timedelta()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.now(UTC) + self._offset

    def move_to(self, instant: datetime) -> None:
        """Make it `instant` now; raise `ClockOutOfRange`, and leave the clock as it was."""
        if not EARLIEST <= instant <= LATEST:
            raise ClockOutOfRange
        with self._lock:
            self._offset = instant - datetime.now(UTC)

    def advance(self, by_seconds: int) -> None:
        """Move on by so many seconds, back if negative; raise `ClockOutOfRange`, and leave the clock as it was."""
        with self._lock:
            try:
                offset = self._offset + timedelta(seconds=by_seconds)
                allowed = EARLIEST <= datetime.now(UTC) + offset <= LATEST
            except OverflowError:
                allowed = False
            if not allowed:
                raise ClockOutOfRange
            self._offset = offset

    def reset(self) -> None:
        """Tell the machine's time again."""
        with self._lock:
            self._offset = timedelta()
