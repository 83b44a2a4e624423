"""A case as people see it: each field filled for one viewer, in one language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Self

from chalicelib.cases.court.confirmation import obstacles_to_confirmation
from chalicelib.cases.events import EVENTS, WAITING
from chalicelib.cases.lifecycle.model import Case, Deadline
from chalicelib.cases.lifecycle.policies import STAFF, actions_of, can_appeal
from chalicelib.cases.lifecycle.recording import sk_of
from chalicelib.cases.lifecycle.records import Listed, place_of
from chalicelib.cases.lifecycle.service import Seen
from chalicelib.cases.lifecycle.statuses import STATUSES, WAITING_FOR
from chalicelib.shared.codes import show_code
from chalicelib.shared.deadlines import DeadlineRules
from chalicelib.shared.events import Event
from chalicelib.shared.texts import Language
from chalicelib.triage.service import Help
from chalicelib.web.view import View

_ENDS_OTHERWISE: Final = frozenset({"settled", "failed", "withdrawn", "not_accepted"})


class DeadlineView(View):
    """A due date with its rule, its source and the calendar it was counted by."""

    id: str
    title: str
    due_at: str
    provisional: bool
    rule: str
    source: str
    waiting_for: str
    waiting_for_name: str
    started_at: str
    overdue: bool


class PartyView(View):
    """A party. `phone`: to staff of the case, and to oneself; masked for others' eyes it is null."""

    id: str
    role: str
    kind: str
    name: str | None
    phone: str | None
    consented: bool
    joined: bool
    you: bool


class ActionView(View):
    """Something that you can do now."""

    action: str
    method: str
    href: str


class InviteView(View):
    """An invite code, to be handed to the respondent by the applicant."""

    party_id: str
    name: str | None
    invite_code: str
    expires_at: str


class RoutingView(View):
    """Where the case went, and why."""

    organisation: str
    because: list[str]


class ConfirmationView(View):
    """Whether a court can be asked to confirm an agreement in this case, and if not, why."""

    eligible: bool
    reasons: list[str]


class HotlineView(View):
    """A number to call."""

    number: str
    name: str


class UrgentView(View):
    """What the filing says of danger, and help at once. `kind`: the gravest of `kinds`; `text`: what to do now."""

    kind: str
    kinds: list[str]
    level: str
    text: str
    hotlines: list[HotlineView]


class CaseView(View):
    """A case as this viewer may see it."""

    code: str
    status: str
    status_name: str
    colour: str
    percent: int
    dispute_type: str
    title: str | None
    facts: str | None
    claims: list[str]
    urgent: UrgentView | None
    amount_cents: int | None
    region: str
    organisation: str
    routing: RoutingView
    mediator: str | None
    parties: list[PartyView]
    deadlines: list[DeadlineView]
    actions: list[ActionView]
    invite_codes: list[InviteView]
    preferred_modes: list[str]
    agreement_sha256: str | None
    confirmation: ConfirmationView
    end_reason: str | None
    document_no: str | None
    you: str
    version: int
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, seen: Seen, rules: DeadlineRules, language: Language, *, bookable: Callable[[Seen], bool]) -> Self:
        """Return the view of a case for the person who sees it. `bookable`: whether they can book a session."""
        case, filed = seen.case, seen.loaded.text_of("p1")
        return cls(
            code=show_code(case.code),
            status=case.status,
            status_name=case.state.name.text(language),
            colour=case.state.colour,
            percent=case.state.percent,
            dispute_type=case.dispute_type,
            title=filed.get("title"),
            facts=filed.get("facts"),
            claims=filed.get("claims", []),
            urgent=_urgent(seen, filed, language),
            amount_cents=case.amount_cents,
            region=case.region,
            organisation=case.organisation,
            routing=RoutingView(organisation=case.organisation, because=[one[language] for one in case.routing]),
            mediator=case.mediator,
            parties=_parties(seen),
            deadlines=[deadline_view(one, rules, language, seen.now) for one in case.deadlines],
            actions=_actions(seen, bookable),
            invite_codes=_invites(seen),
            preferred_modes=filed.get("preferred_modes", []),
            confirmation=_confirmation(case, language),
            agreement_sha256=case.agreement_sha256,
            end_reason=case.end_reason,
            document_no=case.document_no,
            you=seen.relation,
            version=case.version,
            created_at=case.created_at,
            updated_at=case.updated_at,
        )


class CaseLine(View):
    """A case in a list."""

    code: str
    status: str
    status_name: str
    colour: str
    percent: int
    dispute_type: str
    region: str
    organisation: str
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, listed: Listed, language: Language) -> Self:
        """Return the view of one line."""
        status = STATUSES[listed.status]
        return cls(
            code=show_code(listed.code),
            status=listed.status,
            status_name=status.name.text(language),
            colour=status.colour,
            percent=status.percent,
            dispute_type=listed.dispute_type,
            region=listed.region,
            organisation=listed.organisation,
            created_at=listed.created_at,
            updated_at=listed.updated_at,
        )


class CaseList(View):
    """A page of cases."""

    items: list[CaseLine]
    next_cursor: str | None


class TimelineEntry(View):
    """One event in words."""

    seq: int
    at: str
    event: str
    text: str
    actor_role: str
    status: str
    colour: str
    note: str | None

    @classmethod
    def of(cls, event: Event, seen: Seen, language: Language) -> Self:
        """Return the view of one event; `note`: what the actor wrote, if it was not erased."""
        note = None
        if event.sealed is not None and event.name != "marked_unreachable":
            place = place_of(sk_of(event.seq), "sealed")
            note = seen.loaded.unsealed(place, event.sealed, event.data.get("words_of"))
        return cls(
            seq=event.seq,
            at=event.at,
            event=event.name,
            text=EVENTS[event.name].text(language),
            actor_role=event.actor_role,
            status=event.status,
            colour=STATUSES[event.status].colour,
            note=note,
        )


class Timeline(View):
    """A case's events, oldest first."""

    items: list[TimelineEntry]


def deadline_view(deadline: Deadline, rules: DeadlineRules, language: Language, now: datetime) -> DeadlineView:
    """Return a running clock in words."""
    rule, waits = rules.get(deadline.rule), WAITING_FOR[deadline.rule]
    overdue = now >= datetime.fromisoformat(deadline.at) + timedelta(seconds=1)
    return DeadlineView(
        id=deadline.rule,
        title=rule.title.text(language),
        due_at=deadline.at,
        provisional=deadline.provisional,
        rule=deadline.rule,
        source=rule.source.text(language),
        waiting_for=waits,
        waiting_for_name=WAITING[waits].text(language),
        started_at=deadline.started_at,
        overdue=overdue,
    )


def _actions(seen: Seen, bookable: Callable[[Seen], bool]) -> list[ActionView]:
    href = f"/v1/cases/{show_code(seen.case.code)}"
    offered = {
        action: f"{href}/actions/{action}" for action in actions_of(seen.relation, seen.person, seen.case, seen.now)
    }
    if bookable(seen):
        offered["book"] = "/v1/appointments"
    if can_appeal(seen.person, seen.case, seen.now):
        offered["appeal"] = f"{href}/appeals"
    return [ActionView(action=action, method="POST", href=where) for action, where in offered.items()]


def _parties(seen: Seen) -> list[PartyView]:
    views = []
    for party in seen.case.parties:
        text: Mapping[str, Any] = seen.loaded.text_of(party.id)
        you = party.person == seen.person
        phone = text.get("phone")
        if not you and seen.relation not in {"clerk", "mediator"}:
            phone = None
        views.append(
            PartyView(
                id=party.id,
                role=party.role,
                kind=party.kind,
                name=text.get("name"),
                phone=phone,
                consented=party.consented_at is not None,
                joined=party.person is not None,
                you=you,
            )
        )
    return views


def _urgent(seen: Seen, filed: Mapping[str, Any], language: Language) -> UrgentView | None:
    """Return the notice for who filed and for staff. Whom the filing is about does not learn of it."""
    found = Help.of(filed.get("urgent", ())) if seen.relation in {"applicant", *STAFF} else None
    if found is None:
        return None
    hotlines = [HotlineView(number=number, name=name.text(language)) for number, name in found.hotlines]
    return UrgentView(
        kind=found.kinds[0],
        kinds=list(found.kinds),
        level=found.level,
        text=found.text.text(language),
        hotlines=hotlines,
    )


def _confirmation(case: Case, language: Language) -> ConfirmationView:
    reasons = [reason.text(language) for reason in obstacles_to_confirmation(case)]
    return ConfirmationView(eligible=not reasons, reasons=reasons)


def _invites(seen: Seen) -> list[InviteView]:
    if seen.relation != "applicant":
        return []
    views = []
    for party in seen.case.parties:
        text = seen.loaded.text_of(party.id)
        if party.person is None and party.invite_expires_at is not None and "invite_code" in text:
            code, expires_at = show_code(text["invite_code"]), party.invite_expires_at
            views.append(InviteView(party_id=party.id, name=text.get("name"), invite_code=code, expires_at=expires_at))
    return views
