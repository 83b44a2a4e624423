"""Who hears of an overdue duty, and when: the ladders of `rules/escalation.json`.

A ladder has steps. The first is taken when the duty is overdue (`after` 0); each further one so many working days after
the due date, as long as the duty is not done. A step leads to a desk: that of who must act (`actor`), the
organisation's, or the supervisors'. A step to a desk that has heard already is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from functools import cache
from typing import Any, Final, Self

from chalicelib.shared.clock import SHANGHAI, format_instant, parse_instant
from chalicelib.shared.deadlines import DueDates, is_past
from chalicelib.shared.rule_files import read_rules

EVERY_OTHER: Final = "*"
TARGETS: Final = ("actor", "organisation", "supervisor")
"""Where a step can lead."""

_LAST_SECOND: Final = time(23, 59, 59)


class BrokenLadders(ValueError):
    """A file of ladders that says nothing that can be done; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: whose desk hears, how many working days after the due date."""

    to: str
    after: int


@dataclass(frozen=True, slots=True)
class Raised:
    """Steps that are due: the functions whose desks hear now, and when the next is due (None: these were the last)."""

    functions: tuple[str, ...]
    next_at: str | None


Functions = Callable[[str], str | None]
"""Returns the function that a step's target is in this matter (`actor` → `mediator`), or None if nobody has it."""


@dataclass(frozen=True, slots=True)
class Ladders:
    """The ladder of each rule."""

    version: str
    by_rule: Mapping[str, tuple[Step, ...]]

    @classmethod
    @cache
    def load(cls) -> Self:
        """Return the ladders that ship; read once a process."""
        return cls.of(read_rules("escalation"))

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Return the ladders of a document; raise `BrokenLadders`."""
        found: dict[str, tuple[Step, ...]] = {}
        for ladder in document["ladders"]:
            steps = tuple(Step(one["to"], one["after"]) for one in ladder["steps"])
            _check(ladder["rules"], steps)
            for rule in ladder["rules"]:
                if rule in found:
                    raise BrokenLadders(f"{rule} has two ladders")
                found[rule] = steps
        if EVERY_OTHER not in found:
            raise BrokenLadders(f"rules that are not named need a ladder too: {EVERY_OTHER}")
        return cls(document["version"], found)

    def steps_of(self, rule: str) -> tuple[Step, ...]:
        """Return the steps for a rule's overdue duty."""
        return self.by_rule.get(rule, self.by_rule[EVERY_OTHER])

    def raised(  # noqa: PLR0917
        self,
        rule: str,
        due_at: str,
        heard: Sequence[str],
        functions: Functions,
        due_dates: DueDates,
        now: datetime,
    ) -> Raised | None:
        """Return the steps that are due at `now` for a duty that was due at `due_at`; None: there are none.

        `heard`: the functions whose desks have heard of it. Steps that nobody took in their time are taken together.
        """
        ahead: dict[str, str] = {}
        for step in self.steps_of(rule):
            function = functions(step.to)
            if function is not None and function not in heard:
                ahead.setdefault(function, moment_of(step, due_at, due_dates))
        due = tuple(function for function, moment in ahead.items() if is_due(moment, now))
        later = [moment for function, moment in ahead.items() if function not in due]
        return Raised(due, later[0] if later else None) if due else None


def moment_of(step: Step, due_at: str, due_dates: DueDates) -> str:
    """Return the last second before a step is due: the end of its working day, in UTC."""
    if step.after == 0:
        return due_at
    day = parse_instant(due_at).astimezone(SHANGHAI).date()
    last = due_dates.calendar.add_working_days(day, step.after).last_day
    return format_instant(datetime.combine(last, _LAST_SECOND, tzinfo=SHANGHAI))


def is_due(moment: str | None, now: datetime) -> bool:
    """Tell whether a step's moment is over."""
    return moment is not None and is_past(parse_instant(moment), now)


def _check(rules: Sequence[str], steps: Sequence[Step]) -> None:
    named = ", ".join(rules)
    if not rules or not steps:
        raise BrokenLadders("a ladder has rules and steps")
    if [one.to for one in steps if one.to not in TARGETS]:
        raise BrokenLadders(f"{named}: a step leads to one of {', '.join(TARGETS)}")
    days = [one.after for one in steps]
    if days[0] != 0 or days != sorted(set(days)):
        raise BrokenLadders(f"{named}: the first step is taken at once, each other one later than the one before")
    if steps[-1].to != "supervisor":
        raise BrokenLadders(f"{named}: the last step leads to the supervisors, who always have a desk")
    if len({one.to for one in steps}) != len(steps):
        raise BrokenLadders(f"{named}: no desk hears twice")
