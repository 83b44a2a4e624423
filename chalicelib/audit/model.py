"""Checkpoints: a Merkle tree over the hashes of a day's events, signed. RFC 6962 (2.1) says how the tree is built.

Whoever keeps a checkpoint can prove later that an event was, or was not, among that day's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

GENESIS: Final = "0" * 64
ALGORITHM: Final = "ECDSA_SHA_256"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`root`: of the `count` events of `day`; `closed`: whether the day was over. `previous_root` chains them.

    `signature`: over `signed_text`, in base64 DER, by the key `key_id`.
    """

    id: str
    day: str
    at: str
    count: int
    root: str
    previous_root: str
    closed: bool
    key_id: str = ""
    algorithm: str = ALGORITHM
    signature: str = ""

    def signed_text(self) -> str:
        """Return what the signature is over."""
        return "\n".join((self.id, self.day, self.at, str(self.count), self.root, self.previous_root))


def merkle_root(hashes: Sequence[str]) -> str:
    """Return the Merkle tree hash of hex hashes, in hex (RFC 6962, 2.1): SHA-256, leaves and nodes told apart."""
    return _root([bytes.fromhex(one) for one in hashes]).hex()


def _root(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + _root(leaves[:split]) + _root(leaves[split:])).digest()
