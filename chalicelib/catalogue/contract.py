"""What clients send to look services up: the contract's "Public" services part."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.catalogue.filters import Filters
from chalicelib.catalogue.model import (
    Audience,
    Channel,
    ServiceType,
    Theme,
)
from chalicelib.web.request import ListQuery, Query

MAX_QUERY_LENGTH = 500


class SearchServices(ListQuery):
    """What to look for. Filters are joined by "and"."""

    q: str | None = Field(default=None, max_length=MAX_QUERY_LENGTH, description="Words, pinyin, initials or English.")
    theme: Theme | None = None
    department: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    type: ServiceType | None = None
    audience: Audience | None = None
    channel: Channel | None = None
    region: Annotated[str, Field(pattern=r"^[0-9]{2,12}$")] | None = Field(default=None, description="GB/T 2260 code.")

    def to_filters(self) -> Filters:
        """Return the filters for the search."""
        return Filters(
            theme=self.theme,
            department=self.department,
            type=self.type,
            audience=self.audience,
            channel=self.channel,
            region=self.region,
        )


class SuggestServices(Query):
    """What is being typed."""

    q: str = Field(default="", max_length=MAX_QUERY_LENGTH)
