"""DynamoDB's operations on tables in memory: those that the app calls, with the refusals of the real service."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from botocore.exceptions import ClientError

from infra.simulate.engine.expressions import BadExpression, Bound, compile_condition, placeholders
from infra.simulate.engine.tables import PAGE_ITEMS, Change, Item, Key, MemoryTable
from infra.simulate.engine.updates import compile_update

MAX_TRANSACTION: Final = 100
_HASH: Final = re.compile(r"(\w+) = (:\w+)")
_EXPRESSIONS: Final = ("ConditionExpression", "UpdateExpression", "KeyConditionExpression", "ProjectionExpression")

Observer = Callable[[Sequence[Change]], None]
"""Is told of the changes of one call, after it has been made."""


class ConditionalCheckFailedException(ClientError):
    """The condition of a single write failed."""


class TransactionCanceledException(ClientError):
    """A transaction was not made; `CancellationReasons` says why, write by write."""


class TransactionConflictException(ClientError):
    """A single write met a transaction at the same item."""


class ProvisionedThroughputExceededException(ClientError):
    """The table is asked for too much just now."""


class ResourceNotFoundException(ClientError):
    """There is no such table."""


def refused(
    kind: type[ClientError], operation: str, *, status: int = 400, message: str = "", **more: Any
) -> ClientError:
    """Return an error as the SDK would raise it."""
    return refused_with(kind, kind.__name__, operation, status=status, message=message, **more)


def refused_with(
    kind: type[ClientError], code: str, operation: str, *, status: int = 400, message: str = "", **more: Any
) -> ClientError:
    """Return an error of a code of its own."""
    answer: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}, **more}
    return kind(answer, operation)


class MemoryDynamoDb:
    """The service: what a call does, done at once. `observe` hears of every change."""

    def __init__(self, tables: Mapping[str, MemoryTable]) -> None:
        self.tables = dict(tables)
        self.observe: Observer = lambda _: None
        self.lag: Callable[[], int] = lambda: 0
        self.in_transactions: set[tuple[str, str, str]] = set()
        self._tokens: dict[str, str] = {}

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Make one call; raise a `ClientError` as the SDK does."""
        try:
            answer: dict[str, Any] = getattr(self, f"_{operation}")(request)
        except BadExpression as bad:
            raise refused_with(ClientError, "ValidationException", operation, message=str(bad)) from bad
        return answer

    def table(self, name: str) -> MemoryTable:
        """Return a table; raise `ResourceNotFoundException`."""
        if name not in self.tables:
            raise refused(ResourceNotFoundException, "DescribeTable", message=name)
        return self.tables[name]

    def may_conflict(self, operation: str, request: Mapping[str, Any]) -> bool:
        """Tell whether a call can meet a transaction: a single write can at items that transactions write too."""
        if operation == "transact_write_items":
            return True
        attributes = request.get("Item") or request.get("Key") or {}
        return (request["TableName"], *_key(attributes)) in self.in_transactions

    def _describe_table(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return {"Table": {"TableName": self.table(request["TableName"]).name, "TableStatus": "ACTIVE"}}

    def _get_item(self, request: Mapping[str, Any]) -> dict[str, Any]:
        _check_placeholders(request)
        found = self.table(request["TableName"]).find(_key(request["Key"]))
        return {} if found is None else {"Item": _project(found, request)}

    def _batch_get_item(self, request: Mapping[str, Any]) -> dict[str, Any]:
        responses = {}
        for name, wanted in request["RequestItems"].items():
            _check_placeholders(wanted)
            keys = [_key(key) for key in wanted["Keys"]]
            if len(keys) > MAX_TRANSACTION or len(set(keys)) < len(keys):
                raise BadExpression("too many keys, or one twice")
            found = [self.table(name).find(key) for key in keys]
            responses[name] = [_project(item, wanted) for item in found if item is not None]
        return {"Responses": responses, "UnprocessedKeys": {}}

    def _query(self, request: Mapping[str, Any]) -> dict[str, Any]:
        _check_placeholders(request)
        table = self.table(request["TableName"])
        text = request["KeyConditionExpression"]
        first = _HASH.match(text)
        if first is None:
            raise BadExpression("a query names its partition first")
        pk = request["ExpressionAttributeValues"][first[2]]["S"]
        if "IndexName" in request:
            if request.get("ConsistentRead"):
                raise BadExpression("an index is not read consistently")
            table.catch_up(self.lag())
            items = table.index_partition(pk)
            order = (*((table.index.range_key,) if table.index else ()), "pk", "sk")
        else:
            items, order = table.partition(pk), ("sk", "pk")
        if not request.get("ScanIndexForward", True):
            items = items[::-1]
        start = request.get("ExclusiveStartKey")
        if start is not None:
            place = tuple(start[name]["S"] for name in order)
            forward = request.get("ScanIndexForward", True)
            items = [one for one in items if _after(tuple(one[name]["S"] for name in order), place, forward=forward)]
        test, names = compile_condition(text), request.get("ExpressionAttributeNames", {})
        values = request["ExpressionAttributeValues"]
        found = [item for item in items if test(Bound(item, names, values))]
        limit = min(request.get("Limit", PAGE_ITEMS), PAGE_ITEMS)
        page = found[:limit]
        answer: dict[str, Any] = {"Items": [_project(item, request) for item in page], "Count": len(page)}
        if page and (len(found) > limit or len(page) == request.get("Limit")):
            keys = set(order)
            if "IndexName" in request and table.index is not None:
                keys.add(table.index.hash_key)
            answer["LastEvaluatedKey"] = {name: page[-1][name] for name in keys}
        return answer

    def _put_item(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return self._alone("Put", request)

    def _update_item(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return self._alone("Update", request)

    def _delete_item(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return self._alone("Delete", request)

    def _alone(self, kind: str, request: Mapping[str, Any]) -> dict[str, Any]:
        made = self._decide(kind, request)
        if made is None:
            more = {}
            if request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD":
                more = _present(self.table(request["TableName"]).find(_key_of(kind, request)))
            raise refused(ConditionalCheckFailedException, kind, message="The conditional request failed", **more)
        self._make([(request["TableName"], *made)])
        return {"Attributes": made[1]} if request.get("ReturnValues") == "ALL_NEW" and made[1] is not None else {}

    def _batch_write_item(self, request: Mapping[str, Any]) -> dict[str, Any]:
        writes: list[tuple[str, Key, Item | None]] = []
        for name, wanted in request["RequestItems"].items():
            for one in wanted:
                ((kind, inner),) = one.items()
                item = inner["Item"] if kind == "PutRequest" else None
                writes.append((name, _key(inner["Key"] if item is None else item), item))
        if len(writes) > 25 or len({write[:2] for write in writes}) < len(writes):
            raise BadExpression("too many writes, or one item twice")
        self._make(writes)
        return {"UnprocessedItems": {}}

    def _transact_write_items(self, request: Mapping[str, Any]) -> dict[str, Any]:
        token = request.get("ClientRequestToken")
        digest = json.dumps(request["TransactItems"], sort_keys=True, default=lambda value: value.hex())
        if token is not None and token in self._tokens:
            if self._tokens[token] != digest:
                raise refused_with(ClientError, "IdempotentParameterMismatchException", "TransactWriteItems")
            return {}  # made before: within ten minutes, a token makes nothing twice
        items = [next(iter(one.items())) for one in request["TransactItems"]]
        keys = [(write["TableName"], *_key_of(kind, write)) for kind, write in items]
        if len(items) > MAX_TRANSACTION or len(set(keys)) < len(keys):
            raise BadExpression("a transaction takes 100 writes, and no item twice")
        self.in_transactions.update(keys)
        made = [self._decide(kind, write) for kind, write in items]
        if None in made:
            raise cancelled([_reason(self, kind, write, one) for (kind, write), one in zip(items, made, strict=True)])
        writes = [
            (write["TableName"], *one)
            for (kind, write), one in zip(items, made, strict=True)
            if one is not None and kind != "ConditionCheck"
        ]
        self._make(writes)
        if token is not None:
            self._tokens[token] = digest
        return {}

    def _decide(self, kind: str, request: Mapping[str, Any]) -> tuple[Key, Item | None] | None:
        """Return key and new item of a write, or None if its condition fails."""
        _check_placeholders(request)
        table, key = self.table(request["TableName"]), _key_of(kind, request)
        old = table.find(key)
        names, values = request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {})
        condition = request.get("ConditionExpression")
        if condition is not None and not compile_condition(condition)(Bound(old or {}, names, values)):
            return None
        if kind == "Put":
            return key, _checked(request["Item"])
        if kind == "Update":
            base = old if old is not None else dict(request["Key"])
            return key, _checked(compile_update(request["UpdateExpression"])(Bound(base, names, values)))
        return key, old if kind == "ConditionCheck" else None

    def _make(self, writes: Sequence[tuple[str, Key, Item | None]]) -> None:
        before = {name: len(self.tables[name].changes) for name, _, _ in writes}
        # In the order of keys: which write of a transaction stands first in a stream is nobody's promise.
        for name, key, item in sorted(writes, key=lambda write: (write[0], write[1])):
            self.tables[name].write(key, item)
        self.observe([change for name in sorted(before) for change in self.tables[name].changes[before[name] :]])


def cancelled(reasons: Sequence[Mapping[str, Any]]) -> ClientError:
    """Return the error of a transaction that was not made."""
    said = ", ".join(reason["Code"] for reason in reasons)
    return refused(
        TransactionCanceledException,
        "TransactWriteItems",
        message=f"Transaction cancelled, please refer cancellation reasons for specific reasons [{said}]",
        CancellationReasons=list(reasons),
    )


def _reason(engine: MemoryDynamoDb, kind: str, write: Mapping[str, Any], made: Any) -> dict[str, Any]:
    if made is not None:
        return {"Code": "None"}
    reason: dict[str, Any] = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
    if write.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD":
        reason |= _present(engine.table(write["TableName"]).find(_key_of(kind, write)))
    return reason


def _present(item: Item | None) -> dict[str, Any]:
    return {} if item is None else {"Item": item}


def _key(attributes: Mapping[str, Any]) -> Key:
    pk, sk = attributes["pk"]["S"], attributes["sk"]["S"]
    if not pk or not sk or len(pk.encode()) > 2048 or len(sk.encode()) > 1024:
        raise BadExpression("a key is empty or too long")
    return pk, sk


def _key_of(kind: str, request: Mapping[str, Any]) -> Key:
    return _key(request["Item"] if kind == "Put" else request["Key"])


def _checked(item: Item) -> Item:
    for name in ("gsi1pk", "gsi1sk"):
        if name in item and not item[name].get("S"):
            raise BadExpression(f"{name} is no key")
    return item


def _after(one: tuple[str, ...], place: tuple[str, ...], *, forward: bool) -> bool:
    return one > place if forward else one < place


def _project(item: Item, request: Mapping[str, Any]) -> Item:
    text = request.get("ProjectionExpression")
    if text is None:
        return dict(item)
    bound = Bound(item, request.get("ExpressionAttributeNames", {}), {})
    wanted = {bound.name(word.strip()) for word in text.split(",")}
    return {name: value for name, value in item.items() if name in wanted}


def _check_placeholders(request: Mapping[str, Any]) -> None:
    given = {*request.get("ExpressionAttributeNames", ()), *request.get("ExpressionAttributeValues", ())}
    if not given:
        return
    used: set[str] = set()
    for name in _EXPRESSIONS:
        if name in request:
            used |= _placeholders(request[name])
    if given - used:
        raise BadExpression(f"given and not used: {sorted(given - used)}")


_KNOWN: Final[dict[str, set[str]]] = {}


def _placeholders(text: str) -> set[str]:
    found = _KNOWN.get(text)
    if found is None:
        found = _KNOWN[text] = placeholders(text)
    return found
