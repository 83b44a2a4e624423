"""What an agreement in force asks of its parties, and where it stands before a court, as people see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from chalicelib.cases.lifecycle.model import Case, Party
from chalicelib.cases.lifecycle.names import Names
from chalicelib.cases.lifecycle.service import Seen
from chalicelib.shared.texts import Language
from chalicelib.web.times import Day
from chalicelib.web.view import View


class DutyView(View):
    """A term with a payer and a payee (party ids), and what became of it as they say."""

    n: int
    text: str | None
    payer: str
    payee: str
    amount_cents: int | None
    due_on: Day | None
    state: Literal["open", "reported", "acknowledged", "defaulted"]


class EnquiryView(View):
    """What a party told the court."""

    party_id: str
    voluntary: bool
    understood: bool
    accepted: bool


class BeforeCourtView(View):
    """An application to a court, or an arbitration commission. `received_at`: when it accepted it."""

    court_id: str
    court_name: str | None
    kind: str
    applied: list[str]
    received_at: str | None
    asked_at: str | None
    enquiry: list[EnquiryView]
    supplement_until: Day | None


class EarlierAgreementView(View):
    """The agreement that still binds while another is mediated. `document_no`: of the ruling that confirmed it."""

    effective_at: str
    document_no: str | None


class ChallengeView(View):
    """A party's request for another mediator, and who answers it."""

    party_id: str
    at: str
    state: Literal["open", "refused", "with_reviewer", "refused_by_reviewer"]


def duty_views(seen: Seen) -> list[DutyView]:
    """Return the duties, with their words unless the case's key is gone."""
    return [
        DutyView(
            n=duty.n,
            text=seen.loaded.text_of_duty(duty.n),
            payer=duty.payer,
            payee=duty.payee,
            amount_cents=duty.amount_cents,
            due_on=duty.due_on,
            state=duty.state,
        )
        for duty in seen.case.duties
    ]


def before_court_view(case: Case, names: Names, language: Language) -> BeforeCourtView | None:
    """Return where the application stands; None if no party has applied."""
    if case.court is None:
        return None
    answered = [(party, party.enquiry) for party in case.parties if party.enquiry is not None]
    return BeforeCourtView(
        court_id=case.court,
        court_name=names.organisation_name(case.court, language),
        kind=case.court_kind or "court",
        applied=[party.id for party in case.parties if party.applied_at is not None],
        received_at=case.received_at,
        asked_at=case.asked_at,
        enquiry=[_enquiry_view(party, said) for party, said in answered],
        supplement_until=None if case.supplement is None else case.supplement["until"],
    )


def _enquiry_view(party: Party, said: Mapping[str, Any]) -> EnquiryView:
    return EnquiryView(
        party_id=party.id, voluntary=said["voluntary"], understood=said["understood"], accepted=said["accepted"]
    )


def earlier_agreement_view(case: Case) -> EarlierAgreementView | None:
    """Return the agreement that still binds while another is mediated, or after that has failed."""
    one = case.earlier
    if one is None:
        return None
    return EarlierAgreementView(effective_at=one["effective_at"], document_no=one["document_no"])


def challenge_view(case: Case) -> ChallengeView | None:
    """Return the last request for another mediator, while this one is there."""
    one = case.challenge
    return None if one is None else ChallengeView(party_id=one["party"], at=one["at"], state=one["state"])
