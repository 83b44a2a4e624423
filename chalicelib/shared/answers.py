"""Stored answers of idempotent requests, at rest: who can open one, and for how long.

What an answer shows of somebody is sealed under their keys first, one around the other, and under ours last. Erasing
any one of them leaves nothing to open. Given again, it is read anew: the context whose aggregate it shows decides
whether this caller may see it now, and notes staff who do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final

from chalicelib.shared.crypto import Erased, Place
from chalicelib.shared.errors import IdempotencyKeyReused, NotFound
from chalicelib.shared.idempotency import Idempotency, IdempotencyKey, Reopen, StoredAnswer
from chalicelib.shared.items import Item
from chalicelib.shared.sealing import AesGcmSealer

_SK: Final = "ANSWER"

Claim = Idempotency | IdempotencyKey
"""What names one request: the scope of its key, the digest of its body, its moment, who asks."""


class AnswersAtRest:
    """Answers as rows. `readers`: by kind of aggregate; an answer whose reader is missing is given to nobody."""

    def __init__(self, sealer: Callable[[], AesGcmSealer], readers: Mapping[str, Reopen]) -> None:
        self._sealer = sealer
        self._readers = readers

    def to_row(self, idempotency: Idempotency, answer: StoredAnswer) -> Item:
        """Return the row that keeps an answer."""
        # As UTF-8: escaped, a character outside the basic plane takes twelve bytes, and an item has 400 KB.
        whole = {"status": answer.status, "headers": answer.headers, "body": answer.body.decode()}
        plain = json.dumps(whole, ensure_ascii=False).encode()
        row: Item = {
            **key_of(idempotency),
            "request_digest": idempotency.request_digest,
            "ttl": idempotency.expires_at,
        }
        shown = idempotency.shown
        if shown is not None:
            row |= {"kind": shown.kind, "aggregate": shown.id, "subjects": list(shown.subjects)}
            for subject in shown.subjects:
                if shown.keys is None:
                    raise ValueError("an answer that shows somebody is sealed under their keys")
                plain = shown.keys.seal_bytes(subject, _place(idempotency), plain)
        return {**row, "answer": self._sealer().seal(plain, _context(row))}

    def from_row(self, row: Item, claim: Claim) -> StoredAnswer:
        """Return the answer that a row keeps.

        Raises `IdempotencyKeyReused` for another body than the first, `NotFound` to who may no longer see it.
        """
        if row["request_digest"] != claim.request_digest:
            raise IdempotencyKeyReused
        plain = self._open(row, claim)
        stored = json.loads(plain)
        return StoredAnswer(stored["status"], stored["headers"], stored["body"].encode())

    def _open(self, row: Item, claim: Claim) -> bytes:
        sealed = row["answer"]
        if "kind" not in row:
            return self._sealer().unseal(sealed, _context(row))
        reopen = self._readers.get(row["kind"])
        if reopen is None:
            raise NotFound
        keys = reopen(claim.viewer, row["aggregate"], row["subjects"])
        sealed = self._sealer().unseal(sealed, _context(row))
        for subject in reversed(row["subjects"]):
            if keys is None:
                raise NotFound
            try:
                sealed = keys.unseal_bytes(subject, _place(claim), sealed)
            except Erased as gone:
                raise NotFound from gone
        return sealed


def key_of(claim: Claim) -> Item:
    """Return the key of the row that keeps a request's answer."""
    return {"pk": f"IDEMPOTENCY#{claim.scope_digest}", "sk": _SK}


def _place(claim: Claim) -> Place:
    return Place("AnswersTable", claim.scope_digest, "answer")


def _context(row: Item) -> bytes:
    """Return what a row's answer is bound to: its key, and what the row says it shows."""
    return json.dumps([row["pk"], row.get("kind"), row.get("aggregate"), row.get("subjects")]).encode()
