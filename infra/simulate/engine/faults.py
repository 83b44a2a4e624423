"""What can go wrong with an AWS call, and how often in one run."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

FATES: Final = (
    "request_lost",
    "reply_lost",
    "throttled",
    "broken",
    "conflict",
    "outage",
    "killed_before",
    "killed_after",
    "partly",
)
"""Kinds of bad luck.

`request_lost`: nothing was done, a connection error; `reply_lost`: it was done, a connection error; `throttled`;
`broken`: 500; `conflict`: with a transaction at the same item; `outage`: every attempt of the SDK fails;
`killed_before`, `killed_after`: the process dies; `partly`: a batch leaves something over.
"""

_FIERCENESS: Final = (0.0, 0.0, 0.002, 0.01, 0.03)


@dataclass(frozen=True)
class Weather:
    """One run's luck: how often each fate strikes, and how people, streams and the clock behave.

    `stays`: how probable an act goes on at a pause; `at_once`: acts under way; `crowded`: whether most cases have
    one mediator, for whose slots people wait; `settled_cases`: in mediation before the weather turns; `bound_cases`:
    with an agreement in force by then; the other figures are odds.
    """

    odds: Mapping[str, float] = field(default_factory=dict)
    stays: float = 0.6
    at_once: int = 4
    index_lag: float = 0.0
    answers_lost: float = 0.0
    redelivered: float = 0.0
    poison: float = 0.0
    clock_leaps: float = 0.03
    crowded: bool = False
    settled_cases: int = 0
    bound_cases: int = 0

    @classmethod
    def of(cls, choices: random.Random) -> Self:
        """Return a run's weather: some runs are calm, some have one kind of fault often, some a little of all."""
        odds = {fate: choices.choice(_FIERCENESS) for fate in FATES}
        return cls(
            odds={fate: odd for fate, odd in odds.items() if odd},
            stays=choices.choice((0.3, 0.6, 0.9)),
            at_once=choices.choice((1, 3, 6)),
            index_lag=choices.choice((0.0, 0.1)),
            answers_lost=choices.choice((0.0, 0.03, 0.1)),
            redelivered=choices.choice((0.1, 0.3, 0.5)),
            poison=choices.choice((0.0, 0.0, 0.1)),
            clock_leaps=choices.choice((0.02, 0.05)),
            crowded=choices.choice((False, True)),
            settled_cases=choices.choice((0, 4, 6)),
            bound_cases=choices.choice((0, 3, 6)),
        )

    def fate(self, choices: random.Random, possible: frozenset[str]) -> str | None:
        """Return what strikes the next attempt of a call, or None."""
        drawn = choices.random()
        for fate, odd in self.odds.items():
            if fate in possible:
                drawn -= odd
                if drawn < 0:
                    return fate
        return None
