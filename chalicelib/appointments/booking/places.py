"""Where a session would stand: checked against hours, sheets and rooms, for whoever books, moves or is offered it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.appointments.booking.ports import Organisation, Store
from chalicelib.appointments.booking.refusals import OutsideHours, PartyBusy, SlotTaken, TooFar, TooSoon
from chalicelib.appointments.booking.sheets import Sheet, SheetChange, SheetKey
from chalicelib.appointments.slots.model import Availability, cell_names, is_on_grid
from chalicelib.appointments.slots.service import Desk
from chalicelib.shared.clock import SHANGHAI, format_instant


@dataclass(frozen=True, slots=True)
class Sought:
    """A session as it would be. `mediator_person`: the mediator's pseudonym; `own`: whose holds may be replaced.

    `parties`: pseudonyms of those whose days are looked at beforehand; without any, the transaction tells.
    """

    organisation: str
    mediator: str
    mediator_person: str
    start: datetime
    minutes: int
    mode: str
    own: frozenset[str] = frozenset()
    parties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a session would stand: the cells of mediator and room, as the sheets were read."""

    organisation: Organisation
    hours: Availability
    sheet: Sheet
    room: str | None
    cells: tuple[str, ...]
    kept: tuple[str, ...]
    buffer_cells: int
    day: str

    def claims(
        self, by: str, parties: Iterable[str], now: str, *, until: str | None, over: frozenset[str] = frozenset()
    ) -> list[SheetChange]:
        """Return the changes that take the place: of the mediator's day, the room's, the parties'.

        `until`: when the hold ends, None for good; `over`: holds of one's own that are replaced.
        """
        changes = [self._of_mediator(by, now, until, over)]
        if self.room is not None:
            key = SheetKey.of_room(self.organisation.id, self.day, self.room)
            changes.append(SheetChange(key, by, now, take=self.cells, until=until, over=over))
        keys = {SheetKey.of_person(person, self.day) for person in parties} - {self.sheet.key}
        changes.extend(SheetChange(key, by, now, take=self.cells, until=until) for key in sorted(keys))
        return changes

    def _of_mediator(self, by: str, now: str, until: str | None, over: frozenset[str]) -> SheetChange:
        here = by in self.sheet.live
        return SheetChange(
            self.sheet.key,
            by,
            now,
            take=self.kept,
            until=until,
            over=over & frozenset(self.sheet.live),
            cap=self.hours.daily_cap + (1 if here else 0),
            lapsed=tuple(who for who in self.sheet.lapsed(now) if who != by),
            new=not self.sheet.lists_live,
            mediates=True,
        )


class Places:
    """Finds places for sessions."""

    def __init__(self, store: Store, desk: Desk) -> None:
        self._store = store
        self._desk = desk
        self._rules = desk.rules

    def find(self, sought: Sought, now: datetime) -> Place:
        """Return the place, checked in the order in which a person would want to know. One read.

        Raises `TooSoon`, `TooFar`, `OutsideHours`, `SlotTaken`, `PartyBusy`.
        """
        start = sought.start
        if start < now + self._rules.lead:
            raise TooSoon
        if start > now + self._rules.horizon:
            raise TooFar
        local = start.astimezone(SHANGHAI)
        ends = local + timedelta(minutes=sought.minutes)
        if not is_on_grid(start, self._rules.grid_minutes) or (ends - timedelta(seconds=1)).date() != local.date():
            raise OutsideHours
        organisation = self._desk.directory.get(sought.organisation)
        person = organisation.find_mediator(sought.mediator)
        hours = self._hours(sought, now)
        if person is None or person.obstacles(local.date()) or hours is None:
            raise OutsideHours
        day, instant = local.date().isoformat(), format_instant(now)
        cells = self._cells(sought)
        buffer = self._desk.buffer_cells(hours)
        kept = cell_names(start, len(cells) + buffer, self._rules.grid_minutes)
        mediators = SheetKey.of_person(sought.mediator_person, day)
        parties = [SheetKey.of_person(one, day) for one in sought.parties]
        rooms = [SheetKey.of_room(organisation.id, day, room) for room in organisation.rooms]
        sheets = self._store.read_sheets([mediators, *parties, *(rooms if sought.mode == "onsite" else ())])
        sheet = sheets.get(mediators, Sheet(mediators))
        if not sheet.is_free(kept, instant, own=sought.own):
            raise SlotTaken
        if sheet.count(instant, without=sought.own) >= hours.daily_cap:
            raise SlotTaken
        room = self._room(sought, organisation, day, sheets, instant)
        busy = (sheets[key] for key in parties if key in sheets)
        if not all(one.is_free(cells, instant, own=sought.own) for one in busy):
            raise PartyBusy
        return Place(organisation, hours, sheet, room, tuple(cells), tuple(kept), buffer, day)

    def _hours(self, sought: Sought, now: datetime) -> Availability | None:
        """Return the hours in which the session lies; None if it lies outside them.

        Nobody is refused because of hours that were remembered: before that, they are read anew.
        """
        hours = self._desk.availability_of(sought.organisation, sought.mediator, now)
        if not self._lies_in(sought, hours):
            self._desk.forget(sought.organisation)
            hours = self._desk.availability_of(sought.organisation, sought.mediator, now)
        return hours if self._lies_in(sought, hours) else None

    def _lies_in(self, sought: Sought, hours: Availability) -> bool:
        day = sought.start.astimezone(SHANGHAI).date()
        worked = hours.cells_on(day, self._desk.calendar, self._rules.grid_minutes)
        return sought.mode in hours.modes and worked.issuperset(self._cells(sought))

    def _cells(self, sought: Sought) -> list[str]:
        grid = self._rules.grid_minutes
        return cell_names(sought.start, sought.minutes // grid, grid)

    def _room(
        self, sought: Sought, organisation: Organisation, day: str, sheets: Mapping[SheetKey, Sheet], now: str
    ) -> str | None:
        if sought.mode != "onsite":
            return None
        room = self._desk.free_room(organisation, day, sheets, self._cells(sought), now, sought.own)
        if room is None:
            raise SlotTaken
        return room


def moved(taken: Iterable[SheetChange], given: Iterable[SheetChange]) -> list[SheetChange]:
    """Return what is taken and given back together, one change for each sheet: no item twice in a transaction."""
    changes = {change.key: change for change in taken}
    for change in given:
        also = changes.get(change.key)
        changes[change.key] = change if also is None else replace(also, give=change.give, new=False)
    return list(changes.values())
