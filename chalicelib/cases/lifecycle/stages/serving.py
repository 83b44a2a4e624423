"""What the other side's silence leads to: a reminder before their days are over, and an end when nobody reached them.

Silence is never consent (民法典 art. 140). It ends a mediation only by a record of attempts since acceptance.
"""
# ruff: noqa: ARG001 - what an action does has one signature, and not every one needs all of it

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from chalicelib.cases.lifecycle.deadlines import find_deadline, without
from chalicelib.cases.lifecycle.model import Case, Party
from chalicelib.cases.lifecycle.refusals import NotUnreachable
from chalicelib.cases.lifecycle.transition import Command, Effect, Transition, row
from chalicelib.shared.deadlines import DueDates
from chalicelib.shared.errors import InvalidRequest, Violation
from chalicelib.shared.texts import Text

DAYS_NEEDED: Final = 2
"""On how many different days somebody must have been tried before they count as unreachable (2-domain)."""


def unjoined(case: Case) -> Iterator[Party]:
    """Yield the respondents who have neither joined nor agreed: those whom the system serves."""
    for party in case.parties:
        if party.role == "respondent" and party.person is None and party.consented_at is None:
            yield party


def days_of_attempts(case: Case, party: Party, now: datetime) -> set[str]:
    """Return the days (Asia/Shanghai) on which a party was tried since acceptance, and did not answer.

    A text that was delivered counts once the days to answer are over; not by a provisional date.
    """
    days, invite = set(party.contacted_on), find_deadline(case, "invite")
    if party.delivered_on is not None and invite is not None and invite.is_over(now):
        days.add(party.delivered_on)
    return days


def check_unreachable(case: Case, command: Command) -> None:
    """Raise `NotUnreachable` unless a respondent who has not joined was tried often enough."""
    waiting = list(unjoined(case))
    if not waiting:
        raise NotUnreachable(
            Text("被申请人均已加入，不能登记为无法联系。", "Every respondent has joined: nobody is unreachable.")
        )
    tried = {party.id: len(days_of_attempts(case, party, command.now)) for party in waiting}
    if max(tried.values()) < DAYS_NEEDED:
        raise _missing(tried)


def _missing(tried: dict[str, int]) -> NotUnreachable:
    zh = "；".join(f"{party} 自受理以来有 {days} 个不同日期的联系记录" for party, days in tried.items())
    en = "; ".join(f"{party} was tried on {days} different days since acceptance" for party, days in tried.items())
    return NotUnreachable(
        Text(
            f"{zh}，至少需要 {DAYS_NEEDED} 个。已送达但答复期限未满的短信不计入。",
            f"{en}; {DAYS_NEEDED} are needed. A delivered text counts once the days to answer are over.",
        )
    )


def _unreachable(case: Case, command: Command, due_dates: DueDates) -> Effect:
    party = _meant(case, command)
    days = sorted(days_of_attempts(case, party, command.now))
    ended = replace(case, end_reason="party_unreachable")
    return Effect(ended, {"ground": "party_unreachable", "party": party.id, "days": days})


def _meant(case: Case, command: Command) -> Party:
    """Return who is meant: the one named, or whoever was tried often enough."""
    waiting = {party.id: party for party in unjoined(case)}
    tried = {party: len(days_of_attempts(case, one, command.now)) for party, one in waiting.items()}
    named = command.details.get("party_id")
    if named is None:
        return waiting[max(tried, key=lambda one: tried[one])]
    if named not in {party.id for party in case.parties if party.role == "respondent"}:
        raise InvalidRequest(violations=(Violation("/party_id", "unknown", "没有这一被申请人 / no such respondent"),))
    if named not in waiting:
        raise NotUnreachable(
            Text("该被申请人已加入，不能登记为无法联系。", "This respondent has joined: they are not unreachable.")
        )
    if tried[named] < DAYS_NEEDED:
        raise _missing({named: tried[named]})
    return waiting[named]


def _remind(case: Case, command: Command, due_dates: DueDates) -> Effect:
    invite = find_deadline(case, "invite")
    data = {"rule": "invite"} if invite is None else {"rule": "invite", "due_at": invite.at}
    return Effect(without(case, "invite_notice"), data)


ROWS: Final[tuple[Transition, ...]] = (
    row(
        "mark_unreachable",
        "accepted",
        "failed",
        "clerk",
        "marked_unreachable",
        "登记无法联系",
        "Record that the respondent cannot be reached",
        take=_unreachable,
        check=check_unreachable,
    ),
    row(
        "invite_reminder",
        "accepted",
        None,
        "",
        "invite_reminded",
        "提醒答复邀请",
        "Remind of the invitation",
        take=_remind,
    ),
)
