"""Commands of a case that are decided anew when another command came first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from chalicelib.cases.lifecycle.records import VersionConflict
from chalicelib.shared.deciding import Pauses, decide_anew

T = TypeVar("T")

MAX_DECISIONS: Final = 8
"""How often a command of a case is decided."""


def decide_until_kept(attempt: Callable[[], T | None], pauses: Pauses) -> T:
    """Return what `attempt` makes: it reads the case, decides and writes.

    It is made anew when it raises `VersionConflict` or returns None, at most `MAX_DECISIONS` times; then `Conflict`.
    """

    def once() -> T | None:
        try:
            return attempt()
        except VersionConflict:
            return None

    return decide_anew(once, pauses, at_most=MAX_DECISIONS)
