"""Narrowing a search: the filters, the index terms they stand for, and counting what they would leave."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Final, NamedTuple

FACETS: Final = ("theme", "department", "type", "audience", "channel", "region")
_LISTED: Final = frozenset({"theme", "audience", "channel"})
_REGION_LEVELS: Final = (2, 4, 6, 9, 12)  # GB/T 2260 and GB/T 10114: province, city, county, township, village

Counts = dict[str, list[tuple[str, int]]]


@dataclass(frozen=True, slots=True)
class Filters:
    """What to narrow a search by; None: any. A region code covers those below it (GB/T 2260 codes nest)."""

    theme: str | None = None
    department: str | None = None
    type: str | None = None
    audience: str | None = None
    channel: str | None = None
    region: str | None = None

    def terms(self) -> list[str]:
        """Return the index terms that an item must have, all of them."""
        given = ((field.name, getattr(self, field.name)) for field in fields(self))
        return [
            _term(name, _region_prefix(value) if name == "region" else value)
            for name, value in given
            if value is not None
        ]


class Values(NamedTuple):
    """What an item has under each facet. `themes`, `audiences`, `channels`: joined by commas."""

    themes: str
    department: str | None
    type: str | None
    audiences: str
    channels: str
    region: str | None


def terms_of(values: Values) -> Iterator[str]:
    """Yield the index terms of an item: one for each value, and for each region that it lies in."""
    for facet, value in zip(FACETS, values, strict=True):
        if not value:
            continue
        if facet == "region":
            levels = {_region_prefix(value), *(value[:level] for level in _REGION_LEVELS if level <= len(value))}
            yield from (_term("region", prefix) for prefix in sorted(levels))
        else:
            yield from (_term(facet, part) for part in (value.split(",") if facet in _LISTED else (value,)))


def count_facets(items: Iterable[Sequence[str | None]]) -> Counts:
    """Count the facets' values over items' `Values`, most frequent first."""
    counters: dict[str, Counter[str]] = {facet: Counter() for facet in FACETS}
    # Many items share all their values: count each combination once.
    for values, times in Counter(map(tuple, items)).items():
        for facet, value in zip(FACETS, values, strict=True):
            if value:
                for part in value.split(",") if facet in _LISTED else (value,):
                    counters[facet][part] += times
    return {
        facet: sorted(counter.items(), key=lambda counted: (-counted[1], counted[0]))
        for facet, counter in counters.items()
    }


def _region_prefix(code: str) -> str:
    """Return what all codes at or below a region begin with: 210200 → 2102, 210000 → 21."""
    if len(code) >= 6:  # noqa: PLR2004
        for level in _REGION_LEVELS:
            if not code[level:].strip("0"):
                return code[:level]
    return code


def _term(facet: str, value: str) -> str:
    # A digest: one token whatever a department is called, and nothing in it that the index could read as syntax.
    return "f" + hashlib.sha256(f"{facet}={value}".encode()).hexdigest()[:15]
