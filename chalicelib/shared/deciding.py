"""Deciding anew: what to do when somebody else's change came between reading and writing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from chalicelib.shared.dynamo import Pauses
from chalicelib.shared.errors import Conflict

__all__ = ["MAX_DECISIONS", "Pauses", "decide_anew"]

T = TypeVar("T")

MAX_DECISIONS: Final = 12
"""How often a command is decided before it gives up."""


def decide_anew(attempt: Callable[[], T | None], pauses: Pauses | None = None, *, at_most: int = MAX_DECISIONS) -> T:
    """Return what `attempt` makes; None says that it was overtaken, and has to read and decide again.

    Random pauses that grow (full jitter) lie between attempts. Raises `Conflict` after `at_most` of them.
    """
    pauses = pauses or Pauses()
    for number in range(at_most):
        made = attempt()
        if made is not None:
            return made
        if number + 1 < at_most:
            pauses.pause(number)
    raise Conflict
