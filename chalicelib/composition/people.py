"""What is kept about people apart from their cases."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.composition.foundation import Foundation

if TYPE_CHECKING:
    from chalicelib.people.store import AccessLedger, PeopleStore


class People:
    """Profiles, and the ledger of who read whose data."""

    def __init__(self, base: Foundation) -> None:
        self._base = base

    @cached_property
    def store(self) -> PeopleStore:
        """Whom pseudonyms stand for."""
        from chalicelib.people.store import PeopleStore

        return PeopleStore(
            self._base.aws, self._base.settings.people_table, lambda: self._base.sealer("people"), self._base.answers
        )

    @cached_property
    def ledger(self) -> AccessLedger:
        """Who read whose personal data."""
        from chalicelib.people.store import AccessLedger

        return AccessLedger(self._base.aws, self._base.settings.audit_table)
