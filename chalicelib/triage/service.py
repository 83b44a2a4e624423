"""The use cases of triage: list dispute types, find the type of a text, publish the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from chalicelib.shared.errors import InvalidRequest, Violation
from chalicelib.shared.texts import Text
from chalicelib.triage.model import Triage, triage
from chalicelib.triage.rules import RuleSet
from chalicelib.triage.types import DisputeType, DisputeTypes, Subtype

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

    def name_of(self, code: str) -> Text | None:
        """Return the name of a type of either level, or None."""
        found = self.types.find(code)
        return None if found is None else found.name

    def check_type(self, code: str) -> DisputeType | Subtype:
        """Return the type of a code; raise `InvalidRequest` if there is none."""
        found = self.types.find(code)
        if found is None:
            said = "没有此纠纷类型，见 /v1/dispute-types / no such type, see /v1/dispute-types"
            raise InvalidRequest(violations=(Violation("/dispute_type", "unknown", said),))
        return found
