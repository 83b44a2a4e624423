"""The parts of ratings."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.composition.foundation import Foundation

if TYPE_CHECKING:
    from chalicelib.ratings.handling import HandlingService
    from chalicelib.ratings.privacy import RatingPrivacy
    from chalicelib.ratings.service import RatingService
    from chalicelib.ratings.store import RatingStore
    from chalicelib.ratings.views import Drawing as RatingDrawing
    from chalicelib.ratings.visits import VisitService
    from chalicelib.shared.idempotency import Reopen


class RatingParts(Foundation):
    """Ratings, visits, the handling of bad ratings."""

    def answer_readers(self) -> dict[str, Reopen]:
        """Return the readers of answers, those of ratings and visits among them."""
        return {
            **super().answer_readers(),
            "rating": lambda *asked: self.rating_handling.reopen(*asked),  # noqa: PLW0108 - made when first asked
            "visit": lambda *asked: self.visits.reopen(*asked),  # noqa: PLW0108 - made when first asked
        }

    @cached_property
    def rating_store(self) -> RatingStore:
        """Where ratings are kept."""
        from chalicelib.ratings.store import RatingStore
        from chalicelib.shared.crypto import Keys

        keys = Keys(self.aws, self.settings.data_key_arn)
        return RatingStore(self.aws, self.settings.ratings_table, self.settings.people_table, self.answers, keys)

    @cached_property
    def ratings(self) -> RatingService:
        """Ratings."""
        from chalicelib.ratings.rules import RatingRules
        from chalicelib.ratings.service import RatingService
        from chalicelib.ratings.store import choose_shards

        return RatingService(
            self.rating_store,
            RatingRules.load(),
            self.due_dates,
            self.organisations.find_mediator_name,
            choose_shards,
            lambda: self.pseudonyms,
            self.clock,
        )

    @cached_property
    def rating_privacy(self) -> RatingPrivacy:
        """What ratings keep about one person."""
        from chalicelib.ratings.privacy import RatingPrivacy

        return RatingPrivacy(self.rating_store, lambda: self.pseudonyms, self.clock)

    @cached_property
    def rating_handling(self) -> HandlingService:
        """How bad ratings are handled."""
        from chalicelib.ratings.handling import HandlingService

        return HandlingService(self.rating_store, self.due_dates, lambda: self.pseudonyms, self.clock)

    @cached_property
    def visits(self) -> VisitService:
        """Visits at windows."""
        from chalicelib.ratings.visits import References, VisitService

        references = References(lambda: self.root_secret)
        return VisitService(
            self.rating_store, self.ratings, references, self.catalogue.has_service, lambda: self.pseudonyms, self.clock
        )

    @cached_property
    def rating_drawing(self) -> RatingDrawing:
        """How ratings are shown."""
        from chalicelib.ratings.rules import RatingRules
        from chalicelib.ratings.views import Drawing

        return Drawing(RatingRules.load(), self.rating_handling.is_overdue)
