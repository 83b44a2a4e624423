"""From filing to everybody's consent: accepted, refused, transferred, answered by the other side, withdrawn."""
# ruff: noqa: ARG001 - what an action does has one signature, and not every one needs all of it

from __future__ import annotations

from dataclasses import replace
from typing import Final

from chalicelib.cases.lifecycle.deadlines import start_deadlines, without
from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.refusals import AlreadyDone
from chalicelib.cases.lifecycle.transition import Command, Effect, Take, Transition, acting_party, row
from chalicelib.shared.clock import SHANGHAI, format_instant, parse_instant
from chalicelib.shared.deadlines import DueDates

_FROM_RECEIPT: Final = "application_received"
"""What a period starts with that counts from the organisation's receipt, not from its acceptance."""


def _accept(case: Case, command: Command, due_dates: DueDates) -> Effect:
    return Effect(begin_mediation(case, command, due_dates, received_at=case.since))


def begin_mediation(case: Case, command: Command, due_dates: DueDates, *, received_at: str) -> Case:
    """Return the case with its mediation period begun, and those invited who have not joined.

    `received_at`: when the organisation got the application. The period counts from its acceptance
    (法释〔2021〕23号 art. 24 ¶2), a labour dispute's from the receipt (劳动争议调解仲裁法 art. 14 ¶3).
    """
    expires = format_instant(due_dates.due("invite_code_expiry", command.now, case.scope).at)
    for party in case.parties:
        if party.role == "respondent" and party.person is None:
            anew = replace(party, invite_expires_at=expires, contacted_on=(), delivered_on=None)
            case = case.with_party(anew)
    rule = due_dates.rules.pick("mediation_period", command.now.astimezone(SHANGHAI).date(), case.scope)
    if rule is not None:
        case = replace(
            case,
            appraisal_excluded=rule.appraisal_excluded,
            extended_by_organisation="organisation" in rule.extended_by,
        )
    counted_from = parse_instant(received_at) if rule is not None and rule.starts == _FROM_RECEIPT else command.now
    case = start_deadlines(case, ("mediation_period",), command.now, due_dates, counted_from=counted_from)
    return start_deadlines(case, ("choose_mediator" if case.all_consented else "invite",), command.now, due_dates)


def _transfer(case: Case, command: Command, due_dates: DueDates) -> Effect:
    organisation = command.details["organisation_id"]
    data = {"organisation": organisation, "left": case.organisation}
    moved = replace(case.with_all_parties(choice=None), organisation=organisation, **command.details["of_organisation"])
    # Anew also where the status stays: the other organisation has its own days to answer.
    moved = replace(moved, deadlines=(), since=format_instant(command.now))
    return Effect(moved, data, command.details["reason"])


def _check_not_consented(case: Case, command: Command) -> None:
    if acting_party(case, command).consented_at is not None:
        raise AlreadyDone


def _consent(case: Case, command: Command, due_dates: DueDates) -> Effect:
    party = acting_party(case, command)
    consented = replace(party, consented_at=format_instant(command.now), terms_version=command.details["terms_version"])
    case = case.with_party(consented)
    if case.all_consented:
        case = without(case, "invite", "invite_notice")
    return Effect(case, {"party": party.id}, complete=case.all_consented)


def ends_with(reason: str) -> Take:
    """Return what ends a case for a fixed reason."""

    def end(case: Case, command: Command, due_dates: DueDates) -> Effect:
        return Effect(replace(case, end_reason=reason), {"ground": reason}, command.details.get("reason"))

    return end


def _refuse(case: Case, command: Command, due_dates: DueDates) -> Effect:
    reason = command.details["reason"]
    return Effect(replace(case, end_reason=reason), {"ground": reason}, command.details.get("note"))


ROWS: Final[tuple[Transition, ...]] = (
    row("accept", "submitted", "accepted", "clerk", "accepted", "受理", "Accept", take=_accept),
    row("refuse", "submitted", "not_accepted", "clerk", "refused", "不予受理", "Refuse", take=_refuse),
    row(
        "transfer",
        "submitted accepted",
        "submitted",
        "clerk",
        "transferred",
        "移送其他组织",
        "Transfer to another organisation",
        starts="acceptance",
        take=_transfer,
    ),
    row(
        "consent",
        "accepted",
        None,
        "respondent",
        "all_consented",
        "同意调解",
        "Agree to mediation",
        starts="choose_mediator",
        collective="consented",
        take=_consent,
        check=_check_not_consented,
    ),
    row(
        "decline",
        "accepted assigned mediating",
        "failed",
        "respondent",
        "declined",
        "不同意调解",
        "Decline mediation",
        take=ends_with("party_declined"),
    ),
    row(
        "withdraw",
        "submitted accepted assigned mediating",
        "withdrawn",
        "applicant",
        "withdrawn",
        "撤回申请",
        "Withdraw",
        take=ends_with("withdrawn"),
    ),
)
