"""Appeals as parties and reviewers see them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

from chalicelib.cases.appeals.service import Appeal
from chalicelib.shared.deadline_rules import DeadlineRules
from chalicelib.shared.texts import Language
from chalicelib.web.due_view import DueView
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
    due: DueView
    upheld: bool | None
    reason: str | None
    decided_at: str | None

    @classmethod
    def of(cls, appeal: Appeal, rules: DeadlineRules, language: Language) -> Self:
        """Return the view of an appeal."""
        kept = rules.describe("appeal_reply", appeal.kept)
        status = {None: "filed", True: "upheld", False: "rejected"}[appeal.upheld]
        return cls(
            id=appeal.id,
            kind=appeal.kind,
            status=status,
            by_party=appeal.by_party,
            text=appeal.text,
            created_at=appeal.at,
            due_at=appeal.due_at,
            due=DueView.of(appeal.due_at, kept, language, provisional=appeal.provisional),
            upheld=appeal.upheld,
            reason=appeal.reason,
            decided_at=appeal.decided_at,
        )


class AppealList(View):
    """A case's appeals."""

    items: list[AppealView]
    next_cursor: str | None = None


class AppealDrawing:
    """What it takes to show appeals: the rules' words for appeals that were stored without them."""

    def __init__(self, rules: DeadlineRules) -> None:
        self._rules = rules

    def draw(self, appeal: Appeal, language: Language) -> AppealView:
        """Return the view of an appeal in one language."""
        return AppealView.of(appeal, self._rules, language)

    def in_language(self, language: Language) -> Callable[[Appeal], AppealView]:
        """Return `draw` for one language."""
        return lambda appeal: self.draw(appeal, language)
