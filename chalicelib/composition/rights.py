"""The rights of the person whose data it is: they reach every context that keeps something."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.composition.cases import Cases
from chalicelib.composition.foundation import Foundation
from chalicelib.composition.notices import Notices
from chalicelib.composition.people import People
from chalicelib.composition.ratings import Ratings

if TYPE_CHECKING:
    from chalicelib.people.service import PeopleService


class Rights:
    """Export and erasure."""

    def __init__(self, base: Foundation, people: People, cases: Cases, notices: Notices, ratings: Ratings) -> None:
        self._base = base
        self._people = people
        self._cases = cases
        self._notices = notices
        self._ratings = ratings

    @cached_property
    def service(self) -> PeopleService:
        """Export, erasure, and who read my data."""
        from chalicelib.people.service import PeopleService, Reach

        cases, notices, ratings = self._cases.privacy, self._notices.service, self._ratings.privacy
        contacts = self._people.contacts
        return PeopleService(
            self._people.ledger,
            self._people.store,
            self._base.answers,
            Reach(
                sections={
                    "cases": cases.export,
                    "notices": notices.export,
                    "ratings": ratings.export,
                    "contact": contacts.export,
                },
                erasers={"cases": cases.erase, "ratings": ratings.erase, "contact": contacts.erase},
                last_erasers={"notices": notices.erase},
                forgets=(cases.forget, self._ratings.visits.forget_writes),
                held_by=cases.held_by,
            ),
            pseudonyms=lambda: self._base.pseudonyms,
            clock=self._base.clock,
        )
