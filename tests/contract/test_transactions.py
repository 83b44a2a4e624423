from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError
from botocore.httpsession import URLLib3Session
from pydantic import BaseModel

from chalicelib.shared.aws import Clients
from chalicelib.shared.dynamo import Pauses, Table
from chalicelib.shared.errors import Conflict, IdempotencyKeyReused, Unavailable
from chalicelib.shared.idempotency import Idempotency, IdempotencyKey, Replayed
from chalicelib.shared.items import Item
from chalicelib.shared.sealing import AesGcmSealer
from chalicelib.shared.transactions import MAX_ATTEMPTS, MAX_WRITES, Committer, Transaction
from tests.contract.conftest import local_clients

# Faults are injected before the engine is asked; moto answers by the same hook, and would act all the same.
real_engine = pytest.mark.parametrize("clients", ["dynamodb-local"], indirect=True)

NOW = datetime(2026, 11, 24, tzinfo=UTC)
SEALER = AesGcmSealer(b"secret", "answers")


class Taken(Conflict):
    """Somebody has it; for these tests."""

    slug: ClassVar[str] = "test-taken"
    was: Item | None = None


def taken(item: Item | None) -> Taken:
    error = Taken()
    error.was = item
    return error


class View(BaseModel):
    said: str


class Waits:
    def __init__(self) -> None:
        self.seconds: list[float] = []

    def pauses(self) -> Pauses:
        return Pauses(self.seconds.append, lambda: 1.0)


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def committer(clients: Clients, table: str, waits: Waits) -> Committer:
    return Committer(clients, table, lambda: SEALER, pauses=waits.pauses())


def claim(key: str = "k1", body: bytes = b"{}", at: datetime = NOW) -> Idempotency:
    made = IdempotencyKey.of("alice", "POST", "/v1/things", key, body=body, at=at, status=201)
    return made.answering(lambda said: View(said=said), location=lambda said: f"/v1/things/{said}")


def take_slot(table: str, holder: str) -> Transaction:
    transaction = Transaction()
    transaction.put(
        table,
        {"pk": "SLOT", "sk": "1", "holder": holder},
        condition="attribute_not_exists(pk)",
        refusal=taken,
    )
    return transaction


def test_writes_happen_together(committer: Committer, clients: Clients, table: str) -> None:
    transaction = take_slot(table, "alice")
    transaction.put(table, {"pk": "LOG", "sk": "1", "text": "taken"})
    committer.commit(transaction)
    assert [item["holder"] for item in Table(clients, table).list_partition("SLOT")] == ["alice"]
    assert len(list(Table(clients, table).list_partition("LOG"))) == 1


def test_a_failed_condition_is_its_own_answer_and_is_not_tried_again(
    committer: Committer, clients: Clients, table: str, waits: Waits
) -> None:
    committer.commit(take_slot(table, "alice"))
    transaction = Transaction()
    transaction.put(table, {"pk": "LOG", "sk": "1"})
    transaction.writes += take_slot(table, "bob").writes
    with pytest.raises(Taken) as refused:
        committer.commit(transaction)
    assert refused.value.was is not None
    assert refused.value.was["holder"] == "alice"
    assert list(Table(clients, table).list_partition("LOG")) == []
    assert waits.seconds == []


def test_update_delete_and_check_are_held_to_their_conditions(
    committer: Committer, clients: Clients, table: str
) -> None:
    committer.commit(take_slot(table, "alice"))
    mine = {"condition": "holder = :me", "refusal": taken, "values": {":me": "bob"}}
    key = {"pk": "SLOT", "sk": "1"}
    for kind in ("update", "delete", "check"):
        transaction = Transaction()
        if kind == "update":
            transaction.update(table, key, "SET #n = :me", names={"#n": "holder"}, **mine)  # type: ignore[arg-type]
        elif kind == "delete":
            transaction.delete(table, key, **mine)  # type: ignore[arg-type]
        else:
            transaction.check(table, key, **mine)  # type: ignore[arg-type]
            transaction.put(table, {"pk": "LOG", "sk": "1"})
        with pytest.raises(Taken):
            committer.commit(transaction)
    assert [item["holder"] for item in Table(clients, table).list_partition("SLOT")] == ["alice"]
    assert list(Table(clients, table).list_partition("LOG")) == []


def test_the_first_answer_is_given_again_byte_for_byte(committer: Committer, table: str) -> None:
    first = committer.commit(take_slot(table, "alice"), idempotency=claim(), result="张三")
    with pytest.raises(Replayed) as again:
        committer.commit(take_slot(table, "alice"), idempotency=claim(), result="another result")
    assert again.value.answer == first
    assert again.value.answer.body == '{"said":"张三"}'.encode()
    assert again.value.answer.headers == {"Location": "/v1/things/张三"}
    assert committer.find_answer(claim()) == first


def test_a_key_used_for_another_request_is_refused(committer: Committer, table: str) -> None:
    committer.commit(take_slot(table, "alice"), idempotency=claim(), result="x")
    other = claim(body=b'{"other": 1}')
    with pytest.raises(IdempotencyKeyReused):
        committer.commit(take_slot(table, "alice"), idempotency=other, result="x")
    with pytest.raises(IdempotencyKeyReused):
        committer.find_answer(other)


def test_a_refused_request_stores_no_answer(committer: Committer, table: str) -> None:
    committer.commit(take_slot(table, "alice"))
    with pytest.raises(Taken):
        committer.commit(take_slot(table, "bob"), idempotency=claim(), result="x")
    assert committer.find_answer(claim()) is None


def test_an_answer_is_forgotten_when_its_time_is_over_even_before_the_sweep(committer: Committer, table: str) -> None:
    committer.commit(take_slot(table, "alice"), idempotency=claim(), result="x")
    later = claim(at=NOW + timedelta(days=8))
    assert committer.find_answer(later) is None
    transaction = Transaction()
    transaction.put(table, {"pk": "SLOT", "sk": "2"})
    assert committer.commit(transaction, idempotency=later, result="y") is not None


def test_stored_answers_cannot_be_read_in_the_table(committer: Committer, clients: Clients, table: str) -> None:
    committer.commit(take_slot(table, "alice"), idempotency=claim(), result="13800138000")
    rows = clients.dynamodb.query(
        TableName=table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"IDEMPOTENCY#{claim().scope_digest}"}},
    )["Items"]
    assert len(rows) == 1
    assert "13800138000" not in str(rows)
    assert "alice" not in str(rows)


def test_scopes_do_not_run_together() -> None:
    def digest(*parts: str) -> str:
        return IdempotencyKey.of(*parts, body=b"", at=NOW, status=201).scope_digest

    scopes = [("ab", "c", "d", "e"), ("a", "bc", "d", "e"), ("a", "b", "cd", "e"), ("a", "b", "c", "de")]
    assert len({digest(*scope) for scope in scopes}) == len(scopes)


def cancelled(*codes: str) -> AWSResponse:
    reasons = ", ".join(f'{{"Code": "{code}"}}' for code in codes)
    body = (
        '{"__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException", "message": "cancelled", '
        f'"CancellationReasons": [{reasons}]}}'
    )
    return crafted(400, body)


def crafted(status: int, body: str) -> AWSResponse:
    class Raw:
        def stream(self) -> Any:
            yield body.encode()

    headers: Any = {"content-type": "application/x-amz-json-1.0"}
    return AWSResponse("https://dynamodb", status, headers, Raw())


def inject(clients: Clients, operation: str, answers: list[Any]) -> list[int]:
    """Answer the next calls of `operation` with `answers` (None: let the engine answer); count them all."""
    count = [0]

    def before_send(**_: Any) -> Any:
        count[0] += 1
        return answers.pop(0) if answers else None

    clients.dynamodb.meta.events.register(f"before-send.dynamodb.{operation}", before_send)
    return count


@real_engine
@pytest.mark.parametrize("code", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
def test_an_undecided_transaction_is_sent_again(
    committer: Committer, clients: Clients, table: str, waits: Waits, code: str
) -> None:
    calls = inject(clients, "TransactWriteItems", [cancelled(code), cancelled(code)])
    committer.commit(take_slot(table, "alice"))
    assert calls == [3]
    assert len(waits.seconds) == 2
    assert waits.seconds[1] == 2 * waits.seconds[0]


@real_engine
def test_after_the_last_attempt_it_is_503_and_nothing_was_written(
    committer: Committer, clients: Clients, table: str, waits: Waits
) -> None:
    calls = inject(clients, "TransactWriteItems", [cancelled("TransactionConflict")] * MAX_ATTEMPTS)
    with pytest.raises(Unavailable):
        committer.commit(take_slot(table, "alice"))
    assert calls == [MAX_ATTEMPTS]
    assert len(waits.seconds) == MAX_ATTEMPTS - 1
    assert list(Table(clients, table).list_partition("SLOT")) == []


@real_engine
def test_a_failed_condition_beside_a_conflict_is_an_answer(committer: Committer, clients: Clients, table: str) -> None:
    inject(clients, "TransactWriteItems", [cancelled("ConditionalCheckFailed", "TransactionConflict")])
    transaction = take_slot(table, "alice")
    transaction.put(table, {"pk": "LOG", "sk": "1"})
    with pytest.raises(Taken):
        committer.commit(transaction)


@pytest.fixture
def race_table(dynamodb_local_url: str) -> Iterator[tuple[Clients, str]]:
    """A table on DynamoDB Local only: moto is not atomic under threads, and its replies never travel."""
    clients = local_clients(dynamodb_local_url)
    name = f"race-{uuid.uuid4().hex}"
    clients.dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield clients, name
    clients.dynamodb.delete_table(TableName=name)


@pytest.mark.parametrize("lost_replies", [1, 3])
def test_the_effect_is_one_when_replies_are_lost_after_the_commit(
    race_table: tuple[Clients, str], monkeypatch: pytest.MonkeyPatch, lost_replies: int
) -> None:
    clients, table = race_table
    committer = Committer(clients, table, lambda: SEALER, pauses=Waits().pauses())
    transaction = Transaction()
    transaction.update(table, {"pk": "COUNT", "sk": "1"}, "ADD n :one", values={":one": 1})
    send = URLLib3Session.send
    lost: list[bool] = []

    def lose(self: Any, request: Any) -> Any:
        reply = send(self, request)
        if b"TransactWriteItems" in request.headers.get("X-Amz-Target", b"") and len(lost) < lost_replies:
            lost.append(True)
            raise ConnectionClosedError(endpoint_url=request.url)
        return reply

    monkeypatch.setattr(URLLib3Session, "send", lose)
    monkeypatch.setattr("time.sleep", lambda _: None)  # botocore waits between its attempts
    try:
        committer.commit(transaction, idempotency=claim(), result="first")
    except Unavailable:
        assert lost_replies == 3
    with pytest.raises(Replayed) as again:
        committer.commit(transaction, idempotency=claim(), result="second")
    assert again.value.answer.body == b'{"said":"first"}'
    assert len(lost) == lost_replies
    assert [item["n"] for item in Table(clients, table).list_partition("COUNT")] == [1]


@real_engine
@pytest.mark.parametrize(
    "answer",
    [
        crafted(500, '{"__type": "InternalServerError"}'),
        crafted(400, '{"__type": "ThrottlingException"}'),
        crafted(503, "<html>not even JSON</html>"),
    ],
    ids=["500", "throttled", "garbage"],
)
def test_a_table_that_is_down_is_503(clients: Clients, table: str, answer: AWSResponse) -> None:
    inject(clients, "GetItem", [answer] * 10)
    with pytest.raises(Unavailable):
        Table(clients, table).find("a", "b")


@real_engine
def test_what_a_batch_leaves_over_is_sent_again(clients: Clients, table: str) -> None:
    left = (
        f'{{"UnprocessedItems": {{"{table}": [{{"PutRequest": {{"Item": '
        '{"pk": {"S": "P"}, "sk": {"S": "7"}}}}]}}'
    )
    inject(clients, "BatchWriteItem", [crafted(200, left)])
    waits = Waits()
    Table(clients, table, pauses=waits.pauses()).put_many([{"pk": "P", "sk": "7"}])
    assert len(list(Table(clients, table).list_partition("P"))) == 1
    assert len(waits.seconds) == 1


@real_engine
def test_a_batch_that_is_never_taken_is_503(clients: Clients, table: str) -> None:
    left = (
        f'{{"UnprocessedItems": {{"{table}": [{{"PutRequest": {{"Item": '
        '{"pk": {"S": "P"}, "sk": {"S": "7"}}}}]}}'
    )
    inject(clients, "BatchWriteItem", [crafted(200, left)] * 50)
    with pytest.raises(Unavailable):
        Table(clients, table, pauses=Waits().pauses()).put_many([{"pk": "P", "sk": "7"}])


def test_a_transaction_over_the_limit_is_a_fault_of_ours(committer: Committer, table: str) -> None:
    transaction = Transaction()
    for n in range(MAX_WRITES + 1):
        transaction.put(table, {"pk": "P", "sk": str(n)})
    with pytest.raises(ValueError, match="at most 100"):
        committer.commit(transaction)


def test_a_condition_without_a_meaning_is_a_fault_of_ours(table: str) -> None:
    with pytest.raises(TypeError):
        Transaction().put(table, {"pk": "P", "sk": "1"}, condition="attribute_not_exists(pk)")


def test_of_many_at_one_slot_one_wins_and_the_others_are_told(race_table: tuple[Clients, str]) -> None:
    clients, table = race_table
    committer = Committer(clients, table, lambda: SEALER)
    start = threading.Barrier(16)

    def book(n: int) -> str:
        start.wait()
        try:
            committer.commit(take_slot(table, str(n)), idempotency=claim(f"k{n}"), result=str(n))
        except Taken:
            return "taken"
        return "won"

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(book, range(16)))
    assert sorted(outcomes) == ["taken"] * 15 + ["won"]
