"""Desks as the staff see them: type and code, never what somebody wrote or who they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from chalicelib.desk.model import Arrival, DeskItem, Kind
from chalicelib.desk.service import Counts
from chalicelib.desk.words import (
    ARRIVED,
    HANDLING_STATUSES,
    HOLD,
    HOLD_TITLE,
    KIND_NAMES,
    SESSION_STATUSES,
    WAITING_NAMES,
)
from chalicelib.shared.codes import show_code
from chalicelib.shared.deadline_rules import DeadlineRules
from chalicelib.shared.texts import Language, Text
from chalicelib.web.view import View


class DeskDue(View):
    """By when: the last second that is in time, whether a calendar may yet move it, and the id of its rule."""

    at: str
    provisional: bool
    rule: str
    rule_name: str


class DeskItemView(View):
    """One thing that waits on my desk. `waiting_for`: the function that is to act; `href`: where to look."""

    kind: Kind
    kind_name: str
    id: str
    case_code: str | None
    title: str
    status: str
    status_name: str
    due: DeskDue | None
    overdue: bool
    since: str
    waiting_for: str
    waiting_for_name: str
    href: str


class DeskList(View):
    """A page of a desk, the first due before the others."""

    items: list[DeskItemView]
    next_cursor: str | None


class KindCount(View):
    """How much of a kind waits, and how much of that is overdue."""

    kind: Kind
    kind_name: str
    count: int
    overdue: int


class DeskCounts(View):
    """How much waits on my desk. `more`: there is more than was counted; those counted are the first due."""

    total: int
    overdue: int
    within_24h: int
    within_week: int
    more: bool
    kinds: list[KindCount]


class DeskNotice(View):
    """That something came on my desk. `app_link`: where the app looks."""

    id: str
    at: str
    kind: Kind
    kind_name: str
    case_code: str | None
    title: str
    text: str
    due_at: str | None
    href: str
    app_link: str


class DeskNoticeList(View):
    """A page of what came on my desk, newest first."""

    items: list[DeskNotice]
    next_cursor: str | None


class DeskDrawing:
    """What it takes to show desks: names of dispute types, of a case's statuses and of rules."""

    def __init__(
        self, type_name: Callable[[str], Text | None], status_name: Callable[[str], Text], rules: DeadlineRules
    ) -> None:
        self._type_name = type_name
        self._status_name = status_name
        self._rules = rules

    def draw(self, one: DeskItem, now: str, language: Language) -> DeskItemView:
        """Return the view of one thing that waits."""
        return DeskItemView(
            kind=one.kind,
            kind_name=KIND_NAMES[one.kind].text(language),
            id=one.id,
            case_code=None if one.case_code is None else show_code(one.case_code),
            title=self._title(one, language),
            status=one.status,
            status_name=self._status(one).text(language),
            due=self._due(one, language),
            overdue=one.due_at is not None and _is_past(one.due_at, now),
            since=one.since,
            waiting_for=one.waiting_for,
            waiting_for_name=WAITING_NAMES[one.waiting_for].text(language),
            href=_href(one),
        )

    def draw_arrival(self, arrival: Arrival, language: Language) -> DeskNotice:
        """Return the view of one thing that came."""
        one = arrival.item
        title, href = self._title(one, language), _href(one)
        return DeskNotice(
            id=arrival.id,
            at=arrival.at,
            kind=one.kind,
            kind_name=KIND_NAMES[one.kind].text(language),
            case_code=None if one.case_code is None else show_code(one.case_code),
            title=KIND_NAMES[one.kind].text(language),
            text=ARRIVED[one.kind].text(language).format(title=title),
            due_at=one.due_at,
            href=href,
            app_link=f"yima://{href.removeprefix('/v1/')}",
        )

    def draw_counts(self, counts: Counts, language: Language) -> DeskCounts:
        """Return the view of how much waits; kinds of which there are none are left out."""
        kinds = [
            KindCount(
                kind=kind, kind_name=name.text(language), count=found, overdue=counts.overdue_by_kind.get(kind, 0)
            )
            for kind, name in KIND_NAMES.items()
            if (found := counts.by_kind.get(kind, 0))
        ]
        return DeskCounts(
            total=counts.total,
            overdue=counts.overdue,
            within_24h=counts.within_24h,
            within_week=counts.within_week,
            more=counts.more,
            kinds=kinds,
        )

    def _title(self, one: DeskItem, language: Language) -> str:
        if one.case_code is None or one.dispute_type is None:
            return KIND_NAMES["bad_rating"].text(language)
        name = self._type_name(one.dispute_type)
        return f"{one.dispute_type if name is None else name.text(language)} {show_code(one.case_code)}"

    def _status(self, one: DeskItem) -> Text:
        if one.kind == "appointment":
            return SESSION_STATUSES[one.status]
        return HANDLING_STATUSES[one.status] if one.dispute_type is None else self._status_name(one.status)

    def _due(self, one: DeskItem, language: Language) -> DeskDue | None:
        if one.due_at is None or one.rule is None:
            return None
        title = HOLD_TITLE if one.rule == HOLD else self._rules.describe(one.rule, None).title
        return DeskDue(at=one.due_at, provisional=one.provisional, rule=one.rule, rule_name=title.text(language))


def _href(one: DeskItem) -> str:
    if one.kind == "appointment":
        return f"/v1/appointments/{one.id}"
    if one.case_code is None or one.dispute_type is None:
        return "/v1/bad-ratings"
    return f"/v1/cases/{show_code(one.case_code)}{'/appeals' if one.kind == 'appeal' else ''}"


def _is_past(at: str, now: str) -> bool:
    return datetime.fromisoformat(now) >= datetime.fromisoformat(at) + timedelta(seconds=1)
