"""Where a session can stand, bound by bound; and the update that takes the place, against a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest
from moto import mock_aws

from chalicelib.appointments.rules import BookingRules
from chalicelib.appointments.slots.held_slots import HeldSlot, SlotFinder, Sought
from chalicelib.appointments.slots.model import Availability
from chalicelib.appointments.slots.races import SheetChanged
from chalicelib.appointments.slots.refusals import OutsideHours, PartyBusy, SlotTaken, TooFar, TooSoon
from chalicelib.appointments.slots.sheet_writes import write_of
from chalicelib.appointments.slots.sheets import Cell, Sheet, SheetChange, SheetKey
from chalicelib.appointments.slots.store import SlotStore
from chalicelib.appointments.slots.working_hours import WorkingHours
from chalicelib.shared.aws import Clients
from chalicelib.shared.calendar import work_calendar
from chalicelib.shared.clock import SHANGHAI, format_instant
from chalicelib.shared.dynamo import Table
from chalicelib.shared.sealing import AesGcmSealer
from chalicelib.shared.transactions import Committer, Transaction
from infra.local.moto_speed import cheap_transactions
from tests.contract.test_appointments import Directory, Person
from tests.unit.tables import fresh_table

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
INSTANT, EARLIER, LATER = (format_instant(NOW + timedelta(hours=hours)) for hours in (0, -1, 1))
START = datetime(2026, 11, 25, 1, tzinfo=UTC)  # 09:00 in Dalian, a Wednesday
RULES = replace(
    BookingRules.load(),
    grid_minutes=15,
    lead_hours=4,
    horizon_days=30,
    daily_cap=2,
    buffer_minutes=15,
    weekly_hours={
        day: [["00:00", "01:00"], ["09:00", "12:00"], ["20:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri")
    },
)
DAY = "2026-11-25"
MINE, PARTY = SheetKey.of_person("pm", DAY), SheetKey.of_person("a", DAY)
SOUGHT = Sought("org-1", "m-1", "pm", START, 30, "video", parties=("a",))


class Kept:
    """Hours and sheets as they are stored."""

    def __init__(self) -> None:
        self.hours: dict[str, Availability] = {}
        self.sheets: dict[SheetKey, Sheet] = {}
        self.asked: list[SheetKey] = []

    def read_availability(self, organisation: str) -> dict[str, Availability]:
        return dict(self.hours)

    def read_sheets(self, keys: Sequence[SheetKey]) -> dict[SheetKey, Sheet]:
        self.asked = list(keys)
        return {key: self.sheets[key] for key in keys if key in self.sheets}


class Desks:
    """Slots over what is kept."""

    def __init__(self, **limits: Any) -> None:
        self.kept = Kept()
        self.directory = Directory(1)
        rules = replace(RULES, **limits)
        store = cast("SlotStore", self.kept)
        self.finder = SlotFinder(WorkingHours(store, self.directory, work_calendar(), rules), store)
        self.default = Availability.default("m-1", "org-1", rules)

    def find(self, now: datetime = NOW, **changes: Any) -> HeldSlot:
        return self.finder.get_slot(replace(SOUGHT, **changes), now)

    def taken(self, key: SheetKey, live: dict[str, str] | None = None, **cells: Cell) -> None:
        self.kept.sheets[key] = Sheet(key, cells, live or {}, lists_live=live is not None)


@pytest.fixture
def desks() -> Desks:
    return Desks()


def test_a_place_names_its_cells_and_those_that_are_kept_free_after_it(desks: Desks) -> None:
    place = desks.find()
    assert (place.cells, place.kept, place.buffer_cells) == (("t0900", "t0915"), ("t0900", "t0915", "t0930"), 1)
    assert (place.day, place.room, place.sheet, place.organisation.id) == (DAY, None, Sheet(MINE), "org-1")
    assert desks.kept.asked == [MINE, PARTY]


def test_not_too_soon_and_not_too_far(desks: Desks) -> None:
    assert desks.find(START - timedelta(hours=4))
    with pytest.raises(TooSoon):
        desks.find(START - timedelta(hours=4) + timedelta(seconds=1))
    assert desks.find(START - timedelta(days=30))
    with pytest.raises(TooFar):
        desks.find(START - timedelta(days=30, seconds=1))


@pytest.mark.parametrize(
    ("hours", "minutes", "length", "fits"),
    [
        (9, 0, 30, True),
        (8, 45, 30, False),
        (11, 30, 30, True),
        (11, 45, 30, False),
        (9, 5, 30, False),
        (23, 30, 30, True),  # until midnight
        (23, 45, 30, False),  # across it
    ],
)
def test_it_lies_on_the_grid_in_the_hours_of_one_day(
    desks: Desks, hours: int, minutes: int, length: int, fits: bool
) -> None:
    start = datetime(2026, 11, 25, hours, minutes, tzinfo=SHANGHAI)
    if fits:
        assert desks.find(start=start, minutes=length).day == DAY
    else:
        with pytest.raises(OutsideHours):
            desks.find(start=start, minutes=length)


def test_it_begins_on_the_second(desks: Desks) -> None:
    with pytest.raises(OutsideHours):
        desks.find(start=START + timedelta(seconds=30))


def test_only_who_is_there_and_in_a_mode_they_offer(desks: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OutsideHours):
        desks.find(mediator="m-9")
    with pytest.raises(OutsideHours):
        desks.find(mode="telepathy")
    seen: list[date] = []
    monkeypatch.setattr(Person, "obstacles", lambda _, on: seen.append(on) or ["away"])  # type: ignore[func-returns-value]
    with pytest.raises(OutsideHours):
        desks.find()
    assert seen == [date(2026, 11, 25)]


def test_nobody_is_refused_for_hours_that_were_remembered(desks: Desks) -> None:
    desks.kept.hours = {"m-1": replace(desks.default, weekly={})}
    with pytest.raises(OutsideHours):
        desks.find()
    desks.kept.hours = {"m-1": replace(desks.default, daily_cap=7)}
    assert desks.find().hours.daily_cap == 7


def test_a_mediators_cells_are_free_those_kept_after_it_too(desks: Desks) -> None:
    desks.taken(MINE, t0930=Cell("X", None))
    with pytest.raises(SlotTaken):
        desks.find()
    assert desks.find(own=frozenset({"X"}))
    desks.taken(MINE, t0930=Cell("X", INSTANT))
    assert desks.find()
    desks.taken(MINE, t0945=Cell("X", None))
    assert desks.find()


@pytest.mark.parametrize(
    ("live", "own", "free"),
    [
        ({"A": ""}, (), True),
        ({"A": "", "B": ""}, (), False),
        ({"A": "", "B": LATER}, (), False),
        ({"A": "", "B": INSTANT}, (), True),  # that hold is over
        ({"A": "", "B": ""}, ("B",), True),
        ({"A": "", "B": "", "C": ""}, (), False),
    ],
)
def test_a_mediator_has_so_many_sessions_a_day_and_not_one_more(
    desks: Desks, live: dict[str, str], own: tuple[str, ...], free: bool
) -> None:
    desks.taken(MINE, live)
    if free:
        assert desks.find(own=frozenset(own)).sheet.live == live
    else:
        with pytest.raises(SlotTaken):
            desks.find(own=frozenset(own))


def test_a_party_is_free_for_the_session_itself(desks: Desks) -> None:
    desks.taken(PARTY, t0915=Cell("X", None))
    with pytest.raises(PartyBusy):
        desks.find()
    assert desks.find(own=frozenset({"X"}))
    assert desks.find(parties=())
    desks.taken(PARTY, t0930=Cell("X", None))
    assert desks.find()


def test_a_room_is_found_for_sessions_on_site_only(desks: Desks) -> None:
    room = SheetKey.of_room("org-1", DAY, "1")
    assert desks.find(mode="onsite").room == "1"
    assert desks.kept.asked == [MINE, PARTY, room]
    desks.taken(room, t0900=Cell("X", None))
    with pytest.raises(SlotTaken):
        desks.find(mode="onsite")
    assert desks.find(mode="onsite", own=frozenset({"X"})).room == "1"
    assert desks.find().room is None


def test_what_is_claimed(desks: Desks) -> None:
    desks.taken(MINE, {"H": EARLIER, "B": LATER})
    room, mediator, party = (
        SheetKey.of_room("org-1", DAY, "1"),
        SheetChange(
            MINE,
            "B",
            INSTANT,
            take=("t0900", "t0915", "t0930"),
            until=LATER,
            over=frozenset({"B"}),
            cap=3,
            lapsed=("H",),
            mediates=True,
        ),
        SheetChange(PARTY, "B", INSTANT, take=("t0900", "t0915"), until=LATER),
    )
    place = desks.find(mode="onsite", own=frozenset({"B"}))
    claimed = place.claims("B", ["a", "pm", "a"], INSTANT, until=LATER, over=frozenset({"B", "Z"}))
    in_room = SheetChange(room, "B", INSTANT, take=("t0900", "t0915"), until=LATER, over=frozenset({"B", "Z"}))
    assert claimed == [mediator, in_room, party]
    firm = desks.find().claims("C", [], INSTANT, until=None)
    assert [(one.cap, one.until, one.lapsed, one.over, one.new) for one in firm] == [
        (2, None, ("H",), frozenset(), False)
    ]
    assert Desks().find().claims("C", [], INSTANT, until=None)[0].new


@pytest.fixture(scope="module")
def clients() -> Iterator[Clients]:
    with cheap_transactions(), mock_aws():
        yield Clients()


@pytest.fixture
def table(clients: Clients) -> Table:
    return Table(clients, fresh_table(clients, "AppointmentsTable"))


def make(table: Table, **change: Any) -> dict[str, Any] | type[Exception]:
    """Make a change of the mediator's day; return the row's attributes afterwards, or what it was refused with."""
    committer = Committer(table._clients, table.name, lambda: AesGcmSealer(b"root", "answers"))
    try:
        committer.commit(Transaction([write_of(table.name, SheetChange(MINE, "A", INSTANT, **change))]))
    except (SheetChanged, SlotTaken, PartyBusy) as refused:
        return type(refused)
    found = table.find(*MINE)
    assert found is not None
    return {name: value for name, value in found.items() if name not in {"pk", "sk"}}


def put(table: Table, **attributes: Any) -> None:
    table.put_many([{"pk": MINE.pk, "sk": MINE.sk, **attributes}])


def test_cells_are_taken_and_given_back(table: Table) -> None:
    assert make(table, take=("t0900", "t0915"), until=LATER) == {
        "t0900": {"by": "A", "until": LATER},
        "t0915": {"by": "A", "until": LATER},
    }
    assert make(table, take=("t0915", "t0930"), give=("t0900", "t0915")) == {"t0915": {"by": "A"}, "t0930": {"by": "A"}}
    assert make(table, give=("t0915", "t0930")) == {}
    assert make(table, give=("t0915",)) is SheetChanged


@pytest.mark.parametrize(
    ("cell", "over", "taken"),
    [
        ({"by": "B"}, (), False),
        ({"by": "B", "until": LATER}, (), False),
        ({"by": "B", "until": INSTANT}, (), True),
        ({"by": "B", "until": EARLIER}, (), True),
        ({"by": "A", "until": LATER}, (), True),
        ({"by": "B"}, ("B", "C"), True),
        ({"by": "C"}, ("B", "C"), True),
        ({"by": "D"}, ("B", "C"), False),
    ],
)
def test_a_cell_is_taken_that_is_free_or_ones_own(
    table: Table, cell: dict[str, str], over: tuple[str, ...], taken: bool
) -> None:
    put(table, t0915=cell)
    made = make(table, take=("t0900", "t0915"), over=frozenset(over))
    if taken:
        assert made == {"t0900": {"by": "A"}, "t0915": {"by": "A"}}
    else:
        assert made is PartyBusy
        assert table.find(*MINE) == {"pk": MINE.pk, "sk": MINE.sk, "t0915": cell}


def test_what_is_somebody_elses_is_not_given_back(table: Table) -> None:
    put(table, t0900={"by": "B"}, t0915={"by": "A"})
    assert make(table, give=("t0900", "t0915")) is SheetChanged
    assert make(table, give=("t0915",)) == {"t0900": {"by": "B"}}


def test_the_first_session_that_somebody_mediates_begins_the_list(table: Table) -> None:
    assert make(table, take=("t0900",), until=LATER, mediates=True, new=True, cap=2) == {
        "t0900": {"by": "A", "until": LATER},
        "live": {"A": LATER},
    }
    assert make(table, take=("t0915",), mediates=True, new=True) is SheetChanged


def test_a_firm_session_begins_the_list_too(table: Table) -> None:
    assert make(table, take=("t0900",), mediates=True, new=True) == {"t0900": {"by": "A"}, "live": {"A": ""}}


@pytest.mark.parametrize(
    "day",
    [
        ({"B": ""}, (), (), 2, {"A": "", "B": ""}),
        ({"B": "", "C": ""}, (), (), 2, None),
        ({"B": "", "C": EARLIER}, ("C",), (), 2, {"A": "", "B": ""}),
        ({"B": "", "C": EARLIER, "D": ""}, ("C",), (), 2, None),
        ({"B": "", "C": EARLIER, "D": EARLIER}, ("C", "D"), (), 2, {"A": "", "B": ""}),
        ({"B": "", "C": LATER}, (), ("C",), 2, {"A": "", "B": ""}),
        ({"B": "", "C": ""}, (), (), 3, {"A": "", "B": "", "C": ""}),
        ({"B": ""}, ("C",), (), 2, None),  # somebody else counted it out already
        ({"A": LATER, "B": ""}, (), ("A",), 3, {"A": "", "B": ""}),
        ({"B": "", "C": "", "D": ""}, (), (), None, {"A": "", "B": "", "C": "", "D": ""}),
    ],
)
def test_the_daily_cap_holds_in_the_transaction(
    table: Table, day: tuple[dict[str, str], tuple[str, ...], tuple[str, ...], int | None, dict[str, str] | None]
) -> None:
    live, lapsed, over, cap, after = day
    put(table, live=live)
    made = make(table, take=("t0900",), lapsed=lapsed, over=frozenset(over), cap=cap, mediates=True)
    assert made == (SheetChanged if after is None else {"t0900": {"by": "A"}, "live": after})


def test_the_list_says_until_when_a_session_is_held(table: Table) -> None:
    put(table, live={"B": ""})
    assert make(table, take=("t0900",), until=LATER, mediates=True) == {
        "t0900": {"by": "A", "until": LATER},
        "live": {"A": LATER, "B": ""},
    }


def test_a_session_leaves_the_list_with_its_cells(table: Table) -> None:
    put(table, live={"A": "", "B": ""}, t0900={"by": "A"})
    assert make(table, give=("t0900",), mediates=True) == {"live": {"B": ""}}


def test_a_session_whose_cells_were_taken_over_leaves_the_list(table: Table) -> None:
    put(table, live={"A": "", "B": ""})
    assert make(table, mediates=True) == {"live": {"B": ""}}
    table.put_many([{"pk": MINE.pk, "sk": MINE.sk}])
    assert make(table, mediates=True) is SheetChanged


def test_a_mediators_refusal_is_the_slots(table: Table) -> None:
    put(table, live={}, t0900={"by": "B"})
    assert make(table, take=("t0900",), mediates=True) is SlotTaken
