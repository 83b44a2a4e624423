"""Evidence: declared, uploaded straight to storage, checked byte by byte, then kept as it is for good."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from chalicelib.cases.evidence.model import Declared, Evidence, Inspection, Upload
from chalicelib.cases.evidence.refusals import EvidenceFinalised, EvidenceLimit, EvidenceNotUploaded
from chalicelib.cases.lifecycle.deciding import decide_until_kept
from chalicelib.cases.lifecycle.decisions import Outcome
from chalicelib.cases.lifecycle.records import CASE_SUBJECT, EVERYBODY, place_of, seen_by
from chalicelib.cases.lifecycle.refusals import CaseClosed
from chalicelib.cases.lifecycle.service import CaseService, Seen
from chalicelib.shared.clock import format_instant
from chalicelib.shared.codes import new_id
from chalicelib.shared.deciding import Pauses
from chalicelib.shared.errors import NotAllowed, NotFound, Unavailable, YimaError
from chalicelib.shared.idempotency import Idempotency, Replayed
from chalicelib.shared.items import Item
from chalicelib.shared.paging import Position, Slice
from chalicelib.shared.records import from_item, to_item
from chalicelib.shared.texts import Text
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from chalicelib.cases.evidence.files import EvidenceFiles
    from chalicelib.cases.lifecycle.store import CaseStore

__all__ = ["Declared", "Evidence", "EvidenceService", "Inspection", "Upload"]

MAX_FILES: Final = 500
_SUBMITTERS: Final = frozenset({"applicant", "respondent", "mediator"})
_READERS: Final = frozenset({"applicant", "respondent", "mediator", "clerk", "court", "reviewer"})
_OPEN: Final = frozenset({"submitted", "accepted", "assigned", "mediating", "agreed", "signed", "confirming"})
_NOT_STORED: Final = frozenset({"filename", "title", "yours"})  # sealed together as `names`; one reader's
_CLOSED: Final = Text("案件已结束，不能再提交材料。", "The case has ended: no more evidence can be added.")
_DIGITS: Final = str.maketrans(dict.fromkeys("-:.TZ", None))


class EvidenceService:
    """Evidence in cases."""

    def __init__(
        self, cases: CaseService, store: CaseStore, files: EvidenceFiles, *, pauses: Pauses | None = None
    ) -> None:
        self._cases = cases
        self._store = store
        self._files = files
        self._pauses = pauses or Pauses()

    def declare(
        self, viewer: Viewer, code: str, declared: Declared, idempotency: Idempotency
    ) -> tuple[Evidence, Upload]:
        """Announce a file; return where to upload it."""
        seen = self._cases.get_case(viewer, code, what="evidence")
        self._check_open(seen)
        party = seen.case.party_of(seen.person)
        file_id = f"{format_instant(seen.now).translate(_DIGITS)}{new_id(8)}"
        evidence = Evidence(
            file_id,
            declared.filename,
            declared.title,
            declared.content_type,
            declared.size,
            declared.sha256,
            declared.visibility,
            "pending",
            None if party is None else party.id,
            seen.relation,
            format_instant(seen.now),
            yours=True,
        )
        result = evidence, self._files.start_upload(file_id, declared, seen.now)
        claim = idempotency.showing(seen.loaded.shown(_owner(evidence)))
        self._store.put_item(seen.case.code, _sk(file_id), _to_item(evidence, seen), idempotency=claim, result=result)
        return result

    def complete(self, viewer: Viewer, code: str, file_id: str, idempotency: Idempotency) -> Evidence:
        """Check what was uploaded, and keep exactly that. Raises `EvidenceNotUploaded`, `EvidenceFinalised`."""
        copies: dict[str, str] = {}  # the kept version of each version in quarantine that this request copied
        try:
            return decide_until_kept(lambda: self._complete(viewer, code, file_id, idempotency, copies), self._pauses)
        except Unavailable:
            raise  # perhaps it was committed: the next attempt that succeeds, or erasure, finds what is too much
        except (YimaError, Replayed):
            for version in copies.values():
                self._files.unkeep(file_id, version)
            raise

    def _complete(
        self, viewer: Viewer, code: str, file_id: str, idempotency: Idempotency, copies: dict[str, str]
    ) -> Evidence | None:
        """Check and keep, or reject; return None if the file was replaced or swept meanwhile."""
        seen, evidence = self._get_file(viewer, code, file_id)
        if not evidence.yours:
            raise NotAllowed
        if evidence.status != "pending":
            raise EvidenceFinalised
        self._check_open(seen)
        found = self._files.inspect(file_id, evidence.content_type, evidence.size, evidence.sha256)
        if found is None:
            raise EvidenceNotUploaded
        if found.fault is not None:
            return self._reject(seen, evidence, found, idempotency)
        kept = copies.get(found.version_id) or self._files.keep(file_id, found.version_id)
        if kept is None:
            return None
        copies[found.version_id] = kept
        return self._accept(seen, evidence, found, kept, idempotency)

    def get_evidence(self, viewer: Viewer, code: str, file_id: str) -> tuple[Evidence, tuple[str, datetime] | None]:
        """Return a file that the viewer may see, and where to download it if it is available."""
        seen, evidence = self._get_file(viewer, code, file_id)
        if evidence.status != "available":
            return evidence, None
        return evidence, self._files.start_download(evidence, seen.now)

    def list_evidence(self, viewer: Viewer, code: str, after: Position | None, limit: int) -> Slice[Evidence]:
        """Return a page of the files that the viewer may see, oldest first.

        Files that they may not see leave no gap, by which they could be counted.
        """
        seen = self._cases.get_case(viewer, code, what="evidence")
        if seen.relation == "mediator":
            page = self._store.list_items(seen.case.code, "EVIDENCE#", after=after, limit=limit)
        else:
            audiences = (EVERYBODY, seen.person) if seen.relation in _READERS else (seen.person,)
            page = self._store.list_seen(seen.case.code, "EVIDENCE#", audiences, after=after, limit=limit)
        return page.map(lambda item: _from_item(item, seen))

    def _get_file(self, viewer: Viewer, code: str, file_id: str) -> tuple[Seen, Evidence]:
        seen = self._cases.get_case(viewer, code, what="evidence")
        item = self._store.find_item(seen.case.code, _sk(file_id))
        if item is None or not _may_see(item, seen):
            raise NotFound
        return seen, _from_item(item, seen)

    def _check_open(self, seen: Seen) -> None:
        if seen.relation not in _SUBMITTERS:
            raise NotAllowed
        if seen.case.status not in _OPEN:
            raise CaseClosed(_CLOSED)
        if seen.case.evidence_count >= MAX_FILES:
            raise EvidenceLimit

    def _accept(
        self, seen: Seen, evidence: Evidence, found: Inspection, kept_version: str, idempotency: Idempotency
    ) -> Evidence:
        kept = replace(evidence, status="available", version_id=kept_version)
        case = replace(seen.case, evidence_count=seen.case.evidence_count + 1)
        data = {
            "evidence": evidence.id,
            "sha256": evidence.sha256,
            "size": evidence.size,
            "content_type": evidence.content_type,
        }
        if evidence.by_party is not None:
            data["party"] = evidence.by_party
        # Held to its status: a rejection changes no version of the case, and may have come first.
        change = self._store.item_change(seen.case.code, _sk(evidence.id), _to_item(kept, seen), was="pending")
        outcome = Outcome(case, "evidence_added", data)
        self._cases.commit(seen, outcome, idempotency, also=[change], result=lambda _: kept, shows=(_owner(evidence),))
        self._files.discard(evidence.id, found.version_id)
        self._files.keep_only(evidence.id, kept_version)
        return kept

    def _reject(self, seen: Seen, evidence: Evidence, found: Inspection, idempotency: Idempotency) -> Evidence:
        rejected = replace(evidence, status="rejected", reason=found.fault)
        self._store.change_item(
            seen.case.code,
            _sk(evidence.id),
            _to_item(rejected, seen),
            was="pending",
            idempotency=idempotency.showing(seen.loaded.shown(_owner(evidence))),
            result=rejected,
        )
        self._files.discard(evidence.id, found.version_id)
        return rejected


def _owner(evidence: Evidence) -> str:
    """Return the data subject whose file it is: the party who handed it in, or the case."""
    return evidence.by_party or CASE_SUBJECT


def _sk(file_id: str) -> str:
    return f"EVIDENCE#{file_id}"


def _may_see(item: Item, seen: Seen) -> bool:
    if item["person"] == seen.person or seen.relation == "mediator":
        return True
    return seen.relation in _READERS and _is_shared(item["visibility"], item["status"])


def _is_shared(visibility: str, status: str) -> bool:
    return visibility == "parties" and status == "available"


def _to_item(evidence: Evidence, seen: Seen) -> Item:
    names = json.dumps({"filename": evidence.filename, "title": evidence.title}, ensure_ascii=False)
    sealed = seen.loaded.keys.seal(_owner(evidence), place_of(_sk(evidence.id), "names"), names)
    audience = EVERYBODY if _is_shared(evidence.visibility, evidence.status) else seen.person
    return {
        **{name: value for name, value in to_item(evidence).items() if name not in _NOT_STORED},
        "person": seen.person,
        "names": sealed,
        **seen_by(seen.case.code, _sk(evidence.id), audience),
    }


def _from_item(item: Item, seen: Seen) -> Evidence:
    opened = seen.loaded.unsealed(place_of(item["sk"], "names"), item["names"], item.get("by_party"))
    names = {"filename": None, "title": None} if opened is None else json.loads(opened)
    return from_item(Evidence, {"by_party": None, **item, **names, "yours": item["person"] == seen.person})
