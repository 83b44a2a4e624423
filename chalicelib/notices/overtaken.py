"""Whether a message about what is to come would still be true: events may be told late."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from chalicelib.notices.templates import TEMPLATES
from chalicelib.shared.clock import format_instant
from chalicelib.shared.events import Event


class CaseNow(Protocol):
    """What is to come in a case, as it is now."""

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
