"""What one rating writes, and how many ratings of one target a second that allows."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from chalicelib.ratings.rating.store import choose_shards
from chalicelib.ratings.rating.tallies import shards_of
from infra.bench.contention import COMPLETED, STAFF, Load, RealWrites, simulate

TARGETS = {"completed": COMPLETED, "staff": STAFF}


@pytest.mark.parametrize("bad", [False, True])
@pytest.mark.parametrize("kind", TARGETS)
def test_two_ratings_share_no_item_but_the_shards_of_their_targets(kind: str, bad: bool) -> None:
    targets = TARGETS[kind]
    first = RealWrites(targets, draw=lambda names: dict.fromkeys(names, 0), bad=bad).items_of(1)
    same_shard = RealWrites(targets, draw=lambda names: dict.fromkeys(names, 0), bad=bad).items_of(2)
    other_shard = RealWrites(targets, draw=lambda names: dict.fromkeys(names, 1), bad=bad).items_of(2)
    assert len(first) > 8
    assert set(first) & set(other_shard) == set()
    assert set(first) & set(same_shard) == {f"ratings|SUMMARY#{one.target}|SHARD#00" for one in targets}


@pytest.mark.parametrize("kind", TARGETS)
def test_a_hundred_ratings_a_second_of_one_target_are_taken(kind: str) -> None:
    rng = random.Random(1)  # noqa: S311 - no secret
    writes = RealWrites(TARGETS[kind], draw=lambda names: choose_shards(names, rng.randrange))
    outcome = simulate(Load(seconds=20), writes.items_of)
    assert outcome.ratings > 1800
    assert outcome.retried > 0
    assert outcome.share_of_503 < 0.001


def test_the_model_refuses_what_an_item_that_every_rating_writes_would_refuse() -> None:
    rng = random.Random(1)  # noqa: S311 - no secret

    def as_it_was(number: int) -> Sequence[str]:
        return [f"own-{number}", "TARGETS|service:mediation", f"SUMMARY#service:mediation#{rng.randrange(4)}"]

    assert simulate(Load(per_second=40), as_it_was).share_of_503 > 0.1
    assert simulate(Load(per_second=40), lambda number: [f"own-{number}"]).share_of_503 == 0


def test_every_shard_is_drawn() -> None:
    for target in ("staff:m-1", "service:S-1"):
        assert {choose_shards([target])[target] for _ in range(2000)} == set(range(shards_of(target)))
