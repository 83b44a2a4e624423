"""The agreement of a case, as its parties, its staff and the court may read it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from chalicelib.cases.effect import EffectRules, mediation_of
from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.records import place_of
from chalicelib.cases.lifecycle.service import CaseService, Seen
from chalicelib.shared.clock import SHANGHAI, parse_instant
from chalicelib.shared.errors import NotFound
from chalicelib.shared.texts import Text
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from chalicelib.cases.lifecycle.store import CaseStore

_READERS: Final = frozenset({"applicant", "respondent", "mediator", "clerk", "court", "reviewer", "supervisor"})


@dataclass(frozen=True, slots=True)
class Agreement:
    """The agreement as it was frozen for signing, or recorded. `sha256`: what signatures are made over.

    `title`: of the case; `names`: of the parties by id, but for those who were erased. `organisation_name`,
    `mediator_name`: of who mediated, None if they are no longer in the directory.
    """

    case: Case
    title: str | None
    names: Mapping[str, str]
    organisation_name: str | None
    mediator_name: str | None
    text: str
    terms: list[dict[str, Any]]
    sha256: str

    @property
    def effect(self) -> tuple[Text, Text]:
        """What puts it in force, in words, and the source."""
        rules, case = EffectRules.load(), self.case
        if case.recorded_at is not None:
            return rules.oral_effect
        day = parse_instant(case.effective_at or case.since).astimezone(SHANGHAI).date()
        rule = rules.rule_for(mediation_of(case), day)
        return rule.text, rule.source


class Named(Protocol):
    """Something with a name."""

    @property
    def name(self) -> str:
        """The name."""
        ...


class Directory(Protocol):
    """Where the names of who mediates are found."""

    def find_organisation(self, organisation_id: str) -> Named | None:
        """Return an organisation, or None."""
        ...

    def find_mediator_name(self, organisation_id: str, mediator_id: str) -> str | None:
        """Return a mediator's name, or None."""
        ...


class AgreementService:
    """Agreements."""

    def __init__(self, cases: CaseService, store: CaseStore, directory: Directory) -> None:
        self._cases = cases
        self._store = store
        self._directory = directory

    def get_agreement(self, viewer: Viewer, code: str) -> Agreement:
        """Return the present agreement; raise `NotFound` if none was drafted."""
        seen = self._cases.get_case(viewer, code, what="agreement")
        if seen.relation not in _READERS:
            raise NotFound
        agreement = self.find_present(seen)
        if agreement is None:
            raise NotFound
        return agreement

    def find_present(self, seen: Seen) -> Agreement | None:
        """Return the present agreement of a case; None if none was drafted, or its words are gone."""
        case = seen.case
        if case.agreement_sha256 is None:
            return None
        item = self._store.find_item(case.code, f"AGREEMENT#{case.agreement_no:03d}")
        if item is None:
            return None
        opened = seen.loaded.unsealed(place_of(item["sk"], "agreement"), item["agreement"])
        if opened is None:
            return None
        content = json.loads(opened)
        names = {party.id: seen.loaded.text_of(party.id).get("name") for party in case.parties}
        organisation = self._directory.find_organisation(case.organisation)
        mediator = case.countersigned_by or case.mediator
        return Agreement(
            case,
            title=seen.loaded.text_of("p1").get("title"),
            names={party: name for party, name in names.items() if name},
            organisation_name=None if organisation is None else organisation.name,
            mediator_name=mediator and self._directory.find_mediator_name(case.organisation, mediator),
            text=content["text"],
            terms=content["terms"],
            sha256=item["sha256"],
        )
