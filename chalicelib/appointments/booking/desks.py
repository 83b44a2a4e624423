"""Which appointments wait on their mediator's desk: requests to answer, sessions that are over and to be reported."""

from __future__ import annotations

from typing import Final

from chalicelib.appointments.booking.model import Appointment
from chalicelib.desk.public import Desk, DeskItem

HOLD_RULE: Final = "appointment_hold"
REPORT_RULE: Final = "session_report"


def desk_items(one: Appointment, dispute_type: str) -> tuple[DeskItem, ...]:
    """Return what of an appointment waits for its mediator. `dispute_type`: of its case.

    A request waits until its hold is over, and for nobody after that; a session since its mediator was asked what
    became of it.
    """
    if one.status == "requested" and one.hold_expires_at is not None:
        due_at, rule, until, since = one.hold_expires_at, HOLD_RULE, one.hold_expires_at, one.updated_at
    elif one.status == "confirmed" and one.report_by is not None:
        due_at, rule, until, since = one.report_by, REPORT_RULE, None, one.end
    else:
        return ()
    item = DeskItem(
        kind="appointment",
        id=one.id,
        desk=str(Desk("mediator", one.mediator_person)),
        since=since,
        status=one.status,
        waiting_for="mediator",
        case_code=one.case_code,
        dispute_type=dispute_type,
        due_at=due_at,
        provisional=rule == REPORT_RULE and one.report_provisional,
        rule=rule,
        until=until,
    )
    return (item,)
