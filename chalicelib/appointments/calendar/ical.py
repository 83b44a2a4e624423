"""Appointments as iCalendar (RFC 5545), for ordinary calendar programs. No names: calendars get around."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from chalicelib.appointments.booking.model import Appointment
from chalicelib.shared.clock import parse_instant
from chalicelib.shared.codes import show_code
from chalicelib.shared.texts import Language, Text

_STATUS: Final = {
    "requested": "TENTATIVE",
    **dict.fromkeys(("confirmed", "held", "no_show", "unreported"), "CONFIRMED"),
}
_TITLE: Final = Text("调解", "Mediation")
_MODES: Final = {"video": Text("视频", "video"), "phone": Text("电话", "phone"), "onsite": Text("现场", "on site")}
_ROOM: Final = Text("调解室 {room}", "Room {room}")


def draw_calendar(appointments: Sequence[Appointment], language: Language, *, name: str | None = None) -> bytes:
    """Return a calendar of appointments. `UID` is stable, `SEQUENCE` rises on change, what was cancelled says so."""
    # Late: only two routes need it.
    from icalendar import Alarm, Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//Yima//Mediation//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    if name is not None:
        calendar.add("x-wr-calname", name)
    for one in appointments:
        event = Event()
        event.add("uid", f"{one.id}@yima")
        event.add("sequence", one.version)
        event.add("dtstamp", parse_instant(one.updated_at))
        event.add("dtstart", one.starts)
        event.add("dtend", one.ends)
        event.add("summary", f"{_TITLE.text(language)} {show_code(one.case_code)} ({_MODES[one.mode].text(language)})")
        event.add("status", _STATUS.get(one.status, "CANCELLED"))
        if one.room is not None:
            event.add("location", _ROOM.format(room=one.room).text(language))
        if one.status == "confirmed":
            alarm = Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", _TITLE.text(language))
            alarm.add("trigger", timedelta(hours=-1))
            event.add_component(alarm)
        calendar.add_component(event)
    return bytes(calendar.to_ical())
