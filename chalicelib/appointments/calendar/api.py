"""HTTP routes of calendars: one session, and a mediator's feed."""

from __future__ import annotations

from chalicelib.appointments.booking.reading import AppointmentReader
from chalicelib.appointments.calendar.ical import draw_calendar
from chalicelib.appointments.hours.service import HoursService
from chalicelib.shared.errors import NotFound
from chalicelib.shared.texts import Language
from chalicelib.web.answers import NO_STORE, Answer
from chalicelib.web.endpoint import endpoint
from chalicelib.web.identity import Viewer
from chalicelib.web.operations import Access, Routes

routes = Routes(__name__)


@routes.route("/v1/appointments/{appointment_id}/calendar")
@endpoint(media_type="text/calendar", cache=NO_STORE, problems=(NotFound,))
def appointment_calendar(
    viewer: Viewer, appointment_id: str, language: Language, appointments: AppointmentReader
) -> Answer:
    """Give an appointment for my calendar program (iCalendar)."""
    shown = appointments.get_appointment(viewer, appointment_id)
    return Answer(draw_calendar([shown.appointment], language), media_type="text/calendar; charset=utf-8")


@routes.route("/v1/calendars/{secret}")
@endpoint(access=Access.PUBLIC, media_type="text/calendar", cache=NO_STORE, problems=(NotFound,))
def calendar_feed(secret: str, language: Language, hours: HoursService) -> Answer:
    """Give a mediator's calendar to whoever knows its secret address (iCalendar)."""
    feed = hours.get_feed(secret)
    drawn = draw_calendar(feed.appointments, language, name=feed.mediator.name)
    return Answer(drawn, media_type="text/calendar; charset=utf-8")
