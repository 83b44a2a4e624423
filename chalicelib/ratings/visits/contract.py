"""What window staff send about visits: bodies, closed and strict."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from chalicelib.web.request import RequestBody

Reference = Annotated[str, StringConstraints(strip_whitespace=True, min_length=6, max_length=30)]
Channel = Literal["window", "online", "mobile", "self_service"]


class RecordVisit(RequestBody):
    """A visit or a completion. `citizen_ref`: a one-time code, or a phone number that the citizen has proved."""

    service_code: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    citizen_ref: Reference
    channel: Channel
    staff_id: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\s#]+$")]
    completed: bool
