"""Desks in DynamoDB, written in the transactions of what waits on them.

| access pattern | table or index | key condition |
| --- | --- | --- |
| where a thing stands: on one desk, or none | DesksTable | `pk = ITEM#<kind>#<id>`, `sk = DESK` |
| what waits on a desk, the first due before the others | gsi1 | `gsi1pk = DESK#<desk>`, between due dates |
| what of one kind waits there | gsi1 | `gsi1pk = DESK#<desk>#<kind>`, between due dates |
| what came new on a desk, newest first | DesksTable | `pk = ARRIVALS#<desk>`, `sk` by time, backwards |
| what of one kind came there | DesksTable | `pk = ARRIVALS#<desk>#<kind>`, `sk` by time, backwards |

A desk is `ORGANISATION#<id>`, `MEDIATOR#<pseudonym>`, `COURT#<id>`, `REVIEWER#ALL` or `SUPERVISOR#ALL`. A thing has one
key, whatever desk it stands on: moved to another, it is gone from the first. No item is written by two things.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from chalicelib.desk.model import Arrival, DeskItem, Wanted
from chalicelib.shared.aws import Clients
from chalicelib.shared.clock import format_instant
from chalicelib.shared.dynamo import Table
from chalicelib.shared.items import Item
from chalicelib.shared.paging import Position, Slice
from chalicelib.shared.records import from_item, to_item
from chalicelib.shared.transactions import Transaction, Write

ARRIVALS_KEPT: Final = timedelta(days=90)
"""How long it is said that something came on a desk."""

_PLACE: Final = ("pk", "sk", "gsi1pk", "gsi1sk")
_READ_PAST: Final = 1000


class DeskStore:
    """The desks."""

    def __init__(self, clients: Clients, table: str) -> None:
        self._table = Table(clients, table)

    def writes(self, before: Sequence[DeskItem], after: Sequence[DeskItem], at: str) -> list[Write]:
        """Return the writes that put on desks what waits after a change, and take away what waited before it.

        For the transaction of the change itself, which is held to the version that `before` was read at. `at`: its
        instant; what is new on a desk has come there then.
        """
        transaction, known = Transaction(), {one.key: one for one in before}
        for one in after:
            old = known.pop(one.key, None)
            if old == one:
                continue
            for row in _rows(one):
                transaction.put(self._table.name, row)
            if old is None or old.desk != one.desk:
                for row in _arrivals(one, at):
                    transaction.put(self._table.name, row)
        for kind, name in known:
            for sk in ("DESK", "KIND"):
                transaction.delete(self._table.name, {"pk": f"ITEM#{kind}#{name}", "sk": sk})
        return transaction.writes

    def list_items(self, wanted: Wanted, after: Position | None, limit: int) -> Slice[DeskItem]:
        """Return a page of what waits on a desk, the first due before the others. One query.

        What is hidden is read past in few reads: it is what is said of one person, and requests of the last minutes.
        """
        start = None if after is None else dict(after)
        found: list[Item] = []
        size = limit + 1
        while len(found) <= limit:
            rows, start = self._query(wanted, start, size)
            found.extend(row for row in rows if wanted.shows(row))
            if start is None:
                break
            size = _READ_PAST
        page = found[:limit]
        position = {name: page[-1][name] for name in _PLACE} if len(found) > limit else None
        return Slice([from_item(DeskItem, row) for row in page], position)

    def read_first(self, wanted: Wanted, most: int) -> tuple[list[DeskItem], bool]:
        """Return at most `most` of what waits on a desk, the first due; and whether there is more. One query."""
        rows, last = self._query(wanted, None, most)
        return [from_item(DeskItem, row) for row in rows if wanted.shows(row)], last is not None

    def find_item(self, kind: str, item_id: str) -> DeskItem | None:
        """Return a thing with the desk that it stands on, or None if it waits for nobody. One read."""
        item = self._table.find(f"ITEM#{kind}#{item_id}", "DESK")
        return None if item is None else from_item(DeskItem, item)

    def list_arrivals(self, wanted: Wanted, after: Position | None, limit: int) -> Slice[Arrival]:
        """Return a page of what came on a desk, newest first, whether or not it still waits there. One query.

        What is about the reader is left out, and what is no longer kept.
        """
        owner = wanted.desk if wanted.kind is None else f"{wanted.desk}#{wanted.kind}"
        start = None if after is None else dict(after)
        items, last = self._table.query(f"ARRIVALS#{owner}", after=start, limit=limit, newest_first=True)
        oldest = format_instant(datetime.fromisoformat(wanted.now) - ARRIVALS_KEPT)
        kept = [item for item in items if item["at"] > oldest]
        shown = [item for item in kept if item.get("about", "") != wanted.hidden_from]
        return Slice(
            [Arrival(item["at"], from_item(DeskItem, item)) for item in shown], last if kept == items else None
        )

    def _query(self, wanted: Wanted, start: Item | None, limit: int) -> tuple[list[Item], Item | None]:
        desk = wanted.desk if wanted.kind is None else f"{wanted.desk}#{wanted.kind}"
        until = None if wanted.due_until is None else f"{wanted.due_until}~"
        since = wanted.due_after or ""
        return self._table.query_index(f"DESK#{desk}", since=since, until=until, after=start, limit=limit)


def _rows(one: DeskItem) -> list[Item]:
    row = {"pk": f"ITEM#{one.kind}#{one.id}", **to_item(one), "gsi1sk": one.place}
    return [
        {**row, "sk": "DESK", "gsi1pk": f"DESK#{one.desk}"},
        {**row, "sk": "KIND", "gsi1pk": f"DESK#{one.desk}#{one.kind}"},
    ]


def _arrivals(one: DeskItem, at: str) -> list[Item]:
    ttl = int((datetime.fromisoformat(at) + ARRIVALS_KEPT).timestamp())
    row = {**to_item(one), "sk": f"{at}#{one.kind}#{one.id}", "at": at, "ttl": ttl}
    return [{**row, "pk": f"ARRIVALS#{one.desk}"}, {**row, "pk": f"ARRIVALS#{one.desk}#{one.kind}"}]
