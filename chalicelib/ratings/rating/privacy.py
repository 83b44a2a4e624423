"""What ratings keep about one person: given to them, or erased."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from chalicelib.ratings.rating.model import Rating
from chalicelib.ratings.rating.recording import Act, recorded
from chalicelib.ratings.rating.refusals import RatingChanged
from chalicelib.shared.clock import Clock
from chalicelib.shared.crypto import Pseudonyms
from chalicelib.shared.deciding import decide_anew
from chalicelib.shared.paging import read_all
from chalicelib.shared.records import to_item
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from chalicelib.ratings.rating.store import RatingStore

_PAGE: Final = 100


class RatingPrivacy:
    """An author's rights in their ratings."""

    def __init__(self, store: RatingStore, pseudonyms: Callable[[], Pseudonyms], clock: Clock) -> None:
        self._store = store
        self._pseudonyms = pseudonyms
        self._clock = clock

    def export(self, viewer: Viewer) -> list[dict[str, Any]]:
        """Return the viewer's ratings for them to take along."""
        found = []
        for one in self._every(self._pseudonyms().of(viewer.subject)):
            item = to_item(one)
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
        def attempt() -> bool | None:
            rating = self._store.find_rating(rating_id)
            if rating is None or rating.erased() == rating:
                return True
            act = Act("erased", rating.person, "citizen", self._clock.now())
            after, event = recorded(rating.erased(), act)
            try:
                self._store.change(after, rating, event, idempotency=None)
            except RatingChanged:
                return None
            return True

        decide_anew(attempt)

    def _every(self, person: str) -> Iterator[Rating]:
        return read_all(lambda after: self._store.list_mine(person, after, _PAGE))
