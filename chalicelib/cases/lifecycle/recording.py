"""The next event of a case's chain: what happened, by whom, whom it concerns, and the actor's own words, sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib.cases.lifecycle.decisions import Outcome
from chalicelib.cases.lifecycle.digests import to_json
from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.records import CASE_SUBJECT, TERMS, TERMS_SK, place_of
from chalicelib.cases.lifecycle.statuses import MEDIATION_ENDS, WORKING
from chalicelib.shared.clock import format_instant
from chalicelib.shared.crypto import Erased, Keyring
from chalicelib.shared.errors import NotFound
from chalicelib.shared.events import Event


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something: a person's pseudonym, and as what they did it."""

    person: str
    role: str


def recorded(before: Case | None, outcome: Outcome, actor: Actor, now: datetime, keys: Keyring) -> tuple[Case, Event]:
    """Return the case after an outcome, and the event that says so. `before`: None for a case that is filed.

    Words are sealed under the key of the party whose words they are (`data.words_of`), or else of the case. Raises
    `NotFound` if that party was erased.
    """
    case = outcome.case
    version = 1 if before is None else before.version + 1
    data = dict(outcome.data)
    sealed = None
    if outcome.free_text:
        party = case.party_of(actor.person)
        subject = outcome.words_of or (CASE_SUBJECT if party is None else party.id)
        if subject != CASE_SUBJECT:
            data["words_of"] = subject
        try:
            sealed = keys.seal(subject, place_of(sk_of(version), "sealed"), outcome.free_text)
        except Erased as gone:
            raise NotFound from gone
    # The organisation's work: it begins with a filing, ends when the case leaves its hands, and may begin again.
    worked = before is not None and before.status in WORKING
    if worked and case.status not in WORKING:
        data |= {"closed": True, "organisation": case.organisation}
        if case.mediator is not None:
            data["mediator"] = case.mediator
        # A mediation ends once each time it is begun, and not when a court or a payment ends what came after it:
        # that earns invitations to rate it.
        if case.status in MEDIATION_ENDS and case.since == format_instant(now) and "accepted" in case.reached:
            data["mediation_ended"] = True
    elif before is not None and not worked and case.status in WORKING:
        data |= {"opened": True, "organisation": case.organisation}
    audience = [{"person": party.person, "relation": party.role} for party in case.parties if party.person]
    if case.mediator_person is not None:
        audience.append({"person": case.mediator_person, "relation": "mediator"})
    event = Event.happened(
        case.code,
        version,
        now,
        outcome.event,
        actor=actor.person,
        actor_role=actor.role,
        status=case.status,
        data=data,
        prev_hash=case.head,
        audience=audience,
        sealed=sealed,
    )
    return replace(case, version=version, head=event.hash, updated_at=format_instant(now)), event


def sk_of(seq: int) -> str:
    """Return the sort key of a case's event."""
    return f"EVENT#{seq:06d}"


def items_of(outcome: Outcome, details: Mapping[str, Any], keys: Keyring) -> dict[str, dict[str, Any]]:
    """Return the items, by `sk`, that an outcome writes beside case and event: an agreement's text, sealed."""
    if outcome.event not in {"agreement_drafted", "oral_agreement_recorded"}:
        return {}
    sk = f"AGREEMENT#{outcome.case.agreement_no:03d}"
    text, terms = to_json({"text": details["text"], "terms": details["terms"]}), to_json(details["terms"])
    sealed = keys.seal(CASE_SUBJECT, place_of(sk, "agreement"), text)
    shown = keys.seal(CASE_SUBJECT, TERMS, terms)
    return {sk: {"agreement": sealed, "sha256": outcome.case.agreement_sha256}, TERMS_SK: {"terms": shown}}
