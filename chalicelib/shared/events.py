"""Events: at once timeline entry, audit record and outbox message; each aggregate's events are a hash chain.

`hash` is SHA-256 over the canonical JSON (RFC 8785 for the values used here: strings, integers, booleans, null,
lists, maps with ASCII keys) of all other fields, `prev_hash` among them. Binary values stand there in base64.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Self

from chalicelib.shared import records
from chalicelib.shared.clock import format_instant

GENESIS: Final = "0" * 64
"""What the first event of a chain has for `prev_hash`."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to one aggregate.

    `seq` counts from 1; `actor` is a pseudonymous reference; `data` holds codes and figures, no personal data;
    `sealed` is free text in ciphertext; `audience` are those to be told: `{person, relation}`.
    """

    aggregate: str
    seq: int
    at: str
    name: str
    actor: str
    actor_role: str
    status: str
    data: Mapping[str, Any]
    audience: tuple[Mapping[str, str], ...] = ()
    sealed: bytes | None = None
    prev_hash: str = GENESIS
    hash: str = field(default="")

    @property
    def event_id(self) -> str:
        """The event's own name, for consumers that must not act twice."""
        return f"{self.aggregate}#{self.seq}"

    @property
    def sealed_digest(self) -> str | None:
        """SHA-256 of the sealed text, by which it can be spoken of without being shown."""
        return None if self.sealed is None else hashlib.sha256(self.sealed).hexdigest()

    @classmethod
    def happened(
        cls,
        aggregate: str,
        seq: int,
        at: datetime,
        name: str,
        *,
        actor: str,
        actor_role: str,
        status: str,
        data: Mapping[str, Any],
        prev_hash: str,
        audience: Iterable[Mapping[str, str]] = (),
        sealed: bytes | None = None,
    ) -> Self:
        """Return a new event at the end of a chain whose last hash is `prev_hash`."""
        values: dict[str, Any] = {
            "aggregate": aggregate,
            "seq": seq,
            "at": format_instant(at),
            "name": name,
            "actor": actor,
            "actor_role": actor_role,
            "status": status,
            "data": dict(data),
            "audience": tuple(map(dict, audience)),
            "sealed": sealed,
            "prev_hash": prev_hash,
        }
        return cls(**values, hash=_digest(values))

    @classmethod
    def from_item(cls, item: Mapping[str, Any]) -> Self:
        """Return the event that a table's item holds."""
        return records.from_item(cls, item)

    def to_item(self) -> dict[str, Any]:
        """Return the attributes of the event's item, without keys."""
        return records.to_item(self)

    def follows(self, prev_hash: str, seq: int) -> bool:
        """Tell whether the event is whole, and stands at its place in the chain."""
        whole = hmac.compare_digest(self.hash, _digest(self._values()))
        return whole and self.prev_hash == prev_hash and self.seq == seq

    def _values(self) -> dict[str, Any]:
        names = ("aggregate", "seq", "at", "name", "actor", "actor_role", "status", "data", "audience", "sealed")
        return {**{name: getattr(self, name) for name in names}, "prev_hash": self.prev_hash}


def _digest(values: Mapping[str, Any]) -> str:
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"an event cannot hold a {type(value).__name__}")
