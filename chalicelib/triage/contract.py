"""What people send to triage: closed and strict."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from chalicelib.web.plain_text import plain_text
from chalicelib.web.request import RequestBody


class TriageText(RequestBody):
    """What happened, in one's own words; answers to questions that triage asked, and `region`."""

    text: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000), AfterValidator(plain_text)
    ]
    answers: (
        dict[Annotated[str, StringConstraints(max_length=40)], Annotated[str, StringConstraints(max_length=100)]] | None
    ) = Field(default=None, max_length=10)
