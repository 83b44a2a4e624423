"""On whose desk a case stands: what its mediator, organisation, court, a reviewer or a supervisor is to do now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from chalicelib.cases.lifecycle.deadlines import find_deadline
from chalicelib.cases.lifecycle.model import Case, Deadline
from chalicelib.cases.lifecycle.statuses import WAITING_FOR
from chalicelib.desk.public import ALL, Desk, DeskItem, Kind

_DUTIES: Final = {
    "submitted": ("organisation", ("acceptance",)),
    "assigned": ("mediator", ("mediator_reply",)),
    "mediating": ("mediator", ("contact_party", "expiry_grace", "mediation_period")),
    "confirming": ("court", ("court_accept", "court_decide")),
}
"""Statuses in which one function has the case, and the rules of its dates, the nearest duty first."""

_NOBODY_AT_WORK: Final = frozenset({"respondent", "parties"})
"""Who has no desk: what they leave undone is for the organisation."""


class Waits(NamedTuple):
    """Which function has the case now, and by when it is to act, if there is a date."""

    function: str
    deadline: Deadline | None


def waits_of(case: Case) -> Waits | None:
    """Return which function of the staff is to act next; None while it is the parties' turn, and at an end.

    While papers are asked of the parties, the court waits. A signed agreement waits for the mediator's signature, then
    for the seal; once its period is over, for the mediator to close it.
    """
    if case.status == "accepted":
        # The parties choose a mediator first; then the organisation assigns one.
        if not case.all_consented or find_deadline(case, "choose_mediator") is not None:
            return None
        return Waits("organisation", find_deadline(case, "match"))
    if case.status == "agreed":
        return _waits_for_agreement(case)
    if case.status not in _DUTIES or (case.status == "confirming" and case.supplement is not None):
        return None
    function, rules = _DUTIES[case.status]
    running = (find_deadline(case, rule) for rule in rules)
    return Waits(function, next((one for one in running if one is not None), None))


def _waits_for_agreement(case: Case) -> Waits | None:
    grace = find_deadline(case, "expiry_grace")
    if not all(party.signed_at for party in case.parties):
        return None if grace is None else Waits("mediator", grace)
    return Waits("mediator" if case.countersigned_at is None else "organisation", grace)


def actor_of(case: Case, rule: str) -> str:
    """Return the function that answers for a rule's date; the organisation for what the parties leave undone."""
    actor = WAITING_FOR.get(rule, "organisation")
    if rule == "challenge_reply" and (case.challenge or {}).get("state") == "with_reviewer":
        actor = "reviewer"
    return "organisation" if actor in _NOBODY_AT_WORK else actor


def desk_of(case: Case, function: str) -> Desk | None:
    """Return the desk of a function in a case, or None if nobody has it there."""
    if function in {"reviewer", "supervisor"}:
        return Desk(function, ALL)
    owners = {"organisation": case.organisation, "mediator": case.mediator_person, "court": case.court}
    owner = owners.get(function)
    return None if owner is None else Desk(function, owner)


def desk_items(case: Case) -> tuple[DeskItem, ...]:
    """Return everything in a case that waits on somebody's desk."""
    return tuple(one for one in _items(case) if one is not None)


def _items(case: Case) -> Iterator[DeskItem | None]:
    waits = waits_of(case)
    if waits is not None:
        since = case.since if waits.deadline is None else max(case.since, waits.deadline.started_at)
        yield _item(case, "case", waits.function, since, waits.deadline)
    if case.appeal is not None and not case.appeal["decided"]:
        reply = find_deadline(case, "appeal_reply")
        since = case.since if reply is None else reply.started_at
        yield _item(case, "appeal", "reviewer", since, reply)
    challenge = case.challenge
    if challenge is not None and challenge["state"] in {"open", "with_reviewer"}:
        function = "organisation" if challenge["state"] == "open" else "reviewer"
        yield _item(case, "challenge", function, str(challenge["at"]), find_deadline(case, "challenge_reply"))
    for deadline in case.deadlines:
        for function, since in deadline.escalated_to.items():
            yield _item(case, "escalation", function, since, deadline, f"{case.code}-{deadline.rule}-{function}")


def _item(  # noqa: PLR0917
    case: Case, kind: Kind, function: str, since: str, deadline: Deadline | None, item_id: str | None = None
) -> DeskItem | None:
    desk = desk_of(case, function)
    if desk is None:
        return None
    waiting = actor_of(case, deadline.rule) if kind == "escalation" and deadline is not None else function
    return DeskItem(
        kind=kind,
        id=item_id or case.code,
        desk=str(desk),
        since=since,
        status=case.status,
        waiting_for=waiting,
        case_code=case.code,
        dispute_type=case.dispute_type,
        due_at=None if deadline is None else deadline.at,
        provisional=deadline is not None and deadline.provisional,
        rule=None if deadline is None else deadline.rule,
    )
