"""The slot that a session would hold, checked against hours, sheets and rooms: to book, to move, to be offered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.appointments.slots.model import Availability, cell_names, is_on_grid
from chalicelib.appointments.slots.ports import Organisation
from chalicelib.appointments.slots.refusals import OutsideHours, PartyBusy, SlotTaken, TooFar, TooSoon
from chalicelib.appointments.slots.sheets import DaySheets, Sheet, SheetChange, SheetKey
from chalicelib.appointments.slots.working_hours import WorkingHours
from chalicelib.shared.clock import SHANGHAI, format_instant
from chalicelib.shared.transactions import Write

if TYPE_CHECKING:
    from chalicelib.appointments.slots.store import SlotStore


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
class HeldSlot:
    """The cells of mediator and room that a session would hold, free as the sheets were read.

    `kept`: the session's `cells` and the `buffer_cells` after it; `sheet`: the mediator's; `day` in Asia/Shanghai.
    """

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
        """Return the changes that take the slot: of the mediator's day, the room's, the parties'.

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


class SlotFinder:
    """Finds the slot that a session would hold."""

    def __init__(self, hours: WorkingHours, store: SlotStore) -> None:
        self.hours = hours
        self.rules = hours.rules
        self._store = store

    def get_slot(self, sought: Sought, now: datetime) -> HeldSlot:
        """Return the slot, checked in the order in which a person would want to know. One read.

        Raises `TooSoon`, `TooFar`, `OutsideHours`, `SlotTaken`, `PartyBusy`.
        """
        start = sought.start
        if start < now + self.rules.lead:
            raise TooSoon
        if start > now + self.rules.horizon:
            raise TooFar
        local = start.astimezone(SHANGHAI)
        ends = local + timedelta(minutes=sought.minutes)
        if not is_on_grid(start, self.rules.grid_minutes) or (ends - timedelta(seconds=1)).date() != local.date():
            raise OutsideHours
        organisation = self.hours.directory.get(sought.organisation)
        mediator = organisation.find_mediator(sought.mediator)
        hours = self._find_hours(sought, now)
        if mediator is None or mediator.obstacles(local.date()) or hours is None:
            raise OutsideHours
        cells = self._cells(sought)
        buffer = self.hours.buffer_cells(hours)
        kept = cell_names(start, len(cells) + buffer, self.rules.grid_minutes)
        sheets = self._read(sought, organisation, local.date().isoformat(), format_instant(now))
        if not sheets.are_free((sought.mediator_person,), kept):
            raise SlotTaken
        if sheets.load_of(sought.mediator_person) >= hours.daily_cap:
            raise SlotTaken
        room = _room(sought, organisation, sheets, cells)
        if not sheets.are_free(sought.parties, cells):
            raise PartyBusy
        sheet = sheets.of_person(sought.mediator_person)
        return HeldSlot(organisation, hours, sheet, room, tuple(cells), tuple(kept), buffer, sheets.day)

    def check_write(self, held: HeldSlot) -> Write:
        """Return the check that the mediator's hours are still those that the slot was found in."""
        return self._store.check_availability(held.hours)

    def _read(self, sought: Sought, organisation: Organisation, day: str, now: str) -> DaySheets:
        persons = [SheetKey.of_person(one, day) for one in (sought.mediator_person, *sought.parties)]
        rooms = [SheetKey.of_room(organisation.id, day, room) for room in organisation.rooms]
        sheets = self._store.read_sheets([*persons, *(rooms if sought.mode == "onsite" else ())])
        return DaySheets(day, now, sheets, sought.own)

    def _find_hours(self, sought: Sought, now: datetime) -> Availability | None:
        """Return the hours in which the session lies; None if it lies outside them.

        Nobody is refused because of hours that were remembered: before that, they are read anew.
        """
        hours = self.hours.availability_of(sought.organisation, sought.mediator, now)
        if not self._lies_in(sought, hours):
            self.hours.forget(sought.organisation)
            hours = self.hours.availability_of(sought.organisation, sought.mediator, now)
        return hours if self._lies_in(sought, hours) else None

    def _lies_in(self, sought: Sought, hours: Availability) -> bool:
        worked = self.hours.cells_on(sought.start.astimezone(SHANGHAI).date(), hours)
        return sought.mode in hours.modes and worked.issuperset(self._cells(sought))

    def _cells(self, sought: Sought) -> list[str]:
        grid = self.rules.grid_minutes
        return cell_names(sought.start, sought.minutes // grid, grid)


def _room(sought: Sought, organisation: Organisation, sheets: DaySheets, cells: list[str]) -> str | None:
    if sought.mode != "onsite":
        return None
    room = sheets.find_free_room(organisation.id, organisation.rooms, cells)
    if room is None:
        raise SlotTaken
    return room
