"""Lambda's part on this machine: scheduled jobs on demand, and table streams delivered to their handlers.

Delivery is as Lambda's: at least once, in order for each item, a batch that fails is tried again. A handler
is found by Chalice's own register; the table of a stream by the part after `table/` in its `stream_arn`, which is
the table's name or its logical id in the resources file.
"""

from __future__ import annotations

import base64
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import boto3
from chalice.app import Chalice, DynamoDBEventConfig, ScheduledEventConfig
from chalice.local import LambdaContext

from chalicelib.shared.clock import Clock, format_instant
from infra.local.queues import TIMEOUT_SECONDS, Queues

if TYPE_CHECKING:
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient

MAX_DELIVERIES: Final = 5
_TABLE_PREFIX: Final = "yima-"

Handler = Callable[[Any, Any], Any]


class UnknownJob(LookupError):
    """There is no scheduled job of that name."""


class DeliveryFailed(RuntimeError):
    """A handler failed on the same batch as often as Lambda would try it here."""


class Jobs:
    """The app's scheduled jobs (`@app.schedule`)."""

    def __init__(self, app: Chalice, clock: Clock, queues: Queues | None = None) -> None:
        self._app = app
        self._clock = clock
        self._queues = queues

    def names(self) -> list[str]:
        """Return the jobs' names."""
        return sorted(source.name for source in self._app.event_sources if isinstance(source, ScheduledEventConfig))

    def run(self, name: str) -> Any:
        """Run a job as the schedule would; return what it returns; raise `UnknownJob`.

        With queues, what the job sends to its own is worked off before, and counted into the answer.
        """
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
        answer = self._app.handler_map[name](event, LambdaContext(name, 1024, max_runtime_ms=TIMEOUT_SECONDS * 1000))
        if self._queues is None or not isinstance(answer, dict):
            return answer
        total = Counter(answer)
        total.update(self._queues.drain())
        return dict(sorted(total.items()))


class Streams:
    """The app's table streams (`@app.on_dynamodb_record`), read from their beginning."""

    def __init__(self, app: Chalice) -> None:
        self._app = app
        self._positions: dict[tuple[str, str], str] = {}
        self._lock = threading.Lock()

    @cached_property
    def _client(self) -> DynamoDBStreamsClient:
        return boto3.client("dynamodbstreams")

    def drain(self) -> int:
        """Deliver what is pending until nothing is; return how many records that was.

        What one handler writes may be another's event, so rounds are made until one brings nothing. A handler
        that keeps failing holds back its own records only; after the others have theirs, raises `DeliveryFailed`.
        """
        delivered = 0
        failed: dict[str, DeliveryFailed] = {}
        with self._lock:  # the background pump and a drain never deliver side by side
            while True:
                in_this_round = 0
                for source in self._sources():
                    if source.name not in failed:
                        try:
                            in_this_round += self._deliver_pending(source)
                        except DeliveryFailed as failure:
                            failed[source.name] = failure
                if not in_this_round:
                    break
                delivered += in_this_round
        if failed:
            said = "; ".join(map(str, failed.values()))
            raise DeliveryFailed(said) from next(iter(failed.values())).__cause__
        return delivered

    def _sources(self) -> list[DynamoDBEventConfig]:
        return [source for source in self._app.event_sources if isinstance(source, DynamoDBEventConfig)]

    def _deliver_pending(self, source: DynamoDBEventConfig) -> int:
        table = source.stream_arn.partition("table/")[2].partition("/")[0]
        names = {table, _TABLE_PREFIX + table}
        delivered = 0
        for stream in self._client.list_streams()["Streams"]:
            if stream["TableName"] not in names:
                continue
            description = self._client.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]
            for shard in description["Shards"]:
                delivered += self._deliver_shard(source, stream["StreamArn"], shard["ShardId"])
        return delivered

    def _deliver_shard(self, source: DynamoDBEventConfig, stream_arn: str, shard_id: str) -> int:
        place = (f"{source.name}@{stream_arn}", shard_id)
        records = self._read_after(stream_arn, shard_id, self._positions.get(place), source.batch_size)
        if records:
            self._invoke(source.name, [_as_lambda_sees_it(record, stream_arn) for record in records])
            self._positions[place] = records[-1]["dynamodb"]["SequenceNumber"]
        return len(records)

    def _read_after(self, stream_arn: str, shard_id: str, after: str | None, limit: int) -> list[Any]:
        place: dict[str, Any] = {"StreamArn": stream_arn, "ShardId": shard_id}
        oldest = {**place, "ShardIteratorType": "TRIM_HORIZON"}
        try:
            start = oldest
            if after is not None:
                start = {**place, "ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": after}
            iterator = self._client.get_shard_iterator(**start)["ShardIterator"]
        except self._client.exceptions.TrimmedDataAccessException:  # asleep for longer than a stream remembers
            iterator = self._client.get_shard_iterator(**oldest)["ShardIterator"]
        return self._client.get_records(ShardIterator=iterator, Limit=limit)["Records"]

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
