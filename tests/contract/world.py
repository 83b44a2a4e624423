"""Cases on one engine, with everything they need, for the suites of every store that changes with a case."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.cases.court.application import AgreementRules
from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.records import Loaded
from chalicelib.cases.lifecycle.service import Asked, Seen
from chalicelib.cases.service.attempts import NewAttempt
from chalicelib.catalogue.service import CatalogueService
from chalicelib.composition.container import Container
from chalicelib.organisations.model import Organisation
from chalicelib.organisations.service import OrganisationService
from chalicelib.ratings.rating.model import Rating
from chalicelib.shared.aws import Clients
from chalicelib.shared.crypto import Keyring, Keys
from chalicelib.shared.dynamo import Table
from chalicelib.shared.idempotency import Idempotency, StoredAnswer
from chalicelib.shared.records import from_item
from chalicelib.shared.texts import Text
from chalicelib.shared.viewer import Viewer
from infra.audit.commands import find_fault
from tests.world import NOW, StillClock, fresh_tables, settings_of

WANG, LI = (Viewer(name, frozenset(), None, None) for name in ("wang", "li"))
CLERK = Viewer("clerk", frozenset({"clerk"}), "org-1", None)
MEDIATOR = Viewer("m-1", frozenset({"mediator"}), "org-1", None)
FILING: dict[str, Any] = {
    "dispute_type": "neighbour",
    "region": "210202",
    "title": "噪音标题",
    "facts": "事实很长",
    "claims": [],
    "amount_cents": None,
    "preferred_modes": [],
    "terms_version": "2026-01",
    "service_address": None,
    "again": True,
    "applicant": {"name": "王小明", "phone": "13800138000", "id_number": None, "address": None},
    "respondents": [{"name": "李大勇", "phone": "13900139000", "kind": "person"}],
}


_TABLES = (
    "CasesTable",
    "PeopleTable",
    "AnswersTable",
    "AuditTable",
    "AppointmentsTable",
    "RatingsTable",
    "NoticesTable",
    "OrganisationsTable",
    "RulesTable",
    "DesksTable",
)


@dataclass
class Routed:
    organisation_id: str = "org-1"
    because: tuple[dict[str, str], ...] = ()
    kind: str = "commercial"
    court_invited: bool = False


class Routing:
    """An organisation that takes everything, and lets everybody mediate."""

    def __init__(self) -> None:
        self.routed = Routed()

    def route(self, dispute_type: str, region: str) -> Routed:
        return self.routed

    def check_transfer(self, organisation: str, target: str, dispute_type: str) -> Routed:
        return Routed(target)

    def check_assignable(self, organisation: str, mediator: str, at: datetime) -> None:
        return None

    def find_kind(self, organisation: str) -> str | None:
        return None

    def find_organisation(self, organisation: str) -> Organisation | None:
        return Organisation(
            id=organisation,
            name="中山区人民调解委员会",
            kind="commercial",
            region="210202",
            covers=("210202",),
            dispute_types=("*",),
            phone="0411-12345678",
        )

    def find_name(self, organisation_id: str) -> Text | None:
        return Text("调解组织一", "Organisation One") if organisation_id == "org-1" else None

    def find_mediator_name(self, organisation: str, mediator: str) -> str | None:
        return "张大力" if mediator == "m-1" else None


class Services:
    """A catalogue of one service."""

    def has_service(self, code: str) -> bool:
        return code == "S-1"


class SignedIsInForce(AgreementRules):
    """Agreements are in force with the last party's signature, and every court may be asked."""

    def __init__(self) -> None:
        pass

    def acts_of(self, case: Case, now: datetime) -> tuple[str, ...]:
        return ("sign",)

    def check_application(self, loaded: Loaded, court_id: str, declarations: Sequence[str]) -> str:
        return "court"

    def name_of(self, court_id: str) -> Text:
        return Text(court_id, court_id)


class PlainKeys(Keys):
    """Keys without KMS, which DynamoDB Local does not have: the key-encryption key stands in the open."""

    def __init__(self) -> None:
        pass

    def make(self, aggregate: str, subjects: list[str]) -> tuple[bytes, Keyring]:
        keys = {subject: uuid.uuid4().bytes * 2 for subject in subjects}
        return b"kek", Keyring(aggregate, keys, keys)

    def open(self, aggregate: str, wrapped_kek: bytes, wrapped: Any) -> Keyring:
        assert wrapped_kek == b"kek"
        return Keyring(aggregate, wrapped, wrapped)


class World:
    """Fresh tables on one engine, and the use cases over them."""

    def __init__(self, clients: Clients) -> None:
        self.clients = clients
        self.tables = fresh_tables(clients, _TABLES)
        self.clock = StillClock()
        self.routing = Routing()
        self.container = made = Container(settings_of(**_settings_for(self.tables)), self.clock)
        made.foundation.root_secret = b"root"
        stand_ins: dict[type, Any] = {
            Clients: clients,
            Keys: PlainKeys(),
            OrganisationService: self.routing,
            AgreementRules: SignedIsInForce(),
            CatalogueService: Services(),
        }
        for wanted, other in stand_ins.items():
            made.override(wanted, other)
        made.foundation.answer_readers.update({"case": self._reopen_case, "rating": self._reopen_rating})
        self.committer, self.store, self.cases = made.answers, made.cases.store, made.cases.service
        self.lists, self.desks, self.desk = made.cases.lists, made.desks.store, made.desks.service
        self.ledger, self.people = made.people.ledger, made.people.store
        self._numbers = itertools.count()

    def _reopen_case(self, viewer: Viewer | None, code: str, subjects: Sequence[str]) -> Keyring:
        """Whoever asks as nobody in particular is a test that wants the answer as it was stored."""
        return self.store.open_keys(code) if viewer is None else self.cases.reopen(viewer, code, subjects)

    def _reopen_rating(self, viewer: Viewer | None, rating_id: str, subjects: Sequence[str]) -> Keyring | None:
        item = Table(self.clients, self.tables["RatingsTable"]).find(f"RATING#{rating_id}", "META")
        assert item is not None
        return from_item(Rating, item).shown().keys

    def key(self, name: str | None = None) -> Idempotency:
        name = name or f"key-{next(self._numbers)}"
        return Idempotency(name, "request", NOW, _version)

    def act(self, viewer: Viewer, code: str, action: str, **details: Any) -> Seen:
        return self.cases.act(viewer, code, Asked(action, details), self.key())

    def joined(self) -> str:
        code = self.cases.file(WANG, FILING, self.key()).case.code
        self.act(CLERK, code, "accept")
        invite = self.cases.get_case(WANG, code).loaded.text_of("p2")["invite_code"]
        self.cases.join(LI, code, invite, self.key())
        return code

    def mediating(
        self, number: int = 0, mediator: str = "m-1", organisation: str = "org-1", applicant: Viewer | None = None
    ) -> tuple[str, Viewer, Viewer]:
        """File a case of two people of its own (or of `applicant` and one), and bring it to mediation."""
        code, applicant, respondent = self.assigned(number, mediator, organisation, applicant)
        self.act(Viewer(mediator, frozenset({"mediator"}), organisation, None), code, "take")
        return code, applicant, respondent

    def assigned(
        self, number: int = 0, mediator: str = "m-1", organisation: str = "org-1", applicant: Viewer | None = None
    ) -> tuple[str, Viewer, Viewer]:
        """File a case likewise, and assign it."""
        first, respondent = (Viewer(f"{name}-{number}", frozenset(), None, None) for name in ("wang", "li"))
        applicant = applicant or first
        self.routing.routed = Routed(organisation)
        clerk = replace(CLERK, organisation=organisation)
        code = self.cases.file(applicant, FILING, self.key()).case.code
        self.routing.routed = Routed()
        self.act(clerk, code, "accept")
        invite = self.cases.get_case(applicant, code).loaded.text_of("p2")["invite_code"]
        self.cases.join(respondent, code, invite, self.key())
        self.act(respondent, code, "consent", terms_version="2026-01")
        self.leave_choice(code, applicant, respondent)
        self.act(clerk, code, "assign", mediator_id=mediator)
        return code, applicant, respondent

    def agreed(self) -> tuple[str, str]:
        code = self.joined()
        self.act(LI, code, "consent", terms_version="2026-01")
        self.leave_choice(code, WANG, LI)
        self.act(CLERK, code, "assign", mediator_id="m-1")
        self.act(MEDIATOR, code, "take")
        drafted = self.act(MEDIATOR, code, "draft_agreement", text="t", terms=[])
        return code, str(drafted.case.agreement_sha256)

    def tried(self, code: str, party: str = "p2", clerk: Viewer = CLERK) -> None:
        """Have the clerk call a respondent in vain on two days, until they count as unreachable."""
        for outcome in ("no_answer", "nobody_home"):
            new = NewAttempt(party, "phone", self.clock.now(), outcome, None, None)
            self.container.service.attempts.record(clerk, code, new, self.key())
            self.clock.at += timedelta(days=1)

    def leave_choice(self, code: str, *parties: Viewer) -> None:
        """Let the parties leave it to the organisation who mediates."""
        for party in parties:
            self.act(party, code, "choose_mediator", mediator_id=None)

    def fault(self, code: str) -> str | None:
        case = self.store.find_case(code)
        assert case is not None
        return find_fault(self.store.list_events(code), case.version, case.head)


def _settings_for(tables: Mapping[str, str]) -> dict[str, str]:
    return {f"{name.removesuffix('Table').lower()}_table": table for name, table in tables.items()}


def _version(result: Any) -> StoredAnswer:
    seen = getattr(result, "seen", result)
    case = getattr(seen, "case", None)
    return StoredAnswer(200, {}, b"" if case is None else str(case.version).encode())
