"""What people send about how they want to be told: closed and strict."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from chalicelib.web.request import RequestBody


class PreferencesBody(RequestBody):
    """How I want to be told. The inbox shows everything whatever this says."""

    language: Literal["zh", "en"] = "zh"
    channels: list[Literal["sms", "push"]] = Field(default=["sms", "push"], max_length=2)
