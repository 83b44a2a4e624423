"""The line for slots that become free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from chalicelib.shared.clock import SHANGHAI, parse_instant
from chalicelib.shared.records import from_item


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a case's wish stands: in which mediator's line, since when; `case_seq`: as in `Waiting`."""

    case_code: str
    organisation: str
    mediator: str
    created_at: str
    case_seq: int = 0

    def is_older_than(self, seq: int, at: str) -> bool:
        """Tell whether the wish was made before the case's event `seq` at the instant `at`."""
        return self.case_seq < seq if self.case_seq else self.created_at < at


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case's wish for a slot with its mediator: days (Asia/Shanghai, both counted), modes, minutes.

    `case_seq`: the number of the case's last event when the wish was made, 0 in what was stored before that was noted.
    """

    case_code: str
    organisation: str
    mediator: str
    first_day: str
    last_day: str
    modes: tuple[str, ...]
    minutes: int
    created_at: str
    offered: tuple[str, ...] = ()  # starts that were offered and not taken
    case_seq: int = 0
    kept_until: str | None = None  # until when a slot is kept for the case

    @property
    def spot(self) -> Spot:
        """Where it stands."""
        return Spot(self.case_code, self.organisation, self.mediator, self.created_at, self.case_seq)

    @property
    def ends_at(self) -> datetime:
        """When its last day is over."""
        return datetime.combine(date.fromisoformat(self.last_day) + timedelta(days=1), time(), tzinfo=SHANGHAI)

    def suits(self, start: str, minutes: int, mode: str, now: str) -> bool:
        """Tell whether a slot that became free is what the case waits for now, and was not offered before."""
        day = parse_instant(start).astimezone(SHANGHAI).date()
        inside = date.fromisoformat(self.first_day) <= day <= date.fromisoformat(self.last_day)
        served = self.kept_until is not None and self.kept_until > now
        return inside and not served and minutes >= self.minutes and mode in self.modes and start not in self.offered


def find_wish(item: Mapping[str, Any]) -> Waiting | None:
    """Return the wish that an item holds; None if it holds none: a broken row must not hold up the line."""
    try:
        wish = from_item(Waiting, item)
        _check(wish)
    except (TypeError, ValueError):
        return None
    return wish


@dataclass(frozen=True, slots=True)
class PlaceInLine:
    """A case's place in the line, counted from 1, and what is offered to it now."""

    waiting: Waiting
    position: int
    offer: Mapping[str, Any] | None


class Line(NamedTuple):
    """Who waits for a mediator's slots, first come first; `broken`: keys of rows that hold no wish."""

    waiting: list[Waiting]
    broken: tuple[tuple[str, str], ...]

    def of(self, case_code: str) -> Waiting | None:
        """Return a case's wish, or None."""
        return next((one for one in self.waiting if one.case_code == case_code), None)

    def position(self, wish: Waiting, now: datetime) -> int:
        """Return a wish's place, counted from 1: those whose last day is over wait no longer."""
        return 1 + sum(1 for one in self.waiting if one.created_at < wish.created_at and now < one.ends_at)


@dataclass(frozen=True, slots=True)
class Offer:
    """A slot that is kept for one case until an instant. `wished_at`: when the case joined the line."""

    id: str
    case_code: str
    organisation: str
    mediator: str
    start: str
    minutes: int
    mode: str
    expires_at: str
    wished_at: str
    room: str | None = None

    def in_case(self) -> dict[str, Any]:
        """Return what the case keeps of it."""
        return {
            "id": self.id,
            "start": self.start,
            "minutes": self.minutes,
            "mode": self.mode,
            "expires_at": self.expires_at,
        }


def _check(wish: Waiting) -> None:
    """Raise `TypeError` or `ValueError` unless its days are days, and its modes and what was offered are listed."""
    date.fromisoformat(wish.first_day)
    date.fromisoformat(wish.last_day)
    if not isinstance(wish.modes, tuple) or not isinstance(wish.offered, tuple):
        raise TypeError("no list")
