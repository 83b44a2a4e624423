"""Appointments as people see them, each for one viewer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from chalicelib.appointments.booking.case_appointments import Shown
from chalicelib.appointments.booking.cases import goes_on
from chalicelib.appointments.booking.model import Appointment, actions_of
from chalicelib.appointments.rules import BookingRules
from chalicelib.cases.public import Case
from chalicelib.shared.codes import show_code
from chalicelib.web.view import View


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


class AppointmentDrawing:
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

    def draw_shown(self, shown: Shown) -> AppointmentView:
        """Return the view of a session in front of one person."""
        seen = shown.seen
        return self.draw(
            shown.appointment, seen.relation, seen.person, seen.now, seen.case, no_shows=seen.case.no_shows
        )

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
