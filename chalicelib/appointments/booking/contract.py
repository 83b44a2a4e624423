"""What clients send about appointments: bodies, closed and strict."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from chalicelib.appointments.fields import Code, Id, Minutes, Mode
from chalicelib.web.plain_text import plain_text
from chalicelib.web.request import ListQuery, RequestBody
from chalicelib.web.times import Day, Instant

MAX_CONFIRMED: Final = 50

Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000), AfterValidator(plain_text)
]


class BookAppointment(RequestBody):
    """A session as asked for."""

    case_code: Code
    start: Instant
    minutes: Minutes = 60
    mode: Mode
    mediator_id: Id | None = None


class ListAppointments(ListQuery):
    """Which of my appointments; days in Asia/Shanghai, both counted."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    role: Literal["party", "mediator", "organisation", "clerk"] | None = None
    status: (
        Literal["requested", "confirmed", "held", "no_show", "unreported", "cancelled", "declined", "expired"] | None
    ) = None
    case: Code | None = None
    first: Day | None = Field(default=None, alias="from")
    last: Day | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first is not None and self.last is not None and self.first > self.last:
            raise PydanticCustomError("out_of_order", "`from` is after `to`")
        return self


class NoDetails(RequestBody):
    """An action that needs no details."""


class OptionalReason(RequestBody):
    """Why, if the person wants to say."""

    reason: Reason | None = None


class Cancel(RequestBody):
    """Why the session is cancelled."""

    reason: Reason


class Decline(RequestBody):
    """Why the mediator declines, and other times that would do."""

    reason: Reason
    alternatives: list[Instant] = Field(default_factory=list, max_length=5)


class Reschedule(RequestBody):
    """The new start."""

    start: Instant
    mediator_id: Id | None = None


class Complete(RequestBody):
    """How long the session took."""

    minutes: int = Field(ge=1, le=600)


class NoShow(RequestBody):
    """Who did not come: a party, or the mediator."""

    party_id: Annotated[str, StringConstraints(min_length=1, max_length=20)] | None = None
    mediator: bool = False

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.party_id is None) == (not self.mediator):
            raise PydanticCustomError("one_of", "give either `party_id` or `mediator`")
        return self


class ConfirmMany(RequestBody):
    """The requests to confirm, each once."""

    ids: list[Id] = Field(min_length=1, max_length=MAX_CONFIRMED)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.ids)) != len(self.ids):
            raise PydanticCustomError("repeated", "an id stands here twice")
        return self
