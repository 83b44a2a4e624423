"""An oral agreement: recorded by the mediator, confirmed by every party, in force from the day on which they agreed.

Sources: 人民调解法 art. 28 (the mediator records what was agreed), art. 30 (in force from the agreement; no signature,
countersignature or seal is asked for); 特邀调解规定 art. 23. Labour and medical agreements are made in writing.

The case stays in mediation until every party has confirmed the record: it binds nobody on the mediator's word alone.
`effective_at` is then the instant of the record, when they had agreed, and not the last confirmation.
"""
# ruff: noqa: ARG001 - what an action does has one signature, and not every one needs all of it

from __future__ import annotations

from dataclasses import replace
from typing import Final

from chalicelib.cases.effect import EffectRules, mediation_of
from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.refusals import AlreadyDone, WritingNeeded
from chalicelib.cases.lifecycle.stages.agreement import check_hash, drafted
from chalicelib.cases.lifecycle.stages.in_force import in_force
from chalicelib.cases.lifecycle.stages.mediators import without_draft
from chalicelib.cases.lifecycle.transition import (
    PARTIES,
    Command,
    Effect,
    IllegalTransition,
    Transition,
    acting_party,
    row,
)
from chalicelib.shared.clock import format_instant
from chalicelib.shared.deadlines import DueDates


def _check_record(case: Case, command: Command) -> None:
    oral = EffectRules.load().oral(mediation_of(case))
    if not oral.allowed:
        raise WritingNeeded(oral.reason, oral.source)


def _record(case: Case, command: Command, due_dates: DueDates) -> Effect:
    effect = drafted(case, command)
    return replace(effect, case=replace(effect.case, recorded_at=format_instant(command.now)))


def _check_pending(case: Case, command: Command) -> None:
    if not case.awaits_confirmation_of_record:
        raise IllegalTransition


def _check_confirm(case: Case, command: Command) -> None:
    _check_pending(case, command)
    if acting_party(case, command).signed_at is not None:
        raise AlreadyDone


def _confirm(case: Case, command: Command, due_dates: DueDates) -> Effect:
    check_hash(case, command)
    party = acting_party(case, command)
    case = case.with_party(replace(party, signed_at=format_instant(command.now)))
    data = {"party": party.id, "agreement_sha256": case.agreement_sha256}
    if not all(one.signed_at for one in case.parties):
        return Effect(case, data, complete=False)
    return Effect(
        in_force(replace(case, effective_at=case.recorded_at, document_no=None, earlier=None), command.now, due_dates),
        data,
    )


def _dispute(case: Case, command: Command, due_dates: DueDates) -> Effect:
    return Effect(without_draft(case), {"party": acting_party(case, command).id}, command.details["reason"])


ROWS: Final[tuple[Transition, ...]] = (
    row(
        "record_oral_agreement",
        "mediating",
        None,
        "mediator",
        "oral_agreement_recorded",
        "记录口头协议",
        "Record an oral agreement",
        take=_record,
        check=_check_record,
    ),
    row(
        "confirm_record",
        "mediating",
        "signed",
        PARTIES,
        "oral_agreement_effective",
        "确认口头协议记录",
        "Confirm the record of an oral agreement",
        collective="record_confirmed",
        take=_confirm,
        check=_check_confirm,
    ),
    row(
        "dispute_record",
        "mediating",
        None,
        PARTIES,
        "record_disputed",
        "对口头协议记录提出异议",
        "Say that the record is not what was agreed",
        take=_dispute,
        check=_check_pending,
    ),
)
