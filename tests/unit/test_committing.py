"""What is sent, how often, and what each way to fail means: against a DynamoDB that answers as it is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from chalicelib.shared.aws import Clients
from chalicelib.shared.dynamo import Pauses
from chalicelib.shared.errors import Conflict, NotFound, TooLarge, Unavailable
from chalicelib.shared.idempotency import Idempotency, Replayed, Shown, StoredAnswer
from chalicelib.shared.items import to_wire
from chalicelib.shared.sealing import AesGcmSealer
from chalicelib.shared.transactions import MAX_ATTEMPTS, MAX_WRITES, Committer, Transaction

NOW = datetime(2026, 11, 24, tzinfo=UTC)
KEY = {"pk": "A", "sk": "B"}


class Cancelled(ClientError):
    """A cancelled transaction, as the SDK raises it."""


class Taken(Conflict):
    def __init__(self, was: Any) -> None:
        super().__init__()
        self.was = was


def cancelled(*codes: str, message: str = "", item: dict[str, Any] | None = None) -> Cancelled:
    reasons: list[dict[str, Any]] = [{"Code": code, "Message": message or None} for code in codes]
    if item is not None:
        reasons[-1]["Item"] = to_wire(item)
    whole: Any = {"Error": {"Code": "TransactionCanceledException", "Message": "cancelled"}}
    answer: Any = {**whole, "CancellationReasons": reasons}
    return Cancelled(answer, "TransactWriteItems")


def refused(message: str) -> ClientError:
    return ClientError({"Error": {"Code": "ValidationException", "Message": message}}, "TransactWriteItems")


class Database:
    """Answers each transaction with the next of what it was told; then it takes them all."""

    exceptions = SimpleNamespace(TransactionCanceledException=Cancelled, ClientError=ClientError)

    def __init__(self, *answers: Exception | None) -> None:
        self._answers: Iterator[Exception | None] = iter(answers)
        self.sent: list[dict[str, Any]] = []
        self.rows: list[dict[str, Any]] = []

    def transact_write_items(self, **request: Any) -> None:
        self.sent.append(request)
        answer = next(self._answers, None)
        if answer is not None:
            raise answer

    def get_item(self, **request: Any) -> dict[str, Any]:
        assert request["ConsistentRead"]
        return {"Item": to_wire(self.rows[0])} if self.rows else {}


class Desk:
    def __init__(self, *answers: Exception | None) -> None:
        self.database = Database(*answers)
        self.waits: list[float] = []
        clients = cast("Clients", SimpleNamespace(dynamodb=self.database))
        pauses = Pauses(self.waits.append, lambda: 1.0)
        self.committer = Committer(clients, "Answers", lambda: AesGcmSealer(b"root", "answers"), pauses=pauses)


def taking(count: int = 1) -> Transaction:
    transaction = Transaction()
    for number in range(count):
        transaction.put("T", {**KEY, "n": number}, condition="attribute_not_exists(pk)", refusal=Taken)
    return transaction


def claim(at: datetime = NOW) -> Idempotency:
    return Idempotency("scope", "request", at, lambda result: StoredAnswer(200, {"h": "1"}, str(result).encode()))


TRANSIENT = ("TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded")


@pytest.mark.parametrize("code", TRANSIENT)
def test_what_was_not_decided_is_sent_again_with_one_token_after_growing_pauses(code: str) -> None:
    desk = Desk(*[cancelled("None", code)] * (MAX_ATTEMPTS - 1))
    desk.committer.commit(taking())
    assert len(desk.database.sent) == MAX_ATTEMPTS == 5
    assert all(sent == desk.database.sent[0] for sent in desk.database.sent)
    assert len(desk.database.sent[0]["ClientRequestToken"]) == 32
    first: list[float] = []
    Pauses(first.append, lambda: 1.0).pause(0)
    assert desk.waits[0] == first[0]
    assert desk.waits == sorted(set(desk.waits))
    assert len(desk.waits) == MAX_ATTEMPTS - 1


def test_two_transactions_have_two_tokens() -> None:
    desk = Desk()
    desk.committer.commit(taking())
    desk.committer.commit(taking())
    assert len({sent["ClientRequestToken"] for sent in desk.database.sent}) == 2


@pytest.mark.parametrize("code", TRANSIENT)
def test_after_the_last_attempt_it_is_unavailable_without_a_pause(code: str) -> None:
    desk = Desk(*[cancelled(code)] * 9)
    with pytest.raises(Unavailable):
        desk.committer.commit(taking())
    assert (len(desk.database.sent), len(desk.waits)) == (MAX_ATTEMPTS, MAX_ATTEMPTS - 1)


@pytest.mark.parametrize("others", [(), ("TransactionConflict",), ("ThrottlingError", "None")])
def test_a_condition_that_failed_is_the_answer_whatever_else_happened(others: tuple[str, ...]) -> None:
    desk = Desk(cancelled(*others, "ConditionalCheckFailed", item={**KEY, "n": 7}))
    with pytest.raises(Taken) as caught:
        desk.committer.commit(taking(len(others) + 1))
    assert caught.value.was == {**KEY, "n": 7}
    assert len(desk.database.sent) == 1


def test_the_first_of_several_refusals_is_given_and_nothing_where_nothing_was() -> None:
    desk = Desk(cancelled("None", "ConditionalCheckFailed", "ConditionalCheckFailed", item=KEY))
    with pytest.raises(Taken) as caught:
        desk.committer.commit(taking(3))
    assert caught.value.was is None


def test_a_refusal_of_a_write_without_one_is_unavailable() -> None:
    desk = Desk(cancelled("ConditionalCheckFailed"))
    transaction = Transaction()
    transaction.put("T", KEY)
    with pytest.raises(Unavailable):
        desk.committer.commit(transaction)


@pytest.mark.parametrize(
    "answer",
    [
        refused("Item size has exceeded the maximum allowed size"),
        refused("Item size to update has exceeded the maximum allowed size"),
        cancelled("None", "ValidationError", message="Item size to update has exceeded the maximum allowed size"),
    ],
)
def test_an_item_that_is_too_large_is_the_callers_fault(answer: Exception) -> None:
    desk = Desk(answer)
    with pytest.raises(TooLarge):
        desk.committer.commit(taking(2))
    assert len(desk.database.sent) == 1


@pytest.mark.parametrize(
    "answer",
    [
        refused("One or more parameter values were invalid"),
        cancelled("ValidationError", message="no"),
        cancelled("None", "X"),
    ],
)
def test_what_dynamodb_finds_invalid_is_our_fault_and_is_not_sent_again(answer: ClientError) -> None:
    desk = Desk(answer)
    with pytest.raises(ClientError) as caught:
        desk.committer.commit(taking())
    assert caught.value is answer
    assert len(desk.database.sent) == 1


def test_a_transaction_takes_a_hundred_writes_the_answer_counted() -> None:
    desk = Desk()
    desk.committer.commit(taking(MAX_WRITES))
    desk.committer.commit(taking(MAX_WRITES - 1), idempotency=claim())
    assert [len(sent["TransactItems"]) for sent in desk.database.sent] == [100, 100]
    with pytest.raises(ValueError, match="at most 100 writes, not 101"):
        desk.committer.commit(taking(MAX_WRITES), idempotency=claim())
    assert len(desk.database.sent) == 2


def test_writes_as_they_are_sent() -> None:
    transaction = Transaction()
    said: Any = {"condition": "#n = :n", "refusal": Taken, "names": {"#n": "n"}, "values": {":n": 1}}
    transaction.put("T", {**KEY, "x": 1}, **said)
    transaction.update("T", KEY, "SET #n = :n", **said)
    transaction.delete("T", KEY, **said)
    transaction.check("T", KEY, **said)
    desk = Desk()
    desk.committer.commit(transaction)
    held = {
        "TableName": "T",
        "ConditionExpression": "#n = :n",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        "ExpressionAttributeNames": {"#n": "n"},
        "ExpressionAttributeValues": to_wire({":n": 1}),
    }
    key = to_wire(KEY)
    assert desk.database.sent[0]["TransactItems"] == [
        {"Put": {**held, "Item": to_wire({**KEY, "x": 1})}},
        {"Update": {**held, "Key": key, "UpdateExpression": "SET #n = :n"}},
        {"Delete": {**held, "Key": key}},
        {"ConditionCheck": {**held, "Key": key}},
    ]
    plain = Transaction()
    plain.delete("T", KEY)
    assert plain.writes[0].parameters == {"TableName": "T", "Key": key}


@pytest.mark.parametrize("alone", [{"condition": "attribute_exists(pk)"}, {"refusal": Taken}])
def test_a_condition_and_its_refusal_go_together(alone: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        Transaction().put("T", KEY, **alone)


def test_the_answer_is_the_first_write_and_takes_the_place_of_one_that_has_run_out() -> None:
    desk = Desk()
    answer = desk.committer.commit(taking(), idempotency=claim(), result="said")
    assert answer == StoredAnswer(200, {"h": "1"}, b"said")
    put = desk.database.sent[0]["TransactItems"][0]["Put"]
    assert put["TableName"] == "Answers"
    assert put["ConditionExpression"] == "attribute_not_exists(pk) OR #ttl <= :now"
    assert put["ExpressionAttributeNames"] == {"#ttl": "ttl"}
    assert put["ExpressionAttributeValues"] == to_wire({":now": int(NOW.timestamp())})
    assert put["Item"]["ttl"] == to_wire({"ttl": int((NOW + timedelta(days=7)).timestamp())})["ttl"]
    assert Desk().committer.commit(taking()) is None


def row() -> dict[str, Any]:
    from chalicelib.shared.answers import AnswersAtRest

    at_rest = AnswersAtRest(lambda: AesGcmSealer(b"root", "answers"), {})
    return at_rest.to_row(claim(), StoredAnswer(200, {}, b"first"))


@pytest.mark.parametrize("brought", [True, False])
def test_a_key_that_came_before_replays_with_the_row_that_the_refusal_brings_or_else_read(brought: bool) -> None:
    reply = cancelled("ConditionalCheckFailed", item=row() if brought else None)
    cast("Any", reply.response)["CancellationReasons"].append({"Code": "ConditionalCheckFailed"})
    desk = Desk(reply)
    if not brought:
        desk.database.rows = [row()]
    with pytest.raises(Replayed) as caught:
        desk.committer.commit(taking(), idempotency=claim(), result="second")
    assert caught.value.answer.body == b"first"


def test_a_row_that_is_gone_by_then_is_a_case_for_another_try() -> None:
    with pytest.raises(Unavailable):
        Desk(cancelled("ConditionalCheckFailed", "None")).committer.commit(taking(), idempotency=claim())


def test_with_a_key_the_writes_own_refusals_still_count() -> None:
    with pytest.raises(Taken):
        Desk(cancelled("None", "ConditionalCheckFailed")).committer.commit(taking(), idempotency=claim())


def test_an_answer_is_found_until_it_has_run_out() -> None:
    desk = Desk()
    assert desk.committer.find_answer(claim()) is None
    desk.database.rows = [row()]
    ends = NOW + timedelta(days=7)
    found = desk.committer.find_answer(claim(ends - timedelta(seconds=1)))
    assert found is not None
    assert found.body == b"first"
    assert desk.committer.find_answer(claim(ends)) is None


def test_an_answer_about_something_is_read_by_who_knows_it_and_by_nobody_else() -> None:
    from chalicelib.shared.answers import AnswersAtRest

    def sealer() -> AesGcmSealer:
        return AesGcmSealer(b"root", "answers")

    showing = claim().showing(Shown("case", "C"))
    stored = AnswersAtRest(sealer, {}).to_row(showing, StoredAnswer(200, {}, b"first"))
    desk = Desk()
    desk.database.rows = [stored]
    with pytest.raises(NotFound):
        desk.committer.find_answer(claim())
    clients = cast("Clients", SimpleNamespace(dynamodb=desk.database))
    knowing = Committer(clients, "Answers", sealer, readers={"case": lambda *_: None})
    found = knowing.find_answer(claim())
    assert found is not None
    assert found.body == b"first"


def test_pauses_are_real_ones_unless_others_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[int] = []
    monkeypatch.setattr(Pauses, "pause", lambda _, attempt: waited.append(attempt))
    database = Database(cancelled("TransactionConflict"))
    clients = cast("Clients", SimpleNamespace(dynamodb=database))
    Committer(clients, "Answers", lambda: AesGcmSealer(b"root", "answers")).commit(taking())
    assert waited == [0]


def test_what_is_remembered_needs_no_other_write() -> None:
    desk = Desk()
    answer = desk.committer.remember(claim(), "said")
    assert answer is not None
    assert answer.body == b"said"
    assert len(desk.database.sent[0]["TransactItems"]) == 1
