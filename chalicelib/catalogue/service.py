"""The catalogue's use cases: the first screen, looking a service up, its guide, and bundles.

Search, home and bundles answer from the published snapshot, without a call to DynamoDB; a guide is one read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from chalicelib.catalogue.filters import Filters
from chalicelib.catalogue.model import ServiceItem
from chalicelib.catalogue.search import Found, Suggestion
from chalicelib.shared.errors import NotFound
from chalicelib.shared.paging import Position
from chalicelib.shared.texts import Text

if TYPE_CHECKING:
    from chalicelib.catalogue.published import PublishedSnapshot
    from chalicelib.catalogue.store import CatalogueStore

MAX_SUGGESTIONS: Final = 8
POPULAR_ON_HOME: Final = 10


class Home(NamedTuple):
    """What the first screen shows: (theme, number of items), summaries of items, bundles."""

    themes: list[tuple[str, int]]
    popular: list[dict[str, Any]]
    bundles: list[dict[str, Any]]


class SearchPage(NamedTuple):
    """One page of a search, and where the next one begins (None: this was the last)."""

    found: Found
    position: Position | None


class CatalogueService:
    """Reads the catalogue for citizens. Everything here is public."""

    def __init__(self, store: CatalogueStore, snapshots: PublishedSnapshot) -> None:
        self._store = store
        self._snapshots = snapshots

    def get_version(self) -> str:
        """Return the version of the published catalogue; raise `Unavailable` if there is none."""
        return self._snapshots.current().version

    def get_home(self) -> Home:
        """Return the first screen."""
        snapshot = self._snapshots.current()
        return Home(snapshot.list_themes(), snapshot.list_popular(POPULAR_ON_HOME), snapshot.list_bundles())

    def search(self, query: str | None, filters: Filters, *, limit: int, offset: int) -> SearchPage:
        """Find the items that `query` means, best first; without a query, all of them, most used first."""
        found = self._snapshots.current().search(query, filters, limit=limit, offset=offset)
        end = offset + len(found.hits)
        return SearchPage(found, {"offset": end} if found.hits and end < found.total else None)

    def suggest(self, text: str) -> list[Suggestion]:
        """Complete what a citizen is typing: at most `MAX_SUGGESTIONS`."""
        return self._snapshots.current().suggest(text, MAX_SUGGESTIONS)

    def get_item(self, code: str) -> ServiceItem:
        """Return one item with its whole guide; raise `NotFound`."""
        item = self._store.find_item(code)
        if item is None:
            raise NotFound(
                Text("没有这个服务事项，或已停止办理。", "There is no such service, or it has been withdrawn.")
            )
        return item

    def has_service(self, code: str) -> bool:
        """Tell whether there is such a service now. One read."""
        return self._store.find_item(code) is not None

    def list_bundles(self) -> list[dict[str, Any]]:
        """Return all bundles."""
        return self._snapshots.current().list_bundles()

    def get_bundle(self, bundle_id: str) -> dict[str, Any]:
        """Return one bundle with its steps and joined materials; raise `NotFound`."""
        bundle = self._snapshots.current().find_bundle(bundle_id)
        if bundle is None:
            raise NotFound(Text("没有这个“一件事”。", "There is no such bundle."))
        return bundle
