"""HTTP routes of the waitlist."""

from __future__ import annotations

from datetime import date

from chalicelib.appointments.slots.refusals import NotBookable
from chalicelib.appointments.waitlist import contract
from chalicelib.appointments.waitlist.service import NewWish, WaitlistService
from chalicelib.appointments.waitlist.views import WaitlistLeft, WaitlistView
from chalicelib.shared.codes import BadCode, parse_code, show_code
from chalicelib.shared.errors import NotAllowed, NotFound
from chalicelib.shared.idempotency import IdempotencyKey
from chalicelib.web.endpoint import endpoint
from chalicelib.web.identity import Viewer
from chalicelib.web.operations import Routes

routes = Routes(__name__)


@routes.route("/v1/waitlist")
@endpoint(query=contract.WaitlistQuery, problems=(BadCode, NotFound, NotAllowed))
def get_waitlist(viewer: Viewer, query: contract.WaitlistQuery, waitlist: WaitlistService) -> WaitlistView:
    """Show my case's place in the line."""
    return WaitlistView.of(waitlist.get_place(viewer, query.case_code))


@routes.route("/v1/waitlist", methods=["POST"])
@endpoint(body=contract.JoinWaitlist, status=201, problems=(BadCode, NotFound, NotAllowed, NotBookable))
def join_waitlist(
    viewer: Viewer, body: contract.JoinWaitlist, key: IdempotencyKey, waitlist: WaitlistService
) -> WaitlistView:
    """Wait for a slot: what becomes free is kept for the first in line for some hours."""
    first, last = date.fromisoformat(body.first), date.fromisoformat(body.last)
    wish = NewWish(first, last, tuple(dict.fromkeys(body.modes)), body.minutes)
    place = waitlist.join(viewer, body.case_code, wish, key.answering(WaitlistView.of))
    return WaitlistView.of(place)


@routes.route("/v1/waitlist", methods=["DELETE"])
@endpoint(body=contract.LeaveWaitlist, problems=(BadCode, NotFound, NotAllowed))
def leave_waitlist(viewer: Viewer, body: contract.LeaveWaitlist, waitlist: WaitlistService) -> WaitlistLeft:
    """Wait no longer."""
    waitlist.leave(viewer, body.case_code)
    return WaitlistLeft(case_code=show_code(parse_code(body.case_code)), waiting=False)
