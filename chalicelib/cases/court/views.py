"""The agreement, the courts that may be asked about it, and the bundle that they get."""

from __future__ import annotations

from typing import Any, Self

from chalicelib.cases.court.agreement import Agreement
from chalicelib.cases.court.choice import Choice, Choices
from chalicelib.cases.court.seals import KINDS
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


class CountersignatureView(View):
    """The mediator's signature over the agreement's hash. `by`: the mediator's id."""

    by: str
    by_name: str | None
    at: str


class SealView(View):
    """The organisation's seal. `by`: the organisation's id; `kind`: what it is, `kind_name` in words.

    `signature`: in base64, over `signed_text`, by the key `key_id` with `algorithm` (docs/OPERATIONS.md says how to
    check it).
    """

    by: str
    by_name: str | None
    at: str
    kind: str
    kind_name: str
    signed_text: str
    signature: str
    key_id: str
    algorithm: str


class AgreementView(View):
    """The agreement as frozen. `sha256`: of the canonical JSON of `terms` and `text`.

    `oral`: whether it was made orally, and the mediator recorded it at `recorded_at`; `signatures` are then the
    parties' confirmations of the record. `effect`: what puts it in force, with its source.
    """

    text: str
    terms: list[TermView]
    sha256: str
    signatures: list[SignatureView]
    countersignature: CountersignatureView | None
    seal: SealView | None
    countersigned_at: str | None
    sealed_at: str | None
    effective_at: str | None
    effect: str
    effect_source: str
    oral: bool
    recorded_at: str | None

    @classmethod
    def of(cls, agreement: Agreement, language: Language) -> Self:
        """Return the view of an agreement in one language."""
        effect, source = agreement.effect
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
            countersignature=_countersignature(agreement),
            seal=_seal(agreement, language),
            countersigned_at=agreement.case.countersigned_at,
            sealed_at=agreement.case.sealed_at,
            effective_at=agreement.case.effective_at,
            effect=effect.text(language),
            effect_source=source.text(language),
            oral=agreement.case.recorded_at is not None,
            recorded_at=agreement.case.recorded_at,
        )


def _countersignature(agreement: Agreement) -> CountersignatureView | None:
    case = agreement.case
    if case.countersigned_at is None or case.countersigned_by is None:
        return None
    return CountersignatureView(by=case.countersigned_by, by_name=agreement.mediator_name, at=case.countersigned_at)


def _seal(agreement: Agreement, language: Language) -> SealView | None:
    case, seal = agreement.case, agreement.case.seal
    if seal is None or case.sealed_at is None:
        return None
    return SealView(
        by=seal.by,
        by_name=agreement.organisation_name,
        at=case.sealed_at,
        kind=seal.kind,
        kind_name=KINDS[seal.kind].text(language),
        signed_text=seal.signed_text,
        signature=seal.signature,
        key_id=seal.key_id,
        algorithm=seal.algorithm,
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
