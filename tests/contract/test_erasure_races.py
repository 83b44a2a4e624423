"""Erasure against whatever comes at the same time: holds, crashes, appeals, new cases, lost copies."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from chalicelib.shared.aws import Clients
from chalicelib.shared.codes import parse_code
from chalicelib.shared.errors import Unavailable
from infra.local.moto_speed import cheap_transactions
from tests.contract.city import City, city_of
from tests.contract.test_erasure import FILE, FILING, WORDS, has_mark, joined, mediating


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    with mock_aws(), cheap_transactions(), city_of(Clients(), tmp_path) as made:
        yield made


def file(city: City) -> str:
    return str(city.post("wang", "/v1/cases", FILING, status=201)["code"])


def withdrawn(city: City) -> str:
    """File and withdraw before acceptance: nothing holds it."""
    code = file(city)
    city.act("wang", code, "withdraw", reason=WORDS["withdraw"])
    return code


def keys_of(city: City, code: str) -> set[str]:
    return {str(item["sk"]) for _, item in city.items() if item["pk"] == f"KEYS#{parse_code(code)}"}


def meanwhile(target: Any, name: str, happens: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Have something happen right before a method is called for the first time."""
    made, pending = getattr(target, name), [happens]

    def call(*arguments: Any, **named: Any) -> Any:
        while pending:
            pending.pop()()
        return made(*arguments, **named)

    monkeypatch.setattr(target, name, call)


def test_an_open_case_and_an_open_window_hold_and_an_early_withdrawal_does_not(city: City) -> None:
    code = joined(city)
    assert city.post("wang", "/v1/me/erasure", status=409)["type"] == "/problems/legal-hold"
    city.act("wang", code, "withdraw")
    assert code in city.post("wang", "/v1/me/erasure", status=409)["detail"]
    city.clock.at = datetime(2026, 12, 24, 15, 59, 59, tzinfo=UTC)  # the thirtieth day's last second
    assert city.post("wang", "/v1/me/erasure", status=409)["type"] == "/problems/legal-hold"
    city.clock.at = datetime(2026, 12, 24, 16, tzinfo=UTC)
    assert city.post("wang", "/v1/me/erasure")["erased"]["cases"] == 1
    assert keys_of(city, code) == {"CASE", "KEK", "p2"}
    assert city.post("li", "/v1/me/erasure")["erased"]["cases"] == 1  # the last one takes the common record along
    assert keys_of(city, code) == set()
    city.read("clerk", f"/v1/cases/{code}/timeline")


def test_an_agreement_in_force_holds_and_a_default_as_long_as_the_other_side_can_sue(city: City) -> None:
    code = mediating(city)
    city.sign(code, city.mediators[0], {"text": "支付", "payer": "p2", "payee": "p1"})
    for days in (0, 30):  # the window for the court is over, the duty is not
        city.later(days=days)
        city.container.cases.clockwork.run()
        assert city.post("li", "/v1/me/erasure", status=409)["type"] == "/problems/legal-hold"
    city.post("wang", "/v1/cases/{code}/duties/1/actions/report_default", {"note": None}, code=code)
    city.later(days=3 * 365)
    city.container.cases.clockwork.run()
    assert city.post("li", "/v1/me/erasure", status=409)["type"] == "/problems/legal-hold"
    city.later(days=2)
    assert city.post("li", "/v1/me/erasure")["erased"]["cases"] == 1
    assert "p2" not in keys_of(city, code)


def test_an_appeal_that_is_not_decided_holds_whatever_else_is_over(city: City) -> None:
    code = withdrawn(city)
    city.post("wang", "/v1/cases/{code}/appeals", {"kind": "process", "text": "t"}, status=201, code=code)
    city.later(days=100)
    assert city.post("wang", "/v1/me/erasure", status=409)["type"] == "/problems/legal-hold"


def test_who_was_erased_can_appeal_no_more_and_lists_do_not_break(city: City) -> None:
    code = withdrawn(city)
    city.post("wang", "/v1/me/erasure")
    refused = city.post("wang", "/v1/cases/{code}/appeals", {"kind": "process", "text": "t"}, status=409, code=code)
    assert refused["type"] == "/problems/not-appealable"
    city.read("clerk", f"/v1/cases/{code}/appeals")


def test_an_appeal_that_comes_first_keeps_the_key(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    code = withdrawn(city)
    body = {"kind": "process", "text": "t"}

    def appeal() -> None:
        city.post("wang", "/v1/cases/{code}/appeals", body, status=201, code=code)

    meanwhile(city.container.cases.service, "commit", appeal, monkeypatch)
    assert city.post("wang", "/v1/me/erasure", status=409)["type"] == "/problems/legal-hold"
    assert "p1" in keys_of(city, code)
    (found,) = city.read("wang", f"/v1/cases/{code}/appeals")["items"]
    assert found["text"] == "t"


def test_a_case_filed_during_the_erasure_keeps_its_key_its_profile_and_its_index(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = withdrawn(city), list[str]()
    meanwhile(city.container.people.store, "forget", lambda: new.append(file(city)), monkeypatch)
    held = city.post("wang", "/v1/me/erasure", status=409)
    assert (held["type"], new[0] in held["detail"]) == ("/problems/legal-hold", True)
    assert (keys_of(city, old), keys_of(city, new[0])) == (set(), {"CASE", "KEK", "p1", "p2"})
    assert city.read("wang", f"/v1/cases/{new[0]}")["facts"] == FILING["facts"]
    assert city.container.people.store.find_subject(city.container.foundation.pseudonyms.of("wang")) == "wang"
    assert [item for _, item in city.items() if str(item["pk"]).startswith("REFERENCE#")]


@pytest.mark.parametrize(
    ("part", "name"),
    [
        ("cases.evidence_files", "destroy"),
        ("notices.service._store", "delete_all"),
        ("people.store", "forget"),
        ("answers", "remember"),
    ],
)
def test_an_erasure_that_died_on_its_way_is_completed_by_the_next_one(
    city: City, monkeypatch: pytest.MonkeyPatch, part: str, name: str
) -> None:
    code = file(city)
    made = hand_over(city, code)
    city.post("wang", "/v1/cases/{code}/evidence/{evidence_id}/complete", code=code, evidence_id=made)
    city.act("wang", code, "withdraw", reason=WORDS["withdraw"])
    with monkeypatch.context() as broken:
        broken.setattr(attrgetter(part)(city.container), name, _down)
        city.post("wang", "/v1/me/erasure", status=503)
    erased = city.post("wang", "/v1/me/erasure")["erased"]
    assert erased["cases"] == (0 if name in {"remember", "delete_all"} else 1)
    assert keys_of(city, code) == set()
    assert list(city.files()) == []
    assert [item for _, item in city.items() if has_mark(repr(item))] == []
    person = city.container.foundation.pseudonyms.of("wang")
    assert [item["sk"] for name, item in city.items() if name == "People" and item["pk"] == f"PERSON#{person}"] == []


def test_two_parties_who_are_erased_at_once_leave_nothing(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    code = joined(city)
    city.never_held()
    meanwhile(city.container.cases.service, "commit", lambda: city.post("li", "/v1/me/erasure"), monkeypatch)
    city.post("wang", "/v1/me/erasure")
    assert keys_of(city, code) == set()


def test_doing_it_twice_erases_nothing_more_and_says_so(city: City) -> None:
    withdrawn(city)
    assert city.post("wang", "/v1/me/erasure")["erased"]["cases"] == 1
    assert set(city.post("wang", "/v1/me/erasure")["erased"].values()) == {0}


def hand_over(city: City, code: str) -> str:
    body = {
        "filename": "a.pdf",
        "content_type": "application/pdf",
        "size": len(FILE),
        "sha256": hashlib.sha256(FILE).hexdigest(),
        "title": "t",
    }
    made = city.post("wang", "/v1/cases/{code}/evidence", body, status=201, code=code)["evidence_id"]
    city.clients.s3.put_object(Bucket=city.bucket, Key=f"evidence/quarantine/{made}", Body=FILE)
    return str(made)


def complete(city: City, code: str, made: str, status: int = 200) -> None:
    path = "/v1/cases/{code}/evidence/{evidence_id}/complete"
    city.post("wang", path, status=status, code=code, evidence_id=made)


def test_a_copy_whose_commit_was_lost_leaves_nothing_behind(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    code = file(city)
    made = hand_over(city, code)
    meanwhile(city.container.cases.service, "commit", lambda: city.act("wang", code, "withdraw"), monkeypatch)
    complete(city, code, made, status=409)
    assert [key for key, _ in city.files() if "kept" in key] == []


def test_two_at_once_leave_one_copy(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    code = file(city)
    made = hand_over(city, code)
    meanwhile(city.container.cases.evidence_files, "keep", lambda: complete(city, code, made), monkeypatch)
    complete(city, code, made, status=409)
    ((key, content),) = list(city.files())
    assert (key, content) == (f"evidence/kept/{made}", FILE)
    assert city.read("wang", f"/v1/cases/{code}/evidence/{made}")["status"] == "available"


def test_an_attempt_that_died_after_its_copy_is_tidied_by_the_one_that_succeeds(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = file(city)
    made = hand_over(city, code)
    with monkeypatch.context() as broken:
        broken.setattr(city.container.cases.service, "commit", _down)
        complete(city, code, made, status=503)
    assert len([key for key, _ in city.files() if "kept" in key]) == 1
    complete(city, code, made)
    assert [key for key, _ in city.files()] == [f"evidence/kept/{made}"]


def test_an_archive_rule_of_the_organisations_kind_holds(city: City) -> None:
    code = joined(city)
    city.act("wang", code, "withdraw")
    city.container.cases.privacy._holds._archive_days = {"*": 0, "peoples_mediation_committee": 365}
    city.later(days=300)
    assert code in city.post("wang", "/v1/me/erasure", status=409)["detail"]
    city.later(days=70)
    assert city.post("wang", "/v1/me/erasure")["erased"]["cases"] == 1


def _down(*_: object, **__: object) -> None:
    raise Unavailable
