"""Cases of one applicant and two respondents, in any status, and what is done with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from chalicelib.cases.lifecycle.deadlines import find_deadline, start_deadlines
from chalicelib.cases.lifecycle.decisions import Command, Outcome, decide
from chalicelib.cases.lifecycle.model import Case, Duty, Party
from chalicelib.cases.lifecycle.policies import actions_of
from chalicelib.shared.calendar import work_calendar
from chalicelib.shared.clock import SHANGHAI, format_instant, parse_instant
from chalicelib.shared.deadlines import DeadlineRules, DueDates

NOW = datetime(2026, 11, 3, 2, tzinfo=UTC)
INSTANT = format_instant(NOW)
COUNTING = DueDates(DeadlineRules.load(), work_calendar())
SEALED = ("sign", "countersign", "seal")
"""What puts an agreement in force that no court invited."""


def case_in(status: str, **changes: Any) -> Case:
    parties = (
        Party("p1", "applicant", "person", person="a", consented_at="t"),
        Party("p2", "respondent", "person", person="r1", consented_at="t"),
        Party("p3", "respondent", "person", person="r2", consented_at="t"),
    )
    case = Case("C", status, 1, "neighbour", "210202", "o", parties, (), {status: "t"}, INSTANT, "t", "t", "h")
    case = replace(case, organisation_kind="peoples_mediation_committee")
    if status in {"assigned", "mediating", "agreed", "signed", "confirming", "confirmed", "defaulted"}:
        case = replace(case, mediator="m", mediator_person="pm")
    return replace(case, **changes)


def do(
    case: Case, action: str, person: str = "a", relation: str = "", *, at: datetime = NOW, **details: Any
) -> Outcome:
    return decide(case, Command(action, details, person, relation, at), COUNTING)


def clocks(case: Case) -> set[str]:
    return {one.rule for one in case.deadlines}


def last_day(case: Case, rule: str) -> date:
    found = find_deadline(case, rule)
    assert found is not None, rule
    return parse_instant(found.at).astimezone(SHANGHAI).date()


def at(month: int, day: int, hour: int = 12, year: int = 2026) -> datetime:
    """Return an hour of a day in Asia/Shanghai."""
    return datetime(year, month, day, hour, tzinfo=SHANGHAI)


def parties_that(case: Case, attribute: str) -> list[str]:
    return [party.id for party in case.parties if getattr(party, attribute) is not None]


def offered(case: Case, relation: str, person: str = "staff", at: datetime = NOW) -> list[str]:
    return actions_of(relation, person, case, at)


def by_all(case: Case, action: str, *, at: datetime = NOW, **details: Any) -> Outcome:
    """Let every party take an action; return what the last one's made of it."""
    for person in ("a", "r1"):
        case = do(case, action, person, at=at, **details).case
    return do(case, action, "r2", at=at, **details)


def mediating(**changes: Any) -> Case:
    case = start_deadlines(case_in("mediating", appraisal_excluded=True), ("mediation_period",), NOW, COUNTING)
    return replace(case, **changes)


def signed(*duties: Duty, **changes: Any) -> Case:
    """Return a case whose agreement all have signed, countersigned and sealed at `NOW`."""
    case = case_in("agreed", agreement_sha256="ab", duties=duties, **changes)
    case = by_all(case, "sign", agreement_sha256="ab", acts=SEALED).case
    case = do(case, "countersign", "pm", "mediator", agreement_sha256="ab", acts=SEALED).case
    return do(case, "seal", "clerk", "clerk", agreement_sha256="ab", acts=SEALED).case


def confirming(*duties: Duty, **changes: Any) -> Case:
    return apply_all(signed(*duties, **changes)).case


def apply_all(case: Case, court: str = "court-1", *, at: datetime = NOW) -> Outcome:
    return by_all(
        case, "apply_confirmation", at=at, court_id=court, court_kind="court", declarations=(), chosen_court=None
    )


def examined(*duties: Duty) -> Case:
    """Return a case that the court has accepted, and about which every party has answered."""
    case = do(confirming(*duties), "receive", "judge", "court").case
    case = do(case, "ask", "judge", "court").case
    return by_all(case, "answer_enquiry", voluntary=True, understood=True, accepted=True).case


def later(days: float) -> datetime:
    return NOW + timedelta(days=days)
