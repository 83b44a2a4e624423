"""Notices in DynamoDB.

| access pattern | table | key condition |
| --- | --- | --- |
| a person's notices, newest first | NoticesTable | `pk = PERSON#<pseudonym>`, `sk` begins with `NOTICE#`, backwards |
| how a person wants to be told | NoticesTable | `pk = PERSON#<pseudonym>`, `sk = PREFERENCES` |
| one notice | NoticesTable | `pk = PERSON#<pseudonym>`, `sk = NOTICE#<id>` |
"""

from __future__ import annotations

from typing import Any, Final

from chalicelib.notices.model import Notice, Preferences, expires_at
from chalicelib.shared.aws import Clients
from chalicelib.shared.dynamo import Table
from chalicelib.shared.errors import NotFound
from chalicelib.shared.idempotency import Idempotency
from chalicelib.shared.items import Item
from chalicelib.shared.paging import Position, Slice
from chalicelib.shared.records import from_item, to_item
from chalicelib.shared.transactions import Committer, Transaction

_PREFIX: Final = "NOTICE#"


class NoticeStore:
    """The inbox."""

    def __init__(self, clients: Clients, table: str, committer: Committer) -> None:
        self._table = Table(clients, table)
        self._committer = committer

    def add(self, notice: Notice) -> Notice:
        """Write the notice unless it is there; return it as it is there."""
        key = _key(notice.person, notice.id)
        if self._table.put_new({**key, **to_item(notice), "ttl": expires_at(notice.at)}):
            return notice
        return self.find_notice(notice.person, notice.id) or notice

    def mark_sent(self, notice: Notice, state: str, at: str) -> None:
        """Note what became of the message, unless that is known."""
        self._table.update(
            (f"PERSON#{notice.person}", _PREFIX + notice.id),
            "SET sent = :state, sent_at = :at",
            condition="sent = :pending",
            values={":state": state, ":at": at, ":pending": "pending"},
        )

    def find_notice(self, person: str, notice_id: str) -> Notice | None:
        """Return one notice, or None. One read."""
        item = self._table.find(f"PERSON#{person}", _PREFIX + notice_id)
        return None if item is None else from_item(Notice, item)

    def mark_read(self, notice: Notice, *, idempotency: Idempotency, result: Any) -> None:
        """Write when the notice was read first."""
        transaction = Transaction()
        transaction.update(
            self._table.name,
            _key(notice.person, notice.id),
            "SET read_at = if_not_exists(read_at, :at)",
            condition="attribute_exists(pk)",
            refusal=lambda _: NotFound(),
            values={":at": notice.read_at},
        )
        self._committer.commit(transaction, idempotency=idempotency, result=result)

    def list_notices(self, person: str, after: Position | None, limit: int) -> Slice[Notice]:
        """Return a page of notices, newest first. One read."""
        start = None if after is None else _key(person, str(after["id"]))
        items, last = self._table.query(f"PERSON#{person}", prefix=_PREFIX, after=start, limit=limit, newest_first=True)
        position = None if last is None else {"id": last["sk"].removeprefix(_PREFIX)}
        return Slice([from_item(Notice, item) for item in items], position)

    def find_preferences(self, person: str) -> Preferences | None:
        """Return how the person wants to be told, or None. One read."""
        item = self._table.find(f"PERSON#{person}", "PREFERENCES")
        return None if item is None else from_item(Preferences, item)

    def put_preferences(self, person: str, preferences: Preferences) -> None:
        """Keep how the person wants to be told."""
        self._table.put_many([{"pk": f"PERSON#{person}", "sk": "PREFERENCES", **to_item(preferences)}])

    def remove(self, notice: Notice) -> None:
        """Remove a notice."""
        self._table.delete_many([(f"PERSON#{notice.person}", _PREFIX + notice.id)])

    def delete_all(self, person: str) -> int:
        """Remove a person's notices and preferences; return how many items that was."""
        keys = [
            (item["pk"], item["sk"]) for item in self._table.list_partition(f"PERSON#{person}", attributes=("pk", "sk"))
        ]
        self._table.delete_many(keys)
        return len(keys)


def _key(person: str, notice_id: str) -> Item:
    return {"pk": f"PERSON#{person}", "sk": _PREFIX + notice_id}
