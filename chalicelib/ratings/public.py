"""What other contexts may use of ratings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.ratings.rating.tallies import Summary


class RatingFigures(Protocol):
    """Knows how a target (`service:<code>`, `staff:<mediator>`) was rated, once at least five rated it."""

    def summarise(self, target: str) -> Summary:
        """Return the figures of one target. One read."""
        ...

    def summarise_many(self, targets: list[str]) -> dict[str, Summary]:
        """Return the figures of several targets."""
        ...
