"""The composition root: the only place where adapters are built, each one when it is first needed."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.settings import Settings
from chalicelib.shared.clock import Clock, SystemClock

if TYPE_CHECKING:
    from chalicelib.appointments.booking import BookingService
    from chalicelib.appointments.clockwork import AppointmentClock
    from chalicelib.appointments.desk import Desk
    from chalicelib.appointments.hours import HoursService
    from chalicelib.appointments.service import AppointmentService
    from chalicelib.appointments.store import AppointmentStore
    from chalicelib.appointments.upkeep import Upkeep
    from chalicelib.appointments.views import Drawing
    from chalicelib.appointments.waitlist import WaitlistService
    from chalicelib.audit.service import AuditService
    from chalicelib.cases.appeals import AppealService
    from chalicelib.cases.clockwork import CaseClock
    from chalicelib.cases.conversation import ConversationService
    from chalicelib.cases.evidence import EvidenceService
    from chalicelib.cases.service import CaseService
    from chalicelib.cases.store import CaseStore
    from chalicelib.catalogue.service import CatalogueService
    from chalicelib.notices.service import NoticeService
    from chalicelib.organisations.service import OrganisationService
    from chalicelib.people.service import PeopleService
    from chalicelib.people.store import AccessLedger, PeopleStore
    from chalicelib.shared.aws import Clients
    from chalicelib.shared.crypto import Pseudonyms
    from chalicelib.shared.deadlines import DeadlineRules, DueDates
    from chalicelib.shared.sealing import AesGcmSealer
    from chalicelib.shared.streams import Relay
    from chalicelib.shared.transactions import Committer
    from chalicelib.shared.viewer import Viewer
    from chalicelib.triage.service import TriageService
    from chalicelib.web.identity import TokenVerifier


class Container:
    """Everything this process is made of. Built once; tests and the local runner build their own."""

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
    def catalogue(self) -> CatalogueService:
        """The catalogue of government services."""
        from chalicelib.catalogue.published import PublishedSnapshot
        from chalicelib.catalogue.service import CatalogueService
        from chalicelib.catalogue.store import CatalogueStore

        store = CatalogueStore(self.aws, self.settings.catalogue_table)
        return CatalogueService(store, PublishedSnapshot(self.aws, self.settings.data_bucket, self.settings.scratch))

    @cached_property
    def answers(self) -> Committer:
        """Transactions, and the stored answers of idempotent requests."""
        from chalicelib.shared.transactions import Committer

        return Committer(self.aws, self.settings.answers_table, lambda: self.sealer("answers"))

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
    def case_store(self) -> CaseStore:
        """Where cases are kept."""
        from chalicelib.cases.store import CaseStore
        from chalicelib.shared.crypto import Keys

        keys = Keys(self.aws, self.settings.data_key_arn)
        return CaseStore(self.aws, self.settings.cases_table, self.settings.people_table, self.answers, keys)

    @cached_property
    def organisations(self) -> OrganisationService:
        """Organisations and mediators."""
        from chalicelib.organisations.service import OrganisationService
        from chalicelib.organisations.store import OrganisationStore

        return OrganisationService(
            OrganisationStore(self.aws, self.settings.organisations_table, self.answers), self.clock
        )

    @cached_property
    def cases(self) -> CaseService:
        """Disputes."""
        from chalicelib.cases.service import CaseService

        return CaseService(
            self.case_store, self.organisations, self.access_ledger, self.people_store.profile_write,
            lambda: self.pseudonyms, self.due_dates, self.clock,
        )  # fmt: skip

    @cached_property
    def access_ledger(self) -> AccessLedger:
        """Who read whose personal data."""
        from chalicelib.people.store import AccessLedger

        return AccessLedger(self.aws, self.settings.audit_table)

    @cached_property
    def people_store(self) -> PeopleStore:
        """Whom pseudonyms stand for."""
        from chalicelib.people.store import PeopleStore

        return PeopleStore(self.aws, self.settings.people_table, lambda: self.sealer("people"))

    @cached_property
    def people(self) -> PeopleService:
        """The rights of the person whose data it is."""
        from chalicelib.cases.privacy import CasePrivacy
        from chalicelib.people.service import PeopleService

        cases = CasePrivacy(self.cases, self.case_store)
        return PeopleService(
            self.access_ledger, self.answers, {"cases": cases.export, "notices": self.notices.export},
            {"cases": cases.erase, "notices": self.notices.erase, "profile": self._forget_profile}, cases.held_by,
            lambda: self.pseudonyms, self.clock,
        )  # fmt: skip

    def _forget_profile(self, viewer: Viewer) -> int:
        self.people_store.delete_profile(self.pseudonyms.of(viewer.subject))
        return 1

    @cached_property
    def notices(self) -> NoticeService:
        """What people are told."""
        from chalicelib.notices.service import NoticeService
        from chalicelib.notices.store import NoticeStore, Topic

        topic = Topic(self.aws, self.settings.notices_topic_arn)
        store = NoticeStore(self.aws, self.settings.notices_table, self.answers)
        return NoticeService(store, self.people_store.find_subject, topic.send, lambda: self.pseudonyms, self.clock)

    @cached_property
    def audit(self) -> AuditService:
        """The record of what happened, and its checkpoints."""
        from chalicelib.audit.service import AuditService
        from chalicelib.audit.store import AuditStore, Signer

        store = AuditStore(self.aws, self.settings.audit_table)
        return AuditService(store, self.case_store, Signer(self.aws, self.settings.signing_key_arn), self.clock)

    @cached_property
    def appointment_store(self) -> AppointmentStore:
        """Where appointments are kept."""
        from chalicelib.appointments.store import AppointmentStore

        return AppointmentStore(self.aws, self.settings.appointments_table, self.answers)

    @cached_property
    def desk(self) -> Desk:
        """Who works when, and what is free."""
        from chalicelib.appointments.desk import Desk
        from chalicelib.appointments.rules import BookingRules
        from chalicelib.shared.calendar import work_calendar

        return Desk(self.appointment_store, self.organisations, work_calendar(), BookingRules.load())

    @cached_property
    def upkeep(self) -> Upkeep:
        """Appointments and their cases, together."""
        from chalicelib.appointments.upkeep import Upkeep

        return Upkeep(self.cases, self.appointment_store, self.desk.rules)

    @cached_property
    def booking(self) -> BookingService:
        """Booking and moving."""
        from chalicelib.appointments.booking import BookingService

        return BookingService(self.appointment_store, self.desk, self.upkeep)

    @cached_property
    def appointments(self) -> AppointmentService:
        """Appointments once they are asked for."""
        from chalicelib.appointments.service import AppointmentService

        return AppointmentService(
            self.appointment_store, self.upkeep, self.desk.rules, lambda: self.pseudonyms, self.clock
        )

    @cached_property
    def hours(self) -> HoursService:
        """Mediators' hours and calendars."""
        from chalicelib.appointments.hours import HoursService

        return HoursService(
            self.appointment_store, self.desk, lambda: self.pseudonyms, lambda: self.sealer("calendars"), self.clock
        )

    @cached_property
    def waitlist(self) -> WaitlistService:
        """The line for slots that become free."""
        from chalicelib.appointments.waitlist import WaitlistService

        return WaitlistService(self.appointment_store, self.upkeep, self.desk, self.clock)

    @cached_property
    def appointment_clock(self) -> AppointmentClock:
        """What happens to appointments by itself."""
        from chalicelib.appointments.clockwork import AppointmentClock

        return AppointmentClock(self.appointments, self.upkeep, self.appointment_store, self.desk.rules, self.clock)

    @cached_property
    def appointment_drawing(self) -> Drawing:
        """How appointments are shown."""
        from chalicelib.appointments.video import VideoRooms
        from chalicelib.appointments.views import Drawing

        rooms = VideoRooms(self.settings.video_url, lambda: self.root_secret, self.desk.rules)
        return Drawing(self.organisations.find_mediator_name, rooms.find_link, self.desk.rules)

    @cached_property
    def triage(self) -> TriageService:
        """Dispute types and triage."""
        from chalicelib.triage.rules import RuleSet
        from chalicelib.triage.service import TriageService
        from chalicelib.triage.types import DisputeTypes

        return TriageService(DisputeTypes.load(), RuleSet.load(), self.organisations.list_organisations)

    def run_deadlines(self) -> dict[str, int]:
        """Let everything happen that happens because time has passed; return how many of what."""
        done = {**self.case_clock.run(), **self.appointment_clock.run(), **self.waitlist.run()}
        return dict(sorted(done.items()))

    @cached_property
    def relay(self) -> Relay:
        """Who is told of what happens in cases."""
        from chalicelib.shared.streams import Relay

        return Relay([
            self.audit.on_event, self.notices.on_case_event, self.organisations.on_case_event,
            self.appointment_clock.on_case_event, self.waitlist.on_case_event,
        ])  # fmt: skip

    @cached_property
    def conversations(self) -> ConversationService:
        """Messages and agreements."""
        from chalicelib.cases.conversation import ConversationService

        return ConversationService(self.cases, self.case_store, self.clock)

    @cached_property
    def evidence(self) -> EvidenceService:
        """Evidence in cases."""
        from chalicelib.cases.evidence import EvidenceService
        from chalicelib.cases.evidence_files import EvidenceFiles

        files = EvidenceFiles(self.aws, self.settings.evidence_bucket)
        return EvidenceService(self.cases, self.case_store, files)

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


_installed: Container | None = None
_clock: Clock | None = None


def container() -> Container:
    """Return this process's container; build it from the environment if none was installed."""
    global _installed  # noqa: PLW0603 - one container a process is the point
    if _installed is None:
        _installed = Container(Settings.from_env(), _clock)
    return _installed


def install(new: Container | None) -> None:
    """Make `new` this process's container; None forgets the present one."""
    global _installed  # noqa: PLW0603
    _installed = new


def use(clock: Clock) -> None:
    """Have the container that is built next, and the installed one from now on, tell time by `clock`."""
    global _clock, _installed  # noqa: PLW0603
    _clock = clock
    if _installed is not None:
        _installed = Container(_installed.settings, clock)
