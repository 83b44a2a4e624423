"""What clients send about cases and their actions: bodies and queries, closed and strict."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from chalicelib.cases.fields import IdentityNumber, Phone, Reason, Yes, text_field
from chalicelib.cases.lifecycle.stages.mediation import END_GROUNDS
from chalicelib.web.plain_text import plain_text
from chalicelib.web.request import Query, RequestBody
from chalicelib.web.times import Day

Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(plain_text)
]
TermsVersion = Annotated[str, StringConstraints(min_length=1, max_length=40)]
"""A version of the terms (`GET /v1/terms`)."""

PartyId = Annotated[str, StringConstraints(pattern=r"^p[1-9][0-9]{0,2}$")]
"""A party of a case: `p1` is the applicant."""

EvidenceId = Annotated[str, StringConstraints(pattern=r"^[0-9]{17}[0-9A-Z]{8}$")]
"""The id of a piece of evidence, and no words: it stands in the open, where a party's words do not."""

MAX_AMOUNT_CENTS: Final = 10**13  # a hundred thousand million yuan: above that, a typo


Region = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
"""A district or another division of the country, as a code (GB/T 2260)."""


class Applicant(RequestBody):
    """Who files: the caller. `region`: where they live (habitually), or have their office: it decides on the court."""

    name: Name
    id_number: IdentityNumber | None = None
    phone: Phone
    address: text_field(300) | None = None  # type: ignore[valid-type]
    region: Region | None = None


class Respondent(RequestBody):
    """Whom the dispute is with. `region`: where they live or have their office, as far as the applicant knows."""

    name: Name
    phone: Phone | None = None
    kind: Literal["person", "organisation"] = "person"
    region: Region | None = None


class Agreed(RequestBody):
    """What every party says: which terms they agree to, that they mediate honestly, where papers reach them.

    Without `service_address` papers go where the party was reached before.
    """

    terms_version: TermsVersion
    honest_mediation: Yes
    service_address: text_field(300) | None = None  # type: ignore[valid-type]


class FileCase(Agreed):
    """A new dispute. `subject_region`: where the home, land or thing in dispute is; in labour, the place of work.

    `again`: file it although a case of the same type against the same respondents is open.
    """

    dispute_type: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    region: Region
    subject_region: Region | None = None
    title: text_field(100)  # type: ignore[valid-type]
    facts: text_field(20_000)  # type: ignore[valid-type]
    claims: list[text_field(1000)] = Field(default_factory=list, max_length=20)  # type: ignore[valid-type]
    amount_cents: int | None = Field(default=None, ge=0, le=MAX_AMOUNT_CENTS)
    applicant: Applicant
    respondents: list[Respondent] = Field(min_length=1, max_length=10)
    preferred_modes: list[Literal["video", "phone", "onsite"]] = Field(default_factory=list, max_length=3)
    again: bool = False


class ActionBody(RequestBody):
    """The details of one action."""

    def details(self) -> dict[str, Any]:
        """Return the fields as `CaseService.act` takes them."""
        return self.model_dump()


class NoDetails(ActionBody):
    """An action that needs no details."""


REFUSALS: Final = ("not_covered", "no_jurisdiction", "already_decided", "not_civil", "abusive", "other")
"""Why an organisation does not take a case."""


class Refuse(ActionBody):
    """Why a case is not accepted."""

    reason: Literal[REFUSALS]  # type: ignore[valid-type]
    note: Reason | None = None


class Pass(ActionBody):
    """Why a mediator does not take a case."""

    reason: Literal["conflict", "load", "other"]
    note: Reason | None = None


class BecauseOf(ActionBody):
    """Why."""

    reason: Reason


class Transfer(ActionBody):
    """Which organisation is to take the case, and why."""

    organisation_id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,60}$")]
    reason: Reason


class ChooseMediator(ActionBody):
    """The mediator whom a party chooses; null: the organisation is to assign one."""

    mediator_id: Annotated[str, StringConstraints(min_length=1, max_length=128)] | None


class Take(ActionBody):
    """What ties the mediator has with anybody in the case; null: none."""

    disclosure: Reason | None = None


class AnswerChallenge(ActionBody):
    """Whether another mediator is assigned, and why."""

    granted: bool
    reason: Reason


class OptionalReason(ActionBody):
    """Why, if the person wants to say."""

    reason: Reason | None = None


class Consent(Agreed, ActionBody):
    """Agreement to mediation, under these terms."""


class MarkUnreachable(ActionBody):
    """Who could not be reached; without it, whoever was tried often enough. The recorded attempts are counted."""

    party_id: PartyId | None = None


class Assign(ActionBody):
    """Who is to mediate."""

    mediator_id: Annotated[str, StringConstraints(min_length=1, max_length=128)]


class Term(RequestBody):
    """A term of an agreement. With `payer` and `payee` (party ids) it is a duty, whose performance can be followed."""

    text: text_field(2000)  # type: ignore[valid-type]
    payer: PartyId | None = None
    payee: PartyId | None = None
    amount_cents: int | None = Field(default=None, ge=0, le=MAX_AMOUNT_CENTS)
    due_on: Day | None = None

    @model_validator(mode="after")
    def _two_sides(self) -> Self:
        if (self.payer is None) != (self.payee is None) or (self.payer is not None and self.payer == self.payee):
            raise PydanticCustomError("duty", "a duty has a payer and a payee, who are two parties")
        return self


def _term(given: object) -> object:
    return {"text": given} if isinstance(given, str) else given


class Draft(ActionBody):
    """The agreement's text and its terms one by one. A bare text is a term that says nothing of who owes what."""

    text: text_field(20_000)  # type: ignore[valid-type]
    terms: list[Annotated[Term, BeforeValidator(_term, json_schema_input_type=Term)]] = Field(
        default_factory=list, max_length=50
    )


class Sign(ActionBody):
    """A signature over the agreement's hash."""

    agreement_sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$")]


class AnswerEnquiry(ActionBody):
    """What a party tells the court: they agreed of their free will, know what it means, and want it confirmed."""

    voluntary: bool
    understood: bool
    accepted: bool


class ApplyConfirmation(ActionBody):
    """Which court, or arbitration commission, is asked, and what the party declares (`GET …/courts` lists both)."""

    court_id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,60}$")]
    declarations: list[Annotated[str, StringConstraints(min_length=1, max_length=60)]] = Field(max_length=40)


class Supplement(ActionBody):
    """What papers the court still wants, and the last day for them."""

    what: Reason
    until: Day

    def details(self) -> dict[str, Any]:
        """Return the last day as a date."""
        return {"what": self.what, "until": date.fromisoformat(self.until)}


class AnswerSupplement(ActionBody):
    """What a party answers the court, and the evidence that they added for it."""

    text: Reason | None = None
    evidence_ids: list[EvidenceId] = Field(max_length=50)


class AboutDuty(ActionBody):
    """A word on a duty's performance, if the person wants to say one."""

    note: Reason | None = None


class End(ActionBody):
    """Why the mediation ends (one of the eight grounds)."""

    ground: Literal[END_GROUNDS]  # type: ignore[valid-type]
    note: Reason | None = None


class Extend(ActionBody):
    """The last day of the longer period."""

    until: Day

    def details(self) -> dict[str, Any]:
        """Return the last day as a date."""
        return {"until": date.fromisoformat(self.until)}


class Confirm(ActionBody):
    """The number of the court's ruling."""

    document_no: text_field(100)  # type: ignore[valid-type]


class Join(RequestBody):
    """An invite code as the respondent got it."""

    invite_code: Annotated[str, StringConstraints(min_length=1, max_length=60)]


class ReadCase(Query):
    """Why a member of staff reads; without it, the purpose of their function is noted."""

    purpose: Literal["case_handling", "judicial_confirmation", "appeal_review", "supervision", "complaint"] | None = (
        None
    )
