"""What every context stands on, and the contexts that stand on nothing else."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.settings import Settings
from chalicelib.shared.clock import Clock, SystemClock

if TYPE_CHECKING:
    from chalicelib.catalogue.service import CatalogueService
    from chalicelib.organisations.service import OrganisationService
    from chalicelib.people.store import AccessLedger, PeopleStore
    from chalicelib.shared.aws import Clients
    from chalicelib.shared.crypto import Pseudonyms
    from chalicelib.shared.deadlines import DeadlineRules, DueDates
    from chalicelib.shared.idempotency import Reopen
    from chalicelib.shared.quarantine import QuarantineStore
    from chalicelib.shared.sealing import AesGcmSealer
    from chalicelib.shared.transactions import Committer
    from chalicelib.triage.service import TriageService
    from chalicelib.web.identity import TokenVerifier


class Foundation:
    """Settings, clock, AWS, secrets; the catalogue, organisations, triage."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self._sealers: dict[str, AesGcmSealer] = {}
        self._lock = threading.RLock()

    @cached_property
    def aws(self) -> Clients:
        """The AWS clients."""
        from chalicelib.shared.aws import Clients

        return Clients()

    @cached_property
    def tokens(self) -> TokenVerifier:
        """The check of bearer tokens."""
        from chalicelib.web.identity import SigningKeys, TokenVerifier

        return TokenVerifier(self.settings, self.clock, SigningKeys(self.settings, self.clock))

    @cached_property
    def answers(self) -> Committer:
        """Transactions, and the stored answers of idempotent requests."""
        from chalicelib.shared.transactions import Committer

        return Committer(
            self.aws, self.settings.answers_table, lambda: self.sealer("answers"), readers=self.answer_readers()
        )

    def answer_readers(self) -> dict[str, Reopen]:
        """Return who decides, by kind of aggregate, whether an answer may be given again; each context adds its own."""
        return {}

    @cached_property
    def deadline_rules(self) -> DeadlineRules:
        """The rules that due dates follow."""
        from chalicelib.shared.deadlines import DeadlineRules

        return DeadlineRules.load()

    @cached_property
    def due_dates(self) -> DueDates:
        """Due dates as the calendar counts them."""
        from chalicelib.shared.calendar import work_calendar
        from chalicelib.shared.deadlines import DueDates

        return DueDates(self.deadline_rules, work_calendar())

    @cached_property
    def pseudonyms(self) -> Pseudonyms:
        """References to people that name nobody."""
        from chalicelib.shared.crypto import Pseudonyms

        return Pseudonyms(self.root_secret)

    @cached_property
    def root_secret(self) -> bytes:
        """The secret from which every key for values that leave us is derived."""
        return self.aws.read_secret(self.settings.root_secret_arn).encode()

    def sealer(self, purpose: str) -> AesGcmSealer:
        """Return the sealer for `purpose`."""
        with self._lock:
            if purpose not in self._sealers:
                from chalicelib.shared.sealing import AesGcmSealer

                self._sealers[purpose] = AesGcmSealer(self.root_secret, purpose)
            return self._sealers[purpose]

    @cached_property
    def catalogue(self) -> CatalogueService:
        """The catalogue of government services."""
        from chalicelib.catalogue.published import PublishedSnapshot
        from chalicelib.catalogue.service import CatalogueService
        from chalicelib.catalogue.store import CatalogueStore

        store = CatalogueStore(self.aws, self.settings.catalogue_table)
        return CatalogueService(store, PublishedSnapshot(self.aws, self.settings.data_bucket, self.settings.scratch))

    @cached_property
    def organisations(self) -> OrganisationService:
        """Organisations and mediators."""
        from chalicelib.organisations.service import OrganisationService
        from chalicelib.organisations.store import OrganisationStore

        return OrganisationService(
            OrganisationStore(self.aws, self.settings.organisations_table, self.answers), self.clock
        )

    @cached_property
    def triage(self) -> TriageService:
        """Dispute types and triage."""
        from chalicelib.triage.rules import RuleSet
        from chalicelib.triage.service import TriageService
        from chalicelib.triage.types import DisputeTypes

        return TriageService(DisputeTypes.load(), RuleSet.load(), self.organisations.list_organisations)

    @cached_property
    def people_store(self) -> PeopleStore:
        """Whom pseudonyms stand for."""
        from chalicelib.people.store import PeopleStore

        return PeopleStore(self.aws, self.settings.people_table, lambda: self.sealer("people"), self.answers)

    @cached_property
    def quarantine(self) -> QuarantineStore:
        """Events that could not be handled."""
        from chalicelib.shared.quarantine import QuarantineStore

        return QuarantineStore(self.aws, self.settings.audit_table)

    @cached_property
    def access_ledger(self) -> AccessLedger:
        """Who read whose personal data."""
        from chalicelib.people.store import AccessLedger

        return AccessLedger(self.aws, self.settings.audit_table)
