"""HTTP routes of mediators' hours."""

from __future__ import annotations

from chalicelib.appointments.hours import contract
from chalicelib.appointments.hours.service import HoursService, NewHours
from chalicelib.appointments.hours.views import AvailabilityView
from chalicelib.settings import Settings
from chalicelib.shared.errors import NotFound, Stale
from chalicelib.web.endpoint import endpoint
from chalicelib.web.identity import Viewer
from chalicelib.web.operations import Routes
from chalicelib.web.request import ExpectedVersion

routes = Routes(__name__)


@routes.route("/v1/mediators/{mediator_id}/availability")
@endpoint(query=contract.HoursQuery, problems=(NotFound,))
def get_availability(
    viewer: Viewer, mediator_id: str, query: contract.HoursQuery, hours: HoursService, settings: Settings
) -> AvailabilityView:
    """Show a mediator's hours, to them and to the clerks of their organisation."""
    return AvailabilityView.of(hours.get_hours(viewer, mediator_id, query.organisation), settings.public_url)


@routes.route("/v1/mediators/{mediator_id}/availability", methods=["PUT"])
@endpoint(body=contract.PutAvailability, query=contract.HoursQuery, problems=(NotFound, Stale))
def put_availability(
    viewer: Viewer,
    mediator_id: str,
    body: contract.PutAvailability,
    query: contract.HoursQuery,
    expected: ExpectedVersion,
    hours: HoursService,
    settings: Settings,
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
    return AvailabilityView.of(
        hours.set_hours(viewer, mediator_id, new, query.organisation, expected_version=expected.version),
        settings.public_url,
    )


@routes.route("/v1/mediators/{mediator_id}/calendar-secret", methods=["PUT"])
@endpoint(problems=(NotFound,))
def renew_calendar_secret(
    viewer: Viewer, mediator_id: str, hours: HoursService, settings: Settings
) -> AvailabilityView:
    """Give my calendar feed a new address; the old one opens nothing any more."""
    return AvailabilityView.of(hours.renew_feed(viewer, mediator_id), settings.public_url)


def _spans(spans: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((first, last) for first, last in spans)
