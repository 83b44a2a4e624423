"""What comes in: a wish for a slot."""

from __future__ import annotations

from typing import Self

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from chalicelib.appointments.fields import Code, Minutes, Mode
from chalicelib.web.request import Query, RequestBody
from chalicelib.web.times import Day


class JoinWaitlist(RequestBody):
    """What the case waits for: days, both counted, and modes."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)

    case_code: Code
    first: Day = Field(alias="from")
    last: Day = Field(alias="to")
    modes: list[Mode] = Field(default=["video", "phone", "onsite"], min_length=1, max_length=3)
    minutes: Minutes = 60

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first > self.last:
            raise PydanticCustomError("out_of_order", "`from` is after `to`")
        return self


class WaitlistQuery(Query):
    """Whose place in the line."""

    case_code: Code


class LeaveWaitlist(RequestBody):
    """Whose place in the line; what was wished for may be repeated."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)

    case_code: Code
    first: Day | None = Field(default=None, alias="from")
    last: Day | None = Field(default=None, alias="to")
    modes: list[Mode] | None = None
    minutes: Minutes | None = None
