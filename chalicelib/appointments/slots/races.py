"""What a store says when somebody was faster: not an answer, but a reason to read and decide again."""

from __future__ import annotations

from chalicelib.shared.errors import Conflict


class SheetChanged(Conflict):
    """The sheet is not as it was read, but the cells may still be free."""


class AvailabilityChanged(Conflict):
    """The mediator's hours changed since they were read."""
