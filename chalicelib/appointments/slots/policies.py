"""In which cases sessions can be booked, with whom, and how many at once. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from chalicelib.appointments.slots.refusals import NotBookable
from chalicelib.cases.public import Case, Seen
from chalicelib.shared.clock import format_instant

BOOKABLE: Final = frozenset({"assigned", "mediating", "agreed"})
"""Statuses of a case in which sessions are held."""

PARTIES: Final = frozenset({"applicant", "respondent"})


def check_bookable(case: Case) -> str:
    """Return the case's mediator; raise `NotBookable` in a case that has none, or is over."""
    if case.status not in BOOKABLE or case.mediator is None:
        raise NotBookable
    return case.mediator


def can_book(seen: Seen, most: int) -> bool:
    """Tell whether somebody can book a session of a case, which may have `most` live ones."""
    if seen.relation not in PARTIES | {"mediator"} or seen.case.status not in BOOKABLE or seen.case.mediator is None:
        return False
    return len(live_in(seen.case, format_instant(seen.now))) < most


def live_in(case: Case, now: str) -> list[Mapping[str, Any]]:
    """Return the case's appointments that are ahead, or under way, at an instant.

    Holds that have run out are not; nor are sessions that are over, though nobody may have reported them yet.
    """
    return [one for one in case.appointments if is_open(one, now) and str(one["end"]) > now]


def is_open(one: Mapping[str, Any], now: str) -> bool:
    """Tell whether something is still to happen to a case's appointment: it is held, confirmed, or not reported."""
    return one["status"] == "confirmed" or str(one.get("hold_expires_at") or "~") > now


def persons_of(case: Case) -> dict[str, str]:
    """Return the pseudonym of each party with an account, by party id."""
    return {party.id: party.person for party in case.parties if party.person is not None}


def own_offer_of(case: Case) -> frozenset[str]:
    """Return the id of the slot that is kept for the case from the waitlist, if one is: its cells are free for it."""
    return frozenset() if case.offer is None else frozenset({str(case.offer["id"])})
