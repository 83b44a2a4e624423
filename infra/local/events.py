"""Lambda's part on this machine: scheduled jobs on demand, and table streams delivered to their handlers.

Delivery is as Lambda's, by what the resources file says of the event source: filtered, at least once, in order for
each item; records that the handler names come again, a batch that makes it break is halved, and what fails too often
is given up and noted. A handler is found by Chalice's own register; the table of a stream by the part after `table/`
in its `stream_arn`, which is the table's name or its logical id in the resources file.
"""

from __future__ import annotations

import base64
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import boto3
from chalice.app import Chalice, DynamoDBEventConfig, ScheduledEventConfig
from chalice.local import LambdaContext

from chalicelib.shared.clock import Clock, format_instant
from infra.local.event_sources import EventSource, read_event_source
from infra.local.queues import TIMEOUT_SECONDS, Queues
from infra.local.stack import read_template

if TYPE_CHECKING:
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient

MAX_DELIVERIES: Final = 5
"""How often a batch is tried here, at most: Lambda waits between attempts, and may try more often."""

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
    """The app's table streams (`@app.on_dynamodb_record`), read from their beginning.

    `undelivered` is the on-failure destination: where in the stream stands what was given up, never the records.
    """

    def __init__(self, app: Chalice, template: Mapping[str, Any] | None = None) -> None:
        self._app = app
        self._template = read_template() if template is None else template
        self.undelivered: list[dict[str, Any]] = []
        self._positions: dict[tuple[str, str], str] = {}
        self._lock = threading.Lock()

    @cached_property
    def _client(self) -> DynamoDBStreamsClient:
        return boto3.client("dynamodbstreams")

    def drain(self) -> int:
        """Deliver what is pending until nothing is; return how many records that was.

        What one handler writes may be another's event, so rounds are made until one brings nothing. Where a handler
        keeps failing, its records wait for the next call, or are given up if its event source has a bound; after
        the others have theirs, raises `DeliveryFailed`.
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
            rules = read_event_source(self._template, source.name)
            seen = [_as_lambda_sees_it(record, stream_arn) for record in records]
            self._deliver(source.name, rules, [record for record in seen if rules.lets_through(record)], place)
            self._positions[place] = _sequence(records[-1])
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

    def _deliver(
        self, name: str, rules: EventSource, records: Sequence[dict[str, Any]], place: tuple[str, str]
    ) -> None:
        """Deliver until every record is done or given up; raise `DeliveryFailed` where one has to wait, or is lost."""
        waiting = [list(records)]
        given_up: DeliveryFailed | None = None
        while waiting:
            batch, attempts = waiting.pop(0), 0
            while batch:
                attempts += 1
                done, fault = self._attempt(name, rules, batch)
                if done:
                    self._positions[place] = _sequence(batch[done - 1])
                    batch, attempts = batch[done:], 0
                elif rules.bisects and isinstance(fault, Exception) and len(batch) > 1:
                    middle = len(batch) // 2
                    waiting[:0] = [batch[:middle], batch[middle:]]
                    batch = []
                elif attempts >= _bound(rules):
                    said = "it says so"
                    failed = DeliveryFailed(
                        f"{name} failed {attempts} times: {type(fault).__name__ if fault else said}"
                    )
                    failed.__cause__ = fault
                    if rules.max_retries is None:
                        raise failed
                    given_up = given_up or failed
                    if rules.keeps_failures:
                        self.undelivered.append(_failure(name, batch, attempts, place))
                    self._positions[place] = _sequence(batch[-1])
                    batch = []
        if given_up is not None:
            raise given_up

    def _attempt(self, name: str, rules: EventSource, batch: Sequence[dict[str, Any]]) -> tuple[int, Exception | None]:
        """Return how many records at the beginning of the batch are done, and what the handler broke with."""
        handler: Handler = self._app.handler_map[name]
        try:
            answer = handler({"Records": list(batch)}, LambdaContext(name, 1024))
        except Exception as fault:  # noqa: BLE001 - whatever it is, Lambda tries again
            return 0, fault
        if not rules.partial or not answer or not answer.get("batchItemFailures"):
            return len(batch), None
        sequences = [_sequence(record) for record in batch]
        failed = [one.get("itemIdentifier") for one in answer["batchItemFailures"]]
        # An id that is none of the batch's means that all of it failed.
        return min(sequences.index(one) if one in sequences else 0 for one in failed), None


def _bound(rules: EventSource) -> int:
    return MAX_DELIVERIES if rules.max_retries is None else min(MAX_DELIVERIES, rules.max_retries + 1)


def _sequence(record: Mapping[str, Any]) -> str:
    return str(record["dynamodb"]["SequenceNumber"])


def _failure(name: str, batch: Sequence[Mapping[str, Any]], attempts: int, place: tuple[str, str]) -> dict[str, Any]:
    """Return what an on-failure destination gets: where the records are, not the records."""
    arrivals = [record["dynamodb"].get("ApproximateCreationDateTime") for record in batch]
    return {
        "requestContext": {
            "functionArn": name,
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": attempts,
        },
        "DDBStreamBatchInfo": {
            "shardId": place[1],
            "startSequenceNumber": _sequence(batch[0]),
            "endSequenceNumber": _sequence(batch[-1]),
            "approximateArrivalOfFirstRecord": arrivals[0],
            "approximateArrivalOfLastRecord": arrivals[-1],
            "batchSize": len(batch),
            "streamArn": place[0].partition("@")[2],
        },
    }


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
