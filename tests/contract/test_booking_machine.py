"""Any sequence of bookings, moves, answers and lapses, against a model in memory.

Cells are those of live appointments, and nobody is in two places: mediators who work for two organisations included,
and mediators who are parties.
"""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule
from moto import mock_aws

from chalicelib.appointments.booking.model import Appointment
from chalicelib.appointments.booking.service import MoveRequest
from chalicelib.appointments.slots.refusals import PartyBusy, SlotTaken
from chalicelib.shared.aws import Clients
from chalicelib.shared.errors import Conflict
from chalicelib.shared.records import from_item
from chalicelib.shared.viewer import Viewer
from infra.local.moto_speed import cheap_transactions
from tests.contract.test_appointments import TOMORROW, Bookings
from tests.contract.world import MEDIATOR
from tests.examples import examples

SECOND = Viewer("m-2", frozenset({"mediator"}), "org-2", None)
CASES: tuple[tuple[str, str, Viewer | None], ...] = (
    ("m-1", "org-1", None),
    ("m-1", "org-2", None),
    ("m-2", "org-2", None),
    ("m-2", "org-1", MEDIATOR),
    ("m-1", "org-1", SECOND),
)
"""Whose case it is, where, and who applies: the mediators are parties of each other's cases too."""
STARTS = st.sampled_from([TOMORROW + timedelta(days=day, minutes=30 * cell) for day in (1, 2) for cell in range(4)])


class BookingMachine(RuleBasedStateMachine):
    """Cases of two mediators at two organisations, and a model that knows who is where in which half hour."""

    booked: Bundle[Appointment] = Bundle("booked")

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.live: dict[str, tuple[str, datetime, int, str, datetime | None]] = {}

    @initialize()
    def begin(self) -> None:
        """Bring the cases to mediation."""
        self.stack.enter_context(cheap_transactions())
        self.stack.enter_context(mock_aws())
        self.world = Bookings(Clients(), max_open_per_case=100, max_daily_per_person=1000, daily_cap=20)
        self.cases = [
            self.world.mediating(number, mediator, organisation, applicant)
            for number, (mediator, organisation, applicant) in enumerate(CASES)
        ]
        self.people = {
            code: {mediator, applicant.subject, respondent.subject}
            for (mediator, _, _), (code, applicant, respondent) in zip(CASES, self.cases, strict=True)
        }

    def teardown(self) -> None:
        """Forget the tables."""
        self.stack.close()

    @rule(target=booked, number=st.integers(0, len(CASES) - 1), start=STARTS, minutes=st.sampled_from([30, 60, 90]))
    def ask(self, number: int, start: datetime, minutes: int) -> Any:
        """Ask for a session."""
        return self.book(number, start, minutes)

    def book(self, number: int, start: datetime, minutes: int) -> Any:
        """Book: it succeeds exactly if the model says that everybody of the case is free in these half hours."""
        code, applicant, _ = self.cases[number]
        if not self._is_free(code, start, minutes, None):
            with pytest.raises((SlotTaken, PartyBusy)):
                self.world.book(applicant, code, start, minutes, mode="phone")
            return multiple()
        one = self.world.book(applicant, code, start, minutes, mode="phone")
        self._keep(one)
        return one

    @rule(target=booked, one=booked, number=st.integers(0, len(CASES) - 1), minutes=st.sampled_from([30, 60, 90]))
    def book_beside(self, one: Appointment, number: int, minutes: int) -> Any:
        """Ask for a session in any case at the very time of one that was asked for."""
        return self.book(number, one.starts, minutes)

    @rule(one=booked)
    def confirm(self, one: Appointment) -> None:
        """Confirm it: possible exactly while its hold lasts."""
        mediator = MEDIATOR if one.mediator == "m-1" else SECOND
        if self._try(lambda: self.world.do(mediator, one, "confirm")):
            code, start, minutes, status, hold = self.live[one.id]
            assert status == "requested"
            assert hold is not None
            assert hold > self.world.clock.at
            self.live[one.id] = (code, start, minutes, "confirmed", None)

    @rule(one=booked)
    def cancel(self, one: Appointment) -> None:
        """Cancel it."""
        if self._try(lambda: self.world.do(self._party(one), one, "cancel", reason="r")):
            del self.live[one.id]

    @rule(one=booked, start=STARTS)
    def move(self, one: Appointment, start: datetime) -> None:
        """Move it: the old half hours are kept unless the new ones can be had."""
        minutes = one.minutes
        if self._try(lambda: self.world.booking.move(self._party(one), MoveRequest(one.id, start), self.world.key())):
            assert self._is_free(one.case_code, start, minutes, one.id)
            found = self.world.appointment_store.find(one.id)
            assert found is not None
            self._keep(found)

    @rule(hours=st.sampled_from([1, 6, 23]))
    def wait(self, hours: int) -> None:
        """Let time pass, but not up to the sessions."""
        if self.world.clock.at + timedelta(hours=hours) < TOMORROW + timedelta(hours=12):
            self.world.clock.at += timedelta(hours=hours)

    @rule()
    def sweep(self) -> None:
        """Run the scheduled job."""
        self.world.run_due()

    @invariant()
    def cells_are_those_of_live_appointments(self) -> None:
        """Compare every sheet with what is live, and what is live with the model."""
        if not hasattr(self, "people"):
            return
        self.world.check_cells()
        now = self.world.clock.at
        mine = {one for one, (*_, hold) in self.live.items() if hold is None or hold > now}
        kept = {
            str(item["id"])
            for item in self.world.items()
            if item["sk"] == "META"
            and "persons" in item
            and from_item(Appointment, item).status_at(now) in {"requested", "confirmed"}
        }
        assert kept == mine

    def _try(self, act: Any) -> bool:
        try:
            act()
        except Conflict:
            return False
        return True

    def _keep(self, one: Appointment) -> None:
        hold = None if one.hold_expires_at is None else datetime.fromisoformat(one.hold_expires_at)
        self.live[one.id] = (one.case_code, one.starts, one.minutes, one.status, hold)

    def _is_free(self, code: str, start: datetime, minutes: int, own: str | None) -> bool:
        """Tell whether nobody of the case is anywhere else then, in whatever function."""
        now = self.world.clock.at
        return all(
            start + timedelta(minutes=minutes) <= other or other + timedelta(minutes=length) <= start
            for one, (where, other, length, _, hold) in self.live.items()
            if one != own and (hold is None or hold > now) and self.people[where] & self.people[code]
        )

    def _party(self, one: Appointment) -> Any:
        return next(applicant for code, applicant, _ in self.cases if code == one.case_code)


TestBookings = BookingMachine.TestCase
TestBookings.settings = settings(
    max_examples=examples(8),
    stateful_step_count=30,
    deadline=None,
    phases=[Phase.generate],  # shrinking takes minutes here
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
