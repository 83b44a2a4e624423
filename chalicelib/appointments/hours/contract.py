"""What comes in: a mediator's hours."""

from __future__ import annotations

import itertools
from typing import Annotated, Final, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from chalicelib.appointments.fields import Id, Mode
from chalicelib.appointments.rules import BookingRules
from chalicelib.web.request import Query, RequestBody
from chalicelib.web.times import Day
from chalicelib.web.view import View

_RULES: Final = BookingRules.load()

TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


def _in_order(spans: list[list[str]]) -> list[list[str]]:
    flat = [time for span in spans for time in span]
    if any(later <= earlier for earlier, later in itertools.pairwise(flat)):
        raise PydanticCustomError("out_of_order", "spans must be in order, and must not touch")
    return spans


Span = Annotated[list[TimeOfDay], Field(min_length=2, max_length=2)]
Spans = Annotated[list[Span], Field(max_length=6), AfterValidator(_in_order)]


class _Range(View):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True, defer_build=True)

    first: Day = Field(alias="from")
    last: Day = Field(alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first > self.last:
            raise PydanticCustomError("out_of_order", "`from` is after `to`")
        return self


class Weekly(RequestBody):
    """Hours of each day of the week, as `["09:00", "12:00"]`; a day that is left out is off."""

    mon: Spans = Field(default_factory=list)
    tue: Spans = Field(default_factory=list)
    wed: Spans = Field(default_factory=list)
    thu: Spans = Field(default_factory=list)
    fri: Spans = Field(default_factory=list)
    sat: Spans = Field(default_factory=list)
    sun: Spans = Field(default_factory=list)


class DayHours(RequestBody):
    """The hours of one day; empty: a day off."""

    date: Day
    hours: Spans


class PutAvailability(RequestBody):
    """A mediator's hours."""

    weekly: Weekly
    exceptions: list[DayHours] = Field(default_factory=list, max_length=200)
    leave: list[_Range] = Field(default_factory=list, max_length=50)
    buffer_minutes: int = Field(default=_RULES.buffer_minutes, ge=0, le=120)
    modes: list[Mode] = Field(default=["video", "phone", "onsite"], min_length=1, max_length=3)
    daily_cap: int = Field(default=_RULES.daily_cap, ge=1, le=20)


class HoursQuery(Query):
    """At which organisation, for a mediator who works for several; else at the viewer's own, or the first."""

    organisation: Id | None = None
