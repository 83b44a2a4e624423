"""What other contexts may use of desks: what waits on one, where it is written, and who hears of what is overdue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from chalicelib.desk.escalation import Ladders, Raised, is_due
from chalicelib.desk.model import ALL, Desk, DeskItem, Kind
from chalicelib.desk.told import on_desk
from chalicelib.shared.transactions import Write

__all__ = ["ALL", "Desk", "DeskItem", "Desks", "Kind", "Ladders", "Raised", "is_due", "on_desk"]


class Desks(Protocol):
    """Where it is written what waits on which desk."""

    def writes(self, before: Sequence[DeskItem], after: Sequence[DeskItem], at: str) -> list[Write]:
        """Return the writes by which what waits after a change stands on its desk, and what waited before does not."""
        ...
