"""Lambda's part of the local environment: jobs and streams reach the app's own handlers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from chalice.app import Chalice

from infra.local.aws import embedded_aws
from infra.local.events import MAX_DELIVERIES, DeliveryFailed, Jobs, Streams, UnknownJob

PLAIN: dict[str, Any] = {"Resources": {}}
"""No event source says anything: whole batches, without end."""


def said(**properties: Any) -> dict[str, Any]:
    """A template in which the event source of `relay` says this."""
    return {
        "Resources": {"Relay": {"Properties": {"Events": {"RelayDynamodbEventSource": {"Properties": properties}}}}}
    }


class StillClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 24, 1, 2, 3, tzinfo=UTC)


@pytest.fixture
def delivered() -> list[Any]:
    return []


@pytest.fixture
def failures() -> list[Exception]:
    """What the handler raises, one a call, before it works."""
    return []


@pytest.fixture
def app(delivered: list[Any], failures: list[Exception]) -> Chalice:
    app = Chalice("events", configure_logs=False)

    @app.on_dynamodb_record(stream_arn="arn:aws:dynamodb:r:a:table/Things/stream/latest", batch_size=2)
    def relay(event: Any) -> None:
        if failures:
            raise failures.pop()
        delivered.extend(event.to_dict()["Records"])

    @app.schedule("rate(1 hour)")
    def sweep(event: Any) -> dict[str, str]:
        return {"at": event.to_dict()["time"]}

    return app


@pytest.fixture
def table() -> Iterator[Any]:
    with embedded_aws():
        client = boto3.client("dynamodb")
        client.create_table(
            TableName="yima-Things",
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        yield client
        client.delete_table(TableName="yima-Things")


def put(client: Any, *keys: str) -> None:
    for key in keys:
        client.put_item(TableName="yima-Things", Item={"pk": {"S": key}, "b": {"B": b"\xff"}})


def keys_of(delivered: list[Any]) -> list[str]:
    return [record["dynamodb"]["Keys"]["pk"]["S"] for record in delivered]


def test_a_job_runs_as_the_schedule_would_run_it(app: Chalice) -> None:
    jobs = Jobs(app, StillClock())
    assert jobs.names() == ["sweep"]
    assert jobs.run("sweep") == {"at": "2026-11-24T01:02:03.000Z"}
    with pytest.raises(UnknownJob):
        jobs.run("relay")


def test_records_are_delivered_once_in_order(app: Chalice, table: Any, delivered: list[Any]) -> None:
    streams = Streams(app, PLAIN)
    put(table, "a", "b", "c", "d", "e")
    assert streams.drain() == 5
    assert keys_of(delivered) == ["a", "b", "c", "d", "e"]
    assert streams.drain() == 0
    put(table, "f")
    assert streams.drain() == 1
    assert keys_of(delivered)[-1] == "f"


def test_records_look_as_in_lambda(app: Chalice, table: Any, delivered: list[Any]) -> None:
    put(table, "a")
    Streams(app, PLAIN).drain()
    (record,) = delivered
    assert record["eventName"] == "INSERT"
    assert record["dynamodb"]["NewImage"]["b"] == {"B": "/w=="}
    assert "table/yima-Things/stream/" in record["eventSourceARN"]


def test_a_failing_handler_gets_its_batch_again(
    app: Chalice, table: Any, delivered: list[Any], failures: list[Exception]
) -> None:
    failures[:] = [RuntimeError("once"), RuntimeError("twice")]
    put(table, "a")
    assert Streams(app, PLAIN).drain() == 1
    assert keys_of(delivered) == ["a"]


def test_a_handler_that_never_works_is_said_and_loses_nothing(
    app: Chalice, table: Any, delivered: list[Any], failures: list[Exception]
) -> None:
    failures[:] = [RuntimeError("again")] * MAX_DELIVERIES
    put(table, "a")
    streams = Streams(app, PLAIN)
    with pytest.raises(DeliveryFailed, match="relay"):
        streams.drain()
    assert delivered == []
    assert streams.drain() == 1
    assert keys_of(delivered) == ["a"]


def test_one_broken_handler_does_not_hold_back_the_others(table: Any, delivered: list[Any]) -> None:
    app = Chalice("events", configure_logs=False)
    stream = "arn:aws:dynamodb:r:a:table/Things/stream/latest"

    @app.on_dynamodb_record(stream_arn=stream, name="broken")
    def broken(event: Any) -> None:
        raise RuntimeError("always")

    @app.on_dynamodb_record(stream_arn=stream, name="sound")
    def sound(event: Any) -> None:
        delivered.extend(event.to_dict()["Records"])

    put(table, "a", "b")
    with pytest.raises(DeliveryFailed, match="broken") as failed:
        Streams(app, PLAIN).drain()
    assert "sound" not in str(failed.value)
    assert keys_of(delivered) == ["a", "b"]


BOUNDED = {
    "FunctionResponseTypes": ["ReportBatchItemFailures"],
    "BisectBatchOnFunctionError": True,
    "MaximumRetryAttempts": 20,
    "DestinationConfig": {"OnFailure": {"Type": "SQS", "Destination": "q"}},
}


def choosy(delivered: list[Any], refused: set[str], broken: frozenset[str] = frozenset()) -> Chalice:
    """An app whose handler names records as failed, or breaks on them; it notes every batch."""
    app = Chalice("events", configure_logs=False)

    @app.on_dynamodb_record(stream_arn="arn:aws:dynamodb:r:a:table/Things/stream/latest", batch_size=10, name="relay")
    def relay(event: Any) -> dict[str, Any]:
        records = event.to_dict()["Records"]
        delivered.append(keys_of(records))
        if broken & set(keys_of(records)):
            raise ValueError("broken")
        failed = [one for one in records if one["dynamodb"]["Keys"]["pk"]["S"] in refused]
        return {"batchItemFailures": [{"itemIdentifier": one["dynamodb"]["SequenceNumber"]} for one in failed]}

    return app


def test_only_what_the_filter_lets_through_reaches_the_handler(app: Chalice, table: Any, delivered: list[Any]) -> None:
    pattern = '{"eventName": ["INSERT"], "dynamodb": {"Keys": {"pk": {"S": [{"prefix": "EVENT#"}]}}}}'
    streams = Streams(app, said(FilterCriteria={"Filters": [{"Pattern": pattern}]}))
    put(table, "META", "EVENT#1", "LIST#a", "EVENT#2")
    assert streams.drain() == 4
    assert keys_of(delivered) == ["EVENT#1", "EVENT#2"]
    table.delete_item(TableName="yima-Things", Key={"pk": {"S": "EVENT#1"}})
    streams.drain()
    assert keys_of(delivered) == ["EVENT#1", "EVENT#2"]


def test_a_record_that_is_named_comes_again_with_those_after_it_and_is_given_up_in_the_end(
    table: Any, delivered: list[Any]
) -> None:
    streams = Streams(choosy(delivered, {"c"}), said(**BOUNDED))
    put(table, "a", "b", "c", "d")
    with pytest.raises(DeliveryFailed, match="relay failed 5 times"):
        streams.drain()
    assert delivered == [["a", "b", "c", "d"], *[["c", "d"]] * MAX_DELIVERIES]
    (lost,) = streams.undelivered
    assert lost["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert lost["DDBStreamBatchInfo"]["batchSize"] == 2
    assert "NewImage" not in str(lost)
    put(table, "e")
    streams.drain()
    assert delivered[-1] == ["e"]  # the stream goes on


def test_a_record_that_recovers_is_done(table: Any, delivered: list[Any]) -> None:
    refused = {"b"}
    app = choosy(delivered, refused)
    streams = Streams(app, said(**BOUNDED))
    put(table, "a", "b", "c")
    original = app.handler_map["relay"]

    def recovering(event: Any, context: Any) -> Any:
        if len(delivered) == 2:
            refused.clear()
        return original(event, context)

    app.handler_map["relay"] = recovering
    assert streams.drain() == 3
    assert delivered == [["a", "b", "c"], ["b", "c"], ["b", "c"]]
    assert streams.undelivered == []


def test_a_record_that_breaks_the_handler_is_found_by_halves_and_the_rest_goes_on(
    table: Any, delivered: list[Any]
) -> None:
    streams = Streams(choosy(delivered, set(), frozenset({"c"})), said(**BOUNDED))
    put(table, *"abcdef")
    with pytest.raises(DeliveryFailed):
        streams.drain()
    assert delivered == [
        ["a", "b", "c", "d", "e", "f"],
        ["a", "b", "c"],
        ["a"],
        ["b", "c"],
        ["b"],
        *[["c"]] * MAX_DELIVERIES,
        ["d", "e", "f"],
    ]
    assert [one["DDBStreamBatchInfo"]["batchSize"] for one in streams.undelivered] == [1]
    assert streams.drain() == 0


def test_an_answer_that_names_nothing_of_the_batch_means_all_of_it(table: Any, delivered: list[Any]) -> None:
    app = Chalice("events", configure_logs=False)

    @app.on_dynamodb_record(stream_arn="arn:aws:dynamodb:r:a:table/Things/stream/latest", name="relay")
    def relay(event: Any) -> dict[str, Any]:
        delivered.append(keys_of(event.to_dict()["Records"]))
        return {"batchItemFailures": [{"itemIdentifier": ""}]}

    put(table, "a", "b")
    with pytest.raises(DeliveryFailed):
        Streams(app, said(FunctionResponseTypes=["ReportBatchItemFailures"])).drain()
    assert delivered == [["a", "b"]] * MAX_DELIVERIES
