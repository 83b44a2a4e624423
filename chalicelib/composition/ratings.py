"""Ratings (好差评), visits, the handling of bad ratings."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.composition.catalogue import Catalogue
from chalicelib.composition.desk import Desks
from chalicelib.composition.foundation import Foundation
from chalicelib.composition.organisations import Organisations
from chalicelib.composition.people import People

if TYPE_CHECKING:
    from chalicelib.ratings.handling.recounting import RatingRecount
    from chalicelib.ratings.handling.service import HandlingService
    from chalicelib.ratings.handling.views import BadRatingDrawing
    from chalicelib.ratings.public import RatingFigures
    from chalicelib.ratings.rating.privacy import RatingPrivacy
    from chalicelib.ratings.rating.service import RatingService
    from chalicelib.ratings.rating.store import RatingStore
    from chalicelib.ratings.rating.views import RatingDrawing
    from chalicelib.ratings.visits.service import VisitService
    from chalicelib.ratings.visits.store import VisitStore


class Ratings:
    """Ratings."""

    def __init__(
        self, base: Foundation, catalogue: Catalogue, organisations: Organisations, *, people: People, desks: Desks
    ) -> None:
        self._base = base
        self._people = people
        self._desks = desks
        self._catalogue = catalogue
        self._organisations = organisations

    @cached_property
    def store(self) -> RatingStore:
        """Where ratings are kept."""
        from chalicelib.ratings.rating.store import RatingStore

        return RatingStore(
            self._base.aws,
            self._base.settings.ratings_table,
            self._base.settings.people_table,
            self._base.answers,
            self._base.keys,
            self._desks.store,
        )

    @cached_property
    def visit_store(self) -> VisitStore:
        """Where visits are kept, and who shows which code."""
        from chalicelib.ratings.visits.store import VisitStore

        return VisitStore(self._base.aws, self._base.settings.ratings_table, self._base.answers)

    @cached_property
    def service(self) -> RatingService:
        """Ratings."""
        from chalicelib.ratings.rating.rules import RatingRules
        from chalicelib.ratings.rating.service import RatingService
        from chalicelib.ratings.rating.store import choose_shards

        return RatingService(
            self.store,
            RatingRules.load(),
            self._base.due_dates,
            find_staff_name=self._organisations.service.find_mediator_name,
            choose_shards=choose_shards,
            pseudonyms=lambda: self._base.pseudonyms,
            clock=self._base.clock,
        )

    @cached_property
    def recount(self) -> RatingRecount:
        """Counts running due dates anew when a calendar arrives."""
        from chalicelib.ratings.handling.recounting import RatingRecount

        outdated = self._base.outdated(self._base.settings.ratings_table)
        return RatingRecount(self.store, self._base.due_dates, outdated, self._base.clock)

    @cached_property
    def handling(self) -> HandlingService:
        """How bad ratings are handled."""
        from chalicelib.desk.public import Ladders
        from chalicelib.ratings.handling.service import HandlingService

        return HandlingService(
            self.store, self._base.due_dates, Ladders.load(), lambda: self._base.pseudonyms, self._base.clock
        )

    @cached_property
    def visits(self) -> VisitService:
        """Visits at windows."""
        from chalicelib.ratings.visits.model import VisitCodes
        from chalicelib.ratings.visits.service import VisitService

        return VisitService(
            self.visit_store,
            self.service,
            VisitCodes(lambda: self._base.root_secret),
            lambda phone: self._people.contacts.find_people(phone),  # noqa: PLW0108 - made when first asked
            self._catalogue.service.has_service,
            pseudonyms=lambda: self._base.pseudonyms,
            clock=self._base.clock,
        )

    @cached_property
    def drawing(self) -> RatingDrawing:
        """How ratings are shown."""
        from chalicelib.ratings.rating.rules import RatingRules
        from chalicelib.ratings.rating.views import RatingDrawing

        return RatingDrawing(RatingRules.load(), self._base.deadline_rules, self.handling.is_overdue)

    @cached_property
    def bad_drawing(self) -> BadRatingDrawing:
        """How bad ratings are shown to those who handle them."""
        from chalicelib.ratings.handling.views import BadRatingDrawing

        return BadRatingDrawing(self.drawing)

    @cached_property
    def figures(self) -> RatingFigures:
        """How targets were rated."""
        return self.service

    @cached_property
    def privacy(self) -> RatingPrivacy:
        """What ratings keep about one person."""
        from chalicelib.ratings.rating.privacy import RatingPrivacy

        return RatingPrivacy(self.store, lambda: self._base.pseudonyms, self._base.clock)
