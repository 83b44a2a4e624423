"""How a case with an agreement goes on or ends: mediated again, carried out, closed quietly, or reopened."""
# ruff: noqa: ARG001 - what an action does has one signature, and not every one needs all of it

from __future__ import annotations

from dataclasses import replace
from typing import Final

from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.refusals import AlreadyDone
from chalicelib.cases.lifecycle.stages.application import without_application
from chalicelib.cases.lifecycle.stages.in_force import with_reason
from chalicelib.cases.lifecycle.stages.intake import begin_mediation
from chalicelib.cases.lifecycle.stages.mediators import release
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


def _check_resume(case: Case, command: Command) -> None:
    # What was agreed orally can be confirmed once it is written down: mediation is resumed for that.
    if case.status == "signed" and case.dismissed_at is None and case.recorded_at is None:
        raise IllegalTransition
    if acting_party(case, command).resumes_at is not None:
        raise AlreadyDone


def _resume_mediation(case: Case, command: Command, due_dates: DueDates) -> Effect:
    party = acting_party(case, command)
    case = case.with_party(replace(party, resumes_at=format_instant(command.now)))
    data, reason = {"party": party.id, "opened": False}, command.details["reason"]
    if not all(one.resumes_at for one in case.parties):
        return Effect(case, data, reason, complete=False)
    case = without_application(case.with_all_parties(resumes_at=None, extend_until=None))
    bound = {name: getattr(case, name) for name in ("agreement_no", "effective_at", "document_no")}
    case = replace(case, dismissed_at=None, before_court=False, court=None, organisation_extend_until=None)
    return Effect(replace(case, earlier=bound), data, reason, starts=("mediation_period",))


def _check_fulfil(case: Case, command: Command) -> None:
    if case.duties:
        raise IllegalTransition  # duty by duty
    if acting_party(case, command).fulfilled_at is not None:
        raise AlreadyDone


def _fulfil(case: Case, command: Command, due_dates: DueDates) -> Effect:
    party = acting_party(case, command)
    case = case.with_party(replace(party, fulfilled_at=format_instant(command.now)))
    done = all(one.fulfilled_at for one in case.parties)
    return Effect(with_reason(case, "settled") if done else case, {"party": party.id}, complete=done)


def _conclude(case: Case, command: Command, due_dates: DueDates) -> Effect:
    reason = "unconfirmed" if case.document_no is None else "confirmed"
    return Effect(replace(case, end_reason=reason), {"ground": reason})


def _reopen(case: Case, command: Command, due_dates: DueDates) -> Effect:
    released, data = release(case, command)
    released = released.with_all_parties(
        consented_at=None, signed_at=None, fulfilled_at=None, extend_until=None, resumes_at=None
    )
    anew = replace(
        without_application(released),
        agreement_sha256=None,
        effective_at=None,
        end_reason=None,
        before_court=False,
        court=None,
        dismissed_at=None,
        earlier=None,
        organisation_extend_until=None,
        document_no=None,
        countersigned_at=None,
        countersigned_by=None,
        sealed_at=None,
        seal=None,
        recorded_at=None,
        duties=(),
        deadlines=(),
    )
    anew = begin_mediation(anew, command, due_dates, received_at=format_instant(command.now))
    return Effect(anew, data, command.details.get("reason"))


ROWS: Final[tuple[Transition, ...]] = (
    row(
        "resume_mediation",
        "signed defaulted",
        "mediating",
        PARTIES,
        "mediation_resumed",
        "重新调解",
        "Resume the mediation",
        collective="resumption_agreed",
        take=_resume_mediation,
        check=_check_resume,
    ),
    row(
        "fulfil",
        "signed confirmed",
        "settled",
        PARTIES,
        "fulfilled",
        "确认已履行",
        "Confirm it was carried out",
        collective="fulfilment_stated",
        take=_fulfil,
        check=_check_fulfil,
    ),
    row(
        "conclude",
        "signed confirmed",
        "concluded",
        "",
        "concluded",
        "期满办结",
        "Close, no default reported",
        take=_conclude,
    ),
    row(
        "reopen",
        "failed settled concluded withdrawn not_accepted",
        "accepted",
        "",
        "reopened",
        "重新受理",
        "Reopen",
        take=_reopen,
    ),
)
