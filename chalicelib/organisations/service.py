"""The use cases of organisations: list, show, route a dispute to one, check a mediator."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from chalicelib.organisations.directory import Directory
from chalicelib.organisations.model import Organisation
from chalicelib.organisations.refusals import MediatorNotAssignable, NoOrganisation
from chalicelib.organisations.regions import District, districts_of
from chalicelib.shared.clock import SHANGHAI, Clock
from chalicelib.shared.errors import InvalidRequest, NotFound, Violation
from chalicelib.shared.events import Event
from chalicelib.shared.paging import Slice
from chalicelib.shared.rule_files import read_rules
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
    kind: str
    court_invited: bool = False


FindMain = Callable[[str], str | None]
"""Returns the main type of a dispute type's code, or None if there is no such type."""


class OrganisationService:
    """Organisations and mediators of the city."""

    def __init__(self, store: OrganisationStore, clock: Clock, find_main: FindMain) -> None:
        self._store = store
        self._find_main = find_main
        self._clock = clock
        self._directory: Directory | None = None
        self._lock = threading.Lock()

    def list_organisations(
        self, dispute_type: str | None, region: str | None, kind: str | None = None
    ) -> Sequence[Organisation]:
        """Return those that take the type and cover the region, by id; of a kind, or (None) all that mediate."""
        main = None if dispute_type is None else self._main_type(dispute_type)
        return self._read().every(kind, main, region)

    def page_of_organisations(
        self, dispute_type: str | None, region: str | None, kind: str | None, after: str | None, limit: int
    ) -> Slice[Organisation]:
        """Return a page of `list_organisations`, after an id."""
        main = None if dispute_type is None else self._main_type(dispute_type)
        directory = self._read()
        found = directory.every(kind, main, region)
        shown = directory.page(found, after, limit)
        more = bool(shown) and shown[-1] is not found[-1]
        return Slice(list(shown), {"after": shown[-1].id} if more else None)

    def list_courts(self) -> Sequence[Organisation]:
        """Return the courts and arbitration commissions, by id."""
        directory = self._read()
        return (*directory.every("court", None, None), *directory.every("arbitration", None, None))

    def list_districts(self) -> list[District]:
        """Return the city's districts, by code."""
        return districts_of(self._read().every(None, None, None))

    def get(self, organisation_id: str) -> Organisation:
        """Return an organisation with its mediators; raise `NotFound`."""
        found = self._read().find(organisation_id)
        if found is None:
            raise NotFound
        return found

    def find_organisation(self, organisation_id: str) -> Organisation | None:
        """Return an organisation, or None if it is not in the directory."""
        return self._read().find(organisation_id)

    def find_name(self, organisation_id: str) -> Text | None:
        """Return what an organisation or a court is called, or None if it is not in the directory."""
        found = self._read().find(organisation_id)
        return None if found is None else Text(found.name, found.name_en or found.name)

    def find_kind(self, organisation_id: str) -> str | None:
        """Return what kind of organisation one is, or None if it is not in the directory."""
        found = self._read().find(organisation_id)
        return None if found is None else found.kind

    def list_by_mediator(self, mediator_id: str) -> list[Organisation]:
        """Return the organisations that a mediator works for, by id."""
        return [one for one in self._read().everybody if one.find_mediator(mediator_id) is not None]

    def find_mediator_name(self, organisation_id: str, mediator_id: str) -> str | None:
        """Return a mediator's name on the public roster, or None."""
        organisation = self._read().find(organisation_id)
        mediator = None if organisation is None else organisation.find_mediator(mediator_id)
        return None if mediator is None else mediator.name

    def route(self, dispute_type: str, region: str) -> Routed:
        """Return the organisation for a dispute.

        Specialised before general, its own district before the city, the less busy (open cases for each active
        mediator) before the busier.

        Raises `InvalidRequest` for an unknown type, `NoOrganisation` if nobody handles it there.
        """
        main = self._main_type(dispute_type)
        candidates = self._read().every(None, main, region)
        if not candidates:
            raise NoOrganisation
        chosen = min(candidates, key=lambda one: (_rank(one, main, region), one.load, one.id))
        reasons = [
            "type_specialised" if main in chosen.dispute_types else "type_general",
            "region_own" if chosen.region == region else "region_covered",
        ]
        rivals = [
            one for one in candidates if one is not chosen and _rank(one, main, region) == _rank(chosen, main, region)
        ]
        if rivals:
            reasons.append("load_lowest")
        words = read_rules("routing")["because"]
        return Routed(chosen.id, [{"code": code, **words[code]} for code in reasons], chosen.kind, chosen.court_invited)

    def check_transfer(self, organisation: str, target: str, dispute_type: str) -> Organisation:
        """Return the organisation that is to take a case from another.

        Raises `InvalidRequest` if there is none of that id, or it is the same; `NoOrganisation` if it does not handle
        the type of dispute.
        """
        found = self._read().find(target)
        if found is None or target == organisation or not found.mediates:
            said = "请选择另一个调解组织 / choose another mediation organisation"
            raise InvalidRequest(violations=(Violation("/organisation_id", "unknown", said),))
        if not found.takes(self._main_type(dispute_type)):
            raise NoOrganisation
        return found

    def on_case_event(self, event: Event) -> bool:
        """Count the open cases of organisations; tell whether this event changed the count."""
        if event.name == "transferred":
            # Two organisations, each counted once for the event, in any order and however often it comes.
            left = self._store.count(f"{event.event_id}#left", event.data["left"], -1)
            return self._store.count(event.event_id, event.data["organisation"], 1) or left
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

    def _read(self) -> Directory:
        now = self._clock.now()
        with self._lock:
            known = self._directory
        if known is not None and 0 <= (now - known.read_at).total_seconds() < DIRECTORY_SECONDS:
            return known
        read = Directory(self._store.list_all(), now)
        with self._lock:
            self._directory = read
        return read


def _rank(one: Organisation, main: str, region: str) -> tuple[bool, bool]:
    return main not in one.dispute_types, one.region != region
