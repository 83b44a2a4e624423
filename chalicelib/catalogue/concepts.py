"""What a query is made of: concepts, each with the ways in which a catalogue may write it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

# How much a way of writing counts, against writing it just as the catalogue does.
LITERAL: Final = 1.0
SYNONYM: Final = 0.97
ENGLISH: Final = 0.97
PINYIN: Final = 0.95
INITIALS: Final = 0.88
HOMOPHONE: Final = 0.86

# How much a concept counts, against a thing's name.
THING: Final = 1.0
INTENT: Final = 0.55
HINT: Final = 0.25  # for whom, where: it chooses among what was asked for, and is no question of its own
WEAK: Final = 0.12

LESS_PREFERRED: Final = 0.015  # each meaning after the first counts that much less …
_LEAST_PREFERRED: Final = 4  # … up to the fourth

MISTYPED_LENGTHS: Final = range(4, 7)  # characters; a shorter word with a wrong one could be too many others


@dataclass(frozen=True, slots=True)
class Way:
    """One way to write a concept: `kind` is "text", "pinyin", "initials" or "english"."""

    kind: str
    form: str
    weight: float


@dataclass(eq=False, slots=True)
class Concept:
    """One thing that a query names."""

    said: str
    weight: float
    ways: list[Way] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Meaning:
    """A query understood."""

    folded: str
    squeezed: str
    concepts: Sequence[Concept]


def ways_of(means: Sequence[str], weight: float) -> list[Way]:
    """Return the ways to write meanings that are listed in order of preference."""
    return [
        Way("text", meant, weight - LESS_PREFERRED * min(place, _LEAST_PREFERRED)) for place, meant in enumerate(means)
    ]
