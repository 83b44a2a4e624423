"""Pages of lists: what a store returns, and where the next page goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")

Position = Mapping[str, Any]
"""Where a list goes on: values of keys, as JSON. It leaves us sealed, in a cursor (`web.cursors`)."""


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """A page of a list. `position`: where the next one begins, None after the last page."""

    items: list[T]
    position: Position | None = None

    def map(self, change: Callable[[T], U]) -> Slice[U]:
        """Return the page with each item changed."""
        return Slice([change(one) for one in self.items], self.position)


def read_all(read: Callable[[Position | None], Slice[T]]) -> Iterator[T]:
    """Yield every item of a list, page by page. `read`: returns the page at a position (None: the first)."""
    position: Position | None = None
    while True:
        page = read(position)
        yield from page.items
        position = page.position
        if position is None:
            return
