"""What the use cases of appointments need from outside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from chalicelib.appointments.booking.model import Appointment
from chalicelib.appointments.booking.sheets import Sheet, SheetChange, SheetKey
from chalicelib.appointments.slots.model import Availability
from chalicelib.shared.due import DueIndex
from chalicelib.shared.idempotency import Idempotency, StoredAnswer
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

    def list_by_mediator(self, mediator_id: str) -> Sequence[Organisation]:
        """Return the organisations that a mediator works for, by id."""
        ...


class Store(Protocol):
    """Where appointments are kept; see `appointments/store.py` for what each method promises."""

    def find(self, appointment_id: str) -> Appointment | None:
        """Return an appointment."""
        ...

    def find_answer(self, idempotency: Idempotency) -> StoredAnswer | None:
        """Return the answer that a key's first request got, or None."""
        ...

    def remember(self, idempotency: Idempotency, result: Any) -> StoredAnswer:
        """Keep and return the answer of a request whose effects are made."""
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

    @property
    def due(self) -> DueIndex:
        """Where holds and reminders that are due are found."""
        ...

    @property
    def due_reports(self) -> DueIndex:
        """Where sessions that are over and not reported are found."""
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


class Calendar(Protocol):
    """Knows statutory working days."""

    def is_working_day(self, day: Any) -> bool:
        """Tell whether the day is worked."""
        ...

    def is_published(self, year: int) -> bool:
        """Tell whether the year's calendar is published."""
        ...
