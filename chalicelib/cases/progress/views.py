"""What scanning a mediation code shows: the stage, what happens next, by when; no personal data, no free text."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Self

from chalicelib.cases.events import WAITING
from chalicelib.cases.lifecycle.listing import next_due_of
from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.statuses import HAPPY_PATH, STATUSES
from chalicelib.shared.clock import format_instant
from chalicelib.shared.codes import show_code
from chalicelib.shared.deadlines import DeadlineRules
from chalicelib.shared.texts import Language, Text
from chalicelib.web.due_view import DueView
from chalicelib.web.view import View

_ENDS_OTHERWISE: Final = frozenset({"settled", "concluded", "defaulted", "failed", "withdrawn", "not_accepted"})


class StageView(View):
    """One stage of the mediation code."""

    status: str
    name: str
    colour: str
    reached_at: str | None


class NextDueView(DueView):
    """The due date that comes next. `text`: in words a citizen understands."""

    text: str


class SessionView(View):
    """The next session that is asked for or fixed."""

    start: str
    end: str
    mode: str
    status: str


class CurrentView(View):
    """Where the case stands now."""

    since: str
    next_step: str
    waiting_for: str | None
    waiting_for_name: str | None
    due: NextDueView | None
    appointment: SessionView | None


class Progress(View):
    """What scanning the mediation code shows: no personal data, no free text."""

    code: str
    status: str
    status_name: str
    colour: str
    percent: int
    stages: list[StageView]
    current: CurrentView
    updated_at: str

    @classmethod
    def of(cls, case: Case, rules: DeadlineRules, language: Language, now: datetime) -> Self:
        """Return the view of a case's progress at an instant."""
        waiting = waiting_for(case)
        return cls(
            code=show_code(case.code),
            status=case.status,
            status_name=case.state.name.text(language),
            colour=case.state.colour,
            percent=case.state.percent,
            stages=_stages(case, language),
            current=CurrentView(
                since=case.since,
                next_step=next_step(case).text(language),
                waiting_for=waiting,
                waiting_for_name=None if waiting is None else WAITING[waiting].text(language),
                due=_due(case, rules, language),
                appointment=_next_session(case, format_instant(now)),
            ),
            updated_at=case.updated_at,
        )


def waiting_for(case: Case) -> str | None:
    """Return who acts next: once all respondents have agreed, the organisation is to assign a mediator."""
    return "organisation" if case.status == "accepted" and case.all_consented else case.state.waiting_for


_ORAL_STEPS: Final = {
    "mediating": Text(
        "请各方核对调解员记录的口头协议：属实的确认，不属实的提出异议。",
        "The parties check the record of their oral agreement: confirm it, or dispute it.",
    ),
    "signed": Text(
        "请按约定履行。需要司法确认的，须先重新调解、制作调解协议书。",
        "Perform as agreed. For a court to confirm it, have the agreement written down first.",
    ),
}


def next_step(case: Case) -> Text:
    """Return what comes next; where an agreement was made orally, what is so of that."""
    oral = case.awaits_confirmation_of_record or (case.status == "signed" and case.recorded_at is not None)
    return _ORAL_STEPS[case.status] if oral else case.state.next_step


def _next_session(case: Case, now: str) -> SessionView | None:
    """Return the first session that is not over, and whose hold has not run out."""
    ahead = [one for one in case.appointments if str(one["end"]) > now and str(one.get("hold_expires_at") or "~") > now]
    if not ahead:
        return None
    first = min(ahead, key=lambda one: str(one["start"]))
    return SessionView(**{name: first[name] for name in SessionView.model_fields})


def _due(case: Case, rules: DeadlineRules, language: Language) -> NextDueView | None:
    first = next_due_of(case)
    if first is None:
        return None
    rule = rules.describe(first.rule, first.kept)
    day = datetime.fromisoformat(first.at) + timedelta(hours=8)
    text = f"{day:%Y-%m-%d} 前：{rule.title.zh}" if language == "zh" else f"By {day:%Y-%m-%d}: {rule.title.en}"
    return NextDueView(
        at=first.at, provisional=first.provisional, rule=first.rule, source=rule.source.text(language), text=text
    )


def _stages(case: Case, language: Language) -> list[StageView]:
    path = [*HAPPY_PATH]
    if case.status in _ENDS_OTHERWISE:
        path = [status for status in path if status in case.reached] + [case.status]
    return [
        StageView(
            status=status,
            name=STATUSES[status].name.text(language),
            colour=STATUSES[status].colour,
            reached_at=case.reached.get(status),
        )
        for status in path
    ]
