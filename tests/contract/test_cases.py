"""Cases on both engines: what is written can be read, races have one outcome, and chains stay whole."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.cases.lifecycle.lists import CaseFilter
from chalicelib.cases.lifecycle.records import CASE_SUBJECT, TEXTS
from chalicelib.cases.lifecycle.service import Asked
from chalicelib.cases.lifecycle.transition import IllegalTransition
from chalicelib.shared.aws import Clients
from chalicelib.shared.crypto import Erased
from chalicelib.shared.errors import YimaError
from chalicelib.shared.idempotency import Replayed
from chalicelib.shared.paging import Slice
from chalicelib.shared.transactions import Transaction
from chalicelib.shared.viewer import Viewer
from tests.contract.conftest import local_clients
from tests.contract.world import CLERK, FILING, LI, MEDIATOR, WANG, Routed, World


@pytest.fixture
def world(clients: Clients) -> World:
    return World(clients)


@pytest.fixture
def real(dynamodb_local_url: str) -> World:
    return World(local_clients(dynamodb_local_url))


def test_what_is_filed_can_be_read_and_nothing_personal_is_stored_in_the_open(world: World) -> None:
    code = world.joined()
    seen = world.cases.get_case(LI, code)
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


def test_what_a_filing_says_of_danger_is_sealed_and_goes_with_the_applicants_key(world: World) -> None:
    code = world.cases.file(WANG, {**FILING, "facts": "邻居打我，我不想活了"}, world.key()).case.code
    kinds = world.cases.get_case(CLERK, code).loaded.text_of("p1")["urgent"]
    assert kinds == ["self_harm", "violence"]
    for table in world.tables.values():
        paginator = world.clients.dynamodb.get_paginator("scan")
        stored = json.dumps([page["Items"] for page in paginator.paginate(TableName=table)], default=repr)
        assert "self_harm" not in stored
    gone = Transaction(world.store.key_deletes(code, ["p1"], staying="p2"))
    world.committer.commit(gone)
    assert world.cases.get_case(CLERK, code).loaded.text_of("p1") == {}


def test_lists_show_a_case_to_its_people_only(world: World) -> None:
    code = world.joined()
    for viewer in (WANG, LI, CLERK):
        found = world.lists.list_cases(viewer, CaseFilter(None, None), None, 10).page
        assert ([one.code for one in found.items], found.position) == ([code], None)
    stranger = Viewer("stranger", frozenset(), None, None)
    assert world.lists.list_cases(stranger, CaseFilter(None, None), None, 10).page == Slice([], None)
    assert world.lists.list_cases(WANG, CaseFilter(None, "confirmed"), None, 10).page == Slice([], None)


def test_pages_of_a_list_are_whole_and_newest_first(world: World) -> None:
    codes = {world.cases.file(WANG, FILING, world.key()).case.code for _ in range(5)}
    seen: list[str] = []
    after = None
    while True:
        page = world.lists.list_cases(WANG, CaseFilter("party", None), after, 2).page
        seen += [one.code for one in page.items]
        after = page.position
        if after is None:
            break
    assert (len(seen), set(seen)) == (5, codes)


def test_an_erased_party_can_be_read_by_nobody(world: World) -> None:
    code = world.joined()
    key = {"pk": {"S": f"KEYS#{code}"}, "sk": {"S": "p1"}}
    world.clients.dynamodb.delete_item(TableName=world.tables["PeopleTable"], Key=key)
    loaded = world.cases.get_case(LI, code).loaded
    assert loaded.text_of("p1") == {}
    with pytest.raises(Erased):
        loaded.keys.unseal("p1", TEXTS, loaded.texts["p1"])
    assert loaded.text_of("p2")["name"] == "李大勇"
    assert CASE_SUBJECT in loaded.keys.wrapped


def test_a_command_is_done_once_for_a_key(world: World) -> None:
    code = world.cases.file(WANG, FILING, world.key()).case.code
    world.cases.act(CLERK, code, Asked("accept", {}), world.key("same"))
    with pytest.raises(IllegalTransition):
        world.cases.act(CLERK, code, Asked("accept", {}), world.key("same"))
    with pytest.raises(Replayed) as replayed:
        world.cases.act(WANG, code, Asked("withdraw", {}), world.key("same"))
    assert replayed.value.answer.body == b"2"
    assert len(list(world.store.list_events(code))) == 2


def test_both_sign_at_once_and_both_signatures_count(real: World) -> None:
    with ThreadPoolExecutor(8) as pool:
        for _ in range(10):
            code, sha256 = real.agreed()
            runs = [pool.submit(real.act, viewer, code, "sign", agreement_sha256=sha256) for viewer in (WANG, LI)]
            assert {run.result().relation for run in runs} == {"applicant", "respondent"}
            case = real.store.find_case(code)
            assert case is not None
            assert case.status == "signed"
            assert real.fault(code) is None


def test_races_have_one_outcome_and_lose_no_event(real: World) -> None:
    """Sign against refusal to sign against the mediator's end: whoever comes first decides what the others may."""

    def attempt(code: str, viewer: Viewer, action: str, details: dict[str, Any]) -> bool:
        try:
            real.cases.act(viewer, code, Asked(action, details), real.key())
        except YimaError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        for _ in range(100):  # five hundred moves
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
            case = real.store.find_case(code)
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


def test_a_case_keeps_what_the_rules_of_its_deadlines_are_chosen_by(world: World) -> None:
    world.routing.routed = Routed("org-1", kind="peoples_mediation_committee", court_invited=True)
    filed = world.cases.file(WANG, {**FILING, "dispute_type": "labour_wages"}, world.key()).case
    stored = world.store.find_case(filed.code)
    assert stored == filed
    assert stored.scope == ("labour_wages", "peoples_mediation_committee", True)
    (running,) = stored.deadlines
    assert running.kept is not None
    assert running.kept.variant == "court_platform"
