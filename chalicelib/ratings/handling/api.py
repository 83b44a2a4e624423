"""HTTP routes of those who handle bad ratings: organisations concerned, and supervisors."""

from __future__ import annotations

from typing import Any

from chalicelib.ratings.handling import contract
from chalicelib.ratings.handling.service import HandlingService
from chalicelib.ratings.handling.views import BadRatingDrawing, BadRatingList, BadRatingView, Flag, FlagList
from chalicelib.ratings.rating.model import Rating
from chalicelib.ratings.rating.refusals import WrongStep
from chalicelib.ratings.rating.views import RatingDrawing, RatingView
from chalicelib.shared.errors import NotAllowed, NotFound
from chalicelib.shared.idempotency import IdempotencyKey
from chalicelib.shared.texts import Language
from chalicelib.web.cursors import Page
from chalicelib.web.endpoint import endpoint
from chalicelib.web.identity import Viewer
from chalicelib.web.operations import Routes
from chalicelib.web.request import RequestBody

routes = Routes(__name__)


@routes.route("/v1/bad-ratings")
@endpoint(query=contract.ListBad, problems=(NotAllowed,))
def list_bad(
    viewer: Viewer,
    query: contract.ListBad,
    page: Page,
    language: Language,
    handling: HandlingService,
    drawing: BadRatingDrawing,
) -> BadRatingList:
    """List bad ratings of my organisation (clerk), or all of them (supervisor)."""
    found = handling.list_bad(viewer, query.status, query.overdue, page.position, page.limit)
    return BadRatingList(
        items=[drawing.draw(one, language) for one in found.items], next_cursor=page.cursor_after(found.position)
    )


@routes.route("/v1/ratings/{rating_id}/hide", methods=["POST"])
@endpoint(body=contract.Hide, problems=(NotAllowed, NotFound))
def hide(
    viewer: Viewer,
    rating_id: str,
    body: contract.Hide,
    key: IdempotencyKey,
    language: Language,
    handling: HandlingService,
    drawing: RatingDrawing,
) -> RatingView:
    """Hide a rating's text, with a public reason (supervisor). Its level still counts."""

    def draw(rating: Rating) -> RatingView:
        return drawing.draw(rating, language)

    return draw(handling.hide(viewer, rating_id, body.reason, key.answering(draw)))


@routes.route("/v1/rating-flags")
@endpoint(problems=(NotAllowed,))
def list_flags(viewer: Viewer, page: Page, handling: HandlingService) -> FlagList:
    """List bursts of ratings (supervisor)."""
    found = handling.list_flags(viewer, page.position, page.limit)
    items = [Flag(**{name: item[name] for name in Flag.model_fields}) for item in found.items]
    return FlagList(items=items, next_cursor=page.cursor_after(found.position))


def _add_step(action: str, summary: str, model: type[RequestBody]) -> None:
    """Make one step its own operation, with its own body."""

    @endpoint(body=model, name=f"{action}_bad_rating", summary=summary, problems=(NotAllowed, NotFound, WrongStep))
    def step(
        viewer: Viewer,
        rating_id: str,
        body: Any,
        key: IdempotencyKey,
        language: Language,
        handling: HandlingService,
        drawing: BadRatingDrawing,
    ) -> BadRatingView:

        def draw(rating: Rating) -> BadRatingView:
            return drawing.draw(rating, language)

        note = body.reply if isinstance(body, contract.Reply) else body.note
        return draw(handling.step(viewer, rating_id, action, note, key.answering(draw)))

    routes.route(f"/v1/bad-ratings/{{rating_id}}/actions/{action}", methods=["POST"])(step)


for _action, _summary, _model in (
    ("contact", "Note that the citizen was contacted.", contract.Note),
    ("fix", "Note that the fault is being put right.", contract.Note),
    ("reply", "Reply to the citizen, in public.", contract.Reply),
    ("close", "Close the handling of a bad rating that was replied to.", contract.Note),
):
    _add_step(_action, _summary, _model)
