"""What appointments need to know of organisations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from chalicelib.shared.texts import Text


class Mediator(Protocol):
    """A mediator on the roster."""

    @property
    def id(self) -> str:
        """What they sign in with."""
        ...

    @property
    def name(self) -> str:
        """Their name on the public roster."""
        ...

    def obstacles(self, on: date) -> list[Text]:
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
    def mediators(self) -> Sequence[Mediator]:
        """The roster."""
        ...

    def find_mediator(self, mediator_id: str) -> Mediator | None:
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
