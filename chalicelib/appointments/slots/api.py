"""HTTP routes around appointments: mediators' hours and calendars, the waitlist."""

from __future__ import annotations

from datetime import date

from chalicelib import bootstrap
from chalicelib.appointments.booking import contract as schemas
from chalicelib.appointments.booking.refusals import NotBookable
from chalicelib.appointments.booking.views import AvailabilityView, WaitlistLeft, WaitlistView
from chalicelib.appointments.calendar.ical import draw_calendar
from chalicelib.appointments.slots.hours import HoursShown, NewHours
from chalicelib.shared.codes import BadCode, parse_code, show_code
from chalicelib.shared.errors import NotAllowed, NotFound, Stale
from chalicelib.shared.idempotency import IdempotencyKey
from chalicelib.shared.texts import Language
from chalicelib.web.answers import NO_STORE, Answer
from chalicelib.web.endpoint import endpoint
from chalicelib.web.identity import Viewer
from chalicelib.web.operations import Access, Routes
from chalicelib.web.request import ExpectedVersion

routes = Routes(__name__)


def _view(shown: HoursShown) -> AvailabilityView:
    return AvailabilityView.of(shown, bootstrap.container().settings.public_url)


@routes.route("/v1/mediators/{mediator_id}/availability")
@endpoint(query=schemas.HoursQuery, problems=(NotFound,))
def get_availability(viewer: Viewer, mediator_id: str, query: schemas.HoursQuery) -> AvailabilityView:
    """Show a mediator's hours, to them and to the clerks of their organisation."""
    return _view(bootstrap.container().hours.get(viewer, mediator_id, query.organisation))


@routes.route("/v1/mediators/{mediator_id}/availability", methods=["PUT"])
@endpoint(body=schemas.PutAvailability, query=schemas.HoursQuery, problems=(NotFound, Stale))
def put_availability(
    viewer: Viewer,
    mediator_id: str,
    body: schemas.PutAvailability,
    query: schemas.HoursQuery,
    expected: ExpectedVersion,
) -> AvailabilityView:
    """Set a mediator's hours. What is booked stays booked; what now lies outside is listed as conflicts."""
    new = NewHours(
        weekly={day: _spans(spans) for day, spans in body.weekly.model_dump().items()},
        exceptions={one.date: _spans(one.hours) for one in body.exceptions},
        leave=tuple((one.first, one.last) for one in body.leave),
        modes=tuple(dict.fromkeys(body.modes)),
        daily_cap=body.daily_cap,
        buffer_minutes=body.buffer_minutes,
    )
    return _view(bootstrap.container().hours.put(viewer, mediator_id, new, expected.version, query.organisation))


@routes.route("/v1/mediators/{mediator_id}/calendar-secret", methods=["PUT"])
@endpoint(problems=(NotFound,))
def renew_calendar_secret(viewer: Viewer, mediator_id: str) -> AvailabilityView:
    """Give my calendar feed a new address; the old one opens nothing any more."""
    return _view(bootstrap.container().hours.renew_feed(viewer, mediator_id))


@routes.route("/v1/calendars/{secret}")
@endpoint(access=Access.PUBLIC, media_type="text/calendar", cache=NO_STORE, problems=(NotFound,))
def calendar_feed(secret: str, language: Language) -> Answer:
    """Give a mediator's calendar to whoever knows its secret address (iCalendar)."""
    feed = bootstrap.container().hours.open_feed(secret)
    drawn = draw_calendar(feed.appointments, language, name=feed.mediator.name)
    return Answer(drawn, media_type="text/calendar; charset=utf-8")


@routes.route("/v1/waitlist")
@endpoint(query=schemas.WaitlistQuery, problems=(BadCode, NotFound, NotAllowed))
def get_waitlist(viewer: Viewer, query: schemas.WaitlistQuery) -> WaitlistView:
    """Show my case's place in the line."""
    return WaitlistView.of(bootstrap.container().waitlist.get(viewer, query.case_code))


@routes.route("/v1/waitlist", methods=["POST"])
@endpoint(body=schemas.JoinWaitlist, status=201, problems=(BadCode, NotFound, NotAllowed, NotBookable))
def join_waitlist(viewer: Viewer, body: schemas.JoinWaitlist, key: IdempotencyKey) -> WaitlistView:
    """Wait for a slot: what becomes free is kept for the first in line for some hours."""
    place = bootstrap.container().waitlist.join(
        viewer,
        body.case_code,
        date.fromisoformat(body.first),
        date.fromisoformat(body.last),
        tuple(dict.fromkeys(body.modes)),
        body.minutes,
        key.answering(WaitlistView.of),
    )
    return WaitlistView.of(place)


@routes.route("/v1/waitlist", methods=["DELETE"])
@endpoint(body=schemas.LeaveWaitlist, problems=(BadCode, NotFound, NotAllowed))
def leave_waitlist(viewer: Viewer, body: schemas.LeaveWaitlist) -> WaitlistLeft:
    """Wait no longer."""
    bootstrap.container().waitlist.leave(viewer, body.case_code)
    return WaitlistLeft(case_code=show_code(parse_code(body.case_code)), waiting=False)


def _spans(spans: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((first, last) for first, last in spans)
