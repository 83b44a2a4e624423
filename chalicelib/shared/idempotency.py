"""Exactly-once effects: the first answer is stored in the transaction that made it true, and given again.

An `Idempotency` is made for one request. Its row is the first write of the request's transaction, so that
"done" and "answered" cannot be told apart, not even by a process that dies right after the commit.
Scope: (subject, method, path, key), as in draft-ietf-httpapi-idempotency-key-header.

An answer that shows something of somebody says so (`Shown`): it is sealed under their keys, so that it goes when they
are erased, and it is given again only to a caller who may still see what it shows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Self

from pydantic import BaseModel

from chalicelib.shared.crypto import Keyring
from chalicelib.shared.viewer import Viewer

RETENTION: Final = timedelta(days=7)
"""How long an answer is kept: longer than any phone goes on retrying."""


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer as it went out: status, headers that belong to it, body."""

    status: int
    headers: dict[str, str]
    body: bytes


class Replayed(Exception):
    """This request was answered before; `answer` is the first answer."""

    def __init__(self, answer: StoredAnswer) -> None:
        super().__init__("answered before")
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Shown:
    """What an answer shows: one aggregate (`kind` says of which context, `id` which one), and whose data of it.

    `subjects`: the data subjects under whose keys, in `keys`, the answer is sealed, one around the other.
    """

    kind: str
    id: str
    keys: Keyring | None = None
    subjects: tuple[str, ...] = ()


Reopen = Callable[[Viewer | None, str, Sequence[str]], Keyring | None]
"""Returns the keys to an answer about an aggregate (by id) that shows these subjects, to who may still see it.

Raises `NotFound` to everybody else, and once one of the subjects was erased. Staff who read are noted first. None: the
answer is sealed under nobody's key. The context whose aggregate it is knows how: see `Shown.kind`.
"""


@dataclass(frozen=True, slots=True)
class Idempotency:
    """One request's claim to be the first of its key.

    `scope_digest` and `request_digest` are SHA-256 in hex; `render` turns the use case's result into the answer;
    `viewer`: who asks; `shown`: what the answer shows, None for nothing of anybody.
    """

    scope_digest: str
    request_digest: str
    received_at: datetime
    render: Callable[[Any], StoredAnswer]
    viewer: Viewer | None = None
    shown: Shown | None = None

    def showing(self, shown: Shown) -> Self:
        """Return the claim of an answer that shows this. Whoever commits says it, not whoever renders."""
        return replace(self, shown=shown)

    def part(self, name: str, render: Callable[[Any], StoredAnswer]) -> Self:
        """Return the claim of one of several effects that this request has, under a key that follows from its own."""
        return replace(self, scope_digest=_digest(self.scope_digest, name), render=render)

    @property
    def expires_at(self) -> int:
        """When the row may go, in Unix seconds."""
        return int((self.received_at + RETENTION).timestamp())


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A request's `Idempotency-Key`, in its scope, with the status that its success answers with."""

    scope_digest: str
    request_digest: str
    received_at: datetime
    status: int
    viewer: Viewer | None = None

    @classmethod
    def of(
        cls,
        subject: str,
        method: str,
        path: str,
        key: str,
        *,
        body: bytes,
        at: datetime,
        status: int,
        viewer: Viewer | None = None,
    ) -> Self:
        """Return the key of one request. Only digests are kept: no personal data can be read from them."""
        return cls(_digest(subject, method, path, key), hashlib.sha256(body).hexdigest(), at, status, viewer)

    def answering(
        self, view: Callable[[Any], BaseModel], *, location: Callable[[Any], str] | None = None
    ) -> Idempotency:
        """Return the claim whose stored answer is `view` of the result; `location`: of what the request made."""

        def render(result: Any) -> StoredAnswer:
            headers = {} if location is None else {"Location": location(result)}
            return StoredAnswer(self.status, headers, view(result).model_dump_json(by_alias=True).encode())

        return Idempotency(self.scope_digest, self.request_digest, self.received_at, render, self.viewer)


def _digest(*parts: str) -> str:
    hashed = hashlib.sha256()
    for part in parts:
        raw = part.encode()
        hashed.update(len(raw).to_bytes(4, "big") + raw)  # lengths first: no two lists of parts run together
    return hashed.hexdigest()
