"""The examination of an agreement by a court, or a commission, up to its ruling.

Sources: 民事诉讼法 (2023) art. 206; 法释〔2011〕5号 art. 5, 6; 民诉法解释 art. 356, 357. No article stops the clock for
further papers: that the court waits for them is said without one.
"""
# ruff: noqa: ARG001 - what an action does has one signature, and not every one needs all of it

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from chalicelib.cases.lifecycle.deadlines import (
    find_deadline,
    resume,
    suspend,
    with_deadline,
    without,
)
from chalicelib.cases.lifecycle.model import Case, Deadline
from chalicelib.cases.lifecycle.refusals import AlreadyDone, EnquiryOpen
from chalicelib.cases.lifecycle.stages.application import without_application
from chalicelib.cases.lifecycle.stages.in_force import back_in_force, enforceable, ruled
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
        with_deadline(case, replace(Deadline.of(due, command.now), agreed=True, editions={})),
        {"until": until.isoformat(), "due_at": format_instant(due.at)},
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
    later = running.moved(due, escalated=False, escalated_to={}, escalates_at=None, agreed=True, editions={})
    return Effect(with_deadline(replace(case, ruling_extended=True), later), {}, command.details["reason"])


def _check_confirm(case: Case, command: Command) -> None:
    if case.received_at is None or case.asked_at is None or not _all_answered(case):
        raise EnquiryOpen


def _confirm(case: Case, command: Command, due_dates: DueDates) -> Effect:
    number = command.details["document_no"]
    case = replace(case, document_no=number, suspended=(), suspended_at=None, supplement=None)
    return ruled(enforceable(case, command, due_dates), {"document_no": number})


def _dismiss(case: Case, command: Command, due_dates: DueDates) -> Effect:
    received = case.received_at is not None
    case = replace(without_application(case), dismissed_at=format_instant(command.now))
    if received:  # the same agreement cannot be put forward again
        case = replace(case, refused_sha256=case.agreement_sha256)
    else:  # 不予受理: another competent court may be asked
        case = replace(case, court=None, before_court=False)
    return back_in_force(case, command, due_dates, {"received": received}, command.details["reason"])


ROWS: Final[tuple[Transition, ...]] = (
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
