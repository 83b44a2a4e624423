"""Kinds of text and numbers that bodies of several topics hold."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

from chalicelib.shared.phones import read_phone
from chalicelib.web.plain_text import plain_text

_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS: Final = "10X98765432"


def _phone(text: str) -> str:
    if read_phone(text) is None:
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


def _boolean(value: object) -> object:
    if type(value) is not bool:  # a literal takes 1 for true
        raise PydanticCustomError("bool_type", "not a boolean")
    return value


def text_field(longest: int) -> Any:
    """Return the type of a text of 1 to `longest` characters, without spaces around it and invisible characters."""
    return Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=longest),
        AfterValidator(plain_text),
    ]


Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(plain_text)
]
"""Why somebody does something, in their own words."""

Yes = Annotated[Literal[True], BeforeValidator(_boolean)]
"""What must be said in so many words: true, and nothing that only counts as true."""

Phone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=30), AfterValidator(_phone)]

IdentityNumber = Annotated[str, StringConstraints(max_length=18), AfterValidator(_identity_number)]
"""A resident identity number: 18 characters, ISO 7064 MOD 11-2 check character (GB 11643-1999)."""
