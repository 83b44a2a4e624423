"""What an action's details lack before it is decided, and what is made once it is: by others, or by keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from chalicelib.cases.lifecycle.digests import agreement_digest
from chalicelib.cases.lifecycle.model import Case, Duty
from chalicelib.cases.lifecycle.ports import Routing, Rules, Seals
from chalicelib.cases.lifecycle.records import Loaded
from chalicelib.cases.lifecycle.refusals import MediatorConflicted
from chalicelib.cases.lifecycle.transition import Outcome
from chalicelib.shared.crypto import Pseudonyms
from chalicelib.shared.errors import InvalidRequest, Violation

Details = Mapping[str, Any]

_EFFECTIVE_BY: Final = frozenset({"sign", "countersign", "seal"})


@dataclass(frozen=True, slots=True)
class Preparation:
    """Completes the details of actions."""

    routing: Routing
    rules: Rules
    seals: Seals
    pseudonyms: Callable[[], Pseudonyms]

    def prepare(self, loaded: Loaded, action: str, details: Details, now: datetime) -> Details:
        """Return the details of an action with what the decision needs beside them; raise the refusal in them."""
        case = loaded.case
        if action in {"assign", "choose_mediator"}:
            return {**details, "mediator_person": self._person_of(case, details["mediator_id"], now)}
        if action == "transfer":
            routed = self.routing.check_transfer(case.organisation, details["organisation_id"], case.dispute_type)
            mark = {"organisation_kind": routed.kind, "court_invited": routed.court_invited}
            return {**details, "of_organisation": mark}
        if action in _EFFECTIVE_BY:
            return {**details, "acts": self.rules.acts_of(case, now)}
        if action == "apply_confirmation":
            kind = self.rules.check_application(loaded, details["court_id"], details["declarations"])
            chosen = None if case.court is None else self.rules.name_of(case.court)
            return {**details, "court_kind": kind, "chosen_court": chosen}
        return _COMPLETED.get(action, _as_given)(case, details)

    def completed(self, outcome: Outcome, action: str) -> Outcome:
        """Return an outcome with what is made only when nothing refuses it any more: the organisation's seal."""
        case = outcome.case
        if action != "seal" or case.agreement_sha256 is None or case.sealed_at is None:
            return outcome
        seal = self.seals.seal(case.agreement_sha256, case.organisation, case.sealed_at)
        return replace(outcome, case=replace(case, seal=seal))

    def _person_of(self, case: Case, mediator: str | None, now: datetime) -> str | None:
        """Return the pseudonym of a mediator who can take the case; raise the refusal. None: of nobody."""
        if mediator is None:
            return None
        self.routing.check_assignable(case.organisation, mediator, now)
        person = self.pseudonyms().of(mediator)
        if mediator in case.excluded_mediators or case.party_of(person) is not None:
            raise MediatorConflicted
        return person


def _draft(case: Case, details: Details) -> Details:
    terms, parties = details["terms"], {party.id for party in case.parties}
    violations = [
        Violation(f"/terms/{index}/{side}", "unknown", "没有这一方当事人 / no such party")
        for index, term in enumerate(terms)
        for side in ("payer", "payee")
        if term[side] is not None and term[side] not in parties
    ]
    if violations:
        raise InvalidRequest(violations=tuple(violations))
    owed = [term for term in terms if term["payer"] is not None]
    duties = [
        Duty(n, term["payer"], term["payee"], term["amount_cents"], term["due_on"])
        for n, term in enumerate(owed, start=1)
    ]
    return {**details, "sha256": agreement_digest(details["text"], terms), "duties": duties}


def _as_given(case: Case, details: Details) -> Details:  # noqa: ARG001 - one signature
    return details


_COMPLETED: Final[Mapping[str, Callable[[Case, Details], Details]]] = {
    "draft_agreement": _draft,
    "record_oral_agreement": _draft,
}
