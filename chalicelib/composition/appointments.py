"""Appointments, hours of mediators, the waitlist."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.composition.cases import Cases
from chalicelib.composition.foundation import Foundation
from chalicelib.composition.organisations import Organisations

if TYPE_CHECKING:
    from chalicelib.appointments.booking.clockwork import AppointmentClock
    from chalicelib.appointments.booking.service import BookingService
    from chalicelib.appointments.booking.sessions import AppointmentService
    from chalicelib.appointments.booking.store import AppointmentStore
    from chalicelib.appointments.booking.upkeep import Upkeep
    from chalicelib.appointments.booking.views import AppointmentDrawing
    from chalicelib.appointments.slots.hours import HoursService
    from chalicelib.appointments.slots.service import Desk
    from chalicelib.appointments.waitlist.service import WaitlistService
    from chalicelib.cases.public import Seen


class Appointments:
    """Appointments."""

    def __init__(self, base: Foundation, cases: Cases, organisations: Organisations) -> None:
        self._base = base
        self._cases = cases
        self._organisations = organisations

    @cached_property
    def store(self) -> AppointmentStore:
        """Where appointments are kept."""
        from chalicelib.appointments.booking.store import AppointmentStore

        return AppointmentStore(self._base.aws, self._base.settings.appointments_table, self._base.answers)

    @cached_property
    def desk(self) -> Desk:
        """Who works when, and what is free."""
        from chalicelib.appointments.booking.rules import BookingRules
        from chalicelib.appointments.slots.service import Desk

        return Desk(
            self.store,
            self._organisations.service,
            self._base.work_calendar,
            BookingRules.load(),
            lambda subject: self._base.pseudonyms.of(subject),  # noqa: PLW0108 - the secret is read when first asked
        )

    @cached_property
    def upkeep(self) -> Upkeep:
        """Appointments and their cases, together."""
        from chalicelib.appointments.booking.upkeep import Upkeep

        return Upkeep(self._cases.service, self.store, self.desk.rules)

    @cached_property
    def booking(self) -> BookingService:
        """Booking and moving."""
        from chalicelib.appointments.booking.service import BookingService

        return BookingService(self.store, self.desk, self.upkeep)

    @cached_property
    def service(self) -> AppointmentService:
        """Appointments once they are asked for."""
        from chalicelib.appointments.booking.sessions import AppointmentService

        return AppointmentService(
            self.store, self.upkeep, self.desk.rules, lambda: self._base.pseudonyms, self._base.clock
        )

    def bookable(self, seen: Seen) -> bool:
        """Tell whether somebody who sees a case can book a session of it now."""
        from chalicelib.appointments.booking.cases import can_book
        from chalicelib.appointments.booking.rules import BookingRules

        return can_book(seen, BookingRules.load().max_open_per_case)

    @cached_property
    def hours(self) -> HoursService:
        """Mediators' hours and calendars."""
        from chalicelib.appointments.slots.hours import HoursService

        return HoursService(
            self.store,
            self.desk,
            lambda: self._base.pseudonyms,
            lambda: self._base.sealer("calendars"),
            self._base.clock,
        )

    @cached_property
    def waitlist(self) -> WaitlistService:
        """The line for slots that become free."""
        from chalicelib.appointments.waitlist.service import WaitlistService

        return WaitlistService(self.store, self.upkeep, self.desk, self._base.clock)

    @cached_property
    def clockwork(self) -> AppointmentClock:
        """What happens to appointments by itself."""
        from chalicelib.appointments.booking.clockwork import AppointmentClock

        return AppointmentClock(
            self.service, self.upkeep, self.store, self.desk.rules, self._base.clock, self._base.due_dates
        )

    @cached_property
    def drawing(self) -> AppointmentDrawing:
        """How appointments are shown."""
        from chalicelib.appointments.booking.video import VideoRooms
        from chalicelib.appointments.booking.views import AppointmentDrawing

        rooms = VideoRooms(self._base.settings.video_url, lambda: self._base.root_secret, self.desk.rules)
        return AppointmentDrawing(self._organisations.service.find_mediator_name, rooms.find_link, self.desk.rules)
