"""A case as people see it: each field filled for one viewer, in one language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Self

from chalicelib.cases.events import words_of
from chalicelib.cases.lifecycle.duty_views import (
    BeforeCourtView,
    ChallengeView,
    DutyView,
    EarlierAgreementView,
    before_court_view,
    challenge_view,
    duty_views,
    earlier_agreement_view,
)
from chalicelib.cases.lifecycle.names import Names
from chalicelib.cases.lifecycle.recording import sk_of
from chalicelib.cases.lifecycle.records import place_of
from chalicelib.cases.lifecycle.service import Seen
from chalicelib.cases.lifecycle.statuses import STATUSES
from chalicelib.cases.lifecycle.view_parts import (
    ActionView,
    ConfirmationView,
    DeadlineView,
    PartyView,
    RoutingView,
    UrgentView,
    action_views,
    confirmation_view,
    deadline_views,
    party_views,
    urgent_view,
)
from chalicelib.cases.routes.grounds import end_reason_name
from chalicelib.cases.routes.views import RouteView, route_views
from chalicelib.shared.codes import show_code
from chalicelib.shared.deadlines import DeadlineRules
from chalicelib.shared.events import Event
from chalicelib.shared.texts import Language, Text
from chalicelib.web.view import View

Cautions = Callable[[str], Sequence[Text]]
"""Returns what the parties of a type of dispute should know before they ask a court."""

CanBook = Callable[[Seen], bool]
"""Tells whether somebody who sees a case can book a session of it now."""


class CaseView(View):
    """A case as this viewer may see it."""

    code: str
    status: str
    status_name: str
    colour: str
    percent: int
    dispute_type: str
    dispute_type_name: str
    title: str | None
    facts: str | None
    claims: list[str]
    urgent: UrgentView | None
    amount_cents: int | None
    region: str
    region_name: str | None
    organisation: str
    organisation_name: str | None
    routing: RoutingView
    mediator: str | None
    mediator_name: str | None
    parties: list[PartyView]
    deadlines: list[DeadlineView]
    actions: list[ActionView]
    preferred_modes: list[str]
    agreement_sha256: str | None
    duties: list[DutyView]
    before_court: BeforeCourtView | None
    challenge: ChallengeView | None
    earlier_agreement: EarlierAgreementView | None
    paused_since: str | None
    confirmation: ConfirmationView
    end_reason: str | None
    end_reason_name: str | None
    routes: list[RouteView]
    document_no: str | None
    you: str
    version: int
    created_at: str
    updated_at: str

    @classmethod
    def of(
        cls,
        seen: Seen,
        rules: DeadlineRules,
        names: Names,
        language: Language,
        *,
        can_book: CanBook,
        cautions: Cautions,
    ) -> Self:
        """Return the view of a case for the person who sees it. `can_book`: whether they can book a session."""
        case, filed = seen.case, seen.loaded.text_of("p1")
        organisation_name = names.organisation_name(case.organisation, language)
        return cls(
            code=show_code(case.code),
            status=case.status,
            status_name=case.state.name.text(language),
            colour=case.state.colour,
            percent=case.state.percent,
            dispute_type=case.dispute_type,
            dispute_type_name=names.type_name(case.dispute_type, language),
            title=filed.get("title"),
            facts=filed.get("facts"),
            claims=filed.get("claims", []),
            urgent=urgent_view(seen, filed, language),
            amount_cents=case.amount_cents,
            region=case.region,
            region_name=names.region_name(case.region, language),
            organisation=case.organisation,
            organisation_name=organisation_name,
            routing=RoutingView(
                organisation=case.organisation,
                organisation_name=organisation_name,
                because=[one[language] for one in case.routing],
            ),
            mediator=case.mediator,
            mediator_name=names.mediator_name(case.organisation, case.mediator),
            parties=party_views(seen, names, language),
            deadlines=deadline_views(case, rules, language, seen.now),
            actions=action_views(seen, can_book),
            preferred_modes=filed.get("preferred_modes", []),
            duties=duty_views(seen),
            before_court=before_court_view(case, names, language),
            challenge=challenge_view(case),
            earlier_agreement=earlier_agreement_view(case),
            paused_since=case.suspended_at if case.status == "mediating" else None,
            confirmation=confirmation_view(case, cautions(case.dispute_type), language),
            agreement_sha256=case.agreement_sha256,
            end_reason=case.end_reason,
            end_reason_name=None if (reason := end_reason_name(case)) is None else reason.text(language),
            routes=route_views(case, language),
            document_no=case.document_no,
            you=seen.relation,
            version=case.version,
            created_at=case.created_at,
            updated_at=case.updated_at,
        )


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
        if event.sealed is not None:
            place = place_of(sk_of(event.seq), "sealed")
            note = seen.loaded.unsealed(place, event.sealed, event.data.get("words_of"))
        return cls(
            seq=event.seq,
            at=event.at,
            event=event.name,
            text=words_of(event.name, event.data).text(language),
            actor_role=event.actor_role,
            status=event.status,
            colour=STATUSES[event.status].colour,
            note=note,
        )


class Timeline(View):
    """A case's events, oldest first."""

    items: list[TimelineEntry]


class CaseDrawing:
    """How cases are shown."""

    def __init__(self, rules: DeadlineRules, names: Names, can_book: CanBook, cautions: Cautions) -> None:
        self._rules = rules
        self.names = names
        self._can_book = can_book
        self._cautions = cautions

    def view(self, seen: Seen, language: Language) -> CaseView:
        """Return a case as its viewer may see it, in one language."""
        return CaseView.of(seen, self._rules, self.names, language, can_book=self._can_book, cautions=self._cautions)

    def in_language(self, language: Language) -> Callable[[Seen], CaseView]:
        """Return `view` for one language."""
        return lambda seen: self.view(seen, language)
