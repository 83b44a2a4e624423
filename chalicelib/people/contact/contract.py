"""What somebody sends to prove a number: bodies, closed and strict."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from chalicelib.shared.phones import read_phone, takes_texts
from chalicelib.web.request import RequestBody


def _phone(text: str) -> str:
    phone = read_phone(text)
    if phone is None:
        raise PydanticCustomError("phone", "not a phone number")
    return phone


def _mobile(phone: str) -> str:
    if not takes_texts(phone):
        raise PydanticCustomError("mobile", "no text can be sent to this number")
    return phone


Phone = Annotated[str, StringConstraints(max_length=30), AfterValidator(_phone)]
"""A phone number as people write it; it becomes E.164."""

OneTimeCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]


class AskForCode(RequestBody):
    """The number to which a one-time code is to be sent: one that can get a text."""

    phone: Annotated[Phone, AfterValidator(_mobile)]


class PutContact(RequestBody):
    """A number, and the code that came to it by text; without, if the sign-in service has verified the number."""

    phone: Phone
    one_time_code: OneTimeCode | None = None
