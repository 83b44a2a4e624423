"""Transactions: writes that happen together or not at all, and what it means when they do not.

A transaction can lose in two ways, and they are not alike:

- **A condition failed.** That is an answer ("the slot is taken"): each write says which error it stands for,
  that error is raised, with the item as it was, and nothing is tried again.
- **Somebody else was at the same item, or the table is throttled.** Nothing was decided: the same
  transaction is sent again after a random pause (full jitter), at most `MAX_ATTEMPTS` times; then 503.

The SDK retries neither: a cancelled transaction is a client error to it, whatever the reasons say
(TransactWriteItems, API reference; the same need: https://github.com/pynamodb/PynamoDB/issues/1264).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from chalicelib.shared.answers import AnswersAtRest, Claim, key_of
from chalicelib.shared.aws import Clients, unavailable_when_down
from chalicelib.shared.dynamo import Pauses, find_item
from chalicelib.shared.errors import TooLarge, Unavailable, YimaError
from chalicelib.shared.idempotency import Idempotency, Reopen, Replayed, StoredAnswer
from chalicelib.shared.items import Item, from_wire, to_wire
from chalicelib.shared.sealing import AesGcmSealer

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

MAX_ATTEMPTS: Final = 5
MAX_WRITES: Final = 100
_TRANSIENT_REASONS: Final = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
_ITEM_TOO_LARGE: Final = "Item size"  # "… has exceeded the maximum allowed size", "… to update has exceeded …"

Refusal = Callable[[Item | None], YimaError]
"""Makes the error that a failed condition stands for, from the item as it was (None: absent)."""


@dataclass(frozen=True, slots=True)
class Write:
    """One write of a transaction: a `Put`, `Update`, `Delete` or `ConditionCheck`, and what its refusal means."""

    kind: str
    parameters: Mapping[str, Any]
    refusal: Refusal | None = None


@dataclass(slots=True)
class Transaction:
    """Writes that happen together or not at all, to one or several tables."""

    writes: list[Write] = field(default_factory=list)

    def put(
        self,
        table: str,
        item: Item,
        *,
        condition: str | None = None,
        refusal: Refusal | None = None,
        names: Mapping[str, str] | None = None,
        values: Item | None = None,
    ) -> None:
        """Write a whole item, if `condition` holds."""
        self._add("Put", {"TableName": table, "Item": to_wire(item)}, condition, refusal, names=names, values=values)

    def update(
        self,
        table: str,
        key: Item,
        expression: str,
        *,
        condition: str | None = None,
        refusal: Refusal | None = None,
        names: Mapping[str, str] | None = None,
        values: Item | None = None,
    ) -> None:
        """Change attributes of an item, if `condition` holds."""
        parameters = {"TableName": table, "Key": to_wire(key), "UpdateExpression": expression}
        self._add("Update", parameters, condition, refusal, names=names, values=values)

    def delete(
        self,
        table: str,
        key: Item,
        *,
        condition: str | None = None,
        refusal: Refusal | None = None,
        names: Mapping[str, str] | None = None,
        values: Item | None = None,
    ) -> None:
        """Remove an item, if `condition` holds."""
        self._add("Delete", {"TableName": table, "Key": to_wire(key)}, condition, refusal, names=names, values=values)

    def check(
        self,
        table: str,
        key: Item,
        *,
        condition: str,
        refusal: Refusal,
        names: Mapping[str, str] | None = None,
        values: Item | None = None,
    ) -> None:
        """Hold the transaction to a condition on an item that it does not write."""
        parameters = {"TableName": table, "Key": to_wire(key)}
        self._add("ConditionCheck", parameters, condition, refusal, names=names, values=values)

    def _add(
        self,
        kind: str,
        parameters: dict[str, Any],
        condition: str | None,
        refusal: Refusal | None,
        *,
        names: Mapping[str, str] | None,
        values: Item | None,
    ) -> None:
        if (condition is None) != (refusal is None):
            raise TypeError("a condition and the error it stands for go together")
        if condition is not None:
            parameters["ConditionExpression"] = condition
            parameters["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        if names:
            parameters["ExpressionAttributeNames"] = dict(names)
        if values:
            parameters["ExpressionAttributeValues"] = to_wire(values)
        self.writes.append(Write(kind, parameters, refusal))


class Committer:
    """Sends transactions, and keeps the answers of idempotent requests in `table`; see `shared/answers.py`."""

    def __init__(
        self,
        clients: Clients,
        table: str,
        sealer: Callable[[], AesGcmSealer],
        *,
        pauses: Pauses | None = None,
        readers: Mapping[str, Reopen] | None = None,
    ) -> None:
        self._clients = clients
        self._table = table
        self._answers = AnswersAtRest(sealer, readers or {})
        self._pauses = pauses or Pauses()

    def commit(
        self, transaction: Transaction, *, idempotency: Idempotency | None = None, result: Any = None
    ) -> StoredAnswer | None:
        """Send the transaction; with `idempotency`, the answer to `result` is stored with it, and returned.

        Raises the refusal of the first write whose condition failed; if the key came before: `Replayed`,
        `IdempotencyKeyReused` for another body, `NotFound` to who may no longer see the answer; `Unavailable` if the
        table would not take it. Nothing is written unless it returns.
        """
        writes = list(transaction.writes)
        answer = None
        if idempotency is not None:
            answer = idempotency.render(result)
            writes.insert(0, self._answer_write(idempotency, answer))
        if len(writes) > MAX_WRITES:
            raise ValueError(f"a transaction takes at most {MAX_WRITES} writes, not {len(writes)}")
        reasons = self._send(writes)
        if reasons is None:
            return answer
        if idempotency is not None and reasons[0].get("Code") == "ConditionalCheckFailed":
            raise self._replay(idempotency, reasons[0])
        raise _refusal_of(writes, reasons)

    def remember(self, idempotency: Idempotency, result: Any) -> StoredAnswer | None:
        """Keep the answer of a request whose effect needs no transaction, because doing it twice does no harm."""
        return self.commit(Transaction(), idempotency=idempotency, result=result)

    def find_answer(self, idempotency: Claim) -> StoredAnswer | None:
        """Return the answer that this key's first request got, or None; raise `IdempotencyKeyReused`, `NotFound`.

        For a use case that reads before it commits: on a retry its reads may already see its own effect.
        """
        row = find_item(self._clients, self._table, key_of(idempotency), consistent=True)
        if row is None or row["ttl"] <= idempotency.received_at.timestamp():
            return None
        return self._answers.from_row(row, idempotency)

    def _send(self, writes: Sequence[Write]) -> Sequence[Mapping[str, Any]] | None:
        """Send the writes until they are decided: None if they were made, else the reason for each one."""
        client = self._clients.dynamodb
        items: Any = [{write.kind: write.parameters} for write in writes]
        # One token for all attempts: a reply lost on the way does not make the second attempt a second effect.
        token = f"{random.getrandbits(128):032x}"
        for attempt in range(MAX_ATTEMPTS):
            with unavailable_when_down():
                try:
                    client.transact_write_items(TransactItems=items, ClientRequestToken=token)
                except client.exceptions.TransactionCanceledException as cancelled:
                    reasons: Any = cancelled.response.get("CancellationReasons", [])
                    codes = {reason.get("Code", "None") for reason in reasons}
                    if "ConditionalCheckFailed" in codes:
                        return reasons  # type: ignore[no-any-return]
                    if not codes & _TRANSIENT_REASONS:
                        raise _invalid(cancelled) from cancelled
                except client.exceptions.ClientError as refused:
                    raise _invalid(refused) from refused
                else:
                    return None
            if attempt + 1 < MAX_ATTEMPTS:
                self._pauses.pause(attempt)
        raise Unavailable

    def _answer_write(self, idempotency: Idempotency, answer: StoredAnswer) -> Write:
        alone = Transaction()
        # An expired row that TTL has not swept yet is as good as none.
        alone.put(
            self._table,
            self._answers.to_row(idempotency, answer),
            condition="attribute_not_exists(pk) OR #ttl <= :now",
            refusal=lambda _: Unavailable(),
            names={"#ttl": "ttl"},
            values={":now": int(idempotency.received_at.timestamp())},
        )
        return alone.writes[0]

    def _replay(self, idempotency: Idempotency, reason: Mapping[str, Any]) -> Exception:
        # The refusal brings the row along; where an engine leaves it out, it is read.
        found = reason.get("Item")
        row = from_wire(found) if found else find_item(self._clients, self._table, key_of(idempotency), consistent=True)
        return Unavailable() if row is None else Replayed(self._answers.from_row(row, idempotency))


def _refusal_of(writes: Sequence[Write], reasons: Sequence[Mapping[str, Any]]) -> YimaError:
    for write, reason in zip(writes, reasons, strict=True):
        if reason.get("Code") == "ConditionalCheckFailed" and write.refusal is not None:
            return write.refusal(from_wire(reason["Item"]) if reason.get("Item") else None)
    return Unavailable()


def _invalid(refused: ClientError) -> Exception:
    """Return what it means that DynamoDB finds a transaction invalid: an item of more than 400 KB, or a fault of ours.

    Engines name it by itself, or as the reason of one write.
    """
    reasons: Any = refused.response.get("CancellationReasons", [])
    said = [refused.response["Error"].get("Message", ""), *(reason.get("Message") or "" for reason in reasons)]
    return TooLarge() if any(_ITEM_TOO_LARGE in one for one in said) else refused
