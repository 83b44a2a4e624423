"""The agreement of a case, as its parties, its staff and the court may read it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.records import place_of
from chalicelib.cases.lifecycle.service import CaseService
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
        case = seen.case
        if seen.relation not in _READERS or case.agreement_sha256 is None:
            raise NotFound
        item = self._store.find_item(case.code, f"AGREEMENT#{case.agreement_no:03d}")
        if item is None:
            raise NotFound
        opened = seen.loaded.unsealed(place_of(item["sk"], "agreement"), item["agreement"])
        if opened is None:
            raise NotFound
        content = json.loads(opened)
        return Agreement(case, content["text"], content["terms"], item["sha256"])
