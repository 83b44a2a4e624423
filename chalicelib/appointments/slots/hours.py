"""The use cases of a mediator's hours: see them, set them without breaking what is booked, the calendar's secret."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from chalicelib.appointments.booking.model import LIVE, Appointment
from chalicelib.appointments.booking.ports import Person, Store
from chalicelib.appointments.slots.model import Availability, Hours, cell_names
from chalicelib.appointments.slots.service import Desk
from chalicelib.shared.clock import Clock, format_instant
from chalicelib.shared.crypto import Pseudonyms
from chalicelib.shared.errors import NotFound, Stale
from chalicelib.shared.sealing import AesGcmSealer, Unsealable
from chalicelib.shared.viewer import Viewer

_FEED_CONTEXT: Final = b"calendar feed"
_FEED_PAST: Final = timedelta(days=30)
_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class NewHours:
    """A mediator's hours as they are to be."""

    weekly: Mapping[str, Hours]
    exceptions: Mapping[str, Hours]
    leave: tuple[tuple[str, str], ...]
    modes: tuple[str, ...]
    daily_cap: int
    buffer_minutes: int


@dataclass(frozen=True, slots=True)
class HoursShown:
    """Hours, what is booked outside them, and the mediator's feed secret (to the mediator only)."""

    hours: Availability
    conflicts: Sequence[Appointment]
    secret: str | None


@dataclass(frozen=True, slots=True)
class Feed:
    """A mediator's calendar."""

    mediator: Person
    appointments: Sequence[Appointment]


class HoursService:
    """Hours of mediators, by themselves and by the clerks of their organisation."""

    def __init__(
        self,
        store: Store,
        desk: Desk,
        pseudonyms: Callable[[], Pseudonyms],
        sealer: Callable[[], AesGcmSealer],
        clock: Clock,
    ) -> None:
        self._store = store
        self._desk = desk
        self._pseudonyms = pseudonyms
        self._sealer = sealer
        self._clock = clock

    def get(self, viewer: Viewer, mediator: str, organisation: str | None = None) -> HoursShown:
        """Return a mediator's hours at an organisation.

        A mediator may work for several, and has hours at each; without `organisation`, those at the viewer's own are
        meant, or else at the first. Raises `NotFound` for anybody but the mediator and the organisation's clerks.
        """
        organisation = self._open_to(viewer, mediator, organisation)[0]
        hours = self._read(organisation, mediator)
        return HoursShown(hours, self._conflicts(hours), self._secret(viewer, hours))

    def put(
        self,
        viewer: Viewer,
        mediator: str,
        new: NewHours,
        expected_version: int | None,
        organisation: str | None = None,
    ) -> HoursShown:
        """Set a mediator's hours at an organisation, chosen as in `get`.

        What is booked stays booked: what now lies outside is returned as conflicts.
        """
        organisation = self._open_to(viewer, mediator, organisation)[0]
        before = self._read(organisation, mediator)
        if expected_version not in {None, before.version}:
            raise Stale
        hours = before.next_version(
            weekly=new.weekly,
            exceptions=new.exceptions,
            leave=new.leave,
            modes=new.modes,
            daily_cap=new.daily_cap,
            buffer_minutes=new.buffer_minutes,
        )
        self._store.put_availability(hours)
        self._desk.forget(organisation)
        return HoursShown(hours, self._conflicts(hours), self._secret(viewer, hours))

    def renew_feed(self, viewer: Viewer, mediator: str) -> HoursShown:
        """Give the mediator's calendar a new secret; the old ones, one for each organisation, open nothing any more."""
        renewed = []
        for organisation in self._open_to(viewer, mediator, None):
            before = self._read(organisation, mediator)
            hours = before.next_version(feed_number=before.feed_number + 1)
            self._store.put_availability(hours)
            self._desk.forget(organisation)
            renewed.append(hours)
        return HoursShown(renewed[0], self._conflicts(renewed[0]), self._secret(viewer, renewed[0]))

    def open_feed(self, secret: str) -> Feed:
        """Return the calendar that a secret opens: from 30 days ago on; raise `NotFound`."""
        try:
            sealed = base64.b64decode(
                (secret + "=" * (-len(secret) % 4)).encode("ascii"), altchars=b"-_", validate=True
            )
            named = json.loads(self._sealer().unseal(sealed, _FEED_CONTEXT))
        except (ValueError, binascii.Error, UnicodeEncodeError, Unsealable) as broken:
            raise NotFound from broken
        organisation, mediator = named["organisation"], named["mediator"]
        person = self._desk.directory.get(organisation).find_mediator(mediator)
        if person is None or self._read(organisation, mediator).feed_number != named["number"]:
            raise NotFound
        first = format_instant(self._clock.now() - _FEED_PAST)
        return Feed(person, self._upcoming(mediator, first))

    def _open_to(self, viewer: Viewer, mediator: str, organisation: str | None) -> list[str]:
        """Return the mediator's organisations whose hours the viewer may see, the viewer's own first; at least one."""
        found = [one.id for one in self._desk.directory.list_by_mediator(mediator)]
        own = "mediator" in viewer.roles and viewer.subject == mediator
        clerks = {viewer.organisation} if "clerk" in viewer.roles else set()
        opened = [one for one in found if (own or one in clerks) and organisation in {None, one}]
        if not opened:
            raise NotFound
        return sorted(opened, key=lambda one: (one != viewer.organisation, one))

    def _read(self, organisation: str, mediator: str) -> Availability:
        found = self._store.read_availability(organisation).get(mediator)
        return found or Availability.default(mediator, organisation, self._desk.rules)

    def _upcoming(self, mediator: str, first: str) -> list[Appointment]:
        found: list[Appointment] = []
        after: Mapping[str, Any] | None = None
        person = self._pseudonyms().of(mediator)
        while True:
            ids, after = self._store.list_ids("MEDIATOR", person, first=first, last="9999~", after=after, limit=_PAGE)
            found.extend(self._store.find_many(ids))
            if after is None:
                return found

    def _conflicts(self, hours: Availability) -> list[Appointment]:
        now = self._clock.now()
        grid = self._desk.rules.grid_minutes
        found = []
        for one in self._upcoming(hours.mediator, format_instant(now)):
            cells = cell_names(one.starts, one.minutes // grid, grid)
            worked = hours.cells_on(one.day, self._desk.calendar, grid)
            if (
                one.status in LIVE
                and one.organisation == hours.organisation  # another's sessions are not this one's to see
                and not one.hold_is_over(now)
                and not (worked.issuperset(cells) and one.mode in hours.modes)
            ):
                found.append(one)
        return found

    def _secret(self, viewer: Viewer, hours: Availability) -> str | None:
        if viewer.subject != hours.mediator:
            return None
        named = {"organisation": hours.organisation, "mediator": hours.mediator, "number": hours.feed_number}
        sealed = self._sealer().seal(json.dumps(named).encode(), _FEED_CONTEXT)
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")
