"""What falls due in a table, found by time: an index cut into shards, so that several can be worked off side by side.

An item that waits for its time carries two attributes, and is read from the table's `gsi1` by them:

| attribute | value |
| --- | --- |
| `gsi1pk` | `<name>#<shard>`; the shard is a hash of the item's id, so that no partition gets every write |
| `gsi1sk` | `<instant>#<id>`, or `<instant>#<id>#<attempts>` after attempts that failed |

Whoever changes the item writes both anew, or leaves them out when nothing is due any more.

Changing `SHARDS` moves entries to other partitions: before the first deployment that costs nothing; afterwards every
item with a due date has to be written once more (for a while, jobs would read the old shards as well).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from chalicelib.shared.clock import format_instant
from chalicelib.shared.dynamo import Table
from chalicelib.shared.paging import Position
from chalicelib.shared.shards import shard_of

SHARDS: Final = 8
"""How many parts of one index are worked off side by side."""

_PAGE: Final = 500
_FIRST_DELAY: Final = timedelta(minutes=10)
_MAX_DELAY: Final = timedelta(days=1)


class DueEntry(NamedTuple):
    """An item's place in the index: its four keys. Nothing else is read here, so that no item is unreadable."""

    pk: str
    sk: str
    gsi1pk: str
    gsi1sk: str

    @property
    def id(self) -> str:
        """The id of what is due: the partition key without its kind."""
        return self.pk.partition("#")[2] or self.pk

    @property
    def attempts(self) -> int:
        """How often acting on it has failed since it was last written."""
        counted = self.gsi1sk.split("#")[2:]
        return int(counted[0]) if counted else 0


def due_keys(item_id: str, at: str, name: str = "DUE") -> dict[str, str]:
    """Return the attributes that put an item into a table's index of due dates, due at an instant."""
    shard = shard_of(item_id, SHARDS)
    return {"gsi1pk": f"{name}#{shard}", "gsi1sk": f"{at}#{item_id}"}


class DueIndex:
    """One kind of due dates in a table. `name`: the word before the shard's number."""

    def __init__(self, table: Table, name: str = "DUE") -> None:
        self._table = table
        self._name = name

    def keys(self, item_id: str, at: str) -> dict[str, str]:
        """Return the attributes that put an item into the index, due at an instant."""
        return due_keys(item_id, at, self._name)

    def list_due(self, shard: int, until: str, after: Position | None) -> tuple[list[DueEntry], Position | None]:
        """Return a page of what is due until an instant, earliest first, and where to go on. One query."""
        start = None if after is None else dict(after)
        items, last = self._table.query_index(f"{self._name}#{shard}", until=f"{until}~", after=start, limit=_PAGE)
        return [DueEntry(*(item[name] for name in DueEntry._fields)) for item in items], last

    def postpone(self, entry: DueEntry, now: datetime, *, longer: bool) -> bool:
        """Move an item that failed to a later place; tell whether it was still where it was found.

        The delay doubles with each attempt, from ten minutes to a day; with `longer` false it stays ten minutes, for
        failures that are not the item's own. Only the place moves: the item keeps its version and its due dates, and
        whoever changes it next puts it where it belongs.
        """
        attempts = entry.attempts + longer
        delay = min(_FIRST_DELAY * 2 ** min(entry.attempts, 16), _MAX_DELAY) if longer else _FIRST_DELAY
        return self._table.update(
            (entry.pk, entry.sk),
            "SET gsi1sk = :later",
            condition="gsi1sk = :seen",
            values={
                ":later": f"{format_instant(now + delay)}#{entry.id}#{attempts}",
                ":seen": entry.gsi1sk,
            },
        )
