"""What disputes, appointments and ratings cost: calls and capacity units, growth, contention. On DynamoDB Local."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from chalicelib.appointments.booking.service import BookingRequest
from chalicelib.appointments.slots.refusals import SlotTaken
from chalicelib.appointments.slots.service import Wanted
from chalicelib.cases.lifecycle.lists import CaseFilter
from chalicelib.shared.codes import new_code
from chalicelib.shared.dynamo import Table
from chalicelib.shared.records import to_item
from chalicelib.shared.transactions import Transaction
from chalicelib.shared.viewer import Viewer
from infra.bench.calls import Tally
from infra.bench.world import CLERK, NOW, World, bench_world

_MORNING: Final = datetime(2026, 11, 25, 1, tzinfo=UTC)  # 09:00 in Dalian, a Wednesday
_WORKDAYS: Final = (0, 1, 2, 5, 6, 7, 8, 9, 12, 13)  # days after that
_MADE_UP: Final = 100_000
_ROUNDS: Final = 100
_BOOKERS: Final = 32
_WORKERS: Final = 8


def measure_disputes() -> dict[str, Any]:
    """Return every figure of one run."""
    with bench_world() as world:
        figures: dict[str, Any] = {"calls": _count(world)}
        figures["growth"] = _growth(world)
    with bench_world() as world:
        figures["one_slot"] = _contend(world)
        figures["throughput"] = _throughput(world)
    return figures


def _count(world: World) -> dict[str, dict[str, float]]:
    container = world.container
    applicant = Viewer("a", frozenset(), None, None)
    world.file(applicant)  # warms the directory
    tally = Tally(container.foundation.aws)
    counted: dict[str, dict[str, float]] = {}
    code = world.file(applicant)
    counted["file"] = tally.take()
    container.cases.service.get_progress(code)
    counted["progress"] = tally.take()
    container.cases.lists.list_cases(applicant, CaseFilter("party"), None, 20)
    counted["my_cases"] = tally.take()
    world.act(CLERK, code, "accept")
    counted["action"] = tally.take()
    code, applicant = world.mediating(1)
    container.appointments.working_hours.availability_of("bench", "m-1", NOW)
    tally.take()
    container.appointments.booking.book(applicant, BookingRequest(code, _MORNING, 60, "video"), world.key())
    counted["book"] = tally.take()
    wanted = Wanted("bench", None, _MORNING.date(), _MORNING.date() + timedelta(days=13), 60, None)
    started = time.perf_counter()
    found = container.appointments.slots.list_slots(applicant, wanted, None, NOW)
    counted["slots_50_mediators_14_days"] = {
        **tally.take(),
        "slots": len(found),
        "ms": round((time.perf_counter() - started) * 1000),
    }
    container.ratings.service.summarise("service:mediation")
    counted["rating_summary"] = tally.take()
    return counted


def _growth(world: World) -> dict[str, Any]:
    """Compare the units of progress and of a list of cases among few cases and among many."""
    container = world.container
    applicant = Viewer("grown", frozenset(), None, None)
    code = world.file(applicant)
    tally = Tally(container.foundation.aws)

    def units() -> tuple[float, float]:
        container.cases.service.get_progress(code)
        progress = tally.take()["units"]
        container.cases.lists.list_cases(applicant, CaseFilter("party"), None, 20)
        return progress, tally.take()["units"]

    few = units()
    template = container.cases.store.find_case(code)
    table = Table(container.foundation.aws, container.settings.cases_table)
    for start in range(0, _MADE_UP, 5000):
        rows: list[dict[str, Any]] = []
        for number in range(start, start + 5000):
            made = new_code()
            values = {} if template is None else to_item(template)
            rows.append({"pk": f"CASE#{made}", "sk": "META", **values, "code": made})
            rows.append(
                {
                    "pk": f"CASE#{made}",
                    "sk": "LIST#ORGANISATION#bench",
                    "gsi1pk": "LIST#ORGANISATION#bench",
                    "gsi1sk": f"2025-01-01T00:00:00.000Z#{number:06d}",
                    "code": made,
                }
            )
        with ThreadPoolExecutor(_WORKERS) as pool:
            list(pool.map(table.put_many, [rows[n : n + 500] for n in range(0, len(rows), 500)]))
    tally.take()
    many = units()
    names = ("progress", "my_cases")
    return {
        name: {"few": one, "many": other, "ratio": round(other / one, 2) if one else None}
        for name, one, other in zip(names, few, many, strict=True)
    }


def _contend(world: World) -> dict[str, Any]:
    """Have 32 cases of one mediator ask for one slot, a hundred times."""
    container = world.container
    cases = [_of_one_mediator(world, number) for number in range(_BOOKERS)]
    starts = [_MORNING + timedelta(days=day, minutes=30 * cell) for day in _WORKDAYS for cell in (0, 1, 2, 3, 4, 5)]
    starts += [start + timedelta(hours=4, minutes=30) for start in starts[: _ROUNDS - len(starts)]]

    def attempt(case: tuple[str, Viewer], start: datetime) -> str:
        try:
            container.appointments.booking.book(case[1], BookingRequest(case[0], start, 30, "phone"), world.key())
        except SlotTaken:
            return "slot_taken"
        except Exception as other:  # noqa: BLE001 - whatever else happens is the figure
            return type(other).__name__
        return "booked"

    outcomes: Counter[str] = Counter()
    winners = []
    with ThreadPoolExecutor(_BOOKERS) as pool:
        for start in starts[:_ROUNDS]:
            got = Counter(pool.map(attempt, cases, itertools.repeat(start)))
            winners.append(got["booked"])
            outcomes.update(got)
    return {
        "rounds": len(winners),
        "winners": sum(winners),
        "rounds_with_one_winner": winners.count(1),
        "outcomes": dict(outcomes),
    }


def _throughput(world: World) -> dict[str, float]:
    """Compare bookings a second with raw transactions of as many writes, by 8 workers, on free slots."""
    container = world.container
    cases = [world.mediating(number) for number in range(1, _WORKERS + 1)]
    starts = [_MORNING + timedelta(days=day, minutes=30 * cell) for day in _WORKDAYS[:6] for cell in range(6)]
    started = time.perf_counter()

    def book(number: int) -> int:
        code, applicant = cases[number]
        for start in starts:
            container.appointments.booking.book(applicant, BookingRequest(code, start, 30, "phone"), world.key())
        return len(starts)

    with ThreadPoolExecutor(_WORKERS) as pool:
        booked = sum(pool.map(book, range(_WORKERS)))
    bookings = booked / (time.perf_counter() - started)
    table = container.settings.answers_table

    def raw(number: int) -> int:
        for turn in range(len(starts)):
            transaction = Transaction()
            for write in range(16):  # as many as a booking makes
                transaction.put(
                    table,
                    {"pk": f"RAW#{number}#{turn}", "sk": str(write), "data": "x" * 300},
                    condition="attribute_not_exists(pk)",
                    refusal=lambda _: SlotTaken(),
                )
            container.answers.commit(transaction)
        return len(starts)

    started = time.perf_counter()
    with ThreadPoolExecutor(_WORKERS) as pool:
        done = sum(pool.map(raw, range(_WORKERS)))
    transactions = done / (time.perf_counter() - started)
    return {
        "bookings_per_second": round(bookings, 1),
        "raw_transactions_per_second": round(transactions, 1),
        "ratio": round(bookings / transactions, 2),
    }


def _of_one_mediator(world: World, number: int) -> tuple[str, Viewer]:
    applicant, respondent = (Viewer(f"{name}-{number}", frozenset(), None, None) for name in ("x", "y"))
    code = world.file(applicant)
    world.act(CLERK, code, "accept")
    invite = world.container.cases.service.get_case(applicant, code).loaded.text_of("p2")["invite_code"]
    world.container.cases.service.join(respondent, code, invite, world.key())
    world.assign(code, applicant, respondent, "m-0")
    world.act(Viewer("m-0", frozenset({"mediator"}), "bench", None), code, "take")
    return code, applicant
