"""What clients send about cases and their actions: bodies and queries, closed and strict."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from chalicelib.cases.fields import Reason, text_field
from chalicelib.cases.lifecycle.stages.mediation import END_GROUNDS
from chalicelib.web.plain_text import plain_text
from chalicelib.web.request import Query, RequestBody
from chalicelib.web.times import Day

_PHONE: Final = re.compile(r"(?:\+?86[- ]?)?1[3-9]\d{9}|0\d{2,3}[- ]?\d{7,8}|\+\d{6,15}")
_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS: Final = "10X98765432"


def _phone(text: str) -> str:
    if not _PHONE.fullmatch(text):
        raise PydanticCustomError("phone", "not a phone number")
    return text


def _identity_number(text: str) -> str:
    number = text.upper()
    born = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
    if not re.fullmatch(r"\d{17}[\dX]", number, re.ASCII) or not _is_date(born):
        raise PydanticCustomError("identity_number", "not a resident identity number")
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, number[:17], strict=True))
    if _ID_CHECKS[total % 11] != number[17]:
        raise PydanticCustomError("identity_number", "not a resident identity number")
    return number


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text) >= date(1850, 1, 1)
    except ValueError:
        return False


Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(plain_text)
]
Phone = Annotated[str, StringConstraints(max_length=30), AfterValidator(_phone)]
IdentityNumber = Annotated[str, StringConstraints(max_length=18), AfterValidator(_identity_number)]
"""A resident identity number: 18 characters, ISO 7064 MOD 11-2 check character (GB 11643-1999)."""

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


class FileCase(RequestBody):
    """A new dispute. `subject_region`: where the home, land or thing in dispute is; in labour, the place of work."""

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
    terms_version: Annotated[str, StringConstraints(min_length=1, max_length=40)]


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


class Consent(ActionBody):
    """Agreement to mediation, under these terms."""

    terms_version: Annotated[str, StringConstraints(min_length=1, max_length=40)]


class Attempt(RequestBody):
    """One attempt to reach a respondent."""

    at: text_field(40)  # type: ignore[valid-type]
    channel: text_field(40) = "phone"  # type: ignore[valid-type]
    note: text_field(500) | None = None  # type: ignore[valid-type]


class MarkUnreachable(ActionBody):
    """The record of at least two attempts."""

    attempts: list[Attempt | Annotated[str, StringConstraints(min_length=1, max_length=500)]] = Field(
        min_length=2, max_length=20
    )


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
