"""Whether a case still waits. Pure."""

from __future__ import annotations

from chalicelib.appointments.slots.policies import BOOKABLE
from chalicelib.appointments.waitlist.model import Spot
from chalicelib.cases.public import Case


def still_waits(case: Case, spot: Spot) -> bool:
    """Tell whether sessions can be booked in the case, with the mediator whose line it is."""
    return case.status in BOOKABLE and (case.organisation, case.mediator) == (spot.organisation, spot.mediator)
