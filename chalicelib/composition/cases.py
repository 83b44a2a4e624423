"""Disputes: their life, evidence, messages, appeals, bundles."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.composition.foundation import Foundation
from chalicelib.composition.organisations import Organisations
from chalicelib.composition.people import People
from chalicelib.composition.ratings import Ratings

if TYPE_CHECKING:
    from chalicelib.cases.appeals import AppealService
    from chalicelib.cases.bundle import BundleService
    from chalicelib.cases.clockwork import CaseClock
    from chalicelib.cases.conversation import ConversationService
    from chalicelib.cases.evidence import EvidenceService
    from chalicelib.cases.evidence_files import EvidenceFiles
    from chalicelib.cases.privacy import CasePrivacy
    from chalicelib.cases.service import CaseService
    from chalicelib.cases.store import CaseStore


class Cases:
    """Disputes."""

    def __init__(self, base: Foundation, organisations: Organisations, people: People, ratings: Ratings) -> None:
        self._base = base
        self._organisations = organisations
        self._people = people
        self._ratings = ratings

    @cached_property
    def store(self) -> CaseStore:
        """Where cases are kept."""
        from chalicelib.cases.store import CaseStore

        return CaseStore(
            self._base.aws,
            self._base.settings.cases_table,
            self._base.settings.people_table,
            self._base.answers,
            self._base.keys,
        )

    @cached_property
    def service(self) -> CaseService:
        """Disputes."""
        from chalicelib.cases.service import CaseService

        return CaseService(
            self.store,
            self._organisations.service,
            self._people.ledger,
            self._people.store.profile_write,
            self._ratings.visits.know_writes,
            lambda: self._base.pseudonyms,
            self._base.due_dates,
            self._base.clock,
        )

    @cached_property
    def conversations(self) -> ConversationService:
        """Messages and agreements."""
        from chalicelib.cases.conversation import ConversationService

        return ConversationService(self.service, self.store, self._base.clock)

    @cached_property
    def evidence(self) -> EvidenceService:
        """Evidence in cases."""
        from chalicelib.cases.evidence import EvidenceService

        return EvidenceService(self.service, self.store, self.evidence_files)

    @cached_property
    def evidence_files(self) -> EvidenceFiles:
        """Where files of evidence are kept."""
        from chalicelib.cases.evidence_files import EvidenceFiles

        return EvidenceFiles(self._base.aws, self._base.settings.evidence_bucket)

    @cached_property
    def appeals(self) -> AppealService:
        """Appeals."""
        from chalicelib.cases.appeals import AppealService

        return AppealService(self.service, self.store, self._base.due_dates)

    @cached_property
    def clockwork(self) -> CaseClock:
        """What happens to cases because time passes."""
        from chalicelib.cases.clockwork import CaseClock

        return CaseClock(self.service, self.store, self._base.due_dates, self._base.clock)

    @cached_property
    def bundles(self) -> BundleService:
        """Bundles for courts."""
        from chalicelib.cases.bundle import BundleService

        return BundleService(self.service, self.conversations, self.store, self._base.signer)

    @cached_property
    def privacy(self) -> CasePrivacy:
        """What cases keep about one person."""
        from chalicelib.cases.holds import Holds
        from chalicelib.cases.privacy import CasePrivacy

        holds = Holds.load(self._organisations.service.find_kind, self._base.due_dates)
        return CasePrivacy(
            self.service, self.store, self.evidence_files, holds, lambda: self._base.pseudonyms, self._base.clock
        )
