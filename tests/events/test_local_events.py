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
    streams = Streams(app)
    put(table, "a", "b", "c", "d", "e")
    assert streams.drain() == 5
    assert keys_of(delivered) == ["a", "b", "c", "d", "e"]
    assert streams.drain() == 0
    put(table, "f")
    assert streams.drain() == 1
    assert keys_of(delivered)[-1] == "f"


def test_records_look_as_in_lambda(app: Chalice, table: Any, delivered: list[Any]) -> None:
    put(table, "a")
    Streams(app).drain()
    (record,) = delivered
    assert record["eventName"] == "INSERT"
    assert record["dynamodb"]["NewImage"]["b"] == {"B": "/w=="}
    assert "table/yima-Things/stream/" in record["eventSourceARN"]


def test_a_failing_handler_gets_its_batch_again(
    app: Chalice, table: Any, delivered: list[Any], failures: list[Exception]
) -> None:
    failures[:] = [RuntimeError("once"), RuntimeError("twice")]
    put(table, "a")
    assert Streams(app).drain() == 1
    assert keys_of(delivered) == ["a"]


def test_a_handler_that_never_works_is_said_and_loses_nothing(
    app: Chalice, table: Any, delivered: list[Any], failures: list[Exception]
) -> None:
    failures[:] = [RuntimeError("again")] * MAX_DELIVERIES
    put(table, "a")
    streams = Streams(app)
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
        Streams(app).drain()
    assert "sound" not in str(failed.value)
    assert keys_of(delivered) == ["a", "b"]
