"""The parts of a case's view: due dates, parties, actions, the notice of danger."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from chalicelib.cases.effect import EffectRules
from chalicelib.cases.events import WAITING
from chalicelib.cases.lifecycle.model import Case, Deadline
from chalicelib.cases.lifecycle.names import Names
from chalicelib.cases.lifecycle.policies import STAFF, actions_of, can_appeal, duty_actions_of
from chalicelib.cases.lifecycle.service import Seen
from chalicelib.cases.lifecycle.stages.mediators import LEFT_TO_ORGANISATION
from chalicelib.cases.lifecycle.statuses import REMINDERS, WAITING_FOR
from chalicelib.shared.codes import show_code
from chalicelib.shared.deadlines import DeadlineRules
from chalicelib.shared.texts import Language, Text
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
    """A party. `leaves_choice`: they leave it to the organisation who mediates.

    `phone`: to staff of the case, and to oneself; masked for others' eyes it is null. `service_address`: where papers
    reach them; the court that is asked sees it too.
    """

    id: str
    role: str
    kind: str
    name: str | None
    phone: str | None
    region: str | None
    service_address: str | None
    region_name: str | None
    consented: bool
    joined: bool
    leaves_choice: bool
    chosen_mediator: str | None
    chosen_mediator_name: str | None
    you: bool


class ActionView(View):
    """Something that you can do now."""

    action: str
    method: str
    href: str


class RoutingView(View):
    """Where the case went, and why."""

    organisation: str
    organisation_name: str | None
    because: list[str]


class ConfirmationView(View):
    """Whether a court can be asked to confirm the agreement; `reasons`: what to know before, by type of dispute.

    What courts do not confirm is a matter of the agreement's content, which the parties declare.
    """

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
    rule, waits = rules.describe(deadline.rule, deadline.kept), WAITING_FOR.get(deadline.rule, "organisation")
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


def deadline_views(case: Case, rules: DeadlineRules, language: Language, now: datetime) -> list[DeadlineView]:
    """Return the due dates of a case in words, but for those that only call another one to mind."""
    return [deadline_view(one, rules, language, now) for one in case.deadlines if one.rule not in REMINDERS]


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
    views = [ActionView(action=action, method="POST", href=where) for action, where in offered.items()]
    views += [
        ActionView(action=action, method="POST", href=f"{href}/duties/{number}/actions/{action}")
        for number, action in duty_actions_of(seen.relation, seen.person, seen.case, seen.now)
    ]
    return views


def party_views(seen: Seen, names: Names, language: Language) -> list[PartyView]:
    """Return the parties; where they are reached only to staff of the case, and each party's own."""
    views = []
    for party in seen.case.parties:
        text: Mapping[str, Any] = seen.loaded.text_of(party.id)
        you = party.person == seen.person
        contact = text if you or seen.relation in {"clerk", "mediator"} else {}
        reached = you or seen.relation in {"clerk", "mediator", "court"}
        views.append(
            PartyView(
                id=party.id,
                role=party.role,
                kind=party.kind,
                name=text.get("name"),
                phone=contact.get("phone"),
                region=contact.get("region"),
                service_address=seen.loaded.service_address_of(party.id) if reached else None,
                region_name=names.region_name(contact.get("region"), language),
                consented=party.consented_at is not None,
                joined=party.person is not None,
                leaves_choice=party.choice == LEFT_TO_ORGANISATION,
                chosen_mediator=party.choice or None,
                chosen_mediator_name=names.mediator_name(seen.case.organisation, party.choice or None),
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


def confirmation_view(case: Case, cautions: Sequence[Text], language: Language) -> ConfirmationView:
    """Return whether a court can be asked to confirm the agreement, and what to know before."""
    if case.recorded_at is not None:
        return ConfirmationView(eligible=False, reasons=[EffectRules.load().oral_confirmation.text(language)])
    refused = case.refused_sha256 is not None and case.refused_sha256 == case.agreement_sha256
    return ConfirmationView(eligible=not refused, reasons=[one.text(language) for one in cautions])
