"""What is kept about people apart from their cases."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.composition.foundation import Foundation

if TYPE_CHECKING:
    from chalicelib.people.contact.service import ContactService
    from chalicelib.people.contact.store import ContactStore
    from chalicelib.people.store import AccessLedger, PeopleStore
    from chalicelib.people.terms.service import TermsService


class People:
    """Profiles, the ledger of who read whose data, proved numbers, the terms."""

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

    @cached_property
    def contact_store(self) -> ContactStore:
        """Who has proved which number."""
        from chalicelib.people.contact.store import ContactStore

        return ContactStore(self._base.aws, self._base.settings.people_table, self._base.answers)

    @cached_property
    def contacts(self) -> ContactService:
        """The numbers that people have proved."""
        from chalicelib.people.contact.model import NumberDigests
        from chalicelib.people.contact.rules import ContactRules
        from chalicelib.people.contact.service import ContactService

        return ContactService(
            self.contact_store,
            NumberDigests(lambda: self._base.root_secret),
            ContactRules.load(),
            lambda message, channel: self._base.topic.send(message, channel),  # noqa: PLW0108 - made when first asked
            self._base.answers,
            pseudonyms=lambda: self._base.pseudonyms,
            clock=self._base.clock,
        )

    @cached_property
    def terms(self) -> TermsService:
        """The terms that parties agree to."""
        from chalicelib.people.terms.service import TermsService

        return TermsService(self._base.clock)
