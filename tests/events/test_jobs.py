"""The mechanism of scheduled jobs: items, shards and time are isolated; what fails is named, and stops nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.shared.clock import format_instant
from chalicelib.shared.due import SHARDS, DueEntry
from chalicelib.shared.errors import Unavailable
from chalicelib.shared.jobs import MARGIN_SECONDS, MAX_HOPS, Budget, Job, Part, Task

NOW = datetime(2026, 11, 24, 16, tzinfo=UTC)


class StillClock:
    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at


class Index:
    """An index in memory, as `DueIndex` promises it; two entries a page."""

    def __init__(self, *ids: str, due: datetime = NOW - timedelta(hours=1)) -> None:
        self.entries = {one: DueEntry(one, "META", "DUE#0", f"{format_instant(due)}#{one}") for one in ids}
        self.reads = 0
        self.down = False

    def list_due(
        self, shard: int, until: str, after: Mapping[str, Any] | None
    ) -> tuple[list[DueEntry], Mapping[str, Any] | None]:
        self.reads += 1
        if self.down:
            raise Unavailable
        place = "" if after is None else after["gsi1sk"]
        due = sorted(
            (one for one in self.entries.values() if place < one.gsi1sk <= f"{until}~"), key=lambda one: one.gsi1sk
        )
        page = due[:2] if shard == 0 else []
        return page, page[-1]._asdict() if len(due) > 2 and page else None

    def postpone(self, entry: DueEntry, now: datetime, *, longer: bool) -> bool:
        later = format_instant(now + timedelta(minutes=10))
        self.entries[entry.id] = entry._replace(gsi1sk=f"{later}#{entry.id}#{entry.attempts + longer}")
        return True


@dataclass
class Work:
    """A part of a job over an index in memory. `broken`: what acting on an id raises."""

    index: Index
    broken: dict[str, Exception] = field(default_factory=dict)
    acted: list[str] = field(default_factory=list)

    def act(self, item: str) -> Iterator[str]:
        self.acted.append(item)
        if item in self.broken:
            raise self.broken[item]
        if self.index.entries.pop(item, None) is not None:
            yield "done"

    def part(self, name: str = "things", *, urgent: bool = False) -> Part:
        return Part(name, self.index, self.act, urgent=urgent)  # type: ignore[arg-type]


class Items:
    """Time for so many checks."""

    def __init__(self, number: int) -> None:
        self.left = number

    def seconds_left(self) -> float:
        self.left -= 1
        return float(self.left)


class Queue:
    def __init__(self, *, refuses: int = 0) -> None:
        self.sent: list[Task] = []
        self._refuses = refuses

    def send(self, messages: Any) -> int:
        self.sent.extend(Task.from_json(one) for one in messages)
        return self._refuses


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


def lines(captured: str, level: str = "ERROR") -> list[dict[str, Any]]:
    return [one for one in map(json.loads, captured.splitlines()) if one["level"] == level]


def test_one_broken_item_of_five_and_the_other_four_are_done(
    clock: StillClock, capsys: pytest.CaptureFixture[str]
) -> None:
    work = Work(Index(*"abcde"), {"c": KeyError("王小明")})
    assert Job("deadlines", [work.part()], clock).run() == {"done": 4, "failed": 1}
    assert set(work.index.entries) == {"c"}
    (line,) = lines(capsys.readouterr().out)
    assert (line["job"], line["part"], line["item"], line["fault"]) == ("deadlines", "things", "c", "KeyError")
    assert "王小明" not in json.dumps(line, ensure_ascii=False)
    (metric,) = line["_aws"]["CloudWatchMetrics"]
    assert metric["Metrics"] == [{"Name": "failed", "Unit": "Count"}]
    assert all(name in line for dimensions in metric["Dimensions"] for name in dimensions)
    assert line["failed"] == 1


def test_what_failed_is_tried_again_and_done_when_it_can_be(clock: StillClock) -> None:
    work = Work(Index("a"), {"a": ValueError()})
    job = Job("deadlines", [work.part()], clock)
    assert job.run() == {"failed": 1}
    assert job.run() == {}  # not at once
    work.broken.clear()
    clock.at += timedelta(minutes=10)
    assert job.run() == {"done": 1}


def test_broken_items_at_the_head_of_the_line_do_not_starve_the_others(clock: StillClock) -> None:
    work = Work(Index(*(f"a{number:02d}" for number in range(30)), "good"))
    work.broken = {one: ValueError() for one in work.index.entries if one != "good"}
    job = Job("deadlines", [work.part()], clock)
    for _ in range(5):
        job.run(Budget(Items(10).seconds_left))
        if "good" in work.acted:
            break
        clock.at += timedelta(seconds=60)
    assert "good" in work.acted
    work.acted.clear()
    work.index.entries["next"] = DueEntry("next", "META", "DUE#0", f"{format_instant(NOW)}#next")
    clock.at += timedelta(days=1)
    job.run(Budget(Items(2).seconds_left))
    assert work.acted[0] == "next"


def test_a_shard_that_cannot_be_listed_stops_no_other_part(clock: StillClock) -> None:
    lost, work = Work(Index("x")), Work(Index("a"))
    lost.index.down = True
    answer = Job("deadlines", [lost.part("lost"), work.part()], clock).run()
    assert answer == {"done": 1, "failed": SHARDS}


def test_a_dependency_that_is_down_is_not_asked_for_every_item(clock: StillClock) -> None:
    down, work = Work(Index(*(f"i{number}" for number in range(9)))), Work(Index("a"))
    down.broken = {one: Unavailable() for one in down.index.entries}
    answer = Job("deadlines", [down.part("down"), work.part()], clock).run()
    assert answer == {"done": 1, "failed": 5}
    assert {one.attempts for one in down.index.entries.values()} == {0}  # not the items' own fault


def test_without_a_queue_everything_is_done_in_one_invocation(clock: StillClock) -> None:
    work = Work(Index("a", "b", "c"))
    assert Job("deadlines", [work.part()], clock).start(Budget()) == {"done": 3}


def test_each_shard_is_sent_and_what_is_urgent_is_done_at_once(clock: StillClock) -> None:
    flood, urgent, queue = Work(Index("a", "b")), Work(Index("u")), Queue()
    job = Job("deadlines", [flood.part("flood"), urgent.part("urgent", urgent=True)], clock, queue)
    assert job.start(Budget()) == {"done": 1}
    assert urgent.acted == ["u"]
    assert not flood.acted
    assert [(task.part, task.shard) for task in queue.sent] == [("flood", shard) for shard in range(SHARDS)]
    messages = [task.to_json() for task in queue.sent]
    assert job.resume(messages, Budget()) == {"done": 2}
    assert job.resume(messages, Budget()) == {}  # messages come twice


def test_what_the_time_does_not_suffice_for_is_sent_on_with_a_cursor(clock: StillClock) -> None:
    work, queue = Work(Index(*"abcde")), Queue()
    job = Job("deadlines", [work.part()], clock, queue)
    work.broken = {"a": ValueError()}
    first = Task("things", 0, format_instant(NOW)).to_json()
    assert job.resume([first], Budget(lambda: 0.0)) == {"failed": 1}  # at least one item
    (task,) = queue.sent
    assert (task.part, task.shard, task.until, task.hops) == ("things", 0, format_instant(NOW), 1)
    assert task.after is not None
    work.index.entries["a"] = DueEntry("a", "META", "DUE#0", f"{format_instant(NOW - timedelta(hours=1))}#a")
    assert job.resume([queue.sent.pop().to_json()], Budget()) == {"done": 4}  # from the cursor on, not from the head
    assert work.acted == [*"abcde"]


def test_a_run_does_not_send_itself_on_for_ever(clock: StillClock) -> None:
    work, queue = Work(Index(*(f"i{number:02d}" for number in range(99)))), Queue()
    job = Job("deadlines", [work.part()], clock, queue)
    messages, hops = [Task("things", 0, format_instant(NOW)).to_json()], 0
    while messages:
        job.resume(messages, Budget(lambda: 0.0))
        messages, queue.sent, hops = [task.to_json() for task in queue.sent], [], hops + 1
    assert hops == MAX_HOPS + 1
    assert job.run() == {"done": 99 - hops}


def test_urgent_work_without_time_goes_to_the_queue(clock: StillClock) -> None:
    first, second, queue = Work(Index("a", "b")), Work(Index("c")), Queue()
    parts = [first.part("first", urgent=True), second.part("second", urgent=True)]
    assert Job("deadlines", parts, clock, queue).start(Budget(lambda: 0.0)) == {"done": 1}
    assert len(queue.sent) == 2 * SHARDS
    assert Job("deadlines", parts, clock, queue).resume([one.to_json() for one in queue.sent], Budget()) == {"done": 2}


def test_a_queue_that_takes_nothing_is_a_failure_and_urgent_work_is_done(clock: StillClock) -> None:
    flood, urgent = Work(Index("a")), Work(Index("u"))
    parts = [flood.part("flood"), urgent.part("urgent", urgent=True)]
    assert Job("deadlines", parts, clock, Queue(refuses=1)).start(Budget()) == {"done": 1, "failed": 1}


@pytest.mark.parametrize("message", ["", "{}", "[]", '{"part": "gone", "shard": 0, "until": "2026"}', '{"x": 1}'])
def test_a_message_that_is_none_is_counted_and_the_next_one_is_done(clock: StillClock, message: str) -> None:
    work = Work(Index("a"))
    good = Task("things", 0, format_instant(NOW)).to_json()
    assert Job("deadlines", [work.part()], clock).resume([message, good], Budget()) == {"done": 1, "failed": 1}


def test_the_budget_leaves_time_for_the_item_at_hand() -> None:
    class Context:
        milliseconds = 300_000

        def get_remaining_time_in_millis(self) -> int:
            return self.milliseconds

    context = Context()
    budget = Budget.of_lambda(context)
    assert not budget.is_spent()
    context.milliseconds = int(MARGIN_SECONDS * 1000)
    assert budget.is_spent()
    assert not Budget().is_spent()
