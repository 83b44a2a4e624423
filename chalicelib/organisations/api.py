"""HTTP routes of mediation organisations, for everyone."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib import bootstrap
from chalicelib.organisations.model import Organisation
from chalicelib.organisations.schemas import ListOrganisations, OrganisationList, OrganisationView, RosterRating
from chalicelib.shared.errors import NotFound
from chalicelib.shared.texts import Language
from chalicelib.web.answers import PUBLIC_MINUTE
from chalicelib.web.chalice_edges import Routes
from chalicelib.web.cursors import Page
from chalicelib.web.endpoint import endpoint
from chalicelib.web.operations import Access

routes = Routes(__name__)


def _ratings_of(organisations: Sequence[Organisation]) -> dict[str, RosterRating]:
    # A mediator may work for two organisations, and is asked for once.
    targets = sorted({f"staff:{each.id}" for one in organisations for each in one.mediators if each.active})
    figures = bootstrap.container().ratings.summarise_many(targets)
    return {
        target.partition(":")[2]: RosterRating(average=one.average, count=one.count) for target, one in figures.items()
    }


@routes.route("/v1/organisations")
@endpoint(access=Access.PUBLIC, query=ListOrganisations, cache=PUBLIC_MINUTE)
def list_organisations(query: ListOrganisations, page: Page, language: Language) -> OrganisationList:
    """List the organisations that take a type of dispute in a region."""
    found = bootstrap.container().organisations.list_organisations(query.dispute_type, query.region)
    start = 0 if page.position is None else int(page.position["start"])
    shown = found[start : start + page.limit]
    ratings = _ratings_of(shown)
    more = start + page.limit < len(found)
    return OrganisationList(
        items=[OrganisationView.with_roster(one, ratings, language) for one in shown],
        next_cursor=page.cursor_after({"start": start + page.limit} if more else None),
    )


@routes.route("/v1/organisations/{organisation_id}")
@endpoint(access=Access.PUBLIC, cache=PUBLIC_MINUTE, problems=(NotFound,))
def get_organisation(organisation_id: str, language: Language) -> OrganisationView:
    """Show an organisation and its mediators."""
    found = bootstrap.container().organisations.get(organisation_id)
    return OrganisationView.with_roster(found, _ratings_of([found]), language)
