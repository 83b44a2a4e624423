"""The use cases of reading appointments: one, or a list of mine, my organisation's, a case's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from chalicelib.appointments.booking.case_appointments import CaseAppointments, Shown
from chalicelib.appointments.booking.lists import Owner
from chalicelib.appointments.booking.model import Appointment
from chalicelib.shared.clock import Clock, format_instant
from chalicelib.shared.crypto import Pseudonyms
from chalicelib.shared.errors import NotAllowed
from chalicelib.shared.paging import Position, Slice
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from chalicelib.appointments.booking.store import AppointmentStore

_LATEST: Final = "9999"


@dataclass(frozen=True, slots=True)
class AppointmentFilter:
    """Which appointments: of a case, or the viewer's in a role; `first`, `last`: instants of starts, empty for any."""

    role: str | None = None
    status: str | None = None
    first: str = ""
    last: str = ""
    case_code: str | None = None


@dataclass(frozen=True, slots=True)
class ListedAppointments:
    """A page of appointments in front of a `person` (a pseudonym), who stands in `relation` to the case of each."""

    page: Slice[Appointment]
    relation: str
    person: str
    now: datetime


class AppointmentReader:
    """Shows appointments to those whom they concern."""

    def __init__(
        self,
        appointments: CaseAppointments,
        store: AppointmentStore,
        pseudonyms: Callable[[], Pseudonyms],
        clock: Clock,
    ) -> None:
        self._appointments = appointments
        self._store = store
        self._pseudonyms = pseudonyms
        self._clock = clock

    def get_appointment(self, viewer: Viewer, appointment_id: str) -> Shown:
        """Return an appointment to somebody of its case; raise `NotFound`."""
        return self._appointments.get_appointment(viewer, appointment_id)

    def list_appointments(
        self, viewer: Viewer, wanted: AppointmentFilter, after: Position | None, limit: int
    ) -> ListedAppointments:
        """Return a page of appointments by start; open requests by the end of their hold.

        Raises `NotFound` for another's case, `NotAllowed` for a role that the viewer does not have.
        """
        now, person = self._clock.now(), self._pseudonyms().of(viewer.subject)
        owner, relation = self._owner_of(viewer, person, wanted)
        if wanted.status == "requested":
            ids = self._store.list_requested(
                owner, now=format_instant(now), first=wanted.first, last=wanted.last, after=after, limit=limit
            )
        else:
            last = f"{wanted.last or _LATEST}~"
            ids = self._store.list_ids(
                owner, first=wanted.first, last=last, after=after, limit=limit, status=wanted.status
            )
        found = self._store.find_many(ids.items)
        # The index follows a moment later: what moved on meanwhile is no longer what was asked for.
        kept = [one for one in found if wanted.status in {None, one.status_at(now)}]
        return ListedAppointments(Slice(kept, ids.position), relation, person, now)

    def _owner_of(self, viewer: Viewer, person: str, wanted: AppointmentFilter) -> tuple[Owner, str]:
        """Return whose list is meant, and the viewer's relation to what stands there."""
        if wanted.case_code is not None:
            seen = self._appointments.cases.get_state(viewer, wanted.case_code)
            return Owner("CASE", seen.case.code), seen.relation
        role = wanted.role or next((one for one in ("mediator", "clerk") if one in viewer.roles), "party")
        if role in {"clerk", "organisation"}:
            if "clerk" not in viewer.roles or viewer.organisation is None:
                raise NotAllowed
            return Owner("ORGANISATION", viewer.organisation), "clerk"
        if role == "mediator":
            if "mediator" not in viewer.roles:
                raise NotAllowed
            return Owner("MEDIATOR", person), "mediator"
        return Owner("PARTY", person), "party"
