"""The parts of a case's view: due dates, parties, actions, invite codes, the notice of danger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from chalicelib.cases.events import WAITING
from chalicelib.cases.lifecycle.confirmation import obstacles_to_confirmation
from chalicelib.cases.lifecycle.model import Case, Deadline
from chalicelib.cases.lifecycle.policies import STAFF, actions_of, can_appeal
from chalicelib.cases.lifecycle.service import Seen
from chalicelib.cases.lifecycle.statuses import WAITING_FOR
from chalicelib.shared.codes import show_code
from chalicelib.shared.deadlines import DeadlineRules
from chalicelib.shared.texts import Language
from chalicelib.triage.public import Help
from chalicelib.web.view import View


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
    """A party. `phone`, `region`: to staff of the case, and to oneself; null for others' eyes."""

    id: str
    role: str
    kind: str
    name: str | None
    phone: str | None
    region: str | None
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


def deadline_view(deadline: Deadline, rules: DeadlineRules, language: Language, now: datetime) -> DeadlineView:
    """Return a deadline in words."""
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


def action_views(seen: Seen, can_book: Callable[[Seen], bool]) -> list[ActionView]:
    """Return what the viewer can do now, and where."""
    href = f"/v1/cases/{show_code(seen.case.code)}"
    offered = {
        action: f"{href}/actions/{action}" for action in actions_of(seen.relation, seen.person, seen.case, seen.now)
    }
    if can_book(seen):
        offered["book"] = "/v1/appointments"
    if can_appeal(seen.person, seen.case, seen.now):
        offered["appeal"] = f"{href}/appeals"
    return [ActionView(action=action, method="POST", href=where) for action, where in offered.items()]


def party_views(seen: Seen) -> list[PartyView]:
    """Return the parties; phone and region only to staff of the case, and each party's own."""
    views = []
    for party in seen.case.parties:
        text: Mapping[str, Any] = seen.loaded.text_of(party.id)
        you = party.person == seen.person
        contact = text if you or seen.relation in {"clerk", "mediator"} else {}
        views.append(
            PartyView(
                id=party.id,
                role=party.role,
                kind=party.kind,
                name=text.get("name"),
                phone=contact.get("phone"),
                region=contact.get("region"),
                consented=party.consented_at is not None,
                joined=party.person is not None,
                you=you,
            )
        )
    return views


def urgent_view(seen: Seen, filed: Mapping[str, Any], language: Language) -> UrgentView | None:
    """Return the notice of danger to the applicant and to staff; None to respondents, whom the filing is about."""
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


def confirmation_view(case: Case, language: Language) -> ConfirmationView:
    """Return whether a court can be asked to confirm an agreement, and why not."""
    reasons = [reason.text(language) for reason in obstacles_to_confirmation(case)]
    return ConfirmationView(eligible=not reasons, reasons=reasons)


def invite_views(seen: Seen) -> list[InviteView]:
    """Return to the applicant the invite codes that nobody has used."""
    if seen.relation != "applicant":
        return []
    views = []
    for party in seen.case.parties:
        text = seen.loaded.text_of(party.id)
        if party.person is None and party.invite_expires_at is not None and "invite_code" in text:
            code, expires_at = show_code(text["invite_code"]), party.invite_expires_at
            views.append(InviteView(party_id=party.id, name=text.get("name"), invite_code=code, expires_at=expires_at))
    return views
