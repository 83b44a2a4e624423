"""Before the court, or an arbitration commission: the joint application, its examination, the ruling.

Sources: 民事诉讼法 (2023) art. 205, 206; 法释〔2011〕5号 art. 4-6. `receive` is the court's acceptance (受理), from
which the ruling's clock counts (art. 5).
"""
# ruff: noqa: ARG001 - what an action does has one signature, and not every one needs all of it

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from chalicelib.cases.lifecycle.deadlines import (
    find_deadline,
    is_running,
    resume,
    start_deadlines,
    suspend,
    with_deadline,
    without,
)
from chalicelib.cases.lifecycle.model import Case, Deadline
from chalicelib.cases.lifecycle.refusals import AlreadyDone, AlreadyRefused, CourtDiffers, EnquiryOpen, WindowClosed
from chalicelib.cases.lifecycle.stages.performance import back_in_force, enforceable, ruled
from chalicelib.cases.lifecycle.transition import (
    PARTIES,
    Command,
    Effect,
    IllegalTransition,
    Transition,
    acting_party,
    row,
)
from chalicelib.shared.clock import SHANGHAI, format_instant, parse_instant
from chalicelib.shared.deadlines import DueDates
from chalicelib.shared.errors import InvalidRequest, Violation

MAX_SUPPLEMENT_DAYS: Final = 60
"""How long a court can wait for further papers."""

WINDOW_OF: Final = {"court": "confirmation_window", "arbitration": "arbitration_review"}
"""The deadline inside which each kind of place is asked."""


def _check_apply(case: Case, command: Command) -> None:
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
    # A commission's own rules say how long it takes: no clock of the court's runs before it.
    return Effect(replace(case, before_court=True), data, starts=("court_accept",) if kind == "court" else ())


def _without_application(case: Case) -> Case:
    cleared = case.with_all_parties(applied_at=None, enquiry=None, supplemented_at=None)
    cleared = replace(cleared, received_at=None, asked_at=None, supplement=None, ruling_extended=False)
    return replace(cleared, suspended=(), suspended_at=None)


def _withdraw(case: Case, command: Command, due_dates: DueDates) -> Effect:
    data = {"party": acting_party(case, command).id}
    case = replace(_without_application(case), before_court=False, court=None)
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


def _check_received(case: Case, command: Command) -> None:
    if case.received_at is None:
        raise IllegalTransition


def _check_ask(case: Case, command: Command) -> None:
    _check_received(case, command)
    if case.asked_at is not None and not _all_answered(case):
        raise AlreadyDone


def _all_answered(case: Case) -> bool:
    return all(party.enquiry is not None for party in case.parties)


def _ask(case: Case, command: Command, due_dates: DueDates) -> Effect:
    return Effect(replace(case.with_all_parties(enquiry=None), asked_at=format_instant(command.now)), {})


def _check_answer(case: Case, command: Command) -> None:
    if case.asked_at is None:
        raise IllegalTransition
    if acting_party(case, command).enquiry is not None:
        raise AlreadyDone


def _answer(case: Case, command: Command, due_dates: DueDates) -> Effect:
    party = acting_party(case, command)
    said = {name: command.details[name] for name in ("voluntary", "understood", "accepted")}
    case = case.with_party(replace(party, enquiry={**said, "at": format_instant(command.now)}))
    return Effect(case, {"party": party.id, **said, "all_answered": _all_answered(case)})


def _check_supplement(case: Case, command: Command) -> None:
    _check_received(case, command)
    if case.supplement is not None:
        raise AlreadyDone


def _supplement(case: Case, command: Command, due_dates: DueDates) -> Effect:
    until: date = command.details["until"]
    today = command.now.astimezone(SHANGHAI).date()
    if not today <= until <= today + timedelta(days=MAX_SUPPLEMENT_DAYS):
        raise InvalidRequest(violations=(Violation("/until", "out_of_range", f"今日起 {MAX_SUPPLEMENT_DAYS} 天内"),))
    rule = due_dates.rules.describe("court_supplement", None)
    due = due_dates.until(rule, until)
    case = suspend(case.with_all_parties(supplemented_at=None), ("court_decide",), command.now)
    case = replace(case, supplement={"until": until.isoformat(), "asked_at": format_instant(command.now)})
    return Effect(
        with_deadline(case, replace(Deadline.of(due, command.now), agreed=True)),
        {"until": until.isoformat()},
        command.details["what"],
    )


def _check_answer_supplement(case: Case, command: Command) -> None:
    if case.supplement is None:
        raise IllegalTransition
    if acting_party(case, command).supplemented_at is not None:
        raise AlreadyDone


def _answer_supplement(case: Case, command: Command, due_dates: DueDates) -> Effect:
    party = acting_party(case, command)
    case = case.with_party(replace(party, supplemented_at=format_instant(command.now)))
    data = {"party": party.id, "evidence": list(command.details["evidence_ids"])}
    if all(one.supplemented_at for one in case.parties):
        case = _supplement_done(case, command, due_dates)
    return Effect(case, data, command.details.get("text"))


def _supplement_over(case: Case, command: Command, due_dates: DueDates) -> Effect:
    return Effect(_supplement_done(case, command, due_dates), {})


def _supplement_done(case: Case, command: Command, due_dates: DueDates) -> Case:
    waited = find_deadline(case, "court_supplement")
    over = command.now if waited is None else min(command.now, parse_instant(waited.at))
    return resume(replace(without(case, "court_supplement"), supplement=None), over, due_dates)


def _check_extend_ruling(case: Case, command: Command) -> None:
    if case.ruling_extended:
        raise AlreadyDone
    if find_deadline(case, "court_decide") is None:
        raise IllegalTransition


def _extend_ruling(case: Case, command: Command, due_dates: DueDates) -> Effect:
    running = find_deadline(case, "court_decide")
    if running is None:
        raise IllegalTransition
    due = due_dates.due("court_decide_extended", parse_instant(running.at), case.scope)
    later = replace(running, at=format_instant(due.at), provisional=due.provisional, escalated=False, agreed=True)
    return Effect(with_deadline(replace(case, ruling_extended=True), later), {}, command.details["reason"])


def _check_confirm(case: Case, command: Command) -> None:
    if case.received_at is None or case.asked_at is None or not _all_answered(case):
        raise EnquiryOpen


def _confirm(case: Case, command: Command, due_dates: DueDates) -> Effect:
    number = command.details["document_no"]
    case = replace(case, document_no=number, suspended=(), suspended_at=None, supplement=None)
    return ruled(enforceable(case, command, due_dates), command, due_dates, {"document_no": number})


def _dismiss(case: Case, command: Command, due_dates: DueDates) -> Effect:
    received = case.received_at is not None
    case = replace(_without_application(case), dismissed_at=format_instant(command.now))
    if received:  # the same agreement cannot be put forward again
        case = replace(case, refused_sha256=case.agreement_sha256)
    else:  # 不予受理: another competent court may be asked
        case = replace(case, court=None, before_court=False)
    return back_in_force(case, command, due_dates, {"received": received}, command.details["reason"])


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
    row("ask", "confirming", None, "court", "asked", "询问当事人", "Ask the parties", take=_ask, check=_check_ask),
    row(
        "answer_enquiry",
        "confirming",
        None,
        PARTIES,
        "enquiry_answered",
        "回答法院询问",
        "Answer the court",
        take=_answer,
        check=_check_answer,
    ),
    row(
        "supplement",
        "confirming",
        None,
        "court",
        "supplement_asked",
        "要求补充材料",
        "Ask for further papers",
        take=_supplement,
        check=_check_supplement,
    ),
    row(
        "answer_supplement",
        "confirming",
        None,
        PARTIES,
        "supplement_answered",
        "补充材料",
        "Answer with further papers",
        take=_answer_supplement,
        check=_check_answer_supplement,
    ),
    row(
        "supplement_over",
        "confirming",
        None,
        "",
        "supplement_over",
        "补充材料期满",
        "The days for further papers are over",
        take=_supplement_over,
    ),
    row(
        "extend_ruling",
        "confirming",
        None,
        "court",
        "ruling_extended",
        "延长审查期限",
        "Take longer for the ruling",
        take=_extend_ruling,
        check=_check_extend_ruling,
    ),
    row(
        "confirm",
        "confirming",
        "confirmed",
        "court",
        "confirmed",
        "裁定确认",
        "Confirm",
        take=_confirm,
        check=_check_confirm,
    ),
    row("dismiss", "confirming", "signed", "court", "dismissed", "驳回申请", "Dismiss", take=_dismiss),
)
