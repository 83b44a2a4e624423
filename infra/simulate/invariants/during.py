"""Invariants of every instant, checked at each commit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from chalicelib.appointments.rules import BookingRules
from chalicelib.appointments.slots.model import Availability, cell_names
from chalicelib.shared.calendar import work_calendar
from chalicelib.shared.clock import SHANGHAI, format_instant
from chalicelib.shared.items import from_wire
from chalicelib.shared.records import from_item
from infra.simulate.engine.tables import Change
from infra.simulate.story import Story

_BOOKABLE: Final = frozenset({"assigned", "mediating", "agreed"})


class Watch:
    """Looks at each change of appointments as it is made."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._live: dict[str, dict[str, Any]] = {}

    def __call__(self, changes: Sequence[Change]) -> None:
        """Check what was changed."""
        for one in changes:
            if one.key[0].startswith("APPOINTMENT#") and one.key[1] == "META" and one.new is not None:
                self._check(from_wire(one.new), None if one.old is None else from_wire(one.old))
            elif one.key[0].startswith("OFFER-") and one.new is not None and one.old is None:
                self._check_offer(from_wire(one.new))

    def _check(self, one: dict[str, Any], before: dict[str, Any] | None) -> None:
        if one["status"] in {"requested", "confirmed"}:
            self._live[one["id"]] = one
            self._check_places(one)
            return
        self._live.pop(one["id"], None)
        by_itself = before is not None and before["status"] == "confirmed" and one["status"] == "cancelled"
        if by_itself and self._story.errand is None:
            self._check_cause(one)

    def _check_places(self, one: dict[str, Any]) -> None:
        """No person is in two places at one instant, whatever the organisation, as mediator or as party."""
        now = format_instant(self._story.now)
        if one["status"] == "requested" and one["hold_expires_at"] <= now:
            return  # it holds nothing any more, and is only moved back in the index of what is due
        mine = {one["mediator_person"], *one["persons"].values()}
        for other in self._live.values():
            held = other["status"] == "confirmed" or other.get("hold_expires_at", "~") > now
            overlap = other["start"] < one["end"] and one["start"] < other["end"]
            if other["id"] == one["id"] or not held or not overlap:
                continue
            both = mine & {other["mediator_person"], *other["persons"].values()}
            for person in sorted(both):
                found = self._story.person_of(person)
                who = "somebody" if found is None else found.subject
                what = f"{one['id']} ({one['status']}) and {other['id']} ({other['status']}) at {one['start']}"
                self._story.found(
                    "two-places", f"{who} is in {what}, of {one['organisation']}, {other['organisation']}"
                )

    def _check_cause(self, one: dict[str, Any]) -> None:
        """Check that a session was cancelled by itself only for its case's end, or the loss of its mediator."""
        case = self._story.case_item(one["case_code"])
        if case.get("status") in _BOOKABLE and case.get("mediator") == one["mediator"]:
            what = f"{one['id']} of {one['case_code']} ({case['status']}) with {one['mediator']}"
            self._story.found("cancelled-without-cause", what)

    def _check_offer(self, offer: dict[str, Any]) -> None:
        """Check that what is offered lies in the mediator's hours."""
        start = datetime.fromisoformat(offer["start"])
        day = start.astimezone(SHANGHAI).date()
        table = self._story.city.table("appointments")
        stored = table.find((f"AVAILABILITY#{offer['organisation']}", f"MEDIATOR#{offer['mediator']}"))
        rules = BookingRules.load()
        hours = (
            Availability.default(offer["mediator"], offer["organisation"], rules)
            if stored is None
            else from_item(Availability, from_wire(stored))
        )
        cells = cell_names(start, offer["minutes"] // rules.grid_minutes, rules.grid_minutes)
        if not hours.cells_on(day, work_calendar(), rules.grid_minutes).issuperset(cells):
            self._story.found("offer-outside-hours", f"{offer['pk']} of {offer['mediator']} at {offer['start']}")
