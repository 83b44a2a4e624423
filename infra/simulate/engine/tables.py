"""Tables in memory: items by key, one index each, a list of changes. Whatever is done is done at one instant."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Item = dict[str, Any]
Key = tuple[str, str]

PAGE_ITEMS: Final = 60
"""After how many items a query says "1 MB": real items of some size fill a page no later."""


@dataclass(frozen=True, slots=True)
class Change:
    """One record of a table's stream. `old`, `new`: the item in wire form, None if absent; `seq` counts from 1."""

    seq: int
    table: str
    key: Key
    old: Item | None
    new: Item | None

    @property
    def kind(self) -> str:
        """`INSERT`, `MODIFY` or `REMOVE`."""
        if self.old is None:
            return "INSERT"
        return "REMOVE" if self.new is None else "MODIFY"


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index on `hash_key` and `range_key`. `projected`: None for every attribute."""

    name: str
    hash_key: str
    range_key: str
    projected: frozenset[str] | None


@dataclass
class MemoryTable:
    """One table with keys `pk` and `sk`, as a template's properties describe it."""

    name: str
    index: Index | None
    ttl: str | None
    items: dict[str, dict[str, Item]] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    indexed: dict[str, dict[Key, Item]] = field(default_factory=dict)
    unindexed: deque[tuple[Item | None, Item | None]] = field(default_factory=deque)
    last_seq: int = 0

    @classmethod
    def of(cls, name: str, properties: Mapping[str, Any]) -> MemoryTable:
        """Return the empty table that CloudFormation would make of `properties`."""
        keys = [one["AttributeName"] for one in properties["KeySchema"]]
        if keys != ["pk", "sk"]:
            raise ValueError(f"{name} has other keys than pk and sk: {keys}")
        index = None
        for one in properties.get("GlobalSecondaryIndexes", ()):
            hash_key, range_key = (key["AttributeName"] for key in one["KeySchema"])
            projection = one["Projection"]
            projected = None
            if projection["ProjectionType"] == "INCLUDE":
                projected = frozenset({"pk", "sk", hash_key, range_key, *projection["NonKeyAttributes"]})
            index = Index(one["IndexName"], hash_key, range_key, projected)
        ttl = properties.get("TimeToLiveSpecification", {}).get("AttributeName")
        return cls(name, index, ttl)

    def find(self, key: Key) -> Item | None:
        """Return an item as it is now, or None."""
        return self.items.get(key[0], {}).get(key[1])

    def every(self) -> Iterator[Item]:
        """Yield every item, in the order of keys."""
        for pk in sorted(self.items):
            for sk in sorted(self.items[pk]):
                yield self.items[pk][sk]

    def write(self, key: Key, new: Item | None) -> None:
        """Put an item in its place, or remove it (None)."""
        partition = self.items.setdefault(key[0], {})
        old = partition.get(key[1])
        if old == new:
            return
        if new is None:
            del partition[key[1]]
            if not partition:
                del self.items[key[0]]
        else:
            partition[key[1]] = new
        if self.index is not None:
            self.unindexed.append((old, new))
        self.last_seq += 1
        self.changes.append(Change(self.last_seq, self.name, key, old, new))

    def catch_up(self, behind: int = 0) -> None:
        """Bring the index up to the table, but for the last `behind` writes."""
        while len(self.unindexed) > behind:
            old, new = self.unindexed.popleft()
            for item, present in ((old, False), (new, True)):
                place = None if item is None else self._place(item)
                if item is None or place is None:
                    continue
                entries = self.indexed.setdefault(place, {})
                key = (item["pk"]["S"], item["sk"]["S"])
                if present:
                    entries[key] = self._projected(item)
                else:
                    entries.pop(key, None)

    def partition(self, pk: str) -> list[Item]:
        """Return the items of a partition, by `sk`."""
        found = self.items.get(pk, {})
        return [found[sk] for sk in sorted(found)]

    def index_partition(self, pk: str) -> list[Item]:
        """Return the index entries of a partition, by its range key."""
        index = self.index
        if index is None:
            raise LookupError(f"{self.name} has no index")
        return sorted(
            self.indexed.get(pk, {}).values(),
            key=lambda item: (item[index.range_key]["S"], item["pk"]["S"], item["sk"]["S"]),
        )

    def sweep(self, now: float, chosen: Callable[[], bool]) -> int:
        """Remove items whose time to live is over, as far as the service has come; return how many."""
        if self.ttl is None:
            return 0
        over = [
            (item["pk"]["S"], item["sk"]["S"])
            for item in self.every()
            if self.ttl in item and float(item[self.ttl]["N"]) < now and chosen()
        ]
        for key in over:
            self.write(key, None)
        return len(over)

    def _place(self, item: Item) -> str | None:
        index = self.index
        if index is None or index.hash_key not in item or index.range_key not in item:
            return None
        return str(item[index.hash_key]["S"])

    def _projected(self, item: Item) -> Item:
        projected = None if self.index is None else self.index.projected
        return item if projected is None else {name: value for name, value in item.items() if name in projected}


def tables_of(template: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, MemoryTable]:
    """Return the empty tables of a template. `names`: a table's own name by its logical id."""
    return {
        names.get(logical, logical): MemoryTable.of(names.get(logical, logical), resource["Properties"])
        for logical, resource in template["Resources"].items()
        if resource.get("Type") == "AWS::DynamoDB::Table"
    }


def size_of(item: Mapping[str, Any]) -> int:
    """Return about how many bytes an item has."""
    return len(json.dumps(item, default=lambda value: "x" * len(value), ensure_ascii=False))
