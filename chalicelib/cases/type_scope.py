"""Which types of dispute a rule of law is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, Self

EVERY: Final = "*"


@dataclass(frozen=True, slots=True)
class TypeScope:
    """Types of dispute: all of them, or some codes, less some others. A main code stands for its subtypes too."""

    types: frozenset[str] | Literal["*"]
    without: frozenset[str] = frozenset()

    @classmethod
    def of(cls, rule: Mapping[str, Any], types: str = "dispute_types", without: str = "except_dispute_types") -> Self:
        """Return the scope that a rule's fields of these names say; without them, every type."""
        named = rule.get(types, EVERY)
        return cls(EVERY if named == EVERY else frozenset(named), frozenset(rule.get(without) or ()))

    def covers(self, dispute_type: str) -> bool:
        """Tell whether a type is in it."""
        return self.precision(dispute_type) is not None

    def precision(self, dispute_type: str) -> int | None:
        """Return how closely it names a type: 2 itself, 1 by its main type, 0 with all others; None if not at all."""
        if _named(dispute_type, self.without) is not None:
            return None
        return 0 if self.types == EVERY else _named(dispute_type, frozenset(self.types))


def _named(dispute_type: str, codes: frozenset[str]) -> int | None:
    if dispute_type in codes:
        return 2
    # The code of a subtype begins with that of its main type.
    return 1 if any(dispute_type.startswith(f"{code}_") for code in codes) else None
