"""A write of one item that meets a transaction at that item waits and tries again; nothing is lost, nothing breaks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.shared.aws import Clients
from chalicelib.shared.dynamo import Pauses, Table
from chalicelib.shared.errors import Unavailable

WRITES: dict[str, tuple[str, Callable[[Table], Any], Any]] = {
    "put_new": ("put_item", lambda table: table.put_new({"pk": "P", "sk": "S", "n": 1}), True),
    "update": (
        "update_item",
        lambda table: table.update(("P", "S"), "SET a = :a", condition="attribute_not_exists(pk)", values={":a": 1}),
        True,
    ),
    "add_to_set": ("update_item", lambda table: table.add_to_set(("P", "S"), "members", "x", ttl=1, at_most=5), 1),
}


def conflicting(clients: Clients, operation: str, times: int) -> None:
    client: Any = clients.dynamodb
    plain, left = getattr(client, operation), [times]

    def call(**request: Any) -> Any:
        if left[0]:
            left[0] -= 1
            refused: Any = {"Error": {"Code": "TransactionConflictException", "Message": "ongoing"}}
            raise client.exceptions.TransactionConflictException(refused, operation)
        return plain(**request)

    setattr(client, operation, call)


@pytest.mark.parametrize("name", WRITES)
def test_a_write_that_meets_a_transaction_is_sent_again(clients: Clients, table: str, name: str) -> None:
    operation, write, made = WRITES[name]
    waited: list[float] = []
    conflicting(clients, operation, 3)
    assert write(Table(clients, table, pauses=Pauses(waited.append, lambda: 1.0))) == made
    assert waited == [0.025, 0.05, 0.1]


@pytest.mark.parametrize("name", WRITES)
def test_a_write_that_meets_transactions_again_and_again_is_a_clean_refusal(
    clients: Clients, table: str, name: str
) -> None:
    operation, write, _ = WRITES[name]
    conflicting(clients, operation, 10)
    unchanged = Table(clients, table, pauses=Pauses(lambda _: None))
    with pytest.raises(Unavailable):
        write(unchanged)
    assert unchanged.find("P", "S") is None
