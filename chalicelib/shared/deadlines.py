"""Due dates: each with its rule, its source, and the calendar it was counted by."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final, Literal, NamedTuple, Self

from chalicelib.shared.calendar import Counted, WorkCalendar
from chalicelib.shared.clock import SHANGHAI
from chalicelib.shared.rule_files import RULES
from chalicelib.shared.texts import Text

_RULES: Final = RULES / "deadlines.json"
_LAST_SECOND: Final = time(23, 59, 59)


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """One rule: `value` in the unit of `calendar`, counted from the event `starts`."""

    id: str
    value: int
    calendar: Literal["working_days", "natural_days", "hours"]
    starts: str
    title: Text
    source: Text
    law_version: str


class DeadlineRules:
    """A jurisdiction's rules, by id."""

    def __init__(self, version: str, rules: dict[str, DeadlineRule]) -> None:
        self.version = version
        self._rules = rules

    @classmethod
    @cache
    def load(cls) -> Self:
        """Return the rules that ship; read once a process."""
        document = json.loads(_RULES.read_text(encoding="utf-8"))
        rules = {
            one["id"]: DeadlineRule(**{**one, "title": Text(**one["title"]), "source": Text(**one["source"])})
            for one in document["rules"]
        }
        return cls(document["version"], rules)

    def get(self, rule_id: str) -> DeadlineRule:
        """Return a rule; raise `KeyError` for one that does not exist."""
        return self._rules[rule_id]

    def all(self) -> list[DeadlineRule]:
        """Return every rule, in the file's order."""
        return list(self._rules.values())


class Due(NamedTuple):
    """When something is due: `at` is the last second that is in time, in UTC."""

    rule_id: str
    at: datetime
    provisional: bool


class DueDates:
    """Counts due dates in days of Asia/Shanghai."""

    def __init__(self, rules: DeadlineRules, calendar: WorkCalendar) -> None:
        self._rules = rules
        self._calendar = calendar

    def due(self, rule_id: str, start: datetime) -> Due:
        """Return when a rule that starts at `start` is due."""
        rule = self._rules.get(rule_id)
        if rule.calendar == "hours":
            return Due(rule_id, start.astimezone(UTC) + timedelta(hours=rule.value), provisional=False)
        first = start.astimezone(SHANGHAI).date()
        working = rule.calendar == "working_days"
        add = self._calendar.add_working_days if working else self._calendar.add_natural_days
        return _end_of(rule_id, add(first, rule.value))

    def until(self, rule_id: str, last_day: date) -> Due:
        """Return the due date for an agreed last day."""
        return _end_of(rule_id, Counted(last_day, provisional=False))

    def is_past(self, at: datetime, now: datetime) -> bool:
        """Tell whether a due instant is over; its whole last second is in time."""
        return is_past(at, now)


def is_past(at: datetime, now: datetime) -> bool:
    """Tell whether `now` is after the last second `at`: 23:59:59.999 is in time, one second later is not."""
    return now >= at + timedelta(seconds=1)


def _end_of(rule_id: str, counted: Counted) -> Due:
    end = datetime.combine(counted.last_day, _LAST_SECOND, tzinfo=SHANGHAI)
    return Due(rule_id, end.astimezone(UTC), counted.provisional)
