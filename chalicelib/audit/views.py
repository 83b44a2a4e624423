"""Event chains and checkpoints as supervisors see them."""

from __future__ import annotations

from typing import Any, Self

from chalicelib.audit.model import Checkpoint
from chalicelib.audit.service import Chain
from chalicelib.shared.codes import show_code
from chalicelib.shared.events import Event
from chalicelib.web.view import View


class AuditEvent(View):
    """One event of a chain. `actor`: a pseudonym; `sealed_sha256` stands for free text, which is not shown here."""

    seq: int
    at: str
    event: str
    actor: str
    actor_role: str
    status: str
    data: dict[str, Any]
    sealed_sha256: str | None
    prev_hash: str
    hash: str

    @classmethod
    def of(cls, event: Event) -> Self:
        """Return the view of an event."""
        return cls(
            seq=event.seq,
            at=event.at,
            event=event.name,
            actor=event.actor,
            actor_role=event.actor_role,
            status=event.status,
            data=dict(event.data),
            sealed_sha256=event.sealed_digest,
            prev_hash=event.prev_hash,
            hash=event.hash,
        )


class AuditChain(View):
    """A case's chain. `intact`: every hash holds; `broken_at`: the first event whose does not."""

    code: str
    intact: bool
    broken_at: int | None
    head: str
    items: list[AuditEvent]

    @classmethod
    def of(cls, chain: Chain) -> Self:
        """Return the view of a chain."""
        return cls(
            code=show_code(chain.code),
            intact=chain.broken_at is None,
            broken_at=chain.broken_at,
            head=chain.events[-1].hash,
            items=[AuditEvent.of(event) for event in chain.events],
        )


class CheckpointView(View):
    """A signed Merkle root over the hashes of the events that no earlier checkpoint has.

    They happened from `first_at` to `last_at`: those that were recorded late come with the newer ones. `day` is that
    of the last one, `closed` whether it was over. `previous`: SHA-256 of the `signed_text` before this one.
    """

    id: str
    day: str
    at: str
    count: int
    first_at: str
    last_at: str
    root: str
    previous: str
    previous_root: str
    closed: bool
    key_id: str
    algorithm: str
    signature: str
    signed_text: str

    @classmethod
    def of(cls, checkpoint: Checkpoint) -> Self:
        """Return the view of a checkpoint."""
        values = {name: getattr(checkpoint, name) for name in cls.model_fields if name != "signed_text"}
        return cls(**values, signed_text=checkpoint.signed_text())


class CheckpointList(View):
    """A page of checkpoints, newest first."""

    items: list[CheckpointView]
    next_cursor: str | None
