"""HTTP routes of the catalogue. Everything is public."""

from __future__ import annotations

from chalicelib.catalogue.contract import SearchServices, SuggestServices
from chalicelib.catalogue.service import CatalogueService
from chalicelib.catalogue.views import (
    BundleGuide,
    BundleList,
    BundleSummary,
    HomeView,
    RatingFigure,
    ServiceGuide,
    ServicePage,
    Suggestions,
)
from chalicelib.ratings.public import RatingFigures
from chalicelib.shared.errors import BadCursor, NotFound
from chalicelib.shared.texts import Language
from chalicelib.web.answers import PUBLIC_MINUTE
from chalicelib.web.cursors import Page
from chalicelib.web.endpoint import endpoint
from chalicelib.web.operations import Access, Routes

routes = Routes(__name__)


@routes.route("/v1/home")
@endpoint(access=Access.PUBLIC, cache=PUBLIC_MINUTE)
def home(language: Language, catalogue: CatalogueService) -> HomeView:
    """Show the first screen: themes, popular services, bundles, the way into disputes."""
    return HomeView.of(catalogue.get_home(), language)


@routes.route("/v1/services")
@endpoint(access=Access.PUBLIC, cache=PUBLIC_MINUTE, query=SearchServices, problems=(BadCursor,))
def search(query: SearchServices, page: Page, language: Language, catalogue: CatalogueService) -> ServicePage:
    """Look services up by words, pinyin, initials or English, and by filters."""
    offset = _read_offset(page)
    found = catalogue.search(query.q, query.to_filters(), limit=page.limit, offset=offset)
    return ServicePage.of(found, language, page.cursor_after(found.position))


@routes.route("/v1/services/suggest")
@endpoint(access=Access.PUBLIC, cache=PUBLIC_MINUTE, query=SuggestServices)
def suggest(query: SuggestServices, catalogue: CatalogueService) -> Suggestions:
    """Complete what is being typed."""
    return Suggestions.of(catalogue.suggest(query.q))


@routes.route("/v1/services/{code}")
@endpoint(access=Access.PUBLIC, cache=PUBLIC_MINUTE, problems=(NotFound,))
def guide(code: str, language: Language, catalogue: CatalogueService, ratings: RatingFigures) -> ServiceGuide:
    """Show one service with its whole guide."""
    item = catalogue.get_item(code)
    figures = ratings.summarise(f"service:{code}")
    rating = RatingFigure.model_construct(
        average=figures.average, count=figures.count, distribution=dict(figures.distribution)
    )
    return ServiceGuide.of_item(item, language, rating)


@routes.route("/v1/bundles")
@endpoint(access=Access.PUBLIC, cache=PUBLIC_MINUTE)
def bundles(language: Language, catalogue: CatalogueService) -> BundleList:
    """List the one-thing bundles (一件事)."""
    return BundleList(items=[BundleSummary.of(bundle, language) for bundle in catalogue.list_bundles()])


@routes.route("/v1/bundles/{bundle_id}")
@endpoint(access=Access.PUBLIC, cache=PUBLIC_MINUTE, problems=(NotFound,))
def bundle(bundle_id: str, language: Language, catalogue: CatalogueService) -> BundleGuide:
    """Show one bundle: its steps, and all its documents without repeats."""
    return BundleGuide.of(catalogue.get_bundle(bundle_id), language)


def _read_offset(page: Page) -> int:
    if page.position is None:
        return 0
    offset = page.position.get("offset")
    if not isinstance(offset, int):
        raise BadCursor
    return offset
