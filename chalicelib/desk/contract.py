"""What clients ask of desks."""

from __future__ import annotations

from typing import Literal

from chalicelib.desk.model import Kind
from chalicelib.web.request import ListQuery, Query

Function = Literal["clerk", "mediator", "court", "reviewer", "supervisor", "window"]


class DeskQuery(ListQuery):
    """What of my desk. `due`: what is late, due within 24 hours or within a week; `role`: for who has several."""

    due: Literal["overdue", "24h", "week"] | None = None
    kind: Kind | None = None
    role: Function | None = None


class CountsQuery(Query):
    """Whose desk is counted."""

    role: Function | None = None


class ArrivalsQuery(ListQuery):
    """What came new on my desk."""

    kind: Kind | None = None
    role: Function | None = None
