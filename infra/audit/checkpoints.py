"""The check of checkpoints: that they are a chain, are signed, and that each event stands in exactly one of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Final, Protocol

from chalicelib.audit.model import (
    BLOCK_LEAVES,
    GENESIS,
    Checkpoint,
    Leaf,
    Place,
    id_of,
    merkle_root,
    root_of_blocks,
)
from chalicelib.shared.clock import parse_instant
from chalicelib.shared.events import Event

PATIENCE: Final = timedelta(hours=2)
"""How long an event may be in no checkpoint: the relay takes seconds, and a checkpoint is made every hour."""

_BATCH: Final = 100


class Records(Protocol):
    """Where leaves and checkpoints are kept."""

    def list_chain(self) -> Iterator[Checkpoint]:
        """Yield every checkpoint, oldest first."""
        ...

    def list_blocks(self, checkpoint: str) -> Iterator[Sequence[Leaf]]:
        """Yield the blocks of a checkpoint."""
        ...

    def find_places(self, leaves: Sequence[Leaf]) -> Mapping[tuple[str, int], Place]:
        """Return the places of leaves."""
        ...


class Signing(Protocol):
    """What checks signatures."""

    key_id: str

    def verify(self, text: str, signature: str) -> bool:
        """Tell whether the signature is this key's."""
        ...


def find_leaf_fault(events: Iterable[Event], places: Iterable[Place], now: datetime) -> str | None:
    """Return what is wrong between a chain and its leaves, or None: one that is cut leaves the leaves behind."""
    recorded = {place.leaf.seq: place for place in places}
    for event in events:
        place = recorded.pop(event.seq, None)
        if place is not None and place.leaf.hash != event.hash:
            return f"event {event.seq} ({event.name}, {event.at}) is not the one that was recorded"
        if (place is None or place.checkpoint is None) and parse_instant(event.at) + PATIENCE < now:
            missing = "was never recorded" if place is None else "is in no checkpoint"
            return f"event {event.seq} ({event.name}, {event.at}) {missing}"
    if recorded:
        return f"event {min(recorded)} was recorded, and is gone"
    return None


def find_checkpoint_faults(records: Records, signing: Signing) -> Iterator[tuple[str, str | None]]:
    """Yield each checkpoint's id with what is wrong with it, or None, oldest first."""
    before: Checkpoint | None = None
    for number, checkpoint in enumerate(records.list_chain(), start=1):
        fault = _find_fault_in_chain(checkpoint, number, before, signing)
        yield checkpoint.id, fault or _find_fault_in_leaves(checkpoint, records)
        before = checkpoint


def list_aggregates(records: Records) -> Iterator[str]:
    """Yield the aggregate of every leaf of every checkpoint, some more than once."""
    for checkpoint in records.list_chain():
        for leaves in islice(records.list_blocks(checkpoint.id), len(checkpoint.blocks)):
            yield from {leaf.aggregate for leaf in leaves}


def _find_fault_in_chain(
    checkpoint: Checkpoint, number: int, before: Checkpoint | None, signing: Signing
) -> str | None:
    if checkpoint.id != id_of(number):
        return f"checkpoint {id_of(number)} is missing before it"
    if checkpoint.previous != (GENESIS if before is None else before.digest()):
        return "it does not follow the one before it, or that one was touched"
    if before is not None and not before.settled:
        return "it was made before the leaves of the one before it knew their places"
    if checkpoint.key_id != signing.key_id or not signing.verify(checkpoint.signed_text(), checkpoint.signature):
        return "its signature is not this key's, or its text was touched"
    return None


def _find_fault_in_leaves(checkpoint: Checkpoint, records: Records) -> str | None:
    blocks: list[str] = []
    count = 0
    for leaves in islice(records.list_blocks(checkpoint.id), len(checkpoint.blocks)):
        if count != len(blocks) * BLOCK_LEAVES:
            return f"block {len(blocks) - 1} is not full"
        fault = _find_misplaced(checkpoint, count, leaves, records) if checkpoint.settled else None
        if fault is not None:
            return fault
        blocks.append(merkle_root([leaf.hash for leaf in leaves]))
        count += len(leaves)
    if (count, root_of_blocks(blocks), tuple(blocks)) != (checkpoint.count, checkpoint.root, checkpoint.blocks):
        return "its leaves are not those that were signed"
    return None


def _find_misplaced(checkpoint: Checkpoint, start: int, leaves: Sequence[Leaf], records: Records) -> str | None:
    for offset in range(0, len(leaves), _BATCH):
        batch = leaves[offset : offset + _BATCH]
        places = records.find_places(batch)
        for index, leaf in enumerate(batch, start + offset):
            if places.get((leaf.aggregate, leaf.seq)) != Place(leaf, checkpoint.id, index):
                return f"leaf {index} (event {leaf.seq} of its chain) has another place, or none"
    return None
