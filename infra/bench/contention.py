"""Ratings of one target at the same time: how many are answered 503, by a model, as no local engine has conflicts.

Discrete events. Ratings arrive at random (Poisson). A transaction holds every item that it writes, from its start
until its reply. One that starts while another holds an item of its own is cancelled, and told so as late as it would
have been told of success; it is sent again, as it was, after the pause of the real retry loop, as often as that does,
and then it is answered 503. Which items a rating writes is asked of the real service and the real store.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace
from typing import Any, Final

from chalicelib.desk.store import DeskStore
from chalicelib.ratings.rating.model import Invitation, Target
from chalicelib.ratings.rating.rules import RatingRules
from chalicelib.ratings.rating.service import RatingService, Said
from chalicelib.ratings.rating.store import RatingStore, choose_shards
from chalicelib.shared.calendar import work_calendar
from chalicelib.shared.clock import format_instant
from chalicelib.shared.crypto import Keyring, Keys, Pseudonyms
from chalicelib.shared.deadlines import DeadlineRules, DueDates
from chalicelib.shared.dynamo import Pauses
from chalicelib.shared.idempotency import Idempotency, StoredAnswer
from chalicelib.shared.items import from_wire, to_wire
from chalicelib.shared.records import to_item
from chalicelib.shared.sealing import AesGcmSealer
from chalicelib.shared.transactions import MAX_ATTEMPTS, Committer
from chalicelib.shared.viewer import Viewer

COMPLETED: Final = (
    Target("service:mediation", "service"),
    Target("organisation:bench", "overall"),
    Target("channel:online", "channel"),
)
"""What everybody rates together when a service is completed: three busy targets in one transaction."""

STAFF: Final = (Target("staff:bench", "staff"),)
_NOW: Final = datetime(2026, 11, 24, 2, tzinfo=UTC)
_ORDINARY: Final = 4
_BAD: Final = 1


@dataclass(frozen=True, slots=True)
class Load:
    """The model's parameters. `transaction_seconds`: from sending a transaction to its reply, whatever it is."""

    per_second: float = 100.0
    seconds: float = 60.0
    transaction_seconds: float = 0.020
    seed: int = 2026


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the ratings: how many there were, were answered 503, and were sent more than once."""

    ratings: int
    unavailable: int
    retried: int

    @property
    def share_of_503(self) -> float:
        """Which share was answered 503."""
        return self.unavailable / self.ratings


def simulate(load: Load, items_of: Callable[[int], Sequence[str]]) -> Outcome:
    """Return what comes of ratings under a load; `items_of`: the items that the rating with a number writes."""
    rng = random.Random(load.seed)  # noqa: S311 - no secret
    paused: list[float] = []
    pauses = Pauses(sleep=paused.append, jitter=rng.random)
    arrivals, at = [], rng.expovariate(load.per_second)
    while at < load.seconds:
        arrivals.append(at)
        at += rng.expovariate(load.per_second)
    items = [tuple(items_of(number)) for number in range(len(arrivals))]
    waiting = [(at, number, 0) for number, at in enumerate(arrivals)]
    heapq.heapify(waiting)
    held_until: dict[str, float] = {}
    unavailable = retried = 0
    while waiting:
        now, number, attempt = heapq.heappop(waiting)
        told = now + load.transaction_seconds
        if all(held_until.get(item, 0.0) <= now for item in items[number]):
            held_until.update(dict.fromkeys(items[number], told))
        elif attempt + 1 == MAX_ATTEMPTS:
            unavailable += 1
        else:
            retried += attempt == 0
            pauses.pause(attempt)
            heapq.heappush(waiting, (told + paused.pop(), number, attempt + 1))
    return Outcome(len(arrivals), unavailable, retried)


def measure_contention() -> dict[str, dict[str, float]]:
    """Return the share of 503 at 100 ratings a second, of a completed service and of one member of staff."""
    measured = {}
    for name, targets in (("completed_service", COMPLETED), ("one_member_of_staff", STAFF)):
        rng = random.Random(Load().seed)  # noqa: S311 - no secret
        writes = RealWrites(targets, draw=partial(choose_shards, draw=rng.randrange))
        outcome = simulate(Load(), writes.items_of)
        measured[name] = {
            "per_second": Load().per_second,
            "ratings": outcome.ratings,
            "retried_share": round(outcome.retried / outcome.ratings, 4),
            "share_of_503": round(outcome.share_of_503, 5),
        }
    return measured


class RealWrites:
    """Asks the real service which items a rating of `targets` writes; the storage behind it is a recorder."""

    def __init__(
        self,
        targets: Sequence[Target],
        *,
        draw: Callable[[Sequence[str]], dict[str, int]],
        bad: bool = False,
    ) -> None:
        self._targets = tuple(targets)
        self._level = _BAD if bad else _ORDINARY
        self._recorder = _Recorder()
        clients: Any = SimpleNamespace(dynamodb=self._recorder)
        sealer = AesGcmSealer(b"bench", "answers")
        committer = Committer(clients, "answers", lambda: sealer)
        store = RatingStore(clients, "ratings", "people", committer, _NoKms(), DeskStore(clients, "desks"))
        due = DueDates(DeadlineRules.load(), work_calendar())
        self._pseudonyms = Pseudonyms(b"bench")
        self._service = RatingService(
            store,
            RatingRules.load(),
            due,
            find_staff_name=lambda _, __: None,
            choose_shards=draw,
            pseudonyms=lambda: self._pseudonyms,
            clock=SimpleNamespace(now=_now),
        )

    def items_of(self, number: int) -> list[str]:
        """Return the keys of all items that the rating by one more person writes in its transaction."""
        viewer = Viewer(f"citizen-{number}", frozenset(), None, None)
        person = self._pseudonyms.of(viewer.subject)
        invitation = Invitation(
            f"i-{number}",
            person,
            "ended",
            {"type": "case", "code": f"C{number}"},
            self._targets,
            "bench",
            "online",
            format_instant(_NOW),
            "2027-01-01T00:00:00.000Z",
        )
        self._recorder.invitation = to_item(invitation)
        said = [Said(one.target, self._level, (), "t") for one in self._targets]
        key = Idempotency(f"key-{number}", "request", _NOW, lambda _: StoredAnswer(201, {}, b"{}"))
        self._service.rate(viewer, invitation.id, said, key, anonymous=True)
        return self._recorder.written


class _Recorder:
    """A client of DynamoDB that finds the invitation, accepts every transaction, and remembers its items."""

    def __init__(self) -> None:
        self.exceptions = SimpleNamespace(TransactionCanceledException=RuntimeError)
        self.invitation: dict[str, Any] = {}
        self.written: list[str] = []

    def get_item(self, **_: Any) -> dict[str, Any]:
        return {"Item": to_wire(self.invitation)}

    def update_item(self, **_: Any) -> dict[str, Any]:
        return {"Attributes": {"ratings": {"SS": ["r"]}}}

    def transact_write_items(self, TransactItems: Sequence[Any], **_: Any) -> None:  # noqa: N803 - as botocore's
        self.written = []
        for each in TransactItems:
            ((_, parameters),) = each.items()
            key = from_wire(parameters.get("Key") or parameters["Item"])
            self.written.append(f"{parameters['TableName']}|{key['pk']}|{key['sk']}")


class _NoKms(Keys):
    """Keys that nobody wrapped: which items are written does not depend on it."""

    def __init__(self) -> None:
        pass

    def make(self, aggregate: str, subjects: list[str]) -> tuple[bytes, Keyring]:
        keys = dict.fromkeys(subjects, b"k" * 32)
        return b"kek", Keyring(aggregate, keys, keys)


def _now() -> datetime:
    return _NOW
