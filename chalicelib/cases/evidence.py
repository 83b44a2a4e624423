"""Evidence: declared, uploaded straight to storage, checked byte by byte, then kept as it is for good."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Protocol

from chalicelib.cases.conversation import MessageStore, NothingToSay
from chalicelib.cases.decisions import Outcome
from chalicelib.cases.records import CASE_SUBJECT, EVERYBODY, VersionConflict, seen_by
from chalicelib.cases.service import MAX_DECISIONS, CaseService, Seen
from chalicelib.shared.clock import format_instant
from chalicelib.shared.codes import new_id
from chalicelib.shared.errors import Conflict, NotAllowed, NotFound
from chalicelib.shared.idempotency import Idempotency
from chalicelib.shared.items import Item
from chalicelib.shared.texts import Text
from chalicelib.shared.transactions import Write
from chalicelib.shared.viewer import Viewer

MAX_FILES: Final = 500
_SUBMITTERS: Final = frozenset({"applicant", "respondent", "mediator"})
_READERS: Final = frozenset({"applicant", "respondent", "mediator", "clerk", "court", "reviewer"})
_OPEN: Final = frozenset({"submitted", "accepted", "assigned", "mediating", "agreed", "signed", "confirming"})
_CLOSED: Final = Text("案件已结束，不能再提交材料。", "The case has ended: no more evidence can be added.")
_DIGITS: Final = str.maketrans(dict.fromkeys("-:.TZ", None))


class EvidenceLimit(Conflict):
    """More files than a case may have."""

    slug = "evidence-limit"
    title = Text("材料数量已达上限", "The case has as much evidence as it may have")
    remedy = Text("每案最多 500 份材料；请合并后再提交。", "500 files a case; put several into one.")


class EvidenceFinalised(Conflict):
    """A file that was checked before."""

    slug = "evidence-finalised"
    title = Text("该材料已核验完毕", "This evidence was checked already")
    remedy = Text("材料一经核验不能更换；如需更正请另行提交。", "It cannot be replaced; submit another file.")


class EvidenceNotUploaded(Conflict):
    """A file that is to be checked before it has arrived."""

    slug = "evidence-not-uploaded"
    title = Text("尚未收到文件", "The file has not arrived")
    remedy = Text("请先按 upload 中的地址上传文件，再确认。", "Upload it as `upload` says, then complete it.")


@dataclass(frozen=True, slots=True)
class Declared:
    """A file as it is announced. `sha256`: lower-case hex."""

    filename: str
    content_type: str
    size: int
    sha256: str
    title: str
    visibility: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file of a case. `status`: pending, available or rejected (then `reason` says why); names None once erased."""

    id: str
    filename: str | None
    title: str | None
    content_type: str
    size: int
    sha256: str
    visibility: str
    status: str
    by_party: str | None
    by_role: str
    created_at: str
    yours: bool
    reason: str | None = None
    version_id: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """Where and how to upload: an HTML form's fields."""

    url: str
    fields: Mapping[str, str]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found in storage: which version, and what is wrong with it, if anything."""

    version_id: str
    fault: str | None


class Files(Protocol):
    """Where files are kept."""

    def start_upload(self, file_id: str, declared: Declared, now: datetime) -> Upload:
        """Return where exactly this file can be uploaded, for some minutes."""
        ...

    def inspect(self, file_id: str, content_type: str, size: int, sha256: str) -> Inspection | None:
        """Return what is in quarantine, checked; None if nothing is."""
        ...

    def keep(self, file_id: str, version_id: str) -> str:
        """Copy that very version out of quarantine; return the kept version."""
        ...

    def discard(self, file_id: str) -> None:
        """Remove what is in quarantine."""
        ...

    def start_download(self, evidence: Evidence, now: datetime) -> tuple[str, datetime]:
        """Return where the kept version can be downloaded, and until when."""
        ...


class EvidenceStore(MessageStore, Protocol):
    """Where evidence is listed."""

    def change_item(self, code: str, sk: str, values: Item, *, was: str, idempotency: Idempotency, result: Any) -> Any:
        """Replace an item whose status is `was`; raise `VersionConflict`."""
        ...

    def item_change(self, code: str, sk: str, values: Item, *, was: str) -> Write:
        """Return that change as one write of a larger transaction."""
        ...


class EvidenceService:
    """Evidence in cases."""

    def __init__(self, cases: CaseService, store: EvidenceStore, files: Files) -> None:
        self._cases = cases
        self._store = store
        self._files = files

    def declare(
        self, viewer: Viewer, code: str, declared: Declared, idempotency: Idempotency
    ) -> tuple[Evidence, Upload]:
        """Announce a file; return where to upload it."""
        seen = self._cases.get(viewer, code, what="evidence")
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
        self._store.put_item(
            seen.case.code, _sk(file_id), _to_item(evidence, seen), idempotency=idempotency, result=result
        )
        return result

    def complete(self, viewer: Viewer, code: str, file_id: str, idempotency: Idempotency) -> Evidence:
        """Check what was uploaded, and keep exactly that. Raises `EvidenceNotUploaded`, `EvidenceFinalised`."""
        for _ in range(MAX_DECISIONS):
            seen, evidence = self._find(viewer, code, file_id)
            if not evidence.yours:
                raise NotAllowed
            if evidence.status != "pending":
                raise EvidenceFinalised
            self._check_open(seen)
            found = self._files.inspect(file_id, evidence.content_type, evidence.size, evidence.sha256)
            if found is None:
                raise EvidenceNotUploaded
            try:
                if found.fault is not None:
                    return self._reject(seen, evidence, found.fault, idempotency)
                return self._accept(seen, evidence, found.version_id, idempotency)
            except VersionConflict:
                continue
        raise Conflict

    def get(self, viewer: Viewer, code: str, file_id: str) -> tuple[Evidence, tuple[str, datetime] | None]:
        """Return a file that the viewer may see, and where to download it if it is available."""
        seen, evidence = self._find(viewer, code, file_id)
        if evidence.status != "available":
            return evidence, None
        return evidence, self._files.start_download(evidence, seen.now)

    def list_evidence(
        self, viewer: Viewer, code: str, after: Mapping[str, Any] | None, limit: int
    ) -> tuple[list[Evidence], Mapping[str, Any] | None]:
        """Return a page of the files that the viewer may see, oldest first, and the position to go on from.

        Files that they may not see leave no gap, by which they could be counted.
        """
        seen = self._cases.get(viewer, code, what="evidence")
        if seen.relation == "mediator":
            items, position = self._store.list_items(seen.case.code, "EVIDENCE#", after=after, limit=limit)
        else:
            audiences = (EVERYBODY, seen.person) if seen.relation in _READERS else (seen.person,)
            items, position = self._store.list_seen(seen.case.code, "EVIDENCE#", audiences, after=after, limit=limit)
        return [_from_item(item, seen) for item in items], position

    def _find(self, viewer: Viewer, code: str, file_id: str) -> tuple[Seen, Evidence]:
        seen = self._cases.get(viewer, code, what="evidence")
        item = self._store.find_item(seen.case.code, _sk(file_id))
        if item is None or not _may_see(item, seen):
            raise NotFound
        return seen, _from_item(item, seen)

    def _check_open(self, seen: Seen) -> None:
        if seen.relation not in _SUBMITTERS:
            raise NotAllowed
        if seen.case.status not in _OPEN:
            raise NothingToSay(_CLOSED)
        if seen.case.evidence_count >= MAX_FILES:
            raise EvidenceLimit

    def _accept(self, seen: Seen, evidence: Evidence, version_id: str, idempotency: Idempotency) -> Evidence:
        kept = replace(evidence, status="available", version_id=self._files.keep(evidence.id, version_id))
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
        self._cases.commit(seen, Outcome(case, "evidence_added", data), idempotency, also=[change], result=kept)
        self._files.discard(evidence.id)
        return kept

    def _reject(self, seen: Seen, evidence: Evidence, fault: str, idempotency: Idempotency) -> Evidence:
        rejected = replace(evidence, status="rejected", reason=fault)
        self._store.change_item(
            seen.case.code,
            _sk(evidence.id),
            _to_item(rejected, seen),
            was="pending",
            idempotency=idempotency,
            result=rejected,
        )
        self._files.discard(evidence.id)
        return rejected


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
    audience = EVERYBODY if _is_shared(evidence.visibility, evidence.status) else seen.person
    sealed = seen.loaded.keys.seal(evidence.by_party or CASE_SUBJECT, f"evidence#{evidence.id}", names)
    values = {
        name: getattr(evidence, name)
        for name in (
            "id",
            "content_type",
            "size",
            "sha256",
            "visibility",
            "status",
            "by_party",
            "by_role",
            "created_at",
            "reason",
            "version_id",
        )
    }
    return {
        **{name: value for name, value in values.items() if value is not None},
        "person": seen.person,
        "names": sealed,
        **seen_by(seen.case.code, _sk(evidence.id), audience),
    }


def _from_item(item: Item, seen: Seen) -> Evidence:
    opened = seen.loaded.unsealed(f"evidence#{item['id']}", item["names"], item.get("by_party"))
    names = {"filename": None, "title": None} if opened is None else json.loads(opened)
    known = {name: item[name] for name in Evidence.__dataclass_fields__ if name in item}
    return Evidence(**{"by_party": None, **known, **names}, yours=item["person"] == seen.person)
