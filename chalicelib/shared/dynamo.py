"""One DynamoDB table as the stores read and fill it. Keys are `pk` and `sk`; transactions have a room of their own."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from chalicelib.shared.aws import Clients, unavailable_when_down
from chalicelib.shared.errors import Unavailable
from chalicelib.shared.items import Item, from_wire, to_wire

_FIRST_PAUSE_SECONDS: Final = 0.025
_MAX_PAUSE_SECONDS: Final = 0.4
_MAX_BATCH_ATTEMPTS: Final = 10
_MAX_WRITE_ATTEMPTS: Final = 5
_BATCH_WRITES: Final = 25
_BATCH_READS: Final = 100


class Pauses:
    """Random waits that grow (full jitter), so that those who collided do not collide again.

    See "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
    """

    def __init__(
        self, sleep: Callable[[float], None] = time.sleep, jitter: Callable[[], float] = random.random
    ) -> None:
        self._sleep = sleep
        self._jitter = jitter

    def pause(self, attempt: int) -> None:
        """Wait after the attempt with this number; the first one is 0."""
        self._sleep(self._jitter() * min(_FIRST_PAUSE_SECONDS * 2**attempt, _MAX_PAUSE_SECONDS))


def find_item(clients: Clients, table: str, key: Item, *, consistent: bool) -> Item | None:
    """Return one item of `table`, or None. One read."""
    with unavailable_when_down():
        reply = clients.dynamodb.get_item(TableName=table, Key=to_wire(key), ConsistentRead=consistent)
    found = reply.get("Item")
    return None if found is None else from_wire(found)


class Table:
    """One table."""

    def __init__(self, clients: Clients, name: str, *, pauses: Pauses | None = None) -> None:
        self._clients = clients
        self.name = name
        self._pauses = pauses or Pauses()

    def find(self, pk: str, sk: str, *, consistent: bool = True) -> Item | None:
        """Return one item, or None."""
        return find_item(self._clients, self.name, {"pk": pk, "sk": sk}, consistent=consistent)

    def find_many(self, keys: Sequence[tuple[str, str]], *, attributes: Sequence[str] = ()) -> Iterator[Item]:
        """Yield those of the items that exist, in no order, read consistently. `attributes`: only these."""
        request = {"ConsistentRead": True, **_projection(attributes)}
        for start in range(0, len(keys), _BATCH_READS):
            batch = [to_wire({"pk": pk, "sk": sk}) for pk, sk in keys[start : start + _BATCH_READS]]
            for unread in self._until_done({self.name: {**request, "Keys": batch}}):
                with unavailable_when_down():
                    reply = self._clients.dynamodb.batch_get_item(RequestItems=unread)
                yield from (from_wire(found) for found in reply["Responses"].get(self.name, []))
                unread.clear()
                unread.update(reply.get("UnprocessedKeys", {}))

    def list_partition(self, pk: str, *, prefix: str = "", attributes: Sequence[str] = ()) -> Iterator[Item]:
        """Yield every item of a partition whose `sk` begins with `prefix`, in its order, read consistently."""
        return self._every(_in_partition(pk, prefix) | _projection(attributes))

    def list_index(self, gsi1pk: str, *, since: str = "", until: str | None = None) -> Iterator[Item]:
        """Yield every item of a partition of index `gsi1` whose `gsi1sk` lies in a range, in its order."""
        return self._every(_in_index(gsi1pk, since, until))

    def query(
        self, pk: str, *, limit: int, prefix: str = "", after: Item | None = None, newest_first: bool = False
    ) -> tuple[list[Item], Item | None]:
        """Return a page of a partition: items whose `sk` begins with `prefix`, and the key to go on from.

        A page has `limit` items, the last one what is left; the key is None if nothing comes after it. What needs
        every item calls `list_partition`.
        """
        return self._page(_in_partition(pk, prefix), after, limit, newest_first=newest_first)

    def query_index(
        self,
        gsi1pk: str,
        *,
        limit: int,
        since: str = "",
        until: str | None = None,
        after: Item | None = None,
        newest_first: bool = False,
    ) -> tuple[list[Item], Item | None]:
        """Return a page of a partition of index `gsi1`, `gsi1sk` in a range; and the key to go on from, as `query`.

        The range may have moved on since the page before, as ranges from the present instant do.
        """
        if after is not None:  # DynamoDB refuses to go on from a key outside the range
            below, above = after["gsi1sk"] < since, until is not None and after["gsi1sk"] > until
            if (below and newest_first) or (above and not newest_first):
                return [], None
            after = None if below or above else after
        return self._page(_in_index(gsi1pk, since, until), after, limit, newest_first=newest_first)

    def _every(self, condition: dict[str, Any]) -> Iterator[Item]:
        after: Any = None
        while True:
            items, after = self._read(condition, after)
            yield from items
            if after is None:
                return

    def _page(
        self, condition: dict[str, Any], after: Item | None, limit: int, *, newest_first: bool
    ) -> tuple[list[Item], Item | None]:
        """Read one item more than the page has: whether there is another page cannot be told otherwise."""
        found: list[Item] = []
        start: Any = None if after is None else to_wire(after)
        while len(found) <= limit:
            wanted = {**condition, "ScanIndexForward": not newest_first, "Limit": limit + 1 - len(found)}
            items, start = self._read(wanted, start)
            found.extend(items)
            if start is None:  # else DynamoDB ended its answer at 1 MB, or the page is full
                break
        if len(found) <= limit:
            return found, None
        names = ("pk", "sk", "gsi1pk", "gsi1sk") if "IndexName" in condition else ("pk", "sk")
        return found[:limit], {name: found[limit - 1][name] for name in names}

    def _read(self, condition: dict[str, Any], start: Any) -> tuple[list[Item], Any]:
        """Send one Query; return its items, and in DynamoDB's form the key at which it ended before the end."""
        request: dict[str, Any] = {"TableName": self.name, **condition}
        if start is not None:
            request["ExclusiveStartKey"] = start
        with unavailable_when_down():
            reply = self._clients.dynamodb.query(**request)
        return [from_wire(found) for found in reply["Items"]], reply.get("LastEvaluatedKey")

    def put_new(self, item: Item) -> bool:
        """Write an item unless its key is taken; tell whether it was written."""
        client = self._clients.dynamodb
        wanted: Any = {"Item": to_wire(item), "ConditionExpression": "attribute_not_exists(pk)"}
        return self._write(lambda: client.put_item(TableName=self.name, **wanted)) is not None

    def add_to_set(self, key: tuple[str, str], attribute: str, member: str, *, ttl: int, at_most: int) -> int | None:
        """Put `member` into a set of strings; return how many it has. Doing it twice changes nothing.

        None, and nothing is changed, if it has `at_most` others already.
        """
        request: Any = {
            "TableName": self.name,
            "Key": to_wire({"pk": key[0], "sk": key[1]}),
            "UpdateExpression": "SET #ttl = :ttl ADD #set :one",
            "ConditionExpression": "attribute_not_exists(#set) OR size(#set) < :most OR contains(#set, :member)",
            "ReturnValues": "ALL_NEW",
            "ExpressionAttributeNames": {"#ttl": "ttl", "#set": attribute},
            "ExpressionAttributeValues": to_wire({":ttl": ttl, ":one": {member}, ":member": member, ":most": at_most}),
        }
        reply = self._write(lambda: self._clients.dynamodb.update_item(**request))
        return None if reply is None else len(reply["Attributes"][attribute]["SS"])

    def delete_many(self, keys: Sequence[tuple[str, str]]) -> None:
        """Remove items, 25 a call; what DynamoDB leaves over is sent again."""
        self._write_batches([{"DeleteRequest": {"Key": to_wire({"pk": pk, "sk": sk})}} for pk, sk in keys])

    def put_many(self, items: Sequence[Item]) -> None:
        """Write items unconditionally, 25 a call; what DynamoDB leaves over is sent again."""
        self._write_batches([{"PutRequest": {"Item": to_wire(item)}} for item in items])

    def _write_batches(self, requests: Sequence[Any]) -> None:
        for start in range(0, len(requests), _BATCH_WRITES):
            for unwritten in self._until_done({self.name: list(requests[start : start + _BATCH_WRITES])}):
                with unavailable_when_down():
                    reply = self._clients.dynamodb.batch_write_item(RequestItems=unwritten)
                unwritten.clear()
                unwritten.update(reply.get("UnprocessedItems", {}))

    def update(
        self,
        key: tuple[str, str],
        expression: str,
        *,
        condition: str,
        names: Mapping[str, str] | None = None,
        values: Item | None = None,
    ) -> bool:
        """Change one item if `condition` holds; tell whether it did."""
        request: dict[str, Any] = {
            "TableName": self.name,
            "Key": to_wire({"pk": key[0], "sk": key[1]}),
            "UpdateExpression": expression,
            "ConditionExpression": condition,
        }
        if names:
            request["ExpressionAttributeNames"] = dict(names)
        if values:
            request["ExpressionAttributeValues"] = to_wire(values)
        return self._write(lambda: self._clients.dynamodb.update_item(**request)) is not None

    def _write(self, call: Callable[[], Any]) -> Any | None:
        """Send a write of one item; return the reply, or None if its condition failed.

        One that meets a transaction at the same item is sent again after a random pause; `Unavailable` in the end.
        (DynamoDB refuses it with `TransactionConflictException`, which the SDK does not retry.)
        """
        refusals = self._clients.dynamodb.exceptions
        for attempt in range(_MAX_WRITE_ATTEMPTS):
            with unavailable_when_down():
                try:
                    return call()
                except refusals.ConditionalCheckFailedException:
                    return None
                except refusals.TransactionConflictException:
                    pass
            if attempt + 1 < _MAX_WRITE_ATTEMPTS:
                self._pauses.pause(attempt)
        raise Unavailable

    def _until_done(self, requests: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the requests that are still open until the caller has emptied them; raise `Unavailable`."""
        for attempt in range(_MAX_BATCH_ATTEMPTS):
            yield requests
            if not requests:
                return
            self._pauses.pause(attempt)
        raise Unavailable


def _projection(attributes: Sequence[str]) -> dict[str, Any]:
    if not attributes:
        return {}
    names = {f"#a{n}": name for n, name in enumerate(attributes)}
    return {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}


def _in_partition(pk: str, prefix: str) -> dict[str, Any]:
    condition, values = "pk = :pk", {":pk": pk}
    if prefix:
        condition, values = "pk = :pk AND begins_with(sk, :prefix)", {":pk": pk, ":prefix": prefix}
    return {
        "ConsistentRead": True,
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": to_wire(values),
    }


def _in_index(gsi1pk: str, since: str, until: str | None) -> dict[str, Any]:
    condition, values = "gsi1pk = :pk", {":pk": gsi1pk}
    if since and until is not None:
        condition, values = (
            f"{condition} AND gsi1sk BETWEEN :since AND :until",
            {**values, ":since": since, ":until": until},
        )
    elif since:
        condition, values = f"{condition} AND gsi1sk >= :since", {**values, ":since": since}
    elif until is not None:
        condition, values = f"{condition} AND gsi1sk <= :until", {**values, ":until": until}
    return {
        "IndexName": "gsi1",
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": to_wire(values),
    }
