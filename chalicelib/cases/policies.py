"""Who may see a case and act in it (relations), apart from when (the transitions table)."""

from __future__ import annotations

from typing import Final

from chalicelib.cases.confirmation import obstacles_to_confirmation
from chalicelib.cases.model import Case
from chalicelib.cases.transitions import TRANSITIONS, IllegalTransition
from chalicelib.shared.errors import NotAllowed, NotFound
from chalicelib.shared.viewer import Viewer

PARTIES: Final = frozenset({"applicant", "respondent"})
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


def actions_of(relation: str, person: str, case: Case) -> list[str]:
    """Return what this person can do now, in the table's order."""
    return [
        action
        for action, row in TRANSITIONS.items()
        if relation in row.relations and case.status in row.sources and _is_open(action, person, case)
    ]


def _is_open(action: str, person: str, case: Case) -> bool:
    if action == "apply_confirmation" and obstacles_to_confirmation(case):
        return False
    party = case.party_of(person)
    done = {
        "consent": "consented_at",
        "sign": "signed_at",
        "apply_confirmation": "applied_at",
        "fulfil": "fulfilled_at",
    }.get(action)
    if party is not None and done is not None:
        return getattr(party, done) is None
    if action == "assign":
        return case.all_consented
    return True
