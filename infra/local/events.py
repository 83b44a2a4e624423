"""Lambda's part on this machine: scheduled jobs on demand, and table streams delivered to their handlers.

Delivery is as Lambda's: at least once, in order for each item, a batch that fails is tried again. A handler
is found by Chalice's own register; the table of a stream by the part after `table/` in its `stream_arn`, which is
the table's name or its logical id in the resources file.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import boto3
from chalice.app import Chalice, DynamoDBEventConfig, ScheduledEventConfig
from chalice.local import LambdaContext

from chalicelib.shared.clock import Clock, format_instant

MAX_DELIVERIES: Final = 5
_TABLE_PREFIX: Final = "yima-"

Handler = Callable[[Any, Any], Any]


class UnknownJob(LookupError):
    """There is no scheduled job of that name."""


class DeliveryFailed(RuntimeError):
    """A handler failed on the same batch as often as Lambda would try it here."""


class Jobs:
    """The app's scheduled jobs (`@app.schedule`)."""

    def __init__(self, app: Chalice, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    def names(self) -> list[str]:
        """Return the jobs' names."""
        return sorted(source.name for source in self._app.event_sources if isinstance(source, ScheduledEventConfig))

    def run(self, name: str) -> Any:
        """Run a job as the schedule would; return what it returns; raise `UnknownJob`."""
        if name not in self.names():
            raise UnknownJob(name)
        event = {
            "version": "0",
            "id": "local",
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": "000000000000",
            "time": format_instant(self._clock.now()),
            "region": "local",
            "resources": [],
            "detail": {},
        }
        return self._app.handler_map[name](event, LambdaContext(name, 1024))


class Streams:
    """The app's table streams (`@app.on_dynamodb_record`), read from their beginning."""

    def __init__(self, app: Chalice) -> None:
        self._app = app
        self._positions: dict[tuple[str, str], str] = {}
        self._lock = threading.Lock()

    def drain(self) -> int:
        """Deliver what is pending until nothing is; return how many records that was; raise `DeliveryFailed`."""
        delivered = 0
        with self._lock:  # the background pump and a drain never deliver side by side
            while batch := sum(self._deliver_pending(source) for source in self._sources()):
                delivered += batch
        return delivered

    def _sources(self) -> list[DynamoDBEventConfig]:
        return [source for source in self._app.event_sources if isinstance(source, DynamoDBEventConfig)]

    def _deliver_pending(self, source: DynamoDBEventConfig) -> int:
        table = source.stream_arn.partition("table/")[2].partition("/")[0]
        names = {table, _TABLE_PREFIX + table}
        client = boto3.client("dynamodbstreams")
        delivered = 0
        for stream in client.list_streams()["Streams"]:
            if stream["TableName"] not in names:
                continue
            description = client.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]
            for shard in description["Shards"]:
                delivered += self._deliver_shard(client, source, stream["StreamArn"], shard["ShardId"])
        return delivered

    def _deliver_shard(self, client: Any, source: DynamoDBEventConfig, stream_arn: str, shard_id: str) -> int:
        place = (f"{source.name}@{stream_arn}", shard_id)
        after = self._positions.get(place)
        start: dict[str, str] = (
            {"ShardIteratorType": "TRIM_HORIZON"}
            if after is None
            else {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": after}
        )
        iterator = client.get_shard_iterator(StreamArn=stream_arn, ShardId=shard_id, **start)["ShardIterator"]
        records = client.get_records(ShardIterator=iterator, Limit=source.batch_size)["Records"]
        if records:
            self._invoke(source.name, [_as_lambda_sees_it(record, stream_arn) for record in records])
            self._positions[place] = records[-1]["dynamodb"]["SequenceNumber"]
        return len(records)

    def _invoke(self, name: str, records: list[dict[str, Any]]) -> None:
        handler: Handler = self._app.handler_map[name]
        for attempt in range(1, MAX_DELIVERIES + 1):
            try:
                handler({"Records": records}, LambdaContext(name, 1024))
            except Exception as failed:
                if attempt == MAX_DELIVERIES:
                    raise DeliveryFailed(f"{name} failed {MAX_DELIVERIES} times: {type(failed).__name__}") from failed
            else:
                return


def _as_lambda_sees_it(record: Mapping[str, Any], stream_arn: str) -> dict[str, Any]:
    return {**_jsonable(record), "eventSourceARN": stream_arn}


def _jsonable(value: Any) -> Any:
    """Return the SDK's values as they stand in a Lambda event: binaries in base64, instants in seconds."""
    if isinstance(value, Mapping):
        return {key: _jsonable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_jsonable(inner) for inner in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return value.timestamp()
    return value
