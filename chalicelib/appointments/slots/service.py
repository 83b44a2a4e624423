"""The desk: who works when, read once a minute, and what of a day is free for a case."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

from chalicelib.appointments.booking.ports import Calendar, Directory, Organisation, Store
from chalicelib.appointments.booking.rules import BookingRules
from chalicelib.appointments.booking.sheets import Sheet, SheetKey
from chalicelib.appointments.slots.model import Availability, cell_names, cell_start
from chalicelib.shared.clock import SHANGHAI, format_instant

REMEMBERED_SECONDS: Final = 60
"""For how long a process works with hours that it read. A booking checks in its transaction that they still hold."""


class Slot(NamedTuple):
    """A session that can be booked. `provisional`: the year's calendar of holidays is not published yet."""

    start: datetime
    end: datetime
    mediator_id: str
    mediator_name: str
    mode: str
    room: str | None
    provisional: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for. `persons`: pseudonyms of those who must be free; `own`: holds that are theirs."""

    organisation: str
    mediators: tuple[str, ...] | None
    first: date
    last: date
    minutes: int
    mode: str | None
    persons: tuple[str, ...] = ()
    own: frozenset[str] = frozenset()


class Desk:
    """Availability and free time."""

    def __init__(
        self,
        store: Store,
        directory: Directory,
        calendar: Calendar,
        rules: BookingRules,
        person_of: Callable[[str], str],
    ) -> None:
        """`person_of`: returns the pseudonym of a mediator, whose day may also be a party's."""
        self._store = store
        self._person_of = person_of
        self.directory = directory
        self.calendar = calendar
        self.rules = rules
        self._known: dict[str, tuple[datetime, dict[str, Availability]]] = {}
        self._lock = threading.Lock()

    def availability_of(self, organisation: str, mediator: str, now: datetime) -> Availability:
        """Return a mediator's hours, up to a minute old; the city's usual ones if they never said any."""
        found = self._all(organisation, now).get(mediator)
        return found or Availability.default(mediator, organisation, self.rules)

    def forget(self, organisation: str) -> None:
        """Read the organisation's hours anew next time."""
        with self._lock:
            self._known.pop(organisation, None)

    def buffer_cells(self, availability: Availability) -> int:
        """Return how many cells are kept free after a session."""
        return -(-availability.buffer_minutes // self.rules.grid_minutes)

    def list_slots(self, wanted: Wanted, now: datetime) -> list[Slot]:
        """Return what can be booked, by start; at the same time, those with less that day first, then by id.

        One read for 100 days of a mediator, a party or a room.
        """
        organisation = self.directory.get(wanted.organisation)
        days = [wanted.first + timedelta(days=n) for n in range((wanted.last - wanted.first).days + 1)]
        days = [day for day in days if self._in_range(day, now)]
        workers = {day: list(self._workers(day, organisation, wanted, now)) for day in days}
        worked = [day for day in days if workers[day]]
        keys = [key for day in worked for key in self._keys_of(day, organisation, wanted, workers[day])]
        sheets = self._store.read_sheets(keys) if keys else {}
        return [slot for day in worked for slot in self._slots_on(day, organisation, wanted, workers[day], sheets, now)]

    def free_room(  # noqa: PLR0917
        self,
        organisation: Organisation,
        day: str,
        sheets: Mapping[SheetKey, Sheet],
        cells: Sequence[str],
        now: str,
        own: frozenset[str],
    ) -> str | None:
        """Return the first room that is free, or None."""
        for room in organisation.rooms:
            sheet = sheets.get(SheetKey.of_room(organisation.id, day, room))
            if sheet is None or sheet.is_free(cells, now, own=own):
                return room
        return None

    def _keys_of(
        self, day: date, organisation: Organisation, wanted: Wanted, workers: Sequence[tuple[str, Availability]]
    ) -> Iterator[SheetKey]:
        """Yield the sheets that tell what of a day is free."""
        text = day.isoformat()
        for person in (*wanted.persons, *(self._person_of(hours.mediator) for _, hours in workers)):
            yield SheetKey.of_person(person, text)
        if any((wanted.mode or hours.modes[0]) == "onsite" for _, hours in workers):
            for room in organisation.rooms:
                yield SheetKey.of_room(organisation.id, text, room)

    def _slots_on(  # noqa: PLR0917
        self,
        day: date,
        organisation: Organisation,
        wanted: Wanted,
        workers: Sequence[tuple[str, Availability]],
        sheets: Mapping[SheetKey, Sheet],
        now: datetime,
    ) -> list[Slot]:
        text, instant = day.isoformat(), format_instant(now)
        parties = (SheetKey.of_person(person, text) for person in wanted.persons)
        theirs = [sheets[key] for key in parties if key in sheets]
        ranked: list[tuple[datetime, int, str, Slot]] = []
        count = wanted.minutes // self.rules.grid_minutes
        provisional = not self.calendar.is_published(day.year)
        for name, hours in workers:
            key = SheetKey.of_person(self._person_of(hours.mediator), text)
            sheet = sheets.get(key, Sheet(key))
            load = sheet.count(instant, without=wanted.own)
            if load >= hours.daily_cap:
                continue
            worked = hours.cells_on(day, self.calendar, self.rules.grid_minutes)
            mode = wanted.mode or hours.modes[0]
            for cell in sorted(worked):
                start = cell_start(day, cell)
                cells = cell_names(start, count, self.rules.grid_minutes)
                kept = cell_names(start, count + self.buffer_cells(hours), self.rules.grid_minutes)
                if not worked.issuperset(cells) or not self._is_in_time(start, now):
                    continue
                if not sheet.is_free(kept, instant, own=wanted.own):
                    continue
                if not all(one.is_free(cells, instant, own=wanted.own) for one in theirs):
                    continue
                room = None
                if mode == "onsite":
                    room = self.free_room(organisation, text, sheets, cells, instant, wanted.own)
                    if room is None:
                        continue
                end = start + timedelta(minutes=wanted.minutes)
                slot = Slot(start, end, hours.mediator, name, mode, room, provisional)
                ranked.append((start, load, hours.mediator, slot))
        return [slot for *_, slot in sorted(ranked, key=lambda one: one[:3])]

    def _workers(
        self, day: date, organisation: Organisation, wanted: Wanted, now: datetime
    ) -> Iterator[tuple[str, Availability]]:
        for mediator in organisation.mediators:
            if wanted.mediators is not None and mediator.id not in wanted.mediators:
                continue
            hours = self.availability_of(organisation.id, mediator.id, now)
            offered = bool(hours.modes) and (wanted.mode is None or wanted.mode in hours.modes)
            if offered and not mediator.obstacles(day) and hours.hours_on(day, self.calendar):
                yield mediator.name, hours

    def _in_range(self, day: date, now: datetime) -> bool:
        begin = datetime.combine(day, time(), tzinfo=SHANGHAI).astimezone(UTC)
        return begin + timedelta(days=1) > now + self.rules.lead and begin <= now + self.rules.horizon

    def _is_in_time(self, start: datetime, now: datetime) -> bool:
        return now + self.rules.lead <= start <= now + self.rules.horizon

    def _all(self, organisation: str, now: datetime) -> dict[str, Availability]:
        with self._lock:
            known = self._known.get(organisation)
        if known is not None and 0 <= (now - known[0]).total_seconds() < REMEMBERED_SECONDS:
            return known[1]
        read = self._store.read_availability(organisation)
        with self._lock:
            self._known[organisation] = (now, read)
        return read
