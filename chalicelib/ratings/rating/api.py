"""HTTP routes of ratings: invitations, rating, following up, what the public sees."""

from __future__ import annotations

from chalicelib.ratings.rating import contract
from chalicelib.ratings.rating.model import Invitation, Target
from chalicelib.ratings.rating.refusals import (
    AlreadyFollowedUp,
    AlreadyRated,
    FollowUpClosed,
    InvitationExpired,
    NotInvited,
)
from chalicelib.ratings.rating.service import RatingService, Said
from chalicelib.ratings.rating.views import (
    EntryList,
    EntryView,
    InvitationList,
    InvitationView,
    RatingDrawing,
    RatingList,
    RatingView,
    SummaryView,
    TagList,
    TagView,
)
from chalicelib.shared.errors import NotFound
from chalicelib.shared.idempotency import IdempotencyKey
from chalicelib.shared.texts import Language, Text
from chalicelib.web.answers import PUBLIC_MINUTE, Answer
from chalicelib.web.cursors import Page
from chalicelib.web.endpoint import endpoint
from chalicelib.web.identity import Viewer
from chalicelib.web.operations import Access, Routes

routes = Routes(__name__)

_NAMES = {
    "service": Text("办事结果", "the service"),
    "overall": Text("整体评价", "overall"),
    "staff": Text("工作人员", "the person"),
    "channel": Text("办理渠道", "the channel"),
}


@routes.route("/v1/me/invitations")
@endpoint()
def list_invitations(viewer: Viewer, page: Page, language: Language, ratings: RatingService) -> InvitationList:
    """List what I may rate now."""
    found = ratings.list_invitations(viewer, page.position, page.limit)
    items = [InvitationView.of(one, _names_of(one, ratings, language), language) for one in found.items]
    return InvitationList(items=items, next_cursor=page.cursor_after(found.position))


@routes.route("/v1/ratings", methods=["POST"])
@endpoint(body=contract.Rate, status=201, problems=(NotFound, AlreadyRated, InvitationExpired, NotInvited))
def rate(
    viewer: Viewer,
    body: contract.Rate,
    key: IdempotencyKey,
    language: Language,
    ratings: RatingService,
    drawing: RatingDrawing,
) -> Answer:
    """Rate what I was served with, once, by an invitation."""
    said = [Said(one.target, one.level, tuple(one.tags), one.text) for one in body.ratings]
    idempotency = key.answering(lambda rating: drawing.draw(rating, language), location=lambda rating: "/v1/me/ratings")  # noqa: ARG005
    rating = ratings.rate(viewer, body.invitation_id, said, idempotency, anonymous=body.anonymous)
    first = idempotency.render(rating)
    return Answer(first.body, status=first.status, headers=first.headers)


@routes.route("/v1/ratings")
@endpoint(access=Access.PUBLIC, query=contract.OfTarget, cache=PUBLIC_MINUTE)
def list_entries(query: contract.OfTarget, page: Page, language: Language, ratings: RatingService) -> EntryList:
    """List what was said of a service, a person, an organisation or a channel; nobody is named."""
    found = ratings.list_entries(query.target, page.position, page.limit)
    return EntryList(
        items=[EntryView.of(one, ratings.rules, language) for one in found.items],
        next_cursor=page.cursor_after(found.position),
    )


@routes.route("/v1/ratings/summary")
@endpoint(access=Access.PUBLIC, query=contract.SummaryOf, cache=PUBLIC_MINUTE)
def summarise(query: contract.SummaryOf, ratings: RatingService) -> SummaryView:
    """Show the figures of a target; no average below five ratings."""
    return SummaryView.of(query.target, ratings.summarise(query.target))


@routes.route("/v1/rating-tags")
@endpoint(access=Access.PUBLIC, cache=PUBLIC_MINUTE)
def list_tags(language: Language, ratings: RatingService) -> TagList:
    """List the tags, with the targets and levels that they suit."""
    tags = ratings.rules.tags.values()
    return TagList(
        items=[
            TagView(code=tag.code, name=tag.name.text(language), kinds=sorted(tag.kinds), levels=sorted(tag.levels))
            for tag in tags
        ]
    )


@routes.route("/v1/ratings/{rating_id}/follow-up", methods=["POST"])
@endpoint(body=contract.AddFollowUp, status=201, problems=(NotFound, AlreadyFollowedUp, FollowUpClosed))
def follow_up(
    viewer: Viewer,
    rating_id: str,
    body: contract.AddFollowUp,
    key: IdempotencyKey,
    language: Language,
    ratings: RatingService,
    drawing: RatingDrawing,
) -> RatingView:
    """Follow up on my rating, once, within 60 days."""
    idempotency = key.answering(lambda rating: drawing.draw(rating, language))
    return drawing.draw(ratings.follow_up(viewer, rating_id, body.level, body.text, idempotency), language)


@routes.route("/v1/me/ratings")
@endpoint()
def list_mine(
    viewer: Viewer, page: Page, language: Language, ratings: RatingService, drawing: RatingDrawing
) -> RatingList:
    """List my ratings, with the clock of a bad one."""
    found = ratings.list_mine(viewer, page.position, page.limit)
    return RatingList(
        items=[drawing.draw(one, language) for one in found.items], next_cursor=page.cursor_after(found.position)
    )


def _names_of(one: Invitation, ratings: RatingService, language: Language) -> dict[str, str]:
    return {each.target: _name_of(each, one.organisation, ratings, language) for each in one.targets}


def _name_of(target: Target, organisation: str, ratings: RatingService, language: Language) -> str:
    code = target.target.partition(":")[2]
    found = ratings.find_staff_name(organisation, code) if target.kind == "staff" else None
    return found or f"{_NAMES[target.kind].text(language)} {code}"
