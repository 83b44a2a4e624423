"""How many examples a property is tried on where Hypothesis's default is too many for every run."""

from __future__ import annotations

from hypothesis import settings

_DEEP_FACTOR = 20


def examples(few: int) -> int:
    """Return `few` in `make test`, and twenty times as many in `make test-deep` (profile `deep`)."""
    return few if settings().derandomize else few * _DEEP_FACTOR
