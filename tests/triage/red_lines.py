"""How well red lines are heard: texts of our own, each with the kind that it is of, or none."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

from chalicelib.triage.service import find_urgent_kinds

SETS = ("tune", "heldout", "fresh")
FOLDER = Path(__file__).parent


class Heard(NamedTuple):
    """Shares from 0 to 1. `missed`: urgent texts without an alarm; `false`: silent ones with one."""

    texts: int
    recall: float
    precision: float
    kind: float
    missed: list[str]
    false: list[str]


def read_texts(name: str) -> list[tuple[str, str]]:
    """Return texts with their kinds; "" for those that are to stay silent."""
    with (FOLDER / f"red_lines_{name}.csv").open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["kind"]) for row in csv.DictReader(file)]


def listen(name: str) -> Heard:
    """Return how well a set is heard. `kind`: the share of alarms that name the kind among theirs."""
    texts = read_texts(name)
    kinds = {text: find_urgent_kinds(text) for text, _ in texts}
    missed = [text for text, kind in texts if kind and not kinds[text]]
    false = [text for text, kind in texts if not kind and kinds[text]]
    wanted = sum(bool(kind) for _, kind in texts)
    heard = wanted - len(missed)
    named = sum(bool(kind) and kind in kinds[text] for text, kind in texts)
    return Heard(len(texts), heard / wanted, heard / (heard + len(false)), named / heard, missed, false)
