"""The line of a mediator's slots, against cases and rows in memory: joining, leaving, offers, and what ends them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from chalicelib.appointments.availability import Availability
from chalicelib.appointments.desk import Desk
from chalicelib.appointments.races import AvailabilityChanged, SheetChanged, WishChanged
from chalicelib.appointments.refusals import NotBookable
from chalicelib.appointments.rules import BookingRules
from chalicelib.appointments.sheets import Cell, Sheet, SheetKey
from chalicelib.appointments.upkeep import Upkeep
from chalicelib.appointments.waiting import Line, Offer, Spot, Waiting
from chalicelib.appointments.waitlist import WaitlistService, WaitlistStore
from chalicelib.cases.model import Case, Party
from chalicelib.cases.records import VersionConflict
from chalicelib.shared.calendar import work_calendar
from chalicelib.shared.clock import SHANGHAI, format_instant
from chalicelib.shared.deciding import decide_anew
from chalicelib.shared.dynamo import Pauses
from chalicelib.shared.errors import InvalidRequest, NotAllowed, NotFound
from chalicelib.shared.events import GENESIS, Event
from chalicelib.shared.idempotency import Idempotency, Shown, StoredAnswer
from chalicelib.shared.viewer import Viewer
from tests.contract.test_appointments import Directory

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
START = datetime(2026, 11, 26, 1, tzinfo=UTC)  # 09:00 in Dalian
FREED: dict[str, Any] = {"start": format_instant(START), "minutes": 60, "mode": "video"}
RULES = replace(
    BookingRules.load(),
    lead_hours=4,
    offer_hours=4,
    max_offer_looks=3,
    max_open_per_case=2,
    daily_cap=2,
    grid_minutes=15,
)
WEEK = (date(2026, 11, 24), date(2026, 12, 1))
VIEWER = Viewer("viewer", frozenset(), None, None)
CLAIM = Idempotency("scope", "request", NOW, lambda _: StoredAnswer(200, {}, b""))


def case_of(code: str, **changes: Any) -> Case:
    parties = (
        Party("p1", "applicant", "person", person=f"{code}-a"),
        Party("p2", "respondent", "person", person=f"{code}-r"),
    )
    case = Case(code, "mediating", 7, "neighbour", "210202", "org-1", parties, (), {}, "t", "t", "t", "h")
    return replace(case, **{"mediator": "m-1", "mediator_person": "pm-1", **changes})


@dataclass
class Rows:
    """What the store keeps, and what it was asked to write."""

    hours: dict[str, Availability] = field(default_factory=dict)
    sheets: dict[SheetKey, Sheet] = field(default_factory=dict)
    lines: dict[tuple[str, str], list[Waiting]] = field(default_factory=dict)
    spots: dict[str, Spot] = field(default_factory=dict)
    offers: dict[str, Offer] = field(default_factory=dict)
    broken: tuple[tuple[str, str], ...] = ()
    mended: int = 0
    joined: list[tuple[Waiting, Spot | None, Idempotency, Any]] = field(default_factory=list)
    before_join: list[Callable[[], object]] = field(default_factory=list)
    due_offers: Any = None

    def read_availability(self, organisation: str) -> dict[str, Availability]:
        return dict(self.hours)

    def read_sheets(self, keys: Sequence[SheetKey]) -> dict[SheetKey, Sheet]:
        return {key: self.sheets[key] for key in keys if key in self.sheets}

    def sheet_writes(self, changes: Sequence[Any]) -> list[Any]:
        return [("sheet", change.key, change.until) for change in changes]

    def check_availability(self, hours: Availability) -> Any:
        return ("hours", hours.version)

    def list_line(self, organisation: str, mediator: str) -> Line:
        return Line(list(self.lines.get((organisation, mediator), [])), self.broken)

    def mend_line(self, line: Line) -> None:
        self.mended += 1

    def find_spot(self, case_code: str) -> Spot | None:
        return self.spots.get(case_code)

    def join_line(self, waiting: Waiting, former: Spot | None, idempotency: Idempotency, result: Any) -> None:
        while self.before_join:
            self.before_join.pop()()
        if self.spots.get(waiting.case_code) != former:
            raise WishChanged
        self.joined.append((waiting, former, idempotency, result))
        if former is not None:
            self.end_wish(former)
        self.wait(waiting)

    def wait(self, waiting: Waiting) -> None:
        self.lines.setdefault((waiting.organisation, waiting.mediator), []).append(waiting)
        self.spots[waiting.case_code] = waiting.spot

    def end_wish(self, spot: Spot) -> bool:
        if self.spots.get(spot.case_code) != spot:
            return False
        del self.spots[spot.case_code]
        line = self.lines.get((spot.organisation, spot.mediator), [])
        self.lines[spot.organisation, spot.mediator] = [one for one in line if one.case_code != spot.case_code]
        return True

    def offer_writes(self, offer: Offer, spot: Spot) -> list[Any]:
        return [("offer", offer, spot)]

    def offer_end_writes(self, offer: Offer, spot: Spot | None) -> list[Any]:
        return [("end", offer, spot)]

    def find_offer(self, offer_id: str) -> Offer | None:
        return self.offers.get(offer_id)

    def end_offer(self, offer: Offer) -> None:
        del self.offers[offer.id]


@dataclass
class Commit:
    case: Case
    event: str
    data: dict[str, Any]
    role: str
    also: list[Any]


class Town:
    """The service over cases and rows in memory. `faults`: what the next commits raise; None lets one pass."""

    def __init__(self) -> None:
        self.rows = Rows()
        self.cases: dict[str, Case] = {}
        self.relation = "applicant"
        self.now = NOW
        self.faults: list[Exception | None] = []
        self.commits: list[Commit] = []
        clock = SimpleNamespace(now=lambda: self.now)
        cases = SimpleNamespace(look=self.look, watch=self.watch, commit=self.commit)
        upkeep = SimpleNamespace(cases=cases, decide=lambda attempt: decide_anew(attempt, Pauses(lambda _: None)))
        store = cast("WaitlistStore", self.rows)
        self.desk = Desk(store, Directory(2), work_calendar(), RULES, lambda name: f"p{name}")
        self.line = WaitlistService(store, cast("Upkeep", upkeep), self.desk, clock)

    def look(self, viewer: Viewer, code: str) -> Any:
        assert viewer is VIEWER
        if code not in self.cases:
            raise NotFound
        loaded = SimpleNamespace(shown=lambda: Shown("case", code))
        return SimpleNamespace(case=self.cases[code], now=self.now, relation=self.relation, loaded=loaded)

    def watch(self, code: str) -> Any:
        return SimpleNamespace(case=self.cases[code], now=self.now) if code in self.cases else None

    def commit(self, seen: Any, outcome: Any, viewer: Any, *, role: str, also: list[Any]) -> None:
        assert viewer is None
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None:
            raise fault
        self.cases[seen.case.code] = outcome.case
        self.commits.append(Commit(outcome.case, outcome.event, outcome.data, role, also))
        for kind, *rest in also:
            if kind == "offer":
                self.rows.offers[rest[0].id] = rest[0]

    def waits(self, code: str, *, at: int = 0, **changes: Any) -> Waiting:
        """Put a case into the line, `at` seconds after the beginning."""
        self.cases.setdefault(code, case_of(code))
        since = format_instant(NOW - timedelta(hours=1) + timedelta(seconds=at))
        wish = Waiting(code, "org-1", "m-1", "2026-11-24", "2026-12-01", ("video",), 60, since, case_seq=4)
        wish = replace(wish, **changes)
        self.rows.wait(wish)
        return wish

    def join(self, code: str = "C", *, days: tuple[date, date] = WEEK, modes: tuple[str, ...] = ("video",)) -> Any:
        return self.line.join(VIEWER, code, *days, modes, 60, CLAIM)

    def event(self, name: str = "appointment_cancelled", code: str = "F", *, seq: int = 9, **data: Any) -> bool:
        return self.line.on_case_event(
            Event(code, seq, format_instant(NOW), name, "x", "applicant", "mediating", data, (), None, GENESIS, "h")
        )

    def free(self, code: str = "F", **freed: Any) -> bool:
        return self.event(code=code, organisation="org-1", mediator="m-1", freed={**FREED, **freed})

    def offered(self) -> list[str]:
        return [one.case.code for one in self.commits if one.event == "slot_offered"]


@pytest.fixture
def town() -> Town:
    return Town()


def test_a_party_joins_the_line_of_their_cases_mediator(town: Town) -> None:
    town.waits("A")
    town.cases["C"] = case_of("C", offer={"id": "O"})
    place = town.join()
    ((waiting, former, claim, result),) = town.rows.joined
    expected = Waiting("C", "org-1", "m-1", "2026-11-24", "2026-12-01", ("video",), 60, format_instant(NOW), case_seq=7)
    assert (waiting, former, result) == (expected, None, place)
    assert (place.waiting, place.position, place.offer) == (expected, 2, {"id": "O"})
    assert claim.shown == Shown("case", "C")


def test_who_joins_again_keeps_their_place_and_what_was_offered(town: Town) -> None:
    first = town.waits("C", offered=("x",), kept_until="y")
    town.waits("B", at=1)
    place = town.join(modes=("onsite",))
    again = place.waiting
    assert (again.created_at, again.offered, again.kept_until) == (first.created_at, ("x",), "y")
    assert (again.modes, again.case_seq, place.position) == (("onsite",), 7, 1)
    assert town.rows.joined[0][1] == first.spot


def test_who_joins_again_after_their_days_are_over_begins_anew(town: Town) -> None:
    town.waits("C", last_day="2026-11-23", offered=("x",))
    town.now = datetime(2026, 11, 24, 0, 0, tzinfo=SHANGHAI)
    again = town.join().waiting
    assert (again.created_at, again.offered) == (format_instant(town.now), ())
    town.waits("D", last_day="2026-11-23", offered=("x",))
    town.now -= timedelta(seconds=1)
    assert town.join("D").waiting.offered == ("x",)


def test_days_that_are_over_are_refused_and_today_in_dalian_is_not(town: Town) -> None:
    town.cases["C"] = case_of("C")
    town.now = datetime(2026, 11, 24, 23, 59, tzinfo=SHANGHAI)
    with pytest.raises(InvalidRequest) as caught:
        town.join(days=(date(2026, 11, 20), date(2026, 11, 23)))
    (violation,) = caught.value.violations
    assert (violation.pointer, violation.code) == ("/to", "out_of_range")
    assert town.rows.joined == []
    assert town.join(days=(date(2026, 11, 20), date(2026, 11, 24)))


def test_only_parties_of_cases_in_mediation_join_look_or_leave(town: Town) -> None:
    town.waits("C")
    for relation in ("mediator", "clerk", "supervisor"):
        town.relation = relation
        for refused in (town.join, lambda: town.line.get(VIEWER, "C"), lambda: town.line.leave(VIEWER, "C")):
            with pytest.raises(NotAllowed):
                refused()
    town.relation = "respondent"
    assert town.line.get(VIEWER, "C").position == 1
    town.cases["C"] = case_of("C", status="submitted")
    with pytest.raises(NotBookable):
        town.join()
    with pytest.raises(NotFound):
        town.join("none")


def test_a_join_that_is_overtaken_is_decided_anew(town: Town) -> None:
    town.cases["C"] = case_of("C")
    town.rows.before_join = [lambda: town.waits("C", at=5)]
    place = town.join()
    assert len(town.rows.joined) == 1
    assert place.waiting.created_at == format_instant(NOW - timedelta(hours=1) + timedelta(seconds=5))


def test_a_place_is_shown_as_long_as_the_case_waits(town: Town) -> None:
    town.waits("A")
    wish = town.waits("C", at=1)
    town.cases["C"] = case_of("C", offer={"id": "O"})
    place = town.line.get(VIEWER, "C")
    assert (place.waiting, place.position, place.offer) == (wish, 2, {"id": "O"})
    for changed in ({"status": "submitted"}, {"mediator": "m-2"}, {"organisation": "org-2"}):
        town.cases["C"] = case_of("C", **changed)
        with pytest.raises(NotFound):
            town.line.get(VIEWER, "C")
    town.cases["C"] = case_of("C")
    town.now = wish.ends_at - timedelta(seconds=1)
    assert town.line.get(VIEWER, "C").position == 2
    town.now = wish.ends_at
    with pytest.raises(NotFound):
        town.line.get(VIEWER, "C")


def test_a_spot_without_its_wish_is_no_place(town: Town) -> None:
    town.waits("C")
    town.rows.lines.clear()
    with pytest.raises(NotFound):
        town.line.get(VIEWER, "C")
    town.rows.spots.clear()
    with pytest.raises(NotFound):
        town.line.get(VIEWER, "C")


def test_who_leaves_is_out_and_cannot_leave_twice(town: Town) -> None:
    town.waits("C")
    town.line.leave(VIEWER, "C")
    assert (town.rows.spots, town.rows.lines) == ({}, {("org-1", "m-1"): []})
    with pytest.raises(NotFound):
        town.line.leave(VIEWER, "C")


def test_a_freed_slot_is_offered_to_the_first_in_line(town: Town) -> None:
    first = town.waits("A")
    town.waits("B", at=1)
    town.cases["A"] = case_of("A", no_shows={"p1": 1})
    assert town.free()
    (made,) = town.commits
    expires = format_instant(NOW + timedelta(hours=4))
    ((offer, spot),) = [rest for kind, *rest in made.also if kind == "offer"]
    assert offer == Offer(offer.id, "A", "org-1", "m-1", FREED["start"], 60, "video", expires, first.created_at, None)
    assert offer.id.startswith("OFFER-")
    assert spot == first.spot
    assert (made.event, made.role, made.case) == (
        "slot_offered",
        "clock",
        case_of("A", no_shows={"p1": 1}, offer=offer.in_case()),
    )
    assert made.data == {**offer.in_case(), "mediator": "m-1", "organisation": "org-1"}
    assert ("sheet", SheetKey.of_person("pm-1", "2026-11-26"), expires) in made.also
    assert ("hours", 0) in made.also
    assert len(made.also) == 3


def test_a_case_is_offered_what_it_asked_for_and_not_more(town: Town) -> None:
    town.waits("A", minutes=30, modes=("onsite", "phone"))
    assert town.free(mode="onsite")
    ((offer, _),) = [rest for kind, *rest in town.commits[0].also if kind == "offer"]
    assert (offer.minutes, offer.mode, offer.room) == (30, "onsite", "1")
    assert {key for kind, key, *_ in town.commits[0].also if kind == "sheet"} == {
        SheetKey.of_person("pm-1", "2026-11-26"),
        SheetKey.of_room("org-1", "2026-11-26", "1"),
    }


def test_an_offer_ends_before_it_is_too_late_to_book(town: Town) -> None:
    town.waits("A")
    town.now = START - timedelta(hours=5)
    assert town.free()
    assert town.commits[0].data["expires_at"] == format_instant(START - timedelta(hours=4))


@pytest.mark.parametrize(("before", "offered"), [(timedelta(hours=4), True), (timedelta(hours=3, minutes=59), False)])
def test_a_slot_that_is_too_near_is_offered_to_nobody(town: Town, before: timedelta, offered: bool) -> None:
    town.waits("A")
    town.now = START - before
    assert town.free() is offered
    assert town.offered() == (["A"] if offered else [])


def test_who_freed_it_or_does_not_want_it_is_passed_over(town: Town) -> None:
    town.waits("F")
    town.waits("B", at=1, modes=("onsite",))
    town.waits("A", at=2)
    assert town.free()
    assert town.offered() == ["A"]


def test_an_event_that_frees_nothing_offers_nothing(town: Town) -> None:
    town.waits("A")
    assert not town.event(organisation="org-1", mediator="m-1")
    assert town.offered() == []


@pytest.mark.parametrize(
    ("changes", "leaves"),
    [
        ({"status": "signed"}, True),
        ({"mediator": "m-2"}, True),
        ({"organisation": "org-2"}, True),
        ({"offer": {"expires_at": format_instant(NOW + timedelta(seconds=1))}}, False),
        ({"appointments": ({"status": "confirmed", "end": "9"}, {"status": "confirmed", "end": "9"})}, False),
    ],
)
def test_who_cannot_have_it_is_passed_over_and_leaves_if_they_wait_no_more(
    town: Town, changes: dict[str, Any], leaves: bool
) -> None:
    town.waits("A")
    town.waits("B", at=1)
    town.cases["A"] = case_of("A", **changes)
    assert town.free()
    assert town.offered() == ["B"]
    assert ("A" not in town.rows.spots) is leaves


@pytest.mark.parametrize(
    "changes",
    [
        {"offer": {"expires_at": format_instant(NOW)}},
        {"appointments": ({"status": "confirmed", "end": "9"},)},
    ],
)
def test_an_offer_that_is_over_or_one_session_is_in_nobodys_way(town: Town, changes: dict[str, Any]) -> None:
    town.waits("A")
    town.cases["A"] = case_of("A", **changes)
    assert town.free()
    assert town.offered() == ["A"]


def test_a_case_that_is_gone_leaves_the_line(town: Town) -> None:
    town.waits("A")
    del town.cases["A"]
    assert not town.free()
    assert "A" not in town.rows.spots


def test_a_slot_that_is_taken_by_now_is_offered_to_nobody(town: Town) -> None:
    town.waits("A")
    key = SheetKey.of_person("pm-1", "2026-11-26")
    town.rows.sheets[key] = Sheet(key, {"t0900": Cell("X", None)}, {}, lists_live=True)
    assert not town.free()


def test_a_party_who_is_busy_is_passed_over(town: Town) -> None:
    town.waits("A")
    town.waits("B", at=1)
    key = SheetKey.of_person("A-r", "2026-11-26")
    town.rows.sheets[key] = Sheet(key, {"t0945": Cell("X", None)})
    assert town.free()
    assert town.offered() == ["B"]


def test_so_many_cases_are_looked_at_and_no_more(town: Town) -> None:
    for number in range(3):
        town.waits(f"S{number}", at=number)
        town.cases[f"S{number}"] = case_of(f"S{number}", offer={"expires_at": "9999"})
    town.waits("A", at=9)
    assert not town.free()
    town.cases["S2"] = case_of("S2")
    assert town.free()
    assert town.offered() == ["S2"]


def test_a_broken_line_is_mended_and_a_whole_one_is_not_touched(town: Town) -> None:
    town.waits("A")
    town.free()
    assert town.rows.mended == 0
    town.rows.broken = (("pk", "sk"),)
    town.free()
    assert town.rows.mended == 1


@pytest.mark.parametrize("fault", [VersionConflict(), SheetChanged(), AvailabilityChanged()])
def test_an_offer_that_is_overtaken_is_decided_anew(town: Town, fault: Exception) -> None:
    town.waits("A")
    town.faults = [fault]
    known = town.desk.availability_of("org-1", "m-1", NOW)
    town.rows.hours = {"m-1": replace(known, version=3)}
    assert town.free()
    assert town.offered() == ["A"]
    assert ("hours", 3 if isinstance(fault, AvailabilityChanged) else 0) in town.commits[0].also


def test_who_left_meanwhile_is_passed_over(town: Town) -> None:
    town.waits("A")
    town.waits("B", at=1)
    town.faults = [WishChanged()]
    assert town.free()
    assert town.offered() == ["B"]


@pytest.mark.parametrize("name", ["appointment_requested", "appointment_confirmed"])
@pytest.mark.parametrize(("seq", "left"), [(3, False), (4, False), (5, True)])
def test_who_booked_after_the_wish_leaves_and_a_late_event_ends_no_later_wish(
    town: Town, name: str, seq: int, left: bool
) -> None:
    town.waits("C")
    assert town.event(name, "C", seq=seq) is left
    assert ("C" not in town.rows.spots) is left


def test_events_of_cases_that_wait_for_nothing_end_nothing(town: Town) -> None:
    town.cases["C"] = case_of("C")
    for name in ("appointment_confirmed", "passed", "filed"):
        assert not town.event(name, "C")
    assert not town.event("ended", "C", closed=True)


OTHERS = ("passed", "lapsed", "recused", "replaced", "transferred", "reopened", "assigned")


@pytest.mark.parametrize("name", OTHERS)
def test_who_has_another_mediator_now_leaves_and_who_has_the_same_stays(town: Town, name: str) -> None:
    town.waits("C")
    assert not town.event(name, "C")
    assert "C" in town.rows.spots
    town.cases["C"] = case_of("C", mediator="m-2")
    assert town.event(name, "C")
    assert town.rows.spots == {}
    assert not town.event(name, "C")


def test_a_case_that_is_over_leaves_whatever_the_event_is_called(town: Town) -> None:
    town.waits("C")
    town.cases["C"] = case_of("C", status="failed")
    assert not town.event("ended", "C")
    assert town.event("ended", "C", closed=True)
    town.waits("D")
    del town.cases["D"]
    assert town.event("ended", "D", closed=True)
    assert town.rows.spots == {}


def test_an_event_that_both_ends_a_wish_and_frees_a_slot_does_both(town: Town) -> None:
    town.waits("C")
    town.cases["C"] = case_of("C", status="failed")
    assert town.event("ended", "C", closed=True, organisation="org-1", mediator="m-1", freed=FREED)
    assert town.rows.spots == {}
    town.waits("A")
    town.waits("C")
    assert town.event("ended", "C", closed=True, organisation="org-1", mediator="m-1", freed=FREED)
    assert town.offered() == ["A"]


def lapse(town: Town, offer_id: str) -> list[str]:
    return list(town.line._act(offer_id))


def offered(town: Town) -> Offer:
    town.waits("A")
    town.free()
    (offer,) = town.rows.offers.values()
    town.commits.clear()
    return offer


def test_an_offer_that_was_not_taken_lapses_and_frees_its_slot(town: Town) -> None:
    offer = offered(town)
    assert lapse(town, offer.id) == ["offer_lapsed"]
    (made,) = town.commits
    assert (made.event, made.role, made.case) == ("offer_lapsed", "clock", case_of("A"))
    where = {"start": FREED["start"], "mediator": "m-1", "organisation": "org-1"}
    assert made.data == {**where, "freed": FREED}
    assert made.also == [("end", offer, town.rows.spots["A"])]


@pytest.mark.parametrize("changes", [{"offer": None}, {"offer": {"id": "another"}}])
def test_an_offer_that_the_case_has_no_more_is_forgotten(town: Town, changes: dict[str, Any]) -> None:
    offer = offered(town)
    town.cases["A"] = case_of("A", **changes)
    assert lapse(town, offer.id) == []
    assert (town.rows.offers, town.commits) == ({}, [])
    assert lapse(town, offer.id) == []


def test_an_offer_of_a_case_that_is_gone_is_forgotten(town: Town) -> None:
    offer = offered(town)
    town.cases.clear()
    assert lapse(town, offer.id) == []
    assert town.rows.offers == {}


def test_a_lapse_that_is_overtaken_is_decided_anew(town: Town) -> None:
    offer = offered(town)
    town.faults = [VersionConflict()]
    assert lapse(town, offer.id) == ["offer_lapsed"]


def test_a_wish_that_changed_while_its_offer_lapsed_goes(town: Town) -> None:
    offer = offered(town)
    town.faults = [WishChanged()]
    assert lapse(town, offer.id) == ["offer_lapsed"]
    assert town.rows.spots == {}
    assert town.commits[0].also == [("end", offer, None)]


def test_the_lapse_of_offers_is_an_urgent_part_of_the_deadlines(town: Town) -> None:
    part = town.line.part
    assert (part.name, part.urgent) == ("offers", True)
