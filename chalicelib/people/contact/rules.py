"""How long a one-time code holds, how often it can be tried, and how many of them leave, as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Self

from chalicelib.shared.clock import format_instant
from chalicelib.shared.rule_files import read_rules


@dataclass(frozen=True, slots=True)
class Ceiling:
    """At most `count` in any span of `span`. What was used up is a list of instants, oldest first."""

    count: int
    span: timedelta

    @classmethod
    def of(cls, entry: dict[str, Any]) -> Self:
        """Return the ceiling that an entry of the rules describes."""
        return cls(entry["count"], timedelta(minutes=entry["minutes"]))

    def recent(self, used: Sequence[str], now: datetime) -> tuple[str, ...]:
        """Return those instants that still count."""
        since = format_instant(now - self.span)
        return tuple(one for one in used if one > since)

    def wait_seconds(self, used: Sequence[str], now: datetime) -> float | None:
        """Return after how many seconds one more is possible; None: now."""
        counting = self.recent(used, now)
        if len(counting) < self.count:
            return None
        freed = datetime.fromisoformat(counting[-self.count]) + self.span
        return (freed - now).total_seconds()


@dataclass(frozen=True, slots=True)
class ContactRules:
    """One version of the rules."""

    code_span: timedelta
    tries: int
    per_person: Ceiling
    per_number: Ceiling

    @classmethod
    @cache
    def load(cls) -> Self:
        """Return the rules that ship."""
        document = read_rules("contact")
        return cls(
            timedelta(minutes=document["code_minutes"]),
            document["tries"],
            Ceiling.of(document["texts_per_person"]),
            Ceiling.of(document["texts_per_number"]),
        )

    @property
    def code_minutes(self) -> int:
        """How long a code holds, in minutes."""
        return int(self.code_span / timedelta(minutes=1))
