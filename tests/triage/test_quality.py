"""Triage on labelled texts of our own: half of them tuned on, half held out."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from chalicelib.organisations.model import DISPUTE_TYPES
from chalicelib.triage.model import triage
from chalicelib.triage.rules import RuleSet

FOLDER = Path(__file__).parent


def labels(name: str) -> list[tuple[str, str]]:
    with (FOLDER / f"labels_{name}.csv").open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["dispute_type"]) for row in csv.DictReader(file)]


def test_every_main_type_has_at_least_twenty_texts() -> None:
    counts = Counter(kind for name in ("tune", "heldout") for _, kind in labels(name))
    assert set(counts) == set(DISPUTE_TYPES)
    assert min(counts.values()) >= 20


@pytest.mark.parametrize("name", ["tune", "heldout"])
def test_the_right_type_comes_first_or_among_three(name: str) -> None:
    first = among = 0
    misses = []
    for text, wanted in labels(name):
        found = triage(text, {}, RuleSet.load())
        shown = [found.best.type, *(one.type for one in found.alternatives)][:3]
        first += shown[0] == wanted
        among += wanted in shown
        if shown[0] != wanted:
            misses.append(f"{wanted}: {text} → {shown}")
    total = len(labels(name))
    assert first / total >= 0.90, misses
    assert among / total >= 0.98, misses
