"""What cases keep about one person: given to them, or erased; and what holds that up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from chalicelib.cases.lifecycle.deciding import decide_until_kept
from chalicelib.cases.lifecycle.decisions import Outcome
from chalicelib.cases.lifecycle.records import Listed, place_of
from chalicelib.cases.lifecycle.service import CaseService, Seen
from chalicelib.cases.privacy.holds import Holds
from chalicelib.people.public import LegalHold
from chalicelib.shared.clock import Clock
from chalicelib.shared.codes import show_code
from chalicelib.shared.crypto import Pseudonyms
from chalicelib.shared.deciding import Pauses
from chalicelib.shared.paging import read_all
from chalicelib.shared.transactions import Write
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from chalicelib.cases.evidence.files import EvidenceFiles
    from chalicelib.cases.lifecycle.store import CaseStore

_PAGE: Final = 100


class CasePrivacy:
    """A party's rights in their cases."""

    def __init__(
        self,
        cases: CaseService,
        store: CaseStore,
        files: EvidenceFiles,
        holds: Holds,
        *,
        pseudonyms: Callable[[], Pseudonyms],
        clock: Clock,
        pauses: Pauses | None = None,
    ) -> None:
        self._cases = cases
        self._store = store
        self._files = files
        self._holds = holds
        self._pauses = pauses or Pauses()
        self._pseudonyms = pseudonyms
        self._clock = clock

    def export(self, viewer: Viewer) -> list[dict[str, Any]]:
        """Return the viewer's cases with what they wrote and what was recorded about them."""
        return [self._export_one(self._cases.get_case(viewer, listed.code)) for listed in self._mine(viewer)]

    def held_by(self, viewer: Viewer) -> list[str]:
        """Return the codes of the viewer's cases whose data must be kept for now."""
        found = ((code, self._store.find_case(code)) for code in self._codes_of(viewer))
        now = self._clock.now()
        return [show_code(code) for code, case in found if case is not None and self._holds.holds(case, now)]

    def erase(self, viewer: Viewer) -> int:
        """Delete the viewer's keys and files in every case of theirs; return how many cases that was.

        Raises `LegalHold` for a case whose data must be kept after all: an appeal may have come first.
        """
        codes = self._codes_of(viewer)
        for code in codes:
            self._erase_one(viewer, code)
        return len(codes)

    def forget(self, person: str) -> list[Write]:
        """Return the writes by which nobody finds a person's cases any more."""
        return [
            *self._store.code_deletes(person, self._store.list_codes_of(person)),
            *self._store.same.deletes(person),
        ]

    def _codes_of(self, viewer: Viewer) -> list[str]:
        return self._store.list_codes_of(self._pseudonyms().of(viewer.subject))

    def _erase_one(self, viewer: Viewer, code: str) -> None:
        """Delete keys first, held to the state that allows it; then the files, which no key of ours encrypts."""
        decide_until_kept(lambda: self._try_to_erase(viewer, code), self._pauses)

    def _try_to_erase(self, viewer: Viewer, code: str) -> bool:
        """Return whether there was anything to erase; raise `LegalHold`, `VersionConflict`."""
        seen = self._cases.get_state(viewer, code)
        party = seen.case.party_of(seen.person)
        if party is None:
            return False
        left = self._store.list_subjects(code)
        others = [one.id for one in seen.case.parties if one.person and one.id != party.id and one.id in left]
        staying = others[0] if others else None
        # With the last party who has an account goes everything: the common record, and whoever never came.
        gone = {party.id} & left if staying is not None else left
        if gone:
            self._delete_keys(seen, party.id, gone, staying)
        self._destroy_files(code, None if staying is None else party.id)
        return True

    def _delete_keys(self, seen: Seen, party_id: str, gone: set[str], staying: str | None) -> None:
        if self._holds.holds(seen.case, seen.now):
            raise LegalHold.of([show_code(seen.case.code)])
        writes = self._store.key_deletes(seen.case.code, gone, staying=staying)
        # An event of the case: whatever changes its state at the same time comes first, and is decided on, or fails.
        self._cases.commit(seen, Outcome(seen.case, "erased", {"party": party_id}), None, also=writes)

    def _destroy_files(self, code: str, party_id: str | None) -> None:
        """Destroy a party's files, or all of a case; whatever their state, kept and in quarantine."""
        for item in self._store.every_item(code, "EVIDENCE#"):
            if party_id is None or item.get("by_party") == party_id:
                self._files.destroy(item["id"])

    def _mine(self, viewer: Viewer) -> Iterator[Listed]:
        person = self._pseudonyms().of(viewer.subject)
        lists = self._store.lists
        return read_all(lambda after: lists.list_cases("PARTY", person, after=after, limit=_PAGE, status=None))

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
            "your_data": {} if party is None else seen.loaded.data_of(party.id),
            "consented_at": None if party is None else party.consented_at,
            "signed_at": None if party is None else party.signed_at,
            "evidence": []
            if party is None
            else [
                {name: item[name] for name in ("id", "content_type", "size", "sha256", "created_at")}
                for item in self._store.every_item(case.code, "EVIDENCE#")
                if item.get("by_party") == party.id and "version_id" in item
            ],
            "messages": [
                {
                    "at": item["at"],
                    "to": item["to"],
                    "text": seen.loaded.unsealed(place_of(item["sk"], "text"), item["text"], item["from_party"]),
                }
                for item in self._store.every_item(case.code, "MESSAGE#")
                if item["person"] == seen.person
            ],
        }
