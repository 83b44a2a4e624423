"""The files that are imported: every fault is reported, and nothing is written unless all of it holds."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from chalicelib.organisations.model import KIND_NAMES
from chalicelib.shared.deadline_rules import AmbiguousRules, DeadlineRules, Scope
from chalicelib.triage.public import DisputeTypes

_SATURDAY: Final = 5
_MOST_FAULTS: Final = 50
_ANY_CASE: Final = Scope()

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]
D = TypeVar("D", bound="_Document")


class FileRefused(ValueError):
    """The file does not hold; the message lists what is wrong, a fault a line."""


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Said(_Document):
    zh: Words
    en: Words


class YearDocument(_Document):
    """A year of the State Council's calendar. `workdays`: weekend days that are worked in return."""

    year: int = Field(ge=2000, le=2100)
    source: Words
    holidays: list[date] = Field(min_length=1)
    workdays: list[date]

    def faults(self) -> list[str]:
        """Return what is wrong with its days; empty if they hold."""
        found = []
        for name in ("holidays", "workdays"):
            days: list[date] = getattr(self, name)
            found += [f"{name}: {day} is not a day of {self.year}" for day in days if day.year != self.year]
            found += [f"{name}: {day} stands there twice" for day in sorted(set(days)) if days.count(day) > 1]
        both = sorted({*self.holidays} & {*self.workdays})
        found += [f"{day} is both a holiday and a workday" for day in both]
        found += [f"workdays: {day} is no weekend day" for day in self.workdays if day.weekday() < _SATURDAY]
        return found


class _ScopeDocument(_Document):
    dispute_types: Literal["*"] | list[Code] = "*"
    except_dispute_types: list[Code] = []
    organisation_kinds: Literal["*"] | list[Code] = "*"
    court_invited: bool | None = None

    @model_validator(mode="after")
    def _knows_its_codes(self) -> Self:
        types = DisputeTypes.load()
        named = [*self.except_dispute_types, *(() if self.dispute_types == "*" else self.dispute_types)]
        unknown = [code for code in named if types.find_type(code) is None]
        unknown += [] if self.organisation_kinds == "*" else [k for k in self.organisation_kinds if k not in KIND_NAMES]
        if unknown:
            raise ValueError(f"unknown: {', '.join(unknown)}")
        if self.dispute_types == [] or self.organisation_kinds == []:
            raise ValueError('an empty list holds for no case; "*" holds for every one')
        return self


_OF_THE_DAY_ITSELF: Final = frozenset({"duty_due"})
"""Rules that count nothing: the parties named the day."""


class _RuleDocument(_Document):
    id: Code
    variant: Code = "general"
    value: int = Field(ge=0, le=3650)
    calendar: Literal["working_days", "natural_days", "hours", "months", "years"]
    starts: Code
    title: _Said
    source: _Said
    law_version: Words
    applies_to: _ScopeDocument = _ScopeDocument()
    valid_from: date | None = None
    valid_until: date | None = None
    extends_over_rest_days: bool = True
    at_end: Literal["ends_by_law", "deemed_failed_by_law", "opens_arbitration", "ends_by_configuration"] | None = None
    appraisal_excluded: bool = False
    extended_by: list[Literal["parties", "organisation"]] = []
    runs_outside: bool = False

    @model_validator(mode="after")
    def _counts_and_ends_after_it_begins(self) -> Self:
        if self.value == 0 and self.id not in _OF_THE_DAY_ITSELF:
            raise ValueError("value must be 1 or more")
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError("valid_until is before valid_from")
        return self


class RulesDocument(_Document):
    """A file in the form of `chalicelib/rules/deadlines.json`."""

    jurisdiction: Words
    version: Words
    rules: list[_RuleDocument] = Field(min_length=1)


def read_year(path: Path, today: date, *, amend: bool) -> dict[str, Any]:
    """Return a year's calendar as it is kept; raise `FileRefused`. A past year is refused unless it is amended."""
    year = _read(path, YearDocument)
    faults = year.faults()
    if year.year < today.year and not amend:
        faults.append(f"{year.year} is over: dates that were counted by it are history. To correct it, say --amend")
    if faults:
        raise FileRefused("\n".join(faults))
    document = year.model_dump(mode="json")
    return {**document, "holidays": sorted(document["holidays"]), "workdays": sorted(document["workdays"])}


def read_rules(path: Path, today: date, present: DeadlineRules, running: frozenset[str]) -> dict[str, Any]:
    """Return a file of rules as it is kept; raise `FileRefused`.

    No rule may be gone that ships (the code and the routes name those) or that a case runs under (`running`), and a
    rule that held for every case must go on to do so: there must be no day without one.
    """
    document = _read(path, RulesDocument).model_dump(mode="json", exclude_none=True)
    try:
        rules = DeadlineRules.of(document)
    except AmbiguousRules as unclear:
        raise FileRefused(str(unclear)) from None
    shipped = DeadlineRules.load()
    kept = {one.id for one in rules.all()}
    faults = [f"{gone} is gone, and the code names it" for gone in _ids(shipped) - kept]
    faults += [f"{gone} is gone, and cases run under it" for gone in running - kept - _ids(shipped)]
    for rule_id in sorted(_ids(shipped) & kept):
        if present.pick(rule_id, today, _ANY_CASE) is not None:
            gaps = [day for day in _turns(rules, rule_id, today) if rules.pick(rule_id, day, _ANY_CASE) is None]
            faults += [f"{rule_id} holds for every case today, and would for none from {day} on" for day in gaps[:1]]
    if rules.version == present.version and rules.all() != present.all():
        faults.append(f"version {rules.version} is in force with other rules: the file needs a version of its own")
    if faults:
        raise FileRefused("\n".join(sorted(faults)))
    return document


def _ids(rules: DeadlineRules) -> set[str]:
    return {one.id for one in rules.all()}


def _turns(rules: DeadlineRules, rule_id: str, today: date) -> list[date]:
    """Return the days from today on at which another rule of an id may begin to hold."""
    days = {today}
    for one in rules.all():
        if one.id == rule_id:
            ends = one.valid_until
            days |= {one.valid_from or today, today if ends is None else date.fromordinal(ends.toordinal() + 1)}
    return sorted(day for day in days if day >= today)


def _read(path: Path, kind: type[D]) -> D:
    try:
        return kind.model_validate_json(path.read_bytes())
    except OSError as unreadable:
        raise FileRefused(f"{path} cannot be read: {unreadable.strerror}") from unreadable
    except ValidationError as broken:
        said = [f"{'/'.join(map(str, error['loc'])) or path}: {error['msg']}" for error in broken.errors()]
        raise FileRefused("\n".join(said[:_MOST_FAULTS])) from None
