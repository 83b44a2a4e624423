"""What clients ask about agreements."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from chalicelib.web.request import Query


class GetBundle(Query):
    """What the bundle is for: judicial confirmation, a suit, or enforcement."""

    purpose: Literal["confirmation", "filing", "enforcement"] = Field(default="confirmation", alias="for")
