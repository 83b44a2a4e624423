"""Appeals as parties and reviewers see them."""

from __future__ import annotations

from typing import Self

from chalicelib.cases.appeals.service import Appeal
from chalicelib.web.view import View


class AppealView(View):
    """An appeal. `status`: filed, upheld or rejected. `text`, `reason`: null once the appellant was erased."""

    id: str
    kind: str
    status: str
    by_party: str
    text: str | None
    created_at: str
    due_at: str
    upheld: bool | None
    reason: str | None
    decided_at: str | None

    @classmethod
    def of(cls, appeal: Appeal) -> Self:
        """Return the view of an appeal."""
        status = {None: "filed", True: "upheld", False: "rejected"}[appeal.upheld]
        return cls(
            id=appeal.id,
            kind=appeal.kind,
            status=status,
            by_party=appeal.by_party,
            text=appeal.text,
            created_at=appeal.at,
            due_at=appeal.due_at,
            upheld=appeal.upheld,
            reason=appeal.reason,
            decided_at=appeal.decided_at,
        )


class AppealList(View):
    """A case's appeals."""

    items: list[AppealView]
    next_cursor: str | None = None
