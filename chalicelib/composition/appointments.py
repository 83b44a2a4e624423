"""Appointments, hours of mediators, the waitlist."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.composition.cases import Cases
from chalicelib.composition.desk import Desks
from chalicelib.composition.foundation import Foundation
from chalicelib.composition.organisations import Organisations

if TYPE_CHECKING:
    from chalicelib.appointments.booking.actions import AppointmentActions
    from chalicelib.appointments.booking.case_appointments import CaseAppointments
    from chalicelib.appointments.booking.decisions import AppointmentDecisions
    from chalicelib.appointments.booking.due import DueAppointments
    from chalicelib.appointments.booking.reading import AppointmentReader
    from chalicelib.appointments.booking.service import BookingService
    from chalicelib.appointments.booking.store import AppointmentStore
    from chalicelib.appointments.booking.views import AppointmentDrawing
    from chalicelib.appointments.hours.service import HoursService
    from chalicelib.appointments.rules import BookingRules
    from chalicelib.appointments.slots.held_slots import SlotFinder
    from chalicelib.appointments.slots.service import SlotService
    from chalicelib.appointments.slots.store import SlotStore
    from chalicelib.appointments.slots.working_hours import WorkingHours
    from chalicelib.appointments.waitlist.offers import OfferService
    from chalicelib.appointments.waitlist.service import WaitlistService
    from chalicelib.appointments.waitlist.store import WaitlistStore


class Appointments:
    """Appointments."""

    def __init__(self, base: Foundation, cases: Cases, organisations: Organisations, desks: Desks) -> None:
        self._base = base
        self._desks = desks
        self._cases = cases
        self._organisations = organisations

    @cached_property
    def rules(self) -> BookingRules:
        """The limits of booking."""
        from chalicelib.appointments.rules import BookingRules

        return BookingRules.load()

    @cached_property
    def store(self) -> AppointmentStore:
        """Where appointments are kept."""
        from chalicelib.appointments.booking.store import AppointmentStore

        return AppointmentStore(
            self._base.aws, self._base.settings.appointments_table, self._base.answers, self._desks.store
        )

    @cached_property
    def slot_store(self) -> SlotStore:
        """Where day sheets and hours are kept."""
        from chalicelib.appointments.slots.store import SlotStore

        return SlotStore(self._base.aws, self._base.settings.appointments_table, self._base.answers)

    @cached_property
    def waitlist_store(self) -> WaitlistStore:
        """Where wishes and offers are kept."""
        from chalicelib.appointments.waitlist.store import WaitlistStore

        return WaitlistStore(self._base.aws, self._base.settings.appointments_table, self._base.answers)

    @cached_property
    def working_hours(self) -> WorkingHours:
        """Who works when."""
        from chalicelib.appointments.slots.working_hours import WorkingHours

        return WorkingHours(self.slot_store, self._organisations.service, self._base.work_calendar, self.rules)

    @cached_property
    def slots(self) -> SlotService:
        """What can be booked."""
        from chalicelib.appointments.slots.service import SlotService

        return SlotService(
            self.working_hours,
            self.slot_store,
            self._cases.service,
            lambda subject: self._base.pseudonyms.of(subject),  # noqa: PLW0108 - the secret is read when first asked
        )

    @cached_property
    def finder(self) -> SlotFinder:
        """The slot that a session would hold."""
        from chalicelib.appointments.slots.held_slots import SlotFinder

        return SlotFinder(self.working_hours, self.slot_store)

    @cached_property
    def case_appointments(self) -> CaseAppointments:
        """Appointments and their cases, together."""
        from chalicelib.appointments.booking.case_appointments import CaseAppointments

        return CaseAppointments(self._cases.service, self.store, self.slot_store, self.rules)

    @cached_property
    def booking(self) -> BookingService:
        """Booking and moving."""
        from chalicelib.appointments.booking.service import BookingService

        return BookingService(self.finder, self.case_appointments, self.store)

    @cached_property
    def decisions(self) -> AppointmentDecisions:
        """What actions make of appointments."""
        from chalicelib.appointments.booking.decisions import AppointmentDecisions

        return AppointmentDecisions(self.rules)

    @cached_property
    def actions(self) -> AppointmentActions:
        """Actions on appointments."""
        from chalicelib.appointments.booking.actions import AppointmentActions

        return AppointmentActions(self.case_appointments, self.store, self.decisions)

    @cached_property
    def reader(self) -> AppointmentReader:
        """Appointments as they are read."""
        from chalicelib.appointments.booking.reading import AppointmentReader

        return AppointmentReader(self.case_appointments, self.store, lambda: self._base.pseudonyms, self._base.clock)

    @cached_property
    def due(self) -> DueAppointments:
        """What happens to appointments by itself."""
        from chalicelib.appointments.booking.due import DueAppointments
        from chalicelib.appointments.booking.reports import SessionReports

        reports = SessionReports(self._base.due_dates)
        return DueAppointments(self.case_appointments, self.store, self.decisions, reports)

    @cached_property
    def hours(self) -> HoursService:
        """Mediators' hours and calendars."""
        from chalicelib.appointments.hours.feeds import FeedSecrets
        from chalicelib.appointments.hours.service import HoursService

        secrets = FeedSecrets(lambda: self._base.sealer("calendars"))
        return HoursService(self.working_hours, self.store, secrets, lambda: self._base.pseudonyms, self._base.clock)

    @cached_property
    def waitlist(self) -> WaitlistService:
        """The line for slots that become free."""
        from chalicelib.appointments.waitlist.service import WaitlistService

        return WaitlistService(self.waitlist_store, self._cases.service, self.offers)

    @cached_property
    def offers(self) -> OfferService:
        """Slots that are kept for those in line."""
        from chalicelib.appointments.waitlist.offers import OfferService

        return OfferService(self.waitlist_store, self.slot_store, self.finder, self._cases.service, self._base.clock)

    @cached_property
    def drawing(self) -> AppointmentDrawing:
        """How appointments are shown."""
        from chalicelib.appointments.booking.video import VideoRooms
        from chalicelib.appointments.booking.views import AppointmentDrawing

        rooms = VideoRooms(self._base.settings.video_url, lambda: self._base.root_secret, self.rules)
        return AppointmentDrawing(self._organisations.service.find_mediator_name, rooms.find_link, self.rules)
