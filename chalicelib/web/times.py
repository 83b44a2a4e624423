"""Days and instants as clients send them: real ones, within the years that this service can have to do with."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, StringConstraints
from pydantic_core import PydanticCustomError

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2199
"""Far enough from the ends of the calendar (years 1 and 9999) for any period to be counted from a day or to it."""


def _day(text: str) -> str:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError("date", "not a day of the calendar") from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise _out_of_range()
    return text


def _instant(instant: datetime) -> datetime:
    # The year as written, not in UTC: at the ends of the calendar there may be no such instant in UTC.
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise _out_of_range()
    return instant.astimezone(UTC)


def _out_of_range() -> PydanticCustomError:
    return PydanticCustomError(
        "year_out_of_range", "outside the years that can be meant", {"first": FIRST_YEAR, "last": LAST_YEAR}
    )


Day = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), AfterValidator(_day)]
"""A day in Asia/Shanghai, as `2026-11-24`."""

Instant = Annotated[AwareDatetime, AfterValidator(_instant)]
"""An instant with its offset (RFC 3339), read into UTC."""
