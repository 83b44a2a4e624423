"""Appointments as people see them, each for one viewer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Self

from pydantic import Field

from chalicelib.appointments.booking.cases import goes_on
from chalicelib.appointments.booking.model import Appointment, actions_of
from chalicelib.appointments.booking.rules import BookingRules
from chalicelib.appointments.slots.hours import HoursShown
from chalicelib.appointments.slots.service import Slot
from chalicelib.appointments.waitlist.service import Place
from chalicelib.cases.public import Case
from chalicelib.shared.clock import format_instant
from chalicelib.shared.codes import show_code
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


class MediatorRef(View):
    """The mediator of a session."""

    id: str
    name: str | None


class ParticipantView(View):
    """A party's part in a session. `no_shows`: how often they stayed away in this case, to the mediator only."""

    id: str
    accepted: bool | None
    checked_in_at: str | None
    no_shows: int | None


class AppointmentAction(View):
    """Something that you can do now."""

    action: str
    method: str
    href: str


class AppointmentView(View):
    """An appointment. `join_url`: to participants, from 15 minutes before; `hold_expires_at`: of a request."""

    id: str
    case_code: str
    status: str
    start: str
    end: str
    minutes: int
    mode: str
    mediator: MediatorRef
    room: str | None
    join_url: str | None
    hold_expires_at: str | None
    parties: list[ParticipantView]
    absent: list[str]
    actions: list[AppointmentAction]
    sequence: int
    version: int
    created_at: str
    updated_at: str


class Drawing:
    """What it takes to show appointments: names of mediators, links into rooms."""

    def __init__(
        self,
        name_of: Callable[[str, str], str | None],
        link_of: Callable[[Appointment, datetime], str | None],
        rules: BookingRules,
    ) -> None:
        self._name_of = name_of
        self._link_of = link_of
        self._rules = rules

    def draw(
        self,
        one: Appointment,
        relation: str,
        person: str,
        now: datetime,
        case: Case | None,
        *,
        no_shows: Mapping[str, int] | None = None,
    ) -> AppointmentView:
        """Return the view for one person who stands in `relation` to the case (None: there is no case any more)."""
        href = f"/v1/appointments/{one.id}/actions/"
        takes_part = one.relation_of(person, relation) is not None
        return AppointmentView(
            id=one.id,
            case_code=show_code(one.case_code),
            status=one.status_at(now),
            start=one.start,
            end=one.end,
            minutes=one.minutes,
            mode=one.mode,
            mediator=MediatorRef(id=one.mediator, name=self._name_of(one.organisation, one.mediator)),
            room=one.room,
            join_url=self._link_of(one, now) if takes_part else None,
            hold_expires_at=one.hold_expires_at,
            parties=[
                ParticipantView(
                    id=party,
                    accepted=accepted,
                    checked_in_at=one.checked_in.get(party),
                    no_shows=(no_shows or {}).get(party, 0) if relation == "mediator" else None,
                )
                for party, accepted in sorted(one.accepted.items())
            ],
            absent=list(one.absent),
            actions=[
                AppointmentAction(action=action, method="POST", href=href + action)
                for action in actions_of(one, relation, person, now, self._rules)
                if case is not None and goes_on(action, one, case)
            ],
            sequence=one.sequence,
            version=one.version,
            created_at=one.created_at,
            updated_at=one.updated_at,
        )


class AppointmentList(View):
    """A page of appointments."""

    items: list[AppointmentView]
    next_cursor: str | None


class Refused(View):
    """Why one of several was refused."""

    type: str
    title: str
    status: int


class ConfirmedView(View):
    """What became of one request."""

    id: str
    status: str
    appointment: dict[str, Any] | None
    problem: Refused | None


class ConfirmedList(View):
    """What became of each request, in their order."""

    items: list[ConfirmedView]


class ConflictView(View):
    """A session that is booked outside the hours."""

    appointment_id: str
    case_code: str
    start: str
    end: str
    mode: str


class DayHoursView(View):
    """The hours of one day."""

    date: str
    hours: list[list[str]]


class AvailabilityView(View):
    """A mediator's hours. `conflicts`: what stays booked although it lies outside; `calendar_url`: to them only."""

    mediator_id: str
    organisation: str
    weekly: dict[str, list[list[str]]]
    exceptions: list[DayHoursView]
    leave: list[dict[str, str]]
    buffer_minutes: int
    modes: list[str]
    daily_cap: int
    conflicts: list[ConflictView]
    calendar_url: str | None
    version: int

    @classmethod
    def of(cls, shown: HoursShown, public_url: str) -> Self:
        """Return the view of hours."""
        hours = shown.hours
        return cls(
            mediator_id=hours.mediator,
            organisation=hours.organisation,
            weekly={day: [list(span) for span in spans] for day, spans in hours.weekly.items()},
            exceptions=[
                DayHoursView(date=day, hours=[list(span) for span in spans])
                for day, spans in sorted(hours.exceptions.items())
            ],
            leave=[{"from": first, "to": last} for first, last in hours.leave],
            buffer_minutes=hours.buffer_minutes,
            modes=list(hours.modes),
            daily_cap=hours.daily_cap,
            conflicts=[
                ConflictView(
                    appointment_id=one.id,
                    case_code=show_code(one.case_code),
                    start=one.start,
                    end=one.end,
                    mode=one.mode,
                )
                for one in shown.conflicts
            ],
            calendar_url=None if shown.secret is None else f"{public_url}/v1/calendars/{shown.secret}",
            version=hours.version,
        )


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
    def of(cls, place: Place) -> Self:
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
