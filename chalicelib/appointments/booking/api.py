"""HTTP routes of sessions: booking, the list, actions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from chalicelib.appointments.booking import contract as schemas
from chalicelib.appointments.booking.actions import AppointmentActions, Asked
from chalicelib.appointments.booking.reading import AppointmentFilter, AppointmentReader
from chalicelib.appointments.booking.refusals import DailyLimit, HoldExpired, NotNow, TooLate
from chalicelib.appointments.booking.service import BookingRequest, BookingService, MoveRequest
from chalicelib.appointments.booking.views import (
    AppointmentDrawing,
    AppointmentList,
    AppointmentView,
    ConfirmedList,
    ConfirmedView,
    Refused,
)
from chalicelib.appointments.slots.refusals import (
    NotBookable,
    OutsideHours,
    PartyBusy,
    SlotTaken,
    TooFar,
    TooSoon,
)
from chalicelib.cases.public import CaseService
from chalicelib.shared.clock import SHANGHAI, format_instant
from chalicelib.shared.codes import BadCode
from chalicelib.shared.errors import NotAllowed, NotFound, Stale, YimaError
from chalicelib.shared.idempotency import IdempotencyKey, StoredAnswer
from chalicelib.shared.texts import Language
from chalicelib.web.answers import Answer
from chalicelib.web.cursors import Page
from chalicelib.web.endpoint import endpoint
from chalicelib.web.identity import Viewer
from chalicelib.web.operations import Routes
from chalicelib.web.request import ExpectedVersion, RequestBody

routes = Routes(__name__)

_SLOT_REFUSALS: Final = (SlotTaken, PartyBusy, OutsideHours, TooSoon, TooFar, DailyLimit, NotBookable)


@routes.route("/v1/appointments", methods=["POST"])
@endpoint(body=schemas.BookAppointment, status=201, problems=(BadCode, NotFound, NotAllowed, *_SLOT_REFUSALS))
def book(
    viewer: Viewer,
    body: schemas.BookAppointment,
    key: IdempotencyKey,
    booking: BookingService,
    drawing: AppointmentDrawing,
) -> Answer:
    """Book a mediation session: it is a request until the mediator confirms."""
    request = BookingRequest(body.case_code, body.start.astimezone(UTC), body.minutes, body.mode, body.mediator_id)
    idempotency = key.answering(drawing.draw_shown, location=lambda shown: f"/v1/appointments/{shown.appointment.id}")
    first = idempotency.render(booking.book(viewer, request, idempotency))
    return Answer(first.body, status=first.status, headers=first.headers)


@routes.route("/v1/appointments")
@endpoint(query=schemas.ListAppointments, problems=(BadCode, NotFound, NotAllowed))
def list_appointments(
    viewer: Viewer,
    query: schemas.ListAppointments,
    page: Page,
    appointments: AppointmentReader,
    cases: CaseService,
    drawing: AppointmentDrawing,
) -> AppointmentList:
    """List my appointments, or those of a case, by start; open requests by the end of their hold."""
    wanted = AppointmentFilter(
        query.role, query.status, _start_of(query.first), _start_of(query.last, after=1), query.case
    )
    found = appointments.list_appointments(viewer, wanted, page.position, page.limit)
    shown_as = "applicant" if found.relation == "party" else found.relation  # all parties may do the same
    states = cases.find_states([one.case_code for one in found.page.items])
    return AppointmentList(
        items=[
            drawing.draw(one, shown_as, found.person, found.now, states.get(one.case_code)) for one in found.page.items
        ],
        next_cursor=page.cursor_after(found.page.position),
    )


@routes.route("/v1/appointments/confirm", methods=["POST"])
@endpoint(body=schemas.ConfirmMany)
def confirm_many(
    viewer: Viewer,
    body: schemas.ConfirmMany,
    key: IdempotencyKey,
    language: Language,
    actions: AppointmentActions,
    drawing: AppointmentDrawing,
) -> Answer:
    """Confirm several requests in one tap; each has an answer of its own."""

    def view(answers: Sequence[tuple[str, StoredAnswer | YimaError]]) -> ConfirmedList:
        return ConfirmedList(items=[_confirmed(one, answer, language) for one, answer in answers])

    whole, each = key.answering(view), key.answering(drawing.draw_shown).render
    first = actions.confirm_many(viewer, body.ids, whole, each)
    return Answer(first.body, status=first.status, headers=first.headers)


@routes.route("/v1/appointments/{appointment_id}")
@endpoint(problems=(NotFound,))
def get_appointment(
    viewer: Viewer, appointment_id: str, appointments: AppointmentReader, drawing: AppointmentDrawing
) -> AppointmentView:
    """Show an appointment, with what I can do now."""
    return drawing.draw_shown(appointments.get_appointment(viewer, appointment_id))


def _confirmed(appointment_id: str, answer: StoredAnswer | YimaError, language: Language) -> ConfirmedView:
    if isinstance(answer, YimaError):
        refused = Refused(type=f"/problems/{answer.slug}", title=answer.title.text(language), status=answer.status)
        return ConfirmedView(id=appointment_id, status="refused", appointment=None, problem=refused)
    drawn: dict[str, Any] = json.loads(answer.body)
    return ConfirmedView(id=appointment_id, status=drawn["status"], appointment=drawn, problem=None)


def _start_of(day: str | None, *, after: int = 0) -> str:
    """Return the instant at which a day (or one after it) begins in Asia/Shanghai; empty without a day."""
    if day is None:
        return ""
    begin = datetime.combine(date.fromisoformat(day) + timedelta(days=after), time(), tzinfo=SHANGHAI)
    return format_instant(begin)


def _add_action(action: str, summary: str, model: type[RequestBody], refusals: tuple[type[YimaError], ...]) -> None:
    """Make one action its own operation, with its own body."""

    @endpoint(
        body=model,
        name=f"{action}_appointment",
        summary=summary,
        problems=tuple(dict.fromkeys((NotFound, NotAllowed, NotNow, NotBookable, HoldExpired, Stale, *refusals))),
    )
    def act(
        viewer: Viewer,
        appointment_id: str,
        body: Any,
        key: IdempotencyKey,
        expected: ExpectedVersion,
        booking: BookingService,
        actions: AppointmentActions,
        drawing: AppointmentDrawing,
    ) -> AppointmentView:
        own, version = key.answering(drawing.draw_shown), expected.version
        if action == "reschedule":
            move = MoveRequest(appointment_id, body.start.astimezone(UTC), body.mediator_id, version)
            return drawing.draw_shown(booking.move(viewer, move, own))
        asked = Asked(appointment_id, action, body.model_dump(), version)
        return drawing.draw_shown(actions.act(viewer, asked, own))

    routes.route(f"/v1/appointments/{{appointment_id}}/actions/{action}", methods=["POST"])(act)


_ACTIONS: Final[tuple[tuple[str, str, type[RequestBody], tuple[type[YimaError], ...]], ...]] = (
    ("confirm", "Confirm a request (mediator).", schemas.NoDetails, ()),
    ("decline", "Decline a request, with other times that would do (mediator).", schemas.Decline, ()),
    ("accept", "Accept the session (party).", schemas.NoDetails, ()),
    ("object", "Object to the session (party).", schemas.OptionalReason, ()),
    (
        "reschedule",
        "Move the session; the old slot is kept if the new one is gone.",
        schemas.Reschedule,
        (*_SLOT_REFUSALS, TooLate),
    ),
    ("cancel", "Cancel the session.", schemas.Cancel, (TooLate,)),
    ("check_in", "Say that I am here.", schemas.NoDetails, ()),
    ("complete", "Record that the session was held (mediator).", schemas.Complete, ()),
    ("no_show", "Record that somebody did not come.", schemas.NoShow, ()),
)

for _row in _ACTIONS:
    _add_action(*_row)
