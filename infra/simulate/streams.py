"""Streams and jobs as Lambda runs them: at least once, in order for each partition, in any order between them."""

from __future__ import annotations

import base64
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from chalicelib.composition.container import container as made_container
from chalicelib.shared.clock import format_instant
from chalicelib.shared.errors import Unavailable
from infra.events.commands import find_event, relay_of
from infra.events.replay import Replay
from infra.simulate.engine.scheduler import Killed
from infra.simulate.engine.tables import Change
from infra.simulate.logs import LogWatch
from infra.simulate.story import Story

MAX_ATTEMPTS: Final = 20
"""How often a batch is tried before it goes to the queue of the undeliverable."""

_SHARD: Final = "deadline_shard"
_AGAIN: Final = 0.1
"""How often a message of the queue comes once more."""

_KEPT_AT_LEAST: Final = timedelta(days=365)


class Deliveries:
    """The events of every table that have not reached their handlers yet."""

    def __init__(self, story: Story, log: LogWatch) -> None:
        self._story = story
        self._taken: dict[str, int] = {}
        self._waiting: dict[tuple[str, str], deque[Change]] = {}
        self._busy: set[tuple[str, str]] = set()
        self._failed: dict[int, int] = {}
        self._delivered: list[tuple[str, Change]] = []
        self._log = log

    def pending(self) -> int:
        """Return how many records wait."""
        self._take()
        return sum(len(queue) for queue in self._waiting.values())

    def deliver(self) -> None:
        """Hand some of what waits to its handler, in one batch."""
        self._take()
        story = self._story
        consumers = story.city.consumers()
        handler, table, size = story.choices.choice(consumers)
        ready = [
            key for key in sorted(self._waiting) if key[0] == table and key not in self._busy and self._waiting[key]
        ]
        if not ready:
            return
        chosen = story.choices.sample(ready, min(len(ready), story.choices.randint(1, 6)))
        batch: list[Change] = []
        for key in chosen:
            queue = self._waiting[key]
            batch.extend(list(queue)[: story.choices.randint(1, min(len(queue), max(1, size // len(chosen))))])
        if story.choices.random() < 0.5:
            batch.sort(key=lambda one: one.seq)
        self._busy.update(chosen)
        try:
            done = self._handle(handler, batch)
        finally:
            self._busy.difference_update(chosen)
        for one in done:
            self._waiting[table, one.key[0]].remove(one)
            self._delivered.append((handler, one))

    def deliver_again(self) -> None:
        """Hand over something that was handled before: the last of it, or old things, as an operator's replay does."""
        if not self._delivered:
            return
        story = self._story
        if story.choices.random() < 0.5:
            start = max(0, len(self._delivered) - 12)
        else:
            start = story.choices.randrange(len(self._delivered))
        handler, first = self._delivered[story.choices.randrange(start, len(self._delivered))]
        same = [one for name, one in self._delivered if name == handler and one.key[0] == first.key[0]]
        if story.now - datetime.fromisoformat(_at(first)) > _KEPT_AT_LEAST:
            return  # what was told of it may be forgotten by now, and would be told anew
        some = same if story.choices.random() < 0.5 else [first]
        story.say(f"{handler} again: {[_told(one) for one in some]}")
        self._handle(handler, some, again=True)

    def drain(self, *, attempts: int = 400) -> None:
        """Deliver everything, one batch after the other, as far as it can be."""
        while self.pending() and attempts:
            attempts -= 1
            self._story.scheduler.start("drain", self.deliver)
            self._story.scheduler.finish()

    def replay_quarantine(self) -> None:
        """Send again what was set aside, as an operator does: it must be handled then, all but what is no event."""
        self._story.scheduler.start("replay quarantine", self._send_quarantined)
        self._story.scheduler.finish()

    def _send_quarantined(self) -> None:
        with self._story.city.served():
            quarantine = made_container().events.quarantine
            replay = Replay(find_event, relay_of, quarantine, self._story.say, dry_run=False)
            replay.send_quarantined(forget=True)
            for one in quarantine.list_all():
                self._story.found("event-stuck", f"{one.consumer} on {one.code}/{one.seq} {one.event}: {one.reason}")

    def _take(self) -> None:
        for _, table, _ in self._story.city.consumers():
            found = self._story.city.engine.table(table).changes
            begin = self._taken.get(table, 0)
            for one in found[begin:]:
                if one.kind == "INSERT" and one.key[1].startswith("EVENT#"):
                    self._waiting.setdefault((table, one.key[0]), deque()).append(one)
            self._taken[table] = len(found)

    def _handle(self, handler: str, batch: Sequence[Change], *, again: bool = False) -> list[Change]:
        """Invoke a handler; return what of the batch need not come again."""
        story = self._story
        records = [record_of(one) for one in batch]
        poisoned = story.choices.random() < story.city.calls.weather.poison
        if poisoned:
            records.insert(story.choices.randint(0, len(records)), _POISON)
        if not again:
            story.say(f"{handler}: {[_told(one) for one in batch]}{' beside a broken one' if poisoned else ''}")
        try:
            answer = story.city.handle(handler, {"Records": records})
        except Killed:
            story.say(f"{handler}: killed")
            return []
        except Exception as failed:  # noqa: BLE001 - Lambda too takes whatever a handler raises for a failure
            story.found("handler-crashed", f"{handler}: {type(failed).__name__}: {failed} on {_told(batch[0])}")
            return self._given_up(handler, batch, type(failed).__name__)
        self._log.check()
        failures = _failures(answer)
        if not failures:
            return list(batch)
        # Lambda goes on from the first that failed.
        if poisoned and failures == {_POISON_SEQ}:
            return list(batch)
        first = next(
            (n for n, one in enumerate(records) if one["dynamodb"]["SequenceNumber"] in failures), len(records)
        )
        done = [one for one in batch if _seq(one) in {each["dynamodb"]["SequenceNumber"] for each in records[:first]}]
        return self._given_up(handler, [one for one in batch if one not in done], "reported as failed") + done

    def _given_up(self, handler: str, batch: Sequence[Change], why: str) -> list[Change]:
        given_up = []
        for one in batch:
            self._failed[one.seq] = self._failed.get(one.seq, 0) + 1
            if self._failed[one.seq] >= MAX_ATTEMPTS and not self._story.city.calls.weather.odds:
                given_up.append(one)
                self._story.found("event-stuck", f"{handler}: {_told(one)} failed {MAX_ATTEMPTS} times: {why}")
        return given_up


class Jobs:
    """The app's scheduled jobs, and the queue that carries their shards; two runs of one may overlap."""

    def __init__(self, story: Story, log: LogWatch) -> None:
        self._story = story
        self._log = log

    def run_one(self) -> None:
        """Run one of the jobs, or have some shards worked on."""
        names = self._story.city.jobs()
        name = self._story.choices.choice([*names, "deadlines", _SHARD, _SHARD])
        if name == _SHARD:
            self.work_off(self._story.choices.randint(1, 24))
        else:
            self.run(name)

    def run_deadlines(self) -> None:
        """Run the job that lets time pass."""
        self.run("deadlines")

    def run(self, name: str) -> dict[str, int]:
        """Run a job; return what it did."""
        event = {
            "version": "0",
            "id": "simulated",
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": "000000000000",
            "time": format_instant(self._story.now),
            "region": "simulated",
            "resources": [],
            "detail": {},
        }
        return self._invoke(name, event) or {}

    def work_off(self, count: int | None = None) -> dict[str, int]:
        """Hand messages of the queue to their function, in any order; return what was done. None: all of them."""
        story, done = self._story, Counter[str]()
        waiting = story.city.cloud.queue.waiting
        left = len(waiting) if count is None else count
        while waiting and left:
            left -= 1
            message = waiting.pop(story.choices.randrange(len(waiting)))
            record = {"body": message, "receiptHandle": "simulated", "messageId": "simulated"}
            answer = self._invoke(_SHARD, {"Records": [record]})
            if answer is None or story.choices.random() < _AGAIN * bool(story.city.calls.weather.odds):
                waiting.append(message)
            done.update(answer or {})
        return dict(done)

    def _invoke(self, name: str, event: dict[str, Any]) -> dict[str, int] | None:
        """Invoke a function; return its answer, or None if it has to be invoked again."""
        story = self._story
        try:
            answer: dict[str, int] = story.city.handle(name, event)
        except Killed:
            story.say(f"{name}: killed")
            return None
        except Exception as failed:  # noqa: BLE001 - a job that fails is run again by its schedule
            story.say(f"{name}: {type(failed).__name__}: {failed}")
            if not isinstance(failed, Unavailable):
                story.found("job-crashed", f"{name}: {type(failed).__name__}: {failed}")
            return None
        self._log.check()
        if answer or name != _SHARD:
            story.say(f"{name}: {answer}")
        return answer


def record_of(change: Change) -> dict[str, Any]:
    """Return a stream record as Lambda hands it over."""
    images = {"OldImage": change.old, "NewImage": change.new}
    return {
        "eventID": f"{change.table}-{change.seq}",
        "eventName": change.kind,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "cn-north-1",
        "eventSourceARN": f"arn:aws-cn:dynamodb:cn-north-1:000000000000:table/{change.table}/stream/latest",
        "dynamodb": {
            "Keys": {"pk": {"S": change.key[0]}, "sk": {"S": change.key[1]}},
            **{name: _jsonable(image) for name, image in images.items() if image is not None},
            "SequenceNumber": _seq(change),
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
    }


_POISON_SEQ: Final = "0" * 20 + "7"
_POISON: Final[dict[str, Any]] = {
    "eventID": "broken",
    "eventName": "INSERT",
    "eventVersion": "1.1",
    "eventSource": "aws:dynamodb",
    "awsRegion": "cn-north-1",
    "eventSourceARN": "arn:aws-cn:dynamodb:cn-north-1:000000000000:table/cases_table/stream/latest",
    "dynamodb": {
        "Keys": {"pk": {"S": "CASE#BROKEN"}, "sk": {"S": "EVENT#000001"}},
        "NewImage": {"pk": {"S": "CASE#BROKEN"}, "sk": {"S": "EVENT#000001"}, "name": {"S": "accepted"}},
        "SequenceNumber": _POISON_SEQ,
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    },
}


def _seq(change: Change) -> str:
    return f"{change.seq:021d}"


def _told(change: Change) -> str:
    name = (change.new or {}).get("name", {}).get("S", "?")
    return f"{change.key[0].partition('#')[2][:6]}/{change.key[1].removeprefix('EVENT#').lstrip('0')} {name}"


def _at(change: Change) -> str:
    return str((change.new or {})["at"]["S"])


def _failures(answer: Any) -> set[str]:
    if not isinstance(answer, Mapping):
        return set()
    return {str(one["itemIdentifier"]) for one in answer.get("batchItemFailures", ())}


def _jsonable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _jsonable(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_jsonable(inner) for inner in value]
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
