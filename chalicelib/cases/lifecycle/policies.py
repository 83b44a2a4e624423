"""Who may see a case and act in it (relations), apart from when (the transitions table)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from chalicelib.cases.lifecycle.deadlines import is_running
from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.stages.duties import DUTY_ACTIONS, check_duty
from chalicelib.cases.lifecycle.transition import Command, IllegalTransition
from chalicelib.cases.lifecycle.transitions import TRANSITIONS
from chalicelib.shared.errors import Conflict, NotAllowed, NotFound
from chalicelib.shared.viewer import Viewer

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
    if "court" in viewer.roles and case.before_court and viewer.organisation == case.court:
        return "court"
    if "reviewer" in viewer.roles and _is_reviewed(case):
        return "reviewer"
    if "supervisor" in viewer.roles:
        return "supervisor"
    return None


def _is_reviewed(case: Case) -> bool:
    return case.appeal is not None or (case.challenge or {}).get("state") == "with_reviewer"


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
    """Return what of the table this person can do at `now`, in its order: nothing that would be refused.

    What is said of single duties is not among them; see `duty_actions_of`.
    """
    return [
        action
        for action, row in TRANSITIONS.items()
        if action not in DUTY_ACTIONS
        and relation in row.relations
        and case.status in row.sources
        and _is_open(Command(action, {}, person, relation, now), case)
    ]


def _is_open(command: Command, case: Case) -> bool:
    try:
        TRANSITIONS[command.action].check(case, command)
    except Conflict:
        return False
    return True


def duty_actions_of(relation: str, person: str, case: Case, now: datetime) -> Iterator[tuple[int, str]]:
    """Yield number and action of what this person can say of a duty at `now`."""
    if case.party_of(person) is None:
        return
    for duty in case.duties:
        for action in DUTY_ACTIONS:
            if case.status not in TRANSITIONS[action].sources:
                continue
            try:
                check_duty(case, duty, Command(action, {}, person, relation, now))
            except (Conflict, NotAllowed):
                continue
            yield duty.n, action


def can_appeal(person: str, case: Case, now: datetime) -> bool:
    """Tell whether this person can appeal: a party, within the window, which an appeal ends."""
    return case.party_of(person) is not None and is_running(case, "appeal_window", now)
