"""What clients ask of lists of cases."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from chalicelib.web.request import ListQuery


class ListCases(ListQuery):
    """Which of my cases. `due`: by the next date of each; `organisation`: whose cases a supervisor lists."""

    role: (
        Literal[
            "party",
            "applicant",
            "respondent",
            "clerk",
            "organisation",
            "mediator",
            "court",
            "reviewer",
            "supervisor",
        ]
        | None
    ) = None
    status: Annotated[str, StringConstraints(max_length=30)] | None = None
    due: Literal["overdue", "24h", "week"] | None = None
    organisation: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,60}$")] | None = None
