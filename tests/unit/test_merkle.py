"""The tree of checkpoints is RFC 6962's, and blocks of it can be hashed alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest

from chalicelib.audit.model import BLOCK_LEAVES, MAX_BLOCKS, Checkpoint, Draft, Leaf, merkle_root, root_of_blocks


def hashes(count: int) -> list[str]:
    return [hashlib.sha256(str(number).encode()).hexdigest() for number in range(count)]


def by_the_rfc(leaves: Sequence[bytes]) -> bytes:
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + by_the_rfc(leaves[:split]) + by_the_rfc(leaves[split:])).digest()


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 9, 63, 64, 65, 1000])
def test_the_root_is_that_of_the_rfc(count: int) -> None:
    leaves = hashes(count)
    assert merkle_root(leaves) == by_the_rfc([bytes.fromhex(one) for one in leaves]).hex()


def test_no_leaf_and_one_leaf_are_as_the_rfc_says() -> None:
    assert merkle_root([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle_root([""]) == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


@pytest.mark.parametrize("size", [1, 2, 4, 8])
@pytest.mark.parametrize("count", [1, 2, 7, 8, 9, 16, 17, 31, 33])
def test_blocks_join_to_the_same_root(size: int, count: int) -> None:
    leaves = hashes(count)
    blocks = [merkle_root(leaves[start : start + size]) for start in range(0, count, size)]
    assert root_of_blocks(blocks) == merkle_root(leaves)


def test_a_block_is_a_subtree_and_a_checkpoint_takes_a_hundred_thousand_leaves() -> None:
    assert BLOCK_LEAVES & (BLOCK_LEAVES - 1) == 0
    assert BLOCK_LEAVES * MAX_BLOCKS > 100_000


def test_only_the_last_block_of_a_draft_is_less_than_full() -> None:
    draft = Draft()
    assert draft.has_room
    leaves = [
        Leaf("C", number, one, f"2026-01-{1 + number % 9:02d}") for number, one in enumerate(hashes(BLOCK_LEAVES))
    ]
    draft.add(leaves)
    assert draft.has_room
    draft.add(leaves[:5])
    assert (draft.count, draft.has_room, draft.first_at, draft.last_at) == (
        BLOCK_LEAVES + 5,
        False,
        "2026-01-01",
        "2026-01-09",
    )


def test_what_is_signed_names_everything_that_must_not_change() -> None:
    one = Checkpoint("000000002", "2026-11-24T16:30:00.000Z", 3, "f", "2026-11-24T15:59:59.000Z", "r", "p", "q", ())
    assert one.signed_text().split("\n") == [
        "id: 000000002",
        "at: 2026-11-24T16:30:00.000Z",
        "count: 3",
        "first_at: f",
        "last_at: 2026-11-24T15:59:59.000Z",
        "root: r",
        "previous: p",
    ]
    assert one.digest() == hashlib.sha256(one.signed_text().encode()).hexdigest()
    assert (one.day, one.closed) == ("2026-11-24", True)
