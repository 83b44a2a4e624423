"""The local environment's cheap transactions: what is taken back is as it was, what is made is made."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.local.moto_speed import cheap_transactions


def put(key: str, value: str, condition: str | None = None) -> dict[str, Any]:
    write: dict[str, Any] = {"TableName": "t", "Item": {"pk": {"S": key}, "sk": {"S": "a"}, "v": {"S": value}}}
    return {"Put": write if condition is None else {**write, "ConditionExpression": condition}}


def test_a_cancelled_transaction_leaves_no_trace_and_a_made_one_stays() -> None:
    with cheap_transactions(), mock_aws():
        client: Any = boto3.client("dynamodb")
        client.create_table(
            TableName="t",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        client.transact_write_items(TransactItems=[put("one", "1"), put("two", "1")])
        change = {
            "Update": {
                "TableName": "t",
                "Key": {"pk": {"S": "one"}, "sk": {"S": "a"}},
                "UpdateExpression": "SET v = :v",
                "ExpressionAttributeValues": {":v": {"S": "2"}},
            }
        }
        with pytest.raises(client.exceptions.TransactionCanceledException):
            client.transact_write_items(
                TransactItems=[change, put("three", "1"), put("two", "2", "attribute_not_exists(pk)")]
            )
        found = {item["pk"]["S"]: item["v"]["S"] for item in client.scan(TableName="t")["Items"]}
        assert found == {"one": "1", "two": "1"}
        client.transact_write_items(TransactItems=[change])
        item = client.get_item(TableName="t", Key={"pk": {"S": "one"}, "sk": {"S": "a"}})["Item"]
        assert item["v"]["S"] == "2"
