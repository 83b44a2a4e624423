"""What the use cases of disputes need of other contexts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from chalicelib.cases.lifecycle.model import Case, Seal
from chalicelib.cases.lifecycle.records import Loaded
from chalicelib.people.public import Access
from chalicelib.shared.texts import Text
from chalicelib.shared.transactions import Write

Remember = Callable[[str, str], Write]
"""Returns the write that keeps which subject a pseudonym stands for, so that messages can reach them."""

Know = Callable[[str, list[str]], list[Write]]
"""Returns the writes by which staff at a window find a person by their numbers."""


class Routed(Protocol):
    """Where a dispute goes, and why."""

    @property
    def organisation_id(self) -> str:
        """The organisation."""
        ...

    @property
    def kind(self) -> str:
        """What kind of organisation it is."""
        ...

    @property
    def court_invited(self) -> bool:
        """Whether a court has invited it to mediate (法释〔2021〕23号)."""
        ...

    @property
    def because(self) -> Sequence[Mapping[str, str]]:
        """The reasons, each with `code`, `zh`, `en`."""
        ...


class Taker(Protocol):
    """An organisation that takes a case from another."""

    @property
    def kind(self) -> str:
        """What kind of organisation it is."""
        ...

    @property
    def court_invited(self) -> bool:
        """Whether a court has invited it to mediate (法释〔2021〕23号)."""
        ...


class Rules(Protocol):
    """What puts an agreement in force, and which court may be asked about it."""

    def acts_of(self, case: Case, now: datetime) -> tuple[str, ...]:
        """Return what must all be done before an agreement is in force: `sign`, `countersign`, `seal`."""
        ...

    def check_application(self, loaded: Loaded, court_id: str, declarations: Sequence[str]) -> str:
        """Return what kind of place is asked; raise the refusal if it is not competent, or a declaration is missing."""
        ...

    def name_of(self, court_id: str) -> Text:
        """Return what a court is called."""
        ...


class Seals(Protocol):
    """Who keeps the seals of organisations."""

    def seal(self, agreement_sha256: str, organisation: str, at: str) -> Seal:
        """Return the seal of an organisation on an agreement, at an instant; raise `Unavailable`.

        Sealing again is harmless: what was made for a change that then failed is nowhere kept.
        """
        ...


class Routing(Protocol):
    """What cases need to know of organisations and mediators."""

    def route(self, dispute_type: str, region: str) -> Routed:
        """Return the organisation for a dispute; raise `InvalidRequest` or a conflict if there is none."""
        ...

    def check_transfer(self, organisation: str, target: str, dispute_type: str) -> Taker:
        """Return the organisation that is to take a case; raise the refusal if it is none, or does not handle it."""
        ...

    def check_assignable(self, organisation: str, mediator: str, at: datetime) -> None:
        """Raise the refusal if this mediator cannot take a case of the organisation."""
        ...


class Ledger(Protocol):
    """Where readings are noted."""

    def writes(self, accesses: Sequence[Access]) -> list[Write]:
        """Return the writes that note them, to be part of a transaction."""
        ...

    def record(self, accesses: Sequence[Access]) -> None:
        """Note them now."""
        ...
