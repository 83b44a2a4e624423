"""The use cases of triage: list dispute types, find the type of a text, publish the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, Self

from chalicelib.shared.texts import Text
from chalicelib.triage.model import Triage, triage
from chalicelib.triage.red_line_rules import Kind, RedLines
from chalicelib.triage.red_lines import find_red_lines
from chalicelib.triage.rules import RuleSet
from chalicelib.triage.types import DisputeTypes
from chalicelib.triage.writing import Writing

MAX_ORGANISATIONS: Final = 5


class Organisation(Protocol):
    """An organisation that a dispute can go to."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def name_en(self) -> str | None:
        """Its English name."""
        ...

    @property
    def address(self) -> str | None:
        """Where it is."""
        ...

    @property
    def phone(self) -> str | None:
        """Its public number."""
        ...


FindOrganisations = Callable[[str, str | None], Sequence[Organisation]]
"""Returns who takes a type of dispute in a region (None: anywhere)."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What triage found, with the organisations that take it."""

    triage: Triage
    organisations: Sequence[Organisation]
    questions: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Help:
    """Help that is offered at once. `kinds`: all that is touched, gravest first; `hotlines`: most pressing first."""

    kinds: tuple[str, ...]
    level: str  # critical, high
    text: Text
    hotlines: tuple[tuple[str, Text], ...]

    @classmethod
    def of(cls, codes: Sequence[str]) -> Self | None:
        """Return the help for these kinds, or None if there are none. A kind that is not known any more is left out."""
        if not codes:
            return None  # most cases: the rules need not be read
        rules = RedLines.load()
        kinds: list[Kind] = [kind for code, kind in rules.kinds.items() if code in codes]
        if not kinds:
            return None
        numbers = dict.fromkeys(number for kind in kinds for number in kind.hotlines)
        level = "critical" if any(kind.level == "critical" for kind in kinds) else "high"
        hotlines = tuple((number, rules.hotlines[number]) for number in numbers)
        return cls(tuple(kind.code for kind in kinds), level, kinds[0].text, hotlines)


def find_urgent_kinds(text: str) -> tuple[str, ...]:
    """Return the kinds of red lines that a text touches, the gravest first."""
    alarm = find_red_lines(Writing.of(text), RedLines.load())
    return () if alarm is None else alarm.kinds


class TriageService:
    """Dispute types, and the way from a text to one of them."""

    def __init__(self, types: DisputeTypes, rules: RuleSet, organisations: FindOrganisations) -> None:
        self.types = types
        self.rules = rules
        self._organisations = organisations

    def advise(self, text: str, answers: Mapping[str, str]) -> Advice:
        """Return what a text is about, why, and who takes it. Nothing is stored."""
        found = triage(text, answers, self.rules)
        takers = self._organisations(found.best.type, answers.get("region"))[:MAX_ORGANISATIONS]
        asked = [one for one in self.rules.questions if one["id"] not in answers] if found.unsure else []
        return Advice(found, takers, asked)

    def why(self, rule: str) -> Text:
        """Return why a rule of red lines raises an alarm."""
        lines = self.rules.red_lines
        return {one.id: one.why for one in lines.rules}.get(rule) or {one.id: one.why for one in lines.concerns}[rule]

    def find_name(self, code: str) -> Text | None:
        """Return the name of a type of either level, or None."""
        found = self.types.find_type(code)
        return None if found is None else found.name
