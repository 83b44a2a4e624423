"""Every field that is stored stands in the data registry: its grade, purposes, masker and retention."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.appointments.booking.model import Appointment
from chalicelib.appointments.waitlist.service import NewWish
from chalicelib.audit.model import GENESIS, Checkpoint, Leaf, id_of
from chalicelib.audit.store import AuditStore
from chalicelib.cases.appeals.service import Appeal, AppealService
from chalicelib.cases.evidence.files import EvidenceFiles
from chalicelib.cases.evidence.service import Declared, Evidence, EvidenceService, Inspection, Upload
from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.messages.service import MessageService
from chalicelib.cases.service.attempts import NewAttempt
from chalicelib.notices.model import Notice, Preferences, notices_of
from chalicelib.notices.store import NoticeStore
from chalicelib.organisations.store import OrganisationStore
from chalicelib.ratings.rating.model import Invitation, Rating
from chalicelib.ratings.rating.service import Said
from chalicelib.ratings.visits.model import Visit
from chalicelib.shared.aws import Clients
from chalicelib.shared.calendar import work_calendar
from chalicelib.shared.deadlines import DeadlineRules, DueDates
from chalicelib.shared.dynamo import Table
from chalicelib.shared.items import from_wire
from chalicelib.shared.jobs import Failures
from chalicelib.shared.quarantine import QuarantineStore, SetAside
from chalicelib.shared.rulebook import RuleStore
from chalicelib.shared.topic import Topic
from chalicelib.shared.viewer import Viewer
from infra.organisations.importer import read_organisations
from tests.contract.test_appointments import TOMORROW, Bookings
from tests.contract.test_contact import prove_by_code
from tests.contract.test_ratings import CLERK as RATING_CLERK
from tests.contract.test_ratings import STAFF, SUPERVISOR, Ratings, citizen
from tests.contract.world import CLERK, FILING, MEDIATOR, WANG, World

UNTIL = (TOMORROW + timedelta(days=9)).date()
COURT = Viewer("judge", frozenset({"court"}), "court-1", None)
BEFORE_COURT: dict[str, dict[str, Any]] = {"receive": {}, "ask": {}, "supplement": {"what": "w", "until": UNTIL}}
NOW_TEXT = "2026-11-24T02:00:00.000Z"
ROOT = Path(__file__).parent.parent.parent
REGISTRY = json.loads((ROOT / "chalicelib/rules/data_registry.json").read_text(encoding="utf-8"))
NOT_STORED = {"filename", "title", "yours"}  # sealed together as `names`, or told to one viewer only
GRADES = {"public", "internal", "personal", "sensitive"}


class Kept(EvidenceFiles):
    """Storage in which everything is, and is as it was announced unless `fault` says otherwise."""

    def __init__(self) -> None:
        self.fault: str | None = None

    def start_upload(self, file_id: str, declared: Declared, now: datetime) -> Upload:
        return Upload("u", {}, now)

    def inspect(self, file_id: str, content_type: str, size: int, sha256: str) -> Inspection | None:
        return Inspection("v", self.fault)

    def keep(self, file_id: str, version_id: str) -> str:
        return "v"

    def discard(self, file_id: str, version_id: str) -> None:
        return None

    def keep_only(self, file_id: str, version_id: str) -> None:
        return None

    def unkeep(self, file_id: str, version_id: str) -> None:
        return None

    def start_download(self, evidence: Evidence, now: datetime) -> tuple[str, datetime]:
        return "u", now


def kind_of(item: dict[str, Any]) -> str:
    """Return what an item is: its sort key's first word, or its partition's where that tells more."""
    if item["sk"] in {"META", "EVENT", "COUNT", "PERSON"} or item["pk"] in {"FLAGS", "CHAIN"}:
        first = str(item["pk"]).partition("#")[0].partition("-")[0]
        return f"{first}/{item['sk']}" if item["pk"] not in {"FLAGS", "CHAIN"} else first
    if str(item["pk"]).startswith(
        ("ARRIVALS#", "KEYS#", "LEAF#", "PENDING#", "WAITLIST#", "IDEMPOTENCY#", "QUARANTINE#")
    ):
        return str(item["pk"]).partition("#")[0]
    if item["pk"] == "DIRECTORY":
        return "DIRECTORY/LOAD" if item["sk"].startswith("~LOAD") else "DIRECTORY"
    return str(item["sk"]).partition("#")[0]


class Gateway(Topic):
    """Takes every text."""

    def __init__(self) -> None:
        pass

    def send(self, message: Mapping[str, Any], channel: str) -> None:
        return None


def served(world: World) -> None:
    """Have the other side of a case told in every way, and what came of it noted."""
    world.container.override(Topic, Gateway())
    service = world.container.service
    code = world.cases.file(WANG, FILING, world.key()).case.code
    world.act(CLERK, code, "accept")
    service.texts.on_case_event(list(world.store.list_events(code))[-1])
    (text,) = service.store.every_attempt(code)
    for state in ("failed", "delivered", "opened"):
        service.recording.note(code, text.id, state, world.clock.now())
    letter = service.letters.draw_up(CLERK, code, "p2", world.key())
    service.invitations.open(letter.link.rpartition("/")[2])
    tried = NewAttempt("p2", "phone", world.clock.now(), "no_answer", "n", None)
    service.attempts.record(CLERK, code, tried, world.key())


def played(clients: Clients) -> list[World]:  # noqa: PLR0915 - one whole story
    """Play a case, its sessions, its appeal, ratings, notices and audit; return the worlds that hold what was stored."""
    bookings, ratings = Bookings(clients, max_open_per_case=9), Ratings(clients)
    code, applicant, respondent = bookings.mediating(1)
    second, waiter, _ = bookings.mediating(2)
    one = bookings.book(applicant, code, mode="onsite")
    day = (TOMORROW + timedelta(days=1)).date()
    bookings.waitlist.join(waiter, second, NewWish(day, day, ("video",), 60), bookings.key())
    freed = bookings.book(applicant, code, TOMORROW + timedelta(days=1))
    bookings.do(applicant, freed, "cancel", reason="r")
    bookings.relay(code)
    hours = bookings.hours.availability_of("org-1", "m-1", bookings.clock.now()).next_version(
        leave=(("2027-01-01",) * 2,)
    )
    bookings.slot_store.put_availability(hours)
    bookings.do(MEDIATOR, one, "confirm")
    bookings.clock.at = TOMORROW + timedelta(minutes=20)
    bookings.do(MEDIATOR, one, "no_show", party_id="p2")
    bookings.cases.get_case(CLERK, code)
    owed = {"text": "t", "payer": "p1", "payee": "p2", "amount_cents": 100, "due_on": "2026-12-31"}
    drafted = bookings.act(MEDIATOR, code, "draft_agreement", text="t", terms=[owed])
    for person in (applicant, respondent):
        bookings.act(person, code, "sign", agreement_sha256=str(drafted.case.agreement_sha256))
    for person in (applicant, respondent):
        bookings.act(person, code, "apply_confirmation", court_id="court-1", declarations=["true_facts"])
    for action, details in BEFORE_COURT.items():
        bookings.act(COURT, code, action, **details)
    bookings.act(waiter, second, "withdraw", reason="r")
    served(bookings)
    talk = MessageService(bookings.cases, bookings.store)
    talk.send(respondent, code, "t", "mediator", for_settlement=True, idempotency=bookings.key())
    storage = Kept()
    evidence = EvidenceService(bookings.cases, bookings.store, storage)
    declared = Declared("a.pdf", "application/pdf", 1, "0" * 64, "t", "parties")
    for number in range(2):
        made, _ = evidence.declare(applicant, code, declared, bookings.key())
        storage.fault = "hash_mismatch" if number else None
        evidence.complete(applicant, code, made.id, bookings.key())
    appeals = AppealService(bookings.cases, bookings.store, DueDates(DeadlineRules.load(), work_calendar()))
    appeal = appeals.file(waiter, second, "process", "t", bookings.key())
    reviewer = Viewer("reviewer", frozenset({"reviewer"}), None, None)
    appeals.decide(reviewer, second, appeal.id, "r", bookings.key(), upheld=True)
    notices = NoticeStore(clients, bookings.tables["NoticesTable"], bookings.committer)
    audit = AuditStore(clients, bookings.tables["AuditTable"], bookings.committer)
    organisations = OrganisationStore(clients, bookings.tables["OrganisationsTable"], bookings.committer)
    organisations.put_all(read_organisations(ROOT / "infra/sample/organisations.json")[:1])
    for event in bookings.store.list_events(code):
        audit.add_leaf(Leaf(event.aggregate, event.seq, event.hash, event.at))
        organisations.count(event.event_id, "org-1", 1)
        for notice in notices_of(event):
            notices.mark_sent(notices.add(notice), "sent", event.at)
            notices.put_preferences(notice.person, Preferences())
    leaves = list(audit.list_pending(Failures("checkpoints", bookings.clock)))
    audit.add_block(id_of(1), 0, leaves)
    signed = Checkpoint(id_of(1), NOW_TEXT, len(leaves), NOW_TEXT, NOW_TEXT, "r", "p", "q", (GENESIS,), "k")
    audit.add_checkpoint(signed)
    audit.settle_block(id_of(1), 0, leaves[1:])
    quarantine = QuarantineStore(clients, bookings.tables["AuditTable"])
    rules = RuleStore(Table(clients, bookings.tables["RulesTable"]), bookings.committer)
    rules.put_year({"year": 2027, "source": "s", "holidays": [], "workdays": []}, bookings.clock.now())
    rules.put_deadlines({"version": "v", "rules": []}, bookings.clock.now())
    quarantine.add(SetAside(code, 1, "notices", "submitted", "2026-11-24T02:00:00.000Z", "KeyError", "a"))
    for number in range(5):
        shown, _ = ratings.visits.offer_code(citizen(number))
        visit = Visit("S-1", shown, "window", "m-9", completed=False)
        ratings.visits.record(STAFF, visit, ratings.key())
        invitation, *_ = ratings.ratings.list_invitations(citizen(number), None, 10).items
        said = [Said("staff:m-9", 5, (), "t")]
        ratings.ratings.rate(citizen(number), invitation.id, said, ratings.key(), anonymous=True)
    ratings.visits.offer_code(citizen(1))
    proved = Viewer("proved", frozenset(), None, None, "+8613800138000")
    prove_by_code(ratings, citizen(1), "+8613800138000")
    ratings.container.people.contacts.note_claim(proved)
    for number in range(6):
        ratings.invite(citizen(number))
        bad = ratings.rate(citizen(number), 1, anonymous=False)
    ratings.ratings.follow_up(citizen(5), bad.id, 3, "t", ratings.key())
    for action in ("contact", "reply", "close"):
        ratings.handling.step(RATING_CLERK, bad.id, action, "n", ratings.key())
    ratings.handling.hide(SUPERVISOR, bad.id, "r", ratings.key())
    return [bookings, ratings]


def stored(clients: Clients) -> dict[str, dict[str, set[str]]]:
    """Return the fields of every kind of item in every table."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for world in played(clients):
        for name, table in world.tables.items():
            paginator = world.clients.dynamodb.get_paginator("scan")
            for page in paginator.paginate(TableName=table):
                for raw in page["Items"]:
                    item = from_wire(raw)
                    fields = {"t0000" if len(key) == 5 and key[0] == "t" and key[1:].isdigit() else key for key in item}
                    fields = {"m000000_0" if key[0] == "m" and key[1:7].isdigit() else key for key in fields}
                    found[name][kind_of(item)] |= fields - {"pk", "sk", "gsi1pk", "gsi1sk"}
    return found


KEPT_WHOLE = [
    ("CasesTable", "CASE/META", Case),
    ("CasesTable", "EVIDENCE", Evidence),
    ("CasesTable", "APPEAL", Appeal),
    ("AppointmentsTable", "APPOINTMENT/META", Appointment),
    ("RatingsTable", "RATING/META", Rating),
    ("RatingsTable", "INVITATION", Invitation),
    ("NoticesTable", "NOTICE", Notice),
]


@pytest.mark.parametrize(("table", "kind", "model"), KEPT_WHOLE, ids=str)
def test_every_field_of_what_is_kept_whole_is_registered(table: str, kind: str, model: Any) -> None:
    named = set(REGISTRY["tables"][table][kind])
    assert {field for field in model.__dataclass_fields__ if field not in NOT_STORED} <= named


def test_every_stored_field_is_registered(clients: Clients) -> None:
    missing = [
        f"{table}/{kind}/{field}"
        for table, kinds in stored(clients).items()
        for kind, fields in kinds.items()
        for field in sorted(fields - set(REGISTRY["tables"].get(table, {}).get(kind, {})))
    ]
    assert missing == []


def test_every_entry_of_the_registry_is_whole() -> None:
    assert set(REGISTRY["grades"]) == GRADES
    for kinds in REGISTRY["tables"].values():
        for fields in kinds.values():
            for name, entry in fields.items():
                assert entry["grade"] in GRADES, name
                assert set(entry["purposes"]) <= set(REGISTRY["purposes"]), name
                assert entry["masker"] in REGISTRY["maskers"], name
                assert entry["retention"] in REGISTRY["retentions"], name
                # What is personal is never kept in the open.
                assert entry["grade"] in {"public", "internal"} or entry["masker"] != "none", name
