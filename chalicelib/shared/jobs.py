"""Scheduled jobs: what falls due is acted on item by item, and what fails stops nothing else.

A job has parts (cases, appointments, …), a part has shards, a shard has items. Each is isolated:

- **An item** that fails is counted, named in a line of the log that is a metric too, and moved back in its index with
  a growing delay: it is tried again, and is never again in front of those that can be done.
- **A shard** that cannot be listed is counted and named; the others go on. It also ends early when one dependency
  after the other says "not now": the next run begins there.
- **Time** is a budget. What it does not suffice for is a `Task` with a cursor, sent on through the queue.

Work that falls due at one instant (days end at 23:59:59) is spread: the schedule sends one message for each shard, and
a second function works them off side by side. Urgent parts (holds, reminders, offers) never wait behind that: the
schedule's own invocation does them. The same shard may be worked on twice at once: every act is conditional.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import Any, Final, Protocol, Self

from chalicelib.shared.clock import Clock, format_instant
from chalicelib.shared.due import SHARDS, DueEntry, DueIndex
from chalicelib.shared.errors import Unavailable
from chalicelib.shared.paging import Position

FAILED: Final = "failed"
"""The name under which a job's answer counts what failed."""

MARGIN_SECONDS: Final = 60.0
"""What is left of the time when a run stops: enough for the item at hand, however slow its calls are."""

MAX_HOPS: Final = 20
"""How often a shard's run sends itself on before it leaves the rest to the next schedule."""

_MAX_UNAVAILABLE: Final = 5
"""After so many items in a row that a dependency would not serve, the shard's run ends."""

_NAMESPACE: Final = "Yima"


class Budget:
    """How much time a run has. Without an argument: as long as it takes."""

    def __init__(self, seconds_left: Callable[[], float] | None = None) -> None:
        self._seconds_left = seconds_left

    @classmethod
    def of_lambda(cls, context: Any) -> Self:
        """Return what Lambda leaves this invocation, less a margin. `context`: the handler's second argument."""
        return cls(lambda: float(context.get_remaining_time_in_millis()) / 1000 - MARGIN_SECONDS)

    def is_spent(self) -> bool:
        """Tell whether nothing more should be begun."""
        return self._seconds_left is not None and self._seconds_left() <= 0


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of work of a job.

    `act` does all that is due for one id and yields the name of each thing done; it is conditional, and so may be
    called twice. `urgent`: done by the schedule's own invocation. `patience`: an entry is due that much after its
    instant (a day's last second is in time as a whole).
    """

    name: str
    due: DueIndex
    act: Callable[[str], Iterable[str]]
    urgent: bool = False
    patience: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Task:
    """One shard of one part: what is due until an instant, from a cursor on. Index keys only, nothing personal."""

    part: str
    shard: int
    until: str
    after: Position | None = None
    hops: int = 0

    def to_json(self) -> str:
        """Return the task as a message."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the task that a message holds; raise `ValueError` or `TypeError` if it is none."""
        task = cls(**json.loads(text))
        if not (isinstance(task.part, str) and isinstance(task.shard, int) and isinstance(task.until, str)):
            raise TypeError("a task has a part, a shard and an instant")
        return task


class Queue(Protocol):
    """What carries tasks to invocations of their own."""

    def send(self, messages: Sequence[str]) -> int:
        """Send messages; return how many were not taken."""
        ...


class Failures:
    """Counts what failed in a run of a job, and names each failure in the log."""

    def __init__(self, job: str, clock: Clock) -> None:
        self._job = job
        self._clock = clock
        self.count = 0

    @contextmanager
    def isolated(self, part: str, item: str | None = None) -> Iterator[None]:
        """Let an exception end the block, and nothing else."""
        try:
            yield
        except Exception as fault:  # noqa: BLE001 - whatever it is, the others must be done
            self.note(part, fault, item)

    def note(self, part: str, fault: BaseException, item: str | None = None) -> None:
        """Count a failure, and write its line: a metric in CloudWatch's embedded format.

        It has the item's id, the type of the exception and its frames; not its message, which may quote data.
        """
        self.count += 1
        frames = traceback.extract_tb(fault.__traceback__)
        _write(
            self._clock,
            {
                "level": "ERROR",
                "job": self._job,
                "part": part,
                "item": item,
                "fault": type(fault).__qualname__,
                "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]],
                FAILED: 1,
            },
            [["job", "part", "fault"], ["job"]],
            [FAILED],
        )

    def counted(self) -> dict[str, int]:
        """Return the count as a job's answer has it: absent if nothing failed."""
        return {FAILED: self.count} if self.count else {}


@dataclass(slots=True)
class _Run:
    """What one run of a job has come to."""

    failures: Failures
    budget: Budget
    done: Counter[str] = field(default_factory=Counter)
    rest: list[Task] = field(default_factory=list)
    begun: bool = False


class Job:
    """One scheduled job. Without a queue, everything is done in the invocation that begins it."""

    def __init__(self, name: str, parts: Sequence[Part], clock: Clock, queue: Queue | None = None) -> None:
        self._name = name
        self._parts = {part.name: part for part in parts}
        self._clock = clock
        self._queue = queue

    def start(self, budget: Budget) -> dict[str, int]:
        """Have everything done that is due: urgent parts here, each shard of the others by an invocation of its own.

        Returns how many of what was done here, and what failed; the rest is in the answers of `resume`.
        """
        if self._queue is None:
            return self.run(budget)
        run = self._begin(budget)
        self._send(run, [task for task in self._tasks() if not self._parts[task.part].urgent])
        for task in self._tasks():
            if self._parts[task.part].urgent:
                self._work(run, task)
        self._send(run, run.rest)
        return self._end(run)

    def resume(self, messages: Iterable[str], budget: Budget) -> dict[str, int]:
        """Work on the shards that messages name; what the time does not suffice for is sent on with its cursor."""
        run = self._begin(budget)
        for message in messages:
            with run.failures.isolated("message"):
                self._work(run, Task.from_json(message))
        self._send(run, run.rest)
        return self._end(run)

    def run(self, budget: Budget | None = None) -> dict[str, int]:
        """Do everything that is due here, one shard after the other; return how many of what.

        Running it twice changes nothing more. What the budget does not suffice for waits for the next run.
        """
        run = self._begin(budget or Budget())
        for task in self._tasks():
            self._work(run, task)
        return self._end(run)

    def _begin(self, budget: Budget) -> _Run:
        return _Run(Failures(self._name, self._clock), budget)

    def _tasks(self) -> Iterator[Task]:
        now = self._clock.now()
        for part in sorted(self._parts.values(), key=lambda one: not one.urgent):
            for shard in range(SHARDS):
                yield Task(part.name, shard, format_instant(now - part.patience))

    def _work(self, run: _Run, task: Task) -> None:
        """Act on a shard's items until there are no more, or the time is over: then what is left is in `run.rest`."""
        part = self._parts[task.part]
        after = task.after
        refused = 0
        while True:
            if run.begun and run.budget.is_spent():  # what has begun does something, or it would be sent on for ever
                run.rest.append(replace(task, after=after, hops=task.hops + 1))
                return
            run.begun = True
            entries: list[DueEntry] = []
            last: Position | None = None
            failed = run.failures.count
            with run.failures.isolated(part.name):
                entries, last = part.due.list_due(task.shard, task.until, after)
            if run.failures.count > failed:
                return  # the list cannot be read: the next run tries again
            for entry in entries:
                refused = refused + 1 if self._act(run, part, entry) else 0
                after = entry._asdict()
                if refused >= _MAX_UNAVAILABLE:
                    return
                if run.budget.is_spent():
                    run.rest.append(replace(task, after=after, hops=task.hops + 1))
                    return
            if last is None:
                return
            after = last

    def _act(self, run: _Run, part: Part, entry: DueEntry) -> bool:
        """Act on one item; tell whether it failed because a dependency would not serve."""
        try:
            for event in part.act(entry.id):
                run.done[event] += 1
        except Exception as fault:  # noqa: BLE001 - one broken item stops nobody else's
            run.failures.note(part.name, fault, entry.id)
            refused = isinstance(fault, Unavailable)
            try:
                part.due.postpone(entry, self._clock.now(), longer=not refused)
            except Exception as unmoved:  # noqa: BLE001 - then it is met again where it was
                run.failures.note(f"{part.name}.postpone", unmoved, entry.id)
            return refused
        return False

    def _end(self, run: _Run) -> dict[str, int]:
        """Return the run's answer, and write its line, if there was anything to do."""
        answer = dict(sorted({**run.done, **run.failures.counted()}.items()))
        if answer or run.rest:
            line = {"level": "INFO", "job": self._name, "result": answer, "done": run.done.total()}
            _write(self._clock, {**line, "sent_on": len(run.rest)}, [["job"]], ["done", "sent_on"])
        return answer

    def _send(self, run: _Run, tasks: Sequence[Task]) -> None:
        messages = [task.to_json() for task in tasks if task.hops <= MAX_HOPS]
        if not messages or self._queue is None:
            return
        with run.failures.isolated("queue"):
            unsent = self._queue.send(messages)
            if unsent:
                raise Unavailable


def _write(clock: Clock, line: dict[str, Any], dimensions: list[list[str]], metrics: list[str]) -> None:
    at_ms = int(clock.now().timestamp() * 1000)
    named = [{"Name": name, "Unit": "Count"} for name in metrics]
    about = {"Namespace": _NAMESPACE, "Dimensions": dimensions, "Metrics": named}
    line["_aws"] = {"Timestamp": at_ms, "CloudWatchMetrics": [about]}
    sys.stdout.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
