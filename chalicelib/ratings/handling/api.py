"""HTTP routes of staff around ratings: visits, and the handling of bad ratings."""

from __future__ import annotations

from typing import Any

from chalicelib.ratings.handling.service import HandlingService
from chalicelib.ratings.rating import contract as schemas
from chalicelib.ratings.rating.model import Rating
from chalicelib.ratings.rating.refusals import CitizenUnknown, ContactTaken, NotInvited, WrongStep
from chalicelib.ratings.rating.views import BadRatingList, BadRatingView, RatingDrawing, RatingView, VisitView
from chalicelib.ratings.visits.service import Recorded, Visit, VisitService
from chalicelib.shared.clock import format_instant
from chalicelib.shared.errors import NotAllowed, NotFound
from chalicelib.shared.idempotency import IdempotencyKey
from chalicelib.shared.texts import Language
from chalicelib.web.cursors import Page
from chalicelib.web.endpoint import endpoint
from chalicelib.web.identity import Viewer
from chalicelib.web.operations import Routes
from chalicelib.web.request import RequestBody
from chalicelib.web.view import View

routes = Routes(__name__)


class VisitCode(View):
    """A one-time code to show at a window."""

    code: str
    expires_at: str


class ContactView(View):
    """By which numbers staff may find me: which kinds, not the numbers."""

    phone: bool
    id_number: bool


class Flag(View):
    """Many ratings of one member of staff in a short time."""

    at: str
    staff: str
    organisation: str
    ratings: int


class FlagList(View):
    """A page of flags."""

    items: list[Flag]
    next_cursor: str | None


def _visit(recorded: Recorded) -> VisitView:
    return VisitView(
        visit_id=recorded.id,
        at=recorded.at,
        invitations=[
            {"because": one.because, "targets": [each.target for each in one.targets], "expires_at": one.expires_at}
            for one in recorded.invitations
        ],
    )


@routes.route("/v1/visits", methods=["POST"])
@endpoint(body=schemas.RecordVisit, status=201, problems=(NotAllowed, CitizenUnknown, NotInvited))
def record_visit(viewer: Viewer, body: schemas.RecordVisit, key: IdempotencyKey, visits: VisitService) -> VisitView:
    """Record a visit or a completion (window staff); the citizen is invited to rate it."""
    recorded = visits.record(viewer, Visit(**body.model_dump()), key.answering(_visit))
    return _visit(recorded)


@routes.route("/v1/me/visit-code", methods=["PUT"])
@endpoint()
def renew_visit_code(viewer: Viewer, visits: VisitService) -> VisitCode:
    """Give me a one-time code to show at a window."""
    code, expires = visits.offer_code(viewer)
    return VisitCode(code=code, expires_at=format_instant(expires))


@routes.route("/v1/me/contact", methods=["PUT"])
@endpoint(body=schemas.PutContact, problems=(ContactTaken,))
def put_contact(viewer: Viewer, body: schemas.PutContact, visits: VisitService) -> ContactView:
    """Have staff at windows find me by these numbers; only blind indexes of them are kept."""
    visits.register(viewer, [number for number in (body.phone, body.id_number) if number])
    return ContactView(phone=body.phone is not None, id_number=body.id_number is not None)


@routes.route("/v1/bad-ratings")
@endpoint(query=schemas.ListBad, problems=(NotAllowed,))
def list_bad(  # noqa: PLR0917 - a handler names everything it is given
    viewer: Viewer,
    query: schemas.ListBad,
    page: Page,
    language: Language,
    handling: HandlingService,
    drawing: RatingDrawing,
) -> BadRatingList:
    """List bad ratings of my organisation (clerk), or all of them (supervisor)."""
    found, position = handling.list_bad(viewer, query.status, query.overdue, page.position, page.limit)
    return BadRatingList(
        items=[drawing.draw_bad(one, language) for one in found], next_cursor=page.cursor_after(position)
    )


@routes.route("/v1/ratings/{rating_id}/hide", methods=["POST"])
@endpoint(body=schemas.Hide, problems=(NotAllowed, NotFound))
def hide(  # noqa: PLR0917 - a handler names everything it is given
    viewer: Viewer,
    rating_id: str,
    body: schemas.Hide,
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
    found, position = handling.list_flags(viewer, page.position, page.limit)
    items = [Flag(**{name: item[name] for name in Flag.model_fields}) for item in found]
    return FlagList(items=items, next_cursor=page.cursor_after(position))


def _add_step(action: str, summary: str, model: type[RequestBody]) -> None:
    """Make one step its own operation, with its own body."""

    @endpoint(body=model, name=f"{action}_bad_rating", summary=summary, problems=(NotAllowed, NotFound, WrongStep))
    def step(  # noqa: PLR0917 - a handler names everything it is given
        viewer: Viewer,
        rating_id: str,
        body: Any,
        key: IdempotencyKey,
        language: Language,
        handling: HandlingService,
        drawing: RatingDrawing,
    ) -> BadRatingView:

        def draw(rating: Rating) -> BadRatingView:
            return drawing.draw_bad(rating, language)

        note = body.reply if isinstance(body, schemas.Reply) else body.note
        return draw(handling.step(viewer, rating_id, action, note, key.answering(draw)))

    routes.route(f"/v1/bad-ratings/{{rating_id}}/actions/{action}", methods=["POST"])(step)


for _action, _summary, _model in (
    ("contact", "Note that the citizen was contacted.", schemas.Note),
    ("fix", "Note that the fault is being put right.", schemas.Note),
    ("reply", "Reply to the citizen, in public.", schemas.Reply),
    ("close", "Close the handling of a bad rating that was replied to.", schemas.Note),
):
    _add_step(_action, _summary, _model)
