"""What cases keep about one person: given to them, or erased; and what holds that up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from chalicelib.cases.records import Listed
from chalicelib.cases.service import CaseService, Seen
from chalicelib.shared.codes import show_code
from chalicelib.shared.viewer import Viewer

_PAGE = 100


class KeyStore(Protocol):
    """Where keys of data subjects, and items of cases, are kept."""

    def delete_key(self, code: str, subject: str) -> None:
        """Delete a subject's key: what it encrypted cannot be read any more."""
        ...

    def every_item(self, code: str, prefix: str) -> Iterator[dict[str, Any]]:
        """Yield every item of a case."""
        ...


class Files(Protocol):
    """Where files of evidence are kept."""

    def destroy(self, file_id: str, version_id: str) -> None:
        """Remove a kept version for good."""
        ...


class CasePrivacy:
    """A party's rights in their cases."""

    def __init__(self, cases: CaseService, store: KeyStore, files: Files) -> None:
        self._cases = cases
        self._store = store
        self._files = files

    def export(self, viewer: Viewer) -> list[dict[str, Any]]:
        """Return the viewer's cases with what they wrote and what was recorded about them."""
        return [self._export_one(self._cases.get(viewer, listed.code)) for listed in self._mine(viewer)]

    def held_by(self, viewer: Viewer) -> list[str]:
        """Return the codes of cases that are open, or may still be appealed: their data must be kept."""
        open_codes = []
        for listed in self._mine(viewer):
            seen = self._cases.get(viewer, listed.code)
            if not seen.case.state.ended or seen.case.deadlines:
                open_codes.append(show_code(listed.code))
        return open_codes

    def erase(self, viewer: Viewer) -> int:
        """Delete the viewer's files and key in every case of theirs; return how many cases that was."""
        erased = 0
        for listed in self._mine(viewer):
            seen = self._cases.get(viewer, listed.code)
            party = seen.case.party_of(seen.person)
            if party is not None:
                for item in self._evidence_of(listed.code, party.id):
                    self._files.destroy(item["id"], item["version_id"])
                self._store.delete_key(listed.code, party.id)
                erased += 1
        return erased

    def _evidence_of(self, code: str, party_id: str) -> list[dict[str, Any]]:
        """Return the kept files of a party."""
        items = self._store.every_item(code, "EVIDENCE#")
        return [item for item in items if item.get("by_party") == party_id and "version_id" in item]

    def _mine(self, viewer: Viewer) -> Iterator[Listed]:
        after: Mapping[str, Any] | None = None
        while True:
            found, after = self._cases.list_cases(viewer, "party", None, after, _PAGE)
            yield from found
            if after is None:
                return

    def _export_one(self, seen: Seen) -> dict[str, Any]:
        case = seen.case
        party = case.party_of(seen.person)
        return {
            "code": show_code(case.code),
            "status": case.status,
            "dispute_type": case.dispute_type,
            "region": case.region,
            "organisation": case.organisation,
            "created_at": case.created_at,
            "updated_at": case.updated_at,
            "you": seen.relation,
            "your_data": {} if party is None else seen.loaded.text_of(party.id),
            "consented_at": None if party is None else party.consented_at,
            "signed_at": None if party is None else party.signed_at,
            "evidence": []
            if party is None
            else [
                {name: item[name] for name in ("id", "content_type", "size", "sha256", "created_at")}
                for item in self._evidence_of(case.code, party.id)
            ],
            "messages": [
                {
                    "at": item["at"],
                    "to": item["to"],
                    "text": seen.loaded.unsealed(
                        f"message#{item['sk'].removeprefix('MESSAGE#')}", item["text"], item["from_party"]
                    ),
                }
                for item in self._store.every_item(case.code, "MESSAGE#")
                if item["person"] == seen.person
            ],
        }
