"""What clients send about ratings: bodies, closed and strict."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints

from chalicelib.ratings.rating.rules import RatingRules
from chalicelib.web.plain_text import plain_text
from chalicelib.web.request import ListQuery, Query, RequestBody

_RULES: Final = RatingRules.load()

Level = Annotated[int, Field(ge=1, le=5)]
Said = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=_RULES.max_text),
    AfterValidator(plain_text),
]
TargetText = Annotated[
    str, StringConstraints(pattern=r"^(service|staff|organisation|channel):[^\s#]{1,128}$", max_length=150)
]
Number = Annotated[str, StringConstraints(strip_whitespace=True, min_length=6, max_length=30)]
Channel = Literal["window", "online", "mobile", "self_service"]


class TargetRating(RequestBody):
    """What is said of one target. A bad level (1, 2) needs a tag or a text."""

    target: TargetText
    level: Level
    tags: list[Annotated[str, StringConstraints(min_length=1, max_length=40)]] = Field(default=[], max_length=10)
    text: Said | None = None


class Rate(RequestBody):
    """A rating by an invitation. What is left out is not rated."""

    invitation_id: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    ratings: list[TargetRating] = Field(min_length=1, max_length=4)
    anonymous: bool = True


class AddFollowUp(RequestBody):
    """The citizen's later word."""

    level: Level | None = None
    text: Said


class RecordVisit(RequestBody):
    """A visit or a completion. `citizen_ref`: a one-time code, a phone or an identity number."""

    service_code: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    citizen_ref: Number
    channel: Channel
    staff_id: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\s#]+$")]
    completed: bool


class PutContact(RequestBody):
    """Numbers by which staff at a window may find me; only blind indexes of them are kept."""

    phone: Number | None = None
    id_number: Number | None = None


class Note(RequestBody):
    """What was done."""

    note: Said | None = None


class Reply(RequestBody):
    """The official reply, which is public."""

    reply: Said


class Hide(RequestBody):
    """Why a rating's text is hidden; the reason is public."""

    reason: Said


class OfTarget(ListQuery):
    """Whose ratings."""

    target: TargetText


class SummaryOf(Query):
    """Whose figures."""

    target: TargetText


class ListBad(ListQuery):
    """Which bad ratings."""

    status: Literal["opened", "contacted", "fixing", "replied", "closed"] | None = None
    overdue: bool | None = None
