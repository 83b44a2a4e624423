"""Kinds of values that bodies and queries of several topics hold."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from chalicelib.appointments.rules import BookingRules

_RULES: Final = BookingRules.load()

Mode = Literal["video", "phone", "onsite"]
Code = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=128)]
Minutes = Annotated[int, Field(ge=_RULES.min_minutes, le=_RULES.max_minutes, multiple_of=_RULES.grid_minutes)]
