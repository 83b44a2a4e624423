"""The agreement: drafted, signed, countersigned and sealed, sent back for changes, or refused."""
# ruff: noqa: ARG001 - what an action does has one signature, and not every one needs all of it

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.refusals import AgreementChanged, AlreadyDone
from chalicelib.cases.lifecycle.stages.in_force import in_force
from chalicelib.cases.lifecycle.stages.intake import ends_with
from chalicelib.cases.lifecycle.stages.mediators import without_draft
from chalicelib.cases.lifecycle.transition import (
    PARTIES,
    Check,
    Command,
    Effect,
    IllegalTransition,
    Take,
    Transition,
    acting_party,
    row,
)
from chalicelib.shared.clock import format_instant
from chalicelib.shared.deadlines import DueDates


def drafted(case: Case, command: Command) -> Effect:
    """Return the effect of putting words to the parties, in place of any before: frozen by their hash."""
    sha256 = command.details["sha256"]
    number = case.agreement_no + 1
    put = replace(
        without_draft(case).with_all_parties(applied_at=None, fulfilled_at=None),
        agreement_no=number,
        agreement_sha256=sha256,
        effective_at=None,
        duties=tuple(command.details["duties"]),
    )
    return Effect(put, {"agreement_no": number, "agreement_sha256": sha256})


def _draft(case: Case, command: Command, due_dates: DueDates) -> Effect:
    return drafted(case, command)


def _check_not_signed(case: Case, command: Command) -> None:
    if acting_party(case, command).signed_at is not None:
        raise AlreadyDone


def check_hash(case: Case, command: Command) -> None:
    """Raise `AgreementChanged` if what is signed is not the agreement that there is."""
    if command.details["agreement_sha256"].lower() != case.agreement_sha256:
        raise AgreementChanged


def _sign(case: Case, command: Command, due_dates: DueDates) -> Effect:
    check_hash(case, command)
    party = acting_party(case, command)
    case = case.with_party(replace(party, signed_at=format_instant(command.now)))
    return _effective(case, command, due_dates, {"party": party.id, "agreement_sha256": case.agreement_sha256})


def _effective(case: Case, command: Command, due_dates: DueDates, data: dict[str, object]) -> Effect:
    """Return the effect of one act towards an agreement; the last of `acts` puts it in force (`rules/effect.json`)."""
    done = {
        "sign": all(party.signed_at for party in case.parties),
        "countersign": case.countersigned_at is not None,
        "seal": case.sealed_at is not None,
    }
    if case.effective_at is not None or not all(done[act] for act in command.details["acts"]):
        return Effect(case, data, complete=False)
    # A ruling on an earlier agreement says nothing of this one.
    bound = replace(case, effective_at=format_instant(command.now), document_no=None, earlier=None)
    return Effect(in_force(bound, command.now, due_dates), data)


def _staff_act(attribute: str) -> tuple[Check, Take]:
    """Return check and effect of the mediator's signature, or the organisation's seal, after all parties signed."""

    def check(case: Case, command: Command) -> None:
        if case.recorded_at is not None:
            raise IllegalTransition  # the law asks for neither on the record of an oral agreement
        if getattr(case, attribute) is not None:
            raise AlreadyDone
        if case.agreement_sha256 is None or not all(party.signed_at for party in case.parties):
            raise IllegalTransition

    def take(case: Case, command: Command, due_dates: DueDates) -> Effect:
        check_hash(case, command)
        changes: dict[str, Any] = {attribute: format_instant(command.now)}
        if attribute == "countersigned_at":
            changes["countersigned_by"] = case.mediator
        noted = replace(case, **changes)
        return _effective(noted, command, due_dates, {"agreement_sha256": case.agreement_sha256})

    return check, take


_check_countersign, _countersign = _staff_act("countersigned_at")
_check_seal, _seal = _staff_act("sealed_at")


def _request_changes(case: Case, command: Command, due_dates: DueDates) -> Effect:
    return Effect(without_draft(case), {"party": acting_party(case, command).id}, command.details["reason"])


ROWS: Final[tuple[Transition, ...]] = (
    row(
        "draft_agreement",
        "mediating",
        "agreed",
        "mediator",
        "agreement_drafted",
        "拟定协议",
        "Draft the agreement",
        take=_draft,
    ),
    row(
        "sign",
        "agreed",
        "signed",
        PARTIES,
        "agreement_effective",
        "签署协议",
        "Sign the agreement",
        collective="signed",
        take=_sign,
        check=_check_not_signed,
    ),
    row(
        "countersign",
        "agreed signed",
        "signed",
        "mediator",
        "agreement_effective",
        "调解员签名",
        "Sign as the mediator",
        collective="countersigned",
        take=_countersign,
        check=_check_countersign,
    ),
    row(
        "seal",
        "agreed signed",
        "signed",
        "clerk",
        "agreement_effective",
        "加盖印章",
        "Seal for the organisation",
        collective="sealed",
        take=_seal,
        check=_check_seal,
    ),
    row(
        "request_changes",
        "agreed",
        "mediating",
        PARTIES,
        "changes_requested",
        "提出修改",
        "Ask for changes to the agreement",
        take=_request_changes,
    ),
    row(
        "refuse_to_sign",
        "agreed",
        "failed",
        PARTIES,
        "refused_to_sign",
        "拒绝签署",
        "Refuse to sign",
        take=ends_with("refused_to_sign"),
    ),
)
