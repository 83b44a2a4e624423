"""HTTP routes of visits: window staff record them, citizens show a code."""

from __future__ import annotations

from chalicelib.ratings.rating.refusals import NotInvited
from chalicelib.ratings.visits import contract
from chalicelib.ratings.visits.model import Visit
from chalicelib.ratings.visits.refusals import CitizenAmbiguous, CitizenUnknown
from chalicelib.ratings.visits.service import VisitService
from chalicelib.ratings.visits.views import VisitCode, VisitView
from chalicelib.shared.clock import format_instant
from chalicelib.shared.errors import NotAllowed
from chalicelib.shared.idempotency import IdempotencyKey
from chalicelib.web.endpoint import endpoint
from chalicelib.web.identity import Viewer
from chalicelib.web.operations import Routes

routes = Routes(__name__)


@routes.route("/v1/visits", methods=["POST"])
@endpoint(body=contract.RecordVisit, status=201, problems=(NotAllowed, CitizenUnknown, CitizenAmbiguous, NotInvited))
def record_visit(viewer: Viewer, body: contract.RecordVisit, key: IdempotencyKey, visits: VisitService) -> VisitView:
    """Record a visit or a completion (window staff); the citizen is invited to rate it."""
    return VisitView.of(visits.record(viewer, Visit(**body.model_dump()), key.answering(VisitView.of)))


@routes.route("/v1/me/visit-code", methods=["PUT"])
@endpoint()
def renew_visit_code(viewer: Viewer, visits: VisitService) -> VisitCode:
    """Give me a one-time code to show at a window."""
    code, expires = visits.offer_code(viewer)
    return VisitCode(code=code, expires_at=format_instant(expires))
