"""HTTP routes of slots."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from chalicelib.appointments.slots import contract
from chalicelib.appointments.slots.refusals import NotBookable
from chalicelib.appointments.slots.service import SlotService, Wanted
from chalicelib.appointments.slots.views import SlotList, SlotView
from chalicelib.shared.clock import SHANGHAI, Clock
from chalicelib.shared.codes import BadCode
from chalicelib.shared.errors import NotFound
from chalicelib.web.endpoint import endpoint
from chalicelib.web.identity import Viewer
from chalicelib.web.operations import Routes

routes = Routes(__name__)

_DEFAULT_DAYS: Final = 7


@routes.route("/v1/slots")
@endpoint(query=contract.ListSlots, problems=(BadCode, NotFound, NotBookable))
def list_slots(viewer: Viewer, query: contract.ListSlots, slots: SlotService, clock: Clock) -> SlotList:
    """List the sessions that can really be booked: mediator, room and every party are free."""
    now = clock.now()
    first = now.astimezone(SHANGHAI).date() if query.first is None else date.fromisoformat(query.first)
    last = first + timedelta(days=_DEFAULT_DAYS - 1) if query.last is None else date.fromisoformat(query.last)
    mediators = None if query.mediator is None else (query.mediator,)
    wanted = Wanted(query.organisation or "", mediators, first, last, query.minutes, query.mode)
    found = slots.list_slots(viewer, wanted, query.case, now)
    return SlotList(items=[SlotView.of(slot) for slot in found])
