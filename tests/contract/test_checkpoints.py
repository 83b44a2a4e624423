"""Every event gets into exactly one signed checkpoint: late, twice, beside another run, and after any crash."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.audit.model import Checkpoint, Leaf
from chalicelib.audit.service import AuditService
from chalicelib.audit.store import AuditStore, Signer
from chalicelib.shared.aws import Clients
from chalicelib.shared.events import Event
from chalicelib.shared.jobs import Failures
from infra.audit.checkpoints import PATIENCE, find_checkpoint_faults
from infra.audit.commands import find_chain_fault
from tests.contract.conftest import local_clients
from tests.contract.test_ratings import CLERK as RATING_CLERK
from tests.contract.test_ratings import Ratings, citizen
from tests.contract.world import CLERK, FILING, WANG

BLOCK = 4
LAST_SECOND = datetime(2026, 11, 24, 15, 59, 59, tzinfo=UTC)  # 23:59:59 in Dalian


class Signature(Signer):
    """A key that is not in KMS, which DynamoDB Local does not have."""

    def __init__(self) -> None:
        self.key_id = "key"

    def sign(self, text: str) -> str:
        return hmac.new(b"key", text.encode(), hashlib.sha256).hexdigest()

    def verify(self, text: str, signature: str) -> bool:
        return hmac.compare_digest(self.sign(text), signature)


class Killed(BaseException):
    """The process ended here."""


class Watched:
    """A store that does something before or after the call with a number."""

    def __init__(self, store: AuditStore, at: int, what: Callable[[], object], *, after: bool = False) -> None:
        self._store = store
        self._left = at
        self._what = what
        self._after = after
        self.reached = False

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._store, name)

        def call(*arguments: Any, **named: Any) -> Any:
            self._left -= 1
            now = self._left == 0
            if now and not self._after:
                self.reached = True
                self._what()
            result = real(*arguments, **named)
            if now and self._after:
                if isinstance(result, Iterator):
                    result = iter(list(result))
                self.reached = True
                self._what()
            return result

        return call


class Audited(Ratings):
    """Cases and ratings whose events reach audit."""

    def __init__(self, clients: Clients) -> None:
        super().__init__(clients)
        self.audit_store = self.container.audit.store
        self.signature = Signature()
        self.audit = self.service(self.audit_store)
        self._made = 0

    def service(self, store: Any) -> AuditService:
        return AuditService(store, self.store, self.signature, self.clock)

    def happen(self, count: int) -> list[Event]:
        """Record events of chains of their own."""
        events = []
        for _ in range(count):
            self._made += 1
            events.append(event_of(f"CASE{self._made}", self.clock.now()))
        for event in events:
            assert self.audit.on_event(event)
        return events

    def checkpoints(self) -> list[Checkpoint]:
        return list(self.audit_store.list_chain())

    def leaves(self, checkpoint: Checkpoint) -> list[Leaf]:
        return [leaf for block in self.audit_store.list_blocks(checkpoint.id) for leaf in block]

    def faults(self) -> list[tuple[str, str | None]]:
        return [one for one in find_checkpoint_faults(self.audit_store, self.signature) if one[1] is not None]

    def check_whole(self, total: int) -> None:
        """Every event in exactly one checkpoint, which every event knows; nothing pending, nothing left over."""
        assert self.faults() == []
        assert list(self.audit_store.list_pending(Failures("checkpoints", self.clock))) == []
        found = [leaf.aggregate for one in self.checkpoints() for leaf in self.leaves(one)]
        assert sorted(found) == sorted(f"CASE{number}" for number in range(1, total + 1))
        assert all(one.settled for one in self.checkpoints())
        for one in self.checkpoints():
            for index, leaf in enumerate(self.leaves(one)):
                (place,) = self.audit_store.list_places(leaf.aggregate)
                assert (place.checkpoint, place.index) == (one.id, index)

    def chain_fault(self, aggregate: str) -> str | None:
        container: Any = SimpleNamespace(
            cases=SimpleNamespace(store=self.store),
            ratings=SimpleNamespace(store=self.ratings_store),
            audit=SimpleNamespace(store=self.audit_store),
            clock=self.clock,
        )
        return find_chain_fault(container, aggregate)


def event_of(aggregate: str, at: datetime) -> Event:
    return Event.happened(
        aggregate, 1, at, "submitted", actor="a", actor_role="applicant", status="s", data={}, prev_hash="0" * 64
    )


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    for room in ("chalicelib.audit.model", "chalicelib.audit.service", "infra.audit.checkpoints"):
        monkeypatch.setattr(f"{room}.BLOCK_LEAVES", BLOCK)
    monkeypatch.setattr("chalicelib.audit.model.MAX_BLOCKS", 3)


@pytest.fixture
def world(clients: Clients) -> Audited:
    return Audited(clients)


@pytest.fixture
def real(dynamodb_local_url: str) -> Audited:
    return Audited(local_clients(dynamodb_local_url))


def test_an_event_of_the_last_second_that_comes_after_the_run_is_in_the_next_checkpoint(world: Audited) -> None:
    world.clock.at = LAST_SECOND - timedelta(minutes=1)
    world.happen(2)
    world._made += 1
    late = event_of("CASE3", LAST_SECOND)
    world.clock.at = LAST_SECOND + timedelta(hours=1)
    assert world.audit.run() == {"checkpoints": 1}
    assert world.audit.on_event(late)
    world.clock.at += timedelta(days=2)
    world.happen(1)
    assert world.audit.run() == {"checkpoints": 1}
    first, supplement = world.checkpoints()
    assert {leaf.aggregate for leaf in world.leaves(supplement)} == {"CASE3", "CASE4"}
    assert supplement.first_at == late.at < first.at
    assert supplement.previous == first.digest()
    assert first.closed
    world.check_whole(4)


def test_an_event_that_comes_twice_is_one_leaf(world: Audited) -> None:
    (event,) = world.happen(1)
    assert not world.audit.on_event(event)
    world.audit.run()
    assert not world.audit.on_event(event)
    assert world.audit.run() == {"checkpoints": 0}
    world.check_whole(1)


def test_nothing_happened_nothing_is_signed(world: Audited) -> None:
    assert world.audit.run() == {"checkpoints": 0}
    assert world.checkpoints() == []


def test_a_run_goes_on_until_all_are_taken(world: Audited) -> None:
    world.happen(2 * 3 * BLOCK + 3)
    assert world.audit.run() == {"checkpoints": 3}
    assert [one.count for one in world.checkpoints()] == [12, 12, 3]
    world.check_whole(27)


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
def test_a_run_that_is_killed_anywhere_is_finished_by_the_next(real: Audited, after: bool) -> None:
    def die() -> None:
        raise Killed

    total, step, killed = 0, 0, True
    while killed:
        step += 1
        total += 7
        real.happen(7)
        watched = Watched(real.audit_store, step, die, after=after)
        try:
            real.service(watched).run()
        except Killed:
            real.happen(2)  # more comes before the next run
            total += 2
        killed = watched.reached
        real.audit.run()
        real.check_whole(total)
    assert step > 8


def test_leaves_whose_checkpoint_is_signed_learn_their_place_from_the_next_run(
    world: Audited, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise Killed

    world.happen(3)
    store = AuditStore(world.clients, world.tables["AuditTable"], world.committer)
    monkeypatch.setattr(store, "settle_block", die)
    with pytest.raises(Killed):
        world.service(store).run()
    (signed,) = world.checkpoints()
    assert (signed.settled, len(list(world.audit_store.list_pending(Failures("checkpoints", world.clock))))) == (
        False,
        3,
    )
    assert world.faults() == []
    assert world.audit.run() == {"checkpoints": 0}
    world.check_whole(3)


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
def test_two_runs_that_overlap_anywhere_take_each_event_once(real: Audited, after: bool) -> None:
    total, step, overlapped = 0, 0, True
    while overlapped:
        step += 1
        real.happen(6)
        total += 8

        def other() -> None:
            real.happen(2)
            real.audit.run()

        watched = Watched(real.audit_store, step, other, after=after)
        real.service(watched).run()
        overlapped = watched.reached
        if not overlapped:
            total -= 2
        real.audit.run()
        real.check_whole(total)
    assert step > 8


def test_runs_at_the_same_time_take_each_event_once(real: Audited) -> None:
    real.happen(40)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: real.audit.run(), range(8)))
    real.audit.run()
    real.check_whole(40)


def item_of(world: Audited, table: str, pk: str, sk: str) -> dict[str, Any]:
    found = world.clients.dynamodb.get_item(TableName=world.tables[table], Key={"pk": {"S": pk}, "sk": {"S": sk}})
    return dict(found["Item"])


def put(world: Audited, table: str, item: dict[str, Any]) -> None:
    world.clients.dynamodb.put_item(TableName=world.tables[table], Item=item)


def test_a_checkpoint_that_was_touched_is_found(world: Audited) -> None:
    for _ in range(3):
        world.happen(6)
        world.audit.run()
    first, second, third = world.checkpoints()
    touched = item_of(world, "AuditTable", "CHAIN", second.id)
    for name, wrong in (("root", {"S": "0" * 64}), ("count", {"N": "5"}), ("previous", {"S": "0" * 64})):
        put(world, "AuditTable", {**touched, name: wrong})
        assert {one for one, _ in world.faults()} >= {second.id}, name
    world.clients.dynamodb.delete_item(
        TableName=world.tables["AuditTable"], Key={"pk": {"S": "CHAIN"}, "sk": {"S": second.id}}
    )
    assert [one for one, _ in world.faults()] == [third.id]
    put(world, "AuditTable", touched)
    assert world.faults() == []
    block = item_of(world, "AuditTable", f"CHECKPOINT#{first.id}", "BLOCK#0000")
    put(world, "AuditTable", {**block, "leaves": {"L": block["leaves"]["L"][::-1]}})
    assert [one for one, _ in world.faults()] == [first.id]


def test_an_event_that_stands_in_two_checkpoints_is_found(world: Audited) -> None:
    world.happen(2)
    world.audit.run()
    (first,) = world.checkpoints()
    for leaf in world.leaves(first):
        world.audit_store._table.put_many([{"pk": "PENDING#0", "sk": f"{leaf.aggregate}#{leaf.seq:06d}", **kept(leaf)}])
    world.audit.run()
    assert [one for one, _ in world.faults()] == [first.id]


def kept(leaf: Leaf) -> dict[str, str]:
    return {"hash": leaf.hash, "at": leaf.at}


def test_a_tail_that_was_cut_off_a_case_with_its_state_is_found(world: Audited) -> None:
    code = world.cases.file(WANG, FILING, world.key()).case.code
    before = item_of(world, "CasesTable", f"CASE#{code}", "META")
    world.act(CLERK, code, "accept")
    for event in world.store.list_events(code):
        world.audit.on_event(event)
    world.audit.run()
    assert world.chain_fault(code) is None
    put(world, "CasesTable", before)
    world.clients.dynamodb.delete_item(
        TableName=world.tables["CasesTable"], Key={"pk": {"S": f"CASE#{code}"}, "sk": {"S": "EVENT#000002"}}
    )
    assert world.fault(code) is None  # the chain alone does not show it
    assert world.chain_fault(code) == "event 2 was recorded, and is gone"
    for sk in ("META", "EVENT#000001"):
        world.clients.dynamodb.delete_item(
            TableName=world.tables["CasesTable"], Key={"pk": {"S": f"CASE#{code}"}, "sk": {"S": sk}}
        )
    assert world.chain_fault(code) == "its chain was recorded, and is gone"


def test_a_chain_that_was_written_anew_is_found(world: Audited) -> None:
    code = world.cases.file(WANG, FILING, world.key()).case.code
    (event,) = world.store.list_events(code)
    world.audit.on_event(event)
    forged = Event.happened(
        code,
        1,
        world.clock.now(),
        "submitted",
        actor="somebody-else",
        actor_role="applicant",
        status="submitted",
        data=event.data,
        prev_hash=event.prev_hash,
    )
    meta = item_of(world, "CasesTable", f"CASE#{code}", "META")
    put(world, "CasesTable", {**meta, "head": {"S": forged.hash}})
    world.store._cases.put_many([{"pk": f"CASE#{code}", "sk": "EVENT#000001", **forged.to_item()}])
    assert world.fault(code) is None
    assert str(world.chain_fault(code)).endswith("is not the one that was recorded")


def test_the_chain_of_a_rating_and_of_its_handling_is_in_checkpoints_too(world: Audited) -> None:
    world.invite(citizen(1))
    bad = world.rate(citizen(1), 1)
    world.handling.step(RATING_CLERK, bad.id, "contact", None, world.key())
    aggregate = f"RATING-{bad.id}"
    assert world.chain_fault(aggregate) is None
    world.clock.at += PATIENCE + timedelta(seconds=1)
    assert str(world.chain_fault(aggregate)).endswith("was never recorded")
    for event in world.ratings_store.list_events(bad.id):
        world.audit.on_event(event)
    assert str(world.chain_fault(aggregate)).endswith("is in no checkpoint")
    world.audit.run()
    assert world.chain_fault(aggregate) is None
    (checkpoint,) = world.checkpoints()
    assert [(leaf.aggregate, leaf.seq) for leaf in world.leaves(checkpoint)] == [(aggregate, 1), (aggregate, 2)]
    item = item_of(world, "RatingsTable", f"RATING#{bad.id}", "EVENT#000002")
    put(world, "RatingsTable", {**item, "actor": {"S": "somebody-else"}})
    assert str(world.chain_fault(aggregate)).startswith("event 2 (contacted")
