"""Running due dates of bad ratings, counted anew when a year's calendar arrives or is corrected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.desk.public import is_due
from chalicelib.ratings.rating.model import Handling, Rating
from chalicelib.ratings.rating.recording import Act, recorded
from chalicelib.ratings.rating.refusals import RatingChanged
from chalicelib.shared.clock import Clock, format_instant, parse_instant
from chalicelib.shared.deciding import decide_anew
from chalicelib.shared.editions import OutdatedIndex, oldest_of
from chalicelib.shared.jobs import Part

if TYPE_CHECKING:
    from chalicelib.ratings.rating.store import RatingStore
    from chalicelib.shared.deadlines import DueDates


class RatingRecount:
    """The ratings' part of the job that counts anew."""

    def __init__(self, store: RatingStore, counting: DueDates, outdated: OutdatedIndex, clock: Clock) -> None:
        self._store = store
        self._counting = counting
        self._outdated = outdated
        self._clock = clock

    @property
    def part(self) -> Part:
        """What the job `deadlines` does here."""
        return Part("ratings.recount", self._outdated, self._act)

    def _act(self, rating_id: str) -> Iterator[str]:
        """Count the duties of a bad rating anew; yield what its chain says of it, or nothing."""

        def attempt() -> Sequence[str] | None:
            rating = self._store.find_rating(rating_id)
            handling = None if rating is None else self._recounted(rating)
            if rating is None or handling is None or handling == rating.handling:
                return ()
            old = rating.handling
            moved = old is not None and old.due_at != handling.due_at
            name = "deadline_moved" if moved else "deadlines_confirmed"
            data = {"old_due_at": old.due_at, "due_at": handling.due_at} if moved and old is not None else {}
            act = Act(name, "clock", "clock", self._clock.now(), data)
            after, event = recorded(replace(rating, handling=handling), act)
            try:
                self._store.change(after, rating, event, idempotency=None)
            except RatingChanged:
                return None
            return (f"bad_rating_{name}",)

        yield from decide_anew(attempt)

    def _recounted(self, rating: Rating) -> Handling | None:
        handling = rating.handling
        if handling is None or handling.contact is None or handling.fix is None or handling.due_at is None:
            return handling
        rated = parse_instant(rating.created_at)
        contact, fix = self._counting.count(handling.contact, rated), self._counting.count(handling.fix, rated)
        counted = replace(
            handling,
            contact_due_at=format_instant(contact.at),
            fix_due_at=format_instant(fix.at),
            provisional=contact.provisional or fix.provisional,
            editions=oldest_of((contact.editions, fix.editions)),
        )
        if handling.status not in handling.escalated or is_due(counted.due_at, self._clock.now()):
            return counted
        ahead = tuple(one for one in handling.escalated if one != handling.status)
        return replace(counted, escalated=ahead, escalated_to={}, escalates_at=None)
