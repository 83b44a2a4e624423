"""Search quality over a real district's 1,135 items, on queries kept apart from what the ranking was tuned on."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.catalogue.search import Snapshot
from infra.bench.search_quality import evaluate, read_labels
from tests.catalogues import build, real_items

FOLDER = Path(__file__).parent


@pytest.fixture(scope="session")
def real_snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return build(real_items(), tmp_path_factory.mktemp("real"))


@pytest.mark.parametrize("half", ["tune", "heldout"])
def test_the_right_answer_comes_first_or_among_five(real_snapshot: Snapshot, half: str) -> None:
    quality = evaluate(real_snapshot, read_labels(FOLDER / f"labels_{half}.csv"))
    missed = [f"{miss.label.query}: {miss.found[:2]}" for miss in quality.misses]
    assert quality.hit_at_5 >= 0.97, missed
    assert quality.hit_at_1 >= 0.90, missed


def test_there_are_enough_queries_and_the_halves_share_none() -> None:
    halves = [{label.query for label in read_labels(FOLDER / f"labels_{half}.csv")} for half in ("tune", "heldout")]
    assert sum(map(len, halves)) >= 120
    assert not halves[0] & halves[1]


def test_every_name_finds_its_own_item(real_snapshot: Snapshot) -> None:
    from chalicelib.catalogue.filters import Filters

    missed = []
    for item in real_items()[::7]:
        hits = real_snapshot.search(item.name, Filters(), limit=1, offset=0).hits
        if not hits or hits[0].summary["name"] != item.name:
            missed.append(item.name)
    assert missed == []


def test_every_code_finds_its_own_item(real_snapshot: Snapshot) -> None:
    from chalicelib.catalogue.filters import Filters

    for item in real_items()[::50]:
        hits = real_snapshot.search(item.code, Filters(), limit=1, offset=0).hits
        assert [hit.summary["code"] for hit in hits] == [item.code]
