"""Whether a message about what is to come would still be true: events may be told late."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from chalicelib.notices.templates import TEMPLATES
from chalicelib.shared.clock import format_instant
from chalicelib.shared.events import Event


class Overdue(Protocol):
    """A due date that runs in a case."""

    @property
    def rule(self) -> str:
        """Its rule's id."""
        ...

    @property
    def at(self) -> str:
        """The last second in time."""
        ...

    @property
    def escalated_to(self) -> Mapping[str, str]:
        """The functions on whose desks it stands because it is over."""
        ...


class CaseNow(Protocol):
    """What is to come in a case, as it is now."""

    @property
    def deadlines(self) -> Sequence[Overdue]:
        """Due dates that run."""
        ...

    @property
    def appointments(self) -> Sequence[Mapping[str, Any]]:
        """Live appointments: `id`, `status`, `start` and more."""
        ...

    @property
    def offer(self) -> Mapping[str, Any] | None:
        """A slot that is kept for the case: `id`, `expires_at` and more."""
        ...


def is_overtaken(event: Event, find_case: Callable[[str], CaseNow | None], now: datetime) -> bool:
    """Tell whether what the event announces is no longer so. What it tells of the past stays true."""
    if event.name == "escalated":
        return _is_done(event, find_case(event.aggregate))
    stands_in = TEMPLATES[event.name].stands_in
    if event.name != "slot_offered" and not stands_in:
        return False
    case, instant = find_case(event.aggregate), format_instant(now)
    if case is None:
        return True
    if event.name == "slot_offered":
        offer = case.offer
        return offer is None or offer["id"] != event.data["id"] or str(offer["expires_at"]) <= instant
    return not any(
        one["id"] == event.data["appointment"]
        and one["start"] == event.data["start"]
        and one["status"] in stands_in
        and str(one["start"]) > instant
        for one in case.appointments
    )


def _is_done(event: Event, case: CaseNow | None) -> bool:
    """Tell whether what was escalated is on that desk no more; an event that names no desk tells of the past only."""
    to = event.data.get("to")
    if to is None:
        return False
    return case is None or not any(
        one.rule == event.data["rule"] and one.at == event.data["due_at"] and to["desk"] in one.escalated_to
        for one in case.deadlines
    )
