"""What an appointment changes in its case, in the same transaction: the event, what is live, the clocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from chalicelib.appointments.booking.model import LIVE, PARTIES, Appointment
from chalicelib.appointments.booking.refusals import NotBookable
from chalicelib.cases.public import Case, Outcome, Seen
from chalicelib.shared.clock import format_instant

BOOKABLE: Final = frozenset({"assigned", "mediating", "agreed"})
"""Statuses in which sessions are held."""


def check_bookable(case: Case) -> str:
    """Return the case's mediator; raise `NotBookable` in a case that has none, or is over."""
    if case.status not in BOOKABLE or case.mediator is None:
        raise NotBookable
    return case.mediator


_FREEING: Final = frozenset({"decline", "cancel"})
_REPORTS: Final = frozenset({"complete", "no_show"})


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
    return min(filter(None, (case.since, case.ended_at, case.reached.get("signed"))))


def live_in(case: Case, now: str) -> list[Mapping[str, Any]]:
    """Return the case's appointments that are ahead, or under way, at an instant.

    Holds that have run out are not; nor are sessions that are over, though nobody may have reported them yet.
    """
    return [one for one in case.appointments if _is_open(one, now) and str(one["end"]) > now]


def _is_open(one: Mapping[str, Any], now: str) -> bool:
    """Tell whether something is still to happen to an appointment: it is kept, confirmed, or waits for its report."""
    return one["status"] == "confirmed" or str(one.get("hold_expires_at") or "~") > now


def can_book(seen: Seen, most: int) -> bool:
    """Tell whether somebody can book a session of a case, which may have `most` live ones."""
    if seen.relation not in PARTIES | {"mediator"} or seen.case.status not in BOOKABLE or seen.case.mediator is None:
        return False
    return len(live_in(seen.case, format_instant(seen.now))) < most


def persons_of(case: Case) -> dict[str, str]:
    """Return the pseudonym of each party with an account, by party id."""
    return {party.id: party.person for party in case.parties if party.person is not None}


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
    others = [each for each in others if _is_open(each, now)]
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


def without_clock(case: Case, rule: str) -> tuple[Any, ...]:
    """Return the case's clocks without one: what it waited for has happened."""
    return tuple(one for one in case.deadlines if one.rule != rule)
