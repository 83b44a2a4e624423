"""How good triage is: the right type first or among three; red lines heard, and the rest left in peace; how fast."""

from __future__ import annotations

import csv
import time
from pathlib import Path
from typing import Final

from chalicelib.triage.model import triage
from chalicelib.triage.rules import RuleSet
from chalicelib.triage.service import find_urgent_kinds

LABELS: Final = Path(__file__).parent.parent.parent / "tests" / "triage"
_LONGEST: Final = 5000
_ROUNDS: Final = 20


def read_texts(path: Path, column: str) -> list[tuple[str, str]]:
    """Return the texts of a file of labels, each with what it is of."""
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["text"], row[column]) for row in csv.DictReader(file)]


def measure_types(name: str) -> dict[str, float]:
    """Return how often the right type comes first, and among the first three (shares from 0 to 1)."""
    texts, rules = read_texts(LABELS / f"labels_{name}.csv", "dispute_type"), RuleSet.load()
    first = among = 0
    for text, wanted in texts:
        found = triage(text, {}, rules)
        shown = [found.best.type, *(one.type for one in found.alternatives)][:3]
        first += shown[0] == wanted
        among += wanted in shown
    return {"texts": len(texts), "top-1": round(first / len(texts), 3), "top-3": round(among / len(texts), 3)}


def measure_red_lines(name: str) -> dict[str, float]:
    """Return recall and precision of alarms, and how often an alarm names the kind (shares from 0 to 1)."""
    texts = read_texts(LABELS / f"red_lines_{name}.csv", "kind")
    heard = [(kind, find_urgent_kinds(text)) for text, kind in texts]
    wanted = sum(bool(kind) for kind, _ in heard)
    right = sum(bool(kind) and bool(kinds) for kind, kinds in heard)
    false = sum(not kind and bool(kinds) for kind, kinds in heard)
    named = sum(bool(kind) and kind in kinds for kind, kinds in heard)
    precision = round(right / (right + false), 3)
    return {
        "texts": len(texts),
        "recall": round(right / wanted, 3),
        "precision": precision,
        "kind": round(named / right, 3),
    }


def measure_speed_ms() -> dict[str, float]:
    """Return milliseconds of processor time for a text of 5,000 characters: ordinary ones, and urgent ones."""
    ordinary = [text for text, _ in read_texts(LABELS / "labels_tune.csv", "dispute_type")]
    urgent = [text for text, kind in read_texts(LABELS / "red_lines_tune.csv", "kind") if kind]
    rules = RuleSet.load()
    figures = {}
    for name, texts in (("ordinary", ordinary), ("urgent", urgent)):
        longest = ("。".join(texts) * 2)[:_LONGEST]
        started = time.process_time()
        for _ in range(_ROUNDS):
            triage(longest, {}, rules)
        figures[name] = round((time.process_time() - started) / _ROUNDS * 1000, 1)
    return figures
