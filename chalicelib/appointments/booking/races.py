"""What the store of appointments says when somebody was faster: a reason to read and decide again."""

from __future__ import annotations

from chalicelib.shared.errors import Conflict


class AppointmentChanged(Conflict):
    """Somebody else's act on the appointment came first."""
