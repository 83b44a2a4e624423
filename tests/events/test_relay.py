"""The relay: one record that cannot be handled goes to quarantine with its reason, and everything else goes on."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest

from chalicelib.shared.errors import Conflict, Unavailable
from chalicelib.shared.events import GENESIS, Event
from chalicelib.shared.items import to_wire
from chalicelib.shared.quarantine import READING, SetAside
from chalicelib.shared.streams import BUDGET_SECONDS, PATIENCE, Relay, find_event
from chalicelib.web.observe import record_set_aside
from infra.local.events import _jsonable
from infra.local.stack import read_template
from tests.events.town import M1, Town
from tests.world import NOW, StillClock


def event(seq: int = 1, **data: Any) -> Event:
    return Event.happened(
        "CASE1", seq, NOW, "accepted", actor="a", actor_role="clerk", status="accepted", data=data, prev_hash=GENESIS
    )


def record_of(one: Event, **changes: Any) -> dict[str, Any]:
    """Return the stream record of an event, as Lambda brings it."""
    keys = {"pk": f"CASE#{one.aggregate}", "sk": f"EVENT#{one.seq:06d}"}
    image = _jsonable(to_wire({**keys, **one.to_item()}))
    stream = {"Keys": to_wire(keys), "NewImage": image, "SequenceNumber": f"s{one.seq}", **changes}
    return {"eventID": f"id-{one.seq}", "eventName": "INSERT", "dynamodb": stream}


class Kept:
    """A quarantine in memory, which may be down."""

    def __init__(self) -> None:
        self.entries: list[SetAside] = []
        self.down = False

    def add(self, one: SetAside) -> None:
        if self.down:
            raise Unavailable
        self.entries.append(one)


class Desk:
    """A relay with two consumers: `first` fails as it is told, `second` always works."""

    def __init__(self) -> None:
        self.clock, self.kept = StillClock(), Kept()
        self.notes: list[tuple[str, str, str]] = []
        self.fault: dict[int, Exception] = {}
        self.seen: list[tuple[str, int]] = []
        self.seconds = 0.0
        consumers = {"first": self._consumer("first"), "second": self._consumer("second")}
        self.relay = Relay(
            consumers, self.kept, self.clock, lambda *said: self.notes.append(said), seconds=lambda: self.seconds
        )

    def _consumer(self, name: str) -> Callable[[Event], int]:
        def consume(one: Event) -> int:
            self.seconds += 1
            if name == "first" and one.seq in self.fault:
                raise self.fault[one.seq]
            self.seen.append((name, one.seq))
            return 1

        return consume

    def deliver(self, *records: dict[str, Any]) -> list[str]:
        answer = self.relay.deliver(records)
        return [one["itemIdentifier"] for one in answer["batchItemFailures"]]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def broken(kind: str) -> dict[str, Any]:
    one = record_of(event(2))
    image = one["dynamodb"]["NewImage"]
    if kind == "a field is missing":
        del image["actor"]
    elif kind == "a value of no kind":
        image["data"] = {"Q": "?"}
    elif kind == "two kinds at once":
        image["seq"] = {"N": "2", "S": "2"}
    elif kind == "no image":
        del one["dynamodb"]["NewImage"]
    elif kind == "no instant":
        image["at"] = {"S": "yesterday"}
    elif kind == "another event's key":
        image["seq"] = {"N": "3"}
    elif kind == "a key of another form":
        one["dynamodb"]["Keys"] = {"id": {"S": "x"}}
    return one


KINDS = [
    "a field is missing",
    "a value of no kind",
    "two kinds at once",
    "no image",
    "no instant",
    "another event's key",
    "a key of another form",
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_that_cannot_be_read_is_set_aside_and_the_others_are_handled(desk: Desk, kind: str) -> None:
    assert desk.deliver(record_of(event(1)), broken(kind), record_of(event(4))) == []
    assert desk.seen == [("first", 1), ("second", 1), ("first", 4), ("second", 4)]
    (kept,) = desk.kept.entries
    place = ("id-2", 0) if kind == "a key of another form" else ("CASE1", 2)
    assert ((kept.code, kept.seq), kept.consumer, kept.attempts) == (place, READING, 1)
    assert kept.reason in {"KeyError", "ValueError", "TypeError"}
    assert desk.notes == [(READING, "", kept.reason)]


@pytest.mark.parametrize("fault", [KeyError("modes"), ValueError(), RuntimeError(), ZeroDivisionError()], ids=repr)
def test_a_consumer_that_breaks_is_named_and_the_others_get_theirs(desk: Desk, fault: Exception) -> None:
    desk.fault[1] = fault
    assert desk.deliver(record_of(event(1, secret="王小明")), record_of(event(2))) == []
    assert desk.seen == [("second", 1), ("first", 2), ("second", 2)]
    (kept,) = desk.kept.entries
    assert (kept.code, kept.seq, kept.consumer, kept.event) == ("CASE1", 1, "first", "accepted")
    assert kept.reason == type(fault).__name__
    assert "王小明" not in str(kept)
    assert "modes" not in str(kept)
    assert desk.notes == [("first", "accepted", type(fault).__name__)]


@pytest.mark.parametrize("fault", [Unavailable(), Conflict()], ids=repr)
def test_what_may_pass_comes_again_until_patience_ends(desk: Desk, fault: Exception) -> None:
    desk.fault[2] = fault
    records = [record_of(event(seq)) for seq in (1, 2, 3)]
    assert desk.deliver(*records) == ["s2"]
    assert desk.kept.entries == []
    assert ("second", 2) in desk.seen
    assert ("first", 3) in desk.seen
    desk.clock.at += PATIENCE - timedelta(seconds=1)
    assert desk.deliver(*records[1:]) == ["s2"]
    desk.clock.at += timedelta(seconds=1)
    assert desk.deliver(*records[1:]) == []
    assert [(one.seq, one.consumer) for one in desk.kept.entries] == [(2, "first")]


def test_what_passed_is_forgotten(desk: Desk) -> None:
    desk.fault[1] = Unavailable()
    assert desk.deliver(record_of(event(1))) == ["s1"]
    desk.fault.clear()
    assert desk.deliver(record_of(event(1))) == []
    assert desk.kept.entries == []


def test_where_quarantine_is_down_the_record_comes_again(desk: Desk) -> None:
    desk.fault[1], desk.kept.down = KeyError(), True
    assert desk.deliver(record_of(event(1)), broken("no image"), record_of(event(4))) == ["s1", "s2"]
    assert ("first", 4) in desk.seen
    desk.kept.down = False
    assert desk.deliver(record_of(event(1)), broken("no image")) == []
    assert len(desk.kept.entries) == 2


def test_a_batch_that_takes_too_long_goes_on_in_the_next_call(desk: Desk) -> None:
    records = [record_of(event(seq)) for seq in range(1, 31)]
    (first,) = desk.deliver(*records)
    assert first == f"s{int(BUDGET_SECONDS) // 2 + 1}"
    rest = records[int(first[1:]) - 1 :]
    assert desk.deliver(*rest) == []
    assert [seq for name, seq in desk.seen if name == "first"] == list(range(1, 31))


def test_what_is_no_event_is_passed_over(desk: Desk) -> None:
    changed = {**record_of(event(1)), "eventName": "MODIFY"}
    meta = record_of(event(2), Keys=to_wire({"pk": "CASE#CASE1", "sk": "META"}))
    assert desk.deliver(changed, meta) == []
    assert (desk.seen, desk.kept.entries) == ([], [])


def test_an_event_comes_out_of_the_stream_as_it_went_in() -> None:
    whole = Event.happened(
        "CASE1",
        3,
        NOW,
        "accepted",
        actor="a",
        actor_role="clerk",
        status="accepted",
        data={"empty": {}, "none": [], "deep": {"empty": {}, "list": [{}, 1, None, True]}, "text": ""},
        prev_hash=GENESIS,
        audience=[{"person": "p", "relation": "applicant"}],
        sealed=b"\xff\x00",
    )
    assert find_event(record_of(whole)) == whole
    assert base64.b64decode(record_of(whole)["dynamodb"]["NewImage"]["sealed"]["B"]) == b"\xff\x00"


@pytest.fixture
def local_stream(dynamodb_local_url: str) -> Iterator[Callable[[dict[str, Any]], dict[str, Any]]]:
    """Write an item to DynamoDB Local; return its stream record."""
    properties = read_template()["Resources"]["CasesTable"]["Properties"]
    dynamodb = boto3.client("dynamodb", endpoint_url=dynamodb_local_url)
    streams = boto3.client("dynamodbstreams", endpoint_url=dynamodb_local_url)
    name = f"stream-{uuid.uuid4().hex}"
    wanted = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
    made = dynamodb.create_table(
        TableName=name,
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        **{key: properties[key] for key in wanted},
    )

    def write(item: dict[str, Any]) -> dict[str, Any]:
        dynamodb.put_item(TableName=name, Item=item)
        arn = made["TableDescription"]["LatestStreamArn"]
        (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        place: Any = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        records = streams.get_records(ShardIterator=streams.get_shard_iterator(**place)["ShardIterator"])["Records"]
        return dict(_jsonable(records[-1]))

    yield write
    dynamodb.delete_table(TableName=name)


def test_an_event_with_empty_maps_comes_out_of_dynamodb_locals_stream(
    local_stream: Callable[[dict[str, Any]], dict[str, Any]],
) -> None:
    one = event(5, empty={}, deep={"map": {}, "list": [{}]})
    item = to_wire({"pk": "CASE#CASE1", "sk": "EVENT#000005", **one.to_item()})
    assert find_event(local_stream(item)) == one


def test_the_metric_names_consumer_and_reason_and_no_case(capsys: pytest.CaptureFixture[str]) -> None:
    record_set_aside("notices", event="accepted", reason="KeyError", at_ms=1)
    line = json.loads(capsys.readouterr().out)
    assert (line["level"], line["consumer"], line["event"], line["reason"]) == (
        "ERROR",
        "notices",
        "accepted",
        "KeyError",
    )
    (metric,) = line["_aws"]["CloudWatchMetrics"]
    assert metric["Metrics"] == [{"Name": "events_set_aside", "Unit": "Count"}]
    assert line["events_set_aside"] == 1


def test_beside_a_poison_record_every_consumer_does_all_that_the_events_ask(town: Town) -> None:
    code, applicant, _ = town.assigned()
    old = town.book(applicant, code)
    town.act(M1, code, "pass", reason="other")
    records = [record_of(one) for one in town.events(code)]
    poison = broken("a field is missing")
    spoilt = [part for one in records for part in (poison, one)]
    assert town.stream.deliver(spoilt) == {"batchItemFailures": []}
    assert town.status_of(old) == "cancelled"
    assert "passed to wang-0" in town.told()
    assert len(town.leaves()) == len(records)
    (kept,) = town.quarantine.list_all()
    assert (kept.code, kept.seq, kept.attempts) == ("CASE1", 2, len(records))
    before = town.snapshot()
    assert town.stream.deliver(records) == {"batchItemFailures": []}
    assert town.snapshot() == before


@pytest.mark.parametrize("name", ["audit", "notices", "organisations", "appointments", "waitlist", "ratings"])
def test_one_consumer_that_breaks_leaves_its_own_work_only_and_a_replay_makes_up_for_it(town: Town, name: str) -> None:
    code, applicant, _ = town.assigned()
    town.act(M1, code, "take")
    town.book(applicant, code)
    town.act(M1, code, "end", ground="other")
    whole, working = town.events(code), town.consumers[name]

    def breaks(one: Event) -> int:
        raise KeyError(one.name)

    town.consumers[name] = breaks
    assert town.stream.deliver([record_of(one) for one in whole]) == {"batchItemFailures": []}
    assert {one.consumer for one in town.quarantine.list_all()} == {name}
    assert len(town.quarantine.list_all()) == len(whole)
    town.consumers[name] = working
    made = sum(town.stream.send(one, {name}).effects for one in whole)
    assert made > 0 or name == "waitlist"
    assert sum(town.stream.send(one).effects for one in whole) == 0
