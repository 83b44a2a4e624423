"""Due dates: each with its rule, its source, and the calendar it was counted by."""

from __future__ import annotations

import calendar as months
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

from chalicelib.shared.calendar import Counted, WorkCalendar
from chalicelib.shared.clock import SHANGHAI
from chalicelib.shared.deadline_rules import Calendar, DeadlineRule, DeadlineRules, KeptRule, Scope
from chalicelib.shared.texts import Text

__all__ = ["Calendar", "DeadlineRule", "DeadlineRules", "Due", "DueDates", "KeptRule", "Scope", "Text", "is_past"]

_LAST_SECOND: Final = time(23, 59, 59)
_MONTHS: Final = {"months": 1, "years": 12}
_ANY_CASE: Final = Scope()


class Due(NamedTuple):
    """When something is due: `at` is the last second that is in time, in UTC. `kept`: the rule, to be kept with it.

    `editions`: which edition of each year decided; none where no calendar did.
    """

    rule_id: str
    at: datetime
    provisional: bool
    kept: KeptRule
    editions: Mapping[str, str] = {}


class DueDates:
    """Counts due dates in days of Asia/Shanghai."""

    def __init__(self, rules: DeadlineRules, calendar: WorkCalendar) -> None:
        self._rules = rules
        self._calendar = calendar

    @property
    def rules(self) -> DeadlineRules:
        """The rules that hold now."""
        return self._rules

    @property
    def calendar(self) -> WorkCalendar:
        """The calendar that days are counted by."""
        return self._calendar

    def find(self, rule_id: str, start: datetime, scope: Scope = _ANY_CASE) -> Due | None:
        """Return when a clock that starts at `start` is due in a case; None: the case has no such clock."""
        rules = self.rules
        rule = rules.pick(rule_id, start.astimezone(SHANGHAI).date(), scope)
        return None if rule is None else self.count(rule.kept(rules.version), start)

    def due(self, rule_id: str, start: datetime, scope: Scope = _ANY_CASE) -> Due:
        """Return when a clock that starts at `start` is due in a case; raise `KeyError` if there is no such rule."""
        due = self.find(rule_id, start, scope)
        if due is None:
            raise KeyError(rule_id)
        return due

    def count(self, kept: KeptRule, start: datetime, *, more: int = 0) -> Due:
        """Return when a clock is due that started at `start` under a rule: the calendar may be a newer one by now.

        `more`: working days, or else days, during which it stood still.
        """
        if kept.calendar == "hours":
            at = start.astimezone(UTC) + timedelta(hours=kept.value)
            return Due(kept.id, at, provisional=False, kept=kept)
        first = start.astimezone(SHANGHAI).date()
        if kept.calendar == "working_days":
            counted = self.calendar.add_working_days(first, kept.value + more)
            return self._decided(counted, kept, first + timedelta(days=1))
        if kept.calendar == "natural_days":
            last = first + timedelta(days=kept.value)
        else:
            last = _add_months(first, kept.value * _MONTHS[kept.calendar])
        return self._on_or_after(kept, last + timedelta(days=more))

    def days_between(self, kept: KeptRule, first: date, last: date) -> int:
        """Return how many days of a rule's calendar lie after `first`, up to and with `last`."""
        days = (last - first).days
        if kept.calendar != "working_days":
            return days
        return sum(self.calendar.is_working_day(first + timedelta(days=n)) for n in range(1, days + 1))

    def shift(self, kept: KeptRule, at: datetime, days: timedelta) -> Due:
        """Return a due date that is later by days that did not count."""
        return self._on_or_after(kept, at.astimezone(SHANGHAI).date() + days)

    def _on_or_after(self, kept: KeptRule, last: date) -> Due:
        if not kept.extends_over_rest_days:
            return self.until(kept, last)
        return self._decided(self.calendar.first_working_day(last), kept, last)

    def _decided(self, counted: Counted, kept: KeptRule, since: date) -> Due:
        """Return the due date that the calendar's days from `since` on have decided."""
        years = range(since.year, counted.last_day.year + 1)
        editions = {str(year): self.calendar.edition_of(year) for year in years}
        return _end_of(counted, kept)._replace(editions=editions)

    def before(self, rule_id: str, at: datetime, scope: Scope = _ANY_CASE) -> Due | None:
        """Return the end of the day that lies a rule's days before a due date; None: the case has no such rule."""
        rules, day = self.rules, at.astimezone(SHANGHAI).date()
        rule = rules.pick(rule_id, day, scope)
        if rule is None:
            return None
        left = rule.value
        while left > 0:
            day -= timedelta(days=1)
            left -= rule.calendar != "working_days" or self.calendar.is_working_day(day)
        return _end_of(Counted(day, provisional=not self.calendar.is_published(day.year)), rule.kept(rules.version))

    def until(self, kept: KeptRule, last_day: date) -> Due:
        """Return the due date for a last day that no calendar moves, such as one that was agreed on."""
        return _end_of(Counted(last_day, provisional=False), kept)

    def is_past(self, at: datetime, now: datetime) -> bool:
        """Tell whether a due instant is over; its whole last second is in time."""
        return is_past(at, now)


def is_past(at: datetime, now: datetime) -> bool:
    """Tell whether `now` is after the last second `at`: 23:59:59.999 is in time, one second later is not."""
    return now >= at + timedelta(seconds=1)


def _add_months(day: date, count: int) -> date:
    """Return the day of the same number, or the month's last day if it has none (民法典 art. 202)."""
    years, month = divmod(day.month - 1 + count, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, months.monthrange(year, month)[1]))


def _end_of(counted: Counted, kept: KeptRule) -> Due:
    end = datetime.combine(counted.last_day, _LAST_SECOND, tzinfo=SHANGHAI)
    return Due(kept.id, end.astimezone(UTC), counted.provisional, kept)
