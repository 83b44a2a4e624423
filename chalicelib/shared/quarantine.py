"""Events that could not be handled, kept with the reason until they are sent again. Ids and codes only.

| access pattern | table | key condition |
| --- | --- | --- |
| everything in quarantine | AuditTable | `pk = QUARANTINE#<shard>`, by `sk = <case code>#<seq>#<consumer>` |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from chalicelib.shared.aws import Clients
from chalicelib.shared.dynamo import Table
from chalicelib.shared.records import from_item, to_item
from chalicelib.shared.shards import shard_of

READING: Final = "reading"
"""Stands in the place of the consumer for a record that could not be read."""

SHARDS: Final = 4


@dataclass(frozen=True, slots=True)
class SetAside:
    """An event and the consumer that failed on it. `reason`: the class of the exception; `attempts`: failed so far.

    `at`: when it happened; `event`: its name, empty if it could not be read. A record without a key of ours has the
    stream's own id for `code`, and `seq` 0.
    """

    code: str
    seq: int
    consumer: str
    event: str
    at: str
    reason: str
    set_aside_at: str
    attempts: int = 1


class QuarantineStore:
    """The quarantine of the relay."""

    def __init__(self, clients: Clients, table: str) -> None:
        self._table = Table(clients, table)

    def add(self, one: SetAside) -> None:
        """Keep an event; if it is there already, count the attempt and keep the newest reason."""
        pk, sk = _key(one)
        if not self._table.put_new({"pk": pk, "sk": sk, **to_item(one)}):
            self._table.update(
                (pk, sk),
                "SET reason = :reason, set_aside_at = :at ADD attempts :one",
                condition="attribute_exists(pk)",
                values={":reason": one.reason, ":at": one.set_aside_at, ":one": 1},
            )

    def list_all(self) -> list[SetAside]:
        """Return everything in quarantine, by the time at which it happened. One query a shard."""
        found = [
            from_item(SetAside, item)
            for shard in range(SHARDS)
            for item in self._table.list_partition(f"QUARANTINE#{shard}")
        ]
        return sorted(found, key=lambda one: (one.at, one.code, one.seq, one.consumer))

    def remove(self, done: Sequence[SetAside]) -> None:
        """Forget events that were handled."""
        self._table.delete_many([_key(one) for one in done])


def _key(one: SetAside) -> tuple[str, str]:
    shard = shard_of(one.code, SHARDS)
    return f"QUARANTINE#{shard}", f"{one.code}#{one.seq:06d}#{one.consumer}"
