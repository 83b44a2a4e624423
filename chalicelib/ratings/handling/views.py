"""Bad ratings as those who handle them see them, and bursts of ratings: nobody is named."""

from __future__ import annotations

from chalicelib.ratings.rating.model import STEPS, Rating
from chalicelib.ratings.rating.views import (
    FollowUpView,
    JudgementView,
    RatingDrawing,
    StepView,
    SubjectView,
    show_follow_up,
    show_subject,
)
from chalicelib.shared.texts import Language
from chalicelib.web.due_view import DueView
from chalicelib.web.view import View


class BadRatingView(View):
    """A bad rating as those who handle it see it: nobody is named."""

    id: str
    organisation: str
    subject: SubjectView
    ratings: list[JudgementView]
    created_at: str
    follow_up: FollowUpView | None
    status: str
    steps: list[StepView]
    due_at: str | None
    due: DueView | None
    provisional: bool
    overdue: bool
    escalated: bool
    actions: list[str]
    version: int


class BadRatingList(View):
    """A page of bad ratings."""

    items: list[BadRatingView]
    next_cursor: str | None


class Flag(View):
    """Many ratings of one member of staff in a short time."""

    at: str
    staff: str
    organisation: str
    ratings: int


class FlagList(View):
    """A page of flags."""

    items: list[Flag]
    next_cursor: str | None


class BadRatingDrawing:
    """What it takes to show bad ratings."""

    def __init__(self, drawing: RatingDrawing) -> None:
        self._drawing = drawing

    def draw(self, rating: Rating, language: Language) -> BadRatingView:
        """Return a bad rating as those who handle it see it."""
        handling = rating.handling
        assert handling is not None  # noqa: S101 - only bad ratings are listed
        return BadRatingView(
            id=rating.id,
            organisation=rating.organisation,
            subject=show_subject(rating.subject),
            ratings=self._drawing.show_judgements(rating, language),
            created_at=rating.created_at,
            follow_up=show_follow_up(rating),
            actions=[action for action, (sources, _) in STEPS.items() if handling.status in sources],
            version=rating.version,
            **self._drawing.show_handling(handling, language),
        )
