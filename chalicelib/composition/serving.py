"""Service of notice: how the other side is told, and answers."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.composition.cases import Cases
from chalicelib.composition.foundation import Foundation
from chalicelib.composition.organisations import Organisations
from chalicelib.shared.texts import Text

if TYPE_CHECKING:
    from chalicelib.cases.service.attempts import AttemptService
    from chalicelib.cases.service.invitations import InvitationService
    from chalicelib.cases.service.letters import LetterService
    from chalicelib.cases.service.model import Tokens
    from chalicelib.cases.service.receipts import ReceiptService
    from chalicelib.cases.service.recording import AttemptRecording
    from chalicelib.cases.service.sending import InvitationTexts
    from chalicelib.cases.service.store import ServiceStore
    from chalicelib.cases.service.words import Describe


class Serving:
    """Service of notice."""

    def __init__(self, base: Foundation, cases: Cases, organisations: Organisations) -> None:
        self._base = base
        self._cases = cases
        self._organisations = organisations

    @cached_property
    def store(self) -> ServiceStore:
        """Where attempts and links are kept."""
        from chalicelib.cases.service.store import ServiceStore

        return ServiceStore(self._base.aws, self._base.settings.cases_table, self._base.answers)

    @cached_property
    def tokens(self) -> Tokens:
        """What stands in links."""
        from chalicelib.cases.service.model import Tokens

        return Tokens(lambda: self._base.root_secret)

    @cached_property
    def describe(self) -> Describe:
        """What an invitation says."""
        from chalicelib.cases.service.words import Describe
        from chalicelib.triage.public import DisputeTypes

        def name_type(code: str) -> Text:
            found = DisputeTypes.load().find_type(code)
            return Text(code, code) if found is None else found.name

        return Describe(self._organisations.service.find_organisation, name_type)

    @cached_property
    def recording(self) -> AttemptRecording:
        """What becomes of texts."""
        from chalicelib.cases.service.recording import AttemptRecording

        return AttemptRecording(self._cases.service, self.store)

    @cached_property
    def texts(self) -> InvitationTexts:
        """Texts to the other side."""
        from chalicelib.cases.service.sending import InvitationTexts

        return InvitationTexts(
            self._cases.service,
            self.store,
            self.recording,
            describe=self.describe,
            tokens=self.tokens,
            send=lambda message, channel: self._base.topic.send(message, channel),  # noqa: PLW0108 - made when first asked
            public_url=self._base.settings.public_url,
        )

    @cached_property
    def attempts(self) -> AttemptService:
        """The record of attempts."""
        from chalicelib.cases.service.attempts import AttemptService

        return AttemptService(self._cases.service, self.store, self.tokens)

    @cached_property
    def receipts(self) -> ReceiptService:
        """What gateways report."""
        from chalicelib.cases.service.receipts import ReceiptService

        return ReceiptService(self.recording)

    @cached_property
    def invitations(self) -> InvitationService:
        """Invitations by their token."""
        from chalicelib.cases.service.invitations import InvitationService

        return InvitationService(self._cases.service, self.store, self.describe)

    @cached_property
    def letters(self) -> LetterService:
        """Letters to respondents."""
        from chalicelib.cases.service.letters import LetterService

        return LetterService(
            self._cases.service,
            self.attempts,
            self.store,
            self.describe,
            self.tokens,
            public_url=self._base.settings.public_url,
        )
