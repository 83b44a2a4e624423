"""Appointments on both engines: nobody is booked twice, whoever races whom, and cells follow appointments."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.appointments.booking.actions import Asked
from chalicelib.appointments.booking.case_appointments import Shown
from chalicelib.appointments.booking.model import LIVE, Appointment
from chalicelib.appointments.booking.refusals import DailyLimit, HoldExpired
from chalicelib.appointments.booking.service import BookingRequest, MoveRequest
from chalicelib.appointments.rules import BookingRules
from chalicelib.appointments.slots.refusals import OutsideHours, PartyBusy, SlotTaken, TooFar, TooSoon
from chalicelib.appointments.slots.service import Slot, Wanted
from chalicelib.appointments.waitlist.service import NewWish
from chalicelib.cases.lifecycle.service import CaseService
from chalicelib.composition.appointments import Appointments
from chalicelib.organisations.public import MediatorNotAssignable
from chalicelib.organisations.service import OrganisationService
from chalicelib.shared.aws import Clients
from chalicelib.shared.clock import format_instant
from chalicelib.shared.crypto import Pseudonyms
from chalicelib.shared.errors import NotAllowed, NotFound, YimaError
from chalicelib.shared.idempotency import Replayed
from chalicelib.shared.jobs import Job
from chalicelib.shared.records import from_item
from chalicelib.shared.transactions import Committer
from chalicelib.shared.viewer import Viewer
from tests.contract.conftest import local_clients
from tests.contract.world import CLERK, MEDIATOR, World
from tests.world import compose, settings_of

TOMORROW = datetime(2026, 11, 25, 1, tzinfo=UTC)  # 09:00 in Dalian, a Wednesday


@dataclass
class Person:
    id: str
    name: str = "调解员"

    def obstacles(self, on: date) -> list[Any]:
        return []


@dataclass
class Organisation:
    id: str
    mediators: tuple[Person, ...]
    rooms: tuple[str, ...] = ("1",)

    def find_mediator(self, mediator_id: str) -> Person | None:
        return next((one for one in self.mediators if one.id == mediator_id), None)


class Directory:
    """Two organisations, for both of which every mediator works."""

    def __init__(self, mediators: int) -> None:
        roster = tuple(Person(f"m-{n}") for n in range(1, mediators + 1))
        self.organisations = {one: Organisation(one, roster) for one in ("org-1", "org-2")}

    def get(self, organisation_id: str) -> Organisation:
        return self.organisations[organisation_id]

    def list_by_mediator(self, mediator_id: str) -> list[Organisation]:
        return [one for one in self.organisations.values() if one.find_mediator(mediator_id)]


class Bookings(World):
    """Cases and appointments on one engine."""

    def __init__(self, clients: Clients, mediators: int = 2, **limits: int) -> None:
        super().__init__(clients)
        self.rules = replace(BookingRules.load(), **limits)  # type: ignore[arg-type]
        self.directory = Directory(mediators)
        made = self.appointments = self.compose_anew()
        self.appointment_store, self.slot_store, self.waitlist_store = made.store, made.slot_store, made.waitlist_store
        self.hours, self.booking, self.actions = made.working_hours, made.booking, made.actions
        self.due_appointments, self.waitlist, self.offers = made.due, made.waitlist, made.offers

    def compose_anew(self) -> Appointments:
        """Return the services of appointments as another process has them: on the same tables, knowing nothing yet."""
        stand_ins = {
            Clients: self.clients,
            Committer: self.committer,
            CaseService: self.cases,
            OrganisationService: self.directory,
            BookingRules: self.rules,
        }
        settings = settings_of(
            appointments_table=self.tables["AppointmentsTable"], desks_table=self.tables["DesksTable"]
        )
        container = compose(settings, self.clock, stand_ins)
        container.foundation.root_secret = b"root"
        return container.appointments

    def run_due(self) -> dict[str, int]:
        """Let happen what is due for appointments."""
        return Job("deadlines", self.due_appointments.parts, self.clock).run()

    def run_offers(self) -> dict[str, int]:
        """Let offers lapse that have run out."""
        return Job("deadlines", [self.offers.part], self.clock).run()

    def person_of(self, viewer: Viewer) -> str:
        return Pseudonyms(b"root").of(viewer.subject)

    def book(
        self,
        viewer: Viewer,
        code: str,
        start: datetime = TOMORROW,
        minutes: int = 60,
        *,
        mode: str = "video",
        mediator: str | None = None,
    ) -> Appointment:
        return self.booking.book(viewer, BookingRequest(code, start, minutes, mode, mediator), self.key()).appointment

    def do(self, viewer: Viewer, one: Appointment, action: str, **details: Any) -> Appointment:
        return self.actions.act(viewer, Asked(one.id, action, details), self.key()).appointment

    def slots(self, viewer: Viewer, code: str, day: date | None = None, minutes: int = 60) -> list[Slot]:
        day = day or TOMORROW.date()
        wanted = Wanted("", None, day, day, minutes, "video")
        return self.appointments.slots.list_slots(viewer, wanted, code, self.clock.now())

    def relay(self, code: str) -> None:
        """Deliver every event of a case, as often as it takes: consumers must not mind."""
        for event in list(self.store.list_events(code)):
            self.due_appointments.on_case_event(event)
            self.waitlist.on_case_event(event)

    def items(self) -> list[dict[str, Any]]:
        from chalicelib.shared.items import from_wire

        paginator = self.clients.dynamodb.get_paginator("scan")
        pages = paginator.paginate(TableName=self.tables["AppointmentsTable"], ConsistentRead=True)
        return [from_wire(item) for page in pages for item in page["Items"]]

    def check_cells(self) -> None:
        """Occupied cells are those of live appointments: no more, no fewer, on every sheet."""
        now = format_instant(self.clock.now())
        expected: Counter[tuple[str, str, str]] = Counter()
        found: Counter[tuple[str, str, str]] = Counter()
        items = self.items()
        for item in items:
            if item["sk"] == "META" and "persons" in item:
                one = from_item(Appointment, item)
                if one.status_at(self.clock.now()) in LIVE:
                    for change in one.releases(now, self.rules.grid_minutes):
                        expected.update((change.key.pk, change.key.sk, cell) for cell in change.give)
        for item in items:
            for name, cell in item.items():
                if isinstance(cell, dict) and "by" in cell and not ("until" in cell and cell["until"] <= now):
                    found[item["pk"], item["sk"], name] += 1
        assert found == expected


@pytest.fixture
def world(clients: Clients) -> Bookings:
    return Bookings(clients)


@pytest.fixture
def real(dynamodb_local_url: str) -> Bookings:
    return Bookings(
        local_clients(dynamodb_local_url), max_open_per_case=1000, max_daily_per_person=10_000, daily_cap=20
    )


def test_a_session_is_asked_for_confirmed_and_held_with_its_case(world: Bookings) -> None:
    code, applicant, respondent = world.mediating()
    offered = world.slots(applicant, code)
    assert offered[0].start == TOMORROW
    one = world.book(applicant, code)
    assert (one.status, one.mediator) == ("requested", "m-1")
    assert TOMORROW not in {slot.start for slot in world.slots(applicant, code)}
    assert world.do(MEDIATOR, one, "confirm").status == "confirmed"
    assert world.do(respondent, one, "accept").accepted == {"p1": True, "p2": True}
    world.check_cells()
    case = world.store.find_case(code)
    assert case is not None
    assert [each["id"] for each in case.appointments] == [one.id]
    world.clock.at = TOMORROW
    world.do(applicant, one, "check_in")
    held = world.do(MEDIATOR, one, "complete", minutes=50)
    assert (held.status, held.held_minutes) == ("held", 50)
    assert [event.name for event in world.store.list_events(code)][-5:] == [
        "appointment_requested",
        "appointment_confirmed",
        "appointment_accepted",
        "checked_in",
        "session_held",
    ]
    assert world.fault(code) is None


@pytest.mark.parametrize(
    ("start", "refusal"),
    [
        (TOMORROW + timedelta(minutes=10), OutsideHours),
        (TOMORROW - timedelta(days=2), TooSoon),
        (TOMORROW - timedelta(hours=22), TooSoon),
        (TOMORROW + timedelta(hours=12), OutsideHours),  # at night
        (TOMORROW + timedelta(hours=2, minutes=30), OutsideHours),  # into the lunch break
        (datetime(2026, 11, 28, 1, tzinfo=UTC), OutsideHours),  # a Saturday
        (datetime(2027, 3, 1, 1, tzinfo=UTC), TooFar),
        (datetime(2026, 11, 25, 15, 30, tzinfo=UTC), OutsideHours),  # across midnight
    ],
)
def test_a_start_that_cannot_be_is_refused_and_changes_nothing(
    world: Bookings, start: datetime, refusal: type[YimaError]
) -> None:
    code, applicant, _ = world.mediating()
    with pytest.raises(refusal):
        world.book(applicant, code, start)
    world.check_cells()
    case = world.store.find_case(code)
    assert case is not None
    assert case.appointments == ()


def test_a_holiday_has_no_slots_and_a_make_up_day_has(world: Bookings) -> None:
    world.clock.at = datetime(2026, 9, 14, 2, tzinfo=UTC)
    code, applicant, _ = world.mediating()
    assert world.slots(applicant, code, date(2026, 10, 1)) == []
    assert len(world.slots(applicant, code, date(2026, 9, 20))) > 0  # a Sunday that is worked for the holiday


def test_only_the_people_of_the_case_book_and_only_its_mediator_confirms(world: Bookings) -> None:
    code, applicant, respondent = world.mediating()
    stranger = Viewer("stranger", frozenset(), None, None)
    other = Viewer("m-2", frozenset({"mediator"}), "org-1", None)
    with pytest.raises(NotFound):
        world.book(stranger, code)
    with pytest.raises(NotAllowed):
        world.book(CLERK, code)
    with pytest.raises(MediatorNotAssignable):
        world.book(applicant, code, mediator="m-2")
    one = world.book(applicant, code)
    for viewer, error in ((stranger, NotFound), (other, NotFound), (respondent, NotAllowed), (CLERK, NotAllowed)):
        with pytest.raises(error):
            world.do(viewer, one, "confirm")
    assert world.do(MEDIATOR, one, "confirm").status == "confirmed"


def test_a_party_of_two_cases_is_in_one_place_at_a_time(world: Bookings) -> None:
    first, applicant, _ = world.mediating(0, "m-1")
    second, _, _ = world.mediating(0, "m-2")
    world.book(applicant, first)
    with pytest.raises(PartyBusy):
        world.book(applicant, second)
    assert TOMORROW not in {slot.start for slot in world.slots(applicant, second)}
    world.check_cells()


def test_the_last_room_is_one_sessions(world: Bookings) -> None:
    first, one, _ = world.mediating(1, "m-1")
    second, two, _ = world.mediating(2, "m-2")
    assert world.book(one, first, mode="onsite").room == "1"
    with pytest.raises(SlotTaken):
        world.book(two, second, mode="onsite")
    assert world.book(two, second, mode="phone").room is None
    world.check_cells()


def test_a_hold_that_ran_out_is_free_at_once_and_can_be_confirmed_by_nobody(world: Bookings) -> None:
    code, applicant, _ = world.mediating(1)
    other, somebody, _ = world.mediating(2)
    start = TOMORROW + timedelta(days=5)
    first = world.book(applicant, code, start)
    world.clock.at += timedelta(hours=24)
    with pytest.raises(HoldExpired):
        world.do(MEDIATOR, first, "confirm")
    second = world.book(somebody, other, start)
    assert world.do(MEDIATOR, second, "confirm").status == "confirmed"
    world.check_cells()
    assert world.run_due() == {"appointment_expired": 1}
    assert world.run_due() == {}
    world.check_cells()
    found = world.appointment_store.find(first.id)
    assert found is not None
    assert found.status == "expired"


def test_moving_keeps_the_old_slot_if_the_new_one_is_gone(world: Bookings) -> None:
    code, applicant, _ = world.mediating(1)
    other, somebody, _ = world.mediating(2)
    one = world.book(applicant, code)
    taken = world.book(somebody, other, TOMORROW + timedelta(hours=1))
    with pytest.raises(SlotTaken):
        world.booking.move(applicant, MoveRequest(one.id, TOMORROW + timedelta(minutes=30)), world.key())
    world.check_cells()
    world.do(somebody, taken, "cancel", reason="r")
    world.do(MEDIATOR, one, "confirm")
    moved = world.booking.move(
        applicant, MoveRequest(one.id, TOMORROW + timedelta(minutes=30)), world.key()
    ).appointment
    assert (moved.status, moved.sequence) == ("requested", 1)  # overlaps its own old cells
    world.check_cells()
    firm = world.booking.move(MEDIATOR, MoveRequest(one.id, TOMORROW + timedelta(days=1)), world.key()).appointment
    assert (firm.status, firm.accepted) == ("confirmed", {"p1": None, "p2": None})
    world.check_cells()


def test_nobody_hoards_slots(clients: Clients) -> None:
    world = Bookings(clients, max_open_per_case=2, max_daily_per_person=3)
    code, applicant, _ = world.mediating()
    first = world.book(applicant, code)
    world.book(applicant, code, TOMORROW + timedelta(hours=1))
    with pytest.raises(DailyLimit):
        world.book(applicant, code, TOMORROW + timedelta(hours=2))
    world.do(applicant, first, "cancel", reason="r")
    again = world.book(applicant, code)
    world.do(applicant, again, "cancel", reason="r")
    with pytest.raises(DailyLimit):
        world.book(applicant, code)
    world.check_cells()


def test_a_mediators_day_has_an_end(clients: Clients) -> None:
    world = Bookings(clients, daily_cap=2, max_open_per_case=9)
    code, applicant, _ = world.mediating()
    world.book(applicant, code)
    world.book(applicant, code, TOMORROW + timedelta(hours=1))
    assert world.slots(applicant, code) == []
    with pytest.raises(SlotTaken):
        world.book(applicant, code, TOMORROW + timedelta(hours=2))
    world.clock.at += timedelta(hours=24)  # both holds have run out: their cells, and their share, are free
    day = TOMORROW + timedelta(days=1)
    world.book(applicant, code, day)
    world.check_cells()


def test_a_freed_slot_is_offered_to_the_first_in_line_then_to_the_next(world: Bookings) -> None:
    day = TOMORROW.date()
    holder, hers, _ = world.mediating(1)
    waiting = [world.mediating(2), world.mediating(3)]
    start = TOMORROW + timedelta(days=1)
    booked = world.book(hers, holder, start)
    for code, applicant, _ in waiting:
        wish = NewWish(day, day + timedelta(days=7), ("video",), 60)
        world.waitlist.join(applicant, code, wish, world.key("line-" + code))
        world.clock.at += timedelta(seconds=1)
    world.do(hers, booked, "cancel", reason="r")
    world.relay(holder)
    world.relay(holder)
    (first, one, _), (second, two, _) = waiting
    assert world.waitlist.get_place(one, first).offer is not None
    assert world.waitlist.get_place(two, second).offer is None
    with pytest.raises(SlotTaken):
        world.book(two, second, start)
    world.clock.at += timedelta(hours=5)
    assert world.run_offers() == {"offer_lapsed": 1}
    world.relay(first)
    assert world.waitlist.get_place(one, first).offer is None
    assert world.waitlist.get_place(two, second).offer is not None
    assert start in {slot.start for slot in world.slots(two, second, start.date())}
    taken = world.book(two, second, start)
    assert taken.status == "requested"
    world.relay(second)
    with pytest.raises(NotFound):
        world.waitlist.get_place(two, second)
    world.clock.at += timedelta(hours=5)
    assert world.run_offers() == {}
    world.check_cells()


def test_a_case_that_ends_frees_its_slots(world: Bookings) -> None:
    code, applicant, _ = world.mediating()
    one = world.book(applicant, code)
    world.act(applicant, code, "withdraw")
    world.relay(code)
    world.relay(code)
    found = world.appointment_store.find(one.id)
    assert found is not None
    assert found.status == "cancelled"
    world.check_cells()


def test_reminders_go_out_once_each(world: Bookings) -> None:
    code, applicant, _ = world.mediating()
    start = TOMORROW + timedelta(days=2)
    world.do(MEDIATOR, world.book(applicant, code, start), "confirm")
    counts = []
    for before in (25, 24, 23, 1, 0.5):
        world.clock.at = start - timedelta(hours=before)
        counts.append(world.run_due().get("appointment_reminder", 0))
    assert counts == [0, 1, 0, 1, 0]


def test_a_retry_books_once(world: Bookings) -> None:
    code, applicant, _ = world.mediating()
    request = BookingRequest(code, TOMORROW, 60, "video")
    world.booking.book(applicant, request, world.key("same"))
    with pytest.raises((Replayed, SlotTaken)):
        world.booking.book(applicant, request, world.key("same"))
    assert sum(1 for item in world.items() if item["sk"] == "META") == 1


def test_thirty_two_bookers_for_one_slot_have_one_winner(real: Bookings) -> None:
    cases = [real.mediating(n) for n in range(32)]
    starts = [TOMORROW + timedelta(days=day, hours=hour) for day, hour in itertools.product((0, 1, 5, 6, 7), (0, 1))]

    def attempt(case: tuple[str, Viewer, Viewer], start: datetime) -> str:
        try:
            real.book(case[1], case[0], start)
        except SlotTaken:
            return "taken"
        return "won"

    with ThreadPoolExecutor(32) as pool:
        for start in starts:
            outcomes = Counter(pool.map(attempt, cases, itertools.repeat(start)))
            assert outcomes == {"won": 1, "taken": 31}
    real.check_cells()


def test_everybody_gets_the_free_slot_that_they_ask_for(real: Bookings) -> None:
    cases = [real.mediating(n) for n in range(8)]
    starts = [TOMORROW + timedelta(days=day, minutes=30 * cell) for day in (0, 1, 5, 6) for cell in range(6)]
    work = [(cases[n % 8], start) for n, start in enumerate(starts)]
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda one: real.book(one[0][1], one[0][0], one[1], 30), work))
    assert {one.status for one in made} == {"requested"}
    real.check_cells()


def test_cells_follow_appointments_whoever_races_whom(real: Bookings) -> None:
    """Book against cancel, confirm against decline, move against book: cells are those of live appointments."""
    cases = [real.mediating(n) for n in range(4)]

    def attempt(call: Callable[[], Any]) -> None:
        with contextlib.suppress(YimaError):
            call()

    with ThreadPoolExecutor(8) as pool:
        for round_number in range(8):
            start = TOMORROW + timedelta(days=(0, 1, 5, 6)[round_number % 4], hours=4.5 * (round_number // 4))
            (first, hers, _), (second, his, _), *others = cases
            one = real.book(hers, first, start)
            calls = _moves(real, one, (first, hers), (second, his), others)
            list(pool.map(attempt, calls))
            real.check_cells()
    for code, *_ in cases:
        assert real.fault(code) is None


def _moves(
    real: Bookings,
    one: Appointment,
    holder: tuple[str, Viewer],
    rival: tuple[str, Viewer],
    others: list[Any],
) -> list[Callable[[], Any]]:
    start = one.starts
    later = start + timedelta(minutes=30)
    return [
        lambda: real.do(holder[1], one, "cancel", reason="r"),
        lambda: real.do(MEDIATOR, one, "confirm"),
        lambda: real.do(MEDIATOR, one, "decline", reason="r"),
        lambda: real.book(rival[1], rival[0], start),
        lambda: real.booking.move(holder[1], MoveRequest(one.id, later), real.key()),
        *(lambda case=case: real.book(case[1], case[0], later) for case in others),
    ]


def test_shown_is_what_was_written(world: Bookings) -> None:
    code, applicant, _ = world.mediating()
    shown = world.booking.book(applicant, BookingRequest(code, TOMORROW, 60, "video"), world.key())
    assert isinstance(shown, Shown)
    found = world.appointment_store.find(shown.appointment.id)
    assert found is not None
    assert dataclasses.asdict(found) == dataclasses.asdict(shown.appointment)
