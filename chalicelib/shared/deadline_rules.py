"""The rules of due dates: which there are, for which disputes each holds, and since when.

A file of rules (`chalicelib/rules/deadlines.json`) may have several rules of one id, told apart by `variant`. For a
case, the one of the most specific scope is taken among those that are valid on the day on which the clock starts; that
there is always at most one is checked when a file is loaded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import combinations, product
from typing import Final, Literal, NamedTuple, Self

from chalicelib.shared.rule_files import RULES
from chalicelib.shared.texts import Text

Calendar = Literal["working_days", "natural_days", "hours", "months", "years"]
Names = frozenset[str] | None
"""Codes that a scope names, or None: whatever there is."""

_FILE: Final = RULES / "deadlines.json"


class Scope(NamedTuple):
    """What a rule is chosen by. `court_invited`: the organisation's mark in the directory (法释〔2021〕23号)."""

    dispute_type: str | None = None
    organisation_kind: str | None = None
    court_invited: bool = False


@dataclass(frozen=True, slots=True)
class AppliesTo:
    """For which cases a rule holds. A main type's code covers its subtypes, whose codes begin with it."""

    dispute_types: Names = None
    except_dispute_types: frozenset[str] = frozenset()
    organisation_kinds: Names = None
    court_invited: bool | None = None

    def fits(self, scope: Scope) -> tuple[int, int, int] | None:
        """Return how specific the rule is for a case, the more the greater; None if it does not hold for it."""
        by_type = 0 if self.dispute_types is None else _nearness(scope.dispute_type, self.dispute_types)
        by_kind = 0 if self.organisation_kinds is None else int(scope.organisation_kind in self.organisation_kinds)
        if (
            (self.dispute_types is not None and by_type == 0)
            or (self.organisation_kinds is not None and by_kind == 0)
            or _nearness(scope.dispute_type, self.except_dispute_types) > 0
            or self.court_invited not in {None, scope.court_invited}
        ):
            return None
        return by_type, by_kind, int(self.court_invited is not None)


def _nearness(dispute_type: str | None, codes: Iterable[str]) -> int:
    """Return 2 if the codes name the type itself, 1 if its main type, 0 if neither."""
    if dispute_type is None:
        return 0
    return max((2 if dispute_type == one else int(dispute_type.startswith(f"{one}_")) for one in codes), default=0)


@dataclass(frozen=True, slots=True)
class KeptRule:
    """What a running clock keeps of the rule that it began with, so that no later file changes or breaks it.

    `version`: of the file that the rule stood in.
    """

    id: str
    variant: str
    version: str
    value: int
    calendar: Calendar
    extends_over_rest_days: bool
    law_version: str
    title: Text
    source: Text


_UNKNOWN: Final = KeptRule(
    "",
    "general",
    "",
    0,
    "natural_days",
    extends_over_rest_days=False,
    law_version="",
    title=Text("办理期限", "A time limit"),
    source=Text("期限开始时有效的规则", "The rule that held when the period began"),
)


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """One rule: `value` in the unit of `calendar`, counted from the event `starts`.

    `valid_from`, `valid_until`: the first and last day on which a clock can start under it; None: no limit.
    `extends_over_rest_days`: a period that ends on a rest day ends on the first day after it (民法典 art. 203).
    `at_end`, `appraisal_excluded`, `extended_by`: what ends a mediation period, what it leaves out, who can agree to
    more. `runs_outside`: no event of ours starts it; it is there to be cited.
    """

    id: str
    value: int
    calendar: Calendar
    starts: str
    title: Text
    source: Text
    law_version: str
    variant: str = "general"
    applies_to: AppliesTo = AppliesTo()
    valid_from: date | None = None
    valid_until: date | None = None
    extends_over_rest_days: bool = True
    at_end: str | None = None
    appraisal_excluded: bool = False
    extended_by: tuple[str, ...] = ()
    runs_outside: bool = False

    def is_valid(self, day: date) -> bool:
        """Tell whether a clock that starts on that day runs under this rule."""
        return (self.valid_from or date.min) <= day <= (self.valid_until or date.max)

    def kept(self, version: str) -> KeptRule:
        """Return what a clock keeps of it."""
        return KeptRule(
            self.id,
            self.variant,
            version,
            self.value,
            self.calendar,
            self.extends_over_rest_days,
            self.law_version,
            self.title,
            self.source,
        )


class AmbiguousRules(ValueError):
    """Two rules of one id hold for the same case on the same day, and neither is more specific."""


class DeadlineRules:
    """A jurisdiction's rules. Raises `AmbiguousRules`, with a line for each pair, if they are not clear."""

    def __init__(self, version: str, rules: Sequence[DeadlineRule]) -> None:
        self.version = version
        self._all = tuple(rules)
        self._by_id: dict[str, list[DeadlineRule]] = {}
        for one in rules:
            self._by_id.setdefault(one.id, []).append(one)
        faults = [fault for several in self._by_id.values() for fault in _ambiguities(several)]
        if faults:
            raise AmbiguousRules("\n".join(faults))

    @classmethod
    @cache
    def load(cls) -> Self:
        """Return the rules that ship; read once a process."""
        return cls.of(json.loads(_FILE.read_text(encoding="utf-8")))

    @classmethod
    def of(cls, document: Mapping[str, object]) -> Self:
        """Return the rules of a document that holds; the importer checks what comes from outside."""
        rules: list[dict[str, object]] = document["rules"]  # type: ignore[assignment]
        return cls(str(document["version"]), [_read(one) for one in rules])

    def pick(self, rule_id: str, day: date, scope: Scope) -> DeadlineRule | None:
        """Return the rule for a clock that starts on a day in a case; None: there is no such clock for the case."""
        fitting = [
            (how_near, one.valid_from or date.min, one)
            for one in self._by_id.get(rule_id, ())
            if one.is_valid(day) and (how_near := one.applies_to.fits(scope)) is not None
        ]
        return max(fitting, key=lambda found: found[:2])[2] if fitting else None

    def find(self, rule_id: str) -> DeadlineRule | None:
        """Return the first rule of an id, whatever its scope; None if there is none."""
        return next(iter(self._by_id.get(rule_id, ())), None)

    def get(self, rule_id: str) -> DeadlineRule:
        """Return the first rule of an id, whatever its scope; raise `KeyError` if there is none."""
        return self._by_id[rule_id][0]

    def describe(self, rule_id: str, kept: KeptRule | None) -> KeptRule:
        """Return what a running clock has kept, or for one that was stored without it, the present rule of its id.

        Where there is none by now, plain words: a rule that was removed breaks nothing that still runs.
        """
        if kept is not None:
            return kept
        found = self.find(rule_id)
        if found is not None:
            return found.kept(self.version)
        return replace(_UNKNOWN, id=rule_id)

    def all(self) -> list[DeadlineRule]:
        """Return every rule, in the file's order."""
        return list(self._all)


def _read(one: Mapping[str, object]) -> DeadlineRule:
    values = dict(one)
    scope: Mapping[str, object] = values.pop("applies_to", {})  # type: ignore[assignment]
    for name in ("title", "source"):
        values[name] = Text(**values[name])  # type: ignore[arg-type]
    for name in ("valid_from", "valid_until"):
        day = values.get(name)
        values[name] = None if day is None else date.fromisoformat(str(day))
    values["extended_by"] = tuple(values.get("extended_by", ()))  # type: ignore[arg-type]
    applies_to = AppliesTo(
        _names(scope.get("dispute_types", "*")),
        _names(scope.get("except_dispute_types", ())) or frozenset(),
        _names(scope.get("organisation_kinds", "*")),
        scope.get("court_invited"),  # type: ignore[arg-type]
    )
    return DeadlineRule(**values, applies_to=applies_to)  # type: ignore[arg-type]


def _names(said: object) -> Names:
    return None if said == "*" else frozenset(said)  # type: ignore[call-overload]


def _ambiguities(rules: Sequence[DeadlineRule]) -> list[str]:
    """Return a line for each two rules of one id between which nothing decides, and each variant that is there twice.

    It is enough to try the codes that the rules name, and one that none of them names.
    """
    faults = []
    types, kinds = (
        _named(one.applies_to.dispute_types for one in rules),
        _named(one.applies_to.organisation_kinds for one in rules),
    )
    types |= {code for one in rules for code in one.applies_to.except_dispute_types}
    scopes = [Scope(*one) for one in product((*sorted(types), None), (*sorted(kinds), None), (True, False))]
    for one, other in combinations(rules, 2):
        if one.variant == other.variant:
            faults.append(f"{one.id}: variant {one.variant} stands there twice")
        elif (
            one.valid_from == other.valid_from
            and _last(one) >= (other.valid_from or date.min)
            and _last(other) >= (one.valid_from or date.min)
            and any(
                (near := one.applies_to.fits(scope)) is not None and near == other.applies_to.fits(scope)
                for scope in scopes
            )
        ):
            faults.append(f"{one.id}: {one.variant} and {other.variant} hold for the same case, and nothing decides")
    return faults


def _named(scopes: Iterable[Names]) -> set[str]:
    return {code for one in scopes if one is not None for code in one}


def _last(one: DeadlineRule) -> date:
    return one.valid_until or date.max
