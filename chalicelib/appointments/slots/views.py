"""What goes out: slots."""

from __future__ import annotations

from typing import Self

from chalicelib.appointments.slots.service import Slot
from chalicelib.shared.clock import format_instant
from chalicelib.web.view import View


class SlotView(View):
    """A session that can be booked."""

    start: str
    end: str
    mediator_id: str
    mediator_name: str
    mode: str
    room: str | None
    provisional: bool

    @classmethod
    def of(cls, slot: Slot) -> Self:
        """Return the view of a slot."""
        return cls(
            start=format_instant(slot.start),
            end=format_instant(slot.end),
            mediator_id=slot.mediator_id,
            mediator_name=slot.mediator_name,
            mode=slot.mode,
            room=slot.room,
            provisional=slot.provisional,
        )


class SlotList(View):
    """What can be booked, by start."""

    items: list[SlotView]
