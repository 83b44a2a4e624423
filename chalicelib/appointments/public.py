"""What other contexts may use of appointments: whether a session of a case can be booked, and within which limits."""

from __future__ import annotations

from chalicelib.appointments.rules import BookingRules
from chalicelib.appointments.slots.policies import can_book

__all__ = ["BookingRules", "can_book"]
