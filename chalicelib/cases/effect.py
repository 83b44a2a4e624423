"""When an agreement is in force: which acts make it so, and whether it may be oral. Rules as data; pure.

Used by `lifecycle`, which decides by it, and by `court`, which shows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final, Protocol, Self

from chalicelib.cases.type_scope import EVERY, TypeScope
from chalicelib.shared.rule_files import read_rules
from chalicelib.shared.texts import Text


@dataclass(frozen=True, slots=True)
class Mediation:
    """What the rules ask of a mediation.

    `organisation_kind`: as in the directory; `court_invited`: the directory's mark; `commissioned_after_filing`:
    whether a court sent the case after it had filed the suit.
    """

    organisation_kind: str
    dispute_type: str
    court_invited: bool = False
    commissioned_after_filing: bool = False


class Mediated(Protocol):
    """A case, as far as the rules ask of it."""

    @property
    def organisation_kind(self) -> str | None:
        """The kind of its organisation when it got the case."""
        ...

    @property
    def dispute_type(self) -> str:
        """What it is about."""
        ...

    @property
    def court_invited(self) -> bool:
        """Whether a court invited that organisation."""
        ...


def mediation_of(case: Mediated) -> Mediation:
    """Return what the rules ask of a case."""
    return Mediation(case.organisation_kind or "", case.dispute_type, case.court_invited)


@dataclass(frozen=True, slots=True)
class EffectRule:
    """How an agreement takes effect.

    `acts`: what must all be done (`sign`, `countersign`, `seal`), the others after every party's signature, in any
    order; `effective_at` is the instant of the last. None: it takes effect outside, by the court's own document.
    `then`: acts that remain to be done when it is in force.
    """

    id: str
    acts: tuple[str, ...] | None
    then: tuple[str, ...]
    text: Text
    source: Text
    valid_from: date
    valid_until: date | None
    types: TypeScope
    applies_to: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Oral:
    """Whether an agreement may be oral, recorded by the mediator; if not, why."""

    allowed: bool
    reason: Text
    source: Text


class EffectRules:
    """The rules of effect."""

    def __init__(self, version: str, rules: Sequence[EffectRule], oral: Mapping[str, Any]) -> None:
        self.version = version
        self.rules = tuple(rules)
        self._oral = oral

    @classmethod
    @cache
    def load(cls) -> Self:
        """Return the rules that ship; read once a process."""
        return cls.of(read_rules("effect"))

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Return the rules of a document such as `effect.json`."""
        return cls(document["version"], [_rule(one) for one in document["rules"]], document["oral"])

    def rule_for(self, mediation: Mediation, on: date) -> EffectRule:
        """Return the rule that fits best on a day.

        The court's invitation is compared first, then how closely the type is named, then the organisation's kind;
        between equals the later law. There is always one: the last rule of the file is for everything.
        """
        fitting = [
            (rank, one)
            for one in self.rules
            if one.valid_from <= on <= (one.valid_until or on) and (rank := _rank(one, mediation)) is not None
        ]
        return max(fitting, key=lambda pair: (pair[0], pair[1].valid_from))[1]

    @property
    def oral_effect(self) -> tuple[Text, Text]:
        """When an oral agreement is in force, and the source (人民调解法 art. 28, 30)."""
        return Text(**self._oral["text"]), Text(**self._oral["source"])

    @property
    def oral_confirmation(self) -> Text:
        """Why an oral agreement cannot be confirmed before it is written down, with the source."""
        reason, source = Text(**self._oral["confirmation"]), Text(**self._oral["confirmation_source"])
        return Text(f"{reason.zh}（{source.zh}）", f"{reason.en} ({source.en})")

    def oral(self, mediation: Mediation) -> Oral:
        """Return whether this agreement may be oral (人民调解法 art. 28; 特邀调解规定 art. 23).

        Where the law asks for writing under a condition that nobody here can know, writing is asked for.
        """
        for one in self._oral["not_allowed"]:
            if TypeScope.of(one).covers(mediation.dispute_type):
                return Oral(allowed=False, reason=Text(**one["reason"]), source=Text(**one["source"]))
        for one in self._oral["allowed"]:
            if _fits(one, mediation):
                return Oral(allowed=True, reason=Text(**self._oral["text"]), source=Text(**one["source"]))
        return Oral(allowed=False, reason=_WRITTEN, source=Text(**self._oral["source"]))


_WRITTEN: Final = Text("该调解组织的调解协议应当采用书面形式。", "Agreements of this organisation are made in writing.")


def _fits(scope: Mapping[str, Any], mediation: Mediation) -> bool:
    kinds = scope.get("organisation_kinds", EVERY)
    marks = ("court_invited", "commissioned_after_filing")
    return (kinds == EVERY or mediation.organisation_kind in kinds) and all(
        scope[mark] is getattr(mediation, mark) for mark in marks if mark in scope
    )


def _rank(rule: EffectRule, mediation: Mediation) -> tuple[bool, bool, int, bool] | None:
    precision = rule.types.precision(mediation.dispute_type)
    if precision is None or not _fits(rule.applies_to, mediation):
        return None
    scope = rule.applies_to
    return (
        "court_invited" in scope,
        "commissioned_after_filing" in scope,
        precision,
        scope["organisation_kinds"] != EVERY,
    )


def _rule(one: Mapping[str, Any]) -> EffectRule:
    acts, until = one["effective_after"], one["valid_until"]
    return EffectRule(
        id=one["id"],
        acts=None if acts is None else tuple(acts),
        then=tuple(one["then"]),
        text=Text(**one["text"]),
        source=Text(**one["source"]),
        valid_from=date.fromisoformat(one["valid_from"]),
        valid_until=None if until is None else date.fromisoformat(until),
        types=TypeScope.of(one["applies_to"]),
        applies_to=one["applies_to"],
    )
