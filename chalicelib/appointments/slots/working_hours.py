"""Who works when: the hours of mediators, remembered for a minute."""

from __future__ import annotations

import threading
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from chalicelib.appointments.rules import BookingRules
from chalicelib.appointments.slots.model import Availability
from chalicelib.appointments.slots.ports import Directory

if TYPE_CHECKING:
    from chalicelib.appointments.slots.store import SlotStore
    from chalicelib.shared.calendar import WorkCalendar

REMEMBERED_SECONDS: Final = 60
"""For how long a process works with hours that it read. A booking checks in its transaction that they still hold."""


class WorkingHours:
    """Hours of the mediators of organisations, as the working calendar and the city's limits have them."""

    def __init__(self, store: SlotStore, directory: Directory, calendar: WorkCalendar, rules: BookingRules) -> None:
        self._store = store
        self.directory = directory
        self.calendar = calendar
        self.rules = rules
        self._known: dict[str, tuple[datetime, dict[str, Availability]]] = {}
        self._lock = threading.Lock()

    def availability_of(self, organisation: str, mediator: str, now: datetime) -> Availability:
        """Return a mediator's hours, up to a minute old; the city's usual ones if they never said any."""
        return self._or_usual(organisation, mediator, self._remembered(organisation, now).get(mediator))

    def read_availability(self, organisation: str, mediator: str) -> Availability:
        """Return a mediator's hours as they are stored now; the city's usual ones if they never said any."""
        return self._or_usual(organisation, mediator, self._store.read_availability(organisation).get(mediator))

    def set_availability(self, availability: Availability) -> None:
        """Write a mediator's hours if they are still at the version before; raise `Stale`."""
        self._store.put_availability(availability)
        self.forget(availability.organisation)

    def forget(self, organisation: str) -> None:
        """Read the organisation's hours anew next time."""
        with self._lock:
            self._known.pop(organisation, None)

    def cells_on(self, day: date, availability: Availability) -> frozenset[str]:
        """Return the names of the cells in which a mediator works on a day."""
        return availability.cells_on(day, self.calendar, self.rules.grid_minutes)

    def buffer_cells(self, availability: Availability) -> int:
        """Return how many cells are kept free after a session."""
        return -(-availability.buffer_minutes // self.rules.grid_minutes)

    def _or_usual(self, organisation: str, mediator: str, found: Availability | None) -> Availability:
        return found or Availability.default(mediator, organisation, self.rules)

    def _remembered(self, organisation: str, now: datetime) -> dict[str, Availability]:
        with self._lock:
            known = self._known.get(organisation)
        if known is not None and 0 <= (now - known[0]).total_seconds() < REMEMBERED_SECONDS:
            return known[1]
        read = self._store.read_availability(organisation)
        with self._lock:
            self._known[organisation] = (now, read)
        return read
