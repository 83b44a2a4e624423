"""Items of at most 400 KB, on both engines: what does not fit is refused clearly, what fits is kept."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chalicelib.shared.aws import Clients
from chalicelib.shared.errors import TooLarge
from chalicelib.shared.idempotency import Idempotency, StoredAnswer
from chalicelib.shared.sealing import AesGcmSealer
from chalicelib.shared.transactions import Committer, Transaction

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)


@pytest.fixture
def committer(clients: Clients, table: str) -> Committer:
    sealer = AesGcmSealer(b"root", "answers")
    return Committer(clients, table, lambda: sealer)


@pytest.mark.parametrize("others", [0, 1])
def test_an_item_of_more_than_400_kb_is_too_large(committer: Committer, table: str, others: int) -> None:
    transaction = Transaction()
    for number in range(others):
        transaction.put(table, {"pk": f"other-{number}", "sk": "s"})
    transaction.put(table, {"pk": "p", "sk": "s", "text": "力" * 140_000})
    with pytest.raises(TooLarge):
        committer.commit(transaction)


def test_an_update_that_makes_an_item_too_large_is_too(committer: Committer, table: str) -> None:
    transaction = Transaction()
    transaction.put(table, {"pk": "p", "sk": "s", "text": "力" * 130_000})
    committer.commit(transaction)
    more = Transaction()
    more.update(table, {"pk": "p", "sk": "s"}, "SET more = :more", values={":more": "力" * 10_000})
    with pytest.raises(TooLarge):
        committer.commit(more)


def test_the_answer_to_the_largest_body_is_kept(committer: Committer) -> None:
    body = "😀" * 64_000  # 256 KB, as much as a body may have
    answer = StoredAnswer(201, {"Location": "/x"}, body.encode())
    key = Idempotency("scope", "request", NOW, lambda _: answer)
    committer.remember(key, None)
    found = committer.find_answer(key)
    assert found == answer
