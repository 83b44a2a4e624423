"""What a store says when somebody was faster: not an answer, but a reason to read and decide again."""

from __future__ import annotations

from chalicelib.shared.errors import Conflict


class SheetChanged(Conflict):
    """The sheet is not as it was read, but the cells may still be free."""


class AppointmentChanged(Conflict):
    """Somebody else's act on the appointment came first."""


class WishChanged(Conflict):
    """The wish in the waitlist was made anew, or left, since it was read."""


class AvailabilityChanged(Conflict):
    """The mediator's hours changed since they were read."""
