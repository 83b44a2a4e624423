"""The joint application to a court, or an arbitration commission: made, withdrawn, accepted.

Sources: 民事诉讼法 (2023) art. 205; 法释〔2011〕5号 art. 4, 5. `receive` is the acceptance (受理), from
which the ruling's clock counts (art. 5).
"""
# ruff: noqa: ARG001 - what an action does has one signature, and not every one needs all of it

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from chalicelib.cases.lifecycle.deadlines import (
    find_deadline,
    is_running,
    start_deadlines,
    without,
)
from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.refusals import AlreadyDone, AlreadyRefused, CourtDiffers, OralAgreement, WindowClosed
from chalicelib.cases.lifecycle.stages.in_force import back_in_force
from chalicelib.cases.lifecycle.transition import (
    PARTIES,
    Command,
    Effect,
    IllegalTransition,
    Transition,
    acting_party,
    row,
)
from chalicelib.shared.clock import format_instant, parse_instant
from chalicelib.shared.deadlines import DueDates

WINDOW_OF: Final = {"court": "confirmation_window", "arbitration": "arbitration_review"}
"""The deadline inside which each kind of place is asked."""


def _check_apply(case: Case, command: Command) -> None:
    if case.recorded_at is not None:
        raise OralAgreement
    if case.refused_sha256 is not None and case.refused_sha256 == case.agreement_sha256:
        raise AlreadyRefused
    if not any(is_running(case, rule, command.now) for rule in WINDOW_OF.values()):
        raise WindowClosed
    if acting_party(case, command).applied_at is not None:
        raise AlreadyDone


def _apply(case: Case, command: Command, due_dates: DueDates) -> Effect:
    party, court, kind = acting_party(case, command), command.details["court_id"], command.details["court_kind"]
    if not is_running(case, WINDOW_OF[kind], command.now):
        raise WindowClosed
    others = [one for one in case.parties if one.applied_at is not None]
    if others and case.court != court:
        raise CourtDiffers(command.details["chosen_court"])
    case = replace(case.with_party(replace(party, applied_at=format_instant(command.now))), court=court)
    case = replace(case, court_kind=kind)
    data: dict[str, Any] = {"party": party.id, "court": court, "declarations": list(command.details["declarations"])}
    if not all(one.applied_at for one in case.parties):
        return Effect(case, data, complete=False)
    case = case.with_all_parties(resumes_at=None)  # who would have mediated again has now asked a court instead
    # A commission's own rules say how long it takes: no clock of the court's runs before it.
    return Effect(replace(case, before_court=True), data, starts=("court_accept",) if kind == "court" else ())


def without_application(case: Case) -> Case:
    """Return the case without the application, and all that the court asked and was told in it."""
    cleared = case.with_all_parties(applied_at=None, enquiry=None, supplemented_at=None)
    cleared = replace(cleared, received_at=None, asked_at=None, supplement=None, ruling_extended=False)
    return replace(cleared, suspended=(), suspended_at=None)


def _withdraw(case: Case, command: Command, due_dates: DueDates) -> Effect:
    data = {"party": acting_party(case, command).id}
    case = replace(without_application(case), before_court=False, court=None)
    return back_in_force(case, command, due_dates, data, None)


def _check_receive(case: Case, command: Command) -> None:
    if case.received_at is not None:
        raise AlreadyDone


def _receive(case: Case, command: Command, due_dates: DueDates) -> Effect:
    received = replace(without(case, "court_accept", "court_decide"), received_at=format_instant(command.now))
    return Effect(received, {"court": case.court}, starts=("court_decide",) if case.court_kind == "court" else ())


def _accept_over(case: Case, command: Command, due_dates: DueDates) -> Effect:
    """Count the ruling from the last of the court's days to accept: it said nothing in them."""
    accept = find_deadline(case, "court_accept")
    if accept is None:
        raise IllegalTransition
    case = start_deadlines(
        without(case, "court_accept"), ("court_decide",), command.now, due_dates, counted_from=parse_instant(accept.at)
    )
    return Effect(case, {"rule": "court_accept", "due_at": accept.at})


ROWS: Final[tuple[Transition, ...]] = (
    row(
        "apply_confirmation",
        "signed",
        "confirming",
        PARTIES,
        "confirmation_applied",
        "申请司法确认",
        "Apply for judicial confirmation",
        collective="confirmation_requested",
        take=_apply,
        check=_check_apply,
    ),
    row(
        "withdraw_application",
        "confirming",
        "signed",
        PARTIES,
        "application_withdrawn",
        "撤回司法确认申请",
        "Withdraw the application to the court",
        take=_withdraw,
    ),
    row(
        "receive",
        "confirming",
        None,
        "court",
        "received",
        "受理司法确认申请",
        "Accept the application for examination",
        take=_receive,
        check=_check_receive,
    ),
    row(
        "accept_over",
        "confirming",
        None,
        "",
        "court_silent",
        "法院答复期满",
        "The court's days to accept are over",
        take=_accept_over,
    ),
)
