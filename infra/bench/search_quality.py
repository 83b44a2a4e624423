"""How good the search is: the share of labelled queries whose right answer comes first, or among the first five."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from chalicelib.catalogue.filters import Filters
from chalicelib.catalogue.search import Snapshot


class Label(NamedTuple):
    """A query, what kind of query it is, and the codes of the items that answer it."""

    query: str
    kind: str
    codes: frozenset[str]


class Miss(NamedTuple):
    """A query whose answer did not come first, and what came instead."""

    label: Label
    place: int | None
    found: list[str]


class Quality(NamedTuple):
    """Shares from 0 to 1, over all queries and by kind, and what was missed."""

    asked: int
    hit_at_1: float
    hit_at_5: float
    by_kind: dict[str, tuple[int, float, float]]
    misses: list[Miss]


def read_labels(path: Path) -> list[Label]:
    """Read a file of labels: query, kind, codes joined by `|`."""
    with path.open(encoding="utf-8", newline="") as lines:
        return [Label(row["query"], row["kind"], frozenset(row["codes"].split("|"))) for row in csv.DictReader(lines)]


def evaluate(snapshot: Snapshot, labels: Iterable[Label]) -> Quality:
    """Ask every query, and count."""
    places: list[tuple[Label, int | None]] = []
    misses: list[Miss] = []
    for label in labels:
        hits = snapshot.search(label.query, Filters(), limit=5, offset=0).hits
        codes = [hit.summary["code"] for hit in hits]
        place = next((n for n, code in enumerate(codes, start=1) if code in label.codes), None)
        places.append((label, place))
        if place != 1:
            misses.append(Miss(label, place, [hit.summary["name"] for hit in hits]))
    by_kind = {
        kind: _shares([place for label, place in places if label.kind == kind])
        for kind in sorted({label.kind for label, _ in places})
    }
    count, first, five = _shares([place for _, place in places])
    return Quality(count, first, five, by_kind, misses)


def describe(name: str, quality: Quality) -> Iterator[str]:
    """Yield the lines of a report."""
    yield f"{name}: {quality.asked} queries, hit@1 {quality.hit_at_1:.1%}, hit@5 {quality.hit_at_5:.1%}"
    for kind, (count, first, five) in quality.by_kind.items():
        yield f"  {kind:<14} {count:>4}   hit@1 {first:6.1%}   hit@5 {five:6.1%}"


def _shares(places: list[int | None]) -> tuple[int, float, float]:
    count = len(places)
    if not count:
        return 0, 0.0, 0.0
    return count, sum(place == 1 for place in places) / count, sum(place is not None for place in places) / count
