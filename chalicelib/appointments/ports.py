"""What the use cases of appointments need from outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from chalicelib.appointments.availability import Availability
from chalicelib.appointments.model import Appointment
from chalicelib.appointments.sheets import Sheet, SheetChange, SheetKey
from chalicelib.appointments.waiting import Waiting
from chalicelib.shared.idempotency import Idempotency
from chalicelib.shared.texts import Text
from chalicelib.shared.transactions import Write


class Person(Protocol):
    """A mediator on the roster."""

    @property
    def id(self) -> str:
        """What they sign in with."""
        ...

    @property
    def name(self) -> str:
        """Their name on the public roster."""
        ...

    def obstacles(self, on: Any) -> list[Text]:
        """Return why they cannot mediate on a day."""
        ...


class Organisation(Protocol):
    """An organisation with its rooms and roster."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def rooms(self) -> tuple[str, ...]:
        """Rooms for sessions on site."""
        ...

    @property
    def mediators(self) -> Sequence[Person]:
        """The roster."""
        ...

    def find_mediator(self, mediator_id: str) -> Person | None:
        """Return one of its mediators, or None."""
        ...


class Directory(Protocol):
    """Knows organisations."""

    def get(self, organisation_id: str) -> Organisation:
        """Return an organisation; raise `NotFound`."""
        ...

    def find_by_mediator(self, mediator_id: str) -> Organisation | None:
        """Return the organisation that a mediator belongs to, or None."""
        ...


class Store(Protocol):
    """Where appointments are kept; see `appointments/store.py` for what each method promises."""

    def find(self, appointment_id: str) -> Appointment | None:
        """Return an appointment."""
        ...

    def find_many(self, ids: Sequence[str]) -> list[Appointment]:
        """Return appointments in the order of their ids."""
        ...

    def list_ids(
        self,
        kind: str,
        owner: str,
        *,
        first: str,
        last: str,
        after: Mapping[str, Any] | None,
        limit: int,
        status: str | None = None,
    ) -> tuple[list[str], Mapping[str, Any] | None]:
        """Return ids by start."""
        ...

    def list_requested(
        self, kind: str, owner: str, *, now: str, first: str, last: str, after: Mapping[str, Any] | None, limit: int
    ) -> tuple[list[str], Mapping[str, Any] | None]:
        """Return ids of requests whose hold runs, by its end."""
        ...

    def list_due(self, until: str) -> Iterator[str]:
        """Yield the ids of appointments with something due."""
        ...

    def read_day(self, organisation: str, day: str) -> dict[str, Sheet]:
        """Return the sheets of an organisation's day."""
        ...

    def read_sheets(self, keys: Sequence[SheetKey]) -> dict[SheetKey, Sheet]:
        """Return sheets."""
        ...

    def read_availability(self, organisation: str) -> dict[str, Availability]:
        """Return the availability of mediators who said any."""
        ...

    def put_availability(self, availability: Availability) -> None:
        """Write a mediator's hours; raise `Stale`."""
        ...

    def check_availability(self, seen: Availability) -> Write:
        """Return the check that hours are still those that were read."""
        ...

    def sheet_writes(self, changes: Iterable[SheetChange]) -> list[Write]:
        """Return the conditional updates of day sheets."""
        ...

    def count_writes(self, persons: Iterable[str], day: str, limit: int) -> list[Write]:
        """Return the writes that count one more request of each person."""
        ...

    def appointment_writes(self, one: Appointment, next_due: str | None, before: Appointment | None) -> list[Write]:
        """Return the writes of an appointment and its places in lists."""
        ...

    def list_line(self, organisation: str, mediator: str) -> list[Waiting]:
        """Return who waits for a mediator's slots."""
        ...

    def join_line(self, waiting: Waiting, idempotency: Idempotency, result: Any) -> None:
        """Put a case into the line."""
        ...

    def leave_line(self, waiting: Waiting) -> None:
        """Take a case out of the line."""
        ...


class Calendar(Protocol):
    """Knows statutory working days."""

    def is_working_day(self, day: Any) -> bool:
        """Tell whether the day is worked."""
        ...

    def is_published(self, year: int) -> bool:
        """Tell whether the year's calendar is published."""
        ...
