"""Kinds of text that bodies of several topics hold."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, StringConstraints

from chalicelib.web.plain_text import plain_text


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
