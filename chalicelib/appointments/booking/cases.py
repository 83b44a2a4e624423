"""What an appointment changes in its case, in the same transaction: the event, what is live, the deadlines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from chalicelib.appointments.booking.model import LIVE, Appointment
from chalicelib.appointments.slots.policies import BOOKABLE, is_open
from chalicelib.appointments.slots.refusals import NotBookable
from chalicelib.appointments.slots.sheets import SheetChange
from chalicelib.cases.public import Case, Outcome, Seen
from chalicelib.shared.clock import format_instant
from chalicelib.shared.transactions import Write


@dataclass(frozen=True, slots=True)
class Decided:
    """What is to become of an appointment and its case, decided and not yet written.

    `before`: the version that it was decided on, None for a new one; `sheets`: cells taken and given back; `also`:
    further writes of the same transaction.
    """

    after: Appointment
    outcome: Outcome
    sheets: Sequence[SheetChange] = ()
    before: Appointment | None = None
    also: Sequence[Write] = ()


_FREEING: Final = frozenset({"decline", "cancel"})
_REPORTS: Final = frozenset({"complete", "no_show"})
_IN_FORCE: Final = frozenset({"signed", "confirming", "confirmed", "defaulted"})
_ENDED_AFTER_AGREEMENT: Final = frozenset({"performed", "unconfirmed", "confirmed"})


def goes_on(action: str, one: Appointment, case: Case) -> bool:
    """Tell whether the case lets an action be taken on one of its sessions.

    Sessions are held while the case is in mediation, by the mediator it has. After that they can be called off; and
    what began before can still be reported.
    """
    if action in _FREEING:
        return True
    if case.status in BOOKABLE:
        return case.mediator == one.mediator
    return action in _REPORTS and case.mediator == one.mediator and one.start < _mediation_ended_at(case)


def check_goes_on(action: str, one: Appointment, case: Case) -> None:
    """Raise `NotBookable` if the case does not let the action be taken; see `goes_on`."""
    if not goes_on(action, one, case):
        raise NotBookable


def _mediation_ended_at(case: Case) -> str:
    """Return when the mediation ended: with the agreement's effect, if the case went on from there, or with the case.

    An agreement of before the case was mediated again, or reopened, ended another mediation.
    """
    went_on = case.status in _IN_FORCE or case.end_reason in _ENDED_AFTER_AGREEMENT
    return case.effective_at if went_on and case.effective_at is not None else case.since


def outcome_of(
    seen: Seen,
    one: Appointment,
    event: str,
    *,
    free_text: str | None = None,
    more: Mapping[str, Any] | None = None,
    **case_changes: Any,
) -> Outcome:
    """Return the case after something happened to an appointment, and what its event says."""
    now = format_instant(seen.now)
    others: Sequence[Mapping[str, Any]] = [each for each in seen.case.appointments if each["id"] != one.id]
    others = [each for each in others if is_open(each, now)]
    mine = {"id": one.id, "status": one.status, "start": one.start, "end": one.end, "mode": one.mode}
    if one.hold_expires_at is not None:
        mine["hold_expires_at"] = one.hold_expires_at
    live = [*others, mine] if one.status in LIVE else others
    case = replace(seen.case, appointments=tuple(sorted(live, key=lambda each: str(each["start"]))), **case_changes)
    data = {
        "appointment": one.id,
        "start": one.start,
        "end": one.end,
        "mode": one.mode,
        "mediator": one.mediator,
        "organisation": one.organisation,
        **(more or {}),
    }
    return Outcome(case, event, data, free_text)


def freed_by(one: Appointment) -> dict[str, Any]:
    """Return what an event says of a slot that became free, so that it is offered to the next in line."""
    return {"start": one.start, "minutes": one.minutes, "mode": one.mode}


def without_deadline(case: Case, rule: str) -> tuple[Any, ...]:
    """Return the case's deadlines without one: what it waited for has happened."""
    return tuple(one for one in case.deadlines if one.rule != rule)
