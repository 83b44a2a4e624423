"""Transactions on moto without copying whole tables.

moto copies the table of every write of a transaction, item by item, to be able to take the transaction back (moto
5.2, `dynamodb/models/__init__.py`, `transact_write_items`): with a few hundred cases, a booking took seconds. Here
each table is copied once a transaction, and deeply only where the transaction writes.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch


@contextmanager
def cheap_transactions() -> Iterator[None]:
    """Have moto back up only what a transaction may change."""
    from moto.dynamodb.models import DynamoDBBackend, Table
    from moto.dynamodb.models.dynamo_type import DynamoType

    plain = DynamoDBBackend.transact_write_items

    def transact(backend: Any, transact_items: list[dict[str, Any]]) -> None:
        touched: dict[str, set[Any]] = defaultdict(set)
        for item in transact_items:
            ((kind, write),) = item.items()
            table = backend.tables.get(write.get("TableName"))
            if table is not None:
                attributes = write["Item"] if kind == "Put" else write["Key"]
                touched[table.name].add(DynamoType(attributes[table.hash_key_attr]))
        taken: dict[str, Any] = {}

        def snapshot(table: Any, memo: Any) -> Any:
            if table.name not in taken:
                taken[table.name] = _copy(table, touched[table.name], memo)
            return taken[table.name]

        with patch.object(Table, "__deepcopy__", snapshot, create=True):
            plain(backend, transact_items)

    with patch.object(DynamoDBBackend, "transact_write_items", transact):
        yield


def _copy(table: Any, partitions: set[Any], memo: Any) -> Any:
    copied = copy.copy(table)
    copied.items = defaultdict(dict, table.items)
    for partition in partitions & set(table.items):
        copied.items[partition] = copy.deepcopy(table.items[partition], memo)
    if table.stream_shard is not None:
        copied.stream_shard = copy.copy(table.stream_shard)
        copied.stream_shard.items = list(table.stream_shard.items)
        copied.stream_shard.table = copied
    return copied
