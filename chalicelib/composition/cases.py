"""Disputes: their life, evidence, messages, appeals, bundles."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.composition.desk import Desks
from chalicelib.composition.foundation import Foundation
from chalicelib.composition.organisations import Organisations
from chalicelib.composition.people import People
from chalicelib.composition.ratings import Ratings
from chalicelib.shared.texts import Text

if TYPE_CHECKING:
    from chalicelib.cases.appeals.service import AppealService
    from chalicelib.cases.appeals.views import AppealDrawing
    from chalicelib.cases.court.agreement import AgreementService
    from chalicelib.cases.court.application import AgreementRules
    from chalicelib.cases.court.choice import CourtChoice
    from chalicelib.cases.court.seals import KeySeals
    from chalicelib.cases.court.service import BundleService
    from chalicelib.cases.evidence.files import EvidenceFiles
    from chalicelib.cases.evidence.service import EvidenceService
    from chalicelib.cases.lifecycle.clockwork import CaseClock
    from chalicelib.cases.lifecycle.escalating import Escalation
    from chalicelib.cases.lifecycle.lists import CaseLists
    from chalicelib.cases.lifecycle.names import Names
    from chalicelib.cases.lifecycle.ports import Entrance
    from chalicelib.cases.lifecycle.preparing import Preparation
    from chalicelib.cases.lifecycle.recounting import CaseRecount
    from chalicelib.cases.lifecycle.service import CaseService
    from chalicelib.cases.lifecycle.store import CaseStore
    from chalicelib.cases.lifecycle.views import CaseDrawing
    from chalicelib.cases.messages.service import MessageService
    from chalicelib.cases.privacy.service import CasePrivacy


class Cases:
    """Disputes."""

    def __init__(
        self, base: Foundation, organisations: Organisations, people: People, *, ratings: Ratings, desks: Desks
    ) -> None:
        self._base = base
        self._desks = desks
        self._organisations = organisations
        self._people = people
        self._ratings = ratings

    @cached_property
    def store(self) -> CaseStore:
        """Where cases are kept."""
        from chalicelib.cases.lifecycle.store import CaseStore

        return CaseStore(
            self._base.aws,
            self._base.settings.cases_table,
            self._base.settings.people_table,
            self._base.answers,
            self._base.keys,
            self._desks.store,
        )

    @cached_property
    def lists(self) -> CaseLists:
        """Lists of cases."""
        from chalicelib.cases.lifecycle.lists import CaseLists

        return CaseLists(self.store, lambda: self._base.pseudonyms, self._base.clock)

    @cached_property
    def names(self) -> Names:
        """What codes in cases are called."""
        from chalicelib.cases.lifecycle.names import Names
        from chalicelib.organisations.public import find_region_name
        from chalicelib.triage.public import DisputeTypes

        organisations = self._organisations.service

        def type_name(code: str) -> Text | None:
            found = DisputeTypes.load().find_type(code)
            return None if found is None else found.name

        return Names(organisations.find_name, type_name, find_region_name, organisations.find_mediator_name)

    @cached_property
    def service(self) -> CaseService:
        """Disputes."""
        from chalicelib.cases.lifecycle.service import CaseService

        return CaseService(
            self.store,
            self._organisations.service,
            self.preparation,
            self._people.ledger,
            remember=self._people.store.profile_write,
            entrance=self.entrance,
            pseudonyms=lambda: self._base.pseudonyms,
            due_dates=self._base.due_dates,
            clock=self._base.clock,
        )

    @cached_property
    def entrance(self) -> Entrance:
        """What is asked when somebody comes into a case."""
        from chalicelib.cases.lifecycle.ports import Entrance
        from chalicelib.cases.lifecycle.same_filing import digests_of

        return Entrance(
            self._people.terms.check,
            self._people.contacts.claim_writes,
            lambda person, filing: digests_of(self._base.root_secret, person, filing),
        )

    @cached_property
    def preparation(self) -> Preparation:
        """What completes the details of actions."""
        from chalicelib.cases.lifecycle.preparing import Preparation

        return Preparation(self._organisations.service, self.agreement_rules, self.seals, lambda: self._base.pseudonyms)

    @cached_property
    def seals(self) -> KeySeals:
        """Who keeps the seals of organisations: a city's electronic-seal service would stand here."""
        from chalicelib.cases.court.seals import KeySeals

        return KeySeals(self._base.signer)

    @cached_property
    def agreement_rules(self) -> AgreementRules:
        """What puts agreements in force, and which court may be asked about them."""
        from chalicelib.cases.court.application import AgreementRules

        return AgreementRules(self._organisations.service)

    @cached_property
    def drawing(self) -> CaseDrawing:
        """How cases are shown."""
        from chalicelib.appointments.public import BookingRules, can_book
        from chalicelib.cases.court.declarations import Declarations
        from chalicelib.cases.lifecycle.views import CaseDrawing

        most = BookingRules.load().max_open_per_case

        def cautions(dispute_type: str) -> list[Text]:
            return [one.text for one in Declarations.load().warnings(dispute_type)]

        return CaseDrawing(self._base.deadline_rules, self.names, lambda seen: can_book(seen, most), cautions)

    @cached_property
    def messages(self) -> MessageService:
        """Messages in cases."""
        from chalicelib.cases.messages.service import MessageService

        return MessageService(self.service, self.store)

    @cached_property
    def agreements(self) -> AgreementService:
        """Agreements."""
        from chalicelib.cases.court.agreement import AgreementService

        return AgreementService(self.service, self.store, self._organisations.service)

    @cached_property
    def court_choice(self) -> CourtChoice:
        """Which court may be asked."""
        from chalicelib.cases.court.choice import CourtChoice

        return CourtChoice(self.service, self._organisations.service, self._base.due_dates)

    @cached_property
    def evidence(self) -> EvidenceService:
        """Evidence in cases."""
        from chalicelib.cases.evidence.service import EvidenceService

        return EvidenceService(self.service, self.store, self.evidence_files)

    @cached_property
    def evidence_files(self) -> EvidenceFiles:
        """Where files of evidence are kept."""
        from chalicelib.cases.evidence.files import EvidenceFiles

        return EvidenceFiles(self._base.aws, self._base.settings.evidence_bucket)

    @cached_property
    def appeals(self) -> AppealService:
        """Appeals."""
        from chalicelib.cases.appeals.service import AppealService

        return AppealService(self.service, self.store, self._base.due_dates)

    @cached_property
    def appeal_drawing(self) -> AppealDrawing:
        """How appeals are shown."""
        from chalicelib.cases.appeals.views import AppealDrawing

        return AppealDrawing(self._base.deadline_rules)

    @cached_property
    def clockwork(self) -> CaseClock:
        """What happens to cases because time passes."""
        from chalicelib.cases.lifecycle.clockwork import CaseClock

        return CaseClock(self.service, self.store, self._base.due_dates, self.escalation, self._base.clock)

    @cached_property
    def escalation(self) -> Escalation:
        """Who hears of what is overdue in a case."""
        from chalicelib.cases.lifecycle.escalating import Escalation
        from chalicelib.desk.public import Ladders

        def name_of(organisation: str) -> str | None:
            found = self._organisations.service.find_name(organisation)
            return None if found is None else found.zh

        return Escalation(Ladders.load(), self._base.due_dates, name_of)

    @cached_property
    def recount(self) -> CaseRecount:
        """Counts running due dates anew when a calendar arrives."""
        from chalicelib.cases.lifecycle.recounting import CaseRecount

        outdated = self._base.outdated(self._base.settings.cases_table)
        return CaseRecount(self.service, self.store, self._base.due_dates, outdated)

    @cached_property
    def bundles(self) -> BundleService:
        """Bundles for courts."""
        from chalicelib.cases.court.service import BundleService

        return BundleService(self.service, self.agreements, self.store, self._base.signer)

    @cached_property
    def privacy(self) -> CasePrivacy:
        """What cases keep about one person."""
        from chalicelib.cases.privacy.holds import Holds
        from chalicelib.cases.privacy.service import CasePrivacy

        holds = Holds.load(self._organisations.service.find_kind)
        return CasePrivacy(
            self.service,
            self.store,
            self.evidence_files,
            holds,
            pseudonyms=lambda: self._base.pseudonyms,
            clock=self._base.clock,
        )
