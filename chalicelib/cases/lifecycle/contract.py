"""What clients send about cases: bodies, closed and strict."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from chalicelib.cases.lifecycle.transitions import END_GROUNDS
from chalicelib.web.plain_text import plain_text
from chalicelib.web.request import ListQuery, Query, RequestBody
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


def _text(longest: int, *, shortest: int = 1) -> Any:
    return Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=shortest, max_length=longest),
        AfterValidator(plain_text),
    ]


Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(plain_text)
]
Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(plain_text)
]
Phone = Annotated[str, StringConstraints(max_length=30), AfterValidator(_phone)]
IdentityNumber = Annotated[str, StringConstraints(max_length=18), AfterValidator(_identity_number)]
"""A resident identity number: 18 characters, ISO 7064 MOD 11-2 check character (GB 11643-1999)."""

MAX_AMOUNT_CENTS: Final = 10**13  # a hundred thousand million yuan: above that, a typo


class Applicant(RequestBody):
    """Who files: the caller."""

    name: Name
    id_number: IdentityNumber | None = None
    phone: Phone
    address: _text(300) | None = None  # type: ignore[valid-type]


class Respondent(RequestBody):
    """Whom the dispute is with."""

    name: Name
    phone: Phone | None = None
    kind: Literal["person", "organisation"] = "person"


class FileCase(RequestBody):
    """A new dispute."""

    dispute_type: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    region: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
    title: _text(100)  # type: ignore[valid-type]
    facts: _text(20_000)  # type: ignore[valid-type]
    claims: list[_text(1000)] = Field(default_factory=list, max_length=20)  # type: ignore[valid-type]
    amount_cents: int | None = Field(default=None, ge=0, le=MAX_AMOUNT_CENTS)
    applicant: Applicant
    respondents: list[Respondent] = Field(min_length=1, max_length=10)
    preferred_modes: list[Literal["video", "phone", "onsite"]] = Field(default_factory=list, max_length=3)
    terms_version: Annotated[str, StringConstraints(min_length=1, max_length=40)]


class NoDetails(RequestBody):
    """An action that needs no details."""


class Refuse(RequestBody):
    """Why a case is not accepted."""

    reason: Reason


class OptionalReason(RequestBody):
    """Why, if the person wants to say."""

    reason: Reason | None = None


class Consent(RequestBody):
    """Agreement to mediation, under these terms."""

    terms_version: Annotated[str, StringConstraints(min_length=1, max_length=40)]


class Attempt(RequestBody):
    """One attempt to reach a respondent."""

    at: _text(40)  # type: ignore[valid-type]
    channel: _text(40) = "phone"  # type: ignore[valid-type]
    note: _text(500) | None = None  # type: ignore[valid-type]


class MarkUnreachable(RequestBody):
    """The record of at least two attempts."""

    attempts: list[Attempt | Annotated[str, StringConstraints(min_length=1, max_length=500)]] = Field(
        min_length=2, max_length=20
    )


class Assign(RequestBody):
    """Who is to mediate."""

    mediator_id: Annotated[str, StringConstraints(min_length=1, max_length=128)]


class Draft(RequestBody):
    """The agreement's text and its terms one by one."""

    text: _text(20_000)  # type: ignore[valid-type]
    terms: list[_text(2000)] = Field(default_factory=list, max_length=50)  # type: ignore[valid-type]


class Sign(RequestBody):
    """A signature over the agreement's hash."""

    agreement_sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$")]


class End(RequestBody):
    """Why the mediation ends (one of the eight grounds)."""

    ground: Literal[END_GROUNDS]  # type: ignore[valid-type]
    note: Reason | None = None


class Extend(RequestBody):
    """The last day of the longer period."""

    until: Day


class Confirm(RequestBody):
    """The number of the court's ruling."""

    document_no: _text(100)  # type: ignore[valid-type]


class Join(RequestBody):
    """An invite code as the respondent got it."""

    invite_code: Annotated[str, StringConstraints(min_length=1, max_length=60)]


class SendMessage(RequestBody):
    """A message. `for_settlement`: an offer made to settle, which is not evidence against who made it."""

    text: _text(5000)  # type: ignore[valid-type]
    to: Literal["all", "mediator"] = "all"
    for_settlement: bool = False


class FileAppeal(RequestBody):
    """An appeal against how the case was handled, or against its outcome."""

    kind: Literal["process", "outcome"]
    text: _text(5000)  # type: ignore[valid-type]


class DecideAppeal(RequestBody):
    """The reviewer's decision."""

    upheld: bool
    reason: Reason


Role = Literal["party", "applicant", "respondent", "clerk", "organisation", "mediator", "court", "reviewer"]


class ReadCase(Query):
    """Why a member of staff reads; without it, the purpose of their function is noted."""

    purpose: Literal["case_handling", "judicial_confirmation", "appeal_review", "supervision", "complaint"] | None = (
        None
    )


class ListCases(ListQuery):
    """Which of my cases."""

    role: (
        Literal["party", "applicant", "respondent", "clerk", "organisation", "mediator", "court", "reviewer"] | None
    ) = None
    status: Annotated[str, StringConstraints(max_length=30)] | None = None
