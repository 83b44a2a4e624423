"""What a checkpoint says of its days and its size, and when a draft takes another block."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from chalicelib.audit.model import (
    ALGORITHM,
    BLOCK_LEAVES,
    GENESIS,
    MAX_BLOCKS,
    Checkpoint,
    Draft,
    Leaf,
    id_of,
    merkle_root,
)

ONE = Checkpoint("000000001", "2026-11-24T16:30:00.000Z", 3, "f", "2026-11-24T15:59:59.000Z", "r", "p", "q", ())


@pytest.mark.parametrize(
    ("last", "signed", "day", "closed"),
    [
        ("2026-11-24T15:59:59.999Z", "2026-11-24T16:00:00.000Z", "2026-11-24", True),
        ("2026-11-24T15:59:59.999Z", "2026-11-24T15:59:59.999Z", "2026-11-24", False),
        ("2026-11-24T16:00:00.000Z", "2026-11-25T15:59:59.999Z", "2026-11-25", False),
        ("2026-11-24T16:00:00.000Z", "2026-11-25T16:00:00.000Z", "2026-11-25", True),
    ],
)
def test_a_day_is_shanghais_and_closed_when_it_was_over(last: str, signed: str, day: str, closed: bool) -> None:
    one = replace(ONE, last_at=last, at=signed)
    assert (one.day, one.closed) == (day, closed)


def test_it_is_full_with_so_many_leaves() -> None:
    most = MAX_BLOCKS * BLOCK_LEAVES
    assert (MAX_BLOCKS, BLOCK_LEAVES) == (128, 1024)
    assert [replace(ONE, count=count).is_full for count in (most - 1, most)] == [False, True]


def test_what_a_checkpoint_is_before_it_is_signed() -> None:
    assert (ONE.key_id, ONE.algorithm, ONE.signature, ONE.settled) == ("", "ECDSA_SHA_256", "", False)
    assert ALGORITHM == "ECDSA_SHA_256"
    assert GENESIS == "0" * 64


def test_ids_sort_as_numbers_do() -> None:
    assert [id_of(number) for number in (1, 10, 999_999_999)] == ["000000001", "000000010", "999999999"]


def leaves(count: int, *instants: str) -> list[Leaf]:
    hashes = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(count)]
    return [Leaf("C", number, one, instants[number % len(instants)]) for number, one in enumerate(hashes)]


def test_a_draft_says_from_when_to_when_its_events_happened() -> None:
    draft = Draft()
    assert (draft.count, draft.first_at, draft.last_at, draft.blocks, draft.resumed) == (0, "", "", [], False)
    block = leaves(3, "2026-03", "2026-02", "2026-04")
    draft.add(block)
    assert (draft.count, draft.first_at, draft.last_at) == (3, "2026-02", "2026-04")
    assert draft.blocks == [merkle_root([leaf.hash for leaf in block])]
    draft.add(leaves(2, "2026-05", "2026-01"))
    assert (draft.count, draft.first_at, draft.last_at) == (5, "2026-01", "2026-05")
    draft.add(leaves(1, "2026-03"))
    assert (draft.count, draft.first_at, draft.last_at, len(draft.blocks)) == (6, "2026-01", "2026-05", 3)


def test_a_draft_takes_blocks_until_one_is_not_full_or_there_are_enough() -> None:
    assert Draft().has_room
    assert Draft(["b"], BLOCK_LEAVES).has_room
    assert not Draft(["b"], BLOCK_LEAVES - 1).has_room
    almost = ["b"] * (MAX_BLOCKS - 1)
    assert Draft(almost, len(almost) * BLOCK_LEAVES).has_room
    assert not Draft([*almost, "b"], MAX_BLOCKS * BLOCK_LEAVES).has_room
