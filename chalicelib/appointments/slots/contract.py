"""What comes in: queries for slots."""

from __future__ import annotations

from typing import Self

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from chalicelib.appointments.fields import Code, Id, Minutes, Mode
from chalicelib.web.request import Query
from chalicelib.web.times import Day


class ListSlots(Query):
    """Where to look for a session: for a case, or for an organisation; days in Asia/Shanghai."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    case: Code | None = None
    organisation: Id | None = None
    mediator: Id | None = None
    first: Day | None = Field(default=None, alias="from")
    last: Day | None = Field(default=None, alias="to")
    minutes: Minutes = 60
    mode: Mode | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.case is None) == (self.organisation is None):
            raise PydanticCustomError("one_of", "give either `case` or `organisation`")
        if self.first is not None and self.last is not None and self.first > self.last:
            raise PydanticCustomError("out_of_order", "`from` is after `to`")
        return self
