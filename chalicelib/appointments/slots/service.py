"""The use case of slots: what can be booked, for a case or with an organisation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.appointments.slots.model import Availability, cell_names, cell_start
from chalicelib.appointments.slots.policies import check_bookable, own_offer_of, persons_of
from chalicelib.appointments.slots.ports import Organisation
from chalicelib.appointments.slots.sheets import DaySheets, SheetKey
from chalicelib.appointments.slots.working_hours import WorkingHours
from chalicelib.cases.public import CaseService
from chalicelib.shared.clock import SHANGHAI, format_instant
from chalicelib.shared.errors import InvalidRequest, Violation
from chalicelib.shared.texts import Text
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from chalicelib.appointments.slots.store import SlotStore


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


@dataclass(frozen=True, slots=True)
class _Worker:
    """A mediator who works on a day: name, pseudonym, hours, and the mode of the sessions that are looked for."""

    name: str
    person: str
    hours: Availability
    mode: str


@dataclass(frozen=True, slots=True)
class _Search:
    """What is looked for, where, and as of when."""

    wanted: Wanted
    organisation: Organisation
    now: datetime


class SlotService:
    """Finds what can be booked."""

    def __init__(
        self, hours: WorkingHours, store: SlotStore, cases: CaseService, person_of: Callable[[str], str]
    ) -> None:
        """`person_of`: returns the pseudonym of a mediator, whose day may also be a party's."""
        self._hours = hours
        self._store = store
        self._cases = cases
        self._person_of = person_of
        self._rules = hours.rules

    def list_slots(self, viewer: Viewer, wanted: Wanted, case_code: str | None, now: datetime) -> list[Slot]:
        """Return what can really be booked: for a case, its mediator, a room and every party are free.

        By start; at the same time, those with less that day first, then by id. Raises `InvalidRequest` for too many
        days; `NotFound` and `NotBookable` for the case. One read for 100 days of a mediator, a party or a room.
        """
        if (wanted.last - wanted.first).days >= self._rules.max_range_days:
            most = Text(f"最多查询 {self._rules.max_range_days} 天。", f"At most {self._rules.max_range_days} days.")
            raise InvalidRequest(violations=(Violation("to", "out_of_range", most.zh),))
        if case_code is None:
            return self.list_free(wanted, now)
        case = self._cases.get_state(viewer, case_code).case
        mediator = check_bookable(case)
        if wanted.mediators not in {None, (mediator,)}:
            return []
        of_case = replace(
            wanted,
            organisation=case.organisation,
            mediators=(mediator,),
            persons=tuple(persons_of(case).values()),
            own=own_offer_of(case),
        )
        return self.list_free(of_case, now)

    def list_free(self, wanted: Wanted, now: datetime) -> list[Slot]:
        """Return what is free, whoever asks, in the order of `list_slots`."""
        search = _Search(wanted, self._hours.directory.get(wanted.organisation), now)
        days = [wanted.first + timedelta(days=number) for number in range((wanted.last - wanted.first).days + 1)]
        workers = {day: list(self._list_workers(day, search)) for day in days if self._is_in_range(day, now)}
        keys = [key for day, found in workers.items() if found for key in _keys_of(day, search, found)]
        sheets = self._store.read_sheets(keys) if keys else {}
        instant = format_instant(now)
        return [
            slot
            for day, found in workers.items()
            for slot in self._list_on(day, search, found, DaySheets(day.isoformat(), instant, sheets, wanted.own))
        ]

    def _list_on(self, day: date, search: _Search, workers: list[_Worker], sheets: DaySheets) -> list[Slot]:
        loads = {worker.person: sheets.load_of(worker.person) for worker in workers}
        able = [worker for worker in workers if loads[worker.person] < worker.hours.daily_cap]
        ranked = [
            (slot.start, loads[worker.person], slot.mediator_id, slot)
            for worker in able
            for slot in self._list_with(day, search, worker, sheets)
        ]
        return [slot for *_, slot in sorted(ranked, key=lambda one: one[:3])]

    def _list_with(self, day: date, search: _Search, worker: _Worker, sheets: DaySheets) -> Iterator[Slot]:
        """Yield the slots of a mediator on a day."""
        wanted, grid = search.wanted, self._rules.grid_minutes
        count = wanted.minutes // grid
        worked = self._hours.cells_on(day, worker.hours)
        provisional = not self._hours.calendar.is_published(day.year)
        for cell in sorted(worked):
            start = cell_start(day, cell)
            cells = cell_names(start, count, grid)
            kept = cell_names(start, count + self._hours.buffer_cells(worker.hours), grid)
            if not worked.issuperset(cells) or not self._is_in_time(start, search.now):
                continue
            if not sheets.are_free((worker.person,), kept) or not sheets.are_free(wanted.persons, cells):
                continue
            room = None
            if worker.mode == "onsite":
                room = sheets.find_free_room(search.organisation.id, search.organisation.rooms, cells)
                if room is None:
                    continue
            end = start + timedelta(minutes=wanted.minutes)
            yield Slot(start, end, worker.hours.mediator, worker.name, worker.mode, room, provisional)

    def _list_workers(self, day: date, search: _Search) -> Iterator[_Worker]:
        wanted = search.wanted
        for mediator in search.organisation.mediators:
            if wanted.mediators is not None and mediator.id not in wanted.mediators:
                continue
            hours = self._hours.availability_of(search.organisation.id, mediator.id, search.now)
            offered = bool(hours.modes) and (wanted.mode is None or wanted.mode in hours.modes)
            if offered and not mediator.obstacles(day) and hours.hours_on(day, self._hours.calendar):
                yield _Worker(mediator.name, self._person_of(mediator.id), hours, wanted.mode or hours.modes[0])

    def _is_in_range(self, day: date, now: datetime) -> bool:
        begin = datetime.combine(day, time(), tzinfo=SHANGHAI).astimezone(UTC)
        return begin + timedelta(days=1) > now + self._rules.lead and begin <= now + self._rules.horizon

    def _is_in_time(self, start: datetime, now: datetime) -> bool:
        return now + self._rules.lead <= start <= now + self._rules.horizon


def _keys_of(day: date, search: _Search, workers: list[_Worker]) -> Iterator[SheetKey]:
    """Yield the sheets that tell what of a day is free."""
    text = day.isoformat()
    for person in (*search.wanted.persons, *(worker.person for worker in workers)):
        yield SheetKey.of_person(person, text)
    if any(worker.mode == "onsite" for worker in workers):
        for room in search.organisation.rooms:
            yield SheetKey.of_room(search.organisation.id, text, room)
