"""The limits of booking, as data: grid, lead time, horizon, holds, shares."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, Final, Self

from chalicelib.shared.rule_files import RULES

_RULES: Final = RULES / "appointments.json"


@dataclass(frozen=True, slots=True)
class BookingRules:
    """One jurisdiction's rules; the last four are for a mediator who said nothing."""

    grid_minutes: int
    min_minutes: int
    max_minutes: int
    lead_hours: int
    horizon_days: int
    hold_hours: int
    max_open_per_case: int
    max_daily_per_person: int
    max_answers_per_party: int
    cancel_cutoff_hours: int
    check_in_minutes: int
    no_show_grace_minutes: int
    offer_hours: int
    max_offer_looks: int
    max_range_days: int
    reminder_hours: tuple[int, ...]
    weekly_hours: Mapping[str, list[list[str]]]
    modes: tuple[str, ...]
    daily_cap: int
    buffer_minutes: int

    @classmethod
    @cache
    def load(cls) -> Self:
        """Return the rules that ship; read once a process."""
        document: dict[str, Any] = json.loads(_RULES.read_text(encoding="utf-8"))
        values = {name: document[name] for name in cls.__dataclass_fields__}
        return cls(**{**values, "reminder_hours": tuple(values["reminder_hours"]), "modes": tuple(values["modes"])})

    @property
    def lead(self) -> timedelta:
        """How far ahead a session must be asked for."""
        return timedelta(hours=self.lead_hours)

    @property
    def horizon(self) -> timedelta:
        """How far ahead a session can be asked for."""
        return timedelta(days=self.horizon_days)
