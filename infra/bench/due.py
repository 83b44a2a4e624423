"""24,000 cases that fall due at one instant: calls counted on a real run, the time modelled from them.

The run is the job's own code over DynamoDB Local, one shard after the other. The model: a call takes `CALL_SECONDS`; a
shard's calls follow each other; at most `maximum_concurrency` shards run side by side; each invocation, the first one
and each that a cursor leads to, waits `START_SECONDS` for the queue and a cold start. Not modelled: throttling. The
writes that one partition of the index takes are given, to be held against DynamoDB's 1,000 units a second.
"""

from __future__ import annotations

import contextlib
import io
import math
from collections import Counter
from datetime import timedelta
from typing import Any, Final

from chalice.app import SQSEventConfig

from chalicelib.shared.codes import new_code
from chalicelib.shared.due import SHARDS
from chalicelib.shared.jobs import MARGIN_SECONDS, Job
from chalicelib.shared.viewer import Viewer
from infra.bench.calls import Tally
from infra.bench.world import World, bench_world
from infra.local.queues import TIMEOUT_SECONDS

DUE: Final = 24_000
CALL_SECONDS: Final = 0.008
START_SECONDS: Final = 3.0
_COUNTED: Final = 64
_UNITS_PER_PARTITION: Final = 1000


class _Later:
    """The bench's clock, so much later."""

    def __init__(self, world: World, later: timedelta) -> None:
        self._now = world.container.foundation.clock.now() + later

    def now(self) -> Any:
        """Return the instant."""
        return self._now


def measure_due() -> dict[str, Any]:
    """Return the figures of one run and what the model makes of them."""
    with bench_world() as world:
        container = world.container
        empty = _count(world, timedelta(0))
        for number in range(_COUNTED):
            world.file(Viewer(f"due-{number}", frozenset(), None, None))
        full = _count(world, timedelta(days=10))
        spread = Counter(container.cases.store.due.keys(new_code(), "")["gsi1pk"] for _ in range(DUE))
    per_case = (full["calls"] - empty["calls"]) / _COUNTED
    return {
        "counted": {"cases": _COUNTED, "done": full["done"], "calls_per_case": round(per_case, 2)},
        "parameters": {
            "due": DUE,
            "call_ms": CALL_SECONDS * 1000,
            "start_s": START_SECONDS,
            "shards": SHARDS,
            "side_by_side": _side_by_side(),
            "budget_s": TIMEOUT_SECONDS - MARGIN_SECONDS,
        },
        "modelled": _model(sorted(spread.values(), reverse=True), per_case, full["units"] / _COUNTED),
    }


def _count(world: World, later: timedelta) -> dict[str, float]:
    """Return calls, units and acts of one run of the cases' part of the job."""
    container = world.container
    clock = container.foundation.clock
    tally = Tally(container.foundation.aws)
    container.foundation.clock = _Later(world, later)
    for made in ("service", "clockwork"):
        vars(container.cases).pop(made, None)
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # the job's own log line
            done = Job("deadlines", [container.cases.clockwork.part], container.foundation.clock).run()
    finally:
        container.foundation.clock = clock
    return {**tally.take(), "done": float(done.get("escalated", 0))}


def _model(shards: list[int], calls_per_case: float, units_per_case: float) -> dict[str, Any]:
    """Return how long it takes until the last case is done, longest shard first on the next free worker."""
    free = [0.0] * _side_by_side()
    for cases in shards:
        work = cases * calls_per_case * CALL_SECONDS
        invocations = math.ceil(work / (TIMEOUT_SECONDS - MARGIN_SECONDS))
        free[free.index(min(free))] += work + invocations * START_SECONDS
    one_after_the_other = sum(shards) * calls_per_case * CALL_SECONDS
    return {
        "seconds": round(max(free), 1),
        "within_5_minutes": max(free) <= 300,  # noqa: PLR2004 - the reach
        "seconds_in_one_invocation": round(one_after_the_other, 1),
        "largest_shard": shards[0],
        "units_per_second_and_shard": round(units_per_case / (calls_per_case * CALL_SECONDS), 1),
        "units_per_partition": _UNITS_PER_PARTITION,
    }


def _side_by_side() -> int:
    from app import app

    (source,) = (one for one in app.event_sources if isinstance(one, SQSEventConfig) and one.name == "deadline_shard")
    return int(source.maximum_concurrency or 1)
