"""A due date as everybody is shown it: with its rule and its source, and whether its calendar is provisional."""

from __future__ import annotations

from typing import Self

from chalicelib.shared.deadline_rules import KeptRule
from chalicelib.shared.texts import Language
from chalicelib.web.view import View


class DueView(View):
    """When something is due: the last second that is in time. `provisional`: a year's calendar is not published yet."""

    at: str
    provisional: bool
    rule: str
    source: str

    @classmethod
    def of(cls, at: str, kept: KeptRule, language: Language, *, provisional: bool) -> Self:
        """Return the view of a due date that was counted under a rule."""
        return cls(at=at, provisional=provisional, rule=kept.id, source=kept.source.text(language))
