"""What clients send to rate and to read ratings: bodies and queries, closed and strict."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints

from chalicelib.ratings.rating.rules import RatingRules
from chalicelib.web.plain_text import plain_text
from chalicelib.web.request import ListQuery, Query, RequestBody

_RULES: Final = RatingRules.load()

Level = Annotated[int, Field(ge=1, le=5)]
Words = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=_RULES.max_text),
    AfterValidator(plain_text),
]
TargetText = Annotated[
    str, StringConstraints(pattern=r"^(service|staff|organisation|channel):[^\s#]{1,128}$", max_length=150)
]


class TargetRating(RequestBody):
    """What is said of one target. A bad level (1, 2) needs a tag or a text."""

    target: TargetText
    level: Level
    tags: list[Annotated[str, StringConstraints(min_length=1, max_length=40)]] = Field(default=[], max_length=10)
    text: Words | None = None


class Rate(RequestBody):
    """A rating by an invitation. What is left out is not rated."""

    invitation_id: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    ratings: list[TargetRating] = Field(min_length=1, max_length=4)
    anonymous: bool = True


class AddFollowUp(RequestBody):
    """The citizen's later word."""

    level: Level | None = None
    text: Words


class OfTarget(ListQuery):
    """Whose ratings."""

    target: TargetText


class SummaryOf(Query):
    """Whose figures."""

    target: TargetText
