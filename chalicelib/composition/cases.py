"""The parts of disputes, and of what is told and recorded about them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.composition.ratings import RatingParts

if TYPE_CHECKING:
    from chalicelib.audit.service import AuditService
    from chalicelib.audit.store import AuditStore, Signer
    from chalicelib.cases.appeals import AppealService
    from chalicelib.cases.bundle import BundleService
    from chalicelib.cases.clockwork import CaseClock
    from chalicelib.cases.conversation import ConversationService
    from chalicelib.cases.evidence import EvidenceService
    from chalicelib.cases.evidence_files import EvidenceFiles
    from chalicelib.cases.privacy import CasePrivacy
    from chalicelib.cases.service import CaseService
    from chalicelib.cases.store import CaseStore
    from chalicelib.notices.service import NoticeService
    from chalicelib.people.service import PeopleService
    from chalicelib.shared.idempotency import Reopen


class CaseParts(RatingParts):
    """Disputes, notices, audit, the rights of people."""

    def answer_readers(self) -> dict[str, Reopen]:
        """Return the readers of answers, those of cases and notices among them."""
        return {
            **super().answer_readers(),
            "case": lambda *asked: self.cases.reopen(*asked),  # noqa: PLW0108 - made when first asked
            "cases": lambda *asked: self.cases.reopen_many(*asked),  # noqa: PLW0108 - made when first asked
            "notice": lambda *asked: self.notices.reopen(*asked),  # noqa: PLW0108 - made when first asked
        }

    @cached_property
    def case_store(self) -> CaseStore:
        """Where cases are kept."""
        from chalicelib.cases.store import CaseStore
        from chalicelib.shared.crypto import Keys

        keys = Keys(self.aws, self.settings.data_key_arn)
        return CaseStore(self.aws, self.settings.cases_table, self.settings.people_table, self.answers, keys)

    @cached_property
    def cases(self) -> CaseService:
        """Disputes."""
        from chalicelib.cases.service import CaseService

        return CaseService(
            self.case_store,
            self.organisations,
            self.access_ledger,
            self.people_store.profile_write,
            self.visits.know_writes,
            lambda: self.pseudonyms,
            self.due_dates,
            self.clock,
        )

    @cached_property
    def conversations(self) -> ConversationService:
        """Messages and agreements."""
        from chalicelib.cases.conversation import ConversationService

        return ConversationService(self.cases, self.case_store, self.clock)

    @cached_property
    def evidence(self) -> EvidenceService:
        """Evidence in cases."""
        from chalicelib.cases.evidence import EvidenceService

        return EvidenceService(self.cases, self.case_store, self.evidence_files)

    @cached_property
    def evidence_files(self) -> EvidenceFiles:
        """Where files of evidence are kept."""
        from chalicelib.cases.evidence_files import EvidenceFiles

        return EvidenceFiles(self.aws, self.settings.evidence_bucket)

    @cached_property
    def appeals(self) -> AppealService:
        """Appeals."""
        from chalicelib.cases.appeals import AppealService

        return AppealService(self.cases, self.case_store, self.due_dates)

    @cached_property
    def case_clock(self) -> CaseClock:
        """What happens to cases because time passes."""
        from chalicelib.cases.clockwork import CaseClock

        return CaseClock(self.cases, self.case_store, self.due_dates, self.clock)

    @cached_property
    def notices(self) -> NoticeService:
        """What people are told."""
        from chalicelib.notices.service import NoticeService
        from chalicelib.notices.store import NoticeStore, Topic

        topic = Topic(self.aws, self.settings.notices_topic_arn)
        store = NoticeStore(self.aws, self.settings.notices_table, self.answers)
        return NoticeService(
            store,
            self.people_store.find_subject,
            self.case_store.find,
            topic.send,
            lambda: self.pseudonyms,
            self.clock,
        )

    @cached_property
    def signer(self) -> Signer:
        """The key that checkpoints and bundles are signed with."""
        from chalicelib.audit.store import Signer

        return Signer(self.aws, self.settings.signing_key_arn)

    @cached_property
    def bundles(self) -> BundleService:
        """Bundles for courts."""
        from chalicelib.cases.bundle import BundleService

        return BundleService(self.cases, self.conversations, self.case_store, self.signer)

    @cached_property
    def audit_store(self) -> AuditStore:
        """Where leaves and checkpoints are kept."""
        from chalicelib.audit.store import AuditStore

        return AuditStore(self.aws, self.settings.audit_table, self.answers)

    @cached_property
    def audit(self) -> AuditService:
        """The record of what happened, and its checkpoints."""
        from chalicelib.audit.service import AuditService

        return AuditService(self.audit_store, self.case_store, self.signer, self.clock)

    @cached_property
    def case_privacy(self) -> CasePrivacy:
        """What cases keep about one person."""
        from chalicelib.cases.holds import Holds
        from chalicelib.cases.privacy import CasePrivacy

        holds = Holds.load(self.organisations.find_kind, self.due_dates)
        return CasePrivacy(self.cases, self.case_store, self.evidence_files, holds, lambda: self.pseudonyms, self.clock)

    @cached_property
    def people(self) -> PeopleService:
        """The rights of the person whose data it is."""
        from chalicelib.people.service import PeopleService

        cases = self.case_privacy
        return PeopleService(
            self.access_ledger,
            self.answers,
            {"cases": cases.export, "notices": self.notices.export, "ratings": self.rating_privacy.export},
            {"cases": cases.erase, "ratings": self.rating_privacy.erase},
            {"notices": self.notices.erase},
            self.people_store,
            (cases.forget, self.visits.forget_writes),
            cases.held_by,
            lambda: self.pseudonyms,
            self.clock,
        )
