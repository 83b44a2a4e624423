"""The use cases of a mediator's hours: see them, set them without breaking what is booked, the calendar's secret."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.appointments.booking.lists import Owner
from chalicelib.appointments.booking.model import LIVE, Appointment
from chalicelib.appointments.hours.feeds import FeedKey, FeedSecrets
from chalicelib.appointments.slots.model import Availability, Hours, cell_names
from chalicelib.appointments.slots.ports import Mediator
from chalicelib.appointments.slots.working_hours import WorkingHours
from chalicelib.shared.clock import Clock, format_instant
from chalicelib.shared.crypto import Pseudonyms
from chalicelib.shared.errors import NotFound, Stale
from chalicelib.shared.paging import Position, Slice, read_all
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from chalicelib.appointments.booking.store import AppointmentStore

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

    mediator: Mediator
    appointments: Sequence[Appointment]


class HoursService:
    """Hours of mediators, by themselves and by the clerks of their organisation."""

    def __init__(
        self,
        hours: WorkingHours,
        appointments: AppointmentStore,
        secrets: FeedSecrets,
        pseudonyms: Callable[[], Pseudonyms],
        clock: Clock,
    ) -> None:
        self._hours = hours
        self._appointments = appointments
        self._secrets = secrets
        self._pseudonyms = pseudonyms
        self._clock = clock

    def get_hours(self, viewer: Viewer, mediator: str, organisation: str | None = None) -> HoursShown:
        """Return a mediator's hours at an organisation.

        A mediator may work for several, and has hours at each; without `organisation`, those at the viewer's own are
        meant, or else at the first. Raises `NotFound` for anybody but the mediator and the organisation's clerks.
        """
        organisation = self._list_open_to(viewer, mediator, organisation)[0]
        return self._shown(viewer, self._hours.read_availability(organisation, mediator))

    def set_hours(
        self,
        viewer: Viewer,
        mediator: str,
        new: NewHours,
        organisation: str | None = None,
        *,
        expected_version: int | None = None,
    ) -> HoursShown:
        """Set a mediator's hours at an organisation, chosen as in `get_hours`.

        What is booked stays booked: what now lies outside is returned as conflicts. Raises `Stale` if the hours are no
        longer at the expected version.
        """
        organisation = self._list_open_to(viewer, mediator, organisation)[0]
        before = self._hours.read_availability(organisation, mediator)
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
        self._hours.set_availability(hours)
        return self._shown(viewer, hours)

    def renew_feed(self, viewer: Viewer, mediator: str) -> HoursShown:
        """Give the mediator's calendar a new secret; the old ones, one for each organisation, open nothing any more."""
        renewed = []
        for organisation in self._list_open_to(viewer, mediator, None):
            before = self._hours.read_availability(organisation, mediator)
            hours = before.next_version(feed_number=before.feed_number + 1)
            self._hours.set_availability(hours)
            renewed.append(hours)
        return self._shown(viewer, renewed[0])

    def get_feed(self, secret: str) -> Feed:
        """Return the calendar that a secret opens: from 30 days ago on; raise `NotFound`."""
        key = self._secrets.open(secret)
        mediator = self._hours.directory.get(key.organisation).find_mediator(key.mediator)
        if mediator is None or self._hours.read_availability(key.organisation, key.mediator).feed_number != key.number:
            raise NotFound
        first = format_instant(self._clock.now() - _FEED_PAST)
        return Feed(mediator, list(self._every_appointment(key.mediator, first)))

    def _list_open_to(self, viewer: Viewer, mediator: str, organisation: str | None) -> list[str]:
        """Return the mediator's organisations whose hours the viewer may see, the viewer's own first; at least one."""
        found = [one.id for one in self._hours.directory.list_by_mediator(mediator)]
        own = "mediator" in viewer.roles and viewer.subject == mediator
        clerks = {viewer.organisation} if "clerk" in viewer.roles else set()
        opened = [one for one in found if (own or one in clerks) and organisation in {None, one}]
        if not opened:
            raise NotFound
        return sorted(opened, key=lambda one: (one != viewer.organisation, one))

    def _shown(self, viewer: Viewer, hours: Availability) -> HoursShown:
        """Return hours with what is booked outside them; to the mediator, with the secret of their calendar."""
        secret = None
        if viewer.subject == hours.mediator:
            secret = self._secrets.seal(FeedKey(hours.organisation, hours.mediator, hours.feed_number))
        return HoursShown(hours, self._conflicts(hours), secret)

    def _every_appointment(self, mediator: str, first: str) -> Iterator[Appointment]:
        """Yield the mediator's appointments that start at the instant `first` or later, by start."""
        owner = Owner("MEDIATOR", self._pseudonyms().of(mediator))

        def read(position: Position | None) -> Slice[Appointment]:
            ids = self._appointments.list_ids(owner, first=first, last="9999~", after=position, limit=_PAGE)
            return Slice(self._appointments.find_many(ids.items), ids.position)

        return read_all(read)

    def _conflicts(self, hours: Availability) -> list[Appointment]:
        now = self._clock.now()
        upcoming = self._every_appointment(hours.mediator, format_instant(now))
        return [
            one
            for one in upcoming
            if one.status in LIVE
            and one.organisation == hours.organisation  # another's sessions are not this one's to see
            and not one.hold_is_over(now)
            and not self._is_within(one, hours)
        ]

    def _is_within(self, one: Appointment, hours: Availability) -> bool:
        grid = self._hours.rules.grid_minutes
        cells = cell_names(one.starts, one.minutes // grid, grid)
        return one.mode in hours.modes and self._hours.cells_on(one.day, hours).issuperset(cells)
