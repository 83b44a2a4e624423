"""Shards: one list cut into parts by a hash, so that no partition of a table gets every write."""

from __future__ import annotations

import hashlib


def shard_of(name: str, count: int) -> int:
    """Return which of `count` parts a name belongs to: from 0; the same name, always the same part."""
    return hashlib.sha256(name.encode()).digest()[0] % count
