"""HTTP routes of the directory of organisations and courts, for everyone."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.organisations.contract import ListOrganisations
from chalicelib.organisations.model import Organisation
from chalicelib.organisations.service import OrganisationService
from chalicelib.organisations.views import DistrictList, OrganisationList, OrganisationView, RosterRating
from chalicelib.ratings.public import RatingFigures
from chalicelib.shared.errors import NotFound
from chalicelib.shared.texts import Language
from chalicelib.web.answers import PUBLIC_MINUTE
from chalicelib.web.cursors import Page
from chalicelib.web.endpoint import endpoint
from chalicelib.web.operations import Access, Routes

routes = Routes(__name__)


def _ratings_of(organisations: Sequence[Organisation], ratings: RatingFigures) -> dict[str, RosterRating]:
    # A mediator may work for two organisations, and is asked for once.
    targets = sorted({f"staff:{each.id}" for one in organisations for each in one.mediators if each.active})
    figures = ratings.summarise_many(targets)
    return {
        target.partition(":")[2]: RosterRating(average=one.average, count=one.count) for target, one in figures.items()
    }


@routes.route("/v1/organisations")
@endpoint(access=Access.PUBLIC, query=ListOrganisations, cache=PUBLIC_MINUTE)
def list_organisations(
    query: ListOrganisations,
    page: Page,
    language: Language,
    organisations: OrganisationService,
    ratings: RatingFigures,
) -> OrganisationList:
    """List the organisations that take a type of dispute in a region; courts and commissions by `kind`."""
    after = (page.position or {}).get("after")
    found = organisations.page_of_organisations(query.dispute_type, query.region, query.kind, after, page.limit)
    figures = _ratings_of(found.items, ratings)
    return OrganisationList(
        items=[OrganisationView.with_roster(one, figures, language) for one in found.items],
        next_cursor=page.cursor_after(found.position),
    )


@routes.route("/v1/organisations/{organisation_id}")
@endpoint(access=Access.PUBLIC, cache=PUBLIC_MINUTE, problems=(NotFound,))
def get_organisation(
    organisation_id: str, language: Language, organisations: OrganisationService, ratings: RatingFigures
) -> OrganisationView:
    """Show an organisation with its mediators, or a court."""
    found = organisations.get(organisation_id)
    return OrganisationView.with_roster(found, _ratings_of([found], ratings), language)


@routes.route("/v1/regions")
@endpoint(access=Access.PUBLIC, cache=PUBLIC_MINUTE)
def list_regions(language: Language, organisations: OrganisationService) -> DistrictList:
    """List the city's districts."""
    return DistrictList.of(organisations.list_districts(), language)
