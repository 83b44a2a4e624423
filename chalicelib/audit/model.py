"""Checkpoints: a Merkle tree over the hashes of events, signed. RFC 6962 (2.1) says how the tree is built.

Whoever keeps a checkpoint can prove later that an event was, or was not, among its leaves. Each one takes every event
that was recorded and stands in no earlier one, whenever it happened, and names the checkpoint before it: none can be
left out or exchanged afterwards.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from chalicelib.shared.clock import SHANGHAI, parse_instant

GENESIS: Final = "0" * 64
"""What the first checkpoint names as the one before it."""

ALGORITHM: Final = "ECDSA_SHA_256"
BLOCK_LEAVES: Final = 1024
"""Leaves are kept in blocks. A power of two: a full block is a subtree of the whole tree, and can be hashed alone."""

MAX_BLOCKS: Final = 128
"""A checkpoint takes so many blocks at most; what is left over goes into the next one."""


class Leaf(NamedTuple):
    """An event as a leaf: which one it is, its hash in hex, when it happened."""

    aggregate: str
    seq: int
    hash: str
    at: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a leaf is: checkpoint and index, counted from 0; None while it waits for its checkpoint."""

    leaf: Leaf
    checkpoint: str | None
    index: int | None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`root`: of the `count` leaves, whose events happened from `first_at` to `last_at`; `blocks`: of each block.

    `id` counts from 1. `previous`: SHA-256 of the text that was signed before. `signature`: over `signed_text`, in
    base64 DER, by the key `key_id`. `settled`: whether every leaf knows its place in it.
    """

    id: str
    at: str
    count: int
    first_at: str
    last_at: str
    root: str
    previous: str
    previous_root: str
    blocks: tuple[str, ...]
    key_id: str = ""
    algorithm: str = ALGORITHM
    signature: str = ""
    settled: bool = False

    @property
    def day(self) -> str:
        """The day of its last event, in Asia/Shanghai."""
        return _day(self.last_at)

    @property
    def closed(self) -> bool:
        """Whether that day was over when it was signed."""
        return self.day < _day(self.at)

    @property
    def is_full(self) -> bool:
        """Whether it took as many leaves as one may."""
        return self.count == MAX_BLOCKS * BLOCK_LEAVES

    def signed_text(self) -> str:
        """Return what the signature is over."""
        names = ("id", "at", "count", "first_at", "last_at", "root", "previous")
        return "\n".join(f"{name}: {getattr(self, name)}" for name in names)

    def digest(self) -> str:
        """Return the hash by which the next checkpoint names this one."""
        return hashlib.sha256(self.signed_text().encode()).hexdigest()


@dataclass(slots=True)
class Draft:
    """What a checkpoint will say of the blocks that it has so far. `resumed`: an earlier run left some of them."""

    blocks: list[str] = field(default_factory=list)
    count: int = 0
    first_at: str = ""
    last_at: str = ""
    resumed: bool = False

    def add(self, leaves: Sequence[Leaf]) -> None:
        """Add the next block."""
        self.blocks.append(merkle_root([leaf.hash for leaf in leaves]))
        self.count += len(leaves)
        instants = [leaf.at for leaf in leaves]
        self.first_at = min(instants) if not self.first_at else min(self.first_at, *instants)
        self.last_at = max(self.last_at, *instants)

    @property
    def has_room(self) -> bool:
        """Whether another block may follow: only the last one is ever less than full."""
        return len(self.blocks) < MAX_BLOCKS and self.count == len(self.blocks) * BLOCK_LEAVES


def id_of(number: int) -> str:
    """Return the id of the checkpoint with a number; ids sort as numbers do."""
    return f"{number:09d}"


def merkle_root(hashes: Sequence[str]) -> str:
    """Return the Merkle tree hash of hex hashes, in hex (RFC 6962, 2.1): SHA-256, leaves and nodes told apart."""
    return _join([hashlib.sha256(b"\x00" + bytes.fromhex(one)).digest() for one in hashes]).hex()


def root_of_blocks(blocks: Sequence[str]) -> str:
    """Return the root of all leaves from the roots of their blocks, in hex."""
    return _join([bytes.fromhex(one) for one in blocks]).hex()


def _join(nodes: Sequence[bytes]) -> bytes:
    if not nodes:
        return hashlib.sha256().digest()
    if len(nodes) == 1:
        return nodes[0]
    split = 1 << (len(nodes) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + _join(nodes[:split]) + _join(nodes[split:])).digest()


def _day(instant: str) -> str:
    return parse_instant(instant).astimezone(SHANGHAI).date().isoformat()
