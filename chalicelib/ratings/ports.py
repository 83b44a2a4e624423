"""What the use cases of ratings need from outside; see `ratings/store.py` for what each method promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from chalicelib.ratings.model import Entry, Invitation, Rating
from chalicelib.ratings.worklist import Wanted
from chalicelib.shared.due import DueIndex
from chalicelib.shared.events import Event
from chalicelib.shared.idempotency import Idempotency
from chalicelib.shared.transactions import Write

Place = Mapping[str, Any] | None


class Store(Protocol):
    """Where ratings are kept."""

    def invite(self, invitation: Invitation, occasion: str) -> bool:
        """Write an invitation, once for each target and occasion."""
        ...

    def record_visit(
        self,
        visit_id: str,
        visit: dict[str, Any],
        invitations: Sequence[Invitation],
        code_digest: str | None,
        *,
        idempotency: Idempotency,
        result: Any,
    ) -> None:
        """Write a visit with its invitations."""
        ...

    def find_invitation(self, person: str, invitation_id: str) -> Invitation | None:
        """Return an invitation."""
        ...

    def list_invitations(self, person: str, now: str, after: Place, limit: int) -> tuple[list[Invitation], Place]:
        """Return a page of invitations that are open."""
        ...

    def rate(self, rating: Rating, event: Event, text: str, *, idempotency: Idempotency, result: Any) -> None:
        """Write a rating."""
        ...

    def change(
        self,
        rating: Rating,
        seen: int,
        event: Event,
        *,
        handled: Sequence[str] = (),
        idempotency: Idempotency | None,
        result: Any = None,
    ) -> None:
        """Write what came of a rating."""
        ...

    def find(self, rating_id: str) -> Rating | None:
        """Return a rating."""
        ...

    def list_mine(self, person: str, after: Place, limit: int) -> tuple[list[Rating], Place]:
        """Return a page of a person's ratings."""
        ...

    def delete_keys(self, rating_id: str) -> None:
        """Delete the keys of a rating's original words."""
        ...

    def list_bad(self, wanted: Wanted, after: Place, limit: int) -> tuple[list[Rating], Place]:
        """Return a page of bad ratings."""
        ...

    @property
    def due(self) -> DueIndex:
        """Where bad ratings with something due are found."""
        ...

    def list_entries(self, target: str, after: Place, limit: int) -> tuple[list[Entry], Place]:
        """Return a page of public entries."""
        ...

    def read_counts(self, target: str) -> dict[str, int]:
        """Return the counters of a target."""
        ...

    def read_many_counts(self, targets: Sequence[str]) -> dict[str, dict[str, int]]:
        """Return the counters of several targets."""
        ...

    def know(self, reference: str, person: str) -> bool:
        """Keep by which reference a person is known."""
        ...

    def know_writes(self, references: Sequence[str], person: str) -> list[Write]:
        """Return the writes by which a person is known by references, unless another is."""
        ...

    def forget_writes(self, person: str) -> list[Write]:
        """Return the writes by which a person is known by no reference any more."""
        ...

    def offer_code(self, digest: str, person: str, expires_at: str, ttl: int) -> None:
        """Keep a one-time code."""
        ...

    def find_person(self, reference: str, now: str) -> str | None:
        """Return who is known by a reference."""
        ...

    def count_burst(self, staff: str, window: str, rating_id: str, ttl: int, enough: int) -> int | None:
        """Note a rating of a member of staff in a window of time."""
        ...

    def flag(self, since: str, at: str, staff: str, organisation: str, ratings: int) -> None:
        """Flag a burst."""
        ...

    def list_flags(self, after: Place, limit: int) -> tuple[list[dict[str, Any]], Place]:
        """Return a page of flags."""
        ...


class DueRule(Protocol):
    """A due date as the calendar counts it."""

    @property
    def at(self) -> datetime:
        """The last second that is in time."""
        ...

    @property
    def provisional(self) -> bool:
        """Whether a year's calendar that decides is not published yet."""
        ...


class Counting(Protocol):
    """Counts periods."""

    def due(self, rule_id: str, start: datetime) -> DueRule:
        """Return when a rule that starts at `start` is due."""
        ...

    def is_past(self, at: datetime, now: datetime) -> bool:
        """Tell whether a due instant is over; its whole last second is in time."""
        ...
