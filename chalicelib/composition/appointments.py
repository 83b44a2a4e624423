"""The parts of appointments."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.composition.cases import CaseParts

if TYPE_CHECKING:
    from chalicelib.appointments.booking import BookingService
    from chalicelib.appointments.clockwork import AppointmentClock
    from chalicelib.appointments.desk import Desk
    from chalicelib.appointments.hours import HoursService
    from chalicelib.appointments.service import AppointmentService
    from chalicelib.appointments.store import AppointmentStore
    from chalicelib.appointments.upkeep import Upkeep
    from chalicelib.appointments.views import Drawing
    from chalicelib.appointments.waitlist import WaitlistService
    from chalicelib.cases.service import Seen


class AppointmentParts(CaseParts):
    """Appointments, hours, the waitlist."""

    @cached_property
    def appointment_store(self) -> AppointmentStore:
        """Where appointments are kept."""
        from chalicelib.appointments.store import AppointmentStore

        return AppointmentStore(self.aws, self.settings.appointments_table, self.answers)

    @cached_property
    def desk(self) -> Desk:
        """Who works when, and what is free."""
        from chalicelib.appointments.desk import Desk
        from chalicelib.appointments.rules import BookingRules
        from chalicelib.shared.calendar import work_calendar

        return Desk(
            self.appointment_store,
            self.organisations,
            work_calendar(),
            BookingRules.load(),
            self.pseudonyms.of,
        )

    @cached_property
    def upkeep(self) -> Upkeep:
        """Appointments and their cases, together."""
        from chalicelib.appointments.upkeep import Upkeep

        return Upkeep(self.cases, self.appointment_store, self.desk.rules)

    @cached_property
    def booking(self) -> BookingService:
        """Booking and moving."""
        from chalicelib.appointments.booking import BookingService

        return BookingService(self.appointment_store, self.desk, self.upkeep)

    @cached_property
    def appointments(self) -> AppointmentService:
        """Appointments once they are asked for."""
        from chalicelib.appointments.service import AppointmentService

        return AppointmentService(
            self.appointment_store, self.upkeep, self.desk.rules, lambda: self.pseudonyms, self.clock
        )

    def bookable(self, seen: Seen) -> bool:
        """Tell whether somebody who sees a case can book a session of it now."""
        from chalicelib.appointments.cases import can_book
        from chalicelib.appointments.rules import BookingRules

        return can_book(seen, BookingRules.load().max_open_per_case)

    @cached_property
    def hours(self) -> HoursService:
        """Mediators' hours and calendars."""
        from chalicelib.appointments.hours import HoursService

        return HoursService(
            self.appointment_store, self.desk, lambda: self.pseudonyms, lambda: self.sealer("calendars"), self.clock
        )

    @cached_property
    def waitlist(self) -> WaitlistService:
        """The line for slots that become free."""
        from chalicelib.appointments.waitlist import WaitlistService

        return WaitlistService(self.appointment_store, self.upkeep, self.desk, self.clock)

    @cached_property
    def appointment_clock(self) -> AppointmentClock:
        """What happens to appointments by itself."""
        from chalicelib.appointments.clockwork import AppointmentClock

        return AppointmentClock(
            self.appointments, self.upkeep, self.appointment_store, self.desk.rules, self.clock, self.due_dates
        )

    @cached_property
    def appointment_drawing(self) -> Drawing:
        """How appointments are shown."""
        from chalicelib.appointments.video import VideoRooms
        from chalicelib.appointments.views import Drawing

        rooms = VideoRooms(self.settings.video_url, lambda: self.root_secret, self.desk.rules)
        return Drawing(self.organisations.find_mediator_name, rooms.find_link, self.desk.rules)
