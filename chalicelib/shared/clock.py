"""The only source of the present instant, so that tests and the local console can move it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Final, Protocol

SHANGHAI: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The zone in which days are counted. China has kept UTC+8 without daylight saving time since 1991."""


class Clock(Protocol):
    """Something that knows what time it is."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.now(UTC)


def parse_instant(text: str) -> datetime:
    """Return the instant that an RFC 3339 text with an offset names."""
    return datetime.fromisoformat(text)


def format_instant(instant: datetime) -> str:
    """Return `instant` as RFC 3339 in UTC with `Z`, to the millisecond."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
