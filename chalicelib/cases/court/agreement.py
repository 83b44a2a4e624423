"""The agreement of a case, as its parties, its staff and the court may read it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.records import place_of
from chalicelib.cases.lifecycle.service import CaseService, Seen
from chalicelib.shared.errors import NotFound
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from chalicelib.cases.lifecycle.store import CaseStore

_READERS: Final = frozenset({"applicant", "respondent", "mediator", "clerk", "court", "reviewer", "supervisor"})


@dataclass(frozen=True, slots=True)
class Agreement:
    """The agreement as it was frozen for signing. `sha256`: what signatures are made over."""

    case: Case
    text: str
    terms: list[dict[str, Any]]
    sha256: str


class AgreementService:
    """Agreements."""

    def __init__(self, cases: CaseService, store: CaseStore) -> None:
        self._cases = cases
        self._store = store

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
        return Agreement(case, content["text"], content["terms"], item["sha256"])
