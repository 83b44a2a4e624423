"""Visits as window staff see them, and what citizens show at a window."""

from __future__ import annotations

from typing import Any, Self

from chalicelib.ratings.visits.model import Recorded
from chalicelib.web.view import View


class VisitView(View):
    """A recorded visit: how many invitations it earned. Nothing about the citizen."""

    visit_id: str
    at: str
    invitations: list[dict[str, Any]]

    @classmethod
    def of(cls, recorded: Recorded) -> Self:
        """Return the view of a recorded visit."""
        return cls(
            visit_id=recorded.id,
            at=recorded.at,
            invitations=[
                {"because": one.because, "targets": [each.target for each in one.targets], "expires_at": one.expires_at}
                for one in recorded.invitations
            ],
        )


class VisitCode(View):
    """A one-time code to show at a window."""

    code: str
    expires_at: str
