"""The service of the waitlist over cases and rows in memory, for tests that take no time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from chalicelib.appointments.rules import BookingRules
from chalicelib.appointments.slots.held_slots import SlotFinder
from chalicelib.appointments.slots.model import Availability
from chalicelib.appointments.slots.sheets import Sheet, SheetKey
from chalicelib.appointments.slots.store import SlotStore
from chalicelib.appointments.slots.working_hours import WorkingHours
from chalicelib.appointments.waitlist.model import Line, Offer, Spot, Waiting
from chalicelib.appointments.waitlist.offers import OfferService
from chalicelib.appointments.waitlist.races import WishChanged
from chalicelib.appointments.waitlist.service import NewWish, WaitlistService
from chalicelib.appointments.waitlist.store import WaitlistStore
from chalicelib.cases.lifecycle.model import Case, Party
from chalicelib.cases.lifecycle.service import CaseService
from chalicelib.shared.calendar import work_calendar
from chalicelib.shared.clock import format_instant
from chalicelib.shared.dynamo import Pauses
from chalicelib.shared.errors import NotFound
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
        cases = cast(
            "CaseService", SimpleNamespace(get_state=self.get_state, find_state=self.find_state, commit=self.commit)
        )
        slots, store = cast("SlotStore", self.rows), cast("WaitlistStore", self.rows)
        self.hours = WorkingHours(slots, Directory(2), work_calendar(), RULES)
        finder, pauses = SlotFinder(self.hours, slots), Pauses(lambda _: None)
        self.offers = OfferService(store, slots, finder, cases, clock, pauses=pauses)
        self.line = WaitlistService(store, cases, self.offers, pauses=pauses)

    def get_state(self, viewer: Viewer, code: str) -> Any:
        assert viewer is VIEWER
        if code not in self.cases:
            raise NotFound
        loaded = SimpleNamespace(shown=lambda: Shown("case", code))
        return SimpleNamespace(case=self.cases[code], now=self.now, relation=self.relation, loaded=loaded)

    def find_state(self, code: str) -> Any:
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
        return self.line.join(VIEWER, code, NewWish(*days, modes, 60), CLAIM)

    def event(
        self,
        name: str = "appointment_cancelled",
        code: str = "F",
        *,
        seq: int = 9,
        status: str = "mediating",
        **data: Any,
    ) -> bool:
        return self.line.on_case_event(
            Event(code, seq, format_instant(NOW), name, "x", "applicant", status, data, (), None, GENESIS, "h")
        )

    def free(self, code: str = "F", **freed: Any) -> bool:
        return self.event(code=code, organisation="org-1", mediator="m-1", freed={**FREED, **freed})

    def offered(self) -> list[str]:
        return [one.case.code for one in self.commits if one.event == "slot_offered"]
