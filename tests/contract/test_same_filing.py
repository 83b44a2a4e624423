"""The same filing twice: pointed at the open case, by digests that name nobody, until that case ends."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.cases.lifecycle.same_filing import CaseExists
from chalicelib.shared.aws import Clients
from chalicelib.shared.codes import show_code
from chalicelib.shared.dynamo import Table
from chalicelib.shared.idempotency import Replayed
from chalicelib.shared.viewer import Viewer
from tests.contract.conftest import local_clients
from tests.contract.world import CLERK, FILING, LI, WANG, World

ONCE: dict[str, Any] = {**FILING, "again": False}
REVIEWER = Viewer("reviewer", frozenset({"reviewer"}), None, None)


def respondent(name: str, phone: str | None) -> dict[str, Any]:
    return {"name": name, "phone": phone, "kind": "person"}


def file(world: World, filing: dict[str, Any] = ONCE, viewer: Viewer = WANG) -> str:
    return world.cases.file(viewer, filing, world.key()).case.code


def rows(world: World) -> list[dict[str, Any]]:
    person = world.container.foundation.pseudonyms.of("wang")
    return list(Table(world.clients, world.tables["PeopleTable"]).list_partition(f"PERSON#{person}", prefix="SAME#"))


@pytest.fixture
def world(clients: Clients) -> World:
    return World(clients)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"title": "另一个标题"},
        {"respondents": [respondent("李大勇", None)]},
        {"respondents": [respondent(" 李 大勇", "13700137000")]},
        {"respondents": [respondent("李大永", "+86 139-0013-9000")]},
    ],
)
def test_the_same_filing_is_pointed_at_the_open_case(world: World, change: dict[str, Any]) -> None:
    code = file(world)
    with pytest.raises(CaseExists) as refused:
        file(world, {**ONCE, **change})
    assert refused.value.code == show_code(code)
    assert refused.value.detail is not None
    assert show_code(code) in refused.value.detail.zh
    assert len(world.store.list_codes_of(world.container.foundation.pseudonyms.of("wang"))) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"dispute_type": "labour_contract"},
        {"respondents": [respondent("张三", "13700137000")]},
        {"respondents": [respondent("李大勇", "13900139000"), respondent("张三", None)]},
        {"respondents": [respondent("张三", None)]},
        {"again": True},
    ],
)
def test_another_filing_is_taken(world: World, change: dict[str, Any]) -> None:
    file(world)
    file(world, {**ONCE, **change})


def test_somebody_elses_filing_is_no_matter(world: World) -> None:
    file(world)
    file(world, viewer=LI)


def test_its_end_lets_it_be_filed_again(world: World) -> None:
    for _ in range(3):
        code = file(world)
        assert {row["code"] for row in rows(world)} == {code}
        world.act(WANG, code, "withdraw", reason="r")
        assert rows(world) == []


def test_the_end_of_an_older_case_leaves_the_newer_ones_rows(world: World) -> None:
    older = file(world)
    newer = file(world, {**ONCE, "again": True})
    world.act(WANG, older, "withdraw", reason="r")
    with pytest.raises(CaseExists) as refused:
        file(world)
    assert refused.value.code == show_code(newer)
    world.act(WANG, newer, "withdraw", reason="r")
    assert rows(world) == []


def test_a_reopened_case_is_found_again(world: World) -> None:
    code = file(world)
    world.act(CLERK, code, "refuse", reason="not_covered")
    assert rows(world) == []
    appeals = world.container.cases.appeals
    appeal = appeals.file(WANG, code, "process", "t", world.key())
    appeals.decide(REVIEWER, code, appeal.id, "r", world.key(), upheld=True)
    with pytest.raises(CaseExists):
        file(world)


def test_the_clock_ends_it_too(world: World) -> None:
    code = world.joined()
    assert rows(world) != []
    world.clock.at += timedelta(days=80)
    world.container.cases.clockwork.run()
    found = world.store.find_case(code)
    assert found is not None
    assert found.state.ended
    assert rows(world) == []


def test_a_repeated_request_gets_its_first_answer(world: World) -> None:
    world.cases.file(WANG, ONCE, world.key("once"))
    with pytest.raises((CaseExists, Replayed)):  # the route then finds the first answer under the key
        world.cases.file(WANG, ONCE, world.key("once"))
    assert world.committer.find_answer(world.key("once")) is not None


def test_filings_side_by_side_are_one(dynamodb_local_url: str) -> None:
    world = World(local_clients(dynamodb_local_url))

    def attempt(number: int) -> bool:
        try:
            world.cases.file(WANG, ONCE, world.key(f"side-{number}"))
        except CaseExists:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(8))) == 1


def test_the_rows_name_nobody_and_go_with_the_person(world: World) -> None:
    file(world)
    assert len(rows(world)) == 2
    for row in rows(world):
        assert set(row) == {"pk", "sk", "code"}
        assert not {"李大勇", "13900139000", "neighbour"} & set(str(row).replace("#", "'").split("'"))
    privacy = world.container.cases.privacy
    for write in privacy.forget(world.container.foundation.pseudonyms.of("wang")):
        world.clients.dynamodb.transact_write_items(TransactItems=[{write.kind: write.parameters}])  # type: ignore[misc]
    assert rows(world) == []
