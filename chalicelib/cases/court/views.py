"""The agreement, and the bundle that a court gets."""

from __future__ import annotations

from typing import Any, Self

from chalicelib.cases.court.agreement import Agreement
from chalicelib.cases.court.service import Bundle
from chalicelib.web.view import View


class SignatureView(View):
    """One party's signature over the agreement's hash."""

    party_id: str
    signed_at: str | None


class AgreementView(View):
    """The agreement as frozen. `sha256`: of the canonical JSON of `terms` and `text`."""

    text: str
    terms: list[str]
    sha256: str
    signatures: list[SignatureView]
    effective_at: str | None

    @classmethod
    def of(cls, agreement: Agreement) -> Self:
        """Return the view of an agreement."""
        signatures = [
            SignatureView(party_id=party.id, signed_at=party.signed_at)
            for party in agreement.case.parties
            if party.signed_at
        ]
        return cls(
            text=agreement.text,
            terms=agreement.terms,
            sha256=agreement.sha256,
            signatures=signatures,
            effective_at=agreement.case.effective_at,
        )


class BundleView(View):
    """What the court gets. `sha256`: of the canonical JSON of `content`; `signature`: over it, in base64 DER."""

    content: dict[str, Any]
    sha256: str
    key_id: str
    algorithm: str = "ECDSA_SHA_256"
    signature: str

    @classmethod
    def of(cls, bundle: Bundle) -> Self:
        """Return the view of a bundle."""
        return cls(content=dict(bundle.content), sha256=bundle.sha256, key_id=bundle.key_id, signature=bundle.signature)
