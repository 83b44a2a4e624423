"""Cases on both engines: what is written can be read, races have one outcome, and chains stay whole."""

from __future__ import annotations

import itertools
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.cases.records import CASE_SUBJECT
from chalicelib.cases.service import CaseService, Seen
from chalicelib.cases.store import CaseStore
from chalicelib.cases.transitions import IllegalTransition
from chalicelib.people.store import AccessLedger, PeopleStore
from chalicelib.shared.aws import Clients
from chalicelib.shared.calendar import work_calendar
from chalicelib.shared.crypto import Erased, Keyring, Keys, Pseudonyms
from chalicelib.shared.deadlines import DeadlineRules, DueDates
from chalicelib.shared.errors import YimaError
from chalicelib.shared.idempotency import Idempotency, Replayed, StoredAnswer
from chalicelib.shared.sealing import AesGcmSealer
from chalicelib.shared.transactions import Committer
from chalicelib.shared.viewer import Viewer
from infra.audit.commands import find_fault
from infra.local.stack import read_template
from tests.contract.conftest import local_clients

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
WANG, LI = (Viewer(name, frozenset(), None, None) for name in ("wang", "li"))
CLERK = Viewer("clerk", frozenset({"clerk"}), "org-1", None)
MEDIATOR = Viewer("m-1", frozenset({"mediator"}), "org-1", None)
FILING: dict[str, Any] = {
    "dispute_type": "neighbour", "region": "210202", "title": "噪音标题", "facts": "事实很长", "claims": [],
    "amount_cents": None, "preferred_modes": [], "terms_version": "1",
    "applicant": {"name": "王小明", "phone": "13800138000", "id_number": None, "address": None},
    "respondents": [{"name": "李大勇", "phone": "13900139000", "kind": "person"}],
}  # fmt: skip


class StillClock:
    def now(self) -> datetime:
        return NOW


@dataclass
class Routed:
    organisation_id: str = "org-1"
    because: tuple[dict[str, str], ...] = ()


class Routing:
    def route(self, dispute_type: str, region: str) -> Routed:
        return Routed()

    def check_assignable(self, organisation: str, mediator: str, at: datetime) -> None:
        return None


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
        self.tables: dict[str, str] = {}
        for name in ("CasesTable", "PeopleTable", "AnswersTable", "AuditTable"):
            properties = read_template()["Resources"][name]["Properties"]
            wanted = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
            self.tables[name] = f"{name}-{uuid.uuid4().hex}"
            clients.dynamodb.create_table(
                TableName=self.tables[name], **{key: properties[key] for key in wanted if key in properties}
            )
        sealer = AesGcmSealer(b"root", "answers")
        committer = Committer(clients, self.tables["AnswersTable"], lambda: sealer)
        self.store = CaseStore(clients, self.tables["CasesTable"], self.tables["PeopleTable"], committer, PlainKeys())
        due = DueDates(DeadlineRules.load(), work_calendar())
        self.ledger = AccessLedger(clients, self.tables["AuditTable"])
        self.people = PeopleStore(clients, self.tables["PeopleTable"], lambda: sealer)
        self.cases = CaseService(self.store, Routing(), self.ledger, self.people.profile_write,
                                 lambda: Pseudonyms(b"root"), due, StillClock())  # fmt: skip
        self._numbers = itertools.count()

    def key(self, name: str | None = None) -> Idempotency:
        name = name or f"key-{next(self._numbers)}"
        return Idempotency(name, "request", NOW, lambda seen: StoredAnswer(200, {}, str(seen.case.version).encode()))

    def act(self, viewer: Viewer, code: str, action: str, **details: Any) -> Seen:
        return self.cases.act(viewer, code, action, details, self.key())

    def joined(self) -> str:
        code = self.cases.file(WANG, FILING, self.key()).case.code
        self.act(CLERK, code, "accept")
        invite = self.cases.get(WANG, code).loaded.text_of("p2")["invite_code"]
        self.cases.join(LI, code, invite, self.key())
        return code

    def agreed(self) -> tuple[str, str]:
        code = self.joined()
        self.act(LI, code, "consent", terms_version="1")
        self.act(CLERK, code, "assign", mediator_id="m-1")
        self.act(MEDIATOR, code, "take")
        drafted = self.act(MEDIATOR, code, "draft_agreement", text="t", terms=[])
        return code, str(drafted.case.agreement_sha256)

    def fault(self, code: str) -> str | None:
        case = self.store.find(code)
        assert case is not None
        return find_fault(self.store.list_events(code), case.version, case.head)


@pytest.fixture
def world(clients: Clients) -> World:
    return World(clients)


@pytest.fixture
def real(dynamodb_local_url: str) -> World:
    return World(local_clients(dynamodb_local_url))


def test_what_is_filed_can_be_read_and_nothing_personal_is_stored_in_the_open(world: World) -> None:
    code = world.joined()
    seen = world.cases.get(LI, code)
    assert seen.relation == "respondent"
    assert seen.loaded.text_of("p1")["facts"] == "事实很长"
    world.act(LI, code, "decline", reason="我叫李大勇")
    for table in world.tables.values():
        paginator = world.clients.dynamodb.get_paginator("scan")
        stored = json.dumps([page["Items"] for page in paginator.paginate(TableName=table)], default=repr)
        for secret in ("王小明", "李大勇", "13800138000", "噪音标题", "wang", '"li"'):
            assert secret not in stored
            assert json.dumps(secret) not in stored
    assert world.fault(code) is None


def test_lists_show_a_case_to_its_people_only(world: World) -> None:
    code = world.joined()
    for viewer in (WANG, LI, CLERK):
        found, position = world.cases.list_cases(viewer, None, None, None, 10)
        assert ([one.code for one in found], position) == ([code], None)
    stranger = Viewer("stranger", frozenset(), None, None)
    assert world.cases.list_cases(stranger, None, None, None, 10) == ([], None)
    assert world.cases.list_cases(WANG, None, "confirmed", None, 10) == ([], None)


def test_pages_of_a_list_are_whole_and_newest_first(world: World) -> None:
    codes = {world.cases.file(WANG, FILING, world.key()).case.code for _ in range(5)}
    seen: list[str] = []
    after = None
    while True:
        found, after = world.cases.list_cases(WANG, "party", None, after, 2)
        seen += [one.code for one in found]
        if after is None:
            break
    assert (len(seen), set(seen)) == (5, codes)


def test_an_erased_party_can_be_read_by_nobody(world: World) -> None:
    code = world.joined()
    key = {"pk": {"S": f"KEYS#{code}"}, "sk": {"S": "p1"}}
    world.clients.dynamodb.delete_item(TableName=world.tables["PeopleTable"], Key=key)
    loaded = world.cases.get(LI, code).loaded
    assert loaded.text_of("p1") == {}
    with pytest.raises(Erased):
        loaded.keys.unseal("p1", "texts", loaded.texts["p1"])
    assert loaded.text_of("p2")["name"] == "李大勇"
    assert CASE_SUBJECT in loaded.keys.wrapped


def test_a_command_is_done_once_for_a_key(world: World) -> None:
    code = world.cases.file(WANG, FILING, world.key()).case.code
    world.cases.act(CLERK, code, "accept", {}, world.key("same"))
    with pytest.raises(IllegalTransition):
        world.cases.act(CLERK, code, "accept", {}, world.key("same"))
    with pytest.raises(Replayed) as replayed:
        world.cases.act(WANG, code, "withdraw", {}, world.key("same"))
    assert replayed.value.answer.body == b"2"
    assert len(list(world.store.list_events(code))) == 2


def test_both_sign_at_once_and_both_signatures_count(real: World) -> None:
    with ThreadPoolExecutor(8) as pool:
        for _ in range(10):
            code, sha256 = real.agreed()
            runs = [pool.submit(real.act, viewer, code, "sign", agreement_sha256=sha256) for viewer in (WANG, LI)]
            assert {run.result().relation for run in runs} == {"applicant", "respondent"}
            case = real.store.find(code)
            assert case is not None
            assert case.status == "signed"
            assert real.fault(code) is None


def test_races_have_one_outcome_and_lose_no_event(real: World) -> None:
    """Sign against refusal to sign against the mediator's end: whoever comes first decides what the others may."""

    def attempt(code: str, viewer: Viewer, action: str, details: dict[str, Any]) -> bool:
        try:
            real.cases.act(viewer, code, action, details, real.key())
        except YimaError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        for _ in range(12):
            code, sha256 = real.agreed()
            before = len(list(real.store.list_events(code)))
            moves: list[tuple[Viewer, str, dict[str, Any]]] = [
                (WANG, "sign", {"agreement_sha256": sha256}),
                (LI, "sign", {"agreement_sha256": sha256}),
                (LI, "refuse_to_sign", {}),
                (MEDIATOR, "end", {"ground": "other"}),
                (MEDIATOR, "end", {"ground": "other"}),
            ]
            done = [run.result() for run in [pool.submit(attempt, code, *move) for move in moves]]
            case = real.store.find(code)
            assert case is not None
            assert case.status in {"signed", "failed", "mediating"}
            assert done.count(True) == len(list(real.store.list_events(code))) - before
            assert done[3:].count(True) <= 1
            assert real.fault(code) is None


def test_a_touched_event_is_found(world: World) -> None:
    code = world.joined()
    world.clients.dynamodb.update_item(
        TableName=world.tables["CasesTable"],
        Key={"pk": {"S": f"CASE#{code}"}, "sk": {"S": "EVENT#000002"}},
        UpdateExpression="SET actor_role = :role",
        ExpressionAttributeValues={":role": {"S": "applicant"}},
    )
    assert "event 2" in str(world.fault(code))
