"""Figures from counts: average, distribution, bad rate, handled rate; nothing about groups that are too small."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.ratings.rating.rules import BAD_LEVELS, LEVELS

_STAFF_SHARDS: Final = 20
_SHARDS: Final = 64


@dataclass(frozen=True, slots=True)
class Summary:
    """Figures of one target. Rates and average are None below the smallest group that is shown."""

    average: float | None
    count: int
    distribution: Mapping[str, int | None]
    bad_rate: float | None
    handled_rate: float | None
    months: Mapping[str, Summary]


def shards_of(target: str) -> int:
    """Return over how many items a target's counters are spread, so that ratings at one moment do not collide.

    `python -m infra bench` simulates 100 ratings a second: 20 are enough for a target that is rated alone, as staff
    are; the three targets of a completed service, each of them busy, need 64.
    """
    return _STAFF_SHARDS if target.startswith("staff:") else _SHARDS


def names_of(created_at: str, level: int) -> list[str]:
    """Return the names of the counters that a rating adds one to."""
    month = created_at[:7].replace("-", "")
    return [f"l{level}", f"m{month}_{level}"]


def names_of_handled(created_at: str) -> list[str]:
    """Return the names of the counters that a handled bad rating adds one to."""
    return ["handled", f"m{created_at[:7].replace('-', '')}_handled"]


def add_up(shards: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Return the counters of every shard together."""
    total: dict[str, int] = {}
    for shard in shards:
        for name, value in shard.items():
            if _is_counter(name):
                total[name] = total.get(name, 0) + int(value)
    return total


def summarise(counts: Mapping[str, int], min_group: int) -> Summary:
    """Return the figures that counters stand for, by month as well."""
    months = sorted({name[1:7] for name in counts if name[0] == "m"})
    by_month = {
        f"{month[:4]}-{month[4:]}": _figures(counts, f"m{month}_", f"m{month}_handled", min_group, {})
        for month in months
    }
    return _figures(counts, "l", "handled", min_group, by_month)


def _figures(
    counts: Mapping[str, int], prefix: str, handled: str, min_group: int, months: Mapping[str, Summary]
) -> Summary:
    distribution = {str(level): counts.get(f"{prefix}{level}", 0) for level in LEVELS}
    count = sum(distribution.values())
    if count < min_group:
        hidden: dict[str, int | None] = dict.fromkeys(distribution, None if count else 0)
        return Summary(None, count, hidden, None, None, months)
    total = sum(level * distribution[str(level)] for level in LEVELS)
    bad = sum(distribution[str(level)] for level in BAD_LEVELS)
    return Summary(
        round(total / count, 2),
        count,
        distribution,
        round(bad / count, 4),
        round(counts.get(handled, 0) / bad, 4) if bad else None,
        months,
    )


def _is_counter(name: str) -> bool:
    return name == "handled" or (name[0] == "l" and name[1:].isdigit()) or (name[0] == "m" and name[1:7].isdigit())
