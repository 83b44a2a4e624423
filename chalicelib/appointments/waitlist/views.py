"""What goes out: a case's place in the line."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from chalicelib.appointments.waitlist.model import PlaceInLine
from chalicelib.shared.codes import show_code
from chalicelib.web.view import View


class OfferView(View):
    """A slot that is kept for the case: book it before `expires_at`."""

    start: str
    minutes: int
    mode: str
    expires_at: str


class WaitlistView(View):
    """A case's place in the line."""

    case_code: str
    mediator_id: str
    position: int
    modes: list[str]
    minutes: int
    from_day: str = Field(serialization_alias="from")
    to_day: str = Field(serialization_alias="to")
    offer: OfferView | None
    created_at: str

    @classmethod
    def of(cls, place: PlaceInLine) -> Self:
        """Return the view of a place in the line."""
        one, offer = place.waiting, place.offer
        return cls(
            case_code=show_code(one.case_code),
            mediator_id=one.mediator,
            position=place.position,
            modes=list(one.modes),
            minutes=one.minutes,
            from_day=one.first_day,
            to_day=one.last_day,
            offer=None if offer is None else OfferView(**{name: offer[name] for name in OfferView.model_fields}),
            created_at=one.created_at,
        )


class WaitlistLeft(View):
    """The case waits no longer."""

    case_code: str
    waiting: bool
