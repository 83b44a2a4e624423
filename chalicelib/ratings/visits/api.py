"""HTTP routes of visits: window staff record them, citizens say how they are found."""

from __future__ import annotations

from chalicelib.ratings.rating.refusals import NotInvited
from chalicelib.ratings.visits import contract
from chalicelib.ratings.visits.model import Visit
from chalicelib.ratings.visits.refusals import CitizenUnknown, ContactTaken
from chalicelib.ratings.visits.service import VisitService
from chalicelib.ratings.visits.views import ContactView, VisitCode, VisitView
from chalicelib.shared.clock import format_instant
from chalicelib.shared.errors import NotAllowed
from chalicelib.shared.idempotency import IdempotencyKey
from chalicelib.web.endpoint import endpoint
from chalicelib.web.identity import Viewer
from chalicelib.web.operations import Routes

routes = Routes(__name__)


@routes.route("/v1/visits", methods=["POST"])
@endpoint(body=contract.RecordVisit, status=201, problems=(NotAllowed, CitizenUnknown, NotInvited))
def record_visit(viewer: Viewer, body: contract.RecordVisit, key: IdempotencyKey, visits: VisitService) -> VisitView:
    """Record a visit or a completion (window staff); the citizen is invited to rate it."""
    return VisitView.of(visits.record(viewer, Visit(**body.model_dump()), key.answering(VisitView.of)))


@routes.route("/v1/me/visit-code", methods=["PUT"])
@endpoint()
def renew_visit_code(viewer: Viewer, visits: VisitService) -> VisitCode:
    """Give me a one-time code to show at a window."""
    code, expires = visits.offer_code(viewer)
    return VisitCode(code=code, expires_at=format_instant(expires))


@routes.route("/v1/me/contact", methods=["PUT"])
@endpoint(body=contract.PutContact, problems=(ContactTaken,))
def put_contact(viewer: Viewer, body: contract.PutContact, visits: VisitService) -> ContactView:
    """Have staff at windows find me by these numbers; only blind indexes of them are kept."""
    visits.register(viewer, [number for number in (body.phone, body.id_number) if number])
    return ContactView(phone=body.phone is not None, id_number=body.id_number is not None)
