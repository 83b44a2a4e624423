"""What the court gets: the agreement, who signed, the evidence, the whole chain, every hash, under one signature."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from chalicelib.cases.court.agreement import Agreement, AgreementService
from chalicelib.cases.court.refusals import BundleNotReady
from chalicelib.cases.court.seals import Signing
from chalicelib.cases.lifecycle.digests import to_json
from chalicelib.cases.lifecycle.model import Case, Duty
from chalicelib.cases.lifecycle.service import CaseService, Seen
from chalicelib.shared.clock import format_instant
from chalicelib.shared.codes import show_code
from chalicelib.shared.errors import NotFound
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from chalicelib.cases.lifecycle.store import CaseStore

_READERS: Final = frozenset({"court", "applicant", "respondent", "mediator"})


@dataclass(frozen=True, slots=True)
class Bundle:
    """The bundle: its content, the SHA-256 of its canonical JSON, and the signature over that."""

    content: Mapping[str, Any]
    sha256: str
    key_id: str
    signature: str


class BundleService:
    """Bundles for courts."""

    def __init__(self, cases: CaseService, agreements: AgreementService, store: CaseStore, signing: Signing) -> None:
        self._cases = cases
        self._agreements = agreements
        self._store = store
        self._signing = signing

    def get_bundle(self, viewer: Viewer, code: str, purpose: str) -> Bundle:
        """Return a case's bundle for a purpose, to its parties, its mediator and the court; raise `BundleNotReady`.

        `confirmation`: the agreement is in force; `filing` of a suit: that, or the mediation is over; `enforcement`: a
        court has confirmed it.
        """
        seen = self._cases.get_case(viewer, code, what="bundle")
        if seen.relation not in _READERS:
            raise NotFound
        if not _READY[purpose](seen.case):
            raise BundleNotReady
        content = self._content(seen, purpose)
        sha256 = hashlib.sha256(to_json(content).encode()).hexdigest()
        return Bundle(content, sha256, self._signing.key_id, self._signing.sign(sha256))

    def _content(self, seen: Seen, purpose: str) -> dict[str, Any]:
        case = seen.case
        agreement = self._agreements.find_present(seen)
        filed = seen.loaded.text_of("p1")
        return {
            "code": show_code(case.code),
            "for": purpose,
            "made_at": format_instant(seen.now),
            "status": case.status,
            "dispute_type": case.dispute_type,
            "region": case.region,
            "organisation": case.organisation,
            "mediator": case.mediator,
            "title": filed.get("title"),
            "facts": filed.get("facts"),
            "claims": filed.get("claims", []),
            "amount_cents": case.amount_cents,
            "parties": [
                {
                    "id": party.id,
                    "role": party.role,
                    "kind": party.kind,
                    "name": seen.loaded.text_of(party.id).get("name"),
                    "terms_version": party.terms_version,
                    "consented_at": party.consented_at,
                    "signed_at": party.signed_at,
                    "applied_at": party.applied_at,
                }
                for party in case.parties
            ],
            "agreement": None if agreement is None else _agreement(agreement),
            "duties": [_duty(duty, seen) for duty in case.duties],
            "court": case.court,
            "document_no": case.document_no,
            "evidence": [
                {name: item[name] for name in ("id", "content_type", "size", "sha256", "created_at")}
                for item in self._store.every_item(case.code, "EVIDENCE#")
                if item["status"] == "available" and item["visibility"] == "parties"
            ],
            "events": [
                {
                    "seq": event.seq,
                    "at": event.at,
                    "event": event.name,
                    "actor_role": event.actor_role,
                    "prev_hash": event.prev_hash,
                    "hash": event.hash,
                }
                for event in self._store.list_events(case.code)
            ],
            "head": case.head,
        }


def _agreement(agreement: Agreement) -> dict[str, Any]:
    case = agreement.case
    return {
        "text": agreement.text,
        "terms": agreement.terms,
        "sha256": agreement.sha256,
        "effective_at": case.effective_at,
        "countersigned_at": case.countersigned_at,
        "sealed_at": case.sealed_at,
        "countersigned_by": case.countersigned_by,
        "seal": None if case.seal is None else asdict(case.seal),
        "recorded_at": case.recorded_at,
    }


def _duty(duty: Duty, seen: Seen) -> dict[str, Any]:
    return {
        "n": duty.n,
        "text": seen.loaded.text_of_duty(duty.n),
        "payer": duty.payer,
        "payee": duty.payee,
        "amount_cents": duty.amount_cents,
        "due_on": duty.due_on,
        "state": duty.state,
    }


_READY: Final[Mapping[str, Callable[[Case], bool]]] = {
    "confirmation": lambda case: case.effective_at is not None and case.recorded_at is None,
    "filing": lambda case: case.effective_at is not None or case.state.ended,
    "enforcement": lambda case: case.document_no is not None,
}
"""Whether a case has what each bundle is for."""
