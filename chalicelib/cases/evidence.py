"""Evidence: declared, uploaded straight to storage, checked byte by byte, then kept as it is for good."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, Protocol

from chalicelib.cases.conversation import MessageStore, NothingToSay
from chalicelib.cases.decisions import Outcome
from chalicelib.cases.evidence_records import Declared, Evidence, Inspection, Upload
from chalicelib.cases.records import CASE_SUBJECT, EVERYBODY, VersionConflict, place_of, seen_by
from chalicelib.cases.service import MAX_DECISIONS, CaseService, Seen
from chalicelib.shared.clock import format_instant
from chalicelib.shared.codes import new_id
from chalicelib.shared.errors import Conflict, NotAllowed, NotFound, Unavailable, YimaError
from chalicelib.shared.idempotency import Idempotency, Replayed
from chalicelib.shared.items import Item
from chalicelib.shared.texts import Text
from chalicelib.shared.transactions import Write
from chalicelib.shared.viewer import Viewer

__all__ = ["Declared", "Evidence", "EvidenceService", "Inspection", "Upload"]

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


class Files(Protocol):
    """Where files are kept."""

    def start_upload(self, file_id: str, declared: Declared, now: datetime) -> Upload:
        """Return where exactly this file can be uploaded, for some minutes."""
        ...

    def inspect(self, file_id: str, content_type: str, size: int, sha256: str) -> Inspection | None:
        """Return what is in quarantine, checked; None if nothing is."""
        ...

    def keep(self, file_id: str, version_id: str) -> str | None:
        """Copy that very version out of quarantine; return the kept version, or None if it is there no more."""
        ...

    def discard(self, file_id: str, version_id: str) -> None:
        """Remove a version from quarantine, for good."""
        ...

    def keep_only(self, file_id: str, version_id: str) -> None:
        """Remove every other kept version: those of attempts that came to nothing."""
        ...

    def unkeep(self, file_id: str, version_id: str) -> None:
        """Remove a kept version, for good."""
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
        claim = idempotency.showing(seen.loaded.shown(_owner(evidence)))
        self._store.put_item(seen.case.code, _sk(file_id), _to_item(evidence, seen), idempotency=claim, result=result)
        return result

    def complete(self, viewer: Viewer, code: str, file_id: str, idempotency: Idempotency) -> Evidence:
        """Check what was uploaded, and keep exactly that. Raises `EvidenceNotUploaded`, `EvidenceFinalised`."""
        copies: dict[str, str] = {}  # the kept version of each version in quarantine that this request copied
        try:
            return self._complete(viewer, code, file_id, idempotency, copies)
        except Unavailable:
            raise  # perhaps it was committed: the next attempt that succeeds, or erasure, finds what is too much
        except (YimaError, Replayed):
            for version in copies.values():
                self._files.unkeep(file_id, version)
            raise

    def _complete(
        self, viewer: Viewer, code: str, file_id: str, idempotency: Idempotency, copies: dict[str, str]
    ) -> Evidence:
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
                    return self._reject(seen, evidence, found, idempotency)
                kept = copies.get(found.version_id) or self._files.keep(file_id, found.version_id)
                if kept is None:  # somebody else was faster: what they decided is read anew
                    continue
                copies[found.version_id] = kept
                return self._accept(seen, evidence, found, kept, idempotency)
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
    opened = seen.loaded.unsealed(place_of(item["sk"], "names"), item["names"], item.get("by_party"))
    names = {"filename": None, "title": None} if opened is None else json.loads(opened)
    known = {name: item[name] for name in Evidence.__dataclass_fields__ if name in item}
    return Evidence(**{"by_party": None, **known, **names}, yours=item["person"] == seen.person)
