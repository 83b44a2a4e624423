"""The agreement, the courts that may be asked about it, and the bundle that they get."""

from __future__ import annotations

from typing import Any, Self

from chalicelib.cases.court.agreement import Agreement
from chalicelib.cases.court.choice import Choice, Choices
from chalicelib.cases.court.service import Bundle
from chalicelib.shared.texts import Language
from chalicelib.web.view import View


class TermView(View):
    """A term. With `payer` and `payee` (party ids) it is a duty; the case shows what became of it."""

    text: str
    payer: str | None
    payee: str | None
    amount_cents: int | None
    due_on: str | None


class SignatureView(View):
    """One party's signature over the agreement's hash."""

    party_id: str
    signed_at: str | None


class AgreementView(View):
    """The agreement as frozen. `sha256`: of the canonical JSON of `terms` and `text`.

    `countersigned_at`, `sealed_at`: when the mediator signed it, and the organisation sealed it.
    """

    text: str
    terms: list[TermView]
    sha256: str
    signatures: list[SignatureView]
    countersigned_at: str | None
    sealed_at: str | None
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
            terms=[TermView(**term) for term in agreement.terms],
            sha256=agreement.sha256,
            signatures=signatures,
            countersigned_at=agreement.case.countersigned_at,
            sealed_at=agreement.case.sealed_at,
            effective_at=agreement.case.effective_at,
        )


class CompetentCourtView(View):
    """A court or commission that may be asked.

    `because`: why, in words; `because_codes`: the same as codes; `until`: the last instant in time; `rule`: its rule.
    """

    id: str
    name: str
    kind: str
    because: list[str]
    because_codes: list[str]
    until: str | None
    provisional: bool
    rule: str
    bring: list[str]

    @classmethod
    def of(cls, one: Choice, language: Language) -> Self:
        """Return the view of a court in one language."""
        court = one.court
        return cls(
            id=court.id,
            name=court.name_en if language == "en" and court.name_en else court.name,
            kind=court.kind,
            because=[reason.text(language) for reason in one.because],
            because_codes=list(one.codes),
            until=one.until,
            provisional=one.provisional,
            rule=one.rule,
            bring=[each.text(language) for each in one.bring],
        )


class DeclarationView(View):
    """Something that each party declares. `places`: at which kinds of place, `court` or `arbitration`."""

    id: str
    text: str
    source: str
    places: list[str]


class CautionView(View):
    """Something to know before applying; it refuses nothing."""

    text: str
    source: str


class CourtList(View):
    """Who may be asked about an agreement. `notes`: what else is so, such as why the list is empty."""

    items: list[CompetentCourtView]
    declarations: list[DeclarationView]
    warnings: list[CautionView]
    notes: list[str]

    @classmethod
    def of(cls, choices: Choices, language: Language) -> Self:
        """Return the view of the choices in one language."""
        return cls(
            items=[CompetentCourtView.of(one, language) for one in choices.items],
            declarations=[
                DeclarationView(
                    id=one.id,
                    text=one.text.text(language),
                    source=one.source.text(language),
                    places=sorted(one.places),
                )
                for one in choices.declarations
            ],
            warnings=[
                CautionView(text=one.text.text(language), source=one.source.text(language)) for one in choices.cautions
            ],
            notes=[one.text(language) for one in choices.notes],
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
