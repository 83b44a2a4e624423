"""What the use cases of disputes need from outside: a store, and somebody who knows organisations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.records import Change, Listed, Loaded
from chalicelib.shared.crypto import Keyring
from chalicelib.shared.events import Event
from chalicelib.shared.idempotency import Idempotency, StoredAnswer
from chalicelib.shared.transactions import Write


class Routed(Protocol):
    """Where a dispute goes, and why."""

    @property
    def organisation_id(self) -> str:
        """The organisation."""
        ...

    @property
    def because(self) -> Sequence[Mapping[str, str]]:
        """The reasons, each with `code`, `zh`, `en`."""
        ...


class Routing(Protocol):
    """What cases need to know of organisations and mediators."""

    def route(self, dispute_type: str, region: str) -> Routed:
        """Return the organisation for a dispute; raise `InvalidRequest` or a conflict if there is none."""
        ...

    def check_assignable(self, organisation: str, mediator: str, at: datetime) -> None:
        """Raise the refusal if this mediator cannot take a case of the organisation."""
        ...


class Store(Protocol):
    """Where cases are kept; see `cases/store.py` for what each method promises."""

    def find(self, code: str) -> Case | None:
        """Return the case's state."""
        ...

    def find_many(self, codes: Sequence[str]) -> list[Case]:
        """Return the state of those of the cases that there are."""
        ...

    def load(self, code: str) -> Loaded | None:
        """Return the case with its texts and keys."""
        ...

    def open_keys(self, code: str) -> Keyring:
        """Return the keys of a case that are left."""
        ...

    def person_write(self, person: str, code: str) -> Write:
        """Return the write that notes that a person's account is bound to a case."""
        ...

    def new_keyring(self, code: str, subjects: Sequence[str]) -> tuple[bytes, Keyring]:
        """Return new keys."""
        ...

    def create(
        self,
        case: Case,
        texts: Mapping[str, bytes],
        keyring: Keyring,
        wrapped_kek: bytes,
        event: Event,
        *,
        also: Sequence[Write] = (),
        idempotency: Idempotency,
        result: Any,
    ) -> StoredAnswer | None:
        """Write a new case."""
        ...

    def commit(self, change: Change, *, idempotency: Idempotency | None, result: Any = None) -> StoredAnswer | None:
        """Write a command's effect; raise `VersionConflict`."""
        ...

    def list_cases(
        self, kind: str, owner: str, *, after: Mapping[str, Any] | None, limit: int, status: str | None
    ) -> tuple[list[Listed], Mapping[str, Any] | None]:
        """Return a page of a list."""
        ...

    def list_events(self, code: str) -> Iterator[Event]:
        """Yield the events in order."""
        ...
