"""The line for slots that become free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Self

from chalicelib.shared.clock import SHANGHAI, parse_instant


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

    def is_older_than(self, seq: int, at: str) -> bool:
        """Tell whether the wish was made before the case's event `seq` at the instant `at`."""
        return self.case_seq < seq if self.case_seq else self.created_at < at

    def suits(self, start: str, minutes: int, mode: str) -> bool:
        """Tell whether a slot that became free is what the case waits for, and was not offered before."""
        day = parse_instant(start).astimezone(SHANGHAI).date()
        inside = date.fromisoformat(self.first_day) <= day <= date.fromisoformat(self.last_day)
        return inside and minutes >= self.minutes and mode in self.modes and start not in self.offered

    def to_item(self) -> dict[str, Any]:
        """Return the attributes of its item, without keys."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_item(cls, item: Mapping[str, Any]) -> Self:
        """Return the wish that an item holds."""
        known = {name: item[name] for name in cls.__dataclass_fields__ if name in item}
        return cls(**{**known, "modes": tuple(item["modes"]), "offered": tuple(item.get("offered", ()))})


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

    def to_item(self) -> dict[str, Any]:
        """Return the attributes of its item, without keys."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def from_item(cls, item: Mapping[str, Any]) -> Self:
        """Return the offer that an item holds."""
        return cls(**{name: item[name] for name in cls.__dataclass_fields__ if name in item})
