"""Who may see a case and act in it (relations), apart from when (the transitions table)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from chalicelib.cases.lifecycle.confirmation import obstacles_to_confirmation
from chalicelib.cases.lifecycle.decisions import MAX_EXTENSION_DAYS
from chalicelib.cases.lifecycle.model import Case, Deadline
from chalicelib.cases.lifecycle.transitions import TRANSITIONS, IllegalTransition
from chalicelib.shared.errors import NotAllowed, NotFound
from chalicelib.shared.viewer import Viewer

_DONE: Final = {
    "consent": "consented_at",
    "sign": "signed_at",
    "extend": "extend_until",
    "apply_confirmation": "applied_at",
    "fulfil": "fulfilled_at",
}
"""What a party does once, and where it is noted that they have."""
STAFF: Final = frozenset({"mediator", "clerk", "court", "reviewer", "supervisor"})


def find_relation(viewer: Viewer, person: str, case: Case) -> str | None:  # noqa: PLR0911 - one row a relation
    """Return what the viewer is to the case, or None for a stranger; a party first, then the closest function."""
    party = case.party_of(person)
    if party is not None:
        return party.role
    if "mediator" in viewer.roles and case.mediator == viewer.subject:
        return "mediator"
    if "clerk" in viewer.roles and viewer.organisation == case.organisation:
        return "clerk"
    if "court" in viewer.roles and case.before_court:
        return "court"
    if "reviewer" in viewer.roles and case.appeal is not None:
        return "reviewer"
    if "supervisor" in viewer.roles:
        return "supervisor"
    return None


def check_can_see(viewer: Viewer, person: str, case: Case) -> str:
    """Return the viewer's relation; raise `NotFound` for a stranger, as for a case that does not exist."""
    relation = find_relation(viewer, person, case)
    if relation is None:
        raise NotFound
    return relation


def check_can_act(relation: str, action: str, case: Case) -> None:
    """Raise `NotAllowed` if the action is not this relation's, `IllegalTransition` if not now."""
    row = TRANSITIONS[action]
    if relation not in row.relations:
        raise NotAllowed
    if case.status not in row.sources:
        raise IllegalTransition


def actions_of(relation: str, person: str, case: Case, now: datetime) -> list[str]:
    """Return what of the table this person can do at `now`, in its order: nothing that would be refused."""
    return [
        action
        for action, row in TRANSITIONS.items()
        if relation in row.relations and case.status in row.sources and _is_open(action, person, case, now)
    ]


def can_appeal(person: str, case: Case, now: datetime) -> bool:
    """Tell whether this person can appeal: a party, within the window, which an appeal ends."""
    return case.party_of(person) is not None and _runs(case, "appeal_window", now)


def _is_open(action: str, person: str, case: Case, now: datetime) -> bool:
    done = _DONE.get(action)
    if done is not None:
        party = case.party_of(person)
        if party is None or getattr(party, done) is not None:
            return False
    if action == "apply_confirmation":
        return not obstacles_to_confirmation(case) and _runs(case, "confirmation_window", now)
    if action == "extend":
        period = _find_deadline(case, "mediation_period")
        # The day after its end must be near enough to be proposed.
        return period is not None and datetime.fromisoformat(period.at) - now < timedelta(days=MAX_EXTENSION_DAYS)
    if action == "assign":
        return case.all_consented
    return True


def _runs(case: Case, rule: str, now: datetime) -> bool:
    deadline = _find_deadline(case, rule)
    return deadline is not None and not deadline.is_over(now)


def _find_deadline(case: Case, rule: str) -> Deadline | None:
    return next((one for one in case.deadlines if one.rule == rule), None)
