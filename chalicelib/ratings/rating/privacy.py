"""What ratings keep about one person: given to them, or erased."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chalicelib.ratings.rating.model import Rating
from chalicelib.ratings.rating.ports import Store
from chalicelib.ratings.rating.races import RatingChanged
from chalicelib.ratings.rating.service import MAX_DECISIONS, recorded
from chalicelib.shared.clock import Clock
from chalicelib.shared.crypto import Pseudonyms
from chalicelib.shared.errors import Conflict
from chalicelib.shared.viewer import Viewer


class RatingPrivacy:
    """An author's rights in their ratings."""

    def __init__(self, store: Store, pseudonyms: Callable[[], Pseudonyms], clock: Clock) -> None:
        self._store = store
        self._pseudonyms = pseudonyms
        self._clock = clock

    def export(self, viewer: Viewer) -> list[dict[str, Any]]:
        """Return the viewer's ratings for them to take along."""
        found = []
        for one in self._every(self._pseudonyms().of(viewer.subject)):
            item = one.to_item()
            item.pop("answer_key", None)
            found.append(item)
        return found

    def erase(self, viewer: Viewer) -> int:
        """Erase the words of the viewer's ratings, original and public, and their name; return how many they are.

        Levels and tags stay in the figures: nobody can delete a rating.
        """
        erased = 0
        for found in self._every(self._pseudonyms().of(viewer.subject)):
            self._store.delete_keys(found.id)
            self._erase_words(found.id)
            erased += 1
        return erased

    def _erase_words(self, rating_id: str) -> None:
        for _ in range(MAX_DECISIONS):
            rating = self._store.find(rating_id)
            if rating is None or rating.erased() == rating:
                return
            now = self._clock.now()
            after, event = recorded(rating.erased(), "erased", rating.person, "citizen", now, {})
            try:
                self._store.change(after, rating.version, event, idempotency=None)
            except RatingChanged:
                continue
            return
        raise Conflict

    def _every(self, person: str) -> Iterator[Rating]:
        after: Mapping[str, Any] | None = None
        while True:
            found, after = self._store.list_mine(person, after, 100)
            yield from found
            if after is None:
                return
