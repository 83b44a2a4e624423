"""Triage on labelled texts of our own: half of them tuned on, half held out."""

from __future__ import annotations

from collections import Counter

import pytest

from chalicelib.triage.model import triage
from chalicelib.triage.rules import RuleSet
from chalicelib.triage.types import DisputeTypes
from infra.bench.triage_quality import LABELS, measure_red_lines, measure_types, read_texts

SETS = ("tune", "heldout", "fresh")


def labels(name: str) -> list[tuple[str, str]]:
    return read_texts(LABELS / f"labels_{name}.csv", "dispute_type")


def test_every_main_type_has_at_least_twenty_texts() -> None:
    counts = Counter(kind for name in ("tune", "heldout") for _, kind in labels(name))
    assert set(counts) == set(DisputeTypes.load().mains)
    assert min(counts.values()) >= 20


@pytest.mark.parametrize("name", ["tune", "heldout"])
def test_the_right_type_comes_first_or_among_three(name: str) -> None:
    figures = measure_types(name)
    assert figures["top-1"] >= 0.97
    assert figures["top-3"] >= 0.98


def test_texts_for_red_lines_are_many_and_about_half_of_them_silent() -> None:
    every = [row for name in SETS for row in read_texts(LABELS / f"red_lines_{name}.csv", "kind")]
    assert len(every) >= 300
    assert len({text for text, _ in every}) == len(every)
    assert 0.35 < sum(not kind for _, kind in every) / len(every) < 0.65
    assert {kind for _, kind in every} == {"", *RuleSet.load().red_lines.kinds}


@pytest.mark.parametrize(("name", "recall"), [("tune", 0.99), ("fresh", 0.98), ("heldout", 0.97)])
def test_red_lines_are_heard_and_the_rest_is_left_in_peace(name: str, recall: float) -> None:
    figures = measure_red_lines(name)
    assert figures["recall"] >= recall
    assert figures["precision"] >= 0.95
    assert figures["kind"] >= 0.85


def test_ordinary_disputes_seldom_raise_an_alarm() -> None:
    texts = [text for name in ("tune", "heldout") for text, _ in labels(name)]
    rules = RuleSet.load()
    alarmed = [text for text in texts if triage(text, {}, rules).alarm is not None]
    assert len(alarmed) <= len(texts) * 0.03, alarmed  # those that are left speak of blows
