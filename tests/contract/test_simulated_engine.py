"""The simulator's DynamoDB answers what real engines answer, call by call, to the calls of a whole story."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Mapping
from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError

from chalicelib.shared.aws import Clients
from infra.local.moto_speed import cheap_transactions
from infra.local.stack import read_template
from infra.simulate.city import _table_names
from infra.simulate.engine.dynamodb import MemoryDynamoDb
from infra.simulate.engine.expressions import BadExpression, Bound, compile_condition
from infra.simulate.engine.faults import Weather
from infra.simulate.engine.tables import PAGE_ITEMS
from infra.simulate.engine.updates import compile_update
from infra.simulate.run import simulate

KEYS = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
Call = tuple[str, dict[str, Any], Any]


def calls_of(seed: int, steps: int) -> list[Call]:
    """Every call of a calm story, with what the simulator's engine answered."""
    found: list[Call] = []
    plain = MemoryDynamoDb.call

    def call(engine: MemoryDynamoDb, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        asked = copy.deepcopy(dict(request))
        try:
            answer = plain(engine, operation, request)
        except ClientError as refused:
            found.append((operation, asked, refused))
            raise
        found.append((operation, asked, copy.deepcopy(answer)))
        return answer

    with patch.object(MemoryDynamoDb, "call", call):
        simulate(seed, steps, weather=Weather(crowded=True, settled_cases=4, redelivered=0.3))
    return found


def test_a_whole_story_gets_the_same_answers(clients: Clients) -> None:
    suffix = uuid.uuid4().hex
    for logical, name in _table_names().items():
        properties = read_template()["Resources"][logical]["Properties"]
        wanted = {key: properties[key] for key in KEYS if key in properties}
        clients.dynamodb.create_table(TableName=name + suffix, **wanted)
    compared = set()
    for number, (operation, request, expected) in enumerate(calls_of(21, 40)[:500]):
        with cheap_transactions():
            answer = _asked(clients, operation, _renamed(request, suffix))
        if not isinstance(expected, dict) or len(expected.get("Items", ())) < PAGE_ITEMS:
            assert _shown(answer, suffix) == _shown(expected, ""), (number, operation, request)
        compared.add(operation)
    assert compared >= {"get_item", "query", "put_item", "update_item", "transact_write_items", "batch_write_item"}


def _asked(clients: Clients, operation: str, request: dict[str, Any]) -> Any:
    try:
        return getattr(clients.dynamodb, operation)(**request)
    except ClientError as refused:
        return refused


def _renamed(value: Any, suffix: str) -> Any:
    if isinstance(value, dict):
        return {
            (name + suffix if name in _table_names().values() else name): (
                inner + suffix if name == "TableName" else _renamed(inner, suffix)
            )
            for name, inner in value.items()
        }
    return [_renamed(one, suffix) for one in value] if isinstance(value, list) else value


def _shown(answer: Any, suffix: str) -> Any:
    if isinstance(answer, ClientError):
        reasons: Any = answer.response.get("CancellationReasons", [])
        return answer.response["Error"]["Code"], [reason["Code"] for reason in reasons]
    responses = {
        name.removesuffix(suffix): sorted((_plain(one) for one in items), key=str)
        for name, items in answer.get("Responses", {}).items()
    }
    return {
        "Item": _plain(answer.get("Item")),
        "Items": [_plain(one) for one in answer.get("Items", ())],
        "Attributes": _plain(answer.get("Attributes")),
        "LastEvaluatedKey": _plain(answer.get("LastEvaluatedKey")),
        "Responses": {name: items for name, items in responses.items() if items},
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: sorted(inner) if name in {"SS", "NS", "BS"} else _plain(inner)
            for name, inner in sorted(value.items())
        }
    return [_plain(one) for one in value] if isinstance(value, list) else value


def holds(condition: str, item: dict[str, Any], names: dict[str, str] | None = None, **values: Any) -> bool:
    return compile_condition(condition)(Bound(item, names or {}, {f":{name}": one for name, one in values.items()}))


def test_conditions_compare_as_dynamodb_does() -> None:
    item = {"a": {"N": "10"}, "m": {"M": {"until": {"S": "b"}}}, "l": {"L": [{"S": "x"}]}}
    assert holds("a > :two AND NOT a < :two", item, two={"N": "9"})  # numbers, not texts
    assert not holds("a > :two OR a < :two", item, two={"S": "9"})  # two types are in no order
    assert holds("#m.#u <= :b AND attribute_not_exists(#m.gone)", item, {"#m": "m", "#u": "until"}, b={"S": "b"})
    assert holds(
        "size(m) = :one AND contains(l, :x) AND a IN (:one, :ten)", item, one={"N": "1"}, x={"S": "x"}, ten={"N": "10"}
    )
    assert holds("missing <> :one", item, one={"N": "1"})
    assert not holds("missing = :one", item, one={"N": "1"})


def test_updates_are_read_from_the_item_as_it_was() -> None:
    item = {"a": {"N": "1"}, "m": {"M": {"x": {"S": "1"}}}}
    update = compile_update("SET b = a, m.y = if_not_exists(m.z, :v) REMOVE m.x ADD a :v, s :s")
    made = update(Bound(item, {}, {":v": {"N": "2"}, ":s": {"SS": ["k"]}}))
    assert made == {"a": {"N": "3"}, "b": {"N": "1"}, "m": {"M": {"y": {"N": "2"}}}, "s": {"SS": ["k"]}}
    assert item == {"a": {"N": "1"}, "m": {"M": {"x": {"S": "1"}}}}


@pytest.mark.parametrize("text", ["SET a = :v, a.b = :v", "SET x.y = :v", "SET a = b", ""])
def test_updates_that_dynamodb_refuses_are_refused(text: str) -> None:
    with pytest.raises(BadExpression):
        compile_update(text)(Bound({"a": {"N": "1"}}, {}, {":v": {"N": "2"}}))
