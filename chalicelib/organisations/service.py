"""The use cases of organisations: list, show, route a dispute to one, check a mediator."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from chalicelib.organisations.model import Organisation
from chalicelib.organisations.refusals import MediatorNotAssignable, NoOrganisation
from chalicelib.shared.clock import SHANGHAI, Clock
from chalicelib.shared.errors import InvalidRequest, NotFound, Violation
from chalicelib.shared.events import Event
from chalicelib.shared.texts import Text

if TYPE_CHECKING:
    from chalicelib.organisations.store import OrganisationStore

DIRECTORY_SECONDS: Final = 60
"""For how long a process works with the directory it read. Checks of a mediator always read anew."""


@dataclass(frozen=True, slots=True)
class Routed:
    """Where a dispute goes, and why: each reason with `code`, `zh`, `en`."""

    organisation_id: str
    because: Sequence[Mapping[str, str]]


FindMain = Callable[[str], str | None]
"""Returns the main type of a dispute type's code, or None if there is no such type."""


class OrganisationService:
    """Organisations and mediators of the city."""

    def __init__(self, store: OrganisationStore, clock: Clock, find_main: FindMain) -> None:
        self._store = store
        self._find_main = find_main
        self._clock = clock
        self._directory: tuple[datetime, tuple[Organisation, ...]] | None = None
        self._lock = threading.Lock()

    def list_organisations(self, dispute_type: str | None, region: str | None) -> list[Organisation]:
        """Return those that handle the type and cover the region, by id."""
        main = None if dispute_type is None else self._main_type(dispute_type)
        return [
            one
            for one in self._all()
            if (region is None or region in one.covers)
            and (main is None or main in one.dispute_types or "*" in one.dispute_types)
        ]

    def get(self, organisation_id: str) -> Organisation:
        """Return an organisation with its mediators; raise `NotFound`."""
        found = next((one for one in self._all() if one.id == organisation_id), None)
        if found is None:
            raise NotFound
        return found

    def find_kind(self, organisation_id: str) -> str | None:
        """Return what kind of organisation one is, or None if it is not in the directory."""
        return next((one.kind for one in self._all() if one.id == organisation_id), None)

    def list_by_mediator(self, mediator_id: str) -> list[Organisation]:
        """Return the organisations that a mediator works for, by id."""
        return [one for one in self._all() if one.find_mediator(mediator_id) is not None]

    def find_mediator_name(self, organisation_id: str, mediator_id: str) -> str | None:
        """Return a mediator's name on the public roster, or None."""
        organisation = next((one for one in self._all() if one.id == organisation_id), None)
        mediator = None if organisation is None else organisation.find_mediator(mediator_id)
        return None if mediator is None else mediator.name

    def route(self, dispute_type: str, region: str) -> Routed:
        """Return the organisation for a dispute.

        Specialised before general, its own district before the city, the less busy (open cases for each active
        mediator) before the busier.

        Raises `InvalidRequest` for an unknown type, `NoOrganisation` if nobody handles it there.
        """
        main = self._main_type(dispute_type)
        candidates = [one for one in self._all() if one.handles(main, region)]
        if not candidates:
            raise NoOrganisation
        chosen = min(candidates, key=lambda one: (_rank(one, main, region), one.load, one.id))
        reasons = [
            ("type_specialised", "专门受理此类纠纷", "specialised in this type of dispute")
            if main in chosen.dispute_types
            else ("type_general", "受理各类民间纠纷", "takes civil disputes of every type"),
            ("region_own", "位于您选择的地区", "in the region that you chose")
            if chosen.region == region
            else ("region_covered", "服务范围包括您选择的地区", "serves the region that you chose"),
        ]
        rivals = [
            one for one in candidates if one is not chosen and _rank(one, main, region) == _rank(chosen, main, region)
        ]
        if rivals:
            reasons.append(("load_lowest", "在办案件相对较少", "has fewer open cases for each mediator"))
        return Routed(chosen.id, [{"code": code, "zh": zh, "en": en} for code, zh, en in reasons])

    def on_case_event(self, event: Event) -> bool:
        """Count the open cases of organisations; tell whether this event changed the count."""
        change = int(event.data.get("opened", False)) - int(event.data.get("closed", False))
        organisation = event.data.get("organisation")
        if change == 0 or organisation is None:
            return False
        return self._store.count(event.event_id, organisation, change)

    def check_assignable(self, organisation: str, mediator: str, at: datetime) -> None:
        """Raise `MediatorNotAssignable`, with what is missing, unless the mediator can take a case now."""
        found = self._store.find_organisation(organisation)
        person = None if found is None else found.find_mediator(mediator)
        if person is None:
            raise MediatorNotAssignable(Text("不是本组织的调解员。", "Not a mediator of your organisation."))
        obstacles = person.obstacles(at.astimezone(SHANGHAI).date())
        if obstacles:
            said = Text("、".join(one.zh for one in obstacles), ", ".join(one.en for one in obstacles))
            raise MediatorNotAssignable(said)

    def _main_type(self, code: str) -> str:
        main = self._find_main(code)
        if main is None:
            said = "没有此纠纷类型 / no such dispute type"
            raise InvalidRequest(violations=(Violation("/dispute_type", "unknown", said),))
        return main

    def _all(self) -> tuple[Organisation, ...]:
        now = self._clock.now()
        with self._lock:
            known = self._directory
        if known is not None and 0 <= (now - known[0]).total_seconds() < DIRECTORY_SECONDS:
            return known[1]
        read = tuple(sorted(self._store.list_all(), key=lambda one: one.id))
        with self._lock:
            self._directory = (now, read)
        return read


def _rank(one: Organisation, main: str, region: str) -> tuple[bool, bool]:
    return main not in one.dispute_types, one.region != region
